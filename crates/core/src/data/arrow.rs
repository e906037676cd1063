//! Tables from Arrow arrays, and back. Buffers in our own layout are taken as they are; others are narrowed.

mod batches;

use arrow_array::Array;
use arrow_array::cast::AsArray;
use arrow_array::types::{
    ArrowDictionaryKeyType, ArrowPrimitiveType, Date32Type, Date64Type, Decimal128Type, Float32Type, Float64Type,
    Int8Type, Int16Type, Int32Type, Int64Type, TimestampMicrosecondType, TimestampMillisecondType,
    TimestampNanosecondType, TimestampSecondType, UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use arrow_buffer::{ArrowNativeType, BooleanBuffer, NullBuffer, ScalarBuffer};
use arrow_schema::{DataType, TimeUnit};

use super::column::{Codes, Column, Ints, Text, Values};
use super::date::MICROS_PER_DAY;
use super::infer::Decimal;
use super::intern::Interner;
use super::need::ColumnNeed;
use crate::definition::ColumnType;

pub use batches::{TableBuilder, array_of, from_batches, to_record_batch};

/// Why an array cannot be a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ArrayError {
    /// Values of a kind that columns do not hold, in words.
    Kind(String),
    /// A value that a column cannot hold: its row (0-based) in the array, and how it looks.
    Value(usize, String),
}

impl ArrayError {
    /// The way out where a value cannot be a column's.
    pub const HELP: &str =
        "no measure can count with infinity, numbers beyond 64 bits, or dates outside the years 1 to 9999";
}

/// A column of an array. Timestamps with a zone are moments, and are brought to `utc_offset_minutes`; NaN is missing.
///
/// # Errors
/// For kinds of values that columns do not hold, and for infinity.
pub fn column_from_array(array: &dyn Array, need: ColumnNeed, utc_offset_minutes: i32) -> Result<Column, ArrayError> {
    let validity = array.nulls().cloned();
    let values = match array.data_type() {
        DataType::Null => {
            let kind = need.when_empty.unwrap_or(ColumnType::Text);
            return Ok(Column::missing(kind, array.len()));
        }
        DataType::Boolean => Values::Bool(array.as_boolean().values().clone()),
        DataType::Int8 => Values::Int(Ints::I8(array.as_primitive::<Int8Type>().values().clone())),
        DataType::Int16 => Values::Int(narrow::<Int16Type>(array)),
        DataType::Int32 => Values::Int(narrow::<Int32Type>(array)),
        DataType::Int64 => Values::Int(narrow::<Int64Type>(array)),
        DataType::UInt8 => Values::Int(narrow::<UInt8Type>(array)),
        DataType::UInt16 => Values::Int(narrow::<UInt16Type>(array)),
        DataType::UInt32 => Values::Int(narrow::<UInt32Type>(array)),
        DataType::UInt64 => {
            let values = array.as_primitive::<UInt64Type>();
            let large = |row: &usize| values.is_valid(*row) && i64::try_from(values.value(*row)).is_err();
            if let Some(row) = (0..values.len()).find(large) {
                return Err(ArrayError::Value(row, values.value(row).to_string()));
            }
            Values::Int(narrow::<UInt64Type>(array))
        }
        DataType::Float32 => {
            let values = array.as_primitive::<Float32Type>();
            return floats(
                values.values().iter().map(|&value| f64::from(value)).collect(),
                validity,
            );
        }
        DataType::Float64 => {
            let values = array.as_primitive::<Float64Type>().values();
            // Without a branch in the inner loop
            let odd = |value: &f64| !value.is_finite() | (value.to_bits() == (-0.0_f64).to_bits());
            let any_odd = |part: &[f64]| part.iter().fold(false, |any, value| any | odd(value));
            if !values.chunks(512).any(any_odd) {
                Values::Float(values.clone())
            } else {
                return floats(values.to_vec(), validity);
            }
        }
        DataType::Decimal128(_, scale) => return decimals(array, *scale, validity),
        DataType::Date32 => {
            let values = array.as_primitive::<Date32Type>().values().clone();
            Values::Date(within(array, values, &DAYS, |day| format!("day {day}"))?)
        }
        DataType::Date64 => {
            let values = array.as_primitive::<Date64Type>().values();
            let day = |millis: &i64| i32::try_from(millis.div_euclid(86_400_000)).unwrap_or(i32::MAX);
            let days = values.iter().map(day).collect();
            Values::Date(within(array, days, &DAYS, |day| format!("day {day}"))?)
        }
        DataType::Timestamp(unit, zone) => {
            let shift = if zone.is_some() {
                i64::from(utc_offset_minutes) * 60_000_000
            } else {
                0
            };
            let micros = timestamps(array, *unit, shift)?.into();
            Values::Timestamp(within(array, micros, &MICROS, |micros| {
                format!("microsecond {micros}")
            })?)
        }
        DataType::Utf8 => Values::Text(texts(array.as_string::<i32>().iter())),
        DataType::LargeUtf8 => Values::Text(texts(array.as_string::<i64>().iter())),
        DataType::Utf8View => Values::Text(texts(array.as_string_view().iter())),
        DataType::Dictionary(key, _) => return dictionary(array, key, need, utc_offset_minutes),
        other => return Err(ArrayError::Kind(kind_word(other))),
    };
    Ok(Column::new(values, validity))
}

