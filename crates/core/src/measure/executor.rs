//! Which passes over which tables give the cells asked for.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use bellwether_order::{BTreeMap, Sort};

use super::blocks::Blocks;
use super::calendar::{Slots, WHOLE, Window};
use super::cell::State;
use super::finish::Cell;
use super::grid::Grid;
use super::input::Input;
use super::leaf::{Leaf, Time};
use super::pass::Pass;
use super::pool::{CellsKey, Pool};
use super::segment::RowCodes;
use super::session::Session;
use super::through::View;
use crate::data::Column;
use crate::definition::plain::Plain;
use crate::definition::{CivilDate, Journey, MeasureFunction};
use crate::diagnostic::{Diagnostic, Span, codes};
use crate::limits::Stop;

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
pub(crate) struct Group {
    table: String,
    pub(crate) days: Option<Arc<Column>>,
    windows: Vec<Window>,
    pub(crate) members: Vec<Member>,
}

/// A request of a group.
pub(crate) struct Member {
    pub(crate) request: usize,
    pub(crate) leaf: Arc<Leaf>,
    /// The slots that its windows stand for.
    pub(crate) slots: Vec<usize>,
}

/// The finding of a budget that is used up.
pub(super) fn stopped(stop: Stop) -> Vec<Diagnostic> {
    vec![Diagnostic::error(codes::LIMIT, stop.to_string()).help(stop.help())]
}

