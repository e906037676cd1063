//! Tables from delimited text: CSV, TSV and their kin.
//!
//! The first line holds the names of columns; white space around them does not count. Every row has as many fields as
//! there are names; blank lines do not count. An empty field is missing. Kinds of values are inferred over the whole file (see [`super::infer`]).

mod block;
mod record;

use std::collections::HashSet;
use std::io::Read;

use block::{Block, Blocks, Cut, Ended, Fault, Faulty, Plan};
use record::Records;

use super::build::BuildError;
use super::dataset::Table;
use super::need::Needs;
use super::reading::{ReadLimits, bytes_text, shortened};
use crate::diagnostic::{DataPlace, Diagnostic, codes};

/// How text is encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Encoding {
    /// UTF-8, with or without a mark at the front.
    #[default]
    Utf8,
    /// ISO 8859-1: each byte is the character of that number.
    Latin1,
}

/// How to read delimited text.
#[derive(Debug, Clone, Default)]
pub struct CsvOptions {
    /// The delimiter; `None`: the one of `,` `;` tab `|` that stands most often in the first line.
    pub delimiter: Option<u8>,
    /// The encoding.
    pub encoding: Encoding,
    /// White space in front of each line does not count.
    pub indented: bool,
    /// The name of the file, for messages.
    pub origin: Option<String>,
    /// What reading may take.
    pub limits: ReadLimits,
    /// Threads to parse with; 0 and 1: the one that calls. What is read does not depend on it.
    pub threads: usize,
}

/// Told how many bytes were read so far; reading stops when it answers false.
pub type Progress<'a> = &'a mut dyn FnMut(u64) -> bool;

/// Reads a table.
///
/// ```
/// use bellwether::data::{CsvOptions, Needs, read_csv};
/// let text = "customer,score \n007,9\n008,\n";
/// let (table, _) = read_csv(text.as_bytes(), &CsvOptions::default(), &Needs::all()).unwrap();
/// assert_eq!(table.rows, 2);
/// assert_eq!(table.column("score").unwrap().number(0), Some(9.0));
/// assert_eq!(table.column("customer").unwrap().display(1), "008");
/// ```
///
/// # Errors
/// One of the codes BW301, BW302, BW310 and BW312, with file, row and column.
pub fn read_csv(
    source: impl Read,
    options: &CsvOptions,
    needs: &Needs,
) -> Result<(Table, Vec<Diagnostic>), Diagnostic> {
    read_csv_with(source, options, needs, &mut |_| true)
}

/// [`read_csv`] with progress and a way to stop.
///
/// # Errors
/// As [`read_csv`]; BW301 too when it was stopped.
pub fn read_csv_with(
    mut source: impl Read,
    options: &CsvOptions,
    needs: &Needs,
    progress: Progress<'_>,
) -> Result<(Table, Vec<Diagnostic>), Diagnostic> {
    let head = read_head(&mut source).map_err(|error| unreadable(options, &error))?;
    if head.starts_with(&[0xff, 0xfe]) || head.starts_with(&[0xfe, 0xff]) {
        return Err(Diagnostic::error(codes::BAD_CSV, "the file is UTF-16")
            .in_data(place(options))
            .help("save it as UTF-8"));
    }
    if head.contains(&0) {
        let finding = Diagnostic::error(codes::BAD_CSV, "the file is not text: it holds a zero byte");
        let wide = |odd: usize| head.iter().skip(odd).step_by(2).take(32).all(|&byte| byte == 0);
        return Err(finding
            .in_data(place(options))
            .help(if head.len() > 3 && (wide(0) || wide(1)) {
                "it looks like UTF-16: save it as UTF-8"
            } else {
                "name it by what it is: `.parquet`, `.arrow`, `.xlsx`"
            }));
    }
    let head = head.strip_prefix(b"\xef\xbb\xbf").map(<[u8]>::to_vec).unwrap_or(head);
    let delimiter = options.delimiter.unwrap_or_else(|| detect_delimiter(&head));
    if matches!(delimiter, b'"' | b'\n' | b'\r' | 0) {
        let message = "the delimiter is a quote, the end of a line or a zero byte";
        return Err(Diagnostic::error(codes::BAD_CSV, message).in_data(place(options)));
    }
    let reading = Reading {
        options,
        needs,
        delimiter,
        names: Vec::new(),
    };
    if options.indented {
        let mut text = head;
        source
            .read_to_end(&mut text)
            .map_err(|error| unreadable(options, &error))?;
        return reading.run(std::io::empty(), without_indent(&text), progress);
    }
    reading.run(source, head, progress)
}

