//! What a child does with a hostile script: it compiles and evaluates it on a small stack, as a host would that trusts
//! nobody, and then a good card with the same engine.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bellwether::data::{Column, Table};
use bellwether::diagnostic::{Diagnostic, codes};
use bellwether::engine::{Engine, EvaluateOptions};
use bellwether::limits::{Host, Limits};
use bellwether::script::Source;

use super::child::Seen;
use super::{Case, Outcome};

/// The stack that compiling and evaluating must do with, in bytes.
pub const STACK: usize = 1 << 20;

/// The limits of a stranger's card. Unoptimised code on a busy machine gets ten times the time, so that what a case gets
/// does not depend on what else runs; all other limits are the same.
#[must_use]
pub fn limits() -> Limits {
    let times = if cfg!(debug_assertions) { 10 } else { 1 };
    Limits {
        wall_time: Limits::UNTRUSTED.wall_time * times,
        ..Limits::UNTRUSTED
    }
}

/// An engine as a host runs it for cards that nobody has read.
#[must_use]
pub fn engine(limits: Limits) -> Engine {
    let begun = Instant::now();
    Engine::new(limits).with_host(Host {
        clock: Some(Arc::new(move || begun.elapsed())),
        meter: Some(Arc::new(bellwether_alloc::bytes_in_use)),
    })
}

/// Tables of customers, answers and tickets, made by rule: row `i` of each is the same in every process.
#[must_use]
pub fn tables(rows: usize) -> BTreeMap<String, Table> {
    let all = || 0..rows as i64;
    let texts = |names: &[&str]| {
        let values: Vec<Option<&str>> = all()
            .map(|row| names.get(row as usize % names.len()).copied())
            .collect();
        Column::texts(&values)
    };
    let table = |columns: Vec<(&str, Column)>| Table {
        columns: columns
            .into_iter()
            .map(|(name, column)| (name.to_owned(), column))
            .collect(),
        rows,
        ..Table::default()
    };
    let ids = || Column::ints(all().map(Some).collect());
    let owners = || Column::ints(all().map(|row| Some(row * 7919 % rows.max(1) as i64)).collect());
    // From the first of January 2020, a day for every three rows, two years at most.
    let days = || Column::dates(all().map(|row| Some(18_262 + (row / 3 % 730) as i32)).collect());
    let customers = table(vec![
        ("customer_id", ids()),
        ("region", texts(&["north", "east", "south", "west"])),
        ("plan", texts(&["free", "plus", "pro"])),
        ("churned", Column::bools(all().map(|row| Some(row % 5 == 0)).collect())),
        ("joined_on", days()),
        (
            "revenue",
            Column::floats(all().map(|row| Some(row as f64 * 0.37 % 900.0)).collect()),
        ),
    ]);
    let survey = table(vec![
        ("answer_id", ids()),
        ("customer_id", owners()),
        ("answered_on", days()),
        (
            "recommend",
            Column::ints(all().map(|row| (row % 13 != 0).then_some(row * 31 % 11)).collect()),
        ),
        ("effort", Column::ints(all().map(|row| Some(1 + row % 7)).collect())),
        ("comment", texts(&["slow", "kind", "lost my bag", "", "ok"])),
    ]);
    let tickets = table(vec![
        ("ticket_id", ids()),
        ("customer_id", owners()),
        ("opened_at", days()),
        ("contacts", Column::ints(all().map(|row| Some(1 + row % 4)).collect())),
        (
            "minutes",
            Column::floats(all().map(|row| Some(row as f64 * 1.7 % 240.0)).collect()),
        ),
        ("team", texts(&["a", "b", "c", "d", "e"])),
    ]);
    BTreeMap::from([
        ("customers".to_owned(), customers),
        ("survey".to_owned(), survey),
        ("tickets".to_owned(), tickets),
    ])
}

/// Runs a case and then a good card on a thread with a small stack.
///
/// # Panics
/// Where that thread does: the case has broken the engine.
#[must_use]
pub fn run(case: &Case) -> Seen {
    run_on(case, STACK)
}

/// As [`run`], on a stack of so many bytes.
///
/// # Panics
/// As [`run`].
#[must_use]
pub fn run_on(case: &Case, stack: usize) -> Seen {
    std::thread::scope(|scope| {
        std::thread::Builder::new()
            .stack_size(stack)
            .spawn_scoped(scope, || on_this_thread(case))
            .expect("a thread")
            .join()
            .expect("a hostile script must not panic")
    })
}

