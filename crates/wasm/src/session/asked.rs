//! Questions about a card: what is to be said about it, and how its numbers came about.

use bellwether::EvaluateOptions;
use bellwether::definition::{Scorecard, TableSource};
use bellwether::engine::{Backtest, Progress, Question, WhatIf, WhatIfQuestion};
use bellwether::report::Explanation;

use super::failure::found;
use super::{Failure, Session};
use crate::answer::{CheckAnswer, WantedTable};
use crate::options::{CardText, EvaluateSettings, ExplainQuestion, WhatIfSettings};

impl Session {
    /// Everything that is to be said about a card.
    ///
    /// # Errors
    /// Only when the caller stopped it, or for a mistake of the call.
    pub fn check(
        &mut self,
        card: &CardText,
        settings: &EvaluateSettings,
        progress: Option<Progress>,
    ) -> Result<CheckAnswer, Failure> {
        let budget = self.engine.budget();
        let compiled = match self.compile(card, &budget) {
            Ok(compiled) => compiled,
            Err(error) => return checked(Failure::of(error, card)),
        };
        let tables = self.wanted(&compiled.card);
        let diagnostics = if settings.data {
            match self.report(card, settings, progress) {
                Ok(report) => found(card, report.diagnostics.clone()),
                Err(failure) => checked(failure)?.diagnostics,
            }
        } else {
            let options = EvaluateOptions {
                earlier: compiled.findings.clone(),
                ..EvaluateOptions::default()
            };
            found(card, self.engine.check(&compiled.card, None, &options))
        };
        Ok(CheckAnswer {
            ok: !diagnostics.iter().any(|finding| finding.diagnostic.is_error()),
            diagnostics,
            tables,
        })
    }

    fn wanted(&self, card: &Scorecard) -> Vec<WantedTable> {
        let needs = self.engine.needs(card);
        let hosts = card.tables.iter().filter(|table| table.source == TableSource::Host);
        hosts
            .map(|table| WantedTable {
                name: table.name.value.clone(),
                file: table.file.as_ref().map(|file| file.value.clone()),
                here: self.tables.contains_key(&table.name.value),
                columns: needs
                    .get(&table.name.value)
                    .map_or_else(Vec::new, |needs| needs.columns.keys().cloned().collect()),
            })
            .collect()
    }

    /// How the value of a cell came about.
    ///
    /// # Errors
    /// As the engine's.
    pub fn explain(
        &mut self,
        card: &CardText,
        question: ExplainQuestion,
        settings: &EvaluateSettings,
        progress: Option<Progress>,
    ) -> Result<Explanation, Failure> {
        let question = Question {
            name: question.name,
            segments: question.segments.into_iter().collect(),
            period: question.period,
            rows: question.rows,
        };
        self.ready(card, settings, progress, |engine, card, tables, options| {
            engine.explain(card, tables, options, &question)
        })
    }

    /// What would follow if metrics had other values.
    ///
    /// # Errors
    /// As the engine's.
    pub fn what_if(
        &mut self,
        card: &CardText,
        question: WhatIfSettings,
        settings: &EvaluateSettings,
        progress: Option<Progress>,
    ) -> Result<WhatIf, Failure> {
        let question = WhatIfQuestion {
            set: question.set.into_iter().collect(),
            seek: question.seek.into_iter().collect(),
        };
        self.ready(card, settings, progress, |engine, card, tables, options| {
            engine.what_if(card, tables, options, &question)
        })
    }

    /// Whether earlier scores told a later outcome.
    ///
    /// # Errors
    /// As the engine's.
    pub fn backtest(
        &mut self,
        card: &CardText,
        outcome: Option<&str>,
        settings: &EvaluateSettings,
        progress: Option<Progress>,
    ) -> Result<Backtest, Failure> {
        self.ready(card, settings, progress, |engine, card, tables, options| {
            engine.backtest(card, tables, options, outcome)
        })
    }
}

/// What a check answers where nothing could be evaluated: the findings, unless nobody may look at them.
fn checked(failure: Failure) -> Result<CheckAnswer, Failure> {
    match failure.code {
        "card" | "data" | "options" | "limit" | "internal" if !failure.diagnostics.is_empty() => Ok(CheckAnswer {
            ok: false,
            diagnostics: failure.diagnostics,
            tables: Vec::new(),
        }),
        _ => Err(failure),
    }
}
