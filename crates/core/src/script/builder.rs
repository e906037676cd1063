//! The scorecard under construction, shared by every word of a card while it runs.
//!
//! Imports: definition, diagnostic, limits.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::closure::Programs;
use super::source::Sources;
use super::value::Value;
use crate::definition::{ChangedHere, Literal, Scorecard, Table, TableSource};
use crate::diagnostic::{Code, Diagnostic, Span, Spanned, codes};
use crate::limits::Limits;
use rhai::Dynamic;

/// The state of one compile, as the engine carries it through calls.
#[derive(Clone)]
pub struct Session(Arc<Mutex<Builder>>);

impl Session {
    /// Starts a compile.
    pub fn new(builder: Builder) -> Self {
        Self(Arc::new(Mutex::new(builder)))
    }

    /// The state, for one word at a time.
    pub fn lock(&self) -> MutexGuard<'_, Builder> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What has been declared so far, and what was wrong with it.
pub struct Builder {
    /// The scorecard.
    pub card: Scorecard,
    /// Findings, in the order in which they were met.
    pub diagnostics: Vec<Diagnostic>,
    /// The texts, for spans.
    pub sources: Arc<Sources>,
    /// Values that the host sets for params.
    pub params: Vec<(String, Literal)>,
    /// The limits.
    pub limits: Limits,
    /// Whether `scorecard(..)` was written, and where.
    pub header: Option<Span>,
    /// How many columns the engine made for itself.
    pub hidden: usize,
    /// Whether a mistake may have swallowed a declaration, so that a name which is not there proves nothing.
    pub lost: bool,
    /// The card and its modules as trees, for closures.
    pub programs: Arc<Programs>,
    /// Modules, parsed, by the name of their import.
    pub modules: BTreeMap<String, rhai::AST>,
    /// Modules that are being imported, to find circles.
    pub importing: Vec<String>,
    /// What the card printed.
    pub log: Log,
    /// Words carried out that declare or set something.
    words: usize,
    /// Closures compiled.
    closures: usize,
}

/// What a card prints: lines with their places, as many as the limits allow, and how many more there were.
#[derive(Default)]
pub struct Log {
    lines: Vec<Diagnostic>,
    lost: usize,
}

/// Longest line of the log, in characters.
const LINE: usize = 1_000;

impl Log {
    /// Adds a line.
    fn push(&mut self, text: &str, span: Span, most: usize) {
        if self.lines.len() >= most {
            self.lost += 1;
            return;
        }
        let mut line: String = text.chars().take(LINE).collect();
        if line.len() < text.len() {
            line.push('…');
        }
        self.lines.push(Diagnostic::note(codes::PRINTED, line).at(span));
    }

    /// The lines; the last says how many were lost.
    pub fn take(&mut self) -> Vec<Diagnostic> {
        let mut lines = std::mem::take(&mut self.lines);
        let lost = std::mem::take(&mut self.lost);
        if lost > 0 {
            let note = Diagnostic::note(
                codes::PRINTED,
                format!("the log is full: {lost} more lines are not kept"),
            );
            lines.push(match lines.last().and_then(|line| line.span) {
                Some(span) => note.at(span),
                None => note,
            });
        }
        lines
    }
}

impl Builder {
    /// An empty scorecard.
    pub fn new(sources: Arc<Sources>, params: Vec<(String, Literal)>, limits: Limits) -> Self {
        let mut card = Scorecard {
            language: 1,
            ..Scorecard::default()
        };
        card.sources = sources.info();
        Self {
            card,
            diagnostics: Vec::new(),
            sources,
            params,
            limits,
            header: None,
            hidden: 0,
            lost: false,
            programs: Arc::default(),
            modules: BTreeMap::new(),
            importing: Vec::new(),
            log: Log::default(),
            words: 0,
            closures: 0,
        }
    }

    /// Adds a line to the log of the card.
    pub fn print(&mut self, text: &str, span: Span) {
        self.log.push(text, span, self.limits.log_lines);
    }

    /// Counts a word that is carried out; false when the card has had all that it may have.
    pub fn count_word(&mut self, span: Span) -> bool {
        self.words += 1;
        self.within(
            self.words,
            self.limits.objects,
            span,
            "this card declares more than a card may",
        )
    }

