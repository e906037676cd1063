//! Whole numbers times a power of two, of any size: what exact sums are handed over in.

use std::cmp::Ordering;

use smallvec::{SmallVec, smallvec};

/// The limbs of a magnitude, lowest first. Those of usual sums and squares lie within the number: a cell costs no memory
/// from the allocator.
pub(super) type Limbs = SmallVec<[u64; 6]>;

/// An exact number ± m · 2ᵉ. Every finite `f64`, sum and product of such is one.
///
/// Used once per cell, when a sum is finished; the loops over rows use the accumulators of this module's siblings.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Dyadic {
    negative: bool,
    /// The magnitude, lowest limb first: odd, without zero limbs at the top; 0 has none. So equal numbers are equal fields.
    limbs: Limbs,
    exponent: i32,
}

impl Dyadic {
    /// A magnitude (lowest limb first) times 2ᵉ, with a sign.
    pub(super) fn new(negative: bool, mut limbs: Limbs, mut exponent: i32) -> Self {
        while limbs.last() == Some(&0) {
            limbs.pop();
        }
        let zeros = limbs.iter().take_while(|limb| **limb == 0).count();
        if zeros > 0 {
            limbs.drain(..zeros);
        }
        if limbs.is_empty() {
            return Self::default();
        }
        exponent += 64 * i32::try_from(zeros).unwrap_or(0);
        let even = limbs.first().map_or(0, |limb| limb.trailing_zeros());
        if even > 0 {
            exponent += even.cast_signed();
            let mut above = 0;
            for limb in limbs.iter_mut().rev() {
                let carried = *limb << (64 - even);
                *limb = (*limb >> even) | above;
                above = carried;
            }
            if limbs.last() == Some(&0) {
                limbs.pop();
            }
        }
        Self {
            negative,
            limbs,
            exponent,
        }
    }

    /// A whole number times 2ᵉ.
    pub(super) fn scaled(value: i128, exponent: i32) -> Self {
        let magnitude = value.unsigned_abs();
        Self::new(
            value < 0,
            smallvec![magnitude as u64, (magnitude >> 64) as u64],
            exponent,
        )
    }

    /// The value of a finite number; `None` for NaN and infinities.
    #[must_use]
    pub fn from_f64(value: f64) -> Option<Self> {
        let (negative, mantissa, exponent) = super::parts(value)?;
        Some(Self::new(negative, smallvec![mantissa], exponent))
    }

    /// Whether this is 0.
    #[must_use]
    pub fn is_zero(&self) -> bool {
        self.limbs.is_empty()
    }

    /// Whether this is below 0.
    #[must_use]
    pub fn is_negative(&self) -> bool {
        self.negative
    }

    fn bits(&self) -> i32 {
        let whole = i32::try_from(self.limbs.len()).unwrap_or(0) * 64;
        whole
            - self
                .limbs
                .last()
                .map_or(0, |top| i32::try_from(top.leading_zeros()).unwrap_or(0))
    }

    /// The sum.
    #[must_use]
    pub fn plus(&self, other: &Self) -> Self {
        if self.is_zero() {
            return other.clone();
        }
        if other.is_zero() {
            return self.clone();
        }
        let exponent = self.exponent.min(other.exponent);
        let mut a = shifted_left(&self.limbs, self.exponent.abs_diff(exponent));
        let mut b = shifted_left(&other.limbs, other.exponent.abs_diff(exponent));
        if self.negative == other.negative {
            return Self::new(self.negative, added(&a, &b), exponent);
        }
        if compare(&a, &b) == Ordering::Less {
            subtract(&mut b, &a);
            return Self::new(other.negative, b, exponent);
        }
        subtract(&mut a, &b);
        Self::new(self.negative, a, exponent)
    }

    /// The difference.
    #[must_use]
    pub fn minus(&self, other: &Self) -> Self {
        let negated = Self {
            negative: !other.negative && !other.is_zero(),
            ..other.clone()
        };
        self.plus(&negated)
    }

