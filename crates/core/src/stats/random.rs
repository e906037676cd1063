//! Random numbers that are a function of (seed, key, draw): no state, no order, the same bits anywhere.
//!
//! Philox4x32-10 of Salmon, Moraes, Dror and Shaw 2011, Parallel random numbers: as easy as 1, 2, 3 (SC '11). The seed is
//! the key of the cipher; what the caller names key and draw are its counter. Whoever computes draw 700 need not have
//! computed the 699 before it, so that threads and platforms cannot change a result.

use super::math;
use super::simulation::philox;

/// A stream of random numbers for one purpose: the seed of the evaluation, and a key that no other purpose has.
///
/// ```
/// use bellwether::stats::random::Stream;
///
/// let stream = Stream::new(2027, 1);
/// assert_eq!(stream.bits(700), Stream::new(2027, 1).bits(700));
/// assert_ne!(stream.bits(700), Stream::new(2027, 2).bits(700));
/// assert!((0.0..1.0).contains(&stream.uniform(3)) && stream.below(3, 10) < 10);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stream {
    seed: [u32; 2],
    key: [u32; 2],
}

impl Stream {
    /// The stream of a seed and a key.
    #[must_use]
    pub const fn new(seed: u64, key: u64) -> Self {
        Self {
            seed: [seed as u32, (seed >> 32) as u32],
            key: [key as u32, (key >> 32) as u32],
        }
    }

    /// The 128 bits of a draw, as two numbers of 64.
    #[must_use]
    #[inline]
    pub fn pair(self, draw: u64) -> [u64; 2] {
        let [a, b, c, d] = philox([draw as u32, (draw >> 32) as u32, self.key[0], self.key[1]], self.seed);
        [u64::from(a) | u64::from(b) << 32, u64::from(c) | u64::from(d) << 32]
    }

    /// 64 random bits: draws 2i and 2i + 1 share a block.
    #[must_use]
    #[inline]
    pub fn bits(self, draw: u64) -> u64 {
        let [even, odd] = self.pair(draw / 2);
        if draw.is_multiple_of(2) { even } else { odd }
    }

    /// A number from 0 to below 1, a multiple of 2⁻⁵³.
    #[must_use]
    pub fn uniform(self, draw: u64) -> f64 {
        unit(self.bits(draw))
    }

    /// A whole number from 0 to below `n`; 0 for n = 0. ⌊bits·n / 2⁶⁴⌋: no number is favoured by more than n / 2⁶⁴.
    #[must_use]
    #[inline]
    pub fn below(self, draw: u64, n: u64) -> u64 {
        scaled(self.bits(draw), n)
    }

    /// A standard normal number, by the inverse of its distribution: one uniform draw each.
    #[must_use]
    pub fn normal(self, draw: u64) -> f64 {
        // The middle of the cell of a uniform draw, so that neither 0 nor 1 is met.
        let middle = ((self.bits(draw) >> 12) as f64 + 0.5) / (1_u64 << 52) as f64;
        math::normal_quantile(middle).unwrap_or(0.0)
    }
}

/// A random 64-bit number as a float from 0 to below 1.
fn unit(bits: u64) -> f64 {
    (bits >> 11) as f64 / (1_u64 << 53) as f64
}

/// ⌊bits·n / 2⁶⁴⌋.
#[inline]
fn scaled(bits: u64, n: u64) -> u64 {
    ((u128::from(bits) * u128::from(n)) >> 64) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn even_over_the_range() {
        let stream = Stream::new(1, 2);
        let mut counts = [0_u32; 10];
        for draw in 0..100_000 {
            counts[stream.below(draw, 10) as usize] += 1;
        }
        // Nine standard deviations of a count: sqrt(100 000 · 0.1 · 0.9) is 95.
        assert!(counts.iter().all(|count| count.abs_diff(10_000) < 900), "{counts:?}");
        assert_eq!(stream.below(5, 0), 0);
    }

    #[test]
    fn normal_moments() {
        let stream = Stream::new(7, 7);
        let draws: Vec<f64> = (0..100_000).map(|draw| stream.normal(draw)).collect();
        let mean = draws.iter().sum::<f64>() / 1e5;
        let square = draws.iter().map(|x| x * x).sum::<f64>() / 1e5;
        assert!(mean.abs() < 0.02 && (square - 1.0).abs() < 0.03, "{mean} {square}");
    }
}
