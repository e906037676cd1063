//! Aggregates over ratings of items by raters: how far the raters agree.

use bellwether_order::{BTreeMap, BTreeSet, Sort};

use super::cell::State;
use super::finish::{Cell, LEVEL};
use super::leaf::Leaf;
use super::lists::{Slices, identity};
use crate::definition::{ColumnType, MeasureFunction};
use crate::stats::Interval;
use crate::stats::agreement::{IccForm, Kappa, KappaWeights, Scale, alpha, alpha_limits, intraclass, kappa};
use crate::stats::influence::Influences;
use crate::stats::linearise;
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
    let scale = scale_of(leaf);
    let known: usize = made.of.values().flat_map(BTreeMap::values).map(Vec::len).sum();
    let ratings = in_order(compared(&made).into_iter().map(|(_, ratings)| ratings));
    let n = ratings.iter().map(Vec::len).sum::<usize>() as u64;
    let value = alpha(&ratings, scale).value();
    let interval = value.and_then(|_| alpha_limits(&ratings, scale, Stream::new(0xA1FA, 0), ALPHA_DRAWS, LEVEL));
    Cell::of(value, n, made.rows - known as u64).with_interval(interval, "bootstrap of items", leaf)
}

/// Ratings of items in an order of their own, so that neither sums nor draws depend on that of rows.
fn in_order(items: impl Iterator<Item = Vec<f64>>) -> Vec<Vec<f64>> {
    let mut ratings: Vec<Vec<f64>> = items.collect();
    ratings.order_by(|a, b| a.partial_cmp(b).unwrap_or(std::cmp::Ordering::Equal));
    ratings
}

fn scale_of(leaf: &Leaf) -> Scale {
    match leaf.words.first().map(String::as_str) {
        Some("ordinal") => Scale::Ordinal,
        Some("interval") => Scale::Interval,
        _ => Scale::Nominal,
    }
}

/// The ratings of each item that was rated more than once, in ascending order.
fn compared(made: &Ratings) -> Vec<(u64, Vec<f64>)> {
    let items = made.of.iter().map(|(item, raters)| {
        let mut ratings: Vec<f64> = raters.values().flatten().copied().collect();
        ratings.sort_by(f64::total_cmp);
        (*item, ratings)
    });
    items.filter(|(_, ratings)| ratings.len() >= 2).collect()
}

/// Kappa of two raters, or its mean over all pairs of several (Light 1971). n counts the ratings that were compared.
fn of_pairs(leaf: &Leaf, made: &Ratings) -> Cell {
    let pairs = Pairs::new(leaf, made);
    let n = pairs.items.iter().map(|(_, item)| item.len()).sum::<usize>() as u64;
    let found = pairs.kappas(|_| true);
    let interval: Option<Interval> = match found.as_slice() {
        [pair] => pair.interval(LEVEL),
        _ => None,
    };
    Cell::of(mean_kappa(&found), n, made.rows - n.min(made.rows)).with_interval(
        interval,
        "Fleiss, Cohen and Everitt",
        leaf,
    )
}

fn mean_kappa(found: &[Kappa]) -> Option<f64> {
    (!found.is_empty()).then(|| found.iter().map(|pair| pair.value).sum::<f64>() / found.len() as f64)
}

/// One rating by each rater of each item that two or more rated.
struct Pairs {
    weights: KappaWeights,
    categories: Vec<f64>,
    raters: Vec<u64>,
    items: Vec<(u64, BTreeMap<u64, f64>)>,
}

impl Pairs {
    fn new(leaf: &Leaf, made: &Ratings) -> Self {
        let weights = match leaf.words.first().map(String::as_str) {
            Some("linear") => KappaWeights::Linear,
            Some("quadratic") => KappaWeights::Quadratic,
            _ => KappaWeights::Unweighted,
        };
        // Of several ratings by one rater the middle one, the lower of two; of names that differ none.
        let one = |ratings: &Vec<f64>| -> Option<f64> {
            let mut sorted = ratings.clone();
            sorted.sort_by(f64::total_cmp);
            let differ = sorted.first() != sorted.last();
            let middle = sorted.get((sorted.len() - 1) / 2).copied();
            middle.filter(|_| weights != KappaWeights::Unweighted || !differ)
        };
        let items: Vec<(u64, BTreeMap<u64, f64>)> = made
            .of
            .iter()
            .map(|(item, raters)| {
                let of_each = raters.iter();
                (
                    *item,
                    of_each
                        .filter_map(|(rater, ratings)| Some((*rater, one(ratings)?)))
                        .collect(),
                )
            })
            .filter(|(_, item): &(u64, BTreeMap<u64, f64>)| item.len() >= 2)
            .collect();
        Self {
            weights,
            categories: categories(leaf, &items),
            raters: made.raters().into_iter().collect(),
            items,
        }
    }

    /// The kappa of each pair of raters over some of the items.
    fn kappas(&self, keep: impl Fn(u64) -> bool) -> Vec<Kappa> {
        let size = self.categories.len();
        let place = |value: &f64| self.categories.binary_search_by(|other| other.total_cmp(value)).ok();
        let mut found = Vec::new();
        for (at, first) in self.raters.iter().enumerate() {
            for second in self.raters.iter().skip(at + 1) {
                let mut table = vec![vec![0_u64; size]; size];
                for (_, item) in self.items.iter().filter(|(item, _)| keep(*item)) {
                    let (Some(a), Some(b)) = (item.get(first), item.get(second)) else {
                        continue;
                    };
                    if let (Some(i), Some(j)) = (place(a), place(b))
                        && let Some(count) = table.get_mut(i).and_then(|row| row.get_mut(j))
                    {
                        *count += 1;
                    }
                }
                found.extend(kappa(&table, self.weights));
            }
        }
        found
    }
}

