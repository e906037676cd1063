//! Card 12: a retail unit and a business unit that share the company's definitions.

use super::Tables;
use crate::date::Day;
use crate::random::{Random, logistic, on_scale};
use crate::table::Table;

const CUSTOMERS: u64 = 240;
const ACCOUNTS: u64 = 60;
const LAST_DAY: Day = Day::new(2026, 6, 30);

pub fn tables() -> Tables {
    let mut tables = retail();
    tables.extend(business());
    tables
}

fn retail() -> Tables {
    let mut customers = Table::new(&["customer_id", "churned"]);
    let mut survey = Table::new(&["customer_id", "answered_on", "recommend", "satisfaction"]);
    let mut tickets = Table::new(&["customer_id", "opened_at", "contacts", "reopened"]);
    for number in 1..=CUSTOMERS {
        let mut random = Random::row("retail", number);
        let warmth = random.normal();
        customers
            .row()
            .field(number)
            .field(!random.chance(logistic(1.1 + 0.8 * warmth)))
            .end();
        for _ in 0..random.between(0, 2) {
            answer(&number.to_string(), 8.2, warmth, &mut random, &mut survey);
        }
        if random.chance(0.55) {
            let day = LAST_DAY.plus(-random.between(0, 180));
            let contacts = random.weighted((1, 0.72), &[(2, 0.2), (3, 0.08)]);
            tickets
                .row()
                .field(number)
                .field(day.at(random.between(8, 18), random.between(0, 59)))
                .field(contacts)
                .field(random.chance(0.07))
                .end();
        }
    }
    vec![("customers", customers), ("survey", survey), ("tickets", tickets)]
}

fn business() -> Tables {
    let mut accounts = Table::new(&["account_id", "arr", "churned"]);
    let mut survey = Table::new(&["account_id", "answered_on", "recommend", "satisfaction"]);
    for number in 1..=ACCOUNTS {
        let mut random = Random::row("business", number);
        let id = format!("B{number:02}");
        let warmth = random.normal();
        accounts
            .row()
            .field(&id)
            .field(random.between(5, 300) * 1_000)
            .field(!random.chance(logistic(2.2 + 0.9 * warmth)))
            .end();
        if random.chance(0.7) {
            answer(&id, 7.8, warmth, &mut random, &mut survey);
        }
    }
    vec![("accounts", accounts), ("business_survey", survey)]
}

fn answer(id: &str, level: f64, warmth: f64, random: &mut Random, survey: &mut Table) {
    let recommend = on_scale(level + 1.1 * warmth + 1.2 * random.normal(), 0, 10);
    let satisfaction = on_scale(4.1 + 0.5 * warmth + 0.6 * random.normal(), 1, 5);
    survey
        .row()
        .field(id)
        .field(LAST_DAY.plus(-random.between(0, 180)))
        .field(if random.chance(0.05) { 99 } else { recommend })
        .field(satisfaction)
        .end();
}
