//! Operators between the parts of a card: measures with measures and numbers, columns with columns and numbers.
//!
//! Imports: definition, diagnostic, script.

use std::sync::Arc;

use rhai::{Dynamic, EvalAltResult, FnPtr, ImmutableString, NativeCallContext};

use super::builder::Builder;
use super::call::{kind_of, literal_of};
use super::sandbox::{raised, session, source_of};
use super::value::{Formula, Kind, MAX_STEPS, Value};
use crate::definition::{ArithmeticOp, BinaryOp, ColumnRef, Expr, ExprKind, Literal, Measure, MeasureKind, UnaryOp};
use crate::diagnostic::{Span, codes};

type Args<'a, 'b> = &'a mut [&'b mut Dynamic];

fn poison() -> Dynamic {
    Dynamic::from(Value::Poison)
}

fn handle(value: &Dynamic) -> Option<Value> {
    value.read_lock::<Value>().map(|value| value.clone())
}

/// `a + b` and the like.
pub fn operate(operator: &'static str, context: &NativeCallContext, args: Args<'_, '_>) -> Dynamic {
    let (Some(session), [left, right]) = (session(context), &*args) else {
        return poison();
    };
    let mut builder = session.lock();
    let span = builder.sources.word(source_of(context), context.call_position());
    if kind_of(left) == Kind::Poison || kind_of(right) == Kind::Poison {
        return poison();
    }
    let (a, b) = (operand(left, span), operand(right, span));
    let made = match (a, b) {
        (Some(Operand::Measure(a)), Some(Operand::Measure(b))) => measures(operator, a, b, span),
        (Some(Operand::Measure(a)), Some(Operand::Number(b))) => measures(operator, a, number(b, span), span),
        (Some(Operand::Number(a)), Some(Operand::Measure(b))) => measures(operator, number(a, span), b, span),
        (Some(Operand::Formula(a)), Some(Operand::Formula(b))) => formulas(&mut builder, operator, a, b, span),
        (Some(Operand::Formula(a)), Some(Operand::Number(b))) => {
            let constant = Formula {
                table: a.table.clone(),
                expr: Expr::new(ExprKind::Literal(b), span),
            };
            formulas(&mut builder, operator, a, constant, span)
        }
        (Some(Operand::Number(a)), Some(Operand::Formula(b))) => {
            let constant = Formula {
                table: b.table.clone(),
                expr: Expr::new(ExprKind::Literal(a), span),
            };
            formulas(&mut builder, operator, constant, b, span)
        }
        _ => None,
    };
    if let Some(value) = made {
        return builder.bounded(Dynamic::from(value), span);
    }
    if !builder.diagnostics.iter().any(|told| told.span == Some(span)) {
        let message = format!(
            "`{operator}` does not go between {} and {}",
            kind_of(left).phrase(),
            kind_of(right).phrase()
        );
        let help = match (kind_of(left), kind_of(right)) {
            (Kind::Measure, Kind::Column) | (Kind::Column, Kind::Measure) => {
                "make a measure of the column first: sum(..), mean(..)"
            }
            (Kind::Measure, Kind::Measure) => "measures know + - * and /",
            _ => "",
        };
        builder.error(codes::TYPE_MISMATCH, span, message, help);
    }
    poison()
}

enum Operand {
    Measure(Measure),
    Formula(Formula),
    Number(Literal),
}

fn operand(value: &Dynamic, _: Span) -> Option<Operand> {
    match handle(value) {
        Some(Value::Measure(measure)) => Some(Operand::Measure((*measure).clone())),
        Some(Value::Formula(formula)) => Some(Operand::Formula((*formula).clone())),
        Some(Value::Column(column)) => Some(Operand::Formula(column_formula(&column))),
        Some(_) => None,
        None => literal_of(value)
            .filter(|literal| literal.as_f64().is_some())
            .map(Operand::Number),
    }
}

/// A column as a formula.
pub fn column_formula(column: &ColumnRef) -> Formula {
    Formula {
        table: column.table.clone(),
        expr: Expr::new(ExprKind::Column(column.path.clone()), column.span),
    }
}

fn number(literal: Literal, span: Span) -> Measure {
    Measure {
        kind: MeasureKind::Number(literal.as_f64().unwrap_or_default()),
        span,
    }
}

fn measures(operator: &str, left: Measure, right: Measure, span: Span) -> Option<Value> {
    let operation = match operator {
        "+" => ArithmeticOp::Add,
        "-" => ArithmeticOp::Subtract,
        "*" => ArithmeticOp::Multiply,
        "/" => ArithmeticOp::Divide,
        _ => return None,
    };
    let whole = if left.span.source == right.span.source {
        left.span.to(right.span)
    } else {
        span
    };
    Some(Value::measure(
        MeasureKind::Arithmetic(operation, Box::new(left), Box::new(right)),
        whole,
    ))
}

fn formulas(builder: &mut Builder, operator: &str, left: Formula, right: Formula, span: Span) -> Option<Value> {
    let operation = match operator {
        "+" => BinaryOp::Add,
        "-" => BinaryOp::Subtract,
        "*" => BinaryOp::Multiply,
        "/" => BinaryOp::Divide,
        "%" => BinaryOp::Remainder,
        "**" => BinaryOp::Power,
        _ => return None,
    };
    let table = if left.table.is_empty() {
        right.table.clone()
    } else {
        left.table.clone()
    };
    if !left.table.is_empty() && !right.table.is_empty() && left.table != right.table {
        builder.error(
            codes::UNREACHABLE_COLUMN,
            span,
            format!(
                "columns of two tables, `{}` and `{}`, in one formula",
                left.table, right.table
            ),
            "start both from the rows that are counted, along `belongs_to`: items.price * items.order.rate",
        );
        return None;
    }
    let whole = left.expr.span.to(right.expr.span);
    Some(Value::Formula(Arc::new(Formula {
        table,
        expr: Expr::new(
            ExprKind::Binary(operation, Box::new(left.expr), Box::new(right.expr)),
            whole,
        ),
    })))
}

