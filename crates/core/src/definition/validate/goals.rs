//! Goals: targets and baselines within reach, dates in order, directions that agree.

use super::{Findings, direction, inherent_direction, plain, range};
use crate::definition::{Baseline, Direction, Goal, Metric};
use crate::diagnostic::{Span, codes};

/// Settings that `.fixed(..)` can lock.
const LOCKABLE: [&str; 5] = ["target", "baseline", "by", "owner", "worth"];

/// Checks goals of metrics, outcomes and scores, and what initiatives promise.
pub(super) fn check(findings: &mut Findings<'_>) {
    let card = findings.card;
    for metric in &card.metrics {
        let range = range(card, metric);
        goal(findings, &metric.name.value, &metric.goal, range, direction(metric));
        directions(findings, metric);
        for lock in &metric.fixed {
            if !LOCKABLE.contains(&lock.value.as_str()) {
                let help = super::suggestion(&lock.value, LOCKABLE, "settings that can be fixed");
                let message = format!("`{}` cannot be fixed", lock.value);
                findings.error(codes::BAD_SETTING, lock.span, message, help);
            }
        }
        if metric.worth.is_some() && metric.role == crate::definition::Role::Metric {
            findings.note(
                codes::BAD_SETTING,
                metric.name.span,
                format!("`{}` is a metric, and money hangs on outcomes", metric.name.value),
                "declare it by outcome(..), or give the worth to the outcome that it drives",
            );
        }
    }
    for score in &card.scores {
        goal(
            findings,
            &score.name.value,
            &score.goal,
            Some((0.0, 100.0)),
            Direction::Higher,
        );
    }
    initiatives(findings);
}

fn goal(findings: &mut Findings<'_>, name: &str, goal: &Goal, range: Option<(f64, f64)>, better: Direction) {
    let mut values: Vec<(&str, f64, Span)> = Vec::new();
    values.extend(goal.target.map(|target| ("target", target.value, target.span)));
    values.extend(
        goal.way_points
            .iter()
            .map(|point| ("way point", point.value, point.span)),
    );
    for targets in &goal.segment_targets {
        values.extend(
            targets
                .targets
                .iter()
                .map(|(_, value)| ("target", *value, targets.segment.span)),
        );
    }
    let baseline = goal.baseline.as_ref().and_then(|baseline| match baseline.value {
        Baseline::Value(value) => Some((value, baseline.span)),
        Baseline::At(_) => None,
    });
    values.extend(baseline.map(|(value, span)| ("baseline", value, span)));
    if let Some((low, high)) = range {
        for (what, value, span) in &values {
            off_scale(findings, name, what, *value, *span, (low, high), better);
        }
    }
    if let (Some(reason), Some(target)) = (&goal.no_target, goal.target) {
        let message = format!("`{name}` has a target, and is said to have none");
        findings.error(
            codes::CONFLICTING_SETTINGS,
            target.span.to(reason.span),
            message,
            "keep one of them",
        );
    }
    if let (Some((baseline, span)), Some(target)) = (baseline, goal.target) {
        behind(findings, name, (baseline, span), (target.value, target.span), better);
    }
    if let Some(due) = goal.due {
        for point in goal.way_points.iter().filter(|point| point.date >= due.value) {
            let message = format!("the way point {} is not before the due date {}", point.date, due.value);
            findings.error(
                codes::CONFLICTING_SETTINGS,
                point.span,
                message,
                "a way point comes before the end",
            );
        }
        if goal.target.is_none() {
            let message = format!("`{name}` has a due date and no target");
            findings.warn(codes::NO_TARGET, due.span, message, ".target(..)");
        }
    }
    for (first, second) in goal.way_points.iter().zip(goal.way_points.iter().skip(1)) {
        if first.date >= second.date {
            findings.warn(
                codes::CONFLICTING_SETTINGS,
                second.span,
                "way points stand in order of their dates",
                "",
            );
        }
    }
}

fn off_scale(
    findings: &mut Findings<'_>,
    name: &str,
    what: &str,
    value: f64,
    span: Span,
    (low, high): (f64, f64),
    better: Direction,
) {
    if !(low..=high).contains(&value) {
        let scale = match (low.is_finite(), high.is_finite()) {
            (true, true) => format!("is on {} to {}", plain(low), plain(high)),
            (true, false) => format!("is never below {}", plain(low)),
            _ => format!("is never above {}", plain(high)),
        };
        findings.error(
            codes::TARGET_OFF_SCALE,
            span,
            format!("`{name}` {scale}, and the {what} is {}", plain(value)),
            "",
        );
    } else if (low, high) == (0.0, 100.0)
        && value > 0.0
        && value < 1.0
        && better == Direction::Higher
        && what == "target"
    {
        findings.warn(
            codes::TARGET_OFF_SCALE,
            span,
            format!("`{name}` is on 0 to 100, and the {what} is {}", plain(value)),
            format!("did you mean {}?", plain(value * 100.0)),
        );
    }
}

