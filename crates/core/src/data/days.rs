//! How many rows each day has: from it follow the first and last day of a table, which rows are later than the day as of
//! which a card looks, and which steps of a calendar are thin.

use bellwether_order::BTreeMap;

use super::column::{Column, Values};
use super::parallel;

/// Days that are counted in a table, some 90 years to either side of the first that a row has; others one by one.
const USUAL_DAYS: usize = 1 << 16;

/// Rows of a part: its days lie in the nearest caches.
const LEAST: usize = 1 << 16;

/// The rows of each day of a column of dates; made when a table is bound.
#[derive(Debug, Default)]
pub struct DayProfile {
    rows: BTreeMap<i32, u64>,
}

impl DayProfile {
    /// Of the days of a column.
    pub(crate) fn of(column: &Column, threads: usize) -> Self {
        let Values::Date(days) = &column.values else {
            let mut rows = BTreeMap::new();
            for day in (0..column.len()).filter_map(|row| column.day(row)) {
                *rows.entry(day).or_insert(0) += 1;
            }
            return Self { rows };
        };
        let valid = column.validity.as_ref();
        let first = match valid {
            None => days.first(),
            Some(valid) => valid.valid_indices().next().and_then(|row| days.get(row)),
        };
        let Some(first) = first.map(|day| day.saturating_sub(USUAL_DAYS as i32 / 2)) else {
            return Self::default();
        };
        let ranges = parallel::ranges(days.len(), threads, LEAST);
        let part = |at: usize| {
            let rows = ranges.get(at).cloned().unwrap_or_default();
            let days = days.get(rows.clone()).unwrap_or_default();
            (rows.start, days)
        };
        let known = |row: usize| valid.is_none_or(|valid| valid.is_valid(row));
        // Most days lie in the decades around any of them, so that one walk counts them.
        let parts = parallel::map(threads, ranges.len(), |at| {
            let (start, days) = part(at);
            let mut counts = vec![0_u32; USUAL_DAYS];
            let mut others = BTreeMap::new();
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
            let usual = (0..).zip(counts).filter(|(_, rows)| *rows > 0);
            others.extend(usual.map(|(place, rows)| (first.wrapping_add(place), rows.into())));
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

    /// The last day that a row has.
    pub(crate) fn last(&self) -> Option<i32> {
        self.rows.last_key_value().map(|(day, _)| *day)
    }

    /// Visits each day that has rows, with their number.
    pub(crate) fn each(&self, visit: impl FnMut((&i32, &u64))) {
        self.rows.iter().for_each(visit);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted(days: &[Option<i32>]) -> Vec<(i32, u64)> {
        let mut found = Vec::new();
        DayProfile::of(&Column::dates(days.to_vec()), 3).each(|(day, rows)| found.push((*day, *rows)));
        found
    }

    #[test]
    fn each_day_is_counted_however_far_from_the_others() {
        let (first, last) = (i32::MIN, i32::MAX);
        let days = [
            None,
            Some(20_000),
            Some(first),
            Some(20_001),
            None,
            Some(last),
            Some(20_000),
        ];
        assert_eq!(counted(&days), [(first, 1), (20_000, 2), (20_001, 1), (last, 1)]);
        let far = [Some(last), Some(last), Some(0)];
        assert_eq!(counted(&far), [(0, 1), (last, 2)]);
        assert_eq!(counted(&[None, None]), []);
        assert_eq!(counted(&[]), []);
    }

    #[test]
    fn threads_count_each_row_once() {
        let days: Vec<Option<i32>> = (0..3 * LEAST as i32)
            .map(|row| (row % 7 != 0).then_some(row % 1000))
            .collect();
        let rows: u64 = counted(&days).iter().map(|(_, rows)| rows).sum();
        assert_eq!(rows as usize, days.iter().flatten().count());
        assert_eq!(counted(&days).len(), 1000);
    }
}
