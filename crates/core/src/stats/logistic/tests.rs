use super::super::reference::{agrees, all_agree, errors, groups, lines, matrix, numbers};
use super::*;

#[test]
fn agrees_with_statsmodels() {
    for fields in lines(include_str!("../../../../../tests/reference/logistic.csv"), 12) {
        let [
            name,
            kind,
            y,
            x,
            clusters,
            coefficients,
            standard,
            height,
            null,
            effect,
            effect_error,
            _,
        ] = fields[..]
        else {
            panic!("{fields:?}")
        };
        let what = format!("{name}, {kind}");
        let (design, clusters) = (matrix(x), groups(clusters));
        let outcome: Vec<bool> = numbers(y).iter().map(|y| *y == 1.0).collect();
        // statsmodels keeps the constant first in all of these.
        let fit = logistic(&design, &outcome, None).unwrap();
        all_agree(&fit.coefficients, &numbers(coefficients), 9, &what);
        let how = match kind {
            "classical" => Errors::Classical,
            "hc1" => Errors::Hc1,
            _ => Errors::Clustered(&clusters),
        };
        let covariance = fit.covariance(&design, how).unwrap();
        // statsmodels takes no n/(n-1) for rows, and (n-1)/(n-p) beside g/(g-1) for groups.
        let (n, p) = (outcome.len() as f64, fit.coefficients.len() as f64);
        let theirs = match kind {
            "classical" => 1.0,
            "hc1" => (n - 1.0) / n,
            _ => (n - 1.0) / (n - p),
        };
        let scaled: Vec<f64> = errors(&covariance).iter().map(|error| error * theirs.sqrt()).collect();
        all_agree(&scaled, &numbers(standard), 8, &what);
        agrees(fit.ln_likelihood, height.parse().unwrap(), 11, &what);
        // statsmodels searches for this one too, and stops early; here it is the plain formula.
        agrees(fit.ln_likelihood_null, null.parse().unwrap(), 9, &what);
        let (ours, gradient) = fit.average_effect(&design, 1, None);
        agrees(ours, effect.parse().unwrap(), 9, &what);
        let mut variance = 0.0;
        for (row, a) in gradient.iter().enumerate() {
            for (column, b) in gradient.iter().enumerate() {
                variance += a * b * covariance.at(row, column);
            }
        }
        agrees((variance * theirs).sqrt(), effect_error.parse().unwrap(), 8, &what);
    }
}

fn fit(x: &[f64], y: &[bool]) -> Result<LogisticFit, Refusal> {
    logistic(
        &Matrix::from_columns(&[vec![1.0; x.len()], x.to_vec()]).unwrap(),
        y,
        None,
    )
}

#[test]
fn separation_is_told() {
    // Complete: a threshold between 3 and 4 tells all.
    let x = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0];
    assert_eq!(
        fit(&x, &[false, false, false, true, true, true]).unwrap_err(),
        Refusal::Separated(1)
    );
    // Quasi-complete: only 3 has both, as the satisfaction of the telecom customers.
    let x: Vec<f64> = [1.0, 2.0, 3.0, 4.0, 5.0].iter().flat_map(|v| [*v; 40]).collect();
    let y: Vec<bool> = (0..200).map(|row| row < 80 || (row < 120 && row % 6 == 0)).collect();
    assert_eq!(fit(&x, &y).unwrap_err(), Refusal::Separated(1));
    // A category in which all say yes, beside one that is mixed.
    let x: Vec<f64> = (0..60).map(|row| f64::from(row / 30)).collect();
    let y: Vec<bool> = (0..60).map(|row| row >= 30 || row % 3 == 0).collect();
    assert_eq!(fit(&x, &y).unwrap_err(), Refusal::Separated(1));
    // One answer against it, and there is a slope again.
    let mut y = y;
    y[59] = false;
    let slope = fit(&x, &y).unwrap().coefficients[1];
    assert!(
        (slope - (crate::stats::math::ln(29.0) - crate::stats::math::ln(10.0 / 20.0))).abs() < 1e-9,
        "{slope}"
    );
    // Steep, and still a slope.
    let y: Vec<bool> = (0..60).map(|row| row != 0 && row >= 30 || row == 1).collect();
    assert!(matches!(fit(&x, &y), Err(Refusal::Separated(1))));
}

