//! A table in the making from typed arrays.

use arrow_array::StringArray;
use arrow_buffer::{BooleanBuffer, NullBuffer};
use bellwether::data::build::{BuildError, ColumnBuilder};
use bellwether::data::need::ColumnNeed;
use bellwether::data::{Codes, Column, Ints, Table, Text, Values};

/// Days of the years 1 to 9999, which dates can have.
const DAYS: std::ops::RangeInclusive<i32> = -719_162..=2_932_896;

/// Columns so far; a mistake names its column.
#[derive(Debug, Default)]
pub struct Columns {
    table: Table,
}

/// Which rows are missing: not 0; as many as rows, or none at all.
pub type Missing = Option<Vec<u8>>;

impl Columns {
    /// Adds a column.
    fn push(&mut self, name: &str, column: Column) -> Result<(), String> {
        if self.table.columns.is_empty() {
            self.table.rows = column.len();
        }
        let (rows, have) = (self.table.rows, column.len());
        if have != rows {
            return Err(format!(
                "`{name}` has {have} rows, and the columns before it have {rows}"
            ));
        }
        if self.table.column(name).is_some() {
            return Err(format!("two columns are named `{name}`"));
        }
        self.table.columns.push((name.to_owned(), column));
        Ok(())
    }

    /// Whole numbers.
    ///
    /// # Errors
    /// As all of these: a name that is there already, another number of rows than before, a value that no column holds.
    pub fn ints(&mut self, name: &str, values: Vec<i64>, missing: Missing) -> Result<(), String> {
        let validity = validity(name, values.len(), missing)?;
        self.push(name, Column::new(Values::Int(Ints::pack(values)), validity))
    }

    /// Numbers; NaN is missing. `whole`: they are whole numbers.
    ///
    /// # Errors
    /// As above; for infinity, and with `whole` for a fraction.
    pub fn floats(&mut self, name: &str, values: &[f64], missing: Missing, whole: bool) -> Result<(), String> {
        let given = validity(name, values.len(), missing)?;
        let valid = |row: usize| given.as_ref().is_none_or(|given| given.is_valid(row));
        let there = |row: usize, value: &f64| valid(row) && !value.is_nan();
        let odd = |(row, value): &(usize, &f64)| {
            there(*row, value) && (value.is_infinite() || (whole && (value.fract() != 0.0 || value.abs() > 9e15)))
        };
        if let Some((row, value)) = values.iter().enumerate().find(odd) {
            let rule = if whole { "a whole number" } else { "finite" };
            return Err(format!(
                "`{name}` holds {value} in row {}, which is not {rule}",
                row + 1
            ));
        }
        let mask = NullBuffer::from_iter(values.iter().enumerate().map(|(row, value)| there(row, value)));
        let kept = |value: &f64| if value.is_nan() { 0.0 } else { *value + 0.0 };
        let values = if whole {
            Values::Int(Ints::pack(values.iter().map(|value| kept(value) as i64).collect()))
        } else {
            Values::Float(values.iter().map(kept).collect())
        };
        self.push(name, Column::new(values, Some(mask)))
    }

    /// Truth values: not 0 is true.
    ///
    /// # Errors
    /// As above.
    pub fn bools(&mut self, name: &str, values: &[u8], missing: Missing) -> Result<(), String> {
        let validity = validity(name, values.len(), missing)?;
        let values: BooleanBuffer = values.iter().map(|value| *value != 0).collect();
        self.push(name, Column::new(Values::Bool(values), validity))
    }

    /// Dates as days since 1970-01-01.
    ///
    /// # Errors
    /// As above; for a day outside the years 1 to 9999.
    pub fn days(&mut self, name: &str, values: Vec<i32>, missing: Missing) -> Result<(), String> {
        let validity = validity(name, values.len(), missing)?;
        let valid = |row: usize| validity.as_ref().is_none_or(|validity| validity.is_valid(row));
        let odd = |(row, day): &(usize, &i32)| valid(*row) && !DAYS.contains(*day);
        if let Some((row, day)) = values.iter().enumerate().find(odd) {
            return Err(beyond(name, row, &format!("day {day}")));
        }
        self.push(name, Column::new(Values::Date(values.into()), validity))
    }

    /// Dates with times, in microseconds since 1970-01-01T00:00.
    ///
    /// # Errors
    /// As [`Columns::days`].
    pub fn micros(&mut self, name: &str, values: Vec<i64>, missing: Missing) -> Result<(), String> {
        const DAY: i64 = 86_400_000_000;
        let validity = validity(name, values.len(), missing)?;
        let valid = |row: usize| validity.as_ref().is_none_or(|validity| validity.is_valid(row));
        let inside = |micros: i64| i32::try_from(micros.div_euclid(DAY)).is_ok_and(|day| DAYS.contains(&day));
        let odd = |(row, micros): &(usize, &i64)| valid(*row) && !inside(**micros);
        if let Some((row, micros)) = values.iter().enumerate().find(odd) {
            return Err(beyond(name, row, &format!("{micros} microseconds")));
        }
        self.push(name, Column::new(Values::Timestamp(values.into()), validity))
    }

