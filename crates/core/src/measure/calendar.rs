//! Calendars: days into steps, steps into labels, and the windows that cells cover.

use super::cell::{PeriodAxis, PeriodKey, PeriodStep};
use crate::definition::{Calendar, CivilDate, Duration, Period, TimeUnit};

#[cfg(test)]
mod tests;

/// The most steps that one calendar may have: a century of days.
const MOST_STEPS: usize = 36_600;

/// A calendar with the first month of the fiscal year, 1 to 12.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Steps {
    pub(crate) calendar: Calendar,
    pub(crate) fiscal_start: u32,
}

impl Steps {
    /// Months of a step, and the month of the year in which a year of them starts, 0 to 11.
    fn months(self) -> Option<(i32, i32)> {
        let fiscal = self.fiscal_start.clamp(1, 12).cast_signed() - 1;
        match self.calendar {
            Calendar::Day | Calendar::Week => None,
            Calendar::Month => Some((1, 0)),
            Calendar::Quarter => Some((3, 0)),
            Calendar::Year => Some((12, 0)),
            Calendar::FiscalQuarter => Some((3, fiscal)),
            Calendar::FiscalYear => Some((12, fiscal)),
        }
    }

    /// The first day of the step that holds a day.
    pub(crate) fn start(self, day: CivilDate) -> CivilDate {
        match self.months() {
            Some((months, offset)) => {
                let index = (month_index(day) - offset).div_euclid(months) * months + offset;
                month_start(index)
            }
            // 1970-01-01 was a Thursday, so Monday is 3 days before a multiple of 7.
            None if self.calendar == Calendar::Week => CivilDate((day.0 + 3).div_euclid(7) * 7 - 3),
            None => day,
        }
    }

    /// The first day of the step after the one that starts on a day.
    pub(crate) fn next(self, start: CivilDate) -> CivilDate {
        match self.months() {
            Some((months, _)) => month_start(month_index(start) + months),
            None if self.calendar == Calendar::Week => CivilDate(start.0 + 7),
            None => CivilDate(start.0 + 1),
        }
    }

    /// The name of the step that starts on a day.
    pub(crate) fn label(self, start: CivilDate) -> String {
        let index = month_index(start);
        let (year, month) = (index.div_euclid(12), index.rem_euclid(12));
        match (self.calendar, self.months()) {
            (Calendar::Week, _) => start
                .naive()
                .map_or_else(String::new, |day| day.format("%G-W%V").to_string()),
            (Calendar::Month, _) => format!("{year:04}-{:02}", month + 1),
            (Calendar::Quarter, _) => format!("{year:04}-Q{}", month / 3 + 1),
            (Calendar::Year, _) => format!("{year:04}"),
            // A fiscal year bears the number of the year in which it ends.
            (Calendar::FiscalYear, Some((_, offset))) => format!("FY{:04}", fiscal_year(index, offset)),
            (Calendar::FiscalQuarter, Some((_, offset))) => {
                let quarter = (index - offset).rem_euclid(12) / 3 + 1;
                format!("FY{:04}-Q{quarter}", fiscal_year(index, offset))
            }
            _ => start.to_string(),
        }
    }

    /// Whether a date that covers so many months always lies inside one step.
    pub(crate) fn holds_dates_of(self, months: u32) -> bool {
        match self.months() {
            Some((step, offset)) => {
                let months = i32::try_from(months).unwrap_or(i32::MAX);
                step % months == 0 && offset % months == 0
            }
            None => false,
        }
    }
}

fn fiscal_year(index: i32, offset: i32) -> i32 {
    let start = (index - offset).div_euclid(12) * 12 + offset;
    (start + 11).div_euclid(12)
}

/// Months since the year 0.
fn month_index(day: CivilDate) -> i32 {
    use chrono::Datelike;
    day.naive()
        .map_or(0, |date| date.year() * 12 + date.month0().cast_signed())
}

fn month_start(index: i32) -> CivilDate {
    CivilDate::new(index.div_euclid(12), index.rem_euclid(12).cast_unsigned() + 1, 1).unwrap_or_default()
}

/// The day so many units before another, as spans of time count: months back from the 31st end on the last day there is.
///
/// Units below a day count as the days that they fill.
pub(crate) fn before(day: CivilDate, span: Duration) -> CivilDate {
    let count = i32::try_from(span.count).unwrap_or(i32::MAX);
    let months = |months: i32| shift_months(day, count.saturating_mul(-months));
    match span.unit {
        TimeUnit::Minute => CivilDate(day.0.saturating_sub(count / 1440)),
        TimeUnit::Hour => CivilDate(day.0.saturating_sub(count / 24)),
        TimeUnit::Day => CivilDate(day.0.saturating_sub(count)),
        TimeUnit::Week => CivilDate(day.0.saturating_sub(count.saturating_mul(7))),
        TimeUnit::Month => months(1),
        TimeUnit::Quarter => months(3),
        TimeUnit::Year => months(12),
    }
}

/// The same day of the month so many months on, or the last day where it does not exist.
pub(crate) fn shift_months(day: CivilDate, months: i32) -> CivilDate {
    let Some(date) = day.naive() else { return day };
    let shifted = match u32::try_from(months) {
        Ok(months) => date.checked_add_months(chrono::Months::new(months)),
        Err(_) => date.checked_sub_months(chrono::Months::new(months.unsigned_abs())),
    };
    shifted.map_or(day, CivilDate::from_naive)
}

