//! `bellwether batch` as a process: what it writes, what it keeps, and what is left of it when it is killed.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails loudly"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .canonicalize()
        .unwrap()
}

fn bellwether() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_bellwether"));
    command.args(["--color", "never"]);
    command
}

fn batch(folder: &Path, more: &[&str]) -> Output {
    bellwether()
        .arg("batch")
        .arg("jobs.toml")
        .args(more)
        .current_dir(folder)
        .output()
        .unwrap()
}

fn err(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Every file below a folder, but for what the folder keeps for itself.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut open = vec![folder.to_owned()];
    while let Some(at) = open.pop() {
        for entry in std::fs::read_dir(at).unwrap() {
            let path = entry.unwrap().path();
            let name = path.strip_prefix(folder).unwrap().display().to_string();
            if name == ".bellwether" {
                continue;
            }
            if path.is_dir() {
                open.push(path);
            } else {
                found.insert(name, std::fs::read(&path).unwrap());
            }
        }
    }
    found
}

fn manifest(folder: &Path) -> Value {
    serde_json::from_slice(&std::fs::read(folder.join("reports/manifest.json")).unwrap()).unwrap()
}

const CARD: &str = r#"scorecard("Health").owner("CX").purpose("Keep customers");
let survey = table("survey").date("on");
survey.column("recommend").scale(0, 10);
segment("team", survey.team);
metric("nps", nps(survey.recommend)).target(TARGET).owner("CX").min_n(1);
"#;

/// A folder of cards over one survey of several teams, some of them with names that no file may have.
fn folder(cards: usize, teams: &[&str]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let mut csv = "on,team,recommend,spare\n".to_owned();
    for (number, team) in teams.iter().enumerate() {
        for answer in 0..3 {
            csv.push_str(&format!(
                "2026-05-0{},\"{team}\",{},x\n",
                answer + 1,
                (number + answer * 4) % 11
            ));
        }
    }
    std::fs::write(folder.path().join("survey.csv"), csv).unwrap();
    std::fs::create_dir(folder.path().join("cards")).unwrap();
    for number in 0..cards {
        let text = CARD.replace("TARGET", &(10 + number).to_string());
        std::fs::write(folder.path().join(format!("cards/c{number}.rhai")), text).unwrap();
    }
    let jobs = "formats = [\"json\", \"csv\"]\n[data.all]\nsurvey = \"survey.csv\"\n\
                [[job]]\ncards = [\"cards/*.rhai\"]\ndata = \"all\"\nsegments = [\"team\"]\n";
    std::fs::write(folder.path().join("jobs.toml"), jobs).unwrap();
    folder
}

const ODD: [&str; 8] = ["North", "north", "../x", "A/B", "北京", "con", "<b>&", "whole"];