    /// The product.
    #[must_use]
    pub fn times(&self, other: &Self) -> Self {
        let mut limbs: Limbs = smallvec![0_u64; self.limbs.len() + other.limbs.len()];
        for (offset, a) in self.limbs.iter().enumerate() {
            let mut carry = 0_u128;
            for (slot, b) in limbs
                .iter_mut()
                .skip(offset)
                .zip(other.limbs.iter().chain(std::iter::repeat(&0)))
            {
                let sum = u128::from(*a) * u128::from(*b) + u128::from(*slot) + carry;
                *slot = sum as u64;
                carry = sum >> 64;
            }
        }
        Self::new(self.negative != other.negative, limbs, self.exponent + other.exponent)
    }

    /// The nearest `f64`, ties to even; `None` where that would be infinite.
    #[must_use]
    pub fn to_f64(&self) -> Option<f64> {
        if self.is_zero() {
            return Some(0.0);
        }
        // The last place of the result, and how many of our bits lie below it.
        let place = (self.bits() + self.exponent - 53).max(-1074);
        let below = place - self.exponent;
        let magnitude = match u32::try_from(below) {
            Err(_) | Ok(0) => self.limbs.first().copied().unwrap_or(0) << below.unsigned_abs(),
            Ok(below) => {
                let kept = self.window(below);
                let half = self.window(below - 1) & 1 == 1;
                let more = half && (kept & 1 == 1 || self.any_below(below - 1));
                kept + u64::from(more)
            }
        };
        compose(self.negative, magnitude, place)
    }

    /// The 64 bits from position `from` upwards.
    fn window(&self, from: u32) -> u64 {
        let mut limbs = self.limbs.iter().skip((from / 64) as usize).copied();
        let low = limbs.next().unwrap_or(0);
        let high = limbs.next().unwrap_or(0);
        let both = u128::from(low) | (u128::from(high) << 64);
        (both >> (from % 64)) as u64
    }

    fn any_below(&self, end: u32) -> bool {
        let whole = (end / 64) as usize;
        let part = self
            .limbs
            .get(whole)
            .is_some_and(|limb| limb & ((1_u64 << (end % 64)) - 1) != 0);
        part || self.limbs.iter().take(whole).any(|limb| *limb != 0)
    }

    /// The quotient, rounded once to the nearest `f64`; `None` for a zero divisor or a result beyond the range of `f64`.
    #[must_use]
    pub fn ratio(&self, divisor: &Self) -> Option<f64> {
        if divisor.is_zero() {
            return None;
        }
        if self.is_zero() {
            return Some(0.0);
        }
        let negative = self.negative != divisor.negative;
        if let Some(value) = self.short_ratio(divisor) {
            return Some(if negative { -value } else { value });
        }
        if let [limb] = divisor.limbs.as_slice() {
            return self.ratio_to_limb(*limb, negative, divisor.exponent);
        }
        // Scaled so that the whole part of the quotient has 63 or 64 bits; the remainder leaves one sticky bit.
        let scale = 63 - self.bits() + divisor.bits();
        let up = u32::try_from(scale).unwrap_or(0);
        let down = u32::try_from(-scale).unwrap_or(0);
        let mut rest = shifted_left(&self.limbs, up);
        let step = shifted_left(&divisor.limbs, down + 63);
        let mut quotient = 0_u64;
        for _ in 0..64 {
            quotient <<= 1;
            if compare(&rest, &step) != Ordering::Less {
                subtract(&mut rest, &step);
                quotient |= 1;
            }
            double(&mut rest);
        }
        let sticky = rest.iter().any(|limb| *limb != 0);
        let whole = (u128::from(quotient) << 1) | u128::from(sticky);
        let limbs = smallvec![whole as u64, (whole >> 64) as u64];
        Self::new(negative, limbs, self.exponent - divisor.exponent - scale - 1).to_f64()
    }

    /// The quotient by a divisor of one limb, digit by digit.
    fn ratio_to_limb(&self, divisor: u64, negative: bool, exponent: i32) -> Option<f64> {
        // Three limbs more than the divisor has leave at least 128 bits of quotient below which a sticky bit is safe.
        let more = 4_usize.saturating_sub(self.limbs.len());
        let mut quotient: Limbs = smallvec![0_u64; more + self.limbs.len() + 1];
        let mut rest = 0_u64;
        let digits = self.limbs.iter().rev().chain(std::iter::repeat_n(&0, more));
        for (slot, digit) in quotient.iter_mut().skip(1).rev().zip(digits) {
            let part = (u128::from(rest) << 64) | u128::from(*digit);
            *slot = (part / u128::from(divisor)) as u64;
            rest = (part % u128::from(divisor)) as u64;
        }
        if let Some(sticky) = quotient.first_mut() {
            *sticky = u64::from(rest != 0);
        }
        let below = i32::try_from(more + 1).unwrap_or(0) * 64;
        Self::new(negative, quotient, self.exponent - exponent - below).to_f64()
    }

