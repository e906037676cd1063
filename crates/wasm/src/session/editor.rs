//! What an editor asks.

use bellwether::assist::{Assist, Known, KnownTable, format};
use bellwether::starter;

use super::{Failure, Session};
use crate::answer::FormattedText;
use crate::options::CardText;

impl Session {
    /// Asks the language service: about the text as it is typed, with the card as it compiled last and the tables at hand.
    pub fn assist<T>(&self, card: &CardText, ask: impl FnOnce(&Assist<'_>) -> T) -> T {
        let tables: Vec<KnownTable> = self.tables.values().map(|kept| kept.known().clone()).collect();
        let modules: Vec<_> = card
            .modules
            .iter()
            .map(|(name, text)| (name.clone(), text.clone()))
            .collect();
        let known = Known {
            card: self.compiled.as_ref().map(|compiled| &compiled.card),
            tables: &tables,
            modules: &modules,
        };
        ask(&Assist::new(&card.text, known))
    }

    /// The text in good order; none where a bracket or a text never ends.
    #[must_use]
    pub fn format(card: &CardText) -> Option<FormattedText> {
        format(&card.text).map(|formatted| FormattedText {
            text: formatted.text,
            edits: formatted.edits,
        })
    }

    /// A card begun from the columns of tables: all of them, or those named.
    ///
    /// # Errors
    /// For a table that is not there.
    pub fn starter(&self, title: &str, names: &[String]) -> Result<String, Failure> {
        let all: Vec<String> = self.tables.keys().cloned().collect();
        let wanted = if names.is_empty() { &all } else { names };
        let sources = wanted.iter().map(|name| {
            let table = self.table(name)?.as_shown();
            Ok(starter::Source {
                name: name.clone(),
                file: table.origin.clone().unwrap_or_else(|| format!("{name}.csv")),
                table,
            })
        });
        Ok(starter::card(title, &sources.collect::<Result<Vec<_>, Failure>>()?))
    }
}
