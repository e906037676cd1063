//! Mistakes of form in words of scorecards: Rhai stops at the first thing it cannot read, often behind the mistake;
//! this finds what was meant from the words around.
//!
//! Imports: diagnostic, script::{lexer, position}. Never: definition.

mod name;
mod slip;

use rhai::{LexError, ParseError, ParseErrorType};

use super::lexer::{Token, TokenKind};
use super::position::Positions;
use crate::diagnostic::{Diagnostic, Span, codes};

/// Words of other languages and what they are here.
const FOREIGN: &[(&str, &str)] = &[
    ("and", "&&"),
    ("or", "||"),
    ("not", "!"),
    ("null", "()"),
    ("nil", "()"),
    ("none", "()"),
    ("undefined", "()"),
    ("true", "true"),
    ("false", "false"),
    ("elif", "else if"),
    ("elsif", "else if"),
    ("elseif", "else if"),
    ("def", "fn"),
    ("function", "fn"),
    ("func", "fn"),
    ("var", "let"),
    ("then", "{"),
    ("is", "=="),
];

/// Symbols of other languages and what they are here.
const FOREIGN_SYMBOLS: &[(&str, &str)] = &[
    ("<>", "!="),
    ("===", "=="),
    ("!==", "!="),
    (":=", "="),
    ("->", "=>"),
    ("…", ".."),
    ("≤", "<="),
    ("≥", ">="),
    ("≠", "!="),
    ("“", "\""),
    ("”", "\""),
    ("„", "\""),
    ("‘", "\""),
    ("’", "\""),
];

/// Keywords that cannot be names of columns behind a dot, nor of anything else.
fn is_keyword(word: &str) -> bool {
    matches!(
        word,
        "let"
            | "const"
            | "if"
            | "else"
            | "switch"
            | "for"
            | "in"
            | "while"
            | "loop"
            | "do"
            | "until"
            | "break"
            | "continue"
            | "return"
            | "throw"
            | "try"
            | "catch"
            | "fn"
            | "private"
            | "import"
            | "export"
            | "as"
            | "true"
            | "false"
            | "global"
    )
}

/// Turns Rhai's error into a diagnostic.
#[must_use]
pub fn explain(error: &ParseError, positions: &Positions) -> Diagnostic {
    let place = Place::new(error, positions);
    place.slip().unwrap_or_else(|| place.form())
}

/// The error and the words around it.
struct Place<'a> {
    error: &'a ParseError,
    positions: &'a Positions,
    tokens: &'a [Token],
    /// Index of the token at the error; behind the last at the end of the text.
    at: usize,
    /// Where the error is.
    span: Span,
}

impl<'a> Place<'a> {
    fn new(error: &'a ParseError, positions: &'a Positions) -> Self {
        let tokens = positions.tokens();
        let offset = positions.offset(error.position());
        let at = positions
            .index_at(offset)
            .unwrap_or_else(|| tokens.partition_point(|token| token.start < offset));
        let span = tokens.get(at).map_or_else(
            || positions.end_before(error.position()),
            |token| positions.span_of(token),
        );
        Self {
            error,
            positions,
            tokens,
            at,
            span,
        }
    }

