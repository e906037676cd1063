//! What kind of values a column of texts holds, decided over all of them and never over a sample.
//!
//! - `true`, `false` (also `True`, `TRUE`): true or false. `0/1` and `Yes/No` only where the card's `types` say so.
//! - Whole numbers without leading zeros that fit 64 bits; others, such as `00123` or `+49301234`, are text.
//! - Plain decimals with a point: `1.50`, `.5`. An exponent only behind a decimal point: `1.5e3`, as `6e1862` is an id.
//! - `yyyy-MM-dd`, and with `HH:mm`, `HH:mm:ss`, fraction and offset a date and time.
//! - `NaN` is missing among numbers; infinity is an error there.
//!
//! A column of one kind throughout has it; whole numbers and decimals together are numbers, dates and timestamps
//! together timestamps; anything else is text. White space around a value does not count, except in text.

use arrow_array::Array;
use arrow_buffer::{BooleanBuffer, NullBuffer};

use super::column::{Column, Ints, Text, Values};
use super::date::{self, MICROS_PER_DAY};
use crate::definition::ColumnType;

/// A set of kinds that a value, or all values of a column, could have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kinds(u8);

impl Kinds {
    const BOOL: Self = Self(1);
    const INT: Self = Self(2);
    const FLOAT: Self = Self(4);
    const DATE: Self = Self(8);
    const TIMESTAMP: Self = Self(16);
    /// Nothing but text.
    pub const TEXT: Self = Self(0);
    /// Whole number or number.
    pub const WHOLE: Self = Self(2 | 4);
    /// Every kind: what is known of a column without values.
    pub const ANY: Self = Self(31);

    /// Kinds in both.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    const fn has(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// The kind of a column whose values all have these kinds; a key is never made of decimals. `None`: any, as there
    /// is no value.
    #[must_use]
    pub const fn column_type(self, key: bool) -> Option<ColumnType> {
        if self.0 == Self::ANY.0 {
            None
        } else if self.has(Self::BOOL) {
            Some(ColumnType::Bool)
        } else if self.has(Self::INT) {
            Some(ColumnType::Int)
        } else if self.has(Self::FLOAT) && !key {
            Some(ColumnType::Float)
        } else if self.has(Self::DATE) {
            Some(ColumnType::Date)
        } else if self.has(Self::TIMESTAMP) {
            Some(ColumnType::Timestamp)
        } else {
            Some(ColumnType::Text)
        }
    }

    /// The kinds that a text could have.
    #[must_use]
    pub fn of(text: &str) -> Self {
        let text = text.trim();
        match text.as_bytes().first() {
            Some(b't' | b'f' | b'T' | b'F') if truth(text).is_some() => Self::BOOL,
            Some(b'n' | b'N') if is_nan(text) => Self::WHOLE,
            Some(b'i' | b'I') if is_infinity(text) => Self::FLOAT,
            Some(b'0'..=b'9' | b'-' | b'.') => Self::of_digits(text),
            _ => Self::TEXT,
        }
    }

    fn of_digits(text: &str) -> Self {
        if date::iso_date(text).is_some() {
            Self(Self::DATE.0 | Self::TIMESTAMP.0)
        } else if date::iso_timestamp(text, 0).is_some() {
            Self::TIMESTAMP
        } else if is_infinity(text) {
            Self::FLOAT
        } else if whole(text).is_some() {
            Self::WHOLE
        } else if decimal(text).is_some() {
            Self::FLOAT
        } else {
            Self::TEXT
        }
    }
}

/// A plain decimal, exactly: `mantissa` / 10^`scale`. Its text can be written again from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decimal {
    /// All digits, with the sign.
    pub mantissa: i64,
    /// How many of them stand behind the point.
    pub scale: u8,
}

/// 10^0 to 10^22: the powers that a float holds exactly.
const POWERS: [f64; 23] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20,
    1e21, 1e22,
];

impl Decimal {
    /// Reads the usual forms and nothing else: an optional minus, digits without a needless zero in front, at most 18
    /// in all, and a point only between digits.
    #[must_use]
    #[inline]
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let (negative, digits) = match bytes.split_first()? {
            (b'-', rest) => (true, rest),
            _ => (false, bytes),
        };
        if digits.len() > 19 {
            return None;
        }
        let mut mantissa = 0_i64;
        let mut point = None;
        for (at, &byte) in digits.iter().enumerate() {
            if at == 18 && point.is_none() {
                return None;
            }
            let digit = byte.wrapping_sub(b'0');
            if digit < 10 {
                mantissa = mantissa * 10 + i64::from(digit);
            } else if byte == b'.' && point.is_none() && at > 0 {
                point = Some(at);
            } else {
                return None;
            }
        }
        let whole_digits = point.unwrap_or(digits.len());
        let scale = point.map_or(0, |at| digits.len() - at - 1);
        let needless_zero = digits.first() == Some(&b'0') && whole_digits > 1;
        let dangling = whole_digits == 0 || (point.is_some() && scale == 0);
        if needless_zero || dangling || (negative && mantissa == 0) {
            return None;
        }
        Some(Self {
            mantissa: if negative { -mantissa } else { mantissa },
            scale: scale as u8,
        })
    }

    /// The nearest float.
    #[must_use]
    pub fn to_f64(self) -> f64 {
        let exact = self.mantissa.unsigned_abs() < 1 << 53;
        match POWERS.get(usize::from(self.scale)) {
            // Both are exact, so the quotient is rounded once: the nearest.
            Some(power) if exact => self.mantissa as f64 / power,
            _ => self.to_string().parse().unwrap_or(0.0),
        }
    }
}

