//! Tables joined to what a card declares about them: the last step before anything is measured.
//!
//! In order: renames, constants, stacks and unpivots; codes for missing values, types, dates, scales; rows dated later
//! than the as-of date dropped; the latest or distinct rows kept, keys proven unique; entities made, rows matched to
//! their parents, weights taken. Every mistake is reported, not the first one only.

use std::sync::Arc;

use super::column::Column;
use super::dataset::{BoundTable, Dataset, Parent, Table as SourceTable};
use super::days::DayProfile;
use super::facts::{self, Declared, unknown_column};
use super::frame::Frame;
use super::narrow;
use super::need::{self, Uses};
use super::relate::{self, Relations, own_key};
use super::reshape;
use super::rows;
use super::summary::{ColumnSummary, TableSummary, describe};
use super::unique;
use crate::definition::{CivilDate, ColumnType, Scorecard, Table, TableSource};
use crate::diagnostic::{Diagnostic, codes, nearest};
use crate::limits::Budget;
use bellwether_order::BTreeMap;

/// How to bind.
#[derive(Debug, Clone, Default)]
pub struct BindOptions {
    /// As of which day; `None`: the latest date in the dated tables.
    pub as_of: Option<CivilDate>,
    /// A table or column that is not there is empty instead of an error: for the small tables of a card's tests.
    pub sparse: bool,
    /// Count distinct values and extremes of every column in the summaries: for a first look at data.
    pub describe: bool,
    /// What it spends from: tables made of others are as large as their parts together.
    pub budget: Budget,
    /// Threads; 0 and 1 both mean the caller's own.
    pub threads: usize,
}

/// Most tables that may be made of one another.
const DEEPEST: usize = 32;

/// What binding gives: the data, what was found on the way, and each table in numbers.
pub type Bound = (Dataset, Vec<Diagnostic>, Vec<TableSummary>);

/// Binds tables to a card.
///
/// # Errors
/// All findings, when one of them is an error: codes BW2xx for what the card says of its columns, BW3xx for what stands
/// in the data.
pub fn bind(
    card: &Scorecard,
    tables: std::collections::BTreeMap<String, SourceTable>,
    options: &BindOptions,
) -> Result<Bound, Vec<Diagnostic>> {
    let mut binder = Binder {
        card,
        uses: need::uses(card),
        options,
        given: tables,
        frames: BTreeMap::new(),
        visiting: Vec::new(),
        findings: Vec::new(),
    };
    for table in &card.tables {
        if !matches!(table.source, TableSource::Entities(_)) || binder.given.contains_key(&table.name.value) {
            binder.frame(table);
        }
    }
    let as_of = options.as_of.or_else(|| binder.latest());
    for table in &card.tables {
        binder.settle(table, as_of);
    }
    let made = binder.make_entities();
    binder.finish(as_of, made)
}

/// Whether what a card asks of columns is there in data that another card with the same tables bound: then binding them
/// for this card would give the same, and nothing to say beside.
pub(crate) fn serves(card: &Scorecard, data: &Dataset) -> bool {
    let uses = need::uses(card);
    let fits = |table: &str, name: &str, used: &need::ColumnUse| {
        let Some(column) = data.table(table).and_then(|table| table.column(name)) else {
            return false;
        };
        let kind = column.column_type();
        match used.demanded.map(|(wanted, _)| wanted) {
            None | Some(ColumnType::Text) => true,
            Some(ColumnType::Date | ColumnType::Timestamp) => {
                matches!(kind, ColumnType::Date | ColumnType::Timestamp)
            }
            Some(ColumnType::Float | ColumnType::Int) => matches!(kind, ColumnType::Float | ColumnType::Int),
            Some(ColumnType::Bool) => kind == ColumnType::Bool,
        }
    };
    card.tables.iter().all(|table| {
        let name = &table.name.value;
        uses.of(name).all(|(column, used)| fits(name, column, used))
    })
}

struct Binder<'a> {
    card: &'a Scorecard,
    uses: Uses,
    options: &'a BindOptions,
    given: std::collections::BTreeMap<String, SourceTable>,
    frames: BTreeMap<String, Frame>,
    visiting: Vec<String>,
    findings: Vec<Diagnostic>,
}

impl<'a> Binder<'a> {
    fn utc_offset(&self) -> i32 {
        self.card.header.utc_offset_minutes.map_or(0, |offset| offset.value)
    }

