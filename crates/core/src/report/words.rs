//! Numbers in words, the same in every drawing: grouped thousands, fixed decimals, never `-0`.

use crate::measure::State;

/// A number with so many decimals and grouped thousands: `12,345.6`. Half rounds away from zero in the last decimal as
/// decimal text has it; `-0.0` is `0.0`.
///
/// ```
/// assert_eq!(bellwether::report::words::number(-1234.56, 1), "-1,234.6");
/// assert_eq!(bellwether::report::words::number(-0.04, 1), "0.0");
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
///
/// ```
/// assert_eq!(bellwether::report::words::stated(2.50), "2.5");
/// ```
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

/// A goal: as the card states it, or with the decimals of its metric where it was measured.
///
/// ```
/// assert_eq!(bellwether::report::words::goal(85.0, 1), "85");
/// assert_eq!(bellwether::report::words::goal(2.668_539, 2), "2.67");
/// ```
#[must_use]
pub fn goal(value: f64, decimals: u32) -> String {
    let text = stated(value);
    let fraction = text.split_once('.').map_or(0, |(_, fraction)| fraction.len());
    if fraction > decimals as usize {
        number(value, decimals)
    } else {
        text
    }
}

/// A number to three digits that tell: `12,346`, `120`, `4.27`, `0.0312`.
///
/// ```
/// assert_eq!(bellwether::report::words::significant(0.031_24), "0.0312");
/// assert_eq!(bellwether::report::words::significant(-4.2), "-4.20");
/// assert_eq!(bellwether::report::words::significant(12_345.6), "12,346");
/// ```
#[must_use]
pub fn significant(value: f64) -> String {
    number(value, significant_decimals(value))
}

/// How many decimals show three digits that tell.
#[must_use]
pub fn significant_decimals(value: f64) -> u32 {
    let size = value.abs();
    let steps = [100.0, 10.0, 1.0, 0.1, 0.01, 0.001, 1e-4, 1e-5, 1e-6];
    steps.iter().take_while(|step| size < **step && size > 0.0).count() as u32
}

/// A signed difference: `+1.2`, `-0.4`, `0.0`.
#[must_use]
pub fn difference(value: f64, decimals: u32) -> String {
    let text = number(value, decimals);
    let zero = text.chars().all(|c| matches!(c, '0' | '.' | ','));
    if value > 0.0 && !zero { format!("+{text}") } else { text }
}

/// A number with its unit: `74.5 %`, `35.00 USD per customer`.
#[must_use]
pub fn with_unit(text: &str, unit: Option<&str>) -> String {
    match unit {
        Some(unit) if !unit.is_empty() => format!("{text} {unit}"),
        _ => text.to_owned(),
    }
}

/// A count with its noun: `1 month`, `1,200 rows`. The noun takes an `s`.
///
/// ```
/// assert_eq!(bellwether::report::words::counted(2, "month"), "2 months");
/// ```
#[must_use]
pub fn counted(count: u64, noun: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{} {noun}{plural}", whole(count))
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

/// The first of a sentence in upper case.
#[must_use]
pub fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => String::new(),
    }
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
