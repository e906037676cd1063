//! Slips that are known by their words, whatever Rhai makes of them: words and symbols of other languages, quotes, lists
//! in parentheses, names that cannot be written.
//!
//! Imports: diagnostic, script::lexer.

use rhai::ParseErrorType;

use super::{FOREIGN, FOREIGN_SYMBOLS, Place, is_keyword};
use crate::diagnostic::{Diagnostic, Span, codes};
use crate::script::lexer::TokenKind;

impl Place<'_> {
    /// A slip that is known by its words, whatever Rhai makes of it.
    pub(super) fn slip(&self) -> Option<Diagnostic> {
        self.statement()
            .find_map(|index| self.wrong_token(index))
            .or_else(|| self.foreign_word(self.at))
            .or_else(|| self.at.checked_sub(1).and_then(|index| self.foreign_word(index)))
            .or_else(|| self.list_in_parentheses())
            .or_else(|| self.reserved_name())
            .or_else(|| self.spaced_name())
            .or_else(|| self.equals_sign())
    }

    /// A token that is wrong wherever it stands.
    pub(super) fn wrong_token(&self, index: usize) -> Option<Diagnostic> {
        let token = self.tokens.get(index)?;
        let (text, span) = (self.text(index), self.span_of(index));
        let syntax = |message: String| Diagnostic::error(codes::SYNTAX, message).at(span);
        match token.kind {
            TokenKind::Quoted => {
                let inner = text.trim_matches('\'');
                (inner.chars().count() != 1).then(|| {
                    let written = format!("\"{}\"", inner.replace('"', "\\\""));
                    syntax("text stands in double quotes".to_owned())
                        .help(format!("write `{written}`"))
                        .fix(span, written)
                })
            }
            TokenKind::Unterminated => Some(match text.chars().next() {
                Some('\'') => syntax("a single quote that is never closed".to_owned())
                    .help("text stands in double quotes: `\"West\"`"),
                Some('`') => {
                    syntax("this text in backticks is never closed".to_owned()).help("close it with a backtick")
                }
                _ => syntax("this text is never closed".to_owned())
                    .help("close it with `\"` on the same line; text over several lines stands in backticks"),
            }),
            TokenKind::ForeignWord => {
                let before = index.checked_sub(1).map_or("", |index| self.text(index));
                Some(if before == "." {
                    self.bracketed(index, index, "a name with letters other than a to z")
                } else {
                    syntax(format!("`{text}` has letters other than a to z"))
                        .help("names have the letters a to z, digits and `_`; columns may be written `t[\"größe\"]`")
                })
            }
            TokenKind::Symbol => {
                let (_, ours) = FOREIGN_SYMBOLS.iter().find(|(theirs, _)| *theirs == text)?;
                Some(
                    syntax(format!("`{text}` is not known here"))
                        .help(format!("write `{ours}`"))
                        .fix(span, *ours),
                )
            }
            TokenKind::Word | TokenKind::Number | TokenKind::Text | TokenKind::Template => None,
        }
    }

    /// `and`, `null`, `def`: a word of another language at the error.
    pub(super) fn foreign_word(&self, index: usize) -> Option<Diagnostic> {
        if self.kind(index) != Some(TokenKind::Word) {
            return None;
        }
        let word = self.text(index);
        let before = index.checked_sub(1).map_or("", |index| self.text(index));
        let lower = word.to_lowercase();
        let (_, ours) = FOREIGN.iter().find(|(theirs, _)| *theirs == lower)?;
        // `is_none` of a word that is fine: a column `t.none`, a declared name, the word itself.
        let declared = matches!(before, "." | "let" | "const" | "fn" | "for" | "|" | "::");
        if declared || *ours == word || self.is_declared(word) {
            return None;
        }
        let span = self.span_of(index);
        let diagnostic = Diagnostic::error(codes::SYNTAX, format!("`{word}` is not a word of the language")).at(span);
        Some(match *ours {
            "()" => diagnostic.help("a missing value is asked for with `is_missing(r.plan)`, and written `()`"),
            "!" => diagnostic
                .help("write `!` directly before what is denied: `!(r.score > 2)`")
                .fix(span, "!"),
            "{" => diagnostic.help("write `if r.score > 2 { \"high\" } else { \"low\" }`"),
            "fn" => diagnostic.help("write `fn late(o) { o.days > 3 }`").fix(span, "fn"),
            ours => diagnostic.help(format!("write `{ours}`")).fix(span, ours),
        })
    }

    /// `x in (3, 5)`.
    pub(super) fn list_in_parentheses(&self) -> Option<Diagnostic> {
        let open = self
            .unclosed()
            .filter(|open| self.text(*open) == "(" && *open > 0 && matches!(self.text(open - 1), "in" | "!in"))?;
        if self.text(self.at) != "," {
            return None;
        }
        let close = self.tokens.get(open).and_then(|token| token.partner)? as usize;
        let span = self.span_of(open).to(self.span_of(close));
        let inner = self.positions.snippet(Span {
            start: span.start + 1,
            end: span.end.saturating_sub(1),
            ..span
        });
        let written = format!("[{inner}]");
        Some(
            Diagnostic::error(codes::SYNTAX, "a list stands in square brackets")
                .at(span)
                .help(format!("write `{} {written}`", self.text(open - 1)))
                .fix(span, written),
        )
    }

    /// `t.case`, `let default = 1`.
    pub(super) fn reserved_name(&self) -> Option<Diagnostic> {
        let word = self.text(self.at);
        let is_name = self.kind(self.at) == Some(TokenKind::Word);
        let reserved = match self.error.err_type() {
            ParseErrorType::Reserved(_) => is_name,
            ParseErrorType::PropertyExpected | ParseErrorType::VariableExpected => is_name && is_keyword(word),
            _ => false,
        };
        if !reserved {
            return None;
        }
        if matches!(self.before(1), "." | "?.") {
            return Some(if self.text(self.at + 1) == "(" {
                self.syntax(format!("`{word}` is reserved and is no setting"))
                    .help("the reference lists the settings of everything that can be declared")
            } else {
                self.bracketed(self.at, self.at, &format!("`{word}` is reserved"))
            });
        }
        if matches!(self.text(self.at + 1), ":") {
            let written = format!("\"{word}\"");
            return Some(
                self.syntax(format!("`{word}` is reserved"))
                    .help(format!("in a map, write `{written}: ..`"))
                    .fix(self.span, written),
            );
        }
        Some(
            self.syntax(format!("`{word}` is reserved"))
                .help(format!("take another name, such as `{word}_`")),
        )
    }

    /// `status.Churn Value`: a column whose name has a space.
    pub(super) fn spaced_name(&self) -> Option<Diagnostic> {
        let missing = matches!(
            self.error.err_type(),
            ParseErrorType::MissingToken(..) | ParseErrorType::BadInput(_)
        );
        let joins = |index: usize| {
            let (left, right) = (self.tokens.get(index)?, self.tokens.get(index + 1)?);
            let between = self.positions.text().get(left.end as usize..right.start as usize)?;
            let words = left.kind == TokenKind::Word && matches!(right.kind, TokenKind::Word | TokenKind::Number);
            (words
                && !between.is_empty()
                && between.bytes().all(|byte| byte == b' ')
                && !is_keyword(self.text(index + 1)))
            .then_some(())
        };
        if !missing {
            return None;
        }
        let mut first = self.at.checked_sub(1)?;
        joins(first)?;
        while first > 0 && joins(first - 1).is_some() {
            first -= 1;
        }
        let mut last = self.at;
        while joins(last).is_some() {
            last += 1;
        }
        (first.checked_sub(1).is_some_and(|dot| self.text(dot) == "."))
            .then(|| self.bracketed(first, last, "the name of a column with a space stands in brackets"))
    }

    /// A diagnostic whose way out is `t["name"]` for a name behind a dot.
    pub(super) fn bracketed(&self, first: usize, last: usize, message: &str) -> Diagnostic {
        let dot = first.saturating_sub(1);
        let span = self.span_of(first).to(self.span_of(last));
        let name = self.positions.snippet(span);
        let written = format!("[\"{name}\"]");
        let owner = dot
            .checked_sub(1)
            .filter(|owner| self.kind(*owner) == Some(TokenKind::Word))
            .map_or("t", |owner| self.text(owner));
        Diagnostic::error(codes::SYNTAX, message)
            .at(span)
            .help(format!("write `{owner}{written}`"))
            .fix(self.span_of(dot).to(span), written)
    }

    /// `if a = b`.
    pub(super) fn equals_sign(&self) -> Option<Diagnostic> {
        if self.text(self.at) != "=" {
            return None;
        }
        Some(
            match self
                .unclosed()
                .filter(|open| self.text(*open) == "(" || self.text(*open) == "[")
            {
                Some(open)
                    if self.kind(open.checked_sub(1)?) == Some(TokenKind::Word)
                        && self.text(self.at - 1) != ")"
                        && !self.in_closure(open) =>
                {
                    self.syntax("a setting has no `=` in parentheses")
                        .help("chain it: `metric(..).target(40)`; to compare, write `==`")
                }
                _ => self
                    .syntax("`=` changes a value")
                    .help("to compare, write `==`")
                    .fix(self.span, "=="),
            },
        )
    }

    pub(super) fn in_closure(&self, open: usize) -> bool {
        (open..self.at).any(|index| self.text(index) == "|")
    }
}
