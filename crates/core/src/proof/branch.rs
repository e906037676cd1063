//! The ways through a closure: each arm of an `if` and a `switch`, and both outcomes of a condition.

use crate::data::{Dataset, Values};
use crate::definition::{
    AddedSource, Aggregate, BinaryOp, ColumnType, Expr, ExprKind, Function, Literal, Measure, MeasureFunction,
    Scorecard, SegmentSource, SwitchArm, SwitchPattern, UnaryOp,
};
use crate::diagnostic::Span;
use crate::expr::{self, Context, TableFrame};

/// A way through a closure.
#[derive(Debug, Clone)]
pub(super) struct Branch {
    /// In words: `if .. is true`, `switch arm "pro"`.
    pub what: String,
    /// Where it is written.
    pub span: Span,
    /// The table whose rows take it.
    pub table: String,
    /// True for the rows that take it.
    pub taken: Expr,
}

/// A closure of the card with the table whose rows it reads, and whether its outcome is a condition of its own.
struct Closure<'a> {
    table: &'a str,
    expr: &'a Expr,
    condition: bool,
}

/// Every way through every closure over rows.
pub(super) fn branches(card: &Scorecard) -> Vec<Branch> {
    let mut found = Vec::new();
    for closure in closures(card) {
        let here = closure.expr;
        if closure.condition && !matches!(here.kind, ExprKind::Column(_) | ExprKind::Literal(_)) {
            for (word, taken) in [("true", here.clone()), ("false", not(here.clone()))] {
                let what = format!("the condition is {word}");
                found.push(Branch {
                    what,
                    span: here.span,
                    table: closure.table.into(),
                    taken,
                });
            }
        }
        let mut walker = Walker {
            table: closure.table,
            scope: Vec::new(),
            found: &mut found,
        };
        walker.walk(here);
    }
    found
}

fn closures(card: &Scorecard) -> Vec<Closure<'_>> {
    let mut found = Vec::new();
    for metric in &card.metrics {
        of_measure(&metric.measure, &mut found);
        if let Some(worth) = &metric.worth {
            of_measure(&worth.amount, &mut found);
        }
    }
    for table in &card.tables {
        for added in &table.added {
            match &added.source {
                AddedSource::Row(expr) => found.push(Closure {
                    table: &table.name.value,
                    expr,
                    condition: false,
                }),
                AddedSource::RollUp(measure) => of_measure(measure, &mut found),
                AddedSource::CountRecent { .. } | AddedSource::FollowedWithin { .. } | AddedSource::Score { .. } => {}
            }
        }
    }
    for segment in &card.segments {
        for source in &segment.sources {
            if let SegmentSource::Closure(row) = source {
                found.push(Closure {
                    table: &row.table,
                    expr: &row.expr,
                    condition: false,
                });
            }
        }
    }
    found
}

fn of_measure<'a>(measure: &'a Measure, found: &mut Vec<Closure<'a>>) {
    measure
        .aggregates()
        .into_iter()
        .for_each(|aggregate| of_aggregate(aggregate, found));
}

fn of_aggregate<'a>(aggregate: &'a Aggregate, found: &mut Vec<Closure<'a>>) {
    let table = aggregate.table.as_str();
    let condition = |place: usize| match aggregate.function {
        MeasureFunction::Rate => true,
        MeasureFunction::Share => place == 1,
        _ => false,
    };
    let inputs = aggregate.inputs.iter().enumerate();
    found.extend(inputs.map(|(place, expr)| Closure {
        table,
        expr,
        condition: condition(place),
    }));
    found.extend(aggregate.filters.iter().map(|expr| Closure {
        table,
        expr,
        condition: true,
    }));
    found.extend(aggregate.dated.iter().map(|expr| Closure {
        table,
        expr,
        condition: false,
    }));
}

/// What stands around a part of a closure: names bound, and conditions that led there.
#[derive(Clone)]
enum Around {
    Let(u32, Expr),
    Only(Expr),
}

struct Walker<'a, 'f> {
    table: &'a str,
    scope: Vec<Around>,
    found: &'f mut Vec<Branch>,
}

impl Walker<'_, '_> {
    fn within(&mut self, around: Vec<Around>, expr: &Expr) {
        let depth = self.scope.len();
        self.scope.extend(around);
        self.walk(expr);
        self.scope.truncate(depth);
    }

