//! Which rows count: those dated by the as-of date, the latest of each key, one of several equal ones; and unique keys.

use std::cmp::Ordering;

use bellwether_order::Sort;

use super::column::{Column, Values};
use super::dataset::NO_ROW;
use super::facts::unknown_column;
use super::frame::{Frame, count};
use super::keys::{KeyIds, key_ids};
use crate::definition::{ColumnType, Table};
use crate::diagnostic::{Diagnostic, Span, Spanned, codes};

/// Drops rows dated after `as_of`. A coarse date is the first day of what it covers.
pub(super) fn drop_later(frame: &mut Frame, date: &str, as_of: i32, threads: usize) {
    let ends = frame.day_ends(date, threads);
    let Some(column) = frame
        .column(date)
        .filter(|_| ends.is_some_and(|(_, last)| last > as_of))
    else {
        return;
    };
    let later = |row: usize| column.day(row).is_some_and(|day| day > as_of);
    let rows: Vec<u32> = (0..frame.rows)
        .filter(|&row| !later(row))
        .map(|row| row as u32)
        .collect();
    frame.dropped_later = (frame.rows - rows.len()) as u64;
    frame.keep(&rows);
}

/// The columns of that name, or none when one is not there (and reported).
fn columns<'f>(frame: &'f Frame, names: &[Spanned<String>], findings: &mut Vec<Diagnostic>) -> Option<Vec<&'f Column>> {
    let mut found = Vec::new();
    for name in names {
        match frame.column(&name.value) {
            Some(column) => found.push(column),
            None => findings.push(unknown_column(frame, &name.value, name.span)),
        }
    }
    (found.len() == names.len()).then_some(found)
}

/// Keeps the latest row of each key, by the columns of `latest_by`, ties going to the next column. A row in which such
/// a column is missing counts as later than all: a case without closing date is still open. Text may settle a tie: there a
/// row that says something counts as later than one that is silent.
pub(super) fn keep_latest(frame: &mut Frame, table: &Table, findings: &mut Vec<Diagnostic>) {
    let Some(first) = table.latest_by.first() else { return };
    if table.key.is_empty() {
        findings.push(
            Diagnostic::error(
                codes::BAD_SETTING,
                "`latest_by` keeps the latest row of each key, and there is no key",
            )
            .at(first.span)
            .help("declare the key too: `.key(\"number\")`"),
        );
        return;
    }
    let (Some(key), Some(by)) = (
        columns(frame, &table.key, findings),
        columns(frame, &table.latest_by, findings),
    ) else {
        return;
    };
    if let Some(column) = by.first()
        && is_text(column)
        && column.missing_count() < column.len()
    {
        let finding = super::dates::advise(frame, &first.value, column).at(first.span);
        findings.push(finding);
        return;
    }
    let ids = key_ids(&key);
    let mut latest = vec![NO_ROW; ids.count];
    let mut tied = vec![false; ids.count];
    for (row, &id) in ids.of.iter().enumerate() {
        let (Some(best), Some(tie)) = (latest.get_mut(id as usize), tied.get_mut(id as usize)) else {
            continue;
        };
        if *best == NO_ROW {
            *best = row as u32;
            continue;
        }
        match by
            .iter()
            .map(|column| later(column, row, *best as usize))
            .find(|order| order.is_ne())
        {
            Some(Ordering::Greater) => {
                *best = row as u32;
                *tie = false;
            }
            Some(_) => {}
            None if same_row(frame, row, *best as usize) => {}
            None => *tie = true,
        }
    }
    report_ties(frame, table, &ids, &latest, &tied, findings);
    let rows: Vec<u32> = ids
        .of
        .iter()
        .enumerate()
        .filter(|(row, id)| latest.get(**id as usize).is_none_or(|&best| best as usize == *row))
        .map(|(row, _)| row as u32)
        .collect();
    if rows.len() < frame.rows {
        frame.superseded += (frame.rows - rows.len()) as u64;
        frame.keep(&rows);
    }
}

