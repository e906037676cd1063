//! Where the thing under the cursor is declared, where else it is meant, and how to call it something else.
//!
//! Imports: script::lexer, diagnostic, assist.

use super::complete::{escape, is_plain};
use super::declared::{Card, functions};
use super::hover::{NAMED, token_at};
use super::kind::Kind;
use super::place::Wanted;
use super::wire::{DeclaredKind, Edit};
use crate::diagnostic::Span;

/// A thing that a name can mean.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Meant {
    /// A variable, by the token that declares it.
    Variable(usize),
    /// The parameter of a closure, by its token.
    Parameter(usize),
    /// A function of the card, by its token.
    Function(usize),
    /// A metric, an outcome or a score.
    Named(String),
    /// A segment.
    Segment(String),
    /// A table.
    Table(String),
    /// An objective.
    Objective(String),
    /// A column, by table and name.
    Column(String, String),
}

/// Where the thing at a byte is declared; only in the card's own text.
pub(super) fn definition(card: &Card<'_, '_>, offset: u32) -> Option<Span> {
    let token = token_at(card, offset)?;
    let meant = card.meant(token)?;
    let reading = card.reading();
    let declared = |kinds: &[DeclaredKind], name: &str| card.symbol(kinds, name).map(|symbol| symbol.token);
    let found = match &meant {
        Meant::Variable(at) | Meant::Parameter(at) | Meant::Function(at) => Some(*at),
        Meant::Named(name) => declared(NAMED, name),
        Meant::Segment(name) => declared(&[DeclaredKind::Segment], name),
        Meant::Table(name) => declared(&[DeclaredKind::Table], name),
        Meant::Objective(name) => declared(&[DeclaredKind::Objective], name),
        Meant::Column(table, column) => {
            let info = card.column_info(table, column)?;
            info.made
                .or_else(|| info.tokens.iter().copied().find(|at| reading.literal(*at).is_some()))
        }
    };
    match found {
        Some(at) => Some(reading.span(at)),
        None => compiled(card, &meant),
    }
}

/// Where a loop or a module declares it.
fn compiled(card: &Card<'_, '_>, meant: &Meant) -> Option<Span> {
    let scorecard = card.known.card?;
    match meant {
        Meant::Named(name) => scorecard
            .metric(name)
            .map(|metric| metric.name.span)
            .or_else(|| scorecard.score(name).map(|score| score.name.span)),
        Meant::Segment(name) => scorecard.segment(name).map(|segment| segment.name.span),
        Meant::Table(name) => scorecard.table(name).map(|table| table.name.span),
        _ => None,
    }
}

/// Everywhere that the thing at a byte is meant, in order of the text.
pub(super) fn references(card: &Card<'_, '_>, offset: u32) -> Vec<Span> {
    let Some(meant) = token_at(card, offset).and_then(|token| card.meant(token)) else {
        return Vec::new();
    };
    let reading = card.reading();
    card.mentions(&meant)
        .into_iter()
        .map(|token| reading.span(token))
        .collect()
}

/// The edits that give the thing at a byte another name; `None` where that is not safe: for columns and tables, whose names
/// are those of the data, for a name that is taken, and for one that cannot be written everywhere.
pub(super) fn rename(card: &Card<'_, '_>, offset: u32, name: &str) -> Option<Vec<Edit>> {
    let meant = card.meant(token_at(card, offset)?)?;
    let reading = card.reading();
    let mentions = card.mentions(&meant);
    let in_script = mentions.iter().any(|token| reading.is_name(*token));
    let taken = match &meant {
        Meant::Table(_) | Meant::Column(..) => return None,
        Meant::Variable(_) | Meant::Parameter(_) | Meant::Function(_) => {
            let words = crate::script::reference::words();
            (0..reading.tokens().len()).any(|at| reading.is_name(at) && reading.is(at, name))
                || words.iter().any(|doc| doc.name == name)
        }
        Meant::Named(_) => card.symbol(NAMED, name).is_some(),
        Meant::Segment(_) => card.symbol(&[DeclaredKind::Segment], name).is_some(),
        Meant::Objective(_) => card.symbol(&[DeclaredKind::Objective], name).is_some(),
    };
    let declared = mentions
        .iter()
        .any(|token| card.symbols.iter().any(|symbol| symbol.token == *token));
    let unknown = matches!(meant, Meant::Named(_) | Meant::Segment(_) | Meant::Objective(_)) && !declared;
    if taken || unknown || name.is_empty() || (in_script && !is_plain(name)) {
        return None;
    }
    let edit = |token: usize| Edit {
        span: reading.span(token),
        text: if reading.is_name(token) {
            name.to_owned()
        } else {
            format!("\"{}\"", escape(name))
        },
    };
    Some(mentions.into_iter().map(edit).collect())
}

