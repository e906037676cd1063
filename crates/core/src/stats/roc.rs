//! How well a score told who would have the outcome: AUC, lift, recall, calibration.

use bellwether_order::Sort;

use super::{Interval, proportion, two_sided_z};

/// The area under the ROC curve with its interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Auc {
    /// The chance that one who had the outcome has a higher score than one who had not; ties count half. 0.5 is no better than a coin.
    pub value: f64,
    /// Its standard error.
    pub error: f64,
    /// Its interval, within 0 and 1.
    pub interval: Interval,
    /// Rows with the outcome, and without.
    pub counts: (u64, u64),
}

/// The area under the ROC curve, with the error of DeLong, DeLong and Clarke-Pearson 1988 (by midranks: Sun and Xu 2014).
///
/// A higher score is to mean a likelier outcome. `None` unless there are two rows of each kind; scores that are no
/// numbers are the caller's to leave out. All scores equal: 0.5, with an error of 0.
///
/// ```
/// use bellwether::stats::roc::auc;
/// let told = auc(&[0.9, 0.8, 0.3, 0.1], &[true, true, false, false], 0.95).unwrap();
/// assert_eq!(told.value, 1.0);
/// assert_eq!(auc(&[0.5; 4], &[true, true, false, false], 0.95).unwrap().value, 0.5);
/// assert_eq!(auc(&[0.5, 0.2], &[true, false], 0.95), None);
/// ```
#[must_use]
pub fn auc(scores: &[f64], outcome: &[bool], level: f64) -> Option<Auc> {
    let split = |wanted: bool| -> Vec<f64> {
        let rows = scores.iter().zip(outcome).filter(|(_, y)| **y == wanted);
        rows.map(|(score, _)| *score).collect()
    };
    let (with, without) = (split(true), split(false));
    let (m, n) = (with.len() as f64, without.len() as f64);
    (with.len() >= 2 && without.len() >= 2).then_some(())?;
    let all: Vec<f64> = with.iter().chain(&without).copied().collect();
    let (all, own, other) = (midranks(&all), midranks(&with), midranks(&without));
    let first: Vec<f64> = all.iter().zip(&own).map(|(all, own)| (all - own) / n).collect();
    let rest = all.get(with.len()..).unwrap_or_default();
    let second: Vec<f64> = rest
        .iter()
        .zip(&other)
        .map(|(all, own)| 1.0 - (all - own) / m)
        .collect();
    let mean = |values: &[f64]| values.iter().fold(0.0, |sum, v| sum + v) / values.len() as f64;
    let value = mean(&first);
    let variance = |values: &[f64]| {
        let mean = mean(values);
        values.iter().fold(0.0, |sum, v| sum + (v - mean) * (v - mean)) / (values.len() as f64 - 1.0)
    };
    let error = (variance(&first) / m + variance(&second) / n).sqrt();
    let reach = two_sided_z(level)? * error;
    Some(Auc {
        value,
        error,
        interval: Interval {
            low: (value - reach).max(0.0),
            high: (value + reach).min(1.0),
        },
        counts: (with.len() as u64, without.len() as u64),
    })
}

/// Ranks from 1, equal values sharing the middle of theirs.
#[must_use]
pub fn midranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<(f64, usize)> = values.iter().copied().zip(0..).collect();
    order.order_by(|a, b| a.0.total_cmp(&b.0));
    let mut ranks = vec![0.0; values.len()];
    let mut start = 0;
    for group in order.chunk_by(|a, b| a.0 == b.0) {
        let rank = start as f64 + (group.len() as f64 + 1.0) / 2.0;
        for (_, row) in group {
            ranks.get_mut(*row).into_iter().for_each(|place| *place = rank);
        }
        start += group.len();
    }
    ranks
}

/// What the share of rows with the highest scores holds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Lift {
    /// The share of rows looked at, 0–100.
    pub share: f64,
    /// The rate of the outcome among them, 0–100.
    pub rate: f64,
    /// That rate over the rate of all rows.
    pub lift: f64,
    /// The share of all outcomes that lie among them, 0–100.
    pub recall: f64,
}

