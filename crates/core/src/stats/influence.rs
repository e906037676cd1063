//! How far each entity moves an estimate, and what follows for estimates that share entities.
//!
//! The influence of an entity on Σy/Σx is (y − R·x)/Σx, y and x being its own sums (the linearised variable of survey
//! samplers: Deville 1999; Lumley 2010). Estimates over the same entities then vary together as their influences do: m/(m−1) ·
//! Σ z·z', m the number of entities that either rests on. A mean, share or net score over independent rows is the case of one
//! row an entity.

use std::cmp::Ordering;
use std::sync::{Arc, Mutex, OnceLock, PoisonError, Weak};

use bellwether_order::indices_by;

use super::exact::{Dyadic, FloatSum, sum_of_squares};

/// The influences of entities on one estimate: entity and influence, by ascending entity, each once; they sum to 0.
///
/// Clones share them, with their variance and their differences from others once these were asked for.
#[derive(Debug, Clone, Default)]
pub struct Influences(Arc<Pairs>);

#[derive(Debug, Default)]
struct Pairs {
    list: Vec<(u64, f64)>,
    variance: OnceLock<Option<f64>>,
    differences: Mutex<Vec<(Weak<Pairs>, Difference)>>,
    joints: Mutex<Vec<(JointKey, Arc<Joint>)>>,
}

/// How many estimates are of the first period, and all that a joint is of.
type JointKey = (usize, Vec<Weak<Pairs>>);

/// Sums of products of influences by entity, over the estimates of one period and those of another: what the variance of any
/// weighted sum of them is made of.
#[derive(Debug)]
pub struct Joint {
    now: usize,
    count: usize,
    /// Of each estimate with itself and those before it.
    products: Vec<f64>,
    /// Entities of this period, of the other, and of both together.
    entities: [usize; 3],
}

/// A period of a [`Joint`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// That of the first estimates.
    Now,
    /// That of the others.
    Then,
}

/// The difference of two estimates.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Difference {
    /// How many entities either rests on.
    pub entities: usize,
    /// Its variance; `None` with fewer than two entities.
    pub variance: Option<f64>,
}

/// Differences from so many others are kept.
const MOST_DIFFERENCES: usize = 8;
/// What estimates have with so many lists of others is kept.
const MOST_JOINTS: usize = 64;
/// Less than this part of its terms is what rounding leaves of a variance that is 0.
const NOTHING: f64 = 1e-13;

impl PartialEq for Influences {
    fn eq(&self, other: &Self) -> bool {
        self.0.list == other.0.list
    }
}

impl Influences {
    fn from_ordered(list: Vec<(u64, f64)>) -> Self {
        Self(Arc::new(Pairs {
            list,
            variance: OnceLock::new(),
            differences: Mutex::default(),
            joints: Mutex::default(),
        }))
    }

    /// The influences on Σy / Σx of entities with their sums (entity, x, y), in any order, an entity more than once where it
    /// has several rows; all are added exactly. `None` without entities, or where Σx is 0.
    ///
    /// ```
    /// use bellwether::stats::influence::{Influences, covariance};
    ///
    /// // Three customers, one of which answered twice.
    /// let nps = Influences::of_ratio(&[(7, 1.0, 1.0), (8, 1.0, -1.0), (9, 1.0, 1.0), (9, 1.0, 0.0)]).unwrap();
    /// assert!((covariance(&nps, &nps).unwrap() - 1.5 * (0.75_f64.powi(2) + 1.25_f64.powi(2) + 0.5_f64.powi(2)) / 16.0).abs() < 1e-15);
    /// ```
    #[must_use]
    pub fn of_ratio(rows: &[(u64, f64, f64)]) -> Option<Self> {
        Self::with_ratio(rows).map(|(_, made)| made)
    }

