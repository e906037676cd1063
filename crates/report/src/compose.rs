//! From a report to a document: which sections, in which order, in which words. A file a section.

pub(crate) mod cut;
pub(crate) mod data;
pub(crate) mod history;
pub(crate) mod journey;
pub(crate) mod list;
pub(crate) mod metric;
pub(crate) mod note;
pub(crate) mod plan;
pub(crate) mod score;
pub(crate) mod signal;
pub(crate) mod trend;

use bellwether::definition::Role;
use bellwether::report::{Cell, Report, Results};

use crate::document::{Block, Document, Run, Tone};

/// Lays a report out: header, outcomes, metrics, the health of the programme, scores, segments, trend, journeys, plans, lists, notes.
#[must_use]
pub fn compose(report: &Report) -> Document {
    let results = &report.results;
    let mut document = header(results);
    document.extend(metric::metric_table(results, Role::Outcome, "Outcomes"));
    document.extend(metric::metric_table(results, Role::Metric, "Metrics"));
    document.extend(metric::programme(results));
    for score in &results.scores {
        document.extend(score::score_section(score));
    }
    document.extend(cut::cuts(results));
    document.extend(trend::trend(results));
    document.extend(signal::signals(results));
    document.extend(signal::mixes(results));
    document.extend(journey::journeys(results));
    document.extend(plan::plans(results));
    document.extend(list::lists(results));
    document.extend(list::alerts(&results.alerts.iter().collect::<Vec<_>>()));
    document.extend(list::quotes(results));
    document.extend(history::restated(report));
    document.extend(data::tables(results));
    document.extend(note::notes(report));
    document
}

fn header(results: &Results) -> Document {
    let header = &results.header;
    let mut document = vec![Block::Title(header.title.value.clone())];
    let lead: Vec<&str> = [&header.owner, &header.purpose, &header.cadence]
        .into_iter()
        .filter_map(|field| field.as_ref().map(|field| field.value.as_str()))
        .collect();
    if !lead.is_empty() {
        document.push(Block::Line(vec![Run::new(lead.join(" · "), Tone::Muted)]));
    }
    let mut when = Vec::new();
    if let Some(as_of) = results.as_of {
        when.push(format!("as of {as_of}"));
    }
    if let Some(period) = &results.headline_period {
        let calendar = results
            .axes
            .periods
            .first()
            .map_or("period", |axis| axis.period.calendar.word());
        when.push(format!(
            "values of {period}, the last complete {calendar}, unless another is named"
        ));
    }
    if !when.is_empty() {
        document.push(Block::Line(vec![Run::new(when.join(" · "), Tone::Muted)]));
    }
    document
}

/// Something with cells: a metric or a score.
struct Series<'a> {
    label: &'a str,
    decimals: u32,
    headline: &'a Cell,
    cells: &'a [Cell],
}

fn series(results: &Results) -> Vec<Series<'_>> {
    let metrics = results.metrics.iter().map(|metric| Series {
        label: &metric.label,
        decimals: metric.decimals,
        headline: &metric.headline,
        cells: &metric.cells,
    });
    let scores = results.scores.iter().map(|score| Series {
        label: &score.label,
        decimals: score.decimals,
        headline: &score.headline,
        cells: &score.cells,
    });
    metrics.chain(scores).collect()
}
