//! Random numbers that depend on nothing but the name of the stream, the row and the number of the draw.
//!
//! SplitMix64 (Steele, Lea and Flood, OOPSLA 2014) over a key hashed from stream and row. A row therefore keeps its
//! values when other rows are added, and every platform draws the same numbers: only integer arithmetic and exact
//! floating-point operations (`+ - * /`) are used, and `libm` for the exponential.

/// The draws of one row of one table.
pub struct Random {
    state: u64,
}

const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;

fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

impl Random {
    /// The draws of row `row` of the stream `stream`.
    pub fn row(stream: &str, row: u64) -> Self {
        let named = stream
            .bytes()
            .fold(0u64, |key, byte| mix(key ^ u64::from(byte)).wrapping_add(GOLDEN));
        Self {
            state: mix(named ^ mix(row.wrapping_add(GOLDEN))),
        }
    }

    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(GOLDEN);
        mix(self.state)
    }

    /// Even over [0, 1), in steps of 2⁻⁵³.
    pub fn unit(&mut self) -> f64 {
        // 53 bits and a power of two: both conversions are exact.
        (self.next() >> 11) as f64 * (1.0 / 9_007_199_254_740_992.0)
    }

    /// True with the given probability.
    pub fn chance(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    /// A whole number from `low` up to and including `high`.
    pub fn between(&mut self, low: i64, high: i64) -> i64 {
        low + (self.unit() * (high - low + 1) as f64) as i64
    }

    /// Nearly normal with mean 0 and standard deviation 1: twelve even draws, summed (Irwin–Hall).
    pub fn normal(&mut self) -> f64 {
        (0..12).map(|_| self.unit()).sum::<f64>() - 6.0
    }

    /// One of the items, each as likely as its weight says; the last one takes what is left.
    pub fn weighted<T: Copy>(&mut self, first: (T, f64), rest: &[(T, f64)]) -> T {
        let total: f64 = first.1 + rest.iter().map(|item| item.1).sum::<f64>();
        let mut left = self.unit() * total - first.1;
        let mut chosen = first.0;
        for (item, weight) in rest {
            if left < 0.0 {
                break;
            }
            chosen = *item;
            left -= weight;
        }
        chosen
    }

    /// One of the items, all equally likely; the `default` when there are none.
    pub fn pick<T: Copy>(&mut self, items: &[T], default: T) -> T {
        let at = self.between(0, items.len() as i64 - 1);
        usize::try_from(at)
            .ok()
            .and_then(|at| items.get(at))
            .copied()
            .unwrap_or(default)
    }
}

/// The logistic curve: 0 gives one half.
pub fn logistic(x: f64) -> f64 {
    1.0 / (1.0 + libm::exp(-x))
}

/// The nearest whole number within the scale; halves go up.
pub fn on_scale(x: f64, low: i64, high: i64) -> i64 {
    (libm::floor(x + 0.5) as i64).clamp(low, high)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn splitmix_gives_the_published_numbers() {
        // First outputs of SplitMix64 for the seed 1234567, from Rosetta Code ("Pseudo-random numbers/Splitmix64").
        let mut random = Random { state: 1_234_567 };
        let drawn: Vec<u64> = (0..3).map(|_| random.next()).collect();
        assert_eq!(
            drawn,
            [
                6_457_827_717_110_365_317,
                3_203_168_211_198_807_973,
                9_817_491_932_198_370_423
            ]
        );
    }

    #[test]
    fn rows_are_independent_of_each_other_and_repeatable() {
        let draw = |row| Random::row("customers", row).unit();
        assert_eq!(draw(7).to_bits(), draw(7).to_bits());
        let mean = (0..10_000).map(draw).sum::<f64>() / 10_000.0;
        assert!((mean - 0.5).abs() < 0.01, "mean {mean}");
    }

    #[test]
    fn weights_are_kept() {
        let share = (0..10_000)
            .filter(|row| Random::row("w", *row).weighted(("a", 2.0), &[("b", 1.0), ("c", 1.0)]) == "b")
            .count();
        assert!((2_350..2_650).contains(&share), "{share} of 10000");
    }
}
