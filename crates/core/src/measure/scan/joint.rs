//! Rows counted by several narrow inputs at once: one walk for all their counts, as long as their bins together are few.

use super::super::state::Cube;
use super::{Want, What};

/// Places of a cell that inputs have together: twice as many as the bins of one question from 0 to 10 take.
const MOST_PLACES: usize = 32;

/// With which wants a want is counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Company {
    /// It is collected by itself.
    Alone,
    /// The later wants with these numbers are counted with it.
    With(Vec<usize>),
    /// It is counted with an earlier one.
    Taken,
}

/// Which wants are counted together: those of the same rows whose bins together are few.
pub(crate) fn company(wants: &[Want]) -> Vec<Company> {
    let mut all = vec![Company::Alone; wants.len()];
    for (at, want) in wants.iter().enumerate() {
        if all.get(at) != Some(&Company::Alone) || !matches!(want.what, What::Bins(_)) {
            continue;
        }
        let mut places = want.width();
        let mut with = Vec::new();
        for (other, beside) in wants.iter().enumerate().skip(at + 1) {
            let fits = matches!(beside.what, What::Bins(_))
                && beside.mask == want.mask
                && beside.width() * places <= MOST_PLACES
                && all.get(other) == Some(&Company::Alone);
            if fits {
                places *= beside.width();
                with.push(other);
            }
        }
        if with.is_empty() {
            continue;
        }
        for &other in &with {
            if let Some(slot) = all.get_mut(other) {
                *slot = Company::Taken;
            }
        }
        if let Some(slot) = all.get_mut(at) {
            *slot = Company::With(with);
        }
    }
    all
}

/// The bins of both inputs as one; those of the second, which has so many places, count one by one.
pub(crate) fn join(bins: &mut [u8], beside: &[u8], width: usize) {
    let shift = width.trailing_zeros();
    for (bin, beside) in bins.iter_mut().zip(beside) {
        *bin = (*bin << shift) | beside;
    }
}

/// The rows by each of the inputs, from those by all; `widths` are theirs, in the order in which they were joined.
pub(crate) fn part(all: &Cube<u32>, widths: &[usize]) -> Vec<Cube<u32>> {
    let cells = all.places.len() / all.width.max(1);
    let mut stride = all.width;
    let parted = widths.iter().map(|&width| {
        stride /= width.max(1);
        let mut made = Cube::<u32>::new(cells, width);
        for (all, own) in all
            .places
            .chunks(all.width.max(1))
            .zip(made.places.chunks_mut(width.max(1)))
        {
            for (at, rows) in all.chunks(stride.max(1)).enumerate() {
                if let Some(own) = own.get_mut(at % width.max(1)) {
                    *own += rows.iter().sum::<u32>();
                }
            }
        }
        made
    });
    parted.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_by_all_are_those_by_each() {
        // Three inputs of three, two and four bins: each row's cell and its bins.
        let rows: Vec<(usize, [u8; 3])> = (0..500_u32)
            .map(|row| {
                (
                    (row % 3) as usize,
                    [row % 5 % 3, row / 7 % 2, row / 11 % 4].map(|bin| bin as u8),
                )
            })
            .collect();
        let widths = [4, 2, 4];
        let bins = |input: usize| rows.iter().map(|row| row.1[input]).collect::<Vec<u8>>();
        let mut joined = bins(0);
        join(&mut joined, &bins(1), widths[1]);
        join(&mut joined, &bins(2), widths[2]);
        let mut all = Cube::<u32>::new(3, 32);
        for (row, bin) in rows.iter().zip(joined) {
            all.places[row.0 * 32 + usize::from(bin)] += 1;
        }
        let parts = part(&all, &widths);
        assert_eq!(parts.len(), 3);
        for (input, part) in parts.iter().enumerate() {
            for cell in 0..3 {
                for bin in 0..widths[input] {
                    let own = |row: &&(usize, [u8; 3])| row.0 == cell && usize::from(row.1[input]) == bin;
                    assert_eq!(part.cell(cell)[bin], rows.iter().filter(own).count() as u32);
                }
            }
        }
    }
}
