//! Anonymity: cells of too few people are hidden, and so are others from which a hidden one could be subtracted.

use super::cell::State;
use super::finish::Cell;

/// Cells of one cut, with the number of different people in each.
#[derive(Debug)]
pub(crate) struct Guarded<'c, D> {
    pub(crate) cut: &'c [D],
    pub(crate) sizes: Vec<usize>,
    pub(crate) cells: &'c mut Vec<Cell>,
    pub(crate) people: Vec<u64>,
}

/// Hides cells with fewer people than the floor, then the smallest sibling of each cell that is hidden alone, until no
/// hidden cell is a total less the cells shown. `steps` are the slots of each plain calendar, whose sum is slot 0.
pub(crate) fn suppress<D: PartialEq>(
    cuts: &mut [Guarded<'_, D>],
    slots: usize,
    steps: &[std::ops::Range<usize>],
    floor: u64,
) {
    for guarded in cuts.iter_mut() {
        for (cell, &people) in guarded.cells.iter_mut().zip(&guarded.people) {
            if people > 0 && people < floor {
                *cell = Cell::without(State::Suppressed);
            }
        }
    }
    let families = families(cuts, slots, steps);
    let mut changed = true;
    while changed {
        changed = false;
        for (parent, children) in &families {
            changed |= protect(cuts, *parent, children);
        }
    }
}

/// A cell: which cut, which place.
type Place = (usize, usize);

/// Totals with the cells that add up to them.
fn families<D: PartialEq>(
    cuts: &[Guarded<'_, D>],
    slots: usize,
    steps: &[std::ops::Range<usize>],
) -> Vec<(Place, Vec<Place>)> {
    let mut all = Vec::new();
    for (at, guarded) in cuts.iter().enumerate() {
        let combinations: usize = guarded.sizes.iter().product();
        for combination in 0..combinations {
            for steps in steps {
                let first = combination * slots;
                all.push(((at, first), steps.clone().map(|slot| (at, first + slot)).collect()));
            }
        }
        for (leave, &size) in guarded.sizes.iter().enumerate() {
            let fewer = |cut: &[D]| {
                cut.len() + 1 == guarded.cut.len()
                    && guarded
                        .cut
                        .iter()
                        .enumerate()
                        .filter(|(other, _)| *other != leave)
                        .map(|(_, dim)| dim)
                        .eq(cut.iter())
            };
            let Some(parent) = cuts.iter().position(|other| fewer(other.cut)) else {
                continue;
            };
            let inner: usize = guarded.sizes.iter().skip(leave + 1).product();
            let outer: usize = guarded.sizes.iter().take(leave).product();
            for (high, low) in (0..outer).flat_map(|high| (0..inner).map(move |low| (high, low))) {
                for slot in 0..slots {
                    let child = |value: usize| (at, ((high * size + value) * inner + low) * slots + slot);
                    all.push((
                        (parent, (high * inner + low) * slots + slot),
                        (0..size).map(child).collect(),
                    ));
                }
            }
        }
    }
    all
}

fn protect<D>(cuts: &mut [Guarded<'_, D>], parent: Place, children: &[Place]) -> bool {
    let hidden = |place: &Place| {
        cuts.get(place.0)
            .and_then(|cut| cut.cells.get(place.1))
            .is_some_and(|cell| cell.state == State::Suppressed)
    };
    let people = |place: &Place| {
        cuts.get(place.0)
            .and_then(|cut| cut.people.get(place.1))
            .copied()
            .unwrap_or(0)
    };
    if hidden(&parent) || children.iter().filter(|child| hidden(child)).count() != 1 {
        return false;
    }
    let smallest = children
        .iter()
        .filter(|child| !hidden(child) && people(child) > 0)
        .min_by_key(|child| (people(child), child.1));
    let (cut, place) = *smallest.unwrap_or(&parent);
    match cuts.get_mut(cut).and_then(|cut| cut.cells.get_mut(place)) {
        Some(cell) => {
            *cell = Cell::without(State::Suppressed);
            true
        }
        None => false,
    }
}
