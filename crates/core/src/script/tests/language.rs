//! What cards mean: the data that words make.

use super::{card, compile, compile_with};
use crate::definition::{
    Across, AddedSource, ArithmeticOp, Baseline, Expectation, Literal, MeasureFunction, MeasureKind, Normalise,
    SegmentSource, TableSource,
};
use crate::script::{Compiler, Source};

fn aggregate(kind: &MeasureKind) -> &crate::definition::Aggregate {
    match kind {
        MeasureKind::Aggregate(part) => part,
        other => panic!("no aggregate: {other:?}"),
    }
}

#[test]
fn division_of_whole_numbers_keeps_the_fraction() {
    let card = card("let t = table(\"t\"); metric(\"m\", mean(t.x)).target(1 / 2 + 3);");
    assert_eq!(card.metrics[0].goal.target.unwrap().value, 3.5);
}

#[test]
fn a_ratio_keeps_each_part_at_its_own_table() {
    let card =
        card("let a = table(\"a\"); let b = table(\"b\"); outcome(\"o\", sum(a.cost) / count(b) * 1000).target(3);");
    let MeasureKind::Arithmetic(ArithmeticOp::Multiply, ratio, thousand) = &card.metrics[0].measure.kind else {
        panic!("{:?}", card.metrics[0].measure)
    };
    assert_eq!(thousand.kind, MeasureKind::Number(1000.0));
    let tables: Vec<&str> = ratio.aggregates().iter().map(|part| part.table.as_str()).collect();
    assert_eq!(tables, ["a", "b"]);
}

#[test]
fn settings_of_a_measure_stand_on_the_metric_too() {
    let card = card(
        "let t = table(\"t\"); metric(\"m\", rate(t, |r| r.ok)).dated(t.closed).past(28, \"days\").where(|r| r.big).ignoring(\"s\"); \
         segment(\"s\", t.s);",
    );
    let part = aggregate(&card.metrics[0].measure.kind);
    assert!(part.dated.is_some() && part.filters.len() == 1 && part.ignoring.len() == 1);
    assert_eq!(part.past.unwrap().count, 28);
}

#[test]
fn captured_loop_variables_hold_their_value_at_the_call() {
    let card = card("let t = table(\"t\"); for n in [1, 2] { metric(\"m\" + n, rate(t, |r| r.x > n)); }");
    let thresholds: Vec<String> = card
        .metrics
        .iter()
        .map(|metric| format!("{:?}", aggregate(&metric.measure.kind).inputs[0]))
        .collect();
    assert!(thresholds[0].contains("Literal(Int(1))"), "{}", thresholds[0]);
    assert!(thresholds[1].contains("Literal(Int(2))"), "{}", thresholds[1]);
}

#[test]
fn a_param_takes_the_value_of_the_host() {
    let text = "let goal = param(\"goal\", 75, #{ min: 0, max: 100, help: \"h\" }); let t = table(\"t\"); metric(\"m\", mean(t.x)).target(goal);";
    let params = [("goal".to_owned(), Literal::Text("80.5".to_owned()))];
    let source = Source {
        name: "card",
        text,
        modules: &[],
        params: &params,
    };
    let compiled = Compiler::new(crate::limits::Limits::default()).compile(&source);
    let card = compiled.scorecard.unwrap();
    assert_eq!(card.metrics[0].goal.target.unwrap().value, 80.5);
    assert_eq!(
        (card.params[0].default.clone(), card.params[0].value.clone()),
        (Literal::Int(75), Literal::Float(80.5))
    );
    let wrong = [("gaol".to_owned(), Literal::Int(80))];
    let compiled = Compiler::new(crate::limits::Limits::default()).compile(&Source {
        params: &wrong,
        ..source
    });
    assert_eq!(compiled.diagnostics[0].help.as_deref(), Some("did you mean `goal`?"));
}

