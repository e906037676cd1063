//! Columns brought to a declared type: `types(#{ left: "bool", zip: "text" })`.

use arrow_array::Array;
use arrow_buffer::{BooleanBuffer, ScalarBuffer};
use bellwether_order::Sort;

use super::column::{Column, Ints, Text, Values};
use super::date::MICROS_PER_DAY;
use super::frame::Frame;
use super::infer::{self, Typed, TypedDictionary, used_codes};
use crate::definition::ColumnType;
use crate::diagnostic::{Diagnostic, codes};

/// How a text becomes a value.
type Reading = Box<dyn Fn(&str) -> Option<Typed>>;

/// A value that does not fit a declared type.
#[derive(Debug)]
pub(super) struct Refused {
    pub row: usize,
    /// What it should be, with its article: "a whole number".
    pub rule: &'static str,
    pub help: Option<String>,
}

fn refused(row: usize, kind: ColumnType) -> Refused {
    Refused {
        row,
        rule: match kind {
            ColumnType::Bool => "true or false",
            ColumnType::Int => "a whole number",
            ColumnType::Float => "a number",
            ColumnType::Text => "text",
            ColumnType::Date => "a date, `yyyy-MM-dd`",
            ColumnType::Timestamp => "a date and time, `yyyy-MM-dd HH:mm`",
        },
        help: match kind {
            ColumnType::Date | ColumnType::Timestamp => {
                Some("declare how its dates are written: `.dates(\"d/M/yyyy H:mm\")`".into())
            }
            _ => None,
        },
    }
}

/// Brings a column to a type.
pub(super) fn cast(column: &Column, kind: ColumnType, utc_offset_minutes: i32) -> Result<Column, Refused> {
    if column.column_type() == kind {
        return Ok(column.clone());
    }
    if let Some(widened) = column.widened(kind) {
        return Ok(widened);
    }
    let valid = |row: usize| column.is_valid(row);
    let first = |bad: &dyn Fn(usize) -> bool| (0..column.len()).find(|&row| valid(row) && bad(row));
    let values = match (&column.values, kind) {
        (_, ColumnType::Text) => return Ok(column.to_text()),
        (Values::Text(text), _) => return cast_text(column, text, kind, utc_offset_minutes),
        (Values::Int(values), ColumnType::Bool) => {
            if let Some(row) = first(&|row| !matches!(values.get(row), 0 | 1)) {
                return Err(refused(row, kind));
            }
            Values::Bool(BooleanBuffer::collect_bool(column.len(), |row| values.get(row) == 1))
        }
        (Values::Float(values), ColumnType::Int) => {
            let at = |row: usize| values.get(row).copied().unwrap_or(0.0);
            if let Some(row) = first(&|row| at(row) % 1.0 != 0.0 || at(row).abs() > 9e15) {
                return Err(refused(row, kind));
            }
            Values::Int(Ints::pack(values.iter().map(|&value| value as i64).collect()))
        }
        (Values::Bool(values), ColumnType::Int) => Values::Int(Ints::pack(values.iter().map(i64::from).collect())),
        (Values::Timestamp(values), ColumnType::Date) => Values::Date(
            values
                .iter()
                .map(|micros| i32::try_from(micros.div_euclid(MICROS_PER_DAY)).unwrap_or(0))
                .collect::<ScalarBuffer<i32>>(),
        ),
        _ => {
            return match first(&|_| true) {
                Some(row) => Err(refused(row, kind)),
                None => Ok(Column::missing(kind, column.len())),
            };
        }
    };
    Ok(Column::new(values, column.validity.clone()))
}

fn cast_text(column: &Column, text: &Text, kind: ColumnType, utc_offset_minutes: i32) -> Result<Column, Refused> {
    let used = used_codes(text, column.validity.as_ref());
    let is_used = |code: usize| used.get(code) == Some(&true);
    let read: Reading = match kind {
        ColumnType::Bool => Box::new(|value| declared_truth(value).map(Typed::Bool)),
        ColumnType::Int => Box::new(|value| declared_whole(value).map(Typed::Int)),
        ColumnType::Float => {
            let marks = separators(text, is_used);
            if let Separators::Unclear(code) = marks {
                let row = row_of(column, text, code);
                return Err(Refused {
                    row,
                    rule: "clear: its comma or point may part thousands or decimals",
                    help: Some("write the numbers with a decimal point and without separators".into()),
                });
            }
            Box::new(move |value| declared_number(value, &marks).map(Typed::Float))
        }
        _ => Box::new(move |value| infer::inferred(value, kind, utc_offset_minutes)),
    };
    match TypedDictionary::new(text, is_used, read) {
        Ok(typed) => Ok(typed.column(text, column.validity.as_ref(), kind)),
        Err(code) => Err(refused(row_of(column, text, code), kind)),
    }
}

