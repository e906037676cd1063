//! Real files, read with the kinds and counts that their descriptions name. Skipped, and said so, where the
//! environment names no folder `BELLWETHER_DATA`.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests may fail loudly"
)]

use bellwether::data::{Encoding, Needs, Table};
use bellwether::definition::ColumnType::{self, Bool, Date, Float, Int, Text, Timestamp};
use bellwether::diagnostic::Diagnostic;
use bellwether_files::{FileOptions, open};

fn try_read(name: &str, options: &FileOptions) -> Option<Result<Table, Diagnostic>> {
    let Ok(folder) = std::env::var("BELLWETHER_DATA") else {
        eprintln!("SKIPPED: BELLWETHER_DATA is not set; {name} was not read");
        return None;
    };
    let path = format!("{folder}/{name}");
    Some(open(&path, options, &Needs::all(), &mut |_, _| true).map(|(table, _)| table))
}

fn read(name: &str) -> Option<Table> {
    let options = FileOptions {
        hash: true,
        ..FileOptions::default()
    };
    try_read(name, &options).map(Result::unwrap)
}

/// Number of distinct values and of missing ones.
fn counts(table: &Table, column: &str) -> (usize, usize) {
    let column = table.column(column).unwrap();
    let values: std::collections::BTreeSet<String> = (0..table.rows)
        .filter(|&row| column.is_valid(row))
        .map(|row| column.display(row))
        .collect();
    (values.len(), column.missing_count())
}

fn kind(table: &Table, column: &str) -> ColumnType {
    table
        .column(column)
        .unwrap_or_else(|| panic!("no column {column}"))
        .column_type()
}

#[test]
fn airport_surveys() {
    let latin = FileOptions {
        encoding: Encoding::Latin1,
        ..FileOptions::default()
    };
    let Some(table) = try_read("sfo-survey/sfo_2018.csv.gz", &latin) else {
        return;
    };
    let table = table.unwrap();
    assert_eq!((table.rows, table.columns.len()), (2809, 97));
    // Both stand with trailing blanks in the header.
    assert_eq!(kind(&table, "NETPRO"), Int);
    assert_eq!(kind(&table, "Q14FIND"), Int);
    assert_eq!(kind(&table, "WEIGHT"), Float);
    let table = read("sfo-survey/overall_2010_2018.csv.gz").unwrap();
    assert_eq!(table.rows, 28_665);
    assert_eq!((kind(&table, "ltr_raw"), counts(&table, "ltr_raw").1), (Int, 23_026));
    assert_eq!(
        (kind(&table, "overall_raw"), counts(&table, "overall_raw")),
        (Text, (9, 0))
    );
    assert_eq!((kind(&table, "weight"), counts(&table, "weight").1), (Float, 7393));
    let hash = "a44bdd7407f4cef4e56d3da0f703b50522bfefe698465c87534155452a44f9e6";
    assert_eq!(table.sha256.as_deref(), Some(hash));
}

#[test]
fn incidents() {
    let Some(table) = read("it-incidents/incident_event_log.csv.gz") else {
        return;
    };
    assert_eq!((table.rows, table.columns.len()), (141_712, 36));
    let hash = "a24264904d8359d04418bc261d4bae4c7bb73fa84575505b426ddeab94e9c2fd";
    assert_eq!(table.sha256.as_deref(), Some(hash));
    for (column, expected, distinct) in [
        ("number", Text, 24_918),
        ("made_sla", Bool, 2),
        ("caller_id", Text, 5245),
        // Day first, and never guessed.
        ("opened_at", Text, 19_849),
        ("resolved_at", Text, 18_506),
        ("closed_code", Text, 18),
    ] {
        assert_eq!(
            (kind(&table, column), counts(&table, column)),
            (expected, (distinct, 0)),
            "{column}"
        );
    }
    assert_eq!(kind(&table, "reassignment_count"), Int);
}

