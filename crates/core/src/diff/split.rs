//! The old card with one change of the new one each: what that change does by itself.

use serde_json::Value;

use super::{CardDiff, Change, Effect, ObjectKind};
use crate::definition::Scorecard;

/// More changes than these are looked at by object, and more objects not at all: each costs an evaluation.
const MOST: usize = 24;

/// Changes that are made together: the weights of one score make no sense one by one.
#[derive(Debug, Clone)]
pub(crate) struct Step {
    /// Places in [`CardDiff::changes`].
    pub(super) changes: Vec<usize>,
    /// What was changed: `score health: parts`.
    pub(super) label: String,
    /// The old card with these changes.
    pub(crate) card: Scorecard,
}

/// An object and a field of it; none: all of them.
type Place = (ObjectKind, String, Option<String>);

/// The old card with each change by itself, or why that is not done. What is new in the new card is there each time, as
/// other changes may need it; by itself it moves nothing that was there before.
pub(crate) fn steps(old: &Scorecard, new: &Scorecard, diff: &CardDiff) -> Result<Vec<Step>, String> {
    let renamed = renamed(new, diff)?;
    let mut groups = group(diff, true);
    if groups.len() > MOST {
        groups = group(diff, false);
    }
    if groups.len() > MOST {
        return Err(format!("more than {MOST} objects changed"));
    }
    let json = |card: &Scorecard| serde_json::to_value(card).map_err(|error| error.to_string());
    let (before, after) = (json(old)?, json(new)?);
    let mut base = before;
    for (from, to) in &renamed {
        rename(&mut base, from, to);
    }
    for change in diff
        .changes
        .iter()
        .filter(|change| matches!(change.change, Change::Added { .. }))
    {
        let Some(list) = list_of(change.object) else { continue };
        if let (Some(object), Some(items)) = (find(&after, list, &change.name), items_of(&mut base, list)) {
            items.push(object.clone());
        }
    }
    groups
        .into_iter()
        .map(|((kind, name, field), changes)| {
            let mut card = base.clone();
            apply(&mut card, &after, kind, &name, field.as_deref());
            let card = serde_json::from_value(card).map_err(|error| error.to_string())?;
            let field = field
                .map(|field| format!(": {}", field.replace('_', " ")))
                .unwrap_or_default();
            let label = match kind {
                ObjectKind::Scorecard => format!("scorecard{field}"),
                ObjectKind::Period => "calendars".to_owned(),
                _ => format!("{} {name}{field}", kind.word()),
            };
            Ok(Step { changes, label, card })
        })
        .collect()
}

/// Old and new names of metrics, outcomes and scores. Names of tables and segments stand in too many places, and so do
/// those of scores that are columns of a table.
fn renamed<'a>(new: &Scorecard, diff: &'a CardDiff) -> Result<Vec<(&'a str, &'a str)>, String> {
    let mut found = Vec::new();
    for change in &diff.changes {
        let Change::Renamed { from } = &change.change else {
            continue;
        };
        let is_column = new.score(&change.name).is_some_and(|score| score.each.is_some());
        match change.object {
            ObjectKind::Metric | ObjectKind::Outcome | ObjectKind::Score if !is_column => {
                found.push((from.as_str(), change.name.as_str()));
            }
            kind if list_of(kind).is_some() => {
                return Err(format!("{} {} has another name", kind.word(), change.name));
            }
            _ => {}
        }
    }
    Ok(found)
}

/// Gives a metric, outcome or score another name, wherever the card speaks of it.
fn rename(card: &mut Value, from: &str, to: &str) {
    let change = |spanned: Option<&mut Value>| {
        if let Some(value) = spanned.and_then(|spanned| spanned.get_mut("value"))
            && value.as_str() == Some(from)
        {
            *value = to.into();
        }
    };
    let all = |of: &mut Value, list: &str, keys: &[&str]| {
        for item in of.get_mut(list).and_then(Value::as_array_mut).into_iter().flatten() {
            // A list of names, or of objects that hold names.
            for key in keys {
                change(if key.is_empty() {
                    Some(&mut *item)
                } else {
                    item.get_mut(key)
                });
            }
        }
    };
    all(card, "metrics", &["name"]);
    all(card, "scores", &["name"]);
    all(card, "links", &["metric", "outcome"]);
    for (list, parts, keys) in [
        ("metrics", "drives", &[""][..]),
        ("scores", "drives", &[""]),
        ("scores", "parts", &["of"]),
        ("initiatives", "moves", &["metric"]),
    ] {
        for item in card.get_mut(list).and_then(Value::as_array_mut).into_iter().flatten() {
            all(item, parts, keys);
        }
    }
    for score in card
        .get_mut("scores")
        .and_then(Value::as_array_mut)
        .into_iter()
        .flatten()
    {
        change(score.get_mut("mix_each").and_then(|each| each.get_mut("of")));
        let weights = score
            .get_mut("weights_for")
            .and_then(Value::as_array_mut)
            .into_iter()
            .flatten();
        let pairs = weights
            .filter_map(|weights| weights.get_mut("weights")?.as_array_mut())
            .flatten();
        for name in pairs.filter_map(|pair| pair.get_mut(0)) {
            if name.as_str() == Some(from) {
                *name = to.into();
            }
        }
        for limit in score
            .get_mut("limits")
            .and_then(Value::as_array_mut)
            .into_iter()
            .flatten()
        {
            in_condition(limit, from, to);
        }
    }
    for alert in card
        .get_mut("alerts")
        .and_then(Value::as_array_mut)
        .into_iter()
        .flatten()
    {
        in_condition(alert, from, to);
    }
}

