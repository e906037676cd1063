use super::*;
use rhai::Engine;

fn vocabulary() -> Vocabulary {
    let mut words = Vocabulary::new();
    for name in ["nps", "rate", "table", "metric", "sum", "score", "param", "costs"] {
        words.function(name, 1, 2);
    }
    words.function("mean", 1, 1).function("days_between", 2, 2);
    for name in [
        "where",
        "owner",
        "target",
        "lower_is_better",
        "add",
        "by",
        "cap",
        "mix",
        "keys",
        "len",
    ] {
        words.setting(name, 0, 3);
    }
    words
}

fn found(text: &str) -> Vec<Diagnostic> {
    let engine = Engine::new_raw();
    let ast = engine.compile(text).unwrap_or_else(|error| panic!("{text}: {error}"));
    let positions = Positions::new(0, text);
    let program = Program::read(&ast, &positions);
    check(&program, &positions, &vocabulary())
}

fn told(text: &str) -> Vec<String> {
    found(text)
        .iter()
        .map(|found| {
            let span = found.span.unwrap();
            let place = &text[span.start as usize..span.end as usize];
            format!(
                "`{place}`: {} / {}",
                found.message,
                found.help.as_deref().unwrap_or_default()
            )
        })
        .collect()
}

#[test]
fn a_card_that_is_fine_says_nothing() {
    let card = r#"
        import "company/cx" as cx;
        const GOAL = 75;
        let t = table("t");
        let items = #{ a: "A", b: "B" };
        let list = ["a", "b"];
        fn first(t) { if t.contacts > 2 { return false; } t.text.to_upper() == "X" }
        fn band(x) { switch x { 1 => "a", _ => "b" } }
        for item in items.keys() { metric(item, mean(t[item])).owner(items[item]); }
        for (x, n) in list { if x == "b" { break; } let other = x; }
        for n in 1..=5 { continue; }
        for pair in [1, 2] { for other in list { metric(`${pair}${other}`, 1); } }
        metric("fcr", rate(t, |r| first(r) && cx::late(r) && r.x.max(2) > GOAL && r.a in list)).target(GOAL);
        metric("fcr2", rate(t, first)).where(|r| band(r.x) == list[0] && days_between(r.a, r.b) < 3);
        score("s").cap(40, |m| m.fcr < 60, "x").mix("nps", 0.4);
        let total = 0; total += 1; if total > 0 { throw "no"; }
    "#;
    assert_eq!(told(card), Vec::<String>::new());
}

#[test]
fn forms_that_a_card_may_not_use() {
    let cases = [
        (
            "while true { }",
            "`while`: `while` cannot be used in a card / use `for x in [..]`; the engine goes over the rows by itself",
        ),
        (
            "loop { break; }",
            "`loop`: `loop` cannot be used in a card / use `for x in [..]`; the engine goes over the rows by itself",
        ),
        (
            "try { let x = 1; } catch { }",
            "`try`: `try` cannot be used in a card / mistakes are reported with their place; nothing needs to be caught",
        ),
        (
            "let x = [1]; x[0] = 2;",
            "`x[0] = 2`: a list or map cannot be changed / write all of it where it is declared: `let goals = #{ pro: 80, team: 75 };`",
        ),
        (
            "let x = #{}; x.a = 2;",
            "`x.a = 2`: a property cannot be set with `=` / use a setting: `metric(..).target(80)`; a new column: `orders.add(\"late\", |o| o.days > 3)`",
        ),
        (
            "eval(\"1\");",
            "`eval`: `eval` cannot be used in a card / write the statements themselves",
        ),
        (
            "let f = Fn(\"x\");",
            "`Fn`: `Fn` cannot be used in a card / write a closure: `|r| r.plan == \"pro\"`",
        ),
        (
            "sleep(1);",
            "`sleep`: `sleep` cannot be used in a card / a card does not wait",
        ),
        (
            "fn int.f() { this }",
            "`this`: `this` has no meaning in a card / give the function a parameter",
        ),
        (
            "let x = 1; for y in table(x) { }",
            "`table(x)`: a `for` goes only over what is written out: a list, a map's `keys()`, or a range of plain numbers / write `let items = [\"a\", \"b\"];` and `for item in items { .. }`",
        ),
        (
            "let n = 3; for y in 0..n { }",
            "`0..n`: a `for` goes only over what is written out: a list, a map's `keys()`, or a range of plain numbers / write `let items = [\"a\", \"b\"];` and `for item in items { .. }`",
        ),
        (
            "for y in 0..100000 { }",
            "`0..100000`: this `for` takes more than 1000 turns / a card has no use for so many objects",
        ),
        (
            "if true { import \"x\" as y; }",
            "`import \"x\" as y`: `import` stands at the top of a card / move it to the first lines",
        ),
        (
            "let p = \"x\"; import p as y;",
            "`p`: the path of an import is a plain text / write `import \"company/cx\" as cx;`",
        ),
        (
            "fn g(t) { 1 } g!(2);",
            "`g!(2)`: `g!(..)` cannot be used in a card / hand over what the function needs as arguments",
        ),
        (
            "fn g(t) { 1 } let h = g;",
            "`g`: `g` is a function, which cannot be kept as a value / call it: `g(..)`, or hand it to a word of the card: `rate(tickets, g)`",
        ),
    ];
    for (card, expected) in cases {
        assert!(told(card).contains(&expected.to_owned()), "{card}: {:#?}", told(card));
    }
}

