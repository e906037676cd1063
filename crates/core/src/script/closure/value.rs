//! Values of a closure: literals, columns, operators, blocks used as values.

use super::{Binding, Compiled, Compiler, Refused};
use crate::definition::{BinaryOp, Expr, ExprKind, Function, Literal, UnaryOp};
use crate::diagnostic::{Span, nearest};
use crate::script::ast::{Constant, Name, Node, NodeKind};

/// What a piece of a closure is worth.
pub(super) enum Value {
    /// The row (no steps) or what is reached from it: a path, or a column.
    Path(Vec<String>, Span),
    /// An expression.
    Expr(Expr),
    /// A list, which only `in` can use.
    List(Vec<Expr>, Span),
    /// A range, which only `in` can use.
    Range(Box<(Expr, Expr, bool)>, Span),
    /// An object of the card, which nothing can use.
    Object(String, Span),
}

/// Rhai's operators and ours.
const OPERATORS: &[(&str, BinaryOp)] = &[
    ("+", BinaryOp::Add),
    ("-", BinaryOp::Subtract),
    ("*", BinaryOp::Multiply),
    ("/", BinaryOp::Divide),
    ("%", BinaryOp::Remainder),
    ("**", BinaryOp::Power),
    ("==", BinaryOp::Equal),
    ("!=", BinaryOp::NotEqual),
    ("<", BinaryOp::Less),
    ("<=", BinaryOp::LessOrEqual),
    (">", BinaryOp::Greater),
    (">=", BinaryOp::GreaterOrEqual),
];

impl<'a> Compiler<'a> {
    /// A single value: not a list, a row or an object.
    pub(super) fn scalar(&mut self, node: &'a Node) -> Compiled<Expr> {
        let value = self.value(node)?;
        self.single(value)
    }

    pub(super) fn single(&mut self, value: Value) -> Compiled<Expr> {
        match value {
            Value::Expr(expr) => Ok(expr),
            Value::Path(path, span) if path.is_empty() => self.refuse(
                span,
                "this is a whole row, not a value",
                "name one of its columns, such as `r.plan`",
            ),
            Value::Path(path, span) => Ok(Expr::new(ExprKind::Column(path), span)),
            Value::List(_, span) => self.refuse(
                span,
                "a list stands only behind `in`",
                "write `r.plan in [\"pro\", \"team\"]`",
            ),
            Value::Range(_, span) => self.refuse(span, "a range stands only behind `in`", "write `r.age in 18..=65`"),
            Value::Object(name, span) => self.refuse(
                span,
                format!("`{name}` is an object of the card, not a value of this row"),
                "read the row: `|r| r.x == 1`, not the table",
            ),
        }
    }

    pub(super) fn value(&mut self, node: &'a Node) -> Compiled<Value> {
        self.spend(node.span)?;
        self.depth += 1;
        let value = self.value_of(node);
        self.depth -= 1;
        value
    }

