//! What metrics and scores say, and their goals.

use super::super::ObjectKind;
use super::Effect::{Judgement, Numbers, Words};
use super::{Object, joined, number, range, span_of_time};
use crate::definition::{
    Aggregation, Baseline, Direction, Goal, IfUnknown, LimitKind, Metric, MissingParts, Normalise, Role, Score,
    StaleParts,
};
use crate::report::formula::{closure_text, expr_text, measure_text};

fn goal(object: &mut Object, goal: &Goal) {
    let baseline = goal.baseline.as_ref().map(|baseline| match &baseline.value {
        Baseline::Value(value) => number(*value),
        Baseline::At(period) => format!("the value of {period}"),
    });
    object.maybe(Judgement, "goal", "baseline", baseline);
    object.maybe(
        Judgement,
        "goal",
        "target",
        goal.target.map(|target| number(target.value)),
    );
    for point in &goal.way_points {
        object.say(
            Judgement,
            "goal",
            format!("target on {}", point.date),
            number(point.value),
        );
    }
    for targets in &goal.segment_targets {
        for (value, target) in &targets.targets {
            let setting = format!("target for {} {value}", targets.segment.value);
            object.say(Judgement, "goal", setting, number(*target));
        }
    }
    object.maybe(Judgement, "goal", "due date", goal.due.map(|due| due.value));
    object.maybe(
        Words,
        "goal",
        "reason for no target",
        goal.no_target.as_ref().map(|reason| &reason.value),
    );
    object.maybe(Words, "goal", "owner", goal.owner.as_ref().map(|owner| &owner.value));
    object.maybe(
        Words,
        "goal",
        "objective served",
        goal.serves.as_ref().map(|serves| &serves.value),
    );
}

pub(super) fn metric(metric: &Metric) -> Object {
    let kind = match metric.role {
        Role::Outcome => ObjectKind::Outcome,
        Role::Metric => ObjectKind::Metric,
    };
    let mut object = Object::new(kind, &metric.name.value);
    object.say(Numbers, "measure", "formula", measure_text(&metric.measure));
    let role = match metric.role {
        Role::Outcome => "outcome",
        Role::Metric => "metric",
    };
    object.say(Judgement, "role", "role", role);
    object.maybe(Words, "label", "label", metric.label.as_ref());
    object.maybe(Words, "about", "about", metric.about.as_ref());
    object.maybe(Words, "unit", "unit", metric.unit.as_ref().map(|unit| &unit.value));
    object.maybe(Words, "decimals", "decimals", metric.decimals);
    let direction = metric.direction.map(|direction| match direction.value {
        Direction::Higher => "higher is better",
        Direction::Lower => "lower is better",
    });
    object.maybe(Judgement, "direction", "direction", direction);
    object.maybe(Numbers, "scale", "scale", metric.scale.map(|scale| range(scale.value)));
    goal(&mut object, &metric.goal);
    let worth = metric.worth.as_ref().map(|worth| {
        let currency = worth.currency.as_ref().map(|currency| format!(" {currency}"));
        format!("{}{}", measure_text(&worth.amount), currency.unwrap_or_default())
    });
    object.maybe(Judgement, "worth", "worth of one point", worth);
    for outcome in &metric.drives {
        object.say(Judgement, "drives", format!("drives {}", outcome.value), "");
    }
    object.maybe(
        Words,
        "no_outcome",
        "reason for no outcome",
        metric.no_outcome.as_ref().map(|reason| &reason.value),
    );
    object.maybe(Judgement, "min_n", "fewest answers", metric.min_n.map(|n| n.value));
    let stage = metric.stage.as_ref().map(|stage| match &stage.step {
        Some(step) => format!("{}, {}", stage.phase.value, step.value),
        None => stage.phase.value.clone(),
    });
    object.maybe(Words, "stage", "stage", stage);
    object.flag(Numbers, "each_step", "a value for each step", metric.each_step);
    for (field, setting, mark) in [
        ("moment_of_truth", "moment of truth", &metric.moment_of_truth),
        ("friction_point", "friction point", &metric.friction_point),
    ] {
        object.maybe(
            Words,
            field,
            setting,
            mark.as_ref().map(|reason| reason.value.clone().unwrap_or_default()),
        );
    }
    object.maybe(
        Judgement,
        "fresh_for",
        "fresh for",
        metric.fresh_for.as_ref().map(|duration| span_of_time(&duration.value)),
    );
    let fixed = (!metric.fixed.is_empty()).then(|| joined(&metric.fixed, |name| name.value.clone()));
    object.maybe(Words, "fixed", "fixed settings", fixed);
    object.rest(metric)
}

