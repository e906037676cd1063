//! How often 95 % intervals hold the truth, and how often a family of tests calls what is not there.
//!
//! Prints one table for each interval over a grid of n and truths, 10,000 draws each, and ends with 1 when one that is held to
//! a range leaves it: 93.5 to 96.5 % for n of 30 and more, at least 95 % for exact ones, each with three standard errors of the
//! simulation. `scripts/coverage` runs it.
//!
//! Seeds: the stream of a table's number; draw d of row i is number d·n + i.
#![allow(clippy::expect_used, reason = "a simulation that cannot go on stops")]

use bellwether::stats::difference::{means, net_scores, shares};
use bellwether::stats::exact::ExactMoments;
use bellwether::stats::mean::mean_interval;
use bellwether::stats::multiple::benjamini_hochberg;
use bellwether::stats::nps::NetCounts;
use bellwether::stats::proportion::{clopper_pearson, wilson};
use bellwether::stats::quantile::percentile_interval;
use bellwether::stats::random::Stream;
use bellwether::stats::{Interval, math};

const DRAWS: u64 = 10_000;
const SEED: u64 = 2_026;
/// Families of tests.
const FAMILIES: u64 = 10_000;

/// What an interval is held to.
#[derive(Clone, Copy, PartialEq)]
enum Held {
    /// 93.5 to 96.5 % from this n on, with three standard errors of the simulation on either side.
    Near(u64),
    /// At least 95 %, less three standard errors of the simulation.
    AtLeast,
}

fn main() {
    let mut out = 0;
    let sizes = [10, 30, 100, 300, 1_000];
    let truths = [5.0, 20.0, 50.0, 80.0, 95.0];
    out += table(
        "Wilson, a share",
        1,
        &sizes,
        &truths,
        Held::Near(30),
        |stream, draw, n, p| holds(wilson(hits(stream, draw, n, p), n, 0.95), p),
    );
    out += table(
        "Clopper-Pearson, a share",
        2,
        &sizes,
        &truths,
        Held::AtLeast,
        |stream, draw, n, p| holds(clopper_pearson(hits(stream, draw, n, p), n, 0.95), p),
    );
    // Promoters from 10 to 70 %, detractors half of the rest.
    let tops = [10.0, 30.0, 50.0, 70.0];
    out += table(
        "adjusted Wald, NPS",
        3,
        &sizes,
        &tops,
        Held::Near(30),
        |stream, draw, n, top| holds(answers(stream, draw, n, top).interval(0.95), net(top)),
    );
    out += table(
        "t, a mean of answers 1 to 5",
        4,
        &sizes,
        &[2.0, 3.0, 4.0],
        Held::Near(30),
        |stream, draw, n, mean| {
            let values: Vec<f64> = (0..n).map(|row| answer(stream, draw * n + row, mean)).collect();
            holds(mean_interval(&ExactMoments::of(&values), 0.95), mean)
        },
    );
    out += table(
        "order statistics, a percentile",
        5,
        &sizes,
        &[25.0, 50.0, 75.0, 90.0],
        Held::AtLeast,
        |stream, draw, n, p| {
            let mut values: Vec<f64> = (0..n).map(|row| stream.uniform(draw * n + row)).collect();
            values.sort_by(f64::total_cmp);
            let counts: Vec<(f64, u64)> = values.into_iter().map(|value| (value, 1)).collect();
            // Too small an n has no interval, and no claim.
            percentile_interval(&counts, p, 0.95).is_none_or(|ends| ends.low <= p / 100.0 && p / 100.0 <= ends.high)
        },
    );
    out += table(
        "Newcombe, p against 50 %",
        6,
        &sizes,
        &truths,
        Held::Near(30),
        |stream, draw, n, p| {
            let (a, b) = (hits(stream, 2 * draw, n, p), hits(stream, 2 * draw + 1, n, 50.0));
            holds(shares((a, n), (b, n), 0.95).map(|made| made.interval), p - 50.0)
        },
    );
    out += table(
        "two net scores, against 50 % promoters",
        7,
        &sizes,
        &tops,
        Held::Near(30),
        |stream, draw, n, top| {
            let (a, b) = (
                answers(stream, 2 * draw, n, top),
                answers(stream, 2 * draw + 1, n, 50.0),
            );
            holds(net_scores(a, b, 0.95).map(|made| made.interval), net(top) - net(50.0))
        },
    );
    out += table(
        "Welch, sd 1 against sd 3",
        8,
        &sizes,
        &[0.0, 1.0],
        Held::Near(30),
        |stream, draw, n, shift| {
            let sample = |of: u64, centre: f64, sd: f64| {
                let values: Vec<f64> = (0..n)
                    .map(|row| centre + sd * stream.normal((2 * draw + of) * n + row))
                    .collect();
                ExactMoments::of(&values)
            };
            holds(
                means(&sample(0, shift, 1.0), &sample(1, 0.0, 3.0), 0.95).map(|made| made.interval),
                shift,
            )
        },
    );
    out += false_discoveries();
    if out > 0 {
        println!("\n{out} values leave their range (marked *)");
        std::process::exit(1);
    }
    println!("\nall values that are held to a range keep to it");
}

