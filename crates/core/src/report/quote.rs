//! What customers say in their own words: chosen by rule, masked, never of too few people.

mod choose;
mod mask;

use bellwether_order::BTreeSet;

use super::explain::plain_value;
use super::model::{Quote, QuoteGroup, QuotesResult};
use crate::data::Values;
use crate::definition::{CivilDate, QuotePick, Quotes};
use crate::measure::{Axes, QuotedGroup, QuotedRows, who};
use crate::score::place;

pub use mask::{Masked, mask};

/// Quotes of a group, where the card does not say how many.
const USUAL: u32 = 3;
/// Rows of a group, newest first, among which the typical ones are looked for.
const LOOKED_AT: usize = 2_000;

/// The quotes of a card's list, chosen and masked.
#[must_use]
pub fn quotes(declared: &Quotes, rows: &QuotedRows, axes: &Axes) -> QuotesResult {
    QuotesResult {
        name: declared.name.value.clone(),
        table: declared.text.table.clone(),
        column: declared.text.path.join("."),
        audience: declared.audience.clone(),
        pick: declared.pick,
        period: rows
            .period
            .and_then(|period| place::label(axes, period))
            .map(|label| label.to_string()),
        by: match &declared.by {
            Some(crate::definition::QuoteGroups::Segment(segment)) => Some(segment.value.clone()),
            _ => None,
        },
        columns: rows.beside.iter().map(|(name, _)| name.clone()).collect(),
        groups: rows
            .groups
            .iter()
            .map(|group| of_group(declared, rows, group))
            .collect(),
    }
}

fn of_group(declared: &Quotes, rows: &QuotedRows, group: &QuotedGroup) -> QuoteGroup {
    let most = declared.limit.unwrap_or(USUAL) as usize;
    let text = |row: u32| match &rows.text.values {
        Values::Text(text) => text.get(row as usize),
        _ => "",
    };
    let candidates = each_once(rows, group, &text);
    let texts: Vec<&str> = candidates.iter().take(LOOKED_AT).map(|row| text(*row)).collect();
    let chosen: Vec<u32> = match declared.pick {
        QuotePick::Newest => candidates.into_iter().take(most).collect(),
        QuotePick::Typical => choose::typical(&texts, most)
            .into_iter()
            .filter_map(|at| candidates.get(at).copied())
            .collect(),
    };
    QuoteGroup {
        label: group.label.clone(),
        hidden: group.hidden,
        said: (!rows.anonymous).then_some(group.rows.len() as u64),
        quotes: chosen
            .into_iter()
            .map(|row| {
                let masked = mask(text(row));
                Quote {
                    text: masked.text,
                    masked: masked.places,
                    date: rows
                        .days
                        .as_ref()
                        .and_then(|days| days.day(row as usize))
                        .map(CivilDate),
                    beside: rows
                        .beside
                        .iter()
                        .map(|(_, column)| plain_value(column, row as usize))
                        .collect(),
                }
            })
            .collect(),
    }
}

/// The rows of a group: each text once, and where people are to stay unknown, one text of each.
fn each_once<'t>(rows: &'t QuotedRows, group: &QuotedGroup, text: &dyn Fn(u32) -> &'t str) -> Vec<u32> {
    let (mut texts, mut people) = (BTreeSet::new(), BTreeSet::new());
    let mut kept = Vec::new();
    for &row in &group.rows {
        let new_person = match &rows.people {
            None => true,
            Some(column) => who(column, row as usize).is_some_and(|who| people.insert(who)),
        };
        if new_person && texts.insert(text(row).trim().to_lowercase()) {
            kept.push(row);
        }
    }
    kept
}

#[cfg(test)]
mod tests;
