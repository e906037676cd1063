//! The wording, sentence by sentence: for every state, verdict, pace and grade, and for the examples as a whole.
//!
//! Wording is no number: what is kept here was written, read and approved, and a change of it is to be read again
//! (`INSTA_UPDATE=always`, then look at the difference).

use bellwether::measure::State;
use bellwether::report::{ChangeVerdict, Evidence, PaceVerdict, Report};
use serde_json::{Value, json};

use super::narrative;
use crate::audience::{Audience, Voice};

/// A report with one score, one outcome, one metric, and nothing else.
fn small() -> Value {
    json!({
        "results": {
            "header": {
                "title": text("Small"), "owner": text("CX"), "purpose": null, "cadence": null, "audience": null,
                "currency": text("USD"), "min_n": null, "fiscal_year_start": null, "utc_offset_minutes": null,
                "complete_until": null
            },
            "as_of": "2026-06-30",
            "axes": { "periods": [], "segments": [], "cuts": [[]] },
            "headline_period": "2026-06",
            "metrics": [
                metric("retention", "Renewals kept", "outcome", cell(74.5, json!({ "target": 80.0, "target_met": false, "progress": 15.4 }))),
                metric("nps", "NPS", "metric", cell(40.7, json!({
                    "interval": { "low": 33.2, "high": 47.4, "level": 0.95, "method": "t" },
                    "change": change("no_change_shown", 3.0, Some(true)),
                }))),
            ],
            "scores": [{
                "name": "health", "label": "Health", "decimals": 1, "goal": {}, "bands": ["red", "amber", "green"],
                "band_edges": [50.0, 75.0], "headline": cell(68.5, json!({ "band": "amber" })),
                "contributions": [
                    { "of": "nps", "weight": 1.0, "share": 100.0, "value": 40.7, "state": "ok", "normalised": 67.8, "points": 27.1, "points_lost": 12.9 }
                ],
                "limits": [], "cells": []
            }],
            "links": [], "objectives": [], "journeys": [], "initiatives": [], "lists": [], "alerts": [], "tables": []
        },
        "diagnostics": [],
        "provenance": { "engine": "bellwether 0", "sources": [], "params": [], "tables": [], "results_sha256": "" }
    })
}

fn text(value: &str) -> Value {
    json!({ "value": value, "span": { "source": 0, "start": 0, "end": 0 } })
}

fn merged(mut base: Value, more: Value) -> Value {
    for (key, value) in more.as_object().unwrap() {
        base[key] = value.clone();
    }
    base
}

fn cell(value: f64, more: Value) -> Value {
    merged(
        json!({ "period": "2026-06", "value": value, "state": "ok", "n": 337 }),
        more,
    )
}

fn change(verdict: &str, difference: f64, better: Option<bool>) -> Value {
    json!({ "from": "2026-05", "difference": difference, "better": better, "verdict": verdict })
}

fn metric(name: &str, label: &str, role: &str, headline: Value) -> Value {
    json!({
        "name": name, "label": label, "role": role, "formula": "rate(..)",
        "unit": if role == "outcome" { "%" } else { "points" }, "direction": "higher", "decimals": 1,
        "goal": { "owner": "Loyalty", "target": 80.0, "due": "2027-06-30" }, "headline": headline, "cells": []
    })
}

fn estimate(value: f64, low: f64, high: f64) -> Value {
    json!({ "value": value, "low": low, "high": high })
}

/// What is said of a report after a change to it.
#[track_caller]
fn said(voice: Voice, change: impl FnOnce(&mut Value)) -> String {
    let mut made = small();
    change(&mut made["results"]);
    let report: Report = serde_json::from_value(made).unwrap();
    let told = narrative(&report, &Audience::built_in(voice));
    let mut out = format!("{}\n", told.headline);
    for paragraph in told.sections.iter().filter(|paragraph| paragraph.section != "method") {
        out.push_str(&format!("  {}: {}\n", paragraph.section, paragraph.sentences.join(" ")));
    }
    for decision in &told.decisions {
        out.push_str(&format!("  ! {decision}\n"));
    }
    out
}

