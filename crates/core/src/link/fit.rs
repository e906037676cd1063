//! From the rows of a frame to an effect with its range, a curve and a grade.

use bellwether_order::indices_by;

use super::model::{Coefficient, CurveStep, Estimate, Evidence, LinkAnalysis};
use crate::stats::linear_algebra::{Matrix, Qr};
use crate::stats::logistic::logistic;
use crate::stats::regression::{Errors, Refusal, least_squares};
use crate::stats::{math, proportion};

/// The confidence of all ranges.
pub(super) const LEVEL: f64 = 0.95;
/// Fewer entities than this say nothing of a slope.
const LEAST_ENTITIES: usize = 30;
/// Fewer yes or no answers than this for each coefficient say nothing of a rate's slope (Peduzzi et al. 1996).
const LEAST_EVENTS: usize = 10;
/// Fewer entities than this are no step of a curve.
const LEAST_STEP: usize = 20;
/// Up to so many different values of a metric are steps of a curve of their own.
const MOST_STEPS: usize = 11;
/// Steps of a metric of more values.
const GROUPS: usize = 5;

/// What a link is fitted to.
#[derive(Debug, Clone, Default)]
pub(super) struct Sample {
    /// The outcome of each entity.
    pub(super) outcome: Vec<f64>,
    /// The metric.
    pub(super) metric: Vec<f64>,
    /// Columns held constant, with their names.
    pub(super) controls: Vec<(String, Vec<f64>)>,
    /// Weights.
    pub(super) weights: Option<Vec<f64>>,
    /// Whose errors move together.
    pub(super) groups: Option<Vec<u32>>,
    /// Whether the outcome is 0 or 100.
    pub(super) binary: bool,
    /// Entities left out, as a value is missing.
    pub(super) left_out: u64,
}

/// The columns of a frame, before rows with something missing are left out.
pub(super) struct Columns<'a> {
    pub(super) outcome: &'a [f64],
    pub(super) metric: &'a [f64],
    pub(super) controls: &'a [(String, Vec<f64>)],
    pub(super) weights: Option<&'a [f64]>,
    pub(super) groups: Option<&'a [u32]>,
    pub(super) places: Option<&'a [u32]>,
    pub(super) binary: bool,
}

impl Sample {
    /// The rows that have everything, in an order that the source does not set.
    pub(super) fn new(columns: &Columns<'_>) -> Self {
        let at = |values: &[f64], row: usize| values.get(row).copied().unwrap_or(f64::NAN);
        let whole = |row: &usize| {
            !at(columns.outcome, *row).is_nan()
                && !at(columns.metric, *row).is_nan()
                && columns.controls.iter().all(|(_, values)| !at(values, *row).is_nan())
        };
        let mut rows: Vec<usize> = (0..columns.outcome.len()).filter(whole).collect();
        let left_out = (columns.outcome.len() - rows.len()) as u64;
        match columns.places {
            Some(places) => indices_by(&mut rows, &mut |a, b| places.get(a).cmp(&places.get(b))),
            None => indices_by(&mut rows, &mut |a, b| {
                let numbers = |row: usize| {
                    let controls = columns.controls.iter().map(move |(_, values)| at(values, row));
                    let weight = columns.weights.map_or(1.0, |weights| at(weights, row));
                    [at(columns.outcome, row), at(columns.metric, row), weight]
                        .into_iter()
                        .chain(controls)
                };
                let pairs = numbers(a).zip(numbers(b));
                pairs
                    .map(|(a, b)| a.total_cmp(&b))
                    .find(|order| order.is_ne())
                    .unwrap_or(std::cmp::Ordering::Equal)
            }),
        }
        let take = |values: &[f64]| -> Vec<f64> { rows.iter().map(|row| at(values, *row)).collect() };
        let groups = columns
            .groups
            .map(|groups| renumbered(rows.iter().map(|row| groups.get(*row).copied().unwrap_or(0))));
        Self {
            outcome: take(columns.outcome),
            metric: take(columns.metric),
            controls: columns
                .controls
                .iter()
                .map(|(name, values)| (name.clone(), take(values)))
                .collect(),
            weights: columns.weights.map(take),
            groups: groups
                .filter(|(_, count)| *count < rows.len())
                .map(|(groups, _)| groups),
            binary: columns.binary,
            left_out,
        }
    }

