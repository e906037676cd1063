//! Two cells of one measure compared.

use super::composite::Line;
use super::{LEAST_ENTITIES, LEVEL};
use crate::measure::MeasuredCell;
use crate::measure::influence::{Estimate, Sample};
use crate::stats::difference::{self, Difference};
use crate::stats::exact::FloatSum;
use crate::stats::influence::Difference as Moved;
use crate::stats::mean::t_interval;
use crate::stats::{Interval, math};

/// A difference, and how it was tested.
#[derive(Debug)]
pub(super) struct Compared {
    pub(super) difference: Difference,
    pub(super) method: &'static str,
}

/// Two cells of a simple sample of independent rows; `None` where the cells do not say enough.
pub(super) fn cells(now: &MeasuredCell, then: &MeasuredCell) -> Option<Compared> {
    let (of_now, of_then) = (now.interval.as_ref()?, then.interval.as_ref()?);
    let (a, b) = (now.value?, then.value?);
    match (of_now.method.as_ref(), of_then.method.as_ref()) {
        ("Wilson", "Wilson") => Some(Compared {
            difference: difference::shares((hits(now)?, now.n), (hits(then)?, then.n), LEVEL)?,
            method: "two shares",
        }),
        ("t", "t") => {
            let of = |value: f64, cell: &MeasuredCell, interval: &crate::measure::Interval| {
                let df = cell.n.checked_sub(1)? as f64;
                let wide = math::t_quantile(f64::midpoint(1.0, LEVEL), df)?;
                Some(difference::Estimate {
                    value,
                    error: (interval.high - interval.low) / 2.0 / wide,
                    df: Some(df),
                })
            };
            Some(Compared {
                difference: difference::independent(of(a, now, of_now)?, of(b, then, of_then)?, LEVEL)?,
                method: "Welch",
            })
        }
        ("adjusted Wald", "adjusted Wald") => {
            let z = math::normal_quantile(f64::midpoint(1.0, LEVEL))?;
            let whole = |interval: &crate::measure::Interval| interval.low > -100.0 && interval.high < 100.0;
            (whole(of_now) && whole(of_then)).then_some(())?;
            let error = |interval: &crate::measure::Interval| (interval.high - interval.low) / 2.0 / z;
            let around = |value: f64, interval: &crate::measure::Interval| Interval {
                low: interval.low.min(value),
                high: interval.high.max(value),
            };
            let interval = difference::mover(a, around(a, of_now), b, around(b, of_then));
            Some(Compared {
                difference: difference::tested(a - b, math::hypot(error(of_now), error(of_then)), interval, None),
                method: "two net scores",
            })
        }
        _ => None,
    }
}

/// The rows that hit, from a share of a number of rows.
fn hits(cell: &MeasuredCell) -> Option<u64> {
    let hits = cell.value? * cell.n as f64 / 100.0;
    ((hits - hits.round()).abs() < 1e-3).then(|| hits.round() as u64)
}

/// Two estimates, perhaps over the same entities.
///
/// Where no entity has more than one row in both together, the test of its kind; otherwise the variance of the difference
/// by entity, with t of one degree of freedom less than there are entities.
pub(super) fn estimates(now: &Estimate, then: &Estimate) -> Result<Compared, String> {
    let moved = now.influences.difference(&then.influences);
    let entities = moved.entities;
    let apart = entities as u64 == now.rows.saturating_add(then.rows);
    let simple = match (&now.sample, &then.sample) {
        _ if !apart => None,
        (Sample::Share(hits, n), Sample::Share(before, m)) => {
            difference::shares((*hits, *n), (*before, *m), LEVEL).map(|difference| (difference, "two shares"))
        }
        (Sample::Net(now), Sample::Net(then)) => {
            difference::net_scores(*now, *then, LEVEL).map(|difference| (difference, "two net scores"))
        }
        (Sample::Mean(now), Sample::Mean(then)) => {
            difference::means(now, then, LEVEL).map(|difference| (difference, "Welch"))
        }
        (Sample::Percentile(now, p), Sample::Percentile(then, _)) => {
            difference::percentiles(now, then, *p, LEVEL).map(|difference| (difference, "two percentiles"))
        }
        (Sample::Survival(now, time), Sample::Survival(then, _)) => {
            difference::survivals(now, then, *time, LEVEL).map(|difference| (difference, "two survival curves"))
        }
        _ => None,
    };
    if let Some((difference, method)) = simple {
        return Ok(Compared { difference, method });
    }
    enough(entities)?;
    let all_asked =
        |estimate: &Estimate| matches!(estimate.sample, Sample::Finite) && estimate.influences.variance() == Some(0.0);
    if all_asked(now) && all_asked(then) {
        return Err("it has no error: everybody was asked, or all said the same".to_owned());
    }
    for estimate in [now, then] {
        let still = estimate.influences.variance() == Some(0.0);
        match estimate.sample {
            Sample::Percentile(..) if still => return Err(TOO_FEW_STEPS.to_owned()),
            Sample::Rated if still => return Err("it is the same without any one item".to_owned()),
            Sample::Survival(..) if still => return Err("nobody has left by then in one of the periods".to_owned()),
            _ => {}
        }
    }
    let method = match now.sample {
        Sample::Finite => "linearised, finite population",
        Sample::Rated => "jackknife of items",
        _ if apart => "linearised",
        _ => "clustered by entity",
    };
    by_entity(now.value - then.value, &moved, method)
}

