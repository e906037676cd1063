//! Every hostile file, in a child process each, behind a limit of address space and a deadline; then thousands of good
//! files with bytes changed. The cases are `tests/hostile/files/manifest.toml`, where anyone can add one.
//!
//! `cargo test -p bellwether-files --test hostile -- parquet` runs the cases whose names contain a word.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "tests may fail loudly"
)]

// One fence for hostile scripts and hostile files.
#[path = "../../../tests/src/hostile/child.rs"]
mod child;
#[path = "hostile/make.rs"]
mod make;
#[path = "hostile/mutate.rs"]
mod mutate;
#[path = "../../../tests/src/hostile/outcome.rs"]
mod outcome;
#[path = "hostile/thrift.rs"]
mod thrift;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use bellwether::data::{Needs, ReadLimits};
use bellwether::diagnostic::codes;
use bellwether_files::{FileOptions, open};
use serde::Deserialize;

use child::{Fence, Seen, Tally};
pub use outcome::Outcome;

#[global_allocator]
static ALLOCATOR: bellwether_alloc::Counting = bellwether_alloc::Counting;

/// Memory that a case may take unless it says otherwise, in MiB.
const MOST_MIB: u64 = 48;

/// A case of the manifest.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    /// The file beside the manifest, or the name of what makes one.
    file: Option<String>,
    make: Option<String>,
    /// `fine`, or `refused` or `limited` with a code.
    must: String,
    /// Where the finding must be.
    row: Option<u64>,
    column: Option<String>,
    /// What it must say, among other words.
    says: Option<String>,
    /// `untrusted` unless told: `trusted`.
    #[serde(default)]
    limits: Limits,
    /// Memory that it may take, in MiB.
    most_mib: Option<u64>,
    /// Only where the system has such things.
    #[serde(default)]
    unix: bool,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Limits {
    #[default]
    Untrusted,
    Trusted,
}

#[derive(Debug, Deserialize)]
struct Manifest {
    case: Vec<Case>,
}

impl Case {
    fn name(&self) -> &str {
        self.file
            .as_deref()
            .or(self.make.as_deref())
            .expect("a case has `file` or `make`")
    }

    /// Its name among the others: the same file may be read within both limits.
    fn id(&self) -> String {
        match self.limits {
            Limits::Untrusted => self.name().to_owned(),
            Limits::Trusted => format!("{}@trusted", self.name()),
        }
    }
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/hostile/files")
}

fn manifest() -> Vec<Case> {
    let text = std::fs::read_to_string(folder().join("manifest.toml")).unwrap();
    toml::from_str::<Manifest>(&text).unwrap().case
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [flag, kind, name] = arguments.as_slice()
        && flag == "--child"
    {
        let seen = match kind.as_str() {
            "file" => read(name),
            "mutate" => mutate::run(name),
            other => panic!("no kind of case is named {other}"),
        };
        println!("{}", seen.line());
        return;
    }
    if arguments.iter().any(|argument| argument == "--list") {
        return;
    }
    let words: Vec<&String> = arguments.iter().filter(|argument| !argument.starts_with('-')).collect();
    let chosen = |name: &str| words.is_empty() || words.iter().any(|word| name.contains(word.as_str()));
    let every = manifest();
    let mut faults = Vec::new();
    if words.is_empty() {
        faults.extend(unlisted(&every));
    }
    let cases: Vec<Case> = every
        .into_iter()
        .filter(|case| chosen(&case.id()) && (cfg!(unix) || !case.unix))
        .collect();
    let names: Vec<String> = cases.iter().map(Case::id).collect();
    let results = child::run_all(
        "file",
        &names,
        Fence {
            address_space_kib: 1 << 20,
            deadline: Duration::from_secs(60),
        },
    );
    faults.extend(judge(&cases, &results));
    let kinds: Vec<String> = mutate::KINDS
        .iter()
        .map(|(kind, _)| (*kind).to_owned())
        .filter(|kind| chosen(kind))
        .collect();
    let fence = Fence {
        address_space_kib: 1 << 20,
        deadline: Duration::from_secs(300),
    };
    faults.extend(mutate::judge(&kinds, &child::run_all("mutate", &kinds, fence)));
    assert!(
        faults.is_empty(),
        "{} hostile cases failed:\n{}",
        faults.len(),
        faults.join("\n")
    );
}

