//! What the numbers are worth: tests of change, ranges of scores, splits of a change, limits of a series.
//!
//! Imports: definition, measure, score, stats. Never: script, report.
//!
//! One family of tests per evaluation: every metric and score in the total and the one-way cells of the headline period,
//! where it and the period before are `ok`. Crosses are a second family. A change is called one when its p value, adjusted by
//! Benjamini and Hochberg 1995, is at most [`FALSE_DISCOVERIES`] (DESIGN.md section 4, rule 8).

mod change;
mod compare;
mod composite;
mod formula;
mod series;
mod split;

pub use change::{Test, Verdict};
pub use composite::Range;
pub use series::{Series, series_of};
pub use split::{MixSplit, SplitPart};

use std::sync::Arc;

use bellwether_order::BTreeMap;
use change::Comparisons;

use crate::definition::Scorecard;
use crate::measure::influence::{Estimates, Need, NoEstimate};
use crate::measure::{CellKey, Measures, PeriodKey, Session};
use crate::score::{Scorer, Scores, metrics_of, place};

/// The share of false alarms that is allowed among the changes called.
pub const FALSE_DISCOVERIES: f64 = 0.05;
/// The confidence of ranges.
pub const LEVEL: f64 = 0.95;
/// Fewer entities than this have no test and no range of a formula: how they vary is not known well enough.
const LEAST_ENTITIES: usize = 10;

/// What was inferred from measured and scored cells.
#[derive(Debug, Clone, Default)]
pub struct Inference {
    /// What was inferred of each metric by itself.
    pub metrics: Vec<Arc<OfMetric>>,
    /// For each metric the tests of its cells.
    pub metric_tests: Vec<BTreeMap<CellKey, Test>>,
    /// For each score the tests of its cells.
    pub score_tests: Vec<BTreeMap<CellKey, Test>>,
    /// For each score the ranges of its cells: those of the headline period, of the one before, and of the whole time.
    pub score_ranges: Vec<BTreeMap<CellKey, Range>>,
    /// For each score the limits of the series of its totals.
    pub score_series: Vec<Option<Series>>,
}

/// What is inferred of a metric by itself: the same for all cards that share its cells.
#[derive(Debug, Default)]
pub struct OfMetric {
    /// The ranges of the cells of a metric that is a formula: those of the headline period, of the one before, and of the whole
    /// time where there is no period.
    pub ranges: BTreeMap<CellKey, Range>,
    /// The change of its headline split by each segment that it can be split by.
    pub splits: Vec<MixSplit>,
    /// The limits of the series of its totals.
    pub series: Option<Series>,
    comparisons: Comparisons,
}

/// Estimates of a metric, or why it has none.
type Found = Arc<Result<Estimates, NoEstimate>>;

/// Things kept with the cells of a metric: those for which influences are left out that nobody asks for, and the others.
struct Kept<T, const LEAN: bool>(Arc<T>);

/// Everything that inference reads.
pub(crate) struct Ground<'a, 's> {
    card: &'a Scorecard,
    measures: &'a Measures,
    scores: &'a Scores,
    session: &'a mut Session<'s>,
    /// The headline period and the one before it.
    now: Option<PeriodKey>,
    then: Option<PeriodKey>,
    /// For each metric what its estimates are for.
    needs: Vec<Need>,
    /// Stocks by entity, once they were asked for.
    stocks: BTreeMap<usize, Option<Estimates>>,
}

/// Infers what measured and scored cells are worth; the rows are read again where cells do not say enough.
#[must_use]
pub fn infer(card: &Scorecard, measures: &Measures, scores: &Scores, session: &mut Session<'_>) -> Inference {
    let now = place::headline_period(&measures.axes);
    let in_scores: Vec<usize> = (0..card.scores.len())
        .flat_map(|score| metrics_of(card, score))
        .collect();
    let mut needs = Vec::new();
    for metric in 0..card.metrics.len() {
        let lean = !in_scores.contains(&metric) && session.is_lean_metric(metric);
        needs.push(if lean { Need::Comparison } else { Need::Influences });
    }
    let mut ground = Ground {
        card,
        measures,
        scores,
        session,
        now,
        then: now.and_then(|now| place::previous(&measures.axes, now)),
        needs,
        stocks: BTreeMap::new(),
    };
    let scorer = Scorer::new(card, measures);
    let composites = composite::ranges(&mut ground, &scorer);
    let metrics: Vec<Arc<OfMetric>> = (0..card.metrics.len()).map(|metric| ground.of_metric(metric)).collect();
    let (metric_tests, score_tests) = change::tests(&ground, &metrics, &composites);
    Inference {
        metrics,
        metric_tests,
        score_tests,
        score_series: (0..card.scores.len())
            .map(|score| {
                series_of(&measures.axes, |key| {
                    scores.cell(score, key).and_then(|cell| cell.value)
                })
            })
            .collect(),
        score_ranges: composites
            .into_iter()
            .map(|cells| cells.into_iter().map(|(key, made)| (key, made.range)).collect())
            .collect(),
    }
}