    /// The table shaped and typed, made once.
    fn frame(&mut self, table: &'a Table) -> Option<Frame> {
        let name = &table.name.value;
        if let Some(frame) = self.frames.get(name) {
            return Some(frame.clone());
        }
        let mut frame = self.raw(table)?;
        frame.name.clone_from(name);
        reshape::shape(&mut frame, table, self.options.sparse, &mut self.findings);
        if let Some(unpivot) = &table.unpivot {
            reshape::unpivot(&mut frame, unpivot, self.options.sparse, &mut self.findings);
        }
        self.check_added(&frame, table);
        if self.options.sparse {
            self.fill(&mut frame, table);
        } else {
            self.check_used(&frame, table);
        }
        let chain = self.alias_chain(table);
        let mut findings = std::mem::take(&mut self.findings);
        facts::apply(
            &mut frame,
            &Declared::of(&chain),
            &self.uses,
            (self.utc_offset(), self.options.threads),
            &mut findings,
        );
        self.findings = findings;
        if self.options.sparse {
            // Facts about columns that a test leaves out are no mistake.
            self.findings.retain(|finding| finding.code != codes::UNKNOWN_COLUMN);
        }
        let parts = self.kinds_of_parts(table, &frame);
        reshape::check_mixed(&frame, table, &parts, &mut self.findings);
        self.frames.insert(name.clone(), frame.clone());
        Some(frame)
    }

    /// The table and those that it is an alias of.
    fn alias_chain(&self, table: &'a Table) -> Vec<&'a Table> {
        let mut chain = vec![table];
        let mut at = table;
        while let TableSource::Alias(source) = &at.source {
            match self.card.table(source) {
                Some(next) if chain.len() < 32 => {
                    chain.push(next);
                    at = next;
                }
                _ => break,
            }
        }
        chain
    }

    /// The rows as they came, before anything that the table itself declares.
    fn raw(&mut self, table: &'a Table) -> Option<Frame> {
        let name = &table.name.value;
        if self.visiting.contains(name) {
            self.findings
                .push(Diagnostic::error(codes::CYCLE, format!("table `{name}` is made of itself")).at(table.name.span));
            return None;
        }
        if let Some(given) = self.given.get(name) {
            return self.checked(table, given.clone());
        }
        if self.visiting.len() >= DEEPEST {
            let message = format!("table `{name}` is made of tables that are made of others, more than {DEEPEST} deep");
            self.findings.push(
                Diagnostic::error(codes::LIMIT, message)
                    .at(table.name.span)
                    .help("make it of the first of them"),
            );
            return None;
        }
        self.visiting.push(name.clone());
        let frame = match &table.source {
            TableSource::Host => self.absent(table),
            TableSource::Inline(inline) => {
                let needs = need::Needs::all();
                match rows::from_rows(inline, &needs, table.name.span) {
                    Ok(read) => Some(Frame::new(name, read)),
                    Err(finding) => {
                        self.findings.push(finding);
                        None
                    }
                }
            }
            TableSource::Alias(source) => self.source(source, table).and_then(|source| {
                let mut frame = self.raw(source)?;
                frame.name.clone_from(name);
                reshape::shape(&mut frame, source, self.options.sparse, &mut self.findings);
                Some(frame)
            }),
            TableSource::Stack(sources) => {
                let parts: Vec<Frame> = sources
                    .iter()
                    .filter_map(|source| {
                        let source = self.source(source, table)?;
                        self.frame(source)
                    })
                    .collect();
                let bytes = parts.iter().map(Frame::bytes).fold(0, u64::saturating_add);
                if let Err(stop) = self.options.budget.afford(bytes) {
                    self.findings.push(
                        Diagnostic::error(codes::LIMIT, stop.to_string())
                            .at(table.name.span)
                            .help(stop.help()),
                    );
                    return None;
                }
                (parts.len() == sources.len()).then(|| reshape::stack(name, parts))
            }
            TableSource::Entities(_) => {
                self.findings.push(
                    Diagnostic::error(
                        codes::BAD_SETTING,
                        format!("`{name}` is made of a column and cannot be shown again or stacked"),
                    )
                    .at(table.name.span),
                );
                None
            }
        };
        self.visiting.pop();
        frame
    }

    fn source(&mut self, name: &str, table: &Table) -> Option<&'a Table> {
        let found = self.card.table(name);
        if found.is_none() {
            let finding = Diagnostic::error(codes::UNKNOWN_TABLE, format!("no table `{name}`")).at(table.name.span);
            let known = self.card.tables.iter().map(|table| table.name.value.as_str());
            self.findings.push(match nearest(name, known) {
                Some(near) => finding.help(format!("did you mean `{near}`?")),
                None => finding,
            });
        }
        found
    }

