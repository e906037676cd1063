//! Links: from metrics to outcomes, with an effect, a range and a grade of evidence.
//!
//! A claim of the card (`drives`, `link`) is tested on its data: on the entities that have the outcome, with what each
//! said before (`frame`), else on cells of segment and period (`cells`).
//!
//! Imports: definition, data, measure, score, stats, limits, diagnostic. Never: script, report, any drawing.

pub mod backtest;
mod cells;
pub mod drivers;
mod fit;
mod frame;
pub mod model;
pub mod pace;
mod sides;
#[cfg(test)]
mod tests;
pub mod what_if;
pub mod worth;

use std::sync::Arc;

pub use backtest::{Backtest, BandStep, CalibrationStep, LiftStep, OtherWeights, ScoreBacktest, backtest};
pub use drivers::{Driver, Drivers, WeightAdvice};
pub use model::{Coefficient, CurveStep, Estimate, Evidence, LinkAnalysis, Links};
pub use pace::{Pace, PaceVerdict};
pub use what_if::{Moved, Needed, ScoreMoved, WhatIf, WhatIfQuestion};
pub use worth::{Friction, InitiativeAnalysis, MetricWorth, OutcomeWorth, SegmentWorth};

use crate::data::parallel;
use crate::definition::{CivilDate, Direction, Link, Scorecard};
use crate::measure::{CellKey, Measures, MetricRows, Session};
use crate::score::{Scores, Thing, plan};
use bellwether_order::BTreeMap;
use cells::CellLink;
use fit::{Columns, Sample};
use frame::OutcomeFrame;

/// What the stages before gave.
pub struct Analysed<'a> {
    /// The card.
    pub card: &'a Scorecard,
    /// Cells of its metrics.
    pub measures: &'a Measures,
    /// Cells of its scores.
    pub scores: &'a Scores,
    /// For each metric what one point of it is worth, where a measure of the card gives it.
    pub worth: &'a [Option<f64>],
    /// Threads.
    pub threads: usize,
}

/// Analyses every link of the card.
#[must_use]
pub fn analyse(session: &mut Session<'_>, from: &Analysed<'_>) -> Links {
    let mut work = Work::new(from);
    let declared = from.card.all_links();
    let links = work.links(session, &declared);
    let pairs: Vec<(&Link, &LinkAnalysis)> = declared.iter().zip(&links).collect();
    let sides = sides::Sides { from };
    let worth = sides.worth(&pairs);
    Links {
        drivers: work.drivers(&sides),
        friction: sides.friction(&worth),
        worth,
        initiatives: sides.initiatives(&pairs),
        pace: sides.pace(),
        links,
    }
}

/// Answers what would follow if metrics had other values.
///
/// # Errors
/// The name of a metric or outcome that the card does not have, or that has no value.
pub fn what_if(session: &mut Session<'_>, from: &Analysed<'_>, question: &WhatIfQuestion) -> Result<WhatIf, String> {
    let mut work = Work::new(from);
    let declared = from.card.all_links();
    let links = work.links(session, &declared);
    let pairs: Vec<(&Link, &LinkAnalysis)> = declared.iter().zip(&links).collect();
    what_if::what_if(&sides::Sides { from }, &pairs, question)
}

/// A metric's value for each entity of an outcome.
struct LinkColumn {
    outcome: usize,
    metric: String,
    values: Vec<f64>,
}

/// Frames and rows made so far: several links share an outcome.
struct Work<'a, 'c> {
    from: &'a Analysed<'c>,
    frames: BTreeMap<usize, Option<Arc<OutcomeFrame>>>,
    rows: BTreeMap<String, Option<Arc<MetricRows>>>,
    columns: Vec<LinkColumn>,
}

impl<'a, 'c> Work<'a, 'c> {
    const fn new(from: &'a Analysed<'c>) -> Self {
        Self {
            from,
            frames: BTreeMap::new(),
            rows: BTreeMap::new(),
            columns: Vec::new(),
        }
    }
}

