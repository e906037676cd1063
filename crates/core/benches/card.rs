//! What a card costs: compiling and checking 200 lines of it, measuring, scoring: `cargo bench -p bellwether --bench card`.
//!
//! The card of 200 lines must be compiled and checked in less than five milliseconds, or the bench fails.
#![allow(missing_docs, reason = "criterion's macros make undocumented functions")]
#![allow(clippy::unwrap_used, reason = "a bench fails loudly")]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::hint::black_box;
use std::time::Instant;

use bellwether::data::{BindOptions, Column, Table, bind};
use bellwether::definition::Scorecard;
use bellwether::engine::{Engine, EvaluateOptions};
use bellwether::limits::Limits;
use bellwether::measure::{MeasureOptions, Session};
use bellwether::script::Source;
use criterion::{Criterion, Throughput, criterion_group};

const ROWS: usize = 200_000;
const LINES: usize = 200;
const MOST_MILLISECONDS: f64 = 5.0;

const HEAD: &str = r#"scorecard("Two hundred lines")
    .owner("CX Insights")
    .purpose("Show what a long card costs")
    .cadence("monthly");
let customers = table("customers").key("customer_id").census();
let survey = table("survey").date("answered_on").belongs_to(customers, "customer_id");
survey.column("recommend").scale(0, 10);
survey.column("effort").scale(1, 7);
segment("region", customers.region);
segment("plan", survey.plan);
cross("region", "plan");
period("month");
outcome("retention", rate(customers, |c| !c.churned)).baseline(73.5).target(80).by("2027-06-30").owner("Service");
metric("nps", nps(survey.recommend)).drives("retention").target(40).owner("Loyalty");
metric("effort", mean(survey.effort)).scale(1, 7).lower_is_better().drives("retention").target(2.5).owner("Digital");
"#;
const TAIL: &str = r#"score("health")
    .mix("nps", 0.6, 0, 60)
    .mix("effort", 0.4, 5, 2)
    .cap(60, |m| m.metric_1 < 10, "the first is low")
    .bands(50, 75);
"#;

/// A card of so many lines, three for each metric.
fn card(lines: usize) -> String {
    let mut text = HEAD.to_owned();
    let mut number = 0;
    while text.lines().count() + TAIL.lines().count() + 3 <= lines {
        number += 1;
        let least = number % 11;
        write!(
            text,
            "metric(\"metric_{number}\", rate(survey, |s| s.recommend >= {least} && (s.plan == \"pro\" || s.cost < {number}.5)))\n    \
             .drives(\"retention\").target({}).owner(\"Team {number}\")\n    .label(\"Metric number {number}\");\n",
            30 + number % 40
        )
        .unwrap();
    }
    text.push_str(TAIL);
    text
}

/// Numbers of the generator xorshift64.
fn tables() -> BTreeMap<String, Table> {
    let mut state = 88_172_645_463_325_252_u64;
    let mut next = move |below: u64| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state % below
    };
    let customers = ROWS / 10;
    let regions = ["North", "East", "South", "West"];
    let plans = ["basic", "team", "pro"];
    let mut pick = |of: &[&'static str], rows: usize| -> Column {
        let texts: Vec<Option<&str>> = (0..rows)
            .map(|_| of.get(next(of.len() as u64) as usize).copied())
            .collect();
        Column::texts(&texts)
    };
    let (region, plan) = (pick(&regions, customers), pick(&plans, ROWS));
    let mut whole = |low: i64, values: u64, rows: usize| -> Vec<Option<i64>> {
        (0..rows).map(|_| Some(low + next(values) as i64)).collect()
    };
    let table = |columns: Vec<(&str, Column)>, rows: usize| Table {
        rows,
        columns: columns
            .into_iter()
            .map(|(name, column)| (name.to_owned(), column))
            .collect(),
        ..Table::default()
    };
    let churned = whole(0, 5, customers)
        .iter()
        .map(|value| value.map(|value| value == 0))
        .collect();
    let days = whole(20_000, 365, ROWS)
        .iter()
        .map(|day| day.map(|day| day as i32))
        .collect();
    let cost = whole(0, 10_000, ROWS)
        .iter()
        .map(|cents| cents.map(|cents| cents as f64 / 100.0))
        .collect();
    let survey = vec![
        ("customer_id", Column::ints(whole(1, customers as u64, ROWS))),
        ("answered_on", Column::dates(days)),
        ("recommend", Column::ints(whole(0, 11, ROWS))),
        ("effort", Column::ints(whole(1, 7, ROWS))),
        ("plan", plan),
        ("cost", Column::floats(cost)),
    ];
    let of_customers = vec![
        ("customer_id", Column::ints((1..=customers as i64).map(Some).collect())),
        ("region", region),
        ("churned", Column::bools(churned)),
    ];
    BTreeMap::from([
        ("customers".to_owned(), table(of_customers, customers)),
        ("survey".to_owned(), table(survey, ROWS)),
    ])
}

fn compile(engine: &Engine, text: &str) -> Scorecard {
    let source = Source {
        name: "card",
        text,
        modules: &[],
        params: &[],
    };
    engine.compile(&source).unwrap().0
}

/// Compiles and checks the long card; the best of some runs must be fast enough.
fn compile_in_time(engine: &Engine, text: &str) {
    let options = EvaluateOptions::default();
    let best = (0..50)
        .map(|_| {
            let start = Instant::now();
            let card = compile(engine, text);
            black_box(engine.check(&card, None, &options));
            start.elapsed().as_secs_f64() * 1e3
        })
        .fold(f64::INFINITY, f64::min);
    println!("{} lines compiled and checked in {best:.2} ms", text.lines().count());
    assert!(best < MOST_MILLISECONDS, "more than {MOST_MILLISECONDS} ms");
}

fn cards(criterion: &mut Criterion) {
    let engine = Engine::new(Limits::default());
    let text = card(LINES);
    let options = EvaluateOptions::default();
    let mut group = criterion.benchmark_group("card");
    group.bench_function("compile 200 lines", |bencher| {
        bencher.iter(|| compile(&engine, black_box(&text)))
    });
    let long = compile(&engine, &text);
    group.bench_function("check 200 lines", |bencher| {
        bencher.iter(|| engine.check(black_box(&long), None, &options));
    });
    let short = compile(&engine, &card(HEAD.lines().count() + TAIL.lines().count() + 3));
    let tables = tables();
    let bound = bind(&short, tables.clone(), &BindOptions::default()).unwrap().0;
    group.sample_size(20);
    group.throughput(Throughput::Elements(ROWS as u64));
    group.bench_function("measure 200,000 rows", |bencher| {
        bencher.iter(|| {
            let mut session = Session::new(&short, bound.clone(), &MeasureOptions::default()).unwrap();
            let all: Vec<usize> = (0..short.metrics.len()).collect();
            session.measure(&all).unwrap()
        });
    });
    group.bench_function("bind, measure, score and report 200,000 rows", |bencher| {
        bencher.iter(|| engine.evaluate(&short, tables.clone(), &options).unwrap());
    });
    group.finish();
}

criterion_group!(benches, cards);

fn main() {
    compile_in_time(&Engine::new(Limits::default()), &card(LINES));
    benches();
    Criterion::default().configure_from_args().final_summary();
}
