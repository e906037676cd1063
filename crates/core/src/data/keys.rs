//! Rows by key: equal keys get equal numbers, within a table and between a table and its parent.

use arrow_array::Array;
use foldhash::fast::FixedState;
use hashbrown::HashTable;
use std::hash::BuildHasher;

use super::column::{Column, Text, Values};
use super::dataset::NO_ROW;

/// A number for each row, equal where the key is equal; [`NO_ROW`] where it is missing.
pub(super) struct KeyIds {
    pub of: Vec<u32>,
    /// All numbers are below.
    pub count: usize,
}

/// Numbers for 64-bit values, by hash.
struct IntIds {
    table: HashTable<(u64, u32)>,
    hasher: FixedState,
}

impl IntIds {
    fn new() -> Self {
        Self {
            table: HashTable::new(),
            hasher: FixedState::default(),
        }
    }

    fn id(&mut self, value: u64) -> u32 {
        let hash = self.hasher.hash_one(value);
        let next = self.table.len() as u32;
        let hasher = &self.hasher;
        self.table
            .entry(hash, |entry| entry.0 == value, |entry| hasher.hash_one(entry.0))
            .or_insert((value, next))
            .get()
            .1
    }

    fn find(&self, value: u64) -> u32 {
        let hash = self.hasher.hash_one(value);
        self.table
            .find(hash, |entry| entry.0 == value)
            .map_or(NO_ROW, |entry| entry.1)
    }
}

/// How the values of one key column are numbered.
enum Numbering {
    /// Value minus the smallest.
    Dense {
        low: i64,
        span: u64,
    },
    Hashed(IntIds),
    /// Codes of the dictionary.
    Dictionary(Text),
}

/// The values of a column that are whole numbers at heart.
fn wholes(column: &Column) -> Option<Box<dyn Iterator<Item = i64> + '_>> {
    match &column.values {
        Values::Int(values) => Some(values.iter()),
        Values::Date(values) => Some(Box::new(values.iter().map(|&day| i64::from(day)))),
        Values::Timestamp(values) => Some(Box::new(values.iter().copied())),
        Values::Bool(_) | Values::Float(_) | Values::Text(_) => None,
    }
}

fn number(column: &Column) -> (KeyIds, Numbering) {
    let valid = |row: usize| column.validity.as_ref().is_none_or(|validity| validity.is_valid(row));
    let Some(values) = wholes(column) else {
        let column = column.to_text();
        let text = match column.values {
            Values::Text(text) => text,
            // `to_text` gives text.
            _ => Text {
                codes: super::column::Codes::U8(Vec::new().into()),
                dictionary: Vec::<&str>::new().into(),
            },
        };
        let codes = text.codes.iter().enumerate();
        let of = codes
            .map(|(row, code)| if valid(row) { code } else { NO_ROW })
            .collect();
        let count = text.dictionary.len();
        return (KeyIds { of, count }, Numbering::Dictionary(text));
    };
    let values: Vec<i64> = values.collect();
    let present = values
        .iter()
        .enumerate()
        .filter(|(row, _)| valid(*row))
        .map(|(_, &value)| value);
    let (low, high) = present.fold((i64::MAX, i64::MIN), |(low, high), value| {
        (low.min(value), high.max(value))
    });
    let span = high.wrapping_sub(low) as u64;
    if low > high {
        let of = vec![NO_ROW; values.len()];
        return (KeyIds { of, count: 0 }, Numbering::Hashed(IntIds::new()));
    }
    if span < (values.len() as u64 * 4 + 1024).min(u64::from(NO_ROW)) {
        let of = values
            .iter()
            .enumerate()
            .map(|(row, &value)| {
                if valid(row) {
                    value.wrapping_sub(low) as u32
                } else {
                    NO_ROW
                }
            })
            .collect();
        let count = span as usize + 1;
        return (KeyIds { of, count }, Numbering::Dense { low, span });
    }
    let mut ids = IntIds::new();
    let of = values
        .iter()
        .enumerate()
        .map(|(row, &value)| if valid(row) { ids.id(value as u64) } else { NO_ROW })
        .collect();
    let count = ids.table.len();
    (KeyIds { of, count }, Numbering::Hashed(ids))
}

/// The child's rows in the numbers of the parent; numbers beyond are keys that the parent does not have.
fn number_like(child: &Column, numbering: &Numbering) -> Vec<u32> {
    let valid = |row: usize| child.validity.as_ref().is_none_or(|validity| validity.is_valid(row));
    let as_whole: Option<Box<dyn Fn(i64) -> u32 + '_>> = match numbering {
        Numbering::Dense { low, span } => Some(Box::new(move |value: i64| {
            let offset = value.wrapping_sub(*low) as u64;
            if value >= *low && offset <= *span {
                offset as u32
            } else {
                UNKNOWN
            }
        })),
        Numbering::Hashed(ids) => Some(Box::new(move |value: i64| match ids.find(value as u64) {
            NO_ROW => UNKNOWN,
            id => id,
        })),
        Numbering::Dictionary(_) => None,
    };
    match (as_whole, wholes(child), numbering) {
        (Some(find), Some(values), _) => values
            .enumerate()
            .map(|(row, value)| if valid(row) { find(value) } else { NO_ROW })
            .collect(),
        (None, _, Numbering::Dictionary(parent)) => {
            let mut known = super::intern::Interner::default();
            for code in 0..parent.dictionary.len() {
                known.intern(parent.dictionary.value(code).as_bytes());
            }
            let child = child.to_text();
            let Values::Text(text) = &child.values else {
                return Vec::new();
            };
            let map: Vec<u32> = (0..text.dictionary.len())
                .map(|code| known.find(text.dictionary.value(code).as_bytes()).unwrap_or(UNKNOWN))
                .collect();
            let codes = text.codes.look_up(&map, UNKNOWN);
            codes
                .into_iter()
                .enumerate()
                .map(|(row, id)| if valid(row) { id } else { NO_ROW })
                .collect()
        }
        _ => Vec::new(),
    }
}

