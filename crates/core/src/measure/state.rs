//! Partial states of cells: they merge without rounding, so rows may come in any order and any blocks.

use crate::stats::exact::{
    Comoments, ExactComoments, ExactMoments, ExactWeighted, Lane, Moments, WeightedMoments, Window,
};

/// A part of a cell's state.
pub(crate) trait State: Clone + Default + Send + Sync {
    /// Adds another part.
    fn merge(&mut self, other: &Self);
    /// Whether nothing was added.
    fn is_empty(&self) -> bool {
        false
    }
}

impl State for u32 {
    fn merge(&mut self, other: &Self) {
        *self += other;
    }
    fn is_empty(&self) -> bool {
        *self == 0
    }
}

/// Sums of a column, and the rows that pass the filters and have no value.
#[derive(Debug, Clone, Default)]
pub(crate) struct Numbers<L: Lane> {
    pub(crate) moments: Moments<L>,
    pub(crate) missing: u64,
}

impl<L: Lane> State for Numbers<L> {
    fn merge(&mut self, other: &Self) {
        self.moments.merge(&other.moments);
        self.missing += other.missing;
    }
    fn is_empty(&self) -> bool {
        self.missing == 0 && self.moments.n() == 0
    }
}

/// Sums of two columns.
#[derive(Debug, Clone, Default)]
pub(crate) struct Pairs<L: Lane> {
    pub(crate) sums: Comoments<L>,
    pub(crate) missing: u64,
}

impl<L: Lane> State for Pairs<L> {
    fn merge(&mut self, other: &Self) {
        self.sums.merge(&other.sums);
        self.missing += other.missing;
    }
    fn is_empty(&self) -> bool {
        self.missing == 0 && self.sums.n() == 0
    }
}

/// Sums of a column of floats beside a small whole number: over the rows that have both, and over the others.
#[derive(Debug, Clone, Default)]
pub(crate) struct Halves<L: Lane> {
    pub(crate) pairs: Pairs<L>,
    pub(crate) alone: Numbers<L>,
}

impl<L: Lane> State for Halves<L> {
    fn merge(&mut self, other: &Self) {
        self.pairs.merge(&other.pairs);
        self.alone.merge(&other.alone);
    }
    fn is_empty(&self) -> bool {
        self.pairs.is_empty() && self.alone.is_empty()
    }
}

impl<L: Lane> Halves<L> {
    /// The sums of the floats over all rows.
    fn floats(&self) -> Numbers<L> {
        let mut all = self.alone.clone();
        all.moments.merge(&self.pairs.sums.second());
        all.missing += self.pairs.missing;
        all
    }
}

/// Weighted sums of a column.
#[derive(Debug, Clone, Default)]
pub(crate) struct WeightedNumbers {
    pub(crate) moments: WeightedMoments,
    pub(crate) missing: u64,
}

impl State for WeightedNumbers {
    fn merge(&mut self, other: &Self) {
        self.moments.merge(&other.moments);
        self.missing += other.missing;
    }
}

/// The extremes of a column.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ends {
    pub(crate) least: f64,
    pub(crate) greatest: f64,
    pub(crate) n: u64,
    pub(crate) missing: u64,
}

impl Default for Ends {
    fn default() -> Self {
        Self {
            least: f64::INFINITY,
            greatest: f64::NEG_INFINITY,
            n: 0,
            missing: 0,
        }
    }
}

impl State for Ends {
    fn merge(&mut self, other: &Self) {
        self.least = self.least.min(other.least);
        self.greatest = self.greatest.max(other.greatest);
        self.n += other.n;
        self.missing += other.missing;
    }
    fn is_empty(&self) -> bool {
        self.n == 0 && self.missing == 0
    }
}

/// The latest day.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Latest(pub(crate) i32);

impl Default for Latest {
    fn default() -> Self {
        Self(i32::MIN)
    }
}

impl State for Latest {
    fn merge(&mut self, other: &Self) {
        self.0 = self.0.max(other.0);
    }
}

/// States of all cells of a cube: combinations of segment values × intervals of time × places in the cell.
#[derive(Debug, Clone)]
pub(crate) struct Cube<S> {
    /// Places of a cell.
    pub(crate) width: usize,
    pub(crate) places: Vec<S>,
}

