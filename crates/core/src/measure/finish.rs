//! From the finished state of a cell to its value, n, interval and state.

use bellwether_order::Sort;

use super::cell::{Interval, State};
use super::leaf::Leaf;
use super::state::Finished;
use crate::definition::MeasureFunction;
use crate::stats::exact::{Dyadic, ExactComoments, ExactMoments, ExactWeighted};
use crate::stats::nps::{NetCounts, WeightedNet};
use crate::stats::population::{Shape, corrected};
use crate::stats::proportion::{WeightedShare, percent, wilson};
use crate::stats::ratio::ratio_of_sums;
use crate::stats::{correlate, mean, quantile, weight};

/// Confidence of intervals.
pub(crate) const LEVEL: f64 = 0.95;

/// A cell on its way to [`super::MeasuredCell`].
#[derive(Debug, Clone)]
pub(crate) struct Cell {
    pub(crate) value: Option<f64>,
    pub(crate) state: State,
    pub(crate) n: u64,
    pub(crate) n_denominator: Option<u64>,
    pub(crate) n_effective: Option<f64>,
    pub(crate) skipped: u64,
    pub(crate) not_due: u64,
    pub(crate) interval: Option<(crate::stats::Interval, &'static str)>,
    pub(crate) latest: Option<i32>,
    pub(crate) judged: Judged,
}

/// Which number of rows is held against `min_n`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Judged {
    /// None: the value is a fact.
    Never,
    /// This one, when the value stands in a ratio.
    InRatio(f64),
    /// This one.
    Always(f64),
}

impl Judged {
    /// The judged number of two parts: the smaller.
    pub(crate) fn with(self, other: Self, ratio: bool) -> Self {
        let number = |judged: Self| match judged {
            Self::Never => None,
            Self::InRatio(n) | Self::Always(n) => Some(n),
        };
        let always = ratio || matches!(self, Self::Always(_)) || matches!(other, Self::Always(_));
        match (number(self), number(other)) {
            (None, None) => Self::Never,
            (Some(n), None) | (None, Some(n)) => {
                if always {
                    Self::Always(n)
                } else {
                    Self::InRatio(n)
                }
            }
            (Some(a), Some(b)) => {
                if always {
                    Self::Always(a.min(b))
                } else {
                    Self::InRatio(a.min(b))
                }
            }
        }
    }
}

impl Cell {
    /// A cell without a value.
    pub(crate) const fn without(state: State) -> Self {
        Self {
            value: None,
            state,
            n: 0,
            n_denominator: None,
            n_effective: None,
            skipped: 0,
            not_due: 0,
            interval: None,
            latest: None,
            judged: Judged::Never,
        }
    }

    /// A cell of a value; missing without one.
    pub(crate) fn of(value: Option<f64>, n: u64, skipped: u64) -> Self {
        // -0 becomes 0; what is not finite is no value.
        let value = value.filter(|value| value.is_finite()).map(|value| value + 0.0);
        let state = if value.is_some() { State::Ok } else { State::Missing };
        Self {
            value,
            n,
            skipped,
            judged: Judged::Always(n as f64),
            ..Self::without(state)
        }
    }

    pub(crate) fn fact(self) -> Self {
        Self {
            judged: Judged::Never,
            ..self
        }
    }

    pub(crate) fn counted(self) -> Self {
        let n = self.n as f64;
        Self {
            judged: Judged::InRatio(n),
            ..self
        }
    }

    pub(crate) fn with_interval(
        self,
        interval: Option<crate::stats::Interval>,
        method: &'static str,
        leaf: &Leaf,
    ) -> Self {
        Self {
            interval: interval
                .filter(|_| !leaf.census && self.value.is_some())
                .map(|interval| (interval, method)),
            ..self
        }
    }

    /// The cell with the interval of a sample that is this part of its population.
    pub(crate) fn finite(&self, fraction: f64) -> Self {
        let corrected = self.value.zip(self.interval).and_then(|(value, (interval, method))| {
            let (shape, method) = match method {
                "Wilson" => (Shape::Wilson, "Wilson, finite population"),
                "adjusted Wald" => (Shape::Adjusted, "adjusted Wald, finite population"),
                "t" => (Shape::Symmetric, "t, finite population"),
                "delta method" => (Shape::Symmetric, "delta method, finite population"),
                _ => return None,
            };
            Some((corrected(value, interval, shape, fraction, LEVEL)?, method))
        });
        Self {
            interval: corrected.or(self.interval),
            ..self.clone()
        }
    }

