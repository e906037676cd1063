//! Closures computed in vectors against Rhai's own call of the same closure, row by row: where both give a value, it is
//! the same. This holds the translation to Rhai's grammar, precedence included.

use std::sync::Arc;

use proptest::prelude::*;
use rhai::{Dynamic, Engine, FnPtr, Map, OptimizationLevel};

use crate::data::{BoundTable, Column, Dataset, Values};
use crate::expr::{Context, TableFrame, check, evaluate};
use crate::script::closure::{Programs, compile};
use crate::script::position::Positions;
use crate::script::tree::Program;

const WORDS: [&str; 5] = ["pro", "team", "Pro max", "", "smb"];

struct Row {
    a: i64,
    b: i64,
    x: f64,
    y: f64,
    s: &'static str,
    t: &'static str,
    p: bool,
    q: bool,
}

fn engine() -> Engine {
    let mut engine = Engine::new();
    engine.set_optimization_level(OptimizationLevel::None);
    engine.set_fast_operators(false);
    engine.register_fn("/", |a: i64, b: i64| a as f64 / b as f64);
    engine.register_fn("**", |a: f64, b: f64| libm::pow(a, b));
    engine.register_fn("clamp", |a: i64, low: i64, high: i64| a.max(low).min(high));
    engine
}

/// The values by vectors and by Rhai; none where one of them has none.
fn both(card: &str, rows: &[Row]) -> Vec<(Option<Dynamic>, Option<Dynamic>)> {
    let engine = engine();
    let mut scope = rhai::Scope::new();
    let ast = engine.compile(card).unwrap_or_else(|error| panic!("{card}: {error}"));
    let pointer = engine.eval_ast_with_scope::<FnPtr>(&mut scope, &ast).unwrap();
    let programs = Programs {
        card: Program::read(&ast, &Positions::new(0, card)),
        ..Programs::default()
    };
    let expr = compile(&programs, &pointer).unwrap_or_else(|found| panic!("{card}: {found:#?}"));
    let data = dataset(rows);
    let frame = TableFrame::new(&data, "t").unwrap();
    let typed = check(&expr, &frame).unwrap_or_else(|found| panic!("{card}: {found:#?}"));
    let ours = evaluate(&typed, &frame, &Context::default(), 0..rows.len());
    rows.iter()
        .enumerate()
        .map(|(at, row)| {
            let theirs = pointer
                .call::<Dynamic>(&engine, &ast, (map(row),))
                .ok()
                .filter(|value| !value.is_unit());
            (value(&ours, at), theirs)
        })
        .collect()
}

fn dataset(rows: &[Row]) -> Dataset {
    let mut table = BoundTable {
        name: "t".into(),
        rows: rows.len(),
        ..BoundTable::default()
    };
    let mut add = |name: &str, column: Column| table.columns.insert(name.into(), Arc::new(column));
    add("a", Column::ints(rows.iter().map(|row| Some(row.a)).collect()));
    add("b", Column::ints(rows.iter().map(|row| Some(row.b)).collect()));
    add("x", Column::floats(rows.iter().map(|row| Some(row.x)).collect()));
    add("y", Column::floats(rows.iter().map(|row| Some(row.y)).collect()));
    add(
        "s",
        Column::texts(&rows.iter().map(|row| Some(row.s)).collect::<Vec<_>>()),
    );
    add(
        "t",
        Column::texts(&rows.iter().map(|row| Some(row.t)).collect::<Vec<_>>()),
    );
    add("p", Column::bools(rows.iter().map(|row| Some(row.p)).collect()));
    add("q", Column::bools(rows.iter().map(|row| Some(row.q)).collect()));
    let mut data = Dataset::default();
    data.tables.insert("t".into(), table);
    data
}

fn map(row: &Row) -> Map {
    Map::from([
        ("a".into(), row.a.into()),
        ("b".into(), row.b.into()),
        ("x".into(), row.x.into()),
        ("y".into(), row.y.into()),
        ("s".into(), row.s.into()),
        ("t".into(), row.t.into()),
        ("p".into(), row.p.into()),
        ("q".into(), row.q.into()),
    ])
}

fn value(column: &Column, row: usize) -> Option<Dynamic> {
    column.is_valid(row).then(|| match &column.values {
        Values::Bool(values) => values.value(row).into(),
        Values::Int(values) => values.get(row).into(),
        Values::Float(values) => values[row].into(),
        Values::Text(values) => values.get(row).to_owned().into(),
        other => panic!("{other:?}"),
    })
}