    /// The ratio Σy / Σx, rounded once, and the influences on it: as [`Influences::of_ratio`].
    #[must_use]
    pub fn with_ratio(rows: &[(u64, f64, f64)]) -> Option<(f64, Self)> {
        let (sums, all_x, all_y) = by_entity(rows)?;
        let whole = all_x.exact();
        let ratio = all_y.exact().ratio(&whole)?;
        let whole = whole.to_f64().filter(|whole| *whole != 0.0)?;
        let made = sums.into_iter().map(|(entity, x, y)| (entity, (y - ratio * x) / whole));
        Some((ratio, Self::from_ordered(made.collect())))
    }

    /// What each entity adds to the total Σy, from rows as [`Influences::of_ratio`] takes them. They sum to the total, not to
    /// 0: a ratio of two totals, by the delta method, is centred again. `None` where a sum is beyond the range of a float.
    #[must_use]
    pub fn of_total(rows: &[(u64, f64, f64)]) -> Option<Self> {
        Self::with_total(rows).map(|(_, made)| made)
    }

    /// The total Σy, rounded once, and what each entity adds to it: as [`Influences::of_total`].
    #[must_use]
    pub fn with_total(rows: &[(u64, f64, f64)]) -> Option<(f64, Self)> {
        let (sums, _, all_y) = by_entity(rows)?;
        let made = sums.into_iter().map(|(entity, _, y)| (entity, y));
        Some((all_y.exact().to_f64()?, Self::from_ordered(made.collect())))
    }

    /// From pairs of entity and influence.
    #[must_use]
    pub fn of(mut pairs: Vec<(u64, f64)>) -> Self {
        pairs.sort_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
        pairs.dedup_by(|next, kept| {
            let same = next.0 == kept.0;
            if same {
                kept.1 += next.1;
            }
            same
        });
        Self::from_ordered(pairs)
    }

    /// How many entities the estimate rests on.
    #[must_use]
    pub fn entities(&self) -> usize {
        self.0.list.len()
    }

    /// Entities and influences, by ascending entity.
    #[must_use]
    pub fn pairs(&self) -> &[(u64, f64)] {
        &self.0.list
    }

    /// The influences times a factor: those on the estimate times the factor.
    #[must_use]
    pub fn scaled(&self, factor: f64) -> Self {
        Self::from_ordered(self.0.list.iter().map(|(entity, z)| (*entity, factor * z)).collect())
    }

    /// The influences on the sum of two estimates.
    #[must_use]
    pub fn plus(&self, other: &Self) -> Self {
        let mut merged = Vec::with_capacity(self.entities().max(other.entities()));
        join(self.pairs(), other.pairs(), |entity, a, b| merged.push((entity, a + b)));
        Self::from_ordered(merged)
    }

    /// The influences on the difference of two estimates, such as this period less the last.
    #[must_use]
    pub fn minus(&self, other: &Self) -> Self {
        self.plus(&other.scaled(-1.0))
    }

    /// The variance of the difference of two estimates, worked out once for the two and all their clones: cards that have
    /// measures in common ask for the same changes.
    #[must_use]
    pub fn difference(&self, other: &Self) -> Difference {
        let kept = || self.0.differences.lock().unwrap_or_else(PoisonError::into_inner);
        let is_other = |known: &Weak<Pairs>| std::ptr::eq(known.as_ptr(), Arc::as_ptr(&other.0));
        // Where it is known, its memory is not given to another, as the weak pointer holds it.
        let known = kept().iter().find(|(known, _)| is_other(known)).map(|(_, made)| *made);
        known.unwrap_or_else(|| {
            let mut moved = Vec::with_capacity(self.entities().max(other.entities()));
            join(self.pairs(), other.pairs(), |_, a, b| moved.push(a - b));
            let made = Difference {
                entities: moved.len(),
                variance: variance(&moved, |z| *z),
            };
            let mut all = kept();
            all.retain(|(other, _)| other.strong_count() > 0);
            if all.len() < MOST_DIFFERENCES {
                all.push((Arc::downgrade(&other.0), made));
            }
            made
        })
    }

