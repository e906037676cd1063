//! The rows of a metric one by one, with their days: what links between entities are computed from.

use std::sync::Arc;

use arrow_array::Array as _;
use bellwether_order::indices_by;

use super::algebra::Node;
use super::calendar;
use super::leaf::{Leaf, Time};
use super::reach::Route;
use super::session::Session;
use super::stock::Spells;
use crate::data::{Column, RowIndex, Values};
use crate::definition::{
    Aggregate, ArithmeticOp, CivilDate, ColumnRef, Duration, Expr, ExprKind, MeasureFunction, TimeUnit,
};

/// A row without a day.
pub const NO_DAY: i32 = i32::MIN;

/// How the value of an entity comes of its rows.
#[derive(Debug, Clone, PartialEq)]
pub enum Rollup {
    /// The mean of the rows' values.
    Mean,
    /// Their sum; of no rows 0.
    Sum,
    /// A percentile, 0 to 100, of type 7.
    Percentile(f64),
    /// The smallest.
    Least,
    /// The largest.
    Greatest,
    /// 100 times the sum of the parts over the sum of the values.
    Share {
        /// For each row the part of its value that counts.
        parts: Vec<f64>,
    },
    /// The share of a window's days that the row is alive, from a start to before an end.
    Alive {
        /// First day; [`NO_DAY`]: never.
        starts: Vec<i32>,
        /// Day of the end; [`NO_DAY`]: still there.
        ends: Vec<i32>,
    },
    /// 100 where a row that is alive when a window begins is alive (or, the other way round, no longer) when it ends.
    Stays {
        /// First day; [`NO_DAY`]: never.
        starts: Vec<i32>,
        /// Day of the end; [`NO_DAY`]: still there.
        ends: Vec<i32>,
        /// Whether it is leaving that counts.
        leaves: bool,
        /// The length of the window, where the card says so.
        after: Option<Duration>,
    },
}

/// What the rows of one aggregate bring.
#[derive(Debug, Clone)]
pub struct LeafRows {
    /// Their table.
    pub table: String,
    /// How they come together.
    pub rollup: Rollup,
    /// The value of each row in the aggregate's unit; NaN where the row does not count.
    pub values: Vec<f64>,
    /// The day of each row, or [`NO_DAY`]; `None`: the rows have none.
    pub days: Option<Vec<i32>>,
    /// What the day is called: the column.
    pub date: Option<String>,
    /// The survey weight of each row.
    pub weights: Option<Arc<[f64]>>,
    /// How far back the aggregate looks, where the card says so.
    pub past: Option<Duration>,
    /// Whether the column or the filter is seen as of the report's day, whatever the row's.
    pub as_of_now: bool,
}

/// How a metric is made of its aggregates.
#[derive(Debug, Clone, PartialEq)]
pub enum RowFormula {
    /// A plain number.
    Number(f64),
    /// An aggregate, by number.
    Leaf(usize),
    /// Two joined.
    Join(ArithmeticOp, Box<RowFormula>, Box<RowFormula>),
    /// The other sign.
    Negate(Box<RowFormula>),
    /// A flow per unit of time.
    Per(Box<RowFormula>, TimeUnit),
}

impl RowFormula {
    /// The value, from those of the aggregates, over a window of so many days that ends on a day. `None` where one is missing or a
    /// divisor is 0.
    pub fn value(&self, leaf: &dyn Fn(usize) -> Option<f64>, days: f64, last: CivilDate) -> Option<f64> {
        let value = match self {
            Self::Number(value) => *value,
            Self::Leaf(at) => leaf(*at)?,
            Self::Negate(inner) => -inner.value(leaf, days, last)?,
            Self::Per(inner, unit) => {
                inner.value(leaf, days, last)? * calendar::days_until(last, *unit) / days.max(1.0)
            }
            Self::Join(op, left, right) => {
                let (left, right) = (left.value(leaf, days, last)?, right.value(leaf, days, last)?);
                match op {
                    ArithmeticOp::Add => left + right,
                    ArithmeticOp::Subtract => left - right,
                    ArithmeticOp::Multiply => left * right,
                    ArithmeticOp::Divide if right == 0.0 => return None,
                    ArithmeticOp::Divide => left / right,
                }
            }
        };
        value.is_finite().then_some(value)
    }
}

/// A metric, row by row.
#[derive(Debug, Clone)]
pub struct MetricRows {
    /// How its aggregates are joined.
    pub formula: RowFormula,
    /// The aggregates.
    pub leaves: Vec<LeafRows>,
}

impl MetricRows {
    /// Its only aggregate, where the metric is nothing but the mean of something that each row has.
    #[must_use]
    pub fn as_mean(&self) -> Option<&LeafRows> {
        match (self.leaves.as_slice(), &self.formula) {
            ([leaf], RowFormula::Leaf(0)) if leaf.rollup == Rollup::Mean => Some(leaf),
            _ => None,
        }
    }
}

