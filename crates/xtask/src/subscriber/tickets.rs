//! The tickets: customers who find things hard ask for help more often, need more contacts, and cost more.

use super::{Customer, FIRST, LAST_DAY, MONTHS};
use crate::date::{Day, Minute};
use crate::random::{Random, logistic};
use crate::table::Table;

/// Tickets a customer and month at average effort, and what one point of *felt* effort adds, as a share.
const TICKET_RATE: f64 = 0.086;
const RATE_BY_EFFORT: f64 = 0.30;
const AVERAGE_EFFORT: f64 = 3.0;
/// Log-odds of a solution at the first contact, and what one point of felt effort takes away.
const FIRST_CONTACT: f64 = 0.95;
const FIRST_CONTACT_BY_EFFORT: f64 = 0.40;
/// Cost in cents: the ticket, each further contact, a reopening.
const COST_OF_TICKET: f64 = 3_150.0;
const COST_OF_CONTACT: f64 = 1_900.0;
const COST_OF_REOPENING: f64 = 1_400.0;
/// The data end on the last day at this hour: what is closed later is still open.
const LAST_HOUR: Minute = LAST_DAY.at(18, 0);

struct Ticket {
    customer_id: String,
    opened_at: Minute,
    closed_at: Option<Minute>,
    channel: &'static str,
    topic: &'static str,
    contacts: i64,
    cents: i64,
    reopened: bool,
}

pub fn table(customers: &[Customer]) -> Table {
    let mut tickets: Vec<Ticket> = customers.iter().flat_map(tickets_of).collect();
    tickets.sort_by_key(|ticket| ticket.opened_at);
    let mut table = Table::new(&[
        "ticket_id",
        "customer_id",
        "opened_at",
        "closed_at",
        "channel",
        "topic",
        "contacts",
        "cost",
        "reopened",
    ]);
    for (at, ticket) in tickets.into_iter().enumerate() {
        table
            .row()
            .field(format_args!("T{:05}", at + 1))
            .field(ticket.customer_id)
            .field(ticket.opened_at)
            .maybe(ticket.closed_at)
            .field(ticket.channel)
            .field(ticket.topic)
            .field(ticket.contacts)
            .cents(ticket.cents)
            .field(ticket.reopened)
            .end();
    }
    table
}

fn tickets_of(customer: &Customer) -> Vec<Ticket> {
    let mut tickets = Vec::new();
    for month in 0..MONTHS {
        let effort = customer.effort_in(month) - AVERAGE_EFFORT;
        let rate = TICKET_RATE * (1.0 + RATE_BY_EFFORT * effort).max(0.15);
        // Up to three tickets a month, each with a third of the rate.
        for slot in 0..3 {
            let mut random = Random::row("ticket", (customer.number * 100 + month as u64) * 10 + slot);
            if random.chance(rate / 3.0) {
                let start = FIRST.plus(month);
                let day = weekday(start.start().plus(random.between(0, start.days() - 1)), &mut random);
                if customer.is_active(day) && day <= LAST_DAY {
                    tickets.push(ticket(customer, day, effort, &mut random));
                }
            }
        }
    }
    tickets
}

/// Most tickets of a weekend wait for Monday.
fn weekday(day: Day, random: &mut Random) -> Day {
    // Day 0 was a Thursday.
    match (day.0 + 3).rem_euclid(7) {
        5 if random.chance(0.7) => day.plus(2),
        6 if random.chance(0.7) => day.plus(1),
        _ => day,
    }
}

fn ticket(customer: &Customer, day: Day, effort: f64, random: &mut Random) -> Ticket {
    let opened_at = day.at(random.between(8, 17), random.between(0, 59));
    let solved_at_once = random.chance(logistic(FIRST_CONTACT - FIRST_CONTACT_BY_EFFORT * effort));
    let contacts = if solved_at_once {
        1
    } else {
        random.weighted((2, 0.62), &[(3, 0.27), (4, 0.11)])
    };
    let reopened = random.chance(logistic(-2.8 + 0.25 * effort));
    let reopening = if reopened { COST_OF_REOPENING } else { 0.0 };
    let cost = COST_OF_TICKET * (1.0 + 0.06 * effort) + COST_OF_CONTACT * (contacts - 1) as f64 + reopening;
    let cents = (cost * (1.0 + 0.18 * random.normal()).max(0.4)) as i64;
    // Minutes of work and of waiting; each further contact waits for another day.
    let minutes = random.between(20, 400) + (contacts - 1) * random.between(300, 2_900);
    let closed_at = Minute(opened_at.0 + minutes);
    let forgotten = random.chance(0.008);
    // The planted nothing: the channel depends on nothing, and nothing depends on it. Its own draws, so that tuning
    // an effect does not move it.
    let channel = Random::row("ticket channel", opened_at.0 as u64 * 10_000 + customer.number)
        .weighted(("phone", 0.41), &[("chat", 0.34), ("email", 0.25)]);
    let topic = random.weighted(("fault", 0.44), &[("bill", 0.24), ("how to", 0.20), ("contract", 0.12)]);
    let orphan = random.chance(0.007);
    Ticket {
        customer_id: if orphan {
            format!("C8{:04}", customer.number)
        } else {
            customer.id()
        },
        opened_at,
        closed_at: (closed_at <= LAST_HOUR && !forgotten).then_some(closed_at),
        channel,
        topic,
        contacts,
        cents,
        reopened,
    }
}
