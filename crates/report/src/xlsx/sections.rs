//! The sheets of a workbook but the trends.

use bellwether::definition::{Direction, Role};
use bellwether::diagnostic::Severity;
use bellwether::measure::State;
use bellwether::report::{Cell, GoalResult, Report, Results};
use rust_xlsxwriter::{Workbook, XlsxError};

use super::book::{Entry, MOST_ROWS, Sheet, Styles};
use crate::compose::metric::definition;
use crate::format;
use crate::tidy::{TidyColumn, tidy, verdict};

/// A metric or score, seen alike.
struct Subject<'a> {
    kind: &'static str,
    label: &'a str,
    unit: Option<&'a str>,
    decimals: u32,
    goal: &'a GoalResult,
    headline: &'a Cell,
    cells: &'a [Cell],
}

fn subjects(results: &Results) -> Vec<Subject<'_>> {
    let metrics = results.metrics.iter().map(|metric| Subject {
        kind: match (metric.role, definition(results, metric)) {
            (Role::Outcome, _) => "outcome",
            (Role::Metric, None) => "metric",
            (Role::Metric, Some(_)) => "programme",
        },
        label: &metric.label,
        unit: metric.unit.as_deref(),
        decimals: metric.decimals,
        goal: &metric.goal,
        headline: &metric.headline,
        cells: &metric.cells,
    });
    let scores = results.scores.iter().map(|score| Subject {
        kind: "score",
        label: &score.label,
        unit: None,
        decimals: score.decimals,
        goal: &score.goal,
        headline: &score.headline,
        cells: &score.cells,
    });
    metrics.chain(scores).collect()
}

fn bands(results: &Results) -> Vec<Vec<String>> {
    results.scores.iter().map(|score| score.bands.clone()).collect()
}

/// The facts of a cell: value, range, n, state, target, change.
const CELL_HEADS: [&str; 15] = [
    "value",
    "unit",
    "from",
    "to",
    "n",
    "state",
    "target",
    "target is",
    "way, %",
    "band",
    "change",
    "against",
    "verdict",
    "better",
    "skipped",
];

fn cell_entries(cell: &Cell, unit: Option<&str>, decimals: u32) -> Vec<Entry> {
    let shown = cell.state != State::Suppressed;
    let number = |value: Option<f64>| Entry::number(value, unit, decimals);
    let interval = cell.interval.as_ref();
    let change = cell.change.as_ref();
    let met = cell.target_met.map(|met| if met { "met" } else { "not met" });
    vec![
        number(cell.value),
        Entry::maybe(unit),
        number(interval.map(|interval| interval.low)),
        number(interval.map(|interval| interval.high)),
        Entry::count(shown.then_some(cell.n)),
        Entry::text(format::state(cell.state)),
        number(cell.target),
        Entry::maybe(met),
        Entry::number(cell.progress, None, 0),
        Entry::maybe(cell.band.clone()),
        number(change.map(|change| change.difference)),
        Entry::maybe(change.map(|change| &*change.from)),
        Entry::maybe(change.map(|change| verdict(change.verdict))),
        Entry::maybe(
            change
                .and_then(|change| change.better)
                .map(|better| if better { "better" } else { "worse" }),
        ),
        Entry::count(shown.then_some(cell.skipped)),
    ]
}

/// Headlines.
pub(super) fn summary(book: &mut Workbook, styles: &Styles, report: &Report) -> Result<(), XlsxError> {
    let results = &report.results;
    let header = &results.header;
    let mut heads = vec!["", "kind", "period"];
    heads.extend(CELL_HEADS);
    heads.extend(["final target", "by", "baseline", "owner"]);
    let mut sheet = Sheet::new("Summary", &heads);
    sheet.lines.push(header.title.value.clone());
    let lead = [&header.owner, &header.purpose, &header.cadence];
    let lead: Vec<&str> = lead.into_iter().flatten().map(|field| field.value.as_str()).collect();
    if !lead.is_empty() {
        sheet.lines.push(lead.join(" · "));
    }
    if let Some(as_of) = results.as_of {
        sheet.lines.push(format!("as of {as_of}"));
    }
    for subject in subjects(results) {
        let mut row = vec![
            Entry::text(subject.label),
            Entry::text(subject.kind),
            Entry::maybe(subject.headline.period.as_deref()),
        ];
        row.extend(cell_entries(subject.headline, subject.unit, subject.decimals));
        let goal = subject.goal;
        row.extend([
            Entry::number(goal.target, subject.unit, subject.decimals),
            Entry::maybe(goal.due.map(|due| due.to_string())),
            Entry::number(goal.baseline, subject.unit, subject.decimals),
            Entry::maybe(goal.owner.clone()),
        ]);
        sheet.rows.push(row);
    }
    sheet.write(book, styles, &bands(results)).map(drop)
}

