//! Chunks of a flat column decoded page by page into our own layout.
//!
//! Of the encodings that writers use for such columns this knows plain values, dictionaries and runs of bits; a chunk
//! with any other is left to the general reader. A dictionary of numbers is narrowed once, and its codes are looked up
//! while they are unpacked, so a survey answer never takes more than its one byte.

use std::sync::Arc;

use arrow_array::{
    Date32Array, Float64Array, TimestampMicrosecondArray, TimestampMillisecondArray, TimestampNanosecondArray,
};
use arrow_buffer::{BooleanBufferBuilder, NullBuffer};
use arrow_schema::{DataType, TimeUnit};
use bellwether::data::arrow::{ArrayError, column_from_array};
use bellwether::data::intern::Interner;
use bellwether::data::{Codes, Column, ColumnNeed, Ints, Text, Values};
use bytes::Bytes;
use parquet::basic::{Encoding, Type};
use parquet::column::page::{Page, PageReader};
use parquet::errors::ParquetError;
use parquet::file::metadata::RowGroupMetaData;
use parquet::file::reader::ChunkReader;
use parquet::file::serialized_reader::SerializedPageReader;

use super::page::{DataPage, broken, byte_arrays, look_up, plain};
use super::runs::{Run, Runs, unpack_narrow};

/// Why a chunk cannot be decoded.
pub enum Error {
    /// The file is damaged.
    Parquet(ParquetError),
    /// A value that no column can hold.
    Array(ArrayError),
}

impl From<ParquetError> for Error {
    fn from(error: ParquetError) -> Self {
        Self::Parquet(error)
    }
}

impl From<ArrayError> for Error {
    fn from(error: ArrayError) -> Self {
        Self::Array(error)
    }
}

/// How values of a chunk become values of a column.
#[derive(Clone, Copy, PartialEq)]
enum Shape {
    Bool,
    Int32,
    Int64,
    Date,
    Float,
    Double,
    Time(TimeUnit),
    Text,
}

fn shape_of(kind: &DataType, physical: Type) -> Option<Shape> {
    Some(match (kind, physical) {
        (DataType::Boolean, Type::BOOLEAN) => Shape::Bool,
        (DataType::Int8 | DataType::Int16 | DataType::Int32 | DataType::UInt8 | DataType::UInt16, Type::INT32) => {
            Shape::Int32
        }
        (DataType::Int64, Type::INT64) => Shape::Int64,
        (DataType::Date32, Type::INT32) => Shape::Date,
        (DataType::Float32, Type::FLOAT) => Shape::Float,
        (DataType::Float64, Type::DOUBLE) => Shape::Double,
        (DataType::Timestamp(unit, _), Type::INT64) if *unit != TimeUnit::Second => Shape::Time(*unit),
        (DataType::Utf8, Type::BYTE_ARRAY) => Shape::Text,
        _ => return None,
    })
}

/// Decodes a chunk; none where it is in a form that is left to the general reader.
pub fn decode<R: ChunkReader + 'static>(
    file: &Arc<R>,
    group: &RowGroupMetaData,
    leaf: usize,
    kind: &DataType,
    need: ColumnNeed,
    utc_offset_minutes: i32,
) -> Result<Option<Column>, Error> {
    let chunk = group.column(leaf);
    let level = chunk.column_descr().max_def_level();
    let known = |encoding: Encoding| {
        matches!(
            encoding,
            Encoding::PLAIN | Encoding::RLE | Encoding::PLAIN_DICTIONARY | Encoding::RLE_DICTIONARY
        )
    };
    let flat = chunk.column_descr().max_rep_level() == 0 && level <= 1;
    let Some(shape) = shape_of(kind, chunk.column_type()).filter(|_| flat && chunk.encodings().all(known)) else {
        return Ok(None);
    };
    let rows = usize::try_from(group.num_rows()).unwrap_or(0);
    let mut reader = SerializedPageReader::new(Arc::clone(file), chunk, rows, None)?;
    let mut dictionary = None;
    let mut pages = Vec::new();
    while let Some(page) = reader.get_next_page()? {
        match page {
            Page::DictionaryPage { buf, num_values, .. } => dictionary = Some((buf, num_values as usize)),
            page => pages.push(DataPage::new(page, level == 1)?),
        }
    }
    let mut validity = (level == 1).then(|| BooleanBufferBuilder::new(rows));
    for page in &mut pages {
        page.read_levels(validity.as_mut())?;
    }
    let found: usize = pages.iter().map(|page| page.rows).sum();
    if found != rows {
        return Err(broken("a chunk has more or fewer rows than its group").into());
    }
    let nulls = validity
        .map(|mut bits| NullBuffer::new(bits.finish()))
        .filter(|nulls| nulls.null_count() > 0);
    let chunk = Chunk {
        pages,
        dictionary,
        nulls,
        rows,
    };
    chunk.column(shape, kind, need, utc_offset_minutes).map(Some)
}

