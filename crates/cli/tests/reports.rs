//! Pages by audience and template, on the command line.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails loudly")]

use std::path::Path;
use std::process::{Command, Output};

const CARD: &str = r#"scorecard("Health").owner("CX").purpose("Keep customers").min_n(1);
let survey = table("survey").rows(["recommend", "said"], [[9, "Quick and kind"], [3, "Please call me back: 030 901820"]]);
metric("nps", nps(survey.recommend)).no_target("an example").owner("Loyalty");
quotes("said", survey.said).audience("board");
audience("board").like("executive");"#;

fn run(folder: &Path, args: &[&str]) -> Output {
    std::fs::write(folder.join("card.rhai"), CARD).unwrap();
    Command::new(env!("CARGO_BIN_EXE_bellwether"))
        .args(["run", "card.rhai", "--color", "never"])
        .args(args)
        .current_dir(folder)
        .output()
        .unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn a_page_is_written_whole_for_the_audience_that_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let out = run(
        folder.path(),
        &["--format", "html", "--audience", "board", "--out", "board.html"],
    );
    assert!(out.status.success() && out.stdout.is_empty(), "{}", said(&out));
    let page = std::fs::read_to_string(folder.path().join("board.html")).unwrap();
    assert!(
        page.starts_with("<!doctype html>") && page.ends_with("</html>\n"),
        "{page:.80}"
    );
    assert!(
        page.contains("Please call me back: [number]") && !page.contains("901820"),
        "quotes are masked"
    );
    let told = run(folder.path(), &["--format", "markdown", "--audience", "team"]);
    let told = String::from_utf8(told.stdout).unwrap();
    assert!(
        told.starts_with("# Health\n") && !told.contains("call me"),
        "quotes for the board alone: {told}"
    );
}

#[test]
fn what_cannot_be_drawn_says_what_can() {
    let folder = tempfile::tempdir().unwrap();
    let unknown = run(folder.path(), &["--format", "html", "--audience", "bord"]);
    assert_eq!(unknown.status.code(), Some(2));
    assert!(said(&unknown).contains("did you mean `board`?"), "{}", said(&unknown));
    let table = run(folder.path(), &["--audience", "board"]);
    assert_eq!(table.status.code(), Some(2));
    assert!(said(&table).contains("--format html"), "{}", said(&table));
    std::fs::write(folder.path().join("mine.html"), "<h1>{{ page.title }}</h1>\n").unwrap();
    let untrusted = run(folder.path(), &["--template", "mine.html", "--untrusted"]);
    assert_eq!(untrusted.status.code(), Some(2), "{}", said(&untrusted));
    let missing = run(folder.path(), &["--template", "nowhere.html"]);
    assert_eq!(missing.status.code(), Some(1));
    assert!(said(&missing).contains("nowhere.html"), "{}", said(&missing));
}

#[test]
fn a_template_is_told_where_it_fails() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("mine.html"), "<h1>\n  {{ page.titel.x }}\n</h1>\n").unwrap();
    let out = run(folder.path(), &["--template", "mine.html"]);
    assert_eq!(out.status.code(), Some(1));
    let text = said(&out);
    assert!(text.contains("mine.html:2:"), "file, line and column: {text}");
    assert!(text.contains("BW851"), "{text}");
}
