//! Facts about the parts of scores: scale, direction, weight.

use super::plan::PartPlan;
use crate::definition::{Direction, MeasureKind, Metric, Score};
use crate::measure::Measures;

/// Whether a metric's n counts rows: plain numbers and values of other cards have none.
pub(super) fn has_rows(metric: &Metric) -> bool {
    fn any(measure: &crate::definition::Measure) -> bool {
        match &measure.kind {
            MeasureKind::Number(_) | MeasureKind::ValueFrom { .. } => false,
            MeasureKind::Aggregate(_) => true,
            MeasureKind::Arithmetic(_, left, right) => any(left) || any(right),
            MeasureKind::Negate(inner) | MeasureKind::Per(inner, _) => any(inner),
            MeasureKind::Across { measure, .. } => any(measure),
        }
    }
    any(&metric.measure)
}

/// The scale of a metric: the card's, or that which its measure has by nature.
#[must_use]
pub fn scale_of(metric: &Metric, measures: &Measures, index: usize) -> Option<(f64, f64)> {
    let natural = measures.metrics.get(index).and_then(|cells| cells.bounds);
    metric
        .scale
        .as_ref()
        .map(|scale| scale.value)
        .or(natural)
        .filter(|(low, high)| low.is_finite() && high.is_finite())
}

/// The direction of a metric: the card's, or that which its measure has by nature.
#[must_use]
pub fn direction_of(metric: &Metric, measures: &Measures, index: usize) -> Option<Direction> {
    let natural = measures.metrics.get(index).and_then(|cells| cells.direction);
    metric.direction.as_ref().map(|direction| direction.value).or(natural)
}

/// The weight of a part where some segment values hold: the card's, or that of the last that has its own.
pub(super) fn weight_for(score: &Score, part: &PartPlan<'_>, holds: impl Fn(&str, &str) -> bool) -> f64 {
    let own = |weights: &crate::definition::WeightsFor| {
        let named = weights
            .weights
            .iter()
            .find(|(name, _)| name == part.name)
            .map(|(_, weight)| *weight)?;
        holds(&weights.segment.value, &weights.value.value).then_some(named)
    };
    score.weights_for.iter().rev().find_map(own).unwrap_or(part.weight)
}
