//! Scores: the headline, what its parts earn and lose, and what limits it.

use bellwether::report::ScoreResult;

use super::metric::change;

use crate::document::{Align, Block, Document, Run, Table, Tone};
use crate::format;

pub(crate) fn score_section(score: &ScoreResult) -> Document {
    let cell = &score.headline;
    let value = format::value(cell, score.decimals);
    let mut line = vec![Run::new(
        value.text,
        if cell.value.is_some() {
            Tone::Strong
        } else {
            Tone::Muted
        },
    )];
    if let Some(band) = &cell.band {
        let tone = match score.bands.iter().position(|name| name == band) {
            Some(0) => Tone::Bad,
            Some(index) if index + 1 == score.bands.len() => Tone::Good,
            _ => Tone::Warn,
        };
        line.push(Run::plain(" "));
        line.push(Run::new(band.clone(), tone));
    }
    if let Some(earlier) = &cell.change {
        let shown = change(Some(earlier), score.decimals);
        line.push(Run::plain(", "));
        line.push(shown);
        line.push(Run::plain(format!(" against {}", earlier.from)));
    }
    if let Some(range) = &cell.interval {
        let ends = format::interval(cell, score.decimals);
        line.push(Run::plain(format!(", 95 % range {ends}")));
        line.push(Run::new(format!(" by {}", range.method), Tone::Muted));
    }
    if !score.bands.is_empty() {
        line.push(Run::new(format!("  ({})", bands(score)), Tone::Muted));
    }
    let mut document = vec![Block::Heading(format!("Score: {}", score.label)), Block::Line(line)];
    if !score.contributions.is_empty() {
        document.push(Block::Table(contributions(score)));
    }
    let limits: Vec<Vec<Run>> = score
        .limits
        .iter()
        .map(|limit| {
            let before = limit
                .before
                .map(|before| format!(" (without it {})", format::number(before, score.decimals)));
            vec![Run::plain(format!(
                "{} {} {}: {} [{}]{}",
                limit.kind.replace('_', "-"),
                format::stated(limit.value),
                limit.outcome,
                limit.reason,
                limit.condition,
                before.unwrap_or_default()
            ))]
        })
        .collect();
    if !limits.is_empty() {
        document.push(Block::Items(limits));
    }
    if let Some(entities) = &score.entities {
        let mut text = format!("{} rows of {} scored", format::whole(entities.scored), entities.table);
        for (band, count) in score.bands.iter().zip(&entities.by_band) {
            text.push_str(&format!(", {} {band}", format::whole(*count)));
        }
        if entities.without_score > 0 {
            text.push_str(&format!(", {} without a score", format::whole(entities.without_score)));
        }
        if entities.left_out > 0 {
            text.push_str(&format!(", {} left out by the card", format::whole(entities.left_out)));
        }
        document.push(Block::Line(vec![Run::plain(text)]));
    }
    document
}

fn bands(score: &ScoreResult) -> String {
    let mut text = String::new();
    for (index, band) in score.bands.iter().enumerate() {
        if let Some(edge) = index.checked_sub(1).and_then(|below| score.band_edges.get(below)) {
            text.push_str(&format!(" < {} <= ", format::stated(*edge)));
        }
        text.push_str(band);
    }
    text
}

fn contributions(score: &ScoreResult) -> Table {
    let columns = [
        ("part", Align::Left),
        ("weight", Align::Right),
        ("value", Align::Right),
        ("on 0-100", Align::Right),
        ("points", Align::Right),
        ("lost", Align::Right),
        ("", Align::Left),
    ];
    let optional = |value: Option<f64>, decimals: u32| value.map_or_else(String::new, |v| format::number(v, decimals));
    let rows = score
        .contributions
        .iter()
        .map(|part| {
            vec![
                Run::plain(part.of.clone()),
                Run::plain(format::stated(part.weight)),
                match part.value {
                    Some(value) => Run::plain(format::number(value, 1)),
                    None => Run::new(format::state(part.state), Tone::Muted),
                },
                Run::plain(optional(part.normalised, 1)),
                Run::plain(optional(part.points, 1)),
                Run::plain(optional(part.points_lost, 1)),
                Run::new(part.note.clone().unwrap_or_default(), Tone::Muted),
            ]
        })
        .collect();
    Table::of(columns, rows)
}
