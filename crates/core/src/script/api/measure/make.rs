//! What the words of measures make: aggregates, and simpler nodes for measures over two tables.

use std::sync::Arc;

use rhai::Dynamic;

use super::super::give;
use super::adjust::each_aggregate;
use crate::definition::{
    AddedColumn, AddedSource, Aggregate, ArithmeticOp, BinaryOp, Duration, Expr, ExprKind, Literal, Measure,
    MeasureFunction, MeasureKind, ParentPath, UnaryOp,
};
use crate::diagnostic::{Span, codes};
use crate::script::call::Call;
use crate::script::value::{Kind, Value};

/// An aggregate whose first `columns` arguments are columns, then `numbers` numbers, then `words` words.
pub fn aggregate(
    call: &mut Call<'_>,
    function: MeasureFunction,
    columns: usize,
    numbers: usize,
    words: usize,
) -> Option<Dynamic> {
    let (table, inputs) = inputs(call, 0..columns)?;
    let numbers: Vec<f64> = (columns..columns + numbers)
        .map(|index| call.number(index).map(|number| number.value))
        .collect::<Option<_>>()?;
    let first = columns + numbers.len();
    let words: Vec<String> = (first..first + words)
        .map(|index| call.text(index).map(|word| word.value))
        .collect::<Option<_>>()?;
    give(made(call, function, table, inputs, numbers, words))
}

/// Column arguments of one table.
pub fn inputs(call: &mut Call<'_>, range: std::ops::Range<usize>) -> Option<(String, Vec<Expr>)> {
    let first = range.start;
    let mut table = String::new();
    let mut found = Vec::with_capacity(range.len());
    for index in range {
        let formula = call.formula(index)?;
        if table.is_empty() {
            table = formula.table;
        } else if !formula.table.is_empty() && formula.table != table {
            let (name, span) = (call.name, call.arg_span(index));
            call.error(
                codes::UNREACHABLE_COLUMN,
                span,
                format!(
                    "`{name}` takes columns of one table, and these are of `{table}` and `{}`",
                    formula.table
                ),
                "start all of them from the rows that are counted, along `belongs_to`",
            );
            return None;
        }
        found.push(formula.expr);
    }
    if table.is_empty() {
        call.wrong(first, "a column");
        return None;
    }
    Some((table, found))
}

pub fn made(
    call: &Call<'_>,
    function: MeasureFunction,
    table: String,
    inputs: Vec<Expr>,
    numbers: Vec<f64>,
    words: Vec<String>,
) -> Value {
    let span = call.whole();
    Value::measure(aggregate_kind(function, table, inputs, numbers, words, span), span)
}

pub fn aggregate_kind(
    function: MeasureFunction,
    table: String,
    inputs: Vec<Expr>,
    numbers: Vec<f64>,
    words: Vec<String>,
    span: Span,
) -> MeasureKind {
    MeasureKind::Aggregate(Box::new(Aggregate {
        numbers,
        words,
        ..Aggregate::new(function, table, inputs, span)
    }))
}

pub fn measure_of(value: Value) -> Option<Measure> {
    match value {
        Value::Measure(measure) => Some((*measure).clone()),
        _ => None,
    }
}

pub fn count(call: &mut Call<'_>) -> Option<Dynamic> {
    if let Some(Value::Table(table)) = call.handle(0) {
        let table = call.builder.table_name(table);
        return give(made(call, MeasureFunction::Count, table, vec![], vec![], vec![]));
    }
    if call.kind(0) == Kind::Closure {
        call.wrong(0, "a table or a column");
        return None;
    }
    aggregate(call, MeasureFunction::Count, 1, 0, 0)
}

pub fn percentile(call: &mut Call<'_>) -> Option<Dynamic> {
    let p = call.number(1)?;
    if p.value > 0.0 && p.value < 1.0 {
        let better = (p.value * 100.0 * 1e6).round() / 1e6;
        call.bad(
            1,
            "`percentile` takes a number from 0 to 100",
            &format!("{better} means p{better}"),
        );
        return None;
    }
    if !(0.0..=100.0).contains(&p.value) {
        call.bad(1, "`percentile` takes a number from 0 to 100", "90 means p90");
        return None;
    }
    aggregate(call, MeasureFunction::Percentile, 1, 1, 0)
}

pub fn boxes(call: &mut Call<'_>, function: MeasureFunction, numbers: usize) -> Option<Dynamic> {
    for index in 1..=numbers {
        let boxes = call.whole_number(index)?;
        if boxes.value == 0 {
            let name = call.name;
            call.bad(index, format!("`{name}` counts at least one box"), "");
            return None;
        }
    }
    aggregate(call, function, 1, numbers, 0)
}

