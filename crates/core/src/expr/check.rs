//! The type check: every operator gets what it can work on, or says what to write instead.

mod calls;

use super::typed::{Arm, Kind, Node, Scalar, Typed};
use super::types::{Mask, Resolved, RowSchema};
use crate::definition::{BinaryOp, CivilDate, Expr, ExprKind, Function, Literal, SwitchArm, SwitchPattern, UnaryOp};
use crate::diagnostic::{Diagnostic, Span, codes, nearest};

/// Checks an expression against the columns of a row.
///
/// # Errors
/// Everything that does not fit: `BW210` (no such column), `BW211` (no such path), `BW212` (kinds that do not go
/// together), `BW103` (a date that is none), each with its place.
pub fn check(expr: &Expr, row: &dyn RowSchema) -> Result<Typed, Vec<Diagnostic>> {
    let mut checker = Checker {
        row,
        columns: Vec::new(),
        types: Vec::new(),
        uses: Vec::new(),
        slots: Vec::new(),
        uses_as_of: false,
        errors: Vec::new(),
        warnings: Vec::new(),
    };
    let root = checker.node(expr);
    let Checker {
        columns,
        types,
        slots,
        uses_as_of,
        errors,
        warnings,
        ..
    } = checker;
    match root {
        Ok(mut root) if errors.is_empty() => {
            let mut lifted = 0;
            root.lift(&|column| types.get(column) == Some(&Mask::TEXT), &mut lifted);
            let slots = slots.iter().map(|(slot, _)| *slot as usize + 1).max().unwrap_or(0);
            let steps = root.count();
            Ok(Typed {
                root,
                steps,
                columns,
                types,
                slots,
                lifted,
                uses_as_of,
                warnings,
                span: expr.span,
            })
        }
        _ => Err(errors),
    }
}

/// A failure whose diagnostic is kept already.
pub(super) struct Failed;

pub(super) type Checked<T> = Result<T, Failed>;

struct Checker<'a> {
    row: &'a dyn RowSchema,
    columns: Vec<Vec<String>>,
    /// What each column may still be.
    types: Vec<Mask>,
    /// Where each column was narrowed first.
    uses: Vec<Option<Span>>,
    slots: Vec<(u32, Mask)>,
    uses_as_of: bool,
    errors: Vec<Diagnostic>,
    warnings: Vec<Diagnostic>,
}

