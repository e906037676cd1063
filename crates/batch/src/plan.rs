//! What a file of jobs asks for: cards found and compiled, segments and audiences known, names of files settled.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bellwether::definition::{BUILT_IN_AUDIENCES, CivilDate};
use bellwether::diagnostic::{Diagnostic, Span, Spanned, codes, nearest};
use bellwether_report::FileFormat;

use crate::host::{Compiled, Host, Refused};
use crate::name::{self, Pattern, WHOLE, hex};
use crate::spec::{JobSpec, Spec};

/// A batch that is ready to run.
#[derive(Debug)]
pub struct Plan {
    /// The title of the page that lists all reports.
    pub title: String,
    /// The folder of the reports.
    pub out: PathBuf,
    /// SHA-256 of the file of jobs.
    pub jobs_sha256: String,
    /// Cards over their data, in the order of the jobs.
    pub units: Vec<Unit>,
    /// What is to be said about it: no errors.
    pub findings: Vec<Diagnostic>,
}

/// A card over its data.
#[derive(Debug)]
pub struct Unit {
    /// The job: its name, or its number.
    pub job: String,
    /// The card, as the file of jobs leads to it.
    pub card: String,
    /// The source of data; absent: the card's own files.
    pub data: Option<String>,
    /// The card, or why it cannot be used.
    pub compiled: Result<Arc<Compiled>, Refused>,
    /// Where each table is read from, or which have no place.
    pub(crate) places: Result<BTreeMap<String, String>, Vec<Diagnostic>>,
    /// Segments of which each value gets a report: those that the card has.
    pub(crate) segments: Vec<String>,
    pub(crate) whole: bool,
    pub(crate) formats: Vec<FileFormat>,
    pub(crate) audiences: Vec<String>,
    pub(crate) as_of: Option<CivilDate>,
    pub(crate) by: Vec<String>,
    pub(crate) period: Option<String>,
    pub(crate) pattern: Pattern,
    /// The parts of names that all its files share.
    pub(crate) parts: BTreeMap<&'static str, String>,
    /// Names of audiences and segments in files.
    pub(crate) names: BTreeMap<String, String>,
}

/// A card that a job names.
struct Found {
    path: PathBuf,
    shown: String,
}

impl Plan {
    /// Makes a plan of a file of jobs in a folder; `shown` is how that folder is called, `out` overrides the folder of the
    /// reports.
    ///
    /// # Errors
    /// Everything that is wrong, at its place in the file: BW902 for what is not there, BW903 for reports that would have
    /// the same file. A card that cannot be compiled is no error here: its unit fails alone.
    pub fn new(
        spec: &Spec,
        text: &str,
        folder: &Path,
        out: Option<&Path>,
        host: &dyn Host,
    ) -> Result<Self, Vec<Diagnostic>> {
        let mut planner = Planner {
            spec,
            folder,
            host,
            findings: Vec::new(),
            compiled: BTreeMap::new(),
        };
        planner.check_places();
        let found: Vec<Vec<Found>> = spec.jobs.iter().map(|job| planner.find(job)).collect();
        let all = found.iter().flatten().map(|found| found.shown.as_str());
        let cards = card_names(all);
        let called: Vec<String> = spec
            .jobs
            .iter()
            .enumerate()
            .map(|(at, job)| job_name(at, job))
            .collect();
        let jobs = name::unique(called.iter().map(String::as_str));
        let sources = name::unique(spec.data.keys().map(String::as_str));
        let repeated = repeats(spec, &found);
        let mut units = Vec::new();
        for (at, (job, found)) in spec.jobs.iter().zip(&found).enumerate() {
            let default = default_pattern(job, repeated);
            let pattern = job.files.as_ref().map_or(&default, |files| &files.value);
            planner.check_pattern(job, found.len());
            let job_name = job_name(at, job);
            let before = units.len();
            for card in found {
                let data: Vec<Option<&Spanned<String>>> = match job.data.as_slice() {
                    [] => vec![None],
                    data => data.iter().map(Some).collect(),
                };
                for data in data {
                    let data = data.map(|data| data.value.clone());
                    let slug = |of: &BTreeMap<String, String>, text: &str| of.get(text).cloned().unwrap_or_default();
                    let parts = BTreeMap::from([
                        ("job", slug(&jobs, &job_name)),
                        ("card", slug(&cards, &card.shown)),
                        (
                            "data",
                            data.as_ref().map_or_else(String::new, |data| slug(&sources, data)),
                        ),
                    ]);
                    units.push(planner.unit(job, &job_name, card, data, pattern, parts));
                }
            }
            planner.check_segments(job, units.get(before..).unwrap_or_default());
        }
        planner.check_names(spec, &units);
        let Planner { mut findings, .. } = planner;
        findings.sort_by_key(|finding| (finding.severity, finding.span));
        findings.dedup();
        if findings.iter().any(Diagnostic::is_error) {
            return Err(findings);
        }
        Ok(Self {
            title: spec.title.clone().unwrap_or_else(|| "Reports".to_owned()),
            out: out.map_or_else(|| folder.join(&spec.out), Path::to_owned),
            jobs_sha256: hex(text.as_bytes()),
            units,
            findings,
        })
    }

