//! A map in the order of its keys.

use std::borrow::Borrow;
use std::cmp::Ordering;
use std::fmt;
use std::ops::{Bound, Index, RangeBounds};

use crate::entry::{Entry, OccupiedEntry, VacantEntry};
use crate::iter::{IntoIter, IntoKeys, IntoValues, Iter, IterMut, Keys, Values, ValuesMut};

/// A map in the order of its keys, with the interface of `std::collections::BTreeMap`.
///
/// The entries lie in chunks of a few kilobytes, in order: a key is found by halving, first among chunks and then within one,
/// and an entry that is put in moves the others of its chunk only. An ascending run fills one chunk after the other.
///
/// ```
/// use bellwether_order::BTreeMap;
/// let mut sizes: BTreeMap<&str, u32> = [("north", 3), ("east", 1)].into();
/// *sizes.entry("south").or_default() += 2;
/// assert_eq!(sizes.keys().copied().collect::<Vec<_>>(), ["east", "north", "south"]);
/// assert_eq!(sizes.range("f"..).next(), Some((&"north", &3)));
/// ```
#[derive(Clone)]
pub struct BTreeMap<K, V> {
    /// None of them is empty.
    pub(crate) chunks: Vec<Vec<(K, V)>>,
    pub(crate) len: usize,
}

/// Where an entry stands: its chunk, and its place in it.
pub(crate) type Place = (usize, usize);

/// About how many bytes of entries a chunk holds.
const CHUNK_BYTES: usize = 1 << 13;

/// The most entries of a chunk.
pub(crate) const fn most<T>() -> usize {
    let size = if size_of::<T>() == 0 { 1 } else { size_of::<T>() };
    let most = CHUNK_BYTES / size;
    if most < 16 {
        16
    } else if most > 512 {
        512
    } else {
        most
    }
}

/// The first of `count` things in order that is not less.
fn first_not_less(count: usize, is_less: &mut dyn FnMut(usize) -> bool) -> usize {
    let (mut low, mut high) = (0, count);
    while low < high {
        let middle = low + (high - low) / 2;
        if is_less(middle) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    low
}

impl<K, V> BTreeMap<K, V> {
    /// An empty map.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            chunks: Vec::new(),
            len: 0,
        }
    }

    /// How many entries there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.len
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Takes all entries out.
    pub fn clear(&mut self) {
        self.chunks.clear();
        self.len = 0;
    }
}

impl<K: Ord, V> BTreeMap<K, V> {
    /// Where a key stands, or where it would.
    pub(crate) fn find<Q: ?Sized + Ord>(&self, key: &Q) -> Result<Place, Place>
    where
        K: Borrow<Q>,
    {
        let order = |chunk: usize, at: usize| {
            let entry = self.chunks.get(chunk).and_then(|entries| entries.get(at));
            entry.map_or(Ordering::Greater, |(known, _)| known.borrow().cmp(key))
        };
        // The last chunk that begins at the key or before it.
        let behind = first_not_less(self.chunks.len(), &mut |chunk| order(chunk, 0).is_le());
        let chunk = behind.saturating_sub(1);
        let count = self.chunks.get(chunk).map_or(0, Vec::len);
        let at = first_not_less(count, &mut |at| order(chunk, at).is_lt());
        if at < count && order(chunk, at).is_eq() {
            Ok((chunk, at))
        } else {
            Err((chunk, at))
        }
    }

