//! What is inferred of a report, against the survey package of R (`tests/reference/make_inference.R`).

use super::*;
use crate::data::Column;
use crate::report::{ChangeVerdict, MetricResult, ScoreResult};
use crate::stats::reference::{Row, close, rows};

const CARD: &str = r#"
scorecard("Change").owner("CX").purpose("Tell signal from noise").min_n(1);
let customers = table("customers").key("customer_id");
let survey = table("survey").date("on").belongs_to(customers, "customer_id");
survey.column("recommend").scale(0, 10);
"#;

fn whole(values: &[f64]) -> Column {
    Column::ints(values.iter().map(|value| Some(*value as i64)).collect())
}

fn day(text: &str) -> Option<i32> {
    CivilDate::parse(text).map(|day| day.0)
}

/// Customers, and a survey of the columns given.
fn tables(row: &Row, columns: Vec<(String, Column)>) -> BTreeMap<String, Table> {
    let count = row.number("customers") as usize;
    let ids: Vec<f64> = (1..=count).map(|id| id as f64).collect();
    let customers = Table {
        columns: vec![("customer_id".to_owned(), whole(&ids))],
        rows: count,
        ..Table::default()
    };
    let answers = row.list("customer");
    let mut all = vec![("customer_id".to_owned(), whole(&answers))];
    all.extend(columns);
    let survey = Table {
        columns: all,
        rows: answers.len(),
        ..Table::default()
    };
    BTreeMap::from([("customers".to_owned(), customers), ("survey".to_owned(), survey)])
}

fn of_periods(row: &Row) -> BTreeMap<String, Table> {
    let days = row
        .text("period")
        .split(' ')
        .map(|period| day(&format!("{period}-10")))
        .collect();
    let columns = vec![
        ("on".to_owned(), Column::dates(days)),
        ("recommend".to_owned(), whole(&row.list("y"))),
    ];
    tables(row, columns)
}

fn metric<'r>(report: &'r Report, name: &str) -> &'r MetricResult {
    let mut metrics = report.results.metrics.iter();
    metrics.find(|metric| metric.name == name).unwrap()
}

fn score(report: &Report) -> &ScoreResult {
    &report.results.scores[0]
}

/// Customers who answer in both months, some of them twice in one: the error of the change is that of R's `svycontrast`.
#[test]
fn a_change_is_tested_by_customer() {
    for row in rows(include_str!("../../../../../tests/reference/change.csv")) {
        let card = compile(&format!(
            "{CARD} period(\"month\"); metric(\"mean\", mean(survey.recommend)).owner(\"A\");"
        ));
        let report = evaluate(&card, of_periods(&row), &as_of("2026-06-30"));
        let change = metric(&report, "mean").headline.change.as_ref().unwrap();
        let interval = change.interval.as_ref().unwrap();
        close(change.difference, row.number("change"), 1e-11, &row);
        close(interval.low, row.number("low"), 1e-9, &row);
        close(interval.high, row.number("high"), 1e-9, &row);
        assert_eq!(interval.method, "clustered by entity");
        // One test in the family: adjusting changes nothing.
        close(change.p.unwrap(), row.number("p"), 1e-9, &row);
        let expected = if row.number("p") <= 0.05 {
            ChangeVerdict::Up
        } else {
            ChangeVerdict::NoChangeShown
        };
        assert_eq!(change.verdict, expected);
    }
}

/// A mean and a share of the same answers, by customers who answer more than once: with the covariance of both.
#[test]
fn the_range_of_a_score_knows_what_its_parts_share() {
    for row in rows(include_str!("../../../../../tests/reference/composite.csv")) {
        let card = compile(&format!(
            r#"{CARD}
            metric("mean", mean(survey.recommend)).owner("A");
            metric("hit", rate(survey, |s| s.hit == 1)).owner("A");
            score("health").mix("mean", 0.6, 0, 10).mix("hit", 0.4, 0, 100);"#
        ));
        let answers = row.list("y").len();
        let columns = vec![
            ("on".to_owned(), Column::dates(vec![day("2026-06-10"); answers])),
            ("recommend".to_owned(), whole(&row.list("y"))),
            ("hit".to_owned(), whole(&row.list("hit"))),
        ];
        let report = evaluate(&card, tables(&row, columns), &as_of("2026-06-30"));
        let headline = &score(&report).headline;
        let interval = headline.interval.as_ref().unwrap();
        close(headline.value.unwrap(), row.number("score"), 1e-11, &row);
        assert_eq!(interval.method, "linear propagation");
        close(interval.low, row.number("low"), 1e-7, &row);
        close(interval.high, row.number("high"), 1e-7, &row);
    }
}

