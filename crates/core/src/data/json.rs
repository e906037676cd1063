//! Tables from JSON: one object per line, or one array of objects. Objects are flat; a key that is absent is missing.

use std::cell::Cell;
use std::collections::HashMap;
use std::fmt;
use std::io::{BufRead, BufReader, Read};
use std::rc::Rc;

use bellwether_order::Sort;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::build::ColumnBuilder;
use super::csv::{Progress, build_error};
use super::dataset::Table;
use super::need::Needs;
use super::reading::{ReadLimits, bytes_text, shortened};
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
    read_json_within(source, origin, needs, &ReadLimits::default(), progress)
}

/// [`read_json`] within other limits.
///
/// # Errors
/// As [`read_json`]; BW312 for what is beyond a limit.
pub fn read_json_within(
    source: impl Read,
    origin: Option<&str>,
    needs: &Needs,
    limits: &ReadLimits,
    progress: Progress<'_>,
) -> Result<(Table, Vec<Diagnostic>), Diagnostic> {
    let mut source = BufReader::with_capacity(1 << 16, source);
    let mut rows = Rows {
        needs,
        origin,
        limits,
        columns: HashMap::new(),
        names: Vec::new(),
        builders: Vec::new(),
        rows: 0,
        finding: None,
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
    limits: &'a ReadLimits,
    /// The builder of each wanted column; `None` for one that is not wanted.
    columns: HashMap<String, Option<usize>>,
    names: Vec<String>,
    builders: Vec<ColumnBuilder>,
    rows: usize,
    /// What is wrong with the row being read; the parser is told to stop, and its own words are not needed.
    finding: Option<Diagnostic>,
}

/// How often the limits are looked at, in rows.
const LOOK_EVERY: usize = 1 << 10;

impl Rows<'_> {
    fn place(&self) -> DataPlace {
        DataPlace {
            file: self.origin.map(str::to_owned),
            row: (self.rows > 0).then_some(self.rows as u64),
            ..DataPlace::default()
        }
    }

    fn next_row(&self) -> DataPlace {
        DataPlace {
            row: Some(self.rows as u64 + 1),
            ..self.place()
        }
    }

    fn failed(&self, why: &str) -> Diagnostic {
        Diagnostic::error(codes::UNREADABLE_FILE, format!("reading failed: {why}")).in_data(self.place())
    }

    fn broken(&self, error: &serde_json::Error) -> Diagnostic {
        let why = shortened(&error.to_string());
        Diagnostic::error(codes::BAD_CSV, format!("this is not the JSON of a flat object: {why}"))
            .in_data(self.next_row())
            .help("each row is an object whose values are numbers, texts, true, false or null")
    }

    fn stopped(&self) -> Diagnostic {
        Diagnostic::error(codes::UNREADABLE_FILE, "reading was stopped").in_data(self.place())
    }

    fn too_long(&self) -> Diagnostic {
        let most = bytes_text(self.limits.record_bytes as u64);
        Diagnostic::error(codes::FILE_LIMIT, format!("a row is longer than {most}"))
            .in_data(self.next_row())
            .help("a row is one flat object; a text in it may never be closed")
    }

    /// Looks at the limits and at the caller, now and then.
    fn look(&self, bytes: u64, progress: Progress<'_>) -> Result<(), Diagnostic> {
        if !self.rows.is_multiple_of(LOOK_EVERY) {
            return Ok(());
        }
        self.within_limits()?;
        if progress(bytes) { Ok(()) } else { Err(self.stopped()) }
    }

    fn within_limits(&self) -> Result<(), Diagnostic> {
        self.limits.check_rows(self.rows as u64, self.origin)?;
        let held: u64 = self.builders.iter().map(ColumnBuilder::held_bytes).sum();
        // A column that rows leave out is filled up at the end.
        let gaps: usize = self
            .builders
            .iter()
            .map(|builder| self.rows.saturating_sub(builder.len()))
            .sum();
        self.limits.check_memory(held + gaps as u64, self.origin)
    }

    fn lines(&mut self, mut source: impl BufRead, progress: Progress<'_>) -> Result<(), Diagnostic> {
        let mut line = Vec::new();
        let mut bytes = 0_u64;
        let longest = self.limits.record_bytes;
        loop {
            line.clear();
            let read = source
                .by_ref()
                .take(longest as u64 + 1)
                .read_until(b'\n', &mut line)
                .map_err(|error| self.failed(&error.to_string()))?;
            if read == 0 {
                return Ok(());
            }
            if read > longest {
                return Err(self.too_long());
            }
            bytes += read as u64;
            if line.trim_ascii().is_empty() {
                continue;
            }
            let mut text = serde_json::Deserializer::from_slice(&line);
            let outcome = RowSeed(self).deserialize(&mut text).and_then(|()| text.end());
            self.settle(outcome)?;
            self.look(bytes, progress)?;
        }
    }

    fn array(&mut self, source: impl BufRead, progress: Progress<'_>) -> Result<(), Diagnostic> {
        let row = Rc::new(Cell::new(0));
        let metered = Metered {
            inner: source,
            row: Rc::clone(&row),
            longest: self.limits.record_bytes as u64,
        };
        let longest = metered.longest;
        let mut text = serde_json::Deserializer::from_reader(metered);
        let outcome = text.deserialize_seq(ArrayVisitor {
            rows: &mut *self,
            row: &row,
            progress,
        });
        let outcome = outcome.and_then(|()| text.end());
        if outcome.is_err() && row.get() > longest {
            return Err(self.too_long());
        }
        self.settle(outcome)
    }

    fn settle(&mut self, outcome: Result<(), serde_json::Error>) -> Result<(), Diagnostic> {
        match (self.finding.take(), outcome) {
            (Some(finding), _) => Err(finding),
            (None, outcome) => outcome.map_err(|error| self.broken(&error)),
        }
    }

    /// The builder of a column, with all rows before this one.
    fn builder(&mut self, name: &str) -> Result<Option<&mut ColumnBuilder>, Diagnostic> {
        let name = name.trim();
        if !self.columns.contains_key(name) {
            self.limits.check_columns(self.columns.len() + 1, self.origin)?;
            let index = self.needs.wants(name).then(|| {
                let need = self.needs.column(name);
                self.names.push(name.to_owned());
                self.builders
                    .push(ColumnBuilder::new(need, self.needs.utc_offset_minutes));
                self.builders.len() - 1
            });
            self.columns.insert(name.to_owned(), index);
            // Each new column is filled up to here, so many of them late in a long file are looked at one by one.
            if self.rows > LOOK_EVERY {
                self.within_limits()?;
            }
        }
        let Some(index) = self.columns.get(name).copied().flatten() else {
            return Ok(None);
        };
        let rows = self.rows;
        if let Some(builder) = self.builders.get_mut(index) {
            builder.push_gap(rows.saturating_sub(builder.len()));
            return Ok(Some(builder));
        }
        Ok(None)
    }

    /// Adds a value to the row being read.
    fn push(&mut self, name: &str, value: &Scalar<'_>) -> Result<(), Diagnostic> {
        let row = self.rows;
        let Some(builder) = self.builder(name)? else {
            return Ok(());
        };
        if builder.len() > row {
            let message = format!("a row has `{}` twice", shortened(name.trim()));
            return Err(Diagnostic::error(codes::BAD_CSV, message).in_data(self.value_place(name, None)));
        }
        let pushed = match value {
            Scalar::Null => {
                builder.push_missing();
                Ok(())
            }
            Scalar::Bool(value) => builder.push(value.to_string().as_bytes()),
            Scalar::Text(text) => builder.push(text.as_bytes()),
            Scalar::Nested { list, shown } => {
                let kind = if *list { "a list" } else { "an object" };
                let message = format!(
                    "`{}` holds {kind}, and a column holds plain values",
                    shortened(name.trim())
                );
                let finding = Diagnostic::error(codes::BAD_VALUE, message);
                return Err(finding.in_data(self.value_place(name, Some(shown.clone()))));
            }
        };
        // Text of JSON is UTF-8 once it was parsed.
        debug_assert!(pushed.is_ok());
        Ok(())
    }

    fn value_place(&self, column: &str, value: Option<String>) -> DataPlace {
        DataPlace {
            column: Some(shortened(column.trim())),
            value,
            ..self.next_row()
        }
    }

    fn finish(mut self) -> Result<(Table, Vec<Diagnostic>), Diagnostic> {
        self.within_limits()?;
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
            builder.push_gap(self.rows.saturating_sub(builder.len()));
            let column = builder
                .finish()
                .map_err(|error| build_error(error, &name, place.clone()))?;
            table.columns.push((name, column));
        }
        let unread = self.columns.drain().filter(|(_, index)| index.is_none());
        table.unread = unread.map(|(name, _)| name).collect();
        table.unread.order();
        let empty = Diagnostic::warning(codes::EMPTY_TABLE, "the file has no rows").in_data(place);
        let notes = if table.rows == 0 { vec![empty] } else { Vec::new() };
        Ok((table, notes))
    }
}

