//! Statistics as pure functions on slices, counts and exact sums.
//!
//! Imports: `libm` only. Never: any other module of this crate, a clock, a random source.
//!
//! What a function cannot answer (no rows, a constant column, a wrong argument) is `None` or a named variant, never NaN
//! or infinity. Shares are percentages from 0 to 100, net scores points from −100 to 100. A `level` is the confidence of
//! an interval as a fraction, 0.95 for 95 %.

pub mod agreement;
pub mod clv;
pub mod composite;
pub mod correlate;
pub mod decompose;
pub mod difference;
pub mod distribution;
pub mod exact;
pub mod importance;
pub mod influence;
pub mod linear_algebra;
pub mod linearise;
pub mod log_rank;
pub mod logistic;
pub mod math;
pub mod mean;
pub mod multiple;
pub mod nps;
pub mod population;
pub mod power;
pub mod process;
pub mod proportion;
pub mod quantile;
pub mod raking;
pub mod random;
pub mod ratio;
pub mod regression;
pub mod resample;
pub mod roc;
pub mod simulation;
pub mod survival;
pub mod weight;

#[cfg(test)]
pub(crate) mod reference;

/// A confidence interval, in the unit of the estimate.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    /// The lower end.
    pub low: f64,
    /// The upper end; never below `low`.
    pub high: f64,
}

/// The normal quantile that cuts off half of `1 − level` on each side: 1.959964 for 0.95. `None` unless 0 < level < 1.
fn two_sided_z(level: f64) -> Option<f64> {
    (level > 0.0 && level < 1.0).then_some(())?;
    math::normal_quantile(f64::midpoint(1.0, level))
}
