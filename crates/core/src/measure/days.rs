//! How many rows each day has: from it follow the first day of the data, and which steps of a calendar are thin.

use bellwether_order::BTreeMap;

use super::parallel;
use crate::data::{Column, Values};

/// Days that are counted in a table; others one by one.
const USUAL_DAYS: usize = 1 << 15;
/// Of these, days after the one as of which.
const LATER_DAYS: i32 = 1 << 13;

/// Rows of a part: its days lie in the nearest caches.
const LEAST: usize = 1 << 16;

/// The rows of each day of a column of dates.
#[derive(Debug, Default)]
pub(crate) struct DayProfile {
    rows: BTreeMap<i32, u64>,
}

impl DayProfile {
    /// Of the days of a column, of which most lie around the day as of which.
    pub(crate) fn of(column: &Column, last: i32, threads: usize) -> Self {
        let Values::Date(days) = &column.values else {
            let mut rows = BTreeMap::new();
            for day in (0..column.len()).filter_map(|row| column.day(row)) {
                *rows.entry(day).or_insert(0) += 1;
            }
            return Self { rows };
        };
        let valid = column.validity.as_ref();
        let ranges = parallel::ranges(days.len(), threads, LEAST);
        let part = |at: usize| {
            let rows = ranges.get(at).cloned().unwrap_or_default();
            let days = days.get(rows.clone()).unwrap_or_default();
            (rows.start, days)
        };
        let known = |row: usize| valid.is_none_or(|valid| valid.is_valid(row));
        // Most days lie in the decades around the one as of which, so that one walk counts them.
        let parts = parallel::map(threads, ranges.len(), |at| {
            let (start, days) = part(at);
            let mut counts = vec![0_u64; USUAL_DAYS];
            let mut others = BTreeMap::new();
            let first = last.saturating_sub(USUAL_DAYS as i32 - LATER_DAYS);
            let mut count = |day: i32| match counts.get_mut(day.wrapping_sub(first) as usize) {
                Some(count) => *count += 1,
                None => *others.entry(day).or_insert(0_u64) += 1,
            };
            match valid {
                None => days.iter().for_each(|&day| count(day)),
                Some(_) => (start..)
                    .zip(days)
                    .filter(|(row, _)| known(*row))
                    .for_each(|(_, &day)| count(day)),
            }
            let usual = (first..).zip(counts).filter(|(_, rows)| *rows > 0);
            others.extend(usual);
            others
        });
        let mut rows = BTreeMap::new();
        for (day, count) in parts.into_iter().flatten() {
            *rows.entry(day).or_insert(0) += count;
        }
        Self { rows }
    }

    /// The first day that a row has.
    pub(crate) fn first(&self) -> Option<i32> {
        self.rows.first_key_value().map(|(day, _)| *day)
    }

    /// Visits each day that has rows, with their number.
    pub(crate) fn each(&self, visit: impl FnMut((&i32, &u64))) {
        self.rows.iter().for_each(visit);
    }
}
