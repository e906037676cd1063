//! The parts of a report: sentences, charts, tables.

use bellwether::definition::Role;
use bellwether::report::chart::{Chart, charts_where};
use bellwether::report::{Report, Results, Value};
use serde::Serialize;

use super::quote::{QuotesView, quotes};
use super::{BlockView, ColumnView, RunView, blocks, row};
use crate::audience::{Audience, Voice};
use crate::chart::{SvgOptions, Theme, svg};
use crate::compose;
use crate::document::Block;
use crate::format;
use crate::narrative::{Decision, Narrative};

/// Most charts of a team's metrics.
const CHARTS_OF_A_TEAM: usize = 12;

/// A part of a report.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Section {
    /// Its name, as a card's `shows` has it.
    pub name: String,
    /// Its heading.
    pub title: &'static str,
    /// What the numbers say.
    pub sentences: Vec<String>,
    /// Charts.
    pub charts: Vec<ChartView>,
    /// Tables, items and lines.
    pub blocks: Vec<BlockView>,
    /// In the part of decisions: what waits for whom.
    pub decisions: Vec<Decision>,
    /// In the part of quotes: what customers say.
    pub quotes: Vec<QuotesView>,
}

/// A chart.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ChartView {
    /// Stays the same from report to report: `trend/nps`.
    pub id: String,
    /// `trend`, `bars`, `heat_map`, `waterfall`, `curve`, `matrix`, `journey`, `bullet`.
    pub kind: &'static str,
    /// What it is about.
    pub title: String,
    /// Period and unit; empty where nothing belongs there.
    pub subtitle: String,
    /// What is to be seen in it, for those who hear it.
    pub about: String,
    /// The drawing, to be set as it is: `{{ chart.svg | safe }}`.
    pub svg: String,
    /// The table behind it.
    pub table: BlockView,
}

/// A part of the report; `None` where there is nothing to show.
pub(super) fn section(
    report: &Report,
    results: &Results,
    part: &str,
    audience: &Audience,
    told: &Narrative,
) -> Option<Section> {
    let title = title(part)?;
    let sentences = told
        .sections
        .iter()
        .find(|paragraph| paragraph.section == part)
        .map_or_else(Vec::new, |paragraph| paragraph.sentences.clone());
    let section = Section {
        name: part.to_owned(),
        title,
        sentences,
        charts: charts(results, part, audience),
        blocks: blocks(&content(report, results, part, audience), title),
        decisions: if part == "decisions" {
            told.decisions.clone()
        } else {
            Vec::new()
        },
        quotes: if part == "quotes" {
            quotes(results, audience)
        } else {
            Vec::new()
        },
    };
    let empty = section.charts.is_empty()
        && section.blocks.is_empty()
        && section.decisions.is_empty()
        && section.quotes.is_empty()
        && section.sentences.is_empty();
    (!empty).then_some(section)
}

fn title(part: &str) -> Option<&'static str> {
    Some(match part {
        "outcomes" => "Outcomes against targets",
        "metrics" => "Metrics",
        "programme" => compose::metric::PROGRAMME,
        "scores" => "Scores",
        "trends" => "Trends",
        "segments" => "By segment",
        "drivers" => "What drives the outcomes",
        "links" => "How sure the links are",
        "journey" => "Journey",
        "initiatives" => "Initiatives",
        "decisions" => "For decision",
        "lists" => "Lists",
        "alerts" => "Alerts",
        "quotes" => "In customers' words",
        "method" => "Method, bases and findings",
        _ => return None,
    })
}

fn content(report: &Report, results: &Results, part: &str, audience: &Audience) -> Vec<Block> {
    let analyst = audience.voice == Voice::Analyst;
    let mut made = Vec::new();
    match part {
        "outcomes" => {
            if audience.voice != Voice::Executive {
                made.extend(row::goals(results, Role::Outcome, false, "Outcomes against targets"));
            }
            if analyst {
                made.extend(compose::plan::objectives(results));
                made.extend(crate::links::worth(results));
            }
        }
        "metrics" => made.extend(row::goals(
            results,
            Role::Metric,
            audience.voice == Voice::Team,
            "Metrics",
        )),
        "programme" => made.extend(compose::metric::programme(results)),
        "scores" => made.extend(results.scores.iter().flat_map(compose::score::score_section)),
        "trends" if analyst => {
            made.extend(compose::trend::trend(results));
            made.extend(compose::signal::signals(results));
            made.extend(compose::signal::mixes(results));
        }
        "segments" => made.extend(compose::cut::cuts(results)),
        "drivers" if analyst => made.extend(crate::links::drivers(results)),
        "links" => made.extend(crate::links::links(results)),
        "journey" => made.extend(compose::journey::journeys(results)),
        "initiatives" => made.extend(row::initiatives(
            results,
            "Initiatives",
            audience.voice == Voice::Executive,
        )),
        "lists" => made.extend(audience.lists(results).flat_map(row::list)),
        "alerts" => made.extend(compose::list::alerts(&audience.alerts(results))),
        "method" => {
            made.extend(compose::history::restated(report));
            made.extend(compose::data::tables(results));
            made.extend(compose::note::notes(report));
        }
        _ => {}
    }
    made
}

