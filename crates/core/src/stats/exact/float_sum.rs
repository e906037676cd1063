//! A superaccumulator: a fixed-point number wide enough for every finite `f64` and every product of two.

use super::Dyadic;
use super::dyadic::Limbs;

/// The bit position of 2⁰: twice the exponent of the least positive `f64`, so that a product of two has a place.
const ORIGIN: i32 = 2148;
const LANE_BITS: u32 = 32;
const LANE_MASK: i64 = (1 << LANE_BITS) - 1;
/// An add puts less than 2³³ in a lane, so 2²⁸ adds stay far from the end of `i64`.
const ADDS_BETWEEN_CARRIES: u32 = 1 << 28;

/// A sum of floats, and of products of two floats, that never rounds until it is read.
///
/// Neal 2015 (arXiv 1505.05571), the small superaccumulator: digits of 32 bits in lanes of 64, carried rarely. Only the
/// lanes that the data reach are kept. Adding and merging are exact, so their order does not matter.
#[derive(Debug, Clone, Default)]
pub struct FloatSum {
    /// The position, in lanes, of the first lane kept.
    first: usize,
    lanes: Vec<i64>,
    adds: u32,
}

impl FloatSum {
    /// Adds a value; one that is not finite is left out.
    #[inline]
    pub fn add(&mut self, value: f64) {
        let Some((negative, mantissa, exponent)) = super::parts(value) else {
            return;
        };
        if mantissa == 0 {
            return;
        }
        let (lane, bit) = place(exponent);
        let wide = u128::from(mantissa) << bit;
        let digits = [
            wide as i64 & LANE_MASK,
            (wide >> 32) as i64 & LANE_MASK,
            (wide >> 64) as i64,
        ];
        self.add_digits(lane, negative, digits);
    }

    /// Adds a · b exactly; factors that are not finite are left out.
    #[inline]
    pub fn add_product(&mut self, a: f64, b: f64) {
        let (Some(a), Some(b)) = (super::parts(a), super::parts(b)) else {
            return;
        };
        let product = u128::from(a.1) * u128::from(b.1);
        if product == 0 {
            return;
        }
        let (lane, bit) = place(a.2 + b.2);
        self.add_digits(lane, a.0 != b.0, digits_of(product, bit));
    }

    /// Adds ± digits · 2^exponent, for an exponent of −2148 or more.
    pub(super) fn add_scaled(&mut self, negative: bool, digits: u128, exponent: i32) {
        if digits == 0 {
            return;
        }
        let (lane, bit) = place(exponent);
        self.add_digits(lane, negative, digits_of(digits, bit));
    }

    #[inline]
    fn add_digits<const N: usize>(&mut self, lane: usize, negative: bool, digits: [i64; N]) {
        let sign = i64::from(negative).wrapping_neg();
        for _ in 0..2 {
            let from = lane.wrapping_sub(self.first);
            if let Some(lanes) = from.checked_add(N).and_then(|to| self.lanes.get_mut(from..to)) {
                for (slot, digit) in lanes.iter_mut().zip(digits) {
                    *slot += (digit ^ sign) - sign;
                }
                break;
            }
            self.reach(lane, lane + N);
        }
        self.adds += 1;
        if self.adds >= ADDS_BETWEEN_CARRIES {
            self.carry();
        }
    }

    /// Makes room for the lanes `from..to`.
    #[cold]
    fn reach(&mut self, from: usize, to: usize) {
        if self.lanes.is_empty() {
            self.first = from;
        }
        let first = self.first.min(from);
        let end = (self.first + self.lanes.len()).max(to);
        let mut lanes = vec![0; end - first];
        for (slot, lane) in lanes.iter_mut().skip(self.first - first).zip(&self.lanes) {
            *slot = *lane;
        }
        (self.first, self.lanes) = (first, lanes);
    }

    /// Brings every lane but the last back to 32 bits.
    fn carry(&mut self) {
        self.adds = 0;
        let mut carry = 0;
        let Some((last, lower)) = self.lanes.split_last_mut() else {
            return;
        };
        for lane in lower {
            let digit = *lane + carry;
            *lane = digit & LANE_MASK;
            carry = digit >> LANE_BITS;
        }
        let digit = *last + carry;
        if digit.unsigned_abs() < 1 << 40 {
            *last = digit;
        } else {
            *last = digit & LANE_MASK;
            self.lanes.push(digit >> LANE_BITS);
        }
    }

    /// Adds the other sum, without rounding.
    pub fn merge(&mut self, other: &Self) {
        if other.lanes.is_empty() {
            return;
        }
        if self.adds.saturating_add(other.adds) >= ADDS_BETWEEN_CARRIES {
            self.carry();
            let mut other = other.clone();
            other.carry();
            return self.merge_lanes(&other);
        }
        self.merge_lanes(other);
    }

    fn merge_lanes(&mut self, other: &Self) {
        self.reach(other.first, other.first + other.lanes.len());
        for (slot, lane) in self.lanes.iter_mut().skip(other.first - self.first).zip(&other.lanes) {
            *slot += lane;
        }
        // A carried lane holds up to 2⁴⁰, as much as 2⁸ adds.
        self.adds += other.adds + 256;
    }

    /// The sum, exactly.
    #[must_use]
    pub fn exact(&self) -> Dyadic {
        let (digits, top) = resolved(self.lanes.iter().copied());
        let (negative, digits, top) = if top < 0 {
            let (digits, top) = resolved(self.lanes.iter().map(|lane| -lane));
            (true, digits, top)
        } else {
            (false, digits, top)
        };
        let mut limbs: Limbs = digits
            .chunks(2)
            .map(|pair| pair.iter().rev().fold(0, |limb, digit| (limb << 32) | digit))
            .collect();
        // The last carry follows the last digit, in the upper half of its limb where the count is odd.
        if digits.len() % 2 == 1 {
            if let Some(last) = limbs.last_mut() {
                *last |= (top as u64) << 32;
            }
            limbs.push(top as u64 >> 32);
        } else {
            limbs.push(top as u64);
        }
        let exponent = i32::try_from(self.first).unwrap_or(0) * 32 - ORIGIN;
        Dyadic::new(negative, limbs, exponent)
    }

    /// The sum, rounded once; `None` where it is beyond the range of `f64`.
    #[must_use]
    pub fn value(&self) -> Option<f64> {
        self.exact().to_f64()
    }
}

/// The digits of 32 bits, and what is carried out of the last, negative for a negative number.
fn resolved(lanes: impl Iterator<Item = i64>) -> (Vec<u64>, i64) {
    let mut carry = 0;
    let digits = lanes
        .map(|lane| {
            let digit = lane + carry;
            carry = digit >> LANE_BITS;
            (digit & LANE_MASK) as u64
        })
        .collect();
    (digits, carry)
}

/// Digits of 32 bits of a number shifted by less than 32; the middle one may be a bit longer.
#[inline]
fn digits_of(number: u128, bit: u32) -> [i64; 5] {
    let low = u128::from(number as u64) << bit;
    let high = (number >> 64) << bit;
    [
        low as i64 & LANE_MASK,
        (low >> 32) as i64 & LANE_MASK,
        (low >> 64) as i64 + (high as i64 & LANE_MASK),
        (high >> 32) as i64 & LANE_MASK,
        (high >> 64) as i64,
    ]
}

#[inline]
fn place(exponent: i32) -> (usize, u32) {
    // Parts of finite numbers have exponents of −1074 and more, their products of −2148 and more.
    let position = (exponent + ORIGIN) as u32;
    ((position / LANE_BITS) as usize, position % LANE_BITS)
}
