//! Flows by segment and month, over two tables.

use super::support::*;
use crate::data::Dataset;
use crate::definition::*;
use crate::measure::State;

/// Three customers (one without a region), seven answers (one of nobody, one without a date), four tickets.
fn data() -> Dataset {
    let customers = table(
        "customers",
        None,
        vec![
            ("region", texts(&["West", "East", ""])),
            ("plan", texts(&["pro", "pro", "basic"])),
        ],
    );
    let mut survey = table(
        "survey",
        Some("answered_on"),
        vec![
            (
                "answered_on",
                days(&[
                    "2026-04-30",
                    "2026-05-01",
                    "2026-05-31",
                    "2026-06-01",
                    "2026-06-30",
                    "2026-05-15",
                    "",
                ]),
            ),
            ("recommend", ints(&[10, 9, 0, 7, -1, 6, 10])),
            ("effort", floats(&[1.5, 2.5, f64::NAN, 4.0, 0.1, 0.2, 3.0])),
            ("topic", texts(&["bill", "bill", "use", "use", "bill", "", "use"])),
        ],
    );
    survey.parents = vec![parent("customer", "customers", &[0, 0, 1, 1, 2, -1, 0])];
    let mut tickets = table(
        "tickets",
        Some("opened_at"),
        vec![
            (
                "opened_at",
                days(&["2026-05-02", "2026-05-03", "2026-06-05", "2026-06-06"]),
            ),
            ("cost", floats(&[10.0, 20.0, 30.0, 2.5])),
        ],
    );
    tickets.parents = vec![parent("customer", "customers", &[0, 1, 1, 2])];
    dataset(Some("2026-06-30"), vec![customers, survey, tickets])
}

fn health() -> Scorecard {
    let mut card = card();
    let mut survey = declared("survey");
    survey.columns = vec![scale("recommend", 0.0, 10.0)];
    card.tables = vec![declared("customers"), survey, declared("tickets")];
    card.segments = vec![
        segment("region", "customers", "region"),
        segment("plan", "customers", "plan"),
    ];
    card.crosses = vec![Cross {
        segments: vec![name("region"), name("plan")],
        span: Default::default(),
    }];
    card.periods = vec![period(Calendar::Month)];
    use MeasureFunction as F;
    let count = |table: &str| measure(aggregate(F::Count, table, vec![]));
    let mut bill = aggregate(
        F::Rate,
        "survey",
        vec![binary(
            BinaryOp::GreaterOrEqual,
            column("recommend"),
            literal(Literal::Int(9)),
        )],
    );
    bill.filters = vec![is("topic", "bill")];
    let mut top = aggregate(F::TopBox, "survey", vec![column("recommend")]);
    top.numbers = vec![2.0];
    card.metrics = vec![
        metric("answers", count("survey")),
        metric("nps", measure(aggregate(F::Nps, "survey", vec![column("recommend")]))),
        metric("bill", measure(bill)),
        metric("top", measure(top)),
        metric("effort", measure(aggregate(F::Mean, "survey", vec![column("effort")]))),
        metric("cost", measure(aggregate(F::Sum, "tickets", vec![column("cost")]))),
        metric(
            "per_answer",
            arithmetic(
                ArithmeticOp::Divide,
                measure(aggregate(F::Sum, "tickets", vec![column("cost")])),
                count("survey"),
            ),
        ),
        metric("customers", count("customers")),
    ];
    card
}

#[test]
fn by_hand() {
    let made = measured(&health(), data());
    // The answer without a date is in no month and not in the total; it is skipped there.
    assert_eq!(made.at("answers", ""), (Some(6.0), 6, 1));
    assert_eq!(made.at("answers", "2026-05"), (Some(3.0), 3, 0));
    // May: 9 promotes, 0 and 6 detract.
    assert_eq!(made.at("nps", "2026-05"), (Some(-100.0 / 3.0), 3, 0));
    // All: 10, 9 promote; 0, 6 detract; 7 passive; one without an answer, one without a date.
    assert_eq!(made.at("nps", ""), (Some(0.0), 5, 2));
    assert_eq!(made.at("nps", "region=West"), (Some(100.0), 2, 1));
    assert_eq!(made.at("nps", "region=East"), (Some(-50.0), 2, 0));
    // An orphan, and an answer of the customer without a region.
    assert_eq!(made.at("nps", "region=(unknown)"), (Some(-100.0), 1, 1));
    assert_eq!(
        made.at("nps", "region=(unknown) plan=(unknown) 2026-05"),
        (Some(-100.0), 1, 0)
    );
    assert_eq!(made.at("nps", "region=East plan=pro 2026-06"), (Some(0.0), 1, 0));
    assert_eq!(made.cell("nps", "region=East plan=basic").state, State::Missing);
    // Bill: 10 and 9 yes, one missing.
    assert_eq!(made.at("bill", ""), (Some(100.0), 2, 1));
    assert_eq!(made.at("bill", "2026-06"), (None, 0, 1));
    assert_eq!(made.at("top", ""), (Some(40.0), 5, 2));
    // (1.5 + 2.5 + 4.0 + 0.1 + 0.2) / 5, added without rounding.
    assert_eq!(made.at("effort", ""), (Some(1.66), 5, 2));
    assert_eq!(made.at("effort", "2026-06"), (Some(2.05), 2, 0));
    assert_eq!(made.at("cost", "region=East"), (Some(50.0), 2, 0));
    // Each part at its own grain: 32.5 over 2 answers.
    assert_eq!(made.at("per_answer", "2026-06").0, Some(16.25));
    assert_eq!(made.at("per_answer", "2026-04").0, Some(0.0));
    assert_eq!(made.at("customers", "plan=pro").0, Some(2.0));
    assert_eq!(made.cell("customers", "plan=pro 2026-05").state, State::NotApplicable);
    assert_eq!(made.axes.periods[0].steps.len(), 3);
    assert_eq!(made.axes.periods[0].headline, Some(2));
    let warned: Vec<&str> = made.findings.iter().map(|finding| finding.message.as_str()).collect();
    assert_eq!(warned, ["`bill` skips 1 of 3 rows: `recommend` is missing"]);
}
