//! Expressions as text, for the tests of every stage that makes or reads one.

use super::{Expr, ExprKind, SwitchPattern};
use crate::definition::Literal;

/// An expression as a short text, for tests to compare and to show.
pub fn short(expr: &Expr) -> String {
    let all = |items: &[Expr]| items.iter().map(short).collect::<Vec<_>>().join(", ");
    match &expr.kind {
        ExprKind::Literal(Literal::Text(text)) => format!("{text:?}"),
        ExprKind::Literal(Literal::Int(value)) => value.to_string(),
        ExprKind::Literal(Literal::Float(value)) => format!("{value:?}"),
        ExprKind::Literal(Literal::Bool(value)) => value.to_string(),
        ExprKind::Missing => "()".to_owned(),
        ExprKind::Column(path) => format!(".{}", path.join(".")),
        ExprKind::Unary(op, of) => format!("{op:?}({})", short(of)),
        ExprKind::Binary(op, left, right) => format!("{op:?}({}, {})", short(left), short(right)),
        ExprKind::If { arms, otherwise } => {
            let arms: Vec<String> = arms
                .iter()
                .map(|(c, v)| format!("{} => {}", short(c), short(v)))
                .collect();
            format!(
                "if({}; {})",
                arms.join(", "),
                otherwise.as_deref().map(short).unwrap_or_default()
            )
        }
        ExprKind::Switch { on, arms, default } => {
            let arms: Vec<String> = arms
                .iter()
                .map(|arm| {
                    let patterns: Vec<String> = arm
                        .patterns
                        .iter()
                        .map(|pattern| match pattern {
                            SwitchPattern::Value(value) => format!("{value:?}"),
                            SwitchPattern::Range { low, high, inclusive } => {
                                format!("{low}..{}{high}", if *inclusive { "=" } else { "" })
                            }
                        })
                        .collect();
                    let guard = arm
                        .guard
                        .as_ref()
                        .map(|guard| format!(" if {}", short(guard)))
                        .unwrap_or_default();
                    format!("{}{guard} => {}", patterns.join("|"), short(&arm.value))
                })
                .collect();
            format!(
                "switch({}; {}; {})",
                short(on),
                arms.join(", "),
                default.as_deref().map(short).unwrap_or_default()
            )
        }
        ExprKind::Let { slot, value, body } => format!("let #{slot} = {} in {}", short(value), short(body)),
        ExprKind::Slot(slot) => format!("#{slot}"),
        ExprKind::In(value, items) => format!("in({}; {})", short(value), all(items)),
        ExprKind::InRange {
            value,
            low,
            high,
            inclusive,
        } => {
            format!(
                "between({}; {}, {}, {inclusive})",
                short(value),
                short(low),
                short(high)
            )
        }
        ExprKind::Call(function, arguments) => format!("{}({})", function.name(), all(arguments)),
    }
}