    /// The value of a key.
    pub fn get<Q: ?Sized + Ord>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        self.get_key_value(key).map(|(_, value)| value)
    }

    /// A key as it stands in the map, and its value.
    pub fn get_key_value<Q: ?Sized + Ord>(&self, key: &Q) -> Option<(&K, &V)>
    where
        K: Borrow<Q>,
    {
        let (chunk, at) = self.find(key).ok()?;
        let (key, value) = self.chunks.get(chunk)?.get(at)?;
        Some((key, value))
    }

    /// The value of a key, to change it.
    pub fn get_mut<Q: ?Sized + Ord>(&mut self, key: &Q) -> Option<&mut V>
    where
        K: Borrow<Q>,
    {
        let (chunk, at) = self.find(key).ok()?;
        let (_, value) = self.chunks.get_mut(chunk)?.get_mut(at)?;
        Some(value)
    }

    /// Whether there is such a key.
    pub fn contains_key<Q: ?Sized + Ord>(&self, key: &Q) -> bool
    where
        K: Borrow<Q>,
    {
        self.find(key).is_ok()
    }

    /// Sets the value of a key; gives the one that it had.
    pub fn insert(&mut self, key: K, value: V) -> Option<V> {
        match self.find(&key) {
            Ok((chunk, at)) => {
                let (_, known) = self.chunks.get_mut(chunk)?.get_mut(at)?;
                Some(std::mem::replace(known, value))
            }
            Err(place) => {
                self.put(place, key, value);
                None
            }
        }
    }

    /// Takes a key and its value out.
    pub fn remove_entry<Q: ?Sized + Ord>(&mut self, key: &Q) -> Option<(K, V)>
    where
        K: Borrow<Q>,
    {
        let place = self.find(key).ok()?;
        self.take(place)
    }

    /// Takes a key out; gives its value.
    pub fn remove<Q: ?Sized + Ord>(&mut self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
    {
        self.remove_entry(key).map(|(_, value)| value)
    }

    /// The place of a key, to look at or to fill.
    pub fn entry(&mut self, key: K) -> Entry<'_, K, V> {
        match self.find(&key) {
            Ok(place) => Entry::Occupied(OccupiedEntry { map: self, place, key }),
            Err(place) => Entry::Vacant(VacantEntry { map: self, place, key }),
        }
    }

    /// The entries with keys in a range.
    pub fn range<Q: ?Sized + Ord>(&self, range: impl RangeBounds<Q>) -> Iter<'_, K, V>
    where
        K: Borrow<Q>,
    {
        let place = |bound: Bound<&Q>, is_end: bool| match bound {
            Bound::Unbounded if is_end => (self.chunks.len(), 0),
            Bound::Unbounded => (0, 0),
            Bound::Included(key) => {
                (self.find(key)).map_or_else(|at| at, |(chunk, at)| (chunk, at + usize::from(is_end)))
            }
            Bound::Excluded(key) => {
                (self.find(key)).map_or_else(|at| at, |(chunk, at)| (chunk, at + usize::from(!is_end)))
            }
        };
        let (from, to) = (place(range.start_bound(), false), place(range.end_bound(), true));
        Iter::between(&self.chunks, from, to)
    }
}

impl<K, V> BTreeMap<K, V> {
    /// Puts an entry at its place; gives where it stands then.
    pub(crate) fn put(&mut self, place: Place, key: K, value: V) -> Place {
        let (chunk, at) = place;
        self.len += 1;
        let is_last = chunk + 1 >= self.chunks.len();
        let Some(entries) = self.chunks.get_mut(chunk) else {
            self.chunks.push(vec![(key, value)]);
            return (self.chunks.len() - 1, 0);
        };
        let most = most::<(K, V)>();
        if entries.len() < most {
            entries.insert(at, (key, value));
            return place;
        }
        // An ascending run leaves full chunks behind; any other splits them.
        let cut = if is_last && at == entries.len() { at } else { most / 2 };
        let mut behind = entries.split_off(cut);
        let place = if at < cut {
            entries.insert(at, (key, value));
            place
        } else {
            behind.insert(at - cut, (key, value));
            (chunk + 1, at - cut)
        };
        self.chunks.insert(chunk + 1, behind);
        place
    }

    /// Takes an entry out.
    pub(crate) fn take(&mut self, place: Place) -> Option<(K, V)> {
        let (chunk, at) = place;
        let entries = self.chunks.get_mut(chunk)?;
        let taken = (at < entries.len()).then(|| entries.remove(at))?;
        if entries.is_empty() {
            self.chunks.remove(chunk);
        }
        self.len -= 1;
        Some(taken)
    }

