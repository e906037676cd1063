//! Diff, verify and history on the command line: what changed, whether a report stands, what was said before.
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

const CARD: &str = r#"scorecard("Health").owner("CX").purpose("Keep customers").min_n(1);
let survey = table("survey").file("survey.csv").date("day");
survey.column("recommend").scale(0, 10);
segment("region", survey.region);
period("month");
let floor = param("floor", 6);
outcome("kept", rate(survey, |s| s.recommend > floor)).baseline(50).target(80).by("2030-01-01").owner("CCO");
metric("nps", nps(survey.recommend)).drives("kept").target(45).baseline(10).by("2030-01-01").owner("Loyalty");
score("health").mix("nps", 0.4, -100, 100).mix("kept", 0.6).bands(50, 75).target(70).baseline(50).by("2030-01-01");
"#;

/// NPS of April 0 (one of each), of May 100; June is not over.
const ROWS: &str = "day,recommend,region\n2026-04-03,10,W\n2026-04-09,2,W\n2026-05-04,9,E\n2026-06-01,9,E\n";

fn bellwether(folder: &Path, args: &[&str]) -> (i32, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_bellwether"))
        .args(args)
        .args(["--color", "never"])
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

/// A folder with the card and its data.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    write(&folder, "card.rhai", CARD);
    write(&folder, "survey.csv", ROWS);
    folder
}

fn write(folder: &tempfile::TempDir, name: &str, text: &str) {
    std::fs::write(folder.path().join(name), text).unwrap();
}

fn run(folder: &tempfile::TempDir, args: &[&str]) -> (i32, String) {
    let (code, out, err) = bellwether(folder.path(), args);
    (code, out + &err)
}

#[test]
fn a_diff_says_what_changed_and_what_it_does() {
    let folder = folder();
    write(
        &folder,
        "new.rhai",
        &CARD
            .replace("0.4, -100", "0.2, -100")
            .replace("\"kept\", 0.6", "\"kept\", 0.8"),
    );
    let (code, text) = run(&folder, &["diff", "card.rhai", "new.rhai", "--as-of", "2026-05-10"]);
    assert_eq!(code, 0, "{text}");
    // April: nps 0 is 50 on the scale, kept 50: 50 by any weights. Nothing moves as of May.
    assert!(text.contains("score health: weight of nps 0.4 → 0.2"), "{text}");
    assert!(text.contains("No headline moves."), "{text}");
    write(&folder, "new.rhai", &CARD.replace("bands(50, 75)", "bands(60, 75)"));
    let (code, text) = run(
        &folder,
        &["diff", "card.rhai", "new.rhai", "--as-of", "2026-05-10", "--exit-code"],
    );
    assert_eq!(code, 3, "{text}");
    assert!(text.contains("score health: lower edge of amber 50 → 60"), "{text}");
    assert!(text.contains("amber → red"), "{text}");
    assert!(text.contains("health: score health: bands, alone to red"), "{text}");
    let (_, json) = run(
        &folder,
        &["diff", "card.rhai", "new.rhai", "--format", "json", "--no-data"],
    );
    let json: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["changes"][0]["effect"], "judgement");
    assert!(json.get("impact").is_none());
    let (_, markdown) = run(&folder, &["diff", "card.rhai", "new.rhai", "--format", "markdown"]);
    assert!(markdown.starts_with("# card.rhai → new.rhai"), "{markdown}");
}

#[test]
fn equal_cards_have_no_diff_and_a_wrong_card_is_an_error() {
    let folder = folder();
    write(&folder, "same.rhai", &format!("// another comment\n{CARD}"));
    let (code, text) = run(&folder, &["diff", "card.rhai", "same.rhai", "--exit-code"]);
    assert_eq!(code, 0, "{text}");
    assert!(text.contains("declare the same"), "{text}");
    write(&folder, "wrong.rhai", &CARD.replace(".target(45)", ".traget(45)"));
    let (code, text) = run(&folder, &["diff", "card.rhai", "wrong.rhai", "--exit-code"]);
    assert_eq!(code, 1, "{text}");
    assert!(text.contains("[BW102]"), "{text}");
}

