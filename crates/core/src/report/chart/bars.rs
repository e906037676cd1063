//! Values side by side.

use std::sync::Arc;

use bellwether_order::Sort;
use serde::{Deserialize, Serialize};

use super::axis::AxisInput;
use super::subject::{Subject, reach};
use super::waterfall::adds_up;
use super::{Axis, ChartKind, Level, Made, Maker, Measured, bullet::subtitle, say};
use crate::definition::Direction;
use crate::measure::SegmentAxis;
use crate::report::model::{Cell, ChangeVerdict, Results, ScoreResult};
use crate::report::words::{counted, sentence, significant};

/// More bars than this are not read.
const MOST_BARS: usize = 30;

/// Values side by side.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Bars {
    /// Metric, outcome or score; `None`: none alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub of: Option<String>,
    /// What the bars are: the label of a segment.
    pub category: String,
    /// The period; `None`: the whole time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub period: Option<Arc<str>>,
    /// The axis of the values.
    pub axis: Axis,
    /// Where bars start on it.
    pub start: f64,
    /// Which way is good.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub direction: Option<Direction>,
    /// The bars, in the order of the card.
    pub bars: Vec<Bar>,
    /// The value of all together.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total: Option<Level>,
    /// Bars that are not shown, as there are too many: those with the fewest rows.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub left_out: u64,
}

fn is_zero(count: &u64) -> bool {
    *count == 0
}

/// A bar.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Bar {
    /// What it stands for.
    pub label: String,
    /// The value.
    pub measured: Measured,
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
    /// What is to be known besides.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

impl Bar {
    fn of(label: String, cell: &Cell) -> Self {
        Self {
            label,
            measured: Measured::of(cell),
            target: cell.target,
            target_met: cell.target_met,
            band: cell.band.clone(),
            verdict: cell.change.as_ref().map(|change| change.verdict),
            better: cell.change.as_ref().and_then(|change| change.better),
            note: None,
        }
    }

    fn plain(label: String, measured: Measured, note: Option<String>) -> Self {
        Self {
            label,
            measured,
            target: None,
            target_met: None,
            band: None,
            verdict: None,
            better: None,
            note,
        }
    }
}

/// Bars for each segment; of a score also its parts, where points do not add up, and its rows by band.
pub(super) fn add(maker: &mut Maker<'_>, subject: &Subject<'_>) {
    for segment in &maker.results.axes.segments {
        let id = format!("bars/{}/{}", subject.name, segment.name);
        maker.add(id, |_| by_segment(subject, segment));
    }
    if let Some(score) = subject.score {
        maker.add(format!("bars/{}/parts", subject.name), |results| parts(results, score));
        maker.add(format!("bars/{}/bands", subject.name), |_| by_band(score));
    }
}

fn by_segment(subject: &Subject<'_>, segment: &SegmentAxis) -> Option<Made> {
    let period = &subject.headline.period;
    let cells: Vec<&Cell> = subject
        .cut(&[&segment.name])
        .iter()
        .copied()
        .filter(|cell| cell.period == *period)
        .collect();
    let mut bars: Vec<Bar> = segment
        .values
        .iter()
        .filter_map(|value| {
            let own = |cell: &&&Cell| cell.segments.get(&segment.name).is_some_and(|own| own == value);
            Some(Bar::of(value.clone(), cells.iter().find(own)?))
        })
        .collect();
    bars.iter().any(|bar| bar.measured.value.is_some()).then_some(())?;
    let left_out = keep_largest(&mut bars);
    let (mut values, ends) = reach(bars.iter().map(|bar| &bar.measured));
    values.extend(bars.iter().filter_map(|bar| bar.target));
    let total = subject.headline.value;
    values.extend(total);
    let (axis, start) = Axis::with_start(subject.axis_input(values, ends));
    let when = period.as_deref().unwrap_or("all time");
    let lower = subject.direction.map(|direction| direction == Direction::Lower);
    let mut about = format!("{} by {} in {when}.", subject.label, segment.label);
    about.push_str(&say::extremes(
        bars.iter().map(|bar| (bar.label.clone(), &bar.measured)),
        &axis,
        lower,
    ));
    about.push_str(&say::gaps(bars.iter().map(|bar| &bar.measured)));
    if left_out > 0 {
        about.push_str(&format!(
            " {} with the fewest rows are not shown.",
            counted(left_out, "value")
        ));
    }
    Some(Made {
        title: format!("{} by {}", sentence(subject.label), segment.label),
        subtitle: subtitle(&axis, when),
        about,
        kind: ChartKind::Bars(Bars {
            of: Some(subject.name.to_owned()),
            category: segment.label.clone(),
            period: period.clone(),
            axis,
            start,
            direction: subject.direction,
            bars,
            total: total.map(|value| Level {
                value,
                label: "all".to_owned(),
            }),
            left_out,
        }),
    })
}

/// Keeps the bars with the most rows, in their order, and says how many others there were.
fn keep_largest(bars: &mut Vec<Bar>) -> u64 {
    let left_out = bars.len().saturating_sub(MOST_BARS);
    if left_out > 0 {
        let mut sizes: Vec<(u64, usize)> = bars
            .iter()
            .enumerate()
            .map(|(index, bar)| (bar.measured.n.unwrap_or(0), index))
            .collect();
        sizes.order_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
        let kept: bellwether_order::BTreeSet<usize> =
            sizes.into_iter().take(MOST_BARS).map(|(_, index)| index).collect();
        let mut index = 0;
        bars.retain(|_| {
            index += 1;
            kept.contains(&(index - 1))
        });
    }
    left_out as u64
}

