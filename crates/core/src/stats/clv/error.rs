//! How far each customer moves a lifetime value: the error of the fitted model and of the mean margin together.
//!
//! The model is the one of greatest likelihood, so that to first order a customer moves its parameters by the inverse of the
//! information times the slope of its own likelihood (the sandwich: Huber 1967; White 1982), and the value by that times the
//! value's slope (the delta method). Customers that belong together count together.

use super::{ContractUnit, Fit, ShiftedBetaGeometric, fit};
use crate::stats::exact::ExactMoments;
use crate::stats::influence::Influences;

/// A customer of which the margin is known.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Contract {
    /// Whom it belongs to.
    pub entity: u64,
    /// The unit, from 1, at whose end it left; of one that is still there how many units it has completed.
    pub units: u32,
    /// Whether it left.
    pub left: bool,
    /// The margin of one unit.
    pub margin: f64,
}

/// A lifetime value with its error.
#[derive(Debug, Clone, PartialEq)]
pub struct LifetimeValue {
    /// The value.
    pub value: f64,
    /// How far each entity moves it; `None` where the model lies at the end of what it can be (customers do not differ, or
    /// nobody leaves after the first unit), as nothing is known of its error there.
    pub influences: Option<Influences>,
}

/// The lifetime value of a new customer from contracts: mean margin times the discounted expected lifetime of the fitted
/// model, at a discount of one unit. `None` where the model cannot be fitted or the discount is too small.
#[must_use]
pub fn estimate(contracts: &[Contract], discount: f64) -> Option<LifetimeValue> {
    let mut units: Vec<ContractUnit> = Vec::new();
    for contract in contracts.iter().filter(|contract| contract.units > 0) {
        let at = contract.units as usize - 1;
        if units.len() <= at {
            units.resize(at + 1, ContractUnit::default());
        }
        if let Some(place) = units.get_mut(at) {
            *(if contract.left {
                &mut place.left
            } else {
                &mut place.stayed
            }) += 1;
        }
    }
    let Fit::Model(model) = fit(&units) else { return None };
    let margins = ExactMoments::of(&contracts.iter().map(|contract| contract.margin).collect::<Vec<_>>());
    let margin = margins.mean()?;
    let value = model.lifetime_value(margin, discount)?;
    Some(LifetimeValue {
        value,
        influences: influences(contracts, &units, model, margin, discount),
    })
}

/// Slopes of a likelihood in first churn and decline.
#[derive(Debug, Clone, Copy, Default)]
struct Slopes {
    churn: f64,
    decline: f64,
}

impl Slopes {
    /// Those of ln(1 − μ/c), of going on in a unit.
    fn kept(model: &ShiftedBetaGeometric, earlier: f64) -> Self {
        let (mu, c) = (model.first_churn, 1.0 + model.decline * earlier);
        Self {
            churn: -1.0 / (c - mu),
            decline: mu * earlier / (c * (c - mu)),
        }
    }

    /// Those of ln(μ/c), of leaving in a unit.
    fn left(model: &ShiftedBetaGeometric, earlier: f64) -> Self {
        Self {
            churn: 1.0 / model.first_churn,
            decline: -earlier / (1.0 + model.decline * earlier),
        }
    }

    fn plus(self, other: Self) -> Self {
        Self {
            churn: self.churn + other.churn,
            decline: self.decline + other.decline,
        }
    }
}

fn influences(
    contracts: &[Contract],
    units: &[ContractUnit],
    model: ShiftedBetaGeometric,
    margin: f64,
    discount: f64,
) -> Option<Influences> {
    // Going on through the first units, none of them at first.
    let mut gone_on = vec![Slopes::default()];
    for earlier in 0..units.len() {
        let before = gone_on.last().copied().unwrap_or_default();
        gone_on.push(before.plus(Slopes::kept(&model, earlier as f64)));
    }
    let own = |contract: &Contract| -> Slopes {
        let through = |units: u32| gone_on.get(units as usize).copied().unwrap_or_default();
        match (contract.left, contract.units.checked_sub(1)) {
            (true, Some(earlier)) => through(earlier).plus(Slopes::left(&model, f64::from(earlier))),
            _ => through(contract.units),
        }
    };
    let sum = contracts.iter().map(own).fold(Slopes::default(), Slopes::plus);
    let n = contracts.len() as f64;
    // At a free greatest likelihood the slopes sum to 0; at an end of the range they do not.
    let free = model.decline > 1e-9 && model.decline < 1e6 && (model.decline * sum.decline).abs() < 1e-4 * n;
    free.then_some(())?;
    let (a, b, c) = information(units, &model);
    let determinant = a * c - b * b;
    (a > 0.0 && determinant > 0.0).then_some(())?;
    let (lifetime, of_lifetime) = slopes_of_lifetime(&model, discount)?;
    // The information is symmetric: the value's slopes times its inverse once serve all customers.
    let (g, h) = (
        (c * of_lifetime.churn - b * of_lifetime.decline) / determinant,
        (a * of_lifetime.decline - b * of_lifetime.churn) / determinant,
    );
    let pairs = contracts.iter().map(|contract| {
        let slopes = own(contract);
        let by_model = margin * (g * slopes.churn + h * slopes.decline);
        (contract.entity, by_model + lifetime * (contract.margin - margin) / n)
    });
    Some(Influences::of(pairs.collect()))
}

