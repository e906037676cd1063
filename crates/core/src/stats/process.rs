//! Signal and noise in a series: the process behaviour chart for individual values and moving ranges (XmR).

use super::Interval;

/// Three standard deviations in mean moving ranges: 3 / 1.128, as Wheeler tabulates it.
const LIMIT: f64 = 2.66;
/// The upper limit of the moving range in mean moving ranges.
const RANGE_LIMIT: f64 = 3.267;
/// Fewer values than this have no limits.
pub const LEAST: usize = 6;
/// With fewer values than this, limits are provisional.
pub const FIRM: usize = 17;

/// Why a value of a series is a signal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signal {
    /// It lies outside the limits.
    Outside,
    /// It is one of eight or more in a row on one side of the mean.
    Run,
    /// It is one of three of four in a row that lie in the outer half between mean and one limit.
    NearLimit,
}

/// The limits of a series, and what stands out.
#[derive(Debug, Clone, PartialEq)]
pub struct ProcessLimits {
    /// The mean of the values.
    pub mean: f64,
    /// The mean moving range.
    pub mean_range: f64,
    /// mean ± 2.66 · mean moving range: where values of an unchanged process lie.
    pub limits: Interval,
    /// 3.267 · mean moving range: a greater step between neighbours is a signal by itself.
    pub range_limit: f64,
    /// Whether there are fewer than 17 values, so that limits will still move.
    pub provisional: bool,
    /// The strongest signal of each value, in the order of the series.
    pub signals: Vec<Option<Signal>>,
    /// Whether the step from the value before is a signal, in the order of the series; never for the first.
    pub steps: Vec<bool>,
}

/// The limits of values in order of time.
///
/// Shewhart's chart of individuals with the rules of Wheeler 1993 (Understanding variation) and Wheeler and Chambers 1992:
/// a value outside the limits; eight in a row on one side of the mean; three of four in a row nearer to one limit than to the
/// mean. A value on the mean breaks a run. `None` for fewer than 6 values or one that is not finite; the caller leaves out
/// missing values (neighbours are then those that are there). A constant series has limits of no width and no signals.
///
/// ```
/// use bellwether::stats::process::{Signal, process_limits};
///
/// let weekly = [40.0, 42.0, 39.0, 41.0, 40.0, 43.0, 41.0, 39.0, 60.0];
/// let chart = process_limits(&weekly).unwrap();
/// assert_eq!(chart.signals.last(), Some(&Some(Signal::Outside)));
/// assert!(chart.provisional && process_limits(&weekly[..5]).is_none());
/// ```
#[must_use]
pub fn process_limits(values: &[f64]) -> Option<ProcessLimits> {
    (values.len() >= LEAST && values.iter().all(|value| value.is_finite())).then_some(())?;
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let ranges: Vec<f64> = values
        .iter()
        .zip(values.iter().skip(1))
        .map(|(before, after)| (after - before).abs())
        .collect();
    let mean_range = ranges.iter().sum::<f64>() / (n - 1.0);
    let limits = Interval {
        low: mean - LIMIT * mean_range,
        high: mean + LIMIT * mean_range,
    };
    let range_limit = RANGE_LIMIT * mean_range;
    (limits.low.is_finite() && limits.high.is_finite() && range_limit.is_finite()).then_some(())?;
    // What a rounded mean adds to a constant series is no signal.
    let noise = 1e-12 * values.iter().fold(mean.abs(), |most, value| most.max(value.abs()));
    let mut signals: Vec<Option<Signal>> = vec![None; values.len()];
    near_limits(values, mean, &limits, noise, &mut signals);
    runs(values, mean, noise, &mut signals);
    for (value, signal) in values.iter().zip(&mut signals) {
        if *value < limits.low - noise || *value > limits.high + noise {
            *signal = Some(Signal::Outside);
        }
    }
    let steps = std::iter::once(false)
        .chain(ranges.iter().map(|range| *range > range_limit + noise))
        .collect();
    Some(ProcessLimits {
        mean,
        mean_range,
        limits,
        range_limit,
        provisional: values.len() < FIRM,
        signals,
        steps,
    })
}

fn near_limits(values: &[f64], mean: f64, limits: &Interval, noise: f64, signals: &mut [Option<Signal>]) {
    let (low, high) = (f64::midpoint(mean, limits.low), f64::midpoint(mean, limits.high));
    let sides: [&dyn Fn(f64) -> bool; 2] = [&|value| value < low - noise, &|value| value > high + noise];
    for side in sides {
        for (start, four) in values.windows(4).enumerate() {
            if four.iter().filter(|&&value| side(value)).count() < 3 {
                continue;
            }
            for (value, signal) in four.iter().zip(signals.iter_mut().skip(start)) {
                if side(*value) {
                    *signal = Some(Signal::NearLimit);
                }
            }
        }
    }
}

fn runs(values: &[f64], mean: f64, noise: f64, signals: &mut [Option<Signal>]) {
    let side = |value: f64| {
        if value > mean + noise {
            1
        } else if value < mean - noise {
            -1
        } else {
            0
        }
    };
    let mut start = 0;
    for run in values.chunk_by(|a, b| side(*a) == side(*b)) {
        if run.len() >= 8 && run.first().is_some_and(|&value| side(value) != 0) {
            for signal in signals.iter_mut().skip(start).take(run.len()) {
                *signal = Some(Signal::Run);
            }
        }
        start += run.len();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::reference::{close, rows};

    #[test]
    fn agrees_with_a_second_writing() {
        for row in rows(include_str!("../../../../tests/reference/process.csv")) {
            let chart = process_limits(&row.list("values")).unwrap();
            close(chart.mean, row.number("mean"), 1e-13, &row);
            close(chart.limits.low, row.number("low"), 1e-12, &row);
            close(chart.limits.high, row.number("high"), 1e-12, &row);
            close(chart.range_limit, row.number("range_limit"), 1e-12, &row);
            let letters: String = chart
                .signals
                .iter()
                .map(|signal| match signal {
                    None => '.',
                    Some(Signal::Outside) => 'o',
                    Some(Signal::Run) => 'r',
                    Some(Signal::NearLimit) => 'n',
                })
                .collect();
            assert_eq!(letters, row.text("signals"), "{row:?}");
            let steps: String = chart.steps.iter().map(|step| if *step { 's' } else { '.' }).collect();
            assert_eq!(steps, row.text("steps"), "{row:?}");
        }
    }

    #[test]
    fn short_and_constant() {
        assert_eq!(process_limits(&[1.0; 5]), None);
        assert_eq!(process_limits(&[1.0, 2.0, f64::NAN, 1.0, 2.0, 1.0]), None);
        let flat = process_limits(&[0.1; 30]).unwrap();
        assert!(!flat.provisional && flat.signals.iter().all(Option::is_none));
    }
}
