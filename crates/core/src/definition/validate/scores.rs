//! Scores: parts, weights, anchors, bands.

use super::{Findings, direction, plain, range};
use crate::definition::{Direction, MeasureKind, MissingParts, Normalise, Score, TableSource};
use crate::diagnostic::{Span, codes};

/// Checks every score.
pub(super) fn check(findings: &mut Findings<'_>) {
    for score in &findings.card.scores {
        parts(findings, score);
        weights(findings, score);
        bands(findings, score);
        entities(findings, score);
    }
}

fn parts(findings: &mut Findings<'_>, score: &Score) {
    let name = &score.name.value;
    if score.parts.is_empty() && score.mix_each.is_none() {
        findings.error(
            codes::BAD_SETTING,
            score.name.span,
            format!("score `{name}` has no parts"),
            ".mix(\"nps\", 0.4, 0, 60)",
        );
    }
    for part in &score.parts {
        normalised(findings, &part.of.value, &part.normalise, part.span);
    }
    if let Some(each) = &score.mix_each {
        normalised(findings, &each.of.value, &each.normalise, each.of.span);
    }
    if let (MissingParts::Reweight(_), [_]) = (score.missing_parts, score.parts.as_slice()) {
        findings.note(
            codes::BAD_SETTING,
            score.name.span,
            format!("score `{name}` has one part, so no other can carry its weight"),
            "",
        );
    }
}

/// How a part becomes 0 to 100.
fn normalised(findings: &mut Findings<'_>, part: &str, rule: &Normalise, span: Span) {
    let Some(metric) = findings.card.metric(part) else {
        return;
    };
    let range = range(findings.card, metric);
    match rule {
        Normalise::OwnScale => {
            let constant = matches!(metric.measure.kind, MeasureKind::Number(_));
            if !constant && !range.is_some_and(|(low, high)| low.is_finite() && high.is_finite()) {
                findings.error(
                    codes::BAD_SETTING,
                    span,
                    format!("`{part}` has no scale, so the mix cannot tell what is good"),
                    format!("say which values score 0 and 100: .mix(\"{part}\", 0.3, 0, 60)"),
                );
            }
        }
        Normalise::Anchors { zero, hundred } => {
            let rising = hundred > zero;
            let higher = direction(metric) == Direction::Higher;
            let said = metric.direction.is_some() || super::inherent_direction(metric).is_some();
            if said && rising != higher {
                let better = if higher { "higher" } else { "lower" };
                findings.warn(
                    codes::CONFLICTING_SETTINGS,
                    span,
                    format!("{better} is better for `{part}`, and the mix rewards the other way"),
                    format!(
                        "the value that scores 0 comes first: .mix(\"{part}\", .., {}, {})",
                        plain(*hundred),
                        plain(*zero)
                    ),
                );
            }
            if let Some((low, high)) = range {
                for anchor in [zero, hundred] {
                    if !(low..=high).contains(anchor) {
                        let message = format!(
                            "the anchor {} lies beyond the scale of `{part}`, {} to {}",
                            plain(*anchor),
                            plain(low),
                            plain(high)
                        );
                        findings.warn(codes::TARGET_OFF_SCALE, span, message, "");
                    }
                }
                if (low, high) == (0.0, 100.0) && *zero <= 1.0 && *hundred <= 1.0 && *zero >= 0.0 && *hundred > 0.0 {
                    let message = format!("`{part}` is on 0 to 100, and the anchors look like shares");
                    let help = format!("did you mean {} and {}?", plain(zero * 100.0), plain(hundred * 100.0));
                    findings.warn(codes::TARGET_OFF_SCALE, span, message, help);
                }
            }
        }
        Normalise::BaselineToTarget => {
            if metric.goal.baseline.is_none() || metric.goal.target.is_none() {
                findings.error(
                    codes::BAD_SETTING,
                    span,
                    format!("`{part}` needs a baseline and a target to be mixed from one to the other"),
                    format!("metric(\"{part}\", ..).baseline(..).target(..)"),
                );
            }
        }
        Normalise::Curve(_) => {}
    }
}