impl Session<'_> {
    /// Measures requests, those cells that no card with the same data has measured before; the cells of each cut are
    /// combinations × slots.
    pub(crate) fn execute(&mut self, requests: &[Request], slots: &Slots) -> Result<Blocks, Vec<Diagnostic>> {
        let Some(pool) = self.options.pool.clone() else {
            return self.scan(requests, slots);
        };
        let mut blocks = Blocks::new();
        let mut keys = BTreeMap::new();
        let mut open: Vec<Request> = Vec::new();
        let frame = self.frame_number(&pool, slots);
        for request in requests {
            let mut cuts = Vec::new();
            let leaf = self.leaf_number(&pool, request.at);
            for cut in &request.cuts {
                let key = self.cells_key(leaf, request, cut, frame);
                match key.as_ref().and_then(|key| pool.cells(key)) {
                    Some(cells) => _ = blocks.insert((request.at, cut.clone()), cells.to_vec()),
                    None => {
                        cuts.push(cut.clone());
                        key.map(|key| keys.insert((request.at, cut.clone()), key));
                    }
                }
            }
            if !cuts.is_empty() {
                open.push(Request {
                    at: request.at,
                    leaf: Arc::clone(&request.leaf),
                    cuts,
                    latest: request.latest,
                    people: request.people.clone(),
                });
            }
        }
        if open.is_empty() {
            return Ok(blocks);
        }
        let made = self.scan(&open, slots)?;
        // What was stopped is half done.
        let whole = self.options.budget.check().is_ok() && !self.cancelled.load(Ordering::Relaxed);
        for (place, cells) in made {
            if let Some(key) = keys.remove(&place).filter(|_| whole) {
                pool.keep_cells(key, &cells);
            }
            blocks.insert(place, cells);
        }
        Ok(blocks)
    }

    /// The number of the windows that cells stand on, with what else of the card bears on them.
    pub(super) fn frame_number(&self, pool: &Pool, slots: &Slots) -> u32 {
        pool.number(format!("{} {slots:?}", self.frame))
    }

    /// The number of what an aggregate says.
    pub(super) fn leaf_number(&self, pool: &Pool, at: usize) -> Option<u32> {
        Some(pool.number(Plain::of(self.aggregates.get(at)?)?.text))
    }

    /// What the cells of a request depend on; `None`: they are not shared.
    fn cells_key(&self, leaf: Option<u32>, request: &Request, cut: &Cut, frame: u32) -> Option<CellsKey> {
        Some(CellsKey {
            leaf: leaf?,
            frame,
            cut: self.cut_numbers(cut)?,
            latest: request.latest,
            people: request.people.is_some(),
        })
    }

    /// What the dimensions of a cut were declared as, and how many values each has.
    pub(super) fn cut_numbers(&self, cut: &Cut) -> Option<Vec<u32>> {
        let mut numbers = Vec::new();
        for dim in cut {
            let Dim::Segment(at) = dim else { return None };
            numbers.push(self.cutters.get(usize::from(*at))?.declared?);
            numbers.push(u32::try_from(self.size(dim)).ok()?);
        }
        Some(numbers)
    }

    /// Measures requests by passes over their tables.
    pub(super) fn scan(&mut self, requests: &[Request], slots: &Slots) -> Result<Blocks, Vec<Diagnostic>> {
        let mut blocks = Blocks::new();
        for request in requests {
            for cut in &request.cuts {
                let combinations: usize = cut.iter().map(|dim| self.size(dim)).product();
                // A cell, and the state that it is finished from.
                let bytes = (combinations * slots.len()).saturating_mul(2 * size_of::<Cell>());
                self.options.budget.afford(bytes as u64).map_err(stopped)?;
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
            self.options.budget.check().map_err(stopped)?;
            self.run_group(&group, requests, slots, &mut blocks)?;
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
        self.make_leaf(&aggregate, day).map(Arc::new)
    }

    fn run_group(
        &mut self,
        group: &Group,
        requests: &[Request],
        slots: &Slots,
        blocks: &mut Blocks,
    ) -> Result<(), Vec<Diagnostic>> {
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
            let far = self.far(&group.table, &cut);
            if far.is_empty() {
                direct.push(cut);
            } else if let Some(view) = self.view(&group.table, &far) {
                self.run_pass(
                    group,
                    requests,
                    &grid,
                    cut.clone(),
                    vec![cut],
                    slots,
                    blocks,
                    Some(&view),
                )?;
            }
        }
        for (dims, served) in self.cubes(&group.table, &direct, &grid) {
            self.run_pass(group, requests, &grid, dims, served, slots, blocks, None)?;
        }
        Ok(())
    }

    /// Which cubes give the cuts: one for all when it is small, else one for each cut that no other holds.
    fn cubes(&mut self, table: &str, cuts: &[Cut], grid: &Grid) -> Vec<(Cut, Vec<Cut>)> {
        let mut all: Cut = cuts.iter().flatten().cloned().collect();
        all.order();
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

    /// Makes one pass and puts its cells where they belong.
    #[expect(clippy::too_many_arguments, reason = "one call site, and each is a thing of its own")]
    fn run_pass(
        &mut self,
        group: &Group,
        requests: &[Request],
        grid: &Grid,
        dims: Cut,
        served: Vec<Cut>,
        slots: &Slots,
        blocks: &mut Blocks,
        view: Option<&View>,
    ) -> Result<(), Vec<Diagnostic>> {
        let codes: Vec<Arc<RowCodes>> = dims
            .iter()
            .filter_map(|dim| match view.map(|view| (view, view.borne(dim))) {
                Some((_, Some(borne))) => Some(Arc::clone(borne)),
                Some((view, None)) => self
                    .row_codes(&group.table, dim)
                    .map(|codes| Arc::new(view.codes_of(&codes))),
                None => self.row_codes(&group.table, dim),
            })
            .collect();
        if codes.len() < dims.len() {
            return Ok(());
        }
        let sized = |cut: Cut| {
            let sizes = cut.iter().map(|dim| self.size(dim)).collect();
            (cut, sizes)
        };
        let pass = Pass {
            group,
            requests,
            grid,
            slots,
            dims,
            codes,
            served: served.into_iter().map(sized).collect(),
            rows: match view {
                Some(view) => view.rows.len(),
                None => self.rows.data.table(&group.table).map_or(0, |table| table.rows),
            },
            view,
            steps: group
                .members
                .iter()
                .map(|member| self.funnel_steps(&member.leaf))
                .collect(),
            threads: self.options.threads,
            cancelled: &self.cancelled,
            budget: &self.options.budget,
        };
        let at = |span: Span| move |finding: Diagnostic| finding.at(span);
        let made = pass
            .run()
            .map_err(|(span, why)| stopped(why).into_iter().map(at(span)).collect::<Vec<_>>())?;
        for made in made {
            let Some(block) = blocks.get_mut(&(made.request, made.cut)) else {
                continue;
            };
            for (place, cell) in made.cells {
                if let Some(slot) = block.get_mut(place) {
                    *slot = cell;
                }
            }
        }
        Ok(())
    }

    /// The steps of a funnel: those it names, or those of the journey along its column.
    pub(crate) fn funnel_steps(&self, leaf: &Leaf) -> Vec<String> {
        if leaf.function != MeasureFunction::Funnel {
            return leaf.words.clone();
        }
        self.steps_of(&leaf.words, &leaf.table, leaf.step_name.as_ref())
    }

    /// The steps that a funnel names, or else those of the journey along its column.
    pub(super) fn steps_of(&self, named: &[String], table: &str, column: Option<&String>) -> Vec<String> {
        if !named.is_empty() {
            return named.to_vec();
        }
        self.journey_along(table, column)
            .map_or_else(Vec::new, super::segment::journey_steps)
    }

    /// The journey along a column, or else the first of the card.
    pub(super) fn journey_along(&self, table: &str, column: Option<&String>) -> Option<&Journey> {
        let along = |journey: &&Journey| {
            journey
                .along
                .iter()
                .any(|other| other.table == table && other.path.last() == column)
        };
        let journeys = &self.card.journeys;
        journeys.iter().find(along).or(journeys.first())
    }
}
