//! Rows whose texts may be quoted: those of the headline period that a card asks for, in groups, newest first.

use std::sync::Arc;

use bellwether_order::{BTreeSet, indices_by};

use super::cell::PeriodKey;
use super::session::Session;
use crate::data::{Column, Values};
use crate::definition::{CivilDate, Expr, ExprKind, QuoteGroups, Quotes};
use crate::diagnostic::{Diagnostic, Spanned, codes, nearest};

/// Fewer letters than these say nothing: `ok`, `n/a`, `none`.
const LEAST_LETTERS: usize = 8;

/// A group of rows that may be quoted.
#[derive(Debug, Clone, Default)]
pub struct QuotedGroup {
    /// Its name; `None`: there are no groups.
    pub label: Option<String>,
    /// Whether too few people said something in a table that promises anonymity: nothing of it may be shown.
    pub hidden: bool,
    /// Rows with something said, newest first; equal days in the order of the key. Empty where hidden.
    pub rows: Vec<u32>,
}

/// The rows that a card asks to quote.
#[derive(Debug, Clone)]
pub struct QuotedRows {
    /// The groups, in the order of their segment or buckets.
    pub groups: Vec<QuotedGroup>,
    /// The texts, of all rows of the table.
    pub text: Arc<Column>,
    /// The days of all rows; `None`: the table has no date, or promises anonymity.
    pub days: Option<Arc<Column>>,
    /// Columns to show beside, with the values of all rows.
    pub beside: Vec<(String, Arc<Column>)>,
    /// The people behind the rows, where the table promises anonymity and tells them apart: one quote each.
    pub people: Option<Arc<Column>>,
    /// Whether the table promises anonymity.
    pub anonymous: bool,
    /// The period that the rows are of; `None`: the whole time.
    pub period: Option<PeriodKey>,
}

/// How rows fall into groups.
struct Groups {
    labels: Vec<Option<String>>,
    of_row: Box<dyn Fn(usize) -> Option<usize>>,
}

