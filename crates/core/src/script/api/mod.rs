//! The words of the language: each with its documentation as data, so that none can exist without.
//!
//! Imports: definition, diagnostic, script.

mod column;
mod goal;
mod measure;
pub use measure::each_aggregate;
mod metric;
mod plain;
mod plan;
mod reader;
pub mod row;
mod score;
mod scorecard;
mod segment;
mod table;
mod test;

use std::sync::Arc;

use bellwether_order::BTreeMap;
use rhai::{Dynamic, NativeCallContext};

use super::call::{Call, kind_of};
use super::capture::Closures;
use super::check::Vocabulary;
use super::sandbox::{session, source_of};
use super::value::{Kind, Value};
use crate::diagnostic::{Span, codes, nearest};

/// What a word does. Nothing returned: a setting returns its receiver, a free word leaves a mistake behind.
pub type Run = fn(&mut Call<'_>) -> Option<Dynamic>;

/// A word of the language.
pub struct Word {
    /// What it is a setting of; [`Kind::Free`] for words that stand by themselves.
    pub on: &'static [Kind],
    /// The word.
    pub name: &'static str,
    /// Its parameters: `name: kind`, `?` behind the name where it may be left out, `..` behind the kind where several
    /// may follow.
    pub params: &'static str,
    /// What it returns.
    pub returns: &'static str,
    /// What it does, in a paragraph.
    pub doc: &'static str,
    /// A card, or a fragment behind the reference's preamble.
    pub example: &'static str,
    /// The action.
    pub run: Run,
}

/// A parameter of a word.
pub struct Param {
    /// Its name.
    pub name: &'static str,
    /// What kind of value.
    pub kind: &'static str,
    /// Whether it may be left out.
    pub optional: bool,
    /// Whether several may follow.
    pub several: bool,
}

impl Word {
    /// Its parameters, read.
    pub fn parameters(&self) -> impl Iterator<Item = Param> {
        parameters(self.params)
    }

    /// Whether it stands by itself.
    pub fn is_free(&self) -> bool {
        self.on == [Kind::Free]
    }
}

/// Parameters as a word writes them down.
pub fn parameters(params: &'static str) -> impl Iterator<Item = Param> {
    params.split(", ").filter(|part| !part.is_empty()).map(|part| {
        let (name, kind) = part.split_once(": ").unwrap_or((part, "anything"));
        Param {
            name: name.trim_end_matches('?'),
            kind: kind.trim_end_matches(".."),
            optional: name.ends_with('?'),
            several: kind.ends_with(".."),
        }
    })
}

/// Every word, group by group.
pub fn words() -> impl Iterator<Item = &'static Word> {
    GROUPS.iter().flat_map(|(_, words)| words.iter())
}

/// The groups of the reference.
pub const GROUPS: &[(&str, &[Word])] = &[
    ("scorecard", scorecard::WORDS),
    ("tables", table::WORDS),
    ("columns", column::WORDS),
    ("segments and periods", segment::WORDS),
    ("measures", measure::WORDS),
    ("metrics and outcomes", metric::WORDS),
    ("goals", goal::WORDS),
    ("scores", score::WORDS),
    ("links, journeys, initiatives", plan::WORDS),
    ("audiences and quotes", reader::WORDS),
    ("tests", test::WORDS),
    ("plain values", plain::WORDS),
];

/// Every name with the words that bear it.
pub fn by_name() -> Vec<(&'static str, Arc<[&'static Word]>)> {
    let mut names: BTreeMap<&'static str, Vec<&'static Word>> = BTreeMap::new();
    for word in words() {
        names.entry(word.name).or_default().push(word);
    }
    for name in measure::row_function_names() {
        names.entry(name).or_default();
    }
    names.into_iter().map(|(name, words)| (name, words.into())).collect()
}

