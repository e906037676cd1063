//! What was read, table by table.

use bellwether::report::Results;

use crate::document::{Block, Document, Run, Tone};
use crate::format;

pub(crate) fn tables(results: &Results) -> Document {
    if results.tables.is_empty() {
        return Vec::new();
    }
    let items = results.tables.iter().map(|table| {
        let mut text = format!("{}: {} rows", table.table, format::whole(table.rows_used));
        let mut more = Vec::new();
        if table.rows_used != table.rows_read {
            more.push(format!("{} read", format::whole(table.rows_read)));
        }
        if table.superseded > 0 {
            more.push(format!("{} superseded", format::whole(table.superseded)));
        }
        if table.later_than_as_of > 0 {
            more.push(format!("{} dated later", format::whole(table.later_than_as_of)));
        }
        more.extend(
            table
                .orphans
                .iter()
                .filter(|(_, n)| *n > 0)
                .map(|(path, n)| format!("{} without their {path}", format::whole(*n))),
        );
        more.extend(
            table
                .without_key
                .iter()
                .filter(|(_, n)| *n > 0)
                .map(|(path, n)| format!("{} name no {path}", format::whole(*n))),
        );
        if !more.is_empty() {
            text.push_str(&format!(" ({})", more.join(", ")));
        }
        if let Some((first, last)) = &table.dates {
            text.push_str(&format!(", {first} to {last}"));
        }
        vec![Run::new(text, Tone::Muted)]
    });
    vec![Block::Heading("Data".to_owned()), Block::Items(items.collect())]
}
