//! Shares of rows: the value and its Wilson interval, plain and weighted. Everything is in percent.

use super::distribution::beta_quantile;
use super::exact::{Dyadic, ExactMoments};
use super::weight::kish_n_of;
use super::{Interval, two_sided_z};

/// 100 · hits / n, rounded once; `None` when n = 0 or hits > n.
#[must_use]
pub fn percent(hits: u64, n: u64) -> Option<f64> {
    (n > 0 && hits <= n).then(|| 100.0 * hits as f64 / n as f64)
}

/// Wilson's interval for a share of `hits` in `n` rows.
///
/// (p + z²/2n ± z·sqrt(p(1−p)/n + z²/4n²)) / (1 + z²/n). Wilson 1927; recommended for all n by Brown, Cai and
/// DasGupta 2001. It never leaves 0 to 100 and has a width when all or none are hits; n = 1 gives a very wide one.
/// `None` when n = 0, hits > n, or the level is not between 0 and 1.
///
/// ```
/// use bellwether::stats::proportion::{percent, wilson};
///
/// assert!((percent(81, 263).unwrap() - 30.7985).abs() < 1e-4);
/// let interval = wilson(81, 263, 0.95).unwrap();
/// assert!((interval.low - 25.5289).abs() < 1e-4 && (interval.high - 36.6210).abs() < 1e-4);
/// ```
#[must_use]
pub fn wilson(hits: u64, n: u64, level: f64) -> Option<Interval> {
    wilson_of(percent(hits, n)?, n as f64, level)
}

/// The exact interval of Clopper and Pearson 1934 for a share of `hits` in `n` rows.
///
/// The shares at which so many hits or more, so many or fewer, have a chance of (1 − level)/2: quantiles of the beta
/// distribution with (hits, n − hits + 1) and (hits + 1, n − hits). It covers at least at its level for every n and p, and is
/// wider than Wilson's for that; n = 1 gives 2.5 to 100 or 0 to 97.5. `None` when n = 0, hits > n, or the level is not
/// between 0 and 1.
///
/// ```
/// use bellwether::stats::proportion::clopper_pearson;
///
/// let interval = clopper_pearson(4, 20, 0.95).unwrap();
/// assert!((interval.low - 5.7334).abs() < 1e-4 && (interval.high - 43.6614).abs() < 1e-4);
/// ```
#[must_use]
pub fn clopper_pearson(hits: u64, n: u64, level: f64) -> Option<Interval> {
    percent(hits, n)?;
    (level > 0.0 && level < 1.0).then_some(())?;
    let tail = (1.0 - level) / 2.0;
    let (h, misses) = (hits as f64, (n - hits) as f64);
    Some(Interval {
        low: if hits == 0 {
            0.0
        } else {
            100.0 * beta_quantile(tail, h, misses + 1.0)?
        },
        // From the misses' side, where the quantile is small and keeps its digits.
        high: if hits == n {
            100.0
        } else {
            100.0 - 100.0 * beta_quantile(tail, misses, h + 1.0)?
        },
    })
}

/// Wilson's interval around a share in percent, for a number of rows that may be an effective one.
///
/// `None` unless n > 0, the share is from 0 to 100 and the level between 0 and 1.
#[must_use]
pub fn wilson_of(percent: f64, n: f64, level: f64) -> Option<Interval> {
    let z = two_sided_z(level)?;
    (n > 0.0 && n.is_finite() && (0.0..=100.0).contains(&percent)).then_some(())?;
    let p = percent / 100.0;
    let per_row = z * z / n;
    let centre = (p + per_row / 2.0) / (1.0 + per_row);
    let half = z * (p * (1.0 - p) / n + per_row / (4.0 * n)).sqrt() / (1.0 + per_row);
    Some(Interval {
        // At the ends the formula gives 0 and 100 but for rounding.
        low: if percent == 0.0 {
            0.0
        } else {
            100.0 * (centre - half).max(0.0)
        },
        high: if percent == 100.0 {
            100.0
        } else {
            100.0 * (centre + half).min(1.0)
        },
    })
}

/// A weighted share: the moments of the weights of the rows that hit, and of those that miss.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WeightedShare {
    /// Weights of the rows where the condition holds.
    pub hits: ExactMoments,
    /// Weights of the rows where it does not.
    pub misses: ExactMoments,
}

impl WeightedShare {
    /// 100 · (Σw of hits) / (Σw), rounded once; `None` when all weights are 0 or there are no rows.
    #[must_use]
    pub fn percent(&self) -> Option<f64> {
        let whole = self.hits.sum.plus(&self.misses.sum);
        self.hits.sum.times(&Dyadic::from(100_u64)).ratio(&whole)
    }