    /// Keeps the units whose job or card fits a glob.
    ///
    /// # Errors
    /// Where it is no glob, or nothing fits it.
    pub fn only(&mut self, glob: &str) -> Result<(), String> {
        let pattern = glob::Pattern::new(glob).map_err(|error| format!("`{glob}` is no pattern: {error}"))?;
        let known: BTreeSet<String> = self.units.iter().map(|unit| unit.card.clone()).collect();
        self.units.retain(|unit| {
            let name = unit.parts.get("card").map_or("", String::as_str);
            [unit.job.as_str(), unit.card.as_str(), name]
                .iter()
                .any(|text| pattern.matches(text))
        });
        if self.units.is_empty() {
            let some: Vec<String> = known.into_iter().take(8).collect();
            return Err(format!(
                "no job and no card fits `{glob}`; cards are {}",
                some.join(", ")
            ));
        }
        Ok(())
    }

    /// The files that a run would write, with `*` for the values of a segment, which only the data know.
    #[must_use]
    pub fn files(&self) -> Vec<String> {
        let mut files = Vec::new();
        for unit in &self.units {
            let segments = unit.segments.iter().map(|segment| (Some(segment), "*"));
            let whole = unit.whole.then_some((None, WHOLE));
            for (segment, value) in whole.into_iter().chain(segments) {
                files.extend(
                    unit.files_of(segment.map(|segment| (segment.as_str(), value)))
                        .into_iter()
                        .map(|file| file.path),
                );
            }
        }
        files
    }
}

/// A file of a report, or its charts.
pub(crate) struct Target {
    /// Its path; of charts `folder/*.svg`.
    pub path: String,
    pub format: FileFormat,
    pub audience: Option<String>,
}

impl Unit {
    /// The files of the whole report, or of a slice whose value has this name in files.
    pub(crate) fn files_of(&self, slice: Option<(&str, &str)>) -> Vec<Target> {
        let mut files = Vec::new();
        for format in &self.formats {
            let audiences: Vec<Option<&String>> = match self.audiences.as_slice() {
                audiences if format.is_for_readers() && !audiences.is_empty() => audiences.iter().map(Some).collect(),
                _ => vec![None],
            };
            for audience in audiences {
                let name = |text: &str| self.names.get(text).cloned().unwrap_or_default();
                let mut parts = self.parts.clone();
                parts.insert("segment", slice.map_or_else(String::new, |(segment, _)| name(segment)));
                parts.insert("value", slice.map_or(WHOLE, |(_, value)| value).to_owned());
                parts.insert("audience", audience.map_or_else(String::new, |audience| name(audience)));
                parts.insert("format", format.name().to_owned());
                let name = self.pattern.fill(&parts);
                files.push(Target {
                    path: if format.is_of_charts() {
                        format!("{name}/*.{}", format.ending())
                    } else {
                        format!("{name}.{}", format.ending())
                    },
                    format: *format,
                    audience: audience.cloned(),
                });
            }
        }
        files
    }
}

