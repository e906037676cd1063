//! Draws a Bellwether [`Report`] as text for a terminal, Markdown, CSV or JSON.
//!
//! A renderer computes no number: what it shows stands in the report. Text and Markdown are two drawings of one
//! [`Document`], so that they say the same.
//!
//! Imports: `bellwether::{report, measure, definition, diagnostic}`. Never: the engine or its other stages.

mod annotations;
mod ask;
mod audience;
pub mod chart;
mod claim;
mod compose;
mod csv;
mod diff;
mod document;
mod explain;
pub mod findings;
pub mod format;
mod html;
mod json;
mod links;
mod markdown;
mod narrative;
pub mod page;
#[cfg(feature = "parquet")]
mod parquet;
mod render_to;
mod sarif;
mod template;
#[cfg(feature = "terminal")]
mod text;
mod tidy;
#[cfg(feature = "xlsx")]
mod xlsx;

pub use annotations::{annotation, to_annotations};
pub use ask::{compose_backtest, compose_what_if};
pub use audience::{Audience, Voice, names as audiences};
pub use claim::compose_claim;
pub use compose::compose;
pub use csv::{entities_to_csv, table_to_csv, to_csv};
pub use diff::{compose_diff, compose_verification};
pub use document::{Align, Block, Document, Run, Table, Tone};
pub use explain::compose_explanation;
pub use html::{HtmlOptions, TEMPLATES, html, markdown};
#[cfg(feature = "templates")]
pub use html::{Template, draw};
pub use json::to_json;
pub use markdown::to_markdown;
pub use narrative::{Decision, Narrative, Paragraph, narrative};
#[cfg(feature = "parquet")]
pub use parquet::{file_metadata, to_parquet, write_parquet};
pub use render_to::{FileFormat, FileOptions, RenderedFile, render_to};
pub use sarif::to_sarif;
#[cfg(feature = "terminal")]
pub use text::{TextOptions, to_text};
pub use tidy::{TidyColumn, TidyTable, tidy};
#[cfg(feature = "xlsx")]
pub use xlsx::to_xlsx;

#[cfg(feature = "terminal")]
use bellwether::report::Report;

/// What a report can be drawn as.
#[cfg(feature = "terminal")]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Aligned text for a terminal.
    Table,
    /// Markdown, for pull requests and chat.
    Markdown,
    /// One line a cell, for other programs.
    Csv,
    /// The whole report; its schema is `docs/report.schema.json`.
    Json,
}

/// Draws a report.
///
/// # Errors
/// A message when the report cannot be written as JSON or CSV; that would be a fault of the engine.
#[cfg(feature = "terminal")]
pub fn render(report: &Report, format: Format, options: &TextOptions) -> Result<String, String> {
    match format {
        Format::Table => Ok(to_text(&compose(report), options)),
        Format::Markdown => Ok(to_markdown(&compose(report))),
        Format::Csv => to_csv(report),
        Format::Json => to_json(report),
    }
}