/// Numbers are equal as numbers: `2 ** 3` is 8 for one and 8.0 for the other.
fn agree(ours: &Dynamic, theirs: &Dynamic) -> bool {
    let number = |value: &Dynamic| {
        value
            .as_float()
            .ok()
            .or_else(|| value.as_int().ok().map(|value| value as f64))
    };
    match (number(ours), number(theirs)) {
        (Some(one), Some(other)) => one == other || (one - other).abs() <= 1e-12 * other.abs(),
        _ => ours.to_string() == theirs.to_string() && ours.type_name() == theirs.type_name(),
    }
}

fn rows() -> Vec<Row> {
    let mut rows = Vec::new();
    for n in 0..40_usize {
        rows.push(Row {
            a: n as i64 % 7 - 3,
            b: (n as i64 * 5) % 11,
            x: n as f64 / 4.0 - 3.0,
            y: (n * 3 % 8) as f64 / 2.0,
            s: WORDS[n % 5],
            t: WORDS[n * 3 % 5],
            p: n % 3 == 0,
            q: n % 4 == 1,
        });
    }
    rows
}

#[test]
fn closures_of_every_form() {
    let rows = rows();
    let mut compared = 0;
    for body in [
        "r.s == \"pro\" && r.a >= 1",
        "if r.s == \"pro\" && r.a >= 1 { 1 } else { 0 }",
        "(r.a + r.b) * 2 - r.b % 3",
        "r.a * r.x - r.y / 2.0 + 1.5",
        "-r.a + -3 - -r.x",
        "r.b / 4",
        "r.b / 4 * 4 == r.b",
        "2 ** 3 + r.b ** 2",
        "!r.p || r.q && r.a > 0 || r.b == 1 && !(r.q || r.p)",
        "r.a < r.b == r.p",
        "r.a + 1 > r.b - 2 && r.x <= r.y != r.q",
        "switch r.s { \"pro\" | \"smb\" => 1, \"team\" if r.a > 0 => 2, \"team\" => 3, _ => 4 }",
        "switch r.b { 1 => \"one\", 10 => \"ten\", 2..5 => \"few\", 5..=8 if r.p => \"some\", _ => \"many\" }",
        "switch r.p { true => r.a, false => r.b }",
        "r.s.to_upper()",
        "r.s.to_upper().starts_with(\"PRO\") || r.t.ends_with(\"m\") || r.s.contains(\"a\")",
        "r.s.len() + r.t.len()",
        "r.s + \"-\" + r.t",
        "`${r.s} has ${r.a}`",
        "r.s < r.t",
        "r.a in [1, 2, -3] && r.s in [\"pro\", \"team\"]",
        "r.a !in [1, 2, -3]",
        "r.b in 2..5 || r.b in 7..=8",
        "{ let z = r.a + 1; let z = z * z; if z > 4 { return \"big\"; } let w = z + r.b; if w > 6 { \"middle\" } else { \"small\" } }",
        "{ if r.p { if r.q { return 1; } } else if r.a > 0 { return 2; } switch r.b { 1 => return 3, 2 => { return 4; } _ => {} } r.b }",
        "if r.a > 0 { \"up\" } else if r.a < 0 { \"down\" } else { \"flat\" }",
        "r.a.abs() + r.x.floor() + r.x.ceiling() + r.y.round()",
        "r.x.to_int() + r.a",
        "first(r) && !late(r.a, 2)",
        "grade(r.x, r.y)",
        "r.a > limit || r.s in names",
        "{ let o = r; o.a + o[\"b\"] }",
        "r[\"a\"] * r[key]",
        "if r.p { r.a } else { r.x }",
        "max(r.a, r.b) - min(r.x, 1.5)",
        "r.s.sub_string(1, 2)",
    ] {
        let card = format!(
            "let limit = 2; let names = [\"team\", \"smb\"]; let key = \"b\";
             fn first(r) {{ r.a == 1 || r.p }}
             fn late(n, most) {{ if n < 0 {{ return true; }} n > most }}
             fn grade(x, y) {{ let sum = x + y; switch {{ sum > 2.0 }} {{ true => \"high\", false => \"low\" }} }}
             |r| {body}"
        );
        for (ours, theirs) in both(&card, &rows) {
            match (ours, theirs) {
                (Some(ours), Some(theirs)) => {
                    assert!(agree(&ours, &theirs), "{body}: {ours} and not {theirs}");
                    compared += 1;
                }
                (ours, theirs) => panic!("{body}: {ours:?}, {theirs:?}"),
            }
        }
    }
    assert!(compared > 1_000);
}

/// Text of a random number, text or condition, without brackets that Rhai's precedence would not need.
fn number(depth: u32) -> BoxedStrategy<String> {
    let leaf = proptest::sample::select(&["r.a", "r.b", "r.x", "r.y", "2", "7", "0.5"][..]).prop_map(str::to_owned);
    let Some(below) = depth.checked_sub(1) else {
        return leaf.boxed();
    };
    prop_oneof![
        2 => leaf,
        4 => (number(below), proptest::sample::select(&["+", "-", "*", "/"][..]), number(below)).prop_map(|(a, op, b)| format!("{a} {op} {b}")),
        1 => number(below).prop_map(|a| format!("-({a})")),
        1 => number(below).prop_map(|a| format!("-{a}")),
        1 => (condition(below), number(below), number(below)).prop_map(|(c, a, b)| format!("(if {c} {{ {a} }} else {{ {b} }})")),
        1 => (text(below), number(below), number(below)).prop_map(|(s, a, b)| format!("(switch {s} {{ \"pro\" | \"smb\" => {a}, _ => {b} }})")),
        1 => (number(below), number(below)).prop_map(|(a, b)| format!("({{ let z = {a}; z * 2 - ({b}) }})")),
        1 => text(below).prop_map(|s| format!("({s}).len()")),
    ]
    .boxed()
}

fn text(depth: u32) -> BoxedStrategy<String> {
    let leaf = proptest::sample::select(&["r.s", "r.t", "\"pro\"", "\"m\""][..]).prop_map(str::to_owned);
    let Some(below) = depth.checked_sub(1) else {
        return leaf.boxed();
    };
    prop_oneof![
        3 => leaf,
        1 => (text(below), text(below)).prop_map(|(a, b)| format!("{a} + {b}")),
        1 => text(below).prop_map(|a| format!("({a}).to_upper()")),
        1 => (condition(below), text(below), text(below)).prop_map(|(c, a, b)| format!("(if {c} {{ {a} }} else {{ {b} }})")),
    ]
    .boxed()
}

fn condition(depth: u32) -> BoxedStrategy<String> {
    let leaf = proptest::sample::select(&["r.p", "r.q", "!r.p", "true"][..]).prop_map(str::to_owned);
    let Some(below) = depth.checked_sub(1) else {
        return leaf.boxed();
    };
    let compare = proptest::sample::select(&["==", "!=", "<", "<=", ">", ">="][..]);
    prop_oneof![
        1 => leaf,
        4 => (condition(below), proptest::sample::select(&["&&", "||"][..]), condition(below)).prop_map(|(a, op, b)| format!("{a} {op} {b}")),
        3 => (number(below), compare.clone(), number(below)).prop_map(|(a, op, b)| format!("{a} {op} {b}")),
        2 => (text(below), compare, text(below)).prop_map(|(a, op, b)| format!("{a} {op} {b}")),
        1 => condition(below).prop_map(|a| format!("!({a})")),
        1 => text(below).prop_map(|a| format!("({a}) in [\"pro\", \"PRO\", \"m\"]")),
        1 => number(below).prop_map(|a| format!("({a}) in [1, 2, 0.5]")),
    ]
    .boxed()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, max_shrink_iters: 200, ..ProptestConfig::default() })]

    #[test]
    fn random_closures(body in prop_oneof![number(3), text(3), condition(3)]) {
        // Rhai nests only so deep; what it refuses to read is no case.
        let card = format!("|r| {{ {body} }}");
        prop_assume!(engine().compile(&card).is_ok());
        for (ours, theirs) in both(&card, &rows()[..12]) {
            if let (Some(ours), Some(theirs)) = (&ours, &theirs) {
                let infinite = theirs.as_float().is_ok_and(|value| !value.is_finite());
                prop_assert!(infinite || agree(ours, theirs), "{}: {} and not {}", body, ours, theirs);
            }
        }
    }
}
