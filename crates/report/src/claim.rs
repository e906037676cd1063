//! How a link's effect or an initiative's return came about, as a document: frame, model, curve, evidence, worth.

use bellwether::report::{ClaimExplanation, Estimate, LinkResult};

use crate::document::{Align, Block, Document, Run, Table, Tone};
use crate::{format, links};

/// Lays the explanation of a claim out.
#[must_use]
pub fn compose_claim(claim: &ClaimExplanation) -> Document {
    let mut document = vec![Block::Title(format!("{} ({})", claim.name, claim.kind))];
    let ends = claim.ends.iter().map(|end| {
        let value = format::value(&end.headline, end.decimals);
        let period = end.headline.period.as_deref().unwrap_or("the whole time");
        let text = format::with_unit(
            &value.text,
            end.unit.as_deref().filter(|_| end.headline.value.is_some()),
        );
        vec![Run::plain(format!("{}: {text}, {period}", end.label))]
    });
    document.push(Block::Items(ends.collect()));
    if claim.links.is_empty() {
        document.push(Block::Line(vec![Run::new(
            "no link leads from what it moves to an outcome: it has no worth".to_owned(),
            Tone::Warn,
        )]));
    }
    for (result, grade) in claim.links.iter().zip(&claim.grades) {
        document.extend(of_link(result, grade));
    }
    for drivers in &claim.drivers {
        let is_it = |metric: &str| claim.links.iter().any(|result| result.link.metric.value == metric);
        let rank = drivers.metrics.iter().position(|driver| is_it(&driver.metric));
        if let Some((place, driver)) = rank.and_then(|place| Some((place, drivers.metrics.get(place)?))) {
            document.push(Block::Items(vec![vec![Run::plain(format!(
                "{} is number {} of {} drivers of {}: {} % of what they explain together",
                driver.metric,
                place + 1,
                drivers.metrics.len(),
                drivers.outcome,
                format::number(driver.share, 1)
            ))]]));
        }
    }
    if !claim.worth.is_empty() || !claim.initiatives.is_empty() {
        document.push(Block::Heading("Worth".to_owned()));
        document.push(Block::Items(worth(claim)));
        document.extend(links::returned(&claim.initiatives));
    }
    document
}

fn of_link(result: &LinkResult, grade: &str) -> Document {
    let analysis = &result.analysis;
    let mut document = vec![Block::Heading(format!(
        "{} -> {}",
        result.link.metric.value, result.link.outcome.value
    ))];
    let mut frame = format!(
        "frame: {} of {} have the outcome and the metric",
        format::whole(analysis.n),
        analysis.of
    );
    if let Some(window) = &analysis.window {
        frame.push_str(&format!(", {window}"));
    }
    let mut items = vec![vec![Run::plain(frame)]];
    if analysis.left_out > 0 {
        items.push(vec![Run::plain(format!(
            "left out: {} that have the outcome and no value of the metric or of a control",
            format::whole(analysis.left_out)
        ))]);
    }
    if let Some(groups) = analysis.groups {
        items.push(vec![Run::plain(format!(
            "groups whose errors move together: {}",
            format::whole(groups)
        ))]);
    }
    if let Some((low, high)) = analysis.seen {
        items.push(vec![Run::plain(format!(
            "the metric was seen from {}; beyond it nothing is known",
            format::between(low, high)
        ))]);
    }
    items.push(vec![Run::plain(format!("model: {}", analysis.method))]);
    if let Some(r_squared) = analysis.r_squared {
        items.push(vec![Run::plain(format!(
            "it explains {} % of the outcome's variance",
            format::number(100.0 * r_squared, 1)
        ))]);
    }
    document.push(Block::Items(items));
    if !analysis.coefficients.is_empty() {
        let rows = analysis.coefficients.iter().map(|part| {
            let name = if part.name == "metric" {
                result.link.metric.value.clone()
            } else {
                part.name.clone()
            };
            vec![
                Run::plain(name),
                Run::plain(format::significant(part.value.value)),
                Run::plain(links::range(part.value)),
            ]
        });
        let value = if analysis.odds_ratio.is_some() {
            "log odds"
        } else {
            "coefficient"
        };
        let columns = [("", Align::Left), (value, Align::Right), ("95 % range", Align::Left)];
        document.push(Block::Table(Table::of(columns, rows.collect())));
    }
    let mut items = Vec::new();
    if let Some(effect) = analysis.effect {
        items.push(vec![
            Run::plain("one more gives: ".to_owned()),
            Run::new(
                format!("{} ({})", format::significant(effect.value), links::range(effect)),
                Tone::Strong,
            ),
        ]);
    }
    if let Some(found) = analysis.in_data {
        items.push(vec![Run::plain(format!(
            "the data show {} ({})",
            format::significant(found.value),
            links::range(found)
        ))]);
    }
    if let Some(odds) = analysis.odds_ratio {
        items.push(vec![Run::plain(format!(
            "odds ratio {} ({})",
            format::significant(odds.value),
            links::range(odds)
        ))]);
    }
    if let Some(least) = analysis.detectable {
        items.push(vec![Run::plain(format!(
            "an effect of {} would have been found in four of five tries",
            format::significant(least)
        ))]);
    }
    items.push(vec![
        Run::plain("evidence: ".to_owned()),
        Run::new(
            analysis.evidence.words().to_owned(),
            links::tone(analysis.evidence, analysis.reversed),
        ),
        Run::plain(format!(", as {grade}")),
    ]);
    if analysis.bends == Some(true) {
        items.push(vec![Run::new(
            "a squared term adds to the fit (1 % level): the effect is not the same everywhere".to_owned(),
            Tone::Warn,
        )]);
    }
    items.extend(analysis.notes.iter().map(|note| vec![Run::plain(note.clone())]));
    document.push(Block::Items(items));
    if analysis.curve.len() > 1 {
        let rows = analysis.curve.iter().map(|step| {
            let range = step
                .range
                .map_or_else(String::new, |(low, high)| format::between(low, high));
            vec![
                Run::plain(links::place(step)),
                Run::plain(format::significant(step.outcome)),
                Run::plain(range),
                Run::plain(format::whole(step.n)),
            ]
        });
        let columns = [
            (result.link.metric.value.as_str(), Align::Left),
            (result.link.outcome.value.as_str(), Align::Right),
            ("95 % range", Align::Left),
            ("n", Align::Right),
        ];
        document.push(Block::Table(Table::of(columns, rows.collect())));
    }
    document
}

fn worth(claim: &ClaimExplanation) -> Vec<Vec<Run>> {
    let of = |part: &bellwether::report::ClaimWorth| {
        let money = |value: f64| format::with_unit(&format::number(value, 0), part.currency.as_deref());
        let ranged = |value: Estimate| links::money_range(value, part.currency.as_deref());
        let mut text = format!(
            "one point of {} is worth {} a year; one more {}: {}",
            part.outcome,
            money(part.one_point),
            part.metric.metric,
            ranged(part.metric.one_more)
        );
        if let (Some(gap), Some(target)) = (part.metric.gap, part.metric.to_target) {
            text.push_str(&format!(
                "; {} to its target: {}",
                format::difference(gap, 1),
                ranged(target)
            ));
        }
        let mut runs = vec![Run::plain(text)];
        if !part.metric.notes.is_empty() {
            runs.push(Run::new(format!("; {}", part.metric.notes.join("; ")), Tone::Muted));
        }
        runs
    };
    claim.worth.iter().map(of).collect()
}
