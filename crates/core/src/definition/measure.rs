//! Measures: an algebra of aggregates, each at the grain of its own table.

use serde::{Deserialize, Serialize};

use super::expression::Expr;
use super::time::{Duration, TimeUnit};
use crate::diagnostic::{Span, Spanned};

/// A measure with its place in the card.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Measure {
    /// What it is.
    pub kind: MeasureKind,
    /// Where it is written.
    pub span: Span,
}

/// What a measure can be.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum MeasureKind {
    /// A plain number.
    Number(f64),
    /// An aggregate over one table.
    Aggregate(Box<Aggregate>),
    /// `a + b`, `a - b`, `a * b`, `a / b`; division by zero is missing.
    Arithmetic(ArithmeticOp, Box<Measure>, Box<Measure>),
    /// `-a`.
    Negate(Box<Measure>),
    /// `a.by("team").spread()`: something over the values of a segment inside the cell.
    Across {
        /// Measured for each value of the segment.
        measure: Box<Measure>,
        /// The segment.
        segment: Spanned<String>,
        /// What is made of the values.
        how: Across,
    },
    /// `.per("year")`: a flow annualised (scaled by the days of the unit that ends with the cell's period over the days of the period: a year per year is itself).
    Per(Box<Measure>, TimeUnit),
    /// A value kept in another card, handed in by the host.
    ValueFrom {
        /// The other card.
        card: String,
        /// The metric, outcome or score there.
        name: String,
    },
}

/// What is made of a measure's values over a segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Across {
    /// Highest minus lowest.
    Spread,
    /// The lowest.
    Lowest,
    /// The highest.
    Highest,
}

