//! Links as a document: what one more unit of a metric gives, how sure that is, and the outcome along the metric.

use bellwether::report::{CurveStep, Estimate, Evidence, InitiativeResult, LinkResult, PaceVerdict, Results};
use bellwether_order::Sort;

use crate::document::{Align, Block, Document, Run, Table, Tone};
use crate::format;

/// The section of links; nothing where the card has none.
pub(crate) fn links(results: &Results) -> Document {
    if results.links.is_empty() {
        return Vec::new();
    }
    let rows = results.links.iter().map(|result| {
        let analysis = &result.analysis;
        let effect = analysis
            .effect
            .map_or_else(String::new, |effect| format::significant(effect.value));
        let range = analysis.effect.map_or_else(String::new, range);
        let mut evidence = analysis.evidence.words().to_owned();
        if analysis.reversed {
            evidence.push_str(", reversed");
        }
        vec![
            Run::plain(name(result)),
            Run::plain(effect),
            Run::plain(range),
            Run::plain(format::whole(analysis.n)),
            Run::new(evidence, tone(analysis.evidence, analysis.reversed)),
        ]
    });
    let columns = [
        ("", Align::Left),
        ("one more gives", Align::Right),
        ("95 % range", Align::Left),
        ("n", Align::Right),
        ("evidence", Align::Left),
    ];
    let mut document = vec![
        Block::Heading("Links".to_owned()),
        Block::Table(Table::of(columns, rows.collect())),
    ];
    let items: Vec<Vec<Run>> = results.links.iter().flat_map(notes).collect();
    if !items.is_empty() {
        document.push(Block::Items(items));
    }
    document
}

/// `nps -> retention, 1 month later`.
fn name(result: &LinkResult) -> String {
    let lag = result.link.lag.map_or_else(String::new, |lag| {
        let s = if lag.count == 1 { "" } else { "s" };
        format!(", {} {}{s} later", lag.count, lag.unit.word())
    });
    format!("{} -> {}{lag}", result.link.metric.value, result.link.outcome.value)
}

pub(crate) fn range(effect: Estimate) -> String {
    format::between(effect.low, effect.high)
}

pub(crate) const fn tone(evidence: Evidence, reversed: bool) -> Tone {
    match evidence {
        _ if reversed => Tone::Warn,
        Evidence::Leading | Evidence::Tested => Tone::Good,
        Evidence::Correlated => Tone::Plain,
        Evidence::Assumed => Tone::Warn,
        Evidence::NoneFound | Evidence::TooLittleData => Tone::Muted,
    }
}

/// What is to be known of a link besides: how it was found, the curve, the notes.
fn notes(result: &LinkResult) -> Vec<Vec<Run>> {
    let analysis = &result.analysis;
    let mut items = Vec::new();
    let mut item = |text: String, tone: Tone| {
        items.push(vec![Run::plain(format!("{}: ", name(result))), Run::new(text, tone)]);
    };
    if analysis.effect.is_some() && analysis.method != "none" {
        let mut how = format!("{} over {}", analysis.method, analysis.of);
        if let Some(groups) = analysis.groups {
            how.push_str(&format!(" in {} groups", format::whole(groups)));
        }
        if let Some(window) = &analysis.window {
            how.push_str(&format!(", {window}"));
        }
        if let Some(odds) = analysis.odds_ratio {
            how.push_str(&format!(
                ", odds ratio {} ({})",
                format::significant(odds.value),
                range(odds)
            ));
        }
        if let Some(found) = analysis.in_data {
            how.push_str(&format!(
                ", data: {} ({})",
                format::significant(found.value),
                range(found)
            ));
        }
        if analysis.left_out > 0 {
            how.push_str(&format!(
                ", {} left out without an answer",
                format::whole(analysis.left_out)
            ));
        }
        item(how, Tone::Muted);
    }
    if analysis.evidence == Evidence::NoneFound
        && let Some(least) = analysis.detectable
    {
        item(
            format!(
                "an effect of {} would have been found in four of five tries",
                format::significant(least)
            ),
            Tone::Muted,
        );
    }
    if analysis.bends == Some(true) {
        item(
            "the effect is not the same everywhere: see the steps".to_owned(),
            Tone::Warn,
        );
    }
    if analysis.curve.len() > 1 {
        let steps: Vec<String> = analysis.curve.iter().map(step).collect();
        item(
            format!(
                "{} by {}: {}",
                result.link.outcome.value,
                result.link.metric.value,
                steps.join("; ")
            ),
            Tone::Muted,
        );
    }
    for note in &analysis.notes {
        item(note.clone(), Tone::Plain);
    }
    items
}

/// Where a step of a curve lies: `4 to 5`.
pub(crate) fn place(step: &CurveStep) -> String {
    if step.from == step.to {
        format::stated(step.from)
    } else {
        format::between(step.from, step.to)
    }
}

