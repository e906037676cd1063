//! Random numbers that depend on what they are for and not on when they are asked: (seed, key, draw) gives the number,
//! so that any thread may draw any of them and a run repeats to the bit.

use super::math;

/// Philox 4×32-10: Salmon, Moraes, Dror and Shaw 2011, Parallel random numbers: as easy as 1, 2, 3. It passes BigCrush.
///
/// ```
/// use bellwether::stats::simulation::philox;
/// // From the authors' known answers.
/// assert_eq!(philox([0; 4], [0; 2]), [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]);
/// ```
#[must_use]
#[inline]
pub const fn philox(counter: [u32; 4], key: [u32; 2]) -> [u32; 4] {
    let [mut a, mut b, mut c, mut d] = counter;
    let [mut low, mut high] = key;
    let mut round = 0;
    while round < 10 {
        let first = 0xd251_1f53_u64 * a as u64;
        let second = 0xcd9e_8d57_u64 * c as u64;
        (a, b, c, d) = (
            (second >> 32) as u32 ^ b ^ low,
            second as u32,
            (first >> 32) as u32 ^ d ^ high,
            first as u32,
        );
        low = low.wrapping_add(0x9e37_79b9);
        high = high.wrapping_add(0xbb67_ae85);
        round += 1;
    }
    [a, b, c, d]
}

/// Four random words for a key and the four draws of a block.
#[must_use]
#[inline]
pub const fn words(seed: u64, key: u64, block: u64) -> [u32; 4] {
    philox(
        [key as u32, (key >> 32) as u32, block as u32, (block >> 32) as u32],
        [seed as u32, (seed >> 32) as u32],
    )
}

/// A number between 0 and 1, both excluded, of 53 random bits.
///
/// ```
/// use bellwether::stats::simulation::uniform;
/// assert_eq!(uniform(1, 7, 3), uniform(1, 7, 3));
/// assert_ne!(uniform(1, 7, 3), uniform(1, 7, 4));
/// ```
#[must_use]
pub fn uniform(seed: u64, key: u64, draw: u64) -> f64 {
    let [a, b, ..] = words(seed, key, draw);
    let bits = (u64::from(a) << 32 | u64::from(b)) >> 12;
    (bits as f64 + 0.5) / 4_503_599_627_370_496.0
}

/// A standard normal number, by the inverse of the distribution.
#[must_use]
pub fn normal(seed: u64, key: u64, draw: u64) -> f64 {
    math::normal_quantile(uniform(seed, key, draw)).unwrap_or(0.0)
}

/// How often a row counts in a draw of the Poisson bootstrap: Poisson with mean 1, from a random word.
///
/// A bootstrap draws n rows with replacement; how often a row is drawn is nearly Poisson(1), and rows are then independent,
/// so that blocks and threads need not know of each other. Hanley and MacGibbon 2006; Chamandy et al. 2012.
#[must_use]
#[inline]
pub const fn poisson_one(word: u32) -> u32 {
    // 2³² · P(X ≤ k), rounded.
    const ENDS: [u32; 11] = [
        1_580_030_169,
        3_160_060_337,
        3_950_075_422,
        4_213_413_783,
        4_279_248_374,
        4_292_415_292,
        4_294_609_778,
        4_294_923_276,
        4_294_962_463,
        4_294_966_817,
        4_294_967_253,
    ];
    let mut count = 0;
    let mut rest = ENDS.as_slice();
    while let [end, more @ ..] = rest {
        if word < *end {
            break;
        }
        count += 1;
        rest = more;
    }
    count
}

/// The range that holds the middle `level` of some draws, by percentiles of type 7. `None` without draws that are numbers.
///
/// ```
/// use bellwether::stats::simulation::middle;
/// let draws: Vec<f64> = (0..=100).map(f64::from).collect();
/// let range = middle(&draws, 0.95).unwrap();
/// assert!((range.low - 2.5).abs() < 1e-12 && (range.high - 97.5).abs() < 1e-12);
/// ```
#[must_use]
pub fn middle(draws: &[f64], level: f64) -> Option<super::Interval> {
    let mut sorted: Vec<f64> = draws.iter().copied().filter(|draw| draw.is_finite()).collect();
    if sorted.is_empty() || !(level > 0.0 && level < 1.0) {
        return None;
    }
    sorted.sort_by(f64::total_cmp);
    let low = quantile(&sorted, (1.0 - level) / 2.0)?;
    let high = quantile(&sorted, f64::midpoint(1.0, level))?;
    Some(super::Interval { low, high })
}

/// A quantile of sorted numbers, type 7; `None` of none.
#[must_use]
pub fn quantile(sorted: &[f64], p: f64) -> Option<f64> {
    let last = sorted.len().checked_sub(1)?;
    let at = p.clamp(0.0, 1.0) * last as f64;
    let below = at.floor() as usize;
    let low = *sorted.get(below)?;
    let high = sorted.get(below + 1).copied().unwrap_or(low);
    Some(low + (at - below as f64) * (high - low))
}

#[cfg(test)]
mod tests;
