//! What part of a change comes from other rates, and what part from another mix of segments.

/// A segment value in two periods: its share of all rows (any positive measure of size) and its rate in each.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Group {
    /// Size then, such as rows.
    pub size_then: f64,
    /// Its value then; `None` where it had no rows.
    pub rate_then: Option<f64>,
    /// Size now.
    pub size_now: f64,
    /// Its value now.
    pub rate_now: Option<f64>,
}

/// A change split in two.
#[derive(Debug, Clone, PartialEq)]
pub struct Split {
    /// The whole change: mix and rate together.
    pub change: f64,
    /// What the shift of sizes between groups gives.
    pub mix: f64,
    /// What the groups' own changes give.
    pub rate: f64,
    /// Mix and rate of each group, in the order given. A group's mix is counted from the mean of both periods, so that a
    /// group that grows and is better than that gives something above 0.
    pub groups: Vec<(f64, f64)>,
}

/// Splits the change of a mean or rate over groups, now less then.
///
/// With shares s of all sizes and rates r: rate = Σ (r₂ − r₁)·(s₁ + s₂)/2, mix = Σ (s₂ − s₁)·((r₁ + r₂)/2 − m), m the mean
/// of the two totals, which cancels in the sum. Kitagawa 1955, Components of a difference between two rates; Das Gupta
/// 1993. A group that is in one period only has no change of its own: it counts as mix, with the rate it has.
///
/// `None` without rows in either period, with a size below 0 or a number that is not finite. One group, or sizes in the
/// same proportions, give a mix of 0.
///
/// ```
/// use bellwether::stats::decompose::{Group, split};
///
/// let group = |size_then, rate_then, size_now, rate_now| Group { size_then, rate_then: Some(rate_then), size_now, rate_now: Some(rate_now) };
/// // Both groups rise by 2 points, and the total falls: the weaker group has grown.
/// let split = split(&[group(80.0, 60.0, 40.0, 62.0), group(20.0, 20.0, 60.0, 22.0)]).unwrap();
/// assert!((split.rate - 2.0).abs() < 1e-12 && (split.mix + 16.0).abs() < 1e-12 && (split.change + 14.0).abs() < 1e-12);
/// ```
#[must_use]
pub fn split(groups: &[Group]) -> Option<Split> {
    let proper = groups.iter().all(|group| {
        let sizes = [group.size_then, group.size_now];
        let rates = [group.rate_then, group.rate_now];
        sizes.iter().all(|size| *size >= 0.0 && size.is_finite()) && rates.iter().flatten().all(|rate| rate.is_finite())
    });
    proper.then_some(())?;
    // A size without a rate cannot be told, and counts in neither period.
    let then = |group: &Group| group.rate_then.map_or(0.0, |_| group.size_then);
    let now = |group: &Group| group.rate_now.map_or(0.0, |_| group.size_now);
    let (whole_then, whole_now) = (
        groups.iter().map(then).sum::<f64>(),
        groups.iter().map(now).sum::<f64>(),
    );
    (whole_then > 0.0 && whole_now > 0.0).then_some(())?;
    let total = |size: &dyn Fn(&Group) -> f64, rate: &dyn Fn(&Group) -> Option<f64>, whole: f64| {
        groups
            .iter()
            .map(|group| size(group) / whole * rate(group).unwrap_or(0.0))
            .sum::<f64>()
    };
    let middle = f64::midpoint(
        total(&then, &|group| group.rate_then, whole_then),
        total(&now, &|group| group.rate_now, whole_now),
    );
    let parts: Vec<(f64, f64)> = groups
        .iter()
        .map(|group| {
            let (s1, s2) = (then(group) / whole_then, now(group) / whole_now);
            let Some(either) = group.rate_then.or(group.rate_now) else {
                return (0.0, 0.0);
            };
            // A group without rows in a period lends that period the rate of the other.
            let r1 = group
                .rate_then
                .filter(|_| s1 > 0.0)
                .or(group.rate_now)
                .unwrap_or(either);
            let r2 = group.rate_now.filter(|_| s2 > 0.0).unwrap_or(r1);
            (
                (s2 - s1) * (f64::midpoint(r1, r2) - middle),
                (r2 - r1) * f64::midpoint(s1, s2),
            )
        })
        .collect();
    let mix: f64 = parts.iter().map(|(mix, _)| mix).sum();
    let rate: f64 = parts.iter().map(|(_, rate)| rate).sum();
    Some(Split {
        change: mix + rate,
        mix,
        rate,
        groups: parts,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::reference::{close, rows};

    #[test]
    fn agrees_with_published_and_exact_splits() {
        for row in rows(include_str!("../../../../tests/reference/kitagawa.csv")) {
            let columns = ["size_then", "rate_then", "size_now", "rate_now"].map(|name| row.list(name));
            let groups: Vec<Group> = (0..columns[0].len())
                .map(|at| Group {
                    size_then: columns[0][at],
                    rate_then: Some(columns[1][at]),
                    size_now: columns[2][at],
                    rate_now: Some(columns[3][at]),
                })
                .collect();
            let ours = split(&groups).unwrap();
            let tolerance = row.number("tolerance");
            close(ours.mix, row.number("mix"), tolerance, &row);
            close(ours.rate, row.number("rate"), tolerance, &row);
        }
    }

    #[test]
    fn one_sided_groups_are_mix() {
        let old = Group {
            size_then: 50.0,
            rate_then: Some(10.0),
            size_now: 50.0,
            rate_now: Some(10.0),
        };
        let new = Group {
            size_then: 0.0,
            rate_then: None,
            size_now: 50.0,
            rate_now: Some(30.0),
        };
        let ours = split(&[old, new]).unwrap();
        assert_eq!((ours.change, ours.mix, ours.rate), (10.0, 10.0, 0.0));
        assert_eq!(split(&[new]), None);
        assert_eq!(split(&[]), None);
        assert_eq!(split(&[old]).unwrap().mix, 0.0);
        assert_eq!(split(&[Group { size_now: -1.0, ..old }]), None);
    }
}
