//! Arguments that are plain values: texts, numbers, dates, spans of time, lists and maps of them.
//!
//! Imports: definition, diagnostic, script.

use rhai::{Array, Map};

use super::{Call, MOST_YEARS, explain_date, kind_of, literal_of};
use crate::definition::{CivilDate, Duration, Literal, TimeUnit};
use crate::diagnostic::{Span, Spanned, codes, nearest};
use crate::script::value::Kind;

impl Call<'_> {
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

    pub(super) fn texts_of(&mut self, list: &Array, span: Span) -> Option<Vec<Spanned<String>>> {
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
    pub(super) fn place_items(&self, mut texts: Vec<Spanned<String>>, span: Span) -> Vec<Spanned<String>> {
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
}
