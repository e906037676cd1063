//! Measures: what an aggregate needs of its columns.

use super::{Findings, plain};
use crate::definition::{Aggregate, ColumnFacts, ExprKind, MeasureFunction, Scorecard};
use crate::diagnostic::codes;

/// Checks every aggregate.
pub(super) fn check(findings: &mut Findings<'_>) {
    let card = findings.card;
    for metric in &card.metrics {
        let worth = metric.worth.iter().map(|worth| &worth.amount);
        for measure in std::iter::once(&metric.measure).chain(worth) {
            for part in measure.aggregates() {
                aggregate(findings, part);
                if part.function == MeasureFunction::Last {
                    findings.error(
                        codes::BAD_SETTING,
                        part.span,
                        "`last` makes a column of each row, not a value of a cell",
                        "customers.add(\"last_nps\", last(survey.recommend, survey.answered_on))",
                    );
                }
            }
        }
    }
    for (_, measure) in card.roll_ups() {
        for part in measure.aggregates() {
            aggregate(findings, part);
        }
    }
}

/// Facts of the column that is an aggregate's first input, where that is a plain column.
fn facts<'a>(card: &'a Scorecard, part: &Aggregate) -> Option<(String, Option<&'a ColumnFacts>)> {
    match part.inputs.first().map(|input| &input.kind) {
        Some(ExprKind::Column(path)) => {
            let table = card.table(card.home(&part.table, path).ok()?)?;
            let column = path.last()?;
            Some((format!("{}.{column}", table.name.value), table.facts(column)))
        }
        _ => None,
    }
}

/// The declared scale of an aggregate's first input.
pub(super) fn scale_of_input(card: &Scorecard, part: &Aggregate) -> Option<(f64, f64)> {
    facts(card, part)?.1?.scale.map(|scale| scale.value)
}

fn aggregate(findings: &mut Findings<'_>, part: &Aggregate) {
    let card = findings.card;
    let name = part.function.name();
    let scale = scale_of_input(card, part);
    match part.function {
        MeasureFunction::TopBox | MeasureFunction::BottomBox | MeasureFunction::Net => boxes(findings, part),
        MeasureFunction::CesMean | MeasureFunction::CesAgree | MeasureFunction::CesNet if scale.is_none() => {
            needs_scale(findings, part, "reads its answers by the scale", "");
        }
        MeasureFunction::CesNet if scale != Some((1.0, 7.0)) => findings.error(
            codes::CONFLICTING_SETTINGS,
            part.span,
            "`ces_net` is defined on a scale from 1 to 7",
            "on another scale say the boxes: net(survey.ease, 2, 2)",
        ),
        MeasureFunction::Nps if scale.is_some_and(|scale| scale != (0.0, 10.0)) => {
            let (low, high) = scale.unwrap_or_default();
            findings.error(
                codes::CONFLICTING_SETTINGS,
                part.span,
                format!(
                    "`nps` needs answers from 0 to 10, and the scale is {} to {}",
                    plain(low),
                    plain(high)
                ),
                "on another scale say the boxes: net(survey.recommend, 1, 2)",
            );
        }
        MeasureFunction::Level if card.table(&part.table).is_some_and(|table| table.date.is_none()) => findings.error(
            codes::BAD_SETTING,
            part.span,
            format!("`{name}` reads the last snapshot, and `{}` has no date", part.table),
            format!("table(\"{}\").date(\"month\", \"yyyy-MM\")", part.table),
        ),
        MeasureFunction::Funnel if part.words.is_empty() => funnel(findings, part),
        _ => {}
    }
}

fn needs_scale(findings: &mut Findings<'_>, part: &Aggregate, why: &str, or: &str) {
    let Some((column, _)) = facts(findings.card, part) else {
        return;
    };
    let (table, name) = column.rsplit_once('.').unwrap_or(("survey", &column));
    findings.error(
        codes::BAD_SETTING,
        part.span,
        format!("`{}` {why}, and `{column}` declares none", part.function.name()),
        format!("{table}.column(\"{name}\").scale(1, 5){or}"),
    );
}

fn boxes(findings: &mut Findings<'_>, part: &Aggregate) {
    let name = part.function.name();
    let Some((low, high)) = scale_of_input(findings.card, part) else {
        needs_scale(
            findings,
            part,
            "counts boxes of the scale",
            "; for a threshold write at_least(.., 4)",
        );
        return;
    };
    let count = high - low + 1.0;
    let asked: f64 = part.numbers.iter().sum();
    let most = if part.function == MeasureFunction::Net {
        count
    } else {
        count - 1.0
    };
    if count % 1.0 != 0.0 {
        let message = format!(
            "`{name}` counts boxes, and the scale {} to {} has no whole steps",
            plain(low),
            plain(high)
        );
        findings.error(
            codes::BAD_SETTING,
            part.span,
            message,
            "for a threshold write at_least(.., 4)",
        );
    } else if asked > most {
        findings.error(
            codes::BAD_SETTING,
            part.span,
            format!(
                "the scale {} to {} has {} boxes, and {} are asked for",
                plain(low),
                plain(high),
                plain(count),
                plain(asked)
            ),
            format!(
                "top_box(.., 2) counts the two highest boxes; for a threshold write at_least(.., {})",
                plain(asked)
            ),
        );
    }
}

fn funnel(findings: &mut Findings<'_>, part: &Aggregate) {
    let Some(ExprKind::Column(path)) = part.inputs.get(1).map(|input| &input.kind) else {
        return;
    };
    let runs = findings
        .card
        .journeys
        .iter()
        .flat_map(|journey| &journey.along)
        .any(|column| column.table == part.table && column.path == *path);
    if !runs {
        findings.error(
            codes::BAD_SETTING,
            part.span,
            "`funnel` does not know the order of the steps",
            "list them as the fourth value, or declare a journey along this column",
        );
    }
}
