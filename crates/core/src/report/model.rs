//! The types of a report. Renderers read these and compute nothing.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::explain::plain_value;
use super::provenance::{HistoryNote, Provenance};
use crate::data::{Column, Table};
use crate::definition::{Audience, CivilDate, Direction, Header, Initiative, Link, Objective, QuotePick, Role};
use crate::diagnostic::Diagnostic;
use crate::link::{Drivers, Friction, InitiativeAnalysis, LinkAnalysis, OutcomeWorth, Pace};
use crate::measure::{Axes, Interval, State};

/// Everything that one evaluation gives.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Report {
    /// The numbers: the same bits for the same card, data and as-of day, on any machine.
    pub results: Results,
    /// What is to be said about card and data.
    pub diagnostics: Vec<Diagnostic>,
    /// Where the numbers come from.
    pub provenance: Provenance,
    /// What a history of results says about them, where the host keeps one. No part of `results`: the same card and data
    /// have the same results, whatever was seen before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub history: Option<HistoryNote>,
}

/// The numbers of a report.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Results {
    /// Title, owner, purpose.
    pub header: Header,
    /// The day as of which; `None`: no table has a date.
    pub as_of: Option<CivilDate>,
    /// Calendars, segments and cuts.
    pub axes: Axes,
    /// The label of the period that headlines are read from; `None`: the whole time.
    pub headline_period: Option<Arc<str>>,
    /// Outcomes and metrics, in the order of the card.
    pub metrics: Vec<MetricResult>,
    /// Scores, in the order of the card.
    pub scores: Vec<ScoreResult>,
    /// Claims that one thing leads another.
    pub links: Vec<LinkResult>,
    /// What drives each outcome that several metrics lead to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub drivers: Vec<Drivers>,
    /// What outcomes and the metrics that lead to them are worth.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub worth: Vec<OutcomeWorth>,
    /// Stages of journeys by what their distance to the target costs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub friction: Vec<Friction>,
    /// Whether goals are reached in time.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pace: Vec<Pace>,
    /// Metrics of the listening programme itself.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub programme: Vec<ProgrammeMetric>,
    /// Objectives with the outcomes that serve them.
    pub objectives: Vec<ObjectiveResult>,
    /// Journeys with the metrics of each step.
    pub journeys: Vec<JourneyResult>,
    /// Initiatives.
    pub initiatives: Vec<InitiativeResult>,
    /// Lists of rows.
    pub lists: Vec<ListResult>,
    /// Alerts, raised or not.
    pub alerts: Vec<AlertResult>,
    /// What customers say in their own words.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub quotes: Vec<QuotesResult>,
    /// Reports for some readers, as the card declares them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub audiences: Vec<Audience>,
    /// Tables: how many rows were read and used.
    pub tables: Vec<crate::data::TableSummary>,
}

/// A metric of the listening programme itself: who answers, who is asked too often, who is called back, whose revenue is
/// heard.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ProgrammeMetric {
    /// The metric.
    pub metric: String,
    /// The named definition: `AAPOR RR3`, `contacted within 48 hours`.
    pub definition: String,
}

/// A cell: a value for some segment values and a period.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Cell {
    /// Segment and its value; empty: the total.
    #[serde(default, skip_serializing_if = "is_total")]
    pub segments: Arc<BTreeMap<String, String>>,
    /// Label of the period; `None`: the whole time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub period: Option<Arc<str>>,
    /// Whether the period is cut by the as-of day: shown, never banded or tested.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub partial: bool,
    /// The value, unrounded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<f64>,
    /// What it is worth.
    pub state: State,
    /// Rows used; of a ratio: by its numerator; of a score: its smallest part's.
    pub n: u64,
    /// Of a ratio: rows used by its denominator.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub n_denominator: Option<u64>,
    /// Kish's effective n, when rows are weighted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub n_effective: Option<f64>,
    /// Rows skipped because a value is missing.
    #[serde(default)]
    pub skipped: u64,
    /// Of those: rows whose window is not over as of the day, not yet known, done or not.
    #[serde(default)]
    pub not_due: u64,
    /// The range.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interval: Option<Interval>,
    /// The target that holds for this cell.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target: Option<f64>,
    /// Whether the target is met; `None` where there is none, or the period is partial.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target_met: Option<bool>,
    /// Way from baseline to target in percent; below 0: backwards.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub progress: Option<f64>,
    /// Band of a score.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub band: Option<String>,
    /// Against the previous complete period.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub change: Option<Change>,
    /// Against the baseline.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub change_from_baseline: Option<f64>,
}

