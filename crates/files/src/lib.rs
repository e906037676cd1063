//! Reads files into tables: CSV and TSV, Parquet, Arrow IPC, JSON Lines, XLSX, packed or not, one or many, or standard
//! input. The core opens no file; this crate does.

mod format;
mod ipc;
mod parquet;
mod sheet;
mod source;

use std::panic::{AssertUnwindSafe, catch_unwind};

use bellwether::data::json::read_json_within;
use bellwether::data::{CsvOptions, Encoding, Needs, ReadLimits, Table, append, read_csv_with};
use bellwether::diagnostic::{Code, DataPlace, Diagnostic, codes};

pub use format::Format;
pub use ipc::read_stream_from;
use source::Source;

/// How to read files.
#[derive(Debug, Clone, Default)]
pub struct FileOptions {
    /// What the file is; `None`: what its name and first bytes say. Standard input is CSV unless told.
    pub format: Option<Format>,
    /// Delimiter of CSV; `None`: detected from the first line.
    pub delimiter: Option<u8>,
    /// Encoding of CSV.
    pub encoding: Encoding,
    /// Work out the SHA-256 of the source bytes.
    pub hash: bool,
    /// Threads to decode with; 0: as many as the machine has.
    pub threads: usize,
    /// What reading may take: by table, and for `table_bytes` and `rows` over all of its files.
    pub limits: ReadLimits,
}

/// Told how many bytes of the source were read, and of how many where that is known. Reading stops when it answers
/// false.
pub type Progress<'a> = &'a mut dyn FnMut(u64, Option<u64>) -> bool;

/// Reads a table: a path, a pattern such as `survey-*.csv` (files of the same columns, in order of their names), a
/// sheet as `book.xlsx#Sheet`, or `-` for standard input.
///
/// ```
/// use bellwether::data::Needs;
/// use bellwether_files::{FileOptions, open};
/// # let folder = tempfile::tempdir().unwrap();
/// # let path = folder.path().join("a.csv");
/// # std::fs::write(&path, "score\n9\n").unwrap();
/// # let path = path.to_str().unwrap();
/// let (table, _) = open(path, &FileOptions::default(), &Needs::all(), &mut |_, _| true).unwrap();
/// assert_eq!(table.rows, 1);
/// ```
///
/// # Errors
/// BW301 for what cannot be opened or read, BW302 and BW310 for what stands in it, BW312 for what is beyond a limit.
pub fn open(
    path: &str,
    options: &FileOptions,
    needs: &Needs,
    progress: Progress<'_>,
) -> Result<(Table, Vec<Diagnostic>), Diagnostic> {
    let paths = source::expand(path, &options.limits)?;
    let mut tables = Vec::new();
    let mut notes = Vec::new();
    let mut options = options.clone();
    for path in &paths {
        let (table, more) = open_one(path, &options, needs, progress)?;
        // What one file takes, the next has less.
        let held: usize = table.columns.iter().map(|(_, column)| column.held_bytes()).sum();
        options.limits.table_bytes = options.limits.table_bytes.saturating_sub(held as u64);
        options.limits.rows = options.limits.rows.saturating_sub(table.rows as u64);
        tables.push(table);
        notes.extend(more);
    }
    Ok((append(tables)?, notes))
}

fn open_one(
    path: &str,
    options: &FileOptions,
    needs: &Needs,
    progress: Progress<'_>,
) -> Result<(Table, Vec<Diagnostic>), Diagnostic> {
    let (path, sheet) = source::split_sheet(path);
    let limits = &options.limits;
    let mut source = Source::open(path, limits)?;
    let format = source.format(options.format)?;
    let threads = match options.threads {
        0 => std::thread::available_parallelism().map_or(1, usize::from),
        threads => threads,
    };
    if options.hash {
        source.start_hash();
    }
    let read = match format {
        Format::Csv | Format::Tsv => {
            let csv = CsvOptions {
                delimiter: options.delimiter.or((format == Format::Tsv).then_some(b'\t')),
                encoding: options.encoding,
                indented: false,
                origin: Some(path.to_owned()),
                limits: *limits,
                threads,
            };
            let (done, total) = (source.counter(), source.total());
            read_csv_with(source.text()?, &csv, needs, &mut |_| progress(done.get(), total))
        }
        Format::Json => {
            let (done, total) = (source.counter(), source.total());
            let text = source.text()?;
            read_json_within(text, Some(path), needs, limits, &mut |_| progress(done.get(), total))
        }
        Format::Parquet => whole(path, || parquet::read(&mut source, threads, needs, limits, progress))
            .map(|table| (table, Vec::new())),
        Format::ArrowFile => {
            whole(path, || ipc::read_file(&mut source, needs, limits, progress)).map(|table| (table, Vec::new()))
        }
        Format::ArrowStream => {
            whole(path, || ipc::read_stream(&mut source, needs, limits, progress)).map(|table| (table, Vec::new()))
        }
        Format::Xlsx => whole(path, || sheet::read(&mut source, sheet, needs, limits, progress)),
    };
    // Where unpacking was ended by a limit, the reader only saw a failure.
    let (mut table, notes) = match (read, source.refused()) {
        (Ok(read), _) => read,
        (Err(_), Some(finding)) | (Err(finding), None) => return Err(finding),
    };
    table.sha256 = source.finish_hash()?;
    table.origin = Some(path.to_owned());
    Ok((table, notes))
}

/// Runs a reader of other people's making: should it panic over a damaged file, the file is damaged.
fn whole<T>(path: &str, read: impl FnOnce() -> Result<T, Diagnostic>) -> Result<T, Diagnostic> {
    catch_unwind(AssertUnwindSafe(read)).unwrap_or_else(|_| {
        let message = "the file is damaged in a way that its reader cannot tell";
        Err(finding(codes::BAD_CSV, path, message))
    })
}

/// The columns of a file, as a template for a new card needs them: kinds are those of all values.
///
/// # Errors
/// As [`open`].
pub fn look(path: &str, options: &FileOptions) -> Result<Table, Diagnostic> {
    open(path, options, &Needs::all(), &mut |_, _| true).map(|(table, _)| table)
}

/// The files that a path or a pattern names, in order of their names, as [`open`] reads them.
///
/// # Errors
/// BW301 where a pattern matches nothing or is none, BW312 for more files than the limit.
pub fn files_of(path: &str, limits: &ReadLimits) -> Result<Vec<String>, Diagnostic> {
    source::expand(path, limits)
}

/// A finding about a file.
fn finding(code: Code, path: &str, message: impl Into<String>) -> Diagnostic {
    Diagnostic::error(code, message).in_data(DataPlace {
        file: Some(path.to_owned()),
        ..DataPlace::default()
    })
}

fn unreadable(path: &str, message: impl Into<String>) -> Diagnostic {
    finding(codes::UNREADABLE_FILE, path, message)
}

fn stopped(path: &str) -> Diagnostic {
    unreadable(path, "reading was stopped")
}
