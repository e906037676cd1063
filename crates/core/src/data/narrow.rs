//! Small whole numbers as they are counted: the greatest and the least are known, and a row without a value holds the number
//! after the greatest, so that each row's byte says which of a few places is its own.

use arrow_buffer::NullBuffer;

use super::bits::each_unset;
use super::column::{Column, Ints, Values};
use super::parallel;

/// Rows that a thread looks at together.
const LEAST: usize = 1 << 18;
/// Rows of a block: its bytes stay in the first cache.
const BLOCK: usize = 1 << 12;

/// The least and the greatest of small whole numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Ends {
    pub(crate) low: i8,
    pub(crate) high: i8,
}

impl Ends {
    /// What a row without a value holds.
    pub(crate) const fn missing(self) -> i8 {
        self.high.wrapping_add(1)
    }

    /// How many whole numbers there are from the least to the greatest.
    pub(crate) const fn count(self) -> usize {
        (self.high.wrapping_sub(self.low)).cast_unsigned() as usize + 1
    }
}

/// The same column as it is counted, where it has small whole numbers that leave a byte for rows without a value.
pub(crate) fn laid_out(column: Column, threads: usize) -> Column {
    let Values::Int(Ints::I8(values)) = &column.values else {
        return column;
    };
    let Some(ends) = ends(values, column.validity.as_ref(), threads).filter(|ends| ends.count() < 256) else {
        return column;
    };
    let Column { values, validity, .. } = column;
    let values = match (values, &validity) {
        (Values::Int(Ints::I8(values)), Some(validity)) => {
            // Nobody else holds the bytes of a table that was only just read: then they are not copied.
            let mut bytes = values
                .into_inner()
                .into_vec()
                .unwrap_or_else(|shared| shared.typed_data::<i8>().to_vec());
            parallel::fill(threads, &mut bytes, |start, part| {
                each_unset(validity.inner(), start..start + part.len(), |row| {
                    if let Some(value) = part.get_mut(row) {
                        *value = ends.missing();
                    }
                });
            });
            Values::Int(Ints::I8(bytes.into()))
        }
        (values, _) => values,
    };
    Column {
        values,
        validity,
        ends: Some(ends),
    }
}

/// The least and the greatest of the values that are there.
pub(crate) fn ends(values: &[i8], validity: Option<&NullBuffer>, threads: usize) -> Option<Ends> {
    // A row without a value stands for one that is there.
    let first = match validity {
        None => values.first(),
        Some(validity) => validity.valid_indices().next().and_then(|row| values.get(row)),
    };
    let first = *first?;
    // Bytes without a sign are in the same order, and their extremes are found many at a time.
    let of = |(low, high): (u8, u8), part: &[i8]| {
        let byte = |&value: &i8| value.cast_unsigned() ^ 0x80;
        let low = part.iter().map(byte).fold(low, u8::min);
        (low, part.iter().map(byte).fold(high, u8::max))
    };
    let none = (u8::MAX, 0);
    let ranges = parallel::ranges(values.len(), threads, LEAST);
    let parts = parallel::map(threads, ranges.len(), |at| {
        let rows = ranges.get(at).cloned().unwrap_or_default();
        let part = values.get(rows.clone()).unwrap_or_default();
        let Some(validity) = validity else {
            return part.chunks(BLOCK).fold(none, of);
        };
        let mut known = Vec::with_capacity(BLOCK);
        (rows.start..)
            .step_by(BLOCK)
            .zip(part.chunks(BLOCK))
            .fold(none, |ends, (start, part)| {
                known.clear();
                known.extend_from_slice(part);
                each_unset(validity.inner(), start..start + part.len(), |row| {
                    if let Some(value) = known.get_mut(row) {
                        *value = first;
                    }
                });
                of(ends, &known)
            })
    });
    let (low, high) = parts.into_iter().fold(none, |a, b| (a.0.min(b.0), a.1.max(b.1)));
    let signed = |byte: u8| (byte ^ 0x80).cast_signed();
    Some(Ends {
        low: signed(low),
        high: signed(high),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(column: &Column) -> &[i8] {
        match &column.values {
            Values::Int(Ints::I8(values)) => values,
            _ => panic!("small whole numbers"),
        }
    }

    #[test]
    fn rows_without_a_value_hold_the_number_after_the_greatest() {
        let column = laid_out(Column::ints(vec![Some(3), None, Some(-2), Some(5), None]), 1);
        assert_eq!(column.ends, Some(Ends { low: -2, high: 5 }));
        assert_eq!(column.ends.map(Ends::count), Some(8));
        assert_eq!(bytes(&column), [3, 6, -2, 5, 6]);
        assert_eq!(column.missing_count(), 2);
        let full = laid_out(Column::ints(vec![Some(1), Some(0)]), 1);
        assert_eq!((full.ends, bytes(&full)), (Some(Ends { low: 0, high: 1 }), &[1, 0][..]));
        // After the greatest byte comes the least one, which no row has.
        let high = laid_out(Column::ints(vec![None, Some(127), Some(-127)]), 1);
        assert_eq!(high.ends.map(Ends::count), Some(255));
        assert_eq!(bytes(&high), [-128, 127, -127]);
    }

    #[test]
    fn columns_without_a_byte_to_spare_or_a_value_stay_as_they_are() {
        let all: Vec<Option<i64>> = (-128..128).map(Some).chain([None]).collect();
        let all = laid_out(Column::ints(all), 1);
        assert_eq!((all.ends, bytes(&all).last()), (None, Some(&0)));
        assert_eq!(laid_out(Column::ints(vec![None, None]), 1).ends, None);
        assert_eq!(laid_out(Column::ints(vec![]), 1).ends, None);
        assert_eq!(laid_out(Column::ints(vec![Some(1000)]), 1).ends, None);
    }

    #[test]
    fn threads_lay_out_the_same() {
        let values: Vec<Option<i64>> = (0..600_001_i64)
            .map(|row| (row % 7 != 0).then_some(row * row % 11 + i64::from(row == 150_000)))
            .collect();
        let (one, many) = (
            laid_out(Column::ints(values.clone()), 1),
            laid_out(Column::ints(values.clone()), 3),
        );
        assert_eq!(bytes(&one), bytes(&many));
        let known = || values.iter().flatten();
        let (low, high) = (known().min().unwrap(), known().max().unwrap());
        assert_eq!(
            one.ends,
            Some(Ends {
                low: *low as i8,
                high: *high as i8
            })
        );
        assert_eq!(one.ends, many.ends);
        for (row, value) in values.iter().enumerate() {
            assert_eq!(i64::from(bytes(&one)[row]), value.unwrap_or(high + 1));
        }
    }
}
