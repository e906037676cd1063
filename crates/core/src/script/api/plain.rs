//! Words for plain values of the script: lists, maps, numbers and texts.

use rhai::{Array, Dynamic, ImmutableString, Map};

use super::Word;
use crate::definition::Literal;
use crate::script::call::{Call, literal_of};
use crate::script::value::Kind;

const FREE: &[Kind] = &[Kind::Free];

/// Words of this group.
pub const WORDS: &[Word] = &[
    Word {
        on: FREE,
        name: "print",
        params: "value: plain value",
        returns: "nothing",
        doc: "Writes a plain value into the log: a note among the findings, at this place. Nothing goes to the screen by itself.",
        example: "let weight = 100 / 3; print(`each part weighs ${weight}`);",
        run: |call| {
            if let Some(line) = call.literal(0) {
                call.builder.print(&show(&line.value), call.span);
            }
            // The language hands the text of `print` on to the host; ours is in the log already.
            Some(ImmutableString::new().into())
        },
    },
    Word {
        on: FREE,
        name: "keys",
        params: "map: map",
        returns: "list of texts",
        doc: "The keys of a map, in order of their text.",
        example: r#"let items = #{ satisfaction: "Satisfaction", ease: "Ease" };
for item in items.keys() { metric(item, mean(survey[item])).label(items[item]); }"#,
        run: |call| {
            let map = call.map(0)?;
            let keys: Array = map
                .keys()
                .map(|key| Dynamic::from(ImmutableString::from(key.as_str())))
                .collect();
            Some(keys.into())
        },
    },
    Word {
        on: FREE,
        name: "values",
        params: "map: map",
        returns: "list",
        doc: "The values of a map, in order of their keys.",
        example: r#"let items = #{ a: "satisfaction", b: "ease" };
for item in items.values() { metric(item, mean(survey[item])); }"#,
        run: |call| {
            let map = call.map(0)?;
            Some(map.into_values().collect::<Array>().into())
        },
    },
    Word {
        on: FREE,
        name: "len",
        params: "value: text or list or map",
        returns: "number",
        doc: "The number of characters of a text, of items of a list, of entries of a map.",
        example: r#"let items = ["satisfaction", "ease"];
score("all").mix("csat", 1 / items.len()); metric("csat", top_box(survey.satisfaction, 2));"#,
        run: |call| {
            let value = call.arg(0)?.clone();
            let length = if let Some(list) = value.read_lock::<Array>() {
                list.len()
            } else if let Some(map) = value.read_lock::<Map>() {
                map.len()
            } else {
                call.text(0)?.value.chars().count()
            };
            Some((length as i64).into())
        },
    },
    Word {
        on: FREE,
        name: "contains",
        params: "whole: text or list or map, part: plain value",
        returns: "true or false",
        doc: "Whether a text contains another, a list a value, or a map a key. `x in list` is the same.",
        example: r#"let paid = ["plus", "pro"];
if paid.contains("pro") { segment("plan", customers.plan); }"#,
        run: contains,
    },
    Word {
        on: FREE,
        name: "to_text",
        params: "value: plain value",
        returns: "text",
        doc: "A plain value as text.",
        example: r#"let goal = 45; scorecard("Goal " + to_text(goal));"#,
        run: |call| Some(show(&call.literal(0)?.value).into()),
    },
    Word {
        on: FREE,
        name: "to_string",
        params: "value: plain value",
        returns: "text",
        doc: "A plain value as text: the same as `to_text`, and what `${..}` in a text between backticks uses.",
        example: "let goal = 45; scorecard(`Goal ${goal}`).owner(to_string(goal));",
        run: |call| Some(show(&call.literal(0)?.value).into()),
    },
    Word {
        on: FREE,
        name: "to_upper",
        params: "text: text",
        returns: "text",
        doc: "A text in upper case.",
        example: r#"scorecard("health".to_upper());"#,
        run: |call| Some(call.text(0)?.value.to_uppercase().into()),
    },
    Word {
        on: FREE,
        name: "to_lower",
        params: "text: text",
        returns: "text",
        doc: "A text in lower case.",
        example: r#"scorecard("Health".to_lower());"#,
        run: |call| Some(call.text(0)?.value.to_lowercase().into()),
    },
    Word {
        on: FREE,
        name: "abs",
        params: "number: number",
        returns: "number",
        doc: "A number without its sign.",
        example: "let gap = abs(-3);",
        run: |call| number(call, f64::abs),
    },
    Word {
        on: FREE,
        name: "round",
        params: "number: number, decimals?: number",
        returns: "number",
        doc: "The nearest number with so many decimals, half away from zero.",
        example: "let third = round(100 / 3, 1);",
        run: |call| {
            let decimals = if call.count() > 1 {
                call.whole_number(1)?.value.min(15)
            } else {
                0
            };
            let factor = libm::pow(10.0, f64::from(decimals));
            number(call, |value| libm::round(value * factor) / factor)
        },
    },
    Word {
        on: FREE,
        name: "floor",
        params: "number: number",
        returns: "number",
        doc: "The largest whole number that is not above.",
        example: "let whole = floor(3.7);",
        run: |call| number(call, libm::floor),
    },
    Word {
        on: FREE,
        name: "ceil",
        params: "number: number",
        returns: "number",
        doc: "The smallest whole number that is not below.",
        example: "let whole = ceil(3.2);",
        run: |call| number(call, libm::ceil),
    },
    Word {
        on: FREE,
        name: "sqrt",
        params: "number: number",
        returns: "number",
        doc: "The square root of a number that is not below zero.",
        example: "let side = sqrt(2);",
        run: |call| number(call, libm::sqrt),
    },
];

/// A function of a number; what comes out is finite or a mistake.
fn number(call: &mut Call<'_>, of: impl FnOnce(f64) -> f64) -> Option<Dynamic> {
    let value = of(call.number(0)?.value);
    if !value.is_finite() {
        let name = call.name;
        call.bad(0, format!("`{name}` has no value here"), "");
        return None;
    }
    let whole = value % 1.0 == 0.0 && value.abs() < 9e15;
    Some(if whole && call.name != "round" {
        (value as i64).into()
    } else {
        value.into()
    })
}

fn contains(call: &mut Call<'_>) -> Option<Dynamic> {
    let whole = call.arg(0)?.clone();
    let part = call.literal(1)?.value;
    if let Some(list) = whole.read_lock::<Array>() {
        let same = |item: &Dynamic| literal_of(item).is_some_and(|item| equal(&item, &part));
        return Some(list.iter().any(same).into());
    }
    if let Some(map) = whole.read_lock::<Map>() {
        return Some(map.contains_key(show(&part).as_str()).into());
    }
    let text = call.text(0)?.value;
    Some(text.contains(&show(&part)).into())
}

fn equal(left: &Literal, right: &Literal) -> bool {
    match (left.as_f64(), right.as_f64()) {
        (Some(left), Some(right)) => left == right,
        _ => left == right,
    }
}

/// A plain value as text.
fn show(literal: &Literal) -> String {
    match literal {
        Literal::Bool(truth) => truth.to_string(),
        Literal::Int(number) => number.to_string(),
        Literal::Float(number) => number.to_string(),
        Literal::Text(text) => text.clone(),
    }
}