pub fn rate(call: &mut Call<'_>) -> Option<Dynamic> {
    if call.count() == 1 {
        if matches!(call.handle(0), Some(Value::Table(_))) {
            let table = call.builder.sources.slice(call.arg_span(0)).to_owned();
            let span = call.whole();
            call.error(
                codes::WRONG_ARGUMENT,
                span,
                "`rate` takes a table and a condition",
                &format!("rate({table}, |row| row.some_column == 1)"),
            );
            return None;
        }
        return aggregate(call, MeasureFunction::Rate, 1, 0, 0);
    }
    if matches!(call.kind(0), Kind::Column | Kind::Formula) {
        let help = format!(
            "write rate({}, |row| ..): the table, then the condition",
            rate_table(call)
        );
        let span = call.arg_span(0);
        call.error(
            codes::WRONG_ARGUMENT,
            span,
            "`rate` takes a table and a condition, and this is a column",
            &help,
        );
        return None;
    }
    let table = call.table(0)?;
    let table = call.builder.table_name(table.value);
    let condition = call.row(1)?;
    give(made(
        call,
        MeasureFunction::Rate,
        table,
        vec![condition],
        vec![],
        vec![],
    ))
}

pub fn rate_table(call: &Call<'_>) -> String {
    match call.handle(0) {
        Some(Value::Column(column)) => column.table.clone(),
        Some(Value::Formula(formula)) => formula.table.clone(),
        _ => "tickets".into(),
    }
}

pub fn share(call: &mut Call<'_>) -> Option<Dynamic> {
    let column = call.formula(0)?;
    let condition = call.row(1)?;
    give(made(
        call,
        MeasureFunction::Share,
        column.table,
        vec![column.expr, condition],
        vec![],
        vec![],
    ))
}

/// Two dates, then a number and a unit.
pub fn lifetimes(call: &mut Call<'_>, function: MeasureFunction, columns: usize, needed: bool) -> Option<Dynamic> {
    let (table, inputs) = inputs(call, 0..columns)?;
    let (numbers, words) = window_of(call, columns, needed)?;
    give(made(call, function, table, inputs, numbers, words))
}

pub fn window_of(call: &mut Call<'_>, index: usize, needed: bool) -> Option<(Vec<f64>, Vec<String>)> {
    if !needed && call.count() == index {
        return Some((vec![], vec![]));
    }
    let window = call.duration(index)?.value;
    Some((vec![f64::from(window.count)], vec![window.unit.word().to_owned()]))
}

pub fn revenue_retention(call: &mut Call<'_>) -> Option<Dynamic> {
    let (table, inputs) = inputs(call, 0..4)?;
    let kind = call.word(4, &["gross", "net"])?.to_owned();
    let (numbers, unit) = window_of(call, 5, false)?;
    let words = std::iter::once(kind).chain(unit).collect();
    give(made(
        call,
        MeasureFunction::RevenueRetention,
        table,
        inputs,
        numbers,
        words,
    ))
}

pub fn clv(call: &mut Call<'_>) -> Option<Dynamic> {
    let (table, inputs) = inputs(call, 0..3)?;
    let unit = call.unit(3)?.value;
    let discount = call.number(4)?.value;
    if discount <= 0.0 {
        call.bad(
            4,
            "the discount is above zero, in percent a year",
            "10 means 10 % a year",
        );
        return None;
    }
    let words = vec![unit.word().to_owned()];
    give(made(call, MeasureFunction::Clv, table, inputs, vec![discount], words))
}

/// How disagreements weigh in a kappa.
pub const KAPPA_WEIGHTS: &[&str] = &["none", "linear", "quadratic"];
/// The forms of an intraclass correlation.
pub const ICC_FORMS: &[&str] = &[
    "agreement",
    "consistency",
    "one way",
    "agreement of mean",
    "consistency of mean",
    "one way of mean",
];

/// An aggregate of ratings: level, rater, item, and one of a few words.
pub fn ratings(call: &mut Call<'_>, function: MeasureFunction, choices: &[&'static str]) -> Option<Dynamic> {
    let (table, inputs) = inputs(call, 0..3)?;
    let word = call.word(3, choices)?.to_owned();
    give(made(call, function, table, inputs, vec![], vec![word]))
}

pub fn funnel(call: &mut Call<'_>) -> Option<Dynamic> {
    let (table, inputs) = inputs(call, 0..3)?;
    let steps = if call.count() > 3 {
        call.texts(3)?.into_iter().map(|step| step.value).collect()
    } else {
        vec![]
    };
    give(made(call, MeasureFunction::Funnel, table, inputs, vec![], steps))
}

/// `or_else(x, value)` in the row language.
pub fn or_else(expr: Expr, value: bool) -> Expr {
    let span = expr.span;
    let literal = Expr::new(ExprKind::Literal(Literal::Bool(value)), span);
    expr.or_else(literal, span)
}

pub fn response_rate(call: &mut Call<'_>) -> Option<Dynamic> {
    let table = call.table(0)?;
    let table = call.builder.table_name(table.value);
    let complete = or_else(call.row(1)?, false);
    let eligible = if call.count() > 2 {
        Some(or_else(call.row(2)?, true))
    } else {
        None
    };
    let mut measure = measure_of(made(call, MeasureFunction::Rate, table, vec![complete], vec![], vec![]))?;
    each_aggregate(&mut measure, &mut |part| part.filters.extend(eligible.clone()));
    give(Value::Measure(Arc::new(super::programme::named(measure, "AAPOR RR1"))))
}

