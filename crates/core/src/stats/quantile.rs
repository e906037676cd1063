//! Percentiles of type 7 of Hyndman and Fan 1996, the default of R, NumPy, spreadsheets and DuckDB's `quantile_cont`.
//!
//! With the n values sorted and h = (n − 1)·p/100, the percentile lies between values number ⌊h⌋ and ⌊h⌋ + 1, counted
//! from 0, at the fraction of h. n = 0 has none, n = 1 is that value, ties and constant columns need no special rule.

use super::proportion::wilson_of;
use super::{Interval, distribution};

/// The percentile p, from 0 to 100, of values sorted in ascending order; `None` when empty or p is off that range.
///
/// ```
/// use bellwether::stats::quantile::percentile_sorted;
///
/// assert_eq!(percentile_sorted(&[1.0, 2.0, 3.0, 10.0], 50.0), Some(2.5));
/// assert_eq!(percentile_sorted(&[1.0, 2.0, 3.0, 11.0], 75.0), Some(5.0));
/// assert_eq!(percentile_sorted(&[], 50.0), None);
/// ```
#[must_use]
pub fn percentile_sorted(sorted: &[f64], p: f64) -> Option<f64> {
    let (index, fraction) = position(sorted.len() as u64, p)?;
    let below = *sorted.get(usize::try_from(index).ok()?)?;
    let above = sorted.get(usize::try_from(index + 1).ok()?).copied().unwrap_or(below);
    Some(between(below, above, fraction))
}

/// The percentile p of a histogram: values in ascending order, each with how often it occurs.
#[must_use]
pub fn percentile_counts(counts: &[(f64, u64)], p: f64) -> Option<f64> {
    let n = counts.iter().map(|(_, count)| count).sum();
    let (index, fraction) = position(n, p)?;
    let below = value_at(counts, index)?;
    let above = value_at(counts, index + 1).unwrap_or(below);
    Some(between(below, above, fraction))
}

/// The two order statistics of type 7 as their lower index, from 0, and the fraction between them.
///
/// For callers that select the two values themselves rather than sort: value = below + fraction·(above − below).
#[must_use]
pub fn position(n: u64, p: f64) -> Option<(u64, f64)> {
    (n > 0 && (0.0..=100.0).contains(&p)).then_some(())?;
    let h = (n - 1) as f64 * p / 100.0;
    Some((h as u64, h - h.floor()))
}

/// below + fraction·(above − below), exactly `below` at 0 and never outside the two.
#[must_use]
pub fn between(below: f64, above: f64, fraction: f64) -> f64 {
    if fraction == 0.0 || below == above {
        return below;
    }
    let step = above - below;
    let value = if step.is_finite() {
        below + fraction * step
    } else {
        below * (1.0 - fraction) + above * fraction
    };
    value.clamp(below, above)
}

fn value_at(counts: &[(f64, u64)], index: u64) -> Option<f64> {
    let mut seen = 0_u64;
    counts
        .iter()
        .find(|(_, count)| {
            seen += count;
            seen > index
        })
        .map(|(value, _)| *value)
}

/// The percentile p of weighted values in ascending order, for survey weights with Kish's effective n.
///
/// Each value counts with the overlap of its part of the cumulated weight with the window from (h−1)/n to h/n, where
/// h = p·(n−1) + 1: Akinshin 2023, Weighted quantile estimators (arXiv 2304.07265), type 7. Equal weights give
/// [`percentile_sorted`]; weights may be scaled at will, and those of 0 change nothing. Values that are equal should come
/// as one entry with the sum of their weights, so that the order of rows has no say in rounding.
///
/// `None` when there is no weight, when a weight is negative or not finite, when n < 1, or when p is off 0 to 100.
#[must_use]
pub fn percentile_weighted(weighted: &[(f64, f64)], kish_n: f64, p: f64) -> Option<f64> {
    let proper = weighted
        .iter()
        .all(|(value, weight)| value.is_finite() && weight.is_finite() && *weight >= 0.0);
    let whole: f64 = weighted.iter().map(|(_, weight)| weight).sum();
    // Kish's n of a single row is 1 but for rounding.
    let n = if (1.0 - 1e-9..1.0).contains(&kish_n) {
        1.0
    } else {
        kish_n
    };
    (proper && whole > 0.0 && whole.is_finite() && n >= 1.0 && n.is_finite()).then_some(())?;
    (0.0..=100.0).contains(&p).then_some(())?;
    let start = (n - 1.0) * p / 100.0 / n;
    let end = start + 1.0 / n;
    let (mut cumulated, mut reached) = (0.0, 0.0);
    let (mut sum, mut covered) = (0.0, 0.0);
    let (mut least, mut greatest) = (f64::INFINITY, f64::NEG_INFINITY);
    for (value, weight) in weighted {
        cumulated += weight;
        let from: f64 = f64::max(reached, start);
        reached = cumulated / whole;
        // A sliver that only rounding leaves would let a far value in.
        let overlap = reached.min(end) - from;
        if overlap * n > 1e-12 {
            sum += value * overlap;
            covered += overlap;
            least = least.min(*value);
            greatest = greatest.max(*value);
        }
    }
    (covered > 0.0).then(|| (sum / covered).clamp(least, greatest))
}

