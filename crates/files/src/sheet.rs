//! Spreadsheets: one sheet, its first row holds the names of columns.

use std::io::Cursor;

use bellwether::data::build::{BuildError, ColumnBuilder};
use bellwether::data::{Needs, Table};
use bellwether::diagnostic::{DataPlace, Diagnostic, codes, nearest};
use calamine::{Data, ExcelDateTime, Reader, open_workbook_auto_from_rs};

use crate::source::Source;
use crate::{Progress, finding, stopped};

/// Reads a sheet: the one named, or the first.
pub fn read(
    source: &mut Source,
    sheet: Option<&str>,
    needs: &Needs,
    progress: Progress<'_>,
) -> Result<(Table, Vec<Diagnostic>), Diagnostic> {
    let path = source.path().to_owned();
    let total = source.total();
    let bytes = source.bytes()?;
    if !progress(bytes.len() as u64 / 2, total) {
        return Err(stopped(&path));
    }
    let mut book = open_workbook_auto_from_rs(Cursor::new(bytes)).map_err(|error| {
        finding(
            codes::BAD_CSV,
            &path,
            format!("the spreadsheet cannot be read: {error}"),
        )
    })?;
    let names = book.sheet_names();
    let name = match sheet {
        None => names.first().cloned(),
        Some(wanted) => names.iter().find(|name| *name == wanted).cloned(),
    };
    let Some(name) = name else {
        let wanted = sheet.unwrap_or_default();
        let missing = finding(
            codes::BAD_CSV,
            &path,
            format!("the spreadsheet has no sheet `{wanted}`"),
        );
        return Err(match nearest(wanted, names.iter().map(String::as_str)) {
            Some(near) => missing.help(format!("did you mean `{near}`?")),
            None => missing.help(format!("it has `{}`", names.join("`, `"))),
        });
    };
    let range = book
        .worksheet_range(&name)
        .map_err(|error| finding(codes::BAD_CSV, &path, format!("sheet `{name}` cannot be read: {error}")))?;
    let table = read_range(&range, &path, needs)?;
    let mut notes = Vec::new();
    if sheet.is_none() && names.len() > 1 {
        let others = names.get(1..).unwrap_or_default().join("`, `");
        notes.push(
            Diagnostic::note(
                codes::BAD_CSV,
                format!("sheet `{name}` was read; there are also `{others}`"),
            )
            .in_data(place(&path, None, None))
            .help(format!("name another as `{path}#Sheet`")),
        );
    }
    if table.rows == 0 {
        notes.push(
            Diagnostic::warning(codes::EMPTY_TABLE, format!("sheet `{name}` has no rows"))
                .in_data(place(&path, None, None)),
        );
    }
    if !progress(total.unwrap_or(0), total) {
        return Err(stopped(&path));
    }
    Ok((table, notes))
}

fn place(path: &str, row: Option<u64>, column: Option<&str>) -> DataPlace {
    DataPlace {
        file: Some(path.to_owned()),
        row,
        column: column.map(str::to_owned),
        ..DataPlace::default()
    }
}

fn read_range(range: &calamine::Range<Data>, path: &str, needs: &Needs) -> Result<Table, Diagnostic> {
    let mut rows = range.rows();
    let Some(header) = rows.next() else {
        return Err(
            finding(codes::BAD_CSV, path, "the sheet is empty").help("its first row holds the names of columns")
        );
    };
    let names: Vec<String> = header.iter().map(|cell| text_of(cell).trim().to_owned()).collect();
    for (index, name) in names.iter().enumerate() {
        if !name.is_empty() && names.iter().take(index).any(|before| before == name) {
            let twice = Diagnostic::error(codes::BAD_CSV, format!("two columns are named `{name}`"));
            return Err(twice.in_data(place(path, None, Some(name))));
        }
    }
    let wanted = |name: &str| !name.is_empty() && needs.wants(name);
    let mut builders: Vec<Option<ColumnBuilder>> = names
        .iter()
        .map(|name| wanted(name).then(|| ColumnBuilder::new(needs.column(name), needs.utc_offset_minutes)))
        .collect();
    // Rows that are empty throughout, as at the end of many sheets, are none.
    let mut count = 0_usize;
    for row in rows.filter(|row| row.iter().any(|cell| !matches!(cell, Data::Empty))) {
        count += 1;
        for ((builder, cell), name) in builders.iter_mut().zip(row).zip(&names) {
            let Some(builder) = builder else { continue };
            if let Data::Error(error) = cell {
                let message = format!("a cell of `{name}` holds the error {error}");
                let at = place(path, Some(count as u64), Some(name));
                return Err(Diagnostic::error(codes::BAD_VALUE, message).in_data(at));
            }
            let pushed = builder.push(text_of(cell).as_bytes());
            // Text of a cell is UTF-8.
            debug_assert!(pushed.is_ok());
        }
    }
    let mut table = Table {
        rows: count,
        ..Table::default()
    };
    for (name, builder) in names.into_iter().zip(builders) {
        let Some(builder) = builder else {
            if !name.is_empty() {
                table.unread.push(name);
            }
            continue;
        };
        let column = builder.finish().map_err(|error| match error {
            BuildError::Infinity(row, value) => Diagnostic::error(
                codes::BAD_VALUE,
                format!("`{value}` stands among the numbers of `{name}`"),
            )
            .in_data(place(path, Some(row as u64 + 1), Some(&name))),
            BuildError::TooMuchText => Diagnostic::error(
                codes::BAD_VALUE,
                format!("`{name}` holds more than 2 GB of different texts"),
            )
            .in_data(place(path, None, Some(&name))),
        })?;
        table.columns.push((name, column));
    }
    Ok(table)
}

/// A cell as a file would have it.
fn text_of(cell: &Data) -> String {
    match cell {
        Data::Empty | Data::Error(_) => String::new(),
        Data::Int(value) => value.to_string(),
        // `Display` writes 5.0 as 5 and never an exponent.
        Data::Float(value) => value.to_string(),
        Data::Bool(value) => value.to_string(),
        Data::String(text) | Data::DateTimeIso(text) | Data::DurationIso(text) => text.clone(),
        Data::DateTime(moment) => moment_text(moment),
    }
}

fn moment_text(moment: &ExcelDateTime) -> String {
    if moment.is_duration() {
        return moment.as_f64().to_string();
    }
    let (year, month, day, hour, minute, second, milli) = moment.to_ymd_hms_milli();
    let date = format!("{year:04}-{month:02}-{day:02}");
    match (hour, minute, second, milli) {
        (0, 0, 0, 0) => date,
        (_, _, _, 0) => format!("{date} {hour:02}:{minute:02}:{second:02}"),
        _ => format!("{date} {hour:02}:{minute:02}:{second:02}.{milli:03}"),
    }
}
