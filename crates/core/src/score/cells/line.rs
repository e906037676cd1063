//! Where a score is a straight line of its parts.

use super::{Scorer, Scores};
use crate::definition::Aggregation;
use crate::measure::CellKey;
use crate::score::mix::{self, Rules};
use crate::score::normalise::Normaliser;
use crate::score::plan::Thing;

impl Scorer<'_> {
    /// How far a score moves with each metric that it mixes, in a cell: metric and slope, a metric for each part. `between` gives the
    /// lowest and the highest value that a metric may take; none: it stays as it is.
    ///
    /// `None` where the score is no plain mix of metrics (other scores, another mean, limits, values set by hand), or where a
    /// metric leaves the ends of its scale between those values.
    #[must_use]
    pub fn slopes(
        &self,
        index: usize,
        key: &CellKey,
        scores: &Scores,
        between: &dyn Fn(usize) -> Option<(f64, f64)>,
    ) -> Option<Vec<(usize, f64)>> {
        let score = self.card.scores.get(index)?;
        let plain = score.aggregation == Aggregation::Arithmetic
            && score.limits.is_empty()
            && score.overrides.is_empty()
            && score.mix_each.is_none();
        plain.then_some(())?;
        let (_, inputs, normalisers) = self.inputs(index, score, (key, usize::MAX), scores);
        let weights = mix::weights(&Rules::of(score), &inputs);
        let whole: f64 = weights.iter().map(|(weight, _)| weight).sum();
        let mut slopes = Vec::new();
        let parts = self.parts.get(index)?.iter().zip(&normalisers).zip(&weights);
        for ((part, normaliser), (weight, own)) in parts {
            let Thing::Metric(metric) = part.of else { return None };
            let Some((low, high)) = between(metric).filter(|_| *own) else {
                continue;
            };
            let Some(Normaliser::Line { zero, hundred }) = normaliser else {
                return None;
            };
            let scale = zero.min(*hundred)..=zero.max(*hundred);
            let leaves = !scale.contains(&low) || !scale.contains(&high);
            if leaves && !score.unclamped {
                return None;
            }
            slopes.push((metric, weight / whole * 100.0 / (hundred - zero)));
        }
        (whole > 0.0).then_some(slopes)
    }
}
