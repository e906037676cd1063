//! Many cards over the same data: what they have in common is bound, scanned and measured once.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use bellwether_order::Sort;

use super::{Bound, Engine, Error, EvaluateOptions, Progress, bind, evaluate_bound, guarded, origins, prepare};
use crate::data::{self, Dataset, Needs, Table, TableSummary, parallel};
use crate::definition::plain::Plain;
use crate::definition::{Metric, Scorecard};
use crate::diagnostic::Diagnostic;
use crate::limits::{Budget, Limits};
use crate::measure::{MeasureOptions, Pool, Session};
use crate::proof::Evaluation;
use crate::report::{Report, TableProvenance};

/// A card to evaluate among others.
///
/// Its options are its own: as-of day, cuts, values of other cards, findings told before, and its limits. `threads` of a job
/// is not read: [`ManyOptions::threads`] serves all.
#[derive(Debug, Clone)]
pub struct Job<'a> {
    /// The card.
    pub card: &'a Scorecard,
    /// How to evaluate it.
    pub options: EvaluateOptions,
}

impl<'a> Job<'a> {
    /// A card with the options that hold when nothing is said.
    #[must_use]
    pub fn new(card: &'a Scorecard) -> Self {
        Self {
            card,
            options: EvaluateOptions::default(),
        }
    }
}

/// How to evaluate many cards.
#[derive(Clone, Default)]
pub struct ManyOptions {
    /// Threads; 0 and 1 both mean the caller's own. Results have the same bits for any number.
    pub threads: usize,
    /// Told how much of all jobs is done; stops them all by `false`.
    pub progress: Option<Progress>,
    /// Stops all jobs when it is set from outside.
    pub cancel: Option<Arc<AtomicBool>>,
    /// What the work that jobs share spends from. `None`: for each scan that they share, the limits of the engine, time and
    /// rows as often as there are jobs that it serves. Where it stops, each job goes on within its own limits.
    pub budget: Option<Budget>,
    /// Bytes that may be kept for other jobs, about; `None`: half of [`Limits::memory_bytes`]. What does not fit is made by
    /// each card for itself.
    pub keep_bytes: Option<u64>,
    /// Whether the tables hold columns that only some of the cards need, since they were read for all of them: then each
    /// card sees its own columns only, as if its tables had been read for it alone.
    pub read_for_all: bool,
}

impl std::fmt::Debug for ManyOptions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ManyOptions")
            .field("threads", &self.threads)
            .field("keep_bytes", &self.keep_bytes)
            .finish_non_exhaustive()
    }
}

/// At most so many measures share a scan, so that the cells of a thousand cards are not all in memory at once.
const MOST_TOGETHER: usize = 512;

/// A job with its card made ready.
struct Ready<'a> {
    at: usize,
    job: &'a Job<'a>,
    /// The card, with baselines of the options in place of its own.
    card: Cow<'a, Scorecard>,
    /// What is to be said of those.
    told: Vec<Diagnostic>,
    working: Scorecard,
    tables: Plain,
    /// What cells are cut by, apart from where it is written.
    frame: String,
    /// The columns that it reads.
    needs: BTreeMap<String, Needs>,
}

