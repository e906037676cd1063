//! Differences between two estimates: intervals and tests.

use super::exact::ExactMoments;
use super::nps::NetCounts;
use super::proportion::{percent, wilson};
use super::quantile::{percentile_counts, percentile_interval};
use super::survival::{Lives, SurvivalAt, known_step, survival_at};
use super::{Interval, distribution, math, two_sided_z};

/// A difference, first less second, with its interval and test.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Difference {
    /// First less second.
    pub estimate: f64,
    /// Its range.
    pub interval: Interval,
    /// Estimate over its standard error under the test's null hypothesis; 0 where both are 0.
    pub statistic: f64,
    /// Degrees of freedom of a t test; `None`: the statistic is normal.
    pub df: Option<f64>,
    /// The two-sided p value of no difference.
    pub p: f64,
}

/// An estimate with its standard error and degrees of freedom (`None`: normal).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// The value.
    pub value: f64,
    /// Its standard error.
    pub error: f64,
    /// Degrees of freedom of the error.
    pub df: Option<f64>,
}

/// The interval of a difference of independent estimates from the interval of each (MOVER): d − sqrt((a − a.low)² +
/// (b.high − b)²) to d + sqrt((a.high − a)² + (b − b.low)²).
///
/// Zou and Donner 2008, Construction of confidence limits about effect measures, Statistics in Medicine 27; with Wilson's
/// intervals it is method 10 of Newcombe 1998. It keeps the asymmetry of its parts. Estimates must lie in their intervals.
#[must_use]
pub fn mover(a: f64, of_a: Interval, b: f64, of_b: Interval) -> Interval {
    let d = a - b;
    Interval {
        low: d - math::hypot(a - of_a.low, of_b.high - b),
        high: d + math::hypot(of_a.high - a, b - of_b.low),
    }
}

/// The difference of two independent shares in percent.
///
/// Interval: Newcombe 1998, Interval estimation for the difference between independent proportions, method 10 (hybrid
/// Wilson). Test: the z test with the pooled share, whose square is Pearson's chi-square without correction. Where both
/// samples are all hits, or all misses, the statistic is 0 and p is 1. `None` when either n is 0, hits > n, or the level is
/// not between 0 and 1.
///
/// ```
/// use bellwether::stats::difference::shares;
///
/// // Newcombe 1998, table II, example a: 56/70 − 48/80.
/// let difference = shares((56, 70), (48, 80), 0.95).unwrap();
/// assert!((difference.interval.low - 5.24).abs() < 0.005 && (difference.interval.high - 33.39).abs() < 0.005);
/// ```
#[must_use]
pub fn shares(a: (u64, u64), b: (u64, u64), level: f64) -> Option<Difference> {
    let (first, second) = (percent(a.0, a.1)?, percent(b.0, b.1)?);
    let interval = mover(first, wilson(a.0, a.1, level)?, second, wilson(b.0, b.1, level)?);
    let pooled = (a.0 + b.0) as f64 / (a.1 + b.1) as f64;
    let error = 100.0 * (pooled * (1.0 - pooled) * (1.0 / a.1 as f64 + 1.0 / b.1 as f64)).sqrt();
    Some(tested(first - second, error, interval, None))
}

/// What two answers of the same entities came to: yes to both, to the first only, to the second only, to neither.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pairs {
    /// Yes to both.
    pub both: u64,
    /// Yes to the first only.
    pub first: u64,
    /// Yes to the second only.
    pub second: u64,
    /// Yes to neither.
    pub neither: u64,
}