    pub(crate) fn with_effective(self, n: Option<f64>) -> Self {
        Self {
            n_effective: n,
            judged: n.map_or(self.judged, Judged::Always),
            ..self
        }
    }

    /// The interval as a report has it.
    pub(crate) fn published_interval(&self) -> Option<Interval> {
        let (interval, method) = self.interval?;
        Some(Interval {
            low: interval.low,
            high: interval.high,
            level: LEVEL,
            method: method.into(),
        })
    }
}

/// The cell of a leaf from the states that its wants collected.
pub(crate) fn finish(leaf: &Leaf, states: &[Finished<'_>]) -> Cell {
    let mut cell = value(leaf, states);
    if leaf.not_due.is_some()
        && let Some(Finished::Counts([n, ..])) = states.last()
    {
        cell.not_due = u64::from(*n);
    }
    cell
}

fn value(leaf: &Leaf, states: &[Finished<'_>]) -> Cell {
    use MeasureFunction as F;
    match (leaf.function, states) {
        (F::Count, _) => count(leaf, states),
        (F::Share, [Finished::Counts(rows), whole, part, ..]) => {
            share(leaf, u64::from(rows.first().copied().unwrap_or(0)), whole, part)
        }
        (F::Correlation, [Finished::Pairs(sums, missing), ..]) => correlated(leaf, sums, *missing),
        (F::Correlation, [Finished::Moments(places), ..]) => correlation(leaf, places),
        (_, [Finished::Counts(counts), rest @ ..]) => {
            let weights = match rest.first() {
                Some(Finished::Moments(weights)) if leaf.weight.is_some() => Some(weights.as_slice()),
                _ => None,
            };
            of_bins(leaf, counts, weights)
        }
        (_, [Finished::Moments(places), ..]) => match places.first() {
            Some((moments, missing)) => of_moments(leaf, moments, *missing),
            None => Cell::without(State::Missing),
        },
        (F::Min, [Finished::Ends(ends), ..]) => Cell::of(Some(ends.least), ends.n, ends.missing).fact(),
        (_, [Finished::Ends(ends), ..]) => Cell::of(Some(ends.greatest), ends.n, ends.missing).fact(),
        (_, [Finished::Weighted(sums, missing), ..]) => of_weighted(leaf, sums, *missing),
        _ => Cell::without(State::Failed),
    }
}

fn count(leaf: &Leaf, states: &[Finished<'_>]) -> Cell {
    let rows = |at: usize| match states.get(at) {
        Some(Finished::Counts([n, ..])) => u64::from(*n),
        _ => 0,
    };
    let (n, skipped, next) = if leaf.inputs.is_empty() {
        (rows(0), 0, 1)
    } else {
        (rows(1), rows(0) - rows(1).min(rows(0)), 2)
    };
    let value = match (leaf.weight.is_some(), states.get(next)) {
        (true, Some(Finished::Moments(weights))) => weights.first().and_then(|(weights, _)| weights.total()),
        _ => Some(n as f64),
    };
    let mut cell = Cell::of(value.or(Some(0.0)), n, skipped);
    if let (true, Some(Finished::Moments(weights))) = (leaf.weight.is_some(), states.get(next)) {
        cell.n_effective = weights.first().and_then(|(weights, _)| weight::kish_n(weights));
    }
    cell.counted()
}

fn share(leaf: &Leaf, rows: u64, whole: &Finished<'_>, part: &Finished<'_>) -> Cell {
    let sums = |finished: &Finished<'_>| match finished {
        Finished::Moments(places) => {
            let (moments, _) = places.first()?;
            Some((moments.clone(), moments.n))
        }
        // Σw·x and Σw²·x² are the sums of what each row adds.
        Finished::Weighted(sums, _) => Some((
            ExactMoments {
                n: sums.n,
                sum: sums.wx.clone(),
                squares: sums.wwxx.clone(),
            },
            sums.n,
        )),
        _ => None,
    };
    let (Some((whole, n)), Some((part, _))) = (sums(whole), sums(part)) else {
        return Cell::without(State::Failed);
    };
    let value = part.sum.ratio(&whole.sum).map(|share| 100.0 * share);
    // Each row adds x to the whole, and to the part x or 0: so Σxy is Σy².
    let clusters = ExactComoments {
        products: part.squares.clone(),
        y: ExactMoments { n, ..part },
        x: whole,
    };
    let interval = ratio_of_sums(&clusters)
        .and_then(|ratio| ratio.interval(LEVEL))
        .map(|interval| crate::stats::Interval {
            low: (100.0 * interval.low).max(0.0),
            high: (100.0 * interval.high).min(100.0),
        });
    Cell::of(value, n, rows.saturating_sub(n)).with_interval(interval, "delta method", leaf)
}

/// The correlation of a narrow input with another whose sums are kept for each of its values.
fn correlation(leaf: &Leaf, places: &[(ExactMoments, u64)]) -> Cell {
    let Some(bins) = leaf.inputs.iter().find_map(|input| input.bins.as_ref()) else {
        return Cell::without(State::Failed);
    };
    let mut sums = ExactComoments::default();
    let mut missing = 0;
    for (at, (moments, without)) in places.iter().enumerate() {
        missing += without;
        let Some(x) = bins.numbers.get(at).copied().flatten().and_then(Dyadic::from_f64) else {
            missing += moments.n;
            continue;
        };
        let of_x = Dyadic::from(moments.n).times(&x);
        add(
            &mut sums.x,
            &ExactMoments {
                n: moments.n,
                squares: of_x.times(&x),
                sum: of_x,
            },
        );
        add(&mut sums.y, moments);
        sums.products = sums.products.plus(&moments.sum.times(&x));
    }
    correlated(leaf, &sums, missing)
}

fn correlated(leaf: &Leaf, sums: &ExactComoments, missing: u64) -> Cell {
    let r = correlate::pearson(sums);
    let interval = r.and_then(|r| correlate::fisher_interval(r, sums.x.n, LEVEL));
    Cell::of(r, sums.x.n, missing).with_interval(interval, "Fisher z", leaf)
}

/// Values and how often they occur, in order of bins.
fn groups<'c>(leaf: &'c Leaf, counts: &'c [u32]) -> impl Iterator<Item = (usize, f64, u64)> + Clone + 'c {
    let numbers = leaf
        .inputs
        .first()
        .and_then(|input| input.bins.as_ref())
        .map_or(&[][..], |bins| bins.numbers.as_slice());
    numbers
        .iter()
        .zip(counts)
        .enumerate()
        .filter_map(|(at, (number, &count))| Some((at, (*number)?, u64::from(count))))
}

fn of_bins(leaf: &Leaf, counts: &[u32], weights: Option<&[(ExactMoments, u64)]>) -> Cell {
    use MeasureFunction as F;
    let all: u64 = counts.iter().map(|&count| u64::from(count)).sum();
    let n: u64 = groups(leaf, counts).map(|(_, _, count)| count).sum();
    let skipped = all - n;
    let present = || groups(leaf, counts).filter(|(_, _, count)| *count > 0);
    let sorted = || {
        let mut sorted: Vec<(f64, u64)> = present().map(|(_, value, count)| (value, count)).collect();
        sorted.order_by(|a, b| a.0.total_cmp(&b.0));
        sorted
    };
    match leaf.function {
        F::CountDistinct => {
            let distinct = match leaf.inputs.first().map(|input| input.kind) {
                Some(crate::definition::ColumnType::Text) => present().count(),
                _ => {
                    let mut values = sorted();
                    values.dedup_by(|a, b| a.0 == b.0);
                    values.len()
                }
            };
            Cell::of(Some(distinct as f64), n, skipped).counted()
        }
        F::Min => Cell::of(sorted().first().map(|(value, _)| *value), n, skipped).fact(),
        F::Max => Cell::of(sorted().last().map(|(value, _)| *value), n, skipped).fact(),
        F::Median | F::Percentile => {
            let p = match leaf.function {
                F::Median => 50.0,
                _ => leaf.numbers.first().copied().unwrap_or(50.0),
            };
            let counts = sorted();
            Cell::of(quantile::percentile_counts(&counts, p), n, skipped).with_interval(
                quantile::percentile_interval(&counts, p, LEVEL),
                "order statistics",
                leaf,
            )
        }
        F::Sum | F::Mean | F::CesMean | F::Stddev => match weights {
            Some(weights) => {
                let sums = ExactWeighted::of_groups(
                    groups(leaf, counts).filter_map(|(at, value, _)| Some((value, &weights.get(at)?.0))),
                );
                let mut cell = of_weighted(leaf, &sums, skipped);
                cell.n = n;
                cell
            }
            None => of_moments(
                leaf,
                &ExactMoments::of_counts(present().map(|(_, value, count)| (value, count))),
                skipped,
            ),
        },
        _ => classes(leaf, counts, weights, n, skipped),
    }
}

fn classes(leaf: &Leaf, counts: &[u32], weights: Option<&[(ExactMoments, u64)]>, n: u64, skipped: u64) -> Cell {
    use MeasureFunction as F;
    let net = matches!(leaf.function, F::Nps | F::Net | F::CesNet);
    let Some(weights) = weights else {
        let mut sums = NetCounts::default();
        for (_, value, count) in groups(leaf, counts) {
            match leaf.class(value) {
                1 => sums.top += count,
                0 => sums.middle += count,
                _ => sums.bottom += count,
            }
        }
        return if net {
            Cell::of(sums.score(), n, skipped).with_interval(sums.interval(LEVEL), "adjusted Wald", leaf)
        } else {
            Cell::of(percent(sums.top, n), n, skipped).with_interval(wilson(sums.top, n, LEVEL), "Wilson", leaf)
        };
    };
    let mut sums = WeightedNet::default();
    for (at, value, _) in groups(leaf, counts) {
        let Some((moments, _)) = weights.get(at) else { continue };
        let class = match leaf.class(value) {
            1 => &mut sums.top,
            0 => &mut sums.middle,
            _ => &mut sums.bottom,
        };
        add(class, moments);
    }
    let mut all = ExactMoments::default();
    [&sums.top, &sums.middle, &sums.bottom]
        .into_iter()
        .for_each(|part| add(&mut all, part));
    let kish = weight::kish_n(&all);
    if net {
        Cell::of(sums.score(), n, skipped)
            .with_interval(sums.interval(LEVEL), "adjusted Wald", leaf)
            .with_effective(kish)
    } else {
        let share = WeightedShare {
            hits: sums.top,
            misses: sums.middle,
        };
        Cell::of(share.percent(), n, skipped)
            .with_interval(share.wilson(LEVEL), "Wilson", leaf)
            .with_effective(kish)
    }
}

/// Adds exact sums.
pub(crate) fn add(sum: &mut ExactMoments, other: &ExactMoments) {
    sum.n += other.n;
    sum.sum = sum.sum.plus(&other.sum);
    sum.squares = sum.squares.plus(&other.squares);
}

/// A cell of a function of exact sums.
pub(crate) fn of_moments(leaf: &Leaf, moments: &ExactMoments, missing: u64) -> Cell {
    use MeasureFunction as F;
    let n = moments.n;
    match leaf.function {
        F::Sum if n == 0 && missing > 0 => Cell::of(None, 0, missing).fact(),
        F::Sum => Cell::of(moments.total(), n, missing).fact(),
        F::Level if n == 0 => Cell::of(None, 0, missing).fact(),
        F::Level => Cell::of(moments.total(), n, missing).fact(),
        F::Stddev => Cell::of(moments.sd(), n, missing),
        _ => Cell::of(moments.mean(), n, missing).with_interval(mean::mean_interval(moments, LEVEL), "t", leaf),
    }
}

/// A cell of a function of weighted sums.
fn of_weighted(leaf: &Leaf, sums: &ExactWeighted, missing: u64) -> Cell {
    use MeasureFunction as F;
    let n = sums.n;
    let kish = weight::kish_n_of(&sums.w, &sums.ww);
    let total = |sum: &Dyadic| if n == 0 && missing > 0 { None } else { sum.to_f64() };
    match leaf.function {
        F::Sum => Cell {
            n_effective: kish,
            ..Cell::of(total(&sums.wx), n, missing).fact()
        },
        F::Level if n == 0 => Cell::of(None, 0, missing).fact(),
        F::Level => Cell {
            n_effective: kish,
            ..Cell::of(total(&sums.wx), n, missing).fact()
        },
        F::Stddev => Cell::of(sums.sd(), n, missing).with_effective(kish),
        _ => Cell::of(sums.mean(), n, missing)
            .with_interval(mean::weighted_mean_interval(sums, LEVEL), "t", leaf)
            .with_effective(kish),
    }
}
