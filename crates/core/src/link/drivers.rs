//! What drives an outcome: its metrics side by side, ranked by what each explains.

use bellwether_order::{Sort, indices_by};
use serde::{Deserialize, Serialize};

use super::model::Estimate;
use crate::data::parallel;
use crate::stats::importance::{CrossProducts, Quadrant, quadrants, relative_weights, shapley};
use crate::stats::simulation::{middle, poisson_one, words};

/// Draws of the bootstrap.
pub(super) const DRAWS: usize = 200;
/// The seed of every bootstrap; results repeat to the bit.
const SEED: u64 = 0x0bee_11fe_7e12_4d21;
/// Rows of a block: sums of blocks are added up in order, whatever the threads.
const BLOCK: usize = 4_096;
/// Rows whose products are laid out at once.
const TILE: usize = 64;
/// A metric that fewer entities than this share (of 100) have is left out, as it would take the others' rows with it.
const LEAST_COVERAGE: f64 = 50.0;

/// The drivers of an outcome.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Drivers {
    /// The outcome.
    pub outcome: String,
    /// What the rows are.
    pub of: String,
    /// Entities that have all metrics.
    pub n: u64,
    /// Entities left out, as one is missing.
    pub left_out: u64,
    /// The share of the outcome's variance that the metrics explain together, 0–1, with its bootstrap range.
    pub r_squared: Estimate,
    /// The metrics, the most important first.
    pub metrics: Vec<Driver>,
    /// Metrics left out, and why.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub without: Vec<(String, String)>,
    /// What the data would weigh the parts of scores.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub weights: Vec<WeightAdvice>,
}

/// A metric among the drivers of an outcome.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Driver {
    /// The metric.
    pub metric: String,
    /// Its share of what all explain together, 0–100 (relative weight).
    pub share: f64,
    /// Its relative weight: its part of R², with its bootstrap range.
    pub weight: Estimate,
    /// Its Shapley value (LMG), another part of R²; `None` for more than 15 metrics.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shapley: Option<Estimate>,
    /// Its slope beside the others: outcome units per unit of the metric.
    pub slope: f64,
    /// How far it goes with the others: variance inflation, 1 where not at all.
    pub inflation: f64,
    /// How well it does, on 0–100 of its scale; `None` without a scale.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub performance: Option<f64>,
    /// Its place in the importance–performance matrix: `improve`, `keep`, `watch`, `ease`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
}

/// The weights of a score's parts, as the card states them and as the drivers of an outcome would.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct WeightAdvice {
    /// The score.
    pub score: String,
    /// Part, weight of the card and of the data, both in percent of the parts named here.
    pub parts: Vec<(String, f64, f64)>,
    /// Segment values whose place among the others would change, of how many.
    pub ranks_changed: (u64, u64),
}

/// A metric: its name, its value for each entity, its performance.
pub(super) type DriverColumn = (String, Vec<f64>, Option<f64>);

/// What drivers are computed from.
pub(super) struct DriverInput {
    pub(super) outcome: String,
    pub(super) of: String,
    pub(super) values: Vec<f64>,
    pub(super) weights: Option<Vec<f64>>,
    pub(super) places: Option<Vec<u32>>,
    /// The metrics.
    pub(super) metrics: Vec<DriverColumn>,
    pub(super) threads: usize,
}

