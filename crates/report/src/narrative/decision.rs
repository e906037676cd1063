//! What waits for somebody's decision.

use bellwether::report::{Evidence, PaceVerdict, Results};
use bellwether_order::Sort;
use serde::Serialize;

use super::words::{Subject, currency, estimate, label, money_range, plain, subjects};
use crate::audience::Voice;
use crate::format;

/// Something that its owner is to decide.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Decision {
    /// Who decides; `None`: nobody owns it.
    pub owner: Option<String>,
    /// What it is about.
    pub about: String,
    /// Why it cannot wait.
    pub why: String,
    /// What the choice is.
    pub choice: String,
}

/// Most decisions that an executive is asked for.
const ON_ONE_PAGE: usize = 5;

/// Decisions, most pressing first: alerts, goals that will be missed, numbers on their way back, limits that hold a score
/// down, claims that the data turn round or do not find, initiatives that lose money.
pub(super) fn decisions(results: &Results, voice: Voice) -> Vec<Decision> {
    let subjects = subjects(results);
    let mut found = alerts(results);
    found.extend(missed(results, &subjects));
    found.extend(limits(results));
    found.extend(backwards(&subjects, &found));
    found.extend(initiatives(results));
    found.extend(claims(results));
    found.extend(ownerless(results, &subjects));
    if voice == Voice::Executive {
        found.truncate(ON_ONE_PAGE);
    }
    found
}

fn alerts(results: &Results) -> Vec<Decision> {
    let raised = results.alerts.iter().filter(|alert| alert.raised != Some(false));
    raised
        .map(|alert| {
            let known = alert.raised.is_some();
            Decision {
                owner: alert.to.clone(),
                about: alert.name.clone(),
                why: if known {
                    "the alert is raised"
                } else {
                    "whether the alert is raised is not known: a value it reads is missing"
                }
                .to_owned(),
                choice: if known {
                    "what stops it"
                } else {
                    "who brings the missing value"
                }
                .to_owned(),
            }
        })
        .collect()
}