impl Engine {
    /// Evaluates many cards over the same tables. Cards that declare the same tables share one binding of the data and, as
    /// far as they also have measures, segments and periods in common, one scan and its cells; each does its own scores,
    /// inference and report. What comes out has the same bits as [`Engine::evaluate`] gives for each card alone, and is in
    /// the order of the jobs. A card that fails does so alone.
    ///
    /// [`Engine::evaluate_each`] hands out the reports one by one, for more of them than memory holds.
    ///
    /// ```
    /// use std::collections::BTreeMap;
    /// use bellwether::{Engine, Limits, Source, Table};
    /// use bellwether::data::Column;
    /// use bellwether::engine::{Job, ManyOptions};
    ///
    /// let card = |target: u32| format!(r#"
    ///     scorecard("Target {target}").owner("CX").purpose("Keep customers");
    ///     let survey = table("survey");
    ///     survey.column("recommend").scale(0, 10);
    ///     metric("nps", nps(survey.recommend)).target({target}).owner("Loyalty").min_n(1);
    /// "#);
    /// let engine = Engine::new(Limits::default());
    /// let mut cards = Vec::new();
    /// for target in [20, 40] {
    ///     let source = Source { name: "card", text: &card(target), modules: &[], params: &[] };
    ///     cards.push(engine.compile(&source)?.0);
    /// }
    /// let answers = Column::ints(vec![Some(10), Some(9), Some(2)]);
    /// let survey = Table { columns: vec![("recommend".into(), answers)], rows: 3, ..Table::default() };
    /// let tables = BTreeMap::from([("survey".to_owned(), survey)]);
    /// let jobs: Vec<Job> = cards.iter().map(Job::new).collect();
    /// let reports = engine.evaluate_many(&jobs, &tables, &ManyOptions::default());
    /// let met: Vec<_> = reports.into_iter().map(|report| report.unwrap().results.metrics[0].headline.target_met).collect();
    /// assert_eq!(met, [Some(true), Some(false)]);
    /// # Ok::<(), bellwether::Error>(())
    /// ```
    #[must_use]
    pub fn evaluate_many(
        &self,
        jobs: &[Job<'_>],
        tables: &BTreeMap<String, Table>,
        options: &ManyOptions,
    ) -> Vec<Result<Report, Error>> {
        let made = std::sync::Mutex::new(Vec::new());
        self.evaluate_each(jobs, tables, options, &|at, report| {
            made.lock()
                .unwrap_or_else(std::sync::PoisonError::into_inner)
                .push((at, report));
        });
        let mut made = made.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
        made.order_by_key(|(at, _)| *at);
        made.into_iter().map(|(_, report)| report).collect()
    }

    /// As [`Engine::evaluate_many`], giving each report, or why there is none, to `take` as soon as it is there: with the
    /// number of its job, once for each, in any order and from any of the threads.
    pub fn evaluate_each(
        &self,
        jobs: &[Job<'_>],
        tables: &BTreeMap<String, Table>,
        options: &ManyOptions,
        take: &(dyn Fn(usize, Result<Report, Error>) + Sync),
    ) {
        let work = Work {
            engine: self,
            tables,
            options,
            take,
            done: AtomicUsize::new(0),
            all: jobs.len(),
            stopped: Arc::new(AtomicBool::new(false)),
        };
        // Cards that declare the same tables, seen as of the same day, in the order of the first of each.
        let mut groups: Vec<(String, Vec<Ready<'_>>)> = Vec::new();
        for (at, job) in jobs.iter().enumerate() {
            match guarded(|| ready(at, job)) {
                Ok(ready) => {
                    let key = format!("{:?} {}", job.options.as_of, ready.tables.text);
                    match groups.iter_mut().find(|(other, _)| *other == key) {
                        Some((_, group)) => group.push(ready),
                        None => groups.push((key, vec![ready])),
                    }
                }
                Err(error) => work.give(at, job, Err(error)),
            }
        }
        for (_, group) in groups {
            work.group(group);
        }
    }
}

fn ready<'a>(at: usize, job: &'a Job<'a>) -> Result<Ready<'a>, Error> {
    let (changed, told) = prepare::baselines(job.card, &job.options)?;
    let card = changed.map_or(Cow::Borrowed(job.card), Cow::Owned);
    let working = prepare::prepare(&card, &job.options)?;
    let same = || Error::internal("a card that cannot be written as data");
    let tables = Plain::of(&(&working.tables, working.header.utc_offset_minutes)).ok_or_else(same)?;
    let header = &working.header;
    let frame = (
        (&working.segments, &working.crosses, &working.periods, &working.journeys),
        (header.fiscal_year_start, header.complete_until),
    );
    let frame = Plain::of(&frame).ok_or_else(same)?.text;
    let needs = data::needs(&working);
    Ok(Ready {
        at,
        job,
        card,
        told,
        working,
        tables,
        frame,
        needs,
    })
}

/// What a card is told of data that are bound for several.
struct Seen {
    findings: Vec<Diagnostic>,
    summaries: Vec<TableSummary>,
}

/// The evaluation of many cards.
struct Work<'a> {
    engine: &'a Engine,
    tables: &'a BTreeMap<String, Table>,
    options: &'a ManyOptions,
    take: &'a (dyn Fn(usize, Result<Report, Error>) + Sync),
    done: AtomicUsize,
    all: usize,
    /// Set when the caller stopped all.
    stopped: Arc<AtomicBool>,
}

impl Work<'_> {
    /// Cards that declare the same tables.
    fn group(&self, group: Vec<Ready<'_>>) {
        if !self.options.read_for_all {
            for ready in self.share(group, self.tables) {
                self.alone(&ready, self.tables);
            }
            return;
        }
        // What refuses a card may stand in a column that only others read: over its own columns it is asked again, together
        // with the cards that read the same.
        let all: Vec<_> = group.iter().map(|ready| &ready.needs).collect();
        let tables = data::need::read_for(self.tables, &all);
        let rest = self.share(group, &tables);
        let mut alike: Vec<(BTreeMap<String, Needs>, Vec<Ready<'_>>)> = Vec::new();
        for ready in rest {
            match alike.iter_mut().find(|(needs, _)| *needs == ready.needs) {
                Some((_, cards)) => cards.push(ready),
                None => alike.push((ready.needs.clone(), vec![ready])),
            }
        }
        for (needs, cards) in alike {
            let tables = data::need::read_for(self.tables, &[&needs]);
            let rest = if cards.len() > 1 {
                self.share(cards, &tables)
            } else {
                cards
            };
            for ready in rest {
                self.alone(&ready, &tables);
            }
        }
    }

    /// Cards over data that the first of them that fits binds for all; gives back those that it does not serve.
    ///
    /// Which rows count is the same for all columns: where rows of a key differ in a column that tells them apart for one
    /// card and not for another, binding fails.
    fn share<'r>(&self, group: Vec<Ready<'r>>, tables: &BTreeMap<String, Table>) -> Vec<Ready<'r>> {
        let mut first: Option<(Plain, Bound)> = None;
        let mut refused: Vec<BTreeMap<String, Needs>> = Vec::new();
        let mut shared = Vec::new();
        let mut rest = Vec::new();
        for ready in group {
            if first.is_none() && !refused.contains(&ready.needs) {
                let options = self.options_of(ready.job, self.threads());
                match guarded(|| bind(&ready.working, tables.clone(), &options, false)) {
                    Ok(bound) => first = Some((ready.tables.clone(), bound)),
                    Err(_) => refused.push(ready.needs.clone()),
                }
            }
            match first
                .as_ref()
                .and_then(|(plain, bound)| self.seen(&ready, plain, bound))
            {
                Some(seen) => shared.push((ready, seen)),
                None => rest.push(ready),
            }
        }
        if let Some((_, bound)) = first {
            self.bound(shared, &bound.0);
        }
        rest
    }

