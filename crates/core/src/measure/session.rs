//! A card over its data, ready to be measured.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use super::algebra::{self, Nature, Node, Plain};
use super::calendar::{self, Slots, Window};
use super::cell::{Axes, CellKey, MeasuredCell, MetricCells, State};
use super::derive::{Pending, Place};
use super::executor::{Cut, Dim, Request};
use super::finish::{Cell, Judged};
use super::leaf::{self, Leaf, Shared, Time};
use super::reach::Route;
use super::rows::Rows;
use super::segment::{self, Cutter, RowCodes};
use super::suppress::{self, Guarded};
use super::through::View;
use crate::data::{Column, Dataset};
use crate::definition::{
    Aggregate, ArithmeticOp, CivilDate, Cross, Direction, Expr, ExprKind, Measure, MeasureFunction, MeasureKind,
    Period, Scorecard, Segment, TimeUnit,
};
use crate::diagnostic::{Diagnostic, Severity, Span, codes};

/// How to measure.
#[derive(Clone, Default)]
pub struct MeasureOptions {
    /// Threads; 0 and 1 both mean the caller's own.
    pub threads: usize,
    /// Segments beside the card's.
    pub segments: Vec<Segment>,
    /// Crosses beside the card's.
    pub crosses: Vec<Cross>,
    /// Calendars beside the card's; headlines are still read from the card's first.
    pub periods: Vec<Period>,
    /// Told how much of a call is done, from 0 to 1; `false` stops it.
    pub progress: Option<Arc<dyn Fn(f64) -> bool + Send + Sync>>,
}

impl std::fmt::Debug for MeasureOptions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MeasureOptions")
            .field("threads", &self.threads)
            .finish_non_exhaustive()
    }
}

/// A card over its data: columns checked, derived columns filled, segments and calendars known.
#[derive(Debug)]
pub struct Session<'a> {
    pub(crate) card: &'a Scorecard,
    pub(crate) options: MeasureOptions,
    pub(crate) rows: Rows<'a>,
    pub(crate) shared: Shared,
    pub(crate) axes: Axes,
    pub(crate) slots: Slots,
    pub(crate) cutters: Vec<Cutter>,
    pub(crate) views: BTreeMap<(String, Dim), Option<Arc<View>>>,
    /// Columns that the card adds.
    pub(crate) added: BTreeSet<Place>,
    /// Those that are not there yet.
    pub(crate) pending: Vec<Pending>,
    /// Added columns that hold a score, until it is there.
    pub(crate) scores: BTreeMap<Place, String>,
    codes: BTreeMap<(String, Dim), Option<Arc<RowCodes>>>,
    /// Aggregates of all metrics, each once.
    pub(crate) aggregates: Vec<Aggregate>,
    pub(crate) leaves: Vec<Option<Leaf>>,
    /// The measure of each metric.
    pub(crate) nodes: Vec<Node>,
    findings: Vec<Diagnostic>,
    pub(crate) cancelled: AtomicBool,
}

impl<'a> Session<'a> {
    /// Checks a card against its data and prepares everything that measuring needs.
    ///
    /// # Errors
    ///
    /// All mistakes at once: columns that are not there, kinds that do not fit, paths that are not single, circles among
    /// derived columns.
    pub fn new(card: &'a Scorecard, data: Dataset, options: &MeasureOptions) -> Result<Self, Vec<Diagnostic>> {
        let mut session = Self {
            card,
            options: options.clone(),
            rows: Rows::new(card, data),
            shared: Shared::default(),
            axes: Axes::default(),
            slots: Slots::new(&[], None),
            cutters: Vec::new(),
            views: BTreeMap::new(),
            added: BTreeSet::new(),
            pending: Vec::new(),
            scores: BTreeMap::new(),
            codes: BTreeMap::new(),
            aggregates: Vec::new(),
            leaves: Vec::new(),
            nodes: Vec::new(),
            findings: Vec::new(),
            cancelled: AtomicBool::new(false),
        };
        session.list_added();
        session.fill_added();
        session.read_segments();
        session.plan_metrics();
        session.prepare_leaves();
        session.stop_on_errors()?;
        session.lay_axes();
        session.stop_on_errors()?;
        Ok(session)
    }

    fn stop_on_errors(&mut self) -> Result<(), Vec<Diagnostic>> {
        if self.findings.iter().any(Diagnostic::is_error) {
            Err(std::mem::take(&mut self.findings))
        } else {
            Ok(())
        }
    }

    /// What was found so far and does not stop the card: taken, so that each is told once.
    pub fn take_findings(&mut self) -> Vec<Diagnostic> {
        let mut findings = std::mem::take(&mut self.findings);
        for finding in self.rows.take_findings() {
            if !findings.contains(&finding) {
                findings.push(finding);
            }
        }
        findings
    }

    /// The axes of all cells.
    #[must_use]
    pub fn axes(&self) -> &Axes {
        &self.axes
    }

