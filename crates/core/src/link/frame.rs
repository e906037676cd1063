//! The entity frame: one row for each entity that has the outcome, and for each metric what that entity's rows said before.

use bellwether_order::{BTreeMap, Sort};

use crate::data::Values;
use crate::definition::{ArithmeticOp, CivilDate, ColumnRef, Duration, TimeUnit};
use crate::measure::{LeafRows, MetricRows, NO_DAY, Rollup, RowFormula, Session, Way, days_before};
use crate::stats::simulation::quantile;

/// How far back a metric's rows count where neither the link nor the metric says.
const USUAL_WINDOW: Duration = Duration {
    count: 12,
    unit: TimeUnit::Month,
};

/// The outcome of each entity.
#[derive(Debug, Clone)]
pub(super) struct OutcomeFrame {
    /// The table whose rows are the entities.
    pub(super) entity: String,
    /// Row of that table.
    pub(super) rows: Vec<u32>,
    /// The outcome, in its unit.
    pub(super) values: Vec<f64>,
    /// What each entity weighs; `None`: all the same.
    pub(super) weights: Option<Vec<f64>>,
    /// The day before which the metric must lie; `None`: no day is known.
    pub(super) days: Option<Vec<i32>>,
    /// The column of that day, where it is one.
    date: Option<String>,
    /// Whether the outcome is a yes or no: 0 or 100.
    pub(super) binary: bool,
    /// The stretch over which a flow was added up.
    pub(super) stretch: Option<(i32, i32)>,
    /// For a fixed order whatever the order of the source: the place of each entity's key.
    pub(super) places: Option<Vec<u32>>,
}

/// A metric, for each entity of a frame.
#[derive(Debug, Clone)]
pub(super) struct MetricColumn {
    /// The value; NaN: none.
    pub(super) values: Vec<f64>,
    /// Whether every value was there before the outcome.
    pub(super) precedes: bool,
    /// Entities that share the metric's rows.
    pub(super) groups: Option<Vec<u32>>,
    /// Which rows count, in words.
    pub(super) window: Option<String>,
    /// What is to be known besides.
    pub(super) notes: Vec<String>,
}

impl OutcomeFrame {
    /// The frame of an outcome; `None` where its value is not made of entities' own.
    pub(super) fn new(session: &mut Session<'_>, metric: usize, last: Option<CivilDate>) -> Option<Self> {
        let rows = session.metric_rows(metric)?;
        let frame = match row_by_row(&rows) {
            Some((leaf, values)) => Self::of_rows(leaf, &values, last),
            None => Self::of_flow(session, &rows, last?)?,
        };
        Some(frame.ordered(session))
    }

    /// Each row has the outcome: renewed or not, a rating, hours.
    fn of_rows(leaf: &LeafRows, values: &[f64], last: Option<CivilDate>) -> Self {
        let weight = |row: usize| leaf.weights.as_ref().and_then(|weights| weights.get(row)).copied();
        let day = |row: usize| leaf.days.as_ref().and_then(|days| days.get(row)).copied();
        let counts = |row: &usize| {
            let there = values.get(*row).is_some_and(|value| !value.is_nan());
            let dated = day(*row).is_none_or(|day| day != NO_DAY && last.is_none_or(|last| day <= last.0));
            there && dated && weight(*row).is_none_or(|weight| weight > 0.0)
        };
        let rows: Vec<usize> = (0..values.len()).filter(counts).collect();
        let of = |row: &usize| values.get(*row).copied().unwrap_or(f64::NAN);
        let made: Vec<f64> = rows.iter().map(of).collect();
        Self {
            entity: leaf.table.clone(),
            binary: made.iter().all(|value| *value == 0.0 || *value == 100.0),
            values: made,
            weights: leaf
                .weights
                .is_some()
                .then(|| rows.iter().filter_map(|row| weight(*row)).collect()),
            days: leaf
                .days
                .is_some()
                .then(|| rows.iter().filter_map(|row| day(*row)).collect()),
            date: leaf.date.clone(),
            stretch: None,
            places: None,
            rows: rows.into_iter().map(|row| row as u32).collect(),
        }
    }

