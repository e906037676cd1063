//! Three families of accumulators with one interface: the wider the numbers of a column, the slower the lane.

use super::window::SPLIT_EXPONENT;
use super::{Dyadic, FloatSum, Scale, SplitInt, Window};

/// A family of exact accumulators. Which one a column may use is [`Window::lane`]; all give the same bits.
///
/// The caller leaves out missing values; what is added is finite and within the window.
pub trait Lane: std::fmt::Debug + Clone + Default + Send + Sync + 'static {
    /// A value of a row as this lane adds it.
    type Value: Copy;
    /// Accumulates values.
    type Sum: std::fmt::Debug + Clone + Default + Send + Sync;
    /// Accumulates products of two values.
    type Products: std::fmt::Debug + Clone + Default + Send + Sync;

    /// A float of a column with this window's scale.
    fn of_f64(scale: Scale, value: f64) -> Self::Value;
    /// A whole number of a column of whole numbers, whose window is [`Window::of_integers`].
    fn of_i64(value: i64) -> Self::Value;
    /// Adds a value.
    fn add(sum: &mut Self::Sum, value: Self::Value);
    /// Adds the product of two values.
    fn add_product(sum: &mut Self::Products, a: Self::Value, b: Self::Value);
    /// Adds the square of a value.
    #[inline]
    fn add_square(sum: &mut Self::Products, value: Self::Value) {
        Self::add_product(sum, value, value);
    }
    /// Adds another sum.
    fn merge(sum: &mut Self::Sum, other: &Self::Sum);
    /// Adds another sum of products.
    fn merge_products(sum: &mut Self::Products, other: &Self::Products);
    /// The sum, exactly.
    fn exact(sum: &Self::Sum, window: Window) -> Dyadic;
    /// The sum of products of values of two columns, exactly.
    fn exact_products(sum: &Self::Products, a: Window, b: Window) -> Dyadic;
}

/// Values of up to 44 bits: one integer, sums in 128 bits. Answers, counts, flags, cents as whole numbers.
#[derive(Debug, Clone, Copy, Default)]
pub struct Narrow;

impl Lane for Narrow {
    type Value = i64;
    type Sum = i128;
    type Products = i128;

    #[inline]
    fn of_f64(scale: Scale, value: f64) -> i64 {
        scale.to_int(value)
    }
    #[inline]
    fn of_i64(value: i64) -> i64 {
        value
    }
    #[inline]
    fn add(sum: &mut i128, value: i64) {
        *sum = sum.wrapping_add(value.into());
    }
    #[inline]
    fn add_product(sum: &mut i128, a: i64, b: i64) {
        *sum = sum.wrapping_add(product(a, b));
    }
    fn merge(sum: &mut i128, other: &i128) {
        *sum = sum.wrapping_add(*other);
    }
    fn merge_products(sum: &mut i128, other: &i128) {
        *sum = sum.wrapping_add(*other);
    }
    fn exact(sum: &i128, window: Window) -> Dyadic {
        Dyadic::scaled(*sum, window.unit_exponent())
    }
    fn exact_products(sum: &i128, a: Window, b: Window) -> Dyadic {
        Dyadic::scaled(*sum, a.unit_exponent() + b.unit_exponent())
    }
}

/// Values of up to 88 bits: two integers. Most measured floats, as an exponent range of 2³⁵ with full precision fits.
#[derive(Debug, Clone, Copy, Default)]
pub struct Split;

/// Sums of the three orders of a product of two-digit numbers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SplitProducts {
    pub(super) high: i128,
    pub(super) middle: i128,
    pub(super) low: i128,
}

impl Lane for Split {
    type Value = SplitInt;
    type Sum = i128;
    type Products = SplitProducts;

    #[inline]
    fn of_f64(scale: Scale, value: f64) -> SplitInt {
        scale.to_split(value)
    }
    #[inline]
    fn of_i64(value: i64) -> SplitInt {
        SplitInt::of(value)
    }
    #[inline]
    fn add(sum: &mut i128, value: SplitInt) {
        let high = product(value.high, 1 << SPLIT_EXPONENT);
        *sum = sum.wrapping_add(high.wrapping_add(value.low.into()));
    }
    #[inline]
    fn add_product(sum: &mut SplitProducts, a: SplitInt, b: SplitInt) {
        sum.high = sum.high.wrapping_add(product(a.high, b.high));
        sum.middle = sum
            .middle
            .wrapping_add(product(a.high, b.low).wrapping_add(product(a.low, b.high)));
        sum.low = sum.low.wrapping_add(product(a.low, b.low));
    }
    #[inline]
    fn add_square(sum: &mut SplitProducts, value: SplitInt) {
        sum.high = sum.high.wrapping_add(product(value.high, value.high));
        sum.middle = sum.middle.wrapping_add(product(2 * value.high, value.low));
        sum.low = sum.low.wrapping_add(product(value.low, value.low));
    }
    fn merge(sum: &mut i128, other: &i128) {
        *sum = sum.wrapping_add(*other);
    }
    fn merge_products(sum: &mut SplitProducts, other: &SplitProducts) {
        sum.high = sum.high.wrapping_add(other.high);
        sum.middle = sum.middle.wrapping_add(other.middle);
        sum.low = sum.low.wrapping_add(other.low);
    }
    fn exact(sum: &i128, window: Window) -> Dyadic {
        Dyadic::scaled(*sum, window.unit_exponent())
    }
    fn exact_products(sum: &SplitProducts, a: Window, b: Window) -> Dyadic {
        let unit = a.unit_exponent() + b.unit_exponent();
        Dyadic::scaled(sum.high, unit + 2 * SPLIT_EXPONENT)
            .plus(&Dyadic::scaled(sum.middle, unit + SPLIT_EXPONENT))
            .plus(&Dyadic::scaled(sum.low, unit))
    }
}

/// Any finite float, by superaccumulator.
#[derive(Debug, Clone, Copy, Default)]
pub struct Wide;

impl Lane for Wide {
    type Value = f64;
    type Sum = FloatSum;
    type Products = FloatSum;

    #[inline]
    fn of_f64(_: Scale, value: f64) -> f64 {
        value
    }
    /// Beyond 2⁵³ the nearest float: a column of whole numbers needs this lane only beside one of wide floats.
    #[inline]
    fn of_i64(value: i64) -> f64 {
        value as f64
    }
    #[inline]
    fn add(sum: &mut FloatSum, value: f64) {
        sum.add(value);
    }
    #[inline]
    fn add_product(sum: &mut FloatSum, a: f64, b: f64) {
        sum.add_product(a, b);
    }
    fn merge(sum: &mut FloatSum, other: &FloatSum) {
        sum.merge(other);
    }
    fn merge_products(sum: &mut FloatSum, other: &FloatSum) {
        sum.merge(other);
    }
    fn exact(sum: &FloatSum, _: Window) -> Dyadic {
        sum.exact()
    }
    fn exact_products(sum: &FloatSum, _: Window, _: Window) -> Dyadic {
        sum.exact()
    }
}

#[inline]
fn product(a: i64, b: i64) -> i128 {
    i128::from(a).wrapping_mul(i128::from(b))
}
