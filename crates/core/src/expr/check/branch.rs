//! Branches and lists: that their values are of one kind, and fit what they are compared with.
//!
//! Imports: definition, diagnostic, expr::typed.

use super::{Checked, Checker, Failed, joined};
use crate::definition::{BinaryOp, Expr, Literal, SwitchArm, SwitchPattern};
use crate::diagnostic::Span;
use crate::expr::typed::{Arm, Kind, Node, Scalar};
use crate::expr::types::Mask;

impl Checker<'_> {
    pub(super) fn condition(&mut self, arms: &[(Expr, Expr)], otherwise: Option<&Expr>, span: Span) -> Checked<Node> {
        let checked: Vec<(Checked<Node>, Checked<Node>)> = arms
            .iter()
            .map(|(condition, value)| (self.needs(condition, Mask::BOOL, "`if`"), self.node(value)))
            .collect();
        let otherwise = otherwise.map(|expr| self.node(expr)).transpose();
        let mut pairs = Vec::with_capacity(checked.len());
        for (condition, value) in checked {
            pairs.push((condition?, value?));
        }
        let otherwise = otherwise?.map(Box::new);
        let values = pairs.iter().map(|(_, value)| value).chain(otherwise.as_deref());
        let ty = self.one_type(values, span)?;
        Ok(Node::new(Kind::If(pairs, otherwise), ty))
    }

    /// The type of several values, any of which may be the result.
    pub(super) fn one_type<'n>(&mut self, values: impl Iterator<Item = &'n Node>, span: Span) -> Checked<Mask> {
        let mut ty = Mask::ANY;
        for value in values {
            let found = self.current(value);
            let wide = if ty.within(Mask::NUMBER) && found.within(Mask::NUMBER) {
                joined(ty, found)
            } else if ty.within(Mask::TIME) && found.within(Mask::TIME) && ty != found {
                Mask::TIMESTAMP
            } else {
                ty.and(found)
            };
            if wide.is_empty() {
                let message = format!("the branches give {} here and {} there", ty.phrase(), found.phrase());
                return self.mismatch(
                    span,
                    message,
                    "let every branch give the same kind of value; `()` is missing",
                );
            }
            ty = wide;
        }
        Ok(ty)
    }

    pub(super) fn switch(
        &mut self,
        on: &Expr,
        arms: &[SwitchArm],
        default: Option<&Expr>,
        span: Span,
    ) -> Checked<Node> {
        let mut subject = self.node(on);
        let mut checked = Vec::with_capacity(arms.len());
        let mut failed = false;
        for arm in arms {
            let patterns = match &mut subject {
                Ok(subject) => self.patterns(subject, on.span, arm),
                Err(Failed) => Err(Failed),
            };
            let guard = arm
                .guard
                .as_ref()
                .map(|guard| self.needs(guard, Mask::BOOL, "`if`"))
                .transpose();
            match (patterns, guard, self.node(&arm.value)) {
                (Ok((values, ranges)), Ok(guard), Ok(value)) => checked.push(Arm {
                    values,
                    ranges,
                    guard,
                    value,
                }),
                _ => failed = true,
            }
        }
        let default = default.map(|expr| self.node(expr)).transpose()?.map(Box::new);
        if failed {
            return Err(Failed);
        }
        let ty = self.one_type(checked.iter().map(|arm| &arm.value).chain(default.as_deref()), span)?;
        Ok(Node::new(Kind::Switch(Box::new(subject?), checked, default), ty))
    }

    #[expect(clippy::type_complexity, reason = "values and ranges of one arm")]
    pub(super) fn patterns(
        &mut self,
        subject: &mut Node,
        place: Span,
        arm: &SwitchArm,
    ) -> Checked<(Vec<Scalar>, Vec<(i64, i64, bool)>)> {
        let (mut values, mut ranges) = (Vec::new(), Vec::new());
        for pattern in &arm.patterns {
            let label = match pattern {
                SwitchPattern::Value(Literal::Bool(value)) => Scalar::Bool(*value),
                SwitchPattern::Value(Literal::Int(value)) => Scalar::Int(*value),
                SwitchPattern::Value(Literal::Float(value)) => Scalar::Float(*value),
                SwitchPattern::Value(Literal::Text(text)) if self.current(subject).within(Mask::TIME) => {
                    match self.date_literal(text, arm.value.span)?.kind {
                        Kind::Literal(scalar) => scalar,
                        _ => return Err(Failed),
                    }
                }
                SwitchPattern::Value(Literal::Text(text)) => Scalar::Text(text.as_str().into()),
                SwitchPattern::Range { low, high, inclusive } => {
                    ranges.push((*low, *high, *inclusive));
                    Scalar::Int(*low)
                }
            };
            let found = self.current(subject);
            if !self.narrow(subject, label.mask().comparable(), place) {
                let message = format!(
                    "the label of this arm is {}, and the `switch` looks at {}",
                    label.mask().phrase(),
                    found.phrase()
                );
                return self.mismatch(
                    arm.value.span,
                    message,
                    "text labels stand in double quotes, numbers not",
                );
            }
            if !matches!(pattern, SwitchPattern::Range { .. }) {
                values.push(label);
            }
        }
        Ok((values, ranges))
    }

    pub(super) fn within(&mut self, value: &Expr, items: &[Expr], span: Span) -> Checked<Node> {
        let mut node = self.node(value)?;
        let mut scalars = Vec::with_capacity(items.len());
        let mut others: Option<Node> = None;
        let mut failed = false;
        for item in items {
            let pair = match self.node(item) {
                Ok(checked) => self.comparable(node.clone(), value.span, checked, item.span, "in", item.span),
                Err(Failed) => Err(Failed),
            };
            match pair {
                Ok((
                    narrowed,
                    Node {
                        kind: Kind::Literal(scalar),
                        ..
                    },
                )) => {
                    node = narrowed;
                    scalars.push(scalar);
                }
                Ok((narrowed, item)) => {
                    node = narrowed.clone();
                    let equal = Node::new(
                        Kind::Compare(BinaryOp::Equal, Box::new(narrowed), Box::new(item)),
                        Mask::BOOL,
                    );
                    others = Some(match others {
                        Some(before) => Node::new(Kind::Or(Box::new(before), Box::new(equal)), Mask::BOOL),
                        None => equal,
                    });
                }
                Err(Failed) => failed = true,
            }
        }
        if failed {
            return Err(Failed);
        }
        if items.is_empty() {
            return self.mismatch(
                span,
                "an empty list holds nothing",
                "write at least one value: `in [\"pro\"]`",
            );
        }
        if scalars.is_empty() {
            return others.ok_or(Failed);
        }
        let listed = Node::new(Kind::In(Box::new(node), scalars), Mask::BOOL);
        Ok(match others {
            Some(others) => Node::new(Kind::Or(Box::new(listed), Box::new(others)), Mask::BOOL),
            None => listed,
        })
    }
}
