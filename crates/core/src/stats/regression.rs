//! Least squares with errors that do not trust the model.

use super::linear_algebra::{Matrix, Qr};

/// Why there is no fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// Not more rows than coefficients.
    TooFewRows,
    /// This column of the design is a combination of those before it (a constant one, of the intercept).
    Collinear(usize),
    /// The outcome is the same in every row.
    NoVariation,
    /// The columns tell the outcome without error, so that a logistic slope does not exist; the column that moves most.
    Separated(usize),
    /// The search did not settle.
    NotConverged,
    /// Columns of different length, or values that are no numbers.
    Unfit,
}

/// Whose errors move together.
#[derive(Debug, Clone, Copy)]
pub enum Errors<'a> {
    /// One variance for all rows.
    Classical,
    /// Each row its own, times n/(n−p): White 1980, MacKinnon and White 1985.
    Hc1,
    /// Each row its own, over (1−h)²: close to the jackknife, best for small samples (Long and Ervin 2000).
    Hc3,
    /// Rows of one group move together: Liang and Zeger 1986, times g/(g−1)·(n−1)/(n−p).
    Clustered(&'a [u32]),
}

/// A linear fit.
#[derive(Debug, Clone)]
pub struct LinearFit {
    /// One for each column of the design.
    pub coefficients: Vec<f64>,
    /// What each row is off, outcome minus fit, in the outcome's unit.
    pub residuals: Vec<f64>,
    /// Rows minus coefficients.
    pub degrees: usize,
    /// Sum of squared residuals; weighted where the fit is.
    pub residual_sum: f64,
    /// Share of the outcome's variance that is explained, about its mean; `None` for a constant outcome.
    pub r_squared: Option<f64>,
    /// How near to collinear the columns are: the smallest sine of an angle to the columns before.
    pub least_sine: f64,
    qr: Qr,
    /// Residuals times the root of the weight.
    scaled_residuals: Vec<f64>,
}

/// The b for which Σ w·(y − X·b)² is least, by Householder QR with refinement.
///
/// `design` has a column for each coefficient; the intercept is a column of ones that the caller gives first. `weights`
/// are at or above 0; without them each row counts once. Rows with missing values are the caller's to leave out. n ≤ p is
/// [`Refusal::TooFewRows`]; a constant column beside the intercept is [`Refusal::Collinear`]; a constant outcome fits,
/// with no R².
///
/// # Errors
/// Why there is no fit.
///
/// ```
/// use bellwether::stats::linear_algebra::Matrix;
/// use bellwether::stats::regression::{Errors, least_squares};
/// let design = Matrix::from_columns(&[vec![1.0; 5], vec![1.0, 2.0, 3.0, 4.0, 5.0]]).unwrap();
/// let fit = least_squares(&design, &[2.0, 3.0, 5.0, 6.0, 9.0], None).unwrap();
/// assert!((fit.coefficients[1] - 1.7).abs() < 1e-12);
/// let error = fit.covariance(Errors::Classical).unwrap().at(1, 1).sqrt();
/// assert!((error - 0.191_485_421_551_267_6).abs() < 1e-12);
/// ```
pub fn least_squares(design: &Matrix, outcome: &[f64], weights: Option<&[f64]>) -> Result<LinearFit, Refusal> {
    let (rows, columns) = (design.rows(), design.columns());
    let fits =
        weights.is_none_or(|weights| weights.len() == rows && weights.iter().all(|w| *w >= 0.0 && w.is_finite()));
    if outcome.len() != rows || !fits || !outcome.iter().all(|y| y.is_finite()) {
        return Err(Refusal::Unfit);
    }
    if rows <= columns {
        return Err(Refusal::TooFewRows);
    }
    let roots: Option<Vec<f64>> = weights.map(|weights| weights.iter().map(|w| w.sqrt()).collect());
    let (scaled_design, scaled_outcome) = match &roots {
        None => (design.clone(), outcome.to_vec()),
        Some(roots) => {
            let mut scaled = design.clone();
            for column in 0..columns {
                let values = scaled.column_mut(column).iter_mut();
                values.zip(roots).for_each(|(value, root)| *value *= root);
            }
            (scaled, outcome.iter().zip(roots).map(|(y, root)| y * root).collect())
        }
    };
    let qr = Qr::new(&scaled_design).map_err(Refusal::Collinear)?;
    let (coefficients, scaled_residuals) = qr.least_squares(&scaled_outcome);
    let residuals = match &roots {
        None => scaled_residuals.clone(),
        Some(_) => (0..rows)
            .map(|row| {
                let fitted = coefficients
                    .iter()
                    .enumerate()
                    .fold(0.0, |sum, (column, b)| sum + b * design.at(row, column));
                outcome.get(row).copied().unwrap_or(0.0) - fitted
            })
            .collect(),
    };
    let residual_sum = scaled_residuals.iter().fold(0.0, |sum, r| sum + r * r);
    let total = about_the_mean(outcome, weights);
    if !coefficients.iter().all(|b| b.is_finite()) {
        return Err(Refusal::Unfit);
    }
    Ok(LinearFit {
        coefficients,
        residuals,
        degrees: rows - columns,
        residual_sum,
        r_squared: (total > 0.0).then(|| (1.0 - residual_sum / total).clamp(0.0, 1.0)),
        least_sine: qr.least_sine(),
        qr,
        scaled_residuals,
    })
}

