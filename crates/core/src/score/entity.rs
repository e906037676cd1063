//! A score for each row of a keyed table: every part measured over the row's own rows, mixed by the rules of the card.

use bellwether_order::{BTreeMap, Sort};

use super::band::band_of;
use super::condition;
use super::facts::{direction_of, has_rows, scale_of, weight_for};
use super::goal;
use super::limit::{self, Fate};
use super::mix::{self, Mixed, PartInput, Rules};
use super::normalise::{Normaliser, PartFacts};
use super::plan::{self, PartPlan, Thing};
use crate::definition::{Baseline, CivilDate, Direction, Duration, Metric, Score, Scorecard, TimeUnit};
use crate::measure::{CellKey, EntityFrame, Measures, State};

/// What the rows of a table bring to their scores. Vectors have the table's rows.
#[derive(Debug, Clone, Default)]
pub struct RowInputs {
    /// Rows of the table.
    pub rows: usize,
    /// Metrics by index, measured for each row.
    pub metrics: BTreeMap<usize, EntityFrame>,
    /// The last day of the window that the metrics were measured in.
    pub end: Option<CivilDate>,
    /// Rows that `.only(..)` leaves in; `None`: all.
    pub only: Option<Vec<bool>>,
    /// By score: for each of its `.weights_for(..)` the rows that it is about.
    pub weights_for: BTreeMap<usize, Vec<Vec<bool>>>,
    /// Values set by hand.
    pub overrides: BTreeMap<usize, RowOverride>,
}

/// A value set by hand for a row.
#[derive(Debug, Clone, PartialEq)]
pub struct RowOverride {
    /// The value.
    pub value: f64,
    /// Who.
    pub author: String,
    /// Why.
    pub reason: String,
}

/// The score of a row.
#[derive(Debug, Clone, PartialEq)]
pub struct RowScore {
    /// The score.
    pub value: Option<f64>,
    /// What it is worth.
    pub state: State,
    /// The smallest n of its parts.
    pub n: u64,
    /// Index of its band.
    pub band: Option<usize>,
    /// Why it is not higher, in words: what holds it, then parts by points lost.
    pub reasons: Vec<String>,
}

/// Metrics that the scores of rows need: the parts of a score and the metrics of its limits, through nested scores.
#[must_use]
pub fn metrics_of(card: &Scorecard, score: usize) -> Vec<usize> {
    let mut found = Vec::new();
    let mut seen = Vec::new();
    gather(card, score, &mut found, &mut seen);
    found.sort_unstable();
    found.dedup();
    found
}

fn gather(card: &Scorecard, index: usize, found: &mut Vec<usize>, seen: &mut Vec<usize>) {
    let Some(score) = card.scores.get(index).filter(|_| !seen.contains(&index)) else {
        return;
    };
    seen.push(index);
    let parts = score.parts.iter().map(|part| part.of.value.as_str());
    let limits = score.limits.iter().flat_map(|limit| condition::names(&limit.condition));
    for name in parts.chain(limits) {
        match plan::find(card, name) {
            Some(Thing::Metric(metric)) => found.push(metric),
            Some(Thing::Score(other)) => gather(card, other, found, seen),
            None => {}
        }
    }
}

/// Scores every row that `.only(..)` leaves in; `None` for the others.
///
/// Rows have no least number of answers: one answer is what there is to know of a row. A part that is older than its
/// metric stays fresh is stale. What does not reach the table was refused before.
#[must_use]
pub fn score_rows(card: &Scorecard, measures: &Measures, index: usize, inputs: &RowInputs) -> Vec<Option<RowScore>> {
    let mut scorer = RowScorer {
        card,
        measures,
        inputs,
        plans: BTreeMap::new(),
        normalisers: BTreeMap::new(),
    };
    scorer.prepare(index);
    let included = |row: usize| inputs.only.as_ref().is_none_or(|only| only.get(row) == Some(&true));
    (0..inputs.rows)
        .map(|row| included(row).then(|| scorer.row(index, row)))
        .collect()
}

struct RowScorer<'a> {
    card: &'a Scorecard,
    measures: &'a Measures,
    inputs: &'a RowInputs,
    plans: BTreeMap<usize, Vec<PartPlan<'a>>>,
    /// By score and part.
    normalisers: BTreeMap<(usize, usize), Option<Normaliser>>,
}

#[derive(Clone, Copy)]
struct Reading {
    value: Option<f64>,
    state: State,
    n: Option<u64>,
}

