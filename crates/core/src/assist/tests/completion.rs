//! What is offered: card with a cursor, what must be among the first eight, what must not be there at all.

use super::{offered, taken};

type Case = (&'static str, &'static [&'static str], &'static [&'static str]);

#[track_caller]
fn check(cases: &[Case]) {
    let mut wrong = Vec::new();
    for (text, first, never) in cases {
        let offers = offered(text);
        let labels: Vec<&str> = offers.iter().map(|offer| offer.label.as_str()).collect();
        let top: Vec<&str> = labels.iter().take(8).copied().collect();
        for label in *first {
            if !top.contains(label) {
                let place = labels.iter().position(|other| other == label);
                wrong.push(format!(
                    "{text}\n  wants `{label}` among {top:?}; its place is {place:?}"
                ));
            }
        }
        for label in *never {
            if labels.contains(label) {
                wrong.push(format!("{text}\n  must not offer `{label}`"));
            }
        }
        if first.is_empty() && never.is_empty() && !labels.is_empty() {
            wrong.push(format!("{text}\n  must offer nothing, but offers {top:?}"));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {} fail:\n{}",
        wrong.len(),
        cases.len(),
        wrong.join("\n")
    );
}

#[test]
fn statements_begin_with_what_declares() {
    check(&[
        (
            "¦",
            &["metric", "outcome", "score", "segment", "period"],
            &["nps", "target"],
        ),
        ("me¦", &["metric"], &["segment", "mean", "median"]),
        ("met¦ric(\"x\")", &["metric"], &[]),
        (
            "metric(\"x\", nps(survey.\nsc¦",
            &["score", "scorecard"],
            &["recommend"],
        ),
        ("metric(\"x\", nps(survey.recommend)).\nsco¦", &[], &["metric"]),
        ("sur¦", &["survey"], &[]),
        ("let t = table(\"x\"); ou¦", &["outcome"], &[]),
        ("for x in [1, 2] {\n    me¦\n}", &["metric"], &["mean"]),
        ("let table¦", &[], &[]),
        ("let x¦", &[], &[]),
        ("// metric¦", &[], &[]),
        ("/* me¦ */", &[], &[]),
        ("metric(\"x\", 1¦", &[], &[]),
    ]);
}

#[test]
fn a_dot_gives_what_its_receiver_has() {
    check(&[
        (
            "customers.¦",
            &["key", "date", "belongs_to", "column"],
            &["target", "mix"],
        ),
        ("survey.col¦", &["column", "columns"], &["recommend"]),
        (
            "metric(\"x\", nps(survey.recommend)).¦",
            &["target", "owner", "drives", "label"],
            &["mix", "bands", "key"],
        ),
        (
            "metric(\"x\", nps(survey.recommend)).tar¦",
            &["target", "target_for", "target_on"],
            &["owner"],
        ),
        (
            "metric(\"x\", nps(survey.recommend)).target(4).own¦;\nmetric(\"y\", 1);",
            &["owner"],
            &["mix"],
        ),
        ("score(\"s\").¦", &["mix", "bands", "cap"], &["drives_", "key", "by_"]),
        ("score(\"s\").mix(\"nps\", 1, 0, 60).¦", &["bands", "cap"], &["key"]),
        (
            "segment(\"plan\", customers.plan).¦",
            &["order", "missing", "top", "through"],
            &["target"],
        ),
        ("period(\"month\").¦", &["rolling", "to_date"], &["target"]),
        ("count(tickets).¦", &["where", "dated", "past", "per"], &["target"]),
        (
            "metric(\"x\", count(tickets).¦)",
            &["where", "dated", "past"],
            &["target"],
        ),
        (
            "survey.column(\"recommend\").¦",
            &["scale", "missing", "levels"],
            &["key"],
        ),
        ("initiative(\"x\").¦", &["starts", "costs", "moves"], &["mix"]),
        ("test(\"x\").¦", &["given", "expect"], &["mix"]),
        ("scorecard(\"x\").¦", &["owner", "purpose"], &["key"]),
        (
            "link(\"nps\", \"retention\").¦",
            &["lag", "window", "assumes", "controlling_for"],
            &["mix"],
        ),
        (
            "let m = metric(\"x\", nps(survey.recommend));\nm.¦",
            &["target", "owner"],
            &["mix"],
        ),
        ("quick_wins().¦", &["payback", "person_days"], &["mix"]),
        (
            "list(\"x\", tickets).¦",
            &["where", "show", "sort_down", "limit"],
            &["mix"],
        ),
        ("(sum(tickets.cost) / count(tickets)).¦", &["where", "per"], &["mix"]),
    ]);
}

#[test]
fn columns_are_those_of_the_table() {
    check(&[
        (
            "metric(\"x\", nps(survey.¦",
            &["recommend", "comment", "customer_id"],
            &["region", "Q7-1"],
        ),
        ("metric(\"x\", nps(survey.rec¦))", &["recommend"], &["comment"]),
        (
            "metric(\"x\", rate(tickets, |t| t.¦",
            &["channel", "contacts", "cost"],
            &["region", "recommend", "key"],
        ),
        (
            "metric(\"x\", rate(tickets, |t| t.customer.¦ == 1)).owner(\"x\");",
            &["region", "plan", "months"],
            &["channel"],
        ),
        (
            "metric(\"x\", rate(tickets, |t| t.contacts == 1)).where(|t| t.ch¦);",
            &["channel"],
            &["region"],
        ),
        (
            "metric(\"x\", rate(customers, |c| c.churned && c.¦));",
            &["region", "plan"],
            &["channel"],
        ),
        ("segment(\"x\", customers.p¦", &["plan"], &["channel"]),
        ("tickets.add(\"late\", |t| t.ho¦);", &["hours"], &["region"]),
        (
            "metric(\"x\", rate(tickets, |t| t.cust¦));",
            &["customer", "customer_id"],
            &[],
        ),
        ("survey.column(\"¦", &["recommend", "comment", "Q7-1"], &["region"]),
        (
            "survey.columns([\"recommend\", \"Q¦\"]).scale(0, 10);",
            &["Q7-1"],
            &["region"],
        ),
        (
            "metric(\"x\", mean(survey[\"¦\"]));",
            &["Q7-1", "recommend"],
            &["region"],
        ),
        ("let calls = table(\"calls\").date(\"¦\");", &["at"], &["region"]),
        (
            "customers.rename(\"plan\", \"tier\");\nsegment(\"t\", customers.t¦",
            &["tier"],
            &["plan"],
        ),
        (
            "let log = alias(\"log\", tickets);\nmetric(\"x\", mean(log.c¦",
            &["cost", "contacts"],
            &["region"],
        ),
        ("list(\"x\", tickets).show([\"¦\"]);", &["channel", "cost"], &["region"]),
    ]);
}

#[test]
fn texts_are_completed_with_what_they_name() {
    check(&[
        (
            "metric(\"x\", nps(survey.recommend)).drives(\"¦",
            &["retention"],
            &["health"],
        ),
        (
            "metric(\"x\", nps(survey.recommend)).drives(\"re¦\").owner(\"x\");",
            &["retention"],
            &["nps"],
        ),
        (
            "score(\"s\").mix(\"¦\", 1)",
            &["nps", "fcr", "retention", "health"],
            &[],
        ),
        ("test(\"x\").expect(\"¦", &["nps", "fcr"], &[]),
        ("test(\"x\").expect_state(\"nps\", \"too¦\")", &["too_few"], &["ok"]),
        ("test(\"x\").given(\"¦\", ``)", &["customers", "survey", "tickets"], &[]),
        ("let c = table(\"¦\");", &["calls", "customers"], &[]),
        ("cross(\"region\", \"¦\");", &["region", "tenure"], &["nps"]),
        ("period(\"¦\");", &["month", "quarter", "week", "fiscal quarter"], &[]),
        (
            "metric(\"x\", nps(survey.recommend)).target_for(\"¦",
            &["region", "tenure"],
            &["West"],
        ),
        (
            "metric(\"x\", 1).target_for(\"region\", #{ \"¦\": 4 });",
            &["West", "North", "South"],
            &["pro"],
        ),
        (
            "metric(\"x\", 1).target_for(\"tenure\", #{ \"¦\": 4 });",
            &["new", "known", "old"],
            &["West"],
        ),
        (
            "metric(\"x\", rate(customers, |c| c.region == \"¦",
            &["West", "North", "South"],
            &["pro"],
        ),
        (
            "metric(\"x\", rate(tickets, |t| t.customer.plan != \"p¦\"));",
            &["pro"],
            &["basic", "West"],
        ),
        (
            "metric(\"x\", rate(tickets, |t| t.channel in [\"phone\", \"¦\"]));",
            &["chat", "web"],
            &["West"],
        ),
        (
            "metric(\"x\", rate(tickets, |t| switch t.channel { \"¦\" => true, _ => false }));",
            &["phone", "chat"],
            &[],
        ),
        ("segment(\"r\", customers.region).order(\"So¦\");", &["South"], &["pro"]),
        (
            "metric(\"x\", count(tickets).past(28, \"¦\"));",
            &["days", "weeks", "months"],
            &["USD"],
        ),
        ("scorecard(\"x\").currency(\"E¦\");", &["EUR"], &["USD"]),
        ("metric(\"x\", 1).serves(\"¦\");", &["Customers stay"], &[]),
        ("metric(\"x\", 1).stage(\"¦\");", &["ask", "solve"], &["call"]),
        ("metric(\"x\", 1).stage(\"ask\", \"¦\");", &["call", "chat"], &["first"]),
        (
            "metric(\"x\", 1).owner(\"¦\");",
            &["CEO", "Sales", "Loyalty", "Care"],
            &[],
        ),
        (
            "score(\"x\").mix(\"nps\", 1).missing_parts(\"¦\");",
            &["reweight", "fail"],
            &[],
        ),
        ("score(\"x\").weights_for(\"region\", \"¦\", #{});", &["West"], &["nps"]),
        (
            "score(\"x\").weights_for(\"region\", \"West\", #{ ¦ });",
            &["nps", "fcr"],
            &["West"],
        ),
        ("initiative(\"x\").moves(\"¦\", 1, 2);", &["nps", "fcr"], &["region"]),
        ("import \"¦\" as cx;", &["company/cx"], &[]),
        ("metric(\"no name is known ¦\", 1);", &[], &[]),
        (
            "metric(\"x\", 1).by(\"2026-0¦\");",
            &["2026-06-30", "2026-09-30"],
            &["2026-12-31"],
        ),
    ]);
}

#[test]
fn arguments_are_what_their_parameter_takes() {
    check(&[
        ("metric(\"x\", ¦", &["nps", "mean", "rate", "count"], &["metric", "key"]),
        ("metric(\"x\", n¦)", &["nps"], &["metric"]),
        ("metric(\"x\", nps(¦", &["survey.recommend"], &["metric"]),
        ("metric(\"x\", rate(¦", &["tickets", "customers", "survey"], &["metric"]),
        ("metric(\"x\", rate(tickets, ¦", &["|t|"], &["metric"]),
        (
            "metric(\"x\", retention(¦",
            &["customers.joined_on", "survey.answered_on"],
            &["metric"],
        ),
        (
            "metric(\"x\", rate(tickets, |t| ¦",
            &["t", "goal"],
            &["metric", "tickets"],
        ),
        ("metric(\"x\", rate(tickets, |t| days_¦", &["days_between"], &["metric"]),
        (
            "metric(\"x\", rate(tickets, |t| t.opened_at.¦",
            &["hour", "day", "weekday", "is_missing", "days_between", "year"],
            &["to_upper"],
        ),
        (
            "metric(\"x\", rate(tickets, |t| t.channel.st¦",
            &["starts_with"],
            &["hour"],
        ),
        ("metric(\"x\", rate(tickets, |¦", &[], &[]),
        (
            "score(\"s\").cap(40, |m| m.¦ < 60, \"x\");",
            &["nps", "fcr", "retention"],
            &["channel"],
        ),
        ("score(\"s\").cap(40, ¦", &["|m|"], &["metric"]),
        ("metric(\"x\", 1).target(¦", &["goal"], &["metric"]),
        ("let x = ¦", &["table", "param"], &["metric_"]),
        ("let q = table(\"q\").belongs_to(¦", &["customers", "survey"], &["nps"]),
        ("let q = param(\"q\", 1, #{ ¦ });", &["min", "max", "help"], &["metric"]),
        ("let q = param(\"q\", 1, #{ min: 1, ¦ });", &["max", "help"], &["min"]),
        ("let q = table(\"calls\").types(#{ ¦ });", &["at"], &["min"]),
        (
            "let q = table(\"calls\").types(#{ at: \"¦\" });",
            &["text", "date", "whole number"],
            &["at"],
        ),
        ("metric(\"x\", 1).drives(¦)", &["\"retention\""], &["metric"]),
        ("import \"company/cx\" as cx;\ncx::¦", &["loyalty", "GOAL"], &["metric"]),
        (
            "import \"company/cx\" as cx;\ncx::loyalty(survey).¦",
            &["target", "owner"],
            &["key"],
        ),
        (
            "fn late(o) { o.hours > 3 }\nmetric(\"x\", rate(tickets, |t| la¦",
            &["late"],
            &[],
        ),
    ]);
}

#[test]
fn what_is_offered_replaces_the_word() {
    assert_eq!(taken("met¦ric(\"x\", 1);", "metric"), "metric(\"x\", 1);");
    assert_eq!(
        taken("metric(\"x\", 1).drives(\"ret¦en\").owner(\"x\");", "retention"),
        "metric(\"x\", 1).drives(\"retention\").owner(\"x\");"
    );
    // The quotes of two texts are no text: what lies between them stays.
    assert_eq!(
        taken("score(\"s\").mix(\"¦, 1).label(\"x\");", "nps"),
        "score(\"s\").mix(\"nps, 1).label(\"x\");"
    );
    assert_eq!(
        taken("metric(\"x\", rate(tickets, ¦", "|t|"),
        "metric(\"x\", rate(tickets, |t| t.${1:}"
    );
    assert_eq!(
        taken("metric(\"x\", mean(survey.recommend)).tar¦", "target"),
        "metric(\"x\", mean(survey.recommend)).target(${1:value})"
    );
    assert_eq!(taken("met¦", "metric"), "metric(\"${1:name}\", ${2:measure})");
    assert_eq!(
        taken("c¦", "let calls = table(\"calls\");"),
        "let calls = table(\"calls\");"
    );
}

#[test]
fn columns_tell_their_type_missing_and_values() {
    let offers = offered("metric(\"x\", rate(customers, |c| c.¦");
    let region = offers.iter().find(|offer| offer.label == "region").unwrap();
    assert_eq!(region.detail.as_deref(), Some("text"));
    assert!(
        region
            .docs
            .as_deref()
            .unwrap()
            .contains("commonest: West (2), North (1), South (1)")
    );
    let months = offers.iter().find(|offer| offer.label == "months").unwrap();
    assert_eq!(months.detail.as_deref(), Some("whole number, 1 missing"));
    assert!(months.docs.as_deref().unwrap().contains("range: 3 to 30"));
}
