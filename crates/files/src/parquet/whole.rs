//! Chunks put together into the whole column.
//!
//! Values of a fixed width go to their place in the whole column as soon as they are decoded, while they still lie in
//! the cache, and the memory of their chunk is used again for the next; texts and truth values are joined at the end.

use std::ops::Range;

use arrow_buffer::{BooleanBufferBuilder, NullBuffer};
use bellwether::data::{Column, Ints, Values};

/// The chunks of a column by row group.
#[derive(Default)]
pub struct Parts {
    chunks: Vec<Chunk>,
    /// Where the rows of each group start; one more than groups.
    starts: Vec<usize>,
    open: usize,
    whole: Option<Whole>,
}

/// What is known of a chunk.
enum Chunk {
    /// It was not decoded yet.
    Open,
    /// Its values stand in the whole column.
    Placed(Option<NullBuffer>),
    /// It waits to be joined with the others.
    Apart(Column),
}

/// Values of the whole column.
enum Whole {
    Small(Vec<i8>),
    Days(Vec<i32>),
    Times(Vec<i64>),
    Floats(Vec<f64>),
}

impl Whole {
    /// Room for values of the kind of a chunk, where these are placed.
    fn room(part: &Column, rows: usize) -> Option<Self> {
        Some(match &part.values {
            Values::Int(Ints::I8(_)) => Self::Small(vec![0; rows]),
            Values::Date(_) => Self::Days(vec![0; rows]),
            Values::Timestamp(_) => Self::Times(vec![0; rows]),
            Values::Float(_) => Self::Floats(vec![0.0; rows]),
            _ => return None,
        })
    }

    /// Puts the values of a chunk in their place; whether they are of this kind and fit.
    fn place(&mut self, start: usize, part: &Column) -> bool {
        fn copy<T: Copy>(to: &mut [T], start: usize, from: &[T]) -> bool {
            let to = to.get_mut(start..start.saturating_add(from.len()));
            to.map(|to| to.copy_from_slice(from)).is_some()
        }
        match (self, &part.values) {
            (Self::Small(to), Values::Int(Ints::I8(from))) => copy(to, start, from),
            (Self::Days(to), Values::Date(from)) => copy(to, start, from),
            (Self::Times(to), Values::Timestamp(from)) => copy(to, start, from),
            (Self::Floats(to), Values::Float(from)) => copy(to, start, from),
            _ => false,
        }
    }

    /// The values of some rows, taken out again.
    fn rows(&self, rows: Range<usize>) -> Option<Values> {
        Some(match self {
            Self::Small(values) => Values::Int(Ints::I8(values.get(rows)?.to_vec().into())),
            Self::Days(values) => Values::Date(values.get(rows)?.to_vec().into()),
            Self::Times(values) => Values::Timestamp(values.get(rows)?.to_vec().into()),
            Self::Floats(values) => Values::Float(values.get(rows)?.to_vec().into()),
        })
    }

    fn values(self) -> Values {
        match self {
            Self::Small(values) => Values::Int(Ints::I8(values.into())),
            Self::Days(values) => Values::Date(values.into()),
            Self::Times(values) => Values::Timestamp(values.into()),
            Self::Floats(values) => Values::Float(values.into()),
        }
    }
}

impl Parts {
    /// No chunks yet, of groups with so many rows each.
    pub fn new(groups: impl Iterator<Item = usize>) -> Self {
        let mut starts = vec![0];
        let mut end = 0_usize;
        for rows in groups {
            end = end.saturating_add(rows);
            starts.push(end);
        }
        let count = starts.len() - 1;
        Self {
            chunks: (0..count).map(|_| Chunk::Open).collect(),
            starts,
            open: count,
            whole: None,
        }
    }

    /// Whether there is more than one chunk.
    const fn is_joined(&self) -> bool {
        self.chunks.len() > 1
    }

    /// Bytes that the first chunk will have the whole column take, beyond its own.
    pub fn more_bytes(&self, part: &Column) -> u64 {
        let rows = self.starts.last().map_or(0, |rows| *rows as u64);
        let each = match &part.values {
            Values::Int(Ints::I8(_)) => 1,
            Values::Date(_) => 4,
            Values::Timestamp(_) | Values::Float(_) => 8,
            _ => 0,
        };
        if self.whole.is_some() || !self.is_joined() {
            0
        } else {
            rows.saturating_mul(each)
        }
    }