    /// Notes a way: the rows for which `condition` is true where it stands.
    fn way(&mut self, what: String, span: Span, condition: Expr) {
        let taken = self.scope.iter().rev().fold(condition, |inner, around| match around {
            Around::Only(led) => and(led.clone(), inner),
            Around::Let(slot, value) => {
                let kind = ExprKind::Let {
                    slot: *slot,
                    value: Box::new(value.clone()),
                    body: Box::new(inner),
                };
                Expr::new(kind, span)
            }
        });
        self.found.push(Branch {
            what,
            span,
            table: self.table.to_owned(),
            taken,
        });
    }

    fn walk(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Literal(_) | ExprKind::Missing | ExprKind::Column(_) | ExprKind::Slot(_) => {}
            ExprKind::Unary(_, inner) => self.walk(inner),
            ExprKind::Binary(_, left, right) => {
                self.walk(left);
                self.walk(right);
            }
            ExprKind::Let { slot, value, body } => {
                self.walk(value);
                self.within(vec![Around::Let(*slot, (**value).clone())], body);
            }
            ExprKind::In(value, items) => {
                self.walk(value);
                items.iter().for_each(|item| self.walk(item));
            }
            ExprKind::InRange { value, low, high, .. } => {
                [value, low, high].into_iter().for_each(|part| self.walk(part))
            }
            ExprKind::Call(_, arguments) => arguments.iter().for_each(|argument| self.walk(argument)),
            ExprKind::If { arms, otherwise } => self.choice(arms, otherwise.as_deref(), expr.span),
            ExprKind::Switch { on, arms, default } => self.switch(on, arms, default.as_deref(), expr.span),
        }
    }

    fn choice(&mut self, arms: &[(Expr, Expr)], otherwise: Option<&Expr>, span: Span) {
        let mut before: Vec<Expr> = Vec::new();
        for (condition, value) in arms {
            self.walk(condition);
            let led = all(
                before
                    .iter()
                    .cloned()
                    .map(not)
                    .chain(std::iter::once(condition.clone())),
                span,
            );
            self.way("the `if` is true".into(), condition.span, led.clone());
            self.within(vec![Around::Only(led)], value);
            before.push(condition.clone());
        }
        let led = all(before.into_iter().map(not), span);
        let place = otherwise.map_or(span, |value| value.span);
        self.way(
            if otherwise.is_some() {
                "the `else`"
            } else {
                "no `if` is true"
            }
            .into(),
            place,
            led.clone(),
        );
        if let Some(value) = otherwise {
            self.within(vec![Around::Only(led)], value);
        }
    }

    fn switch(&mut self, on: &Expr, arms: &[SwitchArm], default: Option<&Expr>, span: Span) {
        self.walk(on);
        let mut before: Vec<Expr> = Vec::new();
        for arm in arms {
            if let Some(guard) = &arm.guard {
                self.walk(guard);
            }
            let here = selects(on, arm);
            let led = all(
                before.iter().cloned().map(not).chain(std::iter::once(here.clone())),
                span,
            );
            let patterns: Vec<String> = arm.patterns.iter().map(pattern_text).collect();
            self.way(
                format!("the arm `{}`", patterns.join(" | ")),
                arm.value.span,
                led.clone(),
            );
            self.within(vec![Around::Only(led)], &arm.value);
            before.push(here);
        }
        if let Some(value) = default {
            let known = not(Expr::new(ExprKind::Call(Function::IsMissing, vec![on.clone()]), span));
            let led = all(before.into_iter().map(not).chain(std::iter::once(known)), span);
            self.way("the arm `_`".into(), value.span, led.clone());
            self.within(vec![Around::Only(led)], value);
        }
    }
}

fn not(expr: Expr) -> Expr {
    let span = expr.span;
    Expr::new(ExprKind::Unary(UnaryOp::Not, Box::new(expr)), span)
}

fn and(left: Expr, right: Expr) -> Expr {
    let span = left.span;
    Expr::new(ExprKind::Binary(BinaryOp::And, Box::new(left), Box::new(right)), span)
}

fn all(conditions: impl Iterator<Item = Expr>, span: Span) -> Expr {
    conditions
        .reduce(and)
        .unwrap_or_else(|| Expr::new(ExprKind::Literal(Literal::Bool(true)), span))
}

