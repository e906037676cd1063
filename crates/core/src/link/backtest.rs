//! Whether earlier scores told later outcomes.
//!
//! For each entity that has the outcome, the score is built from what its rows said before the outcome's day, with the
//! card's weights; then it is held against what came.

use bellwether_order::{Sort, indices_by};
use serde::{Deserialize, Serialize};

use super::frame::OutcomeFrame;
use super::model::Estimate;
use super::sides::Sides;
use super::{Analysed, Work};
use crate::definition::{Aggregation, Direction, Score};
use crate::measure::Session;
use crate::score::{Normaliser, Thing, band_of, plan};
use crate::stats::linear_algebra::Matrix;
use crate::stats::logistic::{logistic, probability};
use crate::stats::proportion::wilson;
use crate::stats::roc::{Auc, auc, calibration, lift};

/// Weight of a score's parts that an entity must have, in percent, for its score to count.
const LEAST_WEIGHT: f64 = 50.0;

/// How well scores and metrics told an outcome.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Backtest {
    /// The outcome.
    pub outcome: String,
    /// What is told: the outcome for the worse.
    pub event: String,
    /// What the rows are.
    pub of: String,
    /// Entities with the outcome.
    pub n: u64,
    /// How many of them had the event, 0–100.
    pub base_rate: f64,
    /// Whether all that is used was there before the outcome.
    pub precedes: bool,
    /// Each score of the card that can be told for these entities.
    pub scores: Vec<ScoreBacktest>,
    /// Each metric by itself: name, entities, AUC.
    pub metrics: Vec<(String, u64, Estimate)>,
    /// What is to be known besides.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
}

/// How well a score told the event.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ScoreBacktest {
    /// The score.
    pub score: String,
    /// Entities with an earlier score.
    pub n: u64,
    /// Entities without one.
    pub left_out: u64,
    /// The rate of the event among them, 0–100.
    pub base_rate: f64,
    /// The chance that one with the event had the lower score, with its 95 % range (DeLong); 0.5 is a coin.
    pub auc: Estimate,
    /// Among the lowest 10 and 20 % of scores: share, rate, lift, recall.
    pub lift: Vec<LiftStep>,
    /// What came of each band.
    pub bands: Vec<BandStep>,
    /// Forecast by the score against what came, in ten groups.
    pub calibration: Vec<CalibrationStep>,
    /// Other weights, found on the earlier half and judged on the later; `None` where there are too few.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub weights: Option<OtherWeights>,
}

/// What the lowest scores hold.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct LiftStep {
    /// The share of entities with the lowest scores, 0–100.
    pub share: f64,
    /// The rate of the event among them, 0–100.
    pub rate: f64,
    /// That rate over the base rate.
    pub lift: f64,
    /// The share of all events that they hold, 0–100.
    pub recall: f64,
}

/// What came of a band.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct BandStep {
    /// The band.
    pub band: String,
    /// Entities in it.
    pub n: u64,
    /// Of all entities, 0–100.
    pub share: f64,
    /// The rate of the event among them, 0–100; `None` without entities.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rate: Option<Estimate>,
    /// The share of all events that it holds, 0–100.
    pub recall: f64,
}

/// A group of like forecasts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CalibrationStep {
    /// The mean forecast, 0–100.
    pub forecast: f64,
    /// What came, 0–100.
    pub rate: Estimate,
    /// Entities.
    pub n: u64,
}

/// Weights that the data of the earlier half suggest, judged on the later half.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct OtherWeights {
    /// Part, the card's weight, the data's, both in percent.
    pub parts: Vec<(String, f64, f64)>,
    /// Entities that the weights were found on, and judged on.
    pub halves: (u64, u64),
    /// AUC on the later half with the card's weights.
    pub stated: Estimate,
    /// AUC on the later half with the data's.
    pub found: Estimate,
}

fn estimate(auc: &Auc) -> Estimate {
    Estimate {
        value: auc.value,
        low: auc.interval.low,
        high: auc.interval.high,
    }
}

/// A part of a score for each entity, on 0–100.
struct Part {
    name: String,
    weight: f64,
    values: Vec<f64>,
}

