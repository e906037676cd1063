//! One sentence: what changed, is it real, what is it worth, what next.

use bellwether::measure::State;
use bellwether::report::{Results, SegmentWorth};

use super::claim;
use super::decision::Decision;
use super::words::{Subject, currency, few, list, money, money_range, sentence, subjects};
use crate::audience::Voice;
use crate::format;

pub(super) fn headline(results: &Results, voice: Voice, decisions: &[Decision]) -> String {
    let subjects = subjects(results);
    if subjects.is_empty() {
        return match results.lists.len() + results.quotes.len() {
            0 => "This card measures nothing.".to_owned(),
            _ => "This card measures nothing and lists rows.".to_owned(),
        };
    }
    let mut parts = vec![standing(&subjects, voice), changed(&subjects)];
    parts.push(match voice {
        Voice::Executive | Voice::Analyst => worth(results),
        Voice::Team => targets(&subjects),
    });
    parts.push(next(results, decisions));
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    sentence(&parts.join("; "))
}

/// The first score or outcome, where it stands.
fn standing(subjects: &[Subject<'_>], voice: Voice) -> Option<String> {
    if voice == Voice::Team && subjects.iter().all(|of| !of.is_score) {
        return None;
    }
    subjects.first().map(|first| claim::value(*first))
}

/// What changed by more than noise, or that nothing did.
fn changed(subjects: &[Subject<'_>]) -> Option<String> {
    let from = subjects
        .iter()
        .find_map(|of| of.cell.change.as_ref())
        .map(|change| &*change.from)?;
    let mut said = Vec::new();
    for (better, word) in [(Some(false), "worse"), (Some(true), "better"), (None, "changed")] {
        let real: Vec<String> = subjects
            .iter()
            .filter_map(|of| {
                let change = claim::is_real(*of).filter(|change| change.better == better)?;
                let by = format::difference(change.difference, of.decimals);
                let range = change.interval.as_ref().map_or_else(String::new, |interval| {
                    format!(
                        ", {} to {}",
                        format::difference(interval.low, of.decimals),
                        format::difference(interval.high, of.decimals)
                    )
                });
                Some(format!("{} ({by}{range})", of.label))
            })
            .collect();
        if !real.is_empty() {
            said.push(format!("{word} by more than noise since {from}: {}", few(&real, 2)));
        }
    }
    if !said.is_empty() {
        return Some(said.join("; "));
    }
    let tested = subjects
        .iter()
        .filter_map(|of| of.cell.change.as_ref())
        .any(|change| change.verdict != bellwether::report::ChangeVerdict::NotTested);
    Some(if tested {
        format!("nothing that was tested has moved since {from} by more than noise")
    } else {
        format!("no change since {from} was tested")
    })
}

/// What the largest gap is worth.
fn worth(results: &Results) -> Option<String> {
    let worth = results
        .worth
        .iter()
        .filter(|worth| worth.gap.is_some_and(|gap| gap > 0.0))
        .max_by(|a, b| a.gap_a_year.unwrap_or(0.0).total_cmp(&b.gap_a_year.unwrap_or(0.0)))?;
    let year = worth.gap_a_year?;
    let metric = results.metrics.iter().find(|metric| metric.name == worth.outcome)?;
    let assumed = metric.worth.as_ref().is_some_and(|worth| !worth.measured);
    let most = largest(&worth.by_segment).map_or_else(String::new, |part| {
        format!(
            ", {} of it in {} {}",
            money(part.a_year, worth.currency.as_deref()),
            part.segment,
            part.value
        )
    });
    Some(format!(
        "the gap of {} to its target is worth {} a year{}{most}",
        metric.label,
        money(year, worth.currency.as_deref()),
        if assumed { " at the card's assumed worth" } else { "" },
    ))
}

/// The segment value with the largest part; shown where it is not a sum of many.
fn largest(parts: &[SegmentWorth]) -> Option<&SegmentWorth> {
    parts
        .iter()
        .filter(|part| part.a_year > 0.0)
        .max_by(|a, b| a.a_year.total_cmp(&b.a_year))
}

/// How many goals are reached.
fn targets(subjects: &[Subject<'_>]) -> Option<String> {
    let goals: Vec<&Subject<'_>> = subjects.iter().filter(|of| of.cell.target_met.is_some()).collect();
    if goals.is_empty() {
        return None;
    }
    let met = goals.iter().filter(|of| of.cell.target_met == Some(true)).count();
    let few_answers: Vec<&str> = subjects
        .iter()
        .filter(|of| of.cell.state == State::TooFew)
        .map(|of| of.label)
        .collect();
    let unsure = if few_answers.is_empty() {
        String::new()
    } else {
        format!(" ({} with too few rows to rely on)", list(&few_answers))
    };
    Some(format!("{met} of {} targets met{unsure}", goals.len()))
}

/// What is next: a raised alert, the initiative that pays best, or the most pressing decision.
fn next(results: &Results, decisions: &[Decision]) -> Option<String> {
    let raised: Vec<String> = results
        .alerts
        .iter()
        .filter(|alert| alert.raised == Some(true))
        .map(|alert| format!("`{}`", alert.name))
        .collect();
    if !raised.is_empty() {
        return Some(format!("next: answer the alert {}", list(&raised)));
    }
    let best = results
        .initiatives
        .iter()
        .filter(|result| result.analysis.net.is_some_and(|net| net.low > 0.0))
        .min_by_key(|result| result.analysis.rank.unwrap_or(u32::MAX));
    if let Some((result, net)) = best.and_then(|result| Some((result, result.analysis.net?))) {
        let grade = result.analysis.evidence.map_or("", claim::grade);
        return Some(format!(
            "next: {}, expected to return {} net over {} months [{grade}]",
            result.initiative.name.value,
            money_range(net, currency(results)),
            format::whole(u64::from(result.analysis.horizon_months)),
        ));
    }
    decisions.first().map(|first| {
        let who = first
            .owner
            .as_ref()
            .map_or_else(String::new, |who| format!("{who} to decide on "));
        format!("next: {who}{} ({})", first.about, first.why)
    })
}
