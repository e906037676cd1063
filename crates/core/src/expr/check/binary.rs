//! Arithmetic and comparisons: which kinds go together, and where a text is a date.
//!
//! Imports: definition, diagnostic, expr::typed.

use super::{Checked, Checker, Failed, instant, joined, looks_like_iso, symbol};
use crate::definition::{BinaryOp, Expr, ExprKind};
use crate::diagnostic::{Diagnostic, Span, codes};
use crate::expr::typed::{Kind, Node, Scalar};
use crate::expr::types::Mask;

impl Checker<'_> {
    pub(super) fn binary(&mut self, op: BinaryOp, left: &Expr, right: &Expr, span: Span) -> Checked<Node> {
        match op {
            BinaryOp::And | BinaryOp::Or => {
                let by = if op == BinaryOp::And { "`&&`" } else { "`||`" };
                let (one, other) = (self.needs(left, Mask::BOOL, by), self.needs(right, Mask::BOOL, by));
                let (one, other) = (Box::new(one?), Box::new(other?));
                Ok(Node::new(
                    if op == BinaryOp::And {
                        Kind::And(one, other)
                    } else {
                        Kind::Or(one, other)
                    },
                    Mask::BOOL,
                ))
            }
            BinaryOp::Equal
            | BinaryOp::NotEqual
            | BinaryOp::Less
            | BinaryOp::LessOrEqual
            | BinaryOp::Greater
            | BinaryOp::GreaterOrEqual => {
                let (one, other) = (self.node(left), self.node(right));
                let (one, other) = self.comparable(one?, left.span, other?, right.span, symbol(op), span)?;
                if !matches!(op, BinaryOp::Equal | BinaryOp::NotEqual) {
                    self.ordered(&one, span)?;
                }
                self.warn_midnight(op, &one, &other, left, right, span);
                Ok(Node::new(Kind::Compare(op, Box::new(one), Box::new(other)), Mask::BOOL))
            }
            _ => self.arithmetic(op, left, right, span),
        }
    }

    pub(super) fn arithmetic(&mut self, op: BinaryOp, left: &Expr, right: &Expr, span: Span) -> Checked<Node> {
        let (one, other) = (self.node(left), self.node(right));
        let (mut one, mut other) = (one?, other?);
        if op == BinaryOp::Subtract {
            one = self.dated(one, left.span, &other)?;
            other = self.dated(other, right.span, &one)?;
        }
        let both = |mask: Mask, this: &Self| this.current(&one).meets(mask) && this.current(&other).meets(mask);
        let kind = |one: Node, other: Node| Kind::Arithmetic(op, Box::new(one), Box::new(other));
        if op == BinaryOp::Subtract && both(Mask::TIME, self) && !both(Mask::NUMBER, self) {
            self.narrow(&mut one, Mask::TIME, left.span);
            self.narrow(&mut other, Mask::TIME, right.span);
            let whole = one.ty == Mask::DATE && other.ty == Mask::DATE;
            return Ok(Node::new(kind(one, other), if whole { Mask::INT } else { Mask::FLOAT }));
        }
        if op == BinaryOp::Add && both(Mask::TEXT, self) {
            if both(Mask::NUMBER, self) {
                // Neither is known: either may still be meant.
                let ty = Mask::NUMBER.or(Mask::TEXT);
                return Ok(Node::new(kind(one, other), ty));
            }
            self.narrow(&mut one, Mask::TEXT, left.span);
            self.narrow(&mut other, Mask::TEXT, right.span);
            return Ok(Node::new(kind(one, other), Mask::TEXT));
        }
        let by = format!("`{}`", symbol(op));
        let times = self.current(&one).within(Mask::TIME) || self.current(&other).within(Mask::TIME);
        if times && matches!(op, BinaryOp::Add | BinaryOp::Subtract) {
            return self.mismatch(
                span,
                format!("{by} cannot move a date"),
                "write `add_days(t.opened_on, 30)`",
            );
        }
        let texts = self.current(&one).within(Mask::TEXT) || self.current(&other).within(Mask::TEXT);
        if texts && op == BinaryOp::Add {
            return self.mismatch(
                span,
                "`+` joins text with text, or adds numbers",
                "write `${t.code}-${t.number}` in backticks",
            );
        }
        for (node, expr) in [(&mut one, left), (&mut other, right)] {
            if !self.narrow(node, Mask::NUMBER, expr.span) {
                let node = node.clone();
                return self.not_fitting(&node, Mask::NUMBER, &by, expr.span);
            }
        }
        let whole_power = matches!(other.kind, Kind::Literal(Scalar::Int(0..)));
        let ty = match op {
            BinaryOp::Divide => Mask::FLOAT,
            BinaryOp::Power if !whole_power => Mask::FLOAT,
            _ => joined(one.ty, other.ty),
        };
        Ok(Node::new(kind(one, other), ty))
    }

    /// Two pieces that are compared: made of one kind, text read as a date where the other is one.
    pub(super) fn comparable(
        &mut self,
        one: Node,
        one_span: Span,
        other: Node,
        other_span: Span,
        op: &str,
        span: Span,
    ) -> Checked<(Node, Node)> {
        let mut one = self.dated(one, one_span, &other)?;
        let mut other = self.dated(other, other_span, &one)?;
        let (left, right) = (self.current(&one), self.current(&other));
        let (mut wide_left, mut wide_right) = (left.comparable(), right.comparable());
        // A text may be compared with a column that turns out to hold dates.
        for (node, wide) in [(&one, &mut wide_left), (&other, &mut wide_right)] {
            if matches!(&node.kind, Kind::Literal(Scalar::Text(text)) if instant(text).is_some()) {
                *wide = wide.or(Mask::TIME);
            }
        }
        if !left.meets(wide_right) || !right.meets(wide_left) {
            let help = match (left, right) {
                (text, number) | (number, text) if text.within(Mask::TEXT) && number.within(Mask::NUMBER) => {
                    "put text in double quotes and numbers not; a column of numbers with codes such as \"N/A\" needs `.missing(\"N/A\")`"
                }
                (bool, number) | (number, bool) if bool.within(Mask::BOOL) && number.within(Mask::NUMBER) => {
                    "a column of true and false is a condition by itself: `r.churned`, `!r.churned`"
                }
                (bool, text) | (text, bool) if bool.within(Mask::BOOL) && text.within(Mask::TEXT) => {
                    "a column of true and false is a condition by itself: `r.churned`, `!r.churned`"
                }
                (date, _) | (_, date) if date.within(Mask::TIME) => "take a part of it: `year(..) == 2026`",
                _ => "compare values of one kind",
            };
            return self.mismatch(
                span,
                format!("`{op}` compares {} with {}", left.phrase(), right.phrase()),
                help,
            );
        }
        self.narrow(&mut one, wide_right, one_span);
        self.narrow(&mut other, wide_left, other_span);
        Ok((one, other))
    }

    /// A text literal beside a date becomes a date.
    pub(super) fn dated(&mut self, node: Node, span: Span, beside: &Node) -> Checked<Node> {
        let Kind::Literal(Scalar::Text(text)) = &node.kind else {
            return Ok(node);
        };
        if !self.current(beside).within(Mask::TIME) {
            return Ok(node);
        }
        self.date_literal(text, span)
    }

    pub(super) fn date_literal(&mut self, text: &str, span: Span) -> Checked<Node> {
        match instant(text) {
            Some(scalar) => {
                let ty = scalar.mask();
                Ok(Node::new(Kind::Literal(scalar), ty))
            }
            None => {
                let digits = text.bytes().filter(u8::is_ascii_digit).count();
                let message = if looks_like_iso(text) {
                    format!("there is no day `{text}`")
                } else if digits >= 4 {
                    format!("a date is not written `{text}`")
                } else {
                    format!("`{text}` is no date")
                };
                self.errors.push(
                    Diagnostic::error(codes::WRONG_ARGUMENT, message)
                        .at(span)
                        .help("a date is written `\"2016-03-01\"`"),
                );
                Err(Failed)
            }
        }
    }

    pub(super) fn ordered(&mut self, node: &Node, span: Span) -> Checked<()> {
        if self.current(node).within(Mask::BOOL) {
            return self.mismatch(
                span,
                "true and false have no order",
                "write `r.churned`, `!r.churned` or `a == b`",
            );
        }
        Ok(())
    }

    /// A day beside a point in time is its midnight, which is seldom meant.
    pub(super) fn warn_midnight(
        &mut self,
        op: BinaryOp,
        one: &Node,
        other: &Node,
        left: &Expr,
        right: &Expr,
        span: Span,
    ) {
        let (date, stamp) = match (one.ty, other.ty) {
            (Mask::DATE, Mask::TIMESTAMP) => (one, right),
            (Mask::TIMESTAMP, Mask::DATE) => (other, left),
            _ => return,
        };
        // `opened_at < "2016-03-01"` and `>=` mean what they say.
        let date_is_left = one.ty == Mask::DATE;
        let fine = match op {
            BinaryOp::Less => !date_is_left,
            BinaryOp::GreaterOrEqual => !date_is_left,
            BinaryOp::Greater | BinaryOp::LessOrEqual => date_is_left,
            _ => false,
        };
        if fine && matches!(date.kind, Kind::Literal(_)) {
            return;
        }
        let name = match &stamp.kind {
            ExprKind::Column(path) => format!("r.{}", path.join(".")),
            _ => "..".to_owned(),
        };
        self.warnings.push(
            Diagnostic::warning(
                codes::TYPE_MISMATCH,
                "a day is compared with a point in time: the day counts as its midnight",
            )
            .at(span)
            .help(format!("to compare days, write `day({name})`")),
        );
    }
}
