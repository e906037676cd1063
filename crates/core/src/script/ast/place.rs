//! Where the pieces of a tree stand: Rhai tells starts only, and the words of the text tell the ends.
//!
//! Imports: diagnostic, script::position.

use rhai::{Ident, Position};

use super::{Name, Reader, Stretch};
use crate::diagnostic::Span;

impl Reader<'_> {
    pub(super) fn name(&self, name: &Ident) -> Name {
        Name {
            text: name.name.to_string(),
            span: self.positions.token(name.pos),
        }
    }

    pub(super) fn names(&self, path: &[Ident]) -> Vec<Name> {
        path.iter().map(|name| self.name(name)).collect()
    }

    /// The word or symbol at a position.
    pub(super) fn symbol(&self, at: Position) -> Name {
        let span = self.positions.token(at);
        Name {
            text: self.positions.snippet(span).to_owned(),
            span,
        }
    }

    /// The token at a position, up to its closing bracket where it opens one.
    pub(super) fn bracketed(&self, at: Position) -> Span {
        match self.positions.index(at) {
            Some(index) => {
                let span = self.positions.token(at);
                let opens = self
                    .positions
                    .tokens()
                    .get(index)
                    .and_then(|token| token.partner)
                    .is_some();
                if opens {
                    self.positions.cover(index, index)
                } else {
                    span
                }
            }
            None => self.positions.token(at),
        }
    }

    /// From a keyword to the end of a span.
    pub(super) fn from(&self, at: Position, last: Span) -> Span {
        self.stretch(self.positions.token(at), last)
    }

    /// The tokens of a span.
    pub(super) fn tokens_of(&self, span: Span) -> Option<Stretch> {
        let first = self.positions.index_at(span.start)?;
        let last = self.positions.index_at(span.end.saturating_sub(1).max(span.start))?;
        Some((first, last))
    }

    /// From one span to another, brackets closed.
    pub(super) fn stretch(&self, first: Span, last: Span) -> Span {
        match (self.tokens_of(first), self.tokens_of(last)) {
            (Some((from, _)), Some((_, to))) => self.positions.cover(from, to),
            _ => first.to(last),
        }
    }

    /// What stands before an operator: from `left` to the token before it.
    pub(super) fn before(&self, left: Span, at: Position) -> Span {
        match (
            self.tokens_of(left),
            self.positions.index(at).and_then(|index| index.checked_sub(1)),
        ) {
            (Some((from, _)), Some(to)) => self.positions.cover(from, to.max(from)),
            _ => left,
        }
    }

    /// An operator and what stands behind it.
    pub(super) fn after(&self, at: Position, right: Span) -> Span {
        match (self.positions.index(at), self.tokens_of(right)) {
            (Some(from), Some((_, to))) => self.positions.cover(from, to),
            _ => right,
        }
    }

    /// An operator and both sides.
    pub(super) fn around(&self, left: Span, at: Position, right: Span) -> Span {
        self.before(left, at).to(self.after(at, right))
    }
}