    fn group_count(&self) -> Option<u64> {
        Some(u64::from(*self.groups.as_ref()?.iter().max()?) + 1)
    }
}

/// Groups numbered in the order in which they appear, and how many there are.
fn renumbered(groups: impl Iterator<Item = u32>) -> (Vec<u32>, usize) {
    let mut known = bellwether_order::BTreeMap::new();
    let numbered = groups
        .map(|group| {
            let next = known.len() as u32;
            *known.entry(group).or_insert(next)
        })
        .collect();
    (numbered, known.len())
}

/// A slope and how it was found.
struct Slope {
    effect: Estimate,
    error: f64,
    odds: Option<Estimate>,
    r_squared: Option<f64>,
    method: String,
    coefficients: Vec<Coefficient>,
}

/// The analysis of a sample. `of` says what its rows are, `direction` which sign the card claims (0: none).
pub(super) fn analyse(sample: &Sample, of: &str, precedes: bool, claimed: f64) -> LinkAnalysis {
    let n = sample.outcome.len();
    let mut made = LinkAnalysis {
        n: n as u64,
        left_out: sample.left_out,
        groups: sample.group_count(),
        precedes,
        ..LinkAnalysis::refused(of, "")
    };
    made.notes.clear();
    if let Some(why) = too_little(sample) {
        made.notes.push(why);
        made.curve = if n > 0 { curve(sample) } else { Vec::new() };
        return made;
    }
    made.seen = ends(&sample.metric);
    made.curve = curve(sample);
    let (kept, dropped) = without_repeats(sample);
    for name in dropped {
        made.notes.push(format!(
            "`{name}` adds nothing that the others do not tell; it was left out"
        ));
    }
    match slope(&kept, &mut made.notes) {
        Ok(slope) => {
            made.effect = Some(slope.effect);
            made.odds_ratio = slope.odds;
            made.r_squared = slope.r_squared;
            made.method = slope.method;
            made.coefficients = slope.coefficients;
            made.detectable = Some((1.959_963_984_540_054 + 0.841_621_233_572_914) * slope.error);
            let found = slope.effect.excludes_zero();
            made.evidence = match (found, precedes) {
                (false, _) => Evidence::NoneFound,
                (true, true) => Evidence::Leading,
                (true, false) => Evidence::Correlated,
            };
            made.reversed = found && slope.effect.value * claimed < 0.0;
            made.bends = if made.curve.len() > 2 { bends(&kept) } else { None };
        }
        Err(refusal) => made.notes.push(refused(refusal, &kept)),
    }
    if made.reversed {
        made.notes.push("the data show the reverse of the claim".to_owned());
    }
    made
}

fn ends(values: &[f64]) -> Option<(f64, f64)> {
    let low = values.iter().copied().min_by(f64::total_cmp)?;
    let high = values.iter().copied().max_by(f64::total_cmp)?;
    Some((low, high))
}

/// Why a sample is too small or too flat, in words.
fn too_little(sample: &Sample) -> Option<String> {
    let n = sample.outcome.len();
    if n < LEAST_ENTITIES {
        return Some(format!(
            "{n} have both metric and outcome; at least {LEAST_ENTITIES} are needed"
        ));
    }
    let flat = |values: &[f64]| values.iter().all(|value| Some(value) == values.first());
    if flat(&sample.metric) {
        return Some("the metric is the same for all".to_owned());
    }
    if flat(&sample.outcome) {
        return Some("the outcome is the same for all".to_owned());
    }
    if sample.binary {
        let yes = sample.outcome.iter().filter(|value| **value > 50.0).count();
        let fewer = yes.min(n - yes);
        let needed = LEAST_EVENTS * (1 + sample.controls.len());
        if fewer < needed {
            return Some(format!(
                "only {fewer} of {n} differ in the outcome; at least {needed} are needed"
            ));
        }
    }
    let groups = sample.group_count()?;
    (groups < 10).then(|| format!("the metric comes from {groups} sources; at least 10 are needed"))
}

