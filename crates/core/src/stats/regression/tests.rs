use super::super::reference::{agrees, all_agree, errors, groups, lines, matrix, numbers};
use super::*;

/// The design of a NIST set: an intercept, and the columns or the powers of one.
fn design(x: &str, degree: &str) -> Matrix {
    let given: Vec<Vec<f64>> = x.split(';').map(numbers).collect();
    let mut columns = vec![vec![1.0; given[0].len()]];
    match degree.parse::<usize>() {
        Err(_) => columns.extend(given),
        Ok(degree) => (1..=degree).for_each(|_| {
            let last = columns.last().unwrap().clone();
            columns.push(last.iter().zip(&given[0]).map(|(power, x)| power * x).collect());
        }),
    }
    Matrix::from_columns(&columns).unwrap()
}

#[test]
fn keeps_the_digits_of_nist() {
    for fields in lines(include_str!("../../../../../tests/reference/nist_linear.csv"), 9) {
        let [name, degree, y, x, coefficients, standard, sigma, r_squared, _] = fields[..] else {
            panic!("{fields:?}")
        };
        // Digits of coefficients and of their errors; of an exact fit (Wampler 1 and 2) the errors are nothing but rounding.
        let (digits, error_digits) = match name {
            "Longley" => (12, 11),
            "Filip" => (7, 7),
            "Wampler3" => (9, 9),
            _ => (9, 6),
        };
        let fit = least_squares(&design(x, degree), &numbers(y), None).unwrap();
        all_agree(&fit.coefficients, &numbers(coefficients), digits, name);
        let ours = errors(&fit.covariance(Errors::Classical).unwrap());
        all_agree(&ours, &numbers(standard), error_digits, name);
        let spread = (fit.residual_sum / fit.degrees as f64).sqrt();
        agrees(spread, sigma.parse().unwrap(), error_digits, name);
        agrees(fit.r_squared.unwrap(), r_squared.parse().unwrap(), 10, name);
    }
}

#[test]
fn errors_agree_with_statsmodels() {
    for fields in lines(include_str!("../../../../../tests/reference/regression.csv"), 9) {
        let [kind, y, x, weights, clusters, coefficients, standard, r_squared, _] = fields[..] else {
            panic!("{fields:?}")
        };
        let (clusters, weights) = (groups(clusters), numbers(weights));
        let weights = (!weights.is_empty()).then_some(weights.as_slice());
        let fit = least_squares(&matrix(x), &numbers(y), weights).unwrap();
        all_agree(&fit.coefficients, &numbers(coefficients), 10, kind);
        let how = match kind {
            "classical" => Errors::Classical,
            "hc1" => Errors::Hc1,
            "hc3" => Errors::Hc3,
            _ => Errors::Clustered(&clusters),
        };
        all_agree(&errors(&fit.covariance(how).unwrap()), &numbers(standard), 10, kind);
        agrees(fit.r_squared.unwrap(), r_squared.parse().unwrap(), 10, kind);
    }
}

#[test]
fn refuses_what_has_no_answer() {
    let one =
        |columns: &[Vec<f64>], y: &[f64]| least_squares(&Matrix::from_columns(columns).unwrap(), y, None).map(|_| ());
    assert_eq!(one(&[], &[]), Err(Refusal::TooFewRows));
    assert_eq!(one(&[vec![1.0]], &[2.0]), Err(Refusal::TooFewRows));
    assert_eq!(
        one(&[vec![1.0; 2], vec![1.0, 2.0]], &[2.0, 3.0]),
        Err(Refusal::TooFewRows)
    );
    assert_eq!(
        one(&[vec![1.0; 3], vec![4.0; 3]], &[2.0, 3.0, 4.0]),
        Err(Refusal::Collinear(1))
    );
    assert_eq!(one(&[vec![1.0; 3]], &[2.0, 3.0]), Err(Refusal::Unfit));
    assert_eq!(
        one(&[vec![1.0; 3], vec![1.0, 2.0, 4.0]], &[2.0, 3.0, f64::NAN]),
        Err(Refusal::Unfit)
    );
    // A constant outcome fits, and explains nothing of nothing.
    let design = Matrix::from_columns(&[vec![1.0; 3], vec![1.0, 2.0, 4.0]]).unwrap();
    let fit = least_squares(&design, &[5.0; 3], None).unwrap();
    assert_eq!(fit.r_squared, None);
    assert!(fit.coefficients[1].abs() < 1e-14);
    assert!(fit.covariance(Errors::Clustered(&[0, 0, 0])).is_none());
    assert!(fit.covariance(Errors::Clustered(&[0, 1])).is_none());
    // A row that alone tells a coefficient has no residual to judge it by.
    let lone = Matrix::from_columns(&[vec![1.0; 4], vec![0.0, 0.0, 0.0, 1.0]]).unwrap();
    let fit = least_squares(&lone, &[1.0, 2.0, 3.0, 9.0], None).unwrap();
    assert!(fit.covariance(Errors::Hc3).is_none());
    assert!(fit.covariance(Errors::Hc1).is_some());
}
