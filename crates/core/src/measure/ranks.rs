//! Percentiles of numbers for every cell at once: a histogram of each cell says between which bounds a percentile lies,
//! and only the values there are sorted.

use std::ops::Range;

use arrow_buffer::{BooleanBuffer, NullBuffer};

use super::finish::LEVEL;
use super::keys::{number, ordered};
use super::targets::{Tally, Targets};
use crate::data::parallel;
use crate::stats::{Interval, quantile};

/// Bins of a histogram.
const BINS: usize = 512;
const BIN_BITS: u32 = BINS.trailing_zeros();
/// Counters beyond this number are not kept.
const MOST_COUNTERS: usize = 1 << 23;

/// Numbers of the rows of a table, of those that count.
pub(crate) struct Numbers<'n> {
    pub(crate) values: &'n [f64],
    pub(crate) valid: Option<&'n NullBuffer>,
    pub(crate) mask: Option<&'n BooleanBuffer>,
    /// The cell of each row.
    pub(crate) cells: &'n [u32],
    /// How many cells there are; a row beyond them does not count.
    pub(crate) count: usize,
}

/// Keys into bins: those of a run of keys have a bin of their own.
#[derive(Clone, Copy)]
struct Scale {
    least: u64,
    shift: u32,
}

impl Scale {
    #[inline]
    fn bin(self, key: u64) -> usize {
        (key.wrapping_sub(self.least) >> self.shift) as usize
    }
}

impl Numbers<'_> {
    /// The rows of a range that count: place from the start, cell and value, `None` without one.
    #[inline]
    fn each(&self, rows: Range<usize>, mut visit: impl FnMut(usize, Option<f64>)) {
        let values = self.values.get(rows.clone()).unwrap_or_default();
        let cells = self.cells.get(rows.clone()).unwrap_or_default();
        if self.valid.is_none() && self.mask.is_none() {
            for (&value, &cell) in values.iter().zip(cells) {
                visit(cell as usize, Some(value));
            }
            return;
        }
        for ((row, &value), &cell) in rows.zip(values).zip(cells) {
            if self.mask.is_none_or(|mask| mask.value(row)) {
                let valid = self.valid.is_none_or(|valid| valid.is_valid(row));
                visit(cell as usize, valid.then_some(value));
            }
        }
    }

    /// The percentile p of each target with its interval, and the rows of each cell; `None` where there are too many cells.
    pub(crate) fn percentiles(&self, targets: &Targets, p: f64, threads: usize) -> Option<(Vec<Placed>, Tally)> {
        if self.count * BINS > MOST_COUNTERS || targets.count * BINS > MOST_COUNTERS {
            return None;
        }
        let ranges = parallel::ranges(self.cells.len(), threads, 1 << 16);
        let range = |at: usize| ranges.get(at).cloned().unwrap_or_default();
        let scale = self.scale(&ranges, threads);
        // A few large parts: each has a histogram of its own.
        let parts = parallel::ranges(
            self.cells.len(),
            threads.min(2),
            self.cells.len().div_ceil(threads.max(1)),
        );
        let counted = parallel::map(threads, parts.len(), |at| {
            self.histogram(parts.get(at).cloned().unwrap_or_default(), scale)
        });
        let mut counted = counted.into_iter();
        let (mut bins, mut tally) = counted.next().unwrap_or_else(|| (Vec::new(), Tally::new(self.count)));
        for (other, rows) in counted {
            bins.iter_mut().zip(other).for_each(|(mine, other)| *mine += other);
            tally.merge(&rows);
        }
        for (rows, bins) in tally.rows.iter_mut().zip(bins.chunks_exact(BINS)) {
            *rows = bins.iter().sum();
        }
        let wanted = wanted(&bins, targets, p);
        let mut needed = vec![false; bins.len()];
        for cell in 0..self.count {
            for &target in targets.of(cell) {
                if let Some(Some(wanted)) = wanted.get(target as usize) {
                    let ends = wanted.ends.map(|(low, high)| [low.bin, high.bin]);
                    for at in [wanted.below.bin, wanted.above.bin]
                        .into_iter()
                        .chain(ends.into_iter().flatten())
                    {
                        if let Some(needed) = needed.get_mut(cell * BINS + at) {
                            *needed = true;
                        }
                    }
                }
            }
        }
        let found = parallel::map(threads, ranges.len(), |at| {
            let mut found: Vec<(u32, u64)> = Vec::new();
            self.each(range(at), |cell, value| {
                let Some(value) = value else { return };
                let key = ordered(value);
                let place = cell * BINS + scale.bin(key);
                if needed.get(place) == Some(&true) {
                    found.push((place as u32, key));
                }
            });
            found
        });
        let groups = Groups::new(&bins, &needed, found);
        let cells = targets.cells();
        let values = wanted.iter().zip(cells).map(|(wanted, cells)| {
            let Some(wanted) = wanted else { return (None, None) };
            let below = groups.nth(cells, wanted.below);
            let above = if wanted.fraction == 0.0 {
                below
            } else {
                groups.nth(cells, wanted.above)
            };
            let interval = wanted.ends.map(|(low, high)| Interval {
                low: number(groups.nth(cells, low)),
                high: number(groups.nth(cells, high)),
            });
            let value = quantile::between(number(below), number(above), wanted.fraction);
            (Some(value), interval)
        });
        Some((values.collect(), tally))
    }

    /// Bins that share the keys of all values among them.
    fn scale(&self, ranges: &[Range<usize>], threads: usize) -> Scale {
        let ends = parallel::map(threads, ranges.len(), |at| {
            let (mut least, mut greatest) = (f64::INFINITY, f64::NEG_INFINITY);
            self.each(ranges.get(at).cloned().unwrap_or_default(), |_, value| {
                if let Some(value) = value {
                    least = if value < least { value } else { least };
                    greatest = if value > greatest { value } else { greatest };
                }
            });
            (least, greatest)
        });
        let least = ends.iter().map(|ends| ends.0).fold(f64::INFINITY, f64::min);
        let greatest = ends.iter().map(|ends| ends.1).fold(f64::NEG_INFINITY, f64::max);
        // Both zeros have one key.
        let (least, greatest) = (ordered(least), ordered(greatest));
        let span = greatest.saturating_sub(least);
        Scale {
            least,
            shift: (u64::BITS - span.leading_zeros()).saturating_sub(BIN_BITS),
        }
    }

    /// Rows of each bin of each cell; the tally has the missing ones only.
    fn histogram(&self, rows: Range<usize>, scale: Scale) -> (Vec<u32>, Tally) {
        let mut bins = vec![0_u32; self.count * BINS];
        let mut tally = Tally::new(self.count);
        self.each(rows, |cell, value| match value {
            Some(value) => {
                if let Some(count) = bins.get_mut(cell * BINS + scale.bin(ordered(value))) {
                    *count += 1;
                }
            }
            None => {
                if let Some(missing) = tally.missing.get_mut(cell) {
                    *missing += 1;
                }
            }
        });
        (bins, tally)
    }
}