    /// The day as of which everything is seen.
    #[must_use]
    pub fn as_of(&self) -> Option<CivilDate> {
        self.rows.data.as_of
    }

    /// The tables, with the columns that the card adds.
    #[must_use]
    pub fn data(&self) -> &Dataset {
        &self.rows.data
    }

    fn fiscal_start(&self) -> u32 {
        self.card.header.fiscal_year_start.map_or(1, |month| month.value)
    }

    fn read_segments(&mut self) {
        let fiscal = self.fiscal_start();
        let segments = self.card.segments.iter().chain(&self.options.segments);
        for segment in segments {
            if let Some(cutter) = Cutter::new(segment, &mut self.rows, fiscal, &mut self.findings) {
                self.cutters.push(cutter);
            }
        }
        for journey in self.card.journeys.iter().filter(|journey| !journey.along.is_empty()) {
            if let Some(cutter) = Cutter::of_journey(journey, &mut self.rows, &mut self.findings) {
                self.cutters.push(cutter);
            }
        }
    }

    fn plan_metrics(&mut self) {
        for metric in &self.card.metrics {
            let node = self.plan(&metric.measure);
            self.nodes.push(node);
        }
    }

    fn number(&mut self, aggregate: &Aggregate) -> usize {
        self.aggregates.push(aggregate.clone());
        self.aggregates.len() - 1
    }

    /// Revenue coverage: what the parents of the rows are worth, of what the whole parent table is worth.
    fn plan_coverage(&mut self, aggregate: &Aggregate) -> Node {
        let parent = aggregate.words.first().cloned().unwrap_or_default();
        let value = match (leaf::steps_to(&self.rows, aggregate, &parent), aggregate.inputs.first()) {
            (
                Some(steps),
                Some(Expr {
                    kind: ExprKind::Column(path),
                    span,
                }),
            ) => {
                let own = path.get(steps..).unwrap_or_default().to_vec();
                Expr::new(ExprKind::Column(own), *span)
            }
            _ => {
                let message = format!("`{}` does not belong to `{parent}`", aggregate.table);
                self.findings
                    .push(Diagnostic::error(codes::UNREACHABLE_COLUMN, message).at(aggregate.span));
                return Node::Outside(None);
            }
        };
        let base = Aggregate {
            function: MeasureFunction::Sum,
            table: parent,
            inputs: vec![value],
            filters: Vec::new(),
            words: vec![leaf::WHOLE_TABLE.to_owned()],
            dated: None,
            past: None,
            ..aggregate.clone()
        };
        Node::Coverage(self.number(aggregate), self.number(&base))
    }

    /// Numbers the aggregates of a measure.
    pub(crate) fn plan(&mut self, measure: &Measure) -> Node {
        match &measure.kind {
            MeasureKind::Number(value) => Node::Number(*value),
            MeasureKind::Aggregate(aggregate) if aggregate.function == MeasureFunction::RevenueCoverage => {
                self.plan_coverage(aggregate)
            }
            MeasureKind::Aggregate(aggregate) => Node::Leaf(self.number(aggregate)),
            MeasureKind::Arithmetic(op, left, right) => {
                Node::Arithmetic(*op, Box::new(self.plan(left)), Box::new(self.plan(right)))
            }
            MeasureKind::Negate(inner) => Node::Negate(Box::new(self.plan(inner))),
            MeasureKind::Per(inner, unit) => Node::Per(Box::new(self.plan(inner)), *unit),
            MeasureKind::ValueFrom { .. } => Node::Outside(None),
            MeasureKind::Across { measure, segment, how } => {
                let inner = self.plan(measure);
                match self.cutters.iter().position(|cutter| cutter.name == segment.value) {
                    Some(at) => Node::Across(Box::new(inner), at as u16, *how),
                    None => {
                        let mut error = Diagnostic::error(
                            codes::UNKNOWN_OBJECT,
                            format!("no segment `{}` in this card", segment.value),
                        )
                        .at(segment.span);
                        let names = self.cutters.iter().map(|cutter| cutter.name.as_str());
                        if let Some(near) = crate::diagnostic::nearest(&segment.value, names) {
                            error = error.help(format!("did you mean `{near}`?"));
                        }
                        self.findings.push(error);
                        Node::Outside(None)
                    }
                }
            }
        }
    }

    /// Makes aggregates ready; those that wait for scores are left until these are there.
    fn prepare_leaves(&mut self) {
        let as_of = self.rows.data.as_of.unwrap_or_default();
        self.leaves.resize(self.aggregates.len(), None);
        for at in 0..self.aggregates.len() {
            let Some(aggregate) = self.aggregates.get(at).cloned() else {
                return;
            };
            let exprs = aggregate
                .inputs
                .iter()
                .chain(&aggregate.filters)
                .chain(&aggregate.dated);
            let reads = self.added_read(&aggregate.table, exprs);
            if self.leaves.get(at).is_some_and(Option::is_some) || !self.scores_behind(&reads).is_empty() {
                continue;
            }
            match leaf::prepare(&mut self.rows, &mut self.shared, &aggregate, as_of) {
                Ok(leaf) => {
                    if let Some(place) = self.leaves.get_mut(at) {
                        *place = Some(leaf);
                    }
                }
                Err(errors) => self.findings.extend(errors),
            }
        }
    }

