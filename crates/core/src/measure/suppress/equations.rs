//! The equations between cells, what of them is hidden, and which cell to hide next.

use std::collections::VecDeque;

use bellwether_order::{BTreeMap, BTreeSet};

use super::super::calendar::Window;
use super::super::cell::State;
use super::super::finish::Cell;
use super::Member;
use super::rank::{self, MINUS_ONE};
use super::relations::{Combination, Relations};

/// Numbers of nodes with factors; their values add up to 0.
pub(super) type Equation = Vec<(usize, u64)>;

/// The nodes of a vector in a cut: one for each of the cut's cells.
struct Block {
    first: usize,
    vector: usize,
    cut: usize,
}

/// Nodes (what a vector is in a cell), and the equations between them.
pub(super) struct Web<D> {
    cuts: Vec<(Vec<D>, Vec<usize>)>,
    /// The place of each of these cuts in each member.
    places: Vec<Vec<Option<usize>>>,
    /// The members that show each vector.
    holders: Vec<Vec<usize>>,
    blocks: Vec<Block>,
    /// The block of each vector and cut.
    block_of: BTreeMap<(usize, usize), usize>,
    /// Nodes of cells; those that follow are differences.
    cells: usize,
    equations: Vec<Equation>,
    of: Vec<Vec<usize>>,
    /// No member shows it.
    unknown: Vec<bool>,
    /// It must not be worked out.
    secret: Vec<bool>,
    /// It follows from what the conditions say.
    known: Vec<bool>,
    /// How many nodes of each equation are unknown.
    open: Vec<usize>,
    /// Equations that came to have a single one.
    alone: Vec<usize>,
}

