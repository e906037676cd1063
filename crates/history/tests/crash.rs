//! Processes that write at the same time, and processes that are killed while they write. This test calls itself as the
//! writer: `write` is ignored unless the parent asks for it.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::expect_used,
    reason = "a test fails loudly"
)]

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use bellwether::{Engine, EvaluateOptions, Limits, Source};
use bellwether_history::{Filter, History};

const FILE: &str = "BELLWETHER_TEST_HISTORY";

/// A folder that is gone with the test.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("bellwether-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn child(file: &Path, title: &str, runs: u32) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "write", "--ignored", "--nocapture"])
        .env(FILE, file)
        .env("BELLWETHER_TEST_TITLE", title)
        .env("BELLWETHER_TEST_RUNS", runs.to_string())
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit())
        .spawn()
        .unwrap()
}

/// Records runs of a card whose answers are others each time, so that all of its cells are restated each time.
#[test]
#[ignore = "the other tests of this file start it as a process"]
fn write() {
    let Some(file) = std::env::var_os(FILE) else { return };
    let title = std::env::var("BELLWETHER_TEST_TITLE").unwrap();
    let runs: u32 = std::env::var("BELLWETHER_TEST_RUNS").unwrap().parse().unwrap();
    let engine = Engine::new(Limits::default());
    let reports: Vec<_> = (0..3_u32)
        .map(|turn| {
            let answer = |row: u32| (row * 7 + turn * 3 + row * row * turn) % 11;
            let rows: Vec<String> = (0..40)
                .map(|row| format!("[\"2026-0{}-11\", {}, \"r{}\"]", row % 6 + 1, answer(row), row % 7))
                .collect();
            let text = format!(
                r#"scorecard("{title}").owner("CX").purpose("Keep customers").min_n(1);
                let survey = table("survey").rows(["day", "recommend", "region"], [{}]).date("day");
                survey.column("recommend").scale(0, 10);
                segment("region", survey.region);
                period("month");
                metric("nps", nps(survey.recommend)).target(45).owner("Loyalty");
                metric("mean", mean(survey.recommend)).target(5).owner("Loyalty");"#,
                rows.join(", ")
            );
            let source = Source {
                name: "card",
                text: &text,
                modules: &[],
                params: &[],
            };
            let (card, _) = engine.compile(&source).unwrap();
            engine
                .evaluate(&card, BTreeMap::new(), &EvaluateOptions::default())
                .unwrap()
        })
        .collect();
    println!("READY");
    for run in 0..runs {
        // Opened anew each time, as the command line does.
        let mut history = History::open(Path::new(&file)).unwrap();
        let report = &reports[run as usize % reports.len()];
        let is_new = history.record(report, &format!("run {run}")).unwrap().is_new;
        // Where two write one card, or one was killed, a run may be the one that was written just before.
        assert!(is_new || !["one", "two"].contains(&title.as_str()));
    }
}

/// Every run has all of its numbers, and SQLite finds the file whole; how many runs there are.
fn whole(file: &Path) -> usize {
    let connection = rusqlite::Connection::open(file).unwrap();
    let sound: String = connection
        .query_row("PRAGMA integrity_check", [], |row| row.get(0))
        .unwrap();
    assert_eq!(sound, "ok");
    let broken: i64 = connection
        .query_row("SELECT count(*) FROM pragma_foreign_key_check", [], |row| row.get(0))
        .unwrap();
    assert_eq!(broken, 0);
    let mut runs = connection
        .prepare("SELECT id, cells, (SELECT count(*) FROM run_facts WHERE run = runs.id) FROM runs")
        .unwrap();
    let counts: Vec<(i64, i64, i64)> = runs
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    for (run, cells, facts) in &counts {
        assert!(
            *cells > 50 && cells == facts,
            "run {run} has {facts} of {cells} numbers"
        );
    }
    counts.len()
}

#[test]
fn two_processes_write_at_the_same_time() {
    let folder = Folder::new("writers");
    let file = folder.0.join("results.sqlite");
    // Both make the file, too. Each writes a card of its own and one that both write.
    let writers: Vec<Child> = ["one", "two", "both", "both"]
        .into_iter()
        .map(|title| child(&file, title, 15))
        .collect();
    for writer in writers {
        assert!(writer.wait_with_output().unwrap().status.success());
    }
    whole(&file);
    let history = History::open(&file).unwrap();
    let runs = |card: &str| {
        let filter = Filter {
            card: Some(card.to_owned()),
            name: None,
        };
        history.runs(&filter).unwrap().len()
    };
    assert_eq!((runs("one"), runs("two")), (15, 15));
}

/// Waits until a writer has its reports and begins to write. What is given back keeps the other end of its output open.
fn ready(writer: &mut Child) -> impl Sized + use<> {
    let mut lines = BufReader::new(writer.stdout.take().unwrap()).lines();
    assert!(lines.any(|line| line.unwrap().contains("READY")));
    lines
}

#[test]
fn a_process_killed_at_any_moment_leaves_whole_runs() {
    let folder = Folder::new("killed");
    // How long a run takes here and now, the making of the file included in the first.
    let mut writer = child(&folder.0.join("measured.sqlite"), "measured", 8);
    let output = ready(&mut writer);
    let start = Instant::now();
    assert!(writer.wait().unwrap().success());
    drop(output);
    let run = start.elapsed() / 8;

    let file = folder.0.join("results.sqlite");
    let mut between = Vec::new();
    for turn in 0..50_u32 {
        let mut writer = child(&file, "killed", 100_000);
        let output = ready(&mut writer);
        // Moments from the making of the file to the third run, in no order.
        std::thread::sleep(run * (turn * 37 % 50) * 3 / 50);
        assert!(writer.try_wait().unwrap().is_none(), "the child ended by itself");
        writer.kill().unwrap();
        writer.wait().unwrap();
        drop(output);
        // Whatever was killed, a history can be opened, and what is in it is whole.
        drop(History::open(&file).unwrap());
        between.push(whole(&file));
    }
    assert!(between.is_sorted(), "runs were lost: {between:?}");
    assert!(
        *between.last().unwrap() > 20,
        "too few runs for the kills to hit one: {between:?}"
    );
    eprintln!("50 kills, {} whole runs of {run:?} each", between.last().unwrap());
}
