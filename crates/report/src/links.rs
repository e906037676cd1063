//! Links as a document: what one more unit of a metric gives, how sure that is, and the outcome along the metric.

use bellwether::report::{CurveStep, Estimate, Evidence, LinkResult, Results};

use crate::document::{Align, Block, Document, Run, Table, Tone};
use crate::format;

/// The section of links; nothing where the card has none.
pub(crate) fn links(results: &Results) -> Document {
    if results.links.is_empty() {
        return Vec::new();
    }
    let rows = results.links.iter().map(|result| {
        let analysis = &result.analysis;
        let effect = analysis
            .effect
            .map_or_else(String::new, |effect| format::significant(effect.value));
        let range = analysis.effect.map_or_else(String::new, range);
        let mut evidence = analysis.evidence.words().to_owned();
        if analysis.reversed {
            evidence.push_str(", reversed");
        }
        vec![
            Run::plain(name(result)),
            Run::plain(effect),
            Run::plain(range),
            Run::plain(format::whole(analysis.n)),
            Run::new(evidence, tone(analysis.evidence, analysis.reversed)),
        ]
    });
    let columns = [
        ("", Align::Left),
        ("one more gives", Align::Right),
        ("95 % range", Align::Left),
        ("n", Align::Right),
        ("evidence", Align::Left),
    ];
    let columns = columns.map(|(head, align)| (head.to_owned(), align)).to_vec();
    let mut document = vec![
        Block::Heading("Links".to_owned()),
        Block::Table(
            Table {
                columns,
                rows: rows.collect(),
            }
            .without_empty_columns(),
        ),
    ];
    let items: Vec<Vec<Run>> = results.links.iter().flat_map(notes).collect();
    if !items.is_empty() {
        document.push(Block::Items(items));
    }
    document
}

/// `nps -> retention, 1 month later`.
fn name(result: &LinkResult) -> String {
    let lag = result.link.lag.map_or_else(String::new, |lag| {
        let s = if lag.count == 1 { "" } else { "s" };
        format!(", {} {}{s} later", lag.count, lag.unit.word())
    });
    format!("{} -> {}{lag}", result.link.metric.value, result.link.outcome.value)
}

fn range(effect: Estimate) -> String {
    format!(
        "{} to {}",
        format::significant(effect.low),
        format::significant(effect.high)
    )
}

const fn tone(evidence: Evidence, reversed: bool) -> Tone {
    match evidence {
        _ if reversed => Tone::Warn,
        Evidence::Leading | Evidence::Tested => Tone::Good,
        Evidence::Correlated => Tone::Plain,
        Evidence::Assumed => Tone::Warn,
        Evidence::NoneFound | Evidence::TooLittleData => Tone::Muted,
    }
}

/// What is to be known of a link besides: how it was found, the curve, the notes.
fn notes(result: &LinkResult) -> Vec<Vec<Run>> {
    let analysis = &result.analysis;
    let mut items = Vec::new();
    let mut item = |text: String, tone: Tone| {
        items.push(vec![Run::plain(format!("{}: ", name(result))), Run::new(text, tone)]);
    };
    if analysis.effect.is_some() && analysis.method != "none" {
        let mut how = format!("{} over {}", analysis.method, analysis.of);
        if let Some(groups) = analysis.groups {
            how.push_str(&format!(" in {} groups", format::whole(groups)));
        }
        if let Some(window) = &analysis.window {
            how.push_str(&format!(", {window}"));
        }
        if let Some(odds) = analysis.odds_ratio {
            how.push_str(&format!(
                ", odds ratio {} ({})",
                format::significant(odds.value),
                range(odds)
            ));
        }
        if let Some(found) = analysis.in_data {
            how.push_str(&format!(
                ", data: {} ({})",
                format::significant(found.value),
                range(found)
            ));
        }
        if analysis.left_out > 0 {
            how.push_str(&format!(
                ", {} left out without an answer",
                format::whole(analysis.left_out)
            ));
        }
        item(how, Tone::Muted);
    }
    if analysis.evidence == Evidence::NoneFound
        && let Some(least) = analysis.detectable
    {
        item(
            format!(
                "an effect of {} would have been found in four of five tries",
                format::significant(least)
            ),
            Tone::Muted,
        );
    }
    if analysis.bends == Some(true) {
        item(
            "the effect is not the same everywhere: see the steps".to_owned(),
            Tone::Warn,
        );
    }
    if analysis.curve.len() > 1 {
        let steps: Vec<String> = analysis.curve.iter().map(step).collect();
        item(
            format!(
                "{} by {}: {}",
                result.link.outcome.value,
                result.link.metric.value,
                steps.join("; ")
            ),
            Tone::Muted,
        );
    }
    for note in &analysis.notes {
        item(note.clone(), Tone::Plain);
    }
    items
}

/// `4 to 5: 91.2 (88.0 to 93.6), n 312`.
fn step(step: &CurveStep) -> String {
    let at = if step.from == step.to {
        format::stated(step.from)
    } else {
        format!("{} to {}", format::significant(step.from), format::significant(step.to))
    };
    let range = step.range.map_or_else(String::new, |(low, high)| {
        format!(" ({} to {})", format::significant(low), format::significant(high))
    });
    format!(
        "{at}: {}{range}, n {}",
        format::significant(step.outcome),
        format::whole(step.n)
    )
}
