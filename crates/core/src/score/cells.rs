//! Scores over cells: every score × segment values × period.

mod check;

use std::collections::{BTreeMap, BTreeSet};

use super::band::band_of;
use super::facts::{direction_of, has_rows, scale_of, weight_for};
use super::goal;
use super::limit::{self, Ruling};
use super::mix::{self, Mixed, PartInput, Rules};
use super::normalise::{Normaliser, NotNormalisable, PartFacts};
use super::place;
use super::plan::{self, PartPlan, Thing};
use super::{condition, limit::Fate};
use crate::definition::{Direction, Goal, Normalise, Override, Score, Scorecard};
use crate::measure::{CellKey, Measures, State};

/// The value of a score in a cell.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ScoreCell {
    /// The score; present exactly when the state has a value.
    pub value: Option<f64>,
    /// What it is worth.
    pub state: State,
    /// The n of its smallest part; 0 where none comes from rows.
    pub n: u64,
}

/// The cells of all scores.
#[derive(Debug, Clone, Default)]
pub struct Scores {
    /// One for each score, in the order of the card.
    pub cells: Vec<BTreeMap<CellKey, ScoreCell>>,
    /// Values that stand in for measured ones, by metric and cell: what a score would be if. Empty: what was measured.
    pub assumed: BTreeMap<(usize, CellKey), f64>,
}

impl Scores {
    /// The cell of a score.
    #[must_use]
    pub fn cell(&self, score: usize, key: &CellKey) -> Option<&ScoreCell> {
        self.cells.get(score)?.get(key)
    }
}

/// A part of a score in one cell: what went in and what became of it.
#[derive(Debug, Clone, PartialEq)]
pub struct PartDetail {
    /// The part: metric, outcome or score; of a mix over a segment: `metric: value`.
    pub of: String,
    /// What went in.
    pub input: PartInput,
    /// What became of it.
    pub outcome: mix::PartOutcome,
    /// How its value became 0–100.
    pub normaliser: Option<Normaliser>,
}

/// A score in one cell, with everything that led to it.
#[derive(Debug, Clone, PartialEq)]
pub struct ScoreDetail {
    /// The result.
    pub cell: ScoreCell,
    /// The mix before limits.
    pub mixed: Option<f64>,
    /// Parts: most points lost first, then by name.
    pub parts: Vec<PartDetail>,
    /// One ruling for each limit of the card, in its order.
    pub limits: Vec<Ruling>,
    /// One ruling for each override of the card that is about this cell: its index, and what became of it.
    pub overrides: Vec<(usize, Ruling)>,
    /// Index of the band; `None`: no bands, or no value.
    pub band: Option<usize>,
}

/// What a part is in a cell.
#[derive(Debug, Clone, Copy)]
struct Reading {
    value: Option<f64>,
    state: State,
    n: Option<u64>,
}

/// Works out scores from measured cells.
pub struct Scorer<'a> {
    card: &'a Scorecard,
    measures: &'a Measures,
    parts: Vec<Vec<PartPlan<'a>>>,
    order: Vec<usize>,
    circle: Vec<usize>,
}

/// All scores of a card over all cells.
///
/// A score has a cell wherever one of its parts has one.
#[must_use]
pub fn score(card: &Scorecard, measures: &Measures) -> Scores {
    Scorer::new(card, measures).all()
}

impl<'a> Scorer<'a> {
    /// Finds the parts of each score by name.
    #[must_use]
    pub fn new(card: &'a Scorecard, measures: &'a Measures) -> Self {
        let (order, circle) = plan::order(card);
        let parts = card.scores.iter().map(|score| plan::parts(card, score)).collect();
        Self {
            card,
            measures,
            parts,
            order,
            circle,
        }
    }

    /// Every score in every cell.
    #[must_use]
    pub fn all(&self) -> Scores {
        let mut scores = Scores {
            cells: vec![BTreeMap::new(); self.card.scores.len()],
            assumed: BTreeMap::new(),
        };
        for &index in &self.order {
            let cells: BTreeMap<CellKey, ScoreCell> = self
                .keys(index, &scores)
                .into_iter()
                .filter_map(|key| {
                    let cell = self.detail(index, &key, &scores)?.cell;
                    Some((key, cell))
                })
                .collect();
            if let Some(slot) = scores.cells.get_mut(index) {
                *slot = cells;
            }
        }
        for &index in &self.circle {
            if let Some(slot) = scores.cells.get_mut(index) {
                slot.insert(
                    CellKey::default(),
                    ScoreCell {
                        value: None,
                        state: State::Failed,
                        n: 0,
                    },
                );
            }
        }
        scores
    }

