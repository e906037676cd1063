//! Dates, timestamps, distances, deadlines.

use std::sync::Arc;

use super::vector::{Data, Operand, Vector, both, with, zip};
use crate::definition::{CivilDate, Function, TimeUnit};
use crate::expr::typed::Scalar;

/// Microseconds of a day.
const DAY: i64 = 86_400_000_000;

/// Days that have a date: the years 0 to 9999.
const DAYS: std::ops::RangeInclusive<i64> = -719_528..=2_932_896;

pub(super) const fn is_time(vector: &Vector) -> bool {
    matches!(
        vector.data,
        Data::Date(_) | Data::Timestamp(_) | Data::Constant(Scalar::Date(_) | Scalar::Timestamp(_))
    )
}

/// Days, where a vector holds dates without a time.
pub(super) fn days_only(vector: &Vector) -> Option<Operand<i32>> {
    match &vector.data {
        Data::Date(days) => Some(Operand::Many(Arc::clone(days))),
        Data::Constant(Scalar::Date(day)) => Some(Operand::One(*day)),
        _ => None,
    }
}

/// The day of each date or timestamp.
pub(super) fn days(vector: &Vector) -> Operand<i32> {
    match &vector.data {
        Data::Timestamp(moments) => Operand::Many(Arc::new(moments.iter().map(|moment| day_of(*moment)).collect())),
        Data::Constant(Scalar::Timestamp(moment)) => Operand::One(day_of(*moment)),
        _ => days_only(vector).unwrap_or(Operand::One(0)),
    }
}

/// Microseconds; a day is its midnight.
pub(super) fn micros(vector: &Vector) -> Operand<i64> {
    match &vector.data {
        Data::Timestamp(moments) => Operand::Many(Arc::clone(moments)),
        Data::Constant(Scalar::Timestamp(moment)) => Operand::One(*moment),
        _ => days_only(vector)
            .unwrap_or(Operand::One(0))
            .map(|day| i64::from(day) * DAY),
    }
}

/// A constant in microseconds.
pub(super) fn moment(scalar: &Scalar) -> Option<i64> {
    match scalar {
        Scalar::Date(day) => Some(i64::from(*day) * DAY),
        Scalar::Timestamp(moment) => Some(*moment),
        _ => None,
    }
}

fn day_of(moment: i64) -> i32 {
    // A 64-bit number of microseconds has fewer than 2^28 days.
    moment.div_euclid(DAY) as i32
}

