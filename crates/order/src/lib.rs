//! Putting things in order with little code.
//!
//! The sorts and ordered maps of the standard library are made anew for each type: six kilobytes of WebAssembly for each
//! sort, and up to ten for each map. The engine sorts at a hundred places and has a hundred kinds of maps, most of them of a
//! handful of items. Here one sort of places is made once and for all, and a [`BTreeMap`] is a list of chunks in order: what
//! remains for each type is its comparison and the moves.
//!
//! Where a million of the same plain numbers are sorted, `slice::sort_unstable` stays the right call.

mod entry;
mod iter;
mod map;
mod set;
mod sort;

pub use entry::{Entry, OccupiedEntry, VacantEntry};
pub use iter::{IntoIter, IntoKeys, IntoValues, Iter, IterMut, Keys, Values, ValuesMut};
pub use map::BTreeMap;
pub use set::BTreeSet;
pub use sort::{Sort, indices_by};

#[cfg(test)]
mod tests;
