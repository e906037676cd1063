//! One word of a card being carried out: its receiver, its arguments, and what it says about wrong ones.
//!
//! Imports: definition, diagnostic, script.

use rhai::{Array, Dynamic, FnPtr, ImmutableString, Map};

use super::builder::Builder;
use super::value::{Formula, Kind, Value};
use crate::definition::{
    CivilDate, ColumnRef, Condition, Duration, Expr, ExprKind, Literal, Measure, MeasureKind, Table, TimeUnit,
};
use crate::diagnostic::{Diagnostic, Span, Spanned, codes, nearest};

/// Longest span of time that a word takes.
const MOST_YEARS: i64 = 1_000;

/// A call of a word.
pub struct Call<'a> {
    /// The scorecard under construction.
    pub builder: &'a mut Builder,
    /// The word.
    pub name: &'static str,
    /// Where the word stands.
    pub span: Span,
    /// The receiver, for settings.
    pub receiver: Option<Value>,
    /// The arguments, without the receiver.
    pub args: Vec<Dynamic>,
    /// The whole call: from the word to the closing bracket.
    pub whole: Span,
    /// Where they stand; may be shorter when the call could not be found in the text.
    pub arg_spans: Vec<Span>,
    /// Everything that compiling a closure needs.
    pub closures: super::capture::Closures,
}

/// What kind of thing a value of the script is.
pub fn kind_of(value: &Dynamic) -> Kind {
    if let Some(handle) = value.read_lock::<Value>() {
        return handle.kind();
    }
    if value.is_string() || value.is_char() {
        Kind::Text
    } else if value.is_int() || value.is_float() {
        Kind::Number
    } else if value.is_bool() {
        Kind::Bool
    } else if value.is_array() {
        Kind::Array
    } else if value.is_map() {
        Kind::Map
    } else if value.is_fnptr() {
        Kind::Closure
    } else {
        Kind::Nothing
    }
}

/// A plain value of the script as a literal.
pub fn literal_of(value: &Dynamic) -> Option<Literal> {
    if let Ok(number) = value.as_int() {
        Some(Literal::Int(number))
    } else if let Ok(number) = value.as_float() {
        number.is_finite().then_some(Literal::Float(number))
    } else if let Ok(truth) = value.as_bool() {
        Some(Literal::Bool(truth))
    } else if let Ok(letter) = value.as_char() {
        Some(Literal::Text(letter.to_string()))
    } else {
        value
            .read_lock::<ImmutableString>()
            .map(|text| Literal::Text(text.to_string()))
    }
}

