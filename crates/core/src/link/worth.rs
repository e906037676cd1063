//! What a gap and a point are worth, and what an initiative returns: ranges that carry the range of the link.

use bellwether_order::Sort;
use serde::{Deserialize, Serialize};

use super::model::{Estimate, Evidence, LinkAnalysis};
use crate::definition::{Duration, Initiative, Link, QuickWins, TimeUnit};
use crate::stats::math;
use crate::stats::simulation::{quantile, uniform};

/// Draws of a simulation.
const DRAWS: u64 = 10_000;
/// The seed of every simulation; results repeat to the bit.
const SEED: u64 = 0x3017_11a7_1ce5_0001;
/// Months over which an initiative is judged, where it does not say.
const USUAL_MONTHS: u32 = 36;
/// A chain of links longer than this carries too little.
const LONGEST_CHAIN: usize = 3;

/// What an outcome is worth, and what its metrics are worth through their links.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct OutcomeWorth {
    /// The outcome.
    pub outcome: String,
    /// ISO code of the money below.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub currency: Option<String>,
    /// What one point for the better is worth, held for a year.
    pub one_point: f64,
    /// How far it is from its target, in its unit; 0 where it is met.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gap: Option<f64>,
    /// What closing that gap is worth a year.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gap_a_year: Option<f64>,
    /// The same for each value of each segment: its own gap to its target, times its share of the entities.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub by_segment: Vec<SegmentWorth>,
    /// The metrics that are linked with it.
    pub metrics: Vec<MetricWorth>,
}

/// What closing the gap of a segment's value is worth a year.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SegmentWorth {
    /// The segment.
    pub segment: String,
    /// Its value.
    pub value: String,
    /// The gap, in the outcome's unit.
    pub gap: f64,
    /// What closing it is worth a year.
    pub a_year: f64,
}

/// What moving a metric is worth through its link.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct MetricWorth {
    /// The metric.
    pub metric: String,
    /// How good the evidence of the link is.
    pub evidence: Evidence,
    /// What one more unit is worth a year; below 0: one more costs.
    pub one_more: Estimate,
    /// How far the metric is from its target, in its unit: target minus value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gap: Option<f64>,
    /// What reaching its target is worth a year.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to_target: Option<Estimate>,
    /// What is to be known besides: an assumption, a target beyond what the data have seen, a lag, a curve.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
}

/// What the distance of a stage's metric to its target costs: friction ranked by money.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Friction {
    /// The metric.
    pub metric: String,
    /// Phase and step of the journey.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stage: Option<(String, Option<String>)>,
    /// `moment of truth`, `friction point` or `stage`, as the card declares it.
    pub declared: String,
    /// The outcome that it costs.
    pub outcome: String,
    /// What not being at its target costs a year.
    pub a_year: Estimate,
    /// ISO code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub currency: Option<String>,
    /// How good the evidence of the link is.
    pub evidence: Evidence,
}

/// What stands of an outcome when its worth is computed.
pub(super) struct OutcomeFacts {
    pub(super) name: String,
    pub(super) currency: Option<String>,
    pub(super) one_point: f64,
    /// 1 where higher is better, −1 where lower is.
    pub(super) sign: f64,
    pub(super) gap: Option<f64>,
    pub(super) by_segment: Vec<SegmentWorth>,
}

/// What stands of a metric: its value and target.
pub(super) struct MetricFacts {
    pub(super) value: Option<f64>,
    pub(super) target: Option<f64>,
}

/// Whether a link's effect may carry money: something was found, tested or assumed.
pub(super) fn carries(analysis: &LinkAnalysis) -> Option<Estimate> {
    let grade = matches!(
        analysis.evidence,
        Evidence::Tested | Evidence::Leading | Evidence::Correlated | Evidence::Assumed
    );
    analysis.effect.filter(|_| grade)
}

