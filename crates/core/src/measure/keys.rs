//! Growing states: the values of each cell as sortable keys, for percentiles and distinct counts of wide columns.

use std::ops::Range;
use std::sync::Arc;

use arrow_buffer::BooleanBuffer;

use super::finish::{Cell, LEVEL};
use super::input::Input;
use super::leaf::Leaf;
use super::lists::identity;
use super::targets::{Tally, Targets};
use super::{distinct, ranks};
use crate::data::{Column, Ints, Values, parallel};
use crate::definition::MeasureFunction;
use crate::stats::quantile;

/// Keys up to this many bits apart are counted in a bitmap.
const BITMAP_BITS: u64 = 1 << 26;

/// The keys of the rows of each cell.
#[derive(Debug, Default)]
pub(crate) struct Keys {
    parts: Vec<Part>,
    /// Least and greatest key.
    ends: Option<(u64, u64)>,
    /// The values of all published cells, where they were found at once.
    found: Option<Found>,
}

/// The values of published cells.
#[derive(Debug)]
struct Found {
    values: Vec<ranks::Placed>,
    tally: Tally,
}

/// The keys of a range of rows, cell after cell.
#[derive(Debug)]
struct Part {
    /// Where each cell starts; one more than cells.
    offsets: Vec<u32>,
    keys: Vec<u64>,
    /// Rows without a value, by cell.
    missing: Vec<u32>,
}

/// What makes keys of a leaf's input, where it reads keys.
pub(crate) fn reads_keys(leaf: &Leaf) -> bool {
    match leaf.function {
        MeasureFunction::CountDistinct => true,
        MeasureFunction::Median | MeasureFunction::Percentile => leaf.weight.is_none(),
        _ => false,
    }
}

/// Whether two leaves read the same keys, so that these are made once.
pub(crate) fn reads_the_same(a: &Leaf, b: &Leaf) -> bool {
    let mask = match (&a.mask, &b.mask) {
        (None, None) => true,
        (Some(a), Some(b)) => Arc::ptr_eq(a, b),
        _ => false,
    };
    let inputs = match (a.inputs.first(), b.inputs.first()) {
        (Some(a), Some(b)) => Arc::ptr_eq(a, b),
        _ => false,
    };
    mask && inputs && a.function == b.function && a.numbers == b.numbers
}

/// A key that sorts as the number does.
pub(super) fn ordered(value: f64) -> u64 {
    let bits = (value + 0.0).to_bits();
    if bits >> 63 == 1 { !bits } else { bits | 1 << 63 }
}

/// The number of a key.
pub(super) fn number(key: u64) -> f64 {
    f64::from_bits(if key >> 63 == 1 { key ^ 1 << 63 } else { !key })
}

impl Keys {
    /// Puts the keys of a leaf's first input into its cells; those of percentiles are sorted within each cell.
    ///
    /// With `targets`, the values of all published cells are found at once where that can be.
    pub(crate) fn new(leaf: &Leaf, cells: &[u32], count: usize, targets: Option<&Targets>, threads: usize) -> Self {
        let Some(input) = leaf.inputs.first() else {
            return Self::default();
        };
        if let Some(found) = targets.and_then(|targets| Found::new(leaf, input, cells, count, targets, threads)) {
            return Self {
                found: Some(found),
                ..Self::default()
            };
        }
        let distinct = leaf.function == MeasureFunction::CountDistinct;
        let size = cells.len().div_ceil(threads.max(1)).max(1 << 16);
        let ranges: Vec<Range<usize>> = (0..cells.len().div_ceil(size))
            .map(|at| at * size..((at + 1) * size).min(cells.len()))
            .collect();
        let mut parts = parallel::map(threads, ranges.len(), |at| {
            let rows = ranges.get(at).cloned().unwrap_or_default();
            let cells = cells.get(rows.clone()).unwrap_or_default();
            let part = Part {
                offsets: Vec::new(),
                keys: Vec::new(),
                missing: Vec::new(),
            };
            part.fill(input, distinct, leaf.mask.as_deref(), cells, rows, count)
        });
        let keys = || parts.iter().flat_map(|part| &part.keys);
        let ends = if distinct {
            keys().min().copied().zip(keys().max().copied())
        } else {
            None
        };
        if !distinct {
            let sorted = parallel::map(threads, parts.len(), |at| {
                parts.get(at).map(Part::sorted).unwrap_or_default()
            });
            parts.iter_mut().zip(sorted).for_each(|(part, keys)| part.keys = keys);
        }
        Self {
            parts,
            ends,
            found: None,
        }
    }

