//! Customer lifetime value of contracts, by the shifted beta-geometric model (sBG).
//!
//! At the end of each unit of time (a month, a year) a customer leaves with a probability of their own, which is
//! beta-distributed over customers. Those likely to leave do so first, so that the share that leaves declines: in unit t it is
//! α / (α + β + t − 1). Fader and Hardie 2007, How to project customer retention, Journal of Interactive Marketing 21(1).
//!
//! Here α and β are held as the first unit's share that leaves, μ = α/(α+β), and its decline θ = 1/(α+β): in unit t
//! μ / (1 + θ(t−1)) leave. θ = 0, where customers do not differ, is then a proper value (the geometric model).

use super::math;

mod error;

pub use error::{Contract, LifetimeValue, estimate};

/// How many contracts ended in a unit of time, and how many were last seen alive after it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ContractUnit {
    /// Customers that left at the end of this unit, so did not renew for the next.
    pub left: u64,
    /// Customers that have completed exactly this many units and not left.
    pub stayed: u64,
}

/// What fitting the model came to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Fit {
    /// The model of greatest likelihood.
    Model(ShiftedBetaGeometric),
    /// No customer has completed a unit.
    NoData,
    /// Customers were seen for one unit only: how the share that leaves declines cannot be known.
    OneUnit,
    /// Nobody has left: the data say nothing of how long customers stay.
    NobodyLeft,
    /// Everybody left in the first unit.
    EverybodyLeft,
}

/// A fitted model.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ShiftedBetaGeometric {
    /// μ = α/(α+β), the share that leaves in the first unit; above 0 and below 1.
    pub first_churn: f64,
    /// θ = 1/(α+β), how fast that share declines; 0 where customers do not differ.
    pub decline: f64,
    /// The natural logarithm of the likelihood of the data.
    pub ln_likelihood: f64,
}

impl ShiftedBetaGeometric {
    /// α and β; `None` where customers do not differ, as both are infinite there.
    #[must_use]
    pub fn alpha_beta(&self) -> Option<(f64, f64)> {
        (self.decline > 0.0).then(|| (self.first_churn / self.decline, (1.0 - self.first_churn) / self.decline))
    }

    /// The share of those alive that leaves in unit t, counted from 1.
    #[must_use]
    pub fn churn_in(&self, unit: u32) -> f64 {
        self.first_churn / (1.0 + self.decline * f64::from(unit.max(1) - 1))
    }

    /// The share of new customers that is still there after so many units, from 0 to 1.
    #[must_use]
    pub fn survival(&self, units: u32) -> f64 {
        (1..=units).map(|unit| 1.0 - self.churn_in(unit)).product()
    }

    /// The discounted expected lifetime of a new customer, in units: Σ S(t) / (1+d)ᵗ over t = 0, 1, 2, …
    ///
    /// The first payment is due at once. `discount` is the rate d of one unit, as a fraction. `None` unless it is above
    /// 1e-6: without a discount the sum need not be finite. Equal to ₂F₁(1, β; α+β; 1/(1+d)). Fader and Hardie 2010,
    /// Customer-base valuation in a contractual setting, Marketing Science 29(1).
    #[must_use]
    pub fn discounted_lifetime(&self, discount: f64) -> Option<f64> {
        (discount > 1e-6 && discount.is_finite()).then_some(())?;
        let factor = 1.0 / (1.0 + discount);
        let (mut term, mut sum) = (1.0, 0.0);
        // What is left after a term is less than term / (1 − factor).
        let enough = (1.0 - factor) * 1e-17;
        for unit in 1..100_000_000_u32 {
            sum += term;
            term *= (1.0 - self.churn_in(unit)) * factor;
            if term <= enough * sum {
                return Some(sum);
            }
        }
        None
    }

    /// The lifetime value of a new customer: margin of one unit times the discounted expected lifetime.
    #[must_use]
    pub fn lifetime_value(&self, margin: f64, discount: f64) -> Option<f64> {
        Some(margin * self.discounted_lifetime(discount)?).filter(|value| value.is_finite())
    }
}

/// The discount rate of one unit from a yearly one in percent: (1 + yearly/100)^(years) − 1; `None` at −100 % and below.
#[must_use]
pub fn discount_of_unit(yearly_percent: f64, years: f64) -> Option<f64> {
    let rate = math::exp_m1(years * math::ln_1p(yearly_percent / 100.0));
    (yearly_percent > -100.0 && rate.is_finite()).then_some(rate)
}

