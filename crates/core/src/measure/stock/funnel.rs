//! Entities that reach the steps of an ordered funnel.

use bellwether_order::BTreeMap;

use super::{each, instant};
use crate::data::Values;
use crate::measure::calendar::Window;
use crate::measure::finish::{Cell, LEVEL};
use crate::measure::leaf::Leaf;
use crate::measure::lists::{Slices, identity};
use crate::stats::Interval;
use crate::stats::proportion::{self, wilson};

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
