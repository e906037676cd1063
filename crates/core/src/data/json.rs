//! Tables from JSON: one object per line, or one array of objects. Objects are flat; a key that is absent is missing.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read};

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

use super::build::ColumnBuilder;
use super::csv::{Progress, build_error};
use super::dataset::Table;
use super::need::Needs;
use super::rows::number_text;
use crate::diagnostic::{DataPlace, Diagnostic, codes};

/// Reads JSON Lines, or an array of objects where the first sign is `[`.
///
/// ```
/// use bellwether::data::{Needs, read_json};
/// let text = "{\"id\": \"a\", \"score\": 9}\n{\"id\": \"b\"}\n";
/// let (table, _) = read_json(text.as_bytes(), None, &Needs::all(), &mut |_| true).unwrap();
/// assert_eq!(table.rows, 2);
/// assert_eq!(table.column("score").unwrap().missing_count(), 1);
/// ```
///
/// # Errors
/// BW301 and BW310 with the row; BW302 for a value that is no plain value.
pub fn read_json(
    source: impl Read,
    origin: Option<&str>,
    needs: &Needs,
    progress: Progress<'_>,
) -> Result<(Table, Vec<Diagnostic>), Diagnostic> {
    let mut source = BufReader::with_capacity(1 << 16, source);
    let mut rows = Rows {
        needs,
        origin,
        columns: HashMap::new(),
        names: Vec::new(),
        builders: Vec::new(),
        rows: 0,
    };
    let first = first_byte(&mut source).map_err(|error| rows.failed(&error.to_string()))?;
    match first {
        None => {
            return Err(Diagnostic::error(codes::BAD_CSV, "the file is empty").in_data(rows.place()));
        }
        Some(b'[') => rows.array(source, progress)?,
        Some(b'{') => rows.lines(source, progress)?,
        Some(_) => {
            return Err(Diagnostic::error(
                codes::BAD_CSV,
                "the file is neither an array of objects nor an object per line",
            )
            .in_data(rows.place()));
        }
    }
    rows.finish()
}

/// The first byte that is no white space, left in place; a UTF-8 mark is skipped.
fn first_byte(source: &mut impl BufRead) -> std::io::Result<Option<u8>> {
    loop {
        let buffer = source.fill_buf()?;
        if buffer.is_empty() {
            return Ok(None);
        }
        let skip = buffer
            .iter()
            .take_while(|byte| byte.is_ascii_whitespace() || matches!(byte, 0xef | 0xbb | 0xbf))
            .count();
        if let Some(&byte) = buffer.get(skip) {
            source.consume(skip);
            return Ok(Some(byte));
        }
        source.consume(skip);
    }
}

struct Rows<'a> {
    needs: &'a Needs,
    origin: Option<&'a str>,
    /// The builder of each wanted column; `None` for one that is not wanted.
    columns: HashMap<String, Option<usize>>,
    names: Vec<String>,
    builders: Vec<ColumnBuilder>,
    rows: usize,
}

