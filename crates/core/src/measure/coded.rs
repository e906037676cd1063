//! Columns as codes: a small number for each different value, that of the column's own dictionary where it has one.

use std::sync::Arc;

use arrow_buffer::{ArrowNativeType, NullBuffer, ScalarBuffer};

use super::segment::RowCodes;
use crate::data::bits::each_unset;
use crate::data::{Codes, Column, NO_ROW, RowIndex, Values, parallel};
use crate::definition::CivilDate;

/// A value that no row bears.
pub(crate) const NO_VALUE: u32 = u32::MAX;

/// The most different whole numbers, side by side, that are found by a table of them.
const MOST_TABLED: u64 = 1 << 16;

/// A value with its natural place: that of its number, bucket or date; texts have none.
#[derive(Debug, Clone)]
pub(crate) struct Label {
    pub(crate) text: String,
    pub(crate) rank: Option<f64>,
}

/// The rows of a table as codes of labels.
#[derive(Debug, Clone)]
pub(crate) struct Coded {
    /// The place of each row's label; unspecified where the row has none.
    codes: Codes,
    /// Rows that have a label; `None`: all.
    valid: Option<NullBuffer>,
    pub(crate) labels: Vec<Label>,
}

impl Coded {
    /// About how many bytes it takes.
    pub(crate) fn held_bytes(&self) -> u64 {
        self.codes.held_bytes() as u64 + self.labels.len() as u64 * 64
    }

    /// Codes and labels of any column; numbers, dates and truth values are in their natural order.
    pub(crate) fn of(column: &Column) -> Self {
        let valid = || column.validity.clone().filter(|valid| valid.null_count() > 0);
        let known = |row: usize| column.is_valid(row);
        match &column.values {
            Values::Text(text) => {
                let label = |value: Option<&str>| Label {
                    text: value.unwrap_or_default().to_owned(),
                    rank: None,
                };
                Self {
                    codes: text.codes.clone(),
                    valid: valid(),
                    labels: text.dictionary.iter().map(label).collect(),
                }
            }
            Values::Bool(values) => {
                let label = |text: &str| Label {
                    text: text.to_owned(),
                    rank: None,
                };
                Self {
                    codes: Codes::U8(values.iter().map(u8::from).collect()),
                    valid: valid(),
                    labels: ["false", "true"].map(label).to_vec(),
                }
            }
            Values::Int(values) => Self::ranked(
                column.len(),
                |row| known(row).then(|| values.get(row)),
                |value| (value.to_string(), value as f64),
            ),
            Values::Float(values) => Self::ranked(
                column.len(),
                |row| values.get(row).filter(|_| known(row)).map(|&value| sortable(value)),
                |key| (number(key).to_string(), number(key)),
            ),
            Values::Date(_) | Values::Timestamp(_) => Self::ranked(
                column.len(),
                |row| column.day(row).map(i64::from),
                |day| (CivilDate(day as i32).to_string(), day as f64),
            ),
        }
    }

    /// Codes of whole numbers in their order; `label` gives the text of each.
    pub(crate) fn ranked(
        rows: usize,
        value: impl Fn(usize) -> Option<i64>,
        label: impl Fn(i64) -> (String, f64),
    ) -> Self {
        let values = || (0..rows).filter_map(&value);
        let (low, high) = values().fold((i64::MAX, i64::MIN), |(low, high), value| {
            (low.min(value), high.max(value))
        });
        let narrow = low <= high && high.abs_diff(low) < MOST_TABLED;
        let mut distinct: Vec<i64> = if narrow {
            let mut seen = vec![false; high.abs_diff(low) as usize + 1];
            for value in values() {
                if let Some(seen) = seen.get_mut(value.abs_diff(low) as usize) {
                    *seen = true;
                }
            }
            let places = (low..=high).zip(seen).filter(|(_, seen)| *seen);
            places.map(|(value, _)| value).collect()
        } else {
            values().collect()
        };
        distinct.sort_unstable();
        distinct.dedup();
        let mut places = vec![0_u32; if narrow { high.abs_diff(low) as usize + 1 } else { 0 }];
        for (at, value) in distinct.iter().enumerate().filter(|_| narrow) {
            if let Some(place) = places.get_mut(value.abs_diff(low) as usize) {
                *place = at as u32;
            }
        }
        let place = |value: i64| {
            if narrow {
                places.get(value.abs_diff(low) as usize).copied()
            } else {
                distinct.binary_search(&value).ok().map(|at| at as u32)
            }
        };
        let ranks = distinct.iter().enumerate().map(|(at, &value)| Label {
            text: label(value).0,
            rank: Some(at as f64),
        });
        Self::new(rows, |row| value(row).and_then(place), ranks.collect())
    }

    /// Codes given row by row; `None`: the row has no label.
    pub(crate) fn new(rows: usize, code: impl Fn(usize) -> Option<u32>, labels: Vec<Label>) -> Self {
        let mut codes = Vec::with_capacity(rows);
        let valid = NullBuffer::from_iter((0..rows).map(|row| {
            let code = code(row);
            codes.push(code.unwrap_or(0));
            code.is_some()
        }));
        Self {
            codes: Codes::pack(codes, labels.len()),
            valid: Some(valid).filter(|valid| valid.null_count() > 0),
            labels,
        }
    }

