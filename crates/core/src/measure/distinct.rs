//! Different values of whole numbers that lie close together, for every cell at once.
//!
//! Rows are put in order of their values, in two steps that stay in the caches. Then the rows of one value stand side by
//! side, and a cell counts it when it was not the last value that the cell counted.

use std::ops::Range;

use arrow_buffer::BooleanBuffer;

use super::targets::{Tally, Targets};
use crate::data::{Codes, Column, Ints, Values, parallel};

/// The number of rows without a value.
const NONE: u32 = u32::MAX;
/// Buckets of the first step: as many places to write to as the caches hold.
const BUCKET_BITS: u32 = 10;

/// How many different values each target has, and the rows of each cell; `None` where the values lie far apart.
pub(crate) fn count(
    column: &Column,
    mask: Option<&BooleanBuffer>,
    cells: &[u32],
    count: usize,
    targets: &Targets,
    threads: usize,
) -> Option<(Vec<u32>, Tally)> {
    let (numbers, greatest) = numbers(column, threads)?;
    let packing = Packing::new(greatest, count);
    let buckets = packing.bucket(greatest) + 1;
    let ranges = parallel::ranges(cells.len(), threads.min(2), 1 << 16);
    let parts = parallel::map(threads, ranges.len(), |at| {
        let rows = ranges.get(at).cloned().unwrap_or_default();
        Part::new(&numbers, mask, cells, rows, count, buckets, packing)
    });
    let mut tally = Tally::new(count);
    parts.iter().for_each(|part| tally.merge(&part.tally));
    let tasks = parallel::ranges(buckets, threads, 1);
    let counted = parallel::map(threads, tasks.len(), |at| {
        let mut counting = Counting::new(targets, packing);
        for bucket in tasks.get(at).cloned().unwrap_or_default() {
            counting.bucket(&parts, bucket);
        }
        counting.counts
    });
    let mut all = vec![0_u32; targets.count];
    for counts in counted {
        all.iter_mut().zip(counts).for_each(|(all, (_, count))| *all += count);
    }
    Some((all, tally))
}

/// Each row's value as its distance from the least, and the greatest of these; `None` where they lie far apart.
fn numbers(column: &Column, threads: usize) -> Option<(Vec<u32>, u32)> {
    match &column.values {
        Values::Int(Ints::I8(values)) => spread(column, values, |&value| value.into(), threads),
        Values::Int(Ints::I16(values)) => spread(column, values, |&value| value.into(), threads),
        Values::Int(Ints::I32(values)) => spread(column, values, |&value| value.into(), threads),
        Values::Int(Ints::I64(values)) => spread(column, values, |&value| value, threads),
        Values::Date(values) => spread(column, values, |&value| value.into(), threads),
        Values::Text(text) => match &text.codes {
            Codes::U8(codes) => spread(column, codes, |&code| code.into(), threads),
            Codes::U16(codes) => spread(column, codes, |&code| code.into(), threads),
            Codes::U32(codes) => spread(column, codes, |&code| code.into(), threads),
        },
        Values::Bool(_) | Values::Float(_) | Values::Timestamp(_) => None,
    }
}

fn spread<T: Sync>(
    column: &Column,
    values: &[T],
    whole: impl Fn(&T) -> i64 + Sync,
    threads: usize,
) -> Option<(Vec<u32>, u32)> {
    let valid = column.validity.as_ref();
    let known = |row: usize| valid.is_none_or(|valid| valid.is_valid(row));
    let ranges = parallel::ranges(values.len(), threads, 1 << 16);
    let ends = parallel::map(threads, ranges.len(), |at| {
        let rows = ranges.get(at).cloned().unwrap_or_default();
        let part = values.get(rows.clone()).unwrap_or_default();
        let ends = |(low, high): (i64, i64), value: &T| (low.min(whole(value)), high.max(whole(value)));
        let none = (i64::MAX, i64::MIN);
        match valid {
            None => part.iter().fold(none, ends),
            Some(_) => rows
                .zip(part)
                .filter(|(row, _)| known(*row))
                .fold(none, |both, (_, value)| ends(both, value)),
        }
    });
    let (low, high) = ends
        .into_iter()
        .reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)))
        .filter(|(low, high)| low <= high)?;
    let greatest = high.abs_diff(low);
    if greatest > (values.len() as u64).saturating_mul(8).max(1 << 20) || greatest >= u64::from(NONE) {
        return None;
    }
    let mut numbers = vec![NONE; values.len()];
    parallel::fill(threads, &mut numbers, |start, part| {
        for ((row, slot), value) in (start..).zip(part).zip(values.get(start..).unwrap_or_default()) {
            if known(row) {
                *slot = whole(value).wrapping_sub(low) as u32;
            }
        }
    });
    Some((numbers, greatest as u32))
}