/// Days from 0001-01-01 to 9999-12-31, the years that dates are written in.
const DAYS: std::ops::RangeInclusive<i32> = -719_162..=2_932_896;
/// The microseconds of those days.
const MICROS: std::ops::RangeInclusive<i64> = -719_162 * MICROS_PER_DAY..=2_932_897 * MICROS_PER_DAY - 1;

/// Dates that some calendar has; where a row has no value, whatever stands there is made the first of 1970.
fn within<T: ArrowNativeType + PartialOrd>(
    array: &dyn Array,
    values: ScalarBuffer<T>,
    range: &std::ops::RangeInclusive<T>,
    shown: impl Fn(T) -> String,
) -> Result<ScalarBuffer<T>, ArrayError> {
    if values.iter().all(|value| range.contains(value)) {
        return Ok(values);
    }
    let mut out = Vec::with_capacity(values.len());
    for (row, &value) in values.iter().enumerate() {
        out.push(match (range.contains(&value), array.is_null(row)) {
            (true, _) => value,
            (false, true) => T::default(),
            (false, false) => return Err(ArrayError::Value(row, shown(value))),
        });
    }
    Ok(out.into())
}

fn kind_word(kind: &DataType) -> String {
    match kind {
        DataType::List(_) | DataType::LargeList(_) | DataType::FixedSizeList(..) | DataType::ListView(_) => {
            "lists".into()
        }
        DataType::Struct(_) | DataType::Map(..) | DataType::Union(..) => "nested records".into(),
        DataType::Binary | DataType::LargeBinary | DataType::BinaryView | DataType::FixedSizeBinary(_) => {
            "bytes".into()
        }
        DataType::Time32(_) | DataType::Time64(_) => "times of day without a date".into(),
        DataType::Duration(_) | DataType::Interval(_) => "durations".into(),
        other => format!("values of kind {other}"),
    }
}

/// Whole numbers in the narrowest width that holds those that are there.
fn narrow<T: ArrowPrimitiveType>(array: &dyn Array) -> Ints {
    let array = array.as_primitive::<T>();
    let values = array.values();
    let wide = |value: T::Native| value.to_i64().unwrap_or(0);
    let extremes = |(low, high): (i64, i64), value: i64| (low.min(value), high.max(value));
    let (low, high) = if array.null_count() == 0 {
        values.iter().map(|&value| wide(value)).fold((0, 0), extremes)
    } else {
        array.iter().flatten().map(wide).fold((0, 0), extremes)
    };
    macro_rules! cast {
        ($kind:ty) => {
            values.iter().map(|&value| wide(value) as $kind).collect()
        };
    }
    if i8::try_from(low).is_ok() && i8::try_from(high).is_ok() {
        Ints::I8(cast!(i8))
    } else if i16::try_from(low).is_ok() && i16::try_from(high).is_ok() {
        Ints::I16(cast!(i16))
    } else if i32::try_from(low).is_ok() && i32::try_from(high).is_ok() {
        Ints::I32(cast!(i32))
    } else {
        Ints::I64(cast!(i64))
    }
}

/// NaN is missing, −0 is 0, infinity an error.
fn floats(mut values: Vec<f64>, validity: Option<NullBuffer>) -> Result<Column, ArrayError> {
    let valid = |row: usize| validity.as_ref().is_none_or(|validity| validity.is_valid(row));
    let mut gaps = false;
    for (row, value) in values.iter_mut().enumerate() {
        if value.is_infinite() && valid(row) {
            return Err(ArrayError::Value(row, value.to_string()));
        }
        gaps |= value.is_nan();
        *value += 0.0;
    }
    let validity = if gaps {
        Some(NullBuffer::new(BooleanBuffer::collect_bool(values.len(), |row| {
            valid(row) && values.get(row).is_some_and(|value| !value.is_nan())
        })))
    } else {
        validity
    };
    for value in &mut values {
        if !value.is_finite() {
            *value = 0.0;
        }
    }
    Ok(Column::new(Values::Float(values.into()), validity))
}

