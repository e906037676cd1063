//! Exact places: Rhai tells where something starts, as line and column; this finds where it ends, in bytes.
//!
//! Imports: diagnostic. Never: definition, the engine.

use std::sync::Arc;

use rhai::Position;

use super::lexer::{Token, TokenKind, tokens};
use crate::diagnostic::Span;

/// The words of one source text with their places.
#[derive(Debug, Clone)]
pub struct Positions {
    source: u16,
    text: Arc<str>,
    lines: Vec<Line>,
    tokens: Vec<Token>,
}

/// A line of the text. Its characters are found without walking over all of it: a card may be one long line.
#[derive(Debug, Clone)]
struct Line {
    /// First byte.
    start: u32,
    /// First byte of every 64th character; empty where every character is one byte.
    marks: Vec<u32>,
}

/// Characters between two marks of a line.
const STRIDE: usize = 64;

impl Line {
    fn new(start: usize, text: &str) -> Self {
        let marks = if text.is_ascii() {
            Vec::new()
        } else {
            text.char_indices()
                .step_by(STRIDE)
                .map(|(at, _)| (start + at) as u32)
                .collect()
        };
        Self {
            start: start as u32,
            marks,
        }
    }
}

impl Positions {
    /// Reads a text; `source` is its number in `Scorecard::sources`.
    #[must_use]
    pub fn new(source: u16, text: &str) -> Self {
        let mut start = 0;
        let lines = text
            .split_inclusive('\n')
            .chain(text.ends_with('\n').then_some(""))
            .map(|line| {
                let from = start;
                start += line.len();
                Line::new(from, line)
            })
            .collect();
        Self {
            source,
            text: text.into(),
            lines,
            tokens: tokens(text),
        }
    }

    /// The number of the source.
    #[must_use]
    pub const fn source(&self) -> u16 {
        self.source
    }

    /// The whole text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The text of a span.
    #[must_use]
    pub fn snippet(&self, span: Span) -> &str {
        self.text
            .get(span.start as usize..span.end as usize)
            .unwrap_or_default()
    }

    /// The tokens, in order; comments and white space left out.
    #[must_use]
    pub fn tokens(&self) -> &[Token] {
        &self.tokens
    }

    /// The span of a token.
    #[must_use]
    pub fn span_of(&self, token: &Token) -> Span {
        self.span(token.start, token.end)
    }

    /// The text of a token.
    #[must_use]
    pub fn text_of(&self, token: &Token) -> &str {
        self.text
            .get(token.start as usize..token.end as usize)
            .unwrap_or_default()
    }

    pub(super) const fn span(&self, start: u32, end: u32) -> Span {
        Span {
            source: self.source,
            start,
            end,
        }
    }

    /// The byte where a position points; the end of the text where it points nowhere.
    #[must_use]
    pub fn offset(&self, position: Position) -> u32 {
        let end = self.text.len() as u32;
        let Some(line) = position.line() else { return end };
        let Some(line) = self.lines.get(line - 1) else {
            return end;
        };
        let column = position.position().unwrap_or(1).saturating_sub(1);
        if line.marks.is_empty() {
            return line.start.saturating_add(column as u32).min(end);
        }
        let Some(&mark) = line.marks.get(column / STRIDE) else {
            return end;
        };
        let rest = self.text.get(mark as usize..).unwrap_or_default();
        rest.char_indices()
            .nth(column % STRIDE)
            .map_or(end, |(at, _)| mark + at as u32)
    }

    /// Index of the token that starts at a byte or covers it.
    pub(super) fn index_at(&self, offset: u32) -> Option<usize> {
        let after = self.tokens.partition_point(|token| token.start <= offset);
        let index = after.checked_sub(1)?;
        (self.tokens.get(index)?.end > offset).then_some(index)
    }

    /// Index of the token at a position.
    pub(super) fn index(&self, position: Position) -> Option<usize> {
        if position.is_none() {
            None
        } else {
            self.index_at(self.offset(position))
        }
    }

    /// The token at a position; an empty span where there is none.
    #[must_use]
    pub fn token(&self, position: Position) -> Span {
        match self.index(position).and_then(|index| self.tokens.get(index)) {
            Some(token) => self.span_of(token),
            None => {
                let at = self.offset(position);
                self.span(at, at)
            }
        }
    }