/// All pages of a chunk, their levels read.
struct Chunk {
    pages: Vec<DataPage>,
    dictionary: Option<(Bytes, usize)>,
    nulls: Option<NullBuffer>,
    rows: usize,
}

impl Chunk {
    fn column(self, shape: Shape, kind: &DataType, need: ColumnNeed, utc_offset_minutes: i32) -> Result<Column, Error> {
        let zone = match kind {
            DataType::Timestamp(_, zone) => zone.clone(),
            _ => None,
        };
        let by_array = |array: &dyn arrow_array::Array| column_from_array(array, need, utc_offset_minutes);
        let nulls = self.nulls.clone();
        Ok(match shape {
            Shape::Bool => Column::new(Values::Bool(self.bools()?), nulls),
            Shape::Text => Column::new(Values::Text(self.text()?), nulls),
            Shape::Int32 => Column::new(
                Values::Int(self.ints(|bytes: &[u8; 4]| i64::from(i32::from_le_bytes(*bytes)))?),
                nulls,
            ),
            Shape::Int64 => Column::new(
                Values::Int(self.ints(|bytes: &[u8; 8]| i64::from_le_bytes(*bytes))?),
                nulls,
            ),
            Shape::Date => {
                let days = self.numbers(|bytes: &[u8; 4]| i32::from_le_bytes(*bytes))?;
                by_array(&Date32Array::new(days.into(), nulls))?
            }
            Shape::Float => {
                let values = self.numbers(|bytes: &[u8; 4]| f64::from(f32::from_le_bytes(*bytes)))?;
                by_array(&Float64Array::new(values.into(), nulls))?
            }
            Shape::Double => {
                let values = self.numbers(|bytes: &[u8; 8]| f64::from_le_bytes(*bytes))?;
                by_array(&Float64Array::new(values.into(), nulls))?
            }
            Shape::Time(unit) => {
                let values = self.numbers(|bytes: &[u8; 8]| i64::from_le_bytes(*bytes))?.into();
                match unit {
                    TimeUnit::Nanosecond => {
                        by_array(&TimestampNanosecondArray::new(values, nulls).with_timezone_opt(zone))?
                    }
                    TimeUnit::Microsecond => {
                        by_array(&TimestampMicrosecondArray::new(values, nulls).with_timezone_opt(zone))?
                    }
                    _ => by_array(&TimestampMillisecondArray::new(values, nulls).with_timezone_opt(zone))?,
                }
            }
        })
    }

    /// Values of a fixed width, a default where a row has none.
    fn numbers<const N: usize, T: Copy + Default>(&self, read: impl Fn(&[u8; N]) -> T) -> Result<Vec<T>, ParquetError> {
        let dictionary: Vec<T> = self.fixed_dictionary(&read)?;
        let mut out = Vec::with_capacity(self.rows);
        for page in &self.pages {
            let start = out.len();
            if page.by_dictionary() {
                look_up(page, &dictionary, &mut out)?;
            } else {
                plain(page, &read, &mut out)?;
            }
            self.spread(&mut out, start, page);
        }
        Ok(out)
    }

    fn fixed_dictionary<const N: usize, T>(&self, read: impl Fn(&[u8; N]) -> T) -> Result<Vec<T>, ParquetError> {
        let Some((bytes, count)) = &self.dictionary else {
            return Ok(Vec::new());
        };
        let (chunks, _) = bytes.as_chunks::<N>();
        if chunks.len() < *count {
            return Err(broken("the dictionary is cut short"));
        }
        Ok(chunks.iter().take(*count).map(read).collect())
    }

    /// Whole numbers in the narrowest width.
    fn ints<const N: usize>(&self, read: impl Fn(&[u8; N]) -> i64) -> Result<Ints, ParquetError> {
        if !self.pages.iter().all(DataPage::by_dictionary) {
            return Ok(Ints::pack(self.numbers(read)?));
        }
        let dictionary = self.fixed_dictionary(&read)?;
        Ok(match Ints::pack(dictionary) {
            Ints::I8(values) => Ints::I8(self.codes(&values)?.into()),
            Ints::I16(values) => Ints::I16(self.codes(&values)?.into()),
            Ints::I32(values) => Ints::I32(self.codes(&values)?.into()),
            Ints::I64(values) => Ints::I64(self.codes(&values)?.into()),
        })
    }

    /// Every row's entry of a dictionary.
    fn codes<T: Copy + Default>(&self, dictionary: &[T]) -> Result<Vec<T>, ParquetError> {
        let mut out = Vec::with_capacity(self.rows);
        for page in &self.pages {
            let start = out.len();
            look_up(page, dictionary, &mut out)?;
            self.spread(&mut out, start, page);
        }
        Ok(out)
    }

