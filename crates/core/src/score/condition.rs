//! Conditions over the metrics of a cell: `|m| m.fcr < 60`, for caps, floors, knock-outs and alerts.
//!
//! The rules of missing values are those of row closures (DESIGN.md section 2): logic is Kleene's, a comparison with a
//! missing value is missing, an `if` on missing gives missing, a `switch` on missing takes no arm.

use std::borrow::Cow;

use crate::definition::{BinaryOp, Condition, Expr, ExprKind, Function, Literal, SwitchPattern, UnaryOp};
use crate::diagnostic::{Diagnostic, codes};
use crate::stats::math;

/// A value while a condition is worked out.
#[derive(Debug, Clone, PartialEq)]
pub enum Scalar<'a> {
    /// No value.
    Missing,
    /// `true` or `false`.
    Bool(bool),
    /// A number, finite.
    Number(f64),
    /// Text.
    Text(Cow<'a, str>),
}

impl<'a> Scalar<'a> {
    fn number(value: f64) -> Self {
        if value.is_finite() {
            Self::Number(value)
        } else {
            Self::Missing
        }
    }

    fn of(literal: &'a Literal) -> Self {
        match literal {
            Literal::Bool(value) => Self::Bool(*value),
            Literal::Int(value) => Self::Number(*value as f64),
            Literal::Float(value) => Self::number(*value),
            Literal::Text(text) => Self::Text(Cow::Borrowed(text)),
        }
    }

    fn as_bool(&self) -> Option<bool> {
        match self {
            Self::Bool(value) => Some(*value),
            Self::Missing | Self::Number(_) | Self::Text(_) => None,
        }
    }

    fn as_number(&self) -> Option<f64> {
        match self {
            Self::Number(value) => Some(*value),
            Self::Missing | Self::Bool(_) | Self::Text(_) => None,
        }
    }
}

/// Whether a condition holds; `None`: unknown, because a value that decides it is missing.
///
/// `value` gives the value of a metric, outcome or score in the cell.
pub fn holds<'a>(condition: &'a Condition, value: &dyn Fn(&str) -> Option<f64>) -> Option<bool> {
    Evaluator {
        value,
        slots: Vec::new(),
    }
    .run(&condition.expr)
    .as_bool()
}

/// Names of the metrics, outcomes and scores that a condition reads, each once, in order of first mention.
#[must_use]
pub fn names(condition: &Condition) -> Vec<&str> {
    let mut found = Vec::new();
    condition.expr.each(&mut |expr| {
        if let ExprKind::Column(path) = &expr.kind
            && let Some(name) = path.last()
            && !found.contains(&name.as_str())
        {
            found.push(name.as_str());
        }
    });
    found
}

struct Evaluator<'a, 'v> {
    value: &'v dyn Fn(&str) -> Option<f64>,
    slots: Vec<(u32, Scalar<'a>)>,
}

impl<'a> Evaluator<'a, '_> {
    fn run(&mut self, expr: &'a Expr) -> Scalar<'a> {
        match &expr.kind {
            ExprKind::Literal(literal) => Scalar::of(literal),
            ExprKind::Missing => Scalar::Missing,
            ExprKind::Column(path) => path
                .last()
                .and_then(|name| (self.value)(name))
                .map_or(Scalar::Missing, Scalar::number),
            ExprKind::Unary(op, inner) => {
                let inner = self.run(inner);
                match op {
                    UnaryOp::Negate => inner.as_number().map_or(Scalar::Missing, |x| Scalar::Number(-x)),
                    UnaryOp::Not => inner.as_bool().map_or(Scalar::Missing, |x| Scalar::Bool(!x)),
                }
            }
            ExprKind::Binary(op, left, right) => {
                let left = self.run(left);
                let right = self.run(right);
                binary(*op, &left, &right)
            }
            ExprKind::If { arms, otherwise } => {
                for (condition, value) in arms {
                    match self.run(condition).as_bool() {
                        Some(true) => return self.run(value),
                        Some(false) => {}
                        None => return Scalar::Missing,
                    }
                }
                otherwise.as_ref().map_or(Scalar::Missing, |expr| self.run(expr))
            }
            ExprKind::Switch { on, arms, default } => self.switch(on, arms, default.as_deref()),
            ExprKind::Let { slot, value, body } => {
                let value = self.run(value);
                self.slots.push((*slot, value));
                let result = self.run(body);
                self.slots.pop();
                result
            }
            ExprKind::Slot(slot) => self
                .slots
                .iter()
                .rev()
                .find(|(number, _)| number == slot)
                .map_or(Scalar::Missing, |(_, value)| value.clone()),
            ExprKind::In(value, items) => self.contains(value, items),
            ExprKind::InRange {
                value,
                low,
                high,
                inclusive,
            } => {
                let (value, low, high) = (self.run(value), self.run(low), self.run(high));
                let upper = if *inclusive {
                    BinaryOp::LessOrEqual
                } else {
                    BinaryOp::Less
                };
                let above = binary(BinaryOp::GreaterOrEqual, &value, &low);
                let below = binary(upper, &value, &high);
                binary(BinaryOp::And, &above, &below)
            }
            ExprKind::Call(function, arguments) => {
                let arguments: Vec<_> = arguments.iter().map(|argument| self.run(argument)).collect();
                call(*function, &arguments)
            }
        }
    }

    fn switch(
        &mut self,
        on: &'a Expr,
        arms: &'a [crate::definition::SwitchArm],
        default: Option<&'a Expr>,
    ) -> Scalar<'a> {
        let on = self.run(on);
        if on == Scalar::Missing {
            return Scalar::Missing;
        }
        for arm in arms {
            if !arm.patterns.iter().any(|pattern| matches(&on, pattern)) {
                continue;
            }
            match arm.guard.as_ref().map(|guard| self.run(guard).as_bool()) {
                None | Some(Some(true)) => return self.run(&arm.value),
                Some(Some(false)) => {}
                Some(None) => return Scalar::Missing,
            }
        }
        default.map_or(Scalar::Missing, |expr| self.run(expr))
    }