    /// What estimates of two periods have in common, worked out once for them and all their clones: cards that weigh the same
    /// parts each in their own way share it.
    ///
    /// ```
    /// use bellwether::stats::influence::{Influences, Side, covariance};
    ///
    /// let a = Influences::of_ratio(&[(1, 1.0, 4.0), (2, 1.0, 7.0), (3, 1.0, 1.0)]).unwrap();
    /// let b = Influences::of_ratio(&[(1, 1.0, 5.0), (2, 1.0, 5.0), (3, 1.0, 2.0)]).unwrap();
    /// let joint = Influences::joint(&[&a, &b], &[]);
    /// let expected = 4.0 * a.variance().unwrap() + 9.0 * b.variance().unwrap() + 12.0 * covariance(&a, &b).unwrap();
    /// assert!((joint.variance(Side::Now, &[2.0, 3.0]).unwrap() - expected).abs() < 1e-12);
    /// ```
    #[must_use]
    pub fn joint(now: &[&Self], then: &[&Self]) -> Arc<Joint> {
        let all: Vec<&Self> = now.iter().chain(then).copied().collect();
        let Some(first) = all.first() else {
            return Arc::new(Joint::of(0, &[]));
        };
        let kept = || first.0.joints.lock().unwrap_or_else(PoisonError::into_inner);
        let same = |(count, known): &JointKey| {
            let is = |(known, one): (&Weak<Pairs>, &&Self)| std::ptr::eq(known.as_ptr(), Arc::as_ptr(&one.0));
            *count == now.len() && known.len() == all.len() && known.iter().zip(&all).all(is)
        };
        let known = kept()
            .iter()
            .find(|(key, _)| same(key))
            .map(|(_, made)| Arc::clone(made));
        known.unwrap_or_else(|| {
            let made = Arc::new(Joint::of(now.len(), &all));
            let mut joints = kept();
            joints.retain(|((_, of), _)| of.iter().all(|one| one.strong_count() > 0));
            if joints.len() < MOST_JOINTS {
                let of = all.iter().map(|one| Arc::downgrade(&one.0)).collect();
                joints.push(((now.len(), of), Arc::clone(&made)));
            }
            made
        })
    }

    /// The variance of the estimate: m/(m−1) · Σ z². `None` with fewer than two entities.
    #[must_use]
    pub fn variance(&self) -> Option<f64> {
        *self.0.variance.get_or_init(|| variance(self.pairs(), |pair| pair.1))
    }
}

impl Joint {
    fn of(now: usize, all: &[&Influences]) -> Self {
        let (first, second) = all.split_at(now.min(all.len()));
        let entities = |of: &[&Influences]| {
            of.iter().fold(Vec::new(), |ids, one| {
                let pairs = one.pairs();
                if ids.len() == pairs.len() && ids.iter().zip(pairs).all(|(id, pair)| *id == pair.0) {
                    return ids;
                }
                union(&ids, pairs.iter().map(|pair| pair.0))
            })
        };
        let (of_now, of_then) = (entities(first), entities(second));
        let counts = (of_now.len(), of_then.len());
        let ids = union(&of_now, of_then.into_iter());
        let dense: Vec<Vec<f64>> = all.iter().map(|one| along(&ids, one.pairs())).collect();
        let products = (dense.iter().enumerate())
            .flat_map(|(at, one)| dense.iter().take(at + 1).map(|other| product(one, other)))
            .collect();
        Self {
            now,
            count: all.len(),
            products,
            entities: [counts.0, counts.1, ids.len()],
        }
    }

    /// How many entities the estimates of a period rest on.
    #[must_use]
    pub fn entities(&self, side: Side) -> usize {
        let [now, then, _] = self.entities;
        match side {
            Side::Now => now,
            Side::Then => then,
        }
    }

    /// The variance of a weighted sum of the estimates of a period: m/(m−1) · Σ w·w'·Σ z·z'. `None` with fewer than two entities.
    #[must_use]
    pub fn variance(&self, side: Side, weights: &[f64]) -> Option<f64> {
        let weights: Vec<f64> = match side {
            Side::Now => weights
                .iter()
                .copied()
                .chain(std::iter::repeat(0.0))
                .take(self.count)
                .collect(),
            Side::Then => std::iter::repeat_n(0.0, self.now)
                .chain(weights.iter().copied())
                .collect(),
        };
        self.weighted(&weights, self.entities(side))
    }

