//! An explanation as a document: the value, its formula, the rows behind it, the parts of a score.

use bellwether::report::{AggregateExplanation, Change, ChangeVerdict, Explanation, FormulaPart, ScoreExplanation};

use crate::document::{Align, Block, Document, Run, Table, Tone};
use crate::format;

/// Lays an explanation out.
#[must_use]
pub fn compose_explanation(explanation: &Explanation) -> Document {
    let mut document = vec![Block::Title(format!("{} ({})", explanation.label, place(explanation)))];
    if let Some(about) = &explanation.about {
        document.push(Block::Line(vec![Run::new(about.clone(), Tone::Muted)]));
    }
    document.push(Block::Items(facts(explanation)));
    if let Some(formula) = &explanation.formula {
        document.push(Block::Heading("Formula".to_owned()));
        let mut rows = Vec::new();
        formula_rows(formula, 0, explanation.decimals, &mut rows);
        let columns = [("", Align::Left), ("value", Align::Right), ("rows used", Align::Right)];
        document.push(Block::Table(Table::of(columns, rows)));
    }
    for aggregate in &explanation.aggregates {
        document.extend(rows_behind(aggregate));
    }
    if let Some(score) = &explanation.score {
        document.extend(score_parts(score));
    }
    document
}

fn place(explanation: &Explanation) -> String {
    let mut parts = vec![explanation.kind.clone()];
    parts.extend(
        explanation
            .cell
            .segments
            .iter()
            .map(|(segment, value)| format!("{segment} = {value}")),
    );
    match (&explanation.cell.period, &explanation.days) {
        (Some(period), Some((first, last))) => parts.push(format!("{period}: {first} to {last}")),
        (Some(period), None) => parts.push(period.to_string()),
        (None, _) => parts.push("the whole time".to_owned()),
    }
    parts.join(", ")
}

fn facts(explanation: &Explanation) -> Vec<Vec<Run>> {
    let cell = &explanation.cell;
    let decimals = explanation.decimals;
    let value = format::value(cell, decimals);
    let unit = if cell.value.is_some() {
        explanation.unit.as_deref()
    } else {
        None
    };
    let mut items = vec![vec![
        Run::plain("value: "),
        Run::new(format::with_unit(&value.text, unit), Tone::Strong),
    ]];
    if let Some(unrounded) = cell.value {
        items.push(vec![Run::new(format!("unrounded: {unrounded}"), Tone::Muted)]);
    }
    if let Some(interval) = &cell.interval {
        items.push(vec![Run::plain(format!(
            "{} % range: {} ({})",
            format::stated(interval.level * 100.0),
            format::interval(cell, decimals),
            interval.method
        ))]);
    }
    if let Some(note) = &explanation.state_note {
        items.push(vec![Run::new(
            format!("state: {}, {note}", format::state(cell.state)),
            Tone::Warn,
        )]);
    }
    let mut rows = format!("rows used: {}", format::rows(cell));
    if let Some(n) = cell.n_effective {
        rows.push_str(&format!(", effective n {}", format::number(n, 1)));
    }
    if let Some(least) = explanation.min_n {
        rows.push_str(&format!(", flagged below {least}"));
    }
    items.push(vec![Run::plain(rows)]);
    if let Some(band) = &cell.band {
        items.push(vec![Run::plain(format!("band: {band}"))]);
    }
    if let Some(target) = cell.target {
        let met = match cell.target_met {
            Some(true) => ", met",
            Some(false) => ", not met",
            None => "",
        };
        let due = explanation.goal.due.map(|due| format!(" by {due}")).unwrap_or_default();
        items.push(vec![Run::plain(format!(
            "target: {}{due}{met}",
            format::stated(target)
        ))]);
    }
    if let (Some(baseline), Some(way)) = (explanation.goal.baseline, cell.progress) {
        items.push(vec![Run::plain(format!(
            "way from the baseline of {} to the target: {} %",
            format::stated(baseline),
            format::number(way, 0)
        ))]);
    }
    if let Some(change) = &cell.change {
        items.push(vec![Run::plain(format!(
            "against {}: {}{}",
            change.from,
            format::difference(change.difference, decimals),
            verdict(change, decimals)
        ))]);
    }
    if let Some(owner) = &explanation.goal.owner {
        items.push(vec![Run::plain(format!("owner: {owner}"))]);
    }
    items
}

/// What the test of a change says.
fn verdict(change: &Change, decimals: u32) -> String {
    let said = match change.verdict {
        ChangeVerdict::Up => ": up, more than noise",
        ChangeVerdict::Down => ": down, more than noise",
        ChangeVerdict::NoChangeShown => ": no change shown",
        ChangeVerdict::NotTested => {
            return change
                .reason
                .as_ref()
                .map(|why| format!(": not tested, {why}"))
                .unwrap_or_default();
        }
    };
    let mut text = said.to_owned();
    if let (Some(interval), Some(p)) = (&change.interval, change.p) {
        text.push_str(&format!(
            " ({} % range of the change {} to {}, {}; p {} after all tests of this report)",
            format::stated(interval.level * 100.0),
            format::difference(interval.low, decimals),
            format::difference(interval.high, decimals),
            interval.method,
            format::number(p, 4)
        ));
    }
    text
}

fn formula_rows(part: &FormulaPart, depth: usize, decimals: u32, rows: &mut Vec<Vec<Run>>) {
    let value = match part.value {
        Some(value) => Run::plain(format::number(value, decimals.max(2))),
        None => Run::new(format::state(part.state), Tone::Muted),
    };
    rows.push(vec![
        Run::plain(format!("{}{}", "  ".repeat(depth), part.text)),
        value,
        Run::plain(part.n.map(format::whole).unwrap_or_default()),
    ]);
    for inner in &part.parts {
        formula_rows(inner, depth + 1, decimals, rows);
    }
}

