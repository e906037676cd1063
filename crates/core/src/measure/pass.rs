//! One pass over a table and the cells that it gives.

use std::sync::Arc;

use arrow_buffer::BooleanBuffer;
use bellwether_order::{BTreeMap, Sort};

use super::calendar::Slots;
use super::cell::State;
use super::evaluate::digits;
use super::executor::{Cut, Group, Member, Request};
use super::finish::{Cell, finish};
use super::grid::Grid;
use super::keys::{self, Keys};
use super::leaf::{Leaf, Time};
use super::lists::{self, Lists};
use super::scan::{Scan, Want, What};
use super::segment::{NO_VALUE, RowCodes};
use super::state::{Finished, States};
use super::stock::{self, Spells, Stock};
use super::targets::Targets;
use super::through::View;
use crate::data::{Column, parallel};
use crate::definition::MeasureFunction;
use crate::diagnostic::Span;
use crate::limits::Stop;

/// A pass to make.
pub(crate) struct Pass<'p> {
    pub(crate) group: &'p Group,
    pub(crate) requests: &'p [Request],
    pub(crate) grid: &'p Grid,
    pub(crate) slots: &'p Slots,
    /// The dimensions of its cube and the codes of each.
    pub(crate) dims: Cut,
    pub(crate) codes: Vec<Arc<RowCodes>>,
    /// The cuts that it serves, and how many values each of their dimensions has.
    pub(crate) served: Vec<(Cut, Vec<usize>)>,
    /// Rows of the table, or of the view.
    pub(crate) rows: usize,
    pub(crate) view: Option<&'p View>,
    /// The steps of funnels, for each member.
    pub(crate) steps: Vec<Vec<String>>,
    pub(crate) threads: usize,
    pub(crate) cancelled: &'p std::sync::atomic::AtomicBool,
    pub(crate) budget: &'p crate::limits::Budget,
}

/// Cells of a request: its number, the cut, places in the block, and the cells there.
pub(crate) struct Made {
    pub(crate) request: usize,
    pub(crate) cut: Cut,
    pub(crate) cells: Vec<(usize, Cell)>,
}

/// A member as the pass sees it.
struct Seen<'p> {
    member: &'p Member,
    leaf: Arc<Leaf>,
    steps: &'p [String],
    wants_latest: bool,
    reads: Reads,
}

/// Where a member's cells come from.
enum Reads {
    /// States, and the latest day where it is wanted.
    States(Vec<Source>, Option<Source>),
    /// Keys of values.
    Keys(Arc<Keys>),
    /// Rows, one by one.
    Rows(Lists, Option<Spells>),
}

/// A state of the scan: as it is, or all places of a cell added up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Source {
    state: usize,
    collapsed: bool,
}

/// A cut of the pass.
struct Served<'p> {
    cut: &'p Cut,
    count: usize,
    /// The number of its first published cell among those of all cuts.
    first: usize,
    /// The combinations of the cube that each of the cut holds.
    parts: Vec<Vec<usize>>,
    states: BTreeMap<Source, States>,
}

