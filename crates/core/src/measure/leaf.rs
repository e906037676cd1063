//! One aggregate over one table, made ready to be measured: inputs, rows that count, date, scale, weights.

mod check;
mod nature;
mod wait;

use std::sync::Arc;

use arrow_buffer::BooleanBuffer;
use bellwether_order::{BTreeMap, Sort};

use super::input::Input;
use super::rows::{Rows, fingerprint, reads_as_of, reads_open};
use super::scan::What;
use crate::data::{BoundTable, Column, Values};
use crate::definition::{Aggregate, CivilDate, ColumnType, Duration, Expr, ExprKind, MeasureFunction};
use crate::diagnostic::{Diagnostic, Span, codes};

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
    /// How many the population has that the rows of a period are a sample of.
    pub(crate) population: Option<u64>,
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
        names.order();
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
    let population = table.population.filter(|_| !census);
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
        population,
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
    leaf.not_due = wait::pending(rows, shared, aggregate, as_of)?.map(Arc::new);
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
        Values::Timestamp(_) => Ok(rows.days(&column)),
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
            F::Correlation | F::Last | F::Agreement | F::Kappa | F::Icc | F::Share | F::Level | F::RevenueCoverage
        )
}

pub(crate) const fn uses_weight(function: MeasureFunction) -> bool {
    use MeasureFunction as F;
    !matches!(function, F::CountDistinct | F::Min | F::Max | F::Last)
}

impl Leaf {
    /// The same aggregate as another card writes it.
    pub(crate) fn at(self, span: Span) -> Self {
        Self { span, ..self }
    }

    /// About how many bytes its rows take.
    pub(crate) fn held_bytes(&self) -> u64 {
        let inputs: usize = self.inputs.iter().map(|input| input.base.held_bytes()).sum();
        let masks = self.mask.iter().chain(&self.not_due).map(|mask| mask.len().div_ceil(8));
        (inputs + masks.sum::<usize>()) as u64 + 256
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
}
