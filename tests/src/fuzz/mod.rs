//! What the fuzz targets do with their bytes; each panics where a promise is broken. `tests/tests/corpora.rs` replays the
//! committed corpora through the same functions, so that what a fuzzer once found stays found.

pub mod closure;

use std::collections::BTreeMap;
use std::sync::OnceLock;
use std::time::Duration;

use bellwether::data::{CsvOptions, Needs, Table, read_csv, read_json};
use bellwether::definition::{Scorecard, validate};
use bellwether::diagnostic::Diagnostic;
use bellwether::engine::{Engine, ErrorKind, EvaluateOptions};
use bellwether::limits::Limits;
use bellwether::script::Source;

use crate::hostile::script;

/// The name of a target and what it does.
pub type Target = (&'static str, fn(&[u8]));

/// Every target.
pub const TARGETS: [Target; 6] = [
    ("script", script_text),
    ("card_and_data", card_and_data),
    ("csv", csv),
    ("json", json),
    ("saved", saved),
    ("closure", closure::differential),
];

/// What a fuzzer can afford for each input.
fn limits() -> Limits {
    Limits {
        operations: 20_000,
        row_operations: 20_000_000,
        cells: 2_000,
        wall_time: Duration::from_secs(2),
        ..Limits::UNTRUSTED
    }
}

fn engine() -> &'static Engine {
    static ENGINE: OnceLock<Engine> = OnceLock::new();
    ENGINE.get_or_init(|| script::engine(limits()))
}

/// A card as text: findings point into it, nothing breaks, and what compiles can be evaluated or says why not.
pub fn script_text(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    if let Some(card) = compiled(text) {
        evaluated(&card, script::tables(40));
    }
}

/// A card and the bytes of a CSV file behind a line of three dashes, handed in as `survey`.
pub fn card_and_data(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let (card, rows) = text.split_once("\n---\n").unwrap_or((text, ""));
    let Some(card) = compiled(card) else { return };
    let mut tables = script::tables(40);
    if let Ok((table, _)) = read_csv(rows.as_bytes(), &CsvOptions::default(), &Needs::all()) {
        tables.insert("survey".to_owned(), table);
    }
    evaluated(&card, tables);
}

/// The bytes of a CSV file.
pub fn csv(data: &[u8]) {
    if let Ok((table, _)) = read_csv(data, &CsvOptions::default(), &Needs::all()) {
        even(&table);
        bound(table);
    }
}

/// The bytes of a file of JSON or JSON Lines.
pub fn json(data: &[u8]) {
    if let Ok((table, _)) = read_json(data, None, &Needs::all(), &mut |_| true) {
        even(&table);
        bound(table);
    }
}

/// A scorecard saved as JSON: whatever it holds, checking and evaluating it ends in a result or an error, and what is
/// written is what is read.
pub fn saved(data: &[u8]) {
    let Ok(card) = serde_json::from_slice::<Scorecard>(data) else {
        return;
    };
    let written = serde_json::to_string(&card).expect("a scorecard is JSON");
    let again: Scorecard = serde_json::from_str(&written).expect("what is written can be read");
    assert_eq!(serde_json::to_string(&again).expect("a scorecard is JSON"), written);
    let _ = validate(&card);
    let _ = engine().needs(&card);
    evaluated(&card, script::tables(40));
}

/// Every column is as long as the table.
fn even(table: &Table) {
    for (name, column) in &table.columns {
        assert_eq!(column.len(), table.rows, "column `{name}`");
    }
}

/// The table in a card that reads its first columns.
fn bound(table: Table) {
    let mut text = "scorecard(\"x\"); let t = table(\"t\"); metric(\"rows\", count(t));\n".to_owned();
    for (at, (name, _)) in table.columns.iter().enumerate().take(4) {
        let name = serde_json::to_string(name).expect("a name is JSON");
        // A name that cannot be written in a card is no case of this target.
        if name.contains("\\u") {
            return;
        }
        text += &format!("metric(\"distinct {at}\", count_distinct(t[{name}]));\nsegment(\"by {at}\", t[{name}]);\n");
    }
    if let Some(card) = compiled(&text) {
        evaluated(&card, BTreeMap::from([("t".to_owned(), table)]));
    }
}

/// The card of a text, where it is one.
fn compiled(text: &str) -> Option<Scorecard> {
    let source = Source {
        name: "fuzz",
        text,
        modules: &[],
        params: &[],
    };
    match engine().compile(&source) {
        Ok((card, findings)) => {
            findings.iter().for_each(|finding| sound(finding, text));
            Some(card)
        }
        Err(error) => {
            assert_ne!(error.kind(), ErrorKind::Internal, "{error}");
            assert!(
                error.diagnostics().iter().any(Diagnostic::is_error),
                "an error says why"
            );
            error.diagnostics().iter().for_each(|finding| sound(finding, text));
            None
        }
    }
}

/// A finding is in words, points into the text, and is no confession of a bug.
fn sound(finding: &Diagnostic, text: &str) {
    assert!(!finding.message.is_empty());
    assert!(!finding.message.starts_with("the engine broke"), "{}", finding.message);
    if let Some(span) = finding.span.filter(|span| span.source == 0) {
        let range = span.start as usize..span.end as usize;
        assert!(
            text.get(range.clone()).is_some(),
            "{range:?} of {}: {}",
            text.len(),
            finding.message
        );
    }
}

fn evaluated(card: &Scorecard, tables: BTreeMap<String, Table>) {
    match engine().evaluate(card, tables, &EvaluateOptions::default()) {
        Ok(report) => {
            let written = serde_json::to_string(&report).expect("a report is JSON");
            // Neither can be written as a number in JSON: it would be `null` where a value is due.
            assert!(
                !written.contains("NaN") && !written.contains("inf,"),
                "a number is none"
            );
        }
        Err(error) => {
            assert_ne!(error.kind(), ErrorKind::Internal, "{error}: {:?}", error.diagnostics());
        }
    }
}
