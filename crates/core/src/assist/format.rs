//! A formatter: it changes white space between words and nothing else, keeps the author's line ends and at most one blank
//! line, gives each statement its line, indents by four and breaks chains of settings that are too long for a line.
//!
//! Imports: script::lexer, assist::{reading, wire}.

use super::reading::{NONE, Reading, block_end};
use super::wire::Edit;
use crate::diagnostic::Span;
use crate::script::lexer::{TokenKind, tokens};

/// The longest line, in characters, that a chain of settings is left on; comments do not count.
pub const WIDTH: usize = 100;

/// A text in good order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Formatted {
    /// The text.
    pub text: String,
    /// The changes that bring it there, in order; none where it is in good order already.
    pub edits: Vec<Edit>,
}

/// Puts a card in good order. `None`: a bracket or a text never ends, so that nobody knows what belongs together.
///
/// ```
/// use bellwether::assist::format;
/// let card = "let t=table(\"t\"); metric( \"nps\",nps(t.recommend) )\n  .target(40) ;";
/// let text = format(card).expect("every bracket is closed").text;
/// assert_eq!(text, "let t = table(\"t\");\nmetric(\"nps\", nps(t.recommend))\n    .target(40);\n");
/// ```
#[must_use]
pub fn format(text: &str) -> Option<Formatted> {
    if text.starts_with("#!") {
        return None;
    }
    let reading = Reading::new(text);
    if !closed(&reading) {
        return None;
    }
    let units = units(&reading)?;
    let mut layout = Layout {
        reading: &reading,
        lines: vec![0; units.len()],
        spaces: vec![0; units.len()],
        indents: vec![0; units.len()],
        of_token: vec![0; reading.tokens().len()],
        units,
    };
    layout.number();
    layout.keep_lines();
    layout.space();
    layout.break_chains();
    layout.indent();
    let edits = layout.edits();
    let formatted = Formatted {
        text: applied(text, &edits),
        edits,
    };
    // The words must be the same, and the comments between them: whatever went wrong, no card is ever changed.
    (words(&formatted.text) == words(text)).then_some(formatted)
}

/// A text with some edits made; they are in order and apart.
fn applied(text: &str, edits: &[Edit]) -> String {
    let mut result = String::with_capacity(text.len() + 64);
    let mut from = 0;
    for edit in edits {
        result.push_str(text.get(from..edit.span.start as usize).unwrap_or_default());
        result.push_str(&edit.text);
        from = edit.span.end as usize;
    }
    result.push_str(text.get(from..).unwrap_or_default());
    result
}

/// Symbols of the language; a text with another is no card, and what space means to it is not known.
const SYMBOLS: &[&str] = &[
    ",", ";", ":", ".", "::", "?.", "=", "+=", "-=", "*=", "/=", "%=", "**=", "==", "!=", "<", ">", "<=", ">=", "&&",
    "||", "??", "!", "+", "-", "*", "/", "%", "**", "|", "=>", "..", "..=", "!in", "_",
];

/// Whether every bracket, text and comment ends, and nothing stands there that is no word of the language.
fn closed(reading: &Reading<'_>) -> bool {
    let known = reading.tokens().iter().zip(0..).all(|(token, at)| match token.kind {
        TokenKind::Unterminated | TokenKind::ForeignWord => false,
        TokenKind::Symbol if matches!(reading.word(at), "(" | "[" | "?[" | "{" | "#{" | ")" | "]" | "}") => {
            token.partner.is_some()
        }
        TokenKind::Symbol => SYMBOLS.contains(&reading.word(at)),
        _ => true,
    });
    let last = reading.tokens().last().map_or(0, |token| token.end as usize);
    let rest = comments(reading.text.get(last..).unwrap_or_default());
    known
        && rest
            .iter()
            .all(|(_, comment)| !comment.starts_with("/*") || block_end(comment).is_some())
}

/// The words of a text with its comments, for comparison.
fn words(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut from = 0;
    let slice = |from: u32, to: u32| text.get(from as usize..to as usize).unwrap_or_default();
    for token in tokens(text) {
        found.extend(
            comments(slice(from, token.start))
                .into_iter()
                .map(|(_, comment)| comment.trim_end()),
        );
        found.push(slice(token.start, token.end));
        from = token.end;
    }
    found.extend(
        comments(slice(from, text.len() as u32))
            .into_iter()
            .map(|(_, comment)| comment.trim_end()),
    );
    found
}

/// The comments of what stands between two tokens, each with its first byte there.
fn comments(gap: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(rest) = gap.get(at..).filter(|rest| !rest.is_empty()) {
        let length = if rest.starts_with("//") {
            let length = rest.find(['\n', '\r']).unwrap_or(rest.len());
            found.push((at, rest.get(..length).unwrap_or_default()));
            length
        } else if rest.starts_with("/*") {
            let length = block_end(rest).unwrap_or(rest.len());
            found.push((at, rest.get(..length).unwrap_or_default()));
            length
        } else {
            rest.chars().next().map_or(1, char::len_utf8)
        };
        at += length;
    }
    found
}

