//! What a closure costs a row, computed in vectors and called by Rhai: `cargo bench -p bellwether --bench closures`.
//!
//! First a table of both in one run, which fails where vectors are not fifty times faster; then criterion's view of the
//! vectors alone.
#![allow(missing_docs, reason = "criterion's macros make undocumented functions")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a bench fails loudly")]

use std::hint::black_box;
use std::sync::Arc;
use std::time::Instant;

use bellwether::data::{BoundTable, Column, Dataset};
use bellwether::expr::{Context, TableFrame, Typed, check, evaluate};
use bellwether::script::ast::Program;
use bellwether::script::closure::{Programs, compile};
use bellwether::script::position::Positions;
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group};
use rhai::{AST, Engine, FnPtr, Map};

const ROWS: usize = 1_000_000;
/// Rows that Rhai is asked for: the cost of a call does not depend on how many there are.
const CALLED: usize = 20_000;
const FASTER: f64 = 50.0;

const CLOSURES: &[(&str, &str)] = &[
    ("condition", "|r| if r.plan == \"pro\" && r.score >= 9 { 1 } else { 0 }"),
    (
        "five operators",
        "|r| (r.score + 1) * 2.5 - r.amount / 4.0 + r.amount * 0.1",
    ),
    (
        "let, else if, return",
        "|r| { let s = r.amount * 2.0; if s > 150.0 { return 3; } if s > 100.0 { 2 } else if r.score > 5 { 1 } else { 0 } }",
    ),
    (
        "switch on text",
        "|r| switch r.plan { \"free\" => 0, \"basic\" => 1, \"team\" => 2, \"pro\" => 3, _ => 4 }",
    ),
    (
        "text functions",
        "|r| r.plan.to_upper().starts_with(\"PR\") || r.plan.contains(\"ea\") && r.plan.len() > 3",
    ),
    ("captured threshold", "|r| r.amount > limit"),
    ("whole numbers", "|r| r.score / 2"),
];

struct Prepared {
    typed: Typed,
    pointer: FnPtr,
    ast: AST,
}

fn engine() -> Engine {
    Engine::new()
}

fn prepare(data: &Dataset, closure: &str) -> Prepared {
    let card = format!("let limit = 60.0; {closure}");
    let engine = engine();
    let ast = engine.compile(&card).unwrap();
    let pointer = engine.eval_ast::<FnPtr>(&ast).unwrap();
    let programs = Programs {
        card: Program::read(&ast, &Positions::new(0, &card)),
        ..Programs::default()
    };
    let expr = compile(&programs, &pointer).unwrap();
    let typed = check(&expr, &TableFrame::new(data, "t").unwrap()).unwrap();
    Prepared { typed, pointer, ast }
}

/// Scores 0 to 10, amounts 0 to 100, six plans: of the generator xorshift64.
fn rows() -> Vec<(i64, f64, &'static str)> {
    let mut state = 88_172_645_463_325_252_u64;
    let mut next = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    let plans = ["free", "basic", "team", "pro", "premium", "enterprise"];
    (0..ROWS)
        .map(|_| {
            (
                (next() % 11) as i64,
                (next() % 10_000) as f64 / 100.0,
                *plans.get((next() % 6) as usize).unwrap(),
            )
        })
        .collect()
}

fn dataset(rows: &[(i64, f64, &str)]) -> Dataset {
    let mut table = BoundTable {
        name: "t".into(),
        rows: rows.len(),
        ..BoundTable::default()
    };
    let mut add = |name: &str, column: Column| table.columns.insert(name.into(), Arc::new(column));
    add("score", Column::ints(rows.iter().map(|row| Some(row.0)).collect()));
    add("amount", Column::floats(rows.iter().map(|row| Some(row.1)).collect()));
    add(
        "plan",
        Column::texts(&rows.iter().map(|row| Some(row.2)).collect::<Vec<_>>()),
    );
    let mut data = Dataset::default();
    data.tables.insert("t".into(), table);
    data
}

/// Best of some runs, in nanoseconds a row.
fn best(runs: usize, rows: usize, mut work: impl FnMut()) -> f64 {
    (0..runs)
        .map(|_| {
            let start = Instant::now();
            work();
            start.elapsed().as_nanos() as f64 / rows as f64
        })
        .fold(f64::INFINITY, f64::min)
}

fn compare(data: &Dataset, rows: &[(i64, f64, &str)]) {
    let frame = TableFrame::new(data, "t").unwrap();
    let engine = engine();
    let maps: Vec<Map> = rows
        .iter()
        .take(CALLED)
        .map(|(score, amount, plan)| {
            Map::from([
                ("score".into(), (*score).into()),
                ("amount".into(), (*amount).into()),
                ("plan".into(), (*plan).into()),
            ])
        })
        .collect();
    println!("{:<22}{:>14}{:>14}{:>10}", "closure", "vectors ns", "Rhai ns", "times");
    let mut slow = Vec::new();
    for (name, closure) in CLOSURES {
        let Prepared { typed, pointer, ast } = prepare(data, closure);
        let ours = best(7, ROWS, || {
            black_box(evaluate(&typed, &frame, &Context::default(), 0..ROWS));
        });
        let theirs = best(3, CALLED, || {
            for map in &maps {
                let _ = black_box(pointer.call::<rhai::Dynamic>(&engine, &ast, (map.clone(),)).unwrap());
            }
        });
        println!("{name:<22}{ours:>14.2}{theirs:>14.0}{:>10.0}", theirs / ours);
        if theirs / ours < FASTER {
            slow.push(*name);
        }
    }
    assert!(slow.is_empty(), "less than {FASTER} times faster: {slow:?}");
}

fn vectors(criterion: &mut Criterion) {
    let rows = rows();
    let data = dataset(&rows);
    let frame = TableFrame::new(&data, "t").unwrap();
    let mut group = criterion.benchmark_group("closures");
    group.throughput(Throughput::Elements(ROWS as u64));
    for (name, closure) in CLOSURES {
        let Prepared { typed, .. } = prepare(&data, closure);
        group.bench_function(BenchmarkId::new("vectors", name), |bencher| {
            bencher.iter(|| evaluate(black_box(&typed), &frame, &Context::default(), 0..ROWS));
        });
    }
    group.finish();
}

criterion_group!(benches, vectors);

fn main() {
    let rows = rows();
    let data = dataset(&rows);
    compare(&data, &rows);
    benches();
    Criterion::default().configure_from_args().final_summary();
}
