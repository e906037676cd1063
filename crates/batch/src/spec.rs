//! The file of jobs: what it may say, and everything that is wrong with it at once.

mod reader;

use std::collections::BTreeMap;

use bellwether::definition::Literal;
use bellwether::diagnostic::{Diagnostic, Span, Spanned, codes};
use bellwether_report::FileFormat;

use self::reader::Reader;
use crate::name::Pattern;

/// A file of jobs, read. Spans are places in its text.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Spec {
    /// The title of the page that lists all reports.
    pub title: Option<String>,
    /// The folder of the reports, relative to the file's own.
    pub out: String,
    /// Sources of data: tables with their places.
    pub data: BTreeMap<String, BTreeMap<String, Spanned<String>>>,
    /// The jobs.
    pub jobs: Vec<JobSpec>,
}

/// A job: cards × data × segments × audiences × formats.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct JobSpec {
    /// Where it stands.
    pub span: Span,
    /// Its name; absent: its number.
    pub name: Option<Spanned<String>>,
    /// Cards: paths and globs, relative to the file's folder.
    pub cards: Vec<Spanned<String>>,
    /// Sources of data; none: the cards' own files.
    pub data: Vec<Spanned<String>>,
    /// Segments of which each value gets a report.
    pub segments: Vec<Spanned<String>>,
    /// Whether the whole report is written too.
    pub whole: bool,
    /// For whom; none: for everybody.
    pub audiences: Vec<Spanned<String>>,
    /// As what.
    pub formats: Vec<FileFormat>,
    /// The names of files, without their ending; absent: by card, segment and value.
    pub files: Option<Spanned<Pattern>>,
    /// The day as of which: a day, or `today`.
    pub as_of: Option<Spanned<String>>,
    /// Cuts beside the card's.
    pub by: Vec<String>,
    /// A calendar in place of the card's first.
    pub period: Option<String>,
    /// Values of params.
    pub params: Vec<(String, Literal)>,
    /// Folders of modules, relative to the file's own.
    pub modules: Vec<String>,
}

impl Spec {
    /// Reads a file of jobs.
    ///
    /// # Errors
    /// Everything that is wrong with it: BW900 where it is no TOML, BW901 for settings that are not known or make no sense,
    /// BW902 for sources of data that it does not have.
    pub fn read(text: &str) -> Result<Self, Vec<Diagnostic>> {
        let top = match toml::de::DeTable::parse(text) {
            Ok(top) => top,
            Err(error) => return Err(vec![not_toml(&error)]),
        };
        let mut reader = Reader::new(text);
        let spec = reader.spec(top.get_ref());
        let findings = reader.findings();
        if findings.is_empty() { Ok(spec) } else { Err(findings) }
    }
}

fn not_toml(error: &toml::de::Error) -> Diagnostic {
    let message = error.message().trim_end_matches('.').to_lowercase();
    let finding = Diagnostic::error(codes::BAD_BATCH, format!("this is no TOML: {message}"))
        .help("a value that is text stands in quotes, a list in brackets: formats = [\"html\", \"json\"]");
    match error.span() {
        Some(place) => finding.at(span_of(&place)),
        None => finding,
    }
}

/// A place as a span.
fn span_of(place: &std::ops::Range<usize>) -> Span {
    let at = |byte: usize| u32::try_from(byte).unwrap_or(u32::MAX);
    Span::new(at(place.start), at(place.end))
}

#[cfg(test)]
mod tests;
