//! The card as it is measured: with the cuts and calendars of the options, values of other cards, and measures of worth.

use std::sync::Arc;

use super::{Error, ErrorKind, EvaluateOptions};
use crate::definition::{
    Baseline, Calendar, ColumnRef, Cross, Measure, MeasureKind, Metric, Period, Role, Scorecard, Segment, SegmentSource,
};
use crate::diagnostic::{Diagnostic, Span, Spanned, codes, nearest};
use crate::measure::{Measures, MetricCells};
use crate::score::place;

/// A copy of the card with everything that the options add. Metrics that measure worth follow the card's own.
pub(super) fn prepare(card: &Scorecard, options: &EvaluateOptions) -> Result<Scorecard, Error> {
    let mut working = card.clone();
    let mut findings = Vec::new();
    for by in &options.by {
        add_cut(&mut working, by, &mut findings);
    }
    if let Some(word) = &options.period {
        set_period(&mut working, word, &mut findings);
    }
    for metric in &mut working.metrics {
        fill_outside(&mut metric.measure, options);
    }
    let worths: Vec<Metric> = working.metrics.iter().filter_map(worth_metric).collect();
    working.metrics.extend(worths);
    if findings.is_empty() {
        Ok(working)
    } else {
        Err(Error::new(ErrorKind::Options, findings))
    }
}

/// The card with the baselines of the options in place of its own, and what is to be said of each; none: as it is.
pub(super) fn baselines(
    card: &Scorecard,
    options: &EvaluateOptions,
) -> Result<(Option<Scorecard>, Vec<Diagnostic>), Error> {
    if options.baselines.is_empty() {
        return Ok((None, Vec::new()));
    }
    let mut changed = card.clone();
    let (mut told, mut wrong) = (Vec::new(), Vec::new());
    let names: Vec<String> = card.metrics.iter().map(|metric| metric.name.value.clone()).collect();
    let scores = card.scores.iter().map(|score| score.name.value.clone());
    let names: Vec<String> = names.into_iter().chain(scores).collect();
    for (name, value) in &options.baselines {
        let of_metric = changed.metrics.iter_mut().find(|metric| metric.name.value == *name);
        let goal = match of_metric {
            Some(metric) => Some((metric.name.span, &mut metric.goal)),
            None => {
                let score = changed.scores.iter_mut().find(|score| score.name.value == *name);
                score.map(|score| (score.name.span, &mut score.goal))
            }
        };
        let Some((span, goal)) = goal else {
            let finding = Diagnostic::error(
                codes::UNKNOWN_OBJECT,
                format!("a baseline of `{name}`, which nothing declares"),
            );
            wrong.push(match nearest(name, names.iter().map(String::as_str)) {
                Some(near) => finding.help(format!("did you mean `{near}`?")),
                None => finding,
            });
            continue;
        };
        let before = match goal.baseline.as_ref().map(|baseline| &baseline.value) {
            Some(Baseline::Value(own)) if own == value => continue,
            Some(Baseline::Value(own)) => format!(", in place of the card's {own}"),
            Some(Baseline::At(period)) => format!(", in place of the value of {period} that the data give now"),
            None => String::new(),
        };
        goal.baseline = Some(Spanned::new(Baseline::Value(*value), span));
        told.push(
            Diagnostic::note(
                codes::BASELINE_GIVEN,
                format!("`{name}` is judged from the baseline {value} that was handed in{before}"),
            )
            .at(span)
            .help("write it into the card, `.baseline(..)`, if it is to hold for everybody"),
        );
    }
    if wrong.is_empty() {
        Ok((Some(changed), told))
    } else {
        Err(Error::new(ErrorKind::Options, wrong))
    }
}

/// A metric that measures what a point of another is worth.
fn worth_metric(metric: &Metric) -> Option<Metric> {
    let worth = metric.worth.as_ref()?;
    if matches!(worth.amount.kind, MeasureKind::Number(_)) {
        return None;
    }
    Some(Metric::new(
        Spanned::new(format!("worth of {}", metric.name.value), worth.span),
        Role::Metric,
        worth.amount.clone(),
    ))
}

/// Takes the measures of worth off again: the card's own cells, and for each of its metrics the headline of its worth.
/// `count` is the number of metrics with those of worth.
pub(super) fn split_worth(card: &Scorecard, count: usize, mut all: Measures) -> (Measures, Vec<Option<f64>>) {
    let measured = |metric: &&Metric| {
        metric
            .worth
            .as_ref()
            .is_some_and(|worth| !matches!(worth.amount.kind, MeasureKind::Number(_)))
    };
    let own = count - card.metrics.iter().take(count).filter(measured).count();
    let extra: Vec<Arc<MetricCells>> = all.metrics.split_off(own.min(all.metrics.len()));
    let mut extra = extra.into_iter();
    let worth = card
        .metrics
        .iter()
        .take(own)
        .map(|metric| {
            let cells = if measured(&metric) { extra.next()? } else { return None };
            let key = place::headline_key(&all.axes, |key| cells.cells.get(key).map(|cell| cell.state));
            cells.cells.get(&key)?.value
        })
        .collect();
    (all, worth)
}

