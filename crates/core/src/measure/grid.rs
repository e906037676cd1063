//! Time in a scan: days fall into intervals so small that each cell's window is a run of whole intervals.

use super::calendar::Window;

/// Days to intervals. The first interval holds every day before the first window; two more hold the rows without a day
/// and those that are not there yet.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Grid {
    /// The day before the first of the table, and the day after the last.
    ends: (i32, i32),
    /// The interval of each day from one end to the other.
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
        let intervals = bounds.len() + 1;
        let later = intervals as u16 + 1;
        let ends = match (bounds.first(), last) {
            (_, i32::MAX) => (i32::MAX - 1, i32::MAX),
            (Some(&low), _) => (low.saturating_sub(1), last + 1),
            (None, _) => (last, last + 1),
        };
        let days = (ends.0..=ends.1)
            .map(|day| match day {
                day if day == ends.0 => 0,
                day if day > last => later,
                day => interval(day) as u16,
            })
            .collect();
        Self {
            ends,
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

    /// The interval of a day.
    pub(crate) fn interval(&self, day: i32) -> u32 {
        let offset = day.clamp(self.ends.0, self.ends.1).wrapping_sub(self.ends.0);
        self.days
            .get(offset as usize)
            .map_or(0, |&interval| u32::from(interval))
    }

    /// The interval of each day.
    pub(crate) fn find_intervals(&self, days: &[i32], intervals: &mut Vec<u32>) {
        let (first, known) = (self.ends.0, self.days.as_slice());
        intervals.extend(days.iter().map(|&day| {
            // Nearly all days lie between the ends; a place before the first wraps around beyond the last.
            match known.get(day.wrapping_sub(first).cast_unsigned() as usize) {
                Some(&interval) => u32::from(interval),
                None => self.interval(day),
            }
        }));
    }
}
