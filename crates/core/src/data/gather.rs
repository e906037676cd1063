//! Columns made of columns: rows picked, parts joined, kinds of values changed.

use arrow_array::Array;
use arrow_buffer::{BooleanBuffer, NullBuffer, ScalarBuffer};

use super::column::{Codes, Column, Ints, Text, Values};
use super::date;
use super::intern::Interner;
use crate::definition::ColumnType;

impl Codes {
    /// Each code looked up in `table`; `default` beyond its end.
    #[must_use]
    pub fn look_up<T: Copy>(&self, table: &[T], default: T) -> Vec<T> {
        let at = |code: usize| table.get(code).copied().unwrap_or(default);
        match self {
            Self::U8(codes) => codes.iter().map(|&code| at(usize::from(code))).collect(),
            Self::U16(codes) => codes.iter().map(|&code| at(usize::from(code))).collect(),
            Self::U32(codes) => codes.iter().map(|&code| at(code as usize)).collect(),
        }
    }

    /// Every code, widened.
    pub fn iter(&self) -> Box<dyn Iterator<Item = u32> + '_> {
        match self {
            Self::U8(codes) => Box::new(codes.iter().map(|&code| u32::from(code))),
            Self::U16(codes) => Box::new(codes.iter().map(|&code| u32::from(code))),
            Self::U32(codes) => Box::new(codes.iter().copied()),
        }
    }
}

impl Ints {
    /// Every value, widened.
    pub fn iter(&self) -> Box<dyn Iterator<Item = i64> + '_> {
        match self {
            Self::I8(values) => Box::new(values.iter().map(|&value| i64::from(value))),
            Self::I16(values) => Box::new(values.iter().map(|&value| i64::from(value))),
            Self::I32(values) => Box::new(values.iter().map(|&value| i64::from(value))),
            Self::I64(values) => Box::new(values.iter().copied()),
        }
    }

    /// Every value as a number.
    #[must_use]
    pub fn to_floats(&self) -> Vec<f64> {
        match self {
            Self::I8(values) => values.iter().map(|&value| f64::from(value)).collect(),
            Self::I16(values) => values.iter().map(|&value| f64::from(value)).collect(),
            Self::I32(values) => values.iter().map(|&value| f64::from(value)).collect(),
            Self::I64(values) => values.iter().map(|&value| value as f64).collect(),
        }
    }
}

fn pick<T: Copy + Default>(values: &[T], rows: &[u32]) -> Vec<T> {
    rows.iter()
        .map(|&row| values.get(row as usize).copied().unwrap_or_default())
        .collect()
}

impl Column {
    /// A column in which every row is missing.
    #[must_use]
    pub fn missing(column_type: ColumnType, rows: usize) -> Self {
        let values = match column_type {
            ColumnType::Bool => Values::Bool(BooleanBuffer::new_unset(rows)),
            ColumnType::Int => Values::Int(Ints::I8(vec![0; rows].into())),
            ColumnType::Float => Values::Float(vec![0.0; rows].into()),
            ColumnType::Text => Values::Text(Text {
                codes: Codes::U8(vec![0; rows].into()),
                dictionary: Vec::<&str>::new().into(),
            }),
            ColumnType::Date => Values::Date(vec![0; rows].into()),
            ColumnType::Timestamp => Values::Timestamp(vec![0; rows].into()),
        };
        Self::new(values, Some(NullBuffer::new_null(rows)))
    }

    /// The rows named, in that order; a row beyond the end (such as [`super::NO_ROW`]) is missing.
    #[must_use]
    pub fn take(&self, rows: &[u32]) -> Self {
        let length = self.len();
        let values = match &self.values {
            Values::Bool(values) => Values::Bool(BooleanBuffer::collect_bool(rows.len(), |at| {
                rows.get(at)
                    .map(|&row| row as usize)
                    .is_some_and(|row| row < length && values.value(row))
            })),
            Values::Int(Ints::I8(values)) => Values::Int(Ints::I8(pick(values, rows).into())),
            Values::Int(Ints::I16(values)) => Values::Int(Ints::I16(pick(values, rows).into())),
            Values::Int(Ints::I32(values)) => Values::Int(Ints::I32(pick(values, rows).into())),
            Values::Int(Ints::I64(values)) => Values::Int(Ints::I64(pick(values, rows).into())),
            Values::Float(values) => Values::Float(pick(values, rows).into()),
            Values::Text(text) => Values::Text(Text {
                codes: match &text.codes {
                    Codes::U8(codes) => Codes::U8(pick(codes, rows).into()),
                    Codes::U16(codes) => Codes::U16(pick(codes, rows).into()),
                    Codes::U32(codes) => Codes::U32(pick(codes, rows).into()),
                },
                dictionary: text.dictionary.clone(),
            }),
            Values::Date(values) => Values::Date(pick(values, rows).into()),
            Values::Timestamp(values) => Values::Timestamp(pick(values, rows).into()),
        };
        let within = rows.iter().all(|&row| (row as usize) < length);
        let validity = (!within || self.validity.is_some()).then(|| {
            NullBuffer::new(BooleanBuffer::collect_bool(rows.len(), |at| {
                rows.get(at).is_some_and(|&row| self.is_valid(row as usize))
            }))
        });
        Self::new(values, validity)
    }

