//! A score for each account (card 11 of the language trial), against values worked out by `tests/oracle/made.py`.

use super::*;
use crate::report::explain;

fn card_folder() -> PathBuf {
    root().join("tests/cards/11-account-health")
}

fn accounts_report() -> Report {
    let card = compile(&std::fs::read_to_string(card_folder().join("card.rhai")).unwrap());
    let needs = engine().needs(&card);
    let tables = ["accounts", "usage", "tickets", "survey", "call_notes", "csm_overrides"].map(|name| {
        let text = std::fs::read(card_folder().join(format!("{name}.csv"))).unwrap();
        let (table, _) = read_csv(text.as_slice(), &CsvOptions::default(), &needs[name]).unwrap();
        (name.to_owned(), table)
    });
    evaluate(&card, tables.into(), &as_of("2026-06-28"))
}

fn oracle() -> Vec<Value> {
    let text = std::fs::read_to_string(root().join("tests/oracle/made.json")).unwrap();
    let all: Value = serde_json::from_str(&text).unwrap();
    let rows = all.as_array().or_else(|| all["values"].as_array()).unwrap().clone();
    rows.into_iter()
        .filter(|row| row["card"] == "11-account-health")
        .collect()
}

#[test]
fn every_account_has_the_score_worked_out_by_hand() {
    let report = accounts_report();
    let entities = report.results.scores[0].entities.as_ref().unwrap();
    let mut compared = 0;
    for row in oracle() {
        let Some(account) = row["entity"].as_str() else {
            continue;
        };
        let frame = &entities.frame;
        let keys = frame.column(&entities.key[0]).unwrap();
        let at = (0..frame.rows)
            .find(|at| explain::plain_value(keys, *at) == report::Value::Text(account.to_owned()))
            .unwrap();
        let scored = frame.column("health").unwrap().number(at);
        match row["value"].as_f64() {
            Some(value) => assert!(
                (scored.unwrap() - value).abs() < 1e-9,
                "{account}: {scored:?} for {value}"
            ),
            None => assert_eq!(scored, None, "{account}"),
        }
        compared += 1;
    }
    assert_eq!(compared, entities.frame.rows);
    let names: Vec<&str> = entities.frame.columns.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(
        names,
        ["account_id", "health", "state", "band", "change", "n", "reasons"]
    );
    let batch = crate::data::to_record_batch(&entities.frame).unwrap();
    assert_eq!((batch.num_rows(), batch.num_columns()), (compared, 7));
    assert!(compared > 20, "{compared} accounts");
    let banded: u64 = entities.by_band.iter().sum();
    assert_eq!(banded + entities.without_score, entities.scored);
}

#[test]
fn cells_of_the_accounts_are_those_of_the_oracle() {
    let report = accounts_report();
    let results = &report.results;
    let mut compared = 0;
    for row in oracle().into_iter().filter(|row| row["entity"].is_null()) {
        let name = row["metric"].as_str().unwrap();
        let metrics = results
            .metrics
            .iter()
            .find(|metric| metric.name == name)
            .map(|metric| &metric.cells);
        let cells = metrics.or_else(|| {
            results
                .scores
                .iter()
                .find(|score| score.name == name)
                .map(|score| &score.cells)
        });
        let segments = row["segment"].as_object().unwrap();
        let same = |cell: &&Cell| {
            cell.period.as_deref() == row["period"].as_str()
                && cell.segments.len() == segments.len()
                && segments
                    .iter()
                    .all(|(name, value)| cell.segments.get(name).map(String::as_str) == value.as_str())
        };
        let cell = cells.unwrap().iter().find(same).unwrap_or_else(|| panic!("{row}"));
        match row["value"].as_f64() {
            Some(value) => assert!((cell.value.unwrap() - value).abs() < 1e-9, "{row}: {:?}", cell.value),
            None => assert_eq!(cell.value, None, "{row}"),
        }
        compared += 1;
    }
    assert!(compared > 10, "{compared} cells");
}

#[test]
fn the_list_names_who_is_at_risk_and_why() {
    let report = accounts_report();
    let list = &report.results.lists[0];
    assert_eq!(
        list.columns,
        ["name", "tier", "arr", "renews_on", "health", "health_change", "reasons"]
    );
    assert!(!list.rows.is_empty() && list.rows.len() <= 25);
    let money: Vec<f64> = list
        .rows
        .iter()
        .map(|row| match &row[2] {
            report::Value::Int(value) => *value as f64,
            report::Value::Float(value) => *value,
            other => panic!("{other:?}"),
        })
        .collect();
    assert!(money.windows(2).all(|pair| pair[0] >= pair[1]), "{money:?}");
    let reasons = list
        .rows
        .iter()
        .any(|row| matches!(&row[6], report::Value::Text(text) if text.contains("−") || text.contains("at most")));
    assert!(reasons, "{:?}", list.rows);
}
