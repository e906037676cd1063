//! What the tests of a card reached: measures, ways through closures, limits, bands.

use bellwether_order::BTreeSet;
use serde::{Deserialize, Serialize};

use super::Evaluation;
use super::branch::{self, Branch};
use crate::definition::{Scorecard, Test};
use crate::diagnostic::Span;
use crate::score::plan::{self, Thing};

/// What the tests of a card reached.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Coverage {
    /// Metrics, outcomes and scores that a test expects something of, directly or as a part of a score.
    pub measures: Tally,
    /// Ways through closures that some row of some test took: arms of `if` and `switch`, conditions true and false,
    /// caps and floors that hold and do not.
    pub branches: Tally,
    /// Bands in which some test expects a score.
    pub bands: Tally,
}

/// So many of so many, and what was missed.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Tally {
    /// How many were reached.
    pub reached: u64,
    /// How many there are.
    pub total: u64,
    /// Those that were not, with their places.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub missed: Vec<(String, Span)>,
}

impl Tally {
    /// The share reached, 0 to 100; `None` where there is nothing to reach.
    ///
    /// ```
    /// use bellwether::proof::Tally;
    /// let tally = Tally { reached: 3, total: 4, missed: vec![] };
    /// assert_eq!(tally.percent(), Some(75.0));
    /// ```
    #[must_use]
    pub fn percent(&self) -> Option<f64> {
        (self.total > 0).then(|| self.reached as f64 * 100.0 / self.total as f64)
    }

    fn of(items: impl Iterator<Item = (String, Span, bool)>) -> Self {
        let mut tally = Self::default();
        for (what, span, reached) in items {
            tally.total += 1;
            if reached {
                tally.reached += 1;
            } else {
                tally.missed.push((what, span));
            }
        }
        tally
    }
}

/// Gathers what is reached, test by test.
pub(super) struct Collector<'a> {
    card: &'a Scorecard,
    /// Ways with the same words and place (a function used twice) are one.
    branches: Vec<(Vec<Branch>, bool)>,
    measures: BTreeSet<Thing>,
    /// Score, limit, whether it held.
    limits: BTreeSet<(usize, usize, bool)>,
    /// Score, band.
    bands: BTreeSet<(usize, String)>,
}

impl<'a> Collector<'a> {
    pub(super) fn new(card: &'a Scorecard) -> Self {
        let mut branches: Vec<(Vec<Branch>, bool)> = Vec::new();
        for branch in branch::branches(card) {
            let same = |group: &&mut (Vec<Branch>, bool)| {
                group
                    .0
                    .first()
                    .is_some_and(|first| first.span == branch.span && first.what == branch.what)
            };
            match branches.iter_mut().find(same) {
                Some((group, _)) => group.push(branch),
                None => branches.push((vec![branch], false)),
            }
        }
        Self {
            card,
            branches,
            measures: BTreeSet::new(),
            limits: BTreeSet::new(),
            bands: BTreeSet::new(),
        }
    }

    pub(super) fn add(&mut self, test: &Test, evaluation: &Evaluation) {
        for (group, taken) in &mut self.branches {
            *taken = *taken || group.iter().any(|branch| branch::is_taken(branch, &evaluation.data));
        }
        for expect in &test.expects {
            if let Some(thing) = plan::find(self.card, &expect.of.value) {
                self.reach(thing);
            }
        }
        for (index, score) in evaluation.report.results.scores.iter().enumerate() {
            if !self.measures.contains(&Thing::Score(index)) {
                continue;
            }
            for (place, limit) in score.limits.iter().enumerate() {
                match limit.outcome.as_str() {
                    "applied" | "no effect" => self.limits.insert((index, place, true)),
                    "not applied" => self.limits.insert((index, place, false)),
                    _ => false,
                };
            }
            let cells = std::iter::once(&score.headline).chain(&score.cells);
            let expected = test.expects.iter().filter(|expect| expect.of.value == score.name);
            for expect in expected {
                let seen = cells.clone().filter(|cell| {
                    (expect.cell.is_empty() || cell.segments.len() == expect.cell.len())
                        && expect
                            .cell
                            .iter()
                            .all(|(segment, value)| cell.segments.get(segment) == Some(value))
                        && expect.period.as_deref().or(score.headline.period.as_deref()) == cell.period.as_deref()
                });
                self.bands
                    .extend(seen.filter_map(|cell| Some((index, cell.band.clone()?))));
            }
        }
    }

    /// A score reaches its parts, too.
    fn reach(&mut self, thing: Thing) {
        if !self.measures.insert(thing) {
            return;
        }
        if let Thing::Score(index) = thing
            && let Some(score) = self.card.scores.get(index)
        {
            let parts = score.parts.iter().map(|part| part.of.value.as_str());
            let each = score.mix_each.iter().map(|each| each.of.value.as_str());
            let names: Vec<&str> = parts.chain(each).collect();
            for name in names {
                if let Some(part) = plan::find(self.card, name) {
                    self.reach(part);
                }
            }
        }
    }

    pub(super) fn finish(self) -> Coverage {
        let metrics = self
            .card
            .metrics
            .iter()
            .enumerate()
            .map(|(index, metric)| (Thing::Metric(index), &metric.name));
        let scores = self
            .card
            .scores
            .iter()
            .enumerate()
            .map(|(index, score)| (Thing::Score(index), &score.name));
        let measures = metrics
            .chain(scores)
            .map(|(thing, name)| (name.value.clone(), name.span, self.measures.contains(&thing)));
        let closures = self
            .branches
            .iter()
            .filter_map(|(group, taken)| group.first().map(|first| (first.what.clone(), first.span, *taken)));
        let limits = self.card.scores.iter().enumerate().flat_map(|(index, score)| {
            let reached = &self.limits;
            score.limits.iter().enumerate().flat_map(move |(place, limit)| {
                [true, false].into_iter().map(move |held| {
                    let word = if held { "holds" } else { "does not hold" };
                    let what = format!("\"{}\" {word}", limit.reason);
                    (what, limit.span, reached.contains(&(index, place, held)))
                })
            })
        });
        let bands = self.card.scores.iter().enumerate().flat_map(|(index, score)| {
            let reached = &self.bands;
            score.bands.iter().flat_map(move |bands| {
                bands.names.iter().map(move |name| {
                    let what = format!("band {name} of `{}`", score.name.value);
                    (what, bands.span, reached.contains(&(index, name.clone())))
                })
            })
        });
        Coverage {
            measures: Tally::of(measures),
            branches: Tally::of(closures.chain(limits)),
            bands: Tally::of(bands),
        }
    }
}
