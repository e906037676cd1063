//! Measures: from a card and its dataset to a cell for each metric × segment values × period.
//!
//! Imports: definition, data, expr, stats, limits, diagnostic. Never: script, score, report.

mod algebra;
mod axes;
mod blocks;
mod calendar;
pub mod cell;
mod cell_map;
mod coded;
mod derive;
mod distinct;
mod durations;
mod entity;
mod evaluate;
mod executor;
mod finish;
mod grid;
mod guard;
pub mod influence;
mod input;
mod keys;
mod leaf;
mod lists;
mod memo;
mod pass;
mod plan;
mod pool;
mod quote;
mod ranks;
mod raters;
mod reach;
mod row_values;
mod rows;
mod scan;
mod segment;
mod session;
mod state;
mod stock;
mod stray;
mod sums;
mod suppress;
mod targets;
#[cfg(test)]
mod tests;
mod through;

pub use cell::{
    Axes, CellKey, Interval, MeasuredCell, Measures, MetricCells, PeriodAxis, PeriodKey, PeriodStep, SegmentAxis, State,
};
pub use cell_map::CellMap;
pub use entity::{EntityFrame, ListedRows, RowUse, RowsOf, SourceRow};
pub(crate) use lists::compare;
pub(crate) use memo::Memo;
pub use pool::Pool;
pub use quote::{QuotedGroup, QuotedRows, who};
pub use row_values::{LeafRows, MetricRows, NO_DAY, Rollup, RowFormula, Way, days_before};
pub use session::{MeasureOptions, Session};
