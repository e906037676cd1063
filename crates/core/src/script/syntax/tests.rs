use super::*;
use rhai::Engine;

fn explained(text: &str) -> Diagnostic {
    let mut engine = Engine::new_raw();
    engine.set_strict_variables(true);
    engine.set_max_expr_depths(32, 16);
    match engine.compile(text) {
        Ok(_) => panic!("{text}: no error"),
        Err(error) => explain(&error, &Positions::new(0, text)),
    }
}

fn told(text: &str) -> String {
    let found = explained(text);
    let span = found.span.unwrap();
    format!(
        "`{}`: {} / {}",
        &text[span.start as usize..span.end as usize],
        found.message,
        found.help.unwrap()
    )
}

/// The text with the repair made.
fn repaired(text: &str) -> String {
    let fix = explained(text).fix.unwrap();
    format!(
        "{}{}{}",
        &text[..fix.span.start as usize],
        fix.replacement,
        &text[fix.span.end as usize..]
    )
}

#[test]
fn a_missing_semicolon_is_told_at_the_line_before() {
    let text = "let a = 1 // one\nlet b = 2;";
    assert_eq!(
        told(text),
        "`1`: a `;` is missing at the end of this statement / every statement ends with `;`"
    );
    assert_eq!(repaired(text), "let a = 1; // one\nlet b = 2;");
    assert_eq!(repaired("f(1)\nf(2);"), "f(1);\nf(2);");
}

#[test]
fn words_and_symbols_of_other_languages() {
    let cases = [
        (
            "let x = 'West';",
            "`'West'`: text stands in double quotes / write `\"West\"`",
        ),
        (
            "let a = 1; let b = 2; let c = a and b;",
            "`and`: `and` is not a word of the language / write `&&`",
        ),
        (
            "let a = 1; if a == 1 OR a == 2 { }",
            "`OR`: `OR` is not a word of the language / write `||`",
        ),
        (
            "let a = true; let b = not a;",
            "`not`: `not` is not a word of the language / write `!` directly before what is denied: `!(r.score > 2)`",
        ),
        (
            "let a = 1; let b = a <> 2;",
            "`<>`: `<>` is not known here / write `!=`",
        ),
        (
            "let a = null;",
            "`null`: `null` is not a word of the language / a missing value is asked for with `is_missing(r.plan)`, and written `()`",
        ),
        (
            "let a = None;",
            "`None`: `None` is not a word of the language / a missing value is asked for with `is_missing(r.plan)`, and written `()`",
        ),
        (
            "let a = True;",
            "`True`: `True` is not a word of the language / write `true`",
        ),
        (
            "let a = 1; if a = 2 { }",
            "`=`: `=` changes a value / to compare, write `==`",
        ),
        (
            "let a = 1; let b = a === 2;",
            "`===`: `===` is not known here / write `==`",
        ),
        ("let a = “West”;", "`“`: `“` is not known here / write `\"`"),
        (
            "let a = 1; let b = a in (3, 5);",
            "`(3, 5)`: a list stands in square brackets / write `in [3, 5]`",
        ),
        (
            "metric(\"nps\", target = 45);",
            "`=`: a setting has no `=` in parentheses / chain it: `metric(..).target(40)`; to compare, write `==`",
        ),
        (
            "let a = \"West;\nlet b = 1;",
            "`\"West;`: this text is never closed / close it with `\"` on the same line; text over several lines stands in backticks",
        ),
    ];
    for (text, expected) in cases {
        assert_eq!(told(text), expected, "{text}");
    }
    assert_eq!(
        repaired("let a = 1; let b = a in (3, 5);"),
        "let a = 1; let b = a in [3, 5];"
    );
    assert_eq!(repaired("let x = 'Wes\"t';"), "let x = \"Wes\\\"t\";");
}

#[test]
fn names_that_need_brackets() {
    for word in [
        "case", "new", "package", "default", "public", "call", "if", "in", "for", "switch", "this", "match", "with",
        "use", "is",
    ] {
        let text = format!("let t = 1; let x = t.{word};");
        let told = told(&text);
        assert!(told.ends_with(&format!("write `t[\"{word}\"]`")), "{word}: {told}");
        assert_eq!(repaired(&text), format!("let t = 1; let x = t[\"{word}\"];"));
    }
    assert_eq!(
        told("let status = 1; let x = status.Churn Value + 1;"),
        "`Churn Value`: the name of a column with a space stands in brackets / write `status[\"Churn Value\"]`"
    );
}

