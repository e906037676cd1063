//! Lists of rows, and alerts.

use bellwether::report::{AlertResult, Results, Value};

use crate::document::{Align, Block, Document, Run, Table, Tone};
use crate::format;

pub(crate) fn lists(results: &Results) -> Document {
    let mut document = Vec::new();
    for list in &results.lists {
        document.push(Block::Heading(format!("List: {}", list.name)));
        let numeric = |value: &Value| matches!(value, Value::Int(_) | Value::Float(_));
        let side = |index: usize| list.rows.iter().filter_map(|row| row.get(index)).any(numeric);
        let columns = list
            .columns
            .iter()
            .enumerate()
            .map(|(index, column)| (column.clone(), if side(index) { Align::Right } else { Align::Left }));
        let decimals: Vec<u32> = (0..list.columns.len())
            .map(|index| format::column_decimals(list.rows.iter().filter_map(|row| row.get(index))))
            .collect();
        let rows = list.rows.iter().map(|row| {
            let cells = row.iter().zip(&decimals);
            cells
                .map(|(value, decimals)| Run::plain(format::in_column(value, *decimals)))
                .collect()
        });
        document.push(Block::Table(Table {
            columns: columns.collect(),
            rows: rows.collect(),
        }));
        document.push(Block::Line(vec![Run::new(
            format!(
                "{} of {} rows shown",
                format::whole(list.rows.len() as u64),
                format::whole(list.passed)
            ),
            Tone::Muted,
        )]));
    }
    document
}

pub(crate) fn alerts(alerts: &[&AlertResult]) -> Document {
    if alerts.is_empty() {
        return Vec::new();
    }
    let items = alerts.iter().map(|alert| {
        let to = alert.to.as_ref().map(|to| format!(" (to {to})")).unwrap_or_default();
        let (word, tone) = match alert.raised {
            Some(true) => ("RAISED", Tone::Bad),
            Some(false) => ("not raised", Tone::Muted),
            None => ("unknown", Tone::Warn),
        };
        vec![
            Run::plain(format!("{}{to}: ", alert.name)),
            Run::new(word, tone),
            Run::new(format!(" [{}]", alert.condition), Tone::Muted),
        ]
    });
    vec![Block::Heading("Alerts".to_owned()), Block::Items(items.collect())]
}

/// What customers say in their own words.
pub(crate) fn quotes(results: &Results) -> Document {
    let mut document = Vec::new();
    for quotes in &results.quotes {
        let of = quotes
            .period
            .as_ref()
            .map_or_else(String::new, |period| format!(" of {period}"));
        document.push(Block::Heading(format!("Quotes: {}", quotes.name)));
        document.push(Block::Line(vec![Run::new(
            format!("the {}{of}", quotes.pick.word()),
            Tone::Muted,
        )]));
        let mut items = Vec::new();
        for group in &quotes.groups {
            let label = group
                .label
                .as_ref()
                .map_or_else(String::new, |label| format!("{label}: "));
            if group.hidden {
                items.push(vec![
                    Run::plain(label),
                    Run::new("hidden, as too few people said something", Tone::Muted),
                ]);
                continue;
            }
            items.extend(group.quotes.iter().map(|quote| {
                let date = quote.date.map_or_else(String::new, |date| format!("  {date}"));
                let columns = quotes.columns.iter().zip(&quote.beside);
                let beside: String = columns
                    .map(|(name, value)| format!(", {} {}", name.replace('_', " "), format::plain(value)))
                    .collect();
                vec![
                    Run::plain(format!("{label}\u{201c}{}\u{201d}", quote.text)),
                    Run::new(format!("{date}{beside}"), Tone::Muted),
                ]
            }));
        }
        document.push(Block::Items(items));
    }
    document
}
