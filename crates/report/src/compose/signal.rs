//! What moved: signals over time, and changes split into mix and rate.

use bellwether::report::{ChangeVerdict, Results};

use crate::document::{Align, Block, Document, Run, Table, Tone};
use crate::format;

/// Values of the series that are more than noise, and the latest limits.
pub(crate) fn signals(results: &Results) -> Document {
    let metrics = results
        .metrics
        .iter()
        .map(|metric| (&metric.label, metric.decimals, metric.process.as_ref()));
    let scores = results
        .scores
        .iter()
        .map(|score| (&score.label, score.decimals, score.process.as_ref()));
    let mut rows = Vec::new();
    for (label, decimals, process) in metrics.chain(scores) {
        let Some(process) = process else { continue };
        let said: Vec<String> = process
            .signals
            .iter()
            .rev()
            .take(3)
            .rev()
            .map(|signal| {
                format!(
                    "{} ({}): {}",
                    signal.period,
                    format::number(signal.value, decimals),
                    signal.why
                )
            })
            .collect();
        let more = process.signals.len().saturating_sub(said.len());
        let mut text = if said.is_empty() {
            "noise only".to_owned()
        } else {
            said.join("; ")
        };
        if more > 0 {
            text.push_str(&format!("; {more} more before"));
        }
        rows.push(vec![
            Run::plain(label.clone()),
            Run::plain(format!(
                "{} to {}",
                format::number(process.low, decimals),
                format::number(process.high, decimals)
            )),
            Run::plain(format::whole(process.points)),
            Run::new(if process.provisional { "provisional" } else { "" }, Tone::Muted),
            Run::plain(text),
        ]);
    }
    if rows.is_empty() {
        return Vec::new();
    }
    let columns = vec![
        (String::new(), Align::Left),
        ("range of noise".to_owned(), Align::Left),
        ("periods".to_owned(), Align::Right),
        (String::new(), Align::Left),
        ("what stands out".to_owned(), Align::Left),
    ];
    vec![
        Block::Heading("Signal and noise".to_owned()),
        Block::Table(Table { columns, rows }.without_empty_columns()),
    ]
}

/// Changes that were called, split into what the segments did and how their mix shifted.
pub(crate) fn mixes(results: &Results) -> Document {
    let mut rows = Vec::new();
    for metric in &results.metrics {
        let called = metric
            .headline
            .change
            .as_ref()
            .filter(|change| matches!(change.verdict, ChangeVerdict::Up | ChangeVerdict::Down));
        let Some(change) = called else { continue };
        for split in &metric.splits {
            let most = split.parts.iter().max_by(|a, b| {
                let weight = |part: &bellwether::report::ChangePart| (part.mix + part.rate).abs();
                weight(a).total_cmp(&weight(b))
            });
            let difference = |value: f64| Run::plain(format::difference(value, metric.decimals));
            rows.push(vec![
                Run::plain(metric.label.clone()),
                difference(change.difference),
                Run::plain(split.segment.clone()),
                difference(split.rate),
                difference(split.mix),
                Run::new(
                    most.map(|part| {
                        format!(
                            "{} {}",
                            part.value,
                            format::difference(part.mix + part.rate, metric.decimals)
                        )
                    })
                    .unwrap_or_default(),
                    Tone::Muted,
                ),
            ]);
        }
    }
    if rows.is_empty() {
        return Vec::new();
    }
    let columns = vec![
        (String::new(), Align::Left),
        ("change".to_owned(), Align::Right),
        ("by".to_owned(), Align::Left),
        ("own change".to_owned(), Align::Right),
        ("mix".to_owned(), Align::Right),
        ("most from".to_owned(), Align::Left),
    ];
    vec![
        Block::Heading("What the changes are made of".to_owned()),
        Block::Table(Table { columns, rows }),
    ]
}
