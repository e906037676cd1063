//! One column: values in the narrowest Arrow buffer that holds them, with a validity bitmap.

use arrow_array::{Array, StringArray};
use arrow_buffer::{BooleanBuffer, NullBuffer, ScalarBuffer};

use super::narrow::Ends;
use crate::definition::ColumnType;

/// A column of a table. `values` and `validity` have the same length; a row without validity is missing, and its value
/// is unspecified.
#[derive(Debug, Clone)]
pub struct Column {
    /// The values.
    pub values: Values,
    /// Which rows have one; `None`: all.
    pub validity: Option<NullBuffer>,
    /// The ends of small whole numbers that are laid out to be counted.
    pub(super) ends: Option<Ends>,
}

/// The values of a column.
#[derive(Debug, Clone)]
pub enum Values {
    /// `true` and `false`, a bit each.
    Bool(BooleanBuffer),
    /// Whole numbers.
    Int(Ints),
    /// Numbers with fractions; never NaN or infinite where valid.
    Float(ScalarBuffer<f64>),
    /// Text.
    Text(Text),
    /// Civil dates: days since 1970-01-01.
    Date(ScalarBuffer<i32>),
    /// Civil dates with time of day: microseconds since 1970-01-01T00:00.
    Timestamp(ScalarBuffer<i64>),
}

/// Whole numbers in the narrowest width that holds the column: a survey answer is one byte.
#[derive(Debug, Clone)]
pub enum Ints {
    /// 8 bits.
    I8(ScalarBuffer<i8>),
    /// 16 bits.
    I16(ScalarBuffer<i16>),
    /// 32 bits.
    I32(ScalarBuffer<i32>),
    /// 64 bits.
    I64(ScalarBuffer<i64>),
}

/// Text as codes into a dictionary of distinct values. The order of the dictionary is that of first appearance in some
/// scan: it must not reach an output.
#[derive(Debug, Clone)]
pub struct Text {
    /// A code for each row; unspecified (but in range, when the dictionary is not empty) where the row is missing.
    pub codes: Codes,
    /// The distinct values, none of them missing.
    pub dictionary: StringArray,
}

/// Dictionary codes in the narrowest width.
#[derive(Debug, Clone)]
pub enum Codes {
    /// Up to 256 values.
    U8(ScalarBuffer<u8>),
    /// Up to 65,536 values.
    U16(ScalarBuffer<u16>),
    /// More.
    U32(ScalarBuffer<u32>),
}

impl Ints {
    /// Memory of the values, in bytes.
    #[must_use]
    pub fn held_bytes(&self) -> usize {
        match self {
            Self::I8(values) => values.len(),
            Self::I16(values) => values.len() * 2,
            Self::I32(values) => values.len() * 4,
            Self::I64(values) => values.len() * 8,
        }
    }

    /// Number of rows.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Self::I8(values) => values.len(),
            Self::I16(values) => values.len(),
            Self::I32(values) => values.len(),
            Self::I64(values) => values.len(),
        }
    }

    /// Whether there are no rows.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The value of a row; 0 beyond the end.
    #[must_use]
    pub fn get(&self, row: usize) -> i64 {
        match self {
            Self::I8(values) => values.get(row).copied().map_or(0, i64::from),
            Self::I16(values) => values.get(row).copied().map_or(0, i64::from),
            Self::I32(values) => values.get(row).copied().map_or(0, i64::from),
            Self::I64(values) => values.get(row).copied().unwrap_or(0),
        }
    }

    /// Packs values into the narrowest width.
    #[must_use]
    pub fn pack(values: Vec<i64>) -> Self {
        let (low, high) = values
            .iter()
            .fold((0, 0), |(low, high): (i64, i64), &v| (low.min(v), high.max(v)));
        if i8::try_from(low).is_ok() && i8::try_from(high).is_ok() {
            Self::I8(values.into_iter().map(|v| v as i8).collect())
        } else if i16::try_from(low).is_ok() && i16::try_from(high).is_ok() {
            Self::I16(values.into_iter().map(|v| v as i16).collect())
        } else if i32::try_from(low).is_ok() && i32::try_from(high).is_ok() {
            Self::I32(values.into_iter().map(|v| v as i32).collect())
        } else {
            Self::I64(values.into())
        }
    }
}

impl Codes {
    /// Memory of the codes, in bytes.
    #[must_use]
    pub fn held_bytes(&self) -> usize {
        match self {
            Self::U8(codes) => codes.len(),
            Self::U16(codes) => codes.len() * 2,
            Self::U32(codes) => codes.len() * 4,
        }
    }

