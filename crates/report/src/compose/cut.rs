//! Values by segment and by cross.

use bellwether::measure::SegmentAxis;
use bellwether::report::{Cell, Results};

use super::{Series, series};
use crate::document::{Align, Block, Document, Run, Table, Tone};
use crate::format;

/// Crosses with more rows than this are left to CSV and JSON.
const MOST_CROSS_ROWS: usize = 60;

pub(crate) fn cuts(results: &Results) -> Document {
    let mut document = Vec::new();
    let all = series(results);
    for cut in results.axes.cuts.iter().filter(|cut| !cut.is_empty()) {
        let segments: Vec<_> = cut
            .iter()
            .filter_map(|&index| results.axes.segments.get(usize::from(index)))
            .collect();
        let names: Vec<&str> = segments.iter().map(|segment| segment.label.as_str()).collect();
        let shown: Vec<&Series<'_>> = all
            .iter()
            .filter(|series| {
                series
                    .cells
                    .iter()
                    .any(|cell| in_cut(cell, &segments) && cell.value.is_some())
            })
            .collect();
        if shown.is_empty() {
            continue;
        }
        let mut rows = Vec::new();
        for values in combinations(&segments) {
            let cells: Vec<Option<&Cell>> = shown
                .iter()
                .map(|series| {
                    series.cells.iter().find(|cell| {
                        cell.period == series.headline.period
                            && cell.segments.len() == segments.len()
                            && segments.iter().zip(&values).all(|(segment, value)| {
                                cell.segments.get(&segment.name).map(String::as_str) == Some(value)
                            })
                    })
                })
                .collect();
            if cells.iter().flatten().all(|cell| cell.value.is_none() && cell.n == 0) {
                continue;
            }
            let mut row = vec![Run::plain(values.join(" × "))];
            row.extend(
                cells
                    .iter()
                    .zip(&shown)
                    .map(|(cell, series)| cell.map_or_else(Run::default, |cell| with_band(cell, series.decimals))),
            );
            rows.push(row);
        }
        document.push(Block::Heading(format!("By {}", names.join(" × "))));
        if rows.len() > MOST_CROSS_ROWS {
            document.push(Block::Line(vec![Run::new(
                format!(
                    "{} rows: ask for them with --format csv or json",
                    format::whole(rows.len() as u64)
                ),
                Tone::Muted,
            )]));
            continue;
        }
        let mut columns = vec![(String::new(), Align::Left)];
        columns.extend(shown.iter().map(|series| (series.label.to_owned(), Align::Right)));
        document.push(Block::Table(Table { columns, rows }));
    }
    document
}

fn in_cut(cell: &Cell, segments: &[&SegmentAxis]) -> bool {
    cell.segments.len() == segments.len() && segments.iter().all(|segment| cell.segments.contains_key(&segment.name))
}

pub(crate) fn with_band(cell: &Cell, decimals: u32) -> Run {
    let mut run = format::value(cell, decimals);
    if let Some(band) = &cell.band {
        run.text.push(' ');
        run.text.push_str(band);
    }
    run
}

fn combinations<'a>(segments: &[&'a SegmentAxis]) -> Vec<Vec<&'a str>> {
    segments.iter().fold(vec![Vec::new()], |rows, segment| {
        rows.iter()
            .flat_map(|row| {
                segment.values.iter().map(move |value| {
                    let mut longer = row.clone();
                    longer.push(value.as_str());
                    longer
                })
            })
            .collect()
    })
}
