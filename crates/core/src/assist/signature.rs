//! The call around the cursor and the parameter that is being written.

use super::declared::Card;
use super::kind::doc_of;
use super::place::Cursor;
use super::reading::NONE;
use super::wire::{Signature, SignatureParam};

/// The innermost call of a word of the language around a byte.
pub(super) fn signature(card: &Card<'_, '_>, offset: u32) -> Option<Signature> {
    let reading = card.reading();
    let cursor = Cursor::new(reading, offset);
    if cursor.nowhere && reading.in_comment(offset) {
        return None;
    }
    let mut state = cursor.state;
    for _ in 0..64 {
        if state.outer == NONE || reading.is(state.outer, "{") {
            return None;
        }
        let name = state
            .outer
            .checked_sub(1)
            .filter(|name| reading.call(*name) == Some(state.outer));
        let receiver = name.and_then(|name| card.names.receiver(name, 0));
        let given = reading.pieces(state.outer).len().max(state.index + 1);
        let doc = name.and_then(|name| doc_of(reading.word(name), receiver.as_ref(), given));
        if let Some(doc) = doc {
            // What stands before the dot of a function of rows is its first value.
            let skipped = usize::from(receiver.is_some() && doc.on.is_empty());
            let several = doc.params.iter().position(|param| param.several);
            let at = state.index + skipped;
            let active = (at < doc.params.len()).then_some(at).or(several);
            return Some(Signature {
                text: doc.signature.clone(),
                params: doc
                    .params
                    .iter()
                    .map(|param| SignatureParam {
                        name: param.name.clone(),
                        kind: param.kind.clone(),
                        optional: param.optional,
                        several: param.several,
                    })
                    .collect(),
                active: active.map(|active| active as u32),
                docs: doc.doc.clone(),
            });
        }
        state = reading.state(state.outer);
    }
    None
}
