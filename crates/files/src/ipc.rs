//! Arrow IPC: the file form and the stream form.
//!
//! Every message is looked at before the Arrow library decodes it: lengths and places inside what is there, what buffers
//! say they unpack to within the limits. Bodies are read as long as they are, not as long as they say.

use std::io::{Cursor, Read, Seek, SeekFrom};
use std::sync::Arc;

use arrow_buffer::Buffer;
use arrow_ipc::convert::try_fb_to_schema;
use arrow_ipc::reader::{FileDecoder, StreamDecoder};
use arrow_ipc::{Block, MessageHeader, RecordBatch};
use arrow_schema::{ArrowError, Schema};
use bellwether::data::reading::{bytes_text, shortened};
use bellwether::data::{Needs, ReadLimits, Table, TableBuilder};
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

/// A file being read, with what it may take.
struct Check<'a> {
    path: &'a str,
    limits: &'a ReadLimits,
}

impl Check<'_> {
    fn damaged(&self, why: &str) -> Diagnostic {
        let message = format!("the Arrow file is damaged: {}", shortened(why));
        finding(codes::BAD_CSV, self.path, message)
    }

    fn arrow(&self, error: &ArrowError) -> Diagnostic {
        self.damaged(&error.to_string())
    }

    fn io(&self, error: &std::io::Error) -> Diagnostic {
        match error.kind() {
            std::io::ErrorKind::UnexpectedEof => self.damaged("it ends inside a batch"),
            _ => crate::unreadable(self.path, format!("reading failed: {error}")),
        }
    }

    fn beyond(&self, what: &str, most: u64) -> Diagnostic {
        let message = format!("{what} more than {}", bytes_text(most));
        ReadLimits::exceeded(Some(self.path), message).help("write smaller batches, or ask the host for a higher limit")
    }

    /// A length that the file gives, within what is possible and what is allowed.
    fn length(&self, said: i64, possible: u64, most: u64, what: &str) -> Result<u64, Diagnostic> {
        let said = u64::try_from(said).map_err(|_| self.damaged("a length is negative"))?;
        if said > possible {
            return Err(self.damaged("a part is longer than the file"));
        }
        if said > most {
            return Err(self.beyond(what, most));
        }
        Ok(said)
    }

    /// Looks at a message: its description, and the bytes of its body.
    fn message(&self, description: &[u8], body: &[u8]) -> Result<(), Diagnostic> {
        let message = arrow_ipc::root_as_message(description).map_err(|error| self.damaged(&error.to_string()))?;
        if u64::try_from(message.bodyLength()) != Ok(body.len() as u64) {
            return Err(self.damaged("a message has another length than it says"));
        }
        let batch = match message.header_type() {
            MessageHeader::RecordBatch => message.header_as_record_batch(),
            MessageHeader::DictionaryBatch => message.header_as_dictionary_batch().and_then(|batch| batch.data()),
            MessageHeader::Schema | MessageHeader::NONE => return Ok(()),
            _ => None,
        };
        match batch {
            Some(batch) => self.batch(&batch, body),
            None => Err(self.damaged("it holds something else than tables")),
        }
    }

    fn batch(&self, batch: &RecordBatch<'_>, body: &[u8]) -> Result<(), Diagnostic> {
        let rows = u64::try_from(batch.length()).map_err(|_| self.damaged("a length is negative"))?;
        self.limits.check_rows(rows, Some(self.path))?;
        let nodes = batch.nodes().ok_or_else(|| self.damaged("a batch has no columns"))?;
        for node in nodes {
            if node.length() < 0 || node.null_count() < 0 || node.null_count() > node.length() {
                return Err(self.damaged("a column has a negative length or more gaps than rows"));
            }
            self.limits.check_rows(node.length().unsigned_abs(), Some(self.path))?;
        }
        let cells = rows.saturating_mul(nodes.len() as u64) / 8;
        self.limits.check_memory(cells, Some(self.path))?;
        if batch
            .variadicBufferCounts()
            .is_some_and(|counts| counts.iter().any(|count| count < 0))
        {
            return Err(self.damaged("a length is negative"));
        }
        let packed = batch.compression().is_some();
        let mut unpacked = 0_u64;
        for buffer in batch.buffers().ok_or_else(|| self.damaged("a batch has no buffers"))? {
            let place = usize::try_from(buffer.offset())
                .ok()
                .zip(usize::try_from(buffer.length()).ok());
            let bytes = place
                .and_then(|(offset, length)| body.get(offset..offset.checked_add(length)?))
                .ok_or_else(|| self.damaged("a buffer lies outside its batch"))?;
            if !packed || bytes.is_empty() {
                continue;
            }
            let Some(said) = bytes.first_chunk::<8>() else {
                return Err(self.damaged("a packed buffer is too short"));
            };
            // −1: it is not packed after all.
            let said = i64::from_le_bytes(*said);
            if said != -1 {
                let own = self.length(said, u64::MAX, self.limits.page_bytes, "a buffer unpacks to")?;
                unpacked = unpacked.saturating_add(own);
                self.limits.check_memory(unpacked, Some(self.path))?;
            }
        }
        self.limits.check_unpacked(body.len() as u64, unpacked, Some(self.path))
    }

    /// Adds a batch to the table.
    fn push(&self, builder: &mut TableBuilder, batch: &arrow_array::RecordBatch) -> Result<(), Diagnostic> {
        // Batches without rows take memory, too.
        if batch.num_rows() == 0 && builder.rows() > 0 {
            return Ok(());
        }
        builder.push(batch)?;
        self.limits.check_rows(builder.rows() as u64, Some(self.path))?;
        self.limits.check_memory(builder.held_bytes(), Some(self.path))
    }
}

