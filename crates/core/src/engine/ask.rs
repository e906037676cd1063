//! Questions about links: what if, and backtests.

use std::collections::BTreeMap;

use super::{Error, ErrorKind, EvaluateOptions, Stage, prepare, take_or_bind};
use crate::data::Table;
use crate::definition::{Role, Scorecard};
use crate::diagnostic::{Diagnostic, codes, nearest};
use crate::link::{self, Analysed, Backtest, WhatIf, WhatIfQuestion};
use crate::measure::Session;

fn unknown(card: &Scorecard, name: &str) -> Error {
    let names = card.metrics.iter().map(|metric| metric.name.value.as_str());
    let mut finding = Diagnostic::error(
        codes::UNKNOWN_OBJECT,
        format!("no metric or outcome `{name}` with a value in this card"),
    );
    if let Some(near) = nearest(name, names) {
        finding = finding.help(format!("did you mean `{near}`?"));
    }
    Error::new(ErrorKind::Options, vec![finding])
}

/// Measures and scores the card, then asks.
fn asked<T>(
    card: &Scorecard,
    tables: BTreeMap<String, Table>,
    options: &EvaluateOptions,
    ask: impl FnOnce(&mut Session<'_>, &Analysed<'_>) -> T,
) -> Result<T, Error> {
    let working = prepare::prepare(card, options)?;
    let ((data, _, _), pool) = take_or_bind(&working, tables, options)?;
    let mut stage = Stage::run(&working, data, options, working.metrics.len(), pool)?;
    let (session, from) = stage.analysed(card, options.threads);
    let answer = ask(session, &from);
    // What a spent budget stopped is half an answer.
    options.stopped()?;
    Ok(answer)
}

pub(super) fn what_if(
    card: &Scorecard,
    tables: BTreeMap<String, Table>,
    options: &EvaluateOptions,
    question: &WhatIfQuestion,
) -> Result<WhatIf, Error> {
    let answer = asked(card, tables, options, |session, from| {
        link::what_if(session, from, question)
    })?;
    answer.map_err(|name| unknown(card, &name))
}

pub(super) fn backtest(
    card: &Scorecard,
    tables: BTreeMap<String, Table>,
    options: &EvaluateOptions,
    outcome: Option<&str>,
) -> Result<Backtest, Error> {
    let index = match outcome {
        Some(name) => card
            .metrics
            .iter()
            .position(|metric| metric.name.value == name)
            .ok_or_else(|| unknown(card, name))?,
        None => card
            .metrics
            .iter()
            .position(|metric| metric.role == Role::Outcome)
            .ok_or_else(|| unknown(card, "outcome"))?,
    };
    let answer = asked(card, tables, options, |session, from| {
        link::backtest(session, from, index)
    })?;
    answer.ok_or_else(|| {
        let name = card.metrics.get(index).map_or("", |metric| metric.name.value.as_str());
        let finding = Diagnostic::error(
            codes::BAD_SETTING,
            format!("`{name}` is no yes or no of single rows, which a backtest needs"),
        );
        Error::new(
            ErrorKind::Options,
            vec![finding.help("name an outcome such as rate(customers, |c| !c.churned)")],
        )
    })
}
