//! Cards evaluated together beside each alone, and slices of a report: `cargo bench -p bellwether --bench many`.
#![allow(missing_docs, reason = "criterion's macros make undocumented functions")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a bench fails loudly")]

use std::hint::black_box;

use bellwether::engine::{Engine, EvaluateOptions, Job, ManyOptions};
use bellwether::report::slice;
use bellwether::{Limits, Scorecard, Source};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};

#[path = "common/generated.rs"]
mod generated;

const ROWS: usize = 200_000;
const CARDS: usize = 40;

fn many(criterion: &mut Criterion) {
    let engine = Engine::new(Limits::BATCH);
    let tables = generated::tables(ROWS, 1_096);
    let compiled = |text: &str| -> Scorecard {
        let source = Source {
            name: "card",
            text,
            modules: &[],
            params: &[],
        };
        engine.compile(&source).unwrap().0
    };
    let cards: Vec<Scorecard> = (0..CARDS).map(|number| compiled(&generated::card(number))).collect();
    let own: Vec<Scorecard> = (0..CARDS)
        .map(|number| compiled(&generated::disjoint(number)))
        .collect();
    let mut group = criterion.benchmark_group("many");
    group.sample_size(10);
    group.bench_function("one card alone", |bench| {
        bench.iter(|| {
            engine
                .evaluate(&cards[0], tables.clone(), &EvaluateOptions::default())
                .unwrap()
        });
    });
    group.throughput(Throughput::Elements(CARDS as u64));
    for (name, cards) in [("cards of 60 measures", &cards), ("disjoint cards", &own)] {
        let jobs: Vec<Job<'_>> = cards.iter().map(Job::new).collect();
        group.bench_function(name, |bench| {
            bench.iter(|| black_box(engine.evaluate_many(&jobs, &tables, &ManyOptions::default())));
        });
    }
    let report = engine
        .evaluate(&cards[2], tables.clone(), &EvaluateOptions::default())
        .unwrap();
    group.throughput(Throughput::Elements(1));
    group.bench_function("a slice", |bench| {
        bench.iter(|| black_box(slice(&report, "team", "team 3")).unwrap())
    });
    group.finish();
}

criterion_group!(benches, many);
criterion_main!(benches);
