//! What a template is given: a report for an audience, with every number already in words.

mod quote;
mod row;
mod section;
mod tile;

use bellwether::report::Report;
use serde::Serialize;

pub use quote::{QuoteGroupView, QuoteView, QuotesView};
pub use section::{ChartView, Section};
pub use tile::Tile;

use crate::audience::Audience;
use crate::document::{Align, Block, Run, Tone};
use crate::narrative::narrative;

/// A report for an audience, ready to be drawn: `page` in a template.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Page {
    /// The card's title.
    pub title: String,
    /// Who answers for it.
    pub owner: Option<String>,
    /// The mission it serves.
    pub purpose: Option<String>,
    /// How often it is read.
    pub cadence: Option<String>,
    /// The day as of which everything is seen.
    pub as_of: Option<String>,
    /// The period that headlines are read from.
    pub period: Option<String>,
    /// What the periods are: `month`.
    pub calendar: Option<String>,
    /// Name of the audience.
    pub audience: String,
    /// `executive`, `team` or `analyst`.
    pub voice: &'static str,
    /// What changed, is it real, what is it worth, what next.
    pub headline: Option<String>,
    /// The values that matter most; empty where the audience is not shown them.
    pub tiles: Vec<Tile>,
    /// The parts of the report, in the order of the audience, without headline and tiles.
    pub sections: Vec<Section>,
    /// Where the numbers come from.
    pub provenance: Provenance,
}

/// Where the numbers come from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Provenance {
    /// Name and version of the engine.
    pub engine: String,
    /// The card and its modules: name and SHA-256.
    pub sources: Vec<(String, String)>,
    /// Tables: name, file, rows, SHA-256.
    pub tables: Vec<TableSource>,
    /// Params: name and value.
    pub params: Vec<(String, String)>,
    /// SHA-256 of the results.
    pub results: String,
}

/// Where a table comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TableSource {
    /// The table.
    pub name: String,
    /// The file, as the host named it.
    pub origin: Option<String>,
    /// Rows read.
    pub rows: String,
    /// SHA-256 of its bytes.
    pub sha256: Option<String>,
}

/// Text with one meaning.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RunView {
    /// The text.
    pub text: String,
    /// `plain`, `good`, `warn`, `bad`, `muted`, `strong`.
    pub tone: &'static str,
}

/// A column of a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ColumnView {
    /// Its head.
    pub head: String,
    /// `left` or `right`.
    pub align: &'static str,
}

/// A piece of a section.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum BlockView {
    /// A heading below that of the section.
    Heading {
        /// The text.
        text: String,
    },
    /// A line.
    Line {
        /// Its text.
        runs: Vec<RunView>,
    },
    /// A table.
    Table {
        /// What it shows.
        caption: String,
        /// Its columns.
        columns: Vec<ColumnView>,
        /// Its rows; the first cell is the head of the row.
        rows: Vec<Vec<RunView>>,
    },
    /// Items.
    Items {
        /// Their texts.
        items: Vec<Vec<RunView>>,
    },
}

/// Lays a report out for an audience.
#[must_use]
pub fn page(report: &Report, audience: &Audience) -> Page {
    let told = narrative(report, audience);
    let results = audience.keep(&report.results);
    let header = &results.header;
    let text =
        |field: &Option<bellwether::diagnostic::Spanned<String>>| field.as_ref().map(|field| field.value.clone());
    let shown = audience
        .sections
        .iter()
        .filter(|part| !matches!(part.as_str(), "headline" | "tiles"));
    let sections = shown
        .filter_map(|part| section::section(report, &results, part, audience, &told))
        .collect();
    Page {
        title: header.title.value.clone(),
        owner: text(&header.owner),
        purpose: text(&header.purpose),
        cadence: text(&header.cadence),
        as_of: results.as_of.map(|day| day.to_string()),
        period: results.headline_period.as_deref().map(str::to_owned),
        calendar: results
            .axes
            .periods
            .first()
            .map(|axis| axis.period.calendar.word().to_owned()),
        audience: audience.name.clone(),
        voice: audience.voice.word(),
        headline: audience.shows("headline").then(|| told.headline.clone()),
        tiles: if audience.shows("tiles") {
            tile::tiles(&results, audience.voice)
        } else {
            Vec::new()
        },
        sections,
        provenance: provenance(report),
    }
}

fn provenance(report: &Report) -> Provenance {
    let from = &report.provenance;
    let literal = |value: &bellwether::definition::Literal| {
        use bellwether::definition::Literal as L;
        match value {
            L::Bool(value) => value.to_string(),
            L::Int(value) => value.to_string(),
            L::Float(value) => crate::format::stated(*value),
            L::Text(value) => value.clone(),
        }
    };
    Provenance {
        engine: from.engine.clone(),
        sources: from
            .sources
            .iter()
            .map(|source| (source.name.clone(), source.sha256.clone()))
            .collect(),
        tables: from
            .tables
            .iter()
            .map(|table| TableSource {
                name: table.table.clone(),
                origin: table.origin.clone(),
                rows: crate::format::whole(table.rows),
                sha256: table.sha256.clone(),
            })
            .collect(),
        params: from
            .params
            .iter()
            .map(|param| (param.name.clone(), literal(&param.value)))
            .collect(),
        results: from.results_sha256.clone(),
    }
}

impl From<&Run> for RunView {
    fn from(run: &Run) -> Self {
        Self {
            text: run.text.clone(),
            tone: match run.tone {
                Tone::Plain => "plain",
                Tone::Good => "good",
                Tone::Warn => "warn",
                Tone::Bad => "bad",
                Tone::Muted => "muted",
                Tone::Strong => "strong",
            },
        }
    }
}

/// Pieces of a drawing for templates; a table is captioned by the heading before it, else by `title`.
fn blocks(document: &[Block], title: &str) -> Vec<BlockView> {
    let runs = |runs: &[Run]| -> Vec<RunView> { runs.iter().map(RunView::from).collect() };
    let mut caption = title.to_owned();
    let mut made = Vec::new();
    for block in document {
        made.push(match block {
            Block::Title(text) | Block::Heading(text) => {
                text.clone_into(&mut caption);
                if text == title {
                    continue;
                }
                BlockView::Heading { text: text.clone() }
            }
            Block::Line(line) => BlockView::Line { runs: runs(line) },
            Block::Items(items) => BlockView::Items {
                items: items.iter().map(|item| runs(item)).collect(),
            },
            Block::Table(table) => BlockView::Table {
                caption: caption.clone(),
                columns: table
                    .columns
                    .iter()
                    .map(|(head, align)| ColumnView {
                        head: head.clone(),
                        align: if *align == Align::Right { "right" } else { "left" },
                    })
                    .collect(),
                rows: table.rows.iter().map(|row| runs(row)).collect(),
            },
        });
    }
    made
}
