//! Whether a report is what its card and data give: hash by hash, then value by value.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::digest::results_sha256;
use super::provenance::{Cause, Provenance};
use super::{Report, Results};
use crate::definition::{Literal, SourceInfo};

/// What became of an evaluation that was repeated.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Verification {
    /// Whether the kept report and the new one have the same results, bit for bit.
    pub same: bool,
    /// Whether every value is the same, bit for bit, and nobody changed the kept report: results may still say that
    /// something stands elsewhere in the text of the card, as after a new comment.
    pub same_values: bool,
    /// Whether the results in the kept report are those that its own hash names: nobody changed them afterwards.
    pub intact: bool,
    /// The hash that the kept report names.
    pub kept_sha256: String,
    /// The hash of what the card and the data give now.
    pub again_sha256: String,
    /// What is not as it was: card, params, data, engine.
    pub differs: Vec<HashDifference>,
    /// Values of the results that are not as they were, in the order of the report.
    pub moved: Vec<MovedValue>,
}

/// Something that an evaluation is made from, and that is not as it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HashDifference {
    /// Of what kind it is.
    pub cause: Cause,
    /// Which: the name of a module, a param, a table.
    pub name: String,
    /// Its hash or value then; none: it was not there, or had no hash.
    pub was: Option<String>,
    /// Its hash or value now.
    pub now: Option<String>,
}

/// A value of the results that is not as it was.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MovedValue {
    /// Where it stands: `metrics.nps.cells[region=West, 2026-05].value`.
    pub place: String,
    /// What stood there; none: nothing.
    pub was: Option<Value>,
    /// What stands there now.
    pub now: Option<Value>,
}

/// Compares a kept report with one that was made again from its card and data.
///
/// # Errors
/// A message where results cannot be written as JSON; that would be a fault of the engine.
///
/// ```
/// use std::collections::BTreeMap;
/// use bellwether::engine::{Engine, EvaluateOptions};
/// use bellwether::limits::Limits;
/// use bellwether::report::{Report, verify};
/// use bellwether::script::Source;
///
/// let text = r#"
///     scorecard("Health").owner("CX").purpose("Keep customers").min_n(1);
///     let survey = table("survey").rows(["recommend"], [[10], [9], [2]]);
///     metric("nps", nps(survey.recommend)).target(45).owner("Loyalty");
/// "#;
/// let engine = Engine::new(Limits::default());
/// let (card, _) = engine.compile(&Source { name: "health", text, modules: &[], params: &[] })?;
/// let evaluate = || engine.evaluate(&card, BTreeMap::new(), &EvaluateOptions::default());
/// // A report that went through a file is still the report.
/// let kept: Report = serde_json::from_str(&serde_json::to_string(&evaluate()?).unwrap()).unwrap();
/// assert!(verify(&kept, &evaluate()?).unwrap().same);
///
/// let mut forged = kept.clone();
/// forged.results.metrics[0].headline.value = Some(50.0);
/// let found = verify(&forged, &evaluate()?).unwrap();
/// assert!(!found.same && !found.intact);
/// assert_eq!(found.moved[0].place, "metrics.nps.headline.value");
/// # Ok::<(), bellwether::engine::Error>(())
/// ```
pub fn verify(kept: &Report, again: &Report) -> Result<Verification, String> {
    let hash = |results: &Results| results_sha256(results).map_err(|error| error.to_string());
    let (own, now) = (hash(&kept.results)?, hash(&again.results)?);
    let mut moved = Vec::new();
    if own != now {
        let json = |results: &Results| serde_json::to_value(results).map_err(|error| error.to_string());
        compare(
            "",
            Some(&json(&kept.results)?),
            Some(&json(&again.results)?),
            &mut moved,
        );
    }
    let intact = own == kept.provenance.results_sha256;
    Ok(Verification {
        same: own == now && intact,
        same_values: moved.is_empty() && intact,
        intact,
        kept_sha256: kept.provenance.results_sha256.clone(),
        again_sha256: now,
        differs: differences(&kept.provenance, &again.provenance),
        moved,
    })
}