/// How a percentile lies between the values around it: the nine definitions of Hyndman and Fan 1996, Sample quantiles in
/// statistical packages, The American Statistician 50(4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PercentileType {
    /// 1: the value at which the share at or below reaches p.
    Inverse,
    /// 2: the same, with the mean of two values where the share is met exactly.
    InverseMean,
    /// 3: the value nearest to n·p, the even one of two as near.
    Nearest,
    /// 4: linear between values at k/n.
    LinearInverse,
    /// 5: linear between values at (k − ½)/n. Hazen.
    Hazen,
    /// 6: linear between values at k/(n + 1). Weibull; SPSS and Minitab.
    Weibull,
    /// 7: linear between values at (k − 1)/(n − 1). R, NumPy, spreadsheets; what measures use.
    Linear,
    /// 8: linear between values at (k − ⅓)/(n + ⅓): about median-unbiased for any distribution.
    MedianUnbiased,
    /// 9: linear between values at (k − ⅜)/(n + ¼): about unbiased for the normal distribution.
    NormalUnbiased,
}

/// The percentile p, from 0 to 100, of values sorted in ascending order, by one of the nine definitions.
///
/// `None` when empty or p is off that range; n = 1 gives that value. As in R, a position is taken as whole within four
/// units in the last place, so that 30 % of 10 values is the third.
///
/// ```
/// use bellwether::stats::quantile::{PercentileType, percentile_of_type};
///
/// let values = [1.0, 2.0, 3.0, 10.0];
/// assert_eq!(percentile_of_type(&values, 25.0, PercentileType::InverseMean), Some(1.5));
/// assert_eq!(percentile_of_type(&values, 25.0, PercentileType::Weibull), Some(1.25));
/// assert_eq!(percentile_of_type(&values, 25.0, PercentileType::Linear), Some(1.75));
/// ```
#[must_use]
pub fn percentile_of_type(sorted: &[f64], p: f64, kind: PercentileType) -> Option<f64> {
    use PercentileType as T;
    if kind == T::Linear {
        return percentile_sorted(sorted, p);
    }
    (!sorted.is_empty() && (0.0..=100.0).contains(&p)).then_some(())?;
    let (n, p) = (sorted.len() as f64, p / 100.0);
    let shift = match kind {
        T::Inverse | T::InverseMean | T::LinearInverse => 0.0,
        T::Nearest => -0.5,
        T::Hazen => 0.5,
        T::Weibull => p,
        T::Linear => 1.0 - p,
        T::MedianUnbiased => (p + 1.0) / 3.0,
        T::NormalUnbiased => p / 4.0 + 0.375,
    };
    let place = n * p + shift;
    let fuzz = 4.0 * f64::EPSILON * place.abs().max(1.0);
    let below = (place + fuzz).floor();
    let fraction = (place - below).max(0.0);
    let whole = fraction < fuzz;
    let fraction = match kind {
        T::Inverse => f64::from(u8::from(!whole)),
        T::InverseMean => {
            if whole {
                0.5
            } else {
                1.0
            }
        }
        T::Nearest => f64::from(u8::from(!(whole && below % 2.0 == 0.0))),
        _ if whole => 0.0,
        _ => fraction,
    };
    // Counted from 1, cut to the values there are.
    let value = |place: f64| sorted.get(place.clamp(1.0, n) as usize - 1).copied();
    Some(between(value(below)?, value(below + 1.0)?, fraction))
}

