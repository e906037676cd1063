//! `bellwether run`: evaluate and print.

use bellwether::diagnostic::Diagnostic;
use bellwether::diagnostic::wire::{Findings, locate};
use bellwether::report::{AlertResult, Report};
use bellwether_history::History;
use bellwether_report::{annotation, to_annotations};

use crate::args::{FailOn, OutputFormat, RunArgs};
use crate::charts;
use crate::commands::history;
use crate::drawing;
use crate::entities;
use crate::failure::Failure;
use crate::host::{self, session::Session};
use crate::terminal::Terminal;

/// Evaluates a card and prints or writes its report.
pub fn run(args: &RunArgs, terminal: Terminal) -> Result<(), Failure> {
    let switches = args.switches.read()?;
    entities::check(&args.entities)?;
    if matches!(args.format, OutputFormat::Xlsx | OutputFormat::Parquet) && args.out.is_none() {
        return Err(drawing::no_file());
    }
    if args.fail_on.contains(&FailOn::Restated) && args.history.is_none() {
        return Err(Failure::usage(
            "--fail-on restated compares with a history: name it with --history",
        ));
    }
    let session = Session::open(&args.input)?;
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
    for target in &args.entities {
        entities::write(&report, target)?;
    }
    if let Some(folder) = &args.charts {
        charts::write(&report, folder, args.chart_format)?;
    }
    drawing::deliver(&report, args, terminal)?;
    let missed = missed(&report, &args.fail_on);
    if args.annotations {
        eprint!("{}", annotations(&report, &session, &missed));
    }
    if args.fail_on.contains(&FailOn::Alert) {
        // A rule that cannot be checked is not one that holds.
        let unknown = report.results.alerts.iter().filter(|alert| alert.raised.is_none());
        for alert in unknown {
            eprintln!("not checked: alert `{}` is unknown", alert.name);
        }
    }
    if missed.is_empty() {
        Ok(())
    } else {
        Err(Failure::Goal(missed.into_iter().map(|missed| missed.text).collect()))
    }
}

/// Something that `--fail-on` finds.
struct Missed {
    /// The metric, score or alert.
    name: String,
    /// What is wrong, in words.
    text: String,
}

/// What `--fail-on` finds in the headlines.
fn missed(report: &Report, rules: &[FailOn]) -> Vec<Missed> {
    let mut missed = Vec::new();
    let mut note = |name: &str, text: String| {
        let name = name.to_owned();
        missed.push(Missed { name, text });
    };
    for rule in rules {
        match rule {
            FailOn::Red => {
                for score in &report.results.scores {
                    let band = score.headline.band.as_ref();
                    if band.is_some() && band == score.bands.first() {
                        let band = band.map_or("", String::as_str);
                        note(&score.name, format!("{} is {band}", score.name));
                    }
                }
            }
            FailOn::Goal => goals(report, &mut note),
            FailOn::Alert => {
                for alert in raised(report) {
                    note(&alert.name, format!("alert `{}` is raised", alert.name));
                }
            }
            FailOn::Restated => {
                let restated = report.history.iter().flat_map(|history| &history.restated);
                for one in restated {
                    let causes: Vec<&str> = one.causes.iter().map(|cause| cause.words()).collect();
                    let cut: Vec<String> = one
                        .segments
                        .iter()
                        .map(|(name, value)| format!("{name} {value}"))
                        .collect();
                    let place = cut.into_iter().chain(one.period.clone()).collect::<Vec<_>>().join(", ");
                    let place = if place.is_empty() {
                        "the whole time".to_owned()
                    } else {
                        place
                    };
                    note(
                        &one.name,
                        format!("{} of {place} is restated: {}", one.name, causes.join(", ")),
                    );
                }
            }
        }
    }
    missed
}

/// Targets of headlines that are not met.
fn goals(report: &Report, note: &mut impl FnMut(&str, String)) {
    let metrics = report
        .results
        .metrics
        .iter()
        .map(|metric| (&metric.name, &metric.headline));
    let scores = report.results.scores.iter().map(|score| (&score.name, &score.headline));
    for (name, cell) in metrics.chain(scores) {
        if let (Some(false), Some(value), Some(target)) = (cell.target_met, cell.value, cell.target) {
            let value = bellwether_report::format::number(value, 1);
            let target = bellwether_report::format::stated(target);
            note(name, format!("{name} is {value}, the target is {target}"));
        }
    }
}

fn raised(report: &Report) -> impl Iterator<Item = &AlertResult> {
    report.results.alerts.iter().filter(|alert| alert.raised == Some(true))
}

/// Findings, raised alerts and what `--fail-on` finds as workflow commands, beside the lines that declare them.
fn annotations(report: &Report, session: &Session, missed: &[Missed]) -> String {
    let texts = session.texts();
    let card = session.card();
    let file = texts.first().map_or("", |(name, _)| name.as_str());
    let mut text = to_annotations(&Findings::new(file, true, report.diagnostics.clone(), &texts));
    let span = |name: &str| {
        let of_metric = card.metric(name).map(|metric| metric.name.span);
        let of_alert = || {
            card.alerts
                .iter()
                .find(|alert| alert.name.value == name)
                .map(|alert| alert.name.span)
        };
        of_metric
            .or_else(|| card.score(name).map(|score| score.name.span))
            .or_else(of_alert)
    };
    let mut say = |level: &str, name: &str, title: &str, message: &str| {
        let location = span(name).and_then(|span| locate(span, &texts));
        text.push_str(&annotation(level, file, location.as_ref(), title, message));
    };
    for one in missed {
        say("error", &one.name, "--fail-on", &one.text);
    }
    for alert in raised(report).filter(|alert| missed.iter().all(|missed| missed.name != alert.name)) {
        let to = alert.to.as_ref().map(|to| format!(", for {to}")).unwrap_or_default();
        let message = format!("alert `{}` is raised{to}: {}", alert.name, alert.condition);
        say("warning", &alert.name, "an alert of the card", &message);
    }
    text
}
