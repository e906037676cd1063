//! A document as aligned text, with or without colour.

use comfy_table::{Cell, CellAlignment, ContentArrangement, presets};

use crate::document::{Align, Block, Document, Run, Table, Tone};

/// How text is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TextOptions {
    /// Whether the terminal shows colour.
    pub colour: bool,
    /// Columns of the terminal; `None`: as wide as the tables are.
    pub width: Option<u16>,
}

/// Draws a document as text that ends with a line feed.
#[must_use]
pub fn to_text(document: &Document, options: &TextOptions) -> String {
    let mut out = String::new();
    for block in document {
        match block {
            Block::Title(title) => {
                out.push_str(&paint(title, Tone::Strong, options));
                out.push('\n');
            }
            Block::Heading(heading) => {
                out.push('\n');
                out.push_str(&paint(heading, Tone::Strong, options));
                out.push('\n');
            }
            Block::Line(runs) => {
                out.push_str(&runs_to_text(runs, options));
                out.push('\n');
            }
            Block::Table(table) => {
                out.push_str(&table_to_text(table, options));
                out.push('\n');
            }
            Block::Items(items) => {
                for item in items {
                    out.push_str("  - ");
                    out.push_str(&runs_to_text(item, options));
                    out.push('\n');
                }
            }
        }
    }
    out
}

fn runs_to_text(runs: &[Run], options: &TextOptions) -> String {
    runs.iter().map(|run| paint(&run.text, run.tone, options)).collect()
}

fn table_to_text(table: &Table, options: &TextOptions) -> String {
    let mut drawn = comfy_table::Table::new();
    drawn
        .load_preset(presets::NOTHING)
        .set_content_arrangement(ContentArrangement::Disabled);
    if let Some(width) = options.width {
        drawn
            .set_content_arrangement(ContentArrangement::Dynamic)
            .set_width(width);
    }
    drawn.set_header(
        table
            .columns
            .iter()
            .map(|(head, align)| Cell::new(paint(head, Tone::Muted, options)).set_alignment(alignment(*align))),
    );
    for row in &table.rows {
        drawn.add_row(
            row.iter().zip(&table.columns).map(|(run, (_, align))| {
                Cell::new(paint(&run.text, run.tone, options)).set_alignment(alignment(*align))
            }),
        );
    }
    drawn
        .to_string()
        .lines()
        .map(str::trim_end)
        .collect::<Vec<_>>()
        .join("\n")
}

const fn alignment(align: Align) -> CellAlignment {
    match align {
        Align::Left => CellAlignment::Left,
        Align::Right => CellAlignment::Right,
    }
}

fn paint(text: &str, tone: Tone, options: &TextOptions) -> String {
    let code = match tone {
        _ if !options.colour || text.is_empty() => return text.to_owned(),
        Tone::Plain => return text.to_owned(),
        Tone::Good => "32",
        Tone::Warn => "33",
        Tone::Bad => "31",
        Tone::Muted => "2",
        Tone::Strong => "1",
    };
    format!("\u{1b}[{code}m{text}\u{1b}[0m")
}