fn weights(findings: &mut Findings<'_>, score: &Score) {
    let weights: Vec<f64> = score.parts.iter().map(|part| part.weight.value).collect();
    let (Some(first), Some(last)) = (score.parts.first(), score.parts.last()) else {
        return;
    };
    let sum: f64 = weights.iter().sum();
    let span = first.span.to(last.span);
    if sum <= 0.0 {
        findings.error(
            codes::WEIGHTS,
            span,
            format!("the weights of `{}` sum to 0", score.name.value),
            "",
        );
        return;
    }
    let equal = weights.iter().all(|weight| *weight == first.weight.value);
    let close = |to: f64| (sum - to).abs() < to * 1e-9;
    if !equal && !close(1.0) && !close(100.0) {
        findings.warn(
            codes::WEIGHTS,
            span,
            format!("the weights of `{}` sum to {}", score.name.value, plain(sum)),
            "weights are relative, so the score is right; make them sum to 1 or 100 so that a reader sees shares",
        );
    }
}

fn bands(findings: &mut Findings<'_>, score: &Score) {
    let Some(bands) = &score.bands else { return };
    let name = &score.name.value;
    let rising = bands
        .edges
        .iter()
        .zip(bands.edges.iter().skip(1))
        .all(|(low, high)| low < high);
    if !rising {
        let mut sorted = bands.edges.clone();
        sorted.sort_by(f64::total_cmp);
        sorted.dedup();
        let help = format!(
            ".bands({})",
            sorted.iter().map(|edge| plain(*edge)).collect::<Vec<_>>().join(", ")
        );
        findings.error(
            codes::BANDS,
            bands.span,
            format!("the edges of `{name}` go up, one after the other"),
            help,
        );
    }
    for edge in bands.edges.iter().filter(|edge| **edge <= 0.0 || **edge >= 100.0) {
        findings.error(
            codes::BANDS,
            bands.span,
            format!(
                "an edge between bands lies inside 0 to 100, and {} does not",
                plain(*edge)
            ),
            "red < 50 <= amber < 75 <= green is .bands(50, 75)",
        );
    }
    if bands.names.len() != bands.edges.len() + 1 {
        let message = format!(
            "{} edges make {} bands, and there are {} names",
            bands.edges.len(),
            bands.edges.len() + 1,
            bands.names.len()
        );
        findings.error(codes::BANDS, bands.span, message, "one name more than edges");
    }
    for (number, band) in bands.names.iter().enumerate() {
        if bands.names.iter().take(number).any(|other| other == band) {
            findings.error(codes::BANDS, bands.span, format!("two bands are called `{band}`"), "");
        }
    }
}

fn entities(findings: &mut Findings<'_>, score: &Score) {
    let card = findings.card;
    let name = &score.name.value;
    if let Some(each) = &score.each
        && let Some(table) = card.table(&each.value)
        && table.key.is_empty()
        && !matches!(table.source, TableSource::Entities(_))
    {
        findings.error(
            codes::BAD_SETTING,
            each.span,
            format!("`{name}` scores each row of `{}`, which has no key", each.value),
            format!("table(\"{}\").key(\"..\")", each.value),
        );
    }
    let Some(overrides) = &score.override_table else {
        return;
    };
    match &score.each {
        None => findings.error(
            codes::CONFLICTING_SETTINGS,
            overrides.table.span,
            format!("overrides from a table are for the rows of `each`, and `{name}` has none"),
            "write .each(accounts), or .override(..) for a cell",
        ),
        Some(each) if card.paths(&overrides.table.value, &each.value).is_empty() => findings.error(
            codes::UNREACHABLE_COLUMN,
            overrides.table.span,
            format!("`{}` does not belong to `{}`", overrides.table.value, each.value),
            format!(
                "table(\"{}\").belongs_to({}, \"..\")",
                overrides.table.value, each.value
            ),
        ),
        Some(_) => {}
    }
}
