//! Random tables with missing values and orphans, and random expressions over them that fit.

use super::*;

const WORDS: [&str; 8] = ["pro", "Team", "", " x ", "ärger", "2024-02-29", "12", "-3.5"];

fn often<T: std::fmt::Debug + Clone + 'static>(values: impl Strategy<Value = T> + 'static) -> BoxedStrategy<Option<T>> {
    prop_oneof![4 => values.prop_map(Some), 1 => Just(None)].boxed()
}

fn whole() -> BoxedStrategy<i64> {
    prop_oneof![8 => -12_i64..12, 1 => -300_i64..300, 1 => -70_000_i64..70_000].boxed()
}

fn fraction() -> BoxedStrategy<f64> {
    prop_oneof![6 => (-40_i32..40).prop_map(|n| f64::from(n) / 4.0), 1 => -1e6..1e6_f64].boxed()
}

fn day() -> BoxedStrategy<i32> {
    prop_oneof![4 => AS_OF - 100..AS_OF + 60, 1 => 0_i32..30_000].boxed()
}

fn stamp() -> BoxedStrategy<i64> {
    (day(), 0_i64..24, 0_i64..3600)
        .prop_map(|(day, hour, second)| (i64::from(day) * 86_400 + hour * 3_600 + second) * 1_000_000)
        .boxed()
}

pub(super) fn tables() -> impl Strategy<Value = Dataset> {
    (0_usize..30, 1_usize..4).prop_flat_map(|(rows, parents)| {
        let columns = (
            proptest::collection::vec((often(any::<bool>()), often(any::<bool>())), rows),
            proptest::collection::vec((often(whole()), often(whole())), rows),
            proptest::collection::vec((often(fraction()), often(fraction())), rows),
            proptest::collection::vec((often(0_usize..8), often(0_usize..3)), rows),
            proptest::collection::vec((often(day()), often(day())), rows),
            proptest::collection::vec((often(stamp()), often(stamp())), rows),
            proptest::collection::vec(prop_oneof![4 => 0_u32..3, 1 => Just(NO_ROW)], rows),
        );
        let parent = proptest::collection::vec((often(0_usize..8), often(whole()), often(day())), parents);
        (columns, parent).prop_map(move |((bools, ints, floats, texts, days, stamps, index), parent)| {
            let word = |at: Option<usize>| at.map(|at| WORDS[at]);
            let mut above = BoundTable {
                name: "p".into(),
                rows: parents,
                ..BoundTable::default()
            };
            let mut add = |name: &str, column: Column| above.columns.insert(name.to_owned(), Arc::new(column));
            add(
                "t",
                Column::texts(&parent.iter().map(|row| word(row.0)).collect::<Vec<_>>()),
            );
            add("i", Column::ints(parent.iter().map(|row| row.1).collect()));
            add("d", Column::dates(parent.iter().map(|row| row.2).collect()));
            let index = index
                .into_iter()
                .map(|row| if row == NO_ROW { row } else { row % parents as u32 })
                .collect();
            dataset(
                vec![
                    ("b1", Column::bools(bools.iter().map(|row| row.0).collect())),
                    ("b2", Column::bools(bools.iter().map(|row| row.1).collect())),
                    ("i1", Column::ints(ints.iter().map(|row| row.0).collect())),
                    ("i2", Column::ints(ints.iter().map(|row| row.1).collect())),
                    ("f1", Column::floats(floats.iter().map(|row| row.0).collect())),
                    ("f2", Column::floats(floats.iter().map(|row| row.1).collect())),
                    (
                        "t1",
                        Column::texts(&texts.iter().map(|row| word(row.0)).collect::<Vec<_>>()),
                    ),
                    (
                        "t2",
                        Column::texts(&texts.iter().map(|row| word(row.1)).collect::<Vec<_>>()),
                    ),
                    ("d1", Column::dates(days.iter().map(|row| row.0).collect())),
                    ("d2", Column::dates(days.iter().map(|row| row.1).collect())),
                    ("s1", Column::timestamps(stamps.iter().map(|row| row.0).collect())),
                    ("s2", Column::timestamps(stamps.iter().map(|row| row.1).collect())),
                ],
                vec![(above, index)],
            )
        })
    })
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Bool,
    Int,
    Float,
    Text,
    Date,
    Stamp,
}

