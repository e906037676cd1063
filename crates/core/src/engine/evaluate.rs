//! From a card and tables to a report: the stages in order.

use std::collections::BTreeMap;
use std::sync::Arc;

use bellwether_order::Sort;

use super::bind::{Bound, bind, origins, take_or_bind};
use super::stage::Stage;
use super::{Error, ErrorKind, EvaluateOptions, prepare};
use crate::data::Table;
use crate::definition::Scorecard;
use crate::diagnostic::{Diagnostic, codes, repair, switch};
use crate::limits::Budget;
use crate::link;
use crate::measure::Pool;
use crate::proof::Evaluation;
use crate::report::{self, Provenance, Report, TableProvenance};

/// A report, or why there is none, with what was said before, less what the card's comments allow.
pub(super) fn told(
    card: &Scorecard,
    options: &EvaluateOptions,
    made: Result<Evaluation, Error>,
) -> Result<Report, Error> {
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
pub(super) fn guarded<T>(run: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(run)).unwrap_or_else(|panic| {
        let text = panic
            .downcast_ref::<&str>()
            .map(|text| (*text).to_owned())
            .or_else(|| panic.downcast_ref::<String>().cloned());
        Err(Error::internal(text.as_deref().unwrap_or("no reason is known")))
    })
}

pub(super) fn evaluate(
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

/// Evaluates a card, made ready, over data that are bound; `pool`: what it shares with other cards over them.
pub(super) fn evaluate_bound(
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

/// Findings in a fixed order (errors, warnings, notes; each by place), every one once. While there are errors, what seems
/// unused may be what a misspelt name meant, so nothing is said of it.
pub(super) fn settle(findings: &mut Vec<Diagnostic>) {
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