/// Money with its range: `659,000 USD (96,000 to 242,000)`.
pub(crate) fn money_range(value: Estimate, currency: Option<&str>) -> String {
    format!(
        "{} ({} to {})",
        format::with_unit(&format::number(value.value, 0), currency),
        format::number(value.low, 0),
        format::number(value.high, 0)
    )
}

/// `4 to 5: 91.2 (88.0 to 93.6), n 312`.
fn step(step: &CurveStep) -> String {
    let range = step
        .range
        .map_or_else(String::new, |(low, high)| format!(" ({})", format::between(low, high)));
    format!(
        "{}: {}{range}, n {}",
        place(step),
        format::significant(step.outcome),
        format::whole(step.n)
    )
}

/// What drives each outcome.
pub(crate) fn drivers(results: &Results) -> Document {
    let mut document = Vec::new();
    for drivers in &results.drivers {
        document.push(Block::Heading(format!("Drivers of {}", drivers.outcome)));
        let rows = drivers.metrics.iter().map(|driver| {
            let shapley = driver.shapley.map_or_else(String::new, |value| {
                let whole = drivers.r_squared.value;
                format!(
                    "{} %",
                    format::number(if whole > 0.0 { 100.0 * value.value / whole } else { 0.0 }, 1)
                )
            });
            vec![
                Run::plain(driver.metric.clone()),
                Run::plain(format!("{} %", format::number(driver.share, 1))),
                Run::plain(format!(
                    "{} ({})",
                    format::significant(driver.weight.value),
                    range(driver.weight)
                )),
                Run::plain(shapley),
                Run::plain(format::significant(driver.slope)),
                Run::plain(
                    driver
                        .performance
                        .map_or_else(String::new, |value| format::number(value, 0)),
                ),
                Run::plain(driver.place.clone().unwrap_or_default()),
            ]
        });
        let columns = [
            ("", Align::Left),
            ("importance", Align::Right),
            ("of R2 (95 % range)", Align::Left),
            ("Shapley", Align::Right),
            ("slope beside others", Align::Right),
            ("performance", Align::Right),
            ("place", Align::Left),
        ];
        document.push(Block::Table(Table::of(columns, rows.collect())));
        let mut items = vec![vec![Run::new(
            format!(
                "together they explain {} % of the variance ({} to {}) over {} of {}; {} left out, as an answer is missing",
                format::number(100.0 * drivers.r_squared.value, 1),
                format::number(100.0 * drivers.r_squared.low, 1),
                format::number(100.0 * drivers.r_squared.high, 1),
                format::whole(drivers.n),
                drivers.of,
                format::whole(drivers.left_out),
            ),
            Tone::Muted,
        )]];
        for (metric, why) in &drivers.without {
            items.push(vec![
                Run::plain(format!("without {metric}: ")),
                Run::new(why.clone(), Tone::Muted),
            ]);
        }
        for advice in &drivers.weights {
            let part = |(name, own, data): &(String, f64, f64)| {
                format!(
                    "{name} {} % (data {} %)",
                    format::number(*own, 0),
                    format::number(*data, 0)
                )
            };
            let parts: Vec<String> = advice.parts.iter().map(part).collect();
            items.push(vec![
                Run::plain(format!("weights of {}: {}", advice.score, parts.join(", "))),
                Run::new(
                    format!(
                        "; {} of {} segment values would change places",
                        advice.ranks_changed.0, advice.ranks_changed.1
                    ),
                    Tone::Muted,
                ),
            ]);
        }
        document.push(Block::Items(items));
    }
    document
}

/// What outcomes and metrics are worth.
pub(crate) fn worth(results: &Results) -> Document {
    if results.worth.is_empty() {
        return Vec::new();
    }
    let mut items = Vec::new();
    for worth in &results.worth {
        let money = |value: f64| format::with_unit(&format::number(value, 0), worth.currency.as_deref());
        let mut text = format!(
            "{}: one point is worth {} a year",
            worth.outcome,
            money(worth.one_point)
        );
        match (worth.gap, worth.gap_a_year) {
            (Some(gap), Some(year)) if gap > 0.0 => {
                text.push_str(&format!(
                    "; {} to the target, {} a year",
                    format::significant(gap),
                    money(year)
                ));
            }
            (Some(_), _) => text.push_str("; the target is met"),
            _ => {}
        }
        items.push(vec![Run::plain(text)]);
        let mut largest: Vec<_> = worth.by_segment.iter().filter(|part| part.a_year > 0.0).collect();
        largest.order_by(|a, b| b.a_year.total_cmp(&a.a_year));
        if !largest.is_empty() {
            let part = |part: &&bellwether::report::SegmentWorth| {
                format!("{} {} {}", part.segment, part.value, money(part.a_year))
            };
            let parts: Vec<String> = largest.iter().take(5).map(part).collect();
            items.push(vec![Run::new(
                format!("{}: largest gaps: {}", worth.outcome, parts.join("; ")),
                Tone::Muted,
            )]);
        }
        for metric in &worth.metrics {
            let money_range = |value: Estimate| money_range(value, worth.currency.as_deref());
            let mut text = format!(
                "{} through {}: one more {}",
                worth.outcome,
                metric.metric,
                money_range(metric.one_more)
            );
            if let (Some(gap), Some(target)) = (metric.gap, metric.to_target) {
                text.push_str(&format!(
                    "; {} to its target {}",
                    format::difference(gap, 1),
                    money_range(target)
                ));
            }
            text.push_str(&format!(" a year [{}]", metric.evidence.words()));
            let notes = if metric.notes.is_empty() {
                String::new()
            } else {
                format!(" {}", metric.notes.join("; "))
            };
            items.push(vec![Run::plain(text), Run::new(notes, Tone::Muted)]);
        }
    }
    for (place, friction) in results.friction.iter().enumerate() {
        let stage = friction
            .stage
            .as_ref()
            .map_or_else(String::new, |(phase, step)| match step {
                Some(step) => format!(" ({phase}, {step})"),
                None => format!(" ({phase})"),
            });
        let money = format::with_unit(&format::number(friction.a_year.value, 0), friction.currency.as_deref());
        items.push(vec![Run::plain(format!(
            "friction {}: {}{stage}, {}: {money} a year ({} to {}) through {} [{}]",
            place + 1,
            friction.metric,
            friction.declared,
            format::number(friction.a_year.low, 0),
            format::number(friction.a_year.high, 0),
            friction.outcome,
            friction.evidence.words()
        ))]);
    }
    vec![Block::Heading("Worth".to_owned()), Block::Items(items)]
}

