//! Card 11: forty accounts over 26 weeks, with the cases that a health score must get right.

use super::Tables;
use crate::date::Day;
use crate::random::{Random, logistic, on_scale};
use crate::table::Table;

const ACCOUNTS: u64 = 40;
/// A Sunday: the last week is whole.
const LAST_DAY: Day = Day::new(2026, 6, 28);
const WEEKS: i64 = 26;

const NAMES: [&str; 40] = [
    "Abacus Freight",
    "Alpine Dairy",
    "Argus Optics",
    "Bellmark Foods",
    "Bluewater Marine",
    "Brightline Rail",
    "Cobalt Paints",
    "Corvid Labs",
    "Crestview Homes",
    "Delta Ceramics",
    "Dockside Supply",
    "Eastgate Clinics",
    "Elmwood Schools",
    "Everline Energy",
    "Fairfax Motors",
    "Firth Tools",
    "Foxglove Pharma",
    "Granite Bank",
    "Greenway Buses",
    "Halcyon Hotels",
    "Harrow Steel",
    "Ironbridge Works",
    "Juno Textiles",
    "Keystone Legal",
    "Kingfisher Media",
    "Larkspur Retail",
    "Lodestar Maps",
    "Marlow Brewing",
    "Meridian Air",
    "Northwind Farms",
    "Oakfield Care",
    "Onyx Printing",
    "Pembroke Paper",
    "Quayside Fish",
    "Redwood Timber",
    "Saltmarsh Chemicals",
    "Summit Sports",
    "Tidewater Ports",
    "Vantage Insurance",
    "Wexford Glass",
];

pub fn tables() -> Tables {
    let mut accounts = Table::new(&[
        "account_id",
        "name",
        "tier",
        "arr",
        "seats",
        "joined_on",
        "renews_on",
        "renewed",
    ]);
    let mut usage = Table::new(&["account_id", "day", "active_users"]);
    let mut tickets = Table::new(&["ticket_id", "account_id", "opened_at", "closed_at", "priority"]);
    let mut survey = Table::new(&["account_id", "answered_on", "recommend"]);
    let mut calls = Table::new(&["account_id", "called_on", "sentiment"]);
    let mut ticket = 0;
    for (number, name) in (1..=ACCOUNTS).zip(NAMES) {
        let mut random = Random::row("account", number);
        let id = format!("A{number:02}");
        let tier = random.weighted(("enterprise", 0.25), &[("mid", 0.35), ("small", 0.40)]);
        let (arr, seats) = match tier {
            "enterprise" => (random.between(90, 400) * 1_000, random.between(150, 600)),
            "mid" => (random.between(20, 80) * 1_000, random.between(40, 140)),
            _ => (random.between(3, 15) * 1_000, random.between(5, 35)),
        };
        let warmth = random.normal();
        // Account 5 joined a month ago: too new for a score.
        let joined_on = if number == 5 {
            LAST_DAY.plus(-30)
        } else {
            LAST_DAY.plus(-random.between(200, 1_500))
        };
        let renews_on = LAST_DAY.plus(random.between(-170, 190));
        let renewed = (renews_on <= LAST_DAY).then(|| random.chance(logistic(1.6 + 0.9 * warmth)));
        accounts
            .row()
            .field(&id)
            .field(name)
            .field(tier)
            .field(arr)
            .field(seats)
            .field(joined_on)
            .field(renews_on)
            .maybe(renewed)
            .end();
        weekly_use(&id, number, seats, warmth, joined_on, &mut random, &mut usage);
        for _ in 0..random.between(0, 7).max(i64::from(number == 28)) {
            ticket += 1;
            let priority = random.weighted(("P3", 0.6), &[("P2", 0.28), ("P1", 0.12)]);
            let opened = LAST_DAY
                .plus(-random.between(1, 170))
                .at(random.between(7, 19), random.between(0, 59));
            let closed = opened.day().plus(random.between(0, 12)).at(19, 30);
            let open = closed.day() > LAST_DAY || random.chance(0.06);
            // Accounts 7 and 28 wait for an answer to a P1: the second is as healthy as can be otherwise.
            let (priority, open) = if number == 7 || number == 28 {
                ("P1", true)
            } else {
                (priority, open)
            };
            tickets
                .row()
                .field(format_args!("T{ticket:03}"))
                .field(&id)
                .field(opened)
                .maybe((!open).then_some(closed))
                .field(priority)
                .end();
        }
        for _ in 0..random.between(0, 6) {
            let day = LAST_DAY.plus(-random.between(0, 240));
            let answer = on_scale(7.5 + 1.6 * warmth + 1.3 * random.normal(), 0, 10);
            survey.row().field(&id).field(day).field(answer).end();
        }
        // Nobody calls account 33, whose use is not recorded either: too little is known for a score.
        for _ in 0..if number == 33 { 0 } else { random.between(0, 5) } {
            let day = LAST_DAY.plus(-random.between(0, 140));
            let sentiment = ((0.15 + 0.3 * warmth + 0.25 * random.normal()).clamp(-1.0, 1.0) * 100.0) as i64;
            let sign = if sentiment < 0 { "-" } else { "" };
            calls
                .row()
                .field(&id)
                .field(day)
                .field(format_args!(
                    "{sign}{}.{:02}",
                    sentiment.abs() / 100,
                    sentiment.abs() % 100
                ))
                .end();
        }
    }
    vec![
        ("accounts", accounts),
        ("usage", usage),
        ("tickets", tickets),
        ("survey", survey),
        ("call_notes", calls),
        ("csm_overrides", overrides()),
    ]
}

/// One count a week, on its Friday.
fn weekly_use(id: &str, number: u64, seats: i64, warmth: f64, joined_on: Day, random: &mut Random, usage: &mut Table) {
    let base = logistic(0.4 + 0.8 * warmth);
    for week in 0..WEEKS {
        let day = LAST_DAY.plus(-2 - 7 * (WEEKS - 1 - week));
        // The feed of account 9 broke two weeks before the end, so its adoption is stale; account 12 fades away.
        if day < joined_on || (number == 9 && week >= WEEKS - 2) || number == 33 {
            continue;
        }
        let fading = if number == 12 {
            1.0 - week as f64 / WEEKS as f64
        } else {
            1.0
        };
        let share = (base * fading + 0.05 * random.normal()).clamp(0.0, 1.0);
        usage
            .row()
            .field(id)
            .field(day)
            .field((share * seats as f64) as i64)
            .end();
    }
}

/// What account managers know better, with their names and an end: one holds, one has run out.
fn overrides() -> Table {
    let mut table = Table::new(&["account_id", "set_on", "score", "author", "reason", "expires_on"]);
    let mut add = |account: &str, score: i64, author: &str, reason: &str, until: Day| {
        table
            .row()
            .field(account)
            .field(LAST_DAY.plus(-40))
            .field(score)
            .field(author)
            .field(reason)
            .field(until)
            .end();
    };
    add(
        "A03",
        35,
        "M. Okafor",
        "champion left, told in confidence",
        Day::new(2026, 9, 30),
    );
    add(
        "A17",
        80,
        "J. Brandt",
        "pilot of the new product",
        Day::new(2026, 6, 15),
    );
    table
}
