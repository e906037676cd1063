//! Vectors put together into a column.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use arrow_array::{Array, StringArray};
use arrow_buffer::{BooleanBuffer, BooleanBufferBuilder, NullBuffer, ScalarBuffer};

use super::text::TextOperand;
use super::time;
use super::vector::{Data, Dictionary, Operand, Vector, walk};
use crate::data::{Codes, Column, Ints, NO_ROW, Text, Values};
use crate::definition::ColumnType;
use crate::expr::frame::Bound;

/// A column under construction.
pub(super) struct Collector {
    values: Parts,
    valid: BooleanBufferBuilder,
}

enum Parts {
    Bool(BooleanBufferBuilder),
    Int(Vec<i64>),
    Float(Vec<f64>),
    Date(Vec<i32>),
    Timestamp(Vec<i64>),
    Text(Texts),
}

/// Distinct texts and a code for each row.
#[derive(Default)]
struct Texts {
    codes: Vec<u32>,
    distinct: HashMap<Box<str>, u32>,
    order: Vec<Box<str>>,
    /// Our codes for those of the dictionary seen last.
    last: Option<(Arc<Dictionary>, Vec<u32>)>,
    /// Bytes of the distinct texts.
    bytes: usize,
    /// Rows whose text did not fit.
    dropped: Vec<usize>,
}

/// A code that is not known yet.
const UNKNOWN: u32 = u32::MAX;
/// The code of a text that does not fit.
const DROPPED: u32 = u32::MAX - 1;
/// Most bytes of distinct texts in a column: offsets into them have 31 bits.
const MOST_BYTES: usize = 1 << 30;

impl Texts {
    fn code(&mut self, text: &str) -> u32 {
        if let Some(code) = self.distinct.get(text) {
            return *code;
        }
        self.bytes += text.len();
        if self.bytes > MOST_BYTES {
            return DROPPED;
        }
        let code = self.order.len() as u32;
        self.distinct.insert(text.into(), code);
        self.order.push(text.into());
        code
    }

    fn push(&mut self, vector: &Vector, length: usize) {
        let there = |row: usize| vector.valid.as_ref().is_none_or(|valid| valid.get(row) == Some(&1));
        match &vector.data {
            Data::Text(codes, dictionary) => {
                let (kept, mut ours) = match self.last.take() {
                    Some((kept, ours)) if same(&kept, dictionary) => (kept, ours),
                    _ => (Arc::clone(dictionary), vec![UNKNOWN; dictionary.texts.len()]),
                };
                for (row, code) in codes.iter().enumerate() {
                    let mapped = match ours.get(*code as usize) {
                        _ if !there(row) => 0,
                        Some(&known) if known != UNKNOWN => known,
                        _ => {
                            let new = self.code(kept.get(*code));
                            if let Some(place) = ours.get_mut(*code as usize) {
                                *place = new;
                            }
                            new
                        }
                    };
                    if mapped == DROPPED {
                        self.dropped.push(self.codes.len());
                    }
                    self.codes.push(if mapped == DROPPED { 0 } else { mapped });
                }
                self.last = Some((kept, ours));
            }
            Data::Missing => self.codes.extend(std::iter::repeat_n(0, length)),
            _ => {
                let code = self.code(TextOperand::new(vector).get(0));
                let code = if code == DROPPED { 0 } else { code };
                self.codes.extend(std::iter::repeat_n(code, length));
            }
        }
    }
}

/// Whether two dictionaries are one: they share their memory.
fn same(one: &Arc<Dictionary>, other: &Arc<Dictionary>) -> bool {
    Arc::ptr_eq(one, other)
        || (one.texts.values().as_ptr() == other.texts.values().as_ptr()
            && one.texts.offsets().as_ptr() == other.texts.offsets().as_ptr()
            && one.texts.offsets().len() == other.texts.offsets().len())
}

impl Collector {
    pub fn new(column_type: ColumnType, rows: usize) -> Self {
        let values = match column_type {
            ColumnType::Bool => Parts::Bool(BooleanBufferBuilder::new(rows)),
            ColumnType::Int => Parts::Int(Vec::with_capacity(rows)),
            ColumnType::Float => Parts::Float(Vec::with_capacity(rows)),
            ColumnType::Text => Parts::Text(Texts::default()),
            ColumnType::Date => Parts::Date(Vec::with_capacity(rows)),
            ColumnType::Timestamp => Parts::Timestamp(Vec::with_capacity(rows)),
        };
        Self {
            values,
            valid: BooleanBufferBuilder::new(rows),
        }
    }

    pub fn push(&mut self, vector: &Vector, length: usize) {
        match (&vector.data, &vector.valid) {
            (Data::Missing, _) => self.valid.append_n(length, false),
            (_, None) => self.valid.append_n(length, true),
            (_, Some(valid)) => self.valid.append_buffer(&bits(valid)),
        }
        match &mut self.values {
            Parts::Bool(values) => match vector.as_bools() {
                Operand::Many(found) => values.append_buffer(&bits(&found)),
                Operand::One(value) => values.append_n(length, value == 1),
            },
            Parts::Int(values) => extend(values, &vector.as_ints(), length),
            // −0 never leaves.
            Parts::Float(values) => extend(values, &vector.as_floats().map(|value| value + 0.0), length),
            Parts::Date(values) => extend(values, &time::days(vector), length),
            Parts::Timestamp(values) => extend(values, &time::micros(vector), length),
            Parts::Text(texts) => texts.push(vector, length),
        }
    }