/// The words of an enum's value in JSON.
fn word(value: &impl serde::Serialize) -> String {
    serde_json::to_value(value).unwrap().as_str().unwrap().to_owned()
}

#[test]
fn every_state_is_said() {
    let states = [
        State::Ok,
        State::TooFew,
        State::Stale,
        State::Missing,
        State::NotApplicable,
        State::Suppressed,
        State::Failed,
    ];
    let mut out = String::new();
    for state in states {
        let value = matches!(state, State::Ok | State::TooFew | State::Stale).then_some(40.7);
        let told = said(Voice::Team, |results| {
            results["metrics"][1]["headline"] =
                json!({ "period": "2026-06", "value": value, "state": word(&state), "n": 12 });
        });
        out.push_str(&format!("{}\n{told}\n", word(&state)));
    }
    insta::assert_snapshot!("states", out);
}

#[test]
fn every_verdict_on_a_change_is_said_and_noise_is_called_noise() {
    let verdicts = [
        ChangeVerdict::Up,
        ChangeVerdict::Down,
        ChangeVerdict::NoChangeShown,
        ChangeVerdict::NotTested,
    ];
    let mut out = String::new();
    for verdict in verdicts {
        for better in [Some(true), Some(false), None] {
            let difference = if verdict == ChangeVerdict::Down { -31.7 } else { 31.7 };
            let told = said(Voice::Team, |results| {
                results["metrics"][1]["headline"]["change"] = change(&word(&verdict), difference, better);
            });
            if matches!(verdict, ChangeVerdict::NoChangeShown | ChangeVerdict::NotTested) {
                assert!(!told.contains("better") && !told.contains("worse"), "{told}");
            }
            out.push_str(&format!("{} {better:?}\n{told}\n", word(&verdict)));
        }
    }
    let nothing = said(Voice::Team, |results| {
        results["metrics"][1]["headline"]["change"] = change("up", 0.01, Some(true));
    });
    assert!(
        !nothing.contains("better"),
        "a change that does not show is not told as one: {nothing}"
    );
    out.push_str(&format!("too small to show\n{nothing}"));
    insta::assert_snapshot!("verdicts", out);
}

#[test]
fn every_pace_is_said() {
    let verdicts = [
        PaceVerdict::Ahead,
        PaceVerdict::OnTrack,
        PaceVerdict::Behind,
        PaceVerdict::WillMiss,
        PaceVerdict::TooShort,
    ];
    let mut out = String::new();
    for verdict in verdicts {
        let told = said(Voice::Executive, |results| {
            let forecast = (verdict != PaceVerdict::TooShort).then(|| estimate(75.8, 56.8, 94.8));
            results["pace"] = json!([{
                "of": "retention", "verdict": word(&verdict), "target": 80.0, "due": "2027-06-30", "forecast": forecast, "periods": 12
            }]);
        });
        out.push_str(&format!("{}\n{told}\n", word(&verdict)));
    }
    insta::assert_snapshot!("paces", out);
}

#[test]
fn every_grade_of_evidence_is_said_and_an_assumption_is_called_one() {
    let grades = [
        Evidence::Assumed,
        Evidence::TooLittleData,
        Evidence::NoneFound,
        Evidence::Correlated,
        Evidence::Leading,
        Evidence::Tested,
    ];
    let mut out = String::new();
    for grade in grades {
        for reversed in [false, true] {
            let told = said(Voice::Analyst, |results| {
                let effect = (grade != Evidence::TooLittleData).then(|| estimate(0.125, 0.0938, 0.156));
                results["links"] = json!([{
                    "link": {
                        "metric": text("nps"), "outcome": text("retention"), "lag": null, "window": null, "controls": [],
                        "assumes": null, "tested_by": null, "span": { "source": 0, "start": 0, "end": 0 }
                    },
                    "analysis": {
                        "evidence": word(&grade), "effect": effect, "reversed": reversed, "n": 18, "of": "customers",
                        "method": "none", "detectable": 0.2, "notes": ["18 have both metric and outcome; at least 30 are needed"]
                    }
                }]);
            });
            if grade == Evidence::Assumed {
                assert!(told.contains("assumed"), "{told}");
            }
            out.push_str(&format!("{} reversed {reversed}\n{told}\n", word(&grade)));
        }
    }
    insta::assert_snapshot!("grades", out);
}

