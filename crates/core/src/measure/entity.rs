//! A measure for each row of a keyed table, lists of rows, and the rows behind a cell.

use std::sync::Arc;

use bellwether_order::{BTreeMap, BTreeSet, indices_by};

use super::algebra::Node;
use super::calendar::WHOLE;
use super::cell::{CellKey, PeriodKey, State};
use super::evaluate::collect;
use super::executor::Dim;
use super::leaf::{Leaf, Time};
use super::session::Session;
use super::stock::Spells;
use crate::data::{Column, NO_ROW};
use crate::definition::{CivilDate, List, MeasureFunction};
use crate::diagnostic::{Diagnostic, Span, codes, nearest};

/// A metric for each row of a table. All vectors have the table's rows.
#[derive(Debug, Clone, Default)]
pub struct EntityFrame {
    /// The value; `None` where the state has none.
    pub values: Vec<Option<f64>>,
    /// What it is worth: missing or ok; hidden cells of an anonymous table are suppressed.
    pub states: Vec<State>,
    /// Rows used.
    pub n: Vec<u64>,
    /// Latest day of the rows used.
    pub latest_days: Vec<Option<i32>>,
}

/// The rows of a list, in its order.
#[derive(Debug, Clone)]
pub struct ListedRows {
    /// Rows of the table.
    pub rows: Vec<u32>,
    /// Rows that the filters kept, before the limit.
    pub found: u64,
    /// The columns to show, with the values of all rows of the table.
    pub columns: Vec<(String, Arc<Column>)>,
}

/// What became of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowUse {
    /// It counts.
    Used,
    /// A value is missing or does not apply.
    Skipped,
    /// Its window is not over as of the day.
    NotDue,
}

/// A row behind a cell.
#[derive(Debug, Clone, PartialEq)]
pub struct SourceRow {
    /// Row of the bound table.
    pub row: u32,
    /// 1-based row of the source.
    pub source_row: u64,
    /// What became of it.
    pub used: RowUse,
    /// The first input's value, of a number, date or truth value.
    pub value: Option<f64>,
    /// The first input's value as text.
    pub text: Option<String>,
}

/// How one aggregate of a cell came about.
#[derive(Debug, Clone)]
pub struct RowsOf {
    /// The table.
    pub table: String,
    /// The aggregate.
    pub function: MeasureFunction,
    /// Where it is written.
    pub span: Span,
    /// Rows of the cell before filters.
    pub rows: u64,
    /// Each filter's place, and the rows of the cell that it alone refuses.
    pub filters: Vec<(Span, u64)>,
    /// Rows that count.
    pub used: u64,
    /// Rows without a value.
    pub skipped: u64,
    /// Of those, rows not yet due.
    pub not_due: u64,
    /// The first rows that passed the filters.
    pub sample: Vec<SourceRow>,
}

/// The spells of an aggregate over starts and ends.
fn spells_of(leaf: &Leaf) -> Option<Spells> {
    use MeasureFunction as F;
    let of_spells = matches!(
        leaf.function,
        F::Active | F::ActiveAtEnd | F::ActiveEver | F::Retention | F::Churn | F::RevenueRetention | F::Survival
    );
    of_spells.then(|| Spells::new(leaf)).flatten()
}

