//! Spreadsheets: one sheet, its first row holds the names of columns.
//!
//! The parts of a packed book are unpacked once into nothing, to count them, before a reader sees them. Cells of XLSX and
//! XLSB come one by one, so that two cells at far corners do not make a sheet of a trillion. The readers of XLS and ODS
//! hold the whole sheet and cannot be bounded: [`ReadLimits::old_spreadsheets`] says whether they may be used.

use std::io::{Cursor, Read as _};

use bellwether::data::build::{BuildError, ColumnBuilder};
use bellwether::data::reading::shortened;
use bellwether::data::{Needs, ReadLimits, Table};
use bellwether::diagnostic::{DataPlace, Diagnostic, codes, nearest};
use calamine::{Cell, Data, DataRef, ExcelDateTime, Ods, Reader, Xls, Xlsb, Xlsx};

use crate::source::Source;
use crate::{Progress, finding, stopped};

/// Most parts of a packed book; real ones have some dozens.
const MOST_PARTS: usize = 20_000;

/// Serial days of a book: before the first and after the last of them there is no date (9999-12-31 is the last).
const SERIAL_DAYS: std::ops::Range<f64> = 0.0..2_958_466.0;

/// Reads a sheet: the one named, or the first.
pub fn read(
    source: &mut Source,
    sheet: Option<&str>,
    needs: &Needs,
    limits: &ReadLimits,
    progress: Progress<'_>,
) -> Result<(Table, Vec<Diagnostic>), Diagnostic> {
    let path = source.path().to_owned();
    let total = source.total();
    let bytes = source.bytes()?;
    if !progress(bytes.len() as u64 / 2, total) {
        return Err(stopped(&path));
    }
    let book = Book {
        path: &path,
        wanted: sheet,
        needs,
        limits,
    };
    let result = if bytes.starts_with(b"PK") {
        book.count_parts(&bytes)?;
        if has(&bytes, b"xl/workbook.bin") {
            let mut reader = book.open(Xlsb::new(Cursor::new(bytes)))?;
            let (name, notes) = book.sheet(&reader.sheet_names())?;
            let mut cells = book.cells(&name, reader.worksheet_cells_reader(&name))?;
            book.rows(&name, notes, || cells.next_cell().map_err(|error| error.to_string()))
        } else if has(&bytes, b"xl/") {
            let mut reader = book.open(Xlsx::new(Cursor::new(bytes)))?;
            let (name, notes) = book.sheet(&reader.sheet_names())?;
            let mut cells = book.cells(&name, reader.worksheet_cells_reader(&name))?;
            book.rows(&name, notes, || cells.next_cell().map_err(|error| error.to_string()))
        } else {
            book.old(|| Ods::new(Cursor::new(bytes)))
        }
    } else {
        book.old(|| Xls::new(Cursor::new(bytes)))
    }?;
    if !progress(total.unwrap_or(0), total) {
        return Err(stopped(&path));
    }
    Ok(result)
}

fn has(bytes: &[u8], name: &[u8]) -> bool {
    bytes.windows(name.len()).any(|window| window == name)
}

type Read = Result<(Table, Vec<Diagnostic>), Diagnostic>;

struct Book<'a> {
    path: &'a str,
    wanted: Option<&'a str>,
    needs: &'a Needs,
    limits: &'a ReadLimits,
}