/// The charts of a part, of those that the results have numbers for.
fn charts(results: &Results, part: &str, audience: &Audience) -> Vec<ChartView> {
    let voice = audience.voice;
    let first = results
        .scores
        .first()
        .map(|score| score.name.as_str())
        .into_iter()
        .chain(
            results
                .metrics
                .iter()
                .find(|metric| metric.role == Role::Outcome)
                .map(|metric| metric.name.as_str()),
        )
        .map(|name| format!("trend/{name}"))
        .collect::<Vec<_>>();
    let of_scores = |id: &str| {
        results
            .scores
            .iter()
            .any(|score| id.split('/').nth(1) == Some(&score.name))
    };
    let has_parts = |id: &str, parts: usize| id.split('/').count() == parts;
    let wanted = |id: &str| -> bool {
        match (part, voice) {
            ("outcomes", Voice::Executive) => first.iter().any(|first| first == id),
            ("scores", _) => {
                of_scores(id) && (id.starts_with("waterfall/") && has_parts(id, 2) || id.ends_with("/bands"))
            }
            ("trends", Voice::Executive) => first.iter().any(|first| first == id),
            ("trends", _) => id.starts_with("trend/") && has_parts(id, 2),
            ("segments", _) => {
                id.starts_with("bars/")
                    && has_parts(id, 3)
                    && of_scores(id)
                    && !id.ends_with("/parts")
                    && !id.ends_with("/bands")
                    || id.starts_with("heat_map/") && of_scores(id)
            }
            ("drivers", _) => id.starts_with("matrix/drivers/"),
            ("links", _) => id.starts_with("curve/"),
            ("journey", _) => id.starts_with("journey/") || id == "bars/friction",
            ("initiatives", Voice::Executive) => false,
            ("initiatives", _) => id.starts_with("matrix/initiatives/"),
            _ => false,
        }
    };
    let mut made = charts_where(results, &wanted);
    if voice != Voice::Analyst {
        made.truncate(CHARTS_OF_A_TEAM);
    }
    made.iter().map(view).collect()
}

fn view(chart: &Chart) -> ChartView {
    ChartView {
        id: chart.id.clone(),
        kind: chart.kind.word(),
        title: format::title(&chart.title),
        subtitle: chart.subtitle.clone(),
        about: chart.about.clone(),
        svg: svg(
            chart,
            &SvgOptions {
                theme: Theme::Page,
                width: matches!(chart.kind.word(), "trend" | "bars" | "curve" | "waterfall" | "matrix")
                    .then_some(540.0),
                heading: false,
                background: false,
                ..SvgOptions::default()
            },
        ),
        table: table(chart),
    }
}

fn table(chart: &Chart) -> BlockView {
    let table = chart.table();
    let columns = table.heads.iter().map(|head| ColumnView {
        head: match &head.unit {
            Some(unit) => format!("{} ({unit})", head.title),
            None => head.title.clone(),
        },
        align: if head.decimals.is_some() { "right" } else { "left" },
    });
    let cell = |(value, decimals): (&Value, Option<u32>)| RunView {
        text: match (value, decimals) {
            (Value::Missing, _) => String::new(),
            (Value::Float(value), Some(decimals)) => format::number(*value, decimals),
            (Value::Int(value), _) => format::number(*value as f64, 0),
            (value, _) => format::plain(value),
        },
        tone: "plain",
    };
    let rows = table.rows.iter().map(|row| {
        let decimals = table.heads.iter().map(|head| head.decimals);
        row.iter().zip(decimals).map(cell).collect()
    });
    BlockView::Table {
        caption: chart.title.clone(),
        columns: columns.collect(),
        rows: rows.collect(),
    }
}
