//! The mix: parts on 0–100 become one score, and every point is accounted for.
//!
//! Sums are exact until the last rounding, so the order of parts never changes a bit, and parts that all score 75 mix
//! to 75 and not to 74.99999999999999.

use bellwether_order::Sort;

use crate::definition::{Aggregation, MissingParts, Score, StaleParts};
use crate::measure::State;
use crate::stats::composite;
use crate::stats::exact::Dyadic;
use crate::stats::math;

/// The rules of a mix.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Rules {
    /// How parts are joined.
    pub aggregation: Aggregation,
    /// What happens when a part is missing.
    pub missing: MissingParts,
    /// What happens when a part is stale.
    pub stale: StaleParts,
}

impl Rules {
    /// Those of a score.
    #[must_use]
    pub fn of(score: &Score) -> Self {
        Self {
            aggregation: score.aggregation,
            missing: score.missing_parts,
            stale: score.stale_parts,
        }
    }
}

/// A part on its way into the mix.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PartInput {
    /// Relative weight; 0: it is left out, whatever its state.
    pub weight: f64,
    /// Its value.
    pub value: Option<f64>,
    /// Its value on 0–100.
    pub normalised: Option<f64>,
    /// Its state.
    pub state: State,
    /// Rows behind it; `None`: it does not come from rows.
    pub n: Option<u64>,
}

/// How a part was treated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Treatment {
    /// It counted.
    Counted,
    /// It is stale and counted with half of its weight.
    Halved,
    /// It is missing, and the others carry its weight.
    LeftOut,
    /// It is stale, counts as missing, and the others carry its weight.
    Dropped,
    /// It is missing (or stale and dropped), and a fixed value stands in.
    Filled,
    /// It has no weight.
    Weightless,
    /// The score has no value, so nothing counted.
    Blank,
}

/// What a part gave.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PartOutcome {
    /// Its share of all weight that counted, 0–100. Of a worst-of: 100 for the worst part, shared where several tie.
    pub share: f64,
    /// The value on 0–100 that counted: its own, or the fixed one.
    pub counted: Option<f64>,
    /// Points it gives; all parts together: the score before limits.
    pub points: Option<f64>,
    /// Points it loses; all parts together: 100 less the score before limits.
    pub lost: Option<f64>,
    /// How it was treated.
    pub treatment: Treatment,
}

/// A mix before caps and floors.
#[derive(Debug, Clone, PartialEq)]
pub struct Mixed {
    /// The score.
    pub value: Option<f64>,
    /// The worst state of the parts that decide it.
    pub state: State,
    /// The smallest n of the parts that counted; 0 where none has rows.
    pub n: u64,
    /// One for each part, in their order.
    pub parts: Vec<PartOutcome>,
}

/// What a mix comes to, without what each part gave.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Whole {
    /// The score.
    pub value: Option<f64>,
    /// The worst state of the parts that decide it.
    pub state: State,
    /// The smallest n of the parts that counted; 0 where none has rows.
    pub n: u64,
}

impl Mixed {
    /// What it comes to.
    #[must_use]
    pub fn whole(&self) -> Whole {
        Whole {
            value: self.value,
            state: self.state,
            n: self.n,
        }
    }
}

impl PartOutcome {
    const fn blank(treatment: Treatment) -> Self {
        Self {
            share: 0.0,
            counted: None,
            points: None,
            lost: None,
            treatment,
        }
    }
}

