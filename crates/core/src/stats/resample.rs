//! The bootstrap: intervals from resampling, the same bits anywhere.
//!
//! Draw d of n rows takes row ⌊u·n⌋ for each of n random numbers u, number i of the stream of (seed, key) being that of
//! place i − d·n. Sums run in blocks of [`BLOCK`] rows and the blocks in their order, whatever the number of threads. The
//! caller brings rows in an order of their own (sorted by key), as another order gives other draws.

use super::quantile;
use super::random::Stream;
use super::{Interval, math};

/// Rows of one partial sum.
pub const BLOCK: usize = 1_024;

/// The rows of one draw, with replacement: the same for the same stream, draw and n.
pub fn draw_rows(stream: Stream, draw: u64, n: usize) -> impl Iterator<Item = usize> {
    let first = draw * n as u64;
    (first..first + n as u64).map(move |place| stream.below(place, n as u64) as usize)
}

/// A statistic of each of so many draws from n rows, in the order of draws; draws that have none are left out.
///
/// `statistic` is handed the rows drawn. Efron 1979, Bootstrap methods: another look at the jackknife.
pub fn bootstrap(stream: Stream, draws: u64, n: usize, mut statistic: impl FnMut(&[usize]) -> Option<f64>) -> Vec<f64> {
    let mut rows = Vec::with_capacity(n);
    (0..draws)
        .filter_map(|draw| {
            rows.clear();
            rows.extend(draw_rows(stream, draw, n));
            statistic(&rows).filter(|value| value.is_finite())
        })
        .collect()
}

/// The interval between the percentiles (1 − level)/2 and (1 + level)/2 of the draws, of type 7. Efron 1981.
///
/// `None` unless there are at least two draws, all finite, and the level is between 0 and 1.
#[must_use]
pub fn percentile_limits(draws: &[f64], level: f64) -> Option<Interval> {
    let sorted = sorted(draws)?;
    (level > 0.0 && level < 1.0).then_some(())?;
    Some(Interval {
        low: quantile::percentile_sorted(&sorted, 50.0 * (1.0 - level))?,
        high: quantile::percentile_sorted(&sorted, 50.0 * (1.0 + level))?,
    })
}

/// The bias-corrected and accelerated interval: percentiles of the draws, shifted for bias and skewness.
///
/// With z₀ the normal quantile of the share of draws below the estimate (ties count half) and a = Σd³ / (6·(Σd²)^1.5), d the
/// jackknife's mean less its values: percentiles Φ(z₀ + (z₀ ± z)/(1 − a(z₀ ± z))), of type 7. Efron 1987, Better bootstrap
/// confidence intervals. `jackknife` has the estimate without each row in turn.
///
/// `None` as [`percentile_limits`], and where all draws lie on one side of the estimate or the jackknife is constant.
#[must_use]
pub fn bca_limits(draws: &[f64], estimate: f64, jackknife: &[f64], level: f64) -> Option<Interval> {
    let sorted = sorted(draws)?;
    let z = super::two_sided_z(level)?;
    let count = |test: &dyn Fn(f64) -> bool| sorted.iter().filter(|&&value| test(value)).count() as f64;
    let below = count(&|value| value < estimate) + 0.5 * count(&|value| value == estimate);
    let bias = math::normal_quantile(below / sorted.len() as f64)?;
    let centre = sum(jackknife.iter().copied()) / jackknife.len() as f64;
    let squares = sum(jackknife.iter().map(|value| (centre - value) * (centre - value)));
    let cubes = sum(jackknife.iter().map(|value| {
        let away = centre - value;
        away * away * away
    }));
    (squares > 0.0).then_some(())?;
    let acceleration = cubes / (6.0 * squares * squares.sqrt());
    let end = |z: f64| {
        let shifted = bias + z;
        let share = math::normal_cdf(bias + shifted / (1.0 - acceleration * shifted));
        quantile::percentile_sorted(&sorted, 100.0 * share)
    };
    Some(Interval {
        low: end(-z)?,
        high: end(z)?,
    })
}

