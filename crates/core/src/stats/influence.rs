//! How far each entity moves an estimate, and what follows for estimates that share entities.
//!
//! The influence of an entity on Σy/Σx is (y − R·x)/Σx, y and x being its own sums (the linearised variable of survey
//! samplers: Deville 1999; Lumley 2010). Estimates over the same entities then vary together as their influences do: m/(m−1) ·
//! Σ z·z', m the number of entities that either rests on. A mean, share or net score over independent rows is the case of one
//! row an entity.

use std::cmp::Ordering;
use std::sync::{Arc, Mutex, OnceLock, PoisonError, Weak};

use bellwether_order::indices_by;

use super::exact::{Dyadic, FloatSum};

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

    /// The influences on a sum of estimates, each times its factor, added in that order.
    #[must_use]
    pub fn combined(parts: &[(f64, &Self)]) -> Self {
        let one_by_one = || {
            let mut sum: Vec<(u64, f64)> = Vec::new();
            for (factor, part) in parts {
                let mut merged = Vec::with_capacity(sum.len().max(part.entities()));
                join(&sum, part.pairs(), |entity, a, b| merged.push((entity, a + factor * b)));
                sum = merged;
            }
            Self::from_ordered(sum)
        };
        let Some(((_, first), rest)) = parts.split_first() else {
            return Self::default();
        };
        let alike = |other: &Self| {
            let same = |(one, other): (&(u64, f64), &(u64, f64))| one.0 == other.0;
            other.entities() == first.entities() && first.pairs().iter().zip(other.pairs()).all(same)
        };
        // Answers to several questions of one survey rest on the same entities: then one walk adds them up.
        if !rest.iter().all(|(_, other)| alike(other)) {
            return one_by_one();
        }
        let mut sums: Vec<(u64, f64)> = first.pairs().iter().map(|(entity, _)| (*entity, 0.0)).collect();
        for (factor, part) in parts {
            for (sum, (_, z)) in sums.iter_mut().zip(part.pairs()) {
                sum.1 += factor * z;
            }
        }
        Self::from_ordered(sums)
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
            let moved = self.minus(other);
            let made = Difference {
                entities: moved.entities(),
                variance: moved.variance(),
            };
            let mut all = kept();
            all.retain(|(other, _)| other.strong_count() > 0);
            if all.len() < MOST_DIFFERENCES {
                all.push((Arc::downgrade(&other.0), made));
            }
            made
        })
    }

    /// The variance of the estimate: m/(m−1) · Σ z². `None` with fewer than two entities.
    #[must_use]
    pub fn variance(&self) -> Option<f64> {
        *self.0.variance.get_or_init(|| covariance(self, self))
    }
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

    #[test]
    fn a_sum_of_many_is_the_sum_one_by_one() {
        let of = |from: u64, scale: f64| {
            Influences::of(
                (from..from + 50)
                    .map(|entity| (entity, scale * (entity as f64 - 20.3)))
                    .collect(),
            )
        };
        for parts in [
            [of(1, 0.1), of(1, 0.7), of(1, -1e-3)],
            [of(1, 0.1), of(3, 0.7), of(1, -1e-3)],
        ] {
            let weighted: Vec<(f64, &Influences)> = [0.3, -1.7, 11.1].into_iter().zip(&parts).collect();
            let one_by_one = weighted.iter().fold(Influences::default(), |sum, (factor, part)| {
                sum.plus(&part.scaled(*factor))
            });
            assert_eq!(Influences::combined(&weighted), one_by_one);
        }
        assert_eq!(Influences::combined(&[]), Influences::default());
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
