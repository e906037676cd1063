//! From the value of a part to 0–100.

use crate::definition::Normalise;

/// How a part becomes 0–100, with every number filled in.
///
/// ```
/// use bellwether::score::Normaliser;
/// let effort = Normaliser::line(5.0, 2.0).unwrap(); // 5 scores 0, 2 scores 100: lower is better
/// assert_eq!(effort.apply(3.5, false), Some(50.0));
/// assert_eq!(effort.apply(1.0, false), Some(100.0));
/// assert_eq!(effort.apply(1.0, true), Some(400.0 / 3.0));
/// ```
#[derive(Debug, Clone, PartialEq)]
pub enum Normaliser {
    /// A straight line through two anchors.
    Line {
        /// The value that scores 0.
        zero: f64,
        /// The value that scores 100.
        hundred: f64,
    },
    /// Points (value, score), values ascending, joined by straight lines; before the first and behind the last point
    /// the line is level.
    Curve(Vec<(f64, f64)>),
}

/// Why a part cannot be brought to 0–100.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotNormalisable {
    /// The value has no scale of its own.
    NoScale,
    /// There is no direction to tell which end is good.
    NoDirection,
    /// Both anchors are the same, or baseline and target are.
    SameAnchors,
    /// Baseline or target is not there.
    NoBaselineOrTarget,
    /// A curve without two points, or with values that do not ascend.
    BadCurve,
}

/// What is known of a part besides its value.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct PartFacts {
    /// Lowest and highest value possible.
    pub scale: Option<(f64, f64)>,
    /// Whether lower is better.
    pub lower_is_better: bool,
    /// Where it started, in this cell.
    pub baseline: Option<f64>,
    /// What to reach, in this cell.
    pub target: Option<f64>,
}

impl Normaliser {
    /// A line through the values that score 0 and 100; `None` where they are the same or not finite.
    #[must_use]
    pub fn line(zero: f64, hundred: f64) -> Option<Self> {
        (zero.is_finite() && hundred.is_finite() && zero != hundred).then_some(Self::Line { zero, hundred })
    }

    /// Fills in what a card left open.
    ///
    /// # Errors
    /// Says what is lacking.
    pub fn resolve(normalise: &Normalise, facts: &PartFacts) -> Result<Self, NotNormalisable> {
        match normalise {
            Normalise::OwnScale => {
                let (low, high) = facts.scale.ok_or(NotNormalisable::NoScale)?;
                let (zero, hundred) = if facts.lower_is_better {
                    (high, low)
                } else {
                    (low, high)
                };
                Self::line(zero, hundred).ok_or(NotNormalisable::NoScale)
            }
            Normalise::Anchors { zero, hundred } => Self::line(*zero, *hundred).ok_or(NotNormalisable::SameAnchors),
            Normalise::Curve(points) => {
                let ascending = points.windows(2).all(|pair| matches!(pair, [a, b] if a.0 < b.0));
                let finite = points.iter().all(|(x, y)| x.is_finite() && y.is_finite());
                if points.len() < 2 || !ascending || !finite {
                    return Err(NotNormalisable::BadCurve);
                }
                Ok(Self::Curve(points.clone()))
            }
            Normalise::BaselineToTarget => match (facts.baseline, facts.target) {
                (Some(baseline), Some(target)) => Self::line(baseline, target).ok_or(NotNormalisable::SameAnchors),
                _ => Err(NotNormalisable::NoBaselineOrTarget),
            },
        }
    }

    /// The value on 0–100: held within them unless `unclamped`. `None` where the result is beyond all numbers.
    #[must_use]
    pub fn apply(&self, value: f64, unclamped: bool) -> Option<f64> {
        let raw = match self {
            // A value that is on 0–100 already keeps its bits.
            Self::Line { zero, hundred } if *zero == 0.0 && *hundred == 100.0 => value,
            Self::Line { zero, hundred } => (value - zero) * 100.0 / (hundred - zero),
            Self::Curve(points) => along(points, value)?,
        };
        let held = if unclamped { raw } else { raw.clamp(0.0, 100.0) };
        // Adding 0 turns −0 into 0.
        held.is_finite().then_some(held + 0.0)
    }
}

