//! A closure computed in vectors against Rhai's own call of it, row by row: where both give a value, they agree.
//!
//! The bytes choose a closure from the grammar, so that nearly every input is one that both can read.

use std::sync::Arc;

use bellwether::data::{BoundTable, Column, Dataset, Values};
use bellwether::expr::{Context, TableFrame, check, evaluate};
use bellwether::script::closure::{Programs, compile};
use bellwether::script::position::Positions;
use bellwether::script::tree::Program;
use rhai::{Dynamic, Engine, FnPtr, Map, OptimizationLevel};

/// Compares the closure that the bytes choose.
///
/// # Panics
/// Where the two disagree.
pub fn differential(data: &[u8]) {
    let mut chooser = Chooser { data, at: 0, left: 60 };
    let body = match chooser.below(3) {
        0 => chooser.number(4),
        1 => chooser.text(4),
        _ => chooser.condition(4),
    };
    compare(&format!("|r| {{ {body} }}"));
}

struct Chooser<'a> {
    data: &'a [u8],
    at: usize,
    /// Pieces that may still be made.
    left: usize,
}

impl Chooser<'_> {
    fn below(&mut self, most: u8) -> u8 {
        let byte = self.data.get(self.at).copied().unwrap_or(0);
        self.at += 1;
        byte % most
    }

    fn one<'w>(&mut self, words: &[&'w str]) -> &'w str {
        let place = self.below(u8::try_from(words.len()).unwrap_or(u8::MAX));
        words.get(usize::from(place)).copied().unwrap_or_default()
    }

    /// Whether another level may be opened.
    fn deeper(&mut self, depth: u32) -> Option<u32> {
        self.left = self.left.checked_sub(1)?;
        depth.checked_sub(1)
    }

    fn number(&mut self, depth: u32) -> String {
        // Whole numbers beyond 2^53 are left out: where a branch has one and another a fraction, a column of both holds
        // it as a number with a fraction, and Rhai keeps each as it is.
        const LEAVES: [&str; 12] = [
            "r.a", "r.b", "r.x", "r.y", "0", "2", "7", "0.5", "1e300", "94906267", "-1e-300", "-3",
        ];
        let kind = self.below(12);
        let Some(below) = self.deeper(depth).filter(|_| kind > 2) else {
            return self.one(&LEAVES).to_owned();
        };
        match kind {
            3..=6 => {
                let operator = self.one(&["+", "-", "*", "/", "%"]);
                format!("{} {operator} {}", self.number(below), self.number(below))
            }
            7 => format!("-({})", self.number(below)),
            8 => {
                let (condition, then) = (self.condition(below), self.number(below));
                format!("(if {condition} {{ {then} }} else {{ {} }})", self.number(below))
            }
            9 => {
                let (on, one) = (self.number(below), self.number(below));
                // No whole number: `switch 1.0 { 1 => .. }` matches in a card and does not in Rhai.
                let label = self.one(&["0..3", "-2..=2", "5..8 if r.p"]);
                format!("(switch {on} {{ {label} => {one}, _ => {} }})", self.number(below))
            }
            10 => {
                let (on, one) = (self.text(below), self.number(below));
                format!(
                    "(switch {on} {{ \"pro\" | \"smb\" => {one}, _ => {} }})",
                    self.number(below)
                )
            }
            _ => format!(
                "({{ let z = {}; z * 2 - ({}) }})",
                self.number(below),
                self.number(below)
            ),
        }
    }

    fn text(&mut self, depth: u32) -> String {
        let kind = self.below(6);
        let Some(below) = self.deeper(depth).filter(|_| kind > 2) else {
            return self.one(&["r.s", "r.t", "\"pro\"", "\"m\"", "\"\""]).to_owned();
        };
        match kind {
            3 => format!("{} + {}", self.text(below), self.text(below)),
            4 => {
                let (condition, then) = (self.condition(below), self.text(below));
                format!("(if {condition} {{ {then} }} else {{ {} }})", self.text(below))
            }
            _ => format!("`${{{}}} ${{{}}}`", self.text(below), self.text(below)),
        }
    }

    fn condition(&mut self, depth: u32) -> String {
        let kind = self.below(12);
        let Some(below) = self.deeper(depth).filter(|_| kind > 1) else {
            return self.one(&["r.p", "r.q", "!r.p", "true", "false"]).to_owned();
        };
        let compare = ["==", "!=", "<", "<=", ">", ">="];
        match kind {
            2..=4 => {
                let operator = self.one(&["&&", "||"]);
                format!("{} {operator} {}", self.condition(below), self.condition(below))
            }
            5..=7 => {
                let operator = self.one(&compare);
                format!("{} {operator} {}", self.number(below), self.number(below))
            }
            8 => {
                let operator = self.one(&compare);
                format!("{} {operator} {}", self.text(below), self.text(below))
            }
            9 => format!("!({})", self.condition(below)),
            10 => format!("({}) in [1, 2, 0.5]", self.number(below)),
            _ => format!("({}) in [\"pro\", \"m\"]", self.text(below)),
        }
    }
}

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

const WORDS: [&str; 5] = ["pro", "team", "Pro max", "", "smb"];

fn rows() -> Vec<Row> {
    let word = |n: usize| WORDS.get(n % WORDS.len()).copied().unwrap_or_default();
    (0..24_usize)
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
    let mut engine = Engine::new_raw();
    engine
        .set_optimization_level(OptimizationLevel::None)
        .set_fast_operators(false)
        .set_max_expr_depths(200, 200)
        .set_max_operations(100_000);
    engine.register_fn("/", |a: i64, b: i64| a as f64 / b as f64);
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

/// # Panics
/// Where the two disagree.
fn compare(card: &str) {
    let engine = rhai_engine();
    let Ok(ast) = engine.compile(card) else { return };
    let Ok(pointer) = engine.eval_ast::<FnPtr>(&ast) else {
        return;
    };
    let programs = Programs {
        card: Program::read(&ast, &Positions::new(0, card)),
        ..Programs::default()
    };
    let Ok(expr) = compile(&programs, &pointer) else { return };
    let rows = rows();
    let data = dataset(&rows);
    let frame = TableFrame::new(&data, "t").expect("the table is there");
    let Ok(typed) = check(&expr, &frame) else { return };
    let ours = evaluate(&typed, &frame, &Context::default(), 0..rows.len());
    for (at, row) in rows.iter().enumerate() {
        let theirs = pointer.call::<Dynamic>(&engine, &ast, (map(row),));
        let (Some(ours), Ok(theirs)) = (value(&ours, at), theirs) else {
            continue;
        };
        // Infinity and what is no number are missing here, and so is whatever is computed from them.
        let finite = theirs.as_float().is_ok_and(f64::is_finite);
        if theirs.is_unit() || (theirs.is_float() && !finite) {
            continue;
        }
        assert!(
            agree(&ours, &theirs),
            "row {at} of {card}: {ours} here, {theirs} by Rhai"
        );
    }
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
fn agree(ours: &Dynamic, theirs: &Dynamic) -> bool {
    let number = |value: &Dynamic| {
        let whole = value.as_int().ok().map(|value| value as f64);
        value.as_float().ok().or(whole)
    };
    match (number(ours), number(theirs)) {
        (Some(one), Some(other)) => one == other || (one - other).abs() <= 1e-12 * other.abs(),
        _ => ours.to_string() == theirs.to_string() && ours.type_name() == theirs.type_name(),
    }
}