    /// The difference of a weighted sum of the estimates of this period and one of those of the other.
    #[must_use]
    pub fn difference(&self, now: &[f64], then: &[f64]) -> Difference {
        let weights: Vec<f64> = now.iter().copied().chain(then.iter().map(|weight| -weight)).collect();
        let [.., entities] = self.entities;
        Difference {
            entities,
            variance: self.weighted(&weights, entities),
        }
    }

    fn weighted(&self, weights: &[f64], entities: usize) -> Option<f64> {
        let (mut sum, mut size) = (0.0, 0.0);
        let mut products = self.products.iter();
        for (at, weight) in weights.iter().enumerate().take(self.count) {
            for (before, other) in weights.iter().enumerate().take(at + 1) {
                let times = if before == at { 1.0 } else { 2.0 };
                let term = times * weight * other * products.next().copied().unwrap_or(0.0);
                sum += term;
                size += term.abs();
            }
        }
        (entities >= 2).then_some(())?;
        let m = entities as f64;
        // Parts that cancel each other leave no variance, and no rounding in its place.
        let sum = if sum > NOTHING * size { sum } else { 0.0 };
        Some(sum * m / (m - 1.0))
    }
}

/// The entities of both lists, which are in order, each once.
fn union(some: &[u64], others: impl ExactSizeIterator<Item = u64>) -> Vec<u64> {
    let mut all = Vec::with_capacity(some.len() + others.len());
    let mut rest = some.iter().copied().peekable();
    for other in others {
        while let Some(one) = rest.next_if(|one| *one < other) {
            all.push(one);
        }
        rest.next_if_eq(&other);
        all.push(other);
    }
    all.extend(rest);
    all
}

/// The influences of some entities, 0 where there are none; both in order.
fn along(ids: &[u64], pairs: &[(u64, f64)]) -> Vec<f64> {
    if ids.len() == pairs.len() {
        return pairs.iter().map(|pair| pair.1).collect();
    }
    let mut next = 0;
    let of = |id: &u64| match pairs.get(next) {
        Some((entity, z)) if entity == id => {
            next += 1;
            *z
        }
        _ => 0.0,
    };
    ids.iter().map(of).collect()
}

/// Σ a·b in eight sums side by side, always in the same order.
fn product(a: &[f64], b: &[f64]) -> f64 {
    const LANES: usize = 8;
    let mut sums = [0.0_f64; LANES];
    let ((a, rest_of_a), (b, rest_of_b)) = (a.as_chunks::<LANES>(), b.as_chunks::<LANES>());
    for (a, b) in a.iter().zip(b) {
        for ((sum, a), b) in sums.iter_mut().zip(a).zip(b) {
            *sum += a * b;
        }
    }
    let rest = rest_of_a.iter().zip(rest_of_b).map(|(a, b)| a * b);
    rest.chain(sums).fold(0.0, |sum, term| sum + term)
}

/// A sum of floats that rounds once, when it is read: whole numbers, which most are, in one word.
#[derive(Default)]
struct Total {
    whole: i64,
    rest: FloatSum,
}

impl Total {
    /// Whole numbers up to here are added in the word, which holds 2³² of them.
    const MOST: f64 = (1_u64 << 31) as f64;

    #[expect(clippy::cast_possible_truncation, reason = "compared with what it was")]
    #[inline]
    fn add(&mut self, value: f64) {
        let whole = value as i64;
        if whole as f64 == value && value.abs() < Self::MOST {
            self.whole += whole;
        } else {
            self.rest.add(value);
        }
    }

    fn exact(mut self) -> Dyadic {
        // Both halves are floats.
        self.rest.add(((self.whole >> 32) << 32) as f64);
        self.rest.add((self.whole & 0xffff_ffff) as f64);
        self.rest.exact()
    }
}