/// Tables with types, and charts as files in a folder that is called as the report would be.
#[test]
fn tables_and_charts_for_programs_and_pages() {
    let folder = folder(1, &["north", "south"]);
    let jobs = std::fs::read_to_string(folder.path().join("jobs.toml")).unwrap();
    let jobs = jobs.replace("[\"json\", \"csv\"]", "[\"csv\", \"parquet\", \"svg\", \"png\"]");
    std::fs::write(folder.path().join("jobs.toml"), jobs).unwrap();
    let dry = batch(folder.path(), &["--dry-run"]);
    let shown = String::from_utf8(dry.stdout).unwrap();
    assert!(
        shown.contains("c0/whole/*.svg") && shown.contains("c0/team/*.parquet"),
        "{shown}"
    );
    let output = batch(folder.path(), &[]);
    assert!(output.status.success(), "{}", err(&output));
    let all = files(&folder.path().join("reports"));
    for report in ["c0/whole", "c0/team/north", "c0/team/south"] {
        let table = bytes::Bytes::from(all[&format!("{report}.parquet")].clone());
        let reader = parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder::try_new(table).unwrap();
        let names: Vec<&String> = reader.schema().fields().iter().map(|field| field.name()).collect();
        let text = String::from_utf8(all[&format!("{report}.csv")].clone()).unwrap();
        assert_eq!(text.lines().next().unwrap().split(',').collect::<Vec<_>>(), names);
        let rows: usize = reader.build().unwrap().map(|batch| batch.unwrap().num_rows()).sum();
        assert!(rows > 0 && rows == text.lines().count() - 1, "{rows}");
        let charts = |ending: &str, start: &[u8]| {
            let of = |name: &&String| name.starts_with(&format!("{report}/")) && name.ends_with(ending);
            let charts: Vec<&String> = all.keys().filter(of).collect();
            assert!(charts.iter().all(|name| all[*name].starts_with(start)), "{charts:?}");
            charts.len()
        };
        let (drawn, pixels) = (charts(".svg", b"<svg"), charts(".png", b"\x89PNG"));
        assert!(drawn > 0 && drawn == pixels, "{drawn} {pixels}");
    }
    let page = String::from_utf8(all["index.html"].clone()).unwrap();
    assert!(
        page.contains("charts as svg</summary>") || page.contains("chart as svg</summary>"),
        "{page}"
    );
    // The second time nothing is drawn.
    assert!(batch(folder.path(), &[]).status.success());
    assert_eq!(manifest(folder.path())["run"]["kept"], 1);
    assert_eq!(files(&folder.path().join("reports")).len(), all.len());
}

#[test]
fn a_report_for_each_value_with_safe_names_and_a_manifest_that_holds() {
    let folder = folder(2, &ODD);
    let output = batch(folder.path(), &[]);
    assert!(output.status.success(), "{}", err(&output));
    assert_eq!(err(&output), "", "nothing is drawn where nobody watches");
    let all = files(&folder.path().join("reports"));
    // Two cards x (the whole and eight teams) x two formats, the page and the manifest.
    assert_eq!(all.len(), 2 * 9 * 2 + 2, "{:?}", all.keys());
    assert!(
        all.contains_key("c0/whole.json") && all.contains_key("c1/team/north.csv"),
        "{:?}",
        all.keys()
    );
    let lower: BTreeSet<String> = all.keys().map(|name| name.to_lowercase()).collect();
    assert_eq!(lower.len(), all.len());
    let manifest = manifest(folder.path());
    let schema: Value = serde_json::from_str(bellwether_batch::SCHEMA).unwrap();
    let wrong: Vec<String> = jsonschema::validator_for(&schema)
        .unwrap()
        .iter_errors(&manifest)
        .map(|error| error.to_string())
        .collect();
    assert!(wrong.is_empty(), "{wrong:?}");
    let mut listed = BTreeSet::new();
    for unit in manifest["units"].as_array().unwrap() {
        for report in unit["reports"].as_array().unwrap() {
            for file in report["files"].as_array().unwrap() {
                let name = file["file"].as_str().unwrap();
                assert_eq!(all[name].len() as u64, file["bytes"].as_u64().unwrap());
                assert!(listed.insert(name.to_owned()));
                if name.ends_with(".json") {
                    let read: Value = serde_json::from_slice(&all[name]).unwrap();
                    assert_eq!(read["provenance"]["results_sha256"], report["results_sha256"]);
                }
            }
        }
    }
    assert_eq!(listed.len() + 2, all.len());
    let page = String::from_utf8(all["index.html"].clone()).unwrap();
    assert!(page.contains("&lt;b&gt;&amp;") && !page.contains("<b>&"), "{page}");
    for name in &listed {
        assert!(page.contains(&format!("href=\"{name}\"")), "{name}");
    }
}