#[test]
fn letters_and_reserved_names() {
    assert_eq!(
        told("let t = 1; let x = t.größe > 1;"),
        "`größe`: a name with letters other than a to z / write `t[\"größe\"]`"
    );
    assert_eq!(
        told("let größe = 1;"),
        "`größe`: `größe` has letters other than a to z / names have the letters a to z, digits and `_`; columns may be written `t[\"größe\"]`"
    );
    assert_eq!(
        told("let default = 1;"),
        "`default`: `default` is reserved / take another name, such as `default_`"
    );
    assert_eq!(
        told("let x = 1; x.default(1);"),
        "`default`: `default` is reserved and is no setting / the reference lists the settings of everything that can be declared"
    );
    assert_eq!(
        told("let x = #{ case: 1 };"),
        "`case`: `case` is reserved / in a map, write `\"case\": ..`"
    );
}

#[test]
fn brackets() {
    let text = "let r = 1; metric(\"nps\", nps(r).drives(\"retention\");\nlet b = 1;";
    let found = explained(text);
    assert_eq!(found.message, "`metric(` is never closed");
    assert_eq!(found.help.as_deref(), Some("a `)` is missing"));
    assert_eq!(found.related.len(), 1);
    assert_eq!(told("let x = [1, 2;"), "`[`: `[` is never closed / a `]` is missing");
    assert_eq!(
        told("let x = 1); let y = 2;"),
        "`)`: `)` closes nothing / remove it, or open it before"
    );
    assert_eq!(
        told("f(1];"),
        "`]`: `]` does not close `(` / close the inner bracket first"
    );
    assert_eq!(
        told("f(1 2);"),
        "`2`: a `,` is missing before `2` / arguments, items and arms are separated by commas"
    );
    assert_eq!(told("if true { 1 "), "`{`: `{` is never closed / a `}` is missing");
    assert_eq!(told("let x = (1 + 2"), "`(`: `(` is never closed / a `)` is missing");
    assert_eq!(
        told("let x = 1 + ;"),
        "`;`: a value is missing behind `+` / finish the statement before its `;`"
    );
}

#[test]
fn unknown_names() {
    assert_eq!(
        told("let max_asks = 2; let x = max_ask + 1;"),
        "`max_ask`: unknown name `max_ask` / did you mean `max_asks`?"
    );
    assert_eq!(
        told("let survey = 1; fn mine(x) { f(survey) }"),
        "`survey`: unknown name `survey` / a function does not see the names outside: hand it over, as in `fn mine(survey) { .. }` and `mine(survey)`"
    );
    assert_eq!(
        told("import \"company/cx\" as cx; cx.loyalty(1);"),
        "`cx.loyalty`: `cx` is a module / an import's function is `cx::loyalty(..)`"
    );
    assert_eq!(
        told("f(west);"),
        "`west`: unknown name `west` / declare it first: `let west = ..;`, or put text in double quotes: `\"west\"`"
    );
    assert_eq!(
        told("fn g(limit) { limt + 1 }"),
        "`limt`: unknown name `limt` / did you mean `limit`?"
    );
    assert_eq!(explained("let x = co::f(1);").code, codes::UNKNOWN_MODULE);
}

#[test]
fn every_other_error_of_form_has_words_of_its_own() {
    for text in [
        "let x = #{ a: 1, a: 2 };",
        "fn f(a, a) { 1 }",
        "fn f(a) { 1 } fn f(b) { 2 }",
        "fn (a) { 1 }",
        "fn f { 1 }",
        "fn f(a)",
        "if true { fn g() { 1 } }",
        "switch 1 { _ => 1, 2 => 3 }",
        "switch 1 { _ if true => 1 }",
        "switch 1 { 1..3 => 1, 2 => 3 }",
        "let y = 1; switch 1 { y => 1 }",
        "break;",
        "const K = 1; K = 2;",
        "1 = 2;",
        "let x = 1 + \"\\q\";",
        "let x = 0x;",
        "for x of [1] { }",
        "let 1 = 2;",
        "let x = [1, 2][\"a\"];",
        "let t = 1; t.;",
        "let x = 5 ++ 3;",
        "x => 1",
        "@",
        "let a = 1; let b = a ? 1 : 2;",
        "let t = 1; rate(t, |r, | r.x);",
        "let x = `abc",
        "/* never closed",
        "",
    ] {
        let mut engine = Engine::new_raw();
        engine.set_strict_variables(true);
        let Err(error) = engine.compile(text) else { continue };
        let found = explain(&error, &Positions::new(0, text));
        let words = format!("{} {}", found.message, found.help.clone().unwrap_or_default());
        assert!(
            !words.contains("object map") && !words.contains("Expecting") && found.help.is_some(),
            "{text}: {words}"
        );
        let span = found.span.unwrap();
        assert!(
            span.start <= span.end && span.end as usize <= text.len(),
            "{text}: {span:?}"
        );
    }
}