    fn value_of(&mut self, node: &'a Node) -> Compiled<Value> {
        let span = node.span;
        match &node.kind {
            NodeKind::Constant(constant) => self.constant(constant, span).map(Value::Expr),
            NodeKind::Template(parts) => self.template(parts, span).map(Value::Expr),
            NodeKind::Array(items) => {
                let items: Vec<Compiled<Expr>> = items.iter().map(|item| self.scalar(item)).collect();
                Ok(Value::List(items.into_iter().collect::<Compiled<_>>()?, span))
            }
            NodeKind::Variable(module, name) if module.is_empty() => self.variable(name),
            NodeKind::Variable(module, name) => self.module_constant(module, name, span),
            NodeKind::Property(of, name, _) => self.property(of, name),
            NodeKind::Index(of, index, _) => self.index(of, index, span),
            NodeKind::Call(call) => self.call(call, span),
            NodeKind::Method(of, call) => self.method(of, call, span),
            NodeKind::Unary(op, of) => self.unary(op, of, span).map(Value::Expr),
            NodeKind::Binary(op, left, right) => self.binary(op, left, right, span),
            NodeKind::And(items) => self.logic(BinaryOp::And, items, span).map(Value::Expr),
            NodeKind::Or(items) => self.logic(BinaryOp::Or, items, span).map(Value::Expr),
            NodeKind::Coalesce(items) => self.coalesce(items, span).map(Value::Expr),
            NodeKind::In(value, among, negated) => self.within(value, among, *negated, span).map(Value::Expr),
            NodeKind::Block(_) | NodeKind::If(..) | NodeKind::Switch(..) => {
                if super::returns(node) {
                    return self.refuse(
                        span,
                        "`return` stands inside a value",
                        "let the branches end with their values, without `return`",
                    );
                }
                self.branches(node, None).map(Value::Expr)
            }
            NodeKind::Map(_) => self.refuse(
                span,
                "a map cannot stand in a closure",
                "use `switch r.plan { \"pro\" => 1, .. }`",
            ),
            NodeKind::Closure(_) => self.refuse(
                span,
                "a closure cannot stand in a closure",
                "make a column of it first, with `.add(..)`",
            ),
            NodeKind::This => self.refuse(span, "`this` has no meaning here", "name the row: `|r| r.plan`"),
            _ => self.statement_refused(node),
        }
    }

    fn constant(&mut self, constant: &Constant, span: Span) -> Compiled<Expr> {
        let literal = match constant {
            Constant::Missing => return Ok(Expr::new(ExprKind::Missing, span)),
            Constant::Bool(value) => Literal::Bool(*value),
            Constant::Int(value) => Literal::Int(*value),
            Constant::Float(value) => Literal::Float(*value),
            Constant::Text(value) => Literal::Text(value.clone()),
            Constant::Char(c) => {
                return self.refuse(span, "text stands in double quotes", format!("write \"{c}\""));
            }
            Constant::Range(..) | Constant::Other => {
                return self.refuse(
                    span,
                    "this constant cannot stand in a closure",
                    "use numbers, text, true or false",
                );
            }
        };
        Ok(Expr::new(ExprKind::Literal(literal), span))
    }

    fn template(&mut self, parts: &'a [Node], span: Span) -> Compiled<Expr> {
        let parts: Vec<Compiled<Expr>> = parts
            .iter()
            .map(|part| {
                let value = self.scalar(part)?;
                Ok(match &value.kind {
                    ExprKind::Literal(Literal::Text(_)) => value,
                    _ => {
                        let span = value.span;
                        Expr::new(ExprKind::Call(Function::ToText, vec![value]), span)
                    }
                })
            })
            .collect();
        let parts: Vec<Expr> = parts.into_iter().collect::<Compiled<_>>()?;
        Ok(balanced(BinaryOp::Add, parts, span)
            .unwrap_or(Expr::new(ExprKind::Literal(Literal::Text(String::new())), span)))
    }

    fn variable(&mut self, name: &Name) -> Compiled<Value> {
        let span = name.span;
        let binding = self
            .scope
            .iter()
            .rev()
            .find(|(known, _)| *known == name.text)
            .map(|(_, binding)| binding.clone());
        match binding {
            Some(Binding::Path(path, _)) if path.is_empty() => Ok(Value::Path(path, span)),
            Some(Binding::Path(path, place)) => Ok(Value::Path(path, place)),
            Some(Binding::Constant(kind)) => Ok(Value::Expr(Expr::new(kind, span))),
            Some(Binding::List(items)) => Ok(Value::List(items, span)),
            Some(Binding::Range(range)) => Ok(Value::Range(range, span)),
            Some(Binding::Slot(slot)) => Ok(Value::Expr(Expr::new(ExprKind::Slot(slot), span))),
            Some(Binding::Object(name)) => Ok(Value::Object(name, span)),
            None => {
                let help = match nearest(&name.text, self.scope.iter().map(|(name, _)| name.as_str())) {
                    Some(known) => format!("did you mean `{known}`?"),
                    None if !self.stack.is_empty() => {
                        "a function sees only its parameters: hand it over as an argument".to_owned()
                    }
                    None => match self.row_name() {
                        Some(row) => format!("a column is written `{row}.{}`", name.text),
                        None => "declare it with `let`".to_owned(),
                    },
                };
                self.refuse(span, format!("unknown name `{}`", name.text), help)
            }
        }
    }