pub(super) fn expressions() -> BoxedStrategy<Expr> {
    let depth = 3;
    prop_oneof![
        3 => of(Kind::Bool, depth),
        2 => of(Kind::Int, depth),
        2 => of(Kind::Float, depth),
        2 => of(Kind::Text, depth),
        1 => of(Kind::Date, depth),
        1 => of(Kind::Stamp, depth),
    ]
    .boxed()
}

fn columns(names: &'static [&'static str]) -> BoxedStrategy<Expr> {
    proptest::sample::select(names).prop_map(column).boxed()
}

fn leaf(kind: Kind) -> BoxedStrategy<Expr> {
    let iso = || day().prop_map(|day| text(&CivilDate(day).to_string()));
    match kind {
        Kind::Bool => {
            prop_oneof![4 => columns(&["b1", "b2"]), 1 => any::<bool>().prop_map(|b| lit(Literal::Bool(b)))].boxed()
        }
        Kind::Int => prop_oneof![4 => columns(&["i1", "i2", "p.i"]), 1 => whole().prop_map(int)].boxed(),
        Kind::Float => prop_oneof![4 => columns(&["f1", "f2"]), 1 => fraction().prop_map(float)].boxed(),
        Kind::Text => {
            prop_oneof![4 => columns(&["t1", "t2", "p.t"]), 1 => proptest::sample::select(&WORDS[..]).prop_map(text)]
                .boxed()
        }
        Kind::Date => prop_oneof![
            5 => columns(&["d1", "d2", "p.d"]),
            1 => iso().prop_map(|text| call(Function::Date, vec![text])),
            1 => Just(call(Function::AsOf, vec![])),
        ]
        .boxed(),
        Kind::Stamp => columns(&["s1", "s2"]),
    }
}

fn time(depth: u32) -> BoxedStrategy<Expr> {
    prop_oneof![of(Kind::Date, depth), of(Kind::Stamp, depth)].boxed()
}

fn numeric(depth: u32) -> BoxedStrategy<Expr> {
    prop_oneof![of(Kind::Int, depth), of(Kind::Float, depth)].boxed()
}

fn comparison() -> BoxedStrategy<BinaryOp> {
    use BinaryOp as B;
    proptest::sample::select(
        &[
            B::Equal,
            B::NotEqual,
            B::Less,
            B::LessOrEqual,
            B::Greater,
            B::GreaterOrEqual,
        ][..],
    )
    .boxed()
}

fn one_call(function: &'static [Function], arguments: BoxedStrategy<Vec<Expr>>) -> BoxedStrategy<Expr> {
    (proptest::sample::select(function), arguments)
        .prop_map(|(function, arguments)| call(function, arguments))
        .boxed()
}

fn list(items: Vec<BoxedStrategy<Expr>>) -> BoxedStrategy<Vec<Expr>> {
    items.into_iter().fold(Just(Vec::new()).boxed(), |all, item| {
        (all, item)
            .prop_map(|(mut all, item)| {
                all.push(item);
                all
            })
            .boxed()
    })
}

/// Forms that every kind has: conditions, switches, names, stand-ins.
fn general(kind: Kind, depth: u32) -> BoxedStrategy<Expr> {
    let value = || prop_oneof![6 => of(kind, depth), 1 => Just(missing())].boxed();
    let conditions = (
        of(Kind::Bool, depth),
        value(),
        of(Kind::Bool, depth),
        value(),
        proptest::option::of(value()),
    )
        .prop_map(|(one, first, other, second, otherwise)| {
            Expr::new(
                ExprKind::If {
                    arms: vec![(one, first), (other, second)],
                    otherwise: otherwise.map(Box::new),
                },
                span(),
            )
        });
    let named = (of(kind, depth), of(Kind::Bool, depth), 0_u32..3).prop_map(|(value, condition, slot)| {
        let slot = slot + 10 * depth_mark(&value);
        let read = Expr::new(ExprKind::Slot(slot), span());
        let body = Expr::new(
            ExprKind::If {
                arms: vec![(condition, read.clone())],
                otherwise: Some(Box::new(read)),
            },
            span(),
        );
        Expr::new(
            ExprKind::Let {
                slot,
                value: Box::new(value),
                body: Box::new(body),
            },
            span(),
        )
    });
    prop_oneof![
        3 => conditions,
        2 => switches(value(), depth),
        1 => named,
        1 => list(vec![of(kind, depth), of(kind, depth)]).prop_map(|both| call(Function::OrElse, both)),
    ]
    .boxed()
}