#[test]
fn refuses_what_has_no_answer() {
    assert_eq!(fit(&[], &[]).unwrap_err(), Refusal::TooFewRows);
    assert_eq!(fit(&[1.0, 2.0], &[true, false]).unwrap_err(), Refusal::TooFewRows);
    assert_eq!(fit(&[1.0, 2.0, 3.0], &[true; 3]).unwrap_err(), Refusal::NoVariation);
    assert_eq!(
        fit(&[4.0; 4], &[true, false, true, true]).unwrap_err(),
        Refusal::Collinear(1)
    );
    let x = vec![1.0, 2.0, 3.0, 4.0, 5.0];
    let design = Matrix::from_columns(&[vec![1.0; 5], x.clone(), x]).unwrap();
    let y = [true, false, true, false, true];
    assert_eq!(logistic(&design, &y, None).unwrap_err(), Refusal::Collinear(2));
    assert_eq!(logistic(&design, &y[..3], None).unwrap_err(), Refusal::Unfit);
}

#[test]
fn weights_count_rows() {
    let x = [0.0, 0.0, 1.0, 1.0];
    let design = Matrix::from_columns(&[vec![1.0; 4], x.to_vec()]).unwrap();
    let weighted = logistic(&design, &[true, false, true, false], Some(&[1.0, 3.0, 3.0, 1.0])).unwrap();
    assert!((weighted.coefficients[1] - crate::stats::math::ln(9.0)).abs() < 1e-12);
}

/// Likelihoods by blocks agree with those by rows, beyond one block, for rows told well and badly.
#[test]
fn likelihood_by_blocks_is_that_by_rows() {
    let x: Vec<f64> = (0..1301).map(|row| f64::from(row % 97) - 48.0).collect();
    let y: Vec<bool> = (0..1301).map(|row| (row % 97) + (row * 31 % 40) > 68).collect();
    let fit = fit(&x, &y).unwrap();
    let [intercept, slope] = fit.coefficients[..] else {
        panic!()
    };
    assert!(slope > 0.05, "{slope}");
    let by_rows = |weight: &dyn Fn(usize) -> f64| -> f64 {
        let rows = x.iter().zip(&y).enumerate();
        rows.map(|(row, (x, y))| {
            let eta = intercept + slope * x;
            // The textbook's form; no row is far enough out for it to fail.
            -weight(row) * math::ln(1.0 + math::exp(if *y { -eta } else { eta }))
        })
        .sum()
    };
    let close = |a: f64, b: f64| assert!((a - b).abs() < 1e-10 * b.abs(), "{a} {b}");
    close(fit.ln_likelihood, by_rows(&|_| 1.0));
    // The same weight of all rows changes no coefficient.
    let design = Matrix::from_columns(&[vec![1.0; x.len()], x.clone()]).unwrap();
    let same = logistic(&design, &y, Some(&vec![2.5; x.len()])).unwrap();
    close(same.ln_likelihood, by_rows(&|_| 2.5));
    close(same.coefficients[1], slope);
    // Weights that differ are those of repeated rows, and take each row's logarithm.
    let weights: Vec<f64> = (0..x.len())
        .map(|row| if row.is_multiple_of(3) { 2.0 } else { 1.0 })
        .collect();
    let weighted = logistic(&design, &y, Some(&weights)).unwrap();
    let twice = |row: &usize| row.is_multiple_of(3);
    let rows: Vec<usize> = (0..x.len()).chain((0..x.len()).filter(twice)).collect();
    let long_x: Vec<f64> = rows.iter().map(|&row| x[row]).collect();
    let long_y: Vec<bool> = rows.iter().map(|&row| y[row]).collect();
    let design = Matrix::from_columns(&[vec![1.0; rows.len()], long_x]).unwrap();
    let repeated = logistic(&design, &long_y, None).unwrap();
    close(weighted.ln_likelihood, repeated.ln_likelihood);
    close(weighted.coefficients[1], repeated.coefficients[1]);
}
