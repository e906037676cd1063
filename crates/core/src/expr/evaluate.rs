//! Values of a checked expression, in vectors of some thousand rows.
//!
//! What depends on one text column alone is computed once for each of its distinct values and then looked up by code.
//! Nothing is allocated for a single row, but for new texts.

mod blend;
mod collect;
mod compare;
mod number;
mod text;
mod time;
mod vector;

use std::ops::Range;

use arrow_array::Array;
use arrow_buffer::BooleanBuffer;

use self::blend::Blend;
use self::collect::Collector;
use self::text::TextBudget;
use self::vector::{Data, Vector};
use super::frame::{Bound, Frame};
use super::typed::{Arm, Kind, Node, Scalar, Typed};
use crate::data::{Column, Values};
use crate::definition::{BinaryOp, CivilDate, ColumnType, Function};
use crate::limits::Budget;

/// Rows computed at a time: a few vectors of them fit in the first cache.
const CHUNK: usize = 2048;

/// What values depend on besides the rows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Context {
    /// The day at whose end everything is seen; none where no table has a date.
    pub as_of: Option<CivilDate>,
}

/// Computes an expression over a range of rows of a frame.
///
/// The expression must have been checked against the same frame; what cannot be bound is missing.
#[must_use]
pub fn evaluate(typed: &Typed, frame: &dyn Frame, context: &Context, range: Range<usize>) -> Column {
    Evaluator::new(typed, frame, *context).run(range)
}

/// As [`evaluate`], spending from a budget. Where that stops, the column is missing: whoever handed the budget in asks it
/// before reading the values.
#[must_use]
pub fn evaluate_within(
    typed: &Typed,
    frame: &dyn Frame,
    context: &Context,
    range: Range<usize>,
    budget: &Budget,
) -> Column {
    Evaluator::new(typed, frame, *context).within(budget).run(range)
}

/// The rows for which a column of true and false is true: neither false nor missing.
#[must_use]
pub fn holds(column: &Column) -> BooleanBuffer {
    match (&column.values, &column.validity) {
        (Values::Bool(values), Some(validity)) => values & validity.inner(),
        (Values::Bool(values), None) => values.clone(),
        _ => BooleanBuffer::new_unset(column.len()),
    }
}

/// An expression bound to the columns of a frame. It keeps what it computed for distinct texts, so that asking for many
/// ranges costs no more than asking for all rows at once.
pub struct Evaluator<'a> {
    typed: &'a Typed,
    bound: Vec<Option<Bound>>,
    context: Context,
    rows: usize,
    /// Values per distinct text, of each piece that is computed so; the last is that of a missing text.
    lifted: Vec<Option<Vector>>,
    slots: Vec<Option<Vector>>,
    /// Columns of the rows at hand.
    loaded: Vec<Option<Vector>>,
    texts: TextBudget,
    exceeded: bool,
    /// What it spends from.
    budget: Option<Budget>,
}

/// The rows at hand.
#[derive(Clone)]
enum Rows {
    /// Of the frame.
    Range(Range<usize>),
    /// The distinct values of a column, and one that is missing.
    Distinct(Vector, usize),
}

impl Rows {
    fn len(&self) -> usize {
        match self {
            Self::Range(range) => range.len(),
            Self::Distinct(_, length) => *length,
        }
    }
}

impl<'a> Evaluator<'a> {
    /// Binds an expression to the columns of a frame.
    #[must_use]
    pub fn new(typed: &'a Typed, frame: &dyn Frame, context: Context) -> Self {
        Self {
            typed,
            bound: typed.columns.iter().map(|path| frame.bind(path)).collect(),
            context,
            rows: frame.rows(),
            lifted: vec![None; typed.lifted],
            slots: vec![None; typed.slots],
            loaded: vec![None; typed.columns.len()],
            texts: TextBudget::new(None),
            exceeded: false,
            budget: None,
        }
    }

    /// Spends from a budget.
    #[must_use]
    pub fn within(mut self, budget: &Budget) -> Self {
        self.texts = TextBudget::new(Some(budget));
        self.budget = Some(budget.clone());
        self
    }

    /// Whether some text grew so long, or so many new texts were made, that they were left out: they are missing.
    #[must_use]
    pub const fn exceeded(&self) -> bool {
        self.exceeded
    }

