//! Anonymity: cells of too few people are hidden, and so are others from which a hidden one could be worked out.
//!
//! Cells of a cube hang together by equations: a total is the sum of its segment's values, a quarter that of its months, the
//! whole time that of any calendar. Hidden cells are the unknowns. As long as the equations determine one of them (by the rank
//! of the system, not only where it is hidden alone), one more cell is hidden: the one with fewest people that it could be
//! worked out from.

use bellwether_order::BTreeMap;

use super::calendar::Window;
use super::cell::State;
use super::finish::Cell;

/// Unknowns of one system. A larger one is not solved: all cells that its equations touch are hidden.
const MOST_UNKNOWNS: usize = 600;

/// Cells of one cut, with the number of different people in each.
#[derive(Debug)]
pub(crate) struct Guarded<'c, D> {
    pub(crate) cut: &'c [D],
    pub(crate) sizes: Vec<usize>,
    pub(crate) cells: &'c mut Vec<Cell>,
    pub(crate) people: Vec<u64>,
}

/// A cell: which cut, which place.
type Place = (usize, usize);

/// Cells with signs whose values add up to 0.
type Equation = Vec<(Place, i8)>;

/// Hides cells with fewer people than the floor, and what they could be worked out from. `windows` are the days of each slot;
/// a slot without any has no cells.
pub(crate) fn suppress<D: PartialEq>(cuts: &mut [Guarded<'_, D>], windows: &[Option<Window>], floor: u64) {
    let mut hidden_any = false;
    for guarded in cuts.iter_mut() {
        for (cell, &people) in guarded.cells.iter_mut().zip(&guarded.people) {
            if people > 0 && people < floor {
                *cell = Cell::without(State::Suppressed);
                hidden_any = true;
            }
        }
    }
    if !hidden_any {
        return;
    }
    let equations = equations(cuts, windows);
    let mut of: BTreeMap<Place, Vec<usize>> = BTreeMap::new();
    for (at, equation) in equations.iter().enumerate() {
        for (place, _) in equation {
            of.entry(*place).or_default().push(at);
        }
    }
    loop {
        // Where a cell is hidden alone, that is seen at once; what follows from several equations takes their rank.
        let alone = equations.iter().find_map(|equation| {
            let mut hidden = equation.iter().filter(|(place, _)| is_hidden(cuts, *place));
            match (hidden.next(), hidden.next()) {
                (Some((place, _)), None) => Some(*place),
                _ => None,
            }
        });
        let found = alone.map_or_else(|| determined(cuts, &equations, &of), |place| vec![place]);
        if found.is_empty() {
            return;
        }
        for place in found {
            cover(cuts, &equations, &of, place);
        }
    }
}

fn is_hidden<D>(cuts: &[Guarded<'_, D>], (cut, place): Place) -> bool {
    cuts.get(cut)
        .and_then(|cut| cut.cells.get(place))
        .is_some_and(|cell| cell.state == State::Suppressed)
}

fn people<D>(cuts: &[Guarded<'_, D>], (cut, place): Place) -> u64 {
    cuts.get(cut)
        .and_then(|cut| cut.people.get(place))
        .copied()
        .unwrap_or(0)
}

/// Hides the shown cell with fewest people in the equations of a cell; those without people only where there is no other.
fn cover<D>(cuts: &mut [Guarded<'_, D>], equations: &[Equation], of: &BTreeMap<Place, Vec<usize>>, place: Place) {
    let near = of.get(&place).into_iter().flatten().filter_map(|at| equations.get(*at));
    let shown = |equations: &mut dyn Iterator<Item = &Equation>| {
        equations
            .flatten()
            .map(|(other, _)| *other)
            .filter(|other| !is_hidden(cuts, *other))
            .min_by_key(|other| (people(cuts, *other) == 0, people(cuts, *other), *other))
    };
    let chosen = shown(&mut near.into_iter()).or_else(|| shown(&mut equations.iter()));
    if let Some((cut, at)) = chosen
        && let Some(cell) = cuts.get_mut(cut).and_then(|cut| cut.cells.get_mut(at))
    {
        *cell = Cell::without(State::Suppressed);
    }
}

/// All equations between cells: sums over a segment, and windows that make up another.
fn equations<D: PartialEq>(cuts: &[Guarded<'_, D>], windows: &[Option<Window>]) -> Vec<Equation> {
    let slots = windows.len();
    let mut all = Vec::new();
    let in_time = in_time(windows);
    for (at, guarded) in cuts.iter().enumerate() {
        let combinations: usize = guarded.sizes.iter().product();
        for combination in 0..combinations {
            for equation in &in_time {
                let place = |slot: usize| (at, combination * slots + slot);
                all.push(equation.iter().map(|&(slot, sign)| (place(slot), sign)).collect());
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
                    let mut equation: Equation = (0..size).map(|value| (child(value), 1)).collect();
                    equation.push(((parent, (high * inner + low) * slots + slot), -1));
                    all.push(equation);
                }
            }
        }
    }
    // What does not apply has no value, and is no part of a sum.
    let applies = |(cut, place): &Place| {
        cuts.get(*cut)
            .and_then(|cut| cut.cells.get(*place))
            .is_some_and(|cell| cell.state != State::NotApplicable)
    };
    all.retain(|equation: &Equation| equation.iter().all(|(place, _)| applies(place)));
    all
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

/// The hidden cells that the equations determine.
fn determined<D>(cuts: &[Guarded<'_, D>], equations: &[Equation], of: &BTreeMap<Place, Vec<usize>>) -> Vec<Place> {
    let hidden: Vec<Place> = of.keys().copied().filter(|place| is_hidden(cuts, *place)).collect();
    let mut seen: BTreeMap<Place, ()> = BTreeMap::new();
    let mut found = Vec::new();
    for start in hidden {
        if seen.contains_key(&start) {
            continue;
        }
        // All hidden cells that hang together with this one.
        let (mut members, mut rows) = (vec![start], BTreeMap::new());
        seen.insert(start, ());
        let mut next = 0;
        while let Some(place) = members.get(next).copied() {
            next += 1;
            for at in of.get(&place).into_iter().flatten() {
                rows.insert(*at, ());
                for (other, _) in equations.get(*at).into_iter().flatten() {
                    if is_hidden(cuts, *other) && seen.insert(*other, ()).is_none() {
                        members.push(*other);
                    }
                }
            }
        }
        if members.len() > MOST_UNKNOWNS {
            // Each is covered in turn until nothing that is shown touches them.
            let touched = |place: &Place| {
                of.get(place).into_iter().flatten().any(|at| {
                    let equation = equations.get(*at);
                    equation.is_some_and(|equation| equation.iter().any(|(other, _)| !is_hidden(cuts, *other)))
                })
            };
            found.extend(members.into_iter().filter(touched));
            continue;
        }
        let columns: BTreeMap<Place, usize> = members.iter().enumerate().map(|(at, place)| (*place, at)).collect();
        let system = rows.keys().filter_map(|at| equations.get(*at)).map(|equation| {
            let mut row = vec![0_u64; members.len()];
            for (place, sign) in equation {
                if let Some(entry) = columns.get(place).and_then(|&column| row.get_mut(column)) {
                    *entry = if *sign > 0 { 1 } else { PRIME - 1 };
                }
            }
            row
        });
        let fixed = fixed_columns(system.collect(), members.len());
        found.extend(fixed.into_iter().filter_map(|column| members.get(column).copied()));
    }
    found
}

/// Elimination is exact in the field of a large prime; a rank is lost only where the prime divides a minor.
const PRIME: u64 = (1 << 61) - 1;

fn times(a: u64, b: u64) -> u64 {
    ((u128::from(a) * u128::from(b)) % u128::from(PRIME)) as u64
}

/// 1/a, by Fermat's little theorem.
fn inverse(a: u64) -> u64 {
    let (mut base, mut power, mut made) = (a, PRIME - 2, 1);
    while power > 0 {
        if power % 2 == 1 {
            made = times(made, base);
        }
        base = times(base, base);
        power /= 2;
    }
    made
}

/// The columns whose value a homogeneous part leaves no freedom: in reduced echelon form, those alone in their row.
fn fixed_columns(mut rows: Vec<Vec<u64>>, columns: usize) -> Vec<usize> {
    let mut pivots: Vec<usize> = Vec::new();
    for column in 0..columns {
        let rank = pivots.len();
        let entry = |row: &Vec<u64>| row.get(column).copied().unwrap_or(0);
        let Some(at) = (rank..rows.len()).find(|&at| rows.get(at).is_some_and(|row| entry(row) != 0)) else {
            continue;
        };
        rows.swap(rank, at);
        let Some(pivot) = rows.get_mut(rank) else { continue };
        let scale = inverse(entry(pivot));
        pivot.iter_mut().for_each(|value| *value = times(*value, scale));
        let pivot = pivot.clone();
        for (other, row) in rows.iter_mut().enumerate() {
            let factor = entry(row);
            if other == rank || factor == 0 {
                continue;
            }
            for (value, of_pivot) in row.iter_mut().zip(&pivot) {
                if *of_pivot != 0 {
                    *value = (*value + PRIME - times(factor, *of_pivot)) % PRIME;
                }
            }
        }
        pivots.push(column);
    }
    pivots
        .into_iter()
        .zip(&rows)
        .filter(|(_, row)| row.iter().filter(|value| **value != 0).count() == 1)
        .map(|(column, _)| column)
        .collect()
}

#[cfg(test)]
mod tests;
