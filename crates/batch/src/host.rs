//! What a batch asks of the world: cards compiled, tables read, someone told.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use bellwether::data::{Needs, Table};
use bellwether::definition::{CivilDate, Literal, Scorecard};
use bellwether::diagnostic::Diagnostic;
use bellwether::engine::Engine;
use bellwether::report::Report;

/// A card that was compiled.
#[derive(Debug, Clone)]
pub struct Compiled {
    /// The card.
    pub card: Scorecard,
    /// What was said about it: no errors.
    pub findings: Vec<Diagnostic>,
    /// Names and texts, in the order of spans: the card, then its modules.
    pub texts: Vec<(String, String)>,
    /// The folder that its own files are relative to.
    pub folder: PathBuf,
}

/// A card that cannot be used, and why.
#[derive(Debug, Clone)]
pub struct Refused {
    /// All findings.
    pub diagnostics: Vec<Diagnostic>,
    /// Names and texts, in the order of spans.
    pub texts: Vec<(String, String)>,
}

/// Something that happened, for whoever watches.
#[derive(Debug, Clone)]
pub enum Event<'a> {
    /// A source of data is about to be read.
    Reading(&'a str),
    /// Of so many reports to evaluate, so much is done, from 0 to 1.
    Evaluated(f64),
    /// A file was written.
    Written(&'a str),
    /// A card could not be evaluated.
    Failed(&'a str),
}

/// The world of a batch.
pub trait Host: Sync {
    /// The engine that evaluates all cards.
    fn engine(&self) -> &Engine;

    /// Reads a card and its modules, and compiles it.
    ///
    /// # Errors
    /// What is wrong with it.
    fn compile(&self, card: &Path, modules: &[PathBuf], params: &[(String, Literal)]) -> Result<Compiled, Refused>;

    /// Where each table of a card is read from, as text: the same text is the same data. `source`: the places that the
    /// batch names, by table; for others the card's own files.
    ///
    /// # Errors
    /// Tables that have no place.
    fn places(
        &self,
        card: &Compiled,
        source: &BTreeMap<String, String>,
    ) -> Result<BTreeMap<String, String>, Vec<Diagnostic>>;

    /// Reads a table from its place.
    ///
    /// # Errors
    /// Why it cannot be read.
    fn read(&self, table: &str, place: &str, needs: &Needs) -> Result<(Table, Vec<Diagnostic>), Diagnostic>;

    /// The day that `as_of = "today"` means.
    fn today(&self) -> Option<CivilDate>;

    /// Time since any moment, for the seconds of a run.
    fn now(&self) -> std::time::Duration;

    /// Given the report of a card before it is cut and written, from any thread. A host that keeps a history records it
    /// there, and gives it back with what the history says of it.
    ///
    /// # Errors
    /// Why it cannot be recorded; the batch ends there.
    fn recorded(&self, report: Report) -> Result<Report, String> {
        Ok(report)
    }

    /// Told what happens, from any thread.
    fn told(&self, event: Event<'_>) {
        let _ = event;
    }
}
