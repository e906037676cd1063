//! Answers to questions about links as documents: backtests and what-ifs.

use bellwether::report::{Backtest, Estimate, ScoreBacktest, WhatIf};

use crate::document::{Align, Block, Document, Run, Table, Tone};
use crate::format;

fn range(value: Estimate, decimals: u32) -> String {
    format!(
        "{} ({} to {})",
        format::number(value.value, decimals),
        format::number(value.low, decimals),
        format::number(value.high, decimals)
    )
}

fn share(value: f64) -> Run {
    Run::plain(format!("{} %", format::number(value, 1)))
}

/// Lays a backtest out.
#[must_use]
pub fn compose_backtest(backtest: &Backtest) -> Document {
    let mut document = vec![
        Block::Title(format!("Backtest of {}", backtest.outcome)),
        Block::Line(vec![Run::new(
            format!(
                "{} % of {} of {} had the event ({}); {}",
                format::number(backtest.base_rate, 1),
                format::whole(backtest.n),
                backtest.of,
                backtest.event,
                if backtest.precedes {
                    "scores are of what was known before it"
                } else {
                    "what is used may be from after it: read this as a description, not as a forecast"
                }
            ),
            Tone::Muted,
        )]),
    ];
    for score in &backtest.scores {
        document.extend(of_score(score));
    }
    if !backtest.metrics.is_empty() {
        document.push(Block::Heading("Each metric by itself".to_owned()));
        let rows = backtest.metrics.iter().map(|(metric, n, auc)| {
            vec![
                Run::plain(metric.clone()),
                Run::plain(range(*auc, 3)),
                Run::plain(format::whole(*n)),
            ]
        });
        document.push(Block::Table(Table::of(
            [
                ("", Align::Left),
                ("AUC (95 % range)", Align::Left),
                ("n", Align::Right),
            ],
            rows.collect(),
        )));
    }
    if !backtest.notes.is_empty() {
        let items = backtest.notes.iter().map(|note| vec![Run::plain(note.clone())]);
        document.push(Block::Items(items.collect()));
    }
    document
}

fn of_score(score: &ScoreBacktest) -> Document {
    let mut items = vec![vec![
        Run::plain("AUC: "),
        Run::new(range(score.auc, 3), Tone::Strong),
        Run::new(
            format!(
                ", 0.5 is a coin; {} with an earlier score, {} without",
                format::whole(score.n),
                format::whole(score.left_out)
            ),
            Tone::Muted,
        ),
    ]];
    for step in &score.lift {
        items.push(vec![Run::plain(format!(
            "the lowest {} % of scores: {} % had the event, {} times the base rate, and they hold {} % of all events",
            format::stated(step.share),
            format::number(step.rate, 1),
            format::number(step.lift, 2),
            format::number(step.recall, 1)
        ))]);
    }
    let mut document = vec![Block::Heading(format!("Score: {}", score.score)), Block::Items(items)];
    if !score.bands.is_empty() {
        let rows = score.bands.iter().map(|step| {
            let rate = step.rate.map_or_else(String::new, |rate| range(rate, 1));
            vec![
                Run::plain(step.band.clone()),
                Run::plain(format::whole(step.n)),
                share(step.share),
                Run::plain(rate),
                share(step.recall),
            ]
        });
        document.push(Block::Table(Table::of(
            [
                ("band", Align::Left),
                ("n", Align::Right),
                ("of all", Align::Right),
                ("had the event, % (95 % range)", Align::Left),
                ("of all events", Align::Right),
            ],
            rows.collect(),
        )));
    }
    if !score.calibration.is_empty() {
        let rows = score.calibration.iter().map(|step| {
            vec![
                share(step.forecast),
                Run::plain(range(step.rate, 1)),
                Run::plain(format::whole(step.n)),
            ]
        });
        document.push(Block::Table(Table::of(
            [
                ("forecast by the score", Align::Right),
                ("came, % (95 % range)", Align::Left),
                ("n", Align::Right),
            ],
            rows.collect(),
        )));
    }
    if let Some(weights) = &score.weights {
        let part = |(name, own, data): &(String, f64, f64)| {
            format!(
                "{name} {} % (data {} %)",
                format::number(*own, 0),
                format::number(*data, 0)
            )
        };
        let parts: Vec<String> = weights.parts.iter().map(part).collect();
        document.push(Block::Items(vec![
            vec![Run::plain(format!("weights: {}", parts.join(", ")))],
            vec![Run::new(
                format!(
                    "found on the earlier {}, judged on the later {}: AUC {} with the card's weights, {} with the data's",
                    format::whole(weights.halves.0),
                    format::whole(weights.halves.1),
                    range(weights.stated, 3),
                    range(weights.found, 3)
                ),
                Tone::Muted,
            )],
        ]));
    }
    document
}

