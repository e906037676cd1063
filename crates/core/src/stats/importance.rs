//! How much each of several metrics, which move together, explains of an outcome: relative weights and Shapley values.

use super::linear_algebra::{Cholesky, Matrix, eigen_symmetric};

/// Sums of weights, values and products of some columns, the last of which is the outcome, about given centres.
///
/// Blocks of rows are summed apart and merged in a fixed order; all that drivers need comes from these sums, so that a
/// million rows are read once.
#[derive(Debug, Clone, PartialEq)]
pub struct CrossProducts {
    size: usize,
    /// The weight, then the sums, then the lower half of the products row after row.
    sums: Vec<f64>,
}

impl CrossProducts {
    /// Sums over no rows, of so many columns with the outcome.
    #[must_use]
    pub fn new(size: usize) -> Self {
        Self {
            size,
            sums: vec![0.0; 1 + size + size * (size + 1) / 2],
        }
    }

    /// Adds a row of values less their centres.
    pub fn add(&mut self, row: &[f64], weight: f64) {
        let mut parts = Vec::with_capacity(self.sums.len());
        Self::parts(row, &mut parts);
        self.add_parts(&parts, weight);
    }

    /// Adds a row laid out by [`CrossProducts::parts`], so often.
    #[inline]
    pub fn add_parts(&mut self, parts: &[f64], times: f64) {
        self.sums
            .iter_mut()
            .zip(parts)
            .for_each(|(sum, part)| *sum += times * part);
    }

    /// Lays out a row: 1, its values, their products.
    pub fn parts(row: &[f64], parts: &mut Vec<f64>) {
        parts.push(1.0);
        parts.extend_from_slice(row);
        for (at, a) in row.iter().enumerate() {
            parts.extend(row.iter().take(at + 1).map(|b| a * b));
        }
    }

    /// How many numbers a row's layout has.
    #[must_use]
    pub fn width(&self) -> usize {
        self.sums.len()
    }

    /// Adds the sums of other rows.
    pub fn merge(&mut self, other: &Self) {
        self.add_parts(&other.sums, 1.0);
    }

    /// The weight of all rows.
    #[must_use]
    pub fn weight(&self) -> f64 {
        self.sums.first().copied().unwrap_or(0.0)
    }

    /// The mean of a column, less its centre.
    #[must_use]
    pub fn mean(&self, column: usize) -> f64 {
        self.sums.get(1 + column).copied().unwrap_or(0.0) / self.weight()
    }

    /// The covariance of two columns, over the weight.
    #[must_use]
    pub fn covariance(&self, a: usize, b: usize) -> f64 {
        let (low, high) = (a.min(b), a.max(b));
        let at = 1 + self.size + high * (high + 1) / 2 + low;
        let product = self.sums.get(at).copied().unwrap_or(0.0);
        product / self.weight() - self.mean(a) * self.mean(b)
    }

    /// The correlations of the metrics among each other and with the outcome. `None` without rows, or when a column is
    /// constant.
    #[must_use]
    pub fn correlations(&self) -> Option<Correlations> {
        let metrics = self.size.checked_sub(1)?;
        (self.weight() > 0.0).then_some(())?;
        let spreads: Vec<f64> = (0..self.size).map(|at| self.covariance(at, at)).collect();
        let scale = |at: usize| self.mean(at) * self.mean(at);
        let moves = |(at, spread): (usize, &f64)| *spread > 1e-12 * scale(at) && *spread > 0.0;
        spreads.iter().enumerate().all(moves).then_some(())?;
        let roots: Vec<f64> = spreads.iter().map(|spread| spread.sqrt()).collect();
        let root = |at: usize| roots.get(at).copied().unwrap_or(1.0);
        let of = |a: usize, b: usize| {
            if a == b {
                1.0
            } else {
                (self.covariance(a, b) / (root(a) * root(b))).clamp(-1.0, 1.0)
            }
        };
        let mut among = Matrix::zeros(metrics, metrics);
        for row in 0..metrics {
            for column in 0..metrics {
                among.set(row, column, of(row, column));
            }
        }
        let with = (0..metrics).map(|at| of(at, metrics)).collect();
        Some(Correlations { among, with })
    }
}

