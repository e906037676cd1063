//! How a link's effect and an initiative's return came about: the pieces of a report that belong to one claim.

use serde::{Deserialize, Serialize};

use super::model::{Cell, InitiativeResult, LinkResult, Results};
use crate::link::{Drivers, Evidence, MetricWorth, OutcomeWorth};

/// Everything that a report says of one claim: `nps/retention` (a link), or an initiative by its name.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ClaimExplanation {
    /// As it was asked for.
    pub name: String,
    /// `link` or `initiative`.
    pub kind: String,
    /// Metrics, scores and outcomes at both ends of the links, with their headlines.
    pub ends: Vec<ClaimEnd>,
    /// The link; of an initiative every link that carries its gain, in the order of the chain.
    pub links: Vec<LinkResult>,
    /// In words, for each link in turn, why its evidence has the grade it has.
    pub grades: Vec<String>,
    /// What the metric is worth through each link.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub worth: Vec<ClaimWorth>,
    /// The metric beside the others that drive the same outcome.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub drivers: Vec<Drivers>,
    /// The initiative; of a link those that move its metric.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub initiatives: Vec<InitiativeResult>,
}

/// One end of a link.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ClaimEnd {
    /// Its name.
    pub name: String,
    /// For people.
    pub label: String,
    /// Its unit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// Decimals to show.
    pub decimals: u32,
    /// Its headline.
    pub headline: Cell,
}

/// What a metric is worth through a link.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ClaimWorth {
    /// The outcome.
    pub outcome: String,
    /// ISO code of the money.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub currency: Option<String>,
    /// What one point of the outcome is worth, held for a year.
    pub one_point: f64,
    /// The metric's part.
    pub metric: MetricWorth,
}

/// The claims that a report knows, as [`claim`] takes them: links as `metric/outcome`, then initiatives.
#[must_use]
pub fn claims(results: &Results) -> Vec<String> {
    let links = results.links.iter().map(link_name);
    let initiatives = results
        .initiatives
        .iter()
        .map(|result| result.initiative.name.value.clone());
    links.chain(initiatives).collect()
}

fn link_name(result: &LinkResult) -> String {
    format!("{}/{}", result.link.metric.value, result.link.outcome.value)
}

/// What a report says of a claim; `None` where there is no such link or initiative.
#[must_use]
pub fn claim(results: &Results, name: &str) -> Option<ClaimExplanation> {
    let initiative = results
        .initiatives
        .iter()
        .find(|result| result.initiative.name.value == name);
    let links: Vec<&LinkResult> = match initiative {
        Some(found) => carried(results, found),
        None => results
            .links
            .iter()
            .filter(|result| link_name(result) == name)
            .collect(),
    };
    (initiative.is_some() || !links.is_empty()).then_some(())?;
    let mut names: Vec<&str> = Vec::new();
    for end in links
        .iter()
        .flat_map(|result| [&result.link.metric.value, &result.link.outcome.value])
    {
        if !names.contains(&end.as_str()) {
            names.push(end);
        }
    }
    let of_link = |worth: &OutcomeWorth, part: &MetricWorth| {
        links
            .iter()
            .any(|result| result.link.metric.value == part.metric && result.link.outcome.value == worth.outcome)
    };
    let worth = results.worth.iter().flat_map(|worth| {
        let parts = worth.metrics.iter().filter(move |part| of_link(worth, part));
        parts.map(|part| ClaimWorth {
            outcome: worth.outcome.clone(),
            currency: worth.currency.clone(),
            one_point: worth.one_point,
            metric: part.clone(),
        })
    });
    let drives = |drivers: &&Drivers| {
        links.iter().any(|result| {
            drivers.outcome == result.link.outcome.value
                && drivers
                    .metrics
                    .iter()
                    .any(|driver| driver.metric == result.link.metric.value)
        })
    };
    let moved = |result: &&InitiativeResult| match initiative {
        Some(found) => result.initiative.name.value == found.initiative.name.value,
        None => result
            .initiative
            .moves
            .iter()
            .any(|step| links.iter().any(|link| link.link.metric.value == step.metric.value)),
    };
    Some(ClaimExplanation {
        name: name.to_owned(),
        kind: if initiative.is_some() { "initiative" } else { "link" }.to_owned(),
        ends: names.iter().filter_map(|name| end(results, name)).collect(),
        grades: links.iter().map(|result| grade(result)).collect(),
        worth: worth.collect(),
        drivers: results.drivers.iter().filter(drives).cloned().collect(),
        initiatives: results.initiatives.iter().filter(moved).cloned().collect(),
        links: links.into_iter().cloned().collect(),
    })
}

/// The links from what an initiative moves on to outcomes, nearest first, each once.
fn carried<'r>(results: &'r Results, initiative: &InitiativeResult) -> Vec<&'r LinkResult> {
    let mut ends: Vec<&str> = Vec::new();
    ends.extend(
        initiative
            .initiative
            .moves
            .iter()
            .map(|step| step.metric.value.as_str()),
    );
    let mut found: Vec<&LinkResult> = Vec::new();
    let mut at = 0;
    while let Some(end) = ends.get(at).copied() {
        for result in results.links.iter().filter(|result| result.link.metric.value == end) {
            found.push(result);
            if !ends.contains(&result.link.outcome.value.as_str()) {
                ends.push(&result.link.outcome.value);
            }
        }
        at += 1;
    }
    found
}

fn end(results: &Results, name: &str) -> Option<ClaimEnd> {
    let metric = results
        .metrics
        .iter()
        .find(|metric| metric.name == name)
        .map(|metric| ClaimEnd {
            name: metric.name.clone(),
            label: metric.label.clone(),
            unit: metric.unit.clone(),
            decimals: metric.decimals,
            headline: metric.headline.clone(),
        });
    let score = || {
        results
            .scores
            .iter()
            .find(|score| score.name == name)
            .map(|score| ClaimEnd {
                name: score.name.clone(),
                label: score.label.clone(),
                unit: None,
                decimals: score.decimals,
                headline: score.headline.clone(),
            })
    };
    metric.or_else(score)
}

/// Why the evidence of a link has its grade.
fn grade(result: &LinkResult) -> String {
    let analysis = &result.analysis;
    let before = "the metric was measured before the outcome";
    match analysis.evidence {
        Evidence::Assumed => "the card states the effect; no data stand behind it".to_owned(),
        Evidence::TooLittleData => "the data cannot tell: see the notes".to_owned(),
        Evidence::NoneFound => "the range of the effect holds 0".to_owned(),
        Evidence::Correlated => format!("the range of the effect leaves out 0, but it is not known that {before}"),
        Evidence::Leading => format!("the range of the effect leaves out 0, and {before}"),
        Evidence::Tested => "the card names an experiment; what the data show stands beside it".to_owned(),
    }
}
