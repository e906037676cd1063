//! Functions of the row language on columns, outside closures: `hours_between(t.opened_at, t.closed_at)`.

use std::sync::Arc;

use rhai::Dynamic;

use super::super::give;
use crate::definition::{Expr, ExprKind, Function, Literal, TimeUnit};
use crate::diagnostic::{Span, codes};
use crate::script::call::{Call, kind_of, literal_of};
use crate::script::value::{Formula, Kind, Value};

/// Names of the row functions, which may stand outside closures too, on columns.
pub fn row_function_names() -> impl Iterator<Item = &'static str> {
    Function::ALL.iter().map(|function| function.name())
}

/// A row function on columns, outside closures; nothing when the call is no such thing.
pub fn row_function(call: &mut Call<'_>) -> Option<Dynamic> {
    let function = Function::named(call.name)?;
    let (least, most) = function.arity();
    let args: Vec<Dynamic> = call
        .receiver
        .iter()
        .cloned()
        .map(Dynamic::from)
        .chain(call.args.iter().cloned())
        .collect();
    let shift = usize::from(call.receiver.is_some());
    if args.iter().any(|value| kind_of(value) == Kind::Poison) {
        return Some(Dynamic::from(Value::Poison));
    }
    let of_columns = args
        .iter()
        .any(|value| matches!(kind_of(value), Kind::Column | Kind::Formula));
    let by_itself =
        matches!(function, Function::AsOf | Function::Date) && !args.iter().any(|v| kind_of(v) == Kind::Closure);
    if !(of_columns || by_itself) || !(least..=most).contains(&args.len()) {
        return None;
    }
    let mut table = String::new();
    let mut inputs = Vec::with_capacity(args.len());
    for (index, value) in args.iter().enumerate() {
        let span = index.checked_sub(shift).map_or(call.span, |index| call.arg_span(index));
        let formula = operand(value, span)?;
        if table.is_empty() {
            table = formula.table;
        } else if !formula.table.is_empty() && formula.table != table {
            let name = call.name;
            call.error(
                codes::UNREACHABLE_COLUMN,
                span,
                format!(
                    "`{name}` takes columns of one table, and these are of `{table}` and `{}`",
                    formula.table
                ),
                "start all of them from the rows that are counted, along `belongs_to`",
            );
            return Some(Dynamic::from(Value::Poison));
        }
        inputs.push(formula.expr);
    }
    if function == Function::DoneWithin && !known_unit(call, &inputs, shift) {
        return Some(Dynamic::from(Value::Poison));
    }
    let expr = Expr::new(ExprKind::Call(function, inputs), call.whole());
    give(Value::Formula(Arc::new(Formula { table, expr })))
}

/// Whether the unit of `done_within` is one; says so when not.
pub fn known_unit(call: &mut Call<'_>, inputs: &[Expr], shift: usize) -> bool {
    match inputs.get(3).map(|unit| &unit.kind) {
        Some(ExprKind::Literal(Literal::Text(word))) if TimeUnit::named(word).is_some() => true,
        _ => call.unit(3 - shift).is_some(),
    }
}

pub fn operand(value: &Dynamic, span: Span) -> Option<Formula> {
    match value.read_lock::<Value>().as_deref() {
        Some(Value::Column(column)) => return Some(crate::script::algebra::column_formula(column)),
        Some(Value::Formula(formula)) => return Some((**formula).clone()),
        Some(_) => return None,
        None => {}
    }
    let literal = literal_of(value)?;
    Some(Formula {
        table: String::new(),
        expr: Expr::new(ExprKind::Literal(literal), span),
    })
}