fn report_ties(
    frame: &Frame,
    table: &Table,
    ids: &KeyIds,
    latest: &[u32],
    tied: &[bool],
    findings: &mut Vec<Diagnostic>,
) {
    // A tie that a later row won is none.
    let rows: Vec<usize> = latest
        .iter()
        .zip(tied)
        .filter(|(_, tie)| **tie)
        .map(|(&row, _)| row as usize)
        .collect();
    let Some(first) = rows.iter().min() else { return };
    debug_assert!(ids.of.len() == frame.rows);
    let by: Vec<String> = table.latest_by.iter().map(|name| format!("`{}`", name.value)).collect();
    let span = table.latest_by.first().map_or(table.name.span, |name| name.span);
    let message = format!(
        "{} of `{}` have several different rows that are latest by {}: {}",
        plural(rows.len() as u64, "key", "keys"),
        frame.name,
        by.join(" and "),
        key_list(frame, table, &rows)
    );
    findings.push(
        Diagnostic::error(codes::AMBIGUOUS_LATEST, message)
            .at(span)
            .in_data(key_place(frame, table, *first))
            .help("name a further column that tells them apart: `.latest_by(\"updated_at\", \"version\")`"),
    );
}

fn plural(number: u64, one: &str, many: &str) -> String {
    format!("{} {}", count(number), if number == 1 { one } else { many })
}

fn is_text(column: &Column) -> bool {
    column.column_type() == ColumnType::Text
}

/// Which row is later by a column: missing is later than any value, but a text that is missing says less than one that is
/// there.
fn later(column: &Column, left: usize, right: usize) -> Ordering {
    let order = compare(column, left, right);
    let silent = is_text(column) && column.is_valid(left) != column.is_valid(right);
    if silent { order.reverse() } else { order }
}

/// Missing comes after any value.
fn compare(column: &Column, left: usize, right: usize) -> Ordering {
    match (column.is_valid(left), column.is_valid(right)) {
        (false, false) => Ordering::Equal,
        (false, true) => Ordering::Greater,
        (true, false) => Ordering::Less,
        (true, true) => match &column.values {
            Values::Bool(values) => values.value(left).cmp(&values.value(right)),
            Values::Int(values) => values.get(left).cmp(&values.get(right)),
            Values::Float(values) => {
                let at = |row: usize| values.get(row).copied().unwrap_or(0.0);
                at(left).total_cmp(&at(right))
            }
            Values::Text(text) => text.get(left).cmp(text.get(right)),
            Values::Date(values) => values.get(left).cmp(&values.get(right)),
            Values::Timestamp(values) => values.get(left).cmp(&values.get(right)),
        },
    }
}

fn same_row(frame: &Frame, left: usize, right: usize) -> bool {
    frame
        .columns
        .iter()
        .all(|(_, column)| compare(column, left, right) == Ordering::Equal)
}

/// Of rows equal in the columns of `distinct_by` keeps the first; rows that differ elsewhere are an error.
pub(super) fn keep_distinct(frame: &mut Frame, table: &Table, findings: &mut Vec<Diagnostic>) {
    let Some(first) = table.distinct_by.first() else { return };
    let Some(by) = columns(frame, &table.distinct_by, findings) else {
        return;
    };
    let ids = key_ids(&by);
    let mut kept = vec![NO_ROW; ids.count];
    let mut rows = Vec::new();
    let mut different = Vec::new();
    for (row, &id) in ids.of.iter().enumerate() {
        match kept.get_mut(id as usize) {
            Some(slot) if *slot == NO_ROW => *slot = row as u32,
            Some(slot) if same_row(frame, row, *slot as usize) => continue,
            Some(_) => different.push(row),
            None => {}
        }
        rows.push(row as u32);
    }
    if let Some(&row) = different.first() {
        let names: Vec<String> = table
            .distinct_by
            .iter()
            .map(|name| format!("`{}`", name.value))
            .collect();
        let message = format!(
            "{} of `{}` equal an earlier one in {} and differ in other columns: {}",
            plural(different.len() as u64, "row", "rows"),
            frame.name,
            names.join(" and "),
            value_list(frame, &table.distinct_by, &different)
        );
        findings.push(
            Diagnostic::error(codes::DUPLICATE_KEY, message)
                .at(first.span)
                .in_data(frame.place(
                    row,
                    &first.value,
                    by.first().map(|column| column.display(row)).unwrap_or_default(),
                ))
                .help(
                    "only rows that are the same throughout are dropped; `.latest_by(..)` keeps the latest of each key",
                ),
        );
        return;
    }
    if rows.len() < frame.rows {
        frame.superseded += (frame.rows - rows.len()) as u64;
        frame.keep(&rows);
    }
}

