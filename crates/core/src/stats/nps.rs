//! Net scores, such as the Net Promoter Score: the share at the top minus the share at the bottom, in points.

use super::exact::{Dyadic, ExactMoments};
use super::weight::kish_n_of;
use super::{Interval, two_sided_z};

/// Answers at the top, in the middle and at the bottom of a scale; for NPS promoters, passives and detractors.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct NetCounts {
    /// Answers at the top: for NPS 9 and 10.
    pub top: u64,
    /// Answers between: for NPS 7 and 8.
    pub middle: u64,
    /// Answers at the bottom: for NPS 0 to 6.
    pub bottom: u64,
}

impl NetCounts {
    /// All answers.
    #[must_use]
    pub fn n(self) -> u64 {
        self.top + self.middle + self.bottom
    }

    /// 100 · (top − bottom) / n, from −100 to 100; `None` when n = 0. Reichheld 2003.
    #[must_use]
    pub fn score(self) -> Option<f64> {
        let n = self.n();
        (n > 0).then(|| 100.0 * (self.top as f64 - self.bottom as f64) / n as f64)
    }

    /// The adjusted Wald interval: 3 more answers, 3/4 of them at the top and 3/4 at the bottom.
    ///
    /// With p, q the adjusted shares: p − q ± z·sqrt((p + q − (p − q)²) / (n + 3)), cut to −100..100. Rocks 2016, Interval
    /// estimation for the Net Promoter Score, The American Statistician 70(4). Its centre lies nearer to 0 than the score.
    /// It has a width when all answers agree, and for n = 1 nearly the whole scale. `None` when n = 0 or the level is
    /// not between 0 and 1.
    ///
    /// ```
    /// use bellwether::stats::nps::NetCounts;
    ///
    /// let answers = NetCounts { top: 52, middle: 25, bottom: 23 };
    /// assert_eq!(answers.score(), Some(29.0));
    /// let interval = answers.interval(0.95).unwrap();
    /// assert!((interval.low - 12.4252).abs() < 1e-4 && (interval.high - 43.8855).abs() < 1e-4);
    /// ```
    #[must_use]
    pub fn interval(self, level: f64) -> Option<Interval> {
        adjusted_wald(self.top as f64, self.bottom as f64, self.n() as f64, level)
    }

    /// The standard error of the adjusted score, in points: 100·sqrt((p + q − (p − q)²) / (n + 3)) for the adjusted
    /// shares p and q of [`NetCounts::interval`]. `None` when n = 0.
    #[must_use]
    pub fn adjusted_error(self) -> Option<f64> {
        let (_, error) = adjusted(self.top as f64, self.bottom as f64, self.n() as f64)?;
        Some(100.0 * error)
    }
}

/// The adjusted score over 100 and its standard error.
fn adjusted(top: f64, bottom: f64, n: f64) -> Option<(f64, f64)> {
    (n > 0.0 && n.is_finite()).then_some(())?;
    let whole = n + 3.0;
    let (p, q) = ((top + 0.75) / whole, (bottom + 0.75) / whole);
    let centre = p - q;
    Some((centre, ((p + q - centre * centre) / whole).sqrt()))
}

fn adjusted_wald(top: f64, bottom: f64, n: f64, level: f64) -> Option<Interval> {
    let (centre, error) = adjusted(top, bottom, n)?;
    let half = two_sided_z(level)? * error;
    Some(Interval {
        low: 100.0 * (centre - half).max(-1.0),
        high: 100.0 * (centre + half).min(1.0),
    })
}

/// A weighted net score: the moments of the weights of the answers at the top, in the middle and at the bottom.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WeightedNet {
    /// Weights of the answers at the top.
    pub top: ExactMoments,
    /// Weights of the answers between.
    pub middle: ExactMoments,
    /// Weights of the answers at the bottom.
    pub bottom: ExactMoments,
}

impl WeightedNet {
    /// 100 · (Σw of the top − Σw of the bottom) / Σw, rounded once; `None` when all weights are 0 or there are no rows.
    #[must_use]
    pub fn score(&self) -> Option<f64> {
        let whole = self.top.sum.plus(&self.middle.sum).plus(&self.bottom.sum);
        self.top
            .sum
            .minus(&self.bottom.sum)
            .times(&Dyadic::from(100_u64))
            .ratio(&whole)
    }

