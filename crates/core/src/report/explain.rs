//! How a number came about: its formula with the value of each part, the rows behind each aggregate, and for a score its
//! parts, limits and bands.

use serde::{Deserialize, Serialize};

use super::build::{contributions, limits};
use super::formula::{closure_text, expr_text, measure_text};
use super::model::{Cell, Contribution, GoalResult, LimitResult, Value};
use crate::data::{BoundTable, Column, Dataset, NO_ROW, Values};
use crate::definition::{
    Aggregate, CivilDate, Direction, Expr, ExprKind, Measure, MeasureFunction, MeasureKind, Score, Scorecard,
};
use crate::measure::{RowUse, RowsOf, State};
use crate::score::{Normaliser, ScoreDetail};

/// How the value of a cell came about.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Explanation {
    /// Metric, outcome or score.
    pub name: String,
    /// Name for people.
    pub label: String,
    /// `metric`, `outcome` or `score`.
    pub kind: String,
    /// What it tells.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub about: Option<String>,
    /// Unit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// Decimals to show.
    pub decimals: u32,
    /// Which way is good.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub direction: Option<Direction>,
    /// Goal.
    pub goal: GoalResult,
    /// The cell, as the report has it.
    pub cell: Cell,
    /// First and last day of the cell's period; `None`: the whole time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub days: Option<(CivilDate, CivilDate)>,
    /// In words what its state means, where that is not plain.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state_note: Option<String>,
    /// Smallest n that is not flagged; of a metric.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_n: Option<u64>,
    /// The formula with the value of each part; of a metric.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub formula: Option<FormulaPart>,
    /// The rows behind each aggregate of the formula, in its order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aggregates: Vec<AggregateExplanation>,
    /// Of a score.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub score: Option<ScoreExplanation>,
}

/// A part of a formula with its value in the cell.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FormulaPart {
    /// As a card writes it.
    pub text: String,
    /// Its value.
    pub value: Option<f64>,
    /// What it is worth.
    pub state: State,
    /// Rows used; `None`: it does not come from rows of one table.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub n: Option<u64>,
    /// What it is made of.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<FormulaPart>,
}

/// The rows behind an aggregate.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AggregateExplanation {
    /// As a card writes it.
    pub text: String,
    /// The table.
    pub table: String,
    /// Where the table comes from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub origin: Option<String>,
    /// The date that puts rows into periods; `None`: the table has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dated_by: Option<String>,
    /// Survey weights, where rows have them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub weighted_by: Option<String>,
    /// Rows of the table.
    pub rows_in_table: u64,
    /// Rows of the cell: of its segment values and its period.
    pub rows_in_cell: u64,
    /// Its filters, and how many rows of the cell each alone leaves out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub filters: Vec<FilterExplanation>,
    /// Rows that passed all filters.
    pub passed: u64,
    /// Rows used.
    pub used: u64,
    /// Rows skipped.
    pub skipped: u64,
    /// Of those, rows whose window is not over as of the day: not yet known, done or not.
    pub not_due: u64,
    /// In words why rows are skipped.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub skipped_because: Option<String>,
    /// Paths to other tables, with what is known of their rows.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub joins: Vec<JoinExplanation>,
    /// Names of the columns of `sample`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub columns: Vec<String>,
    /// The first rows that passed the filters.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sample: Vec<RowExplanation>,
}

/// A filter of an aggregate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FilterExplanation {
    /// The condition as a card writes it.
    pub text: String,
    /// Rows of the cell for which it is not true.
    pub leaves_out: u64,
}

/// A path from a table to one that its rows belong to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct JoinExplanation {
    /// The name of the path.
    pub path: String,
    /// The table it leads to.
    pub table: String,
    /// Rows whose key has no row there; they count under `(unknown)`.
    pub orphans: u64,
    /// Rows without a key; they count under `(unknown)`.
    pub without_key: u64,
}

/// A row behind an aggregate.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RowExplanation {
    /// Row of the source, 1-based, header not counted.
    pub row: u64,
    /// `used`, `skipped` or `window not over`.
    pub used: String,
    /// The columns read, in the order of `columns`.
    pub values: Vec<Value>,
}

