//! The same card over the same data has the same results to the last bit: for any number of threads, in any order of
//! rows, and in another process. `scripts/nightly` compares the hashes of debug and release builds as well.
#![allow(clippy::expect_used, clippy::panic, reason = "a test fails loudly")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use bellwether::data::Table;
use bellwether::definition::{CivilDate, Scorecard};
use bellwether::engine::{Engine, EvaluateOptions};
use bellwether::script::Source;
use bellwether_tests::card::{self, CardData};
use bellwether_tests::run;

/// A card with its tables.
struct Prepared {
    name: String,
    card: Scorecard,
    tables: BTreeMap<String, Table>,
    options: EvaluateOptions,
}

fn prepared(name: &str, text: &str, modules: &[(String, String)], data: &CardData, folder: &Path) -> Prepared {
    let source = Source {
        name,
        text,
        modules,
        params: &[],
    };
    let (card, tables) = run::prepared(&source, data, folder).unwrap_or_else(|found| panic!("{name}: {found:#?}"));
    Prepared {
        name: name.to_owned(),
        card,
        tables,
        options: EvaluateOptions {
            as_of: data.as_of.as_deref().and_then(CivilDate::parse),
            values_from: data.values.clone(),
            ..EvaluateOptions::default()
        },
    }
}

/// Every card of the repository whose data lie in it and are not many.
fn cards() -> Vec<Prepared> {
    let mut all = Vec::new();
    for case in card::all().iter().filter(|case| case.data.needs.is_none()) {
        let Some(folder) = case.data_folder() else { continue };
        all.push(prepared(&case.name, &case.text, &case.modules, &case.data, &folder));
    }
    let examples: Vec<(String, PathBuf, String)> = card::shown()
        .into_iter()
        .filter(|(name, ..)| name.starts_with("examples"))
        .collect();
    for (name, path, text) in &examples {
        let folder = path.parent().expect("a card lies in a folder");
        all.push(prepared(name, text, &[], &CardData::default(), folder));
    }
    assert!(
        all.len() >= 8,
        "only {} cards have their data in the repository",
        all.len()
    );
    all
}

fn hash(engine: &Engine, of: &Prepared, tables: BTreeMap<String, Table>, threads: usize) -> String {
    let options = EvaluateOptions {
        threads,
        ..of.options.clone()
    };
    match engine.evaluate(&of.card, tables, &options) {
        Ok(report) => report.provenance.results_sha256,
        Err(error) => panic!("{}: {:#?}", of.name, error.diagnostics()),
    }
}

#[test]
fn any_number_of_threads_gives_the_same_bits() {
    for card in cards() {
        let one = hash(run::engine(), &card, card.tables.clone(), 1);
        for threads in [3, 8] {
            assert_eq!(
                hash(run::engine(), &card, card.tables.clone(), threads),
                one,
                "{} with {threads} threads",
                card.name
            );
        }
    }
}

/// Rows in another order: every third from the back first, then the others from the front.
fn shuffled(table: &Table) -> Table {
    let rows = u32::try_from(table.rows).expect("a small table");
    let order: Vec<u32> = (0..rows)
        .rev()
        .filter(|row| row % 3 == 1)
        .chain((0..rows).filter(|row| row % 3 != 1))
        .collect();
    let columns = table.columns.iter();
    Table {
        columns: columns
            .map(|(name, column)| (name.clone(), column.take(&order)))
            .collect(),
        ..table.clone()
    }
}

#[test]
fn any_order_of_rows_gives_the_same_bits() {
    for card in cards() {
        let straight = hash(run::engine(), &card, card.tables.clone(), 1);
        let tables = card
            .tables
            .iter()
            .map(|(name, table)| (name.clone(), shuffled(table)))
            .collect();
        assert_eq!(
            hash(run::engine(), &card, tables, 3),
            straight,
            "{} in another order",
            card.name
        );
    }
}

/// A line for each card, for the test below and for `scripts/nightly`.
#[test]
#[ignore = "prints hashes for others to compare"]
fn hashes() {
    for card in cards() {
        println!(
            "HASH {} {}",
            card.name,
            hash(run::engine(), &card, card.tables.clone(), 2)
        );
    }
}

#[test]
fn another_process_gives_the_same_bits() {
    let output = Command::new(std::env::current_exe().expect("this program"))
        .args(["--exact", "hashes", "--ignored", "--nocapture"])
        .output()
        .expect("this program runs again");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    for card in cards() {
        let line = format!(
            "HASH {} {}",
            card.name,
            hash(run::engine(), &card, card.tables.clone(), 1)
        );
        assert!(printed.contains(&line), "{line} is not in\n{printed}");
    }
}
