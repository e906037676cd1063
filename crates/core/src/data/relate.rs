//! How rows belong to rows of other tables: keys matched, entities made of columns, weights taken from parents.

use std::sync::Arc;

use bellwether_order::{BTreeMap, Sort, indices_by};

use super::column::{Column, Values};
use super::dataset::{NO_ROW, Parent};
use super::facts::unknown_column;
use super::frame::{Frame, count};
use super::keys::{key_ids, match_rows};
use crate::definition::{BelongsTo, ColumnRef, Scorecard, Table, TableSource};
use crate::diagnostic::{Diagnostic, codes, nearest};

/// All frames by the name of their table, and what they belong to so far.
pub(super) struct Relations<'a> {
    pub card: &'a Scorecard,
    pub frames: &'a BTreeMap<String, Frame>,
    pub parents: BTreeMap<String, Vec<Parent>>,
    pub findings: Vec<Diagnostic>,
}

/// The table of distinct values of a column, in order, and the row there of each row here.
pub(super) fn entities(name: &str, source: &Frame, column: &str) -> Option<(Frame, Vec<u32>)> {
    let values = source.column(column)?;
    let ids = key_ids(&[values]);
    let mut first = vec![NO_ROW; ids.count];
    for (row, &id) in ids.of.iter().enumerate() {
        if let Some(slot) = first.get_mut(id as usize)
            && *slot == NO_ROW
        {
            *slot = row as u32;
        }
    }
    let mut rows: Vec<u32> = first.into_iter().filter(|&row| row != NO_ROW).collect();
    match &values.values {
        Values::Text(text) => indices_by(&mut rows, &mut |a, b| text.get(a as usize).cmp(text.get(b as usize))),
        Values::Int(ints) => indices_by(&mut rows, &mut |a, b| ints.get(a as usize).cmp(&ints.get(b as usize))),
        Values::Date(_) | Values::Timestamp(_) | Values::Bool(_) | Values::Float(_) => {
            let mut shown: Vec<(String, u32)> = rows.iter().map(|&row| (values.display(row as usize), row)).collect();
            shown.order();
            rows = shown.into_iter().map(|(_, row)| row).collect();
        }
    }
    let mut entity_of = vec![NO_ROW; ids.count];
    for (entity, &row) in rows.iter().enumerate() {
        let id = ids.of.get(row as usize).copied().unwrap_or(NO_ROW);
        if let Some(slot) = entity_of.get_mut(id as usize) {
            *slot = entity as u32;
        }
    }
    let index = ids
        .of
        .iter()
        .map(|&id| entity_of.get(id as usize).copied().unwrap_or(NO_ROW))
        .collect();
    let frame = Frame {
        name: name.to_owned(),
        rows: rows.len(),
        rows_read: rows.len(),
        columns: vec![(column.to_owned(), values.take(&rows))],
        origin: source.origin.clone(),
        ..Frame::default()
    };
    Some((frame, index))
}

/// The table at the end of a column reference's path.
pub(super) fn end_of_path<'c>(card: &'c Scorecard, column: &'c ColumnRef) -> Option<&'c str> {
    let (_, steps) = column.path.split_last()?;
    let mut table = column.table.as_str();
    for step in steps {
        let belongs = &card.table(table)?.belongs_to;
        table = &belongs.iter().find(|belongs| belongs.path == *step)?.table.value;
    }
    Some(table)
}

/// A column that a table's rows lead to.
pub(super) struct Reached<'s> {
    pub(super) column: &'s Column,
    pub(super) at: &'s Frame,
    pub(super) name: String,
    rows: Option<Vec<u32>>,
    count: usize,
}

impl Reached<'_> {
    /// The column's row for each row of the table; one beyond the column where there is none.
    pub(super) fn places(&self) -> impl Iterator<Item = usize> + '_ {
        (0..self.count).map(|row| match &self.rows {
            None => row,
            Some(rows) => rows.get(row).map_or(usize::MAX, |&row| row as usize),
        })
    }
}

