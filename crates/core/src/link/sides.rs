//! What stands beside the links: values, targets, worth and series of the card's metrics.

use bellwether_order::Sort;

use super::Analysed;
use super::drivers::{Drivers, WeightAdvice};
use super::model::LinkAnalysis;
use super::pace::{Pace, Series, pace};
use super::worth::{
    Friction, InitiativeAnalysis, MetricFacts, OutcomeFacts, OutcomeWorth, SegmentWorth, initiative, rank, worth,
};
use crate::definition::{Direction, Link, MeasureKind, Metric};
use crate::measure::{CellKey, MeasuredCell, PeriodKey};
use crate::score::{PartFacts, Scorer, Thing, direction_of, goal, place, plan, scale_of};

pub(super) struct Sides<'a, 'c> {
    pub(super) from: &'a Analysed<'c>,
}

impl Sides<'_, '_> {
    fn metrics(&self) -> impl Iterator<Item = (usize, &Metric)> {
        self.from.card.metrics.iter().enumerate()
    }

    pub(super) fn headline_key(&self, index: usize) -> CellKey {
        let measures = self.from.measures;
        place::headline_key(&measures.axes, |key| measures.cell(index, key).map(|cell| cell.state))
    }

    /// Which way is good: by card or measure, else by the way from baseline to target.
    pub(super) fn direction(&self, index: usize) -> Option<Direction> {
        let metric = self.from.card.metrics.get(index)?;
        direction_of(metric, self.from.measures, index).or_else(|| {
            let facts = self.part_facts(index);
            let (from, to) = facts.baseline.zip(facts.target)?;
            (from != to).then_some(if from < to { Direction::Higher } else { Direction::Lower })
        })
    }

    fn cell(&self, index: usize, key: &CellKey) -> Option<&MeasuredCell> {
        self.from
            .measures
            .cell(index, key)
            .filter(|cell| cell.state.has_value())
    }

    pub(super) fn headline(&self, index: usize) -> Option<f64> {
        self.cell(index, &self.headline_key(index))?.value
    }

    /// The cell that a score's headline is read from.
    pub(super) fn score_key(&self, index: usize) -> CellKey {
        let scores = self.from.scores;
        place::headline_key(&self.from.measures.axes, |key| {
            scores.cell(index, key).map(|cell| cell.state)
        })
    }

    /// The scale of a metric.
    pub(super) fn scale(&self, name: &str) -> Option<(f64, f64)> {
        let Thing::Metric(index) = plan::find(self.from.card, name)? else {
            return None;
        };
        scale_of(self.from.card.metrics.get(index)?, self.from.measures, index)
    }

    /// What is known of a metric that is put on 0–100.
    pub(super) fn part_facts(&self, index: usize) -> PartFacts {
        let Some(metric) = self.from.card.metrics.get(index) else {
            return PartFacts::default();
        };
        let measures = self.from.measures;
        let total = |key: &CellKey| measures.cell(index, key).and_then(|cell| cell.value);
        PartFacts {
            scale: scale_of(metric, measures, index),
            lower_is_better: direction_of(metric, measures, index) == Some(Direction::Lower),
            baseline: goal::baseline_of(&metric.goal, &measures.axes, &CellKey::default(), total),
            target: goal::final_target(&metric.goal),
        }
    }

    /// How well a metric does, on 0–100 of its scale, 100 the best.
    pub(super) fn performance(&self, name: &str) -> Option<f64> {
        let Thing::Metric(index) = plan::find(self.from.card, name)? else {
            return None;
        };
        let metric = self.from.card.metrics.get(index)?;
        let (low, high) = scale_of(metric, self.from.measures, index)?;
        let share = 100.0 * (self.headline(index)? - low) / (high - low);
        let share = match self.direction(index) {
            Some(Direction::Lower) => 100.0 - share,
            _ => share,
        };
        share.is_finite().then(|| share.clamp(0.0, 100.0))
    }

    /// What one point of an outcome is worth.
    fn amount(&self, index: usize, metric: &Metric) -> Option<f64> {
        let worth = metric.worth.as_ref()?;
        match worth.amount.kind {
            MeasureKind::Number(amount) => Some(amount),
            _ => self.from.worth.get(index).copied().flatten(),
        }
    }

    fn sign(&self, index: usize) -> f64 {
        match self.direction(index) {
            Some(Direction::Lower) => -1.0,
            _ => 1.0,
        }
    }

