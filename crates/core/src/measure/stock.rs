//! Aggregates over rows that live from a start to an end: who is there, who stays, who leaves.
//!
//! A row is alive at an instant t when start < t and its end is missing or not before t. All instants asked for are
//! midnights, so the days of start and end decide. Definitions: docs/measures.csv.

mod funnel;
mod lifetime;
mod retained;

use super::calendar::Window;
use super::cell::State;
use super::finish::Cell;
use super::leaf::Leaf;
use super::lists::{Slices, weights_of};
use crate::data::{Column, Values};
use crate::definition::MeasureFunction;
use crate::stats::exact::FloatSum;

pub(crate) use self::funnel::{onward, reached};
pub(crate) use self::lifetime::{contracts, discount, lives, survival_time};
use self::lifetime::{lifetime, survival};
pub(crate) use self::retained::revenues;
use self::retained::{known_back, retention, revenue};

/// What stocks need to know of their table.
#[derive(Debug, Clone)]
pub(crate) struct Spells {
    /// First day of each row; `None`: missing, or after the end.
    starts: Vec<Option<i32>>,
    /// Day of the end; `None`: still there.
    ends: Vec<Option<i32>>,
    /// The first start of the table.
    first: Option<i32>,
}

impl Spells {
    /// The spells of a leaf's rows; `None` where it has no such inputs.
    pub(crate) fn new(leaf: &Leaf) -> Option<Self> {
        let (start, end) = match leaf.function {
            MeasureFunction::RevenueRetention => (leaf.inputs.get(1)?, leaf.inputs.get(2)?),
            MeasureFunction::Funnel => {
                return Some(Self {
                    starts: Vec::new(),
                    ends: Vec::new(),
                    first: None,
                });
            }
            _ => (leaf.inputs.first()?, leaf.inputs.get(1)?),
        };
        let rows = start.base.len();
        let proper = |row: usize| match (instant(&start.base, row), instant(&end.base, row)) {
            (Some(start), Some(end)) => start <= end,
            (start, _) => start.is_some(),
        };
        let starts: Vec<Option<i32>> = (0..rows)
            .map(|row| start.base.day(row).filter(|_| proper(row)))
            .collect();
        let ends = (0..rows).map(|row| end.base.day(row)).collect();
        let first = starts.iter().flatten().min().copied();
        Some(Self { starts, ends, first })
    }

    /// The first day of a row that counts at all.
    pub(crate) fn start(&self, row: usize) -> Option<i32> {
        self.starts.get(row).copied().flatten()
    }

    /// The day on which a row ends; `None`: it is still there.
    pub(crate) fn end(&self, row: usize) -> Option<i32> {
        self.ends.get(row).copied().flatten()
    }

    /// Whether a row that counts is among those that a stock of a period counts. A row whose start is missing is: it is
    /// told as skipped.
    pub(crate) fn is_there(&self, function: MeasureFunction, row: usize, window: Window) -> bool {
        let Some(start) = self.start(row) else { return true };
        let left_by = |day: i32| self.end(row).is_some_and(|end| end < day);
        match function {
            // Alive at the close of some day of the period, of its last day, or at any time in it.
            MeasureFunction::Active => {
                start <= window.end && !left_by(window.start.saturating_add(1)) && self.end(row) != Some(start)
            }
            MeasureFunction::ActiveAtEnd => start <= window.end && !left_by(window.end.saturating_add(1)),
            MeasureFunction::ActiveEver => start <= window.end && !left_by(window.start),
            _ => true,
        }
    }

    /// Whether a row is alive at the first instant of a day.
    fn alive(&self, row: usize, day: i32) -> bool {
        self.start(row).is_some_and(|start| start < day) && self.end(row).is_none_or(|end| end >= day)
    }
}

/// Bytes that a list of rows takes for each of them, with what is made of it for each cell.
pub(crate) const fn bytes_of_row(function: MeasureFunction) -> u64 {
    use MeasureFunction as F;
    match function {
        // Row, its start and end, and its place among those in order.
        F::Retention | F::Churn | F::Survival | F::Clv | F::Active | F::ActiveAtEnd | F::ActiveEver => 36,
        F::RevenueRetention => 56,
        // A time and a step for each row, in a list for each entity.
        F::Funnel => 72,
        // Its value, and its place among them in order.
        _ => 12,
    }
}

