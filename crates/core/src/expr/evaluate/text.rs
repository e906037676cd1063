//! Functions of text, and between text and other values.

use std::sync::Arc;

use arrow_array::Array;
use arrow_array::builder::StringBuilder;

use super::time;
use super::vector::{Data, Dictionary, Operand, Vector, both, with, zip};
use crate::definition::{CivilDate, Function};
use crate::expr::typed::Scalar;
use crate::limits::Budget;

/// Text by row.
pub(super) enum TextOperand<'v> {
    One(&'v str),
    Many(&'v [u32], &'v Dictionary),
}

impl<'v> TextOperand<'v> {
    pub fn new(vector: &'v Vector) -> Self {
        match &vector.data {
            Data::Text(codes, dictionary) => Self::Many(codes, dictionary),
            Data::Constant(Scalar::Text(text)) => Self::One(text),
            _ => Self::One(""),
        }
    }

    pub fn get(&self, row: usize) -> &'v str {
        match self {
            Self::One(text) => text,
            Self::Many(codes, dictionary) => codes.get(row).map_or("", |code| dictionary.get(*code)),
        }
    }
}

/// Longest text that an expression may make, in bytes.
const LONGEST: usize = 1 << 16;

/// How many bytes of new text the rows at hand may still make. A few lines of script could double a text until the
/// memory is full: what does not fit is missing, and the evaluator says so.
#[derive(Debug)]
pub(super) struct TextBudget {
    most: usize,
    left: usize,
    /// Whether something did not fit.
    pub exceeded: bool,
    /// What the evaluation spends from, read again after so many bytes of new text.
    budget: Option<Budget>,
    unread: usize,
}

impl TextBudget {
    /// Bytes of new text for some thousand rows, or for the distinct values of a column.
    const BYTES: usize = 1 << 28;

    /// Bytes of new text between two looks at the budget of the evaluation.
    const LOOK_EVERY: usize = 1 << 20;

    pub fn new(budget: Option<&Budget>) -> Self {
        // A quarter of the memory for one step: the texts are there a second time when they are put into a column.
        let quarter = |budget: &Budget| usize::try_from(budget.limits().memory_bytes / 4).unwrap_or(usize::MAX);
        let most = budget.map_or(Self::BYTES, |budget| quarter(budget).min(Self::BYTES));
        Self {
            most,
            left: most,
            exceeded: false,
            budget: budget.cloned(),
            unread: 0,
        }
    }

    /// Starts with the next rows.
    pub const fn renew(&mut self) {
        self.left = self.most;
    }

    /// Takes some bytes; `false` where they do not fit.
    fn take(&mut self, bytes: usize) -> bool {
        self.unread += bytes;
        if self.unread > Self::LOOK_EVERY {
            self.unread = 0;
            if self.budget.as_ref().is_some_and(|budget| budget.check().is_err()) {
                self.left = 0;
            }
        }
        let fits = bytes <= LONGEST && bytes <= self.left;
        if fits {
            self.left -= bytes;
        } else {
            self.exceeded = true;
        }
        fits
    }
}

/// New text for each row, by a function that writes it.
fn written(
    length: usize,
    valid: Option<Arc<Vec<u8>>>,
    budget: &mut TextBudget,
    mut write: impl FnMut(usize, &mut String),
) -> Vector {
    let mut builder = StringBuilder::with_capacity(length, length * 8);
    let mut text = String::new();
    let mut fits = vec![1_u8; length];
    for (row, fits) in fits.iter_mut().enumerate() {
        text.clear();
        if valid.as_ref().is_none_or(|valid| valid.get(row) == Some(&1)) {
            write(row, &mut text);
        }
        if budget.take(text.len()) {
            builder.append_value(&text);
        } else {
            builder.append_value("");
            *fits = 0;
        }
    }
    Vector {
        data: Data::Text(
            Arc::new((0..length as u32).collect()),
            Dictionary::new(builder.finish()),
        ),
        valid: with(valid, fits),
    }
}

