//! What becomes of a mix in a cell: caps, floors and knock-outs, then overrides.

use super::{ScoreCell, Scorer, Scores};
use crate::definition::{Override, Score};
use crate::measure::{CellKey, State};
use crate::score::limit::{self, Fate, Ruling};
use crate::score::mix::Whole;
use crate::score::{condition, place, plan};

impl Scorer<'_> {
    /// Applies the limits of a score in a cell.
    pub(super) fn limited(
        &self,
        score: &Score,
        key: &CellKey,
        scores: &Scores,
        mixed: &Whole,
    ) -> (ScoreCell, Vec<Ruling>) {
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
    pub(super) fn overridden(
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
