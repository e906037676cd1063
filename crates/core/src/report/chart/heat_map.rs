//! Values of two cuts, or of a cut over time, in colours.

use std::sync::Arc;

use bellwether_order::{BTreeMap, BTreeSet, Sort};
use serde::{Deserialize, Serialize};

use super::axis::extent;
use super::subject::{Subject, reach};
use super::{Axis, ChartKind, Level, Made, Maker, Measured, bullet::subtitle, say, trend};
use crate::definition::Direction;
use crate::measure::{PeriodAxis, SegmentAxis};
use crate::report::model::Cell;
use crate::report::words::{counted, sentence};

/// More rows than this are not read.
const MOST_ROWS: usize = 30;
/// More columns than this do not fit a page.
const MOST_COLUMNS: usize = 12;

/// A table of values in colours.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct HeatMap {
    /// Metric, outcome or score.
    pub of: String,
    /// The axis of the values that colours show.
    pub axis: Axis,
    /// Which way is good.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub direction: Option<Direction>,
    /// What rows are.
    pub row_title: String,
    /// The rows.
    pub rows: Vec<String>,
    /// What columns are.
    pub column_title: String,
    /// The columns.
    pub columns: Vec<String>,
    /// Whether columns are periods.
    pub over_time: bool,
    /// The period of all cells; `None`: columns are periods, or it is the whole time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub period: Option<Arc<str>>,
    /// What colours mean.
    pub scale: HeatScale,
    /// The cells, row by row; each row has one for each column.
    pub cells: Vec<HeatCell>,
    /// Rows that are not shown, as there are too many: those with the fewest answers.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub rows_left_out: u64,
    /// Earlier periods, or columns with the fewest answers, that are not shown.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub columns_left_out: u64,
}

fn is_zero(count: &u64) -> bool {
    *count == 0
}

/// What colours of a heat map mean.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct HeatScale {
    /// Shade −1 (or 0, where nothing says which way is good): the worst value, or the lowest.
    pub worst: f64,
    /// Shade 0 where something says which way is good.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub middle: Option<Level>,
    /// Shade 1: the best value, or the highest.
    pub best: f64,
}

/// A cell.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct HeatCell {
    /// Index of its row.
    pub row: usize,
    /// Index of its column.
    pub column: usize,
    /// The value.
    pub measured: Measured,
    /// Whether the period is not over.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub partial: bool,
    /// The target that holds for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<f64>,
    /// Whether that is met.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target_met: Option<bool>,
    /// The band of a score.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub band: Option<String>,
    /// Its colour: −1 the worst to 1 the best with 0 for the middle; where nothing says which way is good, 0 the lowest to
    /// 1 the highest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shade: Option<f64>,
}

/// A heat map for each segment over time, and for each cross of two.
pub(super) fn add(maker: &mut Maker<'_>, subject: &Subject<'_>) {
    let axes = &maker.results.axes;
    if let Some(calendar) = axes.periods.first() {
        for segment in &axes.segments {
            let id = format!("heat_map/{}/{}", subject.name, segment.name);
            maker.add(id, |_| over_time(subject, segment, calendar));
        }
    }
    for cut in &axes.cuts {
        if let [first, second] = cut.as_slice()
            && let (Some(rows), Some(columns)) = (
                axes.segments.get(usize::from(*first)),
                axes.segments.get(usize::from(*second)),
            )
        {
            // The longer of the two goes down the page.
            let (rows, columns) = if columns.values.len() > rows.values.len() {
                (columns, rows)
            } else {
                (rows, columns)
            };
            let id = format!("heat_map/{}/{}*{}", subject.name, rows.name, columns.name);
            maker.add(id, |_| cross(subject, rows, columns));
        }
    }
}

/// Rows, columns and the cell at each place.
struct Grid<'a> {
    rows: Vec<&'a str>,
    columns: Vec<&'a str>,
    cells: BTreeMap<(&'a str, &'a str), &'a Cell>,
}

impl<'a> Grid<'a> {
    /// Keeps what has cells; of too many rows those with the most answers. Says how many rows were left out.
    fn shrink_rows(&mut self) -> u64 {
        let known: BTreeSet<&str> = self.cells.keys().map(|(row, _)| *row).collect();
        self.rows.retain(|row| known.contains(row));
        let size = |row: &str| {
            let own = self.cells.iter().filter(|((other, _), _)| *other == row);
            own.map(|(_, cell)| cell.n).sum()
        };
        keep_most(&mut self.rows, MOST_ROWS, size)
    }

    fn cell(&self, row: &str, column: &str) -> Option<&'a Cell> {
        self.cells.get(&(row, column)).copied()
    }
}

