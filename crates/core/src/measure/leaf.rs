//! One aggregate over one table, made ready to be measured: inputs, rows that count, date, scale, weights.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow_buffer::BooleanBuffer;

use super::input::Input;
use super::rows::{Rows, fingerprint, reads_as_of, reads_open};
use super::scan::What;
use crate::data::{BoundTable, Column, Values};
use crate::definition::{
    AddedSource, Aggregate, CivilDate, ColumnType, Direction, Duration, Expr, ExprKind, Function, MeasureFunction,
};
use crate::diagnostic::{DataPlace, Diagnostic, Span, codes};

/// How an aggregate stands in time.
#[derive(Debug, Clone)]
pub(crate) enum Time {
    /// No date: a total and no periods.
    Undated,
    /// The same in every period.
    Timeless,
    /// Rows fall into periods by a day.
    Dated {
        /// The day of each row.
        days: Arc<Column>,
        /// Months that a date covers, where it is only a year, quarter or month.
        covers: Option<u32>,
    },
    /// Rows live from a start to an end: seen at any time.
    Stock,
    /// All rows, as of the end of each period.
    AsOf,
}

/// An aggregate made ready.
#[derive(Debug, Clone)]
pub(crate) struct Leaf {
    pub(crate) function: MeasureFunction,
    pub(crate) table: String,
    pub(crate) span: Span,
    pub(crate) inputs: Vec<Arc<Input>>,
    pub(crate) numbers: Vec<f64>,
    pub(crate) words: Vec<String>,
    /// Rows that count; `None`: all.
    pub(crate) mask: Option<Arc<BooleanBuffer>>,
    /// Rows whose window is not over as of the day.
    pub(crate) not_due: Option<Arc<BooleanBuffer>>,
    pub(crate) time: Time,
    pub(crate) past: Option<Duration>,
    pub(crate) ignoring: Vec<String>,
    /// Lowest and highest value of the answer scale.
    pub(crate) scale: Option<(f64, f64)>,
    pub(crate) census: bool,
    /// The survey weight of each row, where the aggregate uses it.
    pub(crate) weight: Option<Arc<[f64]>>,
    /// Whether inputs or filters ask for the end of the cell's period.
    pub(crate) by_end: bool,
    /// Whether rows count from their date on, as what is open does, and not only in their own period.
    pub(crate) stays: bool,
    /// Whether values are already -1, 0 and 1 for bottom, middle and top.
    classed: bool,
    /// The day as of which it was made ready.
    pub(crate) as_of: i32,
    /// The name of the second input's column: the step of a funnel.
    pub(crate) step_name: Option<String>,
    /// What the first input is called in messages.
    pub(crate) input_name: String,
}

/// Inputs and masks made so far, so that aggregates share them.
#[derive(Debug, Default)]
pub(crate) struct Shared {
    inputs: BTreeMap<(String, String, i32), Arc<Input>>,
    masks: BTreeMap<(String, String, i32), Option<Arc<BooleanBuffer>>>,
}

impl Shared {
    /// An input of a table's rows.
    pub(crate) fn input(
        &mut self,
        rows: &mut Rows<'_>,
        table: &str,
        expr: &Expr,
        as_of: CivilDate,
    ) -> Result<Arc<Input>, Vec<Diagnostic>> {
        let key = (
            table.to_owned(),
            fingerprint(expr),
            if reads_as_of(expr) { as_of.0 } else { i32::MIN },
        );
        if let Some(input) = self.inputs.get(&key) {
            return Ok(Arc::clone(input));
        }
        let input = Arc::new(Input::new(rows, table, expr, as_of)?);
        self.inputs.insert(key, Arc::clone(&input));
        Ok(input)
    }