#[test]
fn a_closure_stands_only_as_an_argument() {
    let told_about = "a closure stands only as an argument of a word of the card";
    for card in [
        "let f = |r| r.a;",
        "let f = [|r| r.a];",
        "let f = #{ a: |r| r.a };",
        "fn f() { |r| r.a }",
        "fn f() { return |r| r.a; }",
        "let x = 1; x = |r| r.a;",
        "rate(1, if true { |r| r.a } else { |r| r.b });",
        "fn g(c) { 1 } g(|r| r.a);",
        "cx::g(|r| r.a);",
        "rate(1, (|r| r.a) + 1);",
        "let m = #{}; m.f = || m;",
    ] {
        assert!(
            found(card).iter().any(|found| found.message == told_about),
            "{card}: {:#?}",
            told(card)
        );
    }
    assert_eq!(told("rate(1, |r| r.a);"), Vec::<String>::new());
    assert!(
        told("rate(1, |r| rate(2, |s| s.a));")
            .iter()
            .any(|told| told.contains("cannot stand in a closure"))
    );
    assert!(
        told("rate(1, |r| [1].map(|s| s));")
            .iter()
            .any(|told| told.contains("cannot stand in a closure"))
    );
}

#[test]
fn unknown_functions_and_settings() {
    let cases = [
        ("npss(1);", "`npss`: no function `npss` / did you mean `nps`?"),
        (
            "metric(1).traget(2);",
            "`traget`: no setting `traget` / did you mean `target`?",
        ),
        (
            "metric(1).lower_is_beter();",
            "`lower_is_beter`: no setting `lower_is_beter` / did you mean `lower_is_better`?",
        ),
        (
            "owner(1);",
            "`owner`: `owner` is a setting, not a function / put it behind what it belongs to: `metric(..).owner(..)`",
        ),
        (
            "table(1).nps();",
            "`nps`: `nps` is a function, not a setting / write `nps(..)`, with what stands before the dot as its first argument",
        ),
        ("mean(1, 2);", "`mean(1, 2)`: `mean` takes 1 argument; here: 2 / "),
        (
            "costs(1,200,000);",
            "`costs(1,200,000)`: `costs` takes 1 to 2 arguments; here: 3 / write `1_200_000`: a comma separates arguments",
        ),
        (
            "fn left(a, b) { 1 } left(1);",
            "`left(1)`: `left` takes 2 arguments; here: 1 / ",
        ),
        (
            "rate(1, |r| r.a.to_uper() == 1);",
            "`to_uper`: no function `to_uper` over the values of a row / did you mean `to_upper`?",
        ),
        (
            "rate(1, |r| dayz_between(r.a, r.b) == 1);",
            "`dayz_between`: no function `dayz_between` / did you mean `days_between`?",
        ),
    ];
    for (card, expected) in cases {
        assert_eq!(told(card), [expected], "{card}");
    }
    assert_eq!(told("npss(1); metric(1).traget(frobnicate(2));").len(), 3);
}

#[test]
fn traps() {
    let cases = [
        ("rate(1, |r| r.a > 2 ^ 3);", "`r.a > 2 ** 3`"),
        ("let x = 5; let y = 0 <= x <= 6;", "`0 <= x && x <= 6`"),
        ("metric(1).by(2027-12-31);", "`\"2027-12-31\"`"),
        ("metric(1).by(31/12/2027);", "`\"2027-12-31\"`"),
        ("metric(1).by(1/3/2016);", "`\"yyyy-MM-dd\"`"),
        ("let t = table(1); t.where(|r| t.x == 1);", "`r.x`"),
        ("let t = table(1); t.where(|r| t[\"x y\"] == 1);", "`r[\"x y\"]`"),
        ("rate(1, |r| r.a = 1);", "`==`"),
        ("let a = true; let b = true; let c = a & b;", "`&&`"),
        ("import \"c\" as cx; let cx2 = 1; cx.loyalty(1);", "`cx::loyalty(..)`"),
    ];
    for (card, expected) in cases {
        let told = told(card);
        assert!(told.len() == 1 && told[0].contains(expected), "{card}: {told:#?}");
    }
    let card = "let x = 5; let y = 0 <= x <= 6;";
    let fix = found(card)[0].fix.clone().unwrap();
    assert_eq!(
        (
            &card[fix.span.start as usize..fix.span.end as usize],
            fix.replacement.as_str()
        ),
        ("0 <= x <= 6", "0 <= x && x <= 6")
    );
    // What only looks like a trap.
    assert_eq!(
        told(
            "let a = 2027 - 5; let b = (1 < 2) == true; let names = [\"a\"]; rate(1, |r| r.x == names[0] && r.y - 2020 - 1 > 3);"
        ),
        Vec::<String>::new()
    );
}