fn holds(interval: Option<Interval>, truth: f64) -> bool {
    interval.is_some_and(|ends| ends.low <= truth && truth <= ends.high)
}

fn hits(stream: Stream, draw: u64, n: u64, p: f64) -> u64 {
    (0..n).filter(|row| 100.0 * stream.uniform(draw * n + row) < p).count() as u64
}

fn net(top: f64) -> f64 {
    top - (100.0 - top) / 2.0
}

fn answers(stream: Stream, draw: u64, n: u64, top: f64) -> NetCounts {
    let mut counts = NetCounts::default();
    for row in 0..n {
        let place = 100.0 * stream.uniform(draw * n + row);
        if place < top {
            counts.top += 1;
        } else if place < top + (100.0 - top) / 2.0 {
            counts.bottom += 1;
        } else {
            counts.middle += 1;
        }
    }
    counts
}

/// 1 plus a binomial of 4 with that mean.
fn answer(stream: Stream, place: u64, mean: f64) -> f64 {
    let p = (mean - 1.0) / 4.0;
    1.0 + (0..4).filter(|step| stream.uniform(4 * place + step) < p).count() as f64
}

fn table(
    title: &str,
    number: u64,
    sizes: &[u64],
    truths: &[f64],
    held: Held,
    covers: impl Fn(Stream, u64, u64, f64) -> bool,
) -> usize {
    println!("\n{title}, {DRAWS} draws, seed ({SEED}, {number})");
    print!("{:>8}", "n");
    truths.iter().for_each(|truth| print!("{truth:>9}"));
    println!();
    let noise = 3.0 * 100.0 * math::sqrt(0.05 * 0.95 / DRAWS as f64);
    let mut out = 0;
    for &n in sizes {
        print!("{n:>8}");
        for (at, &truth) in truths.iter().enumerate() {
            let stream = Stream::new(SEED, number * 1_000 + at as u64);
            let covered = (0..DRAWS).filter(|&draw| covers(stream, draw, n, truth)).count();
            let percent = 100.0 * covered as f64 / DRAWS as f64;
            let off = match held {
                Held::Near(from) => n >= from && !(93.5 - noise..=96.5 + noise).contains(&percent),
                Held::AtLeast => percent < 95.0 - noise,
            };
            out += usize::from(off);
            print!("{percent:>8.2}{}", if off { "*" } else { " " });
        }
        println!();
    }
    out
}

/// Families of 40 tests, a few of which are of a real change of 0.5 standard deviations: the mean share of false calls.
fn false_discoveries() -> usize {
    println!(
        "\nfalse discoveries among 40 Welch tests of two samples of 100, q = 5 %, {FAMILIES} families, seed ({SEED}, 9)"
    );
    println!("{:>8}{:>16}{:>16}", "real", "false calls %", "found %");
    let mut out = 0;
    for real in [0_u64, 4, 12, 20] {
        let stream = Stream::new(SEED, 9_000 + real);
        let (mut rate, mut found) = (0.0, 0.0);
        for family in 0..FAMILIES {
            let p: Vec<f64> = (0..40_u64)
                .map(|test| {
                    let shift = if test < real { 0.5 } else { 0.0 };
                    let sample = |of: u64, shift: f64| {
                        let first = ((family * 40 + test) * 2 + of) * 100;
                        let values: Vec<f64> = (0..100).map(|row| shift + stream.normal(first + row)).collect();
                        ExactMoments::of(&values)
                    };
                    means(&sample(0, shift), &sample(1, 0.0), 0.95)
                        .expect("100 values vary")
                        .p
                })
                .collect();
            let adjusted = benjamini_hochberg(&p);
            let called = adjusted.iter().filter(|p| **p <= 0.05).count();
            let right = adjusted.iter().take(real as usize).filter(|p| **p <= 0.05).count();
            rate += if called > 0 {
                (called - right) as f64 / called as f64
            } else {
                0.0
            };
            found += if real > 0 { right as f64 / real as f64 } else { 0.0 };
        }
        let percent = 100.0 * rate / FAMILIES as f64;
        // Three standard errors of a share of 5 % over all families, where none is real.
        let off = percent > 5.0 + 300.0 * (0.05 * 0.95 / FAMILIES as f64).sqrt();
        out += usize::from(off);
        println!(
            "{real:>8}{percent:>15.2}{}{:>16.1}",
            if off { "*" } else { " " },
            100.0 * found / FAMILIES as f64
        );
    }
    out
}
