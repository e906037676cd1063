//! Many cards at once give what each gives alone, to the last bit and word.

use super::*;
use crate::data::Column;
use crate::definition::CivilDate;
use crate::engine::ErrorKind;
use crate::report::canonical_json;
use crate::script::Source;

#[path = "../../../benches/common/generated.rs"]
#[allow(clippy::indexing_slicing, reason = "numbers are below the lengths")]
#[expect(dead_code, reason = "the bench reads more of it")]
mod generated;

fn engine() -> Engine {
    Engine::new(Limits::BATCH)
}

fn compiled(engine: &Engine, text: &str) -> Scorecard {
    let source = Source {
        name: "card",
        text,
        modules: &[],
        params: &[],
    };
    engine.compile(&source).unwrap().0
}

fn same(alone: &Result<Report, Error>, together: &Result<Report, Error>, name: &str) {
    match (alone, together) {
        (Ok(alone), Ok(together)) => {
            assert_eq!(alone.provenance, together.provenance, "{name}");
            assert_eq!(alone.diagnostics, together.diagnostics, "{name}");
            assert_eq!(
                canonical_json(&alone.results).unwrap(),
                canonical_json(&together.results).unwrap(),
                "{name}"
            );
        }
        (alone, together) => assert_eq!(alone, together, "{name}"),
    }
}

/// What tells two reports apart: the hash of all results, where they come from and what was said.
type Told = (crate::report::Provenance, Vec<Diagnostic>);

fn told(report: Result<Report, Error>) -> Told {
    let report = report.unwrap();
    (report.provenance, report.diagnostics)
}

#[test]
fn two_hundred_cards_have_the_same_bits_together_and_alone() {
    let engine = engine();
    let tables = generated::tables(300, 90);
    let cards: Vec<Scorecard> = (0..200)
        .map(|number| compiled(&engine, &generated::card(number)))
        .collect();
    let alone: Vec<Told> = cards
        .iter()
        .map(|card| told(engine.evaluate(card, tables.clone(), &EvaluateOptions::default())))
        .collect();
    // With room for everything, for next to nothing, and for nothing.
    for (threads, keep_bytes, each) in [(2, None, 1), (1, Some(40_000), 9), (3, Some(0), 9)] {
        let chosen: Vec<usize> = (0..cards.len()).step_by(each).collect();
        let jobs: Vec<Job<'_>> = chosen.iter().map(|at| Job::new(&cards[*at])).collect();
        let options = ManyOptions {
            threads,
            keep_bytes,
            ..ManyOptions::default()
        };
        let given = AtomicUsize::new(0);
        engine.evaluate_each(&jobs, &tables, &options, &|at, report| {
            given.fetch_add(1, Ordering::Relaxed);
            assert_eq!(
                told(report),
                alone[chosen[at]],
                "card {at}, {threads} threads, {keep_bytes:?}"
            );
        });
        assert_eq!(given.into_inner(), chosen.len());
    }
}

#[test]
fn cards_one_after_another_have_the_same_bits_as_alone() {
    let engine = engine();
    let tables = generated::tables(300, 90);
    let with = EvaluateOptions {
        workbench: Some(crate::engine::Workbench::new(1 << 28)),
        ..EvaluateOptions::default()
    };
    for number in (0..200).step_by(11) {
        let card = compiled(&engine, &generated::card(number));
        let alone = engine.evaluate(&card, tables.clone(), &EvaluateOptions::default());
        let again = engine.evaluate(&card, tables.clone(), &with);
        same(&alone, &again, &format!("card {number}"));
    }
}

const TABLE: &str = r#"let survey = table("survey").date("answered_on");
    survey.column("recommend").scale(0, 10);
    segment("plan", survey.plan); period("month");
"#;

