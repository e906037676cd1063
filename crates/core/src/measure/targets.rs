//! Which published cells each cell of a cube counts in: all of a growing measure's are found in one walk over the rows.

use std::ops::Range;

use bellwether_order::Sort;

/// Entries beyond this number are not listed: cells are then found one by one.
const MOST_ENTRIES: usize = 1 << 22;

/// The published cells that each cell of a cube counts in, numbered from 0.
#[derive(Debug, Default)]
pub(crate) struct Targets {
    /// Where the list of each cell starts; one more than cells.
    starts: Vec<u32>,
    list: Vec<u32>,
    /// The cells of each target, as runs, in the order of targets.
    runs: Vec<(u32, Range<usize>)>,
    /// How many targets there are.
    pub(crate) count: usize,
}

impl Targets {
    /// From runs of cells, each with its target; `None` where they are too many.
    pub(crate) fn new(cells: usize, count: usize, mut runs: Vec<(u32, Range<usize>)>) -> Option<Self> {
        let entries: usize = runs.iter().map(|(_, run)| run.len()).sum();
        if entries > MOST_ENTRIES || count > MOST_ENTRIES {
            return None;
        }
        runs.order_by_key(|(target, run)| (*target, run.start));
        let mut starts = vec![0_u32; cells + 2];
        for cell in runs.iter().flat_map(|(_, run)| run.clone()) {
            *starts.get_mut(cell + 2)? += 1;
        }
        let mut sum = 0;
        for start in &mut starts {
            sum += *start;
            *start = sum;
        }
        let mut list = vec![0; entries];
        for (target, run) in &runs {
            for cell in run.clone() {
                let next = starts.get_mut(cell + 1)?;
                *list.get_mut(*next as usize)? = *target;
                *next += 1;
            }
        }
        starts.pop();
        Some(Self {
            starts,
            list,
            runs,
            count,
        })
    }

    /// The targets of a cell.
    #[inline]
    pub(crate) fn of(&self, cell: usize) -> &[u32] {
        let ends = self.starts.get(cell..cell + 2);
        let Some(&[start, end]) = ends else { return &[] };
        self.list.get(start as usize..end as usize).unwrap_or_default()
    }

    /// The cells of each target.
    pub(crate) fn cells(&self) -> Vec<&[(u32, Range<usize>)]> {
        let mut all: Vec<&[(u32, Range<usize>)]> = vec![&[]; self.count];
        for chunk in self.runs.chunk_by(|a, b| a.0 == b.0) {
            if let Some(place) = chunk.first().and_then(|(target, _)| all.get_mut(*target as usize)) {
                *place = chunk;
            }
        }
        all
    }
}

/// Rows of each cell, with a value and without.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    pub(crate) rows: Vec<u32>,
    pub(crate) missing: Vec<u32>,
}

impl Tally {
    pub(crate) fn new(cells: usize) -> Self {
        Self {
            rows: vec![0; cells],
            missing: vec![0; cells],
        }
    }

    pub(crate) fn merge(&mut self, other: &Self) {
        let add = |mine: &mut [u32], other: &[u32]| mine.iter_mut().zip(other).for_each(|(mine, other)| *mine += other);
        add(&mut self.rows, &other.rows);
        add(&mut self.missing, &other.missing);
    }

    /// The rows of some cells with a value, and those without.
    pub(crate) fn of(&self, runs: &[Range<usize>]) -> (u64, u64) {
        let sum = |rows: &[u32]| -> u64 {
            let run = |run: &Range<usize>| rows.get(run.clone()).unwrap_or_default();
            runs.iter().flat_map(run).map(|&rows| u64::from(rows)).sum()
        };
        (sum(&self.rows), sum(&self.missing))
    }
}
