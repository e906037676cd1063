//! Tables from delimited text: CSV, TSV and their kin.
//!
//! The first line holds the names of columns; white space around them does not count. Every row has as many fields as
//! there are names; blank lines do not count. An empty field is missing. Kinds of values are inferred over the whole file (see [`super::infer`]).

use std::io::Read;

use super::build::{BuildError, ColumnBuilder};
use super::dataset::Table;
use super::need::Needs;
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
/// One of the codes BW301, BW302 and BW310, with file, row and column.
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
        return Err(
            Diagnostic::error(codes::BAD_CSV, "the file is not text: it holds a zero byte")
                .in_data(place(options))
                .help("name it by what it is: `.parquet`, `.arrow`, `.xlsx`"),
        );
    }
    let delimiter = options.delimiter.unwrap_or_else(|| detect_delimiter(&head));
    let rest: Box<dyn Read + '_> = if options.indented {
        let mut text = head;
        source
            .read_to_end(&mut text)
            .map_err(|error| unreadable(options, &error))?;
        Box::new(std::io::Cursor::new(without_indent(&text)))
    } else {
        Box::new(std::io::Cursor::new(head).chain(source))
    };
    // A last line that no file has: where it does not come out as a row, a quote was never closed.
    let rest = rest.chain(END);
    let reader = csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .has_headers(false)
        .flexible(true)
        .buffer_capacity(1 << 18)
        .from_reader(rest);
    Reading {
        options,
        needs,
        delimiter,
        names: Vec::new(),
        builders: Vec::new(),
        rows: 0,
        scratch: Vec::new(),
    }
    .run(reader, progress)
}

/// What is put behind a file.
const END: &[u8] = b"\n\0\n";

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
    /// For each field of a row: the column, where it is wanted.
    builders: Vec<Option<ColumnBuilder>>,
    rows: u64,
    scratch: Vec<u8>,
}