/// Files and makers that no case names.
fn unlisted(cases: &[Case]) -> Vec<String> {
    let named: BTreeSet<&str> = cases.iter().map(Case::name).collect();
    let there = std::fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let made = make::ALL.iter().map(|(name, _)| (*name).to_owned());
    let mut all: BTreeSet<String> = there.chain(made).collect();
    all.remove("manifest.toml");
    all.remove("README.md");
    all.into_iter()
        .filter(|name| !named.contains(name.as_str()))
        .map(|name| format!("{name}: not in the manifest"))
        .collect()
}

/// What the child does: it makes the file, if need be, and reads it.
fn read(id: &str) -> Seen {
    let cases = manifest();
    let case = cases
        .iter()
        .find(|case| case.id() == id)
        .unwrap_or_else(|| panic!("no case {id}"));
    let made = tempfile::tempdir().unwrap();
    let path = match &case.make {
        Some(name) => make::make(name, made.path()).unwrap(),
        None => folder().join(case.name()),
    };
    let options = FileOptions {
        limits: match case.limits {
            Limits::Untrusted => ReadLimits::UNTRUSTED,
            Limits::Trusted => ReadLimits::TRUSTED,
        },
        threads: 2,
        ..FileOptions::default()
    };
    let (outcome, codes, micros, peak_bytes, message) = measured(path.to_str().unwrap(), &options, case);
    Seen {
        outcome,
        codes,
        micros,
        peak_bytes,
        message,
    }
}

fn measured(path: &str, options: &FileOptions, case: &Case) -> (Outcome, Vec<String>, u64, u64, String) {
    bellwether_alloc::reset_peak();
    let before = bellwether_alloc::bytes_in_use();
    let begun = Instant::now();
    let read = open(path, options, &Needs::all(), &mut |_, _| true);
    let micros = u64::try_from(begun.elapsed().as_micros()).unwrap();
    let peak = bellwether_alloc::peak_bytes().saturating_sub(before);
    let (outcome, codes, message) = match read {
        Ok((table, _)) => (Outcome::Fine, Vec::new(), format!("{} rows", table.rows)),
        Err(finding) => {
            let limited = finding.code == codes::FILE_LIMIT;
            let place = finding.place.clone().unwrap_or_default();
            let mut message = finding.message.clone();
            if case.row.is_some() && place.row != case.row {
                message = format!("WRONG ROW {:?}: {message}", place.row);
            }
            if case.column.is_some() && place.column != case.column {
                message = format!("WRONG COLUMN {:?}: {message}", place.column);
            }
            if place.file.is_none() {
                message = format!("WRONG: no file: {message}");
            }
            let outcome = if limited { Outcome::Limited } else { Outcome::Refused };
            (outcome, vec![finding.code.to_string()], message)
        }
    };
    (outcome, codes, micros, peak, message)
}

/// What is wrong, a line each; prints the figures.
fn judge(cases: &[Case], results: &[Result<Seen, String>]) -> Vec<String> {
    let mut faults = Vec::new();
    let mut tally = Tally::default();
    for (case, result) in cases.iter().zip(results) {
        let name = case.id();
        let seen = match tally.count(&name, result) {
            Ok(seen) => seen,
            Err(fault) => {
                faults.push(fault);
                continue;
            }
        };
        let got = format!("{} {}", seen.outcome.word(), seen.codes.join(","));
        let says = case.says.as_deref().unwrap_or_default();
        if got.trim() != case.must || !seen.message.contains(says) || seen.message.starts_with("WRONG") {
            faults.push(format!(
                "{name}: must be {} {says}, is {got}: {}",
                case.must, seen.message
            ));
        }
        if seen.peak_bytes > case.most_mib.unwrap_or(MOST_MIB) << 20 {
            faults.push(format!("{name}: took {} MiB", seen.peak_bytes >> 20));
        }
    }
    println!("hostile files: {tally}");
    faults
}