/// Reports keys that repeat, and rows without their key.
pub(super) fn check_key(frame: &Frame, table: &Table, findings: &mut Vec<Diagnostic>) {
    if table.key.is_empty() {
        return;
    }
    let Some(key) = columns(frame, &table.key, findings) else {
        return;
    };
    let ids = key_ids(&key);
    let mut seen = vec![0_u32; ids.count];
    let mut without = 0_u64;
    let mut repeated = Vec::new();
    for (row, &id) in ids.of.iter().enumerate() {
        match seen.get_mut(id as usize) {
            Some(rows) => {
                *rows += 1;
                if *rows == 2 {
                    repeated.push(row);
                }
            }
            None => without += 1,
        }
    }
    let span = table.key.first().map_or(table.name.span, |key| key.span);
    let names: Vec<String> = table.key.iter().map(|key| format!("`{}`", key.value)).collect();
    let names = names.join(" and ");
    if without > 0 {
        findings.push(
            Diagnostic::warning(
                codes::ORPHANS,
                format!(
                    "{} of `{}` have no {names}: nothing can belong to them",
                    plural(without, "row", "rows"),
                    frame.name
                ),
            )
            .at(span),
        );
    }
    let Some(&row) = repeated.first() else { return };
    let rows: u64 = seen.iter().map(|&rows| u64::from(rows)).sum();
    let keys = seen.iter().filter(|rows| **rows > 0).count() as u64;
    let extra = rows - keys;
    let message = format!(
        "the key {names} of `{}` repeats: {} rows have {} different keys; {}",
        frame.name,
        count(rows),
        count(keys),
        key_list(frame, table, &repeated)
    );
    let each = rows as f64 / keys as f64;
    let help = if each >= 1.5 {
        let date = table
            .date
            .as_ref()
            .map_or("updated_at", |date| date.column.value.as_str());
        let name = table.key.first().map_or("", |key| key.value.as_str());
        format!(
            "{name} repeats {each:.1} times: one row per {}? `.latest_by(\"{date}\")` keeps the latest of each",
            singular(&frame.name)
        )
    } else {
        format!(
            "{} too many: `.distinct_by(..)` drops rows that are the same throughout, `.latest_by(..)` keeps the latest of each key",
            plural(extra, "row", "rows")
        )
    };
    findings.push(
        Diagnostic::error(codes::DUPLICATE_KEY, message)
            .at(span)
            .in_data(key_place(frame, table, row))
            .help(help),
    );
}

fn singular(name: &str) -> &str {
    name.strip_suffix('s').unwrap_or(name)
}

fn key_place(frame: &Frame, table: &Table, row: usize) -> crate::diagnostic::DataPlace {
    let Some(key) = table.key.first() else {
        return frame.column_place("");
    };
    let value = frame
        .column(&key.value)
        .map(|column| column.display(row))
        .unwrap_or_default();
    frame.place(row, &key.value, value)
}

/// The keys of some rows, a few of them, in order of their text.
fn key_list(frame: &Frame, table: &Table, rows: &[usize]) -> String {
    value_list(frame, &table.key, rows)
}

fn value_list(frame: &Frame, columns: &[Spanned<String>], rows: &[usize]) -> String {
    let mut texts: Vec<String> = rows
        .iter()
        .map(|&row| {
            let parts: Vec<String> = columns
                .iter()
                .filter_map(|name| frame.column(&name.value))
                .map(|column| column.display(row))
                .collect();
            format!("`{}`", parts.join(", "))
        })
        .collect();
    texts.order();
    texts.dedup();
    let more = texts.len() > 5;
    texts.truncate(5);
    if more {
        texts.push("…".into());
    }
    texts.join(", ")
}

/// A span for a table's date, or its name.
pub(super) fn date_span(table: &Table) -> Span {
    table.date.as_ref().map_or(table.name.span, |date| date.column.span)
}