impl Pass<'_> {
    /// Makes it.
    ///
    /// # Errors
    ///
    /// Where a state that grows with the rows needs more memory than there is: the aggregate, and why.
    pub(crate) fn run(&self) -> Result<Vec<Made>, (Span, Stop)> {
        let days = match (self.view, &self.group.days) {
            (Some(view), Some(days)) => Some(Arc::new(days.take(&view.rows))),
            (_, days) => days.clone(),
        };
        let (scan, mut seen) = self.plan(days.as_deref());
        let states = scan.run();
        let mut runs = self.grid.runs.clone();
        // One more window holds the rows without a day: they are skipped in the whole time.
        runs.push((self.grid.undated(), self.grid.undated() + 1));
        let served: Vec<Served<'_>> = parallel::map(self.threads, self.served.len(), |at| {
            self.serve(at, &scan, &seen, &states, &runs)
        })
        .into_iter()
        .flatten()
        .collect();
        let grown = self.list(&scan, &mut seen, &served)?;
        let made = self.cells(&served, &seen, days.as_deref(), &runs);
        self.budget.shrink(grown);
        Ok(made)
    }

    /// What the scan collects, and what each member reads of it.
    fn plan<'s>(&'s self, days: Option<&'s Column>) -> (Scan<'s>, Vec<Seen<'s>>) {
        let mut masks: Vec<Arc<BooleanBuffer>> = Vec::new();
        let mut wants: Vec<Want> = Vec::new();
        let mut seen = Vec::new();
        for (member, steps) in self.group.members.iter().zip(&self.steps) {
            let Some(request) = self.requests.get(member.request) else {
                continue;
            };
            if !self.served.iter().any(|(cut, _)| request.cuts.contains(cut)) {
                continue;
            }
            let leaf = self
                .view
                .map_or_else(|| Arc::clone(&member.leaf), |view| Arc::new(view.leaf(&member.leaf)));
            let mut number = |(mask, what): (Option<Arc<BooleanBuffer>>, What)| Source {
                state: want(&mut masks, &mut wants, mask, what),
                collapsed: false,
            };
            let reads = match leaf.wants() {
                Some(wanted) => {
                    let sources = wanted.into_iter().map(&mut number).collect();
                    let latest = request.latest.then(|| number((leaf.used(), What::Latest)));
                    Reads::States(sources, latest)
                }
                None if keys::reads_keys(&leaf) && !request.latest => Reads::Keys(Arc::default()),
                None => Reads::Rows(Lists::default(), None),
            };
            seen.push(Seen {
                member,
                leaf,
                steps,
                wants_latest: request.latest,
                reads,
            });
        }
        let mut wants = share(wants, &mut seen);
        let combinations: usize = self.codes.iter().map(|codes| codes.values.len()).product();
        count_pairs(&mut masks, &mut wants, combinations * self.grid.len());
        let weight = seen.iter().find_map(|seen| seen.leaf.weight.clone());
        let scan = Scan {
            rows: self.rows,
            dims: self.codes.iter().map(AsRef::as_ref).collect(),
            grid: self.grid,
            days,
            masks,
            weight,
            wants,
            threads: self.threads,
            cancelled: self.cancelled,
            budget: self.budget,
        };
        (scan, seen)
    }

    /// Lists the rows of each cell for the members that read them, and gives the bytes that they take.
    fn list(&self, scan: &Scan<'_>, seen: &mut [Seen<'_>], served: &[Served<'_>]) -> Result<u64, (Span, Stop)> {
        if seen.iter().all(|seen| matches!(seen.reads, Reads::States(..))) {
            return Ok(0);
        }
        let mut grown = 0;
        for seen in seen.iter() {
            let each = match seen.reads {
                Reads::States(..) => continue,
                Reads::Keys(_) => 8,
                Reads::Rows(..) => stock::bytes_of_row(seen.leaf.function),
            };
            let used = seen.leaf.mask.as_ref().map_or(self.rows, |mask| mask.count_set_bits());
            let bytes = used as u64 * each + scan.cells() as u64 * 4;
            self.budget.grow(bytes).map_err(|stop| (seen.leaf.span, stop))?;
            grown += bytes;
        }
        let cells = scan.row_cells();
        let mut targets = None;
        let mut made: Vec<(Arc<Leaf>, Arc<Keys>)> = Vec::new();
        for seen in seen {
            match &mut seen.reads {
                Reads::States(..) => {}
                Reads::Keys(keys) => {
                    if targets.is_none() {
                        targets = Some(self.targets(scan, served));
                    }
                    let targets = targets.as_ref().and_then(Option::as_ref);
                    let known = made.iter().find(|(leaf, _)| keys::reads_the_same(leaf, &seen.leaf));
                    let new = || Arc::new(Keys::new(&seen.leaf, &cells, scan.cells(), targets, self.threads));
                    *keys = known.map_or_else(new, |(_, keys)| Arc::clone(keys));
                    made.push((Arc::clone(&seen.leaf), Arc::clone(keys)));
                }
                Reads::Rows(lists, spells) => {
                    *lists = Lists::new(&cells, scan.cells(), seen.leaf.mask.as_deref());
                    if matches!(seen.leaf.time, Time::Stock) {
                        *spells = Spells::new(&seen.leaf);
                    }
                }
            }
        }
        Ok(grown)
    }

    /// The published cells, all cuts one after the other, and which of them each cell of the cube counts in.
    fn targets(&self, scan: &Scan<'_>, served: &[Served<'_>]) -> Option<Targets> {
        let size = self.grid.len();
        let mut runs = Vec::new();
        for served in served {
            for (combination, parts) in served.parts.iter().enumerate() {
                for (run, &(first, end)) in self.grid.runs.iter().enumerate() {
                    let target = self.target(served, combination, run) as u32;
                    runs.extend(
                        parts
                            .iter()
                            .map(|&part| (target, part * size + first..part * size + end)),
                    );
                }
            }
        }
        let count = served.last().map_or(0, |last| self.target(last, last.count, 0));
        Targets::new(scan.cells(), count, runs)
    }

    /// The number of a published cell.
    fn target(&self, served: &Served<'_>, combination: usize, run: usize) -> usize {
        served.first + combination * self.grid.runs.len() + run
    }

    fn serve<'s>(
        &'s self,
        at: usize,
        scan: &Scan<'_>,
        seen: &[Seen<'_>],
        states: &[States],
        runs: &[(usize, usize)],
    ) -> Option<Served<'s>> {
        let (cut, sizes) = self.served.get(at)?;
        let count: usize = sizes.iter().product();
        let map = self.projection(cut, sizes, scan.combinations());
        let mut parts: Vec<Vec<usize>> = vec![Vec::new(); count];
        for (combination, place) in map.iter().enumerate() {
            if let Some(list) = place.and_then(|place| parts.get_mut(place as usize)) {
                list.push(combination);
            }
        }
        let mut sources: Vec<Source> = Vec::new();
        for seen in seen {
            if self.wants_cut(seen, cut)
                && let Reads::States(wants, latest) = &seen.reads
            {
                sources.extend(wants.iter().chain(latest));
            }
        }
        sources.order();
        sources.dedup();
        let states = sources
            .into_iter()
            .filter_map(|source| {
                let made = states.get(source.state)?.cut(self.grid.len(), &map, count, runs);
                Some((source, if source.collapsed { made.collapsed() } else { made }))
            })
            .collect();
        let before = self.served.get(..at).unwrap_or_default();
        let combinations = |(_, sizes): &(Cut, Vec<usize>)| sizes.iter().product::<usize>();
        Some(Served {
            cut,
            count,
            first: before.iter().map(combinations).sum::<usize>() * self.grid.runs.len(),
            parts,
            states,
        })
    }

    /// For each combination of the cube which it is of a cut.
    fn projection(&self, cut: &Cut, cut_sizes: &[usize], combinations: usize) -> Vec<Option<u32>> {
        let sizes: Vec<usize> = self.codes.iter().map(|codes| codes.values.len()).collect();
        let places: Vec<Option<usize>> = cut
            .iter()
            .map(|dim| self.dims.iter().position(|other| other == dim))
            .collect();
        if let ([Some(0)], [codes]) = (places.as_slice(), self.codes.as_slice()) {
            let size = cut_sizes.first().copied().unwrap_or(0) as u32;
            return codes
                .values
                .iter()
                .map(|&value| (value != NO_VALUE && value < size).then_some(value))
                .collect();
        }
        (0..combinations)
            .map(|combination| {
                let digits = digits(combination, &sizes);
                let mut place = 0_u32;
                for (at, &size) in places.iter().zip(cut_sizes) {
                    let value = *self.codes.get((*at)?)?.values.get(*digits.get((*at)?)?)?;
                    if value == NO_VALUE || value as usize >= size {
                        return None;
                    }
                    place = place * size as u32 + value;
                }
                Some(place)
            })
            .collect()
    }

    fn wants_cut(&self, seen: &Seen<'_>, cut: &Cut) -> bool {
        self.requests
            .get(seen.member.request)
            .is_some_and(|request| request.cuts.contains(cut))
    }

    fn cells(
        &self,
        served: &[Served<'_>],
        seen: &[Seen<'_>],
        days: Option<&Column>,
        runs: &[(usize, usize)],
    ) -> Vec<Made> {
        // Cells of rows are dear, and each combination is a task; those of states come in hundreds.
        let mut tasks = Vec::new();
        for (cut, seen) in served
            .iter()
            .flat_map(|served| seen.iter().map(move |seen| (served, seen)))
        {
            if !self.wants_cut(seen, cut.cut) {
                continue;
            }
            let step = match &seen.reads {
                Reads::States(..) => 256,
                Reads::Keys(_) | Reads::Rows(..) => (cut.count / 64).max(1),
            };
            let mut first = 0;
            while first < cut.count {
                let end = (first + step).min(cut.count);
                tasks.push((cut, seen, first..end));
                first = end;
            }
        }
        let made = parallel::map(self.threads, tasks.len(), |at| {
            let (served, seen, combinations) = tasks.get(at)?;
            let mut cells = Vec::new();
            for combination in combinations.clone() {
                match &seen.reads {
                    Reads::States(wants, latest) => {
                        self.of_states(served, seen, wants, *latest, combination, runs, &mut cells);
                    }
                    Reads::Keys(keys) => self.of_keys(served, seen, keys, combination, &mut cells),
                    Reads::Rows(lists, spells) => {
                        self.of_rows(served, seen, lists, spells.as_ref(), combination, days, &mut cells);
                    }
                }
            }
            let request = self.requests.get(seen.member.request)?.at;
            Some(Made {
                request,
                cut: served.cut.clone(),
                cells,
            })
        });
        made.into_iter().flatten().collect()
    }

    #[expect(clippy::too_many_arguments, reason = "one call site, and each is a thing of its own")]
    fn of_states(
        &self,
        served: &Served<'_>,
        seen: &Seen<'_>,
        wants: &[Source],
        latest: Option<Source>,
        combination: usize,
        runs: &[(usize, usize)],
        cells: &mut Vec<(usize, Cell)>,
    ) {
        let dated = self.group.days.is_some() && !seen.leaf.by_end;
        let at = |run: usize| combination * runs.len() + run;
        let cell = |run: usize| {
            let finished: Vec<Finished<'_>> = wants
                .iter()
                .filter_map(|want| Some(served.states.get(want)?.cell(at(run))))
                .collect();
            finish(&seen.leaf, &finished)
        };
        for (run, &slot) in seen.member.slots.iter().enumerate() {
            let mut made = cell(run);
            if dated && self.slots.is_whole(slot) {
                let undated = cell(runs.len() - 1);
                made.skipped += undated.n + undated.skipped;
            }
            if let Some(Finished::Latest(day)) =
                latest.and_then(|latest| Some(served.states.get(&latest)?.cell(at(run))))
            {
                made.latest = day;
            }
            cells.push((combination * self.slots.len() + slot, made));
        }
    }

    fn of_keys(
        &self,
        served: &Served<'_>,
        seen: &Seen<'_>,
        keys: &Keys,
        combination: usize,
        cells: &mut Vec<(usize, Cell)>,
    ) {
        let parts = served.parts.get(combination).map_or(&[][..], Vec::as_slice);
        let size = self.grid.len();
        let runs = |(first, end): (usize, usize)| -> Vec<std::ops::Range<usize>> {
            parts
                .iter()
                .map(|&part| part * size + first..part * size + end)
                .collect()
        };
        let undated = (self.grid.undated(), self.grid.undated() + 1);
        for (at, (&run, &slot)) in self.grid.runs.iter().zip(&seen.member.slots).enumerate() {
            let mut cell = keys.cell(&seen.leaf, &runs(run), self.target(served, combination, at));
            if self.group.days.is_some() && !seen.leaf.by_end && self.slots.is_whole(slot) {
                cell.skipped += keys.rows(&runs(undated));
            }
            cells.push((combination * self.slots.len() + slot, cell));
        }
    }

    #[expect(clippy::too_many_arguments, reason = "one call site, and each is a thing of its own")]
    fn of_rows(
        &self,
        served: &Served<'_>,
        seen: &Seen<'_>,
        lists: &Lists,
        spells: Option<&Spells>,
        combination: usize,
        days: Option<&Column>,
        cells: &mut Vec<(usize, Cell)>,
    ) {
        let leaf = &seen.leaf;
        let parts = served.parts.get(combination).map_or(&[][..], Vec::as_slice);
        let size = self.grid.len();
        let slices = |(first, end): (usize, usize)| -> Vec<&[u32]> {
            parts
                .iter()
                .map(|&part| lists.run(part * size + first, part * size + end))
                .filter(|rows| !rows.is_empty())
                .collect()
        };
        let place = |slot: usize| combination * self.slots.len() + slot;
        if let Some(spells) = spells {
            let rows = slices((0, 1));
            let stock = Stock::new(leaf, spells, &rows);
            for &slot in &seen.member.slots {
                let Some(&window) = self.slots.windows.get(slot) else {
                    continue;
                };
                let cell = if leaf.function == MeasureFunction::Funnel {
                    funnel(leaf, seen.steps, &rows, window)
                } else {
                    stock.seen(window, self.slots.is_whole(slot))
                };
                cells.push((place(slot), cell));
            }
            return;
        }
        let undated = (self.grid.undated(), self.grid.undated() + 1);
        for (&run, &slot) in self.grid.runs.iter().zip(&seen.member.slots) {
            let rows = slices(run);
            let mut cell = lists::listed(leaf, &rows);
            if days.is_some() && !leaf.by_end && self.slots.is_whole(slot) {
                cell.skipped += slices(undated).iter().map(|rows| rows.len() as u64).sum::<u64>();
            }
            if let Some(days) = days.filter(|_| seen.wants_latest) {
                let valid = |row: &&u32| leaf.inputs.iter().all(|input| input.is_valid(**row as usize));
                cell.latest = rows
                    .iter()
                    .flat_map(|rows| rows.iter())
                    .filter(valid)
                    .filter_map(|&row| days.day(row as usize))
                    .max();
            }
            cells.push((place(slot), cell));
        }
    }
}

fn funnel(leaf: &Leaf, steps: &[String], rows: &[&[u32]], window: super::calendar::Window) -> Cell {
    match stock::reached(leaf, steps, rows, window) {
        Some(reached) => {
            let at = |step: usize| reached.entities.get(step).copied().unwrap_or(0);
            let (base, hits) = match leaf.numbers.first() {
                // One step of the journey: who goes on to it from the one before, all of them at the first.
                Some(&step) => (at((step as usize).saturating_sub(1)), at(step as usize)),
                None => (at(0), reached.entities.last().copied().unwrap_or(0)),
            };
            stock::onward(leaf, &reached, base, hits)
        }
        None => Cell::without(State::Failed),
    }
}

/// The number of a want; the same want is collected once.
fn want(
    masks: &mut Vec<Arc<BooleanBuffer>>,
    wants: &mut Vec<Want>,
    mask: Option<Arc<BooleanBuffer>>,
    what: What,
) -> usize {
    let mask = mask.map(|mask| {
        match masks
            .iter()
            .position(|other| Arc::ptr_eq(other, &mask) || **other == *mask)
        {
            Some(at) => at,
            None => {
                masks.push(mask);
                masks.len() - 1
            }
        }
    });
    let same_bins = |a: &super::input::Input, b: &super::input::Input| {
        let low = |input: &super::input::Input| input.bins.as_ref().map(|bins| (bins.low, bins.count()));
        Arc::ptr_eq(&a.base, &b.base) && low(a) == low(b)
    };
    let same = |other: &Want| {
        other.mask == mask
            && match (&other.what, &what) {
                (What::Rows, What::Rows) | (What::WeightRows, What::WeightRows) | (What::Latest, What::Latest) => true,
                (What::Bins(a), What::Bins(b)) | (What::WeightBins(a), What::WeightBins(b)) => same_bins(a, b),
                (What::Numbers(a), What::Numbers(b)) => Arc::ptr_eq(&a.base, &b.base),
                (What::WeightedNumbers(a), What::WeightedNumbers(b)) | (What::Ends(a), What::Ends(b)) => {
                    Arc::ptr_eq(a, b)
                }
                (What::Pairs(a, b), What::Pairs(c, d)) => Arc::ptr_eq(a, c) && Arc::ptr_eq(b, d),
                (What::ByBin(a, b), What::ByBin(c, d)) => Arc::ptr_eq(&a.base, &c.base) && same_bins(b, d),
                _ => false,
            }
    };
    match wants.iter().position(same) {
        Some(at) => at,
        None => {
            wants.push(Want {
                mask,
                what,
                counts: None,
            });
            wants.len() - 1
        }
    }
}

/// Has the rows of pairs counted by their whole number: most often another measure counts them already.
fn count_pairs(masks: &mut Vec<Arc<BooleanBuffer>>, wants: &mut Vec<Want>, cells: usize) {
    for at in 0..wants.len() {
        let Some(pairs) = wants.get(at) else { return };
        let Some((floats, by)) = pairs
            .pairs(cells)
            .map(|(floats, by)| (Arc::clone(floats), Arc::clone(by)))
        else {
            continue;
        };
        let mask = pairs.mask.and_then(|mask| masks.get(mask));
        let known = floats.base.validity.as_ref().map(|valid| match mask {
            Some(mask) => Arc::new(mask.as_ref() & valid.inner()),
            None => Arc::new(valid.inner().clone()),
        });
        let mask = known.or_else(|| mask.cloned());
        let counts = want(masks, wants, mask, What::Bins(by));
        if let Some(pairs) = wants.get_mut(at) {
            pairs.counts = Some(counts);
        }
    }
}

/// Leaves out wants that others hold: rows are the sum of any bins, sums of a column those of its sums by bins.
fn share(wants: Vec<Want>, seen: &mut [Seen<'_>]) -> Vec<Want> {
    let holder = |at: usize| {
        let want = wants.get(at)?;
        wants.iter().position(|other| {
            other.mask == want.mask
                && match (&want.what, &other.what) {
                    (What::Rows, What::Bins(_)) => true,
                    (What::Numbers(a), What::ByBin(b, _)) => Arc::ptr_eq(&a.base, &b.base),
                    _ => false,
                }
        })
    };
    let holders: Vec<Option<usize>> = (0..wants.len()).map(holder).collect();
    let mut places = Vec::with_capacity(wants.len());
    let mut kept = Vec::new();
    for (want, holder) in wants.into_iter().zip(&holders) {
        places.push(kept.len());
        if holder.is_none() {
            kept.push(want);
        }
    }
    let moved = |source: &mut Source| {
        let holder = holders.get(source.state).copied().flatten();
        source.collapsed = holder.is_some();
        source.state = places.get(holder.unwrap_or(source.state)).copied().unwrap_or(0);
    };
    for seen in seen {
        if let Reads::States(sources, latest) = &mut seen.reads {
            sources.iter_mut().chain(latest).for_each(moved);
        }
    }
    kept
}
