//! `docs/measures.csv` specifies every measure, and only measures that exist.
#![allow(clippy::expect_used, clippy::panic, reason = "a test fails loudly")]

use std::collections::{BTreeMap, BTreeSet};

use bellwether::definition::measure::MeasureFunction;

/// Measures that a script writes as one word and the definition holds as an expression of others.
const COMPOSED: [&str; 7] = [
    "aapor",
    "adoption",
    "closed_loop",
    "contact_fatigue",
    "cost_to_serve",
    "fcr",
    "response_rate",
];

/// The rows by name, each a map from column to text.
fn specified() -> BTreeMap<String, BTreeMap<String, String>> {
    let text = include_str!("../../../docs/measures.csv");
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let columns: Vec<String> = reader.headers().expect("a header").iter().map(str::to_owned).collect();
    assert_eq!(
        columns.join(","),
        "name,arguments,formula,source,unit,direction,period_rule,weights,interval,state,oracle"
    );
    let row = |record: csv::StringRecord| -> BTreeMap<String, String> {
        columns.iter().cloned().zip(record.iter().map(str::to_owned)).collect()
    };
    let mut rows = BTreeMap::new();
    for record in reader.records() {
        let row = row(record.expect("as many fields as the header"));
        let name = row.get("name").cloned().unwrap_or_default();
        assert!(rows.insert(name.clone(), row).is_none(), "{name} is specified twice");
    }
    rows
}

#[test]
fn every_measure_is_specified_and_every_specified_measure_exists() {
    let specified: BTreeSet<String> = specified().into_keys().collect();
    let built: BTreeSet<String> = MeasureFunction::ALL
        .iter()
        .map(|function| function.name())
        .chain(COMPOSED)
        .map(str::to_owned)
        .collect();
    let missing: Vec<_> = built.difference(&specified).collect();
    assert!(missing.is_empty(), "not specified in docs/measures.csv: {missing:?}");
    let unknown: Vec<_> = specified.difference(&built).collect();
    assert!(unknown.is_empty(), "specified, but not built: {unknown:?}");
}

#[test]
fn every_field_says_something_in_the_words_agreed() {
    let words: [(&str, &[&str]); 4] = [
        ("direction", &["higher", "lower", "none"]),
        ("period_rule", &["flow", "stock", "snapshot", "cohort", "ratio"]),
        (
            "interval",
            &[
                "wilson",
                "adjusted_wald",
                "t",
                "greenwood",
                "order statistics",
                "delta method",
                "Fisher z",
                "F",
                "normal",
                "bootstrap of items",
                "none",
            ],
        ),
        (
            "state",
            &["counts", "histogram", "exact_sums", "extremes", "growing", "ratio"],
        ),
    ];
    for (name, row) in specified() {
        for (column, text) in &row {
            assert!(!text.trim().is_empty(), "{name}: {column} is empty");
        }
        for (column, allowed) in words {
            let text = row.get(column).map(String::as_str).unwrap_or_default();
            let first = text.split(':').next().unwrap_or_default();
            assert!(
                allowed.contains(&first),
                "{name}: {column} starts with `{first}`, not one of {allowed:?}"
            );
        }
        for argument in row.get("arguments").map(String::as_str).unwrap_or_default().split("; ") {
            let (argument, kind) = argument
                .split_once(": ")
                .unwrap_or_else(|| panic!("{name}: `{argument}` has no kind"));
            let letters = argument.trim_end_matches('?');
            assert!(
                letters.chars().all(|c| c.is_ascii_lowercase()) && !kind.is_empty(),
                "{name}: `{argument}`"
            );
        }
    }
}