/// The negative second derivatives of the likelihood: churn twice, both, decline twice.
fn information(units: &[ContractUnit], model: &ShiftedBetaGeometric) -> (f64, f64, f64) {
    let mu = model.first_churn;
    let mut later: u64 = units.iter().map(|unit| unit.left + unit.stayed).sum();
    let (mut a, mut b, mut d) = (0.0, 0.0, 0.0);
    for (at, unit) in units.iter().enumerate() {
        let earlier = at as f64;
        let c = 1.0 + model.decline * earlier;
        let (left, kept) = (unit.left as f64, (later - unit.left) as f64);
        let rest = c - mu;
        a += left / (mu * mu) + kept / (rest * rest);
        b -= kept * earlier / (rest * rest);
        d +=
            kept * mu * earlier * earlier * (2.0 * c - mu) / (c * c * rest * rest) - left * earlier * earlier / (c * c);
        later -= unit.left + unit.stayed;
    }
    (a, b, d)
}

/// The discounted expected lifetime and its slopes: Σ S(t)·fᵗ, S(t) moving by itself times those of ln S(t).
fn slopes_of_lifetime(model: &ShiftedBetaGeometric, discount: f64) -> Option<(f64, Slopes)> {
    let lifetime = model.discounted_lifetime(discount)?;
    let factor = 1.0 / (1.0 + discount);
    let enough = (1.0 - factor) * 1e-17;
    let (mut term, mut of_ln, mut sum) = (1.0, Slopes::default(), Slopes::default());
    for unit in 1..100_000_000_u32 {
        let size = term * (1.0 + of_ln.churn.abs() + of_ln.decline.abs());
        if size <= enough * lifetime {
            return Some((lifetime, sum));
        }
        sum.churn += term * of_ln.churn;
        sum.decline += term * of_ln.decline;
        of_ln = of_ln.plus(Slopes::kept(model, f64::from(unit - 1)));
        term *= (1.0 - model.churn_in(unit)) * factor;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::reference::{close, rows};

    /// Error by entity of a fitted value, against derivatives by differences in mpmath (`make_changes.py`).
    #[test]
    fn errors_agree_with_derivatives_by_differences() {
        let all = rows(include_str!("../../../../../tests/reference/clv_error.csv"));
        for row in &all {
            let lists = ["entity", "units", "left", "margin"].map(|name| row.list(name));
            let contracts: Vec<Contract> = (0..lists[0].len())
                .map(|at| Contract {
                    entity: lists[0][at] as u64,
                    units: lists[1][at] as u32,
                    left: lists[2][at] == 1.0,
                    margin: lists[3][at],
                })
                .collect();
            let made = estimate(&contracts, row.number("discount")).unwrap();
            close(made.value, row.number("value"), 1e-9, row);
            let error = made.influences.unwrap().variance().unwrap().sqrt();
            assert!((error / row.number("error") - 1.0).abs() < 1e-7, "{error} {row:?}");
        }
        assert_eq!(all.len(), 3);
    }

    #[test]
    fn what_cannot_be_fitted_has_no_value() {
        let one = Contract {
            entity: 1,
            units: 1,
            left: true,
            margin: 5.0,
        };
        assert_eq!(estimate(&[one], 0.01), None);
        assert_eq!(estimate(&[], 0.01), None);
        // Everybody is as likely to leave: the decline is held at 0, and no error is told.
        let alike: Vec<Contract> = [(1, 50), (2, 30), (3, 25)]
            .iter()
            .flat_map(|(units, count)| {
                (0..*count).map(|entity| Contract {
                    entity,
                    units: *units,
                    ..one
                })
            })
            .chain((0..5).map(|entity| Contract {
                entity,
                units: 3,
                left: false,
                margin: 5.0,
            }))
            .collect();
        assert_eq!(estimate(&alike, 0.01).unwrap().influences, None);
    }
}
