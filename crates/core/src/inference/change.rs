//! Tests of what changed since the period before.

use bellwether_order::BTreeMap;

use super::compare::{self, Compared};
use super::composite::Composites;
use super::{FALSE_DISCOVERIES, Ground, cut_of};
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
struct Candidate {
    of: Thing,
    key: CellKey,
    compared: Compared,
}

/// Tests the changes of a card's metrics and scores between the headline period and the one before.
pub(super) fn tests(ground: &mut Ground<'_, '_>, composites: &Composites) -> (Tests, Tests) {
    let mut metrics: Tests = vec![BTreeMap::new(); ground.card.metrics.len()];
    let mut scores: Tests = vec![BTreeMap::new(); ground.card.scores.len()];
    let (Some(now), Some(then)) = (ground.now, ground.then) else {
        return (metrics, scores);
    };
    let mut candidates = Vec::new();
    for (metric, tests) in metrics.iter_mut().enumerate() {
        candidates.extend(of_metric(ground, metric, (now, then), tests));
    }
    for (score, tests) in scores.iter_mut().enumerate() {
        candidates.extend(of_score(ground, score, (now, then), composites, tests));
    }
    let (crosses, first): (Vec<Candidate>, Vec<Candidate>) = candidates
        .into_iter()
        .partition(|candidate| candidate.key.segments.len() > 1);
    for family in [first, crosses] {
        let p: Vec<f64> = family.iter().map(|candidate| candidate.compared.difference.p).collect();
        for (candidate, adjusted) in family.into_iter().zip(benjamini_hochberg(&p)) {
            let test = Test::judged(&candidate.compared, adjusted);
            let place = match candidate.of {
                Thing::Metric(index) => metrics.get_mut(index),
                Thing::Score(index) => scores.get_mut(index),
            };
            if let Some(tests) = place {
                tests.insert(candidate.key, test);
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

/// The comparisons of a metric; what cannot be compared is noted in `tests` with the reason.
fn of_metric(
    ground: &mut Ground<'_, '_>,
    metric: usize,
    (now, then): (PeriodKey, PeriodKey),
    tests: &mut BTreeMap<CellKey, Test>,
) -> Vec<Candidate> {
    let measures = ground.measures;
    let Some(cells) = measures.metrics.get(metric) else {
        return Vec::new();
    };
    let simple = ground.session.is_simple(metric);
    let mut found = Vec::new();
    for (key, cell) in cells.cells.iter().filter(|(key, _)| key.period == Some(now)) {
        if !ground.is_shown(metric, &cut_of(key)) || cell.value.is_none() {
            continue;
        }
        let earlier = before(key, then);
        let Some(old) = cells.cells.get(&earlier).filter(|old| old.value.is_some()) else {
            continue;
        };
        if let Some(why) = unfit(cell.state, old.state) {
            tests.insert(key.clone(), Test::without(why));
            continue;
        }
        let of_cells = if simple { compare::cells(cell, old) } else { None };
        let compared = match of_cells {
            Some(compared) => Ok(compared),
            None => match ground.estimates(metric) {
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
        match compared {
            Ok(compared) => found.push(Candidate {
                of: Thing::Metric(metric),
                key: key.clone(),
                compared,
            }),
            Err(why) => _ = tests.insert(key.clone(), Test::without(why)),
        }
    }
    found
}

/// The comparisons of a score: its linear form in both periods, by entity.
fn of_score(
    ground: &Ground<'_, '_>,
    score: usize,
    (now, then): (PeriodKey, PeriodKey),
    composites: &Composites,
    tests: &mut BTreeMap<CellKey, Test>,
) -> Vec<Candidate> {
    let Some(cells) = ground.scores.cells.get(score) else {
        return Vec::new();
    };
    let made = |key: &CellKey| composites.get(score).and_then(|cells| cells.get(key));
    let mut found = Vec::new();
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
            (None, Some(now), Some(then)) => match (&now.estimate, &then.estimate) {
                (Some(now), Some(then)) => compare::estimates(now, then),
                (None, _) => Err(now.no_test()),
                (_, None) => Err(then.no_test()),
            },
            (None, ..) => Err("its parts have no errors here".to_owned()),
        };
        match compared {
            Ok(compared) => found.push(Candidate {
                of: Thing::Score(score),
                key: key.clone(),
                compared,
            }),
            Err(why) => _ = tests.insert(key.clone(), Test::without(why)),
        }
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
