//! The scorecard as plain data: what a script declared, and nothing of how it was written.
//!
//! Imports: diagnostic. Never: Rhai, data, any later stage.

pub mod column;
pub mod expression;
pub mod goal;
pub mod measure;
pub mod metric;
pub(crate) mod plain;
pub mod plan;
mod reader;
pub mod score;
pub mod segment;
pub mod table;
pub mod test;
pub mod time;
pub mod validate;
mod walk;

use serde::{Deserialize, Serialize};

pub use column::{ColumnFacts, ColumnRef, ColumnType, Literal};
pub use expression::{BinaryOp, Expr, ExprKind, Function, RowExpr, SwitchArm, SwitchPattern, UnaryOp};
pub use goal::{Baseline, DatedTarget, Direction, Goal, SegmentTargets, Worth};
pub use measure::{Across, Aggregate, ArithmeticOp, Measure, MeasureFunction, MeasureKind, ParentPath};
pub use metric::{Metric, Role, StageRef};
pub use plan::{Alert, Initiative, Journey, JourneyPhase, Link, List, Move, Objective, QuickWins};
pub use reader::{Audience, BUILT_IN_AUDIENCES, QuoteGroups, QuotePick, Quotes, SECTIONS};
pub use score::{
    Aggregation, Bands, Condition, IfUnknown, Limit, LimitKind, MissingParts, MixEach, Normalise, Override,
    OverrideTable, Part, Score, StaleParts, WeightsFor,
};
pub use segment::{Buckets, Cross, Segment, SegmentSource};
pub use table::{
    AddedColumn, AddedSource, AnonymousBelow, BelongsTo, DateColumn, InlineRows, RakeMargin, Table, TableSource,
    Through, Unpivot,
};
pub use test::{Expect, Expectation, Given, GivenData, Test};
pub use time::{Calendar, CivilDate, Duration, MONTHS, Period, TimeUnit};
pub use validate::validate;

use crate::diagnostic::{Allow, Span, Spanned};

/// A whole scorecard, as one script declared it.
///
/// Every list keeps the order of the card. Names are unique among metrics, outcomes and scores together, and among
/// tables, segments and params each; `script` validates that before it hands a scorecard out.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Scorecard {
    /// Version of the language, 1 unless the card says otherwise.
    pub language: u32,
    /// The texts that the card was made from: itself first, then its modules. Spans refer to them by index.
    pub sources: Vec<SourceInfo>,
    /// Title, owner and purpose.
    pub header: Header,
    /// Named inputs with the values that this scorecard was compiled with.
    pub params: Vec<Param>,
    /// Tables.
    pub tables: Vec<Table>,
    /// How results are cut.
    pub segments: Vec<Segment>,
    /// Cubes of segments.
    pub crosses: Vec<Cross>,
    /// Calendars; the first is the one that headlines are read from.
    pub periods: Vec<Period>,
    /// Outcomes and metrics.
    pub metrics: Vec<Metric>,
    /// Scores.
    pub scores: Vec<Score>,
    /// Claims that a metric leads an outcome; `drives` makes one each.
    pub links: Vec<Link>,
    /// Objectives that outcomes serve.
    pub objectives: Vec<Objective>,
    /// Journeys.
    pub journeys: Vec<Journey>,
    /// Actions with cost and expected effect.
    pub initiatives: Vec<Initiative>,
    /// Which initiatives count as quick wins.
    pub quick_wins: Option<QuickWins>,
    /// Lists of rows.
    pub lists: Vec<List>,
    /// Rules that raise an alert.
    pub alerts: Vec<Alert>,
    /// What customers say in their own words.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub quotes: Vec<Quotes>,
    /// Reports for some readers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub audiences: Vec<Audience>,
    /// Unit tests of the card.
    pub tests: Vec<Test>,
    /// Shared definitions that this card changed: `csat target 85, here 88`.
    pub changed_here: Vec<ChangedHere>,
    /// Comments that allow findings.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub allows: Vec<Allow>,
}