/// Whether a cell is a total. Cells of the same segment values share the map of them.
fn is_total(segments: &Arc<BTreeMap<String, String>>) -> bool {
    segments.is_empty()
}

impl Cell {
    /// A cell that nothing reaches.
    #[must_use]
    pub const fn not_applicable(
        segments: Arc<BTreeMap<String, String>>,
        period: Option<Arc<str>>,
        partial: bool,
    ) -> Self {
        Self {
            segments,
            period,
            partial,
            value: None,
            state: State::NotApplicable,
            n: 0,
            n_denominator: None,
            n_effective: None,
            skipped: 0,
            not_due: 0,
            interval: None,
            target: None,
            target_met: None,
            progress: None,
            band: None,
            change: None,
            change_from_baseline: None,
        }
    }
}

/// A difference to an earlier period.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Change {
    /// Label of the earlier period.
    pub from: Arc<str>,
    /// Now minus then.
    pub difference: f64,
    /// Whether that is for the better; `None`: no difference, or no direction.
    pub better: Option<bool>,
    /// Real or noise.
    pub verdict: ChangeVerdict,
    /// The range of the difference, where it was tested; at 95 % for itself alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interval: Option<Interval>,
    /// The p value of no change, adjusted for all tests of its family (Benjamini and Hochberg).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub p: Option<f64>,
    /// Why it was not tested, in the cells of the headline period.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// Whether a change is more than noise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ChangeVerdict {
    /// It went up by more than noise: it passed the test of its family.
    Up,
    /// It went down by more than noise.
    Down,
    /// Noise alone can explain it.
    NoChangeShown,
    /// There is no test for it.
    NotTested,
}

/// The change of a metric's headline, split by a segment into what the values did and how their mix shifted (Kitagawa).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ChangeSplit {
    /// Name of the segment.
    pub segment: String,
    /// What the shift of rows between its values gives.
    pub mix: f64,
    /// What the changes within its values give; both add up to the change.
    pub rate: f64,
    /// What each value gives.
    pub parts: Vec<ChangePart>,
}

/// What one value of a segment gives to a change.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ChangePart {
    /// The value.
    pub value: String,
    /// By its share of rows.
    pub mix: f64,
    /// By its own change.
    pub rate: f64,
}

/// What noise does to a series of totals, and which values are more than that (XmR).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ProcessResult {
    /// How many complete periods it rests on.
    pub points: u64,
    /// Their mean.
    pub mean: f64,
    /// Natural limits: the mean less and plus 2.66 mean moving ranges, neither beyond the ends of the scale.
    pub low: f64,
    /// The upper limit.
    pub high: f64,
    /// Whether there are fewer than 17 values, so that limits will still move.
    pub provisional: bool,
    /// Values that stand out, in order of time.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub signals: Vec<SignalResult>,
}

/// A value of a series that stands out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SignalResult {
    /// The period.
    pub period: String,
    /// Its value.
    pub value: f64,
    /// Why: `outside the limits`, `one of eight in a row on one side`, `three of four near a limit`.
    pub why: String,
}

/// What a metric or score is to reach, as the card says it, with the baseline's value filled in.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct GoalResult {
    /// The baseline's value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub baseline: Option<f64>,
    /// The period the baseline was read from, where it was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub baseline_period: Option<String>,
    /// The final target.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target: Option<f64>,
    /// The target that holds on the as-of day: the next way point, or the final target.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target_now: Option<f64>,
    /// By when.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due: Option<CivilDate>,
    /// Why there is no target.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub no_target: Option<String>,
    /// Who answers for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// The objective it serves.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub serves: Option<String>,
}

/// What one point is worth.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct WorthResult {
    /// Money for one point, held for twelve months; `None` where the measure behind it has no value.
    pub amount: Option<f64>,
    /// ISO code.
    pub currency: Option<String>,
    /// Whether it was typed into the card, or measured.
    pub measured: bool,
}

