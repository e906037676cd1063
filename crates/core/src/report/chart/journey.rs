//! What is measured along a journey.

use std::sync::Arc;

use bellwether_order::Sort;
use serde::{Deserialize, Serialize};

use super::axis::extent;
use super::subject::{reach, way};
use super::{Axis, ChartKind, Made, Maker, Measured, axis::AxisInput, say};
use crate::definition::Direction;
use crate::link::{Estimate, Evidence};
use crate::report::model::{Cell, JourneyResult, MetricResult, Results};

/// A journey with the metrics of each step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct JourneyMap {
    /// Its name.
    pub of: String,
    /// The period; `None`: the whole time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub period: Option<Arc<str>>,
    /// The phases, in order.
    pub phases: Vec<String>,
    /// The steps, in order; a phase without steps is one stop.
    pub stops: Vec<JourneyStop>,
    /// Metrics that are measured at several steps.
    pub lanes: Vec<JourneyLane>,
    /// Metrics that hang on one phase or step.
    pub marks: Vec<JourneyMark>,
    /// Values of the data that are not on the map, with their rows.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub off_the_map: Vec<(String, u64)>,
}

/// A step of a journey.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct JourneyStop {
    /// Index of its phase.
    pub phase: usize,
    /// Its name.
    pub label: String,
}

/// A metric along the steps.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct JourneyLane {
    /// The metric.
    pub metric: String,
    /// Its axis.
    pub axis: Axis,
    /// Which way is good.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub direction: Option<Direction>,
    /// The target of all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<f64>,
    /// Its values, by step.
    pub points: Vec<JourneyPoint>,
}

/// A value at a step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct JourneyPoint {
    /// Index of the stop.
    pub stop: usize,
    /// The value.
    pub measured: Measured,
    /// The target that holds for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<f64>,
    /// Whether that is met.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target_met: Option<bool>,
    /// The lowest of the lane, or the highest where lower is better, among values that rest on enough answers.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub worst: bool,
}

/// A metric at one place of a journey.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct JourneyMark {
    /// The metric.
    pub metric: String,
    /// Its name for people.
    pub label: String,
    /// Index of its phase.
    pub phase: usize,
    /// Index of its stop; `None`: it is of the whole phase.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stop: Option<usize>,
    /// Its value.
    pub measured: Measured,
    /// Unit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// Decimals to show.
    pub decimals: u32,
    /// The target.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<f64>,
    /// Whether it is met.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target_met: Option<bool>,
    /// Declared a moment of truth: the reason, or an empty text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub moment_of_truth: Option<String>,
    /// Declared a friction point: the reason, or an empty text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub friction_point: Option<String>,
    /// What its distance to the target costs a year.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub costs_a_year: Option<Estimate>,
    /// ISO code of that money.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub currency: Option<String>,
    /// How good the evidence for that is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence: Option<Evidence>,
}

/// A map for each journey.
pub(super) fn add(maker: &mut Maker<'_>) {
    for journey in &maker.results.journeys {
        maker.add(format!("journey/{}", journey.name), |results| make(results, journey));
    }
}

fn make(results: &Results, journey: &JourneyResult) -> Option<Made> {
    let mut stops = Vec::new();
    // Metric, stop and cell of all that hangs on steps.
    let mut found: Vec<(&str, usize, &Cell)> = Vec::new();
    let mut of_phases: Vec<(&str, usize)> = Vec::new();
    for (phase, result) in journey.phases.iter().enumerate() {
        of_phases.extend(result.metrics.iter().map(|metric| (metric.as_str(), phase)));
        for step in &result.steps {
            let stop = stops.len();
            found.extend(step.metrics.iter().map(|(metric, cell)| (metric.as_str(), stop, cell)));
            stops.push(JourneyStop {
                phase,
                label: step.name.clone(),
            });
        }
        if result.steps.is_empty() {
            stops.push(JourneyStop {
                phase,
                label: result.name.clone(),
            });
        }
    }
    (!stops.is_empty()).then_some(())?;
    let mut lanes = Vec::new();
    let mut marks = Vec::new();
    for metric in &results.metrics {
        let own: Vec<(usize, &Cell)> = found
            .iter()
            .filter(|(name, _, _)| *name == metric.name)
            .map(|(_, stop, cell)| (*stop, *cell))
            .collect();
        match own.as_slice() {
            [] => {}
            [(stop, cell)] => {
                let phase = stops.get(*stop).map_or(0, |stop| stop.phase);
                marks.push(mark(results, metric, phase, Some(*stop), cell));
            }
            several => lanes.extend(lane(metric, several)),
        }
        let phases = of_phases.iter().filter(|(name, _)| *name == metric.name);
        marks.extend(phases.map(|(_, phase)| mark(results, metric, *phase, None, &metric.headline)));
    }
    let phases: Vec<String> = journey.phases.iter().map(|phase| phase.name.clone()).collect();
    let period = results.headline_period.clone();
    let when = period.as_deref().unwrap_or("all time");
    let about = about(journey, when, &stops, &lanes, &marks);
    Some(Made {
        title: format!("Journey: {}", journey.name),
        subtitle: when.to_owned(),
        about,
        kind: ChartKind::Journey(JourneyMap {
            of: journey.name.clone(),
            period,
            phases,
            stops,
            lanes,
            marks,
            off_the_map: journey.off_the_map.clone(),
        }),
    })
}

