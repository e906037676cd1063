//! Goals of a cell: the target that holds there, and where it started.

use super::place;
use crate::definition::{Baseline, CivilDate, Goal};
use crate::measure::{Axes, CellKey};

/// The final target: the card's, or the last way point where there is only those.
#[must_use]
pub fn final_target(goal: &Goal) -> Option<f64> {
    let last = || {
        goal.way_points
            .iter()
            .max_by_key(|point| point.date)
            .map(|point| point.value)
    };
    goal.target.as_ref().map(|target| target.value).or_else(last)
}

/// The target that holds on a day: the next way point on or after it, or the final target.
#[must_use]
pub fn target_on(goal: &Goal, day: Option<CivilDate>) -> Option<f64> {
    let next = |day: CivilDate| {
        goal.way_points
            .iter()
            .filter(|point| point.date >= day)
            .min_by_key(|point| point.date)
            .map(|point| point.value)
    };
    day.and_then(next).or_else(|| final_target(goal))
}

/// The target of the first segment of a cell that has one of its own.
#[must_use]
pub fn segment_target(goal: &Goal, axes: &Axes, key: &CellKey) -> Option<f64> {
    goal.segment_targets.iter().find_map(|targets| {
        let segment = place::segment_index(axes, &targets.segment.value)?;
        let value = key.segments.iter().find(|(other, _)| *other == segment)?.1;
        let text = place::value_text(axes, segment, value)?;
        targets
            .targets
            .iter()
            .find(|(name, _)| name == text)
            .map(|(_, target)| *target)
    })
}

/// The target that holds for a cell: its segment's own, else the one of its last day.
#[must_use]
pub fn target_of(goal: &Goal, axes: &Axes, key: &CellKey, as_of: Option<CivilDate>) -> Option<f64> {
    segment_target(goal, axes, key).or_else(|| target_on(goal, place::last_day(axes, key, as_of)))
}

/// Where a cell started: the number of the card, or the value of the same cut in the period that the card names.
pub fn baseline_of(goal: &Goal, axes: &Axes, key: &CellKey, value: impl Fn(&CellKey) -> Option<f64>) -> Option<f64> {
    match &goal.baseline.as_ref()?.value {
        Baseline::Value(value) => Some(*value),
        Baseline::At(label) => value(&place::in_period(axes, key, label)?),
    }
}

/// Way from baseline to target in percent: 0 at the baseline, 100 at the target, below 0 backwards. The direction is in
/// the two numbers. `None` where they are the same.
///
/// ```
/// use bellwether::score::progress;
/// assert_eq!(progress(38.0, 41.0, 35.0), Some(50.0)); // cost falls: half of the way
/// assert_eq!(progress(42.5, 41.0, 35.0), Some(-25.0));
/// ```
#[must_use]
pub fn progress(value: f64, baseline: f64, target: f64) -> Option<f64> {
    let way = (value - baseline) * 100.0 / (target - baseline) + 0.0;
    way.is_finite().then_some(way)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::definition::DatedTarget;
    use crate::diagnostic::{Span, Spanned};

    fn goal() -> Goal {
        let point = |date: &str, value| DatedTarget {
            date: CivilDate::parse(date).unwrap(),
            value,
            span: Span::default(),
        };
        Goal {
            target: Some(Spanned::new(85.0, Span::default())),
            way_points: vec![point("2027-03-31", 82.0), point("2026-12-31", 80.0)],
            ..Goal::default()
        }
    }

    #[test]
    fn the_next_way_point_holds() {
        for (day, expected) in [
            ("2026-06-30", 80.0),
            ("2026-12-31", 80.0),
            ("2027-01-01", 82.0),
            ("2027-04-01", 85.0),
        ] {
            assert_eq!(target_on(&goal(), CivilDate::parse(day)), Some(expected), "{day}");
        }
        assert_eq!(target_on(&goal(), None), Some(85.0));
        let only_points = Goal { target: None, ..goal() };
        assert_eq!(final_target(&only_points), Some(82.0));
    }

    #[test]
    fn no_way_between_equal_ends() {
        assert_eq!(progress(3.0, 5.0, 5.0), None);
        assert_eq!(progress(5.0, 5.0, 5.0), None);
    }

    proptest! {
        /// Mirrored at any axis, progress is the same: direction is in the numbers.
        #[test]
        fn progress_is_symmetric(value in -99.0..99.0_f64, baseline in -99.0..99.0_f64, step in 0.5..50.0_f64) {
            let up = progress(value, baseline, baseline + step).unwrap();
            let down = progress(-value, -baseline, -(baseline + step)).unwrap();
            prop_assert_eq!(up, down);
        }
    }
}
