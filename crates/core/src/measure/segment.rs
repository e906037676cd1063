//! Segments: the values that the data have, and which of them each row bears.

use std::sync::Arc;

use bellwether_order::{BTreeMap, Sort};

use super::calendar::Steps;
use super::cell::SegmentAxis;
use super::coded::{Coded, Label};
use super::reach::{Route, compose};
use super::rows::Rows;
use super::stray;
use crate::data::{Codes, Column, NO_ROW, RowIndex, Values};
use crate::definition::{Buckets, Calendar, CivilDate, ColumnRef, Expr, ExprKind, Journey, Segment, SegmentSource};
use crate::diagnostic::{Diagnostic, Span, codes, nearest};

/// The name of rows without a value.
pub(crate) const UNKNOWN: &str = "(unknown)";

pub(crate) use super::coded::NO_VALUE;

/// Which value each row of a table bears: codes, and the axis value of each code.
#[derive(Debug, Clone)]
pub(crate) struct RowCodes {
    pub(crate) codes: Codes,
    /// The value's index on the axis for each code; [`NO_VALUE`] for codes that stand for none.
    pub(crate) values: Arc<[u32]>,
    /// Whether some row bears none.
    pub(crate) unknown: bool,
}

impl RowCodes {
    /// The same values with codes that are those of the axis, the last for rows without one.
    pub(crate) fn in_order(self: Arc<Self>) -> Arc<Self> {
        let (Some(&unknown), true) = (self.values.last(), self.values.len() < NO_VALUE as usize) else {
            return self;
        };
        if unknown == NO_VALUE || (0..).zip(self.values.iter()).all(|(code, &value)| code == value) {
            return self;
        }
        let place = |row: usize| self.values.get(self.codes.get(row)).copied().unwrap_or(unknown);
        Arc::new(Self {
            codes: Codes::pack((0..self.codes.len()).map(place).collect(), unknown as usize + 1),
            values: (0..=unknown).collect(),
            unknown: self.unknown,
        })
    }
}

/// The values of one source as they stand in its table.
#[derive(Debug, Clone)]
struct Source {
    /// Tables from which the source is seen, each with the way from its rows to the coded rows.
    seen_from: Vec<(String, Option<RowIndex>)>,
    /// The coded rows.
    coded: Coded,
}

/// A segment over the data.
#[derive(Debug, Clone)]
pub(crate) struct Cutter {
    pub(crate) name: String,
    label: Option<String>,
    span: Span,
    pub(crate) through: Option<crate::definition::Through>,
    sources: Vec<Source>,
    missing_label: String,
    /// The values in order, without that of rows without one.
    values: Vec<String>,
    /// The index of each text on the axis.
    places: BTreeMap<String, u32>,
    /// Whether rows without a value were seen.
    pub(crate) unknown: bool,
    /// What it was declared as, where cards share their data.
    pub(crate) declared: Option<u32>,
}

impl Cutter {
    /// The same segment as another card declares it.
    pub(crate) fn at(self, span: Span) -> Self {
        Self { span, ..self }
    }

    /// About how many bytes its rows take.
    pub(crate) fn held_bytes(&self) -> u64 {
        let way = |source: &Source| -> usize {
            let ways = source.seen_from.iter().filter_map(|(_, way)| way.as_ref());
            ways.map(|way| way.len() * 4).sum()
        };
        let source = |source: &Source| source.coded.held_bytes() + way(source) as u64;
        self.sources.iter().map(source).sum()
    }

    /// Reads the values of a segment of the card.
    pub(crate) fn new(
        segment: &Segment,
        rows: &mut Rows<'_>,
        fiscal_start: u32,
        findings: &mut Vec<Diagnostic>,
    ) -> Option<Self> {
        let span = segment.name.span;
        let mut sources = Vec::new();
        for source in &segment.sources {
            match read_source(source, rows, fiscal_start, span) {
                Ok(source) => sources.push(source),
                Err(errors) => findings.extend(errors),
            }
        }
        if sources.len() < segment.sources.len() {
            return None;
        }
        let mut cutter = Self {
            name: segment.name.value.clone(),
            label: segment.label.clone(),
            span,
            through: segment.through.clone(),
            sources,
            missing_label: segment.missing_label.clone().unwrap_or_else(|| UNKNOWN.to_owned()),
            values: Vec::new(),
            places: BTreeMap::new(),
            unknown: false,
            declared: None,
        };
        findings.extend(stray::look_for_strays(&cutter.name, span, &cutter.heard()));
        cutter.arrange(&segment.order, segment.top.as_ref(), &[], findings);
        Some(cutter)
    }

