//! Lists of rows, and alerts.

use bellwether::report::{Results, Value};

use crate::document::{Align, Block, Document, Run, Table, Tone};
use crate::format;

pub(super) fn lists(results: &Results) -> Document {
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

pub(super) fn alerts(results: &Results) -> Document {
    if results.alerts.is_empty() {
        return Vec::new();
    }
    let items = results.alerts.iter().map(|alert| {
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
