//! Questions to a history: runs, values, restatements.

use std::collections::BTreeMap;

use bellwether::definition::CivilDate;
use bellwether::diagnostic::Diagnostic;
use bellwether::measure::State;
use bellwether::report::{HistoryNote, PastRun, PastValue, Restatement};
use rusqlite::{Connection, Row, params};
use serde::{Deserialize, Serialize};

use crate::History;

/// Which part of a history is meant; empty: all of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// The title of a card.
    pub card: Option<String>,
    /// A metric, outcome or score.
    pub name: Option<String>,
}

/// A run in a history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunRow {
    /// The title of the card.
    pub card: String,
    /// Number, time, day and results.
    #[serde(flatten)]
    pub run: PastRun,
    /// The period of its headlines; empty: the whole time.
    pub headline_period: String,
    /// Name and version of the engine.
    pub engine: String,
    /// One hash of the texts of card and modules.
    pub card_sha256: String,
    /// One hash of all data; none: a table had no hash.
    pub data_sha256: Option<String>,
    /// How many numbers it holds.
    pub cells: u64,
    /// How many numbers it restated.
    pub restated: u64,
}

/// What is said of a number now, and since when.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ValueRow {
    /// The title of the card.
    pub card: String,
    /// The metric, outcome or score.
    pub name: String,
    /// Name for people.
    pub label: String,
    /// Unit; empty: none.
    pub unit: String,
    /// Decimals to show.
    pub decimals: u32,
    /// Segment and its value; empty: the total.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub segments: BTreeMap<String, String>,
    /// Label of the period; none: the whole time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub period: Option<String>,
    /// The day as of which; none: the period is over, so that the day does not count.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub as_of: Option<CivilDate>,
    /// What the last run said of it.
    #[serde(flatten)]
    pub value: PastValue,
    /// Band of a score.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub band: Option<String>,
    /// The last run that spoke of it.
    pub run: i64,
    /// When that was.
    pub recorded_at: String,
    /// How often it was restated.
    pub restated: u64,
}

/// A restatement with its card.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CardRestatement {
    /// The title of the card.
    pub card: String,
    /// Name of the metric for people.
    pub label: String,
    /// Decimals to show.
    pub decimals: u32,
    /// What was restated.
    #[serde(flatten)]
    pub restatement: Restatement,
}

impl History {
    /// Titles of the cards that it holds.
    ///
    /// # Errors
    /// BW800 where the file cannot be read, as for all questions.
    pub fn cards(&self) -> Result<Vec<String>, Diagnostic> {
        self.rows("SELECT title FROM cards ORDER BY title", params![], |row| row.get(0))
    }

    /// Runs, the latest first.
    ///
    /// # Errors
    /// As [`History::cards`].
    pub fn runs(&self, filter: &Filter) -> Result<Vec<RunRow>, Diagnostic> {
        let sql =
            "SELECT cards.title, runs.id, recorded_at, as_of, results_sha256, headline_period, engine, card_sha256,
                data_sha256, cells, (SELECT count(*) FROM restatements WHERE run = runs.id)
            FROM runs JOIN cards ON cards.id = runs.card WHERE ?1 IS NULL OR cards.title = ?1 ORDER BY runs.id DESC";
        self.rows(sql, params![filter.card], |row| {
            Ok(RunRow {
                card: row.get(0)?,
                run: past_run(row, 1)?,
                headline_period: row.get(5)?,
                engine: row.get(6)?,
                card_sha256: row.get(7)?,
                data_sha256: row.get(8)?,
                cells: count(row, 9)?,
                restated: count(row, 10)?,
            })
        })
    }

    /// What the history says of numbers now: totals first, by time.
    ///
    /// # Errors
    /// As [`History::cards`].
    pub fn values(&self, filter: &Filter) -> Result<Vec<ValueRow>, Diagnostic> {
        let sql = "SELECT cards.title, series.name, label, unit, decimals, segments, period, cells.as_of, facts.id, cells.run,
                runs.recorded_at, (SELECT count(*) FROM restatements WHERE cell = cells.id),
                value, low, high, n, state, band
            FROM cells JOIN series ON series.id = cells.series JOIN cards ON cards.id = series.card
                JOIN facts ON facts.id = cells.fact JOIN runs ON runs.id = cells.run
            WHERE (?1 IS NULL OR cards.title = ?1) AND (?2 IS NULL OR series.name = ?2)
            ORDER BY cards.title, series.id, segments, period, cells.as_of";
        self.rows(sql, params![filter.card, filter.name], |row| {
            Ok(ValueRow {
                card: row.get(0)?,
                name: row.get(1)?,
                label: row.get(2)?,
                unit: row.get(3)?,
                decimals: row.get(4)?,
                segments: segments(row, 5)?,
                period: period(row, 6)?,
                as_of: day(row, 7)?,
                run: row.get(9)?,
                recorded_at: row.get(10)?,
                restated: count(row, 11)?,
                value: past_value(row, 12)?,
                band: row.get(17)?,
            })
        })
    }

    /// Numbers that were restated: the latest first; of one run totals first.
    ///
    /// # Errors
    /// As [`History::cards`].
    pub fn restatements(&self, filter: &Filter) -> Result<Vec<CardRestatement>, Diagnostic> {
        let sql = format!(
            "{RESTATED} WHERE (?1 IS NULL OR cards.title = ?1) AND (?2 IS NULL OR series.name = ?2)
             ORDER BY restatements.run DESC, {IN_ORDER}"
        );
        self.rows(&sql, params![filter.card, filter.name], card_restatement)
    }

