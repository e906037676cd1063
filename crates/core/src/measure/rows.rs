//! What stands in the rows of the tables: columns, also along paths, and expressions over them.

use std::sync::Arc;

use arrow_array::Array as _;
use bellwether_order::BTreeMap;

use super::durations;
use super::pool::Pool;
use super::reach::{Route, Routes, follow};
use crate::data::dataset::Added;
use crate::data::domain::Domain;
use crate::data::{Column, Dataset, LookedUp, RowIndex, Values};
use crate::definition::{
    AddedColumn, AddedSource, BinaryOp, CivilDate, Expr, ExprKind, Function, Literal, Scorecard, SwitchArm,
    SwitchPattern,
};
use crate::diagnostic::{Diagnostic, Span, codes, nearest};
use crate::expr::{Context, Frame as _, TableFrame, check, evaluate_within};
use crate::limits::Budget;

/// The tables, with what was computed over them so far.
#[derive(Debug)]
pub(crate) struct Rows<'a> {
    pub(crate) card: &'a Scorecard,
    pub(crate) data: Dataset,
    /// Threads to work on.
    pub(crate) threads: usize,
    routes: Routes,
    columns: BTreeMap<(String, String, i32), Arc<Column>>,
    /// Columns with the values that they can have, where these are few.
    domains: Vec<(Arc<Column>, Option<Arc<Domain>>)>,
    /// Columns of timestamps with the day of each.
    days: Vec<(Arc<Column>, Arc<Column>)>,
    findings: Vec<Diagnostic>,
    /// How often there was something to say, also where it had been said before.
    said: usize,
    /// What expressions spend from.
    budget: Budget,
    /// What it shares with other cards.
    pub(crate) pool: Option<Arc<Pool>>,
}

impl<'a> Rows<'a> {
    pub(crate) fn new(
        card: &'a Scorecard,
        data: Dataset,
        threads: usize,
        budget: &Budget,
        pool: Option<Arc<Pool>>,
    ) -> Self {
        Self {
            said: 0,
            pool,
            card,
            data,
            threads,
            budget: budget.clone(),
            routes: Routes::default(),
            columns: BTreeMap::new(),
            domains: Vec::new(),
            days: Vec::new(),
            findings: Vec::new(),
        }
    }

    /// How the rows of a table reach another.
    pub(crate) fn route(&mut self, from: &str, to: &str) -> Route {
        if let Some(route) = self.routes.known(from, to) {
            return route;
        }
        let kept = self.pool.as_ref().and_then(|pool| pool.route(from, to));
        let route = kept.unwrap_or_else(|| {
            let route = self.routes.find(self.card, &self.data, from, to);
            if let Some(pool) = &self.pool {
                pool.keep_route(from, to, &route);
            }
            route
        });
        self.routes.know(from, to, route.clone());
        route
    }

    /// How often there was something to say so far: what was made in between without a word may be shared.
    pub(crate) fn said(&self) -> usize {
        self.said + usize::from(self.budget.texts_left_out())
    }

    /// The days of a column of timestamps, made once.
    pub(crate) fn days(&mut self, of: &Arc<Column>) -> Arc<Column> {
        if let Some((_, days)) = self.days.iter().find(|(column, _)| Arc::ptr_eq(column, of)) {
            return Arc::clone(days);
        }
        let kept = self.pool.as_ref().and_then(|pool| pool.days(of));
        let days = kept.unwrap_or_else(|| {
            let days = Arc::new(Column::dates((0..of.len()).map(|row| of.day(row)).collect()));
            match &self.pool {
                Some(pool) => pool.keep_days(of, days),
                None => days,
            }
        });
        self.days.push((Arc::clone(of), Arc::clone(&days)));
        days
    }

    /// Where a chain of paths leads.
    pub(crate) fn follow(&self, table: &str, paths: &[String]) -> Result<(String, Option<RowIndex>), Diagnostic> {
        match follow(&self.data, table, paths) {
            Ok((end, rows)) => Ok((end.to_owned(), rows)),
            Err((at, path)) => Err(unknown_path(&self.data, at, &path)),
        }
    }

    /// Checks that a column is there.
    pub(crate) fn check_column(&mut self, table: &str, expr: &Expr) -> Result<(), Vec<Diagnostic>> {
        self.column(table, expr).map(drop)
    }

    /// The values of an expression for each row of a table, as of the report's day.
    pub(crate) fn column(&mut self, table: &str, expr: &Expr) -> Result<Arc<Column>, Vec<Diagnostic>> {
        let as_of = self.data.as_of.unwrap_or_default();
        self.column_as_of(table, expr, as_of)
    }