impl<S: State> Cube<S> {
    pub(crate) fn new(cells: usize, width: usize) -> Self {
        Self {
            width,
            places: vec![S::default(); cells * width],
        }
    }

    /// Adds another cube of the same shape.
    pub(crate) fn merge(&mut self, other: &Self) {
        for (mine, other) in self.places.iter_mut().zip(&other.places) {
            if !other.is_empty() {
                mine.merge(other);
            }
        }
    }

    /// The cells of a cut: fewer combinations, and windows of time in place of intervals.
    ///
    /// `combinations` says for each combination of the cube which it is of the cut (`None`: none).
    pub(crate) fn cut(
        &self,
        intervals: usize,
        combinations: &[Option<u32>],
        count: usize,
        runs: &[(usize, usize)],
    ) -> Self {
        let mut by_interval = Self::new(count * intervals, self.width);
        for (from, to) in self.places.chunks_exact(intervals * self.width).zip(combinations) {
            let Some(to) = to else { continue };
            let start = *to as usize * intervals * self.width;
            let Some(mine) = by_interval.places.get_mut(start..start + intervals * self.width) else {
                continue;
            };
            for (mine, other) in mine.iter_mut().zip(from) {
                if !other.is_empty() {
                    mine.merge(other);
                }
            }
        }
        let mut by_window = Self::new(count * runs.len(), self.width);
        let cells = by_window.places.chunks_exact_mut(runs.len() * self.width);
        for (cells, intervals) in cells.zip(by_interval.places.chunks_exact(intervals * self.width)) {
            for (cell, &(first, end)) in cells.chunks_exact_mut(self.width).zip(runs) {
                let run = intervals.get(first * self.width..end * self.width).unwrap_or_default();
                for part in run.chunks_exact(self.width) {
                    for (mine, other) in cell.iter_mut().zip(part) {
                        if !other.is_empty() {
                            mine.merge(other);
                        }
                    }
                }
            }
        }
        by_window
    }

    /// One place for each cell, all of its places added up.
    pub(crate) fn collapsed(&self) -> Self {
        let places = self.places.chunks_exact(self.width).map(|cell| {
            let mut sum = S::default();
            cell.iter()
                .filter(|place| !place.is_empty())
                .for_each(|place| sum.merge(place));
            sum
        });
        Self {
            width: 1,
            places: places.collect(),
        }
    }

    /// The places of a cell.
    pub(crate) fn cell(&self, at: usize) -> &[S] {
        self.places
            .get(at * self.width..(at + 1) * self.width)
            .unwrap_or_default()
    }
}

/// Cubes of every kind.
#[derive(Debug, Clone)]
pub(crate) enum States {
    /// Rows, or rows for each bin.
    Counts(Cube<u32>),
    /// Sums of a column, or of the weights for each bin.
    Narrow(Cube<Numbers<crate::stats::exact::Narrow>>, Window),
    /// The same for wider numbers.
    Split(Cube<Numbers<crate::stats::exact::Split>>, Window),
    /// The same for any numbers.
    Wide(Cube<Numbers<crate::stats::exact::Wide>>, Window),
    /// Sums of two columns.
    NarrowPairs(Cube<Pairs<crate::stats::exact::Narrow>>, Window, Window),
    /// The same for wider numbers.
    SplitPairs(Cube<Pairs<crate::stats::exact::Split>>, Window, Window),
    /// The same for any numbers.
    WidePairs(Cube<Pairs<crate::stats::exact::Wide>>, Window, Window),
    /// Sums of a column of floats beside a column of small whole numbers, whose window comes first.
    SplitHalves(Cube<Halves<crate::stats::exact::Split>>, Window, Window),
    /// The same for any floats.
    WideHalves(Cube<Halves<crate::stats::exact::Wide>>, Window, Window),
    /// Weighted sums.
    Weighted(Cube<WeightedNumbers>),
    /// Extremes.
    Ends(Cube<Ends>),
    /// Latest days.
    Latest(Cube<Latest>),
}

/// The state of one cell, ready to be read.
#[derive(Debug)]
pub(crate) enum Finished<'s> {
    /// Rows for each bin.
    Counts(&'s [u32]),
    /// Sums, and rows without a value; one for each bin where weights are summed by bin.
    Moments(Vec<(ExactMoments, u64)>),
    /// Sums of two columns.
    Pairs(ExactComoments, u64),
    /// Weighted sums.
    Weighted(ExactWeighted, u64),
    /// Extremes.
    Ends(Ends),
    /// Latest day.
    Latest(Option<i32>),
}

