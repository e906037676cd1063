//! Arrow IPC: the file form and the stream form.

use std::io::{Cursor, Read, Seek};

use arrow_ipc::reader::{FileReader, StreamReader};
use arrow_schema::{ArrowError, Schema};
use bellwether::data::{Needs, Table, TableBuilder};
use bellwether::diagnostic::{Diagnostic, codes};

use crate::source::Source;
use crate::{Progress, finding, stopped};

/// Positions of the columns that are wanted, and the names of the others.
pub fn projection(schema: &Schema, needs: &Needs) -> (Vec<usize>, Vec<String>) {
    let mut wanted = Vec::new();
    let mut others = Vec::new();
    for (index, field) in schema.fields().iter().enumerate() {
        if needs.wants(field.name().trim()) {
            wanted.push(index);
        } else {
            others.push(field.name().trim().to_owned());
        }
    }
    (wanted, others)
}

fn damaged(path: &str, error: &ArrowError) -> Diagnostic {
    finding(codes::BAD_CSV, path, format!("the Arrow file is damaged: {error}"))
}

/// Reads the file form.
pub fn read_file(source: &mut Source, needs: &Needs, progress: Progress<'_>) -> Result<Table, Diagnostic> {
    match source.file() {
        Some(file) => {
            let table = read_seekable(source, std::io::BufReader::new(file?), needs, progress)?;
            source.rewind()?;
            Ok(table)
        }
        None => {
            let bytes = source.bytes()?;
            read_seekable(source, Cursor::new(bytes), needs, progress)
        }
    }
}

fn read_seekable(
    source: &Source,
    mut file: impl Read + Seek,
    needs: &Needs,
    progress: Progress<'_>,
) -> Result<Table, Diagnostic> {
    let path = source.path();
    file.rewind()
        .map_err(|error| crate::unreadable(path, format!("reading failed: {error}")))?;
    let reader = FileReader::try_new(&mut file, None).map_err(|error| damaged(path, &error))?;
    let (wanted, others) = projection(&reader.schema(), needs);
    let batches = reader.num_batches().max(1) as u64;
    file.rewind()
        .map_err(|error| crate::unreadable(path, format!("reading failed: {error}")))?;
    let reader = FileReader::try_new(file, Some(wanted)).map_err(|error| damaged(path, &error))?;
    let mut builder = TableBuilder::new(Some(path), needs.clone());
    for (index, batch) in reader.enumerate() {
        builder.push(&batch.map_err(|error| damaged(path, &error))?)?;
        let total = source.total();
        let done = total.map_or(0, |total| total / batches * (index as u64 + 1));
        if !progress(done, total) {
            return Err(stopped(path));
        }
    }
    let mut table = builder.finish()?;
    table.unread.extend(others);
    Ok(table)
}

/// Reads the stream form.
pub fn read_stream(source: &mut Source, needs: &Needs, progress: Progress<'_>) -> Result<Table, Diagnostic> {
    let path = source.path().to_owned();
    let (done, total) = (source.counter(), source.total());
    let reader = StreamReader::try_new_buffered(source.raw(), None).map_err(|error| damaged(&path, &error))?;
    let mut builder = TableBuilder::new(Some(&path), needs.clone());
    for batch in reader {
        builder.push(&batch.map_err(|error| damaged(&path, &error))?)?;
        if !progress(done.get(), total) {
            return Err(stopped(&path));
        }
    }
    builder.finish()
}
