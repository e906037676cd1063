//! Weights that make a sample match known margins of its population.

use super::exact::{ExactMoments, FloatSum};
use super::weight::kish_n;

/// A margin: to which category each row belongs, and what share of the population each category has.
#[derive(Debug, Clone, Copy)]
pub struct Margin<'a> {
    /// The category of each row, counted from 0.
    pub categories: &'a [usize],
    /// The population's total or share of each category; any scale, above 0 where rows are to have weight.
    pub targets: &'a [f64],
}

/// How far to go.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RakingRules {
    /// Rounds over all margins at most.
    pub rounds: u32,
    /// The greatest distance left of a category's share from its target, in points of a hundred.
    pub tolerance: f64,
    /// The least and the greatest weight, in mean weights.
    pub caps: Option<(f64, f64)>,
}

impl Default for RakingRules {
    fn default() -> Self {
        Self {
            rounds: 200,
            tolerance: 1e-8,
            caps: None,
        }
    }
}

/// What raking came to.
#[derive(Debug, Clone, PartialEq)]
pub enum Raked {
    /// All margins are met.
    Met(Weights),
    /// They are not: the rounds are used up, margins contradict each other, or caps forbid it. The weights are the last.
    NotMet {
        /// The last weights; not to be used without saying so.
        weights: Weights,
        /// The margin that is furthest off.
        margin: usize,
        /// Its category that is furthest off.
        category: usize,
        /// By how many points of a hundred.
        off: f64,
    },
    /// A category that the population has and the sample lacks: no weights can meet it.
    Empty {
        /// The margin.
        margin: usize,
        /// The category.
        category: usize,
    },
    /// Something is not as described: lengths, categories, targets below 0 or none above, weights below 0 or none above, caps
    /// that do not hold 1.
    Improper,
}

/// Weights of rows, with a mean of 1.
#[derive(Debug, Clone, PartialEq)]
pub struct Weights {
    /// One for each row.
    pub values: Vec<f64>,
    /// Kish's effective number of rows.
    pub effective_n: f64,
    /// The greatest weight.
    pub greatest: f64,
    /// Rounds used.
    pub rounds: u32,
    /// Rows held at a cap.
    pub capped: usize,
}

