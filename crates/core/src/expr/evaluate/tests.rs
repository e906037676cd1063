use std::sync::Arc;

use proptest::prelude::*;

use super::*;
use crate::data::{BoundTable, Dataset, NO_ROW, Parent};
use crate::definition::expression::short::short;
use crate::definition::{Expr, ExprKind, Literal, SwitchArm, SwitchPattern, TimeUnit, UnaryOp};
use crate::diagnostic::Span;
use crate::expr::{TableFrame, check};

mod random;
mod reference;

use reference::{Row, Value};

const AS_OF: i32 = 20_000;

fn span() -> Span {
    Span::new(0, 1)
}

fn lit(literal: Literal) -> Expr {
    Expr::new(ExprKind::Literal(literal), span())
}

fn int(value: i64) -> Expr {
    lit(Literal::Int(value))
}

fn float(value: f64) -> Expr {
    lit(Literal::Float(value))
}

fn text(value: &str) -> Expr {
    lit(Literal::Text(value.to_owned()))
}

fn column(path: &str) -> Expr {
    Expr::new(ExprKind::Column(path.split('.').map(str::to_owned).collect()), span())
}

fn binary(op: BinaryOp, left: Expr, right: Expr) -> Expr {
    Expr::new(ExprKind::Binary(op, Box::new(left), Box::new(right)), span())
}

fn call(function: Function, arguments: Vec<Expr>) -> Expr {
    Expr::new(ExprKind::Call(function, arguments), span())
}

fn missing() -> Expr {
    Expr::new(ExprKind::Missing, span())
}

fn dataset(columns: Vec<(&str, Column)>, parents: Vec<(BoundTable, Vec<u32>)>) -> Dataset {
    let rows = columns.first().map_or(0, |(_, column)| column.len());
    let mut data = Dataset::default();
    let mut table = BoundTable {
        name: "t".into(),
        rows,
        ..BoundTable::default()
    };
    for (name, column) in columns {
        table.columns.insert(name.into(), Arc::new(column));
    }
    for (parent, index) in parents {
        table.parents.push(Parent {
            path: parent.name.clone(),
            table: parent.name.clone(),
            rows: index.into(),
            orphans: 0,
            without_key: 0,
        });
        data.tables.insert(parent.name.clone(), parent);
    }
    data.tables.insert("t".into(), table);
    data
}

/// The values of an expression over all rows.
fn values(data: &Dataset, expr: &Expr) -> Vec<Value> {
    let frame = TableFrame::new(data, "t").unwrap();
    let typed = check(expr, &frame).unwrap_or_else(|found| panic!("{expr:?}: {found:#?}"));
    let context = Context {
        as_of: Some(CivilDate(AS_OF)),
    };
    read(&evaluate(&typed, &frame, &context, 0..frame.rows()))
}

fn read(column: &Column) -> Vec<Value> {
    (0..column.len()).map(|row| value_at(column, row)).collect()
}

fn value_at(column: &Column, row: usize) -> Value {
    if !column.is_valid(row) {
        return Value::Missing;
    }
    match &column.values {
        Values::Bool(values) => Value::Bool(values.value(row)),
        Values::Int(values) => Value::Int(values.get(row)),
        Values::Float(values) => Value::Float(values[row]),
        Values::Text(values) => Value::Text(values.get(row).to_owned()),
        Values::Date(values) => Value::Date(values[row]),
        Values::Timestamp(values) => Value::Stamp(values[row]),
    }
}

fn ints(values: &[Option<i64>]) -> Column {
    Column::ints(values.to_vec())
}