/// `-a`.
pub fn negate(context: &NativeCallContext, args: Args<'_, '_>) -> Dynamic {
    let (Some(session), [value]) = (session(context), &*args) else {
        return poison();
    };
    let mut builder = session.lock();
    let span = builder.sources.word(source_of(context), context.call_position());
    let made = match handle(value) {
        Some(Value::Measure(measure)) => Dynamic::from(Value::measure(
            MeasureKind::Negate(Box::new((*measure).clone())),
            span.to(measure.span),
        )),
        Some(Value::Column(column)) => Dynamic::from(negated(column_formula(&column), span)),
        Some(Value::Formula(formula)) => Dynamic::from(negated((*formula).clone(), span)),
        Some(Value::Poison) => poison(),
        _ => {
            let message = format!("`-` does not go before {}", kind_of(value).phrase());
            builder.error(codes::TYPE_MISMATCH, span, message, "");
            poison()
        }
    };
    builder.bounded(made, span)
}

fn negated(formula: Formula, span: Span) -> Value {
    let whole = span.to(formula.expr.span);
    Value::Formula(Arc::new(Formula {
        table: formula.table,
        expr: Expr::new(ExprKind::Unary(UnaryOp::Negate, Box::new(formula.expr)), whole),
    }))
}

/// `!a` outside a closure.
pub fn not(context: &NativeCallContext, args: Args<'_, '_>) -> Dynamic {
    outside(context, args, "!");
    poison()
}

/// `a == b` and the like: plain values compare, parts of a card do so inside closures only.
pub fn compare(
    operator: &'static str,
    context: &NativeCallContext,
    args: Args<'_, '_>,
) -> Result<bool, Box<EvalAltResult>> {
    let [left, right] = &*args else { return Ok(false) };
    if handle(left).is_some() || handle(right).is_some() {
        outside(context, args, operator);
        return Ok(false);
    }
    let order = match (literal_of(left), literal_of(right)) {
        (Some(Literal::Text(a)), Some(Literal::Text(b))) => a.partial_cmp(&b),
        (Some(Literal::Bool(a)), Some(Literal::Bool(b))) => a.partial_cmp(&b),
        (Some(Literal::Int(a)), Some(Literal::Int(b))) => a.partial_cmp(&b),
        (Some(a), Some(b)) if a.as_f64().is_some() && b.as_f64().is_some() => a.as_f64().partial_cmp(&b.as_f64()),
        _ if left.is_unit() || right.is_unit() => {
            let same = left.is_unit() && right.is_unit();
            return Ok(if operator == "!=" {
                !same
            } else {
                operator == "==" && same
            });
        }
        _ => {
            let message = format!(
                "`{operator}` compares {} with {}",
                kind_of(left).phrase(),
                kind_of(right).phrase()
            );
            return Err(raised(&message, context.call_position()));
        }
    };
    Ok(order.is_some_and(|order| match operator {
        "==" => order.is_eq(),
        "!=" => order.is_ne(),
        "<" => order.is_lt(),
        "<=" => order.is_le(),
        ">" => order.is_gt(),
        _ => order.is_ge(),
    }))
}

fn outside(context: &NativeCallContext, args: Args<'_, '_>, operator: &str) {
    let Some(session) = session(context) else { return };
    let mut builder = session.lock();
    if args.iter().any(|value| kind_of(value) == Kind::Poison) {
        return;
    }
    let span = builder.sources.word(source_of(context), context.call_position());
    builder.error(
        codes::REFUSED,
        span,
        format!("`{operator}` on a column or measure stands inside a condition"),
        "write it as a closure over a row: |row| row.answers > 0",
    );
}

/// `table.column`, `table["column"]`, `table.path.column`.
pub fn member(context: &NativeCallContext, args: Args<'_, '_>) -> Dynamic {
    let (Some(session), [receiver, name]) = (session(context), &*args) else {
        return poison();
    };
    let mut builder = session.lock();
    let span = builder.sources.member(source_of(context), context.call_position());
    let Some(name) = name.read_lock::<ImmutableString>().map(|name| name.to_string()) else {
        if kind_of(receiver) != Kind::Poison && !name.is::<FnPtr>() {
            let message = format!("a column is named by text, and this is {}", kind_of(name).phrase());
            builder.error(codes::WRONG_ARGUMENT, span, message, "");
        }
        return poison();
    };
    let column = match handle(receiver) {
        Some(Value::Table(table)) => ColumnRef {
            table: builder.table_name(table),
            path: vec![name],
            span,
        },
        Some(Value::Column(column)) if column.path.len() >= MAX_STEPS => {
            builder.too_large(span);
            return poison();
        }
        Some(Value::Column(column)) => {
            let mut longer = (*column).clone();
            longer.path.push(name);
            longer.span = longer.span.to(span);
            longer
        }
        Some(Value::Poison) | None => return poison(),
        Some(other) => {
            let phrase = other.kind().phrase();
            builder.error(
                codes::UNKNOWN_FUNCTION,
                span,
                format!("`{name}` is read like a column, and this is {phrase}"),
                &*format!("a setting is called with parentheses: .{name}(..)"),
            );
            return poison();
        }
    };
    Dynamic::from(Value::Column(Arc::new(column)))
}
