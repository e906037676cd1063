//! Every hostile case, in a child process each: what it must get, in bounded time and memory, with the engine whole after.
//!
//! `cargo test -p bellwether-tests --test hostile -- switch` runs the cases whose names contain a word.
#![allow(clippy::expect_used, clippy::panic, reason = "a test fails loudly")]

use std::path::{Path, PathBuf};

use bellwether_tests::hostile::child::{self, Fence, Seen, Tally};
use bellwether_tests::hostile::{Case, script};

#[global_allocator]
static ALLOCATOR: bellwether_alloc::Counting = bellwether_alloc::Counting;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [flag, kind, path] = arguments.as_slice()
        && flag == "--child"
    {
        let seen = match kind.as_str() {
            "script" => script::run(&Case::read(Path::new(path))),
            other => panic!("no kind of case is named {other}"),
        };
        println!("{}", seen.line());
        return;
    }
    if arguments.iter().any(|argument| argument == "--list") {
        return;
    }
    let words: Vec<&String> = arguments.iter().filter(|argument| !argument.starts_with('-')).collect();
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("hostile/scripts");
    let cases: Vec<Case> = Case::all(&folder, "rhai")
        .into_iter()
        .filter(|case| words.is_empty() || words.iter().any(|word| case.name().contains(word.as_str())))
        .collect();
    let paths: Vec<&Path> = cases.iter().map(|case| case.path.as_path()).collect();
    let results = child::run_all("script", &paths, Fence::default());
    let faults = judge(&cases, &results, words.is_empty());
    assert!(
        faults.is_empty(),
        "{} hostile cases failed:\n{}",
        faults.len(),
        faults.join("\n")
    );
}

/// What is wrong, a line each; prints the figures.
fn judge(cases: &[Case], results: &[Result<Seen, String>], whole: bool) -> Vec<String> {
    let mut faults = Vec::new();
    let mut tally = Tally::default();
    for (case, result) in cases.iter().zip(results) {
        let name = case.name();
        let seen = match tally.count(&name, result) {
            Ok(seen) => seen,
            Err(fault) => {
                faults.push(fault);
                continue;
            }
        };
        if seen.outcome != case.must || !case.code.iter().all(|code| seen.codes.contains(code)) {
            let wanted = case.code.as_deref().unwrap_or_default();
            faults.push(format!(
                "{name}: must be {} {wanted}, is {} {}: {}",
                case.must.word(),
                seen.outcome.word(),
                seen.codes.join(","),
                seen.message
            ));
        }
        // Time is promised for release builds only; the watchdog keeps the others.
        if !cfg!(debug_assertions) && u128::from(seen.micros) > script::most_time().as_micros() {
            faults.push(format!("{name}: took {} ms", seen.micros / 1_000));
        }
        if seen.peak_bytes > script::most_memory() {
            faults.push(format!("{name}: took {} MB", seen.peak_bytes / 1_000_000));
        }
    }
    println!("hostile scripts: {tally}");
    if whole && cases.len() < 150 {
        faults.push(format!("only {} hostile scripts", cases.len()));
    }
    faults
}