    /// Counts a closure that is compiled; false when there are too many.
    pub fn count_closure(&mut self, span: Span) -> bool {
        self.closures += 1;
        self.within(
            self.closures,
            self.limits.closures,
            span,
            "this card has too many conditions",
        )
    }

    fn within(&mut self, count: usize, most: usize, span: Span, message: &str) -> bool {
        // Said once, where it happens first.
        if count == most.saturating_add(1) {
            self.lost = true;
            let help = format!("at most {most}: make the card smaller, or ask the host for a higher limit");
            self.error(codes::LIMIT, span, message, help);
        }
        count <= most
    }

    /// Adds a finding, unless the same one was told already or there are too many.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        let told = |other: &Diagnostic| other.span == diagnostic.span && other.message == diagnostic.message;
        if self.diagnostics.len() < self.limits.diagnostics && !self.diagnostics.iter().any(told) {
            self.diagnostics.push(diagnostic);
        }
    }

    /// Adds an error with a way out.
    pub fn error(&mut self, code: Code, span: Span, message: impl Into<String>, help: impl Into<String>) {
        let help = help.into();
        let mut diagnostic = Diagnostic::error(code, message).at(span);
        if !help.is_empty() {
            diagnostic = diagnostic.help(help);
        }
        self.push(diagnostic);
    }

    /// A value, unless it has grown too large; says so then.
    pub fn bounded(&mut self, value: Dynamic, span: Span) -> Dynamic {
        let large = value.read_lock::<Value>().is_some_and(|value| value.is_too_large());
        if !large {
            return value;
        }
        self.too_large(span);
        Dynamic::from(Value::Poison)
    }

    /// Says that a measure or formula has grown too large.
    pub fn too_large(&mut self, span: Span) {
        self.lost = true;
        self.error(
            codes::LIMIT,
            span,
            "this measure or formula has too many parts",
            "make columns of its parts with `.add(..)`, or metrics that a score joins",
        );
    }

    /// Whether anything so far stops the card.
    pub fn failed(&self) -> bool {
        self.diagnostics.iter().any(Diagnostic::is_error)
    }

    /// The place of a table by name.
    pub fn table_index(&self, name: &str) -> Option<usize> {
        self.card.tables.iter().position(|table| table.name.value == name)
    }

    /// The name of a table by place.
    pub fn table_name(&self, index: usize) -> String {
        self.card
            .tables
            .get(index)
            .map(|table| table.name.value.clone())
            .unwrap_or_default()
    }

    /// Declares a table.
    pub fn add_table(&mut self, name: Spanned<String>, source: TableSource) -> usize {
        let count = self.card.tables.len() + 1;
        if !self.within(count, self.limits.tables, name.span, "this card has too many tables") {
            return self.card.tables.len().saturating_sub(1);
        }
        self.card.tables.push(Table::new(name, source));
        self.card.tables.len() - 1
    }

    /// Notes that the card changes what a module set; `was` is the old value with its place.
    pub fn changed(&mut self, object: &str, setting: &str, was: Option<(Span, String)>, now: String, span: Span) {
        let Some((before, was)) = was else { return };
        if before.source != span.source && was != now {
            self.card.changed_here.push(ChangedHere {
                object: object.into(),
                setting: setting.into(),
                was,
                now,
                span,
            });
        }
    }

    /// Whether a setting of an object may be set here; tells when it is fixed by another source.
    pub fn may_set(&mut self, object: &str, fixed: &[Spanned<String>], setting: &str, span: Span) -> bool {
        let Some(lock) = fixed
            .iter()
            .find(|lock| lock.value == setting && lock.span.source != span.source)
        else {
            return true;
        };
        let home = self.sources.name(lock.span.source).to_owned();
        let diagnostic = Diagnostic::error(
            codes::CONFLICTING_SETTINGS,
            format!("`{setting}` of `{object}` is fixed by `{home}`"),
        )
        .at(span)
        .related(lock.span, "fixed here")
        .help(format!("leave it out, or ask the owner of `{home}` to change it"));
        self.push(diagnostic);
        false
    }
}
