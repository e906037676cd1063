//! Ways through a scorecard: every expression with its table, every aggregate, every path between tables.
//!
//! Imports: diagnostic.

use super::{
    AddedSource, Aggregate, ColumnRef, Expr, ExprKind, Measure, MeasureKind, QuoteGroups, Scorecard, SegmentSource,
    TableSource,
};

impl Expr {
    /// The expressions directly in this one, in order of the text.
    #[must_use]
    pub fn children(&self) -> Vec<&Expr> {
        match &self.kind {
            ExprKind::Literal(_) | ExprKind::Missing | ExprKind::Column(_) | ExprKind::Slot(_) => Vec::new(),
            ExprKind::Unary(_, inner) => vec![inner],
            ExprKind::Binary(_, left, right) => vec![left, right],
            ExprKind::If { arms, otherwise } => arms
                .iter()
                .flat_map(|(condition, value)| [condition, value])
                .chain(otherwise.as_deref())
                .collect(),
            ExprKind::Switch { on, arms, default } => std::iter::once(on.as_ref())
                .chain(
                    arms.iter()
                        .flat_map(|arm| arm.guard.iter().chain(std::iter::once(&arm.value))),
                )
                .chain(default.as_deref())
                .collect(),
            ExprKind::Let { value, body, .. } => vec![value, body],
            ExprKind::In(value, items) => std::iter::once(value.as_ref()).chain(items).collect(),
            ExprKind::InRange { value, low, high, .. } => vec![value, low, high],
            ExprKind::Call(_, args) => args.iter().collect(),
        }
    }

    /// Visits this expression and all in it.
    pub fn each<'a>(&'a self, visit: &mut impl FnMut(&'a Expr)) {
        visit(self);
        for child in self.children() {
            child.each(visit);
        }
    }

    /// The columns that it reads: steps along paths, then the name.
    #[must_use]
    pub fn columns(&self) -> Vec<(&[String], crate::diagnostic::Span)> {
        let mut found = Vec::new();
        self.each(&mut |expr| {
            if let ExprKind::Column(path) = &expr.kind {
                found.push((path.as_slice(), expr.span));
            }
        });
        found
    }
}

impl Measure {
    /// Its aggregates, in order of the text.
    #[must_use]
    pub fn aggregates(&self) -> Vec<&Aggregate> {
        let mut found = Vec::new();
        self.collect(&mut found);
        found
    }

    fn collect<'a>(&'a self, found: &mut Vec<&'a Aggregate>) {
        match &self.kind {
            MeasureKind::Number(_) | MeasureKind::ValueFrom { .. } => {}
            MeasureKind::Aggregate(part) => found.push(part),
            MeasureKind::Arithmetic(_, left, right) => {
                left.collect(found);
                right.collect(found);
            }
            MeasureKind::Negate(inner) | MeasureKind::Per(inner, _) | MeasureKind::Across { measure: inner, .. } => {
                inner.collect(found);
            }
        }
    }

    /// The segments that its parts are joined over by `.by(..)`.
    #[must_use]
    pub fn across(&self) -> Vec<&crate::diagnostic::Spanned<String>> {
        match &self.kind {
            MeasureKind::Number(_) | MeasureKind::ValueFrom { .. } | MeasureKind::Aggregate(_) => Vec::new(),
            MeasureKind::Arithmetic(_, left, right) => left.across().into_iter().chain(right.across()).collect(),
            MeasureKind::Negate(inner) | MeasureKind::Per(inner, _) => inner.across(),
            MeasureKind::Across { measure, segment, .. } => std::iter::once(segment).chain(measure.across()).collect(),
        }
    }
}

impl Aggregate {
    /// Every expression of it.
    pub fn exprs(&self) -> impl Iterator<Item = &Expr> {
        self.inputs.iter().chain(&self.filters).chain(&self.dated)
    }

    /// Whether it is over all rows of a parent, as of any period: the base of a coverage.
    #[must_use]
    pub fn is_whole_parent(&self) -> bool {
        self.parent.as_ref().is_some_and(|parent| parent.path.is_empty())
    }
}

impl Scorecard {
    /// Every measure of the card: those of metrics, worths, and columns rolled up.
    pub fn measures(&self) -> impl Iterator<Item = &Measure> {
        let metrics = self
            .metrics
            .iter()
            .flat_map(|metric| std::iter::once(&metric.measure).chain(metric.worth.iter().map(|worth| &worth.amount)));
        metrics.chain(self.roll_ups().map(|(_, measure)| measure))
    }

    /// Columns rolled up from children: the table, and the measure.
    pub fn roll_ups(&self) -> impl Iterator<Item = (&str, &Measure)> {
        self.tables.iter().flat_map(|table| {
            table.added.iter().filter_map(|added| match &added.source {
                AddedSource::RollUp(measure) => Some((table.name.value.as_str(), measure)),
                _ => None,
            })
        })
    }

