//! One pass over a table for all measures: each row's cell is found once, and every state that reads the row is fed.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use arrow_buffer::BooleanBuffer;

use super::grid::Grid;
use super::input::{Bins, Input};
use super::segment::RowCodes;
use super::state::{Cube, Latest, Numbers, Pairs, States, WeightedNumbers};
use crate::data::{Codes, Column, Ints, Values};
use crate::stats::exact::{Lane, LaneKind, Narrow, Scale, Split, Wide, Window};

/// Rows of a block: their cells and bins stay in the first cache.
const BLOCK: usize = 8192;
/// States beyond this number are not kept once for each thread.
const MOST_SHARED: usize = 1 << 23;

/// What a scan collects in each cell.
#[derive(Debug, Clone)]
pub(crate) enum What {
    /// Rows.
    Rows,
    /// Rows for each bin of a narrow input.
    Bins(Arc<Input>),
    /// Sums of an input.
    Numbers(Arc<Input>),
    /// Sums of two inputs.
    Pairs(Arc<Input>, Arc<Input>),
    /// Sums of weights.
    WeightRows,
    /// Sums of weights for each bin of a narrow input.
    WeightBins(Arc<Input>),
    /// Weighted sums of an input.
    WeightedNumbers(Arc<Input>),
    /// The latest day.
    Latest,
}

