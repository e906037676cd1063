//! `cargo xtask`: chores of the repository that need more than a shell line.
//!
//! Imports: never the engine, so that the data it is tested on cannot depend on it.
//!
//! - `cargo xtask example-data` writes the tables of `examples`;
//! - `cargo xtask card-data` writes the tables of the made cards in `tests/cards`;
//! - `cargo xtask wasm` builds the browser package into `crates/wasm/pkg`: it runs it in Node to find out what belongs in the
//!   first of its two files.
//!
//! All are deterministic to the byte. With `--check` no data are written: the files are made in memory, and the
//! command fails when a committed file differs. `wasm --check` builds the package, and once more from a copy of the
//! sources in another folder, and fails when the two differ. `wasm --named` builds one file that keeps the names of its functions
//! into `target/wasm-named`, for a profiler: `node --cpu-prof crates/wasm/bench/node.js 200 target/wasm-named`.

mod cards;
mod date;
mod output;
mod random;
mod subscriber;
mod table;
mod wasm;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

const USAGE: &str = "\
usage: cargo xtask <chore> [--check | --named]

chores:
  example-data   the tables of examples/
  card-data      the tables of the made cards in tests/cards
  wasm           the browser package, in crates/wasm/pkg

  --check        write nothing, and fail when a committed file differs; of wasm: build it in two places, and fail
                 when the two differ
  --named        of wasm: one file with the names of its functions, in target/wasm-named, for a profiler";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let (chore, check) = match words.as_slice() {
        ["wasm", "--named"] => return finished(wasm::package(&root(), wasm::Build::Named)),
        [chore] => (*chore, false),
        [chore, "--check"] | ["--check", chore] => (*chore, true),
        _ => return usage(),
    };
    if chore == "wasm" {
        let wanted = if check {
            wasm::Build::Twice
        } else {
            wasm::Build::Package
        };
        return finished(wasm::package(&root(), wanted));
    }
    let files = match chore {
        "example-data" => subscriber::files().into_iter().chain(cards::gallery()).collect(),
        "card-data" => cards::files(),
        _ => return usage(),
    };
    let done = if check {
        output::check(&root(), &files)
    } else {
        output::write(&root(), &files)
    };
    finished(done)
}

fn finished(done: Result<String, String>) -> ExitCode {
    match done {
        Ok(summary) => {
            println!("{summary}");
            ExitCode::SUCCESS
        }
        Err(problem) => {
            eprintln!("error: {problem}");
            ExitCode::FAILURE
        }
    }
}

fn usage() -> ExitCode {
    eprintln!("{USAGE}");
    ExitCode::from(2)
}

/// The top of the repository: this crate lives two folders below it.
fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).unwrap_or(here).to_path_buf()
}
