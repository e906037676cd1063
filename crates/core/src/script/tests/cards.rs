//! The cards of the trial, which are the acceptance test of the language.

use std::path::{Path, PathBuf};

use super::compile_with;
use crate::diagnostic::Diagnostic;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Modules of a card's folder, by the name under which it imports them.
fn modules(folder: &Path) -> Vec<(String, String)> {
    fn walk(root: &Path, here: &Path, found: &mut Vec<(String, String)>) {
        let Ok(entries) = std::fs::read_dir(here) else { return };
        for path in entries.map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                walk(root, &path, found);
            } else if here != root && path.extension().is_some_and(|end| end == "rhai") {
                let name = path.strip_prefix(root).unwrap().with_extension("");
                let name = name.to_str().unwrap().replace('\\', "/");
                found.push((name, std::fs::read_to_string(&path).unwrap()));
            }
        }
    }
    let mut found = Vec::new();
    walk(folder, folder, &mut found);
    found.sort();
    found
}

fn cards() -> Vec<PathBuf> {
    let mut cards = vec![root().join("examples/subscriber-health/scorecard.rhai")];
    for folder in std::fs::read_dir(root().join("tests/cards")).unwrap() {
        let folder = folder.unwrap().path();
        let Ok(entries) = std::fs::read_dir(&folder) else {
            continue;
        };
        cards.extend(
            entries
                .map(|entry| entry.unwrap().path())
                .filter(|path| path.extension().is_some_and(|end| end == "rhai")),
        );
    }
    cards.sort();
    cards
}

#[test]
fn every_card_compiles_without_errors() {
    let cards = cards();
    assert!(cards.len() >= 13, "only {} cards", cards.len());
    for path in cards {
        let text = std::fs::read_to_string(&path).unwrap();
        let compiled = compile_with(&text, &modules(path.parent().unwrap()));
        let errors: Vec<&Diagnostic> = compiled.diagnostics.iter().filter(|d| d.is_error()).collect();
        assert!(errors.is_empty(), "{}: {errors:#?}", path.display());
    }
}

#[test]
fn a_compiled_card_survives_serde() {
    for path in cards() {
        let text = std::fs::read_to_string(&path).unwrap();
        let card = compile_with(&text, &modules(path.parent().unwrap())).scorecard.unwrap();
        let json = serde_json::to_string(&card).unwrap();
        let back: crate::definition::Scorecard = serde_json::from_str(&json).unwrap();
        assert_eq!(back, card, "{}", path.display());
    }
}

#[test]
fn a_card_compiles_the_same_twice() {
    for path in cards() {
        let text = std::fs::read_to_string(&path).unwrap();
        let modules = modules(path.parent().unwrap());
        assert_eq!(
            compile_with(&text, &modules).scorecard,
            compile_with(&text, &modules).scorecard
        );
    }
}
