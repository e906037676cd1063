//! Walks over bitmaps, word by word.

use std::ops::Range;

use arrow_buffer::BooleanBuffer;

/// Visits the places of a range, from 0, whose bit is not set.
#[inline]
pub(crate) fn each_unset(bits: &BooleanBuffer, rows: Range<usize>, mut visit: impl FnMut(usize)) {
    each_word(bits, rows, |start, word, length| {
        let mut unset = !word;
        if length < 64 {
            unset &= (1 << length) - 1;
        }
        while unset != 0 {
            visit(start + unset.trailing_zeros() as usize);
            unset &= unset - 1;
        }
    });
}

/// Visits the words of a range: where each starts, counted from 0, its bits, and how many of them count.
#[inline]
pub(crate) fn each_word(bits: &BooleanBuffer, rows: Range<usize>, mut visit: impl FnMut(usize, u64, usize)) {
    let bits = bits.slice(rows.start, rows.len());
    let chunks = bits.bit_chunks();
    let mut start = 0;
    for word in chunks.iter() {
        visit(start, word, 64);
        start += 64;
    }
    if chunks.remainder_len() > 0 {
        visit(start, chunks.remainder_bits(), chunks.remainder_len());
    }
}

/// A byte for each bit of a word, 1 or 0, the lowest bit first.
#[inline]
pub(crate) fn bytes_of(word: u64) -> [u8; 64] {
    const EACH: u64 = 0x0101_0101_0101_0101;
    const OWN: u64 = 0x8040_2010_0804_0201;
    let mut bytes = [0; 64];
    for (eight, bits) in bytes.as_chunks_mut::<8>().0.iter_mut().zip(word.to_le_bytes()) {
        // The byte eight times, of each one bit; adding 127 carries into the highest bit where there is one.
        let own = u64::from(bits).wrapping_mul(EACH) & OWN;
        *eight = ((own.wrapping_add(0x7f * EACH) | own) >> 7 & EACH).to_le_bytes();
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_byte_for_each_bit() {
        for word in [0, 1, u64::MAX, 1 << 63, 0x8000_0000_0000_0001, 0x0123_4567_89ab_cdef] {
            let bytes = bytes_of(word);
            for (bit, &byte) in bytes.iter().enumerate() {
                assert_eq!(u64::from(byte), word >> bit & 1, "{word:x} {bit}");
            }
        }
    }

    #[test]
    fn walks_visit_what_is_unset() {
        let bits: BooleanBuffer = (0..200).map(|row| row % 3 != 0).collect();
        let mut seen = Vec::new();
        each_unset(&bits, 5..170, |at| seen.push(at + 5));
        let wanted: Vec<usize> = (5..170).filter(|row| row % 3 == 0).collect();
        assert_eq!(seen, wanted);
    }
}
