//! Many scorecards over the same data, a report for each reader: what `bellwether batch jobs.toml` does, as a library.
//!
//! ```text
//! jobs.toml ──▶ Spec ──▶ Plan ──▶ run: read once, evaluate together, slice, render, write ──▶ files, manifest, index
//! ```
//!
//! [`Spec`] is the file of jobs, with the place of every value; [`Plan`] is what it asks for, cards compiled and names of
//! files settled; [`run`] writes it. Everything that touches the world but the files it writes goes through a [`Host`].
//!
//! A file is complete or absent. A unit (a card over its data) that is done is noted in a journal, and a later run with the
//! same card, data and settings keeps its files after it has compared their hashes.
//!
//! Imports: `bellwether`, `bellwether-report`. Never: the command line, how a file is read.

mod example;
mod host;
mod index;
mod journal;
mod manifest;
mod name;
mod needs;
mod plan;
mod run;
mod spec;
mod write;

pub use example::{EXAMPLE, SCHEMA};
pub use host::{Compiled, Event, Host, Refused};
pub use manifest::{FileRecord, Manifest, ReportRecord, RunRecord, Status, Tile, UnitRecord};
pub use plan::{Plan, Unit};
pub use run::{RunOptions, run};
pub use spec::{JobSpec, Spec};
