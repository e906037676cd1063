//! Calls that gave nothing.

use bellwether::diagnostic::wire::{Finding, Findings};
use bellwether::diagnostic::{Diagnostic, codes};
use bellwether::{Error, ErrorKind};
use serde::Serialize;

use crate::options::CardText;

/// Why a call gave nothing.
#[derive(Debug, Clone, Serialize)]
pub struct Failure {
    /// Who can mend it: `card`, `data`, `options`, `usage`, `cancelled`, `limit`, `internal`.
    pub code: &'static str,
    /// In a sentence.
    pub message: String,
    /// Everything that was found, errors first.
    pub diagnostics: Vec<Finding>,
}

impl Failure {
    /// A mistake of the program that calls.
    #[must_use]
    pub fn usage(message: impl Into<String>) -> Self {
        Self {
            code: "usage",
            message: message.into(),
            diagnostics: Vec::new(),
        }
    }

    pub(super) fn of(error: Error, card: &CardText) -> Self {
        let is_limit = |finding: &Diagnostic| finding.is_error() && finding.code == codes::LIMIT;
        let code = match error.kind() {
            ErrorKind::Card | ErrorKind::Data if error.diagnostics().iter().any(is_limit) => "limit",
            ErrorKind::Card => "card",
            ErrorKind::Data => "data",
            ErrorKind::Options => "options",
            ErrorKind::Cancelled => "cancelled",
            ErrorKind::Limit => "limit",
            _ => "internal",
        };
        let message = error.to_string();
        Self {
            code,
            message,
            diagnostics: found(card, error.into_diagnostics()),
        }
    }

    pub(super) fn data(findings: Vec<Diagnostic>, card: Option<&CardText>) -> Self {
        let message = findings.iter().find(|finding| finding.is_error()).map_or_else(
            || "the data cannot be used".to_owned(),
            |finding| format!("{}: {}", finding.code, finding.message),
        );
        Self {
            code: "data",
            message,
            diagnostics: card.map_or_else(|| without_card(findings.clone()), |card| found(card, findings.clone())),
        }
    }
}

impl From<serde_json::Error> for Failure {
    fn from(error: serde_json::Error) -> Self {
        Self::usage(error.to_string())
    }
}

/// Findings with titles, lines and columns.
pub(super) fn found(card: &CardText, diagnostics: Vec<Diagnostic>) -> Vec<Finding> {
    Findings::new(&card.name, true, diagnostics, &card.texts()).findings
}

pub(super) fn without_card(diagnostics: Vec<Diagnostic>) -> Vec<Finding> {
    Findings::new("", true, diagnostics, &[]).findings
}
