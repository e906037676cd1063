//! What a part of a card says, apart from where it is written.

use serde::Serialize;
use serde_json::Value;

use crate::diagnostic::{Diagnostic, Span};

/// A part of a card as text that is the same wherever the part is written, and its places, in order.
///
/// Two parts that give the same text declare the same thing; their places correspond one by one.
#[derive(Debug, Clone, Default)]
pub(crate) struct Plain {
    pub(crate) text: String,
    pub(crate) spans: Vec<Span>,
}

impl Plain {
    /// Of any part of a definition.
    pub(crate) fn of<T: Serialize>(part: &T) -> Option<Self> {
        let mut value = serde_json::to_value(part).ok()?;
        let mut spans = Vec::new();
        take_spans(&mut value, &mut spans);
        Some(Self {
            text: value.to_string(),
            spans,
        })
    }

    /// A finding about these places as one about those of a part that says the same. `None`: it is about a place that the
    /// other has no counterpart of.
    pub(crate) fn moved(&self, to: &Self, finding: &Diagnostic) -> Option<Diagnostic> {
        let place = |span: Span| {
            let mut places = self.spans.iter().zip(&to.spans).filter(|(from, _)| **from == span);
            let (_, first) = places.next()?;
            places.all(|(_, other)| other == first).then_some(*first)
        };
        let mut finding = finding.clone();
        if let Some(span) = &mut finding.span {
            *span = place(*span)?;
        }
        for related in &mut finding.related {
            related.span = place(related.span)?;
        }
        if let Some(fix) = &mut finding.fix {
            fix.span = place(fix.span)?;
        }
        Some(finding)
    }
}

fn take_spans(value: &mut Value, spans: &mut Vec<Span>) {
    match value {
        Value::Object(fields) => {
            let is_span = fields.len() == 3 && ["source", "start", "end"].iter().all(|name| fields.contains_key(*name));
            if is_span && let Ok(span) = serde_json::from_value(Value::Object(fields.clone())) {
                spans.push(span);
                *value = Value::Null;
                return;
            }
            fields.values_mut().for_each(|value| take_spans(value, spans));
        }
        Value::Array(values) => values.iter_mut().for_each(|value| take_spans(value, spans)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::{Spanned, codes};

    #[test]
    fn the_same_words_elsewhere_are_the_same() {
        let here = vec![
            Spanned::new("region", Span::new(4, 10)),
            Spanned::new("plan", Span::new(12, 16)),
        ];
        let there = vec![
            Spanned::new("region", Span::new(40, 46)),
            Spanned::new("plan", Span::new(48, 52)),
        ];
        let (here, there) = (Plain::of(&here).unwrap(), Plain::of(&there).unwrap());
        assert_eq!(here.text, there.text);
        assert_eq!(here.spans, [Span::new(4, 10), Span::new(12, 16)]);
        let finding = Diagnostic::note(codes::ORPHANS, "rows").at(Span::new(12, 16));
        assert_eq!(here.moved(&there, &finding).unwrap().span, Some(Span::new(48, 52)));
        let elsewhere = Diagnostic::note(codes::ORPHANS, "rows").at(Span::new(1, 2));
        assert_eq!(here.moved(&there, &elsewhere), None);
        let other = Plain::of(&vec![Spanned::new("region", Span::new(4, 10))]).unwrap();
        assert_ne!(here.text, other.text);
    }
}
