//! How a card is evaluated, as the host asks.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::{Engine, Error, ErrorKind, Workbench};
use crate::definition::CivilDate;
use crate::diagnostic::Diagnostic;
use crate::limits::{Budget, Stop};
use crate::measure::MeasureOptions;
use crate::report;

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
    pub(super) fn asked(&self) -> report::Asked {
        report::Asked {
            as_of: self.as_of,
            by: self.by.clone(),
            period: self.period.clone(),
            values_from: self.values_from.clone(),
            baselines: self.baselines.clone(),
        }
    }

    pub(super) fn is_cancelled(&self) -> bool {
        let stop = self.budget.as_ref().and_then(Budget::stopped);
        stop == Some(Stop::Cancelled)
            || self
                .cancel
                .as_ref()
                .is_some_and(|cancel| cancel.load(Ordering::Relaxed))
    }

    /// These options with a budget that also the flag of the caller stops.
    pub(super) fn within(&self, engine: &Engine) -> Self {
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
    pub(super) fn stopped(&self) -> Result<(), Error> {
        match self.budget.as_ref().map_or(Ok(()), Budget::check) {
            Ok(()) => Ok(()),
            Err(Stop::Cancelled) => Err(Error::new(ErrorKind::Cancelled, Vec::new())),
            Err(stop) => Err(Error::stopped(stop)),
        }
    }

    pub(super) fn measure_options(&self) -> MeasureOptions {
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
