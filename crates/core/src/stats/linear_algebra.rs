//! Dense matrices of the size that a regression needs: Householder QR, Cholesky, eigenvalues of symmetric matrices.
//!
//! Written here and not taken from a crate because those choose fused multiply-add kernels at run time, so that two
//! machines would print different bits. Sums run in the order of the rows, one after the other.

use super::math;

/// A matrix, column after column.
#[derive(Debug, Clone, PartialEq)]
pub struct Matrix {
    rows: usize,
    columns: usize,
    values: Vec<f64>,
}

impl Matrix {
    /// A matrix of zeros.
    #[must_use]
    pub fn zeros(rows: usize, columns: usize) -> Self {
        Self {
            rows,
            columns,
            values: vec![0.0; rows * columns],
        }
    }

    /// A matrix of some columns; `None` when they differ in length.
    ///
    /// ```
    /// use bellwether::stats::linear_algebra::Matrix;
    /// let matrix = Matrix::from_columns(&[vec![1.0, 1.0], vec![3.0, 4.0]]).unwrap();
    /// assert_eq!((matrix.rows(), matrix.columns(), matrix.at(1, 1)), (2, 2, 4.0));
    /// assert!(Matrix::from_columns(&[vec![1.0], vec![]]).is_none());
    /// ```
    #[must_use]
    pub fn from_columns(columns: &[Vec<f64>]) -> Option<Self> {
        let rows = columns.first().map_or(0, Vec::len);
        columns.iter().all(|column| column.len() == rows).then(|| Self {
            rows,
            columns: columns.len(),
            values: columns.concat(),
        })
    }

    /// How many rows.
    #[must_use]
    pub const fn rows(&self) -> usize {
        self.rows
    }

    /// How many columns.
    #[must_use]
    pub const fn columns(&self) -> usize {
        self.columns
    }

    /// A column; empty beyond the last.
    #[must_use]
    pub fn column(&self, column: usize) -> &[f64] {
        self.values
            .get(column * self.rows..(column + 1) * self.rows)
            .unwrap_or_default()
    }

    /// A column, to be changed.
    pub fn column_mut(&mut self, column: usize) -> &mut [f64] {
        self.values
            .get_mut(column * self.rows..(column + 1) * self.rows)
            .unwrap_or_default()
    }

    /// An entry; 0 outside.
    #[must_use]
    #[inline]
    pub fn at(&self, row: usize, column: usize) -> f64 {
        if row >= self.rows {
            return 0.0;
        }
        self.values.get(column * self.rows + row).copied().unwrap_or(0.0)
    }

    /// Changes an entry; nothing happens outside.
    #[inline]
    pub fn set(&mut self, row: usize, column: usize, value: f64) {
        if row < self.rows
            && let Some(place) = self.values.get_mut(column * self.rows + row)
        {
            *place = value;
        }
    }

    /// The product with another matrix; the sums run over the columns in order.
    #[must_use]
    pub fn times(&self, other: &Self) -> Self {
        let mut product = Self::zeros(self.rows, other.columns);
        for column in 0..other.columns {
            for inner in 0..self.columns {
                let factor = other.at(inner, column);
                let from = self.column(inner).to_vec();
                for (sum, value) in product.column_mut(column).iter_mut().zip(from) {
                    *sum += value * factor;
                }
            }
        }
        product
    }

    /// Rows and columns swapped.
    #[must_use]
    pub fn transposed(&self) -> Self {
        let mut made = Self::zeros(self.columns, self.rows);
        for row in 0..self.rows {
            for column in 0..self.columns {
                made.set(column, row, self.at(row, column));
            }
        }
        made
    }
}

/// Below this sine of its angle to the columns before it, a column counts as a combination of them.
const LEAST_SINE: f64 = 1e-11;

