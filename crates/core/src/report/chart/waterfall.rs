//! What adds up to a score, or to a change.

use std::sync::Arc;

use bellwether_order::Sort;
use serde::{Deserialize, Serialize};

use super::axis::AxisInput;
use super::{Axis, Band, ChartKind, Made, Maker, bullet::subtitle, subject::Subject};
use crate::definition::Direction;
use crate::measure::State;
use crate::report::model::{ChangeSplit, Contribution, Results, ScoreResult};
use crate::report::words::{difference, number, sentence, stated};

/// Values of a segment that are shown one by one in a change; the others are one step.
const MOST_PARTS: usize = 8;

/// Steps that add up.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Waterfall {
    /// Metric, outcome or score.
    pub of: String,
    /// The axis of the points.
    pub axis: Axis,
    /// The period; `None`: the whole time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub period: Option<Arc<str>>,
    /// The steps in order; each starts where the one before ends, but totals, which start at zero.
    pub steps: Vec<WaterfallStep>,
    /// Range of the last total.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub range: Option<(f64, f64)>,
    /// Bands of a score, lowest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub bands: Vec<Band>,
    /// The band of the score.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub band: Option<String>,
}

/// What a step is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum WaterfallStepKind {
    /// A part that gives points.
    Part,
    /// A cap, floor, knock-out or override that was applied.
    Limit,
    /// Where it starts, or what it comes to.
    Total,
}

/// A step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct WaterfallStep {
    /// What it is.
    pub kind: WaterfallStepKind,
    /// Its name for people.
    pub label: String,
    /// Where it starts.
    pub from: f64,
    /// Where it ends.
    pub to: f64,
    /// What it adds: `to` less `from`.
    pub points: f64,
    /// Whether that is for the better; `None`: nothing says which way is good.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub better: Option<bool>,
    /// Points that it could have added besides: what it loses against a perfect 100.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lost: Option<f64>,
    /// Where it would end with these.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub full: Option<f64>,
    /// Value of the part, in its own unit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<f64>,
    /// That unit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// Decimals of that value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decimals: Option<u32>,
    /// Its share of all weight, 0–100.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub share: Option<f64>,
    /// What it is worth.
    pub state: State,
    /// How it was treated, or why a limit holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

impl WaterfallStep {
    fn new(kind: WaterfallStepKind, label: String, from: f64, to: f64) -> Self {
        Self {
            kind,
            label,
            from,
            to,
            points: to - from + 0.0,
            better: None,
            lost: None,
            full: None,
            value: None,
            unit: None,
            decimals: None,
            share: None,
            state: State::Ok,
            note: None,
        }
    }
}

/// The points of a score, and the splits of a change.
pub(super) fn add(maker: &mut Maker<'_>, subject: &Subject<'_>) {
    if let Some(score) = subject.score {
        maker.add(format!("waterfall/{}", subject.name), |results| {
            points(results, subject, score)
        });
    }
    for split in subject.splits {
        let id = format!("waterfall/{}/{}", subject.name, split.segment);
        maker.add(id, |results| change(results, subject, split));
    }
}

/// Whether the points of a score's parts add up to it: not of a geometric mix, nor of the worst of several.
pub(super) fn adds_up(score: &ScoreResult) -> bool {
    let counts = |part: &&Contribution| part.weight > 0.0 && part.normalised.is_some() && part.note.is_none();
    let mut counted = score.contributions.iter().filter(counts).peekable();
    counted.peek().is_some() && counted.all(|part| part.points.is_some() && part.share > 0.0)
}

fn points(results: &Results, subject: &Subject<'_>, score: &ScoreResult) -> Option<Made> {
    let total = score.headline.value?;
    adds_up(score).then_some(())?;
    let mut steps = Vec::new();
    let mut at = 0.0;
    for part in &score.contributions {
        let points = part.points.unwrap_or(0.0);
        let metric = results.metrics.iter().find(|metric| metric.name == part.of);
        let label = Subject::label_of(results, &part.of).to_owned();
        steps.push(WaterfallStep {
            lost: part.points_lost,
            full: part.points_lost.map(|lost| at + points + lost),
            value: part.value,
            unit: metric.and_then(|metric| metric.unit.clone()),
            decimals: Some(metric.map_or(1, |metric| metric.decimals)),
            share: Some(part.share),
            state: part.state,
            note: part.note.clone(),
            ..WaterfallStep::new(WaterfallStepKind::Part, label, at, at + points)
        });
        at += points;
    }
    (!steps.is_empty()).then_some(())?;
    for limit in &score.limits {
        if let Some(points) = limit.points {
            let label = format!("{} {}", limit.kind.replace('_', "-"), stated(limit.value));
            steps.push(WaterfallStep {
                better: Some(points >= 0.0),
                note: Some(limit.reason.clone()),
                ..WaterfallStep::new(WaterfallStepKind::Limit, label, at, at + points)
            });
            at += points;
        }
    }
    steps.push(WaterfallStep {
        state: score.headline.state,
        note: score.headline.band.clone(),
        ..WaterfallStep::new(WaterfallStepKind::Total, score.label.clone(), 0.0, total)
    });
    let mut values: Vec<f64> = steps.iter().flat_map(|step| [step.from, step.to]).collect();
    values.extend(steps.iter().filter_map(|step| step.full));
    values.extend([0.0, 100.0]);
    let range = score.headline.interval.as_ref().map(|range| (range.low, range.high));
    let axis = Axis::over(AxisInput {
        title: "Points".to_owned(),
        decimals: subject.decimals,
        bounds: Some((0.0, 100.0)),
        values,
        ends: range.into_iter().flat_map(|(low, high)| [low, high]).collect(),
        ..AxisInput::default()
    });
    let when = score.headline.period.as_deref().unwrap_or("all time");
    Some(Made {
        title: format!("{}: what gives and takes points", sentence(&score.label)),
        subtitle: when.to_owned(),
        about: about_points(score, when, &steps, total),
        kind: ChartKind::Waterfall(Waterfall {
            of: score.name.clone(),
            axis,
            period: score.headline.period.clone(),
            steps,
            range,
            bands: subject.bands(),
            band: score.headline.band.clone(),
        }),
    })
}

