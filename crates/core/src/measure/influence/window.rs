//! The rows of a table in a window of time: found once for all aggregates over them.

use std::sync::{Arc, OnceLock};

use crate::data::{Column, Values};
use crate::measure::calendar::Window;
use crate::measure::session::Session;

/// The rows of a table whose day falls into a window, with their entities.
#[derive(Debug)]
pub(crate) struct WindowRows {
    rows: Vec<u32>,
    entities: Arc<Vec<u64>>,
    by_entity: OnceLock<Vec<(u64, u32)>>,
}

/// Which rows: those of a table, by which days, in which window; without days all of them.
#[derive(Debug, Clone)]
pub(crate) struct WindowKey {
    table: String,
    days: Option<(Arc<Column>, Window)>,
}

impl PartialEq for WindowKey {
    fn eq(&self, other: &Self) -> bool {
        self.table == other.table
            && match (&self.days, &other.days) {
                (None, None) => true,
                (Some((one, within)), Some((other, window))) => Arc::ptr_eq(one, other) && within == window,
                _ => false,
            }
    }
}

impl WindowRows {
    fn new(key: &WindowKey, count: usize, entities: Arc<Vec<u64>>) -> Self {
        let rows = match &key.days {
            None => (0..count as u32).collect(),
            Some((days, window)) => within(days, *window, count),
        };
        Self {
            rows,
            entities,
            by_entity: OnceLock::new(),
        }
    }

    /// Entity and row, by ascending row.
    pub(super) fn by_row(&self) -> impl Iterator<Item = (u64, u32)> {
        let entity = |&row: &u32| Some((self.entities.get(row as usize).copied()?, row));
        self.rows.iter().filter_map(entity)
    }

    /// Entity and row, by ascending entity and then by row.
    pub(super) fn by_entity(&self) -> &[(u64, u32)] {
        self.by_entity.get_or_init(|| {
            let mut all: Vec<(u64, u32)> = self.by_row().collect();
            all.sort_unstable();
            all
        })
    }

    /// The most bytes that it comes to hold.
    pub(crate) fn bytes(&self) -> u64 {
        self.rows.len() as u64 * 20
    }
}

/// The rows with a day in a window.
fn within(days: &Column, window: Window, count: usize) -> Vec<u32> {
    let wanted = window.start..=window.end;
    match (&days.values, &days.validity) {
        (Values::Date(values), None) => (0_u32..)
            .zip(values.iter().take(count))
            .filter_map(|(row, day)| wanted.contains(day).then_some(row))
            .collect(),
        _ => (0..count)
            .filter(|&row| days.day(row).is_some_and(|day| wanted.contains(&day)))
            .map(|row| row as u32)
            .collect(),
    }
}

impl Session<'_> {
    /// The rows of a table in a window of its days; without days all of them.
    pub(super) fn window_rows(&mut self, table: &str, days: Option<(Arc<Column>, Window)>) -> Option<Arc<WindowRows>> {
        let key = WindowKey {
            table: table.to_owned(),
            days,
        };
        if let Some((_, known)) = self.windows_read.iter().find(|(known, _)| *known == key) {
            return Some(Arc::clone(known));
        }
        let pool = self.options.pool.clone();
        let kept = pool.as_ref().and_then(|pool| pool.window_rows(&key));
        let rows = match kept {
            Some(rows) => rows,
            None => {
                let count = self.rows.data.table(table)?.rows;
                let made = Arc::new(WindowRows::new(&key, count, self.entities(table)));
                match pool {
                    Some(pool) => pool.keep_window_rows(&key, made),
                    None => made,
                }
            }
        };
        self.windows_read.push((key, Arc::clone(&rows)));
        Some(rows)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_of_a_window_come_by_row_and_by_entity() {
        let days = |days: Vec<Option<i32>>| Arc::new(Column::dates(days));
        let entities = Arc::new(vec![9, 4, 9, 4, 1]);
        let window = Window { start: 10, end: 11 };
        // With and without a missing day, and without days.
        for (column, expected) in [
            (
                Some(days(vec![Some(10), Some(12), Some(11), Some(10), Some(9)])),
                vec![0, 2, 3],
            ),
            (
                Some(days(vec![Some(10), Some(11), Some(11), None, Some(9)])),
                vec![0, 1, 2],
            ),
            (None, vec![0, 1, 2, 3, 4]),
        ] {
            let key = WindowKey {
                table: "survey".to_owned(),
                days: column.map(|days| (days, window)),
            };
            let made = WindowRows::new(&key, 5, Arc::clone(&entities));
            let rows: Vec<u32> = made.by_row().map(|(_, row)| row).collect();
            assert_eq!(rows, expected);
            let mut by_hand: Vec<(u64, u32)> = expected.iter().map(|&row| (entities[row as usize], row)).collect();
            by_hand.sort_by_key(|&(entity, row)| (entity, row));
            assert_eq!(made.by_entity(), by_hand);
        }
    }
}
