//! What a table held, for the report and for `check`.

use serde::{Deserialize, Serialize};

use crate::definition::ColumnType;

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
    /// The column.
    pub column: String,
    /// Its type.
    pub column_type: ColumnType,
    /// Empty fields.
    pub blank: u64,
    /// Codes that mean missing.
    pub coded_missing: u64,
    /// Codes that mean: does not apply.
    pub not_applicable: u64,
}
