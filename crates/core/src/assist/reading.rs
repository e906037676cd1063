//! The words of a card and how they nest, also where the text is broken: a bracket that is never closed ends where the
//! next declaration begins.
//!
//! Imports: script::lexer, diagnostic.

use crate::diagnostic::Span;
use crate::script::lexer::{Token, TokenKind, tokens};

/// No bracket.
pub const NONE: usize = usize::MAX;

/// Where a token stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct State {
    /// The innermost bracket that is open; [`NONE`]: none.
    pub outer: usize,
    /// The first token of its statement.
    pub statement: usize,
    /// The first token of its argument, item or statement.
    pub piece: usize,
    /// The number of that argument or item, from 0.
    pub index: usize,
}

/// A text with its tokens and their nesting.
#[derive(Debug)]
pub struct Reading<'a> {
    /// The text.
    pub text: &'a str,
    tokens: Vec<Token>,
    /// Where each token stands; a bracket stands outside of itself.
    own: Vec<State>,
    /// What is open behind each token.
    after: Vec<State>,
    /// For brackets that open: the first token that is no more inside.
    ends: Vec<usize>,
    /// For brackets that close: the one that they close.
    openings: Vec<usize>,
}

/// Words that begin a statement and stand nowhere else.
const DECLARING: &[&str] = &[
    "scorecard",
    "metric",
    "outcome",
    "score",
    "segment",
    "period",
    "cross",
    "objective",
    "link",
    "journey",
    "initiative",
    "quick_wins",
    "list",
    "alert",
    "test",
    "language",
    "utc_offset",
];

/// Words of the script that begin a statement.
const BEGINNING: &[&str] = &["let", "const", "fn", "import", "export", "for"];

impl<'a> Reading<'a> {
    /// Reads a text.
    pub fn new(text: &'a str) -> Self {
        let tokens = tokens(text);
        let mut reader = Reader {
            text,
            tokens: &tokens,
            stack: Vec::new(),
            at: State {
                outer: NONE,
                statement: 0,
                piece: 0,
                index: 0,
            },
            in_params: false,
            ends: vec![tokens.len(); tokens.len()],
            openings: vec![NONE; tokens.len()],
        };
        let (mut own, mut after) = (Vec::with_capacity(tokens.len()), Vec::with_capacity(tokens.len()));
        for index in 0..tokens.len() {
            own.push(reader.step(index));
            after.push(reader.at);
        }
        let (ends, openings) = (reader.ends, reader.openings);
        Self {
            text,
            tokens,
            own,
            after,
            ends,
            openings,
        }
    }

    /// The tokens.
    pub fn tokens(&self) -> &[Token] {
        &self.tokens
    }

