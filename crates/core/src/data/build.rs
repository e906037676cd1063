//! Builds a column from texts, one after the other, in one pass and little memory, losing nothing until its kind is known.

use arrow_array::Array;
use arrow_buffer::NullBufferBuilder;

use super::column::{Codes, Column, Ints, Text, Values};
use super::infer::{Decimal, Kinds, TypedDictionary, inferred};
use super::intern::Interner;
use super::need::ColumnNeed;
use crate::definition::ColumnType;

/// Rows packed at a time.
const CHUNK: usize = 1 << 16;

/// Rows whose values are packed in the narrowest form that can be written back as text.
enum Chunk {
    /// Decimals: all digits, and the places behind the point where there are any.
    Numbers(Ints, Option<Vec<u8>>),
    /// Codes of the dictionary.
    Codes(Codes),
}

/// A column in the making.
///
/// It holds plain numbers as digits and everything else as codes of distinct texts, so each value can still be written
/// as it stood when, at the end, the kind of all of them is known.
pub struct ColumnBuilder {
    need: ColumnNeed,
    utc_offset_minutes: i32,
    chunks: Vec<Chunk>,
    digits: Vec<i64>,
    scales: Vec<u8>,
    codes: Vec<u32>,
    /// Texts among the numbers that are no plain decimals: row and code.
    odd: Vec<(u32, u32)>,
    texts: Interner,
    kinds: Kinds,
    scaled: bool,
    numeric: bool,
    validity: NullBufferBuilder,
    rows: usize,
    /// Rows without a value that stand among the numbers, as zeros.
    missing_numbers: usize,
    /// Memory of the chunks.
    sealed_bytes: usize,
}

/// What went wrong with a value, found once its column's kind is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BuildError {
    /// Infinity among numbers: the row (0-based) and the text.
    Infinity(usize, String),
    /// More distinct text than fits.
    TooMuchText,
}

impl ColumnBuilder {
    /// An empty column.
    #[must_use]
    pub fn new(need: ColumnNeed, utc_offset_minutes: i32) -> Self {
        Self {
            need,
            utc_offset_minutes,
            chunks: Vec::new(),
            digits: Vec::new(),
            scales: Vec::new(),
            codes: Vec::new(),
            odd: Vec::new(),
            texts: Interner::default(),
            kinds: Kinds::ANY,
            scaled: false,
            numeric: !need.text,
            validity: NullBufferBuilder::new(0),
            rows: 0,
            missing_numbers: 0,
            sealed_bytes: 0,
        }
    }