    fn text(&self, index: usize) -> &'a str {
        self.tokens.get(index).map_or("", |token| self.positions.text_of(token))
    }

    fn before(&self, steps: usize) -> &'a str {
        self.at.checked_sub(steps).map_or("", |index| self.text(index))
    }

    fn kind(&self, index: usize) -> Option<TokenKind> {
        self.tokens.get(index).map(|token| token.kind)
    }

    fn span_of(&self, index: usize) -> Span {
        self.tokens
            .get(index)
            .map_or(self.span, |token| self.positions.span_of(token))
    }

    fn syntax(&self, message: impl Into<String>) -> Diagnostic {
        Diagnostic::error(codes::SYNTAX, message).at(self.span)
    }

    /// The tokens of the statement, up to the one at the error and the next.
    fn statement(&self) -> std::ops::Range<usize> {
        let until = (self.at + 2).min(self.tokens.len());
        let from = (0..self.at.min(self.tokens.len()))
            .rev()
            .find(|index| self.text(*index) == ";");
        from.map_or(0, |index| index + 1)..until
    }

    /// The innermost bracket that is open at the error.
    fn unclosed(&self) -> Option<usize> {
        let mut open = Vec::new();
        for index in 0..self.at.min(self.tokens.len()) {
            match self.text(index) {
                "(" | "[" | "{" | "#{" | "?[" => open.push(index),
                ")" | "]" | "}" => {
                    open.pop();
                }
                _ => {}
            }
        }
        open.pop()
    }

    /// What Rhai says, in other words.
    fn form(&self) -> Diagnostic {
        use ParseErrorType as E;
        match self.error.err_type() {
            E::UnexpectedEOF => self.incomplete(),
            E::BadInput(error) => self.bad_input(error),
            E::MissingToken(token, _) => self.missing(token),
            E::VariableUndefined(name) => self.unknown_name(name),
            E::ModuleUndefined(name) => Diagnostic::error(codes::UNKNOWN_MODULE, format!("no module `{name}`"))
                .at(self.span)
                .help(format!("import it first: `import \"..\" as {name};`")),
            E::UnknownOperator(op) => self
                .syntax(format!("`{op}` is not an operator"))
                .help("use `+ - * / % **`, comparisons, `&&`, `||`, `!`, `in`"),
            E::ExprTooDeep => Diagnostic::error(codes::LIMIT, "this is nested too deeply")
                .at(self.span)
                .help("give parts of it names with `let`, or make functions of them"),
            E::TooManyFunctions => Diagnostic::error(codes::LIMIT, "too many functions and closures")
                .at(self.span)
                .help("split the card into modules"),
            E::LiteralTooLarge(_, most) => {
                Diagnostic::error(codes::LIMIT, format!("this is too large: at most {most}"))
                    .at(self.span)
                    .help("long lists of values belong in a table")
            }
            E::DuplicatedProperty(name) => self
                .syntax(format!("`{name}` stands twice in this map"))
                .help("keep one of them"),
            E::DuplicatedVariable(name) => self
                .syntax(format!("`{name}` is used twice"))
                .help("give each its own name"),
            E::VariableExists(name) => self
                .syntax(format!("`{name}` is declared already"))
                .help("take another name"),
            E::ForbiddenVariable(name) => self
                .syntax(format!("`{name}` cannot be a name here"))
                .help("take another name"),
            E::FnDuplicatedDefinition(name, _) => self
                .syntax(format!("the function `{name}` is declared twice"))
                .help("take another name for one of them"),
            E::FnDuplicatedParam(_, name) => self
                .syntax(format!("the parameter `{name}` stands twice"))
                .help("give each its own name"),
            E::FnMissingName => self
                .syntax("a function needs a name")
                .help("write `fn late(o) { o.days > 3 }`"),
            E::FnMissingParams(name) => self
                .syntax(format!("the function `{name}` needs its parameters"))
                .help(format!("write `fn {name}(o) {{ .. }}`")),
            E::FnMissingBody(_) => self
                .syntax("a function needs a body")
                .help("write `fn late(o) { o.days > 3 }`"),
            E::WrongFnDefinition => self
                .syntax("a function is declared at the top of a card, not inside something")
                .help("move it out"),
            E::WrongExport => self
                .syntax("`export` stands at the top of a module")
                .help("move it out"),
            E::WrongSwitchDefaultCase => self
                .syntax("`_` is the last arm of a `switch`")
                .help("move it behind the others"),
            E::WrongSwitchCaseCondition => self
                .syntax("`_` takes no condition")
                .help("write `_ => if .. { .. } else { .. }`"),
            E::WrongSwitchIntegerCase => self
                .syntax("a number stands behind a range in this `switch`")
                .help("put plain numbers before ranges"),
            E::ExprExpected(_) => self
                .syntax("the label of an arm is a plain value")
                .help("write `\"pro\" => 1`, `1 | 2 => 3` or `5..=9 => 4`; other conditions stand in `if`"),
            E::MismatchedType(..) => self
                .syntax("a condition must be true or false")
                .help("write a comparison, such as `x == 1`"),
            E::PropertyExpected => self
                .syntax("a name must follow the dot")
                .help("write `t.plan`, or `t[\"Customer ID\"]` for a name with other characters"),
            E::VariableExpected => self
                .syntax("a name is due here")
                .help("names start with a letter and have letters, digits and `_`"),
            E::Reserved(word) => self.syntax(format!("`{word}` is reserved")).help("take another name"),
            E::LoopBreak => self
                .syntax("`break` and `continue` stand in a loop")
                .help("use `if .. else ..`"),
            E::AssignmentToConstant(name) => self
                .syntax(format!("the constant `{name}` cannot be changed"))
                .help("declare it with `let`, or take another name"),
            E::AssignmentToInvalidLHS(_) => self.syntax("this cannot be changed").help("to compare, write `==`"),
            E::MalformedIndexExpr(_) => self
                .syntax("these brackets do not fit what stands before them")
                .help("a list takes a number, a map and a table a text"),
            E::WrongDocComment => self
                .syntax("a comment with three slashes describes the function below it")
                .help("write `//` for other comments"),
            _ => self.unexpected(),
        }
    }

    fn unexpected(&self) -> Diagnostic {
        match self.text(self.at) {
            "" => self.incomplete(),
            text => self
                .syntax(format!("`{text}` cannot stand here"))
                .help("look at what stands before it: an operator, a comma or a bracket may be missing"),
        }
    }

    fn incomplete(&self) -> Diagnostic {
        match self.unclosed() {
            Some(open) => self.never_closed(open),
            None => self
                .syntax("the card ends in the middle of something")
                .help("finish the last statement"),
        }
    }

    fn never_closed(&self, open: usize) -> Diagnostic {
        let bracket = self.text(open);
        let close = match bracket {
            "(" => ")",
            "[" | "?[" => "]",
            _ => "}",
        };
        let named = bracket == "("
            && open
                .checked_sub(1)
                .is_some_and(|name| self.kind(name) == Some(TokenKind::Word));
        let span = if named {
            self.span_of(open - 1).to(self.span_of(open))
        } else {
            self.span_of(open)
        };
        let diagnostic = Diagnostic::error(
            codes::SYNTAX,
            format!("`{}` is never closed", self.positions.snippet(span)),
        )
        .at(span)
        .help(format!("a `{close}` is missing"));
        match self.tokens.get(self.at) {
            Some(_) => diagnostic.related(self.span, format!("before this, at the latest, a `{close}` is due")),
            None => diagnostic,
        }
    }

    fn missing(&self, token: &str) -> Diagnostic {
        let starts_statement = matches!(
            self.text(self.at),
            "" | ";" | "let" | "const" | "import" | "export" | "fn"
        );
        match token {
            ";" if matches!(self.text(self.at), ")" | "]" | "}") => self.no_partner(),
            ";" if self.text(self.at).is_empty() && self.unclosed().is_some() => self.incomplete(),
            ";" => {
                let place = self.positions.end_before(self.error.position());
                let behind = Span {
                    start: place.end,
                    ..place
                };
                Diagnostic::error(codes::SYNTAX, "a `;` is missing at the end of this statement")
                    .at(place)
                    .help("every statement ends with `;`")
                    .fix(behind, ";")
            }
            _ if starts_statement => self.incomplete(),
            "," | ")" | "]" | "}" if matches!(self.text(self.at), ")" | "]" | "}") => self.no_partner(),
            ")" if self.unclosed().is_some() => self.incomplete(),
            "," => {
                let place = self.positions.end_before(self.error.position());
                self.syntax(format!("a `,` is missing before `{}`", self.text(self.at)))
                    .help("arguments, items and arms are separated by commas")
                    .fix(
                        Span {
                            start: place.end,
                            ..place
                        },
                        ",",
                    )
            }
            "{" => self
                .syntax("a `{` is missing")
                .help("write `if r.score > 2 { \"high\" } else { \"low\" }`"),
            "=>" => self
                .syntax("an arm of a `switch` has `=>` behind its label")
                .help("write `\"pro\" => 1`"),
            ":" => self
                .syntax("a `:` is missing in this map")
                .help("write `#{ name: value }`"),
            "in" => self
                .syntax("a `for` needs `in`")
                .help("write `for item in [\"a\", \"b\"] { .. }`"),
            "|" => self
                .syntax("the parameters of a closure stand between `|`")
                .help("write `|r| r.plan == \"pro\"`"),
            token => self
                .syntax(format!("a `{token}` is due here"))
                .help("look at what stands before it"),
        }
    }

    /// A closing bracket that closes nothing, or something else.
    fn no_partner(&self) -> Diagnostic {
        let text = self.text(self.at);
        match self.unclosed() {
            Some(open) => self
                .syntax(format!("`{text}` does not close `{}`", self.text(open)))
                .help("close the inner bracket first")
                .related(self.span_of(open), "opened here"),
            None => self
                .syntax(format!("`{text}` closes nothing"))
                .help("remove it, or open it before"),
        }
    }

    fn bad_input(&self, error: &LexError) -> Diagnostic {
        let text = self.text(self.at);
        match error {
            LexError::MalformedNumber(_) => self
                .syntax("this is not a number")
                .help("write `1_200_000`, `0.5` or `1e6`"),
            LexError::MalformedEscapeSequence(_) => self
                .syntax("a backslash in text starts a special character")
                .help("write `\\\\` for a backslash"),
            LexError::StringTooLong(most) => {
                Diagnostic::error(codes::LIMIT, format!("this text is longer than {most} characters"))
                    .at(self.span)
                    .help("long texts belong in a table")
            }
            LexError::MalformedIdentifier(_) => self
                .syntax(format!("`{text}` is not a name"))
                .help("names have the letters a to z, digits and `_`"),
            LexError::ImproperSymbol(symbol, _) if symbol == "this" => self
                .syntax("`this` has no meaning in a card")
                .help("name the row: `|r| r.plan`"),
            LexError::UnexpectedInput(_) if matches!(text, ")" | "]" | "}") => match self.before(1) {
                "," | ";" | "(" | "[" | "{" | "" => self.no_partner(),
                before => self
                    .syntax(format!("a value is missing behind `{before}`"))
                    .help("write the second operand"),
            },
            LexError::UnexpectedInput(_) if text == ";" || text.is_empty() => match self.unclosed() {
                Some(_) => self.incomplete(),
                None => self
                    .syntax(format!("a value is missing behind `{}`", self.before(1)))
                    .help("finish the statement before its `;`"),
            },
            LexError::UnexpectedInput(_) if is_keyword(text) => {
                self.syntax(format!("`{text}` cannot stand here")).help(match text {
                    "else" => "`else` follows the `}` of an `if`",
                    "while" | "loop" | "do" => "use `for x in [..]`; the engine goes over the rows by itself",
                    _ => "is something missing before it?",
                })
            }
            _ => self.unexpected(),
        }
    }
}

#[cfg(test)]
mod tests;