/// Bytes parsed at a time.
#[cfg(not(test))]
const BLOCK: usize = 1 << 20;
/// Small, so that tests of a few rows have many blocks.
#[cfg(test)]
const BLOCK: usize = 1 << 12;

/// Reads up to the end of the first line, at least, and not much more.
fn read_head(source: &mut impl Read) -> std::io::Result<Vec<u8>> {
    let mut head = Vec::new();
    let mut piece = [0; 8192];
    loop {
        let length = match source.read(&mut piece) {
            Ok(length) => length,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        let read = piece.get(..length).unwrap_or_default();
        head.extend_from_slice(read);
        if length == 0 || read.contains(&b'\n') || read.contains(&b'\r') || head.len() > 1 << 20 {
            return Ok(head);
        }
    }
}

/// The candidate that stands most often in the first line, outside quotes; `,` where there is none.
fn detect_delimiter(head: &[u8]) -> u8 {
    const CANDIDATES: [u8; 4] = [b',', b';', b'\t', b'|'];
    let mut counts = [0_usize; 4];
    let mut quoted = false;
    let mut content = false;
    for &byte in head {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' | b'\r' if !quoted && content => break,
            _ if quoted => {}
            _ => {
                content |= !byte.is_ascii_whitespace();
                for (count, candidate) in counts.iter_mut().zip(CANDIDATES) {
                    *count += usize::from(byte == candidate);
                }
            }
        }
    }
    let mut best = (0, b',');
    for (count, candidate) in counts.into_iter().zip(CANDIDATES) {
        if count > best.0 {
            best = (count, candidate);
        }
    }
    best.1
}

fn without_indent(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    for line in text.split_inclusive(|&byte| byte == b'\n') {
        out.extend_from_slice(line.trim_ascii_start());
        if line.trim_ascii_start().is_empty() {
            out.push(b'\n');
        }
    }
    out
}

fn place(options: &CsvOptions) -> DataPlace {
    DataPlace {
        file: options.origin.clone(),
        ..DataPlace::default()
    }
}

fn unreadable(options: &CsvOptions, error: &std::io::Error) -> Diagnostic {
    let message = match error.kind() {
        std::io::ErrorKind::InvalidInput | std::io::ErrorKind::InvalidData | std::io::ErrorKind::UnexpectedEof => {
            format!("the file is damaged or not compressed as its name says: {error}")
        }
        _ => format!("reading failed: {error}"),
    };
    Diagnostic::error(codes::UNREADABLE_FILE, message).in_data(place(options))
}

/// A table being read.
struct Reading<'a> {
    options: &'a CsvOptions,
    needs: &'a Needs,
    delimiter: u8,
    names: Vec<String>,
}

