//! A block of rows into the states of the cells where they lie: a loop for each kind of state.

use std::ops::Range;

use arrow_buffer::NullBuffer;

use super::super::input::Input;
use super::super::state::{Cube, Ends, Latest, Numbers, Pairs, State as _, States, WeightedNumbers};
use crate::data::bits::{bytes_of, each_unset, each_word};
use crate::data::narrow;
use crate::data::{Codes, Column, Ints, Values};
use crate::stats::exact::{Lane, Narrow, Scale, Split, Wide, Window};

/// The bin of each row of a block.
pub(super) fn find_bins(input: &Input, rows: Range<usize>, bins: &mut Vec<u8>) {
    bins.clear();
    let Some(known) = &input.bins else {
        bins.resize(rows.len(), 0);
        return;
    };
    match &input.base.values {
        Values::Int(Ints::I8(values)) => {
            let low = known.low as i8;
            let values = values.get(rows.clone()).unwrap_or_default();
            bins.extend(values.iter().map(|value| value.wrapping_sub(low).cast_unsigned()));
        }
        Values::Text(text) => match &text.codes {
            Codes::U8(codes) => bins.extend_from_slice(codes.get(rows.clone()).unwrap_or_default()),
            _ => bins.extend(rows.clone().map(|row| text.codes.get(row) as u8)),
        },
        Values::Bool(values) => each_word(values, rows.clone(), |_, word, length| {
            bins.extend_from_slice(bytes_of(word).get(..length).unwrap_or_default());
        }),
        _ => bins.resize(rows.len(), 0),
    }
    let marked = |ends: narrow::Ends| (i64::from(ends.low), ends.count()) == (known.low, known.count());
    if let Some(validity) = &input.base.validity
        && !input.base.ends().is_some_and(marked)
    {
        let missing = known.count() as u8;
        each_unset(validity.inner(), rows, |at| {
            if let Some(bin) = bins.get_mut(at) {
                *bin = missing;
            }
        });
    }
}

pub(super) fn count(places: &mut [u32], cells: &[u32]) {
    for &cell in cells {
        if let Some(place) = places.get_mut(cell as usize) {
            *place += 1;
        }
    }
}

/// A function of its own, so that its loop has all registers.
#[inline(never)]
pub(super) fn count_bins(places: &mut [u32], width: usize, cells: &[u32], bins: &[u8]) {
    // A product is one step of the processor, a shift by any number of bits three.
    for (&cell, &bin) in cells.iter().zip(bins) {
        if let Some(place) = places.get_mut(cell as usize * width + usize::from(bin)) {
            *place += 1;
        }
    }
}

pub(super) fn sums(state: &mut States, input: &Input, bins: Option<&[u8]>, rows: Range<usize>, cells: &[u32]) {
    match state {
        States::Narrow(cube, window) => numbers::<Narrow>(cube, window.scale(), input, bins, rows, cells),
        States::Split(cube, window) => numbers::<Split>(cube, window.scale(), input, bins, rows, cells),
        States::Wide(cube, window) => numbers::<Wide>(cube, window.scale(), input, bins, rows, cells),
        _ => {}
    }
}

fn numbers<L: Lane>(
    cube: &mut Cube<Numbers<L>>,
    scale: Scale,
    input: &Input,
    bins: Option<&[u8]>,
    rows: Range<usize>,
    cells: &[u32],
) {
    let at = Block {
        bins,
        cells,
        valid: input.base.validity.as_ref(),
        rows: rows.clone(),
    };
    match &input.base.values {
        Values::Float(values) => at.add(cube, slice(values, &rows).iter().map(|&value| L::of_f64(scale, value))),
        Values::Int(Ints::I8(values)) => {
            at.add(cube, slice(values, &rows).iter().map(|&value| L::of_i64(value.into())))
        }
        Values::Int(Ints::I16(values)) => {
            at.add(cube, slice(values, &rows).iter().map(|&value| L::of_i64(value.into())))
        }
        Values::Int(Ints::I32(values)) => {
            at.add(cube, slice(values, &rows).iter().map(|&value| L::of_i64(value.into())))
        }
        Values::Int(Ints::I64(values)) => at.add(cube, slice(values, &rows).iter().map(|&value| L::of_i64(value))),
        Values::Bool(values) => at.add(cube, rows.map(|row| L::of_i64(i64::from(values.value(row))))),
        _ => {}
    }
}

