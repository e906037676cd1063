//! Tiles: a value with all that is to be known of it at a glance.

use bellwether::definition::Role;
use bellwether::measure::State;
use bellwether::report::chart::chart;
use bellwether::report::{Cell, Change, ChangeVerdict, GoalResult, PaceVerdict, Results};
use serde::Serialize;

use crate::audience::Voice;
use crate::chart::{Size, SvgOptions, Theme, svg};
use crate::format;

/// Most tiles on one page.
const ON_ONE_PAGE: usize = 8;
/// Scores and outcomes are shown to an executive; metrics only where these are fewer than so many.
const ONE_ROW: usize = 4;

/// A value with what is to be known of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Tile {
    /// Its name in the card.
    pub name: String,
    /// Its name for people.
    pub label: String,
    /// `score`, `outcome` or `metric`.
    pub role: &'static str,
    /// The value, or the word for why there is none.
    pub value: String,
    /// Whether there is a value.
    pub known: bool,
    /// Its unit.
    pub unit: Option<String>,
    /// What is wrong with it: `too few rows to rely on`.
    pub flag: Option<&'static str>,
    /// Its 95 % range.
    pub range: Option<String>,
    /// The period, where it is not that of the report.
    pub period: Option<String>,
    /// Target and date: `80 by 2027-06-30`.
    pub target: Option<String>,
    /// `met`, `missed`; `None`: no target, or it cannot be told.
    pub target_state: Option<&'static str>,
    /// Way from baseline to target: `16 %`.
    pub progress: Option<String>,
    /// The same in words: `16 % of the way from its baseline`.
    pub progress_says: Option<String>,
    /// The same as a length from 0 to 100.
    pub progress_length: Option<String>,
    /// Band of a score.
    pub band: Option<String>,
    /// `good`, `warn`, `bad` or `plain`.
    pub tone: &'static str,
    /// What changed.
    pub change: Option<ChangeView>,
    /// Whether the goal is reached in time.
    pub pace: Option<PaceView>,
    /// Who answers for it.
    pub owner: Option<String>,
    /// Rows behind it.
    pub rows: Option<String>,
    /// What it tells.
    pub about: Option<String>,
    /// Its series as a bare line, to be set as it is.
    pub spark: Option<String>,
}

/// A change, and whether it is more than noise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ChangeView {
    /// `+2.6`.
    pub difference: String,
    /// The period before.
    pub from: String,
    /// `better`, `worse`, `up`, `down`, `noise`, `not tested`, `unchanged`.
    pub word: &'static str,
    /// A sign for those who do not see colours: `▲`, `▼`, `≈`, `?`.
    pub sign: &'static str,
    /// `good`, `bad`, `plain` or `muted`.
    pub tone: &'static str,
}

/// Whether a goal is reached in time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PaceView {
    /// `ahead`, `on track`, `behind`, `will miss`, `too short to say`.
    pub word: &'static str,
    /// `good`, `warn`, `bad` or `muted`.
    pub tone: &'static str,
    /// Where a straight line leads by then: `75.8`.
    pub forecast: Option<String>,
    /// Its range.
    pub range: Option<String>,
}

/// Tiles of an audience: scores, outcomes, metrics.
pub(super) fn tiles(results: &Results, voice: Voice) -> Vec<Tile> {
    let scores = results.scores.iter().map(|score| {
        let mut tile = tile(
            results,
            &Source {
                name: &score.name,
                label: &score.label,
                role: "score",
                unit: None,
                decimals: score.decimals,
                goal: &score.goal,
                about: score.about.as_ref(),
                cell: &score.headline,
            },
        );
        if let Some(band) = &score.headline.band {
            tile.band = Some(band.clone());
            tile.tone = match score.bands.iter().position(|name| name == band) {
                Some(0) => "bad",
                Some(place) if place + 1 == score.bands.len() => "good",
                _ => "warn",
            };
        }
        tile
    });
    let of_role = |role: Role, word: &'static str| {
        results
            .metrics
            .iter()
            .filter(move |metric| metric.role == role)
            .map(move |metric| {
                tile(
                    results,
                    &Source {
                        name: &metric.name,
                        label: &metric.label,
                        role: word,
                        unit: metric.unit.as_ref(),
                        decimals: metric.decimals,
                        goal: &metric.goal,
                        about: metric.about.as_ref(),
                        cell: &metric.headline,
                    },
                )
            })
    };
    let mut tiles: Vec<Tile> = scores
        .chain(of_role(Role::Outcome, "outcome"))
        .chain(of_role(Role::Metric, "metric"))
        .collect();
    if voice == Voice::Executive {
        let first = tiles.iter().filter(|tile| tile.role != "metric").count();
        tiles.truncate(first.clamp(ONE_ROW, ON_ONE_PAGE));
    }
    tiles
}

