//! The data of the made cards in `tests/cards`.

use crate::output::File;

/// Every table of every made card.
pub fn files() -> Vec<File> {
    Vec::new()
}
