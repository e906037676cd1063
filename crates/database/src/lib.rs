//! Tables of scorecards read from PostgreSQL and SQLite by a query, in batches, in a transaction that cannot write.
//!
//! An address is `postgres://host/db?query=select ..` or `sqlite:path?query=select ..`; `?table=schema.name` stands for
//! all of a table. It never holds a password: that comes from the environment, `PGPASSWORD`, or a whole URL in
//! `BELLWETHER_<TABLE>_URL` for an address without a host (`postgres:?query=..`). Neither user nor password reach a
//! message, a report or a provenance; those name the host, the database and the hash of the query. A connection to another
//! machine is encrypted, and the server's certificate checked.
//!
//! ```
//! use bellwether::data::{Needs, ReadLimits};
//! use bellwether_database::{Options, open};
//! let folder = std::env::temp_dir().join(format!("bellwether-database-{}", std::process::id()));
//! std::fs::create_dir_all(&folder).unwrap();
//! let file = folder.join("survey.db");
//! # let _ = std::fs::remove_file(&file);
//! rusqlite::Connection::open(&file).unwrap().execute_batch(
//!     "CREATE TABLE survey (day TEXT, recommend INTEGER); INSERT INTO survey VALUES ('2026-05-04', 9), ('2026-05-05', NULL)",
//! ).unwrap();
//! let address = format!("sqlite:{}?query=select day, recommend from survey", file.display());
//! let options = Options { limits: ReadLimits::TRUSTED, environment: &|_| None };
//! let table = open("survey", &address, &Needs::all(), &options, &mut |_| true).unwrap();
//! assert_eq!((table.rows, table.columns.len()), (2, 2));
//! assert!(table.origin.unwrap().contains("survey.db?query_sha256="));
//! # std::fs::remove_dir_all(&folder).unwrap();
//! ```

mod address;
mod encryption;
mod postgres;
mod rows;
mod sqlite;

use bellwether::data::{Needs, ReadLimits, Table};
use bellwether::diagnostic::{DataPlace, Diagnostic, codes};

use address::{Address, Place};
pub use address::{is_address, masked};

/// How a database is read.
#[derive(Clone, Copy)]
pub struct Options<'a> {
    /// How much may be read.
    pub limits: ReadLimits,
    /// The value of a variable of the environment: the library reads none by itself.
    pub environment: &'a dyn Fn(&str) -> Option<String>,
}

impl std::fmt::Debug for Options<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Options")
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}

/// Told how many rows were read. Reading stops when it answers false.
pub type Progress<'a> = &'a mut dyn FnMut(u64) -> bool;

/// Reads the table of that name of a card from the database at an address.
///
/// The table's `sha256` is one hash of all values that the query answered; the order of rows does not count.
///
/// # Errors
/// BW313 for an address with a password; BW314 for a database that cannot be reached, a query that it refuses, and
/// columns of kinds that a card cannot use; BW302 for values that no column holds; BW312 for more than the limits allow.
pub fn open(
    table: &str,
    address: &str,
    needs: &Needs,
    options: &Options<'_>,
    progress: Progress<'_>,
) -> Result<Table, Diagnostic> {
    let mut address = Address::parse(table, address, options.environment)?;
    let mut options = *options;
    if let Some(rows) = address.rows {
        options.limits.rows = options.limits.rows.min(rows);
    }
    match std::mem::replace(&mut address.place, Place::Sqlite(String::new())) {
        Place::Postgres(config) => postgres::read(&address, &config, needs, &options.limits, progress),
        Place::Sqlite(path) => sqlite::read(&address, &path, needs, &options.limits, progress),
    }
}

/// A finding about a database.
fn refused(origin: &str, message: impl Into<String>) -> Diagnostic {
    Diagnostic::error(codes::DATABASE, message).in_data(DataPlace {
        file: Some(origin.to_owned()),
        ..DataPlace::default()
    })
}

/// A column of a kind that no measure can count with.
fn unusable(origin: &str, column: &str, kind: &str) -> Diagnostic {
    let message = format!("the column `{column}` holds {kind}, which a card cannot use");
    let mut finding = refused(origin, message);
    if let Some(place) = &mut finding.place {
        place.column = Some(column.to_owned());
    }
    finding.help(format!(
        "leave it out of the query, or make it text or a number there: cast({column} as text)"
    ))
}

#[cfg(test)]
mod tests;
