//! From a report to a document: which sections, in which order, in which words.

use bellwether::definition::Role;
use bellwether::diagnostic::{Code, Diagnostic, Severity};
use bellwether::report::{Cell, Change, ChangeVerdict, MetricResult, Report, Results, ScoreResult, Value};

use crate::document::{Align, Block, Document, Run, Table, Tone};
use crate::format;

/// Crosses with more rows than this are left to CSV and JSON.
const MOST_CROSS_ROWS: usize = 60;
/// Periods of the trend.
const TREND_STEPS: usize = 6;

/// Lays a report out: header, outcomes, metrics, scores, segments, trend, journeys, plans, lists, notes.
#[must_use]
pub fn compose(report: &Report) -> Document {
    let results = &report.results;
    let mut document = header(results);
    document.extend(metric_table(results, Role::Outcome, "Outcomes"));
    document.extend(metric_table(results, Role::Metric, "Metrics"));
    for score in &results.scores {
        document.extend(score_section(score));
    }
    document.extend(cuts(results));
    document.extend(trend(results));
    document.extend(signals(results));
    document.extend(mixes(results));
    document.extend(journeys(results));
    document.extend(plans(results));
    document.extend(lists(results));
    document.extend(alerts(results));
    document.extend(tables(results));
    document.extend(notes(report));
    document
}

fn header(results: &Results) -> Document {
    let header = &results.header;
    let mut document = vec![Block::Title(header.title.value.clone())];
    let lead: Vec<&str> = [&header.owner, &header.purpose, &header.cadence]
        .into_iter()
        .filter_map(|field| field.as_ref().map(|field| field.value.as_str()))
        .collect();
    if !lead.is_empty() {
        document.push(Block::Line(vec![Run::new(lead.join(" · "), Tone::Muted)]));
    }
    let mut when = Vec::new();
    if let Some(as_of) = results.as_of {
        when.push(format!("as of {as_of}"));
    }
    if let Some(period) = &results.headline_period {
        let calendar = results
            .axes
            .periods
            .first()
            .map_or("period", |axis| axis.period.calendar.word());
        when.push(format!(
            "values of {period}, the last complete {calendar}, unless another is named"
        ));
    }
    if !when.is_empty() {
        document.push(Block::Line(vec![Run::new(when.join(" · "), Tone::Muted)]));
    }
    document
}

fn metric_table(results: &Results, role: Role, heading: &str) -> Document {
    let metrics: Vec<&MetricResult> = results.metrics.iter().filter(|metric| metric.role == role).collect();
    if metrics.is_empty() {
        return Vec::new();
    }
    let mut columns = vec![
        (String::new(), Align::Left),
        ("value".to_owned(), Align::Right),
        (String::new(), Align::Left),
        ("95 % range".to_owned(), Align::Left),
        ("target".to_owned(), Align::Right),
        ("way".to_owned(), Align::Right),
        ("change".to_owned(), Align::Right),
        ("n".to_owned(), Align::Right),
        ("skipped".to_owned(), Align::Right),
        ("owner".to_owned(), Align::Left),
    ];
    if role == Role::Metric {
        columns.push(("drives".to_owned(), Align::Left));
    }
    let rows = metrics
        .iter()
        .map(|metric| {
            let mut row = metric_row(metric, results);
            if role == Role::Metric {
                row.push(Run::new(metric.drives.join(", "), Tone::Muted));
            }
            row
        })
        .collect();
    vec![
        Block::Heading(heading.to_owned()),
        Block::Table(Table { columns, rows }.without_empty_columns()),
    ]
}

fn metric_row(metric: &MetricResult, results: &Results) -> Vec<Run> {
    let cell = &metric.headline;
    let elsewhere = cell.period != results.headline_period;
    let label = match (&cell.period, elsewhere) {
        (Some(period), true) => format!("{} ({period})", metric.label),
        (None, true) => format!("{} (whole time)", metric.label),
        (_, false) => metric.label.clone(),
    };
    let unit = if cell.value.is_some() {
        metric.unit.clone().unwrap_or_default()
    } else {
        String::new()
    };
    vec![
        Run::plain(label),
        format::value(cell, metric.decimals),
        Run::new(unit, Tone::Muted),
        Run::plain(format::interval(cell, metric.decimals)),
        target(cell, metric),
        cell.progress
            .map_or_else(Run::default, |way| Run::plain(format!("{} %", format::number(way, 0)))),
        change(cell.change.as_ref(), metric.decimals),
        Run::plain(if cell.value.is_some() || cell.n > 0 {
            format::rows(cell)
        } else {
            String::new()
        }),
        skipped(cell),
        Run::plain(metric.goal.owner.clone().unwrap_or_default()),
    ]
}