    /// Reads the values of a journey that is bound to columns: its steps in order, those without rows too.
    pub(crate) fn of_journey(journey: &Journey, rows: &mut Rows<'_>, findings: &mut Vec<Diagnostic>) -> Option<Self> {
        let span = journey.name.span;
        let mut sources = Vec::new();
        for column in &journey.along {
            match read_source(&SegmentSource::Column(column.clone()), rows, 1, span) {
                Ok(source) => sources.push(source),
                Err(errors) => findings.extend(errors),
            }
        }
        if sources.len() < journey.along.len() || sources.is_empty() {
            return None;
        }
        let steps = journey_steps(journey);
        let mut cutter = Self {
            name: journey.name.value.clone(),
            label: None,
            span,
            through: None,
            sources,
            missing_label: UNKNOWN.to_owned(),
            values: Vec::new(),
            places: BTreeMap::new(),
            unknown: false,
            declared: None,
        };
        let counts = cutter.counts(true);
        for (text, (count, _)) in counts.iter().filter(|(text, _)| !steps.contains(text)) {
            let mut finding = Diagnostic::warning(
                codes::UNKNOWN_VALUE,
                format!(
                    "`{text}` is no step of the journey `{}`: {count} rows",
                    journey.name.value
                ),
            )
            .at(span);
            if let Some(step) = nearest(text, steps.iter().map(String::as_str)) {
                finding = finding.help(format!("did you mean the step `{step}`?"));
            }
            findings.push(finding);
        }
        cutter.arrange(&[], None, &steps, findings);
        Some(cutter)
    }

