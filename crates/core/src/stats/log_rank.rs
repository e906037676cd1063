//! Whether groups survive alike.

use bellwether_order::BTreeMap;

use super::distribution::chi_square_tail;
use super::survival::Lives;

/// The log-rank test of several groups.
#[derive(Debug, Clone, PartialEq)]
pub struct LogRank {
    /// Chi-square with one degree of freedom less than there are groups that were ever at risk of an event.
    pub statistic: f64,
    /// Degrees of freedom.
    pub df: usize,
    /// The p value of equal survival.
    pub p: f64,
    /// Observed and expected events of each group, in the order given.
    pub events: Vec<(u64, f64)>,
}

/// The log-rank test: at each event time the events of a group against those expected from its part of all at risk.
///
/// χ² = (O − E)ᵀ V⁻ (O − E) with the hypergeometric covariance V. Mantel 1966; Peto and Peto 1972. Events come before
/// censorings at equal durations; tied events are in V. Entries that are negative or not finite are left out. `None` with
/// fewer than two groups at risk of an event, or where nothing varies (one entity at risk at every event).
///
/// ```
/// use bellwether::stats::{log_rank::log_rank, survival::Lives};
///
/// let group = |ends: &[(f64, u64)]| ends.iter().map(|&(duration, events)| Lives { duration, events, censored: 1 - events }).collect::<Vec<_>>();
/// let test = log_rank(&[group(&[(2.0, 1), (3.0, 1), (7.0, 0)]), group(&[(8.0, 1), (9.0, 0), (9.0, 1)])]).unwrap();
/// assert!(test.df == 1 && test.p < 0.2);
/// ```
#[must_use]
pub fn log_rank(groups: &[Vec<Lives>]) -> Option<LogRank> {
    let times = by_time(groups);
    let mut at_risk: Vec<u64> = groups
        .iter()
        .map(|lives| lives.iter().filter(proper).map(all).sum())
        .collect();
    let mut observed = vec![0_u64; groups.len()];
    let mut expected = vec![0.0; groups.len()];
    let mut covariance = vec![vec![0.0; groups.len()]; groups.len()];
    for ends in times.values() {
        let (d, r): (u64, u64) = (ends.iter().map(|end| end.0).sum(), at_risk.iter().sum());
        if d > 0 {
            let (d, r) = (d as f64, r as f64);
            let spread = if r > 1.0 { d * (r - d) / (r - 1.0) } else { 0.0 };
            for ((group, &own), row) in at_risk.iter().enumerate().zip(&mut covariance) {
                let part = own as f64 / r;
                if let (Some(seen), Some(due), Some(end)) =
                    (observed.get_mut(group), expected.get_mut(group), ends.get(group))
                {
                    *seen += end.0;
                    *due += d * part;
                }
                for ((other, &theirs), entry) in at_risk.iter().enumerate().zip(row.iter_mut()) {
                    let same = f64::from(u8::from(group == other));
                    *entry += spread * part * (same - theirs as f64 / r);
                }
            }
        }
        for (own, end) in at_risk.iter_mut().zip(ends) {
            *own -= end.0 + end.1;
        }
    }
    let distances: Vec<f64> = observed.iter().zip(&expected).map(|(o, e)| *o as f64 - e).collect();
    // Groups that no event could have met say nothing, and the last of the others follows from them.
    let mut kept: Vec<usize> = (0..groups.len())
        .filter(|&group| expected.get(group).is_some_and(|expected| *expected > 0.0))
        .collect();
    kept.pop().filter(|_| !kept.is_empty())?;
    let statistic = quadratic_form(&covariance, &distances, &kept)?;
    Some(LogRank {
        statistic,
        df: kept.len(),
        p: chi_square_tail(statistic, kept.len() as f64)?,
        events: observed.into_iter().zip(expected).collect(),
    })
}

fn proper(life: &&Lives) -> bool {
    life.duration >= 0.0 && life.duration.is_finite()
}

fn all(life: &Lives) -> u64 {
    life.events + life.censored
}

/// Events and censorings of each group at each duration, by ascending duration. Durations from 0 order as their bits do.
fn by_time(groups: &[Vec<Lives>]) -> BTreeMap<u64, Vec<(u64, u64)>> {
    let mut times: BTreeMap<u64, Vec<(u64, u64)>> = BTreeMap::new();
    for (group, lives) in groups.iter().enumerate() {
        for life in lives.iter().filter(proper) {
            let ends = times
                .entry((life.duration + 0.0).to_bits())
                .or_insert_with(|| vec![(0, 0); groups.len()]);
            if let Some(end) = ends.get_mut(group) {
                end.0 += life.events;
                end.1 += life.censored;
            }
        }
    }
    times
}

/// xᵀ A⁻¹ x over the kept rows, by Cholesky's factor; `None` where A is singular there.
fn quadratic_form(a: &[Vec<f64>], x: &[f64], kept: &[usize]) -> Option<f64> {
    let mut factor: Vec<Vec<f64>> = Vec::new();
    let mut solved: Vec<f64> = Vec::new();
    for &row in kept {
        let source = a.get(row)?;
        let mut line = Vec::new();
        for (column, above) in kept.iter().zip(&factor) {
            let crossed: f64 = line.iter().zip(above).map(|(l, u): (&f64, &f64)| l * u).sum();
            line.push((source.get(*column)? - crossed) / above.last()?);
        }
        let own = source.get(row)?;
        let rest = own - line.iter().map(|l| l * l).sum::<f64>();
        (rest > 1e-12 * own).then_some(())?;
        let reduced: f64 = line.iter().zip(&solved).map(|(l, s)| l * s).sum();
        solved.push((x.get(row)? - reduced) / rest.sqrt());
        line.push(rest.sqrt());
        factor.push(line);
    }
    Some(solved.iter().map(|s| s * s).sum())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::reference::{close, rows};

    fn lives(text: &str) -> Vec<Lives> {
        let life = |entry: &str| {
            let parts: Vec<f64> = entry.split(':').map(|part| part.parse().unwrap()).collect();
            Lives {
                duration: parts[0],
                events: parts[1] as u64,
                censored: parts[2] as u64,
            }
        };
        text.split_whitespace().map(life).collect()
    }

    #[test]
    fn agrees_with_lifelines_and_the_survival_package_of_r() {
        for row in rows(include_str!("../../../../tests/reference/log_rank.csv")) {
            let groups: Vec<Vec<Lives>> = row.text("groups").split('|').map(lives).collect();
            let ours = log_rank(&groups).unwrap();
            close(ours.statistic, row.number("statistic"), 1e-10, &row);
            close(ours.p, row.number("p"), 1e-10, &row);
            assert_eq!(ours.df as f64, row.number("df"));
        }
    }

    #[test]
    fn the_ends() {
        assert_eq!(log_rank(&[]), None);
        assert_eq!(log_rank(&[lives("1:1:0 2:1:0")]), None);
        assert_eq!(log_rank(&[lives("1:0:3"), lives("2:0:3")]), None);
        // The second group is gone before the first event.
        assert_eq!(log_rank(&[lives("5:1:0 6:1:0"), lives("2:0:3")]), None);
        assert_eq!(log_rank(&[lives("5:1:0"), lives("-1:1:0")]), None);
        let same = log_rank(&[lives("1:2:0 4:1:1"), lives("1:2:0 4:1:1")]).unwrap();
        assert!(same.statistic < 1e-20 && (same.p - 1.0).abs() < 1e-9);
    }
}
