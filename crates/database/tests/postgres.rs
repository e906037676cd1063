//! Types and batches of a real server. `scripts/test-postgres` starts one and runs this; without a server nothing is
//! tested, and that is said.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::expect_used,
    reason = "a test fails loudly"
)]

use arrow_array::Array as _;
use bellwether::data::{ColumnNeed, Ints, Needs, ReadLimits, Table, Values};
use bellwether::diagnostic::Diagnostic;
use bellwether::report::Value;
use bellwether::report::explain::plain_value;
use bellwether_database::{Options, open};

/// Reads what a query answers; none: there is no server.
fn read(query: &str, needs: &Needs) -> Option<Result<Table, Diagnostic>> {
    read_from("BELLWETHER_TEST_POSTGRES", "", query, needs)
}

/// The same from the server that a variable names, with options.
fn read_from(server: &str, options: &str, query: &str, needs: &Needs) -> Option<Result<Table, Diagnostic>> {
    let Ok(server) = std::env::var(server) else {
        eprintln!("NOT TESTED: no PostgreSQL server; scripts/test-postgres starts one");
        return None;
    };
    let environment = |name: &str| std::env::var(name).ok();
    let limits = ReadLimits::TRUSTED;
    let address = format!("{server}?{options}query={query}");
    let options = Options {
        limits,
        environment: &environment,
    };
    Some(open("t", &address, needs, &options, &mut |_| true))
}

/// A column's kind and its values as text.
fn shown(table: &Table, name: &str) -> String {
    let column = table.column(name).unwrap();
    let kind = match column.values {
        Values::Bool(_) => "bool",
        Values::Int(_) => "int",
        Values::Float(_) => "float",
        Values::Text(_) => "text",
        Values::Date(_) => "date",
        Values::Timestamp(_) => "timestamp",
    };
    let value = |row| match plain_value(column, row) {
        Value::Missing => "-".to_owned(),
        Value::Bool(value) => value.to_string(),
        Value::Int(value) => value.to_string(),
        Value::Float(value) => format!("{value:e}"),
        Value::Text(text) => text,
    };
    let values: Vec<String> = (0..table.rows).map(value).collect();
    format!("{kind}: {}", values.join(" | "))
}

#[test]
fn every_type_is_what_its_name_says() {
    let query = "select * from (values
        (true, 1::smallint, 2::int, 3::bigint, 0.1::real, 0.2::float8, 12.50::numeric(10, 2), 7::numeric(6, 0),
         1.10::numeric, 'a b'::text, 'c'::varchar(3), '2026-05-04'::date, '2026-05-04 10:07:00'::timestamp,
         '2026-05-04 23:30:00+00'::timestamptz, '6b2f3c1e-0001-4a5b-8c9d-00112233aabb'::uuid, 'good'::name),
        (null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null),
        (false, -1, -2, 9007199254740993, 'nan', 1e300, -0.01, -123456, 123456789012345678901234567890.5, '', 'é',
         '0044-03-15', '1999-12-31 23:59:59', '2026-01-01 00:00:00+02', null, null)
        ) as t (b, i2, i4, i8, f4, f8, n2, n0, n, s, v, d, ts, tz, u, nm)";
    // Moments are shown by the clock of the card: an hour east of UTC.
    let needs = Needs {
        utc_offset_minutes: 60,
        ..Needs::all()
    };
    let Some(table) = read(query, &needs) else { return };
    let table = table.unwrap();
    for (name, expected) in [
        ("b", "bool: true | - | false"),
        ("i2", "int: 1 | - | -1"),
        ("i4", "int: 2 | - | -2"),
        ("i8", "int: 3 | - | 9007199254740993"),
        ("f4", "float: 1e-1 | - | -"),
        ("f8", "float: 2e-1 | - | 1e300"),
        // A scale is lost where rows of several kinds are put together, as here.
        ("n2", "float: 1.25e1 | - | -1e-2"),
        ("n", "float: 1.1e0 | - | 1.2345678901234568e29"),
        ("s", "text: a b | - | "),
        ("v", "text: c | - | é"),
        ("d", "date: 2026-05-04 | - | 0044-03-15"),
        ("ts", "timestamp: 2026-05-04 10:07 | - | 1999-12-31 23:59:59"),
        ("tz", "timestamp: 2026-05-05 00:30 | - | 2025-12-31 23:00"),
        ("u", "text: 6b2f3c1e-0001-4a5b-8c9d-00112233aabb | - | -"),
        ("nm", "text: good | - | -"),
    ] {
        assert_eq!(shown(&table, name), expected, "{name}");
    }
    let whole = read("select 7::numeric(6, 0) as n", &needs).unwrap().unwrap();
    assert_eq!(shown(&whole, "n"), "int: 7");
}

#[test]
fn kinds_that_no_measure_counts_are_refused_by_name() {
    for (query, expected) in [
        ("select array[1, 2] as c", "the column `c` holds lists"),
        ("select '{}'::jsonb as c", "the column `c` holds JSON"),
        ("select 'x'::bytea as c", "the column `c` holds bytes"),
        ("select '10:00'::time as c", "times of day without a date"),
        ("select interval '1 day' as c", "durations"),
        ("select int4range(1, 2) as c", "ranges"),
        ("select 'infinity'::date as c", "`c`"),
        ("select 'infinity'::float8 as c", "`c`"),
        ("select $1::int as c", "places for values"),
    ] {
        let Some(read) = read(query, &Needs::all()) else { return };
        let finding = read.unwrap_err();
        assert!(finding.message.contains(expected), "{query}: {}", finding.message);
    }
}

/// What the server itself says of the connection.
#[test]
fn a_connection_is_encrypted_where_the_address_says_so() {
    let query = "select ssl from pg_stat_ssl where pid = pg_backend_pid()";
    for (server, options, expected) in [
        ("BELLWETHER_TEST_POSTGRES_TLS", "encrypted=yes&", "bool: true"),
        ("BELLWETHER_TEST_POSTGRES_TLS", "unencrypted=yes&", "bool: false"),
        ("BELLWETHER_TEST_POSTGRES", "", "bool: false"),
    ] {
        let Some(read) = read_from(server, options, query, &Needs::all()) else {
            return;
        };
        assert_eq!(shown(&read.unwrap(), "ssl"), expected, "{options}");
    }
}

/// More than three batches, by hand: the sum of 0 to 99,999 is 4,999,950,000.
#[test]
fn batches_make_one_table() {
    let query = "select n, 'r' || n % 7 as r from generate_series(0, 99999) as n";
    let Some(table) = read(query, &Needs::all()) else {
        return;
    };
    let table = table.unwrap();
    assert_eq!(table.rows, 100_000);
    let Values::Int(Ints::I32(values)) = &table.column("n").unwrap().values else {
        panic!("not narrowed")
    };
    assert_eq!(values.iter().map(|value| i64::from(*value)).sum::<i64>(), 4_999_950_000);
    let Values::Text(text) = &table.column("r").unwrap().values else {
        panic!("no text")
    };
    assert_eq!(text.dictionary.len(), 7);
}

#[test]
fn columns_that_nothing_needs_are_not_kept() {
    let needs = Needs {
        columns: [("a".to_owned(), ColumnNeed::default())].into(),
        ..Needs::default()
    };
    let Some(table) = read("select 1 as a, 2 as b", &needs) else {
        return;
    };
    let table = table.unwrap();
    assert_eq!((table.columns.len(), table.unread), (1, vec!["b".to_owned()]));
}
