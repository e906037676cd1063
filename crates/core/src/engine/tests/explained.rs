//! Explanations of the example's numbers.

use super::*;

fn ask(name: &str, segments: &[(&str, &str)], period: Option<&str>) -> Explanation {
    let card = compile(&example("scorecard.rhai"));
    let question = Question {
        name: name.into(),
        segments: segments
            .iter()
            .map(|(segment, value)| ((*segment).into(), (*value).into()))
            .collect(),
        period: period.map(str::to_owned),
        rows: 3,
    };
    match engine().explain(&card, example_tables(&card), &as_of("2026-06-30"), &question) {
        Ok(explanation) => explanation,
        Err(error) => panic!("{:#?}", error.diagnostics()),
    }
}

/// n and skipped of North in 2025-08 are those of the oracle; rows by `grep` and `awk` over the CSV are in the README.
#[test]
fn a_metric_shows_its_rows() {
    let told = ask("nps", &[("region", "North")], Some("2026-05"));
    assert_eq!(told.cell.period.as_deref(), Some("2026-05"));
    let rows = &told.aggregates[0];
    assert_eq!(rows.text, "nps(survey.recommend)");
    assert_eq!(rows.used, told.cell.n);
    assert_eq!(rows.skipped, told.cell.skipped);
    assert_eq!(rows.rows_in_cell, told.cell.n + told.cell.skipped);
    assert_eq!(rows.dated_by.as_deref(), Some("answered_on"));
    assert_eq!(rows.columns, ["recommend"]);
    assert_eq!(rows.sample.len(), 3);
    assert_eq!(
        (
            rows.joins[0].path.as_str(),
            rows.joins[0].orphans,
            rows.joins[0].without_key
        ),
        ("customer", 91, 64)
    );
    assert_eq!(told.formula.unwrap().value, told.cell.value);
    assert_eq!(
        told.days,
        CivilDate::parse("2026-05-01").zip(CivilDate::parse("2026-05-31"))
    );
}

#[test]
fn a_formula_has_the_value_of_each_part() {
    let told = ask("cost_to_serve", &[], None);
    let formula = told.formula.unwrap();
    let ratio = &formula.parts[0];
    let [cost, active] = ratio.parts.as_slice() else {
        panic!("{ratio:?}")
    };
    assert_eq!(cost.text, "sum(tickets.cost)");
    assert!((cost.value.unwrap() / active.value.unwrap() - ratio.value.unwrap()).abs() < 1e-9);
    assert_eq!(formula.value, told.cell.value);
    assert_eq!(told.aggregates.len(), 2);
    // Whoever has not left counts, and whoever left before the month does not.
    let [_, active_rows] = told.aggregates.as_slice() else {
        panic!()
    };
    assert_eq!((Some(active_rows.used), active_rows.skipped), (active.n, 0));
}

#[test]
fn filters_are_counted_in_words() {
    let told = ask("bill_trouble", &[], Some("2026-05"));
    let rows = &told.aggregates[0];
    assert_eq!(rows.filters[0].text, r#"|s| s.touchpoint == "bill""#);
    assert_eq!(rows.rows_in_cell - rows.filters[0].leaves_out, rows.passed);
    assert_eq!(rows.used, told.cell.n);
}

#[test]
fn a_score_shows_parts_scales_limits_and_bands() {
    let told = ask("health", &[("region", "North"), ("plan", "pro")], Some("all"));
    let score = told.score.unwrap();
    assert_eq!(score.parts.len(), 3);
    assert!(score.scales.iter().any(|scale| scale == "5 scores 0, 2 scores 100"));
    assert_eq!(score.limits[0].condition, "|m| m.fcr < collapse");
    assert_eq!(score.bands, ["red below 50", "amber from 50", "green from 75"]);
    let points: f64 = score.parts.iter().filter_map(|part| part.points).sum();
    assert!((points - score.mixed.unwrap()).abs() < 1e-9);
}

#[test]
fn what_is_not_there_is_named_with_what_is() {
    let card = compile(&example("scorecard.rhai"));
    let cases = [
        (
            Question {
                name: "nsp".into(),
                ..Question::default()
            },
            "did you mean `nps`?",
        ),
        (
            Question {
                name: "nps".into(),
                segments: vec![("region".into(), "Nort".into())],
                ..Question::default()
            },
            "did you mean `North`?",
        ),
        (
            Question {
                name: "nps".into(),
                period: Some("2031-01".into()),
                ..Question::default()
            },
            "periods run from 2024-07 to 2026-06; `all` is the whole time",
        ),
    ];
    for (question, help) in cases {
        let error = engine()
            .explain(&card, example_tables(&card), &as_of("2026-06-30"), &question)
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Options);
        assert_eq!(error.diagnostics()[0].help.as_deref(), Some(help));
    }
}
