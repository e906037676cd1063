//! The example card end to end, against values that pandas and numpy gave (`tests/oracle/subscriber-health.json`).

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::Value;

use super::*;
use crate::data::{CsvOptions, read_csv};
use crate::definition::CivilDate;
use crate::measure::State;
use crate::report::{self, Cell, MetricResult};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn example(name: &str) -> String {
    std::fs::read_to_string(root().join("examples/subscriber-health").join(name)).unwrap()
}

fn engine() -> Engine {
    Engine::new(Limits::default())
}

fn compile(text: &str) -> Scorecard {
    match engine().compile(&Source {
        name: "card",
        text,
        modules: &[],
        params: &[],
    }) {
        Ok((card, _)) => card,
        Err(error) => panic!("{:#?}", error.diagnostics()),
    }
}

fn example_tables(card: &Scorecard) -> BTreeMap<String, Table> {
    let needs = engine().needs(card);
    ["customers", "survey", "tickets"]
        .into_iter()
        .map(|name| {
            let text = example(&format!("{name}.csv"));
            let (table, _) = read_csv(text.as_bytes(), &CsvOptions::default(), &needs[name]).unwrap();
            (name.to_owned(), table)
        })
        .collect()
}

fn evaluate(card: &Scorecard, tables: BTreeMap<String, Table>, options: &EvaluateOptions) -> Report {
    match engine().evaluate(card, tables, options) {
        Ok(report) => report,
        Err(error) => panic!("{:#?}", error.diagnostics()),
    }
}

fn as_of(day: &str) -> EvaluateOptions {
    EvaluateOptions {
        as_of: CivilDate::parse(day),
        ..EvaluateOptions::default()
    }
}

fn find<'r>(metric: &'r MetricResult, cut: &serde_json::Map<String, Value>, period: Option<&str>) -> Option<&'r Cell> {
    metric.cells.iter().find(|cell| {
        cell.period.as_deref() == period
            && cell.segments.len() == cut.len()
            && cut
                .iter()
                .all(|(segment, value)| cell.segments.get(segment).map(String::as_str) == value.as_str())
    })
}

#[test]
fn the_example_gives_what_pandas_gives() {
    let card = compile(&example("scorecard.rhai"));
    let report = evaluate(&card, example_tables(&card), &as_of("2026-06-30"));
    let oracle = std::fs::read_to_string(root().join("tests/oracle/subscriber-health.json")).unwrap();
    let oracle: Value = serde_json::from_str(&oracle).unwrap();
    let mut compared = 0;
    for (name, expected) in oracle["cells"].as_object().unwrap() {
        let Some(metric) = report.results.metrics.iter().find(|metric| metric.name == *name) else {
            assert_eq!(name, "cost_to_serve_a_month");
            continue;
        };
        for row in expected.as_array().unwrap() {
            let cut = row["cut"].as_object().unwrap();
            let cell = find(metric, cut, row["period"].as_str()).unwrap_or_else(|| panic!("{name} {row}"));
            assert_eq!(cell.n, row["n"].as_u64().unwrap(), "n of {name} {row}");
            // The ratio's cells are told without skipped rows: its two parts skip for reasons of their own.
            if let Some(skipped) = row["skipped"].as_u64() {
                assert_eq!(cell.skipped, skipped, "skipped of {name} {row}");
            } else {
                assert_eq!(name, "cost_to_serve", "only a ratio leaves skipped out");
            }
            match row["value"].as_f64() {
                Some(value) => assert!(
                    (cell.value.unwrap() - value).abs() < 1e-9,
                    "{name} {row}: {:?}",
                    cell.value
                ),
                None => assert_eq!(cell.value, None, "{name} {row}"),
            }
            compared += 1;
        }
    }
    assert!(compared > 1500, "{compared} cells");
}