    /// The cell of a leaf over some cells of the cube, which are those of a target.
    pub(crate) fn cell(&self, leaf: &Leaf, runs: &[Range<usize>], target: usize) -> Cell {
        if let Some(found) = &self.found {
            let (n, missing) = found.tally.of(runs);
            let (value, interval) = found.values.get(target).copied().unwrap_or_default();
            return if leaf.function == MeasureFunction::CountDistinct {
                Cell::of(value.or(Some(0.0)), n, missing).counted()
            } else {
                Cell::of(value, n, missing).with_interval(interval, "order statistics", leaf)
            };
        }
        let missing = runs
            .iter()
            .flat_map(|run| self.parts.iter().map(|part| part.missing(run)))
            .sum();
        if leaf.function == MeasureFunction::CountDistinct {
            let slices: Vec<&[u64]> = runs
                .iter()
                .flat_map(|run| self.parts.iter().map(|part| part.run(run)))
                .collect();
            let n = slices.iter().map(|keys| keys.len() as u64).sum();
            return Cell::of(Some(self.distinct(&slices) as f64), n, missing).counted();
        }
        let p = percent(leaf);
        let slices: Vec<&[u64]> = runs
            .iter()
            .flat_map(|run| run.clone())
            .flat_map(|cell| self.parts.iter().map(move |part| part.run(&(cell..cell + 1))))
            .filter(|keys| !keys.is_empty())
            .collect();
        let n: u64 = slices.iter().map(|keys| keys.len() as u64).sum();
        Cell::of(percentile(&slices, n, p), n, missing).with_interval(
            percentile_interval(&slices, n, p),
            "order statistics",
            leaf,
        )
    }

    /// Rows of some cells, with and without a value.
    pub(crate) fn rows(&self, runs: &[Range<usize>]) -> u64 {
        if let Some(found) = &self.found {
            let (n, missing) = found.tally.of(runs);
            return n + missing;
        }
        runs.iter()
            .flat_map(|run| {
                self.parts
                    .iter()
                    .map(|part| part.run(run).len() as u64 + part.missing(run))
            })
            .sum()
    }

    fn distinct(&self, slices: &[&[u64]]) -> u64 {
        let Some((least, greatest)) = self.ends else { return 0 };
        let n: usize = slices.iter().map(|keys| keys.len()).sum();
        let span = greatest - least;
        if span < BITMAP_BITS && span / 64 < (n as u64).saturating_mul(64).max(1024) {
            let mut bits = vec![0_u64; (span / 64 + 1) as usize];
            let mut count = 0;
            for key in slices.iter().flat_map(|keys| keys.iter()) {
                let place = key - least;
                if let Some(word) = bits.get_mut((place / 64) as usize) {
                    let bit = 1 << (place % 64);
                    count += u64::from(*word & bit == 0);
                    *word |= bit;
                }
            }
            return count;
        }
        let mut all = slices.concat();
        all.sort_unstable();
        all.dedup();
        all.len() as u64
    }
}

impl Found {
    fn new(leaf: &Leaf, input: &Input, cells: &[u32], count: usize, targets: &Targets, threads: usize) -> Option<Self> {
        if input.bins.is_some() {
            return None;
        }
        let mask = leaf.mask.as_deref();
        let column = &input.base;
        if leaf.function == MeasureFunction::CountDistinct {
            let (counts, tally) = distinct::count(column, mask, cells, count, targets, threads)?;
            return Some(Self {
                values: counts.into_iter().map(|count| (Some(f64::from(count)), None)).collect(),
                tally,
            });
        }
        let mut made = Vec::new();
        let values = match &column.values {
            Values::Float(values) => values,
            _ => {
                made.resize(column.len(), 0.0);
                parallel::fill(threads, &mut made, |start, part| {
                    for (row, slot) in (start..).zip(part) {
                        *slot = input.number(row).unwrap_or(0.0);
                    }
                });
                made.as_slice()
            }
        };
        let numbers = ranks::Numbers {
            values,
            valid: column.validity.as_ref(),
            mask,
            cells,
            count,
        };
        let (values, tally) = numbers.percentiles(targets, percent(leaf), threads)?;
        Some(Self { values, tally })
    }
}

/// The percent of a percentile.
fn percent(leaf: &Leaf) -> f64 {
    if leaf.function == MeasureFunction::Median {
        return 50.0;
    }
    leaf.numbers.first().copied().unwrap_or(50.0)
}

