//! Sums of floats for many cells at once, gathered by exponent: the fastest exact way where the cells are few.

use bellwether_order::BTreeMap;

use super::lane::SplitProducts;
use super::{Comoments, LaneKind, Moments, Split, Wide, Window};

/// Exponents with places of their own; values of any further go to superaccumulators.
const MOST_SLOTS: usize = 64;
/// Sign and exponent of a float are 12 bits.
const FIELDS: usize = 1 << 12;
const FRACTION_BITS: u32 = 52;
/// The bit of a mantissa that a float does not write down.
const HIDDEN: u64 = 1 << FRACTION_BITS;
/// No place yet. Half of all numbers, so that a cell beyond it is beyond every place too, and does not wrap around to one.
const NONE: usize = usize::MAX / 2;
/// A square of a mantissa has 106 bits, so 2²² of them fit; carried before.
const ADDS_BETWEEN_CARRIES: u64 = 1 << 20;
/// Bits of a sum of squares that stay when the others are carried.
const KEPT_SQUARES: u32 = 96;

/// What is gathered of the values of one cell with the same sign and exponent, whose mantissas are whole numbers.
pub trait Gather: Copy + Default + Send + Sync {
    /// What comes with a value.
    type Beside: Copy;
    /// The same sums of any values, as superaccumulators.
    type Rest: std::fmt::Debug + Clone + Default + Send + Sync;

    /// Adds a value by its mantissa. `over` is told what went over the end of a word, which is rare.
    fn add(&mut self, mantissa: u64, beside: Self::Beside, over: impl FnMut(Over));
    /// Adds what another place gathered.
    fn merge(&mut self, other: &Self, over: impl FnMut(Over));
    /// Σm modulo 2⁶⁴.
    fn sum(&self) -> u64;
    /// Σm², but for what was carried.
    fn squares(&mut self) -> &mut u128;
    /// Whether nothing was added, or everything was carried.
    fn is_empty(&self) -> bool;
    /// Adds a value of any size.
    fn add_rest(rest: &mut Self::Rest, value: f64, beside: Self::Beside);
    /// Adds another part of such sums.
    fn merge_rest(rest: &mut Self::Rest, other: &Self::Rest);
    /// What was gathered, as superaccumulators.
    fn rest(&self, field: Field, carried: Carried) -> Self::Rest;
}

/// What a sum lost when it went over the end of its word: 2⁶⁴ once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Over {
    /// Of Σm.
    Sum,
    /// Of Σxm, above the greatest number.
    Products,
    /// Of Σxm, below the least.
    ProductsBelow,
}

/// What was carried out of the sums of a place.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Carried {
    /// Of Σm², in units of 2⁹⁶.
    squares: u64,
    /// Of Σm, in units of 2⁶⁴.
    sum: u32,
    /// Of Σxm, in units of 2⁶⁴.
    products: i32,
}

impl Carried {
    const fn add(&mut self, over: Over) {
        match over {
            Over::Sum => self.sum += 1,
            Over::Products => self.products += 1,
            Over::ProductsBelow => self.products -= 1,
        }
    }

    const fn merge(&mut self, other: Self) {
        self.squares += other.squares;
        self.sum += other.sum;
        self.products += other.products;
    }

    const fn mantissas(self, sum: u64) -> u128 {
        (self.sum as u128) << 64 | sum as u128
    }

    /// Σm² as numbers times powers of two.
    const fn mantissa_squares(self, squares: u128) -> [(u128, u32); 2] {
        [(squares, 0), (self.squares as u128, KEPT_SQUARES)]
    }
}

/// Adds to a sum of mantissas.
#[inline]
fn add_mantissa(sum: &mut u64, mantissa: u64, mut over: impl FnMut(Over)) {
    let (added, beyond) = sum.overflowing_add(mantissa);
    *sum = added;
    if beyond {
        over(Over::Sum);
    }
}