    /// The values of a range of rows; rows beyond the end are left out.
    pub fn run(&mut self, range: Range<usize>) -> Column {
        let range = range.start.min(self.rows)..range.end.min(self.rows);
        if let Kind::Column(column) = self.typed.root.kind
            && let Some(Some(bound)) = self.bound.get(column)
        {
            return collect::rows_of(bound, range);
        }
        let mut collector = Collector::new(self.typed.value_type().unwrap_or(ColumnType::Float), range.len());
        let value_type = self.typed.value_type().unwrap_or(ColumnType::Float);
        let steps = self.typed.steps;
        let mut start = range.start;
        while start < range.end {
            let end = (start + CHUNK).min(range.end);
            if let Some(budget) = &self.budget
                && budget.spend_rows(((end - start) * steps) as u64).is_err()
            {
                return Column::missing(value_type, range.len());
            }
            self.loaded.fill(None);
            self.texts.renew();
            let values = self.node(&self.typed.root, &Rows::Range(start..end));
            collector.push(&values, end - start);
            start = end;
        }
        self.exceeded |= self.texts.exceeded | collector.exceeded();
        if let (true, Some(budget)) = (self.exceeded, &self.budget) {
            budget.note_text_left_out();
        }
        if let Some(budget) = &self.budget
            && budget.afford(collector.bytes()).is_err()
        {
            return Column::missing(value_type, range.len());
        }
        collector.finish()
    }

    fn node(&mut self, node: &'a Node, rows: &Rows) -> Vector {
        let length = rows.len();
        match &node.kind {
            Kind::Missing => Vector::missing(),
            Kind::Literal(scalar) => Vector::constant(scalar.clone()),
            Kind::Column(column) => self.column(*column, rows),
            Kind::Not(of) => compare::not(&self.node(of, rows), length),
            Kind::Negate(of) => number::negate(&self.node(of, rows), length),
            Kind::Arithmetic(op, left, right) => {
                let (left, right) = (self.node(left, rows), self.node(right, rows));
                match node.ty.only() {
                    Some(ColumnType::Text) => text::joined(&left, &right, length, &mut self.texts),
                    Some(ColumnType::Int) => number::integers(*op, &left, &right, length),
                    _ => number::floats(*op, &left, &right, length),
                }
            }
            Kind::Compare(op, left, right) => {
                let (left, right) = (self.node(left, rows), self.node(right, rows));
                compare::compare(*op, &left, &right, length)
            }
            Kind::And(left, right) => {
                let left = self.node(left, rows);
                if left.all_false(length) {
                    return left;
                }
                compare::and(&left, &self.node(right, rows), length)
            }
            Kind::Or(left, right) => {
                let left = self.node(left, rows);
                if left.all_true(length) {
                    return left;
                }
                compare::or(&left, &self.node(right, rows), length)
            }
            Kind::If(arms, otherwise) => self.condition(node, arms, otherwise.as_deref(), rows),
            Kind::Switch(on, arms, default) => self.switch(node, on, arms, default.as_deref(), rows),
            Kind::Let(slot, value, body) => {
                let value = self.node(value, rows);
                if let Some(place) = self.slots.get_mut(*slot) {
                    *place = Some(value);
                }
                let result = self.node(body, rows);
                if let Some(place) = self.slots.get_mut(*slot) {
                    *place = None;
                }
                result
            }
            Kind::Slot(slot) => self.slots.get(*slot).cloned().flatten().unwrap_or_else(Vector::missing),
            Kind::In(value, items) => {
                let value = self.node(value, rows);
                compare::any_of(&value, items, &[], length)
            }
            Kind::Between(value, low, high, inclusive) => {
                let value = self.node(value, rows);
                let (low, high) = (self.node(low, rows), self.node(high, rows));
                let upper = if *inclusive {
                    BinaryOp::LessOrEqual
                } else {
                    BinaryOp::Less
                };
                let above = compare::compare(BinaryOp::GreaterOrEqual, &value, &low, length);
                let below = compare::compare(upper, &value, &high, length);
                compare::and(&above, &below, length)
            }
            Kind::Call(function, arguments) => self.call(*function, node, arguments, rows),
            Kind::DoneWithin(start, end, count, unit) => {
                let (start, end) = (self.node(start, rows), self.node(end, rows));
                time::done_within(&start, &end, *count, *unit, self.context.as_of, length)
            }
            Kind::PerText(column, number, inner) => self.per_text(*column, *number, inner, rows),
        }
    }

    fn column(&mut self, column: usize, rows: &Rows) -> Vector {
        match rows {
            Rows::Distinct(values, _) => values.clone(),
            Rows::Range(range) => {
                if let Some(Some(loaded)) = self.loaded.get(column) {
                    return loaded.clone();
                }
                let values = match self.bound.get(column) {
                    Some(Some(bound)) => Vector::load(bound, range.clone()),
                    _ => Vector::missing(),
                };
                if let Some(place) = self.loaded.get_mut(column) {
                    *place = Some(values.clone());
                }
                values
            }
        }
    }

