//! `bellwether test`: the tests written in cards.

use bellwether::diagnostic::Diagnostic;
use bellwether::diagnostic::wire::Findings;
use bellwether::proof::{CheckResult, Tally, TestReport, TestResult};
use bellwether_report::to_annotations;
use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};
use serde::Serialize;

use crate::args::{TestArgs, TestFormat};
use crate::failure::Failure;
use crate::host::{card, session::Session};
use crate::output;
use crate::terminal::{Terminal, Texts, draw};

/// What became of the tests of a card.
#[derive(Serialize)]
struct Outcome {
    card: String,
    /// None: the card cannot be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    report: Option<TestReport>,
    /// Why the card cannot be read, or what failed.
    findings: Vec<Diagnostic>,
    #[serde(skip)]
    texts: Texts,
}

impl Outcome {
    fn passed(&self) -> bool {
        self.report.as_ref().is_some_and(TestReport::passed)
    }
}

/// Runs the tests of every card; all cards run, whatever the first ones say.
pub fn test(args: &TestArgs, terminal: Terminal) -> Result<(), Failure> {
    // Text is shown card by card, as it comes; whatever programs read is one document.
    let at_once = args.format == TestFormat::Text && args.out.is_none();
    let mut outcomes = Vec::new();
    for path in &args.cards {
        let outcome = outcome(path, args)?;
        if at_once {
            output::print(&in_words(&outcome, terminal.colour_out, args.only.is_none()))?;
        }
        outcomes.push(outcome);
    }
    let text = match args.format {
        TestFormat::Text => {
            let words = outcomes
                .iter()
                .map(|outcome| in_words(outcome, false, args.only.is_none()));
            words.collect()
        }
        TestFormat::Junit => junit(&outcomes)?,
        TestFormat::Json => output::json(&outcomes)?,
        TestFormat::Github => outcomes.iter().map(annotations).collect(),
    };
    if !at_once {
        output::write_or_print(args.out.as_deref(), &text)?;
    }
    if outcomes.iter().all(Outcome::passed) {
        Ok(())
    } else {
        Err(Failure::Reported)
    }
}

fn outcome(path: &std::path::Path, args: &TestArgs) -> Result<Outcome, Failure> {
    let text = card::read(path, &args.modules, args.untrusted)?;
    let texts = text.texts();
    let card = text.name.clone();
    let session = match Session::compile(text, &args.params, args.untrusted) {
        Ok(session) => session,
        Err(Failure::Findings { diagnostics, texts }) => {
            return Ok(Outcome {
                card,
                report: None,
                findings: diagnostics,
                texts,
            });
        }
        Err(other) => return Err(other),
    };
    let mut scorecard = session.card().clone();
    if let Some(only) = &args.only {
        scorecard.tests.retain(|test| test.name.value.contains(only));
    }
    let report = session.engine().test(&scorecard);
    Ok(Outcome {
        card,
        findings: report.diagnostics(),
        report: Some(report),
        texts,
    })
}

fn in_words(outcome: &Outcome, colour: bool, coverage: bool) -> String {
    let drawn = draw(&outcome.findings, &outcome.texts, colour);
    let Some(report) = &outcome.report else {
        return format!("{drawn}{}: cannot be read\n", outcome.card);
    };
    let mut text = format!("{}\n", outcome.card);
    if report.tests.is_empty() {
        text.push_str("  no tests; write one: test(\"..\").given(\"table\", `csv`).expect(\"metric\", 33.3)\n");
        return text;
    }
    for test in &report.tests {
        let mark = if test.passed { "ok    " } else { "FAILED" };
        let held = test.checks.iter().filter(|check| check.passed).count();
        text.push_str(&format!(
            "  {mark} {} ({held} of {} checks)\n",
            test.name,
            test.checks.len()
        ));
    }
    text.push_str(&drawn);
    let passed = report.tests.iter().filter(|test| test.passed).count();
    text.push_str(&format!("{passed} passed, {} failed\n", report.tests.len() - passed));
    if coverage {
        text.push_str(&reached(report));
    }
    text
}

/// What the tests reached of the card.
fn reached(report: &TestReport) -> String {
    let parts = [
        ("measures", &report.coverage.measures),
        ("ways through closures", &report.coverage.branches),
        ("bands", &report.coverage.bands),
    ];
    let said: Vec<String> = parts.iter().filter_map(|(what, tally)| share(what, tally)).collect();
    let mut text = format!("reached by tests: {}\n", said.join(", "));
    for (what, tally) in parts {
        if !tally.missed.is_empty() {
            let missed: Vec<&str> = tally.missed.iter().map(|(missed, _)| missed.as_str()).collect();
            text.push_str(&format!("  {what} not reached: {}\n", missed.join(", ")));
        }
    }
    text
}

fn share(what: &str, tally: &Tally) -> Option<String> {
    tally
        .percent()
        .map(|percent| format!("{} of {} {what} ({percent:.0} %)", tally.reached, tally.total))
}

/// One workflow command for each finding, for GitHub annotations.
fn annotations(outcome: &Outcome) -> String {
    to_annotations(&Findings::new(
        &outcome.card,
        false,
        outcome.findings.clone(),
        &outcome.texts,
    ))
}

/// The outcomes as JUnit XML: a suite for each card, a case for each test. A card that cannot be read is a case that
/// ends with an error.
fn junit(outcomes: &[Outcome]) -> Result<String, Failure> {
    let mut report = Report::new("bellwether");
    for outcome in outcomes {
        let mut suite = TestSuite::new(&outcome.card);
        match &outcome.report {
            Some(tests) => {
                suite.add_test_cases(tests.tests.iter().map(|test| case(test, outcome)));
            }
            None => {
                let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
                status.set_message("the card cannot be read");
                status.set_description(draw(&outcome.findings, &outcome.texts, false));
                suite.add_test_case(TestCase::new("the card can be read", status));
            }
        }
        report.add_test_suite(suite);
    }
    report.to_string().map_err(|error| Failure::input(error.to_string()))
}

fn case(test: &TestResult, outcome: &Outcome) -> TestCase {
    let status = if test.passed {
        TestCaseStatus::success()
    } else {
        let ran = test.errors.is_empty();
        let kind = if ran {
            NonSuccessKind::Failure
        } else {
            NonSuccessKind::Error
        };
        let mut status = TestCaseStatus::non_success(kind);
        let failed: Vec<String> = test.checks.iter().filter(|check| !check.passed).map(in_short).collect();
        let why = test.errors.iter().map(|error| error.message.clone());
        status.set_message(failed.into_iter().chain(why).collect::<Vec<_>>().join("; "));
        let own = TestReport {
            tests: vec![test.clone()],
            coverage: outcome
                .report
                .as_ref()
                .map(|report| report.coverage.clone())
                .unwrap_or_default(),
        };
        status.set_description(draw(&own.diagnostics(), &outcome.texts, false));
        status
    };
    let mut case = TestCase::new(&test.name, status);
    case.set_classname(outcome.card.as_str());
    case.set_assertions(test.checks.len());
    case
}

fn in_short(check: &CheckResult) -> String {
    let what = if check.what == "value" {
        String::new()
    } else {
        format!("{} of ", check.what)
    };
    format!("{what}{} is {}, expected {}", check.of, check.got, check.expected)
}
