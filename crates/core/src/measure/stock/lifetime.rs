//! How long rows live that start in a window, and what their lives are worth.

use bellwether_order::BTreeMap;

use super::Spells;
use crate::definition::{CivilDate, TimeUnit};
use crate::measure::calendar::{self, Window};
use crate::measure::cell::State;
use crate::measure::finish::{Cell, LEVEL};
use crate::measure::leaf::Leaf;
use crate::stats::clv;
use crate::stats::mean::t_interval;
use crate::stats::survival::{Lives, SurvivalAt, survival_at};

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

pub(super) fn survival(leaf: &Leaf, spells: &Spells, rows: &[usize], window: Window, skipped: u64) -> Cell {
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

pub(super) fn lifetime(leaf: &Leaf, spells: &Spells, rows: &[usize], window: Window, skipped: u64) -> Cell {
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
