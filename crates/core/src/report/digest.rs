//! The hash of results: a hash of hashes.
//!
//! Most of a report are cells, and most of a cell is what was measured, which cards over the same data share. So each field of the
//! cells of a metric or score is hashed by itself, down the list of its cells, and the hash of the results is over those hashes and
//! all that is no cell. A card that has a metric in common with another hashes anew only what it makes of it: targets, progress,
//! bands, tests.
//!
//! In full: the hash is the SHA-256 of the canonical JSON (RFC 8785) of `{"cells": .., "results": ..}`. `results` are the results
//! with the list `cells` of every metric and score left empty. `cells` has an object for each metric and then for each score, in
//! their order: for each field that any cell has, the SHA-256, in hexadecimal, of the canonical JSON of the list of its values,
//! `null` where a cell lacks it. The fields of `change` stand by themselves, as `change.p`.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use bellwether_json::{key, number, put, text, unsigned};
use serde::Serialize;
use serde_json::Error;
use sha2::{Digest, Sha256};

use super::canonical::{canonical_json, hex, sha256};
use super::model::{Cell, Change, ChangeVerdict, Results};
use crate::measure::{Interval, Measures, Memo};

/// Hashes of fields of cells, by field.
type Columns = BTreeMap<&'static str, String>;

/// The hashes of those fields of a metric's cells that are the same in all reports that show them: where the cells are, and what
/// was measured there.
struct Shared {
    placed: Columns,
    measured: Columns,
}

impl Shared {
    fn of(cells: &[Cell]) -> Result<Self, Error> {
        Ok(Self {
            placed: placed(cells)?,
            measured: measured(cells),
        })
    }
}

/// The hash of results.
///
/// # Errors
/// As [`canonical_json`].
///
/// ```
/// use bellwether::{Engine, EvaluateOptions, Limits, Source, report::results_sha256};
/// let text = r#"
///     scorecard("Health").owner("CX").purpose("Keep customers").min_n(1);
///     let survey = table("survey").rows(["recommend"], [[10], [9], [2]]);
///     metric("nps", nps(survey.recommend)).target(45).owner("Loyalty");
/// "#;
/// let engine = Engine::new(Limits::default());
/// let (card, _) = engine.compile(&Source { name: "health", text, modules: &[], params: &[] })?;
/// let report = engine.evaluate(&card, Default::default(), &EvaluateOptions::default())?;
/// assert_eq!(results_sha256(&report.results).unwrap(), report.provenance.results_sha256);
/// # Ok::<(), bellwether::Error>(())
/// ```
pub fn results_sha256(results: &Results) -> Result<String, Error> {
    of(&mut results.clone(), None)
}

/// The hash of results that are one's own: they are the same afterwards.
pub(crate) fn of(results: &mut Results, measures: Option<&Measures>) -> Result<String, Error> {
    let mut cells: Vec<Columns> = Vec::new();
    let mut taken: Vec<Vec<Cell>> = Vec::new();
    let mut places: Vec<Arc<Shared>> = Vec::new();
    for (at, metric) in results.metrics.iter_mut().enumerate() {
        let memo = measures
            .and_then(|measures| measures.metrics.get(at))
            .map(|cells| &cells.memo);
        let shared = match (memo.and_then(Memo::get::<Shared>), memo) {
            (Some(known), _) => known,
            (None, Some(memo)) => memo.keep(Shared::of(&metric.cells)?),
            (None, None) => Arc::new(Shared::of(&metric.cells)?),
        };
        let mut columns = judged(&metric.cells);
        columns.extend(shared.placed.clone());
        columns.extend(shared.measured.clone());
        cells.push(columns);
        taken.push(std::mem::take(&mut metric.cells));
        places.push(shared);
    }
    for score in &mut results.scores {
        let like = taken
            .iter()
            .zip(&places)
            .find(|(of, _)| are_placed_alike(of, &score.cells));
        let mut columns = match like {
            Some((_, shared)) => shared.placed.clone(),
            None => placed(&score.cells)?,
        };
        columns.extend(measured(&score.cells));
        columns.extend(judged(&score.cells));
        cells.push(columns);
        taken.push(std::mem::take(&mut score.cells));
    }
    let hash = sha256(&Hashed { cells: &cells, results });
    let mut taken = taken.into_iter();
    for (metric, cells) in results.metrics.iter_mut().zip(&mut taken) {
        metric.cells = cells;
    }
    for (score, cells) in results.scores.iter_mut().zip(taken) {
        score.cells = cells;
    }
    hash
}

/// What the hash is of.
#[derive(Serialize)]
struct Hashed<'a> {
    cells: &'a [Columns],
    results: &'a Results,
}

