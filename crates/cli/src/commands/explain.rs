//! `bellwether explain`: how a number arose.

use std::collections::BTreeMap;

use bellwether::data::Table;
use bellwether::definition::Scorecard;
use bellwether::engine::{EvaluateOptions, Question};
use bellwether::report::claim;
use bellwether_report::{compose_claim, compose_explanation};

use crate::args::ExplainArgs;
use crate::failure::Failure;
use crate::host::session::Session;
use crate::output;
use crate::terminal::Terminal;

/// Explains a cell.
pub fn explain(args: &ExplainArgs, terminal: Terminal) -> Result<(), Failure> {
    let session = Session::open(&args.input)?;
    let Some(metric) = &args.metric else {
        return Err(Failure::usage(format!("explain what? {}", names(session.card()))));
    };
    let (tables, _) = session.load(&args.input, terminal)?;
    let options = session.options(&args.input)?;
    if is_claim(session.card(), metric) {
        return explain_claim(args, metric, &session, tables, &options, terminal);
    }
    let question = question(args, metric)?;
    let explanation = session
        .engine()
        .explain(session.card(), tables, &options, &question)
        .map_err(|error| session.error(error))?;
    output::answer(&explanation, args.format, terminal, compose_explanation)
}

/// Whether a name is that of a link, `metric/outcome`, or of an initiative, and of nothing that has cells.
fn is_claim(card: &Scorecard, name: &str) -> bool {
    let cells = card.metrics.iter().any(|metric| metric.name.value == name)
        || card.scores.iter().any(|score| score.name.value == name);
    let link = card
        .all_links()
        .iter()
        .any(|link| format!("{}/{}", link.metric.value, link.outcome.value) == name);
    let initiative = card.initiatives.iter().any(|initiative| initiative.name.value == name);
    !cells && (link || initiative)
}

/// Explains a link or an initiative, from the whole report: a link has no cell.
fn explain_claim(
    args: &ExplainArgs,
    name: &str,
    session: &Session,
    tables: BTreeMap<String, Table>,
    options: &EvaluateOptions,
    terminal: Terminal,
) -> Result<(), Failure> {
    if !args.cell.is_empty() || args.period.is_some() {
        return Err(Failure::usage(
            "a link and an initiative have no cells: leave --where and --period out".to_owned(),
        ));
    }
    let report = session
        .engine()
        .evaluate(session.card(), tables, options)
        .map_err(|error| session.error(error))?;
    let found = claim(&report.results, name)
        .ok_or_else(|| Failure::usage(format!("explain what? {}", names(session.card()))))?;
    output::answer(&found, args.format, terminal, compose_claim)
}

/// What can be explained, in words.
fn names(card: &Scorecard) -> String {
    let metrics = card.metrics.iter().map(|metric| metric.name.value.as_str());
    let scores = card.scores.iter().map(|score| score.name.value.as_str());
    let mut names: Vec<String> = metrics.chain(scores).map(str::to_owned).collect();
    let links = card.all_links();
    names.extend(
        links
            .iter()
            .map(|link| format!("{}/{}", link.metric.value, link.outcome.value)),
    );
    names.extend(card.initiatives.iter().map(|initiative| initiative.name.value.clone()));
    if names.is_empty() {
        "the card has no metric, outcome or score".to_owned()
    } else {
        format!("the card has {}", names.join(", "))
    }
}

fn question(args: &ExplainArgs, metric: &str) -> Result<Question, Failure> {
    let segments = args
        .cell
        .iter()
        .map(|pair| {
            pair.split_once('=')
                .map(|(segment, value)| (segment.trim().to_owned(), value.trim().to_owned()))
                .ok_or_else(|| Failure::usage(format!("--where takes SEGMENT=VALUE; `{pair}` has no `=`")))
        })
        .collect::<Result<_, _>>()?;
    Ok(Question {
        name: metric.to_owned(),
        segments,
        period: args.period.clone(),
        rows: args.rows,
    })
}
