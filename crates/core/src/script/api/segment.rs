//! How results are cut: segments, crosses, periods.

use std::sync::Arc;

use rhai::{Array, Dynamic};

use super::{Word, give};
use crate::definition::{Buckets, Calendar, Cross, RowExpr, Segment, SegmentSource, Through};
use crate::diagnostic::{codes, nearest};
use crate::script::call::{Call, literal_of};
use crate::script::value::{Kind, Value, plain_period};

const ON: &[Kind] = &[Kind::Segment];
const PERIOD: &[Kind] = &[Kind::Period];
const BUCKETS: &[Kind] = &[Kind::Buckets];
const FREE: &[Kind] = &[Kind::Free];

/// Words of this group.
pub const WORDS: &[Word] = &[
    Word {
        on: FREE,
        name: "segment",
        params: "name: text, of: column or buckets or cohort or list of columns or table, value?: condition",
        returns: "segment",
        doc: "One way to cut results: a column that is reached by `belongs_to`, several columns of several tables, buckets of a number, a cohort, or a closure over \
              a table's rows. Every result keeps its total; rows without a value form `(unknown)`, so that segments add up.",
        example: r#"segment("region", customers.region);
segment("size", customers, |c| if c.arr > 10000 { "large" } else { "small" });
segment("branch", [survey.branch, tickets.branch]);"#,
        run: segment,
    },
    Word {
        on: FREE,
        name: "buckets",
        params: "column: number column, edges: list of numbers, labels?: list of texts",
        returns: "buckets",
        doc: "A number cut at edges; an edge belongs to the bucket above it. There is one label more than edges.",
        example: r#"segment("tenure", buckets(customers.months, [13, 25], ["to 1 year", "to 2 years", "longer"]));"#,
        run: buckets,
    },
    Word {
        on: BUCKETS,
        name: "missing",
        params: "label: text",
        returns: "buckets",
        doc: "The name of rows without a value, in place of `(unknown)`.",
        example: r#"segment("wait", buckets(tickets.days, [1, 4], ["soon", "days", "late"]).missing("never"));"#,
        run: |call| {
            let label = call.text(0)?.value;
            match call.receiver.clone() {
                Some(Value::Buckets(buckets)) => give(Value::Buckets(Arc::new((buckets.0.clone(), Some(label))))),
                _ => None,
            }
        },
    },
    Word {
        on: FREE,
        name: "cohort",
        params: "date: date column, calendar: text",
        returns: "cohort",
        doc: "For `segment`: the calendar step in which a date lies, so that rows are cut by when they began.",
        example: r#"segment("joined", cohort(customers.joined_on, "quarter"));"#,
        run: |call| {
            let column = call.column(0)?;
            let calendar = calendar(call, 1)?;
            give(Value::Cohort(Arc::new(column), calendar))
        },
    },
    Word {
        on: ON,
        name: "order",
        params: "values: text or list of texts..",
        returns: "segment",
        doc: "The order of its values; those not named follow.",
        example: r#"segment("plan", customers.plan).order(["basic", "plus", "pro"]);"#,
        run: |call| {
            let values = call.texts(0)?.into_iter().map(|value| value.value).collect();
            change(call, |segment| segment.order = values)
        },
    },
    Word {
        on: ON,
        name: "top",
        params: "n: number, others?: text",
        returns: "segment",
        doc: "Only the n most frequent values; the rest under one name.",
        example: r#"segment("state", customers.state).top(8, "other states");"#,
        run: |call| {
            let n = call.whole_number(0)?.value;
            let others = if call.count() > 1 {
                call.text(1)?.value
            } else {
                "other".to_owned()
            };
            if n == 0 {
                call.bad(0, "`top` keeps at least one value", "");
            }
            change(call, |segment| segment.top = Some((n, others)))
        },
    },
    Word {
        on: ON,
        name: "label",
        params: "name: text",
        returns: "segment",
        doc: "The name for people.",
        example: r#"segment("region", customers.region).label("Sales region");"#,
        run: |call| {
            let label = call.text(0)?.value;
            change(call, |segment| segment.label = Some(label))
        },
    },
    Word {
        on: ON,
        name: "missing",
        params: "label: text",
        returns: "segment",
        doc: "The name of rows without a value, in place of `(unknown)`.",
        example: r#"segment("region", customers.region).missing("not told");"#,
        run: |call| {
            let label = call.text(0)?.value;
            change(call, |segment| segment.missing_label = Some(label))
        },
    },
    Word {
        on: ON,
        name: "through",
        params: "table: table, rule: text",
        returns: "segment",
        doc: "Many to many, with the rule that avoids counting twice: \"once each\" counts a row in every value it has, \"first\" in the first, \"shared\" in equal parts.",
        example: r#"let items = table("items").belongs_to(tickets, "ticket_id", "ticket");
segment("product", items.product).through(items, "once each");"#,
        run: through,
    },
    Word {
        on: FREE,
        name: "cross",
        params: "segments: text..",
        returns: "cross",
        doc: "The cube of two or more segments, besides the one-way cells and the total.",
        example: r#"segment("region", customers.region); segment("plan", customers.plan);
cross("region", "plan");"#,
        run: cross,
    },
    Word {
        on: FREE,
        name: "period",
        params: "calendar: text or list of texts",
        returns: "period",
        doc: "How time is cut: day, week (ISO), month, quarter, year, fiscal quarter, fiscal year. The headline is read from the first period declared.",
        example: r#"period("month");"#,
        run: period,
    },
    Word {
        on: PERIOD,
        name: "rolling",
        params: "n: number",
        returns: "period",
        doc: "Each cell covers the last n steps, its own included.",
        example: r#"period("month").rolling(3);"#,
        run: |call| {
            let n = call.whole_number(0)?.value;
            if n < 2 {
                call.bad(0, "`rolling` covers at least 2 steps", "");
                return None;
            }
            periods(call, |period| period.rolling = n)
        },
    },
    Word {
        on: PERIOD,
        name: "to_date",
        params: "calendar: text",
        returns: "period",
        doc: "Each cell covers everything since the start of the larger calendar's step: year to date.",
        example: r#"period("month").to_date("year");"#,
        run: |call| {
            let calendar = calendar(call, 0)?;
            periods(call, |period| period.to_date = Some(calendar))
        },
    },
];

