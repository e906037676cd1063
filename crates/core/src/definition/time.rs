//! Time as a card speaks of it: dates, durations, calendars.

use serde::{Deserialize, Serialize};

use crate::diagnostic::Span;

/// A civil date, counted in days from 1970-01-01; written and read as `yyyy-MM-dd`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct CivilDate(pub i32);

impl CivilDate {
    /// Days from the Common Era to 1970-01-01 as `chrono` counts them.
    const EPOCH: i32 = 719_163;

    /// The date as `chrono` has it; none beyond its range of years.
    #[must_use]
    pub fn naive(self) -> Option<chrono::NaiveDate> {
        chrono::NaiveDate::from_num_days_from_ce_opt(self.0.checked_add(Self::EPOCH)?)
    }

    /// From `chrono`.
    #[must_use]
    pub fn from_naive(date: chrono::NaiveDate) -> Self {
        Self(chrono::Datelike::num_days_from_ce(&date) - Self::EPOCH)
    }

    /// From year, month and day; none where there is no such day.
    #[must_use]
    pub fn new(year: i32, month: u32, day: u32) -> Option<Self> {
        chrono::NaiveDate::from_ymd_opt(year, month, day).map(Self::from_naive)
    }

    /// Reads exactly `yyyy-MM-dd`.
    ///
    /// ```
    /// use bellwether::definition::CivilDate;
    /// assert_eq!(CivilDate::parse("1970-01-02"), Some(CivilDate(1)));
    /// assert_eq!(CivilDate::parse("2027-02-30"), None);
    /// ```
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('-');
        let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
        let digits = |part: &str, length: usize| part.len() == length && part.bytes().all(|b| b.is_ascii_digit());
        if parts.next().is_some() || !digits(year, 4) || !digits(month, 2) || !digits(day, 2) {
            return None;
        }
        Self::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?)
    }
}

impl std::fmt::Display for CivilDate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.naive() {
            Some(date) => write!(f, "{}", date.format("%Y-%m-%d")),
            None => write!(f, "day {}", self.0),
        }
    }
}

impl Serialize for CivilDate {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for CivilDate {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| serde::de::Error::custom("a date is written yyyy-MM-dd"))
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for CivilDate {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "CivilDate".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "format": "date" })
    }
}

/// Units of durations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum TimeUnit {
    /// Minutes.
    Minute,
    /// Hours.
    Hour,
    /// Days.
    Day,
    /// Seven days.
    Week,
    /// Calendar months.
    Month,
    /// Three calendar months.
    Quarter,
    /// Twelve calendar months.
    Year,
}

impl TimeUnit {
    /// Reads `day`, `days`, `month`, ...
    #[must_use]
    pub fn named(word: &str) -> Option<Self> {
        Some(match word.strip_suffix('s').unwrap_or(word) {
            "minute" => Self::Minute,
            "hour" => Self::Hour,
            "day" => Self::Day,
            "week" => Self::Week,
            "month" => Self::Month,
            "quarter" => Self::Quarter,
            "year" => Self::Year,
            _ => return None,
        })
    }

    /// How many of it make up so many years, about.
    #[must_use]
    pub const fn in_years(self, years: i64) -> i64 {
        years
            * match self {
                Self::Minute => 525_960,
                Self::Hour => 8_766,
                Self::Day => 366,
                Self::Week => 53,
                Self::Month => 12,
                Self::Quarter => 4,
                Self::Year => 1,
            }
    }

    /// The word, singular.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Minute => "minute",
            Self::Hour => "hour",
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
            Self::Quarter => "quarter",
            Self::Year => "year",
        }
    }
}

/// A stretch of time: `28, "days"`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Duration {
    /// How many.
    pub count: u32,
    /// Of what.
    pub unit: TimeUnit,
}

/// How time is cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Calendar {
    /// Days.
    Day,
    /// ISO weeks, Monday to Sunday.
    Week,
    /// Calendar months.
    Month,
    /// Calendar quarters.
    Quarter,
    /// Calendar years.
    Year,
    /// Quarters of the fiscal year.
    FiscalQuarter,
    /// Fiscal years; the start month is the header's.
    FiscalYear,
}

impl Calendar {
    /// The word for it in a card.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
            Self::Quarter => "quarter",
            Self::Year => "year",
            Self::FiscalQuarter => "fiscal quarter",
            Self::FiscalYear => "fiscal year",
        }
    }

    /// Reads the word of a card.
    #[must_use]
    pub fn named(word: &str) -> Option<Self> {
        [
            Self::Day,
            Self::Week,
            Self::Month,
            Self::Quarter,
            Self::Year,
            Self::FiscalQuarter,
            Self::FiscalYear,
        ]
        .into_iter()
        .find(|calendar| calendar.word() == word)
    }
}

/// A calendar of the card: `period("month")`, `.rolling(3)`, `.to_date("year")`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Period {
    /// The steps.
    pub calendar: Calendar,
    /// Each cell covers the last n steps, its own included; 1 is a plain calendar.
    pub rolling: u32,
    /// Each cell covers everything since the start of this larger calendar's step.
    pub to_date: Option<Calendar>,
    /// Where it is declared.
    pub span: Span,
}

/// The months in English.
pub const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
