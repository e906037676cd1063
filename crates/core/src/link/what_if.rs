//! What would follow if a metric had another value, and what value it would take to reach a target.

use std::sync::Arc;

use bellwether_order::BTreeMap;
use serde::{Deserialize, Serialize};

use super::model::{Estimate, Evidence, LinkAnalysis};
use super::sides::Sides;
use super::worth::carries;
use crate::definition::Link;
use crate::score::{Thing, plan, score};

/// Steps that a change is carried from link to link.
const LONGEST_CHAIN: usize = 3;

/// What follows from other values of some metrics.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct WhatIf {
    /// The metrics that were set: name, value now, value then.
    pub set: Vec<(String, f64, f64)>,
    /// What moves through links: outcomes, and metrics on the way.
    pub moved: Vec<Moved>,
    /// The scores of the card, at the best guess of what moves.
    pub scores: Vec<ScoreMoved>,
    /// What it takes to reach a target.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub needed: Vec<Needed>,
    /// What is to be known besides.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
}

/// A thing that moves.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Moved {
    /// Outcome or metric.
    pub of: String,
    /// Its value now.
    pub now: f64,
    /// Its value then, 95 % range.
    pub then: Estimate,
    /// What the move is worth a year, where the card gives the outcome a worth.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub worth: Option<Estimate>,
    /// The weakest evidence on the way.
    pub evidence: Evidence,
}

/// A score that moves.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ScoreMoved {
    /// The score.
    pub score: String,
    /// Its value now.
    pub now: Option<f64>,
    /// Its value then.
    pub then: Option<f64>,
    /// Its band now.
    pub band_now: Option<String>,
    /// Its band then.
    pub band_then: Option<String>,
}

/// What a metric must become for an outcome to reach a value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Needed {
    /// The outcome.
    pub outcome: String,
    /// What it is to reach.
    pub target: f64,
    /// The metric.
    pub metric: String,
    /// Its value now.
    pub now: f64,
    /// What it must become; `None`: no value of it can be told.
    pub then: Option<Estimate>,
    /// Whether that lies beyond its scale, or beyond what the data have seen.
    pub beyond: bool,
    /// In words.
    pub note: String,
    /// How good the evidence is.
    pub evidence: Evidence,
}

/// What is asked.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct WhatIfQuestion {
    /// Metrics and the values that they are to have.
    pub set: Vec<(String, f64)>,
    /// Outcomes and the values that they are to reach: what must each metric become?
    pub seek: Vec<(String, f64)>,
}

/// A change on its way.
#[derive(Clone)]
struct Change {
    value: f64,
    /// Squares of the distances to both ends: changes from several sources are taken as independent.
    below: f64,
    above: f64,
    evidence: Evidence,
}

/// Answers a question; the name that the card does not know, or that has no value, otherwise.
pub(super) fn what_if(
    sides: &Sides<'_, '_>,
    links: &[(&Link, &LinkAnalysis)],
    question: &WhatIfQuestion,
) -> Result<WhatIf, String> {
    let now = |name: &str| match plan::find(sides.from.card, name) {
        Some(Thing::Metric(index)) => sides.headline(index),
        _ => None,
    };
    let mut made = WhatIf {
        set: Vec::new(),
        moved: Vec::new(),
        scores: Vec::new(),
        needed: Vec::new(),
        notes: Vec::new(),
    };
    let mut changes: BTreeMap<String, Change> = BTreeMap::new();
    for (name, value) in &question.set {
        let before = now(name).ok_or_else(|| name.clone())?;
        made.set.push((name.clone(), before, *value));
        let change = Estimate::certain(value - before);
        carry(name, change, Evidence::Tested, links, 0, &mut changes);
        let seen = links
            .iter()
            .filter(|(link, _)| link.metric.value == *name)
            .filter_map(|(_, analysis)| analysis.seen);
        if let Some((low, high)) = seen.reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)))
            && !(low..=high).contains(value)
        {
            made.notes.push(format!(
                "`{name}` of {value} lies beyond what the data have seen ({low} to {high})"
            ));
        }
        if links
            .iter()
            .all(|(link, analysis)| link.metric.value != *name || carries(analysis).is_none())
        {
            made.notes.push(format!("no link with an effect leads from `{name}`"));
        }
    }
    if question.set.len() > 1 {
        made.notes
            .push("effects of several metrics are added, which counts twice what they share".to_owned());
    }
    let set: Vec<&str> = question.set.iter().map(|(name, _)| name.as_str()).collect();
    for (name, change) in changes.iter().filter(|(name, _)| !set.contains(&name.as_str())) {
        let Some(before) = now(name) else { continue };
        let delta = Estimate {
            value: change.value,
            low: change.value - change.below.sqrt(),
            high: change.value + change.above.sqrt(),
        };
        let scale = sides.scale(name);
        let held = |value: f64| scale.map_or(value, |(low, high)| value.clamp(low, high));
        made.moved.push(Moved {
            of: name.clone(),
            now: before,
            then: Estimate {
                value: held(before + delta.value),
                low: held(before + delta.low),
                high: held(before + delta.high),
            },
            worth: sides.unit_worth(name).map(|unit| delta.times(unit)),
            evidence: change.evidence,
        });
    }
    made.scores = scores(sides, &made);
    for (outcome, target) in &question.seek {
        let before = now(outcome).ok_or_else(|| outcome.clone())?;
        made.needed.extend(needed(sides, links, outcome, before, *target, &now));
    }
    Ok(made)
}

