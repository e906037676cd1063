//! Measures: aggregates, what is made of them, and functions of columns outside closures.

use std::sync::Arc;

use rhai::Dynamic;

use super::{Word, give};
use crate::definition::{
    Across, AddedColumn, AddedSource, Aggregate, ArithmeticOp, BinaryOp, Duration, Expr, ExprKind, Function, Literal,
    Measure, MeasureFunction, MeasureKind, TimeUnit, UnaryOp,
};
use crate::diagnostic::{Span, codes};
use crate::script::call::{Call, kind_of, literal_of};
use crate::script::value::{Formula, Kind, Value};

const ON: &[Kind] = &[Kind::Measure];
const ON_BOTH: &[Kind] = &[Kind::Measure, Kind::Metric];
const BY: &[Kind] = &[Kind::By];
const FREE: &[Kind] = &[Kind::Free];

macro_rules! of_column {
    ($name:literal, $function:ident, $kind:literal, $doc:literal, $example:literal) => {
        Word {
            on: FREE,
            name: $name,
            params: concat!("column: ", $kind),
            returns: "measure",
            doc: $doc,
            example: $example,
            run: |call| aggregate(call, MeasureFunction::$function, 1, 0, 0),
        }
    };
}

/// Words of this group.
pub const WORDS: &[Word] = &[
    Word {
        on: FREE,
        name: "count",
        params: "of: table or column",
        returns: "measure",
        doc: "The number of rows of a table, or of its rows in which a column is not missing.",
        example: r#"metric("calls", count(tickets)).no_target("a volume, not a success");"#,
        run: count,
    },
    of_column!(
        "count_distinct",
        CountDistinct,
        "column",
        "The number of different values of a column. Missing is no value.",
        r#"metric("callers", count_distinct(tickets.customer_id)).no_target("a volume");"#
    ),
    of_column!(
        "sum",
        Sum,
        "number column",
        "The sum of a column. Missing values are skipped and counted.",
        r#"outcome("cost", sum(tickets.cost)).lower_is_better();"#
    ),
    of_column!(
        "mean",
        Mean,
        "number column",
        "The mean of a column, with a t interval. Missing values are skipped and counted.",
        r#"metric("effort", mean(survey.effort)).scale(1, 7).lower_is_better();"#
    ),
    of_column!(
        "median",
        Median,
        "number column",
        "The median of a column: percentile 50.",
        r#"metric("days", median(days_between(tickets.opened_at, tickets.closed_at))).unit("days").lower_is_better();"#
    ),
    Word {
        on: FREE,
        name: "percentile",
        params: "column: number column, p: number",
        returns: "measure",
        doc: "A percentile of a column, p from 0 to 100, type 7 of Hyndman and Fan: 90 means p90.",
        example: r#"metric("p90", percentile(hours_between(tickets.opened_at, tickets.closed_at), 90)).unit("hours").lower_is_better();"#,
        run: percentile,
    },
    Word {
        on: FREE,
        name: "min",
        params: "column: number or date column",
        returns: "measure",
        doc: "The smallest value of a column. With two values it is the smaller of them, in closures and out.",
        example: r#"customers.add("first_call", min(tickets.opened_at));"#,
        run: |call| aggregate(call, MeasureFunction::Min, 1, 0, 0),
    },
    Word {
        on: FREE,
        name: "max",
        params: "column: number or date column",
        returns: "measure",
        doc: "The largest value of a column. With two values it is the larger of them, in closures and out.",
        example: r#"customers.add("last_call", max(tickets.opened_at));"#,
        run: |call| aggregate(call, MeasureFunction::Max, 1, 0, 0),
    },
    of_column!(
        "stddev",
        Stddev,
        "number column",
        "The standard deviation of a column, with n - 1.",
        r#"metric("spread", stddev(survey.effort)).lower_is_better();"#
    ),
    Word {
        on: FREE,
        name: "rate",
        params: "of: table or column, when?: condition",
        returns: "measure",
        doc: "The percentage of a table's rows for which the condition is true. Rows for which it is missing are skipped and counted, and above \
              5 % they are warned of; deadlines are said with `done_within` and `done_by`, which know that an answer may not be due yet. With one \
              argument: the percentage of a true or false column.",
        example: r#"metric("fcr", rate(tickets, |t| t.contacts == 1)).target(75);"#,
        run: rate,
    },
    Word {
        on: FREE,
        name: "share",
        params: "column: number column, when: condition",
        returns: "measure",
        doc: "The percentage of a column's sum that lies in the rows for which the condition is true.",
        example: r#"outcome("revenue_churn", share(customers.arr, |c| c.churned)).lower_is_better();"#,
        run: share,
    },
    of_column!(
        "nps",
        Nps,
        "number column",
        "The net promoter score of answers 0 to 10: percentage of 9 and 10 minus percentage of 0 to 6, in points.",
        r#"metric("nps", nps(survey.recommend)).target(45);"#
    ),
    Word {
        on: FREE,
        name: "top_box",
        params: "column: number column, boxes: number",
        returns: "measure",
        doc: "The percentage of answers in the highest boxes of the declared scale: `top_box(x, 2)` on a scale of 1 to 5 counts 4 and 5. For a threshold \
              use `at_least`.",
        example: r#"metric("csat", top_box(survey.satisfaction, 2)).target(85);"#,
        run: |call| boxes(call, MeasureFunction::TopBox, 1),
    },
    Word {
        on: FREE,
        name: "bottom_box",
        params: "column: number column, boxes: number",
        returns: "measure",
        doc: "The percentage of answers in the lowest boxes of the declared scale.",
        example: r#"metric("unhappy", bottom_box(survey.satisfaction, 2)).lower_is_better();"#,
        run: |call| boxes(call, MeasureFunction::BottomBox, 1),
    },
    Word {
        on: FREE,
        name: "at_least",
        params: "column: number column, threshold: number",
        returns: "measure",
        doc: "The percentage of answers at or above a threshold.",
        example: r#"metric("satisfied", at_least(survey.satisfaction, 4)).target(80);"#,
        run: |call| aggregate(call, MeasureFunction::AtLeast, 1, 1, 0),
    },
    Word {
        on: FREE,
        name: "net",
        params: "column: number column, top: number, bottom: number",
        returns: "measure",
        doc: "Percentage in the highest boxes minus percentage in the lowest boxes of the declared scale, in points.",
        example: r#"metric("mood", net(survey.satisfaction, 2, 2)).target(40);"#,
        run: |call| boxes(call, MeasureFunction::Net, 2),
    },
    of_column!(
        "ces_mean",
        CesMean,
        "number column",
        "Customer effort score as a mean of the scale as asked.",
        r#"metric("ease", ces_mean(survey.ease)).target(5.5);"#
    ),
    of_column!(
        "ces_agree",
        CesAgree,
        "number column",
        "Customer effort score as the percentage above the middle of the scale: 5, 6 and 7 on 1 to 7.",
        r#"metric("ease", ces_agree(survey.ease)).target(70);"#
    ),
    of_column!(
        "ces_net",
        CesNet,
        "number column",
        "Customer effort score as 6 and 7 minus 1, 2 and 3, in points, on a scale of 1 to 7.",
        r#"metric("ease", ces_net(survey.ease)).target(40);"#
    ),
    Word {
        on: FREE,
        name: "response_rate",
        params: "of: table, complete: condition, eligible?: condition",
        returns: "measure",
        doc: "The response rate 1 of AAPOR: rows that are complete, of all rows that are not known to be ineligible. A missing `complete` counts as not \
              complete.",
        example: r#"customers.add("answers", count(survey));
metric("response", response_rate(customers, |c| c.answers > 0)).target(25);"#,
        run: response_rate,
    },
    Word {
        on: FREE,
        name: "retention",
        params: "start: date column, end: date column, n: number, unit: text",
        returns: "measure",
        doc: "Of those alive n units before the end of the period, the percentage still alive at its end.",
        example: r#"outcome("retention", retention(customers.joined_on, customers.left_on, 12, "months")).target(82);"#,
        run: |call| lifetimes(call, MeasureFunction::Retention, 2, true),
    },
    Word {
        on: FREE,
        name: "churn",
        params: "start: date column, end: date column, n?: number, unit?: text",
        returns: "measure",
        doc: "100 minus retention. Without n and unit it looks from the start of the period to its end, and the total is missing.",
        example: r#"outcome("churn", churn(customers.joined_on, customers.left_on, 1, "month")).lower_is_better().target(2);"#,
        run: |call| lifetimes(call, MeasureFunction::Churn, 2, false),
    },
    Word {
        on: FREE,
        name: "revenue_retention",
        params: "entity: column, start: date column, end: date column, amount: number column, kind: text, n?: number, unit?: text",
        returns: "measure",
        doc: "Revenue kept from spells, \"gross\" or \"net\": a row is an entity with start, end and amount per unit of time.",
        example: r#"let contracts = table("contracts").belongs_to(customers, "customer_id");
outcome("nrr", revenue_retention(contracts.customer_id, contracts.starts, contracts.ends, contracts.mrr, "net", 12, "months")).target(105);"#,
        run: revenue_retention,
    },
    Word {
        on: FREE,
        name: "survival",
        params: "start: date column, end: date column, n: number, unit: text",
        returns: "measure",
        doc: "The Kaplan-Meier estimate of the percentage still there n units after the start, of those who started in the period.",
        example: r#"outcome("kept a year", survival(customers.joined_on, customers.left_on, 1, "year")).target(80);"#,
        run: |call| lifetimes(call, MeasureFunction::Survival, 2, true),
    },
    Word {
        on: FREE,
        name: "fcr",
        params: "key: column, at: date column, n: number, unit: text",
        returns: "measure",
        doc: "First contact resolution by no repeat: of first contacts, the percentage that no contact of the same key follows within n units. A contact whose \
              time is not over is not known and skipped. Definitions by one touch are written with `rate`.",
        example: r#"metric("fcr", fcr(tickets.customer_id, tickets.opened_at, 7, "days")).target(75);"#,
        run: fcr,
    },
    Word {
        on: FREE,
        name: "active",
        params: "start: date column, end: date column",
        returns: "measure",
        doc: "The mean over the days of the period of how many are there: a stock, not a flow.",
        example: r#"outcome("cost_to_serve", sum(tickets.cost) / active(customers.joined_on, customers.left_on)).lower_is_better();"#,
        run: |call| aggregate(call, MeasureFunction::Active, 2, 0, 0),
    },
    Word {
        on: FREE,
        name: "active_at_end",
        params: "start: date column, end: date column",
        returns: "measure",
        doc: "How many are there at the end of the period.",
        example: r#"metric("backlog", active_at_end(tickets.opened_at, tickets.closed_at)).lower_is_better().target(200);"#,
        run: |call| aggregate(call, MeasureFunction::ActiveAtEnd, 2, 0, 0),
    },
    Word {
        on: FREE,
        name: "active_ever",
        params: "start: date column, end: date column",
        returns: "measure",
        doc: "How many were there at any time in the period.",
        example: r#"metric("customers", active_ever(customers.joined_on, customers.left_on)).no_target("a volume");"#,
        run: |call| aggregate(call, MeasureFunction::ActiveEver, 2, 0, 0),
    },
    of_column!(
        "level",
        Level,
        "number column",
        "The sum of a column over the last snapshot in the period: for tables that hold a row a date, such as head counts.",
        r#"let staff = table("headcount").date("month", "yyyy-MM");
metric("people", level(staff.people)).no_target("a volume");"#
    ),
    Word {
        on: FREE,
        name: "cost_to_serve",
        params: "cost: number column, start: date column, end: date column",
        returns: "measure",
        doc: "The sum of costs over the mean number of those alive: `sum(cost) / active(start, end)`.",
        example: r#"outcome("cost_to_serve", cost_to_serve(tickets.cost, customers.joined_on, customers.left_on)).lower_is_better().target(35);"#,
        run: cost_to_serve,
    },
    Word {
        on: FREE,
        name: "adoption",
        params: "user: column, start: date column, end: date column",
        returns: "measure",
        doc: "The percentage of those alive in the period who were seen in it: `count_distinct(user) / active_ever(start, end) * 100`.",
        example: r#"let usage = table("usage").belongs_to(customers, "customer_id").date("day");
metric("adoption", adoption(usage.customer_id, customers.joined_on, customers.left_on)).target(60);"#,
        run: adoption,
    },
    Word {
        on: FREE,
        name: "clv",
        params: "start: date column, end: date column, margin: number column, unit: text, discount: number",
        returns: "measure",
        doc: "Customer lifetime value by the shifted beta-geometric model of contracts (Fader and Hardie); the margin is per unit, the discount in percent a year.",
        example: r#"outcome("clv", clv(customers.joined_on, customers.left_on, customers.margin, "month", 10));"#,
        run: clv,
    },
    Word {
        on: FREE,
        name: "revenue_coverage",
        params: "value: number column, answers: table",
        returns: "measure",
        doc: "The percentage of a value, such as yearly revenue, that lies with parents of whom at least one row of the other table is there.",
        example: r#"metric("revenue heard", revenue_coverage(customers.arr, survey)).target(80);"#,
        run: revenue_coverage,
    },
    Word {
        on: FREE,
        name: "last",
        params: "column: column, by: date or number column",
        returns: "measure",
        doc: "The value of a column in the row with the latest value of another. For columns that are rolled up.",
        example: r#"customers.add("last_answer", last(survey.recommend, survey.answered_on));"#,
        run: |call| aggregate(call, MeasureFunction::Last, 2, 0, 0),
    },
    Word {
        on: FREE,
        name: "correlation",
        params: "x: number column, y: number column",
        returns: "measure",
        doc: "Pearson's correlation of two columns of one table.",
        example: r#"metric("goes together", correlation(survey.effort, survey.recommend)).no_target("a fact");"#,
        run: |call| aggregate(call, MeasureFunction::Correlation, 2, 0, 0),
    },
    Word {
        on: FREE,
        name: "agreement",
        params: "level: number column, rater: column, item: column, scale: text",
        returns: "measure",
        doc: "Krippendorff's alpha between raters over items, on a \"nominal\", \"ordinal\" or \"interval\" scale.",
        example: r#"metric("agreement", agreement(survey.satisfaction, survey.team, survey.touchpoint, "ordinal")).target(0.67);"#,
        run: agreement,
    },
    Word {
        on: FREE,
        name: "funnel",
        params: "entity: column, step: column, at: date column, steps?: list of texts",
        returns: "measure",
        doc: "The percentage of those who reach the first step of a journey that reach the last one, in order. The steps are those listed, or those of the journey \
              along this column; `.each_step()` gives the conversion from step to step.",
        example: r#"let events = table("events").belongs_to(customers, "customer_id").date("at");
metric("onward", funnel(events.customer_id, events.step, events.at, ["order", "pay", "receive"])).target(85);"#,
        run: funnel,
    },
    Word {
        on: FREE,
        name: "value_from",
        params: "card: text, name: text",
        returns: "measure",
        doc: "A value that is kept in another card and handed in by the host.",
        example: r#"outcome("retention", value_from("subscriber-health", "retention"));"#,
        run: |call| {
            let (card, name) = (call.text(0)?, call.text(1)?);
            let kind = MeasureKind::ValueFrom {
                card: card.value,
                name: name.value,
            };
            give(Value::measure(kind, call.whole()))
        },
    },
    Word {
        on: FREE,
        name: "count_recent",
        params: "key: column, date: date column, n: number, unit: text",
        returns: "column",
        doc: "For `add`: how many other rows with the same key lie in the window before this row.",
        example: r#"tickets.add("lately", count_recent(tickets.customer_id, tickets.opened_at, 90, "days"));"#,
        run: |call| window(call, true),
    },
    Word {
        on: FREE,
        name: "followed_within",
        params: "key: column, date: date column, n: number, unit: text",
        returns: "column",
        doc: "For `add`: whether a row with the same key follows within the window; missing while the window is not over.",
        example: r#"tickets.add("back", followed_within(tickets.customer_id, tickets.opened_at, 7, "days"));"#,
        run: |call| window(call, false),
    },
    Word {
        on: ON_BOTH,
        name: "where",
        params: "condition: condition",
        returns: "measure",
        doc: "Only rows for which the condition is true. A measure of several tables takes it on each part.",
        example: r#"metric("bill", mean(survey.effort).where(|s| s.touchpoint == "bill")).lower_is_better();"#,
        run: filter,
    },
    Word {
        on: ON_BOTH,
        name: "dated",
        params: "date: date column",
        returns: "measure",
        doc: "The date that puts rows into periods, in place of the table's own.",
        example: r#"metric("solved", count(tickets)).dated(tickets.closed_at).no_target("a volume");"#,
        run: dated,
    },
    Word {
        on: ON_BOTH,
        name: "past",
        params: "n: number, unit: text",
        returns: "measure",
        doc: "Rows of a window before the end of each period, in place of the period itself.",
        example: r#"metric("nps", nps(survey.recommend).past(180, "days"));"#,
        run: |call| {
            let past = call.duration(0)?.value;
            on_measure(call, |measure| {
                each_aggregate(measure, &mut |part| part.past = Some(past))
            })
        },
    },
    Word {
        on: ON_BOTH,
        name: "ignoring",
        params: "segments: text or list of texts..",
        returns: "measure",
        doc: "Segments that do not cut this measure: its value repeats across them.",
        example: r#"segment("channel", tickets.channel);
metric("per_customer", count(tickets) / count(customers).ignoring("channel")).no_target("a volume");"#,
        run: |call| {
            let segments = call.texts(0)?;
            on_measure(call, |measure| {
                each_aggregate(measure, &mut |part| part.ignoring.extend(segments.iter().cloned()));
            })
        },
    },
    Word {
        on: ON_BOTH,
        name: "per",
        params: "unit: text",
        returns: "measure",
        doc: "A flow per year, month, .. : scaled by the days of the unit over the days of the period, and shown in the unit.",
        example: r#"outcome("cost", sum(tickets.cost) / active(customers.joined_on, customers.left_on)).per("year").lower_is_better();"#,
        run: |call| {
            let unit = call.unit(0)?.value;
            let span = call.span;
            on_measure(call, |measure| {
                let inner = measure.clone();
                *measure = Measure {
                    span: inner.span.to(span),
                    kind: MeasureKind::Per(Box::new(inner), unit),
                };
            })
        },
    },
    Word {
        on: ON,
        name: "by",
        params: "segment: text",
        returns: "measure by segment",
        doc: "The measure for each value of a segment inside the cell, to be joined by `spread`, `lowest` or `highest`.",
        example: r#"segment("team", survey.team);
metric("gap", mean(survey.effort).by("team").spread()).lower_is_better();"#,
        run: |call| {
            let segment = call.segment(0)?;
            match call.receiver.clone() {
                Some(Value::Measure(measure)) => give(Value::By(measure, Arc::new(segment))),
                _ => None,
            }
        },
    },
    Word {
        on: BY,
        name: "spread",
        params: "",
        returns: "measure",
        doc: "The highest value minus the lowest, over the values of the segment.",
        example: r#"segment("team", survey.team);
metric("gap", mean(survey.effort).by("team").spread()).lower_is_better();"#,
        run: |call| across(call, Across::Spread),
    },
    Word {
        on: BY,
        name: "lowest",
        params: "",
        returns: "measure",
        doc: "The lowest value over the values of the segment.",
        example: r#"segment("team", survey.team);
metric("worst team", top_box(survey.satisfaction, 2).by("team").lowest());"#,
        run: |call| across(call, Across::Lowest),
    },
    Word {
        on: BY,
        name: "highest",
        params: "",
        returns: "measure",
        doc: "The highest value over the values of the segment.",
        example: r#"segment("team", survey.team);
metric("best team", top_box(survey.satisfaction, 2).by("team").highest());"#,
        run: |call| across(call, Across::Highest),
    },
];

