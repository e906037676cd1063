//! `bellwether diff`: what changed between two versions of a card, and what that does to the numbers.

use std::collections::BTreeMap;

use bellwether::data::Table;
use bellwether::diagnostic::Diagnostic;
use bellwether::diff::{CardDiff, Impact, compare};
use bellwether::engine::EvaluateOptions;
use bellwether_report::{compose_diff, to_markdown, to_text};
use serde::Serialize;

use crate::args::{DiffArgs, Input, Reading, TextFormat};
use crate::failure::Failure;
use crate::host::card::{self, CardText};
use crate::host::session::Session;
use crate::output;
use crate::terminal::Terminal;

/// Both cards, what changed, and what it does.
#[derive(Serialize)]
struct Answer<'a> {
    old: &'a str,
    new: &'a str,
    #[serde(flatten)]
    diff: &'a CardDiff,
    #[serde(skip_serializing_if = "Option::is_none")]
    impact: Option<&'a Impact>,
}

/// Compares two cards.
pub fn diff(args: &DiffArgs, terminal: Terminal) -> Result<(), Failure> {
    let new_card = card::read(&args.new, &args.reading.modules, args.reading.untrusted)?;
    // An old version on standard input imports what lies beside the new one.
    let mut modules = args.reading.modules.clone();
    modules.push(new_card.folder.clone());
    let old_card = CardText {
        folder: new_card.folder.clone(),
        ..card::read(&args.old, &modules, args.reading.untrusted)?
    };
    let (old_name, new_name) = (old_card.name.clone(), new_card.name.clone());
    let old = Session::compile(old_card, &args.reading.params, args.reading.untrusted)?;
    let new = Session::compile(new_card, &args.reading.params, args.reading.untrusted)?;
    let diff = compare(old.card(), new.card());
    let input = input(args);
    let impact = if !args.no_data && !diff.changes.is_empty() && new.has_data(&input)? {
        Some(impact(&diff, &old, &new, &input, terminal)?)
    } else {
        None
    };
    let document = || compose_diff(&old_name, &new_name, &diff, impact.as_ref());
    let text = match args.format {
        TextFormat::Text => to_text(&document(), &terminal.text_options(args.out.is_some())),
        TextFormat::Markdown => to_markdown(&document()),
        TextFormat::Json => output::json(&Answer {
            old: &old_name,
            new: &new_name,
            diff: &diff,
            impact: impact.as_ref(),
        })?,
    };
    output::write_or_print(args.out.as_deref(), &text)?;
    if args.exit_code && !diff.changes.is_empty() {
        let count = diff.changes.len();
        let plural = if count == 1 { "" } else { "s" };
        return Err(Failure::NotSo(format!("{count} change{plural}")));
    }
    Ok(())
}

fn input(args: &DiffArgs) -> Input {
    Input {
        card: args.new.clone(),
        reading: args.reading.clone(),
        baselines: Vec::new(),
    }
}

/// Evaluates both cards over the same places, the old one as of the day of the new one.
fn impact(diff: &CardDiff, old: &Session, new: &Session, input: &Input, terminal: Terminal) -> Result<Impact, Failure> {
    let options = new.options(input)?;
    let after = new.load(input, terminal)?;
    let before = old.load(&of_card(old, input), terminal)?;
    let report = new.evaluate(after.clone(), &options, terminal)?;
    let then = EvaluateOptions {
        as_of: report.results.as_of.or(options.as_of),
        ..options.clone()
    };
    let earlier = old.evaluate(before.clone(), &then, terminal)?;
    type Tables = (BTreeMap<String, Table>, Vec<Diagnostic>);
    let tables = |loaded: &'_ Tables| loaded.0.clone();
    let (before, after) = (tables(&before), tables(&after));
    let (was, now) = ((old.card(), &before, &earlier), (new.card(), &after, &report));
    Ok(new.engine().impact(diff, was, now, &options))
}

/// The places for tables that a card has: the other card may have more.
fn of_card(session: &Session, input: &Input) -> Input {
    let known = |pair: &&String| {
        let name = pair.split_once('=').map_or("", |(name, _)| name);
        session.card().table(name).is_some()
    };
    Input {
        card: input.card.clone(),
        reading: Reading {
            data: input.reading.data.iter().filter(known).cloned().collect(),
            ..input.reading.clone()
        },
        baselines: input.baselines.clone(),
    }
}
