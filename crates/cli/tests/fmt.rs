//! `bellwether fmt` in place, with `--check` and from standard input.
#![allow(clippy::unwrap_used, reason = "a test fails loudly")]

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

const UNTIDY: &str = "let t=table(\"t\"); metric( \"nps\",nps(t.recommend) )\n.target(40) ; // goal\n";
const TIDY: &str = "let t = table(\"t\");\nmetric(\"nps\", nps(t.recommend))\n    .target(40); // goal\n";

fn fmt(folder: &Path, args: &[&str]) -> (i32, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_bellwether"));
    let output = command.arg("fmt").args(args).current_dir(folder).output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (
        output.status.code().unwrap(),
        text(&output.stdout),
        text(&output.stderr),
    )
}

#[test]
fn cards_are_put_in_order_in_place() {
    let folder = tempfile::tempdir().unwrap();
    let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).unwrap();
    std::fs::write(folder.path().join("a.rhai"), UNTIDY).unwrap();
    std::fs::write(folder.path().join("b.rhai"), TIDY).unwrap();
    let (code, out, _) = fmt(folder.path(), &["--check", "a.rhai", "b.rhai"]);
    assert_eq!((code, out.as_str()), (1, "a.rhai is not in good order\n"));
    assert_eq!(read("a.rhai"), UNTIDY, "a check writes nothing");
    assert_eq!(
        fmt(folder.path(), &["a.rhai", "b.rhai"]),
        (0, String::new(), String::new())
    );
    assert_eq!((read("a.rhai"), read("b.rhai")), (TIDY.to_owned(), TIDY.to_owned()));
    assert_eq!(fmt(folder.path(), &["--check", "a.rhai", "b.rhai"]).0, 0);
}

#[test]
fn a_card_that_cannot_be_read_leaves_all_as_they_are() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("a.rhai"), UNTIDY).unwrap();
    std::fs::write(folder.path().join("b.rhai"), "metric(\"nps\"").unwrap();
    let (code, out, err) = fmt(folder.path(), &["a.rhai", "b.rhai"]);
    assert_eq!((code, out.as_str()), (1, ""));
    assert!(err.contains("b.rhai cannot be put in order"), "{err}");
    assert_eq!(std::fs::read_to_string(folder.path().join("a.rhai")).unwrap(), UNTIDY);
    assert_eq!(fmt(folder.path(), &["none.rhai"]).0, 1);
    assert_eq!(fmt(folder.path(), &[]).0, 2);
}

#[test]
fn standard_input_is_printed() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_bellwether"))
        .args(["fmt", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(UNTIDY.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout), TIDY);
}