fn target(cell: &Cell, metric: &MetricResult) -> Run {
    let Some(target) = cell.target else {
        return Run::default();
    };
    let due = metric.goal.due.map(|due| format!(" by {due}")).unwrap_or_default();
    let (mark, tone) = match cell.target_met {
        Some(true) => ("met: ", Tone::Good),
        Some(false) => ("", Tone::Plain),
        None => ("", Tone::Muted),
    };
    Run::new(format!("{mark}{}{due}", format::stated(target)), tone)
}

fn change(change: Option<&Change>, decimals: u32) -> Run {
    let Some(change) = change else { return Run::default() };
    let shown = format::difference(change.difference, decimals);
    // A difference that rounds to nothing points nowhere.
    if !shown.contains(|c: char| matches!(c, '1'..='9')) {
        return Run::plain(shown);
    }
    let (word, tone) = match (change.verdict, change.better) {
        (ChangeVerdict::Up | ChangeVerdict::Down, Some(true)) => (" better", Tone::Good),
        (ChangeVerdict::Up | ChangeVerdict::Down, Some(false)) => (" worse", Tone::Bad),
        (ChangeVerdict::Up, None) => (" up", Tone::Plain),
        (ChangeVerdict::Down, None) => (" down", Tone::Plain),
        (ChangeVerdict::NoChangeShown, _) => (" not shown", Tone::Muted),
        (ChangeVerdict::NotTested, _) => (" not tested", Tone::Muted),
    };
    Run::new(
        format!("{}{word}", format::difference(change.difference, decimals)),
        tone,
    )
}

fn skipped(cell: &Cell) -> Run {
    match (cell.skipped, cell.not_due) {
        (0, _) => Run::default(),
        (skipped, 0) => Run::new(format::whole(skipped), Tone::Muted),
        (skipped, due) => Run::new(
            format!(
                "{}, of it {}: window not over",
                format::whole(skipped),
                format::whole(due)
            ),
            Tone::Muted,
        ),
    }
}

fn score_section(score: &ScoreResult) -> Document {
    let cell = &score.headline;
    let value = format::value(cell, score.decimals);
    let mut line = vec![Run::new(
        value.text,
        if cell.value.is_some() {
            Tone::Strong
        } else {
            Tone::Muted
        },
    )];
    if let Some(band) = &cell.band {
        let tone = match score.bands.iter().position(|name| name == band) {
            Some(0) => Tone::Bad,
            Some(index) if index + 1 == score.bands.len() => Tone::Good,
            _ => Tone::Warn,
        };
        line.push(Run::plain(" "));
        line.push(Run::new(band.clone(), tone));
    }
    if let Some(earlier) = &cell.change {
        let shown = change(Some(earlier), score.decimals);
        line.push(Run::plain(", "));
        line.push(shown);
        line.push(Run::plain(format!(" against {}", earlier.from)));
    }
    if let Some(range) = &cell.interval {
        let ends = format::interval(cell, score.decimals);
        line.push(Run::plain(format!(", 95 % range {ends}")));
        line.push(Run::new(format!(" by {}", range.method), Tone::Muted));
    }
    if !score.bands.is_empty() {
        line.push(Run::new(format!("  ({})", bands(score)), Tone::Muted));
    }
    let mut document = vec![Block::Heading(format!("Score: {}", score.label)), Block::Line(line)];
    if !score.contributions.is_empty() {
        document.push(Block::Table(contributions(score)));
    }
    let limits: Vec<Vec<Run>> = score
        .limits
        .iter()
        .map(|limit| {
            let before = limit
                .before
                .map(|before| format!(" (without it {})", format::number(before, score.decimals)));
            vec![Run::plain(format!(
                "{} {} {}: {} [{}]{}",
                limit.kind.replace('_', "-"),
                format::stated(limit.value),
                limit.outcome,
                limit.reason,
                limit.condition,
                before.unwrap_or_default()
            ))]
        })
        .collect();
    if !limits.is_empty() {
        document.push(Block::Items(limits));
    }
    if let Some(entities) = &score.entities {
        let mut text = format!("{} rows of {} scored", format::whole(entities.scored), entities.table);
        for (band, count) in score.bands.iter().zip(&entities.by_band) {
            text.push_str(&format!(", {} {band}", format::whole(*count)));
        }
        if entities.without_score > 0 {
            text.push_str(&format!(", {} without a score", format::whole(entities.without_score)));
        }
        if entities.left_out > 0 {
            text.push_str(&format!(", {} left out by the card", format::whole(entities.left_out)));
        }
        document.push(Block::Line(vec![Run::plain(text)]));
    }
    document
}

