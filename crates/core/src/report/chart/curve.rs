//! An outcome along a metric.

use bellwether_order::BTreeMap;
use serde::{Deserialize, Serialize};

use super::axis::AxisInput;
use super::subject::{Subject, reach};
use super::{Axis, ChartKind, Made, Maker, Measured};
use crate::link::{CurveStep, Evidence};
use crate::report::model::{LinkResult, Results};
use crate::report::words::{number, significant, with_unit};

/// An outcome along a metric.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Curve {
    /// The metric.
    pub metric: String,
    /// The outcome.
    pub outcome: String,
    /// What stands below the points: the metric with its unit.
    pub category: String,
    /// The axis of the outcome.
    pub axis: Axis,
    /// The points, by rising values of the metric.
    pub points: Vec<CurvePoint>,
    /// How good the evidence is.
    pub evidence: Evidence,
    /// Whether the data show the reverse of what the card claims.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub reversed: bool,
    /// What one more of the metric gives, with its range.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effect: Option<Measured>,
    /// Entities of all points.
    pub n: u64,
    /// What they are.
    pub entities: String,
}

/// The outcome where the metric has some values.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CurvePoint {
    /// The values of the metric: `9`, `0 to 6`.
    pub label: String,
    /// The lowest of them.
    pub from: f64,
    /// The highest.
    pub to: f64,
    /// The outcome there.
    pub measured: Measured,
}

/// A curve for each link that has one.
pub(super) fn add(maker: &mut Maker<'_>) {
    let mut seen: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    let results = maker.results;
    for result in &results.links {
        let pair = (result.link.metric.value.as_str(), result.link.outcome.value.as_str());
        let count = seen.entry(pair).or_default();
        *count += 1;
        // A metric may be linked twice with an outcome, at different lags.
        let suffix = if *count > 1 { format!("/{count}") } else { String::new() };
        let id = format!("curve/{}/{}{suffix}", pair.0, pair.1);
        maker.add(id, |results| make(results, result));
    }
}

fn make(results: &Results, result: &LinkResult) -> Option<Made> {
    let analysis = &result.analysis;
    (analysis.curve.len() >= 2).then_some(())?;
    let (metric, outcome) = (&result.link.metric.value, &result.link.outcome.value);
    let along = results.metrics.iter().find(|one| one.name == *metric);
    let of = results.metrics.iter().find(|one| one.name == *outcome);
    let points: Vec<CurvePoint> = analysis
        .curve
        .iter()
        .map(|step| CurvePoint {
            label: label(step),
            from: step.from,
            to: step.to,
            measured: Measured {
                n: Some(step.n),
                ..Measured::known(step.outcome, step.range)
            },
        })
        .collect();
    let (values, ends) = reach(points.iter().map(|point| &point.measured));
    let decimals = of.map_or(1, |outcome| outcome.decimals);
    let axis = Axis::over(AxisInput {
        title: Subject::label_of(results, outcome).to_owned(),
        unit: of.and_then(|outcome| outcome.unit.clone()),
        decimals,
        bounds: of.and_then(|outcome| outcome.scale),
        values,
        ends,
    });
    let metric_label = Subject::label_of(results, metric);
    let about = about(result, &axis, metric_label, &points);
    let category = match along.and_then(|along| along.unit.as_deref()) {
        Some(unit) => format!("{metric_label}, {unit}"),
        None => metric_label.to_owned(),
    };
    let mut subtitle = format!("evidence: {}", analysis.evidence.words());
    if analysis.reversed {
        subtitle.push_str(", the reverse of the claim");
    }
    Some(Made {
        title: format!("{} along {metric_label}", axis.title),
        subtitle: format!("{subtitle}; {} of {}", number(analysis.n as f64, 0), analysis.of),
        about,
        kind: ChartKind::Curve(Curve {
            metric: metric.clone(),
            outcome: outcome.clone(),
            category,
            axis,
            points,
            evidence: analysis.evidence,
            reversed: analysis.reversed,
            effect: analysis
                .effect
                .map(|effect| Measured::known(effect.value, Some((effect.low, effect.high)))),
            n: analysis.n,
            entities: analysis.of.clone(),
        }),
    })
}

/// The values of the metric at a step.
fn label(step: &CurveStep) -> String {
    let (from, to) = (plain(step.from), plain(step.to));
    if from == to { from } else { format!("{from} to {to}") }
}

/// Whole numbers without decimals, others to three digits that tell.
fn plain(value: f64) -> String {
    if value == value.trunc() {
        number(value, 0)
    } else {
        significant(value)
    }
}

fn about(result: &LinkResult, axis: &Axis, metric: &str, points: &[CurvePoint]) -> String {
    let analysis = &result.analysis;
    let mut text = format!("{} along {metric}", axis.title);
    if let (Some(first), Some(last)) = (points.first(), points.last())
        && let (Some(from), Some(to)) = (first.measured.value, last.measured.value)
    {
        let value = |value: f64| with_unit(&number(value, axis.decimals), axis.unit.as_deref());
        text.push_str(&format!(
            ": {} at {}, {} at {}",
            value(from),
            first.label,
            value(to),
            last.label
        ));
    }
    text.push_str(match analysis.evidence {
        Evidence::Tested => ". An experiment stands behind the link.",
        Evidence::Leading => ". The metric was measured before the outcome, and both move together.",
        Evidence::Correlated => ". Both move together; which comes first is not known.",
        Evidence::NoneFound => ". The data show no effect.",
        Evidence::TooLittleData => ". There are too little data to say more.",
        Evidence::Assumed => ". The effect is assumed by the card; no data stand behind it.",
    });
    if analysis.reversed {
        text.push_str(" That is the reverse of what the card claims.");
    }
    text
}
