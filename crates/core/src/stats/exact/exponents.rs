//! Sums of floats for many cells at once, gathered by exponent: the fastest exact way where the cells are few.

use std::collections::BTreeMap;

use super::lane::SplitProducts;
use super::{Comoments, LaneKind, Moments, Split, Wide, Window};

/// Exponents with places of their own; values of any further go to superaccumulators.
const MOST_SLOTS: usize = 64;
/// Sign and exponent of a float are 12 bits.
const FIELDS: usize = 1 << 12;
const FRACTION_BITS: u32 = 52;
const FRACTION: u64 = (1 << FRACTION_BITS) - 1;
/// One row, in the upper bits of a sum of fractions.
const ONE: u128 = 1 << 96;
/// No place yet. Half of all numbers, so that a cell beyond it is beyond every place too, and does not wrap around to one
/// where `usize` has 32 bits.
const NONE: u32 = u32::MAX / 2;
/// A square of a fraction has 104 bits, so 2²⁴ of them fit; carried well before.
const ADDS_BETWEEN_CARRIES: u64 = 1 << 22;

/// What is gathered of the values of one cell with the same sign and exponent, whose fractions are whole numbers.
pub trait Gather: Copy + Default + Send + Sync {
    /// What comes with a value.
    type Beside: Copy;
    /// The same sums of any values, as superaccumulators.
    type Rest: std::fmt::Debug + Clone + Default + Send + Sync;

    /// Adds a value by its fraction.
    fn add(&mut self, fraction: u64, beside: Self::Beside);
    /// Adds what another place gathered.
    fn merge(&mut self, other: &Self);
    /// n, Σf and Σf².
    fn sums(&mut self) -> &mut FractionSums;
    /// Adds a value of any size.
    fn add_rest(rest: &mut Self::Rest, value: f64, beside: Self::Beside);
    /// Adds another part of such sums.
    fn merge_rest(rest: &mut Self::Rest, other: &Self::Rest);
    /// What was gathered, as superaccumulators; `carried` · 2⁶⁴ was carried out of Σf².
    fn rest(&self, field: Field, carried: u128) -> Self::Rest;
}

/// n, Σf and Σf² of fractions f.
#[derive(Debug, Clone, Copy, Default)]
pub struct FractionSums {
    /// Σf, and n in the bits from 96 on.
    sum: u128,
    squares: u128,
}

impl FractionSums {
    #[inline]
    fn add_fraction(&mut self, fraction: u64) {
        self.sum = self.sum.wrapping_add(ONE | u128::from(fraction));
        self.squares = self.squares.wrapping_add(u128::from(fraction) * u128::from(fraction));
    }

    const fn n(self) -> u64 {
        (self.sum >> 96) as u64
    }

    /// Whether values other than zeros need bits.
    const fn needs_bits(self, field: Field) -> bool {
        if field.is_small() {
            !self.sum.is_multiple_of(ONE)
        } else {
            self.sum > 0
        }
    }

    /// Σ of the mantissas.
    const fn mantissas(self, field: Field) -> u128 {
        self.n() as u128 * field.hidden() + self.sum % ONE
    }

    /// Σ of their squares as numbers times powers of two: Σ(f + h)² = Σf² + 2h·Σf + n·h², h being the hidden bit.
    fn mantissa_squares(self, field: Field, carried: u128) -> [(u128, u32); 4] {
        let (twice, once) = if field.is_small() {
            (0, 0)
        } else {
            (self.sum % ONE, u128::from(self.n()))
        };
        [
            (self.squares, 0),
            (carried, 64),
            (twice, FRACTION_BITS + 1),
            (once, 2 * FRACTION_BITS),
        ]
    }
}

impl Gather for FractionSums {
    type Beside = ();
    type Rest = Moments<Wide>;

