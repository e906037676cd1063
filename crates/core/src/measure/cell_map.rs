//! Values by cell.

use std::sync::Arc;

use super::cell::CellKey;

/// Values by cell, in the order of the cells. Maps over the same cells share the list of them.
///
/// ```
/// use bellwether::measure::{CellKey, CellMap};
/// let east = CellKey { period: None, segments: vec![(0, 1)] };
/// let map: CellMap<f64> = [(east.clone(), 2.5), (CellKey::default(), 4.0)].into_iter().collect();
/// assert_eq!(map.get(&east), Some(&2.5));
/// assert_eq!(map.keys().next(), Some(&CellKey::default()));
/// ```
#[derive(Debug, Clone)]
pub struct CellMap<V> {
    keys: Arc<[CellKey]>,
    values: Vec<V>,
}

impl<V> Default for CellMap<V> {
    fn default() -> Self {
        Self {
            keys: Arc::default(),
            values: Vec::new(),
        }
    }
}

impl<V> CellMap<V> {
    /// Values for cells that are in order, each once, one for each.
    pub(crate) fn over(keys: Arc<[CellKey]>, values: Vec<V>) -> Self {
        debug_assert!(keys.len() == values.len() && keys.is_sorted());
        Self { keys, values }
    }

    /// The cells, to be shared.
    pub(crate) fn shared_keys(&self) -> &Arc<[CellKey]> {
        &self.keys
    }

    /// How many cells there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// The cells, in order.
    pub fn keys(&self) -> impl Iterator<Item = &CellKey> {
        self.keys.iter()
    }

    /// The values, in the order of the cells.
    pub fn values(&self) -> &[V] {
        &self.values
    }

    /// The cells with their values, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&CellKey, &V)> {
        self.keys.iter().zip(&self.values)
    }

    /// The value of a cell.
    #[must_use]
    pub fn get(&self, key: &CellKey) -> Option<&V> {
        self.values.get(self.keys.binary_search(key).ok()?)
    }

    /// The value of a cell that is perhaps that of a number in the order.
    pub(crate) fn get_near(&self, key: &CellKey, at: usize) -> Option<&V> {
        match self.keys.get(at) {
            Some(known) if known == key => self.values.get(at),
            _ => self.get(key),
        }
    }

    /// The value of a cell, to change it.
    pub fn get_mut(&mut self, key: &CellKey) -> Option<&mut V> {
        let at = self.keys.binary_search(key).ok()?;
        self.values.get_mut(at)
    }
}

/// Of a cell that comes twice the last value counts.
impl<V> FromIterator<(CellKey, V)> for CellMap<V> {
    fn from_iter<T: IntoIterator<Item = (CellKey, V)>>(all: T) -> Self {
        let ordered: bellwether_order::BTreeMap<CellKey, V> = all.into_iter().collect();
        let (keys, values): (Vec<CellKey>, Vec<V>) = ordered.into_iter().unzip();
        Self::over(keys.into(), values)
    }
}

/// The cells that metrics have, in order, with the place of each among those of its cut.
#[derive(Debug)]
pub(crate) struct CellGrid {
    pub(crate) keys: Arc<[CellKey]>,
    /// The number of the cut, and the place among its cells.
    pub(crate) places: Vec<(u32, u32)>,
}

impl CellGrid {
    /// From cells with their places; of a cell that comes twice the last counts.
    pub(crate) fn of(cells: impl Iterator<Item = (CellKey, (u32, u32))>) -> Self {
        let map: CellMap<(u32, u32)> = cells.collect();
        Self {
            keys: map.keys,
            places: map.values,
        }
    }

    /// About how many bytes it holds.
    pub(crate) fn bytes(&self) -> u64 {
        self.keys.len() as u64 * 80
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::PeriodKey;

    fn key(step: u32, value: u32) -> CellKey {
        CellKey {
            period: Some(PeriodKey { axis: 0, step }),
            segments: vec![(0, value)],
        }
    }

    #[test]
    fn cells_are_found_in_any_order() {
        let cells = [(key(2, 1), 'a'), (key(0, 3), 'b'), (key(1, 1), 'c'), (key(0, 3), 'd')];
        let mut map: CellMap<char> = cells.into_iter().collect();
        assert_eq!((map.len(), map.is_empty()), (3, false));
        assert_eq!(map.values(), ['d', 'c', 'a']);
        // Wherever it is looked for first.
        for at in 0..5 {
            assert_eq!(map.get_near(&key(1, 1), at), Some(&'c'));
            assert_eq!(map.get_near(&key(1, 2), at), None);
        }
        *map.get_mut(&key(2, 1)).unwrap() = 'e';
        assert_eq!(map.iter().last(), Some((&key(2, 1), &'e')));
        assert_eq!(map.get_mut(&CellKey::default()), None);
    }
}