impl Work<'_, '_> {
    /// The drivers of every outcome that several metrics lead to.
    fn drivers(&mut self, sides: &sides::Sides<'_, '_>) -> Vec<Drivers> {
        let mut columns: BTreeMap<usize, Vec<drivers::DriverColumn>> = BTreeMap::new();
        for column in std::mem::take(&mut self.columns) {
            let performance = sides.performance(&column.metric);
            let of = columns.entry(column.outcome).or_default();
            if of.iter().all(|(name, ..)| *name != column.metric) {
                of.push((column.metric, column.values, performance));
            }
        }
        let mut made = Vec::new();
        for (outcome, metrics) in columns {
            let (Some(frame), Some(declared)) = (
                self.frames.get(&outcome).cloned().flatten(),
                self.from.card.metrics.get(outcome),
            ) else {
                continue;
            };
            let found = drivers::drivers(drivers::DriverInput {
                outcome: declared.name.value.clone(),
                of: frame.entity.clone(),
                values: frame.values.clone(),
                weights: frame.weights.clone(),
                places: frame.places.clone(),
                metrics,
                threads: self.from.threads,
            });
            made.extend(found.map(|mut found| {
                found.weights = sides.weights(&found);
                found
            }));
        }
        made
    }

    /// The last day of which the data are complete.
    fn last_day(&self) -> Option<CivilDate> {
        let until = self.from.card.header.complete_until.map(|day| day.value);
        match (self.from.measures.as_of, until) {
            (Some(day), Some(until)) => Some(day.min(until)),
            (day, _) => day,
        }
    }

    fn frame(&mut self, session: &mut Session<'_>, outcome: usize) -> Option<Arc<OutcomeFrame>> {
        if !self.frames.contains_key(&outcome) {
            let made = OutcomeFrame::new(session, outcome, self.last_day()).map(Arc::new);
            self.frames.insert(outcome, made);
        }
        self.frames.get(&outcome).cloned().flatten()
    }

    /// The rows of a metric, or of the column that a score adds to its table.
    fn rows(&mut self, session: &mut Session<'_>, name: &str) -> Option<Arc<MetricRows>> {
        if !self.rows.contains_key(name) {
            let made = match plan::find(self.from.card, name) {
                Some(Thing::Metric(index)) => session.metric_rows(index),
                Some(Thing::Score(index)) => {
                    let each = self.from.card.scores.get(index).and_then(|score| score.each.clone());
                    each.and_then(|table| session.column_rows(&table.value, name))
                }
                None => None,
            };
            self.rows.insert(name.to_owned(), made.map(Arc::new));
        }
        self.rows.get(name).cloned().flatten()
    }

    fn direction(&self, name: &str) -> Option<Direction> {
        match plan::find(self.from.card, name)? {
            Thing::Metric(index) => sides::Sides { from: self.from }.direction(index),
            Thing::Score(_) => Some(Direction::Higher),
        }
    }

    /// The sign that a claim has: what is better leads to what is better.
    fn claimed(&self, link: &Link) -> f64 {
        match (self.direction(&link.metric.value), self.direction(&link.outcome.value)) {
            (Some(metric), Some(outcome)) if metric == outcome => 1.0,
            (Some(_), Some(_)) => -1.0,
            _ => 0.0,
        }
    }

    /// Every link: what each is fitted to one after the other, the fits on all threads.
    fn links(&mut self, session: &mut Session<'_>, declared: &[Link]) -> Vec<LinkAnalysis> {
        let prepared: Vec<Prepared> = declared.iter().map(|link| self.prepare(session, link)).collect();
        let pairs: Vec<(&Link, Prepared)> = declared.iter().zip(prepared).collect();
        parallel::map(self.from.threads, pairs.len(), |at| match pairs.get(at) {
            Some((link, prepared)) => graded(link, prepared.analysed()),
            None => LinkAnalysis::refused("", ""),
        })
    }

    fn prepare(&mut self, session: &mut Session<'_>, link: &Link) -> Prepared {
        self.in_data(session, link)
            .unwrap_or_else(|| Prepared::Done(Box::new(self.over_cells(link))))
    }

