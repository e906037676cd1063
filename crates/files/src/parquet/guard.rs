//! What a Parquet file says of itself, held against its own length and the limits before anything is made of it.
//!
//! The reader behind this trusts lengths: it reserves what a page header or a schema says, follows a schema as deep as it
//! goes, and unpacks gzip, brotli and LZ4 frames to their end whatever a page header says. So the footer and the headers
//! of all pages that will be read are walked first, and pages of those three codecs are unpacked once into nothing.

use std::io::Read;

use bellwether::data::ReadLimits;
use bellwether::data::reading::bytes_text;
use bellwether::diagnostic::Diagnostic;
use parquet::basic::Compression;
use parquet::errors::ParquetError;
use parquet::file::metadata::{ColumnChunkMetaData, ParquetMetaData};
use parquet::file::reader::ChunkReader;

use super::thrift::{I32, LIST, STRUCT, Walk};

/// Deepest nesting of a schema.
const DEEPEST_SCHEMA: usize = 64;

/// Why a file is not read.
pub enum Refused {
    /// It contradicts itself.
    Damaged(String),
    /// It is beyond a limit.
    Limit(Box<Diagnostic>),
}

impl From<ParquetError> for Refused {
    fn from(error: ParquetError) -> Self {
        Self::Damaged(error.to_string())
    }
}

impl From<Diagnostic> for Refused {
    fn from(finding: Diagnostic) -> Self {
        Self::Limit(Box::new(finding))
    }
}

fn damaged<T>(what: impl Into<String>) -> Result<T, Refused> {
    Err(Refused::Damaged(what.into()))
}

fn beyond<T>(path: &str, message: String) -> Result<T, Refused> {
    let finding = ReadLimits::exceeded(Some(path), message);
    Err(finding
        .help("write it in smaller parts, or ask the host for a higher limit")
        .into())
}

/// Checks the footer: its length, and the shape of the schema in it.
pub fn footer<R: ChunkReader>(file: &R, path: &str, limits: &ReadLimits) -> Result<(), Refused> {
    let length = file.len();
    if length < 12 {
        return damaged("it is shorter than its own frame");
    }
    let tail = file.get_bytes(length - 8, 8)?;
    let Some((size, magic)) = tail.split_first_chunk::<4>() else {
        return damaged("it ends inside its footer");
    };
    if magic != b"PAR1" {
        return damaged("it does not end as a Parquet file does; it may be cut short");
    }
    let size = u64::from(u32::from_le_bytes(*size));
    if size > length - 12 {
        return damaged("its footer is longer than the file");
    }
    if size > limits.metadata_bytes {
        let most = bytes_text(limits.metadata_bytes);
        return beyond(
            path,
            format!("the description of the Parquet file is longer than {most}"),
        );
    }
    let bytes = file.get_bytes(length - 8 - size, usize::try_from(size).unwrap_or(0))?;
    let Some(children) = schema(&bytes) else {
        return damaged("its footer is not well formed");
    };
    columns(&children, path, limits)
}

/// The number of children of each element of the schema; walks over the whole footer.
fn schema(bytes: &[u8]) -> Option<Vec<i64>> {
    let mut children = Vec::new();
    Walk::new(bytes).fields(0, |walk, number, kind| {
        if (number, kind) != (2, LIST) {
            return Some(false);
        }
        let (kind, count) = walk.list()?;
        if kind != STRUCT {
            return None;
        }
        for _ in 0..count {
            let mut own = 0;
            walk.fields(2, |walk, number, kind| {
                if (number, kind) == (5, I32) {
                    own = walk.int()?;
                    return Some(true);
                }
                Some(false)
            })?;
            children.push(own);
        }
        Some(true)
    })?;
    Some(children)
}

/// Follows the tree of a schema without recursion.
fn columns(children: &[i64], path: &str, limits: &ReadLimits) -> Result<(), Refused> {
    let mut open: Vec<i64> = Vec::new();
    let mut leaves = 0_usize;
    for &own in children {
        while open.last() == Some(&0) {
            open.pop();
        }
        if let Some(left) = open.last_mut() {
            *left -= 1;
        }
        if own < 0 || own > children.len() as i64 {
            return damaged("a column says that it has more parts than there are");
        }
        if own == 0 {
            leaves += 1;
        } else {
            open.push(own);
        }
        if open.len() > DEEPEST_SCHEMA {
            return damaged(format!("its columns are nested deeper than {DEEPEST_SCHEMA}"));
        }
    }
    if open.iter().any(|left| *left > 0) {
        return damaged("a column says that it has more parts than there are");
    }
    Ok(limits.check_columns(leaves, Some(path))?)
}

