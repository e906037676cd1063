//! The meaning of expressions, written a second time: one row, one value, nothing shared with the evaluator. Dates are
//! chrono's.

use chrono::{Datelike, Months, NaiveDate, NaiveDateTime, TimeDelta, Timelike};

use super::*;

#[derive(Debug, Clone)]
pub(super) enum Value {
    Missing,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(String),
    Date(i32),
    Stamp(i64),
}

impl PartialEq for Value {
    /// The same kind and the same bits.
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Missing, Self::Missing) => true,
            (Self::Bool(a), Self::Bool(b)) => a == b,
            (Self::Int(a), Self::Int(b)) => a == b,
            (Self::Float(a), Self::Float(b)) => (a + 0.0).to_bits() == (b + 0.0).to_bits(),
            (Self::Text(a), Self::Text(b)) => a == b,
            (Self::Date(a), Self::Date(b)) => a == b,
            (Self::Stamp(a), Self::Stamp(b)) => a == b,
            _ => false,
        }
    }
}

#[derive(Clone)]
pub(super) struct Row<'a> {
    pub data: &'a Dataset,
    pub row: usize,
    pub slots: Vec<(u32, Value)>,
    pub as_of: i32,
}

fn column_value(row: &Row<'_>, path: &[String]) -> Value {
    let mut table = row.data.table("t").unwrap();
    let mut at = row.row;
    for step in &path[..path.len() - 1] {
        let parent = table.parent(step).unwrap();
        if parent.rows[at] == NO_ROW {
            return Value::Missing;
        }
        at = parent.rows[at] as usize;
        table = row.data.table(&parent.table).unwrap();
    }
    value_at(table.column(path.last().unwrap()).unwrap(), at)
}

fn number(value: &Value) -> f64 {
    match value {
        Value::Int(value) => *value as f64,
        Value::Float(value) => *value,
        other => panic!("no number: {other:?}"),
    }
}

fn words(value: &Value) -> String {
    match value {
        Value::Text(text) => text.clone(),
        other => panic!("no text: {other:?}"),
    }
}

fn moment(value: &Value) -> NaiveDateTime {
    match value {
        Value::Date(day) => (NaiveDate::from_ymd_opt(1970, 1, 1).unwrap() + TimeDelta::days(i64::from(*day)))
            .and_hms_opt(0, 0, 0)
            .unwrap(),
        Value::Stamp(micros) => {
            NaiveDate::from_ymd_opt(1970, 1, 1)
                .unwrap()
                .and_hms_opt(0, 0, 0)
                .unwrap()
                + TimeDelta::microseconds(*micros)
        }
        Value::Text(text) => NaiveDate::parse_from_str(text, "%Y-%m-%d")
            .unwrap()
            .and_hms_opt(0, 0, 0)
            .unwrap(),
        other => panic!("no date: {other:?}"),
    }
}

fn days(date: NaiveDate) -> i32 {
    (date - NaiveDate::from_ymd_opt(1970, 1, 1).unwrap()).num_days() as i32
}

fn micros(moment: NaiveDateTime) -> i64 {
    moment.and_utc().timestamp_micros()
}

fn finite(value: f64) -> Value {
    if value.is_finite() {
        Value::Float(value)
    } else {
        Value::Missing
    }
}

fn whole(value: Option<i64>) -> Value {
    value.map_or(Value::Missing, Value::Int)
}

fn is_time(value: &Value) -> bool {
    matches!(value, Value::Date(_) | Value::Stamp(_))
}

fn order(left: &Value, right: &Value) -> std::cmp::Ordering {
    match (left, right) {
        (Value::Bool(a), Value::Bool(b)) => a.cmp(b),
        (Value::Int(a), Value::Int(b)) => a.cmp(b),
        (a, b) if is_time(a) || is_time(b) => moment(a).cmp(&moment(b)),
        (Value::Text(a), Value::Text(b)) => a.chars().cmp(b.chars()),
        (a, b) => number(a).partial_cmp(&number(b)).unwrap(),
    }
}