impl Reading<'_> {
    fn run(
        mut self,
        source: impl Read,
        head: Vec<u8>,
        progress: Progress<'_>,
    ) -> Result<(Table, Vec<Diagnostic>), Diagnostic> {
        let options = self.options;
        let longest = options.limits.record_bytes;
        let mut blocks = Blocks::new(source, head, self.delimiter, BLOCK, longest);
        let first = blocks.next().map_err(|cut| self.cut(cut, None))?;
        let empty = || {
            Diagnostic::error(codes::BAD_CSV, "the file is empty")
                .in_data(place(options))
                .help("the first line holds the names of the columns")
        };
        let mut first = first.ok_or_else(empty)?;
        if !self.header(&mut first)? {
            return Err(empty());
        }
        let plan = Plan {
            delimiter: self.delimiter,
            latin: options.encoding == Encoding::Latin1,
            wanted: self
                .names
                .iter()
                .map(|name| self.needs.wants(name).then(|| self.needs.column(name)))
                .collect(),
            utc_offset_minutes: self.needs.utc_offset_minutes,
        };
        let origin = options.origin.as_deref();
        let merged = block::read(&plan, first, &mut blocks, options.threads, &mut |merged, bytes| {
            options.limits.check_rows(merged.rows, origin)?;
            options.limits.check_memory(merged.held_bytes(), origin)?;
            if progress(bytes) {
                return Ok(());
            }
            let stopped = Diagnostic::error(codes::UNREADABLE_FILE, "reading was stopped");
            Err(Box::new(stopped.in_data(place(options))))
        });
        match merged {
            Ok(merged) => self.finish(merged),
            Err(Ended::Faulty(faulty)) => Err(self.faulty(faulty)),
            Err(Ended::Cut(cut, rows)) => Err(self.cut(cut, Some(rows + 1))),
            Err(Ended::Refused(finding)) => Err(*finding),
        }
    }

    /// Reads the names of the columns, and leaves the block behind them; false where there is no line.
    fn header(&mut self, block: &mut Block) -> Result<bool, Diagnostic> {
        let mut records = Records::new(&block.bytes, self.delimiter);
        if !records.next() {
            return Ok(false);
        }
        if records.is_open() {
            return Err(self.open(None));
        }
        self.options
            .limits
            .check_columns(records.len(), self.options.origin.as_deref())?;
        for field in records.fields() {
            let name = match self.options.encoding {
                Encoding::Utf8 => std::str::from_utf8(field).map(str::to_owned).map_err(|error| {
                    self.not_utf8((records.start() + error.valid_up_to()) as u64, None, None, field)
                })?,
                Encoding::Latin1 => field.iter().map(|&byte| char::from(byte)).collect(),
            };
            self.names.push(name.trim().to_owned());
        }
        let end = records.end();
        let mut seen = HashSet::new();
        for name in &self.names {
            if seen.insert(name) || (name.is_empty() && !self.needs.wants("")) {
                continue;
            }
            let message = if name.is_empty() {
                "two columns have no name".to_owned()
            } else {
                format!("two columns are named `{}`", shortened(name))
            };
            return Err(Diagnostic::error(codes::BAD_CSV, message)
                .in_data(DataPlace {
                    column: Some(shortened(name)),
                    ..place(self.options)
                })
                .help("names of columns differ, white space at their ends not counted"));
        }
        block.skip = end;
        Ok(true)
    }

    fn cut(&self, cut: Cut, row: Option<u64>) -> Diagnostic {
        let in_quotes = match cut {
            Cut::Io(error) => return unreadable(self.options, &error),
            Cut::TooLong { in_quotes } => in_quotes,
        };
        let what = if row.is_some() { "a row" } else { "the first line" };
        let most = bytes_text(self.options.limits.record_bytes as u64);
        let finding =
            Diagnostic::error(codes::FILE_LIMIT, format!("{what} is longer than {most}")).in_data(DataPlace {
                row,
                ..place(self.options)
            });
        finding.help(if in_quotes {
            "a quote that is opened in it may never be closed"
        } else {
            "a row ends with its line: the file may not be a table"
        })
    }

    fn faulty(&self, faulty: Faulty) -> Diagnostic {
        let at = |column: Option<usize>| DataPlace {
            row: Some(faulty.row),
            column: column.and_then(|column| self.names.get(column).cloned()),
            ..place(self.options)
        };
        match faulty.fault {
            Fault::Ragged { fields, has_break } => self.ragged(fields, has_break, faulty.line, at(None)),
            Fault::NotUtf8 { column, byte, field } => {
                let name = self.names.get(column).cloned();
                self.not_utf8(byte, Some(faulty.row), name, &field)
            }
            Fault::Zero { column } => Diagnostic::error(codes::BAD_CSV, "a zero byte stands in a row, and in no text")
                .in_data(at(Some(column)))
                .help("the file may be damaged, or UTF-16: save it as UTF-8"),
            Fault::Open => self.open(Some(faulty.row)),
        }
    }

    fn open(&self, row: Option<u64>) -> Diagnostic {
        Diagnostic::error(codes::BAD_CSV, "a quote is opened and never closed")
            .in_data(DataPlace {
                row,
                ..place(self.options)
            })
            .help("the quote opens in this row or before; a quote inside a quoted field is written twice")
    }

    fn not_utf8(&self, byte: u64, row: Option<u64>, column: Option<String>, field: &[u8]) -> Diagnostic {
        let as_latin: String = field.iter().map(|&byte| char::from(byte)).collect();
        let as_latin = shortened(&as_latin);
        Diagnostic::error(codes::BAD_CSV, format!("the file is not UTF-8 near byte {byte}"))
            .in_data(DataPlace {
                row,
                column,
                value: Some(as_latin.clone()),
                ..place(self.options)
            })
            .help(format!(
                "read as Latin-1 it says `{as_latin}`: give the encoding `latin-1`, or save the file as UTF-8"
            ))
    }

    fn ragged(&self, have: usize, has_break: bool, line: u64, place: DataPlace) -> Diagnostic {
        let want = self.names.len();
        let help = if has_break {
            "a quote that is opened in this row may never be closed".to_owned()
        } else if want == 1 {
            let sign = char::from(self.delimiter);
            format!("the header was cut at `{sign}` and gave one name: say which delimiter the file has")
        } else {
            "a field that holds the delimiter stands in double quotes".to_owned()
        };
        let message = format!("a row has {have} fields where the header has {want} (line {line})");
        Diagnostic::error(codes::BAD_CSV, message).in_data(place).help(help)
    }

    fn finish(self, merged: block::Merged) -> Result<(Table, Vec<Diagnostic>), Diagnostic> {
        let rows = merged.rows;
        let mut table = Table {
            rows: usize::try_from(rows).unwrap_or(usize::MAX),
            origin: self.options.origin.clone(),
            ..Table::default()
        };
        let mut notes = Vec::new();
        if rows == 0 {
            notes.push(
                Diagnostic::warning(codes::EMPTY_TABLE, "the file has a header and no rows")
                    .in_data(place(self.options)),
            );
        }
        let columns = block::finish(merged, self.options.threads);
        for (name, column) in self.names.into_iter().zip(columns) {
            let Some(column) = column else {
                table.unread.push(name);
                continue;
            };
            let column = column.map_err(|error| build_error(error, &name, place(self.options)))?;
            table.columns.push((name, column));
        }
        Ok((table, notes))
    }
}

/// The message for a value that no column can hold.
pub(super) fn build_error(error: BuildError, column: &str, place: DataPlace) -> Diagnostic {
    match error {
        BuildError::Infinity(row, value) => Diagnostic::error(
            codes::BAD_VALUE,
            format!("`{}` stands among the numbers of `{column}`", shortened(&value)),
        )
        .in_data(DataPlace {
            row: Some(row as u64 + 1),
            column: Some(column.to_owned()),
            value: Some(shortened(&value)),
            ..place
        })
        .help("no measure can count with infinity: leave the field empty, or declare the word a missing code"),
        BuildError::TooMuchText => Diagnostic::error(
            codes::BAD_VALUE,
            format!("`{column}` holds more than 2 GB of different texts"),
        )
        .in_data(DataPlace {
            column: Some(column.to_owned()),
            ..place
        }),
    }
}

#[cfg(test)]
mod tests;