    /// Texts as codes of a dictionary; a code beyond it is missing.
    ///
    /// # Errors
    /// As above.
    pub fn codes(
        &mut self,
        name: &str,
        codes: Vec<u32>,
        dictionary: &[String],
        missing: Missing,
    ) -> Result<(), String> {
        let given = validity(name, codes.len(), missing)?;
        let known = u32::try_from(dictionary.len()).unwrap_or(u32::MAX);
        let valid = |row: usize| given.as_ref().is_none_or(|given| given.is_valid(row));
        let mask = NullBuffer::from_iter(codes.iter().enumerate().map(|(row, code)| *code < known && valid(row)));
        // A dictionary names each text once: cards count distinct values by it.
        let mut first = std::collections::HashMap::new();
        let mut distinct: Vec<&str> = Vec::new();
        let place: Vec<u32> = dictionary
            .iter()
            .map(|text| {
                *first.entry(text.as_str()).or_insert_with(|| {
                    distinct.push(text);
                    (distinct.len() - 1) as u32
                })
            })
            .collect();
        let codes = codes
            .into_iter()
            .map(|code| place.get(code as usize).copied().unwrap_or(0))
            .collect();
        let text = Text {
            codes: Codes::pack(codes, distinct.len()),
            dictionary: StringArray::from(distinct),
        };
        self.push(name, Column::new(Values::Text(text), Some(mask)))
    }

    /// Values as texts of a dictionary, of kinds that are inferred as a file's are.
    ///
    /// # Errors
    /// As above.
    pub fn values(&mut self, name: &str, codes: &[u32], dictionary: &[String]) -> Result<(), String> {
        let mut builder = ColumnBuilder::new(ColumnNeed::default(), 0);
        for code in codes {
            match dictionary.get(*code as usize) {
                Some(text) => {
                    // A string is UTF-8, so nothing can fail here.
                    let pushed = builder.push(text.as_bytes());
                    debug_assert!(pushed.is_ok());
                }
                None => builder.push_missing(),
            }
        }
        let column = builder.finish().map_err(|error| match error {
            BuildError::Infinity(row, text) => format!("`{name}` holds {text} in row {}, which is not finite", row + 1),
            BuildError::TooMuchText => format!("`{name}` holds too much text"),
        })?;
        self.push(name, column)
    }

    /// The table.
    #[must_use]
    pub fn finish(self) -> Table {
        self.table
    }
}

fn beyond(name: &str, row: usize, what: &str) -> String {
    format!("`{name}` holds {what} in row {}, outside the years 1 to 9999", row + 1)
}

fn validity(name: &str, rows: usize, missing: Missing) -> Result<Option<NullBuffer>, String> {
    match missing {
        Some(missing) if missing.len() != rows => Err(format!(
            "`{name}` has {rows} rows, and its mask of missing values {}",
            missing.len()
        )),
        Some(missing) => Ok(Some(NullBuffer::from_iter(missing.iter().map(|missing| *missing == 0)))),
        None => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_keep_their_values_and_their_gaps() {
        let mut made = Columns::default();
        made.floats("a", &[1.0, f64::NAN, -0.0], None, true).unwrap();
        made.codes(
            "b",
            vec![0, 2, 9],
            &["x".into(), "y".into(), "x".into()],
            Some(vec![0, 0, 0]),
        )
        .unwrap();
        made.values("c", &[0, 1, 7], &["2026-01-31".into(), "2026-02-01".into()])
            .unwrap();
        let table = made.finish();
        assert_eq!(table.rows, 3);
        let a = table.column("a").unwrap();
        assert_eq!((a.number(0), a.number(1), a.number(2)), (Some(1.0), None, Some(0.0)));
        let b = table.column("b").unwrap();
        assert_eq!(
            (b.display(0), b.display(1), b.is_valid(2)),
            ("x".into(), "x".into(), false)
        );
        let Values::Text(text) = &b.values else { panic!("text") };
        assert_eq!(
            text.distinct(),
            2,
            "a text that stands twice in a dictionary is one value"
        );
        assert_eq!(table.column("c").unwrap().day(1), Some(20_485));
    }

    #[test]
    fn what_no_column_can_hold_is_refused_by_name() {
        let mut made = Columns::default();
        made.ints("a", vec![1, 2], None).unwrap();
        assert!(made.ints("a", vec![1, 2], None).unwrap_err().contains("two columns"));
        assert!(made.ints("b", vec![1], None).unwrap_err().contains("1 rows"));
        assert!(made.ints("b", vec![1, 2], Some(vec![0])).unwrap_err().contains("mask"));
        assert!(
            made.floats("b", &[f64::INFINITY, 0.0], None, false)
                .unwrap_err()
                .contains("finite")
        );
        assert!(made.floats("b", &[0.5, 0.0], None, true).unwrap_err().contains("whole"));
        assert!(made.days("b", vec![i32::MAX, 0], None).unwrap_err().contains("9999"));
        assert!(made.micros("b", vec![0, i64::MIN], None).unwrap_err().contains("row 2"));
    }
}
