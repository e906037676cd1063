//! A history of one card over changing data, by hand.

use std::collections::BTreeMap;

use bellwether::data::{CsvOptions, Needs, Table, read_csv};
use bellwether::report::{Cause, Report};
use bellwether::{Engine, EvaluateOptions, Limits, Source};

use super::*;

const CARD: &str = r#"
    scorecard("Health").owner("CX").purpose("Keep customers").min_n(1);
    let survey = table("survey").date("day");
    survey.column("recommend").scale(0, 10);
    segment("region", survey.region);
    period("month");
    metric("nps", nps(survey.recommend)).target(45).owner("Loyalty");
    score("health").mix("nps", 1, -100, 100).bands(40, 60);
"#;

/// April: one promoter, one detractor in W; May: a promoter in E. NPS 0 and 100.
const ROWS: &str = "day,recommend,region\n2026-04-03,10,W\n2026-04-09,2,W\n2026-05-04,9,E\n2026-06-01,9,E\n";

fn report(card: &str, rows: &str, as_of: Option<&str>) -> Report {
    let engine = Engine::new(Limits::default());
    let source = Source {
        name: "health.rhai",
        text: card,
        modules: &[],
        params: &[],
    };
    let (card, _) = engine.compile(&source).unwrap();
    let (table, _) = read_csv(rows.as_bytes(), &CsvOptions::default(), &Needs::all()).unwrap();
    // The host hashes what it reads; here the text stands for its hash.
    let table = Table {
        sha256: Some(rows.to_owned()),
        ..table
    };
    let options = EvaluateOptions {
        as_of: as_of.and_then(bellwether::definition::CivilDate::parse),
        ..EvaluateOptions::default()
    };
    engine
        .evaluate(&card, BTreeMap::from([("survey".to_owned(), table)]), &options)
        .unwrap()
}

fn of(name: &str) -> Filter {
    Filter {
        card: None,
        name: Some(name.to_owned()),
    }
}

/// A total's value by period, as the history has it.
fn values(history: &History, name: &str) -> Vec<(String, Option<f64>)> {
    let rows = history.values(&of(name)).unwrap();
    let totals = rows.into_iter().filter(|row| row.segments.is_empty());
    totals.filter_map(|row| Some((row.period?, row.value.value))).collect()
}

#[test]
fn what_a_run_says_is_kept_to_the_last_bit() {
    let mut history = History::in_memory().unwrap();
    let report = report(CARD, ROWS, None);
    let recorded = history.record(&report, "2026-06-02T04:00:00Z").unwrap();
    assert!(recorded.is_new && recorded.note.previous.is_none() && recorded.note.restated.is_empty());
    let expected = [
        ("2026-04".to_owned(), Some(0.0)),
        ("2026-05".to_owned(), Some(100.0)),
        ("2026-06".to_owned(), Some(100.0)),
    ];
    assert_eq!(values(&history, "nps"), expected);
    let kept = history.values(&Filter::default()).unwrap();
    let said: usize = report.results.metrics.iter().map(|metric| metric.cells.len()).sum();
    let said = said + report.results.scores[0].cells.len();
    assert_eq!(kept.len(), said);
    for row in kept.iter().filter(|row| row.name == "nps") {
        let cell = report.results.metrics[0]
            .cells
            .iter()
            .find(|cell| *cell.segments == row.segments && cell.period.as_deref() == row.period.as_deref());
        let bits = |value: Option<f64>| value.map(f64::to_bits);
        let interval = cell.unwrap().interval.as_ref();
        assert_eq!(bits(row.value.value), bits(cell.unwrap().value));
        assert_eq!(bits(row.value.high), bits(interval.map(|interval| interval.high)));
    }
    let run = &history.runs(&Filter::default()).unwrap()[0];
    assert_eq!(run.run.results_sha256, report.provenance.results_sha256);
    assert_eq!((run.cells, run.run.as_of), (said as u64, report.results.as_of));
}

#[test]
fn the_same_run_again_is_no_second_run() {
    let mut history = History::in_memory().unwrap();
    let first = history
        .record(&report(CARD, ROWS, None), "2026-06-02T04:00:00Z")
        .unwrap();
    let again = history
        .record(&report(CARD, ROWS, None), "2026-06-02T05:00:00Z")
        .unwrap();
    assert!(!again.is_new && again.run == first.run && again.note == first.note);
    assert_eq!(history.runs(&Filter::default()).unwrap().len(), 1);
}

#[test]
fn a_late_answer_restates_its_month_and_a_new_month_restates_nothing() {
    let mut history = History::in_memory().unwrap();
    history
        .record(&report(CARD, ROWS, None), "2026-06-02T04:00:00Z")
        .unwrap();
    // The next month brings its own rows only.
    let grown = format!("{ROWS}2026-07-01,0,E\n");
    let recorded = history
        .record(&report(CARD, &grown, None), "2026-07-02T04:00:00Z")
        .unwrap();
    assert!(
        recorded.is_new && recorded.note.restated.is_empty(),
        "{:?}",
        recorded.note.restated
    );
    // An answer of April comes late: (2 - 1) / 3 of it.
    let late = format!("{grown}2026-04-30,9,W\n");
    let recorded = history
        .record(&report(CARD, &late, None), "2026-07-03T04:00:00Z")
        .unwrap();
    let restated: Vec<_> = recorded
        .note
        .restated
        .iter()
        .filter(|one| one.segments.is_empty())
        .collect();
    let names: Vec<(&str, Option<&str>)> = restated
        .iter()
        .map(|one| (one.name.as_str(), one.period.as_deref()))
        .collect();
    // The whole time as of the same day is another number too, and so are the scores.
    assert_eq!(
        names,
        [
            ("nps", None),
            ("nps", Some("2026-04")),
            ("health", None),
            ("health", Some("2026-04"))
        ]
    );
    let nps = restated[1];
    assert_eq!(
        (nps.was.value, nps.was.n, nps.now.value, nps.now.n),
        (Some(0.0), 2, Some(100.0 / 3.0), 3)
    );
    assert_eq!(nps.causes, [Cause::Data]);
    assert_eq!((nps.before.run, nps.after.run), (2, 3));
    let listed = history.restatements(&of("nps")).unwrap();
    assert!(
        listed
            .iter()
            .all(|row| row.restatement.name == "nps" && row.card == "Health")
    );
    assert_eq!(values(&history, "nps")[0], ("2026-04".to_owned(), Some(100.0 / 3.0)));
}

