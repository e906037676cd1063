//! What many reports cost beside one: `scripts/bench-batch`.
//!
//! Cards and answers are made by rule. For each number of rows: one card, a thousand cards that choose from 60 measures and 5
//! sets of segments with their own targets and weights, and a thousand cards that have nothing but the tables in common. Then
//! 400 reports of teams from one million rows, in each format.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a bench fails loudly"
)]

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use bellwether::data::Column;
use bellwether::engine::{Engine, EvaluateOptions, Job, ManyOptions};
use bellwether::report::Slices;
use bellwether::{Limits, Scorecard, Source, Table};
use bellwether_report::{FileFormat, FileOptions, render_to};

#[path = "../../core/benches/common/generated.rs"]
mod generated;

/// Seconds of processor time that this process has used.
fn cpu() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<&str> = stat.rsplit(") ").next().unwrap_or("").split(' ').collect();
    let ticks = |at: usize| fields.get(at).and_then(|text| text.parse::<f64>().ok()).unwrap_or(0.0);
    (ticks(11) + ticks(12)) / 100.0
}

/// Wall and processor seconds of something.
fn timed<T>(work: impl FnOnce() -> T) -> (f64, f64, T) {
    let (start, before) = (Instant::now(), cpu());
    let made = work();
    (start.elapsed().as_secs_f64(), cpu() - before, made)
}

fn compiled(engine: &Engine, text: &str) -> Scorecard {
    let source = Source {
        name: "card",
        text,
        modules: &[],
        params: &[],
    };
    engine.compile(&source).expect("a card").0
}

/// Evaluates cards together; wall and processor seconds.
fn together(engine: &Engine, cards: &[Scorecard], tables: &BTreeMap<String, Table>) -> (f64, f64) {
    let jobs: Vec<Job<'_>> = cards.iter().map(Job::new).collect();
    let options = ManyOptions {
        threads: 2,
        ..ManyOptions::default()
    };
    let whole = AtomicUsize::new(0);
    let (wall, cpu, ()) = timed(|| {
        engine.evaluate_each(&jobs, tables, &options, &|_, report| {
            whole.fetch_add(usize::from(report.is_ok()), Ordering::Relaxed);
        });
    });
    assert_eq!(whole.into_inner(), cards.len());
    (wall, cpu)
}

fn main() {
    let mut arguments = std::env::args().skip(1);
    let mut number = |or: usize| arguments.next().and_then(|text| text.parse().ok()).unwrap_or(or);
    let (rows, count, teams) = (number(1_000_000), number(1_000), number(400));
    let engine = Engine::new(Limits::BATCH);
    let tables = generated::tables(rows, 1_096);
    println!("{rows} answers of three years by month, 2 threads");

    let cards: Vec<Scorecard> = (0..count)
        .map(|number| compiled(&engine, &generated::card(number)))
        .collect();
    // One card of each set of segments, alone.
    let options = EvaluateOptions {
        threads: 2,
        ..EvaluateOptions::default()
    };
    let (wall, cpu, ()) = timed(|| {
        for card in &cards[..5] {
            engine.evaluate(card, tables.clone(), &options).expect("a report");
        }
    });
    let one = (wall / 5.0, cpu / 5.0);
    println!(
        "one card alone (mean of five): {:.3} s, {:.3} s of processor",
        one.0, one.1
    );
    let (wall, cpu) = together(&engine, &cards, &tables);
    println!(
        "{count} cards together: {wall:.2} s, {cpu:.2} s of processor: {:.1} and {:.1} times one card",
        wall / one.0,
        cpu / one.1
    );
    let plain: Vec<Scorecard> = cards
        .iter()
        .map(|card| Scorecard {
            scores: Vec::new(),
            ..card.clone()
        })
        .collect();
    let (wall, cpu, ()) = timed(|| {
        for card in &plain[..5] {
            engine.evaluate(card, tables.clone(), &options).expect("a report");
        }
    });
    let one = (wall / 5.0, cpu / 5.0);
    let (wall, cpu) = together(&engine, &plain, &tables);
    println!(
        "the same without scores: one {:.3} s, {:.3} s of processor; {count}: {wall:.2} s, {cpu:.2} s: {:.1} and {:.1} times",
        one.0,
        one.1,
        wall / one.0,
        cpu / one.1
    );
    let disjoint = count.min(100);
    let own: Vec<Scorecard> = (0..disjoint)
        .map(|number| compiled(&engine, &generated::disjoint(number)))
        .collect();
    let (wall, cpu) = together(&engine, &own, &tables);
    println!(
        "{disjoint} disjoint cards: {wall:.2} s, {cpu:.2} s of processor: {:.1} ms of processor each",
        cpu * 1e3 / disjoint as f64
    );

    slice_reports(&engine, rows, teams);
}

/// A report for each of so many teams.
fn slice_reports(engine: &Engine, rows: usize, teams: usize) {
    let mut tables = generated::tables(rows, 1_096);
    let names: Vec<String> = (0..teams).map(|number| format!("team {number}")).collect();
    let survey = tables.get_mut("survey").expect("a survey");
    let of = |row: usize| names.get(row.wrapping_mul(2_654_435_761) % teams).map(String::as_str);
    let team = Column::texts(&(0..rows).map(of).collect::<Vec<_>>());
    for (name, column) in &mut survey.columns {
        if name == "team" {
            *column = team.clone();
        }
    }
    // The third set of segments is that of teams.
    let card = compiled(engine, &generated::card(2));
    let options = EvaluateOptions {
        threads: 2,
        ..EvaluateOptions::default()
    };
    let (wall, cpu_one, report) = timed(|| engine.evaluate(&card, tables, &options).expect("a report"));
    println!("the whole report of {teams} teams: {wall:.2} s, {cpu_one:.2} s of processor");
    let (wall, cpu, slices) = timed(|| Slices::new(&report, "team").expect("the segment"));
    println!("made ready for slices: {wall:.2} s, {cpu:.2} s of processor");
    let values = slices.values();
    for format in FileFormat::ALL.iter().filter(|format| !format.is_of_charts()) {
        let next = AtomicUsize::new(0);
        let bytes = AtomicUsize::new(0);
        let work = || {
            while let Some(value) = values.get(next.fetch_add(1, Ordering::Relaxed)) {
                let cut = slices.of(value).expect("a slice");
                let drawn = render_to(&cut, *format, &FileOptions::default()).expect("a file");
                let size: usize = drawn.iter().map(|file| file.bytes.len()).sum();
                bytes.fetch_add(size, Ordering::Relaxed);
            }
        };
        let (wall, cpu, ()) = timed(|| {
            std::thread::scope(|scope| {
                scope.spawn(work);
                work();
            });
        });
        println!(
            "{} slices as {}: {wall:.2} s, {:.1} ms of processor each, {} kB each",
            values.len(),
            format.name(),
            cpu * 1e3 / values.len() as f64,
            bytes.into_inner() / values.len().max(1) / 1_000
        );
    }
}
