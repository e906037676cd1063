//! Maps and sets beside those of the standard library.

use std::collections::{BTreeMap as StdMap, BTreeSet as StdSet};
use std::ops::Bound;

use proptest::prelude::*;

use crate::map::most;
use crate::{BTreeMap, BTreeSet, Entry};

/// Entries so large that a chunk holds sixteen, so that few of them fill many chunks.
type Large = [u64; 64];

fn large(value: u64) -> Large {
    [value; 64]
}

fn same<V: Clone + PartialEq + std::fmt::Debug>(ours: &BTreeMap<u16, V>, theirs: &StdMap<u16, V>) {
    assert_eq!(ours.len(), theirs.len());
    assert!(ours.iter().eq(theirs.iter()));
    assert!(ours.iter().rev().eq(theirs.iter().rev()));
    assert_eq!(ours.iter().len(), theirs.len());
    assert!(ours.keys().eq(theirs.keys()) && ours.values().eq(theirs.values()));
    assert!(ours.clone().into_iter().eq(theirs.clone()));
    assert!(ours.clone().into_iter().rev().eq(theirs.clone().into_iter().rev()));
    assert_eq!(ours.first_key_value(), theirs.first_key_value());
    assert_eq!(ours.last_key_value(), theirs.last_key_value());
    assert!(
        ours.chunks
            .iter()
            .all(|chunk| !chunk.is_empty() && chunk.len() <= most::<(u16, V)>())
    );
}

proptest! {
    #[test]
    fn a_map_does_as_that_of_the_standard_library(steps in prop::collection::vec((0_u8..7, 0_u16..300, any::<u64>()), 0..600)) {
        let (mut ours, mut theirs) = (BTreeMap::new(), StdMap::new());
        for (step, key, value) in steps {
            match step {
                0..3 => prop_assert_eq!(ours.insert(key, large(value)), theirs.insert(key, large(value))),
                3 => prop_assert_eq!(ours.remove(&key), theirs.remove(&key)),
                4 => {
                    ours.entry(key).and_modify(|kept: &mut Large| kept[0] += 1).or_insert(large(value));
                    theirs.entry(key).and_modify(|kept: &mut Large| kept[0] += 1).or_insert(large(value));
                }
                5 => {
                    if let Entry::Occupied(entry) = ours.entry(key) {
                        prop_assert_eq!(Some(entry.remove()), theirs.remove(&key));
                    }
                    prop_assert_eq!(ours.get(&key), theirs.get(&key));
                }
                _ => {
                    if let Some(kept) = ours.get_mut(&key) {
                        kept[1] = 7;
                    }
                    if let Some(kept) = theirs.get_mut(&key) {
                        kept[1] = 7;
                    }
                }
            }
        }
        same(&ours, &theirs);
        for (from, to) in [(0, 300), (10, 20), (77, 78), (150, 150), (299, 300)] {
            prop_assert!(ours.range(from..to).eq(theirs.range(from..to)));
            prop_assert!(ours.range(from..=to).rev().eq(theirs.range(from..=to).rev()));
            prop_assert!(ours.range(..to).eq(theirs.range(..to)));
            prop_assert!(ours.range(from..).eq(theirs.range(from..)));
            let above = (Bound::Excluded(from), Bound::Unbounded);
            prop_assert!(ours.range(above).eq(theirs.range(above)));
        }
        ours.retain(|key, _| key % 3 != 0);
        theirs.retain(|key, _| key % 3 != 0);
        ours.values_mut().for_each(|value| value[2] = 9);
        theirs.values_mut().for_each(|value| value[2] = 9);
        same(&ours, &theirs);
        prop_assert_eq!(ours.pop_last(), theirs.pop_last());
        while let Some(entry) = ours.pop_first() {
            prop_assert_eq!(Some(entry), theirs.pop_first());
        }
        prop_assert!(theirs.is_empty() && ours.is_empty());
    }

    #[test]
    fn a_set_does_as_that_of_the_standard_library(a in prop::collection::vec(0_u8..50, 0..40), b in prop::collection::vec(0_u8..50, 0..40)) {
        let (ours_a, ours_b): (BTreeSet<u8>, BTreeSet<u8>) = (a.iter().copied().collect(), b.iter().copied().collect());
        let (a, b): (StdSet<u8>, StdSet<u8>) = (a.into_iter().collect(), b.into_iter().collect());
        prop_assert!(ours_a.iter().eq(&a));
        prop_assert!(ours_a.union(&ours_b).eq(a.union(&b)));
        prop_assert!(ours_a.intersection(&ours_b).eq(a.intersection(&b)));
        prop_assert!(ours_a.difference(&ours_b).eq(a.difference(&b)));
        prop_assert_eq!(ours_a.is_subset(&ours_b), a.is_subset(&b));
        prop_assert_eq!(ours_a.is_disjoint(&ours_b), a.is_disjoint(&b));
        prop_assert_eq!(ours_a.cmp(&ours_b), a.cmp(&b));
        prop_assert_eq!(ours_a == ours_b, a == b);
        prop_assert_eq!((ours_a.first(), ours_a.last()), (a.first(), a.last()));
    }
}

#[test]
fn ascending_keys_fill_their_chunks() {
    let map: BTreeMap<u32, u32> = (0..10_000).map(|key| (key, key)).collect();
    let full = most::<(u32, u32)>();
    assert_eq!(map.chunks.len(), 10_000_usize.div_ceil(full));
    assert!(map.iter().map(|(key, _)| *key).eq(0..10_000));
}
