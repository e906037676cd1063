//! The child: it limits itself, reads a table, and writes it to its standard output.

use std::io::{BufWriter, Write};
use std::path::Path;

use arrow_ipc::writer::StreamWriter;
use bellwether::data::{ReadLimits, Table, to_record_batch};

use super::{Answer, Request, THREADS};
use crate::failure::Failure;
use crate::host::data;

/// Rows of one batch of the answer.
const BATCH: usize = 1 << 18;

/// Reads what the file of a request asks for.
pub fn read_table(request: &Path) -> Result<(), Failure> {
    limits::set().map_err(|error| Failure::input(format!("the limits of reading cannot be set: {error}")))?;
    let wrong = |error: &dyn std::fmt::Display| Failure::input(format!("the request cannot be read: {error}"));
    let text = std::fs::read(request).map_err(|error| wrong(&error))?;
    let request: Request = serde_json::from_slice(&text).map_err(|error| wrong(&error))?;
    let read = data::file_options(&request.table, &request.place(), THREADS).and_then(|mut options| {
        options.limits = ReadLimits::UNTRUSTED;
        bellwether_files::open(&request.path, &options, &request.needs(), &mut |_, _| true)
    });
    let mut out = BufWriter::new(std::io::stdout().lock());
    let written = match read {
        Err(finding) => head(&mut out, &Answer::Finding(Box::new(finding))),
        Ok((mut table, notes)) => {
            let answer = Answer::Table {
                rows: table.rows,
                columns: table.columns.len(),
                unread: std::mem::take(&mut table.unread),
                origin: table.origin.take(),
                sha256: table.sha256.take(),
                notes,
            };
            head(&mut out, &answer).and_then(|()| rows(&mut out, &table))
        }
    };
    written
        .and_then(|()| out.flush())
        .map_err(|error| Failure::input(format!("the answer cannot be written: {error}")))
}

fn head(out: &mut impl Write, answer: &Answer) -> std::io::Result<()> {
    serde_json::to_writer(&mut *out, answer)?;
    out.write_all(b"\n")
}

fn rows(out: &mut impl Write, table: &Table) -> std::io::Result<()> {
    if table.columns.is_empty() {
        return Ok(());
    }
    let batch = to_record_batch(table).map_err(std::io::Error::other)?;
    let mut writer = StreamWriter::try_new(out, &batch.schema()).map_err(std::io::Error::other)?;
    let mut at = 0;
    // A table without rows is written as one batch without rows, so that its columns arrive.
    while at < batch.num_rows() || at == 0 {
        let length = BATCH.min(batch.num_rows() - at);
        writer.write(&batch.slice(at, length)).map_err(std::io::Error::other)?;
        at += length.max(1);
    }
    writer.finish().map_err(std::io::Error::other)
}

#[cfg(unix)]
mod limits {
    use rustix::process::{Resource, Rlimit, setrlimit};

    use crate::untrusted::{ADDRESS_SPACE, PROCESSOR_SECONDS};

    /// Limits this process for good.
    pub fn set() -> std::io::Result<()> {
        let limits = [
            (Resource::As, ADDRESS_SPACE),
            (Resource::Cpu, PROCESSOR_SECONDS),
            (Resource::Core, 0),
            (Resource::Fsize, 0),
            (Resource::Nofile, 32),
        ];
        for (resource, most) in limits {
            let limit = Rlimit {
                current: Some(most),
                maximum: Some(most),
            };
            setrlimit(resource, limit)?;
        }
        Ok(())
    }
}

#[cfg(not(unix))]
mod limits {
    /// There are no such limits here.
    pub fn set() -> std::io::Result<()> {
        Err(std::io::Error::other("this system has none"))
    }
}