/// The way from the rows of one table to those of another: the row there for each row here, or the same rows.
#[derive(Debug, Clone)]
pub enum Way {
    /// The same rows.
    Here,
    /// Row of the other table; `NO_ROW` for none.
    Along(RowIndex),
}

impl Way {
    /// Where a row leads.
    #[must_use]
    pub fn of(&self, row: usize) -> Option<usize> {
        match self {
            Self::Here => Some(row),
            Self::Along(rows) => {
                let to = *rows.get(row)?;
                (to != crate::data::NO_ROW).then_some(to as usize)
            }
        }
    }
}

impl Session<'_> {
    /// The rows of a metric; `None` where its value is not made of rows' own values (distinct counts, correlations,
    /// stocks other than who is there and who stays, values of other cards).
    pub fn metric_rows(&mut self, metric: usize) -> Option<MetricRows> {
        let node = self.nodes.get(metric)?.clone();
        let mut leaves = Vec::new();
        let formula = self.row_formula(&node, &mut leaves)?;
        Some(MetricRows { formula, leaves })
    }

    /// A column of a table that the card added, such as the score of each row, as a metric of those rows.
    pub fn column_rows(&self, table: &str, column: &str) -> Option<MetricRows> {
        let bound = self.rows.data.table(table)?;
        let column = bound.column(column)?;
        let values = (0..bound.rows)
            .map(|row| column.number(row).unwrap_or(f64::NAN))
            .collect();
        let leaf = LeafRows {
            table: table.to_owned(),
            rollup: Rollup::Mean,
            values,
            days: None,
            date: None,
            weights: None,
            past: None,
            as_of_now: true,
        };
        Some(MetricRows {
            formula: RowFormula::Leaf(0),
            leaves: vec![leaf],
        })
    }

    fn row_formula(&self, node: &Node, leaves: &mut Vec<LeafRows>) -> Option<RowFormula> {
        Some(match node {
            Node::Number(value) => RowFormula::Number(*value),
            Node::Leaf(at) => {
                let leaf = self.leaf(*at)?;
                leaves.push(leaf_rows(leaf, self.aggregates.get(*at)?, &self.rows.data)?);
                RowFormula::Leaf(leaves.len() - 1)
            }
            Node::Negate(inner) => RowFormula::Negate(Box::new(self.row_formula(inner, leaves)?)),
            Node::Per(inner, unit) => RowFormula::Per(Box::new(self.row_formula(inner, leaves)?), *unit),
            Node::Arithmetic(op, left, right) => RowFormula::Join(
                *op,
                Box::new(self.row_formula(left, leaves)?),
                Box::new(self.row_formula(right, leaves)?),
            ),
            Node::Coverage(..) | Node::Across(..) | Node::Outside(_) | Node::Steps { .. } => return None,
        })
    }

    /// The way from the rows of a table to those of another; `None` where there is none, or more than one.
    pub fn way(&mut self, from: &str, to: &str) -> Option<Way> {
        match self.rows.route(from, to) {
            Route::Here => Some(Way::Here),
            Route::Along(rows) => Some(Way::Along(rows)),
            Route::None | Route::Ambiguous(_) => None,
        }
    }

    /// A column for each row of a table that reaches the column's own.
    pub fn column_for(&mut self, table: &str, column: &ColumnRef) -> Option<Arc<Column>> {
        let expr = Expr::new(ExprKind::Column(column.path.clone()), column.span);
        let values = self.rows.column(&column.table, &expr).ok()?;
        match self.way(table, &column.table)? {
            Way::Here => Some(values),
            Way::Along(rows) => Some(Arc::new(values.take(&rows))),
        }
    }

    /// The place of each row in the order of its table's key; `None` for a table without a key.
    #[must_use]
    pub fn key_places(&self, table: &str) -> Option<Vec<u32>> {
        let bound = self.rows.data.table(table)?;
        let columns: Vec<Vec<u64>> = bound
            .key
            .iter()
            .map(|name| bound.column(name).map(|column| ranks(column)))
            .collect::<Option<_>>()?;
        (!columns.is_empty()).then_some(())?;
        let mut order: Vec<u32> = (0..bound.rows as u32).collect();
        let key = |row: u32| {
            columns
                .iter()
                .map(move |ranks| ranks.get(row as usize).copied().unwrap_or(0))
        };
        match columns.as_slice() {
            [one] => order.sort_by_cached_key(|row| (one.get(*row as usize).copied().unwrap_or(0), *row)),
            _ => indices_by(&mut order, &mut |a, b| key(a).cmp(key(b))),
        }
        let mut places = vec![0; bound.rows];
        for (place, row) in order.into_iter().enumerate() {
            places
                .get_mut(row as usize)
                .into_iter()
                .for_each(|at| *at = place as u32);
        }
        Some(places)
    }

    /// The least number of people a published group of a table's rows may have, where the table promises so.
    #[must_use]
    pub fn anonymity_floor(&self, table: &str) -> Option<u64> {
        let promise = self.card.table(table)?.anonymous_below.as_ref()?;
        Some(promise.floor.value)
    }
}

