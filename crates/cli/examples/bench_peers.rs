//! Bellwether's side of `scripts/bench-peers`: the measures of both sets over the survey table, timed.
//!
//! `bench_peers --parquet FILE --mode memory|parquet --set light|heavy --runs N --threads N`; the contract is in
//! `scripts/bench/README.md`. What is timed is what an evaluation does: in memory binding is done before, as the
//! peers' tables are; each run makes a new session, so nothing of the run before is kept.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a benchmark fails loudly"
)]

use std::collections::BTreeMap;
use std::time::Instant;

use bellwether::data::{BindOptions, Dataset, Needs, Table, bind};
use bellwether::definition::Scorecard;
use bellwether::limits::Limits;
use bellwether::measure::{CellKey, MeasureOptions, Session};
use bellwether::script::Source;
use bellwether_files::{FileOptions, open};

/// As the command line has it.
#[global_allocator]
static ALLOCATOR: bellwether_alloc::Counting = bellwether_alloc::Counting;

const LIGHT: &str = r#"
scorecard("Bench").owner("Bench").purpose("Measure as the peers do");
let survey = table("survey").date("answered_on");
survey.column("recommend").scale(0, 10);
survey.column("satisfaction").scale(1, 5);
survey.column("effort").scale(1, 7);
survey.add("mark", |s| if s.recommend >= 9 { 100 } else if s.recommend <= 6 { -100 } else { 0 });
segment("region", survey.region);
segment("plan", survey.plan);
cross("region", "plan");
period("month");
outcome("n", count(survey));
outcome("nps", nps(survey.recommend));
outcome("nps_deviation", stddev(survey.mark));
outcome("satisfaction_top_two", top_box(survey.satisfaction, 2));
outcome("effort_mean", mean(survey.effort));
outcome("effort_deviation", stddev(survey.effort));
outcome("resolved_rate", rate(survey, |s| s.resolved));
outcome("contacted_rate", rate(survey, |s| s.contacted));
outcome("cost_mean", mean(survey.cost));
outcome("cost_deviation", stddev(survey.cost));
outcome("minutes_sum", sum(survey.minutes));
outcome("effort_minutes_correlation", correlation(survey.effort, survey.minutes));
"#;
const HEAVY: &str = r#"
outcome("customers", count_distinct(survey.customer_id));
outcome("cost_per_customer", sum(survey.cost) / count_distinct(survey.customer_id));
outcome("minutes_p90", percentile(survey.minutes, 90));
"#;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let given: BTreeMap<&str, &str> = arguments
        .chunks(2)
        .map(|pair| (pair[0].as_str(), pair[1].as_str()))
        .collect();
    let runs: usize = given
        .get("--runs")
        .map_or(1, |runs| runs.parse().expect("a number of runs"));
    let threads: usize = given
        .get("--threads")
        .map_or(2, |threads| threads.parse().expect("a number of threads"));
    let text = if given["--set"] == "heavy" {
        format!("{LIGHT}{HEAVY}")
    } else {
        LIGHT.to_owned()
    };
    let engine = bellwether::engine::Engine::new(Limits::BATCH);
    let source = Source {
        name: "bench",
        text: &text,
        modules: &[],
        params: &[],
    };
    let (card, _) = engine.compile(&source).expect("the card is right");
    let needs = engine.needs(&card).remove("survey").unwrap_or_else(Needs::all);
    let options = FileOptions {
        threads,
        ..FileOptions::default()
    };
    let read = || {
        open(given["--parquet"], &options, &needs, &mut |_, _| true)
            .expect("the file is there")
            .0
    };
    let kept = (given["--mode"] == "memory").then(|| bound(&card, read(), threads));
    let query = || {
        let data = kept.clone().unwrap_or_else(|| bound(&card, read(), threads));
        measure(&card, data, threads)
    };
    query();
    for _ in 0..runs {
        let (start, cpu) = (Instant::now(), cpu_seconds());
        let values = query();
        let line = serde_json::json!({
            "wall_s": start.elapsed().as_secs_f64(), "cpu_s": cpu_seconds() - cpu, "peak_rss_mb": peak_mb(), "values": values,
        });
        println!("{line}");
    }
}

fn bound(card: &Scorecard, survey: Table, threads: usize) -> Dataset {
    bind(
        card,
        BTreeMap::from([("survey".to_owned(), survey)]),
        &BindOptions {
            threads,
            ..BindOptions::default()
        },
    )
    .expect("the table fits the card")
    .0
}

/// Region, plan, month and the measures of each cell of the cube, in order.
fn measure(card: &Scorecard, data: Dataset, threads: usize) -> Vec<Vec<serde_json::Value>> {
    let options = MeasureOptions {
        threads,
        ..MeasureOptions::default()
    };
    let mut session = Session::new(card, data, &options).expect("the card fits the data");
    let all: Vec<usize> = (0..card.metrics.len()).collect();
    let cells = session.measure(&all).expect("nothing stops it");
    let axes = session.axes();
    let label = |segment: (u16, u32)| axes.segments[segment.0 as usize].values[segment.1 as usize].clone();
    let keys: Vec<&CellKey> = cells[0]
        .cells
        .iter()
        .filter(|(key, cell)| key.segments.len() == 2 && key.period.is_some() && cell.n > 0)
        .map(|(key, _)| key)
        .collect();
    let mut rows: Vec<(Vec<String>, Vec<serde_json::Value>)> = keys
        .into_iter()
        .map(|key| {
            let step = key.period.map(|period| {
                axes.periods[period.axis as usize].steps[period.step as usize]
                    .label
                    .to_string()
            });
            let names = vec![label(key.segments[0]), label(key.segments[1]), step.unwrap_or_default()];
            (
                names,
                cells
                    .iter()
                    .map(|metric| serde_json::json!(metric.cells.get(key).and_then(|cell| cell.value)))
                    .collect(),
            )
        })
        .collect();
    rows.sort_by(|a, b| a.0.cmp(&b.0));
    rows.into_iter()
        .map(|(names, values)| names.into_iter().map(serde_json::Value::from).chain(values).collect())
        .collect()
}

/// User and system time of the process, where the system tells it by /proc.
fn cpu_seconds() -> f64 {
    let text = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<&str> = text.rsplit(')').next().unwrap_or("").split_whitespace().collect();
    let ticks = |at: usize| {
        fields
            .get(at)
            .and_then(|field| field.parse::<f64>().ok())
            .unwrap_or(0.0)
    };
    (ticks(11) + ticks(12)) / 100.0
}

fn peak_mb() -> f64 {
    let text = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.split_whitespace().next()?.parse::<f64>().ok())
        .unwrap_or(0.0)
        / 1024.0
}
