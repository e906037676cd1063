//! The engine: the only file that calls the stages in order.
//!
//! Imports: every stage. Never: files, clock, environment.

mod ask;
mod compare;
mod entities;
mod error;
mod explain;
mod many;
mod prepare;
mod workbench;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use bellwether_order::Sort;

pub use compare::Evaluated as EvaluatedCard;
pub use error::{Error, ErrorKind};
pub use explain::Question;
pub use many::{Job, ManyOptions};
pub use workbench::Workbench;

use crate::data::{self, BindOptions, Dataset, Needs, Table, TableSummary};
use crate::definition::{self, CivilDate, Scorecard};
use crate::diagnostic::{Diagnostic, codes, repair, switch};
use crate::inference;
use crate::limits::{Budget, Host, Limits, Stop};
use crate::link;
pub use crate::link::{Backtest, WhatIf, WhatIfQuestion};
use crate::measure::{MeasureOptions, Measures, MetricCells, Pool, Session};
use crate::proof::{self, Evaluation, TestReport};
use crate::report::{
    self, EntityScores, Evaluated, Explanation, ListResult, Provenance, QuotesResult, Report, TableProvenance,
};
use crate::score;
use crate::script::{Compiler, Source};

/// How much of a call is done, from 0 to 1; `false` stops it.
pub type Progress = Arc<dyn Fn(f64) -> bool + Send + Sync>;

/// How to evaluate a card.
///
/// ```
/// use bellwether::definition::CivilDate;
/// use bellwether::engine::EvaluateOptions;
/// let options = EvaluateOptions { as_of: CivilDate::parse("2026-06-30"), threads: 2, ..EvaluateOptions::default() };
/// assert!(options.by.is_empty());
/// ```
#[derive(Clone, Default)]
pub struct EvaluateOptions {
    /// As of which day; `None`: the latest date in the dated tables.
    pub as_of: Option<CivilDate>,
    /// Threads; 0 and 1 both mean the caller's own. Results have the same bits for any number.
    pub threads: usize,
    /// Cuts beside the card's: a segment of the card, a column as `customers.city`, or several joined by commas for
    /// their cube.
    pub by: Vec<String>,
    /// A calendar in place of the card's first: `month`, `fiscal quarter`.
    pub period: Option<String>,
    /// Leave links, drivers, worth, pace and what initiatives return for later: the report has none of their analysis. A
    /// page that waits for a person shows the measures first, and asks again for the rest.
    pub skip_links: bool,
    /// Values kept in other cards: card, then metric, outcome or score.
    pub values_from: BTreeMap<String, BTreeMap<String, f64>>,
    /// Baselines in place of the card's, such as those frozen in a history: metric, outcome or score, then value. Each is
    /// told in the report (BW611).
    pub baselines: BTreeMap<String, f64>,
    /// Told how far the evaluation is; stops it by `false`.
    pub progress: Option<Progress>,
    /// Stops the evaluation when it is set from outside.
    pub cancel: Option<Arc<AtomicBool>>,
    /// The budget to spend from, shared with whatever else spends from it; `None`: a fresh one with the limits and the
    /// host of the engine, begun when the evaluation begins.
    pub budget: Option<Budget>,
    /// What evaluations before have bound and measured, which this one may take, and adds to; `None`: all is made anew. The
    /// results have the same bits. Of the limits, rows and cells count what is made now.
    pub workbench: Option<Workbench>,
    /// What was said when the card was compiled and its tables were read: it goes into the report, or into the error.
    pub earlier: Vec<Diagnostic>,
}

impl std::fmt::Debug for EvaluateOptions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("EvaluateOptions")
            .field("as_of", &self.as_of)
            .field("threads", &self.threads)
            .field("by", &self.by)
            .field("period", &self.period)
            .field("skip_links", &self.skip_links)
            .finish_non_exhaustive()
    }
}

impl EvaluateOptions {
    /// What is asked beside the card, for the provenance.
    fn asked(&self) -> report::Asked {
        report::Asked {
            as_of: self.as_of,
            by: self.by.clone(),
            period: self.period.clone(),
            values_from: self.values_from.clone(),
            baselines: self.baselines.clone(),
        }
    }

