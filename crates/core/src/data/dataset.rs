//! Tables as the host hands them in, and the dataset that a card makes of them.

use std::sync::Arc;

use arrow_buffer::BooleanBuffer;
use bellwether_order::BTreeMap;

use super::column::Column;
use super::days::DayProfile;
use super::looked_up::LookedUp;
use crate::definition::{CivilDate, ColumnType};

/// A table as it was read: named columns of one length.
#[derive(Debug, Clone, Default)]
pub struct Table {
    /// The columns in the order of the source.
    pub columns: Vec<(String, Column)>,
    /// Number of rows, also when there are no columns.
    pub rows: usize,
    /// Columns of the source that were not read, as nothing needs them.
    pub unread: Vec<String>,
    /// Where it came from, for messages and provenance: the file as the host named it.
    pub origin: Option<String>,
    /// SHA-256 of the source bytes, given by the host.
    pub sha256: Option<String>,
}

impl Table {
    /// The column of that name.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns
            .iter()
            .find(|(column, _)| column == name)
            .map(|(_, column)| column)
    }

    /// Its columns without a row.
    pub(crate) fn without_rows(self) -> Self {
        let columns = self.columns.into_iter();
        Self {
            columns: columns.map(|(name, column)| (name, column.take(&[]))).collect(),
            rows: 0,
            ..self
        }
    }
}

/// For each row of a child the row of its parent; [`NO_ROW`] for orphans.
pub type RowIndex = Arc<[u32]>;

/// The parent row of an orphan.
pub const NO_ROW: u32 = u32::MAX;

/// A path from the rows of a table to the one row of another that each belongs to.
#[derive(Debug, Clone)]
pub struct Parent {
    /// The name of the path.
    pub path: String,
    /// The table it leads to.
    pub table: String,
    /// The row there for each row here.
    pub rows: RowIndex,
    /// Rows whose key is there but has no row in the parent.
    pub orphans: u64,
    /// Rows whose key is missing.
    pub without_key: u64,
}

/// A column that a card adds to a table.
#[derive(Debug)]
pub(crate) enum Added {
    /// With all its values.
    Whole(Column),
    /// Its values follow from those of another.
    LookedUp(LookedUp),
}

/// A table bound to the card: types checked, codes made missing, rows made unique, columns added.
#[derive(Debug, Clone, Default)]
pub struct BoundTable {
    /// Its name in the card.
    pub name: String,
    /// Number of rows.
    pub rows: usize,
    /// Columns by name, those added by the card included; [`BoundTable::column`] also finds those that are looked up.
    pub columns: BTreeMap<String, Arc<Column>>,
    /// Columns added by the card that follow from another with few values, by name.
    pub looked_up: BTreeMap<String, Arc<LookedUp>>,
    /// Order in which columns were read or added.
    pub order: Vec<String>,
    /// Paths to parents.
    pub parents: Vec<Parent>,
    /// The column that puts rows into periods.
    pub date: Option<String>,
    /// For a date that is only a year, quarter or month: what it covers, in months; its day is the first day.
    pub date_covers_months: Option<u32>,
    /// The rows of each day, where the date is a day without its time; `None`: they are counted when they are asked for.
    pub days: Option<Arc<DayProfile>>,
    /// Columns of the key.
    pub key: Vec<String>,
    /// Survey weights, finite and not negative; a missing weight is 0 and was reported.
    pub weight: Option<Arc<[f64]>>,
    /// How many rows the population has that the rows of a period are a sample of.
    pub population: Option<u64>,
    /// The whole population.
    pub census: bool,
    /// The same in every period.
    pub timeless: bool,
    /// Row of the source (0-based, header not counted) for each row, where rows were dropped or reordered; `None`: the same.
    pub source_rows: Option<Arc<[u32]>>,
    /// By column: the rows whose value is a code for *does not apply* (they are missing there, too).
    pub not_applicable: BTreeMap<String, BooleanBuffer>,
    /// Columns of the source that were not read, as nothing needs them: for suggestions.
    pub unread: Vec<String>,
    /// Where it came from.
    pub origin: Option<String>,
    /// SHA-256 of the source bytes.
    pub sha256: Option<String>,
}

impl BoundTable {
    /// The rows of each day of one of its columns, where they were counted when it was bound.
    pub(crate) fn days_of(&self, column: &Arc<Column>) -> Option<Arc<DayProfile>> {
        let date = self.date.as_ref().and_then(|date| self.columns.get(date));
        date.filter(|date| Arc::ptr_eq(date, column))
            .and_then(|_| self.days.clone())
    }

    /// The column of that name.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<&Arc<Column>> {
        let looked_up = || self.looked_up.get(name).map(|column| column.column());
        self.columns.get(name).or_else(looked_up)
    }

    /// The kind of the values of the column of that name.
    #[must_use]
    pub fn column_type(&self, name: &str) -> Option<ColumnType> {
        let looked_up = || self.looked_up.get(name).map(|column| column.column_type());
        self.columns
            .get(name)
            .map(|column| column.column_type())
            .or_else(looked_up)
    }

    /// Adds a column, or puts it in the place of the one of its name.
    pub(crate) fn add(&mut self, name: &str, column: Added) {
        self.columns.remove(name);
        self.looked_up.remove(name);
        match column {
            Added::Whole(column) => {
                self.columns.insert(name.to_owned(), Arc::new(column));
            }
            Added::LookedUp(column) => {
                self.looked_up.insert(name.to_owned(), Arc::new(column));
            }
        }
        if !self.order.iter().any(|other| other == name) {
            self.order.push(name.to_owned());
        }
    }

    /// The path of that name.
    #[must_use]
    pub fn parent(&self, path: &str) -> Option<&Parent> {
        self.parents.iter().find(|parent| parent.path == path)
    }

    /// The 1-based row of the source file that a row came from.
    #[must_use]
    pub fn source_row(&self, row: usize) -> u64 {
        let source = self
            .source_rows
            .as_ref()
            .and_then(|rows| rows.get(row))
            .map_or(row as u64, |&row| u64::from(row));
        source + 1
    }
}

/// All tables of a card, bound.
#[derive(Debug, Clone, Default)]
pub struct Dataset {
    /// Tables by name.
    pub tables: BTreeMap<String, BoundTable>,
    /// The day as of which everything is seen; rows dated later are not there. `None`: no date in any table.
    pub as_of: Option<CivilDate>,
}

impl Dataset {
    /// The table of that name.
    #[must_use]
    pub fn table(&self, name: &str) -> Option<&BoundTable> {
        self.tables.get(name)
    }
}