#[test]
fn kleene_truth_tables() {
    let (t, f, m) = (Some(true), Some(false), None);
    let left = [t, t, t, f, f, f, m, m, m];
    let right = [t, f, m, t, f, m, t, f, m];
    let data = dataset(
        vec![
            ("a", Column::bools(left.to_vec())),
            ("b", Column::bools(right.to_vec())),
        ],
        vec![],
    );
    let show = |values: Vec<Value>| -> String {
        values
            .iter()
            .map(|value| match value {
                Value::Bool(true) => 't',
                Value::Bool(false) => 'f',
                _ => 'm',
            })
            .collect()
    };
    let both = |op| show(values(&data, &binary(op, column("a"), column("b"))));
    assert_eq!(both(BinaryOp::And), "tfmfffmfm");
    assert_eq!(both(BinaryOp::Or), "ttttfmtmm");
    assert_eq!(both(BinaryOp::Equal), "tfmftmmmm");
    let not = Expr::new(ExprKind::Unary(UnaryOp::Not, Box::new(column("a"))), span());
    assert_eq!(show(values(&data, &not)), "ffftttmmm");
    // Against constants, on either side.
    let with = |op, left: Expr, right: Expr| show(values(&data, &binary(op, left, right)));
    let yes = || lit(Literal::Bool(true));
    let no = || lit(Literal::Bool(false));
    assert_eq!(with(BinaryOp::And, column("a"), yes()), "tttfffmmm");
    assert_eq!(with(BinaryOp::And, no(), column("a")), "fffffffff");
    assert_eq!(with(BinaryOp::Or, column("a"), yes()), "ttttttttt");
    assert_eq!(with(BinaryOp::Or, no(), column("a")), "tttfffmmm");
    assert_eq!(with(BinaryOp::And, missing(), column("a")), "mmmfffmmm");
    assert_eq!(with(BinaryOp::Or, column("a"), missing()), "tttmmmmmm");
    let asked = call(Function::IsMissing, vec![column("a")]);
    assert_eq!(show(values(&data, &asked)), "ffffffttt");
    assert_eq!(
        show(values(&data, &call(Function::OrElse, vec![column("a"), column("b")]))),
        "tttffftfm"
    );
}

#[test]
fn a_missing_condition_gives_a_missing_value() {
    let data = dataset(vec![("a", Column::bools(vec![Some(true), Some(false), None]))], vec![]);
    let chosen = Expr::new(
        ExprKind::If {
            arms: vec![(column("a"), int(1))],
            otherwise: Some(Box::new(float(2.5))),
        },
        span(),
    );
    assert_eq!(
        values(&data, &chosen),
        [Value::Float(1.0), Value::Float(2.5), Value::Missing]
    );
    let alone = Expr::new(
        ExprKind::If {
            arms: vec![(column("a"), text("yes"))],
            otherwise: None,
        },
        span(),
    );
    assert_eq!(
        values(&data, &alone),
        [Value::Text("yes".into()), Value::Missing, Value::Missing]
    );
    let arm = |value: SwitchPattern, result: i64| SwitchArm {
        patterns: vec![value],
        guard: None,
        value: int(result),
    };
    let switch = Expr::new(
        ExprKind::Switch {
            on: Box::new(column("a")),
            arms: vec![arm(SwitchPattern::Value(Literal::Bool(true)), 1)],
            default: Some(Box::new(int(9))),
        },
        span(),
    );
    assert_eq!(values(&data, &switch), [Value::Int(1), Value::Int(9), Value::Missing]);
    // A guard that is missing: nobody knows which arm.
    let numbers = dataset(
        vec![
            ("x", ints(&[Some(1), Some(1), Some(2)])),
            ("a", Column::bools(vec![None, Some(false), None])),
        ],
        vec![],
    );
    let guarded = SwitchArm {
        patterns: vec![SwitchPattern::Value(Literal::Float(1.0))],
        guard: Some(column("a")),
        value: int(1),
    };
    let switch = Expr::new(
        ExprKind::Switch {
            on: Box::new(column("x")),
            arms: vec![guarded],
            default: Some(Box::new(int(9))),
        },
        span(),
    );
    assert_eq!(
        values(&numbers, &switch),
        [Value::Missing, Value::Int(9), Value::Int(9)]
    );
}