/// The categories in their order: those of the declared scale, and all that occur.
fn categories(leaf: &Leaf, items: &[(u64, BTreeMap<u64, f64>)]) -> Vec<f64> {
    let mut all: Vec<f64> = items.iter().flat_map(|(_, item)| item.values()).copied().collect();
    if let Some((low, high)) = leaf.scale.filter(|(low, high)| high - low <= MOST_STEPS) {
        let steps = (high - low).max(0.0) as u32;
        all.extend((0..=steps).map(|step| low + f64::from(step)));
    }
    all.sort_by(f64::total_cmp);
    all.dedup();
    all
}

fn form_of(leaf: &Leaf) -> IccForm {
    match leaf.words.first().map(String::as_str) {
        Some("one way") => IccForm::OneWay,
        Some("consistency") => IccForm::Consistency,
        Some("one way of mean") => IccForm::OneWayMean,
        Some("agreement of mean") => IccForm::AgreementMean,
        Some("consistency of mean") => IccForm::ConsistencyMean,
        _ => IccForm::Agreement,
    }
}

/// The items that every rater of the cell has rated.
fn full_items(made: &Ratings) -> Vec<(u64, &BTreeMap<u64, Vec<f64>>)> {
    let raters = made.raters().len();
    let full = made.of.iter().filter(|(_, item)| item.len() == raters);
    full.map(|(item, ratings)| (*item, ratings)).collect()
}

/// The rating of an item by each rater; several by one are averaged.
fn averaged(item: &BTreeMap<u64, Vec<f64>>) -> Vec<f64> {
    let mean = |ratings: &Vec<f64>| {
        crate::stats::exact::ExactMoments::of(ratings)
            .mean()
            .unwrap_or_default()
    };
    item.values().map(mean).collect()
}

/// An intraclass correlation of the items that every rater of the cell has rated.
fn of_table(leaf: &Leaf, made: &Ratings) -> Cell {
    let full = full_items(made);
    let n = full
        .iter()
        .flat_map(|(_, item)| item.values())
        .map(Vec::len)
        .sum::<usize>() as u64;
    let table: Vec<Vec<f64>> = full.iter().map(|(_, item)| averaged(item)).collect();
    let made_of = intraclass(&table, form_of(leaf), LEVEL);
    Cell::of(made_of.map(|icc| icc.value), n, made.rows - n).with_interval(
        made_of.map(|icc| icc.interval),
        "F, McGraw and Wong",
        leaf,
    )
}

/// Items that are left out one by one; of more, so many groups are.
const MOST_ITEMS: usize = 500;
const GROUPS: u64 = 200;
/// With more items than this each group costs a pass over many ratings, and fewer are enough.
const MANY_ITEMS: usize = 20_000;
const FEW_GROUPS: u64 = 20;
/// Marks an item among other entities.
const ITEM: u64 = 1 << 63;

/// Which items are kept.
type Keeps<'k> = &'k dyn Fn(u64) -> bool;

/// The agreement over some rows, and how far each item moves it: by the jackknife over items, or over groups of them.
pub(crate) fn moved_by_items(leaf: &Leaf, rows: &[u32]) -> Option<(f64, Influences)> {
    let made = Ratings::new(leaf, &[rows])?;
    let over = |items: Vec<u64>, value: &dyn Fn(Keeps<'_>) -> Option<f64>| {
        let groups = match items.len() {
            0..=MOST_ITEMS => None,
            count if count <= MANY_ITEMS => Some(GROUPS),
            _ => Some(FEW_GROUPS),
        };
        // An item is of the same group in every period.
        let group = |item: u64| ITEM | groups.map_or(item, |groups| mixed(item) % groups);
        let mut left_out: Vec<u64> = items.iter().map(|item| group(*item)).collect();
        left_out.order();
        left_out.dedup();
        let without = |of: &u64| Some((*of, value(&|item| group(item) != *of)?));
        let values: Option<Vec<(u64, f64)>> = left_out.iter().map(without).collect();
        Some((value(&|_| true)?, linearise::jackknife(&values?)?))
    };
    match leaf.function {
        MeasureFunction::Agreement => {
            let (items, scale) = (compared(&made), scale_of(leaf));
            over(items.iter().map(|(item, _)| *item).collect(), &|keep| {
                let kept = items.iter().filter(|(item, _)| keep(*item));
                alpha(&in_order(kept.map(|(_, ratings)| ratings.clone())), scale).value()
            })
        }
        MeasureFunction::Kappa => {
            let pairs = Pairs::new(leaf, &made);
            let items = pairs.items.iter().map(|(item, _)| *item).collect();
            over(items, &|keep| mean_kappa(&pairs.kappas(keep)))
        }
        MeasureFunction::Icc => {
            let full = full_items(&made);
            let items: Vec<(u64, Vec<f64>)> = full.iter().map(|(item, of)| (*item, averaged(of))).collect();
            over(items.iter().map(|(item, _)| *item).collect(), &|keep| {
                let kept = items.iter().filter(|(item, _)| keep(*item));
                let table: Vec<Vec<f64>> = kept.map(|(_, row)| row.clone()).collect();
                intraclass(&table, form_of(leaf), LEVEL).map(|icc| icc.value)
            })
        }
        _ => None,
    }
}

/// The finaliser of SplitMix64 (Steele, Lea and Flood 2014), so that neighbours fall apart.
const fn mixed(item: u64) -> u64 {
    let item = (item ^ (item >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let item = (item ^ (item >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    item ^ (item >> 31)
}
