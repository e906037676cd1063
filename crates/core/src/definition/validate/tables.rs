//! Tables: keys, paths, settings that need each other.

use super::{Findings, plain, suggestion};
use crate::definition::{AddedSource, BelongsTo, Calendar, Table};
use crate::diagnostic::codes;

/// Checks tables, periods and journeys.
pub(super) fn check(findings: &mut Findings<'_>) {
    let card = findings.card;
    for table in &card.tables {
        settings(findings, table);
        let mut paths: Vec<&str> = Vec::new();
        for step in &table.belongs_to {
            belongs(findings, table, step);
            if paths.contains(&step.path.as_str()) {
                let message = format!("two paths of `{}` are called `{}`", table.name.value, step.path);
                let help = format!(
                    "name one of them by a third argument: .belongs_to({}, \"..\", \"payer\")",
                    step.table.value
                );
                findings.error(codes::DUPLICATE_NAME, step.span, message, help);
            }
            paths.push(&step.path);
        }
        for added in &table.added {
            if let AddedSource::RollUp(measure) = &added.source {
                roll_up(findings, table, measure);
            }
        }
    }
    ambiguous(findings);
    periods(findings);
    journeys(findings);
    lists(findings);
}

fn settings(findings: &mut Findings<'_>, table: &Table) {
    let name = &table.name.value;
    if let (Some(column), true) = (table.latest_by.first(), table.key.is_empty()) {
        findings.error(
            codes::CONFLICTING_SETTINGS,
            column.span,
            format!("the latest row of what? `{name}` has no key"),
            "say which rows are the same thing: .key(\"number\")",
        );
    }
    if let (Some(date), true) = (&table.date, table.timeless) {
        findings.error(
            codes::CONFLICTING_SETTINGS,
            date.column.span,
            format!("`{name}` has a date, and is said to be timeless"),
            "keep one of them",
        );
    }
    if let Some(floor) = table
        .anonymous_below
        .as_ref()
        .map(|below| below.floor)
        .filter(|floor| floor.value < 5)
    {
        findings.warn(
            codes::BAD_SETTING,
            floor.span,
            format!(
                "a floor under 5 lets one guess who said what, and this is {}",
                floor.value
            ),
            "7 is common; 5 is the least",
        );
    }
    for facts in &table.columns {
        if let Some(scale) = &facts.scale {
            let (low, high) = scale.value;
            let steps = high - low + 1.0;
            if !facts.levels.is_empty() && steps % 1.0 == 0.0 && facts.levels.len() as f64 != steps {
                let message = format!(
                    "`{}` has {} levels, and its scale from {} to {} has {} steps",
                    facts.column.value,
                    facts.levels.len(),
                    plain(low),
                    plain(high),
                    plain(steps)
                );
                findings.error(
                    codes::CONFLICTING_SETTINGS,
                    facts.column.span,
                    message,
                    "name every step, lowest first",
                );
            }
        }
    }
}

fn belongs(findings: &mut Findings<'_>, table: &Table, step: &BelongsTo) {
    let Some(parent) = findings.card.table(&step.table.value) else {
        return;
    };
    let parent_name = &parent.name.value;
    if parent.name.value == table.name.value {
        findings.error(
            codes::CYCLE,
            step.span,
            format!("`{parent_name}` cannot belong to itself"),
            format!("make a second view: alias(\"parents\", {parent_name})"),
        );
    } else if parent.key.is_empty() {
        findings.error(
            codes::BAD_SETTING,
            step.table.span,
            format!("`{parent_name}` has no key, so no row can belong to it"),
            format!("name what identifies a row: table(\"{parent_name}\").key(\"..\")"),
        );
    } else if parent.key.len() != step.columns.len() {
        findings.error(
            codes::BAD_SETTING,
            step.span,
            format!(
                "the key of `{parent_name}` has {} columns, and {} are given",
                parent.key.len(),
                step.columns.len()
            ),
            format!(
                "one column here for each of {}",
                parent
                    .key
                    .iter()
                    .map(|column| column.value.as_str())
                    .collect::<Vec<_>>()
                    .join(", ")
            ),
        );
    }
}

fn roll_up(findings: &mut Findings<'_>, table: &Table, measure: &crate::definition::Measure) {
    let name = &table.name.value;
    for part in measure.aggregates() {
        let paths = findings.card.paths(&part.table, name);
        match paths.as_slice() {
            [path] if path.is_empty() => findings.error(
                codes::UNREACHABLE_COLUMN,
                part.span,
                format!("a column of `{name}` rolls up rows that belong to it, and these are its own"),
                "a value of the row itself is a closure: |r| r.x * 2",
            ),
            [] => findings.error(
                codes::UNREACHABLE_COLUMN,
                part.span,
                format!("rows of `{}` do not belong to `{name}`", part.table),
                format!("say how: table(\"{}\").belongs_to({name}, \"..\")", part.table),
            ),
            [_] => {}
            _ => findings.error(
                codes::AMBIGUOUS_PATH,
                part.span,
                format!(
                    "more than one path leads from `{}` to `{name}`: {}",
                    part.table,
                    joined(&paths)
                ),
                "say which one counts with .via(..)",
            ),
        }
    }
}

fn joined(paths: &[Vec<String>]) -> String {
    paths.iter().map(|path| path.join(".")).collect::<Vec<_>>().join(", ")
}

