//! What is left at the end of a window of those who were there before: rows, and their revenue.

use bellwether_order::BTreeMap;

use super::Spells;
use crate::definition::{CivilDate, Duration, MeasureFunction, TimeUnit};
use crate::measure::calendar::{self, Window};
use crate::measure::cell::State;
use crate::measure::finish::{Cell, LEVEL, add};
use crate::measure::leaf::Leaf;
use crate::measure::lists::{identity, weights_of};
use crate::stats::exact::FloatSum;
use crate::stats::influence::Influences;
use crate::stats::mean::t_interval;
use crate::stats::proportion::{WeightedShare, wilson};
use crate::stats::{Interval, proportion, weight};

/// The day whose first instant lies n units before the end of the window; without n the start of the window.
fn back(leaf: &Leaf, window: Window, whole: bool, units_at: usize) -> Option<i32> {
    match (
        leaf.numbers.first(),
        leaf.words.get(units_at).and_then(|word| TimeUnit::named(word)),
    ) {
        (Some(count), Some(unit)) => {
            let span = Duration {
                count: *count as u32,
                unit,
            };
            Some(calendar::before(CivilDate(window.end.saturating_add(1)), span).0)
        }
        _ if whole => None,
        _ => Some(window.start),
    }
}

pub(super) fn retention(
    leaf: &Leaf,
    spells: &Spells,
    rows: &[usize],
    window: Window,
    whole: bool,
    skipped: u64,
) -> Cell {
    let Some(before) = back(leaf, window, whole, 0) else {
        return Cell::of(None, 0, skipped);
    };
    // Before the first start nothing is known, rather than nobody there.
    if spells.first.is_none_or(|first| before < first) {
        return Cell::of(None, 0, skipped);
    }
    let after = window.end.saturating_add(1);
    let then: Vec<usize> = rows.iter().copied().filter(|&row| spells.alive(row, before)).collect();
    let stay = |row: &usize| spells.alive(*row, after);
    let churn = leaf.function == MeasureFunction::Churn;
    let n = then.len() as u64;
    if leaf.weight.is_some() {
        let hits = weights_of(
            leaf.weight.as_ref(),
            then.iter().copied().filter(|row| stay(row) != churn),
        );
        let misses = weights_of(
            leaf.weight.as_ref(),
            then.iter().copied().filter(|row| stay(row) == churn),
        );
        let mut all = hits.clone();
        add(&mut all, &misses);
        let share = WeightedShare { hits, misses };
        let kish = weight::kish_n(&all);
        return Cell::of(share.percent(), n, skipped)
            .with_interval(share.wilson(LEVEL), "Wilson", leaf)
            .with_effective(kish);
    }
    let hits = then.iter().filter(|row| stay(row) != churn).count() as u64;
    Cell::of(proportion::percent(hits, n), n, skipped).with_interval(wilson(hits, n, LEVEL), "Wilson", leaf)
}

pub(super) fn revenue(leaf: &Leaf, spells: &Spells, rows: &[usize], window: Window, whole: bool, skipped: u64) -> Cell {
    let Some(before) = back(leaf, window, whole, 1) else {
        return Cell::of(None, 0, skipped);
    };
    if spells.first.is_none_or(|first| before < first) {
        return Cell::of(None, 0, skipped);
    }
    let Some((kept, unknown)) = revenue_by_entity(leaf, spells, rows, before, window) else {
        return Cell::without(State::Failed);
    };
    let skipped = skipped + unknown;
    let (mut base, mut stays) = (FloatSum::default(), FloatSum::default());
    for (_, then, now) in &kept {
        base.merge(then);
        stays.merge(now);
    }
    let value = stays.exact().ratio(&base.exact()).map(|share| 100.0 * share);
    let interval = value.and_then(|value| revenue_interval(leaf, &kept, value));
    Cell::of(value, kept.len() as u64, skipped).with_interval(interval, "delta method", leaf)
}

/// The interval of a revenue retention, each entity a cluster of its own.
fn revenue_interval(leaf: &Leaf, kept: &[Revenue], value: f64) -> Option<Interval> {
    let pairs: Option<Vec<(u64, f64, f64)>> = kept
        .iter()
        .enumerate()
        .map(|(at, (_, then, now))| Some((at as u64, then.value()?, 100.0 * now.value()?)))
        .collect();
    let error = Influences::of_ratio(&pairs?)?.variance()?.sqrt();
    let interval = t_interval(value, error, kept.len().checked_sub(1)? as f64, LEVEL)?;
    let (low, high) = leaf.bounds().unwrap_or((0.0, f64::MAX));
    Some(Interval {
        low: interval.low.max(low),
        high: interval.high.min(high),
    })
}

/// An entity's revenue: the place of its first row, the amount alive before, and what is kept of it.
pub(crate) type Revenue = (usize, FloatSum, FloatSum);

/// The revenue of each entity that had some before, and how many rows are skipped; `None` with a negative amount.
fn revenue_by_entity(
    leaf: &Leaf,
    spells: &Spells,
    rows: &[usize],
    before: i32,
    window: Window,
) -> Option<(Vec<Revenue>, u64)> {
    let (entity, amount) = (leaf.inputs.first()?, leaf.inputs.get(3)?);
    let after = window.end.saturating_add(1);
    let mut sums: BTreeMap<u64, Revenue> = BTreeMap::new();
    let mut skipped = 0;
    for (place, &row) in rows.iter().enumerate() {
        let (Some(key), Some(amount)) = (identity(&entity.base, row), amount.number(row)) else {
            skipped += 1;
            continue;
        };
        (amount >= 0.0).then_some(())?;
        let (_, then, now) = sums
            .entry(key)
            .or_insert_with(|| (place, FloatSum::default(), FloatSum::default()));
        if spells.alive(row, before) {
            then.add(amount);
        }
        if spells.alive(row, after) {
            now.add(amount);
        }
    }
    let gross = leaf.words.first().is_some_and(|word| word == "gross");
    let kept = sums.into_values().filter_map(|(place, then, now)| {
        if then.exact().is_zero() {
            return None;
        }
        let grown = gross && then.exact().minus(&now.exact()).is_negative();
        let now = if grown { then.clone() } else { now };
        Some((place, then, now))
    });
    Some((kept.collect(), skipped))
}

/// For each entity with revenue before: the place of its first row among some, that revenue, and what is kept of it.
pub(crate) fn revenues(
    leaf: &Leaf,
    spells: &Spells,
    rows: &[usize],
    window: Window,
    whole: bool,
) -> Option<Vec<(usize, f64, f64)>> {
    let before = known_back(leaf, spells, window, whole)?;
    let (kept, _) = revenue_by_entity(leaf, spells, rows, before, window)?;
    let value = |(place, then, now): &Revenue| Some((*place, then.value()?, now.value()?));
    kept.iter().map(value).collect()
}

/// The day that a measure looks back to, where the table knows of it.
pub(super) fn known_back(leaf: &Leaf, spells: &Spells, window: Window, whole: bool) -> Option<i32> {
    let units = usize::from(leaf.function == MeasureFunction::RevenueRetention);
    let before = back(leaf, window, whole, units)?;
    spells.first.is_some_and(|first| before >= first).then_some(before)
}
