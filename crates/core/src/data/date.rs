//! Dates as files write them: ISO forms, which are recognised by themselves, and formats that a card declares.
//!
//! # Formats
//!
//! | letters | mean | accept |
//! | --- | --- | --- |
//! | `yyyy`, `yy` | year | four digits; two digits, 69–99 in the 1900s and 00–68 in the 2000s |
//! | `Q` | quarter | 1 to 4 |
//! | `M`, `MM`, `MMM`, `MMMM` | month | one or two digits; two digits; `Jan`; `January` (English, any case) |
//! | `d`, `dd` | day of the month | one or two digits; two digits |
//! | `H`, `HH` | hour, 0 to 23 | one or two digits; two digits |
//! | `h`, `hh` with `a` | hour, 1 to 12, with `am` or `pm` | one or two digits; two digits |
//! | `m`, `mm`, `s`, `ss` | minute, second | as above |
//! | `S` | fraction of the second | one to nine digits |
//! | `'text'` | that text | letters stand in single quotes, other signs for themselves |
//!
//! A format without day covers its whole month, quarter or year.

use crate::definition::{CivilDate, MONTHS};

/// Microseconds in a day.
pub const MICROS_PER_DAY: i64 = 86_400_000_000;

/// How fine a format is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Precision {
    /// Only year, quarter or month: so many months, from the first day on.
    Months(u32),
    /// Days.
    Day,
    /// Days with a time.
    Time,
}

/// A moment in civil time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment {
    /// Days since 1970-01-01.
    pub day: i32,
    /// Microseconds since midnight.
    pub time: i64,
}

impl Moment {
    /// Microseconds since 1970-01-01T00:00.
    #[must_use]
    pub fn micros(self) -> i64 {
        i64::from(self.day) * MICROS_PER_DAY + self.time
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Item {
    Year4,
    Year2,
    Quarter,
    Month { two: bool },
    MonthName { short: bool },
    Day { two: bool },
    Hour { two: bool },
    HalfHour { two: bool },
    Minute { two: bool },
    Second { two: bool },
    Fraction,
    AmPm,
    Literal(String),
}

/// A declared format of dates.
///
/// ```
/// use bellwether::data::date::DateFormat;
/// let format = DateFormat::parse("d/M/yyyy H:mm").unwrap();
/// assert_eq!(format.read("29/2/2016 01:16").unwrap().day, 16_860);
/// assert_eq!(format.read("31/2/2016 01:16"), None);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DateFormat {
    items: Vec<Item>,
    text: String,
    precision: Precision,
}

impl DateFormat {
    /// Reads a format.
    ///
    /// # Errors
    /// Says in words what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let items = scan(text)?;
        let has = |wanted: fn(&Item) -> bool| items.iter().any(wanted);
        let year = has(|item| matches!(item, Item::Year4 | Item::Year2));
        let month = has(|item| matches!(item, Item::Month { .. } | Item::MonthName { .. }));
        let quarter = has(|item| matches!(item, Item::Quarter));
        let day = has(|item| matches!(item, Item::Day { .. }));
        let time = has(|item| matches!(item, Item::Hour { .. } | Item::HalfHour { .. }));
        let half = has(|item| matches!(item, Item::HalfHour { .. }));
        let noon = has(|item| matches!(item, Item::AmPm));
        if !year {
            return Err("a date format needs a year: `yyyy`".into());
        }
        if day && !month {
            return Err("a date format with a day needs a month: `M` (`m` is a minute)".into());
        }
        if time && !day {
            return Err("a date format with an hour needs a day: `d`".into());
        }
        if half != noon {
            return Err(
                "`h` is an hour from 1 to 12 and goes with `a` for am or pm; `H` is an hour from 0 to 23".into(),
            );
        }
        if has(|item| matches!(item, Item::Minute { .. } | Item::Second { .. } | Item::Fraction)) && !time {
            return Err("minutes need an hour: `H:mm` (`M` is a month, `m` a minute)".into());
        }
        let loose = |item: &Item| {
            matches!(
                item,
                Item::Month { two: false }
                    | Item::Day { two: false }
                    | Item::Hour { two: false }
                    | Item::HalfHour { two: false }
                    | Item::Minute { two: false }
                    | Item::Second { two: false }
            )
        };
        let digits = |item: &Item| !matches!(item, Item::Literal(_) | Item::AmPm | Item::MonthName { .. });
        if items
            .iter()
            .zip(items.iter().skip(1))
            .any(|(a, b)| loose(a) && digits(b))
        {
            return Err("where nothing stands between two numbers, both have a fixed width: `MM`, `dd`".into());
        }
        let precision = match (day, time) {
            (_, true) => Precision::Time,
            (true, false) => Precision::Day,
            (false, false) if month => Precision::Months(1),
            (false, false) if quarter => Precision::Months(3),
            (false, false) => Precision::Months(12),
        };
        Ok(Self {
            items,
            text: text.to_owned(),
            precision,
        })
    }