/// The BCa interval of a mean from so many draws.
///
/// For samples so skewed that Student's interval would mislead. `None` when n < 2 or all values are equal: resampling
/// cannot tell how far other values would lie. Missing values are left out by the caller; ties need no rule.
///
/// ```
/// use bellwether::stats::{random::Stream, resample::mean_limits};
///
/// let days = [1.0, 1.0, 2.0, 2.0, 3.0, 4.0, 30.0];
/// let interval = mean_limits(&days, Stream::new(1, 1), 2_000, 0.95).unwrap();
/// assert!(interval.low > 1.0 && interval.high > 14.0);
/// assert_eq!(mean_limits(&[4.0], Stream::new(1, 1), 2_000, 0.95), None);
/// ```
#[must_use]
pub fn mean_limits(values: &[f64], stream: Stream, draws: u64, level: f64) -> Option<Interval> {
    let n = values.len();
    (n >= 2 && values.iter().all(|value| value.is_finite())).then_some(())?;
    let whole = sum(values.iter().copied());
    let means = bootstrap(stream, draws, n, |rows| {
        Some(sum(rows.iter().filter_map(|&row| values.get(row).copied())) / n as f64)
    });
    let jackknife: Vec<f64> = values.iter().map(|value| (whole - value) / (n - 1) as f64).collect();
    bca_limits(&means, whole / n as f64, &jackknife, level)
}

/// The sum in blocks: rounding is the same however the work is spread.
fn sum(values: impl Iterator<Item = f64>) -> f64 {
    let (mut total, mut block, mut size) = (0.0, 0.0, 0);
    for value in values {
        block += value;
        size += 1;
        if size == BLOCK {
            total += block;
            (block, size) = (0.0, 0);
        }
    }
    total + block
}

fn sorted(draws: &[f64]) -> Option<Vec<f64>> {
    (draws.len() >= 2 && draws.iter().all(|value| value.is_finite())).then_some(())?;
    let mut sorted = draws.to_vec();
    sorted.sort_by(f64::total_cmp);
    Some(sorted)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::reference::{close, rows};

    /// The oracle draws with its own Philox and works out the limits with NumPy and SciPy.
    #[test]
    fn agrees_with_a_second_writing_in_numpy() {
        for row in rows(include_str!("../../../../tests/reference/bootstrap.csv")) {
            let values = row.list("values");
            let stream = Stream::new(row.number("seed") as u64, row.number("key") as u64);
            let draws = row.number("draws") as u64;
            let means = bootstrap(stream, draws, values.len(), |rows| {
                Some(rows.iter().map(|&at| values[at]).sum::<f64>() / values.len() as f64)
            });
            let plain = percentile_limits(&means, 0.95).unwrap();
            close(plain.low, row.number("low"), 1e-12, &row);
            close(plain.high, row.number("high"), 1e-12, &row);
            let bca = mean_limits(&values, stream, draws, 0.95).unwrap();
            close(bca.low, row.number("bca_low"), 1e-10, &row);
            close(bca.high, row.number("bca_high"), 1e-10, &row);
        }
    }

    #[test]
    fn the_ends() {
        let stream = Stream::new(1, 1);
        assert_eq!(mean_limits(&[], stream, 100, 0.95), None);
        assert_eq!(mean_limits(&[2.0], stream, 100, 0.95), None);
        assert_eq!(mean_limits(&[2.0; 9], stream, 100, 0.95), None);
        assert_eq!(mean_limits(&[2.0, f64::NAN], stream, 100, 0.95), None);
        assert_eq!(percentile_limits(&[1.0], 0.95), None);
        assert_eq!(percentile_limits(&[1.0, 2.0], 1.0), None);
        assert!(draw_rows(stream, 3, 0).next().is_none());
    }
}
