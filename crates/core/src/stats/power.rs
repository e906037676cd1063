//! How many rows a wanted margin takes, and what change so many rows can show.

use super::proportion::wilson_of;
use super::{math, two_sided_z};

/// The least n for which Wilson's interval around a share, in percent, is at most 2·`margin` points wide.
///
/// By bisection on the width, which falls with n. Take a share of 50 for the worst case. `None` unless the margin is above 0,
/// the share from 0 to 100 and the level between 0 and 1, or where more than 10¹⁵ rows would be needed.
///
/// ```
/// use bellwether::stats::power::share_size;
///
/// assert_eq!(share_size(50.0, 5.0, 0.95), Some(381)); // the common 385 comes from the plain Wald interval
/// assert_eq!(share_size(10.0, 3.0, 0.95), Some(388));
/// ```
#[must_use]
pub fn share_size(percent: f64, margin: f64, level: f64) -> Option<u64> {
    let enough = |n: u64| wilson_of(percent, n as f64, level).map(|ends| (ends.high - ends.low) / 2.0 <= margin);
    (margin > 0.0).then_some(())?;
    enough(1)?;
    least(enough)
}

/// The least n for which Student's interval of a mean is at most 2·`margin` wide, for a standard deviation to be expected.
///
/// t·sd/√n ≤ margin with n − 1 degrees of freedom. 2 for an sd of 0. `None` unless margin > 0, sd ≥ 0 and the level is
/// between 0 and 1.
#[must_use]
pub fn mean_size(sd: f64, margin: f64, level: f64) -> Option<u64> {
    (margin > 0.0 && sd >= 0.0 && sd.is_finite()).then_some(())?;
    two_sided_z(level)?;
    least(|n| {
        let df = n.checked_sub(1).filter(|df| *df > 0);
        let Some(df) = df else { return Some(false) };
        let t = math::t_quantile(f64::midpoint(1.0, level), df as f64)?;
        Some(t * sd / (n as f64).sqrt() <= margin)
    })
}

/// The least n for which the adjusted Wald interval of a net score is at most 2·`margin` points wide, for shares at the top
/// and at the bottom, in percent, to be expected.
///
/// Rocks 2016; the variance of a net score is greatest where top and bottom are both 50. `None` unless margin > 0 and the
/// shares are from 0 to 100 together.
#[must_use]
pub fn net_size(top: f64, bottom: f64, margin: f64, level: f64) -> Option<u64> {
    let z = two_sided_z(level)?;
    (margin > 0.0 && top >= 0.0 && bottom >= 0.0 && top + bottom <= 100.0).then_some(())?;
    least(|n| {
        let (n, whole) = (n as f64, n as f64 + 3.0);
        let p = (top / 100.0 * n + 0.75) / whole;
        let q = (bottom / 100.0 * n + 0.75) / whole;
        Some(100.0 * z * ((p + q - (p - q) * (p - q)) / whole).sqrt() <= margin)
    })
}

/// The size of a sample from a population of N that tells as much as n from a great one: n / (1 + (n − 1)/N), rounded up.
/// Cochran 1977, section 4.3. At most N; `None` when N = 0.
#[must_use]
pub fn finite_size(n: u64, population: u64) -> Option<u64> {
    (population > 0).then_some(())?;
    let size = n as f64 / (1.0 + (n.max(1) - 1) as f64 / population as f64);
    Some((size.ceil() as u64).min(population))
}

/// The least n from 1 that is enough.
fn least(enough: impl Fn(u64) -> Option<bool>) -> Option<u64> {
    let mut high = 1_u64;
    while !enough(high)? {
        high = high.checked_mul(2).filter(|high| *high <= 1 << 50)?;
    }
    let mut low = high / 2;
    while high - low > 1 {
        let middle = low + (high - low) / 2;
        if enough(middle)? {
            high = middle;
        } else {
            low = middle;
        }
    }
    Some(high)
}

/// The change that a two-sided test at 1 − level would find with a chance of `power`: (z(1 − α/2) + z(power)) times the
/// standard error of the difference.
///
/// The usual approximation, without the chance of finding the wrong sign (Cohen 1988). `None` unless error ≥ 0 and level and
/// power are between 0 and 1.
///
/// ```
/// use bellwether::stats::power::{detectable, share_error};
///
/// // Two samples of 400 around 60 %: about 9.7 points.
/// let error = share_error(60.0, 400, 400).unwrap();
/// assert!((detectable(error, 0.95, 0.8).unwrap() - 9.705).abs() < 0.001);
/// ```
#[must_use]
pub fn detectable(error: f64, level: f64, power: f64) -> Option<f64> {
    (error >= 0.0 && error.is_finite() && power > 0.0 && power < 1.0).then_some(())?;
    Some((two_sided_z(level)? + math::normal_quantile(power)?) * error)
}

/// The chance that a two-sided test at 1 − level finds a true change of that size. Exact for a normal difference of known
/// error: Φ(−z + d/σ) + Φ(−z − d/σ).
#[must_use]
pub fn power(change: f64, error: f64, level: f64) -> Option<f64> {
    let z = two_sided_z(level)?;
    (error > 0.0 && change.is_finite()).then_some(())?;
    let shift = change / error;
    Some(math::normal_cdf(shift - z) + math::normal_cdf(-shift - z))
}

/// The standard error of the difference of two shares around a share in percent: 100·sqrt(p(1−p)(1/n₁ + 1/n₂)).
#[must_use]
pub fn share_error(percent: f64, n: u64, other: u64) -> Option<f64> {
    (n > 0 && other > 0 && (0.0..=100.0).contains(&percent)).then_some(())?;
    let p = percent / 100.0;
    Some(100.0 * (p * (1.0 - p) * (1.0 / n as f64 + 1.0 / other as f64)).sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::reference::{close, rows};

    #[test]
    fn agrees_with_statsmodels_and_brute_force() {
        for row in rows(include_str!("../../../../tests/reference/power.csv")) {
            let [a, b, c, d] = ["a", "b", "c", "d"].map(|name| row.number(name));
            let value = match row.text("function") {
                "share_size" => share_size(a, b, c).map(|n| n as f64),
                "mean_size" => mean_size(a, b, c).map(|n| n as f64),
                "net_size" => net_size(a, b, c, d).map(|n| n as f64),
                "detectable_share" => share_error(a, b as u64, c as u64).and_then(|error| detectable(error, 0.95, d)),
                "power" => power(a, b, c),
                other => panic!("{other}"),
            };
            close(value.unwrap(), row.number("value"), row.number("tolerance"), &row);
        }
    }

    #[test]
    fn the_ends() {
        assert_eq!(share_size(50.0, 0.0, 0.95), None);
        assert_eq!(share_size(101.0, 5.0, 0.95), None);
        assert_eq!(mean_size(0.0, 1.0, 0.95), Some(2));
        assert_eq!(finite_size(381, 500), Some(217));
        assert_eq!(finite_size(381, 100), Some(80));
        assert_eq!(finite_size(10, 0), None);
        assert_eq!(detectable(-1.0, 0.95, 0.8), None);
        assert_eq!(share_error(50.0, 0, 5), None);
    }
}