/// An aggregate whose first `columns` arguments are columns, then `numbers` numbers, then `words` words.
fn aggregate(
    call: &mut Call<'_>,
    function: MeasureFunction,
    columns: usize,
    numbers: usize,
    words: usize,
) -> Option<Dynamic> {
    let (table, inputs) = inputs(call, 0..columns)?;
    let numbers: Vec<f64> = (columns..columns + numbers)
        .map(|index| call.number(index).map(|number| number.value))
        .collect::<Option<_>>()?;
    let first = columns + numbers.len();
    let words: Vec<String> = (first..first + words)
        .map(|index| call.text(index).map(|word| word.value))
        .collect::<Option<_>>()?;
    give(made(call, function, table, inputs, numbers, words))
}

/// Column arguments of one table.
fn inputs(call: &mut Call<'_>, range: std::ops::Range<usize>) -> Option<(String, Vec<Expr>)> {
    let first = range.start;
    let mut table = String::new();
    let mut found = Vec::with_capacity(range.len());
    for index in range {
        let formula = call.formula(index)?;
        if table.is_empty() {
            table = formula.table;
        } else if !formula.table.is_empty() && formula.table != table {
            let (name, span) = (call.name, call.arg_span(index));
            call.error(
                codes::UNREACHABLE_COLUMN,
                span,
                format!(
                    "`{name}` takes columns of one table, and these are of `{table}` and `{}`",
                    formula.table
                ),
                "start all of them from the rows that are counted, along `belongs_to`",
            );
            return None;
        }
        found.push(formula.expr);
    }
    if table.is_empty() {
        call.wrong(first, "a column");
        return None;
    }
    Some((table, found))
}

