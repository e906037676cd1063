//! What goes into a score in a cell: the values of its parts, their weights, and how each becomes 0–100.

use std::borrow::Cow;

use super::Scorer;
use super::Scores;
use crate::definition::{Direction, Goal, Normalise, Score};
use crate::measure::{CellKey, State};
use crate::score::facts::{direction_of, has_rows, scale_of, weight_for};
use crate::score::mix::PartInput;
use crate::score::normalise::{Normaliser, NotNormalisable, PartFacts};
use crate::score::plan::{self, PartPlan, Thing};
use crate::score::{goal, place};

/// The value of rows without one.
pub(super) const UNKNOWN: &str = "(unknown)";

/// What a part is in a cell.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reading {
    pub(super) value: Option<f64>,
    pub(super) state: State,
    n: Option<u64>,
}

impl Reading {
    const fn out_of_reach() -> Self {
        Self {
            value: None,
            state: State::NotApplicable,
            n: None,
        }
    }
}

impl<'a> Scorer<'a> {
    /// The parts of a score in a cell, which has perhaps this number among its cells: names, inputs, and how each became 0–100.
    pub(super) fn inputs(
        &self,
        index: usize,
        score: &Score,
        (key, at): (&CellKey, usize),
        scores: &Scores,
    ) -> (Vec<Cow<'a, str>>, Vec<PartInput>, Vec<Option<Normaliser>>) {
        let count = self.parts.get(index).map_or(0, Vec::len);
        let mut names = Vec::with_capacity(count);
        let mut inputs = Vec::with_capacity(count);
        let mut normalisers = Vec::with_capacity(count);
        for part in self.parts.get(index).into_iter().flatten() {
            let reading = self.reading_near(part.of, (key, at), scores);
            let (input, normaliser) = self.input(
                score,
                part.of,
                part.normalise,
                self.weight(score, part, key),
                reading,
                key,
                scores,
            );
            names.push(Cow::Borrowed(part.name));
            inputs.push(input);
            normalisers.push(normaliser);
        }
        let each = score.mix_each.as_ref();
        if let Some((each, of)) = each.and_then(|each| Some((each, plan::find(self.card, &each.of.value)?))) {
            for (value, place) in self.each_value(&each.segment.value, key) {
                let reading = place
                    .as_ref()
                    .map_or_else(Reading::out_of_reach, |place| self.reading(of, place, scores));
                let place = place.as_ref().unwrap_or(key);
                let (input, normaliser) = self.input(score, of, &each.normalise, 1.0, reading, place, scores);
                names.push(Cow::Owned(format!("{}: {value}", each.of.value)));
                inputs.push(input);
                normalisers.push(normaliser);
            }
        }
        (names, inputs, normalisers)
    }

    /// The values of a segment with the cell of each; in a cell of that very segment only its own value.
    fn each_value(&self, segment: &str, key: &CellKey) -> Vec<(String, Option<CellKey>)> {
        let axes = &self.measures.axes;
        let Some(index) = place::segment_index(axes, segment) else {
            return Vec::new();
        };
        if let Some((_, value)) = key.segments.iter().find(|(other, _)| *other == index) {
            let text = place::value_text(axes, index, *value).unwrap_or_default();
            return vec![(text.to_owned(), Some(key.clone()))];
        }
        let values = axes
            .segments
            .get(usize::from(index))
            .map_or(&[][..], |segment| segment.values.as_slice());
        values
            .iter()
            .zip(0_u32..)
            // Rows without a value are nobody's element.
            .filter(|(text, _)| text.as_str() != UNKNOWN)
            .map(|(text, value)| (text.clone(), place::with_segment(axes, key, index, value)))
            .collect()
    }