    /// How fine it is.
    #[must_use]
    pub const fn precision(&self) -> Precision {
        self.precision
    }

    /// The format as it was written.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Reads a value; none when it does not fit exactly. White space at the ends is ignored.
    #[must_use]
    pub fn read(&self, value: &str) -> Option<Moment> {
        let mut rest = value.trim();
        let (mut year, mut month, mut day) = (0_u32, 1_u32, 1_u32);
        let (mut hour, mut minute, mut second, mut fraction) = (0_u32, 0_u32, 0_u32, 0_i64);
        let mut half = None;
        let mut afternoon = false;
        for item in &self.items {
            match item {
                Item::Year4 => year = number(&mut rest, 4, 4)?,
                Item::Year2 => {
                    let short = number(&mut rest, 2, 2)?;
                    year = short + if short >= 69 { 1900 } else { 2000 };
                }
                Item::Quarter => {
                    let quarter = number(&mut rest, 1, 1)?;
                    month = (1..=4).contains(&quarter).then(|| quarter * 3 - 2)?;
                }
                Item::Month { two } => month = number(&mut rest, if *two { 2 } else { 1 }, 2)?,
                Item::MonthName { short } => month = month_name(&mut rest, *short)?,
                Item::Day { two } => day = number(&mut rest, if *two { 2 } else { 1 }, 2)?,
                Item::Hour { two } => hour = number(&mut rest, if *two { 2 } else { 1 }, 2)?,
                Item::HalfHour { two } => half = Some(number(&mut rest, if *two { 2 } else { 1 }, 2)?),
                Item::Minute { two } => minute = number(&mut rest, if *two { 2 } else { 1 }, 2)?,
                Item::Second { two } => second = number(&mut rest, if *two { 2 } else { 1 }, 2)?,
                Item::Fraction => fraction = read_fraction(&mut rest)?,
                Item::AmPm => {
                    let word = rest.get(..2)?;
                    afternoon = word.eq_ignore_ascii_case("pm");
                    if !afternoon && !word.eq_ignore_ascii_case("am") {
                        return None;
                    }
                    rest = rest.get(2..)?;
                }
                Item::Literal(text) => rest = rest.strip_prefix(text.as_str())?,
            }
        }
        if let Some(half) = half {
            if !(1..=12).contains(&half) {
                return None;
            }
            hour = half % 12 + if afternoon { 12 } else { 0 };
        }
        if !rest.is_empty() || hour > 23 || minute > 59 || second > 59 {
            return None;
        }
        Some(Moment {
            day: civil_day(year, month, day)?,
            time: clock(hour, minute, second) + fraction,
        })
    }
}