macro_rules! each_cube {
    ($states:expr, $cube:ident => $made:expr) => {
        match $states {
            States::Counts($cube) => States::Counts($made),
            States::Narrow($cube, window) => States::Narrow($made, *window),
            States::Split($cube, window) => States::Split($made, *window),
            States::Wide($cube, window) => States::Wide($made, *window),
            States::NarrowPairs($cube, a, b) => States::NarrowPairs($made, *a, *b),
            States::SplitPairs($cube, a, b) => States::SplitPairs($made, *a, *b),
            States::WidePairs($cube, a, b) => States::WidePairs($made, *a, *b),
            States::SplitHalves($cube, a, b) => States::SplitHalves($made, *a, *b),
            States::WideHalves($cube, a, b) => States::WideHalves($made, *a, *b),
            States::Weighted($cube) => States::Weighted($made),
            States::Ends($cube) => States::Ends($made),
            States::Latest($cube) => States::Latest($made),
        }
    };
}

impl States {
    /// The cells of a cut: see [`Cube::cut`].
    pub(crate) fn cut(
        &self,
        intervals: usize,
        combinations: &[Option<u32>],
        count: usize,
        runs: &[(usize, usize)],
    ) -> Self {
        each_cube!(self, cube => cube.cut(intervals, combinations, count, runs))
    }

    /// One place for each cell, all of its places added up; of pairs, what there is of the floats.
    pub(crate) fn collapsed(&self) -> Self {
        fn floats<L: Lane>(cube: &Cube<Halves<L>>) -> Cube<Numbers<L>> {
            Cube {
                width: 1,
                places: cube.places.iter().map(Halves::floats).collect(),
            }
        }
        match self {
            Self::SplitHalves(cube, _, window) => return Self::Split(floats(cube), *window),
            Self::WideHalves(cube, _, window) => return Self::Wide(floats(cube), *window),
            _ => {}
        }
        each_cube!(self, cube => cube.collapsed())
    }

    /// Adds another cube of the same kind and shape.
    pub(crate) fn merge(&mut self, other: &Self) {
        match (self, other) {
            (Self::Counts(mine), Self::Counts(other)) => mine.merge(other),
            (Self::Narrow(mine, _), Self::Narrow(other, _)) => mine.merge(other),
            (Self::Split(mine, _), Self::Split(other, _)) => mine.merge(other),
            (Self::Wide(mine, _), Self::Wide(other, _)) => mine.merge(other),
            (Self::NarrowPairs(mine, ..), Self::NarrowPairs(other, ..)) => mine.merge(other),
            (Self::SplitPairs(mine, ..), Self::SplitPairs(other, ..)) => mine.merge(other),
            (Self::WidePairs(mine, ..), Self::WidePairs(other, ..)) => mine.merge(other),
            (Self::SplitHalves(mine, ..), Self::SplitHalves(other, ..)) => mine.merge(other),
            (Self::WideHalves(mine, ..), Self::WideHalves(other, ..)) => mine.merge(other),
            (Self::Weighted(mine), Self::Weighted(other)) => mine.merge(other),
            (Self::Ends(mine), Self::Ends(other)) => mine.merge(other),
            (Self::Latest(mine), Self::Latest(other)) => mine.merge(other),
            _ => {}
        }
    }

