//! The report of one value of a segment: what the whole report says of it, selected and never evaluated again.

use std::collections::BTreeSet;

use super::model::{
    Cell, JourneyResult, ListResult, MetricResult, PhaseResult, QuoteGroup, QuotesResult, Report, ScoreResult,
    StepResult, Value,
};
use super::{SliceOf, canonical};
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
    let axis = report.results.axes.segments.iter().find(|axis| axis.name == segment)?;
    axis.values.iter().any(|other| other == value).then_some(())?;
    let cutter = Cutter { segment, value, axis };
    let mut left_out = BTreeSet::new();
    let mut results = report.results.clone();
    results.header.title.value = format!("{}: {value}", results.header.title.value);
    results.axes = cutter.axes(&report.results.axes);
    results.metrics = report
        .results
        .metrics
        .iter()
        .map(|metric| cutter.metric(metric, &mut left_out))
        .collect();
    results.scores = report
        .results
        .scores
        .iter()
        .map(|score| cutter.score(score, &mut left_out))
        .collect();
    results.journeys = report
        .results
        .journeys
        .iter()
        .map(|journey| cutter.journey(journey, &results.metrics, &mut left_out))
        .collect();
    let mut lists = Vec::new();
    for list in &report.results.lists {
        match cutter.list(list) {
            Some(list) => lists.push(list),
            None => _ = left_out.insert(format!("the list `{}`", list.name)),
        }
    }
    results.lists = lists;
    let mut quotes = Vec::new();
    for quoted in &report.results.quotes {
        match cutter.quotes(quoted) {
            Some(own) => quotes.push(own),
            None => _ = left_out.insert(format!("the quotes `{}`", quoted.name)),
        }
    }
    results.quotes = quotes;
    clear(&mut results.links, "links", &mut left_out);
    clear(&mut results.drivers, "drivers", &mut left_out);
    clear(&mut results.worth, "worth", &mut left_out);
    clear(&mut results.friction, "friction", &mut left_out);
    clear(&mut results.pace, "pace", &mut left_out);
    clear(&mut results.initiatives, "initiatives", &mut left_out);
    clear(&mut results.alerts, "alerts", &mut left_out);
    clear(&mut results.programme, "health of the programme", &mut left_out);
    let mut provenance = report.provenance.clone();
    let of_results_sha256 = std::mem::take(&mut provenance.results_sha256);
    // What was written as JSON once can be written again; a hash that is empty would be seen.
    provenance.results_sha256 = canonical::sha256(&results).unwrap_or_default();
    if report.history.is_some() {
        left_out.insert("history".to_owned());
    }
    provenance.slice = Some(SliceOf {
        segment: segment.to_owned(),
        value: value.to_owned(),
        of_results_sha256,
        left_out: left_out.into_iter().collect(),
    });
    Some(Report {
        results,
        diagnostics: report.diagnostics.clone(),
        provenance,
        history: None,
    })
}

/// The values of a segment that have anything to report: some cell of theirs alone has a value.
///
/// A report for each of them says what there is to say; the others would hold nothing but empty or hidden cells.
#[must_use]
pub fn slices(report: &Report, segment: &str) -> Option<Vec<String>> {
    let axis = report.results.axes.segments.iter().find(|axis| axis.name == segment)?;
    let metrics = report.results.metrics.iter().map(|metric| &metric.cells);
    let cells = metrics.chain(report.results.scores.iter().map(|score| &score.cells));
    let mut told: BTreeSet<&str> = BTreeSet::new();
    for cell in cells.flatten().filter(|cell| cell.value.is_some()) {
        if let (1, Some(value)) = (cell.segments.len(), cell.segments.get(segment)) {
            told.insert(value);
        }
    }
    let values = axis.values.iter().filter(|value| told.contains(value.as_str()));
    Some(values.cloned().collect())
}

fn clear<T>(of: &mut Vec<T>, name: &str, left_out: &mut BTreeSet<String>) {
    if !of.is_empty() {
        of.clear();
        left_out.insert(name.to_owned());
    }
}

/// The value that is cut out.
struct Cutter<'a> {
    segment: &'a str,
    value: &'a str,
    axis: &'a SegmentAxis,
}

impl Cutter<'_> {
    /// The segments that are crossed with this one, and their cuts.
    fn axes(&self, whole: &Axes) -> Axes {
        let own = whole.segments.iter().position(|axis| axis.name == self.segment);
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
        cuts.sort_by_key(Vec::len);
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

    /// A cell of the value as a cell of the slice; `None`: it is of another value, or of all.
    fn cell(&self, cell: &Cell) -> Option<Cell> {
        let own = cell.segments.get(self.segment)?;
        (own == self.value).then(|| {
            let mut cell = cell.clone();
            cell.segments.remove(self.segment);
            cell
        })
    }

    fn cells(&self, cells: &[Cell]) -> Vec<Cell> {
        let mut cut: Vec<Cell> = cells.iter().filter_map(|cell| self.cell(cell)).collect();
        // Crosses follow in their order; a sort that is stable keeps it.
        cut.sort_by_key(|cell| cell.segments.len());
        cut
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
                .find(|cell| cell.segments.is_empty() && cell.period.as_ref() == Some(label));
            goal.baseline = start.and_then(|cell| cell.value);
        }
        goal
    }

    fn metric(&self, metric: &MetricResult, left_out: &mut BTreeSet<String>) -> MetricResult {
        let cells = self.cells(&metric.cells);
        let headline = self.headline(&metric.headline, &cells);
        if cells.is_empty() {
            left_out.insert(format!("`{}`, which `{}` does not cut", metric.name, self.segment));
        }
        note(!metric.splits.is_empty(), "splits of changes", left_out);
        note(metric.process.is_some(), "limits of noise of series", left_out);
        note(metric.worth.is_some(), "worth", left_out);
        MetricResult {
            goal: self.goal(&metric.goal, &headline, &cells),
            headline,
            splits: Vec::new(),
            process: None,
            worth: None,
            cells,
            ..metric.clone()
        }
    }

    fn score(&self, score: &ScoreResult, left_out: &mut BTreeSet<String>) -> ScoreResult {
        let cells = self.cells(&score.cells);
        let headline = self.headline(&score.headline, &cells);
        if cells.is_empty() {
            left_out.insert(format!("`{}`, which `{}` does not cut", score.name, self.segment));
        }
        note(!score.contributions.is_empty(), "contributions to scores", left_out);
        note(
            !score.limits.is_empty(),
            "caps, floors and overrides of scores",
            left_out,
        );
        note(score.process.is_some(), "limits of noise of series", left_out);
        note(score.entities.is_some(), "scores of single rows", left_out);
        ScoreResult {
            goal: self.goal(&score.goal, &headline, &cells),
            headline,
            no_interval: None,
            process: None,
            contributions: Vec::new(),
            limits: Vec::new(),
            entities: None,
            cells,
            ..score.clone()
        }
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
