//! Card 09: who was asked, who answered, and who was called back.

use super::Tables;
use crate::date::Day;
use crate::random::{Random, logistic, on_scale};
use crate::table::Table;

const CUSTOMERS: u64 = 250;
const LAST_DAY: Day = Day::new(2026, 6, 30);

pub fn tables() -> Tables {
    let mut customers = Table::new(&["customer_id", "plan", "yearly_value", "left"]);
    let mut invites = Table::new(&["invite_id", "customer_id", "sent_on", "delivered"]);
    let mut answers = Table::new(&["answer_id", "invite_id", "answered_on", "recommend"]);
    let mut callbacks = Table::new(&["answer_id", "called_at"]);
    let (mut invite, mut answer) = (0, 0);
    for number in 1..=CUSTOMERS {
        let mut random = Random::row("programme", number);
        let id = format!("K{number:03}");
        let plan = random.weighted(("home", 0.7), &[("business", 0.3)]);
        let value = if plan == "home" {
            random.between(180, 900)
        } else {
            random.between(1_500, 20_000)
        };
        let warmth = 1.5 * random.normal();
        let mut called = false;
        let mut at = Day::new(2026, 1, 1).plus(random.between(0, 60));
        while at <= LAST_DAY {
            invite += 1;
            let delivered = !random.chance(0.05);
            invites
                .row()
                .field(format_args!("I{invite:04}"))
                .field(&id)
                .field(at)
                .field(delivered)
                .end();
            // Each further survey within a few weeks is answered less.
            let answered_at = at
                .plus(random.between(0, 24))
                .at(random.between(7, 21), random.between(0, 59));
            if delivered && answered_at.day() <= LAST_DAY && random.chance(logistic(-0.9 + 0.15 * warmth)) {
                answer += 1;
                let recommend = on_scale(7.6 + warmth + 1.2 * random.normal(), 0, 10);
                answers
                    .row()
                    .field(format_args!("A{answer:03}"))
                    .field(format_args!("I{invite:04}"))
                    .field(answered_at)
                    .field(recommend)
                    .end();
                if recommend <= 6 {
                    called |= call(&format!("A{answer:03}"), answered_at.day(), &mut random, &mut callbacks);
                }
            }
            at = at.plus(random.between(18, 75));
        }
        let left = random.chance(logistic(-1.7 - 0.5 * warmth - if called { 1.0 } else { 0.0 }));
        customers.row().field(&id).field(plan).field(value).field(left).end();
    }
    vec![
        ("customers", customers),
        ("invites", invites),
        ("answers", answers),
        ("callbacks", callbacks),
    ]
}

/// Some detractors are called in time, some late, and a third never. Says whether one was.
fn call(answer: &str, day: Day, random: &mut Random, callbacks: &mut Table) -> bool {
    let after = random.weighted((0, 0.25), &[(1, 0.25), (4, 0.17), (-1, 0.33)]);
    let first = day.plus(after).at(22, random.between(0, 59));
    if after < 0 || first.day() > LAST_DAY {
        return false;
    }
    callbacks.row().field(answer).field(first).end();
    // Now and then a second call: the first one counts.
    let second = day.plus(after + 3);
    if random.chance(0.3) && second <= LAST_DAY {
        callbacks.row().field(answer).field(second.at(10, 15)).end();
    }
    true
}
