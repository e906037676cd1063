//! Which aggregates the metrics of a card need: each measure as a tree over numbered aggregates.

use super::algebra::Node;
use super::leaf;
use super::session::Session;
use crate::definition::{Aggregate, Expr, ExprKind, Measure, MeasureFunction, MeasureKind};
use crate::diagnostic::{Diagnostic, codes};

impl Session<'_> {
    pub(super) fn plan_metrics(&mut self) {
        for metric in &self.card.metrics {
            let node = self.plan(&metric.measure);
            self.nodes.push(node);
        }
    }

    pub(super) fn number(&mut self, aggregate: &Aggregate) -> usize {
        self.aggregates.push(aggregate.clone());
        self.aggregates.len() - 1
    }

    /// Revenue coverage: what the parents of the rows are worth, of what the whole parent table is worth.
    pub(super) fn plan_coverage(&mut self, aggregate: &Aggregate) -> Node {
        let parent = aggregate.words.first().cloned().unwrap_or_default();
        let value = match (leaf::steps_to(&self.rows, aggregate, &parent), aggregate.inputs.first()) {
            (
                Some(steps),
                Some(Expr {
                    kind: ExprKind::Column(path),
                    span,
                }),
            ) => {
                let own = path.get(steps..).unwrap_or_default().to_vec();
                Expr::new(ExprKind::Column(own), *span)
            }
            _ => {
                let message = format!("`{}` does not belong to `{parent}`", aggregate.table);
                self.findings
                    .push(Diagnostic::error(codes::UNREACHABLE_COLUMN, message).at(aggregate.span));
                return Node::Outside(None);
            }
        };
        let base = Aggregate {
            function: MeasureFunction::Sum,
            table: parent,
            inputs: vec![value],
            filters: Vec::new(),
            words: vec![leaf::WHOLE_TABLE.to_owned()],
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
