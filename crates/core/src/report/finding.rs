//! What can only be said with values at hand: targets already met, due dates past, caps not checked, values set by hand.

use super::model::{Cell, GoalResult, MetricResult, ScoreResult};
use crate::data::TableSummary;
use crate::definition::{Baseline, CivilDate, Direction, Goal, Metric, Scorecard};
use crate::diagnostic::{Diagnostic, codes};
use crate::measure::State;
use crate::score::{Fate, ScoreDetail};

/// Findings about metrics.
pub(super) fn of_metrics(card: &Scorecard, as_of: Option<CivilDate>, metrics: &[MetricResult]) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for (metric, result) in card.metrics.iter().zip(metrics) {
        let name = &result.name;
        found.extend(about_goal(
            name,
            &metric.goal,
            &result.goal,
            &result.headline,
            result.direction,
            as_of,
        ));
        found.extend(waiting(metric, result, as_of));
    }
    found.extend(hidden(card, metrics));
    found
}

/// Rows of the headline whose window is not over: they wait, all alike, and the headline rests on the others.
fn waiting(metric: &Metric, result: &MetricResult, as_of: Option<CivilDate>) -> Option<Diagnostic> {
    let cell = &result.headline;
    let rows = cell.n + cell.skipped;
    if cell.not_due * 20 <= rows {
        return None;
    }
    let message = format!(
        "{} of {rows} rows in the headline of `{}` wait: their window is not over",
        cell.not_due, result.name
    );
    let help = match as_of {
        Some(as_of) => format!("they count once it is over, done or not; {as_of} is the last day that is known"),
        None => "no table has a date, so no window is known to be over: say a day as of which".to_owned(),
    };
    Some(
        Diagnostic::note(codes::NOT_DUE, message)
            .at(metric.name.span)
            .help(help),
    )
}

/// How much anonymity hides: one finding, about the metric that loses most.
fn hidden(card: &Scorecard, metrics: &[MetricResult]) -> Option<Diagnostic> {
    let floor = card.tables.iter().find_map(|table| table.anonymous_below.as_ref())?;
    let count = |metric: &MetricResult| {
        let cells = metric.cells.iter();
        cells.filter(|cell| cell.state == State::Suppressed).count()
    };
    // The first of those that lose most.
    let (lost, metric) = metrics
        .iter()
        .map(|metric| (count(metric), metric))
        .reduce(|most, next| if next.0 > most.0 { next } else { most })
        .filter(|(lost, _)| *lost > 0)?;
    let (all, people) = (metric.cells.len(), floor.floor.value);
    let message = format!(
        "{lost} of {all} cells of `{}` are below {people} people, or would give such a cell away: hidden",
        metric.name
    );
    let finding = if lost * 2 > all {
        Diagnostic::warning(codes::HIDDEN, message)
    } else {
        Diagnostic::note(codes::HIDDEN, message)
    };
    Some(
        finding
            .at(floor.floor.span)
            .help("coarser segments or longer periods show more"),
    )
}

/// Tables of which no row is there on the as-of day.
pub(super) fn of_tables(card: &Scorecard, as_of: Option<CivilDate>, tables: &[TableSummary]) -> Vec<Diagnostic> {
    let Some(as_of) = as_of else { return Vec::new() };
    tables
        .iter()
        .filter(|table| table.rows_used == 0 && table.later_than_as_of > 0)
        .map(|table| {
            let message = format!(
                "all {} rows of `{}` are dated after {as_of}, the day as of which the card is read",
                table.later_than_as_of, table.table
            );
            let finding = Diagnostic::warning(codes::EMPTY_TABLE, message)
                .help("take a later day, or none: then it is the latest date in the data");
            match card.table(&table.table) {
                Some(declared) => finding.at(declared.name.span),
                None => finding,
            }
        })
        .collect()
}