impl Session<'_> {
    /// The rows that a card asks to quote.
    ///
    /// # Errors
    ///
    /// Columns that are not there or are no text, filters that do not fit, a segment that does not reach the table.
    pub fn quoted(&mut self, quotes: &Quotes) -> Result<QuotedRows, Vec<Diagnostic>> {
        let table = quotes.text.table.as_str();
        let as_of = self.rows.data.as_of.unwrap_or_default();
        let text = self.quoted_text(quotes)?;
        let filters: Vec<Expr> = quotes.filters.iter().map(|filter| filter.expr.clone()).collect();
        let mask = self.shared.mask(&mut self.rows, table, &filters, as_of)?;
        let beside = self.beside(table, &quotes.show)?;
        let groups = self.quote_groups(quotes)?;
        let promise = self.card.table(table).and_then(|table| table.anonymous_below.as_ref());
        let floor = promise.map(|promise| promise.floor.value);
        let key = promise.and_then(|promise| promise.key.clone());
        let bound = self.rows.data.table(table);
        let people = key.and_then(|key| bound.and_then(|table| table.column(&key.value)).cloned());
        let days = bound.and_then(|table| table.column(table.date.as_ref()?)).cloned();
        let rows = bound.map_or(0, |table| table.rows);
        let (period, first, last) = self.quoted_period(days.is_some());

        let mut made: Vec<QuotedGroup> = groups
            .labels
            .iter()
            .map(|label| QuotedGroup {
                label: label.clone(),
                ..QuotedGroup::default()
            })
            .collect();
        for row in 0..rows {
            let in_time = days
                .as_ref()
                .is_none_or(|days| days.day(row).is_some_and(|day| (first..=last).contains(&day)));
            if !in_time || mask.as_ref().is_some_and(|mask| !mask.value(row)) || !says_something(&text, row) {
                continue;
            }
            if let Some(group) = (groups.of_row)(row).and_then(|at| made.get_mut(at)) {
                group.rows.push(row as u32);
            }
        }
        for group in &mut made {
            group.hidden = floor.is_some_and(|floor| (count_people(&group.rows, people.as_deref()) as u64) < floor);
            if group.hidden {
                group.rows.clear();
            }
            let day = |row: u32| days.as_ref().and_then(|days| days.day(row as usize));
            indices_by(&mut group.rows, &mut |a, b| {
                day(b)
                    .cmp(&day(a))
                    .then_with(|| self.key_order(table, a as usize, b as usize))
            });
        }
        Ok(QuotedRows {
            groups: made,
            text,
            days: days.filter(|_| floor.is_none()),
            beside,
            people,
            anonymous: floor.is_some(),
            period,
        })
    }

    /// The period that quotes are of, with its first and last day: that of the headline, so that they tell its story.
    fn quoted_period(&self, dated: bool) -> (Option<PeriodKey>, i32, i32) {
        let as_of = self.rows.data.as_of.map_or(i32::MAX, |day| day.0);
        let step = self.axes.periods.first().filter(|_| dated).and_then(|axis| {
            let step = axis.headline?;
            Some((step, axis.steps.get(step as usize)?))
        });
        match step {
            Some((step, span)) => (Some(PeriodKey { axis: 0, step }), span.start.0, span.end.0.min(as_of)),
            None => (None, i32::MIN, as_of),
        }
    }

    fn quoted_text(&mut self, quotes: &Quotes) -> Result<Arc<Column>, Vec<Diagnostic>> {
        let expr = Expr::new(ExprKind::Column(quotes.text.path.clone()), quotes.text.span);
        let column = self.rows.column(&quotes.text.table, &expr)?;
        if matches!(column.values, Values::Text(_)) {
            return Ok(column);
        }
        let kind = column.column_type().word();
        Err(vec![
            Diagnostic::error(codes::TYPE_MISMATCH, format!("quotes are texts; this column is {kind}"))
                .at(quotes.text.span)
                .help("name the column of what people wrote, as survey.comment"),
        ])
    }

    fn beside(&self, table: &str, show: &[Spanned<String>]) -> Result<Vec<(String, Arc<Column>)>, Vec<Diagnostic>> {
        let Some(bound) = self.rows.data.table(table) else {
            return Ok(Vec::new());
        };
        let (mut columns, mut errors) = (Vec::new(), Vec::new());
        for name in show {
            if let Some(column) = bound.column(&name.value) {
                columns.push((name.value.clone(), Arc::clone(column)));
                continue;
            }
            let message = format!("no column `{}` in `{table}`", name.value);
            let mut error = Diagnostic::error(codes::UNKNOWN_COLUMN, message).at(name.span);
            if let Some(near) = nearest(&name.value, bound.order.iter().map(String::as_str)) {
                error = error.help(format!("did you mean `{near}`?"));
            }
            errors.push(error);
        }
        if errors.is_empty() { Ok(columns) } else { Err(errors) }
    }

    fn quote_groups(&mut self, quotes: &Quotes) -> Result<Groups, Vec<Diagnostic>> {
        match &quotes.by {
            None => Ok(Groups {
                labels: vec![None],
                of_row: Box::new(|_| Some(0)),
            }),
            Some(QuoteGroups::Segment(segment)) => {
                let Some(values) = self.segment_values(&segment.value, &quotes.text.table) else {
                    let message = format!("segment `{}` does not reach `{}`", segment.value, quotes.text.table);
                    return Err(vec![
                        Diagnostic::error(codes::NOT_REACHED, message)
                            .at(segment.span)
                            .help("group by a segment of a column that the table has or belongs to"),
                    ]);
                };
                let axis = self.axes.segments.iter().find(|axis| axis.name == segment.value);
                let labels = axis.map_or_else(Vec::new, |axis| axis.values.iter().cloned().map(Some).collect());
                Ok(Groups {
                    labels,
                    of_row: Box::new(move |row| values.get(row).copied().flatten().map(|value| value as usize)),
                })
            }
            Some(QuoteGroups::Buckets(buckets)) => {
                let column = self.rows.column(&buckets.of.table, &buckets.of.expr)?;
                if buckets.of.table != quotes.text.table || !matches!(column.values, Values::Int(_) | Values::Float(_))
                {
                    let message = format!("groups of quotes cut a number of `{}`", quotes.text.table);
                    return Err(vec![
                        Diagnostic::error(codes::TYPE_MISMATCH, message).at(buckets.of.expr.span),
                    ]);
                }
                let edges = buckets.edges.clone();
                Ok(Groups {
                    labels: buckets.labels.iter().cloned().map(Some).collect(),
                    of_row: Box::new(move |row| {
                        let value = column.number(row)?;
                        Some(edges.iter().take_while(|edge| **edge <= value).count())
                    }),
                })
            }
        }
    }
}

/// Whether a row has a text that says something.
fn says_something(column: &Column, row: usize) -> bool {
    let Values::Text(text) = &column.values else {
        return false;
    };
    column.is_valid(row)
        && text
            .get(row)
            .chars()
            .filter(|letter| letter.is_alphabetic())
            .nth(LEAST_LETTERS - 1)
            .is_some()
}

/// How many different people stand behind rows; without a column that tells them apart, each row is one. A row that does
/// not say whose it is counts for nobody.
fn count_people(rows: &[u32], people: Option<&Column>) -> usize {
    let Some(people) = people else { return rows.len() };
    rows.iter()
        .filter_map(|&row| who(people, row as usize))
        .collect::<BTreeSet<_>>()
        .len()
}

/// Who a row is of, as text that two rows of one person share.
#[must_use]
pub fn who(people: &Column, row: usize) -> Option<String> {
    if !people.is_valid(row) {
        return None;
    }
    match &people.values {
        Values::Text(text) => Some(text.get(row).to_owned()),
        _ => people
            .number(row)
            .map(|number| number.to_string())
            .or_else(|| people.day(row).map(|day| CivilDate(day).to_string())),
    }
}
