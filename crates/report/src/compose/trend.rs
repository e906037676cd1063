//! The last periods of every metric and score.

use bellwether::report::{Cell, Results};

use super::cut::with_band;
use super::series;
use crate::document::{Align, Block, Document, Run, Table};

/// Periods of the trend.
const TREND_STEPS: usize = 6;

pub(crate) fn trend(results: &Results) -> Document {
    let Some(axis) = results.axes.periods.first() else {
        return Vec::new();
    };
    let first = axis.steps.len().saturating_sub(TREND_STEPS);
    let steps: Vec<_> = axis.steps.iter().skip(first).collect();
    if steps.len() < 2 {
        return Vec::new();
    }
    let mut columns = vec![(String::new(), Align::Left)];
    columns.extend(steps.iter().map(|step| {
        (
            if step.complete {
                step.label.to_string()
            } else {
                format!("{} (partial)", step.label)
            },
            Align::Right,
        )
    }));
    let rows: Vec<Vec<Run>> = series(results)
        .iter()
        .filter_map(|series| {
            let cells: Vec<Option<&Cell>> = steps
                .iter()
                .map(|step| {
                    series
                        .cells
                        .iter()
                        .find(|cell| cell.segments.is_empty() && cell.period.as_ref() == Some(&step.label))
                })
                .collect();
            if cells.iter().flatten().all(|cell| cell.value.is_none()) {
                return None;
            }
            let mut row = vec![Run::plain(series.label.to_owned())];
            row.extend(
                cells
                    .into_iter()
                    .map(|cell| cell.map_or_else(Run::default, |cell| with_band(cell, series.decimals))),
            );
            Some(row)
        })
        .collect();
    if rows.is_empty() {
        return Vec::new();
    }
    vec![
        Block::Heading("Trend".to_owned()),
        Block::Table(Table { columns, rows }),
    ]
}
