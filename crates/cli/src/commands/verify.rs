//! `bellwether verify`: is a report what its card and data give, bit for bit?

use std::path::{Path, PathBuf};

use bellwether::definition::Literal;
use bellwether::diagnostic::{Diagnostic, codes};
use bellwether::engine::EvaluateOptions;
use bellwether::report::{Provenance, Report, slice, verify as compare};
use bellwether_report::{compose_verification, to_markdown, to_text};

use crate::args::{Input, Reading, TextFormat, VerifyArgs};
use crate::failure::Failure;
use crate::host::{data, session::Session};
use crate::output;
use crate::terminal::Terminal;

/// Evaluates the card of a report again, with what the report says of params, day and cuts, and compares.
pub fn verify(args: &VerifyArgs, terminal: Terminal) -> Result<(), Failure> {
    let kept = read(&args.report)?;
    let input = input(args, &kept.provenance)?;
    let session = Session::open(&input)?;
    let input = with_origins(input, &session, &kept.provenance)?;
    let tables = session.load(&input, terminal)?;
    let asked = &kept.provenance.asked;
    let options = EvaluateOptions {
        // The day that the report found in its data, so that rows that came later do not count.
        as_of: asked.as_of.or(kept.results.as_of),
        by: asked.by.clone(),
        period: asked.period.clone(),
        values_from: asked.values_from.clone(),
        baselines: asked.baselines.clone(),
        ..session.options(&input)?
    };
    let whole = session.evaluate(tables, &options, terminal)?;
    // The report of a region or team is held against the same slice of what the card gives.
    let again = match &kept.provenance.slice {
        Some(of) => slice(&whole, &of.segment, &of.value)
            .ok_or_else(|| Failure::NotSo(format!("`{}` has no value `{}` in this data", of.segment, of.value)))?,
        None => whole,
    };
    let found = compare(&kept, &again).map_err(Failure::input)?;
    let name = args.report.display().to_string();
    let text = match args.format {
        TextFormat::Text => to_text(&compose_verification(&name, &found), &terminal.text_options(false)),
        TextFormat::Markdown => to_markdown(&compose_verification(&name, &found)),
        TextFormat::Json => output::json(&found)?,
    };
    output::print(&text)?;
    if found.same_values {
        Ok(())
    } else {
        Err(Failure::NotSo(format!("{name} is not what its card and data give")))
    }
}

/// Reads a report that was written by `run --format json`.
fn read(path: &Path) -> Result<Report, Failure> {
    let name = path.display().to_string();
    let unusable = |why: String| {
        let finding = Diagnostic::error(codes::KEPT_REPORT, format!("`{name}` is no report: {why}"));
        Failure::Findings {
            diagnostics: vec![finding.help("`bellwether run card.rhai --format json --out report.json` writes one")],
            texts: Vec::new(),
        }
    };
    let bytes = std::fs::read(path).map_err(|error| unusable(format!("it cannot be read ({error})")))?;
    serde_json::from_slice(&bytes).map_err(|error| unusable(error.to_string()))
}

/// What the card is evaluated with: the options of the command line, else those of the report.
fn input(args: &VerifyArgs, provenance: &Provenance) -> Result<Input, Failure> {
    let from_report = || provenance.sources.first().map(|source| PathBuf::from(&source.name));
    let card = args.card.clone().or_else(from_report);
    let card = card.ok_or_else(|| Failure::usage("the report names no card; name it with --card"))?;
    let quoted = |value: &Literal| match value {
        Literal::Bool(value) => value.to_string(),
        Literal::Int(value) => value.to_string(),
        Literal::Float(value) => format!("{value:?}"),
        Literal::Text(text) => format!("\"{text}\""),
    };
    let params = provenance
        .params
        .iter()
        .map(|param| format!("{}={}", param.name, quoted(&param.value)));
    Ok(Input {
        card,
        reading: Reading {
            data: args.data.clone(),
            params: params.collect(),
            as_of: None,
            modules: args.modules.clone(),
            threads: args.threads,
            values: Vec::new(),
            untrusted: args.untrusted,
        },
        baselines: Vec::new(),
    })
}

/// The input with the files of the report for tables that neither the command line nor the card has a place for.
fn with_origins(input: Input, session: &Session, provenance: &Provenance) -> Result<Input, Failure> {
    let given = data::places(&input.reading.data)?;
    let mut data = input.reading.data.clone();
    for table in &session.card().tables {
        let name = &table.name.value;
        let origin = provenance
            .tables
            .iter()
            .find(|origin| origin.table == *name)
            .and_then(|origin| origin.origin.as_ref());
        // The hash of a query is no query.
        let origin = origin.filter(|origin| !bellwether_database::is_address(origin));
        if let (false, None, Some(origin)) = (given.contains_key(name), &table.file, origin) {
            data.push(format!("{name}={origin}"));
        }
    }
    let reading = Reading { data, ..input.reading };
    Ok(Input { reading, ..input })
}
