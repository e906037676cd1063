//! Columns as a card speaks of them: references, literal values, facts.

use serde::{Deserialize, Serialize};

use crate::diagnostic::{Span, Spanned};

/// A plain value written in a card.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(untagged)]
pub enum Literal {
    /// `true` or `false`.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A number with a fraction.
    Float(f64),
    /// Text.
    Text(String),
}

impl Literal {
    /// The value as a number, where it is one.
    #[must_use]
    pub fn as_f64(&self) -> Option<f64> {
        match self {
            Self::Int(value) => Some(*value as f64),
            Self::Float(value) => Some(*value),
            Self::Bool(_) | Self::Text(_) => None,
        }
    }
}

/// The kinds of values a column can hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ColumnType {
    /// `true` or `false`.
    Bool,
    /// Whole numbers.
    Int,
    /// Numbers with fractions.
    Float,
    /// Text.
    Text,
    /// Civil dates.
    Date,
    /// Civil dates with a time of day.
    Timestamp,
}

impl ColumnType {
    /// The word for it in messages and in `types(#{ .. })`.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Bool => "true or false",
            Self::Int => "whole number",
            Self::Float => "number",
            Self::Text => "text",
            Self::Date => "date",
            Self::Timestamp => "date and time",
        }
    }
}

/// A column as seen from the rows of a table: zero or more steps along `belongs_to` paths, then the column's name.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ColumnRef {
    /// The table whose rows are meant.
    pub table: String,
    /// Names of `belongs_to` paths, then of the column: `["order", "customer", "state"]`. Never empty.
    pub path: Vec<String>,
    /// Where it is written.
    pub span: Span,
}

impl std::fmt::Display for ColumnRef {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.table)?;
        self.path.iter().try_for_each(|step| {
            let plain = step.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
                && step.chars().next().is_some_and(|c| !c.is_ascii_digit());
            if plain {
                write!(f, ".{step}")
            } else {
                write!(f, "[\"{step}\"]")
            }
        })
    }
}

/// What a card declares about a column: `survey.column("recommend").scale(0, 10).missing(99)`.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ColumnFacts {
    /// The column's name, after renaming.
    pub column: Spanned<String>,
    /// Lowest and highest value of the answer scale.
    pub scale: Option<Spanned<(f64, f64)>>,
    /// Codes that mean: no answer.
    pub missing: Vec<Spanned<Literal>>,
    /// Codes that mean: the question does not apply. Skipped as missing is, but counted apart.
    pub not_applicable: Vec<Spanned<Literal>>,
    /// Names of the scale's steps, lowest first.
    pub levels: Vec<String>,
    /// Format of dates, such as `d/M/yyyy H:mm`.
    pub dates: Option<Spanned<String>>,
    /// The type, where inference needs a hand.
    pub column_type: Option<Spanned<ColumnType>>,
    /// Name for people.
    pub label: Option<String>,
}