    #[inline]
    fn add(&mut self, fraction: u64, (): ()) {
        self.add_fraction(fraction);
    }
    #[inline]
    fn merge(&mut self, other: &Self) {
        self.sum = self.sum.wrapping_add(other.sum);
        self.squares = self.squares.wrapping_add(other.squares);
    }
    fn sums(&mut self) -> &mut FractionSums {
        self
    }
    fn add_rest(rest: &mut Moments<Wide>, value: f64, (): ()) {
        rest.add(value);
    }
    fn merge_rest(rest: &mut Moments<Wide>, other: &Moments<Wide>) {
        rest.merge(other);
    }
    fn rest(&self, field: Field, carried: u128) -> Moments<Wide> {
        let mut moments = Moments::<Wide>::default();
        let exponent = field.exponent();
        moments.n = self.n();
        moments
            .sum
            .add_scaled(field.is_negative(), self.mantissas(field), exponent);
        for (digits, bits) in self.mantissa_squares(field, carried) {
            moments
                .squares
                .add_scaled(false, digits, 2 * exponent + bits.cast_signed());
        }
        moments
    }
}

/// The sums of floats y, and those of a small whole number x beside each: Σx, Σx² and Σxf. It fills one line of a cache.
#[derive(Debug, Clone, Copy, Default)]
#[repr(align(64))]
pub struct FractionPairs {
    y: FractionSums,
    /// Σxf.
    products: i128,
    /// Σx² in the lower half, Σx in the upper.
    x: u128,
}

impl FractionPairs {
    const fn x_sum(&self) -> i128 {
        ((self.x >> 64) as u64).cast_signed() as i128
    }

    const fn x_squares(&self) -> u128 {
        self.x as u64 as u128
    }

    /// Σ of x times the mantissas.
    const fn mantissa_products(&self, field: Field) -> i128 {
        let sum = self.products + self.x_sum() * field.hidden().cast_signed();
        if field.is_negative() { -sum } else { sum }
    }
}

impl Gather for FractionPairs {
    type Beside = i8;
    type Rest = Comoments<Wide>;

    #[inline]
    fn add(&mut self, fraction: u64, x: i8) {
        self.y.add_fraction(fraction);
        let x = i64::from(x);
        self.products = self
            .products
            .wrapping_add(i128::from(x.wrapping_mul(fraction.cast_signed())));
        let both = (u128::from(x.cast_unsigned()) << 64) | u128::from(x.wrapping_mul(x).cast_unsigned());
        self.x = self.x.wrapping_add(both);
    }
    #[inline]
    fn merge(&mut self, other: &Self) {
        self.y.merge(&other.y);
        self.products = self.products.wrapping_add(other.products);
        self.x = self.x.wrapping_add(other.x);
    }
    fn sums(&mut self) -> &mut FractionSums {
        &mut self.y
    }
    fn add_rest(rest: &mut Comoments<Wide>, value: f64, x: i8) {
        rest.add(x.into(), value);
    }
    fn merge_rest(rest: &mut Comoments<Wide>, other: &Comoments<Wide>) {
        rest.merge(other);
    }
    fn rest(&self, field: Field, carried: u128) -> Comoments<Wide> {
        let y = self.y.rest(field, carried);
        let mut pairs = Comoments::<Wide> {
            n: y.n,
            y: y.sum,
            yy: y.squares,
            ..Comoments::default()
        };
        let (x, products) = (self.x_sum(), self.mantissa_products(field));
        pairs.x.add_scaled(x < 0, x.unsigned_abs(), 0);
        pairs.xx.add_scaled(false, self.x_squares(), 0);
        pairs
            .xy
            .add_scaled(products < 0, products.unsigned_abs(), field.exponent());
        pairs
    }
}

/// The sums of a column of floats in each of some cells, without rounding: n, Σx and Σx² as [`ExponentSums`], those of
/// a small whole number beside it too as [`ExponentPairs`].
///
/// Values of one sign and exponent differ in their fraction only, a whole number of 52 bits: a row costs one
/// multiplication and two additions, and nothing need be known of the column before. Adding and merging are exact, so
/// their order does not matter.
#[derive(Debug, Clone)]
pub struct ByExponent<P: Gather> {
    cells: usize,
    /// For each sign and exponent, where its places start.
    starts: Vec<u32>,
    /// The signs and exponents that have places, in the order of these.
    fields: Vec<Field>,
    places: Vec<P>,
    /// What was carried out of the lower 64 bits of squares; empty before the first carry.
    carried: Vec<u128>,
    rest: BTreeMap<usize, P::Rest>,
    adds: u64,
    /// Values that found no place, by cell.
    late: Vec<(usize, f64, P::Beside)>,
}