impl Rows<'_> {
    fn place(&self) -> DataPlace {
        DataPlace {
            file: self.origin.map(str::to_owned),
            row: (self.rows > 0).then_some(self.rows as u64),
            ..DataPlace::default()
        }
    }

    fn failed(&self, why: &str) -> Diagnostic {
        Diagnostic::error(codes::UNREADABLE_FILE, format!("reading failed: {why}")).in_data(self.place())
    }

    fn broken(&self, error: &serde_json::Error) -> Diagnostic {
        Diagnostic::error(
            codes::BAD_CSV,
            format!("this is not the JSON of a flat object: {error}"),
        )
        .in_data(DataPlace {
            row: Some(self.rows as u64 + 1),
            ..self.place()
        })
        .help("each row is an object whose values are numbers, texts, true, false or null")
    }

    fn stopped(&self) -> Diagnostic {
        Diagnostic::error(codes::UNREADABLE_FILE, "reading was stopped").in_data(self.place())
    }

    fn lines(&mut self, mut source: impl BufRead, progress: Progress<'_>) -> Result<(), Diagnostic> {
        let mut line = Vec::new();
        let mut bytes = 0_u64;
        loop {
            line.clear();
            let read = source
                .read_until(b'\n', &mut line)
                .map_err(|error| self.failed(&error.to_string()))?;
            if read == 0 {
                return Ok(());
            }
            bytes += read as u64;
            if line.trim_ascii().is_empty() {
                continue;
            }
            let mut text = serde_json::Deserializer::from_slice(&line);
            let outcome = RowSeed(self)
                .deserialize(&mut text)
                .and_then(|found| text.end().map(|()| found));
            self.settle(outcome)?;
            if self.rows.is_multiple_of(1 << 12) && !progress(bytes) {
                return Err(self.stopped());
            }
        }
    }

    fn array(&mut self, source: impl BufRead, progress: Progress<'_>) -> Result<(), Diagnostic> {
        let mut text = serde_json::Deserializer::from_reader(source);
        let outcome = text.deserialize_seq(ArrayVisitor {
            rows: &mut *self,
            progress,
        });
        match outcome.and_then(|found| text.end().map(|()| found)) {
            Ok(None) => Ok(()),
            Ok(Some(finding)) => Err(finding),
            Err(error) => Err(self.broken(&error)),
        }
    }

    fn settle(&self, outcome: Result<Option<Diagnostic>, serde_json::Error>) -> Result<(), Diagnostic> {
        match outcome {
            Ok(None) => Ok(()),
            Ok(Some(finding)) => Err(finding),
            Err(error) => Err(self.broken(&error)),
        }
    }

    /// The builder of a column, with all rows before this one.
    fn builder(&mut self, name: &str) -> Option<&mut ColumnBuilder> {
        if !self.columns.contains_key(name) {
            let wanted = self.needs.wants(name.trim());
            let index = wanted.then(|| {
                let need = self.needs.column(name.trim());
                self.names.push(name.trim().to_owned());
                self.builders
                    .push(ColumnBuilder::new(need, self.needs.utc_offset_minutes));
                self.builders.len() - 1
            });
            self.columns.insert(name.to_owned(), index);
        }
        let index = (*self.columns.get(name)?)?;
        let rows = self.rows;
        let builder = self.builders.get_mut(index)?;
        while builder.len() < rows {
            builder.push_missing();
        }
        Some(builder)
    }

    /// Adds a value to the row being read.
    fn push(&mut self, name: &str, value: &Value) -> Option<Diagnostic> {
        let row = self.rows;
        let builder = self.builder(name)?;
        if builder.len() > row {
            let message = format!("a row has `{name}` twice");
            return Some(Diagnostic::error(codes::BAD_CSV, message).in_data(self.value_place(name, None)));
        }
        let pushed = match value {
            Value::Null => {
                builder.push_missing();
                Ok(())
            }
            Value::Bool(value) => builder.push(value.to_string().as_bytes()),
            Value::Number(number) => match (number.as_i64(), number.as_f64()) {
                (Some(whole), _) => builder.push(whole.to_string().as_bytes()),
                (None, Some(value)) => builder.push(number_text(value).as_bytes()),
                (None, None) => builder.push(number.to_string().as_bytes()),
            },
            Value::String(text) => builder.push(text.as_bytes()),
            Value::Array(_) | Value::Object(_) => {
                let kind = if value.is_array() { "a list" } else { "an object" };
                let message = format!("`{name}` holds {kind}, and a column holds plain values");
                let finding = Diagnostic::error(codes::BAD_VALUE, message);
                return Some(finding.in_data(self.value_place(name, Some(value.to_string()))));
            }
        };
        // Text of JSON is UTF-8 once it was parsed.
        debug_assert!(pushed.is_ok());
        None
    }

    fn value_place(&self, column: &str, value: Option<String>) -> DataPlace {
        DataPlace {
            row: Some(self.rows as u64 + 1),
            column: Some(column.to_owned()),
            value: value.map(|value| value.chars().take(80).collect()),
            ..self.place()
        }
    }

    fn finish(mut self) -> Result<(Table, Vec<Diagnostic>), Diagnostic> {
        let origin = self.origin.map(str::to_owned);
        let mut table = Table {
            rows: self.rows,
            origin: origin.clone(),
            ..Table::default()
        };
        let place = DataPlace {
            file: origin,
            ..DataPlace::default()
        };
        for (name, mut builder) in self.names.into_iter().zip(self.builders) {
            while builder.len() < self.rows {
                builder.push_missing();
            }
            let column = builder
                .finish()
                .map_err(|error| build_error(error, &name, place.clone()))?;
            table.columns.push((name, column));
        }
        let unread = self.columns.drain().filter(|(_, index)| index.is_none());
        table.unread = unread.map(|(name, _)| name).collect();
        table.unread.sort();
        let empty = Diagnostic::warning(codes::EMPTY_TABLE, "the file has no rows").in_data(place);
        let notes = if table.rows == 0 { vec![empty] } else { Vec::new() };
        Ok((table, notes))
    }
}