    /// The values of an expression for each row of a table, where `as_of()` is a given day.
    pub(crate) fn column_as_of(
        &mut self,
        table: &str,
        expr: &Expr,
        as_of: CivilDate,
    ) -> Result<Arc<Column>, Vec<Diagnostic>> {
        let key = (
            table.to_owned(),
            fingerprint(expr),
            if reads_as_of(expr) { as_of.0 } else { i32::MIN },
        );
        if let Some(column) = self.columns.get(&key) {
            return Ok(Arc::clone(column));
        }
        if let Some(column) = self.pool.as_ref().and_then(|pool| pool.column(&key)) {
            self.columns.insert(key, Arc::clone(&column));
            return Ok(column);
        }
        let said = self.said();
        let column = match &expr.kind {
            ExprKind::Column(path) => self.stored(table, path, expr)?,
            _ => Arc::new(self.computed(table, expr, as_of)?),
        };
        let column = match &self.pool {
            Some(pool) if said == self.said() && self.budget.check().is_ok() => pool.keep_column(&key, column),
            _ => column,
        };
        self.columns.insert(key, Arc::clone(&column));
        Ok(column)
    }

    /// A column as it is stored, along a path where there is one.
    fn stored(&self, table: &str, path: &[String], expr: &Expr) -> Result<Arc<Column>, Vec<Diagnostic>> {
        let Some(frame) = TableFrame::new(&self.data, table) else {
            return Err(Vec::new());
        };
        // The check says what is wrong with a path, and what would be right.
        check(expr, &frame)?;
        let (name, paths) = path
            .split_last()
            .map_or(("", &[][..]), |(name, paths)| (name.as_str(), paths));
        let (end, way) = follow(&self.data, table, paths)
            .map_err(|(at, path)| vec![unknown_path(&self.data, at, &path).at(expr.span)])?;
        match (self.data.table(end).and_then(|table| table.column(name)), way) {
            (Some(column), None) => Ok(Arc::clone(column)),
            (Some(column), Some(way)) => Ok(Arc::new(column.take(&way))),
            (None, _) => Err(Vec::new()),
        }
    }

    /// The values of an expression, computed.
    fn computed(&mut self, table: &str, expr: &Expr, as_of: CivilDate) -> Result<Column, Vec<Diagnostic>> {
        let Some(frame) = TableFrame::new(&self.data, table) else {
            return Err(Vec::new());
        };
        let typed = check(expr, &frame)?;
        let (rows, context) = (
            frame.rows(),
            Context {
                as_of: self.data.as_of.map(|_| as_of),
            },
        );
        if let Some(looked_up) = self.looked_up(table, expr, as_of)? {
            return Ok(looked_up.make());
        }
        let Some(frame) = TableFrame::new(&self.data, table) else {
            return Err(Vec::new());
        };
        let column = evaluate_within(&typed, &frame, &context, 0..rows, &self.budget);
        self.say(typed.warnings().to_vec());
        let backwards = durations::look_for_backwards(self, table, expr, as_of);
        self.say(backwards);
        self.look_for_unknown_values(table, expr);
        Ok(column)
    }

    /// What reads one narrow column: computed for each of its values, to be looked up for each row.
    fn looked_up(&mut self, table: &str, expr: &Expr, as_of: CivilDate) -> Result<Option<LookedUp>, Vec<Diagnostic>> {
        let columns = columns_read(expr);
        let [path] = columns.as_slice() else {
            return Ok(None);
        };
        let read = Expr::new(ExprKind::Column(path.clone()), expr.span);
        let base = self.column(table, &read)?;
        let Some(domain) = self.domain(&base).filter(|domain| base.len() > 4 * domain.values.len()) else {
            return Ok(None);
        };
        let values = self.over_values(table, expr, path, domain.with_missing(), as_of)?;
        Ok(values.map(|values| LookedUp::new(base, domain, values, self.threads)))
    }

    /// A column that the card adds to a table, by an expression over its rows.
    pub(crate) fn added(&mut self, table: &str, expr: &Expr) -> Result<Added, Vec<Diagnostic>> {
        let as_of = self.data.as_of.unwrap_or_default();
        let frame = TableFrame::new(&self.data, table).ok_or_else(Vec::new)?;
        check(expr, &frame)?;
        if !matches!(expr.kind, ExprKind::Column(_))
            && let Some(column) = self.looked_up(table, expr, as_of)?
        {
            return Ok(Added::LookedUp(column));
        }
        self.column(table, expr).map(Arc::unwrap_or_clone).map(Added::Whole)
    }

    /// The values that a column can have, where these are few; found once for each column.
    pub(crate) fn domain(&mut self, column: &Arc<Column>) -> Option<Arc<Domain>> {
        if let Some((_, domain)) = self.domains.iter().find(|(other, _)| Arc::ptr_eq(other, column)) {
            return domain.clone();
        }
        let kept = self.pool.as_ref().and_then(|pool| pool.domain(column));
        let domain = kept.unwrap_or_else(|| {
            let domain = Domain::of(column, self.threads).map(Arc::new);
            if let Some(pool) = &self.pool {
                pool.keep_domain(column, domain.clone());
            }
            domain
        });
        self.domains.push((Arc::clone(column), domain.clone()));
        domain
    }