/// A matrix as Q·R by Householder reflections.
///
/// Columns are scaled by powers of two first, so that units do not matter. Golub and Van Loan, Matrix Computations,
/// 4th edition, section 5.2.
#[derive(Debug, Clone)]
pub struct Qr {
    /// The scaled matrix, to compute residuals with.
    scaled: Matrix,
    /// Reflectors below and on the diagonal, R above it.
    packed: Matrix,
    /// The diagonal of R.
    diagonal: Vec<f64>,
    /// 2 / vᵀv of each reflector.
    factors: Vec<f64>,
    /// What each column was multiplied by.
    scales: Vec<f64>,
    /// The smallest sine of a column's angle to those before it.
    least_sine: f64,
}

impl Qr {
    /// Takes a matrix apart. The index of the first column that is a combination of those before it, where there is one,
    /// or of the first column beyond the number of rows.
    ///
    /// # Errors
    /// That index.
    pub fn new(matrix: &Matrix) -> Result<Self, usize> {
        let (rows, columns) = (matrix.rows(), matrix.columns());
        if rows < columns {
            return Err(rows);
        }
        let mut scaled = matrix.clone();
        let mut scales = Vec::with_capacity(columns);
        for column in 0..columns {
            let length = norm(scaled.column(column));
            if !(length > 0.0 && length.is_finite()) {
                return Err(column);
            }
            let scale = math::exp2(-math::log2(length).round());
            scaled.column_mut(column).iter_mut().for_each(|value| *value *= scale);
            scales.push(scale);
        }
        let mut qr = Self {
            packed: scaled.clone(),
            scaled,
            diagonal: Vec::with_capacity(columns),
            factors: Vec::with_capacity(columns),
            scales,
            least_sine: 1.0,
        };
        for column in 0..columns {
            qr.reflect(column)?;
        }
        Ok(qr)
    }

    /// Finds the reflector of a column and applies it to those after it.
    fn reflect(&mut self, column: usize) -> Result<(), usize> {
        let whole = norm(self.scaled.column(column));
        let below = self.packed.column(column).get(column..).unwrap_or_default();
        let length = norm(below);
        let sine = length / whole;
        self.least_sine = self.least_sine.min(sine);
        if sine < LEAST_SINE {
            return Err(column);
        }
        let first = below.first().copied().unwrap_or(0.0);
        let diagonal = if first > 0.0 { -length } else { length };
        self.packed.set(column, column, first - diagonal);
        self.diagonal.push(diagonal);
        let reflector = self.packed.column(column).get(column..).unwrap_or_default().to_vec();
        let factor = 2.0 / dot(&reflector, &reflector);
        self.factors.push(factor);
        for other in column + 1..self.packed.columns() {
            let target = self.packed.column_mut(other).get_mut(column..).unwrap_or_default();
            mirror(&reflector, factor, target);
        }
        Ok(())
    }

    fn reflector(&self, column: usize) -> &[f64] {
        self.packed.column(column).get(column..).unwrap_or_default()
    }

    /// Columns.
    #[must_use]
    pub fn columns(&self) -> usize {
        self.diagonal.len()
    }

    /// The smallest sine of a column's angle to the columns before it: 1 where all are at right angles, near 0 where one
    /// is nearly a combination of others.
    #[must_use]
    pub const fn least_sine(&self) -> f64 {
        self.least_sine
    }

    /// Qᵀ·v in place.
    fn turn(&self, vector: &mut [f64]) {
        for (column, factor) in self.factors.iter().enumerate() {
            mirror(
                self.reflector(column),
                *factor,
                vector.get_mut(column..).unwrap_or_default(),
            );
        }
    }

    /// Q·v in place.
    fn turn_back(&self, vector: &mut [f64]) {
        for (column, factor) in self.factors.iter().enumerate().rev() {
            mirror(
                self.reflector(column),
                *factor,
                vector.get_mut(column..).unwrap_or_default(),
            );
        }
    }

