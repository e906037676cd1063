//! A scorecard written down as facts: for each object its settings in words. Fields that have no words here are compared
//! as they are stored, so that nothing that was added to the definition later can change unseen.

mod measures;
mod plans;
mod tables;

use serde::Serialize;
use serde_json::Value;

use super::{Effect, ObjectKind};
use crate::definition::{Duration, Literal, Param, Scorecard, TimeUnit};
use crate::report::formula::expr_text;
use measures::{metric, score};
use plans::{initiative, journey, link, list};
use tables::{period_text, segment, table};

/// An object of a card with its facts.
#[derive(Debug, Clone)]
pub(super) struct Object {
    pub kind: ObjectKind,
    pub name: String,
    pub facts: Vec<Fact>,
    /// Fields of the definition that have words here, also where they are not set.
    known: Vec<&'static str>,
}

/// A setting of an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fact {
    /// The setting in words, unique in its object.
    pub setting: String,
    /// Its value in words; empty where the setting itself says all (`census`).
    pub text: String,
    /// The field of the definition.
    pub field: &'static str,
    pub effect: Effect,
}

use Effect::{Judgement, Numbers, Words};

impl Object {
    /// What it is, in short: its formula, or whatever its numbers come from.
    pub(super) fn summary(&self) -> Option<String> {
        let first = self
            .facts
            .iter()
            .find(|fact| fact.effect == Numbers && !fact.text.is_empty())?;
        Some(first.text.clone())
    }

    /// The most that it can touch.
    pub(super) fn effect(&self) -> Effect {
        self.facts.iter().map(|fact| fact.effect).min().unwrap_or(Words)
    }

    fn new(kind: ObjectKind, name: impl Into<String>) -> Self {
        Self {
            kind,
            name: name.into(),
            facts: Vec::new(),
            known: Vec::new(),
        }
    }

    fn say(&mut self, effect: Effect, field: &'static str, setting: impl Into<String>, text: impl Into<String>) {
        self.known.push(field);
        let mut setting = setting.into();
        let taken = |setting: &str, facts: &[Fact]| facts.iter().any(|fact| fact.setting == setting);
        if taken(&setting, &self.facts) {
            let number = (2..).find(|number| !taken(&format!("{setting} ({number})"), &self.facts));
            setting = format!("{setting} ({})", number.unwrap_or(2));
        }
        self.facts.push(Fact {
            setting,
            text: text.into(),
            field,
            effect,
        });
    }

    fn maybe(&mut self, effect: Effect, field: &'static str, setting: &str, text: Option<impl ToString>) {
        self.known.push(field);
        if let Some(text) = text {
            self.say(effect, field, setting, text.to_string());
        }
    }

    /// A setting that is there or not.
    fn flag(&mut self, effect: Effect, field: &'static str, setting: &str, set: bool) {
        self.known.push(field);
        if set {
            self.say(effect, field, setting, "");
        }
    }

    /// The fields without words of their own, as they are stored.
    fn rest<T: Serialize>(mut self, object: &T) -> Self {
        let Ok(Value::Object(fields)) = serde_json::to_value(object) else {
            return self;
        };
        for (field, value) in fields {
            let value = without_places(value);
            let empty = match &value {
                Value::Null | Value::Bool(false) => true,
                Value::Array(items) => items.is_empty(),
                Value::Object(items) => items.is_empty(),
                _ => false,
            };
            if empty || field == "name" || field == "span" || self.known.contains(&field.as_str()) {
                continue;
            }
            self.say(Numbers, "", field.replace('_', " "), value.to_string());
        }
        self
    }
}

/// A stored value without the places where it is written.
pub(super) fn without_places(value: Value) -> Value {
    match value {
        Value::Object(mut fields) => {
            fields.remove("span");
            if fields.len() == 1 && fields.contains_key("value") {
                return fields.remove("value").map_or(Value::Null, without_places);
            }
            Value::Object(
                fields
                    .into_iter()
                    .map(|(key, value)| (key, without_places(value)))
                    .collect(),
            )
        }
        Value::Array(items) => Value::Array(items.into_iter().map(without_places).collect()),
        other => other,
    }
}

fn number(value: f64) -> String {
    format!("{value}")
}

fn literal(value: &Literal) -> String {
    match value {
        Literal::Bool(value) => value.to_string(),
        Literal::Int(value) => value.to_string(),
        Literal::Float(value) => number(*value),
        Literal::Text(text) => format!("\"{text}\""),
    }
}

fn span_of_time(duration: &Duration) -> String {
    let plural = if duration.count == 1 { "" } else { "s" };
    format!("{} {}{plural}", duration.count, TimeUnit::word(duration.unit))
}

fn joined<T>(items: impl IntoIterator<Item = T>, text: impl Fn(T) -> String) -> String {
    items.into_iter().map(text).collect::<Vec<_>>().join(", ")
}

fn range((low, high): (f64, f64)) -> String {
    format!("{low} to {high}")
}

