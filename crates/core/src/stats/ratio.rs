//! Ratios of sums, such as cost a customer or tickets a contract, with rows that share an entity.

use super::Interval;
use super::exact::{Dyadic, ExactComoments};
use super::mean::t_interval;

/// A ratio of sums with what is known of its error.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ratio {
    /// Σy / Σx.
    pub value: f64,
    /// Its standard error.
    pub error: f64,
    /// Degrees of freedom: clusters less 1.
    pub df: f64,
}

impl Ratio {
    /// value ± t·error; `None` unless the level is between 0 and 1.
    #[must_use]
    pub fn interval(self, level: f64) -> Option<Interval> {
        t_interval(self.value, self.error, self.df, level)
    }
}

/// Σy / Σx over clusters, each a pair (x, y) of an entity's sums of the denominator and of the numerator, with its error
/// by the delta method: m/(m−1) · Σ(y − R·x)² / (Σx)², m the number of clusters.
///
/// This is the linearised, cluster-robust variance of survey samplers (Cochran 1977, section 6.5; Lumley 2010, `svyratio`):
/// rows of one entity may depend on each other in any way, entities not. With each row its own cluster, and x = 1, it is the
/// variance of a mean. A mean, a share or a net score over rows of repeating entities is such a ratio: x counts an entity's
/// rows, y sums their values.
///
/// `None` with fewer than 2 clusters or where Σx is 0; 0 error where y is proportional to x. Clusters without rows may be
/// left out or be there with (0, 0): only m changes. All sums are exact, so that order and grouping do not matter.
///
/// ```
/// use bellwether::stats::{exact::{Comoments, Wide, Window}, ratio::ratio_of_sums};
///
/// let mut clusters = Comoments::<Wide>::default();
/// for (contracts, tickets) in [(2.0, 3.0), (1.0, 0.0), (4.0, 5.0), (3.0, 2.0)] {
///     clusters.add(contracts, tickets);
/// }
/// let ratio = ratio_of_sums(&clusters.exact(Window::EMPTY, Window::EMPTY)).unwrap();
/// assert_eq!((ratio.value, ratio.df), (1.0, 3.0));
/// assert!((ratio.error - 0.23094010767585).abs() < 1e-14); // sqrt(4/3 · (1 + 1 + 1 + 1)) / 10
/// ```
#[must_use]
pub fn ratio_of_sums(clusters: &ExactComoments) -> Option<Ratio> {
    let m = clusters.x.n;
    (m >= 2).then_some(())?;
    let (x, y) = (&clusters.x.sum, &clusters.y.sum);
    // (Σx)²·Σ(y − R·x)² = (Σx)²·Σy² − 2·Σx·Σy·Σxy + (Σy)²·Σx²
    let cross = x.times(y).times(&clusters.products);
    let spread = x
        .times(x)
        .times(&clusters.y.squares)
        .minus(&cross)
        .minus(&cross)
        .plus(&y.times(y).times(&clusters.x.squares));
    let square = x.times(x);
    let below = square.times(&square).times(&Dyadic::from(m - 1));
    let variance = spread.times(&Dyadic::from(m)).ratio(&below)?;
    Some(Ratio {
        value: y.ratio(x)?,
        error: variance.sqrt(),
        df: (m - 1) as f64,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::exact::{Comoments, Wide, Window};
    use crate::stats::reference::{close, rows};

    fn of(pairs: impl IntoIterator<Item = (f64, f64)>) -> Option<Ratio> {
        let mut sums = Comoments::<Wide>::default();
        pairs.into_iter().for_each(|(x, y)| sums.add(x, y));
        ratio_of_sums(&sums.exact(Window::EMPTY, Window::EMPTY))
    }

    #[test]
    fn agrees_with_the_survey_package_of_r() {
        for row in rows(include_str!("../../../../tests/reference/ratio.csv")) {
            let ratio = of(row.list("x").into_iter().zip(row.list("y"))).unwrap();
            close(ratio.value, row.number("ratio"), 1e-13, &row);
            close(ratio.error, row.number("error"), 1e-11, &row);
            let interval = ratio.interval(0.95).unwrap();
            close(interval.low, row.number("low"), 1e-11, &row);
            close(interval.high, row.number("high"), 1e-11, &row);
        }
    }

    #[test]
    fn degenerate() {
        assert_eq!(of([]), None);
        assert_eq!(of([(1.0, 2.0)]), None);
        assert_eq!(of([(0.0, 2.0), (0.0, 1.0)]), None);
        assert_eq!(of([(0.1, 0.2), (0.3, 0.6), (0.7, 1.4)]).unwrap().value, 2.0);
        assert_eq!(of([(1.0, 2.0), (3.0, 6.0)]).unwrap().error, 0.0);
    }
}
