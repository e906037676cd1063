//! Measures of the listening programme itself, worked out by hand.

use super::*;

fn total<'r>(report: &'r Report, name: &str) -> &'r Cell {
    let metric = report
        .results
        .metrics
        .iter()
        .find(|metric| metric.name == name)
        .unwrap();
    metric.cells.iter().find(|cell| cell.period.is_none()).unwrap()
}

fn near(report: &Report, name: &str, expected: f64) {
    let value = total(report, name)
        .value
        .unwrap_or_else(|| panic!("{name} has a value"));
    assert!((value - expected).abs() < 1e-12, "{name}: {value}, not {expected}");
}

/// I = 4 complete, P = 2 partial, N = 3 refused, U = 5 + 1 of unknown eligibility (one has no code), X = 4 not eligible.
#[test]
fn the_six_response_rates_of_aapor() {
    let codes = [
        ("done", 4),
        ("broken off", 2),
        ("refused", 3),
        ("no contact", 5),
        ("bounced", 4),
    ];
    let rows: Vec<String> = codes
        .iter()
        .flat_map(|(code, n)| vec![format!("[\"{code}\"]"); *n])
        .chain(["[()]".to_owned()])
        .collect();
    let report = evaluate(
        &compile(&format!(
            r#"
scorecard("Programme").owner("CX").purpose("Ask little").min_n(1);
let invites = table("invites").rows(["code"], [{}]);
let codes = #{{ complete: "done", partial: ["broken off"], unknown: ["no contact"], not_eligible: ["bounced"] }};
for rr in ["RR1", "RR2", "RR3", "RR4", "RR5", "RR6"] {{
    metric(rr, aapor(rr, invites.code, codes)).no_target("an example");
}}
metric("RR3 half", aapor("RR3", invites.code, codes, 0.5)).no_target("an example");
metric("RR4 half", aapor("RR4", invites.code, codes, 0.5)).no_target("an example");
metric("RR1 again", response_rate(invites, |i| i.code == "done", |i| i.code != "bounced")).no_target("an example");
"#,
            rows.join(", ")
        )),
        BTreeMap::new(),
        &as_of("2026-06-30"),
    );
    near(&report, "RR1", 400.0 / 15.0);
    near(&report, "RR1 again", 400.0 / 15.0);
    near(&report, "RR2", 600.0 / 15.0);
    // e = 9 known eligible of 13 known: the base is 9 + 6 · 9 / 13.
    near(&report, "RR3", 400.0 / (9.0 + 54.0 / 13.0));
    near(&report, "RR4", 600.0 / (9.0 + 54.0 / 13.0));
    near(&report, "RR3 half", 400.0 / 12.0);
    near(&report, "RR4 half", 600.0 / 12.0);
    near(&report, "RR5", 400.0 / 9.0);
    near(&report, "RR6", 600.0 / 9.0);
    let rr1 = total(&report, "RR1");
    assert_eq!((rr1.n, rr1.skipped), (15, 0));
    // Wilson for 4 of 15, z = 1.959964: (4 + z²/2 ± z √(4·11/15 + z²/4)) / (15 + z²).
    let interval = rr1.interval.as_ref().unwrap();
    assert!(
        (interval.low - 10.897_4).abs() < 1e-3 && (interval.high - 51.951_3).abs() < 1e-3,
        "{interval:?}"
    );
    let definitions: Vec<&str> = report
        .results
        .programme
        .iter()
        .map(|one| one.definition.as_str())
        .collect();
    assert_eq!(definitions[..2], ["AAPOR RR1", "AAPOR RR2"]);
    assert_eq!(definitions[2], "AAPOR RR3, the unknown eligible as often as the known");
    assert_eq!(definitions[6], "AAPOR RR3, 0.5 of the unknown taken as eligible");
    assert_eq!(definitions[8], "AAPOR RR1");
}