/// Reads one object into a row.
struct RowSeed<'r, 'a>(&'r mut Rows<'a>);

impl<'de> DeserializeSeed<'de> for RowSeed<'_, '_> {
    type Value = Option<Diagnostic>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for RowSeed<'_, '_> {
    type Value = Option<Diagnostic>;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Self::Value, M::Error> {
        let rows = self.0;
        let mut finding = None;
        while let Some(name) = map.next_key::<std::borrow::Cow<'_, str>>()? {
            let value: Value = map.next_value()?;
            finding = finding.or_else(|| rows.push(&name, &value));
        }
        rows.rows += 1;
        Ok(finding)
    }
}

struct ArrayVisitor<'r, 'a, 'p> {
    rows: &'r mut Rows<'a>,
    progress: Progress<'p>,
}

impl<'de> Visitor<'de> for ArrayVisitor<'_, '_, '_> {
    type Value = Option<Diagnostic>;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an array of objects")
    }

    fn visit_seq<S: SeqAccess<'de>>(self, mut items: S) -> Result<Self::Value, S::Error> {
        while let Some(finding) = items.next_element_seed(RowSeed(self.rows))? {
            if finding.is_some() {
                return drain(items, finding);
            }
            // Bytes are not known inside the array: rows stand in for them.
            if self.rows.rows.is_multiple_of(1 << 12) && !(self.progress)(self.rows.rows as u64) {
                let stopped = Some(self.rows.stopped());
                return drain(items, stopped);
            }
        }
        Ok(None)
    }
}

/// Reads to the end of the array, so that the parser is content, and gives the finding.
fn drain<'de, S: SeqAccess<'de>>(mut items: S, finding: Option<Diagnostic>) -> Result<Option<Diagnostic>, S::Error> {
    while items.next_element::<serde::de::IgnoredAny>()?.is_some() {}
    Ok(finding)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::definition::ColumnType;

    fn read(text: &str) -> Result<Table, Diagnostic> {
        read_json(text.as_bytes(), Some("a.json"), &Needs::all(), &mut |_| true).map(|(table, _)| table)
    }

    #[test]
    fn lines_and_arrays_give_the_same_table() {
        let lines = "{\"id\":\"007\",\"on\":\"2024-01-31\",\"x\":1.5e300}\n\n{\"late\":true,\"id\":\"b\",\"x\":null}\n";
        let array = " [{\"id\":\"007\",\"on\":\"2024-01-31\",\"x\":1.5e300},{\"late\":true,\"id\":\"b\",\"x\":null}]";
        for text in [lines, array] {
            let table = read(text).unwrap();
            let kinds: Vec<_> = table
                .columns
                .iter()
                .map(|(name, c)| (name.as_str(), c.column_type()))
                .collect();
            let expected = [
                ("id", ColumnType::Text),
                ("on", ColumnType::Date),
                ("x", ColumnType::Float),
                ("late", ColumnType::Bool),
            ];
            assert_eq!(kinds, expected);
            assert_eq!(table.rows, 2);
            assert_eq!(table.column("late").unwrap().number(1), Some(1.0));
            assert_eq!(table.column("x").unwrap().number(0), Some(1.5e300));
        }
    }

    #[test]
    fn what_is_not_flat_is_refused_with_its_row() {
        let finding = read("{\"a\":1}\n{\"a\":[1]}\n").unwrap_err();
        let place = finding.place.unwrap();
        assert_eq!(
            (finding.code, place.row, place.column.as_deref()),
            (codes::BAD_VALUE, Some(2), Some("a"))
        );
        assert_eq!(read("{\"a\":1}\n{\"a\":").unwrap_err().code, codes::BAD_CSV);
        assert_eq!(read("[{\"a\":1},7]").unwrap_err().code, codes::BAD_CSV);
        assert_eq!(read("{\"a\":1,\"a\":2}").unwrap_err().code, codes::BAD_CSV);
        assert_eq!(read("  ").unwrap_err().code, codes::BAD_CSV);
        assert_eq!(read("a,b\n1,2\n").unwrap_err().code, codes::BAD_CSV);
    }
}
