//! Krippendorff's alpha.

use crate::stats::Interval;
use crate::stats::random::Stream;
use crate::stats::resample::{draw_rows, percentile_limits};

/// What a difference between two levels counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scale {
    /// 1 where they are not the same.
    Nominal,
    /// The square of the number of values between them, both ends counted half.
    Ordinal,
    /// The square of their difference.
    Interval,
}

/// What alpha came to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Agreement {
    /// No item was rated twice.
    NoPairs,
    /// All ratings are the same: agreement cannot be told from a lack of variation.
    NoVariation,
    /// 1 for perfect agreement, 0 for that of chance, below 0 for less.
    Alpha(f64),
}

impl Agreement {
    /// Alpha, where there is one.
    #[must_use]
    pub const fn value(self) -> Option<f64> {
        match self {
            Self::Alpha(alpha) => Some(alpha),
            Self::NoPairs | Self::NoVariation => None,
        }
    }
}

/// Krippendorff's alpha of items, each with the ratings it got: 1 − observed / expected disagreement.
///
/// With m ratings of an item, each ordered pair of its ratings counts 1/(m − 1); expected are the pairs of all ratings thrown
/// together. Raters may differ from item to item; an item with fewer than two ratings does not count, nor does a rating that
/// is not finite. Krippendorff 2011, Computing Krippendorff's alpha-reliability; 2019, Content analysis, 4th edition, ch. 12.
///
/// ```
/// use bellwether::stats::agreement::{Agreement, Scale, alpha};
///
/// let items = [vec![1.0, 1.0], vec![2.0, 2.0, 3.0], vec![4.0], vec![3.0, 3.0]];
/// let nominal = alpha(&items, Scale::Nominal).value().unwrap();
/// assert!((nominal - 0.625).abs() < 1e-12);
/// assert_eq!(alpha(&[vec![1.0]], Scale::Nominal), Agreement::NoPairs);
/// ```
#[must_use]
pub fn alpha(items: &[Vec<f64>], scale: Scale) -> Agreement {
    let levels = Levels::of(items);
    let coded: Vec<Vec<usize>> = items.iter().map(|item| levels.codes(item)).collect();
    let all: Vec<usize> = (0..coded.len()).collect();
    levels.alpha(&coded, &all, scale)
}

/// The percentile bootstrap interval of alpha, items being drawn with replacement.
///
/// Draws without variation are left out. `None` where alpha has no value, or where fewer than half of the draws have one.
/// Items are to come in an order of their own, as the draws depend on it.
#[must_use]
pub fn alpha_limits(items: &[Vec<f64>], scale: Scale, stream: Stream, draws: u64, level: f64) -> Option<Interval> {
    let levels = Levels::of(items);
    let coded: Vec<Vec<usize>> = items
        .iter()
        .map(|item| levels.codes(item))
        .filter(|item| item.len() >= 2)
        .collect();
    let values: Vec<f64> = (0..draws)
        .filter_map(|draw| {
            let rows: Vec<usize> = draw_rows(stream, draw, coded.len()).collect();
            levels.alpha(&coded, &rows, scale).value()
        })
        .collect();
    (values.len() as u64 * 2 >= draws).then_some(())?;
    percentile_limits(&values, level)
}

/// The different ratings, ascending.
struct Levels(Vec<f64>);

impl Levels {
    fn of(items: &[Vec<f64>]) -> Self {
        let mut levels: Vec<f64> = items
            .iter()
            .flatten()
            .filter(|rating| rating.is_finite())
            .map(|rating| rating + 0.0)
            .collect();
        levels.sort_by(f64::total_cmp);
        levels.dedup();
        Self(levels)
    }

    fn codes(&self, item: &[f64]) -> Vec<usize> {
        item.iter()
            .filter(|rating| rating.is_finite())
            .filter_map(|rating| self.0.binary_search_by(|level| level.total_cmp(&(rating + 0.0))).ok())
            .collect()
    }

    /// Alpha of the items of these indices, which may repeat.
    fn alpha(&self, items: &[Vec<usize>], rows: &[usize], scale: Scale) -> Agreement {
        let rated = || {
            rows.iter()
                .filter_map(|&row| items.get(row))
                .filter(|item| item.len() >= 2)
        };
        let mut counts = vec![0_u64; self.0.len()];
        for code in rated().flatten() {
            if let Some(count) = counts.get_mut(*code) {
                *count += 1;
            }
        }
        let n: u64 = counts.iter().sum();
        if n == 0 {
            return Agreement::NoPairs;
        }
        let places = self.places(&counts, scale);
        let expected = match scale {
            Scale::Nominal => counts.iter().map(|&c| c as f64 * (n - c) as f64).sum::<f64>(),
            Scale::Ordinal | Scale::Interval => squares(&places, &counts),
        };
        if expected <= 0.0 {
            return Agreement::NoVariation;
        }
        let mut own = vec![0_u64; self.0.len()];
        let mut observed = 0.0;
        for item in rated() {
            observed += disagreement(item, &places, scale, &mut own) / (item.len() - 1) as f64;
        }
        Agreement::Alpha(1.0 - (n - 1) as f64 * observed / expected)
    }

