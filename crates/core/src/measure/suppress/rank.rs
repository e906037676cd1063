//! Which unknowns a homogeneous system of equations leaves no freedom.

use std::collections::VecDeque;

use bellwether_order::{BTreeMap, BTreeSet};

use super::equations::Equation;

/// Unknowns that are solved together. In a larger system all that it touches count as determined.
const MOST_UNKNOWNS: usize = 600;

/// Elimination is exact in the field of a large prime; a rank is lost only where the prime divides a minor.
pub(super) const PRIME: u64 = (1 << 61) - 1;

pub(super) fn times(a: u64, b: u64) -> u64 {
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

/// -1 in that field.
pub(super) const MINUS_ONE: u64 = PRIME - 1;

/// -a in that field.
pub(super) fn negative(a: u64) -> u64 {
    minus(0, a)
}

/// a - b in that field.
fn minus(a: u64, b: u64) -> u64 {
    (a + PRIME - b) % PRIME
}

/// Brings rows into reduced echelon form; the pivot columns of the first rows.
pub(super) fn reduce(rows: &mut [Vec<u64>], columns: usize) -> Vec<usize> {
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
                    *value = minus(*value, times(factor, *of_pivot));
                }
            }
        }
        pivots.push(column);
    }
    pivots
}

/// The columns whose value a homogeneous part leaves no freedom: in reduced echelon form, those alone in their row.
fn fixed_columns(mut rows: Vec<Vec<u64>>, columns: usize) -> Vec<usize> {
    let pivots = reduce(&mut rows, columns);
    pivots
        .into_iter()
        .zip(&rows)
        .filter(|(_, row)| row.iter().filter(|value| **value != 0).count() == 1)
        .map(|(column, _)| column)
        .collect()
}

/// The unknowns, numbered below `count`, that the equations determine.
///
/// An unknown of a single equation gives way to whatever else stands in it: both are left out, and it is determined where all
/// others of that equation turn out to be. What remains is solved by parts that hang together.
pub(super) fn determined(system: &[Equation], count: usize) -> Vec<usize> {
    let mut of: Vec<Vec<usize>> = vec![Vec::new(); count];
    for (at, equation) in system.iter().enumerate() {
        for (node, _) in equation {
            if let Some(of) = of.get_mut(*node) {
                of.push(at);
            }
        }
    }
    let mut left: Vec<usize> = of.iter().map(Vec::len).collect();
    let mut open = vec![true; system.len()];
    let mut ends: VecDeque<usize> = (0..count).filter(|&node| left.get(node) == Some(&1)).collect();
    let mut peeled: Vec<(usize, usize)> = Vec::new();
    while let Some(node) = ends.pop_front() {
        let Some(at) = of
            .get(node)
            .into_iter()
            .flatten()
            .copied()
            .find(|&at| open.get(at) == Some(&true))
        else {
            continue;
        };
        if let Some(open) = open.get_mut(at) {
            *open = false;
        }
        peeled.push((node, at));
        for (other, _) in system.get(at).into_iter().flatten() {
            if let Some(left) = left.get_mut(*other) {
                *left -= 1;
                if *left == 1 {
                    ends.push_back(*other);
                }
            }
        }
    }
    let mut fixed = vec![false; count];
    let mut seen = vec![false; count];
    for start in 0..count {
        if seen.get(start) != Some(&false) || left.get(start).is_none_or(|left| *left == 0) {
            continue;
        }
        for node in fixed_in_part(system, &of, &open, start, &mut seen) {
            if let Some(fixed) = fixed.get_mut(node) {
                *fixed = true;
            }
        }
    }
    for (node, at) in peeled.into_iter().rev() {
        let others = system.get(at).into_iter().flatten().filter(|(other, _)| *other != node);
        let all = others
            .map(|(other, _)| *other)
            .all(|other| fixed.get(other) == Some(&true));
        if let Some(fixed) = fixed.get_mut(node) {
            *fixed = all;
        }
    }
    fixed
        .iter()
        .enumerate()
        .filter_map(|(node, fixed)| fixed.then_some(node))
        .collect()
}

/// The determined unknowns among all that hang together with one.
fn fixed_in_part(system: &[Equation], of: &[Vec<usize>], open: &[bool], start: usize, seen: &mut [bool]) -> Vec<usize> {
    let (mut members, mut rows) = (vec![start], BTreeSet::new());
    let mut next = 0;
    if let Some(seen) = seen.get_mut(start) {
        *seen = true;
    }
    while let Some(node) = members.get(next).copied() {
        next += 1;
        for at in of
            .get(node)
            .into_iter()
            .flatten()
            .filter(|at| open.get(**at) == Some(&true))
        {
            rows.insert(*at);
            for (other, _) in system.get(*at).into_iter().flatten() {
                if let Some(seen) = seen.get_mut(*other).filter(|seen| !**seen) {
                    *seen = true;
                    members.push(*other);
                }
            }
        }
    }
    if members.len() > MOST_UNKNOWNS {
        return members;
    }
    let columns: BTreeMap<usize, usize> = members.iter().enumerate().map(|(at, node)| (*node, at)).collect();
    let row = |equation: &Equation| {
        let mut row = vec![0_u64; members.len()];
        for (node, factor) in equation {
            if let Some(entry) = columns.get(node).and_then(|&column| row.get_mut(column)) {
                *entry = *factor;
            }
        }
        row
    };
    let rows: Vec<Vec<u64>> = rows.iter().filter_map(|at| system.get(*at)).map(row).collect();
    let fixed = fixed_columns(rows, members.len());
    fixed
        .into_iter()
        .filter_map(|column| members.get(column).copied())
        .collect()
}
