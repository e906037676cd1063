//! The customers: one row for each that was active at some time in the 24 months.

use super::{Customer, FIRST, LAST_DAY, MONTHS, Plan, month_of, words};
use crate::date::Day;
use crate::random::{Random, logistic};
use crate::table::Table;

/// Customers on the first day, and how many join in a month.
const AT_START: u64 = 2_900;
const JOIN_A_MONTH: u64 = 54;
/// Length of a contract.
const TERM: i64 = 24;

/// Log-odds of renewing at average satisfaction, and what one point of *felt* satisfaction adds. Answers carry noise,
/// so the slope on the *answers* is smaller; see the README.
const RENEWAL: f64 = 1.22;
const RENEWAL_BY_SATISFACTION: f64 = 1.30;
const AVERAGE_SATISFACTION: f64 = 4.15;
/// Share of customers that stop within a month before their term ends: closed shops, moves.
const EARLY_EXIT: f64 = 0.0012;

const PLANS: [Plan; 3] = [
    Plan {
        name: "basic",
        monthly_fee: 149,
        satisfaction: -0.06,
        renewal: -0.15,
    },
    Plan {
        name: "plus",
        monthly_fee: 299,
        satisfaction: 0.02,
        renewal: 0.05,
    },
    Plan {
        name: "pro",
        monthly_fee: 599,
        satisfaction: 0.10,
        renewal: 0.30,
    },
];

pub fn make() -> Vec<Customer> {
    let mut customers = Vec::new();
    for number in 1..=AT_START {
        customers.push(customer(number, None));
    }
    for month in 0..MONTHS {
        for place in 0..JOIN_A_MONTH {
            let number = AT_START + month as u64 * JOIN_A_MONTH + place + 1;
            customers.push(customer(number, Some(month)));
        }
    }
    customers
}

/// A customer that was there at the start, or that joins in the given month.
fn customer(number: u64, joins_in: Option<i64>) -> Customer {
    let mut random = Random::row("customer", number);
    let first = random.pick(&words::NAME_FIRST, "Alder");
    let name = format!("{first} {}", random.pick(&words::NAME_SECOND, "Bakery"));
    let region = random.weighted(("North", 0.23), &[("South", 0.28), ("East", 0.26), ("West", 0.23)]);
    let [basic, plus, pro] = PLANS;
    let plan = random.weighted((basic, 0.45), &[(plus, 0.35), (pro, 0.20)]);
    let joined_on = match joins_in {
        // In their first, second or third term, at any point of it: renewals spread evenly over the 24 months.
        None => {
            let terms_done = random.weighted((0, 0.5), &[(1, 0.3), (2, 0.2)]);
            FIRST
                .start()
                .plus(-random.between(1, 730))
                .plus_months(-TERM * terms_done)
        }
        Some(month) => {
            let month = FIRST.plus(month);
            month.start().plus(random.between(0, month.days() - 1))
        }
    };
    let satisfaction = AVERAGE_SATISFACTION + plan.satisfaction + 0.62 * random.normal();
    let effort = 3.05 - 0.55 * (satisfaction - AVERAGE_SATISFACTION) + 0.70 * random.normal();
    let kindness = 0.25 * random.normal();
    let mut made = Customer {
        number,
        name,
        region,
        plan,
        joined_on,
        renews_on: first_renewal(joined_on),
        left_on: None,
        satisfaction,
        effort,
        kindness,
    };
    made.left_on = leaves(&made, &mut random);
    made
}

/// The end of the first contract term that ends within the 24 months or after them.
fn first_renewal(joined_on: Day) -> Day {
    let mut terms = 1;
    while joined_on.plus_months(TERM * terms) < FIRST.start() {
        terms += 1;
    }
    joined_on.plus_months(TERM * terms)
}

/// The day the customer leaves, if it does before the data end: at its renewal, or now and then before it.
fn leaves(customer: &Customer, random: &mut Random) -> Option<Day> {
    for month in month_of(customer.joined_on).max(0)..MONTHS {
        let day = FIRST.plus(month).start().plus(random.between(0, 27));
        let gone = random.chance(EARLY_EXIT);
        if gone && day > customer.joined_on && day < customer.renews_on {
            return Some(day);
        }
    }
    let felt = customer.satisfaction_in(month_of(customer.renews_on).min(MONTHS - 1)) - AVERAGE_SATISFACTION;
    let renews = random.chance(logistic(
        RENEWAL + customer.plan.renewal + RENEWAL_BY_SATISFACTION * felt,
    ));
    (!renews && customer.renews_on <= LAST_DAY).then_some(customer.renews_on)
}

pub fn table(customers: &[Customer]) -> Table {
    let mut table = Table::new(&[
        "customer_id",
        "name",
        "region",
        "plan",
        "monthly_fee",
        "joined_on",
        "renews_on",
        "left_on",
        "churned",
    ]);
    for customer in customers {
        // The region of some is not known, as in every real customer table.
        let known = !Random::row("customer region", customer.number).chance(0.006);
        table
            .row()
            .field(customer.id())
            .field(&customer.name)
            .maybe(known.then_some(customer.region))
            .field(customer.plan.name)
            .field(customer.plan.monthly_fee)
            .field(customer.joined_on)
            .field(customer.renews_on)
            .maybe(customer.left_on)
            .field(customer.left_on.is_some())
            .end();
    }
    table
}