/// Joins parts into a score.
///
/// States: a part that is missing follows the rule of missing parts; every other state without a value spreads, the
/// worst of them; of parts with a value the worst flag stays on the score. A score none of whose parts has a value of
/// its own is missing, whatever the rule.
///
/// Points of an arithmetic mix are share × value / 100. Of a geometric mix 100·Π(xᵢ/100)^wᵢ the points lost are split
/// by the logarithmic mean (Ang 2004, LMDI I): lostᵢ = −wᵢ·ln(xᵢ/100)·L(100, score), and given is share less lost, below
/// 0 where a part costs more than its share. Of a worst-of the worst part gives and loses everything.
///
/// ```
/// use bellwether::measure::State;
/// use bellwether::score::{mix, PartInput, Rules};
/// let part = |weight, value| PartInput { weight, value: Some(value), normalised: Some(value), state: State::Ok, n: Some(40) };
/// let mixed = mix(&Rules::default(), &[part(0.4, 55.0), part(0.3, 60.0), part(0.3, 50.0)]);
/// assert_eq!(mixed.value, Some(55.0));
/// assert_eq!(mixed.parts[0].points, Some(22.0));
/// assert_eq!(mixed.parts[2].lost, Some(15.0));
/// ```
#[must_use]
pub fn mix(rules: &Rules, parts: &[PartInput]) -> Mixed {
    let joined = join(rules, parts);
    let Some(value) = joined.whole.value else {
        return blank(joined.whole.state, parts, &joined.treated);
    };
    let splits = match rules.aggregation {
        Aggregation::Arithmetic => arithmetic(&joined.counted, value),
        Aggregation::Geometric => geometric(&joined.counted, value),
        Aggregation::WorstOf => worst_of(&joined.counted, value),
    };
    let Some(splits) = splits else {
        return blank(State::Failed, parts, &joined.treated);
    };
    let outcomes = joined
        .treated
        .iter()
        .zip(&splits)
        .map(|(part, split)| match part.counted {
            None => PartOutcome::blank(part.treatment),
            Some(value) => PartOutcome {
                share: split.share,
                counted: Some(value),
                points: Some(split.points),
                lost: Some(split.lost),
                treatment: part.treatment,
            },
        });
    Mixed {
        value: joined.whole.value,
        state: joined.whole.state,
        n: joined.whole.n,
        parts: outcomes.collect(),
    }
}

/// What [`mix`] comes to, where nobody asks what each part gave: a range of a score works it out a thousand times.
#[must_use]
pub fn whole(rules: &Rules, parts: &[PartInput]) -> Whole {
    join(rules, parts).whole
}

/// The weight that each part counts with in a mix, 0 where it does not, and whether it is its own value that counts.
#[must_use]
pub fn weights(rules: &Rules, parts: &[PartInput]) -> Vec<(f64, bool)> {
    let of = |part: &PartInput| {
        let treated = treat(rules, part);
        let own = matches!(treated.treatment, Treatment::Counted | Treatment::Halved);
        (treated.counted.map_or(0.0, |_| treated.weight), own)
    };
    parts.iter().map(of).collect()
}

/// Parts on their way through a mix.
struct Joined {
    treated: Vec<Treated>,
    /// Weight and value of each part, 0 and 0 where it does not count.
    counted: Vec<(f64, f64)>,
    whole: Whole,
}

fn join(rules: &Rules, parts: &[PartInput]) -> Joined {
    let treated: Vec<Treated> = parts.iter().map(|part| treat(rules, part)).collect();
    let counted: Vec<(f64, f64)> = treated
        .iter()
        .map(|part| part.counted.map_or((0.0, 0.0), |value| (part.weight, value)))
        .collect();
    let kind = match rules.aggregation {
        Aggregation::Arithmetic => composite::Aggregation::Arithmetic,
        Aggregation::Geometric => composite::Aggregation::Geometric,
        Aggregation::WorstOf => composite::Aggregation::WorstOf,
    };
    let swapped = || -> Vec<(f64, f64)> { counted.iter().map(|(weight, value)| (*value, *weight)).collect() };
    let without = |state| Whole {
        value: None,
        state,
        n: blank_n(parts),
    };
    let whole = match spread(rules, &treated) {
        Err(state) => without(state),
        Ok(state) => match composite::aggregate(kind, &swapped()) {
            Some(value) => Whole {
                value: Some(value + 0.0),
                state,
                n: smallest_n(&treated),
            },
            None => without(State::Failed),
        },
    };
    Joined {
        treated,
        counted,
        whole,
    }
}

/// The smallest n of the parts that counted with a value of their own.
fn smallest_n(parts: &[Treated]) -> u64 {
    parts
        .iter()
        .filter(|part| part.counted.is_some() && part.treatment != Treatment::Filled)
        .filter_map(|part| part.n)
        .min()
        .unwrap_or(0)
}

