//! Reads the reference tables of `tests/reference`.

use super::linear_algebra::Matrix;

/// The fields of each line but the first; the last field may hold commas.
pub(super) fn lines(table: &str, fields: usize) -> impl Iterator<Item = Vec<&str>> {
    table
        .lines()
        .skip(1)
        .map(move |line| line.splitn(fields, ',').collect())
}

pub(super) fn numbers(text: &str) -> Vec<f64> {
    text.split_whitespace().map(|number| number.parse().unwrap()).collect()
}

pub(super) fn matrix(text: &str) -> Matrix {
    let columns: Vec<Vec<f64>> = text.split(';').map(numbers).collect();
    Matrix::from_columns(&columns).unwrap()
}

pub(super) fn groups(text: &str) -> Vec<u32> {
    text.split_whitespace().map(|number| number.parse().unwrap()).collect()
}

/// That a number agrees to so many digits; zero, to as many places.
pub(super) fn agrees(ours: f64, known: f64, digits: i32, what: &str) {
    let off = (ours - known).abs();
    let scale = if known == 0.0 { 1.0 } else { known.abs() };
    assert!(off <= 10_f64.powi(-digits) * scale, "{what}: {ours} is not {known}");
}

pub(super) fn all_agree(ours: &[f64], known: &[f64], digits: i32, what: &str) {
    assert_eq!(ours.len(), known.len(), "{what}");
    ours.iter()
        .zip(known)
        .for_each(|(ours, known)| agrees(*ours, *known, digits, what));
}

/// The roots of a matrix's diagonal.
pub(super) fn errors(covariance: &Matrix) -> Vec<f64> {
    (0..covariance.columns())
        .map(|at| covariance.at(at, at).sqrt())
        .collect()
}