impl std::fmt::Display for Decimal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.scale == 0 {
            return write!(f, "{}", self.mantissa);
        }
        let sign = if self.mantissa < 0 { "-" } else { "" };
        let power = 10_u64.pow(u32::from(self.scale.min(19)));
        let digits = self.mantissa.unsigned_abs();
        let width = usize::from(self.scale);
        write!(f, "{sign}{}.{:0width$}", digits / power, digits % power)
    }
}

/// `true` or `false` in the forms that are recognised by themselves.
#[must_use]
pub fn truth(text: &str) -> Option<bool> {
    match text {
        "true" | "True" | "TRUE" => Some(true),
        "false" | "False" | "FALSE" => Some(false),
        _ => None,
    }
}

/// Whether it says: not a number.
#[must_use]
pub fn is_nan(text: &str) -> bool {
    text.eq_ignore_ascii_case("nan")
}

/// Whether it says infinity.
#[must_use]
pub fn is_infinity(text: &str) -> bool {
    let word = text.strip_prefix(['-', '+']).unwrap_or(text);
    word.eq_ignore_ascii_case("inf") || word.eq_ignore_ascii_case("infinity")
}

/// A whole number as inference takes it: no plus, no leading zeros, 64 bits.
fn whole(text: &str) -> Option<i64> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let plain = digits.bytes().all(|byte| byte.is_ascii_digit()) && (digits.len() == 1 || !digits.starts_with('0'));
    if plain { text.parse().ok() } else { None }
}

/// A number as inference takes it: a whole number of any length goes as text, an exponent needs a decimal point.
fn decimal(text: &str) -> Option<f64> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (mantissa, exponent) = match digits.find(['e', 'E']) {
        Some(at) => (digits.get(..at)?, Some(digits.get(at + 1..)?)),
        None => (digits, None),
    };
    let (front, back) = mantissa.split_once('.')?;
    let plain = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let needless_zero = front.len() > 1 && front.starts_with('0');
    let exponent_fits = exponent.is_none_or(|part| {
        let part = part.strip_prefix(['-', '+']).unwrap_or(part);
        !part.is_empty() && plain(part)
    });
    if !plain(front) || !plain(back) || front.len() + back.len() == 0 || needless_zero || !exponent_fits {
        return None;
    }
    text.parse().ok()
}

/// A typed value of a text; `Missing` for `NaN` among numbers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Typed {
    /// No value.
    Missing,
    /// `true` or `false`.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A number.
    Float(f64),
    /// Days since 1970-01-01.
    Date(i32),
    /// Microseconds since 1970-01-01T00:00.
    Timestamp(i64),
}

/// The value of a text in a column that was inferred to be of that kind; none where it does not fit (infinity too).
#[must_use]
pub fn inferred(text: &str, kind: ColumnType, utc_offset_minutes: i32) -> Option<Typed> {
    let text = text.trim();
    match kind {
        ColumnType::Int | ColumnType::Float if is_nan(text) => Some(Typed::Missing),
        ColumnType::Bool => truth(text).map(Typed::Bool),
        ColumnType::Int => whole(text).map(Typed::Int),
        ColumnType::Float => whole(text)
            .map(|value| value as f64)
            .or_else(|| decimal(text))
            .filter(|value| value.is_finite())
            .map(|value| Typed::Float(value + 0.0)),
        ColumnType::Date => date::iso_date(text).map(Typed::Date),
        ColumnType::Timestamp => date::iso_timestamp(text, utc_offset_minutes)
            .or_else(|| date::iso_date(text).map(|day| i64::from(day) * MICROS_PER_DAY))
            .map(Typed::Timestamp),
        ColumnType::Text => None,
    }
}

/// A dictionary whose every text became a value of one kind.
#[derive(Debug, Default)]
pub struct TypedDictionary {
    values: Vec<Typed>,
}

impl TypedDictionary {
    /// Reads every text of a dictionary that `used` names.
    ///
    /// # Errors
    /// The code of the first text that `read` refuses.
    pub fn new(
        text: &Text,
        used: impl Fn(usize) -> bool,
        mut read: impl FnMut(&str) -> Option<Typed>,
    ) -> Result<Self, usize> {
        let mut values = Vec::with_capacity(text.dictionary.len());
        for code in 0..text.dictionary.len() {
            values.push(if used(code) {
                read(text.dictionary.value(code)).ok_or(code)?
            } else {
                Typed::Missing
            });
        }
        Ok(Self { values })
    }