/// In a condition over cells a column without a path is a metric or score.
fn in_condition(value: &mut Value, from: &str, to: &str) {
    match value {
        Value::Object(fields) => {
            for (key, value) in fields {
                match value.as_array_mut().map(Vec::as_mut_slice) {
                    Some([name]) if key == "column" && name.as_str() == Some(from) => *name = to.into(),
                    _ => in_condition(value, from, to),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| in_condition(item, from, to)),
        _ => {}
    }
}

/// Changes of settings by object, and by field where that is wanted, in their order.
fn group(diff: &CardDiff, by_field: bool) -> Vec<(Place, Vec<usize>)> {
    let mut groups: Vec<(Place, Vec<usize>)> = Vec::new();
    for (at, change) in diff.changes.iter().enumerate() {
        let of_calendar = change.object == ObjectKind::Period;
        let setting = matches!(change.change, Change::Setting { .. }) && change.effect != Effect::Words;
        let touches = list_of(change.object).is_some() || change.object == ObjectKind::Scorecard;
        if !(of_calendar || setting && touches) {
            continue;
        }
        let place = if of_calendar {
            (ObjectKind::Period, String::new(), None)
        } else {
            let field = Some(change.field.clone()).filter(|field| by_field && !field.is_empty());
            (change.object, change.name.clone(), field)
        };
        match groups.iter_mut().find(|(other, _)| *other == place) {
            Some((_, changes)) => changes.push(at),
            None => groups.push((place, vec![at])),
        }
    }
    groups
}

/// The list of the definition that holds objects of a kind that can move numbers.
const fn list_of(kind: ObjectKind) -> Option<&'static str> {
    match kind {
        ObjectKind::Table => Some("tables"),
        ObjectKind::Segment => Some("segments"),
        ObjectKind::Metric | ObjectKind::Outcome => Some("metrics"),
        ObjectKind::Score => Some("scores"),
        _ => None,
    }
}

fn apply(card: &mut Value, after: &Value, kind: ObjectKind, name: &str, field: Option<&str>) {
    let whole = match kind {
        ObjectKind::Period => Some("periods"),
        ObjectKind::Scorecard => Some("header"),
        _ => None,
    };
    if let Some(key) = whole {
        let Some(new) = after.get(key) else { return };
        match (field, card.get_mut(key)) {
            (Some(field), Some(old)) => set(old, new, field),
            (None, Some(old)) => *old = new.clone(),
            _ => {}
        }
        return;
    }
    let Some(list) = list_of(kind) else { return };
    let Some(new) = find(after, list, name).cloned() else {
        return;
    };
    let old = items_of(card, list).and_then(|items| items.iter_mut().find(|item| is_named(item, name)));
    match (old, field) {
        (Some(old), Some(field)) => set(old, &new, field),
        (Some(old), None) => *old = new,
        (None, _) => {}
    }
}

fn set(old: &mut Value, new: &Value, field: &str) {
    if let (Some(old), Some(new)) = (old.as_object_mut(), new.as_object()) {
        match new.get(field) {
            Some(value) => {
                old.insert(field.to_owned(), value.clone());
            }
            None => {
                old.remove(field);
            }
        }
    }
}

fn items_of<'a>(card: &'a mut Value, list: &str) -> Option<&'a mut Vec<Value>> {
    card.get_mut(list)?.as_array_mut()
}

fn find<'a>(card: &'a Value, list: &str, name: &str) -> Option<&'a Value> {
    card.get(list)?.as_array()?.iter().find(|item| is_named(item, name))
}

fn is_named(item: &Value, name: &str) -> bool {
    item.get("name")
        .and_then(|own| own.get("value"))
        .and_then(Value::as_str)
        == Some(name)
}
