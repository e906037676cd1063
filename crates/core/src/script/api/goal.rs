//! Settings that metrics, outcomes and scores share: goals, owners, labels.

use rhai::Dynamic;

use super::Word;
use crate::definition::{Baseline, CivilDate, DatedTarget, Goal, SegmentTargets};
use crate::diagnostic::{Diagnostic, Span, Spanned, codes};
use crate::script::call::Call;
use crate::script::value::{Kind, Value};

const ON: &[Kind] = &[Kind::Metric, Kind::Score];

/// Words of this group.
pub const WORDS: &[Word] = &[
    Word {
        on: ON,
        name: "owner",
        params: "who: text",
        returns: "the same",
        doc: "Who answers for it.",
        example: r#"metric("nps", nps(survey.recommend)).owner("Loyalty");"#,
        run: |call| {
            let owner = call.text(0)?;
            set(
                call,
                "owner",
                owner,
                |goal| &mut goal.owner,
                |value| format!("\"{value}\""),
            )
        },
    },
    Word {
        on: ON,
        name: "target",
        params: "value: number",
        returns: "the same",
        doc: "The value to reach. Rates and shares are on 0 to 100, so a quarter is 25.",
        example: r#"metric("nps", nps(survey.recommend)).target(45);"#,
        run: |call| {
            let target = call.number(0)?;
            set(
                call,
                "target",
                target,
                |goal| &mut goal.target,
                |value| value.to_string(),
            )
        },
    },
    Word {
        on: ON,
        name: "target_on",
        params: "day: date, value: number",
        returns: "the same",
        doc: "A way point: the value to have reached by a day before the due date.",
        example: r#"metric("nps", nps(survey.recommend)).target_on("2027-03-31", 40).target(45).by("2027-12-31");"#,
        run: target_on,
    },
    Word {
        on: ON,
        name: "target_for",
        params: "segment: text, targets: map",
        returns: "the same",
        doc: "Targets of values of a segment; cells without one take the target of all.",
        example: r#"segment("region", customers.region);
metric("csat", top_box(survey.satisfaction, 2)).target(80).target_for("region", #{ "North": 85 });"#,
        run: target_for,
    },
    Word {
        on: ON,
        name: "baseline",
        params: "value: number",
        returns: "the same",
        doc: "The value that it started from.",
        example: r#"metric("nps", nps(survey.recommend)).baseline(34).target(45);"#,
        run: |call| {
            let number = call.number(0)?;
            let baseline = Spanned::new(Baseline::Value(number.value), number.span);
            set(call, "baseline", baseline, |goal| &mut goal.baseline, baseline_text)
        },
    },
    Word {
        on: ON,
        name: "baseline_at",
        params: "period: text",
        returns: "the same",
        doc: "Takes the baseline from the data: its value in a period such as `2026`, `2026-Q1`, `2026-03`.",
        example: r#"metric("nps", nps(survey.recommend)).baseline_at("2026-Q1").target(45);"#,
        run: baseline_at,
    },
    Word {
        on: ON,
        name: "by",
        params: "day: date",
        returns: "the same",
        doc: "The day by which the target is to be reached.",
        example: r#"metric("nps", nps(survey.recommend)).target(45).by("2027-06-30");"#,
        run: |call| {
            let day = call.date(0)?;
            set(call, "by", day, |goal| &mut goal.due, CivilDate::to_string)
        },
    },
    Word {
        on: ON,
        name: "no_target",
        params: "reason: text",
        returns: "the same",
        doc: "Says why there is no target, so that `check` does not ask: a volume, demand, a fact.",
        example: r#"metric("calls", count(tickets)).no_target("a volume, not a success");"#,
        run: |call| {
            let reason = call.text(0)?;
            goal(call)?.no_target = Some(reason);
            call.same()
        },
    },
    Word {
        on: ON,
        name: "serves",
        params: "objective: text",
        returns: "the same",
        doc: "The objective that it serves.",
        example: r#"objective("Customers stay").owner("CEO");
outcome("retention", rate(customers, |c| !c.churned)).serves("Customers stay");"#,
        run: |call| {
            let objective = match call.handle(0) {
                Some(Value::Objective(index)) => {
                    let span = call.arg_span(0);
                    Spanned::new(call.builder.card.objectives.get(index)?.name.value.clone(), span)
                }
                _ => call.text(0)?,
            };
            goal(call)?.serves = Some(objective);
            call.same()
        },
    },
    Word {
        on: ON,
        name: "label",
        params: "name: text",
        returns: "the same",
        doc: "The name for people.",
        example: r#"metric("fcr", rate(tickets, |t| t.contacts == 1)).label("Solved at first contact");"#,
        run: |call| {
            let label = call.text(0)?.value;
            texts(
                call,
                |metric| metric.label = Some(label.clone()),
                |score| score.label = Some(label.clone()),
            )
        },
    },
    Word {
        on: ON,
        name: "about",
        params: "sentence: text",
        returns: "the same",
        doc: "What it tells, in a sentence.",
        example: r#"metric("nps", nps(survey.recommend)).about("would they recommend us to a friend");"#,
        run: |call| {
            let about = call.text(0)?.value;
            texts(
                call,
                |metric| metric.about = Some(about.clone()),
                |score| score.about = Some(about.clone()),
            )
        },
    },
    Word {
        on: ON,
        name: "decimals",
        params: "n: number",
        returns: "the same",
        doc: "How many decimals to show, up to 10. Nothing is rounded before.",
        example: r#"metric("effort", mean(survey.effort)).decimals(2).lower_is_better();"#,
        run: |call| {
            let decimals = call.whole_number(0)?.value;
            if decimals > 10 {
                call.bad(0, "`decimals` goes up to 10", "");
                return None;
            }
            texts(
                call,
                |metric| metric.decimals = Some(decimals),
                |score| score.decimals = Some(decimals),
            )
        },
    },
    Word {
        on: ON,
        name: "min_n",
        params: "answers: number",
        returns: "the same",
        doc: "Below so many answers its value is flagged as too few, in place of the scorecard's number.",
        example: r#"metric("nps", nps(survey.recommend)).min_n(15);"#,
        run: |call| {
            let n = call.whole_number(0)?;
            let n = Spanned::new(u64::from(n.value), n.span);
            texts(call, |metric| metric.min_n = Some(n), |score| score.min_n = Some(n))
        },
    },
    Word {
        on: ON,
        name: "drives",
        params: "outcomes: text..",
        returns: "the same",
        doc: "The outcomes, or other metrics, that it claims to lead. It is short for a `link`, and the claim is tested on the data.",
        example: r#"metric("nps", nps(survey.recommend)).drives("retention");
outcome("retention", rate(customers, |c| !c.churned));"#,
        run: drives,
    },
];

/// The name of the receiver, and what of it is fixed.
fn identity(call: &Call<'_>) -> Option<(String, Vec<Spanned<String>>)> {
    let card = &call.builder.card;
    match call.receiver {
        Some(Value::Metric(index)) => {
            let metric = card.metrics.get(index)?;
            Some((metric.name.value.clone(), metric.fixed.clone()))
        }
        Some(Value::Score(index)) => Some((card.scores.get(index)?.name.value.clone(), Vec::new())),
        _ => None,
    }
}

/// The goal of the receiver.
pub fn goal<'c>(call: &'c mut Call<'_>) -> Option<&'c mut Goal> {
    let card = &mut call.builder.card;
    match call.receiver {
        Some(Value::Metric(index)) => card.metrics.get_mut(index).map(|metric| &mut metric.goal),
        Some(Value::Score(index)) => card.scores.get_mut(index).map(|score| &mut score.goal),
        _ => None,
    }
}

/// Whether the receiver's setting may be set here.
pub fn allowed(call: &mut Call<'_>, setting: &str) -> Option<String> {
    let (name, fixed) = identity(call)?;
    let span = call.span;
    call.builder.may_set(&name, &fixed, setting, span).then_some(name)
}

/// Sets one setting of the goal; what the card changes of a module's is noted, a second time in one text is an error.
fn set<T: Clone>(
    call: &mut Call<'_>,
    setting: &'static str,
    value: Spanned<T>,
    field: impl Fn(&mut Goal) -> &mut Option<Spanned<T>>,
    show: impl Fn(&T) -> String,
) -> Option<Dynamic> {
    let Some(name) = allowed(call, setting) else {
        return call.same();
    };
    let was = field(goal(call)?).clone().map(|old| (old.span, show(&old.value)));
    twice(call, &name, setting, was.as_ref().map(|(span, _)| *span), value.span);
    call.builder
        .changed(&name, setting, was, show(&value.value), value.span);
    *field(goal(call)?) = Some(value);
    call.same()
}

/// Says that a setting is given twice in one text.
pub fn twice(call: &mut Call<'_>, name: &str, setting: &str, first: Option<Span>, second: Span) {
    if let Some(first) = first.filter(|first| first.source == second.source && *first != second) {
        let diagnostic = Diagnostic::error(
            codes::CONFLICTING_SETTINGS,
            format!("`{setting}` of `{name}` is given twice"),
        )
        .at(second)
        .related(first, "the first time")
        .help("keep one of them");
        call.push(diagnostic);
    }
}

fn baseline_text(baseline: &Baseline) -> String {
    match baseline {
        Baseline::Value(value) => value.to_string(),
        Baseline::At(period) => format!("that of {period}"),
    }
}

/// Changes the receiver, which is a metric or a score.
fn texts(
    call: &mut Call<'_>,
    metric: impl Fn(&mut crate::definition::Metric),
    score: impl Fn(&mut crate::definition::Score),
) -> Option<Dynamic> {
    let card = &mut call.builder.card;
    match call.receiver {
        Some(Value::Metric(index)) => metric(card.metrics.get_mut(index)?),
        Some(Value::Score(index)) => score(card.scores.get_mut(index)?),
        _ => {}
    }
    call.same()
}

fn target_on(call: &mut Call<'_>) -> Option<Dynamic> {
    let (day, value) = (call.date(0)?, call.number(1)?);
    let span = call.whole();
    if allowed(call, "target").is_some() {
        goal(call)?.way_points.push(DatedTarget {
            date: day.value,
            value: value.value,
            span,
        });
    }
    call.same()
}

fn target_for(call: &mut Call<'_>) -> Option<Dynamic> {
    let segment = call.segment(0)?;
    let targets = call.numbers_by_name(1)?;
    if allowed(call, "target").is_some() {
        goal(call)?.segment_targets.push(SegmentTargets { segment, targets });
    }
    call.same()
}

fn baseline_at(call: &mut Call<'_>) -> Option<Dynamic> {
    let period = call.text(0)?;
    if !is_period(&period.value) {
        call.bad(
            0,
            format!("`{}` is no period", period.value),
            "a period is written \"2026\", \"2026-Q1\", \"2026-03\", \"2026-W09\" or \"2026-03-31\"",
        );
        return None;
    }
    let baseline = Spanned::new(Baseline::At(period.value), period.span);
    set(call, "baseline", baseline, |goal| &mut goal.baseline, baseline_text)
}

/// Whether a text names a period: a year, half, quarter, month, week or day; fiscal years begin with `FY`.
pub fn is_period(text: &str) -> bool {
    let text = text.strip_prefix("FY").unwrap_or(text);
    let Some((year, rest)) = text.split_at_checked(4) else {
        return false;
    };
    if !year.bytes().all(|byte| byte.is_ascii_digit()) {
        return false;
    }
    let number = |part: &str, from: u32, to: u32| {
        part.bytes().all(|byte| byte.is_ascii_digit()) && part.parse().is_ok_and(|n: u32| (from..=to).contains(&n))
    };
    match rest.strip_prefix('-') {
        None => rest.is_empty(),
        Some(part) => {
            part.strip_prefix('Q').is_some_and(|quarter| number(quarter, 1, 4))
                || part
                    .strip_prefix('W')
                    .is_some_and(|week| week.len() == 2 && number(week, 1, 53))
                || (part.len() == 2 && number(part, 1, 12))
                || CivilDate::parse(text).is_some()
        }
    }
}

fn drives(call: &mut Call<'_>) -> Option<Dynamic> {
    let objects: Vec<Spanned<String>> = if call.kind(0) == Kind::Array {
        call.texts(0)?
    } else {
        (0..call.count())
            .map(|index| call.object(index))
            .collect::<Option<_>>()?
    };
    let card = &mut call.builder.card;
    let drives = match call.receiver {
        Some(Value::Metric(index)) => &mut card.metrics.get_mut(index)?.drives,
        Some(Value::Score(index)) => &mut card.scores.get_mut(index)?.drives,
        _ => return None,
    };
    for object in objects {
        if !drives.iter().any(|other| other.value == object.value) {
            drives.push(object);
        }
    }
    call.same()
}