    /// An outcome of flows and stocks, such as cost per customer: for each entity over the last twelve months, or the last half of
    /// what the data cover where that is less.
    fn of_flow(session: &mut Session<'_>, rows: &MetricRows, last: CivilDate) -> Option<Self> {
        let entity = flow_entity(session, rows)?;
        let end = last.0.saturating_add(1);
        let dated = rows.leaves.iter().filter_map(|leaf| leaf.days.as_ref());
        let first = dated
            .flat_map(|days| days.iter().copied().filter(|day| *day != NO_DAY))
            .min();
        let told = rows.leaves.iter().find_map(|leaf| match &leaf.rollup {
            Rollup::Stays { after, .. } => *after,
            _ => None,
        });
        let start = match told {
            Some(span) => days_before(end, span),
            None => {
                let half = first.map_or(i32::MIN, |first| end - (end - first) / 2);
                days_before(end, USUAL_WINDOW).max(half)
            }
        };
        let count = session.data().table(&entity)?.rows;
        let mut columns = Vec::with_capacity(rows.leaves.len());
        for leaf in &rows.leaves {
            let way = session.way(&leaf.table, &entity)?;
            let grouped = Grouped::new(leaf, &way, count);
            let values: Vec<Option<f64>> = (0..count)
                .map(|row| grouped.value(leaf, row, Some((start, end))))
                .collect();
            columns.push(values);
        }
        let length = f64::from(end - start);
        let value = |row: usize| {
            let leaf = |at: usize| columns.get(at)?.get(row).copied().flatten();
            rows.formula.value(&leaf, length, last)
        };
        // How long each entity was there is what it weighs.
        let exposure = rows
            .leaves
            .iter()
            .zip(&columns)
            .find(|(leaf, _)| matches!(leaf.rollup, Rollup::Alive { .. }));
        let weight = |row: usize| exposure.map(|(_, column)| column.get(row).copied().flatten().unwrap_or(0.0));
        let mut frame = Self {
            entity: entity.clone(),
            rows: Vec::new(),
            values: Vec::new(),
            weights: exposure.map(|_| Vec::new()),
            days: None,
            date: None,
            binary: false,
            stretch: Some((start, end - 1)),
            places: None,
        };
        for row in 0..count {
            let Some(value) = value(row).filter(|_| weight(row).is_none_or(|weight| weight > 0.0)) else {
                continue;
            };
            frame.rows.push(row as u32);
            frame.values.push(value);
            frame.weights.iter_mut().for_each(|weights| weights.extend(weight(row)));
        }
        frame.days = Some(vec![start; frame.rows.len()]);
        frame.binary = !frame.values.is_empty() && frame.values.iter().all(|value| *value == 0.0 || *value == 100.0);
        Some(frame)
    }

    /// Entities in the order of their key, so that the order of the source reaches no sum.
    fn ordered(mut self, session: &Session<'_>) -> Self {
        if let Some(places) = session.key_places(&self.entity) {
            let own = self
                .rows
                .iter()
                .map(|row| places.get(*row as usize).copied().unwrap_or(0));
            self.places = Some(own.collect());
        }
        self
    }

    /// How the outcome is dated, in words.
    pub(super) fn dated(&self) -> Option<String> {
        match (&self.stretch, &self.date, &self.days) {
            (Some((from, to)), ..) => Some(format!("{} to {}", CivilDate(*from), CivilDate(*to))),
            (None, Some(date), _) => Some(date.clone()),
            (None, None, Some(_)) => Some("its date".to_owned()),
            (None, None, None) => None,
        }
    }

    /// A metric for each entity: what its rows said in the window before the outcome. `None` where metric and outcome
    /// share no entity, or the metric is not made of rows' own values.
    pub(super) fn metric(
        &self,
        session: &mut Session<'_>,
        rows: &MetricRows,
        lag: Option<Duration>,
        window: Option<Duration>,
    ) -> Option<MetricColumn> {
        let mut made = MetricColumn {
            values: Vec::new(),
            precedes: true,
            groups: None,
            window: None,
            notes: Vec::new(),
        };
        let mut columns = Vec::with_capacity(rows.leaves.len());
        for leaf in &rows.leaves {
            if matches!(leaf.rollup, Rollup::Alive { .. } | Rollup::Stays { .. }) {
                return None;
            }
            columns.push(self.leaf(session, leaf, lag, window, &mut made)?);
        }
        let days = f64::from(0 - days_before(0, window.unwrap_or(USUAL_WINDOW)));
        made.values = (0..self.rows.len())
            .map(|at| {
                let leaf = |leaf: usize| columns.get(leaf)?.get(at).copied().flatten();
                let last = self.days.as_ref().and_then(|days| days.get(at)).copied().unwrap_or(0);
                let value = rows.formula.value(&leaf, days, CivilDate(last.saturating_sub(1)));
                value.unwrap_or(f64::NAN)
            })
            .collect();
        Some(made)
    }

