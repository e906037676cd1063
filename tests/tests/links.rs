//! Links give what pandas and statsmodels gave: tests/oracle/links.py.
//!
//! The bundled example is always compared; the cards over real data where `BELLWETHER_DATA` says where the data are.
#![allow(clippy::expect_used, clippy::panic, reason = "a test fails loudly")]

use std::path::Path;

use bellwether::report::{Evidence, LinkResult, Report};
use bellwether_tests::{card, run};
use serde_json::Value;

/// The expected links of a card.
fn expected(card: &str) -> Vec<Value> {
    let all: Vec<Value> = serde_json::from_str(include_str!("../oracle/links.json")).expect("JSON");
    all.into_iter().filter(|link| link["card"] == card).collect()
}

fn find<'r>(report: &'r Report, link: &Value) -> &'r LinkResult {
    let is = |result: &&LinkResult| {
        result.link.metric.value == link["metric"] && result.link.outcome.value == link["outcome"]
    };
    report.results.links.iter().find(is).expect("the link is in the report")
}

/// Holds the links of a report against those expected.
fn compare(card: &str, report: &Report) {
    let links = expected(card);
    assert!(!links.is_empty(), "{card}: nothing is expected");
    for link in links {
        let analysis = &find(report, &link).analysis;
        let what = format!("{card}, {} -> {}: {analysis:?}", link["metric"], link["outcome"]);
        assert_eq!(analysis.n, link["n"].as_u64().expect("n"), "{what}");
        assert_eq!(
            analysis.left_out,
            link["left_out"].as_u64().expect("left out"),
            "{what}"
        );
        let effect = analysis.effect.unwrap_or_else(|| panic!("{what}"));
        for (name, ours) in [("effect", effect.value), ("low", effect.low), ("high", effect.high)] {
            let known = link[name].as_f64().expect("a number");
            // Near zero the places count, not the digits.
            assert!(
                (ours - known).abs() <= 1e-8 * known.abs().max(0.1),
                "{name} {ours}, {known} expected: {what}"
            );
        }
        let grade = serde_json::to_value(analysis.evidence).expect("JSON");
        assert_eq!(grade, link["evidence"], "{what}");
    }
}

fn report_of(name: &str, edits: &[(&str, &str)], more: &str) -> Option<Report> {
    let case = card::all()
        .into_iter()
        .find(|case| case.name == name)
        .expect("the card");
    let folder = case.data_folder()?;
    let text = edits.iter().fold(case.text.clone(), |text, (old, new)| {
        assert!(text.contains(old), "{name}: `{old}` is not in the card");
        text.replace(old, new)
    });
    let run = run::case(&case, &format!("{text}\n{more}"), &folder);
    Some(run.report.unwrap_or_else(|| panic!("{name}: {:?}", run.findings)))
}

fn example() -> Report {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/subscriber-health/scorecard.rhai");
    let text = std::fs::read_to_string(&path).expect("the example");
    let run = run::shown("subscriber-health", &path, &text, &card::CardData::default());
    run.report.unwrap_or_else(|| panic!("{:?}", run.findings))
}

#[test]
fn the_planted_effects_are_found_and_the_planted_nothing_is_not() {
    let report = example();
    compare("subscriber-health", &report);
    let sign = |metric: &str, outcome: &str| {
        let link = serde_json::json!({ "metric": metric, "outcome": outcome });
        let analysis = &find(&report, &link).analysis;
        (analysis.evidence, analysis.effect.map(|effect| effect.value > 0.0))
    };
    assert_eq!(sign("csat", "retention"), (Evidence::Leading, Some(true)));
    assert_eq!(sign("effort", "cost_to_serve"), (Evidence::Leading, Some(true)));
    assert_eq!(sign("chat", "retention").0, Evidence::NoneFound);
    // What was answered after a customer had left does not count: the answers are of the months before.
    let csat = find(
        &report,
        &serde_json::json!({ "metric": "csat", "outcome": "retention" }),
    );
    assert_eq!(
        csat.analysis.window.as_deref(),
        Some("survey of the 12 months before renews_on")
    );
}

#[test]
fn satisfaction_separates_the_telecom_customers() {
    let Some(report) = report_of("02-telecom", &[], "") else {
        return;
    };
    compare("telecom", &report);
    let analysis = &find(
        &report,
        &serde_json::json!({ "metric": "satisfaction", "outcome": "churn" }),
    )
    .analysis;
    assert!(
        analysis.notes.iter().any(|note| note.contains("separation")),
        "{:?}",
        analysis.notes
    );
    // Counted in the README of the data: 1 and 2 always left, 4 and 5 never.
    let rates: Vec<(f64, f64)> = analysis.curve.iter().map(|step| (step.from, step.outcome)).collect();
    let ends = [rates[0], rates[1], rates[3], rates[4]];
    assert_eq!(ends, [(1.0, 100.0), (2.0, 100.0), (4.0, 0.0), (5.0, 0.0)]);
    assert_eq!(analysis.odds_ratio, None);
}

#[test]
fn airport_items_against_the_overall_rating() {
    let Some(report) = report_of("01-airport", &[], "") else {
        return;
    };
    compare("airport", &report);
    let known: Value = serde_json::from_str(include_str!("../oracle/drivers.json")).expect("JSON");
    let drivers = &report.results.drivers[0];
    assert_eq!(drivers.outcome, "overall");
    assert_eq!(drivers.n, known["n"].as_u64().expect("n"));
    let near = |ours: f64, known: &Value, what: &str| {
        let known = known.as_f64().expect("a number");
        assert!((ours - known).abs() <= 1e-8 * known, "{what}: {ours}, {known} expected");
    };
    near(drivers.r_squared.value, &known["r_squared"], "R2");
    assert_eq!(drivers.metrics.len(), 13);
    for driver in &drivers.metrics {
        let known = &known["metrics"][&driver.metric];
        near(driver.weight.value, &known["weight"], &driver.metric);
        near(
            driver.shapley.expect("13 metrics").value,
            &known["shapley"],
            &driver.metric,
        );
        assert!(driver.weight.low < driver.weight.value && driver.weight.value < driver.weight.high);
    }
}

#[test]
fn reopened_and_urgent_incidents_against_hours() {
    let outcome = r#"
        outcome("hours", mean(hours_between(tickets.opened_at, tickets.resolved_at))).dated(tickets.resolved_at)
            .unit("hours").lower_is_better().baseline(200).target(100).by("2017-12-31").owner("Desk");
        metric("urgent", rate(tickets, |t| t.priority in ["1 - Critical", "2 - High"])).dated(tickets.resolved_at)
            .no_target("a fact").drives("hours");"#;
    let plain = format!("{outcome}\nlink(\"reopened\", \"hours\");");
    let Some(report) = report_of("03-incidents", &[], &plain) else {
        return;
    };
    let held = format!("{outcome}\nlink(\"reopened\", \"hours\").controlling_for(tickets.priority);");
    let held = report_of("03-incidents", &[], &held).expect("the data are there");
    compare("incidents", &report);
    compare("incidents, priority held", &held);
}

#[test]
fn late_orders_are_rated_lower() {
    let Some(report) = report_of("04-orders", &[], "") else {
        return;
    };
    compare("orders", &report);
}
