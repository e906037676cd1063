//! Recording a run: its numbers, and which of them were others before.

use std::collections::{BTreeMap, BTreeSet};

use bellwether::definition::Role;
use bellwether::diagnostic::Diagnostic;
use bellwether::report::{Cause, Cell, HistoryNote, PastValue, Provenance, Report};
use rusqlite::{OptionalExtension as _, Transaction, TransactionBehavior, params};

use crate::{History, query};

/// What became of a run.
#[derive(Debug, Clone, PartialEq)]
pub struct Recorded {
    /// Its number.
    pub run: i64,
    /// Whether it is new; a run that repeats the last one of its card and day is not recorded again.
    pub is_new: bool,
    /// For the report: the run before, and the numbers that are not as they were.
    pub note: HistoryNote,
}

/// A metric, outcome or score with its cells.
struct Series<'a> {
    name: &'a str,
    kind: &'static str,
    label: &'a str,
    unit: &'a str,
    decimals: u32,
    cells: &'a [Cell],
}

/// The hashes that a run is known by.
struct Hashes {
    engine: String,
    card: String,
    params: String,
    data: Option<String>,
    asked: String,
    results: String,
}

impl Hashes {
    fn of(provenance: &Provenance) -> Self {
        Self {
            engine: provenance.engine.clone(),
            card: provenance.card_sha256(),
            params: provenance.params_sha256(),
            data: provenance.data_sha256(),
            asked: provenance.asked_sha256(),
            results: provenance.results_sha256.clone(),
        }
    }
}

impl History {
    /// Records what a report says, under the title of its card. `recorded_at` is the host's clock, such as
    /// `2026-06-30T04:00:00Z`.
    ///
    /// # Errors
    /// BW800 where the file cannot be written; then nothing of the run is in it.
    pub fn record(&mut self, report: &Report, recorded_at: &str) -> Result<Recorded, Diagnostic> {
        let provenance = serde_json::to_string(&report.provenance)
            .map_err(|error| crate::unusable(&self.name, format!("the provenance cannot be kept: {error}")))?;
        let name = self.name.clone();
        let work = || -> Result<Recorded, rusqlite::Error> {
            let transaction = self
                .connection
                .transaction_with_behavior(TransactionBehavior::Immediate)?;
            let recorded = record(&transaction, report, recorded_at, &provenance)?;
            transaction.commit()?;
            Ok(recorded)
        };
        crate::patiently(work).map_err(|error| crate::failed(&name, &error))
    }
}

fn record(
    transaction: &Transaction<'_>,
    report: &Report,
    recorded_at: &str,
    provenance: &str,
) -> Result<Recorded, rusqlite::Error> {
    let results = &report.results;
    let title = &results.header.title.value;
    let hashes = Hashes::of(&report.provenance);
    let as_of = results.as_of.map(|day| day.to_string()).unwrap_or_default();
    transaction.execute("INSERT INTO cards (title) VALUES (?1) ON CONFLICT DO NOTHING", [title])?;
    let card: i64 = transaction.query_row("SELECT id FROM cards WHERE title = ?1", [title], |row| row.get(0))?;
    if let Some(run) = same_run(transaction, card, &as_of, &hashes)? {
        let note = query::note(transaction, run)?;
        let is_new = false;
        return Ok(Recorded { run, is_new, note });
    }
    let previous: Option<i64> =
        transaction.query_row("SELECT max(id) FROM runs WHERE card = ?1", [card], |row| row.get(0))?;
    let series = series(report);
    let cells: usize = series.iter().map(|series| series.cells.len()).sum();
    transaction.execute(
        "INSERT INTO runs (card, recorded_at, as_of, headline_period, engine, card_sha256, params_sha256, data_sha256,
            asked_sha256, results_sha256, cells, previous, provenance)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
        params![
            card,
            recorded_at,
            as_of,
            results.headline_period.as_deref().unwrap_or_default(),
            hashes.engine,
            hashes.card,
            hashes.params,
            hashes.data,
            hashes.asked,
            hashes.results,
            i64::try_from(cells).unwrap_or(i64::MAX),
            previous,
            provenance
        ],
    )?;
    let run = transaction.last_insert_rowid();
    let mut writer = Writer {
        transaction,
        run,
        as_of,
        now: &report.provenance,
        causes: BTreeMap::new(),
    };
    for series in &series {
        writer.series(card, series)?;
    }
    let note = query::note(transaction, run)?;
    let is_new = true;
    Ok(Recorded { run, is_new, note })
}

