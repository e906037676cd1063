//! A closure computed in vectors beside Rhai's own call of it, row by row: where both give a value, they agree. This holds the
//! translation to Rhai's grammar, precedence included.

use std::sync::Arc;

use bellwether::data::{BoundTable, Column, Dataset, Values};
use bellwether::expr::{Context, TableFrame, check, evaluate};
use bellwether::script::closure::{Programs, compile};
use bellwether::script::position::Positions;
use bellwether::script::tree::Program;
use rhai::{Dynamic, Engine, FnPtr, Map};

/// A row of numbers, texts and truth values.
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

const ROWS: usize = 40;
const WORDS: [&str; 5] = ["pro", "team", "Pro max", "", "smb"];

fn rows() -> Vec<Row> {
    let word = |n: usize| WORDS.get(n % WORDS.len()).copied().unwrap_or_default();
    (0..ROWS)
        .map(|n| Row {
            a: n as i64 % 7 - 3,
            b: (n as i64 * 5) % 11,
            x: n as f64 / 4.0 - 3.0,
            y: (n * 3 % 8) as f64 / 2.0,
            s: word(n),
            t: word(n * 3),
            p: n % 3 == 0,
            q: n % 4 == 1,
        })
        .collect()
}

fn rhai_engine() -> Engine {
    let mut engine = Engine::new();
    engine
        .set_fast_operators(false)
        .set_max_expr_depths(200, 200)
        .set_max_operations(100_000);
    engine.register_fn("/", |a: i64, b: i64| a as f64 / b as f64);
    engine.register_fn("**", |a: f64, b: f64| bellwether::stats::math::powf(a, b));
    engine.register_fn("clamp", |a: i64, low: i64, high: i64| a.max(low).min(high));
    // Rhai takes numbers with fractions for equal that differ by less than an epsilon; a card compares what they are.
    macro_rules! exact {
        ($($name:literal $operator:tt),*) => {$(
            engine.register_fn($name, |a: f64, b: f64| a $operator b);
            engine.register_fn($name, |a: i64, b: f64| (a as f64) $operator b);
            engine.register_fn($name, |a: f64, b: i64| a $operator (b as f64));
        )*};
    }
    exact!("==" ==, "!=" !=, "<" <, "<=" <=, ">" >, ">=" >=);
    engine
}

/// The values of a row by vectors and by Rhai; none where one has none.
pub type Pair = (Option<Dynamic>, Option<Dynamic>);

/// Why a closure was not compared.
#[derive(Debug)]
pub enum NotCompared {
    /// Rhai does not read the card, or it gives no closure.
    ByRhai(String),
    /// A card may not say it; the findings.
    Refused(String),
}

/// The values of a card's closure over some made rows, by vectors and by Rhai; none where one of them has none.
///
/// # Errors
/// Where one of them does not take the closure.
pub fn both(card: &str) -> Result<Vec<Pair>, NotCompared> {
    let engine = rhai_engine();
    let by_rhai = |error: &dyn std::fmt::Display| NotCompared::ByRhai(error.to_string());
    let refused = |findings: &dyn std::fmt::Debug| NotCompared::Refused(format!("{findings:#?}"));
    let ast = engine.compile(card).map_err(|error| by_rhai(&error))?;
    let pointer = engine.eval_ast::<FnPtr>(&ast).map_err(|error| by_rhai(&error))?;
    let programs = Programs {
        card: Program::read(&ast, &Positions::new(0, card)),
        ..Programs::default()
    };
    let expr = compile(&programs, &pointer).map_err(|findings| refused(&findings))?;
    let rows = rows();
    let data = dataset(&rows);
    let frame = TableFrame::new(&data, "t").expect("the table is there");
    let typed = check(&expr, &frame).map_err(|findings| refused(&findings))?;
    let ours = evaluate(&typed, &frame, &Context::default(), 0..rows.len());
    let pairs = rows.iter().enumerate().map(|(at, row)| {
        let theirs = pointer.call::<Dynamic>(&engine, &ast, (map(row),));
        (value(&ours, at), theirs.ok().filter(is_value))
    });
    Ok(pairs.collect())
}

/// Infinity and what is no number are missing in a card, and so is whatever is computed from them.
fn is_value(theirs: &Dynamic) -> bool {
    let finite = theirs.as_float().is_ok_and(f64::is_finite);
    !theirs.is_unit() && (!theirs.is_float() || finite)
}

fn dataset(rows: &[Row]) -> Dataset {
    let mut table = BoundTable {
        name: "t".into(),
        rows: rows.len(),
        ..BoundTable::default()
    };
    let texts = |of: fn(&Row) -> &'static str| Column::texts(&rows.iter().map(|row| Some(of(row))).collect::<Vec<_>>());
    let columns = [
        ("a", Column::ints(rows.iter().map(|row| Some(row.a)).collect())),
        ("b", Column::ints(rows.iter().map(|row| Some(row.b)).collect())),
        ("x", Column::floats(rows.iter().map(|row| Some(row.x)).collect())),
        ("y", Column::floats(rows.iter().map(|row| Some(row.y)).collect())),
        ("s", texts(|row| row.s)),
        ("t", texts(|row| row.t)),
        ("p", Column::bools(rows.iter().map(|row| Some(row.p)).collect())),
        ("q", Column::bools(rows.iter().map(|row| Some(row.q)).collect())),
    ];
    for (name, column) in columns {
        table.columns.insert(name.into(), Arc::new(column));
    }
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
    if !column.is_valid(row) {
        return None;
    }
    match &column.values {
        Values::Bool(values) => Some(values.value(row).into()),
        Values::Int(values) => Some(values.get(row).into()),
        Values::Float(values) => values.get(row).map(|value| (*value).into()),
        Values::Text(values) => Some(values.get(row).to_owned().into()),
        _ => None,
    }
}

/// Numbers are equal as numbers: `4 / 2` is a number with a fraction for both, a sum of whole ones is whole.
pub fn agree(ours: &Dynamic, theirs: &Dynamic) -> bool {
    let number = |value: &Dynamic| {
        let whole = value.as_int().ok().map(|value| value as f64);
        value.as_float().ok().or(whole)
    };
    match (number(ours), number(theirs)) {
        (Some(one), Some(other)) => one == other || (one - other).abs() <= 1e-12 * other.abs(),
        _ => ours.to_string() == theirs.to_string() && ours.type_name() == theirs.type_name(),
    }
}
