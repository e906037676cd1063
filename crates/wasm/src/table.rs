//! Tables as the engine keeps them: decoded once, and again only in columns that a card wants read in another way.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use bellwether::assist::KnownTable;
use bellwether::data::csv::CsvOptions;
use bellwether::data::need::ColumnNeed;
use bellwether::data::{
    BindOptions, Column, Encoding, Needs, ReadLimits, Table, TableSummary, bind, json, read_csv_with,
};
use bellwether::definition::{self, ColumnFacts, ColumnType, Scorecard, TableSource};
use bellwether::diagnostic::{Diagnostic, Span, Spanned, codes};
use sha2::{Digest, Sha256};

use crate::answer::{ColumnInfo, TableInfo};
use crate::options::{MissingCodes, ReadSettings};

/// Where rows come from.
#[derive(Debug, Clone)]
pub enum Source {
    /// Delimited text.
    Csv(Rc<[u8]>),
    /// An array of objects, or an object a line.
    Json(Rc<[u8]>),
    /// Columns that were made outside: they are what they are.
    Columns,
}

/// Told how much of a source is read, from 0 to 1; `false` stops it.
pub type Reading<'a> = &'a mut dyn FnMut(f64) -> bool;

/// A table that is kept.
#[derive(Debug)]
pub struct Kept {
    source: Source,
    settings: ReadSettings,
    /// Every column, read with nothing known of it but what the settings say.
    table: Table,
    notes: Vec<Diagnostic>,
    /// Columns that a card wanted read in another way: name, need, offset of its clock.
    again: bellwether_order::BTreeMap<(String, Way), Column>,
    /// The columns with the settings applied, for whoever looks at them.
    shown: Vec<(String, Arc<Column>)>,
    summary: TableSummary,
    known: KnownTable,
}

/// How a column is read: whether it is a key, whether its text matters, the offset of timestamps in minutes.
type Way = (bool, bool, i32);

/// For a page: nothing that would fill its memory.
const LIMITS: ReadLimits = ReadLimits {
    rows: 50_000_000,
    record_bytes: 16 << 20,
    table_bytes: 2 << 30,
    ..ReadLimits::TRUSTED
};

impl Kept {
    /// Reads a table.
    ///
    /// # Errors
    /// What is wrong with the source, or with what the settings say of it.
    pub fn read(
        name: &str,
        source: Source,
        settings: ReadSettings,
        progress: Reading<'_>,
    ) -> Result<Self, Vec<Diagnostic>> {
        let mut needs = Needs::all();
        for column in settings.types.keys() {
            let text = ColumnNeed {
                text: true,
                ..ColumnNeed::default()
            };
            needs.columns.insert(column.clone(), text);
        }
        let (table, notes) = read(&source, &settings, &needs, progress).map_err(|finding| vec![finding])?;
        let sha256 = match &source {
            Source::Csv(bytes) | Source::Json(bytes) => Some(hash(bytes)),
            Source::Columns => None,
        };
        Self::new(name, source, settings, Table { sha256, ..table }, notes)
    }

    /// Takes a table of columns.
    ///
    /// # Errors
    /// What the settings say of it and is not so.
    pub fn of_columns(name: &str, table: Table, settings: ReadSettings) -> Result<Self, Vec<Diagnostic>> {
        let origin = settings.origin.clone();
        Self::new(name, Source::Columns, settings, Table { origin, ..table }, Vec::new())
    }

    fn new(
        name: &str,
        source: Source,
        settings: ReadSettings,
        table: Table,
        notes: Vec<Diagnostic>,
    ) -> Result<Self, Vec<Diagnostic>> {
        let (shown, summary) = look(name, &table, &settings)?;
        let known = KnownTable::describe(name, &as_shown(&table, &shown));
        Ok(Self {
            source,
            settings,
            table,
            notes,
            again: bellwether_order::BTreeMap::new(),
            shown,
            summary,
            known,
        })
    }

    /// Rows.
    #[must_use]
    pub const fn rows(&self) -> usize {
        self.table.rows
    }

    /// The columns as the settings make them.
    #[must_use]
    pub fn columns(&self) -> &[(String, Arc<Column>)] {
        &self.shown
    }

    /// The table as the settings make it.
    #[must_use]
    pub fn as_shown(&self) -> Table {
        as_shown(&self.table, &self.shown)
    }

    /// What an editor tells of it.
    #[must_use]
    pub const fn known(&self) -> &KnownTable {
        &self.known
    }

    /// What was said when it was read.
    #[must_use]
    pub fn notes(&self) -> &[Diagnostic] {
        &self.notes
    }

