//! The tests of a card: small tables in, expected values out, and what no test reaches.
//!
//! Imports: definition, data, expr, measure, score, report, limits, diagnostic. Never: script, engine, any drawing.

mod branch;
mod compare;
mod coverage;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use coverage::{Coverage, Tally};

use crate::data::{Dataset, Table, from_given, needs};
use crate::definition::{CivilDate, Scorecard, Test};
use crate::diagnostic::{Diagnostic, Span, Spanned, codes, nearest};
use crate::report::Report;

/// What became of all tests of a card.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TestReport {
    /// The tests, in the order of the card.
    pub tests: Vec<TestResult>,
    /// What the tests reached of the card.
    pub coverage: Coverage,
}

impl TestReport {
    /// Whether every test passed.
    #[must_use]
    pub fn passed(&self) -> bool {
        self.tests.iter().all(|test| test.passed)
    }

    /// A diagnostic for each check that failed and each test that could not run.
    #[must_use]
    pub fn diagnostics(&self) -> Vec<Diagnostic> {
        self.tests.iter().flat_map(TestResult::diagnostics).collect()
    }
}

/// What became of a test.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TestResult {
    /// What it shows.
    pub name: String,
    /// Where it is written.
    pub span: Span,
    /// Whether it ran and every check held.
    pub passed: bool,
    /// The day as of which it ran.
    pub as_of: Option<CivilDate>,
    /// Its checks, in the order of the card.
    pub checks: Vec<CheckResult>,
    /// Why it could not run; empty where it did.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<Diagnostic>,
}

/// What became of one expectation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CheckResult {
    /// Metric, outcome or score.
    pub of: String,
    /// Segment values of the cell; none: the total.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cell: Vec<(String, String)>,
    /// Period of the cell; none: the headline or the whole time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub period: Option<String>,
    /// `value`, `n`, `skipped`, `state`, `band`.
    pub what: String,
    /// As the card writes it.
    pub expected: String,
    /// What came out.
    pub got: String,
    /// Whether they agree.
    pub passed: bool,
    /// How the value came about, where they do not agree: rows of each table, and the first row that did not count.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub why: Vec<String>,
    /// Where the expectation is written.
    pub span: Span,
}

impl TestResult {
    fn failed(test: &Test, as_of: Option<CivilDate>, errors: Vec<Diagnostic>) -> Self {
        Self {
            name: test.name.value.clone(),
            span: test.name.span,
            passed: false,
            as_of,
            checks: Vec::new(),
            errors,
        }
    }

    fn diagnostics(&self) -> Vec<Diagnostic> {
        let mut found = Vec::new();
        if !self.errors.is_empty() {
            found.push(
                Diagnostic::error(codes::BAD_TEST, format!("test `{}` cannot run", self.name))
                    .at(self.span)
                    .help("mend what stands below; columns that a test leaves out are empty"),
            );
            found.extend(self.errors.iter().cloned());
        }
        for check in self.checks.iter().filter(|check| !check.passed) {
            let what = if check.what == "value" {
                String::new()
            } else {
                format!("{} of ", check.what)
            };
            let message = format!(
                "{what}`{}` is {}, the test expects {}",
                check.of, check.got, check.expected
            );
            let finding = Diagnostic::error(codes::TEST_FAILED, message).at(check.span);
            found.push(if check.why.is_empty() {
                finding
            } else {
                finding.help(check.why.join("; "))
            });
        }
        found
    }
}

/// A card evaluated over the tables of a test.
#[derive(Debug)]
pub struct Evaluation {
    /// The report.
    pub report: Report,
    /// The tables, with the columns that the card adds.
    pub data: Dataset,
}

/// Evaluates a card over the tables of a test; tables and columns that are not given are empty.
pub type Evaluate<'e> =
    dyn Fn(&Scorecard, BTreeMap<String, Table>, Option<CivilDate>) -> Result<Evaluation, Vec<Diagnostic>> + 'e;

/// Runs every test of a card.
///
/// `min_n` is 1 in tests unless the card sets it. A test without a day, in a card with periods, is seen at the end of the
/// period of its latest row, so that this period is complete and the headline is its value.
pub fn run(card: &Scorecard, evaluate: &Evaluate<'_>) -> TestReport {
    let small = for_tests(card);
    let mut coverage = coverage::Collector::new(&small);
    let tests = card
        .tests
        .iter()
        .map(|test| match run_one(&small, test, evaluate) {
            Ok((result, evaluation)) => {
                coverage.add(test, &evaluation);
                result
            }
            Err(result) => *result,
        })
        .collect();
    TestReport {
        tests,
        coverage: coverage.finish(),
    }
}

/// The card as tests see it.
fn for_tests(card: &Scorecard) -> Scorecard {
    let mut small = card.clone();
    if small.header.min_n.is_none() {
        small.header.min_n = Some(Spanned::new(1, Span::default()));
    }
    small
}

fn run_one(
    card: &Scorecard,
    test: &Test,
    evaluate: &Evaluate<'_>,
) -> Result<(TestResult, Evaluation), Box<TestResult>> {
    let day = test.as_of.as_ref().map(|day| day.value);
    let fail = |errors| Box::new(TestResult::failed(test, day, errors));
    let tables = given(card, test).map_err(fail)?;
    let mut evaluation = evaluate(card, tables.clone(), day).map_err(fail)?;
    if day.is_none()
        && let Some(end) = end_of_last_period(&evaluation.report)
    {
        evaluation = evaluate(card, tables, Some(end)).map_err(fail)?;
    }
    let checks: Vec<CheckResult> = test
        .expects
        .iter()
        .map(|expect| compare::check(card, expect, &evaluation))
        .collect();
    let result = TestResult {
        name: test.name.value.clone(),
        span: test.name.span,
        passed: checks.iter().all(|check| check.passed),
        as_of: evaluation.report.results.as_of,
        checks,
        errors: Vec::new(),
    };
    Ok((result, evaluation))
}

/// The last day of the last period, where it is cut by the latest row.
fn end_of_last_period(report: &Report) -> Option<CivilDate> {
    let last = report.results.axes.periods.first()?.steps.last()?;
    (!last.complete).then_some(last.end)
}

/// The tables of a test.
fn given(card: &Scorecard, test: &Test) -> Result<BTreeMap<String, Table>, Vec<Diagnostic>> {
    let needs = needs(card);
    let mut tables = BTreeMap::new();
    let mut errors = Vec::new();
    for given in &test.given {
        let name = &given.table.value;
        let Some(need) = needs.get(name) else {
            let names = needs.keys().map(String::as_str);
            let error =
                Diagnostic::error(codes::BAD_TEST, format!("no table `{name}` in this card")).at(given.table.span);
            errors.push(match nearest(name, names) {
                Some(near) => error
                    .help(format!("did you mean `{near}`?"))
                    .fix(given.table.span, format!("\"{near}\"")),
                None => error.help("give rows of a table that the card declares and the host hands in"),
            });
            continue;
        };
        match from_given(&given.data, need, given.table.span) {
            Ok(table) => {
                tables.insert(name.clone(), table);
            }
            Err(error) => errors.push(error),
        }
    }
    if errors.is_empty() { Ok(tables) } else { Err(errors) }
}