/// A word, a text in backticks with all its values, or a comment.
#[derive(Debug, Clone, Copy)]
struct Unit {
    start: usize,
    end: usize,
    /// First and last token; none: a comment.
    tokens: Option<(usize, usize)>,
    /// A comment that ends with its line.
    to_line_end: bool,
}

fn units(reading: &Reading<'_>) -> Option<Vec<Unit>> {
    let mut units = Vec::new();
    let mut from = 0;
    let mut at = 0;
    let add_comments = |units: &mut Vec<Unit>, from: usize, to: usize| {
        for (place, comment) in comments(reading.text.get(from..to).unwrap_or_default()) {
            let to_line_end = comment.starts_with("//");
            let kept = if to_line_end {
                comment.trim_end().len()
            } else {
                comment.len()
            };
            units.push(Unit {
                start: from + place,
                end: from + place + kept,
                tokens: None,
                to_line_end,
            });
        }
    };
    while let Some(token) = reading.tokens().get(at) {
        add_comments(&mut units, from, token.start as usize);
        let last = match token.kind {
            // The values in a text in backticks are left as they are written.
            TokenKind::Template => token.partner.map_or(at, |partner| partner as usize).max(at),
            _ => at,
        };
        let end = reading.tokens().get(last)?.end as usize;
        units.push(Unit {
            start: token.start as usize,
            end,
            tokens: Some((at, last)),
            to_line_end: false,
        });
        from = end;
        at = last + 1;
    }
    add_comments(&mut units, from, reading.text.len());
    Some(units)
}

struct Layout<'r, 'a> {
    reading: &'r Reading<'a>,
    units: Vec<Unit>,
    /// Line ends before each unit.
    lines: Vec<usize>,
    /// Spaces before each unit that begins no line.
    spaces: Vec<usize>,
    /// The indent of the line that each unit stands on.
    indents: Vec<usize>,
    /// The unit of each token.
    of_token: Vec<usize>,
}

impl Layout<'_, '_> {
    fn number(&mut self) {
        for (number, unit) in self.units.iter().enumerate() {
            if let Some((first, last)) = unit.tokens {
                for place in self.of_token.get_mut(first..=last).into_iter().flatten() {
                    *place = number;
                }
            }
        }
    }

    fn unit(&self, number: usize) -> Option<&Unit> {
        self.units.get(number)
    }

    fn text(&self, number: usize) -> &str {
        self.unit(number)
            .and_then(|unit| self.reading.text.get(unit.start..unit.end))
            .unwrap_or_default()
    }

    /// What stands between a unit and the one before it.
    fn gap(&self, number: usize) -> &str {
        let from = number
            .checked_sub(1)
            .and_then(|before| self.unit(before))
            .map_or(0, |unit| unit.end);
        let to = self.unit(number).map_or(self.reading.text.len(), |unit| unit.start);
        self.reading.text.get(from..to).unwrap_or_default()
    }

    fn first_token(&self, number: usize) -> Option<usize> {
        self.unit(number)?.tokens.map(|(first, _)| first)
    }

    fn last_token(&self, number: usize) -> Option<usize> {
        self.unit(number)?.tokens.map(|(_, last)| last)
    }

    fn line(&self, number: usize) -> usize {
        self.lines.get(number).copied().unwrap_or(0)
    }

    /// Line ends as the author has them; a statement at the top of the card begins a line of its own.
    fn keep_lines(&mut self) {
        for number in 0..self.units.len() {
            let written = line_ends(self.gap(number)).min(2);
            let before = number.checked_sub(1);
            let behind_comment = before
                .and_then(|before| self.unit(before))
                .is_some_and(|unit| unit.to_line_end);
            let behind_statement = before
                .and_then(|before| self.last_token(before))
                .is_some_and(|token| self.reading.is(token, ";") && self.reading.state(token).outer == NONE)
                && self.first_token(number).is_some();
            let forced = usize::from(behind_comment || behind_statement);
            if let Some(line) = self.lines.get_mut(number) {
                *line = if number == 0 { 0 } else { written.max(forced) };
            }
        }
    }

    /// Spaces between units of a line.
    fn space(&mut self) {
        for number in 1..self.units.len() {
            let written = self
                .gap(number)
                .chars()
                .rev()
                .take_while(|c| *c == ' ' || *c == '\t')
                .count();
            let between = match (self.last_token(number - 1), self.first_token(number)) {
                (Some(left), Some(right)) => self.between(left, right, written),
                // A comment stays where it is.
                (Some(_), None) => written.max(1),
                (None, Some(_)) => written.min(1),
                (None, None) => 1,
            };
            if let Some(spaces) = self.spaces.get_mut(number) {
                *spaces = between;
            }
        }
    }