    /// R⁻¹·b in place, of the scaled matrix.
    fn solve(&self, b: &mut [f64]) {
        for row in (0..self.columns()).rev() {
            let mut sum = b.get(row).copied().unwrap_or(0.0);
            for later in row + 1..self.columns() {
                sum -= self.packed.at(row, later) * b.get(later).copied().unwrap_or(0.0);
            }
            if let (Some(place), Some(diagonal)) = (b.get_mut(row), self.diagonal.get(row)) {
                *place = sum / diagonal;
            }
        }
    }

    /// R⁻ᵀ·b in place, of the scaled matrix.
    fn solve_transposed(&self, b: &mut [f64]) {
        for row in 0..self.columns() {
            let mut sum = b.get(row).copied().unwrap_or(0.0);
            for before in 0..row {
                sum -= self.packed.at(before, row) * b.get(before).copied().unwrap_or(0.0);
            }
            if let (Some(place), Some(diagonal)) = (b.get_mut(row), self.diagonal.get(row)) {
                *place = sum / diagonal;
            }
        }
    }

    /// The x for which A·x is nearest to y, and the residuals y − A·x.
    ///
    /// Refined three times with residuals in twice the precision (Björck 1967, Iterative refinement of linear least
    /// squares solutions I), so that what is lost to a bad condition is won back as far as the input allows.
    #[must_use]
    pub fn least_squares(&self, y: &[f64]) -> (Vec<f64>, Vec<f64>) {
        let (rows, columns) = (self.scaled.rows(), self.columns());
        let mut x = vec![0.0; columns];
        let mut residuals = vec![0.0; rows];
        for _ in 0..4 {
            let mut f: Vec<f64> = (0..rows)
                .map(|row| {
                    let mut sum = Pair::of(y.get(row).copied().unwrap_or(0.0));
                    sum.add(-residuals.get(row).copied().unwrap_or(0.0));
                    for (column, x) in x.iter().enumerate() {
                        sum.add_product(-self.scaled.at(row, column), *x);
                    }
                    sum.value()
                })
                .collect();
            let mut h: Vec<f64> = (0..columns)
                .map(|column| {
                    let mut sum = Pair::of(0.0);
                    for (a, r) in self.scaled.column(column).iter().zip(&residuals) {
                        sum.add_product(-a, *r);
                    }
                    sum.value()
                })
                .collect();
            self.solve_transposed(&mut h);
            self.turn(&mut f);
            let mut change: Vec<f64> = f.iter().zip(&h).map(|(d, h)| d - h).collect();
            self.solve(&mut change);
            f.iter_mut().zip(&h).for_each(|(f, h)| *f = *h);
            self.turn_back(&mut f);
            x.iter_mut().zip(change).for_each(|(x, change)| *x += change);
            residuals.iter_mut().zip(f).for_each(|(r, change)| *r += change);
        }
        x.iter_mut().zip(&self.scales).for_each(|(x, scale)| *x *= scale);
        (x, residuals)
    }

    /// Rows of Q (its first columns only): what each row weighs in the fit. Row i's leverage is its squared length.
    #[must_use]
    pub fn thin(&self) -> Matrix {
        let (rows, columns) = (self.scaled.rows(), self.columns());
        let mut q = Matrix::zeros(rows, columns);
        for column in 0..columns {
            q.set(column, column, 1.0);
            self.turn_back(q.column_mut(column));
        }
        q
    }

    /// R⁻¹·M·R⁻ᵀ with the scales undone: a covariance of Qᵀ·residuals carried to the coefficients. With the unit matrix
    /// it is (AᵀA)⁻¹.
    #[must_use]
    pub fn carried(&self, middle: &Matrix) -> Matrix {
        let columns = self.columns();
        let mut half = Matrix::zeros(columns, columns);
        for column in 0..columns {
            let mut solved = middle.column(column).to_vec();
            self.solve(&mut solved);
            half.column_mut(column)
                .iter_mut()
                .zip(solved)
                .for_each(|(place, value)| *place = value);
        }
        let mut half = half.transposed();
        for column in 0..columns {
            let mut solved = half.column(column).to_vec();
            self.solve(&mut solved);
            half.column_mut(column)
                .iter_mut()
                .zip(solved)
                .for_each(|(place, value)| *place = value);
        }
        let mut made = half.transposed();
        for row in 0..columns {
            for column in 0..columns {
                let scale = |at: usize| self.scales.get(at).copied().unwrap_or(1.0);
                made.set(row, column, made.at(row, column) * scale(row) * scale(column));
            }
        }
        made
    }
}