fn made(
    call: &Call<'_>,
    function: MeasureFunction,
    table: String,
    inputs: Vec<Expr>,
    numbers: Vec<f64>,
    words: Vec<String>,
) -> Value {
    let span = call.whole();
    Value::measure(aggregate_kind(function, table, inputs, numbers, words, span), span)
}

fn aggregate_kind(
    function: MeasureFunction,
    table: String,
    inputs: Vec<Expr>,
    numbers: Vec<f64>,
    words: Vec<String>,
    span: Span,
) -> MeasureKind {
    MeasureKind::Aggregate(Box::new(Aggregate {
        function,
        table,
        inputs,
        numbers,
        words,
        filters: Vec::new(),
        dated: None,
        past: None,
        ignoring: Vec::new(),
        span,
    }))
}

fn measure_of(value: Value) -> Option<Measure> {
    match value {
        Value::Measure(measure) => Some((*measure).clone()),
        _ => None,
    }
}

fn count(call: &mut Call<'_>) -> Option<Dynamic> {
    if let Some(Value::Table(table)) = call.handle(0) {
        let table = call.builder.table_name(table);
        return give(made(call, MeasureFunction::Count, table, vec![], vec![], vec![]));
    }
    if call.kind(0) == Kind::Closure {
        call.wrong(0, "a table or a column");
        return None;
    }
    aggregate(call, MeasureFunction::Count, 1, 0, 0)
}