fn bands(score: &ScoreResult) -> String {
    let mut text = String::new();
    for (index, band) in score.bands.iter().enumerate() {
        if let Some(edge) = index.checked_sub(1).and_then(|below| score.band_edges.get(below)) {
            text.push_str(&format!(" < {} <= ", format::stated(*edge)));
        }
        text.push_str(band);
    }
    text
}

fn contributions(score: &ScoreResult) -> Table {
    let columns = [
        ("part", Align::Left),
        ("weight", Align::Right),
        ("value", Align::Right),
        ("on 0-100", Align::Right),
        ("points", Align::Right),
        ("lost", Align::Right),
        ("", Align::Left),
    ];
    let optional = |value: Option<f64>, decimals: u32| value.map_or_else(String::new, |v| format::number(v, decimals));
    let rows = score
        .contributions
        .iter()
        .map(|part| {
            vec![
                Run::plain(part.of.clone()),
                Run::plain(format::stated(part.weight)),
                match part.value {
                    Some(value) => Run::plain(format::number(value, 1)),
                    None => Run::new(format::state(part.state), Tone::Muted),
                },
                Run::plain(optional(part.normalised, 1)),
                Run::plain(optional(part.points, 1)),
                Run::plain(optional(part.points_lost, 1)),
                Run::new(part.note.clone().unwrap_or_default(), Tone::Muted),
            ]
        })
        .collect();
    Table {
        columns: columns.map(|(head, align)| (head.to_owned(), align)).to_vec(),
        rows,
    }
    .without_empty_columns()
}

/// Values of the series that are more than noise, and the latest limits.
fn signals(results: &Results) -> Document {
    let metrics = results
        .metrics
        .iter()
        .map(|metric| (&metric.label, metric.decimals, metric.process.as_ref()));
    let scores = results
        .scores
        .iter()
        .map(|score| (&score.label, score.decimals, score.process.as_ref()));
    let mut rows = Vec::new();
    for (label, decimals, process) in metrics.chain(scores) {
        let Some(process) = process else { continue };
        let said: Vec<String> = process
            .signals
            .iter()
            .rev()
            .take(3)
            .rev()
            .map(|signal| {
                format!(
                    "{} ({}): {}",
                    signal.period,
                    format::number(signal.value, decimals),
                    signal.why
                )
            })
            .collect();
        let more = process.signals.len().saturating_sub(said.len());
        let mut text = if said.is_empty() {
            "noise only".to_owned()
        } else {
            said.join("; ")
        };
        if more > 0 {
            text.push_str(&format!("; {more} more before"));
        }
        rows.push(vec![
            Run::plain(label.clone()),
            Run::plain(format!(
                "{} to {}",
                format::number(process.low, decimals),
                format::number(process.high, decimals)
            )),
            Run::plain(format::whole(process.points)),
            Run::new(if process.provisional { "provisional" } else { "" }, Tone::Muted),
            Run::plain(text),
        ]);
    }
    if rows.is_empty() {
        return Vec::new();
    }
    let columns = vec![
        (String::new(), Align::Left),
        ("range of noise".to_owned(), Align::Left),
        ("periods".to_owned(), Align::Right),
        (String::new(), Align::Left),
        ("what stands out".to_owned(), Align::Left),
    ];
    vec![
        Block::Heading("Signal and noise".to_owned()),
        Block::Table(Table { columns, rows }.without_empty_columns()),
    ]
}