#[test]
fn numbers_never_leave_the_finite() {
    let data = dataset(
        vec![
            ("i", ints(&[Some(i64::MAX), Some(i64::MIN), Some(0), Some(7)])),
            (
                "f",
                Column::floats(vec![Some(1e308), Some(-1e308), Some(-0.0), Some(2.5)]),
            ),
        ],
        vec![],
    );
    let of = |expr: &Expr| values(&data, expr);
    let m = Value::Missing;
    assert_eq!(
        of(&binary(BinaryOp::Add, column("i"), int(1))),
        [m.clone(), Value::Int(i64::MIN + 1), Value::Int(1), Value::Int(8)]
    );
    assert_eq!(
        of(&binary(BinaryOp::Multiply, column("i"), int(2)))[..2],
        [m.clone(), m.clone()]
    );
    assert_eq!(
        of(&binary(BinaryOp::Divide, int(7), column("i")))[2..],
        [m.clone(), Value::Float(1.0)]
    );
    assert_eq!(of(&binary(BinaryOp::Divide, int(1), int(2)))[0], Value::Float(0.5));
    assert_eq!(of(&binary(BinaryOp::Remainder, column("i"), int(0)))[3], m);
    assert_eq!(of(&binary(BinaryOp::Remainder, column("i"), int(-1)))[1], Value::Int(0));
    assert_eq!(
        of(&binary(BinaryOp::Multiply, column("f"), int(10)))[..2],
        [m.clone(), m.clone()]
    );
    assert_eq!(
        of(&call(Function::Sqrt, vec![column("f")]))[1..],
        [m.clone(), Value::Float(0.0), Value::Float(2.5_f64.sqrt())]
    );
    assert_eq!(of(&call(Function::Ln, vec![column("i")]))[1..3], [m.clone(), m.clone()]);
    assert_eq!(of(&call(Function::Abs, vec![column("i")]))[1], m);
    assert_eq!(
        of(&Expr::new(
            ExprKind::Unary(UnaryOp::Negate, Box::new(column("i"))),
            span()
        ))[1],
        m
    );
    assert_eq!(
        of(&call(Function::ToInt, vec![column("f")])),
        [m.clone(), m, Value::Int(0), Value::Int(2)]
    );
    let Value::Float(zero) = of(&binary(BinaryOp::Multiply, column("f"), int(1)))[2] else {
        panic!()
    };
    assert!(zero.is_sign_positive());
    assert_eq!(of(&binary(BinaryOp::Power, column("i"), int(2)))[3], Value::Int(49));
    assert_eq!(
        of(&binary(BinaryOp::Power, column("i"), int(-1)))[3],
        Value::Float(1.0 / 7.0)
    );
    assert_eq!(
        of(&call(Function::Round, vec![column("f"), int(1)]))[3],
        Value::Float(2.5)
    );
    assert_eq!(of(&call(Function::Round, vec![float(-2.5)]))[0], Value::Float(-3.0));
    assert_eq!(
        of(&call(Function::Round, vec![float(1234.5), int(-2)]))[0],
        Value::Float(1200.0)
    );
}

#[test]
fn dates() {
    let day = |text: &str| CivilDate::parse(text).unwrap().0;
    let stamp = |text: &str, hour: i64| i64::from(day(text)) * 86_400_000_000 + hour * 3_600_000_000;
    let data = dataset(
        vec![
            (
                "d",
                Column::dates(vec![Some(day("2024-01-31")), Some(day("2024-02-29")), None]),
            ),
            (
                "s",
                Column::timestamps(vec![
                    Some(stamp("2024-03-01", 13)),
                    Some(stamp("2023-12-31", 23)),
                    Some(stamp("2024-02-29", 0)),
                ]),
            ),
        ],
        vec![],
    );
    let of = |expr: &Expr| values(&data, expr);
    let m = Value::Missing;
    assert_eq!(
        of(&call(Function::AddMonths, vec![column("d"), int(1)])),
        [
            Value::Date(day("2024-02-29")),
            Value::Date(day("2024-03-29")),
            m.clone()
        ]
    );
    assert_eq!(
        of(&call(Function::AddMonths, vec![column("d"), int(-12)]))[1],
        Value::Date(day("2023-02-28"))
    );
    assert_eq!(
        of(&call(Function::AddDays, vec![column("s"), int(1)]))[1],
        Value::Stamp(stamp("2024-01-01", 23))
    );
    assert_eq!(of(&call(Function::AddDays, vec![column("d"), int(i64::MAX)]))[0], m);
    assert_eq!(
        of(&call(Function::DaysBetween, vec![column("d"), text("2024-02-29")])),
        [Value::Int(29), Value::Int(0), m.clone()]
    );
    assert_eq!(
        of(&call(Function::DaysBetween, vec![column("d"), column("s")]))[0],
        Value::Float(30.0 + 13.0 / 24.0)
    );
    assert_eq!(
        of(&call(Function::HoursBetween, vec![column("s"), column("d")]))[1],
        Value::Float(59.0 * 24.0 + 1.0)
    );
    assert_eq!(
        of(&call(Function::MonthsBetween, vec![column("d"), column("s")]))[..2],
        [Value::Int(1), Value::Int(-1)]
    );
    assert_eq!(
        of(&call(Function::Weekday, vec![column("s")])),
        [Value::Int(5), Value::Int(7), Value::Int(4)]
    );
    assert_eq!(
        of(&call(Function::Hour, vec![column("s")])),
        [Value::Int(13), Value::Int(23), Value::Int(0)]
    );
    assert_eq!(
        of(&call(Function::ToText, vec![column("s")]))[0],
        Value::Text("2024-03-01T13:00:00".into())
    );
    assert_eq!(
        of(&binary(BinaryOp::Subtract, column("d"), text("2024-01-01")))[..1],
        [Value::Int(30)][..1].to_vec()[..]
    );
    assert_eq!(
        of(&binary(BinaryOp::Greater, column("s"), text("2024-02-29")))[..],
        [Value::Bool(true), Value::Bool(false), Value::Bool(false)]
    );
    assert_eq!(of(&call(Function::AsOf, vec![]))[0], Value::Date(AS_OF));
}

