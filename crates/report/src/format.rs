//! Numbers, states and dates in words.

use bellwether::measure::State;
use bellwether::report::{Cell, MetricResult, Value};

use crate::document::{Run, Tone};

/// A number with so many decimals and a thin grouping of thousands: `12,345.6`. Half rounds away from zero in the
/// last decimal as decimal text has it; `-0.0` is `0.0`.
///
/// ```
/// assert_eq!(bellwether_report::format::number(-1234.56, 1), "-1,234.6");
/// assert_eq!(bellwether_report::format::number(-0.04, 1), "0.0");
/// ```
#[must_use]
pub fn number(value: f64, decimals: u32) -> String {
    let text = format!("{value:.*}", decimals as usize);
    let (sign, digits) = text.strip_prefix('-').map_or(("", text.as_str()), |rest| ("-", rest));
    let (whole, fraction) = digits
        .split_once('.')
        .map_or((digits, None), |(whole, fraction)| (whole, Some(fraction)));
    let mut grouped = String::with_capacity(text.len() + whole.len() / 3);
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    if let Some(fraction) = fraction {
        grouped.push('.');
        grouped.push_str(fraction);
    }
    let zero = grouped.chars().all(|c| matches!(c, '0' | '.' | ','));
    if zero { grouped } else { format!("{sign}{grouped}") }
}

/// A number without trailing zeros, for goals that the card states: `80`, `2.5`.
#[must_use]
pub fn stated(value: f64) -> String {
    let text = number(value, 6);
    match text.split_once('.') {
        Some((whole, fraction)) => match fraction.trim_end_matches('0') {
            "" => whole.to_owned(),
            rest => format!("{whole}.{rest}"),
        },
        None => text,
    }
}

/// A number to three digits that tell: `12,346`, `120`, `4.27`, `0.0312`.
///
/// ```
/// assert_eq!(bellwether_report::format::significant(0.031_24), "0.0312");
/// assert_eq!(bellwether_report::format::significant(-4.2), "-4.20");
/// assert_eq!(bellwether_report::format::significant(12_345.6), "12,346");
/// ```
#[must_use]
pub fn significant(value: f64) -> String {
    let size = value.abs();
    let steps = [100.0, 10.0, 1.0, 0.1, 0.01, 0.001, 1e-4, 1e-5, 1e-6];
    let decimals = steps.iter().take_while(|step| size < **step && size > 0.0).count() as u32;
    number(value, decimals)
}

/// A unit as it follows a number: `%` with a thin space, words with a plain one.
#[must_use]
pub fn with_unit(text: &str, unit: Option<&str>) -> String {
    match unit {
        Some(unit) if !unit.is_empty() => format!("{text} {unit}"),
        _ => text.to_owned(),
    }
}

/// A signed difference: `+1.2`, `-0.4`, `0.0`.
#[must_use]
pub fn difference(value: f64, decimals: u32) -> String {
    let text = number(value, decimals);
    let zero = text.chars().all(|c| matches!(c, '0' | '.' | ','));
    if value > 0.0 && !zero { format!("+{text}") } else { text }
}

/// The word for a state.
#[must_use]
pub const fn state(state: State) -> &'static str {
    match state {
        State::Failed => "failed",
        State::Suppressed => "hidden",
        State::Missing => "no data",
        State::NotApplicable => "not applicable",
        State::TooFew => "too few",
        State::Stale => "stale",
        State::Ok => "ok",
    }
}

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

/// Rows used; of a ratio both counts.
#[must_use]
pub fn rows(cell: &Cell) -> String {
    match cell.n_denominator {
        Some(denominator) => format!("{} / {}", whole(cell.n), whole(denominator)),
        None => whole(cell.n),
    }
}

/// A count with grouped thousands.
#[must_use]
pub fn whole(count: u64) -> String {
    let digits = count.to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
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
