//! A stage uses what its row in ARCHITECTURE.md names, and nothing else.
//!
//! The table of the document is the law: the test reads it, and the paths of `crates/core/src`, so that neither can go
//! stale without a failure. Tests of the core (`#[cfg(test)]`, `tests.rs`) may use anything.
#![allow(clippy::expect_used, clippy::panic, reason = "a test fails loudly")]

#[path = "layering/rust.rs"]
mod rust;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// A row of the table of stages.
#[derive(Debug)]
struct Stage {
    module: String,
    may_use: BTreeSet<String>,
}

/// What the host hands in, and core never asks for.
const OUTSIDE: [&str; 7] = [
    "std::fs",
    "std::env",
    "std::net",
    "std::process",
    "std::io::stdin",
    "std::time::SystemTime",
    "std::time::Instant",
];

/// Reads the table whose header holds `module` and `may use`.
fn stages(document: &str) -> Vec<Stage> {
    let cells = |line: &str| -> Vec<String> {
        line.trim()
            .trim_matches('|')
            .split('|')
            .map(|cell| cell.trim().trim_matches('`').to_owned())
            .collect()
    };
    let mut lines = document.lines().filter(|line| line.starts_with('|'));
    let (module, may_use) = lines
        .by_ref()
        .find_map(|line| {
            let header = cells(line);
            let at = |name: &str| header.iter().position(|cell| cell == name);
            Some((at("module")?, at("may use")?))
        })
        .expect("ARCHITECTURE.md has a table with the columns `module` and `may use`");
    lines
        .map(cells)
        .filter(|row| !row.iter().all(|cell| cell.chars().all(|c| "-: ".contains(c))))
        .map(|row| Stage {
            module: row.get(module).cloned().unwrap_or_default(),
            may_use: row
                .get(may_use)
                .into_iter()
                .flat_map(|cell| cell.split(','))
                .map(|name| name.trim().trim_matches('`').to_owned())
                .filter(|name| !name.is_empty() && name != "–" && name != "-")
                .collect(),
        })
        .collect()
}

/// What is wrong with the table itself: a stage may only use the rows above its own.
fn table_faults(stages: &[Stage]) -> Vec<String> {
    let mut above = BTreeSet::new();
    let mut faults = Vec::new();
    for stage in stages {
        for used in stage.may_use.iter().filter(|used| !above.contains(used.as_str())) {
            faults.push(format!(
                "ARCHITECTURE.md: `{}` may use `{used}`, which has no row above it",
                stage.module
            ));
        }
        above.insert(stage.module.as_str());
    }
    faults
}

/// What is wrong with the sources: pairs of a path below `src` and the text.
fn source_faults(stages: &[Stage], sources: &[(PathBuf, String)]) -> Vec<String> {
    let law: BTreeMap<&str, &BTreeSet<String>> = stages.iter().map(|s| (s.module.as_str(), &s.may_use)).collect();
    let root = sources.iter().find(|(path, _)| path == Path::new("lib.rs"));
    let exported = root.map(|(_, text)| rust::reexports(text)).unwrap_or_default();
    let only_for_tests: Vec<Vec<String>> = sources
        .iter()
        .flat_map(|(path, text)| {
            let below = |name| [rust::module_path(path), vec![name]].concat();
            rust::test_modules(text).into_iter().map(below).collect::<Vec<_>>()
        })
        .collect();
    let mut faults = Vec::new();
    for (path, text) in sources {
        if only_for_tests
            .iter()
            .any(|module| rust::module_path(path).starts_with(module))
        {
            continue;
        }
        let place = |line: usize| format!("{}:{line}", path.display());
        let code = rust::without_tests(rust::tokens(text));
        if path == Path::new("lib.rs") {
            let logic = code
                .iter()
                .find(|t| matches!(t.text.as_str(), "fn" | "impl" | "struct" | "enum" | "trait"));
            if let Some(token) = logic {
                faults.push(format!(
                    "{}: the root holds modules and re-exports, not `{}`",
                    place(token.line),
                    token.text
                ));
            }
            continue;
        }
        let module = rust::module_path(path);
        let Some(own) = module.first().cloned() else { continue };
        let Some(may_use) = law.get(own.as_str()) else {
            faults.push(format!(
                "{}: the module `{own}` has no row in ARCHITECTURE.md",
                path.display()
            ));
            continue;
        };
        for (name, line) in rust::root_names(&code, module.len()) {
            let used = exported.get(&name).unwrap_or(&name);
            if *used != own && !may_use.contains(used) {
                faults.push(format!(
                    "{}: `{own}` uses `{used}`, which its row in ARCHITECTURE.md does not name",
                    place(line)
                ));
            }
        }
        for (used, line) in rust::paths(&code) {
            if own != "script" && (used == "rhai" || used.starts_with("rhai::")) {
                faults.push(format!("{}: `{own}` uses Rhai; only `script` may", place(line)));
            }
            if OUTSIDE
                .iter()
                .any(|outside| used == *outside || used.starts_with(&format!("{outside}::")))
            {
                faults.push(format!(
                    "{}: `{own}` uses `{used}`; the host hands that in",
                    place(line)
                ));
            }
        }
    }
    faults.dedup();
    faults
}

