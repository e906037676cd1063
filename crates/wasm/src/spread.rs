//! How the values of a column are spread: the commonest values and a histogram. Counts only; nothing here is estimated.

use bellwether::data::{Column, Values, date};
use bellwether::report::Value;
use bellwether::report::explain::plain_value;
use bellwether_order::{BTreeMap, Sort};

use crate::answer::{Bin, ColumnDistribution, RowPage, ValueCount};
use crate::table::Kept;

/// The distribution of a column.
#[must_use]
pub fn distribution(table: &str, name: &str, column: &Column, top: usize, bins: usize) -> ColumnDistribution {
    let counted = counts(column);
    let valid: u64 = counted.iter().map(|(_, _, count)| count).sum();
    let mut common: Vec<&(Key, usize, u64)> = counted.iter().collect();
    // The values stand in order, and a stable sort leaves those that are as common in it.
    common.order_by_key(|(_, _, count)| std::cmp::Reverse(*count));
    common.truncate(top);
    let shown: u64 = common.iter().map(|(_, _, count)| count).sum();
    ColumnDistribution {
        table: table.to_owned(),
        column: name.to_owned(),
        kind: column.column_type(),
        valid,
        missing: column.missing_count() as u64,
        distinct: counted.len() as u64,
        top: common
            .into_iter()
            .map(|(_, row, count)| ValueCount {
                value: plain_value(column, *row),
                count: *count,
            })
            .collect(),
        other: valid - shown,
        bins: histogram(column, &counted, bins.clamp(1, 1_000)),
    }
}

/// A value by which others are put in order.
#[derive(Debug, Clone, PartialEq, PartialOrd)]
enum Key {
    Whole(i64),
    Number(f64),
    Text(String),
}

/// The distinct values in order: value, a row that has it, rows that have it.
fn counts(column: &Column) -> Vec<(Key, usize, u64)> {
    let rows = (0..column.len()).filter(|row| column.is_valid(*row));
    let whole = |value: &dyn Fn(usize) -> i64| {
        let mut counted: BTreeMap<i64, (usize, u64)> = BTreeMap::new();
        for row in rows.clone() {
            counted.entry(value(row)).or_insert((row, 0)).1 += 1;
        }
        let keyed = counted
            .into_iter()
            .map(|(value, (row, count))| (Key::Whole(value), row, count));
        keyed.collect::<Vec<_>>()
    };
    match &column.values {
        Values::Bool(values) => whole(&|row| i64::from(values.value(row))),
        Values::Int(values) => whole(&|row| values.get(row)),
        Values::Date(_) => whole(&|row| column.day(row).map_or(0, i64::from)),
        Values::Timestamp(values) => whole(&|row| values.get(row).copied().unwrap_or(0)),
        Values::Float(_) => {
            let mut all: Vec<(f64, usize)> = rows.filter_map(|row| Some((column.number(row)?, row))).collect();
            all.order_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
            let runs = all.chunk_by(|a, b| a.0 == b.0);
            runs.filter_map(|run| {
                let (value, row) = run.first()?;
                Some((Key::Number(*value), *row, run.len() as u64))
            })
            .collect()
        }
        Values::Text(text) => {
            let mut by_code: Vec<Option<(usize, u64)>> = vec![None; text.distinct()];
            for row in rows {
                if let Some(slot) = by_code.get_mut(text.codes.get(row)) {
                    slot.get_or_insert((row, 0)).1 += 1;
                }
            }
            let mut counted: Vec<(Key, usize, u64)> = by_code
                .into_iter()
                .flatten()
                .map(|(row, count)| (Key::Text(text.get(row).to_owned()), row, count))
                .collect();
            counted.order_by(|a, b| a.0.partial_cmp(&b.0).unwrap_or(std::cmp::Ordering::Equal));
            counted
        }
    }
}

/// Steps of one width from the smallest value to the largest.
fn histogram(column: &Column, counted: &[(Key, usize, u64)], bins: usize) -> Vec<Bin> {
    match (&column.values, counted.first(), counted.last()) {
        (Values::Float(_), Some((Key::Number(low), ..)), Some((Key::Number(high), ..))) => {
            of_numbers(*low, *high, counted, bins)
        }
        (Values::Int(_), Some((Key::Whole(low), ..)), Some((Key::Whole(high), ..))) => {
            of_whole(*low, *high, counted, bins, Value::Int)
        }
        (Values::Date(_), Some((Key::Whole(low), ..)), Some((Key::Whole(high), ..))) => {
            let day = |day: i64| Value::Text(date::day_text(i32::try_from(day).unwrap_or(i32::MAX)));
            of_whole(*low, *high, counted, bins, day)
        }
        (Values::Timestamp(_), Some((Key::Whole(low), ..)), Some((Key::Whole(high), ..))) => {
            of_whole(*low, *high, counted, bins, |micros| {
                Value::Text(date::timestamp_text(micros))
            })
        }
        _ => Vec::new(),
    }
}

