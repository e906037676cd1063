//! What tables, their columns, segments and periods say.

use super::super::ObjectKind;
use super::Effect::{Judgement, Numbers, Words};
use super::{Object, joined, literal, number, range, span_of_time};
use crate::definition::{AddedSource, BelongsTo, Calendar, Period, Segment, SegmentSource, Table, TableSource};
use crate::report::formula::{closure_text, measure_text};

pub(super) fn table(table: &Table) -> Object {
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
    object.rest(table)
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

pub(super) fn segment(segment: &Segment) -> Object {
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
    object.rest(segment)
}

pub(super) fn period_text(period: &Period) -> String {
    let mut text = Calendar::word(period.calendar).to_owned();
    if period.rolling > 1 {
        text.push_str(&format!(", rolling {}", period.rolling));
    }
    if let Some(larger) = period.to_date {
        text.push_str(&format!(", {} to date", larger.word()));
    }
    text
}