    /// The name of the row, for messages.
    pub(super) fn row_name(&self) -> Option<&str> {
        let is_row = |binding: &Binding| matches!(binding, Binding::Path(path, _) if path.is_empty());
        self.scope
            .iter()
            .find(|(_, binding)| is_row(binding))
            .map(|(name, _)| name.as_str())
    }

    fn property(&mut self, of: &'a Node, name: &Name) -> Compiled<Value> {
        match self.value(of)? {
            Value::Path(mut path, span) => {
                let span = if path.is_empty() { name.span } else { span.to(name.span) };
                path.push(name.text.clone());
                Ok(Value::Path(path, span))
            }
            Value::Object(object, _) => {
                let row = self.row_name().unwrap_or("r").to_owned();
                let message = format!("`{object}` is the whole table; a closure reads one row");
                self.refuse(of.span.to(name.span), message, format!("write `{row}.{}`", name.text))
            }
            _ if Function::named(&name.text).is_some() => self.refuse(
                name.span,
                format!("`{}` is a function", name.text),
                format!("write `{}()`", name.text),
            ),
            _ => self.refuse(
                name.span,
                "only a row has columns",
                "write `r.plan`, where `r` is the row",
            ),
        }
    }

    fn index(&mut self, of: &'a Node, index: &'a Node, span: Span) -> Compiled<Value> {
        let of_value = self.value(of);
        let index_value = self.scalar(index);
        match (of_value?, index_value?.kind) {
            (Value::Path(mut path, before), ExprKind::Literal(Literal::Text(name))) => {
                let place = if path.is_empty() {
                    index.span
                } else {
                    before.to(index.span)
                };
                path.push(name);
                Ok(Value::Path(path, place))
            }
            (Value::Path(path, _), ExprKind::Literal(Literal::Int(_))) if !path.is_empty() => self.refuse(
                span,
                "brackets behind a column do not cut text",
                "write `r.code.sub_string(0, 1)` for its first character",
            ),
            (Value::Path(..), _) => self.refuse(
                index.span,
                "the name of a column is a plain text",
                "write `r[\"Customer ID\"]`",
            ),
            (Value::List(items, _), ExprKind::Literal(Literal::Int(at))) => {
                let at = if at < 0 {
                    at.saturating_add(items.len() as i64)
                } else {
                    at
                };
                match usize::try_from(at).ok().and_then(|at| items.get(at)) {
                    Some(item) => Ok(Value::Expr(Expr::new(item.kind.clone(), span))),
                    None => self.refuse(
                        span,
                        format!("the list has {} items", items.len()),
                        "the first item is number 0",
                    ),
                }
            }
            (Value::Object(name, _), _) => self.refuse(
                span,
                format!("`{name}` is an object of the card, not a value of this row"),
                "use `switch r.plan { \"pro\" => 1, .. }` for a table of values",
            ),
            _ => self.refuse(span, "brackets stand only behind a row", "write `r[\"Customer ID\"]`"),
        }
    }

    fn unary(&mut self, op: &str, of: &'a Node, span: Span) -> Compiled<Expr> {
        let value = self.scalar(of)?;
        let op = match op {
            "-" => UnaryOp::Negate,
            "!" => UnaryOp::Not,
            _ => return Ok(value),
        };
        Ok(match (op, value.kind) {
            (UnaryOp::Negate, ExprKind::Literal(Literal::Float(value))) => {
                Expr::new(ExprKind::Literal(Literal::Float(-value)), span)
            }
            (op, kind) => Expr::new(ExprKind::Unary(op, Box::new(Expr::new(kind, value.span))), span),
        })
    }