    /// The table in numbers; its diagnostics are left to the caller.
    #[must_use]
    pub fn info(&self) -> TableInfo {
        let column = |(column, (name, _)): (&bellwether::data::ColumnSummary, &(String, Arc<Column>))| ColumnInfo {
            name: name.clone(),
            kind: column.column_type,
            blank: column.blank,
            coded_missing: column.coded_missing,
            distinct: column.distinct.unwrap_or_default(),
            min: column.min.clone(),
            max: column.max.clone(),
        };
        TableInfo {
            name: self.summary.table.clone(),
            rows: self.table.rows as u64,
            origin: self.table.origin.clone(),
            sha256: self.table.sha256.clone(),
            held_bytes: self
                .table
                .columns
                .iter()
                .map(|(_, column)| column.held_bytes() as u64)
                .sum(),
            columns: self.summary.columns.iter().zip(&self.shown).map(column).collect(),
            diagnostics: Vec::new(),
        }
    }

    /// Says in the card what the settings say, where the card says nothing of its own.
    pub fn declare(&self, table: &mut definition::Table) {
        declare(&self.settings, &self.table, table);
    }

    /// Whether the settings say anything that a card could say.
    #[must_use]
    pub fn declares(&self) -> bool {
        let codes = match &self.settings.missing {
            MissingCodes::All(codes) => !codes.is_empty(),
            MissingCodes::Of(codes) => !codes.is_empty(),
        };
        codes || !self.settings.types.is_empty()
    }

    /// The columns that a card needs, each read as it needs it.
    ///
    /// # Errors
    /// A value that cannot be read in that way.
    pub fn for_card(&mut self, needs: &Needs) -> Result<Table, Diagnostic> {
        let wanted = |name: &str| needs.wants(name);
        let mut missing = Needs {
            utc_offset_minutes: needs.utc_offset_minutes,
            ..Needs::default()
        };
        for (name, column) in self.table.columns.iter().filter(|(name, _)| wanted(name)) {
            let need = needs.column(name);
            if let Some(way) = self.another_way(name, column, need, needs.utc_offset_minutes)
                && !self.again.contains_key(&(name.clone(), way))
            {
                missing.columns.insert(name.clone(), need);
            }
        }
        if !missing.columns.is_empty() {
            let (read, _) = read(&self.source, &self.settings, &missing, &mut |_| true)?;
            for (name, column) in read.columns {
                let way = way(missing.column(&name), needs.utc_offset_minutes);
                self.again.insert((name, way), column);
            }
        }
        let mut made = Table {
            columns: Vec::new(),
            unread: self.table.unread.clone(),
            ..self.table.clone()
        };
        for (name, column) in &self.table.columns {
            if !wanted(name) {
                made.unread.push(name.clone());
                continue;
            }
            let need = needs.column(name);
            let way = self.another_way(name, column, need, needs.utc_offset_minutes);
            let again = way.and_then(|way| self.again.get(&(name.clone(), way)));
            let column = match (again, need.when_empty) {
                (Some(column), _) => column.clone(),
                // A column without a value has the kind that the card expects.
                (None, Some(kind)) if is_empty(column) && !matches!(self.source, Source::Columns) => {
                    Column::missing(kind, column.len())
                }
                (None, _) => column.clone(),
            };
            made.columns.push((name.clone(), column));
        }
        Ok(made)
    }

    /// How a column must be read again for a need; none where what is there is what a reader would make.
    fn another_way(&self, name: &str, column: &Column, need: ColumnNeed, offset: i32) -> Option<Way> {
        if matches!(self.source, Source::Columns) || is_empty(column) {
            return None;
        }
        let kind = column.column_type();
        let as_text = self.settings.types.contains_key(name);
        let differs = need.text != as_text
            // Keys are never read as decimals.
            || (need.key && kind == ColumnType::Float)
            // Only times can have an offset of their own.
            || (offset != 0 && kind == ColumnType::Timestamp);
        differs.then(|| way(need, offset))
    }
}

fn as_shown(table: &Table, shown: &[(String, Arc<Column>)]) -> Table {
    let columns = shown.iter().map(|(name, column)| (name.clone(), Column::clone(column)));
    Table {
        columns: columns.collect(),
        ..table.clone()
    }
}

const fn way(need: ColumnNeed, offset: i32) -> Way {
    (need.key, need.text, offset)
}

/// Whether a column read from text has no value at all.
fn is_empty(column: &Column) -> bool {
    column.column_type() == ColumnType::Text && column.missing_count() == column.len()
}

