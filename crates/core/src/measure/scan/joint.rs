//! Rows counted by two narrow inputs at once: one walk for both counts, as long as their bins together are few.

use super::super::state::Cube;
use super::{Want, What};

/// Places of a cell that two inputs have together: as many as the bins of one question from 0 to 10 take.
const MOST_PLACES: usize = 16;

/// For each want the later one that is counted beside it, and whether it is itself counted beside an earlier one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Company {
    /// It is collected by itself.
    Alone,
    /// The want with this number is counted with it.
    With(usize),
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
        let fits = |(other, beside): &(usize, &Want)| {
            matches!(beside.what, What::Bins(_))
                && beside.mask == want.mask
                && beside.width() * want.width() <= MOST_PLACES
                && all.get(*other) == Some(&Company::Alone)
        };
        let found = wants.iter().enumerate().skip(at + 1).find(fits).map(|(other, _)| other);
        if let Some(other) = found {
            for (at, company) in [(at, Company::With(other)), (other, Company::Taken)] {
                if let Some(slot) = all.get_mut(at) {
                    *slot = company;
                }
            }
        }
    }
    all
}

/// The bins of both inputs as one; those of the second count one by one.
pub(crate) fn join(bins: &mut [u8], beside: &[u8], width: usize) {
    let shift = width.trailing_zeros();
    for (bin, beside) in bins.iter_mut().zip(beside) {
        *bin = (*bin << shift) | beside;
    }
}

/// The rows by each of the two inputs, from those by both; `width` is that of the second.
pub(crate) fn part(both: &Cube<u32>, width: usize) -> (Cube<u32>, Cube<u32>) {
    let cells = both.places.len() / both.width.max(1);
    let (mut first, mut second) = (
        Cube::<u32>::new(cells, both.width / width.max(1)),
        Cube::<u32>::new(cells, width),
    );
    let cells = both.places.chunks(both.width.max(1));
    let firsts = first.places.chunks_mut(first.width.max(1));
    let seconds = second.places.chunks_mut(width.max(1));
    for (cell, (first, second)) in cells.zip(firsts.zip(seconds)) {
        for (rows, first) in cell.chunks(width.max(1)).zip(first) {
            *first = rows.iter().sum();
            second.iter_mut().zip(rows).for_each(|(second, rows)| *second += rows);
        }
    }
    (first, second)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_by_both_are_those_by_each() {
        // Two inputs of three bins, four places each: each row's bins, and the cell of each.
        let rows: Vec<(usize, u8, u8)> = (0..200_u32)
            .map(|row| ((row % 3) as usize, (row % 5 % 3) as u8, (row / 7 % 3) as u8))
            .collect();
        let mut both = Cube::<u32>::new(3, 16);
        let mut bins: Vec<u8> = rows.iter().map(|row| row.1).collect();
        join(&mut bins, &rows.iter().map(|row| row.2).collect::<Vec<u8>>(), 4);
        for (row, bin) in rows.iter().zip(bins) {
            both.places[row.0 * 16 + usize::from(bin)] += 1;
        }
        let (first, second) = part(&both, 4);
        for cell in 0..3 {
            for bin in 0..4 {
                let count = |of: fn(&(usize, u8, u8)) -> u8| {
                    rows.iter()
                        .filter(|row| row.0 == cell && usize::from(of(row)) == bin)
                        .count() as u32
                };
                assert_eq!(first.cell(cell)[bin], count(|row| row.1));
                assert_eq!(second.cell(cell)[bin], count(|row| row.2));
            }
        }
    }
}
