//! The manifest: what a run wrote, for other programs. Its schema is `docs/batch.schema.json`.

use bellwether::definition::CivilDate;
use bellwether::diagnostic::Diagnostic;
use bellwether::report::TableProvenance;
use serde::{Deserialize, Serialize};

/// What a run wrote. All but `run` is the same for the same cards, data and jobs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// Version of this form.
    pub version: u32,
    /// Name and version of the engine.
    pub engine: String,
    /// The title of the batch.
    pub title: String,
    /// SHA-256 of the file of jobs.
    pub jobs_sha256: String,
    /// Cards over their data, in the order of the jobs.
    pub units: Vec<UnitRecord>,
    /// How this run went.
    pub run: RunRecord,
}

/// How a run went: what differs from one run to the next.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct RunRecord {
    /// How long it took.
    pub seconds: f64,
    /// Units that were evaluated and written.
    pub written: u64,
    /// Units whose files were there already, complete and of the same card, data and settings.
    pub kept: u64,
    /// Units that failed.
    pub failed: u64,
}

/// What became of a unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// All its files are there.
    Done,
    /// It has no report; `diagnostics` says why.
    Failed,
}

/// A card over its data.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct UnitRecord {
    /// The job: its name, or its number.
    pub job: String,
    /// The card, as the file of jobs leads to it.
    pub card: String,
    /// SHA-256 of the card's text; absent where it cannot be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub card_sha256: Option<String>,
    /// The source of data; absent: the card's own files.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data: Option<String>,
    /// Tables with the hashes of their source bytes.
    pub tables: Vec<TableProvenance>,
    /// What became of it.
    pub status: Status,
    /// The day as of which.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub as_of: Option<CivilDate>,
    /// The period that headlines are read from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub period: Option<String>,
    /// What was found, where it failed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub diagnostics: Vec<Diagnostic>,
    /// Its reports: the whole, then the slices.
    pub reports: Vec<ReportRecord>,
}

/// A report: whole, or of one value of a segment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReportRecord {
    /// Its title.
    pub title: String,
    /// The segment of a slice.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub segment: Option<String>,
    /// Its value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// The hash of its results.
    pub results_sha256: String,
    /// Its headlines.
    pub headlines: Vec<Tile>,
    /// Its files.
    pub files: Vec<FileRecord>,
}

/// A headline, in words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tile {
    /// The metric, outcome or score.
    pub name: String,
    /// Its name for people.
    pub label: String,
    /// Its value with its unit, or why it has none.
    pub text: String,
    /// What the value is worth: `ok`, `too_few`, `suppressed` and so on.
    pub state: String,
    /// The band of a score.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub band: Option<String>,
    /// Whether the target is met.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target_met: Option<bool>,
}

/// A file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileRecord {
    /// Its path in the folder of the reports, with `/` between folders.
    pub file: String,
    /// As what.
    pub format: String,
    /// For whom.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub audience: Option<String>,
    /// Its size.
    pub bytes: u64,
    /// SHA-256 of its bytes.
    pub sha256: String,
}