/// Iterative proportional fitting: each margin in turn scales its rows' weights to its targets, until all are met.
///
/// Deming and Stephan 1940; Kolenikov 2014, Calibrating survey data using iterative proportional fitting (raking). With caps,
/// weights beyond them are cut after each round and the rounds go on. Sums are exact, so that the order of rows does not
/// matter. Rows with a base weight of 0 stay at 0; a sample of one row meets only margins of one category.
///
/// ```
/// use bellwether::stats::raking::{Margin, Raked, RakingRules, rake};
///
/// let (age, region) = ([0, 0, 0, 1], [0, 1, 1, 1]);
/// let margins = [Margin { categories: &age, targets: &[50.0, 50.0] }, Margin { categories: &region, targets: &[20.0, 80.0] }];
/// let Raked::Met(weights) = rake(&[1.0; 4], &margins, RakingRules::default()) else { panic!() };
/// assert!((weights.values[3] - 2.0).abs() < 1e-6 && (weights.values[0] - 0.8).abs() < 1e-6);
/// ```
#[must_use]
pub fn rake(base: &[f64], margins: &[Margin<'_>], rules: RakingRules) -> Raked {
    if !proper(base, margins, rules) {
        return Raked::Improper;
    }
    for (margin, of) in margins.iter().enumerate() {
        let sums = sums(base, of);
        let empty = sums
            .iter()
            .zip(of.targets)
            .position(|(sum, target)| *sum == 0.0 && *target > 0.0);
        if let Some(category) = empty {
            return Raked::Empty { margin, category };
        }
    }
    let mut weights = base.to_vec();
    scale_to_mean(&mut weights);
    let mut rounds = 0;
    let mut capped = 0;
    loop {
        let (off, margin, category) = furthest(&weights, margins);
        let done = off <= rules.tolerance;
        if done || rounds == rules.rounds {
            let weights = finished(weights, rounds, capped);
            return if done {
                Raked::Met(weights)
            } else {
                Raked::NotMet {
                    weights,
                    margin,
                    category,
                    off,
                }
            };
        }
        rounds += 1;
        for margin in margins {
            fit(&mut weights, margin);
        }
        if let Some((low, high)) = rules.caps {
            scale_to_mean(&mut weights);
            capped = cut(&mut weights, low, high);
        }
    }
}

fn proper(base: &[f64], margins: &[Margin<'_>], rules: RakingRules) -> bool {
    let weights =
        base.iter().all(|weight| *weight >= 0.0 && weight.is_finite()) && base.iter().any(|weight| *weight > 0.0);
    let caps = rules
        .caps
        .is_none_or(|(low, high)| (0.0..=1.0).contains(&low) && high >= 1.0 && high.is_finite());
    let margins = margins.iter().all(|margin| {
        margin.categories.len() == base.len()
            && margin
                .categories
                .iter()
                .all(|category| *category < margin.targets.len())
            && margin.targets.iter().all(|target| *target >= 0.0 && target.is_finite())
            && margin.targets.iter().any(|target| *target > 0.0)
    });
    weights && caps && margins
}

/// The sum of weights of each category.
fn sums(weights: &[f64], margin: &Margin<'_>) -> Vec<f64> {
    let mut sums = vec![FloatSum::default(); margin.targets.len()];
    for (weight, category) in weights.iter().zip(margin.categories) {
        if let Some(sum) = sums.get_mut(*category) {
            sum.add(*weight);
        }
    }
    sums.iter().map(|sum| sum.exact().to_f64().unwrap_or(0.0)).collect()
}

fn fit(weights: &mut [f64], margin: &Margin<'_>) {
    let sums = sums(weights, margin);
    let (whole, of_targets) = (sums.iter().sum::<f64>(), margin.targets.iter().sum::<f64>());
    let factors: Vec<f64> = sums
        .iter()
        .zip(margin.targets)
        .map(|(sum, target)| {
            if *sum > 0.0 {
                target / of_targets * whole / sum
            } else {
                0.0
            }
        })
        .collect();
    for (weight, category) in weights.iter_mut().zip(margin.categories) {
        *weight *= factors.get(*category).copied().unwrap_or(0.0);
    }
}

/// The category furthest from its target: points, margin, category.
fn furthest(weights: &[f64], margins: &[Margin<'_>]) -> (f64, usize, usize) {
    let mut worst = (0.0, 0, 0);
    for (at, margin) in margins.iter().enumerate() {
        let sums = sums(weights, margin);
        let (whole, of_targets) = (sums.iter().sum::<f64>(), margin.targets.iter().sum::<f64>());
        for (category, (sum, target)) in sums.iter().zip(margin.targets).enumerate() {
            let off = 100.0 * (sum / whole - target / of_targets).abs();
            if off.is_nan() || off > worst.0 {
                worst = (if off.is_nan() { 100.0 } else { off }, at, category);
            }
        }
    }
    worst
}

fn cut(weights: &mut [f64], low: f64, high: f64) -> usize {
    let mut count = 0;
    for weight in weights.iter_mut().filter(|weight| **weight > 0.0) {
        let held = weight.clamp(low, high);
        count += usize::from(held != *weight);
        *weight = held;
    }
    count
}

fn scale_to_mean(weights: &mut [f64]) {
    let rows = weights.iter().filter(|weight| **weight > 0.0).count();
    let whole = ExactMoments::of(weights).total().unwrap_or(0.0);
    if whole > 0.0 && rows > 0 {
        let factor = rows as f64 / whole;
        weights.iter_mut().for_each(|weight| *weight *= factor);
    }
}

fn finished(mut values: Vec<f64>, rounds: u32, capped: usize) -> Weights {
    scale_to_mean(&mut values);
    Weights {
        effective_n: kish_n(&ExactMoments::of(&values)).unwrap_or(0.0),
        greatest: values.iter().copied().fold(0.0, f64::max),
        values,
        rounds,
        capped,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::reference::{close, rows};

    fn categories(text: &str) -> Vec<usize> {
        text.split_whitespace().map(|code| code.parse().unwrap()).collect()
    }

    #[test]
    fn agrees_with_the_survey_package_of_r() {
        for row in rows(include_str!("../../../../tests/reference/raking.csv")) {
            let (a, b) = (categories(row.text("a")), categories(row.text("b")));
            let (a_targets, b_targets) = (row.list("a_targets"), row.list("b_targets"));
            let margins = [
                Margin {
                    categories: &a,
                    targets: &a_targets,
                },
                Margin {
                    categories: &b,
                    targets: &b_targets,
                },
            ];
            let Raked::Met(ours) = rake(
                &row.list("base"),
                &margins,
                RakingRules {
                    tolerance: 1e-12,
                    rounds: 5_000,
                    caps: None,
                },
            ) else {
                panic!("{row:?}")
            };
            for (ours, theirs) in ours.values.iter().zip(row.list("weights")) {
                close(*ours, theirs, 1e-9, &row);
            }
        }
    }

    #[test]
    fn what_cannot_be_met_is_said() {
        let (a, b) = ([0, 0, 1, 1], [0, 0, 1, 1]);
        let fit = |left: &[f64], right: &[f64], rules| {
            rake(
                &[1.0; 4],
                &[
                    Margin {
                        categories: &a,
                        targets: left,
                    },
                    Margin {
                        categories: &b,
                        targets: right,
                    },
                ],
                rules,
            )
        };
        // The same two groups cannot be half and half, and one third and two thirds.
        let Raked::NotMet { off, .. } = fit(&[1.0, 1.0], &[1.0, 2.0], RakingRules::default()) else {
            panic!()
        };
        assert!((off - 100.0 / 6.0).abs() < 1e-9, "{off}");
        assert_eq!(
            fit(&[1.0, 1.0, 1.0], &[1.0, 2.0], RakingRules::default()),
            Raked::Empty { margin: 0, category: 2 }
        );
        assert_eq!(fit(&[1.0], &[1.0, 2.0], RakingRules::default()), Raked::Improper);
        assert_eq!(rake(&[], &[], RakingRules::default()), Raked::Improper);
        assert_eq!(rake(&[1.0, -1.0], &[], RakingRules::default()), Raked::Improper);
    }

    #[test]
    fn caps_hold_or_fail_in_the_open() {
        let groups: Vec<usize> = (0..100).map(|row| usize::from(row >= 90)).collect();
        let margins = [Margin {
            categories: &groups,
            targets: &[60.0, 40.0],
        }];
        let capped = |high| {
            rake(
                &[1.0; 100],
                &margins,
                RakingRules {
                    caps: Some((0.2, high)),
                    ..RakingRules::default()
                },
            )
        };
        let Raked::Met(wide) = capped(5.0) else { panic!() };
        assert!((wide.greatest - 4.0).abs() < 1e-6 && (wide.effective_n - 10_000.0 / 200.0).abs() < 1e-6);
        let Raked::NotMet {
            weights, margin, off, ..
        } = capped(2.0)
        else {
            panic!()
        };
        assert!(
            margin == 0 && off > 10.0 && weights.capped == 10,
            "{off} {}",
            weights.capped
        );
    }

    #[test]
    fn order_of_rows_does_not_matter() {
        let a = [0, 1, 2, 0, 1, 0, 2, 2];
        let b = [0, 0, 1, 1, 1, 0, 0, 1];
        let base = [0.3, 1.7, 0.2, 5.0, 0.9, 1.1, 0.01, 2.0];
        let targets = ([3.0, 4.0, 3.0], [55.0, 45.0]);
        let run = |order: &[usize]| {
            let (a, b): (Vec<_>, Vec<_>) = order.iter().map(|&row| (a[row], b[row])).unzip();
            let base: Vec<_> = order.iter().map(|&row| base[row]).collect();
            let margins = [
                Margin {
                    categories: &a,
                    targets: &targets.0,
                },
                Margin {
                    categories: &b,
                    targets: &targets.1,
                },
            ];
            let Raked::Met(weights) = rake(&base, &margins, RakingRules::default()) else {
                panic!()
            };
            let mut out = vec![0.0; 8];
            order
                .iter()
                .zip(weights.values)
                .for_each(|(&row, weight)| out[row] = weight);
            out
        };
        assert_eq!(run(&[0, 1, 2, 3, 4, 5, 6, 7]), run(&[7, 2, 5, 0, 1, 6, 4, 3]));
    }
}