#[test]
fn deadlines_are_known_once_their_window_is_over() {
    let hour = 3_600_000_000_i64;
    let end_of_as_of = (i64::from(AS_OF) + 1) * 24 * hour;
    // Started long ago and done in time, done late, never done; started lately and not done, or done; a window that ends
    // with the last moment of the as-of day is over, one that ends with the midnight behind it is not.
    let start = vec![
        Some(0),
        Some(0),
        Some(0),
        Some(end_of_as_of - 47 * hour),
        Some(end_of_as_of - 49 * hour),
        None,
        Some(end_of_as_of - 47 * hour),
        Some(end_of_as_of - 48 * hour),
        Some(end_of_as_of - 48 * hour - 1),
    ];
    let end = vec![
        Some(48 * hour),
        Some(48 * hour + 1),
        None,
        None,
        None,
        Some(1),
        Some(end_of_as_of - 46 * hour),
        Some(end_of_as_of - 47 * hour),
        Some(end_of_as_of - 1),
    ];
    let data = dataset(
        vec![("start", Column::timestamps(start)), ("end", Column::timestamps(end))],
        vec![],
    );
    let within = call(
        Function::DoneWithin,
        vec![column("start"), column("end"), int(48), text("hours")],
    );
    let (yes, no, m) = (Value::Bool(true), Value::Bool(false), Value::Missing);
    assert_eq!(
        values(&data, &within),
        [
            yes.clone(),
            no.clone(),
            no.clone(),
            m.clone(),
            no.clone(),
            m.clone(),
            m.clone(),
            m.clone(),
            yes.clone()
        ]
    );
    let open = call(Function::IsOpen, vec![column("start"), column("end")]);
    assert_eq!(
        values(&data, &open),
        [
            no.clone(),
            no.clone(),
            yes.clone(),
            yes.clone(),
            yes.clone(),
            m.clone(),
            no.clone(),
            no.clone(),
            no.clone()
        ]
    );
    // Days count whole: what is done on the last day is done in time. The as-of day is over: a window that ends on it is
    // known, one that ends on the next day waits, also where it is done.
    let days = dataset(
        vec![
            (
                "sent",
                Column::dates(vec![
                    Some(0),
                    Some(0),
                    Some(AS_OF - 21),
                    Some(AS_OF - 20),
                    Some(AS_OF - 20),
                    Some(AS_OF - 21),
                ]),
            ),
            (
                "answered",
                Column::timestamps(vec![
                    Some(21 * 24 * hour + 23 * hour),
                    Some(22 * 24 * hour),
                    None,
                    None,
                    Some(end_of_as_of - 24 * hour),
                    Some(end_of_as_of - 1),
                ]),
            ),
        ],
        vec![],
    );
    let within = call(
        Function::DoneWithin,
        vec![column("sent"), column("answered"), int(21), text("days")],
    );
    assert_eq!(
        values(&days, &within),
        [yes.clone(), no.clone(), no.clone(), m.clone(), m.clone(), yes.clone()]
    );
    // A due date without a time lasts until the end of its day; one with a time does not.
    let due = dataset(
        vec![
            (
                "done",
                Column::timestamps(vec![Some(10 * hour), Some(30 * hour), None, None, Some(0), Some(0)]),
            ),
            (
                "due",
                Column::dates(vec![
                    Some(0),
                    Some(0),
                    Some(AS_OF),
                    Some(AS_OF + 1),
                    Some(AS_OF),
                    Some(AS_OF + 1),
                ]),
            ),
            (
                "due_at",
                Column::timestamps(vec![
                    Some(0),
                    Some(40 * hour),
                    None,
                    Some(0),
                    Some(end_of_as_of - 1),
                    Some(end_of_as_of),
                ]),
            ),
        ],
        vec![],
    );
    let by = |name: &str| call(Function::DoneBy, vec![column("done"), column(name)]);
    assert_eq!(
        values(&due, &by("due")),
        [yes.clone(), no.clone(), no.clone(), m.clone(), yes.clone(), m.clone()]
    );
    assert_eq!(
        values(&due, &by("due_at")),
        [no.clone(), yes.clone(), m.clone(), no, yes, m]
    );
}

