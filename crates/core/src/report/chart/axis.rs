//! Axes: which stretch of numbers a chart shows, and where its ticks stand.

use serde::{Deserialize, Serialize};

/// Beyond this nothing is drawn to scale.
const LARGEST: f64 = 1e300;
/// About so many steps between ticks.
const STEPS: f64 = 5.0;

/// An axis of numbers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Axis {
    /// What stands along it.
    pub title: String,
    /// Unit of the numbers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// Decimals of values.
    pub decimals: u32,
    /// Lowest number shown.
    pub low: f64,
    /// Highest number shown; always above `low`.
    pub high: f64,
    /// Where ticks stand, upwards, within the axis.
    pub ticks: Vec<f64>,
    /// Decimals of ticks.
    pub tick_decimals: u32,
}

/// What an axis is made from.
#[derive(Debug, Clone, Default)]
pub(super) struct AxisInput {
    pub(super) title: String,
    pub(super) unit: Option<String>,
    pub(super) decimals: u32,
    /// Lowest and highest number that can be.
    pub(super) bounds: Option<(f64, f64)>,
    /// Numbers that must be on it.
    pub(super) values: Vec<f64>,
    /// Numbers that are on it as long as the others stay readable: ends of ranges. What lies further is cut off.
    pub(super) ends: Vec<f64>,
}

impl Axis {
    /// An axis with round ticks over all values, and over ends of ranges that lie no further out than the stretch of the
    /// values itself.
    pub(super) fn over(input: AxisInput) -> Self {
        let finite = |value: &f64| value.is_finite() && value.abs() <= LARGEST;
        let (mut low, mut high) =
            extent(input.values.iter().copied().filter(|value| finite(value))).unwrap_or((0.0, 1.0));
        let span = if same(low, high) {
            extent(input.ends.iter().copied().filter(|value| finite(value))).map_or(0.0, |(a, b)| b - a)
        } else {
            high - low
        };
        if let Some((end_low, end_high)) = extent(input.ends.iter().copied().filter(|value| finite(value))) {
            low = low.min(end_low.max(low - span));
            high = high.max(end_high.min(high + span));
        }
        if same(low, high) {
            let around = (low.abs() * 0.1).max(if input.decimals == 0 { 1.0 } else { 0.5 });
            (low, high) = (low - around, high + around);
        }
        let (factor, power) = step(high - low);
        let at = |index: f64| tick(index, factor, power);
        let one = at(1.0);
        let (mut first, mut last) = ((low / one).floor(), (high / one).ceil());
        if last <= first {
            last = first + 1.0;
        }
        let (mut from, mut to) = (at(first), at(last));
        // A share does not go beyond 100.
        if let Some((least, most)) = input.bounds {
            if from < least && low >= least && least < to {
                from = least;
                first = (least / one).ceil();
            }
            if to > most && high <= most && most > from {
                to = most;
                last = (most / one).floor();
            }
        }
        let count = (last - first).clamp(0.0, 20.0) as u32;
        let ticks = (0..=count)
            .map(|index| at(first + f64::from(index)) + 0.0)
            .filter(|tick| (from..=to).contains(tick))
            .collect();
        Self {
            title: input.title,
            unit: input.unit,
            decimals: input.decimals,
            low: from.min(low) + 0.0,
            high: to.max(high) + 0.0,
            ticks,
            tick_decimals: power.min(0).unsigned_abs(),
        }
    }

    /// The axis with zero, or with the end of the scale that is nearest to it, on it: where bars start.
    pub(super) fn with_start(mut input: AxisInput) -> (Self, f64) {
        let start = match input.bounds {
            Some((low, high)) if low > 0.0 || high < 0.0 => {
                if low > 0.0 {
                    low
                } else {
                    high
                }
            }
            _ => 0.0,
        };
        input.values.push(start);
        (Self::over(input), start)
    }

    /// The title with its unit: `Cost to serve, USD per customer`.
    #[must_use]
    pub fn heading(&self) -> String {
        match &self.unit {
            Some(unit) if !unit.is_empty() => format!("{}, {unit}", self.title),
            _ => self.title.clone(),
        }
    }
}