/// The same score with a cap that its mean lies on: the line bends, so the range is drawn, and never above the cap.
#[test]
fn a_cap_within_reach_is_drawn() {
    let reference = rows(include_str!("../../../../../tests/reference/composite.csv"));
    let row = &reference[0];
    let value = row.number("score");
    let card = compile(&format!(
        r#"{CARD}
        metric("mean", mean(survey.recommend)).owner("A");
        metric("hit", rate(survey, |s| s.hit == 1)).owner("A");
        score("health").mix("mean", 0.6, 0, 10).mix("hit", 0.4, 0, 100).cap({value:.3}, |m| m.hit < 101, "it is held");"#
    ));
    let answers = row.list("y").len();
    let columns = || {
        vec![
            ("on".to_owned(), Column::dates(vec![day("2026-06-10"); answers])),
            ("recommend".to_owned(), whole(&row.list("y"))),
            ("hit".to_owned(), whole(&row.list("hit"))),
        ]
    };
    let report = evaluate(&card, tables(row, columns()), &as_of("2026-06-30"));
    let interval = score(&report).headline.interval.clone().unwrap();
    assert_eq!(interval.method, "bootstrap");
    let cap = (value * 1_000.0).round() / 1_000.0;
    assert!((interval.high - cap).abs() < 1e-9, "{interval:?}");
    // The lower end is that of the line, but for the noise of a thousand draws (three times 0.085 standard errors) and t.
    assert!(
        (interval.low - row.number("low")).abs() < 0.3 * row.number("error"),
        "{interval:?}"
    );
    let again = evaluate(&card, tables(row, columns()), &as_of("2026-06-30"));
    assert_eq!(score(&again).headline.interval.as_ref(), Some(&interval));
}

/// Thirty metrics over noise: with one adjustment for all of them, hardly any is called. The planted one is.
#[test]
fn one_family_for_all_tests() {
    let mut text = String::from(
        r#"scorecard("Noise").owner("CX").purpose("Call nothing that is not there").min_n(1);
        let survey = table("survey").date("on");
        period("month");
        metric("real", mean(survey.real)).owner("A");
        "#,
    );
    let rows = 400_usize;
    let stream = |key: u64| crate::stats::random::Stream::new(11, key);
    let days: Vec<Option<i32>> = (0..rows)
        .map(|row| day(if row % 2 == 0 { "2026-05-10" } else { "2026-06-10" }))
        .collect();
    let real = (0..rows)
        .map(|row| Some(stream(0).normal(row as u64) + f64::from(u8::from(row % 2 == 1))))
        .collect();
    let mut columns = vec![
        ("on".to_owned(), Column::dates(days)),
        ("real".to_owned(), Column::floats(real)),
    ];
    for noise in 1..=30_u64 {
        text.push_str(&format!(
            "metric(\"noise{noise}\", mean(survey.noise{noise})).owner(\"A\");\n"
        ));
        let values = (0..rows).map(|row| Some(stream(noise).normal(row as u64))).collect();
        columns.push((format!("noise{noise}"), Column::floats(values)));
    }
    let survey = Table {
        columns,
        rows,
        ..Table::default()
    };
    let report = evaluate(
        &compile(&text),
        BTreeMap::from([("survey".to_owned(), survey)]),
        &as_of("2026-06-30"),
    );
    let verdict = |metric: &MetricResult| metric.headline.change.as_ref().unwrap().verdict;
    assert_eq!(verdict(metric(&report, "real")), ChangeVerdict::Up);
    let called = report
        .results
        .metrics
        .iter()
        .filter(|metric| verdict(metric) != ChangeVerdict::NoChangeShown);
    assert_eq!(called.count(), 1);
    // Adjusted p values are those of `scipy.stats.false_discovery_control`: never below the plain ones.
    let ps: Vec<f64> = report
        .results
        .metrics
        .iter()
        .map(|metric| metric.headline.change.as_ref().unwrap().p.unwrap())
        .collect();
    assert!(ps.iter().all(|p| (0.0..=1.0).contains(p)));
}