/// Puts the host's values in the place of those of other cards.
fn fill_outside(measure: &mut Measure, options: &EvaluateOptions) {
    match &mut measure.kind {
        MeasureKind::ValueFrom { card, name } => {
            if let Some(value) = options.values_from.get(card).and_then(|values| values.get(name)) {
                measure.kind = MeasureKind::Number(*value);
            }
        }
        MeasureKind::Number(_) | MeasureKind::Aggregate(_) => {}
        MeasureKind::Arithmetic(_, left, right) => {
            fill_outside(left, options);
            fill_outside(right, options);
        }
        MeasureKind::Negate(inner) | MeasureKind::Per(inner, _) => fill_outside(inner, options),
        MeasureKind::Across { measure, .. } => fill_outside(measure, options),
    }
}

/// Values of other cards that the host did not hand in. Code: `UNKNOWN_VALUE`.
pub(super) fn outside(working: &Scorecard) -> Vec<Diagnostic> {
    fn find(measure: &Measure, found: &mut Vec<Diagnostic>) {
        match &measure.kind {
            MeasureKind::ValueFrom { card, name } => found.push(
                Diagnostic::warning(
                    codes::UNKNOWN_VALUE,
                    format!("no value of `{name}` from the card `{card}` was handed in"),
                )
                .at(measure.span)
                .help(format!(
                    "the host hands it in, on the command line by --value {card}.{name}=.."
                )),
            ),
            MeasureKind::Number(_) | MeasureKind::Aggregate(_) => {}
            MeasureKind::Arithmetic(_, left, right) => {
                find(left, found);
                find(right, found);
            }
            MeasureKind::Negate(inner) | MeasureKind::Per(inner, _) => find(inner, found),
            MeasureKind::Across { measure, .. } => find(measure, found),
        }
    }
    let mut found = Vec::new();
    working
        .metrics
        .iter()
        .for_each(|metric| find(&metric.measure, &mut found));
    found
}

fn set_period(card: &mut Scorecard, word: &str, findings: &mut Vec<Diagnostic>) {
    let Some(calendar) = Calendar::named(word) else {
        let words = [
            "day",
            "week",
            "month",
            "quarter",
            "year",
            "fiscal quarter",
            "fiscal year",
        ];
        let finding = Diagnostic::error(codes::BAD_SETTING, format!("unknown period `{word}`"));
        findings.push(match nearest(word, words) {
            Some(near) => finding.help(format!("did you mean `{near}`?")),
            None => finding.help(format!("periods are {}", words.join(", "))),
        });
        return;
    };
    let period = Period {
        calendar,
        rolling: 1,
        to_date: None,
        span: Span::default(),
    };
    match card.periods.first_mut() {
        Some(first) => *first = period,
        None => card.periods.push(period),
    }
}

/// `region`, `customers.city`, or `region,customers.city` for the cube of both.
fn add_cut(card: &mut Scorecard, by: &str, findings: &mut Vec<Diagnostic>) {
    let names: Vec<&str> = by.split(',').map(str::trim).filter(|name| !name.is_empty()).collect();
    let before = findings.len();
    for name in &names {
        if !is_segment(card, name) {
            match column(card, name) {
                Some(column) => card.segments.push(segment(name, column)),
                None => findings.push(no_such_cut(card, name)),
            }
        }
    }
    if names.len() > 1 && findings.len() == before {
        let segments = names
            .iter()
            .map(|name| Spanned::new((*name).to_owned(), Span::default()))
            .collect();
        card.crosses.push(Cross {
            segments,
            span: Span::default(),
        });
    }
}

fn is_segment(card: &Scorecard, name: &str) -> bool {
    card.segment(name).is_some() || card.journeys.iter().any(|journey| journey.name.value == name)
}

fn column(card: &Scorecard, name: &str) -> Option<ColumnRef> {
    let (table, path) = name.split_once('.')?;
    card.table(table)?;
    let path: Vec<String> = path.split('.').map(str::to_owned).collect();
    Some(ColumnRef {
        table: table.to_owned(),
        path,
        span: Span::default(),
    })
}

fn segment(name: &str, column: ColumnRef) -> Segment {
    Segment {
        name: Spanned::new(name.to_owned(), Span::default()),
        label: None,
        sources: vec![SegmentSource::Column(column)],
        order: Vec::new(),
        top: None,
        missing_label: None,
        through: None,
    }
}

fn no_such_cut(card: &Scorecard, name: &str) -> Diagnostic {
    let names: Vec<&str> = card
        .segments
        .iter()
        .map(|segment| segment.name.value.as_str())
        .collect();
    let finding = Diagnostic::error(codes::UNKNOWN_OBJECT, format!("no segment `{name}` in this card"));
    match nearest(name, names.iter().copied()) {
        Some(near) => finding.help(format!("did you mean `{near}`?")),
        None if names.is_empty() => finding.help("name a column as `table.column`"),
        None => finding.help(format!(
            "its segments are {}; or name a column as `table.column`",
            names.join(", ")
        )),
    }
}
