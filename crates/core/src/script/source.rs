//! The texts of a card and its modules, and the way from places in the engine to spans.
//!
//! Imports: definition, diagnostic, script::position.

use rhai::Position;
use sha2::{Digest, Sha256};

use super::position::Positions;
use crate::definition::SourceInfo;
use crate::diagnostic::Span;

/// The card (number 0) and its modules.
pub struct Sources {
    texts: Vec<SourceText>,
}

/// One text.
pub struct SourceText {
    /// The name that the host gave.
    pub name: String,
    /// Its words with their places.
    pub positions: Positions,
}

impl Sources {
    /// Takes the texts in.
    pub fn new<'a>(card: (&'a str, &'a str), modules: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let texts = std::iter::once(card)
            .chain(modules)
            .zip(0_u16..)
            .map(|((name, text), number)| SourceText {
                name: name.into(),
                positions: Positions::new(number, text),
            })
            .collect();
        Self { texts }
    }

    /// A text by number.
    pub fn get(&self, number: u16) -> Option<&SourceText> {
        self.texts.get(usize::from(number))
    }

    /// All texts with their places: the card, then its modules.
    pub fn positions(&self) -> impl Iterator<Item = &Positions> {
        self.texts.iter().map(|source| &source.positions)
    }

    /// The name of a text.
    pub fn name(&self, number: u16) -> &str {
        self.get(number).map_or("", |source| source.name.as_str())
    }

    /// What stands at a span.
    pub fn slice(&self, span: Span) -> &str {
        self.get(span.source)
            .map_or("", |source| source.positions.snippet(span))
    }

    /// Names of modules.
    pub fn modules(&self) -> impl Iterator<Item = &str> {
        self.texts.iter().skip(1).map(|source| source.name.as_str())
    }

    /// The number of a module by name.
    pub fn module(&self, name: &str) -> Option<u16> {
        let place = self.texts.iter().skip(1).position(|source| source.name == name)?;
        u16::try_from(place + 1).ok()
    }

    /// The word at a place of a text.
    pub fn word(&self, number: u16, position: Position) -> Span {
        self.get(number)
            .map_or_else(Span::default, |source| source.positions.token(position))
    }

    /// The word that a property access or an index names: `recommend` of `.recommend`, `"Q8-1"` of `["Q8-1"]`.
    pub fn member(&self, number: u16, position: Position) -> Span {
        let Some(source) = self.get(number) else {
            return Span::default();
        };
        let positions = &source.positions;
        let at = positions.token(position);
        if matches!(positions.snippet(at), "." | "?." | "[" | "?[") {
            let tokens = positions.tokens();
            let next = tokens.partition_point(|token| token.start <= at.start);
            return tokens.get(next).map_or(at, |token| positions.span_of(token));
        }
        at
    }

    /// Whether the word at a place is called as a method: it stands behind a dot.
    pub fn is_method(&self, word: Span) -> bool {
        let Some(source) = self.get(word.source) else {
            return false;
        };
        let tokens = source.positions.tokens();
        let index = tokens.partition_point(|token| token.start < word.start);
        index
            .checked_sub(1)
            .and_then(|before| tokens.get(before))
            .is_some_and(|token| matches!(source.positions.text_of(token), "." | "?."))
    }

    /// The `///` lines right above the line of a span, as one text.
    pub fn doc_above(&self, span: Span) -> Option<String> {
        let text = self.get(span.source)?.positions.text();
        let doc = doc_before(text.get(..span.start as usize)?);
        (!doc.is_empty()).then_some(doc)
    }

    /// The items of a list that is written at a span, one span each; empty where no list is written.
    pub fn items(&self, list: Span) -> Vec<Span> {
        let Some(source) = self.get(list.source) else {
            return Vec::new();
        };
        let positions = &source.positions;
        let tokens = positions.tokens();
        let open = tokens.partition_point(|token| token.start < list.start);
        let Some(first) = tokens.get(open).filter(|token| positions.text_of(token) == "[") else {
            return Vec::new();
        };
        let Some(close) = first.partner.map(|partner| partner as usize) else {
            return Vec::new();
        };
        let mut items = Vec::new();
        let mut begun: Option<Span> = None;
        let mut at = open + 1;
        while let Some(token) = tokens.get(at).filter(|_| at < close) {
            if positions.text_of(token) == "," {
                items.extend(begun.take());
            } else {
                let partner = token
                    .partner
                    .map(|partner| partner as usize)
                    .filter(|partner| *partner > at);
                let last = partner.unwrap_or(at);
                let end = tokens.get(last).map_or(token.end, |token| token.end);
                let here = Span {
                    end,
                    ..positions.span_of(token)
                };
                begun = Some(begun.map_or(here, |span| span.to(here)));
                at = last;
            }
            at += 1;
        }
        items.extend(begun);
        items
    }

    /// Names and hashes, for provenance.
    pub fn info(&self) -> Vec<SourceInfo> {
        self.texts
            .iter()
            .map(|source| SourceInfo {
                name: source.name.clone(),
                sha256: Sha256::digest(source.positions.text().as_bytes())
                    .iter()
                    .map(|byte| format!("{byte:02x}"))
                    .collect(),
            })
            .collect()
    }
}

/// The `///` lines at the end of a text, and right above its last line where that has begun, as one text.
pub fn doc_before(text: &str) -> String {
    let mut lines: Vec<&str> = text
        .lines()
        .rev()
        .skip(usize::from(!text.ends_with('\n')))
        .map_while(|line| line.trim().strip_prefix("///"))
        .map(str::trim)
        .collect();
    lines.reverse();
    lines.join(" ")
}
