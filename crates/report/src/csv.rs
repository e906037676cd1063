//! Cells as tidy CSV: one line a cell, a column for each segment.

use bellwether::report::{EntityScores, Report, Value, explain};

use crate::document::Table;
use crate::tidy::tidy;

/// A table of a document as CSV.
///
/// # Errors
/// A message when the text cannot be written.
pub fn table_to_csv(table: &Table) -> Result<String, String> {
    let mut writer = ::csv::Writer::from_writer(Vec::new());
    let heads = table.columns.iter().map(|(head, _)| head.as_str());
    writer.write_record(heads).map_err(|error| error.to_string())?;
    for row in &table.rows {
        let cells = row.iter().map(|run| run.text.as_str());
        writer.write_record(cells).map_err(|error| error.to_string())?;
    }
    let bytes = writer.into_inner().map_err(|error| error.to_string())?;
    String::from_utf8(bytes).map_err(|error| error.to_string())
}

/// One line for each cell of each metric and score; the columns are those of [`crate::tidy()`]. Numbers are unrounded.
///
/// # Errors
/// A message when the text cannot be written.
pub fn to_csv(report: &Report) -> Result<String, String> {
    let table = tidy(report);
    let mut writer = ::csv::Writer::from_writer(Vec::new());
    let heads = table.columns.iter().map(|(name, _)| name);
    writer.write_record(heads).map_err(|error| error.to_string())?;
    for row in 0..table.rows {
        let record = table.columns.iter().map(|(_, column)| column.text(row));
        writer.write_record(record).map_err(|error| error.to_string())?;
    }
    let bytes = writer.into_inner().map_err(|error| error.to_string())?;
    String::from_utf8(bytes).map_err(|error| error.to_string())
}

/// One line for each scored row of a table: key columns, score, state, band, change, n, reasons.
///
/// # Errors
/// A message when the text cannot be written.
pub fn entities_to_csv(entities: &EntityScores) -> Result<String, String> {
    let mut writer = ::csv::Writer::from_writer(Vec::new());
    let frame = &entities.frame;
    let head = frame.columns.iter().map(|(name, _)| name.as_str());
    writer.write_record(head).map_err(|error| error.to_string())?;
    for row in 0..frame.rows {
        let record = frame
            .columns
            .iter()
            .map(|(_, column)| match explain::plain_value(column, row) {
                Value::Missing => String::new(),
                Value::Bool(value) => value.to_string(),
                Value::Int(value) => value.to_string(),
                Value::Float(value) => value.to_string(),
                Value::Text(text) => text,
            });
        writer.write_record(record).map_err(|error| error.to_string())?;
    }
    let bytes = writer.into_inner().map_err(|error| error.to_string())?;
    String::from_utf8(bytes).map_err(|error| error.to_string())
}
