//! The values that a narrow column can have: few enough to be counted one by one, and to be looked up for each row.

use arrow_array::Array as _;
use arrow_buffer::{ArrowNativeType, BooleanBuffer, Buffer, ScalarBuffer};

use super::bits::each_unset;
use super::{Codes, Column, Ints, NO_ROW, Text, Values, narrow, parallel};

/// The most different values of a narrow column; one more bin holds the rows without a value.
const MOST_BINS: usize = 255;

/// All values that a narrow column can have, in the order of their codes.
#[derive(Debug)]
pub(crate) struct Domain {
    /// The first of whole numbers; 0 for others.
    pub(crate) low: i64,
    pub(crate) values: Column,
}

impl Domain {
    /// The domain of a column; `None` where it is wide.
    pub(crate) fn of(column: &Column, threads: usize) -> Option<Self> {
        match &column.values {
            Values::Bool(_) => Some(Self {
                low: 0,
                values: Column::full(Values::Bool([false, true].into_iter().collect())),
            }),
            Values::Int(Ints::I8(values)) => {
                let ends = column
                    .ends()
                    .or_else(|| narrow::ends(values, column.validity.as_ref(), threads));
                let (low, high) = ends.map_or((0, 0), |ends| (ends.low, ends.high));
                let span: Vec<Option<i64>> = (i64::from(low)..=i64::from(high)).map(Some).collect();
                (span.len() <= MOST_BINS).then(|| Self {
                    low: i64::from(low),
                    values: Column::ints(span),
                })
            }
            Values::Text(text) if matches!(text.codes, Codes::U8(_)) && text.dictionary.len() <= MOST_BINS => {
                let codes = Codes::pack((0..text.dictionary.len() as u32).collect(), text.dictionary.len());
                Some(Self {
                    low: 0,
                    values: Column::full(Values::Text(Text {
                        codes,
                        dictionary: text.dictionary.clone(),
                    })),
                })
            }
            _ => None,
        }
    }

    /// The same values and a missing one after them.
    pub(crate) fn with_missing(&self) -> Column {
        let rows: Vec<u32> = (0..self.values.len() as u32).chain([NO_ROW]).collect();
        self.values.take(&rows)
    }

    /// What the rows of a column become: `mapped` has what each value becomes, and last what a missing one does.
    pub(crate) fn look_up(&self, base: &Column, mapped: &Column, threads: usize) -> Column {
        let valid: Vec<bool> = (0..mapped.len()).map(|bin| mapped.is_valid(bin)).collect();
        // Only the missing value's bin without a value: the rows are those of the column itself, and what stands in one
        // without a value does not matter.
        let only_missing = valid.iter().rev().skip(1).all(|&valid| valid) && valid.last() == Some(&false);
        let bins = self.bins(base, threads, !only_missing);
        let bits = |table: &[bool]| {
            let table = bins.table(table);
            let at = |row: usize| bins.bytes.get(row).and_then(|&byte| table.get(usize::from(byte)));
            BooleanBuffer::collect_bool(bins.bytes.len(), |row| at(row) == Some(&true))
        };
        let values = match &mapped.values {
            Values::Bool(values) => Values::Bool(bits(&values.iter().collect::<Vec<bool>>())),
            Values::Int(Ints::I8(values)) => Values::Int(Ints::I8(bins.take(values, threads))),
            Values::Int(Ints::I16(values)) => Values::Int(Ints::I16(bins.take(values, threads))),
            Values::Int(Ints::I32(values)) => Values::Int(Ints::I32(bins.take(values, threads))),
            Values::Int(Ints::I64(values)) => Values::Int(Ints::I64(bins.take(values, threads))),
            Values::Float(values) => Values::Float(bins.take(values, threads)),
            Values::Date(values) => Values::Date(bins.take(values, threads)),
            Values::Timestamp(values) => Values::Timestamp(bins.take(values, threads)),
            Values::Text(text) => Values::Text(Text {
                codes: match &text.codes {
                    Codes::U8(codes) => Codes::U8(bins.take(codes, threads)),
                    Codes::U16(codes) => Codes::U16(bins.take(codes, threads)),
                    Codes::U32(codes) => Codes::U32(bins.take(codes, threads)),
                },
                dictionary: text.dictionary.clone(),
            }),
        };
        let validity = if only_missing {
            base.validity.clone()
        } else if valid.iter().all(|&valid| valid) {
            None
        } else {
            Some(bits(&valid).into())
        };
        Column::new(values, validity)
    }

    /// The place of each row's value among the values; missing ones come after all where they are marked, which they are
    /// already in a column that is laid out to be counted.
    fn bins(&self, base: &Column, threads: usize, marked: bool) -> Places {
        let bytes = match &base.values {
            // A narrow column is its places, but for where they begin.
            Values::Int(Ints::I8(values)) if !marked || base.ends().is_some() => {
                return Places {
                    first: self.low as u8,
                    bytes: values.inner().clone(),
                };
            }
            Values::Text(Text {
                codes: Codes::U8(codes),
                ..
            }) if !marked => codes.inner().clone(),
            Values::Int(Ints::I8(values)) => {
                let low = self.low as i8;
                let mut bins = vec![0; values.len()];
                parallel::fill(threads, &mut bins, |start, part| {
                    for (bin, value) in part.iter_mut().zip(values.get(start..).unwrap_or_default()) {
                        *bin = value.wrapping_sub(low).cast_unsigned();
                    }
                });
                self.marked(base, bins)
            }
            Values::Text(Text {
                codes: Codes::U8(codes),
                ..
            }) => self.marked(base, codes.to_vec()),
            Values::Bool(values) => self.marked(base, values.iter().map(u8::from).collect()),
            _ => Buffer::default(),
        };
        Places { first: 0, bytes }
    }

    /// Gives the rows without a value the place after all values.
    fn marked(&self, base: &Column, mut bins: Vec<u8>) -> Buffer {
        if let Some(validity) = base.validity.as_ref() {
            let missing = self.values.len() as u8;
            each_unset(validity.inner(), 0..bins.len(), |row| {
                if let Some(bin) = bins.get_mut(row) {
                    *bin = missing;
                }
            });
        }
        bins.into()
    }
}

/// The place of each row's value among the values of a domain.
struct Places {
    /// The byte of the first place; they wrap around after 255.
    first: u8,
    bytes: Buffer,
}

impl Places {
    /// What each byte stands for.
    fn table<T: Copy + Default>(&self, values: &[T]) -> [T; 256] {
        let mut table = [T::default(); 256];
        for (place, value) in (0..=u8::MAX).zip(values) {
            if let Some(slot) = table.get_mut(usize::from(self.first.wrapping_add(place))) {
                *slot = *value;
            }
        }
        table
    }

    /// What each row's value stands for.
    fn take<T: ArrowNativeType>(&self, values: &[T], threads: usize) -> ScalarBuffer<T> {
        let table = self.table(values);
        let mut made = vec![T::default(); self.bytes.len()];
        parallel::fill(threads, &mut made, |start, part| {
            for (slot, &byte) in part.iter_mut().zip(self.bytes.get(start..).unwrap_or_default()) {
                *slot = table.get(usize::from(byte)).copied().unwrap_or_default();
            }
        });
        made.into()
    }
}