    /// Rows for which all conditions are true; `None`: all rows.
    pub(crate) fn mask(
        &mut self,
        rows: &mut Rows<'_>,
        table: &str,
        filters: &[Expr],
        as_of: CivilDate,
    ) -> Result<Option<Arc<BooleanBuffer>>, Vec<Diagnostic>> {
        let mut names: Vec<String> = filters.iter().map(fingerprint).collect();
        names.sort();
        let day = if filters.iter().any(reads_as_of) {
            as_of.0
        } else {
            i32::MIN
        };
        let key = (table.to_owned(), names.join("\n"), day);
        if let Some(mask) = self.masks.get(&key) {
            return Ok(mask.clone());
        }
        let mut mask: Option<BooleanBuffer> = None;
        let mut errors = Vec::new();
        for filter in filters {
            match self.input(rows, table, filter, as_of) {
                Ok(input) if input.kind == ColumnType::Bool => {
                    let truth = input.truth();
                    mask = Some(mask.map_or_else(|| truth.clone(), |mask| &mask & &truth));
                }
                Ok(input) => errors.push(
                    Diagnostic::error(
                        codes::TYPE_MISMATCH,
                        format!("`where` needs true or false; this is {}", input.kind.word()),
                    )
                    .at(filter.span),
                ),
                Err(found) => errors.extend(found),
            }
        }
        if !errors.is_empty() {
            return Err(errors);
        }
        let mask = mask.map(Arc::new);
        self.masks.insert(key, mask.clone());
        Ok(mask)
    }

    /// Forgets what was made over a table, because its columns changed.
    pub(crate) fn forget(&mut self) {
        self.inputs.clear();
        self.masks.clear();
    }
}

/// Makes an aggregate ready, as of a day. All its errors are given.
pub(crate) fn prepare(
    rows: &mut Rows<'_>,
    shared: &mut Shared,
    aggregate: &Aggregate,
    as_of: CivilDate,
) -> Result<Leaf, Vec<Diagnostic>> {
    let Some(table) = rows.data.table(&aggregate.table) else {
        return Err(vec![
            Diagnostic::error(
                codes::UNKNOWN_TABLE,
                format!("no table `{}` in this card", aggregate.table),
            )
            .at(aggregate.span),
        ]);
    };
    let (census, timeless, weight) = (table.census, table.timeless, table.weight.clone());
    let (date, covers) = (table.date.clone(), table.date_covers_months);
    let mut errors = Vec::new();
    let mut inputs = Vec::new();
    let whole_rows = reads_rows(aggregate.function);
    for expr in &aggregate.inputs {
        let plain = matches!(expr.kind, ExprKind::Column(_));
        let input = if whole_rows && !plain {
            rows.column_as_of(&aggregate.table, expr, as_of)
                .map(|column| Arc::new(Input::plain(column)))
        } else {
            shared.input(rows, &aggregate.table, expr, as_of)
        };
        match input {
            Ok(input) => inputs.push(input),
            Err(found) => errors.extend(found),
        }
    }
    inputs.extend(parent_rows(rows, aggregate));
    let mask = shared
        .mask(rows, &aggregate.table, &aggregate.filters, as_of)
        .unwrap_or_else(|found| {
            errors.extend(found);
            None
        });
    let by_end = aggregate.filters.iter().chain(&aggregate.inputs).any(reads_as_of);
    let open = aggregate.filters.iter().chain(&aggregate.inputs).any(reads_open);
    let days = match (&aggregate.dated, date) {
        (Some(expr), _) => day_column(rows, &aggregate.table, expr, as_of).map(|days| Some((days, None))),
        (None, Some(name)) => day_column(rows, &aggregate.table, &Expr::column(name, aggregate.span), as_of)
            .map(|days| Some((days, covers))),
        (None, None) => Ok(None),
    };
    let time = match days {
        Err(found) => {
            errors.extend(found);
            Time::Undated
        }
        Ok(_) if is_stock(aggregate.function) => Time::Stock,
        Ok(_) if timeless || aggregate.is_whole_parent() => Time::Timeless,
        Ok(Some((days, covers))) => Time::Dated { days, covers },
        Ok(None) if by_end => Time::AsOf,
        Ok(None) => Time::Undated,
    };
    if !errors.is_empty() {
        return Err(errors);
    }
    let name = aggregate.inputs.first().map(input_name).unwrap_or_default();
    let mut leaf = Leaf {
        function: aggregate.function,
        table: aggregate.table.clone(),
        span: aggregate.span,
        inputs,
        numbers: aggregate.numbers.clone(),
        words: aggregate.words.clone(),
        mask,
        not_due: None,
        time,
        past: aggregate.past,
        ignoring: aggregate.ignoring.iter().map(|segment| segment.value.clone()).collect(),
        scale: None,
        census,
        weight: weight.filter(|_| uses_weight(aggregate.function)),
        by_end,
        stays: open && aggregate.dated.is_none(),
        classed: false,
        as_of: as_of.0,
        step_name: aggregate.inputs.get(1).map(input_name),
        input_name: name,
    };
    leaf.scale = scale_of(rows, aggregate);
    if leaf.function != MeasureFunction::Funnel
        && let Some(at) = is_stock(leaf.function).then(|| start_at(leaf.function))
        && let (Some(start), Some(end)) = (aggregate.inputs.get(at), aggregate.inputs.get(at + 1))
    {
        rows.look_for_backwards(&aggregate.table, start, end, aggregate.span);
    }
    let table = rows
        .data
        .table(&aggregate.table)
        .map_or_else(BoundTable::default, BoundTable::clone);
    leaf.check(aggregate, &table)?;
    leaf.narrow();
    leaf.not_due = pending(rows, shared, aggregate, as_of)?.map(Arc::new);
    Ok(leaf)
}