    /// How many rows bear each label; unless `exact`, only whether some do.
    pub(crate) fn tally(&self, exact: bool) -> Vec<u64> {
        let mut counts = vec![0; self.labels.len()];
        let valid = self.valid.as_ref();
        match &self.codes {
            Codes::U8(codes) => tally(codes, valid, &mut counts, exact),
            Codes::U16(codes) => tally(codes, valid, &mut counts, exact),
            Codes::U32(codes) => tally(codes, valid, &mut counts, exact),
        }
        counts
    }

    fn get(&self, row: usize) -> usize {
        if self.valid.as_ref().is_none_or(|valid| valid.is_valid(row)) {
            self.codes.get(row)
        } else {
            self.labels.len()
        }
    }

    /// The codes of some rows (`None`: its own) on an axis: `places` are those of the labels, `unknown` that of no label.
    pub(crate) fn on_axis(&self, places: &[u32], unknown: u32, way: Option<&RowIndex>, threads: usize) -> RowCodes {
        let none = self.labels.len();
        // Codes of the dictionary stand for themselves where that makes no cube much larger.
        if way.is_none() && none <= 2 * unknown as usize + 16 {
            let codes = match &self.valid {
                None => self.codes.clone(),
                Some(valid) => with_missing(&self.codes, valid, none),
            };
            return RowCodes {
                codes,
                values: places.iter().copied().chain([unknown]).collect(),
                unknown: self.valid.is_some(),
            };
        }
        let place = |code: usize| match places.get(code) {
            Some(&place) if place != NO_VALUE => place,
            _ => unknown,
        };
        let of_row = |row: usize| match way {
            None => place(self.get(row)),
            Some(way) => match way.get(row) {
                Some(&row) if row != NO_ROW => place(self.get(row as usize)),
                _ => unknown,
            },
        };
        let rows = way.map_or(self.codes.len(), |way| way.len());
        let codes = match unknown {
            0..=0xff => Codes::U8(made(rows, threads, |row| of_row(row) as u8)),
            0x100..=0xffff => Codes::U16(made(rows, threads, |row| of_row(row) as u16)),
            _ => Codes::U32(made(rows, threads, of_row)),
        };
        let unknown_here = match &codes {
            Codes::U8(codes) => codes.contains(&(unknown as u8)),
            Codes::U16(codes) => codes.contains(&(unknown as u16)),
            Codes::U32(codes) => codes.contains(&unknown),
        };
        RowCodes {
            codes,
            values: (0..=unknown).collect::<Arc<[u32]>>(),
            unknown: unknown_here,
        }
    }
}

fn made<T: ArrowNativeType>(rows: usize, threads: usize, of_row: impl Fn(usize) -> T + Sync) -> ScalarBuffer<T> {
    let mut values = vec![T::default(); rows];
    parallel::fill(threads, &mut values, |start, part| {
        for (row, slot) in (start..).zip(part) {
            *slot = of_row(row);
        }
    });
    values.into()
}

/// The same codes, and one for the rows without.
fn with_missing(codes: &Codes, valid: &NullBuffer, none: usize) -> Codes {
    fn marked<T: ArrowNativeType>(codes: Vec<T>, valid: &NullBuffer, none: T) -> ScalarBuffer<T> {
        let mut codes = codes;
        each_unset(valid.inner(), 0..codes.len(), |row| {
            if let Some(code) = codes.get_mut(row) {
                *code = none;
            }
        });
        codes.into()
    }
    match codes {
        Codes::U8(codes) if none <= usize::from(u8::MAX) => Codes::U8(marked(codes.to_vec(), valid, none as u8)),
        Codes::U8(codes) => Codes::U16(marked(
            codes.iter().map(|&code| code.into()).collect(),
            valid,
            none as u16,
        )),
        Codes::U16(codes) if none <= usize::from(u16::MAX) => Codes::U16(marked(codes.to_vec(), valid, none as u16)),
        Codes::U16(codes) => Codes::U32(marked(
            codes.iter().map(|&code| code.into()).collect(),
            valid,
            none as u32,
        )),
        Codes::U32(codes) => Codes::U32(marked(codes.to_vec(), valid, none as u32)),
    }
}

/// Counts the codes of rows with a label; unless `exact`, stops once each was seen.
fn tally<T: Copy + Into<u32>>(codes: &[T], valid: Option<&NullBuffer>, counts: &mut [u64], exact: bool) {
    const BLOCK: usize = 4096;
    for (block, part) in codes.chunks(BLOCK).enumerate() {
        let start = block * BLOCK;
        for (row, &code) in (start..).zip(part) {
            if valid.is_none_or(|valid| valid.is_valid(row))
                && let Some(count) = counts.get_mut(code.into() as usize)
            {
                *count += 1;
            }
        }
        if !exact && counts.iter().all(|&count| count > 0) {
            return;
        }
    }
}

/// A whole number that sorts as the float does.
fn sortable(value: f64) -> i64 {
    if value == 0.0 {
        return 0;
    }
    let bits = value.to_bits().cast_signed();
    bits ^ ((bits >> 63).cast_unsigned() >> 1).cast_signed()
}

/// The float of a sortable number.
fn number(key: i64) -> f64 {
    f64::from_bits((key ^ ((key >> 63).cast_unsigned() >> 1).cast_signed()).cast_unsigned())
}
