//! The change of a headline, split into what the segments did and how their mix shifted.

use super::Ground;
use crate::definition::{MeasureFunction, MeasureKind};
use crate::measure::{CellKey, PeriodKey, State};
use crate::stats::decompose::{Group, split};

/// The split of a metric's change by one segment.
#[derive(Debug, Clone, PartialEq)]
pub struct MixSplit {
    /// The segment, by its index on the axes.
    pub segment: u16,
    /// What the shift of rows between the segment's values gives.
    pub mix: f64,
    /// What the changes within them give.
    pub rate: f64,
    /// Mix and rate of each value.
    pub parts: Vec<SplitPart>,
}

/// What one value of a segment gives to a change.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SplitPart {
    /// The value, by its index on the axis.
    pub value: u32,
    /// By its share of rows.
    pub mix: f64,
    /// By its own change.
    pub rate: f64,
}

/// Splits the change of a metric's total by each segment whose values add up to it. Only measures that are means over rows
/// are split, those whose n is the denominator; and only where no value is hidden.
pub(super) fn splits(ground: &Ground<'_, '_>, metric: usize) -> Vec<MixSplit> {
    let (card, measures) = (ground.card, ground.measures);
    let (Some(declared), Some(cells)) = (card.metrics.get(metric), measures.metrics.get(metric)) else {
        return Vec::new();
    };
    let (Some(now), Some(then)) = (ground.now, ground.then) else {
        return Vec::new();
    };
    if !is_mean_over_rows(&declared.measure.kind) {
        return Vec::new();
    }
    let segments = 0..u16::try_from(measures.axes.segments.len()).unwrap_or(u16::MAX);
    segments
        .filter(|segment| ground.is_shown(metric, &[*segment]))
        .filter_map(|segment| {
            let values = measures.axes.segments.get(usize::from(segment))?.values.len();
            (values >= 2).then_some(())?;
            let cell = |period: PeriodKey, segments: Vec<(u16, u32)>| {
                cells.cells.get(&CellKey {
                    period: Some(period),
                    segments,
                })
            };
            let mut groups = Vec::new();
            for value in 0..values as u32 {
                let (a, b) = (cell(then, vec![(segment, value)])?, cell(now, vec![(segment, value)])?);
                let hidden = |state: State| !state.has_value() && state != State::Missing;
                if hidden(a.state) || hidden(b.state) || a.n_effective.is_some() || b.n_effective.is_some() {
                    return None;
                }
                groups.push(Group {
                    size_then: a.n as f64,
                    rate_then: a.value,
                    size_now: b.n as f64,
                    rate_now: b.value,
                });
            }
            let (whole_then, whole_now) = (cell(then, Vec::new())?, cell(now, Vec::new())?);
            let adds_up = |whole: u64, of: fn(&Group) -> f64| groups.iter().map(of).sum::<f64>() == whole as f64;
            // A row may bear several values of a segment through another table: then the parts are not a split.
            (adds_up(whole_then.n, |group| group.size_then) && adds_up(whole_now.n, |group| group.size_now))
                .then_some(())?;
            let change = whole_now.value? - whole_then.value?;
            let made = split(&groups)?;
            ((made.change - change).abs() <= 1e-6 * change.abs().max(1.0)).then(|| MixSplit {
                segment,
                mix: made.mix + 0.0,
                rate: made.rate + 0.0,
                parts: made
                    .groups
                    .iter()
                    .zip(0..)
                    .map(|((mix, rate), value)| SplitPart {
                        value,
                        mix: mix + 0.0,
                        rate: rate + 0.0,
                    })
                    .collect(),
            })
        })
        .collect()
}

/// Whether a measure is the mean of something over its rows, so that cells weigh by their n.
fn is_mean_over_rows(kind: &MeasureKind) -> bool {
    use MeasureFunction as F;
    let MeasureKind::Aggregate(aggregate) = kind else {
        return false;
    };
    matches!(
        aggregate.function,
        F::Rate
            | F::Mean
            | F::Nps
            | F::Net
            | F::TopBox
            | F::BottomBox
            | F::AtLeast
            | F::CesMean
            | F::CesAgree
            | F::CesNet
    )
}