/// What stands in a report of a batch is what `run` prints, though the batch read a column for another card.
#[test]
fn the_whole_report_is_the_one_that_run_prints() {
    let folder = folder(1, &["a", "b"]);
    let other = CARD.replace("TARGET", "5")
        + "metric(\"spare\", rate(survey, |s| s.spare == \"x\")).target(1).owner(\"CX\");\n";
    std::fs::write(folder.path().join("cards/other.rhai"), other).unwrap();
    assert!(batch(folder.path(), &[]).status.success());
    for card in ["c0", "other"] {
        let run = bellwether()
            .args([
                "run",
                &format!("cards/{card}.rhai"),
                "--data",
                "survey=survey.csv",
                "--format",
                "json",
            ])
            .current_dir(folder.path())
            .output()
            .unwrap();
        let printed: Value = serde_json::from_slice(&run.stdout).unwrap();
        let written = std::fs::read(folder.path().join(format!("reports/{card}/whole.json"))).unwrap();
        let written: Value = serde_json::from_slice(&written).unwrap();
        assert_eq!(written["results"], printed["results"], "{card}");
        assert_eq!(written["provenance"], printed["provenance"], "{card}");
        assert_eq!(written["diagnostics"], printed["diagnostics"], "{card}");
    }
}

/// A slice can be verified like a whole report.
#[test]
fn a_slice_is_verified_against_its_card_and_data() {
    let folder = folder(1, &["a", "b"]);
    assert!(batch(folder.path(), &[]).status.success());
    let verify = |file: &str| {
        let output = bellwether()
            .args(["verify", file, "--card", "cards/c0.rhai", "--data", "survey=survey.csv"])
            .current_dir(folder.path())
            .output()
            .unwrap();
        (output.status.code(), err(&output))
    };
    let slice = "reports/c0/team/a.json";
    assert_eq!(verify(slice), (Some(0), String::new()));
    let text = std::fs::read_to_string(folder.path().join(slice)).unwrap();
    let mut report: Value = serde_json::from_str(&text).unwrap();
    report["results"]["metrics"][0]["headline"]["value"] = 12.5.into();
    std::fs::write(folder.path().join(slice), report.to_string()).unwrap();
    assert_ne!(verify(slice).0, Some(0), "a value was changed by hand");
}

#[test]
fn a_bad_card_fails_alone_and_the_exit_code_says_so() {
    let folder = folder(2, &["a"]);
    std::fs::write(folder.path().join("cards/broken.rhai"), "scorecard(\"x\"").unwrap();
    let wrong = CARD
        .replace("TARGET", "1")
        .replace("survey.recommend)).target", "survey.nobody)).target");
    std::fs::write(folder.path().join("cards/wrong.rhai"), wrong).unwrap();
    let output = batch(folder.path(), &[]);
    assert_eq!(output.status.code(), Some(1));
    let said = err(&output);
    assert!(
        said.contains("broken.rhai") && said.contains("no column `nobody`"),
        "{said}"
    );
    let manifest = manifest(folder.path());
    let status: BTreeMap<&str, &str> = manifest["units"]
        .as_array()
        .unwrap()
        .iter()
        .map(|unit| (unit["card"].as_str().unwrap(), unit["status"].as_str().unwrap()))
        .collect();
    assert_eq!(
        status,
        BTreeMap::from([
            ("cards/broken.rhai", "failed"),
            ("cards/c0.rhai", "done"),
            ("cards/c1.rhai", "done"),
            ("cards/wrong.rhai", "failed"),
        ])
    );
    let page = std::fs::read_to_string(folder.path().join("reports/index.html")).unwrap();
    assert!(
        page.contains("2 cards failed") && page.contains("no column `nobody`"),
        "{page}"
    );
}