/// The parts of a mix whose points do not add up (geometric, worst of): each on 0–100.
fn parts(results: &Results, score: &ScoreResult) -> Option<Made> {
    (!adds_up(score)).then_some(())?;
    let bars: Vec<Bar> = score
        .contributions
        .iter()
        .map(|part| {
            let measured = Measured {
                value: part.normalised,
                low: None,
                high: None,
                n: None,
                state: part.state,
            };
            let label = Subject::label_of(results, &part.of).to_owned();
            Bar::plain(label, measured, part.note.clone())
        })
        .collect();
    bars.iter().any(|bar| bar.measured.value.is_some()).then_some(())?;
    let (mut values, ends) = reach(bars.iter().map(|bar| &bar.measured));
    values.push(100.0);
    values.extend(score.headline.value);
    let (axis, start) = Axis::with_start(AxisInput {
        title: "On 0 to 100".to_owned(),
        decimals: 1,
        bounds: Some((0.0, 100.0)),
        values,
        ends,
        ..AxisInput::default()
    });
    let when = score.headline.period.as_deref().unwrap_or("all time");
    let about = format!(
        "Parts of {} in {when}, each on 0 to 100.{}",
        score.label,
        say::extremes(
            bars.iter().map(|bar| (bar.label.clone(), &bar.measured)),
            &axis,
            Some(false)
        )
    );
    Some(Made {
        title: format!("{}: its parts", sentence(&score.label)),
        subtitle: format!("{when}, each on 0 to 100"),
        about,
        kind: ChartKind::Bars(Bars {
            of: Some(score.name.clone()),
            category: "part".to_owned(),
            period: score.headline.period.clone(),
            axis,
            start,
            direction: Some(Direction::Higher),
            bars,
            total: score.headline.value.map(|value| Level {
                value,
                label: score.label.clone(),
            }),
            left_out: 0,
        }),
    })
}

/// How many rows of a table have which band.
fn by_band(score: &ScoreResult) -> Option<Made> {
    let entities = score.entities.as_ref()?;
    let bars: Vec<Bar> = score
        .bands
        .iter()
        .zip(&entities.by_band)
        .map(|(band, rows)| Bar {
            band: Some(band.clone()),
            ..Bar::plain(band.clone(), Measured::known(*rows as f64, None), None)
        })
        .collect();
    (!bars.is_empty()).then_some(())?;
    let (axis, start) = Axis::with_start(AxisInput {
        title: sentence(&entities.table),
        bounds: Some((0.0, f64::MAX)),
        values: bars.iter().filter_map(|bar| bar.measured.value).collect(),
        ..AxisInput::default()
    });
    let parts = score.bands.iter().zip(&entities.by_band);
    let parts: Vec<String> = parts.map(|(band, rows)| format!("{rows} {band}")).collect();
    let about = format!(
        "{} of {} by band of {}: {}.",
        counted(entities.scored, "row"),
        entities.table,
        score.label,
        parts.join(", ")
    );
    Some(Made {
        title: format!("{} by band of {}", sentence(&entities.table), score.label),
        subtitle: format!("rows of {}", entities.table),
        about,
        kind: ChartKind::Bars(Bars {
            of: Some(score.name.clone()),
            category: "band".to_owned(),
            period: score.headline.period.clone(),
            axis,
            start,
            direction: None,
            bars,
            total: None,
            left_out: 0,
        }),
    })
}

/// What friction costs, where all of it is in one currency.
pub(super) fn add_friction(maker: &mut Maker<'_>) {
    maker.add("bars/friction".to_owned(), |results| {
        let first = results.friction.first()?;
        let same = results.friction.iter().all(|one| one.currency == first.currency);
        same.then_some(())?;
        let bars: Vec<Bar> = results
            .friction
            .iter()
            .map(|friction| {
                let label = Subject::label_of(results, &friction.metric).to_owned();
                let cost = friction.a_year;
                let note = format!("{}, through {}: {}", friction.declared, friction.outcome, friction.evidence.words());
                Bar::plain(label, Measured::known(cost.value, Some((cost.low, cost.high))), Some(note))
            })
            .collect();
        let (values, ends) = reach(bars.iter().map(|bar| &bar.measured));
        let (axis, start) = Axis::with_start(AxisInput {
            title: "A year".to_owned(),
            unit: first.currency.clone(),
            values,
            ends,
            ..AxisInput::default()
        });
        let currency = first.currency.as_deref().unwrap_or_default();
        let about = format!(
            "What stages of the journey cost a year, as they are not at their targets. Most: {} with {} {currency} (range {} to {}); evidence: {}.",
            Subject::label_of(results, &first.metric),
            significant(first.a_year.value),
            significant(first.a_year.low),
            significant(first.a_year.high),
            first.evidence.words()
        );
        Some(Made {
            title: "What friction costs a year".to_owned(),
            subtitle: subtitle(&axis, "distance to target, through the links of the card"),
            about,
            kind: ChartKind::Bars(Bars {
                of: None,
                category: "stage".to_owned(),
                period: None,
                axis,
                start,
                direction: Some(Direction::Lower),
                bars,
                total: None,
                left_out: 0,
            }),
        })
    });
}