/// 0.4·nps on 0..60 + 0.3·csat on 50..95 + 0.3·effort on 5..2, from the report's own metrics; the cap at fcr < 60.
#[test]
fn the_health_of_the_example_is_the_mix_of_its_parts() {
    let card = compile(&example("scorecard.rhai"));
    let report = evaluate(&card, example_tables(&card), &as_of("2026-06-30"));
    assert_eq!(report.results.headline_period.as_deref(), Some("2026-06"));
    let health = &report.results.scores[0];
    let of = |name: &str, cell: &Cell| {
        let metric = report
            .results
            .metrics
            .iter()
            .find(|metric| metric.name == name)
            .unwrap();
        let same = |other: &&Cell| other.segments == cell.segments && other.period == cell.period;
        metric.cells.iter().find(same).unwrap().clone()
    };
    let line = |value: f64, zero: f64, hundred: f64| ((value - zero) / (hundred - zero) * 100.0).clamp(0.0, 100.0);
    let mut compared = 0;
    for cell in health.cells.iter().filter(|cell| cell.state.has_value()) {
        let [nps, csat, effort, fcr] = ["nps", "csat", "effort", "fcr"].map(|name| of(name, cell).value);
        let mixed = 0.4 * line(nps.unwrap(), 0.0, 60.0)
            + 0.3 * line(csat.unwrap(), 50.0, 95.0)
            + 0.3 * line(effort.unwrap(), 5.0, 2.0);
        let expected = if fcr.is_some_and(|fcr| fcr < 60.0) {
            mixed.min(40.0)
        } else {
            mixed
        };
        assert!((cell.value.unwrap() - expected).abs() < 1e-9, "{cell:?}");
        compared += 1;
    }
    assert!(compared > 200, "{compared} cells");
    let total: f64 = health.contributions.iter().filter_map(|part| part.points).sum();
    assert!((total - health.headline.value.unwrap()).abs() < 1e-9);
    assert_eq!(health.headline.state, State::Ok);
}

#[test]
fn the_hash_of_the_results_survives_a_file() {
    let card = compile(&example("scorecard.rhai"));
    let one = evaluate(&card, example_tables(&card), &as_of("2026-06-30"));
    let two = evaluate(
        &card,
        example_tables(&card),
        &EvaluateOptions {
            threads: 2,
            ..as_of("2026-06-30")
        },
    );
    assert_eq!(one.provenance.results_sha256, two.provenance.results_sha256);
    assert_eq!(
        one.provenance.results_sha256,
        report::results_sha256(&one.results).unwrap()
    );
    let text = serde_json::to_string(&one).unwrap();
    let back: Report = serde_json::from_str(&text).unwrap();
    assert_eq!(
        report::results_sha256(&back.results).unwrap(),
        one.provenance.results_sha256
    );
}

#[test]
fn options_that_the_card_does_not_know_are_refused() {
    let card = compile(&example("scorecard.rhai"));
    let wrong = EvaluateOptions {
        by: vec!["regoin".into()],
        period: Some("monthly".into()),
        ..as_of("2026-06-30")
    };
    let error = engine().evaluate(&card, example_tables(&card), &wrong).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Options);
    let help: Vec<&str> = error
        .diagnostics()
        .iter()
        .filter_map(|finding| finding.help.as_deref())
        .collect();
    assert_eq!(help, ["did you mean `region`?", "did you mean `month`?"]);
}

#[test]
fn cuts_and_calendars_of_the_call_are_added() {
    let card = compile(&example("scorecard.rhai"));
    let options = EvaluateOptions {
        by: vec!["tickets.channel,region".into()],
        period: Some("quarter".into()),
        ..as_of("2026-06-30")
    };
    let report = evaluate(&card, example_tables(&card), &options);
    assert_eq!(report.results.headline_period.as_deref(), Some("2026-Q2"));
    let fcr = report
        .results
        .metrics
        .iter()
        .find(|metric| metric.name == "fcr")
        .unwrap();
    assert!(
        fcr.cells
            .iter()
            .any(|cell| cell.segments.len() == 2 && cell.segments.contains_key("tickets.channel"))
    );
}

#[test]
fn a_caller_can_stop_it() {
    let card = compile(&example("scorecard.rhai"));
    let stopped = EvaluateOptions {
        cancel: Some(Arc::new(AtomicBool::new(true))),
        ..as_of("2026-06-30")
    };
    let error = engine().evaluate(&card, example_tables(&card), &stopped).unwrap_err();
    assert_eq!(
        (error.kind(), error.to_string().as_str()),
        (ErrorKind::Cancelled, "stopped by the caller")
    );
}

mod accounts;
mod anonymity;
mod by_hand;
mod card_tests;
mod explained;
mod gaps;
mod inference;
mod lifetimes;
mod programme;
mod questions;
mod quotes;
mod raters;
mod results;
mod weights;
mod windows;