    /// The call whose name stands at a position: `name(..)` with its parentheses.
    #[must_use]
    pub fn call(&self, position: Position) -> Span {
        let name = self.token(position);
        match self.index(position).and_then(|index| self.opening(index)) {
            Some(open) => self.span(name.start, self.closing_end(open).max(name.end)),
            None => name,
        }
    }

    /// The arguments of the call whose name stands at a position, in order; a receiver before the dot is not counted.
    #[must_use]
    pub fn arguments(&self, position: Position) -> Vec<Span> {
        let Some(open) = self.index(position).and_then(|index| self.opening(index)) else {
            return Vec::new();
        };
        let Some(close) = self.tokens.get(open).and_then(|token| token.partner) else {
            return Vec::new();
        };
        let mut found = Vec::new();
        let mut first = open + 1;
        let mut at = first;
        while at <= close as usize {
            let Some(token) = self.tokens.get(at) else { break };
            if at == close as usize || self.text_of(token) == "," {
                if let (true, Some(from), Some(to)) = (at > first, self.tokens.get(first), self.tokens.get(at - 1)) {
                    found.push(self.span(from.start, to.end));
                }
                first = at + 1;
            } else if self.is_closure_start(at) {
                // `|a, b|`: its commas do not separate arguments.
                at = self.closure_params_end(at);
            } else if let Some(partner) = token.partner.filter(|partner| *partner as usize > at) {
                at = partner as usize;
            }
            at += 1;
        }
        found
    }

    /// The n-th argument (from 0) of the call whose name stands at a position; the whole call where there is none.
    #[must_use]
    pub fn argument(&self, position: Position, n: usize) -> Span {
        self.arguments(position)
            .get(n)
            .copied()
            .unwrap_or_else(|| self.call(position))
    }

    /// The name that the `let` or `const` statement at a byte declares.
    #[must_use]
    pub fn let_name(&self, start: u32) -> Option<Span> {
        let index = self.index_at(start)?;
        let rest = self.tokens.get(index..)?;
        let at = rest
            .iter()
            .take(2)
            .position(|token| matches!(self.text_of(token), "let" | "const"))?;
        rest.get(at + 1)
            .filter(|token| token.kind == TokenKind::Word)
            .map(|token| self.span_of(token))
    }

    /// The place behind the last token before a position: where a missing `;` belongs.
    #[must_use]
    pub fn end_before(&self, position: Position) -> Span {
        let offset = self.offset(position);
        let after = self.tokens.partition_point(|token| token.start < offset);
        match after.checked_sub(1).and_then(|index| self.tokens.get(index)) {
            Some(token) => self.span(token.end.saturating_sub(1), token.end),
            None => self.span(offset, offset),
        }
    }

    /// Index of the `(` that follows the name at a token.
    fn opening(&self, name: usize) -> Option<usize> {
        let mut index = name + 1;
        if self.tokens.get(index).is_some_and(|token| self.text_of(token) == "!") {
            index += 1;
        }
        (self.text_of(self.tokens.get(index)?) == "(").then_some(index)
    }

    /// Last byte of the bracket that closes the one at `open`; of the text where it is never closed.
    pub(super) fn closing_end(&self, open: usize) -> u32 {
        self.tokens
            .get(open)
            .and_then(|token| token.partner)
            .and_then(|partner| self.tokens.get(partner as usize))
            .map_or(self.text.len() as u32, |token| token.end)
    }

    /// Whether the `|` at a token opens the parameters of a closure: nothing that has a value stands before it.
    fn is_closure_start(&self, index: usize) -> bool {
        let Some(token) = self.tokens.get(index) else {
            return false;
        };
        if self.text_of(token) != "|" {
            return false;
        }
        match index.checked_sub(1).and_then(|before| self.tokens.get(before)) {
            Some(before) => {
                before.kind == TokenKind::Symbol && !matches!(self.text_of(before), ")" | "]" | "}")
                    || matches!(self.text_of(before), "return" | "in")
            }
            None => true,
        }
    }

    /// Index of the `|` that ends the parameters opened at a token.
    fn closure_params_end(&self, open: usize) -> usize {
        let rest = self.tokens.get(open + 1..).unwrap_or_default();
        rest.iter()
            .position(|token| self.text_of(token) == "|")
            .map_or(open, |at| open + 1 + at)
    }

    /// Index of the `{` behind the parameters of the closure at a position, where its body is a block.
    pub(super) fn closure_block(&self, position: Position) -> Option<usize> {
        let open = self.index(position)?;
        let behind = if self.text_of(self.tokens.get(open)?) == "||" {
            open
        } else {
            self.closure_params_end(open)
        } + 1;
        (self.text_of(self.tokens.get(behind)?) == "{").then_some(behind)
    }