/// The sample without controls that are constant or combinations of others.
fn without_repeats(sample: &Sample) -> (Sample, Vec<String>) {
    let repeats = |sample: &Sample| design(sample).is_none_or(|design| Qr::new(&design).is_err());
    if !repeats(sample) {
        return (sample.clone(), Vec::new());
    }
    let mut kept = Sample {
        controls: Vec::new(),
        ..sample.clone()
    };
    let mut dropped = Vec::new();
    for control in &sample.controls {
        kept.controls.push(control.clone());
        if repeats(&kept)
            && let Some((name, _)) = kept.controls.pop()
        {
            dropped.push(name);
        }
    }
    (kept, dropped)
}

/// Intercept, metric, controls.
fn design(sample: &Sample) -> Option<Matrix> {
    let mut columns = vec![vec![1.0; sample.metric.len()], sample.metric.clone()];
    columns.extend(sample.controls.iter().map(|(_, values)| values.clone()));
    Matrix::from_columns(&columns)
}

fn errors_of(sample: &Sample) -> (Errors<'_>, &'static str) {
    match &sample.groups {
        Some(groups) => (Errors::Clustered(groups), "clustered errors"),
        None if sample.outcome.len() < 250 => (Errors::Hc3, "robust errors (HC3)"),
        None => (Errors::Hc1, "robust errors (HC1)"),
    }
}

fn slope(sample: &Sample, notes: &mut Vec<String>) -> Result<Slope, Refusal> {
    if !sample.binary {
        return linear(sample);
    }
    match by_odds(sample) {
        Err(Refusal::Separated(column)) => {
            let what = if column <= 1 { "the metric" } else { "a control" };
            notes.push(format!(
                "{what} tells the outcome without error for a part of them (separation), so that no logistic slope exists: \
                 see the rates by category; the effect is a difference of rates"
            ));
            linear(sample)
        }
        Err(Refusal::NotConverged) => {
            notes.push("the logistic search did not settle; the effect is a difference of rates".to_owned());
            linear(sample)
        }
        found => found,
    }
}

/// The average effect on a rate, in points, from a logistic fit.
fn by_odds(sample: &Sample) -> Result<Slope, Refusal> {
    let design = design(sample).ok_or(Refusal::Unfit)?;
    let outcome: Vec<bool> = sample.outcome.iter().map(|value| *value > 50.0).collect();
    let weights = sample.weights.as_deref();
    let fit = logistic(&design, &outcome, weights)?;
    let (errors, words) = errors_of(sample);
    let covariance = fit.covariance(&design, errors).ok_or(Refusal::Unfit)?;
    let (effect, gradient) = fit.average_effect(&design, 1, weights);
    let mut variance = 0.0;
    for (row, a) in gradient.iter().enumerate() {
        for (column, b) in gradient.iter().enumerate() {
            variance += a * b * covariance.at(row, column);
        }
    }
    let z = match sample.group_count() {
        Some(groups) => math::t_quantile(0.975, groups as f64 - 1.0),
        None => math::normal_quantile(0.975),
    }
    .ok_or(Refusal::Unfit)?;
    let error = 100.0 * variance.max(0.0).sqrt();
    let value = 100.0 * effect;
    let b = fit.coefficients.get(1).copied().unwrap_or(0.0);
    let reach = z * covariance.at(1, 1).max(0.0).sqrt();
    let odds = Estimate {
        value: math::exp(b),
        low: math::exp(b - reach),
        high: math::exp(b + reach),
    };
    let words = words.replace(" (HC3)", "").replace(" (HC1)", "");
    let finite = [value, error, odds.low, odds.high]
        .iter()
        .all(|number| number.is_finite());
    finite.then_some(()).ok_or(Refusal::NotConverged)?;
    Ok(Slope {
        effect: Estimate {
            value,
            low: value - z * error,
            high: value + z * error,
        },
        error,
        odds: Some(odds),
        r_squared: None,
        method: format!("logistic regression, average effect, {words}"),
        coefficients: coefficients(sample, &fit.coefficients, &covariance, z),
    })
}