    fn leaf(
        &self,
        session: &mut Session<'_>,
        leaf: &LeafRows,
        lag: Option<Duration>,
        window: Option<Duration>,
        made: &mut MetricColumn,
    ) -> Option<Vec<Option<f64>>> {
        let meeting = Meeting::find(session, &self.entity, &leaf.table)?;
        if leaf.as_of_now {
            made.precedes = false;
            made.notes.push(format!(
                "`{}` is seen as of the report's day, not as it was before the outcome",
                leaf.table
            ));
        }
        if meeting.is_same() && self.stretch.is_none() {
            // Facts of one row: none of them came first.
            made.precedes = false;
            let own = |row: &u32| leaf.values.get(*row as usize).copied().filter(|value| !value.is_nan());
            return Some(self.rows.iter().map(own).collect());
        }
        let count = session.data().table(&meeting.table)?.rows;
        let grouped = Grouped::new(leaf, &meeting.of_metric, count);
        let window = leaf.past.or(window).unwrap_or(USUAL_WINDOW);
        let spans = self.days.as_ref().filter(|_| leaf.days.is_some() && !leaf.as_of_now);
        if let Some(dated) = spans.and(self.dated()) {
            let lag = lag.map_or_else(String::new, |lag| format!("{} before ", span_words(lag)));
            let before = if self.stretch.is_some() { "the stretch " } else { "" };
            made.window = Some(format!(
                "{} of the {} before {lag}{before}{dated}",
                leaf.table,
                span_words(window)
            ));
        } else {
            made.precedes = false;
            made.window = Some(format!("all {} of each, whenever they are from", leaf.table));
        }
        let meets: Vec<Option<usize>> = self
            .rows
            .iter()
            .map(|row| meeting.of_outcome.of(*row as usize))
            .collect();
        let value = |(at, meets): (usize, &Option<usize>)| {
            let span = spans.and_then(|days| days.get(at)).map(|day| {
                let until = lag.map_or(*day, |lag| days_before(*day, lag));
                (days_before(until, window), until)
            });
            grouped.value(leaf, (*meets)?, span)
        };
        let values = meets.iter().enumerate().map(value).collect();
        if made.groups.is_none() && !matches!(meeting.of_outcome, Way::Here) {
            made.groups = groups_of(&meets);
        }
        Some(values)
    }

    /// A control for each entity: a number, or one column for each text but the most frequent; with their names. `None` where the
    /// entity does not reach it.
    pub(super) fn control(&self, session: &mut Session<'_>, column: &ColumnRef) -> Option<Vec<(String, Vec<f64>)>> {
        let name = column.path.last().cloned().unwrap_or_default();
        let values = session.column_for(&self.entity, column)?;
        let rows = || self.rows.iter().map(|row| *row as usize);
        let Values::Text(text) = &values.values else {
            let number = |row: usize| match &values.values {
                Values::Bool(_) => values
                    .is_valid(row)
                    .then(|| f64::from(u8::from(values.number(row) == Some(1.0)))),
                Values::Date(_) | Values::Timestamp(_) => values.day(row).map(f64::from),
                _ => values.number(row),
            };
            return Some(vec![(
                name,
                rows().map(|row| number(row).unwrap_or(f64::NAN)).collect(),
            )]);
        };
        let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
        for row in rows().filter(|row| values.is_valid(*row)) {
            *counts.entry(text.get(row)).or_default() += 1;
        }
        let mut order: Vec<(&str, u64)> = counts.into_iter().collect();
        order.order_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(b.0)));
        // What is rare goes with the most frequent.
        let kept = order.iter().skip(1).take(30).filter(|(_, n)| *n >= 5);
        let column = |word: &str| {
            let one = |row: usize| {
                if values.is_valid(row) {
                    f64::from(u8::from(text.get(row) == word))
                } else {
                    f64::NAN
                }
            };
            rows().map(one).collect()
        };
        Some(kept.map(|(word, _)| (format!("{name} {word}"), column(word))).collect())
    }
}

