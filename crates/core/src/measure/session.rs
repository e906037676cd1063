//! A card over its data, ready to be measured.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use super::algebra::{self, Nature, Node, Plain};
use super::calendar::{self, Slots, WHOLE, Window};
use super::cell::{Axes, CellKey, MeasuredCell, MetricCells, State};
use super::executor::{Cut, Dim, Request};
use super::finish::{Cell, Judged};
use super::leaf::{self, Leaf, Shared, Time};
use super::reach::Route;
use super::rows::Rows;
use super::segment::{self, Cutter, RowCodes};
use crate::data::{Column, Dataset};
use crate::definition::{Aggregate, CivilDate, Cross, Measure, MeasureKind, Period, Scorecard, Segment, TimeUnit};
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
    cutters: Vec<Cutter>,
    codes: BTreeMap<(String, Dim), Option<Arc<RowCodes>>>,
    /// Aggregates of all metrics, each once.
    pub(crate) aggregates: Vec<Aggregate>,
    leaves: Vec<Option<Leaf>>,
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
            codes: BTreeMap::new(),
            aggregates: Vec::new(),
            leaves: Vec::new(),
            nodes: Vec::new(),
            findings: Vec::new(),
            cancelled: AtomicBool::new(false),
        };
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
        std::mem::take(&mut self.findings)
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

    /// Numbers the aggregates of a measure.
    pub(crate) fn plan(&mut self, measure: &Measure) -> Node {
        match &measure.kind {
            MeasureKind::Number(value) => Node::Number(*value),
            MeasureKind::Aggregate(aggregate) => {
                self.aggregates.push((**aggregate).clone());
                Node::Leaf(self.aggregates.len() - 1)
            }
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

    fn prepare_leaves(&mut self) {
        let as_of = self.rows.data.as_of.unwrap_or_default();
        while self.leaves.len() < self.aggregates.len() {
            let Some(aggregate) = self.aggregates.get(self.leaves.len()) else {
                return;
            };
            match leaf::prepare(&mut self.rows, &mut self.shared, aggregate, as_of) {
                Ok(leaf) => self.leaves.push(Some(leaf)),
                Err(errors) => {
                    self.findings.extend(errors);
                    self.leaves.push(None);
                }
            }
        }
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
        self.slots = Slots::new(&self.axes.periods, self.rows.data.as_of);
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
        let blocks = self.blocks(&requests, &slots)?;
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
                made.cells.insert(key, publish(cell, min_n));
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

    /// A flow per unit of time: times the unit's days over the days of the cell.
    fn per(&self, cell: &Cell, unit: TimeUnit, slots: &Slots, slot: usize) -> Cell {
        let Some(window) = slots.windows.get(slot) else {
            return cell.clone();
        };
        let start = if slot == WHOLE {
            self.first_day().map_or(window.end, |day| day.0)
        } else {
            window.start
        };
        let days = i64::from(window.end) - i64::from(start) + 1;
        algebra::scaled(cell, calendar::mean_days(unit) / days.max(1) as f64)
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
    ) -> Result<Blocks, Vec<Diagnostic>> {
        let mut blocks = Blocks::new();
        let mut open: Vec<Request> = Vec::new();
        for (&at, cuts) in requests {
            let Some(leaf) = self.leaf(at).cloned() else { continue };
            let leaf = Arc::new(leaf);
            let mut reduced: Vec<Cut> = Vec::new();
            for cut in cuts {
                let cut: Cut = cut.iter().filter(|dim| !self.is_ignored(&leaf, dim)).cloned().collect();
                if cut.iter().all(|dim| self.row_codes(&leaf.table, dim).is_some()) && !reduced.contains(&cut) {
                    reduced.push(cut);
                }
            }
            open.push(Request {
                at,
                leaf,
                cuts: reduced,
            });
        }
        let made = self.execute(&open, slots)?;
        for (&at, cuts) in requests {
            let Some(leaf) = self.leaf(at).cloned() else { continue };
            for cut in cuts {
                let block = self.spread(&leaf, cut, slots, &made, at);
                blocks.insert((at, cut.clone()), block);
            }
        }
        Ok(blocks)
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
                Some(Window { start, end: window.end })
            })
            .collect()
    }
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

fn publish(cell: &Cell, min_n: f64) -> MeasuredCell {
    let few = matches!(cell.judged, Judged::Always(n) if n < min_n);
    let state = if cell.state == State::Ok && few {
        State::TooFew
    } else {
        cell.state
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