#[test]
fn paths_gather_and_orphans_are_missing() {
    let mut parent = BoundTable {
        name: "p".into(),
        rows: 2,
        ..BoundTable::default()
    };
    parent
        .columns
        .insert("state".into(), Arc::new(Column::texts(&[Some("NY"), None])));
    parent
        .columns
        .insert("size".into(), Arc::new(ints(&[Some(300), Some(-1)])));
    let data = dataset(
        vec![("x", ints(&[Some(1), Some(2), Some(3), Some(4)]))],
        vec![(parent, vec![0, 1, NO_ROW, 0])],
    );
    let (m, ny) = (Value::Missing, Value::Text("NY".into()));
    assert_eq!(
        values(&data, &column("p.state")),
        [ny.clone(), m.clone(), m.clone(), ny]
    );
    assert_eq!(
        values(&data, &column("p.size")),
        [Value::Int(300), Value::Int(-1), m.clone(), Value::Int(300)]
    );
    let lifted = binary(
        BinaryOp::Equal,
        call(Function::ToLower, vec![column("p.state")]),
        text("ny"),
    );
    assert_eq!(
        values(&data, &lifted),
        [Value::Bool(true), m.clone(), m, Value::Bool(true)]
    );
    let asked = call(Function::IsMissing, vec![column("p.state")]);
    assert_eq!(values(&data, &asked), [false, true, true, false].map(Value::Bool));
}

#[test]
fn text_functions_over_many_chunks_and_any_range() {
    let words = ["ärger", "Bonn", "", " a b ", "zürich"];
    let column_of =
        |n: usize| -> Vec<Option<&str>> { (0..n).map(|row| (row % 7 < 5).then(|| words[row % 7])).collect() };
    let rows = 3 * CHUNK + 17;
    let data = dataset(
        vec![
            ("t", Column::texts(&column_of(rows))),
            ("n", Column::ints((0..rows).map(|row| Some(row as i64 % 5)).collect())),
        ],
        vec![],
    );
    let frame = TableFrame::new(&data, "t").unwrap();
    let exprs = [
        call(Function::ToUpper, vec![column("t")]),
        call(Function::SubString, vec![column("t"), column("n"), int(2)]),
        binary(
            BinaryOp::Add,
            call(Function::Trim, vec![column("t")]),
            call(Function::ToText, vec![column("n")]),
        ),
        call(Function::Len, vec![column("t")]),
        call(Function::Replace, vec![column("t"), text("r"), text("rr")]),
        call(Function::OrElse, vec![column("t"), text("none")]),
        column("t"),
    ];
    for expr in exprs {
        let typed = check(&expr, &frame).unwrap();
        let whole = read(&evaluate(&typed, &frame, &Context::default(), 0..rows));
        let expected: Vec<Value> = (0..rows)
            .map(|row| {
                reference::evaluate(
                    &expr,
                    &Row {
                        data: &data,
                        row,
                        slots: vec![],
                        as_of: AS_OF,
                    },
                )
            })
            .collect();
        assert!(whole == expected, "{expr:?}");
        let mut evaluator = Evaluator::new(&typed, &frame, Context::default());
        let mut pieces = Vec::new();
        for range in [0..1, 1..CHUNK + 5, CHUNK + 5..2 * CHUNK, 2 * CHUNK..rows + 9] {
            pieces.extend(read(&evaluator.run(range)));
        }
        assert!(pieces == expected, "{expr:?} in pieces");
    }
}