    fn is_cancelled(&self) -> bool {
        let stop = self.budget.as_ref().and_then(Budget::stopped);
        stop == Some(Stop::Cancelled)
            || self
                .cancel
                .as_ref()
                .is_some_and(|cancel| cancel.load(Ordering::Relaxed))
    }

    /// These options with a budget that also the flag of the caller stops.
    fn within(&self, engine: &Engine) -> Self {
        let budget = self.budget.clone().unwrap_or_else(|| engine.budget());
        if let Some(flag) = &self.cancel {
            budget.cancelled_by(flag);
        }
        Self {
            budget: Some(budget),
            ..self.clone()
        }
    }

    /// Why the budget does not let it go on, as the error to give.
    fn stopped(&self) -> Result<(), Error> {
        match self.budget.as_ref().map_or(Ok(()), Budget::check) {
            Ok(()) => Ok(()),
            Err(Stop::Cancelled) => Err(Error::new(ErrorKind::Cancelled, Vec::new())),
            Err(stop) => Err(Error::stopped(stop)),
        }
    }

    fn measure_options(&self) -> MeasureOptions {
        let (progress, cancel) = (self.progress.clone(), self.cancel.clone());
        let budget = self.budget.clone();
        let told: Option<Progress> = (progress.is_some() || cancel.is_some()).then(|| {
            let goes_on: Progress = Arc::new(move |done| {
                let stopped = cancel.as_ref().is_some_and(|cancel| cancel.load(Ordering::Relaxed));
                let goes_on = !stopped && progress.as_ref().is_none_or(|progress| progress(done));
                if let Some(budget) = budget.as_ref().filter(|_| !goes_on) {
                    budget.cancel();
                }
                goes_on
            });
            goes_on
        });
        MeasureOptions {
            threads: self.threads,
            progress: told,
            budget: self.budget.clone().unwrap_or_default(),
            ..MeasureOptions::default()
        }
    }
}

/// Compiles cards and evaluates them. Building one takes a few milliseconds; keep it and share it between threads.
///
/// ```
/// use std::collections::BTreeMap;
/// use bellwether::data::Column;
/// use bellwether::engine::{Engine, EvaluateOptions};
/// use bellwether::limits::Limits;
/// use bellwether::script::Source;
///
/// let text = r#"
///     scorecard("Health").owner("CX").purpose("Keep customers");
///     let survey = table("survey");
///     survey.column("recommend").scale(0, 10);
///     metric("nps", nps(survey.recommend)).target(45).owner("Loyalty").min_n(1);
/// "#;
/// let engine = Engine::new(Limits::default());
/// let (card, findings) = engine.compile(&Source { name: "health", text, modules: &[], params: &[] })?;
/// let answers = Column::ints(vec![Some(10), Some(9), Some(2), None]);
/// let survey = bellwether::data::Table { columns: vec![("recommend".into(), answers)], rows: 4, ..Default::default() };
/// let tables = BTreeMap::from([("survey".to_owned(), survey)]);
/// let report = engine.evaluate(&card, tables, &EvaluateOptions::default())?;
/// let nps = &report.results.metrics[0].headline;
/// assert_eq!((nps.value, nps.n, nps.skipped), (Some(100.0 / 3.0), 3, 1));
/// # Ok::<(), bellwether::engine::Error>(())
/// ```
pub struct Engine {
    compiler: Compiler,
    limits: Limits,
    host: Host,
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Engine")
            .field("limits", &self.limits)
            .field("host", &self.host)
            .finish_non_exhaustive()
    }
}

/// A card over its data, measured and scored: what reports and explanations are made from.
struct Stage<'a> {
    session: Session<'a>,
    measures: Measures,
    scores: score::Scores,
    worth: Vec<Option<f64>>,
    entities: Vec<Option<EntityScores>>,
    lists: Vec<ListResult>,
    quotes: Vec<QuotesResult>,
    /// Cells of metrics that follow the card's own and those of worth: parts of a formula that is explained.
    parts: Vec<Arc<MetricCells>>,
    findings: Vec<Diagnostic>,
}