    /// The same, when errors are wanted at once.
    pub(crate) fn prepare_now(&mut self) -> Result<(), Vec<Diagnostic>> {
        let before = std::mem::take(&mut self.findings);
        self.prepare_leaves();
        let found = std::mem::replace(&mut self.findings, before);
        if found.is_empty() { Ok(()) } else { Err(found) }
    }

    /// The scores whose columns a metric reads: it can be measured once they are added.
    #[must_use]
    pub fn waits_for(&self, metric: usize) -> BTreeSet<String> {
        self.card.metrics.get(metric).map_or_else(BTreeSet::new, |metric| {
            self.scores_behind(&self.added_in_measure(&metric.measure))
        })
    }

    /// Adds a column to a table: the score of each row, its band and the like. Columns that waited for it are filled.
    ///
    /// # Errors
    ///
    /// What does not fit in the columns that read it.
    pub fn add_column(&mut self, table: &str, name: &str, column: Column) -> Result<(), Vec<Diagnostic>> {
        self.scores.remove(&(table.to_owned(), name.to_owned()));
        self.rows.add_column(table, name, column);
        self.shared.forget();
        self.fill_added();
        self.prepare_leaves();
        self.stop_on_errors()
    }

    fn lay_axes(&mut self) {
        let tables: Vec<String> = {
            let mut tables: Vec<String> = self
                .aggregates
                .iter()
                .map(|aggregate| aggregate.table.clone())
                .collect();
            tables.sort();
            tables.dedup();
            tables
        };
        for at in 0..self.cutters.len() {
            let own: Vec<String> = self
                .cutters
                .get(at)
                .map(|cutter| cutter.tables().map(str::to_owned).collect())
                .unwrap_or_default();
            for table in tables.iter().chain(own.iter().filter(|table| !tables.contains(table))) {
                let Some(cutter) = self.cutters.get_mut(at) else {
                    continue;
                };
                match cutter.row_codes(table, &mut self.rows) {
                    Ok(codes) => {
                        cutter.unknown |= codes.as_ref().is_some_and(|codes| codes.unknown);
                        self.codes
                            .insert((table.clone(), Dim::Segment(at as u16)), codes.map(Arc::new));
                    }
                    Err(error) => self.findings.push(error),
                }
            }
        }
        self.axes.segments = self.cutters.iter().map(Cutter::axis).collect();
        self.axes.cuts = vec![Vec::new()];
        self.axes
            .cuts
            .extend((0..self.cutters.len() as u16).map(|segment| vec![segment]));
        for cross in self.card.crosses.iter().chain(&self.options.crosses) {
            let places: Vec<u16> = cross
                .segments
                .iter()
                .filter_map(|name| self.cutters.iter().position(|cutter| cutter.name == name.value))
                .map(|at| at as u16)
                .collect();
            if places.len() == cross.segments.len() && !self.axes.cuts.contains(&places) {
                self.axes.cuts.push(places);
            }
        }
        if let Some((first, as_of)) = self.first_day().zip(self.rows.data.as_of) {
            let complete_until = self.card.header.complete_until.map(|day| day.value);
            let reach = calendar::Reach {
                first,
                as_of,
                complete_until,
            };
            let periods = self.card.periods.iter().chain(&self.options.periods);
            self.axes.periods = periods
                .map(|period| calendar::axis(period, self.fiscal_start(), reach))
                .collect();
        }
        self.pass_thin_steps();
        self.slots = Slots::new(&self.axes.periods, self.rows.data.as_of);
    }

