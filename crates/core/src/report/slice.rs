//! The report of one value of a segment: what the whole report says of it, selected and never evaluated again.

use std::sync::Arc;

use bellwether_order::{BTreeMap, BTreeSet, Sort};

use super::model::{
    Cell, JourneyResult, ListResult, MetricResult, PhaseResult, QuoteGroup, QuotesResult, Report, Results, StepResult,
    Value,
};
use super::{SliceOf, digest};
use crate::measure::{Axes, SegmentAxis};

/// The report of one value of a segment: a region, a team. `None` where the report is not cut by the segment, or has no
/// such value, or is itself a slice of it.
///
/// Cells are selected, with their states: what is hidden stays hidden, and a change keeps the verdict of the family of
/// tests that it was tested in (DESIGN.md section 4, rules 8 and 12). Headlines are those of the value; other segments
/// cut it where the card crosses them with this one. What the whole report says of the total only (links, drivers, worth,
/// pace, limits of noise, splits of a change, contributions, alerts) has no slice: it is left out, and
/// `provenance.slice.left_out` names it.
///
/// ```
/// use std::collections::BTreeMap;
/// use bellwether::{Engine, EvaluateOptions, Limits, Source, Table};
/// use bellwether::data::Column;
/// use bellwether::report::slice;
///
/// let text = r#"
///     scorecard("Health").owner("CX").purpose("Keep customers");
///     let survey = table("survey");
///     survey.column("recommend").scale(0, 10);
///     segment("region", survey.region);
///     metric("nps", nps(survey.recommend)).target(45).owner("Loyalty").min_n(1);
/// "#;
/// let engine = Engine::new(Limits::default());
/// let (card, _) = engine.compile(&Source { name: "health", text, modules: &[], params: &[] })?;
/// let columns = vec![
///     ("recommend".to_owned(), Column::ints(vec![Some(10), Some(9), Some(2)])),
///     ("region".to_owned(), Column::texts(&[Some("North"), Some("North"), Some("South")])),
/// ];
/// let survey = Table { columns, rows: 3, ..Table::default() };
/// let tables = BTreeMap::from([("survey".to_owned(), survey)]);
/// let whole = engine.evaluate(&card, tables, &EvaluateOptions::default())?;
/// let north = slice(&whole, "region", "North").unwrap();
/// assert_eq!(north.results.metrics[0].headline.value, Some(100.0));
/// assert_eq!(north.results.header.title.value, "Health: North");
/// assert_eq!(slice(&whole, "region", "East"), None);
/// # Ok::<(), bellwether::Error>(())
/// ```
#[must_use]
pub fn slice(report: &Report, segment: &str, value: &str) -> Option<Report> {
    Slices::new(report, segment)?.of(value)
}

/// The values of a segment that have anything to report: some cell of theirs alone has a value.
///
/// A report for each of them says what there is to say; the others would hold nothing but empty or hidden cells.
#[must_use]
pub fn slices(report: &Report, segment: &str) -> Option<Vec<String>> {
    Some(Slices::new(report, segment)?.values())
}

/// The reports of all values of a segment: the whole report is read once, and a further slice costs the cells that it has.
///
/// [`slice()`] says what a slice is.
#[derive(Debug)]
pub struct Slices<'a> {
    report: &'a Report,
    axis: &'a SegmentAxis,
    /// What all slices have in common: results without cells, lists, quotes and whatever is left out of each.
    common: Results,
    left_out: BTreeSet<String>,
    /// The cells of each metric by value of the segment.
    metrics: Vec<ByValue<'a>>,
    /// The cells of each score, too.
    scores: Vec<ByValue<'a>>,
}

/// Cells by the value of a segment, in their order.
type ByValue<'a> = BTreeMap<&'a str, Vec<&'a Cell>>;

