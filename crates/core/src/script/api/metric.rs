//! Metrics and outcomes.

use rhai::Dynamic;

use super::goal::{allowed, twice};
use super::{Word, give};
use crate::definition::{Direction, Measure, MeasureKind, Metric, Role, StageRef, Worth};
use crate::diagnostic::{Diagnostic, Spanned, codes};
use crate::script::call::Call;
use crate::script::value::{Kind, Value};

const ON: &[Kind] = &[Kind::Metric];
const FREE: &[Kind] = &[Kind::Free];

/// Words of this group.
pub const WORDS: &[Word] = &[
    Word {
        on: FREE,
        name: "outcome",
        params: "name: text, measure: measure",
        returns: "metric",
        doc: "A business result: what the scorecard is for. Metrics lead it, by `drives`.",
        example: r#"outcome("retention", rate(customers, |c| !c.churned)).baseline(73.5).target(80).by("2027-06-30").owner("VP Customer Success");"#,
        run: |call| declare(call, Role::Outcome),
    },
    Word {
        on: FREE,
        name: "metric",
        params: "name: text, measure: measure",
        returns: "metric",
        doc: "A measure of customers' experience that should lead an outcome. Lines that begin with `///` right above tell what it is about.",
        example: r#"metric("nps", nps(survey.recommend)).drives("retention").target(45).owner("Loyalty");
outcome("retention", rate(customers, |c| !c.churned));"#,
        run: |call| declare(call, Role::Metric),
    },
    Word {
        on: ON,
        name: "unit",
        params: "unit: text",
        returns: "metric",
        doc: "The unit, in place of the measure's own.",
        example: r#"outcome("cost", sum(tickets.cost) / count(tickets)).unit("USD per ticket").lower_is_better();"#,
        run: |call| {
            let unit = call.text(0)?;
            change(call, |metric| metric.unit = Some(unit))
        },
    },
    Word {
        on: ON,
        name: "higher_is_better",
        params: "",
        returns: "metric",
        doc: "Higher is better, where the measure does not say so by itself.",
        example: r#"metric("loyal days", mean(customers.days)).higher_is_better();"#,
        run: |call| direction(call, Direction::Higher),
    },
    Word {
        on: ON,
        name: "lower_is_better",
        params: "",
        returns: "metric",
        doc: "Lower is better: every arrow, colour and progress follows it.",
        example: r#"metric("effort", mean(survey.effort)).scale(1, 7).lower_is_better().target(2.5);"#,
        run: |call| direction(call, Direction::Lower),
    },
    Word {
        on: ON,
        name: "scale",
        params: "low: number, high: number",
        returns: "metric",
        doc: "The lowest and highest possible value. A mix without anchors reads it.",
        example: r#"metric("effort", mean(survey.effort)).scale(1, 7).lower_is_better();"#,
        run: |call| {
            let scale = super::column::low_high(call)?;
            change(call, |metric| metric.scale = Some(scale))
        },
    },
    Word {
        on: ON,
        name: "worth",
        params: "amount: number or measure, currency?: text",
        returns: "metric",
        doc: "What one point of the outcome is worth, held for twelve months: a number, or a measure such as one percent of revenue, which finance accepts sooner.",
        example: r#"outcome("retention", rate(customers, |c| !c.churned)).worth(sum(customers.arr) / 100, "USD");"#,
        run: worth,
    },
    Word {
        on: ON,
        name: "no_outcome",
        params: "reason: text",
        returns: "metric",
        doc: "Says why it drives no outcome of this card.",
        example: r#"metric("nps", nps(survey.recommend)).no_outcome("retention is kept in another card");"#,
        run: |call| {
            let reason = call.text(0)?;
            change(call, |metric| metric.no_outcome = Some(reason))
        },
    },
    Word {
        on: ON,
        name: "stage",
        params: "stage: text, step?: text",
        returns: "metric",
        doc: "The stage, or phase and step, of the journey that it tells about. It labels and does not filter: add `.where(..)` for that.",
        example: r#"journey("service").stages("ask", "get help", "leave");
metric("fcr", rate(tickets, |t| t.contacts == 1)).stage("get help");"#,
        run: stage,
    },
    Word {
        on: ON,
        name: "each_step",
        params: "",
        returns: "metric",
        doc: "A value for each step of the journey that runs along a column of the measure's table.",
        example: r#"journey("year").along(survey.touchpoint).phase("use", ["daily use", "bill"]);
metric("ease", ces_mean(survey.ease)).each_step();"#,
        run: |call| change(call, |metric| metric.each_step = true),
    },
    Word {
        on: ON,
        name: "moment_of_truth",
        params: "reason?: text",
        returns: "metric",
        doc: "Claims that this is where customers make up their mind. The claim is shown beside the evidence.",
        example: r#"metric("fcr", rate(tickets, |t| t.contacts == 1)).moment_of_truth("a second call is where patience ends");"#,
        run: |call| {
            let reason = reason(call)?;
            change(call, |metric| metric.moment_of_truth = Some(reason))
        },
    },
    Word {
        on: ON,
        name: "friction_point",
        params: "reason?: text",
        returns: "metric",
        doc: "Claims that this is where customers get stuck.",
        example: r#"metric("bill trouble", rate(survey, |s| s.satisfaction <= 2)).lower_is_better().friction_point("the bill cannot be understood");"#,
        run: |call| {
            let reason = reason(call)?;
            change(call, |metric| metric.friction_point = Some(reason))
        },
    },
    Word {
        on: ON,
        name: "fresh_for",
        params: "n: number, unit: text",
        returns: "metric",
        doc: "How long a value counts after its latest row; older ones are stale, and a score has a rule for them.",
        example: r#"metric("nps", nps(survey.recommend).past(180, "days")).fresh_for(180, "days");"#,
        run: |call| {
            let duration = call.duration(0)?;
            change(call, |metric| metric.fresh_for = Some(duration))
        },
    },
    Word {
        on: ON,
        name: "fixed",
        params: "settings: text..",
        returns: "metric",
        doc: "Settings of a shared definition that a card may not change.",
        example: r#"metric("nps", nps(survey.recommend)).target(45).fixed("target");"#,
        run: |call| {
            let settings = call.texts(0)?;
            change(call, |metric| metric.fixed.extend(settings))
        },
    },
];

