//! Charts as data: few kinds, each with the numbers it shows, a sentence for those who cannot see it, and its table.
//!
//! A chart is drawn elsewhere (as SVG, PNG, Vega-Lite, in a workbook); whoever draws it computes no number: what is drawn
//! stands here.

mod axis;
mod bars;
mod bullet;
mod curve;
mod heat_map;
mod journey;
mod matrix;
mod say;
mod subject;
mod table;
mod trend;
mod waterfall;

use serde::{Deserialize, Serialize};

pub use axis::Axis;
pub use bars::{Bar, Bars};
pub use bullet::Bullet;
pub use curve::{Curve, CurvePoint};
pub use heat_map::{HeatCell, HeatMap, HeatScale};
pub use journey::{JourneyLane, JourneyMap, JourneyMark, JourneyPoint, JourneyStop};
pub use matrix::{Matrix, MatrixPoint};
pub use table::{ChartTable, Head};
pub use trend::{Trend, TrendPoint};
pub use waterfall::{Waterfall, WaterfallStep, WaterfallStepKind};

use super::model::{Cell, Results};
use crate::measure::State;
use subject::Subject;

/// A chart.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Chart {
    /// Stays the same from report to report of a card: `trend/nps`, `bars/nps/region`.
    pub id: String,
    /// What it is about.
    pub title: String,
    /// Period, unit and what else belongs below the title; empty where nothing does.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub subtitle: String,
    /// What it shows and what is to be seen in it, in one or two sentences: for those who hear it.
    pub about: String,
    /// What it shows.
    #[serde(flatten)]
    pub kind: ChartKind,
}

/// What a chart shows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "kind", content = "data", rename_all = "snake_case")]
pub enum ChartKind {
    /// Values over time.
    Trend(Trend),
    /// Values side by side.
    Bars(Bars),
    /// Values of two cuts, or of a cut over time, in colours.
    HeatMap(HeatMap),
    /// What adds up to a score, or to a change.
    Waterfall(Waterfall),
    /// An outcome along a metric.
    Curve(Curve),
    /// Two numbers of each thing against each other.
    Matrix(Matrix),
    /// What is measured along a journey.
    Journey(JourneyMap),
    /// One value against its goal.
    Bullet(Bullet),
}

impl ChartKind {
    /// The word for the kind, as serialised and as ids start with.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Trend(_) => "trend",
            Self::Bars(_) => "bars",
            Self::HeatMap(_) => "heat_map",
            Self::Waterfall(_) => "waterfall",
            Self::Curve(_) => "curve",
            Self::Matrix(_) => "matrix",
            Self::Journey(_) => "journey",
            Self::Bullet(_) => "bullet",
        }
    }
}

/// A value with its range.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Measured {
    /// The value; `None`: the state says why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<f64>,
    /// Lower end of its range.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub low: Option<f64>,
    /// Upper end of its range.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub high: Option<f64>,
    /// Answers or rows behind it; `None` where there is nothing to count.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub n: Option<u64>,
    /// What it is worth.
    pub state: State,
}

impl Measured {
    /// The value of a cell.
    pub(super) fn of(cell: &Cell) -> Self {
        Self {
            value: cell.value,
            low: cell.interval.as_ref().map(|interval| interval.low),
            high: cell.interval.as_ref().map(|interval| interval.high),
            n: (cell.state != State::Suppressed).then_some(cell.n),
            state: cell.state,
        }
    }

    /// A number that is known, with a range or none.
    pub(super) fn known(value: f64, range: Option<(f64, f64)>) -> Self {
        Self {
            value: Some(value),
            low: range.map(|range| range.0),
            high: range.map(|range| range.1),
            n: None,
            state: State::Ok,
        }
    }

    /// Value and ends of its range.
    pub(super) fn ends(&self) -> impl Iterator<Item = f64> {
        [self.low, self.high].into_iter().flatten()
    }

    /// Whether the value stands on enough answers to be compared.
    pub(super) fn dependable(&self) -> Option<f64> {
        self.value.filter(|_| self.state == State::Ok)
    }
}

/// A number to compare with, and what it is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Level {
    /// The number.
    pub value: f64,
    /// What it is: `target`, `all`.
    pub label: String,
}

/// A band of a score.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Band {
    /// Its name.
    pub name: String,
    /// Lower edge, which belongs to it; `None`: the end of the scale.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<f64>,
    /// Upper edge.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<f64>,
}

/// All charts that results have numbers for: of each metric, of each score, of links, drivers, initiatives and journeys, in
/// the order of the card.
///
/// Ids: `bullet/NAME`, `trend/NAME` (with `/CALENDAR` for all but the first calendar), `bars/NAME/SEGMENT`,
/// `heat_map/NAME/SEGMENT` (over time), `heat_map/NAME/SEGMENT*SEGMENT`, `waterfall/SCORE`, `waterfall/NAME/SEGMENT` (a
/// change), `bars/SCORE/parts`, `bars/SCORE/bands`, `curve/METRIC/OUTCOME`, `matrix/drivers/OUTCOME`,
/// `matrix/initiatives/effort`, `matrix/initiatives/cost`, `bars/friction`, `journey/NAME`.
#[must_use]
pub fn charts(results: &Results) -> Vec<Chart> {
    charts_where(results, &|_| true)
}

/// The chart with an id; `None`: the results have no numbers for it.
#[must_use]
pub fn chart(results: &Results, id: &str) -> Option<Chart> {
    charts_where(results, &|other| other == id).into_iter().next()
}

/// The charts whose id is wanted; the others are not made.
#[must_use]
pub fn charts_where(results: &Results, wanted: &dyn Fn(&str) -> bool) -> Vec<Chart> {
    let mut maker = Maker {
        results,
        wanted,
        made: Vec::new(),
    };
    for subject in Subject::all(results) {
        bullet::add(&mut maker, &subject);
        trend::add(&mut maker, &subject);
        waterfall::add(&mut maker, &subject);
        bars::add(&mut maker, &subject);
        heat_map::add(&mut maker, &subject);
    }
    curve::add(&mut maker);
    matrix::add(&mut maker);
    bars::add_friction(&mut maker);
    journey::add(&mut maker);
    maker.made
}

/// Makes the charts that are wanted.
struct Maker<'a> {
    results: &'a Results,
    wanted: &'a dyn Fn(&str) -> bool,
    made: Vec<Chart>,
}

impl Maker<'_> {
    /// Adds a chart where its id is wanted and there is one to make.
    fn add(&mut self, id: String, make: impl FnOnce(&Results) -> Option<Made>) {
        if !(self.wanted)(&id) {
            return;
        }
        if let Some(made) = make(self.results) {
            self.made.push(Chart {
                id,
                title: made.title,
                subtitle: made.subtitle,
                about: made.about,
                kind: made.kind,
            });
        }
    }
}

/// A chart before it has an id.
struct Made {
    title: String,
    subtitle: String,
    about: String,
    kind: ChartKind,
}