    /// Number of rows so far.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.rows
    }

    /// Whether there are no rows yet.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// Adds a row without a value.
    pub fn push_missing(&mut self) {
        self.validity.append_null();
        if self.numeric {
            self.missing_numbers += 1;
            self.push_digits(Decimal { mantissa: 0, scale: 0 });
        } else {
            self.push_code(0);
        }
    }

    /// Adds rows without a value.
    pub fn push_gap(&mut self, rows: usize) {
        let mut left = rows;
        while left > 0 {
            // Up to the end of a chunk at a time.
            let open = if self.numeric {
                self.digits.len()
            } else {
                self.codes.len()
            };
            let count = left.min(CHUNK.saturating_sub(open).max(1));
            self.validity.append_n_nulls(count);
            if self.numeric {
                self.missing_numbers += count;
                self.digits.resize(open + count, 0);
                if self.scaled {
                    self.scales.resize(open + count, 0);
                }
            } else {
                self.codes.resize(open + count, 0);
            }
            self.rows += count;
            left -= count;
            if open + count >= CHUNK {
                self.seal();
            }
        }
    }

    /// Memory of what it holds, in bytes, about.
    #[must_use]
    pub fn held_bytes(&self) -> u64 {
        let open = self.digits.capacity() * 8 + self.scales.capacity() + self.codes.capacity() * 4;
        let odd = self.odd.capacity() * 8;
        let validity = self.validity.as_slice().map_or(0, <[u8]>::len);
        (self.sealed_bytes + open + odd + validity) as u64 + self.texts.held_bytes()
    }

    /// Adds the rows of another column behind these. What comes of it depends on the rows and on where they are parted,
    /// and on nothing else.
    pub fn append(&mut self, mut other: Self) {
        self.seal();
        other.seal();
        let codes = 0..other.texts.len() as u32;
        let map: Vec<u32> = codes.map(|code| self.texts.intern(other.texts.get(code))).collect();
        let same = map.iter().zip(0_u32..).all(|(&code, before)| code == before);
        self.kinds = self.kinds.and(other.kinds);
        let odd = other.odd.iter().filter_map(|&(row, code)| {
            let row = u32::try_from(self.rows + row as usize).ok()?;
            Some((row, *map.get(code as usize)?))
        });
        self.odd.extend(odd);
        for chunk in other.chunks {
            self.push_chunk(match chunk {
                Chunk::Codes(codes) if !same => Chunk::Codes(Codes::pack(codes.look_up(&map, 0), self.texts.len())),
                chunk => chunk,
            });
        }
        match other.validity.finish() {
            Some(validity) => self.validity.append_buffer(&validity),
            None => self.validity.append_n_non_nulls(other.rows),
        }
        self.rows += other.rows;
        self.missing_numbers += other.missing_numbers;
    }

    fn push_chunk(&mut self, chunk: Chunk) {
        self.sealed_bytes += match &chunk {
            Chunk::Numbers(digits, scales) => digits.held_bytes() + scales.as_ref().map_or(0, Vec::len),
            Chunk::Codes(codes) => codes.held_bytes(),
        };
        self.chunks.push(chunk);
    }

    /// Adds a value. White space alone is missing.
    ///
    /// # Errors
    /// The number of good bytes before the first that is not UTF-8.
    #[inline]
    pub fn push(&mut self, field: &[u8]) -> Result<(), usize> {
        if self.numeric {
            if let Some(decimal) = Decimal::parse(field) {
                self.validity.append_non_null();
                self.push_digits(decimal);
                return Ok(());
            }
            return self.push_odd(field);
        }
        if field.first().is_none_or(|byte| *byte <= b' ') && is_blank(field) {
            self.push_missing();
            return Ok(());
        }
        let code = self.code(field)?;
        self.validity.append_non_null();
        self.push_code(code);
        Ok(())
    }

    /// A text among numbers. When there are many of them, the column goes on as text.
    fn push_odd(&mut self, field: &[u8]) -> Result<(), usize> {
        if is_blank(field) {
            self.push_missing();
            return Ok(());
        }
        let code = self.code(field)?;
        self.validity.append_non_null();
        if self.odd.len() > 32 + self.rows / 64 {
            self.seal();
            self.numeric = false;
            self.push_code(code);
        } else {
            self.odd.push((self.rows as u32, code));
            self.push_digits(Decimal { mantissa: 0, scale: 0 });
        }
        Ok(())
    }

    fn code(&mut self, field: &[u8]) -> Result<u32, usize> {
        let before = self.texts.len();
        let code = self.texts.intern(field);
        if self.texts.len() > before {
            let text = std::str::from_utf8(field).map_err(|error| error.valid_up_to())?;
            if self.kinds != Kinds::TEXT {
                self.kinds = self.kinds.and(Kinds::of(text));
            }
        }
        Ok(code)
    }

    #[inline]
    fn push_digits(&mut self, decimal: Decimal) {
        if decimal.scale > 0 && !self.scaled {
            self.scaled = true;
            self.scales.resize(self.digits.len(), 0);
        }
        if self.scaled {
            self.scales.push(decimal.scale);
        }
        self.digits.push(decimal.mantissa);
        self.rows += 1;
        if self.digits.len() == CHUNK {
            self.seal();
        }
    }

    #[inline]
    fn push_code(&mut self, code: u32) {
        self.codes.push(code);
        self.rows += 1;
        if self.codes.len() == CHUNK {
            self.seal();
        }
    }

    fn seal(&mut self) {
        if !self.digits.is_empty() {
            let digits = Ints::pack(std::mem::take(&mut self.digits));
            let scales = self.scaled.then(|| std::mem::take(&mut self.scales));
            self.scaled = false;
            self.push_chunk(Chunk::Numbers(digits, scales));
        }
        if !self.codes.is_empty() {
            let codes = Codes::pack(std::mem::take(&mut self.codes), self.texts.len());
            self.push_chunk(Chunk::Codes(codes));
        }
    }

    /// The kinds that all values together can have.
    fn all_kinds(&self) -> Kinds {
        if self.need.text {
            return Kinds::TEXT;
        }
        let odd_rows = self.odd.len();
        let mut number_rows = 0;
        let mut kinds = self.kinds;
        let mut numbers = Kinds::ANY;
        for chunk in &self.chunks {
            if let Chunk::Numbers(digits, scales) = chunk {
                number_rows += digits.len();
                numbers = if scales.is_some() {
                    numbers.and(Kinds::of("0.5"))
                } else {
                    numbers.and(Kinds::WHOLE)
                };
            }
        }
        // Rows that are missing stand among the numbers as zeros: they say nothing.
        if number_rows > odd_rows + self.missing_numbers {
            kinds = kinds.and(numbers);
        }
        kinds
    }

    /// The finished column, of the kind that all its values have.
    ///
    /// # Errors
    /// A value that no column can hold.
    pub fn finish(mut self) -> Result<Column, BuildError> {
        self.seal();
        if self.texts.is_full() {
            return Err(BuildError::TooMuchText);
        }
        match self.all_kinds().column_type(self.need.key) {
            None => Ok(Column::missing(
                self.need.when_empty.unwrap_or(ColumnType::Text),
                self.rows,
            )),
            Some(kind @ (ColumnType::Int | ColumnType::Float)) => self.finish_numbers(kind),
            Some(kind) => self.finish_text(kind),
        }
    }

    fn finish_numbers(mut self, kind: ColumnType) -> Result<Column, BuildError> {
        let texts = std::mem::take(&mut self.texts).into_dictionary();
        let mut values: Vec<Option<f64>> = Vec::with_capacity(texts.len());
        let mut wholes: Vec<i64> = Vec::with_capacity(texts.len());
        for code in 0..texts.len() {
            let typed = inferred(texts.value(code), kind, 0);
            let (whole, value) = match typed {
                Some(super::infer::Typed::Int(value)) => (value, Some(value as f64)),
                Some(super::infer::Typed::Float(value)) => (0, Some(value)),
                Some(_) => (0, None),
                None => {
                    let row = self.first_row(code as u32);
                    return Err(BuildError::Infinity(row, texts.value(code).to_owned()));
                }
            };
            wholes.push(whole);
            values.push(value);
        }
        let not_a_number = values.contains(&None);
        let mut validity = self.validity.finish();
        if not_a_number {
            let mut gaps = vec![false; self.rows];
            self.each_code(|row, code| {
                if values.get(code as usize) == Some(&None)
                    && let Some(gap) = gaps.get_mut(row)
                {
                    *gap = true;
                }
            });
            validity = Some(arrow_buffer::NullBuffer::from_iter(gaps.iter().enumerate().map(
                |(row, gap)| !gap && validity.as_ref().is_none_or(|validity| validity.is_valid(row)),
            )));
        }
        let odd = std::mem::take(&mut self.odd);
        let rows = self.rows;
        let values = if kind == ColumnType::Int {
            let mut all: Vec<i64> = Vec::with_capacity(rows);
            for chunk in std::mem::take(&mut self.chunks) {
                match chunk {
                    Chunk::Numbers(digits, _) => all.extend(digits.iter()),
                    Chunk::Codes(codes) => all.extend(codes.look_up(&wholes, 0)),
                }
            }
            for (row, code) in odd {
                if let (Some(slot), Some(&value)) = (all.get_mut(row as usize), wholes.get(code as usize)) {
                    *slot = value;
                }
            }
            Values::Int(Ints::pack(all))
        } else {
            let values: Vec<f64> = values.into_iter().map(Option::unwrap_or_default).collect();
            let mut all: Vec<f64> = Vec::with_capacity(rows);
            for chunk in std::mem::take(&mut self.chunks) {
                match chunk {
                    Chunk::Numbers(digits, None) => all.extend(digits.to_floats()),
                    Chunk::Numbers(digits, Some(scales)) => all.extend(
                        digits
                            .iter()
                            .zip(scales)
                            .map(|(mantissa, scale)| Decimal { mantissa, scale }.to_f64()),
                    ),
                    Chunk::Codes(codes) => all.extend(codes.look_up(&values, 0.0)),
                }
            }
            for (row, code) in odd {
                if let (Some(slot), Some(&value)) = (all.get_mut(row as usize), values.get(code as usize)) {
                    *slot = value;
                }
            }
            Values::Float(all.into())
        };
        Ok(Column::new(values, validity))
    }

    fn finish_text(mut self, kind: ColumnType) -> Result<Column, BuildError> {
        let mut all: Vec<u32> = Vec::with_capacity(self.rows);
        let validity = self.validity.finish();
        let mut odd = std::mem::take(&mut self.odd).into_iter().peekable();
        let mut scratch = String::new();
        for chunk in std::mem::take(&mut self.chunks) {
            let (digits, scales) = match chunk {
                Chunk::Codes(codes) => {
                    all.extend(codes.iter());
                    continue;
                }
                Chunk::Numbers(digits, scales) => (digits, scales),
            };
            let mut last = None;
            for (at, mantissa) in digits.iter().enumerate() {
                let row = all.len();
                if let Some(&(_, code)) = odd.peek().filter(|(odd_row, _)| *odd_row as usize == row) {
                    odd.next();
                    all.push(code);
                    continue;
                }
                if validity.as_ref().is_some_and(|validity| validity.is_null(row)) {
                    all.push(0);
                    continue;
                }
                let scale = scales.as_ref().and_then(|scales| scales.get(at)).copied().unwrap_or(0);
                let decimal = Decimal { mantissa, scale };
                let code = match last {
                    Some((before, code)) if before == decimal => code,
                    _ => {
                        scratch.clear();
                        let _ = std::fmt::Write::write_fmt(&mut scratch, format_args!("{decimal}"));
                        self.texts.intern(scratch.as_bytes())
                    }
                };
                last = Some((decimal, code));
                all.push(code);
            }
        }
        if self.texts.is_full() {
            return Err(BuildError::TooMuchText);
        }
        let text: Text = self.texts.into_text(all);
        if kind == ColumnType::Text {
            return Ok(Column::new(Values::Text(text), validity));
        }
        let offset = self.utc_offset_minutes;
        match TypedDictionary::new(&text, |_| true, |value| inferred(value, kind, offset)) {
            Ok(typed) => Ok(typed.column(&text, validity.as_ref(), kind)),
            // Every text was seen to be of this kind, so this is out of reach; text loses nothing.
            Err(_) => Ok(Column::new(Values::Text(text), validity)),
        }
    }

    /// Calls `seen` for each row that has a code; rows without a value may be among them, with code 0.
    fn each_code(&self, mut seen: impl FnMut(usize, u32)) {
        for &(row, code) in &self.odd {
            seen(row as usize, code);
        }
        let mut start = 0;
        for chunk in &self.chunks {
            match chunk {
                Chunk::Numbers(digits, _) => start += digits.len(),
                Chunk::Codes(codes) => {
                    for (at, code) in codes.iter().enumerate() {
                        seen(start + at, code);
                    }
                    start += codes.len();
                }
            }
        }
    }

    fn first_row(&self, wanted: u32) -> usize {
        let bits = self.validity.as_slice();
        let has_value =
            |row: usize| bits.is_none_or(|bits| bits.get(row / 8).is_some_and(|byte| byte >> (row % 8) & 1 == 1));
        let mut first = usize::MAX;
        self.each_code(|row, code| {
            if code == wanted && has_value(row) {
                first = first.min(row);
            }
        });
        first
    }
}

fn is_blank(field: &[u8]) -> bool {
    field.iter().all(u8::is_ascii_whitespace)
}