/// The column as its reader knows it.
pub(crate) fn input_name(expr: &Expr) -> String {
    super::rows::columns_read(expr)
        .first()
        .and_then(|path| path.last().cloned())
        .unwrap_or_default()
}

/// The day of each row; of a timestamp its date.
pub(crate) fn day_column(
    rows: &mut Rows<'_>,
    table: &str,
    expr: &Expr,
    as_of: CivilDate,
) -> Result<Arc<Column>, Vec<Diagnostic>> {
    let column = rows.column_as_of(table, expr, as_of)?;
    match &column.values {
        Values::Date(_) => Ok(column),
        Values::Timestamp(_) => Ok(Arc::new(Column::dates(
            (0..column.len()).map(|row| column.day(row)).collect(),
        ))),
        _ => Err(vec![
            Diagnostic::error(
                codes::TYPE_MISMATCH,
                format!("a date is needed here; this is {}", column.column_type().word()),
            )
            .at(expr.span),
        ]),
    }
}

/// The scale that the card declares for the column that is the first input.
fn scale_of(rows: &Rows<'_>, aggregate: &Aggregate) -> Option<(f64, f64)> {
    let ExprKind::Column(path) = &aggregate.inputs.first()?.kind else {
        return None;
    };
    let (name, paths) = path.split_last()?;
    let (table, _) = rows.follow(&aggregate.table, paths).ok()?;
    rows.card.table(&table)?.facts(name)?.scale.map(|scale| scale.value)
}

/// Rows for which the window of a deadline in an input is not over: its start is known, and its answer is not.
fn pending(
    rows: &mut Rows<'_>,
    shared: &mut Shared,
    aggregate: &Aggregate,
    as_of: CivilDate,
) -> Result<Option<BooleanBuffer>, Vec<Diagnostic>> {
    let mut all: Option<BooleanBuffer> = None;
    let mut open: Vec<Expr> = aggregate.inputs.clone();
    let mut seen = 0;
    while let Some(expr) = open.pop() {
        seen += 1;
        if seen > 64 {
            break;
        }
        let mut found: Vec<(Expr, Vec<Expr>)> = Vec::new();
        let mut nested = Vec::new();
        super::rows::visit_mut(&mut expr.clone(), &mut |expr| match &expr.kind {
            ExprKind::Call(Function::DoneWithin, items) => {
                found.push((expr.clone(), items.iter().take(1).cloned().collect()))
            }
            ExprKind::Call(Function::DoneBy, items) => {
                found.push((expr.clone(), items.iter().skip(1).take(1).cloned().collect()))
            }
            ExprKind::Column(path) => {
                if let Some((name, way)) = path.split_last()
                    && let Ok((table, _)) = rows.follow(&aggregate.table, way)
                    && let Some(table) = rows.card.table(&table)
                    && let Some(added) = table.added.iter().find(|added| added.name.value == *name)
                {
                    match &added.source {
                        AddedSource::Row(inner) => nested.push(along(way, inner.clone())),
                        AddedSource::FollowedWithin { key, date, .. } => {
                            let known = [key, date].map(|column| {
                                along(way, Expr::new(ExprKind::Column(column.path.clone()), column.span))
                            });
                            found.push((expr.clone(), known.to_vec()));
                        }
                        _ => {}
                    }
                }
            }
            _ => {}
        });
        open.extend(nested);
        for (value, needed) in found {
            let mut pending = !&shared.input(rows, &aggregate.table, &value, as_of)?.known();
            for expr in needed {
                pending = &pending & &shared.input(rows, &aggregate.table, &expr, as_of)?.known();
            }
            all = Some(all.map_or_else(|| pending.clone(), |all| &all | &pending));
        }
    }
    Ok(all)
}