    fn contains(&mut self, value: &'a Expr, items: &'a [Expr]) -> Scalar<'a> {
        let value = self.run(value);
        let mut unknown = value == Scalar::Missing;
        for item in items {
            let item = self.run(item);
            match binary(BinaryOp::Equal, &value, &item) {
                Scalar::Bool(true) => return Scalar::Bool(true),
                Scalar::Missing => unknown = true,
                Scalar::Bool(false) | Scalar::Number(_) | Scalar::Text(_) => {}
            }
        }
        if unknown { Scalar::Missing } else { Scalar::Bool(false) }
    }
}

fn matches(on: &Scalar<'_>, pattern: &SwitchPattern) -> bool {
    match pattern {
        SwitchPattern::Value(literal) => binary(BinaryOp::Equal, on, &Scalar::of(literal)) == Scalar::Bool(true),
        SwitchPattern::Range { low, high, inclusive } => on.as_number().is_some_and(|x| {
            x >= *low as f64
                && if *inclusive {
                    x <= *high as f64
                } else {
                    x < *high as f64
                }
        }),
    }
}

fn binary<'a>(op: BinaryOp, left: &Scalar<'a>, right: &Scalar<'a>) -> Scalar<'a> {
    let kleene = |decisive: bool| match (left.as_bool(), right.as_bool()) {
        (Some(value), _) | (_, Some(value)) if value == decisive => Scalar::Bool(decisive),
        (Some(_), Some(_)) => Scalar::Bool(!decisive),
        _ => Scalar::Missing,
    };
    match op {
        BinaryOp::And => kleene(false),
        BinaryOp::Or => kleene(true),
        BinaryOp::Equal | BinaryOp::NotEqual => match (left, right) {
            (Scalar::Number(a), Scalar::Number(b)) => Some(a == b),
            (Scalar::Text(a), Scalar::Text(b)) => Some(a == b),
            (Scalar::Bool(a), Scalar::Bool(b)) => Some(a == b),
            _ => None,
        }
        .map_or(Scalar::Missing, |equal| Scalar::Bool(equal == (op == BinaryOp::Equal))),
        BinaryOp::Less | BinaryOp::LessOrEqual | BinaryOp::Greater | BinaryOp::GreaterOrEqual => {
            let order = match (left, right) {
                (Scalar::Number(a), Scalar::Number(b)) => a.partial_cmp(b),
                (Scalar::Text(a), Scalar::Text(b)) => Some(a.cmp(b)),
                _ => None,
            };
            order.map_or(Scalar::Missing, |order| {
                Scalar::Bool(match op {
                    BinaryOp::Less => order.is_lt(),
                    BinaryOp::LessOrEqual => order.is_le(),
                    BinaryOp::Greater => order.is_gt(),
                    _ => order.is_ge(),
                })
            })
        }
        BinaryOp::Add
        | BinaryOp::Subtract
        | BinaryOp::Multiply
        | BinaryOp::Divide
        | BinaryOp::Remainder
        | BinaryOp::Power => arithmetic(op, left, right),
    }
}