/// The difference of two shares of the same entities, in percent.
///
/// Interval: Newcombe 1998, Improved confidence intervals for the difference between binomial proportions based on paired
/// data, method 10: MOVER on Wilson's intervals with the correlation of the pair, its numerator corrected for continuity. Test:
/// McNemar's exact test with mid-p (Fagerland, Lydersen and Laake 2013); the statistic is McNemar's z. `None` without
/// pairs or when the level is not between 0 and 1; p is 1 where no pair differs.
#[must_use]
pub fn paired_shares(pairs: Pairs, level: f64) -> Option<Difference> {
    let n = pairs.both + pairs.first + pairs.second + pairs.neither;
    let (yes_a, yes_b) = (pairs.both + pairs.first, pairs.both + pairs.second);
    let (a, b) = (percent(yes_a, n)?, percent(yes_b, n)?);
    let (of_a, of_b) = (wilson(yes_a, n, level)?, wilson(yes_b, n, level)?);
    let phi = correlation(pairs, n);
    let half = |from_a: f64, from_b: f64| {
        (from_a * from_a - 2.0 * phi * from_a * from_b + from_b * from_b)
            .max(0.0)
            .sqrt()
    };
    let d = 100.0 * (pairs.first as f64 - pairs.second as f64) / n as f64;
    let interval = Interval {
        low: d - half(a - of_a.low, of_b.high - b),
        high: d + half(of_a.high - a, b - of_b.low),
    };
    let differ = pairs.first + pairs.second;
    let fewer = pairs.first.min(pairs.second);
    let exact = distribution::binomial_cdf(fewer, differ, 0.5)?;
    let below = match fewer.checked_sub(1) {
        Some(below) => distribution::binomial_cdf(below, differ, 0.5)?,
        None => 0.0,
    };
    let z = if differ == 0 {
        0.0
    } else {
        (pairs.first as f64 - pairs.second as f64) / (differ as f64).sqrt()
    };
    Some(Difference {
        estimate: d,
        interval,
        statistic: z,
        df: None,
        // P(fewer) counts half; both halves of the symmetric distribution.
        p: if differ == 0 { 1.0 } else { (exact + below).min(1.0) },
    })
}

/// The correlation of method 10: ad − bc less n/2 where above, 0 where between 0 and n/2; 0 where a margin is empty.
fn correlation(pairs: Pairs, n: u64) -> f64 {
    let [a, b, c, d] = [pairs.both, pairs.first, pairs.second, pairs.neither].map(|count| count as f64);
    let margins = (a + b) * (c + d) * (a + c) * (b + d);
    if margins == 0.0 {
        return 0.0;
    }
    let cross = a * d - b * c;
    let half = n as f64 / 2.0;
    let corrected = if cross > half {
        cross - half
    } else if cross >= 0.0 {
        0.0
    } else {
        cross
    };
    corrected / margins.sqrt()
}

/// The difference of two net scores of independent answers, in points.
///
/// Interval: MOVER on the adjusted Wald intervals of each (Rocks 2016; Zou and Donner 2008). Test: z with the adjusted
/// variances of each, (p + q − (p − q)²) / (n + 3) for p, q with ¾ more. `None` when either n is 0 or the level is not
/// between 0 and 1; all answers alike still have a variance.
#[must_use]
pub fn net_scores(a: NetCounts, b: NetCounts, level: f64) -> Option<Difference> {
    let (first, second) = (a.score()?, b.score()?);
    let interval = mover(
        first,
        around(first, a.interval(level)?),
        second,
        around(second, b.interval(level)?),
    );
    let error = math::hypot(a.adjusted_error()?, b.adjusted_error()?);
    Some(tested(first - second, error, interval, None))
}

/// An interval that holds the estimate: adjusted intervals are centred nearer to the middle of the scale, and may miss it.
fn around(estimate: f64, interval: Interval) -> Interval {
    Interval {
        low: interval.low.min(estimate),
        high: interval.high.max(estimate),
    }
}

/// The difference of two percentiles of independent samples, each as values in ascending order with their counts.
///
/// Interval: MOVER on the order-statistic intervals of each, which hold for any distribution. Test: the p value is 1 less the
/// highest level at which that interval leaves 0 out, so that test and interval agree at every level; the statistic is the
/// normal deviate of that p. Ties make it more careful, not less. `None` where either sample is too small for an interval of
/// its own, or the level is not between 0 and 1.
#[must_use]
pub fn percentiles(a: &[(f64, u64)], b: &[(f64, u64)], p: f64, level: f64) -> Option<Difference> {
    let (first, second) = (percentile_counts(a, p)?, percentile_counts(b, p)?);
    let range = |level: f64| {
        let of = |counts: &[(f64, u64)], value: f64| Some(around(value, percentile_interval(counts, p, level)?));
        Some(mover(first, of(a, first)?, second, of(b, second)?))
    };
    let interval = range(level)?;
    let estimate = first - second;
    let apart = |level: f64| range(level).is_some_and(|range| range.low > 0.0 || range.high < 0.0);
    let (mut without, mut with) = (0.0, 1.0);
    // Below one half a test says nothing; intervals widen with their level, so one step divides those that leave 0 out.
    for _ in 0..60 {
        let middle = f64::midpoint(without, with);
        if apart(middle) {
            without = middle;
        } else {
            with = middle;
        }
    }
    let p_value = (1.0 - without).clamp(0.0, 1.0);
    let deviate = math::normal_quantile(1.0 - p_value / 2.0).unwrap_or(0.0);
    Some(Difference {
        estimate,
        interval,
        statistic: if estimate < 0.0 { -deviate } else { deviate },
        df: None,
        p: if estimate == 0.0 { 1.0 } else { p_value },
    })
}