#[test]
fn a_report_is_verified_and_what_changed_is_named() {
    let folder = folder();
    let args = [
        "run",
        "card.rhai",
        "--param",
        "floor=5",
        "--by",
        "region",
        "--period",
        "quarter",
        "--format",
        "json",
    ];
    let (code, text) = run(&folder, &[&args[..], &["--out", "report.json"]].concat());
    assert_eq!(code, 0, "{text}");
    let (code, text) = run(&folder, &["verify", "report.json"]);
    assert_eq!(code, 0, "{text}");
    assert!(text.contains("the same, bit for bit"), "{text}");

    // Another comment in the card: the hash differs, and the results do not.
    write(&folder, "card.rhai", &format!("// looked at\n{CARD}"));
    let (code, text) = run(&folder, &["verify", "report.json"]);
    assert_eq!(code, 0, "{text}");
    assert!(
        text.contains("card changed, card") && text.contains("the same values, bit for bit"),
        "{text}"
    );
    write(&folder, "card.rhai", CARD);

    // An answer is another one.
    write(&folder, "survey.csv", &ROWS.replace("2026-04-09,2", "2026-04-09,9"));
    let (code, text) = run(&folder, &["verify", "report.json"]);
    assert_eq!(code, 3, "{text}");
    assert!(text.contains("data changed, survey"), "{text}");
    assert!(
        text.contains("not the same") && !text.contains("card changed"),
        "{text}"
    );
    let (_, json) = run(&folder, &["verify", "report.json", "--format", "json"]);
    let json: Value = serde_json::from_str(
        json.rsplit_once('}')
            .map(|(head, _)| format!("{head}}}"))
            .unwrap()
            .as_str(),
    )
    .unwrap();
    let moved = json["moved"].as_array().unwrap();
    let nps = moved
        .iter()
        .find(|one| one["place"] == "metrics.nps.cells[all].value")
        .unwrap();
    // 3 of 4 promote and 1 does not; then 4 of 4 promote.
    assert_eq!((nps["was"].as_f64(), nps["now"].as_f64()), (Some(50.0), Some(100.0)));
    write(&folder, "survey.csv", ROWS);

    // A value of the report is changed by hand.
    let text = std::fs::read_to_string(folder.path().join("report.json")).unwrap();
    let mut report: Value = serde_json::from_str(&text).unwrap();
    report["results"]["metrics"][1]["headline"]["value"] = 99.0.into();
    write(&folder, "forged.json", &report.to_string());
    let (code, text) = run(&folder, &["verify", "forged.json"]);
    assert_eq!(code, 3, "{text}");
    assert!(text.contains("was changed after it was made"), "{text}");
    assert!(text.contains("metrics.nps.headline.value"), "{text}");
}

#[test]
fn a_history_tells_what_was_restated() {
    let folder = folder();
    let keep = |args: &[&str]| {
        run(
            &folder,
            &[&["run", "card.rhai", "--history", "kept.sqlite"], args].concat(),
        )
    };
    let (code, text) = keep(&[]);
    assert_eq!(code, 0, "{text}");
    assert!(!text.contains("Restated"), "{text}");
    write(&folder, "survey.csv", &format!("{ROWS}2026-04-30,9,W\n"));
    let (code, text) = keep(&[]);
    assert_eq!(code, 0, "{text}");
    assert!(text.contains("Restated since last run"), "{text}");
    // (2 - 1) / 3 of April in place of (1 - 1) / 2.
    assert!(
        text.contains("0.0 (n 2)") && text.contains("33.3 (n 3)") && text.contains("data changed"),
        "{text}"
    );
    // The same run again says the same, and is recorded once.
    assert_eq!(keep(&[]).1, text);
    let (_, runs) = run(&folder, &["history", "kept.sqlite", "--format", "json"]);
    let runs: Value = serde_json::from_str(&runs).unwrap();
    assert_eq!(runs["runs"].as_array().unwrap().len(), 2);
    let (code, text) = run(&folder, &["history", "kept.sqlite", "nps", "--format", "csv"]);
    assert_eq!(code, 0, "{text}");
    assert!(text.contains("nps,,2026-04,,33.333333333333336,points,"), "{text}");
    let (_, text) = run(&folder, &["history", "kept.sqlite", "nps", "--restatements"]);
    assert!(text.contains("2026-04") && text.contains("data changed"), "{text}");
    let (_, text) = run(
        &folder,
        &["history", "kept.sqlite", "--restatements", "--format", "markdown"],
    );
    assert!(text.starts_with("# Restated numbers"), "{text}");
    // Results do not know of the history.
    let hash = |args: &[&str]| -> Value {
        let (_, out, _) = bellwether(folder.path(), args);
        serde_json::from_str::<Value>(&out).unwrap()["provenance"]["results_sha256"].clone()
    };
    let with = hash(&["run", "card.rhai", "--format", "json", "--history", "kept.sqlite"]);
    assert_eq!(with, hash(&["run", "card.rhai", "--format", "json"]));
}

