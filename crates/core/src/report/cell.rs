//! Cells of the report: a measured or scored value with its target, progress, band and change.

use std::collections::BTreeMap;

use bellwether_order::Sort;

use super::inferred;
use super::model::{Cell, Change, ChangeVerdict};
use crate::definition::{Bands, Direction, Goal};
use crate::inference::{Range, Test};
use crate::measure::{Axes, CellKey, MeasuredCell, Measures, State};
use crate::score::{ScoreCell, band_name, goal, place};

/// What all cells of one metric or score have in common.
pub(super) struct Frame<'a> {
    pub measures: &'a Measures,
    pub goal: &'a Goal,
    pub direction: Option<Direction>,
    pub bands: Option<&'a Bands>,
    /// Tests of change, by cell.
    pub tests: Option<&'a bellwether_order::BTreeMap<CellKey, Test>>,
    /// Ranges of a score or of a formula, by cell.
    pub ranges: Option<&'a bellwether_order::BTreeMap<CellKey, Range>>,
}

/// A cell before it is compared with anything.
#[derive(Clone, Copy)]
pub(super) enum Raw<'a> {
    Measured(&'a MeasuredCell),
    Scored(&'a ScoreCell),
}

impl Raw<'_> {
    pub(super) const fn value(&self) -> Option<f64> {
        match self {
            Self::Measured(cell) => cell.value,
            Self::Scored(cell) => cell.value,
        }
    }

    pub(super) const fn state(&self) -> State {
        match self {
            Self::Measured(cell) => cell.state,
            Self::Scored(cell) => cell.state,
        }
    }
}

impl Frame<'_> {
    fn axes(&self) -> &Axes {
        &self.measures.axes
    }

    /// The report's cell at a key; `look` finds the raw cell of any key.
    pub(super) fn cell<'c>(&self, key: &CellKey, look: &dyn Fn(&CellKey) -> Option<Raw<'c>>) -> Cell {
        let raw = look(key);
        let mut cell = bare(self.axes(), key, raw);
        let Some(value) = cell.value else { return cell };
        if let Some(range) = self.ranges.and_then(|ranges| ranges.get(key)) {
            cell.interval = inferred::interval(range);
        }
        let complete = !cell.partial;
        cell.target = goal::target_of(self.goal, self.axes(), key, self.measures.as_of);
        if let Some(target) = cell.target.filter(|_| complete) {
            cell.target_met = meets(value, target, self.way(key, look));
        }
        let last = goal::segment_target(self.goal, self.axes(), key).or_else(|| goal::final_target(self.goal));
        let baseline = self.baseline(key, look);
        cell.progress = baseline
            .zip(last)
            .and_then(|(baseline, last)| goal::progress(value, baseline, last));
        cell.change_from_baseline = baseline.map(|baseline| value - baseline + 0.0);
        if complete {
            cell.band = self.bands.and_then(|bands| band_name(bands, value)).map(str::to_owned);
            cell.change = self.change(key, value, look);
        }
        cell
    }

    /// Where this cell started.
    pub(super) fn baseline<'c>(&self, key: &CellKey, look: &dyn Fn(&CellKey) -> Option<Raw<'c>>) -> Option<f64> {
        goal::baseline_of(self.goal, self.axes(), key, |key| look(key).and_then(|raw| raw.value()))
    }

    /// Which way is good here: as declared or by nature, else from baseline to target.
    fn way<'c>(&self, key: &CellKey, look: &dyn Fn(&CellKey) -> Option<Raw<'c>>) -> Option<Direction> {
        self.direction.or_else(|| {
            let (baseline, target) = self.baseline(key, look).zip(goal::final_target(self.goal))?;
            match target.total_cmp(&baseline) {
                std::cmp::Ordering::Greater => Some(Direction::Higher),
                std::cmp::Ordering::Less => Some(Direction::Lower),
                std::cmp::Ordering::Equal => None,
            }
        })
    }

    /// Against the previous complete period of the same cut.
    fn change<'c>(&self, key: &CellKey, value: f64, look: &dyn Fn(&CellKey) -> Option<Raw<'c>>) -> Option<Change> {
        let earlier = place::previous(self.axes(), key.period?)?;
        let from = place::label(self.axes(), earlier)?.to_owned();
        let then = look(&CellKey {
            period: Some(earlier),
            segments: key.segments.clone(),
        })?
        .value()?;
        let difference = value - then + 0.0;
        let better = match (self.way(key, look), difference) {
            (_, 0.0) | (None, _) => None,
            (Some(Direction::Higher), difference) => Some(difference > 0.0),
            (Some(Direction::Lower), difference) => Some(difference < 0.0),
        };
        let change = Change {
            from,
            difference,
            better,
            verdict: ChangeVerdict::NotTested,
            interval: None,
            p: None,
            reason: None,
        };
        let test = self.tests.and_then(|tests| tests.get(key));
        Some(test.map_or_else(|| change.clone(), |test| inferred::tested(change.clone(), test)))
    }
}

/// Whether a value meets a target; `None`: nothing says which way is good.
pub(super) fn meets(value: f64, target: f64, direction: Option<Direction>) -> Option<bool> {
    direction.map(|direction| match direction {
        Direction::Higher => value >= target,
        Direction::Lower => value <= target,
    })
}

/// A cell with its value only. Where there is no raw cell, nothing reaches the key.
pub(super) fn bare(axes: &Axes, key: &CellKey, raw: Option<Raw<'_>>) -> Cell {
    let segments: BTreeMap<String, String> = key
        .segments
        .iter()
        .filter_map(|(segment, value)| {
            let name = axes.segments.get(usize::from(*segment))?.name.clone();
            Some((name, place::value_text(axes, *segment, *value)?.to_owned()))
        })
        .collect();
    let period = key.period.and_then(|period| place::label(axes, period));
    let mut cell = Cell::not_applicable(segments, period.map(str::to_owned), place::is_partial(axes, key));
    match raw {
        None => {}
        Some(Raw::Measured(from)) => {
            cell.state = from.state;
            cell.value = from.value.filter(|_| from.state.has_value()).map(|value| value + 0.0);
            // What is hidden is hidden whole (DESIGN.md section 4, rule 12).
            if from.state != State::Suppressed {
                cell.n = from.n;
                cell.n_denominator = from.n_denominator;
                cell.n_effective = from.n_effective;
                cell.skipped = from.skipped;
                cell.not_due = from.not_due;
                cell.interval = from.interval.clone().filter(|_| cell.value.is_some());
            }
        }
        Some(Raw::Scored(from)) => {
            cell.state = from.state;
            cell.value = from.value;
            if from.state != State::Suppressed {
                cell.n = from.n;
            }
        }
    }
    cell
}

/// Keys in the order of the report: totals first, then each cut; within a cut by value, then by time.
pub(super) fn in_order<'k>(axes: &Axes, keys: impl Iterator<Item = &'k CellKey>) -> Vec<&'k CellKey> {
    let cut_of = |key: &CellKey| {
        let segments: Vec<u16> = key.segments.iter().map(|(segment, _)| *segment).collect();
        axes.cuts.iter().position(|cut| *cut == segments).unwrap_or(usize::MAX)
    };
    let mut placed: Vec<(usize, &CellKey)> = keys.map(|key| (cut_of(key), key)).collect();
    placed.order_by(|(cut_a, a), (cut_b, b)| {
        cut_a
            .cmp(cut_b)
            .then_with(|| a.segments.cmp(&b.segments))
            .then_with(|| a.period.cmp(&b.period))
    });
    placed.into_iter().map(|(_, key)| key).collect()
}
