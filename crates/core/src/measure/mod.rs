//! Measures: from a card and its dataset to a cell for each metric × segment values × period.
//!
//! Imports: definition, data, expr, stats, limits, diagnostic. Never: script, score, report.

mod algebra;
mod calendar;
pub mod cell;
mod executor;
mod finish;
mod grid;
mod input;
mod leaf;
mod reach;
mod rows;
mod scan;
mod segment;
mod session;
mod state;
#[cfg(test)]
mod tests;

pub use cell::{
    Axes, CellKey, Interval, MeasuredCell, Measures, MetricCells, PeriodAxis, PeriodKey, PeriodStep, SegmentAxis, State,
};
pub use session::{MeasureOptions, Session};