/// Counts the bytes of a row of an array, and ends a row that is longer than the limit.
struct Metered<R> {
    inner: R,
    row: Rc<Cell<u64>>,
    longest: u64,
}

impl<R: Read> Read for Metered<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        if self.row.get() > self.longest {
            return Err(std::io::Error::other("a row is too long"));
        }
        let length = self.inner.read(buffer)?;
        self.row.set(self.row.get() + length as u64);
        Ok(length)
    }
}

/// A value of a row.
enum Scalar<'de> {
    Null,
    Bool(bool),
    /// A text, or a number as text.
    Text(std::borrow::Cow<'de, str>),
    /// What no column holds, and its first characters.
    Nested {
        list: bool,
        shown: String,
    },
}

impl<'de> serde::Deserialize<'de> for Scalar<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ScalarVisitor)
    }
}

struct ScalarVisitor;

impl<'de> Visitor<'de> for ScalarVisitor {
    type Value = Scalar<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number, text, true, false or null")
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Scalar::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Self::Value, E> {
        Ok(Scalar::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Self::Value, E> {
        Ok(Scalar::Text(value.to_string().into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Self::Value, E> {
        Ok(Scalar::Text(value.to_string().into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Self::Value, E> {
        Ok(Scalar::Text(number_text(value).into()))
    }

    fn visit_borrowed_str<E>(self, value: &'de str) -> Result<Self::Value, E> {
        Ok(Scalar::Text(value.into()))
    }

    fn visit_str<E>(self, value: &str) -> Result<Self::Value, E> {
        Ok(Scalar::Text(value.to_owned().into()))
    }

    fn visit_seq<S: SeqAccess<'de>>(self, mut items: S) -> Result<Self::Value, S::Error> {
        let mut shown = String::from("[");
        for _ in 0..SHOWN {
            let Some(item) = items.next_element::<Scalar<'de>>()? else {
                shown.push(']');
                return Ok(Scalar::Nested { list: true, shown });
            };
            item.show(&mut shown);
        }
        while items.next_element::<IgnoredAny>()?.is_some() {}
        shown.push_str("…]");
        Ok(Scalar::Nested { list: true, shown })
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Self::Value, M::Error> {
        let mut shown = String::from("{");
        for _ in 0..SHOWN {
            let Some((key, value)) = map.next_entry::<std::borrow::Cow<'_, str>, Scalar<'de>>()? else {
                shown.push('}');
                return Ok(Scalar::Nested { list: false, shown });
            };
            if shown.len() > 1 {
                shown.push(',');
            }
            shown.push_str(&format!("{:?}:", shortened(&key)));
            value.show_alone(&mut shown);
        }
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        shown.push_str("…}");
        Ok(Scalar::Nested { list: false, shown })
    }
}

/// Items of a list that a message shows.
const SHOWN: usize = 3;

impl Scalar<'_> {
    fn show(&self, out: &mut String) {
        if out.len() > 1 {
            out.push(',');
        }
        self.show_alone(out);
    }

    fn show_alone(&self, out: &mut String) {
        match self {
            Self::Null => out.push_str("null"),
            Self::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
            Self::Text(text) => out.push_str(&shortened(text)),
            Self::Nested { shown, .. } => out.push_str(&shortened(shown)),
        }
    }
}

/// Reads one object into a row.
struct RowSeed<'r, 'a>(&'r mut Rows<'a>);

impl<'de> DeserializeSeed<'de> for RowSeed<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

/// The error that ends parsing when a finding says why.
fn found<E: serde::de::Error>(rows: &mut Rows<'_>, finding: Diagnostic) -> E {
    rows.finding.get_or_insert(finding);
    E::custom("a finding")
}

impl<'de> Visitor<'de> for RowSeed<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Self::Value, M::Error> {
        let rows = self.0;
        while let Some(name) = map.next_key::<std::borrow::Cow<'_, str>>()? {
            let value: Scalar<'_> = map.next_value()?;
            if let Err(finding) = rows.push(&name, &value) {
                return Err(found(rows, finding));
            }
        }
        rows.rows += 1;
        Ok(())
    }
}

struct ArrayVisitor<'r, 'a, 'p> {
    rows: &'r mut Rows<'a>,
    /// Bytes of the row being read.
    row: &'r Cell<u64>,
    progress: Progress<'p>,
}

impl<'de> Visitor<'de> for ArrayVisitor<'_, '_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array of objects")
    }

    fn visit_seq<S: SeqAccess<'de>>(self, mut items: S) -> Result<Self::Value, S::Error> {
        let mut bytes = 0;
        while items.next_element_seed(RowSeed(self.rows))?.is_some() {
            bytes += self.row.replace(0);
            if let Err(finding) = self.rows.look(bytes, self.progress) {
                return Err(found(self.rows, finding));
            }
        }
        Ok(())
    }
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
        assert_eq!(read("{\"a\":1,\" a \":2}").unwrap_err().message, "a row has `a` twice");
        assert_eq!(read("  ").unwrap_err().code, codes::BAD_CSV);
        assert_eq!(read("a,b\n1,2\n").unwrap_err().code, codes::BAD_CSV);
    }

    #[test]
    fn what_is_nested_is_shown_and_not_kept() {
        let shown = |text: &str| read(text).unwrap_err().place.unwrap().value.unwrap();
        assert_eq!(shown("{\"a\":[1,\"x\",null,4,5]}"), "[1,x,null…]");
        assert_eq!(shown("{\"a\":{\"b\":[true],\"c\":2}}"), "{\"b\":[true],\"c\":2}");
        let deep = format!("{{\"a\":{}1{}}}", "[".repeat(10_000), "]".repeat(10_000));
        let finding = read(&deep).unwrap_err();
        assert!(finding.message.contains("recursion limit"), "{}", finding.message);
    }

    #[test]
    fn whole_numbers_beyond_64_bits_keep_their_digits() {
        let table = read("{\"id\":18446744073709551615}\n{\"id\":9223372036854775808}").unwrap();
        assert_eq!(table.column("id").unwrap().display(0), "18446744073709551615");
        assert_eq!(read("{\"x\":1e999}").unwrap_err().code, codes::BAD_CSV);
    }

    #[test]
    fn every_limit_of_reading_has_its_finding() {
        let limits = ReadLimits {
            columns: 3,
            rows: 1_000,
            record_bytes: 2_000,
            table_bytes: 100_000,
            ..ReadLimits::TRUSTED
        };
        let found = |text: &str| {
            let finding = read_json_within(text.as_bytes(), None, &Needs::all(), &limits, &mut |_| true).unwrap_err();
            assert_eq!(finding.code, codes::FILE_LIMIT, "{}", finding.message);
            (finding.message, finding.place.and_then(|place| place.row))
        };
        let long = format!("\"{}\"", "x".repeat(10_000));
        let too_long = ("a row is longer than 1.9 KiB".to_owned(), Some(2));
        assert_eq!(found(&format!("{{\"a\":1}}\n{{\"a\":{long}}}")), too_long);
        assert_eq!(found(&format!("[{{\"a\":1}},{{\"a\":{long}}}]")), too_long);
        assert_eq!(found(&format!("[{{\"a\":1}},{{\"{}", "x".repeat(10_000))), too_long);
        let wide = "{\"a\":1,\"b\":1,\"c\":1,\"d\":1}";
        assert_eq!(found(wide).0, "the file has 4 columns, and 3 are the most");
        let rows = "{\"a\":1}\n".repeat(1_100);
        assert_eq!(found(&rows).0, "the file has more than 1000 rows");
        let different: String = (0..900)
            .map(|row| format!("{{\"a\":\"{row}{}\"}}\n", "x".repeat(1_000)))
            .collect();
        assert_eq!(found(&different).0, "the table needs more than 97.6 KiB of memory");
    }
}
