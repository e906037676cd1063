//! Outcomes and metrics: a row each, read at the headline.

use bellwether::definition::Role;
use bellwether::report::{Cell, Change, ChangeVerdict, MetricResult, Results};

use crate::document::{Align, Block, Document, Run, Table, Tone};
use crate::format;

/// The outcomes or metrics that a report lists under their role: metrics of the programme have a part of their own.
pub(crate) fn of_role(results: &Results, role: Role) -> impl Iterator<Item = &MetricResult> {
    let metrics = results.metrics.iter();
    metrics.filter(move |metric| metric.role == role && definition(results, metric).is_none())
}

/// The named definition of a metric of the programme. An outcome is an outcome, whatever it measures.
pub(crate) fn definition<'r>(results: &'r Results, metric: &MetricResult) -> Option<&'r str> {
    let one = results.programme.iter().find(|one| one.metric == metric.name)?;
    (metric.role == Role::Metric).then_some(one.definition.as_str())
}

pub(crate) fn metric_table(results: &Results, role: Role, heading: &str) -> Document {
    let metrics: Vec<&MetricResult> = of_role(results, role).collect();
    if metrics.is_empty() {
        return Vec::new();
    }
    let mut columns = columns();
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

fn columns() -> Vec<(String, Align)> {
    [
        ("", Align::Left),
        ("value", Align::Right),
        ("", Align::Left),
        ("95 % range", Align::Left),
        ("target", Align::Right),
        ("way", Align::Right),
        ("change", Align::Right),
        ("n", Align::Right),
        ("skipped", Align::Right),
        ("owner", Align::Left),
    ]
    .map(|(title, align)| (title.to_owned(), align))
    .to_vec()
}

/// What the part about the programme is called.
pub(crate) const PROGRAMME: &str = "Programme health";

/// Who answers, who is asked too often, who is called back: metrics of the programme itself, each with its definition.
pub(crate) fn programme(results: &Results) -> Document {
    let mut columns = columns();
    columns.push(("definition".to_owned(), Align::Left));
    let rows: Vec<Vec<Run>> = results
        .programme
        .iter()
        .filter_map(|one| {
            let metric = results.metrics.iter().find(|metric| metric.name == one.metric)?;
            let mut row = metric_row(metric, results);
            row.push(Run::new(definition(results, metric)?, Tone::Muted));
            Some(row)
        })
        .collect();
    if rows.is_empty() {
        return Vec::new();
    }
    vec![
        Block::Heading(PROGRAMME.to_owned()),
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

pub(crate) fn target(cell: &Cell, metric: &MetricResult) -> Run {
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

pub(crate) fn change(change: Option<&Change>, decimals: u32) -> Run {
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
