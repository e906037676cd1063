//! What the card plans and claims: links, objectives, journeys, initiatives, lists, alerts.

use serde::{Deserialize, Serialize};

use super::column::ColumnRef;
use super::expression::RowExpr;
use super::score::Condition;
use super::time::{CivilDate, Duration};
use crate::diagnostic::{Span, Spanned};

/// A claim: this metric leads that outcome. Declared and validated here; analysed by the `link` stage.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Link {
    /// The metric or score.
    pub metric: Spanned<String>,
    /// The outcome, or another metric.
    pub outcome: Spanned<String>,
    /// How long the effect takes.
    pub lag: Option<Duration>,
    /// How long a stretch of the metric counts.
    pub window: Option<Duration>,
    /// Columns held constant.
    pub controls: Vec<ColumnRef>,
    /// Assumed effect: a range of outcome units per unit of the metric.
    pub assumes: Option<Spanned<(f64, f64)>>,
    /// The experiment that tested it.
    pub tested_by: Option<Spanned<String>>,
    /// Where.
    pub span: Span,
}

impl Link {
    /// The bare claim that `drives` makes: no lag, window, control, range or experiment.
    #[must_use]
    pub fn claimed(metric: Spanned<String>, outcome: Spanned<String>) -> Self {
        let span = outcome.span;
        Self {
            metric,
            outcome,
            lag: None,
            window: None,
            controls: Vec::new(),
            assumes: None,
            tested_by: None,
            span,
        }
    }
}

/// What several outcomes serve together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Objective {
    /// Its words.
    pub name: Spanned<String>,
    /// Who answers for it.
    pub owner: Option<Spanned<String>>,
}

/// A journey: ordered phases with steps, perhaps bound to columns.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Journey {
    /// Its name.
    pub name: Spanned<String>,
    /// Columns whose values are steps; they make a segment of the journey's name.
    pub along: Vec<ColumnRef>,
    /// Column of the persona.
    pub persona: Option<ColumnRef>,
    /// Phases in order. A journey of one level has phases without steps.
    pub phases: Vec<JourneyPhase>,
}

/// A phase of a journey.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct JourneyPhase {
    /// Its name.
    pub name: Spanned<String>,
    /// Its steps in order.
    pub steps: Vec<Spanned<String>>,
}

/// By how much an initiative is expected to move a metric: a range.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Move {
    /// The metric.
    pub metric: Spanned<String>,
    /// Low end.
    pub low: f64,
    /// High end.
    pub high: f64,
}

/// An action.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Initiative {
    /// Its name.
    pub name: Spanned<String>,
    /// Who answers for it.
    pub owner: Option<Spanned<String>>,
    /// First day.
    pub starts: Option<Spanned<CivilDate>>,
    /// Day by which it is done.
    pub due: Option<Spanned<CivilDate>>,
    /// Cost, once.
    pub costs: Option<Spanned<f64>>,
    /// Cost a year.
    pub yearly_cost: Option<Spanned<f64>>,
    /// Work in person days.
    pub person_days: Option<Spanned<f64>>,
    /// What it moves.
    pub moves: Vec<Move>,
    /// The pilot that tested it.
    pub tested_by: Option<Spanned<String>>,
    /// Years over which it is judged.
    pub horizon: Option<Spanned<Duration>>,
    /// Yearly discount rate in percent.
    pub discount: Option<Spanned<f64>>,
}

/// `quick_wins().payback(6, "months").person_days(30)`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct QuickWins {
    /// Longest payback.
    pub payback: Option<Duration>,
    /// Most person days.
    pub person_days: Option<f64>,
    /// Where.
    pub span: Span,
}

/// A list of rows: accounts at risk, detractors to call.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct List {
    /// Its title.
    pub name: Spanned<String>,
    /// The table.
    pub table: Spanned<String>,
    /// Which rows: all must be true.
    pub filters: Vec<RowExpr>,
    /// Columns to show; scores of `.each` and their `_change`, `_band`, and `reasons` included.
    pub show: Vec<Spanned<String>>,
    /// Column to sort by, and whether downwards.
    pub sort: Option<(Spanned<String>, bool)>,
    /// Most rows.
    pub limit: Option<u32>,
    /// For whom.
    pub audience: Option<String>,
}

/// A rule that raises an alert.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Alert {
    /// Its name.
    pub name: Spanned<String>,
    /// When, over the headline cells.
    pub condition: Condition,
    /// To whom.
    pub to: Option<String>,
}