    /// What a score would be in a cell if metrics had the values of `scores.assumed`. The scores that it reads are worked out
    /// again in the same cell, and left in `scores`.
    #[must_use]
    pub fn assumed(&self, index: usize, key: &CellKey, scores: &mut Scores) -> Option<f64> {
        for &other in &self.order {
            let cell = self.detail(other, key, scores)?.cell;
            if other == index {
                return cell.value;
            }
            if let Some(cells) = scores.cells.get_mut(other)
                && let Some(place) = cells.get_mut(key)
            {
                *place = cell;
            }
        }
        None
    }

    /// The cells that a score has: those of its parts.
    fn keys(&self, index: usize, scores: &Scores) -> BTreeSet<CellKey> {
        let mut keys = BTreeSet::new();
        let mut take = |thing: Thing| match thing {
            Thing::Metric(metric) => {
                keys.extend(
                    self.measures
                        .metrics
                        .get(metric)
                        .into_iter()
                        .flat_map(|cells| cells.cells.keys().cloned()),
                );
            }
            Thing::Score(score) => keys.extend(
                scores
                    .cells
                    .get(score)
                    .into_iter()
                    .flat_map(|cells| cells.keys().cloned()),
            ),
        };
        self.parts
            .get(index)
            .into_iter()
            .flatten()
            .for_each(|part| take(part.of));
        let each = self.card.scores.get(index).and_then(|score| score.mix_each.as_ref());
        if let Some(thing) = each.and_then(|each| plan::find(self.card, &each.of.value)) {
            take(thing);
        }
        keys
    }

    /// A score in one cell, with everything that led to it. `scores` has the cells of the scores that this one reads.
    #[must_use]
    pub fn detail(&self, index: usize, key: &CellKey, scores: &Scores) -> Option<ScoreDetail> {
        let score = self.card.scores.get(index)?;
        let (names, inputs, normalisers) = self.inputs(index, score, key, scores);
        let rules = Rules {
            aggregation: score.aggregation,
            missing: score.missing_parts,
            stale: score.stale_parts,
        };
        let mixed = mix::mix(&rules, &inputs);
        let (cell, limits) = self.limited(score, key, scores, &mixed);
        let (cell, overrides) = self.overridden(index, score, key, scores, cell);
        let band = cell
            .value
            .zip(score.bands.as_ref())
            .map(|(value, bands)| band_of(&bands.edges, value));
        let parts = names.into_iter().zip(inputs).zip(normalisers).zip(&mixed.parts);
        let mut parts: Vec<PartDetail> = parts
            .map(|(((of, input), normaliser), outcome)| PartDetail {
                of,
                input,
                outcome: *outcome,
                normaliser,
            })
            .collect();
        rank(&mut parts);
        Some(ScoreDetail {
            cell,
            mixed: mixed.value,
            parts,
            limits,
            overrides,
            band,
        })
    }

