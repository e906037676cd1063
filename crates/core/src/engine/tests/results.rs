//! Goals, changes, headlines and findings of a report, over small tables written in the card; values worked out by hand.

use super::*;
use crate::diagnostic::codes;
use crate::report::ChangeVerdict;

const ROWS: &str = r#"
scorecard("Small").owner("CX").purpose("Show results").currency("USD").min_n(1);
let survey = table("survey").date("on").rows(["on", "region", "recommend", "effort", "fee"], [
    ["2026-03-10", "North", 10, 2, 10.0], ["2026-03-20", "South", 0, 6, 20.0],
    ["2026-04-10", "North", 9, 2, 10.0], ["2026-04-11", "North", 10, 3, 10.0], ["2026-04-20", "South", 5, 5, 20.0], ["2026-04-21", "South", 9, 4, 20.0],
    ["2026-05-02", "North", 10, 1, 10.0],
]);
survey.column("recommend").scale(0, 10);
survey.column("effort").scale(1, 7);
segment("region", survey.region);
period("month");
"#;

fn results(more: &str, day: &str) -> Report {
    evaluate(&compile(&format!("{ROWS}{more}")), BTreeMap::new(), &as_of(day))
}

fn metric<'r>(report: &'r Report, name: &str) -> &'r MetricResult {
    report
        .results
        .metrics
        .iter()
        .find(|metric| metric.name == name)
        .unwrap()
}

fn cell<'r>(cells: &'r [Cell], region: Option<&str>, period: Option<&str>) -> &'r Cell {
    let same =
        |cell: &&Cell| cell.period.as_deref() == period && cell.segments.get("region").map(String::as_str) == region;
    cells.iter().find(same).unwrap()
}

/// March: (1 − 1) / 2 = 0; April: (3 − 1) / 4 = 50; May is cut at the 12th.
#[test]
fn the_headline_is_the_last_complete_month() {
    let report = results(
        r#"metric("nps", nps(survey.recommend)).baseline(10).target(60).by("2026-12-31").owner("A");"#,
        "2026-05-12",
    );
    let nps = metric(&report, "nps");
    let headline = &nps.headline;
    assert_eq!(report.results.headline_period.as_deref(), Some("2026-04"));
    assert_eq!(
        (headline.value, headline.n, headline.target, headline.target_met),
        (Some(50.0), 4, Some(60.0), Some(false))
    );
    // From 10 to 60, at 50: 40 of 50.
    assert_eq!(
        (headline.progress, headline.change_from_baseline),
        (Some(80.0), Some(40.0))
    );
    let change = headline.change.as_ref().unwrap();
    assert_eq!(
        (&*change.from, change.difference, change.better),
        ("2026-03", 50.0, Some(true))
    );
    // Two answers then, four now: noise.
    assert_eq!(change.verdict, ChangeVerdict::NoChangeShown);
    let may = cell(&nps.cells, None, Some("2026-05"));
    assert!(may.partial && may.value == Some(100.0) && may.target_met.is_none() && may.change.is_none());
    assert_eq!(
        (nps.unit.as_deref(), nps.decimals, nps.formula.as_str()),
        (Some("points"), 1, "nps(survey.recommend)")
    );
}

/// Effort falls from 4 to 3.5: lower is better, so that is for the better.
#[test]
fn direction_is_respected_everywhere() {
    let report = results(
        r#"metric("effort", mean(survey.effort)).lower_is_better().baseline(4).target(3.5).by("2026-12-31").owner("A");"#,
        "2026-05-12",
    );
    let headline = &metric(&report, "effort").headline;
    assert_eq!(
        (headline.value, headline.target_met, headline.progress),
        (Some(3.5), Some(true), Some(100.0))
    );
    let change = headline.change.as_ref().unwrap();
    assert_eq!((change.difference, change.better), (-0.5, Some(true)));
    assert!(
        report
            .diagnostics
            .iter()
            .any(|finding| finding.code == codes::TARGET_MET),
        "{:?}",
        report.diagnostics
    );
}

#[test]
fn segments_have_targets_of_their_own() {
    let report = results(
        r#"metric("nps", nps(survey.recommend)).target(60).target_for("region", #{ "South": 0 }).by("2026-12-31").owner("A");"#,
        "2026-05-12",
    );
    let cells = &metric(&report, "nps").cells;
    let south = cell(cells, Some("South"), Some("2026-04"));
    let north = cell(cells, Some("North"), Some("2026-04"));
    assert_eq!(
        (south.value, south.target, south.target_met),
        (Some(0.0), Some(0.0), Some(true))
    );
    assert_eq!(
        (north.value, north.target, north.target_met),
        (Some(100.0), Some(60.0), Some(true))
    );
}

#[test]
fn way_points_hold_until_their_day_and_baselines_can_come_from_the_data() {
    let report = results(
        r#"metric("nps", nps(survey.recommend)).baseline_at("2026-03").target_on("2026-04-30", 40).target(60)
            .by("2026-12-31").owner("A");"#,
        "2026-05-12",
    );
    let nps = metric(&report, "nps");
    // April ends on the day of the way point; the as-of day lies behind it.
    assert_eq!((nps.headline.target, nps.headline.target_met), (Some(40.0), Some(true)));
    assert_eq!((nps.goal.target_now, nps.goal.target), (Some(60.0), Some(60.0)));
    assert_eq!(
        (nps.goal.baseline, nps.goal.baseline_period.as_deref()),
        (Some(0.0), Some("2026-03"))
    );
    assert_eq!(nps.headline.change_from_baseline, Some(50.0));
    // North started at 100 in March.
    let north = cell(&nps.cells, Some("North"), Some("2026-04"));
    assert_eq!(north.change_from_baseline, Some(0.0));
    let lost = results(
        r#"metric("nps", nps(survey.recommend)).baseline_at("2019-01").target(60).owner("A");"#,
        "2026-05-12",
    );
    assert!(
        lost.diagnostics
            .iter()
            .any(|finding| finding.message.contains("no value in `2019-01`"))
    );
}

