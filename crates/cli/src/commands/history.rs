//! `bellwether history`: what was said of numbers over time, and which were restated.

use std::path::Path;

use bellwether::definition::Scorecard;
use bellwether::diagnostic::Diagnostic;
use bellwether::engine::EvaluateOptions;
use bellwether::report::{PastRun, PastValue};
use bellwether_history::{CardRestatement, Filter, FrozenBaseline, History, RunRow, ValueRow};
use bellwether_report::{Align, Block, Document, Run, Table, Tone, format, table_to_csv, to_markdown, to_text};
use serde::Serialize;

use crate::args::{HistoryArgs, HistoryCommand, HistoryFormat};
use crate::failure::Failure;
use crate::host;
use crate::output;
use crate::terminal::Terminal;

/// Answers a question to a history, or freezes and thaws a baseline.
pub fn history(args: &HistoryArgs, terminal: Terminal) -> Result<(), Failure> {
    match &args.command {
        Some(HistoryCommand::Freeze(freeze)) => {
            let mut history = open(&freeze.file)?;
            let card = one_card(&history, freeze.card.as_deref())?;
            let period = freeze.period.as_deref().unwrap_or_default();
            let frozen = history
                .freeze(&card, &freeze.name, period, &host::now()?)
                .map_err(wrong)?;
            let value = frozen.value.value.unwrap_or_default();
            let of = if period.is_empty() { "the whole time" } else { period };
            output::print(&format!(
                "the baseline of {} is {value}, its value in {of}; use it with run --history .. --frozen-baselines\n",
                frozen.name
            ))
        }
        Some(HistoryCommand::Thaw(thaw)) => {
            let mut history = open(&thaw.file)?;
            let card = one_card(&history, thaw.card.as_deref())?;
            if history.thaw(&card, &thaw.name).map_err(wrong)? {
                output::print(&format!("the baseline of {} is free\n", thaw.name))
            } else {
                Err(Failure::usage(format!("no baseline of `{}` is frozen", thaw.name)))
            }
        }
        None => {
            let file = args
                .file
                .as_ref()
                .ok_or_else(|| Failure::usage("history takes a FILE"))?;
            answer(args, &open(file)?, terminal)
        }
    }
}

fn answer(args: &HistoryArgs, history: &History, terminal: Terminal) -> Result<(), Failure> {
    let filter = Filter {
        card: args.card.clone(),
        name: args.name.clone(),
    };
    let known = history.cards().map_err(wrong)?;
    if let Some(card) = args.card.as_ref().filter(|card| !known.contains(card)) {
        let cards = known.join(", ");
        return Err(Failure::usage(format!(
            "the history has no card `{card}`; it has {cards}"
        )));
    }
    let answer = if args.restatements {
        Answer::Restatements(history.restatements(&filter).map_err(wrong)?)
    } else if args.baselines {
        let cards = args.card.clone().map_or(known, |card| vec![card]);
        let all = cards
            .iter()
            .map(|card| history.baselines(card))
            .collect::<Result<Vec<_>, _>>();
        Answer::Baselines(all.map_err(wrong)?.into_iter().flatten().collect())
    } else if args.name.is_some() {
        let mut values = history.values(&filter).map_err(wrong)?;
        if values.is_empty() {
            let name = args.name.as_deref().unwrap_or_default();
            return Err(Failure::usage(format!("the history says nothing of `{name}`")));
        }
        values.retain(|row| args.cuts || row.segments.is_empty());
        Answer::Values(values)
    } else {
        Answer::Runs(history.runs(&filter).map_err(wrong)?)
    };
    let text = match args.format {
        HistoryFormat::Text => to_text(&answer.document(), &terminal.text_options(false)),
        HistoryFormat::Markdown => to_markdown(&answer.document()),
        HistoryFormat::Csv => table_to_csv(&answer.table(true)).map_err(Failure::input)?,
        HistoryFormat::Json => output::json(&answer)?,
    };
    output::print(&text)
}

