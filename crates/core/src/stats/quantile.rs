//! Percentiles of type 7 of Hyndman and Fan 1996, the default of R, NumPy, spreadsheets and DuckDB's `quantile_cont`.
//!
//! With the n values sorted and h = (n − 1)·p/100, the percentile lies between values number ⌊h⌋ and ⌊h⌋ + 1, counted
//! from 0, at the fraction of h. n = 0 has none, n = 1 is that value, ties and constant columns need no special rule.

/// The percentile p, from 0 to 100, of values sorted in ascending order; `None` when empty or p is off that range.
///
/// ```
/// use bellwether::stats::quantile::percentile_sorted;
///
/// assert_eq!(percentile_sorted(&[1.0, 2.0, 3.0, 10.0], 50.0), Some(2.5));
/// assert_eq!(percentile_sorted(&[1.0, 2.0, 3.0, 11.0], 75.0), Some(5.0));
/// assert_eq!(percentile_sorted(&[], 50.0), None);
/// ```
#[must_use]
pub fn percentile_sorted(sorted: &[f64], p: f64) -> Option<f64> {
    let (index, fraction) = position(sorted.len() as u64, p)?;
    let below = *sorted.get(usize::try_from(index).ok()?)?;
    let above = sorted.get(usize::try_from(index + 1).ok()?).copied().unwrap_or(below);
    Some(between(below, above, fraction))
}

/// The percentile p of a histogram: values in ascending order, each with how often it occurs.
#[must_use]
pub fn percentile_counts(counts: &[(f64, u64)], p: f64) -> Option<f64> {
    let n = counts.iter().map(|(_, count)| count).sum();
    let (index, fraction) = position(n, p)?;
    let below = value_at(counts, index)?;
    let above = value_at(counts, index + 1).unwrap_or(below);
    Some(between(below, above, fraction))
}

/// The two order statistics of type 7 as their lower index, from 0, and the fraction between them.
///
/// For callers that select the two values themselves rather than sort: value = below + fraction·(above − below).
#[must_use]
pub fn position(n: u64, p: f64) -> Option<(u64, f64)> {
    (n > 0 && (0.0..=100.0).contains(&p)).then_some(())?;
    let h = (n - 1) as f64 * p / 100.0;
    Some((h as u64, h - h.floor()))
}

/// below + fraction·(above − below), exactly `below` at 0 and never outside the two.
#[must_use]
pub fn between(below: f64, above: f64, fraction: f64) -> f64 {
    if fraction == 0.0 || below == above {
        return below;
    }
    let step = above - below;
    let value = if step.is_finite() {
        below + fraction * step
    } else {
        below * (1.0 - fraction) + above * fraction
    };
    value.clamp(below, above)
}

fn value_at(counts: &[(f64, u64)], index: u64) -> Option<f64> {
    let mut seen = 0_u64;
    counts
        .iter()
        .find(|(_, count)| {
            seen += count;
            seen > index
        })
        .map(|(value, _)| *value)
}