impl<'a> Relations<'a> {
    /// Matches every `belongs_to` of a table.
    pub fn relate(&mut self, table: &Table) {
        let mut seen: Vec<&BelongsTo> = Vec::new();
        for belongs in &table.belongs_to {
            if let Some(before) = seen.iter().find(|before| before.path == belongs.path) {
                self.findings.push(
                    Diagnostic::error(
                        codes::AMBIGUOUS_PATH,
                        format!("two paths from `{}` are named `{}`", table.name.value, belongs.path),
                    )
                    .at(belongs.span)
                    .related(before.span, "the other")
                    .help(format!(
                        "name them: `.belongs_to({}, \"..\", \"sender\")`",
                        belongs.table.value
                    )),
                );
                continue;
            }
            seen.push(belongs);
            if let Some(parent) = self.path(table, belongs) {
                self.parents.entry(table.name.value.clone()).or_default().push(parent);
            }
        }
    }

    fn path(&mut self, table: &Table, belongs: &BelongsTo) -> Option<Parent> {
        let child = self.frames.get(&table.name.value)?;
        let Some(definition) = self.card.table(&belongs.table.value) else {
            self.unknown_table(&belongs.table.value, belongs);
            return None;
        };
        let parent = self.frames.get(&belongs.table.value)?;
        let key = own_key(definition);
        if key.is_empty() {
            let mut finding = Diagnostic::error(
                codes::BAD_SETTING,
                format!("`{}` has no key, so nothing can belong to it", parent.name),
            )
            .at(belongs.span)
            .related(definition.name.span, "declared here");
            let columns: Vec<String> = belongs
                .columns
                .iter()
                .map(|column| format!("\"{}\"", column.value))
                .collect();
            finding = finding.help(format!(
                "name the columns that tell its rows apart: `.key({})`",
                columns.join(", ")
            ));
            self.findings.push(finding);
            return None;
        }
        if key.len() != belongs.columns.len() {
            self.findings.push(
                Diagnostic::error(
                    codes::BAD_SETTING,
                    format!(
                        "the key of `{}` has {} columns, and {} are named here",
                        parent.name,
                        key.len(),
                        belongs.columns.len()
                    ),
                )
                .at(belongs.span),
            );
            return None;
        }
        let mut here = Vec::new();
        for name in &belongs.columns {
            match child.column(&name.value) {
                Some(column) => here.push(column),
                None => self.findings.push(unknown_column(child, &name.value, name.span)),
            }
        }
        let there: Vec<&Column> = key.iter().filter_map(|name| parent.column(name)).collect();
        if here.len() != key.len() || there.len() != key.len() {
            return None;
        }
        let matched = match_rows(&here, &there);
        let parent_name = parent.name.clone();
        self.report(child, parent, belongs, &matched, &here, &there);
        Some(Parent {
            path: belongs.path.clone(),
            table: parent_name,
            rows: Arc::from(matched.rows),
            orphans: matched.orphans,
            without_key: matched.without_key,
        })
    }

    fn unknown_table(&mut self, name: &str, belongs: &BelongsTo) {
        let finding = Diagnostic::error(codes::UNKNOWN_TABLE, format!("no table `{name}`")).at(belongs.table.span);
        let known = self.card.tables.iter().map(|table| table.name.value.as_str());
        self.findings.push(match nearest(name, known) {
            Some(near) => finding.help(format!("did you mean `{near}`?")),
            None => finding,
        });
    }

    fn report(
        &mut self,
        child: &Frame,
        parent: &Frame,
        belongs: &BelongsTo,
        matched: &super::keys::Matched,
        here: &[&Column],
        there: &[&Column],
    ) {
        let keyed = child.rows as u64 - matched.without_key;
        let names: Vec<String> = belongs
            .columns
            .iter()
            .map(|column| format!("`{}`", column.value))
            .collect();
        let names = names.join(" and ");
        if matched.without_key > 0 {
            self.findings.push(
                Diagnostic::note(
                    codes::ORPHANS,
                    format!(
                        "{} of {} rows of `{}` have no {names}: they belong to no row of `{}`",
                        count(matched.without_key),
                        count(child.rows as u64),
                        child.name,
                        parent.name
                    ),
                )
                .at(belongs.span),
            );
        }
        let Some(row) = matched.first_orphan else { return };
        let (Some(mine), Some(theirs)) = (here.first(), there.first()) else {
            return;
        };
        let value = mine.display(row);
        let column = belongs.columns.first().map_or("", |column| column.value.as_str());
        let all = matched.orphans == keyed;
        let message = format!(
            "{} of {} rows of `{}` have a {names} that no row of `{}` has",
            if all { "all".to_owned() } else { count(matched.orphans) },
            count(keyed),
            child.name,
            parent.name
        );
        let finding = Diagnostic::warning(codes::ORPHANS, message)
            .at(belongs.span)
            .in_data(child.place(row, column, value.clone()));
        let example = (0..theirs.len())
            .find(|&row| theirs.is_valid(row))
            .map(|row| theirs.display(row));
        self.findings.push(match example {
            Some(example) if all => finding.help(format!(
                "here it looks like `{value}`, there like `{example}`; without a parent a row counts as `(unknown)`"
            )),
            _ => finding.help(
                "they count, in the segment value `(unknown)`; without them the parts would not add up to the total",
            ),
        });
    }