fn hash(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    Sha256::digest(bytes)
        .iter()
        .fold(String::with_capacity(64), |mut text, byte| {
            // Writing to a string cannot fail.
            let _ = write!(text, "{byte:02x}");
            text
        })
}

fn read(
    source: &Source,
    settings: &ReadSettings,
    needs: &Needs,
    progress: Reading<'_>,
) -> Result<(Table, Vec<Diagnostic>), Diagnostic> {
    let share = |length: usize, progress: Reading<'_>, bytes: u64| {
        let done = if length == 0 { 1.0 } else { bytes as f64 / length as f64 };
        progress(done.min(1.0))
    };
    match source {
        Source::Csv(bytes) => {
            let options = CsvOptions {
                delimiter: settings.delimiter.map(|sign| u8::try_from(sign).unwrap_or(0)),
                encoding: match settings.encoding.as_deref() {
                    Some("latin-1") => Encoding::Latin1,
                    _ => Encoding::Utf8,
                },
                origin: settings.origin.clone(),
                limits: LIMITS,
                ..CsvOptions::default()
            };
            read_csv_with(&**bytes, &options, needs, &mut |read| {
                share(bytes.len(), progress, read)
            })
        }
        Source::Json(bytes) => {
            let origin = settings.origin.as_deref();
            json::read_json_within(&**bytes, origin, needs, &LIMITS, &mut |read| {
                share(bytes.len(), progress, read)
            })
        }
        Source::Columns => Err(Diagnostic::error(codes::UNREADABLE_FILE, "columns are not read")),
    }
}

/// Binds a table as a card would that says of it what the settings say, and nothing else.
#[expect(clippy::type_complexity, reason = "the columns, and the table in numbers")]
fn look(
    name: &str,
    table: &Table,
    settings: &ReadSettings,
) -> Result<(Vec<(String, Arc<Column>)>, TableSummary), Vec<Diagnostic>> {
    let mut declared = definition::Table::new(Spanned::new(name.to_owned(), Span::default()), TableSource::Host);
    declare(settings, table, &mut declared);
    let card = Scorecard {
        tables: vec![declared],
        ..Scorecard::default()
    };
    let options = BindOptions {
        describe: true,
        ..BindOptions::default()
    };
    let tables = BTreeMap::from([(name.to_owned(), table.clone())]);
    let (mut data, _, summaries) = bind(&card, tables, &options)?;
    let bound = data.tables.remove(name).unwrap_or_default();
    let columns = bound
        .order
        .iter()
        .filter_map(|name| Some((name.clone(), Arc::clone(bound.columns.get(name)?))));
    Ok((columns.collect(), summaries.into_iter().next().unwrap_or_default()))
}

fn declare(settings: &ReadSettings, source: &Table, table: &mut definition::Table) {
    let here = table.name.span;
    let spanned = |literal: &definition::Literal| Spanned::new(literal.clone(), here);
    // The card speaks of a column by the name that it gives it.
    let named = |column: &String, table: &definition::Table| {
        let renamed = table.renames.iter().find(|(from, _)| from.value == *column);
        renamed.map_or_else(|| column.clone(), |(_, to)| to.clone())
    };
    let is_there = |column: &String| source.column(column).is_some();
    for (column, kind) in settings.types.iter().filter(|(column, _)| is_there(column)) {
        let name = named(column, table);
        let typed = table.types.iter().any(|(typed, _)| typed.value == name)
            || (table.columns.iter()).any(|facts| facts.column.value == name && says_kind(facts));
        if !typed {
            table.types.push((Spanned::new(name, here), *kind));
        }
    }
    match &settings.missing {
        MissingCodes::All(codes) => {
            if table.missing.is_empty() {
                table.missing = codes.iter().map(spanned).collect();
            }
        }
        MissingCodes::Of(by_column) => {
            for (column, codes) in by_column.iter().filter(|(column, _)| is_there(column)) {
                let name = named(column, table);
                let coded = table
                    .columns
                    .iter()
                    .any(|facts| facts.column.value == name && !facts.missing.is_empty());
                if !coded {
                    table.columns.push(ColumnFacts {
                        column: Spanned::new(name, here),
                        missing: codes.iter().map(spanned).collect(),
                        ..ColumnFacts::default()
                    });
                }
            }
        }
    }
}

/// Whether the card says of which kind a column is, by name or by the format of its dates.
const fn says_kind(facts: &ColumnFacts) -> bool {
    facts.column_type.is_some() || facts.dates.is_some()
}
