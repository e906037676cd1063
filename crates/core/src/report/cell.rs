//! Cells of the report: a measured or scored value with its target, progress, band and change.

use std::collections::BTreeMap;
use std::sync::Arc;

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

/// Where a cell stands, for all metrics and scores that have it.
pub(super) struct Spot {
    /// Its number among the cells.
    at: usize,
    segments: Arc<BTreeMap<String, String>>,
    label: Option<Arc<str>>,
    partial: bool,
    /// The same cut in the period before, where it is complete: its number among the cells, and its label.
    before: Option<(Option<usize>, CellKey, Arc<str>)>,
}

impl Spot {
    fn of(axes: &Axes, keys: &[CellKey], at: usize, key: &CellKey, segments: Arc<BTreeMap<String, String>>) -> Self {
        let before = || {
            let earlier = place::previous(axes, key.period?)?;
            let label = Arc::clone(place::label(axes, earlier)?);
            let before = CellKey {
                period: Some(earlier),
                segments: key.segments.clone(),
            };
            Some((keys.binary_search(&before).ok(), before, label))
        };
        Self {
            at,
            segments,
            label: key.period.and_then(|period| place::label(axes, period)).cloned(),
            partial: place::is_partial(axes, key),
            before: before(),
        }
    }

    /// A cell that may be none of a list.
    fn alone(axes: &Axes, keys: &[CellKey], key: &CellKey) -> Self {
        let at = keys.binary_search(key).unwrap_or(usize::MAX);
        Self::of(axes, keys, at, key, Arc::new(named(axes, key)))
    }
}

/// Cells in the order of the report: totals first, then each cut; within a cut by value, then by time. Metrics and scores that have
/// the same cells share it.
pub(super) struct Layout {
    pub(super) keys: Arc<[CellKey]>,
    spots: Vec<Spot>,
}

impl Layout {
    /// Of the cells whose segments are shown.
    pub(super) fn new(axes: &Axes, keys: &Arc<[CellKey]>, is_shown: impl Fn(&CellKey) -> bool) -> Self {
        let cut_of = |key: &CellKey| {
            let is = |cut: &Vec<u16>| cut.iter().eq(key.segments.iter().map(|(segment, _)| segment));
            axes.cuts.iter().position(is).unwrap_or(usize::MAX)
        };
        let shown = keys.iter().enumerate().filter(|(_, key)| is_shown(key));
        let mut placed: Vec<(usize, &CellKey, usize)> = shown.map(|(at, key)| (cut_of(key), key, at)).collect();
        placed.order_by(|(cut_a, a, _), (cut_b, b, _)| {
            cut_a
                .cmp(cut_b)
                .then_with(|| a.segments.cmp(&b.segments))
                .then_with(|| a.period.cmp(&b.period))
        });
        let mut spots = Vec::with_capacity(placed.len());
        for alike in placed.chunk_by(|(_, a, _), (_, b, _)| a.segments == b.segments) {
            let segments = alike
                .first()
                .map(|(_, key, _)| Arc::new(named(axes, key)))
                .unwrap_or_default();
            let spot = |(_, key, at): &(usize, &CellKey, usize)| Spot::of(axes, keys, *at, key, Arc::clone(&segments));
            spots.extend(alike.iter().map(spot));
        }
        Self {
            keys: Arc::clone(keys),
            spots,
        }
    }
}

impl Frame<'_> {
    fn axes(&self) -> &Axes {
        &self.measures.axes
    }

    /// The report's cell at a key; `look` finds the raw cell of any key.
    pub(super) fn cell<'c>(
        &self,
        keys: &[CellKey],
        key: &CellKey,
        look: &dyn Fn(&CellKey, usize) -> Option<Raw<'c>>,
    ) -> Cell {
        self.cell_at(&Spot::alone(self.axes(), keys, key), key, look)
    }

    /// The report's cells.
    pub(super) fn cells<'c>(&self, layout: &Layout, look: &dyn Fn(&CellKey, usize) -> Option<Raw<'c>>) -> Vec<Cell> {
        let mut cells = Vec::with_capacity(layout.spots.len());
        for spot in &layout.spots {
            if let Some(key) = layout.keys.get(spot.at) {
                cells.push(self.cell_at(spot, key, look));
            }
        }
        cells
    }

    fn cell_at<'c>(&self, spot: &Spot, key: &CellKey, look: &dyn Fn(&CellKey, usize) -> Option<Raw<'c>>) -> Cell {
        let raw = look(key, spot.at);
        let mut cell = bare(spot, raw);
        let Some(value) = cell.value else { return cell };
        if let Some(range) = self.ranges.and_then(|ranges| of_cell(ranges, key)) {
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
            cell.change = self.change(spot, key, value, look);
        }
        cell
    }

    /// Where this cell started.
    pub(super) fn baseline<'c>(&self, key: &CellKey, look: &dyn Fn(&CellKey, usize) -> Option<Raw<'c>>) -> Option<f64> {
        let value = |key: &CellKey| look(key, usize::MAX).and_then(|raw| raw.value());
        goal::baseline_of(self.goal, self.axes(), key, value)
    }

    /// Which way is good here: as declared or by nature, else from baseline to target.
    fn way<'c>(&self, key: &CellKey, look: &dyn Fn(&CellKey, usize) -> Option<Raw<'c>>) -> Option<Direction> {
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
    fn change<'c>(
        &self,
        spot: &Spot,
        key: &CellKey,
        value: f64,
        look: &dyn Fn(&CellKey, usize) -> Option<Raw<'c>>,
    ) -> Option<Change> {
        let (at, before, label) = spot.before.as_ref()?;
        let then = look(before, at.unwrap_or(usize::MAX))?.value()?;
        let from = Arc::clone(label);
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
        Some(match self.tests.and_then(|tests| of_cell(tests, key)) {
            Some(test) => inferred::tested(change, test),
            None => change,
        })
    }
}

/// What there is of a cell, in a map of the cells of few periods.
fn of_cell<'m, V>(map: &'m bellwether_order::BTreeMap<CellKey, V>, key: &CellKey) -> Option<&'m V> {
    let (first, last) = (map.first_key_value()?.0, map.last_key_value()?.0);
    // Cells are in order of their periods.
    (first.period..=last.period)
        .contains(&key.period)
        .then(|| map.get(key))?
}

/// Whether a value meets a target; `None`: nothing says which way is good.
pub(super) fn meets(value: f64, target: f64, direction: Option<Direction>) -> Option<bool> {
    direction.map(|direction| match direction {
        Direction::Higher => value >= target,
        Direction::Lower => value <= target,
    })
}

/// The values of a cell's segments, by name.
fn named(axes: &Axes, key: &CellKey) -> BTreeMap<String, String> {
    key.segments
        .iter()
        .filter_map(|(segment, value)| {
            let name = axes.segments.get(usize::from(*segment))?.name.clone();
            Some((name, place::value_text(axes, *segment, *value)?.to_owned()))
        })
        .collect()
}

/// A cell with its value only. Where there is no raw cell, nothing reaches the key.
fn bare(spot: &Spot, raw: Option<Raw<'_>>) -> Cell {
    let mut cell = Cell::not_applicable(Arc::clone(&spot.segments), spot.label.clone(), spot.partial);
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