    /// Spaces between two tokens of a line, where the author has `written`.
    fn between(&self, left: usize, right: usize, written: usize) -> usize {
        let reading = self.reading;
        let symbol = |at: usize| reading.kind(at) == Some(TokenKind::Symbol);
        let x = if symbol(left) { reading.word(left) } else { "" };
        let y = if symbol(right) { reading.word(right) } else { "" };
        match (x, y) {
            (_, ")" | "]" | "," | ";") | ("(" | "[" | "?[", _) | ("{" | "#{", "}") => 0,
            (_, "." | "?." | "::") | ("." | "?." | "::", _) => 0,
            (".." | "..=", _) | (_, ".." | "..=") => written.min(1),
            ("{" | "#{", _) | (_, "}") => 1,
            // Columns that the author has lined up stay so.
            ("," | ":", _) | (_, "=" | "=>") => written.max(1),
            (_, ":") => 0,
            (";", _) => 1,
            ("|", _) if self.is_bar(left, true) => 0,
            (_, "|") if self.is_bar(right, false) => 0,
            ("-" | "+" | "!", "-" | "+" | "!") if self.is_unary(left) => written.min(1),
            ("-" | "+" | "!", _) if self.is_unary(left) => 0,
            (_, "(" | "[" | "?[" | "!") => usize::from(!self.is_value(left)),
            _ => 1,
        }
    }

    /// Whether something that has a value ends with a token.
    fn is_value(&self, at: usize) -> bool {
        let reading = self.reading;
        match reading.kind(at) {
            Some(TokenKind::Symbol) => matches!(reading.word(at), ")" | "]" | "}"),
            Some(TokenKind::Word) => !matches!(
                reading.word(at),
                "if" | "in" | "switch" | "return" | "else" | "for" | "let" | "const" | "while" | "import" | "as" | "fn"
            ),
            _ => true,
        }
    }

    fn is_unary(&self, at: usize) -> bool {
        at.checked_sub(1).is_none_or(|before| !self.is_value(before))
    }

    /// Whether the `|` at a token opens (or closes) the parameters of a closure.
    fn is_bar(&self, at: usize, opens: bool) -> bool {
        let state = self.reading.state(at);
        let from = state.piece.min(at);
        let mut open = false;
        for bar in (from..=at).filter(|bar| self.reading.is(*bar, "|") && self.reading.state(*bar).outer == state.outer)
        {
            let begins = !open && bar.checked_sub(1).is_none_or(|before| !self.is_value(before));
            if bar == at {
                return if opens { begins } else { open };
            }
            open = begins;
        }
        false
    }

    /// Breaks lines that are too long before settings of the statement's own chain.
    fn break_chains(&mut self) {
        let mut first = 0;
        while first < self.units.len() {
            let next = (first + 1..self.units.len())
                .find(|number| self.line(*number) > 0)
                .unwrap_or(self.units.len());
            match self.too_long(first, next) {
                Some(place) => {
                    if let Some(line) = self.lines.get_mut(place) {
                        *line = 1;
                    }
                    first = place;
                }
                None => first = next,
            }
        }
    }

    /// Where to break a line that is too long.
    fn too_long(&self, first: usize, next: usize) -> Option<usize> {
        let mut column = self.expected_indent(first);
        let mut place = None;
        for number in first..next {
            if self.first_token(number).is_none() && self.unit(number).is_some_and(|unit| unit.to_line_end) {
                return None;
            }
            if number > first {
                column += self.spaces.get(number).copied().unwrap_or(0);
                if self.is_chain_dot(number) {
                    if column > WIDTH && place.is_some() {
                        return place;
                    }
                    place = Some(number);
                }
            }
            let text = self.text(number);
            column = match text.rsplit_once('\n') {
                Some((_, last)) => last.chars().count(),
                None => column + text.chars().count(),
            };
            if column > WIDTH && place.is_some() && !text.contains('\n') {
                return place;
            }
        }
        None
    }

    /// Whether a unit is the dot of a setting in its statement's own chain, behind a call.
    fn is_chain_dot(&self, number: usize) -> bool {
        let Some(dot) = self.first_token(number).filter(|dot| self.reading.is(*dot, ".")) else {
            return false;
        };
        let state = self.reading.state(dot);
        let of_statement = self.reading.state(state.statement).outer == state.outer;
        let in_block = state.outer == NONE || self.reading.is(state.outer, "{");
        in_block && of_statement && self.reading.is(dot.wrapping_sub(1), ")")
    }

