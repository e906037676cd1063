//! The range of bits that a column needs, and the fastest lane that holds it exactly.

/// Bits that one integer of a lane may have. Its squares then have 88, which leaves room in 128 for 2³⁷ rows.
const DIGIT_BITS: i32 = 44;

/// How many values are looked at before the window is widened: a block fits the nearest cache.
const BLOCK: usize = 512;

/// Which accumulators hold the sums of a column: see [`super::Narrow`], [`super::Split`] and [`super::Wide`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum LaneKind {
    /// One integer of 44 bits.
    Narrow,
    /// Two integers of 44 bits.
    Split,
    /// A superaccumulator.
    Wide,
}

/// The exponents of a column's lowest set bit and of its largest magnitude: each value is a whole number times
/// [`Window::unit_exponent`], and smaller than 2^(that + [`Window::bits`]).
///
/// Windows of the parts of a column merge; sums of one cell must use one window, that of the whole column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    low: i32,
    high: i32,
}

impl Default for Window {
    fn default() -> Self {
        Self::EMPTY
    }
}

impl Window {
    /// The window of a column without values, or of zeros only.
    pub const EMPTY: Self = Self {
        low: i32::MAX,
        high: i32::MIN,
    };

    /// The window that holds every finite float.
    pub const WIDEST: Self = Self { low: -1074, high: 1024 };

    /// The window of mantissas of 53 bits whose last bit has this exponent.
    pub(super) const fn of_mantissas(exponent: i32) -> Self {
        Self {
            low: exponent,
            high: exponent + 53,
        }
    }

    /// A window of the values for which `valid` holds. Zeros, NaN and infinities need no bits.
    ///
    /// Scanned block by block at memory speed, so it may be a few bits wider than [`Window::of`] the same values.
    #[must_use]
    pub fn scan(values: &[f64], valid: impl Fn(usize) -> bool) -> Self {
        let mut block = [0.0; BLOCK];
        let mut window = Self::EMPTY;
        for (start, part) in (0..).step_by(BLOCK).zip(values.chunks(BLOCK)) {
            for (row, (slot, value)) in (start..).zip(block.iter_mut().zip(part)) {
                *slot = if valid(row) { *value } else { 0.0 };
            }
            window = window.merge(Self::of_block(block.get(..part.len()).unwrap_or_default()));
        }
        window
    }

    /// As [`Window::scan`], where no value is missing.
    #[must_use]
    pub fn scan_all(values: &[f64]) -> Self {
        values
            .chunks(BLOCK)
            .fold(Self::EMPTY, |window, block| window.merge(Self::of_block(block)))
    }

    /// The window of whole numbers of 1/256, else the one that full precision at each magnitude needs.
    fn of_block(values: &[f64]) -> Self {
        const STEPS: f64 = 256.0;
        let mut greatest = [0.0_f64; 4];
        let mut least = [f64::INFINITY; 4];
        let mut rest = [0.0_f64; 4];
        let (quads, tail) = values.as_chunks::<4>();
        let mut last = [0.0; 4];
        last.iter_mut().zip(tail).for_each(|(slot, value)| *slot = *value);
        for quad in quads.iter().chain(std::iter::once(&last)) {
            for (value, (greatest, (least, rest))) in quad
                .iter()
                .zip(greatest.iter_mut().zip(least.iter_mut().zip(rest.iter_mut())))
            {
                let magnitude = value.abs();
                let steps = magnitude * STEPS;
                // 0 for a whole number of steps below 2⁵¹; NaN, which spoils the sum, for what is not finite.
                *rest += (steps - ((steps + SHIFTER) - SHIFTER)).abs();
                *greatest = if magnitude > *greatest { magnitude } else { *greatest };
                let nonzero = if magnitude > 0.0 { magnitude } else { f64::INFINITY };
                *least = if nonzero < *least { nonzero } else { *least };
            }
        }
        let greatest = greatest.into_iter().fold(0.0, f64::max);
        let least = least.into_iter().fold(f64::INFINITY, f64::min);
        if greatest == 0.0 {
            return Self::EMPTY;
        }
        if !greatest.is_finite() {
            return Self::of(values.iter().copied());
        }
        let Self { high, .. } = Self::EMPTY.with(greatest);
        if rest == [0.0; 4] && greatest * STEPS < SHIFTER / 4.0 {
            return Self { low: -8, high };
        }
        // The last bit of a full mantissa at the least magnitude; subnormal numbers have none lower than 2⁻¹⁰⁷⁴.
        let low = super::parts(least).map_or(-1074, |(_, _, exponent)| exponent);
        Self { low, high }
    }