/// The value number `rank` of those of a target in a bin, counted from 0.
#[derive(Clone, Copy)]
struct Rank {
    bin: usize,
    rank: u64,
}

/// The two values that a percentile lies between.
struct Wanted {
    below: Rank,
    above: Rank,
    fraction: f64,
    /// The order statistics of its interval, where there are values enough.
    ends: Option<(Rank, Rank)>,
}

/// A percentile with its interval.
pub(crate) type Placed = (Option<f64>, Option<Interval>);

/// Where the percentile of each target lies; `None` without values.
fn wanted(bins: &[u32], targets: &Targets, p: f64) -> Vec<Option<Wanted>> {
    let mut all = vec![0_u32; targets.count * BINS];
    for (cell, bins) in bins.chunks_exact(BINS).enumerate() {
        for &target in targets.of(cell) {
            let start = target as usize * BINS;
            let sums = all.get_mut(start..start + BINS).unwrap_or_default();
            sums.iter_mut().zip(bins).for_each(|(sum, rows)| *sum += rows);
        }
    }
    let rank = |bins: &[u32], index: u64| {
        let mut before = 0;
        for (bin, &rows) in bins.iter().enumerate() {
            let rows = u64::from(rows);
            if index < before + rows {
                return Some(Rank {
                    bin,
                    rank: index - before,
                });
            }
            before += rows;
        }
        None
    };
    let of = |bins: &[u32]| {
        let n = bins.iter().map(|&rows| u64::from(rows)).sum();
        let (index, fraction) = quantile::position(n, p)?;
        let below = rank(bins, index)?;
        Some(Wanted {
            below,
            above: rank(bins, index + 1).unwrap_or(below),
            fraction,
            ends: quantile::percentile_ranks(n, p, LEVEL)
                .and_then(|(low, high)| rank(bins, low.checked_sub(1)?).zip(rank(bins, high.checked_sub(1)?))),
        })
    };
    all.chunks_exact(BINS).map(of).collect()
}

/// The sorted keys of the bins that are needed.
struct Groups {
    /// Where the keys of each place start, and how many they are; only places needed have any.
    places: Vec<(u32, u32)>,
    keys: Vec<u64>,
}

impl Groups {
    fn new(bins: &[u32], needed: &[bool], found: Vec<Vec<(u32, u64)>>) -> Self {
        let mut sum = 0;
        let mut places: Vec<(u32, u32)> = Vec::with_capacity(bins.len());
        for (&rows, &needed) in bins.iter().zip(needed) {
            places.push((sum, 0));
            sum += if needed { rows } else { 0 };
        }
        let mut keys = vec![0; sum as usize];
        for (place, key) in found.into_iter().flatten() {
            if let Some((start, length)) = places.get_mut(place as usize) {
                if let Some(slot) = keys.get_mut((*start + *length) as usize) {
                    *slot = key;
                }
                *length += 1;
            }
        }
        for &(start, length) in places.iter().filter(|(_, length)| *length > 1) {
            if let Some(group) = keys.get_mut(start as usize..(start + length) as usize) {
                group.sort_unstable();
            }
        }
        Self { places, keys }
    }

    /// The value of a rank among those of some cells in a bin, as its key.
    fn nth(&self, cells: &[(u32, Range<usize>)], rank: Rank) -> u64 {
        let group = |cell: usize| {
            let (start, length) = self.places.get(cell * BINS + rank.bin).copied().unwrap_or_default();
            let keys = self.keys.get(start as usize..(start + length) as usize);
            keys.filter(|keys| !keys.is_empty())
        };
        let runs: Vec<&[u64]> = cells
            .iter()
            .flat_map(|(_, run)| run.clone())
            .filter_map(group)
            .collect();
        super::keys::nth(&runs, rank.rank)
    }
}
