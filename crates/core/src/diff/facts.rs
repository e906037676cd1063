//! A scorecard written down as facts: for each object its settings in words. Fields that have no words here are compared
//! as they are stored, so that nothing that was added to the definition later can change unseen.

use serde::Serialize;
use serde_json::Value;

use super::{Effect, ObjectKind};
use crate::definition::{
    AddedSource, Aggregation, Baseline, BelongsTo, Calendar, Direction, Duration, Goal, IfUnknown, Initiative, Journey,
    LimitKind, Link, List, Literal, Metric, MissingParts, Normalise, Param, Period, Role, Score, Scorecard, Segment,
    SegmentSource, StaleParts, Table, TableSource, TimeUnit,
};
use crate::report::formula::{closure_text, expr_text, measure_text};

/// An object of a card with its facts.
#[derive(Debug, Clone)]
pub(super) struct Object {
    pub kind: ObjectKind,
    pub name: String,
    pub facts: Vec<Fact>,
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
        }
    }

    fn say(&mut self, effect: Effect, field: &'static str, setting: impl Into<String>, text: impl Into<String>) {
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
        if let Some(text) = text {
            self.say(effect, field, setting, text.to_string());
        }
    }

    /// A setting that is there or not.
    fn flag(&mut self, effect: Effect, field: &'static str, setting: &str, set: bool) {
        if set {
            self.say(effect, field, setting, "");
        }
    }

    /// Fields that `known` does not name, as they are stored.
    fn rest<T: Serialize>(mut self, object: &T, known: &[&str]) -> Self {
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
            if empty || field == "name" || field == "span" || known.contains(&field.as_str()) {
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
        object.rest(objective, &["owner"])
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
        object.rest(wins, &["payback", "person_days"])
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
        object.rest(alert, &["condition", "to"])
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
    let known = [
        "title",
        "owner",
        "purpose",
        "cadence",
        "audience",
        "currency",
        "min_n",
        "fiscal_year_start",
        "utc_offset_minutes",
        "complete_until",
    ];
    object.rest(header, &known)
}

fn param(param: &Param) -> Object {
    let mut object = Object::new(ObjectKind::Param, &param.name);
    object.say(Numbers, "value", "value", literal(&param.value));
    object.say(Words, "default", "default", literal(&param.default));
    object.maybe(Words, "min", "smallest value", param.min.map(number));
    object.maybe(Words, "max", "largest value", param.max.map(number));
    object.maybe(Words, "help", "help", param.help.as_ref());
    object.rest(param, &["value", "default", "min", "max", "help"])
}

fn table(table: &Table) -> Object {
    let mut object = Object::new(ObjectKind::Table, &table.name.value);
    let names = |names: &[crate::diagnostic::Spanned<String>]| {
        (!names.is_empty()).then(|| joined(names, |name| name.value.clone()))
    };
    let source = match &table.source {
        TableSource::Host => None,
        TableSource::Alias(of) => Some(format!("another view of {of}")),
        TableSource::Stack(of) => Some(format!("the rows of {}", of.join(", "))),
        TableSource::Entities(column) => Some(format!("one row for each {column}")),
        TableSource::Inline(rows) => Some(format!(
            "rows of the card: {}",
            serde_json::to_string(rows).unwrap_or_default()
        )),
    };
    object.maybe(Numbers, "source", "rows", source);
    object.maybe(Numbers, "file", "file", table.file.as_ref().map(|file| &file.value));
    object.maybe(Numbers, "key", "key", names(&table.key));
    object.maybe(
        Numbers,
        "date",
        "date",
        table.date.as_ref().map(|date| match &date.format {
            Some(format) => format!("{} as {}", date.column.value, format.value),
            None => date.column.value.clone(),
        }),
    );
    object.maybe(Numbers, "dates", "formats of dates", names(&table.dates));
    for step in &table.belongs_to {
        let setting = format!("belongs to {}", step.path);
        object.say(Numbers, "belongs_to", setting, belongs(step));
    }
    object.maybe(Numbers, "weight", "weight", table.weight.as_ref());
    for margin in &table.rake {
        let shares = joined(&margin.targets, |(value, share)| format!("{value} {share}"));
        object.say(Numbers, "rake", format!("margin of {}", margin.column), shares);
    }
    let caps = table
        .weight_caps
        .as_ref()
        .map(|caps| format!("{} to {}", caps.value.0, caps.value.1));
    object.maybe(Numbers, "weight_caps", "caps of weights", caps);
    let population = table.population.as_ref().map(|population| population.value.to_string());
    object.maybe(Judgement, "population", "population", population);
    object.maybe(Numbers, "latest_by", "latest by", names(&table.latest_by));
    object.maybe(Numbers, "distinct_by", "distinct by", names(&table.distinct_by));
    let codes = (!table.missing.is_empty()).then(|| joined(&table.missing, |code| literal(&code.value)));
    object.maybe(Numbers, "missing", "codes for missing", codes);
    for (column, kind) in &table.types {
        object.say(Numbers, "types", format!("type of {}", column.value), kind.word());
    }
    object.flag(Judgement, "census", "census", table.census);
    object.flag(Numbers, "timeless", "timeless", table.timeless);
    object.maybe(
        Numbers,
        "anonymous_below",
        "anonymous below",
        table.anonymous_below.as_ref().map(|rule| match &rule.key {
            Some(key) => format!("{} different {}", rule.floor.value, key.value),
            None => format!("{} rows", rule.floor.value),
        }),
    );
    for (from, to) in &table.renames {
        object.say(Numbers, "renames", format!("name of {}", from.value), to);
    }
    object.maybe(
        Numbers,
        "unpivot",
        "columns made rows",
        table.unpivot.as_ref().map(|turn| {
            let columns = joined(&turn.columns, |column| column.value.clone());
            format!("{columns}, as {} and {}", turn.name, turn.value)
        }),
    );
    columns(&mut object, table);
    let known = [
        "source",
        "file",
        "key",
        "date",
        "dates",
        "belongs_to",
        "weight",
        "rake",
        "weight_caps",
        "population",
        "latest_by",
        "distinct_by",
        "missing",
        "types",
        "census",
        "timeless",
        "anonymous_below",
        "renames",
        "unpivot",
        "columns",
        "added",
    ];
    object.rest(table, &known)
}

fn belongs(step: &BelongsTo) -> String {
    let by = joined(&step.columns, |column| column.value.clone());
    let via = step.via.as_ref().map(|via| format!(", segments via {}", via.value));
    format!("{} by {by}{}", step.table.value, via.unwrap_or_default())
}

/// Facts and makings of columns.
fn columns(object: &mut Object, table: &Table) {
    for facts in &table.columns {
        let of = |what: &str| format!("{what} of {}", facts.column.value);
        object.maybe(
            Numbers,
            "columns",
            &of("scale"),
            facts.scale.map(|scale| range(scale.value)),
        );
        for (what, codes) in [
            ("codes for no answer", &facts.missing),
            ("codes for not applicable", &facts.not_applicable),
        ] {
            let text = (!codes.is_empty()).then(|| joined(codes, |code| literal(&code.value)));
            object.maybe(Numbers, "columns", &of(what), text);
        }
        let levels = (!facts.levels.is_empty()).then(|| facts.levels.join(", "));
        object.maybe(Numbers, "columns", &of("levels"), levels);
        object.maybe(
            Numbers,
            "columns",
            &of("dates"),
            facts.dates.as_ref().map(|dates| &dates.value),
        );
        object.maybe(
            Numbers,
            "columns",
            &of("type"),
            facts.column_type.map(|kind| kind.value.word()),
        );
        object.maybe(Words, "columns", &of("label"), facts.label.as_ref());
    }
    for added in &table.added {
        let text = match &added.source {
            AddedSource::Row(expr) => closure_text(expr, &table.name.value),
            AddedSource::RollUp(measure) => measure_text(measure),
            AddedSource::CountRecent { key, date, window } => {
                format!("count_recent({key}, {date}, {})", span_of_time(window))
            }
            AddedSource::FollowedWithin { key, date, window } => {
                format!("followed_within({key}, {date}, {})", span_of_time(window))
            }
            AddedSource::Score { score } => format!("the score {score}"),
        };
        object.say(Numbers, "added", format!("column {}", added.name.value), text);
    }
}

fn segment(segment: &Segment) -> Object {
    let mut object = Object::new(ObjectKind::Segment, &segment.name.value);
    let source = |source: &SegmentSource| match source {
        SegmentSource::Column(column) => column.to_string(),
        SegmentSource::Closure(row) => closure_text(&row.expr, &row.table),
        SegmentSource::Buckets(buckets) => format!(
            "{} cut at {} into {}",
            closure_text(&buckets.of.expr, &buckets.of.table),
            joined(&buckets.edges, |edge| number(*edge)),
            buckets.labels.join(", ")
        ),
        SegmentSource::Cohort(column, calendar) => format!("{} of {column}", calendar.word()),
    };
    object.say(Numbers, "sources", "values", joined(&segment.sources, source));
    object.maybe(Words, "label", "label", segment.label.as_ref());
    let order = (!segment.order.is_empty()).then(|| segment.order.join(", "));
    object.maybe(Words, "order", "order", order);
    let top = segment
        .top
        .as_ref()
        .map(|(count, rest)| format!("{count} most frequent, the others as {rest}"));
    object.maybe(Numbers, "top", "top", top);
    object.maybe(
        Words,
        "missing_label",
        "name for no value",
        segment.missing_label.as_ref(),
    );
    let through = segment
        .through
        .as_ref()
        .map(|way| format!("{}, {}", way.table.value, way.rule.value));
    object.maybe(Numbers, "through", "through", through);
    object.rest(
        segment,
        &["sources", "label", "order", "top", "missing_label", "through"],
    )
}

fn period_text(period: &Period) -> String {
    let mut text = Calendar::word(period.calendar).to_owned();
    if period.rolling > 1 {
        text.push_str(&format!(", rolling {}", period.rolling));
    }
    if let Some(larger) = period.to_date {
        text.push_str(&format!(", {} to date", larger.word()));
    }
    text
}

fn goal(object: &mut Object, goal: &Goal) {
    let baseline = goal.baseline.as_ref().map(|baseline| match &baseline.value {
        Baseline::Value(value) => number(*value),
        Baseline::At(period) => format!("the value of {period}"),
    });
    object.maybe(Judgement, "goal", "baseline", baseline);
    object.maybe(
        Judgement,
        "goal",
        "target",
        goal.target.map(|target| number(target.value)),
    );
    for point in &goal.way_points {
        object.say(
            Judgement,
            "goal",
            format!("target on {}", point.date),
            number(point.value),
        );
    }
    for targets in &goal.segment_targets {
        for (value, target) in &targets.targets {
            let setting = format!("target for {} {value}", targets.segment.value);
            object.say(Judgement, "goal", setting, number(*target));
        }
    }
    object.maybe(Judgement, "goal", "due date", goal.due.map(|due| due.value));
    object.maybe(
        Words,
        "goal",
        "reason for no target",
        goal.no_target.as_ref().map(|reason| &reason.value),
    );
    object.maybe(Words, "goal", "owner", goal.owner.as_ref().map(|owner| &owner.value));
    object.maybe(
        Words,
        "goal",
        "objective served",
        goal.serves.as_ref().map(|serves| &serves.value),
    );
}

fn metric(metric: &Metric) -> Object {
    let kind = match metric.role {
        Role::Outcome => ObjectKind::Outcome,
        Role::Metric => ObjectKind::Metric,
    };
    let mut object = Object::new(kind, &metric.name.value);
    object.say(Numbers, "measure", "formula", measure_text(&metric.measure));
    let role = match metric.role {
        Role::Outcome => "outcome",
        Role::Metric => "metric",
    };
    object.say(Judgement, "role", "role", role);
    object.maybe(Words, "label", "label", metric.label.as_ref());
    object.maybe(Words, "about", "about", metric.about.as_ref());
    object.maybe(Words, "unit", "unit", metric.unit.as_ref().map(|unit| &unit.value));
    object.maybe(Words, "decimals", "decimals", metric.decimals);
    let direction = metric.direction.map(|direction| match direction.value {
        Direction::Higher => "higher is better",
        Direction::Lower => "lower is better",
    });
    object.maybe(Judgement, "direction", "direction", direction);
    object.maybe(Numbers, "scale", "scale", metric.scale.map(|scale| range(scale.value)));
    goal(&mut object, &metric.goal);
    let worth = metric.worth.as_ref().map(|worth| {
        let currency = worth.currency.as_ref().map(|currency| format!(" {currency}"));
        format!("{}{}", measure_text(&worth.amount), currency.unwrap_or_default())
    });
    object.maybe(Judgement, "worth", "worth of one point", worth);
    for outcome in &metric.drives {
        object.say(Judgement, "drives", format!("drives {}", outcome.value), "");
    }
    object.maybe(
        Words,
        "no_outcome",
        "reason for no outcome",
        metric.no_outcome.as_ref().map(|reason| &reason.value),
    );
    object.maybe(Judgement, "min_n", "fewest answers", metric.min_n.map(|n| n.value));
    let stage = metric.stage.as_ref().map(|stage| match &stage.step {
        Some(step) => format!("{}, {}", stage.phase.value, step.value),
        None => stage.phase.value.clone(),
    });
    object.maybe(Words, "stage", "stage", stage);
    object.flag(Numbers, "each_step", "a value for each step", metric.each_step);
    for (field, setting, mark) in [
        ("moment_of_truth", "moment of truth", &metric.moment_of_truth),
        ("friction_point", "friction point", &metric.friction_point),
    ] {
        object.maybe(
            Words,
            field,
            setting,
            mark.as_ref().map(|reason| reason.value.clone().unwrap_or_default()),
        );
    }
    object.maybe(
        Judgement,
        "fresh_for",
        "fresh for",
        metric.fresh_for.as_ref().map(|duration| span_of_time(&duration.value)),
    );
    let fixed = (!metric.fixed.is_empty()).then(|| joined(&metric.fixed, |name| name.value.clone()));
    object.maybe(Words, "fixed", "fixed settings", fixed);
    let known = [
        "measure",
        "role",
        "label",
        "about",
        "unit",
        "decimals",
        "direction",
        "scale",
        "goal",
        "worth",
        "drives",
        "no_outcome",
        "min_n",
        "stage",
        "each_step",
        "moment_of_truth",
        "friction_point",
        "fresh_for",
        "fixed",
    ];
    object.rest(metric, &known)
}

fn normalise(how: &Normalise) -> String {
    match how {
        Normalise::OwnScale => "its own scale".to_owned(),
        Normalise::Anchors { zero, hundred } => format!("{zero} scores 0, {hundred} scores 100"),
        Normalise::Curve(points) => joined(points, |(value, score)| format!("{value} scores {score}")),
        Normalise::BaselineToTarget => "baseline scores 0, target scores 100".to_owned(),
    }
}

fn score(score: &Score) -> Object {
    let mut object = Object::new(ObjectKind::Score, &score.name.value);
    for part in &score.parts {
        object.say(
            Numbers,
            "parts",
            format!("weight of {}", part.of.value),
            number(part.weight.value),
        );
        object.say(
            Numbers,
            "parts",
            format!("scale of {}", part.of.value),
            normalise(&part.normalise),
        );
    }
    object.maybe(
        Numbers,
        "mix_each",
        "mix of each",
        score.mix_each.as_ref().map(|each| {
            let how = normalise(&each.normalise);
            format!("{} of {}, on {how}", each.segment.value, each.of.value)
        }),
    );
    let aggregation = match score.aggregation {
        Aggregation::Arithmetic => None,
        Aggregation::Geometric => Some("geometric mean"),
        Aggregation::WorstOf => Some("the worst part"),
    };
    object.maybe(Numbers, "aggregation", "way of joining parts", aggregation);
    let missing = match score.missing_parts {
        MissingParts::Fail => None,
        MissingParts::Reweight(share) => Some(format!("the others carry its weight, from {share} of it on")),
        MissingParts::Value(value) => Some(format!("it scores {value}")),
    };
    object.maybe(Numbers, "missing_parts", "rule for a missing part", missing);
    let stale = match score.stale_parts {
        StaleParts::Keep => None,
        StaleParts::Half => Some("half of its weight"),
        StaleParts::Drop => Some("counts as missing"),
    };
    object.maybe(Numbers, "stale_parts", "rule for a stale part", stale);
    object.flag(Numbers, "unclamped", "unclamped", score.unclamped);
    limits(&mut object, score);
    for weights in &score.weights_for {
        for (part, weight) in &weights.weights {
            let setting = format!("weight of {part} for {} {}", weights.segment.value, weights.value.value);
            object.say(Numbers, "weights_for", setting, number(*weight));
        }
    }
    object.maybe(Words, "label", "label", score.label.as_ref());
    object.maybe(Words, "about", "about", score.about.as_ref());
    object.maybe(Words, "decimals", "decimals", score.decimals);
    object.maybe(
        Numbers,
        "each",
        "scored for each row of",
        score.each.as_ref().map(|table| &table.value),
    );
    object.maybe(
        Numbers,
        "only",
        "only",
        score.only.as_ref().map(|row| closure_text(&row.expr, &row.table)),
    );
    object.maybe(Judgement, "min_n", "fewest answers", score.min_n.map(|n| n.value));
    goal(&mut object, &score.goal);
    for outcome in &score.drives {
        object.say(Judgement, "drives", format!("drives {}", outcome.value), "");
    }
    let known = [
        "parts",
        "mix_each",
        "aggregation",
        "missing_parts",
        "stale_parts",
        "unclamped",
        "limits",
        "bands",
        "overrides",
        "override_table",
        "weights_for",
        "label",
        "about",
        "decimals",
        "each",
        "only",
        "min_n",
        "goal",
        "drives",
    ];
    object.rest(score, &known)
}

/// Caps, floors, knock-outs, bands and overrides.
fn limits(object: &mut Object, score: &Score) {
    for limit in &score.limits {
        let kind = match limit.kind {
            LimitKind::Cap => "cap",
            LimitKind::Floor => "floor",
            LimitKind::KnockOut => "knock-out",
        };
        let unknown = match limit.if_unknown {
            IfUnknown::Ignore => "",
            IfUnknown::Fire => ", also where unknown",
        };
        let text = format!(
            "{} when {}{unknown}",
            limit.value,
            expr_text(&limit.condition.expr, "m")
        );
        object.say(Numbers, "limits", format!("{kind} ({})", limit.reason), text);
    }
    if let Some(bands) = &score.bands {
        object.say(Judgement, "bands", "bands", bands.names.join(", "));
        for (name, edge) in bands.names.iter().skip(1).zip(&bands.edges) {
            object.say(Judgement, "bands", format!("lower edge of {name}"), number(*edge));
        }
    }
    for by_hand in &score.overrides {
        let of = match &by_hand.cell {
            Some((segment, value)) => format!("override of {segment} {value}"),
            None => "override".to_owned(),
        };
        let text = format!(
            "{} by {}, {}, until {}",
            by_hand.value, by_hand.author, by_hand.reason, by_hand.expires
        );
        object.say(Numbers, "overrides", of, text);
    }
    object.maybe(
        Numbers,
        "override_table",
        "overrides from",
        score.override_table.as_ref().map(|from| {
            let columns = [&from.value, &from.author, &from.reason, &from.expires];
            format!("{} ({})", from.table.value, joined(columns, String::clone))
        }),
    );
}

fn link(link: &Link) -> Object {
    let name = format!("{} → {}", link.metric.value, link.outcome.value);
    let mut object = Object::new(ObjectKind::Link, name);
    object.maybe(Judgement, "lag", "lag", link.lag.as_ref().map(span_of_time));
    object.maybe(Judgement, "window", "window", link.window.as_ref().map(span_of_time));
    let controls = (!link.controls.is_empty()).then(|| joined(&link.controls, ToString::to_string));
    object.maybe(Judgement, "controls", "held constant", controls);
    object.maybe(
        Judgement,
        "assumes",
        "assumed effect",
        link.assumes.map(|assumed| range(assumed.value)),
    );
    object.maybe(
        Words,
        "tested_by",
        "tested by",
        link.tested_by.as_ref().map(|test| &test.value),
    );
    object.rest(
        link,
        &["metric", "outcome", "lag", "window", "controls", "assumes", "tested_by"],
    )
}

fn journey(journey: &Journey) -> Object {
    let mut object = Object::new(ObjectKind::Journey, &journey.name.value);
    let along = (!journey.along.is_empty()).then(|| joined(&journey.along, ToString::to_string));
    object.maybe(Numbers, "along", "along", along);
    object.maybe(Numbers, "persona", "persona", journey.persona.as_ref());
    for phase in &journey.phases {
        let steps = joined(&phase.steps, |step| step.value.clone());
        object.say(Words, "phases", format!("phase {}", phase.name.value), steps);
    }
    object.rest(journey, &["along", "persona", "phases"])
}

fn initiative(initiative: &Initiative) -> Object {
    let mut object = Object::new(ObjectKind::Initiative, &initiative.name.value);
    object.maybe(
        Words,
        "owner",
        "owner",
        initiative.owner.as_ref().map(|owner| &owner.value),
    );
    object.maybe(Judgement, "starts", "first day", initiative.starts.map(|day| day.value));
    object.maybe(Judgement, "due", "due date", initiative.due.map(|day| day.value));
    object.maybe(
        Judgement,
        "costs",
        "cost",
        initiative.costs.map(|cost| number(cost.value)),
    );
    object.maybe(
        Judgement,
        "yearly_cost",
        "cost a year",
        initiative.yearly_cost.map(|cost| number(cost.value)),
    );
    object.maybe(
        Judgement,
        "person_days",
        "person days",
        initiative.person_days.map(|days| number(days.value)),
    );
    for moved in &initiative.moves {
        object.say(
            Judgement,
            "moves",
            format!("moves {}", moved.metric.value),
            range((moved.low, moved.high)),
        );
    }
    object.maybe(
        Words,
        "tested_by",
        "tested by",
        initiative.tested_by.as_ref().map(|test| &test.value),
    );
    let horizon = initiative.horizon.as_ref().map(|horizon| span_of_time(&horizon.value));
    object.maybe(Judgement, "horizon", "horizon", horizon);
    object.maybe(
        Judgement,
        "discount",
        "yearly discount",
        initiative.discount.map(|rate| format!("{} %", rate.value)),
    );
    let known = [
        "owner",
        "starts",
        "due",
        "costs",
        "yearly_cost",
        "person_days",
        "moves",
        "tested_by",
        "horizon",
        "discount",
    ];
    object.rest(initiative, &known)
}

fn list(list: &List) -> Object {
    let mut object = Object::new(ObjectKind::List, &list.name.value);
    object.say(Judgement, "table", "table", &list.table.value);
    let filters = (!list.filters.is_empty()).then(|| joined(&list.filters, |row| closure_text(&row.expr, &row.table)));
    object.maybe(Judgement, "filters", "rows", filters);
    let show = (!list.show.is_empty()).then(|| joined(&list.show, |column| column.value.clone()));
    object.maybe(Words, "show", "columns", show);
    let sort = list.sort.as_ref().map(|(column, down)| {
        let way = if *down { "highest first" } else { "lowest first" };
        format!("{}, {way}", column.value)
    });
    object.maybe(Judgement, "sort", "sorted by", sort);
    object.maybe(Judgement, "limit", "most rows", list.limit);
    object.maybe(Words, "audience", "audience", list.audience.as_ref());
    object.rest(list, &["table", "filters", "show", "sort", "limit", "audience"])
}