/// Σm and Σm² of the mantissas m of a place as superaccumulators.
fn moments(place: &impl Gather, squares: u128, n: u64, field: Field, carried: Carried) -> Moments<Wide> {
    let mut moments = Moments::<Wide>::default();
    let exponent = field.exponent();
    moments.n = n;
    let sum = carried.mantissas(place.sum());
    moments.sum.add_scaled(field.is_negative(), sum, exponent);
    for (digits, bits) in carried.mantissa_squares(squares) {
        let exponent = 2 * exponent + bits.cast_signed();
        moments.squares.add_scaled(false, digits, exponent);
    }
    moments
}

/// n, Σm and Σm² of mantissas m. It fills half a line of a cache.
#[derive(Debug, Clone, Copy, Default)]
#[repr(align(32))]
pub struct MantissaSums {
    n: u64,
    sum: u64,
    squares: u128,
}

impl Gather for MantissaSums {
    type Beside = ();
    type Rest = Moments<Wide>;

    #[inline]
    fn add(&mut self, mantissa: u64, (): (), over: impl FnMut(Over)) {
        self.n += 1;
        self.squares = self.squares.wrapping_add(u128::from(mantissa) * u128::from(mantissa));
        add_mantissa(&mut self.sum, mantissa, over);
    }
    #[inline]
    fn merge(&mut self, other: &Self, over: impl FnMut(Over)) {
        self.n += other.n;
        self.squares = self.squares.wrapping_add(other.squares);
        add_mantissa(&mut self.sum, other.sum, over);
    }
    fn sum(&self) -> u64 {
        self.sum
    }
    fn squares(&mut self) -> &mut u128 {
        &mut self.squares
    }
    fn is_empty(&self) -> bool {
        self.n == 0
    }
    fn add_rest(rest: &mut Moments<Wide>, value: f64, (): ()) {
        rest.add(value);
    }
    fn merge_rest(rest: &mut Moments<Wide>, other: &Moments<Wide>) {
        rest.merge(other);
    }
    fn rest(&self, field: Field, carried: Carried) -> Moments<Wide> {
        moments(self, self.squares, self.n, field, carried)
    }
}

/// The sums of floats y by their mantissas m, and Σxm of a small whole number x beside each. It fills half a line of a
/// cache; how many rows there are, Σx and Σx² are left to whoever counts the rows of each x.
#[derive(Debug, Clone, Copy, Default)]
#[repr(align(32))]
pub struct MantissaPairs {
    sum: u64,
    /// Σxm modulo 2⁶⁴.
    products: i64,
    squares: u128,
}

impl MantissaPairs {
    #[inline]
    fn add_product(&mut self, product: i64, mut over: impl FnMut(Over)) {
        let (added, beyond) = self.products.overflowing_add(product);
        self.products = added;
        if beyond {
            over(if product > 0 {
                Over::Products
            } else {
                Over::ProductsBelow
            });
        }
    }

    /// Σ of x times the mantissas.
    const fn mantissa_products(&self, field: Field, carried: Carried) -> i128 {
        let sum = ((carried.products as i128) << 64) + self.products as i128;
        if field.is_negative() { -sum } else { sum }
    }
}

impl Gather for MantissaPairs {
    type Beside = i8;
    type Rest = Comoments<Wide>;