/// How a score came about.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ScoreExplanation {
    /// `weighted mean`, `weighted geometric mean`, `worst part`.
    pub aggregation: String,
    /// In words: what happens to missing and stale parts.
    pub rules: Vec<String>,
    /// Its parts, most points lost first.
    pub parts: Vec<Contribution>,
    /// How each part became 0–100, in the order of `parts`: `0 scores 0, 60 scores 100`.
    pub scales: Vec<String>,
    /// The mix before limits.
    pub mixed: Option<f64>,
    /// Caps, floors, knock-outs and overrides, in the order in which they apply.
    pub limits: Vec<LimitResult>,
    /// Bands with their lower edges: `red below 50`, `amber from 50`, `green from 75`.
    pub bands: Vec<String>,
}

/// What an explanation of a metric is made from.
pub struct MetricParts<'a> {
    /// The card.
    pub card: &'a Scorecard,
    /// The tables.
    pub data: &'a Dataset,
    /// The measure.
    pub measure: &'a Measure,
    /// Rows behind each aggregate, in the order of the formula.
    pub rows: Vec<RowsOf>,
}

/// The measures inside a measure, itself first, in the order in which [`formula`] asks for their values.
#[must_use]
pub fn inner_measures(measure: &Measure) -> Vec<&Measure> {
    let mut found = vec![measure];
    match &measure.kind {
        MeasureKind::Number(_) | MeasureKind::Aggregate(_) | MeasureKind::ValueFrom { .. } => {}
        MeasureKind::Arithmetic(_, left, right) => {
            found.extend(inner_measures(left));
            found.extend(inner_measures(right));
        }
        MeasureKind::Negate(inner) | MeasureKind::Per(inner, _) => found.extend(inner_measures(inner)),
        MeasureKind::Across { measure, .. } => found.extend(inner_measures(measure)),
    }
    found
}

/// The formula of a measure with values, which `next` gives in the order of [`inner_measures`].
pub fn formula(measure: &Measure, next: &mut dyn FnMut() -> (Option<f64>, State, Option<u64>)) -> FormulaPart {
    let (value, state, n) = next();
    let parts = match &measure.kind {
        MeasureKind::Number(_) | MeasureKind::Aggregate(_) | MeasureKind::ValueFrom { .. } => Vec::new(),
        MeasureKind::Arithmetic(_, left, right) => vec![formula(left, next), formula(right, next)],
        MeasureKind::Negate(inner) | MeasureKind::Per(inner, _) => vec![formula(inner, next)],
        MeasureKind::Across { measure, .. } => vec![formula(measure, next)],
    };
    let n = n.filter(|_| matches!(measure.kind, MeasureKind::Aggregate(_)));
    FormulaPart {
        text: measure_text(measure),
        value,
        state,
        n,
        parts,
    }
}

/// The rows behind each aggregate of a measure.
#[must_use]
pub fn aggregates(parts: MetricParts<'_>) -> Vec<AggregateExplanation> {
    let all = inner_measures(parts.measure)
        .into_iter()
        .filter_map(|measure| match &measure.kind {
            MeasureKind::Aggregate(aggregate) => Some((measure, aggregate.as_ref())),
            _ => None,
        });
    all.filter_map(|(measure, aggregate)| {
        let rows = parts
            .rows
            .iter()
            .find(|rows| rows.span == aggregate.span && rows.table == aggregate.table)?;
        Some(explain_aggregate(&parts, measure, aggregate, rows))
    })
    .collect()
}