    /// Bytes that finishing it takes beside what it holds.
    pub fn bytes(&self) -> u64 {
        match &self.values {
            Parts::Text(texts) => (texts.bytes + 8 * texts.order.len()) as u64,
            _ => 0,
        }
    }

    /// Whether some texts did not fit.
    pub const fn exceeded(&self) -> bool {
        matches!(&self.values, Parts::Text(texts) if !texts.dropped.is_empty())
    }

    pub fn finish(mut self) -> Column {
        if let Parts::Text(texts) = &self.values {
            texts.dropped.iter().for_each(|row| self.valid.set_bit(*row, false));
        }
        let validity = NullBuffer::new(self.valid.finish());
        let values = match self.values {
            Parts::Bool(mut values) => Values::Bool(values.finish()),
            Parts::Int(values) => Values::Int(Ints::pack(values)),
            Parts::Float(mut values) => {
                // The value of a missing row is not specified, but NaN would be a trap for sums.
                values
                    .iter_mut()
                    .filter(|value| !value.is_finite())
                    .for_each(|value| *value = 0.0);
                Values::Float(values.into())
            }
            Parts::Date(values) => Values::Date(values.into()),
            Parts::Timestamp(values) => Values::Timestamp(values.into()),
            Parts::Text(texts) => {
                let dictionary = StringArray::from_iter_values(&texts.order);
                Values::Text(Text {
                    codes: Codes::pack(texts.codes, texts.order.len()),
                    dictionary,
                })
            }
        };
        Column::new(values, Some(validity))
    }
}

fn extend<T: Copy>(values: &mut Vec<T>, source: &Operand<T>, length: usize) {
    match source {
        Operand::Many(source) => values.extend_from_slice(source),
        Operand::One(value) => values.extend(std::iter::repeat_n(*value, length)),
    }
}

fn bits(bytes: &[u8]) -> BooleanBuffer {
    BooleanBuffer::collect_bool(bytes.len(), |row| bytes.get(row) == Some(&1))
}

/// A range of rows of a column as it is, along its path.
pub(super) fn rows_of(bound: &Bound, range: Range<usize>) -> Column {
    let column = &bound.column;
    if bound.steps.is_empty() {
        let (start, length) = (
            range.start.min(column.len()),
            range.len().min(column.len().saturating_sub(range.start)),
        );
        if start == 0 && length == column.len() {
            return Column::clone(column);
        }
        let validity = column.validity.as_ref().map(|validity| validity.slice(start, length));
        return Column::new(sliced(&column.values, start, length), validity);
    }
    let rows = walk(bound, range);
    let validity = NullBuffer::from_iter(rows.iter().map(|row| *row != NO_ROW && column.is_valid(*row as usize)));
    Column::new(gathered(&column.values, &rows), Some(validity))
}

fn sliced(values: &Values, start: usize, length: usize) -> Values {
    match values {
        Values::Bool(values) => Values::Bool(values.slice(start, length)),
        Values::Int(ints) => Values::Int(match ints {
            Ints::I8(values) => Ints::I8(values.slice(start, length)),
            Ints::I16(values) => Ints::I16(values.slice(start, length)),
            Ints::I32(values) => Ints::I32(values.slice(start, length)),
            Ints::I64(values) => Ints::I64(values.slice(start, length)),
        }),
        Values::Float(values) => Values::Float(values.slice(start, length)),
        Values::Text(text) => {
            let codes = match &text.codes {
                Codes::U8(codes) => Codes::U8(codes.slice(start, length)),
                Codes::U16(codes) => Codes::U16(codes.slice(start, length)),
                Codes::U32(codes) => Codes::U32(codes.slice(start, length)),
            };
            Values::Text(Text {
                codes,
                dictionary: text.dictionary.clone(),
            })
        }
        Values::Date(values) => Values::Date(values.slice(start, length)),
        Values::Timestamp(values) => Values::Timestamp(values.slice(start, length)),
    }
}

fn picked<T: arrow_buffer::ArrowNativeType>(values: &[T], rows: &[u32]) -> ScalarBuffer<T> {
    rows.iter()
        .map(|row| values.get(*row as usize).copied().unwrap_or_default())
        .collect()
}

fn gathered(values: &Values, rows: &[u32]) -> Values {
    match values {
        Values::Bool(values) => Values::Bool(BooleanBuffer::collect_bool(rows.len(), |at| {
            rows.get(at)
                .is_some_and(|row| (*row as usize) < values.len() && values.value(*row as usize))
        })),
        Values::Int(ints) => Values::Int(match ints {
            Ints::I8(values) => Ints::I8(picked(values, rows)),
            Ints::I16(values) => Ints::I16(picked(values, rows)),
            Ints::I32(values) => Ints::I32(picked(values, rows)),
            Ints::I64(values) => Ints::I64(picked(values, rows)),
        }),
        Values::Float(values) => Values::Float(picked(values, rows)),
        Values::Text(text) => {
            let codes = match &text.codes {
                Codes::U8(codes) => Codes::U8(picked(codes, rows)),
                Codes::U16(codes) => Codes::U16(picked(codes, rows)),
                Codes::U32(codes) => Codes::U32(picked(codes, rows)),
            };
            Values::Text(Text {
                codes,
                dictionary: text.dictionary.clone(),
            })
        }
        Values::Date(values) => Values::Date(picked(values, rows)),
        Values::Timestamp(values) => Values::Timestamp(picked(values, rows)),
    }
}
