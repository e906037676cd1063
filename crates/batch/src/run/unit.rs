//! A unit's report written: the whole and its slices, in every format and for every audience.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use bellwether::report::{Report, Slices, TableProvenance};
use bellwether_report::{FileOptions, audiences, format, render_to};

use super::Runner;
use crate::host::Event;
use crate::manifest::{FileRecord, ReportRecord, Status, Tile, UnitRecord};
use crate::name::{hex, unique};
use crate::plan::Unit;

/// A unit without what became of it.
pub fn record(unit: &Unit, tables: Vec<TableProvenance>) -> UnitRecord {
    let source = unit
        .compiled
        .as_ref()
        .ok()
        .and_then(|compiled| compiled.card.sources.first());
    UnitRecord {
        job: unit.job.clone(),
        card: unit.card.clone(),
        card_sha256: source.map(|source| source.sha256.clone()),
        data: unit.data.clone(),
        tables,
        status: Status::Done,
        as_of: None,
        period: None,
        diagnostics: Vec::new(),
        reports: Vec::new(),
    }
}

/// Why a unit's files are not all there.
pub enum Trouble {
    /// The folder cannot be written: nothing can go on.
    Folder(String),
    /// The unit itself: it fails alone.
    Unit(String),
}

/// A report to write: the whole, or a slice with the number of its segment, its value, and the name of that in files.
struct Task {
    slice: Option<(usize, String, String)>,
}

impl Runner<'_> {
    /// Writes all files of a unit.
    pub(super) fn write(&self, at: usize, report: &Report, threads: usize) -> Result<UnitRecord, Trouble> {
        let none = || Trouble::Unit("no such unit".to_owned());
        let unit = self.plan.units.get(at).ok_or_else(none)?;
        let mut tasks: Vec<Task> = Vec::new();
        if unit.whole {
            tasks.push(Task { slice: None });
        }
        let cut = unit
            .segments
            .iter()
            .filter_map(|segment| Some((segment, Slices::new(report, segment)?)));
        let cut: Vec<(&String, Slices<'_>)> = cut.collect();
        for (at, (_, slices)) in cut.iter().enumerate() {
            let values = slices.values();
            let names: BTreeMap<String, String> = unique(values.iter().map(String::as_str));
            for value in values {
                let name = names.get(&value).cloned().unwrap_or_default();
                tasks.push(Task {
                    slice: Some((at, value, name)),
                });
            }
        }
        let made: Mutex<BTreeMap<usize, Result<ReportRecord, Trouble>>> = Mutex::default();
        let next = AtomicUsize::new(0);
        let work = || {
            while let Some((number, task)) = {
                let number = next.fetch_add(1, Ordering::Relaxed);
                tasks.get(number).map(|task| (number, task))
            } {
                let written = self.write_one(unit, report, &cut, task);
                let failed = written.is_err();
                made.lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .insert(number, written);
                if failed {
                    return;
                }
            }
        };
        std::thread::scope(|scope| {
            for _ in 1..threads.min(tasks.len()) {
                scope.spawn(work);
            }
            work();
        });
        let made = made.into_inner().unwrap_or_else(PoisonError::into_inner);
        let reports = made.into_values().collect::<Result<Vec<_>, _>>()?;
        Ok(UnitRecord {
            as_of: report.results.as_of,
            period: report.results.headline_period.as_deref().map(str::to_owned),
            reports,
            ..record(unit, report.provenance.tables.clone())
        })
    }

    fn write_one(
        &self,
        unit: &Unit,
        whole: &Report,
        slices: &[(&String, Slices<'_>)],
        task: &Task,
    ) -> Result<ReportRecord, Trouble> {
        let mut segment = None;
        let mut cut = None;
        if let Some((at, value, _)) = &task.slice {
            segment = slices.get(*at).map(|(segment, _)| (*segment).clone());
            let made = slices.get(*at).and_then(|(_, slices)| slices.of(value));
            cut = Some(made.ok_or_else(|| Trouble::Unit(format!("there is no value `{value}`")))?);
        }
        let report = cut.as_ref().unwrap_or(whole);
        let named = segment
            .as_deref()
            .zip(task.slice.as_ref().map(|(_, _, name)| name.as_str()));
        let mut files = Vec::new();
        for target in unit.files_of(named) {
            // An audience that only a list of the whole report names reads a slice as a team does.
            let known = audiences(&report.results);
            let audience = target.audience.clone();
            let options = FileOptions {
                audience: audience.map(|name| {
                    if known.contains(&name) || cut.is_none() {
                        name
                    } else {
                        "team".to_owned()
                    }
                }),
            };
            for drawn in render_to(report, target.format, &options).map_err(Trouble::Unit)? {
                let path = match &drawn.name {
                    Some(name) => target
                        .path
                        .rsplit_once('/')
                        .map_or_else(|| name.clone(), |(folder, _)| format!("{folder}/{name}")),
                    None => target.path.clone(),
                };
                self.take_name(&path)?;
                self.folder.write(&path, &drawn.bytes).map_err(Trouble::Folder)?;
                self.host.told(Event::Written(&path));
                files.push(FileRecord {
                    file: path,
                    format: target.format.name().to_owned(),
                    audience: target.audience.clone(),
                    bytes: drawn.bytes.len() as u64,
                    sha256: hex(&drawn.bytes),
                });
            }
        }
        Ok(ReportRecord {
            title: report.results.header.title.value.clone(),
            segment,
            value: task.slice.as_ref().map(|(_, value, _)| value.clone()),
            results_sha256: report.provenance.results_sha256.clone(),
            headlines: headlines(report),
            files,
        })
    }
}

impl Runner<'_> {
    /// No other report may be written to this file.
    fn take_name(&self, path: &str) -> Result<(), Trouble> {
        let mut taken = self.files.lock().unwrap_or_else(PoisonError::into_inner);
        if taken.insert(path.to_lowercase()) {
            return Ok(());
        }
        Err(Trouble::Unit(format!("two reports would be written to {path}")))
    }
}

/// The headlines of a report: scores first.
fn headlines(report: &Report) -> Vec<Tile> {
    let scores = report.results.scores.iter().map(|score| Tile {
        name: score.name.clone(),
        label: score.label.clone(),
        text: format::value(&score.headline, score.decimals).text,
        state: score.headline.state.word().to_owned(),
        band: score.headline.band.clone(),
        target_met: score.headline.target_met,
    });
    let metrics = report.results.metrics.iter().map(|metric| Tile {
        name: metric.name.clone(),
        label: metric.label.clone(),
        text: format::headline(metric),
        state: metric.headline.state.word().to_owned(),
        band: None,
        target_met: metric.headline.target_met,
    });
    scores.chain(metrics).collect()
}
