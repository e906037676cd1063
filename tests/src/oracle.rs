//! Values computed without the engine, and a report's values to hold against them.

use std::collections::BTreeMap;
use std::fs;

use serde::Deserialize;
use serde_json::Value;

/// A value that the engine must reach.
#[derive(Debug, Clone, Deserialize)]
pub struct Expected {
    /// Metric, outcome or score.
    #[serde(default)]
    pub metric: String,
    /// Label of the period; absent: the total.
    pub period: Option<String>,
    /// Segment and value; empty: all rows.
    #[serde(default, alias = "cut")]
    pub segment: BTreeMap<String, String>,
    /// The value; absent: missing.
    pub value: Option<f64>,
    /// Rows used.
    pub n: Option<u64>,
    /// Rows skipped.
    pub skipped: Option<u64>,
    /// Lower limit of the 95 % interval.
    pub low: Option<f64>,
    /// Upper limit.
    pub high: Option<f64>,
    /// Whatever else the oracle says: `card`, `entity`, `state`, `weighted`, ...
    #[serde(flatten)]
    pub more: BTreeMap<String, Value>,
}

impl Expected {
    /// Whether it is a value of that card, in a file of several cards.
    #[must_use]
    pub fn is_of(&self, card: &str) -> bool {
        self.more.get("card").and_then(Value::as_str) == Some(card)
    }

    /// The key of the row whose score it is, where it is that of a row.
    #[must_use]
    pub fn entity(&self) -> Option<&str> {
        self.more.get("entity").and_then(Value::as_str)
    }
}

/// The values of `tests/oracle/NAME.json`.
///
/// # Panics
///
/// When the file cannot be read.
#[must_use]
pub fn values(name: &str) -> Vec<Expected> {
    #[derive(Deserialize)]
    struct File {
        values: Vec<Expected>,
    }
    let path = crate::card::root().join(format!("tests/oracle/{name}.json"));
    let text = fs::read_to_string(&path).unwrap_or_else(|why| panic!("{}: {why}", path.display()));
    let file: File = serde_json::from_str(&text).unwrap_or_else(|why| panic!("{}: {why}", path.display()));
    file.values
}

/// The values of the bundled example, `tests/oracle/subscriber-health.json`.
///
/// # Panics
///
/// When the file cannot be read.
#[must_use]
pub fn example() -> Vec<Expected> {
    #[derive(Deserialize)]
    struct File {
        cells: BTreeMap<String, Vec<Expected>>,
    }
    let path = crate::card::root().join("tests/oracle/subscriber-health.json");
    let text = fs::read_to_string(&path).unwrap_or_else(|why| panic!("{}: {why}", path.display()));
    let file: File = serde_json::from_str(&text).unwrap_or_else(|why| panic!("{}: {why}", path.display()));
    let named = file.cells.into_iter();
    named
        .flat_map(|(metric, cells)| {
            let name = move |cell| Expected {
                metric: metric.clone(),
                ..cell
            };
            cells.into_iter().map(name)
        })
        .collect()
}

/// A report as JSON, with its cells found by name.
#[derive(Debug)]
pub struct Cells {
    cells: BTreeMap<Address, Value>,
}

/// Metric, period, segments.
type Address = (String, Option<String>, BTreeMap<String, String>);

impl Cells {
    /// The cells of metrics and scores of a report, given as its JSON.
    #[must_use]
    pub fn of(report: &Value) -> Self {
        let mut cells = BTreeMap::new();
        for kind in ["metrics", "scores"] {
            let all = report.pointer(&format!("/results/{kind}")).and_then(Value::as_array);
            for metric in all.into_iter().flatten() {
                let name = text(metric, "name").unwrap_or_default();
                for cell in metric.get("cells").and_then(Value::as_array).into_iter().flatten() {
                    let segments = cell.get("segments").and_then(Value::as_object).into_iter().flatten();
                    let segments = segments.map(|(key, value)| (key.clone(), value.as_str().unwrap_or("").to_owned()));
                    cells.insert((name.clone(), text(cell, "period"), segments.collect()), cell.clone());
                }
            }
        }
        Self { cells }
    }

    /// The cell of an expected value.
    #[must_use]
    pub fn get(&self, expected: &Expected) -> Option<&Value> {
        self.cells.get(&(
            expected.metric.clone(),
            expected.period.clone(),
            expected.segment.clone(),
        ))
    }

    /// What is wrong with the cell of an expected value; `None`: nothing.
    #[must_use]
    pub fn wrong(&self, expected: &Expected) -> Option<String> {
        let place = format!(
            "{} {} {:?}",
            expected.metric,
            expected.period.as_deref().unwrap_or("total"),
            expected.segment
        );
        let Some(cell) = self.get(expected) else {
            // No rows and no cell say the same.
            return (expected.value.is_some()).then(|| format!("{place}: there is no such cell"));
        };
        let number = |key: &str| cell.get(key).and_then(Value::as_f64);
        if !close(number("value"), expected.value) {
            return Some(format!(
                "{place}: {:?}, and {:?} expected ({})",
                number("value"),
                expected.value,
                state(cell)
            ));
        }
        for (key, wanted) in [("n", expected.n), ("skipped", expected.skipped)] {
            let got = cell.get(key).and_then(Value::as_u64);
            if wanted.is_some() && got != wanted {
                return Some(format!("{place}: {key} {got:?}, and {wanted:?} expected"));
            }
        }
        let limit = |key: &str| cell.pointer(&format!("/interval/{key}")).and_then(Value::as_f64);
        for (key, wanted) in [("low", expected.low), ("high", expected.high)] {
            if wanted.is_some() && limit(key).is_some() && !near(limit(key), wanted, 1e-7) {
                return Some(format!("{place}: {key} {:?}, and {wanted:?} expected", limit(key)));
            }
        }
        None
    }
}

fn state(cell: &Value) -> &str {
    cell.get("state").and_then(Value::as_str).unwrap_or("no state")
}

fn text(value: &Value, key: &str) -> Option<String> {
    value.get(key).and_then(Value::as_str).map(str::to_owned)
}

/// Equal but for the last digits of a differently ordered computation.
#[must_use]
pub fn close(got: Option<f64>, wanted: Option<f64>) -> bool {
    near(got, wanted, 1e-11)
}

fn near(got: Option<f64>, wanted: Option<f64>, share: f64) -> bool {
    match (got, wanted) {
        (None, None) => true,
        (Some(a), Some(b)) => (a - b).abs() <= share * (1.0 + a.abs().max(b.abs())),
        _ => false,
    }
}