fn about_points(score: &ScoreResult, when: &str, steps: &[WaterfallStep], total: f64) -> String {
    let mut text = format!(
        "Points that make up {} in {when}: {}",
        score.label,
        number(total, score.decimals)
    );
    if let Some(band) = &score.headline.band {
        text.push_str(&format!(", {band}"));
    }
    text.push('.');
    let most = steps
        .iter()
        .filter_map(|step| Some((step.lost?, step)))
        .reduce(|most, next| if next.0 > most.0 { next } else { most })
        .filter(|(lost, _)| *lost > 0.0);
    if let Some((lost, step)) = most {
        text.push_str(&format!(
            " {} gives {} and loses most: {}.",
            step.label,
            number(step.points, 1),
            number(lost, 1)
        ));
    }
    for step in steps.iter().filter(|step| step.kind == WaterfallStepKind::Limit) {
        text.push_str(&format!(
            " Limit applied: {} ({}), {} points.",
            step.label,
            step.note.as_deref().unwrap_or_default(),
            difference(step.points, 1)
        ));
    }
    text
}

fn change(results: &Results, subject: &Subject<'_>, split: &ChangeSplit) -> Option<Made> {
    let change = subject.headline.change.as_ref()?;
    let now = subject.headline.value?;
    let then = now - change.difference + 0.0;
    let mut parts: Vec<(&str, f64, f64)> = split
        .parts
        .iter()
        .map(|part| (part.value.as_str(), part.rate, part.mix))
        .collect();
    parts.order_by(|a, b| {
        (b.1 + b.2)
            .abs()
            .total_cmp(&(a.1 + a.2).abs())
            .then_with(|| a.0.cmp(b.0))
    });
    (!parts.is_empty()).then_some(())?;
    let unit = subject.unit.map(str::to_owned);
    let mut steps = vec![WaterfallStep::new(
        WaterfallStepKind::Total,
        change.from.to_string(),
        0.0,
        then,
    )];
    let mut at = then;
    let own = |rate: f64, mix: f64| {
        format!(
            "own change {}, mix {}",
            difference(rate, subject.decimals),
            difference(mix, subject.decimals)
        )
    };
    let better = |points: f64| Some((points >= 0.0) == (subject.direction? == Direction::Higher));
    let shown = if parts.len() > MOST_PARTS + 1 {
        MOST_PARTS
    } else {
        parts.len()
    };
    let (single, others) = parts.split_at(shown);
    for (value, rate, mix) in single {
        steps.push(WaterfallStep {
            better: better(rate + mix),
            note: Some(own(*rate, *mix)),
            ..WaterfallStep::new(WaterfallStepKind::Part, (*value).to_owned(), at, at + rate + mix)
        });
        at += rate + mix;
    }
    if !others.is_empty() {
        let (rate, mix) = others
            .iter()
            .fold((0.0, 0.0), |sum, part| (sum.0 + part.1, sum.1 + part.2));
        steps.push(WaterfallStep {
            better: better(rate + mix),
            note: Some(own(rate, mix)),
            ..WaterfallStep::new(
                WaterfallStepKind::Part,
                format!("{} others", others.len()),
                at,
                at + rate + mix,
            )
        });
    }
    let period = subject.headline.period.as_deref().unwrap_or("now").to_owned();
    steps.push(WaterfallStep::new(WaterfallStepKind::Total, period.clone(), 0.0, now));
    // The steps are what is to be seen; the axis need not start at zero.
    let mut values: Vec<f64> = steps.iter().map(|step| step.to).collect();
    let pad = super::axis::extent(values.iter().copied()).map_or(0.0, |(low, high)| (high - low) * 0.15);
    let least = super::axis::extent(values.iter().copied()).map_or(0.0, |(low, _)| low - pad);
    values.push(least);
    let axis = Axis::over(AxisInput {
        values,
        ..subject.axis_input(Vec::new(), Vec::new())
    });
    let label = results
        .axes
        .segments
        .iter()
        .find(|segment| segment.name == split.segment)
        .map_or(split.segment.as_str(), |segment| segment.label.as_str());
    let first = parts.first()?;
    let about = format!(
        "The change of {} from {} to {period}, {}, split by {label}: {} by the values' own changes, {} by their mix. Most comes from {} with {}.",
        subject.label,
        change.from,
        difference(change.difference, subject.decimals),
        difference(split.rate, subject.decimals),
        difference(split.mix, subject.decimals),
        first.0,
        difference(first.1 + first.2, subject.decimals)
    ) + super::say::change(change, subject.decimals).as_str();
    Some(Made {
        title: format!("{}: what the change is made of, by {label}", sentence(subject.label)),
        subtitle: subtitle(&axis, &format!("{} to {period}", change.from)),
        about,
        kind: ChartKind::Waterfall(Waterfall {
            of: subject.name.to_owned(),
            axis: Axis { unit, ..axis },
            period: subject.headline.period.clone(),
            steps,
            range: None,
            bands: Vec::new(),
            band: None,
        }),
    })
}
