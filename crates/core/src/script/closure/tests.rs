use super::*;
use crate::definition::expression::short::short;
use crate::script::position::Positions;
use rhai::{Engine, Scope};

/// Compiles the closure that `f(..)` takes in a card, with modules.
fn compiled(card: &str, modules: &[(&str, &str)]) -> Result<Expr, Vec<Diagnostic>> {
    let mut engine = Engine::new_raw();
    engine.set_fast_operators(false);
    let kept = std::sync::Arc::new(std::sync::Mutex::new(None));
    let slot = std::sync::Arc::clone(&kept);
    engine.register_fn("f", move |pointer: FnPtr| *slot.lock().unwrap() = Some(pointer));
    engine.register_fn("table", || 'x'..'y');
    let mut programs = Programs::default();
    let mut resolver = rhai::module_resolvers::StaticModuleResolver::new();
    for (number, (path, text)) in modules.iter().enumerate() {
        let ast = engine.compile(text).unwrap();
        let positions = Positions::new(number as u16 + 1, text);
        programs
            .modules
            .insert((*path).to_owned(), Program::read(&ast, &positions));
        resolver.insert(
            *path,
            rhai::Module::eval_ast_as_new(Scope::new(), &ast, &engine).unwrap(),
        );
    }
    engine.set_module_resolver(resolver);
    let ast = engine.compile(card).unwrap();
    programs.card = Program::read(&ast, &Positions::new(0, card));
    engine.run_ast(&ast).unwrap();
    let pointer = kept.lock().unwrap().take().unwrap();
    compile(&programs, &pointer)
}

fn good(card: &str) -> String {
    match compiled(card, &[]) {
        Ok(expr) => short(&expr),
        Err(diagnostics) => panic!("{card}: {diagnostics:#?}"),
    }
}

/// Every refusal: the text it points at, its message and its help.
fn bad(card: &str) -> Vec<String> {
    match compiled(card, &[]) {
        Ok(expr) => panic!("{card}: {}", short(&expr)),
        Err(diagnostics) => diagnostics
            .iter()
            .map(|found| {
                let span = found.span.unwrap_or_default();
                let place = &card[span.start as usize..span.end as usize];
                format!(
                    "`{place}`: {} / {}",
                    found.message,
                    found.help.as_deref().unwrap_or_default()
                )
            })
            .collect(),
    }
}

#[test]
fn columns_and_paths() {
    assert_eq!(good("f(|r| r.plan == \"pro\")"), "Equal(.plan, \"pro\")");
    assert_eq!(good("f(|r| r[\"Customer ID\"])"), ".Customer ID");
    assert_eq!(good("f(|r| r.order.days_late > 3)"), "Greater(.order.days_late, 3)");
    assert_eq!(good("f(|r| r.order[\"days late\"].max(0))"), "max(.order.days late, 0)");
    assert_eq!(good("let c = \"a b\"; f(|r| r[c])"), ".a b");
    assert_eq!(good("f(|r| { let o = r.order; o.state })"), ".order.state");
    let card = "f(|r| r.order.late > r[\"x y\"])";
    let expr = compiled(card, &[]).unwrap();
    let ExprKind::Binary(_, left, right) = &expr.kind else {
        panic!()
    };
    assert_eq!(&card[left.span.start as usize..left.span.end as usize], "order.late");
    assert_eq!(&card[right.span.start as usize..right.span.end as usize], "\"x y\"");
}

#[test]
fn operators_and_functions() {
    assert_eq!(
        good("f(|r| r.a + r.b * 2 - -1)"),
        "Subtract(Add(.a, Multiply(.b, 2)), -1)"
    );
    assert_eq!(
        good("f(|r| r.a && r.b && r.c || !r.d)"),
        "Or(And(And(.a, .b), .c), Not(.d))"
    );
    assert_eq!(
        good("f(|r| r.a / 2 ** 3 % 4 != 1.5)"),
        "NotEqual(Remainder(Divide(.a, Power(2, 3)), 4), 1.5)"
    );
    assert_eq!(good("f(|r| r.a in [\"x\", \"y\"])"), "in(.a; \"x\", \"y\")");
    assert_eq!(good("f(|r| r.a !in 1..5)"), "Not(between(.a; 1, 5, false))");
    assert_eq!(good("f(|r| [1, 2].contains(r.a))"), "in(.a; 1, 2)");
    assert_eq!(good("f(|r| \"x\" in r.a)"), "contains(.a, \"x\")");
    assert_eq!(
        good("f(|r| r.a.to_upper().starts_with(\"X\"))"),
        "starts_with(to_upper(.a), \"X\")"
    );
    assert_eq!(
        good("f(|r| is_missing(r.a) || r.b.is_missing())"),
        "Or(is_missing(.a), is_missing(.b))"
    );
    assert_eq!(good("f(|r| r.a ?? r.b ?? 0)"), "or_else(or_else(.a, .b), 0)");
    assert_eq!(
        good("f(|r| `${r.a}-${r.b}`)"),
        "Add(Add(to_text(.a), \"-\"), to_text(.b))"
    );
    assert_eq!(good("f(|r| r.name.is_empty())"), "Equal(len(.name), 0)");
    assert_eq!(
        good("f(|r| days_between(r.joined_on, as_of()) > 90)"),
        "Greater(days_between(.joined_on, as_of()), 90)"
    );
    assert_eq!(
        good("f(|r| round(r.a.to_string().to_float(), 2))"),
        "round(to_float(to_text(.a)), 2)"
    );
    assert_eq!(good("f(|r| 1 / 2)"), "Divide(1, 2)");
    assert_eq!(good("f(|m| m.fcr < 60)"), "Less(.fcr, 60)");
}

