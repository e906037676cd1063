//! Tables as a card declares them.

use serde::{Deserialize, Serialize};

use super::column::{ColumnFacts, ColumnRef, ColumnType, Literal};
use super::expression::{Expr, RowExpr};
use super::measure::Measure;
use super::time::Duration;
use crate::diagnostic::{Span, Spanned};

/// A table of the card.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Table {
    /// Its name.
    pub name: Spanned<String>,
    /// Where its rows come from.
    pub source: TableSource,
    /// Default file, relative to the card, read by the host.
    pub file: Option<Spanned<String>>,
    /// Columns that together name a row; empty: none.
    pub key: Vec<Spanned<String>>,
    /// The date that puts rows into periods.
    pub date: Option<DateColumn>,
    /// Date formats for all columns of the table.
    pub dates: Vec<Spanned<String>>,
    /// Tables that its rows belong to.
    pub belongs_to: Vec<BelongsTo>,
    /// Survey weight: a column, or a path to one of a parent.
    pub weight: Option<ColumnRef>,
    /// Margins of the population that weights are made to match, one after the other.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rake: Vec<RakeMargin>,
    /// The least and the greatest weight of raking, in mean weights.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weight_caps: Option<Spanned<(f64, f64)>>,
    /// How many rows the population has that the rows of a period are a sample of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub population: Option<Spanned<u64>>,
    /// Of each key, keep the row with the latest value of these columns (ties go to the next column).
    pub latest_by: Vec<Spanned<String>>,
    /// Of rows equal in these columns keep one; rows that differ elsewhere are an error.
    pub distinct_by: Vec<Spanned<String>>,
    /// Codes that mean missing, in every column.
    pub missing: Vec<Spanned<Literal>>,
    /// Types where inference needs a hand.
    pub types: Vec<(Spanned<String>, ColumnType)>,
    /// The whole population, not a sample.
    pub census: bool,
    /// The same in every period.
    pub timeless: bool,
    /// Anonymity floor.
    pub anonymous_below: Option<AnonymousBelow>,
    /// Columns renamed: from, to.
    pub renames: Vec<(Spanned<String>, String)>,
    /// Columns turned into rows.
    pub unpivot: Option<Unpivot>,
    /// Facts about columns.
    pub columns: Vec<ColumnFacts>,
    /// Columns made by the card, in order.
    pub added: Vec<AddedColumn>,
}

impl Table {
    /// A table of which a card says nothing but its name and source.
    #[must_use]
    pub const fn new(name: Spanned<String>, source: TableSource) -> Self {
        Self {
            name,
            source,
            file: None,
            key: Vec::new(),
            date: None,
            dates: Vec::new(),
            belongs_to: Vec::new(),
            weight: None,
            rake: Vec::new(),
            weight_caps: None,
            population: None,
            latest_by: Vec::new(),
            distinct_by: Vec::new(),
            missing: Vec::new(),
            types: Vec::new(),
            census: false,
            timeless: false,
            anonymous_below: None,
            renames: Vec::new(),
            unpivot: None,
            columns: Vec::new(),
            added: Vec::new(),
        }
    }
}

/// `rake("region", #{ "north": 40, "south": 60 })`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RakeMargin {
    /// The column, or a path to one of a parent.
    pub column: ColumnRef,
    /// Its values, each with its share of the population, on any scale.
    pub targets: Vec<(String, f64)>,
}

/// Where rows come from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum TableSource {
    /// The host hands them in under the table's name.
    Host,
    /// A second view of another table's raw rows: `alias("log", tickets)`.
    Alias(String),
    /// Rows of several tables, one after the other.
    Stack(Vec<String>),
    /// One row per distinct value of a column of another table; the column keeps its name and is the key.
    Entities(ColumnRef),
    /// Rows written in the card.
    Inline(InlineRows),
}

/// Rows written in a card.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct InlineRows {
    /// Column names.
    pub columns: Vec<String>,
    /// Values; `None` is missing.
    pub rows: Vec<Vec<Option<Literal>>>,
}

/// The date column of a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DateColumn {
    /// The column.
    pub column: Spanned<String>,
    /// Its format, such as `yyyy-MM`; a date that is only a year or month covers all of it.
    pub format: Option<Spanned<String>>,
}

/// Many rows here belong to one row there.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct BelongsTo {
    /// The other table, which has a key.
    pub table: Spanned<String>,
    /// Columns here that hold its key.
    pub columns: Vec<Spanned<String>>,
    /// The name of the path: the third argument, or the other table's name.
    pub path: String,
    /// For two paths to one table: which of them segments take.
    pub via: Option<Spanned<String>>,
    /// Where.
    pub span: Span,
}

/// `anonymous_below(7, "token")`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AnonymousBelow {
    /// Fewest different people in a cell that is shown.
    pub floor: Spanned<u64>,
    /// The column that tells people apart; none: every row is a person.
    pub key: Option<Spanned<String>>,
}

/// Columns turned into rows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Unpivot {
    /// The columns.
    pub columns: Vec<Spanned<String>>,
    /// New column with their names.
    pub name: String,
    /// New column with their values.
    pub value: String,
}

/// A column made by the card.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AddedColumn {
    /// Its name.
    pub name: Spanned<String>,
    /// What it holds.
    pub source: AddedSource,
    /// Made by the engine, not shown to people.
    pub hidden: bool,
}

/// What an added column holds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum AddedSource {
    /// An expression over the table's own rows.
    Row(Expr),
    /// A measure over tables that belong to this one, for each row of this one.
    RollUp(Measure),
    /// How many other rows with the same key lie in the window before this row (this row not counted).
    CountRecent {
        /// The key.
        key: ColumnRef,
        /// The date.
        date: ColumnRef,
        /// The window.
        window: Duration,
    },
    /// Whether a row with the same key follows within the window; missing while the window is not over.
    FollowedWithin {
        /// The key.
        key: ColumnRef,
        /// The date.
        date: ColumnRef,
        /// The window.
        window: Duration,
    },
    /// The value of a score of each row (`.each(table)`), its band or the like; filled by the score stage.
    Score {
        /// The score.
        score: String,
    },
}

/// Many-to-many through a table, with the rule that avoids counting twice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Through {
    /// The table in between.
    pub table: Spanned<String>,
    /// `once each`, `first` or `shared`.
    pub rule: Spanned<String>,
}

impl Table {
    /// Facts declared about a column.
    #[must_use]
    pub fn facts(&self, column: &str) -> Option<&ColumnFacts> {
        self.columns.iter().find(|facts| facts.column.value == column)
    }

    /// A closure over this table's rows.
    #[must_use]
    pub fn row(&self, expr: Expr) -> RowExpr {
        RowExpr {
            table: self.name.value.clone(),
            expr,
        }
    }
}
