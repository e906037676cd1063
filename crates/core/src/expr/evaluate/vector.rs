//! Vectors of values: a byte per truth value, 64-bit numbers, codes into a dictionary of texts.

use std::ops::Range;
use std::sync::Arc;

use arrow_array::{Array, StringArray};
use arrow_buffer::NullBuffer;

use crate::data::{Codes, Column, Ints, NO_ROW, Values};
use crate::expr::frame::Bound;
use crate::expr::typed::Scalar;

/// Values of some rows, and which of them are there (1) or missing (0); none: all are there.
#[derive(Debug, Clone)]
pub(super) struct Vector {
    pub data: Data,
    pub valid: Option<Arc<Vec<u8>>>,
}

/// The values. A truth value of a missing row is 0.
#[derive(Debug, Clone)]
pub(super) enum Data {
    /// All missing.
    Missing,
    /// The same in every row.
    Constant(Scalar),
    Bool(Arc<Vec<u8>>),
    Int(Arc<Vec<i64>>),
    Float(Arc<Vec<f64>>),
    Text(Arc<Vec<u32>>, Arc<Dictionary>),
    Date(Arc<Vec<i32>>),
    Timestamp(Arc<Vec<i64>>),
}

/// Texts that codes stand for; not always distinct.
#[derive(Debug, Clone)]
pub(super) struct Dictionary {
    pub texts: StringArray,
}

impl Dictionary {
    pub fn new(texts: StringArray) -> Arc<Self> {
        Arc::new(Self { texts })
    }

    pub fn get(&self, code: u32) -> &str {
        let code = code as usize;
        if code < self.texts.len() {
            self.texts.value(code)
        } else {
            ""
        }
    }
}

/// One value for all rows, or one for each.
#[derive(Clone)]
pub(super) enum Operand<T> {
    One(T),
    Many(Arc<Vec<T>>),
}

impl<T: Copy> Operand<T> {
    /// The value of a row.
    pub fn get(&self, row: usize) -> Option<T> {
        match self {
            Self::One(value) => Some(*value),
            Self::Many(values) => values.get(row).copied(),
        }
    }

    pub fn map<R: Copy>(&self, f: impl Fn(T) -> R) -> Operand<R> {
        match self {
            Self::One(value) => Operand::One(f(*value)),
            Self::Many(values) => Operand::Many(Arc::new(values.iter().map(|value| f(*value)).collect())),
        }
    }
}

/// Applies a function to the rows of two operands. The four cases are compiled apart, so that each is a plain loop.
pub(super) fn zip<A: Copy, B: Copy, R: Clone>(
    length: usize,
    one: &Operand<A>,
    other: &Operand<B>,
    f: impl Fn(A, B) -> R,
) -> Vec<R> {
    match (one, other) {
        (Operand::Many(one), Operand::Many(other)) => one.iter().zip(other.iter()).map(|(a, b)| f(*a, *b)).collect(),
        (Operand::Many(one), Operand::One(b)) => one.iter().map(|a| f(*a, *b)).collect(),
        (Operand::One(a), Operand::Many(other)) => other.iter().map(|b| f(*a, *b)).collect(),
        (Operand::One(a), Operand::One(b)) => vec![f(*a, *b); length],
    }
}

impl Vector {
    pub const fn missing() -> Self {
        Self {
            data: Data::Missing,
            valid: None,
        }
    }

    pub const fn constant(scalar: Scalar) -> Self {
        Self {
            data: Data::Constant(scalar),
            valid: None,
        }
    }

    pub const fn is_missing(&self) -> bool {
        matches!(self.data, Data::Missing)
    }

    /// Truth values; those of missing rows become 0.
    pub fn bools(mut values: Vec<u8>, valid: Option<Arc<Vec<u8>>>) -> Self {
        if let Some(valid) = &valid {
            values
                .iter_mut()
                .zip(valid.iter())
                .for_each(|(value, valid)| *value &= valid);
        }
        Self {
            data: Data::Bool(Arc::new(values)),
            valid,
        }
    }

    pub fn ints(values: Vec<i64>, valid: Option<Arc<Vec<u8>>>) -> Self {
        Self {
            data: Data::Int(Arc::new(values)),
            valid,
        }
    }

    /// Numbers; what is not finite becomes missing.
    pub fn floats(values: Vec<f64>, valid: Option<Arc<Vec<u8>>>) -> Self {
        let finite = values.iter().fold(true, |all, value| all & value.is_finite());
        if finite {
            return Self {
                data: Data::Float(Arc::new(values)),
                valid,
            };
        }
        let fresh: Vec<u8> = values.iter().map(|value| u8::from(value.is_finite())).collect();
        Self {
            data: Data::Float(Arc::new(values)),
            valid: both(valid.as_ref(), Some(&Arc::new(fresh))),
        }
    }

