//! Which passes over which tables give the cells asked for.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow_buffer::BooleanBuffer;

use super::calendar::{Slots, WHOLE, Window};
use super::cell::State;
use super::finish::{Cell, finish};
use super::grid::Grid;
use super::leaf::{self, Leaf, Time};
use super::scan::{Scan, Want, What};
use super::segment::{NO_VALUE, RowCodes};
use super::session::{Blocks, Session};
use crate::data::Column;
use crate::definition::CivilDate;
use crate::diagnostic::{Diagnostic, codes};

/// Cells of one cube; with more, each cut has a cube of its own.
const MOST_CELLS: usize = 1 << 18;

/// What cells are cut by.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Dim {
    /// A segment, by its index.
    Segment(u16),
    /// Each row of a table.
    Entity(String),
}

/// Dimensions, in order.
pub(crate) type Cut = Vec<Dim>;

/// Cells asked for: an aggregate, and the cuts of which all dimensions are reached.
pub(crate) struct Request {
    pub(crate) at: usize,
    pub(crate) leaf: Arc<Leaf>,
    pub(crate) cuts: Vec<Cut>,
}

/// Requests that one pass can serve: the same rows, days and windows.
struct Group {
    table: String,
    days: Option<Arc<Column>>,
    windows: Vec<Window>,
    members: Vec<Member>,
}

struct Member {
    request: usize,
    leaf: Arc<Leaf>,
    /// The slots that its windows stand for.
    slots: Vec<usize>,
}