/// Carries a change along the links that leave a metric.
fn carry(
    name: &str,
    change: Estimate,
    evidence: Evidence,
    links: &[(&Link, &LinkAnalysis)],
    depth: usize,
    changes: &mut BTreeMap<String, Change>,
) {
    if depth >= LONGEST_CHAIN {
        return;
    }
    for (link, analysis) in links.iter().filter(|(link, _)| link.metric.value == name) {
        let Some(effect) = carries(analysis) else { continue };
        let grade = if strength(analysis.evidence) < strength(evidence) {
            analysis.evidence
        } else {
            evidence
        };
        let value = change.value * effect.value;
        let corners = [change.low, change.high]
            .map(|c| [c * effect.low, c * effect.high])
            .concat();
        let low = corners.iter().copied().fold(f64::INFINITY, f64::min);
        let high = corners.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let to = changes.entry(link.outcome.value.clone()).or_insert(Change {
            value: 0.0,
            below: 0.0,
            above: 0.0,
            evidence: grade,
        });
        to.value += value;
        to.below += (value - low) * (value - low);
        to.above += (high - value) * (high - value);
        if strength(grade) < strength(to.evidence) {
            to.evidence = grade;
        }
        carry(
            &link.outcome.value,
            Estimate { value, low, high },
            grade,
            links,
            depth + 1,
            changes,
        );
    }
}

const fn strength(grade: Evidence) -> u8 {
    match grade {
        Evidence::TooLittleData | Evidence::NoneFound => 0,
        Evidence::Assumed => 1,
        Evidence::Correlated => 2,
        Evidence::Leading => 3,
        Evidence::Tested => 4,
    }
}

/// The scores with the values that were set, and the best guesses of what moves.
fn scores(sides: &Sides<'_, '_>, made: &WhatIf) -> Vec<ScoreMoved> {
    let card = sides.from.card;
    let mut measures = sides.from.measures.clone();
    let set = made.set.iter().map(|(name, _, then)| (name.as_str(), *then));
    let moved = made.moved.iter().map(|moved| (moved.of.as_str(), moved.then.value));
    for (name, value) in set.chain(moved) {
        let Some(Thing::Metric(index)) = plan::find(card, name) else {
            continue;
        };
        let key = sides.headline_key(index);
        let cell = measures
            .metrics
            .get_mut(index)
            .and_then(|cells| Arc::make_mut(cells).cells.get_mut(&key));
        cell.into_iter().for_each(|cell| cell.value = Some(value));
    }
    let then = score(card, &measures);
    let mut rows = Vec::new();
    for (index, declared) in card.scores.iter().enumerate() {
        let key = sides.score_key(index);
        let (Some(before), Some(after)) = (sides.from.scores.cell(index, &key), then.cell(index, &key)) else {
            continue;
        };
        let band = |value: Option<f64>| {
            let bands = declared.bands.as_ref()?;
            crate::score::band_name(bands, value?).map(str::to_owned)
        };
        rows.push(ScoreMoved {
            score: declared.name.value.clone(),
            now: before.value,
            then: after.value,
            band_now: band(before.value),
            band_then: band(after.value),
        });
    }
    rows
}

/// What each metric with a link must become for an outcome to reach a value, the others as they are.
fn needed(
    sides: &Sides<'_, '_>,
    links: &[(&Link, &LinkAnalysis)],
    outcome: &str,
    before: f64,
    target: f64,
    now: &dyn Fn(&str) -> Option<f64>,
) -> Vec<Needed> {
    let mut rows = Vec::new();
    for (link, analysis) in links.iter().filter(|(link, _)| link.outcome.value == outcome) {
        let metric = link.metric.value.as_str();
        let Some(own) = now(metric) else { continue };
        let effect = carries(analysis).filter(|effect| effect.value != 0.0);
        let then = effect.map(|effect| {
            let gap = target - before;
            let at = |effect: f64| own + gap / effect;
            let ends = [at(effect.low), at(effect.high), at(effect.value)];
            Estimate {
                value: at(effect.value),
                low: ends.iter().copied().fold(f64::INFINITY, f64::min),
                high: ends.iter().copied().fold(f64::NEG_INFINITY, f64::max),
            }
        });
        // An effect whose range holds 0 needs any change at all.
        let open = effect.is_some_and(|effect| !effect.excludes_zero());
        let off = |range: Option<(f64, f64)>| {
            then.zip(range)
                .is_some_and(|(then, (low, high))| !(low..=high).contains(&then.value))
        };
        let (off_scale, unseen) = (off(sides.scale(metric)), off(analysis.seen));
        let note = match (then, off_scale, unseen) {
            (None, ..) => "no effect was found to count on",
            (_, true, _) => "beyond its scale: this metric alone cannot do it",
            (_, _, true) => "beyond what the data have seen",
            _ if open => "the range of the effect holds zero",
            _ => "",
        };
        rows.push(Needed {
            outcome: outcome.to_owned(),
            target,
            metric: metric.to_owned(),
            now: own,
            then: then.filter(|then| !open && then.low.is_finite() && then.high.is_finite()),
            beyond: off_scale || unseen,
            note: note.to_owned(),
            evidence: analysis.evidence,
        });
    }
    rows
}