    /// The validity with `more` rows missing: those for which it answers true.
    #[must_use]
    pub fn without(self, more: impl Fn(usize) -> bool) -> Self {
        let bits = BooleanBuffer::collect_bool(self.len(), |row| self.is_valid(row) && !more(row));
        Self::new(self.values, Some(NullBuffer::new(bits)))
    }

    /// The value of a row as text, as a message shows it; empty where it is missing.
    #[must_use]
    pub fn display(&self, row: usize) -> String {
        if !self.is_valid(row) {
            return String::new();
        }
        match &self.values {
            Values::Bool(values) => values.value(row).to_string(),
            Values::Int(values) => values.get(row).to_string(),
            Values::Float(values) => values.get(row).map(ToString::to_string).unwrap_or_default(),
            Values::Text(text) => text.get(row).to_owned(),
            Values::Date(values) => values.get(row).map(|&day| date::day_text(day)).unwrap_or_default(),
            Values::Timestamp(values) => values
                .get(row)
                .map(|&micros| date::timestamp_text(micros))
                .unwrap_or_default(),
        }
    }

    /// The column as text: numbers as they are shown, dates in ISO form.
    #[must_use]
    pub fn to_text(&self) -> Self {
        if matches!(self.values, Values::Text(_)) {
            return self.clone();
        }
        let mut interner = Interner::default();
        let mut last = (i64::MIN, 0);
        let codes = (0..self.len())
            .map(|row| {
                if !self.is_valid(row) {
                    return 0;
                }
                let Values::Int(values) = &self.values else {
                    return interner.intern(self.display(row).as_bytes());
                };
                let value = values.get(row);
                if value != last.0 {
                    last = (value, interner.intern(value.to_string().as_bytes()));
                }
                last.1
            })
            .collect();
        let text = interner.into_text(codes);
        Self::new(Values::Text(text), self.validity.clone())
    }

    /// The column as another kind where that loses nothing: whole numbers as numbers, dates as timestamps.
    #[must_use]
    pub fn widened(&self, to: ColumnType) -> Option<Self> {
        let values = match (&self.values, to) {
            _ if self.column_type() == to => self.values.clone(),
            _ if self.missing_count() == self.len() => return Some(Self::missing(to, self.len())),
            (Values::Int(values), ColumnType::Float) => Values::Float(values.to_floats().into()),
            (Values::Date(days), ColumnType::Timestamp) => Values::Timestamp(
                days.iter()
                    .map(|&day| i64::from(day) * date::MICROS_PER_DAY)
                    .collect::<ScalarBuffer<i64>>(),
            ),
            _ => return None,
        };
        Some(Self::new(values, self.validity.clone()))
    }

    /// Joins columns end to end. Whole numbers and numbers give numbers, dates and timestamps give timestamps, columns
    /// without any value take the kind of the others, and everything else gives text.
    #[must_use]
    pub fn concat(parts: &[&Self]) -> Self {
        let typed = parts.iter().filter(|part| part.missing_count() < part.len());
        let mut kinds: Vec<ColumnType> = typed.map(|part| part.column_type()).collect();
        kinds.dedup();
        let only = |allowed: &[ColumnType]| kinds.iter().all(|kind| allowed.contains(kind));
        let target = match kinds.as_slice() {
            [] => parts.first().map_or(ColumnType::Text, |part| part.column_type()),
            [kind] => *kind,
            _ if only(&[ColumnType::Int, ColumnType::Float]) => ColumnType::Float,
            _ if only(&[ColumnType::Date, ColumnType::Timestamp]) => ColumnType::Timestamp,
            _ => ColumnType::Text,
        };
        let parts: Vec<Self> = parts
            .iter()
            .map(|part| part.widened(target).unwrap_or_else(|| part.to_text()))
            .collect();
        join(&parts, target)
    }
}

/// Joins columns of one kind.
fn join(parts: &[Column], kind: ColumnType) -> Column {
    let rows = parts.iter().map(Column::len).sum();
    let values = match kind {
        ColumnType::Bool => {
            let mut bits = arrow_buffer::BooleanBufferBuilder::new(rows);
            for part in parts {
                if let Values::Bool(values) = &part.values {
                    bits.append_buffer(values);
                }
            }
            Values::Bool(bits.finish())
        }
        ColumnType::Int => Values::Int(join_ints(parts, rows)),
        ColumnType::Float => Values::Float(join_buffers(parts, rows, |values| match values {
            Values::Float(values) => values,
            _ => &[],
        })),
        ColumnType::Date => Values::Date(join_buffers(parts, rows, |values| match values {
            Values::Date(values) => values,
            _ => &[],
        })),
        ColumnType::Timestamp => Values::Timestamp(join_buffers(parts, rows, |values| match values {
            Values::Timestamp(values) => values,
            _ => &[],
        })),
        ColumnType::Text => Values::Text(join_text(parts, rows)),
    };
    let validity = parts.iter().any(|part| part.validity.is_some()).then(|| {
        let mut bits = arrow_buffer::BooleanBufferBuilder::new(rows);
        for part in parts {
            match &part.validity {
                Some(validity) => bits.append_buffer(validity.inner()),
                None => bits.append_n(part.len(), true),
            }
        }
        NullBuffer::new(bits.finish())
    });
    Column::new(values, validity)
}