/// An outcome whose value is a mean over rows: the aggregate, and the value of each row.
fn row_by_row(rows: &MetricRows) -> Option<(&LeafRows, Vec<f64>)> {
    if let Some(leaf) = rows.as_mean() {
        return Some((leaf, leaf.values.clone()));
    }
    // A sum over the count of the same rows is a mean too.
    let RowFormula::Join(ArithmeticOp::Divide, top, bottom) = &rows.formula else {
        // The percentile and the extremes of rows: what is asked is whether the rows' own values move.
        return match (&rows.formula, rows.leaves.as_slice()) {
            (RowFormula::Leaf(0), [leaf]) if matches!(leaf.rollup, Rollup::Percentile(_)) => {
                Some((leaf, leaf.values.clone()))
            }
            _ => None,
        };
    };
    let (RowFormula::Leaf(top), RowFormula::Leaf(bottom)) = (&**top, &**bottom) else {
        return None;
    };
    let (top, bottom) = (rows.leaves.get(*top)?, rows.leaves.get(*bottom)?);
    let sums = top.rollup == Rollup::Sum && bottom.rollup == Rollup::Sum && top.table == bottom.table;
    let plain = bottom.values.iter().all(|value| value.is_nan() || *value == 1.0);
    (sums && plain).then_some(())?;
    let join = |(a, b): (&f64, &f64)| match (a.is_nan(), b.is_nan()) {
        (_, true) => f64::NAN,
        (true, false) => 0.0,
        (false, false) => *a,
    };
    Some((top, top.values.iter().zip(&bottom.values).map(join).collect()))
}

/// The table whose rows are the entities of a flow: that of a stock, else the largest that all aggregates belong to.
fn flow_entity(session: &mut Session<'_>, rows: &MetricRows) -> Option<String> {
    let stock = |leaf: &&LeafRows| matches!(leaf.rollup, Rollup::Alive { .. } | Rollup::Stays { .. });
    let wanted: Vec<String> = match rows.leaves.iter().find(stock) {
        Some(leaf) => vec![leaf.table.clone()],
        None => session.data().tables.keys().cloned().collect(),
    };
    let mut best: Option<(usize, String)> = None;
    for table in wanted {
        let reached = rows
            .leaves
            .iter()
            .all(|leaf| session.way(&leaf.table, &table).is_some());
        let count = session.data().table(&table).map_or(0, |table| table.rows);
        if reached && best.as_ref().is_none_or(|(rows, _)| count > *rows) {
            best = Some((count, table));
        }
    }
    best.map(|(_, table)| table)
}

/// Where the rows of outcome and metric meet.
struct Meeting {
    table: String,
    of_outcome: Way,
    of_metric: Way,
}

impl Meeting {
    /// The table that both belong to; of several the one with most rows.
    fn find(session: &mut Session<'_>, entity: &str, metric: &str) -> Option<Self> {
        let tables: Vec<(usize, String)> = session
            .data()
            .tables
            .iter()
            .map(|(name, table)| (table.rows, name.clone()))
            .collect();
        let mut best: Option<(usize, Self)> = None;
        for (rows, table) in tables {
            let (Some(of_outcome), Some(of_metric)) = (session.way(entity, &table), session.way(metric, &table)) else {
                continue;
            };
            // One of both is nearer than a table above it.
            let rows = if table == entity || table == metric {
                usize::MAX
            } else {
                rows
            };
            if best.as_ref().is_none_or(|(most, _)| rows > *most) {
                best = Some((
                    rows,
                    Self {
                        table,
                        of_outcome,
                        of_metric,
                    },
                ));
            }
        }
        best.map(|(_, meeting)| meeting)
    }

    const fn is_same(&self) -> bool {
        matches!((&self.of_outcome, &self.of_metric), (Way::Here, Way::Here))
    }
}

/// Rows of an aggregate by what they belong to, in the order of their days.
struct Grouped {
    starts: Vec<u32>,
    rows: Vec<u32>,
    dated: bool,
}

impl Grouped {
    fn new(leaf: &LeafRows, way: &Way, groups: usize) -> Self {
        let day = |row: usize| leaf.days.as_ref().and_then(|days| days.get(row)).copied().unwrap_or(0);
        let mut placed: Vec<(u32, i32, u64, u32)> = Vec::new();
        for (row, value) in leaf.values.iter().enumerate().filter(|(_, value)| !value.is_nan()) {
            if let Some(group) = way.of(row).filter(|_| day(row) != NO_DAY) {
                placed.push((group as u32, day(row), value.to_bits(), row as u32));
            }
        }
        // Equal days in the order of values, so that the order of the source reaches no sum.
        placed.sort_unstable();
        let mut starts = vec![0_u32; groups + 1];
        for (group, ..) in &placed {
            starts
                .get_mut(*group as usize + 1)
                .into_iter()
                .for_each(|count| *count += 1);
        }
        let mut sum = 0;
        for start in &mut starts {
            sum += *start;
            *start = sum;
        }
        Self {
            starts,
            rows: placed.into_iter().map(|(.., row)| row).collect(),
            dated: leaf.days.is_some(),
        }
    }