    /// The expression of a column that the card adds, where a plain column is one: its values follow from fewer.
    pub(crate) fn added_as(&self, table: &str, expr: &Expr) -> Option<&Expr> {
        let mut found: Option<&Expr> = None;
        for _ in 0..16 {
            let ExprKind::Column(path) = &found.unwrap_or(expr).kind else {
                break;
            };
            let [name] = path.as_slice() else { break };
            let added = |added: &&AddedColumn| added.name.value == *name;
            match self
                .card
                .table(table)
                .and_then(|table| table.added.iter().find(added))
                .map(|added| &added.source)
            {
                Some(AddedSource::Row(inner)) => found = Some(inner),
                _ => break,
            }
        }
        found
    }

    /// Warns of rows that end before they start.
    pub(crate) fn look_for_backwards(&mut self, table: &str, start: &Expr, end: &Expr, span: Span) {
        let as_of = self.data.as_of.unwrap_or_default();
        let whole = Expr::new(ExprKind::Missing, span);
        if let Some(finding) = durations::backwards(self, table, (start, end), &whole, as_of) {
            self.say_once(finding);
        }
    }

    fn say(&mut self, findings: impl IntoIterator<Item = Diagnostic>) {
        let before = self.findings.len();
        self.findings.extend(findings);
        self.said += self.findings.len() - before;
    }

    fn say_once(&mut self, finding: Diagnostic) {
        self.said += 1;
        if !self.findings.contains(&finding) {
            self.findings.push(finding);
        }
    }

    /// Warns of texts that an expression compares a column with and no row has.
    fn look_for_unknown_values(&mut self, table: &str, expr: &Expr) {
        let mut compared: Vec<(Vec<String>, String, Span)> = Vec::new();
        let text = |expr: &Expr| match &expr.kind {
            ExprKind::Literal(Literal::Text(text)) => Some((text.clone(), expr.span)),
            _ => None,
        };
        visit_mut(&mut expr.clone(), &mut |expr| match &expr.kind {
            ExprKind::Binary(BinaryOp::Equal | BinaryOp::NotEqual, left, right) => {
                for (column, other) in [(left, right), (right, left)] {
                    if let (ExprKind::Column(path), Some((text, span))) = (&column.kind, text(other)) {
                        compared.push((path.clone(), text, span));
                    }
                }
            }
            ExprKind::In(column, items) => {
                if let ExprKind::Column(path) = &column.kind {
                    compared.extend(
                        items
                            .iter()
                            .filter_map(text)
                            .map(|(text, span)| (path.clone(), text, span)),
                    );
                }
            }
            ExprKind::Switch { on, arms, .. } => {
                if let ExprKind::Column(path) = &on.kind {
                    let patterns = arms
                        .iter()
                        .flat_map(|arm| arm.patterns.iter().map(move |pattern| (pattern, arm.value.span)));
                    for (pattern, span) in patterns {
                        if let SwitchPattern::Value(Literal::Text(text)) = pattern {
                            compared.push((path.clone(), text.clone(), span));
                        }
                    }
                }
            }
            _ => {}
        });
        for (path, text, span) in compared {
            let Some((name, paths)) = path.split_last() else {
                continue;
            };
            let Ok((end, _)) = follow(&self.data, table, paths) else {
                continue;
            };
            let Some(Values::Text(values)) = self
                .data
                .table(end)
                .and_then(|table| table.column(name))
                .map(|column| &column.values)
            else {
                continue;
            };
            if values.dictionary.is_empty() || values.dictionary.iter().flatten().any(|value| value == text) {
                continue;
            }
            let mut finding =
                Diagnostic::warning(codes::UNKNOWN_VALUE, format!("no row has `{text}` in `{name}`")).at(span);
            if let Some(near) = nearest(&text, values.dictionary.iter().flatten()) {
                finding = finding.help(format!("did you mean `{near}`?"));
            }
            self.say_once(finding);
        }
    }

    /// What was found and does not stop: taken, so that each is told once.
    pub(crate) fn take_findings(&mut self) -> Vec<Diagnostic> {
        std::mem::take(&mut self.findings)
    }