    /// What a link is fitted to, where entities have both metric and outcome.
    fn in_data(&mut self, session: &mut Session<'_>, link: &Link) -> Option<Prepared> {
        let Some(Thing::Metric(outcome)) = plan::find(self.from.card, &link.outcome.value) else {
            return None;
        };
        let frame = self.frame(session, outcome)?;
        let rows = self.rows(session, &link.metric.value)?;
        let column = frame.metric(session, &rows, link.lag, link.window)?;
        let mut notes = column.notes.clone();
        let mut controls = Vec::new();
        for control in &link.controls {
            match frame.control(session, control) {
                Some(columns) => controls.extend(columns),
                None => notes.push(format!(
                    "`{control}` cannot be told for each of `{}`; it is not held constant",
                    frame.entity
                )),
            }
        }
        if let Some((from, to)) = frame.stretch {
            notes.push(format!(
                "the outcome is of {} to {}, for each of {}",
                CivilDate(from),
                CivilDate(to),
                frame.entity
            ));
        }
        let sample = Sample::new(&Columns {
            outcome: &frame.values,
            metric: &column.values,
            controls: &controls,
            weights: frame.weights.as_deref(),
            groups: column.groups.as_deref(),
            places: frame.places.as_deref(),
            binary: frame.binary,
        });
        let tables = rows
            .leaves
            .iter()
            .map(|leaf| leaf.table.as_str())
            .chain([frame.entity.as_str()]);
        let floor = tables.filter_map(|table| session.anonymity_floor(table)).max();
        self.columns.push(LinkColumn {
            outcome,
            metric: link.metric.value.clone(),
            values: column.values,
        });
        Some(Prepared::Fit(Box::new(Fit {
            sample,
            of: frame.entity.clone(),
            precedes: column.precedes,
            claimed: self.claimed(link),
            window: column.window,
            notes,
            floor,
        })))
    }

    fn over_cells(&self, link: &Link) -> LinkAnalysis {
        let look = |name: &str| {
            let thing = plan::find(self.from.card, name);
            move |key: &CellKey| -> Option<f64> {
                match thing? {
                    Thing::Metric(index) => {
                        let cell = self.from.measures.cell(index, key)?;
                        cell.value.filter(|_| cell.state.has_value())
                    }
                    Thing::Score(index) => {
                        let cell = self.from.scores.cell(index, key)?;
                        cell.value.filter(|_| cell.state.has_value())
                    }
                }
            }
        };
        let (metric, outcome) = (look(&link.metric.value), look(&link.outcome.value));
        let mut made = CellLink {
            axes: &self.from.measures.axes,
            metric: &metric,
            outcome: &outcome,
            lag: link.lag,
            claimed: self.claimed(link),
        }
        .analyse();
        if !link.controls.is_empty() {
            made.notes
                .push("columns are held constant only where each entity has the outcome".to_owned());
        }
        made
    }
}

/// A link that is ready to be fitted, or done.
enum Prepared {
    Done(Box<LinkAnalysis>),
    Fit(Box<Fit>),
}

/// What a link is fitted to, and what is told besides.
struct Fit {
    sample: Sample,
    of: String,
    precedes: bool,
    claimed: f64,
    window: Option<String>,
    notes: Vec<String>,
    /// The least number of people of a published group.
    floor: Option<u64>,
}

impl Prepared {
    fn analysed(&self) -> LinkAnalysis {
        let fit = match self {
            Self::Done(analysis) => return analysis.as_ref().clone(),
            Self::Fit(fit) => fit,
        };
        let mut made = fit::analyse(&fit.sample, &fit.of, fit.precedes, fit.claimed);
        made.window.clone_from(&fit.window);
        made.notes.extend(fit.notes.iter().cloned());
        // Steps of a curve with fewer people than a table promises are not shown.
        if let Some(floor) = fit.floor {
            made.curve.retain(|step| step.n >= floor);
            if made.n < floor {
                return LinkAnalysis::refused(&fit.of, "too few people to say anything about them");
            }
        }
        made
    }
}

/// The grade of a link, with what the card says of it: an assumed range or an experiment carries the number, and what the
/// data show stands beside.
fn graded(link: &Link, mut found: LinkAnalysis) -> LinkAnalysis {
    let stated = link.assumes.as_ref().map(|range| {
        let (low, high) = range.value;
        Estimate {
            value: f64::midpoint(low, high),
            low,
            high,
        }
    });
    let experiment = link.tested_by.as_ref().map(|test| test.value.as_str());
    match (stated, experiment) {
        (None, None) => {}
        (None, Some(test)) => found.notes.push(format!(
            "`{test}` is named and its effect is not: say it as a range, .assumes(low, high), and the link counts as tested"
        )),
        (Some(stated), experiment) => {
            let apart = found
                .effect
                .is_some_and(|data| data.low > stated.high || data.high < stated.low);
            found.in_data = found.effect.take();
            let (grade, what) = match experiment {
                Some(test) => (Evidence::Tested, format!("the effect is that of `{test}`")),
                None => (Evidence::Assumed, "the effect is assumed, not measured".to_owned()),
            };
            let data = found.evidence.words();
            found.notes.insert(0, format!("{what}; the data alone: {data}"));
            if apart {
                found.notes.push("the data disagree: their range and the card's do not overlap".to_owned());
            }
            found.evidence = grade;
            found.effect = Some(stated);
        }
    }
    found
}
