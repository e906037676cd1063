use super::*;
use crate::stats::reference::{close, rows};

#[test]
fn shares_agree_with_statsmodels() {
    for row in rows(include_str!("../../../../../tests/reference/shares.csv")) {
        let count = |name: &str| row.number(name) as u64;
        let ours = shares((count("h1"), count("n1")), (count("h2"), count("n2")), 0.95).unwrap();
        close(ours.interval.low, row.number("low"), 1e-11, &row);
        close(ours.interval.high, row.number("high"), 1e-11, &row);
        if let (Some(z), Some(p)) = (row.maybe("z"), row.maybe("p")) {
            close(ours.statistic, z, 1e-11, &row);
            close(ours.p, p, 1e-11, &row);
        } else {
            assert_eq!((ours.statistic, ours.p), (0.0, 1.0), "{row:?}");
        }
    }
}

#[test]
fn pairs_agree_with_a_second_writing() {
    for row in rows(include_str!("../../../../../tests/reference/pairs.csv")) {
        let count = |name: &str| row.number(name) as u64;
        let pairs = Pairs {
            both: count("both"),
            first: count("first"),
            second: count("second"),
            neither: count("neither"),
        };
        let ours = paired_shares(pairs, 0.95).unwrap();
        close(ours.interval.low, row.number("low"), 1e-10, &row);
        close(ours.interval.high, row.number("high"), 1e-10, &row);
        close(ours.p, row.number("p"), 1e-12, &row);
    }
}

#[test]
fn net_scores_agree_with_a_second_writing() {
    for row in rows(include_str!("../../../../../tests/reference/net_difference.csv")) {
        let of = |name: &str| {
            let [top, middle, bottom] = row.list(name)[..] else {
                panic!()
            };
            NetCounts {
                top: top as u64,
                middle: middle as u64,
                bottom: bottom as u64,
            }
        };
        let ours = net_scores(of("a"), of("b"), 0.95).unwrap();
        close(ours.estimate, row.number("difference"), 1e-12, &row);
        close(ours.interval.low, row.number("low"), 1e-11, &row);
        close(ours.interval.high, row.number("high"), 1e-11, &row);
        close(ours.p, row.number("p"), 1e-11, &row);
    }
}

#[test]
fn means_agree_with_scipy() {
    for row in rows(include_str!("../../../../../tests/reference/welch.csv")) {
        let (a, b) = (ExactMoments::of(&row.list("a")), ExactMoments::of(&row.list("b")));
        let ours = means(&a, &b, 0.95).unwrap();
        close(ours.statistic, row.number("t"), 1e-11, &row);
        close(ours.df.unwrap(), row.number("df"), 1e-11, &row);
        close(ours.p, row.number("p"), 1e-11, &row);
        close(ours.interval.low, row.number("low"), 1e-11, &row);
        close(ours.interval.high, row.number("high"), 1e-11, &row);
    }
}

#[test]
fn the_ends() {
    assert_eq!(shares((0, 0), (1, 2), 0.95), None);
    assert_eq!(shares((3, 2), (1, 2), 0.95), None);
    assert_eq!(shares((1, 2), (1, 2), 1.0), None);
    let none = Pairs {
        both: 0,
        first: 0,
        second: 0,
        neither: 0,
    };
    assert_eq!(paired_shares(none, 0.95), None);
    let alike = paired_shares(Pairs { both: 7, ..none }, 0.95).unwrap();
    assert_eq!((alike.estimate, alike.statistic, alike.p), (0.0, 0.0, 1.0));
    assert_eq!(net_scores(NetCounts::default(), NetCounts::default(), 0.95), None);
    let one = ExactMoments::of(&[1.0]);
    let (twos, threes) = (ExactMoments::of(&[2.0; 3]), ExactMoments::of(&[3.0; 4]));
    assert_eq!(means(&one, &twos, 0.95), None);
    let constant = means(&threes, &twos, 0.95).unwrap();
    assert_eq!(
        (constant.interval.low, constant.interval.high, constant.p),
        (1.0, 1.0, 0.0)
    );
    assert_eq!(means(&twos, &twos, 0.95).unwrap().p, 1.0);
    let normal = |value| Estimate {
        value,
        error: 3.0,
        df: None,
    };
    let ours = independent(normal(4.0), normal(0.0), 0.95).unwrap();
    assert_eq!((ours.df, ours.statistic), (None, 4.0 / 18.0_f64.sqrt()));
}

#[test]
fn turning_the_pair_turns_the_sign() {
    let (a, b) = ((12, 40), (30, 55));
    let (one, other) = (shares(a, b, 0.95).unwrap(), shares(b, a, 0.95).unwrap());
    assert!((one.interval.low + other.interval.high).abs() < 1e-12);
    assert!((one.p - other.p).abs() < 1e-15);
}

/// Binomial ranks, MOVER and the level at which it leaves 0 out, in a second writing over scipy (`make_changes.py`).
#[test]
fn two_percentiles_agree_with_a_second_writing() {
    for row in rows(include_str!("../../../../../tests/reference/percentile_difference.csv")) {
        let counts = |name: &str| row.list(name).into_iter().map(|value| (value, 1)).collect::<Vec<_>>();
        let ours = percentiles(&counts("a"), &counts("b"), row.number("p"), 0.95).unwrap();
        close(ours.estimate, row.number("difference"), 1e-12, &row);
        close(ours.interval.low, row.number("low"), 1e-12, &row);
        close(ours.interval.high, row.number("high"), 1e-12, &row);
        close(ours.p, row.number("p_value"), 1e-11, &row);
    }
    assert_eq!(percentiles(&[(1.0, 5)], &[(2.0, 50)], 50.0, 0.95), None);
}

#[test]
fn two_survival_curves_agree_with_lifelines() {
    let lives = |text: &str| -> Vec<Lives> {
        let part = |entry: &str, at: usize| entry.split(':').nth(at).unwrap().parse::<u64>().unwrap();
        text.split(' ')
            .map(|entry| Lives {
                duration: part(entry, 0) as f64,
                events: part(entry, 1),
                censored: part(entry, 2),
            })
            .collect()
    };
    for row in rows(include_str!("../../../../../tests/reference/survival_difference.csv")) {
        let ours = survivals(&lives(row.text("a")), &lives(row.text("b")), row.number("time"), 0.95).unwrap();
        close(ours.estimate, row.number("difference"), 1e-10, &row);
        close(ours.interval.low, row.number("low"), 1e-9, &row);
        close(ours.interval.high, row.number("high"), 1e-9, &row);
        close(ours.statistic * ours.statistic, row.number("chi_squared"), 1e-9, &row);
        close(ours.p, row.number("p_value"), 1e-10, &row);
    }
    assert_eq!(survivals(&lives("3:0:5"), &lives("3:1:4"), 3.0, 0.95), None);
}
