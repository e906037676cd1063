//! Settings of a measure: filters, dates, windows, joining over a segment.

use std::sync::Arc;

use rhai::Dynamic;

use super::super::give;
use crate::definition::{Across, Aggregate, Expr, ExprKind, Literal, Measure, MeasureFunction, MeasureKind};
use crate::diagnostic::codes;
use crate::script::call::{Call, literal_of};
use crate::script::value::{Value, measure_fits};

/// Changes every aggregate of a measure.
pub fn each_aggregate(measure: &mut Measure, change: &mut impl FnMut(&mut Aggregate)) {
    match &mut measure.kind {
        MeasureKind::Number(_) | MeasureKind::ValueFrom { .. } => {}
        MeasureKind::Aggregate(part) => change(part),
        MeasureKind::Arithmetic(_, left, right) => {
            each_aggregate(left, change);
            each_aggregate(right, change);
        }
        MeasureKind::Negate(inner) | MeasureKind::Per(inner, _) | MeasureKind::Across { measure: inner, .. } => {
            each_aggregate(inner, change);
        }
    }
}

/// Changes the measure that the receiver is, or has.
pub fn on_measure(call: &mut Call<'_>, change: impl FnOnce(&mut Measure)) -> Option<Dynamic> {
    match call.receiver.clone()? {
        Value::Measure(measure) => {
            let mut changed = (*measure).clone();
            changed.span = changed.span.to(call.whole());
            change(&mut changed);
            give(Value::Measure(Arc::new(changed)))
        }
        Value::Metric(index) => {
            let measure = &mut call.builder.card.metrics.get_mut(index)?.measure;
            change(measure);
            if !measure_fits(measure, 0, &mut 0) {
                measure.kind = MeasureKind::Number(0.0);
                let span = call.span;
                call.builder.too_large(span);
            }
            call.same()
        }
        _ => None,
    }
}

/// The tables that the receiver's aggregates read.
pub fn receiver_tables(call: &Call<'_>) -> Vec<String> {
    let measure = match &call.receiver {
        Some(Value::Measure(measure)) => Some((**measure).clone()),
        Some(Value::Metric(index)) => call
            .builder
            .card
            .metrics
            .get(*index)
            .map(|metric| metric.measure.clone()),
        _ => None,
    };
    let mut tables = Vec::new();
    if let Some(mut measure) = measure {
        each_aggregate(&mut measure, &mut |part| {
            if !tables.contains(&part.table) {
                tables.push(part.table.clone());
            }
        });
    }
    tables
}

pub fn filter(call: &mut Call<'_>) -> Option<Dynamic> {
    let tables = receiver_tables(call);
    let [_] = tables.as_slice() else {
        let span = call.span;
        let (message, help) = if tables.is_empty() {
            ("`where` needs a measure over a table".to_owned(), "")
        } else {
            (
                format!("`where` on a measure over several tables: {}", tables.join(", ")),
                "put it on the part that it means: sum(tickets.cost).where(|t| ..) / active(..)",
            )
        };
        call.error(codes::BAD_SETTING, span, message, help);
        return None;
    };
    let condition = call.row(0)?;
    on_measure(call, |measure| {
        each_aggregate(measure, &mut |part| part.filters.push(condition.clone()))
    })
}

/// Measures each row of which gives one answer, so that a missing one can count as something.
const fn has_answers(function: MeasureFunction) -> bool {
    use MeasureFunction as F;
    matches!(
        function,
        F::Rate
            | F::Mean
            | F::Median
            | F::Percentile
            | F::Stddev
            | F::Sum
            | F::Nps
            | F::TopBox
            | F::BottomBox
            | F::AtLeast
            | F::Net
            | F::CesMean
            | F::CesAgree
            | F::CesNet
    )
}

pub fn missing_counts_as(call: &mut Call<'_>) -> Option<Dynamic> {
    let span = call.arg_span(0);
    let value = call.arg(0).and_then(literal_of);
    let Some(value) = value.filter(|value| !matches!(value, Literal::Text(_))) else {
        call.wrong(0, "a number, `true` or `false`");
        return None;
    };
    let truth = matches!(value, Literal::Bool(_));
    let mut wrong = None;
    let stands_in = Expr::new(ExprKind::Literal(value), span);
    let done = on_measure(call, |measure| {
        each_aggregate(measure, &mut |part| {
            if !has_answers(part.function) || truth != (part.function == MeasureFunction::Rate) {
                wrong = wrong.or(Some(part.function));
            } else if let Some(answer) = part.inputs.first_mut() {
                let span = answer.span;
                *answer = answer.clone().or_else(stands_in.clone(), span);
            }
        });
    });
    let Some(function) = wrong else { return done };
    let name = function.name();
    let (message, help) = if !has_answers(function) {
        (
            format!("`{name}` has no answers of which one could be missing"),
            "put it on the part that it means: mean(survey.effort).missing_counts_as(7) / ..",
        )
    } else if truth {
        (
            format!("an answer of `{name}` is a number, and `true` or `false` is none"),
            "say which number a missing answer counts as: .missing_counts_as(0)",
        )
    } else {
        (
            format!("an answer of `{name}` is `true` or `false`, and not a number"),
            "say what a missing answer counts as: .missing_counts_as(false)",
        )
    };
    call.error(codes::BAD_SETTING, span, message, help);
    None
}

pub fn dated(call: &mut Call<'_>) -> Option<Dynamic> {
    let date = call.formula(0)?;
    let tables = receiver_tables(call);
    if !tables.contains(&date.table) {
        let span = call.arg_span(0);
        call.error(
            codes::UNREACHABLE_COLUMN,
            span,
            format!(
                "the measure reads {}, and this date is of `{}`",
                tables.join(", "),
                date.table
            ),
            "name the date from the rows that are counted, along `belongs_to`",
        );
        return None;
    }
    on_measure(call, |measure| {
        each_aggregate(measure, &mut |part| {
            if part.table == date.table {
                part.dated = Some(date.expr.clone());
            }
        });
    })
}

pub fn across(call: &mut Call<'_>, how: Across) -> Option<Dynamic> {
    let Some(Value::By(measure, segment)) = call.receiver.clone() else {
        return None;
    };
    let span = measure.span.to(call.span);
    give(Value::measure(
        MeasureKind::Across {
            measure: Box::new((*measure).clone()),
            segment: (*segment).clone(),
            how,
        },
        span,
    ))
}
