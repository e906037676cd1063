//! What is hidden cannot be worked out: checked from the other side, by the span of everything that is shown, written over the
//! smallest pieces of the cube (each combination of all segments in each stretch of days).

use proptest::prelude::*;

use super::*;

/// A cube of two segments and their cross, with months, quarters, a rolling window and the whole time.
struct Cube {
    sizes: (usize, usize),
    months: usize,
    windows: Vec<Option<Window>>,
    /// The first and last month of each slot.
    spans: Vec<(usize, usize)>,
    /// People of each piece: combination, then month.
    pieces: Vec<u64>,
}

impl Cube {
    fn new(sizes: (usize, usize), months: usize, pieces: Vec<u64>) -> Self {
        let mut spans = vec![(0, months - 1)];
        spans.extend((0..months).map(|month| (month, month)));
        spans.extend((0..months / 3).map(|quarter| (3 * quarter, 3 * quarter + 2)));
        spans.extend((1..months).map(|month| (month - 1, month)));
        let window = |(at, &(first, last)): (usize, &(usize, usize))| {
            Some(Window {
                start: if at == 0 { i32::MIN } else { 30 * first as i32 },
                end: 30 * (last as i32 + 1) - 1,
            })
        };
        Self {
            sizes,
            months,
            windows: spans.iter().enumerate().map(window).collect(),
            spans,
            pieces,
        }
    }

    /// The pieces that a cell of a cut is made of. Cuts: the total, the first segment, the second, both.
    fn pieces_of(&self, cut: usize, combination: usize, slot: usize) -> Vec<usize> {
        let (first, last) = self.spans[slot];
        let (a, b) = self.sizes;
        (0..a * b)
            .filter(|at| match cut {
                0 => true,
                1 => at / b == combination,
                2 => at % b == combination,
                _ => *at == combination,
            })
            .flat_map(|at| (first..=last).map(move |month| at * self.months + month))
            .collect()
    }

    fn cuts(&self) -> [Vec<usize>; 4] {
        let (a, b) = self.sizes;
        [vec![], vec![a], vec![b], vec![a, b]]
    }

    /// The state of each cell after suppression: cut, then combination × slot.
    fn suppressed(&self, floor: u64) -> Vec<Vec<bool>> {
        let slots = self.windows.len();
        let dims: [&[u8]; 4] = [&[], &[0], &[1], &[0, 1]];
        let sizes = self.cuts();
        let people: Vec<Vec<u64>> = sizes
            .iter()
            .enumerate()
            .map(|(cut, sizes)| {
                let combinations: usize = sizes.iter().product();
                (0..combinations * slots)
                    .map(|at| {
                        self.pieces_of(cut, at / slots, at % slots)
                            .iter()
                            .map(|&piece| self.pieces[piece])
                            .sum()
                    })
                    .collect()
            })
            .collect();
        let mut cells: Vec<Vec<Cell>> = people
            .iter()
            .map(|people| people.iter().map(|&n| Cell::of(Some(n as f64), n, 0)).collect())
            .collect();
        let cuts: Vec<Guarded<'_, u8>> = cells
            .iter_mut()
            .zip(dims)
            .zip(sizes)
            .zip(people)
            .map(|(((cells, cut), sizes), people)| Guarded {
                cut,
                sizes,
                cells,
                people,
            })
            .collect();
        let member = Member {
            cuts,
            guarded: vec![0],
            told: Vec::new(),
        };
        suppress(&mut [member], &Relations::of_one(), &[], &self.windows, floor);
        cells
            .iter()
            .map(|cells| cells.iter().map(|cell| cell.state == State::Suppressed).collect())
            .collect()
    }

    fn vector(&self, cut: usize, at: usize) -> Vec<f64> {
        let slots = self.windows.len();
        let mut vector = vec![0.0; self.pieces.len()];
        for piece in self.pieces_of(cut, at / slots, at % slots) {
            vector[piece] = 1.0;
        }
        vector
    }