impl<'a> Slices<'a> {
    /// The slices of a report by a segment; `None` where it is not cut by it.
    #[must_use]
    pub fn new(report: &'a Report, segment: &str) -> Option<Self> {
        let whole = &report.results;
        let axis = whole.axes.segments.iter().find(|axis| axis.name == segment)?;
        let by_value = |cells: &'a [Cell]| {
            let mut by_value = ByValue::new();
            for cell in cells {
                if let Some(value) = cell.segments.get(segment) {
                    by_value.entry(value).or_default().push(cell);
                }
            }
            by_value
        };
        let mut left_out = BTreeSet::new();
        Some(Self {
            report,
            axis,
            common: common(whole, segment, &mut left_out),
            left_out,
            metrics: whole.metrics.iter().map(|metric| by_value(&metric.cells)).collect(),
            scores: whole.scores.iter().map(|score| by_value(&score.cells)).collect(),
        })
    }

    /// The values that have anything to report: see [`slices`].
    #[must_use]
    pub fn values(&self) -> Vec<String> {
        let tells = |value: &&String| {
            let own = |cells: &ByValue<'_>| {
                let cells = cells.get(value.as_str()).map(Vec::as_slice).unwrap_or_default();
                cells
                    .iter()
                    .any(|cell| cell.segments.len() == 1 && cell.value.is_some())
            };
            self.metrics.iter().chain(&self.scores).any(own)
        };
        self.axis.values.iter().filter(tells).cloned().collect()
    }

    /// The report of a value; `None` where the segment has no such value.
    #[must_use]
    pub fn of(&self, value: &str) -> Option<Report> {
        let value = self.axis.values.iter().find(|other| *other == value)?;
        let (whole, segment) = (&self.report.results, self.axis.name.as_str());
        let cutter = Cutter {
            segment,
            value,
            axis: self.axis,
        };
        let mut left_out = self.left_out.clone();
        let mut results = self.common.clone();
        results.header.title.value = format!("{}: {value}", results.header.title.value);
        for (metric, cells) in results.metrics.iter_mut().zip(&self.metrics) {
            metric.cells = cutter.cells(cells);
            cutter.settle(&mut metric.goal, &mut metric.headline, &metric.cells);
            if metric.cells.is_empty() {
                left_out.insert(format!("`{}`, which `{segment}` does not cut", metric.name));
            }
        }
        for (score, cells) in results.scores.iter_mut().zip(&self.scores) {
            score.cells = cutter.cells(cells);
            cutter.settle(&mut score.goal, &mut score.headline, &score.cells);
            if score.cells.is_empty() {
                left_out.insert(format!("`{}`, which `{segment}` does not cut", score.name));
            }
        }
        let journeys = whole.journeys.iter();
        results.journeys = journeys
            .map(|journey| cutter.journey(journey, &results.metrics, &mut left_out))
            .collect();
        for list in &whole.lists {
            match cutter.list(list) {
                Some(list) => results.lists.push(list),
                None => _ = left_out.insert(format!("the list `{}`", list.name)),
            }
        }
        for quoted in &whole.quotes {
            match cutter.quotes(quoted) {
                Some(own) => results.quotes.push(own),
                None => _ = left_out.insert(format!("the quotes `{}`", quoted.name)),
            }
        }
        let mut provenance = self.report.provenance.clone();
        let of_results_sha256 = std::mem::take(&mut provenance.results_sha256);
        // What was written as JSON once can be written again; a hash that is empty would be seen.
        provenance.results_sha256 = digest::of(&mut results, None).unwrap_or_default();
        if self.report.history.is_some() {
            left_out.insert("history".to_owned());
        }
        provenance.slice = Some(SliceOf {
            segment: segment.to_owned(),
            value: value.clone(),
            of_results_sha256,
            left_out: left_out.into_iter().collect(),
        });
        Some(Report {
            results,
            diagnostics: self.report.diagnostics.clone(),
            provenance,
            history: None,
        })
    }
}

