//! From the rows of a cell to an estimate: what each row adds, and how far each entity moves what comes of it.

use std::sync::Arc;

use super::{Piece, Sample};
use crate::definition::{CivilDate, ColumnType, MeasureFunction};
use crate::measure::calendar::{WHOLE, Window};
use crate::measure::finish::LEVEL;
use crate::measure::input::Input;
use crate::measure::leaf::{Leaf, Time};
use crate::measure::raters;
use crate::measure::session::Session;
use crate::measure::stock::{self, Spells};
use crate::stats::exact::ExactMoments;
use crate::stats::influence::Influences;
use crate::stats::nps::NetCounts;
use crate::stats::{clv, linearise, quantile, weight};

/// The rows of an aggregate in a period.
#[derive(Debug)]
pub(crate) struct Reading {
    /// The aggregate, as of the end of the period where it asks for that.
    pub(super) leaf: Leaf,
    /// Entity, row, x and y of Σy / Σx; of a total y alone, of what is made of all rows weight and value. What is summed by
    /// entity comes in the order of entities, all else in that of rows.
    pub(super) rows: Vec<Contribution>,
    window: Window,
    whole: bool,
    spells: Option<Spells>,
}

impl Reading {
    /// About how many bytes its rows hold.
    pub(crate) fn bytes(&self) -> u64 {
        size_of_val(self.rows.as_slice()) as u64
    }
}

/// What a leaf is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Σy / Σx over rows.
    Ratio,
    /// Σy over rows.
    Total,
    /// Made of all rows together: a percentile, a curve, a fitted model.
    Whole,
}

/// The kind of an aggregate; `None`: it is no sum over rows.
pub(super) fn kind_of(leaf: &Leaf) -> Option<Kind> {
    use MeasureFunction as F;
    match leaf.function {
        F::Mean | F::CesMean | F::Share | F::Retention | F::Churn => Some(Kind::Ratio),
        F::Sum | F::Count | F::Active | F::ActiveAtEnd | F::ActiveEver => Some(Kind::Total),
        F::Median | F::Percentile | F::Stddev | F::Correlation | F::Survival | F::RevenueRetention | F::Clv => {
            Some(Kind::Whole)
        }
        F::Agreement | F::Kappa | F::Icc => Some(Kind::Whole),
        _ if leaf.is_classes() => Some(Kind::Ratio),
        _ => None,
    }
}

impl Session<'_> {
    /// The rows that an aggregate reads in a period; `None` where it has no windows there.
    pub(super) fn reading(&mut self, at: usize, slot: usize) -> Option<Reading> {
        let mut leaf = self.leaf(at)?.clone();
        let window = self.windows(&leaf, &self.slots).get(slot).copied().flatten()?;
        if leaf.by_end {
            let aggregate = self.aggregates.get(at)?.clone();
            leaf = self.make_leaf(&aggregate, CivilDate(window.end)).ok()?;
        }
        let whole = self.slots.is_whole(slot);
        if matches!(leaf.time, Time::Stock) {
            let count = self.rows.data.table(&leaf.table)?.rows;
            let entities = self.entities(&leaf.table);
            return of_spells(leaf, window, whole, count, &entities);
        }
        let within = match &leaf.time {
            Time::Undated if slot != WHOLE => return None,
            Time::Dated { days, .. } => self.window_rows(&leaf.table, Some((Arc::clone(days), window)))?,
            _ => self.window_rows(&leaf.table, None)?,
        };
        let adds = Adds::new(&leaf);
        let of = |(entity, row): (u64, u32)| {
            let (x, y) = adds.of(row as usize)?;
            Some((entity, row, x, y))
        };
        let rows = match kind_of(&leaf) {
            Some(Kind::Ratio | Kind::Total) => within.by_entity().iter().copied().filter_map(of).collect(),
            Some(Kind::Whole) | None => within.by_row().filter_map(of).collect(),
        };
        Some(Reading {
            leaf,
            rows,
            window,
            whole,
            spells: None,
        })
    }
}

