//! Tables: typed columns in Arrow's memory layout, read from bytes or record batches, bound to what a card declares.
//!
//! Imports: definition, diagnostic. Never: script, expr, measure or later; no file, clock or environment.

pub mod column;
pub mod dataset;
pub mod summary;

pub use column::{Codes, Column, Ints, Text, Values};
pub use dataset::{BoundTable, Dataset, NO_ROW, Parent, RowIndex, Table};
pub use summary::{ColumnSummary, TableSummary};