/// An expression over a parent's rows, as the rows that lead to it by a way read it.
fn along(way: &[String], mut expr: Expr) -> Expr {
    super::rows::visit_mut(&mut expr, &mut |expr| {
        if let ExprKind::Column(path) = &mut expr.kind {
            path.splice(..0, way.iter().cloned());
        }
    });
    expr
}

/// The number of the parent's row for each row: what tells whose value was counted.
fn parent_rows(rows: &Rows<'_>, aggregate: &Aggregate) -> Option<Arc<Input>> {
    let way = aggregate.parent.as_ref()?;
    let (_, index) = rows.follow(&aggregate.table, &way.path).ok()?;
    let numbers = index?
        .iter()
        .map(|&row| (row != crate::data::NO_ROW).then_some(i64::from(row)))
        .collect();
    Some(Arc::new(Input::plain(Arc::new(Column::ints(numbers)))))
}

/// Whether rows live from a start to an end.
pub(crate) const fn is_stock(function: MeasureFunction) -> bool {
    use MeasureFunction as F;
    matches!(
        function,
        F::Retention
            | F::Churn
            | F::RevenueRetention
            | F::Survival
            | F::Active
            | F::ActiveAtEnd
            | F::ActiveEver
            | F::Clv
            | F::Funnel
    )
}

/// Which input of a stock is the start of its rows.
pub(crate) const fn start_at(function: MeasureFunction) -> usize {
    match function {
        MeasureFunction::RevenueRetention => 1,
        MeasureFunction::Funnel => 2,
        _ => 0,
    }
}

/// Whether the function reads rows one by one and needs whole columns.
const fn reads_rows(function: MeasureFunction) -> bool {
    use MeasureFunction as F;
    is_stock(function)
        || matches!(
            function,
            F::Correlation | F::Last | F::Agreement | F::Share | F::Level | F::RevenueCoverage
        )
}

pub(crate) const fn uses_weight(function: MeasureFunction) -> bool {
    use MeasureFunction as F;
    !matches!(function, F::CountDistinct | F::Min | F::Max | F::Last)
}

