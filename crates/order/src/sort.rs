//! Stable sorting by one sort of places.

use std::cmp::Ordering;

/// Slices that are put in order; what is equal keeps its order.
///
/// ```
/// use bellwether_order::Sort;
/// let mut names = ["Noor", "Ana", "Bo", "Eva"];
/// names.order();
/// assert_eq!(names, ["Ana", "Bo", "Eva", "Noor"]);
/// names.order_by_key(|name| name.len());
/// assert_eq!(names, ["Bo", "Ana", "Eva", "Noor"]);
/// names.order_by(|a, b| b.cmp(a));
/// assert_eq!(names, ["Noor", "Eva", "Bo", "Ana"]);
/// ```
pub trait Sort<T> {
    /// As `slice::sort`.
    fn order(&mut self)
    where
        T: Ord;

    /// As `slice::sort_by`.
    fn order_by(&mut self, compare: impl FnMut(&T, &T) -> Ordering);

    /// As `slice::sort_by_key`.
    fn order_by_key<K: Ord>(&mut self, key: impl FnMut(&T) -> K);
}

impl<T> Sort<T> for [T] {
    fn order(&mut self)
    where
        T: Ord,
    {
        self.order_by(T::cmp);
    }

    fn order_by(&mut self, mut compare: impl FnMut(&T, &T) -> Ordering) {
        let moves = moves(self.len(), &mut |a, b| match (self.get(a), self.get(b)) {
            (Some(a), Some(b)) => compare(a, b),
            _ => Ordering::Equal,
        });
        for (a, b) in moves {
            self.swap(a, b);
        }
    }

    fn order_by_key<K: Ord>(&mut self, mut key: impl FnMut(&T) -> K) {
        self.order_by(|a, b| key(a).cmp(&key(b)));
    }
}

/// Sorts rows, or other small things that are told by value; what is equal keeps its order. One sort for all comparisons,
/// and nothing is moved twice: for many rows.
///
/// ```
/// let heights = [1.8_f64, 1.6, 1.7];
/// let mut rows = [0_u32, 1, 2];
/// bellwether_order::indices_by(&mut rows, &mut |a, b| heights[a as usize].total_cmp(&heights[b as usize]));
/// assert_eq!(rows, [1, 2, 0]);
/// ```
pub fn indices_by<T: Copy>(indices: &mut [T], compare: &mut dyn FnMut(T, T) -> Ordering) {
    indices.sort_by(|a, b| compare(*a, *b));
}

/// The swaps that put `count` items in order, one after the other.
fn moves(count: usize, compare: &mut dyn FnMut(usize, usize) -> Ordering) -> Vec<(usize, usize)> {
    let mut moves = Vec::new();
    if count < 2 {
        return moves;
    }
    let mut places: Vec<usize> = (0..count).collect();
    indices_by(&mut places, compare);
    // Each cycle of the permutation, from its first place on: the item that belongs at a place is swapped there, and what
    // it displaces moves along.
    for start in 0..count {
        let mut at = start;
        while let Some(place) = places.get_mut(at) {
            // A place that is done stands for itself.
            let from = std::mem::replace(place, at);
            if from == start {
                break;
            }
            moves.push((at, from));
            at = from;
        }
    }
    moves
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn items_are_ordered_as_the_standard_library_does(items in prop::collection::vec((0_u8..9, any::<u32>()), 0..200)) {
            let (mut ours, mut theirs) = (items.clone(), items.clone());
            ours.order_by_key(|item| item.0);
            theirs.sort_by_key(|item| item.0);
            prop_assert_eq!(&ours, &theirs);
            ours.order_by(|a, b| b.0.cmp(&a.0));
            theirs.sort_by_key(|item| std::cmp::Reverse(item.0));
            prop_assert_eq!(&ours, &theirs);
            ours.order();
            theirs.sort();
            prop_assert_eq!(&ours, &theirs);
            let mut rows: Vec<usize> = (0..items.len()).collect();
            indices_by(&mut rows, &mut |a, b| items[a].0.cmp(&items[b].0));
            let mut known: Vec<usize> = (0..items.len()).collect();
            known.sort_by_key(|row| items[*row].0);
            prop_assert_eq!(rows, known);
        }
    }
}
