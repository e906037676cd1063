//! Findings that travel with the report.

use bellwether::diagnostic::{Code, Diagnostic, Severity};
use bellwether::report::Report;

use crate::document::{Block, Document, Run, Tone};

pub(crate) fn notes(report: &Report) -> Document {
    let told = report.diagnostics.iter().filter(|diagnostic| diagnostic.is_told());
    // What to do is said once where several findings have the same way out.
    let mut said: Vec<(Code, &str)> = Vec::new();
    let mut items = Vec::new();
    for diagnostic in told {
        let help = diagnostic.help.as_deref().filter(|help| {
            let new = !said.contains(&(diagnostic.code, help));
            if new {
                said.push((diagnostic.code, help));
            }
            new
        });
        items.push(note(diagnostic, help));
    }
    let allowed = report
        .diagnostics
        .iter()
        .filter(|diagnostic| !diagnostic.is_told())
        .count();
    if allowed > 0 {
        let words = if allowed == 1 {
            "1 finding is"
        } else {
            &format!("{allowed} findings are")
        };
        items.push(vec![Run::new(
            format!("{words} allowed, and not told here"),
            Tone::Muted,
        )]);
    }
    if items.is_empty() {
        return Vec::new();
    }
    vec![Block::Heading("Notes".to_owned()), Block::Items(items)]
}

fn note(diagnostic: &Diagnostic, help: Option<&str>) -> Vec<Run> {
    let tone = match diagnostic.severity {
        Severity::Error => Tone::Bad,
        Severity::Warning => Tone::Warn,
        Severity::Note => Tone::Muted,
    };
    let help = help.map(|help| format!(" ({help})")).unwrap_or_default();
    vec![
        Run::new(diagnostic.code.to_string(), tone),
        Run::plain(format!(" {}{help}", diagnostic.message)),
    ]
}