    /// The texts that each of its tables has.
    fn heard(&self) -> Vec<stray::Heard<'_>> {
        if self.sources.len() < 2 {
            return Vec::new();
        }
        let texts = self.sources.iter().filter_map(|source| {
            let (table, _) = source.seen_from.first()?;
            let labels = source.coded.labels.iter().zip(source.coded.tally(true));
            let values = labels.filter(|(label, rows)| *rows > 0 && label.rank.is_none());
            Some(stray::Heard {
                table,
                values: values.map(|(label, rows)| (label.text.as_str(), rows)).collect(),
            })
        });
        texts.collect()
    }

    /// How often each value stands in the data (unless `exact`, only whether it does), and its natural place.
    fn counts(&self, exact: bool) -> BTreeMap<String, (u64, Option<f64>)> {
        let mut all: BTreeMap<String, (u64, Option<f64>)> = BTreeMap::new();
        for source in &self.sources {
            for (label, count) in source.coded.labels.iter().zip(source.coded.tally(exact)) {
                // A bucket is there though no row falls into it.
                if count > 0 || label.rank.is_some_and(|rank| rank < 0.0) {
                    let entry = all.entry(label.text.clone()).or_insert((0, label.rank));
                    entry.0 += count;
                    if entry.1 != label.rank {
                        entry.1 = None;
                    }
                }
            }
        }
        all
    }

    fn arrange(
        &mut self,
        order: &[String],
        top: Option<&(u32, String)>,
        steps: &[String],
        findings: &mut Vec<Diagnostic>,
    ) {
        let counts = self.counts(top.is_some());
        let mut values: Vec<String> = steps.to_vec();
        for wanted in order {
            if counts.contains_key(wanted) {
                values.push(wanted.clone());
            } else if *wanted != self.missing_label {
                let mut finding = Diagnostic::warning(
                    codes::UNKNOWN_VALUE,
                    format!("no row has `{wanted}` in the segment `{}`", self.name),
                )
                .at(self.span);
                if let Some(near) = nearest(wanted, counts.keys().map(String::as_str)) {
                    finding = finding.help(format!("did you mean `{near}`?"));
                }
                findings.push(finding);
            }
        }
        let mut rest: Vec<(&String, &(u64, Option<f64>))> =
            counts.iter().filter(|(text, _)| !values.contains(text)).collect();
        rest.order_by(|(a, (_, left)), (b, (_, right))| match (left, right) {
            (Some(left), Some(right)) => left.abs().total_cmp(&right.abs()).then_with(|| a.cmp(b)),
            (Some(_), None) => std::cmp::Ordering::Less,
            (None, Some(_)) => std::cmp::Ordering::Greater,
            (None, None) => a.cmp(b),
        });
        values.extend(rest.into_iter().map(|(text, _)| text.clone()));
        let mut other = None;
        if let Some((most, name)) = top.filter(|(most, _)| values.len() > *most as usize) {
            let mut ranked: Vec<(u64, usize)> = values
                .iter()
                .enumerate()
                .map(|(at, text)| (counts.get(text).map_or(0, |(n, _)| *n), at))
                .collect();
            ranked.order_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
            let kept: Vec<usize> = ranked.iter().take(*most as usize).map(|(_, at)| *at).collect();
            let dropped: Vec<String> = values
                .iter()
                .enumerate()
                .filter(|(at, _)| !kept.contains(at))
                .map(|(_, text)| text.clone())
                .collect();
            values = values
                .iter()
                .enumerate()
                .filter(|(at, _)| kept.contains(at))
                .map(|(_, text)| text.clone())
                .collect();
            values.push(name.clone());
            other = Some((values.len() - 1, dropped));
        }
        self.places = values
            .iter()
            .enumerate()
            .map(|(at, text)| (text.clone(), at as u32))
            .collect();
        if let Some((place, dropped)) = other {
            for text in dropped {
                self.places.insert(text, place as u32);
            }
        }
        self.values = values;
    }

    /// The value each row of a table bears; `None` where the table does not reach the segment.
    pub(crate) fn row_codes(&self, table: &str, rows: &mut Rows<'_>) -> Result<Option<RowCodes>, Diagnostic> {
        let mut ambiguous = None;
        let far = self
            .sources
            .iter()
            .flat_map(|source| source.seen_from.iter().map(move |(from, way)| (source, from, way)));
        let here = far.clone().filter(|(_, from, _)| *from == table);
        for (source, from, way) in here.chain(far) {
            let route = match rows.route(table, from) {
                Route::None => continue,
                Route::Ambiguous(paths) => {
                    ambiguous.get_or_insert((from.clone(), paths));
                    continue;
                }
                Route::Here => way.clone(),
                Route::Along(there) => Some(match way {
                    None => there,
                    Some(way) => compose(&there, way),
                }),
            };
            return Ok(Some(self.code(source, route.as_ref(), rows.threads)));
        }
        match ambiguous {
            None => Ok(None),
            Some((to, paths)) => Err(Diagnostic::error(
                codes::AMBIGUOUS_PATH,
                format!("several paths lead from `{table}` to `{to}`: `{}`", paths.join("`, `")),
            )
            .at(self.span)
            .help(format!(
                "say which one segments take: .via(\"{}\")",
                paths.first().map_or("", String::as_str)
            ))),
        }
    }

    fn code(&self, source: &Source, way: Option<&RowIndex>, threads: usize) -> RowCodes {
        let place = |label: &Label| self.places.get(&label.text).copied().unwrap_or(NO_VALUE);
        let places: Vec<u32> = source.coded.labels.iter().map(place).collect();
        source.coded.on_axis(&places, self.values.len() as u32, way, threads)
    }

    /// The axis: the values in order, and the name of rows without one where there are such.
    pub(crate) fn axis(&self) -> SegmentAxis {
        let mut values = self.values.clone();
        if self.unknown {
            values.push(self.missing_label.clone());
        }
        SegmentAxis {
            name: self.name.clone(),
            label: self.label.clone().unwrap_or_else(|| self.name.clone()),
            values,
        }
    }

    /// The tables that its sources stand in.
    pub(crate) fn tables(&self) -> impl Iterator<Item = &str> {
        self.sources
            .iter()
            .filter_map(|source| source.seen_from.first())
            .map(|(table, _)| table.as_str())
    }
}

fn read_source(
    source: &SegmentSource,
    rows: &mut Rows<'_>,
    fiscal_start: u32,
    span: Span,
) -> Result<Source, Vec<Diagnostic>> {
    match source {
        SegmentSource::Column(column) => {
            let (seen_from, column) = seen(column, rows)?;
            Ok(Source {
                seen_from,
                coded: Coded::of(&column),
            })
        }
        SegmentSource::Closure(closure) => {
            let column = rows.column(&closure.table, &closure.expr)?;
            Ok(Source {
                seen_from: vec![(closure.table.clone(), None)],
                coded: Coded::of(&column),
            })
        }
        SegmentSource::Buckets(buckets) => bucketed(buckets, rows),
        SegmentSource::Cohort(column, calendar) => {
            let steps = Steps {
                calendar: *calendar,
                fiscal_start,
            };
            let (seen_from, column) = seen(column, rows)?;
            cohorts(seen_from, &column, steps, span, *calendar)
        }
    }
}

