use super::super::reference::{agrees, lines, numbers};
use super::*;
use crate::stats::logistic::probability;

#[test]
fn agrees_with_all_pairs_and_scikit_learn() {
    for fields in lines(include_str!("../../../../../tests/reference/roc.csv"), 6) {
        let [scores, outcome, value, error, squared, _] = fields[..] else {
            panic!("{fields:?}")
        };
        let scores = numbers(scores);
        let outcome: Vec<bool> = numbers(outcome).iter().map(|y| *y == 1.0).collect();
        let ours = auc(&scores, &outcome, 0.95).unwrap();
        agrees(ours.value, value.parse().unwrap(), 12, "auc");
        agrees(ours.error, error.parse().unwrap(), 12, "error");
        agrees(
            ours.interval.high,
            (ours.value + 1.959_963_984_540_054 * ours.error).min(1.0),
            12,
            "high",
        );
        let forecasts: Vec<f64> = scores.iter().map(|score| probability(*score)).collect();
        agrees(
            brier(&forecasts, &outcome).unwrap(),
            squared.parse().unwrap(),
            12,
            "brier",
        );
    }
}

#[test]
fn ties_share_their_ranks() {
    assert_eq!(midranks(&[3.0, 1.0, 3.0, 2.0]), [3.5, 1.0, 3.5, 2.0]);
    assert!(midranks(&[]).is_empty());
    let none = auc(&[1.0; 6], &[true, true, false, false, true, false], 0.95).unwrap();
    assert_eq!((none.value, none.error), (0.5, 0.0));
    assert_eq!(auc(&[1.0, 2.0, 3.0], &[true, false, false], 0.95), None);
}

#[test]
fn lift_counts_ties_in_part() {
    // Of four that tie, two have it: any half of them holds one on average.
    let half = lift(&[1.0; 4], &[true, true, false, false], 50.0).unwrap();
    assert_eq!((half.rate, half.lift, half.recall), (50.0, 1.0, 50.0));
    assert_eq!(lift(&[], &[], 10.0), None);
    assert_eq!(lift(&[1.0], &[false], 10.0), None);
    assert_eq!(lift(&[1.0], &[true], 0.0), None);
}

#[test]
fn calibration_keeps_equal_forecasts_together() {
    let forecasts: Vec<f64> = [0.1; 50].into_iter().chain([0.8; 50]).collect();
    let outcome: Vec<bool> = (0..100)
        .map(|row| if row < 50 { row % 10 == 0 } else { row % 5 != 0 })
        .collect();
    let bins = calibration(&forecasts, &outcome, 10, 0.95);
    assert_eq!(bins.len(), 2);
    assert!((bins[0].forecast - 10.0).abs() < 1e-12 && (bins[0].rate - 10.0).abs() < 1e-12);
    assert!((bins[1].rate - 80.0).abs() < 1e-12 && bins[1].n == 50);
    // Wilson's interval of 5 in 50, by statsmodels: 4.3476 to 21.3603.
    assert!(
        (bins[0].interval.low - 4.347_576).abs() < 1e-4,
        "{}",
        bins[0].interval.low
    );
    assert!(calibration(&[], &[], 10, 0.95).is_empty());
}
