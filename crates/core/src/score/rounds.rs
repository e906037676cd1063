//! What has to be known before what: metrics and segments that read the score of a row come after that score.

use bellwether_order::BTreeSet;

use super::plan::{self, Thing};
use crate::definition::{
    AddedSource, Aggregate, ColumnRef, Expr, ExprKind, Measure, MeasureKind, Score, Scorecard, Segment, SegmentSource,
};
use crate::diagnostic::{Diagnostic, codes};

/// The order in which the scores of rows are worked out, and which metrics have to wait for them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Rounds {
    /// Scores with `.each`, by index in the card, each after those that it reads.
    pub scores: Vec<usize>,
    /// Metrics, by index, that read no score of a row: measured first.
    pub first: Vec<usize>,
    /// The others.
    pub rest: Vec<usize>,
}

/// Plans the rounds of a card. Code: `CYCLE`.
///
/// # Errors
/// When the score of a row needs itself: a part reads a column that the score fills.
pub fn rounds(card: &Scorecard) -> Result<Rounds, Vec<Diagnostic>> {
    let reader = Reader { card };
    let metrics: Vec<BTreeSet<usize>> = card
        .metrics
        .iter()
        .map(|metric| reader.of_measure(&metric.measure))
        .collect();
    let of_segments: BTreeSet<usize> = card
        .segments
        .iter()
        .flat_map(|segment| reader.of_segment(segment))
        .collect();
    let each: Vec<usize> = (0..card.scores.len())
        .filter(|index| card.scores.get(*index).is_some_and(|score| score.each.is_some()))
        .collect();
    let mut done: Vec<usize> = Vec::new();
    loop {
        let ready = |index: &usize| {
            !done.contains(index)
                && reader
                    .of_score(*index, &metrics, &mut BTreeSet::new())
                    .iter()
                    .all(|need| done.contains(need))
        };
        let next: Vec<usize> = each.iter().copied().filter(ready).collect();
        if next.is_empty() {
            break;
        }
        done.extend(next);
    }
    let stuck = each
        .iter()
        .filter(|index| !done.contains(index))
        .filter_map(|index| card.scores.get(*index));
    let findings: Vec<Diagnostic> = stuck.map(circle).collect();
    if !findings.is_empty() {
        return Err(findings);
    }
    // A segment over scores of rows cuts every metric, so all of them wait for it.
    let waits = |index: &usize| !of_segments.is_empty() || metrics.get(*index).is_some_and(|needs| !needs.is_empty());
    let (rest, first) = (0..card.metrics.len()).partition(waits);
    Ok(Rounds {
        scores: done,
        first,
        rest,
    })
}

fn circle(score: &Score) -> Diagnostic {
    let name = &score.name.value;
    Diagnostic::error(codes::CYCLE, format!("the rows' `{name}` is needed before it is known"))
        .at(score.name.span)
        .help(format!(
            "a part of `{name}` reads a column that `{name}` fills: take one of them out"
        ))
}

struct Reader<'a> {
    card: &'a Scorecard,
}

