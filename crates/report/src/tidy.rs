//! The cells of a report as one tidy table: a row for each cell of each metric and score, a column for each fact. CSV,
//! Parquet and workbooks write this table.

use std::collections::BTreeSet;

use bellwether::definition::Role;
use bellwether::measure::State;
use bellwether::report::{Cell, ChangeVerdict, GoalResult, Report};

use crate::format;

/// A column.
#[derive(Debug, Clone, PartialEq)]
pub enum TidyColumn {
    /// Words; `None`: there are none.
    Text(Vec<Option<String>>),
    /// Numbers, unrounded.
    Number(Vec<Option<f64>>),
    /// Counts.
    Count(Vec<Option<u64>>),
    /// Yes or no.
    Flag(Vec<Option<bool>>),
}

/// The cells of a report.
#[derive(Debug, Clone, PartialEq)]
pub struct TidyTable {
    /// How many rows each column has.
    pub rows: usize,
    /// Names and columns, in order.
    pub columns: Vec<(String, TidyColumn)>,
}

/// A row before it is spread over the columns.
struct Row<'a> {
    kind: &'static str,
    name: &'a str,
    label: &'a str,
    unit: Option<&'a str>,
    goal: &'a GoalResult,
    cell: &'a Cell,
    headline: bool,
}

