//! Going through the entries of a map, from both ends.

use std::{slice, vec};

use crate::map::Place;

/// Entries that are lent.
#[derive(Debug)]
pub struct Iter<'a, K, V> {
    front: slice::Iter<'a, (K, V)>,
    chunks: slice::Iter<'a, Vec<(K, V)>>,
    back: slice::Iter<'a, (K, V)>,
}

impl<K, V> Clone for Iter<'_, K, V> {
    fn clone(&self) -> Self {
        Self {
            front: self.front.clone(),
            chunks: self.chunks.clone(),
            back: self.back.clone(),
        }
    }
}

impl<'a, K, V> Iter<'a, K, V> {
    /// The entries from a place on, and before another.
    pub(crate) fn between(chunks: &'a [Vec<(K, V)>], from: Place, to: Place) -> Self {
        let part = |chunk: usize, from: usize, to: usize| {
            let entries = chunks.get(chunk).map_or(&[][..], Vec::as_slice);
            entries.get(from..to.min(entries.len())).unwrap_or_default().iter()
        };
        let (last, end) = to;
        let (first, start) = from;
        if first >= last {
            let front = if first == last {
                part(first, start, end)
            } else {
                [].iter()
            };
            return Self {
                front,
                chunks: [].iter(),
                back: [].iter(),
            };
        }
        Self {
            front: part(first, start, usize::MAX),
            chunks: chunks.get(first + 1..last).unwrap_or_default().iter(),
            back: part(last, 0, end),
        }
    }
}

impl<'a, K, V> Iterator for Iter<'a, K, V> {
    type Item = (&'a K, &'a V);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some((key, value)) = self.front.next() {
                return Some((key, value));
            }
            match self.chunks.next() {
                Some(entries) => self.front = entries.iter(),
                None => return self.back.next().map(|(key, value)| (key, value)),
            }
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let inner: usize = self.chunks.as_slice().iter().map(Vec::len).sum();
        let all = self.front.len() + inner + self.back.len();
        (all, Some(all))
    }
}

impl<K, V> DoubleEndedIterator for Iter<'_, K, V> {
    fn next_back(&mut self) -> Option<Self::Item> {
        loop {
            if let Some((key, value)) = self.back.next_back() {
                return Some((key, value));
            }
            match self.chunks.next_back() {
                Some(entries) => self.back = entries.iter(),
                None => return self.front.next_back().map(|(key, value)| (key, value)),
            }
        }
    }
}

impl<K, V> ExactSizeIterator for Iter<'_, K, V> {}

/// Entries that are lent, with values to change.
#[derive(Debug)]
pub struct IterMut<'a, K, V> {
    front: slice::IterMut<'a, (K, V)>,
    chunks: slice::IterMut<'a, Vec<(K, V)>>,
    back: slice::IterMut<'a, (K, V)>,
}

impl<'a, K, V> IterMut<'a, K, V> {
    pub(crate) fn new(chunks: &'a mut [Vec<(K, V)>]) -> Self {
        Self {
            front: [].iter_mut(),
            chunks: chunks.iter_mut(),
            back: [].iter_mut(),
        }
    }
}

impl<'a, K, V> Iterator for IterMut<'a, K, V> {
    type Item = (&'a K, &'a mut V);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some((key, value)) = self.front.next() {
                return Some((key, value));
            }
            match self.chunks.next() {
                Some(entries) => self.front = entries.iter_mut(),
                None => return self.back.next().map(|(key, value)| (&*key, value)),
            }
        }
    }
}

impl<K, V> DoubleEndedIterator for IterMut<'_, K, V> {
    fn next_back(&mut self) -> Option<Self::Item> {
        loop {
            if let Some((key, value)) = self.back.next_back() {
                return Some((key, value));
            }
            match self.chunks.next_back() {
                Some(entries) => self.back = entries.iter_mut(),
                None => return self.front.next_back().map(|(key, value)| (&*key, value)),
            }
        }
    }
}

/// Entries themselves.
#[derive(Debug)]
pub struct IntoIter<K, V> {
    front: vec::IntoIter<(K, V)>,
    chunks: vec::IntoIter<Vec<(K, V)>>,
    back: vec::IntoIter<(K, V)>,
    left: usize,
}

impl<K, V> IntoIter<K, V> {
    pub(crate) fn new(chunks: Vec<Vec<(K, V)>>, left: usize) -> Self {
        Self {
            front: Vec::new().into_iter(),
            chunks: chunks.into_iter(),
            back: Vec::new().into_iter(),
            left,
        }
    }
}

impl<K, V> Iterator for IntoIter<K, V> {
    type Item = (K, V);

    fn next(&mut self) -> Option<(K, V)> {
        self.left = self.left.saturating_sub(1);
        loop {
            if let Some(entry) = self.front.next() {
                return Some(entry);
            }
            match self.chunks.next() {
                Some(entries) => self.front = entries.into_iter(),
                None => return self.back.next(),
            }
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }
}

impl<K, V> DoubleEndedIterator for IntoIter<K, V> {
    fn next_back(&mut self) -> Option<(K, V)> {
        self.left = self.left.saturating_sub(1);
        loop {
            if let Some(entry) = self.back.next_back() {
                return Some(entry);
            }
            match self.chunks.next_back() {
                Some(entries) => self.back = entries.into_iter(),
                None => return self.front.next_back(),
            }
        }
    }
}

impl<K, V> ExactSizeIterator for IntoIter<K, V> {}

/// A way through one side of the entries.
macro_rules! side {
    ($(#[$about:meta])* $name:ident<$($life:lifetime)?>($inner:ty), $item:ty, $take:expr) => {
        $(#[$about])*
        #[derive(Debug)]
        pub struct $name<$($life,)? K, V>(pub(crate) $inner);

        impl<$($life,)? K, V> Iterator for $name<$($life,)? K, V> {
            type Item = $item;

            fn next(&mut self) -> Option<$item> {
                self.0.next().map($take)
            }

            fn size_hint(&self) -> (usize, Option<usize>) {
                self.0.size_hint()
            }
        }

        impl<$($life,)? K, V> DoubleEndedIterator for $name<$($life,)? K, V> {
            fn next_back(&mut self) -> Option<$item> {
                self.0.next_back().map($take)
            }
        }
    };
}

side!(
    /// Keys that are lent, in order.
    Keys<'a>(Iter<'a, K, V>), &'a K, |(key, _)| key
);
side!(
    /// Values that are lent, in the order of their keys.
    Values<'a>(Iter<'a, K, V>), &'a V, |(_, value)| value
);
side!(
    /// Values to change, in the order of their keys.
    ValuesMut<'a>(IterMut<'a, K, V>), &'a mut V, |(_, value)| value
);
side!(
    /// Keys themselves, in order.
    IntoKeys<>(IntoIter<K, V>), K, |(key, _)| key
);
side!(
    /// Values themselves, in the order of their keys.
    IntoValues<>(IntoIter<K, V>), V, |(_, value)| value
);

impl<K, V> Clone for Keys<'_, K, V> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<K, V> Clone for Values<'_, K, V> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<K, V> ExactSizeIterator for Keys<'_, K, V> {}
impl<K, V> ExactSizeIterator for Values<'_, K, V> {}
