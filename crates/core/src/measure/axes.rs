//! The axes of all cells: the values of segments, cuts, calendars, and the row codes of each.

use std::sync::Arc;

use bellwether_order::Sort;

use super::calendar::{self, Slots};
use super::executor::Dim;
use super::leaf::{self, Leaf, Time};
use super::reach::Route;
use super::rows::Rows;
use super::segment::{self, Cutter, RowCodes};
use super::session::Session;
use crate::data::Column;
use crate::data::days::DayProfile;
use crate::definition::{CivilDate, Cross};
use crate::diagnostic::{Diagnostic, codes};

impl Session<'_> {
    pub(super) fn lay_axes(&mut self) {
        let tables: Vec<String> = {
            let mut tables: Vec<String> = self
                .aggregates
                .iter()
                .map(|aggregate| aggregate.table.clone())
                .collect();
            tables.order();
            tables.dedup();
            tables
        };
        for at in 0..self.cutters.len() {
            let own: Vec<String> = self
                .cutters
                .get(at)
                .map(|cutter| cutter.tables().map(str::to_owned).collect())
                .unwrap_or_default();
            for table in tables.iter().chain(own.iter().filter(|table| !tables.contains(table))) {
                let Some(cutter) = self.cutters.get_mut(at) else {
                    continue;
                };
                match shared_codes(cutter, table, &mut self.rows) {
                    Ok(codes) => {
                        cutter.unknown |= codes.as_ref().is_some_and(|codes| codes.unknown);
                        self.codes.insert((table.clone(), Dim::Segment(at as u16)), codes);
                    }
                    Err(error) => self.findings.push(error),
                }
            }
        }
        // Rows that share a parent with no row of the table between bear no value of it, and are not lost.
        for at in 0..self.cutters.len() {
            let dim = Dim::Segment(at as u16);
            if self
                .cutters
                .get(at)
                .is_none_or(|cutter| cutter.through.is_none() || cutter.unknown)
            {
                continue;
            }
            let bears_none = tables.iter().any(|table| {
                self.row_codes(table, &dim).is_none()
                    && self
                        .view(table, std::slice::from_ref(&dim))
                        .is_some_and(|view| view.borne(&dim).is_some_and(|codes| codes.unknown))
            });
            if let Some(cutter) = self.cutters.get_mut(at) {
                cutter.unknown = bears_none;
            }
        }
        self.axes.segments = self.cutters.iter().map(Cutter::axis).collect();
        self.axes.cuts = vec![Vec::new()];
        self.axes
            .cuts
            .extend((0..self.cutters.len() as u16).map(|segment| vec![segment]));
        for cross in self.card.crosses.iter().chain(&self.options.crosses) {
            let places: Vec<u16> = cross
                .segments
                .iter()
                .filter_map(|name| self.cutters.iter().position(|cutter| cutter.name == name.value))
                .map(|at| at as u16)
                .collect();
            if places.len() == cross.segments.len() && !self.axes.cuts.contains(&places) {
                self.axes.cuts.push(places);
            }
        }
        self.profile_days();
        if let Some((first, as_of)) = self.first_day().zip(self.rows.data.as_of) {
            let complete_until = self.card.header.complete_until.map(|day| day.value);
            let reach = calendar::Reach {
                first,
                as_of,
                complete_until,
            };
            let periods = self.card.periods.iter().chain(&self.options.periods);
            self.axes.periods = periods
                .map(|period| calendar::axis(period, self.fiscal_start(), reach))
                .collect();
        }
        self.pass_thin_steps();
        self.slots = Slots::new(&self.axes.periods, self.rows.data.as_of);
        self.cap_cells();
    }

    /// Refuses a report of more cells than the limits allow: measures and scores x values of segments x periods.
    fn cap_cells(&mut self) {
        let most = self.options.budget.limits().cells;
        let sizes = |cut: &[u16]| -> Vec<usize> {
            cut.iter()
                .filter_map(|&at| self.axes.segments.get(at as usize))
                .map(|segment| segment.values.len())
                .collect()
        };
        let cells = |cut: &Vec<u16>| sizes(cut).into_iter().fold(1_usize, usize::saturating_mul);
        let measures = self.card.metrics.len() + self.card.scores.len();
        let each = measures.saturating_mul(self.slots.len());
        let all = self
            .axes
            .cuts
            .iter()
            .map(cells)
            .fold(0, usize::saturating_add)
            .saturating_mul(each);
        let widest = self.axes.cuts.iter().max_by_key(|cut| cells(cut));
        let Some(widest) = widest.filter(|_| all > most) else {
            return;
        };
        let named: Vec<String> = widest
            .iter()
            .filter_map(|&at| self.axes.segments.get(at as usize))
            .map(|segment| format!("`{}` has {} values", segment.name, grouped(segment.values.len())))
            .collect();
        let message = format!(
            "the report would have {} cells, and {} are the most: {}, over {} periods and {measures} measures and scores",
            grouped(all),
            grouped(most),
            named.join(", "),
            grouped(self.slots.len()),
        );
        let names = |cross: &Cross| -> Vec<u16> {
            let place = |name: &str| self.axes.segments.iter().position(|segment| segment.name == name);
            cross
                .segments
                .iter()
                .filter_map(|name| place(&name.value).map(|at| at as u16))
                .collect()
        };
        let crosses = self.card.crosses.iter().chain(&self.options.crosses);
        let cross = crosses
            .into_iter()
            .find(|cross| names(cross) == *widest)
            .map(|cross| cross.span);
        let of_name = |at: &u16| {
            let name = &self.axes.segments.get(*at as usize)?.name;
            let segment = self.card.segments.iter().find(|segment| segment.name.value == *name)?;
            Some(segment.name.span)
        };
        let span = cross.or_else(|| widest.first().and_then(of_name));
        let mut error = Diagnostic::error(codes::LIMIT, message)
            .help("keep the largest values with `.top(20, \"other\")`, cross fewer segments, or take longer periods");
        if let Some(span) = span {
            error = error.at(span);
        }
        self.findings.push(error);
    }

    /// Reports a card with more cells than a report may have, before any is made.
    pub(super) fn count_cells(&mut self) {
        let most = self.options.budget.limits().cells;
        let size = |cut: &Vec<u16>| {
            cut.iter()
                .map(|segment| self.size(&Dim::Segment(*segment)))
                .fold(1, usize::saturating_mul)
        };
        let sizes: Vec<usize> = self.axes.cuts.iter().map(size).collect();
        let combinations = sizes.iter().copied().fold(0, usize::saturating_add);
        let cells = combinations
            .saturating_mul(self.slots.len())
            .saturating_mul(self.nodes.len().max(1));
        if cells <= most {
            return;
        }
        let widest = sizes.iter().zip(&self.axes.cuts).max_by_key(|(size, _)| **size);
        let names: Vec<&str> = widest
            .iter()
            .flat_map(|(_, cut)| cut.iter())
            .filter_map(|segment| self.axes.segments.get(*segment as usize))
            .map(|segment| segment.name.as_str())
            .collect();
        let message = format!(
            "{} metrics, {combinations} combinations of segments and {} periods make {cells} cells: a report has {most} at most",
            self.nodes.len(),
            self.slots.len(),
        );
        let help = if names.is_empty() {
            "take a coarser period, or fewer metrics".to_owned()
        } else {
            format!(
                "`{}` makes most of them: keep its largest values with `.top(20)`, or leave it out",
                names.join("` x `")
            )
        };
        self.findings.push(Diagnostic::error(codes::LIMIT, message).help(help));
    }

    /// Where the last steps of the first calendar are nearly empty, headlines are read from the last that is not.
    pub(super) fn pass_thin_steps(&mut self) {
        if self.card.header.complete_until.is_some() {
            return;
        }
        let Some(axis) = self.axes.periods.first() else { return };
        let Some(headline) = axis.headline.map(|step| step as usize) else {
            return;
        };
        let ends: Vec<i32> = axis.steps.iter().map(|step| step.end.0).collect();
        let first = axis.steps.first().map_or(i32::MIN, |step| step.start.0);
        let mut rows = vec![0_u64; ends.len()];
        let is_flow = |column: &Arc<Column>| {
            let dated = |leaf: &Leaf| matches!(&leaf.time, Time::Dated { days, .. } if Arc::ptr_eq(days, column));
            self.leaves.iter().flatten().any(dated)
        };
        for (_, profile) in self.days.iter().filter(|(column, _)| is_flow(column)) {
            profile.each(|(&day, &count)| {
                if day >= first
                    && let Some(rows) = rows.get_mut(ends.partition_point(|&end| end < day))
                {
                    *rows += count;
                }
            });
        }
        let Some(last) = (0..=headline).rev().find(|&step| !is_thin(&rows, step, &axis.steps)) else {
            return;
        };
        if last == headline {
            return;
        }
        let label = |step: usize| axis.steps.get(step).map_or("", |step| &*step.label);
        let usual = usual_rows(&rows, last + 1);
        let end = axis
            .steps
            .get(last)
            .map(|step| step.end.to_string())
            .unwrap_or_default();
        let message = format!(
            "`{}` has {} and {} is usual: the data seem to end with `{}`, which headlines are read from",
            label(headline),
            match rows.get(headline).copied().unwrap_or(0) {
                1 => "1 row".to_owned(),
                count => format!("{count} rows"),
            },
            usual.round(),
            label(last),
        );
        let span = axis.period.span;
        self.findings.push(
            Diagnostic::warning(codes::THIN_PERIOD, message)
                .at(span)
                .help(format!("say until when they are complete: .complete_until(\"{end}\")")),
        );
        if let Some(axis) = self.axes.periods.first_mut() {
            axis.headline = Some(last as u32);
        }
    }

    /// Counts the rows of each day, once for each column of days that the card measures by.
    pub(super) fn profile_days(&mut self) {
        for leaf in self.leaves.iter().flatten() {
            let column = match &leaf.time {
                Time::Dated { days, .. } => Some(days),
                Time::Stock => leaf.inputs.first().map(|input| &input.base),
                Time::Undated | Time::Timeless | Time::AsOf => None,
            };
            if let Some(column) = column
                && !self.days.iter().any(|(other, _)| Arc::ptr_eq(other, column))
            {
                let pool = self.options.pool.as_ref();
                let bound = || self.rows.data.tables.values().find_map(|table| table.days_of(column));
                let kept = || pool.and_then(|pool| pool.profile(column));
                let profile = bound().or_else(kept).unwrap_or_else(|| {
                    let profile = Arc::new(DayProfile::of(column, self.options.threads));
                    if let Some(pool) = pool {
                        pool.keep_profile(column, &profile);
                    }
                    profile
                });
                self.days.push((Arc::clone(column), profile));
            }
        }
    }

    /// The first day that a flow of the card has; without flows, the first start of a stock.
    pub(super) fn first_day(&self) -> Option<CivilDate> {
        let last = self.rows.data.as_of?.0;
        let least = |column: &Arc<Column>| {
            let profile = self.days.iter().find(|(other, _)| Arc::ptr_eq(other, column));
            match profile {
                Some((_, profile)) => profile.first(),
                None => DayProfile::of(column, self.options.threads).first(),
            }
        };
        let leaves = || self.leaves.iter().flatten();
        let flows = leaves().filter_map(|leaf| match &leaf.time {
            Time::Dated { days, .. } => least(days),
            _ => None,
        });
        let stocks = || {
            leaves()
                .filter(|leaf| matches!(leaf.time, Time::Stock))
                .filter_map(|leaf| least(&leaf.inputs.get(leaf::start_at(leaf.function))?.base))
        };
        flows
            .min()
            .filter(|&day| day <= last)
            .or_else(|| stocks().min())
            .map(CivilDate)
    }

    /// The codes of a dimension for the rows of a table; `None`: not reached.
    pub(crate) fn row_codes(&mut self, table: &str, dim: &Dim) -> Option<Arc<RowCodes>> {
        let key = (table.to_owned(), dim.clone());
        if let Some(codes) = self.codes.get(&key) {
            return codes.clone();
        }
        let codes = match dim {
            Dim::Segment(at) => self
                .cutters
                .get(*at as usize)
                .and_then(|cutter| shared_codes(cutter, table, &mut self.rows).ok())
                .flatten(),
            Dim::Entity(entity) => {
                let count = self.rows.data.table(entity).map_or(0, |table| table.rows);
                match self.rows.route(table, entity) {
                    Route::Here => Some(Arc::new(segment::row_of(None, count))),
                    Route::Along(way) => Some(Arc::new(segment::row_of(Some(&way), count))),
                    Route::None | Route::Ambiguous(_) => None,
                }
            }
        };
        self.codes.insert(key, codes.clone());
        codes
    }

    /// How many values a dimension has.
    pub(crate) fn size(&self, dim: &Dim) -> usize {
        match dim {
            Dim::Segment(at) => self
                .axes
                .segments
                .get(*at as usize)
                .map_or(0, |segment| segment.values.len()),
            Dim::Entity(table) => self.rows.data.table(table).map_or(0, |table| table.rows),
        }
    }
}