    /// Money for one unit more of an outcome: below 0 where lower is better.
    pub(super) fn unit_worth(&self, name: &str) -> Option<f64> {
        let Thing::Metric(index) = plan::find(self.from.card, name)? else {
            return None;
        };
        let metric = self.from.card.metrics.get(index)?;
        Some(self.amount(index, metric)? * self.sign(index))
    }

    pub(super) fn worth(&self, links: &[(&Link, &LinkAnalysis)]) -> Vec<OutcomeWorth> {
        let facts = |name: &str| match plan::find(self.from.card, name) {
            Some(Thing::Metric(index)) => MetricFacts {
                value: self.headline(index),
                target: self
                    .from
                    .card
                    .metrics
                    .get(index)
                    .and_then(|metric| goal::final_target(&metric.goal)),
            },
            _ => MetricFacts {
                value: None,
                target: None,
            },
        };
        let outcomes = self.metrics().filter_map(|(index, metric)| {
            let worth = metric.worth.as_ref()?;
            let one_point = self.amount(index, metric)?;
            let sign = self.sign(index);
            let target = goal::final_target(&metric.goal);
            let gap = target
                .zip(self.headline(index))
                .map(|(target, value)| (sign * (target - value)).max(0.0));
            let currency = worth.currency.clone();
            let header = self
                .from
                .card
                .header
                .currency
                .as_ref()
                .map(|currency| currency.value.clone());
            Some(OutcomeFacts {
                name: metric.name.value.clone(),
                currency: currency.or(header),
                one_point,
                sign,
                gap,
                by_segment: target.map_or_else(Vec::new, |target| self.by_segment(index, target, sign, one_point)),
            })
        });
        outcomes.map(|outcome| worth(outcome, links, &facts)).collect()
    }

    /// The gap of each segment value, where the outcome is a mean over rows: a segment is worth its share of them.
    fn by_segment(&self, index: usize, target: f64, sign: f64, one_point: f64) -> Vec<SegmentWorth> {
        let total = self.headline_key(index);
        let axes = &self.from.measures.axes;
        let Some(all) = self
            .cell(index, &total)
            .filter(|cell| cell.n > 0 && cell.n_denominator.is_none())
        else {
            return Vec::new();
        };
        let mut made = Vec::new();
        for (segment, axis) in axes.segments.iter().enumerate() {
            for (value, name) in axis.values.iter().enumerate() {
                let key = CellKey {
                    period: total.period,
                    segments: vec![(segment as u16, value as u32)],
                };
                let cell = self.cell(index, &key);
                let Some((cell, own)) = cell.and_then(|cell| Some((cell, cell.value?))) else {
                    continue;
                };
                let gap = (sign * (target - own)).max(0.0);
                made.push(SegmentWorth {
                    segment: axis.name.clone(),
                    value: name.clone(),
                    gap,
                    a_year: gap * one_point * cell.n as f64 / all.n as f64,
                });
            }
        }
        made
    }

    /// Metrics that hang on a journey, by what not being at their targets costs.
    pub(super) fn friction(&self, worth: &[OutcomeWorth]) -> Vec<Friction> {
        let mut made = Vec::new();
        for (_, metric) in self.metrics() {
            let declared = match (&metric.moment_of_truth, &metric.friction_point, &metric.stage) {
                (Some(_), ..) => "moment of truth",
                (None, Some(_), _) => "friction point",
                (None, None, Some(_)) => "stage",
                (None, None, None) => continue,
            };
            for outcome in worth {
                let own = outcome.metrics.iter().find(|own| own.metric == metric.name.value);
                let Some((own, a_year)) = own.and_then(|own| Some((own, own.to_target?))) else {
                    continue;
                };
                if a_year.value > 0.0 {
                    let stage = metric.stage.as_ref();
                    made.push(Friction {
                        metric: metric.name.value.clone(),
                        stage: stage
                            .map(|at| (at.phase.value.clone(), at.step.as_ref().map(|step| step.value.clone()))),
                        declared: declared.to_owned(),
                        outcome: outcome.outcome.clone(),
                        a_year,
                        currency: outcome.currency.clone(),
                        evidence: own.evidence,
                    });
                }
            }
        }
        made.order_by(|a, b| {
            b.a_year
                .value
                .total_cmp(&a.a_year.value)
                .then_with(|| a.metric.cmp(&b.metric))
        });
        made
    }

