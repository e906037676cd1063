//! Aggregates that read the rows of a cell one by one: percentiles, distinct values, extremes, the latest value.

use std::sync::Arc;

use arrow_buffer::BooleanBuffer;
use bellwether_order::Sort;

use super::cell::State;
use super::finish::{Cell, LEVEL};
use super::input::{Input, number_of};
use super::leaf::Leaf;
use crate::data::{Column, Ints, Values};
use crate::definition::MeasureFunction;
use crate::stats::exact::{Moments, Wide, Window};
use crate::stats::{quantile, weight};

/// The rows of each cell of a cube, cell after cell.
#[derive(Debug, Clone, Default)]
pub(crate) struct Lists {
    /// Where each cell starts; one more than cells.
    offsets: Vec<u32>,
    rows: Vec<u32>,
}

impl Lists {
    /// Sorts rows by cell. `cells` gives the cell of each row; rows of the last cell, and those off the mask, are left out.
    pub(crate) fn new(cells: &[u32], count: usize, mask: Option<&BooleanBuffer>) -> Self {
        let counts = |row: usize| mask.is_none_or(|mask| mask.value(row));
        let mut offsets = vec![0_u32; count + 2];
        for (row, &cell) in cells.iter().enumerate() {
            if counts(row)
                && let Some(place) = offsets.get_mut(cell as usize + 2)
            {
                *place += 1;
            }
        }
        let mut sum = 0;
        for place in &mut offsets {
            sum += *place;
            *place = sum;
        }
        let mut rows = vec![0_u32; sum as usize];
        for (row, &cell) in cells.iter().enumerate() {
            if (cell as usize) < count
                && counts(row)
                && let Some(place) = offsets.get_mut(cell as usize + 1)
            {
                if let Some(slot) = rows.get_mut(*place as usize) {
                    *slot = row as u32;
                }
                *place += 1;
            }
        }
        offsets.pop();
        Self { offsets, rows }
    }

    /// The rows of a run of cells.
    pub(crate) fn run(&self, first: usize, end: usize) -> &[u32] {
        let at = |cell: usize| self.offsets.get(cell).copied().unwrap_or(0) as usize;
        self.rows.get(at(first)..at(end)).unwrap_or_default()
    }
}

/// Rows in a few slices.
pub(crate) type Slices<'l> = [&'l [u32]];

fn each<'l>(slices: &'l Slices<'_>) -> impl Iterator<Item = usize> + Clone + 'l {
    slices.iter().flat_map(|slice| slice.iter().map(|&row| row as usize))
}

/// The cell of a leaf over lists of rows.
pub(crate) fn listed(leaf: &Leaf, slices: &Slices<'_>) -> Cell {
    use MeasureFunction as F;
    let Some(input) = leaf.inputs.first() else {
        return Cell::without(State::Failed);
    };
    let rows: usize = slices.iter().map(|slice| slice.len()).sum();
    match leaf.function {
        F::Median => percentile(leaf, input, slices, 50.0),
        F::Percentile => percentile(leaf, input, slices, leaf.numbers.first().copied().unwrap_or(50.0)),
        F::CountDistinct => {
            let mut values: Vec<u64> = each(slices).filter_map(|row| identity(&input.base, row)).collect();
            let n = values.len() as u64;
            values.sort_unstable();
            values.dedup();
            Cell::of(Some(values.len() as f64), n, rows as u64 - n).counted()
        }
        F::Last => last(leaf, slices),
        F::RevenueCoverage => heard(leaf, slices),
        F::Agreement | F::Kappa | F::Icc => super::raters::rated(leaf, slices),
        _ => Cell::without(State::Failed),
    }
}

fn percentile(leaf: &Leaf, input: &Input, slices: &Slices<'_>, p: f64) -> Cell {
    let rows: usize = slices.iter().map(|slice| slice.len()).sum();
    if let Some(weights) = &leaf.weight {
        return weighted_percentile(leaf, input, slices, weights, p);
    }
    let mut values: Vec<f64> = Vec::with_capacity(rows);
    values.extend(each(slices).filter_map(|row| input.number(row)));
    let n = values.len() as u64;
    let value = select(&mut values, p);
    let interval = quantile::percentile_ranks(n, p, LEVEL).and_then(|(low, high)| {
        Some(crate::stats::Interval {
            low: nth(&mut values, low)?,
            high: nth(&mut values, high)?,
        })
    });
    Cell::of(value, n, rows as u64 - n).with_interval(interval, "order statistics", leaf)
}

/// The value of a rank, counted from 1, found without sorting everything.
fn nth(values: &mut [f64], rank: u64) -> Option<f64> {
    let index = usize::try_from(rank.checked_sub(1)?)
        .ok()
        .filter(|&index| index < values.len())?;
    let (_, value, _) = values.select_nth_unstable_by(index, f64::total_cmp);
    Some(*value)
}

/// A percentile of type 7, found without sorting everything.
pub(crate) fn select(values: &mut [f64], p: f64) -> Option<f64> {
    let (index, fraction) = quantile::position(values.len() as u64, p)?;
    let index = usize::try_from(index).ok().filter(|&index| index < values.len())?;
    let (_, below, above) = values.select_nth_unstable_by(index, f64::total_cmp);
    let below = *below;
    let above = above.iter().copied().min_by(f64::total_cmp).unwrap_or(below);
    Some(quantile::between(below, above, fraction))
}

