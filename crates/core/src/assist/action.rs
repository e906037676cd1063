//! What an editor can do about a finding: the repair that it carries, what its way out asks to write, and the comment that
//! allows it.
//!
//! Imports: diagnostic, assist.

use super::declared::{Card, Symbol};
use super::hover::NAMED;
use super::wire::{Action, Edit};
use crate::diagnostic::{Code, Diagnostic, Severity, Span, codes};

/// Settings that a finding asks for: what the offer says, what is written; the first that fits best.
const SETTINGS: &[(Code, &[(&str, &str)])] = &[
    (
        codes::DRIVES_NOTHING,
        &[("say why it drives no outcome", ".no_outcome(\"\")")],
    ),
    (codes::NO_OWNER, &[("name an owner", ".owner(\"\")")]),
    (
        codes::NO_TARGET,
        &[
            ("say why it has no target", ".no_target(\"\")"),
            ("set a target", ".target()"),
        ],
    ),
];

/// What can be done about a finding, best first. Nothing about findings in modules, whose text is not at hand.
pub(super) fn actions(card: &Card<'_, '_>, finding: &Diagnostic) -> Vec<Action> {
    let mut found = Vec::new();
    if let Some(fix) = finding.fix.as_ref().filter(|fix| fix.span.source == 0) {
        found.push(Action {
            title: format!("change to `{}`", fix.replacement.trim_matches('"')),
            edits: vec![Edit {
                span: fix.span,
                text: fix.replacement.clone(),
            }],
        });
    }
    let Some(span) = finding
        .span
        .filter(|span| span.source == 0 && (span.end as usize) <= card.reading().text.len())
    else {
        return found;
    };
    let asked = SETTINGS.iter().find(|(code, _)| *code == finding.code);
    if let (Some((_, settings)), Some(symbol)) = (asked, card.symbol_at(span)) {
        found.extend(settings.iter().map(|(title, text)| Action {
            title: (*title).to_owned(),
            edits: vec![card.setting_added(symbol, text)],
        }));
        if finding.code == codes::DRIVES_NOTHING {
            for (outcome, _) in card.named(super::wire::DeclaredKind::Outcome).into_iter().take(3) {
                found.insert(
                    0,
                    Action {
                        title: format!("say that it drives `{outcome}`"),
                        edits: vec![
                            card.setting_added(symbol, &format!(".drives(\"{}\")", super::complete::escape(&outcome))),
                        ],
                    },
                );
            }
        }
    }
    if finding.severity != Severity::Error && finding.code != codes::ALLOW {
        found.push(card.allowed(finding.code, span));
    }
    found
}

impl Card<'_, '_> {
    /// The metric, outcome or score whose statement a span lies in.
    fn symbol_at(&self, span: Span) -> Option<&Symbol> {
        let reading = self.reading();
        self.symbols.iter().find(|symbol| {
            let whole = reading.stretch((symbol.word, reading.statement_end(symbol.word)));
            NAMED.contains(&symbol.kind) && whole.start <= span.start && span.end <= whole.end
        })
    }

    /// A setting behind the last of a symbol.
    fn setting_added(&self, symbol: &Symbol, text: &str) -> Edit {
        let reading = self.reading();
        let last = symbol.chain.last().copied().unwrap_or(symbol.word);
        let end = reading.call(last).map_or(last + 1, |open| reading.past(open));
        let at = reading.span(end.saturating_sub(1)).end;
        Edit {
            span: Span::new(at, at),
            text: text.to_owned(),
        }
    }

    /// The comment above the statement.
    fn allowed(&self, code: Code, span: Span) -> Action {
        let reading = self.reading();
        let token = reading.before(span.start.saturating_add(1)).saturating_sub(1);
        let statement = reading.span(reading.state(token).statement.min(token)).start;
        let head = reading.text.get(..statement as usize).unwrap_or_default();
        let line = head.rfind('\n').map_or(0, |end| end + 1);
        let indent = head.get(line..).unwrap_or_default();
        let indent = if indent.trim().is_empty() { indent } else { "" };
        Action {
            title: format!("allow {code} here"),
            edits: vec![Edit {
                span: Span::new(line as u32, line as u32),
                text: format!("{indent}// bellwether: allow {code} \n"),
            }],
        }
    }
}
