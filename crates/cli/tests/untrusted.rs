//! `--untrusted`: the same report for what is harmless, and a finding for everything else.
#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails loudly"
)]

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const CARD: &str = "scorecard(\"Health\").owner(\"CX\").purpose(\"Keep customers\");
let survey = table(\"survey\").file(\"FILE\").date(\"on\");
survey.column(\"recommend\").scale(0, 10);
segment(\"region\", survey.region);
period(\"month\");
metric(\"nps\", nps(survey.recommend)).no_target(\"an example\");
";

fn folder(file: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("cards")).unwrap();
    let rows: String = (0..500)
        .map(|row| {
            format!(
                "{},{},2026-0{}-11,{}\n",
                row,
                row % 11,
                row % 6 + 1,
                ["west", "\"east, far\"", ""][row % 3]
            )
        })
        .collect();
    std::fs::write(
        folder.path().join("cards/survey.csv"),
        format!("id,recommend,on,region\n{rows}"),
    )
    .unwrap();
    std::fs::write(
        folder.path().join("secret.csv"),
        "id,recommend,on,region\n1,9,2026-01-01,top secret\n",
    )
    .unwrap();
    std::fs::write(folder.path().join("cards/card.rhai"), CARD.replace("FILE", file)).unwrap();
    folder
}

fn run(folder: &Path, words: &[&str]) -> (i32, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_bellwether"))
        .args(words)
        .args(["--color", "never"])
        .current_dir(folder)
        .output()
        .unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

#[test]
fn a_harmless_card_gets_the_same_report() {
    let folder = folder("survey.csv");
    for command in [
        &["run", "cards/card.rhai", "--format", "json"][..],
        &["run", "cards/card.rhai"],
        &["check", "cards/card.rhai"],
        &["explain", "cards/card.rhai", "nps"],
        &["run", "cards/card.rhai", "--data", "survey=cards/survey.csv"],
    ] {
        let trusted = run(folder.path(), command);
        let untrusted = run(folder.path(), &[command, &["--untrusted"]].concat());
        assert_eq!(trusted.0, 0, "{}", trusted.2);
        assert_eq!(trusted, untrusted);
    }
}

#[test]
fn standard_input_reaches_the_child() {
    let folder = folder("survey.csv");
    let mut child = Command::new(env!("CARGO_BIN_EXE_bellwether"))
        .args(["run", "cards/card.rhai", "--untrusted", "--data", "survey=-"])
        .current_dir(folder.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let bytes = std::fs::read(folder.path().join("cards/survey.csv")).unwrap();
    child.stdin.take().unwrap().write_all(&bytes).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    assert!(String::from_utf8(output.stdout).unwrap().contains("nps"));
}

#[test]
fn a_card_cannot_read_outside_its_folder() {
    let secret = tempfile::NamedTempFile::new().unwrap();
    for file in [
        "../secret.csv",
        secret.path().to_str().unwrap(),
        "link.csv",
        "up/secret.csv",
        "*.csv",
        "-",
    ] {
        let folder = folder(file);
        std::os::unix::fs::symlink("../secret.csv", folder.path().join("cards/link.csv")).unwrap();
        std::os::unix::fs::symlink("..", folder.path().join("cards/up")).unwrap();
        let (exit, out, cried) = run(folder.path(), &["run", "cards/card.rhai", "--untrusted"]);
        assert_eq!((exit, out.as_str()), (1, ""), "{file}: {cried}");
        assert!(cried.contains("BW311"), "{file}: {cried}");
        assert!(!cried.contains("top secret"));
    }
}

#[test]
fn a_module_behind_a_link_is_not_read() {
    let folder = folder("survey.csv");
    std::fs::write(folder.path().join("outside.rhai"), "export const GOAL = 75;\n").unwrap();
    std::os::unix::fs::symlink("../outside.rhai", folder.path().join("cards/cx.rhai")).unwrap();
    let card = format!("import \"cx\" as cx;\n{}", CARD.replace("FILE", "survey.csv"));
    std::fs::write(folder.path().join("cards/card.rhai"), card).unwrap();
    let (exit, _, cried) = run(folder.path(), &["run", "cards/card.rhai", "--untrusted"]);
    assert!(exit == 1 && cried.contains("BW311"), "{cried}");
}

#[test]
fn a_hostile_file_is_a_finding_and_the_program_lives() {
    let folder = folder("survey.csv");
    let path = folder.path().join("cards/survey.csv");
    // A row of two gigabytes, most of it a hole: beyond the limits of reading.
    std::fs::write(&path, format!("id,recommend,on,region\n{}", "x".repeat(3 << 20))).unwrap();
    std::fs::File::options()
        .write(true)
        .open(&path)
        .unwrap()
        .set_len(900 << 20)
        .unwrap();
    let (exit, _, cried) = run(folder.path(), &["check", "cards/card.rhai", "--untrusted"]);
    let told = format!(
        "{cried}{}",
        run(folder.path(), &["run", "cards/card.rhai", "--untrusted"]).2
    );
    assert_eq!(exit, 1);
    assert!(
        told.contains("BW312") && told.contains("a row is longer than 1 MiB"),
        "{told}"
    );
    // A pipe that nobody writes to would wait for ever.
    std::fs::remove_file(&path).unwrap();
    assert!(Command::new("mkfifo").arg(&path).status().unwrap().success());
    let begun = Instant::now();
    let (exit, _, cried) = run(folder.path(), &["run", "cards/card.rhai", "--untrusted"]);
    assert!(exit == 1 && cried.contains("BW301"), "{cried}");
    assert!(begun.elapsed() < Duration::from_secs(60));
}

#[test]
fn a_card_runs_within_narrow_limits() {
    let folder = folder("survey.csv");
    let long = format!("{}// {}\n", CARD.replace("FILE", "survey.csv"), "x".repeat(70_000));
    std::fs::write(folder.path().join("cards/card.rhai"), long).unwrap();
    assert_eq!(run(folder.path(), &["run", "cards/card.rhai"]).0, 0);
    let (exit, _, cried) = run(folder.path(), &["run", "cards/card.rhai", "--untrusted"]);
    assert!(exit == 1 && cried.contains("BW105"), "{cried}");
    let (exit, said, _) = run(folder.path(), &["test", "cards/card.rhai", "--untrusted"]);
    assert!(exit == 1 && said.contains("BW105"), "{said}");
}

#[test]
fn the_hidden_command_is_hidden_and_trusts_no_request() {
    let folder = folder("survey.csv");
    assert!(!run(folder.path(), &["--help"]).1.contains("read-untrusted"));
    std::fs::write(folder.path().join("request"), "{}").unwrap();
    let (exit, out, _) = run(folder.path(), &["read-untrusted", "request"]);
    assert_eq!((exit, out.as_str()), (1, ""));
}