impl Engine {
    /// Builds an engine that keeps to these limits.
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        Self {
            compiler: Compiler::new(limits),
            limits,
            host: Host::default(),
        }
    }

    /// Measures time and memory by what the host hands in. Without it those two limits do not hold.
    ///
    /// ```
    /// use std::sync::Arc;
    /// use std::time::{Duration, Instant};
    /// use bellwether::{Engine, ErrorKind, Limits, Source};
    /// use bellwether::limits::Host;
    ///
    /// let start = Instant::now();
    /// let host = Host { clock: Some(Arc::new(move || start.elapsed())), ..Host::default() };
    /// let limits = Limits { wall_time: Duration::from_millis(20), operations: u64::MAX, ..Limits::UNTRUSTED };
    /// let engine = Engine::new(limits).with_host(host);
    /// let text = "fn busy() { for i in 0..999 { for j in 0..999 { } } } \
    ///             for k in 0..999 { busy(); }";
    /// let error = engine.compile(&Source { name: "busy", text, modules: &[], params: &[] }).unwrap_err();
    /// assert_eq!(error.kind(), ErrorKind::Limit);
    /// assert_eq!(error.diagnostics()[0].message, "the card takes too long");
    /// ```
    #[must_use]
    pub fn with_host(self, host: Host) -> Self {
        Self { host, ..self }
    }

    /// The limits that it keeps to.
    #[must_use]
    pub const fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Begins a budget for [`Engine::compile_within`] and [`EvaluateOptions::budget`]: time counts from here.
    #[must_use]
    pub fn budget(&self) -> Budget {
        Budget::new(&self.limits, &self.host)
    }

    /// Compiles a card: the scorecard as plain data, with what is to be said about it besides.
    ///
    /// # Errors
    /// All findings, when one of them is an error (codes BW1xx, BW2xx).
    pub fn compile(&self, source: &Source<'_>) -> Result<(Scorecard, Vec<Diagnostic>), Error> {
        self.compile_within(source, &self.budget())
    }

    /// As [`Engine::compile`], spending from a budget that the evaluation may go on to spend from.
    ///
    /// # Errors
    /// As [`Engine::compile`]; [`ErrorKind::Limit`] and [`ErrorKind::Cancelled`] where the budget stopped it.
    pub fn compile_within(&self, source: &Source<'_>, budget: &Budget) -> Result<(Scorecard, Vec<Diagnostic>), Error> {
        let compiled = self.compiler.compile_within(source, budget);
        match budget.stopped() {
            None => {}
            Some(Stop::Cancelled) => return Err(Error::new(ErrorKind::Cancelled, compiled.diagnostics)),
            Some(_) => return Err(Error::new(ErrorKind::Limit, compiled.diagnostics)),
        }
        let (mut findings, mut allows) = (compiled.diagnostics, compiled.allows);
        findings.extend(compiled.scorecard.iter().flat_map(score::check));
        switch::apply(&mut allows, &mut findings);
        settle(&mut findings);
        match compiled.scorecard {
            Some(card) if !findings.iter().any(Diagnostic::is_error) => Ok((Scorecard { allows, ..card }, findings)),
            _ => Err(Error::new(ErrorKind::Card, findings)),
        }
    }

    /// What the card needs of each table: the columns to read, and what is known of them before.
    #[must_use]
    pub fn needs(&self, card: &Scorecard) -> BTreeMap<String, Needs> {
        data::needs(card)
    }

    /// Everything that can be said about a card, with its data where they are at hand. Errors are among the findings.
    #[must_use]
    pub fn check(
        &self,
        card: &Scorecard,
        tables: Option<BTreeMap<String, Table>>,
        options: &EvaluateOptions,
    ) -> Vec<Diagnostic> {
        let mut findings = definition::validate(card);
        findings.extend(score::check(card));
        findings.extend_from_slice(&options.earlier);
        let Some(tables) = tables else {
            switch::apply(&mut card.allows.clone(), &mut findings);
            settle(&mut findings);
            return findings;
        };
        let options = EvaluateOptions {
            earlier: findings,
            ..options.clone()
        };
        match self.evaluate(card, tables, &options) {
            Ok(report) => report.diagnostics,
            Err(error) => error.into_diagnostics(),
        }
    }

    /// Evaluates a card over tables.
    ///
    /// # Errors
    /// [`ErrorKind::Card`] and [`ErrorKind::Data`] with all findings; [`ErrorKind::Options`] for a cut or calendar that
    /// the card does not know; [`ErrorKind::Cancelled`] when the caller stopped it.
    pub fn evaluate(
        &self,
        card: &Scorecard,
        tables: BTreeMap<String, Table>,
        options: &EvaluateOptions,
    ) -> Result<Report, Error> {
        let within = options.within(self);
        told(card, options, guarded(|| evaluate(card, tables, &within, false)))
    }

    /// Runs the tests of a card: each evaluates the card over its own small tables.
    ///
    /// ```
    /// use bellwether::engine::Engine;
    /// use bellwether::limits::Limits;
    /// use bellwether::script::Source;
    ///
    /// let text = r#"
    ///     scorecard("Health").owner("CX").purpose("Keep customers");
    ///     let survey = table("survey");
    ///     survey.column("recommend").scale(0, 10).missing(99);
    ///     metric("nps", nps(survey.recommend)).target(45).owner("Loyalty");
    ///     test("blank is no answer").given("survey", "recommend\n10\n9\n2\n99").expect("nps", 33.3).expect_skipped("nps", 1);
    /// "#;
    /// let engine = Engine::new(Limits::default());
    /// let (card, _) = engine.compile(&Source { name: "health", text, modules: &[], params: &[] })?;
    /// let tests = engine.test(&card);
    /// assert!(tests.passed(), "{:?}", tests.diagnostics());
    /// assert_eq!(tests.coverage.measures.percent(), Some(100.0));
    /// # Ok::<(), bellwether::engine::Error>(())
    /// ```
    #[must_use]
    pub fn test(&self, card: &Scorecard) -> TestReport {
        self.test_within(card, &self.budget())
    }

    /// As [`Engine::test`]: all tests of the card spend from one budget.
    #[must_use]
    pub fn test_within(&self, card: &Scorecard, budget: &Budget) -> TestReport {
        proof::run(card, &|card, tables, as_of| {
            let options = EvaluateOptions {
                as_of,
                budget: Some(budget.clone()),
                ..EvaluateOptions::default()
            };
            guarded(|| evaluate(card, tables, &options, true)).map_err(Error::into_diagnostics)
        })
    }

    /// Says how the value of a cell came about.
    ///
    /// # Errors
    /// As [`Engine::evaluate`]; [`ErrorKind::Options`] for a metric, segment value or period that is not there.
    pub fn explain(
        &self,
        card: &Scorecard,
        tables: BTreeMap<String, Table>,
        options: &EvaluateOptions,
        question: &Question,
    ) -> Result<Explanation, Error> {
        let options = options.within(self);
        guarded(|| {
            let (with, _) = prepare::baselines(card, &options)?;
            explain::explain(with.as_ref().unwrap_or(card), tables, &options, question)
        })
    }

    /// Says what would follow if metrics had other values: outcomes, scores and money, with the ranges of the links; and
    /// what a metric must become for an outcome to reach a value.
    ///
    /// # Errors
    /// As [`Engine::evaluate`]; [`ErrorKind::Options`] for a metric or outcome that is not there.
    pub fn what_if(
        &self,
        card: &Scorecard,
        tables: BTreeMap<String, Table>,
        options: &EvaluateOptions,
        question: &WhatIfQuestion,
    ) -> Result<WhatIf, Error> {
        let options = options.within(self);
        guarded(|| {
            let (with, _) = prepare::baselines(card, &options)?;
            ask::what_if(with.as_ref().unwrap_or(card), tables, &options, question)
        })
    }

    /// Asks whether earlier scores told a later outcome; without a name, the first outcome of the card.
    ///
    /// # Errors
    /// As [`Engine::evaluate`]; [`ErrorKind::Options`] for an outcome that is not there, or that is no yes or no of rows.
    pub fn backtest(
        &self,
        card: &Scorecard,
        tables: BTreeMap<String, Table>,
        options: &EvaluateOptions,
        outcome: Option<&str>,
    ) -> Result<Backtest, Error> {
        let options = options.within(self);
        guarded(|| {
            let (with, _) = prepare::baselines(card, &options)?;
            ask::backtest(with.as_ref().unwrap_or(card), tables, &options, outcome)
        })
    }
}

