//! Text columns that are dates, or should be: read by declared formats, and never by a guess.

use arrow_array::Array;

use super::column::{Column, Text, Values};
use super::date::{DateFormat, Moment, Precision, iso_date, iso_timestamp};
use super::facts::row_of_code;
use super::frame::{Frame, count};
use super::infer::{Typed, TypedDictionary, used_codes};
use crate::definition::ColumnType;
use crate::diagnostic::{Diagnostic, codes};

/// Reads a text column by formats (the first that fits each value) and ISO forms. None where some value fits none.
/// The second part is how many months a value covers, where the formats are coarse.
pub(super) fn read(column: &Column, formats: &[DateFormat], kind: Option<ColumnType>) -> Option<(Column, Option<u32>)> {
    let Values::Text(text) = &column.values else {
        return None;
    };
    if formats.is_empty() {
        return None;
    }
    let used = used_codes(text, column.validity.as_ref());
    let is_used = |code: usize| used.get(code) == Some(&true);
    let time = formats.iter().any(|format| format.precision() == Precision::Time);
    let kind = kind.unwrap_or(if time { ColumnType::Timestamp } else { ColumnType::Date });
    let fine = formats
        .iter()
        .all(|format| !matches!(format.precision(), Precision::Months(_)));
    let read = |value: &str| {
        let moment = formats
            .iter()
            .find_map(|format| format.read(value))
            .or_else(|| if fine { iso(value) } else { None })?;
        Some(match kind {
            ColumnType::Timestamp => Typed::Timestamp(moment.micros()),
            _ => Typed::Date(moment.day),
        })
    };
    let typed = TypedDictionary::new(text, is_used, read).ok()?;
    let covers = formats
        .iter()
        .filter_map(|format| match format.precision() {
            Precision::Months(months) => Some(months),
            Precision::Day | Precision::Time => None,
        })
        .max();
    Some((typed.column(text, column.validity.as_ref(), kind), covers))
}

fn iso(value: &str) -> Option<Moment> {
    let day = iso_date(value.trim()).map(|day| Moment { day, time: 0 });
    day.or_else(|| {
        let micros = iso_timestamp(value.trim(), 0)?;
        Some(Moment {
            day: i32::try_from(micros.div_euclid(super::date::MICROS_PER_DAY)).ok()?,
            time: micros.rem_euclid(super::date::MICROS_PER_DAY),
        })
    })
}

/// The message for a column of which some value does not fit its declared formats.
pub(super) fn refused(frame: &Frame, name: &str, column: &Column, formats: &[DateFormat]) -> Diagnostic {
    let table = &frame.name;
    let names: Vec<String> = formats.iter().map(|format| format!("`{}`", format.text())).collect();
    let names = names.join(" or ");
    let Values::Text(text) = &column.values else {
        return Diagnostic::error(codes::BAD_VALUE, format!("`{name}` of `{table}` does not fit {names}"));
    };
    let bad = |value: &str| !formats.iter().any(|format| format.read(value).is_some());
    let tally = Tally::new(text, column, bad);
    let value = tally.first.as_ref().map_or("", |(_, value)| value.as_str());
    let row = tally.first.as_ref().map_or(0, |(row, _)| *row);
    let finding = Diagnostic::error(
        codes::BAD_VALUE,
        format!("`{value}` in `{name}` of `{table}` does not fit {names}"),
    )
    .in_data(frame.place(row, name, value.to_owned()));
    match best_format(text, column) {
        Some(format) => finding.help(format!("all its values fit `{format}`")),
        None if tally.distinct <= 5 => finding.help(format!(
            "{} of {} values do not fit; if they mean no date: `.column(\"{name}\").missing(\"{value}\")`",
            count(tally.rows),
            count(tally.all),
        )),
        None => finding.help(format!(
            "{} of {} values do not fit",
            count(tally.rows),
            count(tally.all)
        )),
    }
}

/// How many rows have a value of some property.
struct Tally {
    rows: u64,
    all: u64,
    distinct: usize,
    first: Option<(usize, String)>,
}

impl Tally {
    fn new(text: &Text, column: &Column, has: impl Fn(&str) -> bool) -> Self {
        let used = used_codes(text, column.validity.as_ref());
        let hit: Vec<bool> = (0..text.dictionary.len())
            .map(|code| used.get(code) == Some(&true) && has(text.dictionary.value(code)))
            .collect();
        let mut tally = Self {
            rows: 0,
            all: 0,
            distinct: hit.iter().filter(|hit| **hit).count(),
            first: None,
        };
        for (row, code) in text.codes.iter().enumerate() {
            if !column.is_valid(row) {
                continue;
            }
            tally.all += 1;
            if hit.get(code as usize) == Some(&true) {
                tally.rows += 1;
                if tally.first.is_none() {
                    tally.first = row_of_code(column, code as usize);
                }
            }
        }
        tally
    }
}

