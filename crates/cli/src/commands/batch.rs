//! `bellwether batch`: many cards over the same data, a report for each reader.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use bellwether::Engine;
use bellwether::data::{Needs, Table};
use bellwether::definition::{CivilDate, Literal};
use bellwether::diagnostic::Diagnostic;
use bellwether::limits::{Host as Machine, Limits};
use bellwether::report::Report;
use bellwether::script::Source;
use bellwether_batch::{Compiled, Event, Host, Manifest, Plan, Refused, RunOptions, Spec, Status};
use bellwether_history::History;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::args::BatchArgs;
use crate::commands::history;
use crate::failure::Failure;
use crate::host::data::{self, Place};
use crate::host::{as_of, card, now};
use crate::output;
use crate::terminal::{Terminal, draw};

/// Reads a file of jobs, plans it and runs it.
pub fn batch(args: &BatchArgs, terminal: Terminal) -> Result<(), Failure> {
    let text = std::fs::read_to_string(&args.jobs_file).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => Failure::input(format!("there is no file {}", args.jobs_file.display())),
        _ => Failure::input(format!("cannot read {}: {error}", args.jobs_file.display())),
    })?;
    let texts = vec![(args.jobs_file.display().to_string(), text.clone())];
    let refused = |diagnostics: Vec<Diagnostic>| Failure::Findings {
        diagnostics,
        texts: texts.clone(),
    };
    let spec = Spec::read(&text).map_err(refused)?;
    let folder = args.jobs_file.parent().map(Path::to_path_buf).unwrap_or_default();
    let threads = args
        .jobs
        .unwrap_or_else(|| std::thread::available_parallelism().map_or(1, usize::from))
        .max(1);
    let mut machine = TheMachine::new(threads, terminal);
    if let Some(file) = args.history.as_ref().filter(|_| !args.dry_run) {
        machine.history = Some(Mutex::new(History::open(file).map_err(history::wrong)?));
    }
    let mut plan = Plan::new(&spec, &text, &folder, args.out.as_deref(), &machine).map_err(refused)?;
    if let Some(glob) = &args.only {
        plan.only(glob).map_err(Failure::usage)?;
    }
    eprint!("{}", draw(&plan.findings, &texts, terminal.colour_err));
    if args.dry_run {
        return dry_run(&plan, terminal);
    }
    let options = RunOptions {
        threads,
        fresh: args.fresh,
        some: args.only.is_some(),
    };
    let outcome = bellwether_batch::run(&plan, &machine, &options);
    machine.bar.finish_and_clear();
    let manifest = outcome.map_err(Failure::input)?;
    summary(&manifest, &plan, terminal)
}

/// Says which files a run would write.
fn dry_run(plan: &Plan, terminal: Terminal) -> Result<(), Failure> {
    let mut text = String::new();
    for file in plan.files() {
        text.push_str(&format!("{}\n", plan.out.join(file).display()));
    }
    output::print(&text)?;
    let mut failed = false;
    for unit in &plan.units {
        if let Err(refused) = &unit.compiled {
            failed = true;
            eprint!("{}", draw(&refused.diagnostics, &refused.texts, terminal.colour_err));
        }
    }
    if failed { Err(Failure::Reported) } else { Ok(()) }
}

/// Says what became of a run; cards that failed with what was found in them.
fn summary(manifest: &Manifest, plan: &Plan, terminal: Terminal) -> Result<(), Failure> {
    for (record, unit) in manifest.units.iter().zip(&plan.units) {
        if record.status == Status::Failed {
            let texts = match &unit.compiled {
                Ok(compiled) => &compiled.texts,
                Err(refused) => &refused.texts,
            };
            let errors: Vec<Diagnostic> = record
                .diagnostics
                .iter()
                .filter(|finding| finding.is_error())
                .cloned()
                .collect();
            eprint!("{}", draw(&errors, texts, terminal.colour_err));
        }
    }
    let run = &manifest.run;
    let files: usize = manifest
        .units
        .iter()
        .flat_map(|unit| &unit.reports)
        .map(|report| report.files.len())
        .sum();
    let count = |number: u64, of: &str| format!("{number} {of}{}", if number == 1 { "" } else { "s" });
    let mut said = format!("{} written", count(run.written, "card"));
    if run.kept > 0 {
        said.push_str(&format!(", {} kept as they are", run.kept));
    }
    if run.failed > 0 {
        said.push_str(&format!(", {} failed", run.failed));
    }
    output::print(&format!(
        "{said}: {} in {}, listed in {}\n",
        count(files as u64, "file"),
        plan.out.display(),
        plan.out.join("index.html").display()
    ))?;
    if run.failed > 0 { Err(Failure::Reported) } else { Ok(()) }
}

