//! The type check: every operator gets what it can work on, or says what to write instead.

mod binary;
mod branch;
mod calls;

use super::typed::{Kind, Node, Scalar, Typed};
use super::types::{Mask, Resolved, RowSchema};
use crate::definition::{BinaryOp, CivilDate, Expr, ExprKind, Function, Literal, UnaryOp};
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
        scope: Vec::new(),
        slots: 0,
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
    /// The names that are known here, the innermost last: slot as the definition has it, and type. Where a name stands here is
    /// its slot in what is checked, so that a saved card can neither mix names up nor ask for a slot of any number.
    scope: Vec<(u32, Mask)>,
    /// How many names are known at once at most.
    slots: usize,
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
                let place = self.scope.len();
                self.slots = self.slots.max(place + 1);
                self.scope
                    .push((*slot, value.as_ref().map_or(Mask::ANY, |value| value.ty)));
                let body = self.node(body);
                self.scope.truncate(place);
                let (value, body) = (value?, body?);
                let ty = body.ty;
                Ok(Node::new(Kind::Let(place, Box::new(value), Box::new(body)), ty))
            }
            ExprKind::Slot(slot) => {
                let mut known = self.scope.iter().enumerate().rev();
                match known.find(|(_, (known, _))| known == slot) {
                    Some((place, (_, ty))) => Ok(Node::new(Kind::Slot(place), *ty)),
                    None => self.mismatch(span, "this name has no value", "give it one with `let`"),
                }
            }
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