/// Formats that files often have; each stands with the one that it is mistaken for.
const COMMON: [(&str, &str); 22] = [
    ("d/M/yyyy", "M/d/yyyy"),
    ("M/d/yyyy", "d/M/yyyy"),
    ("d/M/yyyy H:mm", "M/d/yyyy H:mm"),
    ("M/d/yyyy H:mm", "d/M/yyyy H:mm"),
    ("d/M/yyyy H:mm:ss", "M/d/yyyy H:mm:ss"),
    ("M/d/yyyy H:mm:ss", "d/M/yyyy H:mm:ss"),
    ("M/d/yyyy h:mm a", "d/M/yyyy h:mm a"),
    ("M/d/yyyy h:mm:ss a", "d/M/yyyy h:mm:ss a"),
    ("d-M-yyyy", "M-d-yyyy"),
    ("M-d-yyyy", "d-M-yyyy"),
    ("d-M-yyyy H:mm", "M-d-yyyy H:mm"),
    ("d.M.yyyy", ""),
    ("d.M.yyyy H:mm", ""),
    ("d.M.yyyy H:mm:ss", ""),
    ("yyyy/M/d", ""),
    ("yyyy/M/d H:mm", ""),
    ("yyyy/M/d H:mm:ss", ""),
    ("yyyy-MM", ""),
    ("yyyy-'Q'Q", ""),
    ("d MMM yyyy", ""),
    ("d-MMM-yyyy", ""),
    ("MMM d, yyyy", ""),
];

/// The first common format that every value fits.
fn best_format(text: &Text, column: &Column) -> Option<&'static str> {
    let used = used_codes(text, column.validity.as_ref());
    COMMON.into_iter().map(|(format, _)| format).find(|format| {
        DateFormat::parse(format).is_ok_and(|format| {
            (0..text.dictionary.len())
                .filter(|&code| used.get(code) == Some(&true))
                .all(|code| format.read(text.dictionary.value(code)).is_some())
        })
    })
}

/// The message for a text column where a date is needed.
pub(super) fn advise(frame: &Frame, name: &str, column: &Column) -> Diagnostic {
    let table = &frame.name;
    let Values::Text(text) = &column.values else {
        return Diagnostic::error(codes::TYPE_MISMATCH, format!("`{name}` of `{table}` is no date"));
    };
    let fits = |format: &str| {
        DateFormat::parse(format).map_or(0, |format| {
            Tally::new(text, column, |value| format.read(value).is_some()).rows
        })
    };
    let best = COMMON
        .into_iter()
        .map(|(format, twin)| (fits(format), format, twin))
        .max_by(|a, b| a.0.cmp(&b.0).then(std::cmp::Ordering::Greater));
    if let Some((rows, format, twin)) = best.filter(|(rows, _, _)| *rows > 0) {
        let tally = Tally::new(text, column, |value| {
            DateFormat::parse(format).is_ok_and(|format| format.read(value).is_none())
        });
        let also = if twin.is_empty() { 0 } else { fits(twin) };
        let say = |format: &str| format!("`.column(\"{name}\").dates(\"{format}\")`");
        let rest = tally.first.as_ref().map(|(_, value)| {
            format!(
                "; {} values, such as `{value}`, fit neither: declare them missing",
                count(tally.rows)
            )
        });
        let (row, value) = tally.first.clone().unwrap_or_else(|| first_value(column));
        if also > 0 {
            return Diagnostic::error(
                codes::AMBIGUOUS_DATE,
                format!(
                    "the dates of `{name}` of `{table}` can be read two ways: {} of {} values fit `{format}`, and {} fit `{twin}`",
                    count(rows),
                    count(tally.all),
                    count(also)
                ),
            )
            .in_data(frame.place(row, name, value))
            .help(format!("say which: {} or {}{}", say(format), say(twin), rest.unwrap_or_default()));
        }
        let rest = tally.first.as_ref().map(|(_, value)| {
            format!(
                "; {} values, such as `{value}`, do not fit: declare them missing",
                count(tally.rows)
            )
        });
        return Diagnostic::error(
            codes::BAD_VALUE,
            format!(
                "`{name}` of `{table}` is text such as `{}`, and a date is needed",
                first_value(column).1
            ),
        )
        .in_data(frame.place(row, name, value))
        .help(format!(
            "{} of {} values fit `{format}`: {}{}",
            count(rows),
            count(tally.all),
            say(format),
            rest.unwrap_or_default()
        ));
    }
    not_dates(frame, name, column, text)
}

fn not_dates(frame: &Frame, name: &str, column: &Column, text: &Text) -> Diagnostic {
    let table = &frame.name;
    let tally = Tally::new(text, column, |value| iso(value).is_none());
    let (row, value) = tally.first.clone().unwrap_or_else(|| first_value(column));
    let finding = Diagnostic::error(
        codes::BAD_VALUE,
        format!("`{value}` in `{name}` of `{table}` is no date, and a date is needed"),
    )
    .in_data(frame.place(row, name, value.clone()));
    if tally.rows < tally.all {
        finding.help(format!(
            "{} of {} values are no dates; if this one means none: `.column(\"{name}\").missing(\"{value}\")`",
            count(tally.rows),
            count(tally.all)
        ))
    } else {
        finding.help(format!(
            "if it is one, say how it is written: `.column(\"{name}\").dates(\"d/M/yyyy\")`"
        ))
    }
}

fn first_value(column: &Column) -> (usize, String) {
    let row = (0..column.len()).find(|&row| column.is_valid(row)).unwrap_or(0);
    (row, column.display(row))
}
