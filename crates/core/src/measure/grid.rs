//! Time in a scan: days fall into intervals so small that each cell's window is a run of whole intervals.

use super::calendar::Window;

/// Days to intervals. The first interval holds every day before the first window; two more hold the rows without a day
/// and those that are not there yet.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Grid {
    low: i32,
    /// The interval of each day from `low` on.
    days: Vec<u16>,
    intervals: usize,
    /// The intervals of each window, first and one after the last.
    pub(crate) runs: Vec<(usize, usize)>,
}

impl Grid {
    /// The grid of some windows, seen as of the end of the latest.
    pub(crate) fn new(windows: &[Window]) -> Self {
        let last = windows.iter().map(|window| window.end).max().unwrap_or(i32::MAX);
        let mut bounds: Vec<i32> = windows
            .iter()
            .flat_map(|window| [window.start, window.end.saturating_add(1)])
            .filter(|&day| day != i32::MIN && day <= last)
            .collect();
        bounds.sort_unstable();
        bounds.dedup();
        bounds.truncate(usize::from(u16::MAX) - 3);
        let interval = |day: i32| bounds.partition_point(|&bound| bound <= day);
        let runs = windows
            .iter()
            .map(|window| {
                let first = if window.start == i32::MIN {
                    0
                } else {
                    interval(window.start)
                };
                (first, (interval(window.end) + 1).max(first))
            })
            .collect();
        let low = bounds
            .first()
            .copied()
            .unwrap_or(if last == i32::MAX { last } else { last + 1 });
        let intervals = bounds.len() + 1;
        let mut days = Vec::new();
        if last != i32::MAX {
            days.extend((low..=last).map(|day| interval(day) as u16));
        }
        Self {
            low,
            days,
            intervals,
            runs,
        }
    }

    /// Intervals, those for rows without a day and for later rows included.
    pub(crate) fn len(&self) -> usize {
        self.intervals + 2
    }

    /// The interval of rows without a day.
    pub(crate) fn undated(&self) -> usize {
        self.intervals
    }

    /// The interval of rows that are not there yet.
    pub(crate) fn later(&self) -> usize {
        self.intervals + 1
    }

    /// The interval of a day.
    #[inline]
    pub(crate) fn interval(&self, day: i32) -> usize {
        let offset = i64::from(day) - i64::from(self.low);
        match usize::try_from(offset) {
            Ok(offset) => self
                .days
                .get(offset)
                .map_or(self.later(), |&interval| usize::from(interval)),
            Err(_) => 0,
        }
    }
}
