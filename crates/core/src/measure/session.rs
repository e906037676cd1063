//! A card over its data, ready to be measured.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use bellwether_order::{BTreeMap, BTreeSet};

use super::algebra::Node;
use super::calendar::Slots;
use super::cell::Axes;
use super::derive::{Pending, Place};
use super::executor::{Cut, Dim};
use super::influence::{WindowKey, WindowRows};
use super::leaf::{self, Leaf, Shared};
use super::pool::Pool;
use super::rows::Rows;
use super::segment::{Cutter, RowCodes};
use super::through::View;
use crate::data::dataset::Added;
use crate::data::days::DayProfile;
use crate::data::{Column, Dataset};
use crate::definition::plain::Plain;
use crate::definition::{Aggregate, CivilDate, Cross, Period, Scorecard, Segment};
use crate::diagnostic::{Diagnostic, Severity, Span};
use crate::limits::Budget;

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
    /// What it spends from: rows, time and memory. Where it stops, cells are left as they are, and whoever handed it in
    /// asks it before reading them.
    pub budget: Budget,
    /// What it shares with other cards over the same data; `None`: it makes everything itself.
    pub pool: Option<Arc<Pool>>,
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
    pub(crate) views: BTreeMap<(String, Cut), Option<Arc<View>>>,
    /// Columns that the card adds.
    pub(crate) added: BTreeSet<Place>,
    /// Those that are not there yet.
    pub(crate) pending: Vec<Pending>,
    /// Added columns that hold a score, until it is there.
    pub(crate) scores: BTreeMap<Place, String>,
    pub(super) codes: BTreeMap<(String, Dim), Option<Arc<RowCodes>>>,
    /// Aggregates of all metrics, each once.
    pub(crate) aggregates: Vec<Aggregate>,
    pub(crate) leaves: Vec<Option<Leaf>>,
    /// The measure of each metric.
    pub(crate) nodes: Vec<Node>,
    /// Columns of days with the rows of each day.
    pub(super) days: Vec<(Arc<Column>, Arc<DayProfile>)>,
    pub(super) findings: Vec<Diagnostic>,
    pub(crate) cancelled: AtomicBool,
    /// What else of the card bears on its cells, where it shares them.
    pub(super) frame: String,
    /// The entity of each row of a table.
    pub(super) entities: BTreeMap<String, Arc<Vec<u64>>>,
    /// Rows in windows of time, once they were asked for.
    pub(super) windows_read: Vec<(WindowKey, Arc<WindowRows>)>,
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
            rows: Rows::new(card, data, options.threads, &options.budget, options.pool.clone()),
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
            days: Vec::new(),
            findings: Vec::new(),
            cancelled: AtomicBool::new(false),
            frame: String::new(),
            entities: BTreeMap::new(),
            windows_read: Vec::new(),
        };
        session.list_added();
        session.fill_or_take();
        session.read_segments();
        session.plan_metrics();
        session.prepare_leaves();
        session.stop_on_errors()?;
        session.lay_axes();
        session.name_frame();
        session.count_cells();
        session.stop_on_errors()?;
        Ok(session)
    }

    /// The columns that the card adds: those of another card that adds the same, or else made.
    fn fill_or_take(&mut self) {
        let waits = !self.scores.is_empty();
        if let Some(data) = self
            .options
            .pool
            .as_ref()
            .filter(|_| !waits)
            .and_then(|pool| pool.filled())
        {
            self.rows.data = data;
            self.pending.clear();
            return;
        }
        let said = self.rows.said();
        self.fill_added();
        let silent = self.findings.is_empty() && said == self.rows.said() && self.pending.is_empty();
        if let Some(pool) = self.options.pool.as_ref().filter(|_| silent && !waits)
            && self.options.budget.check().is_ok()
        {
            pool.keep_filled(&self.rows.data);
        }
    }

    /// Shares nothing with other cards from here on: its tables are no longer theirs.
    pub(super) fn leave_pool(&mut self) {
        self.options.pool = None;
        self.rows.pool = None;
    }

    /// What bears on cells beside their aggregate, segments and windows.
    fn name_frame(&mut self) {
        if self.options.pool.is_none() {
            return;
        }
        let periods: Vec<_> = self.axes.periods.iter().map(|axis| &axis.period).collect();
        let plain = Plain::of(&(&self.card.journeys, periods)).unwrap_or_default();
        self.frame = format!("{} {:?} {}", self.fiscal_start(), self.rows.data.as_of, plain.text);
    }

    /// Makes an aggregate ready as of a day, or takes it from a card that did.
    pub(super) fn make_leaf(&mut self, aggregate: &Aggregate, day: CivilDate) -> Result<Leaf, Vec<Diagnostic>> {
        let pool = self.options.pool.clone();
        let key = pool
            .as_ref()
            .and_then(|pool| Some((pool.number(Plain::of(aggregate)?.text), day.0)));
        if let (Some(pool), Some(key)) = (&pool, key)
            && let Some(leaf) = pool.leaf(key)
        {
            return Ok(leaf.at(aggregate.span));
        }
        let said = self.rows.said();
        let leaf = leaf::prepare(&mut self.rows, &mut self.shared, aggregate, day)?;
        if let (Some(pool), Some(key)) = (&pool, key)
            && said == self.rows.said()
            && self.options.budget.check().is_ok()
        {
            pool.keep_leaf(key, &leaf);
        }
        Ok(leaf)
    }

    pub(super) fn stop_on_errors(&mut self) -> Result<(), Vec<Diagnostic>> {
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

    pub(super) fn fiscal_start(&self) -> u32 {
        self.card.header.fiscal_year_start.map_or(1, |month| month.value)
    }

    fn read_segments(&mut self) {
        let fiscal = self.fiscal_start();
        let card = self.card;
        let more = self.options.segments.clone();
        for segment in card.segments.iter().chain(&more) {
            let declared = Plain::of(&(fiscal, segment));
            self.read_segment(declared, segment.name.span, |rows, findings| {
                Cutter::new(segment, rows, fiscal, findings)
            });
        }
        for journey in card.journeys.iter().filter(|journey| !journey.along.is_empty()) {
            self.read_segment(Plain::of(journey), journey.name.span, |rows, findings| {
                Cutter::of_journey(journey, rows, findings)
            });
        }
    }

    fn read_segment(
        &mut self,
        declared: Option<Plain>,
        span: Span,
        make: impl FnOnce(&mut Rows<'a>, &mut Vec<Diagnostic>) -> Option<Cutter>,
    ) {
        let pool = self.options.pool.clone();
        let key = pool.as_ref().zip(declared).map(|(pool, plain)| pool.number(plain.text));
        if let (Some(pool), Some(key)) = (&pool, key)
            && let Some(cutter) = pool.cutter(key)
        {
            self.cutters.push(cutter.at(span));
            return;
        }
        let said = (self.rows.said(), self.findings.len());
        let Some(mut cutter) = make(&mut self.rows, &mut self.findings) else {
            return;
        };
        cutter.declared = key;
        if let (Some(pool), Some(key)) = (&pool, key)
            && said == (self.rows.said(), self.findings.len())
            && self.options.budget.check().is_ok()
        {
            pool.keep_cutter(key, &cutter, cutter.held_bytes());
        }
        self.cutters.push(cutter);
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
            match self.make_leaf(&aggregate, as_of) {
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
        self.leave_pool();
        self.scores.remove(&(table.to_owned(), name.to_owned()));
        self.rows.add_column(table, name, Added::Whole(column));
        self.shared.forget();
        self.fill_added();
        self.prepare_leaves();
        self.profile_days();
        self.stop_on_errors()
    }

    /// Whether neither a limit nor the caller has stopped it.
    pub(crate) fn goes_on(&self) -> bool {
        self.options.budget.check().is_ok()
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
}
