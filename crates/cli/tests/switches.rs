//! Findings that are allowed and denied, and the formats that other programs read.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::expect_used,
    reason = "a test fails loudly"
)]

use std::path::Path;
use std::process::Command;

use serde_json::Value;

const CARD: &str = r#"scorecard("Switches").owner("CX").purpose("Be heard").min_n(1);
let survey = table("survey").rows(["recommend", "effort"], [[10, 1], [9, 2], [2, 7]]);
survey.column("recommend").scale(0, 10);
metric("nps", nps(survey.recommend)).target(45).baseline(30).by("2030-01-01").owner("Loyalty");
metric("effort", mean(survey.effort)).target(5).baseline(2).by("2030-01-01").owner("Digital");
"#;

fn bellwether(folder: &Path, args: &[&str]) -> (i32, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_bellwether"))
        .args(args)
        .current_dir(folder)
        .output()
        .unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (
        output.status.code().unwrap(),
        text(&output.stdout),
        text(&output.stderr),
    )
}

/// Checks a card; the exit code and the text.
fn check(card: &str, args: &[&str]) -> (i32, String) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("card.rhai"), card).unwrap();
    let all: Vec<&str> = ["check", "card.rhai"].iter().chain(args).copied().collect();
    let (code, out, err) = bellwether(folder.path(), &all);
    (code, out + &err)
}

fn commented(comment: &str) -> String {
    CARD.replace("metric(\"nps\"", &format!("{comment}\nmetric(\"nps\""))
}

#[test]
fn two_metrics_without_an_outcome_are_two_warnings() {
    let (code, text) = check(CARD, &[]);
    assert_eq!(code, 0, "{text}");
    assert_eq!(text.matches("[BW600]").count(), 2, "{text}");
    assert!(text.contains("2 warnings"), "{text}");
}

#[test]
fn a_comment_allows_its_statement_and_no_other() {
    let (code, text) = check(&commented("// bellwether: allow BW600 the board asked for it"), &[]);
    assert_eq!(code, 0, "{text}");
    assert_eq!(text.matches("[BW600]").count(), 1, "{text}");
    assert!(text.contains("`effort` drives no outcome"), "{text}");
    assert!(text.contains("1 warning, 1 allowed"), "{text}");
}

#[test]
fn a_comment_allows_the_whole_file() {
    let (_, text) = check(&commented("// bellwether: allow-file BW600 a draft"), &[]);
    assert!(!text.contains("[BW600]"), "{text}");
    assert!(text.contains("2 allowed"), "{text}");
}

#[test]
fn a_comment_that_matches_nothing_is_noted_with_data() {
    let card = commented("// bellwether: allow BW601 nobody yet");
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("card.rhai"), card).unwrap();
    let (code, out, err) = bellwether(folder.path(), &["run", "card.rhai"]);
    assert_eq!(code, 0, "{err}");
    assert!(out.contains("BW111"), "{out}");
    assert!(out.contains("nothing is said with BW601"), "{out}");
}

#[test]
fn an_error_cannot_be_allowed() {
    let card = commented("// bellwether: allow BW102 please").replace(".target(45)", ".traget(45)");
    let (code, text) = check(&card, &[]);
    assert_eq!(code, 1, "{text}");
    assert!(text.contains("[BW102] Error: no setting `traget`"), "{text}");
    assert!(text.contains("errors cannot be allowed"), "{text}");
    let (code, text) = check(&CARD.replace(".target(45)", ".traget(45)"), &["--allow", "BW102"]);
    assert_eq!(code, 1, "{text}");
}

#[test]
fn what_is_denied_fails_and_what_is_allowed_does_not() {
    assert_eq!(check(CARD, &["--deny", "warnings"]).0, 1);
    assert_eq!(check(CARD, &["--deny", "BW600"]).0, 1);
    assert_eq!(check(CARD, &["--deny", "bw601"]).0, 0);
    assert_eq!(check(CARD, &["--deny", "warnings", "--allow", "BW600"]).0, 0);
    assert_eq!(
        check(
            &commented("// bellwether: allow-file BW600 a draft"),
            &["--deny", "warnings"]
        )
        .0,
        0
    );
    let (code, text) = check(CARD, &["--deny", "BW600"]);
    assert!(code == 1 && text.contains("[BW600] Error"), "{text}");
}

#[test]
fn a_run_fails_on_what_is_denied_and_prints_no_report() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("card.rhai"), CARD).unwrap();
    let (code, out, err) = bellwether(folder.path(), &["run", "card.rhai", "--deny", "warnings"]);
    assert_eq!((code, out.as_str()), (1, ""), "{err}");
    assert!(err.contains("[BW600] Error"), "{err}");
    let (code, out, _) = bellwether(folder.path(), &["run", "card.rhai", "--allow", "BW600"]);
    assert_eq!(code, 0);
    assert!(
        !out.contains("BW600") && out.contains("2 findings are allowed"),
        "{out}"
    );
}

#[test]
fn a_code_that_is_none_is_a_wrong_usage() {
    let (code, text) = check(CARD, &["--deny", "BW999"]);
    assert_eq!(code, 2, "{text}");
    assert!(text.contains("`BW999` is none"), "{text}");
    assert_eq!(check(CARD, &["--deny", "BW600", "--allow", "BW600"]).0, 2);
}

#[test]
fn json_has_counts_places_and_what_is_allowed() {
    let (code, text) = check(
        &commented("// bellwether: allow BW600 the board asked"),
        &["--format", "json"],
    );
    assert_eq!(code, 0, "{text}");
    let found: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(
        (found["warnings"].as_u64(), found["allowed"].as_u64()),
        (Some(1), Some(1))
    );
    let allowed = found["findings"]
        .as_array()
        .unwrap()
        .iter()
        .find(|finding| !finding["allowed"].is_null())
        .unwrap();
    assert_eq!(allowed["allowed"], "the board asked");
    assert_eq!(allowed["title"], "a metric that drives no outcome");
    // The comment stands on line 4, the metric's name on line 5 behind `metric(`.
    assert_eq!(
        (
            allowed["location"]["start"]["line"].as_u64(),
            allowed["location"]["start"]["column"].as_u64()
        ),
        (Some(5), Some(8))
    );
}

#[test]
fn sarif_names_rules_and_suppressions() {
    let (code, text) = check(
        &commented("// bellwether: allow BW600 the board asked"),
        &["--format", "sarif", "--deny", "warnings"],
    );
    assert_eq!(code, 1, "{text}");
    let log: Value = serde_json::from_str(&text).unwrap();
    let results = log["runs"][0]["results"].as_array().unwrap();
    assert_eq!(results.len(), 2);
    let levels: Vec<&str> = results.iter().map(|result| result["level"].as_str().unwrap()).collect();
    assert_eq!(levels, ["error", "warning"]);
    assert_eq!(results[1]["suppressions"][0]["justification"], "the board asked");
    let help = &log["runs"][0]["tool"]["driver"]["rules"][0]["help"]["markdown"];
    assert!(help.as_str().is_some_and(|page| page.contains("BW600")), "{help}");
}

#[test]
fn github_gets_one_line_a_finding() {
    let (code, text) = check(CARD, &["--format", "github"]);
    assert_eq!(code, 0);
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 2, "{text}");
    assert!(
        lines[0].starts_with("::warning file=card.rhai,line=4,endLine=4,col=8,"),
        "{text}"
    );
}
