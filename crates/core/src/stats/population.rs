//! Samples that are a good part of a finite population, and what a design costs.

use super::proportion::wilson_of;
use super::{Interval, two_sided_z};

/// The factor by which a variance shrinks when n of N were asked: (N − n)/(N − 1), from 1 for a small sample to 0 when all
/// were asked. Cochran 1977, Sampling techniques, section 2.6, in the form for shares and means with n − 1 replaced.
///
/// `None` when n > N or N = 0; 0 when N = 1.
///
/// ```
/// use bellwether::stats::population::finite_factor;
///
/// assert_eq!(finite_factor(50, 101), Some(0.51));
/// assert_eq!(finite_factor(101, 101), Some(0.0));
/// ```
#[must_use]
pub fn finite_factor(n: u64, population: u64) -> Option<f64> {
    (population > 0 && n <= population).then_some(())?;
    Some(if population == 1 {
        0.0
    } else {
        (population - n) as f64 / (population - 1) as f64
    })
}

/// The factor on a variance that is estimated with n − 1, as `survey` of R does for simple random samples: 1 − n/N.
///
/// `None` when n > N or N = 0.
#[must_use]
pub fn sampling_factor(n: u64, population: u64) -> Option<f64> {
    (population > 0 && n <= population).then(|| (population - n) as f64 / population as f64)
}

/// The rows of an infinite population that tell as much as n of N: n·(N − 1)/(N − n). `None` where all were asked (the
/// value is then a fact), or n > N.
///
/// Put into Wilson's or the adjusted Wald interval it gives the corrected one.
#[must_use]
pub fn finite_n(n: u64, population: u64) -> Option<f64> {
    let factor = finite_factor(n, population).filter(|factor| *factor > 0.0)?;
    Some(n as f64 / factor)
}

/// What kind of interval is corrected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// Wilson's, of a share in percent.
    Wilson,
    /// As wide on both sides of a middle that need not be the estimate, such as the adjusted Wald interval.
    Adjusted,
    /// As wide on both sides of the estimate.
    Symmetric,
}

/// An interval corrected for a sample that is a part (`fraction`, n/N) of its population: the variance times 1 − n/N.
///
/// Half-widths shrink by the root of that; Wilson's interval is made again for n/(1 − n/N) rows, its n read off its own ends
/// (their product and that of what is left to 100 % are the estimate's over 1 + z²/n), so that weighted ones are corrected as
/// well. Cochran 1977, sections 2.6 and 3.5. Where all were asked the interval is the estimate itself. `None` for a fraction
/// off 0 to 1, a level off 0 to 1, or ends that are none of Wilson's.
///
/// ```
/// use bellwether::stats::population::{Shape, corrected};
/// use bellwether::stats::proportion::{wilson, wilson_of};
///
/// // 60 of 100, of a population of 200: as sure as 120 of 200 of an endless one.
/// let ours = corrected(60.0, wilson(60, 100, 0.95).unwrap(), Shape::Wilson, 0.5, 0.95).unwrap();
/// assert!((ours.low - wilson(120, 200, 0.95).unwrap().low).abs() < 1e-10);
/// ```
#[must_use]
pub fn corrected(value: f64, interval: Interval, shape: Shape, fraction: f64, level: f64) -> Option<Interval> {
    let z = two_sided_z(level)?;
    (0.0..=1.0).contains(&fraction).then_some(())?;
    let left = 1.0 - fraction;
    if left == 0.0 {
        return Some(Interval {
            low: value,
            high: value,
        });
    }
    if shape == Shape::Wilson {
        let (p, low, high) = (value / 100.0, interval.low / 100.0, interval.high / 100.0);
        // The larger of both parts keeps the digits.
        let (part, product) = if p >= 0.5 {
            (p, low * high)
        } else {
            (1.0 - p, (1.0 - low) * (1.0 - high))
        };
        let n = z * z / (part * part / product - 1.0);
        return (n > 0.0 && n.is_finite())
            .then(|| wilson_of(value, n / left, level))
            .flatten();
    }
    let root = left.sqrt();
    let middle = match shape {
        Shape::Symmetric => value,
        Shape::Adjusted | Shape::Wilson => f64::midpoint(interval.low, interval.high),
    };
    Some(Interval {
        low: (middle - (middle - interval.low) * root).min(value),
        high: (middle + (interval.high - middle) * root).max(value),
    })
}

/// How many times greater a design makes the variance, by weights alone: n / Kish's n (1 + the squared coefficient of
/// variation of the weights). Kish 1965, section 11.7. `None` unless 0 < Kish's n.
#[must_use]
pub fn design_effect(n: u64, kish_n: f64) -> Option<f64> {
    (kish_n > 0.0 && kish_n.is_finite()).then(|| n as f64 / kish_n)
}

/// How many times greater clusters of a mean size make the variance: 1 + (size − 1)·ρ for the correlation ρ of rows within
/// a cluster. Kish 1965, section 5.4. `None` for a size below 1 or ρ off −1 to 1.
#[must_use]
pub fn cluster_effect(mean_size: f64, correlation: f64) -> Option<f64> {
    (mean_size >= 1.0 && mean_size.is_finite() && (-1.0..=1.0).contains(&correlation))
        .then_some(1.0 + (mean_size - 1.0) * correlation)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::exact::ExactMoments;
    use crate::stats::reference::{close, rows};
    use crate::stats::weight::kish_n;

    /// A mean and a share of a simple random sample of a known population, by `svymean` of R.
    #[test]
    fn agrees_with_the_survey_package_of_r() {
        for row in rows(include_str!("../../../../tests/reference/finite.csv")) {
            let sample = ExactMoments::of(&row.list("values"));
            let factor = sampling_factor(sample.n, row.number("population") as u64).unwrap();
            let error = (sample.variance().unwrap() / sample.n as f64 * factor).sqrt();
            close(sample.mean().unwrap(), row.number("mean"), 1e-12, &row);
            close(error, row.number("error"), 1e-12, &row);
        }
    }

    #[test]
    fn the_ends() {
        assert_eq!(finite_factor(3, 2), None);
        assert_eq!(finite_factor(0, 0), None);
        assert_eq!(finite_factor(1, 1), Some(0.0));
        assert_eq!(finite_n(10, 10), None);
        assert_eq!(finite_n(10, 19), Some(20.0));
        assert_eq!(sampling_factor(10, 40), Some(0.75));
        let weights = ExactMoments::of(&[1.0, 1.0, 2.0]);
        assert_eq!(design_effect(3, kish_n(&weights).unwrap()), Some(3.0 / (16.0 / 6.0)));
        assert_eq!(design_effect(3, 0.0), None);
        assert_eq!(cluster_effect(5.0, 0.1), Some(1.4));
        assert_eq!(cluster_effect(0.5, 0.1), None);
    }
}
