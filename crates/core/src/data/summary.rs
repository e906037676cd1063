//! What a table held, for the report and for `check`.

use arrow_array::Array;
use bellwether_order::BTreeSet;
use serde::{Deserialize, Serialize};

use super::column::{Column, Ints, Values};
use super::date;
use super::infer::used_codes;
use crate::definition::{ColumnType, Literal};

/// What a table held and what became of its rows.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TableSummary {
    /// The table.
    pub table: String,
    /// Rows read.
    pub rows_read: u64,
    /// Rows used.
    pub rows_used: u64,
    /// Rows dated after the as-of day, left out.
    pub later_than_as_of: u64,
    /// Rows that gave way to a later row of the same key, or to an identical one.
    pub superseded: u64,
    /// Orphans: path, rows whose key has no row there.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub orphans: Vec<(String, u64)>,
    /// Rows without a key: path, rows.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub without_key: Vec<(String, u64)>,
    /// First and last date, as text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dates: Option<(String, String)>,
    /// Columns that the card reads.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub columns: Vec<ColumnSummary>,
}

/// What a column held.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ColumnSummary {
    /// The column. Missing values are counted over the rows read.
    pub column: String,
    /// Its type.
    pub column_type: ColumnType,
    /// Empty fields.
    pub blank: u64,
    /// Codes that mean missing.
    pub coded_missing: u64,
    /// Codes that mean: does not apply.
    pub not_applicable: u64,
    /// Number of distinct values; absent where nobody asked for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub distinct: Option<u64>,
    /// Smallest value; absent as above.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min: Option<Literal>,
    /// Largest value; absent as above.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<Literal>,
}

/// Summaries of tables with those columns only that `own` has, in its order. `None`: one of them is not there.
pub(crate) fn narrowed(summaries: &[TableSummary], own: &[TableSummary]) -> Option<Vec<TableSummary>> {
    let narrow = |own: &TableSummary| {
        let whole = summaries.iter().find(|summary| summary.table == own.table)?;
        let of = |own: &ColumnSummary| whole.columns.iter().find(|column| column.column == own.column);
        Some(TableSummary {
            columns: own.columns.iter().map(|own| of(own).cloned()).collect::<Option<_>>()?,
            table: whole.table.clone(),
            orphans: whole.orphans.clone(),
            without_key: whole.without_key.clone(),
            dates: whole.dates.clone(),
            ..*whole
        })
    };
    own.iter().map(narrow).collect()
}

/// Number of distinct values and the extremes of a column.
pub(super) fn describe(column: &Column) -> (u64, Option<Literal>, Option<Literal>) {
    let rows = (0..column.len()).filter(|&row| column.is_valid(row));
    let ends = |values: BTreeSet<i64>, literal: fn(i64) -> Literal| {
        let (low, high) = (values.first().copied(), values.last().copied());
        (values.len() as u64, low.map(literal), high.map(literal))
    };
    match &column.values {
        Values::Bool(values) => ends(rows.map(|row| i64::from(values.value(row))).collect(), |v| {
            Literal::Bool(v != 0)
        }),
        Values::Int(values) => ends(distinct_ints(column, values), Literal::Int),
        Values::Date(values) => ends(
            rows.filter_map(|row| values.get(row).copied()).map(i64::from).collect(),
            |day| Literal::Text(date::day_text(i32::try_from(day).unwrap_or(0))),
        ),
        Values::Timestamp(values) => ends(rows.filter_map(|row| values.get(row).copied()).collect(), |micros| {
            Literal::Text(date::timestamp_text(micros))
        }),
        Values::Float(values) => {
            let mut all: Vec<f64> = rows.filter_map(|row| values.get(row).copied()).collect();
            all.sort_by(f64::total_cmp);
            all.dedup();
            let literal = |value: Option<&f64>| value.copied().map(Literal::Float);
            (all.len() as u64, literal(all.first()), literal(all.last()))
        }
        Values::Text(text) => {
            let used = used_codes(text, column.validity.as_ref());
            let values: BTreeSet<&str> = (0..text.dictionary.len())
                .filter(|&code| used.get(code) == Some(&true))
                .map(|code| text.dictionary.value(code))
                .collect();
            let literal = |value: Option<&&str>| value.map(|value| Literal::Text((*value).to_owned()));
            (values.len() as u64, literal(values.first()), literal(values.last()))
        }
    }
}

fn distinct_ints(column: &Column, values: &Ints) -> BTreeSet<i64> {
    let mut all: Vec<i64> = (0..column.len())
        .filter(|&row| column.is_valid(row))
        .map(|row| values.get(row))
        .collect();
    all.sort_unstable();
    all.dedup();
    all.into_iter().collect()
}
