use super::*;
use crate::definition::{Calendar, Period};
use crate::diagnostic::Span;
use crate::measure::SegmentAxis;

fn axis(rolling: u32, to_date: Option<Calendar>, steps: &[(&str, &str, &str)], complete: usize) -> Axes {
    let day = |text: &str| CivilDate::parse(text).unwrap();
    let steps: Vec<PeriodStep> = steps
        .iter()
        .enumerate()
        .map(|(index, (label, start, end))| PeriodStep {
            label: (*label).into(),
            start: day(start),
            end: day(end),
            complete: index < complete,
        })
        .collect();
    let period = Period {
        calendar: Calendar::Month,
        rolling,
        to_date,
        span: Span::default(),
    };
    let headline = u32::try_from(complete).unwrap().checked_sub(1);
    Axes {
        periods: vec![PeriodAxis {
            period,
            steps,
            headline,
        }],
        ..Axes::default()
    }
}

fn at(step: u32) -> PeriodKey {
    PeriodKey { axis: 0, step }
}

#[test]
fn a_month_follows_the_month_before() {
    let axes = axis(
        1,
        None,
        &[
            ("2026-04", "2026-04-01", "2026-04-30"),
            ("2026-05", "2026-05-01", "2026-05-31"),
        ],
        2,
    );
    assert_eq!(previous(&axes, at(1)), Some(at(0)));
    assert_eq!(previous(&axes, at(0)), None);
    assert_eq!(headline_period(&axes), Some(at(1)));
}

#[test]
fn a_rolling_window_is_compared_with_the_last_that_does_not_overlap() {
    let axes = axis(
        3,
        None,
        &[
            ("2026-03", "2026-01-01", "2026-03-31"),
            ("2026-04", "2026-02-01", "2026-04-30"),
            ("2026-05", "2026-03-01", "2026-05-31"),
            ("2026-06", "2026-04-01", "2026-06-30"),
        ],
        4,
    );
    assert_eq!(previous(&axes, at(3)), Some(at(0)));
    assert_eq!(previous(&axes, at(2)), None);
}

#[test]
fn a_year_to_date_is_compared_with_the_same_stretch_of_the_year_before() {
    let months = [
        ("2025-01", "2025-01-01", "2025-01-31"),
        ("2025-02", "2025-01-01", "2025-02-28"),
        ("2025-03", "2025-01-01", "2025-03-31"),
        ("2026-01", "2026-01-01", "2026-01-31"),
        ("2026-02", "2026-01-01", "2026-02-28"),
    ];
    let axes = axis(1, Some(Calendar::Year), &months, 5);
    assert_eq!(previous(&axes, at(4)), Some(at(1)));
    assert_eq!(previous(&axes, at(1)), None);
}

#[test]
fn a_headline_falls_back_to_the_whole_time_where_no_period_reaches() {
    let axes = axis(1, None, &[("2026-05", "2026-05-01", "2026-05-31")], 1);
    assert_eq!(headline_key(&axes, |_| Some(State::NotApplicable)), CellKey::default());
    assert_eq!(headline_key(&axes, |_| Some(State::Missing)).period, Some(at(0)));
}

#[test]
fn one_more_segment_takes_the_order_of_the_cut() {
    let segment = |name: &str| SegmentAxis {
        name: name.into(),
        label: name.into(),
        values: vec!["a".into(), "b".into()],
    };
    let axes = Axes {
        segments: vec![segment("element"), segment("team"), segment("site")],
        cuts: vec![vec![], vec![0], vec![1], vec![2], vec![1, 0]],
        ..Axes::default()
    };
    let team = CellKey {
        period: None,
        segments: vec![(1, 0)],
    };
    assert_eq!(with_segment(&axes, &team, 0, 1).unwrap().segments, vec![(1, 0), (0, 1)]);
    assert_eq!(with_segment(&axes, &team, 2, 0), None);
}