    /// Number of rows.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Self::U8(codes) => codes.len(),
            Self::U16(codes) => codes.len(),
            Self::U32(codes) => codes.len(),
        }
    }

    /// Whether there are no rows.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The code of a row; 0 beyond the end.
    #[must_use]
    pub fn get(&self, row: usize) -> usize {
        match self {
            Self::U8(codes) => codes.get(row).copied().map_or(0, usize::from),
            Self::U16(codes) => codes.get(row).copied().map_or(0, usize::from),
            Self::U32(codes) => codes.get(row).copied().map_or(0, |code| code as usize),
        }
    }

    /// Packs codes of a dictionary with `distinct` values.
    #[must_use]
    pub fn pack(codes: Vec<u32>, distinct: usize) -> Self {
        if distinct <= 1 << 8 {
            Self::U8(codes.into_iter().map(|code| code as u8).collect())
        } else if distinct <= 1 << 16 {
            Self::U16(codes.into_iter().map(|code| code as u16).collect())
        } else {
            Self::U32(codes.into())
        }
    }
}

impl Text {
    /// Number of values in the dictionary; a value may have lost its last row.
    #[must_use]
    pub fn distinct(&self) -> usize {
        self.dictionary.len()
    }

    /// The text of a row; empty beyond the end.
    #[must_use]
    pub fn get(&self, row: usize) -> &str {
        let code = self.codes.get(row);
        if code < self.dictionary.len() {
            self.dictionary.value(code)
        } else {
            ""
        }
    }
}

impl Column {
    /// A column in which every row has a value.
    #[must_use]
    pub const fn full(values: Values) -> Self {
        Self {
            values,
            validity: None,
            ends: None,
        }
    }

    /// A column with a validity bitmap; a bitmap without a missing row is dropped.
    #[must_use]
    pub fn new(values: Values, validity: Option<NullBuffer>) -> Self {
        Self {
            values,
            validity: validity.filter(|v| v.null_count() > 0),
            ends: None,
        }
    }

    /// From optional whole numbers.
    #[must_use]
    pub fn ints(values: Vec<Option<i64>>) -> Self {
        let validity = NullBuffer::from_iter(values.iter().map(Option::is_some));
        Self::new(
            Values::Int(Ints::pack(values.into_iter().map(Option::unwrap_or_default).collect())),
            Some(validity),
        )
    }

    /// From optional numbers.
    #[must_use]
    pub fn floats(values: Vec<Option<f64>>) -> Self {
        let validity = NullBuffer::from_iter(values.iter().map(Option::is_some));
        Self::new(
            Values::Float(values.into_iter().map(Option::unwrap_or_default).collect()),
            Some(validity),
        )
    }

    /// From optional truth values.
    #[must_use]
    pub fn bools(values: Vec<Option<bool>>) -> Self {
        let validity = NullBuffer::from_iter(values.iter().map(Option::is_some));
        Self::new(
            Values::Bool(values.into_iter().map(Option::unwrap_or_default).collect()),
            Some(validity),
        )
    }

    /// From optional dates in days.
    #[must_use]
    pub fn dates(values: Vec<Option<i32>>) -> Self {
        let validity = NullBuffer::from_iter(values.iter().map(Option::is_some));
        Self::new(
            Values::Date(values.into_iter().map(Option::unwrap_or_default).collect()),
            Some(validity),
        )
    }

    /// From optional timestamps in microseconds.
    #[must_use]
    pub fn timestamps(values: Vec<Option<i64>>) -> Self {
        let validity = NullBuffer::from_iter(values.iter().map(Option::is_some));
        Self::new(
            Values::Timestamp(values.into_iter().map(Option::unwrap_or_default).collect()),
            Some(validity),
        )
    }

    /// From optional texts.
    #[must_use]
    pub fn texts<S: AsRef<str>>(values: &[Option<S>]) -> Self {
        let mut seen = std::collections::HashMap::new();
        let mut dictionary: Vec<&str> = Vec::new();
        let codes = values
            .iter()
            .map(|value| match value {
                Some(text) => *seen.entry(text.as_ref()).or_insert_with(|| {
                    dictionary.push(text.as_ref());
                    (dictionary.len() - 1) as u32
                }),
                None => 0,
            })
            .collect();
        let validity = NullBuffer::from_iter(values.iter().map(Option::is_some));
        let codes = Codes::pack(codes, dictionary.len());
        Self::new(
            Values::Text(Text {
                codes,
                dictionary: StringArray::from(dictionary),
            }),
            Some(validity),
        )
    }