pub(super) fn evaluate(expr: &Expr, row: &Row<'_>) -> Value {
    match &expr.kind {
        ExprKind::Missing => Value::Missing,
        ExprKind::Literal(Literal::Bool(value)) => Value::Bool(*value),
        ExprKind::Literal(Literal::Int(value)) => Value::Int(*value),
        ExprKind::Literal(Literal::Float(value)) => Value::Float(*value),
        ExprKind::Literal(Literal::Text(value)) => Value::Text(value.clone()),
        ExprKind::Column(path) => column_value(row, path),
        ExprKind::Slot(slot) => row
            .slots
            .iter()
            .rev()
            .find(|(known, _)| known == slot)
            .unwrap()
            .1
            .clone(),
        ExprKind::Let { slot, value, body } => {
            let mut inner = row.clone();
            inner.slots.push((*slot, evaluate(value, row)));
            evaluate(body, &inner)
        }
        ExprKind::Unary(op, of) => match (op, evaluate(of, row)) {
            (_, Value::Missing) => Value::Missing,
            (UnaryOp::Not, Value::Bool(value)) => Value::Bool(!value),
            (UnaryOp::Negate, Value::Int(value)) => whole(value.checked_neg()),
            (UnaryOp::Negate, value) => Value::Float(-number(&value)),
            (op, value) => panic!("{op:?} {value:?}"),
        },
        ExprKind::Binary(op, left, right) => operation(*op, right, evaluate(left, row), evaluate(right, row)),
        ExprKind::If { arms, otherwise } => {
            for (condition, value) in arms {
                match evaluate(condition, row) {
                    Value::Bool(true) => return evaluate(value, row),
                    Value::Bool(false) => {}
                    _ => return Value::Missing,
                }
            }
            otherwise.as_ref().map_or(Value::Missing, |value| evaluate(value, row))
        }
        ExprKind::Switch { on, arms, default } => switch(on, arms, default.as_deref(), row),
        ExprKind::In(value, items) => {
            let value = evaluate(value, row);
            let mut unknown = false;
            for item in items {
                match operation(BinaryOp::Equal, item, value.clone(), evaluate(item, row)) {
                    Value::Bool(true) => return Value::Bool(true),
                    Value::Bool(false) => {}
                    _ => unknown = true,
                }
            }
            if unknown { Value::Missing } else { Value::Bool(false) }
        }
        ExprKind::InRange {
            value,
            low,
            high,
            inclusive,
        } => {
            let value = evaluate(value, row);
            let above = operation(BinaryOp::GreaterOrEqual, low, value.clone(), evaluate(low, row));
            let upper = if *inclusive {
                BinaryOp::LessOrEqual
            } else {
                BinaryOp::Less
            };
            operation(
                BinaryOp::And,
                high,
                above,
                operation(upper, high, value, evaluate(high, row)),
            )
        }
        ExprKind::Call(function, arguments) => {
            let values: Vec<Value> = arguments.iter().map(|argument| evaluate(argument, row)).collect();
            calls(*function, &values, row.as_of)
        }
    }
}

fn switch(on: &Expr, arms: &[SwitchArm], default: Option<&Expr>, row: &Row<'_>) -> Value {
    let on = evaluate(on, row);
    if on == Value::Missing {
        return Value::Missing;
    }
    for arm in arms {
        let fits = arm.patterns.iter().any(|pattern| match pattern {
            SwitchPattern::Value(literal) => {
                let label = evaluate(&lit(literal.clone()), row);
                order(&on, &label).is_eq()
            }
            SwitchPattern::Range { low, high, inclusive } => {
                let value = number(&on);
                value >= *low as f64 && (value < *high as f64 || (*inclusive && value == *high as f64))
            }
        });
        if fits {
            match arm.guard.as_ref().map(|guard| evaluate(guard, row)) {
                None | Some(Value::Bool(true)) => return evaluate(&arm.value, row),
                Some(Value::Bool(false)) => {}
                Some(_) => return Value::Missing,
            }
        }
    }
    default.map_or(Value::Missing, |value| evaluate(value, row))
}

