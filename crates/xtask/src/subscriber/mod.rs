//! The bundled example: a company that sells managed connectivity to small businesses on contracts of 24 months.
//!
//! Three tables over 24 months that end on 2026-06-30, with effects planted in them. Each effect is a named constant
//! here; `examples/subscriber-health/README.md` describes them, and `verify.py` beside it measures them independently.

mod customers;
mod survey;
mod tickets;
mod words;

use crate::date::{Day, Month};
use crate::output::File;

/// First month of the data.
const FIRST: Month = Month { year: 2024, month: 7 };
/// Number of months.
const MONTHS: i64 = 24;
/// Last day of the data: the natural as-of date.
const LAST_DAY: Day = Day::new(2026, 6, 30);

/// The region that declines, and the month (counted from [`FIRST`]) in which it begins to: January 2025.
const DECLINING: &str = "North";
const DECLINE_FROM: i64 = 6;
/// What the declining region loses a month, in points of felt satisfaction and of felt effort.
const DECLINE_SATISFACTION: f64 = 0.040;
const DECLINE_EFFORT: f64 = 0.030;

/// The three tables.
pub fn files() -> Vec<File> {
    let customers = customers::make();
    [
        ("customers", customers::table(&customers)),
        ("survey", survey::table(&customers)),
        ("tickets", tickets::table(&customers)),
    ]
    .map(|(name, table)| table.into_file(format!("examples/subscriber-health/{name}.csv")))
    .into()
}

/// A customer as the company knows it, and what it feels, which the company only learns by asking.
struct Customer {
    number: u64,
    name: String,
    region: &'static str,
    plan: Plan,
    joined_on: Day,
    renews_on: Day,
    left_on: Option<Day>,
    /// Felt satisfaction on the scale 1 to 5 and felt effort on 1 to 7, before trend and region.
    satisfaction: f64,
    effort: f64,
    /// What the customer types into the survey on top of how it feels: some people are kinder than others.
    kindness: f64,
}

#[derive(Clone, Copy)]
struct Plan {
    name: &'static str,
    monthly_fee: i64,
    /// Added to felt satisfaction, and to the log-odds of renewing.
    satisfaction: f64,
    renewal: f64,
}

impl Customer {
    fn id(&self) -> String {
        format!("C{:05}", self.number)
    }

    /// Months of decline behind the customer in month `month`; 0 outside the declining region.
    fn decline(&self, month: i64) -> f64 {
        if self.region == DECLINING {
            (month - DECLINE_FROM + 1).max(0) as f64
        } else {
            0.0
        }
    }

    /// Felt satisfaction in a month: slowly better everywhere, worse and worse in the declining region.
    fn satisfaction_in(&self, month: i64) -> f64 {
        self.satisfaction + 0.010 * month as f64 - DECLINE_SATISFACTION * self.decline(month)
    }

    /// Felt effort in a month.
    fn effort_in(&self, month: i64) -> f64 {
        self.effort - 0.016 * month as f64 + DECLINE_EFFORT * self.decline(month)
    }

    fn is_active(&self, day: Day) -> bool {
        self.joined_on <= day && self.left_on.is_none_or(|left| day < left)
    }
}

/// The month a day lies in, counted from [`FIRST`].
fn month_of(day: Day) -> i64 {
    let (year, month, _) = day.civil();
    (year - FIRST.year) * 12 + month - FIRST.month
}