/// How a row lies in its bucket: the bits of its value that the bucket does not tell, and its cell, in 32 bits.
#[derive(Debug, Clone, Copy)]
struct Packing {
    /// Bits of a value within its bucket.
    value_bits: u32,
    /// Bits of a cell.
    cell_bits: u32,
}

impl Packing {
    /// For values up to the greatest in so many cells. There are as many buckets as the caches hold, or more where cells
    /// leave fewer bits for values.
    fn new(greatest: u32, cells: usize) -> Self {
        let bits = |number: u32| u32::BITS - number.leading_zeros();
        let cell_bits = bits(u32::try_from(cells).unwrap_or(u32::MAX));
        let value_bits = bits(greatest).saturating_sub(BUCKET_BITS).min(u32::BITS - cell_bits);
        Self { value_bits, cell_bits }
    }

    const fn bucket(self, number: u32) -> usize {
        // 64 bits, as all 32 may be a value's.
        ((number as u64) >> self.value_bits) as usize
    }

    const fn pack(self, number: u32, cell: u32) -> u32 {
        let within = number as u64 & ((1 << self.value_bits) - 1);
        (within << self.cell_bits) as u32 | cell
    }

    /// Values of a bucket.
    const fn values(self) -> usize {
        1 << self.value_bits
    }

    /// The value within its bucket.
    const fn value(self, packed: u32) -> usize {
        ((packed as u64) >> self.cell_bits) as usize
    }

    const fn cell(self, packed: u32) -> u32 {
        (packed as u64 & ((1 << self.cell_bits) - 1)) as u32
    }
}

/// Rows of a range by bucket.
struct Part {
    /// Where each bucket starts; one more than buckets.
    starts: Vec<u32>,
    /// Values with their cells.
    rows: Vec<u32>,
    tally: Tally,
}

impl Part {
    fn new(
        numbers: &[u32],
        mask: Option<&BooleanBuffer>,
        cells: &[u32],
        rows: Range<usize>,
        count: usize,
        buckets: usize,
        packing: Packing,
    ) -> Self {
        let mut tally = Tally::new(count);
        let mut starts = vec![0_u32; buckets + 2];
        let pairs = || {
            let numbers = numbers.get(rows.clone()).unwrap_or_default();
            let cells = cells.get(rows.clone()).unwrap_or_default();
            numbers
                .iter()
                .zip(cells)
                .enumerate()
                .filter(|(at, _)| mask.is_none_or(|mask| mask.value(rows.start + at)))
                .map(|(_, (&number, &cell))| (number, cell))
        };
        for (number, cell) in pairs() {
            let Some(rows) = tally.rows.get_mut(cell as usize) else {
                continue;
            };
            if number == NONE {
                if let Some(missing) = tally.missing.get_mut(cell as usize) {
                    *missing += 1;
                }
                continue;
            }
            *rows += 1;
            if let Some(start) = starts.get_mut(packing.bucket(number) + 2) {
                *start += 1;
            }
        }
        let mut sum = 0;
        for start in &mut starts {
            sum += *start;
            *start = sum;
        }
        let mut made = vec![0; sum as usize];
        for (number, cell) in pairs().filter(|(number, cell)| *number != NONE && (*cell as usize) < count) {
            if let Some(next) = starts.get_mut(packing.bucket(number) + 1) {
                if let Some(slot) = made.get_mut(*next as usize) {
                    *slot = packing.pack(number, cell);
                }
                *next += 1;
            }
        }
        starts.pop();
        Self {
            starts,
            rows: made,
            tally,
        }
    }

    fn bucket(&self, bucket: usize) -> &[u32] {
        let Some(&[start, end]) = self.starts.get(bucket..bucket + 2) else {
            return &[];
        };
        self.rows.get(start as usize..end as usize).unwrap_or_default()
    }
}

/// Counts of all targets over some buckets.
struct Counting<'t> {
    targets: &'t Targets,
    /// For each target, the value that it counted last and how many it has counted.
    counts: Vec<(u32, u32)>,
    /// The value that is counted now; not the value itself, so that 0 is none.
    value: u32,
    packing: Packing,
    starts: Vec<u32>,
    cells: Vec<u32>,
}