fn percentile(call: &mut Call<'_>) -> Option<Dynamic> {
    let p = call.number(1)?;
    if p.value > 0.0 && p.value < 1.0 {
        let better = (p.value * 100.0 * 1e6).round() / 1e6;
        call.bad(
            1,
            "`percentile` takes a number from 0 to 100",
            &format!("{better} means p{better}"),
        );
        return None;
    }
    if !(0.0..=100.0).contains(&p.value) {
        call.bad(1, "`percentile` takes a number from 0 to 100", "90 means p90");
        return None;
    }
    aggregate(call, MeasureFunction::Percentile, 1, 1, 0)
}

fn boxes(call: &mut Call<'_>, function: MeasureFunction, numbers: usize) -> Option<Dynamic> {
    for index in 1..=numbers {
        let boxes = call.whole_number(index)?;
        if boxes.value == 0 {
            let name = call.name;
            call.bad(index, format!("`{name}` counts at least one box"), "");
            return None;
        }
    }
    aggregate(call, function, 1, numbers, 0)
}

fn rate(call: &mut Call<'_>) -> Option<Dynamic> {
    if call.count() == 1 {
        if matches!(call.handle(0), Some(Value::Table(_))) {
            let table = call.builder.sources.slice(call.arg_span(0)).to_owned();
            let span = call.whole();
            call.error(
                codes::WRONG_ARGUMENT,
                span,
                "`rate` takes a table and a condition",
                &format!("rate({table}, |row| row.some_column == 1)"),
            );
            return None;
        }
        return aggregate(call, MeasureFunction::Rate, 1, 0, 0);
    }
    if matches!(call.kind(0), Kind::Column | Kind::Formula) {
        let help = format!(
            "write rate({}, |row| ..): the table, then the condition",
            rate_table(call)
        );
        let span = call.arg_span(0);
        call.error(
            codes::WRONG_ARGUMENT,
            span,
            "`rate` takes a table and a condition, and this is a column",
            &help,
        );
        return None;
    }
    let table = call.table(0)?;
    let table = call.builder.table_name(table.value);
    let condition = call.row(1)?;
    give(made(
        call,
        MeasureFunction::Rate,
        table,
        vec![condition],
        vec![],
        vec![],
    ))
}

