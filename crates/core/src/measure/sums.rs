//! Sums of a column of floats in the cells of a cube, alone or beside small whole numbers, collected by exponent.

use arrow_buffer::BooleanBuffer;

use super::state::{Cube, Halves, Numbers, Pairs, State, States};
use crate::data::bits::each_unset;
use crate::data::parallel;
use crate::stats::exact::{Comoments, ExponentPairs, ExponentSums, Lane, LaneKind, Moments, Wholes, Window};

/// Cells of a task when sums become states.
const PART: usize = 1 << 10;

/// Sums of the places of each cell, and the rows there without a value.
pub(crate) struct FloatSums {
    width: usize,
    sums: ExponentSums,
    missing: Vec<u32>,
}

impl FloatSums {
    /// No sums yet, in so many places of each cell. The last cell takes the rows that do not count.
    pub(crate) fn new(cells: usize, width: usize) -> Self {
        Self {
            width,
            sums: ExponentSums::new(cells * width),
            missing: vec![0; cells * width],
        }
    }

    /// Adds a block of values to their cells and, unless there are none, bins; `places` is room to work in.
    pub(crate) fn add(
        &mut self,
        values: &[f64],
        cells: &[u32],
        bins: &[u8],
        valid: Option<BooleanBuffer>,
        places: &mut Vec<u32>,
    ) {
        let shift = self.width.trailing_zeros();
        let binned = cells
            .iter()
            .zip(bins)
            .map(|(&cell, &bin)| (cell << shift) + u32::from(bin));
        let Some(valid) = valid else {
            if bins.is_empty() {
                return self.sums.add_all(cells.iter().map(|&cell| cell as usize), values);
            }
            return self.sums.add_all(binned.map(|place| place as usize), values);
        };
        places.clear();
        if bins.is_empty() {
            places.extend_from_slice(cells);
        } else {
            places.extend(binned);
        }
        let nowhere = self.nowhere();
        each_unset(&valid, 0..valid.len(), |at| {
            let Some(place) = places.get_mut(at) else { return };
            if let Some(missing) = self.missing.get_mut(*place as usize) {
                *missing += 1;
            }
            *place = nowhere;
        });
        self.sums.add_all(places.iter().map(|&place| place as usize), values);
    }

    /// Adds a block of weights; rows that weigh nothing do not count.
    pub(crate) fn add_weights(&mut self, weights: &[f64], cells: &[u32], bins: &[u8], places: &mut Vec<u32>) {
        let shift = self.width.trailing_zeros();
        let nowhere = self.nowhere();
        places.clear();
        places.extend(cells.iter().enumerate().zip(weights).map(|((at, &cell), &weight)| {
            let bin = bins.get(at).map_or(0, |&bin| u32::from(bin));
            if weight > 0.0 { (cell << shift) + bin } else { nowhere }
        }));
        self.sums.add_all(places.iter().map(|&place| place as usize), weights);
    }

    /// A place of the last cell.
    fn nowhere(&self) -> u32 {
        (self.missing.len() - self.width) as u32
    }

    /// Adds another part of the same cells.
    pub(crate) fn merge(&mut self, other: &Self) {
        self.sums.merge(&other.sums);
        for (mine, other) in self.missing.iter_mut().zip(&other.missing) {
            *mine += other;
        }
    }

    /// The same sums in the narrowest lane that holds them all.
    pub(crate) fn states(&self, threads: usize) -> States {
        let window = self.sums.window();
        match self.sums.lane() {
            LaneKind::Narrow | LaneKind::Split => {
                States::Split(self.cube(threads, |place| self.sums.split(place, window)), window)
            }
            LaneKind::Wide => States::Wide(self.cube(threads, |place| self.sums.wide(place)), window),
        }
    }

    fn cube<L: Lane>(&self, threads: usize, moments: impl Fn(usize) -> Moments<L> + Sync) -> Cube<Numbers<L>> {
        let counted = self.nowhere() as usize;
        let number = |place: usize| Numbers {
            moments: moments(place),
            missing: self.missing.get(place).map_or(0, |&missing| missing.into()),
        };
        Cube {
            width: self.width,
            places: made(threads, self.missing.len(), counted, number),
        }
    }
}