fn on_this_thread(case: &Case) -> Seen {
    let engine = engine(limits());
    let data = tables(case.rows);
    let source = Source {
        name: "hostile",
        text: &case.text,
        modules: &case.modules,
        params: &[],
    };
    let before = bellwether_alloc::bytes_in_use();
    bellwether_alloc::reset_peak();
    let begun = Instant::now();
    let errors = evaluate(&engine, &source, data);
    let micros = begun.elapsed().as_micros() as u64;
    let peak_bytes = bellwether_alloc::peak_bytes().saturating_sub(before);
    assert_good_card(&engine);
    seen(&errors, micros, peak_bytes)
}

/// The errors of compiling and evaluating; none where there is a report.
fn evaluate(engine: &Engine, source: &Source<'_>, data: BTreeMap<String, Table>) -> Vec<Diagnostic> {
    // One budget for both, as DESIGN wants it: time does not begin again with the data.
    let budget = engine.budget();
    let (card, _) = match engine.compile_within(source, &budget) {
        Ok(compiled) => compiled,
        Err(error) => return errors(error.into_diagnostics()),
    };
    let options = EvaluateOptions {
        budget: Some(budget),
        threads: 1,
        ..EvaluateOptions::default()
    };
    match engine.evaluate(&card, data, &options) {
        Ok(_) => Vec::new(),
        Err(error) => errors(error.into_diagnostics()),
    }
}

fn errors(findings: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let errors: Vec<Diagnostic> = findings.into_iter().filter(Diagnostic::is_error).collect();
    assert!(!errors.is_empty(), "no report, and no error that says why");
    let broke = |error: &&Diagnostic| error.message.starts_with("the engine broke");
    assert_eq!(errors.iter().find(broke), None, "a panic was caught");
    errors
}

fn seen(errors: &[Diagnostic], micros: u64, peak_bytes: u64) -> Seen {
    let mut found: Vec<String> = errors.iter().map(|error| error.code.to_string()).collect();
    found.sort();
    found.dedup();
    let outcome = match errors {
        [] => Outcome::Fine,
        _ if errors.iter().any(|error| error.code == codes::LIMIT) => Outcome::Limited,
        _ => Outcome::Refused,
    };
    Seen {
        outcome,
        codes: found,
        micros,
        peak_bytes,
        message: errors.first().map(|error| error.message.clone()).unwrap_or_default(),
    }
}

/// The engine that a hostile card was given to still evaluates the next one, to the digit.
fn assert_good_card(engine: &Engine) {
    let text = r#"
        scorecard("Good").owner("CX").purpose("Keep customers").min_n(1);
        let survey = table("survey").rows(["recommend", "plan"], [[10, "pro"], [9, "pro"], [2, "free"], [7, "free"]]);
        survey.column("recommend").scale(0, 10);
        segment("plan", survey.plan);
        metric("nps", nps(survey.recommend)).target(40).owner("CX");
        metric("pro", rate(survey, |s| s.plan == "pro" && s.recommend > 8)).target(40).owner("CX");
        score("mix").mix("nps", 0.5, -100, 100).mix("pro", 0.5, 0, 100).bands(50, 75);
    "#;
    let source = Source {
        name: "good",
        text,
        modules: &[],
        params: &[],
    };
    let (card, _) = engine.compile(&source).expect("the good card compiles");
    let report = engine
        .evaluate(&card, BTreeMap::new(), &EvaluateOptions::default())
        .expect("the good card has a report");
    let value = |index: usize| {
        report
            .results
            .metrics
            .get(index)
            .and_then(|metric| metric.headline.value)
    };
    // Two promoters and one detractor of four; two of four rows; (62.5 + 50) / 2.
    assert_eq!((value(0), value(1)), (Some(25.0), Some(50.0)));
    let score = report.results.scores.first().and_then(|score| score.headline.value);
    assert_eq!(score, Some(56.25));
}

/// How long a case may take by the limits, in release: twice the wall time and a little.
#[must_use]
pub fn most_time() -> Duration {
    Limits::UNTRUSTED.wall_time * 2 + Duration::from_millis(50)
}

/// How much memory a case may take beyond the data: the limit and one value of the largest size, with what the engine
/// holds between two readings of the meter, such as a report of the most cells that it may have.
#[must_use]
pub const fn most_memory() -> u64 {
    Limits::UNTRUSTED.memory_bytes + (8 << 20)
}
