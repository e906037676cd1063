//! The traps of delimited text, one test each.

use proptest::prelude::*;

use super::*;
use crate::data::{Column, ColumnNeed};
use crate::definition::ColumnType;

fn read_with(text: &[u8], options: &CsvOptions, needs: &Needs) -> Result<Table, Diagnostic> {
    read_csv(text, options, needs).map(|(table, _)| table)
}

fn read(text: &str) -> Result<Table, Diagnostic> {
    let options = CsvOptions {
        origin: Some("a.csv".into()),
        ..CsvOptions::default()
    };
    read_with(text.as_bytes(), &options, &Needs::all())
}

fn kind(column: &str) -> ColumnType {
    let text = format!(
        "x,y\n{}\n",
        column
            .lines()
            .map(|line| format!("{line},1"))
            .collect::<Vec<_>>()
            .join("\n")
    );
    read(&text).unwrap().column("x").unwrap().column_type()
}

fn shown(table: &Table, column: &str) -> Vec<String> {
    let column = table.column(column).unwrap();
    (0..table.rows).map(|row| column.display(row)).collect()
}

#[test]
fn names_are_trimmed_and_found_under_a_mark() {
    let table = read("\u{feff}Q14FIND ,NETPRO  ,\" Call  Failure\"\n1,2,3\n").unwrap();
    let names: Vec<&str> = table.columns.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["Q14FIND", "NETPRO", "Call  Failure"]);
}

#[test]
fn the_delimiter_is_the_one_of_the_first_line() {
    for (text, names) in [
        ("a;b\n1,5;2\n", vec!["a", "b"]),
        ("a\tb\n1\t2\n", vec!["a", "b"]),
        ("a|b,c|d\n1|2|3\n", vec!["a", "b,c", "d"]),
        ("\"a;b;c\",d\n1,2\n", vec!["a;b;c", "d"]),
        ("alone\n1\n", vec!["alone"]),
    ] {
        let table = read(text).unwrap();
        assert_eq!(
            table.columns.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(),
            names
        );
    }
}

#[test]
fn kinds_are_those_of_all_values() {
    assert_eq!(kind("1\n2\n300"), ColumnType::Int);
    assert_eq!(kind("1\n2.5"), ColumnType::Float);
    assert_eq!(kind("true\nFALSE"), ColumnType::Bool);
    assert_eq!(kind("true\n0"), ColumnType::Text);
    assert_eq!(kind("0\n1"), ColumnType::Int);
    assert_eq!(kind("00123\n4"), ColumnType::Text);
    assert_eq!(kind("6e1862\n6e1863"), ColumnType::Text);
    assert_eq!(kind("6e1862e15f33\n1"), ColumnType::Text);
    assert_eq!(kind("1.5e3\n2"), ColumnType::Float);
    assert_eq!(kind("2024-01-31\n2024-02-29"), ColumnType::Date);
    assert_eq!(kind("2024-01-31\n2024-02-29 10:00"), ColumnType::Timestamp);
    assert_eq!(kind("2024-01-31\n2024-02-30"), ColumnType::Text);
    assert_eq!(kind("29/2/2016 01:16"), ColumnType::Text);
    assert_eq!(kind("None\nOffer A"), ColumnType::Text);
    assert_eq!(kind("NaN\n5"), ColumnType::Int);
    assert_eq!(kind("12345678901234567890"), ColumnType::Text);
    assert_eq!(kind("\"1,234\""), ColumnType::Text);
}

#[test]
fn one_late_word_makes_a_column_text_and_loses_nothing() {
    let mut text = String::from("x\n");
    for row in 0..200_000 {
        text.push_str(&format!("{}.{:02}\n", row % 977, row % 100));
    }
    text.push_str("Blank\n");
    let table = read(&text).unwrap();
    let column = table.column("x").unwrap();
    assert_eq!(column.column_type(), ColumnType::Text);
    assert_eq!(column.display(12_340), "616.40");
    assert_eq!(column.display(200_000), "Blank");
}

#[test]
fn many_words_among_numbers_are_kept_in_their_rows() {
    let text: String = (0..5000)
        .map(|row| {
            if row % 3 == 0 {
                "Blank\n".to_owned()
            } else {
                format!("{row}\n")
            }
        })
        .collect();
    let table = read(&format!("x\n{text}")).unwrap();
    let shown = shown(&table, "x");
    assert!((0..5000).all(|row| shown[row]
        == if row % 3 == 0 {
            "Blank".to_owned()
        } else {
            row.to_string()
        }));
}

