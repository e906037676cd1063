//! The cards over real data give what pandas, numpy and scipy gave: tests/oracle, with the commands.
//!
//! The data are not part of the repository: without `BELLWETHER_DATA` these tests say that they skip.
#![allow(clippy::expect_used, clippy::panic, reason = "a test fails loudly")]

use bellwether_tests::card;
use bellwether_tests::oracle::{self, Cells, Expected};
use bellwether_tests::run;
use serde_json::Value;

/// One reading of a card: how its text differs, and which of the expected values it must give.
struct Reading {
    /// Text of the card, what stands in its place; nothing: the card as it is.
    edits: &'static [(&'static str, &'static str)],
    /// Lines added at its end.
    more: &'static str,
    /// Whether a value belongs to this reading.
    of: fn(&Expected) -> bool,
}

const AS_WRITTEN: Reading = Reading {
    edits: &[],
    more: "",
    of: |_| true,
};

/// Evaluates the card's readings and holds every value against the engine's; gives how many were compared.
fn compare(name: &str, expected: &str, as_of: Option<&str>, readings: &[Reading]) {
    let mut case = card::all()
        .into_iter()
        .find(|case| case.name == name)
        .expect("the card");
    case.data.as_of = as_of.map(str::to_owned);
    let Some(folder) = case.data_folder() else { return };
    let values = oracle::values(expected);
    let mut wrong = Vec::new();
    let mut compared = 0;
    for reading in readings {
        let text = reading.edits.iter().fold(case.text.clone(), |text, (old, new)| {
            assert!(text.contains(old), "{name}: `{old}` is not in the card");
            text.replace(old, new)
        });
        let run = run::case(&case, &format!("{text}\n{}", reading.more), &folder);
        let Some(report) = run.report else {
            let said: Vec<String> = run
                .findings
                .iter()
                .map(|f| format!("{} {}", f.code, f.message))
                .collect();
            panic!("{name} gives no report:\n{}", first(&said, 40));
        };
        let cells = Cells::of(&serde_json::to_value(&report).expect("a report is JSON"));
        let mine: Vec<&Expected> = values.iter().filter(|value| (reading.of)(value)).collect();
        compared += mine.len();
        wrong.extend(mine.into_iter().filter_map(|value| wrong_value(&cells, value)));
    }
    assert!(
        wrong.is_empty(),
        "{name}: {} of {compared} values differ:\n{}",
        wrong.len(),
        first(&wrong, 40)
    );
    assert_eq!(
        compared,
        values.len(),
        "{name}: every expected value belongs to one reading"
    );
}

/// What is wrong with a value, or with its effective n.
fn wrong_value(cells: &Cells, expected: &Expected) -> Option<String> {
    cells.wrong(expected).or_else(|| {
        let wanted = expected.more.get("n_effective")?.as_f64()?;
        let got = cells.get(expected)?.get("n_effective").and_then(Value::as_f64);
        let near = got.is_some_and(|got| (got - wanted).abs() <= 1e-9 * wanted);
        (!near).then(|| {
            format!(
                "{} {:?} {:?}: n effective {got:?}, and {wanted} expected",
                expected.metric, expected.period, expected.segment
            )
        })
    })
}

fn first(lines: &[String], most: usize) -> String {
    let more = lines.len().saturating_sub(most);
    let shown = lines.iter().take(most).cloned().collect::<Vec<_>>().join("\n");
    if more == 0 {
        shown
    } else {
        format!("{shown}\nand {more} more")
    }
}

fn is(expected: &Expected, key: &str, wanted: bool) -> bool {
    expected
        .more
        .get(key)
        .is_some_and(|value| value.as_bool() == Some(wanted))
}

#[test]
fn airport_survey() {
    let weighted = Reading {
        of: |value| is(value, "weighted", true),
        ..AS_WRITTEN
    };
    let plain = Reading {
        edits: &[(".weight(\"WEIGHT\")", "")],
        of: |value| is(value, "weighted", false),
        ..AS_WRITTEN
    };
    compare("01-airport", "airport", None, &[weighted, plain]);
}

#[test]
fn telecom_customers() {
    let more = "metric(\"churn_of_all\", rate(lines, |c| left(c))); metric(\"churn_worth\", sum(lines[\"Total Revenue\"]) / 100);";
    compare("02-telecom", "telecom", None, &[Reading { more, ..AS_WRITTEN }]);
}

#[test]
fn service_desk_incidents() {
    compare("03-incidents", "incidents", Some("2017-02-18"), &[AS_WRITTEN]);
}

#[test]
fn orders_with_reviews() {
    let days = Reading {
        of: |value| !value.more.contains_key("by_time_stamp"),
        ..AS_WRITTEN
    };
    let stamps = Reading {
        edits: &[(
            "done_by(day(o.order_delivered_customer_date), day(o.order_estimated_delivery_date))",
            "done_by(o.order_delivered_customer_date, o.order_estimated_delivery_date)",
        )],
        of: |value| value.more.contains_key("by_time_stamp"),
        ..AS_WRITTEN
    };
    compare("04-orders", "orders", Some("2018-10-17"), &[days, stamps]);
}

#[test]
fn city_complaints() {
    compare("05-complaints", "complaints", Some("2025-01-09"), &[AS_WRITTEN]);
}
