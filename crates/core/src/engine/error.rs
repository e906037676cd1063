//! The one error of the engine: a kind, and every finding behind it.

use crate::diagnostic::{Diagnostic, codes};
use crate::limits::Stop;

/// What went wrong, by who can mend it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The card cannot be used as it is written.
    Card,
    /// The data do not fit the card.
    Data,
    /// An option of the call asks for what the card does not have.
    Options,
    /// The caller stopped it.
    Cancelled,
    /// A limit of the sandbox stopped it: operations, rows, time or memory.
    Limit,
    /// The engine itself failed: a bug.
    Internal,
}

/// Why a call gave nothing.
///
/// ```
/// use bellwether::engine::{Engine, ErrorKind};
/// use bellwether::limits::Limits;
/// use bellwether::script::Source;
/// let engine = Engine::new(Limits::default());
/// let source = Source { name: "slip", text: "scorecrad(\"Health\");", modules: &[], params: &[] };
/// let error = engine.compile(&source).unwrap_err();
/// assert_eq!(error.kind(), ErrorKind::Card);
/// assert!(error.diagnostics()[0].span.is_some());
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Error {
    kind: ErrorKind,
    diagnostics: Vec<Diagnostic>,
}

impl Error {
    pub(super) const fn new(kind: ErrorKind, diagnostics: Vec<Diagnostic>) -> Self {
        Self { kind, diagnostics }
    }

    /// The budget does not let it go on.
    pub(super) fn stopped(stop: Stop) -> Self {
        Self::new(
            ErrorKind::Limit,
            vec![Diagnostic::error(codes::LIMIT, stop.to_string()).help(stop.help())],
        )
    }

    /// A failure of the engine itself.
    pub(super) fn internal(message: &str) -> Self {
        let bug = Diagnostic::error(codes::RAISED, format!("the engine broke: {message}"))
            .help("this is a bug of the engine, not of the card: please report it with the card");
        Self::new(ErrorKind::Internal, vec![bug])
    }

    /// Who can mend it.
    #[must_use]
    pub const fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// Everything that was found, errors first.
    #[must_use]
    pub fn diagnostics(&self) -> &[Diagnostic] {
        &self.diagnostics
    }

    /// The findings, taken out.
    #[must_use]
    pub fn into_diagnostics(self) -> Vec<Diagnostic> {
        self.diagnostics
    }
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut errors = self.diagnostics.iter().filter(|finding| finding.is_error());
        let Some(first) = errors.next() else {
            return f.write_str(match self.kind {
                ErrorKind::Cancelled => "stopped by the caller",
                _ => "nothing can be evaluated",
            });
        };
        write!(f, "{}: {}", first.code, first.message)?;
        match errors.count() {
            0 => Ok(()),
            1 => f.write_str(" (and another error)"),
            more => write!(f, " (and {more} more errors)"),
        }
    }
}

impl std::error::Error for Error {}
