//! Every card of the repository: nothing breaks at any place, and formatting changes no meaning.

use std::fs;
use std::path::{Path, PathBuf};

use super::super::{Assist, Known, format};
use crate::limits::Limits;
use crate::script::{Compiler, Source};

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The scripts below some folders, with their texts.
fn scripts(folders: &[&str]) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let mut waiting: Vec<PathBuf> = folders.iter().map(|folder| repository().join(folder)).collect();
    while let Some(path) = waiting.pop() {
        if path.is_dir() {
            let entries = fs::read_dir(&path).expect("a folder of the repository");
            waiting.extend(entries.map(|entry| entry.expect("an entry").path()));
        } else if path.extension().is_some_and(|end| end == "rhai")
            && let Ok(text) = fs::read_to_string(&path)
        {
            found.push((path, text));
        }
    }
    found.sort();
    assert!(!found.is_empty(), "there are scripts below {folders:?}");
    found
}

fn modules(card: &Path) -> Vec<(String, String)> {
    let folder = card.parent().expect("a folder").join("company");
    let text = fs::read_to_string(folder.join("cx.rhai"));
    text.map(|text| vec![("company/cx".to_owned(), text)])
        .unwrap_or_default()
}

/// Asks everything at every character.
fn ask_everywhere(text: &str) {
    let tables = super::tables();
    let known = Known {
        tables: &tables,
        ..Known::default()
    };
    let assist = Assist::new(text, known);
    let card = assist.card();
    for (at, _) in text.char_indices().chain([(text.len(), ' ')]) {
        let at = at as u32;
        for offer in super::super::complete::complete(&card, at) {
            let span = offer.span;
            assert!(
                span.start <= at && at <= span.end && span.end as usize <= text.len(),
                "{span:?} at {at}"
            );
            assert!(text.is_char_boundary(span.start as usize) && text.is_char_boundary(span.end as usize));
        }
        super::super::hover::hover(&card, at);
        super::super::signature::signature(&card, at);
        super::super::definition::definition(&card, at);
    }
    let _ = assist.outline();
}

#[test]
fn nothing_breaks_at_any_place_of_any_card() {
    for (_, text) in scripts(&["tests/cards", "examples"]) {
        ask_everywhere(&text);
        // Cut off in the middle, as while it is typed.
        for part in [text.len() / 3, text.len() / 2] {
            let mut end = part;
            while !text.is_char_boundary(end) {
                end -= 1;
            }
            let cut = text.get(..end).unwrap();
            let assist = Assist::new(cut, Known::default());
            let _ = assist.complete(end as u32);
            let _ = assist.signature(end as u32);
        }
    }
}

#[test]
fn nothing_breaks_in_a_hostile_script() {
    for (path, text) in scripts(&["tests/hostile/scripts", "tests/mistakes"]) {
        let whole = text.len() < 4_096;
        let assist = Assist::new(&text, Known::default());
        let places = if whole { text.len() } else { 8 };
        let card = assist.card();
        for place in 0..=places {
            let mut at = if whole { place } else { text.len() * place / 8 };
            while !text.is_char_boundary(at) {
                at -= 1;
            }
            super::super::complete::complete(&card, at as u32);
            super::super::hover::hover(&card, at as u32);
            super::super::signature::signature(&card, at as u32);
            super::super::definition::definition(&card, at as u32);
        }
        let _ = assist.outline();
        if let Some(done) = format(&text) {
            let again = format(&done.text).unwrap_or_else(|| panic!("{}: formatted once", path.display()));
            assert_eq!(again.text, done.text, "{}", path.display());
        }
    }
}

/// What a compile gives, without places: they move when a text is formatted.
fn meaning(name: &Path, text: &str) -> (Option<serde_json::Value>, Vec<String>) {
    let modules = modules(name);
    let source = Source {
        name: "card",
        text,
        modules: &modules,
        params: &[],
    };
    let compiled = Compiler::new(Limits::default()).compile(&source);
    let mut card = compiled
        .scorecard
        .map(|card| serde_json::to_value(card).expect("plain data"));
    if let Some(card) = &mut card {
        without_places(card);
    }
    let mut found: Vec<String> = compiled
        .diagnostics
        .iter()
        .map(|finding| finding.code.to_string())
        .collect();
    found.sort();
    (card, found)
}

fn without_places(value: &mut serde_json::Value) {
    match value {
        serde_json::Value::Object(fields) => {
            fields.remove("span");
            fields.remove("sources");
            fields.retain(|_, value| !is_place(value));
            fields.values_mut().for_each(without_places);
        }
        serde_json::Value::Array(items) => items.iter_mut().for_each(without_places),
        _ => {}
    }
}

fn is_place(value: &serde_json::Value) -> bool {
    value
        .as_object()
        .is_some_and(|fields| fields.len() == 3 && fields.contains_key("source") && fields.contains_key("start"))
}

#[test]
fn formatting_keeps_the_meaning_of_every_card() {
    let mut compiled = 0;
    for (path, text) in scripts(&["tests/cards", "examples", "tests/mistakes", "tests/hostile/scripts"]) {
        let hostile = path.components().any(|part| part.as_os_str() == "hostile");
        if hostile && text.len() > 4_096 {
            continue;
        }
        let Some(done) = format(&text) else { continue };
        let again = format(&done.text).expect("formatted once");
        assert_eq!(again.text, done.text, "{}", path.display());
        let (before, after) = (meaning(&path, &text), meaning(&path, &done.text));
        assert_eq!(after, before, "{}\n{}", path.display(), done.text);
        compiled += u32::from(before.0.is_some());
    }
    assert!(compiled > 15, "{compiled} cards compile");
}