/// The mean length of a unit in days: a year has 365.25, a month a twelfth of it.
pub(crate) const fn mean_days(unit: TimeUnit) -> f64 {
    match unit {
        TimeUnit::Minute => 1.0 / 1440.0,
        TimeUnit::Hour => 1.0 / 24.0,
        TimeUnit::Day => 1.0,
        TimeUnit::Week => 7.0,
        TimeUnit::Month => 365.25 / 12.0,
        TimeUnit::Quarter => 365.25 / 4.0,
        TimeUnit::Year => 365.25,
    }
}

/// The length in days of the unit whose last day is this one: the year until 2016-02-29 has 366.
pub(crate) fn days_until(day: CivilDate, unit: TimeUnit) -> f64 {
    let next = CivilDate(day.0.saturating_add(1));
    match unit {
        TimeUnit::Month | TimeUnit::Quarter | TimeUnit::Year => {
            f64::from(next.0 - before(next, Duration { count: 1, unit }).0)
        }
        TimeUnit::Minute | TimeUnit::Hour | TimeUnit::Day | TimeUnit::Week => mean_days(unit),
    }
}

/// What bounds a calendar.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reach {
    /// The first day that the data have.
    pub(crate) first: CivilDate,
    /// The day as of which.
    pub(crate) as_of: CivilDate,
    /// Until when the data are said to be complete.
    pub(crate) complete_until: Option<CivilDate>,
}

/// The steps of a calendar from the first day of the data to the as-of day.
///
/// A rolling step is there when its whole window lies in the data (at least one step is).
pub(crate) fn axis(period: &Period, fiscal_start: u32, reach: Reach) -> PeriodAxis {
    let steps = Steps {
        calendar: period.calendar,
        fiscal_start,
    };
    let rolling = period.rolling.max(1) as usize;
    let complete_until = reach.complete_until.map_or(reach.as_of, |day| day.min(reach.as_of));
    let mut starts = vec![steps.start(reach.first.min(reach.as_of))];
    while let Some(&last) = starts.last() {
        let next = steps.next(last);
        if next > reach.as_of || next <= last || starts.len() >= MOST_STEPS {
            break;
        }
        starts.push(next);
    }
    let skipped = (rolling - 1).min(starts.len() - 1);
    let made: Vec<PeriodStep> = starts
        .iter()
        .enumerate()
        .skip(skipped)
        .map(|(index, &start)| {
            let end = CivilDate(steps.next(start).0 - 1);
            let from = match period.to_date {
                Some(larger) => Steps {
                    calendar: larger,
                    fiscal_start,
                }
                .start(end),
                None => index
                    .checked_sub(rolling - 1)
                    .and_then(|first| starts.get(first))
                    .copied()
                    .unwrap_or(start),
            };
            PeriodStep {
                label: steps.label(start).into(),
                start: from,
                end,
                complete: end <= complete_until,
            }
        })
        .collect();
    let headline = made
        .iter()
        .rposition(|step| step.complete)
        .and_then(|index| u32::try_from(index).ok());
    PeriodAxis {
        period: period.clone(),
        steps: made,
        headline,
    }
}

/// What days a cell covers, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Window {
    pub(crate) start: i32,
    pub(crate) end: i32,
}

/// The places of a cut in time: the whole time, then the steps of each calendar.
#[derive(Debug, Clone)]
pub(crate) struct Slots {
    /// A window each; the end is not after the as-of day.
    pub(crate) windows: Vec<Window>,
    keys: Vec<Option<PeriodKey>>,
}

/// The slot of the whole time.
pub(crate) const WHOLE: usize = 0;

impl Slots {
    pub(crate) fn new(axes: &[PeriodAxis], as_of: Option<CivilDate>) -> Self {
        let last = as_of.map_or(i32::MAX, |day| day.0);
        let mut slots = Self {
            windows: vec![Window {
                start: i32::MIN,
                end: last,
            }],
            keys: vec![None],
        };
        for (axis, period) in axes.iter().enumerate() {
            for (step, covered) in period.steps.iter().enumerate() {
                slots.windows.push(Window {
                    start: covered.start.0,
                    end: covered.end.0.min(last),
                });
                slots.keys.push(Some(PeriodKey {
                    axis: axis as u16,
                    step: step as u32,
                }));
            }
        }
        slots
    }

    pub(crate) fn len(&self) -> usize {
        self.windows.len()
    }

    pub(crate) fn key(&self, slot: usize) -> Option<PeriodKey> {
        self.keys.get(slot).copied().flatten()
    }

    /// One slot as if there were no other.
    pub(crate) fn only(&self, slot: usize) -> Self {
        Self {
            windows: self.windows.get(slot).copied().into_iter().collect(),
            keys: vec![self.key(slot)],
        }
    }

    /// Whether a slot is the whole time.
    pub(crate) fn is_whole(&self, slot: usize) -> bool {
        self.key(slot).is_none()
    }

    /// The slot of a key.
    pub(crate) fn find(&self, key: Option<PeriodKey>) -> Option<usize> {
        self.keys.iter().position(|&other| other == key)
    }
}