/// The Cholesky factor L of a symmetric positive definite matrix, A = L·Lᵀ.
#[derive(Debug, Clone)]
pub struct Cholesky {
    lower: Matrix,
}

impl Cholesky {
    /// Takes a matrix apart; only its lower half is read. The index of the first column whose share of its own variance
    /// that the columns before leave unexplained is below 1e-12, where there is one: the matrix is not positive definite,
    /// or near it.
    ///
    /// # Errors
    /// That index.
    ///
    /// ```
    /// use bellwether::stats::linear_algebra::{Cholesky, Matrix};
    /// let matrix = Matrix::from_columns(&[vec![4.0, 2.0], vec![2.0, 5.0]]).unwrap();
    /// assert_eq!(Cholesky::new(&matrix).unwrap().solve(&[8.0, 12.0]), [1.0, 2.0]);
    /// ```
    pub fn new(matrix: &Matrix) -> Result<Self, usize> {
        let size = matrix.columns();
        let mut lower = Matrix::zeros(size, size);
        for column in 0..size {
            let own = matrix.at(column, column);
            let mut rest = own;
            for before in 0..column {
                rest -= lower.at(column, before) * lower.at(column, before);
            }
            if !(own > 0.0 && rest > 1e-12 * own) {
                return Err(column);
            }
            let diagonal = rest.sqrt();
            lower.set(column, column, diagonal);
            for row in column + 1..size {
                let mut sum = matrix.at(row, column);
                for before in 0..column {
                    sum -= lower.at(row, before) * lower.at(column, before);
                }
                lower.set(row, column, sum / diagonal);
            }
        }
        Ok(Self { lower })
    }

    /// L⁻¹·b.
    #[must_use]
    pub fn solve_lower(&self, b: &[f64]) -> Vec<f64> {
        let mut x: Vec<f64> = Vec::with_capacity(b.len());
        for (row, value) in b.iter().enumerate() {
            let mut sum = *value;
            for (before, known) in x.iter().enumerate() {
                sum -= self.lower.at(row, before) * known;
            }
            x.push(sum / self.lower.at(row, row));
        }
        x
    }

    /// A⁻¹·b.
    #[must_use]
    pub fn solve(&self, b: &[f64]) -> Vec<f64> {
        let mut x = self.solve_lower(b);
        for row in (0..x.len()).rev() {
            let mut sum = x.get(row).copied().unwrap_or(0.0);
            for later in row + 1..x.len() {
                sum -= self.lower.at(later, row) * x.get(later).copied().unwrap_or(0.0);
            }
            if let Some(place) = x.get_mut(row) {
                *place = sum / self.lower.at(row, row);
            }
        }
        x
    }

    /// A⁻¹.
    #[must_use]
    pub fn inverse(&self) -> Matrix {
        let size = self.lower.columns();
        let mut made = Matrix::zeros(size, size);
        for column in 0..size {
            let unit: Vec<f64> = (0..size).map(|row| if row == column { 1.0 } else { 0.0 }).collect();
            let solved = self.solve(&unit);
            made.column_mut(column)
                .iter_mut()
                .zip(solved)
                .for_each(|(place, value)| *place = value);
        }
        made
    }
}