/// What each metric is: formula, direction, scale, goal, links, worth.
pub(super) fn metrics(book: &mut Workbook, styles: &Styles, results: &Results) -> Result<(), XlsxError> {
    let mut sheet = Sheet::new(
        "Metrics",
        &[
            "metric",
            "name",
            "role",
            "definition",
            "formula",
            "unit",
            "better",
            "lowest",
            "highest",
            "baseline",
            "target",
            "by",
            "owner",
            "serves",
            "drives",
            "phase",
            "step",
            "moment of truth",
            "friction point",
            "worth of a point",
            "currency",
            "about",
        ],
    );
    for metric in &results.metrics {
        let role = match metric.role {
            Role::Outcome => "outcome",
            Role::Metric => "metric",
        };
        let better = metric.direction.map(|direction| match direction {
            Direction::Higher => "higher",
            Direction::Lower => "lower",
        });
        let unit = metric.unit.as_deref();
        let number = |value: Option<f64>| Entry::number(value, unit, metric.decimals);
        let said =
            |why: &Option<String>| Entry::maybe(why.as_ref().map(|why| if why.is_empty() { "yes" } else { why }));
        let worth = metric.worth.as_ref();
        sheet.rows.push(vec![
            Entry::text(metric.label.clone()),
            Entry::text(metric.name.clone()),
            Entry::text(role),
            Entry::maybe(definition(results, metric)),
            Entry::text(metric.formula.clone()),
            Entry::maybe(unit),
            Entry::maybe(better),
            number(metric.scale.map(|scale| scale.0)),
            number(metric.scale.map(|scale| scale.1)),
            number(metric.goal.baseline),
            number(metric.goal.target),
            Entry::maybe(metric.goal.due.map(|due| due.to_string())),
            Entry::maybe(metric.goal.owner.clone()),
            Entry::maybe(metric.goal.serves.clone()),
            Entry::text(metric.drives.join(", ")),
            Entry::maybe(metric.stage.as_ref().map(|stage| stage.0.clone())),
            Entry::maybe(metric.stage.as_ref().and_then(|stage| stage.1.clone())),
            said(&metric.moment_of_truth),
            said(&metric.friction_point),
            Entry::number(worth.and_then(|worth| worth.amount), None, 0),
            Entry::maybe(worth.and_then(|worth| worth.currency.clone())),
            Entry::maybe(metric.about.clone()),
        ]);
    }
    sheet.write(book, styles, &[]).map(drop)
}

/// Each cut in the period of the headline.
pub(super) fn segments(book: &mut Workbook, styles: &Styles, results: &Results) -> Result<(), XlsxError> {
    let mut heads = vec!["", "cut", "values", "period"];
    heads.extend(CELL_HEADS);
    let mut sheet = Sheet::new("Segments", &heads);
    sheet.fixed = 3;
    for subject in subjects(results) {
        let cut = |cell: &&Cell| !cell.segments.is_empty() && cell.period == subject.headline.period;
        for cell in subject.cells.iter().filter(cut) {
            let names: Vec<&str> = cell.segments.keys().map(String::as_str).collect();
            let values: Vec<&str> = cell.segments.values().map(String::as_str).collect();
            let mut row = vec![
                Entry::text(subject.label),
                Entry::text(names.join(" × ")),
                Entry::text(values.join(" × ")),
                Entry::maybe(cell.period.as_deref()),
            ];
            row.extend(cell_entries(cell, subject.unit, subject.decimals));
            sheet.rows.push(row);
        }
    }
    sheet.write(book, styles, &bands(results)).map(drop)
}