/// Changes that were called, split into what the segments did and how their mix shifted.
fn mixes(results: &Results) -> Document {
    let mut rows = Vec::new();
    for metric in &results.metrics {
        let called = metric
            .headline
            .change
            .as_ref()
            .filter(|change| matches!(change.verdict, ChangeVerdict::Up | ChangeVerdict::Down));
        let Some(change) = called else { continue };
        for split in &metric.splits {
            let most = split.parts.iter().max_by(|a, b| {
                let weight = |part: &bellwether::report::ChangePart| (part.mix + part.rate).abs();
                weight(a).total_cmp(&weight(b))
            });
            let difference = |value: f64| Run::plain(format::difference(value, metric.decimals));
            rows.push(vec![
                Run::plain(metric.label.clone()),
                difference(change.difference),
                Run::plain(split.segment.clone()),
                difference(split.rate),
                difference(split.mix),
                Run::new(
                    most.map(|part| {
                        format!(
                            "{} {}",
                            part.value,
                            format::difference(part.mix + part.rate, metric.decimals)
                        )
                    })
                    .unwrap_or_default(),
                    Tone::Muted,
                ),
            ]);
        }
    }
    if rows.is_empty() {
        return Vec::new();
    }
    let columns = vec![
        (String::new(), Align::Left),
        ("change".to_owned(), Align::Right),
        ("by".to_owned(), Align::Left),
        ("own change".to_owned(), Align::Right),
        ("mix".to_owned(), Align::Right),
        ("most from".to_owned(), Align::Left),
    ];
    vec![
        Block::Heading("What the changes are made of".to_owned()),
        Block::Table(Table { columns, rows }),
    ]
}

/// Something with cells: a metric or a score.
struct Series<'a> {
    label: &'a str,
    decimals: u32,
    headline: &'a Cell,
    cells: &'a [Cell],
}

fn series(results: &Results) -> Vec<Series<'_>> {
    let metrics = results.metrics.iter().map(|metric| Series {
        label: &metric.label,
        decimals: metric.decimals,
        headline: &metric.headline,
        cells: &metric.cells,
    });
    let scores = results.scores.iter().map(|score| Series {
        label: &score.label,
        decimals: score.decimals,
        headline: &score.headline,
        cells: &score.cells,
    });
    metrics.chain(scores).collect()
}

fn cuts(results: &Results) -> Document {
    let mut document = Vec::new();
    let all = series(results);
    for cut in results.axes.cuts.iter().filter(|cut| !cut.is_empty()) {
        let segments: Vec<_> = cut
            .iter()
            .filter_map(|&index| results.axes.segments.get(usize::from(index)))
            .collect();
        let names: Vec<&str> = segments.iter().map(|segment| segment.label.as_str()).collect();
        let shown: Vec<&Series<'_>> = all
            .iter()
            .filter(|series| {
                series
                    .cells
                    .iter()
                    .any(|cell| in_cut(cell, &segments) && cell.value.is_some())
            })
            .collect();
        if shown.is_empty() {
            continue;
        }
        let mut rows = Vec::new();
        for values in combinations(&segments) {
            let cells: Vec<Option<&Cell>> = shown
                .iter()
                .map(|series| {
                    series.cells.iter().find(|cell| {
                        cell.period == series.headline.period
                            && cell.segments.len() == segments.len()
                            && segments.iter().zip(&values).all(|(segment, value)| {
                                cell.segments.get(&segment.name).map(String::as_str) == Some(value)
                            })
                    })
                })
                .collect();
            if cells.iter().flatten().all(|cell| cell.value.is_none() && cell.n == 0) {
                continue;
            }
            let mut row = vec![Run::plain(values.join(" × "))];
            row.extend(
                cells
                    .iter()
                    .zip(&shown)
                    .map(|(cell, series)| cell.map_or_else(Run::default, |cell| with_band(cell, series.decimals))),
            );
            rows.push(row);
        }
        document.push(Block::Heading(format!("By {}", names.join(" × "))));
        if rows.len() > MOST_CROSS_ROWS {
            document.push(Block::Line(vec![Run::new(
                format!(
                    "{} rows: ask for them with --format csv or json",
                    format::whole(rows.len() as u64)
                ),
                Tone::Muted,
            )]));
            continue;
        }
        let mut columns = vec![(String::new(), Align::Left)];
        columns.extend(shown.iter().map(|series| (series.label.to_owned(), Align::Right)));
        document.push(Block::Table(Table { columns, rows }));
    }
    document
}