/// All objects of a card.
pub(super) fn objects(card: &Scorecard) -> Vec<Object> {
    let mut all = vec![header(card)];
    all.extend(card.params.iter().map(param));
    all.extend(card.tables.iter().map(table));
    all.extend(card.segments.iter().map(segment));
    all.extend(card.crosses.iter().map(|cross| {
        let name = cross
            .segments
            .iter()
            .map(|segment| segment.value.as_str())
            .collect::<Vec<_>>()
            .join(" × ");
        let mut object = Object::new(ObjectKind::Cross, name);
        object.flag(Judgement, "", "cells", true);
        object
    }));
    all.extend(card.periods.iter().enumerate().map(|(place, period)| {
        let mut object = Object::new(ObjectKind::Period, period_text(period));
        object.flag(Numbers, "", "headlines are read from it", place == 0);
        object
    }));
    all.extend(card.metrics.iter().map(metric));
    all.extend(card.scores.iter().map(score));
    all.extend(card.links.iter().map(link));
    all.extend(card.objectives.iter().map(|objective| {
        let mut object = Object::new(ObjectKind::Objective, &objective.name.value);
        object.maybe(
            Words,
            "owner",
            "owner",
            objective.owner.as_ref().map(|owner| &owner.value),
        );
        object.rest(objective)
    }));
    all.extend(card.journeys.iter().map(journey));
    all.extend(card.initiatives.iter().map(initiative));
    all.extend(card.quick_wins.iter().map(|wins| {
        let mut object = Object::new(ObjectKind::QuickWins, "quick wins");
        object.maybe(
            Judgement,
            "payback",
            "longest payback",
            wins.payback.as_ref().map(span_of_time),
        );
        object.maybe(
            Judgement,
            "person_days",
            "most person days",
            wins.person_days.map(number),
        );
        object.rest(wins)
    }));
    all.extend(card.lists.iter().map(list));
    all.extend(card.alerts.iter().map(|alert| {
        let mut object = Object::new(ObjectKind::Alert, &alert.name.value);
        object.say(
            Judgement,
            "condition",
            "condition",
            expr_text(&alert.condition.expr, "m"),
        );
        object.maybe(Words, "to", "to", alert.to.as_ref());
        object.rest(alert)
    }));
    all.extend(card.tests.iter().map(|test| {
        let mut object = Object::new(ObjectKind::Test, &test.name.value);
        for (field, setting) in [
            ("given", "tables given"),
            ("expects", "what is expected"),
            ("as_of", "day"),
        ] {
            let stored = serde_json::to_value(test).ok();
            let value = stored.and_then(|test| test.get(field).cloned()).map(without_places);
            if let Some(value) = value.filter(|value| !value.is_null()) {
                object.say(Words, field, setting, value.to_string());
            }
        }
        object
    }));
    all
}

fn header(card: &Scorecard) -> Object {
    let header = &card.header;
    let mut object = Object::new(ObjectKind::Scorecard, &header.title.value);
    object.say(Words, "title", "title", &header.title.value);
    for (field, value) in [
        ("owner", &header.owner),
        ("purpose", &header.purpose),
        ("cadence", &header.cadence),
        ("audience", &header.audience),
    ] {
        object.maybe(Words, field, field, value.as_ref().map(|value| &value.value));
    }
    object.maybe(
        Judgement,
        "currency",
        "currency",
        header.currency.as_ref().map(|value| &value.value),
    );
    object.maybe(Judgement, "min_n", "fewest answers", header.min_n.map(|n| n.value));
    object.maybe(
        Numbers,
        "fiscal_year_start",
        "first month of the fiscal year",
        header.fiscal_year_start.map(|month| month.value),
    );
    object.maybe(
        Numbers,
        "utc_offset_minutes",
        "minutes east of UTC",
        header.utc_offset_minutes.map(|minutes| minutes.value),
    );
    object.maybe(
        Numbers,
        "complete_until",
        "complete until",
        header.complete_until.map(|day| day.value),
    );
    if card.language != 1 {
        object.say(Numbers, "", "language", card.language.to_string());
    }
    for allow in &card.allows {
        let value = serde_json::to_value(allow).map(without_places).unwrap_or_default();
        let code = value
            .get("code")
            .and_then(Value::as_str)
            .unwrap_or("a finding")
            .to_owned();
        object.say(Words, "", format!("comment that allows {code}"), "");
    }
    object.rest(header)
}

fn param(param: &Param) -> Object {
    let mut object = Object::new(ObjectKind::Param, &param.name);
    object.say(Numbers, "value", "value", literal(&param.value));
    object.say(Words, "default", "default", literal(&param.default));
    object.maybe(Words, "min", "smallest value", param.min.map(number));
    object.maybe(Words, "max", "largest value", param.max.map(number));
    object.maybe(Words, "help", "help", param.help.as_ref());
    object.rest(param)
}