impl Book<'_> {
    fn broken(&self, what: &str, error: &str) -> Diagnostic {
        let message = format!("{what} cannot be read: {}", shortened(error));
        finding(codes::BAD_CSV, self.path, message)
    }

    fn open<T, E: std::fmt::Display>(&self, book: Result<T, E>) -> Result<T, Diagnostic> {
        book.map_err(|error| self.broken("the spreadsheet", &error.to_string()))
    }

    fn cells<T, E: std::fmt::Display>(&self, sheet: &str, cells: Result<T, E>) -> Result<T, Diagnostic> {
        cells.map_err(|error| self.broken(&format!("sheet `{sheet}`"), &error.to_string()))
    }

    /// Unpacks every part into nothing and counts: what a part says of its own size may be a lie.
    fn count_parts(&self, bytes: &[u8]) -> Result<(), Diagnostic> {
        let mut archive = self.open(zip::ZipArchive::new(Cursor::new(bytes)))?;
        if archive.len() > MOST_PARTS {
            let message = format!(
                "the spreadsheet has {} parts, and {MOST_PARTS} are the most",
                archive.len()
            );
            return Err(ReadLimits::exceeded(Some(self.path), message));
        }
        let stored = bytes.len() as u64;
        let mut unpacked = 0;
        for index in 0..archive.len() {
            let part = self.open(archive.by_index(index))?;
            let left = (self.limits.unpacked_bytes - unpacked).saturating_add(1);
            let mut part = part.take(left);
            let mut piece = vec![0; 1 << 16];
            loop {
                let length = self.open(part.read(&mut piece))?;
                if length == 0 {
                    break;
                }
                unpacked += length as u64;
                self.limits.check_unpacked(stored, unpacked, Some(self.path))?;
            }
        }
        // Cells and texts in memory take several times what they take as XML.
        self.limits.check_memory(unpacked, Some(self.path))
    }

    /// The sheet to read, and the note that there are others.
    fn sheet(&self, names: &[String]) -> Result<(String, Vec<Diagnostic>), Diagnostic> {
        let name = match self.wanted {
            None => names.first(),
            Some(wanted) => names.iter().find(|name| *name == wanted),
        };
        let Some(name) = name else {
            let Some(wanted) = self.wanted else {
                return Err(finding(codes::BAD_CSV, self.path, "the spreadsheet has no sheet"));
            };
            let message = format!("the spreadsheet has no sheet `{wanted}`");
            let missing = finding(codes::BAD_CSV, self.path, message);
            return Err(match nearest(wanted, names.iter().map(String::as_str)) {
                Some(near) => missing.help(format!("did you mean `{near}`?")),
                None => missing.help(format!("it has `{}`", names.join("`, `"))),
            });
        };
        let mut notes = Vec::new();
        if self.wanted.is_none() && names.len() > 1 {
            let others = shortened(&names.get(1..).unwrap_or_default().join("`, `"));
            notes.push(
                Diagnostic::note(
                    codes::BAD_CSV,
                    format!("sheet `{name}` was read; there are also `{others}`"),
                )
                .in_data(place(self.path, None, None))
                .help(format!("name another as `{}#Sheet`", self.path)),
            );
        }
        Ok((name.clone(), notes))
    }

    /// Reads a book by a reader that holds whole sheets.
    fn old<R, E>(&self, open: impl FnOnce() -> Result<R, E>) -> Read
    where
        R: Reader<Cursor<Vec<u8>>>,
        E: std::fmt::Display,
        R::Error: std::fmt::Display,
    {
        if !self.limits.old_spreadsheets {
            let message = "a spreadsheet of this kind (XLS, ODS) cannot be read within limits";
            return Err(ReadLimits::exceeded(Some(self.path), message).help("save it as XLSX or CSV"));
        }
        let mut reader = self.open(open())?;
        let (name, notes) = self.sheet(&reader.sheet_names())?;
        let range = self.cells(&name, reader.worksheet_range(&name))?;
        let (top, left) = range.start().unwrap_or_default();
        let mut cells = range
            .used_cells()
            .map(|(row, column, value)| Cell::new((top + row as u32, left + column as u32), borrowed(value)));
        self.rows(&name, notes, || Ok(cells.next()))
    }

    /// Puts cells together that come in order of their rows.
    fn rows<'c>(
        &self,
        sheet: &str,
        mut notes: Vec<Diagnostic>,
        mut next: impl FnMut() -> Result<Option<Cell<DataRef<'c>>>, String>,
    ) -> Read {
        let mut rows = Rows::new(self);
        let mut last = 0;
        loop {
            let cell = next().map_err(|error| self.broken(&format!("sheet `{sheet}`"), &error))?;
            let Some(cell) = cell else { break };
            let (row, column) = cell.get_position();
            if row < last {
                return Err(self.broken(&format!("sheet `{sheet}`"), "its rows are out of order"));
            }
            if row > last {
                rows.end_row()?;
                last = row;
            }
            rows.add(column as usize, cell.get_value())?;
        }
        rows.end_row()?;
        let table = rows.finish()?;
        if table.rows == 0 {
            let empty = Diagnostic::warning(codes::EMPTY_TABLE, format!("sheet `{sheet}` has no rows"));
            notes.push(empty.in_data(place(self.path, None, None)));
        }
        Ok((table, notes))
    }
}

