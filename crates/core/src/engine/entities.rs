//! The scores of the rows of a table: measured, scored, and added to the table as columns.

use std::sync::Arc;

use bellwether_order::{BTreeMap, Sort};

use crate::data::{Column, Dataset, NO_ROW, Table, Values};
use crate::definition::{CivilDate, RowExpr, Score, Scorecard};
use crate::diagnostic::Diagnostic;
use crate::expr::{self, Context, TableFrame};
use crate::measure::{EntityFrame, Measures, PeriodKey, Session, State, compare};
use crate::report::{EntityScores, explain::plain_value, model::Value};
use crate::score::{self, RowInputs, RowOverride, RowScore, place};

/// Scores every row of the table of a score and adds the columns `health`, `health_change`, `health_band`,
/// `health_reasons` (and `reasons`, of the first such score of a table).
pub(super) fn score_rows(
    session: &mut Session<'_>,
    card: &Scorecard,
    measures: &Measures,
    index: usize,
) -> Result<Option<EntityScores>, Vec<Diagnostic>> {
    let Some((score, table)) = card
        .scores
        .get(index)
        .and_then(|score| Some((score, score.each.as_ref()?)))
    else {
        return Ok(None);
    };
    let table = table.value.as_str();
    let headline = place::headline_period(session.axes());
    let now = inputs(session, card, index, score, table, headline)?;
    let scores = score::score_rows(card, measures, index, &now);
    let before = match headline.and_then(|key| place::previous(session.axes(), key)) {
        Some(key) => {
            let mut then = inputs(session, card, index, score, table, Some(key))?;
            then.overrides.clear();
            score::score_rows(card, measures, index, &then)
        }
        None => Vec::new(),
    };
    let changes: Vec<Option<f64>> = scores
        .iter()
        .enumerate()
        .map(|(row, score)| {
            let then = before.get(row).and_then(Option::as_ref)?.value?;
            Some(score.as_ref()?.value? - then + 0.0)
        })
        .collect();
    let result = entity_scores(session.data(), score, table, &scores, &changes);
    add_columns(session, card, score, table, &scores, &changes)?;
    Ok(Some(result))
}

/// What the rows bring to their scores in a period, or over the whole time where a part has no date.
fn inputs(
    session: &mut Session<'_>,
    card: &Scorecard,
    index: usize,
    score: &Score,
    table: &str,
    period: Option<PeriodKey>,
) -> Result<RowInputs, Vec<Diagnostic>> {
    let metrics = score::metrics_of(card, index);
    let mut frames = frames(session, &metrics, table, period)?;
    let mut end = period
        .and_then(|key| place::step(session.axes(), key))
        .map(|step| step.end);
    let out_of_reach = |frame: &EntityFrame| {
        !frame.states.is_empty() && frame.states.iter().all(|state| *state == State::NotApplicable)
    };
    if period.is_some() && frames.values().any(out_of_reach) {
        frames = self::frames(session, &metrics, table, None)?;
        end = None;
    }
    let end = end.or_else(|| session.as_of());
    let only = score
        .only
        .as_ref()
        .map(|only| rows_where(session.data(), only, end))
        .transpose()?;
    let weights = score.weights_for.iter().map(|weights| {
        let axes = session.axes();
        let wanted = place::segment_index(axes, &weights.segment.value)
            .and_then(|segment| place::value_index(axes, segment, &weights.value.value));
        let values = session
            .segment_values(&weights.segment.value, table)
            .unwrap_or_default();
        values
            .into_iter()
            .map(|value| wanted.is_some() && value == wanted)
            .collect()
    });
    let weights: Vec<Vec<bool>> = weights.collect();
    Ok(RowInputs {
        rows: session.data().table(table).map_or(0, |bound| bound.rows),
        metrics: frames,
        end,
        only,
        weights_for: BTreeMap::from([(index, weights)]),
        overrides: overrides(session.data(), score, table),
    })
}

