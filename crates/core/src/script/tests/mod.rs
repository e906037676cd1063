//! The language as a whole: every example, every card of the trial, every mistake.

mod cards;
mod language;
mod mistakes;
mod words;

use super::{Compiled, Compiler, Source};
use crate::definition::Scorecard;
use crate::diagnostic::Diagnostic;
use crate::limits::Limits;

/// Compiles a card without modules.
fn compile(text: &str) -> Compiled {
    compile_with(text, &[])
}

fn compile_with(text: &str, modules: &[(String, String)]) -> Compiled {
    let source = Source {
        name: "card",
        text,
        modules,
        params: &[],
    };
    Compiler::new(Limits::default()).compile(&source)
}

/// A card that must have no errors.
fn card(text: &str) -> Scorecard {
    let compiled = compile(text);
    let errors: Vec<&Diagnostic> = compiled.diagnostics.iter().filter(|d| d.is_error()).collect();
    assert!(errors.is_empty(), "{errors:#?}\n{text}");
    compiled.scorecard.unwrap()
}

/// What a diagnostic points at.
fn at<'a>(text: &'a str, diagnostic: &Diagnostic) -> &'a str {
    diagnostic
        .span
        .map_or("", |span| &text[span.start as usize..span.end as usize])
}
