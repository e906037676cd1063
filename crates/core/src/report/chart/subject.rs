//! Something with cells: a metric, an outcome or a score, seen alike.

use bellwether_order::BTreeMap;

use super::{Axis, Band, Measured, axis::AxisInput};
use crate::definition::Direction;
use crate::report::model::{Cell, ChangeSplit, GoalResult, ProcessResult, Results, ScoreResult};

/// A metric, outcome or score.
pub(super) struct Subject<'a> {
    pub(super) name: &'a str,
    pub(super) label: &'a str,
    pub(super) unit: Option<&'a str>,
    pub(super) decimals: u32,
    pub(super) direction: Option<Direction>,
    pub(super) bounds: Option<(f64, f64)>,
    pub(super) goal: &'a GoalResult,
    pub(super) headline: &'a Cell,
    pub(super) process: Option<&'a ProcessResult>,
    pub(super) splits: &'a [ChangeSplit],
    pub(super) score: Option<&'a ScoreResult>,
    /// Cells by the names of the segments that cut them, in the order of the report.
    cuts: BTreeMap<Vec<&'a str>, Vec<&'a Cell>>,
}

impl<'a> Subject<'a> {
    /// All metrics and scores of a report.
    pub(super) fn all(results: &'a Results) -> impl Iterator<Item = Subject<'a>> {
        let metrics = results.metrics.iter().map(|metric| Subject {
            name: &metric.name,
            label: &metric.label,
            unit: metric.unit.as_deref(),
            decimals: metric.decimals,
            direction: metric.direction.or_else(|| way(&metric.goal)),
            bounds: metric.scale,
            goal: &metric.goal,
            headline: &metric.headline,
            process: metric.process.as_ref(),
            splits: &metric.splits,
            score: None,
            cuts: by_cut(&metric.cells),
        });
        let scores = results.scores.iter().map(|score| Subject {
            name: &score.name,
            label: &score.label,
            unit: None,
            decimals: score.decimals,
            direction: Some(Direction::Higher),
            bounds: Some((0.0, 100.0)),
            goal: &score.goal,
            headline: &score.headline,
            process: score.process.as_ref(),
            splits: &[],
            score: Some(score),
            cuts: by_cut(&score.cells),
        });
        metrics.chain(scores)
    }

    /// The cells of a cut; its segments in any order.
    pub(super) fn cut<'s>(&'s self, segments: &[&'s str]) -> &'s [&'a Cell] {
        let mut names = segments.to_vec();
        names.sort_unstable();
        self.cuts.get(&names).map_or(&[], Vec::as_slice)
    }

    /// The axis of its values.
    pub(super) fn axis(&self, values: Vec<f64>, ends: Vec<f64>) -> Axis {
        Axis::over(self.axis_input(values, ends))
    }

    /// What the axis of its values is made from.
    pub(super) fn axis_input(&self, values: Vec<f64>, ends: Vec<f64>) -> AxisInput {
        AxisInput {
            title: self.label.to_owned(),
            unit: self.unit.map(str::to_owned),
            decimals: self.decimals,
            bounds: self.bounds,
            values,
            ends,
        }
    }

    /// The bands of a score, lowest first.
    pub(super) fn bands(&self) -> Vec<Band> {
        let Some(score) = self.score else {
            return Vec::new();
        };
        let edges = &score.band_edges;
        let named = |(index, name): (usize, &String)| Band {
            name: name.clone(),
            from: index.checked_sub(1).and_then(|below| edges.get(below).copied()),
            to: edges.get(index).copied(),
        };
        score.bands.iter().enumerate().map(named).collect()
    }

    /// The names by which a metric or score is known to people.
    pub(super) fn label_of<'r>(results: &'r Results, name: &'r str) -> &'r str {
        let metrics = results.metrics.iter().map(|metric| (&metric.name, &metric.label));
        let scores = results.scores.iter().map(|score| (&score.name, &score.label));
        metrics
            .chain(scores)
            .find(|(known, _)| *known == name)
            .map_or(name, |(_, label)| label.as_str())
    }
}

/// All values and all ends of ranges.
pub(super) fn reach<'m>(measured: impl Iterator<Item = &'m Measured>) -> (Vec<f64>, Vec<f64>) {
    let (mut values, mut ends) = (Vec::new(), Vec::new());
    for one in measured {
        values.extend(one.value);
        ends.extend(one.ends());
    }
    (values, ends)
}

/// The way from baseline to target says what is good, where nothing else does.
pub(super) fn way(goal: &GoalResult) -> Option<Direction> {
    let (baseline, target) = (goal.baseline?, goal.target?);
    match target.total_cmp(&baseline) {
        std::cmp::Ordering::Greater => Some(Direction::Higher),
        std::cmp::Ordering::Less => Some(Direction::Lower),
        std::cmp::Ordering::Equal => None,
    }
}

fn by_cut(cells: &[Cell]) -> BTreeMap<Vec<&str>, Vec<&Cell>> {
    let mut cuts: BTreeMap<Vec<&str>, Vec<&Cell>> = BTreeMap::new();
    for cell in cells {
        let names = cell.segments.keys().map(String::as_str).collect();
        cuts.entry(names).or_default().push(cell);
    }
    cuts
}