/// A number for each row that sorts as its value does.
fn ranks(column: &Column) -> Vec<u64> {
    let signed = |value: i64| value.cast_unsigned() ^ (1 << 63);
    match &column.values {
        Values::Text(text) => {
            let mut words: Vec<(&str, usize)> = (0..text.dictionary.len())
                .map(|at| (text.dictionary.value(at), at))
                .collect();
            words.sort_unstable();
            let mut places = vec![0_u64; words.len()];
            for (place, (_, at)) in words.iter().enumerate() {
                places.get_mut(*at).into_iter().for_each(|slot| *slot = place as u64);
            }
            (0..column.len())
                .map(|row| places.get(text.codes.get(row)).copied().unwrap_or(0))
                .collect()
        }
        Values::Int(values) => (0..column.len()).map(|row| signed(values.get(row))).collect(),
        Values::Timestamp(values) => values.iter().map(|value| signed(*value)).collect(),
        _ => (0..column.len())
            .map(|row| signed(i64::from(column.day(row).unwrap_or(0))))
            .collect(),
    }
}

fn leaf_rows(leaf: &Leaf, aggregate: &Aggregate, data: &crate::data::Dataset) -> Option<LeafRows> {
    use MeasureFunction as F;
    let rows = data.table(&leaf.table)?.rows;
    let input = leaf.inputs.first();
    let counts = |row: usize| leaf.mask.as_ref().is_none_or(|mask| mask.value(row));
    let number = |row: usize| input.and_then(|input| input.number(row));
    let spell_ends = || {
        let spells = Spells::new(leaf)?;
        let days = |day: Option<i32>| day.unwrap_or(NO_DAY);
        let end = leaf.inputs.get(1)?;
        let starts: Vec<i32> = (0..rows).map(|row| days(spells.start(row))).collect();
        let ends: Vec<i32> = (0..rows).map(|row| days(end.base.day(row))).collect();
        Some((starts, ends))
    };
    let rollup = match leaf.function {
        _ if leaf.is_classes() => Rollup::Mean,
        F::Mean | F::CesMean => Rollup::Mean,
        F::Count | F::Sum => Rollup::Sum,
        F::Median => Rollup::Percentile(50.0),
        F::Percentile => Rollup::Percentile(leaf.numbers.first().copied()?),
        F::Min => Rollup::Least,
        F::Max => Rollup::Greatest,
        F::Share => {
            let truth = leaf.inputs.get(1)?;
            let part = |row: usize| {
                truth
                    .number(row)
                    .zip(number(row))
                    .map_or(f64::NAN, |(yes, value)| yes * value)
            };
            Rollup::Share {
                parts: (0..rows).map(part).collect(),
            }
        }
        F::Active | F::ActiveAtEnd => {
            let (starts, ends) = spell_ends()?;
            Rollup::Alive { starts, ends }
        }
        F::Retention | F::Churn => {
            let (starts, ends) = spell_ends()?;
            let unit = leaf.words.first().and_then(|word| TimeUnit::named(word));
            let after = leaf.numbers.first().zip(unit).map(|(count, unit)| Duration {
                count: *count as u32,
                unit,
            });
            Rollup::Stays {
                starts,
                ends,
                leaves: leaf.function == F::Churn,
                after,
            }
        }
        _ => return None,
    };
    let values = (0..rows)
        .map(|row| {
            if !counts(row) {
                return f64::NAN;
            }
            match (&rollup, leaf.function) {
                (Rollup::Alive { .. } | Rollup::Stays { .. }, _) => 1.0,
                (_, F::Count) => input.map_or(1.0, |input| if input.is_valid(row) { 1.0 } else { f64::NAN }),
                (Rollup::Share { parts }, _) if parts.get(row).is_none_or(|part| part.is_nan()) => f64::NAN,
                _ if leaf.is_classes() => number(row).map_or(f64::NAN, |value| 100.0 * f64::from(leaf.class(value))),
                _ => number(row).unwrap_or(f64::NAN),
            }
        })
        .collect();
    let (days, date) = match &leaf.time {
        Time::Dated { days, .. } => {
            let name = match aggregate.dated.as_ref().map(|dated| &dated.kind) {
                Some(ExprKind::Column(path)) => path.last().cloned(),
                Some(_) => None,
                None => data.table(&leaf.table).and_then(|table| table.date.clone()),
            };
            let days = (0..rows).map(|row| days.day(row).unwrap_or(NO_DAY)).collect();
            (Some(days), name)
        }
        _ => (None, None),
    };
    Some(LeafRows {
        table: leaf.table.clone(),
        rollup,
        values,
        days,
        date,
        weights: leaf.weight.clone(),
        past: leaf.past,
        as_of_now: leaf.by_end,
    })
}

/// The first day of a span of time that ends the day before another: the window of a link, a lag before it.
#[must_use]
pub fn days_before(day: i32, span: Duration) -> i32 {
    calendar::before(CivilDate(day), span).0
}
