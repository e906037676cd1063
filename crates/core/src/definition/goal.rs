//! Goals: direction, baseline, target, due date, worth.

use serde::{Deserialize, Serialize};

use super::measure::Measure;
use super::time::CivilDate;
use crate::diagnostic::{Span, Spanned};

/// Which way is good.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// Higher is better.
    Higher,
    /// Lower is better.
    Lower,
}

/// Where a metric started.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Baseline {
    /// `.baseline(41)`.
    Value(f64),
    /// `.baseline_at("2026-Q1")`: the value of that period, read from the data.
    At(String),
}

/// A way point: `.target_on("2027-03-31", 82)`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DatedTarget {
    /// By when.
    pub date: CivilDate,
    /// What.
    pub value: f64,
    /// Where it is written.
    pub span: Span,
}

/// `.target_for("priority", #{ "1 - Critical": 95 })`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SegmentTargets {
    /// The segment.
    pub segment: Spanned<String>,
    /// Value of the segment, target.
    pub targets: Vec<(String, f64)>,
}

/// What one point is worth, held for twelve months.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Worth {
    /// A number, or a measure such as 1 % of revenue.
    pub amount: Measure,
    /// ISO code; the header's where absent.
    pub currency: Option<String>,
    /// Where it is written.
    pub span: Span,
}

/// What a metric, outcome or score is to reach.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Goal {
    /// Where it started.
    pub baseline: Option<Spanned<Baseline>>,
    /// What to reach.
    pub target: Option<Spanned<f64>>,
    /// Way points, in the order of the card.
    pub way_points: Vec<DatedTarget>,
    /// Targets of segment values.
    pub segment_targets: Vec<SegmentTargets>,
    /// By when.
    pub due: Option<Spanned<CivilDate>>,
    /// Why there is no target.
    pub no_target: Option<Spanned<String>>,
    /// Who answers for it.
    pub owner: Option<Spanned<String>>,
    /// The objective it serves.
    pub serves: Option<Spanned<String>>,
}
