//! Logistic regression of a yes or no, with separation told and not fitted.

use super::linear_algebra::{Cholesky, Matrix};
use super::math;
use super::regression::{Errors, Refusal};

/// A logistic fit.
#[derive(Debug, Clone)]
pub struct LogisticFit {
    /// One for each column of the design: the log of the odds ratio per unit.
    pub coefficients: Vec<f64>,
    /// The fitted probability of each row.
    pub fitted: Vec<f64>,
    /// The logarithm of the likelihood.
    pub ln_likelihood: f64,
    /// The same without any column but the intercept.
    pub ln_likelihood_null: f64,
    /// Steps that the search took.
    pub steps: u32,
    /// (XᵀWX)⁻¹.
    inverse: Matrix,
    /// Outcome minus fitted, times the weight.
    scores: Vec<f64>,
}

/// The log-likelihood no longer changes by more than this where the search has arrived.
const SETTLED: f64 = 1e-10;
/// A step of the linear predictor that is still this long when the likelihood has settled: it runs away.
const RUNAWAY: f64 = 0.05;

/// Maximum likelihood of P(y = 1) = 1 / (1 + exp(−X·b)) by iteratively re-weighted least squares, which is Newton's method.
///
/// `design` has a column for each coefficient; the intercept is a column of ones given first. Weights count rows (a
/// frequency or a survey weight, at or above 0). An outcome that never or always happens is [`Refusal::NoVariation`], columns that tell it without
/// error, for all rows or for a part of them, are [`Refusal::Separated`] (complete and quasi-complete separation: Albert and
/// Anderson 1984): the likelihood then rises for ever as a slope grows, so that no slope is the estimate. n ≤ p is
/// [`Refusal::TooFewRows`], and a column that repeats others [`Refusal::Collinear`].
///
/// # Errors
/// Why there is no fit.
///
/// ```
/// use bellwether::stats::linear_algebra::Matrix;
/// use bellwether::stats::logistic::logistic;
/// use bellwether::stats::regression::Refusal;
/// // 1 of 4 against 3 of 4: the odds ratio is 9.
/// let x = vec![0.0, 0.0, 0.0, 0.0, 1.0, 1.0, 1.0, 1.0];
/// let design = Matrix::from_columns(&[vec![1.0; 8], x]).unwrap();
/// let fit = logistic(&design, &[true, false, false, false, true, true, true, false], None).unwrap();
/// assert!((fit.coefficients[1] - 9_f64.log(std::f64::consts::E)).abs() < 1e-12);
/// let split = logistic(&design, &[false, false, false, false, true, true, true, true], None);
/// assert_eq!(split.unwrap_err(), Refusal::Separated(1));
/// ```
pub fn logistic(design: &Matrix, outcome: &[bool], weights: Option<&[f64]>) -> Result<LogisticFit, Refusal> {
    let (rows, columns) = (design.rows(), design.columns());
    let sound =
        weights.is_none_or(|weights| weights.len() == rows && weights.iter().all(|w| *w >= 0.0 && w.is_finite()));
    if outcome.len() != rows || !sound {
        return Err(Refusal::Unfit);
    }
    if rows <= columns {
        return Err(Refusal::TooFewRows);
    }
    let frame = Standard::new(design, weights)?;
    let yes = frame.sum(outcome, |y| f64::from(u8::from(*y)));
    let whole = frame.sum(outcome, |_| 1.0);
    if yes <= 0.0 || yes >= whole {
        return Err(Refusal::NoVariation);
    }
    let mut state = vec![0.0; columns];
    if let Some(intercept) = state.first_mut().filter(|_| frame.has_intercept) {
        *intercept = math::ln(yes / (whole - yes));
    }
    let null = yes * math::ln(yes / whole) + (whole - yes) * math::ln(1.0 - yes / whole);
    let mut point = frame.point(&state, outcome);
    for steps in 1..=200 {
        let height = point.ln_likelihood;
        let (gradient, information) = frame.slopes(&point.fitted, outcome);
        let direction = match Cholesky::new(&information) {
            Ok(factor) => factor.solve(&gradient),
            // Where every probability has run to 0 or 1 nothing is left to invert.
            Err(column) if steps > 4 => return Err(Refusal::Separated(column)),
            Err(column) => return Err(Refusal::Collinear(column)),
        };
        let mut share = 1.0;
        (state, point) = loop {
            let next: Vec<f64> = state.iter().zip(&direction).map(|(b, d)| b + share * d).collect();
            let reached = frame.point(&next, outcome);
            if reached.ln_likelihood >= height - 1e-12 * height.abs() || share < 1e-6 {
                break (next, reached);
            }
            share *= 0.5;
        };
        let gain = point.ln_likelihood - height;
        let longest = frame.longest_move(&direction);
        if gain.abs() <= SETTLED * (1.0 + point.ln_likelihood.abs() * 1e-3) {
            if longest > RUNAWAY {
                return Err(Refusal::Separated(runaway(&direction)));
            }
            if longest < 1e-9 || steps >= 100 {
                return frame.finish(&state, outcome, point, null, steps);
            }
        }
        if state.iter().any(|b| !b.is_finite()) {
            return Err(Refusal::Separated(runaway(&direction)));
        }
    }
    Err(Refusal::NotConverged)
}