/// Eigenvalues and eigenvectors (as columns) of a symmetric matrix, by cyclic Jacobi rotations; in no particular order.
///
/// Golub and Van Loan, section 8.5. Accurate to the last digits for matrices as small as a correlation of metrics.
#[must_use]
pub fn eigen_symmetric(matrix: &Matrix) -> (Vec<f64>, Matrix) {
    let size = matrix.columns();
    let mut a = matrix.clone();
    let mut vectors = Matrix::zeros(size, size);
    (0..size).for_each(|at| vectors.set(at, at, 1.0));
    for _ in 0..60 {
        let mut off = 0.0;
        for row in 0..size {
            for column in row + 1..size {
                off += a.at(row, column) * a.at(row, column);
            }
        }
        if off == 0.0 {
            break;
        }
        for row in 0..size {
            for column in row + 1..size {
                rotate(&mut a, &mut vectors, row, column);
            }
        }
    }
    ((0..size).map(|at| a.at(at, at)).collect(), vectors)
}

/// One rotation that makes an entry vanish.
fn rotate(a: &mut Matrix, vectors: &mut Matrix, p: usize, q: usize) {
    let entry = a.at(p, q);
    if entry.abs() <= f64::MIN_POSITIVE + 1e-18 * (a.at(p, p) * a.at(q, q)).abs().sqrt() {
        a.set(p, q, 0.0);
        a.set(q, p, 0.0);
        return;
    }
    let theta = (a.at(q, q) - a.at(p, p)) / (2.0 * entry);
    let sign = if theta >= 0.0 { 1.0 } else { -1.0 };
    let t = sign / (theta.abs() + (theta * theta + 1.0).sqrt());
    let c = 1.0 / (t * t + 1.0).sqrt();
    let s = t * c;
    for at in 0..a.columns() {
        let (left, right) = (a.at(at, p), a.at(at, q));
        a.set(at, p, c * left - s * right);
        a.set(at, q, s * left + c * right);
    }
    for at in 0..a.columns() {
        let (left, right) = (a.at(p, at), a.at(q, at));
        a.set(p, at, c * left - s * right);
        a.set(q, at, s * left + c * right);
        let (left, right) = (vectors.at(at, p), vectors.at(at, q));
        vectors.set(at, p, c * left - s * right);
        vectors.set(at, q, s * left + c * right);
    }
    a.set(p, q, 0.0);
    a.set(q, p, 0.0);
}

/// v − factor·(vᵀr)·r.
fn mirror(reflector: &[f64], factor: f64, target: &mut [f64]) {
    let along = factor * dot(reflector, target);
    target
        .iter_mut()
        .zip(reflector)
        .for_each(|(value, r)| *value -= along * r);
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).fold(0.0, |sum, (a, b)| sum + a * b)
}

/// The length of a vector, without overflow on the way.
fn norm(vector: &[f64]) -> f64 {
    let largest = vector.iter().fold(0.0_f64, |largest, value| largest.max(value.abs()));
    if !(largest > 0.0 && largest.is_finite()) {
        return largest;
    }
    largest
        * vector
            .iter()
            .fold(0.0, |sum, value| sum + (value / largest) * (value / largest))
            .sqrt()
}

/// A number of twice the precision: Dekker 1971, Knuth's two-sum and Veltkamp's split, without fused multiply-add.
#[derive(Debug, Clone, Copy)]
struct Pair {
    high: f64,
    low: f64,
}

impl Pair {
    const fn of(value: f64) -> Self {
        Self { high: value, low: 0.0 }
    }

    fn add(&mut self, value: f64) {
        let sum = self.high + value;
        let back = sum - self.high;
        self.low += (self.high - (sum - back)) + (value - back);
        self.high = sum;
    }

    fn add_product(&mut self, a: f64, b: f64) {
        let split = |value: f64| {
            let big = 134_217_729.0 * value;
            let high = big - (big - value);
            (high, value - high)
        };
        let product = a * b;
        let ((a_high, a_low), (b_high, b_low)) = (split(a), split(b));
        let error = ((a_high * b_high - product) + a_high * b_low + a_low * b_high) + a_low * b_low;
        self.add(product);
        self.low += error;
    }

    fn value(self) -> f64 {
        self.high + self.low
    }
}

#[cfg(test)]
mod tests;