/// A point in time, in microseconds.
pub(crate) fn instant(column: &Column, row: usize) -> Option<i64> {
    match &column.values {
        Values::Timestamp(values) => values.get(row).copied().filter(|_| column.is_valid(row)),
        _ => column.day(row).map(|day| i64::from(day) * 86_400_000_000),
    }
}

fn each<'l>(slices: &'l Slices<'_>) -> impl Iterator<Item = usize> + Clone + 'l {
    slices.iter().flat_map(|slice| slice.iter().map(|&row| row as usize))
}

/// The rows of a combination of segment values, to be seen in any window.
pub(crate) struct Stock<'s> {
    leaf: &'s Leaf,
    spells: &'s Spells,
    known: Vec<usize>,
    skipped: u64,
    /// For plain numbers of rows: what a window asks is then found without a look at each row.
    sorted: Option<Sorted>,
}

/// Days of starts and ends in order.
struct Sorted {
    starts: Days,
    ends: Days,
    /// Days of rows that start and end on the same.
    same: Vec<i32>,
}

/// Days in order, with the sums of those before each.
struct Days {
    days: Vec<i32>,
    sums: Vec<i64>,
}

impl Days {
    fn new(mut days: Vec<i32>) -> Self {
        days.sort_unstable();
        let mut sums = vec![0];
        sums.extend(days.iter().scan(0_i64, |sum, &day| {
            *sum += i64::from(day);
            Some(*sum)
        }));
        Self { days, sums }
    }

    /// How many lie before a day.
    fn before(&self, day: i32) -> u64 {
        self.days.partition_point(|&other| other < day) as u64
    }

    /// Of all that lie on or before a day: the days from each to it, both counted.
    fn days_to(&self, day: i32) -> i64 {
        let count = self.days.partition_point(|&other| other <= day);
        count as i64 * (i64::from(day) + 1) - self.sums.get(count).copied().unwrap_or(0)
    }
}

impl<'s> Stock<'s> {
    /// The rows of some slices.
    pub(crate) fn new(leaf: &'s Leaf, spells: &'s Spells, slices: &Slices<'_>) -> Self {
        use MeasureFunction as F;
        let known: Vec<usize> = each(slices).filter(|&row| spells.start(row).is_some()).collect();
        let skipped = (each(slices).count() - known.len()) as u64;
        let plain = leaf.weight.is_none() && matches!(leaf.function, F::Active | F::ActiveAtEnd | F::ActiveEver);
        let sorted = plain.then(|| {
            let starts = || known.iter().filter_map(|&row| spells.start(row));
            let same = |&row: &usize| spells.start(row).filter(|&start| spells.end(row) == Some(start));
            let mut same: Vec<i32> = known.iter().filter_map(same).collect();
            same.sort_unstable();
            Sorted {
                starts: Days::new(starts().collect()),
                ends: Days::new(known.iter().filter_map(|&row| spells.end(row)).collect()),
                same,
            }
        });
        Self {
            leaf,
            spells,
            known,
            skipped,
            sorted,
        }
    }

    /// The cell of a window. `whole`: the whole time.
    pub(crate) fn seen(&self, window: Window, whole: bool) -> Cell {
        use MeasureFunction as F;
        let (leaf, spells, known, skipped) = (self.leaf, self.spells, &self.known, self.skipped);
        if let Some(sorted) = &self.sorted {
            return self.plain(sorted, window, whole);
        }
        match leaf.function {
            F::Active => active(leaf, spells, known, window, whole, skipped),
            F::ActiveAtEnd => {
                let after = window.end.saturating_add(1);
                counted(
                    leaf,
                    known.iter().copied().filter(|&row| spells.alive(row, after)),
                    skipped,
                )
            }
            F::ActiveEver => {
                let there = |row: usize| {
                    spells.start(row).is_some_and(|start| start <= window.end)
                        && spells.end(row).is_none_or(|end| end >= window.start)
                };
                counted(leaf, known.iter().copied().filter(|&row| there(row)), skipped)
            }
            F::Retention | F::Churn => retention(leaf, spells, known, window, whole, skipped),
            F::RevenueRetention => revenue(leaf, spells, known, window, whole, skipped),
            F::Survival => survival(leaf, spells, known, window, skipped),
            F::Clv => lifetime(leaf, spells, known, window, skipped),
            _ => Cell::without(State::Failed),
        }
    }