pub fn ratio(left: Measure, right: Measure, span: Span) -> Measure {
    Measure {
        kind: MeasureKind::Arithmetic(ArithmeticOp::Divide, Box::new(left), Box::new(right)),
        span,
    }
}

pub fn cost_to_serve(call: &mut Call<'_>) -> Option<Dynamic> {
    let (costs, cost) = inputs(call, 0..1)?;
    let (people, dates) = inputs(call, 1..3)?;
    let cost = measure_of(made(call, MeasureFunction::Sum, costs, cost, vec![], vec![]))?;
    let alive = measure_of(made(call, MeasureFunction::Active, people, dates, vec![], vec![]))?;
    give(Value::Measure(Arc::new(ratio(cost, alive, call.whole()))))
}

pub fn adoption(call: &mut Call<'_>) -> Option<Dynamic> {
    let (users, user) = inputs(call, 0..1)?;
    let (people, dates) = inputs(call, 1..3)?;
    let span = call.whole();
    let users = measure_of(made(call, MeasureFunction::CountDistinct, users, user, vec![], vec![]))?;
    let alive = measure_of(made(call, MeasureFunction::ActiveEver, people, dates, vec![], vec![]))?;
    let hundred = Measure {
        kind: MeasureKind::Number(100.0),
        span,
    };
    give(Value::measure(
        MeasureKind::Arithmetic(
            ArithmeticOp::Multiply,
            Box::new(ratio(users, alive, span)),
            Box::new(hundred),
        ),
        span,
    ))
}

pub fn revenue_coverage(call: &mut Call<'_>) -> Option<Dynamic> {
    let value = call.column(0)?;
    let answers = call.table(1)?;
    let answers = call.builder.table_name(answers.value);
    // The path from the answers to the parent is found at the end of the script, when all paths are known.
    let input = Expr::new(ExprKind::Column(value.path.clone()), value.span);
    let mut measure = measure_of(made(
        call,
        MeasureFunction::RevenueCoverage,
        answers,
        vec![input],
        vec![],
        vec![],
    ))?;
    each_aggregate(&mut measure, &mut |part| {
        part.parent = Some(ParentPath {
            table: value.table.clone(),
            path: Vec::new(),
        });
    });
    give(Value::Measure(Arc::new(measure)))
}

pub fn fcr(call: &mut Call<'_>) -> Option<Dynamic> {
    let (key, date) = (call.column(0)?, call.column(1)?);
    let window = call.duration(2)?.value;
    let span = call.whole();
    if key.table != date.table {
        inputs(call, 0..2)?;
    }
    let table = key.table.clone();
    let at = Expr::new(ExprKind::Column(date.path.clone()), date.span);
    let followed = AddedSource::FollowedWithin {
        key: key.clone(),
        date: date.clone(),
        window,
    };
    let recent = AddedSource::CountRecent { key, date, window };
    let followed = hidden_column(call, &table, "followed", followed, span)?;
    let recent = hidden_column(call, &table, "recent", recent, span)?;
    let alone = Expr::new(
        ExprKind::Binary(
            BinaryOp::Equal,
            Box::new(recent),
            Box::new(Expr::new(ExprKind::Literal(Literal::Int(0)), span)),
        ),
        span,
    );
    let solved = Expr::new(ExprKind::Unary(UnaryOp::Not, Box::new(followed)), span);
    let mut measure = measure_of(made(call, MeasureFunction::Rate, table, vec![solved], vec![], vec![]))?;
    each_aggregate(&mut measure, &mut |part| {
        part.filters.push(alone.clone());
        part.dated = Some(at.clone());
    });
    give(Value::Measure(Arc::new(measure)))
}

/// A column that the engine makes for itself; the same source is made once.
pub fn hidden_column(call: &mut Call<'_>, table: &str, what: &str, source: AddedSource, span: Span) -> Option<Expr> {
    let index = call.builder.table_index(table)?;
    let number = call.builder.hidden + 1;
    let table = call.builder.card.tables.get_mut(index)?;
    if let Some(same) = table.added.iter().find(|added| added.hidden && added.source == source) {
        return Some(Expr::column(same.name.value.clone(), span));
    }
    let name = format!("({what} {number})");
    table.added.push(AddedColumn {
        name: crate::diagnostic::Spanned::new(name.clone(), span),
        source,
        hidden: true,
    });
    call.builder.hidden = number;
    Some(Expr::column(name, span))
}

pub fn window(call: &mut Call<'_>, before: bool) -> Option<Dynamic> {
    let (key, date) = (call.column(0)?, call.column(1)?);
    let window: Duration = call.duration(2)?.value;
    if key.table != date.table {
        inputs(call, 0..2)?;
    }
    let table = key.table.clone();
    let source = if before {
        AddedSource::CountRecent { key, date, window }
    } else {
        AddedSource::FollowedWithin { key, date, window }
    };
    give(Value::Window(Arc::new((table, source))))
}
