//! What customers say: which rows, in which groups, of how many people. Expected by hand.

use super::*;

const TABLE: &str = r#"let survey = table("survey").key("id").date("day").rows(
    ["id", "day", "who", "recommend", "region", "said"], [
    [1, "2026-01-10", "a", 3, "North", "Nobody called me back"],
    [2, "2026-02-03", "b", 2, "North", "Nobody called me back "],
    [3, "2026-02-20", "c", 4, "North", "Write to jo@example.org please"],
    [4, "2026-02-25", "d", 10, "South", "Everything just works"],
    [5, "2026-02-26", "d", 9, "South", "Quick and friendly people"],
    [6, "2026-02-27", "e", 9, "South", "ok"],
    [7, "2026-02-28", "f", 8, "South", ""],
]);
period("month"); segment("region", survey.region);
metric("n", count(survey)).no_target("x");
"#;

fn quoted(table: &str, quotes: &str) -> Result<Vec<crate::report::QuotesResult>, Vec<String>> {
    let text = format!("scorecard(\"Q\").owner(\"o\").purpose(\"p\").min_n(1);\n{table}{quotes}");
    let source = Source {
        name: "card",
        text: &text,
        modules: &[],
        params: &[],
    };
    let told = |error: &Error| -> Vec<String> {
        error
            .diagnostics()
            .iter()
            .map(|finding| finding.message.clone())
            .collect()
    };
    let (card, _) = engine().compile(&source).map_err(|error| told(&error))?;
    let options = as_of("2026-02-28");
    let report = engine()
        .evaluate(&card, BTreeMap::new(), &options)
        .map_err(|error| told(&error))?;
    Ok(report.results.quotes)
}

fn texts(quotes: &crate::report::QuotesResult) -> Vec<(Option<&str>, Vec<&str>)> {
    quotes
        .groups
        .iter()
        .map(|group| {
            let texts = group.quotes.iter().map(|quote| quote.text.as_str()).collect();
            (group.label.as_deref(), texts)
        })
        .collect()
}

#[test]
fn quotes_are_of_the_headlines_period_newest_first_and_masked() {
    let made = quoted(TABLE, r#"quotes("said", survey.said).by("region").show("recommend");"#).unwrap();
    let quotes = &made[0];
    assert_eq!(quotes.period.as_deref(), Some("2026-02"));
    assert_eq!(quotes.by.as_deref(), Some("region"));
    assert_eq!(
        texts(quotes),
        [
            (Some("North"), vec!["Write to [e-mail] please", "Nobody called me back"]),
            // `ok` and an empty text say nothing.
            (
                Some("South"),
                vec!["Quick and friendly people", "Everything just works"]
            ),
        ]
    );
    assert_eq!(quotes.groups[0].said, Some(2));
    assert_eq!(quotes.groups[0].quotes[0].masked, 1);
    assert_eq!(quotes.groups[0].quotes[0].date, CivilDate::parse("2026-02-20"));
    assert_eq!(quotes.groups[0].quotes[0].beside, [crate::report::Value::Int(4)]);
}

#[test]
fn groups_are_cut_at_edges_and_filters_hold() {
    let card = r#"quotes("said", survey.said).by(buckets(survey.recommend, [7, 9], ["low", "middle", "high"])).where(|s| s.recommend != 4).limit(1);"#;
    assert_eq!(
        texts(&quoted(TABLE, card).unwrap()[0]),
        [
            (Some("low"), vec!["Nobody called me back"]),
            (Some("middle"), vec![]),
            (Some("high"), vec!["Quick and friendly people"]),
        ]
    );
}

#[test]
fn where_anonymity_is_promised_a_group_of_too_few_people_is_not_quoted_and_nobody_twice() {
    let table = TABLE.replace(r#".date("day").rows"#, r#".date("day").anonymous_below(2, "who").rows"#);
    let made = quoted(&table, r#"quotes("said", survey.said).by("region");"#).unwrap();
    let quotes = &made[0];
    // North: b and c said something. South: d alone, twice; e said nothing.
    assert_eq!(
        texts(quotes),
        [
            (Some("North"), vec!["Write to [e-mail] please", "Nobody called me back"]),
            (Some("South"), vec![]),
        ]
    );
    assert!(quotes.groups[1].hidden && !quotes.groups[0].hidden);
    assert!(
        quotes.groups.iter().all(|group| group.said.is_none()),
        "no count gives a group away"
    );
    assert!(
        quotes.groups[0].quotes.iter().all(|quote| quote.date.is_none()),
        "nor a day"
    );
    let one = quoted(&table, r#"quotes("said", survey.said);"#).unwrap();
    assert_eq!(
        texts(&one[0]),
        [(
            None,
            vec![
                "Quick and friendly people",
                "Write to [e-mail] please",
                "Nobody called me back"
            ]
        )],
        "d is quoted once"
    );
    let shown = quoted(&table, r#"quotes("said", survey.said).show("recommend");"#).unwrap_err();
    assert!(shown[0].contains("promises anonymity"), "{shown:?}");
}

#[test]
fn what_cannot_be_quoted_is_told() {
    for (card, says) in [
        (r#"quotes("said", survey.recommend);"#, "quotes are texts"),
        (r#"quotes("said", survey.sayd);"#, "sayd"),
        (r#"quotes("said", survey.said).by("regin");"#, "no segment `regin`"),
        (r#"quotes("said", survey.said).show("regin");"#, "no column `regin`"),
        (r#"quotes("said", survey.said).pick("best");"#, "does not know `best`"),
        (r#"quotes("said", survey.said).limit(0);"#, "1 to 20"),
        (
            r#"quotes("a", survey.said); quotes("a", survey.said);"#,
            "two quotations of the name `a`",
        ),
        (
            r#"audience("board").shows("tile");"#,
            "no part of a report is named `tile`",
        ),
        (r#"audience("board").only("nps");"#, "no metric, outcome or score `nps`"),
        (
            r#"audience("board").owner("Nobody");"#,
            "nothing in this card is owned by `Nobody`",
        ),
        (r#"audience("board").like("bored");"#, "does not know `bored`"),
        (r#"audience("a"); audience("a");"#, "two audiences of the name `a`"),
    ] {
        let told = quoted(TABLE, card).unwrap_err();
        assert!(told.iter().any(|message| message.contains(says)), "{card}: {told:?}");
    }
}
