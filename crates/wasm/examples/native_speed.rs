//! The workload of `bench/workload.js` natively, on one thread, through the same session and to the same JSON: a JSON
//! object with `card`, `csv` and `turns` comes in, times in milliseconds go out.
#![allow(clippy::expect_used, reason = "a bench fails loudly")]

use std::collections::BTreeMap;
use std::time::Instant;

use bellwether::Limits;
use bellwether::limits::Host;
use bellwether::report::canonical::plain_json;
use bellwether_wasm::options::{CardText, EvaluateSettings, ReadSettings};
use bellwether_wasm::session::{Session, answered};
use bellwether_wasm::table::Source;
use serde::Deserialize;
use serde_json::json;

#[derive(Deserialize)]
struct Workload {
    card: String,
    csv: String,
    turns: usize,
}

fn timed(turns: usize, mut call: impl FnMut(usize)) -> Vec<f64> {
    call(0);
    let mut times: Vec<f64> = (1..=turns)
        .map(|turn| {
            let started = Instant::now();
            call(turn);
            started.elapsed().as_secs_f64() * 1_000.0
        })
        .collect();
    times.sort_by(f64::total_cmp);
    times
}

fn main() {
    let load: Workload = serde_json::from_reader(std::io::stdin()).expect("a workload");
    let card = |suffix: String| CardText {
        text: format!("{}{suffix}", load.card),
        name: "card".to_owned(),
        modules: BTreeMap::new(),
        params: BTreeMap::new(),
    };
    let mut session = Session::new(Limits::INTERACTIVE, Host::default());
    let reading = timed(load.turns.min(5), |_| {
        let source = Source::Csv(load.csv.as_bytes().into());
        session
            .read_table("survey", source, ReadSettings::default(), &mut |_| true)
            .expect("the table is read");
    });
    let fast = EvaluateSettings {
        links: false,
        ..EvaluateSettings::default()
    };
    let evaluating = timed(load.turns, |turn| {
        let text = card(format!("\n// {turn}"));
        let report = session.report(&text, &fast, None).expect("a report");
        std::hint::black_box(plain_json(&answered(&report, &text)).expect("JSON"));
    });
    let checking = timed(load.turns, |turn| {
        let text = card(format!("\n// {turn} again"));
        std::hint::black_box(session.check(&text, &fast, None).expect("a check"));
    });
    let plain = card(String::new());
    let report = session
        .report(&plain, &EvaluateSettings::default(), None)
        .expect("a report");
    let median = |times: &[f64]| times.get(times.len() / 2).copied();
    let seen = json!({
        "readMs": median(&reading),
        "evaluateMs": median(&evaluating),
        "evaluateLeastMs": evaluating.first(),
        "checkMs": median(&checking),
        "sha256": report.provenance.results_sha256,
    });
    println!("{seen}");
}