/// Year, month and day of a number of days: the algorithm of Howard Hinnant, `civil_from_days`.
pub(super) fn civil(days: i32) -> (i64, i64, i64) {
    let shifted = i64::from(days) + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 {
        month_from_march + 3
    } else {
        month_from_march - 9
    };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

/// The number of days of a date: `days_from_civil` of the same author.
fn days_from(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * (if month > 2 { month - 3 } else { month + 9 }) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

fn days_in_month(year: i64, month: i64) -> i64 {
    match month {
        2 if year.rem_euclid(4) == 0 && (year.rem_euclid(100) != 0 || year.rem_euclid(400) == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// A day some months later: the last of its month where the day does not exist. None beyond the years that dates have.
fn month_later(day: i32, months: i64) -> Option<i32> {
    let (year, month, of_month) = civil(day);
    let count = (year * 12 + month - 1).checked_add(months)?;
    let (year, month) = (count.div_euclid(12), count.rem_euclid(12) + 1);
    if !(0..=9_999).contains(&year) {
        return None;
    }
    i32::try_from(days_from(year, month, of_month.min(days_in_month(year, month)))).ok()
}

/// Writes `yyyy-MM-dd`, or `yyyy-MM-ddTHH:mm:ss`.
pub(super) fn write(text: &mut String, moment: i64, day_only: bool) {
    use std::fmt::Write;
    let (year, month, day) = civil(day_of(moment));
    let seconds = moment.rem_euclid(DAY) / 1_000_000;
    // Writing to a string cannot fail.
    let _ = write!(text, "{year:04}-{month:02}-{day:02}");
    if !day_only {
        let _ = write!(
            text,
            "T{:02}:{:02}:{:02}",
            seconds / 3_600,
            seconds / 60 % 60,
            seconds % 60
        );
    }
}

pub(super) fn part(function: Function, value: &Vector, length: usize) -> Vector {
    if value.is_missing() {
        return Vector::missing();
    }
    let valid = value.valid.clone();
    let unit = Operand::One(());
    if function == Function::Hour {
        return Vector::ints(
            zip(length, &micros(value), &unit, |moment, ()| {
                moment.rem_euclid(DAY) / 3_600_000_000
            }),
            valid,
        );
    }
    let days = days(value);
    match function {
        Function::Year => Vector::ints(zip(length, &days, &unit, |day, ()| civil(day).0), valid),
        Function::Month => Vector::ints(zip(length, &days, &unit, |day, ()| civil(day).1), valid),
        Function::DayOfMonth => Vector::ints(zip(length, &days, &unit, |day, ()| civil(day).2), valid),
        // 1970-01-01 was a Thursday.
        Function::Weekday => Vector::ints(
            zip(length, &days, &unit, |day, ()| (i64::from(day) + 3).rem_euclid(7) + 1),
            valid,
        ),
        _ => Vector {
            data: Data::Date(Arc::new(zip(length, &days, &unit, |day, ()| day))),
            valid,
        },
    }
}

/// Days from the right to the left, with fractions.
pub(super) fn days_apart(left: &Vector, right: &Vector, length: usize, valid: Option<Arc<Vec<u8>>>) -> Vector {
    Vector::floats(
        zip(length, &micros(left), &micros(right), |a, b| apart(b, a, DAY)),
        valid,
    )
}

/// From one moment to another in some unit. The whole part is exact.
fn apart(from: i64, to: i64, unit: i64) -> f64 {
    let distance = i128::from(to) - i128::from(from);
    let unit = i128::from(unit);
    (distance / unit) as f64 + (distance % unit) as f64 / unit as f64
}

pub(super) fn between(function: Function, from: &Vector, to: &Vector, whole: bool, length: usize) -> Vector {
    if from.is_missing() || to.is_missing() {
        return Vector::missing();
    }
    let valid = both(from.valid.as_ref(), to.valid.as_ref());
    if function == Function::MonthsBetween {
        return Vector::ints(zip(length, &micros(from), &micros(to), months_between), valid);
    }
    if whole {
        return Vector::ints(
            zip(length, &days(from), &days(to), |a, b| i64::from(b) - i64::from(a)),
            valid,
        );
    }
    let unit = match function {
        Function::HoursBetween => 3_600_000_000,
        Function::MinutesBetween => 60_000_000,
        _ => DAY,
    };
    Vector::floats(zip(length, &micros(from), &micros(to), |a, b| apart(a, b, unit)), valid)
}

/// The most months that can be added to the earlier without passing the later; negative when the second is earlier.
fn months_between(from: i64, to: i64) -> i64 {
    if to < from {
        return -months_between(to, from);
    }
    let ((year, month, _), (to_year, to_month, _)) = (civil(day_of(from)), civil(day_of(to)));
    let months = (to_year - year) * 12 + to_month - month;
    let reached = month_later(day_of(from), months).map(|day| i64::from(day) * DAY + from.rem_euclid(DAY));
    if reached.is_some_and(|reached| reached <= to) {
        months
    } else {
        months - 1
    }
}

/// Dates or timestamps moved by a function of one of them and a number; what has no date is missing.
fn moved(
    time: &Vector,
    count: &Vector,
    length: usize,
    day: impl Fn(i32, i64) -> Option<i32>,
    micros_later: impl Fn(i64, i64) -> Option<i64>,
) -> Vector {
    if time.is_missing() || count.is_missing() {
        return Vector::missing();
    }
    let valid = both(time.valid.as_ref(), count.valid.as_ref());
    let counts = count.as_ints();
    match days_only(time) {
        Some(days) => {
            let moved = zip(length, &days, &counts, day);
            let fits = moved.iter().map(|day| u8::from(day.is_some())).collect();
            let days = moved.into_iter().map(Option::unwrap_or_default).collect();
            Vector {
                data: Data::Date(Arc::new(days)),
                valid: with(valid, fits),
            }
        }
        None => {
            let moved = zip(length, &micros(time), &counts, micros_later);
            let fits = moved.iter().map(|moment| u8::from(moment.is_some())).collect();
            let moments = moved.into_iter().map(Option::unwrap_or_default).collect();
            Vector {
                data: Data::Timestamp(Arc::new(moments)),
                valid: with(valid, fits),
            }
        }
    }
}

fn with_date(day: i64) -> Option<i32> {
    if DAYS.contains(&day) {
        i32::try_from(day).ok()
    } else {
        None
    }
}

fn moment_with_date(moment: i64) -> Option<i64> {
    with_date(moment.div_euclid(DAY)).map(|_| moment)
}

pub(super) fn add_days(time: &Vector, count: &Vector, length: usize) -> Vector {
    moved(
        time,
        count,
        length,
        |day, count| i64::from(day).checked_add(count).and_then(with_date),
        |moment, count| {
            count
                .checked_mul(DAY)
                .and_then(|count| moment.checked_add(count))
                .and_then(moment_with_date)
        },
    )
}

pub(super) fn add_months(time: &Vector, count: &Vector, length: usize) -> Vector {
    moved(time, count, length, month_later, |moment, count| {
        month_later(day_of(moment), count).map(|day| i64::from(day) * DAY + moment.rem_euclid(DAY))
    })
}

pub(super) fn earlier_or_later(later: bool, left: &Vector, right: &Vector, dates: bool, length: usize) -> Vector {
    if left.is_missing() || right.is_missing() {
        return Vector::missing();
    }
    let valid = both(left.valid.as_ref(), right.valid.as_ref());
    let data = if dates {
        Data::Date(Arc::new(zip(
            length,
            &days(left),
            &days(right),
            if later { i32::max } else { i32::min },
        )))
    } else {
        Data::Timestamp(Arc::new(zip(
            length,
            &micros(left),
            &micros(right),
            if later { i64::max } else { i64::min },
        )))
    };
    Vector { data, valid }
}

/// The rows of a vector that are there.
fn there(vector: &Vector, row: usize) -> bool {
    !vector.is_missing() && vector.valid.as_ref().is_none_or(|valid| valid.get(row) == Some(&1))
}

/// Yes, no, or missing, row by row.
fn answers(length: usize, answer: impl Fn(usize) -> Option<bool>) -> Vector {
    let answers: Vec<Option<bool>> = (0..length).map(answer).collect();
    let valid: Vec<u8> = answers.iter().map(|answer| u8::from(answer.is_some())).collect();
    let values = answers
        .into_iter()
        .map(|answer| u8::from(answer == Some(true)))
        .collect();
    Vector::bools(values, valid.contains(&0).then(|| Arc::new(valid)))
}

/// The first moment behind the as-of day.
fn end_of(as_of: CivilDate) -> i64 {
    (i64::from(as_of.0) + 1).saturating_mul(DAY)
}

/// Done within a stretch of time after a start: yes or no once the time is over at the end of the as-of day, and missing
/// before, also where it is done already. Starts that are days count in whole days where the unit is a day or longer:
/// what is done on the last day is done in time.
pub(super) fn done_within(
    start: &Vector,
    end: &Vector,
    count: i64,
    unit: TimeUnit,
    as_of: Option<CivilDate>,
    length: usize,
) -> Vector {
    let by_day = days_only(start).is_some() && !matches!(unit, TimeUnit::Minute | TimeUnit::Hour);
    let (starts, ends) = (micros(start), micros(end));
    answers(length, |row| {
        if !there(start, row) {
            return None;
        }
        let due = later(starts.get(row)?, count, unit)?;
        let end = if there(end, row) { ends.get(row) } else { None };
        answer(end, due, by_day, as_of)
    })
}

/// A moment some units later.
fn later(moment: i64, count: i64, unit: TimeUnit) -> Option<i64> {
    let micros = |unit: i64| count.checked_mul(unit).and_then(|stretch| moment.checked_add(stretch));
    let months = |months: i64| {
        let day = month_later(day_of(moment), count.checked_mul(months)?)?;
        Some(i64::from(day) * DAY + moment.rem_euclid(DAY))
    };
    match unit {
        TimeUnit::Minute => micros(60_000_000),
        TimeUnit::Hour => micros(3_600_000_000),
        TimeUnit::Day => micros(DAY),
        TimeUnit::Week => micros(7 * DAY),
        TimeUnit::Month => months(1),
        TimeUnit::Quarter => months(3),
        TimeUnit::Year => months(12),
    }
}

/// Whether something was done by a moment (or by the end of its day); known once that moment has passed at the end of
/// the as-of day. An early yes would be counted before a no of the same age can be: every row waits as long as the others.
/// A moment on the as-of day has passed, the midnight at its end has not.
fn answer(end: Option<i64>, due: i64, by_day: bool, as_of: Option<CivilDate>) -> Option<bool> {
    if due >= end_of(as_of?) {
        return None;
    }
    Some(end.is_some_and(|end| if by_day { day_of(end) <= day_of(due) } else { end <= due }))
}

/// Done at or before a due date, known once that is past; a due date without a time lasts until the end of its day.
pub(super) fn done_by(done: &Vector, due: &Vector, as_of: Option<CivilDate>, length: usize) -> Vector {
    let by_day = days_only(due).is_some() || days_only(done).is_some();
    let (dones, dues) = (micros(done), micros(due));
    answers(length, |row| {
        if !there(due, row) {
            return None;
        }
        let done = if there(done, row) { dones.get(row) } else { None };
        answer(done, dues.get(row)?, by_day, as_of)
    })
}

/// Started by the end of the as-of day, and not ended by then.
pub(super) fn is_open(start: &Vector, end: &Vector, as_of: Option<CivilDate>, length: usize) -> Vector {
    let (starts, ends) = (micros(start), micros(end));
    answers(length, |row| {
        if !there(start, row) {
            return None;
        }
        let Some(as_of) = as_of else {
            return Some(!there(end, row));
        };
        let started = starts.get(row)? < end_of(as_of);
        let ended = there(end, row) && ends.get(row)? < end_of(as_of);
        Some(started && !ended)
    })
}
