//! A table while it is bound: columns, and for each row where it came from.

use std::sync::Arc;

use arrow_buffer::BooleanBuffer;
use bellwether_order::BTreeMap;

use super::column::{Column, Values};
use super::dataset::Table;
use super::days::DayProfile;
use super::extremes;
use crate::diagnostic::DataPlace;

/// How many rows of a column are missing, and why.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct MissingCounts {
    pub blank: u64,
    pub coded: u64,
    pub not_applicable: u64,
}

/// Rows of one source inside a frame.
#[derive(Debug, Clone)]
pub(super) struct Piece {
    /// First row of the frame's source numbering that belongs to it.
    pub start: u32,
    pub origin: Option<String>,
}

#[derive(Debug, Clone, Default)]
pub(super) struct Frame {
    pub name: String,
    pub rows: usize,
    pub rows_read: usize,
    pub columns: Vec<(String, Column)>,
    pub unread: Vec<String>,
    pub origin: Option<String>,
    pub sha256: Option<String>,
    /// Sources by first row, ascending; a frame of one source has one.
    pub pieces: Vec<Piece>,
    /// Source row of each row; `None`: the same.
    pub source_rows: Option<Vec<u32>>,
    pub missing: BTreeMap<String, MissingCounts>,
    pub not_applicable: BTreeMap<String, BooleanBuffer>,
    /// Months that a coarse date covers, by column.
    pub covers: BTreeMap<String, u32>,
    /// Columns that a stack joined as text though their kinds differ.
    pub mixed: Vec<String>,
    pub dropped_later: u64,
    pub superseded: u64,
    /// A column of dates whose rows were counted by their days.
    pub counted: Option<(Column, Arc<DayProfile>)>,
}

impl Frame {
    /// About how many bytes its columns take: eight for each value.
    pub fn bytes(&self) -> u64 {
        (self.rows as u64).saturating_mul(8 * self.columns.len() as u64)
    }

    pub fn new(name: &str, table: Table) -> Self {
        Self {
            name: name.to_owned(),
            rows: table.rows,
            rows_read: table.rows,
            columns: table.columns,
            unread: table.unread,
            pieces: vec![Piece {
                start: 0,
                origin: table.origin.clone(),
            }],
            origin: table.origin,
            sha256: table.sha256,
            ..Self::default()
        }
    }

    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns
            .iter()
            .find(|(column, _)| column == name)
            .map(|(_, column)| column)
    }

    pub fn column_mut(&mut self, name: &str) -> Option<&mut Column> {
        self.columns
            .iter_mut()
            .find(|(column, _)| column == name)
            .map(|(_, column)| column)
    }

    /// Every name that a user could have meant.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.columns
            .iter()
            .map(|(name, _)| name.as_str())
            .chain(self.unread.iter().map(String::as_str))
    }

    pub fn source_row(&self, row: usize) -> usize {
        self.source_rows
            .as_ref()
            .and_then(|rows| rows.get(row))
            .map_or(row, |&row| row as usize)
    }

    /// The place of a value.
    pub fn place(&self, row: usize, column: &str, value: String) -> DataPlace {
        let source = self.source_row(row);
        let piece = self.pieces.iter().rev().find(|piece| piece.start as usize <= source);
        let start = piece.map_or(0, |piece| piece.start as usize);
        DataPlace {
            file: piece.and_then(|piece| piece.origin.clone()),
            table: Some(self.name.clone()),
            row: Some((source - start) as u64 + 1),
            column: Some(column.to_owned()),
            value: Some(value),
        }
    }

    /// The place of a column.
    pub fn column_place(&self, column: &str) -> DataPlace {
        DataPlace {
            file: self.origin.clone(),
            table: Some(self.name.clone()),
            column: Some(column.to_owned()),
            ..DataPlace::default()
        }
    }

    /// The rows of each day of a column of dates; counted once, until the column is another. `None` where it has no dates,
    /// or each with a time of day.
    pub fn days(&mut self, name: &str, threads: usize) -> Option<Arc<DayProfile>> {
        let column = self.column(name)?;
        let Values::Date(days) = &column.values else {
            return None;
        };
        if let Some((of, profile)) = &self.counted
            && let Values::Date(others) = &of.values
            && others.inner().ptr_eq(days.inner())
            && others.len() == days.len()
            && of.validity == column.validity
        {
            return Some(Arc::clone(profile));
        }
        let (column, profile) = (column.clone(), Arc::new(DayProfile::of(column, threads)));
        self.counted = Some((column, Arc::clone(&profile)));
        Some(profile)
    }

    /// First and last day of a column of dates.
    pub fn day_ends(&mut self, name: &str, threads: usize) -> Option<(i32, i32)> {
        match self.days(name, threads) {
            Some(profile) => Some((profile.first()?, profile.last()?)),
            None => extremes::day_ends(self.column(name)?),
        }
    }

    /// Keeps the rows named, in that order.
    pub fn keep(&mut self, rows: &[u32]) {
        for (_, column) in &mut self.columns {
            *column = column.take(rows);
        }
        for bits in self.not_applicable.values_mut() {
            *bits = BooleanBuffer::collect_bool(rows.len(), |at| {
                rows.get(at)
                    .map(|&row| row as usize)
                    .is_some_and(|row| row < bits.len() && bits.value(row))
            });
        }
        let source = match self.source_rows.take() {
            Some(before) => rows
                .iter()
                .map(|&row| before.get(row as usize).copied().unwrap_or(row))
                .collect(),
            None => rows.to_vec(),
        };
        self.source_rows = Some(source);
        self.rows = rows.len();
        self.counted = None;
    }
}

/// A number with commas between thousands, as messages show counts.
pub(super) fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}