impl Leaf {
    /// Checks kinds of inputs and settings of the function.
    fn check(&self, aggregate: &Aggregate, table: &BoundTable) -> Result<(), Vec<Diagnostic>> {
        use MeasureFunction as F;
        let name = self.function.name();
        let mut errors = Vec::new();
        let mut need = |at: usize, fits: fn(ColumnType) -> bool, what: &str, help: &str| {
            if let (Some(input), Some(expr)) = (self.inputs.get(at), aggregate.inputs.get(at))
                && !fits(input.kind)
                && input.base.missing_count() < input.base.len()
            {
                let error = Diagnostic::error(
                    codes::TYPE_MISMATCH,
                    format!("`{name}` needs {what}; this is {}", input.kind.word()),
                )
                .at(expr.span);
                errors.push(if help.is_empty() { error } else { error.help(help) });
            }
        };
        let number: fn(ColumnType) -> bool = |kind| matches!(kind, ColumnType::Int | ColumnType::Float);
        let truth: fn(ColumnType) -> bool = |kind| kind == ColumnType::Bool;
        let date: fn(ColumnType) -> bool = |kind| matches!(kind, ColumnType::Date | ColumnType::Timestamp);
        match self.function {
            F::Rate => need(0, truth, "true or false", "compare it: `== 1`"),
            F::Share => {
                need(0, number, "a number", "");
                need(1, truth, "true or false", "compare it: `== 1`");
            }
            F::Min | F::Max => need(
                0,
                |kind| !matches!(kind, ColumnType::Text | ColumnType::Bool),
                "a number or a date",
                "",
            ),
            F::Count | F::CountDistinct | F::Last | F::Agreement => {}
            F::Retention | F::Churn | F::Survival | F::Active | F::ActiveAtEnd | F::ActiveEver => {
                need(0, date, "a date", "");
                need(1, date, "a date", "");
            }
            F::RevenueRetention => {
                need(1, date, "a date", "");
                need(2, date, "a date", "");
                need(3, number, "a number", "");
            }
            F::Clv => {
                need(0, date, "a date", "");
                need(1, date, "a date", "");
                need(2, number, "a number", "");
            }
            F::Funnel => need(2, date, "a date", ""),
            F::Correlation => {
                need(0, number, "a number", "");
                need(1, number, "a number", "");
            }
            _ => need(0, number, "a number", ""),
        }
        if self.weight.is_some()
            && matches!(
                self.function,
                F::RevenueRetention
                    | F::RevenueCoverage
                    | F::Survival
                    | F::Clv
                    | F::Funnel
                    | F::Correlation
                    | F::Agreement
            )
        {
            errors.push(
                Diagnostic::error(
                    codes::CONFLICTING_SETTINGS,
                    format!("`{name}` takes no survey weights, and `{}` has some", self.table),
                )
                .at(self.span),
            );
        }
        errors.extend(self.check_scale(aggregate));
        errors.extend(self.check_amounts(aggregate, table));
        if errors.is_empty() { Ok(()) } else { Err(errors) }
    }

    /// Answers of a column without a declared scale that a net promoter score cannot take: forgotten codes, mostly.
    fn check_answers(&self, span: Span) -> Option<Diagnostic> {
        let column = &self.inputs.first()?.base;
        let mut off: std::collections::BTreeMap<i64, u64> = std::collections::BTreeMap::new();
        for value in (0..column.len()).filter_map(|row| column.number(row)) {
            if !(0.0..=10.0).contains(&value) && off.len() < 1000 {
                *off.entry(value as i64).or_default() += 1;
            }
        }
        let (value, rows) = off.iter().max_by_key(|(value, rows)| (**rows, -**value))?;
        let error = Diagnostic::error(
            codes::OFF_SCALE,
            format!(
                "column `{}` holds {rows} values of {value}; `nps` needs 0 to 10",
                self.input_name
            ),
        );
        Some(error.at(span).help(format!(
            "if {value} means no answer: `.column(\"{}\").scale(0, 10).missing({value})`",
            self.input_name
        )))
    }

    /// Amounts below zero where a part of a whole is asked for: no share of them means anything.
    fn check_amounts(&self, aggregate: &Aggregate, table: &BoundTable) -> Option<Diagnostic> {
        use MeasureFunction as F;
        let (at, name) = match self.function {
            F::Share => (0, "share"),
            F::RevenueRetention => (3, "revenue_retention"),
            F::Sum if aggregate.is_whole_parent() => (0, "revenue_coverage"),
            _ => return None,
        };
        let input = self.inputs.get(at)?;
        let counts = |row: &usize| self.mask.as_ref().is_none_or(|mask| mask.value(*row));
        let below = |row: usize| input.number(row).filter(|amount| *amount < 0.0);
        let rows = || (0..input.base.len()).filter(counts).filter(|&row| below(row).is_some());
        // The row that stands first in the file, whatever order the rows have here.
        let row = rows().min_by_key(|&row| table.source_row(row))?;
        let amount = below(row)?;
        let expr = aggregate.inputs.get(at)?;
        let column = input_name(expr);
        let of = if column.is_empty() {
            "the amount".to_owned()
        } else {
            format!("`{column}`")
        };
        let others = match rows().count() {
            1 => String::new(),
            all => format!(", and {} more rows are below zero", all - 1),
        };
        let message = format!(
            "`{name}` needs amounts of zero or more: {of} is {amount} in row {} of `{}`{others}",
            table.source_row(row),
            table.name
        );
        let place = DataPlace {
            file: table.origin.clone(),
            table: Some(table.name.clone()),
            row: Some(table.source_row(row)),
            column: (!column.is_empty()).then_some(column),
            value: Some(amount.to_string()),
        };
        let help = if self.function == F::Sum {
            "correct the value, or cover a column of the card that is never below zero: `.add(\"worth\", |c| max(c.value, 0))`"
        } else {
            "leave such rows out with `.where(..)`, or measure what was given back apart"
        };
        Some(
            Diagnostic::error(codes::BAD_VALUE, message)
                .at(expr.span)
                .in_data(place)
                .help(help),
        )
    }

