//! Many threads with one engine, some of them at work on hostile cards: each gets what it would get alone.
#![allow(clippy::expect_used, clippy::panic, reason = "a test fails loudly")]

use std::path::Path;
use std::sync::Barrier;

use bellwether::data::Dataset;
use bellwether::definition::Scorecard;
use bellwether::engine::{Engine, Error, EvaluateOptions};
use bellwether::limits::{Budget, Limits};
use bellwether::report::Report;
use bellwether::script::{Compiler, Source};
use bellwether_tests::hostile::{Case, script};

/// Threads at one time.
const THREADS: usize = 64;

#[test]
fn what_hosts_share_can_be_shared() {
    fn shared<T: Send + Sync>() {}
    shared::<Engine>();
    shared::<Compiler>();
    shared::<Scorecard>();
    shared::<Dataset>();
    shared::<Report>();
    shared::<Error>();
    shared::<Budget>();
}

/// What becomes of a card: the hash of its results, or the codes of its errors.
fn outcome(engine: &Engine, case: &Case) -> String {
    let source = Source {
        name: "card",
        text: &case.text,
        modules: &case.modules,
        params: &[],
    };
    let told = |error: Error| {
        let codes: Vec<String> = error
            .diagnostics()
            .iter()
            .map(|finding| format!("{} {}", finding.code, finding.message))
            .collect();
        codes.join("; ")
    };
    let card = match engine.compile(&source) {
        Ok((card, _)) => card,
        Err(error) => return told(error),
    };
    match engine.evaluate(&card, script::tables(200), &EvaluateOptions::default()) {
        Ok(report) => report.provenance.results_sha256,
        Err(error) => told(error),
    }
}

/// Hostile cards of every kind, and cards that measure and score. Without clock and meter every limit that stops one is
/// a count, so that what stops it is the same each time.
fn cases() -> Vec<Case> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("hostile/scripts");
    let cheap = |case: &Case| {
        let heavy = [
            "cells-",
            "text-columns",
            "stack-of-itself",
            "periods-",
            "turns-",
            "-many",
        ];
        !heavy.iter().any(|word| case.name().contains(word))
    };
    let hostile: Vec<Case> = Case::all(&folder, "rhai")
        .into_iter()
        .filter(cheap)
        .step_by(5)
        .take(40)
        .collect();
    let good = (0..24).map(|number| {
        let text = format!(
            r#"scorecard("Good {number}").owner("CX").purpose("Keep customers").min_n(1);
               let customers = table("customers").key("customer_id");
               let survey = table("survey").date("answered_on").belongs_to(customers, "customer_id");
               survey.column("recommend").scale(0, 10);
               segment("region", customers.region);
               period("month");
               metric("nps", nps(survey.recommend)).target(40);
               metric("low", rate(survey, |s| s.effort > {} && s.recommend != 3)).target(40);
               score("mix").mix("nps", 0.5, -100, 100).mix("low", 0.5, 100, 0).bands(50, 75);"#,
            number % 7
        );
        Case {
            path: format!("good-{number}").into(),
            text,
            modules: Vec::new(),
            ..hostile.first().expect("there are hostile cards").clone()
        }
    });
    let good: Vec<Case> = good.collect();
    hostile.into_iter().chain(good).collect()
}

#[test]
fn sixty_four_threads_disturb_nobody() {
    let engine = Engine::new(Limits::UNTRUSTED);
    let cases = cases();
    assert_eq!(cases.len(), THREADS);
    let alone: Vec<String> = cases.iter().map(|case| outcome(&engine, case)).collect();
    let begin = Barrier::new(THREADS);
    let together: Vec<String> = std::thread::scope(|scope| {
        let threads: Vec<_> = cases
            .iter()
            .map(|case| {
                let (engine, begin) = (&engine, &begin);
                scope.spawn(move || {
                    begin.wait();
                    outcome(engine, case)
                })
            })
            .collect();
        threads
            .into_iter()
            .map(|thread| thread.join().expect("no card breaks a thread"))
            .collect()
    });
    for ((case, alone), together) in cases.iter().zip(&alone).zip(&together) {
        assert_eq!(together, alone, "{}", case.name());
    }
    let reports = alone.iter().filter(|outcome| outcome.len() == 64).count();
    assert!(reports >= 24, "only {reports} of the cards gave a report");
}