#[test]
fn what_a_card_changes_of_a_module_is_kept() {
    let module = "fn csat(s) { metric(\"csat\", mean(s.x)).target(85).owner(\"A\").fixed(\"owner\") }";
    let modules = [("cx".to_owned(), module.to_owned())];
    let begin = "import \"cx\" as cx; let s = table(\"s\"); ";
    let compiled = compile_with(&format!("{begin} cx::csat(s).target(88);"), &modules);
    let card = compiled.scorecard.unwrap();
    let changed = &card.changed_here[0];
    assert_eq!(
        (
            changed.object.as_str(),
            changed.setting.as_str(),
            changed.was.as_str(),
            changed.now.as_str()
        ),
        ("csat", "target", "85", "88")
    );
    assert_eq!(card.sources.len(), 2);
    let compiled = compile_with(&format!("{begin} cx::csat(s).owner(\"B\");"), &modules);
    assert!(
        compiled
            .diagnostics
            .iter()
            .any(|d| d.message == "`owner` of `csat` is fixed by `cx`"),
        "{:#?}",
        compiled.diagnostics
    );
}

#[test]
fn lines_with_three_slashes_tell_what_a_metric_is_about() {
    let card = card(
        "let s = table(\"s\");\n/// What the board sees.\n/// Owner: Insights.\nmetric(\"m\", mean(s.x))\n    .target(3);\n\nmetric(\"n\", mean(s.x));",
    );
    assert_eq!(
        card.metrics[0].about.as_deref(),
        Some("What the board sees. Owner: Insights.")
    );
    assert_eq!(card.metrics[1].about, None);
}

#[test]
fn constants_of_a_module_are_read() {
    let modules = [(
        "cx".to_owned(),
        "export const GOAL = 75; fn good(r) { r.x > 3 }".to_owned(),
    )];
    let text = "import \"cx\" as cx; let s = table(\"s\"); metric(\"m\", rate(s, |r| cx::good(r))).target(cx::GOAL);";
    let card = compile_with(text, &modules).scorecard.unwrap();
    assert_eq!(card.metrics[0].goal.target.unwrap().value, 75.0);
}

#[test]
fn measures_over_two_tables_become_simpler_ones() {
    let card = card(
        "let c = table(\"c\").key(\"id\"); let t = table(\"t\").date(\"at\").belongs_to(c, \"id\", \"c\"); \
         outcome(\"cost\", cost_to_serve(t.cost, c.start, c.end)); metric(\"adoption\", adoption(t.id, c.start, c.end)); \
         metric(\"heard\", revenue_coverage(c.arr, t)); metric(\"response\", response_rate(c, |r| r.done, |r| r.able)); \
         metric(\"fcr\", fcr(t.id, t.at, 7, \"days\"));",
    );
    let functions = |index: usize| -> Vec<MeasureFunction> {
        card.metrics[index]
            .measure
            .aggregates()
            .iter()
            .map(|part| part.function)
            .collect()
    };
    assert_eq!(functions(0), [MeasureFunction::Sum, MeasureFunction::Active]);
    assert_eq!(
        functions(1),
        [MeasureFunction::CountDistinct, MeasureFunction::ActiveEver]
    );
    let heard = aggregate(&card.metrics[2].measure.kind);
    assert_eq!(
        (heard.table.as_str(), heard.parent.clone()),
        (
            "t",
            Some(crate::definition::ParentPath {
                table: "c".into(),
                path: vec!["c".into()]
            })
        )
    );
    assert_eq!(heard.inputs[0].columns()[0].0, ["c", "arr"]);
    assert_eq!(functions(3), [MeasureFunction::Rate]);
    assert_eq!(aggregate(&card.metrics[3].measure.kind).filters.len(), 1);
    let hidden: Vec<bool> = card.tables[1].added.iter().map(|added| added.hidden).collect();
    assert_eq!(hidden, [true, true]);
    assert!(matches!(
        card.tables[1].added[0].source,
        AddedSource::FollowedWithin { .. }
    ));
    assert!(aggregate(&card.metrics[4].measure.kind).dated.is_some());
}