/// Words that people try, and what a card says in their place.
const BETTER: &[(&str, &str)] = &[
    ("between", RANGE_OF_PARAM),
    ("help", RANGE_OF_PARAM),
    ("default", RANGE_OF_PARAM),
    (
        "ces",
        "customer effort has three readings: `ces_mean`, `ces_agree` and `ces_net`",
    ),
    (
        "ces2",
        "customer effort has three readings: `ces_mean`, `ces_agree` and `ces_net`",
    ),
    ("csat", "write `top_box(survey.satisfaction, 2)`"),
    ("average", "write `mean(..)`"),
    ("avg", "write `mean(..)`"),
    ("std", "write `stddev(..)`"),
    ("distinct", "write `count_distinct(..)`"),
    ("filter", "write `.where(|row| ..)`"),
    ("group_by", "declare a segment: `segment(\"region\", customers.region)`"),
    (
        "join",
        "say how tables hang together: `.belongs_to(customers, \"customer_id\")`",
    ),
    ("kpi", "write `metric(..)`, or `outcome(..)` for a business result"),
    ("goal", "write `.target(80)`"),
    ("deadline", "write `.by(\"2027-06-30\")`"),
    ("weight_of", "write `.mix(\"nps\", 0.4, 0, 60)`"),
    ("now", "the day is that of the evaluation: `as_of()` in a closure"),
    ("today", "the day is that of the evaluation: `as_of()` in a closure"),
];

const RANGE_OF_PARAM: &str =
    "a param takes its range as a map: `param(\"goal\", 90, #{ min: 0, max: 100, help: \"what it means\" })`";

/// The words that a card may use. How many values each takes is said by the word itself, with the names of its
/// parameters.
pub fn vocabulary() -> Vocabulary {
    let mut vocabulary = Vocabulary::new();
    for word in words() {
        if word.is_free() {
            vocabulary.function(word.name, 0, usize::MAX);
        } else {
            vocabulary.setting(word.name, 0, usize::MAX);
        }
    }
    // Functions of texts, lists and maps are written behind a dot as well.
    for word in plain::WORDS {
        vocabulary.setting(word.name, 0, usize::MAX);
    }
    for name in measure::row_function_names() {
        vocabulary.function(name, 0, usize::MAX);
        vocabulary.setting(name, 0, usize::MAX);
    }
    for (name, help) in BETTER {
        vocabulary.better(name, help);
    }
    vocabulary
}

/// Carries out a word.
pub fn dispatch(
    name: &'static str,
    words: &[&'static Word],
    context: &NativeCallContext,
    args: &mut [&mut Dynamic],
) -> Dynamic {
    let poison = || Dynamic::from(Value::Poison);
    let Some(session) = session(context) else {
        return poison();
    };
    let mut builder = session.lock();
    let (source, position) = (source_of(context), context.call_position());
    let sources = builder.sources.clone();
    let span = sources.word(source, position);
    let whole = sources.get(source).map_or(span, |text| text.positions.call(position));
    let mut spans = sources
        .get(source)
        .map(|text| text.positions.arguments(position))
        .unwrap_or_default();
    let mut values: Vec<Dynamic> = args.iter().map(|value| (**value).clone().flatten()).collect();
    let behind_dot = sources.is_method(span);
    let closures = Closures(builder.programs.clone());
    let first = values.first().map(kind_of);
    let setting = words
        .iter()
        .find(|word| first.is_some_and(|kind| word.on.contains(&kind)));
    let free = words.iter().find(|word| word.is_free());
    let as_method = setting.is_some();
    let mut receiver = None;
    if as_method {
        receiver = values
            .first()
            .and_then(|value| value.read_lock::<Value>().map(|value| value.clone()));
        if receiver.is_some() {
            drop(values.remove(0));
            if !behind_dot && !spans.is_empty() {
                spans.remove(0);
            }
        }
    }
    if receiver.is_none() && behind_dot {
        spans.insert(0, span);
    }
    let mut call = Call {
        builder: &mut builder,
        name,
        span,
        whole,
        receiver,
        args: values,
        arg_spans: spans,
        closures,
    };
    if first == Some(Kind::Poison) {
        return poison();
    }
    if !call.builder.count_word(span) {
        return poison();
    }
    if let Some(formula) = measure::row_function(&mut call) {
        return call.builder.bounded(formula, span);
    }
    let Some(word) = setting.or(free) else {
        no_such_setting(&mut call, first, words);
        return call.args.first().filter(|_| behind_dot).cloned().unwrap_or_else(poison);
    };
    if !fits(&mut call, word) {
        call.builder.lost = true;
        return call.receiver.take().map_or_else(poison, Dynamic::from);
    }
    match (word.run)(&mut call) {
        Some(value) => call.builder.bounded(value, span),
        None if word.is_free() => {
            call.builder.lost = true;
            poison()
        }
        None => {
            // A setting of a metric that is lost leaves its name; a part of a score that is lost leaves a hole.
            call.builder.lost |= !matches!(call.receiver, Some(Value::Metric(_)));
            call.receiver.take().map_or_else(poison, Dynamic::from)
        }
    }
}

/// Says that something has no such setting, and what it has.
fn no_such_setting(call: &mut Call<'_>, first: Option<Kind>, words: &[&'static Word]) {
    let (name, span) = (call.name, call.span);
    let kind = first.unwrap_or(Kind::Nothing);
    let homes: Vec<&str> = words
        .iter()
        .flat_map(|word| word.on)
        .map(|kind| kind.phrase())
        .collect();
    let own = self::words()
        .filter(|word| word.on.contains(&kind))
        .map(|word| word.name);
    let help = match nearest(name, own) {
        Some(near) if near != name => format!("did you mean `{near}`?"),
        _ if homes.is_empty() => format!("`{name}` works on columns"),
        _ => format!("`{name}` is a setting of {}", homes.join(" or of ")),
    };
    call.builder.error(
        codes::UNKNOWN_FUNCTION,
        span,
        format!("{} has no setting `{name}`", kind.phrase()),
        help,
    );
}

