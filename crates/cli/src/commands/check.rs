//! `bellwether check`: every finding about a card, and about its data where they are at hand.

use bellwether::diagnostic::{Diagnostic, codes};

use crate::args::{CheckArgs, DiagnosticFormat};
use crate::failure::Failure;
use crate::host::{card, session::Session};
use crate::output;
use crate::terminal::{Terminal, draw, tally};

/// Checks a card.
pub fn check(args: &CheckArgs, terminal: Terminal) -> Result<(), Failure> {
    let card = card::read(&args.input.card, &args.input.modules)?;
    let texts = card.texts();
    let name = card.name.clone();
    let (mut diagnostics, with_data) = findings(args, card, terminal)?;
    // While there are errors, what seems unused may be what a misspelt name meant.
    if diagnostics.iter().any(Diagnostic::is_error) {
        diagnostics.retain(|diagnostic| diagnostic.code != codes::UNUSED);
    }
    match args.format {
        DiagnosticFormat::Json => {
            let mut text =
                serde_json::to_string_pretty(&diagnostics).map_err(|error| Failure::input(error.to_string()))?;
            text.push('\n');
            output::print(&text)?;
        }
        DiagnosticFormat::Text => {
            let data = if with_data { "with its data" } else { "without data" };
            let drawn = draw(&diagnostics, &texts, terminal.colour_out);
            output::print(&format!("{drawn}{name}, checked {data}: {}\n", tally(&diagnostics)))?;
        }
    }
    let failed = diagnostics
        .iter()
        .any(|diagnostic| diagnostic.is_error() || args.strict);
    if failed { Err(Failure::Reported) } else { Ok(()) }
}

/// All findings, and whether data were read.
fn findings(args: &CheckArgs, card: card::CardText, terminal: Terminal) -> Result<(Vec<Diagnostic>, bool), Failure> {
    let session = match Session::compile(card, &args.input.params) {
        Ok(session) => session,
        Err(Failure::Findings { diagnostics, .. }) => return Ok((diagnostics, false)),
        Err(other) => return Err(other),
    };
    if args.no_data || !session.has_data(&args.input)? {
        return Ok((session.findings().to_vec(), false));
    }
    let tables = match session.load(&args.input, terminal) {
        Ok(tables) => tables,
        Err(Failure::Findings { diagnostics, .. }) => {
            let mut all = diagnostics;
            all.extend_from_slice(session.findings());
            return Ok((all, true));
        }
        Err(other) => return Err(other),
    };
    let options = session.options(&args.input)?;
    match session.evaluate(tables, &options, terminal) {
        Ok(report) => Ok((report.diagnostics, true)),
        Err(Failure::Findings { mut diagnostics, .. }) => {
            diagnostics.extend_from_slice(session.findings());
            Ok((diagnostics, true))
        }
        Err(other) => Err(other),
    }
}