fn job_name(at: usize, job: &JobSpec) -> String {
    job.name
        .as_ref()
        .map_or_else(|| (at + 1).to_string(), |name| name.value.clone())
}

/// What each card is called in the names of files: its file's name, or its folder's where all cards are called alike.
fn card_names<'a>(cards: impl Iterator<Item = &'a str>) -> BTreeMap<String, String> {
    let called = |card: &str| {
        let path = Path::new(card);
        let stem = path
            .file_stem()
            .map_or_else(String::new, |stem| stem.to_string_lossy().into_owned());
        let folder = path
            .parent()
            .and_then(Path::file_name)
            .map(|name| name.to_string_lossy().into_owned());
        match folder {
            Some(folder) if matches!(stem.as_str(), "scorecard" | "card") => folder,
            _ => stem,
        }
    };
    let cards: BTreeSet<&str> = cards.collect();
    let mut by_name: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for card in cards {
        by_name.entry(called(card)).or_default().push(card);
    }
    let plain = name::unique(by_name.keys().map(String::as_str));
    let mut names = BTreeMap::new();
    for (called, cards) in &by_name {
        let name = plain.get(called).cloned().unwrap_or_default();
        for card in cards {
            let own = if cards.len() == 1 {
                name.clone()
            } else {
                format!("{name}-{}", hex(card.as_bytes()).chars().take(6).collect::<String>())
            };
            names.insert((*card).to_owned(), own);
        }
    }
    names
}

/// Whether several jobs report the same card over the same data.
fn repeats(spec: &Spec, found: &[Vec<Found>]) -> bool {
    let mut seen = BTreeSet::new();
    let units = spec.jobs.iter().zip(found).flat_map(|(job, found)| {
        let data: Vec<&str> = job.data.iter().map(|data| data.value.as_str()).collect();
        found.iter().map(move |card| (card.shown.as_str(), data.clone()))
    });
    !units.into_iter().all(|unit| seen.insert(unit))
}

/// By card, segment and value; with what else tells the reports of the job apart.
fn default_pattern(job: &JobSpec, repeated: bool) -> Pattern {
    let mut text = String::new();
    if repeated {
        text.push_str("{job}/");
    }
    text.push_str("{card}/");
    if job.data.len() > 1 {
        text.push_str("{data}/");
    }
    text.push_str("{segment}/{value}");
    if job.audiences.len() > 1 {
        text.push_str("-{audience}");
    }
    Pattern::read(&text).unwrap_or_else(|_| Pattern::plain())
}

struct Planner<'a> {
    spec: &'a Spec,
    folder: &'a Path,
    host: &'a dyn Host,
    findings: Vec<Diagnostic>,
    /// Cards with the params and modules that they were compiled with.
    compiled: BTreeMap<(PathBuf, String), Result<Arc<Compiled>, Refused>>,
}

/// Whether a place is one that only its reader understands: standard input, an address, a glob.
fn is_plain(place: &str) -> bool {
    place != "-" && !place.contains("://") && !place.contains(['*', '?', '[', '#'])
}

