//! Things that are kept until others need their room: each with its size, and when it was last wanted.

use bellwether_order::BTreeMap;

/// Things by key that may be forgotten. Time is a number of the owner's that grows.
pub(super) struct Shelf<K, V>(BTreeMap<K, Held<V>>);

struct Held<V> {
    thing: V,
    bytes: u64,
    wanted: u32,
}

impl<K: Ord, V: Clone> Shelf<K, V> {
    /// The thing of a key, which is wanted now.
    pub(super) fn take(&mut self, key: &K, now: u32) -> Option<V> {
        let held = self.0.get_mut(key)?;
        held.wanted = now;
        Some(held.thing.clone())
    }

    pub(super) fn contains(&self, key: &K) -> bool {
        self.0.contains_key(key)
    }

    pub(super) fn put(&mut self, key: K, thing: V, bytes: u64, now: u32) {
        let wanted = now;
        self.0.insert(key, Held { thing, bytes, wanted });
    }

    /// Forgets what has not been wanted since a time; gives the bytes that it held.
    pub(super) fn forget_before(&mut self, time: u32) -> u64 {
        let mut freed = 0;
        self.0.retain(|_, held| {
            let stays = held.wanted >= time;
            freed += if stays { 0 } else { held.bytes };
            stays
        });
        freed
    }
}

impl<K, V> Default for Shelf<K, V> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wanted_stays() {
        let mut shelf: Shelf<&str, char> = Shelf::default();
        shelf.put("totals", 'a', 10, 0);
        shelf.put("regions", 'b', 7, 0);
        shelf.put("plans", 'c', 5, 1);
        assert_eq!(shelf.take(&"totals", 1), Some('a'));
        assert_eq!(shelf.forget_before(1), 7);
        assert!(shelf.contains(&"plans") && !shelf.contains(&"regions"));
        assert_eq!(shelf.take(&"regions", 1), None);
        assert_eq!(shelf.forget_before(2), 15);
    }
}