/// The drivers of an outcome; `None` with fewer than two metrics or too few entities.
pub(super) fn drivers(mut input: DriverInput) -> Option<Drivers> {
    let rows = input.values.len();
    let mut without = Vec::new();
    input.metrics.retain(|(name, values, _)| {
        let known = values.iter().filter(|value| !value.is_nan()).count();
        let share = 100.0 * known as f64 / rows.max(1) as f64;
        let kept = share >= LEAST_COVERAGE;
        if !kept {
            without.push((name.clone(), format!("{share:.0} % of {} have it", input.of)));
        }
        kept
    });
    let sample = complete(&input);
    (input.metrics.len() >= 2 && sample.rows.len() >= 30.max(10 * input.metrics.len())).then_some(())?;
    let (whole, draws) = sums(&input, &sample);
    // A metric that others tell, or that is the same for all, has no weight of its own.
    let correlations = match whole.correlations() {
        Some(correlations) => correlations,
        None => return retry_without_constant(input, &whole, without),
    };
    let (slopes, explained) = match correlations.regression() {
        Ok(found) => found,
        Err(at) => {
            let name = input.metrics.remove(at).0;
            without.push((name, "the others tell it (collinearity)".to_owned()));
            let mut made = drivers(input)?;
            made.without.splice(0..0, without);
            return Some(made);
        }
    };
    let weights = relative_weights(&correlations)?;
    let values = shapley(&correlations);
    let inflation = correlations.inflation()?;
    let drawn: Vec<_> = draws.iter().filter_map(CrossProducts::correlations).collect();
    let weights_drawn: Vec<Vec<f64>> = drawn.iter().filter_map(relative_weights).collect();
    let values_drawn: Vec<Vec<f64>> = drawn.iter().filter_map(shapley).collect();
    let explained_drawn: Vec<f64> = drawn
        .iter()
        .filter_map(|draw| Some(draw.regression().ok()?.1))
        .collect();
    let size = input.metrics.len();
    let mut metrics: Vec<Driver> = input
        .metrics
        .iter()
        .enumerate()
        .map(|(at, (name, _, performance))| {
            let weight = weights.get(at).copied().unwrap_or(0.0);
            let spread = |column: usize| whole.covariance(column, column).max(0.0).sqrt();
            Driver {
                metric: name.clone(),
                share: if explained > 0.0 {
                    100.0 * weight / explained
                } else {
                    0.0
                },
                weight: ranged(weight, &weights_drawn, at),
                shapley: values
                    .as_ref()
                    .and_then(|values| values.get(at))
                    .map(|value| ranged(*value, &values_drawn, at)),
                slope: slopes.get(at).copied().unwrap_or(0.0) * spread(size) / spread(at) + 0.0,
                inflation: inflation.get(at).copied().unwrap_or(1.0),
                performance: *performance,
                place: None,
            }
        })
        .collect();
    metrics.order_by(|a, b| b.share.total_cmp(&a.share).then_with(|| a.metric.cmp(&b.metric)));
    let placed: Vec<usize> = (0..metrics.len())
        .filter(|at| metrics.get(*at).is_some_and(|m| m.performance.is_some()))
        .collect();
    let pairs: Vec<(f64, f64)> = placed
        .iter()
        .filter_map(|at| {
            metrics
                .get(*at)
                .and_then(|metric| Some((metric.share, metric.performance?)))
        })
        .collect();
    for (at, quadrant) in placed.into_iter().zip(quadrants(&pairs)) {
        let word = match quadrant {
            Quadrant::Improve => "improve",
            Quadrant::Keep => "keep",
            Quadrant::Watch => "watch",
            Quadrant::Ease => "ease",
        };
        metrics
            .get_mut(at)
            .into_iter()
            .for_each(|metric| metric.place = Some(word.to_owned()));
    }
    Some(Drivers {
        outcome: input.outcome,
        of: input.of,
        n: sample.rows.len() as u64,
        left_out: (rows - sample.rows.len()) as u64,
        r_squared: estimate(explained, &explained_drawn),
        metrics,
        without,
        weights: Vec::new(),
    })
}

/// The same without a metric that is the same for all.
fn retry_without_constant(
    mut input: DriverInput,
    whole: &CrossProducts,
    mut without: Vec<(String, String)>,
) -> Option<Drivers> {
    let flat = (0..input.metrics.len()).find(|at| whole.covariance(*at, *at) <= 0.0)?;
    let name = input.metrics.remove(flat).0;
    without.push((name, "it is the same for all".to_owned()));
    let mut made = drivers(input)?;
    made.without.splice(0..0, without);
    Some(made)
}

fn estimate(value: f64, draws: &[f64]) -> Estimate {
    let range = middle(draws, 0.95);
    Estimate {
        value,
        low: range.map_or(value, |range| range.low),
        high: range.map_or(value, |range| range.high),
    }
}

fn ranged(value: f64, draws: &[Vec<f64>], at: usize) -> Estimate {
    let own: Vec<f64> = draws.iter().filter_map(|draw| draw.get(at).copied()).collect();
    estimate(value, &own)
}