impl<'t> Counting<'t> {
    fn new(targets: &'t Targets, packing: Packing) -> Self {
        Self {
            targets,
            counts: vec![(0, 0); targets.count],
            value: 0,
            packing,
            starts: vec![0; packing.values() + 1],
            cells: Vec::new(),
        }
    }

    fn bucket(&mut self, parts: &[Part], bucket: usize) {
        let rows = || parts.iter().flat_map(|part| part.bucket(bucket));
        let packing = self.packing;
        self.starts.fill(0);
        for &packed in rows() {
            if let Some(start) = self.starts.get_mut(packing.value(packed)) {
                *start += 1;
            }
        }
        // From counts to ends; filling from the back turns these into starts.
        let mut sum = 0;
        for start in &mut self.starts {
            sum += *start;
            *start = sum;
        }
        self.cells.resize(sum as usize, 0);
        for &packed in rows() {
            if let Some(end) = self.starts.get_mut(packing.value(packed)) {
                *end -= 1;
                if let Some(slot) = self.cells.get_mut(*end as usize) {
                    *slot = packing.cell(packed);
                }
            }
        }
        for ends in self.starts.windows(2) {
            let &[start, end] = ends else { continue };
            if start == end {
                continue;
            }
            self.value += 1;
            for &cell in self.cells.get(start as usize..end as usize).unwrap_or_default() {
                for &target in self.targets.of(cell as usize) {
                    if let Some((last, count)) = self.counts.get_mut(target as usize) {
                        *count += u32::from(*last != self.value);
                        *last = self.value;
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// From a few cells to so many that values have few bits beside them; each cell is a target, and all are one.
        #[test]
        fn different_values_are_those_of_a_set(
            (cells, rows) in (0..20_u32).prop_flat_map(|bits| (
                Just(1_usize << bits),
                prop::collection::vec((0..1_usize << bits, prop::option::weighted(0.9, 0..1_000_000_i64)), 0..300),
            )),
            threads in 1..4_usize,
        ) {
            let column = Column::ints(rows.iter().map(|row| row.1.map(|value| value - 400_000)).collect());
            let places: Vec<u32> = rows.iter().map(|row| row.0 as u32).collect();
            // The cells that have rows, and last the whole.
            let used: Vec<usize> = rows.iter().map(|row| row.0).collect::<BTreeSet<_>>().into_iter().collect();
            let mut runs: Vec<_> = (0..).zip(&used).map(|(target, &cell)| (target, cell..cell + 1)).collect();
            let whole = runs.len() as u32;
            runs.extend(used.iter().map(|&cell| (whole, cell..cell + 1)));
            let targets = Targets::new(cells, used.len() + 1, runs).unwrap();

            let Some((counts, tally)) = count(&column, None, &places, cells, &targets, threads) else {
                // Without any value there is nothing to count.
                prop_assert!(rows.iter().all(|row| row.1.is_none()));
                return Ok(());
            };
            let different = |of: &dyn Fn(usize) -> bool| {
                let values = rows.iter().filter(|row| of(row.0)).filter_map(|row| row.1);
                values.collect::<BTreeSet<i64>>().len() as u32
            };
            for (&cell, &count) in used.iter().zip(&counts) {
                prop_assert_eq!(count, different(&|other| other == cell));
                let missing = rows.iter().filter(|row| row.0 == cell && row.1.is_none()).count();
                prop_assert_eq!(tally.missing[cell] as usize, missing);
            }
            prop_assert_eq!(counts.last().copied(), Some(different(&|_| true)));
        }
    }

    #[test]
    fn a_row_comes_out_of_32_bits_as_it_went_in() {
        for (greatest, cells) in [
            (0, 1),
            (1, 1 << 18),
            (u32::MAX - 1, 833),
            (1_500_000, 833),
            (u32::MAX - 1, 1 << 20),
        ] {
            let packing = Packing::new(greatest, cells);
            for (number, cell) in [(0, 0), (greatest, cells as u32 - 1), (greatest / 3, cells as u32 / 2)] {
                let packed = packing.pack(number, cell);
                assert!(packing.value(packed) < packing.values());
                let back = packing.bucket(number) * packing.values() + packing.value(packed);
                assert_eq!((back, packing.cell(packed)), (number as usize, cell));
            }
        }
    }
}
