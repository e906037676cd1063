//! Cells as tidy CSV: one line a cell, a column for each segment.

use bellwether::report::{Cell, EntityScores, GoalResult, Report, Value, explain};

use crate::document::Table;
use crate::format;

/// A table of a document as CSV.
///
/// # Errors
/// A message when the text cannot be written.
pub fn table_to_csv(table: &Table) -> Result<String, String> {
    let mut writer = ::csv::Writer::from_writer(Vec::new());
    let heads = table.columns.iter().map(|(head, _)| head.as_str());
    writer.write_record(heads).map_err(|error| error.to_string())?;
    for row in &table.rows {
        let cells = row.iter().map(|run| run.text.as_str());
        writer.write_record(cells).map_err(|error| error.to_string())?;
    }
    let bytes = writer.into_inner().map_err(|error| error.to_string())?;
    String::from_utf8(bytes).map_err(|error| error.to_string())
}

/// One line for each cell of each metric and score.
///
/// Columns: `kind`, `name`, `label`, `unit`, `period`, `partial`, one for each segment (empty: all), `value`, `state`,
/// `n`, `n_denominator`, `n_effective`, `skipped`, `not_due`, `low`, `high`, `interval`, `baseline`, `target`,
/// `target_met`, `progress`, `band`, `change_from`, `change`, `owner`, `headline`. Numbers are unrounded.
///
/// # Errors
/// A message when the text cannot be written.
pub fn to_csv(report: &Report) -> Result<String, String> {
    let segments: Vec<&str> = report
        .results
        .axes
        .segments
        .iter()
        .map(|segment| segment.name.as_str())
        .collect();
    let mut writer = ::csv::Writer::from_writer(Vec::new());
    let mut head = vec!["kind", "name", "label", "unit", "period", "partial"];
    head.extend(&segments);
    head.extend([
        "value",
        "state",
        "n",
        "n_denominator",
        "n_effective",
        "skipped",
        "not_due",
        "low",
        "high",
        "interval",
        "baseline",
        "target",
        "target_met",
        "progress",
        "band",
        "change_from",
        "change",
        "owner",
        "headline",
    ]);
    let mut write = |record: Vec<String>| writer.write_record(record).map_err(|error| error.to_string());
    write(head.into_iter().map(str::to_owned).collect())?;
    for metric in &report.results.metrics {
        let kind = match metric.role {
            bellwether::definition::Role::Outcome => "outcome",
            bellwether::definition::Role::Metric => "metric",
        };
        let lead = [
            kind,
            &metric.name,
            &metric.label,
            metric.unit.as_deref().unwrap_or_default(),
        ];
        for cell in &metric.cells {
            write(line(
                lead,
                cell,
                &metric.goal,
                &segments,
                is_headline(cell, &metric.headline),
            ))?;
        }
    }
    for score in &report.results.scores {
        let lead = ["score", &score.name, &score.label, "points"];
        for cell in &score.cells {
            write(line(
                lead,
                cell,
                &score.goal,
                &segments,
                is_headline(cell, &score.headline),
            ))?;
        }
    }
    let bytes = writer.into_inner().map_err(|error| error.to_string())?;
    String::from_utf8(bytes).map_err(|error| error.to_string())
}

fn is_headline(cell: &Cell, headline: &Cell) -> bool {
    cell.segments.is_empty() && cell.period == headline.period
}

fn line(lead: [&str; 4], cell: &Cell, goal: &GoalResult, segments: &[&str], headline: bool) -> Vec<String> {
    let number = |value: Option<f64>| value.map(|value| value.to_string()).unwrap_or_default();
    let count = |value: Option<u64>| value.map(|value| value.to_string()).unwrap_or_default();
    let interval = cell.interval.as_ref();
    let change = cell.change.as_ref();
    let mut record: Vec<String> = lead.into_iter().map(str::to_owned).collect();
    record.push(cell.period.clone().unwrap_or_default());
    record.push(cell.partial.to_string());
    record.extend(
        segments
            .iter()
            .map(|segment| cell.segments.get(*segment).cloned().unwrap_or_default()),
    );
    record.extend([
        number(cell.value),
        format::state(cell.state).to_owned(),
        cell.n.to_string(),
        count(cell.n_denominator),
        number(cell.n_effective),
        cell.skipped.to_string(),
        cell.not_due.to_string(),
        number(interval.map(|interval| interval.low)),
        number(interval.map(|interval| interval.high)),
        interval.map(|interval| interval.method.clone()).unwrap_or_default(),
        number(goal.baseline),
        number(cell.target),
        cell.target_met.map(|met| met.to_string()).unwrap_or_default(),
        number(cell.progress),
        cell.band.clone().unwrap_or_default(),
        change.map(|change| change.from.clone()).unwrap_or_default(),
        number(change.map(|change| change.difference)),
        goal.owner.clone().unwrap_or_default(),
        headline.to_string(),
    ]);
    record
}

/// One line for each scored row of a table: key columns, score, state, band, change, n, reasons.
///
/// # Errors
/// A message when the text cannot be written.
pub fn entities_to_csv(entities: &EntityScores) -> Result<String, String> {
    let mut writer = ::csv::Writer::from_writer(Vec::new());
    let frame = &entities.frame;
    let head = frame.columns.iter().map(|(name, _)| name.as_str());
    writer.write_record(head).map_err(|error| error.to_string())?;
    for row in 0..frame.rows {
        let record = frame
            .columns
            .iter()
            .map(|(_, column)| match explain::plain_value(column, row) {
                Value::Missing => String::new(),
                Value::Bool(value) => value.to_string(),
                Value::Int(value) => value.to_string(),
                Value::Float(value) => value.to_string(),
                Value::Text(text) => text,
            });
        writer.write_record(record).map_err(|error| error.to_string())?;
    }
    let bytes = writer.into_inner().map_err(|error| error.to_string())?;
    String::from_utf8(bytes).map_err(|error| error.to_string())
}
