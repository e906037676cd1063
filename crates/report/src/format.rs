//! Numbers, states and dates in words.

use bellwether::measure::State;
use bellwether::report::{Cell, MetricResult, Value};

use crate::document::{Run, Tone};

pub use bellwether::report::words::{difference, number, significant, state, stated, whole, with_unit};

/// The value of a cell with its flag, or the word for why there is none.
#[must_use]
pub fn value(cell: &Cell, decimals: u32) -> Run {
    match (cell.value, cell.state) {
        (Some(value), State::TooFew) => Run::new(format!("{} (few)", number(value, decimals)), Tone::Warn),
        (Some(value), State::Stale) => Run::new(format!("{} (stale)", number(value, decimals)), Tone::Warn),
        (Some(value), _) => Run::plain(number(value, decimals)),
        (None, state_of) => Run::new(state(state_of), Tone::Muted),
    }
}

/// The interval of a cell: `71.2 to 77.8`.
#[must_use]
pub fn interval(cell: &Cell, decimals: u32) -> String {
    cell.interval.as_ref().map_or_else(String::new, |interval| {
        format!(
            "{} to {}",
            number(interval.low, decimals),
            number(interval.high, decimals)
        )
    })
}

/// From one number to another: `71.2 to 77.8`.
#[must_use]
pub fn between(low: f64, high: f64) -> String {
    format!("{} to {}", significant(low), significant(high))
}

/// Rows used; of a ratio both counts.
#[must_use]
pub fn rows(cell: &Cell) -> String {
    match cell.n_denominator {
        Some(denominator) => format!("{} / {}", whole(cell.n), whole(denominator)),
        None => whole(cell.n),
    }
}

/// A plain value of a row; numbers without trailing zeros.
#[must_use]
pub fn plain(value: &Value) -> String {
    match value {
        Value::Missing => "-".to_owned(),
        Value::Bool(value) => if *value { "true" } else { "false" }.to_owned(),
        Value::Int(value) => value.to_string(),
        Value::Float(value) => stated(*value),
        Value::Text(value) => value.clone(),
    }
}

/// How many decimals the fractions of a column need: one where the numbers are tens and more, two below, none where all
/// are whole.
pub(crate) fn column_decimals<'a>(values: impl Iterator<Item = &'a Value>) -> u32 {
    let fractions = values.filter_map(|value| match value {
        Value::Float(value) => Some(*value),
        _ => None,
    });
    let (mut largest, mut whole) = (0.0_f64, true);
    for value in fractions {
        largest = largest.max(value.abs());
        whole &= value == value.trunc();
    }
    match (whole, largest >= 10.0) {
        (true, _) => 0,
        (false, true) => 1,
        (false, false) => 2,
    }
}

/// A plain value of a row in a column of so many decimals.
pub(crate) fn in_column(value: &Value, decimals: u32) -> String {
    match value {
        Value::Float(value) => number(*value, decimals),
        Value::Int(value) if decimals > 0 => number(*value as f64, decimals),
        other => plain(other),
    }
}

/// Unit and value of a metric's headline in one text.
#[must_use]
pub fn headline(metric: &MetricResult) -> String {
    let text = value(&metric.headline, metric.decimals).text;
    if metric.headline.value.is_some() {
        with_unit(&text, metric.unit.as_deref())
    } else {
        text
    }
}

/// A name as it begins a line: with a capital, unless its second letter is one (`eNPS`).
#[must_use]
pub fn title(name: &str) -> String {
    let mut chars = name.chars();
    match (chars.next(), chars.clone().next()) {
        (Some(first), Some(second)) if second.is_uppercase() => format!("{first}{}", chars.as_str()),
        (Some(first), _) => format!("{}{}", first.to_uppercase(), chars.as_str()),
        (None, _) => String::new(),
    }
}