fn arithmetic<'a>(op: BinaryOp, left: &Scalar<'a>, right: &Scalar<'a>) -> Scalar<'a> {
    let (Some(a), Some(b)) = (left.as_number(), right.as_number()) else {
        return Scalar::Missing;
    };
    // Division by zero gives infinity or NaN, which `number` turns into missing.
    Scalar::number(match op {
        BinaryOp::Add => a + b,
        BinaryOp::Subtract => a - b,
        BinaryOp::Multiply => a * b,
        BinaryOp::Divide => a / b,
        BinaryOp::Remainder => a % b,
        _ => math::powf(a, b),
    })
}

fn call<'a>(function: Function, arguments: &[Scalar<'a>]) -> Scalar<'a> {
    let first = arguments.first().cloned().unwrap_or(Scalar::Missing);
    match function {
        Function::IsMissing => return Scalar::Bool(first == Scalar::Missing),
        Function::OrElse if first == Scalar::Missing => {
            return arguments.get(1).cloned().unwrap_or(Scalar::Missing);
        }
        Function::OrElse => return first,
        _ => {}
    }
    let numbers: Option<Vec<f64>> = arguments.iter().map(Scalar::as_number).collect();
    let result = match (function, numbers.as_deref()) {
        (Function::Abs, Some([x])) => x.abs(),
        (Function::Round, Some([x])) => x.round(),
        (Function::Round, Some([x, decimals])) => {
            let scale = math::powf(10.0, *decimals);
            (x * scale).round() / scale
        }
        (Function::Floor, Some([x])) => x.floor(),
        (Function::Ceil, Some([x])) => x.ceil(),
        (Function::Min, Some([x, y])) => x.min(*y),
        (Function::Max, Some([x, y])) => x.max(*y),
        (Function::Clamp, Some([x, low, high])) if low <= high => x.max(*low).min(*high),
        (Function::Ln, Some([x])) if *x > 0.0 => math::ln(*x),
        (Function::Exp, Some([x])) => math::exp(*x),
        (Function::Sqrt, Some([x])) => math::sqrt(*x),
        (Function::ToFloat, Some([x])) => *x,
        _ => return Scalar::Missing,
    };
    Scalar::number(result)
}

/// Whether a function makes sense over the metrics of a cell, which are numbers.
const fn speaks_of_numbers(function: Function) -> bool {
    matches!(
        function,
        Function::Abs
            | Function::Round
            | Function::Floor
            | Function::Ceil
            | Function::Min
            | Function::Max
            | Function::Clamp
            | Function::Ln
            | Function::Exp
            | Function::Sqrt
            | Function::ToFloat
            | Function::IsMissing
            | Function::OrElse
    )
}

/// What a sub-expression gives, as far as the check can tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Bool,
    Number,
    Text,
    Any,
}

impl Kind {
    const fn word(self) -> &'static str {
        match self {
            Self::Bool => "true or false",
            Self::Number => "a number",
            Self::Text => "text",
            Self::Any => "anything",
        }
    }

    fn fits(self, wanted: Self) -> bool {
        self == wanted || self == Self::Any || wanted == Self::Any
    }
}

/// Finds what cannot work in a condition: text compared with a metric, a condition that is not true or false, a
/// function of dates or text. Codes: `TYPE_MISMATCH`, `NOT_COMPILED`.
#[must_use]
pub fn check(condition: &Condition) -> Vec<Diagnostic> {
    let mut checker = Checker {
        found: Vec::new(),
        slots: Vec::new(),
    };
    checker.want(&condition.expr, Kind::Bool);
    checker.found
}

struct Checker {
    found: Vec<Diagnostic>,
    slots: Vec<(u32, Kind)>,
}

impl Checker {
    fn want(&mut self, expr: &Expr, wanted: Kind) {
        let kind = self.kind(expr);
        if !kind.fits(wanted) {
            self.found.push(
                Diagnostic::error(
                    codes::TYPE_MISMATCH,
                    format!("{} is needed here, and this is {}", wanted.word(), kind.word()),
                )
                .at(expr.span)
                .help("metrics, outcomes and scores are numbers: compare them, as in `m.fcr < 60`"),
            );
        }
    }

