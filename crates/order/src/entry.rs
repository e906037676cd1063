//! The place of one key, to look at or to fill.

use crate::map::{BTreeMap, Place};

/// The place of one key in a map.
#[derive(Debug)]
pub enum Entry<'a, K, V> {
    /// The key is there.
    Occupied(OccupiedEntry<'a, K, V>),
    /// It is not.
    Vacant(VacantEntry<'a, K, V>),
}

/// The place of a key that is there.
#[derive(Debug)]
pub struct OccupiedEntry<'a, K, V> {
    pub(crate) map: &'a mut BTreeMap<K, V>,
    pub(crate) place: Place,
    pub(crate) key: K,
}

/// The place of a key that is not there.
#[derive(Debug)]
pub struct VacantEntry<'a, K, V> {
    pub(crate) map: &'a mut BTreeMap<K, V>,
    pub(crate) place: Place,
    pub(crate) key: K,
}

impl<'a, K, V> Entry<'a, K, V> {
    /// The value; a new one where there is none.
    pub fn or_insert(self, value: V) -> &'a mut V {
        self.or_insert_with(|| value)
    }

    /// The value; one that is made where there is none.
    pub fn or_insert_with(self, make: impl FnOnce() -> V) -> &'a mut V {
        match self {
            Self::Occupied(entry) => entry.into_mut(),
            Self::Vacant(entry) => entry.insert(make()),
        }
    }

    /// The value; the default one where there is none.
    pub fn or_default(self) -> &'a mut V
    where
        V: Default,
    {
        self.or_insert_with(V::default)
    }

    /// Changes the value where there is one.
    #[must_use]
    pub fn and_modify(mut self, change: impl FnOnce(&mut V)) -> Self {
        if let Self::Occupied(entry) = &mut self {
            change(entry.get_mut());
        }
        self
    }

    /// The key.
    pub const fn key(&self) -> &K {
        match self {
            Self::Occupied(entry) => &entry.key,
            Self::Vacant(entry) => &entry.key,
        }
    }
}

#[expect(
    clippy::indexing_slicing,
    reason = "the place was found in this map, which nobody else can change meanwhile"
)]
impl<'a, K, V> OccupiedEntry<'a, K, V> {
    /// The value.
    #[must_use]
    pub fn get(&self) -> &V {
        let (chunk, at) = self.place;
        &self.map.chunks[chunk][at].1
    }

    /// The value, to change it.
    pub fn get_mut(&mut self) -> &mut V {
        let (chunk, at) = self.place;
        &mut self.map.chunks[chunk][at].1
    }

    /// The value, for as long as the map is lent.
    #[must_use]
    pub fn into_mut(self) -> &'a mut V {
        let (chunk, at) = self.place;
        &mut self.map.chunks[chunk][at].1
    }

    /// Sets the value; gives the one that was there.
    pub fn insert(&mut self, value: V) -> V {
        std::mem::replace(self.get_mut(), value)
    }

    /// The key.
    pub const fn key(&self) -> &K {
        &self.key
    }

    /// Takes the entry out; gives its value.
    #[expect(
        clippy::unwrap_used,
        reason = "the place was found in this map, which nobody else can change meanwhile"
    )]
    pub fn remove(self) -> V {
        self.map.take(self.place).unwrap().1
    }
}

impl<'a, K, V> VacantEntry<'a, K, V> {
    /// Sets the value.
    #[expect(clippy::indexing_slicing, reason = "the entry was put there in the line before")]
    pub fn insert(self, value: V) -> &'a mut V {
        let (chunk, at) = self.map.put(self.place, self.key, value);
        &mut self.map.chunks[chunk][at].1
    }

    /// The key.
    pub const fn key(&self) -> &K {
        &self.key
    }

    /// The key itself.
    #[must_use]
    pub fn into_key(self) -> K {
        self.key
    }
}
