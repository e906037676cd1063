//! Sums of floats for many cells at once, gathered by exponent: the fastest exact way where the cells are few.

use std::collections::BTreeMap;

use super::lane::SplitProducts;
use super::{FloatSum, LaneKind, Moments, Split, Wide, Window};

/// Exponents with places of their own; values of any further go to superaccumulators.
const MOST_SLOTS: usize = 64;
/// Sign and exponent of a float are 12 bits.
const FIELDS: usize = 1 << 12;
const FRACTION_BITS: u32 = 52;
const FRACTION: u64 = (1 << FRACTION_BITS) - 1;
/// One row, in the upper bits of a sum of fractions.
const ONE: u128 = 1 << 96;
/// No place yet.
const NONE: u32 = u32::MAX;
/// A square of a fraction has 104 bits, so 2²⁴ of them fit; carried well before.
const ADDS_BETWEEN_CARRIES: u64 = 1 << 22;

/// n, Σf and Σf² of the fractions f of values with the same sign and exponent.
#[derive(Debug, Clone, Copy, Default)]
struct Place {
    /// Σf, and n in the bits from 96 on.
    sum: u128,
    squares: u128,
}

/// n, Σx and Σx² of a column of floats in each of some cells, without rounding.
///
/// Values of one sign and exponent differ in their fraction only, a whole number of 52 bits: a row costs one
/// multiplication and two additions, and nothing need be known of the column before. Adding and merging are exact, so
/// their order does not matter.
#[derive(Debug, Clone)]
pub struct ExponentSums {
    cells: usize,
    /// For each sign and exponent, where its places start.
    starts: Vec<u32>,
    /// The signs and exponents that have places, in the order of these.
    fields: Vec<u16>,
    places: Vec<Place>,
    /// What was carried out of the lower 64 bits of squares; empty before the first carry.
    carried: Vec<u128>,
    rest: BTreeMap<usize, Moments<Wide>>,
    adds: u64,
    /// Values that found no place, by cell.
    late: Vec<(usize, f64)>,
}

impl ExponentSums {
    /// Sums of so many cells.
    #[must_use]
    pub fn new(cells: usize) -> Self {
        Self {
            cells,
            starts: vec![NONE; FIELDS],
            fields: Vec::new(),
            places: Vec::new(),
            carried: Vec::new(),
            rest: BTreeMap::new(),
            adds: 0,
            late: Vec::new(),
        }
    }

    /// Adds each value to its cell, which must be one of the cells. NaN and infinities are left out.
    #[inline]
    pub fn add_all(&mut self, cells: impl Iterator<Item = usize>, values: &[f64]) {
        let Ok(starts) = <&[u32; FIELDS]>::try_from(self.starts.as_slice()) else {
            return;
        };
        let places = self.places.as_mut_slice();
        for (&value, cell) in values.iter().zip(cells) {
            let bits = value.to_bits();
            let start = starts.get((bits >> FRACTION_BITS) as usize).copied().unwrap_or(NONE);
            let fraction = bits & FRACTION;
            if let Some(place) = places.get_mut(start as usize + cell) {
                place.sum = place.sum.wrapping_add(ONE | u128::from(fraction));
                place.squares = place.squares.wrapping_add(u128::from(fraction) * u128::from(fraction));
            } else {
                self.late.push((cell, value));
            }
        }
        self.adds += values.len() as u64;
        if !self.late.is_empty() {
            self.add_late();
        }
        if self.adds >= ADDS_BETWEEN_CARRIES {
            self.carry();
        }
    }

    #[cold]
    fn add_late(&mut self) {
        for (cell, value) in std::mem::take(&mut self.late) {
            let bits = value.to_bits();
            let field = (bits >> FRACTION_BITS) as usize;
            if !value.is_finite() || cell >= self.cells {
                continue;
            }
            match self.start_of(field) {
                Some(start) => {
                    let fraction = bits & FRACTION;
                    if let Some(place) = self.places.get_mut(start + cell) {
                        place.sum = place.sum.wrapping_add(ONE | u128::from(fraction));
                        place.squares = place.squares.wrapping_add(u128::from(fraction) * u128::from(fraction));
                    }
                }
                None => self.rest.entry(cell).or_default().add(value),
            }
        }
    }

