//! One word of a card being carried out: its receiver, its arguments, and what it says about wrong ones.
//!
//! Imports: definition, diagnostic, script.

mod part;
mod plain;

use rhai::{Dynamic, ImmutableString};

use super::builder::Builder;
use super::value::{Kind, Value};
use crate::definition::{CivilDate, Literal};
use crate::diagnostic::{Diagnostic, Span, codes};

/// Longest span of time that a word takes.
const MOST_YEARS: i64 = 1_000;

/// A call of a word.
pub struct Call<'a> {
    /// The scorecard under construction.
    pub builder: &'a mut Builder,
    /// The word.
    pub name: &'static str,
    /// Where the word stands.
    pub span: Span,
    /// The receiver, for settings.
    pub receiver: Option<Value>,
    /// The arguments, without the receiver.
    pub args: Vec<Dynamic>,
    /// The whole call: from the word to the closing bracket.
    pub whole: Span,
    /// Where they stand; may be shorter when the call could not be found in the text.
    pub arg_spans: Vec<Span>,
    /// Everything that compiling a closure needs.
    pub closures: super::capture::Closures,
}

/// What kind of thing a value of the script is.
pub fn kind_of(value: &Dynamic) -> Kind {
    if let Some(handle) = value.read_lock::<Value>() {
        return handle.kind();
    }
    if value.is_string() || value.is_char() {
        Kind::Text
    } else if value.is_int() || value.is_float() {
        Kind::Number
    } else if value.is_bool() {
        Kind::Bool
    } else if value.is_array() {
        Kind::Array
    } else if value.is_map() {
        Kind::Map
    } else if value.is_fnptr() {
        Kind::Closure
    } else {
        Kind::Nothing
    }
}

/// A plain value of the script as a literal.
pub fn literal_of(value: &Dynamic) -> Option<Literal> {
    if let Ok(number) = value.as_int() {
        Some(Literal::Int(number))
    } else if let Ok(number) = value.as_float() {
        number.is_finite().then_some(Literal::Float(number))
    } else if let Ok(truth) = value.as_bool() {
        Some(Literal::Bool(truth))
    } else if let Ok(letter) = value.as_char() {
        Some(Literal::Text(letter.to_string()))
    } else {
        value
            .read_lock::<ImmutableString>()
            .map(|text| Literal::Text(text.to_string()))
    }
}

impl Call<'_> {
    /// Where argument `index` stands; the word itself when that is unknown.
    pub fn arg_span(&self, index: usize) -> Span {
        self.arg_spans.get(index).copied().unwrap_or(self.span)
    }

    /// The whole call: from the word to the closing bracket.
    pub const fn whole(&self) -> Span {
        self.whole
    }

    /// How many arguments there are.
    pub fn count(&self) -> usize {
        self.args.len()
    }

    /// The argument, if it is there.
    pub fn arg(&self, index: usize) -> Option<&Dynamic> {
        self.args.get(index)
    }

    /// The kind of an argument; nothing when absent.
    pub fn kind(&self, index: usize) -> Kind {
        self.arg(index).map_or(Kind::Nothing, kind_of)
    }

    /// The handle in an argument.
    pub fn handle(&self, index: usize) -> Option<Value> {
        self.arg(index)?.read_lock::<Value>().map(|value| value.clone())
    }

    /// Reports an error at a span.
    pub fn error(&mut self, code: crate::diagnostic::Code, span: Span, message: impl Into<String>, help: &str) {
        self.builder.error(code, span, message, help);
    }

    /// Reports a setting whose value makes no sense.
    pub fn bad(&mut self, index: usize, message: impl Into<String>, help: &str) {
        let span = self.arg_span(index);
        self.builder.error(codes::BAD_SETTING, span, message, help);
    }

    /// Reports an argument of the wrong kind, with the repair where it can be guessed. Mistakes told before are not
    /// told again.
    pub fn wrong(&mut self, index: usize, wanted: &str) {
        let Some(value) = self.arg(index).cloned() else {
            return;
        };
        let kind = kind_of(&value);
        if kind == Kind::Poison {
            return;
        }
        let span = self.arg_span(index);
        // A mistake inside the value was told already: `2027-12-31` without quotes, a comparison outside a closure.
        let inside = |told: &Span| told.source == span.source && told.start >= span.start && told.end <= span.end;
        if self
            .builder
            .diagnostics
            .iter()
            .any(|told| told.is_error() && told.span.as_ref().is_some_and(inside))
        {
            return;
        }
        let written = self.builder.sources.slice(span).trim().to_owned();
        let (mut message, help) = explain_wrong(self.name, wanted, kind, &value, &written);
        if message.is_empty() {
            message = format!("`{}` takes {wanted} here, and this is {}", self.name, kind.phrase());
        }
        self.builder
            .error(codes::WRONG_ARGUMENT, span, message, help.unwrap_or_default());
    }

    /// Adds a finding.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.builder.push(diagnostic);
    }
}