/// What scores are made of.
pub(super) fn scores(book: &mut Workbook, styles: &Styles, results: &Results) -> Result<(), XlsxError> {
    let mut sheet = Sheet::new(
        "Scores",
        &[
            "score",
            "line",
            "part",
            "weight",
            "share, %",
            "value",
            "on 0 to 100",
            "points",
            "lost",
            "band",
            "state",
            "note",
        ],
    );
    sheet.fixed = 3;
    for score in &results.scores {
        for part in &score.contributions {
            let metric = results.metrics.iter().find(|metric| metric.name == part.of);
            sheet.rows.push(vec![
                Entry::text(score.label.clone()),
                Entry::text("part"),
                Entry::text(metric.map_or(part.of.as_str(), |metric| metric.label.as_str())),
                Entry::number(Some(part.weight), None, 2),
                Entry::number(Some(part.share), None, 1),
                Entry::number(
                    part.value,
                    metric.and_then(|metric| metric.unit.as_deref()),
                    metric.map_or(1, |metric| metric.decimals),
                ),
                Entry::number(part.normalised, None, 1),
                Entry::number(part.points, None, 1),
                Entry::number(part.points_lost, None, 1),
                Entry::Empty,
                Entry::text(format::state(part.state)),
                Entry::maybe(part.note.clone()),
            ]);
        }
        for limit in &score.limits {
            sheet.rows.push(vec![
                Entry::text(score.label.clone()),
                Entry::text(limit.kind.replace('_', "-")),
                Entry::text(limit.condition.clone()),
                Entry::Empty,
                Entry::Empty,
                Entry::number(Some(limit.value), None, score.decimals),
                Entry::Empty,
                Entry::number(limit.points, None, 1),
                Entry::Empty,
                Entry::Empty,
                Entry::text(limit.outcome.clone()),
                Entry::text(limit.reason.clone()),
            ]);
        }
        sheet.rows.push(vec![
            Entry::text(score.label.clone()),
            Entry::text("score"),
            Entry::maybe(score.headline.period.as_deref()),
            Entry::Empty,
            Entry::Empty,
            Entry::number(score.headline.value, None, score.decimals),
            Entry::Empty,
            Entry::Empty,
            Entry::Empty,
            Entry::maybe(score.headline.band.clone()),
            Entry::text(format::state(score.headline.state)),
            Entry::maybe(score.no_interval.clone()),
        ]);
    }
    sheet.write(book, styles, &bands(results)).map(drop)
}

/// Links with their evidence, and drivers.
pub(super) fn links(book: &mut Workbook, styles: &Styles, results: &Results) -> Result<(), XlsxError> {
    let mut sheet = Sheet::new(
        "Links",
        &[
            "kind",
            "metric",
            "outcome",
            "one more gives",
            "from",
            "to",
            "n",
            "of",
            "evidence",
            "importance, %",
            "performance",
            "place",
            "method",
            "notes",
        ],
    );
    sheet.fixed = 3;
    for result in &results.links {
        let analysis = &result.analysis;
        let number = |value: Option<f64>| {
            let decimals = value.map_or(0, bellwether::report::words::significant_decimals);
            Entry::number(value, None, decimals)
        };
        let mut evidence = analysis.evidence.words().to_owned();
        if analysis.reversed {
            evidence.push_str(", reversed");
        }
        sheet.rows.push(vec![
            Entry::text("link"),
            Entry::text(result.link.metric.value.clone()),
            Entry::text(result.link.outcome.value.clone()),
            number(analysis.effect.map(|effect| effect.value)),
            number(analysis.effect.map(|effect| effect.low)),
            number(analysis.effect.map(|effect| effect.high)),
            Entry::count(Some(analysis.n)),
            Entry::text(analysis.of.clone()),
            Entry::text(evidence),
            Entry::Empty,
            Entry::Empty,
            Entry::Empty,
            Entry::text(analysis.method.clone()),
            Entry::text(analysis.notes.join("; ")),
        ]);
    }
    for drivers in &results.drivers {
        for driver in &drivers.metrics {
            sheet.rows.push(vec![
                Entry::text("driver"),
                Entry::text(driver.metric.clone()),
                Entry::text(drivers.outcome.clone()),
                Entry::Empty,
                Entry::Empty,
                Entry::Empty,
                Entry::count(Some(drivers.n)),
                Entry::text(drivers.of.clone()),
                Entry::Empty,
                Entry::number(Some(driver.share), None, 1),
                Entry::number(driver.performance, None, 0),
                Entry::maybe(driver.place.clone()),
                Entry::text("relative weights"),
                Entry::Empty,
            ]);
        }
    }
    sheet.write(book, styles, &[]).map(drop)
}

