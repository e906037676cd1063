//! Reads the tables of `tests/reference`: values from independent sources, one a row, the last column names the source.

use super::linear_algebra::Matrix;

/// A row of a table, by the names of its columns.
#[derive(Debug)]
pub(crate) struct Row {
    names: Vec<String>,
    fields: Vec<String>,
}

impl Row {
    /// The text of a column.
    pub(crate) fn text(&self, name: &str) -> &str {
        let at = self.names.iter().position(|other| other == name);
        &self.fields[at.unwrap_or_else(|| panic!("no column {name}"))]
    }

    /// The number of a column; NaN where it is empty.
    pub(crate) fn number(&self, name: &str) -> f64 {
        let text = self.text(name);
        if text.is_empty() {
            f64::NAN
        } else {
            text.parse().unwrap()
        }
    }

    /// The number of a column, where there is one.
    pub(crate) fn maybe(&self, name: &str) -> Option<f64> {
        Some(self.number(name)).filter(|number| !number.is_nan())
    }

    /// The numbers of a column, separated by spaces.
    pub(crate) fn list(&self, name: &str) -> Vec<f64> {
        self.text(name)
            .split_whitespace()
            .map(|text| text.parse().unwrap())
            .collect()
    }
}

/// The rows of a table of comma-separated values.
pub(crate) fn rows(text: &str) -> Vec<Row> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let names: Vec<String> = reader.headers().unwrap().iter().map(str::to_owned).collect();
    let row = |record: Result<csv::StringRecord, csv::Error>| Row {
        names: names.clone(),
        fields: record.unwrap().iter().map(str::to_owned).collect(),
    };
    let rows: Vec<Row> = reader.records().map(row).collect();
    assert!(!rows.is_empty(), "an empty table tests nothing");
    rows
}

/// Fails unless a number is its reference within a part of it (of 1 for smaller ones).
#[track_caller]
pub(crate) fn close(ours: f64, theirs: f64, tolerance: f64, row: &Row) {
    let off = (ours - theirs).abs();
    assert!(
        off <= tolerance * theirs.abs().max(1.0),
        "{ours} is not {theirs}: {row:?}"
    );
}

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
    assert!(
        off <= crate::stats::math::powf(10.0, f64::from(-digits)) * scale,
        "{what}: {ours} is not {known}"
    );
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
