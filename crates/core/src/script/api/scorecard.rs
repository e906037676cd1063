//! `scorecard(..)`, `language(..)` and `param(..)`.

use rhai::Dynamic;

use super::{Word, give};
use crate::definition::{Literal, MONTHS, Param};
use crate::diagnostic::{Diagnostic, Spanned, codes, nearest};
use crate::script::call::{Call, kind_of, literal_of};
use crate::script::value::{Kind, Value};

const ON: &[Kind] = &[Kind::Scorecard];
const FREE: &[Kind] = &[Kind::Free];

/// Words of this group.
pub const WORDS: &[Word] = &[
    Word {
        on: FREE,
        name: "language",
        params: "version: number",
        returns: "nothing",
        doc: "The version of the language that the card is written in. There is version 1; later ones keep reading it.",
        example: "language(1);",
        run: language,
    },
    Word {
        on: FREE,
        name: "scorecard",
        params: "title: text",
        returns: "scorecard",
        doc: "Names the scorecard. Its settings say who owns it, what it is for, and what holds for all metrics.",
        example: r#"scorecard("Subscriber health").owner("CX Insights").purpose("Keep subscribers by making service effortless");"#,
        run: scorecard,
    },
    Word {
        on: ON,
        name: "purpose",
        params: "mission: text",
        returns: "scorecard",
        doc: "The mission that the scorecard serves, in a sentence.",
        example: r#"scorecard("Airport").purpose("Every guest leaves ready to recommend us");"#,
        run: |call| {
            header(
                call,
                |call| call.text(0),
                |card, value| card.header.purpose = Some(value),
            )
        },
    },
    Word {
        on: ON,
        name: "owner",
        params: "who: text",
        returns: "scorecard",
        doc: "Who answers for the scorecard.",
        example: r#"scorecard("Airport").owner("Guest Experience");"#,
        run: |call| header(call, |call| call.text(0), |card, value| card.header.owner = Some(value)),
    },
    Word {
        on: ON,
        name: "cadence",
        params: "how_often: text",
        returns: "scorecard",
        doc: "How often the scorecard is read, such as monthly. It is printed; periods are cut by `period`.",
        example: r#"scorecard("Airport").cadence("yearly");"#,
        run: |call| {
            header(
                call,
                |call| call.text(0),
                |card, value| card.header.cadence = Some(value),
            )
        },
    },
    Word {
        on: ON,
        name: "audience",
        params: "who: text",
        returns: "scorecard",
        doc: "For whom the scorecard is: executive, team, analyst, or a name of your own.",
        example: r#"scorecard("Customer OKRs").audience("executive");"#,
        run: |call| {
            header(
                call,
                |call| call.text(0),
                |card, value| card.header.audience = Some(value),
            )
        },
    },
    Word {
        on: ON,
        name: "currency",
        params: "code: text",
        returns: "scorecard",
        doc: "The currency of money without one: three letters of ISO 4217.",
        example: r#"scorecard("Telecom").currency("USD");"#,
        run: currency,
    },
    Word {
        on: ON,
        name: "min_n",
        params: "answers: number",
        returns: "scorecard",
        doc: "Below so many answers a value is flagged as too few. 30 unless told; a metric may have its own.",
        example: r#"scorecard("CX maturity").min_n(1);"#,
        run: min_n,
    },
    Word {
        on: ON,
        name: "fiscal_year",
        params: "first_month: text or number",
        returns: "scorecard",
        doc: "The first month of the fiscal year, for `period(\"fiscal quarter\")` and `period(\"fiscal year\")`.",
        example: r#"scorecard("Customer OKRs").fiscal_year("April"); period("fiscal quarter");"#,
        run: fiscal_year,
    },
    Word {
        on: ON,
        name: "utc_offset",
        params: "offset: text",
        returns: "scorecard",
        doc: "Hours and minutes east of UTC, to which timestamps that carry an offset are converted. `+00:00` unless told; there is no daylight saving.",
        example: r#"scorecard("Shops").utc_offset("+02:00");"#,
        run: utc_offset,
    },
    Word {
        on: FREE,
        name: "utc_offset",
        params: "offset: text",
        returns: "nothing",
        doc: "The same as the setting of the scorecard.",
        example: r#"utc_offset("-05:30");"#,
        run: utc_offset,
    },
    Word {
        on: ON,
        name: "complete_until",
        params: "day: date",
        returns: "scorecard",
        doc: "The last day for which the data are known to be complete. Periods that reach beyond it are partial and never the headline.",
        example: r#"scorecard("311 complaints").complete_until("2023-11-30");"#,
        run: |call| {
            header(
                call,
                |call| call.date(0),
                |card, value| card.header.complete_until = Some(value),
            )
        },
    },
    Word {
        on: FREE,
        name: "param",
        params: "name: text, default: plain value, options?: map",
        returns: "plain value",
        doc: "A named input: a flag of the command line, an argument of the library, a slider of the playground. Returns its value. \
              The options are `min`, `max` and `help`.",
        example: r#"let goal = param("fcr_goal", 75, #{ min: 50, max: 100, help: "share solved at the first contact" });
metric("fcr", rate(tickets, |t| t.contacts == 1)).target(goal);"#,
        run: param,
    },
];

