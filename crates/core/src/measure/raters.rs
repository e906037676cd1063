//! Aggregates over ratings of items by raters: how far the raters agree.

use bellwether_order::{BTreeMap, BTreeSet, Sort};

use super::cell::State;
use super::finish::{Cell, LEVEL};
use super::leaf::Leaf;
use super::lists::{Slices, identity};
use crate::definition::{ColumnType, MeasureFunction};
use crate::stats::Interval;
use crate::stats::agreement::{IccForm, KappaWeights, Scale, alpha, alpha_limits, intraclass, kappa};
use crate::stats::random::Stream;

/// Draws of items for the range of alpha.
const ALPHA_DRAWS: u64 = 1_000;
/// A declared scale of more steps than this is not a list of categories.
const MOST_STEPS: f64 = 100.0;

/// The cell of an aggregate of ratings over lists of rows.
pub(crate) fn rated(leaf: &Leaf, slices: &Slices<'_>) -> Cell {
    let Some(ratings) = Ratings::new(leaf, slices) else {
        return Cell::without(State::Failed);
    };
    match leaf.function {
        MeasureFunction::Agreement => agreement(leaf, ratings),
        MeasureFunction::Kappa => of_pairs(leaf, &ratings),
        MeasureFunction::Icc => of_table(leaf, &ratings),
        _ => Cell::without(State::Failed),
    }
}

/// Ratings by item and rater; rows without a level, a rater or an item are left out.
struct Ratings {
    rows: u64,
    of: BTreeMap<u64, BTreeMap<u64, Vec<f64>>>,
}

impl Ratings {
    fn new(leaf: &Leaf, slices: &Slices<'_>) -> Option<Self> {
        let [level, rater, item] = leaf.inputs.as_slice() else {
            return None;
        };
        let text = level.kind == ColumnType::Text;
        let names = leaf
            .words
            .first()
            .is_some_and(|word| word == "nominal" || word == "none");
        let mut made = Self {
            rows: 0,
            of: BTreeMap::new(),
        };
        for row in slices.iter().flat_map(|slice| slice.iter().map(|&row| row as usize)) {
            made.rows += 1;
            // Names have no order; which number stands for which does not matter.
            let value = if names && text {
                identity(&level.base, row).map(|code| code as f64)
            } else {
                level.number(row)
            };
            if let (Some(value), Some(rater), Some(item)) =
                (value, identity(&rater.base, row), identity(&item.base, row))
            {
                made.of.entry(item).or_default().entry(rater).or_default().push(value);
            }
        }
        Some(made)
    }

    fn raters(&self) -> BTreeSet<u64> {
        self.of.values().flat_map(BTreeMap::keys).copied().collect()
    }
}

/// Krippendorff's alpha of ratings by item; n counts the ratings of items that were rated more than once.
fn agreement(leaf: &Leaf, made: Ratings) -> Cell {
    let scale = match leaf.words.first().map(String::as_str) {
        Some("ordinal") => Scale::Ordinal,
        Some("interval") => Scale::Interval,
        _ => Scale::Nominal,
    };
    let rows = made.rows;
    let items: Vec<Vec<f64>> = made
        .of
        .into_values()
        .map(|raters| raters.into_values().flatten().collect())
        .collect();
    let known = items.iter().map(Vec::len).sum::<usize>() as u64;
    // In an order of their own, so that neither sums nor draws depend on that of rows.
    let mut ratings: Vec<Vec<f64>> = items.into_iter().filter(|ratings| ratings.len() >= 2).collect();
    for item in &mut ratings {
        item.sort_by(f64::total_cmp);
    }
    ratings.order_by(|a, b| a.partial_cmp(b).unwrap_or(std::cmp::Ordering::Equal));
    let n = ratings.iter().map(Vec::len).sum::<usize>() as u64;
    let value = alpha(&ratings, scale).value();
    let interval = value.and_then(|_| alpha_limits(&ratings, scale, Stream::new(0xA1FA, 0), ALPHA_DRAWS, LEVEL));
    Cell::of(value, n, rows - known).with_interval(interval, "bootstrap of items", leaf)
}