    /// What a card is told of data that another card with the same tables bound. `None`: they do not serve it.
    fn seen(&self, ready: &Ready<'_>, plain: &Plain, bound: &Bound) -> Option<Seen> {
        let (data, findings, summaries) = bound;
        if !data::bind::serves(&ready.working, data) {
            return None;
        }
        let findings = findings.iter().map(|finding| plain.moved(&ready.tables, finding));
        let summaries = if self.options.read_for_all {
            // Which columns it would have: told by its own tables without their rows.
            let shape = data::need::read_for(self.tables, &[&ready.needs]);
            let shape = shape.into_iter().map(|(name, table)| (name, table.without_rows()));
            let options = self.options_of(ready.job, 1);
            let (_, _, own) = guarded(|| bind(&ready.working, shape.collect(), &options, false)).ok()?;
            data::summary::narrowed(summaries, &own)?
        } else {
            summaries.clone()
        };
        Some(Seen {
            findings: findings
                .chain(ready.told.iter().cloned().map(Some))
                .collect::<Option<_>>()?,
            summaries,
        })
    }

    /// A card that shares nothing.
    fn alone(&self, ready: &Ready<'_>, tables: &BTreeMap<String, Table>) {
        let options = self.options_of(ready.job, self.threads());
        let made = guarded(|| {
            let mut bound = bind(&ready.working, tables.clone(), &options, false)?;
            bound.1.extend(ready.told.iter().cloned());
            let card = (ready.card.as_ref(), self.origins(ready));
            evaluate_bound(&ready.working, card, bound, &options, None)
        });
        self.give(ready.at, ready.job, made);
    }