    fn check_scale(&self, aggregate: &Aggregate) -> Option<Diagnostic> {
        use MeasureFunction as F;
        let name = self.function.name();
        let span = aggregate.inputs.first().map_or(self.span, |input| input.span);
        let (low, high) = match (self.function, self.scale) {
            (F::Nps, None) => return self.check_answers(span),
            (F::Nps, Some((0.0, 10.0))) => return None,
            (F::Nps, Some((low, high))) => {
                let error = Diagnostic::error(
                    codes::CONFLICTING_SETTINGS,
                    format!(
                        "`nps` needs answers from 0 to 10; `{}` runs from {low} to {high}",
                        self.input_name
                    ),
                );
                return Some(error.at(span).help("use `net(x, top, bottom)` for other scales"));
            }
            (F::TopBox | F::BottomBox | F::Net | F::CesMean | F::CesAgree | F::CesNet, None) => {
                let error = Diagnostic::error(
                    codes::BAD_SETTING,
                    format!("`{name}` needs the scale of `{}`", self.input_name),
                );
                return Some(error.at(span).help(format!(
                    "say it once for the column: .column(\"{}\").scale(1, 5)",
                    self.input_name
                )));
            }
            (F::TopBox | F::BottomBox | F::Net | F::CesNet, Some(scale)) => scale,
            _ => return None,
        };
        if self.function == F::CesNet && (low, high) != (1.0, 7.0) {
            let error = Diagnostic::error(
                codes::CONFLICTING_SETTINGS,
                format!(
                    "`ces_net` needs answers from 1 to 7; `{}` runs from {low} to {high}",
                    self.input_name
                ),
            );
            return Some(error.at(span).help("use `net(x, top, bottom)` for other scales"));
        }
        let boxes = high - low + 1.0;
        let asked: f64 = self.numbers.iter().sum();
        let most = if self.function == F::Net { boxes } else { boxes - 1.0 };
        if self.function != F::CesNet && (asked > most || self.numbers.iter().any(|n| *n < 1.0 || n.fract() != 0.0)) {
            let error = Diagnostic::error(
                codes::BAD_SETTING,
                format!("`{}` has {boxes} boxes, and `{name}` asks for {asked}", self.input_name),
            );
            return Some(error.at(self.span).help(format!(
                "top_box(x, 2) counts the {} and {} here; at_least(x, n) is a threshold",
                high - 1.0,
                high
            )));
        }
        None
    }

    /// Functions of a few classes read bins: an input that is not narrow becomes -1, 0 and 1.
    fn narrow(&mut self) {
        if !self.is_classes() {
            return;
        }
        let Some(input) = self.inputs.first() else { return };
        if input.bins.is_some() {
            return;
        }
        let classes = (0..input.base.len()).map(|row| input.number(row).map(|value| i64::from(self.class(value))));
        let classes = Column::ints(classes.collect());
        self.inputs = vec![Arc::new(Input::plain(Arc::new(classes)))];
        self.classed = true;
    }

    /// Whether the function counts rows at the top, in the middle and at the bottom.
    pub(crate) const fn is_classes(&self) -> bool {
        use MeasureFunction as F;
        matches!(
            self.function,
            F::Rate | F::Nps | F::TopBox | F::BottomBox | F::AtLeast | F::Net | F::CesAgree | F::CesNet
        )
    }

