//! Journeys: what is measured at each phase and step, and values of the data that are not on the map.

use bellwether_order::{BTreeMap, BTreeSet, Sort};

use super::build::headline_of_value;
use super::model::{JourneyResult, MetricResult, PhaseResult, StepResult};
use crate::data::{Column, Dataset, NO_ROW, Values};
use crate::definition::{ColumnRef, Journey, Scorecard};
use crate::measure::Axes;

/// The journeys of a card with their metrics. (Measuring has warned of values that are not on the map.)
pub(super) fn build(card: &Scorecard, data: &Dataset, axes: &Axes, metrics: &[MetricResult]) -> Vec<JourneyResult> {
    card.journeys
        .iter()
        .map(|journey| JourneyResult {
            name: journey.name.value.clone(),
            phases: phases(card, journey, axes, metrics),
            off_the_map: off_the_map(journey, data),
        })
        .collect()
}

fn phases(card: &Scorecard, journey: &Journey, axes: &Axes, metrics: &[MetricResult]) -> Vec<PhaseResult> {
    type OnStage<'f> = &'f dyn Fn(&(String, Option<String>)) -> bool;
    let hanging = |on: OnStage<'_>| -> Vec<&MetricResult> {
        metrics
            .iter()
            .filter(|metric| metric.stage.as_ref().is_some_and(on))
            .collect()
    };
    let every_step: BTreeSet<&str> = card
        .metrics
        .iter()
        .filter(|metric| metric.each_step)
        .map(|metric| metric.name.value.as_str())
        .collect();
    let bound = axes.segments.iter().any(|segment| segment.name == journey.name.value);
    journey
        .phases
        .iter()
        .map(|phase| {
            let name = phase.name.value.as_str();
            let steps = phase.steps.iter().map(|step| {
                let step = step.value.as_str();
                // A metric may hang on a step by the step's name alone.
                let own = hanging(&|(phase, at)| match at {
                    Some(at) => phase == name && at == step,
                    None => phase == step && step != name,
                });
                let own = own
                    .into_iter()
                    .map(|metric| (metric.name.clone(), metric.headline.clone()));
                let mut hung: Vec<_> = own.collect();
                let cells = metrics
                    .iter()
                    .filter(|metric| bound && every_step.contains(metric.name.as_str()))
                    .filter_map(|metric| {
                        headline_of_value(metric, &journey.name.value, step)
                            .map(|cell| (metric.name.clone(), cell.clone()))
                    });
                hung.extend(cells);
                StepResult {
                    name: step.to_owned(),
                    metrics: hung,
                }
            });
            PhaseResult {
                name: name.to_owned(),
                metrics: hanging(&|(phase, at)| phase == name && at.is_none())
                    .into_iter()
                    .map(|metric| metric.name.clone())
                    .collect(),
                steps: steps.collect(),
            }
        })
        .collect()
}

/// Values of the journey's columns that no phase names, most rows first.
fn off_the_map(journey: &Journey, data: &Dataset) -> Vec<(String, u64)> {
    let known: BTreeSet<&str> = journey
        .phases
        .iter()
        .flat_map(|phase| phase.steps.iter().chain(std::iter::once(&phase.name)))
        .map(|name| name.value.as_str())
        .collect();
    let mut rows: BTreeMap<String, u64> = BTreeMap::new();
    for column in &journey.along {
        for value in texts(column, data) {
            if !known.contains(value.as_str()) {
                *rows.entry(value).or_default() += 1;
            }
        }
    }
    let mut off: Vec<(String, u64)> = rows.into_iter().collect();
    off.order_by(|(a, rows_a), (b, rows_b)| rows_b.cmp(rows_a).then_with(|| a.cmp(b)));
    off
}

/// The texts of a column as seen from the rows of its table, missing ones left out.
fn texts(reference: &ColumnRef, data: &Dataset) -> Vec<String> {
    let Some((rows, column)) = follow(reference, data) else {
        return Vec::new();
    };
    let Values::Text(text) = &column.values else {
        return Vec::new();
    };
    rows.into_iter()
        .flatten()
        .filter(|row| column.is_valid(*row))
        .map(|row| text.get(row).to_owned())
        .collect()
}

/// The column at the end of a path, and for each row of its table the row to read there.
fn follow<'d>(reference: &ColumnRef, data: &'d Dataset) -> Option<(Vec<Option<usize>>, &'d Column)> {
    let mut table = data.table(&reference.table)?;
    let (name, steps) = reference.path.split_last()?;
    let mut rows: Vec<Option<usize>> = (0..table.rows).map(Some).collect();
    for step in steps {
        let parent = table.parent(step)?;
        for row in &mut rows {
            let up = row
                .and_then(|row| parent.rows.get(row).copied())
                .filter(|up| *up != NO_ROW);
            *row = up.map(|up| up as usize);
        }
        table = data.table(&parent.table)?;
    }
    Some((rows, table.column(name)?))
}
