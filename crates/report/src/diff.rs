//! What changed between two cards, and whether a kept report is what its card and data give, as documents.

use bellwether::diff::{CardChange, CardDiff, Change, Effect, Impact, ImpactRow, Judged, ObjectKind};
use bellwether::report::{MovedValue, Verification};
use serde_json::Value;

use crate::document::{Align, Block, Document, Run, Table, Tone};
use crate::format;

/// Lays the changes of a card out, with what they do to the numbers where that was asked.
#[must_use]
pub fn compose_diff(old: &str, new: &str, diff: &CardDiff, impact: Option<&Impact>) -> Document {
    let mut document = vec![Block::Title(format!("{old} → {new}"))];
    if diff.changes.is_empty() {
        document.push(line(
            "The cards declare the same: nothing but layout or comments differs, if anything.",
        ));
    }
    for (effect, head) in [
        (Effect::Numbers, "May move numbers"),
        (Effect::Judgement, "What is thought of numbers"),
        (Effect::Words, "Words"),
    ] {
        let of = diff.changes.iter().filter(|change| change.effect == effect);
        let items: Vec<Vec<Run>> = of.map(sentence).collect();
        if !items.is_empty() {
            document.push(Block::Heading(head.to_owned()));
            document.push(Block::Items(items));
        }
    }
    if let Some(impact) = impact {
        document.extend(of_impact(impact));
    }
    document
}

fn line(text: &str) -> Block {
    Block::Line(vec![Run::new(text, Tone::Muted)])
}

/// A change in one line: `score health: weight of nps 0.4 → 0.3`.
fn sentence(change: &CardChange) -> Vec<Run> {
    let object = match change.object {
        ObjectKind::Scorecard => "scorecard".to_owned(),
        ObjectKind::QuickWins => "quick wins".to_owned(),
        kind => format!("{} {}", kind.word(), change.name),
    };
    let head = Run::new(object, Tone::Strong);
    let with = |what: &Option<String>| what.as_ref().map(|what| format!(": {what}")).unwrap_or_default();
    let rest = match &change.change {
        Change::Added { what } => Run::new(format!(" added{}", with(what)), Tone::Good),
        Change::Removed { what } => Run::new(format!(" removed{}", with(what)), Tone::Bad),
        Change::Renamed { from } => Run::plain(format!(", called {from} before")),
        Change::Setting { setting, was, now } => Run::plain(match (was.as_deref(), now.as_deref()) {
            (None | Some(""), Some("")) => format!(": {setting} added"),
            (Some(""), None) => format!(": {setting} removed"),
            (None, Some(now)) => format!(": {setting} added, {now}"),
            (Some(was), None) => format!(": {setting} removed, it was {was}"),
            (was, now) => format!(": {setting} {} → {}", was.unwrap_or("none"), now.unwrap_or("none")),
        }),
    };
    vec![head, rest]
}

fn of_impact(impact: &Impact) -> Document {
    let mut when = impact
        .as_of
        .map(|day| format!("as of {day}"))
        .into_iter()
        .collect::<Vec<_>>();
    match (&impact.old_period, &impact.new_period) {
        (Some(old), Some(new)) if old == new => when.push(format!("values of {new}")),
        (None, None) => {}
        (old, new) => when.push(format!(
            "values of {} under the old card, of {} under the new one",
            old.as_deref().unwrap_or("the whole time"),
            new.as_deref().unwrap_or("the whole time")
        )),
    }
    let mut document = vec![Block::Heading("On the data at hand".to_owned())];
    if !when.is_empty() {
        document.push(line(&when.join(", ")));
    }
    let moved: Vec<&ImpactRow> = impact.rows.iter().filter(|row| row.is_moved()).collect();
    let still = impact.rows.len() - moved.len();
    if moved.is_empty() {
        document.push(line("No headline moves."));
        return document;
    }
    let rows = moved.iter().map(|row| {
        let side = |side: &Option<Judged>| {
            side.as_ref()
                .map_or_else(Run::default, |side| value(side, row.decimals))
        };
        vec![
            Run::new(row.label.clone(), Tone::Strong),
            side(&row.was),
            side(&row.now),
            Run::plain(
                row.difference
                    .map_or_else(String::new, |by| format::difference(by, row.decimals)),
            ),
            Run::plain(judgement(row)),
        ]
    });
    let columns = [
        ("", Align::Left),
        ("old", Align::Right),
        ("new", Align::Right),
        ("difference", Align::Right),
        ("", Align::Left),
    ];
    document.push(Block::Table(Table::of(columns, rows.collect())));
    if still > 0 {
        document.push(line(&format!(
            "{still} of {} headlines do not move.",
            impact.rows.len()
        )));
    }
    document.extend(causes(impact, &moved));
    document
}

fn value(side: &Judged, decimals: u32) -> Run {
    match side.value {
        Some(value) => Run::plain(format::number(value, decimals)),
        None => Run::new(format::state(side.state), Tone::Muted),
    }
}