/// Entities that have everything, in an order that the source does not set, and a centre for each column.
struct Complete {
    rows: Vec<usize>,
    centres: Vec<f64>,
}

fn complete(input: &DriverInput) -> Complete {
    let at = |values: &[f64], row: usize| values.get(row).copied().unwrap_or(f64::NAN);
    let columns = || {
        input
            .metrics
            .iter()
            .map(|(_, values, _)| values.as_slice())
            .chain([input.values.as_slice()])
    };
    let mut rows: Vec<usize> = (0..input.values.len())
        .filter(|row| columns().all(|values| !at(values, *row).is_nan()))
        .collect();
    match &input.places {
        Some(places) => indices_by(&mut rows, &mut |a, b| places.get(a).cmp(&places.get(b))),
        None => indices_by(&mut rows, &mut |a, b| {
            let pairs = columns().map(|values| at(values, a).total_cmp(&at(values, b)));
            let weight = |row: usize| input.weights.as_ref().map_or(1.0, |weights| at(weights, row));
            let more = [weight(a).total_cmp(&weight(b))];
            pairs
                .chain(more)
                .find(|order| order.is_ne())
                .unwrap_or(std::cmp::Ordering::Equal)
        }),
    }
    let n = rows.len().max(1) as f64;
    let centres = columns()
        .map(|values| rows.iter().fold(0.0, |sum, row| sum + at(values, *row)) / n)
        .collect();
    Complete { rows, centres }
}

/// The sums over all rows, and over each draw of the bootstrap.
fn sums(input: &DriverInput, sample: &Complete) -> (CrossProducts, Vec<CrossProducts>) {
    let size = input.metrics.len() + 1;
    let blocks = sample.rows.len().div_ceil(BLOCK);
    let made = parallel::map(input.threads, blocks, |block| {
        let start = block * BLOCK;
        let rows = sample
            .rows
            .get(start..(start + BLOCK).min(sample.rows.len()))
            .unwrap_or_default();
        block_sums(input, sample, rows, start as u64)
    });
    let mut whole = CrossProducts::new(size);
    let mut draws = vec![CrossProducts::new(size); DRAWS];
    for (all, drawn) in &made {
        whole.merge(all);
        draws.iter_mut().zip(drawn).for_each(|(sum, part)| sum.merge(part));
    }
    (whole, draws)
}

fn block_sums(
    input: &DriverInput,
    sample: &Complete,
    rows: &[usize],
    first: u64,
) -> (CrossProducts, Vec<CrossProducts>) {
    let size = input.metrics.len() + 1;
    let mut whole = CrossProducts::new(size);
    let mut draws = vec![CrossProducts::new(size); DRAWS];
    let width = whole.width();
    let (mut laid, mut values) = (Vec::with_capacity(TILE * width), Vec::with_capacity(size));
    for (tile, rows) in rows.chunks(TILE).enumerate() {
        laid.clear();
        let mut weights = Vec::with_capacity(TILE);
        for row in rows {
            values.clear();
            let columns = input.metrics.iter().map(|(_, values, _)| values).chain([&input.values]);
            let less = columns
                .zip(&sample.centres)
                .map(|(column, centre)| column.get(*row).copied().unwrap_or(0.0) - centre);
            values.extend(less);
            CrossProducts::parts(&values, &mut laid);
            weights.push(
                input
                    .weights
                    .as_ref()
                    .map_or(1.0, |weights| weights.get(*row).copied().unwrap_or(0.0)),
            );
        }
        for (parts, weight) in laid.chunks_exact(width).zip(&weights) {
            whole.add_parts(parts, *weight);
        }
        let key = first + (tile * TILE) as u64;
        for (group, four) in draws.chunks_mut(4).enumerate() {
            let counts: Vec<[u32; 4]> = (0..rows.len() as u64)
                .map(|row| words(SEED, key + row, group as u64))
                .collect();
            for (lane, sums) in four.iter_mut().enumerate() {
                for ((parts, weight), counts) in laid.chunks_exact(width).zip(&weights).zip(&counts) {
                    let count = poisson_one(counts.get(lane).copied().unwrap_or(0));
                    if count > 0 {
                        sums.add_parts(parts, f64::from(count) * weight);
                    }
                }
            }
        }
    }
    (whole, draws)
}
