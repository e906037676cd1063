//! Hovers, signatures, definitions, names and the outline.

use super::{CARD, marked, tables};
use crate::assist::{Assist, DeclaredKind, Hover, Known, OutlineItem, Signature};
use crate::definition::Literal;
use crate::limits::Limits;
use crate::script::{Compiler, Source};

fn ask<T>(text: &str, question: impl Fn(&Assist<'_>, u32) -> T) -> T {
    let (text, at) = marked(&format!("{CARD}{text}"));
    let tables = tables();
    let known = Known {
        tables: &tables,
        ..Known::default()
    };
    question(&Assist::new(&text, known), at)
}

fn hover(text: &str) -> Hover {
    ask(text, |assist, at| assist.hover(at)).unwrap_or_else(|| panic!("nothing is said at {text}"))
}

fn fact(hover: &Hover, name: &str) -> String {
    hover
        .facts
        .iter()
        .find(|fact| fact.name == name)
        .map(|fact| fact.value.clone())
        .unwrap_or_default()
}

#[test]
fn hovers_say_what_a_thing_is() {
    let word = hover("metric(\"x\", n¦ps(survey.recommend));");
    assert_eq!(word.title, "nps(column)");
    assert!(word.docs.contains("romoter"), "{}", word.docs);
    assert!(word.example.unwrap().contains("nps("));
    let setting = hover("metric(\"x\", 1).¦target(4);");
    assert_eq!(setting.title, "metric.target(value)");
    let setting = hover("score(\"x\").missing¦_parts(\"fail\");");
    assert_eq!(setting.title, "score.missing_parts(rule[, value])");
    let of_rows = hover("metric(\"x\", rate(tickets, |t| hou¦r(t.opened_at) < 6));");
    assert_eq!(of_rows.title, "hour(time)");
    let column = hover("metric(\"x\", rate(tickets, |t| t.customer.reg¦ion == \"West\"));");
    assert_eq!(column.title, "customers.region");
    assert_eq!(fact(&column, "type"), "text");
    assert_eq!(fact(&column, "commonest"), "West (2), North (1), South (1)");
    let made = hover("metric(\"x\", mean(tickets.hour¦s));");
    assert_eq!(
        fact(&made, "made by"),
        "hours_between(tickets.opened_at, tickets.closed_at)"
    );
    let metric = hover("score(\"s\").mix(\"f¦cr\", 1);");
    assert_eq!(metric.title, "metric \"fcr\"");
    assert_eq!(fact(&metric, "owner"), "Care");
    assert!(
        metric.docs.contains("rate(tickets, |t| t.contacts == 1)"),
        "{}",
        metric.docs
    );
    assert!(
        metric.docs.contains(".where(|t| t.channel == \"phone\")"),
        "{}",
        metric.docs
    );
    let cell = hover("score(\"s\").cap(4, |m| m.n¦ps < 3, \"x\");");
    assert_eq!(cell.title, "metric \"nps\"");
    assert_eq!(fact(&cell, "target"), "40");
    let table = hover("metric(\"x\", count(tick¦ets));");
    assert_eq!(table.title, "tickets: table tickets");
    assert_eq!(fact(&table, "belongs to"), "customers as customer");
    let segment = hover("cross(\"reg¦ion\", \"tenure\");");
    assert_eq!(fact(&segment, "values"), "West, North, South");
    let param = hover("metric(\"x\", 1).target(go¦al);");
    assert_eq!(param.title, "goal: number");
    assert!(param.docs.contains("param(\"goal\", 75"), "{}", param.docs);
    assert_eq!(ask("metric(\"x\", nowhere(¦1));", |assist, at| assist.hover(at)), None);
}

fn signature(text: &str) -> Signature {
    ask(text, |assist, at| assist.signature(at)).unwrap_or_else(|| panic!("no call at {text}"))
}

#[test]
fn signatures_tell_the_parameter_at_the_cursor() {
    let active = |text: &str| {
        let found = signature(text);
        let name = found
            .active
            .and_then(|at| found.params.get(at as usize))
            .map(|param| param.name.clone());
        (found.text, name)
    };
    let is = |text: &str, signature: &str, param: Option<&str>| {
        assert_eq!(active(text), (signature.to_owned(), param.map(str::to_owned)), "{text}");
    };
    is("metric(¦", "metric(name, measure)", Some("name"));
    is("metric(\"x\", ¦", "metric(name, measure)", Some("measure"));
    is("metric(\"x\", nps(¦", "nps(column)", Some("column"));
    is(
        "score(\"s\").mix(\"nps\", 0.5, ¦",
        "score.mix(part, weight[, zero][, hundred])",
        Some("zero"),
    );
    is(
        "metric(\"x\", rate(tickets, |t, u| t.¦",
        "rate(of[, when])",
        Some("when"),
    );
    is("cross(\"a\", \"b\", \"c¦\")", "cross(segments, ..)", Some("segments"));
    is("metric(\"x\", 1).target(1, 2, ¦)", "metric.target(value)", None);
    is(
        "metric(\"x\", rate(tickets, |t| t.channel.contains(¦",
        "contains(text, part)",
        Some("part"),
    );
    is("metric(\"x\", min(tickets.cost, ¦", "min(a, b)", Some("b"));
    is(
        "survey.columns([\"recommend\", ¦",
        "table.columns(names, ..)",
        Some("names"),
    );
    assert!(ask("metric(\"x\", 1);\n¦", |assist, at| assist.signature(at)).is_none());
    assert!(ask("// metric(¦", |assist, at| assist.signature(at)).is_none());
}

/// The text at the span of a declaration, with what follows on its line.
fn declared(text: &str) -> Option<String> {
    ask(text, |assist, at| {
        let span = assist.definition(at)?;
        let (whole, _) = marked(&format!("{CARD}{text}"));
        let rest = whole.get(span.start as usize..)?;
        Some(rest.lines().next()?.chars().take(30).collect())
    })
}

#[test]
fn definitions_are_found_from_names_and_texts() {
    let is = |text: &str, expected: &str| {
        let found = declared(text).unwrap_or_default();
        assert!(found.starts_with(expected), "{text}: {found}");
    };
    is("metric(\"x\", nps(sur¦vey.recommend));", "survey = table(");
    is("metric(\"x\", 1).drives(\"reten¦tion\");", "\"retention\", rate(");
    is("score(\"s\").cap(4, |m| m.fc¦r < 3, \"x\");", "\"fcr\", rate(");
    is("cross(\"region\", \"ten¦ure\");", "\"tenure\", buckets(");
    is("metric(\"x\", mean(tickets.ho¦urs));", "\"hours\", hours_between");
    is("metric(\"x\", 1).target(goa¦l);", "goal = param(");
    is("test(\"x\").given(\"tick¦ets\", ``);", "\"tickets\").key(");
    is(
        "metric(\"x\", rate(tickets, |row| ro¦w.contacts == 1));",
        "row| row.contacts",
    );
    is(
        "fn late(o) { o.hours > 3 }\nmetric(\"x\", rate(tickets, |t| la¦te(t)));",
        "late(o)",
    );
    is(
        "metric(\"x\", 1).serves(\"Cust¦omers stay\");",
        "\"Customers stay\").owner",
    );
    assert_eq!(declared("metric(\"x\", 1).ow¦ner(\"x\");"), None);
}

fn renamed(text: &str, name: &str) -> Option<String> {
    ask(text, |assist, at| {
        let edits = assist.rename(at, name)?;
        let (mut whole, _) = marked(&format!("{CARD}{text}"));
        for edit in edits.iter().rev() {
            whole.replace_range(edit.span.start as usize..edit.span.end as usize, &edit.text);
        }
        Some(whole)
    })
}

#[test]
fn a_new_name_reaches_every_mention() {
    let text = "score(\"s\").mix(\"f¦cr\", 1).cap(4, |m| m.fcr < 3, \"fcr\");\ntest(\"fcr\").expect(\"fcr\", 3);";
    let whole = renamed(text, "first_contact").expect("it is safe");
    assert!(whole.contains("metric(\"first_contact\", rate("));
    assert!(whole.contains(".mix(\"first_contact\", 0.5, 50, 90)"));
    assert!(
        whole.contains("|m| m.first_contact < 3, \"fcr\""),
        "a reason is no name: {whole}"
    );
    assert!(whole.contains("test(\"fcr\").expect(\"first_contact\", 3)"));
    assert_eq!(renamed(text, "nps"), None, "the name is taken");
    assert_eq!(renamed(text, "first contact"), None, "it stands behind a dot");
    assert_eq!(
        renamed("metric(\"x\", mean(tickets.co¦st));", "price"),
        None,
        "columns have the names of the data"
    );
    assert_eq!(
        renamed("test(\"x\").given(\"sur¦vey\", ``);", "answers"),
        None,
        "so have tables"
    );
    let whole = renamed("metric(\"x\", rate(tick¦ets, |t| t.contacts == 1));", "calls").expect("it is safe");
    assert!(whole.contains("let calls = table(\"tickets\")"), "{whole}");
    assert!(whole.contains("hours_between(calls.opened_at, calls.closed_at)"));
    assert!(whole.contains("metric(\"fcr\", rate(calls, |t|"));
}

#[test]
fn the_outline_lists_what_is_declared() {
    let text = format!(
        "{CARD}for item in [\"a\", \"b\"] {{\n    metric(item, mean(survey.recommend)).label(\"The \" + item);\n}}\nfn late(t) {{ t.hours > 3 }}\n"
    );
    let source = Source {
        name: "card",
        text: &text,
        modules: &[],
        params: &[("goal".to_owned(), Literal::Int(80))],
    };
    let compiled = Compiler::new(Limits::default()).compile(&source);
    let card = compiled.scorecard.expect("the card compiles");
    let known = Known {
        card: Some(&card),
        ..Known::default()
    };
    let items = Assist::new(&text, known).outline();
    let names = |kind: DeclaredKind| -> Vec<&str> {
        items
            .iter()
            .filter(|item| item.kind == kind)
            .map(|item| item.name.as_str())
            .collect()
    };
    assert_eq!(names(DeclaredKind::Table), ["customers", "survey", "tickets"]);
    assert_eq!(names(DeclaredKind::Metric), ["nps", "fcr", "a", "b"]);
    assert_eq!(names(DeclaredKind::Outcome), ["retention"]);
    assert_eq!(names(DeclaredKind::Segment), ["region", "tenure"]);
    assert_eq!(names(DeclaredKind::Score), ["health"]);
    assert_eq!(names(DeclaredKind::Function), ["late"]);
    let slice = |item: &OutlineItem| {
        text.get(item.span.start as usize..item.span.end as usize)
            .unwrap()
            .to_owned()
    };
    let nps = items.iter().find(|item| item.name == "nps").unwrap();
    assert!(
        slice(nps).starts_with("metric(\"nps\"") && slice(nps).ends_with(".owner(\"Loyalty\");"),
        "{}",
        slice(nps)
    );
    assert_eq!(nps.label.as_deref(), Some("NPS"));
    let goal = items.iter().find(|item| item.kind == DeclaredKind::Param).unwrap();
    assert!(slice(goal).starts_with("let goal = param("), "{}", slice(goal));
    let param = goal.param.clone().unwrap();
    assert_eq!(
        (param.default, param.value),
        (Some(Literal::Int(75)), Some(Literal::Int(80)))
    );
    assert_eq!((param.min, param.max), (Some(50.0), Some(100.0)));
    assert_eq!(param.help.as_deref(), Some("what satisfied means"));
    let default = param.default_span.unwrap();
    assert_eq!(text.get(default.start as usize..default.end as usize), Some("75"));
}