/// A metric or outcome with its cells.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct MetricResult {
    /// Its name.
    pub name: String,
    /// Name for people.
    pub label: String,
    /// What it tells.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub about: Option<String>,
    /// Metric or outcome.
    pub role: Role,
    /// The measure as written in the card.
    pub formula: String,
    /// Unit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// Which way is good; `None`: neither.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub direction: Option<Direction>,
    /// Decimals to show.
    pub decimals: u32,
    /// Lowest and highest possible value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scale: Option<(f64, f64)>,
    /// Goal.
    pub goal: GoalResult,
    /// Worth of one point.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub worth: Option<WorthResult>,
    /// What it claims to lead.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub drives: Vec<String>,
    /// Phase and step of the journey.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stage: Option<(String, Option<String>)>,
    /// Declared a moment of truth: the reason, or an empty text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub moment_of_truth: Option<String>,
    /// Declared a friction point: the reason, or an empty text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub friction_point: Option<String>,
    /// Why there is no interval, where there can be none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub no_interval: Option<String>,
    /// The cell that the headline is read from.
    pub headline: Cell,
    /// The change of the headline, split by each segment that it can be split by.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub splits: Vec<ChangeSplit>,
    /// Signal and noise in the series of totals; `None`: too short a series, or periods that overlap.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub process: Option<ProcessResult>,
    /// All cells: totals first, then each cut; within a cut by value, then by time.
    pub cells: Vec<Cell>,
}

/// A score with its cells.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ScoreResult {
    /// Its name.
    pub name: String,
    /// Name for people.
    pub label: String,
    /// What it tells.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub about: Option<String>,
    /// Decimals to show.
    pub decimals: u32,
    /// Goal.
    pub goal: GoalResult,
    /// Names of the bands, lowest first, and their lower edges but the first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub bands: Vec<String>,
    /// Edges between bands.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub band_edges: Vec<f64>,
    /// Why the headline has no range, where it has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub no_interval: Option<String>,
    /// Signal and noise in the series of totals; `None`: too short a series, or periods that overlap.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub process: Option<ProcessResult>,
    /// The cell that the headline is read from.
    pub headline: Cell,
    /// The parts of the headline: what each gives and what it loses, most lost first.
    pub contributions: Vec<Contribution>,
    /// Caps, floors, knock-outs and overrides of the headline.
    pub limits: Vec<LimitResult>,
    /// All cells.
    pub cells: Vec<Cell>,
    /// Scores of the rows of a table, where the card asks for them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entities: Option<EntityScores>,
}

/// What a part gives to a score: a ranked reason code.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Contribution {
    /// The part: metric, outcome or score.
    pub of: String,
    /// Its weight as the card states it.
    pub weight: f64,
    /// Its share of all weight that counted, 0–100; 0 where the part did not count.
    pub share: f64,
    /// Its value.
    pub value: Option<f64>,
    /// Its state.
    pub state: State,
    /// Its value on 0–100.
    pub normalised: Option<f64>,
    /// Points it gives (arithmetic mixes: share × normalised / 100).
    pub points: Option<f64>,
    /// Points it loses against a perfect 100.
    pub points_lost: Option<f64>,
    /// In words: how it was treated, where that is not plain (`missing: the others carry its weight`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// A cap, floor, knock-out or override and what became of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct LimitResult {
    /// `cap`, `floor`, `knock_out`, `override`.
    pub kind: String,
    /// Its value.
    pub value: f64,
    /// Why.
    pub reason: String,
    /// The condition as written, or author and expiry of an override.
    pub condition: String,
    /// `applied`, `no effect` (its condition holds and changes nothing), `not applied`, `not checked`, `expired`.
    pub outcome: String,
    /// The score without it, where it was applied. Limits apply one after the other: floors, caps, knock-outs, overrides.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<f64>,
    /// Points that it adds, or takes away (below 0), where it was applied: points of all parts and of all limits add up
    /// to the score.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub points: Option<f64>,
}

/// Scores of the rows of a table.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct EntityScores {
    /// The table.
    pub table: String,
    /// Names of the key's columns.
    pub key: Vec<String>,
    /// Rows scored, and rows of the table that `.only(..)` left out.
    pub scored: u64,
    /// Rows left out.
    pub left_out: u64,
    /// Rows in each band, lowest band first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub by_band: Vec<u64>,
    /// Rows without a score.
    pub without_score: u64,
    /// The scored rows in columns, in the order of their keys: the columns of the key, of the types that they have in
    /// the table; the score, under its name; `state`; `band`; `change` against the previous period; `n`, the smallest of
    /// the parts'; `reasons` in words, most points lost first. [`crate::data::to_record_batch`] makes an Arrow batch of
    /// it. Not part of the serialised results (ask for them with `--entities`).
    #[serde(skip)]
    pub frame: Table,
}