/// The rows of a stock: those that a period counts, and what each adds.
fn of_spells(leaf: Leaf, window: Window, whole: bool, count: usize, entities: &[u64]) -> Option<Reading> {
    let spells = Spells::new(&leaf)?;
    // The end may be missing: that is what being there still looks like.
    let counts = |row: usize| leaf.mask.as_ref().is_none_or(|mask| mask.value(row));
    let of = |row: usize| -> Option<Contribution> {
        spells.start(row).filter(|_| counts(row))?;
        let weight = leaf
            .weight
            .as_ref()
            .map_or(Some(1.0), |weights| weights.get(row).copied())?;
        let (x, y) = stock::adds(&leaf, &spells, row, window, whole)?;
        Some((entities.get(row).copied()?, row as u32, weight * x, weight * y))
    };
    let rows = (0..count).filter_map(of).collect();
    Some(Reading {
        leaf,
        rows,
        window,
        whole,
        spells: Some(spells),
    })
}

/// An estimate that is made of all rows together.
fn whole(reading: &Reading, rows: &[Contribution], lean: bool) -> Option<Piece> {
    use MeasureFunction as F;
    let leaf = &reading.leaf;
    let of = |value: f64, influences: Influences, sample: Sample| Piece {
        value,
        rows: rows.len() as u64,
        influences,
        sample,
    };
    match leaf.function {
        F::Median | F::Percentile => percentile(leaf, rows, lean),
        // Weighted spreads and correlations have no errors yet.
        F::Stddev | F::Correlation if leaf.weight.is_some() => None,
        F::Stddev => {
            let values: Vec<f64> = rows.iter().map(|row| row.3).collect();
            let pairs: Vec<(u64, f64)> = rows.iter().map(|row| (row.0, row.3)).collect();
            Some(of(
                ExactMoments::of(&values).sd()?,
                linearise::deviation(&pairs)?,
                Sample::Other,
            ))
        }
        F::Correlation => {
            let pairs: Vec<(u64, f64, f64)> = rows.iter().map(|row| (row.0, row.2, row.3)).collect();
            let (r, influences) = linearise::correlation(&pairs)?;
            Some(of(r, influences, Sample::Other))
        }
        F::Survival => survival(reading, rows),
        F::Agreement | F::Kappa | F::Icc => {
            let numbers: Vec<u32> = rows.iter().map(|row| row.1).collect();
            let (value, influences) = raters::moved_by_items(leaf, &numbers)?;
            Some(of(value, influences, Sample::Rated))
        }
        F::RevenueRetention => {
            let numbers: Vec<usize> = rows.iter().map(|row| row.1 as usize).collect();
            let kept = stock::revenues(leaf, reading.spells.as_ref()?, &numbers, reading.window, reading.whole)?;
            let sums: Vec<(u64, f64, f64)> = kept
                .iter()
                .filter_map(|(first, then, now)| Some((rows.get(*first)?.0, *then, 100.0 * now)))
                .collect();
            let total =
                |of: fn(&(u64, f64, f64)) -> f64| ExactMoments::of(&sums.iter().map(of).collect::<Vec<_>>()).sum;
            let value = total(|sum| sum.2).ratio(&total(|sum| sum.1))?;
            Some(Piece {
                rows: sums.len() as u64,
                ..of(value, Influences::of_ratio(&sums)?, Sample::Other)
            })
        }
        F::Clv => {
            let spells = reading.spells.as_ref()?;
            let entities: Vec<(u64, usize)> = rows.iter().map(|row| (row.0, row.1 as usize)).collect();
            let contracts = stock::contracts(leaf, spells, &entities, reading.window);
            let made = clv::estimate(&contracts, stock::discount(leaf)?)?;
            Some(Piece {
                rows: contracts.len() as u64,
                ..of(made.value, made.influences?, Sample::Other)
            })
        }
        _ => None,
    }
}