impl<D: PartialEq + Clone> Web<D> {
    pub(super) fn new(members: &[Member<'_, D>], relations: &Relations<D>, windows: &[Option<Window>]) -> Self {
        let mut cuts: Vec<(Vec<D>, Vec<usize>)> = Vec::new();
        for guarded in members.iter().flat_map(|member| &member.cuts) {
            if !cuts.iter().any(|(cut, _)| cut == guarded.cut) {
                cuts.push((guarded.cut.to_vec(), guarded.sizes.clone()));
            }
        }
        let place = |member: &Member<'_, D>, cut: &[D]| member.cuts.iter().position(|guarded| guarded.cut == cut);
        let places: Vec<Vec<Option<usize>>> = members
            .iter()
            .map(|member| cuts.iter().map(|(cut, _)| place(member, cut)).collect())
            .collect();
        let holds = |vector: usize| move |(_, member): &(usize, &Member<'_, D>)| member.vectors().any(|v| v == vector);
        let holders = (0..relations.vectors)
            .map(|vector| {
                members
                    .iter()
                    .enumerate()
                    .filter(holds(vector))
                    .map(|(at, _)| at)
                    .collect()
            })
            .collect();
        let mut web = Self {
            cuts,
            places,
            holders,
            blocks: Vec::new(),
            block_of: BTreeMap::new(),
            cells: 0,
            equations: Vec::new(),
            of: Vec::new(),
            unknown: Vec::new(),
            secret: Vec::new(),
            known: Vec::new(),
            open: Vec::new(),
            alone: Vec::new(),
        };
        web.lay_blocks(windows.len());
        let absent: Vec<bool> = (0..web.cells)
            .map(|node| !web.shown_as(members, node).any(|state| state != State::NotApplicable))
            .collect();
        web.known = vec![false; web.cells];
        web.add_sums(windows);
        web.add_relations(relations, windows.len());
        // What does not apply has no value, and is no part of a sum.
        let applies = |(node, _): &(usize, u64)| absent.get(*node) == Some(&false);
        web.equations.retain(|equation| equation.iter().all(applies));
        web.unknown = (0..web.cells).map(|node| web.is_hidden(members, node)).collect();
        web.secret = vec![false; web.cells];
        for node in 0..web.cells {
            if web.known.get(node) == Some(&true)
                && let Some(unknown) = web.unknown.get_mut(node)
            {
                *unknown = false;
            }
        }
        web
    }

    fn lay_blocks(&mut self, slots: usize) {
        for vector in 0..self.holders.len() {
            for (cut, (_, sizes)) in self.cuts.iter().enumerate() {
                let has = |member: &usize| self.places.get(*member).and_then(|cuts| *cuts.get(cut)?).is_some();
                if self.holders.get(vector).is_some_and(|members| members.iter().any(has)) {
                    self.block_of.insert((vector, cut), self.blocks.len());
                    self.blocks.push(Block {
                        first: self.cells,
                        vector,
                        cut,
                    });
                    self.cells += sizes.iter().product::<usize>() * slots;
                }
            }
        }
    }

    /// The vector, cut and place of a node.
    fn place(&self, node: usize) -> Option<(usize, usize, usize)> {
        if node >= self.cells {
            return None;
        }
        let at = self
            .blocks
            .partition_point(|block| block.first <= node)
            .checked_sub(1)?;
        let block = self.blocks.get(at)?;
        Some((block.vector, block.cut, node - block.first))
    }

    fn node(&self, vector: usize, cut: usize, place: usize) -> Option<usize> {
        let block = self.blocks.get(*self.block_of.get(&(vector, cut))?)?;
        Some(block.first + place)
    }

    /// The cells that show a node, with the people in each.
    fn cells<'m>(&'m self, members: &'m [Member<'_, D>], node: usize) -> impl Iterator<Item = (&'m Cell, u64)> + 'm {
        let found = self.place(node);
        let holders = found.and_then(|(vector, ..)| self.holders.get(vector));
        holders.into_iter().flatten().filter_map(move |&at| {
            let (_, cut, place) = found?;
            let own = (*self.places.get(at)?.get(cut)?)?;
            let guarded = members.get(at)?.cuts.get(own)?;
            Some((
                guarded.cells.get(place)?,
                guarded.people.get(place).copied().unwrap_or(0),
            ))
        })
    }

    fn shown_as<'m>(&'m self, members: &'m [Member<'_, D>], node: usize) -> impl Iterator<Item = State> + 'm {
        self.cells(members, node).map(|(cell, _)| cell.state)
    }

    fn is_hidden(&self, members: &[Member<'_, D>], node: usize) -> bool {
        self.shown_as(members, node)
            .all(|state| matches!(state, State::Suppressed | State::NotApplicable))
    }

    /// Sums over a segment, and windows that make up another.
    fn add_sums(&mut self, windows: &[Option<Window>]) {
        let slots = windows.len();
        let in_time = in_time(windows);
        let mut made = Vec::new();
        for block in &self.blocks {
            let Some((cut, sizes)) = self.cuts.get(block.cut) else {
                continue;
            };
            let combinations: usize = sizes.iter().product();
            let sign = |sign: i8| if sign > 0 { 1 } else { MINUS_ONE };
            for combination in 0..combinations {
                for equation in &in_time {
                    let first = block.first + combination * slots;
                    made.push(equation.iter().map(|&(slot, by)| (first + slot, sign(by))).collect());
                }
            }
            for (leave, &size) in sizes.iter().enumerate() {
                let mut fewer = cut.clone();
                fewer.remove(leave);
                let parent = self.cuts.iter().position(|(cut, _)| *cut == fewer);
                let Some(parent) = parent.and_then(|parent| self.node(block.vector, parent, 0)) else {
                    continue;
                };
                let inner: usize = sizes.iter().skip(leave + 1).product();
                let outer: usize = sizes.iter().take(leave).product();
                for (high, low) in (0..outer).flat_map(|high| (0..inner).map(move |low| (high, low))) {
                    for slot in 0..slots {
                        let child = |value: usize| block.first + ((high * size + value) * inner + low) * slots + slot;
                        let mut equation: Equation = (0..size).map(|value| (child(value), 1)).collect();
                        equation.push((parent + (high * inner + low) * slots + slot, MINUS_ONE));
                        made.push(equation);
                    }
                }
            }
        }
        self.equations = made;
    }

    /// What aggregates add up to, in every cell.
    fn add_relations(&mut self, relations: &Relations<D>, slots: usize) {
        for at in 0..self.cuts.len() {
            let Some((cut, sizes)) = self.cuts.get(at).cloned() else {
                continue;
            };
            let places = sizes.iter().product::<usize>() * slots;
            for combination in &relations.everywhere {
                for place in 0..places {
                    self.relate(combination, at, place);
                }
            }
            for (dim, value, combinations) in &relations.within {
                let Some(dim) = cut.iter().position(|other| other == dim) else {
                    continue;
                };
                let size = sizes.get(dim).copied().unwrap_or(1).max(1);
                let inner: usize = sizes.iter().skip(dim + 1).product::<usize>() * slots;
                let outer = places / (inner * size).max(1);
                for place in (0..outer).flat_map(|high| (0..inner).map(move |low| (high * size + value) * inner + low))
                {
                    for combination in combinations {
                        self.relate(combination, at, place);
                    }
                }
            }
        }
    }

    fn relate(&mut self, combination: &Combination, cut: usize, place: usize) {
        let node = |&(vector, factor): &(usize, u64)| Some((self.node(vector, cut, place)?, factor));
        let Some(equation) = combination.iter().map(node).collect::<Option<Equation>>() else {
            return;
        };
        match equation.as_slice() {
            [(node, _)] => {
                if let Some(known) = self.known.get_mut(*node) {
                    *known = true;
                }
            }
            _ => self.equations.push(equation),
        }
    }

    /// Notes a secret: what one vector is more than another in a place.
    pub(super) fn differ(&mut self, whole: usize, part: usize, cut: &[D], place: usize) {
        let cut = self.cuts.iter().position(|(other, _)| other == cut);
        let nodes = cut.and_then(|cut| self.node(whole, cut, place).zip(self.node(part, cut, place)));
        if let Some((whole, part)) = nodes {
            let node = self.unknown.len();
            self.unknown.push(true);
            self.secret.push(true);
            self.known.push(false);
            self.equations.push(vec![(node, 1), (part, 1), (whole, MINUS_ONE)]);
        }
    }

    /// Finds the equations of each node; all equations are there.
    pub(super) fn index(&mut self) {
        self.of = vec![Vec::new(); self.unknown.len()];
        self.open = vec![0; self.equations.len()];
        for (at, equation) in self.equations.iter().enumerate() {
            for (node, _) in equation {
                if let Some(of) = self.of.get_mut(*node) {
                    of.push(at);
                }
            }
        }
        for (node, of) in self.of.iter().enumerate() {
            if self.unknown.get(node) == Some(&true) {
                for at in of {
                    if let Some(open) = self.open.get_mut(*at) {
                        *open += 1;
                    }
                }
            }
        }
    }

    /// The nodes of a cell that nobody may learn.
    pub(super) fn guarded_nodes(&self, members: &[Member<'_, D>], at: usize, own: usize, place: usize) -> Vec<usize> {
        let cut = self
            .places
            .get(at)
            .and_then(|cuts| cuts.iter().position(|cut| *cut == Some(own)));
        let vectors = members.get(at).into_iter().flat_map(|member| &member.guarded);
        vectors
            .filter_map(|&vector| self.node(vector, cut?, place))
            .filter(|node| self.known.get(*node) == Some(&false))
            .collect()
    }

    /// Hides a node, in all cells that show it.
    pub(super) fn hide(&mut self, members: &mut [Member<'_, D>], node: usize) {
        if let Some(secret) = self.secret.get_mut(node) {
            *secret = true;
        }
        let Some((vector, cut, place)) = self.place(node) else {
            return;
        };
        // It may be unknown already, and alone in an equation.
        self.look_again(node);
        for at in self.holders.get(vector).cloned().unwrap_or_default() {
            let own = self.places.get(at).and_then(|cuts| *cuts.get(cut)?);
            let Some(member) = members.get_mut(at) else { continue };
            let cell = own.and_then(|own| member.cuts.get_mut(own)?.cells.get_mut(place));
            let Some(cell) = cell.filter(|cell| cell.state != State::NotApplicable) else {
                continue;
            };
            *cell = Cell::without(State::Suppressed);
            let vectors: Vec<usize> = member.vectors().collect();
            for vector in vectors {
                self.refresh(members, vector, cut, place);
            }
        }
    }

    fn look_again(&mut self, node: usize) {
        for at in self.of.get(node).into_iter().flatten() {
            if self.open.get(*at) == Some(&1) {
                self.alone.push(*at);
            }
        }
    }

    fn refresh(&mut self, members: &[Member<'_, D>], vector: usize, cut: usize, place: usize) {
        let Some(node) = self.node(vector, cut, place) else {
            return;
        };
        let open = self.unknown.get(node) == Some(&false) && self.known.get(node) == Some(&false);
        if !open || !self.is_hidden(members, node) {
            return;
        }
        if let Some(unknown) = self.unknown.get_mut(node) {
            *unknown = true;
        }
        for at in self.of.get(node).into_iter().flatten() {
            if let Some(open) = self.open.get_mut(*at) {
                *open += 1;
            }
        }
        self.look_again(node);
    }

    /// The equations with a single unknown.
    pub(super) fn alone(&mut self) -> VecDeque<usize> {
        self.alone.clear();
        let alone = |(at, open): (usize, &usize)| (*open == 1).then_some(at);
        self.open.iter().enumerate().filter_map(alone).collect()
    }

    /// Those that came to have one since.
    pub(super) fn take_alone(&mut self) -> Vec<usize> {
        std::mem::take(&mut self.alone)
    }

    /// Whether an equation tells a secret.
    pub(super) fn tells(&self, equation: usize) -> bool {
        let mut unknown = self
            .equation(equation)
            .iter()
            .filter(|(node, _)| self.is_unknown(*node));
        match (unknown.next(), unknown.next()) {
            (Some((node, _)), None) => self.secret.get(*node) == Some(&true),
            _ => false,
        }
    }

    fn equation(&self, at: usize) -> &[(usize, u64)] {
        self.equations.get(at).map_or(&[], Vec::as_slice)
    }

    fn is_unknown(&self, node: usize) -> bool {
        self.unknown.get(node) == Some(&true)
    }

    /// The shown node with fewest people in some equations; those without people only where there is no other.
    pub(super) fn least(&self, members: &[Member<'_, D>], equations: impl Iterator<Item = usize>) -> Option<usize> {
        let people = |node: usize| self.cells(members, node).map(|(_, people)| people).max().unwrap_or(0);
        let can_hide = |node: &usize| !self.is_unknown(*node) && self.known.get(*node) == Some(&false);
        equations
            .flat_map(|at| self.equation(at))
            .map(|(node, _)| *node)
            .filter(can_hide)
            .min_by_key(|&node| {
                let people = people(node);
                (people == 0, people, node)
            })
    }

    /// The shown node with fewest people nearest to an unknown one, on the way over unknown ones.
    pub(super) fn nearest(&self, members: &[Member<'_, D>], node: usize) -> Option<usize> {
        let mut seen: BTreeSet<usize> = [node].into_iter().collect();
        let mut front = vec![node];
        while !front.is_empty() {
            let equations: Vec<usize> = front
                .iter()
                .filter_map(|node| self.of.get(*node))
                .flatten()
                .copied()
                .collect();
            if let Some(found) = self.least(members, equations.iter().copied()) {
                return Some(found);
            }
            let next = equations
                .iter()
                .flat_map(|at| self.equation(*at))
                .map(|(node, _)| *node);
            front = next.filter(|node| seen.insert(*node)).collect();
        }
        None
    }

    /// What nothing shown is left to protect: the conditions themselves tell it.
    pub(super) fn give_up(&mut self, node: usize) {
        if let Some(secret) = self.secret.get_mut(node) {
            *secret = false;
        }
    }

    /// The secrets that the equations determine.
    pub(super) fn determined(&self) -> Vec<usize> {
        let unknown = |equation: &Equation| -> Equation {
            let unknown = equation.iter().filter(|(node, _)| self.is_unknown(*node));
            unknown.copied().collect()
        };
        let open = self.open.iter().zip(&self.equations).filter(|(open, _)| **open > 0);
        let system: Vec<Equation> = open.map(|(_, equation)| unknown(equation)).collect();
        let fixed = rank::determined(&system, self.unknown.len());
        fixed
            .into_iter()
            .filter(|node| self.secret.get(*node) == Some(&true))
            .collect()
    }
}

/// The equations between slots: windows are edges between days, and each circle of them is an equation. Those of a spanning
/// forest's other edges give all circles.
fn in_time(windows: &[Option<Window>]) -> Vec<Vec<(usize, i8)>> {
    // No row lies before the latest first step: there every calendar begins.
    let finite = windows.iter().flatten().filter(|window| window.start > i32::MIN);
    let begin = finite.map(|window| window.start).min().unwrap_or(i32::MIN);
    let edges: Vec<(usize, i32, i32)> = windows
        .iter()
        .enumerate()
        .filter_map(|(slot, window)| {
            let window = window.as_ref()?;
            let end = window.end.saturating_add(1);
            (window.start.max(begin) < end).then_some((slot, window.start.max(begin), end))
        })
        .collect();
    let mut tree: BTreeMap<i32, Vec<(i32, usize, i8)>> = BTreeMap::new();
    let mut made = Vec::new();
    for (slot, from, to) in edges {
        match path(&tree, from, to) {
            Some(way) => {
                let mut equation = way;
                equation.push((slot, -1));
                made.push(equation);
            }
            None => {
                tree.entry(from).or_default().push((to, slot, 1));
                tree.entry(to).or_default().push((from, slot, -1));
            }
        }
    }
    made
}

/// The way through a forest from one day to another: slots with the sign of their direction.
fn path(tree: &BTreeMap<i32, Vec<(i32, usize, i8)>>, from: i32, to: i32) -> Option<Vec<(usize, i8)>> {
    let mut came: BTreeMap<i32, (i32, usize, i8)> = BTreeMap::new();
    let mut open = vec![from];
    while let Some(day) = open.pop() {
        if day == to {
            let mut way = Vec::new();
            let mut at = to;
            while at != from {
                let &(before, slot, sign) = came.get(&at)?;
                way.push((slot, sign));
                at = before;
            }
            return Some(way);
        }
        for &(next, slot, sign) in tree.get(&day).into_iter().flatten() {
            if next != from && !came.contains_key(&next) {
                came.insert(next, (day, slot, sign));
                open.push(next);
            }
        }
    }
    None
}