/// Initiatives and what they return.
pub(super) fn initiatives(book: &mut Workbook, styles: &Styles, results: &Results) -> Result<(), XlsxError> {
    let mut sheet = Sheet::new(
        "Initiatives",
        &[
            "initiative",
            "owner",
            "starts",
            "by",
            "cost",
            "yearly cost",
            "person days",
            "moves",
            "gain a year",
            "from",
            "to",
            "net of costs",
            "net from",
            "net to",
            "return, %",
            "pays back in month",
            "loses money, % of draws",
            "rank",
            "quick win",
            "evidence",
            "notes",
        ],
    );
    let currency = results.header.currency.as_ref().map(|currency| currency.value.as_str());
    for result in &results.initiatives {
        let (initiative, analysis) = (&result.initiative, &result.analysis);
        let money = |value: Option<f64>| Entry::number(value, currency, 0);
        let moves: Vec<String> = initiative
            .moves
            .iter()
            .map(|one| {
                format!(
                    "{} by {} to {}",
                    one.metric.value,
                    format::stated(one.low),
                    format::stated(one.high)
                )
            })
            .collect();
        sheet.rows.push(vec![
            Entry::text(initiative.name.value.clone()),
            Entry::maybe(initiative.owner.as_ref().map(|owner| owner.value.clone())),
            Entry::maybe(initiative.starts.as_ref().map(|starts| starts.value.to_string())),
            Entry::maybe(initiative.due.as_ref().map(|due| due.value.to_string())),
            money(initiative.costs.as_ref().map(|costs| costs.value)),
            money(initiative.yearly_cost.as_ref().map(|cost| cost.value)),
            Entry::number(initiative.person_days.as_ref().map(|days| days.value), None, 0),
            Entry::text(moves.join("; ")),
            money(analysis.a_year.map(|year| year.value)),
            money(analysis.a_year.map(|year| year.low)),
            money(analysis.a_year.map(|year| year.high)),
            money(analysis.net.map(|net| net.value)),
            money(analysis.net.map(|net| net.low)),
            money(analysis.net.map(|net| net.high)),
            Entry::number(analysis.roi.map(|roi| roi.value), None, 0),
            Entry::count(analysis.payback_months.map(u64::from)),
            Entry::number(analysis.loss, None, 0),
            Entry::count(analysis.rank.map(u64::from)),
            Entry::maybe(analysis.quick_win.map(|win| if win { "yes" } else { "no" })),
            Entry::maybe(analysis.evidence.map(bellwether::report::Evidence::words)),
            Entry::text(analysis.notes.join("; ")),
        ]);
    }
    sheet.write(book, styles, &[]).map(drop)
}

/// Lists of rows, a sheet each.
pub(super) fn lists(book: &mut Workbook, styles: &Styles, results: &Results) -> Result<(), XlsxError> {
    for (index, list) in results.lists.iter().enumerate() {
        let heads: Vec<&str> = list.columns.iter().map(String::as_str).collect();
        let mut sheet = Sheet::new(&format!("List {}", index + 1), &heads);
        sheet.lines.push(list.name.clone());
        sheet
            .lines
            .push(format!("{} of {} rows of {}", list.rows.len(), list.passed, list.table));
        sheet.rows = list
            .rows
            .iter()
            .map(|row| row.iter().map(Entry::plain).collect())
            .collect();
        sheet.write(book, styles, &bands(results))?;
    }
    Ok(())
}