impl Planner<'_> {
    fn missing(&mut self, span: Span, message: String, help: impl Into<String>) {
        self.findings
            .push(Diagnostic::error(codes::BATCH_MISSING, message).at(span).help(help));
    }

    /// Files of the sources that jobs read.
    fn check_places(&mut self) {
        let spec = self.spec;
        let read: BTreeSet<&str> = spec
            .jobs
            .iter()
            .flat_map(|job| &job.data)
            .map(|data| data.value.as_str())
            .collect();
        for (name, tables) in spec.data.iter().filter(|(name, _)| read.contains(name.as_str())) {
            for (table, place) in tables {
                let path = self.folder.join(&place.value);
                if is_plain(&place.value) && !path.is_file() {
                    let message = format!("the source `{name}` has no file {} for `{table}`", path.display());
                    self.missing(
                        place.span,
                        message,
                        "paths are relative to the folder of the file of jobs",
                    );
                }
            }
        }
    }

    /// The cards of a job, each once, in the order of their paths within a glob.
    fn find(&mut self, job: &JobSpec) -> Vec<Found> {
        let mut all: Vec<Found> = Vec::new();
        for wanted in &job.cards {
            let pattern = self.folder.join(&wanted.value);
            let mut found: Vec<PathBuf> = if wanted.value.contains(['*', '?', '[']) {
                let folder = glob::Pattern::escape(&self.folder.display().to_string());
                let text = if folder.is_empty() {
                    wanted.value.clone()
                } else {
                    format!("{folder}/{}", wanted.value)
                };
                match glob::glob(&text) {
                    Ok(paths) => paths.filter_map(Result::ok).filter(|path| path.is_file()).collect(),
                    Err(error) => {
                        self.missing(wanted.span, format!("`{}` is no pattern: {error}", wanted.value), GLOB);
                        continue;
                    }
                }
            } else {
                Some(pattern).filter(|path| path.is_file()).into_iter().collect()
            };
            found.sort();
            if found.is_empty() {
                let help = self.near(&wanted.value);
                self.missing(wanted.span, format!("no card `{}`", wanted.value), help);
            }
            for path in found {
                let shown = path
                    .strip_prefix(self.folder)
                    .unwrap_or(&path)
                    .display()
                    .to_string()
                    .replace('\\', "/");
                if !all.iter().any(|other| other.path == path) {
                    all.push(Found { path, shown });
                }
            }
        }
        all
    }

    /// A way out where a card is not there: a card of the same folder with a name that is near.
    fn near(&self, wanted: &str) -> String {
        let path = self.folder.join(wanted);
        let name = path
            .file_name()
            .map(|name| name.to_string_lossy().into_owned())
            .unwrap_or_default();
        let beside = path.parent().and_then(|folder| std::fs::read_dir(folder).ok());
        let names: Vec<String> = beside
            .into_iter()
            .flatten()
            .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
            .filter(|name| name.ends_with(".rhai"))
            .collect();
        match nearest(&name, names.iter().map(String::as_str)) {
            Some(near) => format!("did you mean `{}`?", wanted.replace(&name, near)),
            None => GLOB.to_owned(),
        }
    }

    fn compile(&mut self, job: &JobSpec, path: &Path) -> Result<Arc<Compiled>, Refused> {
        let modules: Vec<PathBuf> = job.modules.iter().map(|folder| self.folder.join(folder)).collect();
        let key = (path.to_owned(), format!("{modules:?} {:?}", job.params));
        if let Some(known) = self.compiled.get(&key) {
            return known.clone();
        }
        let made = self.host.compile(path, &modules, &job.params).map(Arc::new);
        self.compiled.insert(key, made.clone());
        made
    }

    fn unit(
        &mut self,
        job: &JobSpec,
        job_name: &str,
        card: &Found,
        data: Option<String>,
        pattern: &Pattern,
        parts: BTreeMap<&'static str, String>,
    ) -> Unit {
        let compiled = self.compile(job, &card.path);
        let source: BTreeMap<String, String> = data
            .as_ref()
            .and_then(|data| self.spec.data.get(data))
            .into_iter()
            .flatten()
            .map(|(table, place)| (table.clone(), self.beside(&place.value)))
            .collect();
        let places = match &compiled {
            Ok(compiled) => {
                let known = |table: &str| compiled.card.table(table).is_some();
                let own = source.into_iter().filter(|(table, _)| known(table)).collect();
                self.host.places(compiled, &own)
            }
            Err(_) => Ok(BTreeMap::new()),
        };
        let wanted = job.segments.iter().map(|segment| segment.value.clone());
        let segments: Vec<String> = match &compiled {
            Ok(compiled) => wanted.filter(|name| has_segment(compiled, name, &job.by)).collect(),
            Err(_) => Vec::new(),
        };
        self.check_audiences(job, compiled.as_ref().ok());
        let audiences: Vec<String> = job.audiences.iter().map(|audience| audience.value.clone()).collect();
        let mut names = name::unique(segments.iter().map(String::as_str));
        names.extend(name::unique(audiences.iter().map(String::as_str)));
        let as_of = job.as_of.as_ref().and_then(|day| match day.value.as_str() {
            "today" => self.host.today(),
            day => CivilDate::parse(day),
        });
        Unit {
            job: job_name.to_owned(),
            card: card.shown.clone(),
            data,
            compiled,
            places,
            segments,
            whole: job.whole,
            formats: job.formats.clone(),
            audiences,
            as_of,
            by: job.by.clone(),
            period: job.period.clone(),
            pattern: pattern.clone(),
            parts,
            names,
        }
    }

    /// A place of the file of jobs as one of the folder that the command runs in.
    fn beside(&self, place: &str) -> String {
        if place == "-" || place.contains("://") || Path::new(place).is_absolute() {
            return place.to_owned();
        }
        self.folder.join(place).display().to_string()
    }

    /// A segment that no card of the job has is an error; one that some have not is told.
    fn check_segments(&mut self, job: &JobSpec, units: &[Unit]) {
        let compiled: Vec<(&Unit, &Arc<Compiled>)> = units
            .iter()
            .filter_map(|unit| Some((unit, unit.compiled.as_ref().ok()?)))
            .collect();
        for wanted in &job.segments {
            let lacks: Vec<&(&Unit, &Arc<Compiled>)> = compiled
                .iter()
                .filter(|(_, compiled)| !has_segment(compiled, &wanted.value, &job.by))
                .collect();
            let Some((unit, card)) = lacks.first() else { continue };
            let known: BTreeSet<&str> = compiled
                .iter()
                .flat_map(|(_, card)| segments_of(card, &job.by))
                .collect();
            let help = match nearest(&wanted.value, known.iter().copied()) {
                Some(near) if near != wanted.value => format!("did you mean `{near}`?"),
                _ if known.is_empty() => "the card has no segments: declare one, segment(\"region\", ..)".to_owned(),
                _ => format!("segments are {}", known.iter().copied().collect::<Vec<_>>().join(", ")),
            };
            if lacks.len() == compiled.len() {
                let message = format!("no segment `{}` in {}", wanted.value, unit.card);
                self.missing(wanted.span, message, help);
            } else {
                let message = format!(
                    "no segment `{}` in {}: it gets its whole report only",
                    wanted.value, unit.card
                );
                let finding = Diagnostic::warning(codes::BATCH_MISSING, message).at(wanted.span);
                self.findings.push(finding.help(format!(
                    "give `{}` a job of its own, or declare the segment",
                    card.card.header.title.value
                )));
            }
        }
    }

    fn check_audiences(&mut self, job: &JobSpec, compiled: Option<&Arc<Compiled>>) {
        let own: Vec<String> = compiled.map_or_else(Vec::new, |compiled| audiences_of(compiled));
        let known: Vec<&str> = BUILT_IN_AUDIENCES
            .into_iter()
            .chain(own.iter().map(String::as_str))
            .collect();
        let readers = job.formats.iter().any(|format| format.is_for_readers());
        for wanted in &job.audiences {
            if compiled.is_some() && !known.contains(&wanted.value.as_str()) {
                let help = match nearest(&wanted.value, known.iter().copied()) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("audiences are {}", known.join(", ")),
                };
                self.missing(wanted.span, format!("no audience `{}`", wanted.value), help);
            }
        }
        if let (Some(first), false) = (job.audiences.first(), readers) {
            let message = "audiences, and no format that is written for one";
            let finding = Diagnostic::warning(codes::BATCH_SETTING, message).at(first.span);
            self.findings
                .push(finding.help("html, markdown and table are; all others are the same for everybody"));
        }
    }

    /// A pattern names all that tells the reports of its job apart.
    fn check_pattern(&mut self, job: &JobSpec, cards: usize) {
        let Some(files) = &job.files else { return };
        let readers = job.formats.iter().filter(|format| format.is_for_readers()).count();
        let needed = [
            ("value", !job.segments.is_empty(), "the values of a segment"),
            ("segment", job.segments.len() > 1, "several segments"),
            ("audience", job.audiences.len() > 1 && readers > 0, "several audiences"),
            ("card", cards > 1, "several cards"),
            ("data", job.data.len() > 1, "several sources of data"),
        ];
        for (part, needed, why) in needed {
            if needed && !files.value.has(part) {
                let message = format!("`files` does not tell {why} apart: their reports would have the same file");
                let finding = Diagnostic::error(codes::BATCH_NAMES, message).at(files.span);
                self.findings.push(finding.help(format!("add {{{part}}} to it")));
            }
        }
    }

    /// No two units have a file of the same name.
    fn check_names(&mut self, spec: &Spec, units: &[Unit]) {
        let mut seen: BTreeMap<String, &str> = BTreeMap::new();
        for unit in units {
            let slices = unit.segments.iter().map(|segment| Some((segment.as_str(), "*")));
            let paths: BTreeSet<String> = slices
                .chain(unit.whole.then_some(None))
                .flat_map(|slice| unit.files_of(slice))
                .map(|file| file.path.to_lowercase())
                .collect();
            for path in paths {
                let Some(other) = seen.insert(path.clone(), &unit.job) else {
                    continue;
                };
                let job = spec
                    .jobs
                    .iter()
                    .enumerate()
                    .find(|(at, job)| job_name(*at, job) == unit.job);
                let span = job.map(|(_, job)| job.files.as_ref().map_or(job.span, |files| files.span));
                let message = format!("the jobs `{other}` and `{}` would both write {path}", unit.job);
                let finding = Diagnostic::error(codes::BATCH_NAMES, message).at(span.unwrap_or_default());
                self.findings
                    .push(finding.help("add {job} to `files`, or give the jobs names of their own"));
                break;
            }
        }
    }
}