    /// The value of a group's rows with days in a span (the second end excluded); without a span, of all its rows.
    fn value(&self, leaf: &LeafRows, group: usize, span: Option<(i32, i32)>) -> Option<f64> {
        let range = *self.starts.get(group)? as usize..*self.starts.get(group + 1)? as usize;
        let mut rows = self.rows.get(range)?;
        if let (Some((from, until)), true) = (span, self.dated) {
            let day = |row: &u32| {
                leaf.days
                    .as_ref()
                    .and_then(|days| days.get(*row as usize))
                    .copied()
                    .unwrap_or(0)
            };
            let first = rows.partition_point(|row| day(row) < from);
            let end = rows.partition_point(|row| day(row) < until);
            rows = rows.get(first..end.max(first))?;
        }
        let value = |row: &u32| leaf.values.get(*row as usize).copied().unwrap_or(0.0);
        let weight = |row: &u32| {
            let weights = leaf.weights.as_ref();
            weights.map_or(1.0, |weights| weights.get(*row as usize).copied().unwrap_or(0.0))
        };
        match &leaf.rollup {
            Rollup::Sum => Some(rows.iter().fold(0.0, |sum, row| sum + weight(row) * value(row))),
            Rollup::Mean => {
                let whole = rows.iter().fold(0.0, |sum, row| sum + weight(row));
                let sum = rows.iter().fold(0.0, |sum, row| sum + weight(row) * value(row));
                (whole > 0.0).then(|| sum / whole)
            }
            Rollup::Percentile(p) => {
                let mut values: Vec<f64> = rows.iter().map(value).collect();
                values.sort_by(f64::total_cmp);
                quantile(&values, p / 100.0)
            }
            Rollup::Least => rows.iter().map(value).min_by(f64::total_cmp),
            Rollup::Greatest => rows.iter().map(value).max_by(f64::total_cmp),
            Rollup::Share { parts } => {
                let part = |row: &u32| parts.get(*row as usize).copied().unwrap_or(0.0);
                let whole = rows.iter().fold(0.0, |sum, row| sum + weight(row) * value(row));
                let sum = rows.iter().fold(0.0, |sum, row| sum + weight(row) * part(row));
                (whole != 0.0).then(|| 100.0 * sum / whole)
            }
            Rollup::Alive { starts, ends } => {
                let (from, until) = span?;
                let days = rows
                    .iter()
                    .fold(0, |sum, row| sum + alive_days(starts, ends, *row, from, until));
                Some(f64::from(days) / f64::from((until - from).max(1)))
            }
            Rollup::Stays {
                starts, ends, leaves, ..
            } => {
                let (from, until) = span?;
                let there = rows.iter().filter(|row| is_alive(starts, ends, **row, from));
                let (mut n, mut hits) = (0.0, 0.0);
                for row in there {
                    n += 1.0;
                    hits += f64::from(u8::from(is_alive(starts, ends, *row, until) != *leaves));
                }
                (n > 0.0).then(|| 100.0 * hits / n)
            }
        }
    }
}

/// Days of `[from, until)` at whose close a row is alive.
fn alive_days(starts: &[i32], ends: &[i32], row: u32, from: i32, until: i32) -> i32 {
    let at = |days: &[i32]| days.get(row as usize).copied().unwrap_or(NO_DAY);
    let (start, end) = (at(starts), at(ends));
    if start == NO_DAY {
        return 0;
    }
    let end = if end == NO_DAY { until } else { end.min(until) };
    (end - start.max(from)).max(0)
}

/// Whether a row is alive at the midnight before a day.
fn is_alive(starts: &[i32], ends: &[i32], row: u32, day: i32) -> bool {
    let at = |days: &[i32]| days.get(row as usize).copied().unwrap_or(NO_DAY);
    let (start, end) = (at(starts), at(ends));
    start != NO_DAY && start < day && (end == NO_DAY || end >= day)
}

/// Groups of entities that meet the metric in one row; `None` where each has its own.
fn groups_of(meets: &[Option<usize>]) -> Option<Vec<u32>> {
    let mut known: Vec<usize> = meets.iter().flatten().copied().collect();
    known.sort_unstable();
    let all = known.len();
    known.dedup();
    (known.len() < all).then(|| {
        let place = |row: &Option<usize>| row.map_or(0, |row| known.partition_point(|other| *other < row) as u32);
        meets.iter().map(place).collect()
    })
}

/// `12 months`, `1 week`.
pub(super) fn span_words(span: Duration) -> String {
    let s = if span.count == 1 { "" } else { "s" };
    format!("{} {}{s}", span.count, span.unit.word())
}
