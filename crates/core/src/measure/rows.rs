//! What stands in the rows of the tables: columns, also along paths, and expressions over them.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::reach::{Route, Routes, follow, gather};
use crate::data::{Column, Dataset, RowIndex, Values};
use crate::definition::{BinaryOp, CivilDate, Expr, ExprKind, Function, Literal, Scorecard, SwitchArm, UnaryOp};
use crate::diagnostic::{Diagnostic, codes, nearest};

/// The tables, with what was computed over them so far.
#[derive(Debug)]
pub(crate) struct Rows<'a> {
    pub(crate) card: &'a Scorecard,
    pub(crate) data: Dataset,
    routes: Routes,
    columns: BTreeMap<(String, String, i32), Arc<Column>>,
}

impl<'a> Rows<'a> {
    pub(crate) fn new(card: &'a Scorecard, data: Dataset) -> Self {
        Self {
            card,
            data,
            routes: Routes::default(),
            columns: BTreeMap::new(),
        }
    }

    /// How the rows of a table reach another.
    pub(crate) fn route(&mut self, from: &str, to: &str) -> Route {
        self.routes.find(self.card, &self.data, from, to)
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
        let column = interim::evaluate(&self.data, table, expr, as_of)?;
        self.columns.insert(key, Arc::clone(&column));
        Ok(column)
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
        let column = interim::evaluate(&small, table, &plain, as_of)?;
        Ok(Some(Arc::unwrap_or_clone(column)))
    }