/// Measures that a segment reaches by more than one path.
fn ambiguous(findings: &mut Findings<'_>) {
    let card = findings.card;
    let mut grains: Vec<&str> = Vec::new();
    for part in card.metrics.iter().flat_map(|metric| metric.measure.aggregates()) {
        if !grains.contains(&part.table.as_str()) {
            grains.push(&part.table);
        }
    }
    for segment in &card.segments {
        for source in &segment.sources {
            let (home, span) = match source {
                crate::definition::SegmentSource::Column(column)
                | crate::definition::SegmentSource::Cohort(column, _) => (column.table.as_str(), column.span),
                crate::definition::SegmentSource::Closure(row) => (row.table.as_str(), segment.name.span),
                crate::definition::SegmentSource::Buckets(buckets) => (buckets.of.table.as_str(), buckets.span),
            };
            for grain in &grains {
                let paths = card.paths(grain, home);
                if paths.len() > 1 {
                    let last = paths.first().and_then(|path| path.first()).cloned().unwrap_or_default();
                    findings.error(
                        codes::AMBIGUOUS_PATH,
                        span,
                        format!(
                            "{} paths lead from `{grain}` to `{home}`: {}",
                            paths.len(),
                            joined(&paths)
                        ),
                        format!("say which one segments take: {grain}.via(\"{last}\")"),
                    );
                }
            }
        }
        if let Some(through) = &segment.through
            && card.table(&through.table.value).is_none()
        {
            let help = suggestion(
                &through.table.value,
                card.tables.iter().map(|t| t.name.value.as_str()),
                "tables",
            );
            let message = format!("no table `{}` in this card", through.table.value);
            findings.error(codes::UNKNOWN_TABLE, through.table.span, message, help);
        }
    }
}

/// How coarse a calendar is.
const fn coarseness(calendar: Calendar) -> u32 {
    match calendar {
        Calendar::Day => 0,
        Calendar::Week => 1,
        Calendar::Month => 2,
        Calendar::Quarter | Calendar::FiscalQuarter => 3,
        Calendar::Year | Calendar::FiscalYear => 4,
    }
}

fn periods(findings: &mut Findings<'_>) {
    let card = findings.card;
    for (number, period) in card.periods.iter().enumerate() {
        let fiscal = [Some(period.calendar), period.to_date].into_iter().flatten();
        if fiscal
            .into_iter()
            .any(|c| matches!(c, Calendar::FiscalQuarter | Calendar::FiscalYear))
            && card.header.fiscal_year_start.is_none()
        {
            findings.error(
                codes::BAD_SETTING,
                period.span,
                "the card does not say when its fiscal year begins",
                "scorecard(..).fiscal_year(\"April\")",
            );
        }
        if let Some(larger) = period.to_date
            && coarseness(larger) <= coarseness(period.calendar)
        {
            let message = format!(
                "{} to date needs a smaller step than {}",
                larger.word(),
                period.calendar.word()
            );
            findings.error(
                codes::BAD_SETTING,
                period.span,
                message,
                "period(\"month\").to_date(\"year\")",
            );
        }
        let same = |other: &&crate::definition::Period| {
            (other.calendar, other.rolling, other.to_date) == (period.calendar, period.rolling, period.to_date)
        };
        if card.periods.iter().take(number).any(|other| same(&other)) {
            let message = format!("the period `{}` is declared twice", period.calendar.word());
            findings.warn(codes::DUPLICATE_NAME, period.span, message, "keep one of them");
        }
    }
}

fn journeys(findings: &mut Findings<'_>) {
    let card = findings.card;
    for journey in &card.journeys {
        if journey.phases.is_empty() {
            findings.error(
                codes::BAD_SETTING,
                journey.name.span,
                format!("journey `{}` has no stages", journey.name.value),
                ".phase(\"start\", [\"set up\"]) or .stages(\"ask\", \"buy\", \"use\")",
            );
        }
    }
    for metric in card.metrics.iter().filter(|metric| metric.each_step) {
        let tables: Vec<&str> = metric
            .measure
            .aggregates()
            .into_iter()
            .map(|part| part.table.as_str())
            .collect();
        let runs = card.journeys.iter().flat_map(|journey| &journey.along).any(|column| {
            tables
                .iter()
                .any(|table| *table == column.table || !card.paths(table, &column.table).is_empty())
        });
        if !runs {
            findings.error(
                codes::BAD_SETTING,
                metric.name.span,
                format!(
                    "`{}` has a value for each step, and no journey runs along a column of {}",
                    metric.name.value,
                    tables.join(" or ")
                ),
                "journey(\"..\").along(survey.touchpoint).phase(\"use\", [\"bill\"])",
            );
        }
    }
}

fn lists(findings: &mut Findings<'_>) {
    let card = findings.card;
    for quotes in &card.quotes {
        let promised = card
            .table(&quotes.text.table)
            .is_some_and(|table| table.anonymous_below.is_some());
        if let (true, Some(column)) = (promised, quotes.show.first()) {
            findings.error(
                codes::BAD_SETTING,
                column.span,
                format!(
                    "`{}` promises anonymity, and columns beside a quote may say whose it is",
                    quotes.text.table
                ),
                "leave `.show(..)` out",
            );
        }
    }
    for list in &card.lists {
        if list.show.is_empty() {
            findings.warn(
                codes::BAD_SETTING,
                list.name.span,
                format!("list `{}` shows no columns", list.name.value),
                ".show([\"name\", \"region\"])",
            );
        }
    }
}
