//! Explaining a cell: the card is evaluated with the parts of the metric's formula as metrics of their own, so that each
//! part has its value in the same cell.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Error, ErrorKind, EvaluateOptions, Stage, prepare, settle, take_or_bind};
use crate::data::Table;
use crate::definition::{Goal, Metric, Role, Scorecard};
use crate::diagnostic::{Diagnostic, Spanned, codes, nearest};
use crate::link::Links;
use crate::measure::{Axes, CellKey, Measures, PeriodKey, Pool, Session, State};
use crate::report::explain::{self, Explanation, MetricParts};
use crate::report::{Cell, GoalResult, MetricResult, Results, ScoreResult};
use crate::score::{self, Thing, place, plan};

/// Which cell is to be explained.
///
/// ```
/// use bellwether::engine::Question;
/// let question = Question { name: "nps".into(), segments: vec![("region".into(), "West".into())], ..Question::default() };
/// assert_eq!(question.rows, 10);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// Metric, outcome or score.
    pub name: String,
    /// Segment values; none: the total.
    pub segments: Vec<(String, String)>,
    /// Label of the period (`2026-05`), or `all` for the whole time; `None`: the headline's.
    pub period: Option<String>,
    /// How many source rows to show of each aggregate.
    pub rows: usize,
}

impl Default for Question {
    fn default() -> Self {
        Self {
            name: String::new(),
            segments: Vec::new(),
            period: None,
            rows: 10,
        }
    }
}

pub(super) fn explain(
    card: &Scorecard,
    tables: BTreeMap<String, Table>,
    options: &EvaluateOptions,
    question: &Question,
) -> Result<Explanation, Error> {
    let Some(thing) = plan::find(card, &question.name) else {
        return Err(refused(unknown(card, &question.name)));
    };
    let cut: Vec<&str> = question.segments.iter().map(|(segment, _)| segment.as_str()).collect();
    let mut options = options.clone();
    if cut.len() > 1 {
        options.by.push(cut.join(","));
    }
    let mut working = prepare::prepare(card, &options)?;
    let first_part = working.metrics.len();
    if let Thing::Metric(index) = thing
        && let Some(metric) = working.metrics.get(index).cloned()
    {
        let parts = explain::inner_measures(&metric.measure);
        working
            .metrics
            .extend(parts.into_iter().map(|measure| part(&metric, measure)));
    }
    let ((data, _, summaries), pool) = take_or_bind(&working, tables, &options)?;
    let (mut stage, parts) = Stage::with_parts(&working, data, &options, first_part, pool)?;
    let key = find_key(&stage.measures, &question.segments, question.period.as_deref(), |key| {
        state_of(&stage, thing, key)
    })
    .map_err(refused)?;
    // An explanation tells nothing of links.
    let (results, findings) = stage.results(card, summaries, Links::default());
    if findings.iter().chain(&stage.findings).any(Diagnostic::is_error) {
        let mut findings: Vec<Diagnostic> = stage.findings.into_iter().chain(findings).collect();
        settle(&mut findings);
        return Err(Error::new(ErrorKind::Card, findings));
    }
    match thing {
        Thing::Metric(index) => of_metric(card, &working, &mut stage, &parts, &results, index, &key, question.rows),
        Thing::Score(index) => of_score(card, &stage, &results, index, &key),
    }
}

/// A part of a formula as a metric.
fn part(of: &Metric, measure: &crate::definition::Measure) -> Metric {
    Metric {
        name: Spanned::new(format!("part of {}", of.name.value), of.name.span),
        role: Role::Metric,
        measure: measure.clone(),
        goal: Goal::default(),
        worth: None,
        drives: Vec::new(),
        ..of.clone()
    }
}

impl<'a> Stage<'a> {
    /// As [`Stage::run`], with the cells of the metrics from `first` on apart.
    fn with_parts(
        card: &'a Scorecard,
        data: crate::data::Dataset,
        options: &EvaluateOptions,
        first: usize,
        pool: Option<Arc<Pool>>,
    ) -> Result<(Self, Measures), Error> {
        let mut stage = Self::run(card, data, options, first, pool)?;
        let metrics = std::mem::take(&mut stage.parts);
        let parts = Measures {
            axes: stage.measures.axes.clone(),
            as_of: stage.measures.as_of,
            metrics,
        };
        Ok((stage, parts))
    }
}

fn state_of(stage: &Stage<'_>, thing: Thing, key: &CellKey) -> Option<State> {
    match thing {
        Thing::Metric(index) => stage.measures.cell(index, key).map(|cell| cell.state),
        Thing::Score(index) => stage.scores.cell(index, key).map(|cell| cell.state),
    }
}

fn refused(finding: Diagnostic) -> Error {
    Error::new(ErrorKind::Options, vec![finding])
}