#[test]
fn a_second_run_keeps_what_did_not_change() {
    let folder = folder(2, &["a", "b"]);
    assert!(batch(folder.path(), &[]).status.success());
    let counts = |folder: &Path| {
        let run = &manifest(folder)["run"];
        (run["written"].as_u64().unwrap(), run["kept"].as_u64().unwrap())
    };
    let first = (files(&folder.path().join("reports")), manifest(folder.path()));
    assert_eq!(counts(folder.path()), (2, 0));
    assert!(batch(folder.path(), &[]).status.success());
    assert_eq!(counts(folder.path()), (0, 2));
    let second = manifest(folder.path());
    assert_eq!(first.1["units"], second["units"], "the manifest says the same");
    // A file that was tampered with, a card and the data that changed.
    std::fs::write(folder.path().join("reports/c0/team/a.csv"), "x").unwrap();
    assert!(batch(folder.path(), &[]).status.success());
    assert_eq!(counts(folder.path()), (1, 1));
    assert_eq!(
        files(&folder.path().join("reports"))["c0/team/a.csv"],
        first.0["c0/team/a.csv"]
    );
    std::fs::write(folder.path().join("cards/c1.rhai"), CARD.replace("TARGET", "33")).unwrap();
    assert!(batch(folder.path(), &[]).status.success());
    assert_eq!(counts(folder.path()), (1, 1));
    assert!(batch(folder.path(), &["--fresh"]).status.success());
    assert_eq!(counts(folder.path()), (2, 0));
    let mut csv = std::fs::read_to_string(folder.path().join("survey.csv")).unwrap();
    csv.push_str("2026-05-04,a,9,x\n");
    std::fs::write(folder.path().join("survey.csv"), csv).unwrap();
    assert!(batch(folder.path(), &[]).status.success());
    assert_eq!(counts(folder.path()), (2, 0));
}

/// Killed at any moment, a file is complete or absent, and the next run gives what an undisturbed one gives.
#[cfg(unix)]
#[test]
fn a_kill_at_any_moment_leaves_whole_files_and_the_next_run_goes_on() {
    let teams: Vec<String> = (0..12).map(|number| format!("team {number}")).collect();
    let teams: Vec<&str> = teams.iter().map(String::as_str).collect();
    let whole = folder(12, &teams);
    assert!(batch(whole.path(), &[]).status.success());
    let expected = files(&whole.path().join("reports"));
    let mut resumed = 0;
    for round in 0..10_u64 {
        let folder = folder(12, &teams);
        let mut child = bellwether()
            .args(["batch", "jobs.toml"])
            .current_dir(folder.path())
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null())
            .spawn()
            .unwrap();
        // Wait until so many files are there, so that kills fall all over the run however slow the machine is.
        let wanted = 1 + round as usize * 30;
        let reports = folder.path().join("reports");
        let count = || if reports.is_dir() { files_now(&reports) } else { 0 };
        while count() < wanted && child.try_wait().unwrap().is_none() {
            std::thread::yield_now();
        }
        child.kill().unwrap();
        child.wait().unwrap();
        for (name, bytes) in files(&reports) {
            if name != "manifest.json" {
                assert_eq!(bytes, expected[&name], "{name} is whole");
            }
        }
        let output = batch(folder.path(), &[]);
        assert!(output.status.success(), "{}", err(&output));
        let mut made = files(&reports);
        let run = manifest(folder.path())["run"].clone();
        resumed += run["kept"].as_u64().unwrap();
        let units = manifest(folder.path())["units"].clone();
        assert_eq!(units, manifest(whole.path())["units"]);
        made.remove("manifest.json");
        assert!(made.iter().all(|(name, bytes)| expected[name] == *bytes) && made.len() + 1 == expected.len());
        assert!(!reports.join(".bellwether/partial").exists());
    }
    assert!(resumed > 0, "some units were kept");
}

#[cfg(unix)]
fn files_now(folder: &Path) -> usize {
    let mut open = vec![folder.to_owned()];
    let mut count = 0;
    while let Some(at) = open.pop() {
        for path in std::fs::read_dir(at)
            .into_iter()
            .flatten()
            .flatten()
            .map(|entry| entry.path())
        {
            if path.file_name().is_some_and(|name| name == ".bellwether") {
            } else if path.is_dir() {
                open.push(path);
            } else {
                count += 1;
            }
        }
    }
    count
}