/// The column, other than the intercept, that moves most.
fn runaway(direction: &[f64]) -> usize {
    let moves = direction.iter().enumerate().skip(1);
    moves
        .max_by(|a, b| a.1.abs().total_cmp(&b.1.abs()))
        .map_or(0, |(column, _)| column)
}

/// The design with every column but the intercept at mean 0 and spread 1, so that units and levels cost no digits.
struct Standard<'a> {
    design: &'a Matrix,
    columns: Vec<Vec<f64>>,
    centres: Vec<f64>,
    spreads: Vec<f64>,
    has_intercept: bool,
    weights: Option<&'a [f64]>,
    /// The weight of every row, where they are all the same.
    same_weight: Option<f64>,
}

/// What a state of the search says of the rows.
struct Point {
    ln_likelihood: f64,
    /// The probability of each row.
    fitted: Vec<f64>,
}

impl<'a> Standard<'a> {
    fn new(design: &'a Matrix, weights: Option<&'a [f64]>) -> Result<Self, Refusal> {
        let constant = |column: usize| {
            let values = design.column(column);
            values.iter().all(|value| Some(value) == values.first())
        };
        let has_intercept = design.columns() > 0 && constant(0);
        let mut frame = Self {
            design,
            columns: Vec::new(),
            centres: Vec::new(),
            spreads: Vec::new(),
            has_intercept,
            weights,
            same_weight: match weights {
                None => Some(1.0),
                Some(weights) => weights
                    .first()
                    .copied()
                    .filter(|first| weights.iter().all(|weight| weight == first)),
            },
        };
        let weight = |row: usize| weights.map_or(1.0, |weights| weights.get(row).copied().unwrap_or(0.0));
        let whole: f64 = (0..design.rows()).fold(0.0, |sum, row| sum + weight(row));
        if whole <= 0.0 || whole.is_nan() {
            return Err(Refusal::TooFewRows);
        }
        for column in 0..design.columns() {
            let values = design.column(column);
            let (centre, spread) = if has_intercept && column == 0 {
                (0.0, values.first().copied().unwrap_or(1.0))
            } else {
                let mean = values
                    .iter()
                    .enumerate()
                    .fold(0.0, |sum, (row, x)| sum + weight(row) * x)
                    / whole;
                let mean = if has_intercept { mean } else { 0.0 };
                let square = values
                    .iter()
                    .enumerate()
                    .fold(0.0, |sum, (row, x)| sum + weight(row) * (x - mean) * (x - mean));
                (mean, (square / whole).sqrt())
            };
            if !(spread.is_finite() && spread.abs() > 1e-13 * centre.abs()) || spread == 0.0 {
                return Err(Refusal::Collinear(column));
            }
            frame
                .columns
                .push(values.iter().map(|x| (x - centre) / spread).collect());
            frame.centres.push(centre);
            frame.spreads.push(spread);
        }
        Ok(frame)
    }

    fn weight(&self, row: usize) -> f64 {
        self.weights
            .map_or(1.0, |weights| weights.get(row).copied().unwrap_or(0.0))
    }

    fn sum<T>(&self, of: &[T], value: impl Fn(&T) -> f64) -> f64 {
        of.iter()
            .enumerate()
            .fold(0.0, |sum, (row, item)| sum + self.weight(row) * value(item))
    }

    fn predictors(&self, state: &[f64]) -> Vec<f64> {
        let mut made = vec![0.0; self.design.rows()];
        for (column, b) in self.columns.iter().zip(state) {
            made.iter_mut().zip(column).for_each(|(sum, x)| *sum += b * x);
        }
        made
    }

    /// Likelihood and probabilities of a state, with one exponential a row for both.
    fn point(&self, state: &[f64], outcome: &[bool]) -> Point {
        let mut fitted = self.predictors(state);
        let mut ln_likelihood = 0.0;
        let blocks = fitted.chunks_mut(BLOCK).zip(outcome.chunks(BLOCK));
        for (block, (etas, outcome)) in blocks.enumerate() {
            ln_likelihood += match self.same_weight {
                Some(weight) => weight * block_ln_likelihood(etas, outcome),
                None => etas
                    .iter_mut()
                    .zip(outcome)
                    .enumerate()
                    .fold(0.0, |sum, (at, (eta, y))| {
                        let (against, odds) = fit_row(eta, *y);
                        sum + self.weight(block * BLOCK + at) * (against - math::ln_1p(odds))
                    }),
            };
        }
        Point { ln_likelihood, fitted }
    }