fn rows_behind(aggregate: &AggregateExplanation) -> Document {
    let mut document = vec![Block::Heading(format!("Rows behind {}", aggregate.text))];
    let mut items = Vec::new();
    let origin = aggregate
        .origin
        .as_ref()
        .map(|origin| format!(" ({origin})"))
        .unwrap_or_default();
    items.push(vec![Run::plain(format!(
        "{} rows of `{}`{origin}",
        format::whole(aggregate.rows_in_table),
        aggregate.table
    ))]);
    let dated = aggregate
        .dated_by
        .as_ref()
        .map(|date| format!(", dated by `{date}`"))
        .unwrap_or_default();
    items.push(vec![Run::plain(format!(
        "{} of them in this cell{dated}",
        format::whole(aggregate.rows_in_cell)
    ))]);
    for filter in &aggregate.filters {
        items.push(vec![Run::plain(format!(
            "where {}: leaves out {}",
            filter.text,
            format::whole(filter.leaves_out)
        ))]);
    }
    let mut used = format!("{} used", format::whole(aggregate.used));
    if aggregate.skipped > 0 {
        used.push_str(&format!(", {} skipped", format::whole(aggregate.skipped)));
        if aggregate.not_due > 0 {
            used.push_str(&format!(
                " ({} of them: window not over)",
                format::whole(aggregate.not_due)
            ));
        }
        if let Some(reason) = &aggregate.skipped_because {
            used.push_str(&format!(": {reason}"));
        }
    }
    items.push(vec![Run::plain(used)]);
    if let Some(weight) = &aggregate.weighted_by {
        items.push(vec![Run::plain(format!("weighted by `{weight}`"))]);
    }
    for join in &aggregate.joins {
        if join.orphans + join.without_key > 0 {
            items.push(vec![Run::plain(format!(
                "path `{}` to `{}`: {} rows of the table find no row there, {} name none; they count under (unknown)",
                join.path,
                join.table,
                format::whole(join.orphans),
                format::whole(join.without_key)
            ))]);
        }
    }
    document.push(Block::Items(items));
    if !aggregate.sample.is_empty() {
        let mut columns = vec![("row".to_owned(), Align::Right), (String::new(), Align::Left)];
        columns.extend(aggregate.columns.iter().map(|column| (column.clone(), Align::Left)));
        let rows = aggregate.sample.iter().map(|row| {
            let mut runs = vec![
                Run::plain(format::whole(row.row)),
                Run::new(row.used.clone(), Tone::Muted),
            ];
            runs.extend(row.values.iter().map(|value| Run::plain(format::plain(value))));
            runs
        });
        document.push(Block::Table(Table {
            columns,
            rows: rows.collect(),
        }));
        let shown = aggregate.sample.len() as u64;
        if aggregate.passed > shown {
            document.push(Block::Line(vec![Run::new(
                format!(
                    "the first {} of {} rows",
                    format::whole(shown),
                    format::whole(aggregate.passed)
                ),
                Tone::Muted,
            )]));
        }
    }
    document
}

fn score_parts(score: &ScoreExplanation) -> Document {
    let mut document = vec![Block::Heading(format!("Parts: {}", score.aggregation))];
    let optional = |value: Option<f64>, decimals: u32| value.map_or_else(String::new, |v| format::number(v, decimals));
    let rows = score
        .parts
        .iter()
        .zip(score.scales.iter().map(Some).chain(std::iter::repeat(None)))
        .map(|(part, scale)| {
            vec![
                Run::plain(part.of.clone()),
                Run::plain(format::stated(part.weight)),
                match part.value {
                    Some(value) => Run::plain(format::number(value, 2)),
                    None => Run::new(format::state(part.state), Tone::Muted),
                },
                Run::plain(scale.cloned().unwrap_or_default()),
                Run::plain(optional(part.normalised, 2)),
                Run::plain(optional(part.points, 2)),
                Run::plain(optional(part.points_lost, 2)),
                Run::new(part.note.clone().unwrap_or_default(), Tone::Muted),
            ]
        });
    let columns = [
        ("part", Align::Left),
        ("weight", Align::Right),
        ("value", Align::Right),
        ("scale", Align::Left),
        ("on 0-100", Align::Right),
        ("points", Align::Right),
        ("lost", Align::Right),
        ("", Align::Left),
    ];
    document.push(Block::Table(Table::of(columns, rows.collect())));
    let mut items: Vec<Vec<Run>> = Vec::new();
    if let Some(mixed) = score.mixed {
        items.push(vec![Run::plain(format!(
            "the mix before caps and overrides: {}",
            format::number(mixed, 2)
        ))]);
    }
    items.extend(score.limits.iter().map(|limit| {
        vec![Run::plain(format!(
            "{} {} {}: {} [{}]",
            limit.kind.replace('_', "-"),
            format::stated(limit.value),
            limit.outcome,
            limit.reason,
            limit.condition
        ))]
    }));
    items.extend(score.rules.iter().map(|rule| vec![Run::new(rule.clone(), Tone::Muted)]));
    if !score.bands.is_empty() {
        items.push(vec![Run::plain(format!("bands: {}", score.bands.join(", ")))]);
    }
    if !items.is_empty() {
        document.push(Block::Items(items));
    }
    document
}