    /// The number of equally weighted answers whose net score would vary as much as this one.
    ///
    /// With x = 1, 0, −1 and m the score over 100: (Σwx²/Σw − m²) / (Σw²(x−m)²/(Σw)²), the plain variance over the
    /// linearised one. n for equal weights; Kish's n where all answers lie in one class.
    #[must_use]
    pub fn effective_n(&self) -> Option<f64> {
        let whole = self.top.sum.plus(&self.middle.sum).plus(&self.bottom.sum);
        let difference = self.top.sum.minus(&self.bottom.sum);
        let ends = self.top.sum.plus(&self.bottom.sum);
        let spread = ends.times(&whole).minus(&difference.times(&difference));
        if spread.is_zero() {
            return kish_n_of(
                &whole,
                &self.top.squares.plus(&self.middle.squares).plus(&self.bottom.squares),
            );
        }
        let below_top = whole.minus(&difference);
        let above_bottom = whole.plus(&difference);
        let below = (self.top.squares.times(&below_top.times(&below_top)))
            .plus(&self.middle.squares.times(&difference.times(&difference)))
            .plus(&self.bottom.squares.times(&above_bottom.times(&above_bottom)));
        spread.times(&whole.times(&whole)).ratio(&below)
    }

    /// The adjusted Wald interval with the effective n.
    #[must_use]
    pub fn interval(&self, level: f64) -> Option<Interval> {
        let whole = self.top.sum.plus(&self.middle.sum).plus(&self.bottom.sum);
        let n = self.effective_n()?;
        adjusted_wald(
            self.top.sum.ratio(&whole)? * n,
            self.bottom.sum.ratio(&whole)? * n,
            n,
            level,
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_hand() {
        // n = 1, a promoter: p = 1.75/4, q = 0.75/4; 0.25 ± 1.96·sqrt((0.625 − 0.0625)/4) leaves the scale on neither side.
        let one = NetCounts {
            top: 1,
            middle: 0,
            bottom: 0,
        }
        .interval(0.95)
        .unwrap();
        let half = 1.959963984540054 * (0.5625_f64 / 4.0).sqrt();
        assert!((one.low - 100.0 * (0.25 - half)).abs() < 1e-12);
        assert!((one.high - 100.0 * (0.25 + half)).abs() < 1e-12);
        assert_eq!(NetCounts::default().score(), None);
        assert_eq!(NetCounts::default().interval(0.95), None);
        assert_eq!(
            NetCounts {
                top: 2,
                middle: 0,
                bottom: 1
            }
            .score(),
            Some(100.0 / 3.0)
        );
    }

    #[test]
    fn all_agree() {
        let all = NetCounts {
            top: 40,
            middle: 0,
            bottom: 0,
        };
        assert_eq!(all.score(), Some(100.0));
        let interval = all.interval(0.95).unwrap();
        assert!(interval.low < 100.0 && interval.high <= 100.0);
    }

    fn weights(values: &[f64]) -> ExactMoments {
        ExactMoments::of(values)
    }

    #[test]
    fn equal_weights_change_nothing() {
        let plain = NetCounts {
            top: 5,
            middle: 3,
            bottom: 2,
        };
        let ours = WeightedNet {
            top: weights(&[1.5; 5]),
            middle: weights(&[1.5; 3]),
            bottom: weights(&[1.5; 2]),
        };
        assert_eq!(ours.score(), plain.score());
        assert_eq!(ours.effective_n(), Some(10.0));
        let (a, b) = (ours.interval(0.95).unwrap(), plain.interval(0.95).unwrap());
        assert!((a.low - b.low).abs() < 1e-12 && (a.high - b.high).abs() < 1e-12);
    }

    #[test]
    fn unequal_weights_by_hand() {
        // Top 2, middle 1, bottom 1: m = 1/4; Σwx²/Σw − m² = 3/4 − 1/16 = 11/16;
        // V = (4·(3/4)² + 1·(1/4)² + 1·(5/4)²)/16 = (36 + 1 + 25)/256; ratio 176/62.
        let ours = WeightedNet {
            top: weights(&[2.0]),
            middle: weights(&[1.0]),
            bottom: weights(&[1.0]),
        };
        assert_eq!(ours.score(), Some(25.0));
        assert_eq!(ours.effective_n(), Some(176.0 / 62.0));
        let one = WeightedNet {
            top: weights(&[1.0, 3.0]),
            ..WeightedNet::default()
        };
        assert_eq!(one.effective_n(), Some(1.6));
        assert_eq!(WeightedNet::default().interval(0.95), None);
    }
}