/// What a history answers.
#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum Answer {
    Runs(Vec<RunRow>),
    Values(Vec<ValueRow>),
    Restatements(Vec<CardRestatement>),
    Baselines(Vec<FrozenBaseline>),
}

/// Frozen baselines of a card take the place of its own, except those that the command line names.
pub fn baselines(history: &History, card: &Scorecard, options: &mut EvaluateOptions) -> Result<(), Failure> {
    for frozen in history.baselines(&card.header.title.value).map_err(wrong)? {
        let known = card.metric(&frozen.name).is_some() || card.score(&frozen.name).is_some();
        if let Some(value) = frozen.value.value.filter(|_| known) {
            options.baselines.entry(frozen.name).or_insert(value);
        }
    }
    Ok(())
}

/// A finding about a history, as the end of a command.
pub fn wrong(finding: Diagnostic) -> Failure {
    Failure::Findings {
        diagnostics: vec![finding],
        texts: Vec::new(),
    }
}

fn open(file: &Path) -> Result<History, Failure> {
    History::open_existing(file).map_err(wrong)
}

/// The card that is meant: the one that is named, or the only one.
fn one_card(history: &History, named: Option<&str>) -> Result<String, Failure> {
    let cards = history.cards().map_err(wrong)?;
    match (named, cards.as_slice()) {
        (Some(named), _) if cards.iter().any(|card| card == named) => Ok(named.to_owned()),
        (None, [card]) => Ok(card.clone()),
        (Some(named), _) => {
            let message = format!("the history has no card `{named}`; it has {}", cards.join(", "));
            Err(Failure::usage(message))
        }
        (None, []) => Err(Failure::usage("the history is empty")),
        (None, _) => Err(Failure::usage(format!(
            "which card? --card takes one of {}",
            cards.join(", ")
        ))),
    }
}

impl Answer {
    fn document(&self) -> Document {
        let table = self.table(false);
        let title = match self {
            Self::Runs(_) => "Runs, the latest first",
            Self::Values(_) => "Values, as the last run said them",
            Self::Restatements(_) => "Restated numbers, the latest first",
            Self::Baselines(_) => "Frozen baselines",
        };
        let mut document = vec![Block::Title(title.to_owned())];
        if table.rows.is_empty() {
            document.push(Block::Line(vec![Run::new("none", Tone::Muted)]));
        } else {
            document.push(Block::Table(table));
        }
        document
    }

    /// The answer as a table; `raw`: with all digits, for programs.
    fn table(&self, raw: bool) -> Table {
        let (heads, rows): (&[&str], Vec<Vec<String>>) = match self {
            Self::Runs(rows) => (
                &[
                    "run",
                    "card",
                    "recorded",
                    "as of",
                    "period",
                    "numbers",
                    "restated",
                    "engine",
                    "card hash",
                    "data hash",
                    "results hash",
                ],
                rows.iter().map(|row| of_run(row, raw)).collect(),
            ),
            Self::Values(rows) => (
                &[
                    "name", "segments", "period", "as of", "value", "unit", "low", "high", "n", "state", "band",
                    "restated", "recorded",
                ],
                rows.iter().map(|row| of_value(row, raw)).collect(),
            ),
            Self::Restatements(rows) => (
                &[
                    "name", "segments", "period", "was", "n was", "is", "n is", "cause", "said", "restated",
                ],
                rows.iter().map(|row| of_restatement(row, raw)).collect(),
            ),
            Self::Baselines(rows) => (
                &["name", "period", "value", "low", "high", "n", "frozen"],
                rows.iter().map(|row| of_baseline(row, raw)).collect(),
            ),
        };
        let right = [
            "numbers", "restated", "value", "low", "high", "n", "was", "is", "n was", "n is", "run",
        ];
        let columns = heads.iter().map(|head| {
            let side = if right.contains(head) {
                Align::Right
            } else {
                Align::Left
            };
            ((*head).to_owned(), side)
        });
        // A column without a word is left out for people, and kept for programs.
        let used = |index: usize| {
            raw || rows
                .iter()
                .any(|row| row.get(index).is_some_and(|text| !text.is_empty()))
        };
        let keep: Vec<bool> = (0..heads.len()).map(used).collect();
        let kept = |index: &usize| keep.get(*index).copied().unwrap_or(false);
        Table {
            columns: columns
                .enumerate()
                .filter(|(index, _)| kept(index))
                .map(|(_, column)| column)
                .collect(),
            rows: rows
                .into_iter()
                .map(|row| {
                    row.into_iter()
                        .enumerate()
                        .filter(|(index, _)| kept(index))
                        .map(|(_, text)| Run::plain(text))
                        .collect()
                })
                .collect(),
        }
    }
}

