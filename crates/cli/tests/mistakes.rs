//! Every slip of an analyst has a card in `tests/mistakes` and a picture of what she is told.
//!
//! Add a card there, run `INSTA_UPDATE=always cargo test -p bellwether-cli --test mistakes`, and read the new picture as
//! she would: is it in her words, does it point at the very word, does it say what to do?
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::expect_used,
    reason = "a test fails loudly"
)]

use std::path::{Path, PathBuf};
use std::process::Command;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../tests/mistakes")
        .canonicalize()
        .unwrap()
}

fn check(card: &str) -> (Option<i32>, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_bellwether"))
        .args(["check", "--color", "never", "--as-of", "2026-06-30", card])
        .current_dir(folder())
        .output()
        .unwrap();
    let text = format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    (output.status.code(), text.replace("\r\n", "\n"))
}

#[test]
fn every_mistake_has_its_picture() {
    let mut cards: Vec<String> = std::fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .filter(|name| name.ends_with(".rhai") && name != "cx.rhai")
        .collect();
    cards.sort();
    assert!(cards.len() >= 50, "only {} cards", cards.len());
    for card in cards {
        let (code, text) = check(&card);
        let picture = format!(
            "exit code {}\n{text}",
            code.map_or_else(|| "none".to_owned(), |code| code.to_string())
        );
        insta::with_settings!({ snapshot_path => "../../../tests/mistakes/pictures", prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_snapshot!(card.trim_end_matches(".rhai"), picture);
        });
        if card != "good-card.rhai" {
            assert!(text.contains("[BW"), "{card}: no finding with a code\n{text}");
        }
    }
}

#[test]
fn several_mistakes_are_reported_together() {
    let (code, text) = check("several-mistakes-at-once.rhai");
    assert_eq!(code, Some(1));
    for finding in [
        "[BW102] Error: no setting `traget`",
        "[BW103] Error: `target` takes a number, and this is text",
        "[BW214] Error: the edges of `health` go up, one after the other",
    ] {
        assert!(text.contains(finding), "not reported: {finding}\n{text}");
    }
}