/// Places made by threads; those from `counted` on took the rows that do not count, and stay empty.
fn made<S: State>(threads: usize, places: usize, counted: usize, make: impl Fn(usize) -> S + Sync) -> Vec<S> {
    let ranges = parallel::ranges(places, threads, PART);
    let parts = parallel::map(threads, ranges.len(), |at| {
        let places = ranges.get(at).cloned().unwrap_or_default();
        let place = |place: usize| if place < counted { make(place) } else { S::default() };
        places.map(place).collect::<Vec<S>>()
    });
    parts.concat()
}

/// Sums of floats beside a column of small whole numbers. Each cell has two places: one for the rows with the whole number
/// and, after those of all cells since they are few, one for those without.
pub(crate) struct PairSums {
    sums: ExponentPairs,
    missing: Vec<u32>,
    /// The window of the whole numbers.
    window: Window,
}

/// Which rows of a block have the whole number beside their float.
pub(crate) enum Known {
    /// Each.
    All,
    /// Each that does not hold this number, which stands for none.
    Unless(i8),
    /// Those of a bitmap.
    Rows(BooleanBuffer),
}

impl PairSums {
    /// No sums yet. The last cell takes the rows that do not count.
    pub(crate) fn new(cells: usize, window: Window) -> Self {
        Self {
            sums: ExponentPairs::new(2 * cells),
            missing: vec![0; 2 * cells],
            window,
        }
    }

    /// Adds a block of floats and the whole numbers beside them; both come with the rows that have one. `places` is room to
    /// work in.
    pub(crate) fn add(
        &mut self,
        (values, valid): (&[f64], Option<BooleanBuffer>),
        (beside, known): (&[i8], Known),
        cells: &[u32],
        places: &mut Vec<u32>,
    ) {
        places.clear();
        let without = self.cells() as u32;
        match known {
            Known::All => places.extend_from_slice(cells),
            Known::Unless(none) => {
                let beyond = |x: i8| if x == none { without } else { 0 };
                places.extend(cells.iter().zip(beside).map(|(&cell, &x)| cell + beyond(x)));
            }
            Known::Rows(known) => {
                places.extend_from_slice(cells);
                each_unset(&known, 0..known.len(), |at| {
                    if let Some(place) = places.get_mut(at) {
                        *place += without;
                    }
                });
            }
        }
        if let Some(valid) = valid {
            let nowhere = without - 1;
            each_unset(&valid, 0..valid.len(), |at| {
                let Some(place) = places.get_mut(at) else { return };
                if let Some(missing) = self.missing.get_mut(*place as usize) {
                    *missing += 1;
                }
                *place = nowhere;
            });
        }
        let places = places.iter().zip(beside).map(|(&place, &x)| (place as usize, x));
        self.sums.add_beside(places, values);
    }

    /// The cells, that of the rows which do not count included.
    fn cells(&self) -> usize {
        self.missing.len() / 2
    }

    /// Adds another part of the same cells.
    pub(crate) fn merge(&mut self, other: &Self) {
        self.sums.merge(&other.sums);
        for (mine, other) in self.missing.iter_mut().zip(&other.missing) {
            *mine += other;
        }
    }

    /// The same sums in the narrowest lane that holds them all. `counts` has the rows of each cell by their whole number,
    /// of which `low` is the least, and last those that have none.
    pub(crate) fn states(&self, threads: usize, counts: &Cube<u32>, low: i64, bins: usize) -> States {
        let (x, y) = (self.window, self.sums.window());
        let numbers = |cell: usize| counts.cell(cell).split_at_checked(bins).unwrap_or_default();
        let wholes = |cell: usize| Wholes::of(low, numbers(cell).0);
        let none = |cell: usize| Wholes {
            n: numbers(cell).1.first().map_or(0, |&rows| rows.into()),
            ..Wholes::default()
        };
        let cells = self.cells();
        let of = |place: usize| match place.checked_sub(cells) {
            None => wholes(place),
            Some(cell) => none(cell),
        };
        match self.sums.lane() {
            LaneKind::Narrow | LaneKind::Split => {
                let pairs = |place: usize| self.sums.split(place, y, of(place));
                States::SplitHalves(self.cube(threads, pairs), x, y)
            }
            LaneKind::Wide => {
                let pairs = |place: usize| self.sums.wide(place, of(place));
                States::WideHalves(self.cube(threads, pairs), x, y)
            }
        }
    }