fn decimals(array: &dyn Array, scale: i8, validity: Option<NullBuffer>) -> Result<Column, ArrayError> {
    let array = array.as_primitive::<Decimal128Type>();
    let values = array.values();
    if scale == 0 && array.iter().flatten().all(|value| i64::try_from(value).is_ok()) {
        let wholes = values.iter().map(|&value| i64::try_from(value).unwrap_or(0)).collect();
        return Ok(Column::new(Values::Int(Ints::pack(wholes)), validity));
    }
    let number = |value: i128| match (i64::try_from(value), u8::try_from(scale)) {
        (Ok(mantissa), Ok(scale)) if scale < 19 => Decimal { mantissa, scale }.to_f64(),
        _ => format!("{value}e{}", -i32::from(scale)).parse().unwrap_or(0.0),
    };
    floats(values.iter().map(|&value| number(value)).collect(), validity)
}

fn timestamps(array: &dyn Array, unit: TimeUnit, shift: i64) -> Result<Vec<i64>, ArrayError> {
    let scaled = |values: &[i64], factor: i64| -> Result<Vec<i64>, ArrayError> {
        let mut out = Vec::with_capacity(values.len());
        for (row, &value) in values.iter().enumerate() {
            match value.checked_mul(factor).and_then(|micros| micros.checked_add(shift)) {
                Some(micros) => out.push(micros),
                None if array.is_null(row) => out.push(0),
                None => return Err(ArrayError::Value(row, value.to_string())),
            }
        }
        Ok(out)
    };
    match unit {
        TimeUnit::Second => scaled(array.as_primitive::<TimestampSecondType>().values(), 1_000_000),
        TimeUnit::Millisecond => scaled(array.as_primitive::<TimestampMillisecondType>().values(), 1000),
        TimeUnit::Microsecond => scaled(array.as_primitive::<TimestampMicrosecondType>().values(), 1),
        TimeUnit::Nanosecond => {
            let values = array.as_primitive::<TimestampNanosecondType>().values();
            let micros = |nanos: &i64| nanos.div_euclid(1000).saturating_add(shift);
            Ok(values.iter().map(micros).collect())
        }
    }
}

fn texts<'a>(values: impl Iterator<Item = Option<&'a str>>) -> Text {
    let mut interner = Interner::default();
    let codes = values
        .map(|value| value.map_or(0, |value| interner.intern(value.as_bytes())))
        .collect();
    interner.into_text(codes)
}

fn dictionary(
    array: &dyn Array,
    key: &DataType,
    need: ColumnNeed,
    utc_offset_minutes: i32,
) -> Result<Column, ArrayError> {
    match key {
        DataType::Int8 => keyed::<Int8Type>(array, need, utc_offset_minutes),
        DataType::Int16 => keyed::<Int16Type>(array, need, utc_offset_minutes),
        DataType::Int32 => keyed::<Int32Type>(array, need, utc_offset_minutes),
        DataType::Int64 => keyed::<Int64Type>(array, need, utc_offset_minutes),
        DataType::UInt8 => keyed::<UInt8Type>(array, need, utc_offset_minutes),
        DataType::UInt16 => keyed::<UInt16Type>(array, need, utc_offset_minutes),
        DataType::UInt32 => keyed::<UInt32Type>(array, need, utc_offset_minutes),
        DataType::UInt64 => keyed::<UInt64Type>(array, need, utc_offset_minutes),
        other => Err(ArrayError::Kind(format!("a dictionary by {other}"))),
    }
}