impl Part {
    fn fill(
        mut self,
        input: &Input,
        distinct: bool,
        mask: Option<&BooleanBuffer>,
        cells: &[u32],
        rows: Range<usize>,
        count: usize,
    ) -> Self {
        self.missing = vec![0; count];
        let mut places = vec![0_u32; count + 2];
        let column = &input.base;
        let plain = input.bins.is_none();
        let counts =
            |at: usize, cell: u32| (cell as usize) < count && mask.is_none_or(|mask| mask.value(rows.start + at));
        let known = |row: usize| {
            if plain {
                column.is_valid(row)
            } else {
                input.is_valid(row)
            }
        };
        for (at, &cell) in cells.iter().enumerate() {
            if !counts(at, cell) {
                continue;
            }
            if known(rows.start + at) {
                if let Some(place) = places.get_mut(cell as usize + 2) {
                    *place += 1;
                }
            } else if let Some(missing) = self.missing.get_mut(cell as usize) {
                *missing += 1;
            }
        }
        let mut sum = 0;
        for place in &mut places {
            sum += *place;
            *place = sum;
        }
        self.keys = vec![0; sum as usize];
        for (at, &cell) in cells.iter().enumerate() {
            let row = rows.start + at;
            if counts(at, cell)
                && known(row)
                && let Some(place) = places.get_mut(cell as usize + 1)
            {
                if let Some(slot) = self.keys.get_mut(*place as usize) {
                    *slot = key_of(input, column, distinct, row);
                }
                *place += 1;
            }
        }
        places.pop();
        self.offsets = places;
        self
    }

    fn sorted(&self) -> Vec<u64> {
        let mut keys = self.keys.clone();
        let mut rest = keys.as_mut_slice();
        for length in self.offsets.windows(2).map(|ends| match ends {
            [start, end] => (end - start) as usize,
            _ => 0,
        }) {
            let (cell, after) = rest.split_at_mut(length.min(rest.len()));
            cell.sort_unstable();
            rest = after;
        }
        keys
    }

    fn run(&self, cells: &Range<usize>) -> &[u64] {
        let at = |cell: usize| self.offsets.get(cell).copied().unwrap_or(0) as usize;
        self.keys.get(at(cells.start)..at(cells.end)).unwrap_or_default()
    }

    fn missing(&self, cells: &Range<usize>) -> u64 {
        self.missing
            .get(cells.clone())
            .unwrap_or_default()
            .iter()
            .map(|&rows| u64::from(rows))
            .sum()
    }
}

#[inline]
fn key_of(input: &Input, column: &Column, distinct: bool, row: usize) -> u64 {
    match &column.values {
        _ if input.bins.is_some() => input.number(row).map_or(0, ordered),
        Values::Float(values) => values.get(row).map_or(0, |&value| ordered(value)),
        Values::Int(Ints::I32(values)) if distinct => values
            .get(row)
            .map_or(0, |&value| u64::from(value.cast_unsigned() ^ 1 << 31)),
        Values::Int(values) if distinct => values.get(row).cast_unsigned() ^ 1 << 63,
        _ if distinct => identity(column, row).unwrap_or(0),
        _ => input.number(row).map_or(0, ordered),
    }
}

/// The order statistics that hold a percentile.
fn percentile_interval(runs: &[&[u64]], n: u64, p: f64) -> Option<crate::stats::Interval> {
    let (low, high) = quantile::percentile_ranks(n, p, LEVEL)?;
    Some(crate::stats::Interval {
        low: number(nth(runs, low.checked_sub(1)?)),
        high: number(nth(runs, high.checked_sub(1)?)),
    })
}

/// A percentile of type 7 of sorted runs.
fn percentile(runs: &[&[u64]], n: u64, p: f64) -> Option<f64> {
    let (index, fraction) = quantile::position(n, p)?;
    let low = nth(runs, index);
    let below = number(low);
    if fraction == 0.0 || up_to(runs, low) > index + 1 {
        return Some(below);
    }
    let above = runs
        .iter()
        .filter_map(|run| run.get(run.partition_point(|&other| other <= low)))
        .min();
    Some(quantile::between(
        below,
        above.map_or(below, |&key| number(key)),
        fraction,
    ))
}

/// How many keys of sorted runs there are up to one.
fn up_to(runs: &[&[u64]], key: u64) -> u64 {
    let below = |run: &&[u64]| run.partition_point(|&other| other <= key) as u64;
    runs.iter().map(below).sum()
}

/// Key number `index` of sorted runs, counted from 0: the least that has more than so many keys up to it.
pub(super) fn nth(runs: &[&[u64]], index: u64) -> u64 {
    let (mut low, mut high) = (u64::MAX, 0);
    for run in runs {
        low = low.min(run.first().copied().unwrap_or(u64::MAX));
        high = high.max(run.last().copied().unwrap_or(0));
    }
    while low < high {
        let middle = low + (high - low) / 2;
        if up_to(runs, middle) > index {
            high = middle
        } else {
            low = middle + 1
        }
    }
    low
}