/// The model of greatest likelihood. `units` holds the first unit, the second, and so on.
///
/// For a given decline the likelihood is concave in the first unit's churn, so the best is found by bisection; the best
/// decline by bisection of the slope between the neighbours of the best of a fixed grid. The same bits on every machine.
///
/// ```
/// use bellwether::stats::clv::{ContractUnit, Fit, fit};
///
/// // Of 1000 customers 369 left in the first year, 163 in the second, 86 in the third; 382 are still there.
/// let years = [(369, 0), (163, 0), (86, 382)].map(|(left, stayed)| ContractUnit { left, stayed });
/// let Fit::Model(model) = fit(&years) else { panic!() };
/// assert!((model.first_churn - 0.3702).abs() < 1e-4);
/// assert!((model.discounted_lifetime(0.1).unwrap() - 3.5968).abs() < 1e-4);
/// ```
#[must_use]
pub fn fit(units: &[ContractUnit]) -> Fit {
    let risks = Risks::of(units);
    let (left, kept) = (risks.total_left(), risks.total_kept());
    match (risks.0.len(), left > 0.0, kept > 0.0) {
        (0, ..) => Fit::NoData,
        (_, _, false) => Fit::EverybodyLeft,
        (_, false, _) => Fit::NobodyLeft,
        (1, ..) => Fit::OneUnit,
        _ => Fit::Model(risks.best()),
    }
}

/// For each unit, from the first: customers that left and customers that went on.
struct Risks(Vec<(f64, f64)>);

impl Risks {
    fn of(units: &[ContractUnit]) -> Self {
        let mut risks = Vec::with_capacity(units.len());
        let mut later = 0_u64;
        for unit in units.iter().rev() {
            let kept = later + unit.stayed;
            if unit.left + kept > 0 {
                risks.push((unit.left as f64, kept as f64));
            }
            later = kept + unit.left;
        }
        risks.reverse();
        Self(risks)
    }

    fn total_left(&self) -> f64 {
        self.0.iter().map(|(left, _)| left).sum()
    }

    fn total_kept(&self) -> f64 {
        self.0.iter().map(|(_, kept)| kept).sum()
    }

    /// (left, kept, c) of each unit, c being 1 + θ(t−1): in unit t the share μ/c leaves.
    fn with(&self, decline: f64) -> impl Iterator<Item = (f64, f64, f64)> {
        self.0
            .iter()
            .zip(0_u32..)
            .map(move |((left, kept), earlier)| (*left, *kept, 1.0 + decline * f64::from(earlier)))
    }

    fn ln_likelihood(&self, churn: f64, decline: f64) -> f64 {
        let of = |count: f64, share: f64| if count > 0.0 { count * math::ln(share) } else { 0.0 };
        self.with(decline)
            .map(|(left, kept, c)| of(left, churn / c) + of(kept, 1.0 - churn / c))
            .sum()
    }

    /// The best first churn for a decline: the root of Σd/μ − Σk/(c−μ), which falls from +∞ to −∞.
    fn best_churn(&self, decline: f64) -> f64 {
        let left = self.total_left();
        bisect(0.0, 1.0, |churn| {
            left / churn - self.with(decline).map(|(_, kept, c)| kept / (c - churn)).sum::<f64>()
        })
    }

    /// The slope of the likelihood along the decline, at its best first churn.
    fn slope(&self, decline: f64) -> f64 {
        let churn = self.best_churn(decline);
        let earlier = (0_u32..).map(f64::from);
        self.with(decline)
            .zip(earlier)
            .map(|((left, kept, c), t)| t / c * (kept * churn / (c - churn) - left))
            .sum()
    }

    fn best(&self) -> ShiftedBetaGeometric {
        // The decline θ, from 0 without end, is searched as θ/(1+θ).
        const GRID: u32 = 200;
        let decline_at = |place: f64| place / (1.0 - place);
        let place_of = |step: u32| (f64::from(step) / f64::from(GRID)).min(1.0 - 1e-9);
        let height = |step: u32| {
            let decline = decline_at(place_of(step));
            self.ln_likelihood(self.best_churn(decline), decline)
        };
        let mut best = (0, height(0));
        for step in 1..=GRID {
            let candidate = height(step);
            if candidate > best.1 {
                best = (step, candidate);
            }
        }
        let low = place_of(best.0.saturating_sub(1));
        let high = place_of((best.0 + 1).min(GRID));
        let decline = if self.slope(decline_at(low)) <= 0.0 {
            decline_at(low)
        } else if self.slope(decline_at(high)) >= 0.0 {
            decline_at(high)
        } else {
            decline_at(bisect(low, high, |place| self.slope(decline_at(place))))
        };
        let first_churn = self.best_churn(decline);
        ShiftedBetaGeometric {
            first_churn,
            decline,
            ln_likelihood: self.ln_likelihood(first_churn, decline),
        }
    }
}

/// Where a function that falls from above 0 to below 0 between two ends is 0.
fn bisect(mut low: f64, mut high: f64, function: impl Fn(f64) -> f64) -> f64 {
    for _ in 0..200 {
        let middle = f64::midpoint(low, high);
        if middle <= low || middle >= high {
            break;
        }
        if function(middle) > 0.0 {
            low = middle;
        } else {
            high = middle;
        }
    }
    f64::midpoint(low, high)
}

#[cfg(test)]
mod tests;