fn lane(metric: &MetricResult, own: &[(usize, &Cell)]) -> Option<JourneyLane> {
    let mut points: Vec<JourneyPoint> = own
        .iter()
        .map(|(stop, cell)| JourneyPoint {
            stop: *stop,
            measured: Measured::of(cell),
            target: cell.target,
            target_met: cell.target_met,
            worst: false,
        })
        .collect();
    points.order_by_key(|point| point.stop);
    points
        .iter()
        .any(|point| point.measured.value.is_some())
        .then_some(())?;
    let direction = metric.direction.or_else(|| way(&metric.goal));
    let solid = points.iter().filter_map(|point| point.measured.dependable());
    if let (Some((low, high)), Some(direction)) = (extent(solid), direction)
        && low < high
    {
        let worst = match direction {
            Direction::Higher => low,
            Direction::Lower => high,
        };
        for point in &mut points {
            point.worst = point.measured.dependable() == Some(worst);
        }
    }
    let (mut values, ends) = reach(points.iter().map(|point| &point.measured));
    values.extend(metric.headline.target);
    let axis = Axis::over(AxisInput {
        title: metric.label.clone(),
        unit: metric.unit.clone(),
        decimals: metric.decimals,
        bounds: metric.scale,
        values,
        ends,
    });
    Some(JourneyLane {
        metric: metric.name.clone(),
        axis,
        direction,
        target: metric.headline.target,
        points,
    })
}

fn mark(results: &Results, metric: &MetricResult, phase: usize, stop: Option<usize>, cell: &Cell) -> JourneyMark {
    let friction = results.friction.iter().find(|friction| friction.metric == metric.name);
    JourneyMark {
        metric: metric.name.clone(),
        label: metric.label.clone(),
        phase,
        stop,
        measured: Measured::of(cell),
        unit: metric.unit.clone(),
        decimals: metric.decimals,
        target: cell.target,
        target_met: cell.target_met,
        moment_of_truth: metric.moment_of_truth.clone(),
        friction_point: metric.friction_point.clone(),
        costs_a_year: friction.map(|friction| friction.a_year),
        currency: friction.and_then(|friction| friction.currency.clone()),
        evidence: friction.map(|friction| friction.evidence),
    }
}

fn about(
    journey: &JourneyResult,
    when: &str,
    stops: &[JourneyStop],
    lanes: &[JourneyLane],
    marks: &[JourneyMark],
) -> String {
    let mut text = format!(
        "The journey `{}` in {when}: {} phases, {} steps.",
        journey.name,
        journey.phases.len(),
        stops.len()
    );
    for lane in lanes {
        let worst = lane.points.iter().find(|point| point.worst);
        if let Some((point, stop)) = worst.and_then(|point| Some((point, stops.get(point.stop)?))) {
            text.push_str(&format!(
                " {} is worst at {} with {}.",
                lane.axis.title,
                stop.label,
                say::value(&point.measured, &lane.axis)
            ));
        }
    }
    let named = |what: &dyn Fn(&JourneyMark) -> bool| -> Vec<&str> {
        marks
            .iter()
            .filter(|mark| what(mark))
            .map(|mark| mark.label.as_str())
            .collect()
    };
    let truths = named(&|mark| mark.moment_of_truth.is_some());
    if !truths.is_empty() {
        text.push_str(&format!(" Moments of truth: {}.", truths.join(", ")));
    }
    let frictions = named(&|mark| mark.friction_point.is_some());
    if !frictions.is_empty() {
        text.push_str(&format!(" Friction points: {}.", frictions.join(", ")));
    }
    text
}