/// What initiatives return.
pub(crate) fn returns(results: &Results) -> Document {
    returned(&results.initiatives)
}

/// What some initiatives return.
pub(crate) fn returned(initiatives: &[InitiativeResult]) -> Document {
    let mut items = Vec::new();
    for result in initiatives {
        let analysis = &result.analysis;
        let mut parts = Vec::new();
        let whole = |value: Estimate| {
            format!(
                "{} ({} to {})",
                format::number(value.value, 0),
                format::number(value.low, 0),
                format::number(value.high, 0)
            )
        };
        if let Some(year) = analysis.a_year {
            parts.push(format!("gains {} a year", whole(year)));
        }
        if let Some(net) = analysis.net {
            parts.push(format!(
                "net of costs {} over {} months",
                whole(net),
                analysis.horizon_months
            ));
        }
        if let Some(roi) = analysis.roi {
            parts.push(format!("return {} %", whole(roi)));
        }
        if analysis.net.is_some() {
            parts.push(match analysis.payback_months {
                Some(months) => format!("pays back in month {months}"),
                None => "does not pay back".to_owned(),
            });
        }
        if let Some(loss) = analysis.loss {
            parts.push(format!("loses money in {} % of draws", format::number(loss, 0)));
        }
        if let Some(rank) = analysis.rank {
            parts.push(format!("rank {rank} by gain for work"));
        }
        match analysis.quick_win {
            Some(true) => parts.push("a quick win".to_owned()),
            Some(false) => parts.push("no quick win".to_owned()),
            None => {}
        }
        if let Some(evidence) = analysis.evidence {
            parts.push(format!("[{}]", evidence.words()));
        }
        let mut text = parts.join(", ");
        if !analysis.notes.is_empty() {
            let dot = if text.is_empty() { "" } else { "; " };
            text.push_str(&format!("{dot}{}", analysis.notes.join("; ")));
        }
        if !text.is_empty() {
            items.push(vec![
                Run::plain(format!("{}: ", result.initiative.name.value)),
                Run::new(text, Tone::Muted),
            ]);
        }
    }
    if items.is_empty() {
        Vec::new()
    } else {
        vec![Block::Items(items)]
    }
}

/// Whether goals are reached in time.
pub(crate) fn pace(results: &Results) -> Document {
    if results.pace.is_empty() {
        return Vec::new();
    }
    let rows = results.pace.iter().map(|pace| {
        let forecast = pace
            .forecast
            .map_or_else(String::new, |value| format::significant(value.value));
        let tone = match pace.verdict {
            PaceVerdict::Ahead | PaceVerdict::OnTrack => Tone::Good,
            PaceVerdict::Behind => Tone::Warn,
            PaceVerdict::WillMiss => Tone::Bad,
            PaceVerdict::TooShort => Tone::Muted,
        };
        vec![
            Run::plain(pace.of.clone()),
            Run::new(pace.verdict.words(), tone),
            Run::plain(format::stated(pace.target)),
            Run::plain(pace.due.to_string()),
            Run::plain(forecast),
            Run::plain(pace.forecast.map_or_else(String::new, range)),
            Run::plain(format::whole(pace.periods)),
        ]
    });
    let columns = [
        ("", Align::Left),
        ("pace", Align::Left),
        ("target", Align::Right),
        ("by", Align::Left),
        ("forecast", Align::Right),
        ("95 % range", Align::Left),
        ("periods", Align::Right),
    ];
    vec![
        Block::Heading("Pace".to_owned()),
        Block::Table(Table::of(columns, rows.collect())),
    ]
}