impl Reading<'_> {
    fn run(
        mut self,
        mut reader: csv::Reader<impl Read>,
        progress: Progress<'_>,
    ) -> Result<(Table, Vec<Diagnostic>), Diagnostic> {
        let mut record = csv::ByteRecord::new();
        let stopped = |options: &CsvOptions| {
            Diagnostic::error(codes::UNREADABLE_FILE, "reading was stopped").in_data(place(options))
        };
        if !self.next(&mut reader, &mut record)? || record.get(0) == Some(b"\0") {
            return Err(Diagnostic::error(codes::BAD_CSV, "the file is empty")
                .in_data(place(self.options))
                .help("the first line holds the names of the columns"));
        }
        self.header(&record)?;
        loop {
            if !self.next(&mut reader, &mut record)? {
                return Err(Diagnostic::error(codes::BAD_CSV, "a quote is opened and never closed")
                    .in_data(DataPlace {
                        row: Some(self.rows),
                        ..place(self.options)
                    })
                    .help("the quote opens in this row or before; a quote inside a quoted field is written twice"));
            }
            if record.len() == 1 && record.get(0) == Some(b"\0") {
                break;
            }
            self.rows += 1;
            if record.len() != self.names.len() {
                return Err(self.ragged(&record));
            }
            self.row(&record)?;
            if self.rows.is_multiple_of(1 << 14) && !progress(reader.position().byte()) {
                return Err(stopped(self.options));
            }
        }
        let read = record.position().map_or(0, csv::Position::byte);
        if !progress(read) {
            return Err(stopped(self.options));
        }
        self.finish()
    }

    fn next(&self, reader: &mut csv::Reader<impl Read>, record: &mut csv::ByteRecord) -> Result<bool, Diagnostic> {
        reader
            .read_byte_record(record)
            .map_err(|error| match error.into_kind() {
                csv::ErrorKind::Io(error) => unreadable(self.options, &error),
                other => Diagnostic::error(codes::BAD_CSV, format!("the file cannot be cut into rows: {other:?}"))
                    .in_data(place(self.options)),
            })
    }

    fn header(&mut self, record: &csv::ByteRecord) -> Result<(), Diagnostic> {
        for field in record {
            let decoded = self.decode(field).to_vec();
            let name = String::from_utf8(decoded).map_err(|error| {
                let near = error.utf8_error().valid_up_to() as u64;
                self.not_utf8(near, None, field)
            })?;
            self.names.push(name.trim().to_owned());
        }
        for (index, name) in self.names.iter().enumerate() {
            if self.names.iter().take(index).any(|before| before == name) && (!name.is_empty() || self.needs.wants(""))
            {
                let message = if name.is_empty() {
                    "two columns have no name".to_owned()
                } else {
                    format!("two columns are named `{name}`")
                };
                return Err(Diagnostic::error(codes::BAD_CSV, message)
                    .in_data(DataPlace {
                        column: Some(name.clone()),
                        ..place(self.options)
                    })
                    .help("names of columns differ, white space at their ends not counted"));
            }
        }
        self.builders = self
            .names
            .iter()
            .map(|name| {
                let wanted = self.needs.wants(name);
                wanted.then(|| ColumnBuilder::new(self.needs.column(name), self.needs.utc_offset_minutes))
            })
            .collect();
        Ok(())
    }

    /// The field in UTF-8.
    fn decode<'a>(&'a mut self, field: &'a [u8]) -> &'a [u8] {
        if self.options.encoding == Encoding::Utf8 || field.is_ascii() {
            return field;
        }
        self.scratch.clear();
        for &byte in field {
            let mut buffer = [0; 4];
            self.scratch
                .extend_from_slice(char::from(byte).encode_utf8(&mut buffer).as_bytes());
        }
        &self.scratch
    }

    fn row(&mut self, record: &csv::ByteRecord) -> Result<(), Diagnostic> {
        let latin = self.options.encoding == Encoding::Latin1;
        let mut failed = None;
        for (index, (builder, field)) in self.builders.iter_mut().zip(record).enumerate() {
            let Some(builder) = builder else { continue };
            let pushed = if latin && !field.is_ascii() {
                let text: String = field.iter().map(|&byte| char::from(byte)).collect();
                builder.push(text.as_bytes())
            } else {
                builder.push(field)
            };
            if let Err(near) = pushed {
                failed = Some((index, near));
                break;
            }
        }
        let Some((index, near)) = failed else { return Ok(()) };
        let start = record.position().map_or(0, csv::Position::byte);
        let before: usize = record.iter().take(index).map(|field| field.len() + 1).sum();
        let column = self.names.get(index).cloned();
        Err(self.not_utf8(
            start + (before + near) as u64,
            column,
            record.get(index).unwrap_or_default(),
        ))
    }

    fn not_utf8(&self, byte: u64, column: Option<String>, field: &[u8]) -> Diagnostic {
        let as_latin: String = field.iter().map(|&byte| char::from(byte)).collect();
        Diagnostic::error(codes::BAD_CSV, format!("the file is not UTF-8 near byte {byte}"))
            .in_data(DataPlace {
                row: (self.rows > 0).then_some(self.rows),
                column,
                value: Some(as_latin.clone()),
                ..place(self.options)
            })
            .help(format!(
                "read as Latin-1 it says `{as_latin}`: give the encoding `latin-1`, or save the file as UTF-8"
            ))
    }

    fn ragged(&self, record: &csv::ByteRecord) -> Diagnostic {
        let (have, want) = (record.len(), self.names.len());
        let line = record.position().map_or(0, csv::Position::line);
        let open_quote = record.iter().any(|field| field.contains(&b'\n'));
        let help = if open_quote {
            "a quote that is opened in this row may never be closed".to_owned()
        } else if want == 1 {
            let sign = char::from(self.delimiter);
            format!("the header was cut at `{sign}` and gave one name: say which delimiter the file has")
        } else {
            "a field that holds the delimiter stands in double quotes".to_owned()
        };
        Diagnostic::error(
            codes::BAD_CSV,
            format!("a row has {have} fields where the header has {want} (line {line})"),
        )
        .in_data(DataPlace {
            row: Some(self.rows),
            ..place(self.options)
        })
        .help(help)
    }

    fn finish(self) -> Result<(Table, Vec<Diagnostic>), Diagnostic> {
        let mut table = Table {
            rows: usize::try_from(self.rows).unwrap_or(usize::MAX),
            origin: self.options.origin.clone(),
            ..Table::default()
        };
        let mut notes = Vec::new();
        if self.rows == 0 {
            notes.push(
                Diagnostic::warning(codes::EMPTY_TABLE, "the file has a header and no rows")
                    .in_data(place(self.options)),
            );
        }
        for (name, builder) in self.names.into_iter().zip(self.builders) {
            let Some(builder) = builder else {
                table.unread.push(name);
                continue;
            };
            let column = builder
                .finish()
                .map_err(|error| build_error(error, &name, place(self.options)))?;
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
            format!("`{value}` stands among the numbers of `{column}`"),
        )
        .in_data(DataPlace {
            row: Some(row as u64 + 1),
            column: Some(column.to_owned()),
            value: Some(value),
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