/// What has no test says why: a sum is no estimate, a median has no test yet, one row has no spread.
#[test]
fn what_is_not_tested_says_why() {
    let card = compile(
        r#"scorecard("Why").owner("CX").purpose("Say why").min_n(1);
        let orders = table("orders").date("on").rows(["on", "value", "paid"], [
            ["2026-05-01", 3, true], ["2026-05-02", 5, false], ["2026-06-01", 9, true], ["2026-06-02", 1, true],
        ]);
        period("month");
        metric("value", sum(orders.value)).owner("A");
        metric("middle", median(orders.value)).owner("A");
        metric("paid", rate(orders, |o| o.paid)).min_n(30).owner("A");
        "#,
    );
    let report = evaluate(&card, BTreeMap::new(), &as_of("2026-06-30"));
    let reason = |name: &str| {
        let change = metric(&report, name).headline.change.clone().unwrap();
        assert_eq!(change.verdict, ChangeVerdict::NotTested);
        change.reason.unwrap()
    };
    assert_eq!(
        reason("value"),
        "a sum of what is in the table, not an estimate; what is noise in it the limits of its series say"
    );
    assert_eq!(reason("paid"), "too few answers");
    assert!(!reason("middle").is_empty());
}

/// Both regions rise by 10 points, and the total falls: the weaker has grown. Kitagawa's split by hand: own change 10;
/// mix (½ − 0.8)·(85 − 52.5 …) is what is left of the whole.
#[test]
fn a_change_is_split_into_mix_and_rate() {
    let mut on = Vec::new();
    let mut region = Vec::new();
    let mut happy = Vec::new();
    let mut add = |month: &str, place: &'static str, rows: usize, hits: usize| {
        for row in 0..rows {
            on.push(day(&format!("{month}-05")));
            region.push(Some(place));
            happy.push(Some(row < hits));
        }
    };
    add("2026-05", "North", 80, 64); // 80 %
    add("2026-05", "South", 20, 4); // 20 %
    add("2026-06", "North", 40, 36); // 90 %
    add("2026-06", "South", 60, 18); // 30 %
    let survey = Table {
        rows: on.len(),
        columns: vec![
            ("on".to_owned(), Column::dates(on)),
            ("region".to_owned(), Column::texts(&region)),
            ("happy".to_owned(), Column::bools(happy)),
        ],
        ..Table::default()
    };
    let card = compile(
        r#"scorecard("Mix").owner("CX").purpose("Split a change").min_n(1);
        let survey = table("survey").date("on");
        segment("region", survey.region);
        period("month");
        metric("happy", rate(survey, |s| s.happy)).owner("A");
        "#,
    );
    let report = evaluate(
        &card,
        BTreeMap::from([("survey".to_owned(), survey)]),
        &as_of("2026-06-30"),
    );
    let happy = metric(&report, "happy");
    let change = happy.headline.change.as_ref().unwrap().difference;
    let split = &happy.splits[0];
    // 68 % then, 54 % now. Rate: 10 · 1. Mix: (0.4 − 0.8) · 85 + (0.6 − 0.2) · 25 = −24.
    assert!((change + 14.0).abs() < 1e-9 && (split.rate - 10.0).abs() < 1e-9 && (split.mix + 24.0).abs() < 1e-9);
    assert_eq!((split.segment.as_str(), split.parts.len()), ("region", 2));
}

/// Twelve months that go up and down by four, and a jump.
#[test]
fn a_jump_of_a_series_is_a_signal() {
    let mut on = Vec::new();
    let mut value = Vec::new();
    for month in 1..=12 {
        on.push(day(&format!("2025-{month:02}-05")));
        value.push(Some(if month % 2 == 0 { 54 } else { 50 }));
    }
    on.push(day("2026-01-05"));
    value.push(Some(70));
    let sales = Table {
        rows: on.len(),
        columns: vec![
            ("on".to_owned(), Column::dates(on)),
            ("value".to_owned(), Column::ints(value)),
        ],
        ..Table::default()
    };
    let card = compile(
        r#"scorecard("Jump").owner("CX").purpose("See a jump").min_n(1).complete_until("2026-01-31");
        let sales = table("sales").date("on");
        period("month");
        metric("value", sum(sales.value)).owner("A");
        "#,
    );
    let report = evaluate(
        &card,
        BTreeMap::from([("sales".to_owned(), sales)]),
        &as_of("2026-01-31"),
    );
    let process = metric(&report, "value").process.clone().unwrap();
    let periods: Vec<&str> = process.signals.iter().map(|signal| signal.period.as_str()).collect();
    assert_eq!(
        (process.points, process.provisional, periods),
        (13, true, vec!["2026-01"])
    );
    assert_eq!(process.signals[0].why, "outside the limits");
}