/// What is said of a card points at its own text, wherever the common part of it stands.
#[test]
fn findings_point_at_their_own_card() {
    let engine = engine();
    let tables = generated::tables(400, 300);
    let texts = [
        format!(
            "scorecard(\"A\").owner(\"A\").purpose(\"P\");\n{TABLE}metric(\"x\", rate(survey, |s| s.channel == \"wbe\")).target(1).owner(\"B\");"
        ),
        format!(
            "// Further down.\n\n\nscorecard(\"A\").owner(\"A\").purpose(\"P\");\n{TABLE}metric(\"x\", rate(survey, |s| s.channel == \"wbe\")).target(1).owner(\"B\");"
        ),
        format!(
            "scorecard(\"A\").owner(\"A\").purpose(\"P\");\n{TABLE}metric(\"y\", mean(survey.recommend)).target(1).owner(\"B\");"
        ),
    ];
    let cards: Vec<Scorecard> = texts.iter().map(|text| compiled(&engine, text)).collect();
    let jobs: Vec<Job<'_>> = cards.iter().map(Job::new).collect();
    let together = engine.evaluate_many(&jobs, &tables, &ManyOptions::default());
    let mut places = Vec::new();
    for (card, together) in cards.iter().zip(&together) {
        same(
            &engine.evaluate(card, tables.clone(), &EvaluateOptions::default()),
            together,
            "card",
        );
        let findings = &together.as_ref().unwrap().diagnostics;
        let slip = findings.iter().find(|finding| finding.message.contains("wbe"));
        places.push(slip.and_then(|finding| finding.span).map(|span| span.start));
    }
    assert!(
        places[0].is_some() && places[1] == places[0].map(|start| start + 19) && places[2].is_none(),
        "{places:?}"
    );
}

#[test]
fn a_bad_card_fails_alone() {
    let engine = engine();
    let tables = generated::tables(400, 300);
    let good = compiled(&engine, &generated::card(0));
    let wrong = |measure: &str| {
        compiled(
            &engine,
            &format!(
                "scorecard(\"A\").owner(\"A\").purpose(\"P\");\n{TABLE}metric(\"x\", {measure}).target(1).owner(\"B\");"
            ),
        )
    };
    // A column that is not there, and one of a kind that does not fit, in cards that come first and between.
    let (unknown, text) = (wrong("mean(survey.nobody)"), wrong("mean(survey.plan)"));
    let fine = wrong("mean(survey.recommend)");
    let no_table = compiled(
        &engine,
        "scorecard(\"A\").owner(\"A\").purpose(\"P\"); let t = table(\"none\"); metric(\"x\", count(t)).target(1).owner(\"B\");",
    );
    let cards = [&unknown, &good, &text, &fine, &no_table, &good];
    let jobs: Vec<Job<'_>> = cards.into_iter().map(Job::new).collect();
    let together = engine.evaluate_many(&jobs, &tables, &ManyOptions::default());
    let failed: Vec<bool> = together.iter().map(Result::is_err).collect();
    assert_eq!(failed, [true, false, true, false, true, false]);
    for (card, together) in cards.iter().zip(&together) {
        same(
            &engine.evaluate(card, tables.clone(), &EvaluateOptions::default()),
            together,
            "card",
        );
    }
}

#[test]
fn each_job_has_its_own_options_and_limits() {
    let engine = engine();
    let tables = generated::tables(800, 600);
    let card = compiled(&engine, &generated::card(1));
    let mut jobs: Vec<Job<'_>> = (0..4).map(|_| Job::new(&card)).collect();
    jobs[1].options.as_of = CivilDate::parse("2024-12-10");
    jobs[2].options.by = vec!["survey.product".to_owned()];
    let narrow = Limits {
        cells: 50,
        ..Limits::BATCH
    };
    jobs[3].options.budget = Some(Budget::new(&narrow, &crate::limits::Host::default()));
    let together = engine.evaluate_many(&jobs, &tables, &ManyOptions::default());
    for (job, together) in jobs.iter().zip(&together).take(3) {
        same(&engine.evaluate(&card, tables.clone(), &job.options), together, "job");
    }
    let error = together[3].as_ref().unwrap_err();
    assert!(error.to_string().contains("the report would have"), "{error}");
}

#[test]
fn all_can_be_stopped_and_progress_is_told() {
    let engine = engine();
    let tables = generated::tables(400, 300);
    let cards: Vec<Scorecard> = (0..6)
        .map(|number| compiled(&engine, &generated::card(number * 5)))
        .collect();
    let jobs: Vec<Job<'_>> = cards.iter().map(Job::new).collect();
    let told = Arc::new(std::sync::Mutex::new(Vec::new()));
    let seen = Arc::clone(&told);
    let options = ManyOptions {
        progress: Some(Arc::new(move |done| {
            seen.lock().unwrap().push(done);
            done < 0.4
        })),
        ..ManyOptions::default()
    };
    let made = engine.evaluate_many(&jobs, &tables, &options);
    let whole = made.iter().filter(|report| report.is_ok()).count();
    let cancelled =
        |report: &&Result<Report, Error>| report.as_ref().is_err_and(|error| error.kind() == ErrorKind::Cancelled);
    assert!((1..6).contains(&whole), "{whole}");
    assert_eq!(made.iter().filter(cancelled).count(), 6 - whole);
    let told = told.lock().unwrap();
    assert!(
        told.windows(2).all(|two| two[0] <= two[1]) && told.last() == Some(&1.0),
        "{told:?}"
    );
    let stop = ManyOptions {
        cancel: Some(Arc::new(AtomicBool::new(true))),
        ..ManyOptions::default()
    };
    assert!(
        engine
            .evaluate_many(&jobs, &tables, &stop)
            .iter()
            .all(|report| cancelled(&report))
    );
}