impl Session<'_> {
    /// Measures requests; the cells of each cut are combinations × slots.
    pub(crate) fn execute(&mut self, requests: &[Request], slots: &Slots) -> Result<Blocks, Vec<Diagnostic>> {
        let mut blocks = Blocks::new();
        for request in requests {
            for cut in &request.cuts {
                let combinations: usize = cut.iter().map(|dim| self.size(dim)).product();
                blocks.insert(
                    (request.at, cut.clone()),
                    vec![Cell::without(State::NotApplicable); combinations * slots.len()],
                );
            }
        }
        let groups = self.groups(requests, slots)?;
        let passes = groups.len().max(1) as f64;
        for (done, group) in groups.into_iter().enumerate() {
            if let Some(progress) = &self.options.progress
                && !progress(done as f64 / passes)
            {
                return Err(vec![Diagnostic::error(codes::LIMIT, "stopped before it was done")]);
            }
            self.run_group(&group, requests, slots, &mut blocks);
        }
        for request in requests
            .iter()
            .filter(|request| matches!(request.leaf.time, Time::Timeless))
        {
            for cut in &request.cuts {
                for cells in blocks
                    .get_mut(&(request.at, cut.clone()))
                    .into_iter()
                    .flat_map(|block| block.chunks_mut(slots.len()))
                {
                    if let Some((whole, others)) = cells.split_first_mut() {
                        others.iter_mut().for_each(|cell| *cell = whole.clone());
                    }
                }
            }
        }
        Ok(blocks)
    }

    fn groups(&mut self, requests: &[Request], slots: &Slots) -> Result<Vec<Group>, Vec<Diagnostic>> {
        let mut groups: Vec<Group> = Vec::new();
        let mut put =
            |leaf: Arc<Leaf>, days: Option<Arc<Column>>, windows: Vec<Window>, slots: Vec<usize>, request: usize| {
                let same = |group: &&mut Group| {
                    group.table == leaf.table
                        && group.windows == windows
                        && match (&group.days, &days) {
                            (None, None) => true,
                            (Some(a), Some(b)) => Arc::ptr_eq(a, b),
                            _ => false,
                        }
                };
                let member = Member {
                    request,
                    leaf: Arc::clone(&leaf),
                    slots,
                };
                match groups.iter_mut().find(same) {
                    Some(group) => group.members.push(member),
                    None => groups.push(Group {
                        table: leaf.table.clone(),
                        days,
                        windows,
                        members: vec![member],
                    }),
                }
            };
        for (at, request) in requests.iter().enumerate() {
            let windows = self.windows(&request.leaf, slots);
            let whole = slots.windows.get(WHOLE).copied().unwrap_or(Window {
                start: i32::MIN,
                end: i32::MAX,
            });
            match &request.leaf.time {
                Time::Undated | Time::Timeless => put(Arc::clone(&request.leaf), None, vec![whole], vec![WHOLE], at),
                Time::Stock => {}
                Time::Dated { .. } | Time::AsOf if request.leaf.by_end => {
                    for (slot, window) in windows.iter().enumerate() {
                        let Some(window) = window else { continue };
                        let leaf = self.leaf_as_of(request.at, CivilDate(window.end))?;
                        match &leaf.time {
                            Time::Dated { days, .. } => {
                                put(Arc::clone(&leaf), Some(Arc::clone(days)), vec![*window], vec![slot], at)
                            }
                            _ => put(Arc::clone(&leaf), None, vec![whole], vec![slot], at),
                        }
                    }
                }
                Time::AsOf => {}
                Time::Dated { days, .. } => {
                    let known: Vec<usize> = (0..windows.len())
                        .filter(|&slot| windows.get(slot).copied().flatten().is_some())
                        .collect();
                    put(
                        Arc::clone(&request.leaf),
                        Some(Arc::clone(days)),
                        windows.into_iter().flatten().collect(),
                        known,
                        at,
                    );
                }
            }
        }
        Ok(groups)
    }

    fn leaf_as_of(&mut self, aggregate: usize, day: CivilDate) -> Result<Arc<Leaf>, Vec<Diagnostic>> {
        let Some(aggregate) = self.aggregates.get(aggregate).cloned() else {
            return Err(Vec::new());
        };
        leaf::prepare(&mut self.rows, &mut self.shared, &aggregate, day).map(Arc::new)
    }

    fn run_group(&mut self, group: &Group, requests: &[Request], slots: &Slots, blocks: &mut Blocks) {
        let grid = Grid::new(&group.windows);
        let mut cuts: Vec<Cut> = Vec::new();
        for cut in group
            .members
            .iter()
            .filter_map(|member| requests.get(member.request))
            .flat_map(|request| &request.cuts)
        {
            if !cuts.contains(cut) {
                cuts.push(cut.clone());
            }
        }
        for (dims, served) in self.cubes(&group.table, &cuts, &grid) {
            self.run_cube(group, requests, &grid, &dims, &served, slots, blocks);
        }
    }

    /// Which cubes give the cuts: one for all when it is small, else one for each cut that no other holds.
    fn cubes(&mut self, table: &str, cuts: &[Cut], grid: &Grid) -> Vec<(Cut, Vec<Cut>)> {
        let mut all: Cut = cuts.iter().flatten().cloned().collect();
        all.sort();
        all.dedup();
        let mut cells = grid.len();
        for dim in &all {
            let size = self.row_codes(table, dim).map_or(1, |codes| codes.values.len());
            cells = cells.saturating_mul(size);
        }
        if cells <= MOST_CELLS {
            return vec![(all, cuts.to_vec())];
        }
        let holds = |wide: &Cut, cut: &Cut| cut.iter().all(|dim| wide.contains(dim));
        let widest: Vec<&Cut> = cuts
            .iter()
            .filter(|cut| !cuts.iter().any(|other| other.len() > cut.len() && holds(other, cut)))
            .collect();
        let mut cubes: Vec<(Cut, Vec<Cut>)> = widest.into_iter().map(|cut| (cut.clone(), Vec::new())).collect();
        for cut in cuts {
            if let Some((_, served)) = cubes.iter_mut().find(|(wide, _)| holds(wide, cut)) {
                served.push(cut.clone());
            }
        }
        cubes
    }

    #[allow(clippy::too_many_arguments)]
    fn run_cube(
        &mut self,
        group: &Group,
        requests: &[Request],
        grid: &Grid,
        dims: &Cut,
        served: &[Cut],
        slots: &Slots,
        blocks: &mut Blocks,
    ) {
        let codes: Vec<Arc<RowCodes>> = dims
            .iter()
            .filter_map(|dim| self.row_codes(&group.table, dim))
            .collect();
        let mut masks: Vec<Arc<BooleanBuffer>> = Vec::new();
        let mut wants: Vec<Want> = Vec::new();
        let members: Vec<(&Member, Vec<usize>)> = group
            .members
            .iter()
            .filter_map(|member| {
                let wanted = member.leaf.wants()?;
                Some((
                    member,
                    wanted
                        .into_iter()
                        .map(|(mask, what)| want(&mut masks, &mut wants, mask, what))
                        .collect(),
                ))
            })
            .collect();
        let weight = group.members.iter().find_map(|member| member.leaf.weight.clone());
        let scan = Scan {
            rows: self.rows.data.table(&group.table).map_or(0, |table| table.rows),
            dims: codes.iter().map(AsRef::as_ref).collect(),
            grid,
            days: group.days.as_deref(),
            masks,
            weight: weight.as_deref(),
            wants,
            threads: self.options.threads,
            cancelled: &self.cancelled,
        };
        let states = scan.run();
        let combinations = scan.combinations();
        // One more window holds the rows without a day: they are skipped in the whole time.
        let mut runs = grid.runs.clone();
        runs.push((grid.undated(), grid.undated() + 1));
        for cut in served {
            let map = self.projection(dims, &codes, combinations, cut);
            let count: usize = cut.iter().map(|dim| self.size(dim)).product();
            let cells: BTreeMap<usize, _> = members
                .iter()
                .filter(|(member, _)| {
                    requests
                        .get(member.request)
                        .is_some_and(|request| request.cuts.contains(cut))
                })
                .flat_map(|(_, wants)| wants)
                .map(|&want| {
                    (
                        want,
                        states
                            .get(want)
                            .map(|states| states.cut(grid.len(), &map, count, &runs)),
                    )
                })
                .collect();
            for (member, wants) in &members {
                let Some(request) = requests.get(member.request) else {
                    continue;
                };
                let Some(block) = blocks.get_mut(&(request.at, cut.clone())) else {
                    continue;
                };
                for combination in 0..count {
                    let cell_at = |run: usize| {
                        let at = combination * runs.len() + run;
                        let finished: Vec<_> = wants
                            .iter()
                            .filter_map(|want| Some(cells.get(want)?.as_ref()?.cell(at)))
                            .collect();
                        finish(&member.leaf, &finished)
                    };
                    for (run, &slot) in member.slots.iter().enumerate() {
                        let mut cell = cell_at(run);
                        if slot == WHOLE && group.days.is_some() && !member.leaf.by_end {
                            let undated = cell_at(runs.len() - 1);
                            cell.skipped += undated.n + undated.skipped;
                        }
                        if let Some(place) = block.get_mut(combination * slots.len() + slot) {
                            *place = cell;
                        }
                    }
                }
            }
        }
    }

    /// For each combination of a cube which it is of a cut.
    fn projection(&self, dims: &Cut, codes: &[Arc<RowCodes>], combinations: usize, cut: &Cut) -> Vec<Option<u32>> {
        let sizes: Vec<usize> = codes.iter().map(|codes| codes.values.len()).collect();
        (0..combinations)
            .map(|combination| {
                let digits = super::session::digits(combination, &sizes);
                let mut place = 0_u32;
                for dim in cut {
                    let at = dims.iter().position(|other| other == dim)?;
                    let value = *codes.get(at)?.values.get(*digits.get(at)?)?;
                    let size = self.size(dim) as u32;
                    if value == NO_VALUE || value >= size {
                        return None;
                    }
                    place = place * size + value;
                }
                Some(place)
            })
            .collect()
    }
}