impl Call<'_> {
    /// Where argument `index` stands; the word itself when that is unknown.
    pub fn arg_span(&self, index: usize) -> Span {
        self.arg_spans.get(index).copied().unwrap_or(self.span)
    }

    /// The whole call: from the word to the closing bracket.
    pub const fn whole(&self) -> Span {
        self.whole
    }

    /// How many arguments there are.
    pub fn count(&self) -> usize {
        self.args.len()
    }

    /// The argument, if it is there.
    pub fn arg(&self, index: usize) -> Option<&Dynamic> {
        self.args.get(index)
    }

    /// The kind of an argument; nothing when absent.
    pub fn kind(&self, index: usize) -> Kind {
        self.arg(index).map_or(Kind::Nothing, kind_of)
    }

    /// The handle in an argument.
    pub fn handle(&self, index: usize) -> Option<Value> {
        self.arg(index)?.read_lock::<Value>().map(|value| value.clone())
    }

    /// Reports an error at a span.
    pub fn error(&mut self, code: crate::diagnostic::Code, span: Span, message: impl Into<String>, help: &str) {
        self.builder.error(code, span, message, help);
    }

    /// Reports a setting whose value makes no sense.
    pub fn bad(&mut self, index: usize, message: impl Into<String>, help: &str) {
        let span = self.arg_span(index);
        self.builder.error(codes::BAD_SETTING, span, message, help);
    }

    /// Reports an argument of the wrong kind, with the repair where it can be guessed. Mistakes told before are not
    /// told again.
    pub fn wrong(&mut self, index: usize, wanted: &str) {
        let Some(value) = self.arg(index).cloned() else {
            return;
        };
        let kind = kind_of(&value);
        if kind == Kind::Poison {
            return;
        }
        let span = self.arg_span(index);
        // A mistake inside the value was told already: `2027-12-31` without quotes, a comparison outside a closure.
        let inside = |told: &Span| told.source == span.source && told.start >= span.start && told.end <= span.end;
        if self
            .builder
            .diagnostics
            .iter()
            .any(|told| told.is_error() && told.span.as_ref().is_some_and(inside))
        {
            return;
        }
        let written = self.builder.sources.slice(span).trim().to_owned();
        let (mut message, help) = explain_wrong(self.name, wanted, kind, &value, &written);
        if message.is_empty() {
            message = format!("`{}` takes {wanted} here, and this is {}", self.name, kind.phrase());
        }
        self.builder
            .error(codes::WRONG_ARGUMENT, span, message, help.unwrap_or_default());
    }

    /// A text.
    pub fn text(&mut self, index: usize) -> Option<Spanned<String>> {
        let text = match self.arg(index).and_then(literal_of) {
            Some(Literal::Text(text)) => text,
            _ => {
                self.wrong(index, "text");
                return None;
            }
        };
        if text.trim().is_empty() {
            let name = self.name;
            self.bad(index, format!("`{name}` takes text, and this is empty"), "");
            return None;
        }
        Some(Spanned::new(text, self.arg_span(index)))
    }

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

    /// A finite number.
    pub fn number(&mut self, index: usize) -> Option<Spanned<f64>> {
        let number = self.arg(index).and_then(literal_of).and_then(|value| value.as_f64());
        match number {
            Some(number) if number.is_finite() => Some(Spanned::new(number, self.arg_span(index))),
            _ => {
                self.wrong(index, "a number");
                None
            }
        }
    }

    /// A whole number, zero or more.
    pub fn whole_number(&mut self, index: usize) -> Option<Spanned<u32>> {
        let number = self.number(index)?;
        if number.value < 0.0 || number.value > f64::from(u32::MAX) || number.value % 1.0 != 0.0 {
            let name = self.name;
            self.bad(index, format!("`{name}` takes a whole number, zero or more"), "");
            return None;
        }
        Some(Spanned::new(number.value as u32, number.span))
    }

    /// A date, written `"2027-12-31"`.
    pub fn date(&mut self, index: usize) -> Option<Spanned<CivilDate>> {
        let Some(Literal::Text(text)) = self.arg(index).and_then(literal_of) else {
            self.wrong(index, "a date");
            return None;
        };
        let date = CivilDate::parse(&text);
        if date.is_none() {
            let (message, help) = explain_date(&text);
            self.bad(index, message, &help);
        }
        date.map(|date| Spanned::new(date, self.arg_span(index)))
    }

    /// A number and a unit of time, at `index` and the next.
    pub fn duration(&mut self, index: usize) -> Option<Spanned<Duration>> {
        if self.arg(index + 1).is_none() {
            let span = self.arg_span(index);
            let written = self.builder.sources.slice(span).to_owned();
            let name = self.name;
            self.error(
                codes::WRONG_ARGUMENT,
                self.span.to(span),
                format!("`{name}` needs a unit of time"),
                &format!("say the unit: .{name}({written}, \"month\")"),
            );
            return None;
        }
        let count = self.whole_number(index)?;
        let unit = self.unit(index + 1)?;
        if count.value == 0 {
            let name = self.name;
            self.bad(index, format!("`{name}` takes at least one {}", unit.value.word()), "");
            return None;
        }
        if i64::from(count.value) > unit.value.in_years(MOST_YEARS) {
            let name = self.name;
            let message = format!("`{name}` takes at most {MOST_YEARS} years");
            self.bad(index, message, "for all that lies before or behind, leave it out");
            return None;
        }
        let duration = Duration {
            count: count.value,
            unit: unit.value,
        };
        Some(Spanned::new(duration, count.span.to(unit.span)))
    }

    /// A unit of time.
    pub fn unit(&mut self, index: usize) -> Option<Spanned<TimeUnit>> {
        let word = self.text(index)?;
        let unit = TimeUnit::named(&word.value);
        if unit.is_none() {
            let known = ["minutes", "hours", "days", "weeks", "months", "quarters", "years"];
            let help = nearest(&word.value, known).map_or_else(
                || format!("one of {}", known.join(", ")),
                |near| format!("did you mean `{near}`?"),
            );
            self.bad(index, format!("unknown unit of time `{}`", word.value), &help);
        }
        unit.map(|unit| Spanned::new(unit, word.span))
    }

    /// One of some words.
    pub fn word<'w>(&mut self, index: usize, known: &[&'w str]) -> Option<&'w str> {
        let word = self.text(index)?;
        if let Some(found) = known.iter().find(|name| **name == word.value) {
            return Some(found);
        }
        let choices: Vec<String> = known.iter().map(|name| format!("\"{name}\"")).collect();
        let help = nearest(&word.value, known.iter().copied()).map_or_else(
            || format!("one of {}", choices.join(", ")),
            |near| format!("did you mean \"{near}\"?"),
        );
        let name = self.name;
        self.bad(index, format!("`{name}` does not know `{}`", word.value), &help);
        None
    }

    /// Texts: one list, or several arguments from `index` on.
    pub fn texts(&mut self, index: usize) -> Option<Vec<Spanned<String>>> {
        let span = self.arg_span(index);
        if let Some(list) = self.array(index) {
            return self.texts_of(&list, span);
        }
        (index..self.count()).map(|place| self.text(place)).collect()
    }

    fn texts_of(&mut self, list: &Array, span: Span) -> Option<Vec<Spanned<String>>> {
        let texts: Vec<Spanned<String>> = list
            .iter()
            .filter_map(|item| match literal_of(item)? {
                Literal::Text(text) => Some(Spanned::new(text, span)),
                Literal::Int(number) => Some(Spanned::new(number.to_string(), span)),
                Literal::Bool(_) | Literal::Float(_) => None,
            })
            .collect();
        if texts.len() == list.len() {
            return Some(self.place_items(texts, span));
        }
        if !list.iter().any(|item| kind_of(item) == Kind::Poison) {
            let name = self.name;
            self.error(
                codes::WRONG_ARGUMENT,
                span,
                format!("`{name}` takes a list of texts"),
                "",
            );
        }
        None
    }

    /// Gives items of a written list their own places, where the list is written right here.
    fn place_items(&self, mut texts: Vec<Spanned<String>>, span: Span) -> Vec<Spanned<String>> {
        let items = self.builder.sources.items(span);
        if items.len() == texts.len() {
            for (text, item) in texts.iter_mut().zip(items) {
                text.span = item;
            }
        }
        texts
    }

    /// A list, where the argument is one.
    pub fn array(&self, index: usize) -> Option<Array> {
        self.arg(index)?.read_lock::<Array>().map(|list| list.clone())
    }

    /// A map.
    pub fn map(&mut self, index: usize) -> Option<Map> {
        let map = self
            .arg(index)
            .and_then(|value| value.read_lock::<Map>().map(|map| map.clone()));
        if map.is_none() {
            self.wrong(index, "a map such as #{ name: 1 }");
        }
        map
    }

    /// A map of numbers.
    pub fn numbers_by_name(&mut self, index: usize) -> Option<Vec<(String, f64)>> {
        let map = self.map(index)?;
        let mut numbers = Vec::with_capacity(map.len());
        for (name, value) in &map {
            match literal_of(value).and_then(|value| value.as_f64()) {
                Some(number) => numbers.push((name.to_string(), number)),
                None => {
                    let word = self.name;
                    self.bad(
                        index,
                        format!("`{word}` takes numbers, and `{name}` is {}", kind_of(value).phrase()),
                        "",
                    );
                    return None;
                }
            }
        }
        Some(numbers)
    }

    /// A list of numbers.
    pub fn numbers(&mut self, index: usize) -> Option<Vec<f64>> {
        let Some(list) = self.array(index) else {
            self.wrong(index, "a list of numbers");
            return None;
        };
        let numbers: Vec<f64> = list
            .iter()
            .filter_map(|item| literal_of(item).and_then(|value| value.as_f64()))
            .collect();
        if numbers.len() != list.len() {
            let name = self.name;
            self.bad(index, format!("`{name}` takes a list of numbers"), "");
            return None;
        }
        Some(numbers)
    }

    /// A plain value.
    pub fn literal(&mut self, index: usize) -> Option<Spanned<Literal>> {
        let literal = self.arg(index).and_then(literal_of);
        if literal.is_none() {
            self.wrong(index, "a plain value");
        }
        literal.map(|literal| Spanned::new(literal, self.arg_span(index)))
    }

    /// Plain values: one list, or several arguments from `index` on.
    pub fn literals(&mut self, index: usize) -> Option<Vec<Spanned<Literal>>> {
        let span = self.arg_span(index);
        if let Some(list) = self.array(index) {
            let values: Option<Vec<Spanned<Literal>>> = list
                .iter()
                .map(|item| literal_of(item).map(|literal| Spanned::new(literal, span)))
                .collect();
            if values.is_none() {
                self.wrong(index, "plain values");
            }
            return values;
        }
        (index..self.count()).map(|place| self.literal(place)).collect()
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

    fn wrong_column(&mut self, index: usize) {
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

    fn counted_closure(&mut self, index: usize) -> Option<FnPtr> {
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
    fn tell(&mut self, found: Vec<Diagnostic>) {
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

    /// Adds a finding.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.builder.push(diagnostic);
    }
}

/// Message and help for an argument of the wrong kind; an empty message takes the usual one.
fn explain_wrong(word: &str, wanted: &str, kind: Kind, value: &Dynamic, written: &str) -> (String, Option<String>) {
    let text = match literal_of(value) {
        Some(Literal::Text(text)) => Some(text),
        _ => None,
    };
    match (wanted, kind, text) {
        ("a number", Kind::Text, Some(text)) => {
            let bare = text.trim();
            if let Some(number) = bare
                .strip_suffix('%')
                .map(str::trim)
                .filter(|n| n.parse::<f64>().is_ok())
            {
                let help = format!("write a number without % and quotes: {number}");
                return (format!("`{word}` takes a number, and this is text"), Some(help));
            }
            let help = bare
                .replace([',', '_', ' '], "")
                .parse::<f64>()
                .ok()
                .map(|_| format!("write it without quotes: {}", bare.replace([',', ' '], "_")));
            (format!("`{word}` takes a number, and this is text"), help)
        }
        ("a date", Kind::Number, _) => {
            let date = written.replace(' ', "");
            let help = if date.contains('-') {
                format!("a date is text: \"{date}\"")
            } else {
                "a date is text: \"2027-12-31\"".to_owned()
            };
            (format!("`{word}` takes a date, and this is a number"), Some(help))
        }
        ("text", Kind::Number, _) => (
            format!("`{word}` takes text, and this is a number"),
            Some(format!("write it in double quotes: \"{written}\"")),
        ),
        (_, Kind::Closure, _) if wanted.starts_with("a number") => (
            format!("`{word}` takes a number here, and this is a condition"),
            Some(format!("the order is {}", order_of(word))),
        ),
        _ => (String::new(), None),
    }
}

/// The order of arguments of the words whose order is easily mistaken.
fn order_of(word: &str) -> String {
    match word {
        "cap" | "floor" | "knock_out" => format!("value, condition, reason: .{word}(40, |m| m.fcr < 60, \"why\")"),
        other => format!("as in the reference of `{other}`"),
    }
}

/// Message and help for a text that is no date.
fn explain_date(text: &str) -> (String, String) {
    let parts: Vec<&str> = text.trim().split(['-', '/', '.']).collect();
    let numbers: Vec<u32> = parts.iter().filter_map(|part| part.parse().ok()).collect();
    match numbers.as_slice() {
        [year, month, day] if parts.len() == 3 && parts.first().is_some_and(|part| part.len() == 4) => {
            let tidy = format!("{year:04}-{month:02}-{day:02}");
            if CivilDate::parse(&tidy).is_some() {
                (
                    format!("`{text}` is no date as a card writes it"),
                    format!("write \"{tidy}\""),
                )
            } else {
                (
                    format!("there is no such day: `{text}`"),
                    "a date is year, month and day: \"2027-02-28\"".into(),
                )
            }
        }
        [_, _, year] if *year > 999 => (
            format!("`{text}` is no date as a card writes it"),
            format!("a date is year, month and day: \"{year}-12-31\""),
        ),
        _ => (
            format!("`{text}` is no date"),
            "a date is year, month and day: \"2027-12-31\"".into(),
        ),
    }
}
