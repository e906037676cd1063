//! What the analysis of links gives, as data.

use serde::{Deserialize, Serialize};

use super::drivers::Drivers;
use super::pace::Pace;
use super::worth::{Friction, InitiativeAnalysis, OutcomeWorth};

/// How good the evidence for a link is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Evidence {
    /// The card says so; no data stand behind the number.
    Assumed,
    /// The data cannot tell.
    TooLittleData,
    /// The data show no effect.
    NoneFound,
    /// Both move together; which comes first is not known.
    Correlated,
    /// The metric was measured before the outcome, and both move together.
    Leading,
    /// An experiment stands behind it.
    Tested,
}

impl Evidence {
    /// The grade in words.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Assumed => "assumed",
            Self::TooLittleData => "too little data",
            Self::NoneFound => "none found",
            Self::Correlated => "correlated",
            Self::Leading => "leading",
            Self::Tested => "tested",
        }
    }
}

/// A number with its range.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Estimate {
    /// The best guess.
    pub value: f64,
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

impl Estimate {
    /// A number that is known, or taken as known.
    #[must_use]
    pub const fn certain(value: f64) -> Self {
        Self {
            value,
            low: value,
            high: value,
        }
    }

    /// Times a number; a negative one turns the ends round.
    #[must_use]
    pub fn times(self, factor: f64) -> Self {
        let (a, b) = (self.low * factor + 0.0, self.high * factor + 0.0);
        Self {
            value: self.value * factor + 0.0,
            low: a.min(b),
            high: a.max(b),
        }
    }

    /// Whether the range leaves out zero.
    #[must_use]
    pub fn excludes_zero(self) -> bool {
        self.low > 0.0 || self.high < 0.0
    }
}

/// The outcome where the metric has some values.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CurveStep {
    /// The lowest value of the metric here.
    pub from: f64,
    /// The highest.
    pub to: f64,
    /// Entities.
    pub n: u64,
    /// The outcome of these, in its unit.
    pub outcome: f64,
    /// Its 95 % range; `None` where one entity has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub range: Option<(f64, f64)>,
}

/// What became of a claim that one thing leads another.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct LinkAnalysis {
    /// How good the evidence is.
    pub evidence: Evidence,
    /// The effect that worth is computed from: units of the outcome per unit of the metric, 95 % range. Assumed or from an
    /// experiment where the evidence says so, else from the data.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub effect: Option<Estimate>,
    /// What the data show, where the effect above is not theirs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub in_data: Option<Estimate>,
    /// Of a logistic fit: the odds of the outcome at one unit more, over those before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub odds_ratio: Option<Estimate>,
    /// Whether the data show the reverse of what the card claims.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub reversed: bool,
    /// Whether the metric was measured before the outcome.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub precedes: bool,
    /// Entities or cells in the fit.
    pub n: u64,
    /// What they are: a table, or cells of segment and period.
    pub of: String,
    /// Entities that have the outcome, and no value of the metric or of a control.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub left_out: u64,
    /// Groups of entities whose errors move together, where there are some.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub groups: Option<u64>,
    /// How it was computed.
    pub method: String,
    /// Which rows of the metric count.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub window: Option<String>,
    /// The smallest effect that would have been found in four of five tries (5 % two-sided, power 80 %).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detectable: Option<f64>,
    /// The share of the outcome's variance that the metric and its controls explain, 0–1; of a linear fit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub r_squared: Option<f64>,
    /// Lowest and highest value of the metric that entities have: beyond it nothing is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seen: Option<(f64, f64)>,
    /// The outcome along the metric: links are often curved.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub curve: Vec<CurveStep>,
    /// Whether a squared term adds to the fit (1 % level): the effect is then not the same everywhere.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bends: Option<bool>,
    /// The fitted model: intercept, the metric, controls. Of a logistic fit in log odds.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub coefficients: Vec<Coefficient>,
    /// What is to be known besides, in words.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
}

/// A coefficient of a fitted model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Coefficient {
    /// `intercept`, `metric`, or the name of a control.
    pub name: String,
    /// Its value and 95 % range, by the errors that the method names.
    pub value: Estimate,
}

fn is_zero(n: &u64) -> bool {
    *n == 0
}

impl LinkAnalysis {
    /// A link that could not be analysed, and why.
    #[must_use]
    pub fn refused(of: &str, why: impl Into<String>) -> Self {
        Self {
            evidence: Evidence::TooLittleData,
            effect: None,
            in_data: None,
            odds_ratio: None,
            reversed: false,
            precedes: false,
            n: 0,
            of: of.to_owned(),
            left_out: 0,
            groups: None,
            method: "none".to_owned(),
            window: None,
            detectable: None,
            r_squared: None,
            seen: None,
            curve: Vec::new(),
            bends: None,
            coefficients: Vec::new(),
            notes: vec![why.into()],
        }
    }
}

/// Everything that the stage gives.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Links {
    /// For each link of the card, in the order of [`crate::definition::Scorecard::all_links`].
    pub links: Vec<LinkAnalysis>,
    /// For each outcome with at least two metrics that can be told side by side.
    pub drivers: Vec<Drivers>,
    /// For each outcome with a worth.
    pub worth: Vec<OutcomeWorth>,
    /// Stages of journeys by what their distance to the target costs, most first.
    pub friction: Vec<Friction>,
    /// For each initiative of the card.
    pub initiatives: Vec<InitiativeAnalysis>,
    /// For each metric and outcome with a target and a due date.
    pub pace: Vec<Pace>,
}
