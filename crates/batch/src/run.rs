//! Running a plan: data read once, cards evaluated together, reports sliced, drawn and written.

mod readings;
mod unit;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

use bellwether::data::Table;
use bellwether::diagnostic::{Diagnostic, codes};
use bellwether::engine::{EvaluateOptions, Job, ManyOptions};
use sha2::{Digest as _, Sha256};

use self::readings::{Reading, Readings};
use self::unit::Trouble;
use crate::host::{Event, Host};
use crate::index;
use crate::journal::Journal;
use crate::manifest::{Manifest, RunRecord, Status, UnitRecord};
use crate::plan::{Plan, Unit};
use crate::write::Folder;

/// How to run a plan.
#[derive(Debug, Clone, Default)]
pub struct RunOptions {
    /// Threads.
    pub threads: usize,
    /// Whether to write everything anew, whatever is there.
    pub fresh: bool,
    /// Whether only some units of the file of jobs run: the manifest and the page are then those of these units, and the
    /// journal keeps what it knows of the others.
    pub some: bool,
}

/// Runs a plan: writes every report, `manifest.json` and `index.html` into the folder of the reports. Units that fail do so
/// alone, and the manifest says why.
///
/// # Errors
/// Where the folder cannot be written, or another run writes to it.
pub fn run(plan: &Plan, host: &dyn Host, options: &RunOptions) -> Result<Manifest, String> {
    let start = host.now();
    let folder = Folder::hold(&plan.out)?;
    let journal = Journal::open(&folder.own("journal.jsonl"), options.fresh)?;
    let runner = Runner {
        plan,
        host,
        options,
        folder: &folder,
        journal: &journal,
        done: Mutex::default(),
        trouble: Mutex::default(),
        files: Mutex::default(),
    };
    let kept = runner.all();
    if let Some(trouble) = runner.trouble.into_inner().unwrap_or_else(PoisonError::into_inner) {
        return Err(trouble);
    }
    let done = runner.done.into_inner().unwrap_or_else(PoisonError::into_inner);
    let units: Vec<UnitRecord> = done.values().map(|(_, unit)| unit.clone()).collect();
    let failed = units.iter().filter(|unit| unit.status == Status::Failed).count() as u64;
    let manifest = Manifest {
        version: 1,
        engine: concat!("bellwether ", env!("CARGO_PKG_VERSION")).to_owned(),
        title: plan.title.clone(),
        jobs_sha256: plan.jobs_sha256.clone(),
        run: RunRecord {
            seconds: host.now().saturating_sub(start).as_secs_f64(),
            written: units.len() as u64 - kept - failed,
            kept,
            failed,
        },
        units,
    };
    let text = serde_json::to_string_pretty(&manifest).map_err(|error| error.to_string())?;
    folder.write("index.html", index::page(&manifest).as_bytes())?;
    folder.write("manifest.json", format!("{text}\n").as_bytes())?;
    if !options.some {
        let lines: Vec<(String, UnitRecord)> = done
            .into_values()
            .filter_map(|(key, unit)| Some((key?, unit)))
            .collect();
        drop(journal);
        Journal::compact(&folder, &lines)?;
    }
    folder.tidy();
    Ok(manifest)
}

/// Units by number, with the key of their line in the journal.
type Done = BTreeMap<usize, (Option<String>, UnitRecord)>;

struct Runner<'a> {
    plan: &'a Plan,
    host: &'a dyn Host,
    options: &'a RunOptions,
    folder: &'a Folder,
    journal: &'a Journal,
    done: Mutex<Done>,
    /// What stops the whole run: the folder cannot be written.
    trouble: Mutex<Option<String>>,
    /// All files so far, as a system sees them that does not tell capitals.
    files: Mutex<BTreeSet<String>>,
}

/// Units that read the same tables, evaluated together.
struct Group {
    tables: BTreeMap<String, usize>,
    units: Vec<usize>,
}

