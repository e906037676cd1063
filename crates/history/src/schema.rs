//! The tables of a history, and how an older file becomes one of today.

use bellwether::diagnostic::Diagnostic;
use rusqlite::{Connection, OptionalExtension as _, TransactionBehavior};

use crate::{failed, unusable};

/// Marks a file as ours: `BWHI`.
const APPLICATION: i64 = 0x4257_4849;

/// Steps from one version to the next. A step that was released is never changed; the version is how many were taken.
const STEPS: &[&str] = &["
    CREATE TABLE cards (id INTEGER PRIMARY KEY, title TEXT NOT NULL UNIQUE) STRICT;
    -- A run is one evaluation of one card. Hashes are those of its provenance, which is kept whole as JSON.
    CREATE TABLE runs (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        card INTEGER NOT NULL REFERENCES cards (id),
        recorded_at TEXT NOT NULL,
        as_of TEXT NOT NULL,
        headline_period TEXT NOT NULL,
        engine TEXT NOT NULL,
        card_sha256 TEXT NOT NULL,
        params_sha256 TEXT NOT NULL,
        data_sha256 TEXT,
        asked_sha256 TEXT NOT NULL,
        results_sha256 TEXT NOT NULL,
        cells INTEGER NOT NULL,
        previous INTEGER REFERENCES runs (id),
        provenance TEXT NOT NULL
    ) STRICT;
    CREATE INDEX runs_of_card ON runs (card, as_of);
    -- A metric, outcome or score of a card.
    CREATE TABLE series (
        id INTEGER PRIMARY KEY,
        card INTEGER NOT NULL REFERENCES cards (id),
        name TEXT NOT NULL,
        kind TEXT NOT NULL,
        label TEXT NOT NULL,
        unit TEXT NOT NULL,
        decimals INTEGER NOT NULL,
        UNIQUE (card, name)
    ) STRICT;
    -- A number that has one value at a time. as_of is empty for periods that are over: these should not change. What is
    -- of the whole time or of a period that goes on is another cell each day.
    CREATE TABLE cells (
        id INTEGER PRIMARY KEY,
        series INTEGER NOT NULL REFERENCES series (id),
        segments TEXT NOT NULL,
        period TEXT NOT NULL,
        as_of TEXT NOT NULL,
        fact INTEGER REFERENCES facts (id),
        run INTEGER REFERENCES runs (id),
        UNIQUE (series, segments, period, as_of)
    ) STRICT;
    -- What was said of a cell; the same value is kept once.
    CREATE TABLE facts (
        id INTEGER PRIMARY KEY,
        cell INTEGER NOT NULL REFERENCES cells (id),
        value REAL,
        low REAL,
        high REAL,
        n INTEGER NOT NULL,
        state TEXT NOT NULL,
        band TEXT
    ) STRICT;
    CREATE INDEX facts_of_cell ON facts (cell);
    -- What a run said: all of its cells.
    CREATE TABLE run_facts (
        run INTEGER NOT NULL REFERENCES runs (id),
        fact INTEGER NOT NULL REFERENCES facts (id),
        PRIMARY KEY (run, fact)
    ) STRICT, WITHOUT ROWID;
    -- A run that says otherwise than the last one that spoke of the cell. causes: JSON list.
    CREATE TABLE restatements (
        run INTEGER NOT NULL REFERENCES runs (id),
        cell INTEGER NOT NULL REFERENCES cells (id),
        before_run INTEGER NOT NULL REFERENCES runs (id),
        was INTEGER NOT NULL REFERENCES facts (id),
        now INTEGER NOT NULL REFERENCES facts (id),
        causes TEXT NOT NULL,
        PRIMARY KEY (run, cell)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX restatements_of_cell ON restatements (cell);
    -- Values that a card may be judged from for good.
    CREATE TABLE baselines (
        series INTEGER PRIMARY KEY REFERENCES series (id),
        period TEXT NOT NULL,
        fact INTEGER NOT NULL REFERENCES facts (id),
        run INTEGER NOT NULL REFERENCES runs (id),
        frozen_at TEXT NOT NULL
    ) STRICT;
"];

/// The version of the tables.
fn version(connection: &Connection) -> Result<usize, rusqlite::Error> {
    let version: i64 = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    Ok(usize::try_from(version).unwrap_or(usize::MAX))
}

/// Refuses what is no history, or one of a newer version, before anything is written.
pub(crate) fn recognise(connection: &Connection, name: &str) -> Result<(), Diagnostic> {
    let read = || -> Result<(i64, usize, Option<String>), rusqlite::Error> {
        // All of one moment: another process may be making the file.
        let connection = connection.unchecked_transaction()?;
        let application = connection.query_row("PRAGMA application_id", [], |row| row.get(0))?;
        let any = "SELECT name FROM sqlite_schema WHERE type = 'table' LIMIT 1";
        let table = connection.query_row(any, [], |row| row.get(0)).optional()?;
        Ok((application, version(&connection)?, table))
    };
    let (application, version, table) = crate::patiently(read).map_err(|error| failed(name, &error))?;
    match table {
        Some(table) if application != APPLICATION => Err(unusable(
            name,
            format!("the history cannot be used: it is a database of something else, with a table `{table}`"),
        )
        .help("name a file that is not there yet, and it is made")),
        _ if version > STEPS.len() => Err(unusable(
            name,
            format!(
                "the history cannot be used: a newer version of bellwether wrote it (tables {version}, here {})",
                STEPS.len()
            ),
        )
        .help("use that version; an older one would lose what it does not know")),
        _ => Ok(()),
    }
}

/// How the file is written: readers never wait, what is committed survives a loss of power.
pub(crate) fn prepare(connection: &mut Connection) -> Result<(), rusqlite::Error> {
    let mode: String = connection.query_row("PRAGMA journal_mode", [], |row| row.get(0))?;
    if mode != "wal" && mode != "memory" {
        connection.query_row("PRAGMA journal_mode = WAL", [], |row| row.get::<_, String>(0))?;
    }
    connection.execute_batch("PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;")
}

/// Takes the steps that are missing, all in one transaction.
pub(crate) fn migrate(connection: &mut Connection, name: &str) -> Result<(), Diagnostic> {
    let taken = version(connection).map_err(|error| failed(name, &error))?;
    if taken == STEPS.len() {
        return Ok(());
    }
    let mut work = || -> Result<(), rusqlite::Error> {
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        // Another process may have been first.
        for step in STEPS.iter().skip(version(&transaction)?) {
            transaction.execute_batch(step)?;
        }
        let marks = format!(
            "PRAGMA application_id = {APPLICATION}; PRAGMA user_version = {};",
            STEPS.len()
        );
        transaction.execute_batch(&marks)?;
        transaction.commit()
    };
    crate::patiently(&mut work).map_err(|error| failed(name, &error))
}