    /// The text of a token; empty beyond the end.
    pub fn word(&self, index: usize) -> &'a str {
        self.tokens
            .get(index)
            .and_then(|token| self.text.get(token.start as usize..token.end as usize))
            .unwrap_or_default()
    }

    /// Whether a token is this symbol or word, and no text in quotes.
    pub fn is(&self, index: usize, word: &str) -> bool {
        self.word(index) == word
    }

    /// Whether a token is a name.
    pub fn is_name(&self, index: usize) -> bool {
        self.kind(index) == Some(TokenKind::Word)
    }

    /// The kind of a token.
    pub fn kind(&self, index: usize) -> Option<TokenKind> {
        self.tokens.get(index).map(|token| token.kind)
    }

    /// The span of a token.
    pub fn span(&self, index: usize) -> Span {
        self.tokens
            .get(index)
            .map_or_else(Span::default, |token| Span::new(token.start, token.end))
    }

    /// The span from the first to the last of some tokens.
    pub fn stretch(&self, (from, to): (usize, usize)) -> Span {
        let last = to.saturating_sub(1).max(from);
        self.span(from).to(self.span(last))
    }

    /// The text of some tokens, with what stands between them.
    pub fn slice(&self, range: (usize, usize)) -> &'a str {
        let span = self.stretch(range);
        self.text
            .get(span.start as usize..span.end as usize)
            .unwrap_or_default()
    }

    /// Where a token stands.
    pub fn state(&self, index: usize) -> State {
        self.own.get(index).copied().unwrap_or(State {
            outer: NONE,
            statement: index,
            piece: index,
            index: 0,
        })
    }

    /// What is open behind a token; `None`: before the first.
    pub fn behind(&self, index: Option<usize>) -> State {
        index.and_then(|index| self.after.get(index)).copied().unwrap_or(State {
            outer: NONE,
            statement: 0,
            piece: 0,
            index: 0,
        })
    }

    /// The first token that is no more inside of a bracket.
    pub fn end(&self, open: usize) -> usize {
        self.ends.get(open).copied().unwrap_or(self.tokens.len())
    }

    /// The token behind a bracket and what closes it.
    pub fn past(&self, open: usize) -> usize {
        let end = self.end(open);
        end + usize::from(self.opening(end) == Some(open))
    }

    /// The bracket that a closing one closes.
    pub fn opening(&self, close: usize) -> Option<usize> {
        self.openings.get(close).copied().filter(|open| *open != NONE)
    }

    /// Whether a token opens a bracket.
    pub fn opens(&self, index: usize) -> bool {
        self.kind(index) == Some(TokenKind::Symbol) && matches!(self.word(index), "(" | "[" | "?[" | "{" | "#{")
    }

    /// The `(` behind a name, where it is called.
    pub fn call(&self, name: usize) -> Option<usize> {
        (self.is_name(name) && self.is(name + 1, "(")).then_some(name + 1)
    }

    /// The pieces between the commas inside of a bracket, each from its first token to the one behind its last.
    pub fn pieces(&self, open: usize) -> Vec<(usize, usize)> {
        let end = self.end(open);
        let mut found = Vec::new();
        let mut at = open + 1;
        let mut begun = at;
        let mut in_params = false;
        while at < end {
            if self.is(at, "|") && self.kind(at) == Some(TokenKind::Symbol) && (at == begun || in_params) {
                in_params = !in_params;
            }
            if self.is(at, ",") && !in_params {
                found.push((begun, at));
                begun = at + 1;
            }
            at = if self.opens(at) {
                self.past(at).max(at + 1)
            } else {
                at + 1
            };
        }
        if begun < end {
            found.push((begun, end));
        }
        found
    }

    /// What a text in quotes says; `None` for anything else.
    pub fn literal(&self, index: usize) -> Option<String> {
        let word = self.word(index);
        match self.kind(index)? {
            TokenKind::Text if word.starts_with('#') => Some(word.trim_matches('#').trim_matches('"').to_owned()),
            TokenKind::Text => Some(unescape(word.get(1..word.len().saturating_sub(1)).unwrap_or_default())),
            TokenKind::Unterminated => Some(unescape(word.get(1..).unwrap_or_default())),
            _ => None,
        }
    }

    /// What a piece says, where it is nothing but a text in quotes.
    pub fn only_literal(&self, (from, to): (usize, usize)) -> Option<String> {
        (to == from + 1).then(|| self.literal(from)).flatten()
    }

    /// The texts of a list that is written at a piece, with their tokens; of one text that one.
    pub fn literals(&self, (from, to): (usize, usize)) -> Vec<(usize, String)> {
        if self.is(from, "[") {
            return self
                .pieces(from)
                .into_iter()
                .filter_map(|piece| Some((piece.0, self.only_literal(piece)?)))
                .collect();
        }
        self.only_literal((from, to))
            .map(|text| (from, text))
            .into_iter()
            .collect()
    }

    /// The settings that follow something which ends before a token: `.label("x").target(4)`, the name of each.
    pub fn chain(&self, mut at: usize) -> Vec<usize> {
        let mut names = Vec::new();
        while matches!(self.word(at), "." | "?.") && self.is_name(at + 1) {
            names.push(at + 1);
            at = match self.call(at + 1) {
                Some(open) => self.past(open),
                None => at + 2,
            };
        }
        names
    }

    /// The token behind the statement that a token belongs to, its `;` included.
    pub fn statement_end(&self, index: usize) -> usize {
        let own = self.state(index);
        let mut at = index;
        while at < self.tokens.len() {
            let here = self.state(at);
            if here.outer == own.outer && self.is(at, ";") {
                return at + 1;
            }
            if here.statement != own.statement && here.outer == own.outer || at > index && self.leaves(own.outer, at) {
                return at;
            }
            at = if self.opens(at) {
                self.past(at).max(at + 1)
            } else {
                at + 1
            };
        }
        at
    }

    fn leaves(&self, outer: usize, at: usize) -> bool {
        outer != NONE && self.end(outer) <= at
    }

    /// The number of tokens that start before a byte.
    pub fn before(&self, offset: u32) -> usize {
        self.tokens.partition_point(|token| token.start < offset)
    }

    /// Whether a byte lies in a comment.
    pub fn in_comment(&self, offset: u32) -> bool {
        let last = self.before(offset).checked_sub(1);
        let from = last.and_then(|last| self.tokens.get(last)).map_or(0, |token| token.end);
        if from > offset {
            return false;
        }
        let gap = self.text.get(from as usize..offset as usize).unwrap_or_default();
        ends_in_comment(gap)
    }
}