/// Whether a test by entity can be made.
fn enough(entities: usize) -> Result<(), String> {
    if entities < LEAST_ENTITIES {
        return Err(format!(
            "it rests on {entities} entities, and a test needs {LEAST_ENTITIES}"
        ));
    }
    Ok(())
}

/// The test of a difference of estimates whose entities are enough.
fn by_entity(d: f64, moved: &Moved, method: &'static str) -> Result<Compared, String> {
    let error = moved.variance.ok_or("no variance")?.sqrt();
    let df = (moved.entities - 1) as f64;
    let interval = t_interval(d, error, df, LEVEL).ok_or("beyond the range of numbers")?;
    Ok(Compared {
        difference: difference::tested(d, error, interval, Some(df)),
        method,
    })
}

/// A score that is a straight line of its parts, in two periods.
pub(super) fn lines(now: &Line, then: &Line) -> Result<Compared, String> {
    let moved = now.joint.difference(&now.slopes, &then.slopes);
    let entities = moved.entities;
    enough(entities)?;
    let method = if entities as u64 == now.rows.saturating_add(then.rows) {
        "linearised"
    } else {
        "clustered by entity"
    };
    by_entity(now.value - then.value, &moved, method)
}

/// Why percentiles of answers of a few steps have no test of their own rows.
const TOO_FEW_STEPS: &str = "the values around it are all equal, so that its error is not known";

