//! What cards over the same data have in common: columns, segments, aggregates and their cells, made once by whichever card
//! needs them first and kept for the others.
//!
//! A thing is kept under what was declared, apart from where it is written, so that a card that finds it here would have made
//! the same to the last bit. Nothing is kept that there was something to say about: a finding points at a place of its own
//! card, and each card makes what it is told of itself.

mod shelf;

use std::sync::{Arc, Mutex, MutexGuard};

use bellwether_order::BTreeMap;
use shelf::Shelf;

use super::cell::{MeasuredCell, MetricCells};
use super::cell_map::CellGrid;
use super::finish::Cell;
use super::influence::{Pieces, Reading, WindowKey, WindowRows};
use super::leaf::Leaf;
use super::reach::Route;
use super::segment::{Cutter, RowCodes};
use crate::data::days::DayProfile;
use crate::data::domain::Domain;
use crate::data::{Column, Dataset};

/// A table, an expression over it and the day as of which.
pub(crate) type ColumnKey = (String, String, i32);

/// Which cells: all that they depend on, numbered.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct CellsKey {
    /// The aggregate.
    pub(crate) leaf: u32,
    /// The windows of time, and what else of the card bears on cells.
    pub(crate) frame: u32,
    /// The segments, each with its number of values.
    pub(crate) cut: Vec<u32>,
    /// Whether latest days are noted.
    pub(crate) latest: bool,
    /// Whether people are counted in place of the aggregate.
    pub(crate) people: bool,
}

/// What cards over one dataset share. Clones of an `Arc` of it go to all of them, between threads too.
///
/// It belongs to one dataset: cards that declare the same tables and see them as of the same day.
#[derive(Default)]
pub struct Pool {
    kept: Mutex<Kept>,
    most_bytes: u64,
}

#[derive(Default)]
struct Kept {
    bytes: u64,
    /// How often other cuts and calendars have followed.
    round: u32,
    names: BTreeMap<String, u32>,
    filled: Option<Dataset>,
    columns: BTreeMap<ColumnKey, Arc<Column>>,
    days: Vec<(Arc<Column>, Arc<Column>)>,
    domains: Vec<(Arc<Column>, Option<Arc<Domain>>)>,
    routes: BTreeMap<(String, String), Route>,
    leaves: BTreeMap<(u32, i32), Leaf>,
    cutters: BTreeMap<u32, Cutter>,
    codes: BTreeMap<(String, u32), Option<Arc<RowCodes>>>,
    profiles: Vec<(Arc<Column>, Arc<DayProfile>)>,
    entities: BTreeMap<String, Arc<Vec<u64>>>,
    windows: Vec<(WindowKey, Arc<WindowRows>)>,
    grids: BTreeMap<u32, Arc<CellGrid>>,
    metrics: Shelf<u32, Arc<MetricCells>>,
    cells: Shelf<CellsKey, Arc<Vec<Cell>>>,
    readings: Shelf<ReadingKey, Option<Arc<Reading>>>,
    pieces: Shelf<(CellsKey, usize), Option<Arc<Pieces>>>,
}

/// The rows of an aggregate, in windows of time, and in which of them.
pub(crate) type ReadingKey = (u32, u32, usize);

impl std::fmt::Debug for Pool {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pool")
            .field("most_bytes", &self.most_bytes)
            .finish_non_exhaustive()
    }
}

impl Pool {
    /// A pool that keeps about so many bytes at most; what does not fit is made by each card for itself.
    #[must_use]
    pub fn new(most_bytes: u64) -> Self {
        Self {
            kept: Mutex::default(),
            most_bytes,
        }
    }

    /// Cells of other cuts and calendars follow: what they do not want is forgotten as soon as its room is needed.
    pub fn next_round(&self) {
        self.kept().round += 1;
    }

