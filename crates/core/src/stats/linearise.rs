//! How far each entity moves an estimate that is no ratio of sums: percentiles, spreads, correlations, survival.
//!
//! Each is a smooth function of averages, so that to first order an entity moves it by what it adds to those averages times
//! their slopes (the linearised variable: Deville 1999, Variance estimation for complex statistics and estimators, Survey
//! Methodology 25; Huber 1981). Estimates over the same entities then vary together as `influence` says.

use bellwether_order::BTreeMap;

use super::exact::{Comoments, ExactMoments, Wide, Window};
use super::influence::Influences;
use super::survival::{Lives, known_step};
use super::two_sided_z;

/// A row of an estimate: its entity, its weight above 0, its value.
pub type Weighed = (u64, f64, f64);

/// The influences on the percentile p, whose value is `percentile`.
///
/// The share of rows at or below it moves as any share does, by entity; the percentile moves against that share by the slope
/// of the quantile function, which is read off the values themselves over the share's own range at `level`: (Q(p + δ) −
/// Q(p − δ)) / 2δ with δ = z·error of the share. The error so made is the one of Woodruff 1952, as R's `svyquantile` gives it.
/// `quantile` gives Q for 0 to 100. `None` with fewer than two entities, where the level is not between 0 and 1, and where the
/// values within that range are all equal, as in answers of a few steps: the percentile then does not move smoothly.
#[must_use]
pub fn percentile(
    rows: &[Weighed],
    percentile: f64,
    p: f64,
    level: f64,
    quantile: impl Fn(f64) -> Option<f64>,
) -> Option<Influences> {
    let below = |row: &Weighed| if row.2 <= percentile { 100.0 * row.1 } else { 0.0 };
    let shares: Vec<Weighed> = rows.iter().map(|row| (row.0, row.1, below(row))).collect();
    let share = Influences::of_ratio(&shares)?;
    let reach = two_sided_z(level)? * share.variance()?.sqrt();
    let (from, to) = ((p - reach).max(0.0), (p + reach).min(100.0));
    let slope = (quantile(to)? - quantile(from)?) / (to - from);
    (slope.is_finite() && slope > 0.0).then(|| share.scaled(-slope))
}

/// The influences on any estimate, from its values without each entity (or group of entities) in turn: (m − 1)/m times the mean
/// of these values less the entity's own. Their variance, as [`Influences::variance`] takes it, is the jackknife's,
/// (m − 1)/m · Σ (θ₍ᵢ₎ − mean)². Tukey 1958; Efron and Tibshirani 1993, An introduction to the bootstrap, chapter 11; for
/// agreement Fleiss and Davies 1982, American Journal of Epidemiology 115. `None` for fewer than two, and beyond the range of a
/// float.
///
/// ```
/// use bellwether::stats::linearise::jackknife;
/// // Of a mean it is the mean's own: 1, 2 and 6 without each in turn.
/// let made = jackknife(&[(1, 4.0), (2, 3.5), (3, 1.5)]).unwrap();
/// assert!((made.variance().unwrap() - 7.0 / 3.0).abs() < 1e-15);
/// ```
#[must_use]
pub fn jackknife(without: &[(u64, f64)]) -> Option<Influences> {
    let mean = ExactMoments::of(&without.iter().map(|value| value.1).collect::<Vec<_>>()).mean()?;
    let count = without.len() as f64;
    let pairs: Vec<(u64, f64)> = without
        .iter()
        .map(|(entity, value)| (*entity, (count - 1.0) / count * (mean - value)))
        .collect();
    (pairs.len() > 1 && pairs.iter().all(|pair| pair.1.is_finite())).then(|| Influences::of(pairs))
}

