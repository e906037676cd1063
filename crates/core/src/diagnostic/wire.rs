//! Findings for other programs: counted, and with lines and columns beside byte offsets.
//!
//! Imports: nothing. Never: how findings are drawn.

use serde::{Deserialize, Serialize};

use super::{Diagnostic, Severity, Span};

/// What a check found, for editors, code review tools and scripts. Published as `docs/check.schema.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Findings {
    /// Name and version of the engine.
    pub engine: String,
    /// The card, as the host named it.
    pub card: String,
    /// Whether data were read, or only the text of the card.
    pub with_data: bool,
    /// How many are errors.
    pub errors: u64,
    /// How many are warnings that nobody allowed.
    pub warnings: u64,
    /// How many are notes that nobody allowed.
    pub notes: u64,
    /// How many warnings and notes are allowed, by a comment or by the host.
    pub allowed: u64,
    /// All of them, errors first.
    pub findings: Vec<Finding>,
}

/// A finding with its title and its place in lines and columns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Finding {
    /// The finding.
    #[serde(flatten)]
    pub diagnostic: Diagnostic,
    /// What its code means, in a few words.
    pub title: String,
    /// Where it stands in the card or in one of its modules.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<Location>,
    /// Where the second places stand, one for each of `related`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub related_locations: Vec<Option<Location>>,
    /// What the mechanical repair replaces.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fix_location: Option<Location>,
}

/// A stretch of a text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Location {
    /// The text, as the host named it.
    pub file: String,
    /// The first character.
    pub start: Place,
    /// The place after the last character.
    pub end: Place,
}

/// A place in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Place {
    /// The line, from 1.
    pub line: u64,
    /// The column in characters (Unicode scalar values), from 1.
    pub column: u64,
    /// The column in UTF-16 code units, from 1: what JavaScript, the Language Server Protocol and SARIF count.
    pub utf16_column: u64,
}

impl Findings {
    /// Counts findings and looks up their places. `texts` are the card and its modules with their names, in the order
    /// of [`Span::source`].
    ///
    /// ```
    /// use bellwether::diagnostic::{codes, Diagnostic, Span, wire::Findings};
    /// let texts = [("card.rhai".to_owned(), "let größe = 1;\nmetric(\"nps\").traget(45);".to_owned())];
    /// let slip = Diagnostic::error(codes::UNKNOWN_FUNCTION, "no setting `traget`").at(Span::new(31, 37));
    /// let found = Findings::new("card.rhai", false, vec![slip], &texts);
    /// let start = found.findings[0].location.as_ref().map(|location| (location.start.line, location.start.column));
    /// assert_eq!(start, Some((2, 15)));
    /// ```
    #[must_use]
    pub fn new(card: &str, with_data: bool, diagnostics: Vec<Diagnostic>, texts: &[(String, String)]) -> Self {
        let count = |severity: Severity| {
            diagnostics
                .iter()
                .filter(|finding| finding.is_told() && finding.severity == severity)
                .count() as u64
        };
        Self {
            engine: concat!("bellwether ", env!("CARGO_PKG_VERSION")).to_owned(),
            card: card.to_owned(),
            with_data,
            errors: count(Severity::Error),
            warnings: count(Severity::Warning),
            notes: count(Severity::Note),
            allowed: diagnostics.iter().filter(|finding| !finding.is_told()).count() as u64,
            findings: diagnostics
                .into_iter()
                .map(|diagnostic| Finding::new(diagnostic, texts))
                .collect(),
        }
    }
}

impl Finding {
    fn new(diagnostic: Diagnostic, texts: &[(String, String)]) -> Self {
        Self {
            title: diagnostic.code.title().to_owned(),
            location: diagnostic.span.and_then(|span| locate(span, texts)),
            related_locations: diagnostic
                .related
                .iter()
                .map(|related| locate(related.span, texts))
                .collect(),
            fix_location: diagnostic.fix.as_ref().and_then(|fix| locate(fix.span, texts)),
            diagnostic,
        }
    }
}

/// Lines and columns of a span; none when its text is not at hand.
#[must_use]
pub fn locate(span: Span, texts: &[(String, String)]) -> Option<Location> {
    let (file, text) = texts.get(usize::from(span.source))?;
    let start = place(text, span.start as usize);
    let end = place(text, span.end.max(span.start) as usize);
    Some(Location {
        file: file.clone(),
        start,
        end,
    })
}

/// The line and columns of a byte, moved back to the border of a character and into the text.
fn place(text: &str, byte: usize) -> Place {
    let mut at = byte.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    let before = text.get(..at).unwrap_or_default();
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    let line = before.get(line_start..).unwrap_or_default();
    Place {
        line: before.bytes().filter(|byte| *byte == b'\n').count() as u64 + 1,
        column: line.chars().count() as u64 + 1,
        utf16_column: line.encode_utf16().count() as u64 + 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::codes;

    #[test]
    fn columns_are_counted_in_characters_and_in_utf16() {
        // `ö` is two bytes and one unit, the emoji four bytes and two units.
        let text = "a\r\nö😀x\n";
        let at = |byte| {
            let found = place(text, byte);
            (found.line, found.column, found.utf16_column)
        };
        assert_eq!(at(0), (1, 1, 1));
        assert_eq!(at(3), (2, 1, 1));
        assert_eq!(at(5), (2, 2, 2));
        assert_eq!(at(7), (2, 2, 2), "inside of a character");
        assert_eq!(at(9), (2, 3, 4));
        assert_eq!(at(11), (3, 1, 1));
        assert_eq!(at(99), (3, 1, 1), "beyond the text");
    }

    #[test]
    fn allowed_findings_are_counted_apart() {
        let mut allowed = Diagnostic::warning(codes::NO_OWNER, "nobody owns `nps`");
        allowed.allowed = Some("a draft".to_owned());
        let findings = vec![allowed, Diagnostic::warning(codes::NO_TARGET, "`nps` has no target")];
        let found = Findings::new("card", false, findings, &[]);
        assert_eq!((found.errors, found.warnings, found.notes, found.allowed), (0, 1, 0, 1));
        let json = serde_json::to_string(&found).unwrap();
        assert_eq!(serde_json::from_str::<Findings>(&json).unwrap(), found);
    }
}
