//! Card 07: customers in their first year, what they did and what they felt at each touchpoint.

use super::Tables;
use crate::date::Day;
use crate::random::{Random, logistic, on_scale};
use crate::table::Table;

/// Touchpoint, days after joining, share of those who come so far that go on, felt ease (1 to 7), share who answer.
const STEPS: [(&str, i64, f64, f64, f64); 9] = [
    ("compare", 0, 1.00, 5.4, 0.25),
    ("order", 2, 0.90, 5.7, 0.35),
    ("delivery", 9, 0.97, 5.2, 0.35),
    ("activate", 11, 0.94, 4.6, 0.40),
    ("daily use", 40, 0.96, 6.0, 0.35),
    ("bill", 62, 0.98, 3.9, 0.40),
    ("reach us", 110, 0.60, 4.4, 0.40),
    ("solved", 113, 0.85, 5.1, 0.40),
    ("renew", 330, 0.90, 5.3, 0.30),
];
const CUSTOMERS: u64 = 300;
const LAST_DAY: Day = Day::new(2026, 6, 30);

pub fn tables() -> Tables {
    let mut customers = Table::new(&["customer_id", "persona", "joined_on", "renews_on", "renewed"]);
    let mut events = Table::new(&["customer_id", "touchpoint", "happened_at"]);
    let mut surveys = Table::new(&["customer_id", "answered_on", "touchpoint", "effort", "csat", "emotion"]);
    for number in 1..=CUSTOMERS {
        let mut random = Random::row("journey", number);
        let id = format!("J{number:03}");
        let persona = random.weighted(("family", 0.4), &[("single", 0.35), ("senior", 0.25)]);
        let joined_on = Day::new(2024, 7, 1).plus(random.between(0, 725));
        let ease = 0.8 * random.normal() - if persona == "senior" { 0.4 } else { 0.0 };
        let renews_on = joined_on.plus_months(12);
        let renewed = random.chance(logistic(0.95 + 0.9 * ease));
        customers
            .row()
            .field(&id)
            .field(persona)
            .field(joined_on)
            .field(renews_on)
            .field(renewed)
            .end();
        for (touchpoint, after, goes_on, felt, answers) in STEPS {
            let at = joined_on.plus(after + random.between(0, 3));
            if !random.chance(goes_on) || at > LAST_DAY {
                break;
            }
            // Nothing is recorded when a bill is read: a silent step of the journey.
            if touchpoint != "bill" {
                let minute = random.between(0, 59);
                events
                    .row()
                    .field(&id)
                    .field(touchpoint)
                    .field(at.at(random.between(8, 20), minute))
                    .end();
            }
            if random.chance(answers) && at.plus(2) <= LAST_DAY {
                let effort = on_scale(felt + ease + 0.9 * random.normal(), 1, 7);
                let csat = on_scale(1.3 + 0.52 * (felt + ease) + 0.6 * random.normal(), 1, 5);
                let emotion = match csat {
                    ..=2 => random.pick(&["angry", "lost", "anxious"], "angry"),
                    3 => random.pick(&["calm", "anxious", "bored"], "calm"),
                    _ => random.pick(&["glad", "calm", "proud"], "glad"),
                };
                surveys
                    .row()
                    .field(&id)
                    .field(at.plus(random.between(0, 2)))
                    .field(touchpoint)
                    .field(effort)
                    .maybe((!random.chance(0.03)).then_some(csat))
                    .field(emotion)
                    .end();
            }
        }
    }
    vec![
        ("customers", customers),
        ("touch_surveys", surveys),
        ("journey_events", events),
    ]
}