pub(super) fn slice<'v, T>(values: &'v [T], rows: &Range<usize>) -> &'v [T] {
    values.get(rows.clone()).unwrap_or_default()
}

/// Where the values of a block go.
struct Block<'b> {
    bins: Option<&'b [u8]>,
    cells: &'b [u32],
    valid: Option<&'b NullBuffer>,
    rows: Range<usize>,
}

impl Block<'_> {
    #[inline]
    fn add<L: Lane>(&self, cube: &mut Cube<Numbers<L>>, values: impl Iterator<Item = L::Value>) {
        let shift = cube.width.trailing_zeros();
        match self.bins {
            None => add_all(
                cube,
                self.cells.iter().map(|&cell| cell as usize),
                values,
                self.valid,
                &self.rows,
            ),
            Some(bins) => {
                let places = self
                    .cells
                    .iter()
                    .zip(bins)
                    .map(|(&cell, &bin)| ((cell as usize) << shift) + usize::from(bin));
                add_all(cube, places, values, self.valid, &self.rows);
            }
        }
    }
}

#[inline]
fn add_all<L: Lane>(
    cube: &mut Cube<Numbers<L>>,
    places: impl Iterator<Item = usize>,
    values: impl Iterator<Item = L::Value>,
    valid: Option<&NullBuffer>,
    rows: &Range<usize>,
) {
    match valid {
        None => {
            for (place, value) in places.zip(values) {
                if let Some(place) = cube.places.get_mut(place) {
                    place.moments.add(value);
                }
            }
        }
        Some(valid) => {
            let bits = valid.inner().slice(rows.start, rows.len());
            for ((place, value), valid) in places.zip(values).zip(&bits) {
                let Some(place) = cube.places.get_mut(place) else {
                    continue;
                };
                if valid {
                    place.moments.add(value);
                } else {
                    place.missing += 1;
                }
            }
        }
    }
}

/// Each row of a block as a lane adds it; `None`: no value.
fn values<'v, L: Lane>(
    input: &'v Input,
    scale: Scale,
    rows: Range<usize>,
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

pub(super) fn pairs<L: Lane>(
    cube: &mut Cube<Pairs<L>>,
    windows: (Window, Window),
    inputs: (&Input, &Input),
    rows: Range<usize>,
    cells: &[u32],
) {
    let a = values::<L>(inputs.0, windows.0.scale(), rows.clone());
    let b = values::<L>(inputs.1, windows.1.scale(), rows);
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

pub(super) fn weights<L: Lane>(cube: &mut Cube<Numbers<L>>, scale: Scale, weight: &[f64], cells: &[u32], bins: &[u8]) {
    let width = cube.width;
    for ((&cell, &bin), &weight) in cells.iter().zip(bins).zip(weight) {
        if weight > 0.0
            && let Some(place) = cube.places.get_mut(cell as usize * width + usize::from(bin))
        {
            place.moments.add(L::of_f64(scale, weight));
        }
    }
}

pub(super) fn weighted(
    cube: &mut Cube<WeightedNumbers>,
    input: &Input,
    rows: Range<usize>,
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

pub(super) fn latest(cube: &mut Cube<Latest>, days: &Column, rows: Range<usize>, cells: &[u32]) {
    for (row, &cell) in rows.zip(cells) {
        if let (Some(day), Some(place)) = (days.day(row), cube.places.get_mut(cell as usize)) {
            place.0 = place.0.max(day);
        }
    }
}

pub(super) fn extremes(cube: &mut Cube<Ends>, input: &Input, rows: Range<usize>, cells: &[u32]) {
    for (row, &cell) in rows.zip(cells) {
        let Some(place) = cube.places.get_mut(cell as usize) else {
            continue;
        };
        match input.number(row) {
            Some(value) => place.merge(&Ends {
                least: value,
                greatest: value,
                n: 1,
                missing: 0,
            }),
            None => place.missing += 1,
        }
    }
}
