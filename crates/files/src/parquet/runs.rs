//! Runs of a hybrid of run lengths and packed bits: levels, codes of a dictionary, truth values.

use parquet::errors::ParquetError;

use super::page::broken;

/// How many of the first `count` bits are set.
pub(super) fn set_bits(bytes: &[u8], count: usize) -> usize {
    let (whole, rest) = bytes.split_at_checked(count / 8).unwrap_or((bytes, &[]));
    let (words, tail) = whole.as_chunks::<8>();
    let mut set: u32 = words.iter().map(|word| u64::from_le_bytes(*word).count_ones()).sum();
    set += tail.iter().map(|byte| byte.count_ones()).sum::<u32>();
    if let Some(last) = rest.first().filter(|_| !count.is_multiple_of(8)) {
        set += (last & ((1 << (count % 8)) - 1)).count_ones();
    }
    set as usize
}
/// A run of a hybrid of run lengths and packed bits.
pub(super) enum Run<'a> {
    Same { value: u32, count: usize },
    Packed { bytes: &'a [u8], count: usize },
}

/// Runs of `left` values of `width` bits each.
pub(super) struct Runs<'a> {
    data: &'a [u8],
    width: usize,
    left: usize,
}

impl<'a> Runs<'a> {
    pub(super) const fn new(data: &'a [u8], width: usize, left: usize) -> Self {
        Self { data, width, left }
    }

    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (head, tail) = self.data.split_at_checked(length)?;
        self.data = tail;
        Some(head)
    }

    fn header(&mut self) -> Option<usize> {
        let mut value = 0_usize;
        for shift in (0..35).step_by(7) {
            let byte = *self.take(1)?.first()?;
            value |= usize::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Some(value);
            }
        }
        None
    }

    fn run(&mut self) -> Option<Run<'a>> {
        let header = self.header()?;
        if header & 1 == 1 {
            let groups = header >> 1;
            let count = groups.checked_mul(8)?.min(self.left);
            // The last group may be cut short by writers.
            let length = (groups * self.width).min(self.data.len());
            if length * 8 < count * self.width {
                return None;
            }
            let bytes = self.take(length)?;
            Some(Run::Packed { bytes, count })
        } else {
            let count = (header >> 1).min(self.left);
            let bytes = self.take(self.width.div_ceil(8))?;
            let value = bytes.iter().rev().fold(0, |value, &byte| value << 8 | u32::from(byte));
            Some(Run::Same { value, count })
        }
    }
}

impl<'a> Iterator for Runs<'a> {
    type Item = Result<Run<'a>, ParquetError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.left == 0 {
            return None;
        }
        let run = self.run();
        let count = match &run {
            Some(Run::Same { count, .. } | Run::Packed { count, .. }) => *count,
            None => 0,
        };
        if count == 0 {
            self.left = 0;
            return Some(Err(broken("a page ends inside its values")));
        }
        self.left -= count;
        run.map(Ok)
    }
}

/// Appends what `value` makes of each of `count` packed values of up to eight bits.
#[inline]
pub(super) fn unpack_narrow<T: Copy + Default>(
    bytes: &[u8],
    width: usize,
    count: usize,
    out: &mut Vec<T>,
    mut value: impl FnMut(u32) -> T,
) {
    let start = out.len();
    out.resize(start + count, T::default());
    let out = out.get_mut(start..).unwrap_or_default();
    // Of a width that is known when it is compiled, each value is one shift by a constant.
    match width {
        0 => out.fill(value(0)),
        1 => narrow::<1, T>(bytes, out, value),
        2 => narrow::<2, T>(bytes, out, value),
        3 => narrow::<3, T>(bytes, out, value),
        4 => narrow::<4, T>(bytes, out, value),
        5 => narrow::<5, T>(bytes, out, value),
        6 => narrow::<6, T>(bytes, out, value),
        7 => narrow::<7, T>(bytes, out, value),
        _ => narrow::<8, T>(bytes, out, value),
    }
}

/// Appends what `value` makes of each of `count` packed values of up to 32 bits.
#[inline]
pub(super) fn unpack_wide<T: Copy + Default>(
    bytes: &[u8],
    width: usize,
    count: usize,
    out: &mut Vec<T>,
    value: impl FnMut(u32) -> T,
) {
    let start = out.len();
    out.resize(start + count, T::default());
    let out = out.get_mut(start..).unwrap_or_default();
    match width {
        9 => middle::<9, T>(bytes, out, value),
        10 => middle::<10, T>(bytes, out, value),
        11 => middle::<11, T>(bytes, out, value),
        12 => middle::<12, T>(bytes, out, value),
        13 => middle::<13, T>(bytes, out, value),
        14 => middle::<14, T>(bytes, out, value),
        15 => middle::<15, T>(bytes, out, value),
        16 => middle::<16, T>(bytes, out, value),
        _ => wide(bytes, width, out, value),
    }
}