#[test]
fn worth_is_typed_or_measured() {
    let report = results(
        r#"outcome("kept", rate(survey, |s| s.recommend > 5)).target(90).owner("A").worth(1200, "EUR");
           outcome("fees", sum(survey.fee)).target(90).owner("A").worth(sum(survey.fee) / 10);"#,
        "2026-05-12",
    );
    let kept = metric(&report, "kept").worth.clone().unwrap();
    assert_eq!(
        (kept.amount, kept.currency.as_deref(), kept.measured),
        (Some(1200.0), Some("EUR"), false)
    );
    // April: 10 + 10 + 20 + 20 = 60, a tenth of it.
    let fees = metric(&report, "fees").worth.clone().unwrap();
    assert_eq!(
        (fees.amount, fees.currency.as_deref(), fees.measured),
        (Some(6.0), Some("USD"), true)
    );
    assert_eq!(
        report.results.metrics.len(),
        2,
        "measures of worth are no metrics of the report"
    );
}

#[test]
fn scores_have_bands_and_alerts_are_raised() {
    let report = results(
        r#"metric("nps", nps(survey.recommend)).target(60).by("2026-04-01").owner("A");
           metric("effort", mean(survey.effort)).lower_is_better().target(2).owner("A");
           score("health").mix("nps", 0.5, 0, 100).mix("effort", 0.5, 7, 1).cap(50, |m| m.effort > 3, "too hard").bands(50, 75);
           alert("hard", |m| m.effort > 3 && m.health < 60).to("Care");
           alert("calm", |m| m.nps < 0);"#,
        "2026-05-12",
    );
    let health = &report.results.scores[0];
    // April: nps 50 → 50, effort 3.5 → 58.33..; mixed 54.17, held at 50, which is amber from 50 on.
    assert_eq!(
        (health.headline.value, health.headline.band.as_deref()),
        (Some(50.0), Some("amber"))
    );
    let limit = &health.limits[0];
    assert_eq!(
        (limit.outcome.as_str(), limit.condition.as_str()),
        ("applied", "|m| m.effort > 3")
    );
    assert!((limit.points.unwrap() + 25.0 / 6.0).abs() < 1e-12, "{limit:?}");
    let may = cell(&health.cells, None, Some("2026-05"));
    assert!(
        may.partial && may.value.is_some() && may.band.is_none(),
        "a partial period is never banded"
    );
    let raised: Vec<Option<bool>> = report.results.alerts.iter().map(|alert| alert.raised).collect();
    assert_eq!(raised, [Some(true), Some(false)]);
    assert!(report.diagnostics.iter().any(|finding| finding.code == codes::DUE_PAST));
}

#[test]
fn a_card_without_periods_reads_the_whole_time() {
    let text = ROWS.replace("period(\"month\");", "");
    let card = compile(&format!(
        "{text}metric(\"nps\", nps(survey.recommend)).target(60).owner(\"A\");"
    ));
    let report = evaluate(&card, BTreeMap::new(), &as_of("2026-05-12"));
    let headline = &metric(&report, "nps").headline;
    // 10, 0, 9, 10, 5, 9, 10: five promoters less two detractors of seven.
    assert_eq!((headline.value, headline.period.as_deref()), (Some(300.0 / 7.0), None));
    assert_eq!(report.results.headline_period, None);
}

#[test]
fn cells_come_in_order() {
    let report = results(
        r#"metric("nps", nps(survey.recommend)).target(60).owner("A");"#,
        "2026-05-12",
    );
    let order: Vec<(Option<&str>, Option<&str>)> = metric(&report, "nps")
        .cells
        .iter()
        .map(|cell| (cell.segments.get("region").map(String::as_str), cell.period.as_deref()))
        .collect();
    let months = [None, Some("2026-03"), Some("2026-04"), Some("2026-05")];
    let expected: Vec<(Option<&str>, Option<&str>)> = [None, Some("North"), Some("South")]
        .iter()
        .flat_map(|region| months.map(|month| (*region, month)))
        .collect();
    assert_eq!(order, expected);
}

/// The same bits whatever the order of rows and the number of threads.
#[test]
fn rows_and_threads_change_no_bit() {
    let card = compile(&example("scorecard.rhai"));
    let first = evaluate(&card, example_tables(&card), &as_of("2026-06-30"))
        .provenance
        .results_sha256;
    let needs = engine().needs(&card);
    let mut turned = example_tables(&card);
    for name in ["survey", "tickets", "customers"] {
        let text = example(&format!("{name}.csv"));
        let mut lines = text.lines();
        let head = lines.next().unwrap();
        let mut rows: Vec<&str> = lines.collect();
        rows.reverse();
        let middle = rows.len() / 3;
        rows.rotate_left(middle);
        let text = format!("{head}\n{}\n", rows.join("\n"));
        let (table, _) = read_csv(text.as_bytes(), &CsvOptions::default(), &needs[name]).unwrap();
        turned.insert(name.to_owned(), table);
    }
    for threads in [1, 3, 8] {
        let options = EvaluateOptions {
            threads,
            ..as_of("2026-06-30")
        };
        let again = evaluate(&card, turned.clone(), &options).provenance.results_sha256;
        assert_eq!(again, first, "{threads} threads, rows turned");
    }
}
