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
    let renamed = |change: &super::CardChange| {
        matches!(change.change, Change::Renamed { .. }) && list_of(change.object).is_some()
    };
    if diff.changes.iter().any(renamed) {
        return Err("objects were renamed, so that no change can be made by itself".to_owned());
    }
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