    /// Truth values where every row has one: their bits as they are.
    fn full_bools(&self) -> Result<arrow_buffer::BooleanBuffer, ParquetError> {
        let mut out = BooleanBufferBuilder::new(self.rows);
        for page in &self.pages {
            let short = || broken("a page ends inside its values");
            match page.encoding {
                Encoding::PLAIN if page.values.len() * 8 >= page.rows => {
                    out.append_packed_range(0..page.rows, &page.values);
                }
                Encoding::RLE => {
                    for run in Runs::new(page.values.get(4..).ok_or_else(short)?, 1, page.rows) {
                        match run? {
                            Run::Same { value, count } => out.append_n(count, value == 1),
                            Run::Packed { bytes, count } => out.append_packed_range(0..count, bytes),
                        }
                    }
                }
                Encoding::PLAIN => return Err(short()),
                _ => return Err(broken("truth values by dictionary")),
            }
        }
        Ok(out.finish())
    }

    fn bools(&self) -> Result<arrow_buffer::BooleanBuffer, ParquetError> {
        if self.pages.iter().all(|page| page.present == page.rows) {
            return self.full_bools();
        }
        let mut out: Vec<bool> = Vec::with_capacity(self.rows);
        for page in &self.pages {
            let start = out.len();
            match page.encoding {
                Encoding::PLAIN => {
                    if page.values.len() * 8 < page.present {
                        return Err(broken("a page ends inside its values"));
                    }
                    unpack_narrow(&page.values, 1, page.present, &mut out, |bit| bit == 1);
                }
                Encoding::RLE => {
                    let data = page
                        .values
                        .get(4..)
                        .ok_or_else(|| broken("a page ends inside its values"))?;
                    for run in Runs::new(data, 1, page.present) {
                        match run? {
                            Run::Same { value, count } => out.extend(std::iter::repeat_n(value == 1, count)),
                            Run::Packed { bytes, count } => unpack_narrow(bytes, 1, count, &mut out, |bit| bit == 1),
                        }
                    }
                }
                _ => return Err(broken("truth values by dictionary")),
            }
            self.spread(&mut out, start, page);
        }
        Ok(out.into())
    }

    fn text(&self) -> Result<Text, ParquetError> {
        let entries = match &self.dictionary {
            Some((bytes, count)) => byte_arrays(bytes, *count)?,
            None => Vec::new(),
        };
        let mut interner = Interner::default();
        let mut map = Vec::with_capacity(entries.len());
        for entry in entries {
            map.push(intern(&mut interner, entry)?);
        }
        if self.pages.iter().all(DataPage::by_dictionary) {
            let distinct = interner.len();
            let codes = if distinct <= 1 << 8 {
                let map: Vec<u8> = map.into_iter().map(|code| code as u8).collect();
                Codes::U8(self.codes(&map)?.into())
            } else if distinct <= 1 << 16 {
                let map: Vec<u16> = map.into_iter().map(|code| code as u16).collect();
                Codes::U16(self.codes(&map)?.into())
            } else {
                Codes::U32(self.codes(&map)?.into())
            };
            return Ok(Text {
                codes,
                dictionary: interner.into_dictionary(),
            });
        }
        let mut codes = Vec::with_capacity(self.rows);
        for page in &self.pages {
            let start = codes.len();
            if page.by_dictionary() {
                look_up(page, &map, &mut codes)?;
            } else {
                for entry in byte_arrays(&page.values, page.present)? {
                    codes.push(intern(&mut interner, entry)?);
                }
            }
            self.spread(&mut codes, start, page);
        }
        if interner.is_full() {
            return Err(broken("a column holds more than 2 GB of different texts"));
        }
        Ok(interner.into_text(codes))
    }

    /// Moves the values of a page, which stand side by side from `start` on, to the rows that have them.
    fn spread<T: Copy + Default>(&self, out: &mut Vec<T>, start: usize, page: &DataPage) {
        let Some(nulls) = self.nulls.as_ref().filter(|_| page.present < page.rows) else {
            return;
        };
        let dense = out.split_off(start);
        out.resize(start + page.rows, T::default());
        let mut from = 0;
        for (first, end) in nulls.slice(start, page.rows).valid_slices() {
            let target = out.get_mut(start + first..start + end);
            let source = dense.get(from..from + (end - first));
            if let (Some(target), Some(source)) = (target, source) {
                target.copy_from_slice(source);
            }
            from += end - first;
        }
    }
}

/// A text of the dictionary or of a page; it must be UTF-8.
fn intern(interner: &mut Interner, entry: &[u8]) -> Result<u32, ParquetError> {
    let before = interner.len();
    let code = interner.intern(entry);
    if interner.len() > before && std::str::from_utf8(entry).is_err() {
        return Err(broken("a text is not UTF-8"));
    }
    Ok(code)
}