/// Alerts, and what is to be said about card and data.
pub(super) fn findings(book: &mut Workbook, styles: &Styles, report: &Report) -> Result<(), XlsxError> {
    let mut sheet = Sheet::new(
        "Findings",
        &["kind", "severity", "raised", "name", "what", "to", "way out"],
    );
    for alert in &report.results.alerts {
        let raised = match alert.raised {
            Some(true) => "yes",
            Some(false) => "no",
            None => "unknown",
        };
        sheet.rows.push(vec![
            Entry::text("alert"),
            Entry::Empty,
            Entry::text(raised),
            Entry::text(alert.name.clone()),
            Entry::text(alert.condition.clone()),
            Entry::maybe(alert.to.clone()),
            Entry::Empty,
        ]);
    }
    for diagnostic in report.diagnostics.iter().filter(|diagnostic| diagnostic.is_told()) {
        let severity = match diagnostic.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "note",
        };
        sheet.rows.push(vec![
            Entry::text("finding"),
            Entry::text(severity),
            Entry::Empty,
            Entry::text(diagnostic.code.to_string()),
            Entry::text(diagnostic.message.clone()),
            Entry::Empty,
            Entry::maybe(diagnostic.help.clone()),
        ]);
    }
    sheet.write(book, styles, &[]).map(drop)
}

/// All cells, tidy; more than a sheet holds are left to CSV and Parquet.
pub(super) fn cells(book: &mut Workbook, styles: &Styles, report: &Report) -> Result<(), XlsxError> {
    let table = tidy(report);
    let heads: Vec<&str> = table.columns.iter().map(|(name, _)| name.as_str()).collect();
    let mut sheet = Sheet::new("Cells", &heads);
    sheet.fixed = 2;
    for row in 0..table.rows.min(MOST_ROWS - 1) {
        let entry = |(_, column): &(String, TidyColumn)| match column {
            TidyColumn::Text(values) => Entry::maybe(values.get(row).cloned().flatten()),
            TidyColumn::Number(values) => {
                let value = values.get(row).copied().flatten();
                Entry::number(
                    value,
                    None,
                    value.map_or(0, bellwether::report::words::significant_decimals),
                )
            }
            TidyColumn::Count(values) => Entry::count(values.get(row).copied().flatten()),
            TidyColumn::Flag(values) => {
                let value = values.get(row).copied().flatten();
                Entry::maybe(value.map(|yes| if yes { "yes" } else { "no" }))
            }
        };
        sheet.rows.push(table.columns.iter().map(entry).collect());
    }
    sheet.write(book, styles, &bands(&report.results)).map(drop)
}

/// Where the numbers come from.
pub(super) fn method(book: &mut Workbook, styles: &Styles, report: &Report) -> Result<(), XlsxError> {
    let mut sheet = Sheet::new("Method", &["what", "name", "value", "SHA-256"]);
    let provenance = &report.provenance;
    let mut add = |what: &str, name: &str, value: Entry, hash: Option<&str>| {
        let row = vec![Entry::text(what), Entry::text(name), value, Entry::maybe(hash)];
        sheet.rows.push(row);
    };
    add("engine", "", Entry::text(provenance.engine.clone()), None);
    if let Some(as_of) = report.results.as_of {
        add("as of", "", Entry::text(as_of.to_string()), None);
    }
    if let Some(period) = &report.results.headline_period {
        add("headlines of", "", Entry::text(&**period), None);
    }
    add("results", "", Entry::Empty, Some(&provenance.results_sha256));
    for source in &provenance.sources {
        add("source", &source.name, Entry::Empty, Some(&source.sha256));
    }
    for param in &provenance.params {
        let value = serde_json::to_value(&param.value).ok();
        let value = value.map_or(Entry::Empty, |value| match value {
            serde_json::Value::Number(number) => Entry::number(number.as_f64(), None, 2),
            serde_json::Value::String(text) => Entry::text(text),
            other => Entry::text(other.to_string()),
        });
        add("param", &param.name, value, None);
    }
    for table in &provenance.tables {
        add(
            "table",
            &table.table,
            Entry::count(Some(table.rows)),
            table.sha256.as_deref(),
        );
        if let Some(origin) = &table.origin {
            add("file", &table.table, Entry::text(origin.clone()), None);
        }
    }
    for metric in &report.results.metrics {
        let interval = metric.headline.interval.as_ref();
        let text = match (interval, &metric.no_interval) {
            (Some(interval), _) => format!("{} %, {}", format::stated(interval.level * 100.0), interval.method),
            (None, Some(why)) => format!("none: {why}"),
            (None, None) => continue,
        };
        add("range", &metric.label, Entry::text(text), None);
    }
    sheet.write(book, styles, &[]).map(drop)
}
