//! Files of reports and charts: which are written, and when none is.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails loudly")]

use std::path::{Path, PathBuf};
use std::process::Command;

use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, UInt64Type};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

fn card() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/maturity/scorecard.rhai")
}

fn run(folder: &Path, args: &[&str]) -> (i32, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_bellwether"))
        .arg("run")
        .arg(card())
        .args(args)
        .current_dir(folder)
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    (output.status.code().unwrap(), errors)
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn a_chart_a_file_in_each_format() {
    for (format, ending, start) in [
        ("svg", ".svg", "<svg "),
        ("png", ".png", "\u{fffd}PNG"),
        ("vega", ".vl.json", "{"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let args = ["--charts", "charts", "--chart-format", format, "--out", "report.txt"];
        let (code, errors) = run(folder.path(), &args);
        assert_eq!(code, 0, "{errors}");
        assert_eq!(names(folder.path()), ["charts", "report.txt"], "nothing is left beside");
        let made = names(&folder.path().join("charts"));
        assert!(made.contains(&format!("bars-overall-element{ending}")), "{made:?}");
        for name in made {
            assert!(name.ends_with(ending), "{name}");
            let bytes = std::fs::read(folder.path().join("charts").join(&name)).unwrap();
            assert!(String::from_utf8_lossy(&bytes).starts_with(start), "{name}");
        }
    }
}

#[test]
fn charts_are_written_all_or_none() {
    let folder = tempfile::tempdir().unwrap();
    let (code, errors) = run(folder.path(), &["--charts", "nowhere/charts"]);
    assert_eq!(code, 1, "{errors}");
    assert!(errors.contains("there is no folder"), "{errors}");
    assert!(names(folder.path()).is_empty());
    // A file in the way of the folder.
    std::fs::write(folder.path().join("charts"), "mine").unwrap();
    let (code, _) = run(folder.path(), &["--charts", "charts"]);
    assert_eq!(code, 1);
    assert_eq!(names(folder.path()), ["charts"]);
    assert_eq!(std::fs::read_to_string(folder.path().join("charts")).unwrap(), "mine");
}

#[test]
fn what_is_not_text_needs_a_file() {
    let folder = tempfile::tempdir().unwrap();
    for format in ["xlsx", "parquet"] {
        let (code, errors) = run(folder.path(), &["--format", format]);
        assert_eq!(code, 2);
        assert!(errors.contains("name a file with --out"), "{errors}");
    }
    let (code, errors) = run(folder.path(), &["--chart-format", "png"]);
    assert_eq!(code, 2, "{errors}");
}

#[test]
fn parquet_holds_the_cells_of_csv() {
    let folder = tempfile::tempdir().unwrap();
    for (format, file) in [
        ("parquet", "cells.parquet"),
        ("csv", "cells.csv"),
        ("xlsx", "book.xlsx"),
    ] {
        let (code, errors) = run(folder.path(), &["--format", format, "--out", file]);
        assert_eq!(code, 0, "{errors}");
    }
    let book = std::fs::read(folder.path().join("book.xlsx")).unwrap();
    assert!(book.starts_with(b"PK"));
    let text = std::fs::read_to_string(folder.path().join("cells.csv")).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let file = std::fs::File::open(folder.path().join("cells.parquet")).unwrap();
    let builder = ParquetRecordBatchReaderBuilder::try_new(file).unwrap();
    assert!(builder.schema().metadata().contains_key("bellwether.results_sha256"));
    let batches: Vec<_> = builder.build().unwrap().map(Result::unwrap).collect();
    assert_eq!(
        batches.iter().map(arrow_array::RecordBatch::num_rows).sum::<usize>(),
        lines.len() - 1
    );
    let batch = &batches[0];
    let heads: Vec<String> = batch
        .schema()
        .fields()
        .iter()
        .map(|field| field.name().clone())
        .collect();
    assert_eq!(lines[0], heads.join(","));
    let (value, n) = (
        batch.column_by_name("value").unwrap().as_primitive::<Float64Type>(),
        batch.column_by_name("n").unwrap().as_primitive::<UInt64Type>(),
    );
    let at = |name: &str| heads.iter().position(|head| head == name).unwrap();
    let first: Vec<&str> = lines[1].split(',').collect();
    assert_eq!(first[at("value")], value.value(0).to_string());
    assert_eq!(first[at("n")], n.value(0).to_string());
}