    #[inline]
    fn add(&mut self, mantissa: u64, x: i8, mut over: impl FnMut(Over)) {
        self.squares = self.squares.wrapping_add(u128::from(mantissa) * u128::from(mantissa));
        // Below 2⁶⁰ in magnitude.
        self.add_product(i64::from(x) * mantissa.cast_signed(), &mut over);
        add_mantissa(&mut self.sum, mantissa, over);
    }
    #[inline]
    fn merge(&mut self, other: &Self, mut over: impl FnMut(Over)) {
        self.squares = self.squares.wrapping_add(other.squares);
        self.add_product(other.products, &mut over);
        add_mantissa(&mut self.sum, other.sum, over);
    }
    fn sum(&self) -> u64 {
        self.sum
    }
    fn squares(&mut self) -> &mut u128 {
        &mut self.squares
    }
    fn is_empty(&self) -> bool {
        self.sum == 0 && self.products == 0 && self.squares == 0
    }
    fn add_rest(rest: &mut Comoments<Wide>, value: f64, x: i8) {
        rest.add(x.into(), value);
    }
    fn merge_rest(rest: &mut Comoments<Wide>, other: &Comoments<Wide>) {
        rest.merge(other);
    }
    fn rest(&self, field: Field, carried: Carried) -> Comoments<Wide> {
        let y = moments(self, self.squares, 0, field, carried);
        let mut pairs = Comoments::<Wide> {
            y: y.sum,
            yy: y.squares,
            ..Comoments::default()
        };
        let products = self.mantissa_products(field, carried);
        pairs
            .xy
            .add_scaled(products < 0, products.unsigned_abs(), field.exponent());
        pairs
    }
}

/// The rows of a cell, and Σx and Σx² of the small whole numbers x there.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Wholes {
    /// How many.
    pub n: u64,
    /// Σx.
    pub sum: i128,
    /// Σx².
    pub squares: u128,
}

impl Wholes {
    /// From how many rows have each number, the first of which is `low`.
    #[must_use]
    pub fn of(low: i64, counts: &[u32]) -> Self {
        (low..).zip(counts).fold(Self::default(), |all, (x, &count)| Self {
            n: all.n + u64::from(count),
            sum: all.sum + i128::from(x) * i128::from(count),
            squares: all.squares + u128::from(x.unsigned_abs()).pow(2) * u128::from(count),
        })
    }
}

/// The sums of a column of floats in each of some cells, without rounding: n, Σx and Σx² as [`ExponentSums`], those of
/// the products with a small whole number beside it as [`ExponentPairs`].
///
/// Values of one sign and exponent differ in their mantissa only, a whole number of 53 bits: a row costs one
/// multiplication and three additions, and nothing need be known of the column before. Adding and merging are exact, so
/// their order does not matter.
#[derive(Debug, Clone)]
pub struct ByExponent<P: Gather> {
    cells: usize,
    /// For each sign and exponent, where its places start.
    starts: Vec<usize>,
    /// For each sign and exponent, what makes the bits of a float its mantissa when it is added, modulo 2⁶⁴: it takes away
    /// sign and exponent and brings the hidden bit, in one step of the loop over rows.
    to_mantissa: Vec<u64>,
    /// The signs and exponents that have places, in the order of these.
    fields: Vec<Field>,
    places: Vec<P>,
    /// What was carried out of each place; empty before the first carry.
    carried: Vec<Carried>,
    rest: BTreeMap<usize, P::Rest>,
    adds: u64,
    /// The bits of values that found no place, by cell.
    late: Vec<(usize, u64, P::Beside)>,
    /// What went over, by place.
    over: Vec<(usize, Over)>,
}

/// n, Σx and Σx² of floats.
pub type ExponentSums = ByExponent<MantissaSums>;
/// The sums of pairs of a small whole number and a float.
pub type ExponentPairs = ByExponent<MantissaPairs>;

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
            moments.n += place.n;
            add_split(&mut moments, place.sum, place.squares, field, carried, window);
        }
        moments
    }

    /// The sums of a cell as superaccumulators.
    #[must_use]
    pub fn wide(&self, cell: usize) -> Moments<Wide> {
        self.rest_of(cell)
    }
}

impl ExponentPairs {
    /// The sums of a cell in the split lane, `window` being that of all floats; the whole numbers have unit 1.
    #[must_use]
    pub fn split(&self, cell: usize, window: Window, wholes: Wholes) -> Comoments<Split> {
        let mut pairs = Comoments::<Split>::default();
        let mut moments = Moments::<Split>::default();
        for (field, place, carried) in self.parts(cell) {
            add_split(&mut moments, place.sum, place.squares, field, carried, window);
            let products = place.mantissa_products(field, carried);
            let shift = field.exponent().abs_diff(window.unit_exponent());
            pairs.xy.add_shifted(products.unsigned_abs(), shift, products < 0);
        }
        (pairs.y, pairs.yy) = (moments.sum, moments.squares);
        (pairs.n, pairs.x) = (wholes.n, wholes.sum);
        pairs.xx.add_shifted(wholes.squares, 0, false);
        pairs
    }