    /// The column that the codes make with it.
    #[must_use]
    pub fn column(&self, text: &Text, validity: Option<&NullBuffer>, kind: ColumnType) -> Column {
        let codes = &text.codes;
        macro_rules! map {
            ($default:expr, $pattern:pat => $value:expr) => {{
                let table: Vec<_> = self
                    .values
                    .iter()
                    .map(|value| match *value {
                        $pattern => $value,
                        _ => $default,
                    })
                    .collect();
                codes.look_up(&table, $default)
            }};
        }
        let values = match kind {
            ColumnType::Bool => Values::Bool(map!(false, Typed::Bool(value) => value).into()),
            ColumnType::Int => Values::Int(Ints::pack(map!(0, Typed::Int(value) => value))),
            ColumnType::Float => Values::Float(map!(0.0, Typed::Float(value) => value).into()),
            ColumnType::Date => Values::Date(map!(0, Typed::Date(value) => value).into()),
            ColumnType::Timestamp => Values::Timestamp(map!(0, Typed::Timestamp(value) => value).into()),
            ColumnType::Text => Values::Text(text.clone()),
        };
        let missing: Vec<bool> = self.values.iter().map(|value| *value == Typed::Missing).collect();
        let validity = if missing.contains(&true) {
            let gaps = codes.look_up(&missing, true);
            Some(NullBuffer::new(BooleanBuffer::collect_bool(gaps.len(), |row| {
                !gaps.get(row).copied().unwrap_or(true) && validity.is_none_or(|validity| validity.is_valid(row))
            })))
        } else {
            validity.cloned()
        };
        Column::new(values, validity)
    }
}

/// Which texts of the dictionary some valid row has.
#[must_use]
pub fn used_codes(text: &Text, validity: Option<&NullBuffer>) -> Vec<bool> {
    let mut used = vec![false; text.dictionary.len()];
    for (row, code) in text.codes.iter().enumerate() {
        if validity.is_none_or(|validity| validity.is_valid(row))
            && let Some(used) = used.get_mut(code as usize)
        {
            *used = true;
        }
    }
    used
}

/// Infers the kind of a text column again, as after codes for missing values were taken out.
///
/// # Errors
/// The code of a value that says infinity among numbers.
pub fn reinfer(column: &Column, key: bool, utc_offset_minutes: i32) -> Result<Option<Column>, usize> {
    let Values::Text(text) = &column.values else {
        return Ok(None);
    };
    let validity = column.validity.as_ref();
    let used = used_codes(text, validity);
    let is_used = |code: usize| used.get(code).copied().unwrap_or(false);
    let kinds = (0..text.dictionary.len())
        .filter(|&code| is_used(code))
        .fold(Kinds::ANY, |kinds, code| {
            kinds.and(Kinds::of(text.dictionary.value(code)))
        });
    match kinds.column_type(key) {
        None | Some(ColumnType::Text) => Ok(None),
        Some(kind) => {
            let typed = TypedDictionary::new(text, is_used, |value| inferred(value, kind, utc_offset_minutes))?;
            Ok(Some(typed.column(text, validity, kind)))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_exact_and_written_back() {
        for text in [
            "0",
            "7",
            "-7",
            "1.50",
            "0.1",
            "-0.25",
            "123456789.123456789",
            "0.00000000000000001",
        ] {
            let decimal = Decimal::parse(text.as_bytes()).unwrap();
            assert_eq!(decimal.to_string(), text);
            assert_eq!(decimal.to_f64(), text.parse::<f64>().unwrap(), "{text}");
        }
        for text in [
            "",
            "-",
            "-0",
            "00",
            "01",
            "1.",
            ".5",
            "1.2.3",
            "1e5",
            "+1",
            " 1",
            "1234567890123456789",
            "9999999999999999999",
            "-9223372036854775808",
        ] {
            assert_eq!(Decimal::parse(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn kinds_follow_the_written_rules() {
        let kind = |text: &str| Kinds::of(text).column_type(false);
        for (text, expected) in [
            ("true", ColumnType::Bool),
            ("FALSE", ColumnType::Bool),
            ("yes", ColumnType::Text),
            ("0", ColumnType::Int),
            ("-12", ColumnType::Int),
            ("9223372036854775807", ColumnType::Int),
            ("9223372036854775808", ColumnType::Text),
            ("00123", ColumnType::Text),
            ("+49301234", ColumnType::Text),
            ("1.5", ColumnType::Float),
            (".5", ColumnType::Float),
            ("1.5e3", ColumnType::Float),
            ("6e1862", ColumnType::Text),
            ("6e1862e15f33", ColumnType::Text),
            ("1,234", ColumnType::Text),
            ("2024-02-29", ColumnType::Date),
            ("2023-02-29", ColumnType::Text),
            ("2024-02-29T10:11", ColumnType::Timestamp),
            ("1/2/2024", ColumnType::Text),
            ("None", ColumnType::Text),
            ("inf", ColumnType::Float),
        ] {
            assert_eq!(kind(text), Some(expected), "{text}");
        }
    }
}
