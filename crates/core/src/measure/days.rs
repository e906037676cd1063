//! How many rows each day has: from it follow the first day of the data, and which steps of a calendar are thin.

use super::parallel;
use crate::data::{Column, Values};

/// Days beyond this number are counted by the rows themselves.
const MOST_DAYS: u32 = 1 << 20;

/// Rows of a part: its days lie in the nearest caches.
const LEAST: usize = 1 << 16;

/// The rows of each day of a column of dates.
#[derive(Debug, Default)]
pub(crate) struct DayProfile {
    /// The first day and the last.
    ends: Option<(i32, i32)>,
    /// Rows of each day from the first to the last, where these are not too far apart.
    counts: Option<Vec<u64>>,
}

impl DayProfile {
    /// Of the days of a column.
    pub(crate) fn of(column: &Column, threads: usize) -> Self {
        let Values::Date(days) = &column.values else {
            let days = || (0..column.len()).filter_map(|row| column.day(row));
            return Self {
                ends: days().min().zip(days().max()),
                counts: None,
            };
        };
        let valid = column.validity.as_ref();
        let ranges = parallel::ranges(days.len(), threads, LEAST);
        let part = |at: usize| {
            let rows = ranges.get(at).cloned().unwrap_or_default();
            let days = days.get(rows.clone()).unwrap_or_default();
            (rows.start, days)
        };
        let known = |row: usize| valid.is_none_or(|valid| valid.is_valid(row));
        let ends = parallel::map(threads, ranges.len(), |at| {
            let (start, days) = part(at);
            let ends = |(low, high): (i32, i32), day: i32| (low.min(day), high.max(day));
            let none = (i32::MAX, i32::MIN);
            if valid.is_none() {
                days.iter().copied().fold(none, ends)
            } else {
                (start..)
                    .zip(days)
                    .filter(|(row, _)| known(*row))
                    .fold(none, |both, (_, &day)| ends(both, day))
            }
        });
        let ends = ends
            .into_iter()
            .reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)))
            .filter(|(low, high)| low <= high);
        let counts = ends
            .filter(|(low, high)| high.abs_diff(*low) < MOST_DAYS)
            .map(|(low, high)| {
                let size = high.abs_diff(low) as usize + 1;
                let parts = parallel::map(threads, ranges.len(), |at| {
                    let (start, days) = part(at);
                    let mut counts = vec![0_u64; size];
                    let mut count = |day: i32| {
                        if let Some(count) = counts.get_mut(day.wrapping_sub(low) as usize) {
                            *count += 1;
                        }
                    };
                    match valid {
                        None => days.iter().for_each(|&day| count(day)),
                        Some(_) => (start..)
                            .zip(days)
                            .filter(|(row, _)| known(*row))
                            .for_each(|(_, &day)| count(day)),
                    }
                    counts
                });
                let mut all = vec![0; size];
                for part in parts {
                    all.iter_mut().zip(part).for_each(|(all, part)| *all += part);
                }
                all
            });
        Self { ends, counts }
    }

    /// The first day that a row has.
    pub(crate) fn first(&self) -> Option<i32> {
        self.ends.map(|(first, _)| first)
    }

    /// Visits each day that has rows, with their number; a day may come several times.
    pub(crate) fn each(&self, column: &Column, mut visit: impl FnMut(i32, u64)) {
        match (self.ends, &self.counts) {
            (Some((first, last)), Some(counts)) => (first..=last)
                .zip(counts)
                .filter(|(_, rows)| **rows > 0)
                .for_each(|(day, &rows)| visit(day, rows)),
            _ => (0..column.len())
                .filter_map(|row| column.day(row))
                .for_each(|day| visit(day, 1)),
        }
    }
}