/// The percentile p of weighted values in ascending order, for survey weights with Kish's effective n.
///
/// Each value counts with the overlap of its part of the cumulated weight with the window from (h−1)/n to h/n, where
/// h = p·(n−1) + 1: Akinshin 2023, Weighted quantile estimators (arXiv 2304.07265), type 7. Equal weights give
/// [`percentile_sorted`]; weights may be scaled at will, and those of 0 change nothing. Values that are equal should come
/// as one entry with the sum of their weights, so that the order of rows has no say in rounding.
///
/// `None` when there is no weight, when a weight is negative or not finite, when n < 1, or when p is off 0 to 100.
#[must_use]
pub fn percentile_weighted(weighted: &[(f64, f64)], kish_n: f64, p: f64) -> Option<f64> {
    let proper = weighted
        .iter()
        .all(|(value, weight)| value.is_finite() && weight.is_finite() && *weight >= 0.0);
    let whole: f64 = weighted.iter().map(|(_, weight)| weight).sum();
    // Kish's n of a single row is 1 but for rounding.
    let n = if (1.0 - 1e-9..1.0).contains(&kish_n) {
        1.0
    } else {
        kish_n
    };
    (proper && whole > 0.0 && whole.is_finite() && n >= 1.0 && n.is_finite()).then_some(())?;
    (0.0..=100.0).contains(&p).then_some(())?;
    let start = (n - 1.0) * p / 100.0 / n;
    let end = start + 1.0 / n;
    let (mut cumulated, mut reached) = (0.0, 0.0);
    let (mut sum, mut covered) = (0.0, 0.0);
    let (mut least, mut greatest) = (f64::INFINITY, f64::NEG_INFINITY);
    for (value, weight) in weighted {
        cumulated += weight;
        let from: f64 = f64::max(reached, start);
        reached = cumulated / whole;
        // A sliver that only rounding leaves would let a far value in.
        let overlap = reached.min(end) - from;
        if overlap * n > 1e-12 {
            sum += value * overlap;
            covered += overlap;
            least = least.min(*value);
            greatest = greatest.max(*value);
        }
    }
    (covered > 0.0).then(|| (sum / covered).clamp(least, greatest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(text: &str) -> Vec<f64> {
        text.split(' ')
            .filter(|v| !v.is_empty())
            .map(|v| v.parse().unwrap())
            .collect()
    }

    #[test]
    fn agrees_with_numpy_and_the_published_weighted_code() {
        for line in include_str!("../../../../tests/reference/percentile.csv")
            .lines()
            .skip(1)
        {
            let fields: Vec<&str> = line.splitn(5, ',').collect();
            let [values, weights, p, expected, _source] = fields[..] else {
                panic!("{line}")
            };
            let (values, weights) = (list(values), list(weights));
            let (p, expected): (f64, f64) = (p.parse().unwrap(), expected.parse().unwrap());
            let ours = if weights.is_empty() {
                let counts: Vec<_> = values.iter().map(|value| (*value, 1)).collect();
                assert_eq!(percentile_counts(&counts, p), percentile_sorted(&values, p));
                percentile_sorted(&values, p)
            } else {
                let sum: f64 = weights.iter().sum();
                let squares: f64 = weights.iter().map(|w| w * w).sum();
                let pairs: Vec<_> = values.iter().copied().zip(weights).collect();
                percentile_weighted(&pairs, sum * sum / squares, p)
            };
            assert!(
                (ours.unwrap() - expected).abs() <= 1e-12 * expected.abs().max(1.0),
                "{line}: {ours:?}"
            );
        }
    }

    #[test]
    fn a_histogram_is_its_rows() {
        let counts = [(0.0, 3), (5.0, 0), (7.0, 2), (10.0, 4)];
        let rows = [0.0, 0.0, 0.0, 7.0, 7.0, 10.0, 10.0, 10.0, 10.0];
        for p in 0..=100 {
            assert_eq!(
                percentile_counts(&counts, p.into()),
                percentile_sorted(&rows, p.into()),
                "{p}"
            );
        }
    }

    #[test]
    fn equal_weights_are_no_weights() {
        let rows = [1.0, 1.0, 2.0, 5.0, 9.0, 9.5, 30.0];
        let merged = [(1.0, 0.6), (2.0, 0.3), (5.0, 0.3), (9.0, 0.3), (9.5, 0.3), (30.0, 0.3)];
        for p in 0..=100 {
            let plain = percentile_sorted(&rows, p.into()).unwrap();
            let ours = percentile_weighted(&merged, 7.0, p.into()).unwrap();
            assert!((plain - ours).abs() < 1e-12, "{p}: {plain} {ours}");
        }
    }

    #[test]
    fn ends_and_refusals() {
        assert_eq!(percentile_sorted(&[4.0], 37.0), Some(4.0));
        assert_eq!(percentile_sorted(&[4.0, 8.0], 100.0), Some(8.0));
        assert_eq!(percentile_sorted(&[4.0, 8.0], 0.0), Some(4.0));
        assert_eq!(percentile_sorted(&[4.0], 100.1), None);
        assert_eq!(percentile_sorted(&[4.0], f64::NAN), None);
        assert_eq!(percentile_counts(&[(4.0, 0)], 50.0), None);
        assert_eq!(percentile_sorted(&[-f64::MAX, f64::MAX], 50.0), Some(0.0));
        assert_eq!(percentile_weighted(&[(4.0, 0.7)], 0.999_999_999_9, 10.0), Some(4.0));
        assert_eq!(percentile_weighted(&[(4.0, 0.0)], 1.0, 10.0), None);
        assert_eq!(percentile_weighted(&[(4.0, -1.0)], 1.0, 10.0), None);
    }
}