impl PartialEq for EntityScores {
    /// The rows are compared as they would be written.
    fn eq(&self, other: &Self) -> bool {
        let same = |(mine, theirs): (&(String, Column), &(String, Column))| {
            mine.0 == theirs.0
                && (0..self.frame.rows).all(|row| plain_value(&mine.1, row) == plain_value(&theirs.1, row))
        };
        (&self.table, &self.key, &self.by_band) == (&other.table, &other.key, &other.by_band)
            && (self.scored, self.left_out, self.without_score) == (other.scored, other.left_out, other.without_score)
            && self.frame.rows == other.frame.rows
            && self.frame.columns.len() == other.frame.columns.len()
            && self.frame.columns.iter().zip(&other.frame.columns).all(same)
    }
}

/// A claim and what became of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct LinkResult {
    /// The claim.
    pub link: Link,
    /// What the analysis says.
    pub analysis: LinkAnalysis,
}

/// An objective and the outcomes that serve it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ObjectiveResult {
    /// As declared.
    pub objective: Objective,
    /// Names of the outcomes, metrics and scores that serve it.
    pub served_by: Vec<String>,
}

/// A journey with what is measured at each step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct JourneyResult {
    /// Its name.
    pub name: String,
    /// Its phases.
    pub phases: Vec<PhaseResult>,
    /// Values of the journey's column that are not on the map, with their rows.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub off_the_map: Vec<(String, u64)>,
}

/// A phase of a journey.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PhaseResult {
    /// Its name.
    pub name: String,
    /// Metrics that hang on the phase itself.
    pub metrics: Vec<String>,
    /// Its steps.
    pub steps: Vec<StepResult>,
}

/// A step of a journey.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct StepResult {
    /// Its name.
    pub name: String,
    /// Metrics that hang on the step, and cells of `each_step` metrics: metric, cell of the headline period.
    pub metrics: Vec<(String, Cell)>,
}

/// An initiative as declared, and what it returns.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct InitiativeResult {
    /// As declared.
    pub initiative: Initiative,
    /// What it returns, by simulation.
    pub analysis: InitiativeAnalysis,
}

/// A plain value of a list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(untagged)]
pub enum Value {
    /// Missing.
    Missing,
    /// `true` or `false`.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A number.
    Float(f64),
    /// Text, or a date as text.
    Text(String),
}

/// A list of rows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ListResult {
    /// Its title.
    pub name: String,
    /// The table.
    pub table: String,
    /// For whom.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub audience: Option<String>,
    /// Columns shown.
    pub columns: Vec<String>,
    /// Rows shown.
    pub rows: Vec<Vec<Value>>,
    /// Rows that passed, shown or not.
    pub passed: u64,
}

/// What customers say in their own words, chosen by rule and masked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct QuotesResult {
    /// Its title.
    pub name: String,
    /// The table.
    pub table: String,
    /// The column of texts, with the path to it.
    pub column: String,
    /// For whom.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub audience: Option<String>,
    /// By which rule they were chosen.
    pub pick: QuotePick,
    /// Label of the period that they are of; `None`: the whole time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub period: Option<String>,
    /// The segment whose values are the groups; `None`: other groups, or none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// Columns shown beside each quote.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub columns: Vec<String>,
    /// The groups.
    pub groups: Vec<QuoteGroup>,
}

/// Quotes of a group.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct QuoteGroup {
    /// Its name; `None`: there are no groups.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// Whether it is hidden, as too few people of a table that promises anonymity said something.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub hidden: bool,
    /// Rows in which something was said; `None` where the table promises anonymity.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub said: Option<u64>,
    /// The quotes.
    pub quotes: Vec<Quote>,
}

/// What a customer said.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Quote {
    /// The text, masked: `[e-mail]`, `[number]`, `[link]`, `[name]`.
    pub text: String,
    /// How many places were masked.
    #[serde(default, skip_serializing_if = "is_nothing")]
    pub masked: u64,
    /// The day of the row; `None`: it has none, or the table promises anonymity.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date: Option<CivilDate>,
    /// Values of the columns beside.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub beside: Vec<Value>,
}

fn is_nothing(n: &u64) -> bool {
    *n == 0
}

/// An alert.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AlertResult {
    /// Its name.
    pub name: String,
    /// To whom.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// The condition as written.
    pub condition: String,
    /// Whether it is raised; `None`: the condition is unknown.
    pub raised: Option<bool>,
}
