//! The gallery's support desk: half a year of tickets, where a transfer doubles the work, letters come back, and new
//! help pages make half of one kind of ticket go away in April.

use super::Tables;
use crate::date::Day;
use crate::random::{Random, on_scale};
use crate::table::Table;

const CUSTOMERS: u64 = 420;
const FIRST_DAY: Day = Day::new(2026, 1, 1);
const LAST_DAY: Day = Day::new(2026, 6, 30);
/// The day the new help pages went live, and the share of "how to" tickets that they save.
const HELP_PAGES: Day = Day::new(2026, 4, 1);
const SAVED: f64 = 0.5;
/// Tickets a customer and day.
const RATE: f64 = 0.018;
/// Share of tickets that come back within a week: in writing, and otherwise.
const BACK_IN_WRITING: f64 = 0.28;
const BACK_OTHERWISE: f64 = 0.09;
/// What a minute of work costs, in cents.
const MINUTE: f64 = 95.0;

pub fn tables() -> Tables {
    let mut customers = Table::new(&["customer_id", "size", "joined_on", "left_on", "renewed"]);
    let mut lines: Vec<Line> = Vec::new();
    for number in 1..=CUSTOMERS {
        let mut random = Random::row("desk customer", number);
        let joined_on = FIRST_DAY.plus(-random.between(30, 1_400));
        let size = random.weighted(("small", 0.6), &[("medium", 0.3), ("large", 0.1)]);
        let busy = match size {
            "small" => 0.7,
            "medium" => 1.2,
            _ => 2.2,
        };
        let before = lines.len();
        let mut day = FIRST_DAY;
        while day <= LAST_DAY {
            let mut draws = Random::row("desk ticket", number * 1_000 + (day.0 - FIRST_DAY.0) as u64);
            if draws.chance(RATE * busy) {
                lines.extend(ticket(number, day, &mut draws));
            }
            day = day.plus(1);
        }
        // Trouble drives people away: each transfer costs a little loyalty.
        let transfers: i64 = lines.iter().skip(before).map(|line| line.transfers).sum();
        let renewed = random.chance((0.88 - 0.05 * transfers as f64).max(0.35));
        let left_on = (!renewed)
            .then(|| FIRST_DAY.plus(random.between(100, 240)))
            .filter(|left| *left <= LAST_DAY);
        customers
            .row()
            .field(format_args!("D{number:03}"))
            .field(size)
            .field(joined_on)
            .maybe(left_on)
            .field(renewed)
            .end();
        let kept: Vec<Line> = lines
            .drain(before..)
            .filter(|line| left_on.is_none_or(|left| line.opened < left))
            .collect();
        lines.extend(kept);
    }
    lines.sort_by_key(|line| (line.opened, line.customer, line.minute));
    vec![("customers", customers), ("tickets", written(&lines))]
}

struct Line {
    customer: u64,
    opened: Day,
    minute: i64,
    solved_after: Option<i64>,
    channel: &'static str,
    topic: &'static str,
    transfers: i64,
    work: i64,
    csat: Option<i64>,
}

/// A ticket, and the one that follows when it was not really solved.
fn ticket(customer: u64, day: Day, random: &mut Random) -> Vec<Line> {
    let topic = random.weighted(("fault", 0.38), &[("how to", 0.34), ("bill", 0.28)]);
    if topic == "how to" && day >= HELP_PAGES && random.chance(SAVED) {
        return Vec::new();
    }
    let channel = random.weighted(("phone", 0.42), &[("email", 0.33), ("chat", 0.25)]);
    let mut lines = vec![line(customer, day, channel, topic, random)];
    let back = if channel == "email" {
        BACK_IN_WRITING
    } else {
        BACK_OTHERWISE
    };
    let again = day.plus(random.between(2, 6));
    if random.chance(back) && again <= LAST_DAY {
        lines.push(line(customer, again, channel, topic, random));
    }
    lines
}

fn line(customer: u64, opened: Day, channel: &'static str, topic: &'static str, random: &mut Random) -> Line {
    let transfers = random.weighted((0, 0.74), &[(1, 0.19), (2, 0.07)]);
    let talk = match topic {
        "fault" => 16.0,
        "bill" => 11.0,
        _ => 8.0,
    };
    let work = (talk * (1.0 + transfers as f64) * (1.0 + 0.3 * random.normal()).max(0.3)) as i64 + 1;
    let waits = if channel == "email" {
        random.between(120, 2_600)
    } else {
        random.between(2, 240)
    };
    let minute = random.between(8 * 60, 18 * 60 - 1);
    let solved_after = waits + work + transfers * random.between(60, 900);
    let over = opened.0 * 1_440 + minute + solved_after < (LAST_DAY.0 + 1) * 1_440;
    let csat = on_scale(4.4 - 0.7 * transfers as f64 + 0.8 * random.normal(), 1, 5);
    Line {
        customer,
        opened,
        minute,
        solved_after: over.then_some(solved_after),
        channel,
        topic,
        transfers,
        work,
        csat: random.chance(0.45).then_some(csat),
    }
}

fn written(lines: &[Line]) -> Table {
    let mut tickets = Table::new(&[
        "ticket_id",
        "customer_id",
        "opened_at",
        "solved_at",
        "channel",
        "topic",
        "transfers",
        "minutes",
        "cost",
        "csat",
    ]);
    for (at, line) in lines.iter().enumerate() {
        let opened = line.opened.at(line.minute / 60, line.minute % 60);
        let solved = line.solved_after.map(|after| line.opened.at(0, line.minute + after));
        tickets
            .row()
            .field(format_args!("T{:04}", at + 1))
            .field(format_args!("D{:03}", line.customer))
            .field(opened)
            .maybe(solved)
            .field(line.channel)
            .field(line.topic)
            .field(line.transfers)
            .field(line.work)
            .cents((line.work as f64 * MINUTE) as i64 + 120)
            .maybe(line.csat)
            .end();
    }
    tickets
}