/// What two evaluations are made from and do not share.
fn differences(was: &Provenance, now: &Provenance) -> Vec<HashDifference> {
    let mut found = Vec::new();
    let mut note = |cause: Cause, name: &str, was: Option<String>, now: Option<String>| {
        if was != now {
            let name = name.to_owned();
            found.push(HashDifference { cause, name, was, now });
        }
    };
    note(
        Cause::Engine,
        "engine",
        Some(was.engine.clone()),
        Some(now.engine.clone()),
    );
    let hash = |source: Option<&SourceInfo>| source.map(|source| source.sha256.clone());
    note(
        Cause::Card,
        "card",
        hash(was.sources.first()),
        hash(now.sources.first()),
    );
    fn module<'a>(of: &'a Provenance, name: &str) -> Option<&'a SourceInfo> {
        of.sources.iter().skip(1).find(|source| source.name == name)
    }
    let modules = |of: &'_ Provenance| -> Vec<String> {
        let names = of.sources.iter().skip(1).map(|source| source.name.clone());
        names.collect()
    };
    for name in union(modules(was), modules(now)) {
        note(Cause::Card, &name, hash(module(was, &name)), hash(module(now, &name)));
    }
    let param = |of: &Provenance, name: &str| {
        let found = of.params.iter().find(|param| param.name == name);
        found.map(|param| literal(&param.value))
    };
    let params = |of: &Provenance| of.params.iter().map(|param| param.name.clone()).collect();
    for name in union(params(was), params(now)) {
        note(Cause::Params, &name, param(was, &name), param(now, &name));
    }
    let table = |of: &Provenance, name: &str| {
        let found = of.tables.iter().find(|table| table.table == name);
        found.and_then(|table| table.sha256.clone())
    };
    let tables = |of: &Provenance| of.tables.iter().map(|table| table.table.clone()).collect();
    for name in union(tables(was), tables(now)) {
        note(Cause::Data, &name, table(was, &name), table(now, &name));
    }
    let asked = |of: &Provenance| Some(of.asked_sha256());
    note(
        Cause::Asked,
        "cuts, calendar, baselines and values of other cards",
        asked(was),
        asked(now),
    );
    found
}

/// The names of both, those of the first one first.
fn union(first: Vec<String>, second: Vec<String>) -> Vec<String> {
    let mut all = first;
    for name in second {
        if !all.contains(&name) {
            all.push(name);
        }
    }
    all
}

fn literal(value: &Literal) -> String {
    match value {
        Literal::Bool(value) => value.to_string(),
        Literal::Int(value) => value.to_string(),
        Literal::Float(value) => value.to_string(),
        Literal::Text(value) => value.clone(),
    }
}

/// Notes every value in which two trees differ.
fn compare(place: &str, was: Option<&Value>, now: Option<&Value>, moved: &mut Vec<MovedValue>) {
    match (was, now) {
        (Some(Value::Object(was)), Some(Value::Object(now))) => {
            // A place in the text of the card is no number.
            for key in union(keys(was), keys(now)).iter().filter(|key| *key != "span") {
                let place = if place.is_empty() {
                    key.clone()
                } else {
                    format!("{place}.{key}")
                };
                compare(&place, was.get(key), now.get(key), moved);
            }
        }
        (Some(Value::Array(was)), Some(Value::Array(now))) => {
            let (was, now) = (named(was), named(now));
            let names = |of: &[(String, &Value)]| of.iter().map(|(name, _)| name.clone()).collect();
            let find = |of: &[(String, &Value)], name: &str| {
                let found = of.iter().position(|(other, _)| other == name);
                found.and_then(|at| of.get(at)).map(|(_, value)| (*value).clone())
            };
            // Lists in the same order, which is the rule, are compared pair by pair.
            if was.len() == now.len() && was.iter().zip(&now).all(|(was, now)| was.0 == now.0) {
                for ((name, was), (_, now)) in was.iter().zip(&now) {
                    compare(&format!("{place}{name}"), Some(was), Some(now), moved);
                }
            } else {
                for name in union(names(&was), names(&now)) {
                    let (was, now) = (find(&was, &name), find(&now, &name));
                    compare(&format!("{place}{name}"), was.as_ref(), now.as_ref(), moved);
                }
            }
        }
        (was, now) if was == now => {}
        (was, now) => moved.push(MovedValue {
            place: place.to_owned(),
            was: was.cloned(),
            now: now.cloned(),
        }),
    }
}

fn keys(of: &Map<String, Value>) -> Vec<String> {
    of.keys().cloned().collect()
}

/// The items of a list under what a reader knows them by: `.nps`, `[region=West, 2026-05]`, else their place.
fn named(items: &[Value]) -> Vec<(String, &Value)> {
    let name = |place: usize, item: &Value| {
        let text = |key: &str| item.get(key).and_then(Value::as_str);
        if let Some(name) = text("name").or_else(|| text("table")).or_else(|| text("of")) {
            return format!(".{name}");
        }
        if item.get("state").is_none() || item.get("n").is_none() {
            return format!("[{place}]");
        }
        let segments = item.get("segments").and_then(Value::as_object);
        let mut parts: Vec<String> = segments
            .into_iter()
            .flatten()
            .map(|(segment, value)| format!("{segment}={}", value.as_str().unwrap_or_default()))
            .collect();
        parts.push(text("period").unwrap_or("all").to_owned());
        format!("[{}]", parts.join(", "))
    };
    items
        .iter()
        .enumerate()
        .map(|(place, item)| (name(place, item), item))
        .collect()
}