fn rate_table(call: &Call<'_>) -> String {
    match call.handle(0) {
        Some(Value::Column(column)) => column.table.clone(),
        Some(Value::Formula(formula)) => formula.table.clone(),
        _ => "tickets".into(),
    }
}

fn share(call: &mut Call<'_>) -> Option<Dynamic> {
    let column = call.formula(0)?;
    let condition = call.row(1)?;
    give(made(
        call,
        MeasureFunction::Share,
        column.table,
        vec![column.expr, condition],
        vec![],
        vec![],
    ))
}

/// Two dates, then a number and a unit.
fn lifetimes(call: &mut Call<'_>, function: MeasureFunction, columns: usize, needed: bool) -> Option<Dynamic> {
    let (table, inputs) = inputs(call, 0..columns)?;
    let (numbers, words) = window_of(call, columns, needed)?;
    give(made(call, function, table, inputs, numbers, words))
}

fn window_of(call: &mut Call<'_>, index: usize, needed: bool) -> Option<(Vec<f64>, Vec<String>)> {
    if !needed && call.count() == index {
        return Some((vec![], vec![]));
    }
    let window = call.duration(index)?.value;
    Some((vec![f64::from(window.count)], vec![window.unit.word().to_owned()]))
}

fn revenue_retention(call: &mut Call<'_>) -> Option<Dynamic> {
    let (table, inputs) = inputs(call, 0..4)?;
    let kind = call.word(4, &["gross", "net"])?.to_owned();
    let (numbers, unit) = window_of(call, 5, false)?;
    let words = std::iter::once(kind).chain(unit).collect();
    give(made(
        call,
        MeasureFunction::RevenueRetention,
        table,
        inputs,
        numbers,
        words,
    ))
}

