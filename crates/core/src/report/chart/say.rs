//! Sentences about values, for those who hear a chart. They say what the numbers say, and no more.

use bellwether_order::Sort;

use super::{Axis, Measured};
use crate::measure::State;
use crate::report::model::{Cell, Change, ChangeVerdict};
use crate::report::words::{difference, goal, number, state, with_unit};

/// A value with unit: `40.7 points`; without one, the word for why.
pub(super) fn value(measured: &Measured, axis: &Axis) -> String {
    match measured.value {
        Some(value) => {
            let text = with_unit(&number(value, axis.decimals), axis.unit.as_deref());
            match measured.state {
                State::TooFew => format!("{text} (too few answers to rely on)"),
                State::Stale => format!("{text} (stale)"),
                _ => text,
            }
        }
        None => state(measured.state).to_owned(),
    }
}

/// The range in brackets with a blank before it, or nothing.
pub(super) fn range(measured: &Measured, axis: &Axis) -> String {
    match (measured.low, measured.high) {
        (Some(low), Some(high)) => format!(
            " (range {} to {})",
            number(low, axis.decimals),
            number(high, axis.decimals)
        ),
        _ => String::new(),
    }
}

/// Whether a change is real: a sentence, or nothing where there is no change to speak of.
pub(super) fn change(change: &Change, decimals: u32) -> String {
    let way = match change.better {
        Some(true) => ", for the better",
        Some(false) => ", for the worse",
        None => "",
    };
    match change.verdict {
        ChangeVerdict::Up | ChangeVerdict::Down => format!(
            " The change of {} against {} is more than noise{way}.",
            difference(change.difference, decimals),
            change.from
        ),
        ChangeVerdict::NoChangeShown => format!(" Against {}, noise alone can explain the change.", change.from),
        ChangeVerdict::NotTested => String::new(),
    }
}

/// Whether the target is met: a sentence, or nothing without a target.
pub(super) fn target(cell: &Cell, decimals: u32) -> String {
    match (cell.target, cell.target_met) {
        (Some(target), Some(true)) => format!(" The target of {} is met.", goal(target, decimals)),
        (Some(target), Some(false)) => format!(" The target of {} is not met.", goal(target, decimals)),
        _ => String::new(),
    }
}

/// The best and the worst of named values, and whether their ranges overlap: a sentence. Values that rest on too few
/// answers are not compared.
pub(super) fn extremes<'m>(
    named: impl Iterator<Item = (String, &'m Measured)>,
    axis: &Axis,
    lower_is_better: Option<bool>,
) -> String {
    let mut known: Vec<(f64, String, &Measured)> = named
        .filter_map(|(name, measured)| Some((measured.dependable()?, name, measured)))
        .collect();
    known.order_by(|a, b| a.0.total_cmp(&b.0).then_with(|| a.1.cmp(&b.1)));
    let (Some(low), Some(high)) = (known.first(), known.last()) else {
        return " None has enough answers to be compared.".to_owned();
    };
    if known.len() == 1 {
        return format!(" Only {} has enough answers: {}.", low.1, value(low.2, axis));
    }
    if number(low.0, axis.decimals) == number(high.0, axis.decimals) {
        return format!(" All show {}.", value(low.2, axis));
    }
    let (first, last, words) = match lower_is_better {
        Some(true) => (low, high, ("Best", "worst")),
        Some(false) => (high, low, ("Best", "worst")),
        None => (high, low, ("Highest", "lowest")),
    };
    let mut text = format!(
        " {}: {} with {}; {}: {} with {}.",
        words.0,
        first.1,
        value(first.2, axis),
        words.1,
        last.1,
        value(last.2, axis)
    );
    if let (Some(top), Some(bottom)) = (low.2.high, high.2.low) {
        text.push_str(if top >= bottom {
            " The ranges of the two overlap."
        } else {
            " The ranges of the two do not overlap."
        });
    }
    text
}

/// How many values are hidden or rest on too few answers: a sentence, or nothing.
pub(super) fn gaps<'m>(measured: impl Iterator<Item = &'m Measured>) -> String {
    let (mut hidden, mut few, mut empty, mut all) = (0_u64, 0_u64, 0_u64, 0_u64);
    for one in measured {
        all += 1;
        match one.state {
            State::Suppressed => hidden += 1,
            State::TooFew => few += 1,
            State::Ok | State::Stale => {}
            State::Missing | State::NotApplicable | State::Failed => empty += 1,
        }
    }
    let mut parts = Vec::new();
    if few > 0 {
        parts.push(format!(
            "{few} {} on too few answers",
            if few == 1 { "rests" } else { "rest" }
        ));
    }
    if hidden > 0 {
        parts.push(format!("{hidden} {} hidden", if hidden == 1 { "is" } else { "are" }));
    }
    if empty > 0 {
        parts.push(format!("{empty} {} no value", if empty == 1 { "has" } else { "have" }));
    }
    if parts.is_empty() {
        String::new()
    } else {
        format!(" Of {all} values {}.", parts.join(", "))
    }
}
