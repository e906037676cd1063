//! Anonymity: cells of too few people are hidden, and so are others from which a hidden one could be worked out.
//!
//! Cells of a cube hang together by equations: a total is the sum of its segment's values, a quarter that of its months, the
//! whole time that of any calendar. Aggregates over the same rows hang together as well: those with a condition and those
//! without it add up to all. Hidden cells are the unknowns. As long as the equations determine one of them (by the rank of
//! the system, not only where it is hidden alone), one more cell is hidden: the one with fewest people that it could be
//! worked out from.

mod equations;
mod rank;
pub(super) mod relations;

use std::collections::VecDeque;

use super::calendar::Window;
use super::cell::State;
use super::finish::Cell;
use equations::Web;
use relations::Relations;

/// Cells of one cut, with the number of different people in each.
#[derive(Debug)]
pub(crate) struct Guarded<'c, D> {
    pub(crate) cut: &'c [D],
    pub(crate) sizes: Vec<usize>,
    pub(crate) cells: &'c mut Vec<Cell>,
    pub(crate) people: Vec<u64>,
}

/// An aggregate among others over the same rows and windows.
#[derive(Debug)]
pub(crate) struct Member<'c, D> {
    pub(crate) cuts: Vec<Guarded<'c, D>>,
    /// What its cells tell, each a vector over rows ([`Relations`]): the rows behind its value, and those that count for it.
    /// Where too few people are in a cell, nobody may learn them.
    pub(crate) guarded: Vec<usize>,
    /// What its cells tell beside: the rows that passed its conditions.
    pub(crate) told: Vec<usize>,
}

impl<D> Member<'_, D> {
    fn vectors(&self) -> impl Iterator<Item = usize> + '_ {
        self.guarded.iter().chain(&self.told).copied()
    }
}

/// Rows that one aggregate has more than another of the same values: whoever sees both cells sees them.
#[derive(Debug)]
pub(crate) struct Difference<D> {
    pub(crate) whole: usize,
    pub(crate) part: usize,
    /// People in the cells of each cut.
    pub(crate) people: Vec<(Vec<D>, Vec<u64>)>,
}

/// Hides cells with fewer people than the floor, and what they could be worked out from. `windows` are the days of each slot;
/// a slot without any has no cells.
pub(crate) fn suppress<D: PartialEq + Clone>(
    members: &mut [Member<'_, D>],
    relations: &Relations<D>,
    differences: &[Difference<D>],
    windows: &[Option<Window>],
    floor: u64,
) {
    let few = |people: u64| people > 0 && people < floor;
    let mut hidden: Vec<(usize, usize, usize)> = Vec::new();
    for (at, member) in members.iter_mut().enumerate() {
        for (cut, guarded) in member.cuts.iter_mut().enumerate() {
            for (place, (cell, &people)) in guarded.cells.iter_mut().zip(&guarded.people).enumerate() {
                if few(people) {
                    *cell = Cell::without(State::Suppressed);
                    hidden.push((at, cut, place));
                }
            }
        }
    }
    let differ = |difference: &Difference<D>| difference.people.iter().flat_map(|(_, people)| people).any(|n| few(*n));
    if hidden.is_empty() && !differences.iter().any(differ) {
        return;
    }
    let mut web = Web::new(members, relations, windows);
    for difference in differences {
        for (cut, people) in &difference.people {
            for (place, _) in people.iter().enumerate().filter(|(_, people)| few(**people)) {
                web.differ(difference.whole, difference.part, cut, place);
            }
        }
    }
    web.index();
    // Another aggregate may show what is hidden here, as a share shows how many said yes.
    for (at, cut, place) in hidden {
        for node in web.guarded_nodes(members, at, cut, place) {
            web.hide(members, node);
        }
    }
    let mut open: VecDeque<usize> = web.alone();
    loop {
        while let Some(equation) = open.pop_front() {
            if web.tells(equation)
                && let Some(node) = web.least(members, std::iter::once(equation))
            {
                web.hide(members, node);
            }
            open.extend(web.take_alone());
        }
        // Where a cell is hidden alone, that is seen at once; what follows from several equations takes their rank.
        let found = web.determined();
        if found.is_empty() {
            return;
        }
        for node in found {
            match web.nearest(members, node) {
                Some(near) => web.hide(members, near),
                None => web.give_up(node),
            }
        }
        open.extend(web.take_alone());
    }
}

#[cfg(test)]
mod tests;
