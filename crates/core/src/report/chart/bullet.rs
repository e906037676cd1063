//! One value against its goal.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Axis, Band, ChartKind, Made, Maker, Measured, say, subject::Subject};
use crate::definition::{CivilDate, Direction};
use crate::report::model::ChangeVerdict;
use crate::report::words::sentence;

/// One value with its range, where it started, where it is to be.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Bullet {
    /// Metric, outcome or score.
    pub of: String,
    /// The axis of the values.
    pub axis: Axis,
    /// Which way is good.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub direction: Option<Direction>,
    /// The period; `None`: the whole time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub period: Option<Arc<str>>,
    /// The value.
    pub measured: Measured,
    /// Where it started.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub baseline: Option<f64>,
    /// The target that holds now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<f64>,
    /// The final target, where another holds now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub final_target: Option<f64>,
    /// By when the final target is to be reached.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<CivilDate>,
    /// Whether the target is met.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target_met: Option<bool>,
    /// Way from baseline to target in percent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub progress: Option<f64>,
    /// Value of the period before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<f64>,
    /// Whether the change is more than noise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verdict: Option<ChangeVerdict>,
    /// Whether the change is for the better.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub better: Option<bool>,
    /// Bands of a score, lowest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub bands: Vec<Band>,
    /// The band of the value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub band: Option<String>,
}

/// A bullet for each value that has something to be compared with.
pub(super) fn add(maker: &mut Maker<'_>, subject: &Subject<'_>) {
    maker.add(format!("bullet/{}", subject.name), |_| make(subject));
}

fn make(subject: &Subject<'_>) -> Option<Made> {
    let cell = subject.headline;
    let goal = subject.goal;
    let bands = subject.bands();
    cell.value?;
    (goal.target.is_some() || goal.baseline.is_some() || !bands.is_empty()).then_some(())?;
    let measured = Measured::of(cell);
    let before = cell
        .change
        .as_ref()
        .zip(cell.value)
        .map(|(change, value)| value - change.difference + 0.0);
    let target = cell.target.or(goal.target_now);
    let mut values: Vec<f64> = [measured.value, goal.baseline, target, goal.target]
        .into_iter()
        .flatten()
        .collect();
    if !bands.is_empty() {
        // Bands are read against the whole scale.
        values.extend([0.0, 100.0]);
    }
    let axis = subject.axis(values, measured.ends().collect());
    let when = cell.period.as_deref().unwrap_or("all time");
    let mut about = format!(
        "{} in {when}: {}{}.",
        subject.label,
        say::value(&measured, &axis),
        say::range(&measured, &axis)
    );
    if let Some(band) = &cell.band {
        about.push_str(&format!(" That is {band}."));
    }
    about.push_str(&say::target(cell, subject.decimals));
    if let Some(change) = &cell.change {
        about.push_str(&say::change(change, subject.decimals));
    }
    Some(Made {
        title: sentence(subject.label),
        subtitle: subtitle(&axis, when),
        about,
        kind: ChartKind::Bullet(Bullet {
            of: subject.name.to_owned(),
            axis,
            direction: subject.direction,
            period: cell.period.clone(),
            measured,
            baseline: goal.baseline,
            target,
            final_target: goal.target.filter(|last| target != Some(*last)),
            due: goal.due,
            target_met: cell.target_met,
            progress: cell.progress,
            before,
            verdict: cell.change.as_ref().map(|change| change.verdict),
            better: cell.change.as_ref().and_then(|change| change.better),
            bands,
            band: cell.band.clone(),
        }),
    })
}

/// Period and unit.
pub(super) fn subtitle(axis: &Axis, when: &str) -> String {
    match &axis.unit {
        Some(unit) if !unit.is_empty() => format!("{when}, {unit}"),
        _ => when.to_owned(),
    }
}