#[test]
fn complaints() {
    let Some(table) = read("nyc-complaints/nyc_council_complaints.csv.gz") else {
        return;
    };
    assert_eq!((table.rows, table.columns.len()), (341_299, 9));
    for (column, expected, distinct, missing) in [
        ("unique_key", Text, 341_194, 0),
        ("opendate", Date, 3296, 0),
        ("closedate", Date, 2686, 14_142),
        ("complaint_type", Text, 59, 7431),
        ("descriptor", Text, 1259, 20_507),
        ("borough", Text, 5, 63_097),
    ] {
        assert_eq!(
            (kind(&table, column), counts(&table, column)),
            (expected, (distinct, missing)),
            "{column}"
        );
    }
}

#[test]
fn orders() {
    let Some(orders) = read("olist-sample/orders.csv.gz") else {
        return;
    };
    assert_eq!(orders.rows, 8135);
    for (column, expected, distinct, missing) in [
        ("order_id", Text, 8135, 0),
        ("order_status", Text, 8, 0),
        ("order_purchase_timestamp", Timestamp, 8123, 0),
        ("order_delivered_customer_date", Timestamp, 5167, 2965),
        ("order_estimated_delivery_date", Timestamp, 437, 0),
    ] {
        assert_eq!(
            (kind(&orders, column), counts(&orders, column)),
            (expected, (distinct, missing)),
            "{column}"
        );
    }
    let items = read("olist-sample/order_items.csv.gz").unwrap();
    assert_eq!((kind(&items, "price"), kind(&items, "order_item_id")), (Float, Int));
    let customers = read("olist-sample/customers.csv.gz").unwrap();
    assert_eq!(
        (
            kind(&customers, "customer_unique_id"),
            counts(&customers, "customer_unique_id").0
        ),
        (Text, 8016)
    );
    let reviews = read("olist-sample/order_reviews.csv.gz").unwrap();
    assert_eq!(
        (
            reviews.rows,
            kind(&reviews, "review_score"),
            kind(&reviews, "review_id")
        ),
        (8225, Int, Text)
    );
    let products = read("olist-sample/products.csv.gz").unwrap();
    assert_eq!(counts(&products, "product_category_name"), (72, 111));
    assert_eq!(kind(&products, "product_photos_qty"), Int);
    assert_eq!(read("olist-sample/order_payments.csv.gz").unwrap().rows, 8924);
    assert_eq!(read("olist-sample/sellers.csv.gz").unwrap().rows, 1610);
    assert_eq!(read("olist-sample/category_translation.csv").unwrap().rows, 71);
}

#[test]
fn telecom_customers() {
    let Some(services) = read("telco-churn/services.csv") else {
        return;
    };
    assert_eq!((services.rows, services.columns.len()), (7043, 31));
    // `None` is a word of the data here.
    let offer = services.column("Offer").unwrap();
    let none = (0..services.rows).filter(|&row| offer.display(row) == "None").count();
    assert_eq!((offer.missing_count(), none), (0, 3877));
    assert_eq!(
        (kind(&services, "Total Charges"), kind(&services, "Tenure in Months")),
        (Float, Int)
    );
    let status = read("telco-churn/status.csv").unwrap();
    assert_eq!(counts(&status, "Churn Category"), (5, 5174));
    assert_eq!(kind(&status, "Churn Value"), Int);
    let population = read("telco-churn/population.csv").unwrap();
    assert_eq!((population.rows, counts(&population, "Zip Code").0), (1671, 1671));
    let location = read("telco-churn/location.csv").unwrap();
    assert_eq!(counts(&location, "Lat Long").0, 1679);
    assert_eq!(read("telco-churn/demographics.csv").unwrap().rows, 7043);
}

#[test]
fn churn_with_two_blanks_in_its_names() {
    let Some(table) = read("iranian-churn/customer_churn.csv") else {
        return;
    };
    assert_eq!((table.rows, table.columns.len()), (3150, 14));
    assert_eq!(
        (kind(&table, "Call  Failure"), kind(&table, "Customer Value")),
        (Int, Float)
    );
}
