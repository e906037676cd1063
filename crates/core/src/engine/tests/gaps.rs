//! Segments through other tables, funnels step by step, amounts below zero and limits; values worked out by hand.

use super::*;
use crate::diagnostic::codes;

fn cell<'r>(report: &'r Report, name: &str, at: &[(&str, &str)]) -> Option<&'r Cell> {
    let metric = report.results.metrics.iter().find(|metric| metric.name == name)?;
    metric.cells.iter().find(|cell| {
        cell.period.is_none()
            && cell.segments.len() == at.len()
            && at
                .iter()
                .all(|(segment, value)| cell.segments.get(*segment).map(String::as_str) == Some(*value))
    })
}

/// Three orders. The first holds a red shirt and a blue cap, the second two red shirts, the third nothing.
/// Reviews: 5, 2 and 4.
fn orders(rule: &str) -> String {
    format!(
        r#"
scorecard("Orders").owner("CX").purpose("Sell").min_n(1);
let orders = table("orders").key("id").rows(["id", "review"], [[1, 5], [2, 2], [3, 4]]);
let items = table("items").rows(["order", "kind", "colour"], [
    [1, "shirt", "red"], [1, "cap", "blue"], [2, "shirt", "red"], [2, "shirt", "red"],
]).belongs_to(orders, "order", "bought_in");
segment("kind", items.kind).through(items, "{rule}");
segment("colour", items.colour).through(items, "{rule}");
cross("kind", "colour");
metric("review", mean(orders.review));
metric("orders", count(orders)).no_target("a volume");
"#
    )
}

#[test]
fn two_segments_through_one_table_stay_together() {
    let report = evaluate(
        &compile(&orders("once each")),
        BTreeMap::new(),
        &EvaluateOptions::default(),
    );
    let review = |kind: &str, colour: &str| {
        let cell = cell(&report, "review", &[("kind", kind), ("colour", colour)]).unwrap();
        (cell.value, cell.n)
    };
    // Orders 1 and 2 hold red shirts: (5 + 2) / 2; the second counts once, though it holds two.
    assert_eq!(review("shirt", "red"), (Some(3.5), 2));
    assert_eq!(review("cap", "blue"), (Some(5.0), 1));
    // Nobody bought a red cap or a blue shirt.
    assert_eq!(review("cap", "red"), (None, 0));
    assert_eq!(review("shirt", "blue"), (None, 0));
    assert_eq!(review("(unknown)", "(unknown)"), (Some(4.0), 1));
    // One way as before: both orders hold shirts.
    let shirts = cell(&report, "review", &[("kind", "shirt")]).unwrap();
    assert_eq!((shirts.value, shirts.n), (Some(3.5), 2));
}

#[test]
fn shares_of_two_segments_add_up_to_the_rows() {
    let report = evaluate(
        &compile(&orders("shared")),
        BTreeMap::new(),
        &EvaluateOptions::default(),
    );
    let orders = |kind: &str, colour: &str| {
        cell(&report, "orders", &[("kind", kind), ("colour", colour)])
            .unwrap()
            .value
    };
    // Half of the first order and all of the second; the other half; the third bears nothing.
    assert_eq!(orders("shirt", "red"), Some(1.5));
    assert_eq!(orders("cap", "blue"), Some(0.5));
    assert_eq!(orders("(unknown)", "(unknown)"), Some(1.0));
    // (0.5 × 5 + 1 × 2) / 1.5 = 3.
    let red_shirts = cell(&report, "review", &[("kind", "shirt"), ("colour", "red")]).unwrap();
    assert_eq!(red_shirts.value, Some(3.0));
}

/// Through two tables: the values combine freely. Order 1 has kinds shirt and cap, and channels web and shop.
#[test]
fn segments_through_two_tables_combine_freely() {
    let card = compile(
        r#"
scorecard("Orders").owner("CX").purpose("Sell").min_n(1);
let orders = table("orders").key("id").rows(["id", "review"], [[1, 5], [2, 2]]);
let items = table("items").rows(["order", "kind"], [[1, "shirt"], [1, "cap"], [2, "shirt"]]).belongs_to(orders, "order", "bought_in");
let visits = table("visits").rows(["order", "channel"], [[1, "web"], [1, "shop"], [2, "web"]]).belongs_to(orders, "order", "came_to");
segment("kind", items.kind).through(items, "once each");
segment("channel", visits.channel).through(visits, "once each");
cross("kind", "channel");
metric("review", mean(orders.review));
"#,
    );
    let report = evaluate(&card, BTreeMap::new(), &EvaluateOptions::default());
    let review = |kind: &str, channel: &str| {
        cell(&report, "review", &[("kind", kind), ("channel", channel)])
            .unwrap()
            .value
    };
    assert_eq!(review("shirt", "web"), Some(3.5));
    assert_eq!(review("shirt", "shop"), Some(5.0));
    assert_eq!(review("cap", "web"), Some(5.0));
    assert_eq!(review("cap", "shop"), Some(5.0));
}

