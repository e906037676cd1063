//! Cards and tables of a few lines, and cells as text.

use std::sync::Arc;

use crate::data::{BoundTable, Column, Dataset, NO_ROW, Parent};
use crate::definition::*;
use crate::diagnostic::{Diagnostic, Span, Spanned};
use crate::measure::{CellKey, MeasureOptions, MeasuredCell, MetricCells, PeriodKey, Session};

pub fn here<T>(value: T) -> Spanned<T> {
    Spanned::new(value, Span::default())
}

pub fn name(text: &str) -> Spanned<String> {
    here(text.to_owned())
}

pub fn day(text: &str) -> i32 {
    CivilDate::parse(text).unwrap().0
}

pub fn days(texts: &[&str]) -> Column {
    Column::dates(texts.iter().map(|text| (!text.is_empty()).then(|| day(text))).collect())
}

pub fn texts(texts: &[&str]) -> Column {
    Column::texts(
        &texts
            .iter()
            .map(|text| (!text.is_empty()).then_some(*text))
            .collect::<Vec<_>>(),
    )
}

/// Whole numbers; -1 is missing.
pub fn ints(values: &[i64]) -> Column {
    Column::ints(values.iter().map(|&value| (value != -1).then_some(value)).collect())
}

/// Numbers; NaN is missing.
pub fn floats(values: &[f64]) -> Column {
    Column::floats(values.iter().map(|&value| (!value.is_nan()).then_some(value)).collect())
}

pub fn bools(values: &[Option<bool>]) -> Column {
    Column::bools(values.to_vec())
}

/// A table with the date of that name.
pub fn table(called: &str, date: Option<&str>, columns: Vec<(&str, Column)>) -> BoundTable {
    BoundTable {
        name: called.to_owned(),
        rows: columns.first().map_or(0, |(_, column)| column.len()),
        order: columns.iter().map(|(name, _)| (*name).to_owned()).collect(),
        columns: columns
            .into_iter()
            .map(|(name, column)| (name.to_owned(), Arc::new(column)))
            .collect(),
        date: date.map(str::to_owned),
        ..BoundTable::default()
    }
}

/// A path to the rows of a parent; -1 is an orphan.
pub fn parent(path: &str, to: &str, rows: &[i64]) -> Parent {
    Parent {
        path: path.to_owned(),
        table: to.to_owned(),
        rows: rows.iter().map(|&row| u32::try_from(row).unwrap_or(NO_ROW)).collect(),
        orphans: 0,
        without_key: 0,
    }
}

pub fn dataset(as_of: Option<&str>, tables: Vec<BoundTable>) -> Dataset {
    Dataset {
        tables: tables.into_iter().map(|table| (table.name.clone(), table)).collect(),
        as_of: as_of.map(|text| CivilDate(day(text))),
    }
}

pub fn card() -> Scorecard {
    Scorecard {
        header: Header {
            min_n: Some(here(1)),
            ..Header::default()
        },
        ..Scorecard::default()
    }
}

pub fn declared(called: &str) -> Table {
    serde_json::from_value(serde_json::json!({
        "name": name(called), "source": "host", "file": null, "key": [], "date": null, "dates": [], "belongs_to": [],
        "weight": null, "latest_by": [], "distinct_by": [], "missing": [], "types": [], "census": false,
        "timeless": false, "anonymous_below": null, "renames": [], "unpivot": null, "columns": [], "added": [],
    }))
    .unwrap()
}

pub fn scale(column: &str, low: f64, high: f64) -> ColumnFacts {
    ColumnFacts {
        column: name(column),
        scale: Some(here((low, high))),
        ..ColumnFacts::default()
    }
}

pub fn column(path: &str) -> Expr {
    Expr::new(
        ExprKind::Column(path.split('.').map(str::to_owned).collect()),
        Span::default(),
    )
}

pub fn literal(value: Literal) -> Expr {
    Expr::new(ExprKind::Literal(value), Span::default())
}

pub fn binary(op: BinaryOp, left: Expr, right: Expr) -> Expr {
    Expr::new(ExprKind::Binary(op, Box::new(left), Box::new(right)), Span::default())
}

