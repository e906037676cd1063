//! Metrics and outcomes.

use serde::{Deserialize, Serialize};

use super::goal::{Direction, Goal, Worth};
use super::measure::Measure;
use super::time::Duration;
use crate::diagnostic::Spanned;

/// What a metric is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// A business result.
    Outcome,
    /// A measure of customers' experience that should lead an outcome.
    Metric,
}

/// Where a metric stands on the journey: a stage, or a phase and a step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct StageRef {
    /// The stage or phase.
    pub phase: Spanned<String>,
    /// The step inside it.
    pub step: Option<Spanned<String>>,
}

/// A metric or an outcome.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Metric {
    /// Its name; the span is that of the whole `metric(..)` call's name.
    pub name: Spanned<String>,
    /// Metric or outcome.
    pub role: Role,
    /// What is measured.
    pub measure: Measure,
    /// Name for people.
    pub label: Option<String>,
    /// What it tells, in a sentence (from `///` or `.about(..)`).
    pub about: Option<String>,
    /// Unit in place of the measure's own.
    pub unit: Option<Spanned<String>>,
    /// Decimals to show.
    pub decimals: Option<u32>,
    /// Which way is good, where the card says so.
    pub direction: Option<Spanned<Direction>>,
    /// Lowest and highest possible value.
    pub scale: Option<Spanned<(f64, f64)>>,
    /// Goal.
    pub goal: Goal,
    /// What one point is worth.
    pub worth: Option<Worth>,
    /// Outcomes or metrics it claims to lead.
    pub drives: Vec<Spanned<String>>,
    /// Why it drives none.
    pub no_outcome: Option<Spanned<String>>,
    /// Fewest answers.
    pub min_n: Option<Spanned<u64>>,
    /// Stage of the journey.
    pub stage: Option<StageRef>,
    /// A value for each step of the journey's column.
    pub each_step: bool,
    /// Declared a moment of truth, with or without the reason.
    pub moment_of_truth: Option<Spanned<Option<String>>>,
    /// Declared a friction point, with or without the reason.
    pub friction_point: Option<Spanned<Option<String>>>,
    /// After how long without new rows the value counts as stale.
    pub fresh_for: Option<Spanned<Duration>>,
    /// Settings that a card may not change: `.fixed("target")`.
    pub fixed: Vec<Spanned<String>>,
}

impl Metric {
    /// A metric or outcome of which a card says nothing but what it measures.
    #[must_use]
    pub fn new(name: Spanned<String>, role: Role, measure: Measure) -> Self {
        Self {
            name,
            role,
            measure,
            label: None,
            about: None,
            unit: None,
            decimals: None,
            direction: None,
            scale: None,
            goal: Goal::default(),
            worth: None,
            drives: Vec::new(),
            no_outcome: None,
            min_n: None,
            stage: None,
            each_step: false,
            moment_of_truth: None,
            friction_point: None,
            fresh_for: None,
            fixed: Vec::new(),
        }
    }
}