    fn same(&mut self, left: &Expr, right: &Expr) {
        let kind = self.kind(left);
        self.want(right, kind);
    }

    fn kind(&mut self, expr: &Expr) -> Kind {
        match &expr.kind {
            ExprKind::Literal(Literal::Bool(_)) => Kind::Bool,
            ExprKind::Literal(Literal::Int(_) | Literal::Float(_)) | ExprKind::Column(_) => Kind::Number,
            ExprKind::Literal(Literal::Text(_)) => Kind::Text,
            ExprKind::Missing => Kind::Any,
            ExprKind::Slot(slot) => self
                .slots
                .iter()
                .rev()
                .find(|(number, _)| number == slot)
                .map_or(Kind::Any, |(_, kind)| *kind),
            ExprKind::Unary(op, inner) => {
                let kind = if *op == UnaryOp::Not { Kind::Bool } else { Kind::Number };
                self.want(inner, kind);
                kind
            }
            ExprKind::Binary(op, left, right) => self.binary(*op, left, right),
            ExprKind::If { arms, otherwise } => {
                let mut kind = Kind::Any;
                for (condition, value) in arms {
                    self.want(condition, Kind::Bool);
                    self.joined(&mut kind, value);
                }
                if let Some(value) = otherwise {
                    self.joined(&mut kind, value);
                }
                kind
            }
            ExprKind::Switch { on, arms, default } => {
                self.kind(on);
                let mut kind = Kind::Any;
                for arm in arms {
                    if let Some(guard) = &arm.guard {
                        self.want(guard, Kind::Bool);
                    }
                    self.joined(&mut kind, &arm.value);
                }
                if let Some(value) = default {
                    self.joined(&mut kind, value);
                }
                kind
            }
            ExprKind::Let { slot, value, body } => {
                let kind = self.kind(value);
                self.slots.push((*slot, kind));
                let kind = self.kind(body);
                self.slots.pop();
                kind
            }
            ExprKind::In(value, items) => {
                items.iter().for_each(|item| self.same(value, item));
                Kind::Bool
            }
            ExprKind::InRange { value, low, high, .. } => {
                [value, low, high]
                    .into_iter()
                    .for_each(|part| self.want(part, Kind::Number));
                Kind::Bool
            }
            ExprKind::Call(function, arguments) => self.call(*function, arguments, expr),
        }
    }

    fn joined(&mut self, kind: &mut Kind, value: &Expr) {
        if *kind == Kind::Any {
            *kind = self.kind(value);
        } else {
            self.want(value, *kind);
        }
    }

    fn binary(&mut self, op: BinaryOp, left: &Expr, right: &Expr) -> Kind {
        match op {
            BinaryOp::And | BinaryOp::Or => {
                self.want(left, Kind::Bool);
                self.want(right, Kind::Bool);
                Kind::Bool
            }
            BinaryOp::Equal
            | BinaryOp::NotEqual
            | BinaryOp::Less
            | BinaryOp::LessOrEqual
            | BinaryOp::Greater
            | BinaryOp::GreaterOrEqual => {
                self.same(left, right);
                Kind::Bool
            }
            BinaryOp::Add
            | BinaryOp::Subtract
            | BinaryOp::Multiply
            | BinaryOp::Divide
            | BinaryOp::Remainder
            | BinaryOp::Power => {
                self.want(left, Kind::Number);
                self.want(right, Kind::Number);
                Kind::Number
            }
        }
    }

    fn call(&mut self, function: Function, arguments: &[Expr], expr: &Expr) -> Kind {
        if !speaks_of_numbers(function) {
            self.found.push(
                Diagnostic::error(
                    codes::NOT_COMPILED,
                    format!("`{}` has nothing to work on here", function.name()),
                )
                .at(expr.span)
                .help("a condition reads the metrics of a cell, which are numbers; cut rows with `.where(..)` of a measure"),
            );
            return Kind::Any;
        }
        match function {
            Function::IsMissing => Kind::Bool,
            Function::OrElse => {
                let mut kind = Kind::Any;
                arguments.iter().for_each(|argument| self.joined(&mut kind, argument));
                kind
            }
            _ => {
                arguments.iter().for_each(|argument| self.want(argument, Kind::Number));
                Kind::Number
            }
        }
    }
}

#[cfg(test)]
mod tests;