/// A state to collect, from the rows of a mask.
#[derive(Debug, Clone)]
pub(crate) struct Want {
    pub(crate) mask: Option<usize>,
    pub(crate) what: What,
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
    pub(crate) weight: Option<&'s [f64]>,
    pub(crate) wants: Vec<Want>,
    pub(crate) threads: usize,
    pub(crate) cancelled: &'s AtomicBool,
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
        let empty: Vec<States> = self.wants.iter().map(|want| self.empty(want)).collect();
        let size: usize = self.wants.iter().map(|want| self.cells() * width(want)).sum();
        let blocks = self.rows.div_ceil(BLOCK);
        let threads = self.threads.clamp(1, blocks.max(1));
        if threads == 1 || size > MOST_SHARED || cfg!(target_arch = "wasm32") {
            let mut states = empty;
            let mut buffers = Buffers::new(self);
            for block in 0..blocks {
                self.block(block, &mut buffers, &mut states);
            }
            return states;
        }
        let next = AtomicUsize::new(0);
        let parts: Vec<Vec<States>> = std::thread::scope(|scope| {
            let workers: Vec<_> = (0..threads)
                .map(|_| {
                    scope.spawn(|| {
                        let mut states: Vec<States> = empty.iter().map(States::empty).collect();
                        let mut buffers = Buffers::new(self);
                        loop {
                            let block = next.fetch_add(1, Ordering::Relaxed);
                            if block >= blocks {
                                return states;
                            }
                            self.block(block, &mut buffers, &mut states);
                        }
                    })
                })
                .collect();
            workers.into_iter().filter_map(|worker| worker.join().ok()).collect()
        });
        let mut states = empty;
        for part in parts {
            for (mine, other) in states.iter_mut().zip(&part) {
                mine.merge(other);
            }
        }
        states
    }

    /// The cell of each row.
    pub(crate) fn row_cells(&self) -> Vec<u32> {
        let mut all = Vec::with_capacity(self.rows);
        let mut block = Vec::with_capacity(BLOCK);
        let mut start = 0;
        while start < self.rows {
            let end = (start + BLOCK).min(self.rows);
            self.find_cells(start..end, &mut block);
            all.extend_from_slice(&block);
            start = end;
        }
        all
    }

    fn empty(&self, want: &Want) -> States {
        let cells = self.cells() + 1;
        let numbers = |width: usize, window: Window| match window.lane() {
            LaneKind::Narrow => States::Narrow(Cube::new(cells, width), window),
            LaneKind::Split => States::Split(Cube::new(cells, width), window),
            LaneKind::Wide => States::Wide(Cube::new(cells, width), window),
        };
        match &want.what {
            What::Rows | What::Bins(_) => States::Counts(Cube::new(cells, width(want))),
            What::Numbers(input) => numbers(1, input.window()),
            What::Pairs(a, b) => {
                let (a, b) = (a.window(), b.window());
                match a.common_lane(b) {
                    LaneKind::Narrow => States::NarrowPairs(Cube::new(cells, 1), a, b),
                    LaneKind::Split => States::SplitPairs(Cube::new(cells, 1), a, b),
                    LaneKind::Wide => States::WidePairs(Cube::new(cells, 1), a, b),
                }
            }
            What::WeightRows | What::WeightBins(_) => {
                numbers(width(want), Window::of(self.weight.unwrap_or_default().iter().copied()))
            }
            What::WeightedNumbers(_) => States::Weighted(Cube::new(cells, 1)),
            What::Latest => States::Latest(Cube::new(cells, 1)),
        }
    }

    fn block(&self, block: usize, buffers: &mut Buffers, states: &mut [States]) {
        if self.cancelled.load(Ordering::Relaxed) {
            return;
        }
        let start = block * BLOCK;
        let rows = start..(start + BLOCK).min(self.rows);
        self.find_cells(rows.clone(), &mut buffers.cells);
        let nowhere = self.cells() as u32;
        for (mask, masked) in self.masks.iter().zip(&mut buffers.masked) {
            masked.clear();
            let bits = mask.slice(rows.start, rows.len());
            masked.extend(
                buffers
                    .cells
                    .iter()
                    .zip(&bits)
                    .map(|(&cell, bit)| if bit { cell } else { nowhere }),
            );
        }
        for (want, state) in self.wants.iter().zip(states) {
            let cells = want
                .mask
                .and_then(|mask| buffers.masked.get(mask))
                .unwrap_or(&buffers.cells);
            self.feed(want, rows.clone(), cells, &mut buffers.bins, state);
        }
    }

    /// The cell of each row of a block.
    fn find_cells(&self, rows: std::ops::Range<usize>, cells: &mut Vec<u32>) {
        fn dim<T: Copy + Into<u32>>(cells: &mut [u32], codes: &[T], size: u32) {
            for (cell, &code) in cells.iter_mut().zip(codes) {
                *cell = *cell * size + code.into();
            }
        }
        cells.clear();
        cells.resize(rows.len(), 0);
        for codes in &self.dims {
            let size = codes.values.len() as u32;
            match &codes.codes {
                Codes::U8(codes) => dim(cells, codes.get(rows.clone()).unwrap_or_default(), size),
                Codes::U16(codes) => dim(cells, codes.get(rows.clone()).unwrap_or_default(), size),
                Codes::U32(codes) => dim(cells, codes.get(rows.clone()).unwrap_or_default(), size),
            }
        }
        let size = self.grid.len() as u32;
        let undated = self.grid.undated() as u32;
        match self.days {
            None => cells.iter_mut().for_each(|cell| *cell *= size),
            Some(days) => {
                for (cell, row) in cells.iter_mut().zip(rows) {
                    let interval = days.day(row).map_or(undated, |day| self.grid.interval(day) as u32);
                    *cell = *cell * size + interval;
                }
            }
        }
    }

    fn feed(&self, want: &Want, rows: std::ops::Range<usize>, cells: &[u32], bins: &mut Vec<u8>, state: &mut States) {
        let weight = || {
            self.weight
                .and_then(|weight| weight.get(rows.clone()))
                .unwrap_or_default()
        };
        match (&want.what, state) {
            (What::Rows, States::Counts(cube)) => count(&mut cube.places, cells),
            (What::Bins(input), States::Counts(cube)) => {
                if let Some(known) = &input.bins {
                    find_bins(&input.base, known, rows, bins);
                    count_bins(&mut cube.places, known.width(), cells, bins);
                }
            }
            (What::Numbers(input), States::Narrow(cube, window)) => {
                numbers::<Narrow>(cube, *window, input, rows, cells)
            }
            (What::Numbers(input), States::Split(cube, window)) => numbers::<Split>(cube, *window, input, rows, cells),
            (What::Numbers(input), States::Wide(cube, window)) => numbers::<Wide>(cube, *window, input, rows, cells),
            (What::Pairs(a, b), States::NarrowPairs(cube, p, q)) => {
                pairs::<Narrow>(cube, (*p, *q), (a, b), rows, cells)
            }
            (What::Pairs(a, b), States::SplitPairs(cube, p, q)) => pairs::<Split>(cube, (*p, *q), (a, b), rows, cells),
            (What::Pairs(a, b), States::WidePairs(cube, p, q)) => pairs::<Wide>(cube, (*p, *q), (a, b), rows, cells),
            (What::WeightRows | What::WeightBins(_), state) => {
                bins.clear();
                bins.resize(rows.len(), 0);
                if let What::WeightBins(input) = &want.what
                    && let Some(known) = &input.bins
                {
                    find_bins(&input.base, known, rows.clone(), bins);
                }
                match state {
                    States::Narrow(cube, window) => weights::<Narrow>(cube, window.scale(), weight(), cells, bins),
                    States::Split(cube, window) => weights::<Split>(cube, window.scale(), weight(), cells, bins),
                    States::Wide(cube, window) => weights::<Wide>(cube, window.scale(), weight(), cells, bins),
                    _ => {}
                }
            }
            (What::WeightedNumbers(input), States::Weighted(cube)) => {
                weighted(cube, input, rows.clone(), weight(), cells)
            }
            (What::Latest, States::Latest(cube)) => {
                if let Some(days) = self.days {
                    latest(cube, days, rows, cells);
                }
            }
            _ => {}
        }
    }
}

/// Places of a cell of a want.
fn width(want: &Want) -> usize {
    match &want.what {
        What::Bins(input) | What::WeightBins(input) => input.bins.as_ref().map_or(1, Bins::width),
        _ => 1,
    }
}

/// What a thread needs for a block.
struct Buffers {
    cells: Vec<u32>,
    masked: Vec<Vec<u32>>,
    bins: Vec<u8>,
}

impl Buffers {
    fn new(scan: &Scan<'_>) -> Self {
        Self {
            cells: Vec::with_capacity(BLOCK),
            masked: scan.masks.iter().map(|_| Vec::with_capacity(BLOCK)).collect(),
            bins: Vec::with_capacity(BLOCK),
        }
    }
}