    /// Memory of what it holds, in bytes, about; what it shares with others counts for each.
    #[must_use]
    pub fn held_bytes(&self) -> usize {
        let validity = self.validity.as_ref().map_or(0, |validity| validity.len().div_ceil(8));
        validity
            + match &self.values {
                Values::Bool(values) => values.len().div_ceil(8),
                Values::Int(values) => values.held_bytes(),
                Values::Float(values) => values.len() * 8,
                Values::Date(values) => values.len() * 4,
                Values::Timestamp(values) => values.len() * 8,
                Values::Text(text) => {
                    text.codes.held_bytes() + text.dictionary.values().len() + text.dictionary.offsets().len() * 4
                }
            }
    }

    /// Whether both are the same buffers in memory, not only the same values.
    pub(crate) fn shares(&self, other: &Self) -> bool {
        let validity = match (&self.validity, &other.validity) {
            (None, None) => true,
            (Some(one), Some(other)) => one.inner().ptr_eq(other.inner()),
            _ => false,
        };
        let values = match (&self.values, &other.values) {
            (Values::Bool(one), Values::Bool(other)) => one.ptr_eq(other),
            (Values::Int(Ints::I8(one)), Values::Int(Ints::I8(other))) => one.ptr_eq(other),
            (Values::Int(Ints::I16(one)), Values::Int(Ints::I16(other))) => one.ptr_eq(other),
            (Values::Int(Ints::I32(one)), Values::Int(Ints::I32(other))) => one.ptr_eq(other),
            (Values::Int(Ints::I64(one)), Values::Int(Ints::I64(other))) => one.ptr_eq(other),
            (Values::Float(one), Values::Float(other)) => one.ptr_eq(other),
            (Values::Date(one), Values::Date(other)) => one.ptr_eq(other),
            (Values::Timestamp(one), Values::Timestamp(other)) => one.ptr_eq(other),
            (Values::Text(one), Values::Text(other)) => {
                let codes = match (&one.codes, &other.codes) {
                    (Codes::U8(one), Codes::U8(other)) => one.ptr_eq(other),
                    (Codes::U16(one), Codes::U16(other)) => one.ptr_eq(other),
                    (Codes::U32(one), Codes::U32(other)) => one.ptr_eq(other),
                    _ => false,
                };
                codes && one.dictionary.values().ptr_eq(other.dictionary.values())
            }
            _ => false,
        };
        validity && values && self.len() == other.len()
    }

    /// The ends of small whole numbers that are laid out to be counted: rows without a value hold the number after the
    /// greatest.
    pub(crate) const fn ends(&self) -> Option<Ends> {
        self.ends
    }

    /// Number of rows.
    #[must_use]
    pub fn len(&self) -> usize {
        match &self.values {
            Values::Bool(values) => values.len(),
            Values::Int(values) => values.len(),
            Values::Float(values) => values.len(),
            Values::Text(values) => values.codes.len(),
            Values::Date(values) => values.len(),
            Values::Timestamp(values) => values.len(),
        }
    }

    /// Whether there are no rows.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The kind of its values.
    #[must_use]
    pub const fn column_type(&self) -> ColumnType {
        match &self.values {
            Values::Bool(_) => ColumnType::Bool,
            Values::Int(_) => ColumnType::Int,
            Values::Float(_) => ColumnType::Float,
            Values::Text(_) => ColumnType::Text,
            Values::Date(_) => ColumnType::Date,
            Values::Timestamp(_) => ColumnType::Timestamp,
        }
    }

    /// Whether the row has a value.
    #[must_use]
    pub fn is_valid(&self, row: usize) -> bool {
        row < self.len() && self.validity.as_ref().is_none_or(|validity| validity.is_valid(row))
    }

    /// Number of rows without a value.
    #[must_use]
    pub fn missing_count(&self) -> usize {
        self.validity.as_ref().map_or(0, NullBuffer::null_count)
    }

    /// The value as a number, for whole numbers, numbers and truth values.
    #[must_use]
    pub fn number(&self, row: usize) -> Option<f64> {
        if !self.is_valid(row) {
            return None;
        }
        match &self.values {
            Values::Int(values) => Some(values.get(row) as f64),
            Values::Float(values) => values.get(row).copied(),
            Values::Bool(values) => Some(f64::from(u8::from(values.value(row)))),
            Values::Text(_) | Values::Date(_) | Values::Timestamp(_) => None,
        }
    }

    /// The day of a date or timestamp, since 1970-01-01.
    #[must_use]
    pub fn day(&self, row: usize) -> Option<i32> {
        if !self.is_valid(row) {
            return None;
        }
        match &self.values {
            Values::Date(values) => values.get(row).copied(),
            Values::Timestamp(values) => values
                .get(row)
                .and_then(|micros| i32::try_from(micros.div_euclid(86_400_000_000)).ok()),
            Values::Bool(_) | Values::Int(_) | Values::Float(_) | Values::Text(_) => None,
        }
    }
}
