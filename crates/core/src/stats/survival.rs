//! How long entities stay: the Kaplan–Meier estimate, from counts of durations.

use bellwether_order::Sort;

use super::math;
use super::{Interval, two_sided_z};

/// What ended at one duration.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Lives {
    /// How long, in any one unit; from 0.
    pub duration: f64,
    /// Entities that left at this duration.
    pub events: u64,
    /// Entities last seen alive at this duration.
    pub censored: u64,
}

/// One event time of the Kaplan–Meier curve.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SurvivalStep {
    /// The event time.
    pub duration: f64,
    /// Entities under observation just before.
    pub at_risk: u64,
    /// Entities that left.
    pub events: u64,
    /// The estimate from this time on, from 0 to 1.
    pub survival: f64,
    /// Greenwood's sum Σ d/(r(r−d)); `None` once nobody is left.
    pub greenwood: Option<f64>,
}

/// The share that survives a time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum SurvivalAt {
    /// There are no lives.
    NoData,
    /// Nobody was under observation that long, and not everybody had left before.
    NotKnown {
        /// The longest duration observed.
        longest: f64,
    },
    /// The estimate.
    Known {
        /// In percent.
        percent: f64,
        /// By Greenwood's variance of ln(−ln S); `None` at 0 and 100 %, where it is not defined.
        interval: Option<Interval>,
    },
}

/// The Kaplan–Meier curve: at each event time S is multiplied by 1 − d/r. Kaplan and Meier 1958.
///
/// At equal durations events come before censorings. Entries may come in any order, and durations may repeat; those that
/// are negative or not finite are left out. Empty without events.
#[must_use]
pub fn kaplan_meier(lives: &[Lives]) -> Vec<SurvivalStep> {
    let lives = ordered(lives);
    let mut at_risk: u64 = lives.iter().map(|life| life.events + life.censored).sum();
    let (mut survival, mut greenwood) = (1.0, Some(0.0));
    let mut steps = Vec::new();
    for life in lives {
        if life.events > 0 {
            let (d, r) = (life.events as f64, at_risk as f64);
            survival *= (r - d) / r;
            greenwood = greenwood
                .filter(|_| life.events < at_risk)
                .map(|sum| sum + d / (r * (r - d)));
            steps.push(SurvivalStep {
                duration: life.duration,
                at_risk,
                events: life.events,
                survival,
                greenwood,
            });
        }
        at_risk -= life.events + life.censored;
    }
    steps
}

/// The estimate of the share that survives past `time`, with its interval.
///
/// The interval is S^exp(±z·σ) with σ² = Σ d/(r(r−d)) / ln² S: Greenwood's variance of ln(−ln S) (Kalbfleisch and
/// Prentice 1980), which stays within 0 to 100. An event at `time` itself counts as not surviving it.
///
/// ```
/// use bellwether::stats::survival::{Lives, SurvivalAt, survival_at};
///
/// let lives = [
///     Lives { duration: 3.0, events: 1, censored: 0 },
///     Lives { duration: 6.0, events: 0, censored: 1 },
///     Lives { duration: 9.0, events: 1, censored: 1 },
/// ];
/// assert!(matches!(survival_at(&lives, 9.0, 0.95), SurvivalAt::Known { percent: 37.5, .. }));
/// assert_eq!(survival_at(&lives, 12.0, 0.95), SurvivalAt::NotKnown { longest: 9.0 });
/// ```
#[must_use]
pub fn survival_at(lives: &[Lives], time: f64, level: f64) -> SurvivalAt {
    let Some(longest) = ordered(lives).last().map(|life| life.duration) else {
        return SurvivalAt::NoData;
    };
    let Some(step) = known_step(lives, time) else {
        return SurvivalAt::NotKnown { longest };
    };
    let survival = step.map_or(1.0, |step| step.survival);
    SurvivalAt::Known {
        percent: 100.0 * survival,
        interval: step.and_then(|step| interval(&step, level)),
    }
}

/// The last step of the curve at or before `time`, none where nobody had left by then; `None` where the curve is not known.
pub(super) fn known_step(lives: &[Lives], time: f64) -> Option<Option<SurvivalStep>> {
    let longest = ordered(lives).last()?.duration;
    let steps = kaplan_meier(lives);
    let nobody_left = steps.last().is_some_and(|step| step.survival == 0.0);
    let known = !time.is_nan() && (time <= longest || nobody_left);
    known.then(|| steps.into_iter().take_while(|step| step.duration <= time).last())
}

/// The plain interval of a step of the curve, in percent: S ± z·S·sqrt(Σ d/(r(r−d))), cut to 0..100. Greenwood 1926.
///
/// Too narrow in the tails and near 0 and 100 %; [`survival_at`] has the better one. `None` at 0 and 100 % and where the
/// level is not between 0 and 1.
#[must_use]
pub fn plain_interval(step: &SurvivalStep, level: f64) -> Option<Interval> {
    let z = two_sided_z(level)?;
    let variance = step.greenwood.filter(|_| step.survival > 0.0 && step.survival < 1.0)?;
    let half = z * step.survival * variance.sqrt();
    Some(Interval {
        low: 100.0 * (step.survival - half).max(0.0),
        high: 100.0 * (step.survival + half).min(1.0),
    })
}

