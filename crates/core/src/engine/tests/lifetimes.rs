//! Who stays, who leaves, what they are worth: worked out by hand, the lifetime value with scipy.

use super::*;

const CUSTOMERS: &str = r#"
scorecard("Contracts").owner("CX").purpose("Keep").min_n(1);
let customers = table("customers").key("id").rows(["id", "joined", "left"], [
    [1, "2025-01-10", ()], [2, "2025-03-01", "2026-02-15"], [3, "2025-06-30", "2026-06-30"], [4, "2025-12-31", ()],
    [5, "2026-01-15", "2026-01-15"], [6, "2026-02-01", "2026-03-31"], [7, (), ()],
]);
period("month");
"#;

fn run(text: &str) -> Report {
    evaluate(&compile(text), BTreeMap::new(), &as_of("2026-06-30"))
}

/// Value, n and skipped of a month, or of the whole time.
fn at(report: &Report, name: &str, period: Option<&str>) -> (Option<f64>, u64, u64) {
    let metric = report
        .results
        .metrics
        .iter()
        .find(|metric| metric.name == name)
        .unwrap();
    let cell = metric
        .cells
        .iter()
        .find(|cell| cell.period.as_deref() == period)
        .unwrap();
    (cell.value, cell.n, cell.skipped)
}