/// Five visitors: A sees, tries and buys; B sees and tries; C sees, and buys before a try; D tries only; E sees.
/// Four see it: A, B, C, E. Of them A, B and C try it after (C on the 5th), of these A buys after that.
#[test]
fn a_funnel_tells_each_step() {
    let card = compile(
        r#"
scorecard("Shop").owner("CX").purpose("Sell").min_n(1);
let events = table("events").date("on").rows(["who", "step", "on"], [
    ["A", "see", "2026-01-01"], ["A", "try", "2026-01-02"], ["A", "buy", "2026-01-03"],
    ["B", "see", "2026-01-01"], ["B", "try", "2026-01-04"],
    ["C", "see", "2026-01-02"], ["C", "buy", "2026-01-03"], ["C", "try", "2026-01-05"],
    ["D", "try", "2026-01-02"], ["E", "see", "2026-01-03"],
]);
journey("buying").along(events.step).phase("look", ["see", "try"]).phase("pay", ["buy"]);
metric("goes_on", funnel(events.who, events.step, events.on)).each_step();
metric("buys", funnel(events.who, events.step, events.on));
"#,
    );
    let report = evaluate(&card, BTreeMap::new(), &EvaluateOptions::default());
    let at = |name: &str, step: &[(&str, &str)]| {
        let cell = cell(&report, name, step).unwrap();
        (cell.value, cell.n)
    };
    assert_eq!(at("goes_on", &[]), (Some(25.0), 4));
    assert_eq!(at("buys", &[]), (Some(25.0), 4));
    assert_eq!(at("goes_on", &[("buying", "see")]), (Some(100.0), 4));
    assert_eq!(at("goes_on", &[("buying", "try")]), (Some(75.0), 4));
    assert_eq!(at("goes_on", &[("buying", "buy")]), (Some(100.0 / 3.0), 3));
}

fn refused(text: &str) -> Vec<Diagnostic> {
    let error = engine()
        .evaluate(&compile(text), BTreeMap::new(), &EvaluateOptions::default())
        .unwrap_err();
    error.diagnostics().to_vec()
}

#[test]
fn amounts_below_zero_are_refused_with_their_place() {
    let tables = r#"
scorecard("Shop").owner("CX").purpose("Sell");
let shops = table("shops").key("id").rows(["id", "worth"], [[1, 10.0], [2, -4.5]]);
let sales = table("sales").date("on").rows(["shop", "on", "amount", "late"], [
    [1, "2026-01-01", 5.0, true], [1, "2026-01-02", -2.0, false], [2, "2026-01-02", -1.0, true],
]).belongs_to(shops, "shop", "in_shop");
"#;
    for (measure, message, row, column) in [
        (
            "share(sales.amount, |s| s.late)",
            "`share` needs amounts of zero or more: `amount` is -2 in row 2 of `sales`, and 1 more rows are below zero",
            2,
            "amount",
        ),
        (
            "revenue_coverage(shops.worth, sales)",
            "`revenue_coverage` needs amounts of zero or more: `worth` is -4.5 in row 2 of `shops`",
            2,
            "worth",
        ),
        (
            r#"revenue_retention(sales.shop, sales.on, sales.on, sales.amount, "net", 1, "month")"#,
            "`revenue_retention` needs amounts of zero or more: `amount` is -2 in row 2 of `sales`, and 1 more rows are below zero",
            2,
            "amount",
        ),
    ] {
        let found = refused(&format!("{tables}metric(\"m\", {measure});"));
        assert_eq!(found.len(), 1, "{found:#?}");
        assert_eq!((found[0].code, found[0].message.as_str()), (codes::BAD_VALUE, message));
        let place = found[0].place.as_ref().unwrap();
        assert_eq!((place.row, place.column.as_deref()), (Some(row), Some(column)));
    }
    // What a filter leaves out is not refused.
    let card = compile(&format!(
        "{tables}metric(\"m\", share(sales.amount, |s| s.late).where(|s| s.amount >= 0));"
    ));
    let report = evaluate(&card, BTreeMap::new(), &EvaluateOptions::default());
    assert_eq!(report.results.metrics[0].headline.value, Some(100.0));
}