fn weighted_percentile(leaf: &Leaf, input: &Input, slices: &Slices<'_>, weights: &[f64], p: f64) -> Cell {
    let rows: usize = slices.iter().map(|slice| slice.len()).sum();
    let mut moments = Moments::<Wide>::default();
    let mut pairs: Vec<(f64, f64)> = Vec::with_capacity(rows);
    let mut known = 0;
    for row in each(slices) {
        let Some(value) = input.number(row) else { continue };
        known += 1;
        let weight = weights.get(row).copied().unwrap_or(0.0);
        if weight > 0.0 {
            moments.add(weight);
            pairs.push((value, weight));
        }
    }
    pairs.order_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
    let mut merged: Vec<(f64, f64)> = Vec::with_capacity(pairs.len());
    for (value, weight) in pairs {
        match merged.last_mut() {
            Some((last, sum)) if *last == value => *sum += weight,
            _ => merged.push((value, weight)),
        }
    }
    let kish = weight::kish_n(&moments.exact(Window::EMPTY));
    let value = kish.and_then(|kish| quantile::percentile_weighted(&merged, kish, p));
    let interval = kish.and_then(|kish| quantile::percentile_interval_weighted(&merged, kish, p, LEVEL));
    Cell::of(value, moments.n(), rows as u64 - known)
        .with_interval(interval, "Woodruff", leaf)
        .with_effective(kish)
}

/// A number for each value of a column, the same for the same value.
pub(crate) fn identity(column: &Column, row: usize) -> Option<u64> {
    if !column.is_valid(row) {
        return None;
    }
    Some(match &column.values {
        Values::Bool(values) => u64::from(values.value(row)),
        Values::Int(values) => values.get(row).cast_unsigned(),
        // -0 is 0.
        Values::Float(values) => values.get(row).map_or(0, |value| (value + 0.0).to_bits()),
        Values::Text(text) => text.codes.get(row) as u64,
        Values::Date(values) => values.get(row).map_or(0, |&day| i64::from(day).cast_unsigned()),
        Values::Timestamp(values) => values.get(row).map_or(0, |&micros| micros.cast_unsigned()),
    })
}

/// The row with the greatest value of a column; the second is whether rows with other values of `of` share it.
pub(crate) fn greatest_row(of: &Column, by: &Column, rows: impl Iterator<Item = usize>) -> Option<(usize, bool)> {
    let mut best: Option<(usize, bool)> = None;
    for row in rows {
        if !of.is_valid(row) || !by.is_valid(row) {
            continue;
        }
        let order = best.map(|(at, _)| compare(by, row, at));
        match order {
            None | Some(std::cmp::Ordering::Greater) => best = Some((row, false)),
            Some(std::cmp::Ordering::Equal) => {
                if let Some((at, tie)) = &mut best {
                    *tie |= identity(of, row) != identity(of, *at);
                }
            }
            Some(std::cmp::Ordering::Less) => {}
        }
    }
    best
}

/// The order of two rows' values of a column.
pub(crate) fn compare(column: &Column, a: usize, b: usize) -> std::cmp::Ordering {
    match &column.values {
        Values::Int(Ints::I64(values)) => values.get(a).cmp(&values.get(b)),
        Values::Timestamp(values) => values.get(a).cmp(&values.get(b)),
        Values::Text(text) => text.get(a).cmp(text.get(b)),
        _ => number_of(column, a)
            .unwrap_or(0.0)
            .total_cmp(&number_of(column, b).unwrap_or(0.0)),
    }
}

/// The sum of a parent's value over the different parents that the rows belong to; n is how many those are.
fn heard(leaf: &Leaf, slices: &Slices<'_>) -> Cell {
    let (Some(value), Some(parent)) = (leaf.inputs.first(), leaf.inputs.get(1)) else {
        return Cell::without(State::Failed);
    };
    let mut skipped = 0;
    let mut found: Vec<(u64, f64)> = Vec::new();
    for row in each(slices) {
        match (identity(&parent.base, row), value.number(row)) {
            (Some(parent), Some(value)) => found.push((parent, value)),
            _ => skipped += 1,
        }
    }
    found.order_by_key(|(parent, _)| *parent);
    found.dedup_by_key(|(parent, _)| *parent);
    let mut sum = Moments::<Wide>::default();
    for (_, value) in &found {
        sum.add(*value);
    }
    // Nobody heard is nothing of the whole, and a fact.
    Cell::of(
        Some(sum.exact(Window::EMPTY).total().unwrap_or(0.0)),
        found.len() as u64,
        skipped,
    )
    .fact()
}

fn last(leaf: &Leaf, slices: &Slices<'_>) -> Cell {
    let (Some(of), Some(by)) = (leaf.inputs.first(), leaf.inputs.get(1)) else {
        return Cell::without(State::Failed);
    };
    let rows: usize = slices.iter().map(|slice| slice.len()).sum();
    let n = each(slices)
        .filter(|&row| of.base.is_valid(row) && by.base.is_valid(row))
        .count() as u64;
    match greatest_row(&of.base, &by.base, each(slices)) {
        Some((_, true)) => Cell::without(State::Failed),
        Some((row, false)) => Cell::of(of.number(row), n, rows as u64 - n).fact(),
        None => Cell::of(None, 0, rows as u64),
    }
}

/// Sums of weights of rows, exactly.
pub(crate) fn weights_of(
    weights: Option<&Arc<[f64]>>,
    rows: impl Iterator<Item = usize>,
) -> crate::stats::exact::ExactMoments {
    let mut moments = Moments::<Wide>::default();
    for row in rows {
        let weight = weights.map_or(1.0, |weights| weights.get(row).copied().unwrap_or(0.0));
        if weight > 0.0 {
            moments.add(weight);
        }
    }
    moments.exact(Window::EMPTY)
}