/// The last run of the card for that day and question, where it is this one again.
fn same_run(
    transaction: &Transaction<'_>,
    card: i64,
    as_of: &str,
    hashes: &Hashes,
) -> Result<Option<i64>, rusqlite::Error> {
    let last: Option<i64> = transaction.query_row(
        "SELECT max(id) FROM runs WHERE card = ?1 AND as_of = ?2 AND asked_sha256 = ?3",
        params![card, as_of, hashes.asked],
        |row| row.get(0),
    )?;
    transaction
        .query_row(
            "SELECT id FROM runs WHERE id = ?1 AND engine = ?2 AND card_sha256 = ?3 AND params_sha256 = ?4
                AND data_sha256 IS ?5 AND results_sha256 = ?6",
            params![
                last,
                hashes.engine,
                hashes.card,
                hashes.params,
                hashes.data,
                hashes.results
            ],
            |row| row.get(0),
        )
        .optional()
}

fn series(report: &Report) -> Vec<Series<'_>> {
    let metrics = report.results.metrics.iter().map(|metric| Series {
        name: &metric.name,
        kind: match metric.role {
            Role::Outcome => "outcome",
            Role::Metric => "metric",
        },
        label: &metric.label,
        unit: metric.unit.as_deref().unwrap_or_default(),
        decimals: metric.decimals,
        cells: &metric.cells,
    });
    let scores = report.results.scores.iter().map(|score| Series {
        name: &score.name,
        kind: "score",
        label: &score.label,
        unit: "",
        decimals: score.decimals,
        cells: &score.cells,
    });
    metrics.chain(scores).collect()
}

/// Writes the cells of one run.
struct Writer<'a> {
    transaction: &'a Transaction<'a>,
    run: i64,
    as_of: String,
    now: &'a Provenance,
    /// Why this run may say otherwise than an earlier one, as JSON.
    causes: BTreeMap<i64, String>,
}