impl Runner<'_> {
    /// Runs all units; how many kept their files.
    fn all(&self) -> u64 {
        let mut readings = Readings::default();
        let mut groups: Vec<Group> = Vec::new();
        for (at, unit) in self.plan.units.iter().enumerate() {
            let (compiled, places) = match (&unit.compiled, &unit.places) {
                (Ok(compiled), Ok(places)) => (compiled, places),
                (Err(refused), _) => {
                    self.failed(at, refused.diagnostics.clone(), Vec::new());
                    continue;
                }
                (_, Err(findings)) => {
                    self.failed(at, findings.clone(), Vec::new());
                    continue;
                }
            };
            let needs = self.host.engine().needs(&compiled.card);
            let tables = readings.add(places, &needs);
            let fits = |group: &&mut Group| {
                let same =
                    |(table, reading): (&String, &usize)| group.tables.get(table).is_none_or(|own| own == reading);
                tables.iter().all(same)
            };
            match groups.iter_mut().find(fits) {
                Some(group) => {
                    group.tables.extend(tables);
                    group.units.push(at);
                }
                None => groups.push(Group {
                    tables,
                    units: vec![at],
                }),
            }
        }
        let mut kept = 0;
        for (at, group) in groups.iter().enumerate() {
            if self.is_stopped() {
                break;
            }
            for (table, reading) in &group.tables {
                readings.read(*reading, table, self.host);
            }
            kept += self.group(group, &readings);
            let later: BTreeSet<usize> = groups
                .iter()
                .skip(at + 1)
                .flat_map(|group| group.tables.values().copied())
                .collect();
            readings.forget(|reading| !later.contains(&reading));
        }
        kept
    }

    fn is_stopped(&self) -> bool {
        self.trouble.lock().unwrap_or_else(PoisonError::into_inner).is_some()
    }

    fn stop(&self, why: String) {
        self.trouble
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get_or_insert(why);
    }

    fn finish(&self, at: usize, key: Option<String>, record: UnitRecord) {
        self.done
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(at, (key, record));
    }

    fn failed(&self, at: usize, diagnostics: Vec<Diagnostic>, tables: Vec<bellwether::report::TableProvenance>) {
        let Some(unit) = self.plan.units.get(at) else { return };
        self.host.told(Event::Failed(&unit.card));
        let record = UnitRecord {
            status: Status::Failed,
            diagnostics,
            ..unit::record(unit, tables)
        };
        self.finish(at, None, record);
    }

    /// Evaluates units that read the same tables; how many kept their files.
    fn group(&self, group: &Group, readings: &Readings) -> u64 {
        let mut kept = 0;
        let mut pending: Vec<(usize, Option<String>)> = Vec::new();
        for at in &group.units {
            let Some(unit) = self.plan.units.get(*at) else { continue };
            let own: Vec<(&str, &Reading)> = readings.of(unit, &group.tables);
            let errors: Vec<Diagnostic> = own.iter().filter_map(|(_, reading)| reading.error()).collect();
            if !errors.is_empty() {
                self.failed(*at, errors, Vec::new());
                continue;
            }
            let key = key(unit, &own);
            match key.as_ref().and_then(|key| self.journal.done(key, self.folder)) {
                Some(record) => {
                    kept += 1;
                    let files = record.reports.iter().flat_map(|report| &report.files);
                    let mut taken = self.files.lock().unwrap_or_else(PoisonError::into_inner);
                    taken.extend(files.map(|file| file.file.to_lowercase()));
                    drop(taken);
                    self.finish(*at, key, record);
                }
                None => pending.push((*at, key)),
            }
        }
        let tables: BTreeMap<String, Table> = group
            .tables
            .iter()
            .filter_map(|(table, reading)| Some((table.clone(), readings.table(*reading)?.clone())))
            .collect();
        let jobs: Vec<(usize, &Option<String>, Job<'_>)> = pending
            .iter()
            .filter_map(|(at, key)| {
                let unit = self.plan.units.get(*at)?;
                let compiled = unit.compiled.as_ref().ok()?;
                let notes = readings
                    .of(unit, &group.tables)
                    .into_iter()
                    .flat_map(|(_, reading)| reading.notes());
                let job = Job {
                    card: &compiled.card,
                    options: EvaluateOptions {
                        as_of: unit.as_of,
                        by: unit.by.clone(),
                        period: unit.period.clone(),
                        earlier: compiled.findings.iter().cloned().chain(notes).collect(),
                        ..EvaluateOptions::default()
                    },
                };
                Some((*at, key, job))
            })
            .collect();
        let before = group.units.len() - jobs.len();
        let all = group.units.len().max(1) as f64;
        let only: Vec<Job<'_>> = jobs.iter().map(|(_, _, job)| job.clone()).collect();
        // Slices of a report are drawn by as many threads as evaluate nothing meanwhile.
        let drawing = (self.options.threads.max(1) / only.len().max(1)).max(1);
        let engine = self.host.engine();
        let many = ManyOptions {
            threads: self.options.threads,
            read_for_all: true,
            ..ManyOptions::default()
        };
        engine.evaluate_each(&only, &tables, &many, &|number, report| {
            let Some((at, key, _)) = jobs.get(number) else { return };
            if self.is_stopped() {
                return;
            }
            match report {
                Ok(report) => match self
                    .host
                    .recorded(report)
                    .map_err(Trouble::Folder)
                    .and_then(|report| self.write(*at, &report, drawing))
                {
                    Ok(record) => {
                        if let Some(key) = key
                            && let Err(why) = self.journal.note(key, &record)
                        {
                            self.stop(why);
                        }
                        self.finish(*at, (*key).clone(), record);
                    }
                    Err(Trouble::Folder(why)) => self.stop(why),
                    Err(Trouble::Unit(why)) => {
                        let finding = Diagnostic::error(codes::BATCH_SETTING, why);
                        self.failed(*at, vec![finding], self.provenance(*at, group, readings));
                    }
                },
                Err(error) => {
                    let tables = self.provenance(*at, group, readings);
                    let mut diagnostics = error.diagnostics().to_vec();
                    if diagnostics.is_empty() {
                        let stopped = Diagnostic::error(codes::LIMIT, error.to_string());
                        diagnostics.push(stopped);
                    }
                    self.failed(*at, diagnostics, tables);
                }
            }
            let done = self.done.lock().unwrap_or_else(PoisonError::into_inner).len();
            let share = done.saturating_sub(before).min(group.units.len()) as f64 / all;
            self.host.told(Event::Evaluated(share));
        });
        kept
    }

    fn provenance(&self, at: usize, group: &Group, readings: &Readings) -> Vec<bellwether::report::TableProvenance> {
        let Some(unit) = self.plan.units.get(at) else {
            return Vec::new();
        };
        let own = readings.of(unit, &group.tables);
        own.iter()
            .filter_map(|(name, reading)| reading.provenance(name))
            .collect()
    }
}

/// All that the files of a unit depend on, as one hash. `None`: it cannot be known before they are written, as the bytes
/// of some table have no hash.
fn key(unit: &Unit, tables: &[(&str, &Reading)]) -> Option<String> {
    let compiled = unit.compiled.as_ref().ok()?;
    let mut hashes = Vec::new();
    for (name, reading) in tables {
        hashes.push((*name, reading.sha256()?));
    }
    let slices = unit.segments.iter().map(|segment| Some((segment.as_str(), "*")));
    let files: Vec<String> = slices
        .chain([None])
        .flat_map(|slice| unit.files_of(slice))
        .map(|file| file.path)
        .collect();
    let all = (
        (
            concat!("bellwether ", env!("CARGO_PKG_VERSION")),
            &unit.job,
            &unit.card,
            &unit.data,
        ),
        (&compiled.card.sources, &compiled.card.params, hashes),
        (unit.as_of, &unit.by, &unit.period),
        (&unit.segments, unit.whole, files, &unit.audiences),
    );
    let text = serde_json::to_string(&all).ok()?;
    Some(
        Sha256::digest(text.as_bytes())
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect(),
    )
}
