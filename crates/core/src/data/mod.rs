//! Tables: typed columns in Arrow's memory layout, read from bytes or record batches, bound to what a card declares.
//!
//! Imports: definition, stats, diagnostic. Never: script, expr, measure or later; no file, clock or environment.

mod append;
pub mod arrow;
pub mod bind;
pub(crate) mod bits;
pub mod build;
mod cast;
pub mod column;
pub mod csv;
pub mod dataset;
pub mod date;
mod dates;
pub mod days;
pub(crate) mod domain;
mod extremes;
mod facts;
mod frame;
mod gather;
pub mod infer;
pub mod intern;
pub mod json;
mod keys;
pub mod looked_up;
pub(crate) mod narrow;
pub mod need;
pub(crate) mod parallel;
mod rake;
pub mod reading;
mod relate;
mod reshape;
pub mod rows;
pub mod summary;
mod unique;

pub use append::append;
pub use arrow::{TableBuilder, from_batches, to_record_batch};
pub use bind::{BindOptions, Bound, bind};
pub use column::{Codes, Column, Ints, Text, Values};
pub use csv::{CsvOptions, Encoding, Progress, read_csv, read_csv_with};
pub use dataset::{BoundTable, Dataset, NO_ROW, Parent, RowIndex, Table};
pub use json::read_json;
pub use looked_up::LookedUp;
pub use need::{ColumnNeed, Needs, needs};
pub use reading::ReadLimits;
pub use rows::{from_given, from_rows};
pub use summary::{ColumnSummary, TableSummary};
