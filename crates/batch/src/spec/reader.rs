//! From the values of TOML to settings, with a finding for each that does not fit.

use std::collections::BTreeMap;

use bellwether::definition::{Calendar, CivilDate, Literal};
use bellwether::diagnostic::{Diagnostic, Span, Spanned, codes, nearest};
use bellwether_report::FileFormat;
use toml::Spanned as Placed;
use toml::de::{DeTable, DeValue};

use super::{JobSpec, Spec, span_of};
use crate::name::Pattern;

/// Settings that the file and each job know; a job's own stand before those of the file.
const SHARED: [&str; 11] = [
    "data",
    "segments",
    "whole",
    "audiences",
    "formats",
    "files",
    "as_of",
    "by",
    "period",
    "params",
    "modules",
];

type Value<'i> = Placed<DeValue<'i>>;

pub(super) struct Reader<'t> {
    text: &'t str,
    findings: Vec<Diagnostic>,
}

impl<'t> Reader<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self {
            text,
            findings: Vec::new(),
        }
    }

    pub(super) fn findings(mut self) -> Vec<Diagnostic> {
        self.findings.sort_by_key(|finding| finding.span);
        self.findings
    }

    fn wrong(&mut self, span: Span, message: String, help: impl Into<String>) {
        let finding = Diagnostic::error(codes::BATCH_SETTING, message);
        self.findings.push(finding.at(span).help(help));
    }

    pub(super) fn spec(&mut self, top: &DeTable<'_>) -> Spec {
        let sources = top.get("data").filter(|value| value.get_ref().is_table());
        let known = ["title", "out", "job"].into_iter().chain(SHARED);
        self.check_names(top, known, "the file of jobs");
        let data = sources.map_or_else(BTreeMap::new, |value| self.sources(value));
        let mut defaults = JobSpec {
            whole: true,
            formats: vec![FileFormat::Json],
            ..JobSpec::default()
        };
        // `[data.name]` at the top declares sources; a job says which it reads.
        self.settings(top, &mut defaults, sources.is_some());
        let jobs = match top.get("job").map(|jobs| (jobs.get_ref(), jobs.span())) {
            Some((DeValue::Array(jobs), _)) => jobs
                .iter()
                .filter_map(|job| self.job(job, &defaults))
                .collect::<Vec<_>>(),
            Some((other, place)) => {
                let message = format!("`job` is a list of tables, and this is {}", kind(other));
                self.wrong(span_of(&place), message, "write a heading above each job: [[job]]");
                Vec::new()
            }
            None => {
                let end = self.text.len();
                self.wrong(span_of(&(end..end)), "the file has no job".to_owned(), JOB);
                Vec::new()
            }
        };
        for job in &jobs {
            for wanted in &job.data {
                if !data.contains_key(&wanted.value) {
                    let message = format!("no source of data is called `{}`", wanted.value);
                    let finding = Diagnostic::error(codes::BATCH_MISSING, message).at(wanted.span);
                    let help = match nearest(&wanted.value, data.keys().map(String::as_str)) {
                        Some(near) => format!("did you mean `{near}`?"),
                        None => format!("declare it: [data.{}] with a place for each table", wanted.value),
                    };
                    self.findings.push(finding.help(help));
                }
            }
        }
        self.findings.dedup();
        let out = self.text_of(top, "out").map(|out| out.value);
        Spec {
            title: self.text_of(top, "title").map(|title| title.value),
            out: out.unwrap_or_else(|| "reports".to_owned()),
            data,
            jobs,
        }
    }

    fn sources(&mut self, value: &Value<'_>) -> BTreeMap<String, BTreeMap<String, Spanned<String>>> {
        let mut sources = BTreeMap::new();
        for (name, tables) in value.get_ref().as_table().into_iter().flatten() {
            let place = span_of(&name.span());
            let Some(tables) = tables.get_ref().as_table() else {
                let help = format!("name its tables: [data.{}] and survey = \"survey.csv\"", name.get_ref());
                self.wrong(
                    place,
                    format!("`data.{}` is a table of tables and places", name.get_ref()),
                    help,
                );
                continue;
            };
            let mut places = BTreeMap::new();
            for (table, path) in tables {
                let name = table.get_ref().to_string();
                if let Some(path) = self.one_text(&name, path) {
                    places.insert(name, path);
                }
            }
            if places.is_empty() {
                let message = format!("the source `{}` has no tables", name.get_ref());
                self.wrong(place, message, "name a place for each table: survey = \"survey.csv\"");
            }
            sources.insert(name.get_ref().to_string(), places);
        }
        sources
    }

    fn job(&mut self, job: &Value<'_>, defaults: &JobSpec) -> Option<JobSpec> {
        let span = span_of(&job.span());
        let Some(table) = job.get_ref().as_table() else {
            let message = format!("a job is a table, and this is {}", kind(job.get_ref()));
            self.wrong(span, message, JOB);
            return None;
        };
        self.check_names(table, ["name", "cards"].into_iter().chain(SHARED), "a job");
        let mut made = JobSpec {
            span,
            name: self.text_of(table, "name"),
            cards: self.texts_of(table, "cards").unwrap_or_default(),
            ..defaults.clone()
        };
        self.settings(table, &mut made, false);
        let empty = table
            .get("cards")
            .is_none_or(|cards| cards.get_ref().as_array().is_some_and(|list| list.is_empty()));
        if empty {
            let place = table.get("cards").map_or(span, |cards| span_of(&cards.span()));
            self.wrong(place, "a job without cards".to_owned(), JOB);
        }
        if !made.whole && made.segments.is_empty() {
            let message = "`whole = false` without segments leaves no report".to_owned();
            let place = table.get("whole").map_or(span, |value| span_of(&value.span()));
            self.wrong(
                place,
                message,
                "name segments whose values get a report each: segments = [\"region\"]",
            );
        }
        Some(made)
    }

    /// The settings that the file and jobs share.
    fn settings(&mut self, table: &DeTable<'_>, to: &mut JobSpec, has_sources: bool) {
        if !has_sources && let Some(data) = self.texts_of(table, "data") {
            to.data = data;
        }
        if let Some(segments) = self.texts_of(table, "segments") {
            to.segments = segments;
        }
        if let Some(value) = table.get("whole") {
            match value.get_ref().as_bool() {
                Some(whole) => to.whole = whole,
                None => self.not_a("whole", "true or false", value),
            }
        }
        if let Some(audiences) = self.texts_of(table, "audiences") {
            to.audiences = audiences;
        }
        if let Some(formats) = self.texts_of(table, "formats") {
            to.formats = formats.iter().filter_map(|name| self.format(name)).collect();
            to.formats.dedup();
            if formats.is_empty() {
                let place = table.get("formats").map_or(to.span, |value| span_of(&value.span()));
                self.wrong(
                    place,
                    "no format is named".to_owned(),
                    format!("formats are {}", formats_known()),
                );
            }
        }
        if let Some(files) = self.text_of(table, "files") {
            match Pattern::read(&files.value) {
                Ok(pattern) => to.files = Some(Spanned::new(pattern, files.span)),
                Err((message, help)) => self.wrong(files.span, message, help),
            }
        }
        if let Some(value) = table.get("as_of") {
            to.as_of = self.day(value).or(to.as_of.take());
        }
        if let Some(by) = self.texts_of(table, "by") {
            to.by = by.into_iter().map(|by| by.value.replace('*', ",")).collect();
        }
        if let Some(period) = self.text_of(table, "period") {
            if Calendar::named(&period.value).is_none() {
                let help = "periods are day, week, month, quarter, year, fiscal quarter and fiscal year";
                self.wrong(period.span, format!("unknown period `{}`", period.value), help);
            }
            to.period = Some(period.value);
        }
        if let Some(value) = table.get("params") {
            self.params(value, &mut to.params);
        }
        if let Some(modules) = self.texts_of(table, "modules") {
            to.modules = modules.into_iter().map(|folder| folder.value).collect();
        }
    }

    fn format(&mut self, name: &Spanned<String>) -> Option<FileFormat> {
        let known = FileFormat::named(&name.value);
        if known.is_none() {
            let names = FileFormat::ALL.iter().map(|format| format.name());
            let help = match nearest(&name.value, names) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("formats are {}", formats_known()),
            };
            self.wrong(name.span, format!("no format `{}`", name.value), help);
        }
        known
    }

    fn day(&mut self, value: &Value<'_>) -> Option<Spanned<String>> {
        let text = match value.get_ref() {
            DeValue::Datetime(day) => day.to_string(),
            other => match other.as_str() {
                Some(text) => text.to_owned(),
                None => {
                    self.not_a("as_of", "a day", value);
                    return None;
                }
            },
        };
        let span = span_of(&value.span());
        if text != "today" && CivilDate::parse(&text).is_none() {
            let message = format!("`as_of` takes a day, and `{text}` is none");
            self.wrong(span, message, "write it yyyy-MM-dd, or \"today\"");
            return None;
        }
        Some(Spanned::new(text, span))
    }

    fn params(&mut self, value: &Value<'_>, to: &mut Vec<(String, Literal)>) {
        let Some(params) = value.get_ref().as_table() else {
            self.not_a("params", "a table: params = { goal = 80 }", value);
            return;
        };
        for (name, value) in params {
            let number = |text: &str, radix: u32| i64::from_str_radix(&text.replace('_', ""), radix).ok();
            let literal = match value.get_ref() {
                DeValue::String(text) => Some(Literal::Text(text.to_string())),
                DeValue::Boolean(truth) => Some(Literal::Bool(*truth)),
                DeValue::Integer(whole) => number(whole.as_str(), whole.radix()).map(Literal::Int),
                DeValue::Float(float) => {
                    let read = float.as_str().replace('_', "").parse::<f64>().ok();
                    read.filter(|number| number.is_finite()).map(Literal::Float)
                }
                DeValue::Datetime(day) => Some(Literal::Text(day.to_string())),
                DeValue::Array(_) | DeValue::Table(_) => None,
            };
            let name = name.get_ref().to_string();
            match literal {
                Some(literal) => {
                    to.retain(|(other, _)| *other != name);
                    to.push((name, literal));
                }
                None => self.not_a(&format!("params.{name}"), "a number, a text, true or false", value),
            }
        }
    }

    fn check_names<'k>(&mut self, table: &DeTable<'_>, known: impl Iterator<Item = &'k str>, of: &str) {
        let known: Vec<&str> = known.collect();
        for name in table.keys() {
            let word = name.get_ref().as_ref();
            if !known.contains(&word) {
                let help = match nearest(word, known.iter().copied()) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("it knows {}", known.join(", ")),
                };
                self.wrong(span_of(&name.span()), format!("{of} has no setting `{word}`"), help);
            }
        }
    }

    fn not_a(&mut self, name: &str, wanted: &str, value: &Value<'_>) {
        let message = format!("`{name}` takes {wanted}, and this is {}", kind(value.get_ref()));
        self.wrong(span_of(&value.span()), message, "see docs/batch.md for every setting");
    }

    fn one_text(&mut self, name: &str, value: &Value<'_>) -> Option<Spanned<String>> {
        match value.get_ref().as_str() {
            Some(text) if !text.trim().is_empty() => Some(Spanned::new(text.to_owned(), span_of(&value.span()))),
            Some(_) => {
                let message = format!("`{name}` is empty");
                self.wrong(span_of(&value.span()), message, "say what it is, or leave it out");
                None
            }
            None => {
                self.not_a(name, "a text", value);
                None
            }
        }
    }

    fn text_of(&mut self, table: &DeTable<'_>, name: &str) -> Option<Spanned<String>> {
        let value = table.get(name)?;
        self.one_text(name, value)
    }

    /// A list of texts, or one text.
    fn texts_of(&mut self, table: &DeTable<'_>, name: &str) -> Option<Vec<Spanned<String>>> {
        let value = table.get(name)?;
        match value.get_ref() {
            DeValue::Array(list) => Some(list.iter().filter_map(|item| self.one_text(name, item)).collect()),
            DeValue::String(_) => Some(self.one_text(name, value).into_iter().collect()),
            _ => {
                self.not_a(name, "a list of texts", value);
                None
            }
        }
    }
}

const JOB: &str = "a job needs cards: [[job]] and cards = [\"scorecard.rhai\"]";

fn formats_known() -> String {
    let names: Vec<&str> = FileFormat::ALL.iter().map(|format| format.name()).collect();
    names.join(", ")
}

/// What a value is, in words.
fn kind(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) | DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}