    /// Whether every row is there and false.
    pub fn all_false(&self, _length: usize) -> bool {
        match &self.data {
            Data::Constant(Scalar::Bool(value)) => !value,
            Data::Bool(values) => self.valid.is_none() && values.iter().all(|value| *value == 0),
            _ => false,
        }
    }

    /// Whether every row is there and true.
    pub fn all_true(&self, _length: usize) -> bool {
        match &self.data {
            Data::Constant(Scalar::Bool(value)) => *value,
            Data::Bool(values) => self.valid.is_none() && values.iter().all(|value| *value == 1),
            _ => false,
        }
    }

    pub fn as_bools(&self) -> Operand<u8> {
        match &self.data {
            Data::Bool(values) => Operand::Many(Arc::clone(values)),
            Data::Constant(Scalar::Bool(value)) => Operand::One(u8::from(*value)),
            _ => Operand::One(0),
        }
    }

    pub fn as_ints(&self) -> Operand<i64> {
        match &self.data {
            Data::Int(values) => Operand::Many(Arc::clone(values)),
            Data::Constant(Scalar::Int(value)) => Operand::One(*value),
            _ => Operand::One(0),
        }
    }

    pub fn as_floats(&self) -> Operand<f64> {
        match &self.data {
            Data::Float(values) => Operand::Many(Arc::clone(values)),
            Data::Int(values) => Operand::Many(Arc::new(values.iter().map(|value| *value as f64).collect())),
            Data::Constant(Scalar::Float(value)) => Operand::One(*value),
            Data::Constant(Scalar::Int(value)) => Operand::One(*value as f64),
            _ => Operand::One(0.0),
        }
    }

    pub const fn is_int(&self) -> bool {
        matches!(self.data, Data::Int(_) | Data::Constant(Scalar::Int(_)))
    }

    pub const fn is_text(&self) -> bool {
        matches!(self.data, Data::Text(..) | Data::Constant(Scalar::Text(_)))
    }

    pub const fn is_bool(&self) -> bool {
        matches!(self.data, Data::Bool(_) | Data::Constant(Scalar::Bool(_)))
    }

    /// The distinct values of a dictionary as rows, then one that is missing; and how many rows that makes.
    pub fn distinct(dictionary: &Arc<Dictionary>) -> (Self, usize) {
        let length = dictionary.texts.len();
        let codes: Vec<u32> = (0..=length as u32).collect();
        let valid: Vec<u8> = (0..=length).map(|row| u8::from(row < length)).collect();
        let values = Self {
            data: Data::Text(Arc::new(codes), Arc::clone(dictionary)),
            valid: Some(Arc::new(valid)),
        };
        (values, length + 1)
    }

    /// For each code the value at that place; for a missing row the value at `missing`.
    pub fn look_up(&self, codes: &[u32], valid: Option<&Vec<u8>>, missing: usize) -> Self {
        let places: Operand<u32> = match valid {
            Some(valid) => Operand::Many(Arc::new(
                codes
                    .iter()
                    .zip(valid)
                    .map(|(code, valid)| if *valid == 1 { *code } else { missing as u32 })
                    .collect(),
            )),
            None => Operand::One(0),
        };
        let places: &[u32] = match &places {
            Operand::Many(places) => places,
            Operand::One(_) => codes,
        };
        let data = match &self.data {
            Data::Missing => Data::Missing,
            Data::Constant(scalar) => Data::Constant(scalar.clone()),
            Data::Bool(values) => Data::Bool(Arc::new(taken(values, places))),
            Data::Int(values) => Data::Int(Arc::new(taken(values, places))),
            Data::Float(values) => Data::Float(Arc::new(taken(values, places))),
            Data::Text(values, dictionary) => Data::Text(Arc::new(taken(values, places)), Arc::clone(dictionary)),
            Data::Date(values) => Data::Date(Arc::new(taken(values, places))),
            Data::Timestamp(values) => Data::Timestamp(Arc::new(taken(values, places))),
        };
        let valid = self.valid.as_ref().map(|own| Arc::new(taken(own, places)));
        Self {
            data,
            valid: valid.filter(|valid| valid.contains(&0)),
        }
    }

    /// The values of a column for a range of rows.
    pub fn load(bound: &Bound, range: Range<usize>) -> Self {
        if bound.steps.is_empty() {
            Self::slice(&bound.column, range)
        } else {
            Self::gather(&bound.column, &walk(bound, range))
        }
    }