    /// Adds a column to a table.
    pub(crate) fn add_column(&mut self, table: &str, name: &str, column: Column) {
        if let Some(bound) = self.data.tables.get_mut(table) {
            bound.columns.insert(name.to_owned(), Arc::new(column));
            if !bound.order.iter().any(|other| other == name) {
                bound.order.push(name.to_owned());
            }
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

/// Evaluates the plainest expressions row by row until `expr` does it by columns.
mod interim {
    use super::*;

    #[derive(Clone, PartialEq, PartialOrd)]
    enum Value {
        Missing,
        Bool(bool),
        Number(f64),
        Text(String),
        Day(i32),
    }

    pub(super) fn evaluate(
        data: &Dataset,
        table: &str,
        expr: &Expr,
        as_of: CivilDate,
    ) -> Result<Arc<Column>, Vec<Diagnostic>> {
        if let ExprKind::Column(path) = &expr.kind {
            return resolve(data, table, path, expr);
        }
        let mut columns = BTreeMap::new();
        for path in columns_read(expr) {
            let column = resolve(data, table, &path, expr)?;
            columns.insert(path, column);
        }
        let rows = data.table(table).map_or(0, |table| table.rows);
        let values: Vec<Value> = (0..rows).map(|row| value(expr, &columns, row, as_of)).collect();
        let number = |value: &Value| {
            if let Value::Number(number) = value {
                Some(*number)
            } else {
                None
            }
        };
        let column = match values.iter().find(|value| **value != Value::Missing) {
            Some(Value::Number(_)) => Column::floats(values.iter().map(number).collect()),
            Some(Value::Text(_)) => Column::texts(
                &values
                    .iter()
                    .map(|v| if let Value::Text(text) = v { Some(text) } else { None })
                    .collect::<Vec<_>>(),
            ),
            Some(Value::Day(_)) => Column::dates(
                values
                    .iter()
                    .map(|v| if let Value::Day(day) = v { Some(*day) } else { None })
                    .collect(),
            ),
            _ => Column::bools(
                values
                    .iter()
                    .map(|v| if let Value::Bool(truth) = v { Some(*truth) } else { None })
                    .collect(),
            ),
        };
        Ok(Arc::new(column))
    }

    fn resolve(data: &Dataset, table: &str, path: &[String], expr: &Expr) -> Result<Arc<Column>, Vec<Diagnostic>> {
        let (name, paths) = path
            .split_last()
            .map_or(("", &[][..]), |(name, paths)| (name.as_str(), paths));
        let (end, way) =
            follow(data, table, paths).map_err(|(at, path)| vec![unknown_path(data, at, &path).at(expr.span)])?;
        let Some(column) = data.table(end).and_then(|table| table.column(name)) else {
            let mut error =
                Diagnostic::error(codes::UNKNOWN_COLUMN, format!("no column `{name}` in `{end}`")).at(expr.span);
            let names = data.table(end).map(|table| table.order.clone()).unwrap_or_default();
            if let Some(near) = nearest(name, names.iter().map(String::as_str)) {
                error = error.help(format!("did you mean `{near}`?"));
            }
            return Err(vec![error]);
        };
        Ok(match way {
            None => Arc::clone(column),
            Some(way) => Arc::new(gather(column, &way)),
        })
    }

    fn of_column(column: &Column, row: usize) -> Value {
        if !column.is_valid(row) {
            return Value::Missing;
        }
        match &column.values {
            Values::Bool(values) => Value::Bool(values.value(row)),
            Values::Int(_) | Values::Float(_) => column.number(row).map_or(Value::Missing, Value::Number),
            Values::Text(text) => Value::Text(text.get(row).to_owned()),
            Values::Date(_) | Values::Timestamp(_) => column.day(row).map_or(Value::Missing, Value::Day),
        }
    }

    fn value(expr: &Expr, columns: &BTreeMap<Vec<String>, Arc<Column>>, row: usize, as_of: CivilDate) -> Value {
        let go = |expr: &Expr| value(expr, columns, row, as_of);
        match &expr.kind {
            ExprKind::Literal(Literal::Bool(truth)) => Value::Bool(*truth),
            ExprKind::Literal(Literal::Int(number)) => Value::Number(*number as f64),
            ExprKind::Literal(Literal::Float(number)) => Value::Number(*number),
            ExprKind::Literal(Literal::Text(text)) => Value::Text(text.clone()),
            ExprKind::Column(path) => columns
                .get(path)
                .map_or(Value::Missing, |column| of_column(column, row)),
            ExprKind::Unary(UnaryOp::Not, inner) => match go(inner) {
                Value::Bool(truth) => Value::Bool(!truth),
                _ => Value::Missing,
            },
            ExprKind::Unary(UnaryOp::Negate, inner) => match go(inner) {
                Value::Number(number) => Value::Number(-number),
                _ => Value::Missing,
            },
            ExprKind::Call(Function::AsOf, _) => Value::Day(as_of.0),
            ExprKind::Call(Function::Date, items) => match items.first().map(go) {
                Some(Value::Text(text)) => CivilDate::parse(&text).map_or(Value::Missing, |day| Value::Day(day.0)),
                _ => Value::Missing,
            },
            ExprKind::Call(Function::IsMissing, items) => {
                Value::Bool(items.first().is_some_and(|item| go(item) == Value::Missing))
            }
            ExprKind::In(inner, items) => match go(inner) {
                Value::Missing => Value::Missing,
                found => Value::Bool(items.iter().any(|item| go(item) == found)),
            },
            ExprKind::Binary(op, left, right) => binary(*op, go(left), go(right)),
            _ => Value::Missing,
        }
    }

    fn binary(op: BinaryOp, left: Value, right: Value) -> Value {
        match (op, &left, &right) {
            (BinaryOp::And, Value::Bool(false), _) | (BinaryOp::And, _, Value::Bool(false)) => {
                return Value::Bool(false);
            }
            (BinaryOp::Or, Value::Bool(true), _) | (BinaryOp::Or, _, Value::Bool(true)) => return Value::Bool(true),
            (_, Value::Missing, _) | (_, _, Value::Missing) => return Value::Missing,
            _ => {}
        }
        match (op, left, right) {
            (BinaryOp::Add, Value::Number(a), Value::Number(b)) => Value::Number(a + b),
            (BinaryOp::Subtract, Value::Number(a), Value::Number(b)) => Value::Number(a - b),
            (BinaryOp::Multiply, Value::Number(a), Value::Number(b)) => Value::Number(a * b),
            (BinaryOp::Divide, Value::Number(a), Value::Number(b)) if b != 0.0 => Value::Number(a / b),
            (BinaryOp::And, Value::Bool(a), Value::Bool(b)) => Value::Bool(a && b),
            (BinaryOp::Or, Value::Bool(a), Value::Bool(b)) => Value::Bool(a || b),
            (BinaryOp::Equal, a, b) => Value::Bool(a == b),
            (BinaryOp::NotEqual, a, b) => Value::Bool(a != b),
            (BinaryOp::Less, a, b) => Value::Bool(a < b),
            (BinaryOp::LessOrEqual, a, b) => Value::Bool(a <= b),
            (BinaryOp::Greater, a, b) => Value::Bool(a > b),
            (BinaryOp::GreaterOrEqual, a, b) => Value::Bool(a >= b),
            _ => Value::Missing,
        }
    }
}
