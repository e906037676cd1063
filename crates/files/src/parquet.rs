//! Parquet: the columns that are wanted, their chunks decoded on several threads, each narrowed as it comes.
//!
//! A chunk is one column of one row group. Chunks in the usual encodings are decoded straight into our layout
//! ([`chunk`]); others go by way of Arrow arrays.

mod chunk;
mod guard;
mod page;
mod runs;
mod thrift;
mod whole;

use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, mpsc};

use arrow_schema::{DataType, Field, Schema};
use bellwether::data::arrow::{ArrayError, column_from_array};
use bellwether::data::reading::shortened;
use bellwether::data::{Column, ColumnNeed, Needs, ReadLimits, Table};
use bellwether::definition::ColumnType;
use bellwether::diagnostic::{DataPlace, Diagnostic, codes};
use bytes::Bytes;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder};
use parquet::errors::ParquetError;
use parquet::file::reader::ChunkReader;

use whole::Parts;

use crate::source::Source;
use crate::{Progress, finding, ipc, stopped, unreadable};

/// Rows decoded at a time where a chunk goes by way of Arrow.
const BATCH: usize = 1 << 16;

/// Reads a file, or standard input held in memory.
pub fn read(
    source: &mut Source,
    threads: usize,
    needs: &Needs,
    limits: &ReadLimits,
    progress: Progress<'_>,
) -> Result<Table, Diagnostic> {
    let path = source.path().to_owned();
    match source.file() {
        Some(file) => {
            let file = file?;
            let again =
                || File::open(&path).map_err(|error| unreadable(&path, format!("`{path}` cannot be opened: {error}")));
            let table = Reading::new(&path, &file, needs, limits)?.run(again, threads, progress)?;
            source.rewind()?;
            Ok(table)
        }
        None => {
            let bytes = Bytes::from(source.bytes()?);
            Reading::new(&path, &bytes, needs, limits)?.run(|| Ok(bytes.clone()), threads, progress)
        }
    }
}

fn damaged(path: &str, error: &ParquetError) -> Diagnostic {
    let why = match error {
        ParquetError::General(why) => why.clone(),
        other => other.to_string(),
    };
    finding(
        codes::BAD_CSV,
        path,
        format!("the Parquet file is damaged: {}", shortened(&why)),
    )
}

fn refused(path: &str, refused: guard::Refused) -> Diagnostic {
    match refused {
        guard::Refused::Limit(finding) => *finding,
        guard::Refused::Damaged(why) => damaged(path, &ParquetError::General(why)),
    }
}

/// A column that is wanted.
struct Wanted {
    name: String,
    need: ColumnNeed,
    /// Position among the top-level columns.
    root: usize,
    /// Position among the leaves, for a column that is not nested.
    leaf: Option<usize>,
}

struct Reading<'a> {
    path: &'a str,
    needs: &'a Needs,
    limits: &'a ReadLimits,
    metadata: ArrowReaderMetadata,
    wanted: Vec<Wanted>,
    unread: Vec<String>,
}

/// Why a chunk has no column.
enum Failed {
    Stopped,
    Finding(Box<Diagnostic>),
}

impl From<Diagnostic> for Failed {
    fn from(finding: Diagnostic) -> Self {
        Self::Finding(Box::new(finding))
    }
}