fn linear(sample: &Sample) -> Result<Slope, Refusal> {
    let design = design(sample).ok_or(Refusal::Unfit)?;
    let fit = least_squares(&design, &sample.outcome, sample.weights.as_deref())?;
    let (errors, words) = errors_of(sample);
    let (covariance, words) = match fit.covariance(errors) {
        Some(covariance) => (covariance, words),
        None => (
            fit.covariance(Errors::Hc1).ok_or(Refusal::Unfit)?,
            "robust errors (HC1)",
        ),
    };
    let value = fit.coefficients.get(1).copied().ok_or(Refusal::Unfit)?;
    let error = covariance.at(1, 1).max(0.0).sqrt();
    let degrees = sample
        .group_count()
        .map_or(fit.degrees as f64, |groups| groups as f64 - 1.0);
    let t = math::t_quantile(0.975, degrees).ok_or(Refusal::Unfit)?;
    Ok(Slope {
        effect: Estimate {
            value: value + 0.0,
            low: value - t * error,
            high: value + t * error,
        },
        error,
        odds: None,
        r_squared: fit.r_squared,
        method: format!("linear regression, {words}"),
        coefficients: coefficients(sample, &fit.coefficients, &covariance, t),
    })
}

/// The coefficients of a fit by name, `wide` errors on both sides; none where one is beyond the range of numbers.
fn coefficients(sample: &Sample, values: &[f64], covariance: &Matrix, wide: f64) -> Vec<Coefficient> {
    let names = ["intercept", "metric"].into_iter();
    let names = names.chain(sample.controls.iter().map(|(name, _)| name.as_str()));
    let made: Vec<Coefficient> = names
        .zip(values)
        .enumerate()
        .map(|(at, (name, value))| {
            let reach = wide * covariance.at(at, at).max(0.0).sqrt();
            Coefficient {
                name: name.to_owned(),
                value: Estimate {
                    value: value + 0.0,
                    low: value - reach,
                    high: value + reach,
                },
            }
        })
        .collect();
    let finite = |part: &Coefficient| part.value.low.is_finite() && part.value.high.is_finite();
    if made.iter().all(finite) { made } else { Vec::new() }
}

/// Why there is no slope, in words.
fn refused(refusal: Refusal, sample: &Sample) -> String {
    let name = |column: usize| match column {
        0 | 1 => "the metric".to_owned(),
        more => sample
            .controls
            .get(more - 2)
            .map_or_else(String::new, |(name, _)| format!("`{name}`")),
    };
    match refusal {
        Refusal::TooFewRows => "fewer entities than columns".to_owned(),
        Refusal::Collinear(column) => format!(
            "{} repeats the others (collinearity): no slope of its own exists",
            name(column)
        ),
        Refusal::NoVariation => "the outcome is the same for all".to_owned(),
        Refusal::Separated(column) => format!("{} tells the outcome without error (separation)", name(column)),
        Refusal::NotConverged | Refusal::Unfit => "no slope could be found".to_owned(),
    }
}