#[test]
fn a_score_of_rows_is_a_column() {
    let card = card(
        "let c = table(\"c\").key(\"id\"); let s = table(\"s\").belongs_to(c, \"id\"); s.column(\"x\").scale(1, 5); \
         metric(\"m\", mean(s.x)); score(\"health\").each(c).mix(\"m\", 1); \
         list(\"at risk\", c).where(|r| r.health < 50 || r.health_change < -5).show([\"id\", \"health\", \"reasons\"]).sort_down(\"health\");",
    );
    let names: Vec<&str> = card.tables[0]
        .added
        .iter()
        .map(|added| added.name.value.as_str())
        .collect();
    assert_eq!(names, ["health", "health_change", "health_band"]);
}

#[test]
fn shapes_of_tables() {
    let card = card(
        "let a = table(\"a\").add(\"year\", 2017); let b = table(\"b\"); let both = stack(\"both\", [a, b]).unpivot([\"p\", \"q\"], \"item\", \"value\"); \
         let people = entities(\"people\", b.person); let log = alias(\"log\", b); \
         let small = table(\"small\").timeless().rows([\"k\", \"n\"], [[\"x\", 1], [\"y\", ()]]);",
    );
    assert!(matches!(&card.tables[2].source, TableSource::Stack(of) if of == &["a", "b"]));
    assert_eq!(card.table("people").unwrap().key[0].value, "person");
    assert_eq!(card.table("b").unwrap().belongs_to[0].table.value, "people");
    let TableSource::Inline(rows) = &card.table("small").unwrap().source else {
        panic!()
    };
    assert_eq!(rows.rows[1], [Some(Literal::Text("y".into())), None]);
}

#[test]
fn segments_of_all_kinds() {
    let card = card(
        "let a = table(\"a\").date(\"at\"); let b = table(\"b\"); segment(\"one\", a.x); segment(\"two\", [a.x, b.x]); \
         segment(\"three\", buckets(a.n, [1, 4], [\"l\", \"m\", \"h\"]).missing(\"none\")); segment(\"four\", a, |r| r.n > 3); \
         segment(\"five\", cohort(a.at, \"quarter\")); segment(\"six\", a.x).order([\"p\", \"q\"]).top(2, \"rest\");",
    );
    assert_eq!(card.segments[1].sources.len(), 2);
    assert_eq!(card.segments[2].missing_label.as_deref(), Some("none"));
    assert!(matches!(card.segments[3].sources[0], SegmentSource::Closure(_)));
    assert!(matches!(card.segments[4].sources[0], SegmentSource::Cohort(..)));
    assert_eq!(card.segments[5].top, Some((2, "rest".into())));
}

#[test]
fn across_and_periods_and_goals() {
    let card = card(
        "let a = table(\"a\").date(\"at\"); segment(\"team\", a.team); period([\"month\", \"year\"]); period(\"month\").to_date(\"year\"); \
         metric(\"gap\", mean(a.x).by(\"team\").spread()).baseline_at(\"2026-Q1\").target(1).target_for(\"team\", #{ \"IT\": 2 }).lower_is_better();",
    );
    let MeasureKind::Across { how, .. } = &card.metrics[0].measure.kind else {
        panic!()
    };
    assert_eq!(*how, Across::Spread);
    assert_eq!(
        card.metrics[0].goal.baseline.as_ref().unwrap().value,
        Baseline::At("2026-Q1".into())
    );
    assert_eq!(
        card.metrics[0].goal.segment_targets[0].targets,
        [("IT".to_owned(), 2.0)]
    );
    assert_eq!(card.periods.len(), 3);
}