fn operation(op: BinaryOp, right_expr: &Expr, left: Value, right: Value) -> Value {
    use BinaryOp as B;
    match (op, &left, &right) {
        (B::And, Value::Bool(false), _) | (B::And, _, Value::Bool(false)) => return Value::Bool(false),
        (B::Or, Value::Bool(true), _) | (B::Or, _, Value::Bool(true)) => return Value::Bool(true),
        (_, Value::Missing, _) | (_, _, Value::Missing) => return Value::Missing,
        (B::And, ..) => return Value::Bool(true),
        (B::Or, ..) => return Value::Bool(false),
        _ => {}
    }
    match op {
        B::Equal => Value::Bool(order(&left, &right).is_eq()),
        B::NotEqual => Value::Bool(order(&left, &right).is_ne()),
        B::Less => Value::Bool(order(&left, &right).is_lt()),
        B::LessOrEqual => Value::Bool(order(&left, &right).is_le()),
        B::Greater => Value::Bool(order(&left, &right).is_gt()),
        B::GreaterOrEqual => Value::Bool(order(&left, &right).is_ge()),
        B::Add if matches!(left, Value::Text(_)) => Value::Text(words(&left) + words(&right).as_str()),
        B::Subtract if is_time(&left) || is_time(&right) => calls(Function::DaysBetween, &[right, left], 0),
        B::Divide => finite(number(&left) / number(&right)),
        B::Power => match (&left, &right, &right_expr.kind) {
            (Value::Int(a), Value::Int(b), ExprKind::Literal(Literal::Int(0..))) => {
                whole(u32::try_from(*b).ok().and_then(|b| a.checked_pow(b)))
            }
            _ => finite(libm::pow(number(&left), number(&right))),
        },
        _ => match (&left, &right) {
            (Value::Int(a), Value::Int(b)) => whole(match op {
                B::Add => a.checked_add(*b),
                B::Subtract => a.checked_sub(*b),
                B::Multiply => a.checked_mul(*b),
                _ if *b == 0 => None,
                _ => Some(i128::from(*a) % i128::from(*b)).map(|rest| rest as i64),
            }),
            _ => {
                let (a, b) = (number(&left), number(&right));
                finite(match op {
                    B::Add => a + b,
                    B::Subtract => a - b,
                    B::Multiply => a * b,
                    _ => a % b,
                })
            }
        },
    }
}

/// From one moment to another: whole units, then the rest as a fraction.
fn distance(from: &Value, to: &Value, unit: i64) -> f64 {
    let apart = micros(moment(to)) - micros(moment(from));
    (apart / unit) as f64 + (apart % unit) as f64 / unit as f64
}

fn months(from: NaiveDateTime, to: NaiveDateTime) -> i64 {
    if to < from {
        return -months(to, from);
    }
    (0..)
        .take_while(|count| from + Months::new(*count) <= to)
        .last()
        .unwrap()
        .into()
}

fn calls(function: Function, values: &[Value], as_of: i32) -> Value {
    use Function as F;
    const DAY: i64 = 86_400_000_000;
    match function {
        F::IsMissing => return Value::Bool(values[0] == Value::Missing),
        F::OrElse => {
            return if values[0] == Value::Missing {
                values[1].clone()
            } else {
                values[0].clone()
            };
        }
        F::AsOf => return Value::Date(as_of),
        F::DoneWithin | F::DoneBy | F::IsOpen => return deadline(function, values, as_of),
        _ if values.contains(&Value::Missing) => return Value::Missing,
        _ => {}
    }
    let first = &values[0];
    match function {
        F::ToLower => Value::Text(words(first).chars().flat_map(char::to_lowercase).collect()),
        F::ToUpper => Value::Text(words(first).chars().flat_map(char::to_uppercase).collect()),
        F::Trim => Value::Text(words(first).trim().to_owned()),
        F::Contains => Value::Bool(words(first).contains(&words(&values[1]))),
        F::StartsWith => Value::Bool(words(first).starts_with(&words(&values[1]))),
        F::EndsWith => Value::Bool(words(first).ends_with(&words(&values[1]))),
        F::Len => Value::Int(words(first).chars().count() as i64),
        F::SubString => {
            let all: Vec<char> = words(first).chars().collect();
            let from = number(&values[1]);
            let from = if from < 0.0 {
                (all.len() as f64 + from).max(0.0)
            } else {
                from
            };
            let count = values.get(2).map_or(f64::MAX, number).max(0.0);
            Value::Text(
                all.iter()
                    .enumerate()
                    .filter(|(at, _)| *at as f64 >= from && (*at as f64) < from + count)
                    .map(|(_, c)| *c)
                    .collect(),
            )
        }
        F::Replace if words(&values[1]).is_empty() => first.clone(),
        F::Replace => Value::Text(
            words(first)
                .split(&words(&values[1]))
                .collect::<Vec<_>>()
                .join(&words(&values[2])),
        ),
        F::Year => Value::Int(moment(first).year().into()),
        F::Month => Value::Int(moment(first).month().into()),
        F::DayOfMonth => Value::Int(moment(first).day().into()),
        F::Weekday => Value::Int(moment(first).weekday().number_from_monday().into()),
        F::Hour => Value::Int(moment(first).hour().into()),
        F::Day => Value::Date(days(moment(first).date())),
        F::DaysBetween
            if values
                .iter()
                .all(|value| matches!(value, Value::Date(_) | Value::Text(_))) =>
        {
            Value::Int((moment(&values[1]) - moment(first)).num_days())
        }
        F::DaysBetween => Value::Float(distance(first, &values[1], DAY)),
        F::HoursBetween => Value::Float(distance(first, &values[1], DAY / 24)),
        F::MinutesBetween => Value::Float(distance(first, &values[1], DAY / 1440)),
        F::MonthsBetween => Value::Int(months(moment(first), moment(&values[1]))),
        F::AddDays | F::AddMonths => {
            let count = number(&values[1]) as i64;
            let moved = if function == F::AddDays {
                moment(first) + TimeDelta::days(count)
            } else if count < 0 {
                moment(first) - Months::new(count.unsigned_abs() as u32)
            } else {
                moment(first) + Months::new(count as u32)
            };
            if matches!(first, Value::Stamp(_)) {
                Value::Stamp(micros(moved))
            } else {
                Value::Date(days(moved.date()))
            }
        }
        F::Date => {
            NaiveDate::parse_from_str(&words(first), "%Y-%m-%d").map_or(Value::Missing, |date| Value::Date(days(date)))
        }
        F::Abs => match first {
            Value::Int(value) => whole(value.checked_abs()),
            value => Value::Float(number(value).abs()),
        },
        F::Round if values.len() == 2 => {
            let ten: f64 = format!("1e{}", number(&values[1])).parse().unwrap();
            Value::Float((number(first) * ten).round() / ten)
        }
        F::Round | F::Floor | F::Ceil => match first {
            Value::Int(_) => first.clone(),
            value if function == F::Round => Value::Float(number(value).round()),
            value if function == F::Floor => Value::Float(number(value).floor()),
            value => Value::Float(number(value).ceil()),
        },
        F::Min | F::Max => {
            let first_wins = order(first, &values[1]).is_le() == (function == F::Min);
            if first_wins { first.clone() } else { values[1].clone() }
        }
        F::Clamp => calls(F::Min, &[calls(F::Max, &values[..2], as_of), values[2].clone()], as_of),
        F::Ln => finite(libm::log(number(first))),
        F::Exp => finite(libm::exp(number(first))),
        F::Sqrt => finite(number(first).sqrt()),
        F::ToInt => match first {
            Value::Text(text) => whole(text.trim().parse().ok()),
            Value::Int(_) => first.clone(),
            value => whole((number(value).abs() < 9.3e18).then(|| number(value) as i64)),
        },
        F::ToFloat => match first {
            Value::Text(text) => text.trim().parse().map_or(Value::Missing, finite),
            value => Value::Float(number(value)),
        },
        F::ToText => Value::Text(match first {
            Value::Bool(value) => value.to_string(),
            Value::Int(value) => value.to_string(),
            Value::Float(value) => format!("{}", value + 0.0),
            Value::Date(_) => moment(first).format("%Y-%m-%d").to_string(),
            Value::Stamp(_) => moment(first).format("%Y-%m-%dT%H:%M:%S").to_string(),
            other => words(other),
        }),
        other => panic!("{other:?}"),
    }
}

