//! The words of Rhai text with their places in bytes. It never fails: what is no Rhai becomes a token of its own kind.
//!
//! Imports: nothing. Never: the engine.

/// A word of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token {
    /// What it is.
    pub kind: TokenKind,
    /// First byte.
    pub start: u32,
    /// The byte after the last.
    pub end: u32,
    /// The index of the bracket, or of the piece of a template, that closes or opens with this one.
    pub partner: Option<u32>,
}

/// Kinds of tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenKind {
    /// A name or a keyword.
    Word,
    /// A name with letters that Rhai does not take: `größe`.
    ForeignWord,
    /// A number.
    Number,
    /// Text in double quotes, or between `#"` and `"#`.
    Text,
    /// A piece of text in backticks, up to `${` or the end.
    Template,
    /// Something in single quotes.
    Quoted,
    /// Text that never ends.
    Unterminated,
    /// An operator, a bracket, a comma or the like.
    Symbol,
}

/// Longest first.
const SYMBOLS: &[&str] = &[
    "**=", "<<=", ">>=", "..=", "===", "!==", "...", "**", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "<<", ">>",
    "==", "!=", "<=", ">=", "&&", "||", "??", "?.", "?[", "..", "::", "=>", "#{", "<>", "->", ":=",
];

/// Splits a text into tokens; white space and comments are left out.
#[must_use]
pub fn tokens(text: &str) -> Vec<Token> {
    let mut lexer = Lexer {
        text,
        at: 0,
        tokens: Vec::new(),
        open: Vec::new(),
    };
    while lexer.step() {}
    lexer.tokens
}

struct Lexer<'a> {
    text: &'a str,
    at: usize,
    tokens: Vec<Token>,
    /// Brackets and templates not closed yet.
    open: Vec<Open>,
}

struct Open {
    token: usize,
    closes: Closes,
}

#[derive(PartialEq, Clone, Copy)]
enum Closes {
    With(char),
    /// The `{` of `${`: its `}` goes on with the template that starts at a token.
    Template(usize),
}

