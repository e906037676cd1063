use super::*;
use crate::definition::ColumnType;
use crate::expr::types::Wanted;

/// Columns by the first letter of their names: `b1` holds truth values, `u1` something unknown.
struct ByName;

impl RowSchema for ByName {
    fn resolve(&self, path: &[String]) -> Resolved {
        if let [first, _] = path
            && first != "order"
        {
            return Resolved::Nothing {
                step: 0,
                place: "`tickets`".into(),
                candidates: vec!["order".into()],
                hint: None,
            };
        }
        match path.last().and_then(|name| name.chars().next()) {
            Some('b') => Resolved::Known(ColumnType::Bool),
            Some('i') => Resolved::Known(ColumnType::Int),
            Some('f') => Resolved::Known(ColumnType::Float),
            Some('t') => Resolved::Known(ColumnType::Text),
            Some('d') => Resolved::Known(ColumnType::Date),
            Some('s') => Resolved::Known(ColumnType::Timestamp),
            Some('u') => Resolved::Unknown,
            _ => Resolved::Nothing {
                step: path.len() - 1,
                place: "`tickets`".into(),
                candidates: vec!["days".into(), "reason".into()],
                hint: None,
            },
        }
    }
}

/// Compiles the closure `|r| <text>`; spans count from its start.
fn expr(text: &str) -> (String, Expr) {
    use crate::script::{ast::Program, closure, position::Positions};
    let card = format!("f(|r| {text})");
    let engine = rhai::Engine::new_raw();
    let ast = engine.compile(&card).unwrap();
    let program = <Program>::read(&ast, &Positions::new(0, &card));
    let name = program.closures.keys().next().unwrap().clone();
    let programs = closure::Programs {
        card: program,
        ..closure::Programs::default()
    };
    (card, closure::compile_named(&programs, &name, &[]).unwrap())
}

fn typed(text: &str) -> Typed {
    let (_, expr) = expr(text);
    check(&expr, &ByName).unwrap_or_else(|found| panic!("{text}: {found:#?}"))
}

fn kind(text: &str) -> Option<ColumnType> {
    typed(text).value_type()
}

fn told(text: &str) -> Vec<String> {
    let (card, expr) = expr(text);
    let found = check(&expr, &ByName)
        .err()
        .unwrap_or_else(|| panic!("{text}: no error"));
    found
        .iter()
        .map(|found| {
            let span = found.span.unwrap();
            let place = &card[span.start as usize..span.end as usize];
            format!(
                "`{place}`: {} / {}",
                found.message,
                found.help.as_deref().unwrap_or_default()
            )
        })
        .collect()
}

#[test]
fn types_of_results() {
    use ColumnType as C;
    let cases = [
        ("r.i1 + r.i2", C::Int),
        ("r.i1 + r.f1", C::Float),
        ("r.i1 / r.i2", C::Float),
        ("r.i1 ** 2", C::Int),
        ("r.i1 ** r.i2", C::Float),
        ("r.t1 + r.t2", C::Text),
        ("r.d1 - r.d2", C::Int),
        ("r.d1 - r.s1", C::Float),
        ("r.s1 > \"2016-03-01\"", C::Bool),
        ("if r.b1 { 1 } else { 2.5 }", C::Float),
        ("if r.b1 { r.d1 } else { () }", C::Date),
        ("if r.b1 { r.d1 } else { r.s1 }", C::Timestamp),
        ("switch r.t1 { \"a\" => \"x\", _ => r.t2 }", C::Text),
        ("switch r.f1 { 1 => 1, 2..5 => 3 }", C::Int),
        ("days_between(r.d1, r.d2)", C::Int),
        ("days_between(r.d1, r.s1)", C::Float),
        ("add_days(r.s1, 3)", C::Timestamp),
        ("or_else(r.i1, 0.5)", C::Float),
        ("min(r.d1, as_of())", C::Date),
        ("r.i1 in [1, 2.5]", C::Bool),
        ("r.d1 in [\"2026-01-01\"]", C::Bool),
        ("`${r.d1} ${r.i1}`", C::Text),
        ("round(r.f1)", C::Float),
        ("r.order.i1.abs()", C::Int),
    ];
    for (text, expected) in cases {
        assert_eq!(kind(text), Some(expected), "{text}");
    }
    assert!(typed("done_within(r.s1, r.s2, 48, \"hours\")").uses_as_of());
    assert!(!typed("r.i1 > 2").uses_as_of());
}

