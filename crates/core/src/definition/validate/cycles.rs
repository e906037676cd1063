//! Circles: scores among each other, drives among each other, columns made of each other.

use bellwether_order::BTreeMap;

use super::Findings;
use crate::definition::{AddedSource, Expr, Measure, Scorecard};
use crate::diagnostic::{Span, codes};

/// A graph of names; each name knows where it is declared.
#[derive(Default)]
struct Graph {
    edges: BTreeMap<String, Vec<String>>,
    places: BTreeMap<String, Span>,
}

impl Graph {
    fn node(&mut self, name: String, place: Span, to: Vec<String>) {
        self.places.entry(name.clone()).or_insert(place);
        self.edges.entry(name).or_default().extend(to);
    }

    /// One circle for each set of names that depend on each other, as a list that ends where it begins.
    fn circles(&self) -> Vec<Vec<String>> {
        let mut found: Vec<Vec<String>> = Vec::new();
        let mut done: Vec<&str> = Vec::new();
        for start in self.edges.keys() {
            let mut path: Vec<&str> = Vec::new();
            self.visit(start, &mut path, &mut done, &mut found);
        }
        found
    }

    fn visit<'a>(
        &'a self,
        name: &'a str,
        path: &mut Vec<&'a str>,
        done: &mut Vec<&'a str>,
        found: &mut Vec<Vec<String>>,
    ) {
        if let Some(place) = path.iter().position(|other| *other == name) {
            let circle = path
                .iter()
                .skip(place)
                .chain(std::iter::once(&name))
                .map(|name| (*name).to_owned());
            found.push(circle.collect());
            return;
        }
        if done.contains(&name) {
            return;
        }
        path.push(name);
        for next in self.edges.get(name).into_iter().flatten() {
            if self.edges.contains_key(next) {
                self.visit(next, path, done, found);
            }
        }
        path.pop();
        done.push(name);
    }
}

/// Looks for circles.
pub(super) fn check(findings: &mut Findings<'_>) {
    let card = findings.card;
    let mut drives = Graph::default();
    for metric in &card.metrics {
        let to = metric.drives.iter().map(|name| name.value.clone()).collect();
        drives.node(
            metric.name.value.clone(),
            metric.drives.first().map_or(metric.name.span, |name| name.span),
            to,
        );
    }
    for score in &card.scores {
        let to = score.drives.iter().map(|name| name.value.clone()).collect();
        drives.node(score.name.value.clone(), score.name.span, to);
    }
    for link in &card.links {
        drives.node(
            link.metric.value.clone(),
            link.metric.span,
            vec![link.outcome.value.clone()],
        );
    }
    report(
        findings,
        &drives,
        "drive each other in a circle",
        "a claim goes one way: leave one of them out",
    );
    report(
        findings,
        &dependencies(card),
        "are made of each other",
        "leave one of them out, or make it of the parts",
    );
}

fn report(findings: &mut Findings<'_>, graph: &Graph, what: &str, help: &str) {
    for circle in graph.circles() {
        // A name that drives itself is told where the name is checked.
        if circle.len() < 3 && what.starts_with("drive") {
            continue;
        }
        let span = circle
            .first()
            .and_then(|name| graph.places.get(name))
            .copied()
            .unwrap_or_default();
        let names: Vec<String> = circle.iter().map(|name| format!("`{name}`")).collect();
        findings.error(codes::CYCLE, span, format!("{} {what}", names.join(" → ")), help);
    }
}

/// What is made of what: scores of metrics and scores, metrics of columns, columns of columns and scores.
fn dependencies(card: &Scorecard) -> Graph {
    let mut graph = Graph::default();
    for score in &card.scores {
        let mut to: Vec<String> = score.parts.iter().map(|part| part.of.value.clone()).collect();
        to.extend(score.mix_each.iter().map(|each| each.of.value.clone()));
        for limit in &score.limits {
            to.extend(
                limit
                    .condition
                    .expr
                    .columns()
                    .into_iter()
                    .filter_map(|(path, _)| path.first().cloned()),
            );
        }
        if let Some(only) = &score.only {
            to.extend(read(card, &only.table, &only.expr));
        }
        graph.node(score.name.value.clone(), score.name.span, to);
    }
    for metric in &card.metrics {
        graph.node(
            metric.name.value.clone(),
            metric.name.span,
            measured(card, &metric.measure),
        );
    }
    for table in &card.tables {
        for added in &table.added {
            let to = match &added.source {
                AddedSource::Row(expr) => read(card, &table.name.value, expr),
                AddedSource::RollUp(measure) => measured(card, measure),
                AddedSource::CountRecent { key, date, .. } | AddedSource::FollowedWithin { key, date, .. } => {
                    [key, date]
                        .into_iter()
                        .filter_map(|column| column_name(card, &column.table, &column.path))
                        .collect()
                }
                AddedSource::Score { score } => vec![score.clone()],
            };
            graph.node(
                format!("{}.{}", table.name.value, added.name.value),
                added.name.span,
                to,
            );
        }
    }
    graph
}

fn measured(card: &Scorecard, measure: &Measure) -> Vec<String> {
    let parts = measure.aggregates();
    parts
        .into_iter()
        .flat_map(|part| part.exprs().flat_map(|expr| read(card, &part.table, expr)))
        .collect()
}

fn read(card: &Scorecard, table: &str, expr: &Expr) -> Vec<String> {
    let columns = expr.columns();
    columns
        .into_iter()
        .filter_map(|(path, _)| column_name(card, table, path))
        .collect()
}

fn column_name(card: &Scorecard, table: &str, path: &[String]) -> Option<String> {
    let home = card.home(table, path).ok()?;
    Some(format!("{home}.{}", path.last()?))
}
