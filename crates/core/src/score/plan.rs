//! What scores are made of: parts found by name, in an order in which each score comes after those it reads.

use super::condition;
use crate::definition::{Normalise, Score, Scorecard};
use crate::diagnostic::{Diagnostic, codes};

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
    parts.sort_by(|a, b| a.name.cmp(b.name).then(a.weight.total_cmp(&b.weight)));
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

/// Indexes of scores, each after those that it reads; and the scores that stand in a circle.
#[must_use]
pub fn order(card: &Scorecard) -> (Vec<usize>, Vec<usize>) {
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
    let circle = (0..reads.len()).filter(|index| !done.contains(index)).collect();
    (done, circle)
}

/// Finds what cannot work in the scores of a card, without looking at data: circles, names that nothing declares,
/// conditions that cannot be worked out, bands that do not cover the scale once, anchors that are the same.
/// Codes: `CYCLE`, `UNKNOWN_OBJECT`, `BANDS`, `BAD_SETTING`, `TYPE_MISMATCH`, `NOT_COMPILED`.
#[must_use]
pub fn check(card: &Scorecard) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for index in order(card).1 {
        let Some(score) = card.scores.get(index) else { continue };
        found.push(
            Diagnostic::error(codes::CYCLE, format!("score `{}` is made of itself", score.name.value))
                .at(score.name.span)
                .help("a part, or the condition of a cap, leads back to it: take it out"),
        );
    }
    for score in &card.scores {
        found.extend(super::band::check(score));
        found.extend(check_parts(card, score));
        for limit in &score.limits {
            found.extend(check_names(card, &limit.condition));
        }
    }
    for alert in &card.alerts {
        found.extend(check_names(card, &alert.condition));
    }
    found
}

fn check_names(card: &Scorecard, condition: &crate::definition::Condition) -> Vec<Diagnostic> {
    let mut found = condition::check(condition);
    condition::walk(&condition.expr, &mut |expr| {
        if let crate::definition::ExprKind::Column(path) = &expr.kind
            && let Some(name) = path.last()
            && find(card, name).is_none()
        {
            found.push(unknown(card, name, expr.span));
        }
    });
    found
}

fn unknown(card: &Scorecard, name: &str, span: crate::diagnostic::Span) -> Diagnostic {
    let names = card.metrics.iter().map(|metric| metric.name.value.as_str());
    let names = names.chain(card.scores.iter().map(|score| score.name.value.as_str()));
    let finding = Diagnostic::error(codes::UNKNOWN_OBJECT, format!("no metric, outcome or score `{name}`")).at(span);
    match crate::diagnostic::nearest(name, names) {
        Some(near) => finding.help(format!("did you mean `{near}`?")).fix(span, near),
        None => finding.help("declare it with `metric(..)`, `outcome(..)` or `score(..)`"),
    }
}

fn check_parts(card: &Scorecard, score: &Score) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for part in &score.parts {
        if find(card, &part.of.value).is_none() {
            found.push(unknown(card, &part.of.value, part.of.span));
        }
        let same = matches!(&part.normalise, Normalise::Anchors { zero, hundred } if zero == hundred);
        let curve = match &part.normalise {
            Normalise::Curve(points) => {
                points.len() < 2 || !points.windows(2).all(|pair| matches!(pair, [a, b] if a.0 < b.0))
            }
            _ => false,
        };
        if same || curve {
            let (message, help) = if same {
                (
                    "the values that score 0 and 100 are the same",
                    "give two different values: `.mix(\"nps\", 0.4, 0, 60)`",
                )
            } else {
                (
                    "the points of a curve do not ascend",
                    "give two or more points (value, score), values from low to high",
                )
            };
            found.push(Diagnostic::error(codes::BAD_SETTING, message).at(part.span).help(help));
        }
        if !(part.weight.value.is_finite() && part.weight.value >= 0.0) {
            found.push(
                Diagnostic::error(
                    codes::BAD_SETTING,
                    format!("the weight {} is below 0", part.weight.value),
                )
                .at(part.weight.span)
                .help("weights are relative and not negative; turn a part that counts the other way by its anchors"),
            );
        }
    }
    found
}
