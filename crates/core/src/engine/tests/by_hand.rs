//! People who must not be found, weights, and closures that ask for the day; worked out by hand.

use super::*;

fn cell<'r>(report: &'r Report, name: &str, region: Option<&str>, period: Option<&str>) -> &'r Cell {
    let metric = report
        .results
        .metrics
        .iter()
        .find(|metric| metric.name == name)
        .unwrap();
    metric
        .cells
        .iter()
        .find(|cell| cell.period.as_deref() == period && cell.segments.get("region").map(String::as_str) == region)
        .unwrap()
}

/// North has six people, South three, West seven (one of them with two answers). Fewer than five are hidden, and of the
/// others the smallest, so that South is not the total less the rest.
#[test]
fn few_people_are_hidden_and_so_is_who_would_tell_them() {
    let mut rows = String::new();
    let mut people = 0;
    for (region, count) in [("North", 6), ("South", 3), ("West", 7)] {
        for at in 0..count {
            people += 1;
            let month = if region == "West" && at < 3 {
                "2026-05"
            } else {
                "2026-06"
            };
            rows.push_str(&format!(
                "[\"p{people}\", \"{region}\", \"{month}-10\", {}], ",
                at % 5 + 1
            ));
        }
    }
    rows.push_str("[\"p16\", \"West\", \"2026-06-11\", 5]");
    let card = compile(&format!(
        r#"
scorecard("Pulse").owner("People").purpose("Listen").min_n(1);
let pulse = table("pulse").date("on").anonymous_below(5, "person").rows(["person", "region", "on", "mood"], [{rows}]);
pulse.column("mood").scale(1, 5);
segment("region", pulse.region);
period("month");
metric("mood", mean(pulse.mood));
metric("answers", count(pulse)).no_target("a volume");
"#
    ));
    let report = evaluate(&card, BTreeMap::new(), &as_of("2026-06-30"));
    for name in ["mood", "answers"] {
        let state = |region: Option<&str>, period: Option<&str>| cell(&report, name, region, period).state;
        assert_eq!(state(Some("South"), None), State::Suppressed);
        assert_eq!(state(Some("North"), None), State::Suppressed);
        assert_eq!(state(Some("West"), None), State::Ok);
        assert_eq!(state(None, None), State::Ok);
        // In May only three people of the West answered: the month is hidden, and June with it.
        assert_eq!(state(None, Some("2026-05")), State::Suppressed);
        assert_eq!(state(None, Some("2026-06")), State::Suppressed);
        for (region, period) in [(Some("South"), None), (Some("North"), None), (None, Some("2026-05"))] {
            let hidden = cell(&report, name, region, period);
            assert_eq!((hidden.value, hidden.n, hidden.skipped), (None, 0, 0));
            assert!(hidden.interval.is_none());
        }
    }
    // 1 to 5, 1, 2 of the West and a second answer of 5.
    assert_eq!(cell(&report, "mood", Some("West"), None).value, Some(23.0 / 8.0));
    assert_eq!(cell(&report, "answers", None, None).value, Some(17.0));
}

/// Answers 10, 9, 3 and two that are missing; of five calls two are solved, one is not and two are unknown.
#[test]
fn a_missing_answer_counts_as_the_card_says() {
    let report = evaluate(
        &compile(
            r#"
scorecard("Missing").owner("CX").purpose("Count").min_n(1);
let poll = table("poll").rows(["x", "solved", "spent"], [
    [10, true, 1.5], [9, (), ()], [3, false, 2.5], [(), true, 3.5], [(), (), ()],
]);
poll.column("x").scale(0, 10);
metric("nps", nps(poll.x)).no_target("a test");
metric("nps of all", nps(poll.x).missing_counts_as(0)).no_target("a test");
metric("mean of all", mean(poll.x)).missing_counts_as(5).no_target("a test");
metric("solved", rate(poll, |p| p.solved)).no_target("a test");
metric("solved of all", rate(poll, |p| p.solved)).missing_counts_as(false).no_target("a test");
metric("spent of each", sum(poll.spent).missing_counts_as(0.5) / count(poll)).no_target("a test");
"#,
        ),
        BTreeMap::new(),
        &EvaluateOptions::default(),
    );
    let found = |name: &str| {
        let cell = cell(&report, name, None, None);
        (cell.value, cell.n, cell.skipped)
    };
    let percent = |part: f64, whole: f64| Some(100.0 * part / whole);
    assert_eq!(found("nps"), (percent(1.0, 3.0), 3, 2));
    assert_eq!(found("nps of all"), (percent(-1.0, 5.0), 5, 0));
    assert_eq!(found("mean of all"), (Some(32.0 / 5.0), 5, 0));
    assert_eq!(found("solved"), (percent(2.0, 3.0), 3, 2));
    assert_eq!(found("solved of all"), (percent(2.0, 5.0), 5, 0));
    assert_eq!(found("spent of each").0, Some(8.5 / 5.0));
}

