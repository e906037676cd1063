//! Every hostile case, in a child process each: what it must get, in bounded time and memory, with the engine whole after.
//!
//! `cargo test -p bellwether-tests --test hostile -- switch` runs the cases whose names contain a word.
#![allow(clippy::expect_used, clippy::panic, reason = "a test fails loudly")]

use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use bellwether_tests::hostile::child::{self, Fence, Seen};
use bellwether_tests::hostile::{Case, Outcome, script};

#[global_allocator]
static ALLOCATOR: bellwether_alloc::Counting = bellwether_alloc::Counting;

/// Children at one time.
const AT_ONCE: usize = 2;

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
    let results = run_all("script", &cases);
    let faults = judge(&cases, &results, words.is_empty());
    assert!(
        faults.is_empty(),
        "{} hostile cases failed:\n{}",
        faults.len(),
        faults.join("\n")
    );
}

/// Runs the cases, some at a time, in the order of their names.
fn run_all(kind: &str, cases: &[Case]) -> Vec<Result<Seen, String>> {
    let next = AtomicUsize::new(0);
    let results: Mutex<Vec<(usize, Result<Seen, String>)>> = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                while let Some((at, case)) = {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    cases.get(at).map(|case| (at, case))
                } {
                    let seen = child::run(kind, &case.path, Fence::default());
                    results.lock().expect("no thread panics").push((at, seen));
                }
            });
        }
    });
    let mut results = results.into_inner().expect("no thread panics");
    results.sort_by_key(|(at, _)| *at);
    results.into_iter().map(|(_, seen)| seen).collect()
}

/// What is wrong, a line each; prints the figures.
fn judge(cases: &[Case], results: &[Result<Seen, String>], whole: bool) -> Vec<String> {
    let mut faults = Vec::new();
    let mut counts = [0_usize; 3];
    let mut slowest = (0, String::new());
    let mut largest = (0, String::new());
    for (case, result) in cases.iter().zip(results) {
        let name = case.name();
        let seen = match result {
            Ok(seen) => seen,
            Err(what) => {
                faults.push(format!("{name}: {what}"));
                continue;
            }
        };
        if std::env::var_os("HOSTILE_VERBOSE").is_some() {
            println!("{name}\t{}", seen.line());
        }
        if let Some(count) = counts.get_mut(seen.outcome as usize) {
            *count += 1;
        }
        slowest = slowest.max((seen.micros, name.clone()));
        largest = largest.max((seen.peak_bytes, name.clone()));
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
    let of = |outcome: Outcome| counts.get(outcome as usize).copied().unwrap_or(0);
    println!(
        "{} hostile scripts: {} refused, {} limited, {} fine, {} broke; worst time {} ms ({}), worst memory {:.1} MB ({})",
        cases.len(),
        of(Outcome::Refused),
        of(Outcome::Limited),
        of(Outcome::Fine),
        results.iter().filter(|result| result.is_err()).count(),
        slowest.0 / 1_000,
        slowest.1,
        largest.0 as f64 / 1e6,
        largest.1
    );
    if whole && cases.len() < 150 {
        faults.push(format!("only {} hostile scripts", cases.len()));
    }
    faults
}