    /// Every expression over rows, with the table whose rows it reads.
    #[must_use]
    pub fn row_exprs(&self) -> Vec<(&str, &Expr)> {
        let mut found = Vec::new();
        for measure in self.measures() {
            for part in measure.aggregates() {
                found.extend(part.exprs().map(|expr| (part.table.as_str(), expr)));
            }
        }
        for table in &self.tables {
            for added in &table.added {
                if let AddedSource::Row(expr) = &added.source {
                    found.push((table.name.value.as_str(), expr));
                }
            }
        }
        for source in self.segments.iter().flat_map(|segment| &segment.sources) {
            match source {
                SegmentSource::Closure(row) => found.push((row.table.as_str(), &row.expr)),
                SegmentSource::Buckets(buckets) => found.push((buckets.of.table.as_str(), &buckets.of.expr)),
                SegmentSource::Column(_) | SegmentSource::Cohort(..) => {}
            }
        }
        let filters = self.lists.iter().flat_map(|list| &list.filters);
        let only = self.scores.iter().filter_map(|score| score.only.as_ref());
        let said = self.quotes.iter().flat_map(|quotes| &quotes.filters);
        found.extend(
            filters
                .chain(said)
                .chain(only)
                .map(|row| (row.table.as_str(), &row.expr)),
        );
        for quotes in &self.quotes {
            if let Some(QuoteGroups::Buckets(buckets)) = &quotes.by {
                found.push((buckets.of.table.as_str(), &buckets.of.expr));
            }
        }
        found
    }

    /// Every reference to a column outside expressions.
    #[must_use]
    pub fn column_refs(&self) -> Vec<&ColumnRef> {
        let mut found = Vec::new();
        for table in &self.tables {
            found.extend(&table.weight);
            found.extend(table.rake.iter().map(|margin| &margin.column));
            if let TableSource::Entities(column) = &table.source {
                found.push(column);
            }
            for added in &table.added {
                if let AddedSource::CountRecent { key, date, .. } | AddedSource::FollowedWithin { key, date, .. } =
                    &added.source
                {
                    found.extend([key, date]);
                }
            }
        }
        for source in self.segments.iter().flat_map(|segment| &segment.sources) {
            if let SegmentSource::Column(column) | SegmentSource::Cohort(column, _) = source {
                found.push(column);
            }
        }
        for journey in &self.journeys {
            found.extend(journey.along.iter().chain(&journey.persona));
        }
        found.extend(self.links.iter().flat_map(|link| &link.controls));
        found.extend(self.quotes.iter().map(|quotes| &quotes.text));
        found
    }

    /// The conditions over cells: of limits and alerts.
    pub fn conditions(&self) -> impl Iterator<Item = &Expr> {
        let limits = self
            .scores
            .iter()
            .flat_map(|score| &score.limits)
            .map(|limit| &limit.condition.expr);
        limits.chain(self.alerts.iter().map(|alert| &alert.condition.expr))
    }

    /// Every way from the rows of a table to those of another along `belongs_to`, as names of steps. Where a table says
    /// `.via(..)`, only that way is taken from it; a direct way goes before longer ones. No table is passed twice; a table reaches itself by no steps.
    #[must_use]
    pub fn paths(&self, from: &str, to: &str) -> Vec<Vec<String>> {
        self.walk(from, to, &mut vec![from.to_owned()])
    }

    fn walk(&self, from: &str, to: &str, seen: &mut Vec<String>) -> Vec<Vec<String>> {
        if from == to {
            return vec![Vec::new()];
        }
        let Some(table) = self.table(from) else {
            return Vec::new();
        };
        let mut ways: Vec<(&str, Vec<Vec<String>>)> = Vec::new();
        for step in &table.belongs_to {
            if seen.contains(&step.table.value) {
                continue;
            }
            seen.push(step.table.value.clone());
            let rest = self.walk(&step.table.value, to, seen);
            seen.pop();
            if !rest.is_empty() {
                ways.push((&step.path, rest));
            }
        }
        // A row that belongs to another directly belongs to it that way, whatever its parents do.
        if ways.iter().any(|(_, rest)| rest.iter().any(Vec::is_empty)) {
            ways.retain(|(_, rest)| rest.iter().any(Vec::is_empty));
        }
        let via = table.belongs_to.iter().find_map(|step| step.via.as_ref());
        if let Some(via) = via.filter(|via| ways.len() > 1 && ways.iter().any(|(path, _)| *path == via.value)) {
            ways.retain(|(path, _)| *path == via.value);
        }
        ways.into_iter()
            .flat_map(|(step, rest)| {
                rest.into_iter()
                    .map(move |rest| std::iter::once(step.to_owned()).chain(rest).collect())
            })
            .collect()
    }

    /// The table in which a path ends: `["order", "customer", "state"]` from `items` ends in `customers`.
    ///
    /// # Errors
    /// The number of the step that leads nowhere, and the table it starts from.
    pub fn home<'a>(&'a self, table: &'a str, path: &[String]) -> Result<&'a str, (usize, &'a str)> {
        let mut here = table;
        let steps = path.len().saturating_sub(1);
        for (number, step) in path.iter().take(steps).enumerate() {
            let next = self
                .table(here)
                .and_then(|table| table.belongs_to.iter().find(|other| other.path == *step));
            here = next.map(|next| next.table.value.as_str()).ok_or((number, here))?;
        }
        Ok(here)
    }
}
