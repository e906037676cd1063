//! What may stand at the cursor.
//!
//! Imports: definition, diagnostic, script::reference, assist.

mod choices;
pub(super) mod words;

use bellwether_order::Sort;

use super::declared::Card;
use super::kind::Kind;
use super::place::{Cursor, Wanted};
use super::reading::NONE;
use super::wire::{Completion, CompletionKind};
use crate::diagnostic::Span;
use crate::script::lexer::TokenKind;
use crate::script::reference::FunctionDoc;

/// Something to offer, before it is matched with what is typed.
#[derive(Debug, Clone)]
pub(super) struct Offer {
    pub label: String,
    pub kind: CompletionKind,
    /// What is written; the label where empty.
    pub insert: String,
    pub snippet: bool,
    pub detail: Option<String>,
    pub docs: Option<String>,
    /// The word of the language that it is.
    pub word: Option<&'static FunctionDoc>,
    /// Smaller comes first.
    pub rank: u32,
}

impl Offer {
    pub(super) fn new(label: impl Into<String>, kind: CompletionKind, rank: u32) -> Self {
        Self {
            label: label.into(),
            kind,
            insert: String::new(),
            snippet: false,
            detail: None,
            docs: None,
            word: None,
            rank,
        }
    }

    pub(super) fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into()).filter(|detail| !detail.is_empty());
        self
    }

    pub(super) fn docs(mut self, docs: impl Into<String>) -> Self {
        self.docs = Some(docs.into()).filter(|docs| !docs.is_empty());
        self
    }

    pub(super) const fn of_word(mut self, word: &'static FunctionDoc) -> Self {
        self.word = Some(word);
        self
    }

    pub(super) fn insert(mut self, insert: impl Into<String>, snippet: bool) -> Self {
        self.insert = insert.into();
        self.snippet = snippet;
        self
    }
}

/// Most offers of one answer.
const MOST: usize = 300;

/// What may stand at a byte of the card, best first.
pub(super) fn complete(card: &Card<'_, '_>, offset: u32) -> Vec<Completion> {
    let reading = card.reading();
    let cursor = Cursor::new(reading, offset);
    if cursor.nowhere {
        return Vec::new();
    }
    if let Some(text) = cursor.text {
        let span = content_span(card, text, offset);
        let typed = typed(card, span.start, offset);
        let offers = card.choices(&card.wanted_at(text));
        let quoted = offers.into_iter().map(|offer| {
            let insert = escape(&offer.label);
            offer.insert(insert, false)
        });
        return ranked(quoted.collect(), &typed, span);
    }
    let span = match cursor.word {
        Some(word) => reading.span(word),
        None => Span::new(offset, offset),
    };
    let typed = typed(card, span.start, offset);
    ranked(card.offers(&cursor), &typed, span)
}

impl Card<'_, '_> {
    fn offers(&self, cursor: &Cursor) -> Vec<Offer> {
        let reading = self.reading();
        if cursor.fresh {
            return self.statements(cursor);
        }
        let before = cursor.before;
        let word_before = before.map_or("", |before| reading.word(before));
        match word_before {
            "let" | "const" | "fn" | "as" | "for" => return Vec::new(),
            "import" => return self.quoted(&Wanted::Modules),
            "." | "?." => {
                let dot = before.unwrap_or(NONE);
                return self.members_of(&self.names.before(dot, 0), cursor);
            }
            "::" => {
                let module = before.and_then(|before| before.checked_sub(1)).unwrap_or(NONE);
                return self.functions_of(module);
            }
            _ => {}
        }
        // Behind a value nothing can stand but an operator, or a statement on the next line.
        let new_line = before.is_some_and(|before| self.line_between(before, cursor));
        let behind_value = before.is_some_and(|before| {
            matches!(reading.word(before), ")" | "]" | "}")
                || matches!(
                    reading.kind(before),
                    Some(TokenKind::Number | TokenKind::Text | TokenKind::Template)
                )
                || reading.is_name(before) && !words::KEYWORDS.contains(&word_before)
        });
        let starts = self.at_start(cursor);
        if behind_value && !starts && !new_line {
            return Vec::new();
        }
        if starts {
            return self.statements(cursor);
        }
        let in_map = cursor.state.outer != NONE && reading.is(cursor.state.outer, "#{");
        if in_map && matches!(word_before, "#{" | ",") {
            let Some(call) = self.call_at(cursor.state) else {
                return Vec::new();
            };
            return self.key_offers(&call);
        }
        if matches!(word_before, "|" | ",") && self.names_parameters(cursor) {
            return Vec::new();
        }
        if let Some(closure) = self.closure_at(cursor) {
            return self.in_closure(closure, cursor);
        }
        if let Some(before) = before
            && matches!(word_before, "==" | "!=")
        {
            return self.values_compared(before);
        }
        match self.call_at(cursor.state) {
            Some(call) if !call.in_map => self.arguments(&call),
            _ => self.values(),
        }
    }

    /// Whether a line ends between a token and the cursor or the word that it touches.
    fn line_between(&self, before: usize, cursor: &Cursor) -> bool {
        let from = self.reading().span(before).end as usize;
        let to = cursor
            .word
            .map_or(cursor.offset, |word| self.reading().span(word).start) as usize;
        self.reading().text.get(from..to).is_some_and(|gap| gap.contains('\n'))
    }