fn place(path: &str, row: Option<u64>, column: Option<&str>) -> DataPlace {
    DataPlace {
        file: Some(path.to_owned()),
        row,
        column: column.map(str::to_owned),
        ..DataPlace::default()
    }
}

/// A cell of the row being read.
#[derive(Debug, Clone, Default)]
enum Found {
    #[default]
    Nothing,
    Text(String),
    Error(String),
    /// A date that no calendar has.
    NoDate(f64),
}

/// The table in the making: first its names, then its rows.
struct Rows<'a> {
    book: &'a Book<'a>,
    /// The row being read, by column.
    row: Vec<Found>,
    filled: bool,
    names: Option<Vec<String>>,
    builders: Vec<Option<ColumnBuilder>>,
    count: u64,
}

impl<'a> Rows<'a> {
    const fn new(book: &'a Book<'a>) -> Self {
        Self {
            book,
            row: Vec::new(),
            filled: false,
            names: None,
            builders: Vec::new(),
            count: 0,
        }
    }

    fn add(&mut self, column: usize, value: &DataRef<'_>) -> Result<(), Diagnostic> {
        let found = match value {
            DataRef::Empty => return Ok(()),
            DataRef::Int(value) => Found::Text(value.to_string()),
            // `Display` writes 5.0 as 5 and never an exponent.
            DataRef::Float(value) => Found::Text(value.to_string()),
            DataRef::Bool(value) => Found::Text(value.to_string()),
            DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => {
                Found::Text(text.clone())
            }
            DataRef::SharedString(text) => Found::Text((*text).to_owned()),
            DataRef::DateTime(moment) => match moment_text(moment) {
                Some(text) => Found::Text(text),
                None => Found::NoDate(moment.as_f64()),
            },
            DataRef::Error(error) => Found::Error(error.to_string()),
        };
        self.filled = true;
        if column >= self.row.len() {
            // Cells beyond the last name belong to no column.
            if self.names.is_some() {
                return Ok(());
            }
            self.book.limits.check_columns(column + 1, Some(self.book.path))?;
            self.row.resize(column + 1, Found::Nothing);
        }
        if let Some(slot) = self.row.get_mut(column) {
            *slot = found;
        }
        Ok(())
    }

    /// Takes the row in. Rows that are empty throughout, as at the end of many sheets, are none.
    fn end_row(&mut self) -> Result<(), Diagnostic> {
        if !std::mem::take(&mut self.filled) {
            return Ok(());
        }
        let Some(names) = &self.names else {
            return self.header();
        };
        self.count += 1;
        for ((builder, slot), name) in self.builders.iter_mut().zip(&mut self.row).zip(names) {
            let found = std::mem::take(slot);
            let Some(builder) = builder else { continue };
            let at = |value: String| DataPlace {
                value: Some(value),
                ..place(self.book.path, Some(self.count), Some(name))
            };
            let pushed = match found {
                Found::Nothing => {
                    builder.push_missing();
                    Ok(())
                }
                Found::Text(text) => builder.push(text.as_bytes()),
                Found::Error(error) => {
                    let message = format!("a cell of `{name}` holds the error {error}");
                    return Err(Diagnostic::error(codes::BAD_VALUE, message).in_data(at(error)));
                }
                Found::NoDate(serial) => {
                    let message = format!("`{name}` holds a date that no calendar has: the serial day {serial:e}");
                    let finding = Diagnostic::error(codes::BAD_VALUE, message).in_data(at(format!("{serial:e}")));
                    return Err(finding.help("dates of a spreadsheet lie between 1900 and 9999"));
                }
            };
            // Text of a cell is UTF-8.
            debug_assert!(pushed.is_ok());
        }
        if self.count.is_multiple_of(1 << 10) {
            self.within_limits()?;
        }
        Ok(())
    }