#[test]
fn empty_fields_and_white_space_are_missing_and_words_are_not() {
    let table = read("a,b,c\n1,,None\n , ,NA\n3,NaN,x\n4,0.5,y\n").unwrap();
    assert_eq!(table.column("a").unwrap().missing_count(), 1);
    assert_eq!(table.column("a").unwrap().column_type(), ColumnType::Int);
    assert_eq!(table.column("b").unwrap().missing_count(), 3);
    assert_eq!(table.column("b").unwrap().number(3), Some(0.5));
    assert_eq!(table.column("c").unwrap().missing_count(), 0);
}

#[test]
fn a_column_without_values_has_the_kind_that_is_needed() {
    let mut needs = Needs::all();
    let need = ColumnNeed {
        when_empty: Some(ColumnType::Date),
        ..ColumnNeed::default()
    };
    needs.columns.insert("left_on".into(), need);
    let table = read_with(b"id,left_on,note\n1,,\n2,,\n", &CsvOptions::default(), &needs).unwrap();
    assert_eq!(table.column("left_on").unwrap().column_type(), ColumnType::Date);
    assert_eq!(table.column("note").unwrap().column_type(), ColumnType::Text);
}

#[test]
fn only_what_is_needed_is_read() {
    let needs = Needs {
        columns: [("b".to_owned(), ColumnNeed::default())].into(),
        ..Needs::default()
    };
    let table = read_with(b"a,b,c\n1,2,3\n", &CsvOptions::default(), &needs).unwrap();
    assert_eq!(table.columns.len(), 1);
    assert_eq!(table.unread, ["a", "c"]);
    let table = read_with(b"a,b,c\n1,2,3\n", &CsvOptions::default(), &Needs::default()).unwrap();
    assert_eq!((table.rows, table.columns.len()), (1, 0));
}

#[test]
fn keys_and_declared_texts_stay_as_they_are_written() {
    let mut needs = Needs::all();
    let key = ColumnNeed {
        key: true,
        ..ColumnNeed::default()
    };
    let text = ColumnNeed {
        text: true,
        ..ColumnNeed::default()
    };
    needs.columns.insert("id".into(), key);
    needs.columns.insert("zip".into(), text);
    let table = read_with(b"id,zip\n1.0,10\n2.50,020\n", &CsvOptions::default(), &needs).unwrap();
    assert_eq!(shown(&table, "id"), ["1.0", "2.50"]);
    assert_eq!(shown(&table, "zip"), ["10", "020"]);
}

#[test]
fn quoted_fields_hold_delimiters_quotes_and_lines() {
    let table = read("a,b\n\"x, y\",\"say \"\"hi\"\"\"\r\n\"two\nlines\",z\r\n").unwrap();
    assert_eq!(shown(&table, "a"), ["x, y", "two\nlines"]);
    assert_eq!(shown(&table, "b"), ["say \"hi\"", "z"]);
}

#[test]
fn a_quote_may_come_first_after_many_rows() {
    let mut text = String::from("a,b\n");
    (0..60_000).for_each(|row| text.push_str(&format!("{row},plain\n")));
    text.push_str("1,\"with, comma\"\n");
    let table = read(&text).unwrap();
    assert_eq!(table.rows, 60_001);
    assert_eq!(table.column("b").unwrap().display(60_000), "with, comma");
}

#[test]
fn a_ragged_row_is_an_error_with_its_number() {
    let finding = read("a,b\n1,2\n3\n").unwrap_err();
    let place = finding.place.unwrap();
    assert_eq!(
        (finding.code, place.row, place.file.as_deref()),
        (codes::BAD_CSV, Some(2), Some("a.csv"))
    );
    assert!(
        finding.message.contains("1 fields where the header has 2"),
        "{}",
        finding.message
    );
    let finding = read("a,b\n1,\"open\n3,4\n5,6\n").unwrap_err();
    assert_eq!(
        (finding.message.as_str(), finding.place.unwrap().row),
        ("a quote is opened and never closed", Some(1))
    );
    let finding = read("a,b\n1,x\n2,\"open").unwrap_err();
    assert_eq!(finding.message, "a quote is opened and never closed");
}

