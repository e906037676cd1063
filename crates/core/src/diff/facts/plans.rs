//! What links, journeys, initiatives and lists say.

use super::super::ObjectKind;
use super::Effect::{Judgement, Numbers, Words};
use super::{Object, joined, number, range, span_of_time};
use crate::definition::{Initiative, Journey, Link, List};
use crate::report::formula::closure_text;

pub(super) fn link(link: &Link) -> Object {
    let name = format!("{} → {}", link.metric.value, link.outcome.value);
    let mut object = Object::new(ObjectKind::Link, name);
    object.known.extend(["metric", "outcome"]);
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
    object.rest(link)
}

pub(super) fn journey(journey: &Journey) -> Object {
    let mut object = Object::new(ObjectKind::Journey, &journey.name.value);
    let along = (!journey.along.is_empty()).then(|| joined(&journey.along, ToString::to_string));
    object.maybe(Numbers, "along", "along", along);
    object.maybe(Numbers, "persona", "persona", journey.persona.as_ref());
    for phase in &journey.phases {
        let steps = joined(&phase.steps, |step| step.value.clone());
        object.say(Words, "phases", format!("phase {}", phase.name.value), steps);
    }
    object.rest(journey)
}

pub(super) fn initiative(initiative: &Initiative) -> Object {
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
    object.rest(initiative)
}

pub(super) fn list(list: &List) -> Object {
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
    object.rest(list)
}
