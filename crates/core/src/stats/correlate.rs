//! Correlation of two columns.

use super::exact::ExactComoments;

/// Pearson's r = (n·Σxy − Σx·Σy) / sqrt((n·Σx² − (Σx)²)·(n·Σy² − (Σy)²)), the differences taken exactly.
///
/// `None` when n < 2 or when either column is constant. ±1 exactly for points on a line; n = 2 always lies on one.
/// Pearson 1895.
///
/// ```
/// use bellwether::stats::correlate::pearson;
/// use bellwether::stats::exact::{Comoments, Narrow, Window};
///
/// let (mut pairs, window) = (Comoments::<Narrow>::default(), Window::of_integers(1, 5));
/// for (x, y) in [(1, 2), (2, 1), (3, 4), (4, 3), (5, 5)] {
///     pairs.add(x, y);
/// }
/// assert_eq!(pearson(&pairs.exact(window, window)), Some(0.8));
/// ```
#[must_use]
pub fn pearson(sums: &ExactComoments) -> Option<f64> {
    (sums.x.n >= 2).then_some(())?;
    let cross = sums.cross_spread();
    let spreads = sums.x.spread().times(&sums.y.spread());
    let square = cross.times(&cross).ratio(&spreads)?;
    // By Cauchy and Schwarz the exact quotient is at most 1, and so is the rounded one.
    let r = square.sqrt();
    Some(if cross.is_negative() { -r } else { r })
}

/// The interval of a correlation by Fisher's z: tanh(atanh r ± z / √(n − 3)), for pairs from about a normal distribution.
///
/// Fisher 1921. `None` when n < 4, when r is ±1 exactly, or when the level is not between 0 and 1.
#[must_use]
pub fn fisher_interval(r: f64, n: u64, level: f64) -> Option<super::Interval> {
    let z = super::two_sided_z(level)?;
    (n >= 4 && r.abs() < 1.0).then_some(())?;
    let half = z / ((n - 3) as f64).sqrt();
    let centre = super::math::atanh(r);
    Some(super::Interval {
        low: super::math::tanh(centre - half),
        high: super::math::tanh(centre + half),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::exact::{Comoments, Wide, Window};

    fn of(pairs: &[(f64, f64)]) -> Option<f64> {
        let mut sums = Comoments::<Wide>::default();
        pairs.iter().for_each(|(x, y)| sums.add(*x, *y));
        pearson(&sums.exact(Window::EMPTY, Window::EMPTY))
    }

    #[test]
    fn agrees_with_exact_fractions() {
        for line in include_str!("../../../../tests/reference/pearson.csv").lines().skip(1) {
            let fields: Vec<&str> = line.splitn(4, ',').collect();
            let [xs, ys, r, _source] = fields[..] else {
                panic!("{line}")
            };
            let list = |text: &str| text.split(' ').map(|v| v.parse::<f64>().unwrap()).collect::<Vec<_>>();
            let pairs: Vec<_> = list(xs).into_iter().zip(list(ys)).collect();
            let r: f64 = r.parse().unwrap();
            assert!(
                (of(&pairs).unwrap() - r).abs() <= 2.0 * f64::EPSILON * r.abs(),
                "{line}: {:?}",
                of(&pairs)
            );
        }
    }

    /// `scipy.stats.pearsonr(x, y).confidence_interval(0.95)` for r of 30 pairs.
    #[test]
    fn fisher_agrees_with_scipy() {
        for row in crate::stats::reference::rows(include_str!("../../../../tests/reference/fisher.csv")) {
            let ours = fisher_interval(row.number("r"), row.number("n") as u64, 0.95).unwrap();
            crate::stats::reference::close(ours.low, row.number("low"), 1e-12, &row);
            crate::stats::reference::close(ours.high, row.number("high"), 1e-12, &row);
        }
        assert_eq!(fisher_interval(1.0, 30, 0.95), None);
        assert_eq!(fisher_interval(0.5, 3, 0.95), None);
    }

    #[test]
    fn degenerate() {
        assert_eq!(of(&[]), None);
        assert_eq!(of(&[(1.0, 2.0)]), None);
        assert_eq!(of(&[(1.0, 2.0), (1.0, 3.0)]), None);
        assert_eq!(of(&[(0.1, 2.0), (0.1, 3.0), (0.1, 5.0)]), None);
        assert_eq!(of(&[(1.0, 2.0), (3.0, 1.0)]), Some(-1.0));
        assert_eq!(of(&[(1e9 + 1.0, 2.0), (1e9 + 2.0, 4.0), (1e9 + 3.0, 6.0)]), Some(1.0));
    }
}
