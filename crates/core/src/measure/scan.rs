//! One pass over a table for all measures: each row's cell is found once, and every state that reads the row is fed.

mod feed;
mod joint;

use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use arrow_buffer::BooleanBuffer;

use self::feed::{count, count_bins, extremes, find_bins, latest, pairs, slice, sums, weighted, weights};
use self::joint::Company;
use super::grid::Grid;
use super::input::{Bins, Input};
use super::segment::RowCodes;
use super::state::{Cube, States};
use super::sums::{FloatSums, Known, PairSums};
use crate::data::bits::each_unset;
use crate::data::{Codes, Column, Ints, Values, parallel};
use crate::limits::{Budget, Stop};
use crate::stats::exact::{LaneKind, Narrow, Split, Wide, Window};

/// Rows of a block: their cells and bins stay in the first cache.
const BLOCK: usize = 4096;
/// Places beyond this number are not kept once for each thread.
const MOST_SHARED: usize = 1 << 23;
/// Places beyond this number are not kept for each exponent of a column of floats.
const MOST_BY_EXPONENT: usize = 1 << 15;

/// What a scan collects in each cell.
#[derive(Debug, Clone)]
pub(crate) enum What {
    /// Rows.
    Rows,
    /// Rows for each bin of a narrow input.
    Bins(Arc<Input>),
    /// Sums of an input.
    Numbers(Arc<Input>),
    /// Sums of the first input for each bin of the second, which is narrow.
    ByBin(Arc<Input>, Arc<Input>),
    /// Sums of two inputs.
    Pairs(Arc<Input>, Arc<Input>),
    /// Sums of weights.
    WeightRows,
    /// Sums of weights for each bin of a narrow input.
    WeightBins(Arc<Input>),
    /// Weighted sums of an input.
    WeightedNumbers(Arc<Input>),
    /// The least and the greatest value.
    Ends(Arc<Input>),
    /// The latest day.
    Latest,
}

/// A state to collect, from the rows of a mask.
#[derive(Debug, Clone)]
pub(crate) struct Want {
    pub(crate) mask: Option<usize>,
    pub(crate) what: What,
    /// The want that counts the rows of sums by bin for each bin, where these need it.
    pub(crate) counts: Option<usize>,
}

impl What {
    /// The bins that it keeps apart.
    fn bins(&self) -> Option<&Bins> {
        match self {
            Self::Bins(input) | Self::WeightBins(input) | Self::ByBin(_, input) => input.bins.as_ref(),
            _ => None,
        }
    }
}

impl Want {
    /// Places of a cell.
    pub(crate) fn width(&self) -> usize {
        self.what.bins().map_or(1, Bins::width)
    }

    /// The floats and the small whole numbers of sums of pairs over so many cells, where their rows are counted by
    /// another want.
    pub(crate) fn pairs(&self, cells: usize) -> Option<(&Arc<Input>, &Arc<Input>)> {
        match &self.what {
            What::ByBin(floats, by) if 2 * (cells + 1) <= MOST_BY_EXPONENT => floats_beside(self).map(|_| (floats, by)),
            _ => None,
        }
    }
}

/// A pass over the rows of a table.
pub(crate) struct Scan<'s> {
    pub(crate) rows: usize,
    /// The codes of each dimension.
    pub(crate) dims: Vec<&'s RowCodes>,
    pub(crate) grid: &'s Grid,
    /// The day of each row; `None`: the table has none, and all rows are in the first interval.
    pub(crate) days: Option<&'s Column>,
    pub(crate) masks: Vec<Arc<BooleanBuffer>>,
    pub(crate) weight: Option<Arc<[f64]>>,
    pub(crate) wants: Vec<Want>,
    pub(crate) threads: usize,
    pub(crate) cancelled: &'s AtomicBool,
    pub(crate) budget: &'s Budget,
}

/// What a thread needs for a block.
#[derive(Default)]
struct Buffers {
    cells: Vec<u32>,
    masked: Vec<Vec<u32>>,
    bins: Vec<u8>,
    /// The bins of an input that is counted beside another.
    beside: Vec<u8>,
    places: Vec<u32>,
}