fn of_numbers(low: f64, high: f64, counted: &[(Key, usize, u64)], bins: usize) -> Vec<Bin> {
    let bins = if low == high { 1 } else { bins };
    // Halved first, so that the width is finite for any two numbers.
    let width = (high / 2.0 - low / 2.0) / bins as f64 * 2.0;
    let edge = |step: usize| if step == bins { high } else { low + width * step as f64 };
    let mut made: Vec<Bin> = (0..bins)
        .map(|step| Bin {
            from: Value::Float(edge(step)),
            to: Value::Float(edge(step + 1)),
            count: 0,
        })
        .collect();
    let mut step = 0;
    for (key, _, count) in counted {
        let Key::Number(value) = key else { continue };
        while step + 1 < bins && *value >= edge(step + 1) {
            step += 1;
        }
        if let Some(bin) = made.get_mut(step) {
            bin.count += count;
        }
    }
    made
}

fn of_whole(low: i64, high: i64, counted: &[(Key, usize, u64)], bins: usize, shown: impl Fn(i64) -> Value) -> Vec<Bin> {
    let (first, span) = (i128::from(low), i128::from(high) - i128::from(low) + 1);
    let width = span.div_euclid(bins as i128) + i128::from(span.rem_euclid(bins as i128) != 0);
    let steps = usize::try_from(span.div_euclid(width) + i128::from(span.rem_euclid(width) != 0)).unwrap_or(1);
    let clamped = |value: i128| i64::try_from(value).unwrap_or(i64::MAX);
    let mut made: Vec<Bin> = (0..steps)
        .map(|step| Bin {
            from: shown(clamped(first + width * step as i128)),
            // The last step has the largest value in it.
            to: shown(clamped((first + width * (step as i128 + 1)).min(i128::from(high) + 1))),
            count: 0,
        })
        .collect();
    for (key, _, count) in counted {
        let Key::Whole(value) = key else { continue };
        let step = usize::try_from((i128::from(*value) - first).div_euclid(width)).unwrap_or(0);
        if let Some(bin) = made.get_mut(step) {
            bin.count += count;
        }
    }
    made
}

/// Rows `from` to `to` of a table.
#[must_use]
pub fn page(name: &str, table: &Kept, from: usize, to: usize) -> RowPage {
    let to = to.min(table.rows());
    let from = from.min(to);
    let row = |row: usize| {
        table
            .columns()
            .iter()
            .map(|(_, column)| plain_value(column, row))
            .collect()
    };
    RowPage {
        table: name.to_owned(),
        columns: table.columns().iter().map(|(name, _)| name.clone()).collect(),
        from: from as u64,
        total: table.rows() as u64,
        rows: (from..to).map(row).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bins(made: &ColumnDistribution) -> Vec<(Value, Value, u64)> {
        made.bins
            .iter()
            .map(|bin| (bin.from.clone(), bin.to.clone(), bin.count))
            .collect()
    }

    #[test]
    fn answers_on_a_scale_have_a_step_each() {
        let column = Column::ints(vec![Some(3), Some(1), Some(3), None, Some(5), Some(1)]);
        let made = distribution("t", "c", &column, 2, 10);
        assert_eq!((made.valid, made.missing, made.distinct, made.other), (5, 1, 3, 1));
        let top: Vec<(Value, u64)> = made.top.iter().map(|top| (top.value.clone(), top.count)).collect();
        assert_eq!(
            top,
            [(Value::Int(1), 2), (Value::Int(3), 2)],
            "as common: the smaller first"
        );
        let steps = bins(&made);
        assert_eq!(steps.len(), 5);
        assert_eq!(steps[2], (Value::Int(3), Value::Int(4), 2));
    }

    #[test]
    fn steps_hold_every_value_once_at_the_extremes_too() {
        let column = Column::ints(vec![Some(i64::MIN), Some(0), Some(i64::MAX)]);
        let made = distribution("t", "c", &column, 2, 4);
        assert_eq!(made.bins.iter().map(|bin| bin.count).sum::<u64>(), 3);
        let column = Column::floats(vec![Some(-1e308), Some(0.25), Some(1e308), Some(1e308)]);
        let made = distribution("t", "c", &column, 2, 2);
        assert_eq!(bins(&made).iter().map(|bin| bin.2).collect::<Vec<_>>(), [1, 3]);
        assert_eq!(made.bins[1].to, Value::Float(1e308));
        let column = Column::dates(vec![Some(20_454), Some(20_484)]);
        let made = distribution("t", "c", &column, 2, 2);
        assert_eq!(made.bins[0].from, Value::Text("2026-01-01".into()));
        assert_eq!(made.bins[0].to, Value::Text("2026-01-17".into()));
        assert_eq!(made.bins[1].count, 1);
    }
}