/// Months of 0 % and 20 % in turn: mean 10, mean moving range 20, so that the limits are 10 ± 53.2, and no rate is below 0.
#[test]
fn limits_of_a_series_stay_on_the_scale() {
    let (mut on, mut late) = (Vec::new(), Vec::new());
    for (month, answer) in (1..=12).flat_map(|month| (0..5).map(move |answer| (month, answer))) {
        on.push(day(&format!("2025-{month:02}-05")));
        late.push(Some(month % 2 == 0 && answer == 0));
    }
    let visits = Table {
        rows: on.len(),
        columns: vec![
            ("on".to_owned(), Column::dates(on)),
            ("late".to_owned(), Column::bools(late)),
        ],
        ..Table::default()
    };
    let card = compile(
        r#"scorecard("Late").owner("CX").purpose("See who waits").min_n(1).complete_until("2025-12-31");
        let visits = table("visits").date("on");
        period("month");
        metric("late", rate(visits, |v| v.late)).owner("A");
        "#,
    );
    let report = evaluate(
        &card,
        BTreeMap::from([("visits".to_owned(), visits)]),
        &as_of("2025-12-31"),
    );
    let process = metric(&report, "late").process.clone().unwrap();
    assert_eq!((process.points, process.mean, process.low), (12, 10.0, 0.0));
    assert!((process.high - 63.2).abs() < 1e-9, "{}", process.high);
}

/// What a ticket costs: a ratio of two sums over tickets, of which a customer may have several. The values are those of
/// `tests/oracle/formula_range.py` (scipy).
#[test]
fn a_ratio_of_sums_has_a_range_clustered_by_entity() {
    let text = format!(
        "{}\n{}",
        example("scorecard.rhai"),
        r#"metric("ticket_cost", sum(tickets.cost) / count(tickets)).no_target("an example").no_outcome("an example");
           metric("twice", 2 * mean(tickets.cost)).no_target("an example").no_outcome("an example");
           metric("stock", count(tickets) / active(customers.joined_on, customers.left_on)).no_target("an example").no_outcome("an example");"#
    );
    let card = compile(&text);
    let report = evaluate(&card, example_tables(&card), &as_of("2026-06-30"));
    let metric = |name: &str| {
        report
            .results
            .metrics
            .iter()
            .find(|metric| metric.name == name)
            .unwrap()
    };
    let cost = metric("ticket_cost");
    assert_eq!(
        (cost.headline.period.as_deref(), cost.headline.n),
        (Some("2026-06"), 287)
    );
    assert_eq!(cost.no_interval, None);
    let range = cost.headline.interval.as_ref().unwrap();
    assert_eq!(range.method, "clustered by entity");
    let near = |ours: f64, theirs: f64| assert!((ours - theirs).abs() < 1e-11 * theirs, "{ours} is not {theirs}");
    near(cost.headline.value.unwrap(), 42.350766550522664);
    near(range.low, 40.1509032116797);
    near(range.high, 44.55062988936563);
    // A cell of each region has one too; earlier periods are not read again.
    let has = |period: &str| {
        let cells = cost.cells.iter().filter(|cell| cell.period.as_deref() == Some(period));
        cells.filter(|cell| cell.interval.is_some()).count()
    };
    assert!(has("2026-06") > 4 && has("2026-05") > 4 && has("2026-04") == 0);
    // A mean times a number keeps the interval of the mean; a ratio to a stock has none and says why.
    assert_eq!(metric("twice").headline.interval.as_ref().unwrap().method, "t");
    assert_eq!(metric("stock").headline.interval, None);
    assert_eq!(metric("stock").no_interval.as_deref(), Some("a ratio of measures"));
}

