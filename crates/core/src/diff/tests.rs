//! Cards in pairs: what is said of their difference.

use std::collections::BTreeMap;

use super::*;
use crate::engine::{Engine, EvaluateOptions};
use crate::limits::Limits;
use crate::script::Source;

const CARD: &str = r#"
    scorecard("Health").owner("CX").purpose("Keep customers").min_n(1);
    let survey = table("survey").rows(["recommend", "effort", "region"], [[10, 1, "W"], [9, 2, "W"], [2, 7, "E"], [10, 4, "E"]]);
    survey.column("recommend").scale(0, 10);
    segment("region", survey.region);
    outcome("kept", rate(survey, |s| s.recommend > 5)).baseline(50).target(80).by("2030-01-01").owner("CCO");
    metric("nps", nps(survey.recommend)).drives("kept").target(45).owner("Loyalty");
    metric("effort", mean(survey.effort)).scale(1, 7).lower_is_better().target(3).owner("Digital");
    score("health").mix("nps", 0.4, 0, 100).mix("effort", 0.6, 7, 1)
        .cap(70, |m| m.nps < 60, "few promoters").bands(50, 75);
    alert("low", |m| m.health < 50);
"#;

fn compile(engine: &Engine, text: &str) -> Scorecard {
    let source = Source {
        name: "card",
        text,
        modules: &[],
        params: &[],
    };
    engine
        .compile(&source)
        .unwrap_or_else(|error| panic!("{:?}\n{text}", error.diagnostics()))
        .0
}

/// The changes in one line each, after replacing text in the card.
fn said(changes: &[(&str, &str)]) -> Vec<String> {
    let engine = Engine::new(Limits::default());
    let new = changes.iter().fold(CARD.to_owned(), |card, (from, to)| {
        assert!(card.contains(from), "{from}");
        card.replace(from, to)
    });
    let diff = compare(&compile(&engine, CARD), &compile(&engine, &new));
    let line = |change: &CardChange| {
        let object = format!("{} {}", change.object.word(), change.name);
        match &change.change {
            Change::Added { what } => format!("+ {object}: {}", what.clone().unwrap_or_default()),
            Change::Removed { .. } => format!("- {object}"),
            Change::Renamed { from } => format!("{object} was {from}"),
            Change::Setting { setting, was, now } => {
                let text = |side: &Option<String>| side.clone().unwrap_or("none".into());
                format!("{object}: {setting}: {} -> {}", text(was), text(now))
            }
        }
    };
    diff.changes.iter().map(line).collect()
}

#[test]
fn layout_and_comments_are_no_change() {
    assert!(said(&[("metric(\"nps\", nps", "// a comment\n\n metric(  \"nps\",\n nps")]).is_empty());
}

#[test]
fn settings_are_named_in_words() {
    let told = said(&[
        ("mix(\"nps\", 0.4, 0, 100)", "mix(\"nps\", 0.3, 0, 80)"),
        ("mix(\"effort\", 0.6", "mix(\"effort\", 0.7"),
        (".bands(50, 75)", ".bands(55, 75)"),
        ("m.nps < 60", "m.nps < 50"),
        ("owner(\"Loyalty\")", "owner(\"Growth\")"),
        (".drives(\"kept\")", ""),
        (".target(3)", ""),
        ("mean(survey.effort)", "median(survey.effort)"),
        ("segment(\"region\", survey.region);", ""),
        ("m.health < 50", "m.health < 40"),
    ]);
    assert_eq!(
        told,
        [
            "- segment region",
            "metric nps: owner: Loyalty -> Growth",
            "metric nps: drives kept:  -> none",
            "metric effort: formula: mean(survey.effort) -> median(survey.effort)",
            "metric effort: target: 3 -> none",
            "score health: weight of nps: 0.4 -> 0.3",
            "score health: scale of nps: 0 scores 0, 100 scores 100 -> 0 scores 0, 80 scores 100",
            "score health: weight of effort: 0.6 -> 0.7",
            "score health: cap (few promoters): 70 when m.nps < 60 -> 70 when m.nps < 50",
            "score health: lower edge of amber: 50 -> 55",
            "alert low: condition: m.health < 50 -> m.health < 40",
        ]
    );
}

#[test]
fn what_has_another_name_is_renamed_and_nothing_else() {
    let told = said(&[("\"nps\"", "\"loyalty\""), ("m.nps", "m.loyalty")]);
    assert_eq!(told, ["metric loyalty was nps"]);
    let told = said(&[
        ("\"effort\", mean", "\"ease\", mean"),
        ("mix(\"effort\"", "mix(\"ease\""),
        (".target(3)", ".target(2)"),
    ]);
    assert_eq!(told, ["metric ease was effort", "metric ease: target: 3 -> 2"]);
    let told = said(&[
        ("score(\"health\")", "score(\"wellbeing\")"),
        ("m.health", "m.wellbeing"),
    ]);
    assert_eq!(told, ["score wellbeing was health"]);
}

#[test]
fn what_is_new_says_what_it_is() {
    let told = said(&[(
        "    score(",
        "    metric(\"answers\", count(survey)).no_target(\"a volume\");\n    score(",
    )]);
    assert_eq!(told, ["+ metric answers: count(survey)"]);
}

fn impacts(changes: &[(&str, &str)]) -> Impact {
    let engine = Engine::new(Limits::default());
    let new = changes
        .iter()
        .fold(CARD.to_owned(), |card, (from, to)| card.replace(from, to));
    let (old, new) = (compile(&engine, CARD), compile(&engine, &new));
    let evaluate = |card: &Scorecard| {
        let report = engine.evaluate(card, BTreeMap::new(), &EvaluateOptions::default());
        report.unwrap_or_else(|error| panic!("{:?}", error.diagnostics()))
    };
    let none = BTreeMap::new();
    let diff = compare(&old, &new);
    let before = (&old, &none, &evaluate(&old));
    let after = (&new, &none, &evaluate(&new));
    engine.impact(&diff, before, after, &EvaluateOptions::default())
}