/// The bin of each row of a block.
fn find_bins(column: &Column, known: &Bins, rows: std::ops::Range<usize>, bins: &mut Vec<u8>) {
    bins.clear();
    match &column.values {
        Values::Int(Ints::I8(values)) => {
            let low = known.low as i8;
            bins.extend(
                values
                    .get(rows.clone())
                    .unwrap_or_default()
                    .iter()
                    .map(|value| value.wrapping_sub(low).cast_unsigned()),
            );
        }
        Values::Text(text) => match &text.codes {
            Codes::U8(codes) => bins.extend_from_slice(codes.get(rows.clone()).unwrap_or_default()),
            _ => bins.extend(rows.clone().map(|row| text.codes.get(row) as u8)),
        },
        Values::Bool(values) => bins.extend(rows.clone().map(|row| u8::from(values.value(row)))),
        _ => bins.resize(rows.len(), 0),
    }
    if let Some(validity) = &column.validity {
        let missing = known.count() as u8;
        let valid = validity.inner().slice(rows.start, rows.len());
        for (bin, valid) in bins.iter_mut().zip(&valid) {
            if !valid {
                *bin = missing;
            }
        }
    }
}

fn count(places: &mut [u64], cells: &[u32]) {
    for &cell in cells {
        if let Some(place) = places.get_mut(cell as usize) {
            *place += 1;
        }
    }
}

fn count_bins(places: &mut [u64], width: usize, cells: &[u32], bins: &[u8]) {
    for (&cell, &bin) in cells.iter().zip(bins) {
        if let Some(place) = places.get_mut(cell as usize * width + usize::from(bin)) {
            *place += 1;
        }
    }
}

/// Each row of a block as a lane adds it; `None`: no value.
fn values<'v, L: Lane>(
    input: &'v Input,
    scale: Scale,
    rows: std::ops::Range<usize>,
) -> impl Iterator<Item = Option<L::Value>> + 'v {
    rows.map(move |row| {
        if !input.base.is_valid(row) {
            return None;
        }
        match &input.base.values {
            Values::Float(values) => values.get(row).map(|&value| L::of_f64(scale, value)),
            Values::Int(values) => Some(L::of_i64(values.get(row))),
            Values::Bool(values) => Some(L::of_i64(i64::from(values.value(row)))),
            _ => None,
        }
    })
}

fn numbers<L: Lane>(
    cube: &mut Cube<Numbers<L>>,
    window: Window,
    input: &Input,
    rows: std::ops::Range<usize>,
    cells: &[u32],
) {
    for (&cell, value) in cells.iter().zip(values::<L>(input, scale_of(input, window), rows)) {
        let Some(place) = cube.places.get_mut(cell as usize) else {
            continue;
        };
        match value {
            Some(value) => place.moments.add(value),
            None => place.missing += 1,
        }
    }
}

fn pairs<L: Lane>(
    cube: &mut Cube<Pairs<L>>,
    windows: (Window, Window),
    inputs: (&Input, &Input),
    rows: std::ops::Range<usize>,
    cells: &[u32],
) {
    let a = values::<L>(inputs.0, scale_of(inputs.0, windows.0), rows.clone());
    let b = values::<L>(inputs.1, scale_of(inputs.1, windows.1), rows);
    for (&cell, (a, b)) in cells.iter().zip(a.zip(b)) {
        let Some(place) = cube.places.get_mut(cell as usize) else {
            continue;
        };
        match (a, b) {
            (Some(a), Some(b)) => place.sums.add(a, b),
            _ => place.missing += 1,
        }
    }
}

fn scale_of(_: &Input, window: Window) -> Scale {
    window.scale()
}

fn weights<L: Lane>(cube: &mut Cube<Numbers<L>>, scale: Scale, weight: &[f64], cells: &[u32], bins: &[u8]) {
    let width = cube.width;
    for ((&cell, &bin), &weight) in cells.iter().zip(bins).zip(weight) {
        if weight > 0.0
            && let Some(place) = cube.places.get_mut(cell as usize * width + usize::from(bin))
        {
            place.moments.add(L::of_f64(scale, weight));
        }
    }
}

fn weighted(
    cube: &mut Cube<WeightedNumbers>,
    input: &Input,
    rows: std::ops::Range<usize>,
    weight: &[f64],
    cells: &[u32],
) {
    for ((row, &cell), &weight) in rows.zip(cells).zip(weight) {
        let Some(place) = cube.places.get_mut(cell as usize) else {
            continue;
        };
        match input.number(row) {
            Some(value) => place.moments.add(value, weight),
            None => place.missing += 1,
        }
    }
}

fn latest(cube: &mut Cube<Latest>, days: &Column, rows: std::ops::Range<usize>, cells: &[u32]) {
    for (row, &cell) in rows.zip(cells) {
        if let (Some(day), Some(place)) = (days.day(row), cube.places.get_mut(cell as usize)) {
            place.0 = place.0.max(day);
        }
    }
}