fn deadline(function: Function, values: &[Value], as_of: i32) -> Value {
    let now = moment(&Value::Date(as_of + 1));
    let (done, due, whole_days) = match (function, values) {
        (Function::IsOpen, [start, end]) => {
            if *start == Value::Missing {
                return Value::Missing;
            }
            return Value::Bool(moment(start) < now && (*end == Value::Missing || moment(end) >= now));
        }
        (Function::DoneBy, [done, due]) => {
            if *due == Value::Missing {
                return Value::Missing;
            }
            let is_day = |value: &Value| matches!(value, Value::Date(_));
            (done, moment(due), is_day(due) || is_day(done))
        }
        (_, [start, end, count, unit]) => {
            if *start == Value::Missing {
                return Value::Missing;
            }
            let count = number(count) as i64;
            let (due, long) = match TimeUnit::named(&words(unit)).unwrap() {
                TimeUnit::Minute => (moment(start) + TimeDelta::minutes(count), false),
                TimeUnit::Hour => (moment(start) + TimeDelta::hours(count), false),
                TimeUnit::Day => (moment(start) + TimeDelta::days(count), true),
                TimeUnit::Week => (moment(start) + TimeDelta::weeks(count), true),
                TimeUnit::Month => (moment(start) + Months::new(count as u32), true),
                TimeUnit::Quarter => (moment(start) + Months::new(3 * count as u32), true),
                TimeUnit::Year => (moment(start) + Months::new(12 * count as u32), true),
            };
            (end, due, long && matches!(start, Value::Date(_)))
        }
        other => panic!("{other:?}"),
    };
    if due >= now {
        return Value::Missing;
    }
    if *done == Value::Missing {
        return Value::Bool(false);
    }
    if whole_days {
        Value::Bool(moment(done).date() <= due.date())
    } else {
        Value::Bool(moment(done) <= due)
    }
}
