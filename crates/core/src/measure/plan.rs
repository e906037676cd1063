//! Which aggregates the metrics of a card need: each measure as a tree over numbered aggregates.

use super::algebra::Node;
use super::leaf;
use super::session::Session;
use crate::definition::{Aggregate, Expr, ExprKind, Measure, MeasureFunction, MeasureKind, Metric, ParentPath};
use crate::diagnostic::{Diagnostic, codes};

impl Session<'_> {
    pub(super) fn plan_metrics(&mut self) {
        for metric in &self.card.metrics {
            let node = self.plan_metric(metric);
            self.nodes.push(node);
        }
    }

    fn plan_metric(&mut self, metric: &Metric) -> Node {
        match &metric.measure.kind {
            MeasureKind::Aggregate(aggregate) if metric.each_step && aggregate.function == MeasureFunction::Funnel => {
                self.plan_steps(aggregate)
            }
            _ => self.plan(&metric.measure),
        }
    }

    /// A funnel at each step of its journey: the part of those at the step before that goes on to it.
    fn plan_steps(&mut self, aggregate: &Aggregate) -> Node {
        let whole = self.number(aggregate);
        let step_name = aggregate.inputs.get(1).map(leaf::input_name);
        let names = self.steps_of(&aggregate.words, &aggregate.table, step_name.as_ref());
        let journey = self
            .journey_along(&aggregate.table, step_name.as_ref())
            .map(|journey| journey.name.clone());
        let segment = journey
            .as_ref()
            .and_then(|journey| self.cutters.iter().position(|cutter| cutter.name == journey.value));
        let (Some(journey), Some(segment)) = (journey, segment) else {
            return Node::Leaf(whole);
        };
        let steps = names
            .into_iter()
            .enumerate()
            .map(|(at, name)| {
                let mut step = aggregate.clone();
                step.numbers = vec![at as f64];
                step.ignoring.push(journey.clone());
                (name, self.number(&step))
            })
            .collect();
        Node::Steps {
            segment: segment as u16,
            whole,
            steps,
        }
    }

    pub(super) fn number(&mut self, aggregate: &Aggregate) -> usize {
        self.aggregates.push(aggregate.clone());
        self.aggregates.len() - 1
    }

    /// Revenue coverage: what the parents of the rows are worth, of what the whole parent table is worth.
    pub(super) fn plan_coverage(&mut self, aggregate: &Aggregate) -> Node {
        let way = aggregate.parent.as_ref().filter(|parent| !parent.path.is_empty());
        let (
            Some(way),
            Some(Expr {
                kind: ExprKind::Column(path),
                span,
            }),
        ) = (way, aggregate.inputs.first())
        else {
            let message = format!("`{}` does not belong to the table of the value", aggregate.table);
            self.findings
                .push(Diagnostic::error(codes::UNREACHABLE_COLUMN, message).at(aggregate.span));
            return Node::Outside(None);
        };
        let own = path.get(way.path.len()..).unwrap_or_default().to_vec();
        let base = Aggregate {
            function: MeasureFunction::Sum,
            table: way.table.clone(),
            inputs: vec![Expr::new(ExprKind::Column(own), *span)],
            filters: Vec::new(),
            parent: Some(ParentPath {
                table: way.table.clone(),
                path: Vec::new(),
            }),
            dated: None,
            past: None,
            ..aggregate.clone()
        };
        Node::Coverage(self.number(aggregate), self.number(&base))
    }

    /// Numbers the aggregates of a measure.
    pub(crate) fn plan(&mut self, measure: &Measure) -> Node {
        match &measure.kind {
            MeasureKind::Number(value) => Node::Number(*value),
            MeasureKind::Aggregate(aggregate) if aggregate.function == MeasureFunction::RevenueCoverage => {
                self.plan_coverage(aggregate)
            }
            MeasureKind::Aggregate(aggregate) => Node::Leaf(self.number(aggregate)),
            MeasureKind::Arithmetic(op, left, right) => {
                Node::Arithmetic(*op, Box::new(self.plan(left)), Box::new(self.plan(right)))
            }
            MeasureKind::Negate(inner) => Node::Negate(Box::new(self.plan(inner))),
            MeasureKind::Per(inner, unit) => Node::Per(Box::new(self.plan(inner)), *unit),
            MeasureKind::ValueFrom { .. } => Node::Outside(None),
            MeasureKind::Across { measure, segment, how } => {
                let inner = self.plan(measure);
                match self.cutters.iter().position(|cutter| cutter.name == segment.value) {
                    Some(at) => Node::Across(Box::new(inner), at as u16, *how),
                    None => {
                        let mut error = Diagnostic::error(
                            codes::UNKNOWN_OBJECT,
                            format!("no segment `{}` in this card", segment.value),
                        )
                        .at(segment.span);
                        let names = self.cutters.iter().map(|cutter| cutter.name.as_str());
                        if let Some(near) = crate::diagnostic::nearest(&segment.value, names) {
                            error = error.help(format!("did you mean `{near}`?"));
                        }
                        self.findings.push(error);
                        Node::Outside(None)
                    }
                }
            }
        }
    }
}
