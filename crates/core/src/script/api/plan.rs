//! Links, objectives, journeys, initiatives, lists of rows, alerts.

use rhai::Dynamic;

use super::{Word, give};
use crate::definition::{Alert, Initiative, Journey, JourneyPhase, Link, List, Move, Objective, QuickWins, RowExpr};
use crate::diagnostic::{Spanned, codes};
use crate::script::call::Call;
use crate::script::value::{Kind, Value};

const FREE: &[Kind] = &[Kind::Free];
const LINK: &[Kind] = &[Kind::Link];
const JOURNEY: &[Kind] = &[Kind::Journey];
const INITIATIVE: &[Kind] = &[Kind::Initiative];
const QUICK: &[Kind] = &[Kind::QuickWins];
const LIST: &[Kind] = &[Kind::List];

/// Words of this group.
pub const WORDS: &[Word] = &[
    Word {
        on: FREE,
        name: "link",
        params: "metric: text, outcome: text",
        returns: "link",
        doc: "The claim that a metric leads an outcome, or another metric. `drives` is short for it.",
        example: r#"metric("nps", nps(survey.recommend)); outcome("retention", rate(customers, |c| !c.churned));
link("nps", "retention").lag(1, "month").window(6, "months").controlling_for(customers.plan);"#,
        run: |call| {
            let (metric, outcome, span) = (call.object(0)?, call.object(1)?, call.whole());
            let link = Link::claimed(metric, outcome);
            call.builder.card.links.push(Link { span, ..link });
            give(Value::Link(call.builder.card.links.len() - 1))
        },
    },
    Word {
        on: LINK,
        name: "lag",
        params: "n: number, unit: text",
        returns: "link",
        doc: "How long the effect takes.",
        example: r#"metric("nps", nps(survey.recommend)); outcome("retention", rate(customers, |c| !c.churned));
link("nps", "retention").lag(1, "month");"#,
        run: |call| {
            let lag = call.duration(0)?.value;
            link(call, |link| link.lag = Some(lag))
        },
    },
    Word {
        on: LINK,
        name: "window",
        params: "n: number, unit: text",
        returns: "link",
        doc: "How long a stretch of the metric counts, before the lag.",
        example: r#"metric("nps", nps(survey.recommend)); outcome("retention", rate(customers, |c| !c.churned));
link("nps", "retention").window(6, "months");"#,
        run: |call| {
            let window = call.duration(0)?.value;
            link(call, |link| link.window = Some(window))
        },
    },
    Word {
        on: LINK,
        name: "controlling_for",
        params: "columns: column..",
        returns: "link",
        doc: "Columns that are held constant.",
        example: r#"metric("nps", nps(survey.recommend)); outcome("retention", rate(customers, |c| !c.churned));
link("nps", "retention").controlling_for(customers.plan, customers.region);"#,
        run: |call| {
            let columns = call.columns(0)?;
            link(call, |link| link.controls.extend(columns))
        },
    },
    Word {
        on: LINK,
        name: "assumes",
        params: "low: number, high: number",
        returns: "link",
        doc: "An assumed effect, as a range: units of the outcome per unit of the metric. Whatever rests on it says so.",
        example: r#"metric("nps", nps(survey.recommend)); outcome("retention", rate(customers, |c| !c.churned));
link("nps", "retention").assumes(0.05, 0.15);"#,
        run: |call| {
            let (low, high) = (call.number(0)?, call.number(1)?);
            if low.value > high.value {
                call.bad(0, "`assumes` takes the low end first", "");
                return None;
            }
            let range = Spanned::new((low.value, high.value), low.span.to(high.span));
            link(call, |link| link.assumes = Some(range))
        },
    },
    Word {
        on: &[Kind::Link, Kind::Initiative],
        name: "tested_by",
        params: "experiment: text",
        returns: "the same",
        doc: "The experiment or pilot that tested it.",
        example: r#"metric("fcr", rate(tickets, |t| t.contacts == 1));
initiative("One owner").moves("fcr", 3, 8).tested_by("pilot West, Q2 2026");"#,
        run: |call| {
            let test = call.text(0)?;
            if let Some(Value::Initiative(index)) = call.receiver {
                call.builder.card.initiatives.get_mut(index)?.tested_by = Some(test);
                return call.same();
            }
            link(call, |link| link.tested_by = Some(test))
        },
    },
    Word {
        on: FREE,
        name: "objective",
        params: "words: text",
        returns: "objective",
        doc: "What several outcomes serve together.",
        example: r#"objective("Customers stay").owner("CEO");
outcome("retention", rate(customers, |c| !c.churned)).serves("Customers stay");"#,
        run: |call| {
            let name = call.text(0)?;
            call.builder.card.objectives.push(Objective { name, owner: None });
            give(Value::Objective(call.builder.card.objectives.len() - 1))
        },
    },
    Word {
        on: &[Kind::Objective, Kind::Initiative],
        name: "owner",
        params: "who: text",
        returns: "the same",
        doc: "Who answers for it.",
        example: r#"objective("Customers stay").owner("CEO");
outcome("retention", rate(customers, |c| !c.churned)).serves("Customers stay");"#,
        run: |call| {
            let owner = call.text(0)?;
            match call.receiver {
                Some(Value::Objective(index)) => call.builder.card.objectives.get_mut(index)?.owner = Some(owner),
                Some(Value::Initiative(index)) => call.builder.card.initiatives.get_mut(index)?.owner = Some(owner),
                _ => {}
            }
            call.same()
        },
    },
    Word {
        on: FREE,
        name: "journey",
        params: "name: text",
        returns: "journey",
        doc: "A journey: ordered stages, or phases with steps, perhaps bound to columns of the data.",
        example: r#"journey("subscription").along(survey.touchpoint).phase("start", ["set up"]).phase("use", ["daily use", "bill"]);"#,
        run: |call| {
            let name = call.text(0)?;
            call.builder.card.journeys.push(Journey {
                name,
                along: vec![],
                persona: None,
                phases: vec![],
            });
            give(Value::Journey(call.builder.card.journeys.len() - 1))
        },
    },
    Word {
        on: JOURNEY,
        name: "along",
        params: "columns: column or list of columns..",
        returns: "journey",
        doc: "Columns whose values are steps. The journey is then a segment of its own name.",
        example: r#"journey("subscription").along([survey.touchpoint, tickets.touchpoint]).phase("use", ["daily use", "bill"]);"#,
        run: |call| {
            let columns = call.columns(0)?;
            journey(call, |journey| journey.along.extend(columns))
        },
    },
    Word {
        on: JOURNEY,
        name: "persona",
        params: "column: column",
        returns: "journey",
        doc: "The column that tells personas apart.",
        example: r#"journey("subscription").along(survey.touchpoint).persona(customers.persona).phase("use", ["bill"]);"#,
        run: |call| {
            let column = call.column(0)?;
            journey(call, |journey| journey.persona = Some(column))
        },
    },
    Word {
        on: JOURNEY,
        name: "phase",
        params: "name: text, steps?: list of texts",
        returns: "journey",
        doc: "A phase with its steps, in order.",
        example: r#"journey("subscription").along(survey.touchpoint).phase("use", ["daily use", "bill"]);"#,
        run: |call| {
            let name = call.text(0)?;
            let steps = if call.count() > 1 { call.texts(1)? } else { vec![] };
            journey(call, |journey| journey.phases.push(JourneyPhase { name, steps }))
        },
    },
    Word {
        on: JOURNEY,
        name: "stages",
        params: "names: text or list of texts..",
        returns: "journey",
        doc: "Stages of a journey of one level, in order.",
        example: r#"journey("service").stages("ask", "get help", "leave");"#,
        run: |call| {
            let names = call.texts(0)?;
            journey(call, |journey| {
                journey
                    .phases
                    .extend(names.into_iter().map(|name| JourneyPhase { name, steps: vec![] }));
            })
        },
    },
    Word {
        on: FREE,
        name: "initiative",
        params: "name: text",
        returns: "initiative",
        doc: "An action with its cost and what it is expected to move: gives return on investment as a range, and quick wins.",
        example: r#"metric("fcr", rate(tickets, |t| t.contacts == 1));
initiative("One owner").owner("Service").starts("2026-09-01").by("2027-03-31").costs(180_000).moves("fcr", 3, 8);"#,
        run: |call| {
            let name = call.text(0)?;
            call.builder.card.initiatives.push(Initiative {
                name,
                owner: None,
                starts: None,
                due: None,
                costs: None,
                yearly_cost: None,
                person_days: None,
                moves: vec![],
                tested_by: None,
                horizon: None,
                discount: None,
            });
            give(Value::Initiative(call.builder.card.initiatives.len() - 1))
        },
    },
    Word {
        on: INITIATIVE,
        name: "starts",
        params: "day: date",
        returns: "initiative",
        doc: "Its first day.",
        example: r#"metric("fcr", rate(tickets, |t| t.contacts == 1));
initiative("One owner").starts("2026-09-01").moves("fcr", 3, 8);"#,
        run: |call| {
            let day = call.date(0)?;
            initiative(call, |action| action.starts = Some(day))
        },
    },
    Word {
        on: INITIATIVE,
        name: "by",
        params: "day: date",
        returns: "initiative",
        doc: "The day by which it is done.",
        example: r#"metric("fcr", rate(tickets, |t| t.contacts == 1));
initiative("One owner").by("2027-03-31").moves("fcr", 3, 8);"#,
        run: |call| {
            let day = call.date(0)?;
            initiative(call, |action| action.due = Some(day))
        },
    },
    Word {
        on: INITIATIVE,
        name: "costs",
        params: "amount: number",
        returns: "initiative",
        doc: "What it costs once, in the scorecard's currency.",
        example: r#"metric("fcr", rate(tickets, |t| t.contacts == 1));
initiative("One owner").costs(180_000).moves("fcr", 3, 8);"#,
        run: |call| {
            let amount = amount(call)?;
            initiative(call, |action| action.costs = Some(amount))
        },
    },
    Word {
        on: INITIATIVE,
        name: "yearly_cost",
        params: "amount: number",
        returns: "initiative",
        doc: "What it costs a year.",
        example: r#"metric("fcr", rate(tickets, |t| t.contacts == 1));
initiative("One owner").yearly_cost(60_000).moves("fcr", 3, 8);"#,
        run: |call| {
            let amount = amount(call)?;
            initiative(call, |action| action.yearly_cost = Some(amount))
        },
    },
    Word {
        on: INITIATIVE,
        name: "person_days",
        params: "days: number",
        returns: "initiative",
        doc: "How much work it is.",
        example: r#"metric("fcr", rate(tickets, |t| t.contacts == 1));
initiative("One owner").person_days(60).moves("fcr", 3, 8);"#,
        run: |call| {
            let days = amount(call)?;
            initiative(call, |action| action.person_days = Some(days))
        },
    },
    Word {
        on: INITIATIVE,
        name: "moves",
        params: "metric: text, low: number, high: number",
        returns: "initiative",
        doc: "By how much it is expected to move a metric, as a range in the metric's unit. Two initiatives on one metric are never added up.",
        example: r#"metric("effort", mean(survey.effort)).lower_is_better();
initiative("Rewrite help pages").moves("effort", -0.3, -0.1);"#,
        run: moves,
    },
    Word {
        on: INITIATIVE,
        name: "horizon",
        params: "n: number, unit: text",
        returns: "initiative",
        doc: "The time over which it is judged.",
        example: r#"metric("fcr", rate(tickets, |t| t.contacts == 1));
initiative("One owner").moves("fcr", 3, 8).horizon(3, "years");"#,
        run: |call| {
            let horizon = call.duration(0)?;
            initiative(call, |action| action.horizon = Some(horizon))
        },
    },
    Word {
        on: INITIATIVE,
        name: "discount",
        params: "percent: number",
        returns: "initiative",
        doc: "The yearly discount rate, in percent.",
        example: r#"metric("fcr", rate(tickets, |t| t.contacts == 1));
initiative("One owner").moves("fcr", 3, 8).discount(8);"#,
        run: |call| {
            let percent = call.number(0)?;
            if !(0.0..=100.0).contains(&percent.value) {
                call.bad(0, "a discount rate is from 0 to 100 percent a year", "");
                return None;
            }
            if percent.value > 0.0 && percent.value < 1.0 {
                let better = percent.value * 100.0;
                call.bad(
                    0,
                    "a discount rate is in percent a year",
                    &format!("did you mean {better}?"),
                );
                return None;
            }
            initiative(call, |action| action.discount = Some(percent))
        },
    },
    Word {
        on: FREE,
        name: "quick_wins",
        params: "",
        returns: "quick_wins",
        doc: "Which initiatives count as quick wins.",
        example: r#"quick_wins().payback(6, "months").person_days(30);"#,
        run: |call| {
            let span = call.span;
            call.builder.card.quick_wins = Some(QuickWins {
                payback: None,
                person_days: None,
                span,
            });
            give(Value::QuickWins)
        },
    },
    Word {
        on: QUICK,
        name: "payback",
        params: "n: number, unit: text",
        returns: "quick_wins",
        doc: "The longest time until it has paid for itself.",
        example: r#"quick_wins().payback(6, "months");"#,
        run: |call| {
            let payback = call.duration(0)?.value;
            if let Some(rule) = &mut call.builder.card.quick_wins {
                rule.payback = Some(payback);
            }
            call.same()
        },
    },
    Word {
        on: QUICK,
        name: "person_days",
        params: "days: number",
        returns: "quick_wins",
        doc: "The most work.",
        example: r#"quick_wins().person_days(30);"#,
        run: |call| {
            let days = amount(call)?.value;
            if let Some(rule) = &mut call.builder.card.quick_wins {
                rule.person_days = Some(days);
            }
            call.same()
        },
    },
    Word {
        on: FREE,
        name: "list",
        params: "title: text, table: table",
        returns: "list",
        doc: "A list of rows in the report: accounts at risk, detractors to call back.",
        example: r#"list("to call", survey).where(|s| s.recommend <= 6).show(["customer_id", "recommend"]).sort_up("recommend").limit(25);"#,
        run: |call| {
            let name = call.text(0)?;
            let table = call.table(1)?;
            let table = Spanned::new(call.builder.table_name(table.value), table.span);
            call.builder.card.lists.push(List {
                name,
                table,
                filters: vec![],
                show: vec![],
                sort: None,
                limit: None,
                audience: None,
            });
            give(Value::List(call.builder.card.lists.len() - 1))
        },
    },
    Word {
        on: LIST,
        name: "where",
        params: "condition: condition",
        returns: "list",
        doc: "Only rows for which the condition is true.",
        example: r#"list("to call", survey).where(|s| s.recommend <= 6).show(["customer_id"]);"#,
        run: |call| {
            let Some(Value::List(index)) = call.receiver else {
                return None;
            };
            let table = call.builder.card.lists.get(index)?.table.value.clone();
            let expr = call.row(0)?;
            list(call, |list| list.filters.push(RowExpr { table, expr }))
        },
    },
    Word {
        on: LIST,
        name: "show",
        params: "columns: text or list of texts..",
        returns: "list",
        doc: "Columns to show. A score of `each` is a column, with `_change` and `_band` beside it; `reasons` tells what cost points.",
        example: r#"list("to call", survey).show(["customer_id", "recommend"]);"#,
        run: |call| {
            let columns = call.texts(0)?;
            list(call, |list| list.show.extend(columns))
        },
    },
    Word {
        on: LIST,
        name: "sort_down",
        params: "column: text",
        returns: "list",
        doc: "Sorts by a column, the largest first.",
        example: r#"list("customers", customers).show(["customer_id", "arr"]).sort_down("arr");"#,
        run: |call| {
            let column = call.text(0)?;
            list(call, |list| list.sort = Some((column, true)))
        },
    },
    Word {
        on: LIST,
        name: "sort_up",
        params: "column: text",
        returns: "list",
        doc: "Sorts by a column, the smallest first.",
        example: r#"list("to call", survey).show(["customer_id", "recommend"]).sort_up("recommend");"#,
        run: |call| {
            let column = call.text(0)?;
            list(call, |list| list.sort = Some((column, false)))
        },
    },
    Word {
        on: LIST,
        name: "limit",
        params: "rows: number",
        returns: "list",
        doc: "The most rows to show.",
        example: r#"list("to call", survey).show(["customer_id"]).limit(25);"#,
        run: |call| {
            let rows = call.whole_number(0)?.value;
            list(call, |list| list.limit = Some(rows))
        },
    },
    Word {
        on: LIST,
        name: "audience",
        params: "who: text",
        returns: "list",
        doc: "For whom the list is.",
        example: r#"list("to call", survey).show(["customer_id"]).audience("team");"#,
        run: |call| {
            let who = call.text(0)?.value;
            list(call, |list| list.audience = Some(who))
        },
    },
    Word {
        on: FREE,
        name: "alert",
        params: "name: text, condition: condition",
        returns: "alert",
        doc: "Raises an alert when the condition on the headline values holds.",
        example: r#"metric("fcr", rate(tickets, |t| t.contacts == 1));
alert("service breaks down", |m| m.fcr < 50).to("Care");"#,
        run: |call| {
            let name = call.text(0)?;
            let condition = call.condition(1)?;
            call.builder.card.alerts.push(Alert {
                name,
                condition,
                to: None,
            });
            give(Value::Alert(call.builder.card.alerts.len() - 1))
        },
    },
    Word {
        on: &[Kind::Alert],
        name: "to",
        params: "who: text",
        returns: "alert",
        doc: "Who is told.",
        example: r#"metric("fcr", rate(tickets, |t| t.contacts == 1));
alert("service breaks down", |m| m.fcr < 50).to("Care");"#,
        run: |call| {
            let who = call.text(0)?.value;
            if let Some(Value::Alert(index)) = call.receiver {
                call.builder.card.alerts.get_mut(index)?.to = Some(who);
            }
            call.same()
        },
    },
];

