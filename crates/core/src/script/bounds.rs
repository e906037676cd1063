//! What a text may cost the parser, which nothing can stop once it runs: seen from its words alone, before it is parsed.
//!
//! The parser calls itself for each bracket, and what walks over its tree does so for each link of a chain. So the
//! nesting of brackets and the length of chains bound the stack; arms and items, whose count some of its checks take
//! squared, bound the time.
//!
//! Imports: diagnostic, limits, script::{lexer, position}. Never: the engine.

use super::lexer::{Token, TokenKind};
use super::position::Positions;
use crate::diagnostic::{Diagnostic, codes};
use crate::limits::Limits;

/// Declarations of names in a text for each variable that there may be at one time.
const NAMES_PER_VARIABLE: usize = 10;

/// What stands between two brackets, as far as it was read.
#[derive(Debug, Default, Clone, Copy)]
struct Level {
    /// Dots, indices and joined conditions since the last statement or item began.
    links: usize,
    /// Other operators, signs and branches.
    operators: usize,
    /// Arms of a `switch`.
    arms: usize,
    /// Commas.
    commas: usize,
}

impl Level {
    /// A statement or an item begins.
    const fn restart(&mut self) {
        (self.links, self.operators) = (0, 0);
    }
}

/// The first thing in a text that would cost the parser too much.
///
/// A text may be no card at all: brackets that close nothing are left to the parser.
#[must_use]
pub fn beyond(positions: &Positions, limits: &Limits) -> Option<Diagnostic> {
    let mut scan = Scan {
        positions,
        limits,
        levels: Vec::new(),
        here: Level::default(),
        names: 0,
    };
    let tokens = positions.tokens();
    let mut before = None;
    for (index, token) in tokens.iter().enumerate() {
        let found = scan.token(before, token, tokens.get(index + 1));
        if let Some((message, help)) = found {
            return Some(
                Diagnostic::error(codes::LIMIT, message)
                    .at(positions.span_of(token))
                    .help(help),
            );
        }
        before = Some(token);
    }
    None
}

/// Message and way out.
type Found = Option<(String, &'static str)>;

struct Scan<'a> {
    positions: &'a Positions,
    limits: &'a Limits,
    /// The levels around.
    levels: Vec<Level>,
    here: Level,
    names: usize,
}

