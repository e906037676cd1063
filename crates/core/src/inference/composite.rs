//! Ranges of scores: the errors of their parts, carried through the mix.
//!
//! A score is a function of the metrics it is made of. Where it is straight over the range of their errors, its influence by
//! entity is the sum of theirs times its slopes, so that parts that share entities count with their covariance: what the parts
//! have in common is worked out once, for whatever weights cards give them. Where a
//! clamp, a cap or a worst-of bends it within two standard errors, metrics are drawn from their joint normal distribution
//! and the score is worked out for each draw: a parametric bootstrap, seeded by the place of the score.

use std::sync::Arc;

use bellwether_order::BTreeMap;

use super::{Ground, LEVEL, cut_of};
use crate::measure::{CellKey, MeasuredCell, PeriodKey, State};
use crate::score::{ScoreCell, Scorer, Scores, metrics_of};
use crate::stats::influence::{Influences, Joint, Side, covariance};
use crate::stats::mean::t_interval;
use crate::stats::random::Stream;
use crate::stats::resample::percentile_limits;
use crate::stats::{Interval, math};

/// Draws of a bootstrap.
const DRAWS: u64 = 1_000;
/// The seed of all bootstraps.
const SEED: u64 = 0x005E_ED0F_BE11;
/// A score is straight where leaving the straight line moves it by less than this part of its range's half.
const STRAIGHT: f64 = 0.01;

/// The range of a cell, or why it has none.
#[derive(Debug, Clone, PartialEq)]
pub enum Range {
    /// The range, and how it was made: `linear propagation`, `bootstrap`, `clustered by entity`, `linearised`.
    Of(Interval, &'static str),
    /// Why there is none.
    None(String),
}

/// A score in a cell with its error.
#[derive(Debug, Clone)]
pub(super) struct Composite {
    pub(super) range: Range,
    /// The score as a sum of its parts, where it is straight.
    pub(super) line: Option<Line>,
}

/// A score that is a straight line of its parts.
#[derive(Debug, Clone)]
pub(super) struct Line {
    pub(super) value: f64,
    /// Rows of its smallest part.
    pub(super) rows: u64,
    /// How far it moves with each part.
    pub(super) slopes: Vec<f64>,
    /// What the parts have in common, here and in the other period.
    pub(super) joint: Arc<Joint>,
}

impl Composite {
    fn without(why: impl Into<String>) -> Self {
        Self {
            range: Range::None(why.into()),
            line: None,
        }
    }