    /// Whether a statement may begin at the cursor.
    fn at_start(&self, cursor: &Cursor) -> bool {
        let reading = self.reading();
        let first = cursor
            .word
            .or_else(|| cursor.before.map(|before| before + 1))
            .unwrap_or(0);
        let in_block = cursor.state.outer == NONE || reading.is(cursor.state.outer, "{");
        let block_of_closure = self.closure_at(cursor).is_some();
        in_block && !block_of_closure && cursor.state.statement == first && !self.in_function(cursor)
            || cursor
                .word
                .is_some_and(|word| reading.state(word).statement == word && in_block && !block_of_closure)
    }

    /// Whether the cursor is in the body of a function.
    fn in_function(&self, cursor: &Cursor) -> bool {
        let reading = self.reading();
        cursor.state.outer != NONE && reading.is(reading.state(cursor.state.outer).statement, "fn")
    }

    /// Whether the cursor stands between the bars of a closure's parameters.
    fn names_parameters(&self, cursor: &Cursor) -> bool {
        let reading = self.reading();
        let Some(before) = cursor.before else { return false };
        let piece = cursor.state.piece;
        reading.is(piece, "|") && (piece..=before).filter(|at| reading.is(*at, "|")).count() == 1
    }
}

/// The content of a text in quotes that an offer replaces: all of it, or up to the cursor where the quotes seem to be
/// those of two texts.
fn content_span(card: &Card<'_, '_>, text: usize, offset: u32) -> Span {
    let reading = card.reading();
    let span = reading.span(text);
    let word = reading.word(text);
    let head = if word.starts_with('#') {
        word.len() - word.trim_start_matches('#').len() + 1
    } else {
        1
    };
    let start = (span.start + head as u32).min(offset);
    if reading.kind(text) != Some(TokenKind::Text) {
        return Span::new(start, offset);
    }
    let end = span.end.saturating_sub(head as u32).max(offset);
    let rest = reading.text.get(offset as usize..end as usize).unwrap_or_default();
    let strays = rest.contains([',', ')', ';', '(', '|']);
    Span::new(start, if strays { offset } else { end })
}

fn typed(card: &Card<'_, '_>, start: u32, offset: u32) -> String {
    let text = card.reading().text;
    text.get(start as usize..offset as usize)
        .unwrap_or_default()
        .to_lowercase()
}

/// How well a label fits what is typed: 0 begins with it, 1 has a word that does, 2 holds its letters in order.
fn fit(label: &str, typed: &str) -> Option<u32> {
    let label = label.to_lowercase();
    if label.starts_with(typed) {
        return Some(0);
    }
    if label
        .split(['_', ' ', '.', '-', '"'])
        .any(|part| part.starts_with(typed))
    {
        return Some(1);
    }
    // The letters in order, from the first.
    if typed.chars().next() != label.chars().next() {
        return None;
    }
    let mut letters = typed.chars().peekable();
    for c in label.chars() {
        if letters.peek() == Some(&c) {
            letters.next();
        }
    }
    (letters.peek().is_none() && typed.chars().count() > 1).then_some(2)
}

/// The offers that fit, best first; of two with one label the better.
fn ranked(offers: Vec<Offer>, typed: &str, span: Span) -> Vec<Completion> {
    let mut fitting: Vec<(u32, Offer)> = offers
        .into_iter()
        .filter_map(|offer| Some((fit(&offer.label, typed)?, offer)))
        .collect();
    fitting.order_by_key(|(fit, offer)| (*fit, offer.rank));
    let mut found: Vec<Completion> = Vec::new();
    for (_, offer) in fitting {
        if found
            .iter()
            .any(|known| known.label == offer.label && known.kind == offer.kind)
        {
            continue;
        }
        let of_word = |word: &FunctionDoc| format!("{}\n\n```rhai\n{}\n```", word.doc, word.example);
        let docs = offer.docs.or_else(|| offer.word.map(of_word));
        found.push(Completion {
            insert: if offer.insert.is_empty() {
                offer.label.clone()
            } else {
                offer.insert
            },
            deprecated: offer.word.is_some_and(|word| word.doc.starts_with("Deprecated")),
            label: offer.label,
            kind: offer.kind,
            snippet: offer.snippet,
            detail: offer.detail,
            docs,
            order: found.len() as u32,
            span,
        });
        if found.len() == MOST {
            break;
        }
    }
    found
}

/// A text as it stands between quotes.
pub(super) fn escape(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

/// Whether a name can be written behind a dot.
pub(super) fn is_plain(name: &str) -> bool {
    let mut chars = name.chars();
    chars.next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
        && chars.all(|c| c.is_ascii_alphanumeric() || c == '_')
        && !words::KEYWORDS.contains(&name)
        && !words::RESERVED.contains(&name)
}

/// A fact of a kind, for the details of a variable.
pub(super) fn kind_detail(kind: &Kind) -> String {
    match kind {
        Kind::Table(table) => format!("table {table}"),
        Kind::Row(table) => format!("row of {table}"),
        Kind::Cells => "the metrics of a cell".to_owned(),
        Kind::Column(table, column) => format!("column {table}.{column}"),
        Kind::Thing(thing) => thing.word.clone(),
        Kind::Module(name) => format!("module {name}"),
        other => other.word().to_owned(),
    }
}
