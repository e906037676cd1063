//! Deadlines and what follows: a row counts once its window is over as of the day; worked out by hand.

use super::*;
use crate::diagnostic::{Severity, codes};

/// Eight tickets of five customers. With 7 days, as of 30 June: A on the 1st, A on the 5th, E on the 10th, C on the 22nd and
/// B on the 23rd (whose window ends on the 30th itself) are over; B on the 24th, C on the 28th and D on the 29th wait, though
/// two of them are closed.
const TICKETS: &str = r#"
scorecard("Desk").owner("CX").purpose("Answer in time").min_n(1);
let tickets = table("tickets").date("opened").rows(["who", "opened", "closed", "due"], [
    ["A", "2026-06-01", "2026-06-03", "2026-06-05"],
    ["A", "2026-06-05", "2026-06-20", "2026-06-30"],
    ["E", "2026-06-10", "2026-06-12", "2026-06-12"],
    ["C", "2026-06-22", (), "2026-06-30"],
    ["B", "2026-06-23", "2026-06-24", "2026-07-01"],
    ["B", "2026-06-24", "2026-06-25", "2026-06-24"],
    ["C", "2026-06-28", (), "2026-07-05"],
    ["D", "2026-06-29", "2026-06-29", ()],
]);
tickets.add("back", followed_within(tickets.who, tickets.opened, 7, "days"));
period("month");
metric("in_time", rate(tickets, |t| done_within(t.opened, t.closed, 7, "days")));
metric("by_due", rate(tickets, |t| done_by(t.closed, t.due)));
metric("back", rate(tickets, |t| t.back)).lower_is_better();
metric("fcr", fcr(tickets.who, tickets.opened, 7, "days"));
"#;

/// Value, n, skipped and waiting rows of June.
fn june(report: &Report, name: &str) -> (Option<f64>, u64, u64, u64) {
    let metric = report
        .results
        .metrics
        .iter()
        .find(|metric| metric.name == name)
        .unwrap();
    let cell = metric
        .cells
        .iter()
        .find(|cell| cell.period.as_deref() == Some("2026-06"))
        .unwrap();
    (cell.value, cell.n, cell.skipped, cell.not_due)
}

#[test]
fn a_row_counts_once_its_window_is_over() {
    let card = compile(TICKETS);
    let report = evaluate(&card, BTreeMap::new(), &as_of("2026-06-30"));
    // Yes: A, E, B on the 23rd; no: A on the 5th (15 days), C on the 22nd (never).
    assert_eq!(june(&report, "in_time"), (Some(60.0), 5, 3, 3));
    // Yes: A, A, E; no: C (never), B (a day late); B and C wait until July; D has no due date.
    assert_eq!(june(&report, "by_due"), (Some(60.0), 5, 3, 2));
    // Yes: A by the 5th, B by the 24th, C by the 28th; no: A on the 5th, E.
    assert_eq!(june(&report, "back"), (Some(60.0), 5, 3, 3));
    // First contacts: A (followed), E (not), C and B (followed); D waits.
    assert_eq!(june(&report, "fcr"), (Some(25.0), 4, 1, 1));
    let notes: Vec<&str> = report
        .diagnostics
        .iter()
        .filter(|finding| finding.code == codes::NOT_DUE && finding.severity == Severity::Note)
        .map(|finding| finding.message.as_str())
        .collect();
    assert_eq!(
        notes,
        [
            "3 of 8 rows in the headline of `in_time` wait: their window is not over",
            "2 of 8 rows in the headline of `by_due` wait: their window is not over",
            "3 of 8 rows in the headline of `back` wait: their window is not over",
            "1 of 5 rows in the headline of `fcr` wait: their window is not over",
        ]
    );
}

/// One day later the window of B's second ticket is over, and a month later all are.
#[test]
fn later_nothing_waits() {
    let card = compile(TICKETS);
    let next = evaluate(&card, BTreeMap::new(), &as_of("2026-07-01"));
    assert_eq!(june(&next, "in_time"), (Some(100.0 * 4.0 / 6.0), 6, 2, 2));
    let later = evaluate(&card, BTreeMap::new(), &as_of("2026-07-31"));
    // Yes: A, E, B, B, D; no: A, C, C.
    assert_eq!(june(&later, "in_time"), (Some(62.5), 8, 0, 0));
    // Yes: A, A, E, B; no: B, C, C.
    assert_eq!(june(&later, "by_due"), (Some(100.0 * 4.0 / 7.0), 7, 1, 0));
    assert_eq!(june(&later, "back"), (Some(37.5), 8, 0, 0));
    assert_eq!(june(&later, "fcr"), (Some(40.0), 5, 0, 0));
    assert!(!later.diagnostics.iter().any(|finding| finding.code == codes::NOT_DUE));
}

/// The answer of a parent waits for the rows that read it too.
#[test]
fn a_window_waits_along_a_path() {
    let card = compile(
        r#"
scorecard("Orders").owner("CX").purpose("Deliver").min_n(1);
let orders = table("orders").key("id").rows(["id", "sent", "came"], [
    [1, "2026-06-01", "2026-06-02"], [2, "2026-06-20", "2026-06-29"], [3, "2026-06-28", "2026-06-29"],
]);
orders.add("fast", |o| done_within(o.sent, o.came, 5, "days"));
let items = table("items").date("on").rows(["order", "on"], [
    [1, "2026-06-01"], [1, "2026-06-01"], [2, "2026-06-20"], [3, "2026-06-30"],
]).belongs_to(orders, "order", "bought_in");
metric("fast_items", rate(items, |i| i.bought_in.fast));
"#,
    );
    let report = evaluate(&card, BTreeMap::new(), &as_of("2026-06-30"));
    let cell = &report.results.metrics[0].headline;
    assert_eq!(
        (cell.value, cell.n, cell.skipped, cell.not_due),
        (Some(100.0 * 2.0 / 3.0), 3, 1, 1)
    );
}
