//! Distinct texts: each is kept once and known by its code.

use arrow_array::StringArray;
use arrow_buffer::{Buffer, OffsetBuffer, ScalarBuffer};
use foldhash::fast::FixedState;
use hashbrown::HashTable;
use std::hash::BuildHasher;

use super::column::{Codes, Text};

/// Distinct texts in order of first appearance. The bytes handed in must be UTF-8; others are replaced.
pub struct Interner {
    table: HashTable<u32>,
    bytes: Vec<u8>,
    offsets: Vec<i32>,
    hasher: FixedState,
    full: bool,
}

impl Default for Interner {
    fn default() -> Self {
        Self {
            table: HashTable::new(),
            bytes: Vec::new(),
            offsets: vec![0],
            hasher: FixedState::default(),
            full: false,
        }
    }
}

/// The bytes of a code.
fn entry<'a>(bytes: &'a [u8], offsets: &[i32], code: u32) -> &'a [u8] {
    let at = code as usize;
    match (offsets.get(at), offsets.get(at + 1)) {
        (Some(&start), Some(&end)) => bytes.get(start as usize..end as usize).unwrap_or_default(),
        _ => &[],
    }
}

impl Interner {
    /// Number of distinct texts.
    #[must_use]
    pub fn len(&self) -> usize {
        self.offsets.len() - 1
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether more distinct text came than fits (2 GB); what came later has code 0.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.full
    }

    /// Memory of what it holds, in bytes, about.
    #[must_use]
    pub fn held_bytes(&self) -> u64 {
        (self.bytes.capacity() + self.offsets.capacity() * 4 + self.table.capacity() * 5) as u64
    }

    /// The text of a code.
    #[must_use]
    pub fn get(&self, code: u32) -> &[u8] {
        entry(&self.bytes, &self.offsets, code)
    }

    /// The code of a text, known or new.
    #[inline]
    pub fn intern(&mut self, text: &[u8]) -> u32 {
        let hash = self.hasher.hash_one(text);
        let (bytes, offsets) = (&self.bytes, &self.offsets);
        if let Some(&code) = self.table.find(hash, |&code| entry(bytes, offsets, code) == text) {
            return code;
        }
        self.insert(text, hash)
    }

    /// The code of a text, where it is known.
    #[must_use]
    pub fn find(&self, text: &[u8]) -> Option<u32> {
        let hash = self.hasher.hash_one(text);
        self.table.find(hash, |&code| self.get(code) == text).copied()
    }

    fn insert(&mut self, text: &[u8], hash: u64) -> u32 {
        let Ok(end) = i32::try_from(self.bytes.len() + text.len()) else {
            self.full = true;
            return 0;
        };
        let code = self.len() as u32;
        self.bytes.extend_from_slice(text);
        self.offsets.push(end);
        let (bytes, offsets, hasher) = (&self.bytes, &self.offsets, &self.hasher);
        self.table
            .insert_unique(hash, code, |&code| hasher.hash_one(entry(bytes, offsets, code)));
        code
    }

    /// The dictionary.
    #[must_use]
    pub fn into_dictionary(self) -> StringArray {
        let offsets = OffsetBuffer::new(ScalarBuffer::from(self.offsets));
        let bytes = Buffer::from_vec(self.bytes);
        StringArray::try_new(offsets.clone(), bytes.clone(), None).unwrap_or_else(|_| {
            // Not UTF-8: whoever reads bytes checks them before, so this is out of reach; the texts stay readable.
            offsets
                .windows(2)
                .map(|edges| match edges {
                    [start, end] => {
                        String::from_utf8_lossy(bytes.get(*start as usize..*end as usize).unwrap_or_default())
                    }
                    _ => "".into(),
                })
                .map(Some)
                .collect()
        })
    }

    /// A text column of these codes.
    #[must_use]
    pub fn into_text(self, codes: Vec<u32>) -> Text {
        let distinct = self.len();
        Text {
            codes: Codes::pack(codes, distinct),
            dictionary: self.into_dictionary(),
        }
    }
}