/// A report, or why there is none, with what was said before, less what the card's comments allow.
fn told(card: &Scorecard, options: &EvaluateOptions, made: Result<Evaluation, Error>) -> Result<Report, Error> {
    let mut allows = card.allows.clone();
    let mut told = |findings: &mut Vec<Diagnostic>| {
        findings.extend_from_slice(&options.earlier);
        switch::apply(&mut allows, findings);
    };
    match made {
        Ok(Evaluation { mut report, .. }) => {
            told(&mut report.diagnostics);
            report.diagnostics.extend(switch::unused(&allows));
            settle(&mut report.diagnostics);
            Ok(report)
        }
        Err(error) => {
            let (kind, mut findings) = (error.kind(), error.into_diagnostics());
            if kind != ErrorKind::Cancelled {
                told(&mut findings);
                settle(&mut findings);
            }
            Err(Error::new(kind, findings))
        }
    }
}

/// A panic is a bug of the engine; the host gets an error all the same, and the engine holds no state that it could
/// have left half done.
fn guarded<T>(run: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(run)).unwrap_or_else(|panic| {
        let text = panic
            .downcast_ref::<&str>()
            .map(|text| (*text).to_owned())
            .or_else(|| panic.downcast_ref::<String>().cloned());
        Err(Error::internal(text.as_deref().unwrap_or("no reason is known")))
    })
}

