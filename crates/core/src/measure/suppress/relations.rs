//! What aggregates over the same rows add up to, read from the rows themselves.
//!
//! The cells of an aggregate tell, for each of its rows, a number: 1 for a row that stands behind the value (its n), and 1 or -1
//! for one that counts for the value or against it (a share's yes, a net score's top and bottom). That is a vector over the
//! rows. Where vectors are linearly dependent, so are the cells of their aggregates, in every cut and period: "late" and "not
//! late" add up to all. Nothing needs to be known of how conditions are written.

use std::hash::Hash;

use bellwether_order::BTreeMap;

use super::rank::{MINUS_ONE, reduce};

/// Vectors with factors that add up to 0 for every row, in the field that ranks are taken in.
pub(in crate::measure) type Combination = Vec<(usize, u64)>;

/// Dependences between the vectors of a family.
#[derive(Debug)]
pub(in crate::measure) struct Relations<D> {
    /// How many different vectors there are.
    pub(in crate::measure) vectors: usize,
    /// What holds for all rows.
    pub(in crate::measure) everywhere: Vec<Combination>,
    /// What holds for the rows of one value of a segment: vectors that are the same there, or 0, as those of an aggregate whose
    /// condition names the value. Longer combinations of a few rows would be chance.
    pub(in crate::measure) within: Vec<(D, usize, Vec<Combination>)>,
}

impl<D> Relations<D> {
    /// An aggregate by itself.
    pub(in crate::measure) const fn of_one() -> Self {
        Self {
            vectors: 1,
            everywhere: Vec::new(),
            within: Vec::new(),
        }
    }
}

/// Rows for which all vectors are the same are of one kind.
#[derive(Debug)]
pub(in crate::measure) struct Kinds {
    /// The kind of each row; none for rows that are in no cell.
    of_row: Vec<u32>,
    /// The vectors' values for each kind.
    values: Vec<Vec<i8>>,
}

/// A segment, how many values it has, and the value of each row.
pub(in crate::measure) type Valued<'v, D> = (D, usize, &'v dyn Fn(usize) -> Option<usize>);

/// A row that is in no cell.
const NONE: u32 = u32::MAX;
/// Kinds times values of a segment that are looked at.
const MOST_SEEN: usize = 1 << 24;

impl Kinds {
    /// Rows in cells, before any vector.
    pub(in crate::measure) fn new(rows: usize, in_cells: impl Fn(usize) -> bool) -> Self {
        Self {
            of_row: (0..rows).map(|row| if in_cells(row) { 0 } else { NONE }).collect(),
            values: vec![Vec::new()],
        }
    }

    /// Adds a vector of -1, 0 and 1.
    pub(in crate::measure) fn add(&mut self, value: impl Fn(usize) -> i8) {
        let mut split = vec![NONE; self.values.len() * 3];
        let mut values: Vec<Vec<i8>> = Vec::new();
        for (row, kind) in self.of_row.iter_mut().enumerate().filter(|(_, kind)| **kind != NONE) {
            let value = value(row);
            let Some(place) = split.get_mut(*kind as usize * 3 + (value + 1).clamp(0, 2) as usize) else {
                continue;
            };
            if *place == NONE {
                *place = values.len() as u32;
                let mut longer = self.values.get(*kind as usize).cloned().unwrap_or_default();
                longer.push(value);
                values.push(longer);
            }
            *kind = *place;
        }
        self.values = values;
    }

    /// Whether the rows of one vector of ones are among those of another, and fewer.
    pub(in crate::measure) fn is_part(&self, part: usize, whole: usize) -> bool {
        let pairs = || {
            self.values
                .iter()
                .filter_map(|kind| kind.get(part).zip(kind.get(whole)))
        };
        pairs().all(|(part, whole)| part <= whole) && pairs().any(|(part, whole)| part < whole)
    }

    /// The vectors, each once: for each that was added its number.
    pub(in crate::measure) fn distinct(&mut self) -> Vec<usize> {
        let count = self.values.first().map_or(0, Vec::len);
        let numbers = numbered((0..count).map(|at| column(&self.values, at)));
        let mut firsts: Vec<usize> = Vec::new();
        for (at, number) in numbers.iter().enumerate() {
            if *number == firsts.len() {
                firsts.push(at);
            }
        }
        for kind in &mut self.values {
            *kind = firsts.iter().filter_map(|&at| kind.get(at).copied()).collect();
        }
        numbers
    }