    /// The entries in the order of their keys.
    pub fn iter(&self) -> Iter<'_, K, V> {
        Iter::between(&self.chunks, (0, 0), (self.chunks.len(), 0))
    }

    /// The entries in the order of their keys, with values to change.
    pub fn iter_mut(&mut self) -> IterMut<'_, K, V> {
        IterMut::new(&mut self.chunks)
    }

    /// The keys in order.
    pub fn keys(&self) -> Keys<'_, K, V> {
        Keys(self.iter())
    }

    /// The values in the order of their keys.
    pub fn values(&self) -> Values<'_, K, V> {
        Values(self.iter())
    }

    /// The values in the order of their keys, to change them.
    pub fn values_mut(&mut self) -> ValuesMut<'_, K, V> {
        ValuesMut(self.iter_mut())
    }

    /// The keys themselves, in order.
    pub fn into_keys(self) -> IntoKeys<K, V> {
        IntoKeys(self.into_iter())
    }

    /// The values themselves, in the order of their keys.
    pub fn into_values(self) -> IntoValues<K, V> {
        IntoValues(self.into_iter())
    }

    /// The entry with the least key.
    pub fn first_key_value(&self) -> Option<(&K, &V)> {
        self.iter().next()
    }

    /// The entry with the greatest key.
    pub fn last_key_value(&self) -> Option<(&K, &V)> {
        self.iter().next_back()
    }

    /// Takes out the entry with the least key.
    pub fn pop_first(&mut self) -> Option<(K, V)> {
        self.take((0, 0))
    }

    /// Takes out the entry with the greatest key.
    pub fn pop_last(&mut self) -> Option<(K, V)> {
        let chunk = self.chunks.len().checked_sub(1)?;
        let at = self.chunks.get(chunk)?.len().checked_sub(1)?;
        self.take((chunk, at))
    }

    /// Keeps the entries that pass.
    pub fn retain(&mut self, mut passes: impl FnMut(&K, &mut V) -> bool) {
        for entries in &mut self.chunks {
            entries.retain_mut(|(key, value)| passes(key, value));
        }
        self.chunks.retain(|entries| !entries.is_empty());
        self.len = self.chunks.iter().map(Vec::len).sum();
    }
}

impl<K, V> Default for BTreeMap<K, V> {
    fn default() -> Self {
        Self::new()
    }
}

impl<K: fmt::Debug, V: fmt::Debug> fmt::Debug for BTreeMap<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

impl<K: PartialEq, V: PartialEq> PartialEq for BTreeMap<K, V> {
    fn eq(&self, other: &Self) -> bool {
        self.len == other.len && self.iter().zip(other).all(|(a, b)| a == b)
    }
}

impl<K: Eq, V: Eq> Eq for BTreeMap<K, V> {}

impl<K: PartialOrd, V: PartialOrd> PartialOrd for BTreeMap<K, V> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        self.iter().partial_cmp(other)
    }
}

impl<K: Ord, V: Ord> Ord for BTreeMap<K, V> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.iter().cmp(other)
    }
}

impl<K: std::hash::Hash, V: std::hash::Hash> std::hash::Hash for BTreeMap<K, V> {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        state.write_usize(self.len);
        for entry in self {
            entry.hash(state);
        }
    }
}

impl<K: Ord, V> Extend<(K, V)> for BTreeMap<K, V> {
    fn extend<I: IntoIterator<Item = (K, V)>>(&mut self, entries: I) {
        entries.into_iter().for_each(|(key, value)| {
            self.insert(key, value);
        });
    }
}

impl<'a, K: Ord + Copy, V: Copy> Extend<(&'a K, &'a V)> for BTreeMap<K, V> {
    fn extend<I: IntoIterator<Item = (&'a K, &'a V)>>(&mut self, entries: I) {
        self.extend(entries.into_iter().map(|(key, value)| (*key, *value)));
    }
}

impl<K: Ord, V> FromIterator<(K, V)> for BTreeMap<K, V> {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> Self {
        let mut map = Self::new();
        map.extend(entries);
        map
    }
}

impl<K: Ord, V, const N: usize> From<[(K, V); N]> for BTreeMap<K, V> {
    fn from(entries: [(K, V); N]) -> Self {
        entries.into_iter().collect()
    }
}

impl<K, V> IntoIterator for BTreeMap<K, V> {
    type Item = (K, V);
    type IntoIter = IntoIter<K, V>;

    fn into_iter(self) -> IntoIter<K, V> {
        IntoIter::new(self.chunks, self.len)
    }
}

impl<'a, K, V> IntoIterator for &'a BTreeMap<K, V> {
    type Item = (&'a K, &'a V);
    type IntoIter = Iter<'a, K, V>;

    fn into_iter(self) -> Iter<'a, K, V> {
        self.iter()
    }
}

impl<'a, K, V> IntoIterator for &'a mut BTreeMap<K, V> {
    type Item = (&'a K, &'a mut V);
    type IntoIter = IterMut<'a, K, V>;

    fn into_iter(self) -> IterMut<'a, K, V> {
        self.iter_mut()
    }
}

impl<K: Borrow<Q> + Ord, V, Q: ?Sized + Ord> Index<&Q> for BTreeMap<K, V> {
    type Output = V;

    #[expect(clippy::expect_used, reason = "an index that is not there panics, as everywhere")]
    fn index(&self, key: &Q) -> &V {
        self.get(key).expect("no such key")
    }
}
