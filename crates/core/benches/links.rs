//! What links cost over a million entities: `cargo bench -p bellwether --bench links`.
//!
//! Ten metrics that drive one outcome: the effect, range and curve of each, and their drivers with 200 bootstrap draws. Two
//! threads; the card is measured as well, which is the smaller part.
#![allow(missing_docs, reason = "criterion's macros make undocumented functions")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a bench fails loudly")]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::Duration;

use bellwether::data::{Column, Table};
use bellwether::engine::{Engine, EvaluateOptions};
use bellwether::limits::Limits;
use bellwether::script::Source;
use bellwether::stats::simulation::uniform;
use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};

const METRICS: usize = 10;

/// Answers from 0 to 10 to ten questions, and an outcome that they drive one more than the other.
fn answers(rows: usize, yes_or_no: bool) -> Table {
    let draw = |row: usize, question: usize| (uniform(1, row as u64, question as u64) * 11.0).floor();
    let mut columns: Vec<(String, Column)> = (0..METRICS)
        .map(|question| {
            let values = (0..rows).map(|row| Some(draw(row, question) as i64)).collect();
            (format!("q{question}"), Column::ints(values))
        })
        .collect();
    let sum = |row: usize| {
        (0..METRICS).fold(20.0 * uniform(2, row as u64, 0), |sum, q| {
            sum + 0.1 * q as f64 * draw(row, q)
        })
    };
    let outcome = (0..rows)
        .map(|row| {
            Some(if yes_or_no {
                i64::from(sum(row) > 33.0)
            } else {
                sum(row) as i64
            })
        })
        .collect();
    columns.push(("outcome".to_owned(), Column::ints(outcome)));
    Table {
        columns,
        rows,
        ..Table::default()
    }
}

fn card(yes_or_no: bool) -> String {
    let mut text = String::from("scorecard(\"Links\").owner(\"CX\").purpose(\"Speed\");\nlet t = table(\"t\");\n");
    text.push_str(if yes_or_no {
        "outcome(\"kept\", rate(t, |r| r.outcome == 1));\n"
    } else {
        "outcome(\"kept\", mean(t.outcome));\n"
    });
    for question in 0..METRICS {
        writeln!(
            text,
            "metric(\"m{question}\", mean(t.q{question})).scale(0, 10).drives(\"kept\");"
        )
        .unwrap();
    }
    text
}

fn links(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("links");
    group.sample_size(10).measurement_time(Duration::from_secs(30));
    let engine = Engine::new(Limits::BATCH);
    for (name, yes_or_no) in [("linear", false), ("logistic", true)] {
        let text = card(yes_or_no);
        let source = Source {
            name: "links",
            text: &text,
            modules: &[],
            params: &[],
        };
        let (card, _) = engine.compile(&source).unwrap();
        for rows in [10_000, 1_000_000] {
            let table = answers(rows, yes_or_no);
            let options = EvaluateOptions {
                threads: 2,
                ..EvaluateOptions::default()
            };
            group.bench_function(BenchmarkId::new(name, rows), |bencher| {
                bencher.iter_batched(
                    || BTreeMap::from([("t".to_owned(), table.clone())]),
                    |tables| engine.evaluate(&card, tables, &options).unwrap(),
                    criterion::BatchSize::PerIteration,
                );
            });
        }
    }
    group.finish();
}

criterion_group!(benches, links);
criterion_main!(benches);