/// Two numbers of those who are there: who came against who went, as if both were as likely.
pub(super) fn stocks(now: &Estimate, then: &Estimate) -> Result<Compared, String> {
    let moved = now.influences.minus(&then.influences);
    let movers = moved.pairs().iter().filter(|pair| pair.1 != 0.0);
    let count = movers.clone().count();
    if count < LEAST_ENTITIES {
        return Err(format!(
            "{count} came, went or stayed for another part of it, and a test needs {LEAST_ENTITIES}"
        ));
    }
    let mut squares = FloatSum::default();
    movers.for_each(|(_, z)| squares.add_product(*z, *z));
    let error = squares.value().ok_or("beyond the range of numbers")?.sqrt();
    let d = now.value - then.value;
    let half = error * math::normal_quantile(f64::midpoint(1.0, LEVEL)).ok_or("no level")?;
    let interval = Interval {
        low: d - half,
        high: d + half,
    };
    Ok(Compared {
        difference: difference::tested(d, error, interval, None),
        method: "who came against who went",
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::{Interval as Range, State};
    use crate::stats::exact::ExactMoments;
    use crate::stats::influence::Influences;
    use crate::stats::mean::mean_interval;
    use crate::stats::nps::NetCounts;
    use crate::stats::proportion::wilson;

    fn cell(value: f64, n: u64, ends: Interval, method: &str) -> MeasuredCell {
        MeasuredCell {
            value: Some(value),
            state: State::Ok,
            n,
            n_denominator: None,
            n_effective: None,
            skipped: 0,
            not_due: 0,
            interval: Some(Range {
                low: ends.low,
                high: ends.high,
                level: LEVEL,
                method: method.to_owned().into(),
            }),
            latest_day: None,
        }
    }

    /// What is read off published cells is what the counts themselves give.
    #[test]
    fn cells_say_what_their_samples_say() {
        let shares = |hits: u64, n: u64| {
            cell(
                100.0 * hits as f64 / n as f64,
                n,
                wilson(hits, n, LEVEL).unwrap(),
                "Wilson",
            )
        };
        let ours = cells(&shares(61, 97), &shares(40, 83)).unwrap().difference;
        assert_eq!(ours, difference::shares((61, 97), (40, 83), LEVEL).unwrap());

        let counts = |top, middle, bottom| NetCounts { top, middle, bottom };
        let nets = |counts: NetCounts| {
            cell(
                counts.score().unwrap(),
                counts.n(),
                counts.interval(LEVEL).unwrap(),
                "adjusted Wald",
            )
        };
        let (a, b) = (counts(52, 25, 23), counts(40, 30, 50));
        let ours = cells(&nets(a), &nets(b)).unwrap().difference;
        let theirs = difference::net_scores(a, b, LEVEL).unwrap();
        assert!((ours.p - theirs.p).abs() < 1e-12 && (ours.interval.low - theirs.interval.low).abs() < 1e-10);

        let (x, y) = (
            ExactMoments::of(&[1.0, 4.0, 2.0, 7.0]),
            ExactMoments::of(&[3.0, 3.0, 9.0]),
        );
        let mean = |of: &ExactMoments| cell(of.mean().unwrap(), of.n, mean_interval(of, LEVEL).unwrap(), "t");
        let ours = cells(&mean(&x), &mean(&y)).unwrap().difference;
        let theirs = difference::means(&x, &y, LEVEL).unwrap();
        assert!((ours.p - theirs.p).abs() < 1e-11 && (ours.df.unwrap() - theirs.df.unwrap()).abs() < 1e-9);
    }

    /// Entities that answer alike in both periods make a change surer than independent rows would: 40 entities, each up by
    /// exactly one point. Those that answer twice in one period make it less sure.
    #[test]
    fn entities_that_repeat_are_seen() {
        let estimate = |rows: &[(u64, f64, f64)]| Estimate {
            value: rows.iter().map(|row| row.2).sum::<f64>() / rows.len() as f64,
            rows: rows.len() as u64,
            influences: Influences::of_ratio(rows).unwrap(),
            sample: Sample::Mean(ExactMoments::of(&rows.iter().map(|row| row.2).collect::<Vec<_>>())),
        };
        let then: Vec<_> = (0..40).map(|entity| (entity, 1.0, (entity % 7) as f64)).collect();
        let noise = |entity: u64| if entity.is_multiple_of(2) { 0.9 } else { 1.1 };
        let now: Vec<_> = then
            .iter()
            .map(|(entity, x, y)| (*entity, *x, y + noise(*entity)))
            .collect();
        let paired = estimates(&estimate(&now), &estimate(&then)).unwrap();
        assert_eq!(paired.method, "clustered by entity");
        // The paired t test of differences 0.9 and 1.1: mean 1, sd sqrt(40/39)/10.
        let t = 1.0 / ((40.0_f64 / 39.0).sqrt() / 10.0 / 40.0_f64.sqrt());
        assert!(
            (paired.difference.statistic - t).abs() < 1e-9,
            "{}",
            paired.difference.statistic
        );
        let others: Vec<_> = now.iter().map(|(entity, x, y)| (entity + 1_000, *x, *y)).collect();
        let apart = estimates(&estimate(&others), &estimate(&then)).unwrap();
        assert_eq!(apart.method, "Welch");
        assert!(apart.difference.p > 0.01 && paired.difference.p < 1e-9);
        let twice: Vec<_> = others.iter().flat_map(|row| [*row, *row]).collect();
        let doubled = estimates(&estimate(&twice), &estimate(&then)).unwrap();
        assert!(
            (doubled.difference.p - apart.difference.p).abs() < 0.01,
            "{} {}",
            doubled.difference.p,
            apart.difference.p
        );
        assert!(estimates(&estimate(&now[..3]), &estimate(&then[..3])).is_err());
    }
}