/// The sums of each entity, by ascending entity, and those of all.
#[expect(clippy::type_complexity, reason = "three sums of one loop")]
fn by_entity(rows: &[(u64, f64, f64)]) -> Option<(Vec<(u64, f64, f64)>, Total, Total)> {
    let mut ordered = Vec::new();
    let rows = if rows.is_sorted_by_key(|row| row.0) {
        rows
    } else {
        let mut order: Vec<usize> = (0..rows.len()).collect();
        let entity = |at: &usize| rows.get(*at).map_or(0, |row| row.0);
        indices_by(&mut order, &mut |a, b| entity(&a).cmp(&entity(&b)));
        ordered.extend(order.iter().filter_map(|&at| rows.get(at)));
        ordered.as_slice()
    };
    let (mut all_x, mut all_y) = (Total::default(), Total::default());
    let mut sums = Vec::with_capacity(rows.len());
    for group in rows.chunk_by(|a, b| a.0 == b.0) {
        for (_, x, y) in group {
            all_x.add(*x);
            all_y.add(*y);
        }
        if let [(entity, x, y)] = group {
            sums.push((*entity, x + 0.0, y + 0.0));
            continue;
        }
        let (mut x, mut y) = (Total::default(), Total::default());
        for (_, row_x, row_y) in group {
            x.add(*row_x);
            y.add(*row_y);
        }
        let entity = group.first().map_or(0, |row| row.0);
        sums.push((entity, x.exact().to_f64()?, y.exact().to_f64()?));
    }
    Some((sums, all_x, all_y))
}

/// m/(m−1) · Σ z² of the influences of m entities. `None` with fewer than two.
fn variance<T>(entities: &[T], influence: impl Fn(&T) -> f64) -> Option<f64> {
    (entities.len() >= 2).then_some(())?;
    let m = entities.len() as f64;
    sum_of_squares(entities, influence).map(|sum| sum * m / (m - 1.0))
}

/// The covariance of two estimates over the entities that either rests on: m/(m−1) · Σ z·z'. 0 where they share none.
/// `None` with fewer than two entities.
#[must_use]
pub fn covariance(a: &Influences, b: &Influences) -> Option<f64> {
    let (mut products, mut entities) = (FloatSum::default(), 0_u64);
    join(a.pairs(), b.pairs(), |_, a, b| {
        entities += 1;
        products.add_product(a, b);
    });
    (entities >= 2).then_some(())?;
    let m = entities as f64;
    products.exact().to_f64().map(|sum| sum * m / (m - 1.0))
}