impl<'a> Reading<'a> {
    fn new<R: ChunkReader>(
        path: &'a str,
        file: &R,
        needs: &'a Needs,
        limits: &'a ReadLimits,
    ) -> Result<Self, Diagnostic> {
        guard::footer(file, path, limits).map_err(|why| refused(path, why))?;
        let options = ArrowReaderOptions::new();
        let metadata = ArrowReaderMetadata::load(file, options).map_err(|error| damaged(path, &error))?;
        let schema = metadata.schema();
        let (roots, mut unread) = ipc::projection(schema, needs);
        let mut wanted = Vec::new();
        for root in roots {
            let field = schema.field(root);
            let name = field.name().trim().to_owned();
            if field.data_type().is_nested() && !needs.columns.contains_key(&name) {
                unread.push(name);
                continue;
            }
            let leaves = metadata.parquet_schema();
            let leaf = (0..leaves.num_columns()).find(|&leaf| leaves.get_column_root_idx(leaf) == root);
            wanted.push(Wanted {
                need: needs.column(&name),
                name,
                root,
                leaf: leaf.filter(|_| !field.data_type().is_nested()),
            });
        }
        // Text comes as dictionaries where the file has them, in place of one text per row.
        let fields: Vec<Field> = schema.fields().iter().map(|field| with_dictionary(field)).collect();
        let options = ArrowReaderOptions::new().with_schema(Arc::new(Schema::new(fields)));
        let metadata = ArrowReaderMetadata::try_new(Arc::clone(metadata.metadata()), options)
            .map_err(|error| damaged(path, &error))?;
        let reading = Self {
            path,
            needs,
            limits,
            metadata,
            wanted,
            unread,
        };
        let wanted: Vec<usize> = reading
            .wanted
            .iter()
            .flat_map(|wanted| reading.leaves(wanted))
            .collect();
        guard::metadata(reading.metadata.metadata(), file.len(), &wanted, path, limits)
            .map_err(|why| refused(path, why))?;
        Ok(reading)
    }

    /// The leaves below a column.
    fn leaves(&self, wanted: &Wanted) -> Vec<usize> {
        let leaves = self.metadata.parquet_schema();
        (0..leaves.num_columns())
            .filter(|&leaf| leaves.get_column_root_idx(leaf) == wanted.root)
            .collect()
    }

    /// Looks at the pages of a chunk before they are unpacked.
    fn check_pages<R: ChunkReader>(&self, file: &R, group: usize, wanted: &Wanted, jobs: &Jobs) -> Result<(), Failed> {
        let group = self.metadata.metadata().row_group(group);
        for leaf in self.leaves(wanted) {
            let chunk = group.column(leaf);
            let own = guard::pages(file, chunk, self.path, self.limits).map_err(|why| refused(self.path, why))?;
            let stored = u64::try_from(chunk.compressed_size()).unwrap_or(0);
            let stored = jobs.stored.fetch_add(stored, Ordering::Relaxed) + stored;
            let unpacked = jobs.unpacked.fetch_add(own, Ordering::Relaxed) + own;
            self.limits.check_unpacked(stored, unpacked, Some(self.path))?;
        }
        Ok(())
    }