struct Source<'r> {
    name: &'r str,
    label: &'r str,
    role: &'static str,
    unit: Option<&'r String>,
    decimals: u32,
    goal: &'r GoalResult,
    about: Option<&'r String>,
    cell: &'r Cell,
}

fn tile(results: &Results, of: &Source<'_>) -> Tile {
    let cell = of.cell;
    let due = of.goal.due.map_or_else(String::new, |due| format!(" by {due}"));
    Tile {
        name: of.name.to_owned(),
        label: format::title(of.label),
        role: of.role,
        value: cell.value.map_or_else(
            || format::state(cell.state).to_owned(),
            |value| format::number(value, of.decimals),
        ),
        known: cell.value.is_some(),
        unit: of.unit.filter(|_| cell.value.is_some()).cloned(),
        flag: match (cell.value, cell.state) {
            (Some(_), State::TooFew) => Some("too few rows to rely on"),
            (Some(_), State::Stale) => Some("older than the card allows"),
            (None, State::Suppressed) => Some("it would tell of too few people"),
            _ => None,
        },
        range: cell.interval.as_ref().map(|_| format::interval(cell, of.decimals)),
        period: if cell.period == results.headline_period {
            None
        } else {
            Some(cell.period.as_deref().unwrap_or("whole time").to_owned())
        },
        target: cell.target.map(|target| format!("{}{due}", format::stated(target))),
        target_state: cell.target_met.map(|met| if met { "met" } else { "missed" }),
        progress: cell.progress.map(|way| format!("{} %", format::number(way, 0))),
        progress_says: cell.progress.map(|way| {
            if way < 0.0 {
                "further away than at its baseline".to_owned()
            } else if way >= 100.0 {
                "all the way from its baseline".to_owned()
            } else {
                format!("{} % of the way from its baseline", format::number(way, 0))
            }
        }),
        progress_length: cell.progress.map(|way| format::number(way.clamp(0.0, 100.0), 0)),
        band: None,
        tone: match cell.target_met {
            Some(true) => "good",
            _ => "plain",
        },
        change: cell.change.as_ref().map(|change| change_view(change, of.decimals)),
        pace: pace(results, of),
        owner: of.goal.owner.clone(),
        rows: (cell.n > 0).then(|| format::rows(cell)),
        about: of.about.cloned(),
        spark: spark(results, of.name),
    }
}

pub(super) fn change_view(change: &Change, decimals: u32) -> ChangeView {
    let difference = format::difference(change.difference, decimals);
    let shows = difference.contains(|c: char| matches!(c, '1'..='9'));
    let (word, sign, tone) = match (change.verdict, change.better) {
        _ if !shows => ("unchanged", "=", "muted"),
        (ChangeVerdict::Up, Some(true)) => ("better", "▲", "good"),
        (ChangeVerdict::Down, Some(true)) => ("better", "▼", "good"),
        (ChangeVerdict::Up, Some(false)) => ("worse", "▲", "bad"),
        (ChangeVerdict::Down, Some(false)) => ("worse", "▼", "bad"),
        (ChangeVerdict::Up, None) => ("up", "▲", "plain"),
        (ChangeVerdict::Down, None) => ("down", "▼", "plain"),
        (ChangeVerdict::NoChangeShown, _) => ("noise", "≈", "muted"),
        (ChangeVerdict::NotTested, _) => ("not tested", "?", "muted"),
    };
    ChangeView {
        difference,
        from: change.from.to_string(),
        word,
        sign,
        tone,
    }
}

/// The series as a bare line.
fn spark(results: &Results, name: &str) -> Option<String> {
    let drawn = chart(results, &format!("trend/{name}"))?;
    Some(svg(
        &drawn,
        &SvgOptions {
            theme: Theme::Page,
            width: Some(220.0),
            size: Size::Tile,
            heading: false,
            background: false,
        },
    ))
}

fn pace(results: &Results, of: &Source<'_>) -> Option<PaceView> {
    let pace = results.pace.iter().find(|pace| pace.of == of.name)?;
    Some(PaceView {
        word: pace.verdict.words(),
        tone: pace_tone(pace.verdict),
        forecast: pace.forecast.map(|value| format::number(value.value, of.decimals)),
        range: pace.forecast.map(|value| {
            format!(
                "{} to {}",
                format::number(value.low, of.decimals),
                format::number(value.high, of.decimals)
            )
        }),
    })
}

pub(super) const fn pace_tone(verdict: PaceVerdict) -> &'static str {
    match verdict {
        PaceVerdict::Ahead | PaceVerdict::OnTrack => "good",
        PaceVerdict::Behind => "warn",
        PaceVerdict::WillMiss => "bad",
        PaceVerdict::TooShort => "muted",
    }
}
