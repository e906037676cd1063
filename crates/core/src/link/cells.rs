//! Where metric and outcome share no entity: cells of segment and period, the metric's a lag before the outcome's.

use super::fit::{Columns, Sample, analyse};
use super::frame::span_words;
use super::model::LinkAnalysis;
use crate::definition::Duration;
use crate::measure::{Axes, CellKey, PeriodKey, PeriodStep, days_before};

/// More cells than this are not looked at: segments of a thousand values are no segments.
const MOST_CELLS: usize = 4_000;

/// What cells are compared.
pub(super) struct CellLink<'a> {
    pub(super) axes: &'a Axes,
    /// The value of the metric in a cell, where it has one that counts.
    pub(super) metric: &'a dyn Fn(&CellKey) -> Option<f64>,
    /// The value of the outcome.
    pub(super) outcome: &'a dyn Fn(&CellKey) -> Option<f64>,
    pub(super) lag: Option<Duration>,
    /// Which sign the card claims.
    pub(super) claimed: f64,
}

/// A pair of values with the segment value and the step that it is of.
struct Pair {
    segment: u32,
    step: usize,
    metric: f64,
    outcome: f64,
}

impl CellLink<'_> {
    /// The link over the cells of the segment that gives most of them.
    pub(super) fn analyse(&self) -> LinkAnalysis {
        let steps: &[PeriodStep] = match self.axes.periods.first() {
            Some(axis) if axis.period.rolling <= 1 && axis.period.to_date.is_none() => &axis.steps,
            _ => &[],
        };
        if steps.is_empty() {
            return LinkAnalysis::refused(
                "cells",
                "metric and outcome share no entity, and no calendar tells periods apart",
            );
        }
        let mut best: (Option<u16>, Vec<Pair>) = (None, self.pairs(steps, None));
        for segment in 0..self.axes.segments.len() as u16 {
            let pairs = self.pairs(steps, Some(segment));
            if pairs.len() > best.1.len() {
                best = (Some(segment), pairs);
            }
        }
        let (segment, pairs) = best;
        let name = segment
            .and_then(|at| self.axes.segments.get(usize::from(at)))
            .map(|axis| axis.name.as_str());
        let of = match name {
            Some(name) => format!("cells of {name} and period"),
            None => "periods".to_owned(),
        };
        let controls = [
            held(&pairs, |pair| pair.segment as usize),
            held(&pairs, |pair| pair.step),
        ]
        .concat();
        let outcome: Vec<f64> = pairs.iter().map(|pair| pair.outcome).collect();
        let metric: Vec<f64> = pairs.iter().map(|pair| pair.metric).collect();
        let controls: Vec<(String, Vec<f64>)> = if segment.is_some() { controls } else { Vec::new() };
        let sample = Sample::new(&Columns {
            outcome: &outcome,
            metric: &metric,
            controls: &controls,
            weights: None,
            groups: None,
            places: None,
            binary: false,
        });
        let precedes = self.lag.is_some_and(|lag| {
            let step = steps.last();
            step.is_some_and(|step| days_before(step.start.0, lag) < step.start.0)
        });
        let mut made = analyse(&sample, &of, precedes, self.claimed);
        made.notes.push(match name {
            Some(name) => format!(
                "no entity has both: compared over cells, with what is common to a {name} or to a period held constant"
            ),
            None => "no entity has both: compared over periods, where both may follow one trend".to_owned(),
        });
        if let Some(lag) = self.lag {
            made.window = Some(format!("the cell {} before", span_words(lag)));
        }
        made
    }

    fn pairs(&self, steps: &[PeriodStep], segment: Option<u16>) -> Vec<Pair> {
        let values = segment.map_or(1, |at| {
            self.axes
                .segments
                .get(usize::from(at))
                .map_or(0, |axis| axis.values.len())
        });
        let mut pairs = Vec::new();
        if values * steps.len() > MOST_CELLS {
            return pairs;
        }
        for value in 0..values as u32 {
            let key = |step: usize| CellKey {
                period: Some(PeriodKey {
                    axis: 0,
                    step: step as u32,
                }),
                segments: segment.map(|segment| (segment, value)).into_iter().collect(),
            };
            for (at, step) in steps.iter().enumerate().filter(|(_, step)| step.complete) {
                let before = match self.lag {
                    None => Some(at),
                    Some(lag) => {
                        let day = days_before(step.start.0, lag);
                        steps.iter().position(|step| step.start.0 <= day && day <= step.end.0)
                    }
                };
                let found = before.and_then(|before| Some(((self.metric)(&key(before))?, (self.outcome)(&key(at))?)));
                if let Some((metric, outcome)) = found {
                    pairs.push(Pair {
                        segment: value,
                        step: at,
                        metric,
                        outcome,
                    });
                }
            }
        }
        pairs
    }
}

/// A column for each value but the first of what is held constant.
fn held(pairs: &[Pair], of: impl Fn(&Pair) -> usize) -> Vec<(String, Vec<f64>)> {
    let mut values: Vec<usize> = pairs.iter().map(&of).collect();
    values.sort_unstable();
    values.dedup();
    let column = |value: &usize| {
        pairs
            .iter()
            .map(|pair| f64::from(u8::from(of(pair) == *value)))
            .collect()
    };
    values
        .iter()
        .skip(1)
        .map(|value| (String::new(), column(value)))
        .collect()
}