/// What all slices by a segment have in common.
fn common(whole: &Results, segment: &str, left_out: &mut BTreeSet<String>) -> Results {
    let mut results = whole.clone();
    results.axes = axes(&whole.axes, segment);
    for metric in &mut results.metrics {
        metric.cells.clear();
        note(!metric.splits.is_empty(), "splits of changes", left_out);
        note(metric.process.is_some(), "limits of noise of series", left_out);
        note(metric.worth.is_some(), "worth", left_out);
        metric.splits.clear();
        metric.process = None;
        metric.worth = None;
    }
    for score in &mut results.scores {
        score.cells.clear();
        note(!score.contributions.is_empty(), "contributions to scores", left_out);
        note(
            !score.limits.is_empty(),
            "caps, floors and overrides of scores",
            left_out,
        );
        note(score.process.is_some(), "limits of noise of series", left_out);
        note(score.entities.is_some(), "scores of single rows", left_out);
        score.no_interval = None;
        score.process = None;
        score.contributions.clear();
        score.limits.clear();
        score.entities = None;
    }
    results.journeys.clear();
    results.lists.clear();
    results.quotes.clear();
    clear(&mut results.links, "links", left_out);
    clear(&mut results.drivers, "drivers", left_out);
    clear(&mut results.worth, "worth", left_out);
    clear(&mut results.friction, "friction", left_out);
    clear(&mut results.pace, "pace", left_out);
    clear(&mut results.initiatives, "initiatives", left_out);
    clear(&mut results.alerts, "alerts", left_out);
    clear(&mut results.programme, "health of the programme", left_out);
    results
}

fn clear<T>(of: &mut Vec<T>, name: &str, left_out: &mut BTreeSet<String>) {
    if !of.is_empty() {
        of.clear();
        left_out.insert(name.to_owned());
    }
}

/// The segments that are crossed with this one, and their cuts.
fn axes(whole: &Axes, segment: &str) -> Axes {
    let own = whole.segments.iter().position(|axis| axis.name == segment);
    let own = own.and_then(|at| u16::try_from(at).ok());
    let rest: Vec<Vec<u16>> = whole
        .cuts
        .iter()
        .filter(|cut| own.is_some_and(|own| cut.contains(&own)))
        .map(|cut| cut.iter().copied().filter(|at| Some(*at) != own).collect())
        .collect();
    let kept: BTreeSet<u16> = rest.iter().flatten().copied().collect();
    let place = |at: u16| kept.iter().take_while(|other| **other < at).count() as u16;
    let mut cuts: Vec<Vec<u16>> = rest
        .iter()
        .map(|cut| cut.iter().map(|at| place(*at)).collect())
        .collect();
    // The total comes first, as everywhere.
    cuts.order_by_key(Vec::len);
    cuts.dedup();
    Axes {
        periods: whole.periods.clone(),
        segments: kept
            .iter()
            .filter_map(|at| whole.segments.get(usize::from(*at)).cloned())
            .collect(),
        cuts,
    }
}

/// The value that is cut out.
struct Cutter<'a> {
    segment: &'a str,
    value: &'a str,
    axis: &'a SegmentAxis,
}

