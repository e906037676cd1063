//! The engine: the only module that calls the stages in order.
//!
//! Imports: every stage. Never: files, clock, environment.

mod ask;
mod bind;
mod compare;
mod entities;
mod error;
mod evaluate;
mod explain;
mod many;
mod options;
mod prepare;
mod stage;
mod workbench;

use std::collections::BTreeMap;

use bind::{Bound, bind, origins, take_or_bind};
pub use compare::Evaluated as EvaluatedCard;
pub use error::{Error, ErrorKind};
use evaluate::{evaluate, evaluate_bound, guarded, settle, told};
pub use explain::Question;
pub use many::{Job, ManyOptions};
pub use options::{EvaluateOptions, Progress};
use stage::Stage;
pub use workbench::Workbench;

use crate::data::{self, Needs, Table};
use crate::definition::{self, Scorecard};
use crate::diagnostic::{Diagnostic, switch};
use crate::limits::{Budget, Host, Limits, Stop};
pub use crate::link::{Backtest, WhatIf, WhatIfQuestion};
use crate::proof::{self, TestReport};
use crate::report::{Explanation, Report};
use crate::score;
use crate::script::{Compiler, Source};

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

#[cfg(test)]
mod tests;