fn row_of(column: &Column, text: &Text, code: usize) -> usize {
    let mut codes = text.codes.iter().enumerate();
    codes
        .position(|(row, other)| other as usize == code && column.is_valid(row))
        .unwrap_or(0)
}

/// Words for true and false where a column is declared to hold them.
fn declared_truth(text: &str) -> Option<bool> {
    match text.trim().to_ascii_lowercase().as_str() {
        "true" | "t" | "yes" | "y" | "1" | "1.0" => Some(true),
        "false" | "f" | "no" | "n" | "0" | "0.0" => Some(false),
        _ => None,
    }
}

fn declared_whole(text: &str) -> Option<i64> {
    let text = text.trim();
    text.parse().ok().or_else(|| {
        let (whole, rest) = text.split_once('.')?;
        if rest.bytes().all(|byte| byte == b'0') {
            whole.parse().ok()
        } else {
            None
        }
    })
}

/// How a column of numbers parts thousands and decimals.
enum Separators {
    /// Plain decimals with a point.
    Plain,
    /// `1,234.50`
    CommaThousands,
    /// `1.234,50`
    CommaDecimal,
    /// Some value reads both ways; the first such code.
    Unclear(usize),
}

/// Finds the one way in which every number of the column can be read.
fn separators(text: &Text, used: impl Fn(usize) -> bool) -> Separators {
    let texts = || {
        (0..text.dictionary.len())
            .filter(|&code| used(code))
            .map(|code| (code, text.dictionary.value(code)))
    };
    let all = |marks: &Separators| {
        texts().all(|(_, value)| infer::is_nan(value.trim()) || declared_number(value, marks).is_some())
    };
    if all(&Separators::Plain) {
        return Separators::Plain;
    }
    match (all(&Separators::CommaThousands), all(&Separators::CommaDecimal)) {
        (true, false) => Separators::CommaThousands,
        (false, true) => Separators::CommaDecimal,
        (false, false) => Separators::Plain,
        (true, true) => texts()
            .find(|(_, value)| {
                declared_number(value, &Separators::CommaThousands) != declared_number(value, &Separators::CommaDecimal)
            })
            .map_or(Separators::CommaThousands, |(code, _)| Separators::Unclear(code)),
    }
}

fn declared_number(text: &str, separators: &Separators) -> Option<f64> {
    let text = text.trim();
    let plain = |text: &str| {
        let numeric = text
            .bytes()
            .all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte));
        let value: Option<f64> = if numeric { text.parse().ok() } else { None };
        value.filter(|value| value.is_finite()).map(|value| value + 0.0)
    };
    match separators {
        Separators::Plain => plain(text),
        Separators::CommaThousands => grouped(text, ',', '.').and_then(|text| plain(&text)),
        Separators::CommaDecimal => grouped(text, '.', ',').and_then(|text| plain(&text)),
        Separators::Unclear(_) => None,
    }
}

/// The number without its groups of thousands and with a decimal point; none where a group has not three digits.
fn grouped(text: &str, group: char, point: char) -> Option<String> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", text),
    };
    let (whole, fraction) = match digits.split_once(point) {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (digits, None),
    };
    let plain = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let mut parts = whole.split(group);
    let first = parts.next()?;
    let rest: Vec<&str> = parts.collect();
    let sizes = rest.is_empty() || (1..=3).contains(&first.len()) && rest.iter().all(|part| part.len() == 3);
    if !sizes
        || first.is_empty()
        || !plain(first)
        || !rest.iter().all(|part| plain(part))
        || !fraction.is_none_or(plain)
    {
        return None;
    }
    let tail = fraction.map(|fraction| format!(".{fraction}")).unwrap_or_default();
    Some(format!("{sign}{first}{}{tail}", rest.concat()))
}

