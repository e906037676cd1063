//! Forms that Rhai takes without a word and that never mean what their author meant.

use super::{Checker, Place, whole_number};
use crate::diagnostic::{Diagnostic, Span, codes};
use crate::script::position::Positions;
use crate::script::tree::{Name, Node, NodeKind};

/// Comparisons by order: two in a row compare a truth value.
fn is_order(op: &str) -> bool {
    matches!(op, "<" | "<=" | ">" | ">=")
}

impl<'a> Checker<'a> {
    /// Reports what a piece of the card says and its author did not mean.
    pub(super) fn trap(&mut self, node: &'a Node, place: Place<'a>) {
        match &node.kind {
            NodeKind::Binary(op, left, right) => self.operator(node, op, left, right),
            NodeKind::Assign(op, ..) if place.closure.is_some() && op.text == "=" => {
                self.diagnostics.push(
                    Diagnostic::error(codes::NOT_COMPILED, "`=` changes a value")
                        .at(op.span)
                        .help("to compare, write `==`")
                        .fix(op.span, "=="),
                );
            }
            NodeKind::Method(of, call) => {
                if let Some(alias) = self.module_alias(of) {
                    self.diagnostics.push(
                        Diagnostic::error(codes::UNKNOWN_NAME, format!("`{alias}` is a module"))
                            .at(of.span.to(call.name.span))
                            .help(format!("write `{alias}::{}(..)`", call.name.text))
                            .fix(of.span.to(call.name.span), format!("{alias}::{}", call.name.text)),
                    );
                }
            }
            NodeKind::Property(of, name, _) => self.outer_object(node, of, Some(name), place),
            NodeKind::Index(of, ..) => self.outer_object(node, of, None, place),
            _ => {}
        }
    }

    fn operator(&mut self, node: &Node, op: &Name, left: &Node, right: &Node) {
        let text = |node: &Node| self.positions.snippet(node.span);
        match op.text.as_str() {
            "^" => {
                let written = format!("{} ** {}", text(left), text(right));
                self.diagnostics.push(
                    Diagnostic::error(codes::REFUSED, "`^` is not a power")
                        .at(node.span)
                        .help(format!("write `{written}`"))
                        .fix(op.span, "**"),
                );
            }
            "&" | "|" => {
                let doubled = op.text.repeat(2);
                self.diagnostics.push(
                    Diagnostic::error(codes::REFUSED, format!("`{}` joins no conditions", op.text))
                        .at(op.span)
                        .help(format!("write `{doubled}`"))
                        .fix(op.span, doubled),
                );
            }
            "<<" | ">>" => self.refuse(
                node.span,
                format!("`{}` cannot be used in a card", op.text),
                "use `*` and `/`",
            ),
            order if is_order(order) => {
                if let NodeKind::Binary(first, low, value) = &left.kind
                    && is_order(&first.text)
                {
                    let (low, value, high) = (text(low), text(value), text(right));
                    let written = format!("{low} {} {value} && {value} {} {high}", first.text, op.text);
                    self.diagnostics.push(
                        Diagnostic::error(codes::REFUSED, "two comparisons in a row compare true or false")
                            .at(node.span)
                            .help(format!("write `{written}`"))
                            .fix(node.span, written),
                    );
                }
            }
            "-" | "/" => {
                if let Some(date) = date(op, left, right) {
                    self.diagnostics.push(
                        Diagnostic::error(
                            codes::WRONG_ARGUMENT,
                            format!("this is a sum, not a date: `{}`", text(node)),
                        )
                        .at(node.span)
                        .help(format!("a date is text: `\"{date}\"`"))
                        .fix(node.span, format!("\"{date}\"")),
                    );
                }
            }
            _ => {}
        }
    }

    /// `tickets.where(|t| tickets.x == 1)`: the closure reads the outer object, not the row.
    fn outer_object(&mut self, node: &Node, of: &Node, name: Option<&Name>, place: Place<'_>) {
        let (Some(closure), NodeKind::Variable(module, object)) = (place.closure, &of.kind) else {
            return;
        };
        let captured = module.is_empty() && closure.captures.iter().any(|capture| capture.text == object.text);
        if !captured || self.literals.contains(&object.text.as_str()) || self.is_list(&object.text) {
            return;
        }
        let row = closure.parameters.first().map_or("r", String::as_str);
        let instead = match name {
            Some(name) => format!("{row}.{}", name.text),
            None => {
                let brackets = Span {
                    start: of.span.end,
                    ..node.span
                };
                format!("{row}{}", self.positions.snippet(brackets))
            }
        };
        self.diagnostics.push(
            Diagnostic::error(
                codes::NOT_COMPILED,
                format!("`{}` stands outside of this closure, which reads one row", object.text),
            )
            .at(node.span)
            .help(format!("write `{instead}`"))
            .fix(node.span, instead),
        );
    }

    /// Whether a name is bound to a list somewhere, so that brackets behind it make sense.
    fn is_list(&self, name: &str) -> bool {
        self.program.body.iter().any(|node| match &node.kind {
            NodeKind::Let {
                name: bound,
                value: Some(value),
                ..
            } => bound.text == name && matches!(value.kind, NodeKind::Array(_)),
            _ => false,
        })
    }
}

/// The ISO form of `2027-12-31` or `31/12/2027` written without quotes.
fn date(op: &Name, left: &Node, right: &Node) -> Option<String> {
    let NodeKind::Binary(first, one, two) = &left.kind else {
        return None;
    };
    if first.text != op.text {
        return None;
    }
    let (one, two, three) = (whole_number(one)?, whole_number(two)?, whole_number(right)?);
    let year = |number: i64| (1900..=2200).contains(&number);
    let month = |number: i64| (1..=12).contains(&number);
    let day = |number: i64| (1..=31).contains(&number);
    if year(one) && month(two) && day(three) {
        return Some(format!("{one:04}-{two:02}-{three:02}"));
    }
    // Day first or month first: guessed only where one of them can be no month.
    (year(three) && day(one) && month(two) && (one > 12 || op.text == "-"))
        .then(|| format!("{three:04}-{two:02}-{one:02}"))
        .or_else(|| {
            (year(three) && month(one) && day(two) && two > 12).then(|| format!("{three:04}-{one:02}-{two:02}"))
        })
        .or_else(|| (year(three) && month(one) && month(two)).then(|| "yyyy-MM-dd".to_owned()))
}

/// `1,200,000`: one number that commas have cut into arguments.
pub(super) fn grouped_digits(arguments: &[Node], positions: &Positions) -> Option<(Span, String)> {
    let text = |node: &Node| match node.kind {
        NodeKind::Constant(crate::script::tree::Constant::Int(_)) => Some(positions.snippet(node.span)),
        _ => None,
    };
    for (index, first) in arguments.iter().enumerate() {
        let Some(head) = text(first).filter(|head| head.len() <= 3) else {
            continue;
        };
        let mut number = head.to_owned();
        let mut span = first.span;
        for next in arguments.iter().skip(index + 1) {
            match text(next).filter(|group| group.len() == 3 && next.span.start == span.end + 1) {
                Some(group) => {
                    number = format!("{number}_{group}");
                    span = span.to(next.span);
                }
                None => break,
            }
        }
        if span != first.span {
            return Some((span, number));
        }
    }
    None
}
