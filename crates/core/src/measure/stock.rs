//! Aggregates over rows that live from a start to an end: who is there, who stays, who leaves.
//!
//! A row is alive at an instant t when start < t and its end is missing or not before t. All instants asked for are
//! midnights, so the days of start and end decide. Definitions: docs/measures.csv.

use bellwether_order::BTreeMap;

use super::calendar::{self, Window};
use super::cell::State;
use super::finish::{Cell, LEVEL, add};
use super::leaf::Leaf;
use super::lists::{Slices, identity, weights_of};
use crate::data::{Column, Values};
use crate::definition::{CivilDate, Duration, MeasureFunction, TimeUnit};
use crate::stats::exact::FloatSum;
use crate::stats::influence::Influences;
use crate::stats::mean::t_interval;
use crate::stats::proportion::{WeightedShare, wilson};
use crate::stats::survival::{Lives, SurvivalAt, survival_at};
use crate::stats::{Interval, clv, proportion, weight};

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

fn retention(leaf: &Leaf, spells: &Spells, rows: &[usize], window: Window, whole: bool, skipped: u64) -> Cell {
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

fn revenue(leaf: &Leaf, spells: &Spells, rows: &[usize], window: Window, whole: bool, skipped: u64) -> Cell {
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
fn known_back(leaf: &Leaf, spells: &Spells, window: Window, whole: bool) -> Option<i32> {
    let units = usize::from(leaf.function == MeasureFunction::RevenueRetention);
    let before = back(leaf, window, whole, units)?;
    spells.first.is_some_and(|first| before >= first).then_some(before)
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

/// Rows that start in the window, each with its days to the end, or to the as-of day while it is there.
pub(crate) fn lives<'r>(
    spells: &'r Spells,
    rows: &'r [usize],
    window: Window,
    as_of: i32,
) -> impl Iterator<Item = (usize, i32, Option<i32>)> + 'r {
    rows.iter().filter_map(move |&row| {
        let start = spells
            .start(row)
            .filter(|&start| start >= window.start && start <= window.end && start <= as_of)?;
        Some((row, start, spells.end(row).filter(|&end| end <= as_of)))
    })
}

/// The days that a survival asks for.
pub(crate) fn survival_time(leaf: &Leaf) -> Option<f64> {
    let unit = leaf.words.first().and_then(|word| TimeUnit::named(word))?;
    Some(leaf.numbers.first()? * calendar::mean_days(unit))
}

fn survival(leaf: &Leaf, spells: &Spells, rows: &[usize], window: Window, skipped: u64) -> Cell {
    let Some(time) = survival_time(leaf) else {
        return Cell::without(State::Failed);
    };
    let mut by_days: BTreeMap<i32, (u64, u64)> = BTreeMap::new();
    let mut n = 0;
    for (_, start, end) in lives(spells, rows, window, leaf.as_of) {
        n += 1;
        let entry = by_days.entry(end.unwrap_or(leaf.as_of) - start).or_default();
        if end.is_some() {
            entry.0 += 1;
        } else {
            entry.1 += 1;
        }
    }
    let lives: Vec<Lives> = by_days
        .into_iter()
        .map(|(days, (events, censored))| Lives {
            duration: f64::from(days),
            events,
            censored,
        })
        .collect();
    match survival_at(&lives, time, LEVEL) {
        SurvivalAt::Known { percent, interval } => {
            Cell::of(Some(percent), n, skipped).with_interval(interval, "Greenwood, log-log", leaf)
        }
        SurvivalAt::NoData | SurvivalAt::NotKnown { .. } => Cell::of(None, n, skipped),
    }
}

/// Whole units from one day to another.
fn whole_units(start: i32, end: i32, unit: TimeUnit) -> u32 {
    let months = || {
        let mut months = ((f64::from(end) - f64::from(start)) / calendar::mean_days(TimeUnit::Month)) as i32 + 1;
        while months > 0 && calendar::shift_months(CivilDate(start), months).0 > end {
            months -= 1;
        }
        months.max(0).cast_unsigned()
    };
    let days = (end - start).max(0).cast_unsigned();
    match unit {
        TimeUnit::Minute => days * 1440,
        TimeUnit::Hour => days * 24,
        TimeUnit::Day => days,
        TimeUnit::Week => days / 7,
        TimeUnit::Month => months(),
        TimeUnit::Quarter => months() / 3,
        TimeUnit::Year => months() / 12,
    }
}

fn lifetime(leaf: &Leaf, spells: &Spells, rows: &[usize], window: Window, skipped: u64) -> Cell {
    let alone: Vec<(u64, usize)> = rows.iter().map(|&row| (row as u64, row)).collect();
    let contracts = contracts(leaf, spells, &alone, window);
    let n = contracts.len() as u64;
    let begun = lives(spells, rows, window, leaf.as_of).count() as u64;
    let made = discount(leaf).and_then(|discount| clv::estimate(&contracts, discount));
    let interval = made.as_ref().and_then(|made| {
        let error = made.influences.as_ref()?.variance()?.sqrt();
        t_interval(made.value, error, n.checked_sub(1)? as f64, LEVEL)
    });
    Cell::of(made.map(|made| made.value), n, skipped + (begun - n)).with_interval(interval, "delta method", leaf)
}

/// The discount of one unit of a lifetime value.
pub(crate) fn discount(leaf: &Leaf) -> Option<f64> {
    let unit = leaf.words.first().and_then(|word| TimeUnit::named(word))?;
    let years = calendar::mean_days(unit) / calendar::mean_days(TimeUnit::Year);
    clv::discount_of_unit(leaf.numbers.first().copied().unwrap_or(0.0), years)
}

/// The contracts that start in the window and whose margin is known, of rows with their entities.
pub(crate) fn contracts(leaf: &Leaf, spells: &Spells, rows: &[(u64, usize)], window: Window) -> Vec<clv::Contract> {
    let (Some(margin), Some(unit)) = (
        leaf.inputs.get(2),
        leaf.words.first().and_then(|word| TimeUnit::named(word)),
    ) else {
        return Vec::new();
    };
    let of = |&(entity, row): &(u64, usize)| {
        let (_, start, end) = lives(spells, &[row], window, leaf.as_of).next()?;
        let lived = whole_units(start, end.unwrap_or(leaf.as_of), unit);
        Some(clv::Contract {
            entity,
            // A leaver leaves in the unit after the whole ones; who is there has completed the whole ones.
            units: if end.is_some() { lived.saturating_add(1) } else { lived },
            left: end.is_some(),
            margin: margin.number(row)?,
        })
    };
    rows.iter().filter_map(of).collect()
}

/// How many entities reach each step of an ordered funnel.
#[derive(Debug, Clone, Default)]
pub(crate) struct Reached {
    /// Entities that reach each step.
    pub(crate) entities: Vec<u64>,
    pub(crate) skipped: u64,
}

/// The entities of some rows whose first step lies in the window, followed to the as-of day.
pub(crate) fn reached(leaf: &Leaf, steps: &[String], slices: &Slices<'_>, window: Window) -> Option<Reached> {
    let [entity, step, at] = leaf.inputs.as_slice() else {
        return None;
    };
    let mut of_entity: BTreeMap<u64, Vec<(i64, usize)>> = BTreeMap::new();
    let mut made = Reached {
        entities: vec![0; steps.len()],
        skipped: 0,
    };
    let Values::Text(names) = &step.base.values else {
        return None;
    };
    let place: Vec<Option<usize>> = names
        .dictionary
        .iter()
        .map(|name| steps.iter().position(|step| Some(step.as_str()) == name))
        .collect();
    for row in each(slices) {
        let found = identity(&entity.base, row)
            .zip(instant(&at.base, row))
            .filter(|_| step.base.is_valid(row));
        let Some((key, time)) = found else {
            made.skipped += 1;
            continue;
        };
        if at.base.day(row).is_some_and(|day| day > leaf.as_of) {
            continue;
        }
        match place.get(names.codes.get(row)).copied().flatten() {
            Some(place) => of_entity.entry(key).or_default().push((time, place)),
            None => made.skipped += 1,
        }
    }
    const DAY: i64 = 86_400_000_000;
    for rows in of_entity.values_mut() {
        rows.sort_unstable();
        let Some(&(mut time, _)) = rows.iter().find(|(_, place)| *place == 0) else {
            continue;
        };
        let first_day = time.div_euclid(DAY);
        if first_day < i64::from(window.start) || first_day > i64::from(window.end) {
            continue;
        }
        for (place, count) in made.entities.iter_mut().enumerate() {
            let Some(&(next, _)) = rows.iter().find(|(at, step)| *step == place && *at >= time) else {
                break;
            };
            *count += 1;
            time = next;
        }
    }
    Some(made)
}

/// The share of entities that go on from a base.
pub(crate) fn onward(leaf: &Leaf, made: &Reached, base: u64, hits: u64) -> Cell {
    let interval: Option<Interval> = wilson(hits, base, LEVEL);
    Cell::of(proportion::percent(hits, base), base, made.skipped).with_interval(interval, "Wilson", leaf)
}