    /// The state of a cell.
    pub(crate) fn cell(&self, at: usize) -> Finished<'_> {
        fn moments<L: Lane>(cell: &[Numbers<L>], window: Window) -> Finished<'static> {
            Finished::Moments(
                cell.iter()
                    .map(|place| (place.moments.exact(window), place.missing))
                    .collect(),
            )
        }
        fn pairs<L: Lane>(cell: &[Pairs<L>], a: Window, b: Window) -> Finished<'static> {
            let place = cell.first().cloned().unwrap_or_default();
            Finished::Pairs(place.sums.exact(a, b), place.missing)
        }
        fn halves<L: Lane>(cell: &[Halves<L>], a: Window, b: Window) -> Finished<'static> {
            let place = cell.first().cloned().unwrap_or_default();
            let missing = place.pairs.missing + place.alone.moments.n() + place.alone.missing;
            Finished::Pairs(place.pairs.sums.exact(a, b), missing)
        }
        match self {
            Self::Counts(cube) => Finished::Counts(cube.cell(at)),
            Self::Narrow(cube, window) => moments(cube.cell(at), *window),
            Self::Split(cube, window) => moments(cube.cell(at), *window),
            Self::Wide(cube, window) => moments(cube.cell(at), *window),
            Self::NarrowPairs(cube, a, b) => pairs(cube.cell(at), *a, *b),
            Self::SplitPairs(cube, a, b) => pairs(cube.cell(at), *a, *b),
            Self::WidePairs(cube, a, b) => pairs(cube.cell(at), *a, *b),
            Self::SplitHalves(cube, a, b) => halves(cube.cell(at), *a, *b),
            Self::WideHalves(cube, a, b) => halves(cube.cell(at), *a, *b),
            Self::Weighted(cube) => {
                let place = cube.cell(at).first().cloned().unwrap_or_default();
                Finished::Weighted(place.moments.exact(), place.missing)
            }
            Self::Ends(cube) => Finished::Ends(cube.cell(at).first().copied().unwrap_or_default()),
            Self::Latest(cube) => {
                Finished::Latest(cube.cell(at).first().map(|day| day.0).filter(|&day| day != i32::MIN))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::stats::exact::Wide;

    /// A row: its cell, a value where it has one, a day.
    type Row = (usize, Option<f64>, i32);

    /// A state of each kind.
    type All = (Cube<u32>, Cube<Ends>, Cube<Latest>, Cube<Numbers<Wide>>);

    /// The states of rows in three cells of one place each.
    fn states(rows: &[Row]) -> All {
        let mut all: All = (Cube::new(3, 1), Cube::new(3, 1), Cube::new(3, 1), Cube::new(3, 1));
        for &(cell, value, day) in rows {
            let one = |value: Option<f64>| match value {
                Some(value) => Ends {
                    least: value,
                    greatest: value,
                    n: 1,
                    missing: 0,
                },
                None => Ends {
                    missing: 1,
                    ..Ends::default()
                },
            };
            all.0.places[cell].merge(&1);
            all.1.places[cell].merge(&one(value));
            all.2.places[cell].merge(&Latest(day));
            let mut numbers = Numbers::<Wide>::default();
            match value {
                Some(value) => numbers.moments.add(value),
                None => numbers.missing = 1,
            }
            all.3.places[cell].merge(&numbers);
        }
        all
    }

    /// What a reader sees of them, floats by their bits.
    fn read(states: &All) -> String {
        let window = Window::of([1e300, 5e-324]);
        let cells = (0..3).map(|cell| {
            let ends = states.1.cell(cell)[0];
            let numbers = &states.3.cell(cell)[0];
            format!(
                "{} {:x} {:x} {} {} {} {:?} {}",
                states.0.cell(cell)[0],
                ends.least.to_bits(),
                ends.greatest.to_bits(),
                ends.n,
                ends.missing,
                states.2.cell(cell)[0].0,
                numbers.moments.exact(window),
                numbers.missing
            )
        });
        cells.collect::<Vec<_>>().join("\n")
    }

    proptest! {
        /// However rows are dealt out to parts, and in whatever order the parts are merged, the states are the same.
        #[test]
        fn parts_merge_to_the_whole(
            rows in proptest::collection::vec((0..3_usize, proptest::option::of(-1e300..1e300_f64), -9_000..90_000_i32), 0..60),
            deal in proptest::collection::vec(0..4_usize, 60),
            turn in 0..4_usize,
        ) {
            let whole = read(&states(&rows));
            let mut merged = states(&[]);
            for part in (0..4).map(|part| (part + turn) % 4) {
                let own: Vec<Row> = rows.iter().zip(&deal).filter(|(_, to)| **to == part).map(|(row, _)| *row).collect();
                let part = states(&own);
                merged.0.merge(&part.0);
                merged.1.merge(&part.1);
                merged.2.merge(&part.2);
                merged.3.merge(&part.3);
            }
            prop_assert_eq!(read(&merged), whole);
        }
    }
}
