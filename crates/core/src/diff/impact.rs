//! What a change of a card does to the headlines: two reports side by side, and each change by itself.

use serde::{Deserialize, Serialize};

use super::split::Step;
use super::{CardDiff, Change, ObjectKind};
use crate::definition::{CivilDate, Role};
use crate::measure::State;
use crate::report::{Cell, Report};

/// What the new card says of the same data.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Impact {
    /// The day as of which both cards were evaluated.
    pub as_of: Option<CivilDate>,
    /// The period of the old card's headlines; none: the whole time.
    pub old_period: Option<String>,
    /// The period of the new card's headlines.
    pub new_period: Option<String>,
    /// Headlines of metrics, outcomes and scores: those of the new card in its order, then those that are gone.
    pub rows: Vec<ImpactRow>,
    /// Which change moved what.
    pub split: Split,
}

/// The headline of a metric, outcome or score under both cards.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ImpactRow {
    /// Metric, outcome or score.
    pub object: ObjectKind,
    /// Its name in the new card; of one that is gone: in the old one.
    pub name: String,
    /// Name for people.
    pub label: String,
    /// Unit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// Decimals to show.
    pub decimals: u32,
    /// Under the old card; none: it is new.
    pub was: Option<Judged>,
    /// Under the new card; none: it is gone.
    pub now: Option<Judged>,
    /// Now minus then, where both have a value.
    pub difference: Option<f64>,
    /// What single changes do by themselves, in the order of [`Split::causes`]; those that do nothing are left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub shares: Vec<Share>,
    /// What is left of the difference: changes that work together, or that cannot be made alone. None: nothing is left,
    /// and the shares add up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub together: Option<f64>,
}

/// A headline with what is thought of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Judged {
    /// The value, unrounded.
    pub value: Option<f64>,
    /// What it is worth.
    pub state: State,
    /// Rows used.
    pub n: u64,
    /// Band of a score.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub band: Option<String>,
    /// The target that holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target: Option<f64>,
    /// Whether it is met.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target_met: Option<bool>,
}

/// What one change does to a headline by itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Share {
    /// Place in [`Split::causes`].
    pub cause: usize,
    /// What it adds to the value; none where either has none.
    pub difference: Option<f64>,
    /// The band that it leads to by itself, where that is another.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub band: Option<String>,
}

/// Which change moved what: each was made to the old card by itself.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Split {
    /// The changes, or those that only make sense together.
    pub causes: Vec<SplitCause>,
    /// Why there is no split, or an incomplete one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// Changes that are made together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SplitCause {
    /// In words: `score health: parts`.
    pub label: String,
    /// Places in [`CardDiff::changes`].
    pub changes: Vec<usize>,
    /// Whether the old card can be evaluated with it alone.
    pub alone: bool,
}

impl ImpactRow {
    /// Whether anything about it is not as it was.
    #[must_use]
    pub fn is_moved(&self) -> bool {
        self.was != self.now
    }

    /// Whether it is in another band.
    #[must_use]
    pub fn band_changed(&self) -> bool {
        let band = |side: &Option<Judged>| side.as_ref().and_then(|side| side.band.clone());
        self.was.is_some() && self.now.is_some() && band(&self.was) != band(&self.now)
    }
}

/// Reports of both cards over the same data.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sides<'a> {
    /// Of the old card.
    pub old: &'a Report,
    /// Of the new card.
    pub new: &'a Report,
}

/// A headline of a report.
struct Headline<'a> {
    object: ObjectKind,
    name: &'a str,
    label: &'a str,
    unit: Option<&'a String>,
    decimals: u32,
    cell: &'a Cell,
}