/// Holds the scores and metrics of a card against an outcome; `None` where it is not a yes or no of entities.
#[must_use]
pub fn backtest(session: &mut Session<'_>, from: &Analysed<'_>, outcome: usize) -> Option<Backtest> {
    let declared = from.card.metrics.get(outcome)?;
    let mut work = Work::new(from);
    let frame = work.frame(session, outcome).filter(|frame| frame.binary)?;
    let good = Sides { from }.direction(outcome) != Some(Direction::Lower);
    let event: Vec<bool> = frame.values.iter().map(|value| (*value > 50.0) != good).collect();
    let n = event.len();
    let hits = event.iter().filter(|event| **event).count();
    let mut made = Backtest {
        outcome: declared.name.value.clone(),
        event: if good {
            format!("not {}", declared.name.value)
        } else {
            declared.name.value.clone()
        },
        of: frame.entity.clone(),
        n: n as u64,
        base_rate: 100.0 * hits as f64 / n.max(1) as f64,
        precedes: true,
        scores: Vec::new(),
        metrics: Vec::new(),
        notes: Vec::new(),
    };
    let sides = Sides { from };
    let mut columns: Vec<(usize, Vec<f64>)> = Vec::new();
    for index in (0..from.card.metrics.len()).filter(|index| *index != outcome) {
        let Some(column) = column(session, &mut work, &frame, index, &mut made.precedes) else {
            continue;
        };
        columns.push((index, column));
    }
    for score in &from.card.scores {
        if score.aggregation != Aggregation::Arithmetic {
            made.notes.push(format!(
                "`{}` is no weighted mean; it is not looked at",
                score.name.value
            ));
            continue;
        }
        let parts = parts(&sides, score, &columns);
        made.scores.extend(of_score(score, &parts, &frame, &event));
        if !score.limits.is_empty() {
            made.notes
                .push(format!("caps and floors of `{}` are left out", score.name.value));
        }
    }
    for (index, values) in &columns {
        let Some(metric) = from.card.metrics.get(*index) else {
            continue;
        };
        let lower = sides.direction(*index) == Some(Direction::Lower);
        let known: Vec<(f64, bool)> = known(values, &event)
            .map(|(value, event)| (if lower { value } else { -value }, event))
            .collect();
        let (scores, events): (Vec<f64>, Vec<bool>) = known.into_iter().unzip();
        let found = auc(&scores, &events, 0.95);
        made.metrics
            .extend(found.map(|auc| (metric.name.value.clone(), scores.len() as u64, estimate(&auc))));
    }
    made.metrics
        .order_by(|a, b| b.2.value.total_cmp(&a.2.value).then_with(|| a.0.cmp(&b.0)));
    if frame.days.is_none() {
        made.notes
            .push("the outcome has no date: what is used may be from after it".to_owned());
    }
    Some(made)
}

fn known<'a>(values: &'a [f64], event: &'a [bool]) -> impl Iterator<Item = (f64, bool)> + 'a {
    values
        .iter()
        .copied()
        .zip(event.iter().copied())
        .filter(|(value, _)| !value.is_nan())
}

/// A metric for each entity, where its rows can be told.
fn column(
    session: &mut Session<'_>,
    work: &mut Work<'_, '_>,
    frame: &OutcomeFrame,
    index: usize,
    precedes: &mut bool,
) -> Option<Vec<f64>> {
    let name = work.from.card.metrics.get(index)?.name.value.clone();
    let rows = work.rows(session, &name)?;
    let link = work
        .from
        .card
        .all_links()
        .into_iter()
        .find(|link| link.metric.value == name);
    let (lag, window) = link.map_or((None, None), |link| (link.lag, link.window));
    let column = frame.metric(session, &rows, lag, window)?;
    if column.values.iter().all(|value| value.is_nan()) {
        return None;
    }
    *precedes &= column.precedes;
    Some(column.values)
}

/// The parts of a score that entities have, on 0–100.
fn parts(sides: &Sides<'_, '_>, score: &Score, columns: &[(usize, Vec<f64>)]) -> Vec<Part> {
    let card = sides.from.card;
    plan::parts(card, score)
        .into_iter()
        .filter_map(|part| {
            let Thing::Metric(index) = part.of else { return None };
            let (_, values) = columns.iter().find(|(at, _)| *at == index)?;
            let normaliser = Normaliser::resolve(part.normalise, &sides.part_facts(index)).ok()?;
            let on_scale = |value: &f64| {
                if value.is_nan() {
                    f64::NAN
                } else {
                    normaliser.apply(*value, false).unwrap_or(f64::NAN)
                }
            };
            Some(Part {
                name: part.name.to_owned(),
                weight: part.weight,
                values: values.iter().map(on_scale).collect(),
            })
        })
        .collect()
}

/// The mix of an entity's parts; those that are missing leave their weight to the others, up to half of it.
fn mixed(parts: &[Part], weights: &[f64], row: usize) -> f64 {
    let (mut sum, mut had, mut all) = (0.0, 0.0, 0.0);
    for (part, weight) in parts.iter().zip(weights) {
        let value = part.values.get(row).copied().unwrap_or(f64::NAN);
        all += weight;
        if !value.is_nan() {
            sum += weight * value;
            had += weight;
        }
    }
    if had > 0.0 && 100.0 * had >= LEAST_WEIGHT * all {
        sum / had
    } else {
        f64::NAN
    }
}

