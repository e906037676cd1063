//! Smallest and largest values, and rows that have certain values, in one pass over a column's own buffer.

use arrow_buffer::{ArrowNativeType, BooleanBuffer, NullBuffer};

use super::bits::{bytes_of, each_word};
use super::column::{Column, Ints, Values};
use super::date::MICROS_PER_DAY;

/// Smallest and largest of the values that are there.
fn ends<T: ArrowNativeType + Ord>(values: &[T], validity: Option<&NullBuffer>) -> Option<(T, T)> {
    match validity {
        None => {
            let first = *values.first()?;
            let fold = |(low, high): (T, T), value: &T| (low.min(*value), high.max(*value));
            Some(values.iter().fold((first, first), fold))
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

/// Whether every value that is there lies between two numbers.
pub(super) fn all_within(column: &Column, low: f64, high: f64) -> bool {
    let validity = column.validity.as_ref();
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
        assert!(all_within(&column, -200.0, 7.0) && !all_within(&column, -199.0, 7.0));
        assert_eq!(day_ends(&Column::dates(vec![None, Some(5), Some(-5)])), Some((-5, 5)));
        assert_eq!(
            day_ends(&Column::timestamps(vec![Some(-1), Some(MICROS_PER_DAY)])),
            Some((-1, 1))
        );
        assert_eq!(day_ends(&Column::dates(vec![None])), None);
    }
}