fn declare(call: &mut Call<'_>, role: Role) -> Option<Dynamic> {
    let name = call.text(0)?;
    // After a mistake in the measure the metric still stands, so that its settings are read and its name is known.
    let span = call.arg_span(1);
    let measure = call.measure(1).unwrap_or(Measure {
        kind: MeasureKind::Number(0.0),
        span,
    });
    let about = call.builder.sources.doc_above(call.span);
    call.builder.card.metrics.push(Metric {
        about,
        ..Metric::new(name, role, measure)
    });
    give(Value::Metric(call.builder.card.metrics.len() - 1))
}

/// Changes the receiver.
fn change(call: &mut Call<'_>, change: impl FnOnce(&mut Metric)) -> Option<Dynamic> {
    if let Some(Value::Metric(index)) = call.receiver {
        change(call.builder.card.metrics.get_mut(index)?);
    }
    call.same()
}

fn direction(call: &mut Call<'_>, direction: Direction) -> Option<Dynamic> {
    let span = call.span;
    let Some(Value::Metric(index)) = call.receiver else {
        return None;
    };
    let metric = call.builder.card.metrics.get(index)?;
    if let Some(first) = metric.direction.filter(|first| first.value != direction) {
        let diagnostic = Diagnostic::error(
            codes::CONFLICTING_SETTINGS,
            format!("`{}` is said to be better both ways", metric.name.value),
        )
        .at(span)
        .related(first.span, "the other way")
        .help("keep one of them");
        call.push(diagnostic);
    }
    change(call, |metric| metric.direction = Some(Spanned::new(direction, span)))
}

fn worth(call: &mut Call<'_>) -> Option<Dynamic> {
    let amount = call.measure(0)?;
    let currency = if call.count() > 1 { Some(call.text(1)?) } else { None };
    if let Some(code) = currency
        .as_ref()
        .filter(|code| !super::scorecard::is_currency(&code.value))
    {
        let message = format!("`{}` is no currency", code.value);
        call.bad(1, message, "three capital letters, such as \"USD\"");
    }
    let span = call.whole();
    let Some(name) = allowed(call, "worth") else {
        return call.same();
    };
    let first = match call.receiver {
        Some(Value::Metric(index)) => call
            .builder
            .card
            .metrics
            .get(index)?
            .worth
            .as_ref()
            .map(|worth| worth.span),
        _ => None,
    };
    twice(call, &name, "worth", first, span);
    change(call, |metric| {
        metric.worth = Some(Worth {
            amount,
            currency: currency.map(|code| code.value),
            span,
        });
    })
}

fn stage(call: &mut Call<'_>) -> Option<Dynamic> {
    let phase = call.text(0)?;
    let step = if call.count() > 1 { Some(call.text(1)?) } else { None };
    change(call, |metric| metric.stage = Some(StageRef { phase, step }))
}

/// An optional reason, with the place of the word.
fn reason(call: &mut Call<'_>) -> Option<Spanned<Option<String>>> {
    let span = call.span;
    let reason = if call.count() > 0 {
        Some(call.text(0)?.value)
    } else {
        None
    };
    Some(Spanned::new(reason, span))
}
