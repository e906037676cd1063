//! Which passes over which tables give the cells asked for.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow_buffer::BooleanBuffer;

use super::calendar::{Slots, WHOLE, Window};
use super::cell::State;
use super::finish::{Cell, finish};
use super::grid::Grid;
use super::input::Input;
use super::leaf::{self, Leaf, Time};
use super::lists::{self, Lists};
use super::scan::{Scan, Want, What};
use super::segment::{NO_VALUE, RowCodes};
use super::session::{Blocks, Session};
use super::state::Finished;
use super::stock::{self, Spells};
use super::through::View;
use crate::data::Column;
use crate::definition::{CivilDate, MeasureFunction};
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
    /// Whether the latest day of each cell is wanted.
    pub(crate) latest: bool,
    /// Whether people are counted in place of the aggregate: by a key, or by row.
    pub(crate) people: Option<Option<Arc<Input>>>,
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
        // What has no date is as it is now; alone in a period, as for each row of a table, it counts there.
        let alone = slots.len() == 1;
        let repeats = |request: &&Request| {
            matches!(request.leaf.time, Time::Timeless) || (alone && matches!(request.leaf.time, Time::Undated))
        };
        for request in requests.iter().filter(repeats) {
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
            let whole = Window {
                start: i32::MIN,
                end: self.rows.data.as_of.map_or(i32::MAX, |day| day.0),
            };
            match &request.leaf.time {
                Time::Undated | Time::Timeless => put(Arc::clone(&request.leaf), None, vec![whole], vec![WHOLE], at),
                Time::Stock => put(
                    Arc::clone(&request.leaf),
                    None,
                    vec![whole],
                    (0..slots.len()).collect(),
                    at,
                ),
                Time::Dated { .. } | Time::AsOf if request.leaf.by_end => {
                    for (slot, window) in windows.iter().enumerate() {
                        let Some(window) = window else { continue };
                        let mut leaf = self.leaf_as_of(request.at, CivilDate(window.end))?;
                        if let Some(key) = &request.people {
                            leaf = Arc::new(leaf.people(key.clone()));
                        }
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
        let mut direct: Vec<Cut> = Vec::new();
        for cut in cuts {
            match cut
                .iter()
                .find(|dim| self.row_codes(&group.table, dim).is_none())
                .cloned()
            {
                None => direct.push(cut),
                Some(far) => {
                    if let Some(view) = self.view(&group.table, &far) {
                        let dims = cut.clone();
                        self.run_cube(
                            group,
                            requests,
                            &grid,
                            &dims,
                            std::slice::from_ref(&cut),
                            slots,
                            blocks,
                            Some((&far, &view)),
                        );
                    }
                }
            }
        }
        for (dims, served) in self.cubes(&group.table, &direct, &grid) {
            self.run_cube(group, requests, &grid, &dims, &served, slots, blocks, None);
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

    #[expect(clippy::too_many_arguments, reason = "one call site, and each is a thing of its own")]
    fn run_cube(
        &mut self,
        group: &Group,
        requests: &[Request],
        grid: &Grid,
        dims: &Cut,
        served: &[Cut],
        slots: &Slots,
        blocks: &mut Blocks,
        view: Option<(&Dim, &View)>,
    ) {
        let codes: Vec<Arc<RowCodes>> = dims
            .iter()
            .filter_map(|dim| match view {
                Some((far, view)) if far == dim => Some(Arc::clone(&view.codes)),
                Some((_, view)) => self
                    .row_codes(&group.table, dim)
                    .map(|codes| Arc::new(view.codes_of(&codes))),
                None => self.row_codes(&group.table, dim),
            })
            .collect();
        if codes.len() < dims.len() {
            return;
        }
        let wanted = |member: &&Member| {
            requests
                .get(member.request)
                .is_some_and(|request| served.iter().any(|cut| request.cuts.contains(cut)))
        };
        let seen: Vec<Member> = group
            .members
            .iter()
            .filter(wanted)
            .map(|member| Member {
                request: member.request,
                leaf: view.map_or_else(
                    || Arc::clone(&member.leaf),
                    |(_, view)| Arc::new(view.leaf(&member.leaf)),
                ),
                slots: member.slots.clone(),
            })
            .collect();
        let days = match (view, &group.days) {
            (Some((_, view)), Some(days)) => Some(Arc::new(super::reach::gather(days, &view.rows))),
            (_, days) => days.clone(),
        };
        let mut masks: Vec<Arc<BooleanBuffer>> = Vec::new();
        let mut wants: Vec<Want> = Vec::new();
        let members: Vec<(&Member, Vec<usize>, Option<usize>)> = seen
            .iter()
            .filter_map(|member| {
                let wanted = member.leaf.wants()?;
                let numbers = wanted
                    .into_iter()
                    .map(|(mask, what)| want(&mut masks, &mut wants, mask, what))
                    .collect();
                let latest = requests.get(member.request).is_some_and(|request| request.latest);
                let latest = latest.then(|| want(&mut masks, &mut wants, member.leaf.used(), What::Latest));
                Some((member, numbers, latest))
            })
            .collect();
        let weight = seen.iter().find_map(|member| member.leaf.weight.clone());
        let scan = Scan {
            rows: match view {
                Some((_, view)) => view.rows.len(),
                None => self.rows.data.table(&group.table).map_or(0, |table| table.rows),
            },
            dims: codes.iter().map(AsRef::as_ref).collect(),
            grid,
            days: days.as_deref(),
            masks,
            weight: weight.as_deref(),
            wants,
            threads: self.options.threads,
            cancelled: &self.cancelled,
        };
        let states = scan.run();
        let combinations = scan.combinations();
        let listed: Vec<(&Member, Lists)> = {
            let members: Vec<&Member> = seen.iter().filter(|member| member.leaf.wants().is_none()).collect();
            let cells = if members.is_empty() {
                Vec::new()
            } else {
                scan.row_cells()
            };
            members
                .into_iter()
                .map(|member| (member, Lists::new(&cells, scan.cells(), member.leaf.mask.as_deref())))
                .collect()
        };
        // One more window holds the rows without a day: they are skipped in the whole time.
        let mut runs = grid.runs.clone();
        runs.push((grid.undated(), grid.undated() + 1));
        for cut in served {
            let map = self.projection(dims, &codes, combinations, cut);
            let count: usize = cut.iter().map(|dim| self.size(dim)).product();
            let cells: BTreeMap<usize, _> = members
                .iter()
                .filter(|(member, ..)| {
                    requests
                        .get(member.request)
                        .is_some_and(|request| request.cuts.contains(cut))
                })
                .flat_map(|(_, wants, latest)| wants.iter().chain(latest))
                .map(|&want| {
                    (
                        want,
                        states
                            .get(want)
                            .map(|states| states.cut(grid.len(), &map, count, &runs)),
                    )
                })
                .collect();
            let mut inverse: Vec<Vec<usize>> = vec![Vec::new(); count];
            for (combination, place) in map.iter().enumerate() {
                if let Some(list) = place.and_then(|place| inverse.get_mut(place as usize)) {
                    list.push(combination);
                }
            }
            for (member, lists) in &listed {
                let Some(request) = requests.get(member.request) else {
                    continue;
                };
                let Some(block) = blocks.get_mut(&(request.at, cut.clone())) else {
                    continue;
                };
                let slices = |combination: usize, (first, end): (usize, usize)| -> Vec<&[u32]> {
                    let parts = inverse.get(combination).map_or(&[][..], Vec::as_slice);
                    parts
                        .iter()
                        .map(|&part| lists.run(part * grid.len() + first, part * grid.len() + end))
                        .collect()
                };
                let undated = (grid.undated(), grid.undated() + 1);
                let latest = days
                    .as_deref()
                    .filter(|_| requests.get(member.request).is_some_and(|request| request.latest));
                let cells = self.listed_cells(latest, member, slots, count, &grid.runs, undated, slices);
                for (combination, slot, cell) in cells {
                    if let Some(place) = block.get_mut(combination * slots.len() + slot) {
                        *place = cell;
                    }
                }
            }
            for (member, wants, latest) in &members {
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
                        if slots.is_whole(slot) && group.days.is_some() && !member.leaf.by_end {
                            let undated = cell_at(runs.len() - 1);
                            cell.skipped += undated.n + undated.skipped;
                        }
                        if let Some(Finished::Latest(day)) = latest
                            .and_then(|want| Some(cells.get(&want)?.as_ref()?.cell(combination * runs.len() + run)))
                        {
                            cell.latest = day;
                        }
                        if let Some(place) = block.get_mut(combination * slots.len() + slot) {
                            *place = cell;
                        }
                    }
                }
            }
        }
    }

    /// The cells of an aggregate that reads rows one by one: combination, slot, cell.
    fn listed_cells<'l>(
        &self,
        latest: Option<&Column>,
        member: &Member,
        slots: &Slots,
        count: usize,
        runs: &[(usize, usize)],
        undated: (usize, usize),
        slices: impl Fn(usize, (usize, usize)) -> Vec<&'l [u32]>,
    ) -> Vec<(usize, usize, Cell)> {
        let leaf = &member.leaf;
        let mut made = Vec::new();
        if matches!(leaf.time, Time::Stock) {
            let Some(spells) = Spells::new(leaf) else { return made };
            let steps = self.funnel_steps(leaf);
            for combination in 0..count {
                let rows = slices(combination, (0, 1));
                for &slot in &member.slots {
                    let Some(&window) = slots.windows.get(slot) else {
                        continue;
                    };
                    let cell = if leaf.function == MeasureFunction::Funnel {
                        match stock::reached(leaf, &steps, &rows, window) {
                            Some(reached) => {
                                let base = reached.entities.first().copied().unwrap_or(0);
                                stock::onward(leaf, &reached, base, reached.entities.last().copied().unwrap_or(0))
                            }
                            None => Cell::without(State::Failed),
                        }
                    } else {
                        stock::seen(leaf, &spells, &rows, window, slots.is_whole(slot))
                    };
                    made.push((combination, slot, cell));
                }
            }
            return made;
        }
        for combination in 0..count {
            for (&run, &slot) in runs.iter().zip(&member.slots) {
                let mut cell = lists::listed(leaf, &slices(combination, run));
                if slots.is_whole(slot) && matches!(leaf.time, Time::Dated { .. }) && !leaf.by_end {
                    cell.skipped += slices(combination, undated)
                        .iter()
                        .map(|rows| rows.len() as u64)
                        .sum::<u64>();
                }
                if let Some(days) = latest {
                    let used = slices(combination, run)
                        .into_iter()
                        .flatten()
                        .filter(|&&row| leaf.inputs.iter().all(|input| input.is_valid(row as usize)));
                    cell.latest = used.filter_map(|&row| days.day(row as usize)).max();
                }
                made.push((combination, slot, cell));
            }
        }
        made
    }

    /// The steps of a funnel: those it names, or those of the journey along its column.
    pub(crate) fn funnel_steps(&self, leaf: &Leaf) -> Vec<String> {
        if !leaf.words.is_empty() || leaf.function != MeasureFunction::Funnel {
            return leaf.words.clone();
        }
        let along = |journey: &&crate::definition::Journey| {
            journey
                .along
                .iter()
                .any(|column| column.table == leaf.table && column.path.last() == leaf.step_name.as_ref())
        };
        let journeys = &self.card.journeys;
        let Some(journey) = journeys.iter().find(along).or(journeys.first()) else {
            return Vec::new();
        };
        super::segment::journey_steps(journey)
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
