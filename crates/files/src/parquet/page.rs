//! A page of a chunk: which rows have a value, and the values that are there, side by side.

use arrow_buffer::BooleanBufferBuilder;
use bytes::Bytes;
use parquet::basic::Encoding;
use parquet::column::page::Page;
use parquet::errors::ParquetError;

use super::runs::{Run, Runs, set_bits, unpack_narrow, unpack_wide};

pub(super) fn broken(what: &str) -> ParquetError {
    ParquetError::General(what.to_owned())
}

/// A page of values.
pub(super) struct DataPage {
    levels: Bytes,
    pub(super) values: Bytes,
    pub(super) rows: usize,
    /// Rows that have a value.
    pub(super) present: usize,
    pub(super) encoding: Encoding,
}

impl DataPage {
    pub(super) fn new(page: Page, optional: bool) -> Result<Self, ParquetError> {
        match page {
            Page::DataPage {
                buf,
                num_values,
                encoding,
                ..
            } => {
                let rows = num_values as usize;
                let (levels, values) = if optional {
                    let length = buf
                        .get(..4)
                        .and_then(|head| head.try_into().ok())
                        .map(u32::from_le_bytes);
                    let end = length.map(|length| length as usize + 4).filter(|end| *end <= buf.len());
                    let end = end.ok_or_else(|| broken("a page ends inside its levels"))?;
                    (buf.slice(4..end), buf.slice(end..))
                } else {
                    (Bytes::new(), buf)
                };
                Ok(Self {
                    levels,
                    values,
                    rows,
                    present: rows,
                    encoding,
                })
            }
            Page::DataPageV2 {
                buf,
                num_values,
                encoding,
                def_levels_byte_len,
                rep_levels_byte_len,
                ..
            } => {
                let start = rep_levels_byte_len as usize;
                let end = start + def_levels_byte_len as usize;
                if end > buf.len() {
                    return Err(broken("a page ends inside its levels"));
                }
                let rows = num_values as usize;
                Ok(Self {
                    levels: buf.slice(start..end),
                    values: buf.slice(end..),
                    rows,
                    present: rows,
                    encoding,
                })
            }
            Page::DictionaryPage { .. } => Err(broken("a second dictionary")),
        }
    }

    /// Reads which rows have a value.
    pub(super) fn read_levels(&mut self, validity: Option<&mut BooleanBufferBuilder>) -> Result<(), ParquetError> {
        let Some(validity) = validity else { return Ok(()) };
        let mut present = 0;
        for run in Runs::new(&self.levels, 1, self.rows) {
            match run? {
                Run::Same { value, count } => {
                    validity.append_n(count, value == 1);
                    present += if value == 1 { count } else { 0 };
                }
                Run::Packed { bytes, count } => {
                    present += set_bits(bytes, count);
                    validity.append_packed_range(0..count, bytes);
                }
            }
        }
        self.present = present;
        Ok(())
    }

    pub(super) const fn by_dictionary(&self) -> bool {
        matches!(self.encoding, Encoding::PLAIN_DICTIONARY | Encoding::RLE_DICTIONARY)
    }
}

/// Texts with their lengths in front.
pub(super) fn byte_arrays(bytes: &[u8], count: usize) -> Result<Vec<&[u8]>, ParquetError> {
    let mut rest = bytes;
    let mut out = Vec::with_capacity(count.min(bytes.len() / 4 + 1));
    for _ in 0..count {
        let cut = || {
            let (head, tail) = rest.split_first_chunk::<4>()?;
            tail.split_at_checked(u32::from_le_bytes(*head) as usize)
        };
        let (entry, tail) = cut().ok_or_else(|| broken("a page ends inside its texts"))?;
        out.push(entry);
        rest = tail;
    }
    Ok(out)
}

pub(super) fn plain<const N: usize, T>(
    page: &DataPage,
    read: impl Fn(&[u8; N]) -> T,
    out: &mut Vec<T>,
) -> Result<(), ParquetError> {
    if page.encoding != Encoding::PLAIN {
        return Err(broken("values in an encoding that the chunk does not name"));
    }
    let (chunks, _) = page.values.as_chunks::<N>();
    if chunks.len() < page.present {
        return Err(broken("a page ends inside its values"));
    }
    out.extend(chunks.iter().take(page.present).map(read));
    Ok(())
}

/// Unpacks the codes of a page and looks each up.
pub(super) fn look_up<T: Copy + Default>(
    page: &DataPage,
    dictionary: &[T],
    out: &mut Vec<T>,
) -> Result<(), ParquetError> {
    if page.present == 0 {
        return Ok(());
    }
    let (&width, data) = page
        .values
        .split_first()
        .ok_or_else(|| broken("a page without values"))?;
    if width > 32 {
        return Err(broken("codes of more than 32 bits"));
    }
    let width = usize::from(width);
    // Codes of up to eight bits are found in a table that has all of them.
    let mut table = [T::default(); 256];
    for (slot, value) in table.iter_mut().zip(dictionary) {
        *slot = *value;
    }
    let mut beyond = false;
    for run in Runs::new(data, width, page.present) {
        match run? {
            Run::Same { value, count } => {
                let value = dictionary.get(value as usize).copied();
                beyond |= value.is_none();
                out.extend(std::iter::repeat_n(value.unwrap_or_default(), count));
            }
            Run::Packed { bytes, count } if width <= 8 => unpack_narrow(bytes, width, count, out, |code| {
                beyond |= code as usize >= dictionary.len();
                table.get(usize::from(code as u8)).copied().unwrap_or_default()
            }),
            Run::Packed { bytes, count } => unpack_wide(bytes, width, count, out, |code| {
                let value = dictionary.get(code as usize).copied();
                beyond |= value.is_none();
                value.unwrap_or_default()
            }),
        }
    }
    if beyond {
        return Err(broken("a code beyond the dictionary"));
    }
    Ok(())
}