impl Cutter<'_> {
    /// The cells of the value as cells of the slice.
    fn cells(&self, cells: &ByValue<'_>) -> Vec<Cell> {
        let own = cells.get(self.value).map(Vec::as_slice).unwrap_or_default();
        let cut = |cell: &&Cell| {
            let mut cell = (*cell).clone();
            Arc::make_mut(&mut cell.segments).remove(self.segment);
            cell
        };
        let mut cut: Vec<Cell> = own.iter().map(cut).collect();
        // Crosses follow in their order; a sort that is stable keeps it.
        cut.order_by_key(|cell| cell.segments.len());
        cut
    }

    /// Goal and headline as they are for the value.
    fn settle(&self, goal: &mut super::GoalResult, headline: &mut Cell, cells: &[Cell]) {
        *headline = self.headline(headline, cells);
        *goal = self.goal(goal, headline, cells);
    }

    /// The cell that the headline is read from; where the measure is not cut by the segment, one that says so.
    fn headline(&self, of: &Cell, cells: &[Cell]) -> Cell {
        let own = cells
            .iter()
            .find(|cell| cell.segments.is_empty() && cell.period == of.period);
        own.cloned()
            .unwrap_or_else(|| Cell::not_applicable(of.segments.clone(), of.period.clone(), of.partial))
    }

    /// The goal as it holds for the value: its own target where the card sets one, its own value where the baseline is
    /// read from a period.
    fn goal(&self, of: &super::GoalResult, headline: &Cell, cells: &[Cell]) -> super::GoalResult {
        let mut goal = of.clone();
        if headline.value.is_some() && headline.target != of.target_now {
            goal.target = headline.target;
            goal.target_now = headline.target;
        }
        if let Some(label) = &of.baseline_period {
            let start = cells
                .iter()
                .find(|cell| cell.segments.is_empty() && cell.period.as_deref() == Some(label));
            goal.baseline = start.and_then(|cell| cell.value);
        }
        goal
    }

    /// A journey with the cells of the value: those of metrics that hang on a step, and of steps that are crossed with it.
    fn journey(
        &self,
        journey: &JourneyResult,
        metrics: &[MetricResult],
        left_out: &mut BTreeSet<String>,
    ) -> JourneyResult {
        let mut cell_of = |name: &String, whole: &Cell| -> Option<(String, Cell)> {
            let metric = metrics.iter().find(|metric| metric.name == *name)?;
            if whole.segments.is_empty() {
                return Some((name.clone(), metric.headline.clone()));
            }
            let own = metric
                .cells
                .iter()
                .find(|cell| cell.period == whole.period && cell.segments == whole.segments);
            if own.is_none() {
                left_out.insert(format!("steps of the journey `{}`", journey.name));
            }
            Some((name.clone(), own?.clone()))
        };
        let mut phases = Vec::new();
        for phase in &journey.phases {
            let mut steps = Vec::new();
            for step in &phase.steps {
                steps.push(StepResult {
                    name: step.name.clone(),
                    metrics: step
                        .metrics
                        .iter()
                        .filter_map(|(name, cell)| cell_of(name, cell))
                        .collect(),
                });
            }
            phases.push(PhaseResult {
                name: phase.name.clone(),
                metrics: phase.metrics.clone(),
                steps,
            });
        }
        note(!journey.off_the_map.is_empty(), "values that are on no map", left_out);
        JourneyResult {
            name: journey.name.clone(),
            phases,
            off_the_map: Vec::new(),
        }
    }

    /// The quotes of the value, where they are grouped by the segment.
    fn quotes(&self, quoted: &QuotesResult) -> Option<QuotesResult> {
        if quoted.by.as_deref() != Some(self.segment) {
            return None;
        }
        let own = quoted
            .groups
            .iter()
            .filter(|group| group.label.as_deref() == Some(self.value));
        let groups: Vec<QuoteGroup> = own
            .map(|group| QuoteGroup {
                label: None,
                ..group.clone()
            })
            .collect();
        (!groups.is_empty()).then(|| QuotesResult {
            by: None,
            groups,
            ..quoted.clone()
        })
    }

    /// The rows of a list that are the value's: where the list shows the segment's column and all of its rows.
    fn list(&self, list: &ListResult) -> Option<ListResult> {
        let at = list.columns.iter().position(|column| column == self.segment)?;
        let text = |row: &Vec<Value>| match row.get(at) {
            Some(Value::Text(text)) => Some(text.clone()),
            Some(Value::Int(number)) => Some(number.to_string()),
            Some(Value::Bool(truth)) => Some(truth.to_string()),
            Some(Value::Missing | Value::Float(_)) | None => None,
        };
        let whole = list.rows.len() as u64 == list.passed;
        // A column of that name is the segment's when all that stands in it are its values.
        let same = list.rows.iter().all(|row| {
            matches!(row.get(at), Some(Value::Missing))
                || text(row).is_some_and(|text| self.axis.values.contains(&text))
        });
        if !whole || !same {
            return None;
        }
        let rows: Vec<Vec<Value>> = list
            .rows
            .iter()
            .filter(|row| text(row).is_some_and(|text| text == self.value))
            .cloned()
            .collect();
        Some(ListResult {
            passed: rows.len() as u64,
            rows,
            ..list.clone()
        })
    }
}

fn note(there: bool, name: &str, left_out: &mut BTreeSet<String>) {
    if there {
        left_out.insert(name.to_owned());
    }
}

#[cfg(test)]
mod tests;
