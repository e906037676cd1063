//! What comes in, as JSON that the JavaScript side writes.

use std::collections::BTreeMap;
use std::time::Duration;

use bellwether::Limits;
use bellwether::definition::{ColumnType, Literal};
use serde::Deserialize;

/// A card and what it may see from outside.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct CardText {
    /// The script.
    pub text: String,
    /// What messages and reports call it.
    #[serde(default = "card_name")]
    pub name: String,
    /// Texts that it may import, by name.
    #[serde(default)]
    pub modules: BTreeMap<String, String>,
    /// Values for its params.
    #[serde(default)]
    pub params: BTreeMap<String, Literal>,
}

fn card_name() -> String {
    "card".to_owned()
}

impl CardText {
    /// Names and texts in the order of spans: the card, then its modules.
    #[must_use]
    pub fn texts(&self) -> Vec<(String, String)> {
        let card = std::iter::once((&self.name, &self.text));
        card.chain(&self.modules)
            .map(|(name, text)| (name.clone(), text.clone()))
            .collect()
    }
}

/// How to evaluate.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct EvaluateSettings {
    /// As of which day.
    pub as_of: Option<String>,
    /// Cuts beside the card's.
    pub by: Vec<String>,
    /// A calendar in place of the card's first.
    pub period: Option<String>,
    /// Whether links are worked out.
    pub links: bool,
    /// Values kept in other cards.
    pub values_from: BTreeMap<String, BTreeMap<String, f64>>,
    /// Of a check: whether the card is evaluated over the tables.
    pub data: bool,
}

impl Default for EvaluateSettings {
    fn default() -> Self {
        Self {
            as_of: None,
            by: Vec::new(),
            period: None,
            links: true,
            values_from: BTreeMap::new(),
            data: false,
        }
    }
}

/// How to read a table.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ReadSettings {
    /// The delimiter.
    pub delimiter: Option<char>,
    /// `utf-8` or `latin-1`.
    pub encoding: Option<String>,
    /// What messages and reports call the source.
    pub origin: Option<String>,
    /// Codes that mean missing.
    pub missing: MissingCodes,
    /// Kinds of columns.
    pub types: BTreeMap<String, ColumnType>,
}

/// Codes that mean missing.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(untagged)]
pub enum MissingCodes {
    /// In every column.
    All(Vec<Literal>),
    /// By column.
    Of(BTreeMap<String, Vec<Literal>>),
}

impl Default for MissingCodes {
    fn default() -> Self {
        Self::All(Vec::new())
    }
}

/// Which cell is to be explained.
#[derive(Debug, Clone, Deserialize)]
#[serde(default)]
pub struct ExplainQuestion {
    /// Metric, outcome or score.
    pub name: String,
    /// Segment and its value.
    pub segments: BTreeMap<String, String>,
    /// Label of the period.
    pub period: Option<String>,
    /// Source rows to show.
    pub rows: usize,
}

impl Default for ExplainQuestion {
    fn default() -> Self {
        Self {
            name: String::new(),
            segments: BTreeMap::new(),
            period: None,
            rows: 10,
        }
    }
}

/// What if.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct WhatIfSettings {
    /// Metrics and the values that they are to have.
    pub set: BTreeMap<String, f64>,
    /// Outcomes and the values that they are to reach.
    pub seek: BTreeMap<String, f64>,
}

/// Limits in place of those of a preset.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct LimitSettings {
    /// `interactive`, `untrusted` or `batch`.
    pub preset: Option<String>,
    /// Steps of the script.
    pub operations: Option<u64>,
    /// Rows read, times steps.
    pub row_operations: Option<u64>,
    /// Cells of a report.
    pub cells: Option<usize>,
    /// Time, in milliseconds.
    pub wall_time_ms: Option<f64>,
    /// Memory beyond that of the tables, in bytes.
    pub memory_bytes: Option<u64>,
    /// Memory of states that grow with the data, in bytes.
    pub growing_bytes: Option<u64>,
    /// Longest card, in bytes.
    pub source_bytes: Option<usize>,
}

/// The stack that a call of the script may take here. WebAssembly has two stacks: the one that the engine measures holds
/// a part of each call only, so less of it may be used than in a native program.
const STACK_BYTES: usize = 128 << 10;

impl LimitSettings {
    /// The limits, or the preset that is not known.
    ///
    /// # Errors
    /// The name of a preset that does not exist.
    pub fn limits(&self) -> Result<Limits, String> {
        let name = self.preset.as_deref().unwrap_or("interactive");
        let preset = Limits::preset(name).ok_or_else(|| name.to_owned())?;
        let time = |ms: f64| Duration::try_from_secs_f64(ms / 1_000.0).unwrap_or(preset.wall_time);
        Ok(Limits {
            operations: self.operations.unwrap_or(preset.operations),
            row_operations: self.row_operations.unwrap_or(preset.row_operations),
            cells: self.cells.unwrap_or(preset.cells),
            wall_time: self.wall_time_ms.map_or(preset.wall_time, time),
            memory_bytes: self.memory_bytes.unwrap_or(preset.memory_bytes),
            growing_bytes: self.growing_bytes.unwrap_or(preset.growing_bytes),
            source_bytes: self.source_bytes.unwrap_or(preset.source_bytes),
            stack_bytes: preset.stack_bytes.min(STACK_BYTES),
            ..preset
        })
    }
}