/// Slots must be unique on a path: the deeper a value, the larger its slot.
fn depth_mark(expr: &Expr) -> u32 {
    match &expr.kind {
        ExprKind::Let { slot, .. } => slot / 10 + 1,
        ExprKind::If { arms, otherwise } => arms
            .iter()
            .flat_map(|(condition, value)| [condition, value])
            .chain(otherwise.as_deref())
            .map(depth_mark)
            .max()
            .unwrap_or(0),
        _ => 0,
    }
}

fn switches(value: BoxedStrategy<Expr>, depth: u32) -> BoxedStrategy<Expr> {
    let labels = prop_oneof![
        (
            Just(true),
            proptest::collection::vec(
                proptest::sample::select(&WORDS[..]).prop_map(|word| Literal::Text(word.to_owned())),
                1..4
            )
        ),
        (
            Just(false),
            proptest::collection::vec(
                prop_oneof![whole().prop_map(Literal::Int), fraction().prop_map(Literal::Float)],
                1..4
            )
        ),
    ];
    let range = proptest::option::of((-10_i64..5, 0_i64..9, any::<bool>()));
    (
        labels,
        range,
        value.clone(),
        proptest::option::of(of(Kind::Bool, depth)),
        value.clone(),
        proptest::option::of(value),
        of(Kind::Text, depth),
        numeric(depth),
    )
        .prop_map(
            |((is_text, labels), range, first, guard, second, default, words, number)| {
                let mut patterns: Vec<SwitchPattern> = labels.into_iter().map(SwitchPattern::Value).collect();
                let last = patterns.pop().unwrap();
                if let (Some((low, more, inclusive)), false) = (range, is_text) {
                    patterns.push(SwitchPattern::Range {
                        low,
                        high: low + more,
                        inclusive,
                    });
                }
                if patterns.is_empty() {
                    patterns.push(last.clone());
                }
                let arms = vec![
                    SwitchArm {
                        patterns,
                        guard,
                        value: first,
                    },
                    SwitchArm {
                        patterns: vec![last],
                        guard: None,
                        value: second,
                    },
                ];
                let on = Box::new(if is_text { words } else { number });
                Expr::new(
                    ExprKind::Switch {
                        on,
                        arms,
                        default: default.map(Box::new),
                    },
                    span(),
                )
            },
        )
        .boxed()
}

thread_local! {
    /// Each strategy is built once: built anew at each use there would be millions.
    static BUILT: std::cell::RefCell<std::collections::BTreeMap<(Kind, u32), BoxedStrategy<Expr>>> = const { std::cell::RefCell::new(std::collections::BTreeMap::new()) };
}

fn of(kind: Kind, depth: u32) -> BoxedStrategy<Expr> {
    if let Some(built) = BUILT.with_borrow(|built| built.get(&(kind, depth)).cloned()) {
        return built;
    }
    let built = build(kind, depth);
    BUILT.with_borrow_mut(|all| all.insert((kind, depth), built.clone()));
    built
}

fn build(kind: Kind, depth: u32) -> BoxedStrategy<Expr> {
    let Some(below) = depth.checked_sub(1) else {
        return leaf(kind);
    };
    let special = match kind {
        Kind::Bool => truth(below),
        Kind::Int => integers(below),
        Kind::Float => fractions(below),
        Kind::Text => texts(below),
        Kind::Date => prop_oneof![
            one_call(&[Function::Day], list(vec![time(below)])),
            one_call(
                &[Function::AddDays, Function::AddMonths],
                list(vec![of(Kind::Date, below), (-40_i64..40).prop_map(int).boxed()])
            ),
            one_call(
                &[Function::Min, Function::Max],
                list(vec![of(Kind::Date, below), of(Kind::Date, below)])
            ),
            one_call(&[Function::Date], list(vec![columns(&["t1", "t2", "p.t"])])),
        ]
        .boxed(),
        Kind::Stamp => prop_oneof![
            one_call(
                &[Function::AddDays, Function::AddMonths],
                list(vec![of(Kind::Stamp, below), (-40_i64..40).prop_map(int).boxed()])
            ),
            one_call(
                &[Function::Min, Function::Max],
                list(vec![of(Kind::Stamp, below), of(Kind::Stamp, below)])
            ),
        ]
        .boxed(),
    };
    prop_oneof![2 => leaf(kind), 4 => special, 1 => general(kind, below)].boxed()
}