fn in_cut(cell: &Cell, segments: &[&bellwether::measure::SegmentAxis]) -> bool {
    cell.segments.len() == segments.len() && segments.iter().all(|segment| cell.segments.contains_key(&segment.name))
}

fn with_band(cell: &Cell, decimals: u32) -> Run {
    let mut run = format::value(cell, decimals);
    if let Some(band) = &cell.band {
        run.text.push(' ');
        run.text.push_str(band);
    }
    run
}

fn combinations<'a>(segments: &[&'a bellwether::measure::SegmentAxis]) -> Vec<Vec<&'a str>> {
    segments.iter().fold(vec![Vec::new()], |rows, segment| {
        rows.iter()
            .flat_map(|row| {
                segment.values.iter().map(move |value| {
                    let mut longer = row.clone();
                    longer.push(value.as_str());
                    longer
                })
            })
            .collect()
    })
}

fn trend(results: &Results) -> Document {
    let Some(axis) = results.axes.periods.first() else {
        return Vec::new();
    };
    let first = axis.steps.len().saturating_sub(TREND_STEPS);
    let steps: Vec<_> = axis.steps.iter().skip(first).collect();
    if steps.len() < 2 {
        return Vec::new();
    }
    let mut columns = vec![(String::new(), Align::Left)];
    columns.extend(steps.iter().map(|step| {
        (
            if step.complete {
                step.label.clone()
            } else {
                format!("{} (partial)", step.label)
            },
            Align::Right,
        )
    }));
    let rows: Vec<Vec<Run>> = series(results)
        .iter()
        .filter_map(|series| {
            let cells: Vec<Option<&Cell>> = steps
                .iter()
                .map(|step| {
                    series
                        .cells
                        .iter()
                        .find(|cell| cell.segments.is_empty() && cell.period.as_ref() == Some(&step.label))
                })
                .collect();
            if cells.iter().flatten().all(|cell| cell.value.is_none()) {
                return None;
            }
            let mut row = vec![Run::plain(series.label.to_owned())];
            row.extend(
                cells
                    .into_iter()
                    .map(|cell| cell.map_or_else(Run::default, |cell| with_band(cell, series.decimals))),
            );
            Some(row)
        })
        .collect();
    if rows.is_empty() {
        return Vec::new();
    }
    vec![
        Block::Heading("Trend".to_owned()),
        Block::Table(Table { columns, rows }),
    ]
}

fn journeys(results: &Results) -> Document {
    let mut document = Vec::new();
    let find = |name: &str| results.metrics.iter().find(|metric| metric.name == name);
    for journey in &results.journeys {
        document.push(Block::Heading(format!("Journey: {}", journey.name)));
        let mut rows = Vec::new();
        for phase in &journey.phases {
            for name in &phase.metrics {
                if let Some(metric) = find(name) {
                    rows.push(vec![
                        Run::plain(phase.name.clone()),
                        Run::default(),
                        Run::plain(metric.label.clone()),
                        format::value(&metric.headline, metric.decimals),
                        Run::plain(format::rows(&metric.headline)),
                        moment(metric),
                    ]);
                }
            }
            for step in &phase.steps {
                if step.metrics.is_empty() {
                    rows.push(vec![
                        Run::plain(phase.name.clone()),
                        Run::plain(step.name.clone()),
                        Run::new("nothing measured", Tone::Muted),
                        Run::default(),
                        Run::default(),
                        Run::default(),
                    ]);
                }
                for (name, cell) in &step.metrics {
                    let metric = find(name);
                    rows.push(vec![
                        Run::plain(phase.name.clone()),
                        Run::plain(step.name.clone()),
                        Run::plain(metric.map_or_else(|| name.clone(), |metric| metric.label.clone())),
                        format::value(cell, metric.map_or(1, |metric| metric.decimals)),
                        Run::plain(format::rows(cell)),
                        metric
                            .filter(|metric| metric.stage.is_some())
                            .map_or_else(Run::default, moment),
                    ]);
                }
            }
        }
        let columns = [
            ("phase", Align::Left),
            ("step", Align::Left),
            ("", Align::Left),
            ("value", Align::Right),
            ("n", Align::Right),
            ("", Align::Left),
        ];
        let columns = columns.map(|(head, align)| (head.to_owned(), align)).to_vec();
        document.push(Block::Table(Table { columns, rows }.without_empty_columns()));
        if !journey.off_the_map.is_empty() {
            let values: Vec<String> = journey
                .off_the_map
                .iter()
                .map(|(value, rows)| format!("{value} ({})", format::whole(*rows)))
                .collect();
            document.push(Block::Line(vec![Run::new(
                format!("in the data and not on the map: {}", values.join(", ")),
                Tone::Warn,
            )]));
        }
    }
    document
}