    #[expect(clippy::too_many_arguments, reason = "what a part is in a cell takes all of these")]
    fn input(
        &self,
        score: &Score,
        of: Thing,
        normalise: &Normalise,
        weight: f64,
        reading: Reading,
        key: &CellKey,
        scores: &Scores,
    ) -> (PartInput, Option<Normaliser>) {
        let resolved = self.normaliser(of, normalise, key, scores);
        let normaliser = resolved.as_ref().ok().cloned();
        let normalised = reading.value.and_then(|value| {
            normaliser
                .as_ref()
                .and_then(|normaliser| normaliser.apply(value, score.unclamped))
        });
        // A baseline that has no value in this cell leaves nothing to compare with: the part is missing here.
        let no_start = *normalise == Normalise::BaselineToTarget && resolved.is_err();
        let state = if no_start && reading.state.has_value() {
            State::Missing
        } else {
            reading.state
        };
        let value = reading.value.filter(|_| state.has_value());
        (
            PartInput {
                weight,
                value,
                normalised,
                state,
                n: reading.n,
            },
            normaliser,
        )
    }

    /// How a part becomes 0–100 in a cell.
    ///
    /// # Errors
    /// Says what is lacking.
    pub(super) fn normaliser(
        &self,
        of: Thing,
        normalise: &Normalise,
        key: &CellKey,
        scores: &Scores,
    ) -> Result<Normaliser, NotNormalisable> {
        let mut facts = self.facts(of);
        if *normalise == Normalise::BaselineToTarget
            && let Some(goal) = self.goal(of)
        {
            let axes = &self.measures.axes;
            facts.baseline = goal::baseline_of(goal, axes, key, |key| self.reading(of, key, scores).value);
            facts.target = goal::segment_target(goal, axes, key).or_else(|| goal::final_target(goal));
        }
        Normaliser::resolve(normalise, &facts)
    }

    /// Scale and direction of a part.
    fn facts(&self, of: Thing) -> PartFacts {
        match of {
            Thing::Score(_) => PartFacts {
                scale: Some((0.0, 100.0)),
                ..PartFacts::default()
            },
            Thing::Metric(index) => self
                .card
                .metrics
                .get(index)
                .map_or_else(PartFacts::default, |metric| PartFacts {
                    scale: scale_of(metric, self.measures, index),
                    lower_is_better: direction_of(metric, self.measures, index) == Some(Direction::Lower),
                    ..PartFacts::default()
                }),
        }
    }

    pub(super) fn goal(&self, of: Thing) -> Option<&'a Goal> {
        match of {
            Thing::Metric(index) => self.card.metrics.get(index).map(|metric| &metric.goal),
            Thing::Score(index) => self.card.scores.get(index).map(|score| &score.goal),
        }
    }

    /// The weight of a part in a cell: the card's, or that of the last segment value that has its own.
    fn weight(&self, score: &Score, part: &PartPlan<'_>, key: &CellKey) -> f64 {
        let axes = &self.measures.axes;
        let holds = |segment: &str, value: &str| {
            place::segment_index(axes, segment).is_some_and(|segment| {
                key.segments
                    .iter()
                    .any(|(other, index)| *other == segment && place::value_text(axes, segment, *index) == Some(value))
            })
        };
        weight_for(score, part, holds)
    }

    /// What a metric or score is in a cell.
    pub(super) fn reading(&self, of: Thing, key: &CellKey, scores: &Scores) -> Reading {
        self.reading_near(of, (key, usize::MAX), scores)
    }

    /// What a metric or score is in a cell, which has perhaps this number among its cells.
    fn reading_near(&self, of: Thing, (key, at): (&CellKey, usize), scores: &Scores) -> Reading {
        match of {
            Thing::Score(index) => match scores.cells.get(index).and_then(|cells| cells.get_near(key, at)) {
                Some(cell) => Reading {
                    value: cell.value,
                    state: cell.state,
                    n: Some(cell.n),
                },
                None => Reading::out_of_reach(),
            },
            Thing::Metric(index) => {
                match (self.measures.metrics.get(index)).and_then(|metric| metric.cells.get_near(key, at)) {
                    Some(cell) => {
                        let n = cell.n_denominator.map_or(cell.n, |other| other.min(cell.n));
                        let metric = self.card.metrics.get(index);
                        let assumed = || scores.assumed.get(&(index, key.clone())).copied();
                        let value = if scores.assumed.is_empty() {
                            cell.value
                        } else {
                            assumed().or(cell.value)
                        };
                        Reading {
                            value,
                            state: cell.state,
                            n: metric.is_some_and(has_rows).then_some(n),
                        }
                    }
                    None => Reading::out_of_reach(),
                }
            }
        }
    }
}
