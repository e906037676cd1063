//! Cards evaluated together give what each gives alone: all cards of `tests/cards`, the examples and the templates, each with
//! a copy of itself whose text stands further down, over tables with a column that neither needs.
//!
//! Cards over real data run where `BELLWETHER_DATA` names a folder.
#![allow(clippy::expect_used, clippy::panic, reason = "a test fails loudly")]

use std::collections::BTreeMap;

use bellwether::data::{Column, Table};
use bellwether::definition::CivilDate;
use bellwether::engine::{EvaluateOptions, Job, ManyOptions};
use bellwether::{Report, Scorecard, Source};
use bellwether_tests::card::{self, CardData};
use bellwether_tests::run;

/// A card with its data: name, text, modules, where its tables lie.
type Case = (String, String, Vec<(String, String)>, CardData, std::path::PathBuf);

fn cases() -> Vec<Case> {
    let cards = card::all().into_iter().filter_map(|case| {
        let folder = case.data_folder()?;
        Some((case.name, case.text, case.modules, case.data, folder))
    });
    let shown = card::shown()
        .into_iter()
        .filter(|(name, ..)| name.starts_with("examples"));
    let examples = shown.map(|(name, path, text)| {
        let folder = path.parent().expect("a folder").to_path_buf();
        (name, text, Vec::new(), CardData::default(), folder)
    });
    cards.chain(examples).collect()
}

fn options(data: &CardData) -> EvaluateOptions {
    EvaluateOptions {
        as_of: data.as_of.as_deref().and_then(CivilDate::parse),
        values_from: data.values.clone(),
        ..EvaluateOptions::default()
    }
}

/// The tables with a column more that no card needs; not those of which every column counts.
fn widened(card: &Scorecard, tables: &BTreeMap<String, Table>) -> BTreeMap<String, Table> {
    let needs = run::engine().needs(card);
    let mut tables = tables.clone();
    for (name, table) in &mut tables {
        if needs.get(name).is_some_and(|needs| !needs.all) {
            let spare = Column::ints((0..table.rows).map(|row| Some(row as i64 % 7)).collect());
            table.columns.push(("a column of nobody".to_owned(), spare));
        }
    }
    tables
}

/// Where two texts of JSON begin to differ: the lines of both.
fn difference(alone: &Report, together: &Report) -> Option<(String, String)> {
    let text = |report: &Report| serde_json::to_string_pretty(&report.results).expect("results are JSON");
    let (alone, together) = (text(alone), text(together));
    let found = alone.lines().zip(together.lines()).find(|(a, b)| a != b);
    found.map(|(a, b)| (a.to_owned(), b.to_owned()))
}

fn same(alone: &Report, together: &Report, name: &str) {
    assert_eq!(difference(alone, together), None, "{name}");
    assert_eq!(alone.provenance, together.provenance, "{name}");
    assert_eq!(alone.diagnostics, together.diagnostics, "{name}");
    let frames = |report: &Report| {
        report
            .results
            .scores
            .iter()
            .map(|score| score.entities.clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(frames(alone), frames(together), "{name}");
}

#[test]
fn cards_give_together_what_they_give_alone() {
    let mut seen = 0;
    for (name, text, modules, data, folder) in cases() {
        let below = format!("// A line more.\n\n{text}");
        let source = |text| Source {
            name: &name,
            text,
            modules: &modules,
            params: &[],
        };
        let (card, tables) = run::prepared(&source(&text), &data, &folder).expect("a card and its data");
        let (moved, _) = run::engine().compile(&source(&below)).expect("the same card");
        let options = options(&data);
        let alone = |card: &Scorecard| {
            run::engine()
                .evaluate(card, tables.clone(), &options)
                .expect("a report")
        };
        let (first, second) = (alone(&card), alone(&moved));
        let jobs: Vec<Job<'_>> = [&card, &moved, &card]
            .into_iter()
            .map(|card| Job {
                card,
                options: options.clone(),
            })
            .collect();
        let many = ManyOptions {
            threads: 2,
            read_for_all: true,
            ..ManyOptions::default()
        };
        let together = run::engine().evaluate_many(&jobs, &widened(&card, &tables), &many);
        for (alone, together) in [&first, &second, &first].into_iter().zip(&together) {
            same(alone, together.as_ref().expect("a report"), &name);
        }
        seen += 1;
    }
    assert!(seen >= 5, "the examples at least");
}
