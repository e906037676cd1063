//! The report as it is told: its cells go packed.

use std::rc::Rc;

use bellwether::engine::Progress;
use bellwether::report::{Cell, Report, canonical_json};

use super::failure::found;
use super::{Failure, Session};
use crate::answer::ReportAnswer;
use crate::options::{CardText, EvaluateSettings};
use crate::pack::Packer;

/// Which cells of a report are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// All.
    All,
    /// Those without segment values, which are few: for a page that shows them at once.
    Totals,
}

impl Session {
    /// The canonical JSON of the results.
    ///
    /// # Errors
    /// As [`Session::report`].
    pub fn results_json(
        &mut self,
        card: &CardText,
        settings: &EvaluateSettings,
        progress: Option<Progress>,
    ) -> Result<String, Failure> {
        let report = self.report(card, settings, progress)?;
        canonical_json(&report.results).map_err(Failure::from)
    }

    /// Tells a report whose cells are packed apart: those of each metric and outcome, then those of each score.
    ///
    /// # Errors
    /// As [`Session::report`].
    pub fn told<T>(
        &mut self,
        card: &CardText,
        settings: &EvaluateSettings,
        progress: Option<Progress>,
        shown: Shown,
        tell: impl FnOnce(&Report, Packer<'_>) -> T,
    ) -> Result<T, Failure> {
        self.report(card, settings, progress)?;
        let made = (self.made.as_mut()).ok_or_else(|| Failure::usage("there is no report"))?;
        // Nobody else has it now, so that nothing is copied.
        let report = Rc::make_mut(&mut made.report);
        let whole: Vec<Vec<Cell>> = cells_of(report).map(std::mem::take).collect();
        let mut packer = Packer::default();
        for cells in &whole {
            packer.list(cells, |cell| shown == Shown::All || cell.segments.is_empty());
        }
        let told = tell(report, packer);
        cells_of(report).zip(whole).for_each(|(cells, whole)| *cells = whole);
        Ok(told)
    }

    /// Tells all cells of a metric, outcome or score.
    ///
    /// # Errors
    /// As [`Session::report`], and for a name that the report does not have.
    pub fn cells<T>(
        &mut self,
        card: &CardText,
        name: &str,
        settings: &EvaluateSettings,
        progress: Option<Progress>,
        tell: impl FnOnce(Packer<'_>) -> T,
    ) -> Result<T, Failure> {
        let report = self.report(card, settings, progress)?;
        let metrics = report
            .results
            .metrics
            .iter()
            .map(|metric| (&metric.name, &metric.cells));
        let scores = report.results.scores.iter().map(|score| (&score.name, &score.cells));
        let found = metrics.chain(scores).find(|(other, _)| *other == name);
        let (_, cells) = found.ok_or_else(|| Failure::usage(format!("the report has no `{name}`")))?;
        let mut packer = Packer::default();
        packer.list(cells, |_| true);
        Ok(tell(packer))
    }
}

fn cells_of(report: &mut Report) -> impl Iterator<Item = &mut Vec<Cell>> {
    let results = &mut report.results;
    let metrics = results.metrics.iter_mut().map(|metric| &mut metric.cells);
    metrics.chain(results.scores.iter_mut().map(|score| &mut score.cells))
}

/// A report as it is answered.
#[must_use]
pub fn answered<'a>(report: &'a Report, card: &CardText) -> ReportAnswer<'a> {
    ReportAnswer {
        results: &report.results,
        diagnostics: found(card, report.diagnostics.clone()),
        provenance: &report.provenance,
    }
}