#[test]
fn a_dry_run_lists_and_writes_nothing_and_only_takes_some() {
    let folder = folder(2, &["a"]);
    let output = batch(folder.path(), &["--dry-run"]);
    assert!(output.status.success());
    let listed = String::from_utf8(output.stdout).unwrap();
    assert_eq!(
        listed.lines().collect::<Vec<_>>(),
        [
            "reports/c0/whole.json",
            "reports/c0/whole.csv",
            "reports/c0/team/*.json",
            "reports/c0/team/*.csv",
            "reports/c1/whole.json",
            "reports/c1/whole.csv",
            "reports/c1/team/*.json",
            "reports/c1/team/*.csv",
        ]
    );
    assert!(!folder.path().join("reports").exists());
    let output = batch(folder.path(), &["--only", "c1", "--jobs", "3", "--out", "elsewhere"]);
    assert!(output.status.success(), "{}", err(&output));
    let made = files(&folder.path().join("elsewhere"));
    assert!(made.contains_key("c1/whole.json") && !made.contains_key("c0/whole.json"));
    let output = batch(folder.path(), &["--only", "nobody"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        err(&output).contains("no job and no card fits `nobody`"),
        "{}",
        err(&output)
    );
}

/// Everything that is wrong with a file of jobs, at its line and column, with a way out.
#[test]
fn what_is_wrong_with_the_jobs_is_told_at_once() {
    let folder = folder(1, &["a"]);
    let jobs = "formats = [\"jsn\"]\n[data.all]\nsurvey = \"gone.csv\"\n\
                [[job]]\ncards = [\"cards/c9.rhai\"]\ndata = \"all\"\nsegments = [\"team\"]\n";
    std::fs::write(folder.path().join("jobs.toml"), jobs).unwrap();
    let output = batch(folder.path(), &[]);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        err(&output).contains("jobs.toml:1:12") && err(&output).contains("did you mean `json`?"),
        "{}",
        err(&output)
    );
    let jobs = jobs.replace("jsn", "markdown").replace(
        "segments = [\"team\"]",
        "segments = [\"teem\"]\naudiences = [\"teams\"]",
    );
    std::fs::write(folder.path().join("jobs.toml"), &jobs).unwrap();
    let said = err(&batch(folder.path(), &[]));
    for part in [
        "jobs.toml:3:10",
        "has no file gone.csv",
        "no card `cards/c9.rhai`",
        "did you mean `cards/c0.rhai`?",
    ] {
        assert!(said.contains(part), "{part} in {said}");
    }
    std::fs::write(
        folder.path().join("jobs.toml"),
        jobs.replace("c9", "c0").replace("gone", "survey"),
    )
    .unwrap();
    let said = err(&batch(folder.path(), &[]));
    for part in ["no segment `teem`", "did you mean `team`?", "no audience `teams`"] {
        assert!(said.contains(part), "{part} in {said}");
    }
    let output = bellwether()
        .args(["batch", "nowhere.toml"])
        .current_dir(folder.path())
        .output()
        .unwrap();
    assert_eq!(
        (output.status.code(), err(&output).as_str()),
        (Some(1), "error: there is no file nowhere.toml\n")
    );
}

#[test]
fn two_runs_do_not_write_to_one_folder() {
    let folder = folder(1, &["a"]);
    let own = folder.path().join("reports/.bellwether");
    std::fs::create_dir_all(&own).unwrap();
    let held = std::fs::File::create(own.join("lock")).unwrap();
    held.lock().unwrap();
    let output = batch(folder.path(), &[]);
    assert_eq!(output.status.code(), Some(1));
    assert!(err(&output).contains("another run writes to"), "{}", err(&output));
    held.unlock().unwrap();
    assert!(batch(folder.path(), &[]).status.success());
}

#[test]
fn the_example_runs_on_the_bundled_data() {
    let out = tempfile::tempdir().unwrap();
    let output = bellwether()
        .args(["batch", "examples/batch/jobs.toml", "--out"])
        .arg(out.path())
        .current_dir(root())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", err(&output));
    let made = files(out.path());
    for file in [
        "subscriber-health/whole.html",
        "subscriber-health/region/north.json",
        "subscriber-health/plan/pro.html",
        "support-desk/whole.html",
    ] {
        assert!(made.contains_key(file), "{file} among {:?}", made.keys());
    }
}