/// Stocks, stayers, revenue kept, survival, medians and spreads of customers in two periods (`make_changes.py`).
#[test]
fn changes_of_every_measure_are_tested() {
    let all = rows(include_str!("../../../../../tests/reference/changes.csv"));
    for row in &all {
        let card = compile(&format!(
            r#"scorecard("Change").owner("CX").purpose("Tell signal from noise").min_n(1);
            let c = table("c").key("id"); period("month");
            metric("m", {}).owner("A");"#,
            row.text("measure")
        ));
        let days = |name: &str| {
            row.list(name)
                .into_iter()
                .map(|day| Some(day as i32).filter(|day| *day >= 0))
        };
        let ids: Vec<f64> = (0..row.list("joined").len()).map(|id| id as f64).collect();
        let table = Table {
            rows: ids.len(),
            columns: vec![
                ("id".to_owned(), whole(&ids)),
                ("joined".to_owned(), Column::dates(days("joined").collect())),
                ("left".to_owned(), Column::dates(days("left").collect())),
                (
                    "value".to_owned(),
                    Column::floats(row.list("value").into_iter().map(Some).collect()),
                ),
            ],
            ..Table::default()
        };
        let report = evaluate(
            &card,
            BTreeMap::from([("c".to_owned(), table)]),
            &as_of(row.text("as_of")),
        );
        let change = metric(&report, "m").headline.change.as_ref().unwrap();
        close(change.difference, row.number("difference"), 1e-10, row);
        let interval = change.interval.as_ref().unwrap_or_else(|| panic!("{change:?} {row:?}"));
        assert_eq!(interval.method, row.text("method"));
        close(interval.low, row.number("low"), 1e-9, row);
        close(interval.high, row.number("high"), 1e-9, row);
        close(change.p.unwrap(), row.number("p"), 1e-9, row);
    }
    assert_eq!(all.len(), 7);
}

/// Customers worth 1 to 40: the first 22 answered in May, the 9th to the 38th in June, some twice. By hand with numpy and scipy:
/// `z = 100 * v * (june - may) / v.sum(); e = sqrt((z**2).sum()); norm.ppf(.975) * e; 2 * norm.sf(z.sum() / e)`.
#[test]
fn coverage_changes_by_who_answered_before_or_after() {
    let card = compile(
        r#"scorecard("Heard").owner("CX").purpose("Hear who pays").min_n(1);
        let customers = table("customers").key("id");
        let answers = table("answers").date("on").belongs_to(customers, "who", "customer");
        period("month");
        metric("heard", revenue_coverage(customers.worth, answers)).owner("A");"#,
    );
    let numbers = |values: Vec<i64>| Column::ints(values.into_iter().map(Some).collect());
    let (mut who, mut on) = (Vec::new(), Vec::new());
    for (month, heard) in [("2026-05-10", 0..22), ("2026-06-10", 8..38)] {
        for customer in heard {
            for _ in 0..1 + customer % 2 {
                who.push(customer);
                on.push(day(month));
            }
        }
    }
    let tables = BTreeMap::from([
        (
            "customers".to_owned(),
            Table {
                rows: 40,
                columns: vec![
                    ("id".to_owned(), numbers((0..40).collect())),
                    ("worth".to_owned(), numbers((1..=40).collect())),
                ],
                ..Table::default()
            },
        ),
        (
            "answers".to_owned(),
            Table {
                rows: who.len(),
                columns: vec![("who".to_owned(), numbers(who)), ("on".to_owned(), Column::dates(on))],
                ..Table::default()
            },
        ),
    ]);
    let report = evaluate(&card, tables, &as_of("2026-06-30"));
    let headline = &metric(&report, "heard").headline;
    let near = |ours: f64, theirs: f64| assert!((ours - theirs).abs() < 1e-9 * theirs.abs(), "{ours} is not {theirs}");
    near(headline.value.unwrap(), 85.97560975609755);
    let change = headline.change.as_ref().unwrap();
    let interval = change.interval.as_ref().unwrap_or_else(|| panic!("{change:?}"));
    assert_eq!(interval.method, "who came against who went");
    near(change.difference, 55.1219512195122);
    near(interval.low, 25.43339665809415);
    near(interval.high, 84.81050578093024);
    near(change.p.unwrap(), 0.0002736848721853761);
}
