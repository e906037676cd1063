//! The answers: about one in nine active customers answers in a month.

use super::{Customer, FIRST, LAST_DAY, MONTHS, month_of, words};
use crate::date::Day;
use crate::random::{Random, on_scale};
use crate::table::Table;

/// Share of active customers that answer in a month.
const ANSWER_RATE: f64 = 0.105;
/// The month of too few answers: in August 2025 the survey moved to another supplier, and few invitations went out.
const THIN_MONTH: i64 = 13;
const THIN_RATE: f64 = 0.006;
/// Share of leavers that answer once more, after they left, and are harsh: a trap for links that look past the date.
const AFTER_THE_FACT: f64 = 0.18;
/// The code for an unanswered question on recommending.
const BLANK: i64 = 99;

/// What a touchpoint adds to felt satisfaction and effort; paying the bill is the friction point.
#[derive(Clone, Copy)]
struct Touchpoint {
    name: &'static str,
    satisfaction: f64,
    effort: f64,
}

const SET_UP: Touchpoint = Touchpoint {
    name: "set up",
    satisfaction: 0.05,
    effort: 0.10,
};
const DAILY_USE: Touchpoint = Touchpoint {
    name: "daily use",
    satisfaction: 0.22,
    effort: -0.30,
};
const BILL: Touchpoint = Touchpoint {
    name: "bill",
    satisfaction: -0.45,
    effort: 0.45,
};
const REACH_US: Touchpoint = Touchpoint {
    name: "reach us",
    satisfaction: -0.15,
    effort: 0.35,
};
const SOLVED: Touchpoint = Touchpoint {
    name: "solved",
    satisfaction: 0.10,
    effort: -0.05,
};
const RENEW: Touchpoint = Touchpoint {
    name: "renew",
    satisfaction: 0.00,
    effort: 0.00,
};
const LEAVE: Touchpoint = Touchpoint {
    name: "leave",
    satisfaction: -1.60,
    effort: 1.00,
};

struct Answer {
    customer_id: Option<String>,
    answered_on: Day,
    touchpoint: &'static str,
    recommend: i64,
    satisfaction: Option<i64>,
    effort: Option<i64>,
    comment: Option<&'static str>,
}

pub fn table(customers: &[Customer]) -> Table {
    let mut answers: Vec<Answer> = customers.iter().flat_map(answers_of).collect();
    // A stable order by day: within a day in the order of customers.
    answers.sort_by_key(|answer| answer.answered_on);
    let mut table = Table::new(&[
        "answer_id",
        "customer_id",
        "answered_on",
        "touchpoint",
        "recommend",
        "satisfaction",
        "effort",
        "comment",
    ]);
    for (at, answer) in answers.into_iter().enumerate() {
        table
            .row()
            .field(format_args!("A{:05}", at + 1))
            .maybe(answer.customer_id)
            .field(answer.answered_on)
            .field(answer.touchpoint)
            .field(answer.recommend)
            .maybe(answer.satisfaction)
            .maybe(answer.effort)
            .maybe(answer.comment)
            .end();
    }
    table
}

fn answers_of(customer: &Customer) -> Vec<Answer> {
    let mut answers = Vec::new();
    for month in 0..MONTHS {
        let mut random = Random::row("survey", customer.number * 100 + month as u64);
        let start = FIRST.plus(month);
        let day = start.start().plus(random.between(0, start.days() - 1));
        let rate = if month == THIN_MONTH { THIN_RATE } else { ANSWER_RATE };
        if random.chance(rate) && customer.is_active(day) {
            let touchpoint = touchpoint(customer, day, &mut random);
            answers.push(answer(customer, day, touchpoint, &mut random));
        }
    }
    answers.extend(after_the_fact(customer));
    answers
}

/// What the answer is about: the first two months are about setting up, the last two of a term about renewing.
fn touchpoint(customer: &Customer, day: Day, random: &mut Random) -> Touchpoint {
    if day < customer.joined_on.plus(60) && random.chance(0.7) {
        return SET_UP;
    }
    let to_renewal = customer.renews_on.0 - day.0;
    if (0..60).contains(&to_renewal) && random.chance(0.5) {
        return RENEW;
    }
    random.weighted((DAILY_USE, 0.42), &[(BILL, 0.20), (REACH_US, 0.18), (SOLVED, 0.20)])
}

fn after_the_fact(customer: &Customer) -> Option<Answer> {
    let left_on = customer.left_on?;
    let mut random = Random::row("exit survey", customer.number);
    let day = left_on.plus(random.between(3, 20));
    (random.chance(AFTER_THE_FACT) && day <= LAST_DAY).then(|| answer(customer, day, LEAVE, &mut random))
}

fn answer(customer: &Customer, day: Day, touchpoint: Touchpoint, random: &mut Random) -> Answer {
    let month = month_of(day);
    let felt = customer.satisfaction_in(month) + customer.kindness + touchpoint.satisfaction;
    let satisfaction = on_scale(felt + 0.55 * random.normal(), 1, 5);
    let recommend = on_scale(8.35 + 1.45 * (felt - 4.15) + 1.25 * random.normal(), 0, 10);
    let effort = on_scale(
        customer.effort_in(month) + touchpoint.effort + 0.75 * random.normal(),
        1,
        7,
    );
    let comment = random.chance(0.22).then(|| match satisfaction {
        ..=3 if customer.decline(month) > 0.0 && random.chance(0.35) => random.pick(&words::NORTH, "Too slow"),
        ..=2 => random.pick(&words::CROSS, "Nobody called back"),
        3 => random.pick(&words::INDIFFERENT, "It is fine"),
        _ => random.pick(&words::PLEASED, "Just works."),
    });
    Answer {
        customer_id: identity(customer, random),
        answered_on: day,
        touchpoint: touchpoint.name,
        recommend: if random.chance(0.04) { BLANK } else { recommend },
        satisfaction: (!random.chance(0.02)).then_some(satisfaction),
        // Effort was the last page of the survey: some left before it.
        effort: (!random.chance(0.11)).then_some(effort),
        comment,
    }
}

/// The customer number as the survey tool has it: now and then none, or one of an account that was merged away.
fn identity(customer: &Customer, random: &mut Random) -> Option<String> {
    match random.unit() {
        draw if draw < 0.008 => None,
        draw if draw < 0.020 => Some(format!("C9{:04}", customer.number)),
        _ => Some(customer.id()),
    }
}