/// Answers 10, 0, 9, 7 and none with weights 2, 1, 1, 0.5 and 3.
#[test]
fn weights_count_as_so_many_rows() {
    let report = evaluate(
        &compile(
            r#"
scorecard("Weighted").owner("CX").purpose("Weigh").min_n(1);
let poll = table("poll").weight("w").rows(["x", "w", "spent"], [
    [10, 2.0, 1.5], [0, 1.0, 2.5], [9, 1.0, 3.5], [7, 0.5, 4.5], [(), 3.0, 5.5],
]);
poll.column("x").scale(0, 10);
metric("nps", nps(poll.x)); metric("mean", mean(poll.x)); metric("top", top_box(poll.x, 2));
metric("sum", sum(poll.spent)); metric("count", count(poll)); metric("part", share(poll.spent, |p| p.x >= 9));
"#,
        ),
        BTreeMap::new(),
        &EvaluateOptions::default(),
    );
    let of = |name: &str| {
        let headline = cell(&report, name, None, None);
        (headline.value.unwrap(), headline.n, headline.skipped)
    };
    let near = |name: &str, value: f64, n: u64, skipped: u64| {
        let got = of(name);
        assert!(
            (got.0 - value).abs() < 1e-12 && (got.1, got.2) == (n, skipped),
            "{name}: {got:?} for {value}"
        );
    };
    near("nps", 100.0 * (3.0 - 1.0) / 4.5, 4, 1);
    near("mean", (20.0 + 9.0 + 3.5) / 4.5, 4, 1);
    near("top", 100.0 * 3.0 / 4.5, 4, 1);
    // 3 + 2.5 + 3.5 + 2.25 + 16.5
    near("sum", 27.75, 5, 0);
    near("count", 7.5, 5, 0);
    // Of 11.25 known: 3 and 3.5.
    near("part", 100.0 * 6.5 / 11.25, 4, 1);
    // Kish: 4.5² / (4 + 1 + 1 + 0.25)
    assert!((cell(&report, "mean", None, None).n_effective.unwrap() - 20.25 / 6.25).abs() < 1e-12);
}

/// Opened on 10 January (closed 10 February), 5 February (closed 2 April), 20 February (closed 25 February), 1 March.
#[test]
fn as_of_is_the_end_of_each_period() {
    let report = evaluate(
        &compile(
            r#"
scorecard("Desk").owner("CX").purpose("Answer").min_n(1);
let tickets = table("tickets").date("opened").rows(["opened", "closed"], [
    ["2026-01-10", "2026-02-10"], ["2026-02-05", "2026-04-02"], ["2026-02-20", "2026-02-25"], ["2026-03-01", ()],
]);
period("month");
metric("open", count(tickets).where(|t| is_open(t.opened, t.closed))).no_target("a volume");
metric("old", rate(tickets, |t| days_between(t.opened, as_of()) > 22).where(|t| is_open(t.opened, t.closed)));
"#,
        ),
        BTreeMap::new(),
        &as_of("2026-03-31"),
    );
    let of = |name: &str, period: Option<&str>| cell(&report, name, None, period).value;
    assert_eq!(of("open", Some("2026-01")), Some(1.0));
    assert_eq!(of("open", Some("2026-02")), Some(1.0));
    assert_eq!(of("open", Some("2026-03")), Some(2.0));
    assert_eq!(of("open", None), Some(2.0));
    // 21 days from 10 to 31 January; 23 from 5 to 28 February; 54 and 30 to 31 March.
    assert_eq!(of("old", Some("2026-01")), Some(0.0));
    assert_eq!(of("old", Some("2026-02")), Some(100.0));
    assert_eq!(of("old", Some("2026-03")), Some(100.0));
}