fn evaluate(
    card: &Scorecard,
    tables: BTreeMap<String, Table>,
    options: &EvaluateOptions,
    sparse: bool,
) -> Result<Evaluation, Error> {
    let origins = origins(card, &tables);
    let (with_baselines, told) = prepare::baselines(card, options)?;
    let card = with_baselines.as_ref().unwrap_or(card);
    let working = prepare::prepare(card, options)?;
    let (mut bound, pool) = if sparse {
        (bind(&working, tables, options, true)?, None)
    } else {
        take_or_bind(&working, tables, options)?
    };
    bound.1.extend(told);
    evaluate_bound(&working, (card, origins), bound, options, pool)
}

/// What binding gives: the data, what was found, and each table in numbers.
type Bound = (Dataset, Vec<Diagnostic>, Vec<TableSummary>);

/// Evaluates a card, made ready, over data that are bound; `pool`: what it shares with other cards over them.
fn evaluate_bound(
    working: &Scorecard,
    (card, tables): (&Scorecard, Vec<TableProvenance>),
    (data, bound, summaries): Bound,
    options: &EvaluateOptions,
    pool: Option<Arc<Pool>>,
) -> Result<Evaluation, Error> {
    let mut stage = Stage::run(working, data, options, working.metrics.len(), pool)?;
    stage.findings.extend(bound);
    stage.findings.extend(prepare::outside(working));
    let links = if options.skip_links {
        link::Links::default()
    } else {
        let (session, analysed) = stage.analysed(card, options.threads);
        link::analyse(session, &analysed)
    };
    let (mut results, findings) = stage.results(card, summaries, links);
    options.stopped()?;
    let mut diagnostics = stage.findings;
    diagnostics.extend(findings);
    if options.budget.as_ref().is_some_and(Budget::texts_left_out) {
        let message =
            "an expression makes texts that are too long to keep (64 KiB each, fewer of many): they are missing";
        let finding = Diagnostic::warning(codes::TEXT_LEFT_OUT, message);
        diagnostics.push(finding.help("join fewer parts, or cut them with `sub_string`"));
    }
    settle(&mut diagnostics);
    if diagnostics.iter().any(Diagnostic::is_error) {
        return Err(Error::new(ErrorKind::Card, diagnostics));
    }
    let results_sha256 =
        report::digest::of(&mut results, Some(&stage.measures)).map_err(|error| Error::internal(&error.to_string()))?;
    let provenance = Provenance {
        engine: concat!("bellwether ", env!("CARGO_PKG_VERSION")).into(),
        sources: card.sources.clone(),
        params: card.params.clone(),
        asked: options.asked(),
        tables,
        results_sha256,
        slice: None,
    };
    Ok(Evaluation {
        report: Report {
            results,
            diagnostics,
            provenance,
            history: None,
        },
        data: stage.session.data().clone(),
    })
}