    /// Cards over data that are bound: those with the same cuts and calendars together.
    fn bound(&self, shared: Vec<(Ready<'_>, Seen)>, data: &Dataset) {
        let most = self.options.keep_bytes.unwrap_or(self.engine.limits.memory_bytes / 2);
        let pool = (shared.len() > 1).then(|| Arc::new(Pool::new(most)));
        let mut frames: BTreeMap<String, Vec<(Ready<'_>, Seen)>> = BTreeMap::new();
        for (ready, seen) in shared {
            frames.entry(ready.frame.clone()).or_default().push((ready, seen));
        }
        for frame in frames.into_values() {
            if let Some(pool) = &pool {
                pool.next_round();
                if frame.len() > 1 {
                    self.measure_ahead(&frame, data, pool);
                }
            }
            // A card each for as many threads as there are; a card alone has them all.
            let threads = self.threads();
            let each = if frame.len() >= threads { 1 } else { threads };
            let at_once = if each == 1 { threads } else { 1 };
            parallel::map(at_once, frame.len(), |at| {
                let Some((ready, seen)) = frame.get(at) else { return };
                let options = self.options_of(ready.job, each);
                let own = (data.clone(), seen.findings.clone(), seen.summaries.clone());
                let made = guarded(|| {
                    options.stopped()?;
                    if let Some(budget) = &options.budget {
                        budget.exclude_data();
                    }
                    let card = (ready.card.as_ref(), self.origins(ready));
                    evaluate_bound(&ready.working, card, own, &options, pool.clone())
                });
                self.give(ready.at, ready.job, made);
            });
        }
    }

    /// Measures everything that the cards of a frame have in common with one another, in one scan of each table.
    fn measure_ahead(&self, frame: &[(Ready<'_>, Seen)], data: &Dataset, pool: &Arc<Pool>) {
        let Some((first, _)) = frame.first() else { return };
        let mut seen: BTreeMap<String, &Metric> = BTreeMap::new();
        for metric in frame.iter().flat_map(|(ready, _)| &ready.working.metrics) {
            let Some(plain) = Plain::of(&(&metric.measure, metric.each_step, metric.fresh_for.is_some())) else {
                continue;
            };
            seen.entry(plain.text).or_insert(metric);
        }
        let metrics: Vec<&Metric> = seen.into_values().collect();
        let budget = self.options.budget.clone().unwrap_or_else(|| {
            let limits = &self.engine.limits;
            let jobs = u32::try_from(frame.len()).unwrap_or(u32::MAX);
            let most = Limits {
                wall_time: limits.wall_time.saturating_mul(jobs),
                row_operations: limits.row_operations.saturating_mul(jobs.into()),
                cells: limits.cells.saturating_mul(frame.len()),
                ..*limits
            };
            Budget::new(&most, &self.engine.host)
        });
        budget.exclude_data();
        let stopped = Arc::clone(&self.stopped);
        let (cancel, done) = (self.options.cancel.clone(), self.options.progress.clone());
        let so_far = self.done.load(Ordering::Relaxed) as f64 / self.all.max(1) as f64;
        let options = MeasureOptions {
            threads: self.threads(),
            progress: Some(Arc::new(move |_| {
                let cancelled = cancel.as_ref().is_some_and(|cancel| cancel.load(Ordering::Relaxed));
                let goes_on = !cancelled && done.as_ref().is_none_or(|done| done(so_far));
                stopped.fetch_or(!goes_on, Ordering::Relaxed);
                goes_on
            })),
            budget,
            pool: Some(Arc::clone(pool)),
            ..MeasureOptions::default()
        };
        for together in metrics.chunks(MOST_TOGETHER) {
            let card = |metrics: &[&Metric]| Scorecard {
                metrics: metrics.iter().map(|metric| (*metric).clone()).collect(),
                scores: Vec::new(),
                links: Vec::new(),
                lists: Vec::new(),
                ..first.working.clone()
            };
            // What fails here is told by the card that it belongs to.
            let _ = guarded(|| {
                if measure(&card(together), data, &options) {
                    return Ok(());
                }
                let fit = |metric: &&&Metric| Session::new(&card(&[metric]), data.clone(), &options).is_ok();
                let fitting: Vec<&Metric> = together.iter().filter(fit).copied().collect();
                measure(&card(&fitting), data, &options);
                Ok(())
            });
        }
    }

    fn origins(&self, ready: &Ready<'_>) -> Vec<TableProvenance> {
        origins(ready.job.card, self.tables)
    }

    fn threads(&self) -> usize {
        self.options.threads.max(1)
    }

    /// The options of a job with a budget of its own that whatever stops all stops too.
    fn options_of(&self, job: &Job<'_>, threads: usize) -> EvaluateOptions {
        let mut options = job.options.within(self.engine);
        options.threads = threads;
        if let Some(budget) = &options.budget {
            if let Some(cancel) = &self.options.cancel {
                budget.cancelled_by(cancel);
                if cancel.load(Ordering::Relaxed) {
                    budget.cancel();
                }
            }
            if self.stopped.load(Ordering::Relaxed) {
                budget.cancel();
            }
        }
        let (cancel, stopped, own) = (
            self.options.cancel.clone(),
            Arc::clone(&self.stopped),
            job.options.progress.clone(),
        );
        options.progress = Some(Arc::new(move |done| {
            let cancelled = cancel.as_ref().is_some_and(|cancel| cancel.load(Ordering::Relaxed));
            !cancelled && !stopped.load(Ordering::Relaxed) && own.as_ref().is_none_or(|own| own(done))
        }));
        options
    }

    fn give(&self, at: usize, job: &Job<'_>, made: Result<Evaluation, Error>) {
        let report = super::told(job.card, &job.options, made);
        (self.take)(at, report);
        let done = self.done.fetch_add(1, Ordering::Relaxed) + 1;
        if let Some(progress) = &self.options.progress
            && !progress(done as f64 / self.all.max(1) as f64)
        {
            self.stopped.store(true, Ordering::Relaxed);
        }
    }
}

/// Measures what waits for no score; whether the card fits its data.
fn measure(card: &Scorecard, data: &Dataset, options: &MeasureOptions) -> bool {
    let Ok(mut session) = Session::new(card, data.clone(), options) else {
        return false;
    };
    let ready: Vec<usize> = (0..card.metrics.len())
        .filter(|metric| session.waits_for(*metric).is_empty())
        .collect();
    // Cells that a limit stopped are made by each card within its own.
    let _ = session.measure(&ready);
    true
}

#[cfg(test)]
mod tests;