/// Puts two reports side by side; with the reports of single steps, those that could be evaluated.
pub(crate) fn impact(diff: &CardDiff, sides: Sides<'_>, steps: Result<Vec<(Step, Option<Report>)>, String>) -> Impact {
    let (steps, note) = match steps {
        Ok(steps) => (steps, None),
        Err(why) => (Vec::new(), Some(why)),
    };
    let (before, after) = (headlines(sides.old), headlines(sides.new));
    let old_name = |headline: &Headline<'_>| {
        let renamed = diff.changes.iter().find_map(|change| match &change.change {
            Change::Renamed { from } if change.name == headline.name && change.object == headline.object => Some(from),
            _ => None,
        });
        renamed.map_or(headline.name, String::as_str).to_owned()
    };
    let mut rows = Vec::new();
    let mut kept = Vec::new();
    for now in &after {
        let name = old_name(now);
        let was = before.iter().find(|was| was.name == name);
        kept.extend(was.map(|was| was.name));
        rows.push(row(
            now,
            was.map(|was| was.cell),
            Some(now.cell),
            &steps,
            note.is_none(),
        ));
    }
    for was in before.iter().filter(|was| !kept.contains(&was.name)) {
        rows.push(row(was, Some(was.cell), None, &[], false));
    }
    let failed = steps.iter().filter(|(_, report)| report.is_none()).count();
    let note = note.or_else(|| (failed > 0).then(|| format!("{failed} of the changes cannot be made alone")));
    let causes = steps
        .into_iter()
        .map(|(step, report)| SplitCause {
            label: step.label,
            changes: step.changes,
            alone: report.is_some(),
        })
        .collect();
    Impact {
        as_of: sides.new.results.as_of,
        old_period: sides.old.results.headline_period.as_deref().map(str::to_owned),
        new_period: sides.new.results.headline_period.as_deref().map(str::to_owned),
        rows,
        split: Split { causes, note },
    }
}

fn headlines(report: &Report) -> Vec<Headline<'_>> {
    let metrics = report.results.metrics.iter().map(|metric| Headline {
        object: match metric.role {
            Role::Outcome => ObjectKind::Outcome,
            Role::Metric => ObjectKind::Metric,
        },
        name: &metric.name,
        label: &metric.label,
        unit: metric.unit.as_ref(),
        decimals: metric.decimals,
        cell: &metric.headline,
    });
    let scores = report.results.scores.iter().map(|score| Headline {
        object: ObjectKind::Score,
        name: &score.name,
        label: &score.label,
        unit: None,
        decimals: score.decimals,
        cell: &score.headline,
    });
    metrics.chain(scores).collect()
}

fn judged(cell: &Cell) -> Judged {
    Judged {
        value: cell.value,
        state: cell.state,
        n: cell.n,
        band: cell.band.clone(),
        target: cell.target,
        target_met: cell.target_met,
    }
}

fn row(
    of: &Headline<'_>,
    was: Option<&Cell>,
    now: Option<&Cell>,
    steps: &[(Step, Option<Report>)],
    is_split: bool,
) -> ImpactRow {
    let value = |cell: Option<&Cell>| cell.and_then(|cell| cell.value);
    let minus = |now: Option<f64>, was: Option<f64>| now.zip(was).map(|(now, was)| now - was);
    let difference = minus(value(now), value(was));
    let mut shares = Vec::new();
    let mut told = 0.0;
    for (cause, report) in steps
        .iter()
        .enumerate()
        .filter_map(|(at, (_, report))| Some((at, report.as_ref()?)))
    {
        let Some(alone) = headlines(report).into_iter().find(|headline| headline.name == of.name) else {
            continue;
        };
        let (Some(was), share) = (was, minus(alone.cell.value, value(was))) else {
            continue;
        };
        let band = Some(&alone.cell.band)
            .filter(|band| **band != was.band)
            .cloned()
            .flatten();
        told += share.unwrap_or(0.0);
        let lost = alone.cell.value.is_some() != was.value.is_some();
        if share.is_some_and(|share| share != 0.0) || band.is_some() || lost {
            let difference = share;
            shares.push(Share {
                cause,
                difference,
                band,
            });
        }
    }
    // What is left of sums of floats is no effect.
    let left = difference.map(|difference| difference - told);
    let noise = 1e-9
        * value(was)
            .unwrap_or(0.0)
            .abs()
            .max(value(now).unwrap_or(0.0).abs())
            .max(1.0);
    ImpactRow {
        object: of.object,
        name: of.name.to_owned(),
        label: of.label.to_owned(),
        unit: of.unit.cloned(),
        decimals: of.decimals,
        was: was.map(judged),
        now: now.map(judged),
        difference,
        shares,
        together: left.filter(|left| is_split && left.abs() > noise),
    }
}
