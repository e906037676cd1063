//! Intervals of means.

use super::exact::{ExactMoments, ExactWeighted};
use super::{Interval, math};

/// Student's interval for a mean: mean ± t·sd/√n with n − 1 degrees of freedom. Student 1908.
///
/// `None` when n < 2 or the level is not between 0 and 1. When all values are equal the interval is that value.
///
/// ```
/// use bellwether::stats::{exact::ExactMoments, mean::mean_interval};
///
/// let efforts = ExactMoments::of(&[1.0, 2.0, 3.0, 4.0, 5.0]);
/// assert_eq!(efforts.mean(), Some(3.0));
/// let interval = mean_interval(&efforts, 0.95).unwrap();
/// assert!((interval.low - 1.036757).abs() < 1e-6 && (interval.high - 4.963243).abs() < 1e-6);
/// assert_eq!(mean_interval(&ExactMoments::of(&[1.0]), 0.95), None);
/// ```
#[must_use]
pub fn mean_interval(moments: &ExactMoments, level: f64) -> Option<Interval> {
    let error = (moments.variance()? / moments.n as f64).sqrt();
    t_interval(moments.mean()?, error, moments.n.checked_sub(1)? as f64, level)
}

/// The interval of a weighted mean: the standard error by linearisation, t with n − 1 degrees of freedom, n the rows of
/// weight above 0. Lumley 2010, `svymean` for independent rows.
///
/// `None` when n < 2 or the level is not between 0 and 1.
#[must_use]
pub fn weighted_mean_interval(sums: &ExactWeighted, level: f64) -> Option<Interval> {
    let error = sums.variance_of_mean()?.sqrt();
    t_interval(sums.mean()?, error, sums.n.checked_sub(1)? as f64, level)
}

/// estimate ± t·error with `df` degrees of freedom; `None` unless df > 0, 0 < level < 1 and both ends are finite.
#[must_use]
pub fn t_interval(estimate: f64, error: f64, df: f64, level: f64) -> Option<Interval> {
    (level > 0.0 && level < 1.0).then_some(())?;
    let half = error * math::t_quantile(f64::midpoint(1.0, level), df)?;
    let interval = Interval {
        low: estimate - half,
        high: estimate + half,
    };
    (interval.low.is_finite() && interval.high.is_finite()).then_some(interval)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::exact::WeightedMoments;

    #[test]
    fn agrees_with_scipy_and_statsmodels() {
        for line in include_str!("../../../../tests/reference/mean_interval.csv")
            .lines()
            .skip(1)
        {
            let fields: Vec<&str> = line.splitn(8, ',').collect();
            let list = |text: &str| text.split(' ').map(|v| v.parse::<f64>().unwrap()).collect::<Vec<_>>();
            let [values, weights, level, mean, sd, low, high, _source] = fields[..] else {
                panic!("{line}")
            };
            let level = level.parse().unwrap();
            let (m, s, interval) = if weights.is_empty() {
                let moments = ExactMoments::of(&list(values));
                (moments.mean(), moments.sd(), mean_interval(&moments, level))
            } else {
                let mut moments = WeightedMoments::default();
                list(values)
                    .into_iter()
                    .zip(list(weights))
                    .for_each(|(x, w)| moments.add(x, w));
                let sums = moments.exact();
                (sums.mean(), sums.sd(), weighted_mean_interval(&sums, level))
            };
            let interval = interval.unwrap();
            for (ours, theirs) in [
                (m.unwrap(), mean),
                (s.unwrap(), sd),
                (interval.low, low),
                (interval.high, high),
            ] {
                let theirs: f64 = theirs.parse().unwrap();
                assert!(
                    (ours - theirs).abs() <= 1e-11 * theirs.abs().max(1.0),
                    "{line}: {ours} {theirs}"
                );
            }
        }
    }

    #[test]
    fn few_rows() {
        assert_eq!(mean_interval(&ExactMoments::default(), 0.95), None);
        assert_eq!(mean_interval(&ExactMoments::of(&[4.0]), 0.95), None);
        let constant = mean_interval(&ExactMoments::of(&[0.1; 3]), 0.95).unwrap();
        assert_eq!((constant.low, constant.high), (0.1, 0.1));
        assert_eq!(mean_interval(&ExactMoments::of(&[1.0, 2.0]), 0.0), None);
    }
}