pub fn is(path: &str, text: &str) -> Expr {
    binary(BinaryOp::Equal, column(path), literal(Literal::Text(text.to_owned())))
}

pub fn aggregate(function: MeasureFunction, table: &str, inputs: Vec<Expr>) -> Aggregate {
    Aggregate::new(function, table, inputs, Span::default())
}

pub fn measure(aggregate: Aggregate) -> Measure {
    Measure {
        kind: MeasureKind::Aggregate(Box::new(aggregate)),
        span: Span::default(),
    }
}

pub fn arithmetic(op: ArithmeticOp, left: Measure, right: Measure) -> Measure {
    Measure {
        kind: MeasureKind::Arithmetic(op, Box::new(left), Box::new(right)),
        span: Span::default(),
    }
}

pub fn metric(called: &str, measure: Measure) -> Metric {
    Metric::new(name(called), Role::Metric, measure)
}

pub fn segment(called: &str, table: &str, path: &str) -> Segment {
    Segment {
        name: name(called),
        label: None,
        sources: vec![SegmentSource::Column(ColumnRef {
            table: table.to_owned(),
            path: path.split('.').map(str::to_owned).collect(),
            span: Span::default(),
        })],
        order: Vec::new(),
        top: None,
        missing_label: None,
        through: None,
    }
}

pub fn period(calendar: Calendar) -> Period {
    Period {
        calendar,
        rolling: 1,
        to_date: None,
        span: Span::default(),
    }
}

/// The cells of all metrics.
pub struct Made {
    pub cells: Vec<Arc<MetricCells>>,
    pub axes: crate::measure::Axes,
    pub findings: Vec<Diagnostic>,
    names: Vec<String>,
}

pub fn measured(card: &Scorecard, data: Dataset) -> Made {
    measured_with(
        card,
        data,
        &MeasureOptions {
            threads: 2,
            ..MeasureOptions::default()
        },
    )
}

pub fn measured_with(card: &Scorecard, data: Dataset, options: &MeasureOptions) -> Made {
    let mut session = Session::new(card, data, options).unwrap();
    let all: Vec<usize> = (0..card.metrics.len()).collect();
    let cells = session.measure(&all).unwrap();
    Made {
        cells,
        axes: session.axes().clone(),
        findings: session.take_findings(),
        names: card.metrics.iter().map(|metric| metric.name.value.clone()).collect(),
    }
}

impl Made {
    /// The cell of a metric at `region=West plan=pro 2026-05`; empty: the total.
    pub fn cell(&self, metric: &str, at: &str) -> &MeasuredCell {
        let metric = self.names.iter().position(|name| name == metric).unwrap();
        let mut key = CellKey::default();
        for part in at.split(' ').filter(|part| !part.is_empty()) {
            match part.split_once('=') {
                Some((segment, value)) => {
                    let value = value.replace('_', " ");
                    let segment = self.axes.segments.iter().position(|axis| axis.name == segment).unwrap();
                    let place = self.axes.segments[segment]
                        .values
                        .iter()
                        .position(|other| *other == value)
                        .unwrap_or_else(|| panic!("no value {value} among {:?}", self.axes.segments[segment].values));
                    key.segments.push((segment as u16, place as u32));
                }
                None => {
                    let find = |axis: usize| {
                        self.axes.periods[axis]
                            .steps
                            .iter()
                            .position(|step| *step.label == *part)
                    };
                    let (axis, step) = (0..self.axes.periods.len())
                        .find_map(|axis| Some((axis, find(axis)?)))
                        .unwrap_or_else(|| panic!("no step {part}"));
                    key.period = Some(PeriodKey {
                        axis: axis as u16,
                        step: step as u32,
                    });
                }
            }
        }
        self.cells[metric]
            .cells
            .get(&key)
            .unwrap_or_else(|| panic!("no cell {at}"))
    }

    /// Value, n, skipped of a cell.
    pub fn at(&self, metric: &str, at: &str) -> (Option<f64>, u64, u64) {
        let cell = self.cell(metric, at);
        (cell.value, cell.n, cell.skipped)
    }
}