/// New text from one text: computed per entry of the dictionary where it has no more entries than there are rows.
fn mapped(value: &Vector, length: usize, budget: &mut TextBudget, write: impl Fn(&str, &mut String)) -> Vector {
    if let Data::Text(codes, dictionary) = &value.data
        && dictionary.texts.len() <= length
    {
        let mut builder = StringBuilder::with_capacity(dictionary.texts.len(), dictionary.texts.len() * 8);
        let mut text = String::new();
        let mut bytes = 0;
        for entry in &dictionary.texts {
            text.clear();
            write(entry.unwrap_or_default(), &mut text);
            bytes += text.len();
            builder.append_value(&text);
        }
        // At most three times what the column holds: only the whole is weighed.
        if bytes > budget.left {
            budget.exceeded = true;
            return Vector::missing();
        }
        budget.left -= bytes;
        let data = Data::Text(Arc::clone(codes), Dictionary::new(builder.finish()));
        return Vector {
            data,
            valid: value.valid.clone(),
        };
    }
    let texts = TextOperand::new(value);
    written(length, value.valid.clone(), budget, |row, text| {
        write(texts.get(row), text);
    })
}

pub(super) fn of_one(function: Function, value: &Vector, length: usize, budget: &mut TextBudget) -> Vector {
    if value.is_missing() {
        return Vector::missing();
    }
    match function {
        Function::ToLower => mapped(value, length, budget, |from, to| {
            to.extend(from.chars().flat_map(char::to_lowercase))
        }),
        Function::ToUpper => mapped(value, length, budget, |from, to| {
            to.extend(from.chars().flat_map(char::to_uppercase))
        }),
        Function::Trim => mapped(value, length, budget, |from, to| to.push_str(from.trim())),
        _ => {
            let texts = TextOperand::new(value);
            let lengths = (0..length).map(|row| texts.get(row).chars().count() as i64).collect();
            Vector::ints(lengths, value.valid.clone())
        }
    }
}

pub(super) fn joined(left: &Vector, right: &Vector, length: usize, budget: &mut TextBudget) -> Vector {
    if left.is_missing() || right.is_missing() {
        return Vector::missing();
    }
    let (one, other) = (TextOperand::new(left), TextOperand::new(right));
    written(
        length,
        both(left.valid.as_ref(), right.valid.as_ref()),
        budget,
        |row, text| {
            text.push_str(one.get(row));
            text.push_str(other.get(row));
        },
    )
}

pub(super) fn has(function: Function, value: &Vector, part: &Vector, length: usize) -> Vector {
    if value.is_missing() || part.is_missing() {
        return Vector::missing();
    }
    let (texts, parts) = (TextOperand::new(value), TextOperand::new(part));
    let test = |row: usize| {
        let (text, part) = (texts.get(row), parts.get(row));
        u8::from(match function {
            Function::StartsWith => text.starts_with(part),
            Function::EndsWith => text.ends_with(part),
            _ => text.contains(part),
        })
    };
    Vector::bools(
        (0..length).map(test).collect(),
        both(value.valid.as_ref(), part.valid.as_ref()),
    )
}

/// From a place (0-based; negative: from the end), all or some characters.
pub(super) fn sub_string(
    value: &Vector,
    from: &Vector,
    count: Option<&Vector>,
    length: usize,
    budget: &mut TextBudget,
) -> Vector {
    if value.is_missing() || from.is_missing() || count.is_some_and(Vector::is_missing) {
        return Vector::missing();
    }
    let valid = both(value.valid.as_ref(), from.valid.as_ref());
    let valid = both(valid.as_ref(), count.and_then(|count| count.valid.as_ref()));
    let (texts, starts) = (TextOperand::new(value), from.as_ints());
    let counts = count.map_or(Operand::One(i64::MAX), Vector::as_ints);
    written(length, valid, budget, |row, text| {
        let from = texts.get(row);
        let start = starts.get(row).unwrap_or(0);
        let start = if start < 0 {
            start.saturating_add(from.chars().count() as i64).max(0)
        } else {
            start
        };
        let count = counts.get(row).unwrap_or(0).max(0);
        let to = usize::try_from(count).unwrap_or(usize::MAX);
        text.extend(from.chars().skip(usize::try_from(start).unwrap_or(usize::MAX)).take(to));
    })
}

pub(super) fn replace(value: &Vector, from: &Vector, to: &Vector, length: usize, budget: &mut TextBudget) -> Vector {
    if value.is_missing() || from.is_missing() || to.is_missing() {
        return Vector::missing();
    }
    let valid = both(
        both(value.valid.as_ref(), from.valid.as_ref()).as_ref(),
        to.valid.as_ref(),
    );
    let (texts, olds, news) = (TextOperand::new(value), TextOperand::new(from), TextOperand::new(to));
    written(length, valid, budget, |row, text| {
        let (from, old) = (texts.get(row), olds.get(row));
        if old.is_empty() {
            text.push_str(from);
        } else {
            text.push_str(&bounded(from, old, news.get(row)));
        }
    })
}

