//! A name that nothing declares, and what the text declares.
//!
//! Imports: diagnostic, script::lexer.

use super::Place;
use crate::diagnostic::{Diagnostic, codes, nearest};
use crate::script::lexer::TokenKind;

impl<'a> Place<'a> {
    pub(super) fn unknown_name(&self, name: &str) -> Diagnostic {
        let diagnostic = Diagnostic::error(codes::UNKNOWN_NAME, format!("unknown name `{name}`")).at(self.span);
        if self.text(self.at + 1) == "=" && self.unclosed().is_some_and(|open| self.text(open) == "(") {
            return Diagnostic::error(codes::SYNTAX, "a setting has no `=` in parentheses")
                .at(self.span_of(self.at + 1))
                .help("chain it: `metric(..).target(40)`; to compare, write `==`");
        }
        let declared = self.declared();
        if self.text(self.at + 1) == "." && declared.iter().any(|(known, how)| *known == name && *how == "as") {
            let function = self.text(self.at + 2);
            let span = self.span.to(self.span_of(self.at + 2));
            let written = format!("{name}::{function}");
            return Diagnostic::error(codes::UNKNOWN_NAME, format!("`{name}` is a module"))
                .at(span)
                .help(format!("an import's function is `{written}(..)`"))
                .fix(span, written);
        }
        if declared.iter().any(|(known, _)| *known == name) {
            return match self.enclosing_function() {
                Some(function) => diagnostic.help(format!(
                    "a function does not see the names outside: hand it over, as in `fn {function}({name}) {{ .. }}` and `{function}({name})`"
                )),
                None => diagnostic.help("it is declared only further down: move its `let` up"),
            };
        }
        match nearest(name, declared.iter().map(|(known, _)| *known)) {
            Some(known) => diagnostic
                .help(format!("did you mean `{known}`?"))
                .fix(self.span, known),
            None => diagnostic.help(format!(
                "declare it first: `let {name} = ..;`, or put text in double quotes: `\"{name}\"`"
            )),
        }
    }

    pub(super) fn is_declared(&self, name: &str) -> bool {
        self.declared().iter().any(|(known, _)| *known == name)
    }

    /// Names that the text declares, with the word before each.
    pub(super) fn declared(&self) -> Vec<(&'a str, &'a str)> {
        let mut found: Vec<(&str, &str)> = (1..self.tokens.len())
            .filter(|index| self.kind(*index) == Some(TokenKind::Word))
            .map(|index| (self.text(index), self.text(index - 1)))
            .filter(|(_, before)| matches!(*before, "let" | "const" | "for" | "as"))
            .collect();
        // What a function around the error takes.
        if let Some(fn_at) = self.function_around() {
            let close = self
                .tokens
                .get(fn_at + 2)
                .and_then(|token| token.partner)
                .map_or(fn_at, |close| close as usize);
            found.extend(
                (fn_at + 3..close)
                    .filter(|index| self.kind(*index) == Some(TokenKind::Word))
                    .map(|index| (self.text(index), "fn")),
            );
        }
        found
    }

    /// Index of the `fn` in whose body the error stands.
    pub(super) fn function_around(&self) -> Option<usize> {
        (0..self.at.min(self.tokens.len()))
            .rev()
            .filter(|index| self.text(*index) == "fn")
            .find(|index| {
                let close = self
                    .tokens
                    .get(index + 2)
                    .and_then(|token| token.partner)
                    .map(|close| close as usize);
                let body = close
                    .and_then(|close| self.tokens.get(close + 1))
                    .filter(|token| self.positions.text_of(token) == "{");
                body.is_some_and(|body| body.partner.is_none_or(|end| end as usize > self.at))
            })
    }

    pub(super) fn enclosing_function(&self) -> Option<&'a str> {
        self.function_around().map(|index| self.text(index + 1))
    }
}
