//! `bellwether run`: evaluate and print.

use bellwether::diagnostic::Diagnostic;
use bellwether::report::Report;
use bellwether_history::History;
use bellwether_report::{Format, TextOptions};

use crate::args::{FailOn, OutputFormat, RunArgs};
use crate::commands::history;
use crate::entities;
use crate::failure::Failure;
use crate::host::{self, card, session::Session};
use crate::output;
use crate::terminal::Terminal;

/// Evaluates a card and prints or writes its report.
pub fn run(args: &RunArgs, terminal: Terminal) -> Result<(), Failure> {
    let switches = args.switches.read()?;
    entities::check(&args.entities)?;
    let card = card::read(&args.input.card, &args.input.modules, args.input.untrusted)?;
    let session = Session::compile(card, &args.input.params, args.input.untrusted)?;
    let tables = session.load(&args.input, terminal)?;
    let mut options = session.options(&args.input)?;
    // The engine joins the segments of a cross by commas, which separate cuts here.
    options.by = args.by.iter().map(|by| by.replace('*', ",")).collect();
    options.period = args.period.clone();
    let mut history = args
        .history
        .as_deref()
        .map(History::open)
        .transpose()
        .map_err(history::wrong)?;
    if let Some(history) = history.as_ref().filter(|_| args.frozen_baselines) {
        history::baselines(history, session.card(), &mut options)?;
    }
    let mut report = session.evaluate(tables, &options, terminal)?;
    switches.apply(&mut report.diagnostics);
    if report.diagnostics.iter().any(Diagnostic::is_error) {
        report.diagnostics.sort_by_key(|diagnostic| diagnostic.severity);
        return Err(session.failed(report.diagnostics));
    }

    if let Some(history) = &mut history {
        let recorded = history.record(&report, &host::now()?).map_err(history::wrong)?;
        report.history = Some(recorded.note);
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
        entities::write(&report, target)?;
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
