//! Running a card as a host does: compile, read the tables it needs, evaluate.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use bellwether::data::{Encoding, Needs, Table};
use bellwether::definition::{CivilDate, Scorecard, TableSource};
use bellwether::diagnostic::Diagnostic;
use bellwether::engine::{Engine, EvaluateOptions};
use bellwether::limits::Limits;
use bellwether::report::Report;
use bellwether::script::Source;
use bellwether_files::{FileOptions, open};

use crate::card::{CardCase, CardData};

/// What came of running a card.
#[derive(Debug)]
pub struct Run {
    /// The report, where there is one.
    pub report: Option<Report>,
    /// Everything that was said, by any stage.
    pub findings: Vec<Diagnostic>,
}

/// The engine, built once.
pub fn engine() -> &'static Engine {
    static ENGINE: OnceLock<Engine> = OnceLock::new();
    ENGINE.get_or_init(|| Engine::new(Limits::default()))
}

/// Runs a text in the place of a card of `tests/cards`.
#[must_use]
pub fn case(case: &CardCase, text: &str, folder: &Path) -> Run {
    let source = Source {
        name: &case.name,
        text,
        modules: &case.modules,
        params: &[],
    };
    run(&source, &case.data, folder)
}

/// Runs a card whose tables name their own files, beside the card.
#[must_use]
pub fn shown(name: &str, path: &Path, text: &str, data: &CardData) -> Run {
    let source = Source {
        name,
        text,
        modules: &[],
        params: &[],
    };
    run(&source, data, path.parent().unwrap_or(path))
}

/// Runs a card whose modules are named by its source.
#[must_use]
pub fn run(source: &Source<'_>, data: &CardData, folder: &Path) -> Run {
    let (card, mut findings) = match engine().compile(source) {
        Ok(compiled) => compiled,
        Err(error) => {
            return Run {
                report: None,
                findings: error.into_diagnostics(),
            };
        }
    };
    let tables = match read(&card, data, folder) {
        Ok(tables) => tables,
        Err(finding) => {
            return Run {
                report: None,
                findings: findings.into_iter().chain([finding]).collect(),
            };
        }
    };
    let options = EvaluateOptions {
        as_of: data.as_of.as_deref().and_then(CivilDate::parse),
        threads: 2,
        values_from: data.values.clone(),
        ..EvaluateOptions::default()
    };
    match engine().evaluate(&card, tables, &options) {
        Ok(report) => {
            findings.extend(report.diagnostics.iter().cloned());
            Run {
                report: Some(report),
                findings,
            }
        }
        Err(error) => {
            findings.extend(error.into_diagnostics());
            Run { report: None, findings }
        }
    }
}

/// A card compiled, with the tables that it reads.
///
/// # Errors
/// What was found, where the card or its data cannot be used.
pub fn prepared(
    source: &Source<'_>,
    data: &CardData,
    folder: &Path,
) -> Result<(Scorecard, BTreeMap<String, Table>), Vec<Diagnostic>> {
    let (card, _) = engine().compile(source).map_err(bellwether::Error::into_diagnostics)?;
    let tables = read(&card, data, folder).map_err(|finding| vec![finding])?;
    Ok((card, tables))
}

/// The tables that the host hands in: where `data.toml` says, else where the card says.
fn read(card: &Scorecard, data: &CardData, folder: &Path) -> Result<BTreeMap<String, Table>, Diagnostic> {
    let needs = engine().needs(card);
    let mut tables = BTreeMap::new();
    for (name, file, latin1) in files_of(card, data) {
        let mut options = FileOptions::default();
        if latin1 {
            options.encoding = Encoding::Latin1;
        }
        let all = Needs::all();
        let path = folder.join(file);
        let read = open(
            &path.to_string_lossy(),
            &options,
            needs.get(&name).unwrap_or(&all),
            &mut |_, _| true,
        )?;
        tables.insert(name, read.0);
    }
    Ok(tables)
}

/// The tables that a card wants of the host: name, file below the folder of the data, whether it is Latin-1.
fn files_of(card: &Scorecard, data: &CardData) -> Vec<(String, PathBuf, bool)> {
    let hosts = card
        .tables
        .iter()
        .filter(|table| matches!(table.source, TableSource::Host));
    hosts
        .filter_map(|table| {
            let name = &table.name.value;
            let told = data.tables.get(name);
            let file = told
                .map(|file| file.path.clone())
                .or_else(|| Some(table.file.as_ref()?.value.clone().into()))?;
            let latin1 = told.and_then(|file| file.encoding.as_deref()) == Some("latin1");
            Some((name.clone(), file, latin1))
        })
        .collect()
}

/// As the tables that [`run()`] reads: name, file below the folder of the data, whether it is Latin-1.
#[must_use]
pub fn files(source: &Source<'_>, data: &CardData) -> Vec<(String, PathBuf, bool)> {
    engine()
        .compile(source)
        .map_or_else(|_| Vec::new(), |(card, _)| files_of(&card, data))
}
