//! The cells of aggregates: which cuts are measured, spread over those that they ignore, hidden where few people are.

use std::sync::Arc;

use bellwether_order::{BTreeMap, BTreeSet};

use super::calendar::{self, Slots, Window};
use super::cell::State;
use super::evaluate::digits;
use super::executor::{Cut, Dim, Request};
use super::finish::Cell;
use super::leaf::{Leaf, Time};
use super::session::Session;
use crate::definition::{CivilDate, MeasureFunction};
use crate::diagnostic::Diagnostic;

/// The cells of aggregates, by number and cut.
pub(crate) type Blocks = BTreeMap<(usize, Cut), Vec<Cell>>;

impl Session<'_> {
    /// The leaf of an aggregate, as of the report's day.
    pub(crate) fn leaf(&self, at: usize) -> Option<&Leaf> {
        self.leaves.get(at)?.as_ref()
    }

    /// The cells of aggregates for the cuts asked for.
    pub(crate) fn blocks(
        &mut self,
        requests: &BTreeMap<usize, Vec<Cut>>,
        slots: &Slots,
        latest: &BTreeSet<usize>,
    ) -> Result<Blocks, Vec<Diagnostic>> {
        let mut blocks = Blocks::new();
        let mut open: Vec<Request> = Vec::new();
        for (&at, cuts) in requests {
            let Some(leaf) = self.leaf(at).cloned() else { continue };
            let leaf = Arc::new(leaf);
            let mut reduced: Vec<Cut> = Vec::new();
            for cut in cuts {
                let cut: Cut = cut.iter().filter(|dim| !self.is_ignored(&leaf, dim)).cloned().collect();
                if self.reaches(&leaf.table, &cut) && !reduced.contains(&cut) {
                    reduced.push(cut);
                }
            }
            open.push(Request {
                at,
                leaf,
                cuts: reduced,
                latest: latest.contains(&at),
                people: None,
            });
        }
        let mut made = self.execute(&open, slots)?;
        self.guard(&open, slots, &mut made)?;
        for (&at, cuts) in requests {
            let Some(leaf) = self.leaf(at).cloned() else { continue };
            for cut in cuts {
                let block = self.spread(&leaf, cut, slots, &made, at);
                blocks.insert((at, cut.clone()), block);
            }
        }
        Ok(blocks)
    }

    /// Whether the rows of a table reach every dimension, some of them perhaps through another table.
    pub(super) fn reaches(&mut self, table: &str, cut: &Cut) -> bool {
        let far = self.far(table, cut);
        far.is_empty() || self.view(table, &far).is_some()
    }

    /// The dimensions that the rows of a table do not reach by themselves.
    pub(super) fn far(&mut self, table: &str, cut: &Cut) -> Cut {
        cut.iter()
            .filter(|dim| self.row_codes(table, dim).is_none())
            .cloned()
            .collect()
    }

    pub(super) fn is_ignored(&self, leaf: &Leaf, dim: &Dim) -> bool {
        match dim {
            Dim::Segment(at) => self
                .axes
                .segments
                .get(*at as usize)
                .is_some_and(|segment| leaf.ignoring.contains(&segment.name)),
            Dim::Entity(_) => false,
        }
    }

    /// The cells of a cut from those of the segments that cut the leaf: it repeats across the others.
    pub(super) fn spread(&mut self, leaf: &Leaf, cut: &Cut, slots: &Slots, made: &Blocks, at: usize) -> Vec<Cell> {
        let sizes: Vec<usize> = cut.iter().map(|dim| self.size(dim)).collect();
        let combinations: usize = sizes.iter().product();
        let kept: Vec<bool> = cut.iter().map(|dim| !self.is_ignored(leaf, dim)).collect();
        let reduced: Cut = cut
            .iter()
            .zip(&kept)
            .filter(|(_, kept)| **kept)
            .map(|(dim, _)| dim.clone())
            .collect();
        let Some(block) = made.get(&(at, reduced)) else {
            return vec![Cell::without(State::NotApplicable); combinations * slots.len()];
        };
        let mut cells = Vec::with_capacity(combinations * slots.len());
        for combination in 0..combinations {
            let mut place = 0;
            for ((value, size), kept) in digits(combination, &sizes).into_iter().zip(&sizes).zip(&kept) {
                if *kept {
                    place = place * size + value;
                }
            }
            cells.extend(
                block
                    .get(place * slots.len()..(place + 1) * slots.len())
                    .unwrap_or_default()
                    .iter()
                    .cloned(),
            );
        }
        cells
    }

    /// The windows of a leaf for some slots; `None`: not applicable there.
    pub(crate) fn windows(&self, leaf: &Leaf, slots: &Slots) -> Vec<Option<Window>> {
        let fiscal_start = self.fiscal_start();
        // A level reads the last snapshot of the window: the latest date that any row of the table bears.
        let snapshots: BTreeSet<i32> = match (&leaf.time, leaf.function) {
            (Time::Dated { days, .. }, MeasureFunction::Level) => {
                (0..days.len()).filter_map(|row| days.day(row)).collect()
            }
            _ => BTreeSet::new(),
        };
        slots
            .windows
            .iter()
            .enumerate()
            .map(|(slot, &window)| {
                if let (
                    Time::Dated {
                        covers: Some(months), ..
                    },
                    Some(key),
                ) = (&leaf.time, slots.key(slot))
                {
                    let calendar = self.axes.periods.get(key.axis as usize)?.period.calendar;
                    if !(calendar::Steps { calendar, fiscal_start }).holds_dates_of(*months) {
                        return None;
                    }
                }
                let start = match leaf.past {
                    Some(span) => calendar::before(CivilDate(window.end.saturating_add(1)), span).0,
                    None if leaf.stays => i32::MIN,
                    None => window.start,
                };
                if leaf.function == MeasureFunction::Level && !snapshots.is_empty() {
                    let last = snapshots.range(start.min(window.end)..=window.end).next_back();
                    let day = last.copied().unwrap_or(window.end);
                    return Some(Window { start: day, end: day });
                }
                Some(Window { start, end: window.end })
            })
            .collect()
    }
}