fn interval(step: &SurvivalStep, level: f64) -> Option<Interval> {
    let z = two_sided_z(level)?;
    let variance = step.greenwood.filter(|_| step.survival > 0.0 && step.survival < 1.0)?;
    let ln_survival = math::ln(step.survival);
    let sigma = variance.sqrt() / ln_survival.abs();
    let end = |direction: f64| 100.0 * math::exp(ln_survival * math::exp(direction * z * sigma));
    Some(Interval {
        low: end(1.0),
        high: end(-1.0),
    })
}

/// The first duration at which the estimate is one half or less; `None` when it never is.
#[must_use]
pub fn median_survival(lives: &[Lives]) -> Option<f64> {
    // Rounding of the product must not move a curve that meets one half exactly.
    let half = 0.5 + 1e-12;
    kaplan_meier(lives)
        .into_iter()
        .find(|step| step.survival <= half)
        .map(|step| step.duration)
}

/// Proper lives by ascending duration, one entry each.
fn ordered(lives: &[Lives]) -> Vec<Lives> {
    let proper = |life: &&Lives| life.duration >= 0.0 && life.duration.is_finite() && life.events + life.censored > 0;
    let mut sorted: Vec<Lives> = lives.iter().filter(proper).copied().collect();
    sorted.order_by(|a, b| a.duration.total_cmp(&b.duration));
    sorted.dedup_by(|next, kept| {
        let same = next.duration == kept.duration;
        if same {
            kept.events += next.events;
            kept.censored += next.censored;
        }
        same
    });
    sorted
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lives(text: &str) -> Vec<Lives> {
        let row = |entry: &str| {
            let [duration, events, censored] = entry.split(':').collect::<Vec<_>>()[..] else {
                panic!("{entry}")
            };
            Lives {
                duration: duration.parse().unwrap(),
                events: events.parse().unwrap(),
                censored: censored.parse().unwrap(),
            }
        };
        text.split(' ').map(row).collect()
    }

    #[test]
    fn agrees_with_lifelines() {
        for line in include_str!("../../../../tests/reference/kaplan_meier.csv")
            .lines()
            .skip(1)
        {
            let fields: Vec<&str> = line.splitn(7, ',').collect();
            let [data, time, percent, low, high, median, _source] = fields[..] else {
                panic!("{line}")
            };
            let data = lives(data);
            let SurvivalAt::Known {
                percent: ours,
                interval,
            } = survival_at(&data, time.parse().unwrap(), 0.95)
            else {
                panic!("{line}")
            };
            assert!((ours - percent.parse::<f64>().unwrap()).abs() < 1e-10, "{line}: {ours}");
            assert_eq!(interval.is_some(), !low.is_empty(), "{line}");
            if let Some(interval) = interval {
                assert!(
                    (interval.low - low.parse::<f64>().unwrap()).abs() < 1e-9,
                    "{line}: {interval:?}"
                );
                assert!(
                    (interval.high - high.parse::<f64>().unwrap()).abs() < 1e-9,
                    "{line}: {interval:?}"
                );
            }
            assert_eq!(median_survival(&data), median.parse().ok(), "{line}");
        }
    }

    #[test]
    fn plain_limits_agree_with_the_survival_package_of_r() {
        for row in crate::stats::reference::rows(include_str!("../../../../tests/reference/greenwood.csv")) {
            let steps = kaplan_meier(&lives(row.text("lives")));
            let step = steps.iter().find(|step| step.duration == row.number("time")).unwrap();
            let limits = plain_interval(step, 0.95).unwrap();
            crate::stats::reference::close(100.0 * step.survival, row.number("percent"), 1e-12, &row);
            crate::stats::reference::close(limits.low, row.number("low"), 1e-11, &row);
            crate::stats::reference::close(limits.high, row.number("high"), 1e-11, &row);
        }
    }

    #[test]
    fn the_ends() {
        assert_eq!(survival_at(&[], 1.0, 0.95), SurvivalAt::NoData);
        let one = [Lives {
            duration: 5.0,
            events: 1,
            censored: 0,
        }];
        assert_eq!(
            survival_at(&one, 4.0, 0.95),
            SurvivalAt::Known {
                percent: 100.0,
                interval: None
            }
        );
        assert_eq!(
            survival_at(&one, 5.0, 0.95),
            SurvivalAt::Known {
                percent: 0.0,
                interval: None
            }
        );
        // Everybody has left: the curve stays at 0.
        assert_eq!(
            survival_at(&one, 99.0, 0.95),
            SurvivalAt::Known {
                percent: 0.0,
                interval: None
            }
        );
        let stays = [Lives {
            duration: 5.0,
            events: 0,
            censored: 3,
        }];
        assert_eq!(
            survival_at(&stays, 5.0, 0.95),
            SurvivalAt::Known {
                percent: 100.0,
                interval: None
            }
        );
        assert_eq!(survival_at(&stays, 5.1, 0.95), SurvivalAt::NotKnown { longest: 5.0 });
        assert_eq!(median_survival(&stays), None);
        // 3/4 · 2/3 is one half, however the product rounds.
        let half: Vec<Lives> = (1..=4)
            .map(|t| Lives {
                duration: t.into(),
                events: 1,
                censored: 0,
            })
            .collect();
        assert_eq!(median_survival(&half), Some(2.0));
    }

    #[test]
    fn order_and_grouping_do_not_matter() {
        let grouped = lives("2:3:1 5:1:0 7:0:2 8:2:2");
        let loose = lives("8:1:1 2:1:0 5:1:0 2:2:1 8:1:0 7:0:2 8:0:1");
        assert_eq!(kaplan_meier(&grouped), kaplan_meier(&loose));
    }
}
