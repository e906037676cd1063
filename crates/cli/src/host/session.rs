//! A compiled card with the means to load and evaluate it: what all commands share.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bellwether::data::Table;
use bellwether::definition::{Scorecard, TableSource};
use bellwether::diagnostic::{Diagnostic, codes};
use bellwether::engine::{Engine, Error, ErrorKind, EvaluateOptions};
use bellwether::limits::{Host, Limits};
use bellwether::report::Report;
use bellwether::script::Source;
use indicatif::{ProgressBar, ProgressStyle};

use super::card::{self, CardText};
use super::data::{self, Place};
use crate::args::Input;
use crate::failure::Failure;
use crate::terminal::{Terminal, Texts};
use crate::untrusted;

/// Evaluations shorter than this show no bar.
const BAR_AFTER: Duration = Duration::from_millis(700);

/// A compiled card.
pub struct Session {
    engine: Engine,
    text: CardText,
    card: Scorecard,
    findings: Vec<Diagnostic>,
    untrusted: bool,
}

/// An engine within limits that are measured by this process's clock and memory.
fn engine(untrusted: bool) -> Engine {
    let start = Instant::now();
    let limits = if untrusted { Limits::UNTRUSTED } else { Limits::BATCH };
    Engine::new(limits).with_host(Host {
        clock: Some(Arc::new(move || start.elapsed())),
        meter: Some(Arc::new(bellwether_alloc::bytes_in_use)),
    })
}

impl Session {
    /// Reads the card that the command line names, with its modules, and compiles it.
    pub fn open(input: &Input) -> Result<Self, Failure> {
        let reading = &input.reading;
        let text = card::read(&input.card, &reading.modules, reading.untrusted)?;
        Self::compile(text, &reading.params, reading.untrusted)
    }

    /// Compiles a card; `untrusted`: within the limits of cards that nobody has looked at.
    pub fn compile(text: CardText, params: &[String], untrusted: bool) -> Result<Self, Failure> {
        if untrusted && !cfg!(unix) {
            return Err(Failure::usage("--untrusted is not available on this system"));
        }
        let engine = engine(untrusted);
        let params = super::params(params)?;
        let source = Source {
            name: &text.name,
            text: &text.text,
            modules: &text.modules,
            params: &params,
        };
        match engine.compile(&source) {
            Ok((card, findings)) => Ok(Self {
                engine,
                card,
                findings,
                text,
                untrusted,
            }),
            Err(error) => Err(Failure::Findings {
                diagnostics: error.into_diagnostics(),
                texts: text.texts(),
            }),
        }
    }

    /// The engine that compiled it.
    pub const fn engine(&self) -> &Engine {
        &self.engine
    }

    /// The scorecard.
    pub const fn card(&self) -> &Scorecard {
        &self.card
    }

    /// Names and texts of the card and its modules, in the order of spans.
    pub fn texts(&self) -> Texts {
        self.text.texts()
    }

    /// What was said about the card when it was compiled: no errors.
    pub fn findings(&self) -> &[Diagnostic] {
        &self.findings
    }

    /// Whether any table has a place to be read from, and then the others should have one too; or whether the card
    /// brings all of its rows itself.
    pub fn has_data(&self, input: &Input) -> Result<bool, Failure> {
        let tables = &self.card.tables;
        let from_host = |table: &bellwether::definition::Table| matches!(table.source, TableSource::Host);
        let brings_all = !tables.is_empty() && !tables.iter().any(from_host);
        let placed = !data::places(&input.reading.data)?.is_empty() || tables.iter().any(|table| table.file.is_some());
        Ok(placed || brings_all)
    }