fn frames(
    session: &mut Session<'_>,
    metrics: &[usize],
    table: &str,
    period: Option<PeriodKey>,
) -> Result<BTreeMap<usize, EntityFrame>, Vec<Diagnostic>> {
    let mut frames = BTreeMap::new();
    for metric in metrics {
        frames.insert(*metric, session.entity_frame(*metric, table, period)?);
    }
    Ok(frames)
}

/// For each row of a closure's table whether it holds.
fn rows_where(data: &Dataset, row: &RowExpr, as_of: Option<CivilDate>) -> Result<Vec<bool>, Vec<Diagnostic>> {
    let Some(frame) = TableFrame::new(data, &row.table) else {
        return Ok(Vec::new());
    };
    let typed = expr::check(&row.expr, &frame)?;
    let rows = data.table(&row.table).map_or(0, |table| table.rows);
    let column = expr::evaluate(&typed, &frame, &Context { as_of }, 0..rows);
    Ok(expr::holds(&column).iter().collect())
}

/// Values set by hand in a table, for the rows that they belong to: of several that have not expired the one set last,
/// by the table's date; of those the lowest.
fn overrides(data: &Dataset, score: &Score, table: &str) -> BTreeMap<usize, RowOverride> {
    let mut set: BTreeMap<usize, (Option<i32>, RowOverride)> = BTreeMap::new();
    let Some((declared, bound)) = score
        .override_table
        .as_ref()
        .and_then(|declared| Some((declared, data.table(&declared.table.value)?)))
    else {
        return BTreeMap::new();
    };
    let (Some(parent), Some(values)) = (
        bound.parents.iter().find(|parent| parent.table == table),
        bound.column(&declared.value),
    ) else {
        return BTreeMap::new();
    };
    let text = |name: &str, row: usize| {
        bound
            .column(name)
            .map_or_else(String::new, |column| as_text(&plain_value(column, row)))
    };
    for row in 0..bound.rows {
        let owner = parent.rows.get(row).copied().filter(|owner| *owner != NO_ROW);
        let (Some(owner), Some(value)) = (owner, values.number(row)) else {
            continue;
        };
        let last_day = bound.column(&declared.expires).and_then(|column| column.day(row));
        if last_day.zip(data.as_of).is_some_and(|(last, today)| last < today.0) {
            continue;
        }
        let set_on = bound
            .date
            .as_ref()
            .and_then(|date| bound.column(date))
            .and_then(|column| column.day(row));
        let by_hand = RowOverride {
            value,
            author: text(&declared.author, row),
            reason: text(&declared.reason, row),
        };
        let stands = |(day, other): &(Option<i32>, RowOverride)| {
            *day > set_on || (*day == set_on && other.value <= by_hand.value)
        };
        if !set.get(&(owner as usize)).is_some_and(stands) {
            set.insert(owner as usize, (set_on, by_hand));
        }
    }
    set.into_iter().map(|(row, (_, by_hand))| (row, by_hand)).collect()
}

fn as_text(value: &Value) -> String {
    match value {
        Value::Missing => String::new(),
        Value::Bool(value) => value.to_string(),
        Value::Int(value) => value.to_string(),
        Value::Float(value) => value.to_string(),
        Value::Text(text) => text.clone(),
    }
}