/// The sources of the core without its test files, in order of their paths.
fn sources(folder: &Path) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(&next).expect("a readable folder") {
            let path = entry.expect("a readable entry").path();
            let name = path.file_name().and_then(|n| n.to_str()).unwrap_or_default().to_owned();
            if path.is_dir() && name != "tests" {
                folders.push(path);
            } else if name.ends_with(".rs") && name != "tests.rs" {
                let text = fs::read_to_string(&path).expect("a readable source");
                found.push((
                    path.strip_prefix(folder).expect("a path below the folder").to_owned(),
                    text,
                ));
            }
        }
    }
    found.sort();
    found
}

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn document() -> String {
    fs::read_to_string(repository().join("ARCHITECTURE.md")).expect("ARCHITECTURE.md")
}

#[test]
fn every_stage_uses_what_its_row_names() {
    let stages = stages(&document());
    let sources = sources(&repository().join("crates/core/src"));
    let mut faults = [table_faults(&stages), source_faults(&stages, &sources)].concat();
    let modules: BTreeSet<String> = sources
        .iter()
        .filter_map(|(path, _)| rust::module_path(path).into_iter().next())
        .collect();
    for stage in stages.iter().filter(|stage| !modules.contains(&stage.module)) {
        faults.push(format!("ARCHITECTURE.md: there is no module `{}`", stage.module));
    }
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}

const TABLE: &str = "\
Text before | is | no table.

| stage | module | may use |
| --- | --- | --- |
| diagnostic | `diagnostic` | – |
| data | `data` | diagnostic |
| measure | `measure` | data, diagnostic |

Text after.
";

/// The faults of one made-up file beside a root that re-exports `Diagnostic`.
fn faults_of(path: &str, text: &str) -> Vec<String> {
    let root = "//! Docs.\npub mod diagnostic;\npub use diagnostic::{Diagnostic, Span as Place};\n".to_owned();
    source_faults(&stages(TABLE), &[(path.into(), text.into()), ("lib.rs".into(), root)])
}

#[test]
fn the_table_is_read() {
    let stages = stages(TABLE);
    let names: Vec<&str> = stages.iter().map(|s| s.module.as_str()).collect();
    assert_eq!(names, ["diagnostic", "data", "measure"]);
    assert_eq!(stages.last().map(|s| s.may_use.len()), Some(2));
    assert!(table_faults(&stages).is_empty());
}

#[test]
fn a_row_that_uses_a_later_one_is_found() {
    let turned = TABLE.replace(
        "| diagnostic | `diagnostic` | – |",
        "| diagnostic | `diagnostic` | data |",
    );
    assert_eq!(
        table_faults(&stages(&turned)),
        ["ARCHITECTURE.md: `diagnostic` may use `data`, which has no row above it"]
    );
}