    /// Where the places of a sign and exponent start; made where there is room.
    fn start_of(&mut self, field: usize) -> Option<usize> {
        let start = self.starts.get_mut(field)?;
        if *start != NONE {
            return Some(*start as usize);
        }
        if self.fields.len() >= MOST_SLOTS {
            return None;
        }
        *start = u32::try_from(self.places.len()).ok()?;
        self.fields.push(field as u16);
        self.places.resize(self.places.len() + self.cells, Place::default());
        if !self.carried.is_empty() {
            self.carried.resize(self.places.len(), 0);
        }
        Some(*self.starts.get(field)? as usize)
    }

    fn carry(&mut self) {
        self.adds = 0;
        self.carried.resize(self.places.len(), 0);
        for (place, carried) in self.places.iter_mut().zip(&mut self.carried) {
            *carried += place.squares >> 64;
            place.squares &= u128::from(u64::MAX);
        }
    }

    /// Adds the other part's values; it has the same cells.
    pub fn merge(&mut self, other: &Self) {
        if self.adds + other.adds >= ADDS_BETWEEN_CARRIES {
            self.carry();
        }
        self.adds += other.adds;
        for (at, &field) in other.fields.iter().enumerate() {
            let run = at * self.cells..(at + 1) * self.cells;
            let theirs = other.places.get(run.clone()).unwrap_or_default();
            let Some(start) = self.start_of(usize::from(field)) else {
                for cell in 0..self.cells {
                    let moments = other.wide_of(at, cell);
                    if moments.n() > 0 {
                        self.rest.entry(cell).or_default().merge(&moments);
                    }
                }
                continue;
            };
            if !other.carried.is_empty() {
                self.carried.resize(self.places.len(), 0);
                let carried = self.carried.get_mut(start..).unwrap_or_default();
                for (mine, theirs) in carried.iter_mut().zip(other.carried.get(run).unwrap_or_default()) {
                    *mine += theirs;
                }
            }
            let mine = self.places.get_mut(start..).unwrap_or_default();
            for (mine, theirs) in mine.iter_mut().zip(theirs) {
                mine.sum = mine.sum.wrapping_add(theirs.sum);
                mine.squares = mine.squares.wrapping_add(theirs.squares);
            }
        }
        for (&cell, moments) in &other.rest {
            self.rest.entry(cell).or_default().merge(moments);
        }
    }

    /// The window of all values added.
    #[must_use]
    pub fn window(&self) -> Window {
        if !self.rest.is_empty() {
            return Window::WIDEST;
        }
        let mut window = Window::EMPTY;
        for (at, &field) in self.fields.iter().enumerate() {
            let places = self.places.get(at * self.cells..(at + 1) * self.cells);
            // Zeros need no bits.
            let counts = |place: &Place| {
                if is_small(field) {
                    place.sum % ONE > 0
                } else {
                    place.sum > 0
                }
            };
            if places.unwrap_or_default().iter().any(counts) {
                window = window.merge(Window::of_mantissas(exponent(field)));
            }
        }
        window
    }

    /// The lane that holds the sums of every cell.
    #[must_use]
    pub fn lane(&self) -> LaneKind {
        self.window().lane().max(LaneKind::Split)
    }

    /// The sums of a cell in the split lane of the window of all values.
    #[must_use]
    pub fn split(&self, cell: usize, window: Window) -> Moments<Split> {
        let mut moments = Moments::<Split>::default();
        let unit = window.unit_exponent();
        for (at, &field) in self.fields.iter().enumerate() {
            let Some(parts) = self.parts(at, cell).filter(|parts| !parts.is_nothing(field)) else {
                moments.n += self.parts(at, cell).map_or(0, |parts| parts.n);
                continue;
            };
            let shift = exponent(field).abs_diff(unit);
            moments.n += parts.n;
            let sum = ((u128::from(parts.n) * hidden(field)) + parts.sum) << shift;
            let sum = sum.cast_signed();
            moments.sum = moments.sum.wrapping_add(if is_negative(field) { -sum } else { sum });
            for (digits, bits) in parts.squares(field) {
                moments.squares.add_shifted(digits, 2 * shift + bits);
            }
        }
        moments
    }