    /// Gradient and information matrix where the rows have these probabilities.
    fn slopes(&self, fitted: &[f64], outcome: &[bool]) -> (Vec<f64>, Matrix) {
        let size = self.columns.len();
        let mut scores = Vec::with_capacity(fitted.len());
        let mut weights = Vec::with_capacity(fitted.len());
        for (row, (p, y)) in fitted.iter().zip(outcome).enumerate() {
            scores.push(self.weight(row) * (f64::from(u8::from(*y)) - p));
            weights.push(self.weight(row) * p * (1.0 - p));
        }
        let gradient = self
            .columns
            .iter()
            .map(|column| column.iter().zip(&scores).fold(0.0, |sum, (x, s)| sum + x * s))
            .collect();
        let mut information = Matrix::zeros(size, size);
        for (a, left) in self.columns.iter().enumerate() {
            let weighted: Vec<f64> = left.iter().zip(&weights).map(|(x, w)| x * w).collect();
            for (b, right) in self.columns.iter().enumerate().take(a + 1) {
                let sum = weighted.iter().zip(right).fold(0.0, |sum, (x, y)| sum + x * y);
                information.set(a, b, sum);
                information.set(b, a, sum);
            }
        }
        (gradient, information)
    }

    /// How far a step moves the linear predictor of a row at most.
    fn longest_move(&self, direction: &[f64]) -> f64 {
        self.predictors(direction)
            .iter()
            .fold(0.0_f64, |most, eta| most.max(eta.abs()))
    }

    fn finish(
        &self,
        state: &[f64],
        outcome: &[bool],
        point: Point,
        null: f64,
        steps: u32,
    ) -> Result<LogisticFit, Refusal> {
        let size = state.len();
        let Point { ln_likelihood, fitted } = point;
        let (_, information) = self.slopes(&fitted, outcome);
        let inverse = Cholesky::new(&information).map_err(Refusal::Collinear)?.inverse();
        // b = T·state: slopes lose their spread, and the intercept takes back the means.
        let mut back = Matrix::zeros(size, size);
        for (column, (centre, spread)) in self.centres.iter().zip(&self.spreads).enumerate() {
            back.set(column, column, 1.0 / spread);
            if self.has_intercept && column > 0 {
                let first = self.spreads.first().copied().unwrap_or(1.0);
                back.set(0, column, -centre / spread / first);
            }
        }
        let coefficients: Vec<f64> = (0..size)
            .map(|row| {
                (0..size).fold(0.0, |sum, at| {
                    sum + back.at(row, at) * state.get(at).copied().unwrap_or(0.0)
                })
            })
            .collect();
        let inverse = back.times(&inverse).times(&back.transposed());
        let scores = fitted
            .iter()
            .zip(outcome)
            .enumerate()
            .map(|(row, (p, y))| self.weight(row) * (f64::from(u8::from(*y)) - p))
            .collect();
        if coefficients.iter().any(|b| !b.is_finite()) {
            return Err(Refusal::NotConverged);
        }
        Ok(LogisticFit {
            coefficients,
            fitted,
            ln_likelihood,
            ln_likelihood_null: null,
            steps,
            inverse,
            scores,
        })
    }
}

/// Rows whose logarithms are taken at once.
const BLOCK: usize = 512;

/// The log-likelihood of a block of rows of weight 1; each linear predictor becomes its probability.
///
/// ln p for a yes and ln(1−p) for a no are min(±η, 0) − ln(1 + exp(−|η|)). The logarithms of a block are the one of a
/// product: each factor lies between 1 and 2, so that 512 of them do not overflow, and each multiplication costs at most
/// 1.1e-16 of the product, which is under 1.2e-13 of the block's sum, far below what a step of the search can gain.
fn block_ln_likelihood(etas: &mut [f64], outcome: &[bool]) -> f64 {
    let (mut sum, mut product) = (0.0, 1.0);
    for (eta, y) in etas.iter_mut().zip(outcome) {
        let (against, odds) = fit_row(eta, *y);
        sum += against;
        product *= 1.0 + odds;
    }
    sum - math::ln(product)
}

/// Makes a linear predictor a probability; tells min(±η, 0), by the outcome, and exp(−|η|).
fn fit_row(eta: &mut f64, outcome: bool) -> (f64, f64) {
    let signed = if outcome { *eta } else { -*eta };
    let odds = math::exp(-eta.abs());
    *eta = if *eta >= 0.0 { 1.0 } else { odds } / (1.0 + odds);
    (signed.min(0.0), odds)
}

