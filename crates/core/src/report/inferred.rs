//! What was inferred, as the report shows it: tests of change, ranges of scores, splits, limits of series.

use super::model::{Change, ChangePart, ChangeSplit, ChangeVerdict, ProcessResult, SignalResult};
use crate::inference::{LEVEL, MixSplit, Range, Series, Test, Verdict};
use crate::measure::{Axes, Interval};
use crate::score::place;
use crate::stats::process::Signal;

/// A change with its test.
pub(super) fn tested(change: Change, test: &Test) -> Change {
    Change {
        verdict: match test.verdict {
            Verdict::Up => ChangeVerdict::Up,
            Verdict::Down => ChangeVerdict::Down,
            Verdict::NoChangeShown => ChangeVerdict::NoChangeShown,
            Verdict::NotTested => ChangeVerdict::NotTested,
        },
        interval: test.interval.map(|interval| Interval {
            low: interval.low,
            high: interval.high,
            level: LEVEL,
            method: test.method.unwrap_or_default().into(),
        }),
        p: test.p,
        reason: test.reason.clone(),
        ..change
    }
}

/// The range of a score or of a formula.
pub(super) fn interval(range: &Range) -> Option<Interval> {
    match range {
        Range::Of(interval, method) => Some(Interval {
            low: interval.low + 0.0,
            high: interval.high + 0.0,
            level: LEVEL,
            method: (*method).into(),
        }),
        Range::None(_) => None,
    }
}

/// Splits with the names of segments and values; most moved first.
pub(super) fn splits(axes: &Axes, splits: &[MixSplit]) -> Vec<ChangeSplit> {
    let named = |split: &MixSplit| {
        Some(ChangeSplit {
            segment: axes.segments.get(usize::from(split.segment))?.name.clone(),
            mix: split.mix,
            rate: split.rate,
            parts: split
                .parts
                .iter()
                .filter_map(|part| {
                    Some(ChangePart {
                        value: place::value_text(axes, split.segment, part.value)?.to_owned(),
                        mix: part.mix,
                        rate: part.rate,
                    })
                })
                .collect(),
        })
    };
    splits.iter().filter_map(named).collect()
}

/// The limits of a series, with the values that stand out. None lies beyond the ends of the scale, where no value could.
pub(super) fn process(axes: &Axes, series: &Series, scale: Option<(f64, f64)>) -> Option<ProcessResult> {
    let steps = &axes.periods.first()?.steps;
    let signals = series
        .steps
        .iter()
        .zip(&series.values)
        .zip(&series.limits.signals)
        .filter_map(|((step, value), signal)| {
            Some(SignalResult {
                period: steps.get(*step as usize)?.label.to_string(),
                value: *value,
                why: match (*signal)? {
                    Signal::Outside => "outside the limits",
                    Signal::Run => "one of eight or more in a row on one side of the mean",
                    Signal::NearLimit => "one of three of four in a row near a limit",
                }
                .to_owned(),
            })
        })
        .collect();
    let limits = &series.limits.limits;
    let (low, high) = match scale {
        // Not where values leave the scale themselves.
        Some((lowest, highest)) if series.values.iter().all(|value| (lowest..=highest).contains(value)) => {
            (limits.low.max(lowest), limits.high.min(highest))
        }
        _ => (limits.low, limits.high),
    };
    Some(ProcessResult {
        points: series.values.len() as u64,
        mean: series.limits.mean + 0.0,
        low: low + 0.0,
        high: high + 0.0,
        provisional: series.limits.provisional,
        signals,
    })
}
