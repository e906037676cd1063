//! `bellwether test`: the tests written in cards.

use bellwether::proof::{Tally, TestReport};

use crate::args::TestArgs;
use crate::failure::Failure;
use crate::host::{card, session::Session};
use crate::output;
use crate::terminal::{Terminal, Texts, draw};

/// Runs the tests of every card; all cards run, whatever the first ones say.
pub fn test(args: &TestArgs, terminal: Terminal) -> Result<(), Failure> {
    let mut failed = false;
    for path in &args.cards {
        let text = card::read(path, &args.modules, args.untrusted)?;
        let texts = text.texts();
        let name = text.name.clone();
        let session = match Session::compile(text, &args.params, args.untrusted) {
            Ok(session) => session,
            Err(Failure::Findings { diagnostics, texts }) => {
                output::print(&format!(
                    "{}{name}: cannot be read\n",
                    draw(&diagnostics, &texts, terminal.colour_out)
                ))?;
                failed = true;
                continue;
            }
            Err(other) => return Err(other),
        };
        let mut scorecard = session.card().clone();
        if let Some(only) = &args.only {
            scorecard.tests.retain(|test| test.name.value.contains(only));
        }
        let report = session.engine().test(&scorecard);
        failed |= !report.passed();
        output::print(&in_words(
            &name,
            &report,
            &texts,
            terminal.colour_out,
            args.only.is_none(),
        ))?;
    }
    if failed { Err(Failure::Reported) } else { Ok(()) }
}

fn in_words(name: &str, report: &TestReport, texts: &Texts, colour: bool, coverage: bool) -> String {
    let mut text = format!("{name}\n");
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
    text.push_str(&draw(&report.diagnostics(), texts, colour));
    let passed = report.tests.iter().filter(|test| test.passed).count();
    text.push_str(&format!("{passed} passed, {} failed\n", report.tests.len() - passed));
    if coverage {
        text.push_str("reached by tests:");
        let parts = [
            ("measures", &report.coverage.measures),
            ("ways through closures", &report.coverage.branches),
            ("bands", &report.coverage.bands),
        ];
        let said: Vec<String> = parts.iter().filter_map(|(what, tally)| share(what, tally)).collect();
        text.push_str(&format!(" {}\n", said.join(", ")));
        for (what, tally) in parts {
            if !tally.missed.is_empty() {
                let missed: Vec<&str> = tally.missed.iter().map(|(missed, _)| missed.as_str()).collect();
                text.push_str(&format!("  {what} not reached: {}\n", missed.join(", ")));
            }
        }
    }
    text
}

fn share(what: &str, tally: &Tally) -> Option<String> {
    tally
        .percent()
        .map(|percent| format!("{} of {} {what} ({percent:.0} %)", tally.reached, tally.total))
}