#[test]
fn a_frozen_baseline_is_used_where_asked_and_said() {
    let folder = folder();
    let (code, text) = run(&folder, &["run", "card.rhai", "--history", "kept.sqlite"]);
    assert_eq!(code, 0, "{text}");
    let (code, text) = run(
        &folder,
        &["history", "freeze", "kept.sqlite", "nps", "--period", "2026-04"],
    );
    assert_eq!(code, 0, "{text}");
    assert!(
        text.contains("the baseline of nps is 0, its value in 2026-04"),
        "{text}"
    );
    let (_, text) = run(&folder, &["run", "card.rhai", "--history", "kept.sqlite"]);
    assert!(!text.contains("BW611"), "{text}");
    let frozen = ["run", "card.rhai", "--history", "kept.sqlite", "--frozen-baselines"];
    let (code, text) = run(&folder, &frozen);
    assert_eq!(code, 0, "{text}");
    assert!(
        text.contains("BW611 `nps` is judged from the baseline 0 that was handed in, in place of the card's 10"),
        "{text}"
    );
    // The report can still be verified: its provenance has the baseline.
    let (code, _) = run(
        &folder,
        &[&frozen[..], &["--format", "json", "--out", "report.json"]].concat(),
    );
    assert_eq!(code, 0);
    let (code, text) = run(&folder, &["verify", "report.json"]);
    assert_eq!(code, 0, "{text}");
    let (code, text) = run(&folder, &["history", "freeze", "kept.sqlite", "npss"]);
    assert_eq!(code, 1, "{text}");
    assert!(
        text.contains("[BW800]") && text.contains("did you mean `nps`?"),
        "{text}"
    );
    let (code, text) = run(&folder, &["history", "thaw", "kept.sqlite", "nps"]);
    assert_eq!(code, 0, "{text}");
}

/// Two alerts (one raised, one of a metric without a value) and a test that fails.
const RULES: &str = r#"alert("few promoters", |m| m.nps < 200).to("Loyalty");
alert("silence", |m| m.comments > 5);
metric("comments", mean(survey.words)).no_target("an example").min_n(1);
test("a detractor").given("survey", "day,recommend\n2026-04-01,10\n2026-04-02,0").expect("nps", 100).expect_n("nps", 2);
test("promoters").given("survey", "day,recommend\n2026-04-01,10").expect("nps", 100);
"#;

#[test]
fn rules_of_the_card_fail_a_run_and_are_annotated() {
    let folder = folder();
    write(&folder, "card.rhai", &format!("{CARD}{RULES}"));
    write(
        &folder,
        "survey.csv",
        &ROWS
            .replace(",W\n", ",W,\n")
            .replace(",E\n", ",E,\n")
            .replace("region\n", "region,words\n"),
    );
    let (code, _, err) = bellwether(
        folder.path(),
        &["run", "card.rhai", "--fail-on", "alert,goal", "--annotations"],
    );
    assert_eq!(code, 3, "{err}");
    assert!(err.contains("missed: alert `few promoters` is raised"), "{err}");
    assert!(err.contains("not checked: alert `silence` is unknown"), "{err}");
    // The alert stands on line 10 of the card, behind `alert(`.
    let alert =
        "::error file=card.rhai,line=10,endLine=10,col=7,endColumn=22,title=--fail-on::alert `few promoters` is raised";
    assert!(err.contains(alert), "{err}");
    let (code, _, err) = bellwether(folder.path(), &["run", "card.rhai", "--annotations"]);
    assert_eq!(code, 0, "{err}");
    assert!(
        err.contains("::warning file=card.rhai,line=10") && err.contains("is raised, for Loyalty"),
        "{err}"
    );
    let (code, text) = run(&folder, &["run", "card.rhai", "--fail-on", "restated"]);
    assert_eq!(code, 2, "{text}");
}

#[test]
fn a_restated_number_can_fail_a_run() {
    let folder = folder();
    let args = ["run", "card.rhai", "--history", "kept.sqlite", "--fail-on", "restated"];
    assert_eq!(run(&folder, &args).0, 0);
    write(&folder, "survey.csv", &format!("{ROWS}2026-04-30,9,W\n"));
    let (code, text) = run(&folder, &args);
    assert_eq!(code, 3, "{text}");
    assert!(
        text.contains("missed: nps of 2026-04 is restated: data changed"),
        "{text}"
    );
}

