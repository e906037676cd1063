//! Every fenced block of the documents runs, or says why not.
//!
//! - ` ```sh `: each line is a command. `bellwether ..` and `cargo run .. -p bellwether-cli -- ..` run the binary under
//!   test at the top of the repository and must exit with 0 (` ```sh exit=1 ` says otherwise). Other lines need
//!   ` ```sh not-run: reason `.
//! - ` ```text ` straight after a ` ```sh ` block is the standard output of its last command, to the letter; ` ```text start ` is
//!   its beginning.
//! - ` ```rhai ` is a card that compiles without errors: a whole one, or a piece that stands behind the document's
//!   ` ```rhai preamble `; ` ```rhai fails=BW102 ` one that must give that code; ` ```rhai part ` a piece that stands in a bundled
//!   card to the letter.
//! - ` ```rust ` is compiled by rustdoc where the document is included in a crate; ` ```json `, ` ```toml `, ` ```csv `
//!   must parse. Anything else, and blocks without a language, must say ` not-run: reason `.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::expect_used,
    reason = "a test fails loudly"
)]

use std::path::{Path, PathBuf};
use std::process::Command;

use bellwether::{Engine, Limits, Source};

/// A fenced block with the place where it stands.
struct Block {
    place: String,
    info: String,
    text: String,
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .canonicalize()
        .unwrap()
}

fn documents() -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![root()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if path.is_dir() {
                // What tools leave is no document.
                let left = ["node_modules", "test-results", "playwright-report", "dist", "pkg"];
                if !name.starts_with('.') && !name.starts_with("target") && !left.contains(&name.as_str()) {
                    folders.push(path);
                }
            // Pages of codes, and the document made of them, have tests of their own: tests/pages.rs.
            } else if name.ends_with(".md") && name != "diagnostics.md" && !folder.ends_with("crates/cli/pages") {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

fn blocks(path: &Path) -> Vec<Block> {
    let text = std::fs::read_to_string(path).unwrap();
    let mut found = Vec::new();
    let mut open: Option<(String, Block)> = None;
    for (number, line) in text.lines().enumerate() {
        let bare = line.trim_start();
        match &mut open {
            Some((fence, block)) => {
                if bare.trim_end() == fence.as_str() {
                    found.extend(open.take().map(|(_, block)| block));
                } else {
                    block.text.push_str(line);
                    block.text.push('\n');
                }
            }
            None => {
                let ticks = bare.len() - bare.trim_start_matches('`').len();
                if ticks >= 3 {
                    let name = path.strip_prefix(root()).unwrap().display();
                    let block = Block {
                        place: format!("{name}:{}", number + 1),
                        info: bare[ticks..].trim().to_owned(),
                        text: String::new(),
                    };
                    open = Some(("`".repeat(ticks), block));
                }
            }
        }
    }
    assert!(open.is_none(), "{}: a fence is never closed", path.display());
    found
}

/// Splits a command line at white space, with double and single quotes.
fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut quote = None;
    let mut any = false;
    for c in line.chars() {
        match (quote, c) {
            (Some(q), c) if c == q => quote = None,
            (Some(_), c) => word.push(c),
            (None, '"' | '\'') => {
                quote = Some(c);
                any = true;
            }
            (None, c) if c.is_whitespace() => {
                if any || !word.is_empty() {
                    words.push(std::mem::take(&mut word));
                    any = false;
                }
            }
            (None, c) => word.push(c),
        }
    }
    if any || !word.is_empty() {
        words.push(word);
    }
    words
}

/// The arguments of the binary in a documented command, where it is one of ours.
fn arguments(line: &str) -> Option<Vec<String>> {
    let words = words(line.trim_start_matches("$ ").trim());
    if words.first().is_some_and(|word| word == "bellwether") {
        return Some(words[1..].to_vec());
    }
    let cargo = words.first().is_some_and(|word| word == "cargo") && words.get(1).is_some_and(|word| word == "run");
    let ours = words.windows(2).any(|pair| pair == ["-p", "bellwether-cli"]);
    let split = words.iter().position(|word| word == "--")?;
    (cargo && ours).then(|| words[split + 1..].to_vec())
}

/// Runs a block of commands; the standard output of the last one.
fn run_commands(block: &Block, scratch: &Path) -> Result<String, String> {
    let wanted = block
        .info
        .split_once("exit=")
        .and_then(|(_, code)| code.split(' ').next()?.parse().ok())
        .unwrap_or(0);
    let mut last = String::new();
    for line in block
        .text
        .lines()
        .filter(|line| !line.trim().is_empty() && !line.trim_start().starts_with('#'))
    {
        let Some(arguments) = arguments(line) else {
            return Err(format!(
                "{}: `{line}` is not a command of ours; say `not-run: reason`",
                block.place
            ));
        };
        let arguments = arguments
            .iter()
            .map(|word| word.replace("/tmp", &scratch.display().to_string()));
        let output = Command::new(env!("CARGO_BIN_EXE_bellwether"))
            .args(arguments)
            .current_dir(root())
            .output()
            .map_err(|error| error.to_string())?;
        if output.status.code() != Some(wanted) {
            return Err(format!(
                "{}: `{line}` ended with {:?}, not {wanted}\n{}{}",
                block.place,
                output.status.code(),
                String::from_utf8_lossy(&output.stdout),
                String::from_utf8_lossy(&output.stderr)
            ));
        }
        last = String::from_utf8_lossy(&output.stdout).into_owned();
    }
    Ok(last)
}

fn compile(block: &Block, preamble: &str) -> Result<(), String> {
    let engine = Engine::new(Limits::default());
    let text = if block.text.starts_with("scorecard(") || block.text == preamble {
        block.text.clone()
    } else {
        format!("{preamble}{}", block.text)
    };
    let text = if text.contains("scorecard(") {
        text
    } else {
        format!("scorecard(\"Docs\");\n{text}")
    };
    let source = Source {
        name: &block.place,
        text: &text,
        modules: &[],
        params: &[],
    };
    let expected = block
        .info
        .split_once("fails=")
        .map(|(_, code)| code.split(' ').next().unwrap_or_default().to_owned());
    let found: Vec<String> = match engine.compile(&source) {
        Ok(_) => Vec::new(),
        Err(error) => error
            .diagnostics()
            .iter()
            .filter(|finding| finding.is_error())
            .map(|finding| format!("{} {}", finding.code, finding.message))
            .collect(),
    };
    match expected {
        None if found.is_empty() => Ok(()),
        None => Err(format!("{}: the card does not compile: {found:?}", block.place)),
        Some(code) if found.iter().any(|finding| finding.starts_with(&code)) => Ok(()),
        Some(code) => Err(format!("{}: {code} was promised, found {found:?}", block.place)),
    }
}

fn bundled_cards() -> Vec<String> {
    let mut cards = Vec::new();
    for folder in std::fs::read_dir(root().join("examples")).unwrap() {
        for entry in std::fs::read_dir(folder.unwrap().path()).into_iter().flatten() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|extension| extension == "rhai") {
                cards.push(std::fs::read_to_string(path).unwrap());
            }
        }
    }
    cards
}