impl Scan<'_> {
    fn token(&mut self, before: Option<&Token>, token: &Token, next: Option<&Token>) -> Found {
        let text = self.positions.text_of(token);
        match token.kind {
            TokenKind::Symbol => self.symbol(before, text, next),
            TokenKind::Word => self.word(text),
            TokenKind::Text | TokenKind::Unterminated | TokenKind::Template => self.long_text(token),
            _ => None,
        }
    }

    fn symbol(&mut self, before: Option<&Token>, text: &str, next: Option<&Token>) -> Found {
        match text {
            "(" | "{" | "#{" => self.open(),
            "[" | "?[" => {
                // Behind a value it is one more step of a chain, not an item.
                let link = if self.is_value(before) { self.link() } else { None };
                link.or_else(|| self.open())
            }
            ")" | "]" | "}" => {
                self.here = self.levels.pop().unwrap_or_default();
                // Behind a block the next word begins a statement of its own.
                let goes_on = |next: &Token| {
                    next.kind != TokenKind::Word
                        || matches!(self.positions.text_of(next), "else" | "in" | "while" | "until")
                };
                if text == "}" && !next.is_some_and(goes_on) {
                    self.here.restart();
                }
                None
            }
            ";" => {
                self.here.restart();
                None
            }
            "," => {
                self.here.restart();
                self.here.commas += 1;
                let most = self.limits.list_items;
                (self.here.commas > most).then(|| {
                    (
                        format!("more than {most} items between two brackets"),
                        "long lists of values belong in a table",
                    )
                })
            }
            "=>" => {
                self.here.restart();
                self.here.arms += 1;
                let most = self.limits.switch_arms;
                (self.here.arms > most).then(|| {
                    (
                        format!("this `switch` has more than {most} arms"),
                        "put the values in a table, and reach them with `belongs_to`",
                    )
                })
            }
            // Where a value is due, `||` opens a closure, and closures may stand in one another.
            "||" if !self.is_value(before) => self.operator(),
            "." | "?." | "&&" | "||" | "??" => self.link(),
            _ => self.operator(),
        }
    }

    fn word(&mut self, text: &str) -> Found {
        match text {
            // These may stand before one another without any bracket between.
            "if" | "else" | "switch" | "while" | "for" | "do" | "return" | "throw" | "in" => self.operator(),
            "let" | "const" => {
                self.here.restart();
                self.names += 1;
                let most = self.limits.variables.saturating_mul(NAMES_PER_VARIABLE);
                (self.names > most).then(|| {
                    (
                        format!("more than {most} names are declared in this text"),
                        "a list or a map holds many values under one name",
                    )
                })
            }
            "fn" => {
                self.here.restart();
                None
            }
            _ => None,
        }
    }

    /// Whether a token ends a value.
    fn is_value(&self, token: Option<&Token>) -> bool {
        token.is_some_and(|token| match token.kind {
            TokenKind::Word => !matches!(
                self.positions.text_of(token),
                "return" | "throw" | "in" | "if" | "switch" | "else" | "break"
            ),
            TokenKind::Symbol => matches!(self.positions.text_of(token), ")" | "]" | "}"),
            _ => true,
        })
    }

    fn open(&mut self) -> Found {
        self.levels.push(std::mem::take(&mut self.here));
        let most = self.limits.nesting;
        (self.levels.len() > most).then(|| {
            (
                format!("brackets nest more than {most} deep here"),
                "give the inner parts names with `let`, or make a function of them",
            )
        })
    }

    fn link(&mut self) -> Found {
        self.here.links += 1;
        let most = self.limits.chain;
        (self.here.links > most).then(|| {
            (
                format!("more than {most} steps follow one another here"),
                "give the first parts a name with `let`, and go on from there",
            )
        })
    }

    fn operator(&mut self) -> Found {
        self.here.operators += 1;
        let most = self.limits.operators;
        (self.here.operators > most).then(|| {
            (
                format!("more than {most} operators or branches follow one another here"),
                "give the first parts a name with `let`, and go on from there; many branches are a `switch`",
            )
        })
    }

    fn long_text(&self, token: &Token) -> Found {
        let most = self.limits.text_bytes;
        // Quotes and signs before them are not counted by the language.
        ((token.end - token.start) as usize > most.saturating_mul(4)).then(|| {
            (
                format!("this text is longer than {most} bytes"),
                "long texts belong in a table",
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limits() -> Limits {
        Limits {
            nesting: 4,
            chain: 5,
            operators: 5,
            switch_arms: 3,
            list_items: 6,
            variables: 1,
            ..Limits::UNTRUSTED
        }
    }

    fn told(text: &str) -> Option<String> {
        beyond(&Positions::new(0, text), &limits()).map(|finding| finding.message)
    }

    #[test]
    fn what_is_within_the_limits_is_let_through() {
        for text in [
            "((((1))))",
            "a.b(1, 2).c(3).d().e().f();",
            "1 + 2 + 3 + 4 + 5 + 6; 1 + 2 + 3 + 4 + 5 + 6",
            "[1, 2, 3, 4, 5, 6, 7]",
            "switch x { 1 => a + b, 2 => c + d + e + f, _ => 0 }",
            "if a { } if b { } if c { } if d { } if e { } if f { } if g { }",
            "f(-1, -2, -3, -4, -5, -6)",
            "`${a}${b}${c}${d}${e}${f}${g}`",
        ] {
            assert_eq!(told(text), None, "{text}");
        }
    }

    #[test]
    fn nesting_chains_arms_items_and_names_are_bounded() {
        for (text, word) in [
            ("(((((1)))))", "brackets nest"),
            ("([{#{(", "brackets nest"),
            ("`${`${`${`${`${1}`}`}`}`}`", "brackets nest"),
            ("a.b.c.d.e.f.g", "follow one another"),
            ("a[0][0][0][0][0][0]", "follow one another"),
            ("- - - - - - 1", "follow one another"),
            ("!!!!!!1", "follow one another"),
            ("|a| |b| |c| 1", "follow one another"),
            ("let f = || || || || || || 1", "follow one another"),
            ("// a comment that a carriage return ends\r(((((1)))))", "brackets nest"),
            ("a::b::c::d::e::f::g", "follow one another"),
            ("if if if if if if true { }", "follow one another"),
            (
                "if a { } else if b { } else if c { } else if d { }",
                "follow one another",
            ),
            ("1 + (2) + (3) + (4) + (5) + (6) + (7)", "follow one another"),
            ("switch x { 1 => 1, 2 => 2, 3 => 3, 4 => 4 }", "arms"),
            ("f(1, 2, 3, 4, 5, 6, 7, 8)", "items"),
            (
                "let a; let a; let a; let a; let a; let a; let a; let a; let a; let a; let a;",
                "names",
            ),
        ] {
            let told = told(text).unwrap_or_default();
            assert!(told.contains(word), "{text}: {told}");
        }
    }
}