/// Visits the entities of both in order, with 0 where one lacks it.
fn join(mut a: &[(u64, f64)], mut b: &[(u64, f64)], mut visit: impl FnMut(u64, f64, f64)) {
    while let ([(one, z), rest_of_a @ ..], [(other, w), rest_of_b @ ..]) = (a, b) {
        match one.cmp(other) {
            Ordering::Less => {
                visit(*one, *z, 0.0);
                a = rest_of_a;
            }
            Ordering::Equal => {
                visit(*one, *z, *w);
                (a, b) = (rest_of_a, rest_of_b);
            }
            Ordering::Greater => {
                visit(*other, 0.0, *w);
                b = rest_of_b;
            }
        }
    }
    a.iter().for_each(|(entity, z)| visit(*entity, *z, 0.0));
    b.iter().for_each(|(entity, w)| visit(*entity, 0.0, *w));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::exact::{Comoments, ExactMoments, Wide, Window};
    use crate::stats::ratio::ratio_of_sums;
    use crate::stats::reference::{close, rows};

    /// Two ratios over the same clusters, with their covariance, by `svyratio` of R.
    #[test]
    fn agrees_with_the_survey_package_of_r() {
        for row in rows(include_str!("../../../../tests/reference/covariance.csv")) {
            let entities = row.list("entity");
            let of = |x: &str, y: &str| {
                let rows: Vec<(u64, f64, f64)> = entities
                    .iter()
                    .zip(row.list(x).into_iter().zip(row.list(y)))
                    .map(|(entity, (x, y))| (*entity as u64, x, y))
                    .collect();
                Influences::of_ratio(&rows).unwrap()
            };
            let (a, b) = (of("x1", "y1"), of("x2", "y2"));
            close(a.variance().unwrap(), row.number("variance1"), 1e-11, &row);
            close(b.variance().unwrap(), row.number("variance2"), 1e-11, &row);
            close(covariance(&a, &b).unwrap(), row.number("covariance"), 1e-11, &row);
            let difference = a.minus(&b).variance().unwrap();
            let expected = row.number("variance1") + row.number("variance2") - 2.0 * row.number("covariance");
            close(difference, expected, 1e-11, &row);
        }
    }

    /// Whole numbers are added in a word of their own: to the same bits.
    #[test]
    fn a_total_is_the_exact_sum() {
        let most = Total::MOST;
        for values in [
            &[][..],
            &[1.0, -1.0],
            &[most, most - 1.0, -most + 1.0, -3.0],
            &[0.1, 0.2, 3.0, -0.3, 1e300, -1e300, -7.0],
            &[most - 1.0, 0.5, most - 1.0, -1e-300],
            &[-100.0, 100.0, -100.0, -0.0],
        ] {
            let (mut total, mut expected) = (Total::default(), FloatSum::default());
            values.iter().for_each(|value| {
                total.add(*value);
                expected.add(*value);
            });
            assert_eq!(total.exact().to_f64(), expected.exact().to_f64(), "{values:?}");
        }
    }

    /// The rows of an entity may come in any order, and those of others between them.
    #[test]
    fn the_order_of_rows_does_not_matter() {
        let rows = [
            (3, 1.0, 0.1),
            (1, 1.0, 0.2),
            (3, 1.0, 0.7),
            (2, 2.0, 0.4),
            (1, 1.0, -0.2),
        ];
        let mut ordered = rows;
        ordered.sort_by_key(|row| row.0);
        assert_eq!(Influences::with_ratio(&rows), Influences::with_ratio(&ordered));
        let (ratio, made) = Influences::with_ratio(&rows).unwrap();
        // Σy / Σx = 1.2 / 6, and the first entity has x 2 and y 0.
        assert!((ratio - 0.2).abs() < 1e-15);
        assert_eq!(made.pairs()[0].0, 1);
        assert!((made.pairs()[0].1 + 0.4 / 6.0).abs() < 1e-15);
        assert_eq!(Influences::with_total(&rows).unwrap().0, 1.2);
    }

    /// A difference that is asked for again is the same, also where the other was dropped and another took its place.
    #[test]
    fn differences_are_kept_for_the_two_that_they_are_of() {
        let of = |values: &[f64]| {
            let rows: Vec<_> = values.iter().zip(0..).map(|(y, entity)| (entity, 1.0, *y)).collect();
            Influences::of_ratio(&rows).unwrap()
        };
        let now = of(&[3.0, 4.5, 1.0, 9.0]);
        for round in 0..20 {
            let then = of(&[f64::from(round), 2.0, 7.0]);
            let moved = now.minus(&then);
            for _ in 0..2 {
                let made = now.clone().difference(&then.clone());
                assert_eq!((made.entities, made.variance), (moved.entities(), moved.variance()));
            }
        }
    }

    #[test]
    fn one_row_an_entity_is_the_plain_variance() {
        let values = [3.0, 4.5, 1.0, 9.0];
        let rows: Vec<_> = values.iter().zip(0..).map(|(y, entity)| (entity, 1.0, *y)).collect();
        let ours = Influences::of_ratio(&rows).unwrap().variance().unwrap();
        let plain = ExactMoments::of(&values).variance().unwrap() / 4.0;
        assert!((ours - plain).abs() < 1e-15);
        let mut clusters = Comoments::<Wide>::default();
        values.iter().for_each(|y| clusters.add(1.0, *y));
        let error = ratio_of_sums(&clusters.exact(Window::EMPTY, Window::EMPTY))
            .unwrap()
            .error;
        assert!((error * error - ours).abs() < 1e-15);
    }

    /// Over the same entities, others, and in two periods; as the influences of the sum itself say.
    #[test]
    fn a_joint_knows_the_variance_of_every_weighted_sum() {
        let of = |from: u64, scale: f64| {
            let z = |entity: u64| scale * ((entity * entity % 31) as f64 - 14.7);
            Influences::of((from..from + 50).map(|entity| (entity, z(entity))).collect())
        };
        let sum = |parts: &[Influences], weights: &[f64]| {
            (parts.iter().zip(weights)).fold(Influences::default(), |sum, (part, weight)| {
                sum.plus(&part.scaled(*weight))
            })
        };
        let close = |made: Option<f64>, expected: Option<f64>| {
            let (made, expected) = (made.unwrap(), expected.unwrap());
            assert!((made - expected).abs() <= 1e-12 * expected, "{made} {expected}");
        };
        let (weights, before) = ([0.3, -1.7, 11.1], [0.4, 2.5]);
        for (now, then) in [
            ([of(1, 0.1), of(1, 0.7), of(1, -1e-3)], [of(1, 0.2), of(1, 3.0)]),
            ([of(1, 0.1), of(3, 0.7), of(90, -1e-3)], [of(4, 0.2), of(60, 3.0)]),
        ] {
            let (first, second): (Vec<_>, Vec<_>) = (now.iter().collect(), then.iter().collect());
            let joint = Influences::joint(&first, &second);
            let (sum_now, sum_then) = (sum(&now, &weights), sum(&then, &before));
            close(joint.variance(Side::Now, &weights), sum_now.variance());
            close(joint.variance(Side::Then, &before), sum_then.variance());
            assert_eq!(joint.entities(Side::Now), sum_now.entities());
            assert_eq!(joint.entities(Side::Then), sum_then.entities());
            let (made, expected) = (joint.difference(&weights, &before), sum_now.difference(&sum_then));
            assert_eq!(made.entities, expected.entities);
            close(made.variance, expected.variance);
            // Known the second time, and the same for clones.
            let clones: Vec<Influences> = now.to_vec();
            assert!(Arc::ptr_eq(
                &joint,
                &Influences::joint(&clones.iter().collect::<Vec<_>>(), &second)
            ));
            // The same lists, parted elsewhere, are another question.
            let all: Vec<&Influences> = first.iter().chain(&second).copied().collect();
            assert_eq!(Influences::joint(&all, &[]).entities(Side::Then), 0);
        }
    }

    #[test]
    fn what_cancels_has_no_variance() {
        let of = |scale: f64| Influences::of((0..50).map(|entity| (entity, scale * (entity as f64 - 24.5))).collect());
        let (a, b) = (of(0.1), of(0.3));
        let joint = Influences::joint(&[&a, &b], &[&a]);
        assert_eq!(joint.variance(Side::Now, &[3.0, -1.0]), Some(0.0));
        assert_eq!(joint.difference(&[1.0, 0.0], &[1.0]).variance, Some(0.0));
        assert_eq!(Influences::joint(&[], &[]).variance(Side::Now, &[]), None);
    }

    #[test]
    fn the_ends() {
        assert_eq!(Influences::of_ratio(&[]), None);
        assert_eq!(Influences::of_ratio(&[(1, 0.0, 2.0)]), None);
        let one = Influences::of_ratio(&[(1, 1.0, 2.0)]).unwrap();
        assert_eq!(one.variance(), None);
        let other = Influences::of(vec![(2, 0.5), (2, 0.25)]);
        assert_eq!(other.pairs(), [(2, 0.75)]);
        assert_eq!(covariance(&one, &other), Some(0.0));
        let forward = [
            (3, 1.0, 0.1),
            (1, 1.0, 0.7),
            (3, 1.0, 1e17),
            (2, 2.0, -4.0),
            (3, 1.0, -1e17),
        ];
        let mut backward = forward;
        backward.reverse();
        assert_eq!(Influences::of_ratio(&forward), Influences::of_ratio(&backward));
    }
}