/// Message and help for an argument of the wrong kind; an empty message takes the usual one.
fn explain_wrong(word: &str, wanted: &str, kind: Kind, value: &Dynamic, written: &str) -> (String, Option<String>) {
    let text = match literal_of(value) {
        Some(Literal::Text(text)) => Some(text),
        _ => None,
    };
    match (wanted, kind, text) {
        ("a number", Kind::Text, Some(text)) => {
            let bare = text.trim();
            if let Some(number) = bare
                .strip_suffix('%')
                .map(str::trim)
                .filter(|n| n.parse::<f64>().is_ok())
            {
                let help = format!("write a number without % and quotes: {number}");
                return (format!("`{word}` takes a number, and this is text"), Some(help));
            }
            let help = bare
                .replace([',', '_', ' '], "")
                .parse::<f64>()
                .ok()
                .map(|_| format!("write it without quotes: {}", bare.replace([',', ' '], "_")));
            (format!("`{word}` takes a number, and this is text"), help)
        }
        ("a date", Kind::Number, _) => {
            let date = written.replace(' ', "");
            let help = if date.contains('-') {
                format!("a date is text: \"{date}\"")
            } else {
                "a date is text: \"2027-12-31\"".to_owned()
            };
            (format!("`{word}` takes a date, and this is a number"), Some(help))
        }
        ("text", Kind::Number, _) => (
            format!("`{word}` takes text, and this is a number"),
            Some(format!("write it in double quotes: \"{written}\"")),
        ),
        (_, Kind::Closure, _) if wanted.starts_with("a number") => (
            format!("`{word}` takes a number here, and this is a condition"),
            Some(format!("the order is {}", order_of(word))),
        ),
        _ => (String::new(), None),
    }
}

/// The order of arguments of the words whose order is easily mistaken.
fn order_of(word: &str) -> String {
    match word {
        "cap" | "floor" | "knock_out" => format!("value, condition, reason: .{word}(40, |m| m.fcr < 60, \"why\")"),
        other => format!("as in the reference of `{other}`"),
    }
}

/// Message and help for a text that is no date.
fn explain_date(text: &str) -> (String, String) {
    let parts: Vec<&str> = text.trim().split(['-', '/', '.']).collect();
    let numbers: Vec<u32> = parts.iter().filter_map(|part| part.parse().ok()).collect();
    match numbers.as_slice() {
        [year, month, day] if parts.len() == 3 && parts.first().is_some_and(|part| part.len() == 4) => {
            let tidy = format!("{year:04}-{month:02}-{day:02}");
            if CivilDate::parse(&tidy).is_some() {
                (
                    format!("`{text}` is no date as a card writes it"),
                    format!("write \"{tidy}\""),
                )
            } else {
                (
                    format!("there is no such day: `{text}`"),
                    "a date is year, month and day: \"2027-02-28\"".into(),
                )
            }
        }
        [_, _, year] if *year > 999 => (
            format!("`{text}` is no date as a card writes it"),
            format!("a date is year, month and day: \"{year}-12-31\""),
        ),
        _ => (
            format!("`{text}` is no date"),
            "a date is year, month and day: \"2027-12-31\"".into(),
        ),
    }
}