    /// The sums of a cell as superaccumulators.
    #[must_use]
    pub fn wide(&self, cell: usize) -> Moments<Wide> {
        let mut moments = self.rest.get(&cell).cloned().unwrap_or_default();
        for at in 0..self.fields.len() {
            let part = self.wide_of(at, cell);
            if part.n() > 0 {
                moments.merge(&part);
            }
        }
        moments
    }

    fn wide_of(&self, at: usize, cell: usize) -> Moments<Wide> {
        let mut moments = Moments::<Wide>::default();
        let (Some(&field), Some(parts)) = (self.fields.get(at), self.parts(at, cell)) else {
            return moments;
        };
        moments.n = parts.n;
        let add = |sum: &mut FloatSum, negative: bool, digits: u128, exponent: i32| {
            if digits > 0 {
                sum.add_scaled(negative, digits, exponent);
            }
        };
        let exponent = exponent(field);
        let sum = u128::from(parts.n) * hidden(field) + parts.sum;
        add(&mut moments.sum, is_negative(field), sum, exponent);
        for (digits, bits) in parts.squares(field) {
            add(&mut moments.squares, false, digits, 2 * exponent + bits.cast_signed());
        }
        moments
    }

    fn parts(&self, at: usize, cell: usize) -> Option<Parts> {
        let at = at * self.cells + cell;
        let place = self.places.get(at)?;
        Some(Parts {
            n: (place.sum >> 96) as u64,
            sum: place.sum % ONE,
            squares: place.squares,
            carried: self.carried.get(at).copied().unwrap_or(0),
        })
    }
}

/// A place, unpacked: Σf² is carried · 2⁶⁴ + squares.
struct Parts {
    n: u64,
    sum: u128,
    squares: u128,
    carried: u128,
}

impl Parts {
    /// Whether no value, or zeros only, were added.
    fn is_nothing(&self, field: u16) -> bool {
        self.n == 0 || (is_small(field) && self.sum == 0)
    }

    /// Σ(f + hidden)² = Σf² + 2·hidden·Σf + n·hidden², as numbers times powers of two.
    fn squares(&self, field: u16) -> [(u128, u32); 4] {
        let (twice, once) = if is_small(field) {
            (0, 0)
        } else {
            (self.sum, u128::from(self.n))
        };
        [
            (self.squares, 0),
            (self.carried, 64),
            (twice, FRACTION_BITS + 1),
            (once, 2 * FRACTION_BITS),
        ]
    }
}

/// Whether values are zeros or subnormal: their mantissa has no hidden bit.
const fn is_small(field: u16) -> bool {
    field & 0x7ff == 0
}

const fn is_negative(field: u16) -> bool {
    field >> 11 == 1
}

const fn hidden(field: u16) -> u128 {
    if is_small(field) { 0 } else { 1 << FRACTION_BITS }
}

/// The exponent of the last bit of the mantissa.
fn exponent(field: u16) -> i32 {
    i32::from((field & 0x7ff).max(1)) - 1075
}

impl SplitProducts {
    /// Adds digits · 2^shift of the unit.
    fn add_shifted(&mut self, digits: u128, shift: u32) {
        const DIGIT: u32 = super::window::SPLIT_EXPONENT.cast_unsigned();
        let mut rest = digits;
        let mut position = shift;
        while rest != 0 {
            let digit = (rest & ((1 << DIGIT) - 1)).cast_signed();
            match position / DIGIT {
                0 => self.low = self.low.wrapping_add(digit << position),
                1 => self.middle = self.middle.wrapping_add(digit << (position - DIGIT)),
                _ => self.high = self.high.wrapping_add(digit << (position - 2 * DIGIT)),
            }
            rest >>= DIGIT;
            position += DIGIT;
        }
    }
}