/// A text that a scorecard was made from.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SourceInfo {
    /// The name that the host gave: a path, or a module's name.
    pub name: String,
    /// SHA-256 of the text, in hexadecimal.
    pub sha256: String,
}

/// What the first lines of a card say.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Header {
    /// The title.
    pub title: Spanned<String>,
    /// Who answers for the scorecard.
    pub owner: Option<Spanned<String>>,
    /// The mission it serves.
    pub purpose: Option<Spanned<String>>,
    /// How often it is read: free text such as `monthly`.
    pub cadence: Option<Spanned<String>>,
    /// For whom: `executive`, `team`, `analyst`, or a name of the card's own.
    pub audience: Option<Spanned<String>>,
    /// ISO code of the currency of money without one.
    pub currency: Option<Spanned<String>>,
    /// Smallest number of answers below which a value is flagged; 30 unless told.
    pub min_n: Option<Spanned<u64>>,
    /// First month of the fiscal year, 1 to 12.
    pub fiscal_year_start: Option<Spanned<u32>>,
    /// Minutes east of UTC to which timestamps with an offset are converted.
    pub utc_offset_minutes: Option<Spanned<i32>>,
    /// The last day for which the data are known to be complete.
    pub complete_until: Option<Spanned<CivilDate>>,
}

/// A named input.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Param {
    /// Its name.
    pub name: String,
    /// Where it is declared.
    pub span: Span,
    /// What the card says when nobody sets it.
    pub default: Literal,
    /// The value this scorecard was compiled with.
    pub value: Literal,
    /// Smallest value allowed.
    pub min: Option<f64>,
    /// Largest value allowed.
    pub max: Option<f64>,
    /// What it means.
    pub help: Option<String>,
}

/// A setting of a shared definition that the card replaced.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ChangedHere {
    /// The metric, outcome or score.
    pub object: String,
    /// The setting.
    pub setting: String,
    /// Its value in the module, as text.
    pub was: String,
    /// Its value here, as text.
    pub now: String,
    /// Where the card changes it.
    pub span: Span,
}

impl Scorecard {
    /// The metric or outcome of that name.
    #[must_use]
    pub fn metric(&self, name: &str) -> Option<&Metric> {
        self.metrics.iter().find(|metric| metric.name.value == name)
    }

    /// The score of that name.
    #[must_use]
    pub fn score(&self, name: &str) -> Option<&Score> {
        self.scores.iter().find(|score| score.name.value == name)
    }

    /// The table of that name.
    #[must_use]
    pub fn table(&self, name: &str) -> Option<&Table> {
        self.tables.iter().find(|table| table.name.value == name)
    }

    /// The segment of that name.
    #[must_use]
    pub fn segment(&self, name: &str) -> Option<&Segment> {
        self.segments.iter().find(|segment| segment.name.value == name)
    }

    /// Every claim that one thing leads another: the links of the card, then one for each `drives` of a metric or score
    /// that no link of the card spells out.
    #[must_use]
    pub fn all_links(&self) -> Vec<Link> {
        let of_metrics = self.metrics.iter().map(|metric| (&metric.name, &metric.drives));
        let of_scores = self.scores.iter().map(|score| (&score.name, &score.drives));
        let mut all = self.links.clone();
        for (name, drives) in of_metrics.chain(of_scores) {
            for outcome in drives {
                let spelled_out = self
                    .links
                    .iter()
                    .any(|link| link.metric.value == name.value && link.outcome.value == outcome.value);
                if !spelled_out {
                    all.push(Link::claimed(name.clone(), outcome.clone()));
                }
            }
        }
        all
    }

    /// The smallest number of answers below which a value of `metric` is flagged (30 unless the card says otherwise).
    #[must_use]
    pub fn min_n(&self, metric: &Metric) -> u64 {
        metric
            .min_n
            .as_ref()
            .or(self.header.min_n.as_ref())
            .map_or(30, |n| n.value)
    }
}
