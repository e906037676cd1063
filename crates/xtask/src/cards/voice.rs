//! Card 08: six branches, what their people and their visitors say, and how many people work there.

use super::Tables;
use crate::date::{Day, Month};
use crate::random::{Random, on_scale};
use crate::table::Table;

/// Branch, people, how well it is led.
const BRANCHES: [(&str, i64, f64); 6] = [
    ("Aalen", 44, 0.5),
    ("Bonn", 60, 0.2),
    ("Celle", 30, -0.2),
    ("Dresden", 52, 0.0),
    ("Essen", 68, -0.5),
    ("Ulm", 9, 0.4),
];
const JOBS: [(&str, f64); 3] = [("counter", 0.55), ("advice", 0.35), ("back office", 0.10)];
const FIRST: Month = Month { year: 2026, month: 1 };
const MONTHS: i64 = 6;

pub fn tables() -> Tables {
    let mut pulse = Table::new(&["token", "answered_on", "branch", "job", "recommend", "my_manager"]);
    let mut headcount = Table::new(&["month", "branch", "job", "people"]);
    let mut visits = Table::new(&["visit_id", "visited_on", "branch", "satisfaction", "amount"]);
    let mut visit = 0;
    for month in 0..MONTHS {
        let start = FIRST.plus(month);
        for (at, (branch, people, led)) in BRANCHES.into_iter().enumerate() {
            let row = (month as u64) * 10 + at as u64;
            let mut random = Random::row("branch", row);
            // A branch goes through better and worse months; visitors feel it a month later.
            let mood = led + 0.4 * random.normal();
            let before = if month == 0 {
                led
            } else {
                led + 0.4 * Random::row("branch", row - 10).normal()
            };
            for (job, share) in JOBS {
                let staff = ((people as f64) * share + 0.5) as i64;
                headcount
                    .row()
                    .field(format_args!("{}-{:02}", start.year, start.month))
                    .field(branch)
                    .field(job)
                    .field(staff)
                    .end();
                for person in 0..staff {
                    if random.chance(0.62) {
                        let recommend = on_scale(7.4 + 1.2 * mood + 1.7 * random.normal(), 0, 10);
                        let manager = on_scale(3.7 + 0.6 * mood + 0.7 * random.normal(), 1, 5);
                        pulse
                            .row()
                            .field(format_args!("{}{}{:02}", initial(branch), initial(job), person))
                            .field(start.start().plus(random.between(2, 20)))
                            .field(branch)
                            .field(job)
                            .maybe((!random.chance(0.04)).then_some(recommend))
                            .field(manager)
                            .end();
                    }
                }
            }
            for _ in 0..(people / 2 + random.between(6, 12)) {
                visit += 1;
                let satisfaction = on_scale(4.1 + 0.5 * before + 0.8 * random.normal(), 1, 5);
                let cents = ((38.0 + 3.0 * satisfaction as f64 + 9.0 * random.normal()).max(4.0) * 100.0) as i64 - 900;
                // The till of one branch types its name with a space: the segment must say so.
                let typed = if branch == "Ulm" && random.chance(0.2) {
                    "Ulm "
                } else {
                    branch
                };
                visits
                    .row()
                    .field(format_args!("V{visit:04}"))
                    .field(day_in(start, &mut random))
                    .field(typed)
                    .maybe(random.chance(0.6).then_some(satisfaction))
                    .cents(cents.max(150))
                    .end();
            }
        }
    }
    vec![("pulse", pulse), ("headcount", headcount), ("visits", visits)]
}

fn day_in(month: Month, random: &mut Random) -> Day {
    month.start().plus(random.between(0, month.days() - 1))
}

fn initial(word: &str) -> &str {
    word.get(..1).unwrap_or(word)
}