const CALENDARS: [&str; 7] = [
    "day",
    "week",
    "month",
    "quarter",
    "year",
    "fiscal quarter",
    "fiscal year",
];

/// A calendar's word; the adverb is understood and corrected.
fn calendar(call: &mut Call<'_>, index: usize) -> Option<Calendar> {
    let word = call.text(index)?.value;
    named_calendar(call, index, &word)
}

fn named_calendar(call: &mut Call<'_>, index: usize, word: &str) -> Option<Calendar> {
    if let Some(calendar) = Calendar::named(word) {
        return Some(calendar);
    }
    let near = match word {
        "daily" => Some("day"),
        "weekly" => Some("week"),
        "monthly" => Some("month"),
        "quarterly" => Some("quarter"),
        "yearly" | "annual" | "annually" => Some("year"),
        other => nearest(other, CALENDARS),
    };
    let help = near.map_or_else(
        || format!("one of {}", CALENDARS.join(", ")),
        |near| format!("did you mean `{near}`?"),
    );
    call.bad(index, format!("unknown period `{word}`"), &help);
    None
}

fn period(call: &mut Call<'_>) -> Option<Dynamic> {
    let words: Vec<String> = call.texts(0)?.into_iter().map(|word| word.value).collect();
    let span = call.whole();
    let first = call.builder.card.periods.len();
    for word in &words {
        let calendar = named_calendar(call, 0, word)?;
        call.builder.card.periods.push(plain_period(calendar, span));
    }
    give(Value::Periods(first, words.len()))
}

fn periods(call: &mut Call<'_>, change: impl Fn(&mut crate::definition::Period)) -> Option<Dynamic> {
    if let Some(Value::Periods(first, count)) = call.receiver {
        call.builder
            .card
            .periods
            .iter_mut()
            .skip(first)
            .take(count)
            .for_each(change);
    }
    call.same()
}

fn change(call: &mut Call<'_>, change: impl FnOnce(&mut Segment)) -> Option<Dynamic> {
    if let Some(Value::Segment(index)) = call.receiver {
        change(call.builder.card.segments.get_mut(index)?);
    }
    call.same()
}