    fn slice(column: &Column, range: Range<usize>) -> Self {
        let valid = column
            .validity
            .as_ref()
            .and_then(|validity| bytes(validity, range.clone()));
        let (start, length) = (range.start, range.len());
        let data = match &column.values {
            Values::Bool(values) => {
                let bits: Vec<u8> = values.slice(start, length).iter().map(u8::from).collect();
                return Self::bools(bits, valid);
            }
            Values::Int(ints) => Data::Int(Arc::new(match ints {
                Ints::I8(values) => wide(values, &range),
                Ints::I16(values) => wide(values, &range),
                Ints::I32(values) => wide(values, &range),
                Ints::I64(values) => wide(values, &range),
            })),
            Values::Float(values) => Data::Float(Arc::new(wide(values, &range))),
            Values::Text(text) => {
                let codes = match &text.codes {
                    Codes::U8(codes) => wide(codes, &range),
                    Codes::U16(codes) => wide(codes, &range),
                    Codes::U32(codes) => wide(codes, &range),
                };
                Data::Text(Arc::new(codes), Dictionary::new(text.dictionary.clone()))
            }
            Values::Date(values) => Data::Date(Arc::new(wide(values, &range))),
            Values::Timestamp(values) => Data::Timestamp(Arc::new(wide(values, &range))),
        };
        Self { data, valid }
    }

    /// The values at some rows of a column; at `NO_ROW`: missing.
    fn gather(column: &Column, rows: &[u32]) -> Self {
        let there: Vec<u8> = rows
            .iter()
            .map(|row| u8::from(column.is_valid(*row as usize) && *row != NO_ROW))
            .collect();
        let valid = there.contains(&0).then(|| Arc::new(there));
        let data = match &column.values {
            Values::Bool(values) => {
                let bit = |row: &u32| u8::from((*row as usize) < values.len() && values.value(*row as usize));
                return Self::bools(rows.iter().map(bit).collect(), valid);
            }
            Values::Int(ints) => Data::Int(Arc::new(match ints {
                Ints::I8(values) => picked(values, rows),
                Ints::I16(values) => picked(values, rows),
                Ints::I32(values) => picked(values, rows),
                Ints::I64(values) => picked(values, rows),
            })),
            Values::Float(values) => Data::Float(Arc::new(picked(values, rows))),
            Values::Text(text) => {
                let codes = match &text.codes {
                    Codes::U8(codes) => picked(codes, rows),
                    Codes::U16(codes) => picked(codes, rows),
                    Codes::U32(codes) => picked(codes, rows),
                };
                Data::Text(Arc::new(codes), Dictionary::new(text.dictionary.clone()))
            }
            Values::Date(values) => Data::Date(Arc::new(picked(values, rows))),
            Values::Timestamp(values) => Data::Timestamp(Arc::new(picked(values, rows))),
        };
        Self { data, valid }
    }
}

/// The rows of the column's own table that a range of rows leads to.
pub(super) fn walk(bound: &Bound, range: Range<usize>) -> Vec<u32> {
    let mut steps = bound.steps.iter();
    let mut rows: Vec<u32> = match steps.next() {
        Some(first) => first.get(range).unwrap_or_default().to_vec(),
        None => range.map(|row| row as u32).collect(),
    };
    for step in steps {
        for row in &mut rows {
            *row = step.get(*row as usize).copied().unwrap_or(NO_ROW);
        }
    }
    rows
}

/// Validity of a range as bytes; none where no row is missing.
fn bytes(validity: &NullBuffer, range: Range<usize>) -> Option<Arc<Vec<u8>>> {
    let slice = validity.slice(range.start, range.len());
    (slice.null_count() > 0).then(|| Arc::new(slice.iter().map(u8::from).collect()))
}

fn wide<N: Copy, W: From<N>>(values: &[N], range: &Range<usize>) -> Vec<W> {
    values
        .get(range.clone())
        .unwrap_or_default()
        .iter()
        .map(|value| W::from(*value))
        .collect()
}

fn picked<N: Copy, W: From<N> + Default>(values: &[N], rows: &[u32]) -> Vec<W> {
    rows.iter()
        .map(|row| values.get(*row as usize).copied().map(W::from).unwrap_or_default())
        .collect()
}

fn taken<T: Copy + Default>(values: &[T], places: &[u32]) -> Vec<T> {
    places
        .iter()
        .map(|place| values.get(*place as usize).copied().unwrap_or_default())
        .collect()
}

/// Rows that are there in both.
pub(super) fn both(one: Option<&Arc<Vec<u8>>>, other: Option<&Arc<Vec<u8>>>) -> Option<Arc<Vec<u8>>> {
    match (one, other) {
        (Some(one), Some(other)) if Arc::ptr_eq(one, other) => Some(Arc::clone(one)),
        (Some(one), Some(other)) => Some(Arc::new(one.iter().zip(other.iter()).map(|(a, b)| a & b).collect())),
        (Some(one), None) => Some(Arc::clone(one)),
        (None, other) => other.cloned(),
    }
}

/// Validity of rows that are there where both operands are and a test holds.
pub(super) fn with(valid: Option<Arc<Vec<u8>>>, holds: Vec<u8>) -> Option<Arc<Vec<u8>>> {
    if holds.contains(&0) {
        both(valid.as_ref(), Some(&Arc::new(holds)))
    } else {
        valid
    }
}