/// Whether white space and comments end inside of a comment.
pub fn ends_in_comment(gap: &str) -> bool {
    let mut rest = gap;
    loop {
        let line = rest.find("//");
        let block = rest.find("/*");
        match (line, block) {
            (None, None) => return false,
            (Some(line), block) if block.is_none_or(|block| line < block) => {
                let behind = rest.get(line..).unwrap_or_default();
                let Some(end) = behind.find(['\n', '\r']) else {
                    return true;
                };
                rest = behind.get(end..).unwrap_or_default();
            }
            (_, Some(block)) => {
                let behind = rest.get(block..).unwrap_or_default();
                let Some(end) = block_end(behind) else { return true };
                rest = behind.get(end..).unwrap_or_default();
            }
            (Some(_), None) => return false,
        }
    }
}

/// The length of a block comment, comments inside of it included; `None` where it never ends.
pub fn block_end(text: &str) -> Option<usize> {
    let (mut at, mut depth) = (0, 0_usize);
    loop {
        let rest = text.get(at..)?;
        if rest.starts_with("/*") {
            (depth, at) = (depth + 1, at + 2);
        } else if rest.starts_with("*/") {
            (depth, at) = (depth.saturating_sub(1), at + 2);
        } else {
            at += rest.chars().next()?.len_utf8();
        }
        if depth == 0 {
            return Some(at);
        }
    }
}

fn unescape(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some('n') => plain.push('\n'),
                Some('t') => plain.push('\t'),
                Some('r') => plain.push('\r'),
                Some(other) => plain.push(other),
                None => {}
            },
            other => plain.push(other),
        }
    }
    plain
}

struct Frame {
    open: usize,
    /// Where the bracket itself stands.
    outside: State,
    in_params: bool,
}

struct Reader<'a> {
    text: &'a str,
    tokens: &'a [Token],
    stack: Vec<Frame>,
    at: State,
    /// Between the bars of a closure's parameters.
    in_params: bool,
    ends: Vec<usize>,
    openings: Vec<usize>,
}