    /// Why a change of it is not tested.
    pub(super) fn no_test(&self) -> String {
        match &self.range {
            Range::Of(..) => "a clamp, a cap or a worst-of lies within reach".to_owned(),
            Range::None(why) => why.clone(),
        }
    }
}

/// The composites of each score by cell.
pub(super) type Composites = Vec<BTreeMap<CellKey, Composite>>;

/// The ranges of all scores in the cells of the headline period, of the one before, and of the whole time where there is
/// no period.
pub(super) fn ranges(ground: &mut Ground<'_, '_>, scorer: &Scorer<'_>) -> Composites {
    let mut scratch = None;
    let mut all = Vec::new();
    for score in 0..ground.card.scores.len() {
        let wanted = |(key, cell): &(&CellKey, &ScoreCell)| {
            let of_period = match ground.now {
                Some(now) => key.period == Some(now) || (ground.then.is_some() && key.period == ground.then),
                None => key.period.is_none(),
            };
            let shown = || !cut_of(key).iter().any(|segment| ground.is_journey(*segment));
            of_period && cell.value.is_some() && shown()
        };
        let cells = ground
            .scores
            .cells
            .get(score)
            .into_iter()
            .flat_map(|cells| cells.iter());
        let keys: Vec<CellKey> = cells.filter(wanted).map(|(key, _)| key.clone()).collect();
        let mut parts_at: BTreeMap<CellKey, Result<Vec<Part>, String>> = BTreeMap::new();
        for key in keys {
            let parts = parts(ground, score, &key);
            parts_at.insert(key, parts);
        }
        let at = |key: &CellKey, period: Option<PeriodKey>| {
            let key = CellKey {
                period,
                segments: key.segments.clone(),
            };
            let parts = parts_at.get(&key).and_then(|parts| parts.as_ref().ok());
            parts.map_or_else(Vec::new, |parts| parts.iter().map(|part| &part.influences).collect())
        };
        let mut cells = BTreeMap::new();
        for (key, parts) in &parts_at {
            let made = parts.as_ref().map_err(Clone::clone).and_then(|parts| {
                let is_then = ground.now.is_some() && key.period == ground.then;
                let (now, then) = match (ground.now, ground.then) {
                    (Some(now), Some(then)) => (at(key, Some(now)), at(key, Some(then))),
                    _ => (at(key, key.period), Vec::new()),
                };
                let side = if is_then { Side::Then } else { Side::Now };
                let joint = || (Influences::joint(&now, &then), side);
                composite(ground, scorer, &mut scratch, (score, key), parts, joint)
            });
            cells.insert(key.clone(), made.unwrap_or_else(Composite::without));
        }
        all.push(cells);
    }
    all
}

/// A metric that varies.
struct Part {
    metric: usize,
    value: f64,
    error: f64,
    rows: u64,
    influences: Influences,
}

fn composite(
    ground: &Ground<'_, '_>,
    scorer: &Scorer<'_>,
    scratch: &mut Option<Scores>,
    (score, key): (usize, &CellKey),
    parts: &[Part],
    joint: impl FnOnce() -> (Arc<Joint>, Side),
) -> Result<Composite, String> {
    let declared = ground.card.scores.get(score).ok_or("no such score")?;
    let cell = ground.scores.cell(score, key);
    let value = cell.and_then(|cell| cell.value).ok_or("no value")?;
    if parts.is_empty() {
        return Err("its parts are facts, not estimates".to_owned());
    }
    let (joint, side) = joint();
    // Most scores are a plain mix, none of whose parts comes near an end of its scale.
    if let Some(slopes) = scorer.slopes(score, key, ground.scores, &|metric| {
        let part = parts.iter().find(|part| part.metric == metric)?;
        Some((part.value - 2.0 * part.error, part.value + 2.0 * part.error))
    }) {
        let slope = |part: &Part| {
            slopes
                .iter()
                .filter(|(metric, _)| *metric == part.metric)
                .map(|of| of.1)
                .sum()
        };
        let slopes: Vec<f64> = parts.iter().map(slope).collect();
        let error = joint.variance(side, &slopes).ok_or("it rests on one entity")?.sqrt();
        return straight(parts, (value, error), slopes, (joint, side), declared.unclamped);
    }
    let scratch = scratch.get_or_insert_with(|| ground.scores.clone());
    let mut at = |changes: &[(usize, f64)]| -> Option<f64> {
        scratch.assumed.clear();
        for (metric, value) in changes {
            scratch.assumed.insert((*metric, key.clone()), *value);
        }
        scorer.assumed(score, key, scratch)
    };
    let slopes: Option<Vec<f64>> = parts
        .iter()
        .map(|part| {
            let step = 0.01 * part.error;
            let (up, down) = (
                at(&[(part.metric, part.value + step)])?,
                at(&[(part.metric, part.value - step)])?,
            );
            Some((up - down) / (2.0 * step))
        })
        .collect();
    let slopes = slopes.ok_or("it has no value near this one")?;
    let error = joint.variance(side, &slopes).ok_or("it rests on one entity")?.sqrt();
    let made = if is_straight(parts, &slopes, value, 1.96 * error, &mut at) {
        straight(parts, (value, error), slopes, (joint, side), declared.unclamped)
    } else {
        bootstrap(parts, score, &mut at).map(|range| Composite {
            range: Range::Of(range, "bootstrap"),
            line: None,
        })
    };
    scratch.assumed.clear();
    // The scores that were worked out for the draws are put back.
    restore(scratch, ground.scores, key);
    made
}

/// The range of a score that is a straight line of its parts.
fn straight(
    parts: &[Part],
    (value, error): (f64, f64),
    slopes: Vec<f64>,
    (joint, side): (Arc<Joint>, Side),
    unclamped: bool,
) -> Result<Composite, String> {
    if slopes.iter().all(|slope| *slope == 0.0) {
        return Err("no part moves it: it is held by a limit or set by hand".to_owned());
    }
    let df = joint.entities(side).saturating_sub(1) as f64;
    let range = t_interval(value, error, df, LEVEL).ok_or("beyond the range of numbers")?;
    Ok(Composite {
        range: Range::Of(held(range, unclamped), "linear propagation"),
        line: Some(Line {
            value,
            rows: parts.iter().map(|part| part.rows).min().unwrap_or(0),
            slopes,
            joint,
        }),
    })
}

/// A score that is clamped stays on 0–100, and so does its range.
fn held(range: Interval, unclamped: bool) -> Interval {
    if unclamped {
        return range;
    }
    Interval {
        low: range.low.max(0.0),
        high: range.high.min(100.0),
    }
}

fn restore(scratch: &mut Scores, from: &Scores, key: &CellKey) {
    for (cells, original) in scratch.cells.iter_mut().zip(&from.cells) {
        if let (Some(place), Some(cell)) = (cells.get_mut(key), original.get(key)) {
            *place = *cell;
        }
    }
}

/// The metrics of a score that vary in a cell; facts do not.
fn parts(ground: &mut Ground<'_, '_>, score: usize, key: &CellKey) -> Result<Vec<Part>, String> {
    if (ground.card.scores.get(score)).is_some_and(|declared| declared.mix_each.is_some()) {
        return Err("a mix over the values of a segment".to_owned());
    }
    let state = ground.scores.cell(score, key).map_or(State::Missing, |cell| cell.state);
    if !state.has_value() {
        return Err("no value".to_owned());
    }
    let mut parts = Vec::new();
    for metric in metrics_of(ground.card, score) {
        let measures = ground.measures;
        let Some(cell) = measures.cell(metric, key).filter(|cell| cell.value.is_some()) else {
            continue;
        };
        let name = ground
            .card
            .metrics
            .get(metric)
            .map_or("", |metric| metric.name.value.as_str());
        let found = match &*ground.estimates(metric) {
            Ok(estimates) => match estimates.get(key) {
                // Without an error by entity, as of a percentile of answers of a few steps, that of its own range.
                Some(estimate) if estimate.influences.variance() == Some(0.0) => {
                    by_range(cell, metric).map(|influences| (influences, estimate.rows))
                }
                Some(estimate) => Some((estimate.influences.clone(), estimate.rows)),
                None => return Err(format!("the rows of `{name}` cannot be told apart by this cut")),
            },
            Err(none @ super::NoEstimate::Unknown(_)) => match by_range(cell, metric) {
                Some(influences) => Some((influences, cell.n)),
                None => return Err(format!("`{name}` has no range: {}", none.reason())),
            },
            Err(super::NoEstimate::Fact(_)) => None,
        };
        let Some((influences, rows)) = found else { continue };
        let error = influences.variance().unwrap_or(0.0).sqrt();
        if error > 0.0 {
            parts.push(Part {
                metric,
                value: cell.value.unwrap_or(0.0),
                error,
                rows,
                influences,
            });
        }
    }
    Ok(parts)
}

/// A metric with a range of its own but no rows one by one, such as survival: it counts as independent of the others.
///
/// Its error stands on two entities that nothing else has: their influences sum to 0 and give the variance.
fn by_range(cell: &MeasuredCell, metric: usize) -> Option<Influences> {
    let interval = cell.interval.as_ref()?;
    let error = (interval.high - interval.low) / 2.0 / 1.96;
    let first = (1_u64 << 62) | (metric as u64) << 1;
    // m/(m−1)·Σz² with z = ±error/2 and many entities in all is near error²/2·m/(m−1); √½ makes it whole.
    let z = error * std::f64::consts::FRAC_1_SQRT_2;
    Some(Influences::of(vec![(first, z), (first | 1, -z)]))
}

/// Whether the score follows its slopes two errors out, part by part and all at once, up and down.
fn is_straight(
    parts: &[Part],
    slopes: &[f64],
    value: f64,
    half: f64,
    at: &mut impl FnMut(&[(usize, f64)]) -> Option<f64>,
) -> bool {
    let mut follows = |changes: &[(usize, f64)], expected: f64| {
        at(changes).is_some_and(|made| (made - expected).abs() <= STRAIGHT * half.max(1e-9))
    };
    let ends = [-2.0, 2.0];
    let alone = parts.iter().zip(slopes).all(|(part, slope)| {
        ends.iter().all(|end| {
            let step = end * part.error;
            follows(&[(part.metric, part.value + step)], value + slope * step)
        })
    });
    alone
        && ends.iter().all(|end| {
            let way = |slope: f64| if slope < 0.0 { -end } else { *end };
            let changes: Vec<(usize, f64)> = parts
                .iter()
                .zip(slopes)
                .map(|(part, slope)| (part.metric, part.value + way(*slope) * part.error))
                .collect();
            let sum: f64 = parts
                .iter()
                .zip(slopes)
                .map(|(part, slope)| slope * way(*slope) * part.error)
                .sum();
            follows(&changes, value + sum)
        })
}

/// The middle of the scores of metrics drawn from their joint normal distribution.
fn bootstrap(
    parts: &[Part],
    score: usize,
    at: &mut impl FnMut(&[(usize, f64)]) -> Option<f64>,
) -> Result<Interval, String> {
    let factor = factor(parts);
    let stream = Stream::new(SEED, score as u64);
    let size = parts.len() as u64;
    let draws: Vec<f64> = (0..DRAWS)
        .filter_map(|draw| {
            let normal: Vec<f64> = (0..size).map(|at| stream.normal(draw * size + at)).collect();
            let changes: Vec<(usize, f64)> = parts
                .iter()
                .zip(&factor)
                .map(|(part, row)| {
                    let step: f64 = row.iter().zip(&normal).map(|(l, z)| l * z).sum();
                    (part.metric, part.value + step)
                })
                .collect();
            at(&changes)
        })
        .collect();
    if (draws.len() as u64) * 2 < DRAWS {
        return Err("it has no value in most draws of its parts".to_owned());
    }
    percentile_limits(&draws, LEVEL).ok_or_else(|| "it has no value in most draws of its parts".to_owned())
}

/// Cholesky's factor of the covariance of the parts; a part that follows from those before adds nothing of its own.
fn factor(parts: &[Part]) -> Vec<Vec<f64>> {
    let mut rows: Vec<Vec<f64>> = Vec::new();
    for (at, part) in parts.iter().enumerate() {
        let mut row: Vec<f64> = Vec::new();
        for (other, above) in parts.iter().zip(&rows) {
            let crossed: f64 = row.iter().zip(above).map(|(a, b)| a * b).sum();
            let own = above.last().copied().unwrap_or(0.0);
            let joint = covariance(&part.influences, &other.influences).unwrap_or(0.0);
            row.push(if own > 0.0 { (joint - crossed) / own } else { 0.0 });
        }
        let rest = part.error * part.error - row.iter().map(|a| a * a).sum::<f64>();
        row.push(math::sqrt(rest.max(0.0)));
        debug_assert_eq!(row.len(), at + 1);
        rows.push(row);
    }
    rows
}