/// Lowest and highest.
pub(super) fn extent(values: impl Iterator<Item = f64>) -> Option<(f64, f64)> {
    values.fold(None, |found, value| match found {
        None => Some((value, value)),
        Some((low, high)) => Some((value.min(low), value.max(high))),
    })
}

/// Whether two numbers cannot be told apart on paper.
fn same(low: f64, high: f64) -> bool {
    high - low <= 1e-9 * low.abs().max(high.abs())
}

/// A round step for a stretch: 1, 2 or 5, and the power of ten.
fn step(span: f64) -> (f64, i32) {
    let raw = span / STEPS;
    let (mut size, mut power) = (1.0_f64, 0_i32);
    while size * 10.0 <= raw && power < 300 {
        size *= 10.0;
        power += 1;
    }
    while size > raw && power > -300 {
        power -= 1;
        size = tick(1.0, 1.0, power);
    }
    let digits = raw / size;
    if digits <= 1.5 {
        (1.0, power)
    } else if digits <= 3.5 {
        (2.0, power)
    } else if digits <= 7.5 {
        (5.0, power)
    } else {
        (1.0, power + 1)
    }
}

/// `index × factor × 10^power`, rounded once: 0.3, and not 0.30000000000000004.
fn tick(index: f64, factor: f64, power: i32) -> f64 {
    let mut size = 1.0_f64;
    for _ in 0..power.unsigned_abs() {
        size *= 10.0;
    }
    if power < 0 {
        index * factor / size
    } else {
        index * factor * size
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn over(values: &[f64], bounds: Option<(f64, f64)>) -> Axis {
        Axis::over(AxisInput {
            values: values.to_vec(),
            bounds,
            ..AxisInput::default()
        })
    }

    #[test]
    fn ticks_are_round() {
        let axis = over(&[37.2, 44.9], None);
        assert_eq!((axis.low, axis.high), (36.0, 46.0));
        assert_eq!(axis.ticks, [36.0, 38.0, 40.0, 42.0, 44.0, 46.0]);
        let small = over(&[0.11, 0.52], None);
        assert_eq!(small.ticks, [0.1, 0.2, 0.3, 0.4, 0.5, 0.6]);
        assert_eq!(small.tick_decimals, 1);
        assert_eq!(
            over(&[1.2e6, 4.4e6], None).ticks,
            [1e6, 1.5e6, 2e6, 2.5e6, 3e6, 3.5e6, 4e6, 4.5e6]
        );
    }

    #[test]
    fn a_share_ends_at_100() {
        let axis = over(&[71.0, 99.0], Some((0.0, 100.0)));
        assert_eq!((axis.low, axis.high), (70.0, 100.0));
        let axis = over(&[2.0, 3.9], Some((1.0, 4.0)));
        assert_eq!((axis.low, axis.high), (2.0, 4.0));
    }

    #[test]
    fn a_long_range_does_not_squeeze_the_values() {
        let axis = Axis::over(AxisInput {
            values: vec![40.0, 50.0],
            ends: vec![-1000.0, 55.0],
            ..AxisInput::default()
        });
        assert_eq!((axis.low, axis.high), (30.0, 55.0));
    }

    proptest! {
        #[test]
        fn every_value_is_on_the_axis(values in proptest::collection::vec(any::<f64>(), 0..6), low in -10.0..0.0_f64, wide in 0.1..300.0_f64) {
            for bounds in [None, Some((low, low + wide))] {
                let axis = over(&values, bounds);
                prop_assert!(axis.low < axis.high, "{axis:?}");
                prop_assert!(axis.low.is_finite() && axis.high.is_finite());
                for value in values.iter().filter(|value| value.abs() <= LARGEST) {
                    prop_assert!((axis.low..=axis.high).contains(value), "{value} {axis:?}");
                }
                for tick in &axis.ticks {
                    prop_assert!((axis.low..=axis.high).contains(tick), "{tick} {axis:?}");
                }
            }
        }
    }
}
