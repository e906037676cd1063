//! Columns that the card adds: expressions, roll-ups of children, looks back and ahead; each after those it reads.

use bellwether_order::BTreeSet;

use super::algebra::Node;
use super::calendar::{Slots, shift_months};
use super::evaluate::collect;
use super::executor::Dim;
use super::lists::{greatest_row, identity};
use super::reach::Route;
use super::rows::columns_read;
use super::session::Session;
use super::stock::instant;
use crate::data::dataset::Added;
use crate::data::{Column, Values};
use crate::definition::{
    AddedColumn, AddedSource, Aggregate, CivilDate, ColumnRef, Duration, Expr, ExprKind, Measure, MeasureFunction,
    MeasureKind, TimeUnit,
};
use crate::diagnostic::{Diagnostic, Span, codes};

const DAY: i64 = 86_400_000_000;

/// A key, an instant and the row that has both.
type Keyed = (u64, i64, u32);

/// A column of a table, by their names.
pub(crate) type Place = (String, String);

/// An added column that is not there yet.
#[derive(Debug, Clone)]
pub(crate) struct Pending {
    table: String,
    column: AddedColumn,
    /// Added columns that it reads.
    reads: BTreeSet<Place>,
}

impl Session<'_> {
    /// Lists what the card adds and what each addition reads.
    pub(crate) fn list_added(&mut self) {
        let card = self.card;
        self.added = card
            .tables
            .iter()
            .flat_map(|table| {
                table
                    .added
                    .iter()
                    .map(|added| (table.name.value.clone(), added.name.value.clone()))
            })
            .collect();
        for table in &card.tables {
            for column in &table.added {
                let name = &table.name.value;
                let reads = match &column.source {
                    AddedSource::Row(expr) => self.added_read(name, std::iter::once(expr)),
                    AddedSource::RollUp(measure) => self.added_in_measure(measure),
                    AddedSource::CountRecent { key, date, .. } | AddedSource::FollowedWithin { key, date, .. } => {
                        let columns =
                            [key, date].map(|column| Expr::new(ExprKind::Column(column.path.clone()), column.span));
                        self.added_read(name, columns.iter())
                    }
                    AddedSource::Score { score } => {
                        self.scores
                            .insert((name.clone(), column.name.value.clone()), score.clone());
                        continue;
                    }
                };
                self.pending.push(Pending {
                    table: name.clone(),
                    column: column.clone(),
                    reads,
                });
            }
        }
    }

    /// The added columns that expressions over a table read.
    pub(crate) fn added_read<'e>(&self, table: &str, exprs: impl Iterator<Item = &'e Expr>) -> BTreeSet<Place> {
        let mut found = BTreeSet::new();
        for path in exprs.flat_map(columns_read) {
            let Some((name, paths)) = path.split_last() else {
                continue;
            };
            if let Ok((end, _)) = self.rows.follow(table, paths) {
                let place = (end, name.clone());
                if self.added.contains(&place) {
                    found.insert(place);
                }
            }
        }
        found
    }

    /// The added columns that a measure reads.
    pub(crate) fn added_in_measure(&self, measure: &Measure) -> BTreeSet<Place> {
        let mut found = BTreeSet::new();
        each_aggregate(measure, &mut |aggregate| {
            let exprs = aggregate
                .inputs
                .iter()
                .chain(&aggregate.filters)
                .chain(&aggregate.dated);
            found.extend(self.added_read(&aggregate.table, exprs));
        });
        found
    }

    /// The scores that some added columns wait for.
    pub(crate) fn scores_behind(&self, places: &BTreeSet<Place>) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        let mut open: Vec<&Place> = places.iter().collect();
        let mut seen = BTreeSet::new();
        while let Some(place) = open.pop() {
            if !seen.insert(place) {
                continue;
            }
            if let Some(score) = self.scores.get(place) {
                found.insert(score.clone());
            }
            let next = self
                .pending
                .iter()
                .filter(|pending| (&pending.table, &pending.column.name.value) == (&place.0, &place.1));
            open.extend(next.flat_map(|pending| &pending.reads));
        }
        found
    }

    /// Fills every added column whose inputs are there. What waits for scores stays; a circle is an error.
    pub(crate) fn fill_added(&mut self) {
        loop {
            let missing: BTreeSet<Place> = self
                .pending
                .iter()
                .map(|pending| (pending.table.clone(), pending.column.name.value.clone()))
                .chain(self.scores.keys().cloned())
                .collect();
            let ready = self
                .pending
                .iter()
                .position(|pending| pending.reads.is_disjoint(&missing));
            let Some(pending) = ready.map(|at| self.pending.remove(at)) else {
                break;
            };
            match self.added_column(&pending) {
                Ok(column) => {
                    self.rows.add_column(&pending.table, &pending.column.name.value, column);
                    self.shared.forget();
                }
                Err(errors) => {
                    self.leave_pool();
                    // A column that could not be made is there and empty, so that the error is told once.
                    let rows = self.rows.data.table(&pending.table).map_or(0, |table| table.rows);
                    self.rows.add_column(
                        &pending.table,
                        &pending.column.name.value,
                        Added::Whole(Column::floats(vec![None; rows])),
                    );
                    errors.into_iter().for_each(|error| self.note(error));
                }
            }
        }
        let circle: Vec<Pending> = self
            .pending
            .iter()
            .filter(|pending| self.scores_behind(&pending.reads).is_empty())
            .cloned()
            .collect();
        if let Some(first) = circle.first() {
            let names: Vec<String> = circle
                .iter()
                .map(|pending| format!("`{}.{}`", pending.table, pending.column.name.value))
                .collect();
            self.note(
                Diagnostic::error(
                    codes::CYCLE,
                    format!("added columns read each other in a circle: {}", names.join(", ")),
                )
                .at(first.column.name.span),
            );
            self.pending.retain(|pending| {
                !circle
                    .iter()
                    .any(|other| (&other.table, &other.column.name) == (&pending.table, &pending.column.name))
            });
        }
    }

    fn added_column(&mut self, pending: &Pending) -> Result<Added, Vec<Diagnostic>> {
        let table = &pending.table;
        let column = match &pending.column.source {
            AddedSource::Row(expr) => return self.rows.added(table, expr),
            AddedSource::RollUp(measure) => self.roll_up(table, measure),
            AddedSource::CountRecent { key, date, window } => self.recent(table, key, date, *window),
            AddedSource::FollowedWithin { key, date, window } => self.followed(table, key, date, *window),
            AddedSource::Score { .. } => Ok(Column::floats(Vec::new())),
        };
        column.map(Added::Whole)
    }

    /// A measure over the rows that belong to each row of a table.
    fn roll_up(&mut self, table: &str, measure: &Measure) -> Result<Column, Vec<Diagnostic>> {
        let mut errors = Vec::new();
        each_aggregate(measure, &mut |aggregate| {
            if let Some(error) = self.unreached(&aggregate.table, table, aggregate.span) {
                errors.push(error);
            }
        });
        if !errors.is_empty() {
            return Err(errors);
        }
        if let MeasureKind::Aggregate(aggregate) = &measure.kind
            && matches!(
                aggregate.function,
                MeasureFunction::Last | MeasureFunction::Min | MeasureFunction::Max
            )
        {
            return self.picked(table, aggregate);
        }
        let before = self.aggregates.len();
        let node = self.plan(measure);
        let made = self.roll_up_node(table, &node, measure);
        // The aggregates of a roll-up are not those of a metric.
        self.aggregates.truncate(before);
        self.leaves.truncate(before);
        made
    }

    fn roll_up_node(&mut self, table: &str, node: &Node, measure: &Measure) -> Result<Column, Vec<Diagnostic>> {
        self.prepare_now()?;
        let slots = Slots::new(&[], self.rows.data.as_of);
        let cut = vec![Dim::Entity(table.to_owned())];
        let mut requests = bellwether_order::BTreeMap::new();
        collect(node, std::slice::from_ref(&cut), &mut requests);
        let blocks = self.blocks(&requests, &slots, &BTreeSet::new())?;
        let cells = self.evaluate(node, &cut, &slots, &blocks);
        let whole = match &measure.kind {
            MeasureKind::Aggregate(aggregate) => match aggregate.function {
                MeasureFunction::Count | MeasureFunction::CountDistinct => true,
                MeasureFunction::Sum => {
                    let input = self
                        .leaf(node.leaves().first().copied().unwrap_or(0))
                        .and_then(|leaf| leaf.inputs.first().cloned());
                    input.is_some_and(|input| input.kind == crate::definition::ColumnType::Int)
                }
                _ => false,
            },
            _ => false,
        };
        Ok(
            if whole
                && cells
                    .iter()
                    .all(|cell| cell.value.is_none_or(|value| value.abs() < 9e15))
            {
                Column::ints(cells.iter().map(|cell| cell.value.map(|value| value as i64)).collect())
            } else {
                Column::floats(cells.iter().map(|cell| cell.value).collect())
            },
        )
    }

    fn unreached(&mut self, from: &str, to: &str, span: Span) -> Option<Diagnostic> {
        match self.rows.route(from, to) {
            Route::Here | Route::Along(_) => None,
            Route::None => Some(
                Diagnostic::error(
                    codes::UNREACHABLE_COLUMN,
                    format!("`{from}` does not belong to `{to}`: nothing to roll up"),
                )
                .at(span)
                .help(format!("say how they hang together: {from}.belongs_to({to}, ..)")),
            ),
            Route::Ambiguous(paths) => Some(
                Diagnostic::error(
                    codes::AMBIGUOUS_PATH,
                    format!("several paths lead from `{from}` to `{to}`: `{}`", paths.join("`, `")),
                )
                .at(span)
                .help(format!(
                    "say which one counts: .via(\"{}\")",
                    paths.first().map_or("", String::as_str)
                )),
            ),
        }
    }

    /// The value of one child row for each row of a table: the latest, the least or the greatest.
    fn picked(&mut self, table: &str, aggregate: &Aggregate) -> Result<Column, Vec<Diagnostic>> {
        let as_of = self.rows.data.as_of.unwrap_or_default();
        let child = &aggregate.table;
        let mut columns = Vec::new();
        for input in &aggregate.inputs {
            columns.push(self.rows.column(child, input)?);
        }
        let (Some(of), Some(by)) = (columns.first(), columns.last()) else {
            return Ok(Column::floats(Vec::new()));
        };
        let mask = self.shared.mask(&mut self.rows, child, &aggregate.filters, as_of)?;
        let dated = aggregate.dated.clone().or_else(|| {
            self.rows
                .data
                .table(child)
                .and_then(|table| table.date.clone())
                .map(|date| Expr::column(date, aggregate.span))
        });
        let days = dated
            .map(|expr| super::leaf::day_column(&mut self.rows, child, &expr, as_of))
            .transpose()?;
        let way = match self.rows.route(child, table) {
            Route::Along(way) => Some(way),
            _ => None,
        };
        let count = self.rows.data.table(table).map_or(0, |table| table.rows);
        let mut children: Vec<Vec<usize>> = vec![Vec::new(); count];
        for row in 0..of.len() {
            let counts = mask.as_ref().is_none_or(|mask| mask.value(row))
                && days
                    .as_ref()
                    .is_none_or(|days| days.day(row).is_some_and(|day| day <= as_of.0));
            let parent = way
                .as_ref()
                .map_or(Some(row), |way| way.get(row).map(|&parent| parent as usize));
            if let Some(list) = parent.filter(|_| counts).and_then(|parent| children.get_mut(parent)) {
                list.push(row);
            }
        }
        let mut ties = 0_u64;
        let rows: Vec<u32> = children
            .into_iter()
            .map(|list| {
                let found = match aggregate.function {
                    MeasureFunction::Min => list
                        .into_iter()
                        .filter(|&row| of.is_valid(row))
                        .min_by(|&a, &b| super::lists::compare(of, a, b))
                        .map(|row| (row, false)),
                    _ => greatest_row(of, by, list.into_iter()),
                };
                ties += u64::from(found.is_some_and(|(_, tie)| tie));
                found.map_or(crate::data::NO_ROW, |(row, _)| row as u32)
            })
            .collect();
        if ties > 0 {
            let by = aggregate
                .inputs
                .last()
                .and_then(|input| columns_read(input).first().and_then(|path| path.last().cloned()))
                .unwrap_or_default();
            return Err(vec![
                Diagnostic::error(codes::AMBIGUOUS_LATEST, format!("{ties} rows of `{table}` have several last rows in `{child}`: `{by}` is the same and the values differ"))
                    .at(aggregate.span)
                    .help("take a column that tells them apart, such as one with the time of day"),
            ]);
        }
        Ok(of.take(&rows))
    }

    /// Key, instant and row of each row that has both, in order.
    fn by_key(
        &mut self,
        table: &str,
        key: &ColumnRef,
        date: &ColumnRef,
    ) -> Result<(usize, Vec<Keyed>), Vec<Diagnostic>> {
        let keys = self
            .rows
            .column(table, &Expr::new(ExprKind::Column(key.path.clone()), key.span))?;
        let dates = self
            .rows
            .column(table, &Expr::new(ExprKind::Column(date.path.clone()), date.span))?;
        if !matches!(dates.values, Values::Date(_) | Values::Timestamp(_)) {
            return Err(vec![
                Diagnostic::error(
                    codes::TYPE_MISMATCH,
                    format!("a date is needed here; this is {}", dates.column_type().word()),
                )
                .at(date.span),
            ]);
        }
        let mut all: Vec<(u64, i64, u32)> = (0..keys.len())
            .filter_map(|row| Some((identity(&keys, row)?, instant(&dates, row)?, row as u32)))
            .collect();
        all.sort_unstable();
        Ok((keys.len(), all))
    }

    fn recent(
        &mut self,
        table: &str,
        key: &ColumnRef,
        date: &ColumnRef,
        window: Duration,
    ) -> Result<Column, Vec<Diagnostic>> {
        let (rows, all) = self.by_key(table, key, date)?;
        let mut counts: Vec<Option<i64>> = vec![None; rows];
        for group in all.chunk_by(|a, b| a.0 == b.0) {
            for &(_, time, row) in group {
                let from = group.partition_point(|&(_, other, _)| other < shift(time, window, -1));
                let to = group.partition_point(|&(_, other, _)| other < time);
                if let Some(place) = counts.get_mut(row as usize) {
                    *place = Some((to - from.min(to)) as i64);
                }
            }
        }
        Ok(Column::ints(counts))
    }

    fn followed(
        &mut self,
        table: &str,
        key: &ColumnRef,
        date: &ColumnRef,
        window: Duration,
    ) -> Result<Column, Vec<Diagnostic>> {
        let (rows, all) = self.by_key(table, key, date)?;
        let over = self
            .rows
            .data
            .as_of
            .map_or(i64::MIN, |day| (i64::from(day.0) + 1) * DAY);
        let mut found: Vec<Option<bool>> = vec![None; rows];
        for group in all.chunk_by(|a, b| a.0 == b.0) {
            for &(_, time, row) in group {
                let next = group.get(group.partition_point(|&(_, other, _)| other <= time));
                let end = shift(time, window, 1);
                if let Some(place) = found.get_mut(row as usize) {
                    // Known once the window is over, also where the next row is there already.
                    *place = (end < over).then(|| next.is_some_and(|&(_, other, _)| other <= end));
                }
            }
        }
        Ok(Column::bools(found))
    }
}

