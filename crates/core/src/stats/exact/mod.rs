//! Sums that do not round: the same bits for any order of rows, any grouping into parts, any number of threads.
//!
//! A column is scanned once for its [`Window`]; the window names the fastest [`Lane`] that is exact. Within the loop over
//! rows a cell's [`Total`], [`Moments`] or [`Comoments`] add integers; at the end they become [`Dyadic`] numbers, from which
//! means, variances and correlations are rounded once. [`ExponentSums`] needs no window and is the fastest for floats in
//! few cells. [`WeightedMoments`] does the same for weighted rows.
//!
//! ```
//! use bellwether::stats::exact::{Lane, LaneKind, Moments, Narrow, Window};
//!
//! let answers = [9.0, 10.0, 6.5, 3.0];
//! let window = Window::scan(&answers, |_| true);
//! assert_eq!(window.lane(), LaneKind::Narrow);
//!
//! let scale = window.scale();
//! let mut cell = Moments::<Narrow>::default();
//! for answer in answers {
//!     cell.add(Narrow::of_f64(scale, answer));
//! }
//! assert_eq!(cell.exact(window).mean(), Some(7.125));
//! ```

mod doubled;
mod dyadic;
mod exponents;
mod float_sum;
mod lane;
mod moments;
mod weighted;
mod window;

pub use doubled::{Doubled, sum_of_squares};
pub use dyadic::Dyadic;
pub use exponents::{
    ByExponent, Carried, ExponentPairs, ExponentSums, Gather, MantissaPairs, MantissaSums, Over, Wholes,
};
pub use float_sum::FloatSum;
pub use lane::{Lane, Narrow, Split, SplitProducts, Wide};
pub use moments::{Comoments, ExactComoments, ExactMoments, Moments, Total};
pub use weighted::{ExactWeighted, WeightedMoments};
pub use window::{LaneKind, Scale, SplitInt, Window};

/// Sign, mantissa below 2⁵³ and exponent of a finite number, which is ± mantissa · 2^exponent.
#[inline]
fn parts(value: f64) -> Option<(bool, u64, i32)> {
    let bits = value.to_bits();
    let field = (bits >> 52) as u32 & 0x7ff;
    let fraction = bits & ((1 << 52) - 1);
    if field == 0x7ff {
        return None;
    }
    // Subnormal numbers have no hidden bit, and the exponent of the least normal number.
    let mantissa = fraction | (u64::from(field != 0) << 52);
    Some((value.is_sign_negative(), mantissa, field.max(1).cast_signed() - 1075))
}

#[cfg(test)]
mod tests;