/// 1 / (1 + exp(−η)), without overflow.
#[must_use]
pub fn probability(eta: f64) -> f64 {
    if eta >= 0.0 {
        1.0 / (1.0 + math::exp(-eta))
    } else {
        let e = math::exp(eta);
        e / (1.0 + e)
    }
}

impl LogisticFit {
    /// The covariance of the coefficients: the inverse information, or the sandwich around the rows' scores. HC1 is the
    /// sandwich times n/(n−1), groups times g/(g−1), as Stata has them (statsmodels takes other small-sample factors); HC3
    /// is the same as HC1. `None` for groups that do not have
    /// the rows' number or are fewer than two.
    #[must_use]
    pub fn covariance(&self, design: &Matrix, errors: Errors<'_>) -> Option<Matrix> {
        let size = self.coefficients.len();
        let rows = self.fitted.len();
        let (sums, factor): (Vec<Vec<f64>>, f64) = match errors {
            Errors::Classical => return Some(self.inverse.clone()),
            Errors::Hc1 | Errors::Hc3 => {
                let n = rows as f64;
                let scores = (0..rows).map(|row| self.score(design, row)).collect();
                (scores, n / (n - 1.0))
            }
            Errors::Clustered(groups) => {
                (groups.len() == rows).then_some(())?;
                let count = groups.iter().max().map_or(0, |last| *last as usize + 1);
                let mut sums = vec![vec![0.0; size]; count];
                let mut seen = vec![false; count];
                for (row, group) in groups.iter().enumerate() {
                    if let (Some(sum), Some(seen)) = (sums.get_mut(*group as usize), seen.get_mut(*group as usize)) {
                        *seen = true;
                        let score = self.score(design, row);
                        sum.iter_mut().zip(score).for_each(|(sum, score)| *sum += score);
                    }
                }
                let count = seen.iter().filter(|seen| **seen).count() as f64;
                (count >= 2.0).then_some(())?;
                (sums, count / (count - 1.0))
            }
        };
        let mut middle = Matrix::zeros(size, size);
        for score in &sums {
            for (column, b) in score.iter().enumerate() {
                for (row, a) in score.iter().enumerate() {
                    middle.set(row, column, middle.at(row, column) + factor * a * b);
                }
            }
        }
        Some(self.inverse.times(&middle).times(&self.inverse))
    }

    fn score(&self, design: &Matrix, row: usize) -> Vec<f64> {
        let residual = self.scores.get(row).copied().unwrap_or(0.0);
        (0..design.columns())
            .map(|column| residual * design.at(row, column))
            .collect()
    }

    /// The average effect of one more unit of a column on the probability: the mean of p·(1−p)·b over the rows, and its
    /// gradient by the coefficients, for the delta method. Where the column holds two values only, the difference of the
    /// mean probabilities at both, per unit.
    ///
    /// Bartus 2005, Estimation of marginal effects, Stata Journal 5(3).
    #[must_use]
    pub fn average_effect(&self, design: &Matrix, column: usize, weights: Option<&[f64]>) -> (f64, Vec<f64>) {
        let size = self.coefficients.len();
        let slope = self.coefficients.get(column).copied().unwrap_or(0.0);
        let values = design.column(column);
        let low = values.iter().copied().fold(f64::INFINITY, f64::min);
        let high = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let two = high > low && values.iter().all(|value| *value == low || *value == high);
        let (mut effect, mut gradient, mut whole) = (0.0, vec![0.0; size], 0.0);
        for row in 0..design.rows() {
            let weight = weights.map_or(1.0, |weights| weights.get(row).copied().unwrap_or(0.0));
            whole += weight;
            let own = design.at(row, column);
            let eta = (0..size).fold(0.0, |sum, at| {
                sum + self.coefficients.get(at).copied().unwrap_or(0.0) * design.at(row, at)
            });
            if two {
                let at = |value: f64| probability(eta + slope * (value - own));
                let (p0, p1) = (at(low), at(high));
                let span = high - low;
                effect += weight * (p1 - p0) / span;
                for (at, sum) in gradient.iter_mut().enumerate() {
                    let (x0, x1) = if at == column {
                        (low, high)
                    } else {
                        (design.at(row, at), design.at(row, at))
                    };
                    *sum += weight * (p1 * (1.0 - p1) * x1 - p0 * (1.0 - p0) * x0) / span;
                }
            } else {
                let p = probability(eta);
                let spread = p * (1.0 - p);
                effect += weight * spread * slope;
                for (at, sum) in gradient.iter_mut().enumerate() {
                    let own = if at == column { 1.0 } else { 0.0 };
                    *sum += weight * (spread * own + slope * spread * (1.0 - 2.0 * p) * design.at(row, at));
                }
            }
        }
        if whole > 0.0 {
            effect /= whole;
            gradient.iter_mut().for_each(|sum| *sum /= whole);
        }
        (effect, gradient)
    }
}

#[cfg(test)]
mod tests;