#[test]
fn names_that_repeat_an_empty_file_and_other_kinds_of_file_are_errors() {
    assert!(
        read("a,b,a \n1,2,3\n")
            .unwrap_err()
            .message
            .contains("two columns are named `a`")
    );
    assert!(read("").unwrap_err().message.contains("empty"));
    let options = CsvOptions::default();
    assert!(
        read_with(b"\xff\xfea\x00", &options, &Needs::all())
            .unwrap_err()
            .message
            .contains("UTF-16")
    );
    assert!(
        read_with(b"PK\x03\x04\x00\x00", &options, &Needs::all())
            .unwrap_err()
            .message
            .contains("not text")
    );
    let (table, notes) = read_csv("a,b\n".as_bytes(), &options, &Needs::all()).unwrap();
    assert_eq!((table.rows, notes.len(), notes[0].code), (0, 1, codes::EMPTY_TABLE));
}

#[test]
fn broken_utf_8_offers_latin_1_and_latin_1_reads_it() {
    let text = b"name,city\nAnna,M\xfcnchen\n";
    let finding = read_with(text, &CsvOptions::default(), &Needs::all()).unwrap_err();
    assert!(finding.message.ends_with("near byte 16"), "{}", finding.message);
    assert!(finding.help.unwrap().contains("`München`"));
    let options = CsvOptions {
        encoding: Encoding::Latin1,
        ..CsvOptions::default()
    };
    let table = read_with(text, &options, &Needs::all()).unwrap();
    assert_eq!(shown(&table, "city"), ["München"]);
    let table = read_with(
        "a,stra\u{df}e\n1,2\n"
            .chars()
            .map(|c| c as u8)
            .collect::<Vec<_>>()
            .as_slice(),
        &options,
        &Needs::all(),
    );
    assert!(table.unwrap().column("straße").is_some());
}

#[test]
fn infinity_among_numbers_names_its_row() {
    let finding = read("x\n1.5\n2\n-Infinity\n").unwrap_err();
    let place = finding.place.unwrap();
    assert_eq!(
        (finding.code, place.row, place.value.as_deref()),
        (codes::BAD_VALUE, Some(3), Some("-Infinity"))
    );
    assert_eq!(kind("inf\nword"), ColumnType::Text);
}

#[test]
fn offsets_are_brought_to_that_of_the_card() {
    let needs = Needs {
        all: true,
        utc_offset_minutes: -300,
        ..Needs::default()
    };
    let table = read_with(
        b"t\n2024-01-01T00:30:00Z\n2024-01-01 08:00\n",
        &CsvOptions::default(),
        &needs,
    )
    .unwrap();
    assert_eq!(shown(&table, "t"), ["2023-12-31 19:30:00", "2024-01-01 08:00:00"]);
}

#[test]
fn reading_can_be_watched_and_stopped() {
    let mut text = String::from("x\n");
    (0..100_000).for_each(|row| text.push_str(&format!("{row}\n")));
    let mut seen = Vec::new();
    let result = read_csv_with(text.as_bytes(), &CsvOptions::default(), &Needs::all(), &mut |bytes| {
        seen.push(bytes);
        true
    });
    assert!(result.is_ok() && seen.is_sorted() && *seen.last().unwrap() == text.len() as u64);
    let stopped = read_csv_with(text.as_bytes(), &CsvOptions::default(), &Needs::all(), &mut |_| false);
    assert_eq!(stopped.unwrap_err().message, "reading was stopped");
}

/// A column of some kind with gaps, as texts.
fn column() -> impl Strategy<Value = Vec<Option<String>>> {
    let value = prop_oneof![Just(0_usize), Just(1), Just(2), Just(3), Just(4), Just(5), Just(6)];
    value.prop_flat_map(|kind| {
        let text = match kind {
            0 => any::<i64>().prop_map(|value| value.to_string()).boxed(),
            1 => (-9999_i64..9999, 0_u8..6)
                .prop_map(|(mantissa, scale)| crate::data::infer::Decimal { mantissa, scale }.to_string())
                .boxed(),
            2 => any::<bool>().prop_map(|value| value.to_string()).boxed(),
            3 => (-20_000_i32..60_000).prop_map(crate::data::date::day_text).boxed(),
            4 => (0_i64..4_000_000_000_000_000)
                .prop_map(crate::data::date::timestamp_text)
                .boxed(),
            5 => "[a-zäß\",;\n ]{1,6}[a-z]".boxed(),
            _ => "[0-9eE.+-]{1,6}".boxed(),
        };
        proptest::collection::vec(proptest::option::weighted(0.8, text), 40)
    })
}