const GLOB: &str = "paths are relative to the folder of the file of jobs; `*` stands for any name";

/// The segments of a card, with its journeys and the cuts that the job adds.
fn segments_of<'c>(compiled: &'c Compiled, by: &'c [String]) -> impl Iterator<Item = &'c str> {
    let card = &compiled.card;
    let own = card.segments.iter().map(|segment| segment.name.value.as_str());
    let journeys = card.journeys.iter().filter(|journey| !journey.along.is_empty());
    let added = by
        .iter()
        .flat_map(|by| by.split(','))
        .map(str::trim)
        .filter(|name| name.contains('.'));
    own.chain(journeys.map(|journey| journey.name.value.as_str()))
        .chain(added)
}

fn has_segment(compiled: &Compiled, name: &str, by: &[String]) -> bool {
    segments_of(compiled, by).any(|own| own == name)
}

/// The audiences that a card names.
fn audiences_of(compiled: &Compiled) -> Vec<String> {
    let card = &compiled.card;
    let declared = card.audiences.iter().map(|audience| audience.name.value.clone());
    let lists = card.lists.iter().filter_map(|list| list.audience.clone());
    let quotes = card.quotes.iter().filter_map(|quotes| quotes.audience.clone());
    let header = card.header.audience.iter().map(|audience| audience.value.clone());
    declared.chain(lists).chain(quotes).chain(header).collect()
}