/// Whether cells stand for the same segment values and periods, as those do that share the texts of them.
fn are_placed_alike(some: &[Cell], others: &[Cell]) -> bool {
    let periods = |one: &Cell, other: &Cell| match (&one.period, &other.period) {
        (Some(one), Some(other)) => Arc::ptr_eq(one, other),
        (one, other) => one.is_none() && other.is_none(),
    };
    let alike = |(one, other): (&Cell, &Cell)| {
        Arc::ptr_eq(&one.segments, &other.segments) && periods(one, other) && one.partial == other.partial
    };
    some.len() == others.len() && some.iter().zip(others).all(alike)
}

/// A column of cells on its way to its hash.
struct Column {
    name: &'static str,
    out: Vec<u8>,
    /// Whether any cell has a value.
    any: bool,
    run: Option<Run>,
}

/// Cells one after the other that have the same value, as most have the same target, and no test: its text is written when
/// the run is over.
struct Run {
    value: u64,
    text: Range<usize>,
    /// How often it is still to be written.
    again: usize,
}

impl Run {
    /// The value of a cell without one: bits that no number of a report has.
    const MISSING: u64 = f64::NAN.to_bits();
}

impl Column {
    const fn new(name: &'static str) -> Self {
        Self {
            name,
            out: Vec::new(),
            any: false,
            run: None,
        }
    }

    /// The value of the next cell.
    fn push<T>(&mut self, value: Option<T>, write: impl FnOnce(&mut Vec<u8>, T)) {
        let Some(value) = value else {
            return self.repeat(Run::MISSING, |out| put(out, b"null"));
        };
        self.any = true;
        self.end_run();
        self.separate();
        write(&mut self.out, value);
    }

    /// The value of the next cell, of which the bits of a value say whether it is that of the cell before.
    fn push_run(&mut self, value: Option<u64>, write: impl FnOnce(&mut Vec<u8>)) {
        match value {
            Some(value) => {
                self.any = true;
                self.repeat(value, write);
            }
            None => self.repeat(Run::MISSING, |out| put(out, b"null")),
        }
    }

    fn repeat(&mut self, value: u64, write: impl FnOnce(&mut Vec<u8>)) {
        if let Some(run) = self.run.as_mut().filter(|run| run.value == value) {
            run.again += 1;
            return;
        }
        self.end_run();
        self.separate();
        let start = self.out.len();
        write(&mut self.out);
        let text = start..self.out.len();
        self.run = Some(Run { value, text, again: 0 });
    }

    fn end_run(&mut self) {
        if let Some(Run { text, again, .. }) = self.run.take() {
            self.out.reserve(again * (text.len() + 1));
            for _ in 0..again {
                self.out.push(b',');
                self.out.extend_from_within(text.clone());
            }
        }
    }

    fn separate(&mut self) {
        self.out.push(if self.out.is_empty() { b'[' } else { b',' });
    }

    fn truth(&mut self, value: Option<bool>) {
        self.push_run(value.map(u64::from), |out| {
            put(out, if value == Some(true) { b"true" } else { b"false" });
        });
    }

    fn number(&mut self, value: Option<f64>) {
        self.push_run(value.map(f64::to_bits), |out| number(out, value.unwrap_or_default()));
    }

    /// A word of letters, which needs no escapes.
    fn word(&mut self, value: Option<&'static str>) {
        self.push(value, |out, word| {
            out.push(b'"');
            put(out, word.as_bytes());
            out.push(b'"');
        });
    }

    fn whole(&mut self, value: Option<u64>) {
        self.push(value, unsigned);
    }

    fn text(&mut self, value: Option<&str>) {
        self.push(value, text);
    }

    fn interval(&mut self, value: Option<&Interval>) {
        self.push(value, |out, interval| {
            for (name, value) in [
                ("{\"high\":", interval.high),
                (",\"level\":", interval.level),
                (",\"low\":", interval.low),
            ] {
                put(out, name.as_bytes());
                number(out, value);
            }
            put(out, b",\"method\":");
            text(out, &interval.method);
            out.push(b'}');
        });
    }

    fn segments(&mut self, value: Option<&BTreeMap<String, String>>) -> Result<(), Error> {
        let Some(segments) = value.filter(|segments| segments.keys().any(|name| !name.is_ascii())) else {
            self.push(value, |out, segments| {
                for (place, (name, value)) in segments.iter().enumerate() {
                    out.push(if place == 0 { b'{' } else { b',' });
                    key(out, name);
                    text(out, value);
                }
                out.push(b'}');
            });
            return Ok(());
        };
        let written = canonical_json(segments)?;
        self.push(Some(written), |out, written| put(out, written.as_bytes()));
        Ok(())
    }

    /// Its hash; `None` where no cell has the field.
    fn hashed(mut self) -> Option<(&'static str, String)> {
        self.any.then(|| {
            self.end_run();
            self.out.push(b']');
            (self.name, hex(&Sha256::digest(&self.out)))
        })
    }
}

