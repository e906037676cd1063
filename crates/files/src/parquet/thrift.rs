//! A walk over Thrift's compact form, for looking at lengths before anything is made of them.
//!
//! Every step answers none where the bytes end too early or are not well formed.

/// Deepest nesting of structs and lists; Parquet's own has eight.
const MOST_NESTED: usize = 32;

/// Kinds of fields, as they are written.
pub const I32: u8 = 5;
pub const LIST: u8 = 9;
pub const STRUCT: u8 = 12;
const BOOL_TRUE: u8 = 1;
const BOOL_FALSE: u8 = 2;

/// Bytes being walked over.
pub struct Walk<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Walk<'a> {
    /// At the front.
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    /// Bytes walked over.
    pub const fn at(&self) -> usize {
        self.at
    }

    fn byte(&mut self) -> Option<u8> {
        let byte = *self.bytes.get(self.at)?;
        self.at += 1;
        Some(byte)
    }

    fn left(&self) -> usize {
        self.bytes.len().saturating_sub(self.at)
    }

    fn pass(&mut self, length: u64) -> Option<()> {
        let length = usize::try_from(length).ok().filter(|length| *length <= self.left())?;
        self.at += length;
        Some(())
    }

    fn varint(&mut self) -> Option<u64> {
        let mut value = 0_u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7f).checked_shl(shift)?;
            if byte & 0x80 == 0 {
                return Some(value);
            }
        }
        None
    }

    /// A whole number.
    pub fn int(&mut self) -> Option<i64> {
        let value = self.varint()?;
        Some((value >> 1) as i64 ^ -((value & 1) as i64))
    }

    /// The kind and the number of items of a list. Each takes a byte at least.
    pub fn list(&mut self) -> Option<(u8, usize)> {
        let head = self.byte()?;
        let count = match head >> 4 {
            15 => usize::try_from(self.varint()?).ok()?,
            count => usize::from(count),
        };
        (count <= self.left()).then_some((head & 15, count))
    }

    /// Walks over the fields of a struct: `field` is told the number and the kind, and takes the value or answers
    /// `Some(false)` to have it passed over.
    pub fn fields(&mut self, depth: usize, mut field: impl FnMut(&mut Self, i64, u8) -> Option<bool>) -> Option<()> {
        let mut number = 0_i64;
        loop {
            let head = self.byte()?;
            if head == 0 {
                return Some(());
            }
            let kind = head & 15;
            number = match head >> 4 {
                0 => self.int()?,
                step => number.checked_add(i64::from(step))?,
            };
            if !field(self, number, kind)? {
                self.skip(kind, depth + 1, true)?;
            }
        }
    }

    /// Passes over a value. A truth value takes a byte in a list, and none as a field.
    pub fn skip(&mut self, kind: u8, depth: usize, is_field: bool) -> Option<()> {
        if depth > MOST_NESTED {
            return None;
        }
        match kind {
            BOOL_TRUE | BOOL_FALSE if is_field => Some(()),
            BOOL_TRUE | BOOL_FALSE | 3 => self.pass(1),
            4..=6 => self.varint().map(drop),
            7 => self.pass(8),
            8 => {
                let length = self.varint()?;
                self.pass(length)
            }
            LIST | 10 => {
                let (kind, count) = self.list()?;
                (0..count).try_for_each(|_| self.skip(kind, depth + 1, false))
            }
            11 => {
                let count = self.varint()?;
                if count == 0 {
                    return Some(());
                }
                let kinds = self.byte()?;
                if count > self.left() as u64 {
                    return None;
                }
                (0..count).try_for_each(|_| {
                    self.skip(kinds >> 4, depth + 1, false)?;
                    self.skip(kinds & 15, depth + 1, false)
                })
            }
            STRUCT => self.fields(depth, |_, _, _| Some(false)),
            13 => self.pass(16),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_every_kind_are_passed_over() {
        // 1: true, 2: i32 -1, 3: "ab", 4: list of two i64, 5: {1: i8}, end.
        let bytes = [
            0x11, 0x15, 1, 0x18, 2, b'a', b'b', 0x19, 0x26, 2, 4, 0x1c, 0x13, 7, 0, 0,
        ];
        let mut walk = Walk::new(&bytes);
        let mut seen = Vec::new();
        walk.fields(0, |walk, number, kind| {
            seen.push((number, kind));
            if kind == I32 {
                assert_eq!(walk.int()?, -1);
                return Some(true);
            }
            Some(false)
        })
        .unwrap();
        assert_eq!(seen, [(1, 1), (2, I32), (3, 8), (4, LIST), (5, STRUCT)]);
        assert_eq!(walk.at(), bytes.len());
    }

    #[test]
    fn lies_and_nests_end_the_walk() {
        let ends = |bytes: &[u8]| Walk::new(bytes).fields(0, |_, _, _| Some(false)).is_none();
        assert!(ends(&[0x18, 0xff, 0xff, 0xff, 0xff, 0x0f, 0]), "a text of 4 GB");
        assert!(
            ends(&[0x19, 0xf5, 0xff, 0xff, 0xff, 0xff, 0x0f, 0]),
            "a list of 4 billion"
        );
        assert!(
            ends(&[0x1b, 0xff, 0xff, 0xff, 0xff, 0x0f, 0x55, 0]),
            "a map of 4 billion"
        );
        assert!(ends(&[0x1c; 100_000]), "structs in structs");
        assert!(ends(&[0x19; 100_000]), "lists in lists");
        assert!(
            ends(&[0x15, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 0]),
            "a number without end"
        );
        assert!(ends(&[]) && ends(&[0x15]));
    }
}