/// What a thread collects for a want.
enum Gathered {
    States(States),
    Floats(FloatSums),
    Pairs(PairSums),
    /// The rows by the bins of this want and of those.
    Joint(Cube<u32>, Vec<usize>),
    /// Counted with an earlier want.
    Taken,
}

impl Gathered {
    fn merge(&mut self, other: &Self) {
        match (self, other) {
            (Self::States(mine), Self::States(other)) => mine.merge(other),
            (Self::Floats(mine), Self::Floats(other)) => mine.merge(other),
            (Self::Pairs(mine), Self::Pairs(other)) => mine.merge(other),
            (Self::Joint(mine, _), Self::Joint(other, _)) => mine.merge(other),
            _ => {}
        }
    }

    /// The states; `counts` are those that pairs need.
    fn states(&self, want: &Want, counts: Option<&Self>, threads: usize) -> Option<States> {
        match (self, counts) {
            (Self::Floats(sums), _) => Some(sums.states(threads)),
            (Self::Pairs(sums), Some(Self::States(States::Counts(counts)))) => {
                let bins = want.what.bins()?;
                Some(sums.states(threads, counts, bins.low, bins.count()))
            }
            _ => None,
        }
    }
}

impl Scan<'_> {
    /// Combinations of codes.
    pub(crate) fn combinations(&self) -> usize {
        self.dims.iter().map(|dim| dim.values.len()).product()
    }

    /// Cells of the cube.
    pub(crate) fn cells(&self) -> usize {
        self.combinations() * self.grid.len()
    }

    /// The states of all wants.
    pub(crate) fn run(&self) -> Vec<States> {
        let size: usize = self.wants.iter().map(|want| self.cells() * want.width()).sum();
        let blocks = if self.wants.is_empty() {
            0
        } else {
            self.rows.div_ceil(BLOCK)
        };
        let threads = if size > MOST_SHARED || cfg!(target_arch = "wasm32") {
            1
        } else {
            self.threads.clamp(1, blocks.max(1))
        };
        let next = AtomicUsize::new(0);
        let company = joint::company(&self.wants);
        let work = || {
            let wants = self.wants.iter().zip(&company);
            let mut gathered: Vec<Gathered> = wants.map(|(want, company)| self.empty(want, company)).collect();
            let mut buffers = Buffers {
                masked: vec![Vec::new(); self.masks.len()],
                ..Buffers::default()
            };
            loop {
                let block = next.fetch_add(1, Ordering::Relaxed);
                if block >= blocks || self.cancelled.load(Ordering::Relaxed) || self.spend(block).is_err() {
                    return gathered;
                }
                self.block(block, &mut buffers, &mut gathered);
            }
        };
        let mut gathered = if threads == 1 {
            work()
        } else {
            std::thread::scope(|scope| {
                let others: Vec<_> = (1..threads).map(|_| scope.spawn(work)).collect();
                let mut gathered = work();
                for other in others {
                    match other.join() {
                        Ok(part) => gathered.iter_mut().zip(&part).for_each(|(mine, part)| mine.merge(part)),
                        Err(panic) => std::panic::resume_unwind(panic),
                    }
                }
                gathered
            })
        };
        self.part_joint(&mut gathered);
        let counts = |want: &Want| want.counts.and_then(|at| gathered.get(at));
        let made: Vec<Option<States>> = self
            .wants
            .iter()
            .zip(&gathered)
            .map(|(want, gathered)| gathered.states(want, counts(want), threads))
            .collect();
        let plain = |gathered: Gathered| match gathered {
            Gathered::States(states) => states,
            // Without rows to count there is nothing.
            Gathered::Floats(_) | Gathered::Pairs(_) | Gathered::Joint(..) | Gathered::Taken => {
                States::Counts(Cube::new(0, 1))
            }
        };
        made.into_iter()
            .zip(gathered)
            .map(|(made, gathered)| made.unwrap_or_else(|| plain(gathered)))
            .collect()
    }

    /// What was counted together, apart.
    fn part_joint(&self, gathered: &mut [Gathered]) {
        for at in 0..gathered.len() {
            let Some(Gathered::Joint(all, beside)) = gathered.get(at) else {
                continue;
            };
            let wants: Vec<usize> = std::iter::once(at).chain(beside.iter().copied()).collect();
            let widths: Vec<usize> = wants.iter().map(|&want| self.width(want)).collect();
            for (at, counts) in wants.into_iter().zip(joint::part(all, &widths)) {
                if let Some(slot) = gathered.get_mut(at) {
                    *slot = Gathered::States(States::Counts(counts));
                }
            }
        }
    }

    /// Places of a cell of a want.
    fn width(&self, want: usize) -> usize {
        self.wants.get(want).map_or(1, Want::width)
    }

    /// Pays for a block of rows.
    fn spend(&self, block: usize) -> Result<(), Stop> {
        let rows = self.rows.saturating_sub(block * BLOCK).min(BLOCK);
        self.budget.spend_rows((rows * self.wants.len()) as u64)
    }

    /// The cell of each row.
    pub(crate) fn row_cells(&self) -> Vec<u32> {
        let ranges = parallel::ranges(self.rows, self.threads, BLOCK);
        let parts = parallel::map(self.threads, ranges.len(), |at| {
            let rows = ranges.get(at).cloned().unwrap_or_default();
            let mut cells = Vec::new();
            self.find_cells(rows, &mut cells);
            cells
        });
        parts.concat()
    }

    /// The floats that a want sums up.
    fn floats<'w>(&'w self, want: &'w Want) -> Option<&'w [f64]> {
        match &want.what {
            What::Numbers(input) | What::ByBin(input, _) => match &input.base.values {
                Values::Float(values) => Some(values),
                _ => None,
            },
            What::WeightRows | What::WeightBins(_) => self.weight.as_deref(),
            _ => None,
        }
    }

    fn empty(&self, want: &Want, company: &Company) -> Gathered {
        // One cell more takes the rows that do not count.
        let (cells, width) = (self.cells() + 1, want.width());
        match company {
            Company::Alone => {}
            Company::With(beside) => {
                let all = beside.iter().fold(width, |all, &want| all * self.width(want));
                return Gathered::Joint(Cube::new(cells, all), beside.clone());
            }
            Company::Taken => return Gathered::Taken,
        }
        if let Some((_, _, window)) = floats_beside(want).filter(|_| want.counts.is_some()) {
            return Gathered::Pairs(PairSums::new(cells, window));
        }
        if self.floats(want).is_some() && cells * width <= MOST_BY_EXPONENT {
            return Gathered::Floats(FloatSums::new(cells, width));
        }
        Gathered::States(self.empty_states(want, cells, width))
    }

    fn empty_states(&self, want: &Want, cells: usize, width: usize) -> States {
        let numbers = |window: Window| match window.lane() {
            LaneKind::Narrow => States::Narrow(Cube::new(cells, width), window),
            LaneKind::Split => States::Split(Cube::new(cells, width), window),
            LaneKind::Wide => States::Wide(Cube::new(cells, width), window),
        };
        match &want.what {
            What::Rows | What::Bins(_) => States::Counts(Cube::new(cells, width)),
            What::Numbers(input) | What::ByBin(input, _) => numbers(input.window()),
            What::Pairs(a, b) => {
                let (a, b) = (a.window(), b.window());
                match a.common_lane(b) {
                    LaneKind::Narrow => States::NarrowPairs(Cube::new(cells, 1), a, b),
                    LaneKind::Split => States::SplitPairs(Cube::new(cells, 1), a, b),
                    LaneKind::Wide => States::WidePairs(Cube::new(cells, 1), a, b),
                }
            }
            What::WeightRows | What::WeightBins(_) => {
                numbers(Window::of(self.weight.iter().flat_map(|weight| weight.iter().copied())))
            }
            What::WeightedNumbers(_) => States::Weighted(Cube::new(cells, 1)),
            What::Ends(_) => States::Ends(Cube::new(cells, 1)),
            What::Latest => States::Latest(Cube::new(cells, 1)),
        }
    }

    fn block(&self, block: usize, buffers: &mut Buffers, gathered: &mut [Gathered]) {
        let start = block * BLOCK;
        let rows = start..(start + BLOCK).min(self.rows);
        self.find_cells(rows.clone(), &mut buffers.cells);
        let nowhere = self.cells() as u32;
        for (mask, masked) in self.masks.iter().zip(&mut buffers.masked) {
            masked.clear();
            masked.extend_from_slice(&buffers.cells);
            each_unset(mask, rows.clone(), |at| {
                if let Some(cell) = masked.get_mut(at) {
                    *cell = nowhere;
                }
            });
        }
        let Buffers {
            cells,
            masked,
            bins,
            beside,
            places,
        } = buffers;
        for (want, gathered) in self.wants.iter().zip(gathered) {
            let cells = want.mask.and_then(|mask| masked.get(mask)).unwrap_or(cells);
            match gathered {
                Gathered::States(state) => self.feed(want, rows.clone(), cells, bins, state),
                Gathered::Floats(sums) => self.feed_floats(want, rows.clone(), cells, (bins, places), sums),
                Gathered::Joint(cube, others) => {
                    if let What::Bins(first) = &want.what {
                        find_bins(first, rows.clone(), bins);
                    }
                    for &other in others.iter() {
                        if let Some(What::Bins(other)) = self.wants.get(other).map(|want| &want.what) {
                            find_bins(other, rows.clone(), beside);
                        }
                        joint::join(bins, beside, self.width(other));
                    }
                    count_bins(&mut cube.places, cube.width, cells, bins);
                }
                Gathered::Taken => {}
                Gathered::Pairs(sums) => {
                    if let (What::ByBin(input, by), Some((values, whole, _))) = (&want.what, floats_beside(want)) {
                        let valid = |input: &Input| {
                            let valid = input.base.validity.as_ref();
                            valid.map(|valid| valid.inner().slice(rows.start, rows.len()))
                        };
                        let known = match (valid(by), by.base.ends()) {
                            (None, _) => Known::All,
                            (Some(_), Some(ends)) => Known::Unless(ends.missing()),
                            (Some(valid), None) => Known::Rows(valid),
                        };
                        let values = (slice(values, &rows), valid(input));
                        sums.add(values, (slice(whole, &rows), known), cells, places);
                    }
                }
            }
        }
    }

    /// The cell of each row of a range.
    fn find_cells(&self, rows: Range<usize>, cells: &mut Vec<u32>) {
        cells.clear();
        self.find_intervals(rows.clone(), cells);
        // Each dimension's codes count so many cells as all after it have.
        let mut stride = self.grid.len() as u32;
        for codes in self.dims.iter().rev() {
            match &codes.codes {
                // Products of 16 bits are made many at a time.
                Codes::U8(parts) if (stride as usize) * codes.values.len() <= usize::from(u16::MAX) => {
                    let stride = stride as u16;
                    for (cell, &code) in cells.iter_mut().zip(slice(parts, &rows)) {
                        *cell += u32::from(stride.wrapping_mul(u16::from(code)));
                    }
                }
                Codes::U8(codes) => {
                    for (cell, &code) in cells.iter_mut().zip(slice(codes, &rows)) {
                        *cell += stride * u32::from(code);
                    }
                }
                Codes::U16(codes) => {
                    for (cell, &code) in cells.iter_mut().zip(slice(codes, &rows)) {
                        *cell += stride * u32::from(code);
                    }
                }
                Codes::U32(codes) => {
                    for (cell, &code) in cells.iter_mut().zip(slice(codes, &rows)) {
                        *cell += stride * code;
                    }
                }
            }
            stride = stride.wrapping_mul(codes.values.len() as u32);
        }
    }

    /// The interval of time of each row of a range.
    fn find_intervals(&self, rows: Range<usize>, cells: &mut Vec<u32>) {
        match self.days.map(|days| (&days.values, &days.validity)) {
            None => cells.resize(rows.len(), 0),
            Some((Values::Date(days), None)) => {
                self.grid.find_intervals(slice(days, &rows), cells);
            }
            Some(_) => {
                let undated = self.grid.undated() as u32;
                let day = |row: usize| self.days.and_then(|days| days.day(row));
                cells.extend(rows.map(|row| day(row).map_or(undated, |day| self.grid.interval(day))));
            }
        }
    }

    fn feed_floats(
        &self,
        want: &Want,
        rows: Range<usize>,
        cells: &[u32],
        (bins, places): (&mut Vec<u8>, &mut Vec<u32>),
        sums: &mut FloatSums,
    ) {
        let values = self.floats(want).map_or(&[][..], |values| slice(values, &rows));
        bins.clear();
        if let What::ByBin(_, by) | What::WeightBins(by) = &want.what {
            find_bins(by, rows.clone(), bins);
        }
        match &want.what {
            What::Numbers(input) | What::ByBin(input, _) => {
                let valid = input.base.validity.as_ref();
                sums.add(
                    values,
                    cells,
                    bins,
                    valid.map(|valid| valid.inner().slice(rows.start, rows.len())),
                    places,
                );
            }
            _ => sums.add_weights(values, cells, bins, places),
        }
    }

    fn feed(&self, want: &Want, rows: Range<usize>, cells: &[u32], bins: &mut Vec<u8>, state: &mut States) {
        match (&want.what, state) {
            (What::Rows, States::Counts(cube)) => count(&mut cube.places, cells),
            (What::Bins(input), States::Counts(cube)) => {
                find_bins(input, rows, bins);
                count_bins(&mut cube.places, cube.width, cells, bins);
            }
            (What::Numbers(input), state) => {
                bins.clear();
                sums(state, input, None, rows, cells);
            }
            (What::ByBin(input, by), state) => {
                find_bins(by, rows.clone(), bins);
                sums(state, input, Some(bins), rows, cells);
            }
            (What::Pairs(a, b), States::NarrowPairs(cube, p, q)) => {
                pairs::<Narrow>(cube, (*p, *q), (a, b), rows, cells)
            }
            (What::Pairs(a, b), States::SplitPairs(cube, p, q)) => pairs::<Split>(cube, (*p, *q), (a, b), rows, cells),
            (What::Pairs(a, b), States::WidePairs(cube, p, q)) => pairs::<Wide>(cube, (*p, *q), (a, b), rows, cells),
            (What::WeightRows | What::WeightBins(_), state) => {
                bins.clear();
                bins.resize(rows.len(), 0);
                if let What::WeightBins(input) = &want.what {
                    find_bins(input, rows.clone(), bins);
                }
                let weight = self.weights(rows);
                match state {
                    States::Narrow(cube, window) => weights::<Narrow>(cube, window.scale(), weight, cells, bins),
                    States::Split(cube, window) => weights::<Split>(cube, window.scale(), weight, cells, bins),
                    States::Wide(cube, window) => weights::<Wide>(cube, window.scale(), weight, cells, bins),
                    _ => {}
                }
            }
            (What::WeightedNumbers(input), States::Weighted(cube)) => {
                weighted(cube, input, rows.clone(), self.weights(rows), cells);
            }
            (What::Ends(input), States::Ends(cube)) => extremes(cube, input, rows, cells),
            (What::Latest, States::Latest(cube)) => {
                if let Some(days) = self.days {
                    latest(cube, days, rows, cells);
                }
            }
            _ => {}
        }
    }

    fn weights(&self, rows: Range<usize>) -> &[f64] {
        self.weight
            .as_ref()
            .and_then(|weight| weight.get(rows))
            .unwrap_or_default()
    }
}

/// The floats of a want that has them by bins which are small whole numbers, these, and their window.
fn floats_beside(want: &Want) -> Option<(&[f64], &[i8], Window)> {
    let What::ByBin(input, by) = &want.what else {
        return None;
    };
    let (Values::Float(values), Values::Int(Ints::I8(whole))) = (&input.base.values, &by.base.values) else {
        return None;
    };
    let bins = by.bins.as_ref()?;
    // The bins may stand for other numbers than those of the column.
    let is_itself = |(bin, number): (usize, &Option<f64>)| *number == Some((bins.low + bin as i64) as f64);
    let plain = input.bins.is_none() && bins.numbers.iter().enumerate().take(bins.count()).all(is_itself);
    let high = bins.low + bins.count() as i64 - 1;
    (plain && bins.numbers.last() == Some(&None)).then(|| (&**values, &**whole, Window::of_integers(bins.low, high)))
}
