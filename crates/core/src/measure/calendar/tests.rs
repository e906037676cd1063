//! Against Python's `datetime`: `for d in days: d.isocalendar(), (d.month - 1) // 3 + 1, ..`, as in the comments.

use super::*;

fn day(text: &str) -> CivilDate {
    CivilDate::parse(text).unwrap()
}

fn plain(calendar: Calendar) -> Period {
    Period {
        calendar,
        rolling: 1,
        to_date: None,
        span: Default::default(),
    }
}

/// Day, start and label of its ISO week; `python3 -c` below, run over days around new years:
///
/// ```text
/// from datetime import date, timedelta
/// for d in map(date.fromisoformat, [...]):
///     y, w, k = d.isocalendar(); print(d, d - timedelta(k - 1), f"{y}-W{w:02}")
/// ```
#[test]
fn weeks_as_python_has_them() {
    for (text, start, label) in [
        ("1969-12-31", "1969-12-29", "1970-W01"),
        ("1970-01-04", "1969-12-29", "1970-W01"),
        ("1970-01-05", "1970-01-05", "1970-W02"),
        ("2020-12-31", "2020-12-28", "2020-W53"),
        ("2021-01-03", "2020-12-28", "2020-W53"),
        ("2021-01-04", "2021-01-04", "2021-W01"),
        ("2024-02-29", "2024-02-26", "2024-W09"),
        ("2024-12-30", "2024-12-30", "2025-W01"),
        ("2026-06-30", "2026-06-29", "2026-W27"),
        ("2027-01-01", "2026-12-28", "2026-W53"),
    ] {
        let week = Steps {
            calendar: Calendar::Week,
            fiscal_start: 1,
        };
        assert_eq!(week.start(day(text)), day(start), "{text}");
        assert_eq!(week.label(day(start)), label, "{text}");
    }
}

/// A fiscal year bears the number of the year in which it ends; one that starts in January is the calendar year.
#[test]
fn months_quarters_and_years() {
    for (calendar, fiscal_start, text, start, next, label) in [
        (Calendar::Month, 1, "2024-02-29", "2024-02-01", "2024-03-01", "2024-02"),
        (Calendar::Month, 1, "2026-12-31", "2026-12-01", "2027-01-01", "2026-12"),
        (
            Calendar::Quarter,
            1,
            "2026-06-30",
            "2026-04-01",
            "2026-07-01",
            "2026-Q2",
        ),
        (
            Calendar::Quarter,
            1,
            "1969-12-31",
            "1969-10-01",
            "1970-01-01",
            "1969-Q4",
        ),
        (Calendar::Year, 1, "2024-12-31", "2024-01-01", "2025-01-01", "2024"),
        (
            Calendar::FiscalYear,
            4,
            "2026-03-31",
            "2025-04-01",
            "2026-04-01",
            "FY2026",
        ),
        (
            Calendar::FiscalYear,
            4,
            "2026-04-01",
            "2026-04-01",
            "2027-04-01",
            "FY2027",
        ),
        (
            Calendar::FiscalYear,
            1,
            "2026-04-01",
            "2026-01-01",
            "2027-01-01",
            "FY2026",
        ),
        (
            Calendar::FiscalYear,
            12,
            "2026-12-01",
            "2026-12-01",
            "2027-12-01",
            "FY2027",
        ),
        (
            Calendar::FiscalQuarter,
            4,
            "2026-04-01",
            "2026-04-01",
            "2026-07-01",
            "FY2027-Q1",
        ),
        (
            Calendar::FiscalQuarter,
            4,
            "2026-03-01",
            "2026-01-01",
            "2026-04-01",
            "FY2026-Q4",
        ),
        (
            Calendar::FiscalQuarter,
            2,
            "2026-01-31",
            "2025-11-01",
            "2026-02-01",
            "FY2026-Q4",
        ),
        (Calendar::Day, 1, "2024-02-29", "2024-02-29", "2024-03-01", "2024-02-29"),
    ] {
        let steps = Steps { calendar, fiscal_start };
        assert_eq!(steps.start(day(text)), day(start), "{text}");
        assert_eq!(steps.next(day(start)), day(next), "{text}");
        assert_eq!(steps.label(day(start)), label, "{text}");
    }
}