/// The world of a batch: this process's files, clock and memory.
struct TheMachine {
    engine: Engine,
    threads: usize,
    terminal: Terminal,
    start: Instant,
    bar: ProgressBar,
    history: Option<Mutex<History>>,
}

impl TheMachine {
    fn new(threads: usize, terminal: Terminal) -> Self {
        let start = Instant::now();
        let engine = Engine::new(Limits::BATCH).with_host(Machine {
            clock: Some(Arc::new(move || start.elapsed())),
            meter: Some(Arc::new(bellwether_alloc::bytes_in_use)),
        });
        let bar = if terminal.progress {
            ProgressBar::with_draw_target(Some(1_000), ProgressDrawTarget::stderr())
        } else {
            ProgressBar::hidden()
        };
        if let Ok(style) = ProgressStyle::with_template("reports {bar:32} {percent} %  {msg}") {
            bar.set_style(style);
        }
        Self {
            engine,
            threads,
            terminal,
            start,
            bar,
            history: None,
        }
    }
}

/// A place as text that reads back as the same place.
fn shown(place: &Place) -> String {
    if place.options.is_empty() {
        return place.path.clone();
    }
    let options: Vec<String> = place
        .options
        .iter()
        .map(|(key, value)| format!("{key}={value}"))
        .collect();
    format!("{}?{}", place.path, options.join("&"))
}

impl Host for TheMachine {
    fn engine(&self) -> &Engine {
        &self.engine
    }

    fn compile(&self, path: &Path, modules: &[PathBuf], params: &[(String, Literal)]) -> Result<Compiled, Refused> {
        let text = card::read(path, modules, false).map_err(|failure| Refused {
            diagnostics: failure.into_diagnostics(),
            texts: Vec::new(),
        })?;
        let source = Source {
            name: &text.name,
            text: &text.text,
            modules: &text.modules,
            params,
        };
        match self.engine.compile(&source) {
            Ok((card, findings)) => Ok(Compiled {
                card,
                findings,
                texts: text.texts(),
                folder: text.folder,
            }),
            Err(error) => Err(Refused {
                diagnostics: error.into_diagnostics(),
                texts: text.texts(),
            }),
        }
    }

    fn places(
        &self,
        card: &Compiled,
        source: &BTreeMap<String, String>,
    ) -> Result<BTreeMap<String, String>, Vec<Diagnostic>> {
        let given = source
            .iter()
            .map(|(table, place)| (table.clone(), data::place(place)))
            .collect();
        match data::resolve(&card.card, &given, &card.folder) {
            Ok(places) => Ok(places
                .iter()
                .map(|(table, place)| (table.clone(), shown(place)))
                .collect()),
            Err((missing, None)) => Err(missing),
            Err((_, Some(failure))) => Err(failure.into_diagnostics()),
        }
    }

    fn read(&self, table: &str, place: &str, needs: &Needs) -> Result<(Table, Vec<Diagnostic>), Diagnostic> {
        self.bar
            .suspend(|| data::open(table, &data::place(place), needs, self.threads, self.terminal))
    }

    fn today(&self) -> Option<CivilDate> {
        as_of(Some("today")).ok().flatten()
    }

    fn now(&self) -> Duration {
        self.start.elapsed()
    }

    fn recorded(&self, report: Report) -> Result<Report, String> {
        let Some(history) = &self.history else {
            return Ok(report);
        };
        let at = now().map_err(|failure| failure.draw(self.terminal))?;
        let mut history = history.lock().unwrap_or_else(PoisonError::into_inner);
        let recorded = history.record(&report, &at).map_err(|finding| finding.message)?;
        Ok(Report {
            history: Some(recorded.note),
            ..report
        })
    }

    fn told(&self, event: Event<'_>) {
        match event {
            Event::Reading(place) => self.bar.set_message(format!("reading {place}")),
            Event::Evaluated(done) => self.bar.set_position((done.clamp(0.0, 1.0) * 1_000.0) as u64),
            Event::Written(file) => self.bar.set_message(file.to_owned()),
            Event::Failed(card) => self.bar.set_message(format!("{card} failed")),
        }
    }
}
