//! The values that measuring gives, and the axes they stand on.

use std::borrow::Cow;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::cell_map::CellMap;
use super::memo::Memo;
use crate::definition::{CivilDate, Direction, Period};

/// What a cell's value is worth, worst first (DESIGN.md section 4, rule 6). A derived cell takes its inputs' worst.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// It could not be computed; a diagnostic says why. No value.
    Failed,
    /// Hidden to protect people. No value.
    Suppressed,
    /// Nothing to measure. No value.
    Missing,
    /// The segment or period cannot reach the measure. No value.
    NotApplicable,
    /// Fewer answers than `min_n`; the value is there, flagged.
    TooFew,
    /// No new rows for longer than `fresh_for`; the value is there, flagged.
    Stale,
    /// Fine.
    Ok,
}

impl State {
    /// The word that reports and files have for it, as serialised.
    ///
    /// ```
    /// use bellwether::measure::State;
    /// assert_eq!(State::TooFew.word(), "too_few");
    /// ```
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Failed => "failed",
            Self::Suppressed => "suppressed",
            Self::Missing => "missing",
            Self::NotApplicable => "not_applicable",
            Self::TooFew => "too_few",
            Self::Stale => "stale",
            Self::Ok => "ok",
        }
    }

    /// Whether a cell in this state has a value.
    #[must_use]
    pub const fn has_value(self) -> bool {
        matches!(self, Self::TooFew | Self::Stale | Self::Ok)
    }
}

/// A range that holds the true value with the stated confidence.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Interval {
    /// Lower limit.
    pub low: f64,
    /// Upper limit.
    pub high: f64,
    /// Confidence, 0.95 unless told.
    pub level: f64,
    /// How it was made: `Wilson`, `adjusted Wald`, `t`.
    pub method: Cow<'static, str>,
}

/// A measured value.
#[derive(Debug, Clone, PartialEq)]
pub struct MeasuredCell {
    /// The value, unrounded; present exactly when the state has one.
    pub value: Option<f64>,
    /// What it is worth.
    pub state: State,
    /// Rows used; of a ratio: of its numerator.
    pub n: u64,
    /// Of a ratio: rows used by its denominator. The smaller of both is judged against `min_n`.
    pub n_denominator: Option<u64>,
    /// Kish's effective n, when rows are weighted.
    pub n_effective: Option<f64>,
    /// Rows that passed the filters and were skipped because a value is missing or does not apply.
    pub skipped: u64,
    /// Of those, rows whose window is not over as of the day: not yet known, done or not.
    pub not_due: u64,
    /// The range.
    pub interval: Option<Interval>,
    /// Latest day of the rows used, days since 1970-01-01, where the table has a date.
    pub latest_day: Option<i32>,
}

/// A step of a calendar.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PeriodStep {
    /// `2026-05`, `2026-W22`, `2026-Q2`, `2026`, `FY2027`, `FY2027-Q1`, `2026-05-31`.
    pub label: Arc<str>,
    /// First day covered (of a rolling or to-date period: of its whole window).
    pub start: CivilDate,
    /// Last day covered.
    pub end: CivilDate,
    /// Whether it is over as of the report's day.
    pub complete: bool,
}

/// A calendar with the steps that the data reach.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PeriodAxis {
    /// How it was declared.
    pub period: Period,
    /// The steps in order of time, without gaps.
    pub steps: Vec<PeriodStep>,
    /// The step that headlines are read from: the last complete one.
    pub headline: Option<u32>,
}

/// A segment with the values that the data have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SegmentAxis {
    /// Its name.
    pub name: String,
    /// Name for people.
    pub label: String,
    /// Values in order: as the card orders them, then by text; `(unknown)` last.
    pub values: Vec<String>,
}

/// What cells are cut by.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Axes {
    /// Calendars, in the order of the card.
    pub periods: Vec<PeriodAxis>,
    /// Segments, in the order of the card (journeys bound to columns follow).
    pub segments: Vec<SegmentAxis>,
    /// The cuts: the empty one (the total), one-way cuts, then crosses; each a list of segment indexes.
    pub cuts: Vec<Vec<u16>>,
}

/// A step of one of the calendars.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PeriodKey {
    /// Index in [`Axes::periods`].
    pub axis: u16,
    /// Index of the step.
    pub step: u32,
}

/// Which cell: values of some segments, and a period or the whole time.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct CellKey {
    /// The period; `None`: the whole time up to the as-of day.
    pub period: Option<PeriodKey>,
    /// Segment index and value index, in the order of the cut; empty: the total.
    pub segments: Vec<(u16, u32)>,
}

/// The cells of one metric.
#[derive(Debug, Clone, Default)]
pub struct MetricCells {
    /// Unit of the measure (`%`, `points`, ...), before the card's own.
    pub unit: Option<String>,
    /// Direction that the measure has by nature.
    pub direction: Option<Direction>,
    /// Lowest and highest value possible by nature.
    pub bounds: Option<(f64, f64)>,
    /// Why there is no interval, where none can be.
    pub no_interval: Option<String>,
    /// The cells.
    pub cells: CellMap<MeasuredCell>,
    /// What later stages make of them.
    pub(crate) memo: Memo,
}

/// Everything that was measured.
#[derive(Debug, Clone, Default)]
pub struct Measures {
    /// The axes.
    pub axes: Axes,
    /// The day as of which.
    pub as_of: Option<CivilDate>,
    /// One for each metric, in the order of the card; cards that declare the same share them. A metric that is measured in a later
    /// round has no cells yet.
    pub metrics: Vec<Arc<MetricCells>>,
}

impl Measures {
    /// The cell of a metric.
    #[must_use]
    pub fn cell(&self, metric: usize, key: &CellKey) -> Option<&MeasuredCell> {
        self.metrics.get(metric)?.cells.get(key)
    }
}