fn written(columns: &[Vec<Option<String>>]) -> String {
    // A line of its own for each row, so that none is blank.
    let mut out: String = (0..columns.len()).map(|index| format!("c{index},")).collect();
    out.push_str("row\n");
    for row in 0..40 {
        let fields: Vec<String> = columns
            .iter()
            .map(|column| match &column[row] {
                Some(text) => format!("\"{}\"", text.replace('"', "\"\"")),
                None => String::new(),
            })
            .collect();
        out.push_str(&format!("{},{row}\n", fields.join(",")));
    }
    out
}

/// What a text says, in a column of that kind.
fn canonical(text: &str, kind: ColumnType) -> String {
    match kind {
        ColumnType::Float => text
            .trim()
            .parse::<f64>()
            .map(|value| (value + 0.0).to_string())
            .unwrap_or_default(),
        ColumnType::Int => text
            .trim()
            .parse::<i64>()
            .map(|value| value.to_string())
            .unwrap_or_default(),
        _ => text.to_owned(),
    }
}

proptest! {
    #[test]
    fn what_is_written_is_read(columns in proptest::collection::vec(column(), 1..4)) {
        let table = read(&written(&columns)).unwrap();
        for (index, values) in columns.iter().enumerate() {
            let column: &Column = table.column(&format!("c{index}")).unwrap();
            let kind = column.column_type();
            for (row, value) in values.iter().enumerate() {
                match value {
                    None => prop_assert!(!column.is_valid(row)),
                    Some(text) => prop_assert_eq!(column.display(row), canonical(text, kind)),
                }
            }
        }
    }

    #[test]
    fn the_order_of_rows_changes_no_kind_and_no_value(values in column(), seed in any::<u64>()) {
        let mut order: Vec<usize> = (0..40).collect();
        order.sort_by_key(|row| (*row as u64 ^ seed).wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let shuffled: Vec<Option<String>> = order.iter().map(|&row| values[row].clone()).collect();
        let (one, two) = (read(&written(&[values])).unwrap(), read(&written(&[shuffled])).unwrap());
        let (one, two) = (one.column("c0").unwrap(), two.column("c0").unwrap());
        prop_assert_eq!(one.column_type(), two.column_type());
        for (row, &from) in order.iter().enumerate() {
            prop_assert_eq!(two.is_valid(row), one.is_valid(from));
            prop_assert_eq!(two.display(row), one.display(from));
        }
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _ = read_with(&bytes, &CsvOptions::default(), &Needs::all());
        let mut text = b"a,b\n".to_vec();
        text.extend(bytes);
        let _ = read_with(&text, &CsvOptions::default(), &Needs::all());
    }
}

fn both(text: &[u8], needs: &Needs) -> Vec<Result<(Table, Vec<Diagnostic>), Diagnostic>> {
    [1, 2, 5]
        .map(|threads| {
            let options = CsvOptions {
                threads,
                ..CsvOptions::default()
            };
            read_csv(text, &options, needs)
        })
        .into()
}

/// Everything that can be told of a table: names, kinds, widths, values, codes, dictionaries, gaps.
fn all_of(table: &Table) -> String {
    let column = |(name, column): &(String, Column)| {
        let values = match &column.values {
            // Its own words tell the address.
            crate::data::Values::Bool(bits) => format!("{:?}", bits.iter().collect::<Vec<bool>>()),
            values => format!("{values:?}"),
        };
        let gaps: Vec<bool> = (0..column.len()).map(|row| column.is_valid(row)).collect();
        format!("{name} {values} {gaps:?}")
    };
    let columns: Vec<String> = table.columns.iter().map(column).collect();
    format!("{} {columns:?} {:?}", table.rows, table.unread)
}

/// A column read by one builder from the first row to the last, as before there were blocks.
fn in_one_piece(values: impl Iterator<Item = String>) -> Column {
    let mut builder = crate::data::build::ColumnBuilder::new(ColumnNeed::default(), 0);
    values.for_each(|value| builder.push(value.as_bytes()).unwrap());
    builder.finish().unwrap()
}

/// The shape of a column: the kind of value by row.
fn value_of(shape: u8, row: usize) -> String {
    match shape {
        0 => (row * 7919 % 1000).to_string(),
        1 if row.is_multiple_of(5) => String::new(),
        1 => format!("{}.{}", row % 97, row % 10),
        2 if row == 1900 => "word".into(),
        2 => format!("{}.{:02}", row % 977, row % 100),
        3 => ["West, far", "East \"mid\"", "two\nlines", "é"][row % 4].into(),
        4 if row.is_multiple_of(3) => format!("late {row}"),
        4 => row.to_string(),
        5 => format!("id{}", row * 31 % 1700),
        6 => super::super::date::day_text(i32::try_from(row).unwrap()),
        7 if row < 1500 => String::new(),
        7 => row.is_multiple_of(2).to_string(),
        8 if row == 1777 => "NaN".into(),
        _ => (row as i64 - 40).pow(5).to_string(),
    }
}

#[test]
fn any_number_of_threads_reads_the_same_columns() {
    let rows = 2000;
    let mut text = String::from("a,b,c,d,e,f,g,h,i,j\n");
    for row in 0..rows {
        let fields: Vec<String> = (0..10)
            .map(|shape| {
                let value = value_of(shape, row);
                if value.contains([',', '"', '\n']) {
                    format!("\"{}\"", value.replace('"', "\"\""))
                } else {
                    value
                }
            })
            .collect();
        text.push_str(&fields.join(","));
        text.push_str(if row % 2 == 0 { "\n" } else { "\r\n" });
    }
    assert!(text.len() > 10 * BLOCK);
    let tables: Vec<Table> = both(text.as_bytes(), &Needs::all())
        .into_iter()
        .map(|read| read.unwrap().0)
        .collect();
    for table in &tables {
        assert!(all_of(table) == all_of(&tables[0]));
    }
    for (shape, (name, column)) in tables[0].columns.iter().enumerate() {
        let whole = in_one_piece((0..rows).map(|row| value_of(shape as u8, row)));
        assert_eq!(column.column_type(), whole.column_type(), "{name}");
        for row in 0..rows {
            assert_eq!(column.display(row), whole.display(row), "{name} {row}");
            assert_eq!(column.is_valid(row), whole.is_valid(row), "{name} {row}");
        }
    }
}

#[test]
fn findings_are_those_of_the_first_bad_row_on_any_number_of_threads() {
    let good = |rows: usize| (0..rows).map(|row| format!("{row},text {row}\n")).collect::<String>();
    let (many, few) = (good(3000), good(10));
    for bad in ["1\n", "1,2,3\n", "1,\"open\n", "1,\u{0}\n", "1,\"two\nlines\",3\n"] {
        let text = format!("a,b\n{many}{bad}{many}9\n");
        let found: Vec<Diagnostic> = both(text.as_bytes(), &Needs::all())
            .into_iter()
            .map(|read| read.unwrap_err())
            .collect();
        assert_eq!(found[0], found[1], "{bad}");
        assert_eq!(found[0], found[2], "{bad}");
        assert_eq!(found[0].place.as_ref().unwrap().row, Some(3001), "{bad}");
    }
    let ragged = both(format!("a,b\n{many}\n\n1\n").as_bytes(), &Needs::all())
        .remove(2)
        .unwrap_err();
    assert!(ragged.message.ends_with("(line 3004)"), "{}", ragged.message);
    let mut broken = format!("a,b\n{many}7,").into_bytes();
    let at = broken.len();
    broken.extend_from_slice(b"M\xfcnchen\n");
    broken.extend_from_slice(few.as_bytes());
    for found in both(&broken, &Needs::all()).into_iter().map(|read| read.unwrap_err()) {
        let near = format!("near byte {}", at + 1);
        assert!(found.message.ends_with(&near), "{}", found.message);
        assert_eq!(found.place.unwrap().column.as_deref(), Some("b"));
    }
}

#[test]
fn every_limit_of_reading_has_its_finding() {
    let limits = ReadLimits {
        columns: 3,
        rows: 100,
        record_bytes: 10_000,
        table_bytes: 1 << 20,
        ..ReadLimits::TRUSTED
    };
    let found = |text: &str| {
        let options = CsvOptions {
            limits,
            threads: 2,
            ..CsvOptions::default()
        };
        let finding = read_with(text.as_bytes(), &options, &Needs::all()).unwrap_err();
        (finding.code, finding.message, finding.place.unwrap().row)
    };
    let limit = |message: &str, row| (codes::FILE_LIMIT, message.to_owned(), row);
    assert_eq!(
        found("a,b,c,d\n"),
        limit("the file has 4 columns, and 3 are the most", None)
    );
    assert_eq!(
        found(&format!("a\n{}", "1\n".repeat(101))),
        limit("the file has more than 100 rows", None)
    );
    assert_eq!(
        found(&format!("a\n1\n{}\n", "x".repeat(20_000))),
        limit("a row is longer than 9.7 KiB", Some(2))
    );
    assert_eq!(
        found(&"x".repeat(20_000)),
        limit("the first line is longer than 9.7 KiB", None)
    );
    let open = format!("a\n1\n\"{}", "x\n".repeat(20_000));
    assert_eq!(found(&open), limit("a row is longer than 9.7 KiB", Some(2)));
    let wide: String = (0..90).map(|row| format!("{row}{}\n", "x".repeat(9_000))).collect();
    let wide = format!("a\n{wide}{wide}");
    assert!(found(&wide).1.starts_with("the file has more than 100 rows") || found(&wide).1.contains("memory"));
}

#[test]
fn a_line_of_a_zero_byte_does_not_end_a_file() {
    let finding = read("a\n1\n\0\n2\n").unwrap_err();
    assert_eq!(finding.message, "the file is not text: it holds a zero byte");
    let long = format!("a\n{}\0\n2\n", "1\n".repeat(20_000));
    let finding = read(&long).unwrap_err();
    assert_eq!(
        (finding.message.as_str(), finding.place.unwrap().row),
        ("a zero byte stands in a row, and in no text", Some(20_001))
    );
    let wide: Vec<u8> = "a,b\n1,2\n".bytes().flat_map(|byte| [byte, 0]).collect();
    let finding = read_with(&wide, &CsvOptions::default(), &Needs::all()).unwrap_err();
    assert!(finding.help.unwrap().contains("UTF-16"));
}

proptest! {
    #[test]
    fn random_text_reads_the_same_on_any_number_of_threads(
        pieces in proptest::collection::vec(
            prop_oneof![
                Just("\""), Just("\"x, y\""), Just("\"a\nb\""), Just("\"\"\"\""), Just(","), Just("\n"), Just("\n1,2\n"),
                Just("\r\n"), Just("1"), Just("2.5"), Just("word"), Just(""), Just("2024-01-31"), Just("NaN"), Just("é"),
            ],
            0..60,
        ),
        filler in 0_usize..3,
        column in column(),
    ) {
        let filler = "11,plain text of some length\n".repeat(filler * 200);
        let text = format!("a,b\n{filler}{}\n{filler}", pieces.concat());
        let read: Vec<String> = both(text.as_bytes(), &Needs::all())
            .into_iter()
            .map(|read| match read {
                Ok((table, notes)) => format!("{} {notes:?}", all_of(&table)),
                Err(finding) => format!("{finding:?}"),
            })
            .collect();
        prop_assert_eq!(&read[0], &read[1]);
        prop_assert_eq!(&read[0], &read[2]);
        // Rows over many blocks: each value as it was written.
        let long = format!("{}{}", written(std::slice::from_ref(&column)), "7,0\n".repeat(1500));
        for table in both(long.as_bytes(), &Needs::all()) {
            let (table, _) = table.unwrap();
            let read = table.column("c0").unwrap();
            for (row, value) in column.iter().enumerate() {
                match value {
                    None => prop_assert!(!read.is_valid(row)),
                    Some(text) => prop_assert_eq!(read.display(row), canonical(text, read.column_type())),
                }
            }
        }
    }
}

#[test]
fn a_gap_is_so_many_missing_rows() {
    use crate::data::build::ColumnBuilder;
    for front in [vec![], vec!["1"; 3], vec!["0.5"; 70_000], vec!["word"; 100]] {
        let build = |gap: &dyn Fn(&mut ColumnBuilder)| {
            let mut builder = ColumnBuilder::new(ColumnNeed::default(), 0);
            front.iter().for_each(|value| builder.push(value.as_bytes()).unwrap());
            gap(&mut builder);
            builder.push(b"7").unwrap();
            builder.finish().unwrap()
        };
        let (one, many) = (
            build(&|builder| builder.push_gap(200_000)),
            build(&|builder| (0..200_000).for_each(|_| builder.push_missing())),
        );
        let table = |column: Column| Table {
            rows: column.len(),
            columns: vec![("x".into(), column)],
            ..Table::default()
        };
        assert!(all_of(&table(one)) == all_of(&table(many)));
    }
}
