//! Mistakes, one test each: the message, what it points at, the way out.

use super::{at, compile, compile_with};
use crate::diagnostic::{Diagnostic, Severity};

const BEGIN: &str = r#"scorecard("Health").owner("CX").purpose("Keep customers");
let customers = table("customers").key("customer_id");
let survey = table("survey").date("answered_on").belongs_to(customers, "customer_id", "customer");
survey.column("recommend").scale(0, 10);
survey.column("satisfaction").scale(1, 5);
survey.column("ease").scale(1, 7);
let tickets = table("tickets").date("opened_at").belongs_to(customers, "customer_id", "customer");
segment("region", customers.region);
period("month");
outcome("retention", rate(customers, |c| !c.churned)).baseline(70).target(80).by("2027-06-30").owner("VP");
metric("nps", nps(survey.recommend)).drives("retention").target(40).owner("Loyalty");
"#;

/// Asserts that a card gives a diagnostic of the severity: its message, what it points at, its help.
#[track_caller]
fn finds(severity: Severity, lines: &str, message: &str, place: &str, help: &str) {
    let text = format!("{BEGIN}{lines}");
    let compiled = compile(&text);
    let told: Vec<String> = compiled
        .diagnostics
        .iter()
        .map(|d| {
            format!(
                "{:?} {}: {} [{}] help: {}",
                d.severity,
                d.code,
                d.message,
                at(&text, d),
                d.help.as_deref().unwrap_or("")
            )
        })
        .collect();
    let found = |d: &&Diagnostic| {
        d.severity == severity
            && d.message.contains(message)
            && at(&text, d) == place
            && d.help.as_deref().unwrap_or("").contains(help)
    };
    assert!(
        compiled.diagnostics.iter().any(|d| found(&d)),
        "wanted {message} [{place}] help: {help}\n{}",
        told.join("\n")
    );
    if severity == Severity::Error {
        assert_eq!(
            compiled.diagnostics.iter().filter(|d| d.is_error()).count(),
            1,
            "one mistake, one error\n{}",
            told.join("\n")
        );
        assert!(compiled.scorecard.is_none());
    }
}

#[track_caller]
fn error(lines: &str, message: &str, place: &str, help: &str) {
    finds(Severity::Error, lines, message, place, help);
}

#[track_caller]
fn warning(lines: &str, message: &str, place: &str, help: &str) {
    finds(Severity::Warning, lines, message, place, help);
}

#[test]
fn the_beginning_has_no_errors() {
    assert!(compile(BEGIN).scorecard.is_some());
}

#[test]
fn words_that_do_not_exist() {
    error(
        r#"metric("m", npss(survey.recommend));"#,
        "no function `npss`",
        "npss",
        "did you mean `nps`?",
    );
    error(
        r#"metric("m", mean(survey.ease)).traget(4);"#,
        "no setting `traget`",
        "traget",
        "did you mean `target`?",
    );
    error(
        r#"metric("m", ces2(survey.ease));"#,
        "no function `ces2`",
        "ces2",
        "ces_mean",
    );
    error(
        r#"metric("m", average(survey.ease));"#,
        "no function `average`",
        "average",
        "mean(..)",
    );
    error(
        r#"metric("m", mean(servey.ease));"#,
        "unknown name `servey`",
        "servey",
        "did you mean `survey`?",
    );
    error(
        r#"survey.owner("X");"#,
        "a table has no setting `owner`",
        "owner",
        "is a setting of",
    );
    error(
        r#"metric("m", mean(survey.ease)).census();"#,
        "a metric has no setting `census`",
        "census",
        "is a setting of a table",
    );
    error(
        r#"metric("m", mean(survey.ease)).label;"#,
        "`label` is read like a column",
        "label",
        "with parentheses",
    );
}