/// Whether a squared term, about the mean, matters at the 1 % level.
fn bends(sample: &Sample) -> Option<bool> {
    let n = sample.metric.len() as f64;
    let mean = sample.metric.iter().fold(0.0, |sum, x| sum + x) / n;
    let (low, high) = ends(&sample.metric)?;
    let two = sample.metric.iter().all(|x| *x == low || *x == high);
    (!two).then_some(())?;
    let squares = sample.metric.iter().map(|x| (x - mean) * (x - mean)).collect();
    let mut bent = sample.clone();
    bent.controls.push(("squared".to_owned(), squares));
    let design = design(&bent)?;
    let fit = least_squares(&design, &sample.outcome, sample.weights.as_deref()).ok()?;
    let covariance = fit.covariance(errors_of(sample).0)?;
    let last = design.columns() - 1;
    let t = fit.coefficients.get(last)? / covariance.at(last, last).max(0.0).sqrt();
    t.is_finite().then_some(t.abs() > 2.575_829_303_548_901)
}

/// The outcome along the metric: each of a few values, or groups of about the same size.
fn curve(sample: &Sample) -> Vec<CurveStep> {
    let mut order: Vec<usize> = (0..sample.metric.len()).collect();
    let x = |row: usize| sample.metric.get(row).copied().unwrap_or(0.0);
    indices_by(&mut order, &mut |a, b| x(a).total_cmp(&x(b)).then(a.cmp(&b)));
    let values: Vec<&[usize]> = order.chunk_by(|a, b| x(*a) == x(*b)).collect();
    // Steps of a few values may be small, those of a number without steps not; none is of a handful.
    let share = if values.len() <= MOST_STEPS { 20 } else { GROUPS };
    let least = order.len().div_ceil(share).max(LEAST_STEP).min(order.len());
    let mut groups: Vec<Vec<usize>> = Vec::new();
    let mut open: Vec<usize> = Vec::new();
    for tied in values {
        // A value that fills a step of its own takes no stragglers with it.
        if tied.len() >= least && !open.is_empty() {
            let stragglers = std::mem::take(&mut open);
            match groups.last_mut() {
                Some(group) if stragglers.len() < least => group.extend(stragglers),
                _ => groups.push(stragglers),
            }
        }
        open.extend_from_slice(tied);
        if open.len() >= least {
            groups.push(std::mem::take(&mut open));
        }
    }
    match groups.last_mut() {
        Some(group) => group.extend(open),
        None => groups.push(open),
    }
    groups.iter().filter_map(|rows| step(sample, rows)).collect()
}

fn step(sample: &Sample, rows: &[usize]) -> Option<CurveStep> {
    let value = |row: &usize| sample.outcome.get(*row).copied().unwrap_or(0.0);
    let weight = |row: &usize| {
        sample
            .weights
            .as_ref()
            .map_or(1.0, |weights| weights.get(*row).copied().unwrap_or(0.0))
    };
    let whole = rows.iter().fold(0.0, |sum, row| sum + weight(row));
    (whole > 0.0).then_some(())?;
    let mean = rows.iter().fold(0.0, |sum, row| sum + weight(row) * value(row)) / whole;
    let effective = match &sample.weights {
        None => rows.len() as f64,
        Some(_) => {
            let squares = rows.iter().fold(0.0, |sum, row| sum + weight(row) * weight(row));
            whole * whole / squares
        }
    };
    let range = if sample.binary {
        proportion::wilson_of(mean.clamp(0.0, 100.0), effective, LEVEL).map(|range| (range.low, range.high))
    } else {
        let spread = rows.iter().fold(0.0, |sum, row| {
            sum + weight(row) * (value(row) - mean) * (value(row) - mean)
        }) / whole;
        let error = (spread / (effective - 1.0)).sqrt();
        let t = if effective > 1.5 {
            math::t_quantile(0.975, effective - 1.0)
        } else {
            None
        };
        t.filter(|_| error.is_finite())
            .map(|t| (mean - t * error, mean + t * error))
    };
    let own = rows.iter().map(|row| sample.metric.get(*row).copied().unwrap_or(0.0));
    let (from, to) = own.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), x| {
        (low.min(x), high.max(x))
    });
    Some(CurveStep {
        from,
        to,
        n: rows.len() as u64,
        outcome: mean,
        range,
    })
}