    /// The parts of a score in a cell: names, inputs, and how each became 0–100.
    fn inputs(
        &self,
        index: usize,
        score: &Score,
        key: &CellKey,
        scores: &Scores,
    ) -> (Vec<String>, Vec<PartInput>, Vec<Option<Normaliser>>) {
        let mut names = Vec::new();
        let mut inputs = Vec::new();
        let mut normalisers = Vec::new();
        for part in self.parts.get(index).into_iter().flatten() {
            let reading = self.reading(part.of, key, scores);
            let (input, normaliser) = self.input(
                score,
                part.of,
                part.normalise,
                self.weight(score, part, key),
                reading,
                key,
                scores,
            );
            names.push(part.name.to_owned());
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
                names.push(format!("{}: {value}", each.of.value));
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

    fn goal(&self, of: Thing) -> Option<&'a Goal> {
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
    fn reading(&self, of: Thing, key: &CellKey, scores: &Scores) -> Reading {
        match of {
            Thing::Score(index) => match scores.cell(index, key) {
                Some(cell) => Reading {
                    value: cell.value,
                    state: cell.state,
                    n: Some(cell.n),
                },
                None => Reading::out_of_reach(),
            },
            Thing::Metric(index) => match self.measures.cell(index, key) {
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
            },
        }
    }

    /// Applies the limits of a score in a cell.
    fn limited(&self, score: &Score, key: &CellKey, scores: &Scores, mixed: &Mixed) -> (ScoreCell, Vec<Ruling>) {
        let mut worst: Vec<State> = Vec::new();
        let mut hidden = false;
        let holds: Vec<limit::Holds> = score
            .limits
            .iter()
            .map(|limit| {
                let readings = |name: &str| plan::find(self.card, name).map(|of| self.reading(of, key, scores));
                let states = condition::names(&limit.condition)
                    .into_iter()
                    .filter_map(readings)
                    .map(|reading| reading.state);
                let state = states.min().unwrap_or(State::Ok);
                // Whether a cap fires tells something about what is hidden.
                hidden |= state == State::Suppressed;
                worst.push(state);
                condition::holds(&limit.condition, &|name| {
                    readings(name).and_then(|reading| reading.value)
                })
            })
            .collect();
        let blocked = !mixed.state.has_value() && mixed.state != State::Missing;
        if blocked || hidden {
            let state = if hidden {
                State::Suppressed.min(mixed.state)
            } else {
                mixed.state
            };
            let rulings = holds
                .iter()
                .map(|_| Ruling {
                    fate: Fate::NotChecked,
                    before: None,
                })
                .collect();
            return (
                ScoreCell {
                    value: None,
                    state,
                    n: mixed.n,
                },
                rulings,
            );
        }
        let (value, rulings) = limit::apply_limits(mixed.value, &score.limits, &holds);
        let deciding = rulings
            .iter()
            .zip(&worst)
            .filter(|(ruling, _)| ruling.fate == Fate::Applied)
            .map(|(_, state)| *state);
        let own = if mixed.value.is_some() { mixed.state } else { State::Ok };
        let flagged = deciding.filter(|state| state.has_value()).fold(own, State::min);
        let judged = score.min_n.as_ref().is_some_and(|least| mixed.n < least.value);
        let state = match value {
            None => mixed.state,
            Some(_) if judged => flagged.min(State::TooFew),
            Some(_) => flagged,
        };
        (
            ScoreCell {
                value,
                state,
                n: mixed.n,
            },
            rulings,
        )
    }

    /// Applies the overrides of a score in a cell: they hold for the headline's period and later ones, since a value
    /// set by hand today says nothing about the past.
    fn overridden(
        &self,
        index: usize,
        score: &Score,
        key: &CellKey,
        scores: &Scores,
        cell: ScoreCell,
    ) -> (ScoreCell, Vec<(usize, Ruling)>) {
        let about: Vec<(usize, &Override)> = score
            .overrides
            .iter()
            .enumerate()
            .filter(|(_, set)| self.is_about(set, key))
            .collect();
        if about.is_empty() || !self.is_current(index, key, scores) || cell.state == State::Suppressed {
            return (cell, Vec::new());
        }
        let day = self.measures.as_of;
        let standing = limit::standing_override(about.iter().map(|(_, set)| *set), day);
        let rulings = about.iter().map(|(place, set)| {
            let expired = day.is_some_and(|day| day > set.expires);
            let applied = standing.is_some_and(|standing| std::ptr::eq(standing, *set));
            let fate = match (expired, applied) {
                (true, _) => Fate::Expired,
                (false, true) => Fate::Applied,
                (false, false) => Fate::NoEffect,
            };
            (
                *place,
                Ruling {
                    fate,
                    before: cell.value.filter(|_| applied),
                },
            )
        });
        let rulings = rulings.collect();
        match standing {
            Some(set) => (
                ScoreCell {
                    value: Some(set.value + 0.0),
                    state: State::Ok,
                    n: cell.n,
                },
                rulings,
            ),
            None => (cell, rulings),
        }
    }

    fn is_about(&self, set: &Override, key: &CellKey) -> bool {
        let axes = &self.measures.axes;
        match (&set.cell, key.segments.as_slice()) {
            (None, []) => true,
            (Some((segment, value)), [(index, place)]) => {
                place::segment_index(axes, segment) == Some(*index)
                    && place::value_text(axes, *index, *place) == Some(value.as_str())
            }
            _ => false,
        }
    }

    /// Whether a cell is of the headline's period or a later one.
    fn is_current(&self, index: usize, key: &CellKey, scores: &Scores) -> bool {
        let axes = &self.measures.axes;
        let total = |key: &CellKey| self.parts_state(index, key, scores);
        match (place::headline_key(axes, total).period, key.period) {
            (None, None) => true,
            (Some(headline), Some(period)) => headline.axis == period.axis && period.step >= headline.step,
            _ => false,
        }
    }

    /// The worst state of the parts of a score in a cell: enough to tell where its headline is.
    fn parts_state(&self, index: usize, key: &CellKey, scores: &Scores) -> Option<State> {
        let each = self.card.scores.get(index).and_then(|score| score.mix_each.as_ref());
        let each = each.and_then(|each| plan::find(self.card, &each.of.value));
        let parts = self.parts.get(index).into_iter().flatten().map(|part| part.of);
        let states = parts.chain(each).map(|of| self.reading(of, key, scores).state);
        states
            .map(|state| {
                if state == State::NotApplicable {
                    state
                } else {
                    State::Ok
                }
            })
            .min()
    }
}

/// The value of rows without one.
pub(super) const UNKNOWN: &str = "(unknown)";

impl Reading {
    const fn out_of_reach() -> Self {
        Self {
            value: None,
            state: State::NotApplicable,
            n: None,
        }
    }
}

/// Most points lost first, then by name.
fn rank(parts: &mut [PartDetail]) {
    let lost = |part: &PartDetail| part.outcome.lost.unwrap_or(f64::NEG_INFINITY);
    parts.sort_by(|a, b| lost(b).total_cmp(&lost(a)).then_with(|| a.of.cmp(&b.of)));
}

#[cfg(test)]
mod tests;
