//! Tests of what changed since the period before.

use std::sync::Arc;

use bellwether_order::BTreeMap;

use super::compare::{self, Compared};
use super::composite::Composites;
use super::{FALSE_DISCOVERIES, Ground, OfMetric, cut_of};
use crate::measure::{CellKey, PeriodKey, State};
use crate::score::Thing;
use crate::stats::Interval;
use crate::stats::multiple::benjamini_hochberg;

/// What is said of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It went up by more than noise.
    Up,
    /// It went down by more than noise.
    Down,
    /// Noise alone can explain it.
    NoChangeShown,
    /// There is no test.
    NotTested,
}

/// The test of a change.
#[derive(Debug, Clone, PartialEq)]
pub struct Test {
    /// The verdict.
    pub verdict: Verdict,
    /// The range of the change, at 95 %, for itself alone.
    pub interval: Option<Interval>,
    /// The p value, adjusted for all tests of its family.
    pub p: Option<f64>,
    /// How it was tested: `two shares`, `two net scores`, `Welch`, `clustered by entity`, `linearised`, `linearised, finite population`,
    /// `two percentiles`, `two survival curves`, `jackknife of items`, `who came against who went`.
    pub method: Option<&'static str>,
    /// Why it was not tested.
    pub reason: Option<String>,
}

impl Test {
    /// A change that has no test.
    fn without(reason: impl Into<String>) -> Self {
        Self {
            verdict: Verdict::NotTested,
            interval: None,
            p: None,
            method: None,
            reason: Some(reason.into()),
        }
    }

    /// The verdict on a change whose p value is adjusted.
    fn judged(compared: &Compared, adjusted: f64) -> Self {
        let difference = &compared.difference;
        let verdict = if adjusted > FALSE_DISCOVERIES || difference.estimate == 0.0 {
            Verdict::NoChangeShown
        } else if difference.estimate > 0.0 {
            Verdict::Up
        } else {
            Verdict::Down
        };
        Self {
            verdict,
            interval: Some(difference.interval),
            p: Some(adjusted),
            method: Some(compared.method),
            reason: None,
        }
    }
}

/// Tests of the cells of each metric, or of each score.
pub(super) type Tests = Vec<BTreeMap<CellKey, Test>>;

/// A comparison that is to be tested.
struct Candidate<'a> {
    of: Thing,
    key: &'a CellKey,
    compared: &'a Compared,
}

/// The cells of a metric or a score that are compared, and those that are not, with the reason.
#[derive(Debug, Default)]
pub(super) struct Comparisons {
    compared: Vec<(CellKey, Compared)>,
    not: Vec<(CellKey, String)>,
}

impl Comparisons {
    fn note(&mut self, key: &CellKey, compared: Result<Compared, String>) {
        match compared {
            Ok(compared) => self.compared.push((key.clone(), compared)),
            Err(why) => self.not.push((key.clone(), why)),
        }
    }

    fn without(&self) -> BTreeMap<CellKey, Test> {
        let not = self.not.iter();
        not.map(|(key, why)| (key.clone(), Test::without(why.as_str())))
            .collect()
    }

    fn candidates(&self, of: Thing) -> impl Iterator<Item = Candidate<'_>> {
        self.compared
            .iter()
            .map(move |(key, compared)| Candidate { of, key, compared })
    }
}

/// Tests the changes of a card's metrics and scores between the headline period and the one before.
pub(super) fn tests(ground: &Ground<'_, '_>, of_metrics: &[Arc<OfMetric>], composites: &Composites) -> (Tests, Tests) {
    let of_scores: Vec<Comparisons> = (0..ground.card.scores.len())
        .map(|score| of_score(ground, score, composites))
        .collect();
    let mut metrics: Tests = of_metrics.iter().map(|metric| metric.comparisons.without()).collect();
    let mut scores: Tests = of_scores.iter().map(Comparisons::without).collect();
    let own = (of_metrics.iter().enumerate()).flat_map(|(metric, of)| of.comparisons.candidates(Thing::Metric(metric)));
    let made = of_scores.iter().enumerate();
    let made = made.flat_map(|(score, of)| of.candidates(Thing::Score(score)));
    let (crosses, first): (Vec<Candidate<'_>>, Vec<Candidate<'_>>) =
        own.chain(made).partition(|candidate| candidate.key.segments.len() > 1);
    for family in [first, crosses] {
        let p: Vec<f64> = family.iter().map(|candidate| candidate.compared.difference.p).collect();
        for (candidate, adjusted) in family.into_iter().zip(benjamini_hochberg(&p)) {
            let test = Test::judged(candidate.compared, adjusted);
            let place = match candidate.of {
                Thing::Metric(index) => metrics.get_mut(index),
                Thing::Score(index) => scores.get_mut(index),
            };
            if let Some(tests) = place {
                tests.insert(candidate.key.clone(), test);
            }
        }
    }
    (metrics, scores)
}

