//! Reports of the examples, each evaluated once.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Mutex, OnceLock};

use bellwether::data::{CsvOptions, read_csv};
use bellwether::report::Report;
use bellwether::{Engine, EvaluateOptions, Limits, Scorecard, Source};

pub const EXAMPLES: [&str; 5] = [
    "employee-voice",
    "first-year-journey",
    "maturity",
    "subscriber-health",
    "support-desk",
];

pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The report of an example, evaluated at the first call.
pub fn report(name: &str) -> &'static Report {
    static REPORTS: OnceLock<Mutex<BTreeMap<String, &'static Report>>> = OnceLock::new();
    let reports = REPORTS.get_or_init(Mutex::default);
    let mut reports = reports.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    reports
        .entry(name.to_owned())
        .or_insert_with(|| Box::leak(Box::new(evaluate(name))))
}

/// A card from its text, with an engine for it.
pub fn compiled(text: &str) -> (Engine, Scorecard) {
    let engine = Engine::new(Limits::default());
    let source = Source {
        name: "scorecard.rhai",
        text,
        modules: &[],
        params: &[],
    };
    let (card, _) = engine
        .compile(&source)
        .unwrap_or_else(|error| panic!("{:?}", error.diagnostics()));
    (engine, card)
}

fn evaluate(name: &str) -> Report {
    let folder = root().join("examples").join(name);
    let text = std::fs::read_to_string(folder.join("scorecard.rhai")).unwrap();
    let (engine, card) = compiled(&text);
    let needs = engine.needs(&card);
    let tables = card
        .tables
        .iter()
        .filter_map(|table| {
            let bytes = std::fs::read(folder.join(&table.file.as_ref()?.value)).unwrap();
            let name = table.name.value.clone();
            let (read, _) = read_csv(bytes.as_slice(), &CsvOptions::default(), needs.get(&name)?).unwrap();
            Some((name, read))
        })
        .collect();
    engine
        .evaluate(&card, tables, &EvaluateOptions::default())
        .unwrap_or_else(|error| panic!("{:?}", error.diagnostics()))
}
