//! The language service on whole and on broken cards. A cursor is written `¦`.

mod actions;
mod completion;
mod every_card;
mod formatting;
mod places;

use super::{Assist, Completion, Known, KnownTable};
use crate::data::{Column, Table};

/// What stands before most cards of these tests.
const CARD: &str = r#"scorecard("Health").owner("CX").purpose("Keep customers");
let goal = param("goal", 75, #{ min: 50, max: 100, help: "what satisfied means" });
let customers = table("customers").key("customer_id").census();
let survey = table("survey").date("answered_on").belongs_to(customers, "customer_id", "customer");
survey.column("recommend").scale(0, 10).missing(99);
let tickets = table("tickets").key("ticket_id").date("opened_at").belongs_to(customers, "customer_id", "customer");
tickets.add("hours", hours_between(tickets.opened_at, tickets.closed_at));
segment("region", customers.region).order("West", "North");
segment("tenure", buckets(customers.months, [12, 24], ["new", "known", "old"]));
period("month");
objective("Customers stay").owner("CEO");
journey("service").phase("ask", ["call", "chat"]).phase("solve", ["first", "later"]);
outcome("retention", rate(customers, |c| !c.churned)).label("Renewals kept").target(80).owner("Sales");
metric("nps", nps(survey.recommend)).drives("retention").label("NPS").target(40).owner("Loyalty");
metric("fcr", rate(tickets, |t| t.contacts == 1)).where(|t| t.channel == "phone").drives("retention").owner("Care");
score("health").mix("nps", 0.5, 0, 60).mix("fcr", 0.5, 50, 90).bands(50, 75);
"#;

/// The tables at hand.
fn tables() -> Vec<KnownTable> {
    let text = |values: &[&str]| Column::texts(&values.iter().map(|value| Some(*value)).collect::<Vec<_>>());
    let table = |columns: Vec<(&str, Column)>| Table {
        columns: columns
            .into_iter()
            .map(|(name, column)| (name.to_owned(), column))
            .collect(),
        rows: 4,
        ..Table::default()
    };
    let customers = table(vec![
        ("customer_id", text(&["C1", "C2", "C3", "C4"])),
        ("region", text(&["West", "North", "West", "South"])),
        ("plan", text(&["pro", "basic", "pro", "pro"])),
        ("months", Column::ints(vec![Some(3), Some(30), None, Some(12)])),
        (
            "churned",
            Column::bools(vec![Some(true), Some(false), Some(false), None]),
        ),
        (
            "joined_on",
            Column::dates(vec![Some(20_000), Some(20_100), Some(20_200), Some(20_300)]),
        ),
    ]);
    let survey = table(vec![
        ("customer_id", text(&["C1", "C2", "C3", "C4"])),
        (
            "answered_on",
            Column::dates(vec![Some(20_500), Some(20_600), Some(20_610), Some(20_620)]),
        ),
        ("recommend", Column::ints(vec![Some(10), Some(2), Some(99), None])),
        ("comment", text(&["good", "bad", "", "so so"])),
        ("Q7-1", Column::ints(vec![Some(1), Some(2), Some(3), None])),
    ]);
    let tickets = table(vec![
        ("ticket_id", text(&["T1", "T2", "T3", "T4"])),
        ("customer_id", text(&["C1", "C2", "C3", "C4"])),
        ("channel", text(&["phone", "chat", "phone", "web"])),
        ("contacts", Column::ints(vec![Some(1), Some(2), Some(1), Some(4)])),
        ("cost", Column::floats(vec![Some(1.5), Some(2.5), None, Some(4.0)])),
        (
            "opened_at",
            Column::timestamps(vec![Some(0), Some(1), Some(2), Some(3)]),
        ),
        ("closed_at", Column::timestamps(vec![Some(0), None, Some(2), Some(3)])),
    ]);
    vec![
        KnownTable::describe("customers", &customers),
        KnownTable::describe("survey", &survey),
        KnownTable::describe("tickets", &tickets),
        KnownTable::describe("calls", &table(vec![("at", text(&["a"]))])),
    ]
}

/// The text without its mark, and where that stood.
fn marked(text: &str) -> (String, u32) {
    let at = text.find('¦').expect("a test marks the cursor");
    (text.replacen('¦', "", 1), at as u32)
}

/// What is offered at the mark of a card that goes on from [`CARD`].
fn offered(text: &str) -> Vec<Completion> {
    let (text, at) = marked(&format!("{CARD}{text}"));
    let tables = tables();
    let modules = [(
        "company/cx".to_owned(),
        "/// The company's NPS.\nfn loyalty(survey) {\n    metric(\"loyalty\", nps(survey.recommend))\n}\nconst GOAL = 4;\n".to_owned(),
    )];
    let known = Known {
        tables: &tables,
        modules: &modules,
        ..Known::default()
    };
    Assist::new(&text, known).complete(at)
}

/// The card with an offer taken.
fn taken(text: &str, label: &str) -> String {
    let (whole, _) = marked(&format!("{CARD}{text}"));
    let offers = offered(text);
    let offer = offers.iter().find(|offer| offer.label == label).expect("it is offered");
    let mut result = whole;
    result.replace_range(offer.span.start as usize..offer.span.end as usize, &offer.insert);
    result.get(CARD.len()..).unwrap_or_default().to_owned()
}