fn moved<'a>(impact: &'a Impact, name: &str) -> &'a ImpactRow {
    impact.rows.iter().find(|row| row.name == name).unwrap()
}

/// By hand: nps is 100 × (3 − 1) / 4 = 50, effort is 14 / 4 = 3.5. On 0 to 100: nps 50; effort (7 − 3.5) / 6 = 58.33.
/// Health is 0.4 × 50 + 0.6 × 58.33 = 55. With weights 0.2 and 0.8: 56.67, that is 1.67 more. With nps on 0 to 80: 62.5,
/// and health 60. Both are one change, as both are parts. Bands alone move no value.
#[test]
fn each_change_has_its_share() {
    let weights = (
        "mix(\"nps\", 0.4, 0, 100).mix(\"effort\", 0.6",
        "mix(\"nps\", 0.2, 0, 100).mix(\"effort\", 0.8",
    );
    let impact = impacts(&[
        weights,
        ("|s| s.recommend > 5", "|s| s.recommend > 9"),
        (".bands(50, 75)", ".bands(56, 75)"),
    ]);
    let health = moved(&impact, "health");
    assert!((health.was.as_ref().unwrap().value.unwrap() - 55.0).abs() < 1e-12);
    assert!((health.difference.unwrap() - 5.0 / 3.0).abs() < 1e-12);
    assert_eq!(health.together, None);
    let labels: Vec<&str> = impact.split.causes.iter().map(|cause| cause.label.as_str()).collect();
    assert_eq!(
        labels,
        ["outcome kept: measure", "score health: parts", "score health: bands"]
    );
    let shares: Vec<(usize, Option<String>)> = health
        .shares
        .iter()
        .map(|share| (share.cause, share.band.clone()))
        .collect();
    assert_eq!(shares, [(1, None), (2, Some("red".to_owned()))]);
    assert!((health.shares[0].difference.unwrap() - 5.0 / 3.0).abs() < 1e-12);
    let kept = moved(&impact, "kept");
    assert_eq!((kept.difference, kept.shares.len()), (Some(-25.0), 1));
    assert!(!moved(&impact, "nps").is_moved());
}

/// Weights 0.2 and 0.8 alone: 0.2 × 50 + 0.8 × 58.33 = 56.67 (+1.67). The median of effort, 3, alone: (7 − 3) / 6 = 66.67,
/// so 0.4 × 50 + 0.6 × 66.67 = 60 (+5). Both: 0.2 × 50 + 0.8 × 66.67 = 63.33 (+8.33): 1.67 only together.
#[test]
fn what_changes_do_only_together_is_said() {
    let weights = (
        "mix(\"nps\", 0.4, 0, 100).mix(\"effort\", 0.6",
        "mix(\"nps\", 0.2, 0, 100).mix(\"effort\", 0.8",
    );
    let impact = impacts(&[weights, ("mean(survey.effort)", "median(survey.effort)")]);
    let health = moved(&impact, "health");
    assert!((health.difference.unwrap() - 25.0 / 3.0).abs() < 1e-9);
    assert_eq!(health.shares.len(), 2);
    assert!((health.together.unwrap() - 5.0 / 3.0).abs() < 1e-9);
}

#[test]
fn a_part_that_is_new_is_split_too() {
    let impact = impacts(&[
        (
            "    score(",
            "    metric(\"sat\", mean(survey.recommend)).no_target(\"x\").scale(0, 10);\n    score(",
        ),
        (".cap(70", ".mix(\"sat\", 1.0, 0, 10).cap(70"),
    ]);
    let health = moved(&impact, "health");
    assert!(health.difference.is_some() && health.together.is_none(), "{health:?}");
    assert_eq!(moved(&impact, "sat").was, None);
}

/// Weights 0.2 and 0.8, and the median of effort, do what they do under any name: 1.67 and 5, as above.
#[test]
fn renamed_metrics_and_scores_are_compared_and_split() {
    let metric = [("\"nps\"", "\"loyalty\""), ("m.nps", "m.loyalty")];
    let weights = (
        "mix(\"loyalty\", 0.4, 0, 100).mix(\"effort\", 0.6",
        "mix(\"loyalty\", 0.2, 0, 100).mix(\"effort\", 0.8",
    );
    let score = [
        ("score(\"health\")", "score(\"wellbeing\")"),
        ("m.health", "m.wellbeing"),
    ];
    let median = ("mean(survey.effort)", "median(survey.effort)");
    for (changes, name, label, expected) in [
        (
            [metric[0], metric[1], weights],
            "health",
            "score health: parts",
            5.0 / 3.0,
        ),
        ([score[0], score[1], median], "wellbeing", "metric effort: measure", 5.0),
    ] {
        let impact = impacts(&changes);
        assert_eq!(impact.split.note, None);
        let score = moved(&impact, name);
        assert!((score.difference.unwrap() - expected).abs() < 1e-9, "{score:?}");
        assert_eq!((score.shares.len(), score.together), (1, None));
        assert_eq!(impact.split.causes[0].label, label);
    }
}

#[test]
fn renamed_segments_are_compared_and_not_split() {
    let impact = impacts(&[
        ("segment(\"region\"", "segment(\"area\""),
        (".bands(50, 75)", ".bands(56, 75)"),
    ]);
    assert!(moved(&impact, "health").band_changed());
    assert_eq!(impact.split.note.as_deref(), Some("segment area has another name"));
}