impl<'a> RowScorer<'a> {
    /// Finds parts and their way to 0–100 once for all rows.
    fn prepare(&mut self, index: usize) {
        let Some(score) = self.card.scores.get(index).filter(|_| !self.plans.contains_key(&index)) else {
            return;
        };
        let parts = plan::parts(self.card, score);
        for (place, part) in parts.iter().enumerate() {
            let normaliser = Normaliser::resolve(part.normalise, &self.facts(part.of)).ok();
            self.normalisers.insert((index, place), normaliser);
        }
        self.plans.insert(index, parts.clone());
        let limits = score.limits.iter().flat_map(|limit| condition::names(&limit.condition));
        let named = limits.filter_map(|name| plan::find(self.card, name));
        let nested: Vec<Thing> = parts.iter().map(|part| part.of).chain(named).collect();
        for thing in nested {
            if let Thing::Score(other) = thing {
                self.prepare(other);
            }
        }
    }

    fn facts(&self, of: Thing) -> PartFacts {
        match of {
            Thing::Score(_) => PartFacts {
                scale: Some((0.0, 100.0)),
                ..PartFacts::default()
            },
            Thing::Metric(index) => {
                let Some(metric) = self.card.metrics.get(index) else {
                    return PartFacts::default();
                };
                // A baseline read from the data is that of all rows together.
                let total = |key: &CellKey| self.measures.cell(index, key).and_then(|cell| cell.value);
                let baseline = match metric.goal.baseline.as_ref().map(|baseline| &baseline.value) {
                    Some(Baseline::Value(value)) => Some(*value),
                    Some(Baseline::At(_)) => {
                        goal::baseline_of(&metric.goal, &self.measures.axes, &CellKey::default(), total)
                    }
                    None => None,
                };
                PartFacts {
                    scale: scale_of(metric, self.measures, index),
                    lower_is_better: direction_of(metric, self.measures, index) == Some(Direction::Lower),
                    baseline,
                    target: goal::final_target(&metric.goal),
                }
            }
        }
    }

    fn reading(&self, of: Thing, row: usize) -> Reading {
        match of {
            Thing::Score(index) => {
                let nested = self.row_without_hand(index, row).0;
                Reading {
                    value: nested.value,
                    state: nested.state,
                    n: Some(nested.n),
                }
            }
            Thing::Metric(index) => {
                let missing = Reading {
                    value: None,
                    state: State::Missing,
                    n: None,
                };
                let (Some(frame), Some(metric)) = (self.inputs.metrics.get(&index), self.card.metrics.get(index))
                else {
                    return missing;
                };
                let Some(state) = frame.states.get(row).copied() else {
                    return missing;
                };
                let value = frame.values.get(row).copied().flatten();
                let n = frame.n.get(row).copied().filter(|_| has_rows(metric));
                let latest = frame.latest_days.get(row).copied().flatten();
                let old = state == State::Ok && is_stale(metric, latest, self.inputs.end);
                Reading {
                    value,
                    state: if old { State::Stale } else { state },
                    n,
                }
            }
        }
    }

    /// A row's score, the value set by hand included.
    fn row(&self, index: usize, row: usize) -> RowScore {
        let (mut scored, mixed) = self.row_without_hand(index, row);
        let score = self.card.scores.get(index);
        let set = self
            .inputs
            .overrides
            .get(&row)
            .filter(|_| scored.state != State::Suppressed);
        if let Some(set) = set {
            scored.value = Some(set.value + 0.0);
            scored.state = State::Ok;
            scored
                .reasons
                .insert(0, format!("set to {} by {}: {}", set.value, set.author, set.reason));
        }
        if let (Some(score), Some(mixed)) = (score, mixed) {
            scored.reasons.extend(self.reasons(index, &mixed, row));
            scored.band = scored
                .value
                .zip(score.bands.as_ref())
                .map(|(value, bands)| band_of(&bands.edges, value));
        }
        scored
    }

    fn row_without_hand(&self, index: usize, row: usize) -> (RowScore, Option<Mixed>) {
        let none = |state| RowScore {
            value: None,
            state,
            n: 0,
            band: None,
            reasons: Vec::new(),
        };
        let (Some(score), Some(parts)) = (self.card.scores.get(index), self.plans.get(&index)) else {
            return (none(State::Failed), None);
        };
        let inputs: Vec<PartInput> = parts
            .iter()
            .enumerate()
            .map(|(place, part)| self.input(index, score, place, part, row))
            .collect();
        let mixed = mix::mix(&Rules::of(score), &inputs);
        let mut hidden = false;
        let holds: Vec<limit::Holds> = score
            .limits
            .iter()
            .map(|limit| {
                let reading = |name: &str| plan::find(self.card, name).map(|of| self.reading(of, row));
                let names = condition::names(&limit.condition);
                hidden |= names
                    .iter()
                    .filter_map(|name| reading(name))
                    .any(|reading| reading.state == State::Suppressed);
                condition::holds(&limit.condition, &|name| {
                    reading(name).and_then(|reading| reading.value)
                })
            })
            .collect();
        if hidden || (!mixed.state.has_value() && mixed.state != State::Missing) {
            let state = if hidden {
                State::Suppressed.min(mixed.state)
            } else {
                mixed.state
            };
            return (
                RowScore {
                    n: mixed.n,
                    ..none(state)
                },
                Some(mixed),
            );
        }
        let (value, rulings) = limit::apply_limits(mixed.value, &score.limits, &holds);
        let state = match (value, mixed.value) {
            (None, _) => mixed.state,
            (Some(_), None) => State::Ok,
            (Some(_), Some(_)) => mixed.state,
        };
        let held = score
            .limits
            .iter()
            .zip(&rulings)
            .filter(|(_, ruling)| ruling.fate == Fate::Applied);
        let reasons = held
            .map(|(limit, _)| format!("{} ({} {})", limit.reason, word(limit.kind), limit.value))
            .collect();
        (
            RowScore {
                value,
                state,
                n: mixed.n,
                band: None,
                reasons,
            },
            Some(mixed),
        )
    }

