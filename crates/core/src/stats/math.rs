//! The one source of transcendental functions and of the quantiles of distributions.
//!
//! Every platform's C library rounds `exp` or `sin` in its own way, and a compiler may replace a call by a constant
//! computed with yet another. Here all of them come from `libm`, pinned to one version and written in Rust, so that
//! native and WebAssembly builds give the same bits. `clippy.toml` forbids the methods of `f64` elsewhere. Square roots,
//! absolute values and the four rounding functions are exact by IEEE 754 and may be used from anywhere.

macro_rules! pinned {
    ($($(#[$doc:meta])* $name:ident($($arg:ident),+) = $target:ident;)+) => {
        $($(#[$doc])* #[must_use] #[inline] pub fn $name($($arg: f64),+) -> f64 { libm::$target($($arg),+) })+
    };
}

pinned! {
    /// Natural logarithm; −∞ at 0, NaN below.
    ln(x) = log;
    /// ln(1 + x), accurate near 0.
    ln_1p(x) = log1p;
    /// Logarithm to base 2.
    log2(x) = log2;
    /// Logarithm to base 10.
    log10(x) = log10;
    /// e to the power x.
    exp(x) = exp;
    /// 2 to the power x.
    exp2(x) = exp2;
    /// eˣ − 1, accurate near 0.
    exp_m1(x) = expm1;
    /// x to the power y; NaN for a negative x with a fractional y.
    powf(x, y) = pow;
    /// Square root, correctly rounded; NaN below 0.
    sqrt(x) = sqrt;
    /// Cube root.
    cbrt(x) = cbrt;
    /// sqrt(x² + y²) without overflow on the way.
    hypot(x, y) = hypot;
    /// Sine of an angle in radians.
    sin(x) = sin;
    /// Cosine of an angle in radians.
    cos(x) = cos;
    /// Tangent of an angle in radians.
    tan(x) = tan;
    /// Arc sine, in radians; NaN outside −1..1.
    asin(x) = asin;
    /// Arc cosine, in radians; NaN outside −1..1.
    acos(x) = acos;
    /// Arc tangent, in radians.
    atan(x) = atan;
    /// The angle of the point (x, y), in radians.
    atan2(y, x) = atan2;
    /// Hyperbolic sine.
    sinh(x) = sinh;
    /// Hyperbolic cosine.
    cosh(x) = cosh;
    /// Hyperbolic tangent.
    tanh(x) = tanh;
    /// Inverse hyperbolic sine.
    asinh(x) = asinh;
    /// Inverse hyperbolic cosine; NaN below 1.
    acosh(x) = acosh;
    /// Inverse hyperbolic tangent; NaN outside −1..1.
    atanh(x) = atanh;
    /// Error function.
    erf(x) = erf;
    /// 1 − erf(x), accurate in the upper tail.
    erfc(x) = erfc;
    /// Logarithm of |Γ(x)|.
    ln_gamma(x) = lgamma;
}

/// P(Z ≤ x) for a standard normal Z.
#[must_use]
pub fn normal_cdf(x: f64) -> f64 {
    0.5 * erfc(-x * std::f64::consts::FRAC_1_SQRT_2)
}

/// The x with `normal_cdf(x) = p`; `None` unless 0 < p < 1.
///
/// Wichura 1988, algorithm AS 241 (PPND16): relative error about 1e-16.
#[must_use]
pub fn normal_quantile(p: f64) -> Option<f64> {
    (p > 0.0 && p < 1.0).then_some(())?;
    let q = p - 0.5;
    if q.abs() <= 0.425 {
        let r = 0.180_625 - q * q;
        return Some(q * horner(&CENTRE_TOP, r) / horner(&CENTRE_BOTTOM, r));
    }
    let r = sqrt(-ln(p.min(1.0 - p)));
    let tail = if r <= 5.0 {
        horner(&MIDDLE_TOP, r - 1.6) / horner(&MIDDLE_BOTTOM, r - 1.6)
    } else {
        horner(&FAR_TOP, r - 5.0) / horner(&FAR_BOTTOM, r - 5.0)
    };
    Some(if q < 0.0 { -tail } else { tail })
}

/// The polynomial with these coefficients, lowest power first.
fn horner(coefficients: &[f64], x: f64) -> f64 {
    coefficients.iter().rev().fold(0.0, |sum, c| sum * x + c)
}

#[expect(clippy::excessive_precision, reason = "as published")]
const CENTRE_TOP: [f64; 8] = [
    3.387_132_872_796_366_608,
    133.141_667_891_784_377_45,
    1_971.590_950_306_551_442_7,
    13_731.693_765_509_461_125,
    45_921.953_931_549_871_457,
    67_265.770_927_008_700_853,
    33_430.575_583_588_128_105,
    2_509.080_928_730_122_672_7,
];
#[expect(clippy::excessive_precision, reason = "as published")]
const CENTRE_BOTTOM: [f64; 8] = [
    1.0,
    42.313_330_701_600_911_252,
    687.187_007_492_057_908_3,
    5_394.196_021_424_751_107_7,
    21_213.794_301_586_595_867,
    39_307.895_800_092_710_61,
    28_729.085_735_721_942_674,
    5_226.495_278_852_854_561,
];
#[expect(clippy::excessive_precision, reason = "as published")]
const MIDDLE_TOP: [f64; 8] = [
    1.423_437_110_749_683_577_34,
    4.630_337_846_156_545_295_9,
    5.769_497_221_460_691_405_5,
    3.647_848_324_763_204_605_04,
    1.270_458_252_452_368_382_58,
    0.241_780_725_177_450_611_77,
    0.022_723_844_989_269_184_583_3,
    7.745_450_142_783_414_076_4e-4,
];
#[expect(clippy::excessive_precision, reason = "as published")]
const MIDDLE_BOTTOM: [f64; 8] = [
    1.0,
    2.053_191_626_637_758_821_87,
    1.676_384_830_183_803_849_4,
    0.689_767_334_985_100_004_55,
    0.148_103_976_427_480_074_59,
    0.015_198_666_563_616_457_196_6,
    5.475_938_084_995_344_946e-4,
    1.050_750_071_644_416_843_24e-9,
];
#[expect(clippy::excessive_precision, reason = "as published")]
const FAR_TOP: [f64; 8] = [
    6.657_904_643_501_103_777_2,
    5.463_784_911_164_114_369_9,
    1.784_826_539_917_291_335_8,
    0.296_560_571_828_504_891_23,
    0.026_532_189_526_576_123_093,
    0.001_242_660_947_388_078_438_6,
    2.711_555_568_743_487_578_15e-5,
    2.010_334_399_292_288_132_65e-7,
];
#[expect(clippy::excessive_precision, reason = "as published")]
const FAR_BOTTOM: [f64; 8] = [
    1.0,
    0.599_832_206_555_887_937_69,
    0.136_929_880_922_735_805_31,
    0.014_875_361_290_850_615_025,
    7.868_691_311_456_132_591e-4,
    1.846_318_317_510_054_681_8e-5,
    1.421_511_758_316_445_888_7e-7,
    2.044_263_103_389_939_785_64e-15,
];

/// P(T ≤ t) for Student's t with `df` degrees of freedom; `None` unless df > 0 and t is a number.
#[must_use]
pub fn t_cdf(t: f64, df: f64) -> Option<f64> {
    (df > 0.0 && df.is_finite() && !t.is_nan()).then_some(())?;
    let tail = t_upper_tail(t.abs(), df);
    Some(if t > 0.0 { 1.0 - tail } else { tail })
}

/// P(T > t) for t ≥ 0.
fn t_upper_tail(t: f64, df: f64) -> f64 {
    // Of the two complementary forms, the one whose argument is not rounded to 1.
    let square = t * t;
    let whole = df + square;
    if !whole.is_finite() {
        return 0.0;
    }
    0.5 * beta_inc_of(df / 2.0, 0.5, df / whole, square / whole)
}

/// The t with `t_cdf(t, df) = p`; `None` unless 0 < p < 1 and df > 0.
///
/// Newton's method on the upper tail from the normal quantile, which lies below the root; as the tail is convex there,
/// the steps only ever climb towards it. Above 10 000 degrees, and above 500 for tails of 0.004 and more, the expansion of
/// Abramowitz and Stegun 26.7.5 with one more term (Goldberg and Levine 1946) is exact to the last places and takes over.
#[must_use]
pub fn t_quantile(p: f64, df: f64) -> Option<f64> {
    (df > 0.0 && df.is_finite()).then_some(())?;
    let z = normal_quantile(p)?;
    if z < 0.0 {
        return t_quantile_above(p, -z, df).map(|t| -t);
    }
    t_quantile_above(1.0 - p, z, df)
}

/// The t > 0 whose upper tail is `tail`, `z` being the normal quantile of the same tail.
fn t_quantile_above(tail: f64, z: f64, df: f64) -> Option<f64> {
    let square = z * z;
    if df > 1e4 || (df >= 500.0 && square <= 7.0) {
        let orders = [
            1.0,
            horner(&[1.0, 1.0], square) / 4.0,
            horner(&[3.0, 16.0, 5.0], square) / 96.0,
            horner(&[-15.0, 17.0, 19.0, 3.0], square) / 384.0,
            horner(&[-945.0, -1920.0, 1482.0, 776.0, 79.0], square) / 92_160.0,
            horner(&[17_955.0, -765.0, -1782.0, 930.0, 339.0, 27.0], square) / 368_640.0,
        ];
        return Some(z * horner(&orders, 1.0 / df));
    }
    // ln of Γ((df+1)/2) / (sqrt(df·π)·Γ(df/2)): the density at 0.
    let half = df / 2.0;
    let ln_peak = stirling_error(half + 0.5) - stirling_error(half) + half * ln_1p(0.5 / half)
        - 0.5
        - 0.5 * ln(2.0 * std::f64::consts::PI);
    let mut t = z;
    for _ in 0..2_000 {
        let density = exp(ln_peak - (half + 0.5) * ln_1p(t * t / df));
        let step = (t_upper_tail(t, df) - tail) / density;
        let next = t + step;
        if !next.is_finite() {
            return None;
        }
        if step.abs() <= 1e-15 * next.abs() || next <= 0.0 {
            return Some(next.max(0.0));
        }
        t = next;
        if step < 0.0 && step.abs() <= 1e-13 * t.abs() {
            // The climb is over: what is left is rounding.
            return Some(t);
        }
    }
    Some(t)
}

/// The regularised incomplete beta function I_x(a, b); `None` unless a > 0, b > 0 and 0 ≤ x ≤ 1.
///
/// Continued fraction DLMF 8.17.22 with the front factor in Stirling form, so that large parameters lose no digits.
#[must_use]
pub fn beta_inc(a: f64, b: f64, x: f64) -> Option<f64> {
    let proper = a > 0.0 && b > 0.0 && a.is_finite() && b.is_finite();
    (proper && (0.0..=1.0).contains(&x)).then(|| beta_inc_of(a, b, x, 1.0 - x))
}

/// `beta_inc` with y = 1 − x given apart, as either may be tiny.
fn beta_inc_of(a: f64, b: f64, x: f64, y: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    if y <= 0.0 {
        return 1.0;
    }
    if x > (a + 1.0) / (a + b + 2.0) {
        return 1.0 - beta_front(b, a, y, x) * beta_fraction(b, a, y) / b;
    }
    beta_front(a, b, x, y) * beta_fraction(a, b, x) / a
}

/// xᵃ·yᵇ / B(a, b).
fn beta_front(a: f64, b: f64, x: f64, y: f64) -> f64 {
    // ln(x·(a+b)/a), through the distance from 1 where that is what has the digits.
    let ln_excess = |x: f64, own: f64, away: f64| {
        if away.abs() < 0.5 * own {
            ln_1p(away / own)
        } else {
            ln(x * ((a + b) / own))
        }
    };
    let away = x * b - y * a;
    let powers = a * ln_excess(x, a, away) + b * ln_excess(y, b, -away);
    let errors = stirling_error(a) + stirling_error(b) - stirling_error(a + b);
    sqrt(a / (a + b) * b / (2.0 * std::f64::consts::PI)) * exp(powers - errors)
}

/// The continued fraction of the incomplete beta function, by the modified method of Lentz.
fn beta_fraction(a: f64, b: f64, x: f64) -> f64 {
    const TINY: f64 = 1e-300;
    let guard = |v: f64| if v.abs() < TINY { TINY } else { v };
    let mut c = 1.0;
    let mut d = 1.0 / guard(1.0 - (a + b) * x / (a + 1.0));
    let mut fraction = d;
    for i in 1..100_000_i32 {
        let m = f64::from(i);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        d = 1.0 / guard(1.0 + even * d);
        c = guard(1.0 + even / c);
        fraction *= d * c;
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        d = 1.0 / guard(1.0 + odd * d);
        c = guard(1.0 + odd / c);
        let change = d * c;
        fraction *= change;
        if (change - 1.0).abs() <= 1e-16 {
            break;
        }
    }
    fraction
}

/// ln Γ(x) − ((x − ½)·ln x − x + ½·ln 2π), the error of Stirling's formula, for x > 0.
pub(super) fn stirling_error(x: f64) -> f64 {
    if x < 10.0 {
        let half_ln_two_pi = 0.5 * ln(2.0 * std::f64::consts::PI);
        return ln_gamma(x) - ((x - 0.5) * ln(x) - x + half_ln_two_pi);
    }
    let r = 1.0 / (x * x);
    let series = [
        1.0 / 12.0,
        -1.0 / 360.0,
        1.0 / 1260.0,
        -1.0 / 1680.0,
        1.0 / 1188.0,
        -691.0 / 360_360.0,
        1.0 / 156.0,
    ];
    horner(&series, r) / x
}

#[cfg(test)]
mod tests;
