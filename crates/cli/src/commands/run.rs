//! `bellwether run`: evaluate and print.

use bellwether::diagnostic::Diagnostic;
use bellwether::report::{Report, ScoreResult};
use bellwether_report::{Format, TextOptions};

use crate::args::{FailOn, OutputFormat, RunArgs};
use crate::failure::Failure;
use crate::host::{card, session::Session};
use crate::output;
use crate::terminal::Terminal;

/// Evaluates a card and prints or writes its report.
pub fn run(args: &RunArgs, terminal: Terminal) -> Result<(), Failure> {
    let switches = args.switches.read()?;
    let card = card::read(&args.input.card, &args.input.modules)?;
    let session = Session::compile(card, &args.input.params)?;
    let tables = session.load(&args.input, terminal)?;
    let mut options = session.options(&args.input)?;
    options.by = args.by.clone();
    options.period = args.period.clone();
    let mut report = session.evaluate(tables, &options, terminal)?;
    switches.apply(&mut report.diagnostics);
    if report.diagnostics.iter().any(Diagnostic::is_error) {
        report.diagnostics.sort_by_key(|diagnostic| diagnostic.severity);
        return Err(session.failed(report.diagnostics));
    }

    let format = match args.format {
        OutputFormat::Table => Format::Table,
        OutputFormat::Markdown => Format::Markdown,
        OutputFormat::Csv => Format::Csv,
        OutputFormat::Json => Format::Json,
    };
    let colour = terminal.colour_out && args.out.is_none();
    let text = bellwether_report::render(
        &report,
        format,
        &TextOptions {
            colour,
            width: terminal.width,
        },
    )
    .map_err(Failure::input)?;
    for target in &args.entities {
        write_entities(&report, target)?;
    }
    match &args.out {
        Some(path) => output::write_whole(path, text.as_bytes())?,
        None => output::print(&text)?,
    }
    let missed = missed(&report, &args.fail_on);
    if missed.is_empty() {
        Ok(())
    } else {
        Err(Failure::Goal(missed))
    }
}

fn write_entities(report: &Report, target: &str) -> Result<(), Failure> {
    let scored: Vec<&ScoreResult> = report
        .results
        .scores
        .iter()
        .filter(|score| score.entities.is_some())
        .collect();
    let names = || {
        scored
            .iter()
            .map(|score| score.name.as_str())
            .collect::<Vec<_>>()
            .join(", ")
    };
    let (score, path) = match (target.split_once('='), scored.as_slice()) {
        (Some((name, path)), _) => {
            let score = scored.iter().find(|score| score.name == name).ok_or_else(|| {
                Failure::usage(format!(
                    "no score `{name}` scores rows with .each(..); these do: {}",
                    names()
                ))
            })?;
            (*score, path)
        }
        (None, [score]) => (*score, target),
        (None, []) => {
            return Err(Failure::usage(
                "--entities: no score of the card scores rows with .each(..)",
            ));
        }
        (None, _) => {
            return Err(Failure::usage(format!(
                "--entities: several scores score rows; say SCORE=FILE with one of {}",
                names()
            )));
        }
    };
    let Some(entities) = &score.entities else { return Ok(()) };
    let text = bellwether_report::entities_to_csv(entities).map_err(Failure::input)?;
    output::write_whole(std::path::Path::new(path), text.as_bytes())
}

/// What `--fail-on` finds in the headlines, in words.
fn missed(report: &Report, rules: &[FailOn]) -> Vec<String> {
    let mut missed = Vec::new();
    for rule in rules {
        match rule {
            FailOn::Red => {
                for score in &report.results.scores {
                    let band = score.headline.band.as_ref();
                    if band.is_some() && band == score.bands.first() {
                        missed.push(format!("{} is {}", score.name, band.map_or("", String::as_str)));
                    }
                }
            }
            FailOn::Goal => {
                let metrics = report
                    .results
                    .metrics
                    .iter()
                    .map(|metric| (&metric.name, &metric.headline));
                let scores = report.results.scores.iter().map(|score| (&score.name, &score.headline));
                for (name, cell) in metrics.chain(scores) {
                    if let (Some(false), Some(value), Some(target)) = (cell.target_met, cell.value, cell.target) {
                        missed.push(format!(
                            "{name} is {}, the target is {}",
                            bellwether_report::format::number(value, 1),
                            bellwether_report::format::stated(target)
                        ));
                    }
                }
            }
            FailOn::Alert => {
                for alert in report.results.alerts.iter().filter(|alert| alert.raised == Some(true)) {
                    missed.push(format!("alert `{}` is raised", alert.name));
                }
            }
        }
    }
    missed
}