fn suggested<'n>(finding: Diagnostic, word: &str, names: &[&'n str], what: &'n str) -> Diagnostic {
    match nearest(word, names.iter().copied()) {
        Some(near) => finding.help(format!("did you mean `{near}`?")),
        None if names.is_empty() => finding,
        None => {
            let shown: Vec<&str> = names.iter().copied().take(12).collect();
            let more = if names.len() > shown.len() { ", .." } else { "" };
            finding.help(format!("{what}: {}{more}", shown.join(", ")))
        }
    }
}

fn unknown(card: &Scorecard, name: &str) -> Diagnostic {
    let metrics = card.metrics.iter().map(|metric| metric.name.value.as_str());
    let names: Vec<&str> = metrics
        .chain(card.scores.iter().map(|score| score.name.value.as_str()))
        .collect();
    let finding = Diagnostic::error(
        codes::UNKNOWN_OBJECT,
        format!("no metric, outcome or score `{name}` in this card"),
    );
    suggested(finding, name, &names, "there are")
}

/// The key of the cell that is asked for.
fn find_key(
    measures: &Measures,
    segments: &[(String, String)],
    period: Option<&str>,
    state: impl Fn(&CellKey) -> Option<State>,
) -> Result<CellKey, Diagnostic> {
    let axes = &measures.axes;
    let mut key = CellKey {
        period: find_period(axes, period, &state)?,
        segments: Vec::new(),
    };
    for (segment, value) in segments {
        let names: Vec<&str> = axes.segments.iter().map(|axis| axis.name.as_str()).collect();
        let Some(index) = place::segment_index(axes, segment) else {
            let finding = Diagnostic::error(codes::UNKNOWN_OBJECT, format!("no segment `{segment}` in this card"));
            return Err(suggested(finding, segment, &names, "there are"));
        };
        let Some(value_index) = place::value_index(axes, index, value) else {
            let values = axes
                .segments
                .get(usize::from(index))
                .map_or(&[][..], |axis| axis.values.as_slice());
            let values: Vec<&str> = values.iter().map(String::as_str).collect();
            let finding = Diagnostic::error(codes::UNKNOWN_VALUE, format!("no row has `{value}` for `{segment}`"));
            return Err(suggested(finding, value, &values, "there are"));
        };
        if key.segments.iter().any(|(other, _)| *other == index) {
            return Err(Diagnostic::error(
                codes::BAD_SETTING,
                format!("`{segment}` is asked for twice"),
            ));
        }
        key = place::with_segment(axes, &key, index, value_index).unwrap_or_else(|| CellKey {
            period: key.period,
            // The cube of these segments was added to the cuts: the order is found below, when all are known.
            segments: key
                .segments
                .iter()
                .copied()
                .chain(std::iter::once((index, value_index)))
                .collect(),
        });
    }
    Ok(in_cut_order(axes, key))
}

fn find_period(
    axes: &Axes,
    period: Option<&str>,
    state: &impl Fn(&CellKey) -> Option<State>,
) -> Result<Option<PeriodKey>, Diagnostic> {
    match period {
        None => Ok(place::headline_key(axes, state).period),
        Some("all") => Ok(None),
        Some(label) => match place::in_period(axes, &CellKey::default(), label) {
            Some(key) => Ok(key.period),
            None => {
                let labels: Vec<&str> = axes
                    .periods
                    .iter()
                    .flat_map(|axis| &axis.steps)
                    .map(|step| &*step.label)
                    .collect();
                let finding = Diagnostic::error(codes::UNKNOWN_VALUE, format!("no period `{label}`"));
                Err(match (labels.first(), labels.last()) {
                    (Some(first), Some(last)) => {
                        finding.help(format!("periods run from {first} to {last}; `all` is the whole time"))
                    }
                    _ => finding.help("the card has no periods: ask for the whole time"),
                })
            }
        },
    }
}

/// Segments of a key in the order of the cut that holds them.
fn in_cut_order(axes: &Axes, key: CellKey) -> CellKey {
    let same = |cut: &&Vec<u16>| {
        cut.len() == key.segments.len() && key.segments.iter().all(|(segment, _)| cut.contains(segment))
    };
    let Some(cut) = axes.cuts.iter().find(same) else {
        return key;
    };
    let place = |segment: &u16| key.segments.iter().find(|(other, _)| other == segment).copied();
    CellKey {
        period: key.period,
        segments: cut.iter().filter_map(place).collect(),
    }
}

fn days(axes: &Axes, key: &CellKey) -> Option<(crate::definition::CivilDate, crate::definition::CivilDate)> {
    key.period
        .and_then(|period| place::step(axes, period))
        .map(|step| (step.start, step.end))
}