    fn input(&self, index: usize, score: &Score, place: usize, part: &PartPlan<'a>, row: usize) -> PartInput {
        let reading = self.reading(part.of, row);
        let normaliser = self.normalisers.get(&(index, place)).and_then(Option::as_ref);
        let normalised = reading
            .value
            .and_then(|value| normaliser.and_then(|way| way.apply(value, score.unclamped)));
        // Which rows a weight is about is known by its place in the card.
        let about = |segment: &str, value: &str| {
            let same =
                |other: &crate::definition::WeightsFor| other.segment.value == segment && other.value.value == value;
            let rows = self.inputs.weights_for.get(&index).into_iter().flatten();
            score
                .weights_for
                .iter()
                .zip(rows)
                .any(|(other, rows)| same(other) && rows.get(row) == Some(&true))
        };
        PartInput {
            weight: weight_for(score, part, about),
            value: reading.value,
            normalised,
            state: reading.state,
            n: reading.n,
        }
    }

    /// Parts that cost points, most first; of a row without a score, what is not known.
    fn reasons(&self, index: usize, mixed: &Mixed, row: usize) -> Vec<String> {
        let Some(parts) = self.plans.get(&index) else {
            return Vec::new();
        };
        let label = |part: &PartPlan<'_>| {
            match part.of {
                Thing::Metric(metric) => self.card.metrics.get(metric).and_then(|metric| metric.label.clone()),
                Thing::Score(score) => self.card.scores.get(score).and_then(|score| score.label.clone()),
            }
            .unwrap_or_else(|| part.name.replace('_', " "))
        };
        if mixed.value.is_none() {
            let unknown = parts
                .iter()
                .filter(|part| !self.reading(part.of, row).state.has_value());
            return unknown.map(|part| format!("{} is not known", label(part))).collect();
        }
        let mut lost: Vec<(f64, String)> = parts
            .iter()
            .zip(&mixed.parts)
            .filter_map(|(part, outcome)| Some((outcome.lost.filter(|lost| *lost >= 0.05)?, label(part))))
            .collect();
        lost.order_by(|(a, name_a), (b, name_b)| b.total_cmp(a).then_with(|| name_a.cmp(name_b)));
        lost.into_iter()
            .map(|(lost, name)| format!("{name} −{lost:.1}"))
            .collect()
    }
}

const fn word(kind: crate::definition::LimitKind) -> &'static str {
    match kind {
        crate::definition::LimitKind::Cap => "at most",
        crate::definition::LimitKind::Floor => "at least",
        crate::definition::LimitKind::KnockOut => "set to",
    }
}

/// Whether the latest row behind a value is older than its metric stays fresh.
fn is_stale(metric: &Metric, latest: Option<i32>, end: Option<CivilDate>) -> bool {
    let limit = metric.fresh_for.as_ref().map(|span| span.value);
    match (limit, latest, end) {
        (Some(span), Some(latest), Some(end)) => earlier(end, span).is_some_and(|edge| latest < edge.0),
        _ => false,
    }
}

/// The day that lies a stretch of time before another.
fn earlier(day: CivilDate, span: Duration) -> Option<CivilDate> {
    let count = i32::try_from(span.count).ok()?;
    let months = match span.unit {
        TimeUnit::Minute | TimeUnit::Hour => return Some(day),
        TimeUnit::Day => return day.0.checked_sub(count).map(CivilDate),
        TimeUnit::Week => return day.0.checked_sub(count.checked_mul(7)?).map(CivilDate),
        TimeUnit::Month => span.count,
        TimeUnit::Quarter => span.count.checked_mul(3)?,
        TimeUnit::Year => span.count.checked_mul(12)?,
    };
    let naive = day.naive()?.checked_sub_months(chrono::Months::new(months))?;
    Some(CivilDate::from_naive(naive))
}

#[cfg(test)]
mod tests;