fn clv(call: &mut Call<'_>) -> Option<Dynamic> {
    let (table, inputs) = inputs(call, 0..3)?;
    let unit = call.unit(3)?.value;
    let discount = call.number(4)?.value;
    if discount <= 0.0 {
        call.bad(
            4,
            "the discount is above zero, in percent a year",
            "10 means 10 % a year",
        );
        return None;
    }
    let words = vec![unit.word().to_owned()];
    give(made(call, MeasureFunction::Clv, table, inputs, vec![discount], words))
}

fn agreement(call: &mut Call<'_>) -> Option<Dynamic> {
    let (table, inputs) = inputs(call, 0..3)?;
    let scale = call.word(3, &["nominal", "ordinal", "interval"])?.to_owned();
    give(made(
        call,
        MeasureFunction::Agreement,
        table,
        inputs,
        vec![],
        vec![scale],
    ))
}

fn funnel(call: &mut Call<'_>) -> Option<Dynamic> {
    let (table, inputs) = inputs(call, 0..3)?;
    let steps = if call.count() > 3 {
        call.texts(3)?.into_iter().map(|step| step.value).collect()
    } else {
        vec![]
    };
    give(made(call, MeasureFunction::Funnel, table, inputs, vec![], steps))
}

/// `or_else(x, value)` in the row language.
fn or_else(expr: Expr, value: bool) -> Expr {
    let span = expr.span;
    let literal = Expr::new(ExprKind::Literal(Literal::Bool(value)), span);
    Expr::new(ExprKind::Call(Function::OrElse, vec![expr, literal]), span)
}

fn response_rate(call: &mut Call<'_>) -> Option<Dynamic> {
    let table = call.table(0)?;
    let table = call.builder.table_name(table.value);
    let complete = or_else(call.row(1)?, false);
    let eligible = if call.count() > 2 {
        Some(or_else(call.row(2)?, true))
    } else {
        None
    };
    let mut measure = measure_of(made(call, MeasureFunction::Rate, table, vec![complete], vec![], vec![]))?;
    each_aggregate(&mut measure, &mut |part| part.filters.extend(eligible.clone()));
    give(Value::Measure(Arc::new(measure)))
}

fn ratio(left: Measure, right: Measure, span: Span) -> Measure {
    Measure {
        kind: MeasureKind::Arithmetic(ArithmeticOp::Divide, Box::new(left), Box::new(right)),
        span,
    }
}

fn cost_to_serve(call: &mut Call<'_>) -> Option<Dynamic> {
    let (costs, cost) = inputs(call, 0..1)?;
    let (people, dates) = inputs(call, 1..3)?;
    let cost = measure_of(made(call, MeasureFunction::Sum, costs, cost, vec![], vec![]))?;
    let alive = measure_of(made(call, MeasureFunction::Active, people, dates, vec![], vec![]))?;
    give(Value::Measure(Arc::new(ratio(cost, alive, call.whole()))))
}

fn adoption(call: &mut Call<'_>) -> Option<Dynamic> {
    let (users, user) = inputs(call, 0..1)?;
    let (people, dates) = inputs(call, 1..3)?;
    let span = call.whole();
    let users = measure_of(made(call, MeasureFunction::CountDistinct, users, user, vec![], vec![]))?;
    let alive = measure_of(made(call, MeasureFunction::ActiveEver, people, dates, vec![], vec![]))?;
    let hundred = Measure {
        kind: MeasureKind::Number(100.0),
        span,
    };
    give(Value::measure(
        MeasureKind::Arithmetic(
            ArithmeticOp::Multiply,
            Box::new(ratio(users, alive, span)),
            Box::new(hundred),
        ),
        span,
    ))
}

