//! Tables from rows written in a card, and from the small tables of its tests.

use super::build::{BuildError, ColumnBuilder};
use super::csv::{CsvOptions, read_csv};
use super::dataset::Table;
use super::need::Needs;
use crate::definition::{GivenData, InlineRows, Literal};
use crate::diagnostic::{DataPlace, Diagnostic, Span, codes};

/// The table of rows written in a card. Texts are taken as a file's are: `"2026-06-01"` is a date.
///
/// # Errors
/// BW302 for a row with more or fewer values than there are columns, and for two columns of one name.
pub fn from_rows(rows: &InlineRows, needs: &Needs, span: Span) -> Result<Table, Diagnostic> {
    for (index, name) in rows.columns.iter().enumerate() {
        if rows.columns.iter().take(index).any(|before| before == name) {
            return Err(Diagnostic::error(codes::BAD_VALUE, format!("two columns are named `{name}`")).at(span));
        }
    }
    let mut builders: Vec<ColumnBuilder> = rows
        .columns
        .iter()
        .map(|name| {
            let mut need = needs.column(name);
            // A text in quotes among numbers in quotes is text; `"00123"` needs no help.
            need.text |= text_only_numbers(rows, name);
            ColumnBuilder::new(need, needs.utc_offset_minutes)
        })
        .collect();
    for (index, row) in rows.rows.iter().enumerate() {
        if row.len() != rows.columns.len() {
            let (have, want) = (row.len(), rows.columns.len());
            let message = format!("row {} has {have} values, and there are {want} columns", index + 1);
            return Err(Diagnostic::error(codes::BAD_VALUE, message).at(span));
        }
        for (builder, value) in builders.iter_mut().zip(row) {
            let pushed = match value {
                None => {
                    builder.push_missing();
                    Ok(())
                }
                Some(Literal::Bool(value)) => builder.push(value.to_string().as_bytes()),
                Some(Literal::Int(value)) => builder.push(value.to_string().as_bytes()),
                Some(Literal::Float(value)) => builder.push(number_text(*value).as_bytes()),
                Some(Literal::Text(value)) => builder.push(value.as_bytes()),
            };
            // Text of a card is UTF-8, so nothing can fail here.
            debug_assert!(pushed.is_ok());
        }
    }
    let mut columns = Vec::new();
    for (name, builder) in rows.columns.iter().zip(builders) {
        let column = builder.finish().map_err(|error| match error {
            BuildError::Infinity(row, _) => {
                Diagnostic::error(codes::BAD_VALUE, format!("infinity in row {} of `{name}`", row + 1)).at(span)
            }
            BuildError::TooMuchText => Diagnostic::error(codes::BAD_VALUE, "too much text").at(span),
        })?;
        columns.push((name.clone(), column));
    }
    Ok(Table {
        columns,
        rows: rows.rows.len(),
        ..Table::default()
    })
}

/// A number as a plain decimal that reads back the same and is not taken for a whole number's text form by accident.
pub(super) fn number_text(value: f64) -> String {
    if value.abs() < 1e18 {
        // `Display` never writes an exponent.
        return value.to_string();
    }
    let text = format!("{value:e}");
    if text.contains('.') {
        text
    } else {
        text.replace('e', ".0e")
    }
}

/// Whether every text of a column is written in quotes, and some look like numbers: then they are meant as text.
fn text_only_numbers(rows: &InlineRows, name: &str) -> bool {
    let Some(at) = rows.columns.iter().position(|column| column == name) else {
        return false;
    };
    let mut values = rows.rows.iter().filter_map(|row| row.get(at)?.as_ref()).peekable();
    let number = |text: &str| text.trim().parse::<f64>().is_ok();
    values.peek().is_some() && values.all(|value| matches!(value, Literal::Text(text) if number(text)))
}

/// The table that a test of a card gives.
///
/// # Errors
/// As [`from_rows`] and [`read_csv`].
pub fn from_given(data: &GivenData, needs: &Needs, span: Span) -> Result<Table, Diagnostic> {
    match data {
        GivenData::Rows(rows) => from_rows(rows, needs, span),
        GivenData::Csv(text) => {
            let options = CsvOptions {
                indented: true,
                ..CsvOptions::default()
            };
            let (table, _) = read_csv(text.as_bytes(), &options, needs).map_err(|finding| finding.at(span))?;
            Ok(Table { origin: None, ..table })
        }
    }
}

/// A place in a table that has no file.
pub(super) fn table_place(table: &str) -> DataPlace {
    DataPlace {
        table: Some(table.to_owned()),
        ..DataPlace::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::definition::ColumnType;

    #[test]
    fn rows_of_a_card_become_columns() {
        let text = |value: &str| Some(Literal::Text(value.into()));
        let rows = InlineRows {
            columns: vec!["borough".into(), "people".into(), "zip".into(), "on".into()],
            rows: vec![
                vec![
                    text("Bronx"),
                    Some(Literal::Int(1_472_654)),
                    text("10451"),
                    text("2026-06-01"),
                ],
                vec![text("Queens"), None, text("11354"), None],
            ],
        };
        let table = from_rows(&rows, &Needs::all(), Span::default()).unwrap();
        let kinds: Vec<_> = table.columns.iter().map(|(_, column)| column.column_type()).collect();
        assert_eq!(
            kinds,
            [ColumnType::Text, ColumnType::Int, ColumnType::Text, ColumnType::Date]
        );
        let short = InlineRows {
            columns: vec!["a".into()],
            rows: vec![vec![]],
        };
        assert_eq!(
            from_rows(&short, &Needs::all(), Span::default()).unwrap_err().code,
            codes::BAD_VALUE
        );
    }

    #[test]
    fn csv_of_a_test_may_be_indented() {
        let text = "customer_id,answered_on,recommend\n        1,2026-06-01,10\n        2,2026-06-02,\n    ";
        let table = from_given(&GivenData::Csv(text.into()), &Needs::all(), Span::default()).unwrap();
        assert_eq!(table.rows, 2);
        assert_eq!(table.column("recommend").unwrap().missing_count(), 1);
        assert_eq!(table.column("answered_on").unwrap().column_type(), ColumnType::Date);
    }
}