fn percentile(leaf: &Leaf, rows: &[Contribution], lean: bool) -> Option<Piece> {
    let p = match leaf.function {
        MeasureFunction::Median => 50.0,
        _ => leaf.numbers.first().copied()?,
    };
    let weighed: Vec<(u64, f64, f64)> = rows.iter().map(|row| (row.0, row.2, row.3)).collect();
    let mut sorted: Vec<(f64, f64)> = weighed.iter().map(|row| (row.2, row.1)).collect();
    sorted.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
    let (value, influences, sample) = if leaf.weight.is_some() {
        let weights = ExactMoments::of(&sorted.iter().map(|pair| pair.1).collect::<Vec<_>>());
        let kish = weight::kish_n(&weights)?;
        let at = |p: f64| quantile::percentile_weighted(&sorted, kish, p);
        let value = at(p)?;
        let influences = linearise::percentile(&weighed, value, p, LEVEL, at)?;
        (value, influences, Sample::Other)
    } else {
        let mut counts: Vec<(f64, u64)> = Vec::new();
        for (value, _) in &sorted {
            match counts.last_mut() {
                Some((last, count)) if last == value => *count += 1,
                _ => counts.push((*value, 1)),
            }
        }
        let at = |p: f64| quantile::percentile_counts(&counts, p);
        let value = at(p)?;
        // Without a smooth error there is still the test of two independent samples.
        let influences = (!lean)
            .then(|| linearise::percentile(&weighed, value, p, LEVEL, at))
            .flatten()
            .unwrap_or_else(|| Influences::of(weighed.iter().map(|row| (row.0, 0.0)).collect()));
        (value, influences, Sample::Percentile(Arc::from(counts), p))
    };
    Some(Piece {
        value,
        rows: rows.len() as u64,
        influences,
        sample,
    })
}

fn survival(reading: &Reading, rows: &[Contribution]) -> Option<Piece> {
    let (leaf, spells) = (&reading.leaf, reading.spells.as_ref()?);
    let time = stock::survival_time(leaf)?;
    let numbers: Vec<usize> = rows.iter().map(|row| row.1 as usize).collect();
    let lives: Vec<(u64, f64, bool)> = stock::lives(spells, &numbers, reading.window, leaf.as_of)
        .zip(rows)
        .map(|((_, start, end), row)| (row.0, f64::from(end.unwrap_or(leaf.as_of) - start), end.is_some()))
        .collect();
    let (value, influences) = linearise::survival(&lives, time)?;
    let grouped = linearise::grouped(lives.iter().map(|life| (life.1, life.2)));
    Some(Piece {
        value,
        rows: lives.len() as u64,
        influences,
        sample: Sample::Survival(Arc::from(grouped), time),
    })
}

/// x and y of a row; `None`: it has no value.
type Pair = Option<(f64, f64)>;

/// What the rows of an aggregate add to it.
struct Adds<'l> {
    leaf: &'l Leaf,
    /// Of each bin of its only input, where rows are not weighted.
    of_bin: Option<(&'l Input, Vec<Pair>)>,
}

impl<'l> Adds<'l> {
    fn new(leaf: &'l Leaf) -> Self {
        let one = match leaf.inputs.as_slice() {
            // Text that stands for no number is a value all the same.
            [one] if leaf.weight.is_none() && one.kind != ColumnType::Text => Some(one.as_ref()),
            _ => None,
        };
        let of_bin = one.and_then(|input| {
            let numbers = &input.bins.as_ref()?.numbers;
            let of = |number: &Option<f64>| number.and_then(|number| contribution(leaf, 1.0, |_| Some(number)));
            Some((input, numbers.iter().map(of).collect()))
        });
        Self { leaf, of_bin }
    }