    /// The indent that a line will get, for its length.
    fn expected_indent(&self, first: usize) -> usize {
        let Some(token) = self.first_token(first) else { return 0 };
        let mut state = self.reading.state(token);
        let mut depth = usize::from(state.statement != token);
        for _ in 0..40 {
            if state.outer == NONE {
                break;
            }
            depth += 1;
            state = self.reading.state(state.outer);
        }
        depth * 4
    }

    fn indent(&mut self) {
        for number in 0..self.units.len() {
            let begins = number == 0 || self.line(number) > 0;
            let indent = if begins {
                self.indent_of(number)
            } else {
                number
                    .checked_sub(1)
                    .and_then(|before| self.indents.get(before))
                    .copied()
                    .unwrap_or(0)
            };
            if let Some(place) = self.indents.get_mut(number) {
                *place = indent;
            }
        }
    }

    /// The indent of a unit that begins a line: that of the line where what is open began, and four more.
    fn indent_of(&self, number: usize) -> usize {
        let Some(token) = self.first_token(number) else {
            return self.comment_indent(number);
        };
        let reading = self.reading;
        if let Some(open) = reading.opening(token) {
            return self.line_of(open);
        }
        if reading.is(token, "else") {
            return token
                .checked_sub(1)
                .and_then(|before| reading.opening(before))
                .map_or(0, |open| self.line_of(open));
        }
        self.indent_in(reading.state(token), token)
    }

    fn indent_in(&self, state: super::reading::State, token: usize) -> usize {
        // The arms of a `switch` are pieces as well: a block is divided by commas or by statements.
        let begun = state.piece;
        if begun < token {
            return self.line_of(begun) + 4;
        }
        if state.outer == NONE {
            0
        } else {
            self.line_of(state.outer) + 4
        }
    }

    /// A comment on a line of its own stands as what follows it, or as what it is inside of.
    fn comment_indent(&self, number: usize) -> usize {
        let next = (number + 1..self.units.len()).find_map(|next| self.first_token(next));
        match next {
            None => 0,
            Some(token) => match self.reading.opening(token) {
                Some(open) => self.line_of(open) + 4,
                None => self.indent_in(self.reading.state(token), token),
            },
        }
    }

    /// The indent of the line that a token stands on.
    fn line_of(&self, token: usize) -> usize {
        self.of_token
            .get(token)
            .and_then(|unit| self.indents.get(*unit))
            .copied()
            .unwrap_or(0)
    }

    fn edits(&self) -> Vec<Edit> {
        let end = if self.reading.text.contains("\r\n") {
            "\r\n"
        } else {
            "\n"
        };
        let mut edits = Vec::new();
        let mut column = 0;
        for number in 0..=self.units.len() {
            let from = number
                .checked_sub(1)
                .and_then(|before| self.unit(before))
                .map_or(0, |unit| unit.end);
            let gap = self.gap(number);
            let wanted = match self.unit(number) {
                None if self.units.is_empty() => String::new(),
                None => end.to_owned(),
                Some(_) if number == 0 => String::new(),
                Some(unit) => match self.line(number) {
                    0 if unit.tokens.is_none() => " ".repeat(self.comment_spaces(number, column)),
                    0 => " ".repeat(self.spaces.get(number).copied().unwrap_or(0)),
                    lines => format!(
                        "{}{}",
                        end.repeat(lines),
                        " ".repeat(self.indents.get(number).copied().unwrap_or(0))
                    ),
                },
            };
            let text = self.text(number);
            let begun = match wanted.rsplit_once('\n') {
                Some((_, indent)) => indent.len(),
                None => column + wanted.len(),
            };
            column = match text.rsplit_once('\n') {
                Some((_, last)) => last.chars().count(),
                None => begun + text.chars().count(),
            };
            if gap != wanted {
                edits.push(Edit {
                    span: Span::new(from as u32, (from + gap.len()) as u32),
                    text: wanted,
                });
            }
        }
        edits
    }

    /// Spaces before a comment at the end of a line: it keeps its column where the author gave it one.
    fn comment_spaces(&self, number: usize, column: usize) -> usize {
        let written = self.spaces.get(number).copied().unwrap_or(1);
        if written < 2 {
            return 1;
        }
        let start = self.unit(number).map_or(0, |unit| unit.start);
        let before = self.reading.text.get(..start).unwrap_or_default();
        let place = before.rsplit('\n').next().unwrap_or_default().chars().count();
        place.saturating_sub(column).max(1)
    }
}

/// The number of line ends; a carriage return by itself is one.
fn line_ends(gap: &str) -> usize {
    let mut count = 0;
    let mut chars = gap.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\n' => count += 1,
            '\r' if chars.peek() != Some(&'\n') => count += 1,
            _ => {}
        }
    }
    count
}
