//! What the package answers beside the engine's own types. TypeScript's types are made from these, too.

use bellwether::assist::Edit;
use bellwether::definition::{ColumnType, Literal};
use bellwether::diagnostic::wire::Finding;
use bellwether::report::chart::Chart;
use bellwether::report::{Provenance, Results, Value};
use serde::Serialize;

/// A report, as `docs/report.schema.json` describes it; its diagnostics have titles, lines and columns, too.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "Report"))]
pub struct ReportAnswer<'a> {
    /// The numbers: the same bits for the same card, data and as-of day, on any machine.
    pub results: &'a Results,
    /// What is to be said about card and data.
    pub diagnostics: Vec<Finding>,
    /// Where the numbers come from.
    pub provenance: &'a Provenance,
}

/// What a check found.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "CheckResult"))]
#[serde(rename_all = "camelCase")]
pub struct CheckAnswer {
    /// Whether nothing is an error.
    pub ok: bool,
    /// Everything that is to be said, errors first.
    pub diagnostics: Vec<Finding>,
    /// The tables that the card wants of the host.
    pub tables: Vec<WantedTable>,
}

/// A table that a card wants of the host.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct WantedTable {
    /// Its name.
    pub name: String,
    /// The file that the card names for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// Whether the engine has it.
    pub here: bool,
    /// The columns that the card reads, by name; more than these where it reads whole rows.
    pub columns: Vec<String>,
}

/// A table that the engine keeps.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct TableInfo {
    /// The name by which cards call it.
    pub name: String,
    /// Rows.
    pub rows: u64,
    /// What the source was called when it was given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub origin: Option<String>,
    /// SHA-256 of the source's bytes, where it came as bytes or text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    /// Memory of its columns, in bytes, about.
    pub held_bytes: u64,
    /// Its columns, in the order of the source.
    pub columns: Vec<ColumnInfo>,
    /// What was found on reading.
    pub diagnostics: Vec<Finding>,
}

/// A column of a table.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ColumnInfo {
    /// Its name.
    pub name: String,
    /// The kind of its values, inferred where no option names it.
    #[serde(rename = "type")]
    pub kind: ColumnType,
    /// Rows without a value: empty fields.
    pub blank: u64,
    /// Rows whose value is a code for missing.
    pub coded_missing: u64,
    /// Number of distinct values.
    pub distinct: u64,
    /// Smallest value; none where all are missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min: Option<Literal>,
    /// Largest value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max: Option<Literal>,
}

/// How the values of a column are spread.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ColumnDistribution {
    /// The table.
    pub table: String,
    /// The column.
    pub column: String,
    /// The kind of its values.
    #[serde(rename = "type")]
    pub kind: ColumnType,
    /// Rows with a value.
    pub valid: u64,
    /// Rows without one.
    pub missing: u64,
    /// Number of distinct values.
    pub distinct: u64,
    /// The commonest values, the commonest first; of values that are as common the smaller first.
    pub top: Vec<ValueCount>,
    /// Rows of all other values.
    pub other: u64,
    /// Numbers, dates and times in steps of one width from the smallest to the largest; empty for text and truth values.
    pub bins: Vec<Bin>,
}

/// How often a value stands in a column.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ValueCount {
    /// The value.
    pub value: Value,
    /// Rows that have it.
    pub count: u64,
}

/// A step of a histogram.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Bin {
    /// From this value on.
    pub from: Value,
    /// To this value: left out, except in the last step.
    pub to: Value,
    /// Rows in between.
    pub count: u64,
}

/// Rows of a table.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RowPage {
    /// The table.
    pub table: String,
    /// Names of its columns.
    pub columns: Vec<String>,
    /// The number of the first row, from 0.
    pub from: u64,
    /// Rows of the table in all.
    pub total: u64,
    /// A list of values for each row; missing is null.
    pub rows: Vec<Vec<Value>>,
}

/// A chart with its drawing.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ReportChart {
    /// What it shows, as data.
    pub chart: Chart,
    /// Its Vega-Lite specification, with its data in it.
    pub vega_lite: serde_json::Value,
}

/// A card in good order.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FormattedText {
    /// Its text.
    pub text: String,
    /// The edits that bring it there.
    pub edits: Vec<Edit>,
}

/// The limits that hold.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct LimitsInfo {
    /// Steps of the script.
    pub operations: u64,
    /// Rows read, times steps.
    pub row_operations: u64,
    /// Cells of a report.
    pub cells: u64,
    /// Time, in milliseconds.
    pub wall_time_ms: f64,
    /// Memory beyond that of the tables, in bytes.
    pub memory_bytes: u64,
    /// Memory of states that grow with the data, in bytes.
    pub growing_bytes: u64,
    /// Longest card, in bytes.
    pub source_bytes: u64,
}