    /// The magnitude of the quotient where one hardware division gives it: both magnitudes fit 53 bits.
    fn short_ratio(&self, divisor: &Self) -> Option<f64> {
        let short = |number: &Self| match number.limbs.as_slice() {
            [limb] if *limb < 1 << 53 => Some(*limb as f64),
            _ => None,
        };
        let quotient = short(self)? / short(divisor)?;
        let exponent = self.exponent - divisor.exponent;
        // Only where neither the scale nor the result leaves the normal range is the scaling exact.
        (exponent.abs() < 900).then(|| quotient * compose(false, 1 << 52, exponent - 52).unwrap_or(1.0))
    }
}

/// ± m · 2ᵖˡᵃᶜᵉ for m ≤ 2⁵³, where m < 2⁵² only at the lowest place.
fn compose(negative: bool, magnitude: u64, place: i32) -> Option<f64> {
    const HIDDEN: u64 = 1 << 52;
    let bits = if magnitude < HIDDEN {
        magnitude
    } else {
        let field = u64::try_from(place + 1075).ok().filter(|field| *field < 0x7ff)?;
        (field << 52) + (magnitude - HIDDEN)
    };
    let value = f64::from_bits(bits);
    value
        .is_finite()
        .then_some(if negative && magnitude != 0 { -value } else { value })
}

fn shifted_left(limbs: &[u64], by: u32) -> Limbs {
    let mut result: Limbs = smallvec![0; (by / 64) as usize];
    let bits = by % 64;
    if bits == 0 {
        result.extend_from_slice(limbs);
        return result;
    }
    let mut carry = 0;
    for limb in limbs {
        result.push((limb << bits) | carry);
        carry = limb >> (64 - bits);
    }
    if carry != 0 {
        result.push(carry);
    }
    result
}

fn double(limbs: &mut Limbs) {
    let mut carry = 0;
    for limb in limbs.iter_mut() {
        let next = *limb >> 63;
        *limb = (*limb << 1) | carry;
        carry = next;
    }
    if carry != 0 {
        limbs.push(carry);
    }
}

fn added(a: &[u64], b: &[u64]) -> Limbs {
    let (long, short) = if a.len() >= b.len() { (a, b) } else { (b, a) };
    let mut carry = 0_u128;
    let mut result = Limbs::with_capacity(long.len() + 1);
    for (x, y) in long.iter().zip(short.iter().chain(std::iter::repeat(&0))) {
        let sum = u128::from(*x) + u128::from(*y) + carry;
        result.push(sum as u64);
        carry = sum >> 64;
    }
    result.push(carry as u64);
    result
}

/// a ← a − b for a ≥ b.
fn subtract(a: &mut [u64], b: &[u64]) {
    let mut borrow = false;
    for (x, y) in a.iter_mut().zip(b.iter().chain(std::iter::repeat(&0))) {
        let (first, under) = x.overflowing_sub(*y);
        let (second, again) = first.overflowing_sub(u64::from(borrow));
        borrow = under || again;
        *x = second;
    }
}

fn compare(a: &[u64], b: &[u64]) -> Ordering {
    fn trimmed(mut limbs: &[u64]) -> &[u64] {
        while let [rest @ .., 0] = limbs {
            limbs = rest;
        }
        limbs
    }
    let (a, b) = (trimmed(a), trimmed(b));
    a.len().cmp(&b.len()).then_with(|| a.iter().rev().cmp(b.iter().rev()))
}

impl From<u64> for Dyadic {
    fn from(value: u64) -> Self {
        Self::new(false, smallvec![value], 0)
    }
}

impl From<i64> for Dyadic {
    fn from(value: i64) -> Self {
        Self::scaled(value.into(), 0)
    }
}
