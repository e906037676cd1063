//! The words of measures: aggregates, what is made of them, and columns over other rows.

mod adjust;
mod make;
mod programme;
mod row;

use std::sync::Arc;

pub use self::adjust::each_aggregate;
pub use self::row::{row_function, row_function_names};

use self::adjust::{across, dated, filter, missing_counts_as, on_measure};
use self::make::{
    ICC_FORMS, KAPPA_WEIGHTS, adoption, aggregate, boxes, clv, cost_to_serve, count, fcr, funnel, lifetimes,
    percentile, rate, ratings, response_rate, revenue_coverage, revenue_retention, share, window,
};
use self::programme::{aapor, closed_loop, contact_fatigue};
use super::{Word, give};
use crate::definition::{Across, Measure, MeasureFunction, MeasureKind};
use crate::script::value::{Kind, Value};

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
              5 % they are warned of; deadlines are said with `done_within` and `done_by`, which know that a window may not be over yet. With one \
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
        name: "aapor",
        params: "rate: text, disposition: column, codes: map, share?: number",
        returns: "measure",
        doc: "A response rate of AAPOR, \"RR1\" to \"RR6\", from the final disposition codes of the invitations. The map says which codes are `complete`, \
              `partial`, of `unknown` eligibility and `not_eligible`; every other code is of somebody eligible who did not answer, and no code at all is of \
              unknown eligibility. RR2, RR4 and RR6 count partial answers as answers; RR1 and RR2 take all of the unknown as eligible, RR5 and RR6 none, RR3 \
              and RR4 the share that is given, or without one as many as of those of whom it is known.",
        example: r#"let invites = table("invites").date("sent_on");
metric("response", aapor("RR3", invites.disposition, #{ complete: ["done"], partial: ["broken off"], unknown: ["no contact"], not_eligible: ["bounced"] }))
    .unit("%").target(25);"#,
        run: aapor,
    },
    Word {
        on: FREE,
        name: "contact_fatigue",
        params: "key: column, date: date column, most: number, n: number, unit: text",
        returns: "measure",
        doc: "Of the contacts of a table, such as invitations, the percentage that breaks the policy of at most so many of one key in n units: those with as many \
              or more in the n units before them.",
        example: r#"let invites = table("invites").date("sent_on");
metric("asked too often", contact_fatigue(invites.customer_id, invites.sent_on, 2, 90, "days")).lower_is_better().target(5);"#,
        run: contact_fatigue,
    },
    Word {
        on: FREE,
        name: "closed_loop",
        params: "of: table, to_call: condition, from: date column, contacted: date column, n: number, unit: text",
        returns: "measure",
        doc: "Of the answers that ask for a call, such as those of detractors, the percentage that got one within n units. An answer whose n units are not over \
              at the end of the as-of day is not known and skipped, called or not; one that nobody called counts as not called once they are over.",
        example: r#"let answers = table("answers").key("answer_id").date("answered_on");
let calls = table("calls").belongs_to(answers, "answer_id").date("called_at");
answers.add("first_call", min(calls.called_at));
metric("closed loop", closed_loop(answers, |a| a.recommend <= 6, answers.answered_on, answers.first_call, 48, "hours")).target(90);"#,
        run: closed_loop,
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
              n units are not over at the end of the as-of day is not known and skipped, followed or not. Definitions by one touch are written with `rate`.",
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
        run: |call| ratings(call, MeasureFunction::Agreement, &["nominal", "ordinal", "interval"]),
    },
    Word {
        on: FREE,
        name: "kappa",
        params: "level: number column, rater: column, item: column, weights: text",
        returns: "measure",
        doc: "Cohen's kappa of two raters over the items that both rated: 1 is full agreement, 0 that of chance. Disagreements weigh by \
              the steps between them (\"linear\"), their square (\"quadratic\") or all the same (\"none\", also for categories that are \
              names). Of several raters the mean of all pairs, without a range; `agreement` is the better measure there.",
        example: r#"metric("coding", kappa(survey.satisfaction, survey.team, survey.touchpoint, "quadratic")).target(0.6);"#,
        run: |call| ratings(call, MeasureFunction::Kappa, KAPPA_WEIGHTS),
    },
    Word {
        on: FREE,
        name: "icc",
        params: "level: number column, rater: column, item: column, form: text",
        returns: "measure",
        doc: "The intraclass correlation over the items that every rater has rated: the part of the spread of ratings that lies between items. \
              \"agreement\" counts it against raters that one is stricter than another, \"consistency\" does not, \"one way\" is for items \
              whose raters are others each time; with \" of mean\" it is that of the mean of all raters rather than of one.",
        example: r#"metric("same order", icc(survey.satisfaction, survey.team, survey.touchpoint, "consistency")).target(0.75);"#,
        run: |call| ratings(call, MeasureFunction::Icc, ICC_FORMS),
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
        doc: "For `add`: whether a row with the same key follows within the window; missing while the window is not over at the end of the as-of day, followed or not.",
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
        name: "missing_counts_as",
        params: "value: number or true or false",
        returns: "measure",
        doc: "What a missing answer counts as, in place of being skipped: `false` in a rate, a number elsewhere.",
        example: r#"metric("solved", rate(tickets, |t| t.contacts == 1)).missing_counts_as(false);"#,
        run: missing_counts_as,
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