/// The worth of an outcome and of the metrics that lead to it.
pub(super) fn worth(
    outcome: OutcomeFacts,
    links: &[(&Link, &LinkAnalysis)],
    metric: &dyn Fn(&str) -> MetricFacts,
) -> OutcomeWorth {
    let metrics = links
        .iter()
        .filter(|(link, _)| link.outcome.value == outcome.name)
        .filter_map(|(link, analysis)| {
            let effect = carries(analysis)?;
            let one_more = effect.times(outcome.one_point * outcome.sign);
            let facts = metric(&link.metric.value);
            let gap = facts.target.zip(facts.value).map(|(target, value)| target - value);
            let mut notes = Vec::new();
            match analysis.evidence {
                Evidence::Assumed => notes.push("rests on an assumption".to_owned()),
                Evidence::Correlated => {
                    notes.push("rests on a correlation: moving the metric may not move the outcome".to_owned())
                }
                _ => {}
            }
            if analysis.reversed {
                notes.push("the data show the reverse of the claim".to_owned());
            }
            if let (Some((low, high)), Some(target)) = (analysis.seen, facts.target)
                && !(low..=high).contains(&target)
            {
                notes.push("the target lies beyond what the data have seen".to_owned());
            }
            if analysis.bends == Some(true) {
                notes.push("the link is curved: the mean effect over- or understates the way to the target".to_owned());
            }
            if let Some(lag) = link.lag {
                notes.push(format!("it comes {} later", super::frame::span_words(lag)));
            }
            Some(MetricWorth {
                metric: link.metric.value.clone(),
                evidence: analysis.evidence,
                one_more,
                gap,
                to_target: gap.map(|gap| one_more.times(gap)),
                notes,
            })
        })
        .collect();
    OutcomeWorth {
        gap_a_year: outcome.gap.map(|gap| gap * outcome.one_point),
        gap: outcome.gap,
        outcome: outcome.name,
        currency: outcome.currency,
        one_point: outcome.one_point,
        by_segment: outcome.by_segment,
        metrics,
    }
}

/// What an initiative returns, over its horizon.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct InitiativeAnalysis {
    /// The weakest evidence of the links that carry it; `None`: no money can be told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub evidence: Option<Evidence>,
    /// What it gains a year once it works, 95 % range.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub a_year: Option<Estimate>,
    /// Gains less costs over the horizon.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub net: Option<Estimate>,
    /// The same in percent of the costs; `None` without costs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub roi: Option<Estimate>,
    /// Months from its start until gains have paid for costs, in the middle draw; `None`: not within the horizon.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payback_months: Option<u32>,
    /// The chance that it loses money over the horizon, 0–100.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub loss: Option<f64>,
    /// Months over which it is judged.
    pub horizon_months: u32,
    /// Yearly discount rate in percent.
    pub discount: f64,
    /// Whether it is a quick win by the card's rule; `None`: no rule, or nothing to judge by.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quick_win: Option<bool>,
    /// Its place by net gain for each person day, 1 the best; `None` without both.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rank: Option<u32>,
    /// What is to be known besides.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
}

/// A way from a metric to money: effects to multiply, and what a unit of the last outcome is worth.
struct Chain<'a> {
    links: Vec<(&'a Link, &'a LinkAnalysis)>,
    /// Money for one unit more of the outcome.
    unit: f64,
    outcome: String,
}

/// The ways from a metric to outcomes with a worth.
fn chains<'a>(
    metric: &str,
    links: &[(&'a Link, &'a LinkAnalysis)],
    worth: &dyn Fn(&str) -> Option<f64>,
    before: &[(&'a Link, &'a LinkAnalysis)],
    found: &mut Vec<Chain<'a>>,
) {
    if before.len() >= LONGEST_CHAIN {
        return;
    }
    for (link, analysis) in links.iter().filter(|(link, _)| link.metric.value == metric) {
        if carries(analysis).is_none() {
            continue;
        }
        let mut way = before.to_vec();
        way.push((link, analysis));
        match worth(&link.outcome.value) {
            Some(unit) => found.push(Chain {
                links: way,
                unit,
                outcome: link.outcome.value.clone(),
            }),
            None => chains(&link.outcome.value, links, worth, &way, found),
        }
    }
}

/// The months of a span of time, at least 1.
fn months(span: Duration) -> u32 {
    let one = match span.unit {
        TimeUnit::Year => 12.0,
        TimeUnit::Quarter => 3.0,
        TimeUnit::Month => 1.0,
        TimeUnit::Week => 7.0 / 30.436_875,
        TimeUnit::Day => 1.0 / 30.436_875,
        TimeUnit::Hour | TimeUnit::Minute => 0.0,
    };
    (f64::from(span.count) * one).round().max(1.0) as u32
}