fn truth(depth: u32) -> BoxedStrategy<Expr> {
    let compare = |operands: BoxedStrategy<(Expr, Expr)>| {
        (comparison(), operands)
            .prop_map(|(op, (a, b))| binary(op, a, b))
            .boxed()
    };
    let logic = (
        proptest::sample::select(&[BinaryOp::And, BinaryOp::Or][..]),
        of(Kind::Bool, depth),
        of(Kind::Bool, depth),
    )
        .prop_map(|(op, a, b)| binary(op, a, b));
    let equal = (
        proptest::sample::select(&[BinaryOp::Equal, BinaryOp::NotEqual][..]),
        of(Kind::Bool, depth),
        of(Kind::Bool, depth),
    )
        .prop_map(|(op, a, b)| binary(op, a, b));
    let among = |value: BoxedStrategy<Expr>, item: BoxedStrategy<Expr>, most: usize| {
        (value, proptest::collection::vec(item, 1..most))
            .prop_map(|(value, items)| Expr::new(ExprKind::In(Box::new(value), items), span()))
            .boxed()
    };
    let between =
        (numeric(depth), numeric(depth), numeric(depth), any::<bool>()).prop_map(|(value, low, high, inclusive)| {
            Expr::new(
                ExprKind::InRange {
                    value: Box::new(value),
                    low: Box::new(low),
                    high: Box::new(high),
                    inclusive,
                },
                span(),
            )
        });
    let iso = day().prop_map(|day| text(&CivilDate(day).to_string()));
    let within = (
        time(depth),
        time(depth),
        0_i64..90,
        proptest::sample::select(&["minutes", "hours", "days", "weeks", "months", "quarters", "years"][..]),
    )
        .prop_map(|(start, end, count, unit)| call(Function::DoneWithin, vec![start, end, int(count), text(unit)]));
    prop_oneof![
        4 => logic,
        1 => equal,
        1 => of(Kind::Bool, depth).prop_map(|of| Expr::new(ExprKind::Unary(UnaryOp::Not, Box::new(of)), span())),
        3 => compare((numeric(depth), numeric(depth)).boxed()),
        3 => compare((of(Kind::Text, depth), of(Kind::Text, depth)).boxed()),
        2 => compare((time(depth), time(depth)).boxed()),
        1 => compare((time(depth), iso).boxed()),
        2 => among(numeric(depth), prop_oneof![whole().prop_map(int), fraction().prop_map(float)].boxed(), 14),
        2 => among(of(Kind::Text, depth), leaf(Kind::Text), 5),
        1 => between,
        1 => one_call(&[Function::Contains, Function::StartsWith, Function::EndsWith], list(vec![of(Kind::Text, depth), of(Kind::Text, depth)])),
        1 => one_call(&[Function::IsMissing], list(vec![prop_oneof![of(Kind::Text, depth), numeric(depth), time(depth), of(Kind::Bool, depth)].boxed()])),
        1 => one_call(&[Function::DoneBy, Function::IsOpen], list(vec![time(depth), time(depth)])),
        1 => within,
    ]
    .boxed()
}