fn along(points: &[(f64, f64)], value: f64) -> Option<f64> {
    let (first, last) = (points.first()?, points.last()?);
    if value <= first.0 {
        return Some(first.1);
    }
    if value >= last.0 {
        return Some(last.1);
    }
    let next = points.partition_point(|point| point.0 <= value);
    let (low, high) = (points.get(next.checked_sub(1)?)?, points.get(next)?);
    Some(low.1 + (value - low.0) * (high.1 - low.1) / (high.0 - low.0))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// (anchors or curve, value, unclamped, expected): worked out by hand.
    #[test]
    fn lines_and_curves_by_hand() {
        let curve = Normaliser::Curve(vec![(0.0, 0.0), (2.0, 80.0), (10.0, 100.0)]);
        for (normaliser, value, unclamped, expected) in [
            (Normaliser::line(0.0, 60.0).unwrap(), 33.0, false, 55.0),
            (Normaliser::line(0.0, 60.0).unwrap(), -12.0, false, 0.0),
            (Normaliser::line(0.0, 60.0).unwrap(), -12.0, true, -20.0),
            (Normaliser::line(50.0, 95.0).unwrap(), 77.0, false, 60.0),
            (Normaliser::line(5.0, 2.0).unwrap(), 3.5, false, 50.0),
            (Normaliser::line(5.0, 2.0).unwrap(), 6.0, false, 0.0),
            (Normaliser::line(0.0, 100.0).unwrap(), 33.3, false, 33.3),
            (curve.clone(), -1.0, true, 0.0),
            (curve.clone(), 1.0, false, 40.0),
            (curve.clone(), 2.0, false, 80.0),
            (curve.clone(), 6.0, false, 90.0),
            (curve, 11.0, false, 100.0),
        ] {
            assert_eq!(
                normaliser.apply(value, unclamped),
                Some(expected),
                "{normaliser:?} at {value}"
            );
        }
    }

    #[test]
    fn own_scale_turns_where_lower_is_better() {
        let facts = PartFacts {
            scale: Some((1.0, 7.0)),
            lower_is_better: true,
            ..PartFacts::default()
        };
        let normaliser = Normaliser::resolve(&Normalise::OwnScale, &facts).unwrap();
        assert_eq!(normaliser.apply(7.0, false), Some(0.0));
        assert_eq!(normaliser.apply(4.0, false), Some(50.0));
        assert_eq!(normaliser.apply(1.0, false), Some(100.0));
    }

    #[test]
    fn says_what_is_lacking() {
        let none = PartFacts::default();
        let same = PartFacts {
            baseline: Some(3.0),
            target: Some(3.0),
            ..none
        };
        for (normalise, facts, expected) in [
            (Normalise::OwnScale, none, NotNormalisable::NoScale),
            (
                Normalise::Anchors {
                    zero: 2.0,
                    hundred: 2.0,
                },
                none,
                NotNormalisable::SameAnchors,
            ),
            (Normalise::BaselineToTarget, none, NotNormalisable::NoBaselineOrTarget),
            (Normalise::BaselineToTarget, same, NotNormalisable::SameAnchors),
            (Normalise::Curve(vec![(1.0, 0.0)]), none, NotNormalisable::BadCurve),
            (
                Normalise::Curve(vec![(1.0, 0.0), (1.0, 5.0)]),
                none,
                NotNormalisable::BadCurve,
            ),
        ] {
            assert_eq!(Normaliser::resolve(&normalise, &facts), Err(expected));
        }
    }

    proptest! {
        /// Turning the direction turns the score: both add up to 100.
        #[test]
        fn directions_are_symmetric(low in -1e3..1e3_f64, width in 0.5..1e3_f64, share in 0.0..1.0_f64) {
            let scale = Some((low, low + width));
            let value = low + width * share;
            let of = |lower_is_better| {
                let facts = PartFacts { scale, lower_is_better, ..PartFacts::default() };
                Normaliser::resolve(&Normalise::OwnScale, &facts).unwrap().apply(value, false).unwrap()
            };
            prop_assert!((of(true) + of(false) - 100.0).abs() < 1e-9);
        }
    }
}
