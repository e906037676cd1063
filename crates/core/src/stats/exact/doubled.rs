//! Sums in two floats, which mostly say how the exact sum rounds.
//!
//! A superaccumulator is exact and slow. Two floats hold a sum to a hundred bits, and what they may lack is known: where all
//! that it can be rounds to the same float, that is the exact sum, rounded once (Ziv 1991). In the few other cases the caller
//! adds exactly.

use super::FloatSum;

/// Products beyond these bounds are left to exact sums: parts of them could overflow, or be lost.
const LEAST: f64 = f64::from_bits((1023 - 900) << 52);
const MOST: f64 = f64::from_bits((1023 + 900) << 52);
/// 2⁻¹⁰⁵, twice the square of half a last place.
const TINY: f64 = f64::from_bits((1023 - 105) << 52);
/// Parts of a sum that are added side by side.
const LANES: usize = 4;

/// A sum of products in two floats (Ogita, Rump and Oishi 2005, Dot2), with the size of its terms.
#[derive(Debug, Clone, Copy, Default)]
pub struct Doubled {
    high: f64,
    low: f64,
    size: f64,
    terms: f64,
    lost: bool,
}

impl Doubled {
    /// Adds a · b.
    #[inline]
    pub fn add_product(&mut self, a: f64, b: f64) {
        let product = a * b;
        let size = product.abs();
        self.lost |= !((LEAST..=MOST).contains(&size) || a == 0.0 || b == 0.0);
        let (high, rest) = two_sum(self.high, product);
        self.high = high;
        self.low += rest + product_error(a, b, product);
        self.size += size;
        self.terms += 1.0;
    }

    /// The sum of this one and another.
    #[must_use]
    pub fn plus(&self, other: &Self) -> Self {
        let (high, rest) = two_sum(self.high, other.high);
        Self {
            high,
            low: self.low + (other.low + rest),
            size: self.size + other.size,
            terms: self.terms + other.terms + 1.0,
            lost: self.lost || other.lost,
        }
    }

    /// How far the exact sum may be away.
    ///
    /// With u = 2⁻⁵³, each of n steps rounds a part that is at most u·S, S the sum of sizes, and adds it to at most n·u·S:
    /// (n+1)²·u²·S in all, and less than as much again for the roundings here.
    fn bound(&self) -> f64 {
        let steps = self.terms + 2.0;
        steps * steps * TINY * self.size
    }

    /// The exact sum, rounded once; `None` where two floats do not tell.
    #[must_use]
    pub fn rounded(&self) -> Option<f64> {
        decided(self.high, self.low, self.bound()).filter(|_| !self.lost)
    }

    /// The exact quotient of two sums, rounded once; `None` where two floats do not tell.
    #[must_use]
    pub fn ratio(&self, divisor: &Self) -> Option<f64> {
        let quotient = self.high / divisor.high;
        let product = quotient * divisor.high;
        // What the first quotient leaves is a float.
        let rest = (self.high - product) - product_error(quotient, divisor.high, product);
        let more = (rest + (self.low - quotient * divisor.low)) / divisor.high;
        let (size, whole) = (quotient.abs(), divisor.high.abs());
        let inexact = self.bound() + size * divisor.bound() + 16.0 * TINY * (self.size + size * divisor.size);
        // Twice as much for the roundings here, and more where the divisor is what is left of larger terms.
        let bound = 2.0 * inexact * (divisor.size / whole).max(1.0) / whole;
        let plain = !self.lost && !divisor.lost && (LEAST..=MOST).contains(&size);
        decided(quotient, more, bound).filter(|_| plain)
    }
}

/// What high + low rounds to, where it does not matter that low may be off by so much.
fn decided(high: f64, low: f64, bound: f64) -> Option<f64> {
    let (least, greatest) = (high + (low - bound), high + (low + bound));
    (least == greatest).then_some(least + 0.0)
}

/// The sum, and what it rounds away (Knuth).
#[inline]
fn two_sum(a: f64, b: f64) -> (f64, f64) {
    let sum = a + b;
    let of_b = sum - a;
    (sum, (a - (sum - of_b)) + (b - of_b))
}

/// What a product rounds away (Dekker 1971).
#[inline]
fn product_error(a: f64, b: f64, product: f64) -> f64 {
    let ((a, a_low), (b, b_low)) = (halves(a), halves(b));
    a_low * b_low - (((product - a * b) - a_low * b) - a * b_low)
}

/// A float as two of 26 bits (Veltkamp).
#[inline]
fn halves(value: f64) -> (f64, f64) {
    let wide = 134_217_729.0 * value;
    let high = wide - (wide - value);
    (high, value - high)
}