fn missed(results: &Results, subjects: &[Subject<'_>]) -> Vec<Decision> {
    let of = |name: &str| subjects.iter().find(|of| of.name == name);
    let missing = results.pace.iter().filter(|pace| pace.verdict == PaceVerdict::WillMiss);
    missing
        .filter_map(|pace| {
            let of = of(&pace.of)?;
            let forecast = pace.forecast?;
            Some(Decision {
                owner: of.owner.map(str::to_owned),
                about: of.label.to_owned(),
                why: format!(
                    "at its pace it will miss {} by {}: {} ({} to {})",
                    of.stated(pace.target),
                    pace.due,
                    of.amount(forecast.value),
                    format::number(forecast.low, of.decimals),
                    format::number(forecast.high, of.decimals)
                ),
                choice: "act, or change target or date".to_owned(),
            })
        })
        .collect()
}

fn limits(results: &Results) -> Vec<Decision> {
    let mut found = Vec::new();
    for score in &results.scores {
        for limit in score
            .limits
            .iter()
            .filter(|limit| limit.outcome == "applied" || limit.outcome == "not checked")
        {
            let kind = limit.kind.replace('_', "-");
            let (why, choice) = if limit.outcome == "applied" {
                let before = limit.before.map_or_else(String::new, |before| {
                    format!(", {} without it", format::number(before, score.decimals))
                });
                (
                    format!(
                        "a {kind} sets it to {}: {}{before}",
                        format::stated(limit.value),
                        limit.reason
                    ),
                    if limit.kind == "override" {
                        "whether the value set by hand still holds"
                    } else {
                        "what lifts it"
                    },
                )
            } else {
                (
                    format!("a {kind} could not be checked: {}", limit.reason),
                    "who brings the missing value",
                )
            };
            found.push(Decision {
                owner: score.goal.owner.clone(),
                about: score.label.clone(),
                why,
                choice: choice.to_owned(),
            });
        }
    }
    found
}

/// Numbers that are further from their target than where they started, and not told of yet.
fn backwards(subjects: &[Subject<'_>], before: &[Decision]) -> Vec<Decision> {
    let mut back: Vec<(f64, Decision)> = subjects
        .iter()
        .filter(|of| !before.iter().any(|decision| decision.about == of.label))
        .filter_map(|of| {
            let way = of.cell.progress.filter(|way| *way < 0.0)?;
            let target = of.cell.target?;
            let away = of.cell.change_from_baseline?;
            let decision = Decision {
                owner: of.owner.map(str::to_owned),
                about: of.label.to_owned(),
                why: format!(
                    "{} the wrong way since its baseline, at {} against a target of {}",
                    of.distance(away),
                    of.cell.value.map_or_else(String::new, |value| of.amount(value)),
                    of.stated(target)
                ),
                choice: "what turns it round".to_owned(),
            };
            Some((way, decision))
        })
        .collect();
    back.order_by(|a, b| a.0.total_cmp(&b.0));
    back.into_iter().map(|(_, decision)| decision).collect()
}

fn initiatives(results: &Results) -> Vec<Decision> {
    let currency = currency(results);
    let mut found = Vec::new();
    for result in &results.initiatives {
        let owner = result.initiative.owner.as_ref().map(|owner| owner.value.clone());
        let about = result.initiative.name.value.clone();
        let analysis = &result.analysis;
        match (analysis.net, analysis.loss) {
            (Some(net), Some(loss)) if net.low <= 0.0 => found.push(Decision {
                owner,
                about,
                why: format!(
                    "it loses money in {} % of draws: {} net over {} months",
                    format::number(loss, 0),
                    money_range(net, currency),
                    analysis.horizon_months
                ),
                choice: "go, shrink or stop".to_owned(),
            }),
            (None, _) => found.push(Decision {
                owner,
                about,
                why: analysis
                    .notes
                    .first()
                    .map(|note| plain(results, note))
                    .unwrap_or_else(|| "its return cannot be told".to_owned()),
                choice: "go without a return that can be shown, or run a pilot".to_owned(),
            }),
            _ => {}
        }
    }
    found
}

/// Claims of the card that its data turn round, or do not find though they could.
fn claims(results: &Results) -> Vec<Decision> {
    let owner = |name: &str| {
        results
            .metrics
            .iter()
            .find(|metric| metric.name == name)
            .and_then(|metric| metric.goal.owner.clone())
    };
    let mut found = Vec::new();
    for result in &results.links {
        let analysis = &result.analysis;
        let about = format!(
            "the claim that {} leads {}",
            label(results, &result.link.metric.value),
            label(results, &result.link.outcome.value)
        );
        if analysis.reversed {
            // The effect of an assumption or of a pilot is not what the data show.
            let own = !matches!(analysis.evidence, Evidence::Assumed | Evidence::Tested);
            let shown = analysis
                .in_data
                .or(analysis.effect.filter(|_| own))
                .map_or_else(String::new, |effect| format!(": {} for one more", estimate(effect)));
            found.push(Decision {
                owner: owner(&result.link.metric.value),
                about,
                why: format!("the data show the reverse of the claim{shown}"),
                choice: "drop the claim, or test it".to_owned(),
            });
        } else if analysis.evidence == Evidence::NoneFound {
            let power = analysis.detectable.map_or_else(String::new, |least| {
                format!(
                    ", and {} would have been found in four of five tries",
                    format::significant(least)
                )
            });
            found.push(Decision {
                owner: owner(&result.link.metric.value),
                about,
                why: format!("no effect was found{power}"),
                choice: "drop the claim, or test it".to_owned(),
            });
        }
    }
    found
}

fn ownerless(results: &Results, subjects: &[Subject<'_>]) -> Vec<Decision> {
    let nobody: Vec<&str> = subjects
        .iter()
        .filter(|of| !of.is_score && of.owner.is_none() && of.cell.target.is_some())
        .map(|of| of.label)
        .collect();
    if nobody.is_empty() {
        return Vec::new();
    }
    vec![Decision {
        owner: results.header.owner.as_ref().map(|owner| owner.value.clone()),
        about: super::words::few(&nobody, 3),
        why: "it has a target and no owner".to_owned(),
        choice: "who answers for it".to_owned(),
    }]
}

/// The decision in one line.
impl std::fmt::Display for Decision {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let owner = self.owner.as_deref().unwrap_or("nobody");
        write!(f, "{} ({owner}): {}. To decide: {}.", self.about, self.why, self.choice)
    }
}
