//! The table behind a chart.

use serde::{Deserialize, Serialize};

use super::{Axis, Bars, Bullet, Chart, ChartKind, Curve, HeatMap, JourneyMap, Matrix, Measured, Trend, Waterfall};
use crate::report::model::Value;
use crate::report::words;

/// The head of a column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Head {
    /// What stands in it.
    pub title: String,
    /// Unit of its numbers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// Decimals of its numbers; `None`: texts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decimals: Option<u32>,
}

/// What a chart shows as a table: for those who hear it, and for spreadsheets.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ChartTable {
    /// Heads of the columns.
    pub heads: Vec<Head>,
    /// Rows; each has a value for each head.
    pub rows: Vec<Vec<Value>>,
}

impl Chart {
    /// The table behind the chart. Columns in which no row has a value are left out.
    #[must_use]
    pub fn table(&self) -> ChartTable {
        match &self.kind {
            ChartKind::Trend(trend) => of_trend(trend),
            ChartKind::Bars(bars) => of_bars(bars),
            ChartKind::HeatMap(map) => of_heat_map(map),
            ChartKind::Waterfall(waterfall) => of_waterfall(waterfall),
            ChartKind::Curve(curve) => of_curve(curve),
            ChartKind::Matrix(matrix) => of_matrix(matrix),
            ChartKind::Journey(map) => of_journey(map),
            ChartKind::Bullet(bullet) => of_bullet(bullet),
        }
        .without_empty_columns()
    }
}

impl ChartTable {
    fn without_empty_columns(self) -> Self {
        let used: Vec<bool> = (0..self.heads.len())
            .map(|index| {
                index == 0
                    || (self.rows.iter())
                        .filter_map(|row| row.get(index))
                        .any(|value| *value != Value::Missing)
            })
            .collect();
        let keep = |index: usize| used.get(index).copied().unwrap_or(false);
        let kept = |row: Vec<Value>| {
            let row = row.into_iter().enumerate();
            row.filter(|(index, _)| keep(*index)).map(|(_, value)| value).collect()
        };
        let heads = self.heads.into_iter().enumerate();
        Self {
            heads: heads.filter(|(index, _)| keep(*index)).map(|(_, head)| head).collect(),
            rows: self.rows.into_iter().map(kept).collect(),
        }
    }
}

fn text(title: &str) -> Head {
    Head {
        title: title.to_owned(),
        unit: None,
        decimals: None,
    }
}

fn figure(title: &str, unit: Option<&str>, decimals: u32) -> Head {
    Head {
        title: title.to_owned(),
        unit: unit.map(str::to_owned),
        decimals: Some(decimals),
    }
}

fn on(title: &str, axis: &Axis) -> Head {
    figure(title, axis.unit.as_deref(), axis.decimals)
}

fn count() -> Head {
    figure("n", None, 0)
}

fn words_of(text: Option<&str>) -> Value {
    text.filter(|text| !text.is_empty())
        .map_or(Value::Missing, |text| Value::Text(text.to_owned()))
}

fn number(value: Option<f64>) -> Value {
    value.map_or(Value::Missing, Value::Float)
}

fn met(met: Option<bool>) -> Value {
    words_of(met.map(|met| if met { "met" } else { "not met" }))
}

/// The columns of a value: value, ends of its range, n, state.
fn measured_heads(axis: &Axis) -> [Head; 5] {
    [
        on(&axis.title, axis),
        on("from", axis),
        on("to", axis),
        count(),
        text("state"),
    ]
}

fn measured(measured: &Measured) -> [Value; 5] {
    [
        number(measured.value),
        number(measured.low),
        number(measured.high),
        measured
            .n
            .and_then(|n| i64::try_from(n).ok())
            .map_or(Value::Missing, Value::Int),
        match measured.state {
            crate::measure::State::Ok => Value::Missing,
            other => Value::Text(words::state(other).to_owned()),
        },
    ]
}

fn of_trend(trend: &Trend) -> ChartTable {
    let mut heads = vec![text(&trend.calendar)];
    heads.extend(measured_heads(&trend.axis));
    heads.extend([
        on("target", &trend.axis),
        text("target met"),
        text("band"),
        text("note"),
    ]);
    let rows = trend.points.iter().map(|point| {
        let note = match (&point.signal, point.partial) {
            (_, true) => Some("not over"),
            (Some(why), _) => Some(why.as_str()),
            _ => None,
        };
        let mut row = vec![Value::Text(point.period.clone())];
        row.extend(measured(&point.measured));
        row.extend([
            number(point.target),
            met(point.target_met),
            words_of(point.band.as_deref()),
            words_of(note),
        ]);
        row
    });
    ChartTable {
        heads,
        rows: rows.collect(),
    }
}

fn of_bars(bars: &Bars) -> ChartTable {
    let mut heads = vec![text(&bars.category)];
    heads.extend(measured_heads(&bars.axis));
    heads.extend([on("target", &bars.axis), text("target met"), text("band"), text("note")]);
    let rows = bars.bars.iter().map(|bar| {
        let mut row = vec![Value::Text(bar.label.clone())];
        row.extend(measured(&bar.measured));
        row.extend([
            number(bar.target),
            met(bar.target_met),
            words_of(bar.band.as_deref()),
            words_of(bar.note.as_deref()),
        ]);
        row
    });
    ChartTable {
        heads,
        rows: rows.collect(),
    }
}

