//! Running the tests of a card.

use super::*;

const CARD: &str = r#"
scorecard("Small").owner("CX").purpose("Show tests");
let survey = table("survey");
survey.column("recommend").scale(0, 10).missing(99);
metric("nps", nps(survey.recommend)).target(45).owner("Loyalty");
metric("pro_nps", nps(survey.recommend).where(|s| s.plan == "pro")).target(45).owner("Loyalty");
metric("happy", rate(survey, |s| if s.plan == "pro" { s.recommend >= 9 } else { s.recommend >= 7 })).target(50).owner("Loyalty");
score("health").mix("nps", 1, -100, 100).cap(40, |m| m.happy < 10, "nobody is happy").bands(50, 75);
"#;

fn run(tests: &str) -> crate::proof::TestReport {
    engine().test(&compile(&format!("{CARD}{tests}")))
}

const ROWS: &str = "`recommend,plan\n 10,pro\n 9,basic\n 2,basic\n 99,pro`";

#[test]
fn what_holds_passes_to_the_digits_written() {
    let report = run(&format!(
        r#"test("all").given("survey", {ROWS}).expect("nps", 33.3).expect("nps", 33).expect_n("nps", 3)
            .expect_skipped("nps", 1).expect_state("nps", "ok").expect("happy", 66.7).expect("health", 66.67)
            .expect_band("health", "amber");"#
    ));
    assert!(report.passed(), "{:#?}", report.diagnostics());
    assert_eq!(report.tests[0].checks.len(), 8);
}

#[test]
fn what_does_not_hold_says_what_came_and_why() {
    let report = run(&format!(
        r#"test("wrong").given("survey", {ROWS}).expect("nps", 50.0).expect("pro_nps", 0);"#
    ));
    assert!(!report.passed());
    let check = &report.tests[0].checks[0];
    assert_eq!((check.expected.as_str(), check.got.as_str()), ("50.0", "33.333"));
    assert!(
        check
            .why
            .iter()
            .any(|line| line == "row 4 of `survey` is skipped: recommend is missing"),
        "{:?}",
        check.why
    );
    let check = &report.tests[0].checks[1];
    assert!(
        check
            .why
            .iter()
            .any(|line| line == "row 2 of `survey` is left out by `.where(..)`"),
        "{:?}",
        check.why
    );
    let findings = report.diagnostics();
    assert_eq!(findings[0].code, crate::diagnostic::codes::TEST_FAILED);
    assert_eq!(findings[0].message, "`nps` is 33.333, the test expects 50.0");
    assert!(findings[0].span.is_some());
}

#[test]
fn a_test_that_cannot_run_says_why() {
    let report = run(r#"test("slip").given("survey", `recommend
            11`).expect("nps", 0);"#);
    assert!(!report.passed());
    assert!(
        report
            .diagnostics()
            .iter()
            .any(|finding| finding.code == crate::diagnostic::codes::BAD_TEST)
    );
}

#[test]
fn coverage_names_what_no_test_reaches() {
    let report = run(&format!(
        r#"test("some").given("survey", {ROWS}).expect("happy", 66.7);"#
    ));
    let coverage = report.coverage;
    assert_eq!((coverage.measures.reached, coverage.measures.total), (1, 4));
    let missed: Vec<&str> = coverage.measures.missed.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(missed, ["nps", "pro_nps", "health"]);
    // `.where` true and false, rate true and false, `if` and `else`: all taken; the cap neither held nor did not.
    assert_eq!(
        (coverage.branches.reached, coverage.branches.total),
        (6, 8),
        "{:?}",
        coverage.branches.missed
    );
    assert_eq!((coverage.bands.reached, coverage.bands.total), (0, 3));
}

#[test]
fn branches_are_those_that_rows_take() {
    let report = run(r#"test("one").given("survey", `recommend,plan
        10,pro`).expect("health", 100).expect_band("health", "green");"#);
    assert!(report.passed(), "{:#?}", report.diagnostics());
    let missed: Vec<&str> = report
        .coverage
        .branches
        .missed
        .iter()
        .map(|(what, _)| what.as_str())
        .collect();
    assert_eq!(
        missed,
        [
            "the condition is false",
            "the condition is false",
            "the `else`",
            "\"nobody is happy\" holds"
        ]
    );
    let bands: Vec<&str> = report
        .coverage
        .bands
        .missed
        .iter()
        .map(|(what, _)| what.as_str())
        .collect();
    assert_eq!(bands, ["band red of `health`", "band amber of `health`"]);
}

#[test]
fn the_tests_of_the_example_pass() {
    let report = engine().test(&compile(&example("scorecard.rhai")));
    assert!(report.passed(), "{:#?}", report.diagnostics());
    assert_eq!(report.tests.len(), 2);
}

#[test]
fn without_a_day_the_period_of_the_latest_row_is_complete() {
    let text = r#"
        scorecard("Dated").owner("CX").purpose("Show tests");
        let survey = table("survey").date("on");
        survey.column("recommend").scale(0, 10);
        period("month");
        metric("nps", nps(survey.recommend)).target(45).owner("Loyalty");
        test("mid month").given("survey", `on,recommend
            2026-05-12,10`).expect("nps", 100);
    "#;
    let report = engine().test(&compile(text));
    assert!(report.passed(), "{:#?}", report.diagnostics());
    assert_eq!(report.tests[0].as_of, CivilDate::parse("2026-05-31"));
}
