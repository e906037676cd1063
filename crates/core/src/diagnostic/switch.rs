//! Switches: findings that are allowed, by a comment in the card or by the host, and findings that are denied.
//!
//! An error is never allowed. What is allowed stays among the findings, marked with the reason.
//!
//! Imports: nothing. Never: how a comment is found in a text.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{Code, Diagnostic, Severity, Span, codes};

/// A comment of a card that allows findings of one code: `// bellwether: allow BW600 asked for by the board`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Allow {
    /// Which findings.
    pub code: Code,
    /// Where the comment names the code.
    pub span: Span,
    /// The statement that it covers; `None`: the whole text it stands in, and findings without a place.
    pub covers: Option<Span>,
    /// Why, in the words of the card.
    pub reason: String,
    /// Whether it did something already when the card was compiled: allowed a finding, or met an error.
    pub used: bool,
}

impl Allow {
    /// Whether it is about this finding.
    fn is_about(&self, finding: &Diagnostic) -> bool {
        if finding.code != self.code {
            return false;
        }
        match (self.covers, finding.span) {
            (Some(covers), Some(span)) => {
                covers.source == span.source && covers.start <= span.start && span.start < covers.end
            }
            (Some(_), None) => false,
            (None, Some(span)) => span.source == self.span.source,
            // What has no place in a text is about the card as a whole.
            (None, None) => self.span.source == 0,
        }
    }
}

/// Marks the findings that comments of the card allow. An error stays an error: the comment is told so.
pub fn apply(allows: &mut [Allow], findings: &mut Vec<Diagnostic>) {
    let mut met_errors = Vec::new();
    for allow in allows {
        for finding in findings.iter_mut() {
            if !allow.is_about(finding) {
                continue;
            }
            if finding.is_error() {
                if !allow.used {
                    met_errors.push(
                        Diagnostic::warning(
                            codes::ALLOW,
                            format!("{} is an error here, and errors cannot be allowed", allow.code),
                        )
                        .at(allow.span)
                        .help("mend what the error says, and take the comment out"),
                    );
                }
            } else if finding.allowed.is_none() {
                finding.allowed = Some(allow.reason.clone());
            }
            allow.used = true;
        }
    }
    findings.append(&mut met_errors);
}

/// Notes about comments that allow what nobody said. Only a caller that has seen all findings can tell.
#[must_use]
pub fn unused(allows: &[Allow]) -> Vec<Diagnostic> {
    allows
        .iter()
        .filter(|allow| !allow.used)
        .map(|allow| {
            let place = if allow.covers.is_some() {
                "the statement it stands at"
            } else {
                "this card"
            };
            Diagnostic::note(
                codes::ALLOW,
                format!("nothing is said with {} about {place}", allow.code),
            )
            .at(allow.span)
            .help("take the comment out, or move it to the line above what it is about")
        })
        .collect()
}

/// What a host allows and denies beside the card's own comments.
///
/// ```
/// use bellwether::diagnostic::{codes, Diagnostic, Switches};
/// let mut findings = vec![Diagnostic::warning(codes::NO_OWNER, "nobody owns `nps`")];
/// let switches = Switches { deny_warnings: true, ..Switches::default() };
/// switches.apply(&mut findings);
/// assert!(findings[0].is_error());
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Switches {
    /// Codes whose warnings and notes are allowed.
    pub allow: BTreeSet<Code>,
    /// Codes whose warnings and notes count as errors.
    pub deny: BTreeSet<Code>,
    /// Whether every warning counts as an error; notes do not.
    pub deny_warnings: bool,
}

impl Switches {
    /// Applies them. What the card or the host allows is not denied; a code that is both denied and allowed by the
    /// host is denied.
    pub fn apply(&self, findings: &mut [Diagnostic]) {
        for finding in findings {
            if finding.is_error() || finding.allowed.is_some() {
                continue;
            }
            let denied = self.deny.contains(&finding.code);
            if !denied && self.allow.contains(&finding.code) {
                finding.allowed = Some("allowed by the host".to_owned());
            } else if denied || (self.deny_warnings && finding.severity == Severity::Warning) {
                finding.severity = Severity::Error;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allow(covers: Option<Span>) -> Allow {
        Allow {
            code: codes::NO_OWNER,
            span: Span::new(0, 6),
            covers,
            reason: "the board owns it".to_owned(),
            used: false,
        }
    }

    fn warning(at: u32) -> Diagnostic {
        Diagnostic::warning(codes::NO_OWNER, "nobody owns `nps`").at(Span::new(at, at + 5))
    }

    #[test]
    fn a_comment_covers_its_statement_and_no_more() {
        let mut allows = [allow(Some(Span::new(10, 50)))];
        let mut findings = vec![warning(20), warning(60)];
        apply(&mut allows, &mut findings);
        assert_eq!(findings[0].allowed.as_deref(), Some("the board owns it"));
        assert_eq!(findings[1].allowed, None);
        assert!(allows[0].used);
        assert!(unused(&allows).is_empty());
    }

    #[test]
    fn an_error_stays_and_the_comment_is_told() {
        let mut allows = [allow(None)];
        let mut findings = vec![Diagnostic::error(codes::NO_OWNER, "made up for this test")];
        apply(&mut allows, &mut findings);
        assert_eq!(findings.len(), 2);
        assert!(findings[0].is_error() && findings[0].allowed.is_none());
        assert_eq!(findings[1].code, codes::ALLOW);
    }

    #[test]
    fn a_comment_that_matches_nothing_is_noted() {
        let mut allows = [allow(Some(Span::new(10, 50)))];
        let mut findings = vec![Diagnostic::warning(codes::NO_TARGET, "another code").at(Span::new(20, 25))];
        apply(&mut allows, &mut findings);
        let notes = unused(&allows);
        assert_eq!(notes.len(), 1);
        assert_eq!((notes[0].code, notes[0].severity), (codes::ALLOW, Severity::Note));
    }

    #[test]
    fn a_host_denies_what_nobody_allowed() {
        let mut findings = vec![warning(1), warning(2), Diagnostic::note(codes::UNUSED, "a note")];
        findings[0].allowed = Some("a reason".to_owned());
        let mut switches = Switches {
            deny_warnings: true,
            ..Switches::default()
        };
        switches.apply(&mut findings);
        let errors: Vec<bool> = findings.iter().map(Diagnostic::is_error).collect();
        assert_eq!(errors, [false, true, false]);
        switches.deny.insert(codes::UNUSED);
        switches.apply(&mut findings);
        assert!(findings[2].is_error());
    }

    #[test]
    fn a_host_allows_warnings_and_never_errors() {
        let mut findings = vec![warning(1), Diagnostic::error(codes::NO_OWNER, "made up for this test")];
        let switches = Switches {
            allow: BTreeSet::from([codes::NO_OWNER]),
            deny_warnings: true,
            ..Switches::default()
        };
        switches.apply(&mut findings);
        assert!(findings[0].allowed.is_some() && !findings[0].is_error());
        assert!(findings[1].is_error() && findings[1].allowed.is_none());
    }
}
