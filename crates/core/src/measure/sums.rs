//! Sums of a column of floats in the cells of a cube, collected by exponent.

use arrow_buffer::BooleanBuffer;

use super::bits::each_unset;
use super::parallel;
use super::state::{Cube, Numbers, States};
use crate::stats::exact::{ExponentSums, LaneKind, Moments};

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
    pub(crate) fn states(self, threads: usize) -> States {
        let window = self.sums.window();
        match self.sums.lane() {
            LaneKind::Narrow | LaneKind::Split => {
                States::Split(self.cube(threads, |place| self.sums.split(place, window)), window)
            }
            LaneKind::Wide => States::Wide(self.cube(threads, |place| self.sums.wide(place)), window),
        }
    }

    fn cube<L: crate::stats::exact::Lane>(
        &self,
        threads: usize,
        moments: impl Fn(usize) -> Moments<L> + Sync,
    ) -> Cube<Numbers<L>> {
        let counted = self.nowhere() as usize;
        let ranges = parallel::ranges(self.missing.len(), threads, PART);
        let parts = parallel::map(threads, ranges.len(), |at| {
            let places = ranges.get(at).cloned().unwrap_or_default();
            let place = |place: usize| {
                if place >= counted {
                    return Numbers::default();
                }
                Numbers {
                    moments: moments(place),
                    missing: self.missing.get(place).map_or(0, |&missing| u64::from(missing)),
                }
            };
            places.map(place).collect::<Vec<_>>()
        });
        Cube {
            width: self.width,
            places: parts.concat(),
        }
    }
}