/// The report's cell at a key: among all cells, or the headline's own.
fn report_cell(axes: &Axes, key: &CellKey, headline: &Cell, cells: &[Cell]) -> Option<Cell> {
    let period = key
        .period
        .and_then(|period| place::label(axes, period))
        .map(|label| &**label);
    let text = |(segment, value): &(u16, u32)| {
        let name = axes.segments.get(usize::from(*segment))?.name.clone();
        Some((name, place::value_text(axes, *segment, *value)?.to_owned()))
    };
    let segments: BTreeMap<String, String> = key.segments.iter().filter_map(text).collect();
    let same = |cell: &&Cell| cell.period.as_deref() == period && *cell.segments == segments;
    cells.iter().chain(std::iter::once(headline)).find(same).cloned()
}

#[expect(clippy::too_many_arguments, reason = "an explanation draws on every stage")]
fn of_metric(
    card: &Scorecard,
    working: &Scorecard,
    stage: &mut Stage<'_>,
    parts: &Measures,
    results: &Results,
    index: usize,
    key: &CellKey,
    rows: usize,
) -> Result<Explanation, Error> {
    let (Some(metric), Some(result)) = (card.metrics.get(index), results.metrics.get(index)) else {
        return Err(Error::internal("a metric without a result"));
    };
    let axes = stage.measures.axes.clone();
    let Some(cell) = report_cell(&axes, key, &result.headline, &result.cells) else {
        return Err(refused(Diagnostic::error(
            codes::NOT_REACHED,
            format!("`{}` has no such cell", result.name),
        )));
    };
    let hidden = cell.state == State::Suppressed;
    let behind = if hidden {
        Vec::new()
    } else {
        rows_of(&mut stage.session, index, key, rows)?
    };
    let mut at = 0;
    let mut next = || {
        let part = parts.cell(at, key);
        at += 1;
        part.map_or((None, State::NotApplicable, None), |cell| {
            let shown = cell.value.filter(|_| !hidden).map(|value| value + 0.0);
            (shown, cell.state, (!hidden).then_some(cell.n))
        })
    };
    let measure = working
        .metrics
        .get(index)
        .map_or(&metric.measure, |metric| &metric.measure);
    let formula = explain::formula(measure, &mut next);
    let data = stage.session.data();
    let aggregates = explain::aggregates(MetricParts {
        card,
        data,
        measure,
        rows: behind,
    });
    let min_n = card.min_n(metric);
    Ok(Explanation {
        kind: match metric.role {
            Role::Outcome => "outcome",
            Role::Metric => "metric",
        }
        .into(),
        days: days(&axes, key),
        state_note: explain::state_note(&cell, Some(min_n)),
        min_n: Some(min_n),
        formula: Some(formula),
        aggregates,
        score: None,
        ..head_of_metric(result, cell)
    })
}

fn rows_of(
    session: &mut Session<'_>,
    index: usize,
    key: &CellKey,
    rows: usize,
) -> Result<Vec<crate::measure::RowsOf>, Error> {
    session.rows_of(index, key, rows).map_err(|mut findings| {
        settle(&mut findings);
        Error::new(ErrorKind::Card, findings)
    })
}

fn head_of_metric(result: &MetricResult, cell: Cell) -> Explanation {
    Explanation {
        name: result.name.clone(),
        label: result.label.clone(),
        about: result.about.clone(),
        unit: result.unit.clone(),
        decimals: result.decimals,
        direction: result.direction,
        goal: result.goal.clone(),
        ..empty(cell)
    }
}

fn empty(cell: Cell) -> Explanation {
    Explanation {
        name: String::new(),
        label: String::new(),
        kind: String::new(),
        about: None,
        unit: None,
        decimals: 0,
        direction: None,
        goal: GoalResult::default(),
        cell,
        days: None,
        state_note: None,
        min_n: None,
        formula: None,
        aggregates: Vec::new(),
        score: None,
    }
}

fn of_score(
    card: &Scorecard,
    stage: &Stage<'_>,
    results: &Results,
    index: usize,
    key: &CellKey,
) -> Result<Explanation, Error> {
    let (Some(score), Some(result)) = (card.scores.get(index), results.scores.get(index)) else {
        return Err(Error::internal("a score without a result"));
    };
    let axes = &stage.measures.axes;
    let detail = score::Scorer::new(card, &stage.measures).detail(index, key, &stage.scores);
    let cell = report_cell(axes, key, &result.headline, &result.cells);
    let (Some(detail), Some(cell)) = (detail, cell) else {
        return Err(refused(Diagnostic::error(
            codes::NOT_REACHED,
            format!("`{}` has no such cell", result.name),
        )));
    };
    Ok(Explanation {
        days: days(axes, key),
        state_note: explain::state_note(&cell, None),
        score: Some(explain::score(score, &detail)),
        ..head_of_score(result, cell)
    })
}

fn head_of_score(result: &ScoreResult, cell: Cell) -> Explanation {
    Explanation {
        name: result.name.clone(),
        label: result.label.clone(),
        kind: "score".into(),
        about: result.about.clone(),
        decimals: result.decimals,
        direction: Some(crate::definition::Direction::Higher),
        goal: result.goal.clone(),
        ..empty(cell)
    }
}