    /// Where the last steps of the first calendar are nearly empty, headlines are read from the last that is not.
    fn pass_thin_steps(&mut self) {
        if self.card.header.complete_until.is_some() {
            return;
        }
        let Some(axis) = self.axes.periods.first() else { return };
        let Some(headline) = axis.headline.map(|step| step as usize) else {
            return;
        };
        let mut days: Vec<&Arc<Column>> = Vec::new();
        for leaf in self.leaves.iter().flatten() {
            if let Time::Dated { days: column, .. } = &leaf.time
                && !days.iter().any(|other| Arc::ptr_eq(other, column))
            {
                days.push(column);
            }
        }
        let ends: Vec<i32> = axis.steps.iter().map(|step| step.end.0).collect();
        let first = axis.steps.first().map_or(i32::MIN, |step| step.start.0);
        let mut rows = vec![0_u64; ends.len()];
        for column in days {
            for day in (0..column.len())
                .filter_map(|row| column.day(row))
                .filter(|&day| day >= first)
            {
                if let Some(count) = rows.get_mut(ends.partition_point(|&end| end < day)) {
                    *count += 1;
                }
            }
        }
        let Some(last) = (0..=headline).rev().find(|&step| !is_thin(&rows, step, &axis.steps)) else {
            return;
        };
        if last == headline {
            return;
        }
        let label = |step: usize| axis.steps.get(step).map_or("", |step| step.label.as_str());
        let usual = usual_rows(&rows, last + 1);
        let end = axis
            .steps
            .get(last)
            .map(|step| step.end.to_string())
            .unwrap_or_default();
        let message = format!(
            "`{}` has {} rows and {} is usual: the data seem to end with `{}`, which headlines are read from",
            label(headline),
            rows.get(headline).copied().unwrap_or(0),
            usual.round(),
            label(last),
        );
        let span = axis.period.span;
        self.findings.push(
            Diagnostic::warning(codes::THIN_PERIOD, message)
                .at(span)
                .help(format!("say until when they are complete: .complete_until(\"{end}\")")),
        );
        if let Some(axis) = self.axes.periods.first_mut() {
            axis.headline = Some(last as u32);
        }
    }

    /// The first day that a flow of the card has; without flows, the first start of a stock.
    fn first_day(&self) -> Option<CivilDate> {
        let least = |column: &Column| (0..column.len()).filter_map(|row| column.day(row)).min();
        let last = self.rows.data.as_of?.0;
        let leaves = || self.leaves.iter().flatten();
        let flows = leaves().filter_map(|leaf| match &leaf.time {
            Time::Dated { days, .. } => least(days),
            _ => None,
        });
        let stocks = || {
            leaves()
                .filter(|leaf| matches!(leaf.time, Time::Stock))
                .filter_map(|leaf| least(&leaf.inputs.first()?.base))
        };
        flows
            .min()
            .filter(|&day| day <= last)
            .or_else(|| stocks().min())
            .map(CivilDate)
    }

    /// The codes of a dimension for the rows of a table; `None`: not reached.
    pub(crate) fn row_codes(&mut self, table: &str, dim: &Dim) -> Option<Arc<RowCodes>> {
        let key = (table.to_owned(), dim.clone());
        if let Some(codes) = self.codes.get(&key) {
            return codes.clone();
        }
        let codes = match dim {
            Dim::Segment(at) => self
                .cutters
                .get(*at as usize)
                .and_then(|cutter| cutter.row_codes(table, &mut self.rows).ok())
                .flatten(),
            Dim::Entity(entity) => {
                let count = self.rows.data.table(entity).map_or(0, |table| table.rows);
                match self.rows.route(table, entity) {
                    Route::Here => Some(segment::row_of(None, count)),
                    Route::Along(way) => Some(segment::row_of(Some(&way), count)),
                    Route::None | Route::Ambiguous(_) => None,
                }
            }
        };
        let codes = codes.map(Arc::new);
        self.codes.insert(key, codes.clone());
        codes
    }

    /// How many values a dimension has.
    pub(crate) fn size(&self, dim: &Dim) -> usize {
        match dim {
            Dim::Segment(at) => self
                .axes
                .segments
                .get(*at as usize)
                .map_or(0, |segment| segment.values.len()),
            Dim::Entity(table) => self.rows.data.table(table).map_or(0, |table| table.rows),
        }
    }

    /// Measures some metrics of the card: the cells of each, for every cut and period.
    ///
    /// # Errors
    ///
    /// When the caller stopped it, or a limit is reached.
    pub fn measure(&mut self, metrics: &[usize]) -> Result<Vec<MetricCells>, Vec<Diagnostic>> {
        let cuts: Vec<Cut> = self
            .axes
            .cuts
            .iter()
            .map(|cut| cut.iter().map(|&segment| Dim::Segment(segment)).collect())
            .collect();
        let slots = self.slots.clone();
        let mut requests: BTreeMap<usize, Vec<Cut>> = BTreeMap::new();
        for &metric in metrics {
            if let Some(node) = self.nodes.get(metric) {
                collect(node, &cuts, &mut requests);
            }
        }
        let fresh = metrics
            .iter()
            .filter(|&&metric| {
                self.card
                    .metrics
                    .get(metric)
                    .is_some_and(|metric| metric.fresh_for.is_some())
            })
            .filter_map(|&metric| self.nodes.get(metric))
            .flat_map(Node::leaves)
            .collect();
        let blocks = self.blocks(&requests, &slots, &fresh)?;
        let mut measured = Vec::with_capacity(metrics.len());
        for &metric in metrics {
            measured.push(self.metric_cells(metric, &cuts, &slots, &blocks));
        }
        self.stop_on_errors()?;
        Ok(measured)
    }