/// A part after the rules of stale and missing parts.
struct Treated {
    /// Its weight as stated, for the rule of least weight.
    full: f64,
    /// The weight that it counts with.
    weight: f64,
    counted: Option<f64>,
    state: State,
    n: Option<u64>,
    treatment: Treatment,
}

fn treat(rules: &Rules, part: &PartInput) -> Treated {
    let usable = part.weight.is_finite() && part.weight > 0.0;
    let plain = |treatment, weight, counted| Treated {
        full: part.weight,
        weight,
        counted,
        state: part.state,
        n: part.n,
        treatment,
    };
    if !usable {
        return plain(Treatment::Weightless, 0.0, None);
    }
    let dropped = part.state == State::Stale && rules.stale == StaleParts::Drop;
    if part.state == State::Missing || dropped {
        return match rules.missing {
            MissingParts::Fail => plain(Treatment::Blank, part.weight, None),
            MissingParts::Reweight(_) if dropped => plain(Treatment::Dropped, part.weight, None),
            MissingParts::Reweight(_) => plain(Treatment::LeftOut, part.weight, None),
            MissingParts::Value(value) => plain(Treatment::Filled, part.weight, Some(value)),
        };
    }
    if !part.state.has_value() {
        return plain(Treatment::Blank, part.weight, None);
    }
    let Some(value) = part.normalised else {
        // A value that cannot be brought to 0–100 is a failure of the part.
        return Treated {
            state: State::Failed,
            ..plain(Treatment::Blank, part.weight, None)
        };
    };
    if part.state == State::Stale && rules.stale == StaleParts::Half {
        return plain(Treatment::Halved, part.weight / 2.0, Some(value));
    }
    plain(Treatment::Counted, part.weight, Some(value))
}

/// The state of the score: `Ok` with a state that has a value, or `Err` with one that has none.
fn spread(rules: &Rules, parts: &[Treated]) -> Result<State, State> {
    let blanks = parts.iter().filter(|part| part.treatment == Treatment::Blank);
    // Parts without a value and without a rule spread; a stale part that fails the score makes it missing.
    let blocking = blanks
        .map(|part| {
            if part.state.has_value() {
                State::Missing
            } else {
                part.state
            }
        })
        .min();
    if let Some(state) = blocking {
        return Err(state);
    }
    let own = |part: &&Treated| matches!(part.treatment, Treatment::Counted | Treatment::Halved);
    let Some(state) = parts.iter().filter(own).map(|part| part.state).min() else {
        return Err(State::Missing);
    };
    if let MissingParts::Reweight(share) = rules.missing {
        let present = exact_sum(parts.iter().filter(own).map(|part| part.full));
        let absent = |part: &&Treated| matches!(part.treatment, Treatment::LeftOut | Treatment::Dropped);
        let away = exact_sum(parts.iter().filter(absent).map(|part| part.full));
        // A hair of tolerance: weights such as 0.7 and 0.1 do not add up to 0.8 in binary.
        let held = present.ratio(&present.plus(&away)).unwrap_or(0.0);
        if held < share - 1e-9 {
            return Err(State::Missing);
        }
    }
    Ok(state)
}

/// The smallest n of the parts of a score without a value.
fn blank_n(parts: &[PartInput]) -> u64 {
    parts
        .iter()
        .filter(|part| part.weight > 0.0 && part.state.has_value())
        .filter_map(|part| part.n)
        .min()
        .unwrap_or(0)
}

fn blank(state: State, parts: &[PartInput], treated: &[Treated]) -> Mixed {
    let n = blank_n(parts);
    let outcome = |part: &Treated| {
        PartOutcome::blank(match part.treatment {
            Treatment::Weightless => Treatment::Weightless,
            _ => Treatment::Blank,
        })
    };
    Mixed {
        value: None,
        state,
        n,
        parts: treated.iter().map(outcome).collect(),
    }
}

#[derive(Debug, Clone, Copy, Default)]
struct Split {
    share: f64,
    points: f64,
    lost: f64,
}

fn exact(value: f64) -> Dyadic {
    Dyadic::from_f64(value).unwrap_or_default()
}

fn exact_sum(values: impl Iterator<Item = f64>) -> Dyadic {
    values.fold(Dyadic::default(), |sum, value| sum.plus(&exact(value)))
}

