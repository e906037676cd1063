//! `cargo xtask`: chores of the repository that need more than a shell line.
//!
//! Imports: `libm` only. Never: the engine, so that the data it is tested on cannot depend on it.
//!
//! - `cargo xtask example-data` writes the tables of `examples`;
//! - `cargo xtask card-data` writes the tables of the made cards in `tests/cards`.
//!
//! Both are deterministic to the byte. With `--check` nothing is written: the files are made in memory, and the
//! command fails when a committed file differs.

mod cards;
mod date;
mod output;
mod random;
mod subscriber;
mod table;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

const USAGE: &str = "\
usage: cargo xtask <chore> [--check]

chores:
  example-data   the tables of examples/
  card-data      the tables of the made cards in tests/cards

  --check        write nothing; fail when a committed file differs";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let (chore, check) = match words.as_slice() {
        [chore] => (*chore, false),
        [chore, "--check"] | ["--check", chore] => (*chore, true),
        _ => return usage(),
    };
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
