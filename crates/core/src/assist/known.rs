//! What is known besides the text: the card as it last compiled, the tables at hand, the modules.
//!
//! Imports: definition, data.

use bellwether_order::{BTreeMap, Sort};

use crate::data::{Column, Table, Values, date};
use crate::definition::{ColumnType, Scorecard};

/// What the language service may look at besides the text of the card. All of it may be empty.
#[derive(Debug, Clone, Copy, Default)]
pub struct Known<'a> {
    /// The card as it last compiled: what loops and modules declare.
    pub card: Option<&'a Scorecard>,
    /// The tables at hand.
    pub tables: &'a [KnownTable],
    /// Modules by the name under which the card imports them.
    pub modules: &'a [(String, String)],
}

/// A table at hand, as far as completion and hovers tell of it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct KnownTable {
    /// Its name.
    pub name: String,
    /// Its rows.
    pub rows: u64,
    /// Its columns.
    pub columns: Vec<KnownColumn>,
}

/// A column at hand.
#[derive(Debug, Clone, PartialEq)]
pub struct KnownColumn {
    /// Its name, as the source has it.
    pub name: String,
    /// Its type.
    pub column_type: ColumnType,
    /// Rows without a value.
    pub missing: u64,
    /// Distinct values; none where they are too many to be counted in passing.
    pub distinct: Option<u64>,
    /// The commonest values with the number of their rows; empty where no value repeats.
    pub values: Vec<(String, u64)>,
    /// Smallest and largest value, as text.
    pub range: Option<(String, String)>,
}

/// Values that are kept of a column.
const KEPT: usize = 60;
/// Distinct whole numbers that are counted.
const COUNTED: usize = 1_000;

impl KnownTable {
    /// Describes a table: one walk over its columns.
    ///
    /// ```
    /// use bellwether::assist::KnownTable;
    /// use bellwether::data::{Column, Table};
    /// let regions = Column::texts(&[Some("West"), Some("North"), Some("West"), None]);
    /// let table = Table { columns: vec![("region".into(), regions)], rows: 4, ..Table::default() };
    /// let known = KnownTable::describe("survey", &table);
    /// assert_eq!(known.columns[0].values, [("West".to_owned(), 2), ("North".to_owned(), 1)]);
    /// assert_eq!(known.columns[0].missing, 1);
    /// ```
    #[must_use]
    pub fn describe(name: &str, table: &Table) -> Self {
        Self {
            name: name.to_owned(),
            rows: table.rows as u64,
            columns: table
                .columns
                .iter()
                .map(|(name, column)| KnownColumn::describe(name, column))
                .collect(),
        }
    }

    /// The column of that name.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<&KnownColumn> {
        self.columns.iter().find(|column| column.name == name)
    }
}

impl KnownColumn {
    fn describe(name: &str, column: &Column) -> Self {
        let rows = || (0..column.len()).filter(|&row| column.is_valid(row));
        let (distinct, values, range) = match &column.values {
            Values::Bool(values) => {
                let mut counts = [0_u64; 2];
                for row in rows() {
                    let [no, yes] = &mut counts;
                    *(if values.value(row) { yes } else { no }) += 1;
                }
                let [no, yes] = counts;
                let pairs = [("true", yes), ("false", no)];
                let found = pairs.into_iter().filter(|(_, n)| *n > 0);
                let found: Vec<(String, u64)> = found.map(|(text, n)| (text.to_owned(), n)).collect();
                (Some(found.len() as u64), found, None)
            }
            Values::Int(values) => {
                let range = extremes(rows().map(|row| values.get(row)), |value| value.to_string());
                match counted(rows().map(|row| values.get(row))) {
                    Some(counts) => {
                        let counts = counts.into_iter().map(|(value, n)| (value.to_string(), n));
                        let (distinct, kept) = commonest(counts);
                        (distinct, kept, range)
                    }
                    None => (None, Vec::new(), range),
                }
            }
            Values::Float(values) => {
                let numbers = rows().filter_map(|row| values.get(row).copied());
                let range = numbers.fold(None, |range: Option<(f64, f64)>, value| {
                    Some(range.map_or((value, value), |(low, high)| (low.min(value), high.max(value))))
                });
                let text = |value: f64| format!("{}", (value * 1e6).round() / 1e6);
                (None, Vec::new(), range.map(|(low, high)| (text(low), text(high))))
            }
            Values::Text(text) => {
                let mut counts = vec![0_u64; text.distinct()];
                for row in rows() {
                    if let Some(count) = counts.get_mut(text.codes.get(row)) {
                        *count += 1;
                    }
                }
                let counts = counts.into_iter().enumerate().filter(|(_, n)| *n > 0);
                let (distinct, kept) = commonest(counts.map(|(code, n)| (text.dictionary.value(code).to_owned(), n)));
                (distinct, kept, None)
            }
            Values::Date(values) => {
                let days = rows().filter_map(|row| values.get(row).copied());
                (None, Vec::new(), extremes(days, date::day_text))
            }
            Values::Timestamp(values) => {
                let moments = rows().filter_map(|row| values.get(row).copied());
                (None, Vec::new(), extremes(moments, date::timestamp_text))
            }
        };
        Self {
            name: name.to_owned(),
            column_type: column.column_type(),
            missing: column.missing_count() as u64,
            distinct,
            values,
            range,
        }
    }
}

fn extremes<T: Ord + Copy>(values: impl Iterator<Item = T>, text: impl Fn(T) -> String) -> Option<(String, String)> {
    let range = values.fold(None, |range: Option<(T, T)>, value| {
        Some(range.map_or((value, value), |(low, high)| (low.min(value), high.max(value))))
    });
    range.map(|(low, high)| (text(low), text(high)))
}

/// How often each whole number is there; none where there are too many of them.
fn counted(values: impl Iterator<Item = i64>) -> Option<BTreeMap<i64, u64>> {
    let mut counts = BTreeMap::new();
    for value in values {
        *counts.entry(value).or_insert(0) += 1;
        if counts.len() > COUNTED {
            return None;
        }
    }
    Some(counts)
}

/// The number of values, and the commonest of them; none is kept where nearly all differ, as in a key.
fn commonest(values: impl Iterator<Item = (String, u64)>) -> (Option<u64>, Vec<(String, u64)>) {
    let mut all: Vec<(String, u64)> = values.collect();
    let distinct = all.len() as u64;
    let rows: u64 = all.iter().map(|(_, n)| n).sum();
    all.order_by(|(a, of_a), (b, of_b)| of_b.cmp(of_a).then_with(|| a.cmp(b)));
    if distinct > 20 && distinct * 2 > rows {
        all.clear();
    }
    all.truncate(KEPT);
    (Some(distinct), all)
}