/// Reads the file form.
pub fn read_file(
    source: &mut Source,
    needs: &Needs,
    limits: &ReadLimits,
    progress: Progress<'_>,
) -> Result<Table, Diagnostic> {
    match source.file() {
        Some(file) => {
            let table = read_seekable(source, file?, needs, limits, progress)?;
            source.rewind()?;
            Ok(table)
        }
        None => {
            let bytes = source.bytes()?;
            read_seekable(source, Cursor::new(bytes), needs, limits, progress)
        }
    }
}

/// What a footer takes behind itself: its length and `ARROW1`.
const TAIL: u64 = 10;

fn read_seekable(
    source: &Source,
    mut file: impl Read + Seek,
    needs: &Needs,
    limits: &ReadLimits,
    progress: Progress<'_>,
) -> Result<Table, Diagnostic> {
    let check = Check {
        path: source.path(),
        limits,
    };
    let io = |error: std::io::Error| check.io(&error);
    let total = file.seek(SeekFrom::End(0)).map_err(io)?;
    let possible = total
        .checked_sub(TAIL)
        .ok_or_else(|| check.damaged("it ends inside its frame"))?;
    let tail = read_at(&mut file, possible, TAIL).map_err(io)?;
    let said = match tail.split_first_chunk::<4>() {
        Some((said, b"ARROW1")) => i32::from_le_bytes(*said),
        _ => return Err(check.damaged("it does not end as an Arrow file does; it may be cut short")),
    };
    let said = check.length(
        i64::from(said),
        possible,
        limits.metadata_bytes,
        "the description of the file takes",
    )?;
    let footer = read_at(&mut file, possible - said, said).map_err(io)?;
    let footer = arrow_ipc::root_as_footer(&footer).map_err(|error| check.damaged(&error.to_string()))?;
    let schema = footer.schema().ok_or_else(|| check.damaged("it has no schema"))?;
    if !schema.endianness().equals_to_target_endianness() {
        return Err(check.damaged("it was written by a machine whose bytes have another order"));
    }
    let schema = Arc::new(try_fb_to_schema(schema).map_err(|error| check.arrow(&error))?);
    limits.check_columns(schema.fields().len(), Some(check.path))?;
    let (wanted, others) = projection(&schema, needs);
    let dictionaries: Vec<Block> = footer.dictionaries().iter().flatten().copied().collect();
    let batches: Vec<Block> = footer.recordBatches().iter().flatten().copied().collect();
    let taken = dictionaries.iter().chain(&batches).map(|block| {
        let body = u64::try_from(block.bodyLength()).unwrap_or(u64::MAX);
        body.saturating_add(u64::from(block.metaDataLength().unsigned_abs()))
    });
    if taken.fold(0, u64::saturating_add) > total {
        return Err(check.damaged("its batches overlap"));
    }
    let mut decoder = FileDecoder::new(schema, footer.version()).with_projection(wanted);
    for block in &dictionaries {
        let buffer = read_block(&check, &mut file, block, total)?;
        decoder
            .read_dictionary(block, &buffer)
            .map_err(|error| check.arrow(&error))?;
    }
    let mut builder = TableBuilder::new(Some(check.path), needs.clone());
    for block in &batches {
        let buffer = read_block(&check, &mut file, block, total)?;
        let batch = decoder.read_record_batch(block, &buffer);
        if let Some(batch) = batch.map_err(|error| check.arrow(&error))? {
            check.push(&mut builder, &batch)?;
        }
        let done = u64::try_from(block.offset())
            .unwrap_or(0)
            .saturating_add(buffer.len() as u64);
        if !progress(done, source.total()) {
            return Err(stopped(check.path));
        }
    }
    let mut table = builder.finish()?;
    table.unread.extend(others);
    Ok(table)
}

/// Reads as many bytes as there are, up to `length`, and no more memory than that.
fn read_at(file: &mut (impl Read + Seek), start: u64, length: u64) -> std::io::Result<Vec<u8>> {
    file.seek(SeekFrom::Start(start))?;
    read_exactly(file, length)
}

