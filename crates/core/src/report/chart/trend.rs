//! Values over time.

use bellwether_order::BTreeMap;
use serde::{Deserialize, Serialize};

use super::{
    Axis, Band, ChartKind, Level, Made, Maker, Measured, bullet::subtitle, say, subject::Subject, subject::reach,
};
use crate::definition::{CivilDate, Direction};
use crate::measure::PeriodAxis;
use crate::report::model::{Cell, ChangeVerdict, ProcessResult, Results};
use crate::report::words::{counted, number, sentence};

/// The totals of a metric or score, period by period.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Trend {
    /// Metric, outcome or score.
    pub of: String,
    /// What a period is: `month`, `fiscal quarter`.
    pub calendar: String,
    /// The axis of the values.
    pub axis: Axis,
    /// Which way is good.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub direction: Option<Direction>,
    /// Every period from the first with a value to the last, in order; a period without a value is a gap.
    pub points: Vec<TrendPoint>,
    /// Where it started.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub baseline: Option<Level>,
    /// The final target; each point names the one that holds for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<Level>,
    /// By when the final target is to be reached.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<CivilDate>,
    /// What noise does to the series.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub process: Option<ProcessResult>,
    /// Bands of a score, lowest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub bands: Vec<Band>,
}

/// A period.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TrendPoint {
    /// Its label.
    pub period: String,
    /// First day.
    pub start: CivilDate,
    /// Last day.
    pub end: CivilDate,
    /// The value.
    pub measured: Measured,
    /// Whether the period is not over: shown apart, never judged.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub partial: bool,
    /// The target that holds for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<f64>,
    /// Whether that is met.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target_met: Option<bool>,
    /// The band of a score.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub band: Option<String>,
    /// Whether the change to the period before is more than noise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verdict: Option<ChangeVerdict>,
    /// Whether it is for the better.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub better: Option<bool>,
    /// Of a value that stands out: whether it is on the better side of the mean.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signal_better: Option<bool>,
    /// Why it stands out of the noise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signal: Option<String>,
}

/// A trend for each calendar.
pub(super) fn add(maker: &mut Maker<'_>, subject: &Subject<'_>) {
    for (index, calendar) in maker.results.axes.periods.iter().enumerate() {
        let id = if index == 0 {
            format!("trend/{}", subject.name)
        } else {
            format!("trend/{}/{}", subject.name, words(calendar))
        };
        maker.add(id, |results| make(results, subject, calendar, index == 0));
    }
}

/// What a period of a calendar is.
pub(super) fn words(axis: &PeriodAxis) -> String {
    let word = axis.period.calendar.word();
    match (axis.period.to_date, axis.period.rolling) {
        (Some(larger), _) => format!("{} to date by {word}", larger.word()),
        (None, rolling) if rolling > 1 => format!("{rolling} {word}s, rolling"),
        _ => word.to_owned(),
    }
}

