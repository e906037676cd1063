//! Unit tests of a card.

use serde::{Deserialize, Serialize};

use super::table::InlineRows;
use super::time::CivilDate;
use crate::diagnostic::{Span, Spanned};

/// A unit test: small tables in, expected values out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Test {
    /// What it shows.
    pub name: Spanned<String>,
    /// As of which day.
    pub as_of: Option<Spanned<CivilDate>>,
    /// The tables.
    pub given: Vec<Given>,
    /// What must come out.
    pub expects: Vec<Expect>,
}

/// A table of a test.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Given {
    /// The table.
    pub table: Spanned<String>,
    /// Its rows.
    pub data: GivenData,
}

/// Rows of a test's table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum GivenData {
    /// CSV text; white space before each line is ignored.
    Csv(String),
    /// Rows.
    Rows(InlineRows),
}

/// What must come out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Expect {
    /// Metric, outcome or score.
    pub of: Spanned<String>,
    /// Segment values of the cell; none: the total.
    pub cell: Vec<(String, String)>,
    /// Period of the cell; none: the headline.
    pub period: Option<String>,
    /// What.
    pub what: Expectation,
    /// Where.
    pub span: Span,
}

/// What is compared.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Expectation {
    /// A value, compared to the digits written: decimals are those of the card's text.
    Value {
        /// The number.
        value: f64,
        /// Decimals written.
        decimals: u32,
    },
    /// The number of rows used.
    N(u64),
    /// The number of rows skipped.
    Skipped(u64),
    /// The state, such as `too_few`.
    State(String),
    /// The band of a score.
    Band(String),
}
