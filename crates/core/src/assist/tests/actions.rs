//! What can be done about findings: the card with the action taken compiles without them.

use crate::assist::{Action, Assist, Edit, Known};
use crate::diagnostic::{Code, Diagnostic, codes};
use crate::engine::Engine;
use crate::limits::Limits;
use crate::script::Source;

const CARD: &str = r#"scorecard("Health").owner("CX").purpose("Keep customers");
let customers = table("customers").key("customer_id");
let survey = table("survey").belongs_to(customers, "customer_id", "customer");
survey.column("recommend").scale(0, 10);
segment("region", customers.region);
outcome("retention", rate(customers, |c| !c.churned)).baseline(70).target(80).by("2030-01-01").owner("Sales");
metric("nps", nps(survey.recommend)).drives("retention").baseline(20).target(40).by("2030-01-01").owner("CX");
score("health").mix("nps", 1, 0, 60).bands(50, 75);
"#;

fn findings(text: &str) -> Vec<Diagnostic> {
    let engine = Engine::new(Limits::default());
    let source = Source {
        name: "card",
        text,
        modules: &[],
        params: &[],
    };
    match engine.compile(&source) {
        Ok((_, findings)) => findings,
        Err(error) => error.into_diagnostics(),
    }
}

fn done(text: &str, edits: &[Edit]) -> String {
    let mut text = text.to_owned();
    for edit in edits.iter().rev() {
        text.replace_range(edit.span.start as usize..edit.span.end as usize, &edit.text);
    }
    text
}

#[track_caller]
fn actions(text: &str, code: Code) -> Vec<Action> {
    let all = findings(text);
    let finding = all.iter().find(|finding| finding.code == code);
    let finding = finding.unwrap_or_else(|| panic!("{code} is found in {all:#?}"));
    Assist::new(text, Known::default()).actions(finding)
}

/// Puts a slip into the card, takes the first action, and gets the card back.
#[track_caller]
fn repaired(right: &str, slip: &str, code: Code) {
    assert!(CARD.contains(right), "{right}");
    let text = CARD.replacen(right, slip, 1);
    let actions = actions(&text, code);
    let first = actions
        .first()
        .unwrap_or_else(|| panic!("{slip}: nothing can be done about {:#?}", findings(&text)));
    assert_eq!(done(&text, &first.edits), CARD, "{slip}: {}", first.title);
}

#[test]
fn misspelt_names_are_repaired() {
    assert!(
        findings(CARD).iter().all(|finding| finding.code == codes::NPS_ALONE),
        "{:#?}",
        findings(CARD)
    );
    repaired(
        ".drives(\"retention\")",
        ".drives(\"retentoin\")",
        codes::UNKNOWN_OBJECT,
    );
    repaired(".mix(\"nps\"", ".mix(\"npss\"", codes::UNKNOWN_OBJECT);
    repaired(
        "nps(survey.recommend)",
        "nsp(survey.recommend)",
        codes::UNKNOWN_FUNCTION,
    );
    repaired("nps(survey.recommend)", "nps(surve.recommend)", codes::UNKNOWN_NAME);
    repaired(".target(40)", ".traget(40)", codes::UNKNOWN_FUNCTION);
    repaired(".bands(50, 75)", ".band(50, 75)", codes::UNKNOWN_FUNCTION);
    repaired("belongs_to(customers", "belongs_to(custmers", codes::UNKNOWN_NAME);
}

#[test]
fn columns_of_the_data_are_repaired() {
    let text = CARD.replacen(
        "segment(\"region\", customers.region)",
        "segment(\"region\", customers.regoin)",
        1,
    );
    let engine = Engine::new(Limits::default());
    let source = Source {
        name: "card",
        text: &text,
        modules: &[],
        params: &[],
    };
    let (card, _) = engine.compile(&source).expect("without data nobody knows");
    let read = |columns: &[&str]| crate::data::Table {
        columns: columns
            .iter()
            .map(|name| ((*name).to_owned(), crate::data::Column::texts(&[Some("1")])))
            .collect(),
        rows: 1,
        ..Default::default()
    };
    let tables = [
        ("customers".to_owned(), read(&["customer_id", "region", "churned"])),
        ("survey".to_owned(), read(&["customer_id", "recommend"])),
    ];
    let found = engine.check(&card, Some(tables.into()), &crate::engine::EvaluateOptions::default());
    let finding = found
        .iter()
        .find(|finding| finding.code == codes::UNKNOWN_COLUMN)
        .expect("it is not there");
    let actions = Assist::new(&text, Known::default()).actions(finding);
    assert_eq!(done(&text, &actions[0].edits), CARD);
}

#[test]
fn missing_settings_are_written() {
    let without = |text: &str| CARD.replacen(text, "", 1);
    let text = without(".drives(\"retention\")");
    let found = actions(&text, codes::DRIVES_NOTHING);
    let titles: Vec<&str> = found.iter().map(|action| action.title.as_str()).collect();
    assert_eq!(
        titles,
        [
            "say that it drives `retention`",
            "say why it drives no outcome",
            "allow BW600 here"
        ]
    );
    for action in &found {
        let text = done(&text, &action.edits)
            .replace("no_outcome(\"\")", "no_outcome(\"a fact\")")
            .replace("BW600 \n", "BW600 why\n");
        assert!(
            !findings(&text)
                .iter()
                .any(|finding| finding.code == codes::DRIVES_NOTHING && finding.is_told()),
            "{text}"
        );
    }
    let text = without(".target(40)").replace("score(\"health\").mix(\"nps\", 1, 0, 60).bands(50, 75);\n", "");
    let found = actions(&text, codes::NO_TARGET);
    assert!(
        found
            .iter()
            .any(|action| done(&text, &action.edits).contains(".owner(\"CX\").no_target(\"\");")),
        "{found:?}"
    );
    let text = CARD.replacen(".owner(\"CX\");\nscore", ";\nscore", 1);
    let found = actions(&text, codes::NO_OWNER);
    assert!(done(&text, &found[0].edits).contains(".by(\"2030-01-01\").owner(\"\");\nscore"));
}