/// The cell of the period before.
fn before(key: &CellKey, then: PeriodKey) -> CellKey {
    CellKey {
        period: Some(then),
        segments: key.segments.clone(),
    }
}

/// The comparisons of a metric.
pub(super) fn of_metric(ground: &mut Ground<'_, '_>, metric: usize) -> Comparisons {
    let mut found = Comparisons::default();
    let measures = ground.measures;
    let (Some(cells), Some((now, then))) = (measures.metrics.get(metric), ground.now.zip(ground.then)) else {
        return found;
    };
    let simple = ground.session.is_simple(metric);
    for (key, cell) in cells.cells.iter().filter(|(key, _)| key.period == Some(now)) {
        if !ground.is_shown(metric, &cut_of(key)) || cell.value.is_none() {
            continue;
        }
        let earlier = before(key, then);
        let Some(old) = cells.cells.get(&earlier).filter(|old| old.value.is_some()) else {
            continue;
        };
        if let Some(why) = unfit(cell.state, old.state) {
            found.note(key, Err(why));
            continue;
        }
        let of_cells = if simple { compare::cells(cell, old) } else { None };
        let compared = match of_cells {
            Some(compared) => Ok(compared),
            None => match &*ground.estimates(metric) {
                Err(none) => {
                    let why = none.reason().to_owned();
                    match ground.stocks(metric) {
                        None => Err(why),
                        Some(stocks) => match (stocks.get(key), stocks.get(&earlier)) {
                            (Some(now), Some(then)) => compare::stocks(now, then),
                            _ => Err("nobody was there in one of the periods".to_owned()),
                        },
                    }
                }
                Ok(estimates) => match (estimates.get(key), estimates.get(&earlier)) {
                    (Some(now), Some(then)) => compare::estimates(now, then),
                    _ => Err("its rows cannot be told apart by this cut".to_owned()),
                },
            },
        };
        found.note(key, compared);
    }
    found
}

/// The comparisons of a score: its linear form in both periods, by entity.
fn of_score(ground: &Ground<'_, '_>, score: usize, composites: &Composites) -> Comparisons {
    let mut found = Comparisons::default();
    let (Some(cells), Some((now, then))) = (ground.scores.cells.get(score), ground.now.zip(ground.then)) else {
        return found;
    };
    let made = |key: &CellKey| composites.get(score).and_then(|cells| cells.get(key));
    for (key, cell) in cells.iter().filter(|(key, _)| key.period == Some(now)) {
        let earlier = before(key, then);
        let Some(old) = cells.get(&earlier).filter(|old| old.value.is_some()) else {
            continue;
        };
        if cell.value.is_none() {
            continue;
        }
        let compared = match (unfit(cell.state, old.state), made(key), made(&earlier)) {
            (Some(why), ..) => Err(why),
            (None, Some(now), Some(then)) => match (&now.line, &then.line) {
                (Some(now), Some(then)) => compare::lines(now, then),
                (None, _) => Err(now.no_test()),
                (_, None) => Err(then.no_test()),
            },
            (None, ..) => Err("its parts have no errors here".to_owned()),
        };
        found.note(key, compared);
    }
    found
}

/// Why two cells are not compared, from their states.
fn unfit(now: State, then: State) -> Option<String> {
    let why = |state: State| match state {
        State::Ok => None,
        State::TooFew => Some("too few answers"),
        State::Stale => Some("stale"),
        _ => Some("no value"),
    };
    why(now)
        .map(str::to_owned)
        .or_else(|| why(then).map(|why| format!("{why} in the period before")))
}