    /// A given table, unless its columns do not fit together.
    fn checked(&mut self, table: &Table, given: SourceTable) -> Option<Frame> {
        let uneven = given.columns.iter().find(|(_, column)| column.len() != given.rows);
        if let Some((column, values)) = uneven {
            let message = format!("`{column}` has {} rows, and its table {}", values.len(), given.rows);
            self.findings
                .push(Diagnostic::error(codes::BAD_VALUE, message).in_data(rows::table_place(&table.name.value)));
            return None;
        }
        if given.rows >= super::dataset::NO_ROW as usize - 1 {
            let message = format!("`{}` has more than 4 billion rows", table.name.value);
            self.findings.push(Diagnostic::error(codes::BAD_VALUE, message));
            return None;
        }
        Some(Frame::new(&table.name.value, given))
    }

    /// A host table that was not handed in.
    fn absent(&mut self, table: &Table) -> Option<Frame> {
        let name = &table.name.value;
        if self.options.sparse {
            return Some(Frame::new(name, SourceTable::default()));
        }
        let finding =
            Diagnostic::error(codes::NO_SUCH_TABLE_DATA, format!("no data for table `{name}`")).at(table.name.span);
        let others: Vec<&str> = self
            .given
            .keys()
            .map(String::as_str)
            .filter(|given| self.card.table(given).is_none())
            .collect();
        self.findings.push(match nearest(name, others.iter().copied()) {
            Some(near) => finding.help(format!("data came for `{near}`, which the card does not declare")),
            None => finding.help(format!(
                "give it a file: `--data {name}=path`, or `.file(\"{name}.csv\")` in the card"
            )),
        });
        None
    }

    /// Added columns that would hide one of the data.
    fn check_added(&mut self, frame: &Frame, table: &Table) {
        for added in &table.added {
            let name = &added.name.value;
            if need::is_constant(table, name) && frame.column(name).is_some() && !self.given_has(table, name) {
                continue;
            }
            if frame.names().any(|known| known == name) && !self.options.sparse {
                self.findings.push(
                    Diagnostic::error(
                        codes::DUPLICATE_NAME,
                        format!("`{}` has a column `{name}` already", frame.name),
                    )
                    .at(added.name.span)
                    .help("give the added column a name of its own"),
                );
            }
        }
    }

    fn given_has(&self, table: &Table, column: &str) -> bool {
        let given = self.given.get(&table.name.value);
        given.is_some_and(|given| given.column(column).is_some() || given.unread.iter().any(|name| name == column))
    }

    /// Columns that the card uses and the table does not have.
    fn check_used(&mut self, frame: &Frame, table: &Table) {
        for (name, used) in self.uses.of(&frame.name) {
            if used.certain && frame.column(name).is_none() {
                if frame.unread.iter().any(|unread| unread == name) {
                    // It is there, but the host did not read it.
                    continue;
                }
                // A column that the card makes itself may be meant as well as one of the data.
                let made = table.added.iter().map(|added| added.name.value.as_str());
                let finding = unknown_column(frame, name, used.span);
                self.findings.push(match nearest(name, frame.names().chain(made)) {
                    Some(near) => finding.help(format!("did you mean `{near}`?")),
                    None => finding,
                });
            }
        }
    }

    /// Columns that the card uses and a test leaves out.
    fn fill(&self, frame: &mut Frame, table: &Table) {
        for (name, used) in self.uses.of(&frame.name) {
            if frame.column(name).is_none() {
                let declared = table
                    .types
                    .iter()
                    .find(|(column, _)| column.value == *name)
                    .map(|(_, kind)| *kind);
                let kind = declared.or(used.expected).unwrap_or(ColumnType::Text);
                frame.columns.push((name.to_owned(), Column::missing(kind, frame.rows)));
            }
        }
    }

    /// For each column that a stack could not bring to one kind: the kinds of its parts, in words.
    fn kinds_of_parts(&self, table: &Table, frame: &Frame) -> BTreeMap<String, Vec<String>> {
        let TableSource::Stack(sources) = &table.source else {
            return BTreeMap::new();
        };
        let describe = |column: &String| {
            let kinds = sources
                .iter()
                .filter_map(|source| self.frames.get(source))
                .filter_map(|part| Some((part, part.column(column)?)))
                .map(|(part, values)| format!("{} in `{}`", values.column_type().word(), part.name));
            (column.clone(), kinds.collect())
        };
        frame.mixed.iter().map(describe).collect()
    }