fn segment(call: &mut Call<'_>) -> Option<Dynamic> {
    let name = call.text(0)?;
    let mut missing_label = None;
    let sources = if call.count() > 2 {
        let table = call.table(1)?;
        let table = call.builder.table_name(table.value);
        let expr = call.row(2)?;
        vec![SegmentSource::Closure(RowExpr { table, expr })]
    } else {
        match call.handle(1) {
            Some(Value::Column(column)) => vec![SegmentSource::Column((*column).clone())],
            Some(Value::Formula(formula)) => vec![SegmentSource::Closure(RowExpr {
                table: formula.table.clone(),
                expr: formula.expr.clone(),
            })],
            Some(Value::Buckets(buckets)) => {
                missing_label.clone_from(&buckets.1);
                vec![SegmentSource::Buckets(buckets.0.clone())]
            }
            Some(Value::Cohort(column, calendar)) => vec![SegmentSource::Cohort((*column).clone(), calendar)],
            Some(Value::Table(table)) => {
                let (span, table) = (call.arg_span(1), call.builder.table_name(table));
                let help =
                    format!("name a column, {table}.some_column, or add a closure: segment(\"..\", {table}, |row| ..)");
                call.error(
                    codes::WRONG_ARGUMENT,
                    span,
                    "`segment` takes a column, and this is a table",
                    &help,
                );
                return None;
            }
            _ if call.array(1).is_some() => call.columns(1)?.into_iter().map(SegmentSource::Column).collect(),
            _ => {
                call.wrong(1, "a column");
                return None;
            }
        }
    };
    call.builder.card.segments.push(Segment {
        name,
        label: None,
        sources,
        order: Vec::new(),
        top: None,
        missing_label,
        through: None,
    });
    give(Value::Segment(call.builder.card.segments.len() - 1))
}

fn buckets(call: &mut Call<'_>) -> Option<Dynamic> {
    let of = call.formula(0)?;
    let edges = call.numbers(1)?;
    if edges.is_empty() || !edges.iter().zip(edges.iter().skip(1)).all(|(low, high)| low < high) {
        call.bad(1, "edges go up, one after the other", "[13, 25, 49]");
        return None;
    }
    let labels = if call.count() > 2 {
        let labels: Vec<String> = call.texts(2)?.into_iter().map(|label| label.value).collect();
        if labels.len() != edges.len() + 1 {
            let message = format!(
                "{} edges make {} buckets, and there are {} labels",
                edges.len(),
                edges.len() + 1,
                labels.len()
            );
            call.bad(2, message, "one label more than edges");
            return None;
        }
        labels
    } else {
        plain_labels(call, &edges)
    };
    let span = call.whole();
    give(Value::Buckets(Arc::new((
        Buckets {
            of: RowExpr {
                table: of.table,
                expr: of.expr,
            },
            edges,
            labels,
            span,
        },
        None,
    ))))
}

/// Labels for buckets that have none, from the edges as they are written.
fn plain_labels(call: &Call<'_>, edges: &[f64]) -> Vec<String> {
    let written: Vec<String> = call
        .arg(1)
        .and_then(|list| {
            list.read_lock::<Array>()
                .map(|list| list.iter().filter_map(literal_of).collect::<Vec<_>>())
        })
        .map(|values| {
            values
                .iter()
                .map(|value| value.as_f64().unwrap_or_default().to_string())
                .collect()
        })
        .unwrap_or_else(|| edges.iter().map(f64::to_string).collect());
    let mut labels = Vec::with_capacity(written.len() + 1);
    let mut previous: Option<&String> = None;
    for edge in &written {
        labels.push(previous.map_or_else(|| format!("under {edge}"), |low| format!("{low} to under {edge}")));
        previous = Some(edge);
    }
    labels.extend(previous.map(|low| format!("{low} and more")));
    labels
}

fn through(call: &mut Call<'_>) -> Option<Dynamic> {
    let table = call.table(0)?;
    let rule = call.word(1, &["once each", "first", "shared"])?.to_owned();
    let name = call.builder.table_name(table.value);
    let span = call.arg_span(1);
    change(call, |segment| {
        segment.through = Some(Through {
            table: crate::diagnostic::Spanned::new(name, table.span),
            rule: crate::diagnostic::Spanned::new(rule, span),
        });
    })
}

fn cross(call: &mut Call<'_>) -> Option<Dynamic> {
    let segments = if call.kind(0) == Kind::Array {
        call.texts(0)?
    } else {
        (0..call.count())
            .map(|index| call.segment(index))
            .collect::<Option<Vec<_>>>()?
    };
    let span = call.whole();
    if segments.len() < 2 {
        call.bad(0, "`cross` takes two segments or more", "cross(\"region\", \"plan\")");
        return None;
    }
    call.builder.card.crosses.push(Cross { segments, span });
    give(Value::Cross)
}