    pub(super) fn initiatives(&self, links: &[(&Link, &LinkAnalysis)]) -> Vec<InitiativeAnalysis> {
        let unit = |name: &str| self.unit_worth(name);
        let declared = &self.from.card.initiatives;
        let mut made: Vec<InitiativeAnalysis> = declared
            .iter()
            .enumerate()
            .map(|(at, action)| initiative(at, action, links, &unit))
            .collect();
        rank(declared, &mut made, self.from.card.quick_wins.as_ref());
        made
    }

    pub(super) fn pace(&self) -> Vec<Pace> {
        self.metrics()
            .filter_map(|(index, metric)| Some(pace(&self.series(index, metric)?)))
            .collect()
    }

    /// The complete periods of a metric that has somewhere to go.
    fn series(&self, index: usize, metric: &Metric) -> Option<Series> {
        let axes = &self.from.measures.axes;
        let axis = axes.periods.first()?;
        (axis.period.rolling <= 1 && axis.period.to_date.is_none()).then_some(())?;
        let target = goal::final_target(&metric.goal)?;
        let due = metric.goal.due.as_ref()?.value;
        let direction = self.direction(index)?;
        let last = axis.headline? as usize;
        let values = axis
            .steps
            .iter()
            .enumerate()
            .take(last + 1)
            .filter(|(_, step)| step.complete);
        let values = values.filter_map(|(step, at)| {
            let key = CellKey {
                period: Some(PeriodKey {
                    axis: 0,
                    step: step as u32,
                }),
                segments: Vec::new(),
            };
            Some((at.end, self.cell(index, &key)?.value?))
        });
        Some(Series {
            of: metric.name.value.clone(),
            values: values.collect(),
            target,
            due,
            direction,
            scale: scale_of(metric, self.from.measures, index),
        })
    }

    /// For each score with several of these drivers among its parts: the card's weights beside those of the data, and how
    /// many segment values would change places.
    pub(super) fn weights(&self, drivers: &Drivers) -> Vec<WeightAdvice> {
        let scorer = Scorer::new(self.from.card, self.from.measures);
        let mut made = Vec::new();
        for (index, score) in self.from.card.scores.iter().enumerate() {
            let share = |name: &str| {
                drivers
                    .metrics
                    .iter()
                    .find(|driver| driver.metric == name)
                    .map(|driver| driver.weight.value)
            };
            let parts: Vec<(&str, f64, f64)> = score
                .parts
                .iter()
                .filter_map(|part| Some((part.of.value.as_str(), part.weight.value, share(&part.of.value)?)))
                .collect();
            let (stated, suggested) = parts
                .iter()
                .fold((0.0, 0.0), |(a, b), (_, own, data)| (a + own, b + data));
            if parts.len() < 2 || stated <= 0.0 || suggested <= 0.0 {
                continue;
            }
            let percent: Vec<(String, f64, f64)> = parts
                .iter()
                .map(|(name, own, data)| ((*name).to_owned(), 100.0 * own / stated, 100.0 * data / suggested))
                .collect();
            let ranks_changed = self.ranks(&scorer, index, &percent);
            made.push(WeightAdvice {
                score: score.name.value.clone(),
                parts: percent,
                ranks_changed,
            });
        }
        made
    }

    /// How many values of segments change their place under other weights, of how many.
    fn ranks(&self, scorer: &Scorer<'_>, score: usize, weights: &[(String, f64, f64)]) -> (u64, u64) {
        let axes = &self.from.measures.axes;
        let period = place::headline_period(axes);
        let (mut changed, mut all) = (0, 0);
        for (segment, axis) in axes.segments.iter().enumerate() {
            let mut values: Vec<(f64, f64)> = Vec::new();
            for value in 0..axis.values.len() {
                let key = CellKey {
                    period,
                    segments: vec![(segment as u16, value as u32)],
                };
                let Some(detail) = scorer.detail(score, &key, self.from.scores) else {
                    continue;
                };
                let normalised = |name: &str| detail.parts.iter().find(|part| part.of == name)?.input.normalised;
                let mixed: Option<Vec<(f64, f64)>> = weights
                    .iter()
                    .map(|(name, own, data)| normalised(name).map(|value| (own * value, data * value)))
                    .collect();
                values.extend(
                    mixed.map(|parts| parts.iter().fold((0.0, 0.0), |(a, b), (own, data)| (a + own, b + data))),
                );
            }
            let place = |of: &dyn Fn(&(f64, f64)) -> f64, at: f64| values.iter().filter(|value| of(value) > at).count();
            all += values.len() as u64;
            changed += values
                .iter()
                .filter(|value| place(&|v| v.0, value.0) != place(&|v| v.1, value.1))
                .count() as u64;
        }
        (changed, all)
    }
}
