//! What can be checked about a scorecard without its data: everything found, not the first.
//!
//! Imports: definition, diagnostic. Never: Rhai, data.

mod columns;
mod cycles;
mod goals;
mod measures;
mod names;
mod practice;
mod scores;
mod tables;

use super::{Direction, MeasureFunction, MeasureKind, Metric, Scorecard};
use crate::diagnostic::{Code, Diagnostic, Span, nearest};

/// Checks a scorecard: errors first made by the card's names and paths, then settings that make no sense, then warnings
/// that a customer-experience expert would give.
///
/// ```
/// use bellwether::definition::{Scorecard, validate};
/// use bellwether::diagnostic::Severity;
/// let found = validate(&Scorecard::default());
/// assert!(found.iter().all(|finding| finding.severity != Severity::Error), "an empty card breaks no rule");
/// assert!(!found.is_empty(), "but it measures nothing, and nobody owns it");
/// ```
#[must_use]
pub fn validate(card: &Scorecard) -> Vec<Diagnostic> {
    let mut findings = Findings {
        card,
        found: Vec::new(),
    };
    names::check(&mut findings);
    tables::check(&mut findings);
    columns::check(&mut findings);
    cycles::check(&mut findings);
    measures::check(&mut findings);
    scores::check(&mut findings);
    goals::check(&mut findings);
    // Advice on good practice only confuses where the card does not hold together.
    if !findings.found.iter().any(Diagnostic::is_error) {
        practice::check(&mut findings);
    }
    findings.found
}

/// The scorecard, and what was found about it.
struct Findings<'a> {
    card: &'a Scorecard,
    found: Vec<Diagnostic>,
}

impl Findings<'_> {
    fn error(&mut self, code: Code, span: Span, message: impl Into<String>, help: impl Into<String>) {
        self.push(Diagnostic::error(code, message), span, help.into());
    }

    fn warn(&mut self, code: Code, span: Span, message: impl Into<String>, help: impl Into<String>) {
        self.push(Diagnostic::warning(code, message), span, help.into());
    }

    fn note(&mut self, code: Code, span: Span, message: impl Into<String>, help: impl Into<String>) {
        self.push(Diagnostic::note(code, message), span, help.into());
    }

    fn push(&mut self, diagnostic: Diagnostic, span: Span, help: String) {
        let diagnostic = diagnostic.at(span);
        let diagnostic = if help.is_empty() {
            diagnostic
        } else {
            diagnostic.help(help)
        };
        if !self.found.contains(&diagnostic) {
            self.found.push(diagnostic);
        }
    }
}

/// `did you mean ..?`, or what there is.
fn suggestion<'a>(word: &str, known: impl IntoIterator<Item = &'a str>, what: &str) -> String {
    let known: Vec<&str> = known.into_iter().collect();
    if let Some(near) = nearest(word, known.iter().copied()) {
        return format!("did you mean `{near}`?");
    }
    match known.len() {
        0 => format!("the card has no {what}"),
        1..=12 => format!("{what}: {}", known.join(", ")),
        n => format!("the card has {n} {what}"),
    }
}

/// The lowest and highest value that a metric can have, where that is known.
fn range(card: &Scorecard, metric: &Metric) -> Option<(f64, f64)> {
    metric
        .scale
        .map(|scale| scale.value)
        .or_else(|| measure_range(card, &metric.measure.kind))
}

fn measure_range(card: &Scorecard, kind: &MeasureKind) -> Option<(f64, f64)> {
    let part = match kind {
        MeasureKind::Aggregate(part) => part,
        MeasureKind::Across { measure, how, .. } => {
            let (low, high) = measure_range(card, &measure.kind)?;
            return Some(match how {
                super::Across::Spread => (0.0, high - low),
                super::Across::Lowest | super::Across::Highest => (low, high),
            });
        }
        _ => return None,
    };
    match part.function {
        MeasureFunction::Rate
        | MeasureFunction::Share
        | MeasureFunction::TopBox
        | MeasureFunction::BottomBox
        | MeasureFunction::AtLeast
        | MeasureFunction::CesAgree
        | MeasureFunction::Retention
        | MeasureFunction::Churn
        | MeasureFunction::Survival
        | MeasureFunction::RevenueCoverage
        | MeasureFunction::Funnel => Some((0.0, 100.0)),
        MeasureFunction::RevenueRetention if part.words.first().is_some_and(|kind| kind == "gross") => {
            Some((0.0, 100.0))
        }
        MeasureFunction::Nps | MeasureFunction::Net | MeasureFunction::CesNet => Some((-100.0, 100.0)),
        MeasureFunction::Correlation | MeasureFunction::Kappa => Some((-1.0, 1.0)),
        MeasureFunction::Agreement | MeasureFunction::Icc => Some((f64::NEG_INFINITY, 1.0)),
        MeasureFunction::Count | MeasureFunction::CountDistinct => Some((0.0, f64::INFINITY)),
        MeasureFunction::Mean
        | MeasureFunction::Median
        | MeasureFunction::Percentile
        | MeasureFunction::Min
        | MeasureFunction::Max
        | MeasureFunction::CesMean => measures::scale_of_input(card, part),
        _ => None,
    }
}

/// The direction that a metric's own measure has, as `docs/measures.csv` says; arithmetic has none.
fn inherent_direction(metric: &Metric) -> Option<Direction> {
    let part = match &metric.measure.kind {
        MeasureKind::Aggregate(part) => part,
        MeasureKind::Across { measure, how, .. } => match (&measure.kind, how) {
            (_, super::Across::Spread) => return None,
            (MeasureKind::Aggregate(part), _) => part,
            _ => return None,
        },
        _ => return None,
    };
    match part.function {
        MeasureFunction::Nps
        | MeasureFunction::TopBox
        | MeasureFunction::AtLeast
        | MeasureFunction::Net
        | MeasureFunction::CesMean
        | MeasureFunction::CesAgree
        | MeasureFunction::CesNet
        | MeasureFunction::Retention
        | MeasureFunction::RevenueRetention
        | MeasureFunction::Survival
        | MeasureFunction::RevenueCoverage
        | MeasureFunction::Funnel
        | MeasureFunction::Clv
        | MeasureFunction::Agreement
        | MeasureFunction::Kappa
        | MeasureFunction::Icc => Some(Direction::Higher),
        MeasureFunction::BottomBox | MeasureFunction::Churn => Some(Direction::Lower),
        _ => None,
    }
}

/// The direction of a metric: declared, or its measure's; higher is better where neither says.
fn direction(metric: &Metric) -> Direction {
    metric
        .direction
        .map(|direction| direction.value)
        .or_else(|| inherent_direction(metric))
        .unwrap_or(Direction::Higher)
}

/// A number as messages write it: without noise in the last digits.
fn plain(value: f64) -> String {
    let rounded = (value * 1e9).round() / 1e9;
    if rounded == 0.0 {
        "0".to_owned()
    } else {
        rounded.to_string()
    }
}