    /// The values of an expression that reads one column, for given values of that column.
    /// `None` where that cannot be told apart from its rows.
    pub(crate) fn over_values(
        &mut self,
        table: &str,
        expr: &Expr,
        path: &[String],
        values: Column,
        as_of: CivilDate,
    ) -> Result<Option<Column>, Vec<Diagnostic>> {
        let name = path.join(".");
        let mut plain = expr.clone();
        visit_mut(&mut plain, &mut |expr| {
            if matches!(&expr.kind, ExprKind::Column(other) if other == path) {
                expr.kind = ExprKind::Column(vec![name.clone()]);
            }
        });
        let rows = values.len();
        let bound = crate::data::BoundTable {
            name: table.to_owned(),
            rows,
            columns: [(name.clone(), Arc::new(values))].into(),
            order: vec![name],
            ..Default::default()
        };
        let small = Dataset {
            tables: [(table.to_owned(), bound)].into(),
            as_of: self.data.as_of,
        };
        let Some(frame) = TableFrame::new(&small, table) else {
            return Ok(None);
        };
        // What does not fit is said in the words of the whole table.
        let Ok(typed) = check(&plain, &frame) else {
            return Ok(None);
        };
        let context = Context {
            as_of: self.data.as_of.map(|_| as_of),
        };
        let column = evaluate_within(&typed, &frame, &context, 0..rows, &self.budget);
        self.say(typed.warnings().to_vec());
        self.look_for_unknown_values(table, expr);
        Ok(Some(column))
    }

    /// Adds a column to a table.
    pub(crate) fn add_column(&mut self, table: &str, name: &str, column: Added) {
        if let Some(bound) = self.data.tables.get_mut(table) {
            bound.add(name, column);
            self.columns.clear();
        }
    }
}

fn unknown_path(data: &Dataset, table: &str, path: &str) -> Diagnostic {
    let error = Diagnostic::error(
        codes::UNREACHABLE_COLUMN,
        format!("`{table}` has no path `{path}` to another table"),
    );
    let Some(bound) = data.table(table) else { return error };
    if let Some(parent) = bound.parents.iter().find(|parent| parent.table == path) {
        return error.help(format!("the path is called `{}` here", parent.path));
    }
    match nearest(path, bound.parents.iter().map(|parent| parent.path.as_str())) {
        Some(near) => error.help(format!("did you mean `{near}`?")),
        None => error,
    }
}

/// A text that is the same for expressions that say the same, wherever they are written.
pub(crate) fn fingerprint(expr: &Expr) -> String {
    let mut plain = expr.clone();
    visit_mut(&mut plain, &mut |expr| expr.span = crate::diagnostic::Span::default());
    format!("{:?}", plain.kind)
}

/// Whether an expression depends on the end of the cell's period.
pub(crate) fn reads_as_of(expr: &Expr) -> bool {
    calls(expr, |function| matches!(function, Function::AsOf | Function::IsOpen))
}

/// Whether an expression asks what is open at the end of the cell's period.
pub(crate) fn reads_open(expr: &Expr) -> bool {
    calls(expr, |function| function == Function::IsOpen)
}

/// Whether an expression calls a function for which the test holds.
fn calls(expr: &Expr, test: impl Fn(Function) -> bool) -> bool {
    let mut found = false;
    visit_mut(&mut expr.clone(), &mut |expr| {
        if let ExprKind::Call(function, _) = &expr.kind {
            found |= test(*function);
        }
    });
    found
}

/// The columns that an expression reads, as paths.
pub(crate) fn columns_read(expr: &Expr) -> Vec<Vec<String>> {
    let mut found = Vec::new();
    visit_mut(&mut expr.clone(), &mut |expr| {
        if let ExprKind::Column(path) = &expr.kind
            && !found.contains(path)
        {
            found.push(path.clone());
        }
    });
    found
}

/// Visits an expression and everything in it.
pub(crate) fn visit_mut(expr: &mut Expr, visit: &mut impl FnMut(&mut Expr)) {
    visit(expr);
    let mut each = |expr: &mut Expr| visit_mut(expr, visit);
    match &mut expr.kind {
        ExprKind::Literal(_) | ExprKind::Missing | ExprKind::Column(_) | ExprKind::Slot(_) => {}
        ExprKind::Unary(_, inner) => each(inner),
        ExprKind::Binary(_, left, right) => {
            each(left);
            each(right);
        }
        ExprKind::If { arms, otherwise } => {
            for (condition, value) in arms {
                each(condition);
                each(value);
            }
            otherwise.iter_mut().for_each(|expr| each(expr));
        }
        ExprKind::Switch { on, arms, default } => {
            each(on);
            for SwitchArm { guard, value, .. } in arms {
                guard.iter_mut().for_each(&mut each);
                each(value);
            }
            default.iter_mut().for_each(|expr| each(expr));
        }
        ExprKind::Let { value, body, .. } => {
            each(value);
            each(body);
        }
        ExprKind::In(value, items) => {
            each(value);
            items.iter_mut().for_each(each);
        }
        ExprKind::InRange { value, low, high, .. } => {
            each(value);
            each(low);
            each(high);
        }
        ExprKind::Call(_, items) => items.iter_mut().for_each(each),
    }
}