    /// 1 for a value that counts for the function, -1 for one that counts against it, 0 for others.
    pub(crate) fn class(&self, value: f64) -> i8 {
        use MeasureFunction as F;
        let (low, high) = self.scale.unwrap_or((0.0, 10.0));
        let number = |at: usize| self.numbers.get(at).copied().unwrap_or(0.0);
        let between = |top: bool, bottom: bool| i8::from(top) - i8::from(bottom);
        if self.classed {
            return value as i8;
        }
        match self.function {
            F::Rate => i8::from(value == 1.0),
            F::Nps => between(value >= 9.0, value <= 6.0),
            F::TopBox => i8::from(value > high - number(0)),
            F::BottomBox => i8::from(value < low + number(0)),
            F::AtLeast => i8::from(value >= number(0)),
            F::Net => between(value > high - number(0), value < low + number(1)),
            F::CesAgree => i8::from(value > f64::midpoint(low, high)),
            F::CesNet => between(value >= 6.0, value <= 3.0),
            _ => 0,
        }
    }

    /// The aggregate that counts people in its cells: different values of a key, or rows.
    pub(crate) fn people(&self, key: Option<Arc<Input>>) -> Self {
        Self {
            function: if key.is_some() {
                MeasureFunction::CountDistinct
            } else {
                MeasureFunction::Count
            },
            inputs: key.into_iter().collect(),
            mask: self.used(),
            weight: None,
            not_due: None,
            time: match &self.time {
                // Who lives at some time is protected whenever the stock is seen.
                Time::Stock => Time::Timeless,
                time => time.clone(),
            },
            ..self.clone()
        }
    }

    /// The rows that it uses: those that count and have a value.
    pub(crate) fn used(&self) -> Option<Arc<BooleanBuffer>> {
        let known = self.inputs.iter().map(|input| input.known()).reduce(|a, b| &a & &b);
        match (&self.mask, known) {
            (mask, None) => mask.clone(),
            (None, Some(known)) => Some(Arc::new(known)),
            (Some(mask), Some(known)) => Some(Arc::new(mask.as_ref() & &known)),
        }
    }

    /// The states that a scan collects for it, each with the rows it reads; `None`: it reads lists of rows.
    pub(crate) fn wants(&self) -> Option<Vec<(Option<Arc<BooleanBuffer>>, What)>> {
        use MeasureFunction as F;
        let mask = || self.mask.clone();
        let and = |other: BooleanBuffer| {
            Some(Arc::new(
                self.mask
                    .as_ref()
                    .map_or_else(|| other.clone(), |mask| mask.as_ref() & &other),
            ))
        };
        let weighted = self.weight.is_some();
        let input = self.inputs.first();
        let narrow = input.filter(|input| input.bins.is_some());
        let mut wants = match (self.function, input) {
            (F::Count, None) => vec![(mask(), What::Rows)],
            (F::Count, Some(input)) => vec![(mask(), What::Rows), (and(input.known()), What::Rows)],
            (F::Share, Some(x)) => {
                let condition = self.inputs.get(1)?;
                let known = and(&x.known() & &condition.known());
                let part = known
                    .as_ref()
                    .map(|known| Arc::new(known.as_ref() & &condition.truth()));
                let what = |x: &Arc<Input>| {
                    if weighted {
                        What::WeightedNumbers(Arc::clone(x))
                    } else {
                        What::Numbers(Arc::clone(x))
                    }
                };
                vec![(mask(), What::Rows), (known, what(x)), (part, what(x))]
            }
            (F::Correlation, Some(x)) => {
                let y = self.inputs.get(1)?;
                let what = match (x.bins.is_some(), y.bins.is_some()) {
                    (true, _) => What::ByBin(Arc::clone(y), Arc::clone(x)),
                    (false, true) => What::ByBin(Arc::clone(x), Arc::clone(y)),
                    (false, false) => What::Pairs(Arc::clone(x), Arc::clone(y)),
                };
                vec![(mask(), what)]
            }
            (F::Level, Some(x)) if weighted => vec![(mask(), What::WeightedNumbers(Arc::clone(x)))],
            (F::Level, Some(x)) => vec![(mask(), What::Numbers(Arc::clone(x)))],
            (F::Min | F::Max, Some(x)) if narrow.is_none() => vec![(mask(), What::Ends(Arc::clone(x)))],
            (F::CountDistinct | F::Min | F::Max, Some(_)) => vec![(mask(), What::Bins(Arc::clone(narrow?)))],
            (F::Median | F::Percentile, Some(_)) if !weighted => vec![(mask(), What::Bins(Arc::clone(narrow?)))],
            (F::Median | F::Percentile, _) => return None,
            (F::Sum | F::Mean | F::CesMean | F::Stddev, Some(x)) => match narrow {
                Some(x) => vec![(mask(), What::Bins(Arc::clone(x)))],
                None if weighted => vec![(mask(), What::WeightedNumbers(Arc::clone(x)))],
                None => vec![(mask(), What::Numbers(Arc::clone(x)))],
            },
            _ if self.is_classes() => vec![(mask(), What::Bins(Arc::clone(narrow?)))],
            _ => return None,
        };
        if weighted {
            match (self.function, narrow) {
                (F::Count, _) => wants.push((wants.last()?.0.clone(), What::WeightRows)),
                (F::Sum | F::Mean | F::CesMean | F::Stddev, Some(x)) => {
                    wants.push((mask(), What::WeightBins(Arc::clone(x))))
                }
                (_, Some(x)) if self.is_classes() => wants.push((mask(), What::WeightBins(Arc::clone(x)))),
                _ => {}
            }
        }
        if let (Some(pending), Some(input)) = (&self.not_due, input) {
            wants.push((and(pending.as_ref() & &!&input.known()), What::Rows));
        }
        Some(wants)
    }