/// Shares of weight in percent, adding up to exactly 100.
fn shares(weights: &[(f64, f64)], total: &Dyadic) -> Option<Vec<f64>> {
    let hundred = exact(100.0);
    let mut shares = weights
        .iter()
        .map(|(weight, _)| exact(*weight).times(&hundred).ratio(total))
        .collect::<Option<Vec<f64>>>()?;
    settle(&mut shares, 100.0);
    Some(shares)
}

/// Lets numbers add up to exactly `total`: what rounding left over goes to the largest, and what that cannot hold to
/// the next, whose last place is finer. Of equal numbers the first comes first: callers give parts in order of their
/// names, so that the order of the card does not reach a bit.
fn settle(numbers: &mut [f64], total: f64) {
    let mut places: Vec<usize> = (0..numbers.len()).collect();
    let size = |place: &usize| numbers.get(*place).copied().unwrap_or(0.0).abs();
    places.order_by(|a, b| size(b).total_cmp(&size(a)));
    for place in places {
        let rest = exact(total).minus(&exact_sum(numbers.iter().copied()));
        if rest.is_zero() {
            return;
        }
        if let Some(number) = numbers.get_mut(place).filter(|number| **number != 0.0)
            && let Some(settled) = exact(*number).plus(&rest).to_f64()
        {
            *number = settled;
        }
    }
}

fn arithmetic(parts: &[(f64, f64)], value: f64) -> Option<Vec<Split>> {
    let total = exact_sum(parts.iter().map(|(weight, _)| *weight));
    let shares = shares(parts, &total)?;
    let hundred = exact(100.0);
    let split = |of: &dyn Fn(f64) -> Dyadic| {
        parts
            .iter()
            .map(|(weight, value)| exact(*weight).times(&of(*value)).ratio(&total))
            .collect::<Option<Vec<f64>>>()
    };
    let mut points = split(&exact)?;
    settle(&mut points, value);
    let mut lost = split(&|value| hundred.minus(&exact(value)))?;
    settle(&mut lost, 100.0 - value);
    Some(joined(&shares, &points, &lost))
}

fn joined(shares: &[f64], points: &[f64], lost: &[f64]) -> Vec<Split> {
    let parts = shares.iter().zip(points).zip(lost);
    parts
        .map(|((share, points), lost)| Split {
            share: share + 0.0,
            points: points + 0.0,
            lost: lost + 0.0,
        })
        .collect()
}

fn geometric(parts: &[(f64, f64)], value: f64) -> Option<Vec<Split>> {
    let total = exact_sum(parts.iter().map(|(weight, _)| *weight));
    let shares = shares(parts, &total)?;
    let counts = |weight: f64| weight > 0.0;
    let mut lost: Vec<f64> = if value == 0.0 {
        // A zero blanks the mean: the parts at zero lose the 100 among them, by weight.
        let zeros: Vec<(f64, f64)> = parts
            .iter()
            .map(|(weight, value)| (if *value == 0.0 { *weight } else { 0.0 }, 0.0))
            .collect();
        self::shares(&zeros, &exact_sum(zeros.iter().map(|(weight, _)| *weight)))?
    } else {
        let log = |value: f64| math::ln(value / 100.0);
        let mean = if value == 100.0 {
            100.0
        } else {
            (value - 100.0) / log(value)
        };
        let part = |((weight, value), share): (&(f64, f64), &f64)| {
            if counts(*weight) {
                -share / 100.0 * log(*value) * mean
            } else {
                0.0
            }
        };
        parts.iter().zip(&shares).map(part).collect()
    };
    settle(&mut lost, 100.0 - value);
    let mut points: Vec<f64> = shares.iter().zip(&lost).map(|(share, lost)| share - lost).collect();
    settle(&mut points, value);
    Some(joined(&shares, &points, &lost))
}

fn worst_of(parts: &[(f64, f64)], worst: f64) -> Option<Vec<Split>> {
    let ones: Vec<(f64, f64)> = parts
        .iter()
        .map(|(weight, value)| (f64::from(u8::from(*weight > 0.0 && *value == worst)), worst))
        .collect();
    arithmetic(&ones, worst)
}

#[cfg(test)]
mod tests;