fn scan(text: &str) -> Result<Vec<Item>, String> {
    let mut items = Vec::new();
    let mut chars = text.chars().peekable();
    while let Some(letter) = chars.next() {
        if letter == '\'' {
            let quoted: String = chars.by_ref().take_while(|&c| c != '\'').collect();
            literal(&mut items, if quoted.is_empty() { "'" } else { &quoted });
            continue;
        }
        if !letter.is_ascii_alphabetic() {
            literal(&mut items, letter.encode_utf8(&mut [0; 4]));
            continue;
        }
        let mut length = 1;
        while chars.peek() == Some(&letter) {
            chars.next();
            length += 1;
        }
        items.push(match (letter, length) {
            ('y', 4) => Item::Year4,
            ('y', 2) => Item::Year2,
            ('Q', 1) => Item::Quarter,
            ('M', 1 | 2) => Item::Month { two: length == 2 },
            ('M', 3 | 4) => Item::MonthName { short: length == 3 },
            ('d', 1 | 2) => Item::Day { two: length == 2 },
            ('H', 1 | 2) => Item::Hour { two: length == 2 },
            ('h', 1 | 2) => Item::HalfHour { two: length == 2 },
            ('m', 1 | 2) => Item::Minute { two: length == 2 },
            ('s', 1 | 2) => Item::Second { two: length == 2 },
            ('S', _) => Item::Fraction,
            ('a', 1) => Item::AmPm,
            ('T', 1) => Item::Literal("T".into()),
            ('D' | 'Y', _) => {
                let run: String = std::iter::repeat_n(letter, length).collect();
                return Err(format!("`{run}` in a date format: write `{}`", run.to_lowercase()));
            }
            _ => {
                let run: String = std::iter::repeat_n(letter, length).collect();
                return Err(format!("`{run}` means nothing in a date format: `yyyy`, `M`, `d`, `H`, `mm`, `ss`; other text in single quotes"));
            }
        });
    }
    Ok(items)
}

fn literal(items: &mut Vec<Item>, text: &str) {
    if let Some(Item::Literal(before)) = items.last_mut() {
        before.push_str(text);
    } else {
        items.push(Item::Literal(text.to_owned()));
    }
}

/// Takes a number of `least` to `most` digits off the front.
fn number(rest: &mut &str, least: usize, most: usize) -> Option<u32> {
    let digits = rest.bytes().take(most).take_while(u8::is_ascii_digit).count();
    if digits < least {
        return None;
    }
    let (head, tail) = rest.split_at_checked(digits)?;
    *rest = tail;
    head.parse().ok()
}

fn month_name(rest: &mut &str, short: bool) -> Option<u32> {
    let letters = rest.bytes().take_while(u8::is_ascii_alphabetic).count();
    let (head, tail) = rest.split_at_checked(letters)?;
    let index = MONTHS.iter().position(|name| {
        let name = if short { name.get(..3) } else { Some(*name) };
        name.is_some_and(|name| name.eq_ignore_ascii_case(head))
    })?;
    *rest = tail;
    u32::try_from(index + 1).ok()
}

/// Microseconds from one to nine digits of a second's fraction; finer than a microsecond is cut.
fn read_fraction(rest: &mut &str) -> Option<i64> {
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    if !(1..=9).contains(&digits) {
        return None;
    }
    let (head, tail) = rest.split_at_checked(digits)?;
    *rest = tail;
    fraction_micros(head.as_bytes())
}

fn fraction_micros(digits: &[u8]) -> Option<i64> {
    if digits.is_empty() || digits.len() > 9 || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let padded = digits.iter().copied().chain(std::iter::repeat(b'0')).take(6);
    Some(padded.fold(0, |sum, digit| sum * 10 + i64::from(digit - b'0')))
}

fn clock(hour: u32, minute: u32, second: u32) -> i64 {
    i64::from(hour * 3600 + minute * 60 + second) * 1_000_000
}