/// Tables that hold what several cards read: each sees its own columns. One has rows of a key that differ only in a column
/// that it does not read, one a table that is shown again under another name, one two tables stacked.
#[test]
fn a_card_sees_the_columns_that_it_would_have_read_alone() {
    let engine = engine();
    let text = |values: &[&str]| Column::texts(&values.iter().copied().map(Some).collect::<Vec<_>>());
    let ints = |values: &[i64]| Column::ints(values.iter().map(|value| Some(*value)).collect());
    let cases = Table {
        columns: vec![
            ("id".into(), ints(&[1, 1, 2, 3])),
            // 2026-01-01, twice, the day after and 2026-02-01.
            (
                "opened".into(),
                Column::dates([20_454, 20_454, 20_455, 20_485].map(Some).into()),
            ),
            ("agent".into(), text(&["a", "b", "c", "d"])),
            ("score".into(), ints(&[7, 7, 9, 10])),
            ("spare".into(), ints(&[1, 2, 3, 4])),
        ],
        rows: 4,
        ..Table::default()
    };
    let more = Table {
        columns: vec![
            ("score".into(), ints(&[1, 2])),
            ("weight_of_it".into(), ints(&[1, 1])),
            ("agent".into(), text(&["x", "y"])),
        ],
        rows: 2,
        ..Table::default()
    };
    let tables = BTreeMap::from([("cases".to_owned(), cases), ("more".to_owned(), more)]);
    let head = "scorecard(\"A\").owner(\"A\").purpose(\"P\");\n";
    let latest =
        "let cases = table(\"cases\").key(\"id\").latest_by(\"opened\").date(\"opened\"); period(\"month\");\n";
    let shapes = "let cases = table(\"cases\"); let more = table(\"more\").rename(\"weight_of_it\", \"weight\");
        let again = alias(\"again\", cases); let all = stack(\"all\", [cases, more]);\n";
    let metric = |measure: &str| format!("metric(\"x\", {measure}).min_n(1).target(1).owner(\"B\");");
    let texts = [
        format!("{head}{latest}{}", metric("mean(cases.score)")),
        format!("{head}// Further down.\n{latest}{}", metric("mean(cases.score)")),
        format!("{head}{latest}{}", metric("share(cases.score, |c| c.agent == \"a\")")),
        format!("{head}{latest}{}", metric("count_distinct(cases.agent)")),
        format!("{head}{shapes}{}", metric("mean(all.score) + mean(more.weight)")),
        format!("{head}{shapes}{}", metric("count_distinct(again.agent)")),
    ];
    let cards: Vec<Scorecard> = texts.iter().map(|text| compiled(&engine, text)).collect();
    let jobs: Vec<Job<'_>> = cards.iter().map(Job::new).collect();
    let options = ManyOptions {
        read_for_all: true,
        ..ManyOptions::default()
    };
    let together = engine.evaluate_many(&jobs, &tables, &options);
    for ((card, together), text) in cards.iter().zip(&together).zip(&texts) {
        let own = data::need::read_for(&tables, &[&engine.needs(card)]);
        same(&engine.evaluate(card, own, &EvaluateOptions::default()), together, text);
    }
    // The agent tells the two rows of case 1 apart: only who reads it is told of them.
    let failed: Vec<bool> = together.iter().map(Result::is_err).collect();
    assert_eq!(failed, [false, false, true, true, false, false], "{together:?}");
    let columns = |at: usize| -> Vec<Vec<String>> {
        let tables = &together[at].as_ref().unwrap().results.tables;
        let names = |summary: &TableSummary| summary.columns.iter().map(|column| column.column.clone()).collect();
        tables.iter().map(names).collect()
    };
    assert_eq!(columns(0), [["id", "opened", "score"]]);
}