    fn binary(&mut self, op: &Name, left: &'a Node, right: &'a Node, span: Span) -> Compiled<Value> {
        let is_range = matches!(op.text.as_str(), ".." | "..=");
        let operator = OPERATORS
            .iter()
            .find(|(text, _)| *text == op.text)
            .map(|(_, operator)| *operator);
        if operator.is_none() && !is_range {
            let help = match op.text.as_str() {
                "^" => "a power is written `**`",
                "&" => "both conditions: `&&`",
                "|" => "one of two conditions: `||`",
                _ => "use `+ - * / % **`, comparisons, `&&` and `||`",
            };
            let _: Compiled<()> = self.refuse(op.span, format!("`{}` has no meaning in a closure", op.text), help);
        }
        let (low, high) = (self.scalar(left), self.scalar(right));
        let (left, right) = (low?, high?);
        if is_range {
            if matches!(right.kind, ExprKind::Missing) {
                return self.refuse(span, "a range needs both ends", "write `r.age >= 18`");
            }
            return Ok(Value::Range(Box::new((left, right, op.text == "..=")), span));
        }
        let operator = operator.ok_or(Refused)?;
        let asks_missing = matches!(operator, BinaryOp::Equal | BinaryOp::NotEqual)
            && (matches!(left.kind, ExprKind::Missing) || matches!(right.kind, ExprKind::Missing));
        if asks_missing {
            let not = if operator == BinaryOp::NotEqual { "!" } else { "" };
            return self.refuse(
                span,
                "a comparison with `()` is never true: a missing value equals nothing",
                format!("write `{not}is_missing(r.plan)`"),
            );
        }
        Ok(Value::Expr(Expr::new(
            ExprKind::Binary(operator, Box::new(left), Box::new(right)),
            span,
        )))
    }

    fn logic(&mut self, op: BinaryOp, items: &'a [Node], span: Span) -> Compiled<Expr> {
        let items: Vec<Compiled<Expr>> = items.iter().map(|item| self.scalar(item)).collect();
        let items: Vec<Expr> = items.into_iter().collect::<Compiled<_>>()?;
        balanced(op, items, span).ok_or(Refused)
    }

    fn coalesce(&mut self, items: &'a [Node], span: Span) -> Compiled<Expr> {
        let items: Vec<Compiled<Expr>> = items.iter().map(|item| self.scalar(item)).collect();
        let items: Vec<Expr> = items.into_iter().collect::<Compiled<_>>()?;
        items
            .into_iter()
            .reduce(|first, other| first.or_else(other, span))
            .ok_or(Refused)
    }

    fn within(&mut self, value: &'a Node, among: &'a Node, negated: bool, span: Span) -> Compiled<Expr> {
        let value = self.scalar(value);
        let kind = match (self.value(among)?, value?) {
            (Value::List(items, _), value) => ExprKind::In(Box::new(value), items),
            (Value::Range(range, _), value) => {
                let (low, high, inclusive) = *range;
                ExprKind::InRange {
                    value: Box::new(value),
                    low: Box::new(low),
                    high: Box::new(high),
                    inclusive,
                }
            }
            // `"gold" in r.plan`: part of a text.
            (among, value) => ExprKind::Call(Function::Contains, vec![self.single(among)?, value]),
        };
        let expr = Expr::new(kind, span);
        Ok(if negated {
            Expr::new(ExprKind::Unary(UnaryOp::Not, Box::new(expr)), span)
        } else {
            expr
        })
    }
}

/// Joins many operands of an associative operator in a tree that is no deeper than it must be.
fn balanced(op: BinaryOp, mut items: Vec<Expr>, whole: Span) -> Option<Expr> {
    while items.len() > 1 {
        let mut joined = Vec::with_capacity(items.len().div_ceil(2));
        let mut rest = items.into_iter();
        while let Some(left) = rest.next() {
            joined.push(match rest.next() {
                Some(right) => {
                    let span = left.span.to(right.span);
                    Expr::new(ExprKind::Binary(op, Box::new(left), Box::new(right)), span)
                }
                None => left,
            });
        }
        items = joined;
    }
    items.pop().map(|expr| Expr::new(expr.kind, whole))
}
