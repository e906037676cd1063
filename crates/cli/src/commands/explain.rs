//! `bellwether explain`: how a number arose.

use bellwether::definition::Scorecard;
use bellwether::engine::Question;
use bellwether_report::{TextOptions, compose_explanation, to_text};

use crate::args::{DiagnosticFormat, ExplainArgs};
use crate::failure::Failure;
use crate::host::{card, session::Session};
use crate::output;
use crate::terminal::Terminal;

/// Explains a cell.
pub fn explain(args: &ExplainArgs, terminal: Terminal) -> Result<(), Failure> {
    let card = card::read(
        &args.input.card,
        &args.input.reading.modules,
        args.input.reading.untrusted,
    )?;
    let session = Session::compile(card, &args.input.reading.params, args.input.reading.untrusted)?;
    let Some(metric) = &args.metric else {
        return Err(Failure::usage(format!("explain what? {}", names(session.card()))));
    };
    let (tables, _) = session.load(&args.input, terminal)?;
    let options = session.options(&args.input)?;
    let question = question(args, metric)?;
    let explanation = session
        .engine()
        .explain(session.card(), tables, &options, &question)
        .map_err(|error| session.error(error))?;
    match args.format {
        DiagnosticFormat::Json => {
            let mut text =
                serde_json::to_string_pretty(&explanation).map_err(|error| Failure::input(error.to_string()))?;
            text.push('\n');
            output::print(&text)
        }
        DiagnosticFormat::Text => {
            let options = TextOptions {
                colour: terminal.colour_out,
                width: terminal.width,
            };
            output::print(&to_text(&compose_explanation(&explanation), &options))
        }
    }
}

/// What can be explained, in words.
fn names(card: &Scorecard) -> String {
    let metrics = card.metrics.iter().map(|metric| metric.name.value.as_str());
    let scores = card.scores.iter().map(|score| score.name.value.as_str());
    let names: Vec<&str> = metrics.chain(scores).collect();
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