    /// x and y of a row; `None` where it does not count or has no value.
    fn of(&self, row: usize) -> Option<(f64, f64)> {
        let leaf = self.leaf;
        if leaf.mask.as_ref().is_some_and(|mask| !mask.value(row)) {
            return None;
        }
        if let Some((input, of_bin)) = &self.of_bin {
            return *of_bin.get(input.bin_of(row)?)?;
        }
        if !leaf.inputs.iter().all(|input| input.is_valid(row)) {
            return None;
        }
        let weight = match &leaf.weight {
            Some(weights) => *weights.get(row)?,
            None => 1.0,
        };
        contribution(leaf, weight, |at| leaf.inputs.get(at)?.number(row))
    }
}

/// x and y of a row with these numbers: what it adds to the denominator and to the numerator.
fn contribution(leaf: &Leaf, weight: f64, number: impl Fn(usize) -> Option<f64>) -> Option<(f64, f64)> {
    use MeasureFunction as F;
    let pair = match leaf.function {
        F::Count => (weight, weight),
        F::Sum | F::Mean | F::CesMean => (weight, weight * number(0)?),
        F::Share => {
            let value = weight * number(0)?;
            let holds = number(1)? == 1.0;
            (value, if holds { 100.0 * value } else { 0.0 })
        }
        F::Median | F::Percentile | F::Stddev => (weight, number(0)?),
        F::Correlation => (number(0)?, number(1)?),
        F::Survival | F::RevenueRetention | F::Clv | F::Agreement | F::Kappa | F::Icc => (weight, 0.0),
        _ => (weight, 100.0 * weight * f64::from(leaf.class(number(0)?))),
    };
    (pair.0.is_finite() && pair.1.is_finite()).then_some(pair)
}

/// A row of a cell: entity, row, x and y.
pub(super) type Contribution = (u64, u32, f64, f64);

/// The rows of a cell as an estimate on the way; `None` where it has no value or its error is not known. `lean`: the influences
/// on a percentile are not asked for.
pub(super) fn piece<'r>(reading: &Reading, rows: impl Iterator<Item = &'r Contribution>, lean: bool) -> Option<Piece> {
    let leaf = &reading.leaf;
    let kind = kind_of(leaf)?;
    if kind == Kind::Whole {
        return whole(reading, &rows.copied().collect::<Vec<_>>(), lean);
    }
    let rows: Vec<(u64, f64, f64)> = rows.map(|(entity, _, x, y)| (*entity, *x, *y)).collect();
    let rows = rows.as_slice();
    let (value, influences) = match kind {
        Kind::Ratio => Influences::with_ratio(rows)?,
        Kind::Total | Kind::Whole => Influences::with_total(rows)?,
    };
    let apart = influences.entities() == rows.len();
    Some(Piece {
        value,
        rows: rows.len() as u64,
        influences,
        // Rows of one entity depend on each other: nothing is then tested as a simple sample.
        sample: if apart { sample(leaf, rows) } else { Sample::Other },
    })
}

fn sample(leaf: &Leaf, rows: &[(u64, f64, f64)]) -> Sample {
    use MeasureFunction as F;
    if leaf.weight.is_some() {
        return Sample::Other;
    }
    let count = |test: fn(f64) -> bool| rows.iter().filter(|row| test(row.2)).count() as u64;
    match leaf.function {
        F::Mean | F::CesMean => Sample::Mean(ExactMoments::of(&rows.iter().map(|row| row.2).collect::<Vec<_>>())),
        F::Nps | F::Net | F::CesNet => Sample::Net(NetCounts {
            top: count(|y| y > 0.0),
            middle: count(|y| y == 0.0),
            bottom: count(|y| y < 0.0),
        }),
        F::Retention | F::Churn => Sample::Share(count(|y| y > 0.0), rows.len() as u64),
        _ if leaf.is_classes() => Sample::Share(count(|y| y > 0.0), rows.len() as u64),
        _ => Sample::Other,
    }
}
