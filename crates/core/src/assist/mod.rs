//! The language service of an editor: completion, hovers, signatures, definitions, outline and formatting.
//!
//! It works on the words of the text, which at a cursor seldom parse, and takes what the card as it last compiled and the
//! tables at hand add to that. Nothing here can fail: an answer that is not known is empty.
//!
//! Imports: definition, diagnostic, data, script::{lexer, reference}. Never: the engine, any number of a report.

mod action;
mod complete;
mod declared;
mod definition;
mod format;
mod hover;
mod kind;
mod known;
mod outline;
mod place;
mod reading;
mod signature;
mod wire;

#[cfg(test)]
mod tests;

pub use format::{Formatted, WIDTH, format};
pub use known::{Known, KnownColumn, KnownTable};
pub use wire::{
    Action, Completion, CompletionKind, DeclaredKind, Edit, Fact, Hover, OutlineItem, ParamOutline, Signature,
    SignatureParam,
};

use crate::diagnostic::{Diagnostic, Span};

/// A text that questions are asked about.
#[derive(Debug)]
pub struct Assist<'a> {
    reading: reading::Reading<'a>,
    known: Known<'a>,
}

impl<'a> Assist<'a> {
    /// Reads a text. Offsets of questions and spans of answers count its bytes.
    ///
    /// ```
    /// use bellwether::assist::{Assist, Known};
    /// let text = "outcome(\"kept\", rate(customers, |c| !c.churned));\nmetric(\"nps\", nps(survey.recommend)).drives(\"";
    /// let offers = Assist::new(text, Known::default()).complete(text.len() as u32);
    /// assert_eq!(offers[0].label, "kept");
    /// ```
    #[must_use]
    pub fn new(text: &'a str, known: Known<'a>) -> Self {
        Self {
            reading: reading::Reading::new(text),
            known,
        }
    }

    fn card(&self) -> declared::Card<'_, 'a> {
        declared::Card::new(&self.reading, self.known)
    }

    /// A byte inside of the text, at the border of a character.
    fn inside(&self, offset: u32) -> u32 {
        let text = self.reading.text;
        let mut at = (offset as usize).min(text.len());
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        at as u32
    }

    /// What may stand at a byte, best first.
    #[must_use]
    pub fn complete(&self, offset: u32) -> Vec<Completion> {
        complete::complete(&self.card(), self.inside(offset))
    }

    /// What is to be said about the word at a byte.
    #[must_use]
    pub fn hover(&self, offset: u32) -> Option<Hover> {
        hover::hover(&self.card(), self.inside(offset))
    }

    /// The call around a byte and the parameter at it.
    #[must_use]
    pub fn signature(&self, offset: u32) -> Option<Signature> {
        signature::signature(&self.card(), self.inside(offset))
    }

    /// Where the thing at a byte is declared: its name there.
    #[must_use]
    pub fn definition(&self, offset: u32) -> Option<Span> {
        definition::definition(&self.card(), self.inside(offset))
    }

    /// Everywhere that the thing at a byte is meant, its declaration included.
    #[must_use]
    pub fn references(&self, offset: u32) -> Vec<Span> {
        definition::references(&self.card(), self.inside(offset))
    }

    /// The edits that give the thing at a byte another name; `None` where that is not safe.
    #[must_use]
    pub fn rename(&self, offset: u32, name: &str) -> Option<Vec<Edit>> {
        definition::rename(&self.card(), self.inside(offset), name)
    }

    /// What can be done about a finding of this text, best first.
    #[must_use]
    pub fn actions(&self, finding: &Diagnostic) -> Vec<Action> {
        action::actions(&self.card(), finding)
    }

    /// What the card declares, in order of its text.
    #[must_use]
    pub fn outline(&self) -> Vec<OutlineItem> {
        outline::outline(&self.card())
    }
}
