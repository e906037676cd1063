//! Tables of goals, initiatives and lists.

use bellwether::definition::Role;
use bellwether::report::{Estimate, ListResult, MetricResult, PaceVerdict, Results, Value};
use bellwether_order::Sort;

use crate::compose::metric::{change, of_role, target};
use crate::document::{Align, Block, Run, Table, Tone};
use crate::format;

/// Outcomes or metrics with goal, pace and change, a row each; metrics of one owner after the other where asked for.
pub(super) fn goals(results: &Results, role: Role, by_owner: bool, caption: &str) -> Vec<Block> {
    let mut metrics: Vec<&MetricResult> = of_role(results, role).collect();
    if metrics.is_empty() {
        return Vec::new();
    }
    if by_owner {
        // Owners in the order in which the card names them, what nobody owns last.
        let owners: Vec<Option<&String>> = metrics.iter().map(|metric| metric.goal.owner.as_ref()).collect();
        let place = |metric: &MetricResult| {
            let owner = metric.goal.owner.as_ref();
            (owner.is_none(), owners.iter().position(|known| *known == owner))
        };
        metrics.order_by_key(|metric| place(metric));
    }
    let columns = [
        (if role == Role::Outcome { "outcome" } else { "metric" }, Align::Left),
        ("owner", Align::Left),
        ("value", Align::Right),
        ("unit", Align::Left),
        ("95 % range", Align::Left),
        ("target", Align::Right),
        ("way", Align::Right),
        ("pace", Align::Left),
        ("forecast", Align::Left),
        ("change", Align::Right),
        ("rows", Align::Right),
    ];
    let rows = metrics.into_iter().map(|metric| goal_row(results, metric));
    vec![
        Block::Heading(caption.to_owned()),
        Block::Table(Table::of(columns, rows.collect())),
    ]
}

fn goal_row(results: &Results, metric: &MetricResult) -> Vec<Run> {
    let cell = &metric.headline;
    let label = match (&cell.period, cell.period == results.headline_period) {
        (Some(period), false) => format!("{} ({period})", metric.label),
        (None, false) => format!("{} (whole time)", metric.label),
        (_, true) => metric.label.clone(),
    };
    let pace = results.pace.iter().find(|pace| pace.of == metric.name);
    let forecast = pace.and_then(|pace| pace.forecast).map_or_else(String::new, |value| {
        format!(
            "{} ({} to {})",
            format::number(value.value, metric.decimals),
            format::number(value.low, metric.decimals),
            format::number(value.high, metric.decimals)
        )
    });
    let unit = metric.unit.clone().filter(|_| cell.value.is_some()).unwrap_or_default();
    vec![
        Run::plain(label),
        Run::plain(metric.goal.owner.clone().unwrap_or_default()),
        format::value(cell, metric.decimals),
        Run::new(unit, Tone::Muted),
        Run::plain(format::interval(cell, metric.decimals)),
        target(cell, metric),
        cell.progress
            .map_or_else(Run::default, |way| Run::plain(format!("{} %", format::number(way, 0)))),
        pace.map_or_else(Run::default, |pace| {
            Run::new(
                pace.verdict.words(),
                match pace.verdict {
                    PaceVerdict::Ahead | PaceVerdict::OnTrack => Tone::Good,
                    PaceVerdict::Behind => Tone::Warn,
                    PaceVerdict::WillMiss => Tone::Bad,
                    PaceVerdict::TooShort => Tone::Muted,
                },
            )
        }),
        Run::plain(forecast),
        change(cell.change.as_ref(), metric.decimals),
        Run::plain(if cell.n > 0 { format::rows(cell) } else { String::new() }),
    ]
}

/// Initiatives with what they cost and return.
pub(super) fn initiatives(results: &Results, caption: &str, short: bool) -> Vec<Block> {
    if results.initiatives.is_empty() {
        return Vec::new();
    }
    let whole = |value: f64| format::number(value, 0);
    let ranged = |value: Option<Estimate>, shown: bool| {
        value.filter(|_| shown).map_or_else(String::new, |value| {
            format!("{} ({} to {})", whole(value.value), whole(value.low), whole(value.high))
        })
    };
    let rows = results.initiatives.iter().map(|result| {
        let (declared, analysis) = (&result.initiative, &result.analysis);
        let costs = declared.costs.as_ref().map(|cost| format::stated(cost.value));
        let yearly = declared
            .yearly_cost
            .as_ref()
            .map(|cost| format!("{} a year", format::stated(cost.value)));
        let costs: Vec<String> = costs.into_iter().chain(yearly).collect();
        let (payback, tone) = match (analysis.net, analysis.payback_months) {
            (None, _) => ("cannot be told".to_owned(), Tone::Muted),
            (Some(_), Some(months)) => (format!("month {months}"), Tone::Plain),
            (Some(_), None) => ("not in time".to_owned(), Tone::Bad),
        };
        vec![
            Run::plain(declared.name.value.clone()),
            Run::plain(
                declared
                    .owner
                    .as_ref()
                    .map(|owner| owner.value.clone())
                    .unwrap_or_default(),
            ),
            Run::plain(
                declared
                    .due
                    .as_ref()
                    .map(|day| day.value.to_string())
                    .unwrap_or_default(),
            ),
            Run::plain(costs.join(", ")),
            Run::plain(ranged(analysis.a_year, !short)),
            Run::plain(ranged(analysis.net, true)),
            Run::new(payback, tone),
            Run::plain(
                analysis
                    .loss
                    .map_or_else(String::new, |loss| format!("{} %", format::number(loss, 0))),
            ),
            Run::new(
                analysis.evidence.map_or("", bellwether::report::Evidence::words),
                Tone::Muted,
            ),
            Run::new(
                if analysis.quick_win == Some(true) {
                    "quick win"
                } else {
                    ""
                },
                Tone::Good,
            ),
        ]
    });
    let columns = [
        ("initiative", Align::Left),
        ("owner", Align::Left),
        ("by", Align::Left),
        ("costs", Align::Right),
        ("gain a year", Align::Right),
        ("net over its horizon", Align::Right),
        ("paid back", Align::Left),
        ("chance of loss", Align::Right),
        ("evidence", Align::Left),
        ("", Align::Left),
    ];
    vec![
        Block::Heading(caption.to_owned()),
        Block::Table(Table::of(columns, rows.collect())),
    ]
}

/// A list of rows.
pub(super) fn list(list: &ListResult) -> Vec<Block> {
    let numeric = |value: &Value| matches!(value, Value::Int(_) | Value::Float(_));
    let of_column = |index: usize| list.rows.iter().filter_map(move |row| row.get(index));
    let columns = list.columns.iter().enumerate().map(|(index, column)| {
        let side = if of_column(index).any(numeric) {
            Align::Right
        } else {
            Align::Left
        };
        (column.replace('_', " "), side)
    });
    let decimals: Vec<u32> = (0..list.columns.len())
        .map(|index| format::column_decimals(of_column(index)))
        .collect();
    let rows = list.rows.iter().map(|row| {
        let cells = row.iter().zip(&decimals);
        cells
            .map(|(value, decimals)| Run::plain(format::in_column(value, *decimals)))
            .collect()
    });
    vec![
        Block::Heading(list.name.clone()),
        Block::Table(Table {
            columns: columns.collect(),
            rows: rows.collect(),
        }),
        Block::Line(vec![Run::new(
            format!(
                "{} of {} rows shown",
                format::whole(list.rows.len() as u64),
                format::whole(list.passed)
            ),
            Tone::Muted,
        )]),
    ]
}