fn header<T>(
    call: &mut Call<'_>,
    read: impl FnOnce(&mut Call<'_>) -> Option<T>,
    set: impl FnOnce(&mut crate::definition::Scorecard, T),
) -> Option<Dynamic> {
    let value = read(call)?;
    set(&mut call.builder.card, value);
    call.same()
}

fn language(call: &mut Call<'_>) -> Option<Dynamic> {
    let version = call.whole_number(0)?;
    if version.value != 1 {
        call.bad(
            0,
            format!("there is no version {} of the language", version.value),
            "write language(1)",
        );
    }
    call.builder.card.language = 1;
    Some(Dynamic::UNIT)
}

fn scorecard(call: &mut Call<'_>) -> Option<Dynamic> {
    let title = call.text(0)?;
    if let Some(first) = call.builder.header {
        let diagnostic = Diagnostic::error(codes::DUPLICATE_NAME, "a card has one `scorecard(..)`")
            .at(call.span)
            .related(first, "the first one");
        call.push(diagnostic);
    } else {
        call.builder.header = Some(call.span);
        call.builder.card.header.title = title;
    }
    give(Value::Scorecard)
}

fn currency(call: &mut Call<'_>) -> Option<Dynamic> {
    let code = call.text(0)?;
    if !is_currency(&code.value) {
        call.bad(
            0,
            format!("`{}` is no currency", code.value),
            "three capital letters, such as \"USD\"",
        );
    }
    call.builder.card.header.currency = Some(code);
    call.same()
}

/// Whether a text looks like an ISO code of a currency.
pub fn is_currency(code: &str) -> bool {
    code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_uppercase())
}

fn min_n(call: &mut Call<'_>) -> Option<Dynamic> {
    let n = call.whole_number(0)?;
    call.builder.card.header.min_n = Some(Spanned::new(u64::from(n.value), n.span));
    call.same()
}

fn fiscal_year(call: &mut Call<'_>) -> Option<Dynamic> {
    let span = call.arg_span(0);
    let month = if call.kind(0) == Kind::Number {
        Some(call.whole_number(0)?.value).filter(|month| (1..=12).contains(month))
    } else {
        let name = call.text(0)?.value.to_lowercase();
        MONTHS
            .iter()
            .zip(1..)
            .find(|(month, _)| month.to_lowercase() == name)
            .map(|(_, number)| number)
    };
    match month {
        Some(month) => call.builder.card.header.fiscal_year_start = Some(Spanned::new(month, span)),
        None => {
            let written = call.builder.sources.slice(span).trim_matches('"').to_owned();
            let help = nearest(&written, MONTHS).map_or_else(
                || "name the month: \"April\"".to_owned(),
                |near| format!("did you mean \"{near}\"?"),
            );
            call.bad(0, format!("`{written}` is no month"), &help);
        }
    }
    call.same()
}

fn utc_offset(call: &mut Call<'_>) -> Option<Dynamic> {
    let text = call.text(0)?;
    match offset_minutes(&text.value) {
        Some(minutes) => call.builder.card.header.utc_offset_minutes = Some(Spanned::new(minutes, text.span)),
        None => call.bad(
            0,
            format!("`{}` is no offset", text.value),
            "hours and minutes east of UTC: \"+02:00\"",
        ),
    }
    call.same().or(Some(Dynamic::UNIT))
}

fn offset_minutes(text: &str) -> Option<i32> {
    let (sign, rest) = match text.split_at_checked(1)? {
        ("+", rest) => (1, rest),
        ("-" | "−", rest) => (-1, rest),
        _ => return None,
    };
    let (hours, minutes) = rest.split_once(':')?;
    let (hours, minutes): (i32, i32) = (hours.parse().ok()?, minutes.parse().ok()?);
    (hours <= 14 && minutes < 60).then_some(sign * (hours * 60 + minutes))
}