    /// The latest date in the dated tables; a coarse one counts to the end of what it covers.
    fn latest(&mut self) -> Option<CivilDate> {
        let dated = self.card.tables.iter().filter(|table| !table.timeless);
        dated.filter_map(|table| self.latest_of(table)).max()
    }

    fn latest_of(&mut self, table: &Table) -> Option<CivilDate> {
        let date = &table.date.as_ref()?.column.value;
        let frame = self.frames.get_mut(&table.name.value)?;
        let (_, day) = frame.day_ends(date, self.options.threads)?;
        let Some(&months) = frame.covers.get(date) else {
            return Some(CivilDate(day));
        };
        let first = CivilDate(day).naive()?;
        let next = first.checked_add_months(chrono::Months::new(months))?;
        Some(CivilDate::from_naive(next.pred_opt()?))
    }

    /// Settles which rows count.
    fn settle(&mut self, table: &Table, as_of: Option<CivilDate>) {
        let Some(mut frame) = self.frames.remove(&table.name.value) else {
            return;
        };
        if let Some(date) = &table.date {
            let dated = frame
                .column(&date.column.value)
                .is_some_and(|column| matches!(column.column_type(), ColumnType::Date | ColumnType::Timestamp));
            if let Some(as_of) = as_of.filter(|_| dated && !table.timeless) {
                unique::drop_later(&mut frame, &date.column.value, as_of.0, self.options.threads);
            } else if !dated
                && frame
                    .column(&date.column.value)
                    .is_some_and(|column| column.missing_count() < column.len())
            {
                self.not_a_date(&frame, table);
            }
        }
        unique::keep_latest(&mut frame, table, &mut self.findings);
        unique::keep_distinct(&mut frame, table, &mut self.findings);
        unique::check_key(&frame, table, &mut self.findings);
        self.frames.insert(table.name.value.clone(), frame);
    }

    fn not_a_date(&mut self, frame: &Frame, table: &Table) {
        let span = unique::date_span(table);
        // Most often the demand for a date was reported when the column was typed.
        if !self
            .findings
            .iter()
            .any(|finding| finding.span == Some(span) && finding.is_error())
        {
            let name = table.date.as_ref().map_or("", |date| date.column.value.as_str());
            self.findings.push(
                Diagnostic::error(codes::BAD_VALUE, format!("`{name}` of `{}` is no date", frame.name))
                    .at(span)
                    .in_data(frame.column_place(name)),
            );
        }
    }

    /// Makes tables of columns; gives their paths from the tables that have the column.
    fn make_entities(&mut self) -> Vec<(String, Parent)> {
        let mut made = Vec::new();
        for table in &self.card.tables {
            let TableSource::Entities(column) = &table.source else {
                continue;
            };
            let name = &table.name.value;
            let Some((source, last)) = relate::end_of_path(self.card, column).zip(column.path.last()) else {
                let message = format!("`{column}` leads to no table that has a column");
                self.findings
                    .push(Diagnostic::error(codes::UNREACHABLE_COLUMN, message).at(column.span));
                continue;
            };
            let Some(frame) = self.frames.get(source) else { continue };
            if self.frames.contains_key(name) {
                // A test gave the table itself: its rows are matched by key.
                let declared = self
                    .frames
                    .get(name)
                    .and_then(|given| Some((given.column(last)?, frame.column(last)?)));
                if let Some((there, here)) = declared {
                    let matched = super::keys::match_rows(&[here], &[there]);
                    made.push((
                        source.to_owned(),
                        Parent {
                            path: name.clone(),
                            table: name.clone(),
                            rows: Arc::from(matched.rows),
                            orphans: matched.orphans,
                            without_key: matched.without_key,
                        },
                    ));
                }
                continue;
            }
            let Some((frame, rows)) = relate::entities(name, frame, last) else {
                self.findings.push(unknown_column(frame, last, column.span));
                continue;
            };
            let without_key = rows.iter().filter(|&&row| row == super::dataset::NO_ROW).count() as u64;
            self.frames.insert(name.clone(), frame);
            made.push((
                source.to_owned(),
                Parent {
                    path: name.clone(),
                    table: name.clone(),
                    rows: Arc::from(rows),
                    orphans: 0,
                    without_key,
                },
            ));
        }
        made
    }

