//! Places among the cells: the headline, the period before, the same cell with one more segment.

use std::sync::Arc;

use crate::definition::CivilDate;
use crate::measure::{Axes, CellKey, PeriodAxis, PeriodKey, PeriodStep, State};

/// The step that headlines are read from: the last complete one of the first calendar.
#[must_use]
pub fn headline_period(axes: &Axes) -> Option<PeriodKey> {
    let step = axes.periods.first()?.headline?;
    Some(PeriodKey { axis: 0, step })
}

/// The cell of a total that a metric's or score's headline is read from (DESIGN.md section 4, rule 2): the last
/// complete period, or the whole time where there is no period, or where the period cannot reach it (its table has no
/// date). `state` gives the state of its cells.
pub fn headline_key(axes: &Axes, state: impl Fn(&CellKey) -> Option<State>) -> CellKey {
    headline_period(axes)
        .map(|period| CellKey {
            period: Some(period),
            segments: Vec::new(),
        })
        .filter(|key| state(key).is_some_and(|state| state != State::NotApplicable))
        .unwrap_or_default()
}

/// The step that a period key names.
#[must_use]
pub fn step(axes: &Axes, key: PeriodKey) -> Option<&PeriodStep> {
    axes.periods.get(usize::from(key.axis))?.steps.get(key.step as usize)
}

/// The label of a period key.
#[must_use]
pub fn label(axes: &Axes, key: PeriodKey) -> Option<&Arc<str>> {
    step(axes, key).map(|step| &step.label)
}

/// The earlier step that a step is compared with: the last that does not overlap with it. A to-date period is compared
/// with the same stretch of the larger step before (May to date with May to date of last year), since anything else
/// compares stretches of different length.
#[must_use]
pub fn previous(axes: &Axes, key: PeriodKey) -> Option<PeriodKey> {
    let axis = axes.periods.get(usize::from(key.axis))?;
    let step = if axis.period.to_date.is_some() {
        same_stretch_before(axis, key.step)?
    } else {
        let start = axis.steps.get(key.step as usize)?.start;
        let before = axis.steps.get(..key.step as usize)?;
        // Steps are in order of their ends.
        u32::try_from(before.partition_point(|earlier| earlier.end < start))
            .ok()?
            .checked_sub(1)?
    };
    axis.steps.get(step as usize).filter(|step| step.complete)?;
    Some(PeriodKey { axis: key.axis, step })
}

/// Steps of a to-date calendar that belong to one larger step start on the same day; the same place in the group before.
fn same_stretch_before(axis: &PeriodAxis, step: u32) -> Option<u32> {
    let start = axis.steps.get(step as usize)?.start;
    let first = axis.steps.iter().position(|other| other.start == start)?;
    let place = (step as usize).checked_sub(first)?;
    let group = axis.steps.get(first.checked_sub(1)?)?.start;
    let group_first = axis.steps.iter().position(|other| other.start == group)?;
    let candidate = group_first + place;
    // A group cut short by the first data has no such place.
    (candidate < first).then(|| u32::try_from(candidate).ok()).flatten()
}

/// The last day that a cell covers: the end of its period, or the as-of day.
#[must_use]
pub fn last_day(axes: &Axes, key: &CellKey, as_of: Option<CivilDate>) -> Option<CivilDate> {
    match key.period {
        Some(period) => step(axes, period).map(|step| step.end),
        None => as_of,
    }
}

/// Whether the period of a cell is cut by the as-of day.
#[must_use]
pub fn is_partial(axes: &Axes, key: &CellKey) -> bool {
    key.period
        .and_then(|period| step(axes, period))
        .is_some_and(|step| !step.complete)
}

/// The index of a segment by name.
#[must_use]
pub fn segment_index(axes: &Axes, name: &str) -> Option<u16> {
    let index = axes.segments.iter().position(|segment| segment.name == name)?;
    u16::try_from(index).ok()
}

/// The index of a segment's value.
#[must_use]
pub fn value_index(axes: &Axes, segment: u16, value: &str) -> Option<u32> {
    let values = &axes.segments.get(usize::from(segment))?.values;
    u32::try_from(values.iter().position(|other| other == value)?).ok()
}

/// The text of a segment's value.
#[must_use]
pub fn value_text(axes: &Axes, segment: u16, value: u32) -> Option<&str> {
    let values = &axes.segments.get(usize::from(segment))?.values;
    values.get(value as usize).map(String::as_str)
}

/// The cell with one more segment value, in the order of the cut that holds both; `None`: no cut does.
#[must_use]
pub fn with_segment(axes: &Axes, key: &CellKey, segment: u16, value: u32) -> Option<CellKey> {
    let wanted: Vec<(u16, u32)> = key
        .segments
        .iter()
        .copied()
        .chain(std::iter::once((segment, value)))
        .collect();
    let cut = axes
        .cuts
        .iter()
        .find(|cut| cut.len() == wanted.len() && wanted.iter().all(|(segment, _)| cut.contains(segment)))?;
    let place = |segment: &u16| wanted.iter().find(|(other, _)| other == segment).copied();
    let segments = cut.iter().map(place).collect::<Option<Vec<_>>>()?;
    Some(CellKey {
        period: key.period,
        segments,
    })
}

/// The cell of the total, or of a segment's value, in a period found by its label in any of the calendars.
#[must_use]
pub fn in_period(axes: &Axes, key: &CellKey, label: &str) -> Option<CellKey> {
    let period = axes.periods.iter().zip(0_u16..).find_map(|(periods, axis)| {
        let step = periods.steps.iter().position(|step| *step.label == *label)?;
        Some(PeriodKey {
            axis,
            step: u32::try_from(step).ok()?,
        })
    })?;
    Some(CellKey {
        period: Some(period),
        segments: key.segments.clone(),
    })
}

#[cfg(test)]
mod tests;