/// Σ w·(y − ȳ)².
fn about_the_mean(outcome: &[f64], weights: Option<&[f64]>) -> f64 {
    let weight = |row: usize| weights.map_or(1.0, |weights| weights.get(row).copied().unwrap_or(0.0));
    let (mut sum, mut whole) = (0.0, 0.0);
    for (row, y) in outcome.iter().enumerate() {
        sum += weight(row) * y;
        whole += weight(row);
    }
    let mean = if whole > 0.0 { sum / whole } else { 0.0 };
    outcome
        .iter()
        .enumerate()
        .fold(0.0, |sum, (row, y)| sum + weight(row) * (y - mean) * (y - mean))
}

impl LinearFit {
    /// The covariance of the coefficients. `None` when a leverage of 1 leaves HC3 without a value, when groups do not
    /// have the rows' number, or when there are fewer than two groups.
    #[must_use]
    pub fn covariance(&self, errors: Errors<'_>) -> Option<Matrix> {
        let (rows, columns) = (self.residuals.len(), self.qr.columns());
        let mut middle = Matrix::zeros(columns, columns);
        if matches!(errors, Errors::Classical) {
            let variance = self.residual_sum / self.degrees as f64;
            (0..columns).for_each(|at| middle.set(at, at, variance));
            return Some(self.qr.carried(&middle));
        }
        let thin = self.qr.thin();
        let row_of = |row: usize| (0..columns).map(move |column| (column, row));
        let (n, p) = (rows as f64, columns as f64);
        let mut factor = 1.0;
        let scores: Vec<Vec<f64>> = match errors {
            Errors::Clustered(groups) => {
                (groups.len() == rows).then_some(())?;
                let count = groups.iter().max().map_or(0, |last| *last as usize + 1);
                let mut sums = vec![vec![0.0; columns]; count];
                let mut seen = vec![false; count];
                for (row, group) in groups.iter().enumerate() {
                    let residual = self.scaled_residuals.get(row).copied().unwrap_or(0.0);
                    if let Some(sum) = sums.get_mut(*group as usize) {
                        for (sum, (column, row)) in sum.iter_mut().zip(row_of(row)) {
                            *sum += residual * thin.at(row, column);
                        }
                    }
                    seen.get_mut(*group as usize).into_iter().for_each(|seen| *seen = true);
                }
                let count = seen.iter().filter(|seen| **seen).count() as f64;
                (count >= 2.0).then_some(())?;
                factor = count / (count - 1.0) * (n - 1.0) / (n - p);
                sums
            }
            _ => {
                let mut scores = Vec::with_capacity(rows);
                for row in 0..rows {
                    let residual = self.scaled_residuals.get(row).copied().unwrap_or(0.0);
                    let q: Vec<f64> = row_of(row).map(|(column, row)| thin.at(row, column)).collect();
                    let mut divisor = 1.0;
                    if matches!(errors, Errors::Hc3) {
                        divisor = 1.0 - q.iter().fold(0.0, |sum, q| sum + q * q);
                        (divisor > 1e-12).then_some(())?;
                    }
                    scores.push(q.into_iter().map(|q| residual / divisor * q).collect());
                }
                if matches!(errors, Errors::Hc1) {
                    factor = n / (n - p);
                }
                scores
            }
        };
        for score in &scores {
            for (column, b) in score.iter().enumerate() {
                for (row, a) in score.iter().enumerate() {
                    middle.set(row, column, middle.at(row, column) + factor * a * b);
                }
            }
        }
        Some(self.qr.carried(&middle))
    }
}

#[cfg(test)]
mod tests;
