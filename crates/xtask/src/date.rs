//! Civil dates as day numbers (proleptic Gregorian, no zone), as H. Hinnant's `days_from_civil` counts them.

use std::fmt;

/// A day; 0 is 1970-01-01.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Day(pub i64);

/// A minute of a day, printed as `2026-06-30 14:05`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Minute(pub i64);

impl Day {
    pub const fn new(year: i64, month: i64, day: i64) -> Self {
        let y = if month <= 2 { year - 1 } else { year };
        let era = y.div_euclid(400);
        let year_of_era = y.rem_euclid(400);
        let shifted = (month + 9) % 12;
        let day_of_year = (153 * shifted + 2) / 5 + day - 1;
        let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
        Self(era * 146_097 + day_of_era - 719_468)
    }

    /// Year, month (1 to 12) and day of the month.
    pub const fn civil(self) -> (i64, i64, i64) {
        let z = self.0 + 719_468;
        let era = z.div_euclid(146_097);
        let doe = z.rem_euclid(146_097);
        let yoe = (doe - doe / 1_460 + doe / 36_524 - doe / 146_096) / 365;
        let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
        let mp = (5 * doy + 2) / 153;
        let month = if mp < 10 { mp + 3 } else { mp - 9 };
        let year = yoe + era * 400 + if month <= 2 { 1 } else { 0 };
        (year, month, doy - (153 * mp + 2) / 5 + 1)
    }

    pub const fn plus(self, days: i64) -> Self {
        Self(self.0 + days)
    }

    /// The same day of the month some months on; the last day where that month is shorter.
    pub fn plus_months(self, months: i64) -> Self {
        let (year, month, day) = self.civil();
        let first = Month { year, month }.plus(months);
        Self(first.start().0 + day.min(first.days()) - 1)
    }

    pub const fn at(self, hour: i64, minute: i64) -> Minute {
        Minute((self.0 * 24 + hour) * 60 + minute)
    }
}

impl Minute {
    pub const fn day(self) -> Day {
        Day(self.0.div_euclid(24 * 60))
    }
}

/// A calendar month.
#[derive(Clone, Copy)]
pub struct Month {
    pub year: i64,
    pub month: i64,
}

impl Month {
    pub const fn plus(self, months: i64) -> Self {
        let count = self.year * 12 + self.month - 1 + months;
        Self {
            year: count.div_euclid(12),
            month: count.rem_euclid(12) + 1,
        }
    }

    pub const fn start(self) -> Day {
        Day::new(self.year, self.month, 1)
    }

    /// Length in days.
    pub const fn days(self) -> i64 {
        self.plus(1).start().0 - self.start().0
    }
}

impl fmt::Display for Day {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.civil();
        write!(out, "{year:04}-{month:02}-{day:02}")
    }
}

impl fmt::Display for Minute {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let minute = self.0.rem_euclid(24 * 60);
        write!(out, "{} {:02}:{:02}", self.day(), minute / 60, minute % 60)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_dates_agree() {
        assert_eq!(Day::new(1970, 1, 1).0, 0);
        assert_eq!(Day::new(2000, 3, 1).0, 11_017);
        for day in -800_000..800_000 {
            let (y, m, d) = Day(day).civil();
            assert_eq!(Day::new(y, m, d).0, day);
        }
    }

    #[test]
    fn months_keep_their_ends() {
        assert_eq!(Day::new(2024, 1, 31).plus_months(1).to_string(), "2024-02-29");
        assert_eq!(Day::new(2024, 11, 15).plus_months(24).to_string(), "2026-11-15");
        assert_eq!(Day::new(2026, 6, 30).at(9, 5).to_string(), "2026-06-30 09:05");
    }
}
