//! How results are cut.

use serde::{Deserialize, Serialize};

use super::column::ColumnRef;
use super::expression::RowExpr;
use super::time::Calendar;
use crate::diagnostic::{Span, Spanned};

/// A segment: one way to cut results.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Segment {
    /// Its name.
    pub name: Spanned<String>,
    /// Name for people.
    pub label: Option<String>,
    /// Where its values come from; several sources make one segment over several tables.
    pub sources: Vec<SegmentSource>,
    /// Order of values; those not named follow in order of their text.
    pub order: Vec<String>,
    /// Only the n most frequent values; the rest under one name.
    pub top: Option<(u32, String)>,
    /// Name for rows without a value, in place of `(unknown)`.
    pub missing_label: Option<String>,
    /// Many-to-many: measures of tables that share rows with this table reach it by a rule.
    pub through: Option<super::table::Through>,
}

/// Where values of a segment come from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum SegmentSource {
    /// A column.
    Column(ColumnRef),
    /// A closure over a table's rows.
    Closure(RowExpr),
    /// Numbers cut at edges.
    Buckets(Buckets),
    /// The calendar step of a date column: a cohort.
    Cohort(ColumnRef, Calendar),
}

/// `buckets(col, [13, 25], ["to 1 year", "to 2 years", "longer"])`: the lower edge belongs to the upper bucket.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Buckets {
    /// The table whose rows are cut, and the number that is cut.
    pub of: RowExpr,
    /// Edges, ascending.
    pub edges: Vec<f64>,
    /// Labels: one more than edges.
    pub labels: Vec<String>,
    /// Where.
    pub span: Span,
}

/// `cross("region", "plan")`: the cube of some segments, besides the one-way cells and the total.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Cross {
    /// Names of two or more segments.
    pub segments: Vec<Spanned<String>>,
    /// Where.
    pub span: Span,
}