/// The values that the rows of a table bear, made once for all cards that share their data.
fn shared_codes(cutter: &Cutter, table: &str, rows: &mut Rows<'_>) -> Result<Option<Arc<RowCodes>>, Diagnostic> {
    let pool = rows.pool.clone().zip(cutter.declared);
    if let Some((pool, declared)) = &pool
        && let Some(codes) = pool.codes(table, *declared)
    {
        return Ok(codes);
    }
    let codes = cutter.row_codes(table, rows)?.map(Arc::new);
    if let Some((pool, declared)) = &pool {
        pool.keep_codes(table, *declared, &codes);
    }
    Ok(codes)
}

/// A whole number with commas between thousands.
fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Rows of a usual step: the mean of up to twelve before it.
fn usual_rows(rows: &[u64], step: usize) -> f64 {
    let before = rows.get(step.saturating_sub(12)..step).unwrap_or_default();
    before.iter().sum::<u64>() as f64 / before.len().max(1) as f64
}

/// Whether a step has less than a third of the usual rows, and of those a year before.
fn is_thin(rows: &[u64], step: usize, steps: &[super::cell::PeriodStep]) -> bool {
    let usual = usual_rows(rows, step);
    let here = rows.get(step).copied().unwrap_or(0) as f64;
    let year_before = steps
        .get(step)
        .map(|step| calendar::shift_months(step.end, -12).0)
        .and_then(|day| steps.iter().position(|step| step.start.0 <= day && day <= step.end.0))
        .and_then(|step| rows.get(step));
    step >= 3 && usual >= 30.0 && here * 3.0 < usual && year_before.is_none_or(|&before| here * 3.0 < before as f64)
}