    /// The span from one token to another, widened until every bracket in it has its partner.
    pub(super) fn cover(&self, first: usize, last: usize) -> Span {
        let (mut first, mut last) = (first.min(last), last.max(first));
        let (mut checked_first, mut checked_last) = (last + 1, last);
        // Each round looks only at tokens that were added.
        loop {
            let (low, high) = (first, last);
            let fresh = (low..checked_first).chain(checked_last + 1..high + 1);
            for index in fresh {
                if let Some(partner) = self.tokens.get(index).and_then(|token| token.partner) {
                    first = first.min(partner as usize);
                    last = last.max(partner as usize);
                }
            }
            if (first, last) == (low, high) {
                break;
            }
            (checked_first, checked_last) = (low, high);
        }
        match (self.tokens.get(first), self.tokens.get(last)) {
            (Some(from), Some(to)) => self.span(from.start, to.end),
            _ => self.span(0, 0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(text: &str, word: &str) -> Position {
        let at = text.find(word).unwrap();
        let line = text[..at].matches('\n').count() + 1;
        let column = text[..at].rsplit('\n').next().unwrap().chars().count() + 1;
        Position::new(line as u16, column as u16)
    }

    #[test]
    fn a_position_counts_characters_and_a_span_counts_bytes() {
        let text = "// größe\nlet ü = \"ß\"; owner(\"Zoë\", 2)";
        let positions = Positions::new(3, text);
        let call = positions.call(find(text, "owner"));
        assert_eq!(call.source, 3);
        assert_eq!(positions.snippet(call), "owner(\"Zoë\", 2)");
        assert_eq!(positions.snippet(positions.argument(find(text, "owner"), 0)), "\"Zoë\"");
        assert_eq!(positions.snippet(positions.argument(find(text, "owner"), 1)), "2");
        assert_eq!(positions.argument(find(text, "owner"), 2), call);
    }

    #[test]
    fn every_character_of_a_long_line_is_found() {
        for text in ["aé".repeat(300), "ab".repeat(300), format!("é\n{}\n", "x".repeat(200))] {
            let positions = Positions::new(0, &text);
            let (mut line, mut column) = (1, 1);
            for (at, c) in text.char_indices() {
                assert_eq!(positions.offset(Position::new(line, column)), at as u32);
                (line, column) = if c == '\n' { (line + 1, 1) } else { (line, column + 1) };
            }
            assert_eq!(positions.offset(Position::new(line, column)), text.len() as u32);
        }
        assert_eq!(Positions::new(0, "").offset(Position::new(1, 1)), 0);
    }

    #[test]
    fn arguments_hold_closures_brackets_and_templates() {
        let text = "cap(40, |m, n| f(m, n), [1, 2], #{ a: 1, b: 2 }, `x${g(1, 2)}, y`, a | b, )";
        let positions = Positions::new(0, text);
        let arguments = positions.arguments(find(text, "cap"));
        let words: Vec<&str> = arguments.iter().map(|span| positions.snippet(*span)).collect();
        assert_eq!(
            words,
            [
                "40",
                "|m, n| f(m, n)",
                "[1, 2]",
                "#{ a: 1, b: 2 }",
                "`x${g(1, 2)}, y`",
                "a | b"
            ]
        );
        assert!(Positions::new(0, "x()").arguments(find("x()", "x")).is_empty());
    }

    #[test]
    fn a_missing_semicolon_belongs_to_the_line_before() {
        let text = "let a = 1 // one\n\nlet b = 2;";
        let positions = Positions::new(0, text);
        let place = positions.end_before(find(text, "let b"));
        assert_eq!(positions.snippet(place), "1");
        assert_eq!(positions.let_name(0).map(|span| positions.snippet(span)), Some("a"));
        assert_eq!(positions.let_name(5), None);
    }

    #[test]
    fn a_cover_closes_every_bracket() {
        let text = "(a + b) * f(c, (d))";
        let positions = Positions::new(0, text);
        let a = positions.index(find(text, "a")).unwrap();
        let c = positions.index(find(text, "c,")).unwrap();
        assert_eq!(positions.snippet(positions.cover(a, a)), "a");
        assert_eq!(positions.snippet(positions.cover(a, c)), text);
    }
}