    fn header(&mut self) -> Result<(), Diagnostic> {
        let (path, needs) = (self.book.path, self.book.needs);
        let name_of = |found: &Found| match found {
            Found::Text(text) => text.trim().to_owned(),
            _ => String::new(),
        };
        let names: Vec<String> = self.row.iter().map(name_of).collect();
        let mut seen = std::collections::HashSet::new();
        for name in names.iter().filter(|name| !name.is_empty()) {
            if !seen.insert(name) {
                let message = format!("two columns are named `{}`", shortened(name));
                let twice = Diagnostic::error(codes::BAD_CSV, message);
                return Err(twice.in_data(place(path, None, Some(&shortened(name)))));
            }
        }
        let builder = |name: &String| {
            let wanted = !name.is_empty() && needs.wants(name);
            wanted.then(|| ColumnBuilder::new(needs.column(name), needs.utc_offset_minutes))
        };
        self.builders = names.iter().map(builder).collect();
        self.names = Some(names);
        self.row.iter_mut().for_each(|slot| *slot = Found::Nothing);
        Ok(())
    }

    fn within_limits(&self) -> Result<(), Diagnostic> {
        let held = self.builders.iter().flatten().map(ColumnBuilder::held_bytes).sum();
        self.book.limits.check_rows(self.count, Some(self.book.path))?;
        self.book.limits.check_memory(held, Some(self.book.path))
    }

    fn finish(self) -> Result<Table, Diagnostic> {
        self.within_limits()?;
        let path = self.book.path;
        let Some(names) = self.names else {
            return Err(
                finding(codes::BAD_CSV, path, "the sheet is empty").help("its first row holds the names of columns")
            );
        };
        let mut table = Table {
            rows: usize::try_from(self.count).unwrap_or(usize::MAX),
            ..Table::default()
        };
        for (name, builder) in names.into_iter().zip(self.builders) {
            let Some(builder) = builder else {
                if !name.is_empty() {
                    table.unread.push(name);
                }
                continue;
            };
            let column = builder.finish().map_err(|error| match error {
                BuildError::Infinity(row, value) => Diagnostic::error(
                    codes::BAD_VALUE,
                    format!("`{}` stands among the numbers of `{name}`", shortened(&value)),
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
}

/// A moment as a file would have it; none where no calendar has it.
fn moment_text(moment: &ExcelDateTime) -> Option<String> {
    if moment.is_duration() {
        return Some(moment.as_f64().to_string());
    }
    if !SERIAL_DAYS.contains(&moment.as_f64()) {
        return None;
    }
    let (year, month, day, hour, minute, second, milli) = moment.to_ymd_hms_milli();
    let date = format!("{year:04}-{month:02}-{day:02}");
    Some(match (hour, minute, second, milli) {
        (0, 0, 0, 0) => date,
        (_, _, _, 0) => format!("{date} {hour:02}:{minute:02}:{second:02}"),
        _ => format!("{date} {hour:02}:{minute:02}:{second:02}.{milli:03}"),
    })
}

fn borrowed(value: &Data) -> DataRef<'_> {
    match value {
        Data::Int(value) => DataRef::Int(*value),
        Data::Float(value) => DataRef::Float(*value),
        Data::String(text) => DataRef::SharedString(text),
        Data::Bool(value) => DataRef::Bool(*value),
        Data::DateTime(moment) => DataRef::DateTime(*moment),
        Data::DateTimeIso(text) | Data::DurationIso(text) => DataRef::SharedString(text),
        Data::Error(error) => DataRef::Error(error.clone()),
        Data::Empty => DataRef::Empty,
    }
}
