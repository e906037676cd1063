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

/// A link has no cell: it is explained from the report, with everything that belongs to the claim and nothing else.
#[test]
fn a_link_shows_how_its_effect_arose() {
    use crate::report::{claim, claims};
    let card = compile(&example("scorecard.rhai"));
    let report = evaluate(&card, example_tables(&card), &as_of("2026-06-30"));
    let names = claims(&report.results);
    assert_eq!(
        names.len(),
        report.results.links.len() + report.results.initiatives.len()
    );
    for name in &names {
        let found = claim(&report.results, name).unwrap();
        assert_eq!(found.links.len(), found.grades.len(), "{name}");
        let known = |end: &str| found.ends.iter().any(|known| known.name == end);
        assert!(
            found
                .links
                .iter()
                .all(|result| known(&result.link.metric.value) && known(&result.link.outcome.value))
        );
        for result in &found.links {
            let analysis = &result.analysis;
            let of_metric = analysis.coefficients.iter().find(|part| part.name == "metric");
            match (&analysis.odds_ratio, of_metric) {
                // The odds ratio is e to the coefficient.
                (Some(odds), Some(part)) => {
                    assert!((crate::stats::math::exp(part.value.value) / odds.value - 1.0).abs() < 1e-12)
                }
                (None, Some(part)) => {
                    let slope = analysis.in_data.or(analysis.effect).unwrap();
                    assert!((part.value.value - slope.value).abs() <= 1e-12 * slope.value.abs().max(1.0));
                }
                (_, None) => assert_eq!(analysis.odds_ratio, None, "{name}"),
            }
        }
    }
    let nps = claim(&report.results, "nps/retention").unwrap();
    assert_eq!((nps.kind.as_str(), nps.links.len(), nps.ends.len()), ("link", 1, 2));
    assert!(
        nps.worth
            .iter()
            .all(|part| part.metric.metric == "nps" && part.outcome == "retention")
    );
    assert_eq!(claim(&report.results, "nps/nothing"), None);
}
