//! The published JSON Schema of a report is true of reports.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use bellwether::data::{CsvOptions, read_csv};
use bellwether::definition::CivilDate;
use bellwether::engine::{Engine, EvaluateOptions};
use bellwether::limits::Limits;
use bellwether::report::Report;
use bellwether::script::Source;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Evaluates the card of a folder over the CSV files beside it.
fn report(folder: &str, card: &str, as_of: &str) -> Report {
    let folder = root().join(folder);
    let text = fs::read_to_string(folder.join(card)).unwrap();
    let engine = Engine::new(Limits::default());
    let (card, _) = engine
        .compile(&Source {
            name: card,
            text: &text,
            modules: &[],
            params: &[],
        })
        .unwrap();
    let tables: BTreeMap<_, _> = engine
        .needs(&card)
        .into_iter()
        .map(|(name, needs)| {
            let bytes = fs::read(folder.join(format!("{name}.csv"))).unwrap();
            let (table, _) = read_csv(bytes.as_slice(), &CsvOptions::default(), &needs).unwrap();
            (name, table)
        })
        .collect();
    let options = EvaluateOptions {
        as_of: CivilDate::parse(as_of),
        ..EvaluateOptions::default()
    };
    engine.evaluate(&card, tables, &options).unwrap()
}

#[test]
fn reports_keep_to_the_schema() {
    let schema = fs::read_to_string(root().join("docs/report.schema.json")).unwrap();
    let schema: serde_json::Value = serde_json::from_str(&schema).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    for report in [
        report("examples/subscriber-health", "scorecard.rhai", "2026-06-30"),
        report("tests/cards/11-account-health", "card.rhai", "2026-06-28"),
        report("tests/cards/07-journey", "card.rhai", "2026-06-30"),
        report("tests/cards/10-executive", "card.rhai", "2026-06-30"),
    ] {
        let json = serde_json::to_value(&report).unwrap();
        let errors: Vec<String> = validator
            .iter_errors(&json)
            .map(|error| format!("{} at {}", error, error.instance_path()))
            .take(5)
            .collect();
        assert!(errors.is_empty(), "{}: {errors:#?}", report.results.header.title.value);
        let back: Report = serde_json::from_value(json).unwrap();
        assert_eq!(back.results.metrics, report.results.metrics);
    }
}
