//! What exact sums cost a row: `cargo bench -p bellwether --bench exact`.
#![allow(missing_docs, reason = "criterion's macros make undocumented functions")]

use std::hint::black_box;

use bellwether::stats::exact::{Comoments, Lane, Moments, Narrow, Split, Wide, Window};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};

const ROWS: usize = 1_000_000;
const CELLS: usize = 144;

/// Numbers of the generator xorshift64, so that every run measures the same column.
fn column(value: impl Fn(u64) -> f64) -> Vec<f64> {
    let mut state = 88_172_645_463_325_252_u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    (0..ROWS).map(|_| value(next())).collect()
}

fn lane<L: Lane>(criterion: &mut Criterion, name: &str, values: &[f64], cells: &[usize]) {
    let window = Window::scan_all(values);
    let scale = window.scale();
    let mut group = criterion.benchmark_group("exact");
    group.throughput(Throughput::Elements(ROWS as u64));
    group.bench_function(BenchmarkId::new("scan", name), |bencher| {
        bencher.iter(|| Window::scan_all(black_box(values)));
    });
    group.bench_function(BenchmarkId::new("moments in 144 cells", name), |bencher| {
        bencher.iter(|| {
            let mut states = vec![Moments::<L>::default(); CELLS];
            for (value, cell) in values.iter().zip(cells) {
                if let Some(state) = states.get_mut(*cell) {
                    state.add(L::of_f64(scale, *value));
                }
            }
            states
        });
    });
    group.bench_function(BenchmarkId::new("comoments in 144 cells", name), |bencher| {
        bencher.iter(|| {
            let mut states = vec![Comoments::<L>::default(); CELLS];
            for ((x, y), cell) in values.iter().zip(values.iter().rev()).zip(cells) {
                if let Some(state) = states.get_mut(*cell) {
                    state.add(L::of_f64(scale, *x), L::of_f64(scale, *y));
                }
            }
            states
        });
    });
    group.finish();
}

fn exact(criterion: &mut Criterion) {
    let answers = column(|random| (random % 11) as f64);
    let amounts = column(|random| (random % 100_000) as f64 / 100.0);
    // Random mantissas over 150 powers of two: more than any window holds.
    let any = column(|random| f64::from_bits((random >> 12) | ((950 + random % 150) << 52)));
    let cells: Vec<usize> = column(|random| (random % CELLS as u64) as f64)
        .into_iter()
        .map(|cell| cell as usize)
        .collect();
    lane::<Narrow>(criterion, "answers, narrow", &answers, &cells);
    lane::<Split>(criterion, "amounts, split", &amounts, &cells);
    lane::<Wide>(criterion, "amounts, wide", &amounts, &cells);
    lane::<Wide>(criterion, "any floats, wide", &any, &cells);
}

criterion_group!(benches, exact);
criterion_main!(benches);