#[test]
fn scores_keep_their_rules() {
    let card = card(
        "let a = table(\"a\"); a.column(\"x\").scale(1, 5); metric(\"m\", mean(a.x)); metric(\"n\", top_box(a.x, 2)); \
         score(\"s\").mix(\"m\", 0.5, 1, 5).mix(\"n\", 0.5, [[0, 0], [80, 100]]).missing_parts(\"reweight\", 0.5).stale_parts(\"half\") \
         .cap(40, |c| c.n < 20, \"too few\").if_unknown(\"fire\").bands([25, 50, 75], [\"a\", \"b\", \"c\", \"d\"]) \
         .override(30, \"M\", \"strike\", \"2027-01-31\");",
    );
    let score = &card.scores[0];
    assert!(matches!(score.parts[1].normalise, Normalise::Curve(ref points) if points.len() == 2));
    assert_eq!(score.limits[0].condition.text, "|c| c.n < 20");
    assert_eq!(score.bands.as_ref().unwrap().names.len(), 4);
    assert_eq!(score.overrides[0].author, "M");
}

#[test]
fn expectations_remember_the_digits_written() {
    let card = card(
        "let a = table(\"a\"); metric(\"m\", mean(a.x)); test(\"t\").given(\"a\", `x\n1`).expect(\"m\", 33.30).expect(\"m\", 3).expect_n(\"m\", 1);",
    );
    let decimals: Vec<u32> = card.tests[0]
        .expects
        .iter()
        .filter_map(|expect| match expect.what {
            Expectation::Value { decimals, .. } => Some(decimals),
            _ => None,
        })
        .collect();
    assert_eq!(decimals, [2, 0]);
}

#[test]
fn names_may_be_used_before_they_are_declared() {
    card(
        "let a = table(\"a\").key(\"id\"); let b = table(\"b\").belongs_to(a, \"id\", \"a\"); segment(\"size\", a.size); \
         metric(\"m\", mean(b.half)).drives(\"o\"); b.add(\"half\", |r| r.x / 2); a.add(\"size\", count(b)); outcome(\"o\", count(a));",
    );
}

#[test]
fn hostile_cards_end_in_an_error() {
    for text in [
        "fn f(n) { f(n + 1) } f(0);",
        "let x = \"a\"; for i in 0..1000 { x += x; }",
        "let a = []; for i in 0..1000 { a += a; a += [1]; }",
        "for i in 0..1000 { for j in 0..1000 { let y = i * j; } }",
        "eval(\"1\");",
        "sleep(1e300);",
        "let m = #{}; m.f = || m;",
        "loop { }",
        "let t = table(\"t\"); let m = count(t); for i in 0..1000 { m = m + m; } metric(\"m\", m);",
        "let t = table(\"t\"); let m = count(t); for i in 0..1000 { for j in 0..20 { m = -m; } } metric(\"m\", m);",
        "let t = table(\"t\"); let m = count(t); for i in 0..1000 { m = m.per(\"year\"); } metric(\"m\", m);",
        "let t = table(\"t\"); let m = metric(\"m\", count(t)); for i in 0..1000 { m.per(\"year\"); }",
        "let t = table(\"t\"); let c = t.a; for i in 0..1000 { c = c + c; } metric(\"m\", mean(c));",
        "let t = table(\"t\"); let c = t.a; for i in 0..1000 { c = c.b; } metric(\"m\", mean(c));",
        "let t = table(\"t\"); let c = t.a; for i in 0..1000 { c = abs(c); } metric(\"m\", mean(c));",
        "while true { }",
    ] {
        let compiled = compile(text);
        assert!(compiled.scorecard.is_none(), "{text}");
        assert!(
            compiled.diagnostics.iter().any(crate::diagnostic::Diagnostic::is_error),
            "{text}"
        );
    }
    let long = format!("let a = \"{}\";", "x".repeat(100_000));
    assert_eq!(compile(&long).diagnostics[0].code, crate::diagnostic::codes::LIMIT);
    let deep = format!("let a = {}1{};", "(".repeat(5_000), ")".repeat(5_000));
    assert!(compile(&deep).scorecard.is_none());
}