/// A dictionary of texts keeps its codes, equal and missing entries joined; one of other values is unfolded.
fn keyed<K: ArrowDictionaryKeyType>(
    array: &dyn Array,
    need: ColumnNeed,
    utc_offset_minutes: i32,
) -> Result<Column, ArrayError> {
    let array = array.as_dictionary::<K>();
    let keys = array.keys();
    let rows: Vec<u32> = keys
        .iter()
        .map(|key| key.map_or(u32::MAX, |key| key.to_usize().map_or(u32::MAX, |key| key as u32)))
        .collect();
    let entries = column_from_array(array.values().as_ref(), need, utc_offset_minutes)?;
    let taken = entries.take(&rows);
    Ok(match taken.values {
        Values::Text(text) => {
            // Codes of a large dictionary may fit a narrower width now.
            let codes = Codes::pack(text.codes.iter().collect(), text.dictionary.len());
            Column::new(
                Values::Text(Text {
                    codes,
                    dictionary: text.dictionary,
                }),
                taken.validity,
            )
        }
        values => Column::new(values, taken.validity),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow_array::{
        Decimal128Array, DictionaryArray, Float64Array, Int64Array, LargeStringArray, StringViewArray,
        TimestampNanosecondArray,
    };

    fn column(array: &dyn Array) -> Column {
        column_from_array(array, ColumnNeed::default(), 60).unwrap()
    }

    #[test]
    fn arrays_are_narrowed() {
        let narrowed = column(&Int64Array::from(vec![Some(5), None, Some(-100)]));
        assert!(matches!(narrowed.values, Values::Int(Ints::I8(_))));
        assert_eq!((narrowed.number(2), narrowed.number(1)), (Some(-100.0), None));
        let floats = column(&Float64Array::from(vec![Some(f64::NAN), Some(-0.0), None]));
        assert_eq!(
            (floats.missing_count(), floats.number(1).map(f64::to_bits)),
            (2, Some(0))
        );
        let bad = column_from_array(&Float64Array::from(vec![f64::INFINITY]), ColumnNeed::default(), 0);
        assert_eq!(bad.unwrap_err(), ArrayError::Value(0, "inf".into()));
    }

    #[test]
    fn dates_that_no_calendar_has_are_refused_where_a_row_has_them() {
        use arrow_array::{Date32Array, Date64Array, TimestampSecondArray};
        let read = |array: &dyn Array| column_from_array(array, ColumnNeed::default(), 0);
        let last = read(&Date32Array::from(vec![-719_162, 2_932_896])).unwrap();
        assert_eq!(
            (last.display(0), last.display(1)),
            ("0001-01-01".into(), "9999-12-31".into())
        );
        for array in [
            &Date32Array::from(vec![0, 2_932_897]) as &dyn Array,
            &Date32Array::from(vec![0, i32::MIN]),
            &Date64Array::from(vec![0, i64::MAX]),
            &TimestampSecondArray::from(vec![0, 9_000_000_000_000]),
        ] {
            assert!(matches!(read(array).unwrap_err(), ArrayError::Value(1, _)), "{array:?}");
        }
        let gap = NullBuffer::from(vec![true, false]);
        let hidden = read(&Date32Array::new(vec![5, i32::MAX].into(), Some(gap))).unwrap();
        let Values::Date(days) = hidden.values else { panic!() };
        assert_eq!(days.to_vec(), [5, 0]);
    }

    #[test]
    fn texts_and_dictionaries_become_codes() {
        for text in [
            column(&LargeStringArray::from(vec![Some("a"), None, Some("b"), Some("a")])),
            column(&StringViewArray::from(vec![Some("a"), None, Some("b"), Some("a")])),
            column(
                &[Some("a"), None, Some("b"), Some("a")]
                    .into_iter()
                    .collect::<DictionaryArray<Int32Type>>(),
            ),
        ] {
            let shown: Vec<String> = (0..4).map(|row| text.display(row)).collect();
            assert_eq!(shown, ["a", "", "b", "a"]);
            let Values::Text(text) = &text.values else { panic!() };
            assert!(matches!(text.codes, Codes::U8(_)) && text.dictionary.len() == 2);
        }
    }

    #[test]
    fn moments_come_to_the_offset_of_the_card() {
        let zoned = TimestampNanosecondArray::from(vec![1_500]).with_timezone("Europe/Berlin");
        let Values::Timestamp(micros) = column(&zoned).values else {
            panic!()
        };
        assert_eq!(micros.to_vec(), [3_600_000_001]);
        let civil = column(&TimestampNanosecondArray::from(vec![1_500]));
        let Values::Timestamp(micros) = civil.values else {
            panic!()
        };
        assert_eq!(micros.to_vec(), [1]);
    }

    #[test]
    fn decimals_are_the_nearest_floats() {
        let array = Decimal128Array::from(vec![Some(12_345), None])
            .with_precision_and_scale(10, 2)
            .unwrap();
        assert_eq!(column(&array).number(0), Some(123.45));
    }
}