/// Days since 1970-01-01 of a civil date of the years 1 to 9999; none where there is no such day.
fn civil_day(year: u32, month: u32, day: u32) -> Option<i32> {
    let year = i32::try_from(year).ok().filter(|year| (1..=9999).contains(year))?;
    CivilDate::new(year, month, day).map(|date| date.0)
}

fn two_digits(bytes: &[u8], at: usize) -> Option<u32> {
    match (bytes.get(at), bytes.get(at + 1)) {
        (Some(tens @ b'0'..=b'9'), Some(ones @ b'0'..=b'9')) => {
            Some(u32::from(tens - b'0') * 10 + u32::from(ones - b'0'))
        }
        _ => None,
    }
}

/// Reads the leading `yyyy-MM-dd`.
fn iso_day(bytes: &[u8]) -> Option<i32> {
    if bytes.get(4) != Some(&b'-') || bytes.get(7) != Some(&b'-') {
        return None;
    }
    let year = two_digits(bytes, 0)? * 100 + two_digits(bytes, 2)?;
    civil_day(year, two_digits(bytes, 5)?, two_digits(bytes, 8)?)
}

/// Reads exactly `yyyy-MM-dd`: days since 1970-01-01.
#[must_use]
pub fn iso_date(text: &str) -> Option<i32> {
    if text.len() == 10 {
        iso_day(text.as_bytes())
    } else {
        None
    }
}

/// Reads `yyyy-MM-dd HH:mm`, with `T` in place of the blank, optional `:ss`, optional fraction, optional `Z`, `+02`,
/// `+02:00` or `+0200`: microseconds since 1970-01-01T00:00. What has an offset is converted to `utc_offset_minutes`;
/// what has none is taken as it stands.
#[must_use]
pub fn iso_timestamp(text: &str, utc_offset_minutes: i32) -> Option<i64> {
    let bytes = text.as_bytes();
    if bytes.len() < 16 || !matches!(bytes.get(10), Some(b' ' | b'T')) || bytes.get(13) != Some(&b':') {
        return None;
    }
    let day = iso_day(bytes)?;
    let (hour, minute) = (two_digits(bytes, 11)?, two_digits(bytes, 14)?);
    let mut at = 16;
    let mut second = 0;
    let mut fraction = 0;
    if bytes.get(at) == Some(&b':') {
        second = two_digits(bytes, 17)?;
        at = 19;
        if matches!(bytes.get(at), Some(b'.' | b',')) {
            let digits = bytes
                .iter()
                .skip(at + 1)
                .take_while(|byte| byte.is_ascii_digit())
                .count();
            fraction = fraction_micros(bytes.get(at + 1..at + 1 + digits)?)?;
            at += 1 + digits;
        }
    }
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let local = i64::from(day) * MICROS_PER_DAY + clock(hour, minute, second) + fraction;
    let zone = bytes.get(at..)?;
    if zone.is_empty() {
        return Some(local);
    }
    let minutes = zone_minutes(zone)?;
    Some(local + i64::from(utc_offset_minutes - minutes) * 60_000_000)
}

