//! Numbers as charts write them.

use bellwether::measure::State;
use bellwether::report::chart::{Axis, Measured};
use bellwether::report::words;

/// Beyond this a number has no room.
const LONGEST: f64 = 1e12;

/// A value with its decimals.
pub(crate) fn figure(value: f64, decimals: u32) -> String {
    if value.abs() >= LONGEST {
        format!("{value:.2e}")
    } else {
        words::number(value, decimals)
    }
}

/// A number in little room: `120 k`, `1.5 M`.
pub(crate) fn short(value: f64, decimals: u32) -> String {
    match unit(value.abs()) {
        Some((unit, word)) => format!("{} {word}", trimmed(value / unit)),
        None => figure(value, decimals),
    }
}

/// Two decimals at most, and no trailing zeros.
fn trimmed(value: f64) -> String {
    let text = words::number(value, 2);
    match text.split_once('.') {
        Some((whole, fraction)) => match fraction.trim_end_matches('0') {
            "" => whole.to_owned(),
            rest => format!("{whole}.{rest}"),
        },
        None => text,
    }
}

/// A tick of an axis; all of an axis are in the same thousands or millions.
pub(crate) fn tick(axis: &Axis, value: f64) -> String {
    let largest = axis.low.abs().max(axis.high.abs());
    if value == 0.0 || largest >= LONGEST {
        return figure(value, if value == 0.0 { 0 } else { axis.tick_decimals });
    }
    match unit(largest) {
        Some((unit, word)) => format!("{} {word}", trimmed(value / unit)),
        None => figure(value, axis.tick_decimals),
    }
}

/// The thousands, millions or billions that a size is told in.
fn unit(size: f64) -> Option<(f64, &'static str)> {
    let units = [(1e9, 1e9, "bn"), (1e6, 1e6, "M"), (1e5, 1e3, "k")];
    let found = units.iter().find(|(least, _, _)| size >= *least && size < LONGEST);
    found.map(|(_, unit, word)| (*unit, *word))
}

/// A value of an axis: money and counts short, everything else with its decimals.
pub(crate) fn on(axis: &Axis, value: f64) -> String {
    short(value, axis.decimals)
}

/// A value, or the word for why there is none.
pub(crate) fn value(measured: &Measured, axis: &Axis) -> String {
    match measured.value {
        Some(value) => on(axis, value),
        None => words::state(measured.state).to_owned(),
    }
}

/// A value in words, for the text that appears when one points at it: value and unit, range, n, state.
pub(crate) fn told(name: &str, measured: &Measured, axis: &Axis) -> String {
    let mut text = format!("{name}: ");
    match measured.value {
        Some(value) => text.push_str(&words::with_unit(&figure(value, axis.decimals), axis.unit.as_deref())),
        None => text.push_str(words::state(measured.state)),
    }
    if let (Some(low), Some(high)) = (measured.low, measured.high) {
        text.push_str(&format!(
            ", range {} to {}",
            figure(low, axis.decimals),
            figure(high, axis.decimals)
        ));
    }
    if let Some(n) = measured.n {
        text.push_str(&format!(", n {}", words::whole(n)));
    }
    if measured.value.is_some() && measured.state != State::Ok {
        text.push_str(&format!(", {}", words::state(measured.state)));
    }
    text
}

/// Whether a value may be compared: enough answers, not stale.
pub(crate) fn solid(measured: &Measured) -> bool {
    measured.state == State::Ok
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_numbers_are_short() {
        assert_eq!(short(1_500_000.0, 0), "1.5 M");
        assert_eq!(short(-120_000.0, 0), "-120 k");
        assert_eq!(short(12_345.0, 0), "12,345");
        assert_eq!(short(2e300, 0), "2.00e300");
    }
}