fn revenue_coverage(call: &mut Call<'_>) -> Option<Dynamic> {
    let value = call.column(0)?;
    let answers = call.table(1)?;
    let answers = call.builder.table_name(answers.value);
    // The path from the answers to the parent is found at the end of the script, when all paths are known.
    let input = Expr::new(ExprKind::Column(value.path.clone()), value.span);
    give(made(
        call,
        MeasureFunction::RevenueCoverage,
        answers,
        vec![input],
        vec![],
        vec![value.table],
    ))
}

fn fcr(call: &mut Call<'_>) -> Option<Dynamic> {
    let (key, date) = (call.column(0)?, call.column(1)?);
    let window = call.duration(2)?.value;
    let span = call.whole();
    if key.table != date.table {
        inputs(call, 0..2)?;
    }
    let table = key.table.clone();
    let at = Expr::new(ExprKind::Column(date.path.clone()), date.span);
    let followed = AddedSource::FollowedWithin {
        key: key.clone(),
        date: date.clone(),
        window,
    };
    let recent = AddedSource::CountRecent { key, date, window };
    let followed = hidden_column(call, &table, "followed", followed, span)?;
    let recent = hidden_column(call, &table, "recent", recent, span)?;
    let alone = Expr::new(
        ExprKind::Binary(
            BinaryOp::Equal,
            Box::new(recent),
            Box::new(Expr::new(ExprKind::Literal(Literal::Int(0)), span)),
        ),
        span,
    );
    let solved = Expr::new(ExprKind::Unary(UnaryOp::Not, Box::new(followed)), span);
    let mut measure = measure_of(made(call, MeasureFunction::Rate, table, vec![solved], vec![], vec![]))?;
    each_aggregate(&mut measure, &mut |part| {
        part.filters.push(alone.clone());
        part.dated = Some(at.clone());
    });
    give(Value::Measure(Arc::new(measure)))
}

/// A column that the engine makes for itself; the same source is made once.
fn hidden_column(call: &mut Call<'_>, table: &str, what: &str, source: AddedSource, span: Span) -> Option<Expr> {
    let index = call.builder.table_index(table)?;
    let number = call.builder.hidden + 1;
    let table = call.builder.card.tables.get_mut(index)?;
    if let Some(same) = table.added.iter().find(|added| added.hidden && added.source == source) {
        return Some(Expr::column(same.name.value.clone(), span));
    }
    let name = format!("({what} {number})");
    table.added.push(AddedColumn {
        name: crate::diagnostic::Spanned::new(name.clone(), span),
        source,
        hidden: true,
    });
    call.builder.hidden = number;
    Some(Expr::column(name, span))
}

fn window(call: &mut Call<'_>, before: bool) -> Option<Dynamic> {
    let (key, date) = (call.column(0)?, call.column(1)?);
    let window: Duration = call.duration(2)?.value;
    if key.table != date.table {
        inputs(call, 0..2)?;
    }
    let table = key.table.clone();
    let source = if before {
        AddedSource::CountRecent { key, date, window }
    } else {
        AddedSource::FollowedWithin { key, date, window }
    };
    give(Value::Window(Arc::new((table, source))))
}

/// Changes every aggregate of a measure.
pub fn each_aggregate(measure: &mut Measure, change: &mut impl FnMut(&mut Aggregate)) {
    match &mut measure.kind {
        MeasureKind::Number(_) | MeasureKind::ValueFrom { .. } => {}
        MeasureKind::Aggregate(part) => change(part),
        MeasureKind::Arithmetic(_, left, right) => {
            each_aggregate(left, change);
            each_aggregate(right, change);
        }
        MeasureKind::Negate(inner) | MeasureKind::Per(inner, _) | MeasureKind::Across { measure: inner, .. } => {
            each_aggregate(inner, change);
        }
    }
}

/// Changes the measure that the receiver is, or has.
fn on_measure(call: &mut Call<'_>, change: impl FnOnce(&mut Measure)) -> Option<Dynamic> {
    match call.receiver.clone()? {
        Value::Measure(measure) => {
            let mut changed = (*measure).clone();
            changed.span = changed.span.to(call.whole());
            change(&mut changed);
            give(Value::Measure(Arc::new(changed)))
        }
        Value::Metric(index) => {
            change(&mut call.builder.card.metrics.get_mut(index)?.measure);
            call.same()
        }
        _ => None,
    }
}

/// The tables that the receiver's aggregates read.
fn receiver_tables(call: &Call<'_>) -> Vec<String> {
    let measure = match &call.receiver {
        Some(Value::Measure(measure)) => Some((**measure).clone()),
        Some(Value::Metric(index)) => call
            .builder
            .card
            .metrics
            .get(*index)
            .map(|metric| metric.measure.clone()),
        _ => None,
    };
    let mut tables = Vec::new();
    if let Some(mut measure) = measure {
        each_aggregate(&mut measure, &mut |part| {
            if !tables.contains(&part.table) {
                tables.push(part.table.clone());
            }
        });
    }
    tables
}

