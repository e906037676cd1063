//! The data of the made cards in `tests/cards` and of the smaller examples: a few hundred rows each, so that every metric has values, and with
//! the awkward cases that each card is there to show.

mod accounts;
mod company;
mod desk;
mod executive;
mod journey;
mod maturity;
mod programme;
mod voice;

use crate::output::File;
use crate::table::Table;

/// Every table of every made card.
pub fn files() -> Vec<File> {
    [
        ("06-maturity", maturity::tables()),
        ("07-journey", journey::tables()),
        ("08-employee-voice", voice::tables()),
        ("09-programme", programme::tables()),
        ("10-executive", executive::tables()),
        ("11-account-health", accounts::tables()),
        ("12-company", company::tables()),
    ]
    .into_iter()
    .flat_map(|(card, tables)| in_folder(format!("tests/cards/{card}"), tables))
    .collect()
}

/// Tables of the smaller examples; most are those of a made card.
pub fn gallery() -> Vec<File> {
    [
        ("support-desk", desk::tables()),
        ("first-year-journey", journey::tables()),
        ("maturity", maturity::tables()),
        ("employee-voice", voice::tables()),
    ]
    .into_iter()
    .flat_map(|(example, tables)| in_folder(format!("examples/{example}"), tables))
    .collect()
}

fn in_folder(folder: String, tables: Tables) -> impl Iterator<Item = File> {
    tables
        .into_iter()
        .map(move |(name, table)| table.into_file(format!("{folder}/{name}.csv")))
}

/// The tables of one card, by name.
type Tables = Vec<(&'static str, Table)>;