#[test]
fn captured_values_are_constants() {
    assert_eq!(good("let k = 3; f(|r| r.a > k)"), "Greater(.a, 3)");
    assert_eq!(good("let k = [1, 2.5]; f(|r| r.a in k)"), "in(.a; 1, 2.5)");
    assert_eq!(
        good("const K = \"x\"; let b = true; f(|r| r.a == K && b)"),
        "And(Equal(.a, \"x\"), true)"
    );
    assert_eq!(
        good("let names = [\"a\", \"b\"]; f(|r| r.x == names[1])"),
        "Equal(.x, \"b\")"
    );
}

#[test]
fn blocks_conditions_and_early_return() {
    assert_eq!(
        good("f(|r| { let z = r.a + 1; z * z })"),
        "let #0 = Add(.a, 1) in Multiply(#0, #0)"
    );
    assert_eq!(
        good("f(|r| { let z = 1; let z = z + r.a; z })"),
        "let #0 = Add(1, .a) in #0"
    );
    assert_eq!(
        good("f(|r| if r.a { 1 } else if r.b { 2 } else { 3 })"),
        "if(.a => 1, .b => 2; 3)"
    );
    assert_eq!(good("f(|r| if r.a { 1 })"), "if(.a => 1; )");
    assert_eq!(
        good("f(|r| { if r.a { return 1; } let z = r.b; if z > 2 { return 2; } 3 })"),
        "if(.a => 1, Greater(.b, 2) => 2; 3)"
    );
    assert_eq!(
        good("f(|r| { if r.a { if r.b { return 1; } } else { return 2; } 3 })"),
        "if(.a => if(.b => 1; 3); 2)"
    );
    assert_eq!(
        good("f(|r| { let x = 1; if r.a { let x = 2; if r.b { return x; } } x })"),
        "if(.a => if(.b => 2; 1); 1)"
    );
    assert_eq!(
        good("f(|r| { switch r.a { 1 => return 5, 2 => { return 6; } _ => {} } 7 })"),
        "switch(.a; Int(1) => 5, Int(2) => 6; 7)"
    );
    assert_eq!(good("f(|r| { return r.a; })"), ".a");
}

#[test]
fn switches() {
    assert_eq!(
        good("f(|r| switch r.a { \"A\" | \"G\" => \"x\", \"B\" if r.b => \"y\", _ => () })"),
        "switch(.a; Text(\"A\")|Text(\"G\") => \"x\", Text(\"B\") if .b => \"y\"; ())"
    );
    assert_eq!(
        good("f(|r| switch r.a { 1 => 1, 2.5 => 2, true => 3, 3..5 | 7..=9 => 4, -4..0 => 5 })"),
        "switch(.a; Int(1) => 1, Float(2.5) => 2, Bool(true) => 3, 3..5|7..=9 => 4, -4..0 => 5; )"
    );
}

#[test]
fn functions_of_the_script_are_put_in_place() {
    let first = "fn first(t) { t.contacts == 1 && !t.reopened } ";
    assert_eq!(
        good(&format!("{first} f(|t| first(t))")),
        "And(Equal(.contacts, 1), Not(.reopened))"
    );
    assert_eq!(
        good(&format!("{first} f(first)")),
        "And(Equal(.contacts, 1), Not(.reopened))"
    );
    assert_eq!(
        good("fn band(x, low) { if x < low { return \"low\"; } \"high\" } f(|t| band(t.a + 1, 3) == \"low\")"),
        "Equal(let #0 = Add(.a, 1) in if(Less(#0, 3) => \"low\"; \"high\"), \"low\")"
    );
    assert_eq!(good("fn of(o) { o.state } f(|t| of(t.order))"), ".order.state");
    assert_eq!(
        good("const K = 60 * 2; fn long(t) { t.a > global::K } f(|t| long(t))"),
        "Greater(.a, Multiply(60, 2))"
    );
}

#[test]
fn functions_and_constants_of_modules() {
    let module = (
        "company/cx",
        "export const GOAL = 75; fn first(t) { one(t.contacts) } fn one(x) { x == 1 }",
    );
    let good = |card: &str| short(&compiled(&format!("import \"company/cx\" as cx; {card}"), &[module]).unwrap());
    assert_eq!(good("f(|t| cx::first(t))"), "Equal(.contacts, 1)");
    assert_eq!(good("f(|t| t.a > cx::GOAL)"), "Greater(.a, 75)");
    let bad = |card: &str| {
        let found = compiled(&format!("import \"company/cx\" as cx; {card}"), &[module]).unwrap_err();
        format!("{} / {}", found[0].message, found[0].help.clone().unwrap())
    };
    assert_eq!(
        bad("f(|t| cx::frist(t))"),
        "no function `frist` in module `cx` / did you mean `cx::first`?"
    );
    assert_eq!(
        bad("f(|t| cx::first(t, 1))"),
        "no function `first` in module `cx` / it takes 1 arguments"
    );
    assert_eq!(
        bad("f(|t| cx::GAOL)"),
        "no constant `cx::GAOL` / declare it there: `const GAOL = 75;`"
    );
}

