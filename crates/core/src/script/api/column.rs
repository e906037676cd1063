//! Facts about columns: scales, codes, levels.

use rhai::Dynamic;

use super::Word;
use crate::definition::ColumnFacts;
use crate::diagnostic::{Spanned, codes};
use crate::script::call::Call;
use crate::script::value::{Kind, Value};

const ON: &[Kind] = &[Kind::Columns];

/// Words of this group.
pub const WORDS: &[Word] = &[
    Word {
        on: ON,
        name: "scale",
        params: "low: number, high: number",
        returns: "columns",
        doc: "The lowest and highest answer of the scale. A value off the scale is an error with a count; boxes are counted from its ends.",
        example: r#"survey.column("recommend").scale(0, 10);"#,
        run: scale,
    },
    Word {
        on: ON,
        name: "missing",
        params: "codes: plain value..",
        returns: "columns",
        doc: "Codes that mean: no answer. They are skipped and counted.",
        example: r#"survey.column("recommend").scale(0, 10).missing(11, 99);"#,
        run: |call| {
            let codes = call.literals(0)?;
            each(call, |facts| facts.missing.extend(codes.iter().cloned()))
        },
    },
    Word {
        on: ON,
        name: "not_applicable",
        params: "codes: plain value..",
        returns: "columns",
        doc: "Codes that mean: the question does not apply. They are skipped as missing ones are, and counted apart.",
        example: r#"survey.column("satisfaction").scale(1, 5).not_applicable(6);"#,
        run: |call| {
            let codes = call.literals(0)?;
            each(call, |facts| facts.not_applicable.extend(codes.iter().cloned()))
        },
    },
    Word {
        on: ON,
        name: "levels",
        params: "names: text or list of texts..",
        returns: "columns",
        doc: "Names of the scale's steps, lowest first.",
        example: r#"survey.column("satisfaction").scale(1, 5).levels(["awful", "poor", "fair", "good", "great"]);"#,
        run: |call| {
            let names: Vec<String> = call.texts(0)?.into_iter().map(|name| name.value).collect();
            each(call, |facts| facts.levels.clone_from(&names))
        },
    },
    Word {
        on: ON,
        name: "dates",
        params: "format: text",
        returns: "columns",
        doc: "The format of the column's dates, such as `d/M/yyyy H:mm`.",
        example: r#"survey.column("answered_on").dates("d/M/yyyy");"#,
        run: |call| {
            let format = call.text(0)?;
            each(call, |facts| facts.dates = Some(format.clone()))
        },
    },
    Word {
        on: ON,
        name: "label",
        params: "name: text",
        returns: "columns",
        doc: "The name of the column for people.",
        example: r#"survey.column("recommend").label("Would you recommend us?");"#,
        run: |call| {
            let label = call.text(0)?;
            each(call, |facts| facts.label = Some(label.value.clone()))
        },
    },
];

/// Changes the facts of every column meant.
fn each(call: &mut Call<'_>, set: impl Fn(&mut ColumnFacts)) -> Option<Dynamic> {
    let Some(Value::Columns(table, names)) = call.receiver.clone() else {
        return None;
    };
    let table = call.builder.card.tables.get_mut(table)?;
    for name in names.iter() {
        match table.columns.iter_mut().find(|facts| facts.column.value == name.value) {
            Some(facts) => set(facts),
            None => {
                let mut facts = ColumnFacts {
                    column: name.clone(),
                    ..ColumnFacts::default()
                };
                set(&mut facts);
                table.columns.push(facts);
            }
        }
    }
    call.same()
}

/// Two numbers, the lower first.
pub fn low_high(call: &mut Call<'_>) -> Option<Spanned<(f64, f64)>> {
    let (low, high) = (call.number(0)?, call.number(1)?);
    let span = low.span.to(high.span);
    if low.value >= high.value {
        let name = call.name;
        let help = if low.value > high.value {
            format!(".{name}({}, {})", high.value, low.value)
        } else {
            String::new()
        };
        call.error(
            codes::BAD_SETTING,
            span,
            format!("`{name}` runs from low to high"),
            &help,
        );
        return None;
    }
    Some(Spanned::new((low.value, high.value), span))
}

fn scale(call: &mut Call<'_>) -> Option<Dynamic> {
    let scale = low_high(call)?;
    each(call, |facts| facts.scale = Some(scale))
}