/// The return of an initiative, by simulation: each draw takes a move from the card's range (uniform) and an effect from
/// each link (normal by its range; uniform where it is assumed or from an experiment).
pub(super) fn initiative(
    at: usize,
    initiative: &Initiative,
    links: &[(&Link, &LinkAnalysis)],
    worth: &dyn Fn(&str) -> Option<f64>,
) -> InitiativeAnalysis {
    let horizon = initiative
        .horizon
        .as_ref()
        .map_or(USUAL_MONTHS, |span| months(span.value));
    let discount = initiative.discount.as_ref().map_or(0.0, |rate| rate.value);
    let mut made = InitiativeAnalysis {
        evidence: None,
        a_year: None,
        net: None,
        roi: None,
        payback_months: None,
        loss: None,
        horizon_months: horizon,
        discount,
        quick_win: None,
        rank: None,
        notes: Vec::new(),
    };
    let mut ways = Vec::new();
    for (place, moved) in initiative.moves.iter().enumerate() {
        let mut found = Vec::new();
        chains(&moved.metric.value, links, worth, &[], &mut found);
        if found.is_empty() {
            made.notes.push(format!(
                "no link with an effect leads from `{}` to an outcome with a worth",
                moved.metric.value
            ));
        }
        ways.extend(found.into_iter().map(|chain| (place, moved, chain)));
    }
    if ways.is_empty() {
        return made;
    }
    made.evidence = ways
        .iter()
        .flat_map(|(_, _, chain)| chain.links.iter().map(|(_, a)| a.evidence))
        .min_by_key(|grade| strength(*grade));
    if made.evidence == Some(Evidence::Assumed) {
        made.notes.push("rests on an assumption".to_owned());
    }
    let shared = |(at, (place, _, chain)): (usize, &(usize, &crate::definition::Move, Chain<'_>))| {
        ways.iter()
            .take(at)
            .any(|(other, _, before)| other != place && before.outcome == chain.outcome)
    };
    if ways.iter().enumerate().any(shared) {
        made.notes.push(
            "several metrics lead to one outcome: their gains are added, which counts twice what they share".to_owned(),
        );
    }
    if let Some(test) = &initiative.tested_by {
        made.notes.push(format!("its range is that of `{}`", test.value));
    }
    let gains: Vec<f64> = (0..DRAWS).map(|draw| gain(at, &ways, draw)).collect();
    let costs = Costs::new(initiative, horizon, discount);
    let lag = ways
        .iter()
        .flat_map(|(_, _, chain)| chain.links.iter().filter_map(|(link, _)| link.lag))
        .map(months)
        .max()
        .unwrap_or(0);
    let works = costs.ready + lag;
    let nets: Vec<f64> = gains.iter().map(|gain| costs.net(*gain, works)).collect();
    made.a_year = spread(&gains);
    made.net = spread(&nets);
    if costs.total > 0.0 {
        let roi: Vec<f64> = nets.iter().map(|net| 100.0 * net / costs.total).collect();
        made.roi = spread(&roi);
    }
    made.loss = Some(100.0 * nets.iter().filter(|net| **net < 0.0).count() as f64 / nets.len().max(1) as f64);
    made.payback_months = made.a_year.and_then(|year| costs.payback(year.value, works));
    if initiative.due.is_none() || initiative.starts.is_none() {
        made.notes
            .push("without start and due date gains begin at once".to_owned());
    }
    made
}

/// The order of grades from the weakest that may carry money.
const fn strength(grade: Evidence) -> u8 {
    match grade {
        Evidence::TooLittleData | Evidence::NoneFound => 0,
        Evidence::Assumed => 1,
        Evidence::Correlated => 2,
        Evidence::Leading => 3,
        Evidence::Tested => 4,
    }
}

/// The yearly gain of a draw.
fn gain(at: usize, ways: &[(usize, &crate::definition::Move, Chain<'_>)], draw: u64) -> f64 {
    let key = (at as u64) << 32;
    ways.iter().enumerate().fold(0.0, |sum, (way, (place, moved, chain))| {
        let share = uniform(SEED, key | *place as u64, draw);
        let mut value = moved.low + share * (moved.high - moved.low);
        for (step, (_, analysis)) in chain.links.iter().enumerate() {
            let Some(effect) = analysis.effect else { continue };
            let u = uniform(SEED, key | (1 << 31) | (way * 8 + step) as u64, draw);
            value *= match analysis.evidence {
                Evidence::Assumed | Evidence::Tested => effect.low + u * (effect.high - effect.low),
                _ => {
                    let error = (effect.high - effect.low) / (2.0 * 1.959_963_984_540_054);
                    effect.value + error * math::normal_quantile(u).unwrap_or(0.0)
                }
            };
        }
        sum + value * chain.unit
    })
}

fn spread(draws: &[f64]) -> Option<Estimate> {
    let mut sorted = draws.to_vec();
    sorted.sort_by(f64::total_cmp);
    Some(Estimate {
        value: quantile(&sorted, 0.5)?,
        low: quantile(&sorted, 0.025)?,
        high: quantile(&sorted, 0.975)?,
    })
}

/// The costs of an initiative month by month.
struct Costs {
    once: f64,
    monthly: f64,
    /// Months from its start to the day it is done.
    ready: u32,
    horizon: u32,
    /// What a month takes off the worth of money.
    rate: f64,
    /// All costs, discounted.
    total: f64,
}

impl Costs {
    fn new(initiative: &Initiative, horizon: u32, discount: f64) -> Self {
        let days = initiative
            .starts
            .as_ref()
            .zip(initiative.due.as_ref())
            .map_or(0, |(start, due)| due.value.0 - start.value.0);
        let mut costs = Self {
            once: initiative.costs.as_ref().map_or(0.0, |cost| cost.value),
            monthly: initiative.yearly_cost.as_ref().map_or(0.0, |cost| cost.value) / 12.0,
            ready: (f64::from(days.max(0)) / 30.436_875).round() as u32,
            horizon,
            rate: math::powf(1.0 + discount / 100.0, -1.0 / 12.0),
            total: 0.0,
        };
        costs.total = costs.once + (1..=horizon).fold(0.0, |sum, month| sum + costs.monthly * costs.factor(month));
        costs
    }

    fn factor(&self, month: u32) -> f64 {
        math::powf(self.rate, f64::from(month))
    }

    fn net(&self, yearly: f64, works: u32) -> f64 {
        (works + 1..=self.horizon).fold(-self.total, |sum, month| sum + yearly / 12.0 * self.factor(month))
    }

    /// The first month by which gains have paid for what was spent so far.
    fn payback(&self, yearly: f64, works: u32) -> Option<u32> {
        let mut sum = -self.once;
        for month in 1..=self.horizon {
            let gained = if month > works { yearly / 12.0 } else { 0.0 };
            sum += (gained - self.monthly) * self.factor(month);
            // What is paid back but for rounding is paid back.
            if sum >= -1e-9 * self.once {
                return Some(month);
            }
        }
        None
    }
}

/// Ranks initiatives by net gain for each person day, and says which are quick wins by the card's rule.
pub(super) fn rank(initiatives: &[Initiative], analyses: &mut [InitiativeAnalysis], rule: Option<&QuickWins>) {
    let per_day = |at: usize, analyses: &[InitiativeAnalysis]| {
        let days = initiatives.get(at)?.person_days.as_ref()?.value;
        let net = analyses.get(at)?.net?.value;
        (days > 0.0).then_some(net / days)
    };
    let mut order: Vec<(usize, f64)> = (0..analyses.len())
        .filter_map(|at| Some((at, per_day(at, analyses)?)))
        .collect();
    order.order_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    for (place, (at, _)) in order.into_iter().enumerate() {
        analyses
            .get_mut(at)
            .into_iter()
            .for_each(|analysis| analysis.rank = Some(place as u32 + 1));
    }
    let Some(rule) = rule else { return };
    for (initiative, analysis) in initiatives.iter().zip(analyses) {
        analysis.net.is_some().then_some(()).into_iter().for_each(|()| {
            let soon = rule
                .payback
                .is_none_or(|most| analysis.payback_months.is_some_and(|own| own <= months(most)));
            let days = initiative.person_days.as_ref().map(|days| days.value);
            let small = rule
                .person_days
                .is_none_or(|most| days.is_some_and(|days| days <= most));
            analysis.quick_win = Some(soon && small);
        });
    }
}