/// Checks what the footer says of rows and places, for all columns; `wanted` are the leaves that will be read.
pub fn metadata(
    metadata: &ParquetMetaData,
    length: u64,
    wanted: &[usize],
    path: &str,
    limits: &ReadLimits,
) -> Result<(), Refused> {
    let mut rows = 0_u64;
    let mut stored = 0_u64;
    for group in metadata.row_groups() {
        let Ok(own) = u64::try_from(group.num_rows()) else {
            return damaged("a row group has a negative number of rows");
        };
        rows = rows.saturating_add(own);
        for (leaf, chunk) in group.columns().iter().enumerate() {
            let Some((start, size)) =
                range(chunk).filter(|(start, size)| start.checked_add(*size).is_some_and(|end| end <= length))
            else {
                return damaged("a column lies outside the file");
            };
            if chunk.num_values() < 0 || (chunk.column_descr().max_rep_level() == 0 && chunk.num_values() as u64 != own)
            {
                return damaged("a column has more or fewer values than its group has rows");
            }
            if wanted.contains(&leaf) && size > 0 {
                stored = stored.saturating_add(size);
                if start < 4 {
                    return damaged("a column lies outside the file");
                }
            }
        }
    }
    if u64::try_from(metadata.file_metadata().num_rows()) != Ok(rows) {
        return damaged("it has more or fewer rows than its groups");
    }
    if stored > length {
        return damaged("its columns overlap");
    }
    limits.check_rows(rows, Some(path))?;
    // The narrowest column takes a byte a row; one that has one value takes no less here than one that has many.
    Ok(limits.check_memory(rows.saturating_mul(wanted.len() as u64), Some(path))?)
}

/// Where a chunk lies: its start and its length.
fn range(chunk: &ColumnChunkMetaData) -> Option<(u64, u64)> {
    let start = chunk
        .dictionary_page_offset()
        .unwrap_or_else(|| chunk.data_page_offset());
    Some((u64::try_from(start).ok()?, u64::try_from(chunk.compressed_size()).ok()?))
}

/// What the header of a page says.
#[derive(Default)]
struct Header {
    kind: i64,
    unpacked: i64,
    stored: i64,
    values: i64,
    nulls: i64,
    levels: [i64; 2],
    is_packed: bool,
    length: usize,
}

impl Header {
    fn read(bytes: &[u8]) -> Option<Self> {
        let mut header = Self {
            is_packed: true,
            ..Self::default()
        };
        let mut walk = Walk::new(bytes);
        walk.fields(0, |walk, number, kind| {
            match (number, kind) {
                (1, I32) => header.kind = walk.int()?,
                (2, I32) => header.unpacked = walk.int()?,
                (3, I32) => header.stored = walk.int()?,
                // Data page, dictionary page, data page of the second form.
                (5 | 7 | 8, STRUCT) => walk.fields(1, |walk, inner, kind| {
                    match (number, inner, kind) {
                        (_, 1, I32) => header.values = walk.int()?,
                        (8, 2, I32) => header.nulls = walk.int()?,
                        (8, 5, I32) => *header.levels.first_mut()? = walk.int()?,
                        (8, 6, I32) => *header.levels.last_mut()? = walk.int()?,
                        // False: its values are as they are.
                        (8, 7, 2) => header.is_packed = false,
                        _ => return Some(false),
                    }
                    Some(true)
                })?,
                _ => return Some(false),
            }
            Some(true)
        })?;
        header.length = walk.at();
        Some(header)
    }
}

/// How far a header is looked for, in bytes, step by step: statistics in it may be long.
const HEADER_STEPS: [u64; 4] = [1 << 8, 1 << 13, 1 << 18, 1 << 24];