/// A target that the baseline meets, or that lies the other way.
fn behind(
    findings: &mut Findings<'_>,
    name: &str,
    (baseline, place): (f64, Span),
    target: (f64, Span),
    better: Direction,
) {
    let (target, span) = target;
    if target == baseline {
        let message = format!("the baseline of `{name}` meets the target already");
        findings.warn(
            codes::TARGET_MET,
            place.to(span),
            message,
            "ask for more, or say .no_target(\"held\")",
        );
        return;
    }
    let up = target > baseline;
    let message = |way: &str, word: &str| {
        (
            format!("the target of `{name}` lies {way} its baseline, and {word} is better"),
            "turn it round, or say ",
        )
    };
    match better {
        Direction::Higher if !up => {
            let (message, help) = message("below", "higher");
            findings.warn(
                codes::CONFLICTING_SETTINGS,
                span,
                message,
                format!("{help}.lower_is_better()"),
            );
        }
        Direction::Lower if up => {
            let (message, help) = message("above", "lower");
            findings.warn(
                codes::CONFLICTING_SETTINGS,
                span,
                message,
                format!("{help}.higher_is_better()"),
            );
        }
        _ => {}
    }
}

fn directions(findings: &mut Findings<'_>, metric: &Metric) {
    if let (Some(said), Some(own)) = (metric.direction, inherent_direction(metric))
        && said.value != own
        && !effort(metric)
    {
        let word = |direction| {
            if direction == Direction::Higher {
                "higher"
            } else {
                "lower"
            }
        };
        findings.warn(
            codes::CONFLICTING_SETTINGS,
            said.span,
            format!(
                "{} is better for this measure, and the card says {}",
                word(own),
                word(said.value)
            ),
            "leave it out, or measure the opposite",
        );
    }
}

/// `ces_mean` of the first kind of question asks for effort itself.
fn effort(metric: &Metric) -> bool {
    metric
        .measure
        .aggregates()
        .iter()
        .any(|part| matches!(part.function, crate::definition::MeasureFunction::CesMean))
}

fn initiatives(findings: &mut Findings<'_>) {
    let card = findings.card;
    let mut moved: Vec<(&str, &str)> = Vec::new();
    for action in &card.initiatives {
        let name = &action.name.value;
        if let (Some(starts), Some(due)) = (action.starts, action.due)
            && starts.value > due.value
        {
            let message = format!("`{name}` starts after it is due");
            findings.error(
                codes::CONFLICTING_SETTINGS,
                starts.span.to(due.span),
                message,
                "swap the two dates",
            );
        }
        if action.moves.is_empty() {
            let message = format!("initiative `{name}` moves nothing");
            findings.warn(
                codes::DRIVES_NOTHING,
                action.name.span,
                message,
                ".moves(\"fcr\", 3, 8)",
            );
        }
        for movement in &action.moves {
            let metric = movement.metric.value.as_str();
            if let Some((other, _)) = moved.iter().find(|(other, moved)| *moved == metric && *other != name) {
                findings.note(
                    codes::CONFLICTING_SETTINGS,
                    movement.metric.span,
                    format!("`{other}` and `{name}` both move `{metric}`"),
                    "their effects are never added up: each is judged by itself",
                );
            }
            moved.push((name, metric));
            let Some(found) = card.metric(metric) else { continue };
            let worse = match direction(found) {
                Direction::Higher => movement.high < 0.0,
                Direction::Lower => movement.low > 0.0,
            };
            if worse {
                let message = format!("`{name}` makes `{metric}` worse");
                let help = "the range is in the metric's unit: down is below zero, .moves(\"effort\", -0.3, -0.1)";
                findings.warn(codes::CONFLICTING_SETTINGS, movement.metric.span, message, help);
            }
        }
    }
    if let (Some(rule), true) = (&card.quick_wins, card.initiatives.is_empty()) {
        findings.warn(
            codes::UNUSED,
            rule.span,
            "quick wins are chosen from initiatives, and there are none",
            "initiative(\"..\")",
        );
    }
}