fn read_exactly(file: &mut impl Read, length: u64) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    file.take(length).read_to_end(&mut bytes)?;
    if bytes.len() as u64 == length {
        Ok(bytes)
    } else {
        Err(std::io::ErrorKind::UnexpectedEof.into())
    }
}

/// What stands before the description of a message in its block: a mark and a length, or the length alone.
fn frame(bytes: &[u8]) -> usize {
    if bytes.starts_with(&CONTINUES) { 8 } else { 4 }
}

const CONTINUES: [u8; 4] = [0xff; 4];

fn read_block(
    check: &Check<'_>,
    file: &mut (impl Read + Seek),
    block: &Block,
    total: u64,
) -> Result<Buffer, Diagnostic> {
    let most = check.limits.page_bytes;
    let start = check.length(block.offset(), total, u64::MAX, "")?;
    let description = i64::from(block.metaDataLength());
    let description = check.length(
        description,
        total - start,
        check.limits.metadata_bytes,
        "a description takes",
    )?;
    let body = check.length(block.bodyLength(), total - start - description, most, "a batch takes")?;
    let bytes = read_at(file, start, description + body).map_err(|error| check.io(&error))?;
    let (description, body) = bytes
        .split_at_checked(usize::try_from(description).unwrap_or(usize::MAX))
        .ok_or_else(|| check.damaged("it ends inside a batch"))?;
    let message = description
        .get(frame(description)..)
        .filter(|message| message.len() >= 8)
        .ok_or_else(|| check.damaged("the description of a batch is too short"))?;
    check.message(message, body)?;
    Ok(Buffer::from_vec(bytes))
}

/// Reads the stream form.
pub fn read_stream(
    source: &mut Source,
    needs: &Needs,
    limits: &ReadLimits,
    progress: Progress<'_>,
) -> Result<Table, Diagnostic> {
    let path = source.path().to_owned();
    let (done, total) = (source.counter(), source.total());
    read_stream_from(source.raw(), &path, needs, limits, &mut || progress(done.get(), total))
}

/// Reads the stream form from anywhere; `go_on` is asked after each message.
pub fn read_stream_from(
    source: impl Read,
    path: &str,
    needs: &Needs,
    limits: &ReadLimits,
    go_on: &mut dyn FnMut() -> bool,
) -> Result<Table, Diagnostic> {
    let check = Check { path, limits };
    let mut source = std::io::BufReader::with_capacity(1 << 16, source);
    let mut decoder = StreamDecoder::new();
    let mut builder = TableBuilder::new(Some(path), needs.clone());
    let mut checked = false;
    while let Some(bytes) = next_message(&check, &mut source)? {
        let mut buffer = Buffer::from_vec(bytes);
        while !buffer.is_empty() {
            let before = buffer.len();
            let batch = decoder.decode(&mut buffer).map_err(|error| check.arrow(&error))?;
            if let (Some(schema), false) = (decoder.schema(), checked) {
                limits.check_columns(schema.fields().len(), Some(path))?;
                checked = true;
            }
            match batch {
                Some(batch) => check.push(&mut builder, &batch)?,
                None if buffer.len() == before => return Err(check.damaged("a message cannot be read")),
                None => {}
            }
        }
        if !go_on() {
            return Err(stopped(path));
        }
    }
    if !checked {
        return Err(check.damaged("it has no schema"));
    }
    builder.finish()
}

/// The bytes of the next message, framed; none at the end of the stream.
fn next_message(check: &Check<'_>, source: &mut impl Read) -> Result<Option<Vec<u8>>, Diagnostic> {
    let io = |error: std::io::Error| check.io(&error);
    let mut head = Vec::new();
    source.by_ref().take(4).read_to_end(&mut head).map_err(io)?;
    if head.is_empty() {
        return Ok(None);
    }
    if head == CONTINUES {
        head.extend(read_exactly(source, 4).map_err(io)?);
    }
    let length = head.last_chunk::<4>().map(|length| i32::from_le_bytes(*length));
    let length = length.ok_or_else(|| check.damaged("it ends inside a batch"))?;
    if length == 0 {
        return Ok(None);
    }
    let most = check.limits.metadata_bytes;
    let length = check.length(i64::from(length), u64::MAX, most, "a description takes")?;
    let description = read_exactly(source, length).map_err(io)?;
    let message = arrow_ipc::root_as_message(&description).map_err(|error| check.damaged(&error.to_string()))?;
    let most = check.limits.page_bytes;
    let length = check.length(message.bodyLength(), u64::MAX, most, "a batch takes")?;
    let body = read_exactly(source, length).map_err(io)?;
    check.message(&description, &body)?;
    head.extend(description);
    head.extend(body);
    Ok(Some(head))
}