/// Every occurrence replaced. What grows beyond the longest text is left off there: it will not be taken anyhow.
fn bounded(text: &str, old: &str, new: &str) -> String {
    let mut made = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(old) {
        made.push_str(rest.get(..at).unwrap_or_default());
        made.push_str(new);
        rest = rest.get(at + old.len()..).unwrap_or_default();
        if made.len() > LONGEST {
            return made;
        }
    }
    made.push_str(rest);
    made
}

/// `to_int`, `to_float`, `to_text`, `date`.
pub(super) fn convert(function: Function, value: &Vector, length: usize, budget: &mut TextBudget) -> Vector {
    if value.is_missing() {
        return Vector::missing();
    }
    match function {
        Function::ToText => to_text(value, length, budget),
        Function::Date => {
            let texts = TextOperand::new(value);
            let dates: Vec<Option<CivilDate>> =
                (0..length).map(|row| CivilDate::parse(texts.get(row).trim())).collect();
            let fits = dates.iter().map(|date| u8::from(date.is_some())).collect();
            let days = dates.into_iter().map(|date| date.map_or(0, |date| date.0)).collect();
            Vector {
                data: Data::Date(Arc::new(days)),
                valid: with(value.valid.clone(), fits),
            }
        }
        Function::ToInt if value.is_text() => {
            let texts = TextOperand::new(value);
            let numbers: Vec<Option<i64>> = (0..length).map(|row| texts.get(row).trim().parse().ok()).collect();
            whole(numbers, value)
        }
        Function::ToInt if value.is_int() => value.clone(),
        // Towards zero. 2^63 is the first number beyond.
        Function::ToInt => {
            let numbers = zip(length, &value.as_floats(), &Operand::One(()), |number, ()| {
                (number.abs() < 9_223_372_036_854_775_808.0).then_some(number as i64)
            });
            whole(numbers, value)
        }
        _ if value.is_text() => {
            let texts = TextOperand::new(value);
            let number = |row: usize| plain_number(texts.get(row).trim()).unwrap_or(f64::NAN);
            Vector::floats((0..length).map(number).collect(), value.valid.clone())
        }
        _ => Vector::floats(
            zip(length, &value.as_floats(), &Operand::One(()), |number, ()| number),
            value.valid.clone(),
        ),
    }
}

/// A number as people write it: Rust's parser also takes `inf` and `nan`.
fn plain_number(text: &str) -> Option<f64> {
    let plain = text
        .bytes()
        .all(|byte| byte.is_ascii_digit() || matches!(byte, b'+' | b'-' | b'.' | b'e' | b'E'));
    plain.then(|| text.parse().ok()).flatten()
}

fn whole(numbers: Vec<Option<i64>>, value: &Vector) -> Vector {
    let fits = numbers.iter().map(|number| u8::from(number.is_some())).collect();
    let numbers = numbers.into_iter().map(Option::unwrap_or_default).collect();
    Vector::ints(numbers, with(value.valid.clone(), fits))
}

fn to_text(value: &Vector, length: usize, budget: &mut TextBudget) -> Vector {
    use std::fmt::Write;
    let valid = value.valid.clone();
    // Writing to a string cannot fail.
    match &value.data {
        _ if value.is_text() => value.clone(),
        _ if value.is_bool() => {
            let truths = value.as_bools();
            written(length, valid, budget, |row, text| {
                text.push_str(if truths.get(row) == Some(1) { "true" } else { "false" })
            })
        }
        _ if value.is_int() => {
            let numbers = value.as_ints();
            written(length, valid, budget, |row, text| {
                let _ = write!(text, "{}", numbers.get(row).unwrap_or_default());
            })
        }
        _ if time::is_time(value) => {
            let days_only = time::days_only(value);
            let moments = time::micros(value);
            written(length, valid, budget, |row, text| {
                time::write(text, moments.get(row).unwrap_or_default(), days_only.is_some())
            })
        }
        _ => {
            let numbers = value.as_floats();
            written(length, valid, budget, |row, text| {
                let _ = write!(text, "{}", numbers.get(row).unwrap_or_default() + 0.0);
            })
        }
    }
}