fn normalise(how: &Normalise) -> String {
    match how {
        Normalise::OwnScale => "its own scale".to_owned(),
        Normalise::Anchors { zero, hundred } => format!("{zero} scores 0, {hundred} scores 100"),
        Normalise::Curve(points) => joined(points, |(value, score)| format!("{value} scores {score}")),
        Normalise::BaselineToTarget => "baseline scores 0, target scores 100".to_owned(),
    }
}

pub(super) fn score(score: &Score) -> Object {
    let mut object = Object::new(ObjectKind::Score, &score.name.value);
    for part in &score.parts {
        object.say(
            Numbers,
            "parts",
            format!("weight of {}", part.of.value),
            number(part.weight.value),
        );
        object.say(
            Numbers,
            "parts",
            format!("scale of {}", part.of.value),
            normalise(&part.normalise),
        );
    }
    object.maybe(
        Numbers,
        "mix_each",
        "mix of each",
        score.mix_each.as_ref().map(|each| {
            let how = normalise(&each.normalise);
            format!("{} of {}, on {how}", each.segment.value, each.of.value)
        }),
    );
    let aggregation = match score.aggregation {
        Aggregation::Arithmetic => None,
        Aggregation::Geometric => Some("geometric mean"),
        Aggregation::WorstOf => Some("the worst part"),
    };
    object.maybe(Numbers, "aggregation", "way of joining parts", aggregation);
    let missing = match score.missing_parts {
        MissingParts::Fail => None,
        MissingParts::Reweight(share) => Some(format!("the others carry its weight, from {share} of it on")),
        MissingParts::Value(value) => Some(format!("it scores {value}")),
    };
    object.maybe(Numbers, "missing_parts", "rule for a missing part", missing);
    let stale = match score.stale_parts {
        StaleParts::Keep => None,
        StaleParts::Half => Some("half of its weight"),
        StaleParts::Drop => Some("counts as missing"),
    };
    object.maybe(Numbers, "stale_parts", "rule for a stale part", stale);
    object.flag(Numbers, "unclamped", "unclamped", score.unclamped);
    limits(&mut object, score);
    for weights in &score.weights_for {
        for (part, weight) in &weights.weights {
            let setting = format!("weight of {part} for {} {}", weights.segment.value, weights.value.value);
            object.say(Numbers, "weights_for", setting, number(*weight));
        }
    }
    object.maybe(Words, "label", "label", score.label.as_ref());
    object.maybe(Words, "about", "about", score.about.as_ref());
    object.maybe(Words, "decimals", "decimals", score.decimals);
    object.maybe(
        Numbers,
        "each",
        "scored for each row of",
        score.each.as_ref().map(|table| &table.value),
    );
    object.maybe(
        Numbers,
        "only",
        "only",
        score.only.as_ref().map(|row| closure_text(&row.expr, &row.table)),
    );
    object.maybe(Judgement, "min_n", "fewest answers", score.min_n.map(|n| n.value));
    goal(&mut object, &score.goal);
    for outcome in &score.drives {
        object.say(Judgement, "drives", format!("drives {}", outcome.value), "");
    }
    object.rest(score)
}

/// Caps, floors, knock-outs, bands and overrides.
fn limits(object: &mut Object, score: &Score) {
    for limit in &score.limits {
        let kind = match limit.kind {
            LimitKind::Cap => "cap",
            LimitKind::Floor => "floor",
            LimitKind::KnockOut => "knock-out",
        };
        let unknown = match limit.if_unknown {
            IfUnknown::Ignore => "",
            IfUnknown::Fire => ", also where unknown",
        };
        let text = format!(
            "{} when {}{unknown}",
            limit.value,
            expr_text(&limit.condition.expr, "m")
        );
        object.say(Numbers, "limits", format!("{kind} ({})", limit.reason), text);
    }
    if let Some(bands) = &score.bands {
        object.say(Judgement, "bands", "bands", bands.names.join(", "));
        for (name, edge) in bands.names.iter().skip(1).zip(&bands.edges) {
            object.say(Judgement, "bands", format!("lower edge of {name}"), number(*edge));
        }
    }
    for by_hand in &score.overrides {
        let of = match &by_hand.cell {
            Some((segment, value)) => format!("override of {segment} {value}"),
            None => "override".to_owned(),
        };
        let text = format!(
            "{} by {}, {}, until {}",
            by_hand.value, by_hand.author, by_hand.reason, by_hand.expires
        );
        object.say(Numbers, "overrides", of, text);
    }
    object.maybe(
        Numbers,
        "override_table",
        "overrides from",
        score.override_table.as_ref().map(|from| {
            let columns = [&from.value, &from.author, &from.reason, &from.expires];
            format!("{} ({})", from.table.value, joined(columns, String::clone))
        }),
    );
}
