//! The formatter: what it writes, and that it changes no meaning.

use crate::assist::format;

#[track_caller]
fn is(card: &str, expected: &str) {
    let text = format(card).expect("it can be formatted").text;
    assert_eq!(text, expected);
    let again = format(&text).expect("it can be formatted again");
    assert!(again.edits.is_empty(), "not the same twice: {:?}", again.edits);
}

#[test]
fn white_space_is_put_in_order() {
    is(
        "metric( \"nps\" ,nps( survey.recommend ) ) . target( 40 ) ;",
        "metric(\"nps\", nps(survey.recommend)).target(40);\n",
    );
    is(
        "let a=1;let b =-a+ -2 ;  period(\"month\");",
        "let a = 1;\nlet b = -a + -2;\nperiod(\"month\");\n",
    );
    is(
        "rate(t,| r |r.a==1&&!r.b||r.c in[1,2]);",
        "rate(t, |r| r.a == 1 && !r.b || r.c in [1, 2]);\n",
    );
    is("f(| a,b |a - b, || 1, x||y);", "f(|a, b| a - b, || 1, x || y);\n");
    is(
        "param(\"x\",1,#{min:0,max:2});#{};",
        "param(\"x\", 1, #{ min: 0, max: 2 });\n#{};\n",
    );
    is("for i in 0 .. 3{metric(i,1);}", "for i in 0 .. 3 { metric(i, 1); }\n");
    is("let x=if a{1}else{2};", "let x = if a { 1 } else { 2 };\n");
    is("import\"cx\"as cx;cx :: f( 1 );", "import \"cx\" as cx;\ncx::f(1);\n");
    is("let s=t [ \"Q 1\" ];", "let s = t[\"Q 1\"];\n");
    is("", "");
    is("\n\n\n// only this\n\n", "// only this\n");
}

#[test]
fn lines_of_the_author_stay() {
    is(
        "metric(\"a\", 1)\n.target(2)\n        .owner(\"x\");\n\n\n\nmetric(\"b\", 1);",
        "metric(\"a\", 1)\n    .target(2)\n    .owner(\"x\");\n\nmetric(\"b\", 1);\n",
    );
    is(
        "t.rows([\"a\"],[\n[1,  2],\n   [3,  4],\n]);",
        "t.rows([\"a\"], [\n    [1,  2],\n    [3,  4],\n]);\n",
    );
    is(
        "t.add(\"x\", |o| {\nlet d = o.a;\nd > 3\n});",
        "t.add(\"x\", |o| {\n    let d = o.a;\n    d > 3\n});\n",
    );
    is(
        "rate(t, |r| r.a == 1\n&& r.b)\n.where(|r|\nr.c);",
        "rate(t, |r| r.a == 1\n    && r.b)\n    .where(|r|\n        r.c);\n",
    );
    is(
        "segment(\"t\", t, |r| switch r.a {\n\"A\"|\"B\"=>1,\n\"C\" => 2,\n_ => ()\n});",
        "segment(\"t\", t, |r| switch r.a {\n    \"A\" | \"B\" => 1,\n    \"C\" => 2,\n    _ => ()\n});\n",
    );
    is("let a    = 1;\nlet long = 2;", "let a    = 1;\nlet long = 2;\n");
    is("a;\r\nb ;\r\n", "a;\r\nb;\r\n");
}

#[test]
fn comments_stay_where_they_are() {
    is(
        "metric(\"a\",1)        // why\n  // a line\n  .target(2);   /* b */ // c\n/* d\n   e */\nmetric(\"b\",1);",
        "metric(\"a\", 1)       // why\n    // a line\n    .target(2); /* b */ // c\n/* d\n   e */\nmetric(\"b\", 1);\n",
    );
    is(
        "/// Tells how many.\nmetric(\"a\", 1);",
        "/// Tells how many.\nmetric(\"a\", 1);\n",
    );
    is("f(1, // one\n2);", "f(1, // one\n    2);\n");
}

#[test]
fn texts_are_left_alone() {
    is(
        "test(\"x\").given(\"t\",`a,b\n     1,2\n3,4`).expect(\"a\" ,1);",
        "test(\"x\").given(\"t\", `a,b\n     1,2\n3,4`).expect(\"a\", 1);\n",
    );
    is("print(`a${ x+1 }b`);", "print(`a${ x+1 }b`);\n");
    assert!(format("metric(\"nps").is_none());
    assert!(format("metric(\"nps\"").is_none());
    assert!(format("metric)").is_none());
}

#[test]
fn long_chains_are_broken() {
    let long = "metric(\"first_contact_resolution\", rate(tickets, |t| t.contacts == 1)).drives(\"cost_to_serve\").target(75).owner(\"Support\").stage(\"get help\");";
    is(
        long,
        "metric(\"first_contact_resolution\", rate(tickets, |t| t.contacts == 1)).drives(\"cost_to_serve\")\n    .target(75).owner(\"Support\").stage(\"get help\");\n",
    );
    // What cannot be broken stays.
    let text = format!("print(\"{}\");\n", "x".repeat(120));
    is(&text, &text);
}