    /// A column of a table or of a parent, the frame that holds it, and its row for each row of the table.
    pub(super) fn reached(&mut self, table: &Table, column: &ColumnRef, what: &str) -> Option<Reached<'a>> {
        let frame = self.frames.get(&table.name.value)?;
        let (name, steps) = column.path.split_last()?;
        let mut at = frame;
        let mut rows: Option<Vec<u32>> = None;
        for step in steps {
            let parents = self.parents.get(&at.name).map(Vec::as_slice).unwrap_or_default();
            let Some(parent) = parents.iter().find(|parent| parent.path == *step) else {
                self.findings.push(
                    Diagnostic::error(
                        codes::UNREACHABLE_COLUMN,
                        format!(
                            "the {what} `{column}` cannot be reached: `{}` has no path `{step}`",
                            at.name
                        ),
                    )
                    .at(column.span),
                );
                return None;
            };
            rows = Some(match rows {
                None => parent.rows.to_vec(),
                Some(rows) => rows
                    .iter()
                    .map(|&row| parent.rows.get(row as usize).copied().unwrap_or(NO_ROW))
                    .collect(),
            });
            at = self.frames.get(&parent.table)?;
        }
        if at.column(name).is_none() {
            self.findings.push(unknown_column(at, name, column.span));
            return None;
        }
        Some(Reached {
            column: at.column(name)?,
            at,
            name: name.clone(),
            rows,
            count: frame.rows,
        })
    }

    /// The weights of a table's rows: those of its column, raked to the margins of its population. Missing ones are 0 and
    /// reported.
    pub fn weights(&mut self, table: &Table) -> Option<Arc<[f64]>> {
        let base = match &table.weight {
            Some(_) => Some(self.base_weights(table)?),
            None if table.rake.is_empty() => return None,
            None => None,
        };
        if table.rake.is_empty() {
            return base.map(Arc::from);
        }
        self.raked(table, base).map(Arc::from)
    }

    /// The weights of a column.
    fn base_weights(&mut self, table: &Table) -> Option<Vec<f64>> {
        let weight = table.weight.as_ref()?;
        let table_name = table.name.value.clone();
        let reached = self.reached(table, weight, "weight")?;
        let (column, at, name) = (reached.column, reached.at, reached.name.as_str());
        let frame_rows = reached.count;
        if !matches!(column.values, Values::Int(_) | Values::Float(_)) && column.missing_count() < column.len() {
            let finding = super::cast::not_numbers(at, name, column).at(weight.span);
            self.findings.push(finding);
            return None;
        }
        let mut missing = 0_u64;
        let mut weights = Vec::with_capacity(frame_rows);
        for there in reached.places() {
            match column.number(there) {
                None => {
                    missing += 1;
                    weights.push(0.0);
                }
                Some(value) if value >= 0.0 && value.is_finite() => weights.push(value + 0.0),
                Some(value) => {
                    self.findings.push(
                        Diagnostic::error(
                            codes::BAD_VALUE,
                            format!(
                                "the weight `{name}` is {value} in a row of `{}`; a weight is 0 or more",
                                at.name
                            ),
                        )
                        .at(weight.span)
                        .in_data(at.place(there, name, value.to_string())),
                    );
                    return None;
                }
            }
        }
        if missing > 0 {
            self.findings.push(
                Diagnostic::warning(
                    codes::BAD_VALUE,
                    format!(
                        "{} of {} rows of `{}` have no weight and count with 0",
                        count(missing),
                        count(frame_rows as u64),
                        table_name
                    ),
                )
                .at(weight.span),
            );
        }
        Some(weights)
    }
}

/// The key of a table: declared, or for entities their column.
pub(super) fn own_key(table: &Table) -> Vec<String> {
    match &table.source {
        TableSource::Entities(column) if table.key.is_empty() => column.path.last().cloned().into_iter().collect(),
        _ => table.key.iter().map(|key| key.value.clone()).collect(),
    }
}