/// The cells of a report, in its order: metrics, then scores.
///
/// Columns: `kind` (`outcome`, `metric`, `score`), `name`, `label`, `unit`, `period` (empty: the whole time), `partial`,
/// one for each segment (empty: all; one that is named as another column has `segment_` before its name), `value`, `state`,
/// `n`, `n_denominator`, `n_effective`, `skipped`, `not_due`, `low`, `high`, `level`, `interval` (the method), `baseline`,
/// `target`, `due`, `target_met`, `progress`, `band`, `change_from`, `change`, `verdict`, `better`, `p`, `owner`,
/// `headline`. What is hidden is empty throughout, counts too.
#[must_use]
pub fn tidy(report: &Report) -> TidyTable {
    let rows = rows(report);
    let text = |of: &dyn Fn(&Row<'_>) -> Option<String>| TidyColumn::Text(rows.iter().map(of).collect());
    let number = |of: &dyn Fn(&Row<'_>) -> Option<f64>| TidyColumn::Number(rows.iter().map(of).collect());
    let count = |of: &dyn Fn(&Row<'_>) -> Option<u64>| {
        let shown = |row: &Row<'_>| (row.cell.state != State::Suppressed).then(|| of(row)).flatten();
        TidyColumn::Count(rows.iter().map(shown).collect())
    };
    let flag = |of: &dyn Fn(&Row<'_>) -> Option<bool>| TidyColumn::Flag(rows.iter().map(of).collect());
    let change = |row: &Row<'_>| row.cell.change.clone();
    let mut columns = vec![
        ("kind", text(&|row| Some(row.kind.to_owned()))),
        ("name", text(&|row| Some(row.name.to_owned()))),
        ("label", text(&|row| Some(row.label.to_owned()))),
        ("unit", text(&|row| row.unit.map(str::to_owned))),
        ("period", text(&|row| row.cell.period.as_deref().map(str::to_owned))),
        ("partial", flag(&|row| Some(row.cell.partial))),
    ];
    let facts = vec![
        ("value", number(&|row| row.cell.value)),
        ("state", text(&|row| Some(format::state(row.cell.state).to_owned()))),
        ("n", count(&|row| Some(row.cell.n))),
        ("n_denominator", count(&|row| row.cell.n_denominator)),
        ("n_effective", number(&|row| row.cell.n_effective)),
        ("skipped", count(&|row| Some(row.cell.skipped))),
        ("not_due", count(&|row| Some(row.cell.not_due))),
        ("low", number(&|row| Some(row.cell.interval.as_ref()?.low))),
        ("high", number(&|row| Some(row.cell.interval.as_ref()?.high))),
        ("level", number(&|row| Some(row.cell.interval.as_ref()?.level))),
        (
            "interval",
            text(&|row| Some(row.cell.interval.as_ref()?.method.to_string())),
        ),
        ("baseline", number(&|row| row.goal.baseline)),
        ("target", number(&|row| row.cell.target)),
        ("due", text(&|row| Some(row.goal.due?.to_string()))),
        ("target_met", flag(&|row| row.cell.target_met)),
        ("progress", number(&|row| row.cell.progress)),
        ("band", text(&|row| row.cell.band.clone())),
        ("change_from", text(&|row| Some(change(row)?.from.to_string()))),
        ("change", number(&|row| Some(change(row)?.difference))),
        ("verdict", text(&|row| Some(verdict(change(row)?.verdict).to_owned()))),
        ("better", flag(&|row| change(row)?.better)),
        ("p", number(&|row| change(row)?.p)),
        ("owner", text(&|row| row.goal.owner.clone())),
        ("headline", flag(&|row| Some(row.headline))),
    ];
    let taken: BTreeSet<&str> = columns.iter().chain(&facts).map(|(name, _)| *name).collect();
    let segments: Vec<(String, TidyColumn)> = report
        .results
        .axes
        .segments
        .iter()
        .map(|segment| {
            let own = text(&|row| row.cell.segments.get(&segment.name).cloned());
            let name = if taken.contains(segment.name.as_str()) {
                format!("segment_{}", segment.name)
            } else {
                segment.name.clone()
            };
            (name, own)
        })
        .collect();
    let named = |column: (&str, TidyColumn)| (column.0.to_owned(), column.1);
    let mut all: Vec<(String, TidyColumn)> = columns.drain(..).map(named).collect();
    all.extend(segments);
    all.extend(facts.into_iter().map(named));
    TidyTable {
        rows: rows.len(),
        columns: all,
    }
}

fn rows(report: &Report) -> Vec<Row<'_>> {
    let mut rows = Vec::new();
    for metric in &report.results.metrics {
        let kind = match metric.role {
            Role::Outcome => "outcome",
            Role::Metric => "metric",
        };
        rows.extend(metric.cells.iter().map(|cell| Row {
            kind,
            name: &metric.name,
            label: &metric.label,
            unit: metric.unit.as_deref(),
            goal: &metric.goal,
            cell,
            headline: is_headline(cell, &metric.headline),
        }));
    }
    for score in &report.results.scores {
        rows.extend(score.cells.iter().map(|cell| Row {
            kind: "score",
            name: &score.name,
            label: &score.label,
            unit: Some("points"),
            goal: &score.goal,
            cell,
            headline: is_headline(cell, &score.headline),
        }));
    }
    rows
}

fn is_headline(cell: &Cell, headline: &Cell) -> bool {
    cell.segments.is_empty() && cell.period == headline.period
}

/// The word for a verdict.
#[must_use]
pub const fn verdict(verdict: ChangeVerdict) -> &'static str {
    match verdict {
        ChangeVerdict::Up => "up",
        ChangeVerdict::Down => "down",
        ChangeVerdict::NoChangeShown => "no change shown",
        ChangeVerdict::NotTested => "not tested",
    }
}

impl TidyColumn {
    /// A value as text; empty where there is none.
    #[must_use]
    pub fn text(&self, row: usize) -> String {
        let number = |value: Option<f64>| value.map(|value| value.to_string()).unwrap_or_default();
        match self {
            Self::Text(values) => values.get(row).cloned().flatten().unwrap_or_default(),
            Self::Number(values) => number(values.get(row).copied().flatten()),
            Self::Count(values) => {
                let value = values.get(row).copied().flatten();
                value.map(|value| value.to_string()).unwrap_or_default()
            }
            Self::Flag(values) => {
                let value = values.get(row).copied().flatten();
                value.map(|value| value.to_string()).unwrap_or_default()
            }
        }
    }
}