fn number(value: Option<f64>, decimals: u32, raw: bool) -> String {
    match value {
        Some(value) if raw => value.to_string(),
        Some(value) => format::number(value, decimals),
        None => String::new(),
    }
}

fn cut(segments: &std::collections::BTreeMap<String, String>) -> String {
    let parts: Vec<String> = segments
        .iter()
        .map(|(segment, value)| format!("{segment}={value}"))
        .collect();
    parts.join(", ")
}

fn day(run: &PastRun) -> String {
    run.as_of.map(|day| day.to_string()).unwrap_or_default()
}

/// A hash, for people by its begin.
fn hash(hash: &str, raw: bool) -> String {
    let shown = if raw { hash } else { hash.get(..10).unwrap_or(hash) };
    shown.to_owned()
}

fn of_run(row: &RunRow, raw: bool) -> Vec<String> {
    vec![
        row.run.run.to_string(),
        row.card.clone(),
        row.run.recorded_at.clone(),
        day(&row.run),
        row.headline_period.clone(),
        row.cells.to_string(),
        row.restated.to_string(),
        row.engine.clone(),
        hash(&row.card_sha256, raw),
        hash(row.data_sha256.as_deref().unwrap_or_default(), raw),
        hash(&row.run.results_sha256, raw),
    ]
}

fn of_value(row: &ValueRow, raw: bool) -> Vec<String> {
    vec![
        row.name.clone(),
        cut(&row.segments),
        row.period.clone().unwrap_or_default(),
        row.as_of.map(|day| day.to_string()).unwrap_or_default(),
        number(row.value.value, row.decimals, raw),
        row.unit.clone(),
        number(row.value.low, row.decimals, raw),
        number(row.value.high, row.decimals, raw),
        row.value.n.to_string(),
        row.value.state.word().to_owned(),
        row.band.clone().unwrap_or_default(),
        if row.restated == 0 && !raw {
            String::new()
        } else {
            row.restated.to_string()
        },
        row.recorded_at.clone(),
    ]
}

fn of_restatement(row: &CardRestatement, raw: bool) -> Vec<String> {
    let one = &row.restatement;
    let said = |said: &PastValue| match said.value {
        None => said.state.word().to_owned(),
        value => number(value, row.decimals, raw),
    };
    let causes: Vec<&str> = one.causes.iter().map(|cause| cause.words()).collect();
    vec![
        one.name.clone(),
        cut(&one.segments),
        one.period.clone().unwrap_or_default(),
        said(&one.was),
        one.was.n.to_string(),
        said(&one.now),
        one.now.n.to_string(),
        causes.join(", "),
        one.before.recorded_at.clone(),
        one.after.recorded_at.clone(),
    ]
}

fn of_baseline(row: &FrozenBaseline, raw: bool) -> Vec<String> {
    vec![
        row.name.clone(),
        row.period.clone(),
        number(row.value.value, 6, raw),
        number(row.value.low, 6, raw),
        number(row.value.high, 6, raw),
        row.value.n.to_string(),
        row.frozen_at.clone(),
    ]
}