const WIDE: &str = r#"
scorecard("Wide").owner("CX").purpose("See").min_n(1);
let t = table("t").date("on").rows(["on", "a", "b", "x"], [
    ["2026-01-01", "a1", "b1", 1.5], ["2026-02-01", "a2", "b2", 2.5], ["2026-03-01", "a3", "b3", 3.5],
]);
segment("a", t.a); segment("b", t.b); cross("a", "b");
period("month");
metric("median", median(t.x));
metric("n", count(t)).no_target("a volume");
"#;

/// Cuts: 1 + 3 + 3 + 9 combinations, over three months and the whole time, for two measures: 128 cells.
#[test]
fn a_report_has_no_more_cells_than_the_limit() {
    let run = |cells: usize| {
        let limits = Limits {
            cells,
            ..Limits::default()
        };
        Engine::new(limits).evaluate(&compile(WIDE), BTreeMap::new(), &EvaluateOptions::default())
    };
    assert!(run(128).is_ok());
    let error = run(127).unwrap_err();
    let found = &error.diagnostics()[0];
    assert_eq!(found.code, codes::LIMIT);
    assert_eq!(
        found.message,
        "the report would have 128 cells, and 127 are the most: `a` has 3 values, `b` has 3 values, over 4 periods and 2 measures and scores"
    );
    let span = found.span.unwrap();
    assert!(
        WIDE[span.start as usize..span.end as usize].starts_with("cross("),
        "{span:?}"
    );
}

#[test]
fn states_that_grow_keep_to_their_limit() {
    let run = |growing_bytes: u64| {
        let limits = Limits {
            growing_bytes,
            ..Limits::default()
        };
        Engine::new(limits).evaluate(&compile(WIDE), BTreeMap::new(), &EvaluateOptions::default())
    };
    assert!(run(1 << 20).is_ok());
    let error = run(16).unwrap_err();
    let found = &error.diagnostics()[0];
    assert_eq!(
        (found.code, found.message.as_str()),
        (
            codes::LIMIT,
            "distinct values, percentiles or survival need too much memory"
        )
    );
}

/// Forty tickets, of which one, or all but one, or half, end a day before they start.
#[test]
fn times_that_run_backwards_are_told_where_no_sign_is_meant() {
    let run = |backwards: std::ops::Range<usize>| -> Vec<String> {
        let rows: Vec<String> = (0..40)
            .map(|row| {
                let (from, to) = if backwards.contains(&row) {
                    ("05-10", "05-09")
                } else {
                    ("05-10", "05-11")
                };
                format!("[\"2026-{from}\", \"2026-{to}\"]")
            })
            .collect();
        let card = compile(&format!(
            r#"
scorecard("Desk").owner("CX").purpose("Answer");
let tickets = table("tickets").rows(["opened", "closed"], [{}]);
metric("days", mean(days_between(tickets.opened, tickets.closed)));
"#,
            rows.join(", ")
        ));
        let report = evaluate(&card, BTreeMap::new(), &EvaluateOptions::default());
        let told = report
            .diagnostics
            .iter()
            .filter(|finding| finding.code == codes::SWAPPED_DATES);
        told.map(|finding| finding.message.clone()).collect()
    };
    assert_eq!(
        run(7..8),
        ["`closed` is before `opened` in 1 of 40 rows of `tickets`, the first of them row 8"]
    );
    assert_eq!(
        run(1..40),
        ["`closed` is before `opened` in 39 of 40 rows: the two dates seem to be the wrong way round"]
    );
    assert!(run(0..20).is_empty());
    assert!(run(0..0).is_empty());
}

/// Wilson at one half: 1.96 / (2 sqrt(5 + 1.96²)) = 0.3296; for NPS 1.96 sqrt(10 + 1.5) / 13 = 0.5113.
#[test]
fn a_floor_of_few_answers_is_told_with_its_margin() {
    let (_, found) = engine()
        .compile(&Source {
            name: "card",
            text: r#"
scorecard("Health").owner("CX").purpose("Keep");
let t = table("t");
t.column("x").scale(0, 10);
metric("rate", rate(t, |t| t.a == 1)).min_n(5);
metric("nps", nps(t.x)).min_n(10);
metric("all", rate(t, |t| t.a == 2)).min_n(1);
metric("usual", rate(t, |t| t.a == 3)).min_n(30);
"#,
            modules: &[],
            params: &[],
        })
        .unwrap();
    let told: Vec<&str> = found
        .iter()
        .filter(|finding| finding.code == codes::SMALL_MIN_N)
        .map(|finding| finding.message.as_str())
        .collect();
    assert_eq!(
        told,
        [
            "`rate` is shown from 5 answers on, where its 95 % interval may reach 33 points to either side",
            "`nps` is shown from 10 answers on, where its 95 % interval may reach 51 points to either side",
        ]
    );
}