/// The influences on a standard deviation s of n − 1: ((x − mean)² − s²·(n−1)/n) / (2·s·(n − 1)) of each row, in the order of
/// `entities`. `None` for fewer than two rows and where all values are equal.
#[must_use]
pub fn deviation(rows: &[(u64, f64)]) -> Option<Influences> {
    let moments = ExactMoments::of(&rows.iter().map(|row| row.1).collect::<Vec<_>>());
    let (mean, sd) = (moments.mean()?, moments.sd().filter(|sd| *sd > 0.0)?);
    let freedom = (moments.n - 1) as f64;
    let middle = sd * sd * freedom / moments.n as f64;
    let of = |x: f64| ((x - mean) * (x - mean) - middle) / (2.0 * sd * freedom);
    Some(Influences::of(
        rows.iter().map(|(entity, x)| (*entity, of(*x))).collect(),
    ))
}

/// Pearson's r and the influences on it: (u·v − r·(u² + v²)/2) / (n − 1) of each row, u and v its values less their means over their
/// standard deviations. `None` where r has no value.
#[must_use]
pub fn correlation(rows: &[(u64, f64, f64)]) -> Option<(f64, Influences)> {
    let mut sums = Comoments::<Wide>::default();
    rows.iter().for_each(|(_, x, y)| sums.add(*x, *y));
    let sums = sums.exact(Window::EMPTY, Window::EMPTY);
    let r = super::correlate::pearson(&sums)?;
    let (mean_x, mean_y) = (sums.x.mean()?, sums.y.mean()?);
    let (sd_x, sd_y) = (sums.x.sd()?, sums.y.sd()?);
    let freedom = (sums.x.n - 1) as f64;
    let of = |x: f64, y: f64| {
        let (u, v) = ((x - mean_x) / sd_x, (y - mean_y) / sd_y);
        (u * v - r * f64::midpoint(u * u, v * v)) / freedom
    };
    let influences = rows.iter().map(|(entity, x, y)| (*entity, of(*x, *y))).collect();
    Some((r, Influences::of(influences)))
}

/// One life: its entity, how long it was seen, and whether it ended.
pub type Life = (u64, f64, bool);

/// The share that survives a time, in percent, and how far each entity moves it.
///
/// −S·Σ (dN − Y·d/r) / (r − d) over event times up to `time`, dN and Y telling whether the life ended and was under
/// observation then: the martingale of the curve (Andersen, Borgan, Gill and Keiding 1993, section IV.3). Over lives that are
/// entities of their own the sum of squares is Greenwood's variance. `None` where the curve is not known at `time`, or is 0.
#[must_use]
pub fn survival(lives: &[Life], time: f64) -> Option<(f64, Influences)> {
    let grouped = grouped(lives.iter().map(|life| (life.1, life.2)));
    let step = known_step(&grouped, time)?;
    let Some(step) = step else {
        return Some((100.0, Influences::of(lives.iter().map(|life| (life.0, 0.0)).collect())));
    };
    (step.survival > 0.0).then_some(())?;
    // At each event time d/(r·(r−d)), summed up to there, and 1/(r−d).
    let steps = super::survival::kaplan_meier(&grouped);
    let mut hazard = Vec::with_capacity(steps.len());
    let mut sum = 0.0;
    for step in steps.iter().take_while(|step| step.duration <= time) {
        let (d, r) = (step.events as f64, step.at_risk as f64);
        sum += d / (r * (r - d));
        hazard.push((step.duration, sum, 1.0 / (r - d)));
    }
    let scale = -100.0 * step.survival;
    let of = |duration: f64, ended: bool| {
        let until = hazard.partition_point(|entry| entry.0 <= duration);
        let Some((last, sum, jump)) = until.checked_sub(1).and_then(|at| hazard.get(at)) else {
            return 0.0;
        };
        let own = if ended && *last == duration { *jump } else { 0.0 };
        scale * (own - sum)
    };
    let pairs = lives
        .iter()
        .map(|(entity, duration, ended)| (*entity, of(*duration, *ended)));
    Some((100.0 * step.survival, Influences::of(pairs.collect())))
}

