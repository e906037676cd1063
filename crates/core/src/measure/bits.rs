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
