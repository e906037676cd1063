//! Closures of every form, and random ones, computed in vectors and called by Rhai.
#![allow(clippy::expect_used, clippy::panic, reason = "a test fails loudly")]

use bellwether_tests::beside_rhai::{NotCompared, agree, both};
use proptest::prelude::*;

#[test]
fn closures_of_every_form() {
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
        let pairs = both(&card).unwrap_or_else(|why| panic!("{card}: {why:?}"));
        for (ours, theirs) in pairs {
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
        let pairs = match both(&card) {
            Err(NotCompared::ByRhai(_)) => return Err(TestCaseError::reject("not read by Rhai")),
            pairs => pairs.expect("a card may say it"),
        };
        for (ours, theirs) in pairs {
            if let (Some(ours), Some(theirs)) = (&ours, &theirs) {
                prop_assert!(agree(ours, theirs), "{}: {} and not {}", body, ours, theirs);
            }
        }
    }
}
