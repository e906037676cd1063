//! What scores are made of: parts found by name, in an order in which each score comes after those it reads.

use bellwether_order::Sort;

use super::condition;
use crate::definition::{Normalise, Score, Scorecard};
use crate::diagnostic::Diagnostic;

/// A metric or a score, by its place in the card.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Thing {
    /// Index in `Scorecard::metrics`.
    Metric(usize),
    /// Index in `Scorecard::scores`.
    Score(usize),
}

/// The metric, outcome or score of a name.
#[must_use]
pub fn find(card: &Scorecard, name: &str) -> Option<Thing> {
    let metric = card.metrics.iter().position(|metric| metric.name.value == name);
    let score = || card.scores.iter().position(|score| score.name.value == name);
    metric.map(Thing::Metric).or_else(|| score().map(Thing::Score))
}

/// The name of a metric, outcome or score.
#[must_use]
pub fn name_of(card: &Scorecard, thing: Thing) -> &str {
    match thing {
        Thing::Metric(index) => card.metrics.get(index).map_or("", |metric| &metric.name.value),
        Thing::Score(index) => card.scores.get(index).map_or("", |score| &score.name.value),
    }
}

/// A part of a score.
#[derive(Debug, Clone, Copy)]
pub struct PartPlan<'a> {
    /// Its name.
    pub name: &'a str,
    /// What it is.
    pub of: Thing,
    /// Its weight as the card states it.
    pub weight: f64,
    /// How it becomes 0–100.
    pub normalise: &'a Normalise,
}

/// Parts of a score in order of their names, so that the order of the card never reaches a bit of the result.
#[must_use]
pub fn parts<'a>(card: &'a Scorecard, score: &'a Score) -> Vec<PartPlan<'a>> {
    let mut parts: Vec<PartPlan<'a>> = score
        .parts
        .iter()
        .filter_map(|part| {
            let name = part.of.value.as_str();
            Some(PartPlan {
                name,
                of: find(card, name)?,
                weight: part.weight.value,
                normalise: &part.normalise,
            })
        })
        .collect();
    parts.order_by(|a, b| a.name.cmp(b.name).then(a.weight.total_cmp(&b.weight)));
    parts
}

/// Scores that a score reads, in its parts and in the conditions of its limits.
fn reads(card: &Scorecard, score: &Score) -> Vec<usize> {
    let parts = score.parts.iter().map(|part| part.of.value.as_str());
    let each = score.mix_each.iter().map(|each| each.of.value.as_str());
    let limits = score.limits.iter().flat_map(|limit| condition::names(&limit.condition));
    parts
        .chain(each)
        .chain(limits)
        .filter_map(|name| match find(card, name) {
            Some(Thing::Score(index)) => Some(index),
            Some(Thing::Metric(_)) | None => None,
        })
        .collect()
}

/// What hangs on what among the scores of a card, by their indexes.
#[derive(Debug)]
pub struct Order {
    /// Scores, each after those that it reads.
    pub order: Vec<usize>,
    /// For each score, it and all that it reads, itself or through others, in the same order.
    pub upstream: Vec<Vec<usize>>,
    /// Scores that stand in a circle, or read one that does.
    pub circle: Vec<usize>,
}

/// The order in which the scores of a card are worked out.
#[must_use]
pub fn order(card: &Scorecard) -> Order {
    let reads: Vec<Vec<usize>> = card.scores.iter().map(|score| reads(card, score)).collect();
    let mut done: Vec<usize> = Vec::new();
    loop {
        let ready = |index: &usize| {
            !done.contains(index)
                && reads
                    .get(*index)
                    .is_some_and(|needs| needs.iter().all(|need| done.contains(need)))
        };
        let next: Vec<usize> = (0..reads.len()).filter(ready).collect();
        if next.is_empty() {
            break;
        }
        done.extend(next);
    }
    Order {
        upstream: (0..reads.len()).map(|score| upstream(score, &reads, &done)).collect(),
        circle: (0..reads.len()).filter(|index| !done.contains(index)).collect(),
        order: done,
    }
}

/// A score and all that it reads, in an order.
fn upstream(score: usize, reads: &[Vec<usize>], order: &[usize]) -> Vec<usize> {
    let mut needed = vec![false; reads.len()];
    let mut open = vec![score];
    while let Some(next) = open.pop() {
        if let Some(seen) = needed.get_mut(next).filter(|seen| !**seen) {
            *seen = true;
            open.extend(reads.get(next).into_iter().flatten());
        }
    }
    let is_needed = |other: &usize| needed.get(*other) == Some(&true);
    order.iter().copied().filter(is_needed).collect()
}

/// Finds what cannot work in the conditions of a card's limits and alerts: text compared with a metric, a function of
/// dates. Codes: `TYPE_MISMATCH`, `NOT_COMPILED`. (`definition::validate` has checked the rest of a score.)
#[must_use]
pub fn check(card: &Scorecard) -> Vec<Diagnostic> {
    let limits = card
        .scores
        .iter()
        .flat_map(|score| &score.limits)
        .map(|limit| &limit.condition);
    let alerts = card.alerts.iter().map(|alert| &alert.condition);
    limits.chain(alerts).flat_map(condition::check).collect()
}
