//! Scores: weighted mixes, limits, bands, overrides.

use rhai::{Array, Dynamic};

use super::{Word, give};
use crate::definition::{
    Aggregation, Bands, Goal, IfUnknown, Limit, LimitKind, MissingParts, MixEach, Normalise, Override, OverrideTable,
    Part, RowExpr, Score, StaleParts, WeightsFor,
};
use crate::diagnostic::{Diagnostic, Spanned, codes, nearest};
use crate::script::call::{Call, literal_of};
use crate::script::value::{Kind, Value};

const ON: &[Kind] = &[Kind::Score];
const FREE: &[Kind] = &[Kind::Free];

/// Words of this group.
pub const WORDS: &[Word] = &[
    Word {
        on: FREE,
        name: "score",
        params: "name: text",
        returns: "score",
        doc: "A weighted mix of metrics, outcomes and other scores, on 0 to 100.",
        example: r#"metric("nps", nps(survey.recommend)); metric("csat", top_box(survey.satisfaction, 2));
score("health").mix("nps", 0.6, 0, 60).mix("csat", 0.4, 50, 95).bands(50, 75);"#,
        run: declare,
    },
    Word {
        on: ON,
        name: "mix",
        params: "part: text, weight: number, zero?: number or list of points, hundred?: number",
        returns: "score",
        doc: "A part with its relative weight, and the values that score 0 and 100; lower is better where the first is the larger. A list of points \
              `[[value, score], ..]` draws a curve. Without them its own scale is taken: 0 to 100 of rates and scores, the declared scale of others.",
        example: r#"metric("effort", mean(survey.effort)).lower_is_better(); metric("csat", top_box(survey.satisfaction, 2));
score("health").mix("effort", 0.5, 5, 2).mix("csat", 0.5, [[50, 0], [80, 70], [95, 100]]);"#,
        run: mix,
    },
    Word {
        on: ON,
        name: "mix_each",
        params: "segment: text, metric: text",
        returns: "score",
        doc: "A part of equal weight for each value of a segment.",
        example: r#"segment("team", survey.team); metric("mood", mean(survey.satisfaction));
score("teams").mix_each("team", "mood").anchors(1, 5).worst_of();"#,
        run: |call| {
            let (segment, of) = (call.segment(0)?, call.object(1)?);
            change(call, |score| {
                score.mix_each = Some(MixEach {
                    segment,
                    of,
                    normalise: Normalise::OwnScale,
                })
            })
        },
    },
    Word {
        on: ON,
        name: "anchors",
        params: "zero: number, hundred: number",
        returns: "score",
        doc: "The values of the part before it, or of `mix_each`, that score 0 and 100.",
        example: r#"metric("effort", mean(survey.effort)).lower_is_better();
score("health").mix("effort", 1).anchors(5, 2);"#,
        run: anchors,
    },
    Word {
        on: ON,
        name: "baseline_to_target",
        params: "",
        returns: "score",
        doc: "The part before it scores 0 at its baseline and 100 at its target.",
        example: r#"metric("csat", top_box(survey.satisfaction, 2)).baseline(70).target(85);
score("progress").mix("csat", 1).baseline_to_target();"#,
        run: |call| normalise(call, Normalise::BaselineToTarget),
    },
    Word {
        on: ON,
        name: "reweigh",
        params: "part: text, weight: number",
        returns: "score",
        doc: "Another weight for a part of a shared score.",
        example: r#"metric("csat", top_box(survey.satisfaction, 2)); metric("nps", nps(survey.recommend));
score("health").mix("csat", 0.5).mix("nps", 0.5, 0, 60).reweigh("csat", 0.7).reweigh("nps", 0.3);"#,
        run: reweigh,
    },
    Word {
        on: ON,
        name: "geometric",
        params: "",
        returns: "score",
        doc: "Joins the parts by their weighted geometric mean, so that one bad part weighs more.",
        example: r#"metric("csat", top_box(survey.satisfaction, 2)); score("health").mix("csat", 1).geometric();"#,
        run: |call| change(call, |score| score.aggregation = Aggregation::Geometric),
    },
    Word {
        on: ON,
        name: "worst_of",
        params: "",
        returns: "score",
        doc: "The score is its worst part.",
        example: r#"metric("csat", top_box(survey.satisfaction, 2)); score("health").mix("csat", 1).worst_of();"#,
        run: |call| change(call, |score| score.aggregation = Aggregation::WorstOf),
    },
    Word {
        on: ON,
        name: "missing_parts",
        params: "rule: text, value?: number",
        returns: "score",
        doc: "What happens when a part is missing: \"fail\" makes the score missing; \"reweight\" lets the others carry it, as long as they hold at least this share \
              of the weight; \"value\" lets it score so much.",
        example: r#"metric("csat", top_box(survey.satisfaction, 2)); metric("nps", nps(survey.recommend));
score("health").mix("csat", 0.5).mix("nps", 0.5, 0, 60).missing_parts("reweight", 0.5);"#,
        run: missing_parts,
    },
    Word {
        on: ON,
        name: "stale_parts",
        params: "rule: text",
        returns: "score",
        doc: "What happens when a part is stale: \"keep\" it and flag the score, give it \"half\" its weight, or \"drop\" it as missing.",
        example: r#"metric("csat", top_box(survey.satisfaction, 2)).fresh_for(90, "days");
score("health").mix("csat", 1).stale_parts("half");"#,
        run: |call| {
            let rule = match call.word(0, &["keep", "half", "drop"])? {
                "half" => StaleParts::Half,
                "drop" => StaleParts::Drop,
                _ => StaleParts::Keep,
            };
            change(call, |score| score.stale_parts = rule)
        },
    },
    Word {
        on: ON,
        name: "unclamped",
        params: "",
        returns: "score",
        doc: "Parts may score below 0 and above 100.",
        example: r#"metric("csat", top_box(survey.satisfaction, 2)); score("health").mix("csat", 1, 50, 95).unclamped();"#,
        run: |call| change(call, |score| score.unclamped = true),
    },
    Word {
        on: ON,
        name: "cap",
        params: "value: number, condition: condition, reason: text",
        returns: "score",
        doc: "The score is at most this while the condition on the metrics of the cell holds; of several caps the lowest. A condition that is unknown is not \
              checked, and the report says so.",
        example: r#"metric("fcr", rate(tickets, |t| t.contacts == 1)); metric("csat", top_box(survey.satisfaction, 2));
score("health").mix("csat", 1).cap(40, |m| m.fcr < 60, "first contact resolution has collapsed");"#,
        run: |call| limit(call, LimitKind::Cap),
    },
    Word {
        on: ON,
        name: "floor",
        params: "value: number, condition: condition, reason: text",
        returns: "score",
        doc: "The score is at least this while the condition holds; of several floors the highest.",
        example: r#"metric("csat", top_box(survey.satisfaction, 2));
score("health").mix("csat", 1).floor(50, |m| m.csat > 95, "nobody complains");"#,
        run: |call| limit(call, LimitKind::Floor),
    },
    Word {
        on: ON,
        name: "knock_out",
        params: "value: number, condition: condition, reason: text",
        returns: "score",
        doc: "The score is exactly this while the condition holds, whatever the parts say.",
        example: r#"metric("csat", top_box(survey.satisfaction, 2)); metric("fatal", rate(tickets, |t| t.fatal)).lower_is_better();
score("health").mix("csat", 1).knock_out(0, |m| m.fatal > 0, "somebody was hurt");"#,
        run: |call| limit(call, LimitKind::KnockOut),
    },
    Word {
        on: ON,
        name: "if_unknown",
        params: "rule: text",
        returns: "score",
        doc: "For the cap, floor or knock-out before it: what an unknown condition does, \"ignore\" or \"fire\".",
        example: r#"metric("fcr", rate(tickets, |t| t.contacts == 1)); metric("csat", top_box(survey.satisfaction, 2));
score("health").mix("csat", 1).cap(40, |m| m.fcr < 60, "collapsed").if_unknown("fire");"#,
        run: if_unknown,
    },
    Word {
        on: ON,
        name: "bands",
        params: "edges: number or list of numbers.., names?: list of texts",
        returns: "score",
        doc: "Lower edges of all bands but the first: `bands(50, 75)` is red < 50 <= amber < 75 <= green. With three bands they are red, amber, green; other \
              numbers need names: `bands([25, 50, 75], [\"poor\", \"fair\", \"good\", \"great\"])`.",
        example: r#"metric("csat", top_box(survey.satisfaction, 2)); score("health").mix("csat", 1).bands(50, 75);"#,
        run: bands,
    },
    Word {
        on: ON,
        name: "override",
        params: "value: number, author: text, reason: text, until: date, segment?: text, segment_value?: text",
        returns: "score",
        doc: "A value set by hand, with author, reason and last day; for one value of a segment where that is named. It beats a cap.",
        example: r#"segment("region", customers.region); metric("csat", top_box(survey.satisfaction, 2));
score("health").mix("csat", 1).override(30, "M. Ruiz", "strike at the carrier", "2027-01-31", "region", "North");"#,
        run: by_hand,
    },
    Word {
        on: ON,
        name: "overrides_from",
        params: "table: table, value: text, author: text, reason: text, until: text",
        returns: "score",
        doc: "Values set by hand that are kept in a table which belongs to the table of `each`: the columns of value, author, reason and last day.",
        example: r#"let manual = table("manual").belongs_to(customers, "customer_id");
metric("csat", top_box(survey.satisfaction, 2));
score("health").each(customers).mix("csat", 1).overrides_from(manual, "score", "author", "reason", "expires_on");"#,
        run: overrides_from,
    },
    Word {
        on: ON,
        name: "each",
        params: "table: table",
        returns: "score",
        doc: "Scores every row of a keyed table too, over the row's own rows. The score is then a column of the table, with `_change` and `_band` beside it.",
        example: r#"metric("csat", top_box(survey.satisfaction, 2));
score("health").each(customers).mix("csat", 1);
metric("at risk", rate(customers, |c| c.health < 50)).lower_is_better();"#,
        run: each,
    },
    Word {
        on: ON,
        name: "only",
        params: "condition: condition",
        returns: "score",
        doc: "Which rows of `each` are scored.",
        example: r#"metric("csat", top_box(survey.satisfaction, 2));
score("health").each(customers).only(|c| days_between(c.joined_on, as_of()) > 90).mix("csat", 1);"#,
        run: only,
    },
    Word {
        on: ON,
        name: "weights_for",
        params: "segment: text, value: text, weights: map",
        returns: "score",
        doc: "Other weights for one value of a segment; parts that are not named keep theirs.",
        example: r#"segment("plan", customers.plan); metric("csat", top_box(survey.satisfaction, 2)); metric("nps", nps(survey.recommend));
score("health").mix("csat", 0.5).mix("nps", 0.5, 0, 60).weights_for("plan", "pro", #{ csat: 0.7, nps: 0.3 });"#,
        run: weights_for,
    },
];

fn declare(call: &mut Call<'_>) -> Option<Dynamic> {
    let name = call.text(0)?;
    let about = call.builder.sources.doc_above(call.span);
    call.builder.card.scores.push(Score {
        name,
        label: None,
        about,
        decimals: None,
        parts: Vec::new(),
        mix_each: None,
        aggregation: Aggregation::default(),
        missing_parts: MissingParts::default(),
        stale_parts: StaleParts::default(),
        unclamped: false,
        limits: Vec::new(),
        bands: None,
        overrides: Vec::new(),
        override_table: None,
        each: None,
        only: None,
        weights_for: Vec::new(),
        min_n: None,
        goal: Goal::default(),
        drives: Vec::new(),
    });
    give(Value::Score(call.builder.card.scores.len() - 1))
}

fn own<'c>(call: &'c mut Call<'_>) -> Option<&'c mut Score> {
    match call.receiver {
        Some(Value::Score(index)) => call.builder.card.scores.get_mut(index),
        _ => None,
    }
}

fn change(call: &mut Call<'_>, change: impl FnOnce(&mut Score)) -> Option<Dynamic> {
    change(own(call)?);
    call.same()
}

fn mix(call: &mut Call<'_>) -> Option<Dynamic> {
    let of = call.object(0)?;
    let weight = call.number(1)?;
    if weight.value < 0.0 {
        call.bad(
            1,
            "a weight is not below zero",
            "turn the part round by its anchors: .mix(\"effort\", 0.3, 5, 2)",
        );
        return None;
    }
    let normalise = match call.count() {
        2 => Normalise::OwnScale,
        3 => Normalise::Curve(curve(call, 2)?),
        _ => {
            let (zero, hundred) = (call.number(2)?.value, call.number(3)?.value);
            if zero == hundred {
                call.bad(3, "the values that score 0 and 100 are the same", "");
                return None;
            }
            Normalise::Anchors { zero, hundred }
        }
    };
    let span = call.whole();
    let score = own(call)?;
    let first = score
        .parts
        .iter()
        .find(|part| part.of.value == of.value)
        .map(|part| part.span);
    let name = score.name.value.clone();
    if let Some(first) = first {
        let diagnostic = Diagnostic::error(
            codes::DUPLICATE_NAME,
            format!("`{}` is twice a part of `{name}`", of.value),
        )
        .at(of.span)
        .related(first, "the first time")
        .help("to change a weight, write .reweigh(..)");
        call.push(diagnostic);
        return call.same();
    }
    change(call, |score| {
        score.parts.push(Part {
            of,
            weight,
            normalise,
            span,
        })
    })
}

/// Points of a curve, `[[value, score], ..]`.
fn curve(call: &mut Call<'_>, index: usize) -> Option<Vec<(f64, f64)>> {
    if call.kind(index) == Kind::Number {
        let span = call.arg_span(index);
        call.error(
            codes::WRONG_ARGUMENT,
            span,
            "`mix` takes two anchors: the values that score 0 and 100",
            ".mix(\"nps\", 0.4, 0, 60)",
        );
        return None;
    }
    let Some(list) = call.array(index) else {
        call.wrong(index, "two anchors, or a list of points");
        return None;
    };
    let point = |item: &Dynamic| {
        let pair = item.read_lock::<Array>()?;
        match pair.as_slice() {
            [value, score] => Some((literal_of(value)?.as_f64()?, literal_of(score)?.as_f64()?)),
            _ => None,
        }
    };
    let points: Vec<(f64, f64)> = list.iter().filter_map(point).collect();
    let rising = points
        .iter()
        .zip(points.iter().skip(1))
        .all(|(low, high)| low.0 < high.0);
    if points.len() != list.len() || points.len() < 2 || !rising {
        call.bad(
            index,
            "a curve has two points or more, [value, score], their values rising",
            "[[50, 0], [80, 70], [95, 100]]",
        );
        return None;
    }
    Some(points)
}

fn anchors(call: &mut Call<'_>) -> Option<Dynamic> {
    let (zero, hundred) = (call.number(0)?.value, call.number(1)?.value);
    if zero == hundred {
        call.bad(1, "the values that score 0 and 100 are the same", "");
        return None;
    }
    normalise(call, Normalise::Anchors { zero, hundred })
}

/// Sets how the part before is normalised.
fn normalise(call: &mut Call<'_>, rule: Normalise) -> Option<Dynamic> {
    let word = call.name;
    let span = call.span;
    let score = own(call)?;
    if let Some(part) = score.parts.last_mut() {
        part.normalise = rule;
    } else if let Some(each) = &mut score.mix_each {
        each.normalise = rule;
    } else {
        call.error(
            codes::BAD_SETTING,
            span,
            format!("`{word}` stands behind the part that it means"),
            ".mix(\"effort\", 0.3).anchors(5, 2)",
        );
    }
    call.same()
}

fn reweigh(call: &mut Call<'_>) -> Option<Dynamic> {
    let of = call.object(0)?;
    let weight = call.number(1)?;
    let score = own(call)?;
    let name = score.name.value.clone();
    let known: Vec<String> = score.parts.iter().map(|part| part.of.value.clone()).collect();
    let Some(part) = score.parts.iter_mut().find(|part| part.of.value == of.value) else {
        let help = nearest(&of.value, known.iter().map(String::as_str)).map_or_else(
            || format!("its parts: {}", known.join(", ")),
            |near| format!("did you mean `{near}`?"),
        );
        call.error(
            codes::UNKNOWN_OBJECT,
            of.span,
            format!("`{}` is no part of `{name}`", of.value),
            &help,
        );
        return call.same();
    };
    let was = part.weight;
    part.weight = weight;
    let setting = format!("weight of {}", of.value);
    call.builder.changed(
        &name,
        &setting,
        Some((was.span, was.value.to_string())),
        weight.value.to_string(),
        weight.span,
    );
    call.same()
}

fn missing_parts(call: &mut Call<'_>) -> Option<Dynamic> {
    let rule = match call.word(0, &["fail", "reweight", "value"])? {
        "reweight" => {
            let share = if call.count() > 1 { call.number(1)?.value } else { 0.0 };
            if !(0.0..=1.0).contains(&share) {
                call.bad(
                    1,
                    "the share of the weight that must be there is from 0 to 1",
                    ".missing_parts(\"reweight\", 0.6)",
                );
                return None;
            }
            MissingParts::Reweight(share)
        }
        "value" => {
            let value = if call.count() > 1 { call.number(1)?.value } else { 0.0 };
            if !(0.0..=100.0).contains(&value) {
                call.bad(1, "a part scores from 0 to 100", "");
                return None;
            }
            MissingParts::Value(value)
        }
        _ => MissingParts::Fail,
    };
    change(call, |score| score.missing_parts = rule)
}

fn limit(call: &mut Call<'_>, kind: LimitKind) -> Option<Dynamic> {
    let value = call.number(0)?.value;
    if !(0.0..=100.0).contains(&value) {
        let name = call.name;
        call.bad(0, format!("a score is from 0 to 100, and `{name}` is {value}"), "");
        return None;
    }
    let condition = call.condition(1)?;
    let reason = call.text(2)?.value;
    let span = call.whole();
    change(call, |score| {
        score.limits.push(Limit {
            kind,
            value,
            condition,
            reason,
            if_unknown: IfUnknown::default(),
            span,
        });
    })
}

fn if_unknown(call: &mut Call<'_>) -> Option<Dynamic> {
    let rule = match call.word(0, &["ignore", "fire"])? {
        "fire" => IfUnknown::Fire,
        _ => IfUnknown::Ignore,
    };
    let span = call.span;
    match own(call)?.limits.last_mut() {
        Some(limit) => limit.if_unknown = rule,
        None => call.error(
            codes::BAD_SETTING,
            span,
            "`if_unknown` stands behind the cap, floor or knock-out that it means",
            "",
        ),
    }
    call.same()
}

fn bands(call: &mut Call<'_>) -> Option<Dynamic> {
    let span = call.whole();
    let listed = call.array(0).is_some();
    let edges = if listed {
        call.numbers(0)?
    } else {
        (0..call.count())
            .take_while(|index| call.kind(*index) != Kind::Array)
            .collect::<Vec<_>>()
            .into_iter()
            .map(|index| call.number(index).map(|edge| edge.value))
            .collect::<Option<_>>()?
    };
    let place = if listed { 1 } else { edges.len() };
    let names = if call.count() > place {
        call.texts(place)?.into_iter().map(|name| name.value).collect()
    } else {
        match edges.len() {
            1 => vec!["red".into(), "green".into()],
            2 => vec!["red".into(), "amber".into(), "green".into()],
            n => {
                let message = format!("{} bands need names", n + 1);
                call.error(
                    codes::BANDS,
                    span,
                    message,
                    "bands([25, 50, 75], [\"poor\", \"fair\", \"good\", \"great\"])",
                );
                return None;
            }
        }
    };
    let name = own(call)?.name.value.clone();
    let was = own(call)?
        .bands
        .as_ref()
        .map(|bands| (bands.span, edges_text(&bands.edges)));
    super::goal::twice(call, &name, "bands", was.as_ref().map(|(span, _)| *span), span);
    call.builder.changed(&name, "bands", was, edges_text(&edges), span);
    change(call, |score| score.bands = Some(Bands { edges, names, span }))
}

fn edges_text(edges: &[f64]) -> String {
    edges.iter().map(f64::to_string).collect::<Vec<_>>().join(", ")
}

fn by_hand(call: &mut Call<'_>) -> Option<Dynamic> {
    let value = call.number(0)?.value;
    let (author, reason) = (call.text(1)?.value, call.text(2)?.value);
    let expires = call.date(3)?.value;
    let cell = match call.count() {
        4 => None,
        5 => {
            call.bad(4, "a segment comes with its value", "\"region\", \"North\"");
            return None;
        }
        _ => Some((call.segment(4)?.value, call.text(5)?.value)),
    };
    let span = call.whole();
    if !(0.0..=100.0).contains(&value) {
        call.bad(0, format!("a score is from 0 to 100, and this is {value}"), "");
        return None;
    }
    change(call, |score| {
        score.overrides.push(Override {
            cell,
            value,
            author,
            reason,
            expires,
            span,
        })
    })
}

fn overrides_from(call: &mut Call<'_>) -> Option<Dynamic> {
    let table = call.table(0)?;
    let name = call.builder.table_name(table.value);
    let (value, author) = (call.text(1)?.value, call.text(2)?.value);
    let (reason, expires) = (call.text(3)?.value, call.text(4)?.value);
    change(call, |score| {
        score.override_table = Some(OverrideTable {
            table: Spanned::new(name, table.span),
            value,
            author,
            reason,
            expires,
        });
    })
}

fn each(call: &mut Call<'_>) -> Option<Dynamic> {
    let table = call.table(0)?;
    let name = call.builder.table_name(table.value);
    change(call, |score| score.each = Some(Spanned::new(name, table.span)))
}

fn only(call: &mut Call<'_>) -> Option<Dynamic> {
    let Some(each) = own(call)?.each.clone() else {
        let span = call.span;
        call.error(
            codes::BAD_SETTING,
            span,
            "`only` chooses among the rows of `each`",
            "write .each(accounts) before it",
        );
        return call.same();
    };
    let expr = call.row(0)?;
    change(call, |score| {
        score.only = Some(RowExpr {
            table: each.value,
            expr,
        })
    })
}

fn weights_for(call: &mut Call<'_>) -> Option<Dynamic> {
    let (segment, value) = (call.segment(0)?, call.text(1)?);
    let weights = call.numbers_by_name(2)?;
    if weights.iter().any(|(_, weight)| *weight < 0.0) {
        call.bad(2, "a weight is not below zero", "");
        return None;
    }
    change(call, |score| {
        score.weights_for.push(WeightsFor {
            segment,
            value,
            weights,
        })
    })
}