fn make(_: &Results, subject: &Subject<'_>, calendar: &PeriodAxis, first: bool) -> Option<Made> {
    let by_label: BTreeMap<&str, &Cell> = subject
        .cut(&[])
        .iter()
        .filter_map(|cell| Some((cell.period.as_deref()?, *cell)))
        .collect();
    let has_value = |label: &str| by_label.get(label).is_some_and(|cell| cell.value.is_some());
    let from = calendar.steps.iter().position(|step| has_value(&step.label))?;
    let to = calendar.steps.iter().rposition(|step| has_value(&step.label))?;
    (to > from).then_some(())?;
    let process = subject.process.filter(|_| first);
    let points: Vec<TrendPoint> = calendar
        .steps
        .get(from..=to)?
        .iter()
        .map(|step| {
            let cell = by_label.get(&*step.label);
            let signal =
                process.and_then(|process| process.signals.iter().find(|signal| *signal.period == *step.label));
            let change = cell.and_then(|cell| cell.change.as_ref());
            TrendPoint {
                period: step.label.to_string(),
                start: step.start,
                end: step.end,
                measured: cell.map_or_else(Measured::nothing, |cell| Measured::of(cell)),
                partial: cell.is_some_and(|cell| cell.partial) || !step.complete,
                target: cell.and_then(|cell| cell.target),
                target_met: cell.and_then(|cell| cell.target_met),
                band: cell.and_then(|cell| cell.band.clone()),
                verdict: change.map(|change| change.verdict),
                better: change.and_then(|change| change.better),
                signal_better: signal.zip(process).and_then(|(signal, process)| {
                    Some((signal.value > process.mean) == (subject.direction? == Direction::Higher))
                }),
                signal: signal.map(|signal| signal.why.clone()),
            }
        })
        .collect();
    let goal = subject.goal;
    let (mut values, ends) = reach(points.iter().map(|point| &point.measured));
    values.extend(goal.baseline);
    values.extend(points.iter().filter_map(|point| point.target));
    let limits = process.map(|process| (process.low, process.high));
    let inside = |limit: f64| subject.bounds.is_none_or(|(low, high)| (low..=high).contains(&limit));
    values.extend(
        limits
            .into_iter()
            .flat_map(|(low, high)| [low, high])
            .filter(|limit| inside(*limit)),
    );
    let axis = subject.axis(values, ends);
    let calendar_words = words(calendar);
    let last = points
        .iter()
        .rev()
        .find(|point| !point.partial && point.measured.value.is_some());
    let about = about(subject, &axis, &calendar_words, &points, last, &by_label, process);
    let span = match (points.first(), points.last()) {
        (Some(from), Some(to)) => format!("by {calendar_words}, {} to {}", from.period, to.period),
        _ => calendar_words.clone(),
    };
    Some(Made {
        title: sentence(subject.label),
        subtitle: subtitle(&axis, &span),
        about,
        kind: ChartKind::Trend(Trend {
            of: subject.name.to_owned(),
            calendar: calendar_words,
            axis,
            direction: subject.direction,
            points,
            baseline: goal.baseline.map(|value| Level {
                value,
                label: match &goal.baseline_period {
                    Some(period) => format!("baseline {period}"),
                    None => "baseline".to_owned(),
                },
            }),
            target: goal.target.map(|value| Level {
                value,
                label: "target".to_owned(),
            }),
            due: goal.due,
            process: process.cloned(),
            bands: subject.bands(),
        }),
    })
}

fn about(
    subject: &Subject<'_>,
    axis: &Axis,
    calendar: &str,
    points: &[TrendPoint],
    last: Option<&TrendPoint>,
    cells: &BTreeMap<&str, &Cell>,
    process: Option<&ProcessResult>,
) -> String {
    let mut text = format!("{} by {calendar}", subject.label);
    if let (Some(from), Some(to)) = (points.first(), points.last()) {
        text.push_str(&format!(", {} to {}", from.period, to.period));
    }
    if let Some(last) = last {
        text.push_str(&format!(
            ": {}{} in {}.",
            say::value(&last.measured, axis),
            say::range(&last.measured, axis),
            last.period
        ));
        if let Some(cell) = cells.get(last.period.as_str()) {
            if let Some(change) = &cell.change {
                text.push_str(&say::change(change, axis.decimals));
            }
            text.push_str(&say::target(cell, axis.decimals));
        }
    } else {
        text.push('.');
    }
    if let Some(process) = process {
        let limits = format!(
            "the range of noise, {} to {}{}",
            number(process.low, axis.decimals),
            number(process.high, axis.decimals),
            if process.provisional { ", provisional" } else { "" }
        );
        let out: Vec<&str> = process.signals.iter().map(|signal| signal.period.as_str()).collect();
        text.push_str(&match out.as_slice() {
            [] => format!(" No {calendar} stands out of {limits}."),
            [one] => format!(" {one} stands out of {limits}."),
            [one, two] => format!(" {one} and {two} stand out of {limits}."),
            many => format!(" {} stand out of {limits}.", counted(many.len() as u64, calendar)),
        });
    }
    if points.last().is_some_and(|point| point.partial) {
        text.push_str(&format!(" The last {calendar} is not over."));
    }
    text
}

impl Measured {
    /// No cell at all.
    pub(super) const fn nothing() -> Self {
        Self {
            value: None,
            low: None,
            high: None,
            n: None,
            state: crate::measure::State::Missing,
        }
    }
}
