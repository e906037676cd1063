//! Objectives and initiatives, and what links say.

use bellwether::report::Results;

use crate::document::{Align, Block, Document, Run, Table};
use crate::format;

/// Objectives and what serves them.
pub(crate) fn objectives(results: &Results) -> Document {
    let mut document = Vec::new();
    if !results.objectives.is_empty() {
        document.push(Block::Heading("Objectives".to_owned()));
        let items = results.objectives.iter().map(|result| {
            let owner = result
                .objective
                .owner
                .as_ref()
                .map(|owner| format!(" ({})", owner.value))
                .unwrap_or_default();
            let served = if result.served_by.is_empty() {
                "nothing serves it".to_owned()
            } else {
                format!("served by {}", result.served_by.join(", "))
            };
            vec![Run::plain(format!("{}{owner}: {served}", result.objective.name.value))]
        });
        document.push(Block::Items(items.collect()));
    }
    document
}

pub(crate) fn plans(results: &Results) -> Document {
    let mut document = objectives(results);
    if !results.initiatives.is_empty() {
        document.push(Block::Heading("Initiatives".to_owned()));
        let rows = results.initiatives.iter().map(|result| {
            let initiative = &result.initiative;
            let moves: Vec<String> = initiative
                .moves
                .iter()
                .map(|m| {
                    format!(
                        "{} by {} to {}",
                        m.metric.value,
                        format::stated(m.low),
                        format::stated(m.high)
                    )
                })
                .collect();
            let date = |date: &Option<bellwether::diagnostic::Spanned<bellwether::definition::CivilDate>>| {
                Run::plain(date.as_ref().map(|date| date.value.to_string()).unwrap_or_default())
            };
            let money = |cost: &Option<bellwether::diagnostic::Spanned<f64>>| {
                Run::plain(cost.as_ref().map(|cost| format::stated(cost.value)).unwrap_or_default())
            };
            vec![
                Run::plain(initiative.name.value.clone()),
                Run::plain(
                    initiative
                        .owner
                        .as_ref()
                        .map(|owner| owner.value.clone())
                        .unwrap_or_default(),
                ),
                date(&initiative.starts),
                date(&initiative.due),
                money(&initiative.costs),
                money(&initiative.yearly_cost),
                Run::plain(moves.join("; ")),
            ]
        });
        let columns = [
            ("", Align::Left),
            ("owner", Align::Left),
            ("starts", Align::Left),
            ("by", Align::Left),
            ("cost", Align::Right),
            ("a year", Align::Right),
            ("expected to move", Align::Left),
        ];
        document.push(Block::Table(Table::of(columns, rows.collect())));
    }
    document.extend(crate::links::returns(results));
    document.extend(crate::links::links(results));
    document.extend(crate::links::drivers(results));
    document.extend(crate::links::worth(results));
    document.extend(crate::links::pace(results));
    document
}