fn filter(call: &mut Call<'_>) -> Option<Dynamic> {
    let tables = receiver_tables(call);
    let [_] = tables.as_slice() else {
        let span = call.span;
        let (message, help) = if tables.is_empty() {
            ("`where` needs a measure over a table".to_owned(), "")
        } else {
            (
                format!("`where` on a measure over several tables: {}", tables.join(", ")),
                "put it on the part that it means: sum(tickets.cost).where(|t| ..) / active(..)",
            )
        };
        call.error(codes::BAD_SETTING, span, message, help);
        return None;
    };
    let condition = call.row(0)?;
    on_measure(call, |measure| {
        each_aggregate(measure, &mut |part| part.filters.push(condition.clone()))
    })
}

fn dated(call: &mut Call<'_>) -> Option<Dynamic> {
    let date = call.formula(0)?;
    let tables = receiver_tables(call);
    if !tables.contains(&date.table) {
        let span = call.arg_span(0);
        call.error(
            codes::UNREACHABLE_COLUMN,
            span,
            format!(
                "the measure reads {}, and this date is of `{}`",
                tables.join(", "),
                date.table
            ),
            "name the date from the rows that are counted, along `belongs_to`",
        );
        return None;
    }
    on_measure(call, |measure| {
        each_aggregate(measure, &mut |part| {
            if part.table == date.table {
                part.dated = Some(date.expr.clone());
            }
        });
    })
}

fn across(call: &mut Call<'_>, how: Across) -> Option<Dynamic> {
    let Some(Value::By(measure, segment)) = call.receiver.clone() else {
        return None;
    };
    let span = measure.span.to(call.span);
    give(Value::measure(
        MeasureKind::Across {
            measure: Box::new((*measure).clone()),
            segment: (*segment).clone(),
            how,
        },
        span,
    ))
}

/// Names of the row functions, which may stand outside closures too, on columns.
pub fn row_function_names() -> impl Iterator<Item = &'static str> {
    Function::ALL.iter().map(|function| function.name())
}

/// A row function on columns, outside closures; nothing when the call is no such thing.
pub fn row_function(call: &mut Call<'_>) -> Option<Dynamic> {
    let function = Function::named(call.name)?;
    let (least, most) = function.arity();
    let args: Vec<Dynamic> = call
        .receiver
        .iter()
        .cloned()
        .map(Dynamic::from)
        .chain(call.args.iter().cloned())
        .collect();
    let shift = usize::from(call.receiver.is_some());
    if args.iter().any(|value| kind_of(value) == Kind::Poison) {
        return Some(Dynamic::from(Value::Poison));
    }
    let of_columns = args
        .iter()
        .any(|value| matches!(kind_of(value), Kind::Column | Kind::Formula));
    let by_itself =
        matches!(function, Function::AsOf | Function::Date) && !args.iter().any(|v| kind_of(v) == Kind::Closure);
    if !(of_columns || by_itself) || !(least..=most).contains(&args.len()) {
        return None;
    }
    let mut table = String::new();
    let mut inputs = Vec::with_capacity(args.len());
    for (index, value) in args.iter().enumerate() {
        let span = index.checked_sub(shift).map_or(call.span, |index| call.arg_span(index));
        let formula = operand(value, span)?;
        if table.is_empty() {
            table = formula.table;
        } else if !formula.table.is_empty() && formula.table != table {
            let name = call.name;
            call.error(
                codes::UNREACHABLE_COLUMN,
                span,
                format!(
                    "`{name}` takes columns of one table, and these are of `{table}` and `{}`",
                    formula.table
                ),
                "start all of them from the rows that are counted, along `belongs_to`",
            );
            return Some(Dynamic::from(Value::Poison));
        }
        inputs.push(formula.expr);
    }
    if function == Function::DoneWithin && !known_unit(call, &inputs, shift) {
        return Some(Dynamic::from(Value::Poison));
    }
    let expr = Expr::new(ExprKind::Call(function, inputs), call.whole());
    give(Value::Formula(Arc::new(Formula { table, expr })))
}

/// Whether the unit of `done_within` is one; says so when not.
fn known_unit(call: &mut Call<'_>, inputs: &[Expr], shift: usize) -> bool {
    match inputs.get(3).map(|unit| &unit.kind) {
        Some(ExprKind::Literal(Literal::Text(word))) if TimeUnit::named(word).is_some() => true,
        _ => call.unit(3 - shift).is_some(),
    }
}

fn operand(value: &Dynamic, span: Span) -> Option<Formula> {
    match value.read_lock::<Value>().as_deref() {
        Some(Value::Column(column)) => return Some(crate::script::algebra::column_formula(column)),
        Some(Value::Formula(formula)) => return Some((**formula).clone()),
        Some(_) => return None,
        None => {}
    }
    let literal = literal_of(value)?;
    Some(Formula {
        table: String::new(),
        expr: Expr::new(ExprKind::Literal(literal), span),
    })
}
