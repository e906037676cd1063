//! The page of every code is true: its failing card gets exactly that code, its way out does not, and the words it names
//! exist. How the finding is drawn is kept as a picture in `tests/mistakes/pages`.
//!
//! A page is `crates/cli/pages/BW600.md`. Its first block of Rhai is the card that fails, the first one under `## A way out`
//! the card that does not. Blocks that name a file (` ```csv survey.csv `) are files beside the card, and ` ```sh ` is the
//! command, `bellwether check card.rhai` where there is none.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::expect_used,
    reason = "a test fails loudly"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use bellwether::diagnostic::codes::{REGISTRY, RETIRED};
use bellwether::script::reference;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .canonicalize()
        .unwrap()
}

/// One half of a page: a card, files beside it, and the command.
#[derive(Default, Clone)]
struct Example {
    card: String,
    files: BTreeMap<String, String>,
    command: Option<String>,
}

/// The failing example and the way out.
fn examples(page: &str) -> (Example, Example) {
    let (before, after) = page.split_once("\n## A way out\n").expect("a section `A way out`");
    let fails = example(before, Example::default());
    let starts_from = Example {
        card: String::new(),
        ..fails.clone()
    };
    let mends = example(after, starts_from);
    (fails, mends)
}

fn example(text: &str, mut found: Example) -> Example {
    let mut open: Option<(String, String)> = None;
    for line in text.lines() {
        match (&mut open, line.strip_prefix("```")) {
            (None, Some(info)) => open = Some((info.to_owned(), String::new())),
            (Some(_), Some(_)) => {
                let (info, body) = open.take().unwrap();
                match info
                    .split_once(' ')
                    .map_or((info.as_str(), ""), |(language, rest)| (language, rest))
                {
                    ("rhai", "" | "fails") => found.card = body,
                    ("sh", "") => found.command = Some(body.trim().to_owned()),
                    (_, file) if file.contains('.') => {
                        let (file, columns) = file.split_once(" columns=").unwrap_or((file, "0"));
                        let body = widened(&body, columns.parse().unwrap());
                        found.files.insert(file.to_owned(), body);
                    }
                    _ => panic!("a block of a kind that pages do not have: {info}"),
                }
            }
            (Some((_, body)), None) => {
                body.push_str(line);
                body.push('\n');
            }
            (None, None) => {}
        }
    }
    assert!(!found.card.is_empty(), "no card");
    found
}

/// A CSV file with empty columns behind its own, up to so many: ` ```csv survey.csv columns=20001 `.
fn widened(body: &str, columns: usize) -> String {
    let own = body.lines().next().map_or(0, |line| line.split(',').count());
    if columns <= own {
        return body.to_owned();
    }
    let names: String = (own..columns).map(|number| format!(",c{number}")).collect();
    let blanks = ",".repeat(columns - own);
    body.lines()
        .enumerate()
        .map(|(row, line)| format!("{line}{}\n", if row == 0 { &names } else { &blanks }))
        .collect()
}

/// Codes that nothing says yet, with the reason; take a line out when its page is written.
const WAITING: &[(u16, &str)] = &[];

/// Runs an example in a folder of its own; the exit code and what is printed.
fn run(example: &Example) -> (i32, String) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("card.rhai"), &example.card).unwrap();
    for (name, text) in &example.files {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    let command = example.command.as_deref().unwrap_or("bellwether check card.rhai");
    let words: Vec<&str> = command.split_whitespace().collect();
    assert_eq!(words[0], "bellwether");
    let output = Command::new(env!("CARGO_BIN_EXE_bellwether"))
        .args(&words[1..])
        .args(["--color", "never"])
        .current_dir(folder.path())
        .output()
        .unwrap();
    let text = format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    (output.status.code().unwrap(), text.replace("\r\n", "\n"))
}

/// The codes of the findings that are drawn.
fn codes(text: &str) -> BTreeSet<String> {
    text.lines()
        .filter_map(|line| Some(line.strip_prefix('[')?.split_once(']')?.0.to_owned()))
        .filter(|code| code.starts_with("BW"))
        .collect()
}

#[test]
fn every_page_is_true() {
    let words: BTreeSet<String> = reference::reference().into_iter().map(|word| word.name).collect();
    let mut wrong = Vec::new();
    for (code, title) in REGISTRY {
        let path = root().join(format!("crates/cli/pages/{code}.md"));
        if WAITING.iter().any(|(number, _)| *number == code.0) {
            assert!(!path.exists(), "{code} waits no more");
            continue;
        }
        let Ok(page) = std::fs::read_to_string(&path) else {
            wrong.push(format!(
                "{code} has no page: write crates/cli/pages/{code}.md and name it in crates/cli/src/pages.rs"
            ));
            continue;
        };
        assert_eq!(page.lines().next(), Some(format!("# {code}: {title}").as_str()));
        let (fails, mends) = examples(&page);
        let (_, drawn) = run(&fails);
        if codes(&drawn) != BTreeSet::from([code.to_string()]) {
            wrong.push(format!("the example of {code} gets {:?}\n{drawn}", codes(&drawn)));
        }
        let (exit, mended) = run(&mends);
        if exit != 0 || !codes(&mended).is_empty() {
            wrong.push(format!("the way out of {code} ends with {exit}\n{mended}"));
        }
        for word in page
            .lines()
            .filter_map(|line| line.strip_prefix("See also: "))
            .flat_map(|line| line.split(", "))
        {
            if !words.contains(word.trim_matches('`')) {
                wrong.push(format!("{code} names {word}, and the language has no such word"));
            }
        }
        insta::with_settings!({ snapshot_path => "../../../tests/mistakes/pages", prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_snapshot!(code.to_string(), drawn);
        });
    }
    assert!(
        wrong.is_empty(),
        "{} pages are wrong:\n\n{}",
        wrong.len(),
        wrong.join("\n\n")
    );
}

#[test]
fn no_page_is_left_over() {
    for entry in std::fs::read_dir(root().join("crates/cli/pages")).unwrap() {
        let name = entry.unwrap().file_name().to_string_lossy().into_owned();
        let number: u16 = name.trim_start_matches("BW").trim_end_matches(".md").parse().unwrap();
        assert!(REGISTRY.iter().any(|(code, _)| code.0 == number), "{name} has no code");
        assert!(!RETIRED.contains(&number));
    }
}

#[test]
fn the_document_is_made_from_the_pages() {
    let output = Command::new(env!("CARGO_BIN_EXE_bellwether"))
        .args(["docs", "codes", "--markdown"])
        .output()
        .unwrap();
    let made = String::from_utf8(output.stdout).unwrap();
    let path = root().join("docs/diagnostics.md");
    if std::env::var_os("INSTA_UPDATE").is_some_and(|update| update == "always") {
        std::fs::write(&path, &made).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        kept == made,
        "docs/diagnostics.md is old: bellwether docs codes --markdown > docs/diagnostics.md"
    );
}
