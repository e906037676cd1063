//! The workbook of a report, read back by another library.
#![cfg(feature = "xlsx")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails loudly"
)]

#[path = "charts/example.rs"]
mod example;

use std::collections::BTreeMap;
use std::io::Cursor;

use bellwether::engine::EvaluateOptions;
use bellwether::measure::State;
use bellwether::report::Report;
use bellwether_report::{tidy, to_csv, to_xlsx};
use calamine::{Data, Reader, Xlsx};
use example::{EXAMPLES, compiled, report};

/// The rows of a sheet as calamine reads them, from its head on, which starts with a word.
fn rows(bytes: &[u8], sheet: &str, first: &str) -> Vec<Vec<Data>> {
    let mut book: Xlsx<_> = calamine::open_workbook_from_rs(Cursor::new(bytes.to_vec())).unwrap();
    let range = book.worksheet_range(sheet).unwrap();
    let rows: Vec<Vec<Data>> = range.rows().map(<[Data]>::to_vec).collect();
    let head = rows
        .iter()
        .position(|row| row.iter().any(|cell| *cell == first))
        .unwrap();
    rows[head..].to_vec()
}

fn column(rows: &[Vec<Data>], head: &str) -> usize {
    rows[0]
        .iter()
        .position(|cell| *cell == head)
        .unwrap_or_else(|| panic!("no column {head} in {:?}", rows[0]))
}

fn number(cell: &Data) -> Option<f64> {
    match cell {
        Data::Float(value) => Some(*value),
        Data::Int(value) => Some(*value as f64),
        Data::Empty => None,
        other => panic!("{other:?} is no number"),
    }
}

#[test]
fn headlines_are_those_of_the_report() {
    for name in EXAMPLES {
        let report = report(name);
        let bytes = to_xlsx(report).unwrap();
        let rows = rows(&bytes, "Summary", "kind");
        let metrics = report
            .results
            .metrics
            .iter()
            .map(|metric| (&metric.label, &metric.headline));
        let scores = report
            .results
            .scores
            .iter()
            .map(|score| (&score.label, &score.headline));
        let (value, low, n, state) = (
            column(&rows, "value"),
            column(&rows, "from"),
            column(&rows, "n"),
            column(&rows, "state"),
        );
        let mut count = 0;
        for ((label, cell), row) in metrics.chain(scores).zip(&rows[1..]) {
            assert_eq!(row[0], **label);
            assert_eq!(number(&row[value]), cell.value, "{name} {label}");
            assert_eq!(number(&row[low]), cell.interval.as_ref().map(|interval| interval.low));
            assert_eq!(number(&row[n]), Some(cell.n as f64));
            assert_eq!(row[state], bellwether_report::format::state(cell.state));
            count += 1;
        }
        assert_eq!(count, rows.len() - 1, "{name}");
    }
}

/// Six people of the North, three of the South and seven of the West, where fewer than five must not be told.
fn few_people() -> Report {
    let people = ["North"; 6].into_iter().chain(["South"; 3]).chain(["West"; 7]);
    let rows = people.enumerate().fold(String::new(), |rows, (person, region)| {
        format!("{rows}[\"p{person}\", \"{region}\", {}], ", person % 5 + 1)
    });
    let text = format!(
        r#"
scorecard("Pulse").owner("People").purpose("Listen").min_n(1);
let pulse = table("pulse").anonymous_below(5, "person").rows(["person", "region", "mood"], [{rows}]);
pulse.column("mood").scale(1, 5);
segment("region", pulse.region);
metric("mood", mean(pulse.mood)).no_target("a test");
"#
    );
    let (engine, card) = compiled(&text);
    engine
        .evaluate(&card, BTreeMap::new(), &EvaluateOptions::default())
        .unwrap()
}