    /// The dependences of vectors that are distinct; `segments` tell for each row its value, `behind` are the vectors of rows
    /// behind values.
    pub(in crate::measure) fn relations<D: Clone>(&self, behind: &[usize], segments: &[Valued<'_, D>]) -> Relations<D> {
        let vectors = self.values.first().map_or(0, Vec::len);
        let mut within = Vec::new();
        for (dim, size, value) in segments {
            let kinds = self.values.len();
            if size.saturating_mul(kinds) > MOST_SEEN {
                continue;
            }
            let mut seen = vec![false; size * kinds];
            for (row, kind) in self.of_row.iter().enumerate().filter(|(_, kind)| **kind != NONE) {
                let place = value(row).and_then(|value| seen.get_mut(value * kinds + *kind as usize));
                place.into_iter().for_each(|seen| *seen = true);
            }
            for (at, seen) in seen.chunks(kinds.max(1)).enumerate() {
                let rows: Vec<&Vec<i8>> = self
                    .values
                    .iter()
                    .zip(seen)
                    .filter_map(|(kind, seen)| seen.then_some(kind))
                    .collect();
                let same = same_or_none(&rows, vectors, behind);
                if !rows.is_empty() && !same.is_empty() {
                    within.push((dim.clone(), at, same));
                }
            }
        }
        Relations {
            vectors,
            everywhere: dependent(&self.values, vectors),
            within,
        }
    }
}

fn column(kinds: &[Vec<i8>], at: usize) -> Vec<i8> {
    kinds.iter().map(|kind| kind.get(at).copied().unwrap_or(0)).collect()
}

/// Numbers things in the order in which they first come.
fn numbered<T: Ord + Hash>(things: impl Iterator<Item = T>) -> Vec<usize> {
    let mut known: BTreeMap<T, usize> = BTreeMap::new();
    things
        .map(|thing| {
            let next = known.len();
            *known.entry(thing).or_insert(next)
        })
        .collect()
}

/// Vectors that are the same for some kinds of rows, and those without rows. That no row counts for a value is no condition's
/// doing, and worth protecting.
fn same_or_none(kinds: &[&Vec<i8>], vectors: usize, behind: &[usize]) -> Vec<Combination> {
    let mut firsts: BTreeMap<Vec<i8>, usize> = BTreeMap::new();
    let mut made = Vec::new();
    for vector in 0..vectors {
        let values: Vec<i8> = kinds
            .iter()
            .map(|kind| kind.get(vector).copied().unwrap_or(0))
            .collect();
        if values.iter().all(|value| *value == 0) {
            made.extend(behind.contains(&vector).then(|| vec![(vector, 1)]));
            continue;
        }
        let first = *firsts.entry(values).or_insert(vector);
        if first != vector {
            made.push(vec![(vector, 1), (first, MINUS_ONE)]);
        }
    }
    made
}

/// A basis of the combinations of vectors that are 0 for every kind of rows.
fn dependent(kinds: &[Vec<i8>], vectors: usize) -> Vec<Combination> {
    let number = |value: &i8| match value {
        0 => 0,
        1 => 1,
        _ => MINUS_ONE,
    };
    // As soon as the kinds have full rank nothing depends; so they are taken in portions.
    let mut rows: Vec<Vec<u64>> = Vec::new();
    let mut pivots = Vec::new();
    for portion in kinds.chunks(vectors.max(1)) {
        rows.extend(portion.iter().map(|kind| kind.iter().map(number).collect()));
        pivots = reduce(&mut rows, vectors);
        rows.truncate(pivots.len());
        if pivots.len() == vectors {
            return Vec::new();
        }
    }
    (0..vectors)
        .filter(|column| !pivots.contains(column))
        .map(|free| {
            let on = |(pivot, row): (&usize, &Vec<u64>)| {
                let factor = row.get(free).copied().unwrap_or(0);
                (factor != 0).then(|| (*pivot, super::rank::negative(factor)))
            };
            let mut combination: Combination = pivots.iter().zip(&rows).filter_map(on).collect();
            combination.push((free, 1));
            combination
        })
        .collect()
}
