//! What survey weights cost.

use super::exact::{Dyadic, ExactMoments};

/// Kish's effective number of rows, (Σw)² / Σw², from the moments of the weights.
///
/// n for equal weights, less the more they differ, 1 when a single row has them all. Rows of weight 0 do not matter.
/// `None` when n = 0 or all weights are 0. Kish 1965, Survey Sampling, section 11.7.
#[must_use]
pub fn kish_n(weights: &ExactMoments) -> Option<f64> {
    kish_n_of(&weights.sum, &weights.squares)
}

/// Kish's effective number of rows from Σw and Σw².
#[must_use]
pub fn kish_n_of(sum: &Dyadic, squares: &Dyadic) -> Option<f64> {
    sum.times(sum).ratio(squares)
}
