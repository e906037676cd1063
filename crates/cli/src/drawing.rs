//! A report as `bellwether run` was asked to draw it: a format, a page for an audience, a template of the user's own.

use std::path::Path;

use bellwether::diagnostic::{Diagnostic, codes};
use bellwether::report::Report;
use bellwether_report::{Format, HtmlOptions, Template};

use crate::args::{OutputFormat, RunArgs};
use crate::failure::Failure;
use crate::output;
use crate::terminal::Terminal;

/// Prints the report, or writes it to its file.
pub fn deliver(report: &Report, args: &RunArgs, terminal: Terminal) -> Result<(), Failure> {
    match (args.format, &args.out) {
        (OutputFormat::Xlsx, Some(path)) => {
            let book = bellwether_report::to_xlsx(report).map_err(Failure::input)?;
            return output::write_whole(path, &book);
        }
        (OutputFormat::Parquet, Some(path)) => {
            let table = bellwether_report::to_parquet(report).map_err(Failure::input)?;
            return output::write_whole(path, &table);
        }
        _ => {}
    }
    let text = draw(args, report, terminal)?;
    match &args.out {
        Some(path) => output::write_whole(path, text.as_bytes()),
        None => output::print(&text),
    }
}

/// What a format needs that is for no terminal.
pub fn no_file() -> Failure {
    Failure::usage("--format xlsx and --format parquet are not for a terminal: name a file with --out")
}

/// The report as it was asked for.
fn draw(args: &RunArgs, report: &Report, terminal: Terminal) -> Result<String, Failure> {
    let page = HtmlOptions {
        audience: args.audience.clone(),
    };
    let wrong = |finding: Diagnostic| Failure::Options {
        diagnostics: vec![finding],
        texts: Vec::new(),
    };
    if let Some(path) = &args.template {
        return by_template(args, report, &page, path);
    }
    let format = match args.format {
        OutputFormat::Html => return bellwether_report::html(report, &page).map_err(wrong),
        OutputFormat::Markdown => return bellwether_report::markdown(report, &page).map_err(wrong),
        OutputFormat::Table => Format::Table,
        OutputFormat::Csv => Format::Csv,
        OutputFormat::Json => Format::Json,
        OutputFormat::Xlsx | OutputFormat::Parquet => return Err(no_file()),
    };
    if args.audience.is_some() {
        return Err(Failure::usage(
            "--audience chooses what a page shows: add --format html, --format markdown or --template",
        ));
    }
    let options = terminal.text_options(args.out.is_some());
    bellwether_report::render(report, format, &options).map_err(Failure::input)
}

/// The report by a user's own template.
fn by_template(args: &RunArgs, report: &Report, page: &HtmlOptions, path: &Path) -> Result<String, Failure> {
    if args.input.reading.untrusted {
        return Err(Failure::usage(
            "--template is a program of its own that no limit of memory holds for: not with --untrusted",
        ));
    }
    let text = std::fs::read_to_string(path)
        .map_err(|error| Failure::input(format!("cannot read {}: {error}", path.display())))?;
    let template = Template {
        name: path.file_name().map_or_else(
            || path.display().to_string(),
            |name| name.to_string_lossy().into_owned(),
        ),
        text,
    };
    bellwether_report::draw(report, page, &template).map_err(|finding| {
        let about_audience = finding.code == codes::UNKNOWN_OBJECT;
        let diagnostics = vec![finding];
        let texts = vec![(path.display().to_string(), template.text)];
        if about_audience {
            Failure::Options { diagnostics, texts }
        } else {
            Failure::Findings { diagnostics, texts }
        }
    })
}