/// Correlations of metrics among each other, and of each with the outcome.
#[derive(Debug, Clone, PartialEq)]
pub struct Correlations {
    /// Among metrics.
    pub among: Matrix,
    /// With the outcome.
    pub with: Vec<f64>,
}

impl Correlations {
    /// The slopes of standardised columns, and the share of the outcome's variance that they explain. `None` when one
    /// metric is a combination of others, named by the second result.
    ///
    /// # Errors
    /// The index of that metric.
    pub fn regression(&self) -> Result<(Vec<f64>, f64), usize> {
        let factor = Cholesky::new(&self.among)?;
        let slopes = factor.solve(&self.with);
        let explained = slopes.iter().zip(&self.with).fold(0.0, |sum, (b, r)| sum + b * r);
        Ok((slopes, explained.clamp(0.0, 1.0)))
    }

    /// The variance inflation factor of each metric: 1 where nothing else moves with it. `None` as for
    /// [`Correlations::regression`].
    #[must_use]
    pub fn inflation(&self) -> Option<Vec<f64>> {
        let inverse = Cholesky::new(&self.among).ok()?.inverse();
        Some((0..self.with.len()).map(|at| inverse.at(at, at)).collect())
    }
}

/// Relative weights: the part of the explained variance that each metric stands for; they add up to R².
///
/// Metrics are rotated to the nearest uncorrelated ones, which have plain shares, and these are carried back: with
/// R = V·D²·Vᵀ and Λ = V·D·Vᵀ, the weights are Λ²·(Λ⁻¹r)². Johnson 2000, A heuristic method for estimating the relative weight of
/// predictor variables, Multivariate Behavioral Research 35. One metric alone has all of R². `None` when a metric is a combination of others.
///
/// ```
/// use bellwether::stats::importance::{Correlations, relative_weights};
/// use bellwether::stats::linear_algebra::Matrix;
/// let among = Matrix::from_columns(&[vec![1.0, 0.0], vec![0.0, 1.0]]).unwrap();
/// let weights = relative_weights(&Correlations { among, with: vec![0.6, 0.3] }).unwrap();
/// assert!((weights[0] - 0.36).abs() < 1e-12 && (weights[1] - 0.09).abs() < 1e-12);
/// ```
#[must_use]
pub fn relative_weights(correlations: &Correlations) -> Option<Vec<f64>> {
    let size = correlations.with.len();
    let (values, vectors) = eigen_symmetric(&correlations.among);
    let largest = values.iter().copied().fold(0.0_f64, f64::max);
    values.iter().all(|value| *value > 1e-12 * largest).then_some(())?;
    let product = |power: f64| {
        let mut scaled = vectors.clone();
        for (column, value) in values.iter().enumerate() {
            let factor = if power > 0.0 { value.sqrt() } else { 1.0 / value.sqrt() };
            scaled.column_mut(column).iter_mut().for_each(|entry| *entry *= factor);
        }
        scaled.times(&vectors.transposed())
    };
    let (root, back) = (product(0.5), product(-0.5));
    let shares: Vec<f64> = (0..size)
        .map(|row| {
            let slope = correlations
                .with
                .iter()
                .enumerate()
                .fold(0.0, |sum, (column, r)| sum + back.at(row, column) * r);
            slope * slope
        })
        .collect();
    let weight = |row: usize| {
        shares.iter().enumerate().fold(0.0, |sum, (column, share)| {
            sum + root.at(row, column) * root.at(row, column) * share
        })
    };
    Some((0..size).map(weight).collect())
}

/// The most metrics for which Shapley values are taken over all subsets.
pub const MOST_SHAPLEY: usize = 15;