/// The data bound for a card, and what was measured in them before, where the host keeps that.
fn take_or_bind(
    working: &Scorecard,
    tables: BTreeMap<String, Table>,
    options: &EvaluateOptions,
) -> Result<(Bound, Option<Arc<Pool>>), Error> {
    match &options.workbench {
        Some(bench) => (bench.bind(working, tables, options)).map(|(bound, pool)| (bound, Some(pool))),
        None => bind(working, tables, options, false).map(|bound| (bound, None)),
    }
}

fn bind(
    card: &Scorecard,
    tables: BTreeMap<String, Table>,
    options: &EvaluateOptions,
    sparse: bool,
) -> Result<Bound, Error> {
    if let Some(budget) = &options.budget {
        budget.exclude_data();
    }
    let how = BindOptions {
        as_of: options.as_of,
        sparse,
        budget: options.budget.clone().unwrap_or_default(),
        threads: options.threads,
        ..BindOptions::default()
    };
    data::bind(card, tables, &how).map_err(|mut findings| {
        settle(&mut findings);
        Error::new(ErrorKind::Data, findings)
    })
}

impl<'a> Stage<'a> {
    /// Measures and scores a card over its data: first the metrics that read no score of a row, then the scores of
    /// rows, which become columns, then the rest. Metrics from `first_part` on are kept apart. `pool`: what the card shares with
    /// others over its data.
    fn run(
        card: &'a Scorecard,
        data: Dataset,
        options: &EvaluateOptions,
        first_part: usize,
        pool: Option<Arc<Pool>>,
    ) -> Result<Self, Error> {
        let stopped = |mut findings: Vec<Diagnostic>| {
            if let Err(error) = options.stopped() {
                return error;
            }
            if options.is_cancelled() || findings.is_empty() {
                return Error::new(ErrorKind::Cancelled, Vec::new());
            }
            settle(&mut findings);
            Error::new(ErrorKind::Card, findings)
        };
        let measure_options = MeasureOptions {
            pool,
            ..options.measure_options()
        };
        let rounds = score::rounds(card).map_err(|findings| Error::new(ErrorKind::Card, findings))?;
        let mut session = Session::new(card, data, &measure_options).map_err(stopped)?;
        let mut all = Measures {
            axes: session.axes().clone(),
            as_of: session.as_of(),
            metrics: vec![Arc::default(); card.metrics.len()],
        };
        measure(&mut session, &rounds.first, &mut all).map_err(stopped)?;
        let mut entities = vec![None; card.scores.len()];
        for index in &rounds.scores {
            let scored = entities::score_rows(&mut session, card, &all, *index).map_err(stopped)?;
            if let Some(slot) = entities.get_mut(*index) {
                *slot = scored;
            }
        }
        measure(&mut session, &rounds.rest, &mut all).map_err(stopped)?;
        all.axes = session.axes().clone();
        let lists = lists(&mut session, card).map_err(stopped)?;
        let quotes = quotes(&mut session, card).map_err(stopped)?;
        // Whoever stops leaves its work half done: nothing of it may be seen.
        options.stopped()?;
        let parts = all.metrics.split_off(first_part.min(all.metrics.len()));
        let (measures, worth) = prepare::split_worth(card, first_part, all);
        let scorer = score::Scorer::new(card, &measures);
        let mut findings = scorer.check();
        let scores = scorer.all();
        findings.extend(session.take_findings());
        Ok(Self {
            session,
            measures,
            scores,
            worth,
            entities,
            lists,
            quotes,
            parts,
            findings,
        })
    }