/// Values of up to eight bits: eight of them lie in one word.
#[inline]
fn narrow<const WIDTH: usize, T>(bytes: &[u8], out: &mut [T], value: impl FnMut(u32) -> T) {
    let eight = |bytes: &[u8]| {
        let bits = word(bytes);
        std::array::from_fn(|at| (bits >> (at * WIDTH)) as u32 & ((1 << WIDTH) - 1))
    };
    by_eight(bytes, WIDTH, out, eight, value);
}

/// Values of up to sixteen bits: eight of them lie in two words.
#[inline]
fn middle<const WIDTH: usize, T>(bytes: &[u8], out: &mut [T], value: impl FnMut(u32) -> T) {
    let eight = |bytes: &[u8]| {
        let (low, high) = bytes.split_at_checked(8).unwrap_or((bytes, &[]));
        let bits = u128::from(word(high)) << 64 | u128::from(word(low));
        std::array::from_fn(|at| (bits >> (at * WIDTH)) as u32 & ((1 << WIDTH) - 1))
    };
    by_eight(bytes, WIDTH, out, eight, value);
}

/// Values of up to 32 bits: each lies in a word of its own.
#[inline]
fn wide<T>(bytes: &[u8], width: usize, out: &mut [T], value: impl FnMut(u32) -> T) {
    let mask = if width >= 32 { u32::MAX } else { (1 << width) - 1 };
    let one = |bytes: &[u8], bit: usize| word(bytes.get(bit / 8..).unwrap_or_default()) >> (bit % 8);
    let eight = |bytes: &[u8]| std::array::from_fn(|at| one(bytes, at * width) as u32 & mask);
    by_eight(bytes, width, out, eight, value);
}

/// Unpacks eight values at a time, which take `width` bytes; `eight` has those at the front.
#[inline]
fn by_eight<T>(
    bytes: &[u8],
    width: usize,
    out: &mut [T],
    eight: impl Fn(&[u8]) -> [u32; 8],
    mut value: impl FnMut(u32) -> T,
) {
    let (groups, rest) = out.as_chunks_mut::<8>();
    let mut left = bytes;
    for group in groups {
        for (slot, packed) in group.iter_mut().zip(eight(left)) {
            *slot = value(packed);
        }
        left = left.get(width..).unwrap_or_default();
    }
    for (slot, packed) in rest.iter_mut().zip(eight(left)) {
        *slot = value(packed);
    }
}

/// The next eight bytes, zeros beyond the end.
#[inline]
fn word(bytes: &[u8]) -> u64 {
    match bytes.first_chunk::<8>() {
        Some(word) => u64::from_le_bytes(*word),
        None => bytes.iter().rev().fold(0, |word, &byte| word << 8 | u64::from(byte)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Values packed bit by bit, the lowest first.
    fn packed(values: &[u32], width: usize) -> Vec<u8> {
        let bits = || {
            values
                .iter()
                .flat_map(|value| (0..width).map(move |bit| value >> bit & 1))
        };
        let mut bytes = vec![0; bits().count().div_ceil(8)];
        for (at, bit) in bits().enumerate() {
            bytes[at / 8] |= (bit as u8) << (at % 8);
        }
        bytes
    }

    #[test]
    fn values_of_each_width_are_unpacked() {
        // 21 values: two whole groups of eight, and five of the third.
        for width in 1..=32 {
            let mask = (u64::from(u32::MAX) >> (32 - width)) as u32;
            let values: Vec<u32> = (1..=21_u32)
                .map(|at| at.wrapping_mul(2_654_435_761) >> 3 & mask)
                .collect();
            let bytes = packed(&values, width);
            // Both append to what is there.
            let mut found = vec![7];
            unpack_wide(&bytes, width, values.len(), &mut found, |value| value);
            assert_eq!((found[0], &found[1..]), (7, values.as_slice()), "{width} bits");
            if width <= 8 {
                let mut found = vec![7];
                unpack_narrow(&bytes, width, values.len(), &mut found, |value| value);
                assert_eq!((found[0], &found[1..]), (7, values.as_slice()), "{width} bits");
            }
        }
        let mut found = Vec::new();
        unpack_narrow(&[], 0, 3, &mut found, |value| value);
        assert_eq!(found, [0, 0, 0]);
    }

    #[test]
    fn runs_give_what_a_writer_meant() {
        // Ten times 5; then a group of eight packed values, of which a page of 14 rows has four.
        let bytes = [10 << 1, 5, 3, 0b1000_1000, 0b1100_0110, 0b1111_1010];
        let runs: Vec<Run> = Runs::new(&bytes, 3, 14).map(Result::unwrap).collect();
        let [Run::Same { value: 5, count: 10 }, Run::Packed { bytes, count: 4 }] = runs.as_slice() else {
            panic!()
        };
        let mut found = Vec::new();
        unpack_narrow(bytes, 3, 4, &mut found, |value| value);
        // The example of the format's own description: 0 to 7 in three bits each.
        assert_eq!(found, [0, 1, 2, 3]);
    }

    #[test]
    fn set_bits_are_those_of_the_rows() {
        assert_eq!(set_bits(&[0xff; 12], 93), 93);
        assert_eq!(set_bits(&[0b0101_0101, 0b1111_1111], 10), 6);
        assert_eq!(set_bits(&[], 0), 0);
    }
}