#[test]
fn tests_are_told_to_build_servers() {
    let folder = folder();
    write(&folder, "card.rhai", &format!("{CARD}{RULES}"));
    write(&folder, "wrong.rhai", "metric(");
    let args = [
        "test",
        "card.rhai",
        "wrong.rhai",
        "--format",
        "junit",
        "--out",
        "tests.xml",
    ];
    let (code, text) = run(&folder, &args);
    assert_eq!(code, 1, "{text}");
    let xml = std::fs::read_to_string(folder.path().join("tests.xml")).unwrap();
    assert!(xml.starts_with("<?xml"), "{xml}");
    assert!(
        xml.contains(r#"<testsuites name="bellwether" tests="3" skipped="0" failures="1" errors="1">"#),
        "{xml}"
    );
    assert!(
        xml.contains(r#"<testsuite name="card.rhai" tests="2" skipped="0" errors="0" failures="1">"#),
        "{xml}"
    );
    assert!(xml.contains(r#"<failure message="nps is 0, expected 100">"#), "{xml}");
    assert!(xml.contains(r#"<error message="the card cannot be read">"#), "{xml}");
    let (code, text) = run(&folder, &["test", "card.rhai", "--format", "github"]);
    assert_eq!(code, 1, "{text}");
    assert!(text.starts_with("::error file=card.rhai,line=13,"), "{text}");
    let (_, text, _) = bellwether(folder.path(), &["test", "card.rhai", "--format", "json"]);
    let json: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(json[0]["report"]["tests"][1]["passed"], true);
}

#[test]
fn a_password_is_never_repeated() {
    let folder = folder();
    let table = "table(\"survey\").file(\"survey.csv\")";
    write(&folder, "card.rhai", &CARD.replace(table, "table(\"survey\")"));
    for (args, code) in [
        (
            vec![
                "run",
                "card.rhai",
                "--data",
                "survey=postgres://me:hunter2@localhost/cx?table=survey",
            ],
            1,
        ),
        (
            vec![
                "run",
                "card.rhai",
                "--data",
                "postgres://me:hunter2@localhost/cx?table=survey",
            ],
            2,
        ),
        (
            vec![
                "run",
                "card.rhai",
                "--data",
                "other=postgres://me:hunter2@localhost/cx?table=survey",
            ],
            2,
        ),
        (
            vec![
                "run",
                "card.rhai",
                "--data",
                "survey=postgres://localhost/cx?password=hunter2&table=survey",
            ],
            1,
        ),
        (
            vec![
                "run",
                "card.rhai",
                "--untrusted",
                "--data",
                "survey=postgres://me:hunter2@localhost/cx?table=survey",
            ],
            1,
        ),
        (
            vec![
                "diff",
                "card.rhai",
                "card.rhai",
                "--data",
                "survey=postgres://me:hunter2@localhost/cx?table=survey",
            ],
            0,
        ),
    ] {
        let (found, text) = run(&folder, &args);
        assert_eq!(found, code, "{text}");
        assert!(!text.contains("hunter2"), "{text}");
    }
    // A card cannot say what is connected to.
    let named = CARD.replace("survey.csv", "sqlite:cx.db?table=survey");
    write(&folder, "card.rhai", &named);
    let (code, text) = run(&folder, &["run", "card.rhai"]);
    assert_eq!(code, 1, "{text}");
    assert!(
        text.contains("[BW314]") && text.contains("names a database as its file"),
        "{text}"
    );
}

#[test]
fn a_batch_keeps_a_history_too() {
    let folder = folder();
    write(
        &folder,
        "jobs.toml",
        "out = \"out\"\nformats = [\"json\"]\n[[job]]\nname = \"health\"\ncards = [\"card.rhai\"]\n",
    );
    let args = ["batch", "jobs.toml", "--history", "kept.sqlite"];
    let (code, text) = run(&folder, &args);
    assert_eq!(code, 0, "{text}");
    write(&folder, "survey.csv", &format!("{ROWS}2026-04-30,9,W\n"));
    let (code, text) = run(&folder, &args);
    assert_eq!(code, 0, "{text}");
    let (_, runs) = run(&folder, &["history", "kept.sqlite", "--format", "json"]);
    let runs: Value = serde_json::from_str(&runs).unwrap();
    assert_eq!(runs["runs"].as_array().unwrap().len(), 2, "{runs}");
    assert!(runs["runs"][0]["restated"].as_u64().unwrap() > 0, "{runs}");
    let reports = files(&folder.path().join("out"));
    assert!(
        reports.iter().any(|text| text.contains("\"restated\"")),
        "no report tells of it"
    );
}

/// The JSON files of a folder and all below it.
fn files(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else if path.extension().is_some_and(|ending| ending == "json") {
            found.push(std::fs::read_to_string(path).unwrap());
        }
    }
    found
}