fn made(period: &Period, first: &str, as_of: &str, complete_until: Option<&str>) -> PeriodAxis {
    axis(
        period,
        1,
        Reach {
            first: day(first),
            as_of: day(as_of),
            complete_until: complete_until.map(day),
        },
    )
}

#[test]
fn the_last_step_is_partial_until_its_last_day() {
    let month = made(&plain(Calendar::Month), "2026-04-20", "2026-06-29", None);
    let labels: Vec<&str> = month.steps.iter().map(|step| &*step.label).collect();
    assert_eq!(labels, ["2026-04", "2026-05", "2026-06"]);
    assert_eq!(
        month.steps.iter().map(|step| step.complete).collect::<Vec<_>>(),
        [true, true, false]
    );
    assert_eq!(month.headline, Some(1));
    assert_eq!(
        made(&plain(Calendar::Month), "2026-04-20", "2026-06-30", None).headline,
        Some(2)
    );
    assert_eq!(
        made(&plain(Calendar::Month), "2026-04-20", "2026-06-30", Some("2026-05-30")).headline,
        Some(0)
    );
    assert_eq!(
        made(&plain(Calendar::Year), "2026-04-20", "2026-06-30", None).headline,
        None
    );
}

#[test]
fn rolling_and_to_date_windows() {
    let rolling = Period {
        rolling: 3,
        ..plain(Calendar::Month)
    };
    let steps = made(&rolling, "2026-01-05", "2026-05-31", None).steps;
    let spans: Vec<_> = steps.iter().map(|step| (&*step.label, step.start, step.end)).collect();
    assert_eq!(spans[0], ("2026-03", day("2026-01-01"), day("2026-03-31")));
    assert_eq!(spans[2], ("2026-05", day("2026-03-01"), day("2026-05-31")));
    assert_eq!(made(&rolling, "2026-05-05", "2026-05-31", None).steps.len(), 1);
    let to_date = Period {
        to_date: Some(Calendar::Year),
        ..plain(Calendar::Month)
    };
    let steps = made(&to_date, "2025-12-05", "2026-02-10", None).steps;
    let spans: Vec<_> = steps.iter().map(|step| (&*step.label, step.start)).collect();
    assert_eq!(
        spans,
        [
            ("2025-12", day("2025-01-01")),
            ("2026-01", day("2026-01-01")),
            ("2026-02", day("2026-01-01"))
        ]
    );
}

#[test]
fn spans_before_a_day() {
    let span = |count, unit| Duration { count, unit };
    assert_eq!(before(day("2026-07-01"), span(12, TimeUnit::Month)), day("2025-07-01"));
    assert_eq!(before(day("2026-03-31"), span(1, TimeUnit::Month)), day("2026-02-28"));
    assert_eq!(before(day("2026-07-01"), span(28, TimeUnit::Day)), day("2026-06-03"));
    assert_eq!(before(day("2024-02-29"), span(1, TimeUnit::Year)), day("2023-02-28"));
    assert_eq!(before(day("2026-07-01"), span(2, TimeUnit::Quarter)), day("2026-01-01"));
}

#[test]
fn coarse_dates_fit_steps_that_hold_them() {
    let holds = |calendar, fiscal_start, months| Steps { calendar, fiscal_start }.holds_dates_of(months);
    assert!(holds(Calendar::Year, 1, 12) && holds(Calendar::Quarter, 1, 3) && holds(Calendar::FiscalYear, 1, 12));
    assert!(!holds(Calendar::Month, 1, 12) && !holds(Calendar::FiscalYear, 4, 12) && !holds(Calendar::Week, 1, 1));
    assert!(holds(Calendar::FiscalYear, 4, 1) && holds(Calendar::FiscalYear, 4, 3));
}

#[test]
fn a_unit_is_as_long_as_the_one_that_ends_on_the_day() {
    for (end, unit, days) in [
        ("2023-12-31", TimeUnit::Year, 365.0),
        ("2024-12-31", TimeUnit::Year, 366.0),
        ("2024-02-29", TimeUnit::Year, 366.0),
        ("2024-01-31", TimeUnit::Year, 365.0),
        ("2025-02-28", TimeUnit::Year, 365.0),
        ("2025-03-31", TimeUnit::Quarter, 90.0),
        ("2024-02-29", TimeUnit::Month, 29.0),
        ("2024-02-29", TimeUnit::Week, 7.0),
    ] {
        assert_eq!(days_until(day(end), unit), days, "{end} {unit:?}");
    }
}