    fn metric_cells(&mut self, metric: usize, cuts: &[Cut], slots: &Slots, blocks: &Blocks) -> MetricCells {
        let (Some(node), Some(declared)) = (self.nodes.get(metric).cloned(), self.card.metrics.get(metric)) else {
            return MetricCells::default();
        };
        let nature = self.nature(&node);
        let min_n = self.card.min_n(declared) as f64;
        let mut made = MetricCells {
            unit: nature.unit,
            direction: nature.direction,
            bounds: nature.bounds,
            no_interval: nature.no_interval,
            ..MetricCells::default()
        };
        for (cut, places) in cuts.iter().zip(&self.axes.cuts) {
            let sizes: Vec<usize> = cut.iter().map(|dim| self.size(dim)).collect();
            let cells = self.evaluate(&node, cut, slots, blocks);
            let oldest = |slot: usize| {
                // Fresh for ten days: the latest row may be ten days old, not eleven.
                let end = slots.windows.get(slot)?.end;
                Some(calendar::before(CivilDate(end), declared.fresh_for?.value).0)
            };
            for (at, cell) in cells.iter().enumerate() {
                let (combination, slot) = (at / slots.len(), at % slots.len());
                let values = digits(combination, &sizes);
                let key = CellKey {
                    period: slots.key(slot),
                    segments: places
                        .iter()
                        .copied()
                        .zip(values.iter().map(|&value| value as u32))
                        .collect(),
                };
                made.cells.insert(key, publish(cell, min_n, oldest(slot)));
            }
        }
        self.warn_of_skipped(&node, declared.name.value.clone(), declared.name.span, &made);
        made
    }

    fn warn_of_skipped(&mut self, node: &Node, name: String, span: Span, made: &MetricCells) {
        let Node::Leaf(leaf) = node else { return };
        let Some(leaf) = self.leaves.get(*leaf).and_then(Option::as_ref) else {
            return;
        };
        let Some(cell) = made.cells.get(&CellKey::default()) else {
            return;
        };
        let rows = cell.n + cell.skipped;
        let late = cell.skipped - cell.not_due.min(cell.skipped);
        if leaf.function == crate::definition::MeasureFunction::Rate && late * 20 > rows {
            let why = if leaf.input_name.is_empty() {
                "the condition".to_owned()
            } else {
                format!("`{}`", leaf.input_name)
            };
            let message = format!("`{name}` skips {late} of {rows} rows: {why} is missing");
            self.findings
                .push(Diagnostic::warning(codes::SKIPPED_ROWS, message).at(span).help(
                "a missing value is neither true nor false; say with `or_else` what it stands for, or ask `is_missing`",
            ));
        }
    }

    /// The cells of a measure for a cut: combinations of values × slots.
    pub(crate) fn evaluate(&self, node: &Node, cut: &Cut, slots: &Slots, blocks: &Blocks) -> Vec<Cell> {
        let combinations: usize = cut.iter().map(|dim| self.size(dim)).product();
        let size = combinations * slots.len();
        match node {
            Node::Number(value) => vec![algebra::number(*value); size],
            Node::Outside(value) => vec![value.map_or(Cell::without(State::Missing), algebra::number); size],
            Node::Leaf(leaf) => blocks
                .get(&(*leaf, cut.clone()))
                .cloned()
                .unwrap_or_else(|| vec![Cell::without(State::Failed); size]),
            Node::Coverage(part, whole) => {
                let part = self.evaluate(&Node::Leaf(*part), cut, slots, blocks);
                let whole = self.evaluate(&Node::Leaf(*whole), cut, slots, blocks);
                let of = |(part, whole)| algebra::join(ArithmeticOp::Divide, part, whole, Plain::Neither);
                part.iter()
                    .zip(&whole)
                    .map(|cells| algebra::scaled(&of(cells), 100.0))
                    .collect()
            }
            Node::Negate(inner) => self
                .evaluate(inner, cut, slots, blocks)
                .iter()
                .map(|cell| algebra::scaled(cell, -1.0))
                .collect(),
            Node::Arithmetic(op, left, right) => {
                let plain = plain(left, right);
                let (left, right) = (
                    self.evaluate(left, cut, slots, blocks),
                    self.evaluate(right, cut, slots, blocks),
                );
                left.iter()
                    .zip(&right)
                    .map(|(left, right)| algebra::join(*op, left, right, plain))
                    .collect()
            }
            Node::Per(inner, unit) => {
                let cells = self.evaluate(inner, cut, slots, blocks);
                cells
                    .iter()
                    .enumerate()
                    .map(|(at, cell)| self.per(cell, *unit, slots, at % slots.len()))
                    .collect()
            }
            Node::Across(inner, segment, how) => {
                let dim = Dim::Segment(*segment);
                if cut.contains(&dim) {
                    return vec![Cell::without(State::NotApplicable); size];
                }
                let values = self.size(&dim);
                // Rows without a value of the segment are no team of their own.
                let known =
                    values - usize::from(self.cutters.get(*segment as usize).is_some_and(|cutter| cutter.unknown));
                let wider: Cut = cut.iter().cloned().chain([dim]).collect();
                let cells = self.evaluate(inner, &wider, slots, blocks);
                (0..size)
                    .map(|at| {
                        let (combination, slot) = (at / slots.len(), at % slots.len());
                        let part = |value: usize| cells.get((combination * values + value) * slots.len() + slot);
                        algebra::across(*how, (0..known).filter_map(part))
                    })
                    .collect()
            }
        }
    }

