//! Audiences, and what customers say in their own words.

use rhai::Dynamic;

use super::{Word, give};
use crate::definition::{Audience, BUILT_IN_AUDIENCES, QuoteGroups, QuotePick, Quotes, RowExpr};
use crate::diagnostic::Spanned;
use crate::script::call::Call;
use crate::script::value::{Kind, Value};

const FREE: &[Kind] = &[Kind::Free];
const AUDIENCE: &[Kind] = &[Kind::Audience];
const QUOTES: &[Kind] = &[Kind::Quotes];

/// Words of this group.
pub const WORDS: &[Word] = &[
    Word {
        on: FREE,
        name: "audience",
        params: "name: text",
        returns: "audience",
        doc: "A report for some readers, chosen with `bellwether run --audience`. Every card has `executive`, `team` and `analyst`; \
              declaring one of these names changes it for this card.",
        example: r#"audience("board").like("executive").shows("headline", "tiles", "decisions");"#,
        run: |call| {
            let name = call.text(0)?;
            call.builder.card.audiences.push(Audience {
                name,
                like: None,
                shows: vec![],
                only: vec![],
                owners: vec![],
            });
            give(Value::Audience(call.builder.card.audiences.len() - 1))
        },
    },
    Word {
        on: AUDIENCE,
        name: "like",
        params: "audience: text",
        returns: "audience",
        doc: "Which audience it speaks like, and whose parts it shows unless told: `executive` (money and decisions), `team` \
              (metrics and actions), `analyst` (everything). `team` unless told.",
        example: r#"audience("board").like("executive");"#,
        run: |call| {
            let span = call.arg_span(0);
            let like = Spanned::new(call.word(0, &BUILT_IN_AUDIENCES)?.to_owned(), span);
            audience(call, |audience| audience.like = Some(like))
        },
    },
    Word {
        on: AUDIENCE,
        name: "shows",
        params: "parts: text or list of texts..",
        returns: "audience",
        doc: "The parts of its report, in this order: headline, tiles, outcomes, metrics, programme, scores, trends, segments, drivers, links, \
              journey, initiatives, decisions, lists, alerts, quotes, method. Where the numbers come from stands under every report.",
        example: r#"audience("support").shows("headline", "metrics", "lists", "quotes");"#,
        run: |call| {
            let parts = call.texts(0)?;
            audience(call, |audience| audience.shows.extend(parts))
        },
    },
    Word {
        on: AUDIENCE,
        name: "only",
        params: "names: text or list of texts..",
        returns: "audience",
        doc: "Only these outcomes, metrics and scores.",
        example: r#"metric("nps", nps(survey.recommend));
audience("loyalty").only("nps");"#,
        run: |call| {
            let names = call.texts(0)?;
            audience(call, |audience| audience.only.extend(names))
        },
    },
    Word {
        on: AUDIENCE,
        name: "owner",
        params: "who: text or list of texts..",
        returns: "audience",
        doc: "Only outcomes, metrics, scores and initiatives that these own.",
        example: r#"metric("nps", nps(survey.recommend)).owner("Loyalty");
audience("loyalty").owner("Loyalty");"#,
        run: |call| {
            let who = call.texts(0)?;
            audience(call, |audience| audience.owners.extend(who))
        },
    },
    Word {
        on: FREE,
        name: "quotes",
        params: "title: text, texts: column",
        returns: "quotes",
        doc: "What customers say in their own words, from the period of the headline: three of each group, the newest first, unless \
              told otherwise. E-mail addresses, telephone and other long numbers, and links are masked. Where the table promises \
              `anonymous_below`, a group is quoted only where that many people of it said something. Names that people write into \
              a text cannot be found: read quotes before they go outside.",
        example: r#"quotes("in their words", survey.comment).limit(2);"#,
        run: |call| {
            let name = call.text(0)?;
            let text = call.column(1)?;
            call.builder.card.quotes.push(Quotes {
                name,
                text,
                filters: vec![],
                by: None,
                pick: QuotePick::default(),
                show: vec![],
                limit: None,
                audience: None,
            });
            give(Value::Quotes(call.builder.card.quotes.len() - 1))
        },
    },
    Word {
        on: QUOTES,
        name: "where",
        params: "condition: condition",
        returns: "quotes",
        doc: "Only from rows for which the condition is true.",
        example: r#"quotes("what displeases", survey.comment).where(|s| s.recommend <= 6);"#,
        run: |call| {
            let Some(Value::Quotes(index)) = call.receiver else {
                return None;
            };
            let table = call.builder.card.quotes.get(index)?.text.table.clone();
            let expr = call.row(0)?;
            quotes(call, |quotes| quotes.filters.push(RowExpr { table, expr }))
        },
    },
    Word {
        on: QUOTES,
        name: "by",
        params: "groups: text or buckets",
        returns: "quotes",
        doc: "Groups, each with its own quotes: the values of a segment, or a number cut at edges.",
        example: r#"quotes("in their words", survey.comment).by(buckets(survey.recommend, [7, 9], ["detractors", "passives", "promoters"]));"#,
        run: |call| {
            let by = match call.handle(0) {
                Some(Value::Buckets(buckets)) => QuoteGroups::Buckets(buckets.0.clone()),
                Some(_) => {
                    call.wrong(0, "a segment's name or buckets");
                    return None;
                }
                None => QuoteGroups::Segment(call.segment(0)?),
            };
            quotes(call, |quotes| quotes.by = Some(by))
        },
    },
    Word {
        on: QUOTES,
        name: "pick",
        params: "rule: text",
        returns: "quotes",
        doc: "By which rule: `newest`, or `typical`, those whose words most others of the group use, too, each adding something \
              that those before it did not say.",
        example: r#"quotes("in their words", survey.comment).pick("typical");"#,
        run: |call| {
            let pick = match call.word(0, &["newest", "typical"])? {
                "typical" => QuotePick::Typical,
                _ => QuotePick::Newest,
            };
            quotes(call, |quotes| quotes.pick = pick)
        },
    },
    Word {
        on: QUOTES,
        name: "show",
        params: "columns: text or list of texts..",
        returns: "quotes",
        doc: "Columns of the row to show beside its quote. Refused where the table promises anonymity: they may say who it was.",
        example: r#"quotes("in their words", survey.comment).show("recommend");"#,
        run: |call| {
            let columns = call.texts(0)?;
            quotes(call, |quotes| quotes.show.extend(columns))
        },
    },
    Word {
        on: QUOTES,
        name: "limit",
        params: "quotes: number",
        returns: "quotes",
        doc: "The most quotes of a group. 3 unless told, 20 at most.",
        example: r#"quotes("in their words", survey.comment).limit(2);"#,
        run: |call| {
            let limit = call.whole_number(0)?.value;
            if limit == 0 || limit > 20 {
                call.bad(0, "a group shows 1 to 20 quotes", ".limit(3)");
                return None;
            }
            quotes(call, |quotes| quotes.limit = Some(limit))
        },
    },
    Word {
        on: QUOTES,
        name: "audience",
        params: "who: text",
        returns: "quotes",
        doc: "For whom the quotes are. They are in the report's data for whoever reads these.",
        example: r#"quotes("in their words", survey.comment).audience("team");"#,
        run: |call| {
            let who = call.text(0)?.value;
            quotes(call, |quotes| quotes.audience = Some(who))
        },
    },
];

fn audience(call: &mut Call<'_>, change: impl FnOnce(&mut Audience)) -> Option<Dynamic> {
    if let Some(Value::Audience(index)) = call.receiver {
        change(call.builder.card.audiences.get_mut(index)?);
    }
    call.same()
}

fn quotes(call: &mut Call<'_>, change: impl FnOnce(&mut Quotes)) -> Option<Dynamic> {
    if let Some(Value::Quotes(index)) = call.receiver {
        change(call.builder.card.quotes.get_mut(index)?);
    }
    call.same()
}