/// Lift and recall among the `share` (0–100) of rows with the highest scores. Rows that tie at the edge count in part, so
/// that the order of rows does not matter. `None` without rows or without an outcome.
///
/// ```
/// use bellwether::stats::roc::lift;
/// let top = lift(&[9.0, 8.0, 2.0, 1.0], &[true, false, true, false], 25.0).unwrap();
/// assert_eq!((top.rate, top.lift, top.recall), (100.0, 2.0, 50.0));
/// ```
#[must_use]
pub fn lift(scores: &[f64], outcome: &[bool], share: f64) -> Option<Lift> {
    let rows = scores.len().min(outcome.len());
    let hits = outcome.iter().filter(|y| **y).count() as f64;
    (rows > 0 && hits > 0.0 && share > 0.0 && share <= 100.0).then_some(())?;
    let mut order: Vec<(f64, bool)> = scores.iter().copied().zip(outcome.iter().copied()).collect();
    order.order_by(|a, b| b.0.total_cmp(&a.0));
    let wanted = rows as f64 * share / 100.0;
    let (mut seen, mut found) = (0.0, 0.0);
    for group in order.chunk_by(|a, b| a.0 == b.0) {
        let size = group.len() as f64;
        let part = ((wanted - seen) / size).clamp(0.0, 1.0);
        found += part * group.iter().filter(|(_, y)| *y).count() as f64;
        seen += part * size;
        if seen >= wanted {
            break;
        }
    }
    let rate = found / seen;
    Some(Lift {
        share,
        rate: 100.0 * rate,
        lift: rate / (hits / rows as f64),
        recall: 100.0 * found / hits,
    })
}

/// A group of rows with like forecasts, and what came of them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CalibrationBin {
    /// The mean forecast, 0–100.
    pub forecast: f64,
    /// The rate of the outcome, 0–100.
    pub rate: f64,
    /// Wilson's interval of that rate.
    pub interval: Interval,
    /// Rows.
    pub n: u64,
}

/// Forecast against outcome in so many groups of about the same size, lowest forecasts first. Rows with one and the same forecast stay together,
/// so that there may be fewer groups. Forecasts are probabilities from 0 to 1.
#[must_use]
pub fn calibration(forecasts: &[f64], outcome: &[bool], groups: usize, level: f64) -> Vec<CalibrationBin> {
    let mut order: Vec<(f64, bool)> = forecasts.iter().copied().zip(outcome.iter().copied()).collect();
    order.order_by(|a, b| a.0.total_cmp(&b.0));
    let size = order.len().div_ceil(groups.max(1)).max(1);
    let mut bins: Vec<Vec<(f64, bool)>> = Vec::new();
    for tied in order.chunk_by(|a, b| a.0 == b.0) {
        match bins.last_mut() {
            Some(bin) if bin.len() + tied.len() / 2 < size => bin.extend_from_slice(tied),
            _ => bins.push(tied.to_vec()),
        }
    }
    bins.iter()
        .filter_map(|bin| {
            let n = bin.len() as u64;
            let hits = bin.iter().filter(|(_, y)| *y).count() as u64;
            let interval = proportion::wilson(hits, n, level)?;
            Some(CalibrationBin {
                forecast: 100.0 * bin.iter().fold(0.0, |sum, (p, _)| sum + p) / n as f64,
                rate: 100.0 * hits as f64 / n as f64,
                interval,
                n,
            })
        })
        .collect()
}

/// The mean squared distance of forecasts (0 to 1) from what came: Brier 1950. `None` without rows.
#[must_use]
pub fn brier(forecasts: &[f64], outcome: &[bool]) -> Option<f64> {
    let n = forecasts.len().min(outcome.len());
    let sum = forecasts.iter().zip(outcome).fold(0.0, |sum, (p, y)| {
        sum + (p - f64::from(u8::from(*y))) * (p - f64::from(u8::from(*y)))
    });
    (n > 0).then(|| sum / n as f64)
}

#[cfg(test)]
mod tests;