impl Reader<'_> {
    fn word(&self, index: usize) -> &str {
        self.tokens
            .get(index)
            .and_then(|token| self.text.get(token.start as usize..token.end as usize))
            .unwrap_or_default()
    }

    /// Takes a token in; says where it stands.
    fn step(&mut self, index: usize) -> State {
        if self.begins_statement(index) {
            self.leave_brackets(index);
            self.begin_statement(index);
        }
        let symbol = self
            .tokens
            .get(index)
            .is_some_and(|token| token.kind == TokenKind::Symbol);
        let word = if symbol { self.word(index) } else { "" };
        match word {
            "(" | "[" | "?[" | "#{" | "{" => {
                let own = self.at;
                let block = word == "{";
                self.stack.push(Frame {
                    open: index,
                    outside: own,
                    in_params: self.in_params,
                });
                self.at = State {
                    outer: index,
                    statement: if block { index + 1 } else { own.statement },
                    piece: index + 1,
                    index: 0,
                };
                self.in_params = false;
                own
            }
            ")" | "]" | "}" => {
                self.close(index);
                let own = self.at;
                if self.word(index) == "}" && self.ends_block_statement(index) {
                    self.begin_statement(index + 1);
                }
                own
            }
            ";" => {
                self.leave_brackets(index);
                let own = self.at;
                self.begin_statement(index + 1);
                own
            }
            "," if !self.in_params => {
                let own = self.at;
                self.at.piece = index + 1;
                self.at.index += 1;
                own
            }
            "|" if index == self.at.piece || self.in_params => {
                self.in_params = !self.in_params;
                self.at
            }
            _ => self.at,
        }
    }

    fn begin_statement(&mut self, index: usize) {
        self.at.statement = index;
        self.at.piece = index;
        self.at.index = 0;
        self.in_params = false;
    }

    /// Whether a statement must begin here, whatever is open.
    fn begins_statement(&self, index: usize) -> bool {
        let Some(token) = self.tokens.get(index).filter(|token| token.kind == TokenKind::Word) else {
            return false;
        };
        let before = index.checked_sub(1).and_then(|before| self.tokens.get(before));
        let from = before.map_or(0, |token| token.end as usize);
        let gap = self.text.get(from..token.start as usize).unwrap_or_default();
        let line_start = gap.contains('\n') || from == 0;
        if !line_start
            || index
                .checked_sub(1)
                .is_some_and(|before| matches!(self.word(before), "." | "?." | "::"))
        {
            return false;
        }
        let word = self.word(index);
        if BEGINNING.contains(&word) {
            return true;
        }
        let called = self.word(index + 1) == "(";
        let indented = !gap.ends_with('\n') && from != 0;
        // `survey.column(..)` at the very start of a line goes on with nothing that stands before it.
        let member = !indented && self.word(index + 1) == "." && self.open_in_line_above(index);
        called && DECLARING.contains(&word) || member
    }

    /// Whether a round or square bracket is open that no block lies in.
    fn open_in_line_above(&self, index: usize) -> bool {
        self.stack.last().is_some_and(|frame| self.word(frame.open) == "(")
            && index
                .checked_sub(1)
                .is_some_and(|before| !matches!(self.word(before), "(" | "," | "[" | "|" | "+" | "-" | "*" | "/"))
    }

    /// Ends brackets that are open, down to the block around them.
    fn leave_brackets(&mut self, index: usize) {
        while let Some(frame) = self.stack.last() {
            if self.word(frame.open) == "{" {
                return;
            }
            self.pop(index);
        }
    }

    fn pop(&mut self, index: usize) {
        if let Some(frame) = self.stack.pop() {
            if let Some(end) = self.ends.get_mut(frame.open) {
                *end = index;
            }
            self.at = frame.outside;
            self.in_params = frame.in_params;
        }
    }

    /// Ends the bracket that this one closes, and those inside of it that were never closed.
    fn close(&mut self, index: usize) {
        let fits = |open: &str| match self.word(index) {
            ")" => open == "(",
            "]" => matches!(open, "[" | "?["),
            _ => matches!(open, "{" | "#{"),
        };
        let curly = self.word(index) == "}";
        let mut depth = 0;
        let mut found = None;
        for frame in self.stack.iter().rev() {
            let open = self.word(frame.open);
            depth += 1;
            if fits(open) {
                found = Some(depth);
                break;
            }
            if open == "{" && !curly {
                break;
            }
        }
        let Some(depth) = found else { return };
        let partner = self.stack.len().checked_sub(depth).and_then(|at| self.stack.get(at));
        if let (Some(frame), Some(opening)) = (partner, self.openings.get_mut(index)) {
            *opening = frame.open;
        }
        for _ in 0..depth {
            self.pop(index);
        }
    }

    /// Whether the `}` at a token ends its statement, as that of a loop or a function does.
    fn ends_block_statement(&self, index: usize) -> bool {
        let in_block = self.stack.last().is_none_or(|frame| self.word(frame.open) == "{");
        let next = self.tokens.get(index + 1).map_or("", |_| self.word(index + 1));
        let goes_on = matches!(next, "." | "?." | ";" | ")" | "]" | "," | "else" | "}" | "[" | "(")
            || self
                .tokens
                .get(index + 1)
                .is_some_and(|token| token.kind == TokenKind::Symbol && next != "{");
        in_block && !goes_on
    }
}
