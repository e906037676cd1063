//! Words and their documentation.

use std::collections::BTreeSet;

use super::{Limits, Source};
use crate::definition::{Function, MeasureFunction};
use crate::script::Compiler;
use crate::script::api::{self, row};
use crate::script::reference::{PREAMBLE, markdown, reference};

#[test]
fn every_example_compiles() {
    let compiler = Compiler::new(Limits::default());
    let outcome = "outcome(\"retention\", rate(customers, |c| !c.churned)).owner(\"VP\").target(80);\n";
    let mut failures = Vec::new();
    for word in reference() {
        let mut text = PREAMBLE.to_owned();
        if word.example.contains("drives(\"retention\")") && !word.example.contains("outcome(\"retention\"") {
            text.push_str(outcome);
        }
        text.push_str(&word.example);
        let source = Source {
            name: "example",
            text: &text,
            modules: &[],
            params: &[],
        };
        let compiled = compiler.compile(&source);
        for error in compiled.diagnostics.iter().filter(|d| d.is_error()) {
            failures.push(format!(
                "{} ({}): {} [{}]",
                word.name,
                word.group,
                error.message,
                super::at(&text, error)
            ));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn every_example_uses_its_word() {
    for word in reference() {
        assert!(
            word.example.contains(&word.name),
            "the example of {} does not use it",
            word.name
        );
        assert!(word.doc.ends_with('.'), "the text of {} has no end", word.name);
    }
}

#[test]
fn every_row_function_is_described() {
    for function in Function::ALL {
        assert!(
            row::ROWS.iter().any(|row| row.function == *function),
            "{}",
            function.name()
        );
    }
}

#[test]
fn every_measure_is_a_word() {
    let names: BTreeSet<&str> = api::words()
        .filter(|word| word.is_free())
        .map(|word| word.name)
        .collect();
    for measure in MeasureFunction::ALL {
        assert!(names.contains(measure.name()), "{}", measure.name());
    }
}

#[test]
fn the_table_of_measures_and_the_words_agree() {
    let table = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/measures.csv")).unwrap();
    let mut reader = csv::Reader::from_reader(table.as_bytes());
    let mut names = BTreeSet::new();
    for record in reader.records() {
        let record = record.unwrap();
        let (name, arguments) = (record[0].to_owned(), record[1].to_owned());
        let word = api::words()
            .find(|word| word.is_free() && word.name == name)
            .unwrap_or_else(|| panic!("{name} of docs/measures.csv is no word"));
        let fewest = arguments
            .split("; ")
            .filter(|argument| !argument.split(':').next().unwrap().ends_with('?'))
            .count();
        let most = arguments.split("; ").count();
        let given: Vec<api::Param> = word.parameters().collect();
        // `rate` of a true or false column is a short form that the table does not list.
        if name != "rate" {
            assert_eq!(
                given.iter().filter(|p| !p.optional).count(),
                fewest,
                "{name}: {arguments}"
            );
        }
        assert_eq!(given.len(), most, "{name}: {arguments}");
        names.insert(name);
    }
    for measure in MeasureFunction::ALL {
        assert!(
            names.contains(measure.name()),
            "{} is not in docs/measures.csv",
            measure.name()
        );
    }
}

#[test]
fn no_word_is_described_twice_for_one_receiver() {
    let mut seen = BTreeSet::new();
    for word in api::words() {
        for kind in word.on {
            assert!(
                seen.insert((word.name, format!("{kind:?}"))),
                "{} twice on {kind:?}",
                word.name
            );
        }
    }
}

/// The page is written by `UPDATE_REFERENCE=1 cargo test -p bellwether --lib reference`.
#[test]
fn the_page_of_the_reference_is_current() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/reference.md");
    let page = markdown();
    if std::env::var("UPDATE_REFERENCE").is_ok() {
        std::fs::write(path, &page).unwrap();
    }
    let written = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        written == page,
        "docs/reference.md is not current: UPDATE_REFERENCE=1 cargo test -p bellwether --lib reference"
    );
}