/// The difference of the shares that survive a time in two independent groups of lives, in percent.
///
/// Test: the difference of ln(−ln S) over its error by Greenwood (Klein, Logan, Harhoff and Andersen 2007, Analyzing survival
/// curves at a fixed point in time, Statistics in Medicine 26), which keeps its level where few are left. Interval: MOVER on
/// the limits of each that come of the same transformation. `None` where either is not known, or 0 or 100 %: its error is not
/// known there.
#[must_use]
pub fn survivals(a: &[Lives], b: &[Lives], time: f64, level: f64) -> Option<Difference> {
    let of = |lives: &[Lives]| {
        let step = known_step(lives, time)??;
        let SurvivalAt::Known { percent, interval } = survival_at(lives, time, level) else {
            return None;
        };
        let ln = math::ln(step.survival);
        Some((percent, interval?, math::ln(-ln), step.greenwood? / (ln * ln)))
    };
    let (first, of_first, height, variance) = of(a)?;
    let (second, of_second, other, spread) = of(b)?;
    let interval = mover(first, of_first, second, of_second);
    // ln(−ln S) falls as S rises.
    let on_scale = tested(other - height, (variance + spread).sqrt(), interval, None);
    Some(Difference {
        estimate: first - second,
        ..on_scale
    })
}

/// The difference of two means of independent samples whose spreads may differ.
///
/// Welch 1947, with the degrees of freedom of Satterthwaite 1946. `None` when either n < 2 or the level is not between 0
/// and 1. Where both samples are constant the interval is the difference itself; p is 1 where it is 0, else 0.
///
/// ```
/// use bellwether::stats::{difference::means, exact::ExactMoments};
///
/// let before = ExactMoments::of(&[3.0, 4.0, 5.0, 4.0, 3.0]);
/// let after = ExactMoments::of(&[2.0, 3.0, 2.0, 4.0, 2.0, 1.0]);
/// let difference = means(&before, &after, 0.95).unwrap();
/// assert!((difference.p - 0.028_66).abs() < 1e-4);
/// ```
#[must_use]
pub fn means(a: &ExactMoments, b: &ExactMoments, level: f64) -> Option<Difference> {
    let of = |moments: &ExactMoments| {
        Some(Estimate {
            value: moments.mean()?,
            error: (moments.variance()? / moments.n as f64).sqrt(),
            df: Some((moments.n - 1) as f64),
        })
    };
    independent(of(a)?, of(b)?, level)
}

/// The difference of two independent estimates: errors add in squares, degrees of freedom as Satterthwaite's.
///
/// `None` where an error is negative or not finite, or the level is not between 0 and 1.
#[must_use]
pub fn independent(a: Estimate, b: Estimate, level: f64) -> Option<Difference> {
    let d = a.value - b.value;
    let error = math::hypot(a.error, b.error);
    let proper = a.error >= 0.0 && b.error >= 0.0 && error.is_finite() && d.is_finite();
    proper.then_some(())?;
    let df = if error == 0.0 {
        a.df.or(b.df)
    } else {
        let part = |estimate: Estimate| {
            estimate.df.map_or(0.0, |df| {
                let share = estimate.error / error;
                share * share * share * share / df
            })
        };
        Some(part(a) + part(b))
            .filter(|parts| *parts > 0.0)
            .map(|parts| 1.0 / parts)
    };
    let wide = match df {
        Some(df) => math::t_quantile(f64::midpoint(1.0, level), df),
        None => two_sided_z(level),
    };
    let half = wide.filter(|_| level > 0.0 && level < 1.0)? * error;
    let interval = Interval {
        low: d - half,
        high: d + half,
    };
    Some(tested(d, error, interval, df))
}

/// A difference with the test of its estimate over its error.
#[must_use]
pub fn tested(estimate: f64, error: f64, interval: Interval, df: Option<f64>) -> Difference {
    let (statistic, p) = if error > 0.0 {
        let statistic = estimate / error;
        let p = df
            .and_then(|df| distribution::t_two_sided(statistic, df))
            .unwrap_or_else(|| distribution::normal_two_sided(statistic));
        (statistic, p)
    } else {
        (0.0, if estimate == 0.0 { 1.0 } else { 0.0 })
    };
    Difference {
        estimate,
        interval,
        statistic,
        df,
        p,
    }
}

#[cfg(test)]
mod tests;