/// Lives counted by how long they were seen.
#[must_use]
pub fn grouped(lives: impl Iterator<Item = (f64, bool)>) -> Vec<Lives> {
    let mut counts: BTreeMap<u64, (u64, u64)> = BTreeMap::new();
    for (duration, ended) in lives.filter(|life| life.0 >= 0.0) {
        // The bits of floats that are not negative are in their order.
        let (events, censored) = counts.entry((duration + 0.0).to_bits()).or_default();
        *(if ended { events } else { censored }) += 1;
    }
    let of = |(bits, (events, censored))| Lives {
        duration: f64::from_bits(bits),
        events,
        censored,
    };
    counts.into_iter().map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::influence::covariance;
    use crate::stats::quantile::percentile_sorted;
    use crate::stats::reference::{close, rows};

    /// Greenwood's variance is that of the influences over lives that are entities of their own (tests/reference has the
    /// lives and R's limits; here its sum is made by hand from the steps).
    #[test]
    fn survival_has_the_variance_of_greenwood() {
        let lives: Vec<Life> = [
            (3.0, true),
            (3.0, false),
            (5.0, true),
            (6.0, false),
            (8.0, true),
            (9.0, false),
        ]
        .iter()
        .enumerate()
        .map(|(at, (time, ended))| (at as u64, *time, *ended))
        .collect();
        let (percent, influences) = survival(&lives, 8.5).unwrap();
        // 5/6 · 3/4 · 1/2; Σ d/(r(r−d)) = 1/30 + 1/12 + 1/2.
        assert!((percent - 31.25).abs() < 1e-12);
        let greenwood = 31.25 * 31.25 * (1.0 / 30.0 + 1.0 / 12.0 + 0.5);
        let squares: f64 = influences.pairs().iter().map(|pair| pair.1 * pair.1).sum();
        assert!((squares / greenwood - 1.0).abs() < 1e-14, "{squares} {greenwood}");
        assert!(influences.pairs().iter().map(|pair| pair.1).sum::<f64>().abs() < 1e-12);
        assert_eq!(survival(&lives, 20.0), None);
        assert_eq!(survival(&lives, 1.0).unwrap().0, 100.0);
    }

    /// Errors by entity of percentiles (R survey), standard deviations and correlations (R survey, `svycontrast` of means).
    #[test]
    fn errors_agree_with_r() {
        let all = rows(include_str!("../../../../tests/reference/linearised.csv"));
        for row in &all {
            let entities: Vec<u64> = row.list("entity").iter().map(|entity| *entity as u64).collect();
            let (x, y) = (row.list("x"), row.list("y"));
            let made = match row.text("statistic") {
                "deviation" => deviation(&entities.iter().copied().zip(x).collect::<Vec<_>>()),
                "correlation" => {
                    let pairs: Vec<_> = entities.iter().zip(x).zip(y).map(|((e, x), y)| (*e, x, y)).collect();
                    correlation(&pairs).map(|made| made.1)
                }
                _ => {
                    let p = row.number("p");
                    let mut sorted = x.clone();
                    sorted.sort_by(f64::total_cmp);
                    let value = percentile_sorted(&sorted, p).unwrap();
                    close(value, row.number("value"), 1e-12, row);
                    let weighed: Vec<_> = entities.iter().zip(x).map(|(e, x)| (*e, 1.0, x)).collect();
                    percentile(&weighed, value, p, 0.95, |p| percentile_sorted(&sorted, p))
                }
            };
            close(made.unwrap().variance().unwrap().sqrt(), row.number("error"), 1e-9, row);
        }
        assert_eq!(all.len(), 10);
    }

    #[test]
    fn the_ends() {
        let flat: Vec<Weighed> = (0..30).map(|at| (at, 1.0, 4.0)).collect();
        assert_eq!(percentile(&flat, 4.0, 50.0, 0.95, |_| Some(4.0)), None);
        assert_eq!(deviation(&[(1, 2.0)]), None);
        assert_eq!(deviation(&[(1, 2.0), (2, 2.0)]), None);
        assert_eq!(correlation(&[(1, 2.0, 3.0), (2, 2.0, 4.0)]), None);
        let two = deviation(&[(1, 2.0), (2, 4.0), (3, 9.0)]).unwrap();
        assert!(covariance(&two, &two).unwrap() > 0.0);
    }
}