#[test]
fn causes_are_told_apart_and_together() {
    let mut history = History::in_memory().unwrap();
    history.record(&report(CARD, ROWS, None), "a").unwrap();
    let other = CARD.replace("nps(survey.recommend)", "top_box(survey.recommend, 2)");
    let causes = |recorded: &Recorded| recorded.note.restated[0].causes.clone();
    assert_eq!(
        causes(&history.record(&report(&other, ROWS, None), "b").unwrap()),
        [Cause::Card]
    );
    let late = format!("{ROWS}2026-04-30,0,W\n");
    let both = history.record(&report(CARD, &late, None), "c").unwrap();
    assert_eq!(causes(&both), [Cause::Card, Cause::Data]);
    // Back to the first: the last run said otherwise, so that this is a restatement, and a new run.
    let back = history.record(&report(CARD, ROWS, None), "d").unwrap();
    assert!(back.is_new && back.run == 4);
    assert_eq!(causes(&back), [Cause::Data]);
    let mut elsewhere = report(CARD, ROWS, None);
    elsewhere.provenance.engine = "bellwether 9.9.9".to_owned();
    for cell in &mut elsewhere.results.metrics[0].cells {
        cell.value = cell.value.map(|value| value + 0.5);
    }
    elsewhere.provenance.results_sha256 = "other".to_owned();
    assert_eq!(causes(&history.record(&elsewhere, "e").unwrap()), [Cause::Engine]);
}

#[test]
fn a_period_that_goes_on_may_change() {
    let mut history = History::in_memory().unwrap();
    history.record(&report(CARD, ROWS, Some("2026-06-10")), "a").unwrap();
    let more = format!("{ROWS}2026-06-11,0,E\n");
    let recorded = history.record(&report(CARD, &more, Some("2026-06-12")), "b").unwrap();
    assert!(recorded.note.restated.is_empty(), "{:?}", recorded.note.restated);
}

#[test]
fn a_frozen_baseline_stays_what_it_is() {
    let mut history = History::in_memory().unwrap();
    history.record(&report(CARD, ROWS, None), "a").unwrap();
    let frozen = history.freeze("Health", "nps", "2026-04", "2026-06-03").unwrap();
    assert_eq!((frozen.value.value, frozen.run), (Some(0.0), 1));
    let late = format!("{ROWS}2026-04-30,9,W\n");
    history.record(&report(CARD, &late, None), "b").unwrap();
    assert_eq!(history.baselines("Health").unwrap(), [frozen]);
    let again = history.freeze("Health", "nps", "2026-05", "x").unwrap_err();
    assert!(
        again.message.contains("is frozen already: 0 of 2026-04"),
        "{}",
        again.message
    );
    let gone = history.freeze("Health", "npz", "2026-05", "x").unwrap_err();
    assert_eq!(gone.help.as_deref(), Some("did you mean `nps`?"));
    let gone = history.freeze("Health", "health", "2025-05", "x").unwrap_err();
    assert_eq!(gone.help.as_deref(), Some("its periods go from 2026-04 to 2026-06"));
    assert!(history.thaw("Health", "nps").unwrap() && !history.thaw("Health", "nps").unwrap());
    assert!(history.freeze("Health", "nps", "2026-05", "x").is_ok());
}

#[test]
fn what_is_no_history_is_refused_and_left_as_it_is() {
    let folder = std::env::temp_dir().join(format!("bellwether-history-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let text = folder.join("notes.txt");
    std::fs::write(
        &text,
        "a long enough text that is no database at all, whatever it is called\n".repeat(20),
    )
    .unwrap();
    let before = std::fs::read(&text).unwrap();
    assert!(
        History::open(&text)
            .unwrap_err()
            .message
            .contains("another kind of file")
    );
    assert_eq!(std::fs::read(&text).unwrap(), before);

    let other = folder.join("other.sqlite");
    rusqlite::Connection::open(&other)
        .unwrap()
        .execute_batch("CREATE TABLE songs (title TEXT)")
        .unwrap();
    assert!(History::open(&other).unwrap_err().message.contains("a table `songs`"));

    let newer = folder.join("newer.sqlite");
    drop(History::open(&newer).unwrap());
    rusqlite::Connection::open(&newer)
        .unwrap()
        .execute_batch("PRAGMA user_version = 99")
        .unwrap();
    assert!(History::open(&newer).unwrap_err().message.contains("a newer version"));
    assert!(
        History::open_existing(&folder.join("none.sqlite"))
            .unwrap_err()
            .message
            .contains("there is no history")
    );
    std::fs::remove_dir_all(&folder).unwrap();
}