fn explain_aggregate(
    parts: &MetricParts<'_>,
    measure: &Measure,
    aggregate: &Aggregate,
    rows: &RowsOf,
) -> AggregateExplanation {
    let table = aggregate.table.as_str();
    let bound = parts.data.table(table);
    let declared = parts.card.table(table);
    let paths = columns_read(aggregate);
    let dated = aggregate.dated.as_ref().map(|dated| expr_text(dated, table));
    let filters = aggregate
        .filters
        .iter()
        .zip(&rows.filters)
        .map(|(filter, (_, leaves_out))| FilterExplanation {
            text: closure_text(filter, table),
            leaves_out: *leaves_out,
        });
    let sample = rows.sample.iter().map(|row| RowExplanation {
        row: row.source_row,
        used: match row.used {
            RowUse::Used => "used",
            RowUse::Skipped => "skipped",
            RowUse::NotDue => "window not over",
        }
        .into(),
        values: paths
            .iter()
            .map(|path| value_at(parts.data, table, path, row.row as usize))
            .collect(),
    });
    AggregateExplanation {
        text: measure_text(measure),
        table: table.to_owned(),
        origin: bound.and_then(|bound| bound.origin.clone()),
        dated_by: dated.or_else(|| bound.and_then(|bound| bound.date.clone())),
        weighted_by: declared
            .and_then(|table| table.weight.as_ref())
            .map(ToString::to_string),
        rows_in_table: bound.map_or(0, |bound| bound.rows as u64),
        rows_in_cell: rows.rows,
        filters: filters.collect(),
        passed: rows.used + rows.skipped,
        used: rows.used,
        skipped: rows.skipped,
        not_due: rows.not_due,
        skipped_because: because(aggregate, rows),
        joins: joins(bound),
        columns: paths.iter().map(|path| path.join(".")).collect(),
        sample: sample.collect(),
    }
}

fn because(aggregate: &Aggregate, rows: &RowsOf) -> Option<String> {
    let missing = rows.skipped - rows.not_due.min(rows.skipped);
    let closure = matches!(aggregate.function, MeasureFunction::Rate);
    let what = match aggregate.inputs.as_slice() {
        [
            Expr {
                kind: ExprKind::Column(path),
                ..
            },
        ] => format!("`{}` is missing or does not apply", path.join(".")),
        [_] if closure => "its condition is missing".to_owned(),
        _ => "a value that it needs is missing or does not apply".to_owned(),
    };
    match (missing, rows.not_due) {
        (0, 0) => None,
        (0, _) => Some("the window is not over".into()),
        (_, 0) => Some(what),
        (missing, late) => Some(format!("{what} in {missing}, the window is not over in {late}")),
    }
}

fn joins(bound: Option<&BoundTable>) -> Vec<JoinExplanation> {
    let parents = bound.map_or(&[][..], |bound| bound.parents.as_slice());
    parents
        .iter()
        .map(|parent| JoinExplanation {
            path: parent.path.clone(),
            table: parent.table.clone(),
            orphans: parent.orphans,
            without_key: parent.without_key,
        })
        .collect()
}

/// Columns that an aggregate reads, each once: its date, its inputs, its filters.
fn columns_read(aggregate: &Aggregate) -> Vec<Vec<String>> {
    let mut found: Vec<Vec<String>> = Vec::new();
    for expr in aggregate
        .dated
        .iter()
        .chain(&aggregate.inputs)
        .chain(&aggregate.filters)
    {
        expr.each(&mut |expr| {
            if let ExprKind::Column(path) = &expr.kind
                && !found.contains(path)
            {
                found.push(path.clone());
            }
        });
    }
    found
}

/// The value that a row has at the end of a path.
fn value_at(data: &Dataset, table: &str, path: &[String], row: usize) -> Value {
    let Some((name, steps)) = path.split_last() else {
        return Value::Missing;
    };
    let (mut at, mut row) = (data.table(table), row);
    for step in steps {
        let Some(parent) = at.and_then(|table| table.parent(step)) else {
            return Value::Missing;
        };
        match parent.rows.get(row) {
            Some(up) if *up != NO_ROW => row = *up as usize,
            _ => return Value::Missing,
        }
        at = data.table(&parent.table);
    }
    at.and_then(|table| table.column(name))
        .map_or(Value::Missing, |column| plain_value(column, row))
}

/// A column's value of a row as a plain value; dates as text.
#[must_use]
pub fn plain_value(column: &Column, row: usize) -> Value {
    if !column.is_valid(row) {
        return Value::Missing;
    }
    match &column.values {
        Values::Bool(values) => Value::Bool(values.value(row)),
        Values::Int(values) => Value::Int(values.get(row)),
        Values::Float(values) => values
            .get(row)
            .map_or(Value::Missing, |value| Value::Float(value + 0.0)),
        Values::Text(text) => Value::Text(text.get(row).to_owned()),
        Values::Date(_) => column
            .day(row)
            .map_or(Value::Missing, |day| Value::Text(CivilDate(day).to_string())),
        Values::Timestamp(values) => values
            .get(row)
            .map_or(Value::Missing, |micros| Value::Text(timestamp(*micros))),
    }
}