impl Lexer<'_> {
    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    /// Moves over the characters that a test takes.
    fn skip(&mut self, mut test: impl FnMut(char) -> bool) {
        let length = self.rest().find(|c| !test(c)).unwrap_or(self.rest().len());
        self.at += length;
    }

    fn push(&mut self, kind: TokenKind, start: usize) -> usize {
        self.tokens.push(Token {
            kind,
            start: start as u32,
            end: self.at as u32,
            partner: None,
        });
        self.tokens.len() - 1
    }

    fn join(&mut self, one: usize, other: usize) {
        for (from, to) in [(one, other), (other, one)] {
            if let Some(token) = self.tokens.get_mut(from) {
                token.partner = Some(to as u32);
            }
        }
    }

    fn step(&mut self) -> bool {
        self.skip(char::is_whitespace);
        let start = self.at;
        let Some(first) = self.peek() else { return false };
        match first {
            // A carriage return ends a comment as well: what follows it is read by the engine.
            '/' if self.rest().starts_with("//") => self.skip(|c| c != '\n' && c != '\r'),
            '/' if self.rest().starts_with("/*") => self.block_comment(),
            '"' => self.text_in('"', TokenKind::Text),
            '\'' => self.text_in('\'', TokenKind::Quoted),
            '`' => {
                self.at += 1;
                self.template(start, None);
            }
            '#' if self.raw_text() => {}
            '0'..='9' => self.number(),
            'a'..='z' | 'A'..='Z' | '_' => self.word(),
            c if c.is_alphabetic() => self.word(),
            _ => self.symbol(),
        }
        true
    }

    fn block_comment(&mut self) {
        let mut depth = 0_usize;
        loop {
            if self.rest().starts_with("/*") {
                depth += 1;
                self.at += 2;
            } else if self.rest().starts_with("*/") {
                depth -= 1;
                self.at += 2;
            } else if let Some(c) = self.peek() {
                self.at += c.len_utf8();
            } else {
                return;
            }
            if depth == 0 {
                return;
            }
        }
    }

    /// Text between quotes on one line; a backslash takes the next character with it.
    fn text_in(&mut self, quote: char, kind: TokenKind) {
        let start = self.at;
        self.at += 1;
        loop {
            match self.peek() {
                Some('\\') => {
                    self.at += 1;
                    self.at += self.peek().map_or(0, char::len_utf8);
                }
                Some(c) if c == quote => {
                    self.at += 1;
                    self.push(kind, start);
                    return;
                }
                None | Some('\n') => {
                    // One stray quote must not swallow the line: only the quote is the token.
                    self.push(TokenKind::Unterminated, start);
                    return;
                }
                Some(c) => self.at += c.len_utf8(),
            }
        }
    }

    /// `#"..."#`, with any number of `#`.
    fn raw_text(&mut self) -> bool {
        let hashes = self.rest().bytes().take_while(|byte| *byte == b'#').count();
        if !self.rest().get(hashes..).unwrap_or_default().starts_with('"') {
            return false;
        }
        let start = self.at;
        let end = format!("\"{}", "#".repeat(hashes));
        self.at += hashes + 1;
        match self.rest().find(&end) {
            Some(length) => {
                self.at += length + end.len();
                self.push(TokenKind::Text, start);
            }
            None => {
                self.at = self.text.len();
                self.push(TokenKind::Unterminated, start);
            }
        }
        true
    }

    /// A piece of a template, from behind its backtick or the `}` before it.
    fn template(&mut self, start: usize, first: Option<usize>) {
        loop {
            if self.rest().starts_with("${") {
                self.at += 1;
                let piece = self.push(TokenKind::Template, start);
                let brace = self.at;
                self.at += 1;
                let token = self.push(TokenKind::Symbol, brace);
                self.open.push(Open {
                    token,
                    closes: Closes::Template(first.unwrap_or(piece)),
                });
                return;
            }
            match self.peek() {
                Some('`') if self.rest().starts_with("``") => self.at += 2,
                Some('`') => {
                    self.at += 1;
                    let piece = self.push(TokenKind::Template, start);
                    if let Some(first) = first {
                        self.join(first, piece);
                    }
                    return;
                }
                Some(c) => self.at += c.len_utf8(),
                None => {
                    self.push(TokenKind::Unterminated, start);
                    return;
                }
            }
        }
    }

    fn number(&mut self) {
        let start = self.at;
        let digit = |c: char| c.is_ascii_digit() || c == '_';
        let rest = self.rest();
        if rest.get(1..2).is_some_and(|c| "xXoObB".contains(c)) && rest.starts_with('0') {
            self.at += 2;
            self.skip(|c| c.is_ascii_hexdigit() || c == '_');
            self.push(TokenKind::Number, start);
            return;
        }
        self.skip(digit);
        let mut next = self.rest().chars();
        if next.next() == Some('.') {
            match next.next() {
                // `1..2` is a range, `1.max(2)` a call.
                Some(c) if c == '.' || c == '_' || c.is_alphabetic() => {}
                _ => {
                    self.at += 1;
                    self.skip(digit);
                }
            }
        }
        if self.rest().starts_with(['e', 'E']) {
            let sign = usize::from(self.rest().get(1..2).is_some_and(|c| c == "+" || c == "-"));
            if self
                .rest()
                .get(1 + sign..)
                .unwrap_or_default()
                .starts_with(|c: char| c.is_ascii_digit())
            {
                self.at += 1 + sign;
                self.skip(digit);
            }
        }
        self.push(TokenKind::Number, start);
    }

    fn word(&mut self) {
        let start = self.at;
        self.skip(|c| c == '_' || c.is_alphanumeric());
        let ascii = self.text.get(start..self.at).unwrap_or_default().is_ascii();
        self.push(if ascii { TokenKind::Word } else { TokenKind::ForeignWord }, start);
    }

    fn symbol(&mut self) {
        let start = self.at;
        let rest = self.rest();
        let not_in = rest.starts_with("!in")
            && !rest
                .get(3..)
                .unwrap_or_default()
                .starts_with(|c: char| c == '_' || c.is_alphanumeric());
        let length = if not_in {
            3
        } else {
            SYMBOLS
                .iter()
                .find(|symbol| rest.starts_with(**symbol))
                .map_or_else(|| rest.chars().next().map_or(1, char::len_utf8), |symbol| symbol.len())
        };
        self.at += length;
        let token = self.push(TokenKind::Symbol, start);
        match self.text.get(start..self.at).unwrap_or_default() {
            "(" => self.open.push(Open {
                token,
                closes: Closes::With(')'),
            }),
            "[" | "?[" => self.open.push(Open {
                token,
                closes: Closes::With(']'),
            }),
            "{" | "#{" => self.open.push(Open {
                token,
                closes: Closes::With('}'),
            }),
            ")" => self.close(')', token),
            "]" => self.close(']', token),
            "}" => self.close('}', token),
            _ => {}
        }
    }

    /// Joins a closing bracket with the one it closes; a bracket that does not match stays alone.
    fn close(&mut self, bracket: char, token: usize) {
        let Some(last) = self.open.last() else { return };
        let template = match last.closes {
            Closes::With(expected) if expected == bracket => None,
            Closes::Template(first) if bracket == '}' => Some(first),
            _ => return,
        };
        let Some(open) = self.open.pop() else { return };
        self.join(open.token, token);
        if let Some(first) = template {
            self.template(self.at, Some(first));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<&str> {
        tokens(text)
            .iter()
            .map(|token| &text[token.start as usize..token.end as usize])
            .collect()
    }

    #[test]
    fn every_form_of_rhai_text_is_a_token() {
        assert_eq!(
            words("a1 /* x /* y */ z */ += 1_000.5e-3 // end\n x.y?.z[0x1F] !in 1..=5 !inner 2.max(3) 4.5.abs"),
            [
                "a1",
                "+=",
                "1_000.5e-3",
                "x",
                ".",
                "y",
                "?.",
                "z",
                "[",
                "0x1F",
                "]",
                "!in",
                "1",
                "..=",
                "5",
                "!",
                "inner",
                "2",
                ".",
                "max",
                "(",
                "3",
                ")",
                "4.5",
                ".",
                "abs"
            ]
        );
        assert_eq!(
            words(r##"f("a\"b", #"c"d"#, 'x', 'West')"##),
            [
                "f",
                "(",
                r#""a\"b""#,
                ",",
                r##"#"c"d"#"##,
                ",",
                "'x'",
                ",",
                "'West'",
                ")"
            ]
        );
        assert_eq!(words("größe ≠ 1"), ["größe", "≠", "1"]);
    }

    #[test]
    fn a_comment_ends_where_the_engine_ends_it() {
        assert_eq!(words("// a (\r( b"), ["(", "b"]);
        assert_eq!(words("// a (\r\n( b"), ["(", "b"]);
        assert_eq!(words("/* a ( /* b */ ( */ ( c"), ["(", "c"]);
    }

    #[test]
    fn a_template_has_pieces_and_its_values_have_tokens() {
        let text = "`a ${ f(`b${c}`) } d``e` x";
        assert_eq!(
            words(text),
            [
                "`a $", "{", "f", "(", "`b$", "{", "c", "}", "`", ")", "}", " d``e`", "x"
            ]
        );
        let all = tokens(text);
        assert_eq!(all[0].partner, Some(11));
        assert_eq!(all[11].partner, Some(0));
        assert_eq!(all[1].partner, Some(10));
    }

    #[test]
    fn text_without_end_ends_with_its_line() {
        let all = tokens("let a = \"West;\nlet b = 1;");
        assert_eq!(all[3].kind, TokenKind::Unterminated);
        assert_eq!(all[4].start, 15);
        assert_eq!(tokens("`never").last().unwrap().kind, TokenKind::Unterminated);
        assert_eq!(tokens("(]").iter().filter(|token| token.partner.is_some()).count(), 0);
    }
}