#[test]
fn what_does_not_fit_is_told_with_a_way_out() {
    let cases = [
        (
            "r.t1 > 3",
            "`r.t1 > 3`: `>` compares text with a number / put text in double quotes and numbers not; a column of numbers with codes such as \"N/A\" needs `.missing(\"N/A\")`",
        ),
        (
            "r.b1 == 1",
            "`r.b1 == 1`: `==` compares true or false with a number / a column of true and false is a condition by itself: `r.churned`, `!r.churned`",
        ),
        (
            "r.i1 && r.b1",
            "`i1`: `&&` needs true or false; this is a number / compare it: `== 1`, `> 0`",
        ),
        (
            "!r.t1",
            "`t1`: `!` needs true or false; this is text / compare it: `== \"yes\"`",
        ),
        (
            "r.s1 > \"1/3/2016\"",
            "`\"1/3/2016\"`: a date is not written `1/3/2016` / a date is written `\"2016-03-01\"`",
        ),
        (
            "r.s1 > \"2016-02-30\"",
            "`\"2016-02-30\"`: there is no day `2016-02-30` / a date is written `\"2016-03-01\"`",
        ),
        (
            "r.d1 > \"later\"",
            "`\"later\"`: `later` is no date / a date is written `\"2016-03-01\"`",
        ),
        (
            "r.d1 > 2016",
            "`r.d1 > 2016`: `>` compares a date with a number / take a part of it: `year(..) == 2026`",
        ),
        (
            "r.t1 + 1",
            "`r.t1 + 1`: `+` joins text with text, or adds numbers / write `${t.code}-${t.number}` in backticks",
        ),
        (
            "r.d1 + 30",
            "`r.d1 + 30`: `+` cannot move a date / write `add_days(t.opened_on, 30)`",
        ),
        (
            "r.b1 < r.b2",
            "`r.b1 < r.b2`: true and false have no order / write `r.churned`, `!r.churned` or `a == b`",
        ),
        (
            "if r.i1 { 1 } else { 2 }",
            "`i1`: `if` needs true or false; this is a number / compare it: `== 1`, `> 0`",
        ),
        (
            "if r.b1 { 1 } else { \"x\" }",
            "`if r.b1 { 1 } else { \"x\" }`: the branches give a number here and text there / let every branch give the same kind of value; `()` is missing",
        ),
        (
            "switch r.t1 { 1 => 2 }",
            "`2`: the label of this arm is a number, and the `switch` looks at text / text labels stand in double quotes, numbers not",
        ),
        (
            "r.t1 in [\"a\", 1]",
            "`1`: `in` compares text with a number / put text in double quotes and numbers not; a column of numbers with codes such as \"N/A\" needs `.missing(\"N/A\")`",
        ),
        (
            "year(r.t1)",
            "`t1`: `year` needs a date; this is text / declare its format: `.dates(\"d/M/yyyy\")`",
        ),
        (
            "hour(r.d1)",
            "`hour(r.d1)`: a day has no hour / take a column with a time of day",
        ),
        (
            "r.i1.to_upper()",
            "`i1`: `to_upper` needs text; this is a number / turn it into text with `to_text(..)`",
        ),
        (
            "or_else(r.t1, 0)",
            "`or_else(r.t1, 0)`: `or_else` puts a number in place of text / the stand-in is of the same kind as the value",
        ),
        (
            "done_within(r.s1, r.s2, 48, \"hors\")",
            "`\"hors\"`: the unit of the time allowed is not known / write `minutes`, `hours`, `days`, `weeks`, `months`, `quarters` or `years`",
        ),
        (
            "r.reasn == \"x\"",
            "`reasn`: no column `reasn` in `tickets` / did you mean `reason`?",
        ),
        (
            "r.xyzzy == 1",
            "`xyzzy`: no column `xyzzy` in `tickets` / there are `days`, `reason`",
        ),
        (
            "r.ordre.i1 == 1",
            "`ordre.i1`: no path `ordre` in `tickets` / did you mean `order`?",
        ),
    ];
    for (text, expected) in cases {
        assert_eq!(told(text), [expected], "{text}");
    }
    assert_eq!(told("r.t1 > 3 && r.reasn == 1 || r.b1 == 2").len(), 3);
}