impl Session<'_> {
    /// A metric for each row of a table that its aggregates' rows belong to, in a period (`None`: the whole time).
    ///
    /// # Errors
    ///
    /// When an aggregate does not belong to the table, or waits for a score.
    pub fn entity_frame(
        &mut self,
        metric: usize,
        table: &str,
        at: Option<PeriodKey>,
    ) -> Result<EntityFrame, Vec<Diagnostic>> {
        let (Some(node), Some(declared)) = (self.nodes.get(metric).cloned(), self.card.metrics.get(metric)) else {
            return Ok(EntityFrame::default());
        };
        let dim = Dim::Entity(table.to_owned());
        let mut errors = Vec::new();
        for leaf in node.leaves() {
            let Some(from) = self.aggregates.get(leaf).map(|aggregate| aggregate.table.clone()) else {
                continue;
            };
            if self.row_codes(&from, &dim).is_none() {
                errors.push(
                    Diagnostic::error(
                        codes::NOT_REACHED,
                        format!(
                            "`{}` cannot be told for each row of `{table}`: `{from}` does not belong to it",
                            declared.name.value
                        ),
                    )
                    .at(declared.name.span),
                );
            }
        }
        if !errors.is_empty() {
            return Err(errors);
        }
        let slot = self.slots.find(at).unwrap_or(WHOLE);
        let slots = self.slots.only(slot);
        let cut = vec![dim];
        let mut requests = BTreeMap::new();
        collect(&node, std::slice::from_ref(&cut), &mut requests);
        let latest: BTreeSet<usize> = node.leaves().into_iter().collect();
        let blocks = self.blocks(&requests, &slots, &latest)?;
        let mut frame = EntityFrame::default();
        for cell in self.evaluate(&node, &cut, &slots, &blocks) {
            frame.values.push(cell.value);
            frame.states.push(cell.state);
            frame.n.push(cell.n);
            frame.latest_days.push(cell.latest);
        }
        Ok(frame)
    }

    /// For each row of a table the index of its value of a segment; `None`: the segment does not reach the table.
    pub fn segment_values(&mut self, segment: &str, table: &str) -> Option<Vec<Option<u32>>> {
        let at = self.axes.segments.iter().position(|axis| axis.name == segment)?;
        let codes = self.row_codes(table, &Dim::Segment(u16::try_from(at).ok()?))?;
        let rows = self.rows.data.table(table)?.rows;
        let known = self.axes.segments.get(at)?.values.len();
        let value = |row: usize| codes.values.get(codes.codes.get(row)).copied();
        Some(
            (0..rows)
                .map(|row| value(row).filter(|value| (*value as usize) < known))
                .collect(),
        )
    }

    /// The rows of a list of the card.
    ///
    /// # Errors
    ///
    /// Columns that are not there, filters that do not fit.
    pub fn list(&mut self, list: &List) -> Result<ListedRows, Vec<Diagnostic>> {
        let table = &list.table.value;
        let as_of = self.rows.data.as_of.unwrap_or_default();
        let filters: Vec<_> = list.filters.iter().map(|filter| filter.expr.clone()).collect();
        let mut errors = Vec::new();
        let mask = self
            .shared
            .mask(&mut self.rows, table, &filters, as_of)
            .unwrap_or_else(|found| {
                errors.extend(found);
                None
            });
        let column = |name: &crate::diagnostic::Spanned<String>, errors: &mut Vec<Diagnostic>| {
            let bound = self.rows.data.table(table)?;
            if let Some(column) = bound.column(&name.value) {
                return Some(Arc::clone(column));
            }
            let mut error = Diagnostic::error(
                codes::UNKNOWN_COLUMN,
                format!("no column or score `{}` in `{table}`", name.value),
            )
            .at(name.span);
            if let Some(near) = nearest(&name.value, bound.order.iter().map(String::as_str)) {
                error = error.help(format!("did you mean `{near}`?"));
            }
            errors.push(error);
            None
        };
        let columns: Vec<(String, Arc<Column>)> = list
            .show
            .iter()
            .filter_map(|name| Some((name.value.clone(), column(name, &mut errors)?)))
            .collect();
        let sort = list
            .sort
            .as_ref()
            .and_then(|(name, down)| Some((column(name, &mut errors)?, *down)));
        if !errors.is_empty() {
            return Err(errors);
        }
        let count = self.rows.data.table(table).map_or(0, |table| table.rows);
        let mut rows: Vec<u32> = (0..count as u32)
            .filter(|&row| mask.as_ref().is_none_or(|mask| mask.value(row as usize)))
            .collect();
        if let Some((by, down)) = sort {
            // Rows without a value come last, either way; equal rows in the order of the key.
            indices_by(&mut rows, &mut |a, b| {
                let (a, b) = (a as usize, b as usize);
                let order = match (by.is_valid(a), by.is_valid(b)) {
                    (true, true) if down => super::lists::compare(&by, b, a),
                    (true, true) => super::lists::compare(&by, a, b),
                    (known, other) => other.cmp(&known),
                };
                order.then_with(|| self.key_order(table, a, b))
            });
        } else {
            indices_by(&mut rows, &mut |a, b| self.key_order(table, a as usize, b as usize));
        }
        let found = rows.len() as u64;
        rows.truncate(list.limit.map_or(usize::MAX, |limit| limit as usize));
        Ok(ListedRows { rows, found, columns })
    }

    pub(super) fn key_order(&self, table: &str, a: usize, b: usize) -> std::cmp::Ordering {
        let Some(bound) = self.rows.data.table(table) else {
            return std::cmp::Ordering::Equal;
        };
        let columns = bound.key.iter().filter_map(|name| bound.column(name));
        columns
            .map(|column| super::lists::compare(column, a, b))
            .find(|order| order.is_ne())
            .unwrap_or_else(|| a.cmp(&b))
    }

    /// How a cell of a metric came about: for each aggregate its rows, filters and what was skipped. At most `limit`
    /// rows are told one by one.
    ///
    /// # Errors
    ///
    /// As [`Session::measure`].
    pub fn rows_of(&mut self, metric: usize, key: &CellKey, limit: usize) -> Result<Vec<RowsOf>, Vec<Diagnostic>> {
        let Some(node) = self.nodes.get(metric).cloned() else {
            return Ok(Vec::new());
        };
        let mut made = Vec::new();
        for at in node.leaves() {
            if let Some(rows) = self.rows_of_leaf(at, key, limit)? {
                made.push(rows);
            }
        }
        Ok(made)
    }

    fn rows_of_leaf(&mut self, at: usize, key: &CellKey, limit: usize) -> Result<Option<RowsOf>, Vec<Diagnostic>> {
        let slot = self.slots.find(key.period).unwrap_or(WHOLE);
        let (Some(leaf), Some(aggregate)) = (self.leaf(at).cloned(), self.aggregates.get(at).cloned()) else {
            return Ok(None);
        };
        let Some(window) = self.windows(&leaf, &self.slots).get(slot).copied().flatten() else {
            return Ok(None);
        };
        let leaf = if leaf.by_end {
            super::leaf::prepare(&mut self.rows, &mut self.shared, &aggregate, CivilDate(window.end))?
        } else {
            leaf
        };
        let mut cell = vec![true; self.rows.data.table(&leaf.table).map_or(0, |table| table.rows)];
        let mut far: Vec<(Dim, u32)> = Vec::new();
        for &(segment, value) in &key.segments {
            let name = self
                .axes
                .segments
                .get(segment as usize)
                .map(|segment| segment.name.clone())
                .unwrap_or_default();
            if leaf.ignoring.contains(&name) {
                continue;
            }
            let dim = Dim::Segment(segment);
            if let Some(codes) = self.row_codes(&leaf.table, &dim) {
                for (row, here) in cell.iter_mut().enumerate() {
                    *here &= codes.values.get(codes.codes.get(row)).copied() == Some(value);
                }
            } else {
                far.push((dim, value));
            }
        }
        if !far.is_empty() {
            let dims: Vec<Dim> = far.iter().map(|(dim, _)| dim.clone()).collect();
            let Some(view) = self.view(&leaf.table, &dims) else {
                return Ok(None);
            };
            let bears = |at: usize| {
                far.iter().all(|(dim, value)| {
                    view.borne(dim)
                        .is_some_and(|codes| codes.values.get(codes.codes.get(at)).copied() == Some(*value))
                })
            };
            let mut there = vec![false; cell.len()];
            for (at, &row) in view.rows.iter().enumerate() {
                if row != NO_ROW
                    && bears(at)
                    && let Some(place) = there.get_mut(row as usize)
                {
                    *place = true;
                }
            }
            cell.iter_mut().zip(there).for_each(|(here, there)| *here &= there);
        }
        if let Time::Dated { days, .. } = &leaf.time {
            for (row, here) in cell.iter_mut().enumerate() {
                *here &= days
                    .day(row)
                    .is_some_and(|day| day >= window.start && day <= window.end);
            }
        }
        let spells = spells_of(&leaf);
        if let Some(spells) = &spells {
            for (row, here) in cell.iter_mut().enumerate() {
                *here &= spells.is_there(leaf.function, row, window);
            }
        }
        let mut filters = Vec::new();
        for filter in &aggregate.filters {
            let truth = self
                .shared
                .input(&mut self.rows, &leaf.table, filter, CivilDate(window.end))?
                .truth();
            let refused = cell
                .iter()
                .enumerate()
                .filter(|(row, here)| **here && !truth.value(*row))
                .count() as u64;
            filters.push((filter.span, refused));
        }
        Ok(Some(self.told(&leaf, spells.as_ref(), &cell, filters, limit)))
    }

    fn told(
        &self,
        leaf: &Leaf,
        spells: Option<&Spells>,
        cell: &[bool],
        filters: Vec<(Span, u64)>,
        limit: usize,
    ) -> RowsOf {
        let table = self.rows.data.table(&leaf.table);
        let mut made = RowsOf {
            table: leaf.table.clone(),
            function: leaf.function,
            span: leaf.span,
            rows: cell.iter().filter(|here| **here).count() as u64,
            filters,
            used: 0,
            skipped: 0,
            not_due: 0,
            sample: Vec::new(),
        };
        for (row, _) in cell.iter().enumerate().filter(|(_, here)| **here) {
            if !leaf.mask.as_ref().is_none_or(|mask| mask.value(row)) {
                continue;
            }
            // Whoever has not left has no end, and counts all the same.
            let known = match spells {
                Some(spells) => spells.start(row).is_some(),
                None => leaf.inputs.iter().all(|input| input.is_valid(row)),
            };
            let used = if known {
                made.used += 1;
                RowUse::Used
            } else {
                made.skipped += 1;
                if leaf.not_due.as_ref().is_some_and(|pending| pending.value(row)) {
                    made.not_due += 1;
                    RowUse::NotDue
                } else {
                    RowUse::Skipped
                }
            };
            if made.sample.len() < limit {
                let input = leaf.inputs.first();
                made.sample.push(SourceRow {
                    row: row as u32,
                    source_row: table.map_or(row as u64 + 1, |table| table.source_row(row)),
                    used,
                    value: input.and_then(|input| input.number(row)),
                    text: input.and_then(|input| match &input.base.values {
                        crate::data::Values::Text(text) if input.base.is_valid(row) => Some(text.get(row).to_owned()),
                        _ => None,
                    }),
                });
            }
        }
        made
    }

    /// The formula of a metric in words of its aggregates, for explanations: how its parts are joined.
    #[must_use]
    pub fn formula(&self, metric: usize) -> String {
        fn write(session: &Session<'_>, node: &Node) -> String {
            match node {
                Node::Number(value) => format!("{value}"),
                Node::Outside(_) => "value of another card".to_owned(),
                Node::Leaf(at) => session.aggregates.get(*at).map_or_else(String::new, |aggregate| {
                    let input = aggregate
                        .inputs
                        .first()
                        .and_then(|input| super::rows::columns_read(input).first().map(|path| path.join(".")));
                    match input {
                        Some(input) => format!("{}({}.{input})", aggregate.function.name(), aggregate.table),
                        None => format!("{}({})", aggregate.function.name(), aggregate.table),
                    }
                }),
                Node::Coverage(part, _) | Node::Steps { whole: part, .. } => write(session, &Node::Leaf(*part)),
                Node::Negate(inner) => format!("-{}", write(session, inner)),
                Node::Per(inner, unit) => format!("{} per {}", write(session, inner), unit.word()),
                Node::Across(inner, segment, how) => {
                    let name = session
                        .axes
                        .segments
                        .get(*segment as usize)
                        .map_or("", |segment| segment.name.as_str());
                    let word = match how {
                        crate::definition::Across::Spread => "spread",
                        crate::definition::Across::Lowest => "lowest",
                        crate::definition::Across::Highest => "highest",
                    };
                    format!("{word} of {} by {name}", write(session, inner))
                }
                Node::Arithmetic(op, left, right) => {
                    let sign = match op {
                        crate::definition::ArithmeticOp::Add => "+",
                        crate::definition::ArithmeticOp::Subtract => "-",
                        crate::definition::ArithmeticOp::Multiply => "*",
                        crate::definition::ArithmeticOp::Divide => "/",
                    };
                    let part = |node: &Node| match node {
                        Node::Arithmetic(..) => format!("({})", write(session, node)),
                        _ => write(session, node),
                    };
                    format!("{} {sign} {}", part(left), part(right))
                }
            }
        }
        self.nodes
            .get(metric)
            .map_or_else(String::new, |node| write(self, node))
    }
}