impl Ground<'_, '_> {
    /// What is inferred of a metric by itself.
    fn of_metric(&mut self, metric: usize) -> Arc<OfMetric> {
        self.kept(metric, |ground| OfMetric {
            ranges: formula::ranges(ground, metric),
            splits: split::splits(ground, metric),
            series: series_of(&ground.measures.axes, |key| {
                ground.measures.cell(metric, key).and_then(|cell| cell.value)
            }),
            comparisons: change::of_metric(ground, metric),
        })
    }

    /// The estimates of a metric in the cells of the headline period, the one before, and the whole time where there is
    /// no period.
    fn estimates(&mut self, metric: usize) -> Found {
        self.kept(metric, |ground| {
            let (cuts, periods) = (ground.shown_cuts(metric), ground.periods());
            let need = ground.needs.get(metric).copied().unwrap_or(Need::Influences);
            ground.session.estimates(metric, &cuts, &periods, need)
        })
    }

    /// A thing that follows from the cells of a metric and the rows behind them: kept with the cells, for all cards that share
    /// them.
    fn kept<T: Send + Sync + 'static>(&mut self, metric: usize, make: impl FnOnce(&mut Self) -> T) -> Arc<T> {
        let lean = self.needs.get(metric) == Some(&Need::Comparison);
        let measures = self.measures;
        let memo = measures.metrics.get(metric).map(|cells| &cells.memo);
        let known = memo.and_then(|memo| {
            if lean {
                memo.get::<Kept<T, true>>().map(|kept| Arc::clone(&kept.0))
            } else {
                memo.get::<Kept<T, false>>().map(|kept| Arc::clone(&kept.0))
            }
        });
        if let Some(known) = known {
            return known;
        }
        let made = Arc::new(make(self));
        // What a budget stopped is not whole.
        match memo.filter(|_| self.session.goes_on()) {
            Some(memo) if lean => Arc::clone(&memo.keep(Kept::<T, true>(made)).0),
            Some(memo) => Arc::clone(&memo.keep(Kept::<T, false>(made)).0),
            None => made,
        }
    }

    /// What each entity adds to a stock in the same cells; `None` where the metric is none.
    fn stocks(&mut self, metric: usize) -> Option<&Estimates> {
        let (periods, cuts) = (self.periods(), self.shown_cuts(metric));
        let session = &mut *self.session;
        self.stocks
            .entry(metric)
            .or_insert_with(|| session.stocks(metric, &cuts, &periods))
            .as_ref()
    }

    fn periods(&self) -> Vec<Option<PeriodKey>> {
        match self.now {
            Some(now) => [Some(now), self.then].into_iter().flatten().map(Some).collect(),
            None => vec![None],
        }
    }

    /// The cuts in which the report shows a metric: only what is measured at each step is cut by the steps of a journey.
    fn shown_cuts(&self, metric: usize) -> Vec<Vec<u16>> {
        let cuts = self.measures.axes.cuts.iter();
        cuts.filter(|cut| self.is_shown(metric, cut)).cloned().collect()
    }

    fn is_shown(&self, metric: usize, cut: &[u16]) -> bool {
        self.card.metrics.get(metric).is_some_and(|metric| metric.each_step)
            || !cut.iter().any(|segment| self.is_journey(*segment))
    }

    /// Whether a segment is the steps of a journey.
    fn is_journey(&self, segment: u16) -> bool {
        let name = self
            .measures
            .axes
            .segments
            .get(usize::from(segment))
            .map(|axis| &axis.name);
        self.card
            .journeys
            .iter()
            .any(|journey| !journey.along.is_empty() && Some(&journey.name.value) == name)
    }
}

/// The segments of a cell.
fn cut_of(key: &CellKey) -> Vec<u16> {
    key.segments.iter().map(|(segment, _)| *segment).collect()
}