    /// A flow per unit of time: times the days of the unit over the days of the cell. The unit is the one that ends with
    /// the cell, so that a year's flow per year is itself, leap years too.
    fn per(&self, cell: &Cell, unit: TimeUnit, slots: &Slots, slot: usize) -> Cell {
        let Some(window) = slots.windows.get(slot) else {
            return cell.clone();
        };
        let start = if slots.is_whole(slot) {
            self.first_day().map_or(window.end, |day| day.0)
        } else {
            window.start
        };
        let days = i64::from(window.end) - i64::from(start) + 1;
        algebra::scaled(
            cell,
            calendar::days_until(CivilDate(window.end), unit) / days.max(1) as f64,
        )
    }

    fn nature(&self, node: &Node) -> Nature {
        match node {
            Node::Number(_) | Node::Outside(_) => Nature::default(),
            Node::Leaf(leaf) => self
                .leaves
                .get(*leaf)
                .and_then(Option::as_ref)
                .map_or_else(Nature::default, |leaf| Nature {
                    unit: leaf.unit().map(str::to_owned),
                    direction: leaf.direction(),
                    bounds: leaf.bounds(),
                    no_interval: leaf.no_interval().map(str::to_owned),
                }),
            Node::Coverage(..) => Nature {
                unit: Some("%".to_owned()),
                direction: Some(Direction::Higher),
                bounds: Some((0.0, 100.0)),
                no_interval: Some("a ratio of sums".to_owned()),
            },
            Node::Negate(inner) => {
                let inner = self.nature(inner);
                algebra::join_natures(
                    crate::definition::ArithmeticOp::Multiply,
                    &inner,
                    &Nature::default(),
                    Plain::Right,
                    -1.0,
                )
            }
            Node::Arithmetic(op, left, right) => {
                let plain = plain(left, right);
                let number = match (plain, &**left, &**right) {
                    (Plain::Left, Node::Number(number), _) | (Plain::Right, _, Node::Number(number)) => *number,
                    _ => 1.0,
                };
                algebra::join_natures(*op, &self.nature(left), &self.nature(right), plain, number)
            }
            Node::Per(inner, unit) => {
                let inner = self.nature(inner);
                Nature {
                    unit: inner.unit.map(|of| format!("{of} per {}", unit.word())),
                    bounds: None,
                    ..inner
                }
            }
            Node::Across(inner, ..) => {
                let inner = self.nature(inner);
                Nature {
                    bounds: None,
                    no_interval: Some("an extreme has no interval without a model".to_owned()),
                    ..inner
                }
            }
        }
    }

    /// The leaf of an aggregate, as of the report's day.
    pub(crate) fn leaf(&self, at: usize) -> Option<&Leaf> {
        self.leaves.get(at)?.as_ref()
    }

    /// The cells of aggregates for the cuts asked for.
    pub(crate) fn blocks(
        &mut self,
        requests: &BTreeMap<usize, Vec<Cut>>,
        slots: &Slots,
        latest: &BTreeSet<usize>,
    ) -> Result<Blocks, Vec<Diagnostic>> {
        let mut blocks = Blocks::new();
        let mut open: Vec<Request> = Vec::new();
        for (&at, cuts) in requests {
            let Some(leaf) = self.leaf(at).cloned() else { continue };
            let leaf = Arc::new(leaf);
            let mut reduced: Vec<Cut> = Vec::new();
            for cut in cuts {
                let cut: Cut = cut.iter().filter(|dim| !self.is_ignored(&leaf, dim)).cloned().collect();
                if self.reaches(&leaf.table, &cut) && !reduced.contains(&cut) {
                    reduced.push(cut);
                }
            }
            open.push(Request {
                at,
                leaf,
                cuts: reduced,
                latest: latest.contains(&at),
                people: None,
            });
        }
        let mut made = self.execute(&open, slots)?;
        self.guard(&open, slots, &mut made)?;
        for (&at, cuts) in requests {
            let Some(leaf) = self.leaf(at).cloned() else { continue };
            for cut in cuts {
                let block = self.spread(&leaf, cut, slots, &made, at);
                blocks.insert((at, cut.clone()), block);
            }
        }
        Ok(blocks)
    }