impl Checker<'_> {
    fn mismatch<T>(&mut self, span: Span, message: impl Into<String>, help: impl Into<String>) -> Checked<T> {
        self.errors
            .push(Diagnostic::error(codes::TYPE_MISMATCH, message).at(span).help(help));
        Err(Failed)
    }

    fn node(&mut self, expr: &Expr) -> Checked<Node> {
        let span = expr.span;
        match &expr.kind {
            ExprKind::Literal(literal) => self.literal(literal, span),
            ExprKind::Missing => Ok(Node::new(Kind::Missing, Mask::ANY)),
            ExprKind::Column(path) => self.column(path, span),
            ExprKind::Unary(UnaryOp::Not, of) => {
                let of = self.needs(of, Mask::BOOL, "`!`")?;
                Ok(Node::new(Kind::Not(Box::new(of)), Mask::BOOL))
            }
            ExprKind::Unary(UnaryOp::Negate, of) => {
                let of = self.needs(of, Mask::NUMBER, "`-`")?;
                let ty = of.ty;
                Ok(match of.kind {
                    Kind::Literal(Scalar::Int(value)) if value != i64::MIN => {
                        Node::new(Kind::Literal(Scalar::Int(-value)), ty)
                    }
                    kind => Node::new(Kind::Negate(Box::new(Node::new(kind, ty))), ty),
                })
            }
            ExprKind::Binary(op, left, right) => self.binary(*op, left, right, span),
            ExprKind::If { arms, otherwise } => self.condition(arms, otherwise.as_deref(), span),
            ExprKind::Switch { on, arms, default } => self.switch(on, arms, default.as_deref(), span),
            ExprKind::Let { slot, value, body } => {
                let value = self.node(value);
                self.slots
                    .push((*slot, value.as_ref().map_or(Mask::ANY, |value| value.ty)));
                let body = self.node(body);
                let (value, body) = (value?, body?);
                let ty = body.ty;
                Ok(Node::new(
                    Kind::Let(*slot as usize, Box::new(value), Box::new(body)),
                    ty,
                ))
            }
            ExprKind::Slot(slot) => match self.slots.iter().rev().find(|(known, _)| known == slot) {
                Some((_, ty)) => Ok(Node::new(Kind::Slot(*slot as usize), *ty)),
                None => self.mismatch(span, "this name has no value", "give it one with `let`"),
            },
            ExprKind::In(value, items) => self.within(value, items, span),
            ExprKind::InRange {
                value,
                low,
                high,
                inclusive,
            } => {
                let value_node = self.node(value);
                let (low_node, high_node) = (self.node(low), self.node(high));
                let (value_node, low_node) =
                    self.comparable(value_node?, value.span, low_node?, low.span, "in", span)?;
                let (value_node, high_node) =
                    self.comparable(value_node, value.span, high_node?, high.span, "in", span)?;
                self.ordered(&value_node, span)?;
                Ok(Node::new(
                    Kind::Between(
                        Box::new(value_node),
                        Box::new(low_node),
                        Box::new(high_node),
                        *inclusive,
                    ),
                    Mask::BOOL,
                ))
            }
            ExprKind::Call(function, arguments) => self.call(*function, arguments, span),
        }
    }

    fn literal(&mut self, literal: &Literal, span: Span) -> Checked<Node> {
        let scalar = match literal {
            Literal::Bool(value) => Scalar::Bool(*value),
            Literal::Int(value) => Scalar::Int(*value),
            Literal::Float(value) if value.is_finite() => Scalar::Float(*value),
            Literal::Float(_) => return self.mismatch(span, "this number is not finite", "write a plain number"),
            Literal::Text(text) => Scalar::Text(text.as_str().into()),
        };
        let ty = scalar.mask();
        Ok(Node::new(Kind::Literal(scalar), ty))
    }

    fn column(&mut self, path: &[String], span: Span) -> Checked<Node> {
        if let Some(index) = self.columns.iter().position(|known| known == path) {
            let ty = self.types.get(index).copied().unwrap_or(Mask::ANY);
            return Ok(Node::new(Kind::Column(index), ty));
        }
        let ty = match self.row.resolve(path) {
            Resolved::Known(column_type) => Mask::of(column_type),
            Resolved::Unknown => Mask::ANY,
            Resolved::Nothing {
                step,
                place,
                candidates,
                hint,
            } => {
                let name = path.get(step).map_or("", String::as_str);
                let is_path = step + 1 < path.len();
                let (code, what) = if is_path {
                    (codes::UNREACHABLE_COLUMN, "path")
                } else {
                    (codes::UNKNOWN_COLUMN, "column")
                };
                let diagnostic = Diagnostic::error(code, format!("no {what} `{name}` in {place}")).at(span);
                let near =
                    nearest(name, candidates.iter().map(String::as_str)).map(|near| format!("did you mean `{near}`?"));
                self.errors.push(match near.or(hint) {
                    Some(help) => diagnostic.help(help),
                    None if candidates.is_empty() => diagnostic,
                    None => diagnostic.help(format!("there are {}", listed(&candidates))),
                });
                return Err(Failed);
            }
        };
        self.columns.push(path.to_vec());
        self.types.push(ty);
        self.uses.push(None);
        Ok(Node::new(Kind::Column(self.columns.len() - 1), ty))
    }

    /// Narrows a piece to what its place needs; `false` where it cannot be that.
    fn narrow(&mut self, node: &mut Node, needed: Mask, span: Span) -> bool {
        if !node.ty.meets(needed) {
            return false;
        }
        if let Kind::Column(column) = &node.kind
            && let (Some(known), Some(place)) = (self.types.get_mut(*column), self.uses.get_mut(*column))
        {
            if !known.meets(needed) {
                return false;
            }
            if !known.within(needed) {
                *known = known.and(needed);
                place.get_or_insert(span);
            }
        }
        node.ty = node.ty.and(needed);
        true
    }

    /// A piece that must be of some kind; `by` names who needs it.
    fn needs(&mut self, expr: &Expr, needed: Mask, by: &str) -> Checked<Node> {
        let mut node = self.node(expr)?;
        if self.narrow(&mut node, needed, expr.span) {
            return Ok(node);
        }
        self.not_fitting(&node, needed, by, expr.span)
    }

    fn not_fitting<T>(&mut self, node: &Node, needed: Mask, by: &str, span: Span) -> Checked<T> {
        let found = self.current(node);
        let help = match (needed, found) {
            (Mask::BOOL, found) if found.within(Mask::NUMBER) => "compare it: `== 1`, `> 0`".to_owned(),
            (Mask::BOOL, found) if found.within(Mask::TEXT) => "compare it: `== \"yes\"`".to_owned(),
            (Mask::BOOL, _) => "compare it with something".to_owned(),
            (needed, found) if needed.within(Mask::NUMBER) && found.within(Mask::TEXT) => {
                "declare codes that mean missing, or take the number out of the text with `to_float`".to_owned()
            }
            (needed, found) if needed.within(Mask::NUMBER) && found.within(Mask::BOOL) => {
                "write `if .. { 1 } else { 0 }`".to_owned()
            }
            (needed, found) if needed.within(Mask::NUMBER) && found.within(Mask::TIME) => {
                "take a part of it: `year(..)`, or a distance: `days_between(.., ..)`".to_owned()
            }
            (needed, found) if needed.within(Mask::TIME) && found.within(Mask::TEXT) => {
                "declare its format: `.dates(\"d/M/yyyy\")`".to_owned()
            }
            (Mask::TEXT, _) => "turn it into text with `to_text(..)`".to_owned(),
            _ => "take another column".to_owned(),
        };
        let diagnostic = Diagnostic::error(
            codes::TYPE_MISMATCH,
            format!("{by} needs {}; this is {}", needed.phrase(), found.phrase()),
        )
        .at(span)
        .help(help);
        let before = match &node.kind {
            Kind::Column(column) => self.uses.get(*column).copied().flatten(),
            _ => None,
        };
        self.errors.push(match before {
            Some(before) if before != span => diagnostic.related(before, format!("used as {} here", found.phrase())),
            _ => diagnostic,
        });
        Err(Failed)
    }

    /// What a piece is known to be by now.
    fn current(&self, node: &Node) -> Mask {
        match &node.kind {
            Kind::Column(column) => self.types.get(*column).copied().unwrap_or(node.ty),
            _ => node.ty,
        }
    }

    fn binary(&mut self, op: BinaryOp, left: &Expr, right: &Expr, span: Span) -> Checked<Node> {
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

    fn arithmetic(&mut self, op: BinaryOp, left: &Expr, right: &Expr, span: Span) -> Checked<Node> {
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
    fn comparable(
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
    fn dated(&mut self, node: Node, span: Span, beside: &Node) -> Checked<Node> {
        let Kind::Literal(Scalar::Text(text)) = &node.kind else {
            return Ok(node);
        };
        if !self.current(beside).within(Mask::TIME) {
            return Ok(node);
        }
        self.date_literal(text, span)
    }

    fn date_literal(&mut self, text: &str, span: Span) -> Checked<Node> {
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

    fn ordered(&mut self, node: &Node, span: Span) -> Checked<()> {
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
    fn warn_midnight(&mut self, op: BinaryOp, one: &Node, other: &Node, left: &Expr, right: &Expr, span: Span) {
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

    fn condition(&mut self, arms: &[(Expr, Expr)], otherwise: Option<&Expr>, span: Span) -> Checked<Node> {
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
    fn one_type<'n>(&mut self, values: impl Iterator<Item = &'n Node>, span: Span) -> Checked<Mask> {
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

    fn switch(&mut self, on: &Expr, arms: &[SwitchArm], default: Option<&Expr>, span: Span) -> Checked<Node> {
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
    fn patterns(
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

    fn within(&mut self, value: &Expr, items: &[Expr], span: Span) -> Checked<Node> {
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

    fn call(&mut self, function: Function, arguments: &[Expr], span: Span) -> Checked<Node> {
        let (fewest, most) = function.arity();
        if !(fewest..=most).contains(&arguments.len()) {
            let message = format!("`{}` does not take {} values", function.name(), arguments.len());
            self.errors
                .push(Diagnostic::error(codes::WRONG_ARGUMENT, message).at(span));
            return Err(Failed);
        }
        self.call_of(function, arguments, span)
    }
}

/// The wider of two kinds of numbers.
pub(super) fn joined(one: Mask, other: Mask) -> Mask {
    if one == other {
        one
    } else if one == Mask::FLOAT || other == Mask::FLOAT {
        Mask::FLOAT
    } else {
        one.or(other).and(Mask::NUMBER)
    }
}

/// Reads `yyyy-MM-dd`, `yyyy-MM-ddTHH:mm` or `yyyy-MM-dd HH:mm:ss`.
pub(super) fn instant(text: &str) -> Option<Scalar> {
    let Some((date, time)) = text.split_once(['T', ' ']) else {
        return CivilDate::parse(text).map(|date| Scalar::Date(date.0));
    };
    let date = CivilDate::parse(date)?;
    let mut seconds = 0_i64;
    let mut parts = 0;
    for (part, limit) in time.split(':').zip([24, 60, 60]) {
        let value: i64 =
            (part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit())).then(|| part.parse().ok())??;
        if value >= limit {
            return None;
        }
        seconds = seconds * 60 + value;
        parts += 1;
    }
    if parts != time.split(':').count() || parts < 2 {
        return None;
    }
    if parts == 2 {
        seconds *= 60;
    }
    Some(Scalar::Timestamp((i64::from(date.0) * 86_400 + seconds) * 1_000_000))
}

fn looks_like_iso(text: &str) -> bool {
    text.len() == 10
        && text.bytes().enumerate().all(|(at, byte)| {
            if at == 4 || at == 7 {
                byte == b'-'
            } else {
                byte.is_ascii_digit()
            }
        })
}

const fn symbol(op: BinaryOp) -> &'static str {
    match op {
        BinaryOp::Add => "+",
        BinaryOp::Subtract => "-",
        BinaryOp::Multiply => "*",
        BinaryOp::Divide => "/",
        BinaryOp::Remainder => "%",
        BinaryOp::Power => "**",
        BinaryOp::Equal => "==",
        BinaryOp::NotEqual => "!=",
        BinaryOp::Less => "<",
        BinaryOp::LessOrEqual => "<=",
        BinaryOp::Greater => ">",
        BinaryOp::GreaterOrEqual => ">=",
        BinaryOp::And => "&&",
        BinaryOp::Or => "||",
    }
}

/// The first names of a list, for people.
fn listed(names: &[String]) -> String {
    const SHOWN: usize = 8;
    let shown: Vec<String> = names.iter().take(SHOWN).map(|name| format!("`{name}`")).collect();
    let more = if names.len() > SHOWN {
        format!(" and {} more", names.len() - SHOWN)
    } else {
        String::new()
    };
    format!("{}{more}", shown.join(", "))
}

#[cfg(test)]
mod tests;