#[test]
fn texts_cannot_grow_without_end() {
    let long = "a".repeat(30_000);
    let data = dataset(vec![("t", Column::texts(&[Some(long.clone())]))], vec![]);
    let replaced = call(Function::Replace, vec![column("t"), text("a"), text(&long)]);
    assert_eq!(values(&data, &replaced), [Value::Missing]);
    // A hundred names, each twice as long as the one before.
    let slot = |slot: u32| Expr::new(ExprKind::Slot(slot), span());
    let mut body = call(Function::Len, vec![slot(99)]);
    for n in (0..100).rev() {
        let value = if n == 0 {
            column("t")
        } else {
            binary(BinaryOp::Add, slot(n - 1), slot(n - 1))
        };
        body = Expr::new(
            ExprKind::Let {
                slot: n,
                value: Box::new(value),
                body: Box::new(body),
            },
            span(),
        );
    }
    let frame = TableFrame::new(&data, "t").unwrap();
    let typed = check(&body, &frame).unwrap();
    let mut evaluator = Evaluator::new(&typed, &frame, Context::default());
    assert_eq!(read(&evaluator.run(0..1)), [Value::Missing]);
    assert!(evaluator.exceeded());
    let fine = check(&column("t"), &frame).unwrap();
    let mut evaluator = Evaluator::new(&fine, &frame, Context::default());
    assert_eq!(read(&evaluator.run(0..1)), [Value::Text(long)]);
    assert!(!evaluator.exceeded());
}

/// Compiled closures number their names apart and from 0; a saved card need not.
#[test]
fn names_of_a_saved_card_may_repeat_and_have_any_number() {
    let data = dataset(vec![("n", Column::ints(vec![Some(7)]))], vec![]);
    let slot = || Expr::new(ExprKind::Slot(u32::MAX), span());
    let named = |value: Expr, body: Expr| {
        let (value, body) = (Box::new(value), Box::new(body));
        Expr::new(
            ExprKind::Let {
                slot: u32::MAX,
                value,
                body,
            },
            span(),
        )
    };
    let inner = named(text("inside"), call(Function::Len, vec![slot()]));
    let both = named(column("n"), binary(BinaryOp::Add, inner, slot()));
    assert_eq!(values(&data, &both), [Value::Int(13)]);
}

#[test]
fn what_holds_is_true_and_there() {
    let column = Column::bools(vec![Some(true), Some(false), None, Some(true)]);
    assert_eq!(holds(&column).iter().collect::<Vec<_>>(), [true, false, false, true]);
    assert_eq!(holds(&Column::ints(vec![Some(1)])).count_set_bits(), 0);
}

proptest! {
    // A few by default; `PROPTEST_CASES=5000` for a night.
    #![proptest_config(ProptestConfig {
        cases: match ProptestConfig::default().cases { 256 => 96, chosen => chosen },
        max_shrink_iters: 400,
        ..ProptestConfig::default()
    })]

    #[test]
    fn vectors_agree_with_a_row_by_row_reference((data, expr) in (random::tables(), random::expressions()), cut in 0_usize..30) {
        let frame = TableFrame::new(&data, "t").unwrap();
        let typed = check(&expr, &frame);
        prop_assert!(typed.is_ok(), "{:?}\n{}", typed.err(), short(&expr));
        let typed = typed.unwrap();
        let context = Context { as_of: Some(CivilDate(AS_OF)) };
        let rows = frame.rows();
        let found = read(&evaluate(&typed, &frame, &context, 0..rows));
        let expected: Vec<Value> = (0..rows).map(|row| reference::evaluate(&expr, &Row { data: &data, row, slots: vec![], as_of: AS_OF })).collect();
        prop_assert_eq!(&found, &expected, "{}", short(&expr));
        let cut = cut.min(rows);
        let mut evaluator = Evaluator::new(&typed, &frame, context);
        let mut pieces = read(&evaluator.run(cut..rows));
        pieces.splice(0..0, read(&evaluator.run(0..cut)));
        prop_assert_eq!(pieces, expected);
    }
}