#[test]
fn refusals_say_what_to_write() {
    let cases = [
        (
            "f(|r| r)",
            "`r`: this is a whole row, not a value / name one of its columns, such as `r.plan`",
        ),
        (
            "f(|a, b| a.x)",
            "`|a, b| a.x`: a closure here has one parameter: the row / write `|r| r.plan == \"pro\"`",
        ),
        (
            "f(|r| { let x = 1; x = 2; x })",
            "`x = 2`: a closure cannot change a variable / write a new `let`, or `let x = if a { 1 } else { 2 };`",
        ),
        (
            "f(|r| { for i in 0..3 { } 1 })",
            "`for i in 0..3 { }`: a closure reads one row and has no loops / use `in [..]`, or a column made with `.add(..)`",
        ),
        (
            "f(|r| { while r.x { } 1 })",
            "`while`: `while` cannot stand in a closure / a closure computes one value from one row",
        ),
        (
            "f(|r| r.a ^ 2)",
            "`^`: `^` has no meaning in a closure / a power is written `**`",
        ),
        (
            "f(|r| r.a == ())",
            "`r.a == ()`: a comparison with `()` is never true: a missing value equals nothing / write `is_missing(r.plan)`",
        ),
        (
            "f(|r| r.a.to_uper())",
            "`to_uper`: no function `to_uper` over the values of a row / did you mean `to_upper`?",
        ),
        (
            "f(|r| mean(r.a) > 1)",
            "`mean`: `mean` is a measure of many rows; a closure has one row / make a column of it first: `customers.add(\"x\", mean(orders.value))`",
        ),
        (
            "f(|r| min(r.a))",
            "`min(r.a)`: `min` takes 2 values; here: 1 / inside a closure there is one row; make a column of the rows below it with `.add(..)` first",
        ),
        ("f(|r| r.a == 'x')", "`'x'`: text stands in double quotes / write \"x\""),
        (
            "f(|r| { r.a; r.b })",
            "`r.a`: this value is not used: only the last one of a closure counts / give it a name with `let`, or join two conditions with `&&`",
        ),
        (
            "let t = table(); f(|r| t.x == 1)",
            "`t.x`: `t` is the whole table; a closure reads one row / write `r.x`",
        ),
        (
            "fn g(t) { g(t) } f(|r| g(r))",
            "`g(t)`: `g` calls itself, which a closure cannot do / write it without the call to itself",
        ),
        (
            "fn g(t) { t.a > limit } let limit = 1; f(|r| g(r))",
            "`limit`: unknown name `limit` / a function sees only its parameters: hand it over as an argument",
        ),
        (
            "f(|r| r.a in 3..)",
            "`3..`: a range needs both ends / write `r.age >= 18`",
        ),
        (
            "f(|r| r.a[0])",
            "`r.a[0]`: brackets behind a column do not cut text / write `r.code.sub_string(0, 1)` for its first character",
        ),
        (
            "f(|r| r[1])",
            "`1`: the name of a column is a plain text / write `r[\"Customer ID\"]`",
        ),
        (
            "f(|r| switch r.a { () => 1, _ => 2 })",
            "`1`: a missing value takes no arm of a `switch` / ask first: `if is_missing(r.plan) { .. } else { switch r.plan { .. } }`",
        ),
        (
            "f(|r| r.name.to_upper().len)",
            "`len`: `len` is a function / write `len()`",
        ),
        (
            "fn g(t) { t.a } f(|r| r.g())",
            "`g`: `g` is a function of this script, not a setting / write `g(..)`",
        ),
        (
            "f(|r| { let x = if r.a { return 1; } else { 2 }; x })",
            "`if r.a { return 1; } else { 2 }`: `return` stands inside a value / let the branches end with their values, without `return`",
        ),
    ];
    for (card, expected) in cases {
        assert_eq!(bad(card), [expected], "{card}");
    }
}

#[test]
fn every_mistake_of_a_closure_is_told() {
    assert_eq!(
        bad("f(|r| r.a ^ 2 > 1 && nope(r.b) || r.c == 'x' && { let y = r[1]; y })").len(),
        4
    );
}

#[test]
fn a_closure_that_grows_without_end_is_refused() {
    let mut card = String::new();
    for n in 0..40 {
        card += &format!("fn g{n}(x) {{ g{}(x + 1) + g{}(x + 2) }}\n", n + 1, n + 1);
    }
    card += "fn g40(x) { x } f(|r| g0(r.a))";
    let found = compiled(&card, &[]).unwrap_err();
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].code, codes::LIMIT);
}
