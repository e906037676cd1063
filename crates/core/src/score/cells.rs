//! Scores over cells: every score × segment values × period.

mod check;
mod line;
mod parts;
mod settle;

use std::sync::Arc;

use bellwether_order::{BTreeMap, BTreeSet, Sort};

use super::band::band_of;
use super::limit::Ruling;
use super::mix::{self, PartInput, Rules};
use super::normalise::Normaliser;
use super::plan::{self, Order, PartPlan, Thing};
use crate::definition::Scorecard;
use crate::measure::{CellKey, CellMap, Measures, State};

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
    pub cells: Vec<CellMap<ScoreCell>>,
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

/// Works out scores from measured cells.
pub struct Scorer<'a> {
    card: &'a Scorecard,
    measures: &'a Measures,
    parts: Vec<Vec<PartPlan<'a>>>,
    order: Vec<usize>,
    /// For each score, it and those that it reads.
    upstream: Vec<Vec<usize>>,
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
        let Order {
            order,
            upstream,
            circle,
        } = plan::order(card);
        let parts = card.scores.iter().map(|score| plan::parts(card, score)).collect();
        Self {
            card,
            measures,
            parts,
            order,
            upstream,
            circle,
        }
    }

    /// Every score in every cell.
    #[must_use]
    pub fn all(&self) -> Scores {
        let mut scores = Scores {
            cells: vec![CellMap::default(); self.card.scores.len()],
            assumed: BTreeMap::new(),
        };
        for &index in &self.order {
            let keys = self.keys(index, &scores);
            let cell = |(at, key): (usize, &CellKey)| self.cell(index, (key, at), &scores);
            let cells: Vec<Option<ScoreCell>> = keys.iter().enumerate().map(cell).collect();
            let whole: Option<Vec<ScoreCell>> = cells.iter().copied().collect();
            let cells = match whole {
                Some(cells) => CellMap::over(keys, cells),
                None => (keys.iter().zip(cells))
                    .filter_map(|(key, cell)| Some((key.clone(), cell?)))
                    .collect(),
            };
            if let Some(slot) = scores.cells.get_mut(index) {
                *slot = cells;
            }
        }
        for &index in &self.circle {
            if let Some(slot) = scores.cells.get_mut(index) {
                let failed = ScoreCell {
                    value: None,
                    state: State::Failed,
                    n: 0,
                };
                *slot = std::iter::once((CellKey::default(), failed)).collect();
            }
        }
        scores
    }

    /// What a score would be in a cell if metrics had the values of `scores.assumed`. The scores that it reads are worked out
    /// again in the same cell, and left in `scores`.
    #[must_use]
    pub fn assumed(&self, index: usize, key: &CellKey, scores: &mut Scores) -> Option<f64> {
        for &other in self.upstream.get(index)? {
            let cell = self.cell(other, (key, usize::MAX), scores)?;
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
    fn keys(&self, index: usize, scores: &Scores) -> Arc<[CellKey]> {
        let each = self.card.scores.get(index).and_then(|score| score.mix_each.as_ref());
        let each = each.and_then(|each| plan::find(self.card, &each.of.value));
        let parts = self.parts.get(index).into_iter().flatten().map(|part| part.of);
        let keys_of = |of: Thing| match of {
            Thing::Metric(metric) => self.measures.metrics.get(metric).map(|cells| cells.cells.shared_keys()),
            Thing::Score(score) => scores.cells.get(score).map(CellMap::shared_keys),
        };
        let mut all: Vec<&Arc<[CellKey]>> = parts.chain(each).filter_map(keys_of).collect();
        all.dedup_by(|a, b| Arc::ptr_eq(a, b));
        match all.as_slice() {
            // Measures of one card mostly have the same cells.
            [one] => Arc::clone(one),
            all => {
                let keys: BTreeSet<CellKey> = all.iter().flat_map(|keys| keys.iter().cloned()).collect();
                keys.into_iter().collect()
            }
        }
    }

    /// A score in one cell, which has perhaps this number among the cells of its parts. `scores` has the cells of the scores
    /// that this one reads.
    fn cell(&self, index: usize, (key, at): (&CellKey, usize), scores: &Scores) -> Option<ScoreCell> {
        let score = self.card.scores.get(index)?;
        let (_, inputs, _) = self.inputs(index, score, (key, at), scores);
        let (cell, _) = self.limited(score, key, scores, &mix::whole(&Rules::of(score), &inputs));
        Some(self.overridden(index, score, key, scores, cell).0)
    }

    /// A score in one cell, with everything that led to it. `scores` has the cells of the scores that this one reads.
    #[must_use]
    pub fn detail(&self, index: usize, key: &CellKey, scores: &Scores) -> Option<ScoreDetail> {
        let score = self.card.scores.get(index)?;
        let (names, inputs, normalisers) = self.inputs(index, score, (key, usize::MAX), scores);
        let mixed = mix::mix(&Rules::of(score), &inputs);
        let (cell, limits) = self.limited(score, key, scores, &mixed.whole());
        let (cell, overrides) = self.overridden(index, score, key, scores, cell);
        let band = cell
            .value
            .zip(score.bands.as_ref())
            .map(|(value, bands)| band_of(&bands.edges, value));
        let parts = names.into_iter().zip(inputs).zip(normalisers).zip(&mixed.parts);
        let mut parts: Vec<PartDetail> = parts
            .map(|(((of, input), normaliser), outcome)| PartDetail {
                of: of.into_owned(),
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
}

/// Most points lost first, then by name.
fn rank(parts: &mut [PartDetail]) {
    let lost = |part: &PartDetail| part.outcome.lost.unwrap_or(f64::NEG_INFINITY);
    parts.order_by(|a, b| lost(b).total_cmp(&lost(a)).then_with(|| a.of.cmp(&b.of)));
}

#[cfg(test)]
mod tests;