    /// The window of all the values.
    #[must_use]
    pub fn of(values: impl IntoIterator<Item = f64>) -> Self {
        values.into_iter().fold(Self::EMPTY, Self::with)
    }

    /// The window of whole numbers between two ends.
    #[must_use]
    pub fn of_integers(least: i64, greatest: i64) -> Self {
        let magnitude = least.unsigned_abs().max(greatest.unsigned_abs());
        if magnitude == 0 {
            return Self::EMPTY;
        }
        Self {
            low: 0,
            high: 64 - magnitude.leading_zeros().cast_signed(),
        }
    }

    /// This window, widened for one more value.
    #[inline]
    #[must_use]
    pub fn with(self, value: f64) -> Self {
        let Some((_, mantissa, exponent)) = super::parts(value) else {
            return self;
        };
        if mantissa == 0 {
            return self;
        }
        let low = exponent + mantissa.trailing_zeros().cast_signed();
        let high = exponent + 64 - mantissa.leading_zeros().cast_signed();
        Self {
            low: self.low.min(low),
            high: self.high.max(high),
        }
    }

    /// The window that holds both.
    #[must_use]
    pub fn merge(self, other: Self) -> Self {
        Self {
            low: self.low.min(other.low),
            high: self.high.max(other.high),
        }
    }

    /// The exponent of the lowest bit: values are whole multiples of 2 to this power. 0 for an empty window.
    #[must_use]
    pub fn unit_exponent(self) -> i32 {
        if self.low > self.high { 0 } else { self.low }
    }

    /// The bits from the lowest to the highest.
    #[must_use]
    pub fn bits(self) -> u32 {
        if self.low > self.high {
            0
        } else {
            self.high.abs_diff(self.low)
        }
    }

    /// The fastest lane that is exact for this window.
    #[must_use]
    pub fn lane(self) -> LaneKind {
        // Beyond these exponents the scale of `Scale` is no normal number.
        let scalable = (-1000..=1000).contains(&self.unit_exponent());
        match i32::try_from(self.bits()) {
            Ok(bits) if scalable && bits <= DIGIT_BITS => LaneKind::Narrow,
            Ok(bits) if scalable && bits <= 2 * DIGIT_BITS => LaneKind::Split,
            _ => LaneKind::Wide,
        }
    }

    /// The lane that is exact for both windows, for sums of products of two columns.
    #[must_use]
    pub fn common_lane(self, other: Self) -> LaneKind {
        self.lane().max(other.lane())
    }

    /// The factor that turns this window's values into whole numbers: computed once, used for every row.
    #[must_use]
    pub fn scale(self) -> Scale {
        let field = 1023 - self.unit_exponent().clamp(-1000, 1000);
        Scale(f64::from_bits(u64::from(field.unsigned_abs()) << 52))
    }
}

/// 2 to minus the unit exponent of a [`Window`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scale(f64);

impl Scale {
    /// The value as a whole number of units; exact in the narrow lane.
    #[inline]
    #[must_use]
    pub fn to_int(self, value: f64) -> i64 {
        whole(value * self.0)
    }

    /// The value as two digits to base 2⁴⁴, each with its sign; exact in the split lane.
    #[inline]
    #[must_use]
    pub fn to_split(self, value: f64) -> SplitInt {
        const BASE: f64 = (1_u64 << DIGIT_BITS) as f64;
        let units = value * self.0;
        let high = units * (1.0 / BASE) + SHIFTER;
        let low = units - (high - SHIFTER) * BASE;
        SplitInt {
            high: shifted_whole(high),
            low: whole(low),
        }
    }
}

/// Adding 1.5 · 2⁵² leaves the nearest whole number in the low bits of the sum: a fraction of the cost of a conversion
/// that must also handle what is out of range.
const SHIFTER: f64 = 6_755_399_441_055_744.0;

/// The whole number nearest to a value below 2⁵¹ in magnitude.
#[inline]
fn whole(value: f64) -> i64 {
    shifted_whole(value + SHIFTER)
}

#[inline]
fn shifted_whole(shifted: f64) -> i64 {
    shifted.to_bits().wrapping_sub(SHIFTER.to_bits()).cast_signed()
}

/// high · 2⁴⁴ + low.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SplitInt {
    pub(super) high: i64,
    pub(super) low: i64,
}

impl SplitInt {
    /// The digits of a whole number.
    #[inline]
    #[must_use]
    pub fn of(value: i64) -> Self {
        Self {
            high: value >> DIGIT_BITS,
            low: value & ((1 << DIGIT_BITS) - 1),
        }
    }
}

pub(super) const SPLIT_EXPONENT: i32 = DIGIT_BITS;
