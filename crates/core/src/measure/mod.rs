//! Measures: from a card and its dataset to a cell for each metric × segment values × period.
//!
//! Imports: definition, data, expr, stats, limits, diagnostic. Never: script, score, report.

pub mod cell;

pub use cell::{
    Axes, CellKey, Interval, MeasuredCell, Measures, MetricCells, PeriodAxis, PeriodKey, PeriodStep, SegmentAxis, State,
};