    /// Reads all tables; every file that cannot be read is named, not the first.
    pub fn load(
        &self,
        input: &Input,
        terminal: Terminal,
    ) -> Result<(BTreeMap<String, Table>, Vec<Diagnostic>), Failure> {
        let given = data::places(&input.reading.data)?;
        let places = match data::resolve(&self.card, &given, &self.text.folder) {
            Ok(places) => places,
            Err((_, Some(failure))) => return Err(failure),
            Err((missing, None)) => return Err(self.failed(missing)),
        };
        let needs = self.engine.needs(&self.card);
        let all = bellwether::data::Needs::all();
        let mut tables = BTreeMap::new();
        let mut notes = Vec::new();
        let mut errors = Vec::new();
        for (name, place) in &places {
            let need = needs.get(name).unwrap_or(&all);
            let read = if self.untrusted && bellwether_database::is_address(&place.path) {
                let message = format!("the table `{name}` is read from a database, and the card is untrusted");
                Err(Diagnostic::error(codes::DATABASE, message).help("write what the query answers to a file first"))
            } else if self.untrusted {
                let named = self.card.table(name).and_then(|table| table.file.as_ref());
                let own = named.filter(|_| !given.contains_key(name));
                own.map_or(Ok(()), |file| {
                    untrusted::stay_inside(&self.text.folder, &data::place(&file.value).path)
                })
                .and_then(|()| untrusted::open(name, place, need))
            } else {
                data::open(name, place, need, threads(input), terminal)
            };
            match read {
                Ok((table, more)) => {
                    notes.extend(more);
                    tables.insert(name.clone(), table);
                }
                Err(error) => errors.push(self.pointed(name, place, error)),
            }
        }
        if errors.is_empty() {
            Ok((tables, notes))
        } else {
            Err(self.failed(errors))
        }
    }

    /// Points a finding about a default file at the place in the card that names it.
    fn pointed(&self, table: &str, place: &Place, mut error: Diagnostic) -> Diagnostic {
        let file = self.card.table(table).and_then(|table| table.file.as_ref());
        if let Some(file) = file.filter(|file| error.span.is_none() && place.path.ends_with(&file.value)) {
            error.span = Some(file.span);
        }
        error
    }

    /// The options that all commands share.
    pub fn options(&self, input: &Input) -> Result<EvaluateOptions, Failure> {
        let mut values_from: BTreeMap<String, BTreeMap<String, f64>> = BTreeMap::new();
        for (card, name, value) in super::values(&input.reading.values)? {
            values_from.entry(card).or_default().insert(name, value);
        }
        Ok(EvaluateOptions {
            as_of: super::as_of(input.reading.as_of.as_deref())?,
            threads: threads(input),
            values_from,
            baselines: super::baselines(&input.baselines)?,
            ..EvaluateOptions::default()
        })
    }

    /// Evaluates the card; what was said when it was compiled and read goes into the report.
    pub fn evaluate(
        &self,
        (tables, notes): (BTreeMap<String, Table>, Vec<Diagnostic>),
        options: &EvaluateOptions,
        terminal: Terminal,
    ) -> Result<Report, Failure> {
        let bar = Bar::new(terminal);
        let options = EvaluateOptions {
            progress: bar.as_ref().map(Bar::hook),
            earlier: self.findings.iter().chain(&notes).cloned().collect(),
            ..options.clone()
        };
        let outcome = self.engine.evaluate(&self.card, tables, &options);
        if let Some(bar) = bar {
            bar.bar.finish_and_clear();
        }
        outcome.map_err(|error| self.error(error))
    }

    /// An error of the engine with the card's texts.
    pub fn error(&self, error: Error) -> Failure {
        if error.diagnostics().is_empty() {
            return Failure::input(error.to_string());
        }
        match error.kind() {
            ErrorKind::Options => Failure::Options {
                diagnostics: error.into_diagnostics(),
                texts: self.text.texts(),
            },
            _ => self.failed(error.into_diagnostics()),
        }
    }

    /// Findings with the card's texts.
    pub fn failed(&self, diagnostics: Vec<Diagnostic>) -> Failure {
        Failure::Findings {
            diagnostics,
            texts: self.text.texts(),
        }
    }
}

fn threads(input: &Input) -> usize {
    input
        .reading
        .threads
        .unwrap_or_else(|| std::thread::available_parallelism().map_or(1, usize::from))
}

/// A bar that appears only when an evaluation is long.
struct Bar {
    bar: ProgressBar,
    started: Instant,
}

impl Bar {
    fn new(terminal: Terminal) -> Option<Self> {
        terminal.progress.then(|| Self {
            bar: ProgressBar::hidden(),
            started: Instant::now(),
        })
    }

    fn hook(&self) -> bellwether::engine::Progress {
        let (bar, started) = (self.bar.clone(), self.started);
        Arc::new(move |done| {
            if started.elapsed() >= BAR_AFTER {
                if bar.is_hidden() {
                    bar.set_draw_target(indicatif::ProgressDrawTarget::stderr());
                    bar.set_length(100);
                    if let Ok(style) = ProgressStyle::with_template("measuring {bar:32} {percent} %") {
                        bar.set_style(style);
                    }
                }
                bar.set_position((done.clamp(0.0, 1.0) * 100.0) as u64);
            }
            true
        })
    }
}
