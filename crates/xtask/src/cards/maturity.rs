//! Card 06: what five teams think of nine elements, two years running, one column a question.

use super::Tables;
use crate::date::Day;
use crate::random::{Random, on_scale};
use crate::table::Table;

/// Element, and its true level in the first year.
const ELEMENTS: [(&str, f64); 9] = [
    ("strategy", 3.1),
    ("culture", 2.7),
    ("leadership", 3.3),
    ("customer insight", 2.9),
    ("journeys", 2.2),
    ("measurement", 2.8),
    ("technology", 3.0),
    ("employees", 2.6),
    ("governance", 2.0),
];

/// Team, people, and how rosy its view is.
const TEAMS: [(&str, u64, f64); 5] = [
    ("Finance", 7, 0.1),
    ("IT", 9, 0.2),
    ("Marketing", 8, 0.3),
    ("Sales", 10, 0.0),
    ("Support", 12, -0.5),
];

pub fn tables() -> Tables {
    let mut quiz = Table::new(&[
        "person",
        "team",
        "taken_on",
        "strategy",
        "culture",
        "leadership",
        "customer insight",
        "journeys",
        "measurement",
        "technology",
        "employees",
        "governance",
    ]);
    for (year, start) in [Day::new(2024, 10, 1), Day::new(2025, 10, 6)].into_iter().enumerate() {
        let mut person = 0;
        for (team, people, rosy) in TEAMS {
            for _ in 0..people {
                person += 1;
                let mut random = Random::row("maturity", person * 10 + year as u64);
                // Some are away in the week of the quiz.
                if random.chance(0.12) {
                    continue;
                }
                let mut row = quiz
                    .row()
                    .field(format_args!("P{person:02}"))
                    .field(team)
                    .field(start.plus(random.between(0, 18)));
                for (element, level) in ELEMENTS {
                    // IT and Support disagree about the technology: the gap that the card should show.
                    let seen = match (element, team) {
                        ("technology", "IT") => 4.2,
                        ("technology", "Support") => 1.8,
                        _ => level + rosy + 0.15 * year as f64,
                    };
                    let answer = on_scale(seen + 0.7 * random.normal(), 1, 5);
                    row = row.maybe((!random.chance(0.03)).then_some(answer));
                }
                row.end();
            }
        }
    }
    vec![("quiz", quiz)]
}