    /// Whether the rows of a table reach every dimension, one of them perhaps through another table.
    fn reaches(&mut self, table: &str, cut: &Cut) -> bool {
        let far: Vec<&Dim> = cut.iter().filter(|dim| self.row_codes(table, dim).is_none()).collect();
        match far.as_slice() {
            [] => true,
            [one] => self.view(table, one).is_some(),
            _ => false,
        }
    }

    /// Hides cells of tables that promise anonymity.
    fn guard(&mut self, requests: &[Request], slots: &Slots, blocks: &mut Blocks) -> Result<(), Vec<Diagnostic>> {
        let as_of = self.rows.data.as_of.unwrap_or_default();
        for request in requests {
            let table = &request.leaf.table;
            let Some(promise) = self.card.table(table).and_then(|table| table.anonymous_below.clone()) else {
                continue;
            };
            let key = match &promise.key {
                Some(key) => {
                    let expr = Expr::column(key.value.clone(), key.span);
                    Some(self.shared.input(&mut self.rows, table, &expr, as_of)?)
                }
                None => None,
            };
            let counting = Request {
                at: request.at,
                leaf: Arc::new(request.leaf.people(key.clone())),
                cuts: request.cuts.clone(),
                latest: false,
                people: Some(key),
            };
            let counted = self.execute(std::slice::from_ref(&counting), slots)?;
            let mut taken: Vec<(Cut, Vec<Cell>)> = Vec::new();
            for cut in &request.cuts {
                if let Some(cells) = blocks.remove(&(request.at, cut.clone())) {
                    taken.push((cut.clone(), cells));
                }
            }
            let mut guarded: Vec<Guarded<'_, Dim>> = taken
                .iter_mut()
                .map(|(cut, cells)| Guarded {
                    sizes: cut.iter().map(|dim| self.size(dim)).collect(),
                    people: counted
                        .get(&(request.at, cut.clone()))
                        .map(|cells| cells.iter().map(|cell| cell.value.unwrap_or(0.0) as u64).collect())
                        .unwrap_or_default(),
                    cut,
                    cells,
                })
                .collect();
            suppress::suppress(&mut guarded, slots.len(), &self.plain_steps(slots), promise.floor.value);
            for (cut, cells) in taken {
                blocks.insert((request.at, cut), cells);
            }
        }
        Ok(())
    }

    /// The slots of each plain calendar: its cells add up to the whole time.
    fn plain_steps(&self, slots: &Slots) -> Vec<std::ops::Range<usize>> {
        let mut ranges = Vec::new();
        for (axis, period) in self.axes.periods.iter().enumerate() {
            let of = |slot: &usize| slots.key(*slot).is_some_and(|key| key.axis as usize == axis);
            let first = (0..slots.len()).find(of);
            if let Some(first) = first.filter(|_| period.period.rolling <= 1 && period.period.to_date.is_none()) {
                ranges.push(first..first + (0..slots.len()).filter(of).count());
            }
        }
        ranges
    }

    fn is_ignored(&self, leaf: &Leaf, dim: &Dim) -> bool {
        match dim {
            Dim::Segment(at) => self
                .axes
                .segments
                .get(*at as usize)
                .is_some_and(|segment| leaf.ignoring.contains(&segment.name)),
            Dim::Entity(_) => false,
        }
    }

    /// The cells of a cut from those of the segments that cut the leaf: it repeats across the others.
    fn spread(&mut self, leaf: &Leaf, cut: &Cut, slots: &Slots, made: &Blocks, at: usize) -> Vec<Cell> {
        let sizes: Vec<usize> = cut.iter().map(|dim| self.size(dim)).collect();
        let combinations: usize = sizes.iter().product();
        let kept: Vec<bool> = cut.iter().map(|dim| !self.is_ignored(leaf, dim)).collect();
        let reduced: Cut = cut
            .iter()
            .zip(&kept)
            .filter(|(_, kept)| **kept)
            .map(|(dim, _)| dim.clone())
            .collect();
        let Some(block) = made.get(&(at, reduced)) else {
            return vec![Cell::without(State::NotApplicable); combinations * slots.len()];
        };
        let mut cells = Vec::with_capacity(combinations * slots.len());
        for combination in 0..combinations {
            let mut place = 0;
            for ((value, size), kept) in digits(combination, &sizes).into_iter().zip(&sizes).zip(&kept) {
                if *kept {
                    place = place * size + value;
                }
            }
            cells.extend(
                block
                    .get(place * slots.len()..(place + 1) * slots.len())
                    .unwrap_or_default()
                    .iter()
                    .cloned(),
            );
        }
        cells
    }

    /// Notes a finding for the caller.
    pub(crate) fn note(&mut self, finding: Diagnostic) {
        debug_assert!(
            finding.severity != Severity::Error
                || finding.span.is_some()
                || finding.place.is_some()
                || finding.span.is_none()
        );
        self.findings.push(finding);
    }