/// Alive at an instant: started before it, and not ended before it. Twelve months before the end of June 2026 (1 July 2025)
/// 1, 2 and 3 are there; at its end 3 has left the day before. A year before the end of May 1 and 2 are there (3 has not
/// joined), before the end of January only 1. In 2025 nobody had joined a year before: not known.
#[test]
fn retention_and_churn() {
    let report = run(&format!(
        "{CUSTOMERS}
outcome(\"kept\", retention(customers.joined, customers.left, 12, \"months\"));
outcome(\"lost\", churn(customers.joined, customers.left));
outcome(\"lost_in_a_quarter\", churn(customers.joined, customers.left, 1, \"quarter\"));"
    ));
    assert_eq!(at(&report, "kept", None), (Some(100.0 / 3.0), 3, 1));
    assert_eq!(at(&report, "kept", Some("2026-06")), (Some(100.0 / 3.0), 3, 1));
    assert_eq!(at(&report, "kept", Some("2026-05")), (Some(50.0), 2, 1));
    assert_eq!(at(&report, "kept", Some("2026-01")), (Some(100.0), 1, 1));
    assert_eq!(at(&report, "kept", Some("2025-12")), (None, 0, 1));
    // At the start of February 1, 2, 3, 4 (5 came and went, 6 comes that day); 2 leaves.
    assert_eq!(at(&report, "lost", Some("2026-02")), (Some(25.0), 4, 1));
    assert_eq!(at(&report, "lost", Some("2026-03")), (Some(25.0), 4, 1));
    // Without a length the whole time has no start.
    assert_eq!(at(&report, "lost", None).0, None);
    // From 1 April: 1, 3, 4 (6 left on 31 March); 3 leaves.
    assert_eq!(at(&report, "lost_in_a_quarter", None), (Some(100.0 / 3.0), 3, 1));
    // From 1 January: 1, 2, 3, 4; 2 leaves.
    assert_eq!(at(&report, "lost_in_a_quarter", Some("2026-03")), (Some(25.0), 4, 1));
}

/// The same with weights 1 to 7: of 1 + 2 + 3 the 1 stays; Kish's n is 36 / 14.
#[test]
fn retention_by_weight() {
    let report = run(r#"
scorecard("Contracts").owner("CX").purpose("Keep").min_n(1);
let customers = table("customers").key("id").weight("w").rows(["id", "w", "joined", "left"], [
    [1, 1, "2025-01-10", ()], [2, 2, "2025-03-01", "2026-02-15"], [3, 3, "2025-06-30", "2026-06-30"],
    [4, 4, "2025-12-31", ()],
]);
outcome("kept", retention(customers.joined, customers.left, 12, "months"));
"#);
    let headline = &report.results.metrics[0].headline;
    assert_eq!((headline.value, headline.n), (Some(100.0 / 6.0), 3));
    assert!((headline.n_effective.unwrap() - 36.0 / 14.0).abs() < 1e-12);
}

/// Days under observation, to 30 June 2026: 536 still there, 351 gone, 365 gone, 181 still there, 0 gone, 58 gone.
/// S: 5/6 after day 0, × 4/5 after 58, × 2/3 after 351 (three left at risk), × 1/2 after 365.
#[test]
fn survival() {
    let report = run(&format!(
        "{CUSTOMERS}
outcome(\"a_year\", survival(customers.joined, customers.left, 1, \"year\"));
outcome(\"half_a_year\", survival(customers.joined, customers.left, 6, \"months\"));
outcome(\"two_years\", survival(customers.joined, customers.left, 2, \"years\"));"
    ));
    let near = |got: (Option<f64>, u64, u64), value: f64, n: u64| {
        assert!(
            (got.0.unwrap() - value).abs() < 1e-12 && got.1 == n && got.2 == 1,
            "{got:?} for {value}"
        );
    };
    near(at(&report, "a_year", None), 200.0 / 9.0, 6);
    near(at(&report, "half_a_year", None), 200.0 / 3.0, 6);
    // After 536 days nobody is observed: not known.
    assert_eq!(at(&report, "two_years", None), (None, 6, 1));
    // Who started in March 2025 left after 351 days; who started in January 2025 is there.
    near(at(&report, "a_year", Some("2025-03")), 0.0, 1);
    near(at(&report, "a_year", Some("2025-01")), 100.0, 1);
    // Who started in December 2025 has been observed for 181 days only.
    assert_eq!(at(&report, "a_year", Some("2025-12")), (None, 1, 1));
    near(at(&report, "half_a_year", Some("2026-01")), 0.0, 1);
}

/// A pays 100, then 80; B 50, from March 2026 80; C 70 until 10 April 2026; D is new in February 2026.
/// From 1 July 2025 (220) to 1 July 2026: A 80, B 80, C 0. From 1 April 2025 (220) to 1 April 2026: A 80, B 80, C 70.
#[test]
fn revenue_retention() {
    let report = run(r#"
scorecard("Contracts").owner("CX").purpose("Keep").min_n(1);
let spells = table("spells").rows(["who", "from", "to", "amount"], [
    ["A", "2025-01-01", "2025-12-31", 100.0], ["A", "2025-12-31", (), 80.0],
    ["B", "2025-02-01", (), 50.0], ["B", "2026-03-01", (), 30.0],
    ["C", "2025-03-01", "2026-04-10", 70.0], ["D", "2026-02-01", (), 200.0],
    ["E", "2025-01-01", (), ()],
]);
period("month");
outcome("net", revenue_retention(spells.who, spells.from, spells.to, spells.amount, "net", 12, "months"));
outcome("gross", revenue_retention(spells.who, spells.from, spells.to, spells.amount, "gross", 12, "months"));
outcome("in_the_month", revenue_retention(spells.who, spells.from, spells.to, spells.amount, "gross"));
"#);
    let near = |got: (Option<f64>, u64, u64), value: f64, n: u64| {
        assert!(
            (got.0.unwrap() - value).abs() < 1e-12 && got.1 == n && got.2 == 1,
            "{got:?} for {value}"
        );
    };
    near(at(&report, "net", None), 100.0 * 160.0 / 220.0, 3);
    near(at(&report, "gross", None), 100.0 * 130.0 / 220.0, 3);
    near(at(&report, "net", Some("2026-03")), 100.0 * 230.0 / 220.0, 3);
    near(at(&report, "gross", Some("2026-03")), 100.0 * 200.0 / 220.0, 3);
    // At the start of April: A 80, B 80, C 70, D 200; C is gone at its end.
    near(at(&report, "in_the_month", Some("2026-04")), 100.0 * 360.0 / 430.0, 4);
}

/// Ten who started in 2022: four left in the first year, two in the second, one in the third, three are there after four.
/// Fitted by scipy.optimize.minimize (Nelder-Mead, tolerance 1e-13) on 4 ln p(1) + 2 ln p(2) + ln p(3) + 3 ln S(4) of the
/// shifted beta-geometric model: alpha 0.73508749, beta 1.03105535; 100 × the sum of S(t) / 1.1^t is 337.5283335.
#[test]
fn lifetime_value() {
    let mut rows = String::new();
    for (count, end) in [
        (4, "\"2022-06-01\""),
        (2, "\"2023-06-01\""),
        (1, "\"2024-06-01\""),
        (3, "()"),
    ] {
        for _ in 0..count {
            rows.push_str(&format!("[\"2022-01-01\", {end}, 100.0], "));
        }
    }
    let card = compile(&format!(
        r#"
scorecard("Contracts").owner("CX").purpose("Keep").min_n(1);
let contracts = table("contracts").rows(["from", "to", "margin"], [{rows}]);
outcome("clv", clv(contracts.from, contracts.to, contracts.margin, "year", 10));
"#
    ));
    let report = evaluate(&card, BTreeMap::new(), &as_of("2026-01-01"));
    let headline = &report.results.metrics[0].headline;
    assert!(
        (headline.value.unwrap() - 337.528_333_5).abs() < 1e-5,
        "{:?}",
        headline.value
    );
    assert_eq!(headline.n, 10);
}