    fn run<R: ChunkReader + 'static>(
        self,
        open: impl Fn() -> Result<R, Diagnostic> + Sync,
        threads: usize,
        progress: Progress<'_>,
    ) -> Result<Table, Diagnostic> {
        let groups = self.metadata.metadata().num_row_groups();
        let threads = match threads {
            0 => std::thread::available_parallelism().map_or(1, usize::from),
            threads => threads,
        };
        let sizes = || {
            let groups = self.metadata.metadata().row_groups().iter();
            groups.map(|group| usize::try_from(group.num_rows()).unwrap_or(0))
        };
        let jobs = Jobs {
            next: AtomicUsize::new(0),
            stop: AtomicBool::new(false),
            columns: self
                .wanted
                .iter()
                .map(|_| Mutex::new((Parts::new(sizes()), None)))
                .collect(),
            failed: Mutex::new(None),
            stored: AtomicU64::new(0),
            unpacked: AtomicU64::new(0),
            held: AtomicU64::new(0),
        };
        let bytes = |group: usize| {
            let group = self.metadata.metadata().row_group(group);
            u64::try_from(group.compressed_size()).unwrap_or(0)
        };
        let total: u64 = (0..groups).map(bytes).sum();
        let per_column = self.wanted.len().max(1) as u64;
        std::thread::scope(|scope| {
            let (sender, done) = mpsc::channel::<usize>();
            for _ in 0..threads.clamp(1, (groups * self.wanted.len()).max(1)) {
                let (sender, jobs, reading, open) = (sender.clone(), &jobs, &self, &open);
                scope.spawn(move || {
                    // Should the reader of others panic over a damaged file, the file is damaged.
                    let worked = catch_unwind(AssertUnwindSafe(|| reading.work(open, jobs, &sender)));
                    let lost = || {
                        let message = "the Parquet file is damaged in a way that its reader cannot tell";
                        Err(finding(codes::BAD_CSV, reading.path, message).into())
                    };
                    if let Err(Failed::Finding(finding)) = worked.unwrap_or_else(|_| lost()) {
                        jobs.fail(*finding);
                    }
                });
            }
            drop(sender);
            let mut read = 0;
            for group in done {
                read += bytes(group) / per_column;
                if !progress(read.min(total), Some(total)) {
                    jobs.stop.store(true, Ordering::Relaxed);
                }
            }
        });
        let failed = jobs
            .failed
            .into_inner()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(finding) = failed {
            return Err(finding);
        }
        if jobs.stop.load(Ordering::Relaxed) {
            return Err(stopped(self.path));
        }
        let rows = usize::try_from(self.metadata.metadata().file_metadata().num_rows()).unwrap_or(0);
        let mut table = Table {
            rows,
            unread: self.unread,
            origin: Some(self.path.to_owned()),
            ..Table::default()
        };
        for (wanted, parts) in self.wanted.into_iter().zip(jobs.columns) {
            let (_, whole) = parts.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
            let empty = || Column::missing(wanted.need.when_empty.unwrap_or(ColumnType::Text), rows);
            table.columns.push((wanted.name, whole.unwrap_or_else(empty)));
        }
        Ok(table)
    }

    /// Takes chunks, column by column, until there are none.
    fn work<R: ChunkReader + 'static>(
        &self,
        open: &impl Fn() -> Result<R, Diagnostic>,
        jobs: &Jobs,
        done: &mpsc::Sender<usize>,
    ) -> Result<(), Failed> {
        let file = Arc::new(open()?);
        let groups = self.metadata.metadata().num_row_groups();
        loop {
            let job = jobs.next.fetch_add(1, Ordering::Relaxed);
            let (column, group) = (job / groups.max(1), job % groups.max(1));
            let (Some(wanted), Some(parts)) = (self.wanted.get(column), jobs.columns.get(column)) else {
                return Ok(());
            };
            if jobs.stop.load(Ordering::Relaxed) || groups == 0 {
                return Err(Failed::Stopped);
            }
            self.check_pages(file.as_ref(), group, wanted, jobs)?;
            let part = match self.chunk_from_pages(&file, group, wanted)? {
                Some(part) => part,
                None => self.chunk_from_arrow(open()?, group, wanted)?,
            };
            let own = part.held_bytes() as u64;
            let held = jobs.held.fetch_add(own, Ordering::Relaxed) + own;
            let full = {
                let (parts, _) = &mut *lock(parts);
                // The first chunk makes room for all.
                self.limits
                    .check_memory(held.saturating_add(parts.more_bytes(&part)), Some(self.path))?;
                parts.add(group, part);
                parts.is_full().then(|| std::mem::take(parts))
            };
            if let Some(full) = full {
                let whole = full.column();
                lock(parts).1 = whole;
            }
            // Nobody listens once reading was stopped.
            let _ = done.send(group);
        }
    }

    /// Decodes a chunk in the usual encodings; none where it has others.
    fn chunk_from_pages<R: ChunkReader + 'static>(
        &self,
        file: &Arc<R>,
        group: usize,
        wanted: &Wanted,
    ) -> Result<Option<Column>, Failed> {
        let Some(leaf) = wanted.leaf else { return Ok(None) };
        let kind = plain_kind(self.metadata.schema().field(wanted.root).data_type());
        let group_data = self.metadata.metadata().row_group(group);
        let outcome = chunk::decode(
            file,
            group_data,
            leaf,
            &kind,
            wanted.need,
            self.needs.utc_offset_minutes,
        );
        outcome.map_err(|error| match error {
            chunk::Error::Parquet(error) => damaged(self.path, &error).into(),
            chunk::Error::Array(error) => self.refused(error, group, 0, &wanted.name).into(),
        })
    }

    /// Decodes a chunk of any encoding.
    fn chunk_from_arrow<R: ChunkReader + 'static>(
        &self,
        file: R,
        group: usize,
        wanted: &Wanted,
    ) -> Result<Column, Failed> {
        let mask = ProjectionMask::roots(self.metadata.parquet_schema(), [wanted.root]);
        let reader = ParquetRecordBatchReaderBuilder::new_with_metadata(file, self.metadata.clone())
            .with_projection(mask)
            .with_row_groups(vec![group])
            .with_batch_size(BATCH)
            .build()
            .map_err(|error| damaged(self.path, &error))?;
        let mut parts = Vec::new();
        let mut rows = 0;
        for batch in reader {
            let batch = batch.map_err(|error| damaged(self.path, &ParquetError::from(error)))?;
            let Some(array) = batch.columns().first() else { continue };
            let part = column_from_array(array.as_ref(), wanted.need, self.needs.utc_offset_minutes)
                .map_err(|error| self.refused(error, group, rows, &wanted.name))?;
            rows += part.len();
            parts.push(part);
        }
        Ok(join(&parts))
    }

    fn refused(&self, error: ArrayError, group: usize, before: usize, name: &str) -> Diagnostic {
        let place = DataPlace {
            file: Some(self.path.to_owned()),
            column: Some(name.to_owned()),
            ..DataPlace::default()
        };
        match error {
            ArrayError::Kind(kind) => Diagnostic::error(
                codes::BAD_VALUE,
                format!("`{name}` holds {kind}, and a column holds plain values"),
            )
            .in_data(place),
            ArrayError::Value(row, value) => {
                let metadata = self.metadata.metadata();
                let earlier: i64 = (0..group).map(|group| metadata.row_group(group).num_rows()).sum();
                let row = u64::try_from(earlier).unwrap_or(0) + (before + row) as u64 + 1;
                Diagnostic::error(
                    codes::BAD_VALUE,
                    format!("`{value}` in `{name}` cannot be counted with"),
                )
                .in_data(DataPlace {
                    row: Some(row),
                    value: Some(value),
                    ..place
                })
                .help(ArrayError::HELP)
            }
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// Work shared between threads.
struct Jobs {
    next: AtomicUsize,
    stop: AtomicBool,
    /// The chunks of each column, and the column once it is whole.
    columns: Vec<Mutex<(Parts, Option<Column>)>>,
    failed: Mutex<Option<Diagnostic>>,
    /// Bytes of the chunks looked at, as they are stored and unpacked.
    stored: AtomicU64,
    unpacked: AtomicU64,
    /// Memory of the columns.
    held: AtomicU64,
}

impl Jobs {
    /// Keeps the first finding, and stops all threads.
    fn fail(&self, finding: Diagnostic) {
        self.stop.store(true, Ordering::Relaxed);
        lock(&self.failed).get_or_insert(finding);
    }
}

fn join(parts: &[Column]) -> Column {
    match parts {
        [one] => one.clone(),
        parts => Column::concat(&parts.iter().collect::<Vec<_>>()),
    }
}

fn with_dictionary(field: &Field) -> Field {
    match field.data_type() {
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => {
            let kind = DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8));
            field.clone().with_data_type(kind)
        }
        _ => field.clone(),
    }
}

/// The kind of the values themselves.
fn plain_kind(kind: &DataType) -> DataType {
    match kind {
        DataType::Dictionary(_, values) => values.as_ref().clone(),
        other => other.clone(),
    }
}