impl Card<'_, '_> {
    /// What a name or text means.
    fn meant(&self, token: usize) -> Option<Meant> {
        if self.reading().is_name(token) {
            self.meant_by_word(token)
        } else {
            self.meant_by_text(token)
        }
    }

    fn meant_by_word(&self, token: usize) -> Option<Meant> {
        let reading = self.reading();
        let word = reading.word(token);
        if let Some(receiver) = self.names.receiver(token, 0) {
            if reading.call(token).is_some() {
                return None;
            }
            return match self.names.property(&receiver, word) {
                Kind::Column(table, column) => Some(Meant::Column(table, column)),
                Kind::Number if receiver == Kind::Cells => Some(Meant::Named(word.to_owned())),
                _ => None,
            };
        }
        if reading.call(token).is_some() || reading.is(token.wrapping_sub(1), "fn") {
            let found = functions(reading).into_iter().find(|(name, _)| reading.is(*name, word));
            return found.map(|(name, _)| Meant::Function(name));
        }
        // A key of a map, and a function of a module, are no variables.
        if reading.is(token + 1, ":") || reading.is(token.wrapping_sub(1), "::") {
            return None;
        }
        let mut closures = self.names.closures(token, reading.state(token));
        if reading.is(reading.state(token).piece, "|") {
            let bar = reading.state(token).piece;
            let end = (bar + 1..bar + 20).find(|at| reading.is(*at, "|")).unwrap_or(bar);
            let open = reading.state(token).outer;
            closures.insert(0, super::kind::Closure { bar, end, open });
        }
        for closure in closures {
            if let Some(at) = (closure.bar + 1..closure.end).find(|at| reading.is(*at, word)) {
                return Some(Meant::Parameter(at));
            }
        }
        self.names
            .variable(word, token)
            .map(|variable| Meant::Variable(variable.token))
    }

    fn meant_by_text(&self, token: usize) -> Option<Meant> {
        let name = self.reading().literal(token)?;
        if let Some(symbol) = self.symbols.iter().find(|symbol| symbol.token == token) {
            return match symbol.kind {
                DeclaredKind::Table => Some(Meant::Table(name)),
                DeclaredKind::Segment => Some(Meant::Segment(name)),
                DeclaredKind::Objective => Some(Meant::Objective(name)),
                kind if NAMED.contains(&kind) => Some(Meant::Named(name)),
                _ => None,
            };
        }
        match self.wanted_at(token) {
            Wanted::Outcomes | Wanted::Named | Wanted::Metrics => Some(Meant::Named(name)),
            Wanted::Segments => Some(Meant::Segment(name)),
            Wanted::Tables => Some(Meant::Table(name)),
            Wanted::Objectives => Some(Meant::Objective(name)),
            Wanted::Columns(table) => Some(Meant::Column(table, name)),
            _ => None,
        }
    }

    /// The tokens that mean a thing.
    fn mentions(&self, meant: &Meant) -> Vec<usize> {
        let reading = self.reading();
        let name = match meant {
            Meant::Variable(at) | Meant::Parameter(at) | Meant::Function(at) => reading.word(*at).to_owned(),
            Meant::Named(name)
            | Meant::Segment(name)
            | Meant::Table(name)
            | Meant::Objective(name)
            | Meant::Column(_, name) => name.clone(),
        };
        (0..reading.tokens().len())
            .filter(|at| {
                let says = if reading.is_name(*at) {
                    reading.is(*at, &name)
                } else {
                    reading.literal(*at).as_deref() == Some(name.as_str())
                };
                says && self.meant(*at).as_ref() == Some(meant)
            })
            .collect()
    }
}