/// Σ z² of the numbers of some items, rounded once; numbers that are not finite are left out. `None` beyond the range of `f64`.
pub fn sum_of_squares<T>(items: &[T], number: impl Fn(&T) -> f64) -> Option<f64> {
    let mut sums = [Doubled::default(); LANES];
    let (chunks, rest) = items.as_chunks::<LANES>();
    for chunk in chunks.iter().map(<[T; LANES]>::as_slice).chain([rest]) {
        for (sum, item) in sums.iter_mut().zip(chunk) {
            let z = number(item);
            sum.add_product(z, z);
        }
    }
    let [a, b, c, d] = sums;
    a.plus(&b).plus(&c.plus(&d)).rounded().or_else(|| {
        let mut exact = FloatSum::default();
        for z in items.iter().map(number) {
            exact.add_product(z, z);
        }
        exact.value()
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn sums(terms: &[(f64, f64)]) -> (Doubled, FloatSum) {
        let (mut doubled, mut exact) = (Doubled::default(), FloatSum::default());
        for (a, b) in terms {
            doubled.add_product(*a, *b);
            exact.add_product(*a, *b);
        }
        (doubled, exact)
    }

    #[test]
    fn what_two_floats_do_not_tell_is_left_to_others() {
        for terms in [
            // Nothing is left; half way between two floats; out of reach; not a number.
            &[(1.0, 3.0), (-1.0, 3.0)][..],
            &[(1.0, 1.0), (f64::EPSILON / 2.0, 1.0)],
            &[(1e300, 1e300)],
            &[(1e-200, 1e-200), (1.0, 1.0)],
            &[(f64::NAN, 1.0), (1.0, 1.0)],
            &[(f64::INFINITY, 1.0), (1.0, 1.0)],
        ] {
            assert_eq!(sums(terms).0.rounded(), None, "{terms:?}");
        }
        assert_eq!(sums(&[]).0.rounded(), Some(0.0));
        assert_eq!(sums(&[(0.0, 5.0), (2.0, 0.25)]).0.rounded(), Some(0.5));
        assert_eq!(sums(&[(2.0, 4.0)]).0.ratio(&Doubled::default()), None);
        assert_eq!(sum_of_squares(&[1e300, 1.0], |z| *z), None);
        assert_eq!(sum_of_squares(&[3.0, f64::NAN, 4.0], |z| *z), Some(25.0));
        assert_eq!(sum_of_squares(&[1e-200, 1.0, 1e-200], |z| *z), Some(1.0));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        /// Numbers of all sizes, some of which cancel each other.
        #[test]
        fn what_they_tell_is_the_exact_sum(
            terms in prop::collection::vec((-1e3..1e3_f64, -30..30_i32, 0..40_u32), 1..60),
            again in any::<bool>(),
        ) {
            let mut terms: Vec<(f64, f64)> = terms
                .iter()
                .map(|(z, size, whole)| (z * f64::from_bits(((1023 + size) as u64) << 52), if *whole < 20 { f64::from(*whole) } else { 1.0 / f64::from(*whole) }))
                .collect();
            if again {
                let back: Vec<_> = terms.iter().map(|(a, b)| (-a, b + b * 1e-13)).collect();
                terms.extend(back);
            }
            let (doubled, exact) = sums(&terms);
            if let Some(sum) = doubled.rounded() {
                prop_assert_eq!(Some(sum.to_bits()), exact.value().map(f64::to_bits));
            }
            let weights: Vec<(f64, f64)> = terms.iter().map(|(_, weight)| (*weight, 1.0)).collect();
            let (divisor, of) = sums(&weights);
            if let Some(ratio) = doubled.ratio(&divisor) {
                prop_assert_eq!(Some(ratio.to_bits()), exact.exact().ratio(&of.exact()).map(f64::to_bits));
            }
            let squares = sum_of_squares(&terms, |term| term.0);
            let pairs: Vec<(f64, f64)> = terms.iter().map(|term| (term.0, term.0)).collect();
            prop_assert_eq!(squares.map(f64::to_bits), sums(&pairs).1.value().map(f64::to_bits));
        }
    }

    /// Whole weights, as cards have them: all but those half way between two floats, one in some hundreds.
    #[test]
    fn most_scores_of_cards_are_told() {
        let mut told = 0;
        for card in 0..1_000_u64 {
            let part = |place: u64| {
                let mixed = (card * 3 + place + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
                (
                    (mixed >> 11) as f64 * 100.0 / (1_u64 << 53) as f64,
                    (1 + mixed % 9) as f64,
                )
            };
            let parts: Vec<(f64, f64)> = (0..3).map(part).collect();
            let weights: Vec<(f64, f64)> = parts.iter().map(|(_, weight)| (*weight, 1.0)).collect();
            let ((values, exact), (divisor, of)) = (sums(&parts), sums(&weights));
            if let Some(score) = values.ratio(&divisor) {
                assert_eq!(Some(score), exact.exact().ratio(&of.exact()));
                told += 1;
            }
        }
        assert!(told > 900, "{told}");
    }
}
