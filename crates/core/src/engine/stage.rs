//! A card measured and scored over its data.

use std::sync::Arc;

use super::{Error, ErrorKind, EvaluateOptions, entities, prepare, settle};
use crate::data::{Dataset, TableSummary};
use crate::definition::Scorecard;
use crate::diagnostic::Diagnostic;
use crate::measure::{MeasureOptions, Measures, MetricCells, Pool, Session};
use crate::report::{self, EntityScores, Evaluated, ListResult, QuotesResult};
use crate::{inference, link, score};

/// A card over its data, measured and scored: what reports and explanations are made from.
pub(super) struct Stage<'a> {
    pub(super) session: Session<'a>,
    pub(super) measures: Measures,
    pub(super) scores: score::Scores,
    pub(super) worth: Vec<Option<f64>>,
    pub(super) entities: Vec<Option<EntityScores>>,
    pub(super) lists: Vec<ListResult>,
    pub(super) quotes: Vec<QuotesResult>,
    /// Cells of metrics that follow the card's own and those of worth: parts of a formula that is explained.
    pub(super) parts: Vec<Arc<MetricCells>>,
    pub(super) findings: Vec<Diagnostic>,
}

impl<'a> Stage<'a> {
    /// Measures and scores a card over its data: first the metrics that read no score of a row, then the scores of
    /// rows, which become columns, then the rest. Metrics from `first_part` on are kept apart. `pool`: what the card shares with
    /// others over its data.
    pub(super) fn run(
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
    pub(super) fn analysed<'s>(
        &'s mut self,
        card: &'s Scorecard,
        threads: usize,
    ) -> (&'s mut Session<'a>, link::Analysed<'s>) {
        let analysed = link::Analysed {
            card,
            measures: &self.measures,
            scores: &self.scores,
            worth: &self.worth,
            threads,
        };
        (&mut self.session, analysed)
    }

    pub(super) fn results(
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
