//! A document as Markdown (CommonMark with the tables of GitHub).

use crate::document::{Align, Block, Document, Run, Tone};

/// Draws a document as Markdown that ends with a line feed.
#[must_use]
pub fn to_markdown(document: &Document) -> String {
    let mut out = String::new();
    for block in document {
        match block {
            Block::Title(title) => out.push_str(&format!("# {}\n\n", escape(title))),
            Block::Heading(heading) => out.push_str(&format!("## {}\n\n", escape(heading))),
            Block::Line(runs) => out.push_str(&format!("{}\n\n", runs_to_markdown(runs))),
            Block::Items(items) => {
                for item in items {
                    out.push_str(&format!("- {}\n", runs_to_markdown(item)));
                }
                out.push('\n');
            }
            Block::Table(table) => {
                let heads: Vec<String> = table.columns.iter().map(|(head, _)| escape(head)).collect();
                let rules: Vec<&str> = table
                    .columns
                    .iter()
                    .map(|(_, align)| if *align == Align::Right { "---:" } else { "---" })
                    .collect();
                out.push_str(&format!("| {} |\n| {} |\n", heads.join(" | "), rules.join(" | ")));
                for row in &table.rows {
                    let cells: Vec<String> = row.iter().map(run_to_markdown).collect();
                    out.push_str(&format!("| {} |\n", cells.join(" | ")));
                }
                out.push('\n');
            }
        }
    }
    while out.ends_with("\n\n") {
        out.pop();
    }
    out
}

fn runs_to_markdown(runs: &[Run]) -> String {
    runs.iter().map(run_to_markdown).collect()
}

fn run_to_markdown(run: &Run) -> String {
    let text = escape(&run.text);
    match run.tone {
        Tone::Strong if !text.trim().is_empty() => format!("**{}**", text.trim()),
        _ => text,
    }
}

/// Characters that Markdown would read as marks, and the bars of tables.
pub(crate) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '|' | '*' | '_' | '`' | '<' | '[' | ']' | '\\' | '#' => {
                out.push('\\');
                out.push(c);
            }
            '\n' | '\r' => out.push(' '),
            _ => out.push(c),
        }
    }
    out
}