    /// Where each level lies, so that the square of a distance is what a difference counts.
    fn places(&self, counts: &[u64], scale: Scale) -> Vec<f64> {
        if scale != Scale::Ordinal {
            return self.0.clone();
        }
        // From level c to k: all ratings from c to k, less half of those of c and of k.
        let mut before = 0.0;
        counts
            .iter()
            .map(|&count| {
                let place = before + count as f64 / 2.0;
                before += count as f64;
                place
            })
            .collect()
    }
}

/// The sum over ordered pairs of different ratings of one item.
fn disagreement(item: &[usize], places: &[f64], scale: Scale, own: &mut [u64]) -> f64 {
    if scale == Scale::Nominal {
        let mut same = 0_u64;
        for code in item {
            if let Some(count) = own.get_mut(*code) {
                same += 2 * *count + 1;
                *count += 1;
            }
        }
        for code in item {
            if let Some(count) = own.get_mut(*code) {
                *count = 0;
            }
        }
        return (item.len() as u64 * item.len() as u64 - same) as f64;
    }
    let mut sum = 0.0;
    for (at, a) in item.iter().enumerate() {
        for b in item.iter().skip(at + 1) {
            let away = places.get(*a).unwrap_or(&0.0) - places.get(*b).unwrap_or(&0.0);
            sum += 2.0 * away * away;
        }
    }
    sum
}

/// The sum of squared distances over ordered pairs of levels, each as often as its counts say.
fn squares(places: &[f64], counts: &[u64]) -> f64 {
    let mut sum = 0.0;
    for (at, (a, &of_a)) in places.iter().zip(counts).enumerate() {
        for (b, &of_b) in places.iter().zip(counts).skip(at + 1) {
            sum += 2.0 * of_a as f64 * of_b as f64 * (a - b) * (a - b);
        }
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::reference::{close, rows};

    fn scale(text: &str) -> Scale {
        match text {
            "nominal" => Scale::Nominal,
            "ordinal" => Scale::Ordinal,
            "interval" => Scale::Interval,
            other => panic!("{other}"),
        }
    }

    #[test]
    fn agrees_with_krippendorff() {
        for row in rows(include_str!("../../../../../tests/reference/alpha.csv")) {
            let items: Vec<Vec<f64>> = row
                .text("items")
                .split('|')
                .map(|item| item.split_whitespace().map(|rating| rating.parse().unwrap()).collect())
                .collect();
            let ours = alpha(&items, scale(row.text("scale"))).value().unwrap();
            close(ours, row.number("alpha"), row.number("tolerance"), &row);
        }
    }

    #[test]
    fn the_ends() {
        assert_eq!(alpha(&[], Scale::Nominal), Agreement::NoPairs);
        assert_eq!(
            alpha(&[vec![1.0], vec![], vec![2.0]], Scale::Ordinal),
            Agreement::NoPairs
        );
        assert_eq!(
            alpha(&[vec![1.0, 1.0], vec![1.0, 1.0]], Scale::Interval),
            Agreement::NoVariation
        );
        let perfect = [vec![1.0, 1.0, 1.0], vec![4.0, 4.0]];
        for scale in [Scale::Nominal, Scale::Ordinal, Scale::Interval] {
            assert_eq!(alpha(&perfect, scale), Agreement::Alpha(1.0));
        }
        let gaps = [vec![1.0, f64::NAN, 1.0, 1.0], vec![4.0, 4.0, f64::INFINITY]];
        assert_eq!(alpha(&gaps, Scale::Nominal), Agreement::Alpha(1.0));
    }

    #[test]
    fn limits_hold_alpha() {
        let items: Vec<Vec<f64>> = (0..40)
            .map(|item| {
                let level = f64::from(item % 5);
                vec![level, level, if item % 4 == 0 { (level + 1.0).min(4.0) } else { level }]
            })
            .collect();
        let value = alpha(&items, Scale::Ordinal).value().unwrap();
        let limits = alpha_limits(&items, Scale::Ordinal, Stream::new(1, 1), 1_000, 0.95).unwrap();
        assert!(
            limits.low < value && value < limits.high && limits.high <= 1.0,
            "{limits:?}"
        );
        assert_eq!(
            alpha_limits(&[vec![1.0]], Scale::Nominal, Stream::new(1, 1), 100, 0.95),
            None
        );
        let flat = [vec![1.0, 1.0], vec![1.0, 1.0]];
        assert_eq!(alpha_limits(&flat, Scale::Nominal, Stream::new(1, 1), 100, 0.95), None);
    }
}