    /// Whether little more will be kept: whoever goes on for long begins another.
    pub(crate) fn is_nearly_full(&self) -> bool {
        self.kept().bytes > self.most_bytes / 4 * 3
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        // Whoever panicked had put a whole thing in, or nothing.
        self.kept.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// Whether there is room, which is then taken: that of cells too which only rounds before this one wanted.
    fn room(&self, kept: &mut Kept, bytes: u64) -> bool {
        let fits = |kept: &Kept| kept.bytes.saturating_add(bytes) <= self.most_bytes;
        if !fits(kept) {
            kept.forget_before(kept.round);
        }
        let fits = fits(kept);
        if fits {
            kept.bytes += bytes;
        }
        fits
    }

    /// A number for a text: the same for the same text.
    pub(crate) fn number(&self, text: String) -> u32 {
        let mut kept = self.kept();
        let next = kept.names.len() as u32;
        let bytes = text.len() as u64;
        let number = *kept.names.entry(text).or_insert(next);
        if number == next {
            kept.bytes += bytes;
        }
        number
    }

    /// The dataset with the columns that cards add.
    pub(crate) fn filled(&self) -> Option<Dataset> {
        self.kept().filled.clone()
    }

    pub(crate) fn keep_filled(&self, data: &Dataset) {
        self.kept().filled.get_or_insert_with(|| data.clone());
    }

    pub(crate) fn column(&self, key: &ColumnKey) -> Option<Arc<Column>> {
        self.kept().columns.get(key).cloned()
    }

    /// Keeps a column; the one to use, should another card have been faster.
    pub(crate) fn keep_column(&self, key: &ColumnKey, column: Arc<Column>) -> Arc<Column> {
        let mut kept = self.kept();
        if let Some(first) = kept.columns.get(key) {
            return Arc::clone(first);
        }
        if self.room(&mut kept, column.held_bytes() as u64) {
            kept.columns.insert(key.clone(), Arc::clone(&column));
        }
        column
    }

    /// The days of a column of timestamps.
    pub(crate) fn days(&self, of: &Arc<Column>) -> Option<Arc<Column>> {
        let kept = self.kept();
        let days = kept.days.iter().find(|(column, _)| Arc::ptr_eq(column, of));
        days.map(|(_, days)| Arc::clone(days))
    }

    pub(crate) fn keep_days(&self, of: &Arc<Column>, days: Arc<Column>) -> Arc<Column> {
        let mut kept = self.kept();
        if let Some((_, first)) = kept.days.iter().find(|(column, _)| Arc::ptr_eq(column, of)) {
            return Arc::clone(first);
        }
        if self.room(&mut kept, days.held_bytes() as u64) {
            kept.days.push((Arc::clone(of), Arc::clone(&days)));
        }
        days
    }

    pub(crate) fn domain(&self, of: &Arc<Column>) -> Option<Option<Arc<Domain>>> {
        let kept = self.kept();
        let found = kept.domains.iter().find(|(column, _)| Arc::ptr_eq(column, of));
        found.map(|(_, domain)| domain.clone())
    }

    pub(crate) fn keep_domain(&self, of: &Arc<Column>, domain: Option<Arc<Domain>>) {
        let mut kept = self.kept();
        // The column stays in use with it.
        if self.room(&mut kept, of.held_bytes() as u64) {
            kept.domains.push((Arc::clone(of), domain));
        }
    }

    pub(crate) fn route(&self, from: &str, to: &str) -> Option<Route> {
        self.kept().routes.get(&(from.to_owned(), to.to_owned())).cloned()
    }

    pub(crate) fn keep_route(&self, from: &str, to: &str, route: &Route) {
        let mut kept = self.kept();
        let bytes = match route {
            Route::Along(rows) => rows.len() as u64 * 4,
            Route::Here | Route::None | Route::Ambiguous(_) => 64,
        };
        if self.room(&mut kept, bytes) {
            kept.routes.insert((from.to_owned(), to.to_owned()), route.clone());
        }
    }

    pub(crate) fn leaf(&self, key: (u32, i32)) -> Option<Leaf> {
        self.kept().leaves.get(&key).cloned()
    }

    pub(crate) fn keep_leaf(&self, key: (u32, i32), leaf: &Leaf) {
        let mut kept = self.kept();
        if !kept.leaves.contains_key(&key) && self.room(&mut kept, leaf.held_bytes()) {
            kept.leaves.insert(key, leaf.clone());
        }
    }

    pub(crate) fn cutter(&self, key: u32) -> Option<Cutter> {
        self.kept().cutters.get(&key).cloned()
    }

    pub(crate) fn keep_cutter(&self, key: u32, cutter: &Cutter, bytes: u64) {
        let mut kept = self.kept();
        if !kept.cutters.contains_key(&key) && self.room(&mut kept, bytes) {
            kept.cutters.insert(key, cutter.clone());
        }
    }

    pub(crate) fn codes(&self, table: &str, segment: u32) -> Option<Option<Arc<RowCodes>>> {
        self.kept().codes.get(&(table.to_owned(), segment)).cloned()
    }

    pub(crate) fn keep_codes(&self, table: &str, segment: u32, codes: &Option<Arc<RowCodes>>) {
        let mut kept = self.kept();
        let bytes = codes.as_ref().map_or(0, |codes| codes.codes.held_bytes() as u64);
        if self.room(&mut kept, bytes) {
            kept.codes.insert((table.to_owned(), segment), codes.clone());
        }
    }

    pub(crate) fn profile(&self, of: &Arc<Column>) -> Option<Arc<DayProfile>> {
        let kept = self.kept();
        let found = kept.profiles.iter().find(|(column, _)| Arc::ptr_eq(column, of));
        found.map(|(_, profile)| Arc::clone(profile))
    }

    pub(crate) fn keep_profile(&self, of: &Arc<Column>, profile: &Arc<DayProfile>) {
        let mut kept = self.kept();
        if self.room(&mut kept, of.held_bytes() as u64) {
            kept.profiles.push((Arc::clone(of), Arc::clone(profile)));
        }
    }

    pub(crate) fn entities(&self, table: &str) -> Option<Arc<Vec<u64>>> {
        self.kept().entities.get(table).cloned()
    }

    pub(crate) fn keep_entities(&self, table: &str, entities: &Arc<Vec<u64>>) {
        let mut kept = self.kept();
        if self.room(&mut kept, entities.len() as u64 * 8) {
            kept.entities.insert(table.to_owned(), Arc::clone(entities));
        }
    }

    pub(crate) fn window_rows(&self, key: &WindowKey) -> Option<Arc<WindowRows>> {
        let kept = self.kept();
        let found = kept.windows.iter().find(|(known, _)| known == key);
        found.map(|(_, rows)| Arc::clone(rows))
    }

    /// Keeps rows of a window; those to use, should another card have been faster.
    pub(crate) fn keep_window_rows(&self, key: &WindowKey, rows: Arc<WindowRows>) -> Arc<WindowRows> {
        let mut kept = self.kept();
        if let Some((_, first)) = kept.windows.iter().find(|(known, _)| known == key) {
            return Arc::clone(first);
        }
        if self.room(&mut kept, rows.bytes()) {
            kept.windows.push((key.clone(), Arc::clone(&rows)));
        }
        rows
    }

    pub(crate) fn grid(&self, number: u32) -> Option<Arc<CellGrid>> {
        self.kept().grids.get(&number).cloned()
    }

    /// Keeps the cells that metrics have; those to use, should another card have been faster.
    pub(crate) fn keep_grid(&self, number: u32, grid: Arc<CellGrid>) -> Arc<CellGrid> {
        let mut kept = self.kept();
        if let Some(first) = kept.grids.get(&number) {
            return Arc::clone(first);
        }
        if self.room(&mut kept, grid.bytes()) {
            kept.grids.insert(number, Arc::clone(&grid));
        }
        grid
    }

    pub(crate) fn metric(&self, number: u32) -> Option<Arc<MetricCells>> {
        let kept = &mut *self.kept();
        kept.metrics.take(&number, kept.round)
    }

    /// Keeps the cells of a metric; those to use, should another card have been faster.
    pub(crate) fn keep_metric(&self, number: u32, made: Arc<MetricCells>) -> Arc<MetricCells> {
        let kept = &mut *self.kept();
        if let Some(first) = kept.metrics.take(&number, kept.round) {
            return first;
        }
        let bytes = made.cells.len() as u64 * size_of::<MeasuredCell>() as u64;
        if self.room(kept, bytes) {
            kept.metrics.put(number, Arc::clone(&made), bytes, kept.round);
        }
        made
    }

    pub(crate) fn cells(&self, key: &CellsKey) -> Option<Arc<Vec<Cell>>> {
        let kept = &mut *self.kept();
        kept.cells.take(key, kept.round)
    }

    pub(crate) fn keep_cells(&self, key: CellsKey, cells: &[Cell]) {
        let kept = &mut *self.kept();
        let bytes = size_of_val(cells) as u64;
        if !kept.cells.contains(&key) && self.room(kept, bytes) {
            kept.cells.put(key, Arc::new(cells.to_vec()), bytes, kept.round);
        }
    }

    pub(crate) fn reading(&self, key: &ReadingKey) -> Option<Option<Arc<Reading>>> {
        let kept = &mut *self.kept();
        kept.readings.take(key, kept.round)
    }

    pub(crate) fn keep_reading(&self, key: ReadingKey, reading: &Option<Arc<Reading>>) {
        let kept = &mut *self.kept();
        let bytes = reading.as_ref().map_or(0, |reading| reading.bytes());
        if !kept.readings.contains(&key) && self.room(kept, bytes) {
            kept.readings.put(key, reading.clone(), bytes, kept.round);
        }
    }

    pub(crate) fn pieces(&self, key: &(CellsKey, usize)) -> Option<Option<Arc<Pieces>>> {
        let kept = &mut *self.kept();
        kept.pieces.take(key, kept.round)
    }

    pub(crate) fn keep_pieces(&self, key: (CellsKey, usize), pieces: &Option<Arc<Pieces>>, bytes: u64) {
        let kept = &mut *self.kept();
        if !kept.pieces.contains(&key) && self.room(kept, bytes) {
            kept.pieces.put(key, pieces.clone(), bytes, kept.round);
        }
    }
}

impl Kept {
    /// Forgets cells, and what they are made of, that no round since has wanted.
    fn forget_before(&mut self, round: u32) {
        let freed = self.metrics.forget_before(round)
            + self.cells.forget_before(round)
            + self.readings.forget_before(round)
            + self.pieces.forget_before(round);
        self.bytes = self.bytes.saturating_sub(freed);
    }
}
