//! Expectations against what came out.

use super::{CheckResult, Evaluation};
use crate::definition::{Expect, Expectation, Scorecard};
use crate::measure::State;
use crate::report::{Cell, Report};

/// Compares an expectation with the cell it is about.
pub(super) fn check(card: &Scorecard, expect: &Expect, evaluation: &Evaluation) -> CheckResult {
    let report = &evaluation.report;
    let cell = find(report, expect);
    let (what, expected) = wanted(&expect.what);
    let (got, passed) = match &cell {
        Ok(cell) => (got(cell, &expect.what), holds(cell, &expect.what)),
        Err(reason) => (reason.clone(), false),
    };
    let why = if passed {
        Vec::new()
    } else {
        why(card, expect, evaluation, cell.as_ref().ok().copied())
    };
    CheckResult {
        of: expect.of.value.clone(),
        cell: expect.cell.clone(),
        period: expect.period.clone(),
        what: what.into(),
        expected,
        got,
        passed,
        why,
        span: expect.span,
    }
}

/// The cell that an expectation is about: the headline, or the cell of some segment values and a period. Without a
/// period a cell of segments is that of the headline's.
fn find<'r>(report: &'r Report, expect: &Expect) -> Result<&'r Cell, String> {
    let name = &expect.of.value;
    let results = &report.results;
    let metric = results
        .metrics
        .iter()
        .find(|metric| metric.name == *name)
        .map(|m| (&m.headline, &m.cells));
    let score = || {
        results
            .scores
            .iter()
            .find(|score| score.name == *name)
            .map(|s| (&s.headline, &s.cells))
    };
    let Some((headline, cells)) = metric.or_else(score) else {
        return Err("nothing: no metric, outcome or score of that name".into());
    };
    if expect.cell.is_empty() && expect.period.is_none() {
        return Ok(headline);
    }
    let period = expect.period.as_deref().or(headline.period.as_deref());
    let same = |cell: &&Cell| {
        cell.period.as_deref() == period
            && cell.segments.len() == expect.cell.len()
            && expect
                .cell
                .iter()
                .all(|(segment, value)| cell.segments.get(segment) == Some(value))
    };
    cells.iter().find(same).ok_or_else(|| "no such cell".to_owned())
}

fn wanted(what: &Expectation) -> (&'static str, String) {
    match what {
        Expectation::Value { value, decimals } => ("value", rounded(*value, *decimals)),
        Expectation::N(n) => ("n", n.to_string()),
        Expectation::Skipped(n) => ("skipped", n.to_string()),
        Expectation::State(state) => ("state", state.clone()),
        Expectation::Band(band) => ("band", band.clone()),
    }
}

fn got(cell: &Cell, what: &Expectation) -> String {
    match what {
        Expectation::Value { decimals, .. } => match cell.value {
            // Two digits more than the card writes, so that a near miss is seen.
            Some(value) => {
                let text = rounded(value, *decimals + 2);
                if text.contains('.') {
                    text.trim_end_matches('0').trim_end_matches('.').to_owned()
                } else {
                    text
                }
            }
            None => state_word(cell.state).into(),
        },
        Expectation::N(_) => cell.n.to_string(),
        Expectation::Skipped(_) => cell.skipped.to_string(),
        Expectation::State(_) => state_word(cell.state).into(),
        Expectation::Band(_) => cell.band.clone().unwrap_or_else(|| "none".into()),
    }
}

fn holds(cell: &Cell, what: &Expectation) -> bool {
    match what {
        Expectation::Value { value, decimals } => cell.value.is_some_and(|got| agrees(got, *value, *decimals)),
        Expectation::N(n) => cell.n == *n,
        Expectation::Skipped(n) => cell.skipped == *n,
        Expectation::State(state) => state_word(cell.state) == state.replace([' ', '-'], "_"),
        Expectation::Band(band) => cell.band.as_ref() == Some(band),
    }
}

/// Whether a value is what stands in the card, to the digits written there: within half a unit of the last digit. A
/// value that lies halfway (62.5 for 62 or 63) agrees with both.
pub(super) fn agrees(got: f64, written: f64, decimals: u32) -> bool {
    let unit = (0..decimals).fold(1.0, |unit, _| unit / 10.0);
    (got - written).abs() <= unit / 2.0 * (1.0 + 1e-9) + written.abs() * 1e-15
}

fn rounded(value: f64, decimals: u32) -> String {
    let text = format!("{value:.*}", decimals as usize);
    let zero = text
        .trim_start_matches('-')
        .bytes()
        .all(|byte| byte == b'0' || byte == b'.');
    if zero {
        text.trim_start_matches('-').to_owned()
    } else {
        text
    }
}

/// The state as the JSON of a report writes it, and a card expects it.
pub(super) const fn state_word(state: State) -> &'static str {
    match state {
        State::Failed => "failed",
        State::Suppressed => "suppressed",
        State::Missing => "missing",
        State::NotApplicable => "not_applicable",
        State::TooFew => "too_few",
        State::Stale => "stale",
        State::Ok => "ok",
    }
}

/// How a value came about: its n and skipped, its parts where it is a score, and the first row of each aggregate that
/// did not count as the reader may think.
fn why(card: &Scorecard, expect: &Expect, evaluation: &Evaluation, cell: Option<&Cell>) -> Vec<String> {
    let mut lines = Vec::new();
    let results = &evaluation.report.results;
    if let Some(cell) = cell {
        let period = cell
            .period
            .as_ref()
            .map_or_else(String::new, |period| format!(" in {period}"));
        lines.push(format!(
            "n {}, skipped {}{period}, state {}",
            cell.n,
            cell.skipped,
            state_word(cell.state)
        ));
    }
    if let Some(score) = results.scores.iter().find(|score| score.name == expect.of.value) {
        lines.extend(score.contributions.iter().map(|part| {
            let value = part
                .value
                .map_or_else(|| state_word(part.state).to_owned(), |value| rounded(value, 2));
            let points = part
                .points
                .map_or_else(|| "no points".into(), |points| format!("{} points", rounded(points, 2)));
            format!("`{}` is {value}, {points}", part.of)
        }));
    }
    if let Some(metric) = card.metric(&expect.of.value) {
        lines.extend(super::branch::first_row_that_does_not_count(
            &metric.measure,
            &evaluation.data,
        ));
    }
    lines
}