/// The two order statistics, counted from 1, that hold the percentile p of the population at least with the level: the
/// highest l with P(B < l) ≤ (1 − level)/2 and the lowest u with P(B ≥ u) ≤ (1 − level)/2, for B binomial with n
/// trials of probability p/100. No assumption on the distribution; ties only make it more certain.
///
/// Thompson 1936; David and Nagaraja 2003, Order statistics, section 7.1. `None` where n is too small for two such ranks
/// (the median needs n ≥ 6 for 95 %, the 90th percentile 36), and for p of 0 and 100.
///
/// ```
/// use bellwether::stats::quantile::percentile_ranks;
///
/// assert_eq!(percentile_ranks(100, 50.0, 0.95), Some((40, 61)));
/// assert_eq!(percentile_ranks(5, 50.0, 0.95), None);
/// ```
#[must_use]
pub fn percentile_ranks(n: u64, p: f64, level: f64) -> Option<(u64, u64)> {
    let within = p > 0.0 && p < 100.0 && level > 0.0 && level < 1.0;
    (n > 0 && within).then_some(())?;
    let (p, tail) = (p / 100.0, (1.0 - level) / 2.0);
    let below = |k: u64| distribution::binomial_cdf(k, n, p).unwrap_or(1.0);
    // The ends lie about two standard errors from the middle.
    let (middle, wide) = (n as f64 * p, 1.96 * (n as f64 * p * (1.0 - p)).sqrt());
    // How many k, from 0, have P(B ≤ k) at or below the tail: l is that many.
    let low = first(n, (middle - wide) as u64, |k| below(k) > tail);
    let high = first(n, (middle + wide) as u64, |k| below(k) >= 1.0 - tail) + 1;
    (low >= 1 && high <= n).then_some((low, high))
}

/// The least k from 0 to n − 1 for which a test that stays true is true; n where none is. It is looked for around a guess, in
/// steps that double until it lies between two of them.
fn first(n: u64, guess: u64, test: impl Fn(u64) -> bool) -> u64 {
    let (mut low, mut high, mut step) = (0, n, 1);
    let mut place = guess.min(n.saturating_sub(1));
    while low < high {
        if test(place) {
            high = place;
        } else {
            low = place + 1;
        }
        place = if high == n {
            low.saturating_add(step).min(n - 1)
        } else if low == 0 {
            high.saturating_sub(step)
        } else {
            low + (high - low) / 2
        };
        step = step.saturating_mul(2);
    }
    low
}

/// The interval of the percentile p of a histogram by [`percentile_ranks`]: values in ascending order with their counts.
#[must_use]
pub fn percentile_interval(counts: &[(f64, u64)], p: f64, level: f64) -> Option<Interval> {
    let n = counts.iter().map(|(_, count)| count).sum();
    let (low, high) = percentile_ranks(n, p, level)?;
    Some(Interval {
        low: value_at(counts, low - 1)?,
        high: value_at(counts, high - 1)?,
    })
}

/// The interval of the percentile p of weighted values in ascending order: the values at which the cumulated share of
/// weight passes the limits of Wilson's interval for a share of p among `effective_n` rows.
///
/// Woodruff 1952, Confidence intervals for medians and other position measures; Dean and Pagano 2015 for Wilson's limits
/// within. `effective_n` is Kish's. An end is the least or the greatest value where its limit lies beyond it. `None` without
/// weight, and for p of 0 and 100.
#[must_use]
pub fn percentile_interval_weighted(weighted: &[(f64, f64)], effective_n: f64, p: f64, level: f64) -> Option<Interval> {
    (p > 0.0 && p < 100.0).then_some(())?;
    let whole: f64 = weighted.iter().map(|(_, weight)| weight).sum();
    (whole > 0.0 && whole.is_finite()).then_some(())?;
    let limits = wilson_of(p, effective_n, level)?;
    let at = |share: f64| {
        let mut cumulated = 0.0;
        weighted
            .iter()
            .filter(|(_, weight)| *weight > 0.0)
            .find(|(_, weight)| {
                cumulated += weight;
                cumulated >= share / 100.0 * whole * (1.0 - 1e-12)
            })
            .map(|(value, _)| *value)
    };
    let last = weighted.iter().rev().find(|(_, weight)| *weight > 0.0)?.0;
    Some(Interval {
        low: at(limits.low)?,
        high: at(limits.high).unwrap_or(last),
    })
}

#[cfg(test)]
mod tests;