/// Keeps the names with the largest sizes, in their order; says how many others there were.
fn keep_most(names: &mut Vec<&str>, most: usize, size: impl Fn(&str) -> u64) -> u64 {
    let left_out = names.len().saturating_sub(most);
    if left_out > 0 {
        let mut sizes: Vec<(u64, &str)> = names.iter().map(|name| (size(name), *name)).collect();
        sizes.order_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(b.1)));
        let kept: BTreeSet<&str> = sizes.into_iter().take(most).map(|(_, name)| name).collect();
        names.retain(|name| kept.contains(name));
    }
    left_out as u64
}

fn over_time(subject: &Subject<'_>, segment: &SegmentAxis, calendar: &PeriodAxis) -> Option<Made> {
    let cells: BTreeMap<(&str, &str), &Cell> = subject
        .cut(&[&segment.name])
        .iter()
        .filter_map(|cell| {
            let place = (cell.segments.get(&segment.name)?.as_str(), cell.period.as_deref()?);
            Some((place, *cell))
        })
        .collect();
    let valued: BTreeSet<&str> = cells
        .iter()
        .filter(|(_, cell)| cell.value.is_some())
        .map(|((_, period), _)| *period)
        .collect();
    let steps: Vec<&str> = calendar.steps.iter().map(|step| &*step.label).collect();
    let from = steps.iter().position(|label| valued.contains(label))?;
    let to = steps.iter().rposition(|label| valued.contains(label))?;
    (to > from).then_some(())?;
    let first = from.max((to + 1).saturating_sub(MOST_COLUMNS));
    let mut grid = Grid {
        rows: segment.values.iter().map(String::as_str).collect(),
        columns: steps.get(first..=to)?.to_vec(),
        cells,
    };
    let rows_left_out = grid.shrink_rows();
    let words = trend::words(calendar);
    let frame = Frame {
        row_title: &segment.label,
        column_title: &words,
        over_time: true,
        period: None,
        rows_left_out,
        columns_left_out: (first - from) as u64,
    };
    Some(frame.made(subject, &grid))
}

fn cross(subject: &Subject<'_>, rows: &SegmentAxis, columns: &SegmentAxis) -> Option<Made> {
    let period = &subject.headline.period;
    let cells: BTreeMap<(&str, &str), &Cell> = subject
        .cut(&[&rows.name, &columns.name])
        .iter()
        .filter(|cell| cell.period == *period)
        .filter_map(|cell| {
            let place = (
                cell.segments.get(&rows.name)?.as_str(),
                cell.segments.get(&columns.name)?.as_str(),
            );
            Some((place, *cell))
        })
        .collect();
    cells.values().any(|cell| cell.value.is_some()).then_some(())?;
    let mut grid = Grid {
        rows: rows.values.iter().map(String::as_str).collect(),
        columns: columns.values.iter().map(String::as_str).collect(),
        cells,
    };
    let rows_left_out = grid.shrink_rows();
    let known: BTreeSet<&str> = grid.cells.keys().map(|(_, column)| *column).collect();
    grid.columns.retain(|column| known.contains(column));
    let size = |column: &str| {
        let own = grid.cells.iter().filter(|((_, other), _)| *other == column);
        own.map(|(_, cell)| cell.n).sum()
    };
    let columns_left_out = keep_most(&mut grid.columns, MOST_COLUMNS, size);
    let frame = Frame {
        row_title: &rows.label,
        column_title: &columns.label,
        over_time: false,
        period: period.as_deref(),
        rows_left_out,
        columns_left_out,
    };
    Some(frame.made(subject, &grid))
}

/// What a heat map says of itself.
struct Frame<'a> {
    row_title: &'a str,
    column_title: &'a str,
    over_time: bool,
    period: Option<&'a str>,
    rows_left_out: u64,
    columns_left_out: u64,
}