/// What else is another for a headline: band, target, state, rows.
fn judgement(row: &ImpactRow) -> String {
    let (Some(was), Some(now)) = (&row.was, &row.now) else {
        return if row.was.is_none() { "new" } else { "gone" }.to_owned();
    };
    let mut said = Vec::new();
    if was.band != now.band {
        let band = |side: &Judged| side.band.clone().unwrap_or_else(|| "no band".to_owned());
        said.push(format!("{} → {}", band(was), band(now)));
    }
    if was.target != now.target {
        let target = |side: &Judged| side.target.map_or_else(|| "none".to_owned(), format::stated);
        said.push(format!("target {} → {}", target(was), target(now)));
    }
    match (was.target_met, now.target_met) {
        (Some(false), Some(true)) => said.push("target met now".to_owned()),
        (Some(true), Some(false)) => said.push("target missed now".to_owned()),
        _ => {}
    }
    if was.state != now.state {
        said.push(format!("{} → {}", format::state(was.state), format::state(now.state)));
    }
    if was.n != now.n {
        said.push(format!("n {} → {}", format::whole(was.n), format::whole(now.n)));
    }
    said.join(", ")
}

/// Which change moved what.
fn causes(impact: &Impact, moved: &[&ImpactRow]) -> Document {
    let mut items = Vec::new();
    for row in moved {
        for share in &row.shares {
            let label = impact
                .split
                .causes
                .get(share.cause)
                .map_or("", |cause| cause.label.as_str());
            let by = share.difference.filter(|by| *by != 0.0);
            let mut text = match by {
                Some(by) => format!(": {} by {label}", format::difference(by, row.decimals)),
                None => format!(": {label}"),
            };
            if let Some(band) = &share.band {
                text.push_str(&format!(", alone to {band}"));
            }
            items.push(vec![Run::new(row.label.clone(), Tone::Strong), Run::plain(text)]);
        }
        if let Some(together) = row.together {
            let text = format!(": {} by changes together", format::difference(together, row.decimals));
            items.push(vec![Run::new(row.label.clone(), Tone::Strong), Run::plain(text)]);
        }
    }
    let mut document = Vec::new();
    if !items.is_empty() {
        document.push(Block::Heading("Which change does it".to_owned()));
        document.push(Block::Items(items));
    }
    if let Some(note) = &impact.split.note {
        document.push(line(&format!("Not split: {note}.")));
    }
    document
}

/// Values of a verification that are shown; JSON has them all.
const SHOWN: usize = 20;

/// Lays a verification out.
#[must_use]
pub fn compose_verification(report: &str, found: &Verification) -> Document {
    let verdict = match (found.same, found.intact) {
        (true, _) => Run::new("the same, bit for bit", Tone::Good),
        (false, true) if found.same_values => Run::new(
            "the same values, bit for bit; something stands elsewhere in the text of the card",
            Tone::Good,
        ),
        (false, true) => Run::new("not the same", Tone::Bad),
        (false, false) => Run::new(
            "the report was changed after it was made: its results are not those that its own hash names",
            Tone::Bad,
        ),
    };
    let mut document = vec![
        Block::Title(format!("Verification of {report}")),
        Block::Line(vec![verdict]),
        line(&format!("results of the report {}", found.kept_sha256)),
    ];
    if !found.same {
        document.push(line(&format!("results made again {}", found.again_sha256)));
    }
    if !found.differs.is_empty() {
        document.push(Block::Heading("What is not as it was".to_owned()));
        let items = found.differs.iter().map(|one| {
            let side = |side: &Option<String>| side.clone().unwrap_or_else(|| "none".to_owned());
            let head = format!("{}, {}", one.cause.words(), one.name);
            let text = format!(": {} → {}", side(&one.was), side(&one.now));
            vec![Run::new(head, Tone::Strong), Run::plain(text)]
        });
        document.push(Block::Items(items.collect()));
        if found.same_values {
            document.push(line("The values do not depend on it."));
        }
    } else if !found.same && found.intact {
        document.push(line(
            "Card, params, data and engine are the same: this is a fault of the engine, please report it.",
        ));
    }
    if !found.moved.is_empty() {
        document.push(Block::Heading("Values that moved".to_owned()));
        let rows = found.moved.iter().take(SHOWN).map(row);
        let columns = [("", Align::Left), ("report", Align::Right), ("again", Align::Right)];
        document.push(Block::Table(Table::of(columns, rows.collect())));
        let more = found.moved.len().saturating_sub(SHOWN);
        if more > 0 {
            document.push(line(&format!("and {more} more; --format json has them all")));
        }
    }
    document
}

fn row(moved: &MovedValue) -> Vec<Run> {
    let side = |side: &Option<Value>| match side {
        None | Some(Value::Null) => "none".to_owned(),
        Some(Value::String(text)) => text.clone(),
        Some(Value::Object(_)) => "an object".to_owned(),
        Some(Value::Array(items)) => format!("{} items", items.len()),
        Some(other) => other.to_string(),
    };
    vec![
        Run::plain(moved.place.clone()),
        Run::plain(side(&moved.was)),
        Run::plain(side(&moved.now)),
    ]
}