/// The number of a want; the same want is collected once.
fn want(
    masks: &mut Vec<Arc<BooleanBuffer>>,
    wants: &mut Vec<Want>,
    mask: Option<Arc<BooleanBuffer>>,
    what: What,
) -> usize {
    let mask = mask.map(|mask| match masks.iter().position(|other| Arc::ptr_eq(other, &mask)) {
        Some(at) => at,
        None => {
            masks.push(mask);
            masks.len() - 1
        }
    });
    let same = |other: &Want| {
        other.mask == mask
            && match (&other.what, &what) {
                (What::Rows, What::Rows) | (What::WeightRows, What::WeightRows) | (What::Latest, What::Latest) => true,
                (What::Bins(a), What::Bins(b)) | (What::WeightBins(a), What::WeightBins(b)) => {
                    Arc::ptr_eq(a, b)
                        || (Arc::ptr_eq(&a.base, &b.base)
                            && a.bins.as_ref().map(|bins| bins.low) == b.bins.as_ref().map(|bins| bins.low))
                }
                (What::Numbers(a), What::Numbers(b)) | (What::WeightedNumbers(a), What::WeightedNumbers(b)) => {
                    Arc::ptr_eq(a, b)
                }
                (What::Pairs(a, b), What::Pairs(c, d)) => Arc::ptr_eq(a, c) && Arc::ptr_eq(b, d),
                _ => false,
            }
    };
    match wants.iter().position(same) {
        Some(at) => at,
        None => {
            wants.push(Want { mask, what });
            wants.len() - 1
        }
    }
}
