//! What a card declares about columns, applied: codes for missing values, types, formats of dates, scales.

use arrow_array::Array;
use arrow_buffer::{BooleanBuffer, NullBuffer};
use bellwether_order::Sort;

use super::cast::{self, Refused};
use super::column::{Column, Values};
use super::date::{DateFormat, Precision};
use super::dates;
use super::extremes;
use super::frame::{Frame, MissingCounts, count};
use super::infer::{self, reinfer};
use super::need::Uses;
use crate::definition::{ColumnFacts, ColumnType, DateColumn, Literal, Table};
use crate::diagnostic::{Diagnostic, Span, Spanned, codes, nearest};

/// What holds for the columns of a table: its own declarations, and for an alias those of the table it shows too.
#[derive(Default)]
pub(super) struct Declared<'a> {
    missing: Vec<&'a Spanned<Literal>>,
    dates: Vec<&'a Spanned<String>>,
    types: Vec<&'a (Spanned<String>, ColumnType)>,
    columns: Vec<&'a ColumnFacts>,
    date_columns: Vec<&'a DateColumn>,
    keys: Vec<&'a str>,
}

impl<'a> Declared<'a> {
    /// The declarations of a table and of the tables it is an alias of, its own first.
    pub fn of(tables: &[&'a Table]) -> Self {
        let mut all = Self::default();
        for table in tables {
            all.missing.extend(&table.missing);
            all.dates.extend(&table.dates);
            all.types.extend(&table.types);
            all.columns.extend(&table.columns);
            all.date_columns.extend(&table.date);
        }
        if let Some(own) = tables.first() {
            let belongs = own.belongs_to.iter().flat_map(|belongs| &belongs.columns);
            all.keys
                .extend(own.key.iter().chain(belongs).map(|key| key.value.as_str()));
        }
        all
    }

    fn facts(&self, column: &'a str) -> impl Iterator<Item = &'a ColumnFacts> {
        self.columns
            .iter()
            .copied()
            .filter(move |facts| facts.column.value == column)
    }

    fn column_type(&self, column: &'a str) -> Option<(ColumnType, Span)> {
        let of_column = self.facts(column).find_map(|facts| facts.column_type);
        of_column.map(|declared| (declared.value, declared.span)).or_else(|| {
            let declared = self.types.iter().find(|(name, _)| name.value == column);
            declared.map(|(name, kind)| (*kind, name.span))
        })
    }

    fn format(&self, column: &'a str) -> Option<&'a Spanned<String>> {
        let own = self.facts(column).find_map(|facts| facts.dates.as_ref());
        own.or_else(|| {
            let dates = self.date_columns.iter().filter(|date| date.column.value == column);
            dates.filter_map(|date| date.format.as_ref()).next()
        })
    }
}

/// Applies what is declared to every column of a frame.
pub(super) fn apply(
    frame: &mut Frame,
    declared: &Declared<'_>,
    uses: &Uses,
    (utc_offset_minutes, threads): (i32, usize),
    findings: &mut Vec<Diagnostic>,
) {
    let formats: Vec<DateFormat> = declared
        .dates
        .iter()
        .filter_map(|text| read_format(text, findings))
        .collect();
    check_names(frame, declared, findings);
    let names: Vec<String> = frame.columns.iter().map(|(name, _)| name.clone()).collect();
    for name in &names {
        let Some(column) = frame.column(name).cloned() else {
            continue;
        };
        let before = findings.len();
        let mut work = Work {
            frame,
            declared,
            name,
            column,
            utc_offset_minutes,
            threads,
            findings,
        };
        work.take_codes();
        work.give_kind(&formats);
        work.check_scale();
        let column = work.column;
        let settled = findings.iter().skip(before).any(Diagnostic::is_error);
        if let Some((wanted, span)) = uses.column(&frame.name, name).and_then(|used| used.demanded)
            && !settled
        {
            let finding = demand(frame, name, &column, wanted).map(|finding| finding.at(span));
            findings.extend(finding);
        }
        if let Some(slot) = frame.column_mut(name) {
            *slot = column;
        }
    }
}

fn read_format(text: &Spanned<String>, findings: &mut Vec<Diagnostic>) -> Option<DateFormat> {
    match DateFormat::parse(&text.value) {
        Ok(format) => Some(format),
        Err(why) => {
            findings.push(Diagnostic::error(codes::BAD_SETTING, why).at(text.span));
            None
        }
    }
}

/// Facts of columns that are not there.
fn check_names(frame: &Frame, declared: &Declared<'_>, findings: &mut Vec<Diagnostic>) {
    let facts = declared.columns.iter().map(|facts| &facts.column);
    let types = declared.types.iter().map(|(name, _)| name);
    for name in facts.chain(types) {
        if !frame.names().any(|known| known == name.value) {
            findings.push(unknown_column(frame, &name.value, name.span));
        }
    }
}

/// The message for a column that is not there.
pub(super) fn unknown_column(frame: &Frame, column: &str, span: Span) -> Diagnostic {
    let finding = Diagnostic::error(
        codes::UNKNOWN_COLUMN,
        format!("no column `{column}` in `{}`", frame.name),
    )
    .at(span)
    .in_data(super::rows::table_place(&frame.name));
    match nearest(column, frame.names()) {
        Some(near) => finding.help(format!("did you mean `{near}`?")),
        None => {
            let mut names: Vec<String> = frame.names().take(12).map(|name| format!("`{name}`")).collect();
            if frame.names().nth(12).is_some() {
                names.push("…".into());
            }
            finding.help(format!("it has {}", names.join(", ")))
        }
    }
}

/// One column being worked on.
struct Work<'w, 'd> {
    frame: &'w mut Frame,
    declared: &'w Declared<'d>,
    name: &'d str,
    column: Column,
    utc_offset_minutes: i32,
    threads: usize,
    findings: &'w mut Vec<Diagnostic>,
}

impl<'w, 'd> Work<'w, 'd>
where
    'd: 'w,
{
    fn take_codes(&mut self) {
        let blank = self.column.missing_count() as u64;
        let own: Vec<&Literal> = {
            let facts = self.declared.facts(self.name).flat_map(|facts| &facts.missing);
            facts
                .chain(self.declared.missing.iter().copied())
                .map(|code| &code.value)
                .collect()
        };
        let other: Vec<&Literal> = {
            let facts = self.declared.facts(self.name).flat_map(|facts| &facts.not_applicable);
            facts.map(|code| &code.value).collect()
        };
        let coded = rows_with(&self.column, &own);
        let skipped = rows_with(&self.column, &other);
        let counts = MissingCounts {
            blank,
            coded: coded.as_ref().map_or(0, |bits| bits.count_set_bits() as u64),
            not_applicable: skipped.as_ref().map_or(0, |bits| bits.count_set_bits() as u64),
        };
        self.frame.missing.insert(self.name.to_owned(), counts);
        if counts.coded + counts.not_applicable > 0 {
            let mut there = match &self.column.validity {
                Some(validity) => validity.inner().clone(),
                None => BooleanBuffer::new_set(self.column.len()),
            };
            for bits in [&coded, &skipped].into_iter().flatten() {
                there = &there & &!bits;
            }
            self.column.validity = Some(NullBuffer::new(there));
            let key = self.declared.keys.contains(&self.name);
            match reinfer(&self.column, key, self.utc_offset_minutes) {
                Ok(Some(column))
                    if self
                        .declared
                        .column_type(self.name)
                        .is_none_or(|(kind, _)| kind != ColumnType::Text) =>
                {
                    // A declared format decides below; numbers such as 2017 may be years.
                    if self.declared.format(self.name).is_none() {
                        self.column = column;
                    }
                }
                Ok(_) => {}
                Err(code) => self.infinity(code),
            }
        }
        if let Some(bits) = skipped.filter(|_| counts.not_applicable > 0) {
            self.frame.not_applicable.insert(self.name.to_owned(), bits);
        }
    }

    fn infinity(&mut self, code: usize) {
        let Some((row, value)) = row_of_code(&self.column, code) else {
            return;
        };
        self.findings.push(
            Diagnostic::error(
                codes::BAD_VALUE,
                format!("`{value}` stands among the numbers of `{}`", self.name),
            )
            .in_data(self.frame.place(row, self.name, value))
            .help("no measure can count with infinity: declare the word a missing code, or correct the file"),
        );
    }

    fn give_kind(&mut self, formats: &[DateFormat]) {
        let kind = self.declared.column_type(self.name);
        if let Some(text) = self.declared.format(self.name) {
            if let Some(format) = read_format(text, self.findings) {
                let kind = kind.map(|(kind, _)| kind);
                self.read_dates(&[format], kind, text.span);
            }
            return;
        }
        match kind {
            Some((kind @ (ColumnType::Date | ColumnType::Timestamp), span)) if !formats.is_empty() => {
                self.read_dates(formats, Some(kind), span);
            }
            Some((kind, span)) => self.cast(kind, span),
            None if matches!(self.column.values, Values::Text(_)) => {
                if let Some((column, covers)) = dates::read(&self.column, formats, None) {
                    self.set_dates(column, covers);
                }
            }
            None => {}
        }
    }

    fn read_dates(&mut self, formats: &[DateFormat], kind: Option<ColumnType>, span: Span) {
        if self.column.missing_count() == self.column.len() {
            let time = formats.iter().any(|format| format.precision() == Precision::Time);
            let kind = kind.unwrap_or(if time { ColumnType::Timestamp } else { ColumnType::Date });
            self.column = Column::missing(kind, self.column.len());
            self.cover(formats);
            return;
        }
        let is_date = matches!(self.column.column_type(), ColumnType::Date | ColumnType::Timestamp);
        let time = formats.iter().any(|format| format.precision() == Precision::Time);
        if is_date
            && kind.is_none()
            && formats
                .iter()
                .all(|format| matches!(format.precision(), Precision::Day | Precision::Time))
        {
            if time && self.column.column_type() == ColumnType::Date {
                self.column = self
                    .column
                    .widened(ColumnType::Timestamp)
                    .unwrap_or_else(|| self.column.clone());
            }
            return;
        }
        let text = if is_date && !time {
            // A coarse format over dates that a file holds as such: only the first days can be meant.
            self.cover(formats);
            return;
        } else {
            self.column.to_text()
        };
        match dates::read(&text, formats, kind) {
            Some((column, covers)) => self.set_dates(column, covers),
            None => {
                let finding = dates::refused(self.frame, self.name, &text, formats).at(span);
                self.findings.push(finding);
            }
        }
    }

    fn cover(&mut self, formats: &[DateFormat]) {
        for format in formats {
            if let Precision::Months(months) = format.precision() {
                self.frame.covers.insert(self.name.to_owned(), months);
            }
        }
    }

    fn set_dates(&mut self, column: Column, covers: Option<u32>) {
        self.column = column;
        if let Some(months) = covers {
            self.frame.covers.insert(self.name.to_owned(), months);
        }
    }

    fn cast(&mut self, kind: ColumnType, span: Span) {
        match cast::cast(&self.column, kind, self.utc_offset_minutes) {
            Ok(column) => self.column = column,
            Err(Refused { row, rule, help }) => {
                let value = self.column.display(row);
                let name = self.name;
                let finding = Diagnostic::error(
                    codes::BAD_VALUE,
                    format!("`{value}` in `{name}` of `{}` is not {rule}", self.frame.name),
                );
                let help =
                    help.unwrap_or_else(|| format!("if it means missing: `.column(\"{name}\").missing(\"{value}\")`"));
                self.findings
                    .push(finding.at(span).in_data(self.frame.place(row, name, value)).help(help));
            }
        }
    }

    fn check_scale(&mut self) {
        let Some(scale) = self.declared.facts(self.name).find_map(|facts| facts.scale) else {
            return;
        };
        let (low, high) = scale.value;
        let (name, table) = (self.name, self.frame.name.clone());
        let range = format!("{} to {}", plain(low), plain(high));
        if self.column.missing_count() == self.column.len()
            || extremes::all_within(&self.column, low, high, self.threads)
        {
            return;
        }
        if !matches!(self.column.values, Values::Int(_) | Values::Float(_)) {
            let (row, value, rows) = first_not_number(&self.column);
            let message = format!(
                "`{name}` of `{table}` has a scale of {range}, and holds {} values such as `{value}`",
                count(rows)
            );
            self.findings.push(
                Diagnostic::error(codes::OFF_SCALE, message)
                    .at(scale.span)
                    .in_data(self.frame.place(row, name, value.clone()))
                    .help(format!(
                        "if it means no answer: `.column(\"{name}\").missing(\"{value}\")`"
                    )),
            );
            return;
        }
        let mut off: Vec<(f64, u64, usize)> = Vec::new();
        for row in 0..self.column.len() {
            let Some(value) = self.column.number(row) else { continue };
            if value >= low && value <= high {
                continue;
            }
            if let Some((_, rows, _)) = off.iter_mut().find(|(known, _, _)| *known == value) {
                *rows += 1;
            } else if off.len() < 1000 {
                off.push((value, 1, row));
            }
        }
        off.order_by(|a, b| b.1.cmp(&a.1).then(a.0.total_cmp(&b.0)));
        let Some(&(value, rows, row)) = off.first() else { return };
        let all: u64 = off.iter().map(|(_, rows, _)| rows).sum();
        let message = if off.len() == 1 {
            format!(
                "column `{name}` of `{table}` holds {} values of {}; its scale is {range}",
                count(rows),
                plain(value)
            )
        } else {
            let shown: Vec<String> = off
                .iter()
                .take(5)
                .map(|(value, rows, _)| format!("{} ({} times)", plain(*value), count(*rows)))
                .collect();
            let more = if off.len() > 5 { ", …" } else { "" };
            format!(
                "column `{name}` of `{table}` holds {} values off its scale of {range}: {}{more}",
                count(all),
                shown.join(", ")
            )
        };
        let value = plain(value);
        let help = format!(
            "if {value} means no answer: `.column(\"{name}\").missing({value})`; if it means does not apply: `.not_applicable({value})`"
        );
        self.findings.push(
            Diagnostic::error(codes::OFF_SCALE, message)
                .at(scale.span)
                .in_data(self.frame.place(row, name, value))
                .help(help),
        );
    }
}

fn plain(value: f64) -> String {
    value.to_string()
}

/// The first value of a text or other column that is no number, and how many there are.
fn first_not_number(column: &Column) -> (usize, String, u64) {
    let mut first = None;
    let mut rows = 0;
    for row in 0..column.len() {
        if column.is_valid(row) {
            let value = column.display(row);
            if value.trim().parse::<f64>().is_err() {
                rows += 1;
                first = first.or(Some((row, value)));
            }
        }
    }
    let (row, value) = first.unwrap_or_else(|| {
        let row = (0..column.len()).find(|&row| column.is_valid(row)).unwrap_or(0);
        (row, column.display(row))
    });
    (row, value, rows.max(1))
}

/// The first row that has the text of that code.
pub(super) fn row_of_code(column: &Column, code: usize) -> Option<(usize, String)> {
    let Values::Text(text) = &column.values else {
        return None;
    };
    let row = text
        .codes
        .iter()
        .enumerate()
        .position(|(row, other)| other as usize == code && column.is_valid(row))?;
    Some((row, text.get(row).to_owned()))
}

/// Rows whose value is one of the codes; none where there are no codes.
fn rows_with(column: &Column, list: &[&Literal]) -> Option<BooleanBuffer> {
    if list.is_empty() {
        return None;
    }
    let validity: Option<&NullBuffer> = column.validity.as_ref();
    let valid = |row: usize| validity.is_none_or(|validity| validity.is_valid(row));
    let rows = column.len();
    let numbers: Vec<f64> = list.iter().filter_map(|code| code_number(code)).collect();
    Some(match &column.values {
        Values::Text(text) => {
            let words: Vec<String> = list.iter().map(|code| code_text(code)).collect();
            let same = |value: &str| {
                let value = value.trim();
                words.iter().any(|word| word == value)
                    || (!numbers.is_empty()
                        && infer::Decimal::parse(value.as_bytes())
                            .is_some_and(|number| numbers.contains(&number.to_f64())))
            };
            let hit: Vec<bool> = (0..text.dictionary.len())
                .map(|code| same(text.dictionary.value(code)))
                .collect();
            let hits = text.codes.look_up(&hit, false);
            BooleanBuffer::collect_bool(rows, |row| hits.get(row) == Some(&true) && valid(row))
        }
        Values::Int(values) => {
            let wholes = numbers
                .iter()
                .filter(|number| number.fract() == 0.0 && number.abs() < 9e15);
            let hits = extremes::rows_of(values, &wholes.map(|&number| number as i64).collect::<Vec<_>>());
            match validity {
                Some(validity) => &hits & validity.inner(),
                None => hits,
            }
        }
        Values::Float(_) => BooleanBuffer::collect_bool(rows, |row| {
            column.number(row).is_some_and(|value| numbers.contains(&value))
        }),
        Values::Bool(values) => {
            let truths: Vec<bool> = list
                .iter()
                .filter_map(|code| match code {
                    Literal::Bool(value) => Some(*value),
                    Literal::Text(text) => infer::truth(text),
                    Literal::Int(_) | Literal::Float(_) => None,
                })
                .collect();
            BooleanBuffer::collect_bool(rows, |row| valid(row) && truths.contains(&values.value(row)))
        }
        Values::Date(_) | Values::Timestamp(_) => {
            let moments: Vec<i64> = list.iter().filter_map(|code| code_moment(code)).collect();
            let at = |row: usize| match &column.values {
                Values::Date(days) => days.get(row).map(|&day| i64::from(day) * super::date::MICROS_PER_DAY),
                Values::Timestamp(micros) => micros.get(row).copied(),
                _ => None,
            };
            BooleanBuffer::collect_bool(rows, |row| {
                valid(row) && at(row).is_some_and(|moment| moments.contains(&moment))
            })
        }
    })
}

fn code_number(code: &Literal) -> Option<f64> {
    match code {
        Literal::Text(text) => text.trim().parse().ok().filter(|value: &f64| value.is_finite()),
        other => other.as_f64(),
    }
}

fn code_text(code: &Literal) -> String {
    match code {
        Literal::Bool(value) => value.to_string(),
        Literal::Int(value) => value.to_string(),
        Literal::Float(value) => value.to_string(),
        Literal::Text(text) => text.trim().to_owned(),
    }
}

fn code_moment(code: &Literal) -> Option<i64> {
    let Literal::Text(text) = code else { return None };
    match infer::inferred(text, ColumnType::Timestamp, 0)? {
        infer::Typed::Timestamp(micros) => Some(micros),
        _ => None,
    }
}

/// A use of the column that its values cannot serve: text where a number or a date is needed, and the like.
fn demand(frame: &Frame, name: &str, column: &Column, wanted: ColumnType) -> Option<Diagnostic> {
    if column.missing_count() == column.len() {
        return None;
    }
    let kind = column.column_type();
    let table = &frame.name;
    match wanted {
        ColumnType::Date | ColumnType::Timestamp if kind == ColumnType::Text => {
            Some(dates::advise(frame, name, column))
        }
        ColumnType::Date | ColumnType::Timestamp if matches!(kind, ColumnType::Int | ColumnType::Float) => {
            let row = (0..column.len()).find(|&row| column.is_valid(row)).unwrap_or(0);
            let value = column.display(row);
            let finding = Diagnostic::error(
                codes::TYPE_MISMATCH,
                format!("`{name}` of `{table}` holds numbers such as `{value}`, and a date is needed"),
            )
            .in_data(frame.place(row, name, value.clone()));
            let format = match value.len() {
                4 => "yyyy",
                6 => "yyyyMM",
                8 => "yyyyMMdd",
                _ => return Some(finding),
            };
            let fits = DateFormat::parse(format).is_ok_and(|format| format.read(&value).is_some());
            Some(if fits {
                finding.help(format!("say what they are: `.column(\"{name}\").dates(\"{format}\")`"))
            } else {
                finding
            })
        }
        ColumnType::Float | ColumnType::Int if kind == ColumnType::Text => Some(cast::not_numbers(frame, name, column)),
        ColumnType::Bool if kind == ColumnType::Text && cast::cast(column, ColumnType::Bool, 0).is_ok() => {
            let (row, value) = (0..column.len())
                .find(|&row| column.is_valid(row))
                .map(|row| (row, column.display(row)))?;
            Some(
                Diagnostic::error(
                    codes::TYPE_MISMATCH,
                    format!("`{name}` of `{table}` is text such as `{value}`, and true or false is needed"),
                )
                .in_data(frame.place(row, name, value))
                .help(format!(
                    "`.types(#{{ \"{name}\": \"bool\" }})` reads it as true and false"
                )),
            )
        }
        ColumnType::Bool if kind == ColumnType::Int && cast::cast(column, ColumnType::Bool, 0).is_ok() => Some(
            Diagnostic::error(
                codes::TYPE_MISMATCH,
                format!("`{name}` of `{table}` is 0 and 1, and true or false is needed"),
            )
            .in_data(frame.column_place(name))
            .help(format!(
                "compare it, `== 1`, or `.types(#{{ \"{name}\": \"bool\" }})` reads it as true and false"
            )),
        ),
        _ => None,
    }
}
