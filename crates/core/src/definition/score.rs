//! Scores: weighted mixes of metrics, outcomes and other scores.

use serde::{Deserialize, Serialize};

use super::expression::{Expr, RowExpr};
use super::goal::Goal;
use super::time::CivilDate;
use crate::diagnostic::{Span, Spanned};

/// A score.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Score {
    /// Its name.
    pub name: Spanned<String>,
    /// Name for people.
    pub label: Option<String>,
    /// What it tells.
    pub about: Option<String>,
    /// Decimals to show.
    pub decimals: Option<u32>,
    /// What it is made of.
    pub parts: Vec<Part>,
    /// One part for each value of a segment.
    pub mix_each: Option<MixEach>,
    /// How parts are joined.
    pub aggregation: Aggregation,
    /// What happens when a part is missing.
    pub missing_parts: MissingParts,
    /// What happens when a part is stale.
    pub stale_parts: StaleParts,
    /// Whether normalised parts may leave 0 to 100.
    pub unclamped: bool,
    /// Caps, floors and knock-outs, in the order of the card.
    pub limits: Vec<Limit>,
    /// Bands.
    pub bands: Option<Bands>,
    /// Values set by hand.
    pub overrides: Vec<Override>,
    /// Values set by hand in a table.
    pub override_table: Option<OverrideTable>,
    /// The keyed table whose every row is scored too.
    pub each: Option<Spanned<String>>,
    /// Which of those rows.
    pub only: Option<RowExpr>,
    /// Other weights for some rows or cells.
    pub weights_for: Vec<WeightsFor>,
    /// Fewest answers of its smallest part.
    pub min_n: Option<Spanned<u64>>,
    /// Goal.
    pub goal: Goal,
    /// Outcomes it claims to lead.
    pub drives: Vec<Spanned<String>>,
}

/// A part of a mix.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Part {
    /// Metric, outcome or score.
    pub of: Spanned<String>,
    /// Relative weight.
    pub weight: Spanned<f64>,
    /// How its value becomes 0 to 100.
    pub normalise: Normalise,
    /// The whole `.mix(..)`.
    pub span: Span,
}

/// `.mix_each("element", "maturity")`: a part of equal weight for each value of a segment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct MixEach {
    /// The segment.
    pub segment: Spanned<String>,
    /// The metric.
    pub of: Spanned<String>,
    /// How each value becomes 0 to 100.
    pub normalise: Normalise,
}

/// From a value to 0–100.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Normalise {
    /// Its own scale: 0–100 for rates and scores, the declared scale else (turned where lower is better).
    #[default]
    OwnScale,
    /// The values that score 0 and 100.
    Anchors {
        /// Scores 0.
        zero: f64,
        /// Scores 100.
        hundred: f64,
    },
    /// Points (value, score), joined by straight lines; values ascending.
    Curve(Vec<(f64, f64)>),
    /// 0 at the baseline, 100 at the target.
    BaselineToTarget,
}

/// How normalised parts are joined.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Aggregation {
    /// Weighted arithmetic mean.
    #[default]
    Arithmetic,
    /// Weighted geometric mean.
    Geometric,
    /// The worst part.
    WorstOf,
}

/// Rule for missing parts.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum MissingParts {
    /// The score is missing too.
    #[default]
    Fail,
    /// The others carry the weight, as long as they hold at least this share of it (0–1).
    Reweight(f64),
    /// The part scores this.
    Value(f64),
}

/// Rule for stale parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum StaleParts {
    /// They stay, and the score is flagged.
    #[default]
    Keep,
    /// They keep half of their weight.
    Half,
    /// They count as missing.
    Drop,
}

/// Kinds of limits on a score.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum LimitKind {
    /// At most; several: the lowest.
    Cap,
    /// At least; several: the highest.
    Floor,
    /// Exactly this value whatever the parts say.
    KnockOut,
}

/// What an unknown condition does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum IfUnknown {
    /// Not applied, and said to be not checked.
    #[default]
    Ignore,
    /// Applied.
    Fire,
}

/// A condition over the metrics and scores of a cell: `|m| m.fcr < 60`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Condition {
    /// `Column([name])` is a metric, outcome or score.
    pub expr: Expr,
    /// The closure as written, for explanations.
    pub text: String,
}

/// A cap, floor or knock-out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Limit {
    /// Which.
    pub kind: LimitKind,
    /// The value.
    pub value: f64,
    /// When.
    pub condition: Condition,
    /// Why.
    pub reason: String,
    /// When the condition is unknown.
    pub if_unknown: IfUnknown,
    /// Where.
    pub span: Span,
}

/// Bands: `bands(50, 75)` is red < 50 <= amber < 75 <= green.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Bands {
    /// Lower edges of all bands but the first, ascending.
    pub edges: Vec<f64>,
    /// Names from the lowest band to the highest; one more than edges.
    pub names: Vec<String>,
    /// Where.
    pub span: Span,
}

/// A value set by hand.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Override {
    /// Segment and value it holds for; none: the total.
    pub cell: Option<(String, String)>,
    /// The value.
    pub value: f64,
    /// Who.
    pub author: String,
    /// Why.
    pub reason: String,
    /// Until when, that day included.
    pub expires: CivilDate,
    /// Where.
    pub span: Span,
}

/// Overrides kept in a table that belongs to the table of `each`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct OverrideTable {
    /// The table.
    pub table: Spanned<String>,
    /// Column of the value.
    pub value: String,
    /// Column of the author.
    pub author: String,
    /// Column of the reason.
    pub reason: String,
    /// Column of the last day.
    pub expires: String,
}

/// `.weights_for("tier", "enterprise", #{ adoption: 0.3 })`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct WeightsFor {
    /// The segment.
    pub segment: Spanned<String>,
    /// Its value.
    pub value: Spanned<String>,
    /// Part, weight; parts not named keep theirs.
    pub weights: Vec<(String, f64)>,
}