    /// Adds the chunk of a group.
    pub fn add(&mut self, group: usize, part: Column) {
        let rows = self.starts.last().copied().unwrap_or(0);
        let start = self.starts.get(group).copied().unwrap_or(rows);
        let end = self.starts.get(group + 1).copied().unwrap_or(rows);
        let joined = self.is_joined();
        let Some(chunk) = self.chunks.get_mut(group) else {
            return;
        };
        if matches!(chunk, Chunk::Open) {
            self.open -= 1;
        }
        if joined && self.whole.is_none() {
            self.whole = Whole::room(&part, rows);
        }
        let fits = part.len() == end - start;
        let placed = fits && self.whole.as_mut().is_some_and(|whole| whole.place(start, &part));
        *chunk = if placed {
            Chunk::Placed(part.validity)
        } else {
            Chunk::Apart(part)
        };
    }

    /// Whether all chunks are there.
    pub const fn is_full(&self) -> bool {
        self.open == 0
    }

    /// The whole column; none without chunks.
    pub fn column(self) -> Option<Column> {
        let is_placed = |chunk: &Chunk| matches!(chunk, Chunk::Placed(_));
        match self.whole {
            Some(whole) if self.chunks.iter().all(is_placed) => {
                let rows = self.starts.last().copied().unwrap_or(0);
                let mut bits = BooleanBufferBuilder::new(rows);
                let mut missing = false;
                for (chunk, ends) in self.chunks.iter().zip(self.starts.windows(2)) {
                    match chunk {
                        Chunk::Placed(Some(valid)) => {
                            missing |= valid.null_count() > 0;
                            bits.append_buffer(valid.inner());
                        }
                        _ => bits.append_n(ends.last().unwrap_or(&0) - ends.first().unwrap_or(&0), true),
                    }
                }
                let validity = missing.then(|| NullBuffer::new(bits.finish()));
                Some(Column::new(whole.values(), validity))
            }
            whole => {
                // Kinds or widths differ from chunk to chunk: what was placed is taken out again.
                let apart = self
                    .chunks
                    .into_iter()
                    .zip(self.starts.windows(2))
                    .map(|(chunk, ends)| match chunk {
                        Chunk::Apart(part) => Some(part),
                        Chunk::Placed(validity) => {
                            let rows = ends.first().copied()?..ends.last().copied()?;
                            Some(Column::new(whole.as_ref()?.rows(rows)?, validity))
                        }
                        Chunk::Open => None,
                    });
                let parts: Vec<Column> = apart.collect::<Option<_>>()?;
                match parts.as_slice() {
                    [] => None,
                    [one] => Some(one.clone()),
                    parts => Some(Column::concat(&parts.iter().collect::<Vec<_>>())),
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What parts give in two orders, beside their plain concatenation.
    fn check(parts: &[Column]) {
        let wanted = Column::concat(&parts.iter().collect::<Vec<_>>());
        let forward: Vec<usize> = (0..parts.len()).collect();
        let backward: Vec<usize> = forward.iter().rev().copied().collect();
        for order in [forward, backward] {
            let mut made = Parts::new(parts.iter().map(Column::len));
            for &group in &order {
                assert!(!made.is_full());
                made.add(group, parts[group].clone());
            }
            assert!(made.is_full());
            let column = made.column().unwrap();
            assert_eq!(column.column_type(), wanted.column_type());
            let rows = |column: &Column| -> Vec<String> { (0..column.len()).map(|row| column.display(row)).collect() };
            assert_eq!(rows(&column), rows(&wanted));
            assert_eq!(column.missing_count(), wanted.missing_count());
        }
    }

    #[test]
    fn chunks_in_any_order_give_the_column() {
        check(&[
            Column::floats(vec![Some(1.5), None]),
            Column::floats(vec![Some(-2.0)]),
            Column::floats(vec![None, Some(4.0), Some(5.25)]),
        ]);
        check(&[Column::ints(vec![Some(1), None]), Column::ints(vec![Some(2)])]);
        check(&[Column::dates(vec![Some(1), None]), Column::dates(vec![Some(2)])]);
    }

    #[test]
    fn chunks_of_other_widths_and_kinds_are_joined() {
        check(&[
            Column::ints(vec![Some(1), None]),
            Column::ints(vec![Some(100_000)]),
            Column::ints(vec![Some(3)]),
        ]);
        check(&[Column::ints(vec![Some(1), None]), Column::floats(vec![Some(0.5)])]);
        check(&[Column::ints(vec![Some(7)])]);
    }

    #[test]
    fn without_chunks_there_is_no_column() {
        assert!(Parts::new(std::iter::empty()).column().is_none());
        assert!(Parts::new([3].into_iter()).column().is_none());
    }
}