fn integers(depth: u32) -> BoxedStrategy<Expr> {
    use BinaryOp as B;
    let arithmetic = (
        proptest::sample::select(&[B::Add, B::Subtract, B::Multiply, B::Remainder][..]),
        of(Kind::Int, depth),
        of(Kind::Int, depth),
    )
        .prop_map(|(op, a, b)| binary(op, a, b));
    let power = (of(Kind::Int, depth), 0_i64..5).prop_map(|(base, power)| binary(B::Power, base, int(power)));
    prop_oneof![
        4 => arithmetic,
        1 => power,
        1 => of(Kind::Int, depth).prop_map(|of| Expr::new(ExprKind::Unary(UnaryOp::Negate, Box::new(of)), span())),
        1 => one_call(&[Function::Abs, Function::Round, Function::Floor, Function::Ceil], list(vec![of(Kind::Int, depth)])),
        1 => one_call(&[Function::Min, Function::Max], list(vec![of(Kind::Int, depth), of(Kind::Int, depth)])),
        1 => one_call(&[Function::Clamp], list(vec![of(Kind::Int, depth), of(Kind::Int, depth), of(Kind::Int, depth)])),
        1 => one_call(&[Function::Len], list(vec![of(Kind::Text, depth)])),
        1 => one_call(&[Function::ToInt], list(vec![prop_oneof![of(Kind::Text, depth), numeric(depth)].boxed()])),
        2 => one_call(&[Function::Year, Function::Month, Function::DayOfMonth, Function::Weekday], list(vec![time(depth)])),
        1 => one_call(&[Function::Hour], list(vec![of(Kind::Stamp, depth)])),
        1 => one_call(&[Function::DaysBetween], list(vec![of(Kind::Date, depth), of(Kind::Date, depth)])),
        1 => one_call(&[Function::MonthsBetween], list(vec![time(depth), time(depth)])),
        1 => (of(Kind::Date, depth), of(Kind::Date, depth)).prop_map(|(a, b)| binary(B::Subtract, a, b)),
    ]
    .boxed()
}

fn fractions(depth: u32) -> BoxedStrategy<Expr> {
    use BinaryOp as B;
    let mixed = || {
        prop_oneof![
            (of(Kind::Float, depth), numeric(depth)),
            (numeric(depth), of(Kind::Float, depth))
        ]
        .boxed()
    };
    let arithmetic = (
        proptest::sample::select(&[B::Add, B::Subtract, B::Multiply, B::Remainder, B::Power][..]),
        mixed(),
    )
        .prop_map(|(op, (a, b))| binary(op, a, b));
    prop_oneof![
        4 => arithmetic,
        2 => (numeric(depth), numeric(depth)).prop_map(|(a, b)| binary(B::Divide, a, b)),
        1 => of(Kind::Float, depth).prop_map(|of| Expr::new(ExprKind::Unary(UnaryOp::Negate, Box::new(of)), span())),
        1 => one_call(&[Function::Abs, Function::Round, Function::Floor, Function::Ceil], list(vec![of(Kind::Float, depth)])),
        1 => one_call(&[Function::Min, Function::Max], list(vec![of(Kind::Float, depth), of(Kind::Float, depth)])),
        1 => one_call(&[Function::Ln, Function::Exp, Function::Sqrt], list(vec![numeric(depth)])),
        1 => one_call(&[Function::ToFloat], list(vec![prop_oneof![of(Kind::Text, depth), numeric(depth)].boxed()])),
        1 => one_call(&[Function::HoursBetween, Function::MinutesBetween], list(vec![time(depth), time(depth)])),
        1 => one_call(&[Function::DaysBetween], list(vec![of(Kind::Stamp, depth), time(depth)])),
        1 => (of(Kind::Stamp, depth), time(depth)).prop_map(|(a, b)| binary(B::Subtract, a, b)),
    ]
    .boxed()
}

fn texts(depth: u32) -> BoxedStrategy<Expr> {
    let any = prop_oneof![
        of(Kind::Text, depth),
        numeric(depth),
        time(depth),
        of(Kind::Bool, depth)
    ]
    .boxed();
    prop_oneof![
        2 => one_call(&[Function::ToLower, Function::ToUpper, Function::Trim], list(vec![of(Kind::Text, depth)])),
        2 => (of(Kind::Text, depth), of(Kind::Text, depth)).prop_map(|(a, b)| binary(BinaryOp::Add, a, b)),
        1 => one_call(&[Function::SubString], list(vec![of(Kind::Text, depth), (-6_i64..6).prop_map(int).boxed(), of(Kind::Int, 0)])),
        1 => one_call(&[Function::SubString], list(vec![of(Kind::Text, depth), of(Kind::Int, 0)])),
        1 => one_call(&[Function::Replace], list(vec![of(Kind::Text, depth), of(Kind::Text, depth), of(Kind::Text, depth)])),
        2 => one_call(&[Function::ToText], list(vec![any])),
    ]
    .boxed()
}