/// Whether the number of arguments fits; says what the word takes otherwise.
fn fits(call: &mut Call<'_>, word: &Word) -> bool {
    let params: Vec<Param> = word.parameters().collect();
    let least = params.iter().filter(|param| !param.optional).count();
    let most = if params.iter().any(|param| param.several) {
        usize::MAX
    } else {
        params.len()
    };
    let given = call.count();
    if (least..=most).contains(&given) {
        return true;
    }
    let names: Vec<String> = params
        .iter()
        .map(|param| {
            if param.optional {
                format!("{} (optional)", param.name)
            } else {
                param.name.to_owned()
            }
        })
        .collect();
    let takes = if names.is_empty() {
        "nothing".to_owned()
    } else {
        names.join(", ")
    };
    let message = format!("`{}` takes {takes}", call.name);
    let span = whole_arguments(call);
    let help = match (thousands(call), without_unit(call, &params)) {
        (Some(number), _) => format!("a number has no commas: write {number}"),
        (None, Some(with_unit)) => format!("say the unit: {with_unit}"),
        (None, None) => match given {
            0 => "nothing is given".to_owned(),
            1 => "one value is given".to_owned(),
            n => format!("{n} values are given"),
        },
    };
    if !call.args.iter().any(|value| kind_of(value) == Kind::Poison) {
        call.builder.error(codes::WRONG_ARGUMENT, span, message, help);
    }
    false
}

fn whole_arguments(call: &Call<'_>) -> Span {
    match (call.arg_spans.first(), call.arg_spans.last()) {
        (Some(first), Some(last)) => first.to(*last),
        _ => call.span,
    }
}

/// `.lag(1)` in place of `.lag(1, "month")`: everything is there but the unit of time at the end.
fn without_unit(call: &Call<'_>, params: &[Param]) -> Option<String> {
    let (last, others) = params.split_last()?;
    let written: Vec<&str> = call
        .arg_spans
        .iter()
        .map(|span| call.builder.sources.slice(*span))
        .collect();
    let dot = if call.receiver.is_some() { "." } else { "" };
    (last.name == "unit" && !last.optional && written.len() == others.len())
        .then(|| format!("`{dot}{}({}, \"month\")`", call.name, written.join(", ")))
}

/// `1,200,000` in place of `1_200_000`.
fn thousands(call: &Call<'_>) -> Option<String> {
    let written: Vec<&str> = call
        .arg_spans
        .iter()
        .map(|span| call.builder.sources.slice(*span))
        .collect();
    let (head, groups) = written.split_first()?;
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let grouped = digits(head)
        && head.len() <= 3
        && !groups.is_empty()
        && groups.iter().all(|group| group.len() == 3 && digits(group));
    grouped.then(|| written.join("_"))
}

impl Call<'_> {
    /// The receiver again, for the next setting of the chain.
    pub fn same(&self) -> Option<Dynamic> {
        self.receiver.clone().map(Dynamic::from)
    }
}

/// A handle as the script sees it.
pub fn give(value: Value) -> Option<Dynamic> {
    Some(Dynamic::from(value))
}