#[test]
fn every_fenced_block_runs_or_says_why_not() {
    let scratch = tempfile::tempdir().unwrap();
    let cards = bundled_cards();
    let mut ran = 0;
    let mut wrong: Vec<String> = Vec::new();
    for document in documents() {
        let mut output: Option<String> = None;
        let reference = document.ends_with("docs/reference.md");
        let found = blocks(&document);
        let preamble = found
            .iter()
            .find(|block| block.info == "rhai preamble" || (reference && block.info == "rhai"))
            .map_or_else(String::new, |block| block.text.clone());
        for block in found {
            let language = block.info.split([' ', ',']).next().unwrap_or_default().to_owned();
            let before = output.take();
            if let Some((_, reason)) = block.info.split_once("not-run:") {
                if reason.trim().len() < 5 {
                    wrong.push(format!("{}: `not-run:` needs a reason", block.place));
                }
                continue;
            }
            ran += 1;
            let outcome = match language.as_str() {
                "sh" => run_commands(&block, scratch.path()).map(|text| output = Some(text)),
                "text" => match before {
                    Some(actual) if block.info.contains("start") && actual.starts_with(&block.text) => Ok(()),
                    Some(actual) if actual == block.text => Ok(()),
                    Some(actual) => Err(format!("{}: the command prints\n{actual}", block.place)),
                    None if document.ends_with("ARCHITECTURE.md") => Ok(()),
                    None => Err(format!(
                        "{}: a `text` block follows the command that prints it",
                        block.place
                    )),
                },
                "rhai" if block.info.contains("part") => {
                    let found = cards.iter().any(|card| card.contains(block.text.trim()));
                    if found {
                        Ok(())
                    } else {
                        Err(format!("{}: no bundled card has this piece", block.place))
                    }
                }
                "rhai" => compile(&block, &preamble),
                "rust" => Ok(()),
                "json" => serde_json::from_str::<serde_json::Value>(&block.text)
                    .map(drop)
                    .map_err(|error| format!("{}: {error}", block.place)),
                other => Err(format!(
                    "{}: a block of `{other}` must say `not-run: reason`",
                    block.place
                )),
            };
            wrong.extend(outcome.err());
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {ran} blocks are wrong:\n\n{}",
        wrong.len(),
        wrong.join("\n\n")
    );
    assert!(ran >= 3, "only {ran} blocks found: the documents have moved");
}
