//! Cohen's kappa of two raters, plain and weighted.

use crate::stats::{Interval, two_sided_z};

/// What a disagreement counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KappaWeights {
    /// All disagreements count the same: Cohen 1960.
    Unweighted,
    /// In proportion to the categories between: Cicchetti and Allison 1971.
    Linear,
    /// In proportion to their square: Cohen 1968; Fleiss and Cohen 1973.
    Quadratic,
}

/// Kappa with its standard error.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Kappa {
    /// 1 for perfect agreement, 0 for that of chance.
    pub value: f64,
    /// Its standard error, for intervals.
    pub error: f64,
}

impl Kappa {
    /// value ± z·error, cut to −1..1; `None` unless the level is between 0 and 1.
    #[must_use]
    pub fn interval(self, level: f64) -> Option<Interval> {
        let half = two_sided_z(level)? * self.error;
        Some(Interval {
            low: (self.value - half).max(-1.0),
            high: (self.value + half).min(1.0),
        })
    }
}

/// Kappa of a square table: how often the first rater said category i and the second j, categories in their order.
///
/// κ = (Pₒ − Pₑ) / (1 − Pₑ) with agreement weights 1 − |i − j|/(k − 1), 1 − (i − j)²/(k − 1)², or 1 on the diagonal. Error by
/// Fleiss, Cohen and Everitt 1969, Large sample standard errors of kappa and weighted kappa. `None` for a table that is not
/// square or empty, and where both raters use a single same category (chance agrees fully). A pair that lacks a rating is
/// left out by the caller.
///
/// ```
/// use bellwether::stats::agreement::{KappaWeights, kappa};
///
/// let table = [vec![20, 5], vec![10, 15]];
/// let ours = kappa(&table, KappaWeights::Unweighted).unwrap();
/// assert!((ours.value - 0.4).abs() < 1e-12);
/// ```
#[must_use]
pub fn kappa(table: &[Vec<u64>], weights: KappaWeights) -> Option<Kappa> {
    let size = table.len();
    let n: u64 = table.iter().flatten().sum();
    (n > 0 && table.iter().all(|row| row.len() == size)).then_some(())?;
    let share = |count: u64| count as f64 / n as f64;
    let rows: Vec<f64> = table.iter().map(|row| share(row.iter().sum())).collect();
    let columns: Vec<f64> = (0..size)
        .map(|at| share(table.iter().filter_map(|row| row.get(at)).sum()))
        .collect();
    let weight = |i: usize, j: usize| {
        let away = i.abs_diff(j) as f64 / size.saturating_sub(1).max(1) as f64;
        match weights {
            KappaWeights::Unweighted => f64::from(u8::from(i == j)),
            KappaWeights::Linear => 1.0 - away,
            KappaWeights::Quadratic => 1.0 - away * away,
        }
    };
    let of_row: Vec<f64> = (0..size)
        .map(|i| columns.iter().enumerate().map(|(j, p)| p * weight(i, j)).sum())
        .collect();
    let of_column: Vec<f64> = (0..size)
        .map(|j| rows.iter().enumerate().map(|(i, p)| p * weight(i, j)).sum())
        .collect();
    let cells = || {
        table.iter().enumerate().flat_map(|(i, row)| {
            row.iter()
                .enumerate()
                .map(move |(j, &count)| (i, j, count as f64 / n as f64))
        })
    };
    let observed: f64 = cells().map(|(i, j, p)| p * weight(i, j)).sum();
    let expected: f64 = rows.iter().zip(&of_row).map(|(p, w)| p * w).sum();
    let room = 1.0 - expected;
    (room > 1e-12).then_some(())?;
    let spread: f64 = cells()
        .map(|(i, j, p)| {
            let margins = of_row.get(i).unwrap_or(&0.0) + of_column.get(j).unwrap_or(&0.0);
            let term = weight(i, j) * room - margins * (1.0 - observed);
            p * term * term
        })
        .sum();
    let centre = observed * expected - 2.0 * expected + observed;
    let variance = (spread - centre * centre).max(0.0) / (n as f64 * room * room * room * room);
    Some(Kappa {
        value: (observed - expected) / room,
        error: variance.sqrt(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::reference::{close, rows};

    #[test]
    fn agrees_with_statsmodels() {
        for row in rows(include_str!("../../../../../tests/reference/kappa.csv")) {
            let table: Vec<Vec<u64>> = row
                .text("table")
                .split('|')
                .map(|line| line.split_whitespace().map(|count| count.parse().unwrap()).collect())
                .collect();
            let weights = match row.text("weights") {
                "none" => KappaWeights::Unweighted,
                "linear" => KappaWeights::Linear,
                "quadratic" => KappaWeights::Quadratic,
                other => panic!("{other}"),
            };
            let ours = kappa(&table, weights).unwrap();
            close(ours.value, row.number("kappa"), 1e-12, &row);
            close(ours.error, row.number("error"), 1e-11, &row);
        }
    }

    #[test]
    fn the_ends() {
        let plain = KappaWeights::Unweighted;
        assert_eq!(kappa(&[], plain), None);
        assert_eq!(kappa(&[vec![0, 0], vec![0, 0]], plain), None);
        assert_eq!(kappa(&[vec![1, 2]], plain), None);
        assert_eq!(kappa(&[vec![7, 0], vec![0, 0]], plain), None);
        assert_eq!(kappa(&[vec![7]], plain), None);
        let perfect = kappa(&[vec![7, 0], vec![0, 3]], KappaWeights::Linear).unwrap();
        assert!((perfect.value - 1.0).abs() < 1e-15 && perfect.error < 1e-12);
        assert!(perfect.interval(0.95).unwrap().high <= 1.0);
        assert_eq!(perfect.interval(1.0), None);
    }
}
