//! Tails and quantiles of the binomial, beta, chi-square and F distributions.

use super::math;

/// The x with I_x(a, b) = p, the quantile of the beta distribution; `None` unless a > 0, b > 0 and 0 ≤ p ≤ 1.
///
/// Newton's method on the incomplete beta function, kept within a bracket that bisection narrows.
#[must_use]
pub fn beta_quantile(p: f64, a: f64, b: f64) -> Option<f64> {
    let proper = a > 0.0 && b > 0.0 && a.is_finite() && b.is_finite() && (0.0..=1.0).contains(&p);
    proper.then_some(())?;
    if p == 0.0 || p == 1.0 {
        return Some(p);
    }
    let ln_beta = math::ln_gamma(a) + math::ln_gamma(b) - math::ln_gamma(a + b);
    let (mut low, mut high) = (0.0_f64, 1.0_f64);
    let mut x = a / (a + b);
    for _ in 0..200 {
        let miss = math::beta_inc(a, b, x)? - p;
        if miss > 0.0 {
            high = x;
        } else {
            low = x;
        }
        let density = math::exp((a - 1.0) * math::ln(x) + (b - 1.0) * math::ln_1p(-x) - ln_beta);
        let newton = x - miss / density;
        let next = if newton > low && newton < high {
            newton
        } else {
            f64::midpoint(low, high)
        };
        if (next - x).abs() <= 1e-16 * x || high - low <= f64::MIN_POSITIVE {
            return Some(next);
        }
        x = next;
    }
    Some(x)
}

/// P(X ≤ k) for X binomial with n trials of probability p from 0 to 1; 1 for k ≥ n, `None` where p is off that range.
#[must_use]
pub fn binomial_cdf(k: u64, n: u64, p: f64) -> Option<f64> {
    (0.0..=1.0).contains(&p).then_some(())?;
    if k >= n {
        return Some(1.0);
    }
    math::beta_inc((n - k) as f64, k as f64 + 1.0, 1.0 - p)
}

/// P(X > x) for X chi-square with `df` degrees of freedom; `None` unless df > 0 and x ≥ 0.
///
/// The regularised upper incomplete gamma function Q(df/2, x/2), DLMF 8.7.1 and 8.9.2.
#[must_use]
pub fn chi_square_tail(x: f64, df: f64) -> Option<f64> {
    (df > 0.0 && df.is_finite() && x >= 0.0).then_some(())?;
    Some(if x.is_finite() {
        gamma_tail(df / 2.0, x / 2.0)
    } else {
        0.0
    })
}

/// Q(a, x) for a > 0, x ≥ 0.
fn gamma_tail(a: f64, x: f64) -> f64 {
    if x == 0.0 {
        return 1.0;
    }
    // xᵃ·e⁻ˣ / Γ(a), in the form that keeps its digits for large a.
    let distance = (x - a) / a;
    let ln_ratio = if distance.abs() < 0.5 {
        math::ln_1p(distance) - distance
    } else {
        math::ln(x / a) - distance
    };
    let front = (a / (2.0 * std::f64::consts::PI)).sqrt() * math::exp(a * ln_ratio - math::stirling_error(a));
    if x < a + 1.0 {
        let (mut term, mut sum) = (1.0 / a, 1.0 / a);
        for step in 1..100_000_i32 {
            term *= x / (a + f64::from(step));
            sum += term;
            if term <= 1e-17 * sum {
                break;
            }
        }
        return 1.0 - front * sum;
    }
    // The continued fraction by the modified method of Lentz.
    let mut below = x + 1.0 - a;
    let mut c = 1e300;
    let mut d = 1.0 / below;
    let mut fraction = d;
    for step in 1..100_000_i32 {
        let step = f64::from(step);
        let above = -step * (step - a);
        below += 2.0;
        d = 1.0 / (above * d + below);
        c = below + above / c;
        fraction *= d * c;
        if (d * c - 1.0).abs() <= 1e-16 {
            break;
        }
    }
    front * fraction
}

/// P(F > f) for F with `above` and `below` degrees of freedom; `None` unless both > 0 and f ≥ 0.
#[must_use]
pub fn f_tail(f: f64, above: f64, below: f64) -> Option<f64> {
    (f >= 0.0 && above > 0.0 && below > 0.0).then_some(())?;
    let whole = below + above * f;
    if !whole.is_finite() {
        return Some(0.0);
    }
    math::beta_inc(below / 2.0, above / 2.0, below / whole)
}

/// The f with P(F ≤ f) = p; `None` unless 0 < p < 1 and both degrees of freedom > 0.
#[must_use]
pub fn f_quantile(p: f64, above: f64, below: f64) -> Option<f64> {
    (p > 0.0 && p < 1.0 && above > 0.0 && below > 0.0).then_some(())?;
    // Of the two complementary forms, the one whose quantile is not near 1.
    let x = beta_quantile(p, above / 2.0, below / 2.0)?;
    if x < 0.5 {
        return Some(below * x / (above * (1.0 - x)));
    }
    let y = beta_quantile(1.0 - p, below / 2.0, above / 2.0)?;
    Some(below * (1.0 - y) / (above * y))
}

/// P(|T| > |t|) for Student's t, the two-sided p value; `None` unless df > 0 and t is a number.
#[must_use]
pub fn t_two_sided(t: f64, df: f64) -> Option<f64> {
    math::t_cdf(-t.abs(), df).map(|tail| 2.0 * tail)
}

/// P(|Z| > |z|) for a standard normal Z, the two-sided p value.
#[must_use]
pub fn normal_two_sided(z: f64) -> f64 {
    math::erfc(z.abs() * std::f64::consts::FRAC_1_SQRT_2)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::reference::{close, rows};

    #[test]
    fn agrees_with_mpmath_and_scipy() {
        for row in rows(include_str!("../../../../tests/reference/distribution.csv")) {
            let [a, b, c] = [row.number("a"), row.number("b"), row.number("c")];
            let ours = match row.text("function") {
                "beta_quantile" => beta_quantile(a, b, c),
                "binomial_cdf" => binomial_cdf(a as u64, b as u64, c),
                "chi_square_tail" => chi_square_tail(a, b),
                "f_tail" => f_tail(a, b, c),
                "f_quantile" => f_quantile(a, b, c),
                "t_two_sided" => t_two_sided(a, b),
                other => panic!("{other}"),
            };
            close(ours.unwrap(), row.number("value"), 5e-12, &row);
        }
    }

    #[test]
    fn refusals() {
        assert_eq!(beta_quantile(0.5, 0.0, 1.0), None);
        assert_eq!(beta_quantile(1.5, 1.0, 1.0), None);
        assert_eq!(binomial_cdf(3, 3, 0.2), Some(1.0));
        assert_eq!(binomial_cdf(0, 0, 0.2), Some(1.0));
        assert_eq!(binomial_cdf(1, 3, -0.1), None);
        assert_eq!(chi_square_tail(-1.0, 1.0), None);
        assert_eq!(chi_square_tail(0.0, 1.0), Some(1.0));
        assert_eq!(chi_square_tail(f64::INFINITY, 1.0), Some(0.0));
        assert_eq!(f_quantile(0.0, 1.0, 1.0), None);
        assert_eq!(f_tail(f64::MAX, 1e9, 1.0), Some(0.0));
    }
}