/// Arithmetic of measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ArithmeticOp {
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`
    Divide,
}

/// The parent whose values an aggregate takes, and the path to it from the rows that are counted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ParentPath {
    /// The parent table.
    pub table: String,
    /// Steps from the aggregate's table to it. None: the aggregate is over the parent itself, all of its rows, the same
    /// in every period.
    pub path: Vec<String>,
}

/// An aggregate over the rows of one table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Aggregate {
    /// Which.
    pub function: MeasureFunction,
    /// The table whose rows are counted: the grain.
    pub table: String,
    /// Its column arguments in order, as expressions over the rows of `table`.
    pub inputs: Vec<Expr>,
    /// Its plain numbers in order: the 90 of `percentile(x, 90)`, the 2 of `top_box(x, 2)`.
    pub numbers: Vec<f64>,
    /// Its plain words in order: the `months` of `retention(a, b, 12, "months")`.
    pub words: Vec<String>,
    /// `.where(..)`: all must be true.
    pub filters: Vec<Expr>,
    /// `.dated(..)`: the date that puts rows into periods, in place of the table's.
    pub dated: Option<Expr>,
    /// `.past(28, "days")`: the window before the end of the cell's period.
    pub past: Option<Duration>,
    /// Of a revenue coverage: the parent whose value is counted, with the way to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<ParentPath>,
    /// `.ignoring("contract")`: segments that do not cut it; it repeats across them.
    pub ignoring: Vec<Spanned<String>>,
    /// The named definition by which the listening programme itself is measured: `AAPOR RR3`, `contacted within 48 hours`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub named: Option<String>,
    /// Where it is written.
    pub span: Span,
}

impl Aggregate {
    /// An aggregate of some inputs over all rows of a table.
    #[must_use]
    pub fn new(function: MeasureFunction, table: impl Into<String>, inputs: Vec<Expr>, span: Span) -> Self {
        Self {
            function,
            table: table.into(),
            inputs,
            numbers: Vec::new(),
            words: Vec::new(),
            filters: Vec::new(),
            dated: None,
            past: None,
            parent: None,
            ignoring: Vec::new(),
            named: None,
            span,
        }
    }
}

macro_rules! measure_functions {
    ($($(#[$doc:meta])* $variant:ident = $name:literal,)*) => {
        /// The aggregates. Their exact definitions are rows of `docs/measures.csv`, tied to this list by a test.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        #[serde(rename_all = "snake_case")]
        pub enum MeasureFunction { $($(#[$doc])* $variant,)* }

        impl MeasureFunction {
            /// Every aggregate.
            pub const ALL: &'static [MeasureFunction] = &[$(MeasureFunction::$variant),*];

            /// Its name in a script.
            #[must_use]
            pub const fn name(self) -> &'static str { match self { $(Self::$variant => $name),* } }

            /// The aggregate of that name.
            #[must_use]
            pub fn named(name: &str) -> Option<Self> { match name { $($name => Some(Self::$variant),)* _ => None } }
        }
    };
}

measure_functions! {
    /// Rows. No input.
    Count = "count",
    /// Distinct values of the input.
    CountDistinct = "count_distinct",
    /// Sum of the input.
    Sum = "sum",
    /// Mean of the input.
    Mean = "mean",
    /// Median of the input.
    Median = "median",
    /// Percentile of the input; number: 0 to 100.
    Percentile = "percentile",
    /// Smallest value (numbers and dates).
    Min = "min",
    /// Largest value (numbers and dates).
    Max = "max",
    /// Standard deviation, n − 1.
    Stddev = "stddev",
    /// Percentage of rows for which the input is true.
    Rate = "rate",
    /// Percentage of the first input's sum in rows for which the second is true.
    Share = "share",
    /// Net promoter score of answers 0 to 10.
    Nps = "nps",
    /// Percentage in the top n boxes of the declared scale; number: n.
    TopBox = "top_box",
    /// Percentage in the bottom n boxes; number: n.
    BottomBox = "bottom_box",
    /// Percentage at or above a threshold; number: it.
    AtLeast = "at_least",
    /// Percentage in the top boxes minus percentage in the bottom boxes; numbers: how many of each.
    Net = "net",
    /// Customer effort score as a mean.
    CesMean = "ces_mean",
    /// Customer effort score as percentage that agrees.
    CesAgree = "ces_agree",
    /// Customer effort score as agreeing minus disagreeing.
    CesNet = "ces_net",
    /// Share of entities still alive n units after. Inputs: start, end. Number: n. Word: unit.
    Retention = "retention",
    /// Share of entities alive at the start of the period that left in it. Inputs: start, end.
    Churn = "churn",
    /// Revenue retention from spells. Inputs: entity, start, end, amount. Word: `gross` or `net`.
    RevenueRetention = "revenue_retention",
    /// Kaplan–Meier survival. Inputs: start, end. Number: n. Word: unit.
    Survival = "survival",
    /// Mean of the daily number alive. Inputs: start, end.
    Active = "active",
    /// Number alive at the end of the period. Inputs: start, end.
    ActiveAtEnd = "active_at_end",
    /// Number alive at any time in the period. Inputs: start, end.
    ActiveEver = "active_ever",
    /// Snapshot: sum of the input over rows of the last date in the period.
    Level = "level",
    /// Value of the first input at the latest value of the second. Roll-ups only.
    Last = "last",
    /// Pearson correlation of two inputs.
    Correlation = "correlation",
    /// Krippendorff's alpha. Inputs: level, rater, item. Word: `nominal`, `ordinal` or `interval`. Analysed by links.
    Agreement = "agreement",
    /// Cohen's kappa of two raters, Light's mean of pairs for more. Inputs: level, rater, item. Word: `none`, `linear` or
    /// `quadratic`.
    Kappa = "kappa",
    /// Intraclass correlation. Inputs: level, rater, item. Word: its form.
    Icc = "icc",
    /// Customer lifetime value; see `docs/measures.csv` for the model.
    Clv = "clv",
    /// Percentage of a parent's value that lies with parents of whom a row is there. Input: the value, along the path from
    /// the rows to the parent. Word: the parent table, whose whole sum is the base.
    RevenueCoverage = "revenue_coverage",
    /// Conversion from step to step of a journey. Inputs: entity, step, date.
    Funnel = "funnel",
}
