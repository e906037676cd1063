//! Numbers in words, the same in every drawing: grouped thousands, fixed decimals, never `-0`.

use crate::measure::State;

/// A number with so many decimals and commas between thousands: `12,345.6`. A half rounds away from zero, as people round:
/// what is rounded is the shortest decimal text of the number, so that 2.675 gives `2.68` though its binary lies below.
/// `-0.0` is `0.0`.
///
/// ```
/// assert_eq!(bellwether::report::words::number(-1234.56, 1), "-1,234.6");
/// assert_eq!(bellwether::report::words::number(12.5, 0), "13");
/// assert_eq!(bellwether::report::words::number(-0.04, 1), "0.0");
/// ```
#[must_use]
pub fn number(value: f64, decimals: u32) -> String {
    let text = value.abs().to_string();
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let (whole, fraction) = rounded(whole, fraction, decimals as usize);
    let mut grouped = grouped(&whole);
    if !fraction.is_empty() {
        grouped.push('.');
        grouped.push_str(&fraction);
    }
    let zero = grouped.chars().all(|c| matches!(c, '0' | '.' | ','));
    if zero || value > 0.0 {
        grouped
    } else {
        format!("-{grouped}")
    }
}

/// Digits before and behind the point, rounded to so many behind it.
fn rounded(whole: &str, fraction: &str, decimals: usize) -> (String, String) {
    let up = fraction.as_bytes().get(decimals).is_some_and(|digit| *digit >= b'5');
    let kept: String = fraction.chars().chain(std::iter::repeat('0')).take(decimals).collect();
    let mut digits: Vec<u8> = whole.bytes().chain(kept.bytes()).collect();
    let mut carry = up;
    for digit in digits.iter_mut().rev() {
        if !carry {
            break;
        }
        carry = *digit == b'9';
        *digit = if carry { b'0' } else { *digit + 1 };
    }
    let mut whole: String = digits.iter().map(|digit| char::from(*digit)).collect();
    let fraction = whole.split_off(whole.len() - decimals);
    if carry {
        whole.insert(0, '1');
    }
    (whole, fraction)
}

/// Digits with commas between thousands.
fn grouped(digits: &str) -> String {
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
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
    grouped(&count.to_string())
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> f64 {
        text.replace(',', "").parse().expect("a number")
    }

    #[test]
    fn halves_round_away_from_zero() {
        let cases = [
            (0.5, 0, "1"),
            (2.5, 0, "3"),
            (-2.5, 0, "-3"),
            (0.25, 1, "0.3"),
            // Below the half in binary, the half in the text that people see.
            (2.675, 2, "2.68"),
            (1.005, 2, "1.01"),
            (999.95, 1, "1,000.0"),
            (0.049, 1, "0.0"),
            (-0.049, 1, "0.0"),
            (1e15 + 0.5, 0, "1,000,000,000,000,001"),
            (0.0, 2, "0.00"),
        ];
        for (value, decimals, text) in cases {
            assert_eq!(number(value, decimals), text);
        }
    }

    proptest! {
        /// What is shown is at most half a unit of its last decimal away.
        #[test]
        fn nothing_is_moved_by_more_than_half_a_unit(value in -1e9..1e9_f64, decimals in 0_u32..6) {
            let unit = 1.0 / f64::from(10_u32.pow(decimals));
            let shown = read(&number(value, decimals));
            prop_assert!((shown - value).abs() <= unit / 2.0 + 1e-6 * unit + value.abs() * 1e-15);
        }

        /// Every half, written as text, goes away from zero, on both sides.
        #[test]
        fn every_half_goes_away_from_zero(whole in 0_u32..1_000_000, decimals in 0_usize..5) {
            let digits = format!("{whole:0width$}", width = decimals + 1);
            let (before, behind) = digits.split_at(digits.len() - decimals);
            let half: f64 = format!("{before}.{behind}5").parse().expect("a number");
            let up = number(half, decimals as u32);
            let unit = 1.0 / f64::from(10_u32.pow(decimals as u32));
            prop_assert!(read(&up) > half, "{half} is shown as {up}");
            prop_assert!((read(&up) - half - unit / 2.0).abs() < 1e-6 * unit + half * 1e-15);
            prop_assert_eq!(number(-half, decimals as u32), format!("-{up}"));
        }

        /// Order is kept, and what was rounded stays as it is.
        #[test]
        fn order_is_kept_and_rounding_twice_is_rounding_once(
            a in -1e12..1e12_f64,
            b in -1e12..1e12_f64,
            decimals in 0_u32..6,
        ) {
            let (low, high) = (number(a.min(b), decimals), number(a.max(b), decimals));
            prop_assert!(read(&low) <= read(&high));
            prop_assert_eq!(number(read(&low), decimals), low);
        }

        /// Any float is shown by digits, commas, one point and a sign.
        #[test]
        fn every_float_has_a_plain_text(value in proptest::num::f64::NORMAL | proptest::num::f64::SUBNORMAL | proptest::num::f64::ZERO, decimals in 0_u32..8) {
            let text = number(value, decimals);
            let plain = text.strip_prefix('-').unwrap_or(&text);
            prop_assert!(plain.chars().all(|c| c.is_ascii_digit() || c == ',' || c == '.'), "{text}");
            prop_assert_eq!(plain.split_once('.').map_or(0, |(_, behind)| behind.len()), decimals as usize);
        }
    }
}