    /// What the analysis of links reads, and the session that it reads rows from.
    fn analysed<'s>(&'s mut self, card: &'s Scorecard, threads: usize) -> (&'s mut Session<'a>, link::Analysed<'s>) {
        let analysed = link::Analysed {
            card,
            measures: &self.measures,
            scores: &self.scores,
            worth: &self.worth,
            threads,
        };
        (&mut self.session, analysed)
    }

    fn results(
        &mut self,
        card: &Scorecard,
        tables: Vec<TableSummary>,
        links: link::Links,
    ) -> (report::Results, Vec<Diagnostic>) {
        let inference = inference::infer(card, &self.measures, &self.scores, &mut self.session);
        report::build(Evaluated {
            card,
            inference: &inference,
            data: self.session.data(),
            measures: &self.measures,
            scores: &self.scores,
            worth: std::mem::take(&mut self.worth),
            entities: std::mem::take(&mut self.entities),
            lists: std::mem::take(&mut self.lists),
            quotes: std::mem::take(&mut self.quotes),
            links,
            tables,
        })
    }
}

fn measure(session: &mut Session<'_>, round: &[usize], all: &mut Measures) -> Result<(), Vec<Diagnostic>> {
    if round.is_empty() {
        return Ok(());
    }
    let measured = session.measure(round)?;
    for (index, measured) in round.iter().zip(measured) {
        if let Some(slot) = all.metrics.get_mut(*index) {
            *slot = measured;
        }
    }
    Ok(())
}

fn lists(session: &mut Session<'_>, card: &Scorecard) -> Result<Vec<ListResult>, Vec<Diagnostic>> {
    let mut results = Vec::new();
    for list in &card.lists {
        let listed = session.list(list)?;
        let row = |row: &u32| {
            let values = listed
                .columns
                .iter()
                .map(|(_, column)| report::explain::plain_value(column, *row as usize));
            values.collect()
        };
        results.push(ListResult {
            name: list.name.value.clone(),
            table: list.table.value.clone(),
            audience: list.audience.clone(),
            columns: listed.columns.iter().map(|(name, _)| name.clone()).collect(),
            rows: listed.rows.iter().map(row).collect(),
            passed: listed.found,
        });
    }
    Ok(results)
}

fn quotes(session: &mut Session<'_>, card: &Scorecard) -> Result<Vec<QuotesResult>, Vec<Diagnostic>> {
    let of = |declared| {
        Ok(report::quote::quotes(
            declared,
            &session.quoted(declared)?,
            session.axes(),
        ))
    };
    card.quotes.iter().map(of).collect()
}

/// Where each table of the host comes from.
fn origins(card: &Scorecard, tables: &BTreeMap<String, Table>) -> Vec<TableProvenance> {
    let names = card.tables.iter().map(|table| &table.name.value);
    names
        .filter_map(|name| {
            let table = tables.get(name)?;
            Some(TableProvenance {
                table: name.clone(),
                origin: table.origin.clone(),
                sha256: table.sha256.clone(),
                rows: table.rows as u64,
            })
        })
        .collect()
}

/// Findings in a fixed order (errors, warnings, notes; each by place), every one once. While there are errors, what seems
/// unused may be what a misspelt name meant, so nothing is said of it.
fn settle(findings: &mut Vec<Diagnostic>) {
    repair::spelling(findings);
    if findings.iter().any(Diagnostic::is_error) {
        findings.retain(|finding| finding.code != codes::UNUSED);
    }
    findings.order_by(|a, b| {
        let place = |finding: &Diagnostic| (finding.severity, finding.span.is_none(), finding.span);
        place(a)
            .cmp(&place(b))
            .then_with(|| a.code.cmp(&b.code))
            .then_with(|| a.message.cmp(&b.message))
            .then_with(|| a.place.cmp(&b.place))
    });
    findings.dedup_by(|a, b| a.code == b.code && a.span == b.span && a.place == b.place && a.message == b.message);
}

#[cfg(test)]
mod tests;
