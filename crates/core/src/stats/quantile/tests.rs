use super::*;
use crate::stats::reference::{close, rows};

fn list(text: &str) -> Vec<f64> {
    text.split(' ')
        .filter(|v| !v.is_empty())
        .map(|v| v.parse().unwrap())
        .collect()
}

#[test]
fn agrees_with_numpy_and_the_published_weighted_code() {
    for line in include_str!("../../../../../tests/reference/percentile.csv")
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

fn kind(number: u32) -> PercentileType {
    use PercentileType as T;
    [
        T::Inverse,
        T::InverseMean,
        T::Nearest,
        T::LinearInverse,
        T::Hazen,
        T::Weibull,
        T::Linear,
        T::MedianUnbiased,
        T::NormalUnbiased,
    ][number as usize - 1]
}

#[test]
fn nine_types_agree_with_r() {
    for row in rows(include_str!("../../../../../tests/reference/percentile_types.csv")) {
        let kind = kind(row.number("type") as u32);
        let ours = percentile_of_type(&row.list("values"), row.number("p"), kind).unwrap();
        close(ours, row.number("value"), 1e-12, &row);
        assert_eq!(percentile_of_type(&[], 50.0, kind), None);
        assert_eq!(percentile_of_type(&[3.0], 70.0, kind), Some(3.0));
        assert_eq!(percentile_of_type(&[3.0], -1.0, kind), None);
    }
}

#[test]
fn ranks_agree_with_scipy() {
    for row in rows(include_str!("../../../../../tests/reference/percentile_interval.csv")) {
        let (n, p) = (row.number("n") as u64, row.number("p"));
        let ours = percentile_ranks(n, p, row.number("level"));
        let theirs = row
            .maybe("low")
            .zip(row.maybe("high"))
            .map(|(l, h)| (l as u64, h as u64));
        assert_eq!(ours, theirs, "{row:?}");
    }
    let counts = [(1.0, 39), (2.0, 1), (3.0, 21), (4.0, 39)];
    let ours = percentile_interval(&counts, 50.0, 0.95).unwrap();
    assert_eq!((ours.low, ours.high), (2.0, 3.0));
    assert_eq!(percentile_interval(&[], 50.0, 0.95), None);
    assert_eq!(percentile_ranks(100, 100.0, 0.95), None);
}

/// Woodruff by hand: of 100 rows with weight 1, Wilson's limits for 50 % are 40.38 and 59.62.
#[test]
fn weighted_limits_by_hand() {
    let rows: Vec<(f64, f64)> = (1..=100).map(|value| (f64::from(value), 0.5)).collect();
    let ours = percentile_interval_weighted(&rows, 100.0, 50.0, 0.95).unwrap();
    assert_eq!((ours.low, ours.high), (41.0, 60.0));
    assert_eq!(percentile_interval_weighted(&[], 1.0, 50.0, 0.95), None);
    let one = percentile_interval_weighted(&[(4.0, 2.0)], 1.0, 50.0, 0.95).unwrap();
    assert_eq!((one.low, one.high), (4.0, 4.0));
}

/// Wherever it is looked for first.
#[test]
fn the_first_that_holds_is_found_from_any_guess() {
    for n in [0_u64, 1, 2, 7, 100, 1_000_003] {
        for first_true in [0, 1, 2, 5, n / 2, n.saturating_sub(1), n].map(|at| at.min(n)) {
            for guess in [
                0,
                1,
                first_true.saturating_sub(3),
                first_true,
                first_true + 9,
                n,
                u64::MAX,
            ] {
                assert_eq!(first(n, guess, |k| k >= first_true), first_true, "{n} {guess}");
            }
        }
    }
}
