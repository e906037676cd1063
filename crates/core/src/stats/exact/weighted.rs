//! Weighted sums, exact and mergeable.

use super::{Dyadic, ExactMoments, FloatSum};
use crate::stats::math;

/// n, Σw, Σw², Σwx, Σw²x, Σwx² and Σw²x² of one weighted column.
///
/// Where answers are few different values, [`ExactWeighted::of_groups`] needs only Σw and Σw² of each, and is faster.
#[derive(Debug, Clone, Default)]
pub struct WeightedMoments {
    n: u64,
    w: FloatSum,
    ww: FloatSum,
    wx: FloatSum,
    wwx: FloatSum,
    wxx: FloatSum,
    wwxx: FloatSum,
}

impl WeightedMoments {
    /// Adds a value with its weight. A weight of 0 adds no row; weights below 0 are the caller's error and add none.
    pub fn add(&mut self, value: f64, weight: f64) {
        if !(weight > 0.0 && weight.is_finite() && value.is_finite()) {
            return;
        }
        self.n += 1;
        self.w.add(weight);
        self.ww.add_product(weight, weight);
        self.wx.add_product(weight, value);
        // w·x = p + e, both floats (a fused multiply-add is exact by IEEE 754), so that products of three and four factors are sums of products of two.
        let p = weight * value;
        let e = weight.mul_add(value, -p);
        for (part, twice) in [(p, 2.0 * e), (e, 0.0)] {
            self.wwx.add_product(weight, part);
            self.wxx.add_product(value, part);
            self.wwxx.add_product(part, part);
            self.wwxx.add_product(part, twice);
        }
    }

    /// Adds the other part's values.
    pub fn merge(&mut self, other: &Self) {
        self.n += other.n;
        self.w.merge(&other.w);
        self.ww.merge(&other.ww);
        self.wx.merge(&other.wx);
        self.wwx.merge(&other.wwx);
        self.wxx.merge(&other.wxx);
        self.wwxx.merge(&other.wwxx);
    }

    /// The sums, exactly.
    #[must_use]
    pub fn exact(&self) -> ExactWeighted {
        ExactWeighted {
            n: self.n,
            w: self.w.exact(),
            ww: self.ww.exact(),
            wx: self.wx.exact(),
            wwx: self.wwx.exact(),
            wxx: self.wxx.exact(),
            wwxx: self.wwxx.exact(),
        }
    }
}

/// The sums of [`WeightedMoments`] without any rounding.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ExactWeighted {
    /// Rows with a weight above 0.
    pub n: u64,
    /// Σw.
    pub w: Dyadic,
    /// Σw².
    pub ww: Dyadic,
    /// Σwx.
    pub wx: Dyadic,
    /// Σw²x.
    pub wwx: Dyadic,
    /// Σwx².
    pub wxx: Dyadic,
    /// Σw²x².
    pub wwxx: Dyadic,
}

impl ExactWeighted {
    /// The sums of groups of rows that share a value: each value with the moments of its rows' weights.
    #[must_use]
    pub fn of_groups<'a>(groups: impl IntoIterator<Item = (f64, &'a ExactMoments)>) -> Self {
        let mut all = Self::default();
        for (value, weights) in groups {
            let Some(x) = Dyadic::from_f64(value) else { continue };
            let xx = x.times(&x);
            all.n += weights.n;
            all.w = all.w.plus(&weights.sum);
            all.ww = all.ww.plus(&weights.squares);
            all.wx = all.wx.plus(&weights.sum.times(&x));
            all.wwx = all.wwx.plus(&weights.squares.times(&x));
            all.wxx = all.wxx.plus(&weights.sum.times(&xx));
            all.wwxx = all.wwxx.plus(&weights.squares.times(&xx));
        }
        all
    }

    /// The exact sums of values that all weigh 1.
    #[must_use]
    pub fn of_unweighted(moments: &ExactMoments) -> Self {
        Self {
            n: moments.n,
            w: Dyadic::from(moments.n),
            ww: Dyadic::from(moments.n),
            wx: moments.sum.clone(),
            wwx: moments.sum.clone(),
            wxx: moments.squares.clone(),
            wwxx: moments.squares.clone(),
        }
    }

    /// Σwx / Σw, rounded once; `None` when Σw = 0.
    #[must_use]
    pub fn mean(&self) -> Option<f64> {
        self.wx.ratio(&self.w)
    }

    /// n/(n−1) · Σw(x−mean)² / Σw, rounded once: the variance of the population, as `svyvar` of Lumley 2010 has it.
    /// With equal weights the plain variance. `None` when n < 2.
    #[must_use]
    pub fn variance(&self) -> Option<f64> {
        let spread = self.wxx.times(&self.w).minus(&self.wx.times(&self.wx));
        let below = self.w.times(&self.w).times(&Dyadic::from(self.n.checked_sub(1)?));
        spread.times(&Dyadic::from(self.n)).ratio(&below)
    }

    /// The square root of the variance.
    #[must_use]
    pub fn sd(&self) -> Option<f64> {
        self.variance().map(math::sqrt)
    }

    /// n/(n−1) · Σw²(x−mean)² / (Σw)², rounded once: the variance of the weighted mean by linearisation, rows drawn with
    /// replacement, as `svymean` of Lumley 2010 has it. With equal weights variance / n. `None` when n < 2.
    #[must_use]
    pub fn variance_of_mean(&self) -> Option<f64> {
        // (Σw)²·Σw²(x−m)² = (Σw)²·Σw²x² − 2·Σw·Σwx·Σw²x + (Σwx)²·Σw²
        let first = self.w.times(&self.w).times(&self.wwxx);
        let second = self.w.times(&self.wx).times(&self.wwx);
        let third = self.wx.times(&self.wx).times(&self.ww);
        let spread = first.minus(&second).minus(&second).plus(&third);
        let square = self.w.times(&self.w);
        let below = square.times(&square).times(&Dyadic::from(self.n.checked_sub(1)?));
        spread.times(&Dyadic::from(self.n)).ratio(&below)
    }
}
