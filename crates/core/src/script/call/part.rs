//! Arguments that are parts of the card: tables, columns, formulas, measures, conditions.
//!
//! Imports: definition, diagnostic, script.

use rhai::FnPtr;

use super::{Call, literal_of};
use crate::definition::{ColumnRef, Condition, Expr, ExprKind, Literal, Measure, MeasureKind, Table};
use crate::diagnostic::{Diagnostic, Spanned, codes, nearest};
use crate::script::value::{Formula, Kind, Value};

impl Call<'_> {
    /// The name of a metric, outcome or score: a text, or the thing itself.
    pub fn object(&mut self, index: usize) -> Option<Spanned<String>> {
        let span = self.arg_span(index);
        match self.handle(index) {
            Some(Value::Metric(place)) => {
                let metric = self.builder.card.metrics.get(place)?;
                Some(Spanned::new(metric.name.value.clone(), span))
            }
            Some(Value::Score(place)) => {
                let score = self.builder.card.scores.get(place)?;
                Some(Spanned::new(score.name.value.clone(), span))
            }
            Some(_) => {
                self.wrong(index, "the name of a metric, outcome or score");
                None
            }
            None => self.text(index),
        }
    }

    /// The name of a segment: a text, or the segment itself.
    pub fn segment(&mut self, index: usize) -> Option<Spanned<String>> {
        if let Some(Value::Segment(place)) = self.handle(index) {
            let segment = self.builder.card.segments.get(place)?;
            return Some(Spanned::new(segment.name.value.clone(), self.arg_span(index)));
        }
        self.text(index)
    }

    /// A table.
    pub fn table(&mut self, index: usize) -> Option<Spanned<usize>> {
        let span = self.arg_span(index);
        match self.handle(index) {
            Some(Value::Table(table)) => return Some(Spanned::new(table, span)),
            Some(Value::Column(column)) => {
                // `lines.status` may be meant as a table: name the path instead.
                let name = self.name;
                self.error(
                    codes::WRONG_ARGUMENT,
                    span,
                    format!("`{name}` takes a table, and `{column}` is a column"),
                    "",
                );
                return None;
            }
            _ => {}
        }
        if let Some(Literal::Text(text)) = self.arg(index).and_then(literal_of) {
            if let Some(table) = self.builder.table_index(&text) {
                return Some(Spanned::new(table, span));
            }
            let known: Vec<String> = self.builder.card.tables.iter().map(|t| t.name.value.clone()).collect();
            let help = nearest(&text, known.iter().map(String::as_str))
                .map(|near| format!("did you mean `{near}`?"))
                .unwrap_or_default();
            self.error(
                codes::UNKNOWN_TABLE,
                span,
                format!("no table `{text}` in this card"),
                &help,
            );
            return None;
        }
        self.wrong(index, "a table");
        None
    }

    /// The table of a receiver.
    pub fn own_table(&mut self) -> Option<&mut Table> {
        match self.receiver {
            Some(Value::Table(place) | Value::Columns(place, _)) => self.builder.card.tables.get_mut(place),
            _ => None,
        }
    }

    /// A column, as it is written.
    pub fn column(&mut self, index: usize) -> Option<ColumnRef> {
        match self.handle(index) {
            Some(Value::Column(column)) => Some((*column).clone()),
            Some(Value::Formula(_) | Value::Window(_)) => {
                let name = self.name;
                self.error(
                    codes::WRONG_ARGUMENT,
                    self.arg_span(index),
                    format!("`{name}` takes a column of a table, and this is computed"),
                    "give it a name first: tickets.add(\"hours\", ..), then tickets.hours",
                );
                None
            }
            _ => {
                self.wrong_column(index);
                None
            }
        }
    }

    /// Columns: one list, or several arguments from `index` on.
    pub fn columns(&mut self, index: usize) -> Option<Vec<ColumnRef>> {
        if let Some(list) = self.array(index) {
            let columns: Option<Vec<ColumnRef>> = list
                .iter()
                .map(|item| match &*item.read_lock::<Value>()? {
                    Value::Column(column) => Some((**column).clone()),
                    _ => None,
                })
                .collect();
            if columns.is_none() {
                self.wrong(index, "a list of columns");
            }
            return columns;
        }
        (index..self.count()).map(|place| self.column(place)).collect()
    }

    /// A column or a formula over columns: the table, and the expression over its rows.
    pub fn formula(&mut self, index: usize) -> Option<Formula> {
        match self.handle(index) {
            Some(Value::Column(column)) => Some(Formula {
                table: column.table.clone(),
                expr: Expr::new(ExprKind::Column(column.path.clone()), column.span),
            }),
            Some(Value::Formula(formula)) => Some((*formula).clone()),
            Some(Value::Window(_)) => {
                let name = self.name;
                self.error(
                    codes::WRONG_ARGUMENT,
                    self.arg_span(index),
                    format!("`{name}` cannot read other rows by itself"),
                    "give the column a name first: tickets.add(\"back\", followed_within(..)), then tickets.back",
                );
                None
            }
            _ => {
                self.wrong_column(index);
                None
            }
        }
    }

    pub(super) fn wrong_column(&mut self, index: usize) {
        let span = self.arg_span(index);
        match (self.handle(index), self.arg(index).and_then(literal_of)) {
            (Some(Value::Table(table)), _) => {
                let (name, table) = (self.name, self.builder.table_name(table));
                self.error(
                    codes::WRONG_ARGUMENT,
                    span,
                    format!("`{name}` takes a column, and `{table}` is a table"),
                    &format!("name the column: {table}.some_column"),
                );
            }
            (None, Some(Literal::Text(text))) => {
                let name = self.name;
                let tables = &self.builder.card.tables;
                // The table that says something about a column of this name is the one that is meant.
                let home = tables
                    .iter()
                    .find(|table| table.facts(&text).is_some())
                    .or(tables.first());
                let table = home.map_or("survey", |table| table.name.value.as_str());
                let plain = text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
                let help = if plain {
                    format!("write the column with its table: {table}.{text}")
                } else {
                    format!("write the column with its table: {table}[\"{text}\"]")
                };
                self.error(
                    codes::WRONG_ARGUMENT,
                    span,
                    format!("`{name}` takes a column, and this is text"),
                    &help,
                );
            }
            _ => self.wrong(index, "a column"),
        }
    }

    /// A measure, or a plain number.
    pub fn measure(&mut self, index: usize) -> Option<Measure> {
        let span = self.arg_span(index);
        match self.handle(index) {
            Some(Value::Measure(measure)) => return Some((*measure).clone()),
            Some(Value::By(..)) => {
                self.error(
                    codes::WRONG_ARGUMENT,
                    span,
                    "`by` gives a value for each value of the segment, and one is wanted",
                    "say which: .by(\"team\").spread(), .lowest() or .highest()",
                );
                return None;
            }
            Some(Value::Column(column)) => {
                let name = self.name;
                self.error(
                    codes::WRONG_ARGUMENT,
                    span,
                    format!("`{name}` takes a measure, and `{column}` is a column"),
                    &format!("say what to make of it: mean({column}), sum({column}), .."),
                );
                return None;
            }
            Some(Value::Table(table)) => {
                let (name, table) = (self.name, self.builder.table_name(table));
                self.error(
                    codes::WRONG_ARGUMENT,
                    span,
                    format!("`{name}` takes a measure, and `{table}` is a table"),
                    &format!("to count its rows: count({table})"),
                );
                return None;
            }
            Some(_) => {
                self.wrong(index, "a measure");
                return None;
            }
            None => {}
        }
        if let Some(number) = self.arg(index).and_then(literal_of).and_then(|value| value.as_f64()) {
            return Some(Measure {
                kind: MeasureKind::Number(number),
                span,
            });
        }
        self.wrong(index, "a measure");
        None
    }

    /// A closure, not yet compiled.
    pub fn closure(&mut self, index: usize) -> Option<FnPtr> {
        let closure = self
            .arg(index)
            .and_then(|value| value.read_lock::<FnPtr>().map(|f| f.clone()));
        if closure.is_none() {
            if self.kind(index) == Kind::Column {
                let name = self.name;
                self.error(
                    codes::WRONG_ARGUMENT,
                    self.arg_span(index),
                    format!("`{name}` takes a condition on a row, and this is a column"),
                    "write it as |row| row.some_column == 1",
                );
            } else {
                self.wrong(index, "a condition such as |row| row.answers > 0");
            }
        }
        closure
    }

    pub(super) fn counted_closure(&mut self, index: usize) -> Option<FnPtr> {
        let closure = self.closure(index)?;
        let span = self.arg_span(index);
        self.builder.count_closure(span).then_some(closure)
    }

    /// A closure over the rows of a table, compiled. It names columns; whether they are there is seen at the end of the script.
    pub fn row(&mut self, index: usize) -> Option<Expr> {
        let closure = self.counted_closure(index)?;
        let span = self.arg_span(index);
        match self.closures.row(&closure, span) {
            Ok(expr) => Some(expr),
            Err(found) => {
                self.tell(found);
                None
            }
        }
    }

    /// Tells what is wrong with a closure, leaving out what was told of the same place before anything ran.
    pub(super) fn tell(&mut self, found: Vec<Diagnostic>) {
        for diagnostic in found {
            let told = |other: &Diagnostic| other.is_error() && other.span == diagnostic.span;
            if !self.builder.diagnostics.iter().any(told) {
                self.builder.push(diagnostic);
            }
        }
    }

    /// A closure over the metrics of a cell, compiled.
    pub fn condition(&mut self, index: usize) -> Option<Condition> {
        let closure = self.counted_closure(index)?;
        let span = self.arg_span(index);
        match self.closures.cells(&closure, span) {
            Ok(expr) => Some(Condition {
                expr,
                text: self.builder.sources.slice(span).to_owned(),
            }),
            Err(found) => {
                self.tell(found);
                None
            }
        }
    }
}