impl Reader<'_> {
    /// Scores of rows that a score needs: through its parts, the metrics of its limits, and `.only(..)`.
    fn of_score(&self, index: usize, metrics: &[BTreeSet<usize>], seen: &mut BTreeSet<usize>) -> BTreeSet<usize> {
        let mut found = BTreeSet::new();
        let Some(score) = self.card.scores.get(index).filter(|_| seen.insert(index)) else {
            return found;
        };
        let parts = score.parts.iter().map(|part| part.of.value.as_str());
        let limits = score
            .limits
            .iter()
            .flat_map(|limit| super::condition::names(&limit.condition));
        for name in parts.chain(limits) {
            match plan::find(self.card, name) {
                Some(Thing::Metric(metric)) => found.extend(metrics.get(metric).into_iter().flatten()),
                Some(Thing::Score(other)) => found.extend(self.of_score(other, metrics, seen)),
                None => {}
            }
        }
        if let Some(only) = &score.only {
            self.of_expr(&only.table, &only.expr, &mut Vec::new(), &mut found);
        }
        found
    }

    fn of_measure(&self, measure: &Measure) -> BTreeSet<usize> {
        let mut found = BTreeSet::new();
        self.collect(measure, &mut Vec::new(), &mut found);
        found
    }

    fn collect(&self, measure: &Measure, seen: &mut Vec<(String, String)>, found: &mut BTreeSet<usize>) {
        match &measure.kind {
            MeasureKind::Number(_) | MeasureKind::ValueFrom { .. } => {}
            MeasureKind::Aggregate(aggregate) => self.of_aggregate(aggregate, seen, found),
            MeasureKind::Arithmetic(_, left, right) => {
                self.collect(left, seen, found);
                self.collect(right, seen, found);
            }
            MeasureKind::Negate(inner) | MeasureKind::Per(inner, _) => self.collect(inner, seen, found),
            MeasureKind::Across { measure, segment, .. } => {
                self.collect(measure, seen, found);
                if let Some(segment) = self.card.segment(&segment.value) {
                    found.extend(self.of_segment(segment));
                }
            }
        }
    }

    fn of_aggregate(&self, aggregate: &Aggregate, seen: &mut Vec<(String, String)>, found: &mut BTreeSet<usize>) {
        for expr in aggregate
            .inputs
            .iter()
            .chain(&aggregate.filters)
            .chain(&aggregate.dated)
        {
            self.of_expr(&aggregate.table, expr, seen, found);
        }
    }

    fn of_segment(&self, segment: &Segment) -> BTreeSet<usize> {
        let mut found = BTreeSet::new();
        for source in &segment.sources {
            match source {
                SegmentSource::Column(column) | SegmentSource::Cohort(column, _) => self.of_ref(column, &mut found),
                SegmentSource::Closure(row) => self.of_expr(&row.table, &row.expr, &mut Vec::new(), &mut found),
                SegmentSource::Buckets(buckets) => {
                    self.of_expr(&buckets.of.table, &buckets.of.expr, &mut Vec::new(), &mut found);
                }
            }
        }
        found
    }

    fn of_ref(&self, column: &ColumnRef, found: &mut BTreeSet<usize>) {
        self.of_path(&column.table, &column.path, &mut Vec::new(), found);
    }

    fn of_expr(&self, table: &str, expr: &Expr, seen: &mut Vec<(String, String)>, found: &mut BTreeSet<usize>) {
        expr.each(&mut |expr| {
            if let ExprKind::Column(path) = &expr.kind {
                self.of_path(table, path, seen, found);
            }
        });
    }

    /// Follows a path to the column that it names, and that column to what it is made of.
    fn of_path(&self, table: &str, path: &[String], seen: &mut Vec<(String, String)>, found: &mut BTreeSet<usize>) {
        let Some((name, steps)) = path.split_last() else { return };
        let mut at = self.card.table(table);
        for step in steps {
            let parent = at.and_then(|table| table.belongs_to.iter().find(|parent| parent.path == *step));
            at = parent.and_then(|parent| self.card.table(&parent.table.value));
        }
        let Some(at) = at else { return };
        let place = (at.name.value.clone(), name.clone());
        if seen.contains(&place) {
            return;
        }
        let Some(added) = at.added.iter().find(|added| added.name.value == *name) else {
            return;
        };
        seen.push(place);
        match &added.source {
            AddedSource::Row(expr) => self.of_expr(&at.name.value, expr, seen, found),
            AddedSource::RollUp(measure) => self.collect(measure, seen, found),
            AddedSource::CountRecent { key, date, .. } | AddedSource::FollowedWithin { key, date, .. } => {
                self.of_path(&key.table, &key.path, seen, found);
                self.of_path(&date.table, &date.path, seen, found);
            }
            AddedSource::Score { score } => {
                found.extend(self.card.scores.iter().position(|other| other.name.value == *score));
            }
        }
    }
}