/// n, Σx and Σx² of floats.
pub type ExponentSums = ByExponent<FractionSums>;
/// The sums of pairs of a small whole number and a float.
pub type ExponentPairs = ByExponent<FractionPairs>;

impl ExponentSums {
    /// Adds each value to its cell, which must be one of the cells. NaN and infinities are left out.
    #[inline]
    pub fn add_all(&mut self, cells: impl Iterator<Item = usize>, values: &[f64]) {
        self.add_beside(cells.map(|cell| (cell, ())), values);
    }

    /// The sums of a cell in the split lane of the window of all values.
    #[must_use]
    pub fn split(&self, cell: usize, window: Window) -> Moments<Split> {
        let mut moments = Moments::<Split>::default();
        for (field, place, carried) in self.parts(cell) {
            add_split(&mut moments, place, field, carried, window);
        }
        moments
    }
}

impl ExponentPairs {
    /// The sums of a cell in the split lane, `window` being that of all floats; the whole numbers have unit 1.
    #[must_use]
    pub fn split(&self, cell: usize, window: Window) -> Comoments<Split> {
        let mut pairs = Comoments::<Split>::default();
        let mut moments = Moments::<Split>::default();
        for (field, place, carried) in self.parts(cell) {
            add_split(&mut moments, &place.y, field, carried, window);
            pairs.x = pairs.x.wrapping_add(place.x_sum());
            pairs.xx.add_shifted(place.x_squares(), 0, false);
            let products = place.mantissa_products(field);
            let shift = field.exponent().abs_diff(window.unit_exponent());
            pairs.xy.add_shifted(products.unsigned_abs(), shift, products < 0);
        }
        (pairs.n, pairs.y, pairs.yy) = (moments.n, moments.sum, moments.squares);
        pairs
    }
}

fn add_split(moments: &mut Moments<Split>, place: &FractionSums, field: Field, carried: u128, window: Window) {
    moments.n += place.n();
    let shift = field.exponent().abs_diff(window.unit_exponent());
    let sum = place.mantissas(field).cast_signed();
    if sum == 0 {
        return;
    }
    let sum = if field.is_negative() { -sum } else { sum };
    moments.sum = moments.sum.wrapping_add(sum << shift);
    for (digits, bits) in place.mantissa_squares(field, carried) {
        moments.squares.add_shifted(digits, 2 * shift + bits, false);
    }
}

impl<P: Gather> ByExponent<P> {
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

