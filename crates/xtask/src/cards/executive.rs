//! Card 10: two and a half years of customers, invoices by the quarter, a survey, tickets.

use super::Tables;
use crate::date::Day;
use crate::random::{Random, logistic, on_scale};
use crate::table::Table;

const CUSTOMERS: u64 = 260;
const FIRST_DAY: Day = Day::new(2024, 1, 1);
const LAST_DAY: Day = Day::new(2026, 6, 30);

pub fn tables() -> Tables {
    let mut customers = Table::new(&["customer_id", "joined_on", "left_on"]);
    let mut invoices = Table::new(&["invoice_id", "customer_id", "paid_on", "amount"]);
    let mut survey = Table::new(&["customer_id", "answered_on", "effort", "called_48h"]);
    let mut tickets = Table::new(&["ticket_id", "customer_id", "opened_at", "cost"]);
    let (mut invoice, mut ticket) = (0, 0);
    for number in 1..=CUSTOMERS {
        let mut random = Random::row("executive", number);
        let id = format!("E{number:03}");
        let joined_on = FIRST_DAY.plus(random.between(-700, 800));
        let effort = 3.2 + 0.8 * random.normal();
        let amount = random.between(40, 400) * 1_000;
        let lived = random.between(150, 3_000) - (150.0 * (effort - 3.2)) as i64;
        let left_on = Some(joined_on.plus(lived.max(60))).filter(|left| *left <= LAST_DAY);
        customers.row().field(&id).field(joined_on).maybe(left_on).end();
        let mut quarter = FIRST_DAY;
        while quarter < LAST_DAY {
            let day = quarter.plus(random.between(3, 85));
            let there = day >= joined_on && left_on.is_none_or(|left| day < left) && day <= LAST_DAY;
            if there {
                invoice += 1;
                invoices
                    .row()
                    .field(format_args!("R{invoice:04}"))
                    .field(&id)
                    .field(day)
                    .cents(amount)
                    .end();
            }
            if there && random.chance(0.16 + 0.10 * (effort - 3.0).max(-1.0)) {
                ticket += 1;
                let opened = day
                    .plus(random.between(-3, 0))
                    .at(random.between(8, 17), random.between(0, 59));
                let cents = ((38.0 + 9.0 * (effort - 3.0) + 10.0 * random.normal()).max(8.0) * 100.0) as i64;
                tickets
                    .row()
                    .field(format_args!("T{ticket:04}"))
                    .field(&id)
                    .field(opened)
                    .cents(cents)
                    .end();
            }
            if there && random.chance(0.3) {
                let felt = on_scale(effort + 0.8 * random.normal(), 1, 7);
                // Only those who struggle are owed a call.
                let called = (felt >= 4).then(|| random.chance(logistic(-0.3)));
                survey.row().field(&id).field(day).field(felt).maybe(called).end();
            }
            quarter = quarter.plus_months(3);
        }
    }
    vec![
        ("customers", customers),
        ("invoices", invoices),
        ("survey", survey),
        ("tickets", tickets),
    ]
}
