//! From the cells of aggregates to those of metrics: arithmetic, natures, states and warnings.

use std::sync::Arc;

use bellwether_order::BTreeMap;

use super::algebra::{self, Nature, Node, Plain};
use super::blocks::Blocks;
use super::calendar::{self, Slots};
use super::cell::{CellKey, MeasuredCell, MetricCells, State};
use super::cell_map::{CellGrid, CellMap};
use super::executor::{Cut, Dim};
use super::finish::{Cell, Judged};
use super::session::Session;
use crate::data::parallel;
use crate::definition::{ArithmeticOp, CivilDate, Direction, TimeUnit, plain};
use crate::diagnostic::{Diagnostic, codes};

impl Session<'_> {
    /// Measures some metrics of the card: the cells of each, for every cut and period.
    ///
    /// # Errors
    ///
    /// When the caller stopped it, or a limit is reached.
    pub fn measure(&mut self, metrics: &[usize]) -> Result<Vec<Arc<MetricCells>>, Vec<Diagnostic>> {
        let cuts: Vec<Cut> = self
            .axes
            .cuts
            .iter()
            .map(|cut| cut.iter().map(|&segment| Dim::Segment(segment)).collect())
            .collect();
        let frame = self.metrics_frame(&cuts);
        let keys: Vec<Option<u32>> = metrics
            .iter()
            .map(|&metric| self.metric_number(metric, frame?))
            .collect();
        let pool = self.options.pool.clone();
        let kept = |key: &Option<u32>| pool.as_ref()?.metric((*key)?);
        let mut measured: Vec<Option<Arc<MetricCells>>> = keys.iter().map(kept).collect();
        let open = |(place, made): (usize, &Option<Arc<MetricCells>>)| made.is_none().then_some(place);
        let open: Vec<usize> = measured.iter().enumerate().filter_map(open).collect();
        for (place, made) in open.iter().zip(self.measure_now(metrics, &open, &cuts)?) {
            let number = keys.get(*place).copied().flatten();
            let made = match pool.as_ref().zip(number) {
                Some((pool, number)) if self.options.budget.check().is_ok() => pool.keep_metric(number, made),
                _ => made,
            };
            if let Some(slot) = measured.get_mut(*place) {
                *slot = Some(made);
            }
        }
        let measured: Vec<Arc<MetricCells>> = measured.into_iter().map(Option::unwrap_or_default).collect();
        for (&metric, made) in metrics.iter().zip(&measured) {
            self.check_population(metric, made);
            self.warn_of_skipped(metric, made);
        }
        self.stop_on_errors()?;
        Ok(measured)
    }

    /// The cells of the metrics at some places of a list.
    fn measure_now(
        &mut self,
        metrics: &[usize],
        open: &[usize],
        cuts: &[Cut],
    ) -> Result<Vec<Arc<MetricCells>>, Vec<Diagnostic>> {
        if open.is_empty() {
            return Ok(Vec::new());
        }
        let open: Vec<usize> = open.iter().filter_map(|place| metrics.get(*place).copied()).collect();
        let slots = self.slots.clone();
        let mut requests: BTreeMap<usize, Vec<Cut>> = BTreeMap::new();
        for &metric in &open {
            if let Some(node) = self.nodes.get(metric) {
                collect(node, cuts, &mut requests);
            }
        }
        let fresh = open
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
        let grid = self.cell_grid(cuts, &slots);
        let session = &*self;
        Ok(parallel::map(session.options.threads, open.len(), |at| {
            let metric = open.get(at).copied().unwrap_or(usize::MAX);
            Arc::new(session.metric_cells(metric, cuts, &slots, &blocks, &grid))
        }))
    }

    /// The cells that a metric has.
    fn cell_grid(&self, cuts: &[Cut], slots: &Slots) -> Arc<CellGrid> {
        let pool = self.options.pool.as_ref();
        let number = pool.and_then(|pool| {
            let numbers: Option<Vec<_>> = cuts.iter().map(|cut| self.cut_numbers(cut)).collect();
            Some(pool.number(format!("grid {} {:?}", self.frame_number(pool, slots), numbers?)))
        });
        if let Some(known) = pool.zip(number).and_then(|(pool, number)| pool.grid(number)) {
            return known;
        }
        let cells = cuts
            .iter()
            .zip(&self.axes.cuts)
            .zip(0_u32..)
            .flat_map(|((cut, places), at)| {
                let sizes: Vec<usize> = cut.iter().map(|dim| self.size(dim)).collect();
                let size = sizes.iter().product::<usize>() * slots.len();
                (0..size).map(move |cell| {
                    let values = digits(cell / slots.len(), &sizes);
                    let key = CellKey {
                        period: slots.key(cell % slots.len()),
                        segments: places
                            .iter()
                            .copied()
                            .zip(values.iter().map(|&value| value as u32))
                            .collect(),
                    };
                    (key, (at, cell as u32))
                })
            });
        let made = Arc::new(CellGrid::of(cells));
        match pool.zip(number) {
            Some((pool, number)) => pool.keep_grid(number, made),
            None => made,
        }
    }

    /// The number of what the cells of all metrics depend on; `None`: they are not shared with other cards.
    fn metrics_frame(&self, cuts: &[Cut]) -> Option<u32> {
        let pool = self.options.pool.as_ref()?;
        let numbers: Vec<Vec<u32>> = cuts.iter().map(|cut| self.cut_numbers(cut)).collect::<Option<_>>()?;
        let steps = self.axes.periods.iter().map(|axis| {
            let complete: Vec<bool> = axis.steps.iter().map(|step| step.complete).collect();
            (axis.headline, complete)
        });
        let steps: Vec<_> = steps.collect();
        Some(pool.number(format!(
            "metrics {} {numbers:?} {steps:?}",
            self.frame_number(pool, &self.slots)
        )))
    }

    /// The number of all that the cells of a metric depend on; `None`: they are not shared with other cards. Where people are
    /// protected, the card's other metrics bear on them.
    fn metric_number(&self, metric: usize, frame: u32) -> Option<u32> {
        let pool = self.options.pool.as_ref()?;
        let (node, declared) = (self.nodes.get(metric)?, self.card.metrics.get(metric)?);
        let protects = |at: usize| {
            self.leaf(at)
                .and_then(|leaf| self.card.table(&leaf.table))
                .is_none_or(|table| table.anonymous_below.is_some())
        };
        if node.leaves().into_iter().any(protects) {
            return None;
        }
        let fresh = declared.fresh_for.as_ref().map(|span| span.value);
        let plain = plain::Plain::of(&(&declared.measure, declared.each_step, fresh))?.text;
        Some(pool.number(format!("metric {frame} {} {plain}", self.card.min_n(declared))))
    }

    fn metric_cells(
        &self,
        metric: usize,
        cuts: &[Cut],
        slots: &Slots,
        blocks: &Blocks,
        grid: &CellGrid,
    ) -> MetricCells {
        let (Some(node), Some(declared)) = (self.nodes.get(metric), self.card.metrics.get(metric)) else {
            return MetricCells::default();
        };
        let nature = self.nature(node);
        let min_n = self.card.min_n(declared) as f64;
        let fractions = self.sampled(node, slots, blocks);
        let made: Vec<Vec<Cell>> = cuts.iter().map(|cut| self.evaluate(node, cut, slots, blocks)).collect();
        let oldest: Vec<Option<i32>> = (slots.windows.iter())
            // Fresh for ten days: the latest row may be ten days old, not eleven.
            .map(|window| Some(calendar::before(CivilDate(window.end), declared.fresh_for.as_ref()?.value).0))
            .collect();
        let published = grid.places.iter().map(|&(cut, at)| {
            let (at, slot) = (at as usize, at as usize % slots.len().max(1));
            let Some(cell) = made.get(cut as usize).and_then(|cells| cells.get(at)) else {
                return publish(&Cell::without(State::Failed), min_n, None);
            };
            let corrected = fractions
                .as_ref()
                .and_then(|of| of.get(slot))
                .map(|of| cell.finite(*of));
            publish(
                corrected.as_ref().unwrap_or(cell),
                min_n,
                oldest.get(slot).copied().flatten(),
            )
        });
        MetricCells {
            unit: nature.unit,
            direction: nature.direction,
            bounds: nature.bounds,
            no_interval: nature.no_interval,
            cells: CellMap::over(Arc::clone(&grid.keys), published.collect()),
            ..MetricCells::default()
        }
    }

    /// For each slot what part of its population an aggregate's rows are; `None` where the card names no population.
    ///
    /// Segments are domains of one sample: they share the part of the whole (Cochran 1977, section 2.13).
    fn sampled(&self, node: &Node, slots: &Slots, blocks: &Blocks) -> Option<Vec<f64>> {
        let Node::Leaf(at) = node else { return None };
        let population = self.leaves.get(*at)?.as_ref()?.population?;
        let whole = self.evaluate(node, &Cut::default(), slots, blocks);
        Some(whole.iter().map(|cell| cell.n as f64 / population as f64).collect())
    }

    /// Refuses more rows than their population has.
    fn check_population(&mut self, metric: usize, made: &MetricCells) {
        let Some(Node::Leaf(at)) = self.nodes.get(metric) else {
            return;
        };
        let Some(leaf) = self.leaves.get(*at).and_then(Option::as_ref) else {
            return;
        };
        // Who is asked each month is there several times in a year, and in the whole time.
        let counted = |key: &CellKey| match key.period {
            Some(period) => period.axis == 0,
            None => self.axes.periods.is_empty(),
        };
        let whole = made
            .cells
            .iter()
            .filter(|(key, _)| key.segments.is_empty() && counted(key));
        let most = whole.map(|(_, cell)| cell.n).max().unwrap_or(0);
        if let Some(population) = leaf.population.filter(|&population| most > population) {
            let table = &leaf.table;
            let message = format!("`{table}` has {most} rows in one cell, more than its population of {population}");
            self.findings
                .push(Diagnostic::error(codes::BAD_VALUE, message).at(leaf.span).help(
                "a population is all who could have been asked, each once in a period; without a period, in all time",
            ));
        }
    }

    pub(super) fn warn_of_skipped(&mut self, metric: usize, made: &MetricCells) {
        let (Some(Node::Leaf(leaf)), Some(declared)) = (self.nodes.get(metric), self.card.metrics.get(metric)) else {
            return;
        };
        let (name, span) = (&declared.name.value, declared.name.span);
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
            Node::Steps { segment, whole, steps } => {
                let dim = Dim::Segment(*segment);
                let Some(place) = cut.iter().position(|other| *other == dim) else {
                    return self.evaluate(&Node::Leaf(*whole), cut, slots, blocks);
                };
                let sizes: Vec<usize> = cut.iter().map(|dim| self.size(dim)).collect();
                let values = self.axes.segments.get(*segment as usize);
                let made: Vec<Option<Vec<Cell>>> = values
                    .iter()
                    .flat_map(|axis| &axis.values)
                    .map(|value| {
                        let (_, leaf) = steps.iter().find(|(name, _)| name == value)?;
                        Some(self.evaluate(&Node::Leaf(*leaf), cut, slots, blocks))
                    })
                    .collect();
                (0..size)
                    .map(|at| {
                        let value = digits(at / slots.len(), &sizes).get(place).copied();
                        value
                            .and_then(|value| made.get(value)?.as_ref()?.get(at).cloned())
                            .unwrap_or(Cell::without(State::NotApplicable))
                    })
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
    pub(super) fn per(&self, cell: &Cell, unit: TimeUnit, slots: &Slots, slot: usize) -> Cell {
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

    pub(super) fn nature(&self, node: &Node) -> Nature {
        match node {
            Node::Number(_) | Node::Outside(_) => Nature::default(),
            Node::Leaf(leaf) | Node::Steps { whole: leaf, .. } => self
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
}

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