/// Shapley values of R² (LMG): what a metric adds to the explained variance, on average over all orders in which
/// metrics may enter; they add up to R².
///
/// Lindeman, Merenda and Gold 1980; Grömping 2006, Relative importance for linear regression in R, Journal of Statistical
/// Software 17(1). All 2ᵖ subsets, by a Cholesky factor that grows with the subset. A metric that is a combination of those
/// in the subset adds nothing there. `None` for more than [`MOST_SHAPLEY`] metrics.
#[must_use]
pub fn shapley(correlations: &Correlations) -> Option<Vec<f64>> {
    let size = correlations.with.len();
    (size <= MOST_SHAPLEY).then_some(())?;
    let mut explained = vec![0.0; 1 << size];
    let mut rows: Vec<Vec<f64>> = Vec::new();
    grow(correlations, 0, 0, 0.0, &mut rows, &mut Vec::new(), &mut explained);
    // |S|! (p − |S| − 1)! / p!
    let mut share = vec![0.0; size];
    for (at, place) in share.iter_mut().enumerate() {
        let mut ways = 1.0;
        for step in 0..at {
            ways = ways * (size - 1 - step) as f64 / (step + 1) as f64;
        }
        *place = 1.0 / (ways * size as f64);
    }
    let of = |set: usize| explained.get(set).copied().unwrap_or(0.0);
    let value = |metric: usize| {
        let own = 1_usize << metric;
        (0..1_usize << size).filter(|set| set & own == 0).fold(0.0, |sum, set| {
            let weight = share.get(set.count_ones() as usize).copied().unwrap_or(0.0);
            sum + weight * (of(set | own) - of(set))
        })
    };
    Some((0..size).map(value).collect())
}

/// R² of every subset that adds metrics from `first` on to the present one.
fn grow(
    from: &Correlations,
    first: usize,
    set: usize,
    reached: f64,
    rows: &mut Vec<Vec<f64>>,
    inside: &mut Vec<(usize, f64)>,
    explained: &mut [f64],
) {
    if let Some(place) = explained.get_mut(set) {
        *place = reached;
    }
    for metric in first..from.with.len() {
        // A new row of the factor, and of the solution L·z = r.
        let mut row: Vec<f64> = Vec::with_capacity(rows.len() + 1);
        let mut rest = 1.0;
        let mut left = from.with.get(metric).copied().unwrap_or(0.0);
        for (known, (other, z)) in rows.iter().zip(inside.iter()) {
            let mut sum = from.among.at(metric, *other);
            for (a, b) in row.iter().zip(known) {
                sum -= a * b;
            }
            let entry = sum / known.last().copied().unwrap_or(1.0);
            rest -= entry * entry;
            left -= entry * z;
            row.push(entry);
        }
        let next = set | 1 << metric;
        if rest > 1e-10 {
            let diagonal = rest.sqrt();
            row.push(diagonal);
            let z = left / diagonal;
            rows.push(row);
            inside.push((metric, z));
            grow(from, metric + 1, next, reached + z * z, rows, inside, explained);
            rows.pop();
            inside.pop();
        } else {
            grow(from, metric + 1, next, reached, rows, inside, explained);
        }
    }
}

/// Where a metric stands between how much it matters and how well it does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quadrant {
    /// Matters more than most, does worse than most: act here.
    Improve,
    /// Matters and does well: keep it up.
    Keep,
    /// Matters less, does worse.
    Watch,
    /// Matters less, does well: effort may be spent elsewhere.
    Ease,
}

/// The importance–performance matrix, cut at both means: Martilla and James 1977. Importance and performance of each
/// metric, performance on 0–100. A value on a mean counts as above it. Nothing comes of nothing.
///
/// ```
/// use bellwether::stats::importance::{Quadrant, quadrants};
/// assert_eq!(quadrants(&[(30.0, 40.0), (10.0, 80.0)]), [Quadrant::Improve, Quadrant::Ease]);
/// ```
#[must_use]
pub fn quadrants(metrics: &[(f64, f64)]) -> Vec<Quadrant> {
    let n = metrics.len().max(1) as f64;
    let importance = metrics.iter().fold(0.0, |sum, metric| sum + metric.0) / n;
    let performance = metrics.iter().fold(0.0, |sum, metric| sum + metric.1) / n;
    let place = |metric: &(f64, f64)| match (metric.0 >= importance, metric.1 >= performance) {
        (true, false) => Quadrant::Improve,
        (true, true) => Quadrant::Keep,
        (false, false) => Quadrant::Watch,
        (false, true) => Quadrant::Ease,
    };
    metrics.iter().map(place).collect()
}

#[cfg(test)]
mod tests;
