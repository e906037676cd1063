//! Outcomes and metrics: a row each, read at the headline.

use bellwether::definition::Role;
use bellwether::report::{Cell, Change, ChangeVerdict, MetricResult, Results};

use crate::document::{Align, Block, Document, Run, Table, Tone};
use crate::format;

pub(super) fn metric_table(results: &Results, role: Role, heading: &str) -> Document {
    let metrics: Vec<&MetricResult> = results.metrics.iter().filter(|metric| metric.role == role).collect();
    if metrics.is_empty() {
        return Vec::new();
    }
    let mut columns = vec![
        (String::new(), Align::Left),
        ("value".to_owned(), Align::Right),
        (String::new(), Align::Left),
        ("95 % range".to_owned(), Align::Left),
        ("target".to_owned(), Align::Right),
        ("way".to_owned(), Align::Right),
        ("change".to_owned(), Align::Right),
        ("n".to_owned(), Align::Right),
        ("skipped".to_owned(), Align::Right),
        ("owner".to_owned(), Align::Left),
    ];
    if role == Role::Metric {
        columns.push(("drives".to_owned(), Align::Left));
    }
    let rows = metrics
        .iter()
        .map(|metric| {
            let mut row = metric_row(metric, results);
            if role == Role::Metric {
                row.push(Run::new(metric.drives.join(", "), Tone::Muted));
            }
            row
        })
        .collect();
    vec![
        Block::Heading(heading.to_owned()),
        Block::Table(Table { columns, rows }.without_empty_columns()),
    ]
}

fn metric_row(metric: &MetricResult, results: &Results) -> Vec<Run> {
    let cell = &metric.headline;
    let elsewhere = cell.period != results.headline_period;
    let label = match (&cell.period, elsewhere) {
        (Some(period), true) => format!("{} ({period})", metric.label),
        (None, true) => format!("{} (whole time)", metric.label),
        (_, false) => metric.label.clone(),
    };
    let unit = if cell.value.is_some() {
        metric.unit.clone().unwrap_or_default()
    } else {
        String::new()
    };
    vec![
        Run::plain(label),
        format::value(cell, metric.decimals),
        Run::new(unit, Tone::Muted),
        Run::plain(format::interval(cell, metric.decimals)),
        target(cell, metric),
        cell.progress
            .map_or_else(Run::default, |way| Run::plain(format!("{} %", format::number(way, 0)))),
        change(cell.change.as_ref(), metric.decimals),
        Run::plain(if cell.value.is_some() || cell.n > 0 {
            format::rows(cell)
        } else {
            String::new()
        }),
        skipped(cell),
        Run::plain(metric.goal.owner.clone().unwrap_or_default()),
    ]
}

fn target(cell: &Cell, metric: &MetricResult) -> Run {
    let Some(target) = cell.target else {
        return Run::default();
    };
    let due = metric.goal.due.map(|due| format!(" by {due}")).unwrap_or_default();
    let (mark, tone) = match cell.target_met {
        Some(true) => ("met: ", Tone::Good),
        Some(false) => ("", Tone::Plain),
        None => ("", Tone::Muted),
    };
    Run::new(format!("{mark}{}{due}", format::stated(target)), tone)
}

pub(super) fn change(change: Option<&Change>, decimals: u32) -> Run {
    let Some(change) = change else { return Run::default() };
    let shown = format::difference(change.difference, decimals);
    // A difference that rounds to nothing points nowhere.
    if !shown.contains(|c: char| matches!(c, '1'..='9')) {
        return Run::plain(shown);
    }
    let (word, tone) = match (change.verdict, change.better) {
        (ChangeVerdict::Up | ChangeVerdict::Down, Some(true)) => (" better", Tone::Good),
        (ChangeVerdict::Up | ChangeVerdict::Down, Some(false)) => (" worse", Tone::Bad),
        (ChangeVerdict::Up, None) => (" up", Tone::Plain),
        (ChangeVerdict::Down, None) => (" down", Tone::Plain),
        (ChangeVerdict::NoChangeShown, _) => (" not shown", Tone::Muted),
        (ChangeVerdict::NotTested, _) => (" not tested", Tone::Muted),
    };
    Run::new(
        format!("{}{word}", format::difference(change.difference, decimals)),
        tone,
    )
}

fn skipped(cell: &Cell) -> Run {
    match (cell.skipped, cell.not_due) {
        (0, _) => Run::default(),
        (skipped, 0) => Run::new(format::whole(skipped), Tone::Muted),
        (skipped, due) => Run::new(
            format!(
                "{}, of it {}: window not over",
                format::whole(skipped),
                format::whole(due)
            ),
            Tone::Muted,
        ),
    }
}
