//! A set in order.

use std::borrow::Borrow;
use std::cmp::Ordering;
use std::fmt;
use std::ops::RangeBounds;

use crate::iter::{IntoKeys, Keys};
use crate::map::BTreeMap;

/// A set in order, with the interface of `std::collections::BTreeSet`: a [`BTreeMap`] without values.
///
/// ```
/// use bellwether_order::BTreeSet;
/// let codes: BTreeSet<u16> = [3, 1, 2, 3].into();
/// assert_eq!(codes.iter().copied().collect::<Vec<_>>(), [1, 2, 3]);
/// let more = BTreeSet::from([2, 9]);
/// assert_eq!(codes.union(&more).count(), 4);
/// assert_eq!(codes.difference(&more).count(), 2);
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BTreeSet<T>(BTreeMap<T, ()>);

impl<T> BTreeSet<T> {
    /// An empty set.
    #[must_use]
    pub const fn new() -> Self {
        Self(BTreeMap::new())
    }

    /// How many there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Takes all out.
    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// All in order.
    pub fn iter(&self) -> Keys<'_, T, ()> {
        self.0.keys()
    }

    /// The least.
    pub fn first(&self) -> Option<&T> {
        self.iter().next()
    }

    /// The greatest.
    pub fn last(&self) -> Option<&T> {
        self.iter().next_back()
    }

    /// Takes the least out.
    pub fn pop_first(&mut self) -> Option<T> {
        self.0.pop_first().map(|(item, ())| item)
    }

    /// Takes the greatest out.
    pub fn pop_last(&mut self) -> Option<T> {
        self.0.pop_last().map(|(item, ())| item)
    }

    /// Keeps what passes.
    pub fn retain(&mut self, mut passes: impl FnMut(&T) -> bool) {
        self.0.retain(|item, ()| passes(item));
    }
}

impl<T: Ord> BTreeSet<T> {
    /// Puts one in; whether it is new.
    pub fn insert(&mut self, item: T) -> bool {
        self.0.insert(item, ()).is_none()
    }

    /// Takes one out; whether it was there.
    pub fn remove<Q: ?Sized + Ord>(&mut self, item: &Q) -> bool
    where
        T: Borrow<Q>,
    {
        self.0.remove(item).is_some()
    }

    /// Whether it is there.
    pub fn contains<Q: ?Sized + Ord>(&self, item: &Q) -> bool
    where
        T: Borrow<Q>,
    {
        self.0.contains_key(item)
    }

    /// As it stands in the set.
    pub fn get<Q: ?Sized + Ord>(&self, item: &Q) -> Option<&T>
    where
        T: Borrow<Q>,
    {
        self.0.get_key_value(item).map(|(item, ())| item)
    }

    /// Those of a range.
    pub fn range<Q: ?Sized + Ord>(&self, range: impl RangeBounds<Q>) -> Keys<'_, T, ()>
    where
        T: Borrow<Q>,
    {
        Keys(self.0.range(range))
    }

    /// Whether all are in the other, too.
    pub fn is_subset(&self, other: &Self) -> bool {
        self.iter().all(|item| other.contains(item))
    }

    /// Whether all of the other are here, too.
    pub fn is_superset(&self, other: &Self) -> bool {
        other.is_subset(self)
    }

    /// Whether none is in both.
    pub fn is_disjoint(&self, other: &Self) -> bool {
        !self.iter().any(|item| other.contains(item))
    }

    /// Those that are in both, in order.
    pub fn intersection<'a>(&'a self, other: &'a Self) -> impl Iterator<Item = &'a T> {
        self.iter().filter(|item| other.contains(*item))
    }

    /// Those that are not in the other, in order.
    pub fn difference<'a>(&'a self, other: &'a Self) -> impl Iterator<Item = &'a T> {
        self.iter().filter(|item| !other.contains(*item))
    }

    /// Those of both, in order, each once.
    pub fn union<'a>(&'a self, other: &'a Self) -> impl Iterator<Item = &'a T> {
        let (mut ours, mut theirs) = (self.iter().peekable(), other.iter().peekable());
        std::iter::from_fn(move || match (ours.peek(), theirs.peek()) {
            (Some(a), Some(b)) => match a.cmp(b) {
                Ordering::Less => ours.next(),
                Ordering::Greater => theirs.next(),
                Ordering::Equal => {
                    theirs.next();
                    ours.next()
                }
            },
            (Some(_), None) => ours.next(),
            (None, _) => theirs.next(),
        })
    }
}

impl<T> Default for BTreeSet<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T: fmt::Debug> fmt::Debug for BTreeSet<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

impl<T: Ord> Extend<T> for BTreeSet<T> {
    fn extend<I: IntoIterator<Item = T>>(&mut self, items: I) {
        items.into_iter().for_each(|item| {
            self.insert(item);
        });
    }
}

impl<'a, T: Ord + Copy> Extend<&'a T> for BTreeSet<T> {
    fn extend<I: IntoIterator<Item = &'a T>>(&mut self, items: I) {
        self.extend(items.into_iter().copied());
    }
}

impl<T: Ord> FromIterator<T> for BTreeSet<T> {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        let mut set = Self::new();
        set.extend(items);
        set
    }
}

impl<T: Ord, const N: usize> From<[T; N]> for BTreeSet<T> {
    fn from(items: [T; N]) -> Self {
        items.into_iter().collect()
    }
}

impl<T> IntoIterator for BTreeSet<T> {
    type Item = T;
    type IntoIter = IntoKeys<T, ()>;

    fn into_iter(self) -> IntoKeys<T, ()> {
        self.0.into_keys()
    }
}

impl<'a, T> IntoIterator for &'a BTreeSet<T> {
    type Item = &'a T;
    type IntoIter = Keys<'a, T, ()>;

    fn into_iter(self) -> Keys<'a, T, ()> {
        self.iter()
    }
}
