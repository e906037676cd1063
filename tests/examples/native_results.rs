//! The results of the native engine, for the parity test of the browser package: a JSON object a line for every example
//! and every card of `tests/cards`, with all that is needed to run it, and the canonical JSON of its results.
//!
//! `crates/wasm/tests/parity.test.js` runs it; cards over real data are left out where `BELLWETHER_DATA` is
//! not set.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use bellwether::report::canonical_json;
use bellwether::script::Source;
use bellwether_tests::card::{self, CardData};
use bellwether_tests::run;
use serde_json::{Value, json};

fn main() {
    let mut out = std::io::stdout().lock();
    for (name, path, text) in card::shown() {
        let folder = path.parent().unwrap_or(&path).to_path_buf();
        // Templates have no data of their own.
        if folder.join("README.md").is_file() {
            line(&mut out, &name, &text, &[], &CardData::default(), &folder);
        }
    }
    for case in card::all() {
        let folder = match &case.data.needs {
            None => case.path.parent().map(Path::to_path_buf),
            Some(variable) => std::env::var_os(variable).map(PathBuf::from),
        };
        match folder {
            Some(folder) => line(&mut out, &case.name, &case.text, &case.modules, &case.data, &folder),
            None => eprintln!("{} is left out: its data are not here", case.name),
        }
    }
}

fn line(
    out: &mut impl std::io::Write,
    name: &str,
    text: &str,
    modules: &[(String, String)],
    data: &CardData,
    folder: &Path,
) {
    let source = Source {
        name,
        text,
        modules,
        params: &[],
    };
    let run = run::run(&source, data, folder);
    let report = run
        .report
        .unwrap_or_else(|| panic!("{name} has a report: {:?}", run.findings));
    let modules: BTreeMap<&str, &str> = modules
        .iter()
        .map(|(name, text)| (name.as_str(), text.as_str()))
        .collect();
    let tables: Vec<Value> = run::files(&source, data)
        .into_iter()
        .map(|(table, file, latin1)| json!({ "name": table, "path": folder.join(file), "latin1": latin1 }))
        .collect();
    let value = json!({
        "name": name,
        "card": { "name": name, "text": text, "modules": modules },
        "options": { "asOf": data.as_of, "valuesFrom": data.values },
        "tables": tables,
        "sha256": report.provenance.results_sha256,
        "results": canonical_json(&report.results).expect("results are JSON"),
    });
    writeln!(out, "{value}").expect("standard output is open");
}
