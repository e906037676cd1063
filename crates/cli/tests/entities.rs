//! `--entities`: the same rows in every format, and nothing where something fails.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::expect_used,
    reason = "a test fails loudly"
)]

use std::fs::File;
use std::path::Path;
use std::process::Command;

use arrow_array::RecordBatch;
use arrow_array::cast::AsArray;
use arrow_array::types::Float64Type;

const CARD: &str = r#"scorecard("Accounts").owner("CX").purpose("Keep accounts").min_n(1);
let accounts = table("accounts").key("id").rows(["id"], [["b"], ["a"], ["c"]]);
let survey = table("survey").rows(["id", "score"], [["a", 10], ["a", 20], ["b", 30]]).belongs_to(accounts, "id");
metric("mood", mean(survey.score)).no_target("an example");
score("health").mix("mood", 1, 0, 40).bands(40, 70).owner("CX").each(accounts);
"#;

fn run(folder: &Path, target: &str) -> (i32, String) {
    std::fs::write(folder.join("card.rhai"), CARD).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_bellwether"))
        .args(["run", "card.rhai", "--entities", target])
        .current_dir(folder)
        .output()
        .unwrap();
    (
        output.status.code().unwrap(),
        String::from_utf8_lossy(&output.stderr).into_owned(),
    )
}

/// Worked out by hand: `a` has a mean of 15 and `b` of 30, on the way from 0 to 40; `c` has no answers.
fn assert_rows(batch: &RecordBatch) {
    assert_eq!(batch.num_rows(), 3);
    let text = |name: &str, row: usize| {
        let column = arrow_cast_text(batch, name);
        column[row].clone()
    };
    let health = batch.column_by_name("health").unwrap().as_primitive::<Float64Type>();
    let values: Vec<Option<f64>> = health.iter().collect();
    assert_eq!(values, [Some(37.5), Some(75.0), None]);
    assert_eq!(
        (text("id", 0).as_deref(), text("id", 2).as_deref()),
        (Some("a"), Some("c"))
    );
    assert_eq!(
        (text("band", 0).as_deref(), text("band", 1).as_deref(), text("band", 2)),
        (Some("red"), Some("green"), None)
    );
}

/// The file says where its numbers come from.
fn assert_metadata(schema: &arrow_schema::Schema) {
    assert_eq!(schema.metadata()["bellwether.table"], "accounts");
    assert_eq!(schema.metadata()["bellwether.results_sha256"].len(), 64);
}

/// A column of dictionary codes as texts.
fn arrow_cast_text(batch: &RecordBatch, name: &str) -> Vec<Option<String>> {
    let column = batch.column_by_name(name).unwrap();
    let dictionary = column.as_any_dictionary();
    let values = dictionary.values().as_string::<i32>();
    dictionary
        .normalized_keys()
        .into_iter()
        .enumerate()
        .map(|(row, key)| (!column.is_null(row)).then(|| values.value(key).to_owned()))
        .collect()
}

#[test]
fn parquet_holds_every_row() {
    let folder = tempfile::tempdir().unwrap();
    let (code, err) = run(folder.path(), "rows.parquet");
    assert_eq!(code, 0, "{err}");
    let file = File::open(folder.path().join("rows.parquet")).unwrap();
    let reader = parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder::try_new(file).unwrap();
    assert_metadata(reader.schema());
    let reader = reader.build().unwrap();
    let batches: Vec<RecordBatch> = reader.map(Result::unwrap).collect();
    assert_eq!(batches.len(), 1);
    assert_rows(&batches[0]);
}

#[test]
fn arrow_holds_every_row() {
    let folder = tempfile::tempdir().unwrap();
    let (code, err) = run(folder.path(), "health=rows.arrow");
    assert_eq!(code, 0, "{err}");
    let file = File::open(folder.path().join("rows.arrow")).unwrap();
    let reader = arrow_ipc::reader::FileReader::try_new(file, None).unwrap();
    assert_metadata(&reader.schema());
    let batches: Vec<RecordBatch> = reader.map(Result::unwrap).collect();
    assert_eq!(batches.len(), 1);
    assert_rows(&batches[0]);
}

#[test]
fn csv_holds_every_row() {
    let folder = tempfile::tempdir().unwrap();
    let (code, err) = run(folder.path(), "rows.csv");
    assert_eq!(code, 0, "{err}");
    let text = std::fs::read_to_string(folder.path().join("rows.csv")).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 4, "{text}");
    assert!(lines[0].starts_with("id,health,state,band"), "{text}");
    assert!(
        lines[1].starts_with("a,37.5,ok,red") && lines[3].starts_with("c,,missing,"),
        "{text}"
    );
}

#[test]
fn a_wrong_target_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    for (target, code, words) in [
        ("rows.xlsx", 2, ".csv, .parquet and .arrow"),
        ("mood=rows.csv", 2, "these do: health"),
        ("nowhere/rows.parquet", 1, "there is no folder nowhere"),
    ] {
        let (exit, err) = run(folder.path(), target);
        assert_eq!(exit, code, "{err}");
        assert!(err.contains(words), "{err}");
    }
    let left: Vec<_> = std::fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(left, ["card.rhai"]);
}