fn link(call: &mut Call<'_>, change: impl FnOnce(&mut Link)) -> Option<Dynamic> {
    if let Some(Value::Link(index)) = call.receiver {
        change(call.builder.card.links.get_mut(index)?);
    }
    call.same()
}

fn journey(call: &mut Call<'_>, change: impl FnOnce(&mut Journey)) -> Option<Dynamic> {
    if let Some(Value::Journey(index)) = call.receiver {
        change(call.builder.card.journeys.get_mut(index)?);
    }
    call.same()
}

fn initiative(call: &mut Call<'_>, change: impl FnOnce(&mut Initiative)) -> Option<Dynamic> {
    if let Some(Value::Initiative(index)) = call.receiver {
        change(call.builder.card.initiatives.get_mut(index)?);
    }
    call.same()
}

fn list(call: &mut Call<'_>, change: impl FnOnce(&mut List)) -> Option<Dynamic> {
    if let Some(Value::List(index)) = call.receiver {
        change(call.builder.card.lists.get_mut(index)?);
    }
    call.same()
}

/// A number that is not below zero.
fn amount(call: &mut Call<'_>) -> Option<Spanned<f64>> {
    let amount = call.number(0)?;
    if amount.value < 0.0 {
        let name = call.name;
        call.bad(0, format!("`{name}` is not below zero"), "");
        return None;
    }
    Some(amount)
}

fn moves(call: &mut Call<'_>) -> Option<Dynamic> {
    let metric = call.object(0)?;
    let (low, high) = (call.number(1)?, call.number(2)?);
    if low.value > high.value {
        let span = low.span.to(high.span);
        let help = format!(".moves(\"{}\", {}, {})", metric.value, high.value, low.value);
        call.error(codes::BAD_SETTING, span, "`moves` takes the low end first", &help);
        return None;
    }
    initiative(call, |action| {
        action.moves.push(Move {
            metric,
            low: low.value,
            high: high.value,
        });
    })
}