fn of_score(score: &Score, parts: &[Part], frame: &OutcomeFrame, event: &[bool]) -> Option<ScoreBacktest> {
    (!parts.is_empty()).then_some(())?;
    let weights: Vec<f64> = parts.iter().map(|part| part.weight).collect();
    let values: Vec<f64> = (0..event.len()).map(|row| mixed(parts, &weights, row)).collect();
    let (scores, events): (Vec<f64>, Vec<bool>) = known(&values, event).unzip();
    let risk: Vec<f64> = scores.iter().map(|score| -score).collect();
    let told = auc(&risk, &events, 0.95)?;
    let n = scores.len();
    let hits = events.iter().filter(|event| **event).count();
    let steps = [10.0, 20.0].into_iter().filter_map(|share| lift(&risk, &events, share));
    let bands = score.bands.as_ref().map_or_else(Vec::new, |bands| {
        let of = |at: usize| {
            let inside = scores
                .iter()
                .zip(&events)
                .filter(|(score, _)| band_of(&bands.edges, **score) == at);
            let (mut count, mut found) = (0_u64, 0_u64);
            for (_, event) in inside {
                count += 1;
                found += u64::from(*event);
            }
            (count, found)
        };
        let step = |(at, name): (usize, &String)| {
            let (count, found) = of(at);
            let rate = wilson(found, count, 0.95).map(|range| Estimate {
                value: 100.0 * found as f64 / count as f64,
                low: range.low,
                high: range.high,
            });
            BandStep {
                band: name.clone(),
                n: count,
                share: 100.0 * count as f64 / n as f64,
                rate,
                recall: 100.0 * found as f64 / hits.max(1) as f64,
            }
        };
        bands.names.iter().enumerate().map(step).collect()
    });
    Some(ScoreBacktest {
        score: score.name.value.clone(),
        n: n as u64,
        left_out: (event.len() - n) as u64,
        base_rate: 100.0 * hits as f64 / n as f64,
        auc: estimate(&told),
        lift: steps
            .map(|step| LiftStep {
                share: step.share,
                rate: step.rate,
                lift: step.lift,
                recall: step.recall,
            })
            .collect(),
        bands,
        calibration: calibrated(&scores, &events),
        weights: other_weights(parts, &weights, frame, event),
    })
}

/// Forecasts by a logistic fit on the score alone, against what came.
fn calibrated(scores: &[f64], events: &[bool]) -> Vec<CalibrationStep> {
    let design = Matrix::from_columns(&[vec![1.0; scores.len()], scores.to_vec()]);
    let Some(fit) = design.and_then(|design| logistic(&design, events, None).ok()) else {
        return Vec::new();
    };
    calibration(&fit.fitted, events, 10, 0.95)
        .into_iter()
        .map(|bin| CalibrationStep {
            forecast: bin.forecast,
            rate: Estimate {
                value: bin.rate,
                low: bin.interval.low,
                high: bin.interval.high,
            },
            n: bin.n,
        })
        .collect()
}

/// Weights found on the earlier half of the entities that have all parts (by the outcome's day, else every other one), and
/// judged beside the card's on the later half.
fn other_weights(parts: &[Part], stated: &[f64], frame: &OutcomeFrame, event: &[bool]) -> Option<OtherWeights> {
    (parts.len() >= 2).then_some(())?;
    let whole = |row: &usize| {
        parts
            .iter()
            .all(|part| part.values.get(*row).is_some_and(|value| !value.is_nan()))
    };
    let mut rows: Vec<usize> = (0..event.len()).filter(whole).collect();
    let day = |row: usize| frame.days.as_ref().and_then(|days| days.get(row)).copied().unwrap_or(0);
    let place = |row: usize| {
        frame
            .places
            .as_ref()
            .and_then(|places| places.get(row))
            .copied()
            .unwrap_or(0)
    };
    let key = |row: usize| (day(row), place(row), event.get(row).copied());
    indices_by(&mut rows, &mut |a, b| key(a).cmp(&key(b)));
    let (early, late) = rows.split_at_checked(rows.len() / 2)?;
    let events = |rows: &[usize]| -> Vec<bool> { rows.iter().filter_map(|row| event.get(*row).copied()).collect() };
    let early_events = events(early);
    let fewer = early_events.iter().filter(|event| **event).count();
    (fewer.min(early.len() - fewer) >= 10 * parts.len()).then_some(())?;
    let column = |part: &Part| {
        early
            .iter()
            .map(|row| part.values.get(*row).copied().unwrap_or(0.0))
            .collect()
    };
    let mut columns: Vec<Vec<f64>> = vec![vec![1.0; early.len()]];
    columns.extend(parts.iter().map(column));
    let fit = logistic(&Matrix::from_columns(&columns)?, &early_events, None).ok()?;
    // What raises the risk has no weight in a score.
    let found: Vec<f64> = fit.coefficients.iter().skip(1).map(|b| (-b).max(0.0)).collect();
    let (all, own) = (found.iter().sum::<f64>(), stated.iter().sum::<f64>());
    (all > 0.0 && own > 0.0).then_some(())?;
    let judged = |weights: &[f64]| {
        let risk: Vec<f64> = late
            .iter()
            .map(|row| probability(-mixed(parts, weights, *row) / 25.0))
            .collect();
        auc(&risk, &events(late), 0.95).map(|auc| estimate(&auc))
    };
    let percent = parts
        .iter()
        .zip(stated)
        .zip(&found)
        .map(|((part, stated), found)| (part.name.clone(), 100.0 * stated / own, 100.0 * found / all));
    Some(OtherWeights {
        parts: percent.collect(),
        halves: (early.len() as u64, late.len() as u64),
        stated: judged(stated)?,
        found: judged(&found)?,
    })
}