    /// The number of equally weighted rows whose share would vary as much as this one.
    ///
    /// p(1−p) / V with V = Σw²(x−p)² / (Σw)², the linearised variance (Lumley 2010; Dean and Pagano 2015 use it within
    /// Wilson's interval). n for equal weights; Kish's n where all or no rows hit, as V is 0 there.
    #[must_use]
    pub fn effective_n(&self) -> Option<f64> {
        let (w1, w0) = (&self.hits.sum, &self.misses.sum);
        let whole = w1.plus(w0);
        if w1.is_zero() || w0.is_zero() {
            return kish_n_of(&whole, &self.hits.squares.plus(&self.misses.squares));
        }
        let above = w1.times(w0).times(&whole.times(&whole));
        let below = w0
            .times(w0)
            .times(&self.hits.squares)
            .plus(&w1.times(w1).times(&self.misses.squares));
        above.ratio(&below)
    }

    /// Wilson's interval with the effective n.
    #[must_use]
    pub fn wilson(&self, level: f64) -> Option<Interval> {
        wilson_of(self.percent()?, self.effective_n()?, level)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::exact::{Moments, Wide, Window};
    use crate::stats::reference::{close, rows};

    #[test]
    fn agrees_with_statsmodels() {
        for line in include_str!("../../../../tests/reference/wilson.csv").lines().skip(1) {
            let [hits, n, level, low, high, _source] = line.splitn(6, ',').collect::<Vec<_>>()[..] else {
                panic!("{line}")
            };
            let interval = wilson(hits.parse().unwrap(), n.parse().unwrap(), level.parse().unwrap()).unwrap();
            for (ours, theirs) in [(interval.low, low), (interval.high, high)] {
                let theirs: f64 = theirs.parse().unwrap();
                assert!((ours - theirs).abs() < 1e-11, "{line}: {ours}");
            }
        }
    }

    #[test]
    fn exact_limits_agree_with_statsmodels() {
        for row in rows(include_str!("../../../../tests/reference/clopper_pearson.csv")) {
            let (hits, n) = (row.number("hits") as u64, row.number("n") as u64);
            let interval = clopper_pearson(hits, n, row.number("level")).unwrap();
            close(interval.low, row.number("low"), 1e-11, &row);
            close(interval.high, row.number("high"), 1e-11, &row);
        }
        assert_eq!(clopper_pearson(0, 0, 0.95), None);
        assert_eq!(clopper_pearson(2, 1, 0.95), None);
        assert_eq!(clopper_pearson(1, 1, 0.95).unwrap().high, 100.0);
        assert!((clopper_pearson(1, 1, 0.95).unwrap().low - 2.5).abs() < 1e-12);
    }

    #[test]
    fn ends_and_refusals() {
        assert_eq!(wilson(0, 10, 0.95).unwrap().low, 0.0);
        assert_eq!(wilson(10, 10, 0.95).unwrap().high, 100.0);
        assert_eq!(wilson(0, 0, 0.95), None);
        assert_eq!(wilson(3, 2, 0.95), None);
        assert_eq!(wilson(1, 2, 1.0), None);
        assert_eq!(wilson(1, 2, f64::NAN), None);
        assert_eq!(percent(0, 0), None);
        assert_eq!(percent(7, 100), Some(7.0));
    }

    fn weights(values: &[f64]) -> ExactMoments {
        let mut moments = Moments::<Wide>::default();
        values.iter().for_each(|weight| moments.add(*weight));
        moments.exact(Window::EMPTY)
    }

    #[test]
    fn equal_weights_change_nothing() {
        let share = WeightedShare {
            hits: weights(&[0.3; 7]),
            misses: weights(&[0.3; 5]),
        };
        let plain = wilson(7, 12, 0.9).unwrap();
        let ours = share.wilson(0.9).unwrap();
        assert_eq!(share.percent(), percent(7, 12));
        assert!((share.effective_n().unwrap() - 12.0).abs() < 1e-12);
        assert!((ours.low - plain.low).abs() < 1e-11 && (ours.high - plain.high).abs() < 1e-11);
    }

    #[test]
    fn unequal_weights_by_hand() {
        // Hits 1 and 3, misses 2 and 2: p = 1/2, V = (1 + 9 + 4 + 4)/4 / 64 = 18/256, p(1-p)/V = 64/18.
        let share = WeightedShare {
            hits: weights(&[1.0, 3.0]),
            misses: weights(&[2.0, 2.0]),
        };
        assert_eq!(share.percent(), Some(50.0));
        assert_eq!(share.effective_n(), Some(64.0 / 18.0));
        // All hit: Kish, 16/10.
        let all = WeightedShare {
            hits: weights(&[1.0, 3.0]),
            ..WeightedShare::default()
        };
        assert_eq!(all.effective_n(), Some(1.6));
        assert_eq!(all.wilson(0.95).unwrap().high, 100.0);
        assert_eq!(WeightedShare::default().wilson(0.95), None);
    }
}