/// The steps of a journey in order; a phase without steps is one itself.
pub(crate) fn journey_steps(journey: &Journey) -> Vec<String> {
    let steps = |phase: &crate::definition::JourneyPhase| {
        let names = if phase.steps.is_empty() {
            std::slice::from_ref(&phase.name)
        } else {
            phase.steps.as_slice()
        };
        names.iter().map(|step| step.value.clone()).collect::<Vec<_>>()
    };
    journey.phases.iter().flat_map(steps).collect()
}

/// Tables along a path, each with the way from its rows to the end of the path.
type SeenFrom = Vec<(String, Option<RowIndex>)>;

/// The column of a reference, and the tables along its path from which it is seen.
fn seen(reference: &ColumnRef, rows: &mut Rows<'_>) -> Result<(SeenFrom, Arc<Column>), Vec<Diagnostic>> {
    let expr = Expr::new(ExprKind::Column(reference.path.clone()), reference.span);
    rows.check_column(&reference.table, &expr)?;
    let (last, paths) = reference
        .path
        .split_last()
        .map_or((None, &[][..]), |(last, paths)| (Some(last), paths));
    let mut seen_from = Vec::new();
    let mut table = reference.table.clone();
    for step in 0..=paths.len() {
        let onward = paths.get(step..).unwrap_or_default();
        let (end, way) = rows
            .follow(&table, onward)
            .map_err(|error| vec![error.at(reference.span)])?;
        seen_from.push((table.clone(), way));
        match paths.get(step..=step) {
            Some(next) => {
                table = rows
                    .follow(&table, next)
                    .map_err(|error| vec![error.at(reference.span)])?
                    .0
            }
            None => table = end,
        }
    }
    let name = last.cloned().unwrap_or_default();
    let column = rows.column(&table, &Expr::column(name, reference.span))?;
    Ok((seen_from, column))
}

fn bucketed(buckets: &Buckets, rows: &mut Rows<'_>) -> Result<Source, Vec<Diagnostic>> {
    let column = rows.column(&buckets.of.table, &buckets.of.expr)?;
    if !matches!(column.values, Values::Int(_) | Values::Float(_)) {
        let kind = column.column_type().word();
        return Err(vec![
            Diagnostic::error(codes::TYPE_MISMATCH, format!("buckets cut numbers; this is {kind}"))
                .at(buckets.of.expr.span),
        ]);
    }
    let bucket = |value: f64| buckets.edges.iter().take_while(|edge| **edge <= value).count() as u32;
    // Ranks below zero mark values that are there without rows; their size is the order.
    let labels = buckets
        .labels
        .iter()
        .enumerate()
        .map(|(at, text)| Label {
            text: text.clone(),
            rank: Some(-(at as f64) - 1.0),
        })
        .collect();
    Ok(Source {
        seen_from: vec![(buckets.of.table.clone(), None)],
        coded: Coded::new(column.len(), |row| column.number(row).map(bucket), labels),
    })
}

fn cohorts(
    seen_from: Vec<(String, Option<RowIndex>)>,
    column: &Column,
    steps: Steps,
    span: Span,
    calendar: Calendar,
) -> Result<Source, Vec<Diagnostic>> {
    if !matches!(column.values, Values::Date(_) | Values::Timestamp(_)) {
        let kind = column.column_type().word();
        return Err(vec![
            Diagnostic::error(
                codes::TYPE_MISMATCH,
                format!("a cohort by {} needs a date; this is {kind}", calendar.word()),
            )
            .at(span),
        ]);
    }
    let coded = Coded::ranked(
        column.len(),
        |row| column.day(row).map(|day| i64::from(steps.start(CivilDate(day)).0)),
        |day| (steps.label(CivilDate(day as i32)), day as f64),
    );
    Ok(Source { seen_from, coded })
}

/// The codes of a table whose every row is a value of its own, seen from the rows of a table.
pub(crate) fn row_of(way: Option<&RowIndex>, count: usize) -> RowCodes {
    let codes: Vec<u32> = match way {
        None => (0..count as u32).collect(),
        Some(way) => way
            .iter()
            .map(|&row| if row == NO_ROW { count as u32 } else { row })
            .collect(),
    };
    let values = (0..count as u32).chain([NO_VALUE]).collect();
    RowCodes {
        codes: Codes::U32(codes.into()),
        values,
        unknown: false,
    }
}