/// The message for text where numbers are needed.
pub(super) fn not_numbers(frame: &Frame, name: &str, column: &Column) -> Diagnostic {
    let is_number = |value: &str| infer::inferred(value, ColumnType::Float, 0).is_some();
    let mut bad: Vec<(String, u64, usize)> = Vec::new();
    let mut numbers = 0_u64;
    if let Values::Text(text) = &column.values {
        let mut rows: Vec<(u64, usize)> = vec![(0, 0); text.dictionary.len()];
        for (row, code) in text.codes.iter().enumerate() {
            if column.is_valid(row)
                && let Some(seen) = rows.get_mut(code as usize)
            {
                if seen.0 == 0 {
                    seen.1 = row;
                }
                seen.0 += 1;
            }
        }
        for (code, (count, row)) in rows.into_iter().enumerate().filter(|(_, (count, _))| *count > 0) {
            let value = text.dictionary.value(code);
            if is_number(value) {
                numbers += count;
            } else {
                bad.push((value.to_owned(), count, row));
            }
        }
    }
    bad.order_by_key(|(_, _, row)| *row);
    let (value, _, row) = bad.first().cloned().unwrap_or_default();
    let rows: u64 = bad.iter().map(|(_, rows, _)| rows).sum();
    let table = &frame.name;
    let many = format!("{} of its values", super::frame::count(rows));
    // Such as `007` and `1e9`: declared numbers, else codes.
    let all_can_be = cast(column, ColumnType::Float, 0).is_ok();
    let message = match (numbers, all_can_be) {
        (0, _) => format!("`{name}` of `{table}` is text such as `{value}`, and a number is needed"),
        (_, true) => {
            format!("`{name}` of `{table}` is text: {many}, such as `{value}`, may be codes as well as numbers")
        }
        (_, false) => format!("`{name}` of `{table}` is text: {many}, such as `{value}`, are no numbers"),
    };
    let finding = Diagnostic::error(codes::TYPE_MISMATCH, message).in_data(frame.place(row, name, value.clone()));
    if all_can_be {
        finding.help(format!(
            "`.types(#{{ \"{name}\": \"float\" }})` reads all of them as numbers"
        ))
    } else if numbers > 0 && bad.len() <= 5 {
        let list: Vec<String> = bad.iter().map(|(value, _, _)| format!("\"{value}\"")).collect();
        finding.help(format!(
            "if they mean no answer: `.column(\"{name}\").missing({})`",
            list.join(", ")
        ))
    } else {
        finding
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_among_numbers_are_named() {
        let frame = Frame {
            name: "payments".to_owned(),
            ..Frame::default()
        };
        let told = |values: &[&str]| not_numbers(&frame, "amount", &text(values)).message;
        assert_eq!(
            told(&["1.5", "1e-9", "2"]),
            "`amount` of `payments` is text: 1 of its values, such as `1e-9`, may be codes as well as numbers"
        );
        assert_eq!(
            told(&["1.5", "n/a", "2"]),
            "`amount` of `payments` is text: 1 of its values, such as `n/a`, are no numbers"
        );
    }

    fn text(values: &[&str]) -> Column {
        Column::texts(&values.iter().map(|value| Some(*value)).collect::<Vec<_>>())
    }

    fn floats(values: &[&str]) -> Option<Vec<f64>> {
        let column = cast(&text(values), ColumnType::Float, 0).ok()?;
        Some((0..values.len()).filter_map(|row| column.number(row)).collect())
    }

    #[test]
    fn declared_numbers_may_have_separators_when_they_read_one_way() {
        assert_eq!(floats(&["1,234.50", "7"]), Some(vec![1234.5, 7.0]));
        assert_eq!(floats(&["1.234,50", "7", "0,5"]), Some(vec![1234.5, 7.0, 0.5]));
        assert_eq!(floats(&["1,234", "2,345"]), None);
        assert_eq!(floats(&["6e3", "0012"]), Some(vec![6000.0, 12.0]));
        assert_eq!(floats(&["inf"]), None);
        assert_eq!(floats(&["12,34,56.0"]), None);
    }

    #[test]
    fn declared_truth_takes_words_and_digits() {
        let column = cast(&text(&["Yes", "no", "T", "0"]), ColumnType::Bool, 0).unwrap();
        assert_eq!(
            (0..4).map(|row| column.number(row).unwrap()).collect::<Vec<_>>(),
            [1.0, 0.0, 1.0, 0.0]
        );
        let column = cast(&Column::ints(vec![Some(1), None, Some(0)]), ColumnType::Bool, 0).unwrap();
        assert!(!column.is_valid(1));
        assert_eq!(
            cast(&Column::ints(vec![Some(1), Some(2)]), ColumnType::Bool, 0)
                .unwrap_err()
                .row,
            1
        );
    }
}