/// A is asked on 1 January, 1 February, 1 March and 31 March (90 days before: 31 December), B twice, far apart; who has no key
/// is skipped. The third and the fourth of A are one too many.
#[test]
fn fatigue_counts_contacts_beyond_the_policy() {
    let report = evaluate(
        &compile(
            r#"
scorecard("Programme").owner("CX").purpose("Ask little").min_n(1);
let invites = table("invites").date("on").rows(["who", "on"], [
    ["A", "2026-01-01"], ["A", "2026-02-01"], ["A", "2026-03-01"], ["A", "2026-03-31"],
    ["B", "2026-01-01"], ["B", "2026-06-01"], [(), "2026-03-02"],
]);
period("month");
metric("fatigue", contact_fatigue(invites.who, invites.on, 2, 90, "days")).lower_is_better().target(5);
invites.add("lately", count_recent(invites.who, invites.on, 90, "days"));
metric("long form", rate(invites, |i| i.lately >= 2)).lower_is_better().target(5);
"#,
        ),
        BTreeMap::new(),
        &as_of("2026-06-30"),
    );
    let fatigue = total(&report, "fatigue");
    assert_eq!((fatigue.value, fatigue.n, fatigue.skipped), (Some(100.0 / 3.0), 6, 1));
    assert_eq!(fatigue.value, total(&report, "long form").value);
    let metric = report
        .results
        .metrics
        .iter()
        .find(|metric| metric.name == "fatigue")
        .unwrap();
    let march = metric
        .cells
        .iter()
        .find(|cell| cell.period.as_deref() == Some("2026-03"))
        .unwrap();
    assert_eq!((march.value, march.n), (Some(100.0), 2));
    assert_eq!(report.results.programme[0].definition, "contacts beyond 2 in 90 days");
}

/// Of five detractors one was called the next day, one too late, one never, one on the last day of two; the window of the
/// fifth is not over, though the call was made.
#[test]
fn the_loop_is_closed_within_its_window() {
    let report = evaluate(
        &compile(
            r#"
scorecard("Programme").owner("CX").purpose("Answer always").min_n(1);
let answers = table("answers").date("on").dates("yyyy-MM-dd").rows(["on", "recommend", "called"], [
    ["2026-06-01", 3, "2026-06-02"], ["2026-06-01", 5, "2026-06-09"], ["2026-06-01", 6, ()], ["2026-06-01", 9, ()],
    ["2026-06-29", 2, "2026-06-29"], ["2026-06-28", 0, "2026-06-30"],
]);
answers.column("recommend").scale(0, 10);
metric("closed", closed_loop(answers, |a| a.recommend <= 6, answers.on, answers.called, 2, "days")).target(90);
metric("long form", rate(answers, |a| done_within(a.on, a.called, 2, "days")).where(|a| a.recommend <= 6)).target(90);
"#,
        ),
        BTreeMap::new(),
        &as_of("2026-06-30"),
    );
    let closed = total(&report, "closed");
    assert_eq!((closed.value, closed.n, closed.not_due), (Some(50.0), 4, 1));
    let long = total(&report, "long form");
    assert_eq!(
        (long.value, long.n, long.not_due),
        (closed.value, closed.n, closed.not_due)
    );
    assert_eq!(
        report.results.programme.len(),
        1,
        "a rate by itself is no named definition"
    );
    assert_eq!(report.results.programme[0].definition, "contacted within 2 days");
}

#[test]
fn codes_and_policies_that_make_no_sense_are_told() {
    let told = |line: &str| {
        let text = format!(
            "scorecard(\"P\").owner(\"CX\").purpose(\"P\");\nlet i = table(\"i\").date(\"on\");\nmetric(\"m\", {line}).no_target(\"x\");"
        );
        let source = Source {
            name: "card",
            text: &text,
            modules: &[],
            params: &[],
        };
        let error = Engine::new(Limits::default()).compile(&source).unwrap_err();
        let first = &error.diagnostics()[0];
        format!("{}: {}", first.message, first.help.as_deref().unwrap_or_default())
    };
    let is = |line: &str, expected: &str| {
        let found = told(line);
        assert!(found.starts_with(expected), "{line}: {found}");
    };
    is(
        "aapor(\"RR7\", i.code, #{ complete: \"a\" })",
        "`aapor` does not know `RR7`: did you mean",
    );
    is(
        "aapor(\"RR1\", i.code, #{ completed: \"a\" })",
        "`completed` is no group of codes: did you mean `complete`?",
    );
    is(
        "aapor(\"RR1\", i.code, #{ partial: \"a\" })",
        "nothing says which codes are complete",
    );
    is(
        "aapor(\"RR1\", i.code, #{ complete: \"a\", partial: [\"a\"] })",
        "a code of `partial` is in two groups",
    );
    is(
        "aapor(\"RR1\", i.code, #{ complete: \"a\" }, 0.5)",
        "only RR3 and RR4 take a share",
    );
    is(
        "aapor(\"RR3\", i.code, #{ complete: \"a\" }, 50)",
        "the share of the unknown that is eligible lies from 0 to 1",
    );
    is(
        "contact_fatigue(i.who, i.on, 0, 90, \"days\")",
        "a policy allows at least one contact",
    );
    is(
        "closed_loop(i, |r| r.x <= 6, i.on, i.called, 2, \"dayz\")",
        "unknown unit of time `dayz`",
    );
}
