//! The type check of functions.

use super::{Checked, Checker, Failed, joined};
use crate::definition::{Expr, ExprKind, Function, Literal, TimeUnit};
use crate::diagnostic::{Diagnostic, Span, codes};
use crate::expr::typed::{Kind, Node};
use crate::expr::types::Mask;

impl Checker<'_> {
    /// A call whose number of arguments is right.
    pub(super) fn call_of(&mut self, function: Function, arguments: &[Expr], span: Span) -> Checked<Node> {
        use Function as F;
        let (text, number, int) = (Mask::TEXT, Mask::NUMBER, Mask::INT);
        match function {
            F::ToLower | F::ToUpper | F::Trim => self.plain(function, arguments, &[text], text),
            F::Contains | F::StartsWith | F::EndsWith => self.plain(function, arguments, &[text, text], Mask::BOOL),
            F::Len => self.plain(function, arguments, &[text], int),
            F::SubString => self.plain(function, arguments, &[text, int, int], text),
            F::Replace => self.plain(function, arguments, &[text, text, text], text),
            F::Year | F::Month | F::DayOfMonth | F::Weekday => self.of_times(function, arguments, int),
            F::Hour => self.hour(arguments, span),
            F::Day => self.of_times(function, arguments, Mask::DATE),
            F::DaysBetween => {
                let mut node = self.of_times(function, arguments, Mask::FLOAT)?;
                let whole =
                    matches!(&node.kind, Kind::Call(_, times) if times.iter().all(|time| time.ty == Mask::DATE));
                if whole {
                    node.ty = int;
                }
                Ok(node)
            }
            F::HoursBetween | F::MinutesBetween => self.of_times(function, arguments, Mask::FLOAT),
            F::MonthsBetween => self.of_times(function, arguments, int),
            F::AddDays | F::AddMonths => self.moved(function, arguments),
            F::Date => self.date(arguments, span),
            F::AsOf => {
                self.uses_as_of = true;
                Ok(Node::new(Kind::Call(function, Vec::new()), Mask::DATE))
            }
            F::Abs | F::Floor | F::Ceil => self.numbers(function, arguments, false),
            F::Round => self.numbers(function, arguments, arguments.len() == 2),
            F::Min | F::Max => self.smaller_or_larger(function, arguments, span),
            F::Clamp => self.numbers(function, arguments, false),
            F::Ln | F::Exp | F::Sqrt => self.numbers(function, arguments, true),
            F::ToInt => self.plain(function, arguments, &[number.or(text)], int),
            F::ToFloat => self.plain(function, arguments, &[number.or(text)], Mask::FLOAT),
            F::ToText => self.plain(function, arguments, &[Mask::ANY], text),
            F::IsMissing => self.plain(function, arguments, &[Mask::ANY], Mask::BOOL),
            F::OrElse => self.or_else(arguments, span),
            F::DoneWithin => self.done_within(arguments),
            F::DoneBy | F::IsOpen => {
                self.uses_as_of = true;
                self.of_times(function, arguments, Mask::BOOL)
            }
        }
    }

    /// A call whose arguments are of fixed kinds.
    fn plain(&mut self, function: Function, arguments: &[Expr], kinds: &[Mask], ty: Mask) -> Checked<Node> {
        let by = format!("`{}`", function.name());
        let checked: Vec<Checked<Node>> = arguments
            .iter()
            .zip(kinds)
            .map(|(argument, kind)| self.needs(argument, *kind, &by))
            .collect();
        let checked = checked.into_iter().collect::<Checked<Vec<Node>>>()?;
        Ok(Node::new(Kind::Call(function, checked), ty))
    }

    fn numbers(&mut self, function: Function, arguments: &[Expr], fractional: bool) -> Checked<Node> {
        let mut node = self.plain(function, arguments, &[Mask::NUMBER; 3], Mask::FLOAT)?;
        if let (Kind::Call(_, numbers), false) = (&node.kind, fractional) {
            node.ty = numbers
                .iter()
                .map(|number| number.ty)
                .reduce(joined)
                .unwrap_or(Mask::FLOAT);
        }
        Ok(node)
    }

    /// A date or timestamp; text that is written out is read as one.
    pub(super) fn time(&mut self, argument: &Expr, by: &str) -> Checked<Node> {
        if let ExprKind::Literal(Literal::Text(text)) = &argument.kind {
            return self.date_literal(text, argument.span);
        }
        self.needs(argument, Mask::TIME, by)
    }

    fn of_times(&mut self, function: Function, arguments: &[Expr], ty: Mask) -> Checked<Node> {
        let by = format!("`{}`", function.name());
        let checked: Vec<Checked<Node>> = arguments.iter().map(|argument| self.time(argument, &by)).collect();
        let checked = checked.into_iter().collect::<Checked<Vec<Node>>>()?;
        Ok(Node::new(Kind::Call(function, checked), ty))
    }

    fn hour(&mut self, arguments: &[Expr], span: Span) -> Checked<Node> {
        let node = self.of_times(Function::Hour, arguments, Mask::INT)?;
        match &node.kind {
            Kind::Call(_, times) if times.iter().any(|time| time.ty == Mask::DATE) => {
                self.mismatch(span, "a day has no hour", "take a column with a time of day")
            }
            _ => Ok(node),
        }
    }

    fn moved(&mut self, function: Function, arguments: &[Expr]) -> Checked<Node> {
        let by = format!("`{}`", function.name());
        let [time, by_how_many] = arguments else {
            return Err(Failed);
        };
        let (time, by_how_many) = (self.time(time, &by), self.needs(by_how_many, Mask::INT, &by));
        let (time, by_how_many) = (time?, by_how_many?);
        let ty = time.ty;
        Ok(Node::new(Kind::Call(function, vec![time, by_how_many]), ty))
    }

    fn date(&mut self, arguments: &[Expr], span: Span) -> Checked<Node> {
        let [argument] = arguments else { return Err(Failed) };
        if let ExprKind::Literal(Literal::Text(text)) = &argument.kind {
            let node = self.date_literal(text, argument.span)?;
            if node.ty != Mask::DATE {
                return self.mismatch(
                    span,
                    "`date` takes a day without a time",
                    "write `date(\"2026-03-01\")`",
                );
            }
            return Ok(node);
        }
        self.plain(Function::Date, arguments, &[Mask::TEXT], Mask::DATE)
    }

    fn smaller_or_larger(&mut self, function: Function, arguments: &[Expr], span: Span) -> Checked<Node> {
        let [left, right] = arguments else { return Err(Failed) };
        let (one, other) = (self.node(left), self.node(right));
        let (one, other) = self.comparable(one?, left.span, other?, right.span, function.name(), span)?;
        let ordered = Mask::NUMBER.or(Mask::TIME);
        if !one.ty.meets(ordered) || !other.ty.meets(ordered) {
            let message = format!(
                "`{}` needs numbers or dates; this is {}",
                function.name(),
                one.ty.phrase()
            );
            return self.mismatch(span, message, "take another column");
        }
        let ty = self.one_type([&one, &other].into_iter(), span)?;
        Ok(Node::new(Kind::Call(function, vec![one, other]), ty))
    }

    fn or_else(&mut self, arguments: &[Expr], span: Span) -> Checked<Node> {
        let [value, other] = arguments else { return Err(Failed) };
        let (one, two) = (self.node(value), self.node(other));
        let one = one?;
        let two = self.dated(two?, other.span, &one)?;
        let (found, wide) = (self.current(&one), self.current(&two).comparable());
        if !found.meets(wide) {
            let message = format!(
                "`or_else` puts {} in place of {}",
                self.current(&two).phrase(),
                found.phrase()
            );
            return self.mismatch(span, message, "the stand-in is of the same kind as the value");
        }
        let ty = self.one_type([&one, &two].into_iter(), span)?;
        Ok(Node::new(Kind::Call(Function::OrElse, vec![one, two]), ty))
    }

    fn done_within(&mut self, arguments: &[Expr]) -> Checked<Node> {
        self.uses_as_of = true;
        let [start, end, count, unit] = arguments else {
            return Err(Failed);
        };
        let (start, end) = (self.time(start, "`done_within`"), self.time(end, "`done_within`"));
        let number = match &count.kind {
            ExprKind::Literal(Literal::Int(count)) if (0..=100_000).contains(count) => Ok(*count),
            ExprKind::Literal(Literal::Float(count)) if count.fract() == 0.0 && (0.0..=100_000.0).contains(count) => {
                Ok(*count as i64)
            }
            _ => {
                let diagnostic = Diagnostic::error(codes::WRONG_ARGUMENT, "the time allowed is a plain whole number");
                self.errors.push(
                    diagnostic
                        .at(count.span)
                        .help("write `done_within(t.opened_at, t.closed_at, 48, \"hours\")`"),
                );
                Err(Failed)
            }
        };
        let unit = match &unit.kind {
            ExprKind::Literal(Literal::Text(word)) => TimeUnit::named(word).ok_or(Failed),
            _ => Err(Failed),
        }
        .map_err(|_| {
            let diagnostic = Diagnostic::error(codes::WRONG_ARGUMENT, "the unit of the time allowed is not known");
            self.errors.push(
                diagnostic
                    .at(unit.span)
                    .help("write `minutes`, `hours`, `days`, `weeks`, `months`, `quarters` or `years`"),
            );
            Failed
        });
        let kind = Kind::DoneWithin(Box::new(start?), Box::new(end?), number?, unit?);
        Ok(Node::new(kind, Mask::BOOL))
    }
}
