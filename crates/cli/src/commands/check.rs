//! `bellwether check`: every finding about a card, and about its data where they are at hand.

use bellwether::diagnostic::wire::Findings;
use bellwether::diagnostic::{Diagnostic, codes, switch};
use bellwether_report::findings::tally;
use bellwether_report::{to_annotations, to_sarif};

use crate::args::{CheckArgs, CheckFormat};
use crate::failure::Failure;
use crate::host::{card, session::Session};
use crate::output;
use crate::pages;
use crate::terminal::{Terminal, Texts, draw};

/// Checks a card.
pub fn check(args: &CheckArgs, terminal: Terminal) -> Result<(), Failure> {
    let switches = args.switches.read()?;
    let card = card::read(
        &args.input.card,
        &args.input.reading.modules,
        args.input.reading.untrusted,
    )?;
    let texts = card.texts();
    let name = card.name.clone();
    let (mut diagnostics, with_data) = findings(args, card, terminal)?;
    switches.apply(&mut diagnostics);
    if args.strict {
        diagnostics.iter_mut().for_each(strictly);
    }
    diagnostics.sort_by_key(|diagnostic| diagnostic.severity);
    let failed = diagnostics.iter().any(Diagnostic::is_error);
    let text = match args.format {
        CheckFormat::Text => as_text(&diagnostics, &texts, &name, with_data, terminal),
        CheckFormat::Json => as_json(&Findings::new(&name, with_data, diagnostics, &texts))?,
        CheckFormat::Sarif => {
            let found = Findings::new(&name, with_data, diagnostics, &texts);
            to_sarif(&found, &|code| pages::markdown(code).map(str::to_owned)).map_err(Failure::input)?
        }
        CheckFormat::Github => to_annotations(&Findings::new(&name, with_data, diagnostics, &texts)),
    };
    match &args.out {
        Some(path) => output::write_whole(path, text.as_bytes())?,
        None => output::print(&text)?,
    }
    if failed { Err(Failure::Reported) } else { Ok(()) }
}

/// With `--strict`, whatever is told fails the check.
fn strictly(diagnostic: &mut Diagnostic) {
    if diagnostic.is_told() {
        diagnostic.severity = bellwether::diagnostic::Severity::Error;
    }
}

fn as_text(diagnostics: &[Diagnostic], texts: &Texts, name: &str, with_data: bool, terminal: Terminal) -> String {
    let data = if with_data { "with its data" } else { "without data" };
    let drawn = draw(diagnostics, texts, terminal.colour_out);
    let codes = diagnostics
        .iter()
        .find(|diagnostic| diagnostic.is_told())
        .map_or_else(String::new, |diagnostic| {
            format!("; `bellwether docs {}` says more", diagnostic.code)
        });
    format!("{drawn}{name}, checked {data}: {}{codes}\n", tally(diagnostics))
}

fn as_json(found: &Findings) -> Result<String, Failure> {
    let mut text = serde_json::to_string_pretty(found).map_err(|error| Failure::input(error.to_string()))?;
    text.push('\n');
    Ok(text)
}

/// All findings, and whether data were read.
fn findings(args: &CheckArgs, card: card::CardText, terminal: Terminal) -> Result<(Vec<Diagnostic>, bool), Failure> {
    let session = match Session::compile(card, &args.input.reading.params, args.input.reading.untrusted) {
        Ok(session) => session,
        Err(Failure::Findings { diagnostics, .. }) => return Ok((diagnostics, false)),
        Err(other) => return Err(other),
    };
    if args.no_data || !session.has_data(&args.input)? {
        return Ok((session.findings().to_vec(), false));
    }
    let tables = match session.load(&args.input, terminal) {
        Ok(tables) => tables,
        Err(Failure::Findings { mut diagnostics, .. }) => {
            switch::apply(&mut session.card().allows.clone(), &mut diagnostics);
            // What seems unused may be what the data that cannot be read would use.
            let told = session
                .findings()
                .iter()
                .filter(|finding| finding.code != codes::UNUSED);
            diagnostics.extend(told.cloned());
            return Ok((diagnostics, true));
        }
        Err(other) => return Err(other),
    };
    let options = session.options(&args.input)?;
    match session.evaluate(tables, &options, terminal) {
        Ok(report) => Ok((report.diagnostics, true)),
        Err(Failure::Findings { diagnostics, .. }) => Ok((diagnostics, true)),
        Err(other) => Err(other),
    }
}