    /// Hidden cells that everything shown determines.
    fn leaks(&self, hidden: &[Vec<bool>]) -> Vec<(usize, usize)> {
        let mut basis: Vec<Vec<f64>> = Vec::new();
        let all = || {
            hidden
                .iter()
                .enumerate()
                .flat_map(|(cut, cells)| (0..cells.len()).map(move |at| (cut, at)))
        };
        for (cut, at) in all().filter(|&(cut, at)| !hidden[cut][at]) {
            if let Some(rest) = left_over(&basis, self.vector(cut, at)) {
                basis.push(rest);
            }
        }
        all()
            .filter(|&(cut, at)| hidden[cut][at] && left_over(&basis, self.vector(cut, at)).is_none())
            .collect()
    }
}

/// What is left of a vector beside an orthonormal basis, of length 1; `None` where it lies in its span.
fn left_over(basis: &[Vec<f64>], mut vector: Vec<f64>) -> Option<Vec<f64>> {
    let norm = |vector: &[f64]| vector.iter().map(|x| x * x).sum::<f64>().sqrt();
    let before = norm(&vector);
    // Twice, against rounding.
    for _ in 0..2 {
        for with in basis {
            let dot: f64 = vector.iter().zip(with).map(|(a, b)| a * b).sum();
            vector.iter_mut().zip(with).for_each(|(x, b)| *x -= dot * b);
        }
    }
    let after = norm(&vector);
    (after > 1e-8 * before.max(1.0)).then(|| vector.into_iter().map(|x| x / after).collect())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Whatever the people of a cube: no hidden cell lies in the span of those shown, and all below the floor are hidden.
    #[test]
    fn no_hidden_cell_can_be_worked_out(a in 1_usize..4, b in 1_usize..4, months in 1_usize..5, seed in any::<u64>()) {
        let stream = crate::stats::random::Stream::new(seed, 1);
        // Many empty pieces, some small, some large.
        let pieces = (0..(a * b * months) as u64).map(|at| match stream.below(2 * at, 4) {
            0 => 0,
            1 => 1 + stream.below(2 * at + 1, 4),
            _ => 5 + stream.below(2 * at + 1, 40),
        });
        let cube = Cube::new((a, b), months, pieces.collect());
        let hidden = cube.suppressed(5);
        prop_assert_eq!(cube.leaks(&hidden), Vec::new());
    }
}

/// Two rectangles of hidden cells joined by one more: each line hides two or more, and still the joint follows from the
/// margins of one rectangle. Hiding by lines alone would leave it open.
#[test]
fn a_bridge_between_two_circles_is_seen() {
    // Rows × columns; 1 is below the floor of 5.
    let grid = [[1, 1, 20, 30], [1, 1, 1, 25], [20, 25, 1, 1], [30, 20, 1, 1]];
    let cube = Cube::new((4, 4), 1, grid.concat());
    let hidden = cube.suppressed(5);
    let small = (0..16).all(|at| grid.concat()[at] >= 5 || hidden[3][at * cube.windows.len()]);
    assert!(small && cube.leaks(&hidden).is_empty());
    // The plain rule, two hidden in each line, would have been content with the small ones.
    let by_lines: Vec<Vec<bool>> = cube
        .cuts()
        .iter()
        .enumerate()
        .map(|(cut, sizes)| {
            let cells = sizes.iter().product::<usize>() * cube.windows.len();
            (0..cells)
                .map(|at| cut == 3 && grid.concat()[at / cube.windows.len()] < 5)
                .collect()
        })
        .collect();
    assert!(!cube.leaks(&by_lines).is_empty());
}

#[test]
fn nothing_small_hides_nothing() {
    let cube = Cube::new((2, 2), 3, vec![9; 12]);
    assert!(cube.suppressed(5).iter().flatten().all(|hidden| !hidden));
}