    fn cube<L: Lane>(&self, threads: usize, pairs: impl Fn(usize) -> Comoments<L> + Sync) -> Cube<Halves<L>> {
        let cells = self.cells();
        let missing = |place: usize| self.missing.get(place).map_or(0, |&missing| missing.into());
        let halves = |cell: usize| Halves {
            pairs: Pairs {
                sums: pairs(cell),
                missing: missing(cell),
            },
            alone: Numbers {
                moments: pairs(cells + cell).second(),
                missing: missing(cells + cell),
            },
        };
        Cube {
            width: 1,
            places: made(threads, cells, cells - 1, halves),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::measure::state::Finished;
    use crate::stats::exact::{ExactComoments, ExactMoments, Wide};

    /// A row: its cell, a whole number and a float where it has them.
    type Row = (u32, Option<i8>, Option<f64>);

    const CELLS: usize = 3;
    const LOW: i8 = -3;
    const BINS: usize = 7;

    /// `marked`: a row without a whole number holds one that stands for none.
    fn states(rows: &[Row], marked: bool) -> States {
        let mut sums = PairSums::new(CELLS + 1, Window::of_integers(LOW.into(), 3));
        let mut counts = Cube::<u32>::new(CELLS + 1, 8);
        for block in rows.chunks(5) {
            let values: Vec<f64> = block.iter().map(|row| row.2.unwrap_or(1e9)).collect();
            let none = if marked { LOW + BINS as i8 } else { 0 };
            let whole: Vec<i8> = block.iter().map(|row| row.1.unwrap_or(none)).collect();
            let valid = BooleanBuffer::collect_bool(block.len(), |row| block[row].2.is_some());
            let known = BooleanBuffer::collect_bool(block.len(), |row| block[row].1.is_some());
            let cells: Vec<u32> = block.iter().map(|row| row.0).collect();
            let known = match marked {
                true => Known::Unless(none),
                false => Known::Rows(known),
            };
            sums.add((&values, Some(valid)), (&whole, known), &cells, &mut Vec::new());
        }
        for (cell, x, _) in rows.iter().filter(|row| row.2.is_some()) {
            let bin = x.map_or(BINS, |x| (x - LOW) as usize);
            counts.places[*cell as usize * 8 + bin] += 1;
        }
        sums.states(1, &counts, LOW.into(), BINS)
    }

    fn check(rows: &[Row]) {
        check_made(rows, &states(rows, false));
        check_made(rows, &states(rows, true));
    }

    fn check_made(rows: &[Row], made: &States) {
        let floats = made.collapsed();
        for cell in 0..CELLS {
            let own = || rows.iter().filter(|row| row.0 as usize == cell);
            let mut wanted = Comoments::<Wide>::default();
            own().for_each(|row| {
                if let (_, Some(x), Some(y)) = row {
                    wanted.add((*x).into(), *y);
                }
            });
            let wanted: ExactComoments = wanted.exact(Window::EMPTY, Window::EMPTY);
            let Finished::Pairs(found, missing) = made.cell(cell) else {
                panic!()
            };
            assert_eq!(found, wanted);
            assert_eq!(missing, own().count() as u64 - wanted.x.n);
            let values: Vec<f64> = own().filter_map(|row| row.2).collect();
            let Finished::Moments(found) = floats.cell(cell) else {
                panic!()
            };
            let missing = (own().count() - values.len()) as u64;
            assert_eq!(found, vec![(ExactMoments::of(&values), missing)]);
        }
    }

    proptest! {
        #[test]
        fn sums_of_pairs_are_those_of_superaccumulators(
            rows in proptest::collection::vec(
                (
                    0..CELLS as u32 + 1,
                    proptest::option::weighted(0.8, LOW..=3),
                    proptest::option::weighted(0.9, prop_oneof![Just(0.0), -50.0..50.0_f64, 0.0..1e-3_f64]),
                ),
                0..200,
            ),
        ) {
            check(&rows);
        }
    }

    #[test]
    fn sums_of_pairs_go_over_the_end_of_their_words() {
        // Each adds 3 · (2⁵³ − 1): beyond 2⁶³ after some 340 rows, on either side.
        let value = 2.0_f64.next_down();
        let above: Vec<Row> = (0..5000).map(|_| (0, Some(3), Some(value))).collect();
        check(&above);
        let below: Vec<Row> = (0..5000).map(|_| (1, Some(-3), Some(value))).collect();
        check(&below);
        let mixed: Vec<Row> = above.into_iter().chain(below).map(|row| (2, row.1, row.2)).collect();
        check(&mixed);
    }
}