/// Years that months are counted over by the calendar.
const MOST_YEARS: u32 = 10_000;

/// The instant so long after another (before, where `way` is -1).
pub(crate) fn shift(time: i64, span: Duration, way: i64) -> i64 {
    let count = i64::from(span.count) * way;
    // A saved card may hold any span: what lies beyond all days is before or behind them all.
    let by = |unit: i64| time.saturating_add(count.saturating_mul(unit));
    let months = |months: i64| match i32::try_from(count * months) {
        Ok(months) if months.unsigned_abs() < 12 * MOST_YEARS => {
            let shifted = shift_months(CivilDate(time.div_euclid(DAY) as i32), months);
            i64::from(shifted.0) * DAY + time.rem_euclid(DAY)
        }
        _ => by(31 * DAY * months),
    };
    match span.unit {
        TimeUnit::Minute => by(60_000_000),
        TimeUnit::Hour => by(3_600_000_000),
        TimeUnit::Day => by(DAY),
        TimeUnit::Week => by(7 * DAY),
        TimeUnit::Month => months(1),
        TimeUnit::Quarter => months(3),
        TimeUnit::Year => months(12),
    }
}

/// Visits the aggregates of a measure.
pub(crate) fn each_aggregate(measure: &Measure, visit: &mut impl FnMut(&Aggregate)) {
    match &measure.kind {
        MeasureKind::Number(_) | MeasureKind::ValueFrom { .. } => {}
        MeasureKind::Aggregate(aggregate) => visit(aggregate),
        MeasureKind::Arithmetic(_, left, right) => {
            each_aggregate(left, visit);
            each_aggregate(right, visit);
        }
        MeasureKind::Negate(inner) | MeasureKind::Per(inner, _) => each_aggregate(inner, visit),
        MeasureKind::Across { measure, .. } => each_aggregate(measure, visit),
    }
}