fn of_heat_map(map: &HeatMap) -> ChartTable {
    let mut heads = vec![text(&map.row_title), text(&map.column_title)];
    heads.extend(measured_heads(&map.axis));
    heads.extend([on("target", &map.axis), text("target met"), text("band")]);
    let rows = map.cells.iter().map(|cell| {
        let mut row = vec![
            words_of(map.rows.get(cell.row).map(String::as_str)),
            words_of(map.columns.get(cell.column).map(String::as_str)),
        ];
        row.extend(measured(&cell.measured));
        row.extend([
            number(cell.target),
            met(cell.target_met),
            words_of(cell.band.as_deref()),
        ]);
        row
    });
    ChartTable {
        heads,
        rows: rows.collect(),
    }
}

fn of_waterfall(waterfall: &Waterfall) -> ChartTable {
    let axis = &waterfall.axis;
    let heads = vec![
        text("step"),
        figure("value", None, 2),
        text("unit"),
        figure("share of weight", Some("%"), 0),
        on("adds", axis),
        on("loses", axis),
        on("comes to", axis),
        text("note"),
    ];
    let rows = waterfall.steps.iter().map(|step| {
        vec![
            Value::Text(step.label.clone()),
            number(step.value),
            words_of(step.unit.as_deref().filter(|_| step.value.is_some())),
            number(step.share),
            number((step.kind != super::WaterfallStepKind::Total).then_some(step.points)),
            number(step.lost),
            number(Some(step.to)),
            words_of(step.note.as_deref()),
        ]
    });
    ChartTable {
        heads,
        rows: rows.collect(),
    }
}

fn of_curve(curve: &Curve) -> ChartTable {
    let mut heads = vec![text(&curve.category)];
    heads.extend(measured_heads(&curve.axis));
    let rows = curve.points.iter().map(|point| {
        let mut row = vec![Value::Text(point.label.clone())];
        row.extend(measured(&point.measured));
        row
    });
    ChartTable {
        heads,
        rows: rows.collect(),
    }
}

fn of_matrix(matrix: &Matrix) -> ChartTable {
    let heads = vec![
        text(&matrix.of),
        on(&matrix.x.title, &matrix.x),
        on(&matrix.y.title, &matrix.y),
        on("from", &matrix.y),
        on("to", &matrix.y),
        text("place"),
        text("evidence"),
        text("note"),
    ];
    let placed = matrix.points.iter().map(|point| {
        vec![
            Value::Text(point.label.clone()),
            number(point.x.value),
            number(point.y.value),
            number(point.y.low),
            number(point.y.high),
            words_of(point.place.as_deref()),
            words_of(point.evidence.map(crate::link::Evidence::words)),
            words_of(point.note.as_deref()),
        ]
    });
    let others = matrix.not_placed.iter().map(|(name, why)| {
        let mut row = vec![Value::Text(name.clone())];
        row.extend((0..6).map(|_| Value::Missing));
        row.push(words_of(Some(why)));
        row
    });
    ChartTable {
        heads,
        rows: placed.chain(others).collect(),
    }
}

fn of_journey(map: &JourneyMap) -> ChartTable {
    let heads = vec![
        text("phase"),
        text("step"),
        text("metric"),
        figure("value", None, 2),
        text("unit"),
        figure("from", None, 2),
        figure("to", None, 2),
        count(),
        text("state"),
        figure("target", None, 2),
        text("target met"),
        text("note"),
    ];
    let row = |phase: usize, stop: Option<usize>, metric: &str, value: &Measured, unit: Option<&str>| {
        let mut row = vec![
            words_of(map.phases.get(phase).map(String::as_str)),
            words_of(
                stop.and_then(|stop| map.stops.get(stop))
                    .map(|stop| stop.label.as_str()),
            ),
            Value::Text(metric.to_owned()),
        ];
        let [value, low, high, n, state] = measured(value);
        row.extend([value, words_of(unit), low, high, n, state]);
        row
    };
    let mut rows = Vec::new();
    for (index, stop) in map.stops.iter().enumerate() {
        for lane in &map.lanes {
            for point in lane.points.iter().filter(|point| point.stop == index) {
                let mut cells = row(
                    stop.phase,
                    Some(index),
                    &lane.axis.title,
                    &point.measured,
                    lane.axis.unit.as_deref(),
                );
                cells.extend([number(point.target), met(point.target_met), Value::Missing]);
                rows.push(cells);
            }
        }
    }
    for mark in &map.marks {
        let mut cells = row(mark.phase, mark.stop, &mark.label, &mark.measured, mark.unit.as_deref());
        let note = match (&mark.moment_of_truth, &mark.friction_point) {
            (Some(why), _) => format!("moment of truth: {why}"),
            (None, Some(why)) => format!("friction point: {why}"),
            (None, None) => String::new(),
        };
        let note = note.trim_end_matches(": ").to_owned();
        cells.extend([number(mark.target), met(mark.target_met), words_of(Some(&note))]);
        rows.push(cells);
    }
    ChartTable { heads, rows }
}

fn of_bullet(bullet: &Bullet) -> ChartTable {
    let mut heads = vec![text("period")];
    heads.extend(measured_heads(&bullet.axis));
    heads.extend([
        on("baseline", &bullet.axis),
        on("target", &bullet.axis),
        text("target met"),
        figure("way", Some("%"), 0),
        text("band"),
    ]);
    let mut row = vec![Value::Text(bullet.period.as_deref().unwrap_or("all time").to_owned())];
    row.extend(measured(&bullet.measured));
    row.extend([
        number(bullet.baseline),
        number(bullet.target),
        met(bullet.target_met),
        number(bullet.progress),
        words_of(bullet.band.as_deref()),
    ]);
    ChartTable { heads, rows: vec![row] }
}
