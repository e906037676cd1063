//! Smallest and largest values, and rows that have certain values, in one pass over a column's own buffer.

use arrow_buffer::{ArrowNativeType, BooleanBuffer, NullBuffer};

use super::bits::{bytes_of, each_unset, each_word};
use super::column::{Column, Ints, Values};
use super::date::MICROS_PER_DAY;
use super::parallel;

/// Smallest and largest of the values that are there.
fn ends<T: ArrowNativeType + Ord>(values: &[T], validity: Option<&NullBuffer>) -> Option<(T, T)> {
    match validity {
        None => {
            let first = *values.first()?;
            // Two plain loops over a part that stays in the nearest cache are each done several values at a time.
            let part = |(low, high): (T, T), part: &[T]| {
                (
                    part.iter().fold(low, |low, value| low.min(*value)),
                    part.iter().fold(high, |high, value| high.max(*value)),
                )
            };
            Some(values.chunks(1 << 12).fold((first, first), part))
        }
        Some(validity) => {
            let first = validity.inner().set_indices().next().and_then(|row| values.get(row));
            let (mut low, mut high) = (*first?, *first?);
            let first = low;
            // A missing row stands for a value that is there: so the loop has no branch.
            each_word(validity.inner(), 0..values.len(), |start, word, length| {
                let there = bytes_of(word);
                let part = values.get(start..start + length).unwrap_or_default();
                for (value, there) in part.iter().zip(there) {
                    let value = if there == 1 { *value } else { first };
                    low = low.min(value);
                    high = high.max(value);
                }
            });
            Some((low, high))
        }
    }
}

/// Smallest and largest whole number.
pub(super) fn whole_ends(values: &Ints, validity: Option<&NullBuffer>) -> Option<(i64, i64)> {
    fn wide<T: Into<i64>>((low, high): (T, T)) -> (i64, i64) {
        (low.into(), high.into())
    }
    match values {
        Ints::I8(values) => ends(values, validity).map(wide),
        Ints::I16(values) => ends(values, validity).map(wide),
        Ints::I32(values) => ends(values, validity).map(wide),
        Ints::I64(values) => ends(values, validity),
    }
}

/// First and last day of a column of dates or timestamps.
pub(super) fn day_ends(column: &Column) -> Option<(i32, i32)> {
    let validity = column.validity.as_ref();
    match &column.values {
        Values::Date(days) => ends(days, validity),
        Values::Timestamp(micros) => {
            let (low, high) = ends(micros, validity)?;
            let day = |micros: i64| i32::try_from(micros.div_euclid(MICROS_PER_DAY)).ok();
            Some((day(low)?, day(high)?))
        }
        Values::Bool(_) | Values::Int(_) | Values::Float(_) | Values::Text(_) => None,
    }
}

/// Rows of whole numbers that are one of `wanted`, missing ones not looked at.
pub(super) fn rows_of(values: &Ints, wanted: &[i64]) -> BooleanBuffer {
    fn rows<T: ArrowNativeType + TryFrom<i64>>(values: &[T], wanted: &[i64]) -> BooleanBuffer {
        let wanted: Vec<T> = wanted.iter().filter_map(|&value| T::try_from(value).ok()).collect();
        let has = |at: usize, hit: &dyn Fn(T) -> bool| values.get(at).is_some_and(|&value| hit(value));
        match wanted.as_slice() {
            [] => BooleanBuffer::new_unset(values.len()),
            [one] => BooleanBuffer::collect_bool(values.len(), |at| values.get(at) == Some(one)),
            all => BooleanBuffer::collect_bool(values.len(), |at| has(at, &|value| all.contains(&value))),
        }
    }
    match values {
        Ints::I8(values) => rows(values, wanted),
        Ints::I16(values) => rows(values, wanted),
        Ints::I32(values) => rows(values, wanted),
        Ints::I64(values) => rows(values, wanted),
    }
}

/// Whether every small whole number that is there lies between two others: those beyond are all missing rows.
fn bytes_within(values: &[i8], validity: &NullBuffer, (low, high): (i8, i8), threads: usize) -> bool {
    /// Rows that a thread looks at together.
    const LEAST: usize = 1 << 18;
    let beyond = |value: i8| (value < low) | (value > high);
    let count = |part: &[i8]| -> usize {
        let count = part
            .iter()
            .fold(0_u8, |count, &value| count.wrapping_add(u8::from(beyond(value))));
        count.into()
    };
    let ranges = parallel::ranges(values.len(), threads, LEAST);
    let within = parallel::map(threads, ranges.len(), |at| {
        let rows = ranges.get(at).cloned().unwrap_or_default();
        let part = values.get(rows.clone()).unwrap_or_default();
        let all: usize = part.chunks(128).map(count).sum();
        let mut missing = 0;
        each_unset(validity.inner(), rows, |row| {
            missing += usize::from(part.get(row).is_some_and(|&value| beyond(value)));
        });
        all == missing
    });
    within.into_iter().all(|within| within)
}

/// Whether every value that is there lies between two numbers.
pub(super) fn all_within(column: &Column, low: f64, high: f64, threads: usize) -> bool {
    let validity = column.validity.as_ref();
    let byte = |end: f64| end.clamp(i8::MIN.into(), i8::MAX.into()) as i8;
    match (&column.values, validity) {
        (Values::Int(Ints::I8(values)), Some(validity)) if low <= 127.0 && high >= -128.0 => {
            return bytes_within(values, validity, (byte(low.ceil()), byte(high.floor())), threads);
        }
        _ => {}
    }
    match &column.values {
        Values::Int(values) => {
            whole_ends(values, validity).is_none_or(|(first, last)| first as f64 >= low && last as f64 <= high)
        }
        Values::Float(values) => match validity {
            None => values.iter().all(|value| (low..=high).contains(value)),
            Some(validity) => values
                .iter()
                .zip(validity)
                .all(|(value, valid)| !valid || (low..=high).contains(value)),
        },
        Values::Bool(_) | Values::Text(_) | Values::Date(_) | Values::Timestamp(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_does_not_count() {
        let column = Column::ints(vec![Some(3), None, Some(-200), Some(7)]);
        let Values::Int(values) = &column.values else { panic!() };
        assert_eq!(whole_ends(values, column.validity.as_ref()), Some((-200, 7)));
        assert_eq!(
            rows_of(values, &[7, 3, 100_000]).iter().collect::<Vec<_>>(),
            [true, false, false, true]
        );
        let small = Column::ints(vec![Some(3), None, Some(-20), Some(7)]);
        assert!(all_within(&small, -20.0, 7.0, 2) && all_within(&small, -300.0, 300.0, 2));
        assert!(
            !all_within(&small, -19.0, 7.0, 2)
                && !all_within(&small, -20.0, 6.9, 2)
                && !all_within(&small, 200.0, 300.0, 2)
        );
        assert!(all_within(&column, -200.0, 7.0, 2) && !all_within(&column, -199.0, 7.0, 2));
        assert_eq!(day_ends(&Column::dates(vec![None, Some(5), Some(-5)])), Some((-5, 5)));
        assert_eq!(
            day_ends(&Column::timestamps(vec![Some(-1), Some(MICROS_PER_DAY)])),
            Some((-1, 1))
        );
        assert_eq!(day_ends(&Column::dates(vec![None])), None);
    }
}
