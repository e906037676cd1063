//! Cards and data made by rule: many cards that have measures and segments in common, each with its own targets and weights.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use bellwether::data::{Column, Table};

/// Measures that cards choose from: twelve over five groups of rows.
pub const MEASURES: usize = 60;
/// Measures of a card.
const EACH: usize = 8;

const BASES: [&str; 12] = [
    "nps(survey.recommend FILTER)",
    "mean(survey.recommend FILTER)",
    "at_least(survey.recommend FILTER, 8)",
    "top_box(survey.satisfaction FILTER, 2)",
    "bottom_box(survey.satisfaction FILTER, 2)",
    "mean(survey.satisfaction FILTER)",
    "mean(survey.effort FILTER)",
    "top_box(survey.effort FILTER, 2)",
    "rate(survey FILTER, |s| s.contacts == 1)",
    "mean(survey.minutes FILTER)",
    "median(survey.minutes FILTER)",
    "rate(survey FILTER, |s| s.minutes <= 12.5)",
];

const FILTERS: [&str; 5] = ["", "web", "phone", "chat", "store"];

const SEGMENTS: [&str; 5] = [
    "segment(\"region\", survey.customer.region);\n",
    "segment(\"plan\", survey.plan);\nsegment(\"channel\", survey.channel);\n",
    "segment(\"team\", survey.team);\n",
    "segment(\"region\", survey.customer.region);\nsegment(\"plan\", survey.plan);\ncross(\"region\", \"plan\");\n",
    "segment(\"product\", survey.product);\n",
];

/// The measure of a number below [`MEASURES`], as a card writes it.
fn measure(number: usize) -> String {
    let base = BASES[number % BASES.len()];
    let filter = FILTERS[number / BASES.len() % FILTERS.len()];
    let plain = base.replace(" FILTER", "");
    if filter.is_empty() {
        plain
    } else {
        format!("{plain}.where(|s| s.channel == \"{filter}\")")
    }
}

/// The card of a number: measures of the common ones, one of five sets of segments, its own targets and weights.
pub fn card(number: usize) -> String {
    let mut text = format!(
        "scorecard(\"Card {number}\").owner(\"Team {}\").purpose(\"Serve people well\").cadence(\"monthly\");\n",
        number % 17
    );
    text.push_str(TABLES);
    text.push_str(SEGMENTS[number % SEGMENTS.len()]);
    text.push_str("period(\"month\");\n");
    for place in 0..EACH {
        let of = (number * 7 + place * 11) % MEASURES;
        let lower = matches!(of % BASES.len(), 6 | 9 | 10);
        let own = (number * 13 + place * 5) % 60;
        let target = match of % BASES.len() {
            1 | 5 | 6 => format!("{}.{}", 2 + own % 3, own % 10),
            _ => (10 + own).to_string(),
        };
        writeln!(
            text,
            "metric(\"m{place}\", {}).target({target}).owner(\"Team {place}\"){};",
            measure(of),
            if lower { ".lower_is_better()" } else { "" }
        )
        .unwrap();
    }
    let weight = |place: usize| 1 + (number * 3 + place * 5) % 9;
    writeln!(
        text,
        "score(\"health\").mix(\"m0\", {}, -100, 100).mix(\"m1\", {}, -100, 100).mix(\"m2\", {}, -100, 100).bands({}, 75);",
        weight(0),
        weight(1),
        weight(2),
        40 + number % 20
    )
    .unwrap();
    text
}

/// A card that has nothing in common with others but the tables: its own conditions in each measure.
pub fn disjoint(number: usize) -> String {
    let mut text = format!("scorecard(\"Own {number}\").owner(\"CX\").purpose(\"Serve people well\");\n{TABLES}");
    text.push_str(SEGMENTS[number % SEGMENTS.len()]);
    text.push_str("period(\"month\");\n");
    for place in 0..EACH {
        let least = (number * EACH + place) as f64 / 100.0;
        writeln!(
            text,
            "metric(\"m{place}\", rate(survey, |s| s.minutes > {least:.2} && s.recommend >= {})).target(50).owner(\"Team\");",
            place + 1
        )
        .unwrap();
    }
    text
}

const TABLES: &str = r#"let customers = table("customers").key("customer_id").census();
let survey = table("survey").date("answered_on").belongs_to(customers, "customer_id", "customer");
survey.column("recommend").scale(0, 10);
survey.column("satisfaction").scale(1, 5);
survey.column("effort").scale(1, 7);
"#;

/// The tables of all cards: so many answers over so many days from 2024-01-01 on, each tenth of a customer, by the generator xorshift64.
pub fn tables(rows: usize, days: u64) -> BTreeMap<String, Table> {
    let mut state = 88_172_645_463_325_252_u64;
    let mut next = move |below: u64| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state % below
    };
    let mut text = |of: &str, count: u64, rows: usize| {
        let names: Vec<String> = (0..count).map(|number| format!("{of} {number}")).collect();
        let picked: Vec<Option<&str>> = (0..rows).map(|_| Some(names[next(count) as usize].as_str())).collect();
        Column::texts(&picked)
    };
    let customers = (rows / 10).max(1);
    let region = text("region", 5, customers);
    let (plan, team, product) = (text("plan", 3, rows), text("team", 12, rows), text("product", 6, rows));
    let mut state = 1_181_783_497_276_652_981_u64;
    let mut next = move |below: u64| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state % below
    };
    let channels = ["web", "phone", "chat", "store"];
    let channel: Vec<Option<&str>> = (0..rows).map(|_| Some(channels[next(4) as usize])).collect();
    let mut whole = |low: i64, values: u64, missing: bool| -> Column {
        let value = |_| {
            let value = next(values + u64::from(missing)) as i64;
            (value < values as i64).then_some(low + value)
        };
        Column::ints((0..rows).map(value).collect())
    };
    let survey = vec![
        ("customer_id", whole(1, customers as u64, false)),
        ("recommend", whole(0, 11, true)),
        ("satisfaction", whole(1, 5, true)),
        ("effort", whole(1, 7, true)),
        ("contacts", whole(1, 4, false)),
    ];
    let days = (0..rows).map(|_| Some(19_723 + next(days) as i32)).collect();
    let minutes = (0..rows).map(|_| Some(next(6_000) as f64 / 100.0)).collect();
    let survey = survey.into_iter().chain([
        ("answered_on", Column::dates(days)),
        ("minutes", Column::floats(minutes)),
        ("channel", Column::texts(&channel)),
        ("plan", plan),
        ("team", team),
        ("product", product),
    ]);
    let named = |columns: Vec<(&str, Column)>| {
        columns
            .into_iter()
            .map(|(name, column)| (name.to_owned(), column))
            .collect()
    };
    let of_customers = vec![
        ("customer_id", Column::ints((1..=customers as i64).map(Some).collect())),
        ("region", region),
    ];
    let table = |columns, rows| Table {
        columns,
        rows,
        ..Table::default()
    };
    BTreeMap::from([
        ("survey".to_owned(), table(named(survey.collect()), rows)),
        ("customers".to_owned(), table(named(of_customers), customers)),
    ])
}