#[test]
fn money_is_given_with_its_range_and_what_it_rests_on() {
    let mut out = String::new();
    for (net, loss, evidence) in [
        (estimate(96_605.0, 7_227.0, 241_764.0), 1.4, "leading"),
        (estimate(12_000.0, -40_000.0, 60_000.0), 31.0, "assumed"),
    ] {
        out += &said(Voice::Executive, |results| {
            results["metrics"][0]["worth"] = json!({ "amount": 120_000.0, "currency": "USD", "measured": false });
            results["worth"] = json!([{
                "outcome": "retention", "currency": "USD", "one_point": 120_000.0, "gap": 5.49, "gap_a_year": 658_823.5,
                "by_segment": [{ "segment": "plan", "value": "plus", "gap": 10.8, "a_year": 494_117.6 }], "metrics": []
            }]);
            results["initiatives"] = json!([{
                "initiative": {
                    "name": text("A bill on one page"), "owner": text("Billing"), "starts": null, "due": null, "costs": null,
                    "yearly_cost": null, "person_days": null, "moves": [], "tested_by": null, "horizon": null, "discount": null
                },
                "analysis": {
                    "evidence": evidence, "a_year": net, "net": net, "payback_months": 15, "loss": loss,
                    "horizon_months": 36, "discount": 0.0, "rank": 1
                }
            }]);
        });
        out.push('\n');
    }
    out += &said(Voice::Executive, |results| {
        results["initiatives"] = json!([{
            "initiative": {
                "name": text("One person owns the ticket"), "owner": null, "starts": null, "due": null, "costs": null,
                "yearly_cost": null, "person_days": null, "moves": [], "tested_by": null, "horizon": null, "discount": null
            },
            "analysis": { "horizon_months": 36, "discount": 0.0, "notes": ["no link with an effect leads from `fcr` to an outcome with a worth"] }
        }]);
        results["alerts"] = json!([
            { "name": "service breaks down", "to": "Care", "condition": "|m| m.fcr < 50", "raised": true },
            { "name": "half known", "condition": "|m| m.x < 5", "raised": null }
        ]);
    });
    insta::assert_snapshot!("money", out);
}

#[test]
fn a_limit_that_was_applied_and_one_that_was_not_checked_are_said() {
    let mut out = String::new();
    for outcome in ["applied", "not checked", "not applied"] {
        out += &said(Voice::Team, |results| {
            results["scores"][0]["limits"] = json!([{
                "kind": "cap", "value": 40.0, "reason": "first contact resolution has collapsed", "condition": "|m| m.fcr < 60",
                "outcome": outcome, "before": 68.5
            }]);
        });
        out.push('\n');
    }
    insta::assert_snapshot!("limits", out);
}

/// The bundled examples, whole: what a reader of each audience is told.
#[test]
fn the_examples_are_told() {
    for example in [
        "subscriber-health",
        "support-desk",
        "employee-voice",
        "first-year-journey",
        "maturity",
    ] {
        let report = crate::html::tests::example(example);
        for voice in [Voice::Executive, Voice::Team, Voice::Analyst] {
            let told = narrative(&report, &Audience::built_in(voice));
            let mut out = format!("{}\n", told.headline);
            for paragraph in &told.sections {
                out.push_str(&format!("\n{}\n", paragraph.section));
                for sentence in &paragraph.sentences {
                    out.push_str(&format!("  {sentence}\n"));
                }
            }
            for decision in &told.decisions {
                out.push_str(&format!("  ! {decision}\n"));
            }
            insta::assert_snapshot!(format!("{example}-{}", voice.word()), out);
        }
    }
}