/// The fields that say where cells are.
fn placed(cells: &[Cell]) -> Result<Columns, Error> {
    let [mut segments, mut period, mut partial] = ["segments", "period", "partial"].map(Column::new);
    for cell in cells {
        segments.segments(Some(cell.segments.as_ref()).filter(|of| !of.is_empty()))?;
        period.text(cell.period.as_deref());
        partial.truth(cell.partial.then_some(true));
    }
    Ok([segments, period, partial]
        .into_iter()
        .filter_map(Column::hashed)
        .collect())
}

/// The fields of cells that were measured.
fn measured(cells: &[Cell]) -> Columns {
    let [mut value, mut state, mut n, mut n_denominator] = ["value", "state", "n", "n_denominator"].map(Column::new);
    let [mut n_effective, mut skipped, mut not_due, mut interval] =
        ["n_effective", "skipped", "not_due", "interval"].map(Column::new);
    let [mut from, mut difference] = ["change.from", "change.difference"].map(Column::new);
    for cell in cells {
        // Whoever adds a field says here which it is.
        let Cell {
            value: of_value,
            state: of_state,
            n: of_n,
            n_denominator: of_denominator,
            n_effective: of_effective,
            skipped: of_skipped,
            not_due: of_not_due,
            interval: of_interval,
            change: of_change,
            // Placed.
            segments: _,
            period: _,
            partial: _,
            // Judged.
            target: _,
            target_met: _,
            progress: _,
            band: _,
            change_from_baseline: _,
        } = cell;
        value.number(*of_value);
        state.word(Some(of_state.word()));
        n.whole(Some(*of_n));
        n_denominator.whole(*of_denominator);
        n_effective.number(*of_effective);
        skipped.whole(Some(*of_skipped));
        not_due.whole(Some(*of_not_due));
        interval.interval(of_interval.as_ref());
        from.text(of_change.as_ref().map(|change| change.from.as_ref()));
        difference.number(of_change.as_ref().map(|change| change.difference));
    }
    let columns = [
        value,
        state,
        n,
        n_denominator,
        n_effective,
        skipped,
        not_due,
        interval,
        from,
        difference,
    ];
    columns.into_iter().filter_map(Column::hashed).collect()
}