/// Findings about scores.
pub(super) fn of_scores(
    card: &Scorecard,
    as_of: Option<CivilDate>,
    scores: &[ScoreResult],
    details: &[Option<ScoreDetail>],
) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for ((score, result), detail) in card.scores.iter().zip(scores).zip(details) {
        let name = &result.name;
        found.extend(about_goal(
            name,
            &score.goal,
            &result.goal,
            &result.headline,
            Some(Direction::Higher),
            as_of,
        ));
        let Some(detail) = detail else { continue };
        for (limit, ruling) in score.limits.iter().zip(&detail.limits) {
            if ruling.fate == Fate::NotChecked && detail.cell.state.has_value() {
                found.push(
                    Diagnostic::warning(
                        codes::NOT_CHECKED,
                        format!(
                            "`{name}` is not checked for \"{}\": a value in its condition is missing",
                            limit.reason
                        ),
                    )
                    .at(limit.span)
                    .help("see why the value is missing, or let the limit apply with `.if_unknown(\"fire\")`"),
                );
            }
        }
        for (index, ruling) in &detail.overrides {
            let Some(set) = score.overrides.get(*index) else {
                continue;
            };
            let (message, help) = match ruling.fate {
                Fate::Expired => (
                    format!(
                        "the value {} that {} set for `{name}` expired on {}",
                        set.value, set.author, set.expires
                    ),
                    "take it out, or renew it with a new reason and date",
                ),
                Fate::Applied => (
                    format!(
                        "`{name}` is set to {} by {} until {}: {}",
                        set.value, set.author, set.expires, set.reason
                    ),
                    "the value that the parts give stands in the report beside it",
                ),
                Fate::NoEffect | Fate::NotApplied | Fate::NotChecked => continue,
            };
            let finding = match ruling.fate {
                Fate::Expired => Diagnostic::warning(codes::OVERRIDDEN, message),
                _ => Diagnostic::note(codes::OVERRIDDEN, message),
            };
            found.push(finding.at(set.span).help(help));
        }
    }
    found
}

fn about_goal(
    name: &str,
    goal: &Goal,
    result: &GoalResult,
    headline: &Cell,
    direction: Option<Direction>,
    as_of: Option<CivilDate>,
) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    // Where the measure has no better side of its own, the goal's way from its baseline says which it is.
    let towards = result
        .baseline
        .zip(result.target)
        .and_then(|(from, to)| (from != to).then_some(if from < to { Direction::Higher } else { Direction::Lower }));
    let met = headline
        .value
        .filter(|_| headline.state == State::Ok && !headline.partial)
        .zip(result.target)
        .and_then(|(value, target)| {
            super::cell::meets(value, target, direction.or(towards))
                .filter(|met| *met)
                .map(|_| (value, target))
        });
    if let (Some((value, target)), Some(written)) = (met, &goal.target) {
        found.push(
            Diagnostic::warning(
                codes::TARGET_MET,
                format!(
                    "the target of `{name}`, {target}, is already met: it is {}",
                    short(value)
                ),
            )
            .at(written.span)
            .help("set a target that still asks for something, or say why this one stays"),
        );
    }
    if let (Some(due), Some(as_of)) = (&goal.due, as_of)
        && due.value < as_of
        && met.is_none()
    {
        found.push(
            Diagnostic::warning(
                codes::DUE_PAST,
                format!("`{name}` was due on {} and has not reached its target", due.value),
            )
            .at(due.span)
            .help("agree on a new date, or on what follows"),
        );
    }
    if let Some(baseline) = &goal.baseline
        && let Baseline::At(label) = &baseline.value
        && result.baseline.is_none()
    {
        found.push(
            Diagnostic::warning(codes::NO_BASELINE, format!("`{name}` has no value in `{label}` to start from"))
                .at(baseline.span)
                .help("name a period of the card's calendars that the data reach, as the report writes it: \"2026-Q1\", \"2026-05\""),
        );
    }
    found
}

/// A value in a message: up to two decimals, no trailing zeros.
fn short(value: f64) -> String {
    let text = format!("{value:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}
