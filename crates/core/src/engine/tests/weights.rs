//! Weights raked to margins and samples of finite populations, against the survey package of R (`make_changes.R`).

use super::*;
use crate::data::Column;
use crate::stats::reference::{Row, close, rows};

fn table(row: &Row) -> BTreeMap<String, Table> {
    let whole = |name: &str| Column::ints(row.list(name).into_iter().map(|value| Some(value as i64)).collect());
    let named = |name: &str, names: &[&str]| {
        Column::texts(
            &row.list(name)
                .into_iter()
                .map(|at| Some(names[at as usize]))
                .collect::<Vec<_>>(),
        )
    };
    let table = Table {
        rows: row.list("y").len(),
        columns: vec![
            ("region".to_owned(), named("region", &["north", "south", "west"])),
            ("age".to_owned(), named("age", &["under 40", "40 and over"])),
            (
                "base".to_owned(),
                Column::floats(row.list("base").into_iter().map(Some).collect()),
            ),
            ("y".to_owned(), whole("y")),
        ],
        ..Table::default()
    };
    BTreeMap::from([("poll".to_owned(), table)])
}

fn card(settings: &str, measure: &str) -> String {
    format!(
        r#"scorecard("Poll").owner("CX").purpose("Hear all").min_n(1);
        let poll = table("poll"){settings}; poll.column("y").scale(0, 10);
        metric("m", {measure}).owner("A");"#
    )
}

const RAKED: &str = r#".weight("base").rake("region", #{ north: 30, south: 40, west: 30 }).rake("age", #{ "under 40": 0.45, "40 and over": 0.55 })"#;

#[test]
fn raked_weights_and_finite_populations_agree_with_r() {
    let all = rows(include_str!("../../../../../tests/reference/weighted.csv"));
    for row in &all {
        let text = match row.text("kind") {
            "raked" => card(RAKED, "mean(poll.y)"),
            kind => {
                let measure = if kind == "mean" {
                    "mean(poll.y)"
                } else {
                    "at_least(poll.y, 7)"
                };
                card(&format!(".population({})", row.text("population")), measure)
            }
        };
        let report = evaluate(&compile(&text), table(row), &EvaluateOptions::default());
        let headline = &report.results.metrics[0].headline;
        let interval = headline.interval.as_ref().unwrap();
        close(headline.value.unwrap(), row.number("value"), 1e-9, row);
        close(interval.low, row.number("low"), 1e-8, row);
        close(interval.high, row.number("high"), 1e-8, row);
        let said = interval.method.contains("finite population");
        assert_eq!(said, row.text("kind") != "raked", "{}", interval.method);
    }
    assert_eq!(all.len(), 6);
}

/// What keeps margins from being met is said, with the category: caps, strangers, categories that nobody has.
#[test]
fn margins_that_cannot_be_met_are_errors() {
    let all = rows(include_str!("../../../../../tests/reference/weighted.csv"));
    let message = |settings: &str| {
        let card = compile(&card(settings, "mean(poll.y)"));
        let failure = engine()
            .evaluate(&card, table(&all[0]), &EvaluateOptions::default())
            .unwrap_err();
        failure.diagnostics()[0].message.clone()
    };
    let said = message(r#".rake("age", #{ "under 40": 1, "40 and over": 99 }).weight_caps(0.8, 1.2)"#);
    assert!(
        said.starts_with("raking `poll` does not converge: the share of `"),
        "{said}"
    );
    let said = message(r#".rake("age", #{ "under 40": 45 })"#);
    assert!(
        said.contains("rows of `poll` have `40 and over` in `age`, and its margin has no share for it"),
        "{said}"
    );
    let said = message(r#".rake("region", #{ north: 30, south: 40, west: 20, east: 10 })"#);
    assert_eq!(
        said,
        "no row of `poll` has `east` in `poll.region`, and its margin gives it a share"
    );
    let said = message(".population(120)");
    assert_eq!(said, "`poll` has 180 rows in one cell, more than its population of 120");
}

/// Changes between samples of a finite population, against R's survey (`make_finite.R`). R takes n/(n−1) for each month, here
/// it is m/(m−1) over the answers of both.
#[test]
fn changes_know_how_much_of_a_population_was_asked() {
    let all = rows(include_str!("../../../../../tests/reference/finite_change.csv"));
    for row in &all {
        let card = compile(&format!(
            r#"scorecard("Finite").owner("CX").purpose("Ask a part").min_n(1);
            let s = table("s").date("on").population({}); s.column("x").scale(0, 10); period("month");
            metric("m", {}).owner("A"); score("all").mix("m", 1.0, -100, 100).bands(40, 60).owner("A");"#,
            row.text("population"),
            row.text("measure")
        ));
        let first = CivilDate::parse("2026-05-10").unwrap().0;
        let months = row.list("month");
        let columns = vec![
            (
                "x".to_owned(),
                Column::ints(row.list("x").into_iter().map(|x| Some(x as i64)).collect()),
            ),
            (
                "on".to_owned(),
                Column::dates(months.iter().map(|month| Some(first + 31 * *month as i32)).collect()),
            ),
        ];
        let table = Table {
            rows: months.len(),
            columns,
            ..Table::default()
        };
        let report = evaluate(&card, BTreeMap::from([("s".to_owned(), table)]), &as_of("2026-06-30"));
        let change = report.results.metrics[0].headline.change.as_ref().unwrap();
        close(change.difference, row.number("difference"), 1e-9, row);
        let n = row.number("n");
        let error = row.number("error") * ((n - 1.0) / n * 2.0 * n / (2.0 * n - 1.0)).sqrt();
        let interval = change.interval.as_ref().unwrap_or_else(|| panic!("{change:?} {row:?}"));
        assert_eq!(interval.method, "linearised, finite population");
        let t = crate::stats::math::t_quantile(0.975, 2.0 * n - 1.0).unwrap();
        close((interval.high - interval.low) / 2.0, t * error, 1e-9, row);
        // A score of that one part moves by half a point for each of its own, and knows the population too.
        let of_score = report.results.scores[0].headline.change.as_ref().unwrap();
        let range = of_score
            .interval
            .as_ref()
            .unwrap_or_else(|| panic!("{of_score:?} {row:?}"));
        close((range.high - range.low) / 2.0, t * error / 2.0, 1e-9, row);
    }
    assert_eq!(all.len(), 12);
}