fn moment(metric: &MetricResult) -> Run {
    let claim = |word: &str, reason: &str| {
        if reason.is_empty() {
            word.to_owned()
        } else {
            format!("{word}: {reason}")
        }
    };
    match (&metric.moment_of_truth, &metric.friction_point) {
        (Some(reason), _) => Run::new(claim("moment of truth", reason), Tone::Strong),
        (None, Some(reason)) => Run::new(claim("friction point", reason), Tone::Warn),
        (None, None) => Run::default(),
    }
}

fn plans(results: &Results) -> Document {
    let mut document = Vec::new();
    if !results.objectives.is_empty() {
        document.push(Block::Heading("Objectives".to_owned()));
        let items = results.objectives.iter().map(|result| {
            let owner = result
                .objective
                .owner
                .as_ref()
                .map(|owner| format!(" ({})", owner.value))
                .unwrap_or_default();
            let served = if result.served_by.is_empty() {
                "nothing serves it".to_owned()
            } else {
                format!("served by {}", result.served_by.join(", "))
            };
            vec![Run::plain(format!("{}{owner}: {served}", result.objective.name.value))]
        });
        document.push(Block::Items(items.collect()));
    }
    if !results.initiatives.is_empty() {
        document.push(Block::Heading("Initiatives".to_owned()));
        let rows = results.initiatives.iter().map(|result| {
            let initiative = &result.initiative;
            let moves: Vec<String> = initiative
                .moves
                .iter()
                .map(|m| {
                    format!(
                        "{} by {} to {}",
                        m.metric.value,
                        format::stated(m.low),
                        format::stated(m.high)
                    )
                })
                .collect();
            let date = |date: &Option<bellwether::diagnostic::Spanned<bellwether::definition::CivilDate>>| {
                Run::plain(date.as_ref().map(|date| date.value.to_string()).unwrap_or_default())
            };
            let money = |cost: &Option<bellwether::diagnostic::Spanned<f64>>| {
                Run::plain(cost.as_ref().map(|cost| format::stated(cost.value)).unwrap_or_default())
            };
            vec![
                Run::plain(initiative.name.value.clone()),
                Run::plain(
                    initiative
                        .owner
                        .as_ref()
                        .map(|owner| owner.value.clone())
                        .unwrap_or_default(),
                ),
                date(&initiative.starts),
                date(&initiative.due),
                money(&initiative.costs),
                money(&initiative.yearly_cost),
                Run::plain(moves.join("; ")),
            ]
        });
        let columns = [
            ("", Align::Left),
            ("owner", Align::Left),
            ("starts", Align::Left),
            ("by", Align::Left),
            ("cost", Align::Right),
            ("a year", Align::Right),
            ("expected to move", Align::Left),
        ];
        let columns = columns.map(|(head, align)| (head.to_owned(), align)).to_vec();
        document.push(Block::Table(
            Table {
                columns,
                rows: rows.collect(),
            }
            .without_empty_columns(),
        ));
    }
    document.extend(crate::links::returns(results));
    document.extend(crate::links::links(results));
    document.extend(crate::links::drivers(results));
    document.extend(crate::links::worth(results));
    document.extend(crate::links::pace(results));
    document
}

fn lists(results: &Results) -> Document {
    let mut document = Vec::new();
    for list in &results.lists {
        document.push(Block::Heading(format!("List: {}", list.name)));
        let numeric = |value: &Value| matches!(value, Value::Int(_) | Value::Float(_));
        let side = |index: usize| list.rows.iter().filter_map(|row| row.get(index)).any(numeric);
        let columns = list
            .columns
            .iter()
            .enumerate()
            .map(|(index, column)| (column.clone(), if side(index) { Align::Right } else { Align::Left }));
        let decimals: Vec<u32> = (0..list.columns.len())
            .map(|index| format::column_decimals(list.rows.iter().filter_map(|row| row.get(index))))
            .collect();
        let rows = list.rows.iter().map(|row| {
            let cells = row.iter().zip(&decimals);
            cells
                .map(|(value, decimals)| Run::plain(format::in_column(value, *decimals)))
                .collect()
        });
        document.push(Block::Table(Table {
            columns: columns.collect(),
            rows: rows.collect(),
        }));
        document.push(Block::Line(vec![Run::new(
            format!(
                "{} of {} rows shown",
                format::whole(list.rows.len() as u64),
                format::whole(list.passed)
            ),
            Tone::Muted,
        )]));
    }
    document
}

