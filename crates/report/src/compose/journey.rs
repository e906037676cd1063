//! Journeys: metrics of each phase and step.

use bellwether::report::{MetricResult, Results};

use crate::document::{Align, Block, Document, Run, Table, Tone};
use crate::format;

pub(crate) fn journeys(results: &Results) -> Document {
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
        document.push(Block::Table(Table::of(columns, rows)));
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