    /// A piece that depends on one text column: computed for its distinct values where that is less work.
    fn per_text(&mut self, column: usize, number: usize, inner: &'a Node, rows: &Rows) -> Vector {
        let values = self.column(column, rows);
        let Data::Text(codes, dictionary) = &values.data else {
            return self.node(inner, rows);
        };
        let known = self.lifted.get(number).is_some_and(Option::is_some);
        if !known && dictionary.texts.len() > self.rows.max(CHUNK) {
            return self.node(inner, rows);
        }
        if !known {
            let (distinct, length) = Vector::distinct(dictionary);
            let computed = self.node(inner, &Rows::Distinct(distinct, length));
            if let Some(place) = self.lifted.get_mut(number) {
                *place = Some(computed);
            }
        }
        match self.lifted.get(number) {
            Some(Some(computed)) => computed.look_up(codes, values.valid.as_deref(), dictionary.texts.len()),
            _ => Vector::missing(),
        }
    }

    fn condition(&mut self, node: &Node, arms: &'a [(Node, Node)], otherwise: Option<&'a Node>, rows: &Rows) -> Vector {
        let length = rows.len();
        let mut blend = Blend::new(node.ty.only(), length, None);
        for (condition, value) in arms {
            let condition = self.node(condition, rows);
            let taken = blend.decide(&condition);
            if taken {
                let value = self.node(value, rows);
                blend.put(&value);
            }
            if blend.is_decided() {
                break;
            }
        }
        if let (Some(otherwise), false) = (otherwise, blend.is_decided()) {
            let value = self.node(otherwise, rows);
            blend.put_rest(&value);
        }
        blend.finish()
    }

    fn switch(&mut self, node: &Node, on: &'a Node, arms: &'a [Arm], default: Option<&'a Node>, rows: &Rows) -> Vector {
        let length = rows.len();
        let on = self.node(on, rows);
        let mut blend = Blend::new(node.ty.only(), length, Some(&on));
        for arm in arms {
            if blend.is_decided() {
                break;
            }
            let mut matched = compare::any_of(&on, &arm.values, &arm.ranges, length);
            if let Some(guard) = &arm.guard {
                matched = compare::and(&matched, &self.node(guard, rows), length);
            }
            if blend.decide(&matched) {
                let value = self.node(&arm.value, rows);
                blend.put(&value);
            }
        }
        if let (Some(default), false) = (default, blend.is_decided()) {
            let value = self.node(default, rows);
            blend.put_rest(&value);
        }
        blend.finish()
    }

    fn call(&mut self, function: Function, node: &Node, arguments: &'a [Node], rows: &Rows) -> Vector {
        use Function as F;
        let length = rows.len();
        let as_of = self.context.as_of;
        let values: Vec<Vector> = arguments.iter().map(|argument| self.node(argument, rows)).collect();
        let integer = node.ty.only() == Some(ColumnType::Int);
        match (function, values.as_slice()) {
            (F::AsOf, _) => as_of.map_or_else(Vector::missing, |day| Vector::constant(Scalar::Date(day.0))),
            (F::IsMissing, [value]) => compare::is_missing(value, length),
            (F::OrElse, [value, other]) => {
                let mut blend = Blend::new(node.ty.only(), length, None);
                if blend.decide(&compare::not(&compare::is_missing(value, length), length)) {
                    blend.put(value);
                }
                blend.put_rest(other);
                blend.finish()
            }
            (F::DoneBy, [done, due]) => time::done_by(done, due, as_of, length),
            (F::IsOpen, [start, end]) => time::is_open(start, end, as_of, length),
            (F::Year | F::Month | F::DayOfMonth | F::Weekday | F::Hour | F::Day, [value]) => {
                time::part(function, value, length)
            }
            (F::DaysBetween | F::HoursBetween | F::MinutesBetween | F::MonthsBetween, [from, to]) => {
                time::between(function, from, to, integer, length)
            }
            (F::AddDays, [time, count]) => time::add_days(time, count, length),
            (F::AddMonths, [time, count]) => time::add_months(time, count, length),
            (F::Min | F::Max, [left, right]) if node.ty.meets(super::types::Mask::TIME) => time::earlier_or_later(
                function == F::Max,
                left,
                right,
                node.ty.only() == Some(ColumnType::Date),
                length,
            ),
            (F::Date | F::ToInt | F::ToFloat | F::ToText, [value]) => {
                text::convert(function, value, length, &mut self.texts)
            }
            (F::ToLower | F::ToUpper | F::Trim | F::Len, [value]) => {
                text::of_one(function, value, length, &mut self.texts)
            }
            (F::Contains | F::StartsWith | F::EndsWith, [value, part]) => text::has(function, value, part, length),
            (F::SubString, [value, from, rest @ ..]) => {
                text::sub_string(value, from, rest.first(), length, &mut self.texts)
            }
            (F::Replace, [value, from, to]) => text::replace(value, from, to, length, &mut self.texts),
            (_, values) => number::function(function, values, integer, length),
        }
    }
}

#[cfg(test)]
mod tests;