#[test]
fn a_use_of_a_later_stage_is_found() {
    let expected = ["data/csv.rs:2: `data` uses `measure`, which its row in ARCHITECTURE.md does not name"];
    for line in [
        "use crate::measure::Cell;",
        "use crate::{diagnostic::{Span, Code}, measure::{self, Cell}};",
        "use super::super::measure;",
        "use super::super::{diagnostic, measure::Cell};",
        "fn f() -> crate::measure::Cell { todo() }",
        "mod inner { use super::super::super::measure; }",
        "pub(in crate::data) fn f<'a>(c: &'a str) -> char { let _ = (\"{\", '\\'', '{'); crate::measure::f(c) }",
        "fn f() { let _: r#type = r##\"\"#\"##; crate :: measure :: f() }",
    ] {
        assert_eq!(
            faults_of("data/csv.rs", &format!("//! Uses crate::measure in words.\n{line}\n")),
            expected,
            "{line}"
        );
    }
}

#[test]
fn what_is_allowed_is_not_a_fault() {
    for text in [
        "use crate::diagnostic::Span;\nuse crate::data::Column;\nuse super::Column;\n",
        "use crate::{Diagnostic, Place};\n",
        "/// `crate::measure` in words. /* \" */\nfn f() { let _ = \"crate::measure\"; } // crate::measure\n",
        "/* crate::measure /* nested */ crate::measure */ fn f() {}\n",
        "#[cfg(test)]\nmod tests { use crate::measure::Cell; fn f() { { } } }\nfn g() {}\n",
        "#[cfg(test)]\n#[allow(unused)]\nuse crate::measure::{Cell, State};\nfn g() {}\n",
        "#[cfg(all(test, feature = \"x\"))]\nfn f(a: [u8; 3]) -> [u8; 3] { crate::measure::f(a) }\n",
        "mod inner { use super::super::Column; use super::csv; }\n",
    ] {
        assert_eq!(faults_of("data/csv.rs", text), [""; 0], "{text}");
    }
}

#[test]
fn code_that_is_not_only_for_tests_is_read() {
    let text = "#[cfg(not(test))]\nuse crate::measure::Cell;\n#[cfg(test)]\nmod tests;\nuse crate::measure::State;\n";
    assert_eq!(faults_of("data/mod.rs", text).len(), 2);
}

#[test]
fn files_of_modules_for_tests_are_left_out() {
    let files = [
        ("data/csv.rs".into(), "#[cfg(test)]\nmod random;\nmod quote;\n".into()),
        ("data/csv/random.rs".into(), "use crate::measure::Cell;\n".into()),
        ("data/csv/random/deep.rs".into(), "use crate::measure::Cell;\n".into()),
        ("data/csv/quote.rs".into(), "use crate::measure::Cell;\n".into()),
    ];
    let expected = ["data/csv/quote.rs:1: `data` uses `measure`, which its row in ARCHITECTURE.md does not name"];
    assert_eq!(source_faults(&stages(TABLE), &files), expected);
}

#[test]
fn strangers_are_found() {
    assert_eq!(
        faults_of("colour.rs", ""),
        ["colour.rs: the module `colour` has no row in ARCHITECTURE.md"]
    );
    assert_eq!(
        faults_of("data.rs", "use crate::Report;\n"),
        ["data.rs:1: `data` uses `Report`, which its row in ARCHITECTURE.md does not name"]
    );
    assert_eq!(
        faults_of("data.rs", "use rhai::{Engine, AST};\n"),
        ["data.rs:1: `data` uses Rhai; only `script` may"]
    );
    assert_eq!(
        faults_of("data.rs", "use std::{fmt, fs::File};\n"),
        ["data.rs:1: `data` uses `std::fs::File`; the host hands that in"]
    );
    assert_eq!(
        source_faults(
            &stages(TABLE),
            &[("lib.rs".into(), "pub mod data;\nfn f() {}\n".into())]
        ),
        ["lib.rs:2: the root holds modules and re-exports, not `fn`"]
    );
}