impl Writer<'_> {
    fn series(&mut self, card: i64, series: &Series<'_>) -> Result<(), rusqlite::Error> {
        let id: i64 = self
            .transaction
            .prepare_cached(
                "INSERT INTO series (card, name, kind, label, unit, decimals) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
                 ON CONFLICT (card, name) DO UPDATE SET kind = ?3, label = ?4, unit = ?5, decimals = ?6 RETURNING id",
            )?
            .query_row(
                params![
                    card,
                    series.name,
                    series.kind,
                    series.label,
                    series.unit,
                    series.decimals
                ],
                |row| row.get(0),
            )?;
        let mut seen = BTreeSet::new();
        for cell in series.cells {
            let segments = segments(cell);
            let mut period = cell.period.as_deref().unwrap_or_default().to_owned();
            // Two calendars of a card may have labels in common.
            let mut place = (segments, period.clone());
            for number in 2.. {
                if seen.insert(place.clone()) {
                    break;
                }
                period = format!("{} ({number})", cell.period.as_deref().unwrap_or_default());
                place.1 = period.clone();
            }
            self.cell(id, &place.0, &place.1, cell)?;
        }
        Ok(())
    }

    fn cell(&mut self, series: i64, segments: &str, period: &str, cell: &Cell) -> Result<(), rusqlite::Error> {
        let is_over = cell.period.is_some() && !cell.partial;
        let as_of = if is_over { "" } else { self.as_of.as_str() };
        let place = params![series, segments, period, as_of];
        let (id, before): (i64, Option<(i64, i64)>) = self
            .transaction
            .prepare_cached(
                "INSERT INTO cells (series, segments, period, as_of) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT (series, segments, period, as_of) DO UPDATE SET series = ?1 RETURNING id, fact, run",
            )?
            .query_row(place, |row| {
                let (fact, run): (Option<i64>, Option<i64>) = (row.get(1)?, row.get(2)?);
                Ok((row.get(0)?, fact.zip(run)))
            })?;
        let said = PastValue::from(cell);
        let was = before
            .map(|(fact, _)| query::fact(self.transaction, fact))
            .transpose()?;
        let same = |was: &(PastValue, Option<String>)| same_bits(&was.0, &said) && was.1 == cell.band;
        let fact = match (before, &was) {
            (Some((fact, _)), Some(was)) if same(was) => fact,
            _ => self.fact(id, &said, cell.band.as_deref())?,
        };
        let restated = was.as_ref().is_some_and(|(was, _)| says_otherwise(was, &said));
        if let Some((was, before)) = before.filter(|_| restated) {
            let causes = self.causes(before)?;
            self.transaction
                .prepare_cached(
                    "INSERT INTO restatements (run, cell, before_run, was, now, causes) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                )?
                .execute(params![self.run, id, before, was, fact, causes])?;
        }
        self.transaction
            .prepare_cached("UPDATE cells SET fact = ?2, run = ?3 WHERE id = ?1")?
            .execute(params![id, fact, self.run])?;
        self.transaction
            .prepare_cached("INSERT INTO run_facts (run, fact) VALUES (?1, ?2)")?
            .execute(params![self.run, fact])?;
        Ok(())
    }

    /// What is said of a cell: the fact that says it already, or a new one.
    fn fact(&self, cell: i64, said: &PastValue, band: Option<&str>) -> Result<i64, rusqlite::Error> {
        let n = i64::try_from(said.n).unwrap_or(i64::MAX);
        let values = params![cell, said.value, said.low, said.high, n, said.state.word(), band];
        let known: Option<i64> = self
            .transaction
            .prepare_cached(
                "SELECT id FROM facts WHERE cell = ?1 AND value IS ?2 AND low IS ?3 AND high IS ?4 AND n = ?5
                    AND state = ?6 AND band IS ?7",
            )?
            .query_row(values, |row| row.get(0))
            .optional()?;
        if let Some(known) = known {
            return Ok(known);
        }
        self.transaction
            .prepare_cached(
                "INSERT INTO facts (cell, value, low, high, n, state, band) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            )?
            .execute(values)?;
        Ok(self.transaction.last_insert_rowid())
    }

    /// In what this run is not that earlier one.
    fn causes(&mut self, before: i64) -> Result<String, rusqlite::Error> {
        if let Some(known) = self.causes.get(&before) {
            return Ok(known.clone());
        }
        let (provenance, as_of): (String, String) =
            self.transaction
                .query_row("SELECT provenance, as_of FROM runs WHERE id = ?1", [before], |row| {
                    Ok((row.get(0)?, row.get(1)?))
                })?;
        // A provenance that cannot be read was written by another engine.
        let mut causes = match serde_json::from_str::<Provenance>(&provenance) {
            Ok(then) => self.now.causes(&then),
            Err(_) => vec![Cause::Engine],
        };
        if as_of != self.as_of {
            causes.push(Cause::AsOf);
        }
        let text = serde_json::to_string(&causes).unwrap_or_else(|_| "[]".to_owned());
        self.causes.insert(before, text.clone());
        Ok(text)
    }
}

/// Segment values of a cell as JSON with sorted keys; empty for the total.
fn segments(cell: &Cell) -> String {
    if cell.segments.is_empty() {
        return String::new();
    }
    serde_json::to_string(cell.segments.as_ref()).unwrap_or_default()
}

fn same_bits(was: &PastValue, now: &PastValue) -> bool {
    let bits = |value: Option<f64>| value.map(f64::to_bits);
    (bits(was.value), bits(was.low), bits(was.high)) == (bits(now.value), bits(now.low), bits(now.high))
        && (was.n, was.state) == (now.n, now.state)
}

/// Whether a number is another one. A range that only one of both runs worked out is no other number: scores have
/// theirs in the headline alone.
fn says_otherwise(was: &PastValue, now: &PastValue) -> bool {
    let bits = |value: Option<f64>| value.map(f64::to_bits);
    let range = |said: &PastValue| {
        said.low
            .zip(said.high)
            .map(|(low, high)| (low.to_bits(), high.to_bits()))
    };
    let ranges_differ = range(was).zip(range(now)).is_some_and(|(was, now)| was != now);
    bits(was.value) != bits(now.value) || (was.n, was.state) != (now.n, now.state) || ranges_differ
}