fn entity_scores(
    data: &Dataset,
    score: &Score,
    table: &str,
    scores: &[Option<RowScore>],
    changes: &[Option<f64>],
) -> EntityScores {
    let bound = data.table(table);
    let key: Vec<String> = bound.map_or_else(Vec::new, |bound| bound.key.clone());
    let columns: Vec<_> = key.iter().filter_map(|name| bound?.column(name)).collect();
    let names = score.bands.as_ref().map_or(&[][..], |bands| bands.names.as_slice());
    let mut rows: Vec<(u32, &RowScore)> = scores
        .iter()
        .enumerate()
        .filter_map(|(row, scored)| Some((u32::try_from(row).ok()?, scored.as_ref()?)))
        .collect();
    // The order of the source never reaches an output.
    rows.order_by(|(a, _), (b, _)| {
        let order = |column: &&Arc<Column>| compare(column, *a as usize, *b as usize);
        columns
            .iter()
            .map(order)
            .find(|order| order.is_ne())
            .unwrap_or(std::cmp::Ordering::Equal)
    });
    let mut by_band = vec![0_u64; names.len()];
    for band in rows.iter().filter_map(|(_, scored)| scored.band) {
        if let Some(count) = by_band.get_mut(band) {
            *count += 1;
        }
    }
    let places: Vec<u32> = rows.iter().map(|(row, _)| *row).collect();
    let keys = key
        .iter()
        .cloned()
        .zip(columns.iter().map(|column| column.take(&places)));
    let band = |scored: &RowScore| scored.band.and_then(|band| names.get(band));
    let bands: Vec<Option<&String>> = rows.iter().map(|(_, scored)| band(scored)).collect();
    let states: Vec<Option<&str>> = rows.iter().map(|(_, scored)| Some(scored.state.word())).collect();
    let change = |row: u32| changes.get(row as usize).copied().flatten();
    let reasons: Vec<Option<String>> = rows.iter().map(|(_, scored)| Some(scored.reasons.join("; "))).collect();
    let made = [
        (
            score.name.value.as_str(),
            Column::floats(rows.iter().map(|(_, scored)| scored.value).collect()),
        ),
        ("state", Column::texts(&states)),
        ("band", Column::texts(&bands)),
        (
            "change",
            Column::floats(rows.iter().map(|(row, _)| change(*row)).collect()),
        ),
        (
            "n",
            Column::ints(rows.iter().map(|(_, scored)| i64::try_from(scored.n).ok()).collect()),
        ),
        ("reasons", Column::texts(&reasons)),
    ];
    EntityScores {
        table: table.to_owned(),
        scored: rows.len() as u64,
        left_out: (scores.len() - rows.len()) as u64,
        by_band,
        without_score: rows.iter().filter(|(_, scored)| scored.value.is_none()).count() as u64,
        frame: Table {
            rows: rows.len(),
            columns: keys
                .chain(made.map(|(name, column)| (name.to_owned(), column)))
                .collect(),
            ..Table::default()
        },
        key,
    }
}

fn add_columns(
    session: &mut Session<'_>,
    card: &Scorecard,
    score: &Score,
    table: &str,
    scores: &[Option<RowScore>],
    changes: &[Option<f64>],
) -> Result<(), Vec<Diagnostic>> {
    let name = &score.name.value;
    let of = |row: &Option<RowScore>| row.as_ref().and_then(|row| row.value);
    let values = Column::floats(scores.iter().map(of).collect());
    let names = score.bands.as_ref().map_or(&[][..], |bands| bands.names.as_slice());
    let bands: Vec<Option<&String>> = scores
        .iter()
        .map(|row| row.as_ref().and_then(|row| row.band).and_then(|band| names.get(band)))
        .collect();
    let reasons: Vec<Option<String>> = scores
        .iter()
        .map(|row| row.as_ref().map(|row| row.reasons.join("; ")))
        .collect();
    let reasons = Column::texts(&reasons);
    debug_assert!(matches!(reasons.values, Values::Text(_)));
    let first = card
        .scores
        .iter()
        .find(|other| other.each.as_ref().is_some_and(|each| each.value == table));
    if first.is_some_and(|first| first.name.value == *name) {
        session.add_column(table, "reasons", reasons.clone())?;
    }
    session.add_column(table, &format!("{name}_reasons"), reasons)?;
    session.add_column(table, &format!("{name}_change"), Column::floats(changes.to_vec()))?;
    session.add_column(table, &format!("{name}_band"), Column::texts(&bands))?;
    session.add_column(table, name, values)
}