fn join_buffers<T: arrow_buffer::ArrowNativeType>(
    parts: &[Column],
    rows: usize,
    of: impl Fn(&Values) -> &[T],
) -> ScalarBuffer<T> {
    let mut all = Vec::with_capacity(rows);
    for part in parts {
        all.extend_from_slice(of(&part.values));
    }
    all.into()
}

fn join_ints(parts: &[Column], rows: usize) -> Ints {
    let width = |column: &Column| match &column.values {
        Values::Int(Ints::I8(_)) => 1,
        Values::Int(Ints::I16(_)) => 2,
        Values::Int(Ints::I32(_)) => 4,
        _ => 8,
    };
    macro_rules! all {
        ($kind:ty) => {{
            let mut all: Vec<$kind> = Vec::with_capacity(rows);
            for part in parts {
                match &part.values {
                    Values::Int(Ints::I8(values)) => all.extend(values.iter().map(|&value| value as $kind)),
                    Values::Int(Ints::I16(values)) => all.extend(values.iter().map(|&value| value as $kind)),
                    Values::Int(Ints::I32(values)) => all.extend(values.iter().map(|&value| value as $kind)),
                    Values::Int(Ints::I64(values)) => all.extend(values.iter().map(|&value| value as $kind)),
                    _ => {}
                }
            }
            all.into()
        }};
    }
    match parts.iter().map(width).max() {
        None | Some(1) => Ints::I8(all!(i8)),
        Some(2) => Ints::I16(all!(i16)),
        Some(4) => Ints::I32(all!(i32)),
        Some(_) => Ints::I64(all!(i64)),
    }
}

fn join_text(parts: &[Column], rows: usize) -> Text {
    let mut interner = Interner::default();
    let texts: Vec<(&Text, Vec<u32>)> = parts
        .iter()
        .filter_map(|part| match &part.values {
            Values::Text(text) => Some(text),
            _ => None,
        })
        .map(|text| {
            let entries = (0..text.dictionary.len()).map(|code| text.dictionary.value(code));
            let map = entries.map(|entry| interner.intern(entry.as_bytes())).collect();
            (text, map)
        })
        .collect();
    macro_rules! codes {
        ($kind:ty) => {{
            let mut all: Vec<$kind> = Vec::with_capacity(rows);
            for (text, map) in &texts {
                let map: Vec<$kind> = map.iter().map(|&code| code as $kind).collect();
                match &text.codes {
                    Codes::U8(codes) => all.extend(codes.iter().map(|&code| entry(&map, usize::from(code)))),
                    Codes::U16(codes) => all.extend(codes.iter().map(|&code| entry(&map, usize::from(code)))),
                    Codes::U32(codes) => all.extend(codes.iter().map(|&code| entry(&map, code as usize))),
                }
            }
            all.into()
        }};
    }
    // Straight into the width that holds them: ten million codes of four regions take ten megabytes, not forty more.
    let distinct = interner.len();
    let codes = if distinct <= 1 << 8 {
        Codes::U8(codes!(u8))
    } else if distinct <= 1 << 16 {
        Codes::U16(codes!(u16))
    } else {
        Codes::U32(codes!(u32))
    };
    Text {
        codes,
        dictionary: interner.into_dictionary(),
    }
}

/// The entry of a table; the default beyond its end.
fn entry<T: Copy + Default>(table: &[T], at: usize) -> T {
    table.get(at).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn picked_rows_keep_values_and_gaps() {
        let column = Column::ints(vec![Some(5), None, Some(7)]);
        let taken = column.take(&[2, 1, 0, super::super::NO_ROW]);
        let values: Vec<_> = (0..4).map(|row| taken.number(row)).collect();
        assert_eq!(values, [Some(7.0), None, Some(5.0), None]);
        let text = Column::texts(&[Some("a"), None, Some("b")]).take(&[2, 0, 1]);
        assert_eq!([text.display(0), text.display(1), text.display(2)], ["b", "a", ""]);
    }

    #[test]
    fn parts_join_in_the_kind_that_holds_all() {
        let ints = Column::ints(vec![Some(1), Some(300)]);
        let floats = Column::floats(vec![Some(0.5), None]);
        let joined = Column::concat(&[&ints, &floats]);
        assert_eq!(joined.column_type(), ColumnType::Float);
        assert_eq!(joined.number(1), Some(300.0));
        assert!(!joined.is_valid(3));
        let text = Column::texts(&[Some("Blank")]);
        let joined = Column::concat(&[&ints, &text]);
        assert_eq!((joined.display(1), joined.display(2)), ("300".into(), "Blank".into()));
        let empty = Column::missing(ColumnType::Text, 2);
        assert_eq!(Column::concat(&[&empty, &ints]).column_type(), ColumnType::Int);
    }
}