/// A key that is there, and not in the parent.
const UNKNOWN: u32 = NO_ROW - 1;

/// Rows by the values of several columns together.
pub(super) fn key_ids(columns: &[&Column]) -> KeyIds {
    let mut columns = columns.iter();
    let Some(first) = columns.next() else {
        return KeyIds {
            of: Vec::new(),
            count: 0,
        };
    };
    let mut all = number(first).0;
    for column in columns {
        let next = number(column).0;
        let mut pairs = IntIds::new();
        for (id, &other) in all.of.iter_mut().zip(&next.of) {
            *id = if *id == NO_ROW || other == NO_ROW {
                NO_ROW
            } else {
                pairs.id(u64::from(*id) << 32 | u64::from(other))
            };
        }
        all.count = pairs.table.len();
    }
    all
}

/// Where each row of a child belongs.
pub(super) struct Matched {
    /// The parent's row, or [`NO_ROW`].
    pub rows: Vec<u32>,
    pub orphans: u64,
    pub without_key: u64,
    /// The first row whose key the parent does not have.
    pub first_orphan: Option<usize>,
}

/// Finds the parent's row for each row of the child, by pairs of columns. The parent's key must be unique.
pub(super) fn match_rows(child: &[&Column], parent: &[&Column]) -> Matched {
    let mut ids: Option<(Vec<u32>, Vec<u32>, usize)> = None;
    for (child, parent) in child.iter().zip(parent) {
        // A number there and text here, or the like, compare as they are written.
        let alike = wholes(child).is_some() && child.column_type() == parent.column_type();
        let written = if alike || wholes(parent).is_none() {
            None
        } else {
            Some(parent.to_text())
        };
        let (of_parent, numbering) = number(written.as_ref().unwrap_or(parent));
        let of_child = number_like(child, &numbering);
        ids = Some(match ids {
            None => (of_parent.of, of_child, of_parent.count),
            Some((mut parents, mut children, _)) => {
                let mut pairs = IntIds::new();
                for (id, &other) in parents.iter_mut().zip(&of_parent.of) {
                    *id = if *id == NO_ROW || other == NO_ROW {
                        NO_ROW
                    } else {
                        pairs.id(u64::from(*id) << 32 | u64::from(other))
                    };
                }
                for (id, &other) in children.iter_mut().zip(&of_child) {
                    *id = if *id == NO_ROW || other == NO_ROW {
                        NO_ROW
                    } else {
                        match pairs.find(u64::from(*id) << 32 | u64::from(other)) {
                            NO_ROW => UNKNOWN,
                            id => id,
                        }
                    };
                }
                let count = pairs.table.len();
                (parents, children, count)
            }
        });
    }
    let (parents, children, count) = ids.unwrap_or_default();
    let mut row_of = vec![NO_ROW; count];
    for (row, &id) in parents.iter().enumerate() {
        if let Some(slot) = row_of.get_mut(id as usize) {
            *slot = row as u32;
        }
    }
    let mut matched = Matched {
        rows: children,
        orphans: 0,
        without_key: 0,
        first_orphan: None,
    };
    for (row, id) in matched.rows.iter_mut().enumerate() {
        if *id == NO_ROW {
            matched.without_key += 1;
            continue;
        }
        *id = row_of.get(*id as usize).copied().unwrap_or(NO_ROW);
        if *id == NO_ROW {
            matched.orphans += 1;
            matched.first_orphan = matched.first_orphan.or(Some(row));
        }
    }
    matched
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_match_as_they_are_written() {
        let parent = Column::ints(vec![Some(10), Some(20), Some(1_000_000_000_000)]);
        let child = Column::texts(&[Some("20"), None, Some("x"), Some("1000000000000")]);
        let matched = match_rows(&[&child], &[&parent]);
        assert_eq!(matched.rows, [1, NO_ROW, NO_ROW, 2]);
        assert_eq!(
            (matched.orphans, matched.without_key, matched.first_orphan),
            (1, 1, Some(2))
        );
        let matched = match_rows(&[&Column::ints(vec![Some(20), Some(15), Some(-5)])], &[&parent]);
        assert_eq!(matched.rows, [1, NO_ROW, NO_ROW]);
        let matched = match_rows(&[&Column::floats(vec![Some(20.0), Some(10.5)])], &[&parent]);
        assert_eq!(matched.rows, [1, NO_ROW]);
    }

    #[test]
    fn keys_of_two_columns_match_together() {
        let a = Column::texts(&[Some("x"), Some("x"), Some("y")]);
        let b = Column::ints(vec![Some(1), Some(2), Some(1)]);
        let child_a = Column::texts(&[Some("y"), Some("x"), Some("y")]);
        let child_b = Column::ints(vec![Some(1), Some(2), Some(2)]);
        assert_eq!(match_rows(&[&child_a, &child_b], &[&a, &b]).rows, [2, 1, NO_ROW]);
        let ids = key_ids(&[&a, &b]);
        assert_eq!((ids.of.len(), ids.count), (3, 3));
    }
}