/// Lays the answer to a what-if out.
#[must_use]
pub fn compose_what_if(answer: &WhatIf) -> Document {
    let mut document = vec![Block::Title("What if".to_owned())];
    let set = answer.set.iter().map(|(name, now, then)| {
        vec![Run::plain(format!(
            "{name}: {} in place of {}",
            format::stated(*then),
            format::significant(*now)
        ))]
    });
    let set: Vec<Vec<Run>> = set.collect();
    if !set.is_empty() {
        document.push(Block::Items(set));
    }
    if !answer.moved.is_empty() {
        document.push(Block::Heading("Moves".to_owned()));
        let rows = answer.moved.iter().map(|moved| {
            let worth = moved.worth.map_or_else(String::new, |worth| range(worth, 0));
            vec![
                Run::plain(moved.of.clone()),
                Run::plain(format::number(moved.now, 2)),
                Run::plain(range(moved.then, 2)),
                Run::plain(worth),
                Run::new(moved.evidence.words(), Tone::Muted),
            ]
        });
        document.push(Block::Table(Table::of(
            [
                ("", Align::Left),
                ("now", Align::Right),
                ("then (95 % range)", Align::Left),
                ("worth a year", Align::Left),
                ("evidence", Align::Left),
            ],
            rows.collect(),
        )));
    }
    if !answer.scores.is_empty() {
        document.push(Block::Heading("Scores".to_owned()));
        let value = |value: Option<f64>, band: &Option<String>| {
            let band = band.as_ref().map(|band| format!(" {band}")).unwrap_or_default();
            Run::plain(value.map_or_else(
                || "no value".to_owned(),
                |value| format!("{}{band}", format::number(value, 1)),
            ))
        };
        let rows = answer.scores.iter().map(|score| {
            vec![
                Run::plain(score.score.clone()),
                value(score.now, &score.band_now),
                value(score.then, &score.band_then),
            ]
        });
        document.push(Block::Table(Table::of(
            [("", Align::Left), ("now", Align::Right), ("then", Align::Right)],
            rows.collect(),
        )));
    }
    if !answer.needed.is_empty() {
        document.push(Block::Heading("What it takes".to_owned()));
        let rows = answer.needed.iter().map(|needed| {
            vec![
                Run::plain(format!("{} of {}", needed.outcome, format::stated(needed.target))),
                Run::plain(needed.metric.clone()),
                Run::plain(format::significant(needed.now)),
                Run::plain(
                    needed
                        .then
                        .map_or_else(|| "cannot be told".to_owned(), |then| range(then, 2)),
                ),
                Run::new(
                    needed.note.clone(),
                    if needed.beyond { Tone::Warn } else { Tone::Muted },
                ),
                Run::new(needed.evidence.words(), Tone::Muted),
            ]
        });
        document.push(Block::Table(Table::of(
            [
                ("", Align::Left),
                ("by", Align::Left),
                ("now", Align::Right),
                ("needed (95 % range)", Align::Left),
                ("", Align::Left),
                ("evidence", Align::Left),
            ],
            rows.collect(),
        )));
    }
    let notes: Vec<Vec<Run>> = answer
        .notes
        .iter()
        .map(|note| vec![Run::new(note.clone(), Tone::Warn)])
        .collect();
    if !notes.is_empty() {
        document.push(Block::Items(notes));
    }
    document
}