    /// The unit of its values.
    pub(crate) fn unit(&self) -> Option<&'static str> {
        use MeasureFunction as F;
        Some(match self.function {
            F::Count => "rows",
            F::CountDistinct => "values",
            F::Active | F::ActiveAtEnd | F::ActiveEver => "entities",
            F::Nps | F::Net | F::CesNet => "points",
            F::CesMean => "scale points",
            F::Rate
            | F::Share
            | F::TopBox
            | F::BottomBox
            | F::AtLeast
            | F::CesAgree
            | F::Retention
            | F::Churn
            | F::RevenueRetention
            | F::Survival
            | F::Funnel => "%",
            _ => return None,
        })
    }

    /// The direction it has by nature.
    pub(crate) const fn direction(&self) -> Option<Direction> {
        use MeasureFunction as F;
        match self.function {
            F::Nps
            | F::TopBox
            | F::AtLeast
            | F::Net
            | F::CesMean
            | F::CesAgree
            | F::CesNet
            | F::Retention
            | F::RevenueRetention
            | F::Survival
            | F::Clv
            | F::Funnel => Some(Direction::Higher),
            F::BottomBox | F::Churn => Some(Direction::Lower),
            _ => None,
        }
    }

    /// Lowest and highest value possible.
    pub(crate) fn bounds(&self) -> Option<(f64, f64)> {
        use MeasureFunction as F;
        match self.function {
            F::Nps | F::Net | F::CesNet => Some((-100.0, 100.0)),
            F::Mean | F::CesMean | F::Median | F::Percentile | F::Min | F::Max => self.scale,
            F::Correlation => Some((-1.0, 1.0)),
            // Net revenue retention may be above 100 %.
            F::RevenueRetention if self.words.iter().any(|word| word == "net") => None,
            _ if self.unit() == Some("%") => Some((0.0, 100.0)),
            _ => None,
        }
    }

    /// Why its cells have no interval, where none has.
    pub(crate) fn no_interval(&self) -> Option<&'static str> {
        use MeasureFunction as F;
        if self.census {
            return Some("the whole population, not a sample");
        }
        Some(match self.function {
            F::Count | F::CountDistinct => "a count of what is in the table, not an estimate",
            F::Sum => "a sum of what is in the table, not an estimate",
            F::Min | F::Max => "an extreme has no interval without a model",
            F::Stddev => "it depends on the shape of the distribution, not on its spread alone",
            F::RevenueRetention => "a ratio of sums over contracts, mostly a census",
            F::Active | F::ActiveAtEnd | F::ActiveEver | F::Level => "a stock, not an estimate",
            F::Clv => "a fitted model of contracts, whose error is not worked out",
            F::Last => "one value",
            _ => return None,
        })
    }
}