    /// Adds each value, with what is beside it, to its cell, which must be one of the cells. NaN and infinities are left
    /// out.
    ///
    /// Not inlined, so that the loop has all registers.
    #[inline(never)]
    pub fn add_beside(&mut self, cells: impl Iterator<Item = (usize, P::Beside)>, values: &[f64]) {
        let Ok(starts) = <&[u32; FIELDS]>::try_from(self.starts.as_slice()) else {
            return;
        };
        let places = self.places.as_mut_slice();
        let late = &mut self.late;
        for (&value, (cell, beside)) in values.iter().zip(cells) {
            let bits = value.to_bits();
            let start = starts.get((bits >> FRACTION_BITS) as usize).copied().unwrap_or(NONE);
            if let Some(place) = places.get_mut(start as usize + cell) {
                place.add(bits & FRACTION, beside);
            } else {
                keep(late, (cell, value, beside));
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
        for (cell, value, beside) in std::mem::take(&mut self.late) {
            let bits = value.to_bits();
            let field = Field((bits >> FRACTION_BITS) as u16);
            if !value.is_finite() || cell >= self.cells {
                continue;
            }
            match self.start_of(field) {
                Some(start) => {
                    if let Some(place) = self.places.get_mut(start + cell) {
                        place.add(bits & FRACTION, beside);
                    }
                }
                None => P::add_rest(self.rest.entry(cell).or_default(), value, beside),
            }
        }
    }

    /// Where the places of a sign and exponent start; made where there is room.
    fn start_of(&mut self, field: Field) -> Option<usize> {
        let start = self.starts.get_mut(usize::from(field.0))?;
        if *start != NONE {
            return Some(*start as usize);
        }
        let end = self.places.len().saturating_add(self.cells);
        if self.fields.len() >= MOST_SLOTS || end > NONE as usize {
            return None;
        }
        *start = u32::try_from(self.places.len()).ok()?;
        let start = *start as usize;
        self.fields.push(field);
        self.places.resize(end, P::default());
        if !self.carried.is_empty() {
            self.carried.resize(self.places.len(), 0);
        }
        Some(start)
    }

    fn carry(&mut self) {
        self.adds = 0;
        self.carried.resize(self.places.len(), 0);
        for (place, carried) in self.places.iter_mut().zip(&mut self.carried) {
            let squares = &mut place.sums().squares;
            *carried += *squares >> 64;
            *squares &= u128::from(u64::MAX);
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
            let Some(start) = self.start_of(field) else {
                for (cell, place) in theirs.iter().enumerate() {
                    if place.clone().sums().n() > 0 {
                        let carried = other.carried.get(run.start + cell).copied().unwrap_or(0);
                        P::merge_rest(self.rest.entry(cell).or_default(), &place.rest(field, carried));
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
            mine.iter_mut()
                .zip(theirs)
                .for_each(|(mine, theirs)| mine.merge(theirs));
        }
        for (&cell, rest) in &other.rest {
            P::merge_rest(self.rest.entry(cell).or_default(), rest);
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
            let needed = |place: &P| place.clone().sums().needs_bits(field);
            if places.unwrap_or_default().iter().any(needed) {
                window = window.merge(Window::of_mantissas(field.exponent()));
            }
        }
        window
    }

    /// The lane that holds the sums of every cell.
    #[must_use]
    pub fn lane(&self) -> LaneKind {
        self.window().lane().max(LaneKind::Split)
    }

    /// The sums of a cell as superaccumulators.
    #[must_use]
    pub fn wide(&self, cell: usize) -> P::Rest {
        let mut rest = self.rest.get(&cell).cloned().unwrap_or_default();
        for (field, place, carried) in self.parts(cell) {
            P::merge_rest(&mut rest, &place.rest(field, carried));
        }
        rest
    }

    /// The places of a cell that have rows, each with what was carried out of its squares.
    fn parts(&self, cell: usize) -> impl Iterator<Item = (Field, &P, u128)> {
        let cells = self.cells;
        self.fields.iter().enumerate().filter_map(move |(at, &field)| {
            let at = at * cells + cell;
            let place = self.places.get(at)?;
            let carried = self.carried.get(at).copied().unwrap_or(0);
            (place.clone().sums().n() > 0).then_some((field, place, carried))
        })
    }
}

/// Keeps a value that found no place: rare, and out of the way of the loop.
#[cold]
#[inline(never)]
fn keep<T>(late: &mut Vec<T>, value: T) {
    late.push(value);
}

/// Sign and exponent of floats.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field(u16);

impl Field {
    /// Whether values are zeros or subnormal: their mantissa has no hidden bit.
    const fn is_small(self) -> bool {
        self.0 & 0x7ff == 0
    }

    const fn is_negative(self) -> bool {
        self.0 >> 11 == 1
    }

    const fn hidden(self) -> u128 {
        if self.is_small() { 0 } else { 1 << FRACTION_BITS }
    }

    /// The exponent of the last bit of the mantissa.
    fn exponent(self) -> i32 {
        i32::from((self.0 & 0x7ff).max(1)) - 1075
    }
}

impl SplitProducts {
    /// Adds ± digits · 2^shift of the unit.
    fn add_shifted(&mut self, digits: u128, shift: u32, negative: bool) {
        const DIGIT: u32 = super::window::SPLIT_EXPONENT.cast_unsigned();
        let mut rest = digits;
        let mut position = shift;
        while rest != 0 {
            let digit = (rest & ((1 << DIGIT) - 1)).cast_signed();
            let digit = if negative { -digit } else { digit };
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