/// The fields of cells that depend on goals, bands and what else the card asks.
fn judged(cells: &[Cell]) -> Columns {
    let [mut target, mut met, mut progress, mut band, mut from_baseline] =
        ["target", "target_met", "progress", "band", "change_from_baseline"].map(Column::new);
    let [mut better, mut verdict, mut interval, mut p, mut reason] = [
        "change.better",
        "change.verdict",
        "change.interval",
        "change.p",
        "change.reason",
    ]
    .map(Column::new);
    for cell in cells {
        target.number(cell.target);
        met.truth(cell.target_met);
        progress.number(cell.progress);
        band.text(cell.band.as_deref());
        from_baseline.number(cell.change_from_baseline);
        let Some(Change {
            better: is_better,
            verdict: of_verdict,
            interval: of_interval,
            p: of_p,
            reason: of_reason,
            // Measured.
            from: _,
            difference: _,
        }) = &cell.change
        else {
            for column in [&mut better, &mut verdict, &mut interval, &mut p, &mut reason] {
                column.text(None);
            }
            continue;
        };
        better.truth(*is_better);
        verdict.word(Some(match of_verdict {
            ChangeVerdict::Up => "up",
            ChangeVerdict::Down => "down",
            ChangeVerdict::NoChangeShown => "no_change_shown",
            ChangeVerdict::NotTested => "not_tested",
        }));
        interval.interval(of_interval.as_ref());
        p.number(*of_p);
        reason.text(of_reason.as_deref());
    }
    let columns = [
        target,
        met,
        progress,
        band,
        from_baseline,
        better,
        verdict,
        interval,
        p,
        reason,
    ];
    columns.into_iter().filter_map(Column::hashed).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::{Map, Value, json};

    use super::*;
    use crate::engine::{Engine, EvaluateOptions};
    use crate::limits::Limits;
    use crate::report::Report;
    use crate::script::Source;

    fn report() -> Report {
        let row = |at: usize| {
            let (month, answer) = (1 + at / 60, [10, 2, 9, 7, 10, 5, 8][at % 7]);
            let (region, plan) = (["Nord", "Süd"][at % 2], ["a", "b"][at % 5 % 2]);
            format!(
                "[\"2026-0{month}-{:02}\", {answer}, \"{region}\", \"{plan}\"]",
                1 + at % 25
            )
        };
        let rows: Vec<String> = (0..170).map(row).collect();
        let text = format!(
            r#"
            scorecard("Health").owner("CX").purpose("Keep customers").min_n(1);
            let survey = table("survey").date("on").rows(["on", "recommend", "région", "plan"], [{}]);
            survey.column("recommend").scale(0, 10);
            segment("région", survey["région"]);
            segment("plan", survey.plan);
            period("month");
            metric("nps", nps(survey.recommend)).target(45).baseline(10).owner("Loyalty");
            metric("mean", mean(survey.recommend)).target(8).owner("Loyalty");
            score("health").mix("nps", 0.7).mix("mean", 0.3).bands(40, 75);
        "#,
            rows.join(", ")
        );
        let engine = Engine::new(Limits::default());
        let source = Source {
            name: "health",
            text: &text,
            modules: &[],
            params: &[],
        };
        let (card, _) = engine.compile(&source).unwrap();
        engine
            .evaluate(&card, BTreeMap::new(), &EvaluateOptions::default())
            .unwrap()
    }

    /// By the words of the documentation, from the JSON of a report and nothing else.
    fn by_hand(results: &Value) -> String {
        let mut results = results.clone();
        let mut all = Vec::new();
        for list in ["metrics", "scores"] {
            for of in results[list].as_array_mut().unwrap() {
                let cells = std::mem::replace(&mut of["cells"], json!([]));
                let flat = |cell: &Value| {
                    let mut flat = Map::new();
                    for (name, value) in cell.as_object().unwrap() {
                        match (name.as_str(), value) {
                            ("change", Value::Object(change)) => {
                                flat.extend(
                                    change
                                        .iter()
                                        .map(|(name, value)| (format!("change.{name}"), value.clone())),
                                );
                            }
                            _ => _ = flat.insert(name.clone(), value.clone()),
                        }
                    }
                    flat
                };
                let flat: Vec<Map<String, Value>> = cells.as_array().unwrap().iter().map(flat).collect();
                let mut columns = Map::new();
                for name in flat.iter().flat_map(Map::keys) {
                    let values: Vec<Value> = flat
                        .iter()
                        .map(|cell| cell.get(name).cloned().unwrap_or_default())
                        .collect();
                    if values.iter().any(|value| !value.is_null()) {
                        columns.insert(name.clone(), json!(sha256(&values).unwrap()));
                    }
                }
                all.push(Value::Object(columns));
            }
        }
        sha256(&json!({ "cells": all, "results": results })).unwrap()
    }

    #[test]
    fn the_hash_follows_from_the_json_of_a_report() {
        let report = report();
        let json = serde_json::to_value(&report.results).unwrap();
        assert!(report.results.metrics.iter().all(|metric| metric.cells.len() == 20));
        assert!(json.to_string().contains("région") && json.to_string().contains("\"p\":"));
        assert_eq!(by_hand(&json), report.provenance.results_sha256);
        let back: Results = serde_json::from_value(json).unwrap();
        assert_eq!(results_sha256(&back).unwrap(), report.provenance.results_sha256);
    }

    /// Whatever is changed in a cell changes the hash.
    #[test]
    fn every_field_of_a_cell_counts() {
        let report = report();
        let whole = serde_json::to_value(&report.results).unwrap();
        let at = |of: &str| {
            let cells = whole["metrics"][0]["cells"].as_array().unwrap();
            cells.iter().position(|cell| !cell[of].is_null())
        };
        let instead = |value: &Value| match value {
            Value::Number(number) if number.is_u64() => json!(number.as_u64().unwrap() + 1),
            Value::Number(number) => json!(number.as_f64().unwrap() + 0.5),
            Value::Bool(truth) => json!(!truth),
            Value::String(text) if text == "ok" => json!("stale"),
            Value::String(text) => json!(format!("{text}!")),
            other => panic!("{other}"),
        };
        for field in [
            "period",
            "partial",
            "value",
            "state",
            "n",
            "skipped",
            "not_due",
            "target",
            "target_met",
            "progress",
            "change_from_baseline",
        ] {
            let mut moved = whole.clone();
            let cell = &mut moved["metrics"][0]["cells"][at(field).expect(field)];
            cell[field] = instead(&cell[field]);
            let moved: Results = serde_json::from_value(moved).unwrap();
            assert_ne!(
                results_sha256(&moved).unwrap(),
                report.provenance.results_sha256,
                "{field}"
            );
        }
        for (list, field) in [
            ("segments", "plan"),
            ("interval", "low"),
            ("interval", "method"),
            ("change", "difference"),
            ("change", "from"),
            ("change", "better"),
        ] {
            let mut moved = whole.clone();
            let cells = moved["metrics"][0]["cells"].as_array_mut().unwrap();
            let cell = cells.iter_mut().find(|cell| !cell[list][field].is_null()).expect(field);
            cell[list][field] = instead(&cell[list][field]);
            let moved: Results = serde_json::from_value(moved).unwrap();
            assert_ne!(
                results_sha256(&moved).unwrap(),
                report.provenance.results_sha256,
                "{list}.{field}"
            );
        }
    }
}