impl Frame<'_> {
    fn made(&self, subject: &Subject<'_>, grid: &Grid<'_>) -> Made {
        let mut cells = Vec::with_capacity(grid.rows.len() * grid.columns.len());
        for (row, row_name) in grid.rows.iter().enumerate() {
            for (column, column_name) in grid.columns.iter().enumerate() {
                let cell = grid.cell(row_name, column_name);
                cells.push(HeatCell {
                    row,
                    column,
                    measured: cell.map_or_else(Measured::nothing, Measured::of),
                    partial: cell.is_some_and(|cell| cell.partial),
                    target: cell.and_then(|cell| cell.target),
                    target_met: cell.and_then(|cell| cell.target_met),
                    band: cell.and_then(|cell| cell.band.clone()),
                    shade: None,
                });
            }
        }
        let scale = colours(subject, &mut cells);
        let (values, _) = reach(cells.iter().map(|cell| &cell.measured));
        let axis = subject.axis(values, Vec::new());
        let when = match (self.over_time, self.period) {
            (true, _) => match (grid.columns.first(), grid.columns.last()) {
                (Some(from), Some(to)) => format!("{from} to {to}"),
                _ => format!("by {}", self.column_title),
            },
            (false, Some(period)) => period.to_owned(),
            (false, None) => "all time".to_owned(),
        };
        Made {
            title: format!(
                "{} by {} and {}",
                sentence(subject.label),
                self.row_title,
                self.column_title
            ),
            subtitle: subtitle(&axis, &when),
            about: self.about(subject, grid, &axis, &cells),
            kind: ChartKind::HeatMap(HeatMap {
                of: subject.name.to_owned(),
                axis,
                direction: subject.direction,
                row_title: self.row_title.to_owned(),
                rows: grid.rows.iter().map(|row| (*row).to_owned()).collect(),
                column_title: self.column_title.to_owned(),
                columns: grid.columns.iter().map(|column| (*column).to_owned()).collect(),
                over_time: self.over_time,
                period: self.period.map(Arc::from),
                scale,
                cells,
                rows_left_out: self.rows_left_out,
                columns_left_out: self.columns_left_out,
            }),
        }
    }

    fn about(&self, subject: &Subject<'_>, grid: &Grid<'_>, axis: &Axis, cells: &[HeatCell]) -> String {
        let lower = subject.direction.map(|direction| direction == Direction::Lower);
        let mut text = format!("{} by {} and {}", subject.label, self.row_title, self.column_title);
        match (self.over_time, grid.columns.first(), grid.columns.last(), self.period) {
            (true, Some(from), Some(to), _) => text.push_str(&format!(", {from} to {to}.")),
            (false, _, _, Some(period)) => text.push_str(&format!(" in {period}.")),
            _ => text.push('.'),
        }
        let named = cells.iter().filter_map(|cell| {
            let name = format!("{}, {}", grid.rows.get(cell.row)?, grid.columns.get(cell.column)?);
            Some((name, &cell.measured))
        });
        text.push_str(&say::extremes(named, axis, lower));
        text.push_str(&say::gaps(cells.iter().map(|cell| &cell.measured)));
        if self.rows_left_out > 0 {
            text.push_str(&format!(
                " {} with the fewest answers are not shown.",
                counted(self.rows_left_out, "row")
            ));
        }
        if self.columns_left_out > 0 {
            text.push_str(&format!(" {} are not shown.", counted(self.columns_left_out, "column")));
        }
        text
    }
}

/// Gives each cell its colour. The scale reaches as far as the furthest value that rests on enough answers, and at least as
/// far as half of a usual range, so that noise stays pale.
fn colours(subject: &Subject<'_>, cells: &mut [HeatCell]) -> HeatScale {
    let solid: Vec<f64> = cells.iter().filter_map(|cell| cell.measured.dependable()).collect();
    let any: Vec<f64> = cells.iter().filter_map(|cell| cell.measured.value).collect();
    let values = if solid.is_empty() { any } else { solid };
    let (low, high) = extent(values.iter().copied()).unwrap_or((0.0, 1.0));
    let halves: Vec<f64> = cells
        .iter()
        .filter(|cell| cell.measured.dependable().is_some())
        .filter_map(|cell| Some((cell.measured.high? - cell.measured.low?) / 2.0))
        .collect();
    let noise = if halves.is_empty() {
        0.0
    } else {
        halves.iter().sum::<f64>() / halves.len() as f64
    };
    match (subject.direction, subject.headline.value) {
        (Some(direction), middle) => {
            let middle = Level {
                value: middle.unwrap_or((low + high) / 2.0),
                label: "all".to_owned(),
            };
            let reach = (middle.value - low)
                .max(high - middle.value)
                .max(noise)
                .min(f64::MAX / 4.0);
            let sign = match direction {
                Direction::Higher => 1.0,
                Direction::Lower => -1.0,
            };
            let shade = |value: f64| {
                if reach > 0.0 {
                    (sign * (value - middle.value) / reach).clamp(-1.0, 1.0) + 0.0
                } else {
                    0.0
                }
            };
            paint(cells, shade);
            // No value lies beyond the ends of what can be.
            let within = |end: f64| subject.bounds.map_or(end, |(low, high)| end.max(low).min(high));
            HeatScale {
                worst: within(middle.value - sign * reach) + 0.0,
                best: within(middle.value + sign * reach) + 0.0,
                middle: Some(middle),
            }
        }
        (None, _) => {
            let span = high - low;
            let shade = |value: f64| {
                if span > 0.0 {
                    ((value - low) / span).clamp(0.0, 1.0) + 0.0
                } else {
                    0.0
                }
            };
            paint(cells, shade);
            HeatScale {
                worst: low,
                middle: None,
                best: high,
            }
        }
    }
}

fn paint(cells: &mut [HeatCell], shade: impl Fn(f64) -> f64) {
    for cell in cells {
        cell.shade = cell.measured.value.map(&shade).filter(|shade| shade.is_finite());
    }
}
