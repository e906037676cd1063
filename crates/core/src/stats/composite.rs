//! Aggregation of a score's parts, once each is normalised to one scale.

use super::exact::{Doubled, Dyadic, FloatSum};
use super::math;

/// How the parts of a score become one number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Aggregation {
    /// Σwv / Σw: a low part is made up for by a high one.
    Arithmetic,
    /// (Πvʷ)^(1/Σw): a low part is made up for only in part, and a part of 0 makes all 0.
    Geometric,
    /// The lowest part: nothing is made up for. Weights only say which parts count: those above 0.
    WorstOf,
}

/// The aggregate of (value, weight) parts. Weights are relative; parts of weight 0 do not count.
///
/// `None` without a part of weight above 0, with a weight below 0, with a number that is not finite, or with a value below
/// 0 under the geometric mean. A single part, and parts that are all equal, give that value exactly.
///
/// OECD and JRC 2008, Handbook on constructing composite indicators, step 6.
///
/// ```
/// use bellwether::stats::composite::{Aggregation, aggregate};
///
/// let parts = [(80.0, 3.0), (20.0, 1.0)];
/// assert_eq!(aggregate(Aggregation::Arithmetic, &parts), Some(65.0));
/// assert_eq!(aggregate(Aggregation::WorstOf, &parts), Some(20.0));
/// let geometric = aggregate(Aggregation::Geometric, &parts).unwrap();
/// assert!((geometric - 56.568_542_494_923_8).abs() < 1e-12);
/// ```
#[must_use]
pub fn aggregate(kind: Aggregation, parts: &[(f64, f64)]) -> Option<f64> {
    let proper = parts
        .iter()
        .all(|(value, weight)| value.is_finite() && weight.is_finite() && *weight >= 0.0);
    proper.then_some(())?;
    let counted = || parts.iter().copied().filter(|(_, weight)| *weight > 0.0);
    let lowest = counted().map(|(value, _)| value).reduce(f64::min)?;
    let highest = counted().map(|(value, _)| value).reduce(f64::max)?;
    match kind {
        Aggregation::WorstOf => Some(lowest),
        Aggregation::Arithmetic => weighted_mean(counted()),
        Aggregation::Geometric if lowest < 0.0 => None,
        Aggregation::Geometric if lowest == 0.0 => Some(0.0),
        Aggregation::Geometric => {
            let ln_mean = weighted_mean(counted().map(|(value, weight)| (math::ln(value), weight)))?;
            Some(math::exp(ln_mean).clamp(lowest, highest))
        }
    }
}

/// Σwv / Σw with a single rounding, so that parts may come in any order.
fn weighted_mean(parts: impl Iterator<Item = (f64, f64)> + Clone) -> Option<f64> {
    let (mut values, mut weights) = (Doubled::default(), Doubled::default());
    for (value, weight) in parts.clone() {
        values.add_product(value, weight);
        weights.add_product(weight, 1.0);
    }
    values.ratio(&weights).or_else(|| exact_mean(parts))
}

/// The same, however near it is to the middle between two floats.
fn exact_mean(parts: impl Iterator<Item = (f64, f64)>) -> Option<f64> {
    let (mut values, mut weights) = (FloatSum::default(), FloatSum::default());
    for (value, weight) in parts {
        values.add_product(value, weight);
        weights.add(weight);
    }
    let weights: Dyadic = weights.exact();
    values.exact().ratio(&weights)
}

#[cfg(test)]
mod tests {
    use super::*;
    use Aggregation::{Arithmetic, Geometric, WorstOf};

    #[test]
    fn equal_parts_stay_what_they_are() {
        for kind in [Arithmetic, Geometric, WorstOf] {
            assert_eq!(aggregate(kind, &[(61.7, 0.1), (61.7, 0.2), (61.7, 0.7)]), Some(61.7));
            assert_eq!(aggregate(kind, &[(61.7, 1.0)]), Some(61.7));
        }
    }

    #[test]
    fn order_and_scale_of_weights_do_not_matter() {
        let parts = [(12.3, 0.1), (45.6, 0.2), (78.9, 0.7)];
        let mut turned = parts;
        turned.reverse();
        for kind in [Arithmetic, Geometric, WorstOf] {
            assert_eq!(aggregate(kind, &parts), aggregate(kind, &turned));
            assert_eq!(
                aggregate(kind, &parts),
                aggregate(kind, &parts.map(|(v, w)| (v, w * 8.0)))
            );
        }
    }

    #[test]
    fn what_has_no_aggregate() {
        for kind in [Arithmetic, Geometric, WorstOf] {
            assert_eq!(aggregate(kind, &[]), None);
            assert_eq!(aggregate(kind, &[(50.0, 0.0)]), None);
            assert_eq!(aggregate(kind, &[(50.0, -1.0), (50.0, 2.0)]), None);
            assert_eq!(aggregate(kind, &[(f64::NAN, 1.0)]), None);
        }
        assert_eq!(aggregate(Geometric, &[(-1.0, 1.0), (50.0, 1.0)]), None);
        assert_eq!(aggregate(Geometric, &[(0.0, 1.0), (50.0, 1.0)]), Some(0.0));
        assert_eq!(aggregate(Geometric, &[(0.0, 0.0), (50.0, 1.0)]), Some(50.0));
        assert_eq!(aggregate(WorstOf, &[(0.0, 0.0), (50.0, 1.0)]), Some(50.0));
    }
}
