//! What a card declares, in order of its text.
//!
//! Imports: definition, script::lexer, assist.

use bellwether_order::Sort;

use super::declared::{Card, Symbol, functions};
use super::wire::{DeclaredKind, OutlineItem, ParamOutline};
use crate::definition::Literal;
use crate::diagnostic::Span;
use crate::script::lexer::TokenKind;

/// Everything that is declared: by the text, and by loops of it where the card compiled.
pub(super) fn outline(card: &Card<'_, '_>) -> Vec<OutlineItem> {
    let reading = card.reading();
    let mut items: Vec<OutlineItem> = card.symbols.iter().map(|symbol| item(card, symbol)).collect();
    for (name, body) in functions(reading) {
        items.push(OutlineItem {
            kind: DeclaredKind::Function,
            name: reading.word(name).to_owned(),
            label: None,
            span: reading
                .span(reading.state(name).statement)
                .to(reading.stretch((name, reading.past(body)))),
            name_span: reading.span(name),
            param: None,
        });
    }
    items.extend(from_loops(card));
    items.order_by_key(|item| (item.span.start, item.span.end));
    items
}

fn item(card: &Card<'_, '_>, symbol: &Symbol) -> OutlineItem {
    let reading = card.reading();
    let end = reading.statement_end(symbol.word);
    let first = reading.state(symbol.word).statement.min(symbol.word);
    OutlineItem {
        kind: symbol.kind,
        name: symbol.name.clone(),
        label: card.label(symbol),
        span: reading.stretch((first, end)),
        name_span: reading.span(symbol.token),
        param: (symbol.kind == DeclaredKind::Param).then(|| param(card, symbol)),
    }
}

/// What a param may be, from the text; its value from the card as it last compiled.
fn param(card: &Card<'_, '_>, symbol: &Symbol) -> ParamOutline {
    let reading = card.reading();
    let pieces = reading
        .call(symbol.word)
        .map(|open| reading.pieces(open))
        .unwrap_or_default();
    let default = pieces.get(1).copied();
    let literal = |piece: (usize, usize)| -> Option<Literal> {
        let (sign, at) = if reading.is(piece.0, "-") {
            (-1, piece.0 + 1)
        } else {
            (1, piece.0)
        };
        if at + 1 != piece.1 {
            return None;
        }
        match (reading.kind(at)?, reading.word(at)) {
            (TokenKind::Number, text) => {
                let text = text.replace('_', "");
                let whole = text.parse::<i64>().ok().map(|value| Literal::Int(value * sign));
                whole.or_else(|| {
                    text.parse::<f64>()
                        .ok()
                        .map(|value| Literal::Float(value * sign as f64))
                })
            }
            (TokenKind::Word, "true") => Some(Literal::Bool(true)),
            (TokenKind::Word, "false") => Some(Literal::Bool(false)),
            _ => reading.literal(at).map(Literal::Text),
        }
    };
    let option = |name: &str| {
        let (open, _) = pieces.get(2).copied()?;
        let found = reading
            .pieces(open)
            .into_iter()
            .find(|piece| reading.is(piece.0, name) && reading.is(piece.0 + 1, ":"))?;
        literal((found.0 + 2, found.1))
    };
    let number = |name: &str| option(name).and_then(|value| value.as_f64());
    let compiled = card
        .known
        .card
        .and_then(|card| card.params.iter().find(|param| param.name == symbol.name));
    let default_value = default.and_then(literal);
    ParamOutline {
        value: compiled
            .map(|param| param.value.clone())
            .or_else(|| default_value.clone()),
        default: default_value.or_else(|| compiled.map(|param| param.default.clone())),
        default_span: default.map(|piece| reading.stretch(piece)),
        min: number("min"),
        max: number("max"),
        help: match option("help") {
            Some(Literal::Text(help)) => Some(help),
            _ => None,
        },
    }
}

/// Metrics, scores and segments of the card's own text whose names are no plain text: those that a loop makes.
fn from_loops(card: &Card<'_, '_>) -> Vec<OutlineItem> {
    let mut items = Vec::new();
    let Some(compiled) = card.known.card else { return items };
    let mut add = |kind: DeclaredKind, name: &str, span: Span, label: &Option<String>| {
        let known = card.symbols.iter().any(|symbol| symbol.name == name);
        let inside = (span.end as usize) <= card.reading().text.len();
        if span.source == 0 && inside && !known && card.named(kind).iter().any(|(named, _)| named == name) {
            items.push(OutlineItem {
                kind,
                name: name.to_owned(),
                label: label.clone(),
                span,
                name_span: span,
                param: None,
            });
        }
    };
    for metric in &compiled.metrics {
        let kind = match metric.role {
            crate::definition::Role::Metric => DeclaredKind::Metric,
            crate::definition::Role::Outcome => DeclaredKind::Outcome,
        };
        add(kind, &metric.name.value, metric.name.span, &metric.label);
    }
    for score in &compiled.scores {
        add(DeclaredKind::Score, &score.name.value, score.name.span, &score.label);
    }
    for segment in &compiled.segments {
        add(
            DeclaredKind::Segment,
            &segment.name.value,
            segment.name.span,
            &segment.label,
        );
    }
    items
}