fn alerts(results: &Results) -> Document {
    if results.alerts.is_empty() {
        return Vec::new();
    }
    let items = results.alerts.iter().map(|alert| {
        let to = alert.to.as_ref().map(|to| format!(" (to {to})")).unwrap_or_default();
        let (word, tone) = match alert.raised {
            Some(true) => ("RAISED", Tone::Bad),
            Some(false) => ("not raised", Tone::Muted),
            None => ("unknown", Tone::Warn),
        };
        vec![
            Run::plain(format!("{}{to}: ", alert.name)),
            Run::new(word, tone),
            Run::new(format!(" [{}]", alert.condition), Tone::Muted),
        ]
    });
    vec![Block::Heading("Alerts".to_owned()), Block::Items(items.collect())]
}

fn tables(results: &Results) -> Document {
    if results.tables.is_empty() {
        return Vec::new();
    }
    let items = results.tables.iter().map(|table| {
        let mut text = format!("{}: {} rows", table.table, format::whole(table.rows_used));
        let mut more = Vec::new();
        if table.rows_used != table.rows_read {
            more.push(format!("{} read", format::whole(table.rows_read)));
        }
        if table.superseded > 0 {
            more.push(format!("{} superseded", format::whole(table.superseded)));
        }
        if table.later_than_as_of > 0 {
            more.push(format!("{} dated later", format::whole(table.later_than_as_of)));
        }
        more.extend(
            table
                .orphans
                .iter()
                .filter(|(_, n)| *n > 0)
                .map(|(path, n)| format!("{} without their {path}", format::whole(*n))),
        );
        more.extend(
            table
                .without_key
                .iter()
                .filter(|(_, n)| *n > 0)
                .map(|(path, n)| format!("{} name no {path}", format::whole(*n))),
        );
        if !more.is_empty() {
            text.push_str(&format!(" ({})", more.join(", ")));
        }
        if let Some((first, last)) = &table.dates {
            text.push_str(&format!(", {first} to {last}"));
        }
        vec![Run::new(text, Tone::Muted)]
    });
    vec![Block::Heading("Data".to_owned()), Block::Items(items.collect())]
}

fn notes(report: &Report) -> Document {
    let told = report.diagnostics.iter().filter(|diagnostic| diagnostic.is_told());
    // What to do is said once where several findings have the same way out.
    let mut said: Vec<(Code, &str)> = Vec::new();
    let mut items = Vec::new();
    for diagnostic in told {
        let help = diagnostic.help.as_deref().filter(|help| {
            let new = !said.contains(&(diagnostic.code, help));
            if new {
                said.push((diagnostic.code, help));
            }
            new
        });
        items.push(note(diagnostic, help));
    }
    let allowed = report
        .diagnostics
        .iter()
        .filter(|diagnostic| !diagnostic.is_told())
        .count();
    if allowed > 0 {
        let words = if allowed == 1 {
            "1 finding is"
        } else {
            &format!("{allowed} findings are")
        };
        items.push(vec![Run::new(
            format!("{words} allowed, and not told here"),
            Tone::Muted,
        )]);
    }
    if items.is_empty() {
        return Vec::new();
    }
    vec![Block::Heading("Notes".to_owned()), Block::Items(items)]
}

fn note(diagnostic: &Diagnostic, help: Option<&str>) -> Vec<Run> {
    let tone = match diagnostic.severity {
        Severity::Error => Tone::Bad,
        Severity::Warning => Tone::Warn,
        Severity::Note => Tone::Muted,
    };
    let help = help.map(|help| format!(" ({help})")).unwrap_or_default();
    vec![
        Run::new(diagnostic.code.to_string(), tone),
        Run::plain(format!(" {}{help}", diagnostic.message)),
    ]
}
