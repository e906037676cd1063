//! The finished report as data: results, diagnostics, provenance.
//!
//! Imports: definition, data, expr, measure, score, link, stats, limits, diagnostic. Never: script, engine, any drawing.

pub mod build;
pub mod canonical;
mod cell;
pub mod chart;
mod claim;
pub(crate) mod digest;
pub mod explain;
mod finding;
pub mod formula;
mod inferred;
mod journey;
pub mod model;
mod provenance;
pub mod quote;
#[cfg(feature = "schema")]
mod schema;
mod slice;
mod verify;
pub mod words;

pub use crate::link::{
    Backtest, Coefficient, CurveStep, Driver, Drivers, Estimate, Evidence, Friction, InitiativeAnalysis, LinkAnalysis,
    MetricWorth, OutcomeWorth, Pace, PaceVerdict, ScoreBacktest, SegmentWorth, WeightAdvice, WhatIf,
};
pub use build::{Evaluated, build};
pub use canonical::canonical_json;
pub use claim::{ClaimEnd, ClaimExplanation, ClaimWorth, claim, claims};
pub use digest::results_sha256;
pub use explain::{
    AggregateExplanation, Explanation, FilterExplanation, FormulaPart, JoinExplanation, RowExplanation,
    ScoreExplanation,
};
pub use model::{
    AlertResult, Cell, Change, ChangePart, ChangeSplit, ChangeVerdict, Contribution, EntityScores, GoalResult,
    InitiativeResult, JourneyResult, LimitResult, LinkResult, ListResult, MetricResult, ObjectiveResult, PhaseResult,
    ProcessResult, ProgrammeMetric, Quote, QuoteGroup, QuotesResult, Report, Results, ScoreResult, SignalResult,
    StepResult, Value, WorthResult,
};
pub use provenance::{
    Asked, Cause, HistoryNote, PastRun, PastValue, Provenance, Restatement, SliceOf, TableProvenance,
};
pub use quote::{Masked, mask};
#[cfg(feature = "schema")]
pub use schema::{check_schema, explanation_schema, report_schema};
pub use slice::{Slices, slice, slices};
pub use verify::{HashDifference, MovedValue, Verification, verify};
