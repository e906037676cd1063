//! The twelve cards of `tests/cards`, what an analyst mistypes in them, and the cards that a reader meets first.
//!
//! Cards over real data run where `BELLWETHER_DATA` names a folder, and say that they skip elsewhere.
#![allow(clippy::expect_used, clippy::panic, reason = "a test fails loudly")]

use std::fmt::Write as _;

use bellwether::data::Values;
use bellwether::diagnostic::Diagnostic;
use bellwether_tests::card::{self, CardCase, CardData};
use bellwether_tests::oracle::{self, Cells, Expected};
use bellwether_tests::run::{self, Run};

/// Slips that are not told yet: card and slip. The test fails when one of them is, so that the list only shrinks.
const NOT_TOLD_YET: &[(&str, &str)] = &[];

/// A finding as a person reads it, with the line of the card that it points at.
fn told(text: &str, finding: &Diagnostic) -> String {
    let line = finding.span.filter(|span| span.source == 0).map_or("", |span| {
        let start = span.start as usize;
        let from = text
            .get(..start)
            .and_then(|before| before.rfind('\n'))
            .map_or(0, |at| at + 1);
        text.get(from..)
            .and_then(|rest| rest.lines().next())
            .unwrap_or("")
            .trim()
    });
    let help = finding.help.as_deref().unwrap_or("no help");
    format!("{} {}\n    help: {help}\n    on: {line}", finding.code, finding.message)
}

/// The cards with the folder of their data, those without data left out.
fn at_hand() -> impl Iterator<Item = (CardCase, std::path::PathBuf)> {
    card::all().into_iter().filter_map(|case| {
        let folder = case.data_folder()?;
        Some((case, folder))
    })
}

fn json(run: &Run) -> serde_json::Value {
    serde_json::to_value(run.report.as_ref().expect("a report")).expect("a report is JSON")
}

/// All errors of a run, in one text; empty when there is a report.
fn errors(name: &str, text: &str, run: &Run) -> String {
    let mut out = String::new();
    if run.report.is_none() {
        for finding in run.findings.iter().filter(|finding| finding.is_error()) {
            writeln!(out, "{name}: {}", told(text, finding)).expect("written");
        }
    }
    out
}

/// What is wrong with the values of a report, at most a screen of it.
fn differences<'a>(name: &str, run: &Run, expected: impl IntoIterator<Item = &'a Expected>) -> String {
    let cells = Cells::of(&json(run));
    let wrong: Vec<String> = expected.into_iter().filter_map(|value| cells.wrong(value)).collect();
    let mut out = String::new();
    for line in wrong.iter().take(20) {
        writeln!(out, "{name}: {line}").expect("written");
    }
    if wrong.len() > 20 {
        writeln!(out, "{name}: and {} more", wrong.len() - 20).expect("written");
    }
    out
}

#[test]
fn every_card_gives_a_report() {
    let mut wrong = String::new();
    for (case, folder) in at_hand() {
        wrong += &errors(&case.name, &case.text, &run::case(&case, &case.text, &folder));
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn made_cards_reach_the_values_of_the_oracle() {
    let made = oracle::values("made");
    let mut wrong = String::new();
    for (case, folder) in at_hand().filter(|(case, _)| case.data.needs.is_none()) {
        let run = run::case(&case, &case.text, &folder);
        let mine = made.iter().filter(|value| value.is_of(&case.name));
        wrong += &differences(&case.name, &run, mine.clone().filter(|value| value.entity().is_none()));
        wrong += &scores_of_rows(&case, &run, mine.filter(|value| value.entity().is_some()));
    }
    assert!(wrong.is_empty(), "{wrong}");
}

/// Scores of single rows, which are not cells.
fn scores_of_rows<'a>(case: &CardCase, run: &Run, expected: impl Iterator<Item = &'a Expected>) -> String {
    let report = run.report.as_ref().expect("a report");
    let mut out = String::new();
    for value in expected {
        let score = report.results.scores.iter().find(|score| score.name == value.metric);
        let got = score.and_then(|score| {
            let frame = &score.entities.as_ref()?.frame;
            let (_, keys) = frame.columns.first()?;
            let text = |row: usize| match &keys.values {
                Values::Text(text) => text.get(row).to_owned(),
                _ => keys.number(row).map(|key| key.to_string()).unwrap_or_default(),
            };
            let row = (0..frame.rows).find(|row| Some(text(*row).as_str()) == value.entity())?;
            frame.column(&score.name)?.number(row)
        });
        if !oracle::close(got, value.value) {
            let entity = value.entity().unwrap_or_default();
            writeln!(
                out,
                "{}: {} of {entity}: {got:?}, and {:?} expected",
                case.name, value.metric, value.value
            )
            .expect("written");
        }
    }
    out
}

#[test]
fn the_example_reaches_the_values_of_the_oracle() {
    let (name, path, text) = shown("examples/subscriber-health/scorecard.rhai");
    let run = run::shown(&name, &path, &text, &CardData::default());
    assert_eq!(errors(&name, &text, &run), "");
    let values = oracle::example();
    assert!(values.len() > 2_000, "{} values", values.len());
    let wrong = differences(&name, &run, &values);
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn every_example_gives_a_report() {
    let mut wrong = String::new();
    for (name, path, text) in card::shown().iter().filter(|(name, ..)| name.starts_with("examples/")) {
        wrong += &errors(name, text, &run::shown(name, path, text, &CardData::default()));
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn templates_compile() {
    for (name, path, text) in card::shown().iter().filter(|(name, ..)| name.contains("templates")) {
        // Their tables are for the reader to bring.
        let run = run::shown(name, path, text, &CardData::default());
        let wrong: Vec<&Diagnostic> = run
            .findings
            .iter()
            .filter(|finding| finding.is_error() && finding.place.is_none())
            .collect();
        assert!(wrong.iter().all(|finding| finding.code.0 >= 300), "{name}: {wrong:?}");
    }
}

#[test]
fn every_slip_is_told() {
    let mut wrong = String::new();
    for (case, folder) in at_hand() {
        for typo in &case.typos {
            let text = case.mistyped(typo);
            let run = run::case(&case, &text, &folder);
            let lines: Vec<String> = run.findings.iter().map(|finding| told(&text, finding)).collect();
            let is_told = lines.iter().any(|line| {
                let points = typo
                    .on
                    .as_ref()
                    .is_none_or(|on| line.lines().last().is_some_and(|last| last.contains(on)));
                points && typo.is_told_by(line)
            });
            let known = NOT_TOLD_YET.contains(&(case.name.as_str(), typo.about.as_str()));
            if is_told == known {
                let verdict = if known {
                    "is told now: take it off the list"
                } else {
                    "is not told"
                };
                writeln!(
                    wrong,
                    "{}: {} {verdict}; words: {:?}; said:",
                    case.name, typo.about, typo.expect
                )
                .expect("written");
                for line in &lines {
                    writeln!(wrong, "  {line}").expect("written");
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

fn shown(name: &str) -> (String, std::path::PathBuf, String) {
    card::shown()
        .into_iter()
        .find(|card| card.0 == name)
        .expect("the card is there")
}