#[test]
fn columns_of_unknown_type_are_held_to_their_uses() {
    let narrowed = typed("r.u1 > 3 && r.u2 == \"x\"");
    assert!(narrowed.column_is(0, Wanted::Number));
    assert!(narrowed.column_is(1, Wanted::Any) && !narrowed.column_is(1, Wanted::Number));
    // A text that is a date may meet a column of dates.
    assert!(check(&expr("r.u1 > \"2016-03-01\" && year(r.u1) == 2016").1, &ByName).is_ok());
    assert_eq!(
        told("r.u1 > 3 && r.u1.starts_with(\"x\")"),
        ["`u1`: `starts_with` needs text; this is a number / turn it into text with `to_text(..)`"]
    );
    let found = check(&expr("r.u1 > 3 && r.u1.starts_with(\"x\")").1, &ByName).unwrap_err();
    assert_eq!(found[0].related.len(), 1);
    assert_eq!(told("r.u1 && r.u1 == \"yes\"").len(), 1);
}

#[test]
fn a_day_beside_a_moment_warns() {
    for (text, warns) in [
        ("r.d1 > r.s1", true),
        ("r.s1 == \"2016-03-01\"", true),
        ("r.s1 <= \"2016-03-01\"", true),
        ("r.s1 < \"2016-03-01\"", false),
        ("r.s1 >= \"2016-03-01\"", false),
        ("\"2016-03-01\" <= r.s1", false),
        ("r.d1 <= \"2016-03-01\"", false),
        ("r.s1 <= \"2016-03-01T12:00\"", false),
    ] {
        assert_eq!(typed(text).warnings().len(), usize::from(warns), "{text}");
    }
    assert_eq!(
        typed("r.s1 == \"2016-03-01\"").warnings()[0].help.as_deref(),
        Some("to compare days, write `day(r.s1)`")
    );
}

#[test]
fn what_a_measure_needs() {
    let rate = typed("r.i1").require(Wanted::Bool, "rate").unwrap_err();
    assert_eq!(rate.message, "`rate` needs true or false; this is a number");
    assert_eq!(rate.help.as_deref(), Some("compare it: `== 1`"));
    assert!(typed("r.i1").require(Wanted::Number, "mean").is_ok());
    assert!(typed("r.t1").require(Wanted::Number, "mean").is_err());
    assert!(typed("r.u1").require(Wanted::Number, "mean").is_ok());
    assert!(typed("r.d1").require(Wanted::Ordered, "min").is_ok());
}

#[test]
fn moments_as_text() {
    assert_eq!(instant("1970-01-02"), Some(Scalar::Date(1)));
    assert_eq!(instant("1970-01-01T00:01"), Some(Scalar::Timestamp(60_000_000)));
    assert_eq!(instant("1970-01-01 01:00:01"), Some(Scalar::Timestamp(3_601_000_000)));
    for text in [
        "1970-01-01T24:00",
        "1970-01-01T1:00",
        "1970-01-01T",
        "1970-01-01T01",
        "1970-01-01T01:00:00:00",
        "x",
    ] {
        assert_eq!(instant(text), None, "{text}");
    }
}