/// `2026-05-31 14:05`, with seconds where there are some.
fn timestamp(micros: i64) -> String {
    const DAY: i64 = 86_400_000_000;
    let day = i32::try_from(micros.div_euclid(DAY)).map_or_else(|_| String::new(), |day| CivilDate(day).to_string());
    let seconds = micros.rem_euclid(DAY) / 1_000_000;
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if seconds == 0 {
        format!("{day} {hours:02}:{minutes:02}")
    } else {
        format!("{day} {hours:02}:{minutes:02}:{seconds:02}")
    }
}

/// How a score came about in a cell.
#[must_use]
pub fn score(score: &Score, detail: &ScoreDetail) -> ScoreExplanation {
    use crate::definition::{Aggregation, MissingParts, StaleParts};
    let hidden = detail.cell.state == State::Suppressed;
    let missing = match score.missing_parts {
        MissingParts::Fail => "a missing part makes the score missing".to_owned(),
        MissingParts::Reweight(share) => {
            format!(
                "the others carry the weight of missing parts, as long as they hold {} % of it",
                share * 100.0
            )
        }
        MissingParts::Value(value) => format!("{value} stands in for a missing part"),
    };
    let stale = match score.stale_parts {
        StaleParts::Keep => None,
        StaleParts::Half => Some("stale parts count with half of their weight".to_owned()),
        StaleParts::Drop => Some("stale parts count as missing".to_owned()),
    };
    ScoreExplanation {
        aggregation: match score.aggregation {
            Aggregation::Arithmetic => "weighted mean",
            Aggregation::Geometric => "weighted geometric mean",
            Aggregation::WorstOf => "worst part",
        }
        .into(),
        rules: std::iter::once(missing).chain(stale).collect(),
        parts: if hidden {
            Vec::new()
        } else {
            contributions(&detail.parts)
        },
        scales: detail
            .parts
            .iter()
            .map(|part| scale_text(part.normaliser.as_ref()))
            .collect(),
        mixed: detail.mixed.filter(|_| !hidden),
        limits: if hidden { Vec::new() } else { limits(score, detail) },
        bands: score.bands.as_ref().map_or_else(Vec::new, |bands| {
            let first = bands
                .names
                .first()
                .zip(bands.edges.first())
                .map(|(name, edge)| format!("{name} below {edge}"));
            let rest = bands
                .names
                .iter()
                .skip(1)
                .zip(&bands.edges)
                .map(|(name, edge)| format!("{name} from {edge}"));
            first.into_iter().chain(rest).collect()
        }),
    }
}

fn scale_text(normaliser: Option<&Normaliser>) -> String {
    match normaliser {
        None => "no scale".into(),
        Some(Normaliser::Line { zero, hundred }) if *zero == 0.0 && *hundred == 100.0 => "as it is".into(),
        Some(Normaliser::Line { zero, hundred }) => format!("{zero} scores 0, {hundred} scores 100"),
        Some(Normaliser::Curve(points)) => {
            let points: Vec<String> = points
                .iter()
                .map(|(value, score)| format!("{value} scores {score}"))
                .collect();
            points.join(", ")
        }
    }
}

/// What a state means, where that is not plain.
#[must_use]
pub fn state_note(cell: &Cell, min_n: Option<u64>) -> Option<String> {
    let text = match cell.state {
        State::Ok if cell.partial => "its period is cut by the as-of day: shown, never banded or tested".into(),
        State::Ok => return None,
        State::Failed => "it could not be computed; the findings say why".into(),
        State::Suppressed => {
            "hidden to protect people: too few of them, or another hidden value could be told from it".into()
        }
        State::Missing => "there is nothing to measure".into(),
        State::NotApplicable => "this segment or period does not reach it".into(),
        State::TooFew => match min_n {
            Some(least) => format!("fewer than {least} answers: the value is shown and flagged"),
            None => "a part has too few answers: the value is shown and flagged".into(),
        },
        State::Stale => "no new rows for longer than it stays fresh: the value is shown and flagged".into(),
    };
    Some(text)
}