    /// The windows of a leaf for some slots; `None`: not applicable there.
    pub(crate) fn windows(&self, leaf: &Leaf, slots: &Slots) -> Vec<Option<Window>> {
        let fiscal_start = self.fiscal_start();
        // A level reads the last snapshot of the window: the latest date that any row of the table bears.
        let snapshots: BTreeSet<i32> = match (&leaf.time, leaf.function) {
            (Time::Dated { days, .. }, MeasureFunction::Level) => {
                (0..days.len()).filter_map(|row| days.day(row)).collect()
            }
            _ => BTreeSet::new(),
        };
        slots
            .windows
            .iter()
            .enumerate()
            .map(|(slot, &window)| {
                if let (
                    Time::Dated {
                        covers: Some(months), ..
                    },
                    Some(key),
                ) = (&leaf.time, slots.key(slot))
                {
                    let calendar = self.axes.periods.get(key.axis as usize)?.period.calendar;
                    if !(calendar::Steps { calendar, fiscal_start }).holds_dates_of(*months) {
                        return None;
                    }
                }
                let start = match leaf.past {
                    Some(span) => calendar::before(CivilDate(window.end.saturating_add(1)), span).0,
                    None if leaf.stays => i32::MIN,
                    None => window.start,
                };
                if leaf.function == MeasureFunction::Level && !snapshots.is_empty() {
                    let last = snapshots.range(start.min(window.end)..=window.end).next_back();
                    let day = last.copied().unwrap_or(window.end);
                    return Some(Window { start: day, end: day });
                }
                Some(Window { start, end: window.end })
            })
            .collect()
    }
}

/// Rows of a usual step: the mean of up to twelve before it.
fn usual_rows(rows: &[u64], step: usize) -> f64 {
    let before = rows.get(step.saturating_sub(12)..step).unwrap_or_default();
    before.iter().sum::<u64>() as f64 / before.len().max(1) as f64
}

/// Whether a step has less than a third of the usual rows, and of those a year before.
fn is_thin(rows: &[u64], step: usize, steps: &[super::cell::PeriodStep]) -> bool {
    let usual = usual_rows(rows, step);
    let here = rows.get(step).copied().unwrap_or(0) as f64;
    let year_before = steps
        .get(step)
        .map(|step| calendar::shift_months(step.end, -12).0)
        .and_then(|day| steps.iter().position(|step| step.start.0 <= day && day <= step.end.0))
        .and_then(|step| rows.get(step));
    step >= 3 && usual >= 30.0 && here * 3.0 < usual && year_before.is_none_or(|&before| here * 3.0 < before as f64)
}

/// The cells of aggregates, by number and cut.
pub(crate) type Blocks = BTreeMap<(usize, Cut), Vec<Cell>>;

/// The cuts for which a measure needs its aggregates.
pub(crate) fn collect(node: &Node, cuts: &[Cut], requests: &mut BTreeMap<usize, Vec<Cut>>) {
    node.visit(&mut Vec::new(), &mut |node, inner| {
        let Node::Leaf(leaf) = node else { return };
        let wanted = requests.entry(*leaf).or_default();
        for cut in cuts {
            if inner.iter().any(|segment| cut.contains(&Dim::Segment(*segment))) {
                continue;
            }
            let cut: Cut = cut
                .iter()
                .cloned()
                .chain(inner.iter().map(|&segment| Dim::Segment(segment)))
                .collect();
            if !wanted.contains(&cut) {
                wanted.push(cut);
            }
        }
    });
}

fn plain(left: &Node, right: &Node) -> Plain {
    match (matches!(left, Node::Number(_)), matches!(right, Node::Number(_))) {
        (false, false) => Plain::Neither,
        (true, false) => Plain::Left,
        (false, true) => Plain::Right,
        (true, true) => Plain::Both,
    }
}

/// The digits of a number whose places have these sizes, the first place counting most.
pub(crate) fn digits(number: usize, sizes: &[usize]) -> Vec<usize> {
    let mut rest = number;
    let mut digits: Vec<usize> = sizes
        .iter()
        .rev()
        .map(|&size| {
            let digit = rest % size.max(1);
            rest /= size.max(1);
            digit
        })
        .collect();
    digits.reverse();
    digits
}

/// `oldest`: the day from which the latest row must be for the value to be fresh.
fn publish(cell: &Cell, min_n: f64, oldest: Option<i32>) -> MeasuredCell {
    let few = matches!(cell.judged, Judged::Always(n) if n < min_n);
    let stale = oldest.zip(cell.latest).is_some_and(|(oldest, latest)| latest < oldest);
    let state = match cell.state {
        State::Ok if few => State::TooFew,
        State::Ok if stale => State::Stale,
        state => state,
    };
    MeasuredCell {
        value: cell.value,
        state,
        n: cell.n,
        n_denominator: cell.n_denominator,
        n_effective: cell.n_effective,
        skipped: cell.skipped,
        not_due: cell.not_due,
        interval: cell.published_interval(),
        latest_day: cell.latest,
    }
}
