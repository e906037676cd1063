use std::collections::BTreeMap;

use super::*;
use crate::data::{Column, Table};
use crate::engine::{Engine, EvaluateOptions};
use crate::limits::Limits;
use crate::report::{Report, results_sha256};
use crate::script::Source;

const CARD: &str = r#"
    scorecard("Health").owner("CX").purpose("Keep customers").min_n(1);
    let survey = table("survey").date("on").anonymous_below(3);
    survey.column("recommend").scale(0, 10);
    segment("region", survey.region);
    segment("plan", survey.plan);
    segment("team", survey.team);
    cross("plan", "region");
    period("month");
    metric("nps", nps(survey.recommend)).target_for("region", #{ "North": 70 }).target(45).owner("Loyalty")
        .baseline_at("2026-01");
    metric("all", mean(survey.recommend)).ignoring("region").target(5).owner("Loyalty");
    score("health").mix("nps", 1, -100, 100).bands(50, 75);
"#;

/// Four hundred answers: North's better than South's; East and West have two each and are hidden.
fn whole() -> Report {
    let engine = Engine::new(Limits::default());
    let source = Source {
        name: "health",
        text: CARD,
        modules: &[],
        params: &[],
    };
    let (card, _) = engine.compile(&source).unwrap();
    let rows = 400;
    let region = |row: usize| match row {
        0 | 1 => "East",
        2 | 3 => "West",
        row if row.is_multiple_of(2) => "North",
        _ => "South",
    };
    let plan = |row: usize| if row.is_multiple_of(3) { "pro" } else { "basic" };
    let texts =
        |of: &dyn Fn(usize) -> &'static str| Column::texts(&(0..rows).map(|row| Some(of(row))).collect::<Vec<_>>());
    let recommend = |row: usize| {
        Some(if row.is_multiple_of(2) {
            10 - (row as i64 % 3)
        } else {
            5 + (row as i64 % 5)
        })
    };
    let columns = vec![
        (
            "on".to_owned(),
            Column::dates((0..rows).map(|row| Some(20_454 + 31 * (row as i32 / 200))).collect()),
        ),
        ("recommend".to_owned(), Column::ints((0..rows).map(recommend).collect())),
        ("region".to_owned(), texts(&region)),
        ("plan".to_owned(), texts(&plan)),
        ("team".to_owned(), texts(&|_| "one")),
    ];
    let survey = Table {
        columns,
        rows,
        ..Table::default()
    };
    let tables = BTreeMap::from([("survey".to_owned(), survey)]);
    engine.evaluate(&card, tables, &EvaluateOptions::default()).unwrap()
}

#[test]
fn cells_are_those_of_the_whole_report() {
    let whole = whole();
    let north = slice(&whole, "region", "North").unwrap();
    let metric = &north.results.metrics[0];
    let of_whole = |segments: &[(&str, &str)], period: &Option<std::sync::Arc<str>>| {
        let wanted: BTreeMap<String, String> = segments
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        let found = whole.results.metrics[0].cells.iter();
        found
            .filter(|cell| *cell.segments == wanted && cell.period == *period)
            .collect::<Vec<_>>()
    };
    let headline = of_whole(&[("region", "North")], &metric.headline.period);
    assert!(metric.headline.value.is_some());
    assert_eq!(
        (headline[0].value, headline[0].n),
        (metric.headline.value, metric.headline.n)
    );
    assert_eq!(headline[0].change, metric.headline.change, "it inherits the verdict");
    let crossed: Vec<_> = metric
        .cells
        .iter()
        .filter(|cell| cell.segments.get("plan").is_some_and(|plan| plan == "pro"))
        .collect();
    assert!(!crossed.is_empty());
    for cell in crossed {
        let own = of_whole(&[("region", "North"), ("plan", "pro")], &cell.period);
        assert_eq!((own[0].value, own[0].state, own[0].n), (cell.value, cell.state, cell.n));
    }
    // Only the segment that is crossed with it cuts it, and no cell of another value is there.
    let axes = &north.results.axes;
    let names: Vec<&str> = axes.segments.iter().map(|axis| axis.name.as_str()).collect();
    assert_eq!((names, &axes.cuts), (vec!["plan"], &vec![vec![], vec![0]]));
    let mut all = north
        .results
        .metrics
        .iter()
        .map(|metric| &metric.cells)
        .chain(north.results.scores.iter().map(|score| &score.cells))
        .flatten();
    assert!(all.all(|cell| !cell.segments.contains_key("region") && !cell.segments.contains_key("team")));
}

#[test]
fn goals_are_those_of_the_value() {
    let whole = whole();
    let goal = |value: &str| slice(&whole, "region", value).unwrap().results.metrics[0].goal.clone();
    assert_eq!(
        (goal("North").target, goal("North").target_now),
        (Some(70.0), Some(70.0))
    );
    assert_eq!(goal("South").target, Some(45.0));
    let start = |value: &str| {
        let cells = &whole.results.metrics[0].cells;
        let own =
            |cell: &&Cell| cell.segments.len() == 1 && cell.segments.get("region").is_some_and(|own| own == value);
        cells
            .iter()
            .find(|cell| own(cell) && cell.period.as_deref() == Some("2026-01"))
            .unwrap()
            .value
    };
    assert_eq!(goal("South").baseline, start("South"));
    assert_ne!(goal("South").baseline, whole.results.metrics[0].goal.baseline);
}

#[test]
fn what_is_hidden_stays_hidden_and_what_is_left_out_is_said() {
    let whole = whole();
    let east = slice(&whole, "region", "East").unwrap();
    let cells = &east.results.metrics[0].cells;
    assert!(cells.iter().all(|cell| cell.value.is_none()), "{cells:?}");
    assert_eq!(
        east.results.metrics[0].headline.state,
        whole.results.metrics[0]
            .cells
            .iter()
            .find(|cell| {
                cell.segments.len() == 1
                    && cell.segments.get("region").is_some_and(|own| own == "East")
                    && cell.period == whole.results.metrics[0].headline.period
            })
            .unwrap()
            .state
    );
    // What ignores the segment says the same of all.
    assert_eq!(slices(&whole, "region").unwrap(), ["East", "North", "South", "West"]);
    let mut only = whole.clone();
    only.results.metrics.truncate(1);
    assert_eq!(
        slices(&only, "region").unwrap(),
        ["North", "South"],
        "a report that hides all tells nothing"
    );
    assert_eq!(slices(&whole, "nothing"), None);
    let about = east.provenance.slice.as_ref().unwrap();
    assert_eq!((about.segment.as_str(), about.value.as_str()), ("region", "East"));
    assert_eq!(about.of_results_sha256, whole.provenance.results_sha256);
    assert!(
        about.left_out.iter().any(|what| what == "contributions to scores"),
        "{:?}",
        about.left_out
    );
    assert_eq!(east.provenance.results_sha256, results_sha256(&east.results).unwrap());
    assert_ne!(east.provenance.results_sha256, whole.provenance.results_sha256);
}

#[test]
fn what_is_not_cut_and_what_is_not_there() {
    let whole = whole();
    assert_eq!(slice(&whole, "region", "Middle"), None);
    assert_eq!(slice(&whole, "nothing", "North"), None);
    let north = slice(&whole, "region", "North").unwrap();
    // A slice is cut again where there is a cross.
    let pro = slice(&north, "plan", "pro").unwrap();
    assert_eq!(pro.results.header.title.value, "Health: North: pro");
    assert!(pro.results.axes.segments.is_empty());
    let text = serde_json::to_string(&pro).unwrap();
    assert_eq!(serde_json::from_str::<Report>(&text).unwrap(), pro);
}