/// Checks the pages of a chunk, and gives what they unpack to.
pub fn pages<R: ChunkReader>(
    file: &R,
    chunk: &ColumnChunkMetaData,
    path: &str,
    limits: &ReadLimits,
) -> Result<u64, Refused> {
    let Some((start, size)) = range(chunk) else {
        return damaged("a column lies outside the file");
    };
    let end = start.saturating_add(size);
    let (mut at, mut values, mut unpacked) = (start, 0_i64, 0_u64);
    // To the end of the chunk, as the reader goes, and not to the last value that is asked for.
    while at < end {
        let header = header(file, at, end)?;
        let body = at + header.length as u64;
        let (Ok(stored), Ok(own)) = (u64::try_from(header.stored), u64::try_from(header.unpacked)) else {
            return damaged("a page has a negative length");
        };
        if stored > end - body {
            return damaged("a page is longer than its column");
        }
        if own > limits.page_bytes {
            return beyond(
                path,
                format!("a page unpacks to more than {}", bytes_text(limits.page_bytes)),
            );
        }
        if header.values < 0 || header.nulls < 0 || header.levels.iter().any(|levels| *levels < 0) {
            return damaged("a page has a negative number of values");
        }
        let levels: i64 = header.levels.iter().fold(0, |sum, levels| sum.saturating_add(*levels));
        if levels > header.unpacked || levels > header.stored {
            return damaged("a page is shorter than its levels");
        }
        match header.kind {
            // A dictionary: each entry takes a bit at least.
            2 if header.values > header.unpacked.saturating_mul(8) => {
                return damaged("a dictionary has more entries than bytes");
            }
            0 | 3 => values = values.saturating_add(header.values),
            _ => {}
        }
        if values > chunk.num_values() {
            return damaged("the pages of a column have more values than it says");
        }
        unpacked = unpacked.saturating_add(own);
        limits.check_memory(unpacked, Some(path))?;
        if header.is_packed {
            unpack(file, chunk.compression(), body, stored, levels, own)?;
        }
        at = body + stored;
    }
    if values < chunk.num_values() {
        return damaged("the pages of a column have fewer values than it says");
    }
    Ok(unpacked)
}

fn header<R: ChunkReader>(file: &R, at: u64, end: u64) -> Result<Header, Refused> {
    for most in HEADER_STEPS {
        let length = most.min(end - at);
        let bytes = file.get_bytes(at, usize::try_from(length).unwrap_or(0))?;
        if let Some(header) = Header::read(&bytes) {
            return Ok(header);
        }
        if length < most {
            break;
        }
    }
    damaged("the header of a page is not well formed")
}

/// Unpacks a page into nothing, where its codec would unpack more than the header says.
fn unpack<R: ChunkReader>(
    file: &R,
    codec: Compression,
    body: u64,
    stored: u64,
    levels: i64,
    said: u64,
) -> Result<(), Refused> {
    let whole_to_the_end = matches!(codec, Compression::GZIP(_) | Compression::BROTLI(_) | Compression::LZ4);
    let levels = u64::try_from(levels).unwrap_or(0);
    // Levels of the second form lie in front, as they are.
    let (packed, said) = (stored - levels.min(stored), said - levels.min(said));
    if !whole_to_the_end || packed == 0 {
        return Ok(());
    }
    let bytes = file.get_bytes(body + levels, usize::try_from(packed).unwrap_or(0))?;
    let counted = match codec {
        Compression::GZIP(_) => count(flate2::read::MultiGzDecoder::new(bytes.as_ref()), said),
        Compression::BROTLI(_) => count(brotli::Decompressor::new(bytes.as_ref(), 1 << 12), said),
        // What is no frame is in blocks, whose reader keeps to the length.
        _ => count(lz4_flex::frame::FrameDecoder::new(bytes.as_ref()), said).or(Ok(0)),
    };
    match counted {
        Ok(found) if found <= said => Ok(()),
        Ok(_) => damaged("a page unpacks to more than it says"),
        Err(error) => damaged(format!("a page cannot be unpacked: {error}")),
    }
}

/// Counts what comes, up to one more than was said.
fn count(reader: impl Read, said: u64) -> std::io::Result<u64> {
    std::io::copy(&mut reader.take(said.saturating_add(1)), &mut std::io::sink())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_damaged(children: &[i64]) -> bool {
        matches!(
            columns(children, "a.parquet", &ReadLimits::TRUSTED),
            Err(Refused::Damaged(_))
        )
    }

    #[test]
    fn the_tree_of_a_schema_is_followed_without_recursion() {
        assert!(!is_damaged(&[2, 0, 0]));
        assert!(!is_damaged(&[2, 1, 0, 2, 0, 0]));
        assert!(is_damaged(&[3, 0, 0]), "a part is missing");
        assert!(is_damaged(&[i64::from(i32::MAX), 0]), "two billion parts");
        assert!(is_damaged(&[-1, 0]));
        assert!(is_damaged(&vec![1; 100_000]), "nested a hundred thousand deep");
        let wide: Vec<i64> = std::iter::once(30_000).chain(std::iter::repeat_n(0, 30_000)).collect();
        assert!(matches!(
            columns(&wide, "a", &ReadLimits::TRUSTED),
            Err(Refused::Limit(_))
        ));
    }
}