    /// The sums of a cell as superaccumulators.
    #[must_use]
    pub fn wide(&self, cell: usize, wholes: Wholes) -> Comoments<Wide> {
        // What is beyond the places counted its own rows.
        let rest = self.rest_of(cell);
        let mut pairs = Comoments::<Wide> {
            n: wholes.n,
            y: rest.y,
            yy: rest.yy,
            xy: rest.xy,
            ..Comoments::default()
        };
        pairs.x.add_scaled(wholes.sum < 0, wholes.sum.unsigned_abs(), 0);
        pairs.xx.add_scaled(false, wholes.squares, 0);
        pairs
    }
}

fn add_split(moments: &mut Moments<Split>, sum: u64, squares: u128, field: Field, carried: Carried, window: Window) {
    let shift = field.exponent().abs_diff(window.unit_exponent());
    let sum = carried.mantissas(sum).cast_signed();
    if sum == 0 {
        return;
    }
    let sum = if field.is_negative() { -sum } else { sum };
    moments.sum = moments.sum.wrapping_add(sum << shift);
    for (digits, bits) in carried.mantissa_squares(squares) {
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
            to_mantissa: (0..FIELDS as u16).map(|bits| Field(bits).to_mantissa()).collect(),
            fields: Vec::new(),
            places: Vec::new(),
            carried: Vec::new(),
            rest: BTreeMap::new(),
            adds: 0,
            late: Vec::new(),
            over: Vec::new(),
        }
    }

    /// Adds each value, with what is beside it, to its cell, which must be one of the cells. NaN and infinities are left
    /// out.
    ///
    /// Not inlined, so that the loop has all registers.
    #[inline(never)]
    pub fn add_beside(&mut self, cells: impl Iterator<Item = (usize, P::Beside)>, values: &[f64]) {
        let (Ok(starts), Ok(to_mantissa)) = (
            <&[usize; FIELDS]>::try_from(self.starts.as_slice()),
            <&[u64; FIELDS]>::try_from(self.to_mantissa.as_slice()),
        ) else {
            return;
        };
        let places = self.places.as_mut_slice();
        let (late, over) = (&mut self.late, &mut self.over);
        for (&value, (cell, beside)) in values.iter().zip(cells) {
            let bits = value.to_bits();
            let field = (bits >> FRACTION_BITS) as usize;
            let (Some(start), Some(to_mantissa)) = (starts.get(field), to_mantissa.get(field)) else {
                continue;
            };
            let at = start + cell;
            if let Some(place) = places.get_mut(at) {
                place.add(bits.wrapping_add(*to_mantissa), beside, |what| keep(over, (at, what)));
            } else {
                keep(late, (cell, bits, beside));
            }
        }
        self.adds += values.len() as u64;
        if !self.late.is_empty() {
            self.add_late();
        }
        if !self.over.is_empty() {
            self.add_over();
        }
        if self.adds >= ADDS_BETWEEN_CARRIES {
            self.carry();
        }
    }

    /// Carries what went over.
    #[cold]
    fn add_over(&mut self) {
        self.carried.resize(self.places.len(), Carried::default());
        for (at, over) in self.over.drain(..) {
            if let Some(carried) = self.carried.get_mut(at) {
                carried.add(over);
            }
        }
    }

    #[cold]
    fn add_late(&mut self) {
        for (cell, bits, beside) in std::mem::take(&mut self.late) {
            let (value, field) = (f64::from_bits(bits), Field((bits >> FRACTION_BITS) as u16));
            if !value.is_finite() || cell >= self.cells {
                continue;
            }
            match self.start_of(field) {
                Some(start) => {
                    let (at, over) = (start + cell, &mut self.over);
                    if let Some(place) = self.places.get_mut(at) {
                        let mantissa = bits.wrapping_add(field.to_mantissa());
                        place.add(mantissa, beside, |what| keep(over, (at, what)));
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
            return Some(*start);
        }
        let first = self.places.len();
        let end = first.saturating_add(self.cells);
        if self.fields.len() >= MOST_SLOTS || end > NONE {
            return None;
        }
        *start = first;
        self.fields.push(field);
        self.places.resize(end, P::default());
        if !self.carried.is_empty() {
            self.carried.resize(end, Carried::default());
        }
        Some(first)
    }

    fn carry(&mut self) {
        self.adds = 0;
        self.carried.resize(self.places.len(), Carried::default());
        for (place, carried) in self.places.iter_mut().zip(&mut self.carried) {
            let squares = place.squares();
            carried.squares += (*squares >> KEPT_SQUARES) as u64;
            *squares &= (1 << KEPT_SQUARES) - 1;
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
            let carried = other.carried.get(run).unwrap_or_default();
            let Some(start) = self.start_of(field) else {
                for (cell, place) in theirs.iter().enumerate() {
                    let carried = carried.get(cell).copied().unwrap_or_default();
                    if !place.is_empty() || carried != Carried::default() {
                        P::merge_rest(self.rest.entry(cell).or_default(), &place.rest(field, carried));
                    }
                }
                continue;
            };
            if !carried.is_empty() {
                self.carried.resize(self.places.len(), Carried::default());
                let mine = self.carried.get_mut(start..).unwrap_or_default();
                mine.iter_mut()
                    .zip(carried)
                    .for_each(|(mine, theirs)| mine.merge(*theirs));
            }
            let (mine, over) = (self.places.get_mut(start..).unwrap_or_default(), &mut self.over);
            for ((at, mine), theirs) in (start..).zip(mine).zip(theirs) {
                mine.merge(theirs, |what| keep(over, (at, what)));
            }
        }
        for (&cell, rest) in &other.rest {
            P::merge_rest(self.rest.entry(cell).or_default(), rest);
        }
        self.add_over();
    }

    /// The window of all values added.
    #[must_use]
    pub fn window(&self) -> Window {
        if !self.rest.is_empty() {
            return Window::WIDEST;
        }
        let mut window = Window::EMPTY;
        for (at, &field) in self.fields.iter().enumerate() {
            let run = at * self.cells..(at + 1) * self.cells;
            let places = self.places.get(run.clone()).unwrap_or_default();
            let carried = self.carried.get(run).unwrap_or_default();
            // Values other than zeros need bits.
            if places.iter().any(|place| place.sum() > 0) || carried.iter().any(|carried| carried.sum > 0) {
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

    fn rest_of(&self, cell: usize) -> P::Rest {
        let mut rest = self.rest.get(&cell).cloned().unwrap_or_default();
        for (field, place, carried) in self.parts(cell) {
            P::merge_rest(&mut rest, &place.rest(field, carried));
        }
        rest
    }

    /// The places of a cell that have rows, each with what was carried out of it.
    fn parts(&self, cell: usize) -> impl Iterator<Item = (Field, &P, Carried)> {
        let cells = self.cells;
        self.fields.iter().enumerate().filter_map(move |(at, &field)| {
            let at = at * cells + cell;
            let place = self.places.get(at)?;
            let carried = self.carried.get(at).copied().unwrap_or_default();
            (!place.is_empty() || carried != Carried::default()).then_some((field, place, carried))
        })
    }
}

/// Keeps what found no place or room: rare, and out of the way of the loop.
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

    /// What makes the bits of a float with this sign and exponent its mantissa, added modulo 2⁶⁴.
    const fn to_mantissa(self) -> u64 {
        let hidden = if self.is_small() { 0 } else { HIDDEN };
        hidden.wrapping_sub((self.0 as u64) << FRACTION_BITS)
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