    fn rows<T>(
        &self,
        sql: &str,
        values: impl rusqlite::Params,
        read: impl FnMut(&Row<'_>) -> Result<T, rusqlite::Error>,
    ) -> Result<Vec<T>, Diagnostic> {
        let mut statement = self.connection.prepare(sql).map_err(|error| self.failed(&error))?;
        let rows = statement.query_map(values, read).map_err(|error| self.failed(&error))?;
        rows.collect::<Result<_, _>>().map_err(|error| self.failed(&error))
    }
}

const RESTATED: &str = "SELECT cards.title, series.name, label, decimals, segments, period, causes,
        was.value, was.low, was.high, was.n, was.state, now.value, now.low, now.high, now.n, now.state,
        before.id, before.recorded_at, before.as_of, before.results_sha256,
        after.id, after.recorded_at, after.as_of, after.results_sha256
    FROM restatements JOIN cells ON cells.id = restatements.cell JOIN series ON series.id = cells.series
        JOIN cards ON cards.id = series.card JOIN facts AS was ON was.id = restatements.was
        JOIN facts AS now ON now.id = restatements.now JOIN runs AS before ON before.id = restatements.before_run
        JOIN runs AS after ON after.id = restatements.run";

/// Totals first, then in the order of the card.
const IN_ORDER: &str = "segments <> '', series.id, segments, period";

fn card_restatement(row: &Row<'_>) -> Result<CardRestatement, rusqlite::Error> {
    let causes: String = row.get(6)?;
    Ok(CardRestatement {
        card: row.get(0)?,
        label: row.get(2)?,
        decimals: row.get(3)?,
        restatement: Restatement {
            name: row.get(1)?,
            segments: segments(row, 4)?,
            period: period(row, 5)?,
            causes: serde_json::from_str(&causes).map_err(|error| unreadable(6, error))?,
            was: past_value(row, 7)?,
            now: past_value(row, 12)?,
            before: past_run(row, 17)?,
            after: past_run(row, 21)?,
        },
    })
}

/// What a report says of its history: the run before this one, and what this one restated.
pub(crate) fn note(connection: &Connection, run: i64) -> Result<HistoryNote, rusqlite::Error> {
    let previous: Option<i64> =
        connection.query_row("SELECT previous FROM runs WHERE id = ?1", [run], |row| row.get(0))?;
    let previous = previous
        .map(|previous| {
            let sql = "SELECT id, recorded_at, as_of, results_sha256 FROM runs WHERE id = ?1";
            connection.query_row(sql, [previous], |row| past_run(row, 0))
        })
        .transpose()?;
    let mut statement = connection.prepare(&format!("{RESTATED} WHERE restatements.run = ?1 ORDER BY {IN_ORDER}"))?;
    let rows = statement.query_map([run], card_restatement)?;
    let restated = rows
        .map(|row| row.map(|row| row.restatement))
        .collect::<Result<_, _>>()?;
    Ok(HistoryNote { previous, restated })
}

/// What a fact says.
pub(crate) fn fact(connection: &Connection, id: i64) -> Result<(PastValue, Option<String>), rusqlite::Error> {
    connection
        .prepare_cached("SELECT value, low, high, n, state, band FROM facts WHERE id = ?1")?
        .query_row([id], |row| Ok((past_value(row, 0)?, row.get(5)?)))
}

fn unreadable(column: usize, error: impl std::error::Error + Send + Sync + 'static) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(column, rusqlite::types::Type::Text, Box::new(error))
}

fn count(row: &Row<'_>, column: usize) -> Result<u64, rusqlite::Error> {
    let count: i64 = row.get(column)?;
    Ok(u64::try_from(count).unwrap_or(0))
}

pub(crate) fn past_value(row: &Row<'_>, first: usize) -> Result<PastValue, rusqlite::Error> {
    let state: String = row.get(first + 4)?;
    let state: State = serde_json::from_value(state.into()).map_err(|error| unreadable(first + 4, error))?;
    Ok(PastValue {
        value: row.get(first)?,
        low: row.get(first + 1)?,
        high: row.get(first + 2)?,
        n: count(row, first + 3)?,
        state,
    })
}

pub(crate) fn past_run(row: &Row<'_>, first: usize) -> Result<PastRun, rusqlite::Error> {
    Ok(PastRun {
        run: row.get(first)?,
        recorded_at: row.get(first + 1)?,
        as_of: day(row, first + 2)?,
        results_sha256: row.get(first + 3)?,
    })
}

fn day(row: &Row<'_>, column: usize) -> Result<Option<CivilDate>, rusqlite::Error> {
    let text: String = row.get(column)?;
    Ok(CivilDate::parse(&text))
}

fn period(row: &Row<'_>, column: usize) -> Result<Option<String>, rusqlite::Error> {
    let text: String = row.get(column)?;
    Ok(Some(text).filter(|text| !text.is_empty()))
}

fn segments(row: &Row<'_>, column: usize) -> Result<BTreeMap<String, String>, rusqlite::Error> {
    let text: String = row.get(column)?;
    if text.is_empty() {
        return Ok(BTreeMap::new());
    }
    serde_json::from_str(&text).map_err(|error| unreadable(column, error))
}
