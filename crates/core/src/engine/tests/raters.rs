//! Agreement of raters through a card, against statsmodels and pingouin (`tests/reference/make_changes.py`).

use super::*;
use crate::data::Column;
use crate::stats::reference::{close, rows};

fn whole(values: Vec<f64>) -> Column {
    Column::ints(values.into_iter().map(|value| Some(value as i64)).collect())
}

#[test]
fn kappa_and_intraclass_correlations_are_measures() {
    let all = rows(include_str!("../../../../../tests/reference/raters.csv"));
    for row in &all {
        let card = compile(&format!(
            r#"scorecard("Raters").owner("CX").purpose("Agree").min_n(1);
            let r = table("r"); r.column("level").scale(1, 5);
            metric("m", {}).owner("A");"#,
            row.text("measure")
        ));
        let columns = ["rater", "item", "level"].map(|name| (name.to_owned(), whole(row.list(name))));
        let count = row.list("level").len();
        let table = Table {
            rows: count,
            columns: columns.into(),
            ..Table::default()
        };
        let report = evaluate(
            &card,
            BTreeMap::from([("r".to_owned(), table)]),
            &EvaluateOptions::default(),
        );
        let headline = &report.results.metrics[0].headline;
        close(headline.value.unwrap(), row.number("value"), 1e-10, row);
        assert_eq!(headline.n, row.number("n") as u64, "{row:?}");
        assert_eq!(headline.skipped, count as u64 - headline.n);
        if let Some(low) = row.maybe("low") {
            let interval = headline.interval.as_ref().unwrap();
            close(interval.low, low, 1e-10, row);
            close(interval.high, row.number("high"), 1e-10, row);
        }
    }
    assert_eq!(all.len(), 18);
}

/// Categories that are names: two coders of complaints, by hand. 20 + 15 of 50 agree, chance gives 0.5.
#[test]
fn names_are_categories_too() {
    let card = compile(
        r#"scorecard("Coders").owner("CX").purpose("Agree").min_n(1);
        let r = table("r");
        metric("m", kappa(r.code, r.coder, r.complaint, "none")).owner("A");
        metric("a", agreement(r.code, r.coder, r.complaint, "nominal")).owner("A");"#,
    );
    let pairs = [
        ("bill", "bill", 20),
        ("bill", "fault", 5),
        ("fault", "bill", 10),
        ("fault", "fault", 15),
    ];
    let said: Vec<(&str, &str)> = pairs.iter().flat_map(|(a, b, count)| vec![(*a, *b); *count]).collect();
    let text = |values: Vec<&str>| Column::texts(&values.into_iter().map(Some).collect::<Vec<_>>());
    let table = Table {
        rows: 100,
        columns: vec![
            (
                "code".to_owned(),
                text(said.iter().flat_map(|(a, b)| [*a, *b]).collect()),
            ),
            (
                "coder".to_owned(),
                text((0..100).map(|at| ["Ann", "Bo"][at % 2]).collect()),
            ),
            (
                "complaint".to_owned(),
                whole((0..100).map(|at| f64::from(at / 2)).collect()),
            ),
        ],
        ..Table::default()
    };
    let report = evaluate(
        &card,
        BTreeMap::from([("r".to_owned(), table)]),
        &EvaluateOptions::default(),
    );
    let headline = &report.results.metrics[0].headline;
    assert!((headline.value.unwrap() - 0.4).abs() < 1e-12);
    assert_eq!(headline.n, 100);
    // Krippendorff: 30 of 100 ratings disagree with the other of their pair; the codes are 55 and 45 of 100.
    let alpha = report.results.metrics[1].headline.value.unwrap();
    assert!(
        (alpha - (1.0 - 99.0 * 30.0 / (2.0 * 55.0 * 45.0))).abs() < 1e-12,
        "{alpha}"
    );
}

/// Changes of agreement from one month to the next, over the same items and over others (`make_raters.py`).
#[test]
fn changes_of_agreement_are_tested_by_items() {
    let all = rows(include_str!("../../../../../tests/reference/agreement_change.csv"));
    for row in &all {
        let card = compile(&format!(
            r#"scorecard("Raters").owner("CX").purpose("Agree").min_n(1);
            let r = table("r").date("on"); r.column("level").scale(1, 5); period("month");
            metric("m", {}).owner("A");"#,
            row.text("measure")
        ));
        let mut columns: Vec<(String, Column)> = ["rater", "item", "level"]
            .map(|name| (name.to_owned(), whole(row.list(name))))
            .into();
        let first = CivilDate::parse("2026-05-10").unwrap().0;
        let months = row.list("month");
        let day = |month: &f64| Some(first + 31 * *month as i32);
        columns.push(("on".to_owned(), Column::dates(months.iter().map(day).collect())));
        let table = Table {
            rows: months.len(),
            columns,
            ..Table::default()
        };
        let report = evaluate(&card, BTreeMap::from([("r".to_owned(), table)]), &as_of("2026-06-30"));
        let change = report.results.metrics[0].headline.change.as_ref().unwrap();
        close(change.difference, row.number("difference"), 1e-9, row);
        let interval = change.interval.as_ref().unwrap_or_else(|| panic!("{change:?} {row:?}"));
        assert_eq!(interval.method, "jackknife of items");
        close(interval.low, row.number("low"), 1e-9, row);
        close(interval.high, row.number("high"), 1e-9, row);
        close(change.p.unwrap(), row.number("p"), 1e-8, row);
    }
    assert_eq!(all.len(), 14);
}