#[test]
fn values_of_the_wrong_kind() {
    let metric = |rest: &str| format!(r#"metric("m", mean(survey.ease)).drives("retention"){rest};"#);
    error(
        &metric(r#".target("45")"#),
        "`target` takes a number, and this is text",
        "\"45\"",
        "without quotes: 45",
    );
    error(
        &metric(r#".target("85%")"#),
        "`target` takes a number, and this is text",
        "\"85%\"",
        "without % and quotes: 85",
    );
    error(
        &metric(".by(2027-12-31)"),
        "not a date",
        "2027-12-31",
        "a date is text: `\"2027-12-31\"`",
    );
    error(
        &metric(r#".by("2027-02-30")"#),
        "there is no such day: `2027-02-30`",
        "\"2027-02-30\"",
        "2027-02-28",
    );
    error(
        &metric(r#".by("31.12.2027")"#),
        "no date as a card writes it",
        "\"31.12.2027\"",
        "\"2027-12-31\"",
    );
    error(
        &metric(r#".by("2027-6-1")"#),
        "no date as a card writes it",
        "\"2027-6-1\"",
        "write \"2027-06-01\"",
    );
    error(
        &metric(".owner(7)"),
        "`owner` takes text, and this is a number",
        "7",
        "in double quotes: \"7\"",
    );
    error(
        &metric(r#".owner("")"#),
        "`owner` takes text, and this is empty",
        "\"\"",
        "",
    );
    error(
        &metric(".fresh_for(10)"),
        "`fresh_for` takes n, unit",
        "10",
        "say the unit",
    );
    error(
        &metric(r#".fresh_for(10, "moons")"#),
        "unknown unit of time `moons`",
        "\"moons\"",
        "months",
    );
    error(
        &metric(".missing_counts_as(true)"),
        "an answer of `mean` is a number",
        "true",
        ".missing_counts_as(0)",
    );
    error(
        &metric(r#".missing_counts_as("no")"#),
        "`missing_counts_as` takes a number, `true` or `false`",
        "\"no\"",
        "",
    );
    error(
        r#"metric("m", rate(survey, |s| s.recommend > 8).missing_counts_as(0));"#,
        "is `true` or `false`",
        "0",
        ".missing_counts_as(false)",
    );
    error(
        r#"metric("m", count(survey).missing_counts_as(0));"#,
        "`count` has no answers of which one could be missing",
        "0",
        "put it on the part that it means",
    );
    error(&metric(".min_n(2.5)"), "takes a whole number", "2.5", "");
    error(&metric(".min_n(-1)"), "takes a whole number", "-1", "");
    error(&metric(".decimals(20)"), "goes up to 10", "20", "");
    error(
        &metric(".scale(5, 1)"),
        "`scale` runs from low to high",
        "5, 1",
        ".scale(1, 5)",
    );
    error(
        &metric(".target()"),
        "`target` takes value",
        "target",
        "nothing is given",
    );
    error(
        r#"metric("m", nps("recommend"));"#,
        "`nps` takes a column, and this is text",
        "\"recommend\"",
        "survey.recommend",
    );
    error(
        r#"metric("m", mean(survey));"#,
        "`mean` takes a column, and `survey` is a table",
        "survey",
        "survey.some_column",
    );
    error(
        r#"metric("m", survey.ease);"#,
        "`metric` takes a measure, and `survey.ease` is a column",
        "survey.ease",
        "mean(survey.ease)",
    );
    error(
        r#"metric("m", survey);"#,
        "`metric` takes a measure, and `survey` is a table",
        "survey",
        "count(survey)",
    );
    error(
        r#"metric("m", rate(survey));"#,
        "`rate` takes a table and a condition",
        "rate(survey)",
        "rate(survey, |row|",
    );
    error(
        r#"metric("m", rate(survey.ease, |s| s.ease > 2));"#,
        "and this is a column",
        "survey.ease",
        "rate(survey, |row|",
    );
    error(
        r#"metric("m", top_box(survey.ease));"#,
        "`top_box` takes column, boxes",
        "survey.ease",
        "one value is given",
    );
    error(
        r#"metric("m", mean(survey.ease).by("region"));"#,
        "`by` gives a value for each",
        r#"mean(survey.ease).by("region")"#,
        ".spread()",
    );
    error(
        r#"initiative("i").moves("nps", 1, 2).costs(1,200,000);"#,
        "`costs` takes amount",
        "1,200,000",
        "write 1_200_000",
    );
    error(
        r#"initiative("i").moves("nps", 8, 3);"#,
        "`moves` takes the low end first",
        "8, 3",
        ".moves(\"nps\", 3, 8)",
    );
    error(
        r#"score("s").mix("nps", 1, 0, 60).cap(|m| m.nps < 3, 40, "why");"#,
        "`cap` takes a number here, and this is a condition",
        "|m| m.nps < 3",
        "value, condition, reason",
    );
    error(
        r#"score("s").mix("nps", 1, 0, 60).cap(|m| m.nps < 3, 40);"#,
        "`cap` takes value, condition, reason",
        "|m| m.nps < 3, 40",
        "2 values are given",
    );
    error(
        r#"score("s").mix("nps", 1, 0);"#,
        "two anchors",
        "0",
        ".mix(\"nps\", 0.4, 0, 60)",
    );
    error(
        r#"link("nps", "retention").lag(1);"#,
        "`lag` takes n, unit",
        "1",
        "say the unit",
    );
    error(
        r#"period("monthly");"#,
        "unknown period `monthly`",
        "\"monthly\"",
        "did you mean `month`?",
    );
    error(
        r#"metric("m", percentile(survey.ease, 0.9));"#,
        "`percentile` takes a number from 0 to 100",
        "0.9",
        "90 means p90",
    );
    error(
        r#"table("t").rows(["a", "b"], [[1, 2], [3]]);"#,
        "row 2 has 1 values for 2 columns",
        "[3]",
        "()",
    );
    error(
        r#"segment("s", buckets(customers.age, [10, 5], ["a", "b", "c"]));"#,
        "edges go up",
        "[10, 5]",
        "",
    );
    error(
        r#"segment("s", buckets(customers.age, [5, 10], ["a", "b"]));"#,
        "2 edges make 3 buckets",
        "[\"a\", \"b\"]",
        "one label more",
    );
    error(
        r#"segment("s", customers);"#,
        "`segment` takes a column, and this is a table",
        "customers",
        "customers.some_column",
    );
    error(
        r#"metric("m", sum(tickets.cost) + tickets.cost);"#,
        "does not go between a measure and a column",
        "+",
        "make a measure",
    );
    error(
        r#"metric("m", mean(tickets.cost - survey.ease));"#,
        "columns of two tables",
        "-",
        "belongs_to",
    );
    error(
        r#"metric("m", mean(survey.ease).where(survey.ease > 3));"#,
        "stands inside a condition",
        ">",
        "|row|",
    );
    error(
        r#"metric("m", mean(survey.ease)).dated(tickets.opened_at);"#,
        "this date is of `tickets`",
        "tickets.opened_at",
        "",
    );
    error(
        r#"metric("m", sum(tickets.cost) / count(customers)).where(|t| t.open);"#,
        "over several tables",
        "where",
        "put it on the part",
    );
    error(
        r#"scorecard("Twice");"#,
        "a card has one `scorecard(..)`",
        "scorecard",
        "",
    );
    error(
        r#"let goal = param("goal", 90).between(0, 100);"#,
        "no setting `between`",
        "between",
        "#{ min: 0, max: 100",
    );
    error(
        r#"let goal = param("goal", 190, #{ min: 0, max: 100 });"#,
        "param `goal` is 190, outside its range",
        "\"goal\"",
        "0 to 100",
    );
    error(
        r#"let goal = param("goal", 90, #{ maximum: 100 });"#,
        "a param has no `maximum`",
        "#{ maximum: 100 }",
        "min, max and help",
    );
}

#[test]
fn names_that_nothing_declares() {
    error(
        r#"metric("m", mean(survey.ease)).drives("retension");"#,
        "no outcome or metric `retension`",
        "\"retension\"",
        "did you mean `retention`?",
    );
    error(
        r#"score("s").mix("npss", 1, 0, 60);"#,
        "no metric or score `npss`",
        "\"npss\"",
        "did you mean `nps`?",
    );
    error(
        r#"score("s").mix("nps", 1, 0, 60).cap(40, |m| m.npss < 3, "why");"#,
        "no metric or score `npss`",
        "npss",
        "did you mean `nps`?",
    );
    error(r#"cross("region", "plan");"#, "no segment `plan`", "\"plan\"", "");
    error(
        r#"cross("region", "regoin");"#,
        "no segment `regoin`",
        "\"regoin\"",
        "did you mean `region`?",
    );
    error(
        r#"metric("m", count(tickets).ignoring("regin")).no_target("x");"#,
        "no segment `regin`",
        "\"regin\"",
        "did you mean `region`?",
    );
    error(
        r#"initiative("i").moves("fcr", 3, 8);"#,
        "no metric `fcr`",
        "\"fcr\"",
        "",
    );
    error(r#"link("nps", "renewal");"#, "`renewal`", "\"renewal\"", "");
    error(
        r#"outcome("o", count(tickets)).serves("Growth").no_target("x");"#,
        "no objective `Growth`",
        "\"Growth\"",
        "",
    );
    error(
        r#"test("t").given("servey", `a`).expect("nps", 1);"#,
        "no table `servey` in this card",
        "\"servey\"",
        "did you mean `survey`?",
    );
    error(
        r#"test("t").expect("nsp", 1);"#,
        "`nsp`",
        "\"nsp\"",
        "did you mean `nps`?",
    );
    error(
        r#"journey("year").phase("use", ["bill"]); metric("m", mean(survey.ease)).drives("retention").stage("get halp");"#,
        "no stage `get halp` in journey \"year\"",
        "\"get halp\"",
        "",
    );
}

#[test]
fn paths_and_columns() {
    error(
        r#"metric("m", mean(survey.customers.age)).drives("retention");"#,
        "the path from `survey` to `customers` is called `customer`",
        "customers.age",
        "survey.customer.age",
    );
    error(
        r#"metric("m", mean(survey.costumer.age)).drives("retention");"#,
        "no path `costumer` leads from `survey`",
        "costumer.age",
        "did you mean `customer`?",
    );
    error(
        r#"metric("m", mean(survey.customer)).drives("retention");"#,
        "leads to another table",
        "customer",
        "customer.some_column",
    );
    error(
        r#"metric("m", rate(survey, |s| s.customers.vip)).drives("retention");"#,
        "is called `customer`",
        "customers.vip",
        "survey.customer.vip",
    );
    error(
        r#"let places = table("places").rows(["place", "people"], [["A", 1]]); metric("m", sum(places.peeple)).no_target("x");"#,
        "no column `peeple` in `places`",
        "peeple",
        "did you mean `people`?",
    );
    error(
        r#"tickets.add("x", sum(customers.arr)); metric("m", sum(tickets.x)).no_target("x");"#,
        "rows of `customers` do not belong to `tickets`",
        "sum(customers.arr)",
        "belongs_to",
    );
    error(
        r#"let more = table("more").belongs_to(survey, "id");"#,
        "`survey` has no key",
        "survey",
        ".key(\"..\")",
    );
    error(
        r#"let more = table("more").belongs_to(customers, ["a", "b"]);"#,
        "has 1 columns, and 2 are given",
        "belongs_to",
        "",
    );
    error(
        r#"let gifts = table("gifts").date("on").belongs_to(customers, "giver", "giver").belongs_to(customers, "taker", "taker"); metric("gifts", count(gifts)).no_target("x");"#,
        "2 paths lead from `gifts` to `customers`: giver, taker",
        "region",
        "gifts.via(\"giver\")",
    );
    error(
        r#"metric("m", rate(tickets, |t| t.opened_at > "1/3/2016")).drives("retention");"#,
        "a date is written as year, month and day",
        "\"1/3/2016\"",
        "\"2016-03-01\"",
    );
    error(
        r#"let log = table("log").latest_by("at"); metric("m", count(log)).no_target("x");"#,
        "the latest row of what? `log` has no key",
        "\"at\"",
        ".key(",
    );
}

#[test]
fn objects_that_contradict_themselves() {
    error(
        r#"metric("nps", nps(survey.recommend));"#,
        "two metrics of the name `nps`",
        "\"nps\"",
        "another name",
    );
    error(
        r#"score("nps").mix("retention", 1);"#,
        "a metric and a score of one name: `nps`",
        "\"nps\"",
        "another name",
    );
    error(
        r#"segment("region", tickets.area);"#,
        "two segments of the name `region`",
        "\"region\"",
        "",
    );
    error(
        r#"let again = table("survey");"#,
        "two tables of the name `survey`",
        "\"survey\"",
        "",
    );
    error(
        r#"score("a").mix("b", 1); score("b").mix("a", 1);"#,
        "`a` → `b` → `a` are made of each other",
        "\"a\"",
        "",
    );
    error(
        r#"metric("a", mean(survey.ease)).drives("b"); metric("b", mean(survey.ease)).drives("a");"#,
        "drive each other in a circle",
        "\"b\"",
        "",
    );
    error(
        r#"metric("a", mean(survey.ease)).drives("a");"#,
        "`a` drives itself",
        "\"a\"",
        "",
    );
    error(
        r#"survey.add("p", |s| s.q + 1); survey.add("q", |s| s.p + 1); metric("m", mean(survey.q)).no_target("x");"#,
        "are made of each other",
        "\"q\"",
        "",
    );
    error(
        r#"metric("m", top_box(survey.satisfaction, 2)).drives("retention").target(120);"#,
        "`m` is on 0 to 100, and the target is 120",
        "120",
        "",
    );
    error(
        r#"metric("m", mean(survey.ease)).drives("retention").target(9);"#,
        "`m` is on 1 to 7, and the target is 9",
        "9",
        "",
    );
    error(
        r#"metric("m", mean(survey.ease)).drives("retention").target(5).target(6);"#,
        "`target` of `m` is given twice",
        "6",
        "keep one",
    );
    error(
        r#"metric("m", mean(survey.ease)).drives("retention").lower_is_better().higher_is_better();"#,
        "better both ways",
        "higher_is_better",
        "",
    );
    error(
        r#"metric("m", mean(survey.ease)).drives("retention").target(5).no_target("x");"#,
        "has a target, and is said to have none",
        r#"5).no_target("x""#,
        "",
    );
    error(
        r#"score("s").mix("nps", 1, 0, 60).bands(75, 50);"#,
        "the edges of `s` go up",
        "bands(75, 50)",
        ".bands(50, 75)",
    );
    error(
        r#"score("s").mix("nps", 1, 0, 60).bands(50, 175);"#,
        "inside 0 to 100, and 175 does not",
        "bands(50, 175)",
        "",
    );
    error(
        r#"score("s").mix("nps", 1, 0, 60).bands(25, 50, 75);"#,
        "4 bands need names",
        "bands(25, 50, 75)",
        "",
    );
    error(
        r#"score("s").bands(50, 75);"#,
        "score `s` has no parts",
        "\"s\"",
        ".mix(",
    );
    error(
        r#"metric("c", count(tickets)).no_target("x"); score("s").mix("c", 1);"#,
        "`c` has no scale",
        r#"mix("c", 1)"#,
        "which values score 0 and 100",
    );
    error(
        r#"metric("m", mean(survey.ease)).drives("retention"); score("s").mix("m", 1).baseline_to_target();"#,
        "needs a baseline and a target",
        r#"mix("m", 1)"#,
        "",
    );
    error(
        r#"score("s").mix("nps", 1, 0, 60).mix("nps", 1, 0, 60);"#,
        "`nps` is twice a part of `s`",
        "\"nps\"",
        "reweigh",
    );
    error(
        r#"score("s").mix("nps", 1, 0, 60).only(|c| c.big);"#,
        "`only` chooses among the rows of `each`",
        "only",
        ".each(accounts)",
    );
    error(
        r#"score("s").each(survey).mix("nps", 1, 0, 60);"#,
        "which has no key",
        "survey",
        "",
    );
    error(
        r#"metric("m", top_box(survey.score, 2)).drives("retention");"#,
        "`top_box` counts boxes of the scale, and `survey.score` declares none",
        "top_box(survey.score, 2)",
        "survey.column(\"score\").scale(1, 5)",
    );
    error(
        r#"metric("m", top_box(survey.satisfaction, 5)).drives("retention");"#,
        "has 5 boxes, and 5 are asked for",
        "top_box(survey.satisfaction, 5)",
        "at_least",
    );
    error(
        r#"metric("m", nps(survey.ease)).drives("retention");"#,
        "`nps` needs answers from 0 to 10, and the scale is 1 to 7",
        "nps(survey.ease)",
        "net(",
    );
    error(
        r#"metric("m", ces_net(survey.satisfaction)).drives("retention");"#,
        "defined on a scale from 1 to 7",
        "ces_net(survey.satisfaction)",
        "net(",
    );
    error(
        r#"metric("m", level(customers.people)).drives("retention");"#,
        "has no date",
        "level(customers.people)",
        "",
    );
    error(
        r#"metric("m", last(survey.ease, survey.answered_on)).drives("retention");"#,
        "`last` makes a column of each row",
        "last(survey.ease, survey.answered_on)",
        "customers.add",
    );
    error(
        r#"metric("m", funnel(survey.id, survey.step, survey.answered_on)).drives("retention");"#,
        "does not know the order of the steps",
        "funnel(survey.id, survey.step, survey.answered_on)",
        "",
    );
    error(
        r#"period("fiscal quarter");"#,
        "when its fiscal year begins",
        r#"period("fiscal quarter")"#,
        ".fiscal_year(",
    );
    error(
        r#"metric("m", mean(survey.ease)).drives("retention").each_step();"#,
        "no journey runs along",
        "\"m\"",
        ".along(",
    );
    error(
        r#"metric("m", mean(survey.ease)).drives("retention").target(5).by("2027-01-01").target_on("2027-06-01", 4);"#,
        "is not before the due date",
        r#"target_on("2027-06-01", 4)"#,
        "",
    );
    error(
        r#"initiative("i").moves("nps", 1, 2).starts("2027-06-01").by("2027-01-01");"#,
        "starts after it is due",
        r#""2027-06-01").by("2027-01-01""#,
        "swap",
    );
}

#[test]
fn advice() {
    let metric = |rest: &str| format!(r#"metric("m", {rest};"#);
    warning(
        &metric(r#"mean(survey.ease)).target(5).owner("X")"#),
        "metric `m` drives no outcome",
        "\"m\"",
        ".drives(\"retention\")",
    );
    warning(
        &metric(r#"mean(survey.ease)).drives("retention").target(5)"#),
        "nobody owns `m`",
        "\"m\"",
        "",
    );
    warning(
        &metric(r#"mean(survey.ease)).drives("retention").owner("X")"#),
        "`m` has no target",
        "\"m\"",
        ".no_target(",
    );
    warning(
        &metric(r#"top_box(survey.satisfaction, 2)).drives("retention").target(0.25)"#),
        "`m` is on 0 to 100, and the target is 0.25",
        "0.25",
        "did you mean 25?",
    );
    warning(
        &metric(r#"count(survey)).drives("retention").target(500).owner("X")"#),
        "activity",
        "\"m\"",
        "",
    );
    warning(
        &metric(r#"mean(survey.ease)).drives("retention").baseline(6).target(5)"#),
        "lies below its baseline, and higher is better",
        "5",
        ".lower_is_better()",
    );
    warning(
        &metric(r#"mean(survey.ease)).drives("retention").baseline(5).target(5)"#),
        "meets the target already",
        "5).target(5",
        "",
    );
    warning(
        &metric(r#"nps(survey.recommend)).drives("retention").lower_is_better()"#),
        "higher is better for this measure",
        "lower_is_better",
        "",
    );
    warning("", "NPS alone", "\"nps\"", "");
    warning(
        "let spare = table(\"spare\");",
        "nothing reads table `spare`",
        "\"spare\"",
        "",
    );
    warning(
        r#"tickets.add("x", |t| t.a + 1);"#,
        "nothing reads column `x` of `tickets`",
        "\"x\"",
        "",
    );
    warning(
        r#"outcome("o", count(tickets)).target(5).owner("X");"#,
        "`o` has no baseline and no due date",
        "\"o\"",
        "",
    );
    warning(
        r#"objective("Growth");"#,
        "no outcome serves objective `Growth`",
        "\"Growth\"",
        "",
    );
    warning(
        r#"table("pulse").anonymous_below(2, "token");"#,
        "under 5 lets one guess",
        "2",
        "7 is common",
    );
    warning(
        r#"score("s").mix("nps", 0.5, 0, 60).mix("retention", 0.6);"#,
        "the weights of `s` sum to 1.1",
        r#"mix("nps", 0.5, 0, 60).mix("retention", 0.6)"#,
        "",
    );
    warning(
        r#"score("s").mix("retention", 1, 0.5, 0.9);"#,
        "the anchors look like shares",
        r#"mix("retention", 1, 0.5, 0.9)"#,
        "50 and 90",
    );
    warning(
        r#"metric("e", mean(survey.ease)).lower_is_better().drives("retention"); score("s").mix("e", 1, 2, 5);"#,
        "lower is better for `e`",
        r#"mix("e", 1, 2, 5)"#,
        "5, 2",
    );
    warning(
        r#"initiative("i").costs(5);"#,
        "initiative `i` moves nothing",
        "\"i\"",
        "",
    );
    warning(
        r#"initiative("i").moves("nps", -8, -3);"#,
        "`i` makes `nps` worse",
        "\"nps\"",
        "",
    );
    warning(r#"test("t");"#, "test `t` expects nothing", "\"t\"", "");
}

#[test]
fn traps_of_the_language() {
    error(
        r#"metric("m", mean(survey.ease) / 0).no_target("x"); let x = 1 / 0;"#,
        "division by zero",
        "/",
        "",
    );
    error(
        r#"if 1 == "1" { period("week"); }"#,
        "`==` compares a number with text",
        "==",
        "",
    );
    error(
        r#"let goals = #{ a: 1 }; metric("m", mean(survey.ease)).drives("retention").target(goals.b);"#,
        "the map has no `b`",
        "b",
        "",
    );
    error(
        r#"fn ease() { mean(survey.ease) } metric("m", ease());"#,
        "",
        "survey",
        "",
    );
    error(
        r#"import "company/none" as cx; metric("m", cx::thing(survey));"#,
        "no module `company/none`",
        "\"company/none\"",
        "no modules",
    );
}

#[test]
fn three_mistakes_in_one_card_give_three_errors() {
    let text = r#"
        let survey = table("survey").traget("x");
        metric("a", nps("recommend"));
        metric("b", mean(survey.ease)).target("45").by(2027-12-31);
    "#;
    let compiled = compile(text);
    let places: Vec<&str> = compiled
        .diagnostics
        .iter()
        .filter(|d| d.is_error())
        .map(|d| at(text, d))
        .collect();
    assert_eq!(places, ["traget", "\"recommend\"", "\"45\"", "2027-12-31"]);
}

#[test]
fn a_module_that_is_not_there_is_told_once() {
    let modules = [("company/cx".to_owned(), "fn f(x) { x }".to_owned())];
    let text = "import \"company/cs\" as cx; let a = cx::f(1); let b = cx::f(2);";
    let compiled = compile_with(text, &modules);
    assert_eq!(compiled.diagnostics.len(), 1, "{:#?}", compiled.diagnostics);
    assert_eq!(
        compiled.diagnostics[0].help.as_deref(),
        Some("did you mean `company/cx`?")
    );
}

#[test]
fn what_a_module_does_not_have() {
    let modules = [(
        "company/cx".to_owned(),
        "export const GOAL = 75; fn loyalty(survey, goal) { survey }".to_owned(),
    )];
    let begin = "import \"company/cx\" as cx; let survey = table(\"survey\"); ";
    let cases = [
        (
            "let a = cx::loyality(survey, 1);",
            "module `company/cx` has no `loyality`",
            "did you mean `cx::loyalty`?",
        ),
        ("let a = cx::loyalty(survey);", "`cx::loyalty` takes survey, goal", ""),
        (
            "let a = cx::GAOL;",
            "module `company/cx` has no `GAOL`",
            "did you mean `cx::GOAL`?",
        ),
        ("let a = cy::GOAL;", "", ""),
    ];
    for (line, message, help) in cases {
        let compiled = compile_with(&format!("{begin}{line}"), &modules);
        let errors: Vec<&Diagnostic> = compiled.diagnostics.iter().filter(|d| d.is_error()).collect();
        assert_eq!(errors.len(), 1, "{line}: {errors:#?}");
        assert!(errors[0].message.contains(message), "{line}: {errors:#?}");
        assert!(
            errors[0].help.as_deref().unwrap_or("").contains(help),
            "{line}: {errors:#?}"
        );
    }
}

#[test]
fn a_module_declares_nothing_by_itself() {
    let modules = [("m".to_owned(), "let t = table(\"t\"); fn f() { 1 }".to_owned())];
    let compiled = compile_with("import \"m\" as m;", &modules);
    assert!(
        compiled.diagnostics[0].message.contains("functions and constants only"),
        "{:#?}",
        compiled.diagnostics
    );
    assert_eq!(compiled.diagnostics[0].span.unwrap().source, 1);
}

#[test]
fn a_condition_on_the_table_itself_is_told_once() {
    error(
        r#"tickets.add("x", |t| t.a > tickets.b); metric("m", sum(tickets.x)).no_target("y");"#,
        "`tickets` stands outside of this closure",
        "tickets.b",
        "write `t.b`",
    );
}

#[test]
fn modules_that_import_each_other_are_an_error() {
    let modules = [
        ("a".to_owned(), "import \"b\" as b; fn f() { 1 }".to_owned()),
        ("b".to_owned(), "import \"a\" as a; fn g() { 2 }".to_owned()),
    ];
    let compiled = compile_with("import \"a\" as a; let x = a::f();", &modules);
    assert!(
        compiled.diagnostics.iter().any(|d| d.message.contains("circle")),
        "{:#?}",
        compiled.diagnostics
    );
}

#[test]
fn a_mistake_in_a_module_points_into_the_module() {
    let module = "fn loyalty(survey) {\n  metric(\"nps\", nps(survey.recommend)).target(\"45\")\n}";
    let modules = [("company/cx".to_owned(), module.to_owned())];
    let text = "import \"company/cx\" as cx; let survey = table(\"survey\"); cx::loyalty(survey).owner(\"X\");";
    let compiled = compile_with(text, &modules);
    let errors: Vec<&Diagnostic> = compiled.diagnostics.iter().filter(|d| d.is_error()).collect();
    assert_eq!(errors.len(), 1, "{errors:#?}");
    let span = errors[0].span.unwrap();
    assert_eq!(
        (span.source, &module[span.start as usize..span.end as usize]),
        (1, "\"45\"")
    );
}

#[test]
fn what_a_card_throws_is_told_in_words() {
    error(
        "throw;",
        "the card stops itself here, and does not say why",
        "throw",
        "",
    );
    error(
        "throw \"  \";",
        "the card stops itself here, and does not say why",
        "throw",
        "",
    );
    error("throw \"no survey, no score\";", "no survey, no score", "throw", "");
    error("let left = 7 % 0;", "a division by zero has no remainder", "%", "");
}