fn zone_minutes(zone: &[u8]) -> Option<i32> {
    let sign = match zone.first()? {
        b'Z' | b'z' if zone.len() == 1 => return Some(0),
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let hours = two_digits(zone, 1)?;
    let minutes = match zone.len() {
        3 => 0,
        5 => two_digits(zone, 3)?,
        6 if zone.get(3) == Some(&b':') => two_digits(zone, 4)?,
        _ => return None,
    };
    if hours > 18 || minutes > 59 {
        return None;
    }
    i32::try_from(hours * 60 + minutes).ok().map(|total| sign * total)
}

/// A day as `yyyy-MM-dd`.
#[must_use]
pub fn day_text(day: i32) -> String {
    CivilDate(day).to_string()
}

/// A timestamp as `yyyy-MM-dd HH:mm:ss`, with a fraction where it has one.
#[must_use]
pub fn timestamp_text(micros: i64) -> String {
    let day = i32::try_from(micros.div_euclid(MICROS_PER_DAY)).unwrap_or(0);
    let time = micros.rem_euclid(MICROS_PER_DAY);
    let (seconds, fraction) = (time / 1_000_000, time % 1_000_000);
    let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    let date = day_text(day);
    if fraction == 0 {
        format!("{date} {hour:02}:{minute:02}:{second:02}")
    } else {
        format!("{date} {hour:02}:{minute:02}:{second:02}.{fraction:06}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(format: &str, value: &str) -> Option<String> {
        let format = DateFormat::parse(format).unwrap();
        format.read(value).map(|moment| timestamp_text(moment.micros()))
    }

    #[test]
    fn formats_read_exactly() {
        let cases = [
            ("d/M/yyyy H:mm", "29/2/2016 01:16", Some("2016-02-29 01:16:00")),
            ("d/M/yyyy H:mm", "2/29/2016 01:16", None),
            ("M/d/yyyy H:mm", "2/29/2016 1:16", Some("2016-02-29 01:16:00")),
            ("dd.MM.yyyy", "03.04.2024", Some("2024-04-03 00:00:00")),
            ("dd.MM.yyyy", "3.4.2024", None),
            ("yyyyMMdd", "20240131", Some("2024-01-31 00:00:00")),
            ("yyyy", "2017", Some("2017-01-01 00:00:00")),
            ("yyyy-MM", "2017-13", None),
            ("yyyy-'Q'Q", "2017-Q3", Some("2017-07-01 00:00:00")),
            ("d MMM yyyy", "5 SEP 2020", Some("2020-09-05 00:00:00")),
            ("MMMM d, yyyy", "May 5, 2020", Some("2020-05-05 00:00:00")),
            ("M/d/yy h:mm a", "1/2/99 12:05 am", Some("1999-01-02 00:05:00")),
            ("M/d/yy h:mm a", "1/2/05 12:05 PM", Some("2005-01-02 12:05:00")),
            (
                "yyyy-MM-ddTHH:mm:ss.S",
                "2024-01-31T05:06:07.25",
                Some("2024-01-31 05:06:07.250000"),
            ),
            ("d/M/yyyy", "1/2/2024 x", None),
        ];
        for (format, value, expected) in cases {
            assert_eq!(read(format, value).as_deref(), expected, "{format} {value}");
        }
    }

    #[test]
    fn formats_that_make_no_sense_say_why() {
        for (format, word) in [
            ("d/M", "year"),
            ("yyyy-dd", "month"),
            ("yyyy-mm-dd", "month"),
            ("h:mm d/M/yyyy", "am or pm"),
            ("DD/MM/YYYY", "`dd`"),
            ("dMyyyy", "fixed width"),
            ("yyyy week", "means nothing"),
        ] {
            let message = DateFormat::parse(format).unwrap_err();
            assert!(message.contains(word), "{format}: {message}");
        }
    }

    #[test]
    fn iso_forms() {
        assert_eq!(iso_date("1970-01-02"), Some(1));
        assert_eq!(iso_date("1970-1-2"), None);
        assert_eq!(iso_date("2023-02-29"), None);
        assert_eq!(iso_date("0000-01-01"), None);
        let second = 1_000_000;
        assert_eq!(iso_timestamp("1970-01-01 00:01", 0), Some(60 * second));
        assert_eq!(iso_timestamp("1970-01-01T00:01:02.5", 0), Some(62 * second + 500_000));
        assert_eq!(iso_timestamp("1970-01-01T01:00:00+01:00", 0), Some(0));
        assert_eq!(iso_timestamp("1970-01-01T00:00:00Z", 120), Some(7200 * second));
        assert_eq!(iso_timestamp("1970-01-01 24:00", 0), None);
        assert_eq!(iso_timestamp("1970-01-01 10:00 am", 0), None);
    }
}