#[test]
fn what_is_hidden_is_an_empty_cell_with_its_state() {
    let report = few_people();
    let bytes = to_xlsx(&report).unwrap();
    let rows = rows(&bytes, "Segments", "cut");
    let (value, n, state) = (column(&rows, "value"), column(&rows, "n"), column(&rows, "state"));
    let hidden: Vec<&Vec<Data>> = rows.iter().filter(|row| row[state] == "hidden").collect();
    let cells = report.results.metrics.iter().flat_map(|metric| &metric.cells);
    let expected = cells
        .filter(|cell| !cell.segments.is_empty() && cell.state == State::Suppressed)
        .count();
    // South has three people, and another region is hidden with it.
    assert_eq!((hidden.len(), expected), (2, 2));
    for row in hidden {
        assert_eq!((&row[value], &row[n]), (&Data::Empty, &Data::Empty));
    }
}

#[test]
fn all_cells_are_there_once() {
    let report = report("support-desk");
    let bytes = to_xlsx(report).unwrap();
    let rows = rows(&bytes, "Cells", "headline");
    let table = tidy(report);
    assert_eq!(rows.len() - 1, table.rows);
    let value = column(&rows, "value");
    let (_, expected) = table.columns.iter().find(|(name, _)| name == "value").unwrap();
    let bellwether_report::TidyColumn::Number(expected) = expected else {
        panic!("numbers");
    };
    let read: Vec<Option<f64>> = rows[1..].iter().map(|row| number(&row[value])).collect();
    assert_eq!(&read, expected);
}

#[test]
fn a_sheet_a_section_and_charts_of_its_own() {
    let bytes = to_xlsx(report("subscriber-health")).unwrap();
    let book: Xlsx<_> = calamine::open_workbook_from_rs(Cursor::new(bytes.clone())).unwrap();
    assert_eq!(
        book.sheet_names(),
        [
            "Summary",
            "Metrics",
            "Segments",
            "Trends",
            "Scores",
            "Links",
            "Initiatives",
            "List 1",
            "Findings",
            "Cells",
            "Method"
        ]
    );
    // Names of packed parts stand in the file as they are.
    let charts = (1..=8).filter(|index| {
        let name = format!("xl/charts/chart{index}.xml");
        bytes.windows(name.len()).any(|window| window == name.as_bytes())
    });
    assert_eq!(charts.count(), 8);
    let trends = rows(&bytes, "Trends", "month");
    let nps = column(&trends, "NPS, points");
    assert_eq!(trends.len() - 1, 24);
    assert_eq!(
        number(&trends[24][nps]),
        report("subscriber-health").results.metrics[2].headline.value
    );
}

#[test]
fn the_same_report_gives_the_same_bytes() {
    let one = to_xlsx(report("maturity")).unwrap();
    assert_eq!(one, to_xlsx(report("maturity")).unwrap());
}

/// A text that starts like a formula stays a text.
#[test]
fn names_are_never_formulas() {
    let mut odd = report("maturity").clone();
    odd.results.metrics[0].label = "=HYPERLINK(\"http://x\")".to_owned();
    odd.results.metrics[0].unit = Some("\"; x".to_owned());
    let bytes = to_xlsx(&odd).unwrap();
    let rows = rows(&bytes, "Summary", "kind");
    assert_eq!(rows[1][0], "=HYPERLINK(\"http://x\")");
    let mut book: Xlsx<_> = calamine::open_workbook_from_rs(Cursor::new(bytes)).unwrap();
    assert!(book.worksheet_formula("Summary").unwrap().is_empty());
}

#[test]
fn tidy_csv_hides_what_is_hidden() {
    let text = to_csv(report("employee-voice")).unwrap();
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let heads: Vec<String> = reader.headers().unwrap().iter().map(str::to_owned).collect();
    let at = |name: &str| heads.iter().position(|head| head == name).unwrap();
    let mut hidden = 0;
    for row in reader.records() {
        let row = row.unwrap();
        if &row[at("state")] == "hidden" {
            hidden += 1;
            for name in ["value", "n", "skipped", "not_due", "low", "high", "change", "p"] {
                assert_eq!(&row[at(name)], "", "{name}");
            }
        }
    }
    assert!(hidden > 10);
    let unique: std::collections::BTreeSet<&String> = heads.iter().collect();
    assert_eq!(unique.len(), heads.len());
}