    /// No row ends before it starts, so rows that are there are those that started less those that ended.
    fn plain(&self, sorted: &Sorted, window: Window, whole: bool) -> Cell {
        let after = window.end.saturating_add(1);
        let (n, value) = match self.leaf.function {
            MeasureFunction::ActiveAtEnd => {
                let n = sorted.starts.before(after) - sorted.ends.before(after);
                (n, n as f64)
            }
            MeasureFunction::ActiveEver => {
                let n = sorted.starts.before(after) - sorted.ends.before(window.start);
                (n, n as f64)
            }
            _ => {
                let open = whole || window.start == i32::MIN;
                let from = if open {
                    self.spells.first.unwrap_or(window.end)
                } else {
                    window.start
                };
                let days = (i64::from(window.end) - i64::from(from) + 1).max(1);
                let alive_to = |day: i32| sorted.starts.days_to(day) - sorted.ends.days_to(day);
                let alive = alive_to(window.end) - alive_to(from.saturating_sub(1));
                let within = |day: i32| sorted.same.partition_point(|&other| other <= day) as u64;
                let gone =
                    sorted.ends.before(from.saturating_add(1)) + (within(window.end) - within(from.min(window.end)));
                (
                    sorted.starts.before(after).saturating_sub(gone),
                    alive as f64 / days as f64,
                )
            }
        };
        Cell::of(Some(value), n, self.skipped).counted()
    }
}

/// A number of rows, or the sum of their weights.
fn counted(leaf: &Leaf, rows: impl Iterator<Item = usize> + Clone, skipped: u64) -> Cell {
    let n = rows.clone().count() as u64;
    let value = if leaf.weight.is_some() {
        weights_of(leaf.weight.as_ref(), rows).total()
    } else {
        Some(n as f64)
    };
    Cell::of(value.or(Some(0.0)), n, skipped).counted()
}

/// Mean of the daily numbers alive.
fn active(leaf: &Leaf, spells: &Spells, rows: &[usize], window: Window, whole: bool, skipped: u64) -> Cell {
    let from = if whole || window.start == i32::MIN {
        spells.first.unwrap_or(window.end)
    } else {
        window.start
    };
    let days = (i64::from(window.end) - i64::from(from) + 1).max(1);
    let mut sum = FloatSum::default();
    let mut n = 0;
    for &row in rows {
        let Some(start) = spells.start(row) else { continue };
        let last = spells.end(row).map_or(window.end, |end| (end - 1).min(window.end));
        let alive = i64::from(last) - i64::from(start.max(from)) + 1;
        if alive > 0 {
            n += 1;
            let weight = leaf
                .weight
                .as_ref()
                .map_or(1.0, |weights| weights.get(row).copied().unwrap_or(0.0));
            sum.add_product(weight, alive as f64);
        }
    }
    Cell::of(sum.value().map(|sum| sum / days as f64), n, skipped).counted()
}

/// What a row adds to a stock or a share of it: to the denominator and to the numerator; `None` where the window does not
/// count it.
pub(crate) fn adds(leaf: &Leaf, spells: &Spells, row: usize, window: Window, whole: bool) -> Option<(f64, f64)> {
    use MeasureFunction as F;
    let after = window.end.saturating_add(1);
    let start = spells.start(row)?;
    match leaf.function {
        F::Active => {
            let open = whole || window.start == i32::MIN;
            let from = if open { spells.first? } else { window.start };
            let last = spells.end(row).map_or(window.end, |end| (end - 1).min(window.end));
            let alive = i64::from(last) - i64::from(start.max(from)) + 1;
            let days = (i64::from(window.end) - i64::from(from) + 1).max(1);
            (alive > 0).then(|| (1.0, alive as f64 / days as f64))
        }
        F::ActiveAtEnd => spells.alive(row, after).then_some((1.0, 1.0)),
        F::ActiveEver => {
            let there = start <= window.end && spells.end(row).is_none_or(|end| end >= window.start);
            there.then_some((1.0, 1.0))
        }
        F::Retention | F::Churn => {
            let before = known_back(leaf, spells, window, whole)?;
            let hit = spells.alive(row, after) != (leaf.function == F::Churn);
            spells
                .alive(row, before)
                .then_some((1.0, if hit { 100.0 } else { 0.0 }))
        }
        F::Survival | F::Clv => {
            let within = start >= window.start && start <= window.end && start <= leaf.as_of;
            within.then_some((1.0, 0.0))
        }
        F::RevenueRetention => Some((1.0, 0.0)),
        _ => None,
    }
}
