//! What a history of results says of the numbers: those that were others when they were last printed.

use bellwether::report::{PastValue, Report, Restatement, Results};

use crate::document::{Align, Block, Document, Run, Table, Tone};
use crate::format;

/// Restated numbers that are shown; `bellwether history --restatements` has them all.
const SHOWN: usize = 12;

pub(crate) fn restated(report: &Report) -> Document {
    let Some(note) = report.history.as_ref().filter(|note| !note.restated.is_empty()) else {
        return Vec::new();
    };
    let when = note
        .previous
        .as_ref()
        .map(|run| match run.as_of {
            Some(day) => format!("recorded {}, as of {day}", run.recorded_at),
            None => format!("recorded {}", run.recorded_at),
        })
        .unwrap_or_default();
    let mut document = vec![Block::Heading("Restated since last run".to_owned())];
    if !when.is_empty() {
        document.push(Block::Line(vec![Run::new(
            format!("the run before was {when}"),
            Tone::Muted,
        )]));
    }
    let rows = note.restated.iter().take(SHOWN).map(|one| row(one, &report.results));
    let columns = [
        ("", Align::Left),
        ("", Align::Left),
        ("period", Align::Left),
        ("was", Align::Right),
        ("is", Align::Right),
        ("cause", Align::Left),
    ];
    document.push(Block::Table(Table::of(columns, rows.collect())));
    let more = note.restated.len().saturating_sub(SHOWN);
    if more > 0 {
        document.push(Block::Line(vec![Run::new(
            format!(
                "and {} more; `bellwether history FILE --restatements` lists them",
                format::whole(more as u64)
            ),
            Tone::Muted,
        )]));
    }
    document
}

fn row(one: &Restatement, results: &Results) -> Vec<Run> {
    let of_metric = results.metrics.iter().find(|metric| metric.name == one.name);
    let of_score = results.scores.iter().find(|score| score.name == one.name);
    let decimals = of_metric
        .map(|metric| metric.decimals)
        .or(of_score.map(|score| score.decimals))
        .unwrap_or(1);
    let label = of_metric
        .map(|metric| metric.label.as_str())
        .or(of_score.map(|score| score.label.as_str()))
        .unwrap_or(one.name.as_str());
    let cut: Vec<String> = one
        .segments
        .iter()
        .map(|(segment, value)| format!("{segment} {value}"))
        .collect();
    let causes: Vec<&str> = one.causes.iter().map(|cause| cause.words()).collect();
    vec![
        Run::plain(label),
        Run::plain(cut.join(", ")),
        Run::plain(one.period.clone().unwrap_or_default()),
        value(&one.was, decimals),
        value(&one.now, decimals),
        Run::plain(causes.join(", ")),
    ]
}

/// A value that was said, or why there was none; with n where the value shows no difference by itself.
fn value(said: &PastValue, decimals: u32) -> Run {
    match said.value {
        Some(value) => Run::plain(format!(
            "{} (n {})",
            format::number(value, decimals),
            format::whole(said.n)
        )),
        None => Run::new(format::state(said.state), Tone::Muted),
    }
}