fn param(call: &mut Call<'_>) -> Option<Dynamic> {
    let name = call.text(0)?;
    let default = call.literal(1)?;
    let (mut min, mut max, mut help) = (None, None, None);
    if call.count() == 3 {
        for (key, value) in call.map(2)? {
            match (key.as_str(), literal_of(&value)) {
                ("min", Some(number)) if number.as_f64().is_some() => min = number.as_f64(),
                ("max", Some(number)) if number.as_f64().is_some() => max = number.as_f64(),
                ("help", Some(Literal::Text(text))) => help = Some(text),
                ("min" | "max" | "help", _) => {
                    let phrase = kind_of(&value).phrase();
                    call.bad(
                        2,
                        format!("`{key}` of a param cannot be {phrase}"),
                        "#{ min: 0, max: 100, help: \"what it means\" }",
                    );
                }
                _ => {
                    let help = nearest(&key, ["min", "max", "help"]).map_or_else(
                        || "a param has min, max and help".to_owned(),
                        |near| format!("did you mean `{near}`?"),
                    );
                    call.bad(2, format!("a param has no `{key}`"), &help);
                }
            }
        }
    }
    if let Some(first) = call.builder.card.params.iter().find(|param| param.name == name.value) {
        let diagnostic = Diagnostic::error(
            codes::DUPLICATE_NAME,
            format!("two params of the name `{}`", name.value),
        )
        .at(name.span)
        .related(first.span, "the first one");
        call.push(diagnostic);
    }
    let set = call
        .builder
        .params
        .iter()
        .find(|(given, _)| *given == name.value)
        .map(|(_, value)| value.clone());
    let value = set.map_or(Some(default.value.clone()), |given| coerce(&given, &default.value));
    let Some(value) = value else {
        let diagnostic = Diagnostic::error(
            codes::BAD_PARAM,
            format!(
                "param `{}` is set to something of another kind than its default",
                name.value
            ),
        )
        .at(name.span)
        .help(format!("its default is {}", call.builder.sources.slice(default.span)));
        call.push(diagnostic);
        return Some(dynamic(&default.value));
    };
    if let Some(number) = value.as_f64()
        && (min.is_some_and(|min| number < min) || max.is_some_and(|max| number > max))
    {
        let range = format!(
            "{} to {}",
            min.map_or("any".to_owned(), |min| min.to_string()),
            max.map_or("any".to_owned(), |max| max.to_string())
        );
        call.builder.error(
            codes::BAD_PARAM,
            name.span,
            format!("param `{}` is {number}, outside its range", name.value),
            format!("it goes from {range}"),
        );
    }
    let result = dynamic(&value);
    call.builder.card.params.push(Param {
        name: name.value,
        span: name.span,
        default: default.value,
        value,
        min,
        max,
        help,
    });
    Some(result)
}

/// A value that the host sets, as the kind of the default; texts of a command line are read as numbers or flags.
fn coerce(given: &Literal, default: &Literal) -> Option<Literal> {
    match (given, default) {
        (Literal::Int(_) | Literal::Float(_), Literal::Int(_) | Literal::Float(_))
        | (Literal::Bool(_), Literal::Bool(_))
        | (Literal::Text(_), Literal::Text(_)) => Some(given.clone()),
        (Literal::Int(number), Literal::Text(_)) => Some(Literal::Text(number.to_string())),
        (Literal::Float(number), Literal::Text(_)) => Some(Literal::Text(number.to_string())),
        (Literal::Bool(truth), Literal::Text(_)) => Some(Literal::Text(truth.to_string())),
        (Literal::Text(text), Literal::Bool(_)) => text.parse().ok().map(Literal::Bool),
        (Literal::Text(text), Literal::Int(_) | Literal::Float(_)) => {
            text.parse().map(Literal::Int).ok().or_else(|| {
                text.parse::<f64>()
                    .ok()
                    .filter(|number| number.is_finite())
                    .map(Literal::Float)
            })
        }
        _ => None,
    }
}

/// A literal as the script sees it.
pub fn dynamic(literal: &Literal) -> Dynamic {
    match literal {
        Literal::Bool(truth) => (*truth).into(),
        Literal::Int(number) => (*number).into(),
        Literal::Float(number) => (*number).into(),
        Literal::Text(text) => text.clone().into(),
    }
}