    fn finish(mut self, as_of: Option<CivilDate>, made: Vec<(String, Parent)>) -> Result<Bound, Vec<Diagnostic>> {
        let mut relations = Relations {
            card: self.card,
            frames: &self.frames,
            parents: BTreeMap::new(),
            findings: Vec::new(),
        };
        for table in &self.card.tables {
            relations.relate(table);
        }
        for (table, parent) in made {
            let paths = relations.parents.entry(table).or_default();
            if !paths.iter().any(|path| path.path == parent.path) {
                paths.push(parent);
            }
        }
        let mut weights = BTreeMap::new();
        for table in &self.card.tables {
            if let Some(weight) = relations.weights(table) {
                weights.insert(table.name.value.clone(), weight);
            }
        }
        let Relations { parents, findings, .. } = relations;
        self.findings.extend(findings);
        if self.findings.iter().any(Diagnostic::is_error) {
            return Err(self.findings);
        }
        let mut dataset = Dataset {
            as_of,
            ..Dataset::default()
        };
        let mut summaries = Vec::new();
        let mut parents = parents;
        for table in &self.card.tables {
            let name = &table.name.value;
            let Some(mut frame) = self.frames.remove(name) else {
                continue;
            };
            let paths = parents.remove(name).unwrap_or_default();
            let date = table.date.as_ref().map(|date| date.column.value.as_str());
            let threads = self.options.threads;
            let ends = date.and_then(|date| frame.day_ends(date, threads));
            summaries.push(summary(&frame, ends, &paths, self.options.describe));
            let days = date.and_then(|date| frame.days(date, threads));
            let weight = weights.remove(name);
            dataset
                .tables
                .insert(name.clone(), bound(table, frame, (paths, weight, days), threads));
        }
        Ok((dataset, self.findings, summaries))
    }
}

/// Paths to parents, weights, and the rows of each day.
type Beside = (Vec<Parent>, Option<Arc<[f64]>>, Option<Arc<DayProfile>>);

/// A table as it is measured; with it come its paths to parents, its weights and the rows of each of its days.
fn bound(table: &Table, frame: Frame, (parents, weights, days): Beside, threads: usize) -> BoundTable {
    let date = table.date.as_ref().map(|date| date.column.value.clone());
    let date_covers_months = date.as_ref().and_then(|date| frame.covers.get(date).copied());
    BoundTable {
        name: frame.name,
        rows: frame.rows,
        order: frame.columns.iter().map(|(name, _)| name.clone()).collect(),
        columns: frame
            .columns
            .into_iter()
            .map(|(name, column)| (name, Arc::new(narrow::laid_out(column, threads))))
            .collect(),
        looked_up: BTreeMap::new(),
        parents,
        date,
        date_covers_months,
        days,
        key: own_key(table),
        weight: weights,
        population: table.population.as_ref().map(|population| population.value),
        census: table.census,
        timeless: table.timeless,
        source_rows: frame.source_rows.map(Arc::from),
        not_applicable: frame.not_applicable,
        unread: frame.unread,
        origin: frame.origin,
        sha256: frame.sha256,
    }
}

fn summary(frame: &Frame, days: Option<(i32, i32)>, paths: &[Parent], full: bool) -> TableSummary {
    let columns = frame.columns.iter().map(|(name, column)| {
        let counts = frame.missing.get(name).copied().unwrap_or_default();
        let (distinct, min, max) = if full {
            let (distinct, min, max) = describe(column);
            (Some(distinct), min, max)
        } else {
            (None, None, None)
        };
        ColumnSummary {
            column: name.clone(),
            column_type: column.column_type(),
            blank: counts.blank,
            coded_missing: counts.coded,
            not_applicable: counts.not_applicable,
            distinct,
            min,
            max,
        }
    });
    let counts = |of: fn(&Parent) -> u64| {
        let counts = paths.iter().map(|parent| (parent.path.clone(), of(parent)));
        counts.filter(|(_, rows)| *rows > 0).collect()
    };
    TableSummary {
        table: frame.name.clone(),
        rows_read: frame.rows_read as u64,
        rows_used: frame.rows as u64,
        later_than_as_of: frame.dropped_later,
        superseded: frame.superseded,
        orphans: counts(|parent| parent.orphans),
        without_key: counts(|parent| parent.without_key),
        dates: days.map(|(first, last)| (CivilDate(first).to_string(), CivilDate(last).to_string())),
        columns: columns.collect(),
    }
}

#[cfg(test)]
mod tests;
