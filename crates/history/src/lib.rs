//! Results of scorecards kept over time in one SQLite file: what was said of each number, when, from which card and data;
//! and what was said otherwise later, with its cause.
//!
//! - A run is recorded in one transaction: after a crash at any moment it is there whole, or not at all.
//! - Several processes may record into one file at the same time; they wait for each other.
//! - A run that is the last one of its card and day again, hash by hash, is not recorded twice.
//! - Numbers keep all of their bits. A number that did not change takes no space again but a reference.
//!
//! The numbers of a period that is over should not change. Where a later run says another one, this is a [`Restatement`],
//! and the provenance of both runs tells the cause: another card, other data, another engine, params, or another day.
//!
//! ```
//! use std::collections::BTreeMap;
//! use bellwether::{Engine, EvaluateOptions, Limits, Source};
//! use bellwether::report::Cause;
//! use bellwether_history::History;
//!
//! let card = |edge: i32| format!(r#"
//!     scorecard("Health").owner("CX").purpose("Keep customers").min_n(1);
//!     let survey = table("survey").rows(["answer"], [[10], [9], [2]]);
//!     metric("happy", rate(survey, |s| s.answer >= {edge})).target(45).owner("Loyalty");
//! "#);
//! let engine = Engine::new(Limits::default());
//! let report = |text: &str| {
//!     let (card, _) = engine.compile(&Source { name: "health", text, modules: &[], params: &[] })?;
//!     engine.evaluate(&card, BTreeMap::new(), &EvaluateOptions::default())
//! };
//! let mut history = History::in_memory().unwrap();
//! history.record(&report(&card(9))?, "2026-06-30T04:00:00Z").unwrap();
//! let recorded = history.record(&report(&card(10))?, "2026-07-01T04:00:00Z").unwrap();
//! let restated = &recorded.note.restated[0];
//! assert_eq!((restated.was.value, restated.now.value), (Some(200.0 / 3.0), Some(100.0 / 3.0)));
//! assert!(restated.causes.contains(&Cause::Card));
//! # Ok::<(), bellwether::Error>(())
//! ```

mod baseline;
mod query;
mod record;
mod schema;

use std::path::Path;
use std::time::{Duration, Instant};

use bellwether::diagnostic::{DataPlace, Diagnostic, codes};
use rusqlite::{Connection, ErrorCode, OpenFlags};

pub use baseline::FrozenBaseline;
pub use bellwether::report::Restatement;
pub use query::{CardRestatement, Filter, RunRow, ValueRow};
pub use record::Recorded;

/// How long a writer waits for another.
const PATIENCE: Duration = Duration::from_secs(60);

/// A history: an open SQLite file.
#[derive(Debug)]
pub struct History {
    connection: Connection,
    name: String,
}

impl History {
    /// Opens the history in a file, which is made where there is none, and brings an older one up to date.
    ///
    /// # Errors
    /// BW800 for a file that cannot be opened or written, that is no history, or that a newer version wrote.
    pub fn open(path: &Path) -> Result<Self, Diagnostic> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        Self::open_with(path, flags)
    }

    /// Opens a history that is there.
    ///
    /// # Errors
    /// As [`History::open`], and where there is no such file.
    pub fn open_existing(path: &Path) -> Result<Self, Diagnostic> {
        let name = path.display().to_string();
        if !path.is_file() {
            let finding = unusable(&name, format!("there is no history {name}"));
            return Err(finding.help(format!("`bellwether run card.rhai --history {name}` begins one")));
        }
        Self::open_with(
            path,
            OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX,
        )
    }

    /// A history that is gone when it is dropped, for tests and trials.
    ///
    /// # Errors
    /// BW800 where SQLite does not start.
    pub fn in_memory() -> Result<Self, Diagnostic> {
        let name = "a history in memory";
        let connection = Connection::open_in_memory().map_err(|error| failed(name, &error))?;
        Self::set_up(connection, name.to_owned())
    }

    fn open_with(path: &Path, flags: OpenFlags) -> Result<Self, Diagnostic> {
        let name = path.display().to_string();
        let connection = Connection::open_with_flags(path, flags).map_err(|error| failed(&name, &error))?;
        Self::set_up(connection, name)
    }

    fn set_up(mut connection: Connection, name: String) -> Result<Self, Diagnostic> {
        connection
            .busy_timeout(PATIENCE)
            .map_err(|error| failed(&name, &error))?;
        // What is no history is left as it is: nothing is written before that is known.
        schema::recognise(&connection, &name)?;
        patiently(|| schema::prepare(&mut connection)).map_err(|error| failed(&name, &error))?;
        schema::migrate(&mut connection, &name)?;
        Ok(Self { connection, name })
    }

    fn failed(&self, error: &rusqlite::Error) -> Diagnostic {
        failed(&self.name, error)
    }
}

/// Repeats what SQLite refuses while another process has the file, also where its own waiting does not reach.
fn patiently<T>(mut work: impl FnMut() -> Result<T, rusqlite::Error>) -> Result<T, rusqlite::Error> {
    let start = Instant::now();
    loop {
        match work() {
            Err(rusqlite::Error::SqliteFailure(error, _))
                if matches!(error.code, ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked)
                    && start.elapsed() < PATIENCE =>
            {
                std::thread::sleep(Duration::from_millis(5));
            }
            done => return done,
        }
    }
}

/// A finding about a history.
fn unusable(name: &str, message: impl Into<String>) -> Diagnostic {
    Diagnostic::error(codes::HISTORY, message).in_data(DataPlace {
        file: Some(name.to_owned()),
        ..DataPlace::default()
    })
}

fn failed(name: &str, error: &rusqlite::Error) -> Diagnostic {
    let code = error.sqlite_error_code();
    let why = match code {
        Some(ErrorCode::NotADatabase) => "it is another kind of file".to_owned(),
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            format!(
                "another process has been writing to it for {} seconds",
                PATIENCE.as_secs()
            )
        }
        Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => "it may not be written".to_owned(),
        Some(ErrorCode::DiskFull) => "the disk is full".to_owned(),
        Some(ErrorCode::DatabaseCorrupt) => "it is damaged".to_owned(),
        Some(ErrorCode::CannotOpen) => "it cannot be opened; is its folder there?".to_owned(),
        _ => error.to_string(),
    };
    let finding = unusable(name, format!("the history cannot be used: {why}"));
    match code {
        Some(ErrorCode::NotADatabase) => finding.help("name a file that is not there yet, and it is made"),
        Some(ErrorCode::DatabaseCorrupt) => {
            finding.help("take the last copy of the file; `sqlite3 FILE .recover` saves what can be read")
        }
        _ => finding,
    }
}

#[cfg(test)]
mod tests;