/// Kappa of two raters, or its mean over all pairs of several (Light 1971). n counts the ratings that were compared.
fn of_pairs(leaf: &Leaf, made: &Ratings) -> Cell {
    let weights = match leaf.words.first().map(String::as_str) {
        Some("linear") => KappaWeights::Linear,
        Some("quadratic") => KappaWeights::Quadratic,
        _ => KappaWeights::Unweighted,
    };
    // One rating by rater and item: of several the middle one, the lower of two; of names that differ none.
    let one = |ratings: &Vec<f64>| -> Option<f64> {
        let mut sorted = ratings.clone();
        sorted.sort_by(f64::total_cmp);
        let differ = sorted.first() != sorted.last();
        let middle = sorted.get((sorted.len() - 1) / 2).copied();
        middle.filter(|_| weights != KappaWeights::Unweighted || !differ)
    };
    let items: Vec<BTreeMap<u64, f64>> = made
        .of
        .values()
        .map(|raters| {
            raters
                .iter()
                .filter_map(|(rater, ratings)| Some((*rater, one(ratings)?)))
                .collect()
        })
        .filter(|item: &BTreeMap<u64, f64>| item.len() >= 2)
        .collect();
    let n = items.iter().map(BTreeMap::len).sum::<usize>() as u64;
    let categories = categories(leaf, &items);
    let raters: Vec<u64> = made.raters().into_iter().collect();
    let mut found = Vec::new();
    for (at, first) in raters.iter().enumerate() {
        for second in raters.iter().skip(at + 1) {
            let mut table = vec![vec![0_u64; categories.len()]; categories.len()];
            for item in &items {
                let (Some(a), Some(b)) = (item.get(first), item.get(second)) else {
                    continue;
                };
                let place = |value: &f64| categories.binary_search_by(|other| other.total_cmp(value)).ok();
                if let (Some(i), Some(j)) = (place(a), place(b))
                    && let Some(count) = table.get_mut(i).and_then(|row| row.get_mut(j))
                {
                    *count += 1;
                }
            }
            found.extend(kappa(&table, weights));
        }
    }
    let value = (!found.is_empty()).then(|| found.iter().map(|pair| pair.value).sum::<f64>() / found.len() as f64);
    let interval: Option<Interval> = match found.as_slice() {
        [pair] => pair.interval(LEVEL),
        _ => None,
    };
    Cell::of(value, n, made.rows - n.min(made.rows)).with_interval(interval, "Fleiss, Cohen and Everitt", leaf)
}

/// The categories in their order: those of the declared scale, and all that occur.
fn categories(leaf: &Leaf, items: &[BTreeMap<u64, f64>]) -> Vec<f64> {
    let mut all: Vec<f64> = items.iter().flat_map(BTreeMap::values).copied().collect();
    if let Some((low, high)) = leaf.scale.filter(|(low, high)| high - low <= MOST_STEPS) {
        let steps = (high - low).max(0.0) as u32;
        all.extend((0..=steps).map(|step| low + f64::from(step)));
    }
    all.sort_by(f64::total_cmp);
    all.dedup();
    all
}

/// An intraclass correlation of the items that every rater of the cell has rated; several ratings by one rater are averaged.
fn of_table(leaf: &Leaf, made: &Ratings) -> Cell {
    let form = match leaf.words.first().map(String::as_str) {
        Some("one way") => IccForm::OneWay,
        Some("consistency") => IccForm::Consistency,
        Some("one way of mean") => IccForm::OneWayMean,
        Some("agreement of mean") => IccForm::AgreementMean,
        Some("consistency of mean") => IccForm::ConsistencyMean,
        _ => IccForm::Agreement,
    };
    let raters = made.raters();
    let mean = |ratings: &Vec<f64>| {
        crate::stats::exact::ExactMoments::of(ratings)
            .mean()
            .unwrap_or_default()
    };
    let full: Vec<&BTreeMap<u64, Vec<f64>>> = made.of.values().filter(|item| item.len() == raters.len()).collect();
    let n = full.iter().flat_map(|item| item.values()).map(Vec::len).sum::<usize>() as u64;
    let table: Vec<Vec<f64>> = full.iter().map(|item| item.values().map(mean).collect()).collect();
    let made_of = intraclass(&table, form, LEVEL);
    Cell::of(made_of.map(|icc| icc.value), n, made.rows - n).with_interval(
        made_of.map(|icc| icc.interval),
        "F, McGraw and Wong",
        leaf,
    )
}