/// True where an arm's pattern and guard hold.
fn selects(on: &Expr, arm: &SwitchArm) -> Expr {
    let span = arm.value.span;
    let literal = |value: Literal| Expr::new(ExprKind::Literal(value), span);
    let one = |pattern: &SwitchPattern| match pattern {
        SwitchPattern::Value(value) => {
            let kind = ExprKind::Binary(BinaryOp::Equal, Box::new(on.clone()), Box::new(literal(value.clone())));
            Expr::new(kind, span)
        }
        SwitchPattern::Range { low, high, inclusive } => {
            let kind = ExprKind::InRange {
                value: Box::new(on.clone()),
                low: Box::new(literal(Literal::Int(*low))),
                high: Box::new(literal(Literal::Int(*high))),
                inclusive: *inclusive,
            };
            Expr::new(kind, span)
        }
    };
    let or = |left: Expr, right: Expr| Expr::new(ExprKind::Binary(BinaryOp::Or, Box::new(left), Box::new(right)), span);
    let matched = arm
        .patterns
        .iter()
        .map(one)
        .reduce(or)
        .unwrap_or_else(|| literal(Literal::Bool(false)));
    match &arm.guard {
        Some(guard) => and(matched, guard.clone()),
        None => matched,
    }
}

fn pattern_text(pattern: &SwitchPattern) -> String {
    match pattern {
        SwitchPattern::Value(Literal::Text(text)) => format!("\"{text}\""),
        SwitchPattern::Value(Literal::Bool(value)) => value.to_string(),
        SwitchPattern::Value(Literal::Int(value)) => value.to_string(),
        SwitchPattern::Value(Literal::Float(value)) => value.to_string(),
        SwitchPattern::Range { low, high, inclusive } => {
            format!("{low}{}{high}", if *inclusive { "..=" } else { ".." })
        }
    }
}

/// Whether any row of the data takes a way.
pub(super) fn is_taken(branch: &Branch, data: &Dataset) -> bool {
    rows_where(&branch.table, &branch.taken, data).is_some_and(|rows| rows.contains(&Some(true)))
}

/// For each row of a table whether a condition holds; `None` for a row: unknown. `None` for all: it cannot be computed.
fn rows_where(table: &str, condition: &Expr, data: &Dataset) -> Option<Vec<Option<bool>>> {
    let column = values(table, condition, data)?;
    let Values::Bool(values) = &column.values else {
        return None;
    };
    Some(
        (0..column.len())
            .map(|row| column.is_valid(row).then(|| values.value(row)))
            .collect(),
    )
}

fn values(table: &str, expr: &Expr, data: &Dataset) -> Option<crate::data::Column> {
    let frame = TableFrame::new(data, table)?;
    let typed = expr::check(expr, &frame).ok()?;
    let rows = data.table(table)?.rows;
    Some(expr::evaluate(&typed, &frame, &Context { as_of: data.as_of }, 0..rows))
}

/// For each aggregate of a measure the first row that does not count, and why: left out by a filter, or a value missing.
pub(super) fn first_row_that_does_not_count(measure: &Measure, data: &Dataset) -> Vec<String> {
    let mut found = Vec::new();
    for aggregate in measure.aggregates() {
        let table = &aggregate.table;
        let Some(bound) = data.table(table) else { continue };
        found.push(format!("`{table}` has {} rows", bound.rows));
        let mut in_play: Vec<bool> = vec![true; bound.rows];
        for filter in &aggregate.filters {
            let Some(holds) = rows_where(table, filter, data) else {
                continue;
            };
            if let Some(row) = holds.iter().position(|holds| *holds != Some(true)) {
                found.push(format!(
                    "row {} of `{table}` is left out by `.where(..)`",
                    bound.source_row(row)
                ));
            }
            in_play
                .iter_mut()
                .zip(&holds)
                .for_each(|(keep, holds)| *keep &= *holds == Some(true));
        }
        for input in &aggregate.inputs {
            let Some(column) = values(table, input, data) else {
                continue;
            };
            if let Some(row) = (0..bound.rows).find(|row| in_play.get(*row) == Some(&true) && !column.is_valid(*row)) {
                let name = match &input.kind {
                    ExprKind::Column(path) => path.join("."),
                    _ if column.column_type() == ColumnType::Bool => "its condition".into(),
                    _ => "its value".into(),
                };
                found.push(format!(
                    "row {} of `{table}` is skipped: {name} is missing",
                    bound.source_row(row)
                ));
            }
        }
    }
    found
}
