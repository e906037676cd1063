//! The same small table in every kind of file, and files that are not what their name says.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests may fail loudly"
)]

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_array::{ArrayRef, BooleanArray, Date32Array, Float64Array, Int64Array, RecordBatch, StringArray};
use bellwether::data::{Needs, Table};
use bellwether::definition::ColumnType;
use bellwether::diagnostic::{Diagnostic, codes};
use bellwether_files::{FileOptions, Format, open};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, Encoding};
use parquet::file::properties::{WriterProperties, WriterVersion};

fn read_with(path: &Path, options: &FileOptions, needs: &Needs) -> Result<Table, Diagnostic> {
    open(path.to_str().unwrap(), options, needs, &mut |_, _| true).map(|(table, _)| table)
}

fn read(path: &Path) -> Result<Table, Diagnostic> {
    read_with(path, &FileOptions::default(), &Needs::all())
}

fn shown(table: &Table) -> Vec<(String, ColumnType, Vec<String>)> {
    let column = |(name, column): &(String, bellwether::data::Column)| {
        let values = (0..table.rows).map(|row| column.display(row)).collect();
        (name.clone(), column.column_type(), values)
    };
    table.columns.iter().map(column).collect()
}

const CSV: &str = "id,score,paid,share,on\n\
    007,9,true,0.5,2024-01-31\n\
    b,,false,1.25,2024-02-29\n\
    007,10,,,\n";

fn folder() -> (tempfile::TempDir, impl Fn(&str, &[u8]) -> PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().to_owned();
    let write = move |name: &str, bytes: &[u8]| {
        let path = root.join(name);
        fs::write(&path, bytes).unwrap();
        path
    };
    (folder, write)
}

fn gzip(text: &str) -> Vec<u8> {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packer.write_all(text.as_bytes()).unwrap();
    packer.finish().unwrap()
}

fn batch() -> RecordBatch {
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("id", Arc::new(StringArray::from(vec!["007", "b", "007"]))),
        ("score", Arc::new(Int64Array::from(vec![Some(9), None, Some(10)]))),
        (
            "paid",
            Arc::new(BooleanArray::from(vec![Some(true), Some(false), None])),
        ),
        ("share", Arc::new(Float64Array::from(vec![Some(0.5), Some(1.25), None]))),
        (
            "on",
            Arc::new(Date32Array::from(vec![Some(19_753), Some(19_782), None])),
        ),
    ];
    RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(|(name, array)| (name, array, true))).unwrap()
}

fn parquet(batches: &[RecordBatch], properties: WriterProperties) -> Vec<u8> {
    let mut out = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut out, batches[0].schema(), Some(properties)).unwrap();
    for batch in batches {
        writer.write(batch).unwrap();
        writer.flush().unwrap();
    }
    writer.close().unwrap();
    out
}

#[test]
fn every_kind_of_file_gives_the_same_table() {
    let (_folder, write) = folder();
    let expected = shown(&read(&write("a.csv", CSV.as_bytes())).unwrap());
    let tabs = CSV.replace(',', "\t");
    let lines = "{\"id\":\"007\",\"score\":9,\"paid\":true,\"share\":0.5,\"on\":\"2024-01-31\"}\n\
        {\"id\":\"b\",\"paid\":false,\"share\":1.25,\"on\":\"2024-02-29\"}\n{\"id\":\"007\",\"score\":10}\n";
    let array = format!("[{}]", lines.trim().replace('\n', ","));
    let mut ipc_file = arrow_ipc::writer::FileWriter::try_new(Vec::new(), &batch().schema()).unwrap();
    ipc_file.write(&batch()).unwrap();
    let mut ipc_stream = arrow_ipc::writer::StreamWriter::try_new(Vec::new(), &batch().schema()).unwrap();
    ipc_stream.write(&batch()).unwrap();
    let files = [
        write("b.csv", format!("\u{feff}{}", CSV.replace('\n', "\r\n")).as_bytes()),
        write("b.tsv", tabs.as_bytes()),
        write("b.csv.gz", &gzip(CSV)),
        write("c.gz", &gzip(CSV)),
        write("b.jsonl", lines.as_bytes()),
        write("b.json", array.as_bytes()),
        write("b.ndjson.gz", &gzip(lines)),
        write("b.parquet", &parquet(&[batch()], WriterProperties::default())),
        write("unnamed", &parquet(&[batch()], WriterProperties::default())),
        write("b.arrow", &ipc_file.into_inner().unwrap()),
        write("b.arrows", &ipc_stream.into_inner().unwrap()),
    ];
    for path in files {
        assert_eq!(shown(&read(&path).unwrap()), expected, "{}", path.display());
    }
}

#[test]
fn only_what_is_needed_is_read() {
    let (_folder, write) = folder();
    let mut ipc_file = arrow_ipc::writer::FileWriter::try_new(Vec::new(), &batch().schema()).unwrap();
    ipc_file.write(&batch()).unwrap();
    let mut needs = Needs::default();
    needs.columns.insert("share".into(), Default::default());
    for path in [
        write("a.csv", CSV.as_bytes()),
        write("a.parquet", &parquet(&[batch()], WriterProperties::default())),
        write("a.arrow", &ipc_file.into_inner().unwrap()),
    ] {
        let table = read_with(&path, &FileOptions::default(), &needs).unwrap();
        assert_eq!((table.rows, table.columns.len()), (3, 1), "{}", path.display());
        assert_eq!(table.unread, ["id", "score", "paid", "on"]);
        let none = read_with(&path, &FileOptions::default(), &Needs::default()).unwrap();
        assert_eq!((none.rows, none.columns.len()), (3, 0));
    }
}

/// 12,000 rows whose columns take every road through the decoder, in three row groups.
fn many() -> Vec<RecordBatch> {
    let rows = 0..12_000_i64;
    let gap = |row: &i64| row % 7 == 3;
    let some = |row: i64| (!gap(&row)).then_some(row);
    let columns: Vec<(&str, ArrayRef, bool)> = vec![
        (
            "few",
            Arc::new(rows.clone().map(|row| some(row % 11)).collect::<Int64Array>()),
            true,
        ),
        (
            "full",
            Arc::new(rows.clone().map(|row| Some(row % 300 - 150)).collect::<Int64Array>()),
            false,
        ),
        (
            "wide",
            Arc::new(rows.clone().map(|row| some(row * 1_000_003)).collect::<Int64Array>()),
            true,
        ),
        (
            "float",
            Arc::new(
                rows.clone()
                    .map(|row| some(row).map(|row| row as f64 / 8.0))
                    .collect::<Float64Array>(),
            ),
            true,
        ),
        (
            "flag",
            Arc::new(
                rows.clone()
                    .map(|row| some(row).map(|row| row % 3 == 0))
                    .collect::<BooleanArray>(),
            ),
            true,
        ),
        (
            "yes",
            Arc::new(rows.clone().map(|row| Some(row % 5 == 0)).collect::<BooleanArray>()),
            false,
        ),
        (
            "region",
            Arc::new(
                rows.clone()
                    .map(|row| some(row).map(|row| format!("r{}", row % 5)))
                    .collect::<StringArray>(),
            ),
            true,
        ),
        (
            "id",
            Arc::new(
                rows.clone()
                    .map(|row| Some(format!("customer {row}")))
                    .collect::<StringArray>(),
            ),
            false,
        ),
        (
            "none",
            Arc::new(rows.clone().map(|_| None::<i64>).collect::<Int64Array>()),
            true,
        ),
        (
            "run",
            Arc::new(rows.clone().map(|row| some(row / 1000)).collect::<Int64Array>()),
            true,
        ),
        (
            "at",
            Arc::new(
                rows.clone()
                    .map(|row| some(row).map(|row| row * 60_000_000))
                    .collect::<arrow_array::TimestampMicrosecondArray>(),
            ),
            true,
        ),
        (
            "small",
            Arc::new(
                rows.clone()
                    .map(|row| some(row % 100).map(|row| row as i8))
                    .collect::<arrow_array::Int8Array>(),
            ),
            true,
        ),
        (
            "single",
            Arc::new(
                rows.clone()
                    .map(|row| some(row).map(|row| row as f32))
                    .collect::<arrow_array::Float32Array>(),
            ),
            true,
        ),
        (
            "day",
            Arc::new(rows.map(|row| some(row).map(|row| row as i32)).collect::<Date32Array>()),
            true,
        ),
    ];
    let all = RecordBatch::try_from_iter_with_nullable(columns).unwrap();
    (0..3).map(|part| all.slice(part * 4000, 4000)).collect()
}

#[test]
fn parquet_of_any_encoding_and_packing_is_the_same_table() {
    let (_folder, write) = folder();
    let batches = many();
    let expected = bellwether::data::from_batches(batches.clone(), None, &Needs::all()).unwrap();
    let build = WriterProperties::builder;
    let variants = [
        ("default", build().build()),
        ("plain", build().set_dictionary_enabled(false).build()),
        (
            "version 2",
            build()
                .set_writer_version(WriterVersion::PARQUET_2_0)
                .set_dictionary_enabled(false)
                .build(),
        ),
        (
            "version 2, dictionaries",
            build().set_writer_version(WriterVersion::PARQUET_2_0).build(),
        ),
        ("snappy", build().set_compression(Compression::SNAPPY).build()),
        (
            "zstd",
            build().set_compression(Compression::ZSTD(Default::default())).build(),
        ),
        (
            "dictionary that overflows",
            build().set_dictionary_page_size_limit(2000).build(),
        ),
        (
            "small pages",
            build()
                .set_data_page_row_count_limit(777)
                .set_write_batch_size(100)
                .build(),
        ),
        (
            "delta",
            build()
                .set_dictionary_enabled(false)
                .set_column_encoding("wide".into(), Encoding::DELTA_BINARY_PACKED)
                .build(),
        ),
        (
            "delta text",
            build()
                .set_dictionary_enabled(false)
                .set_column_encoding("id".into(), Encoding::DELTA_BYTE_ARRAY)
                .build(),
        ),
    ];
    for (name, properties) in variants {
        let path = write("many.parquet", &parquet(&batches, properties));
        for threads in [1, 3] {
            let options = FileOptions {
                threads,
                ..FileOptions::default()
            };
            let table = read_with(&path, &options, &Needs::all()).unwrap();
            assert_eq!(shown(&table), shown(&expected), "{name}, {threads} threads");
        }
    }
}

#[test]
fn damaged_files_are_errors_and_never_panics() {
    let (_folder, write) = folder();
    let good = parquet(
        &many()[..1],
        WriterProperties::builder()
            .set_compression(Compression::UNCOMPRESSED)
            .build(),
    );
    let mut seed = 0x2545_f491_4f6c_dd1d_u64;
    for _ in 0..300 {
        let mut bad = good.clone();
        for _ in 0..3 {
            seed ^= seed << 13;
            seed ^= seed >> 7;
            seed ^= seed << 17;
            let at = seed as usize % (bad.len() - 12) + 4;
            bad[at] ^= (seed >> 32) as u8 | 1;
        }
        // Whatever comes out, it comes back.
        let _ = read(&write("bad.parquet", &bad));
    }
    assert!(read(&write("cut.parquet", &good[..good.len() / 2])).is_err());
    assert!(read(&write("cut.csv.gz", &gzip(CSV)[..30])).is_err());
}

#[test]
fn infinity_in_parquet_names_its_row() {
    let (_folder, write) = folder();
    let array: ArrayRef = Arc::new(Float64Array::from(vec![1.0, f64::NAN, f64::INFINITY]));
    let bad = RecordBatch::try_from_iter([("x", array)]).unwrap();
    let first: ArrayRef = Arc::new(Float64Array::from(vec![1.0, -0.0]));
    let good = RecordBatch::try_from_iter([("x", first)]).unwrap();
    let finding = read(&write("x.parquet", &parquet(&[good, bad], WriterProperties::default()))).unwrap_err();
    assert_eq!((finding.code, finding.place.unwrap().row), (codes::BAD_VALUE, Some(5)));
}

#[test]
fn files_of_one_pattern_are_one_table() {
    let (folder, write) = folder();
    write("s-2.csv", b"a,b\n3,x\n");
    write("s-1.csv", b"b,a\ny,1\nz,2.5\n");
    let pattern = folder.path().join("s-*.csv");
    let table = read(&pattern).unwrap();
    assert_eq!(table.rows, 3);
    let a: Vec<_> = (0..3).map(|row| table.column("a").unwrap().number(row)).collect();
    assert_eq!(a, [Some(1.0), Some(2.5), Some(3.0)]);
    write("s-3.csv", b"a,c\n3,x\n");
    let finding = read(&pattern).unwrap_err();
    assert_eq!(finding.code, codes::BAD_CSV);
    assert!(
        finding.message.contains("s-3.csv` has no column `b`"),
        "{}",
        finding.message
    );
    assert_eq!(
        read(&folder.path().join("t-*.csv")).unwrap_err().code,
        codes::UNREADABLE_FILE
    );
}

#[test]
fn the_hash_is_that_of_the_bytes_of_the_file() {
    // printf 'a\n1\n' | sha256sum
    let expected = "309b0e45a73d3fc5325e2b6ed0a01ef8b9cde6b05a5633c1f893f970d52bfddc";
    let (_folder, write) = folder();
    let options = FileOptions {
        hash: true,
        ..FileOptions::default()
    };
    let table = read_with(&write("a.csv", b"a\n1\n"), &options, &Needs::all()).unwrap();
    assert_eq!(table.sha256.as_deref(), Some(expected));
    let plain = read(&write("a.csv", b"a\n1\n")).unwrap();
    assert_eq!(plain.sha256, None);
    // The same bytes give the same hash however they are read.
    let bytes = parquet(&[batch()], WriterProperties::default());
    let parquet = read_with(&write("a.parquet", &bytes), &options, &Needs::all()).unwrap();
    let digest = <sha2::Sha256 as sha2::Digest>::digest(&bytes);
    assert_eq!(
        parquet.sha256.unwrap(),
        digest.iter().map(|byte| format!("{byte:02x}")).collect::<String>()
    );
    let packed = gzip(CSV);
    let table = read_with(&write("a.csv.gz", &packed), &options, &Needs::all()).unwrap();
    let digest = <sha2::Sha256 as sha2::Digest>::digest(&packed);
    assert_eq!(
        table.sha256.unwrap(),
        digest.iter().map(|byte| format!("{byte:02x}")).collect::<String>()
    );
}

#[test]
fn what_cannot_be_opened_says_why_and_offers_what_is_there() {
    let (folder, write) = folder();
    write("survey.csv.gz", &gzip(CSV));
    let finding = read(&folder.path().join("survey.csv")).unwrap_err();
    assert_eq!(finding.code, codes::UNREADABLE_FILE);
    assert!(finding.help.unwrap().contains("survey.csv.gz"));
    assert!(read(folder.path()).unwrap_err().message.ends_with("is a folder"));
    let missing = read(&folder.path().join("nowhere").join("a.csv")).unwrap_err();
    assert!(missing.help.unwrap().starts_with("there is no folder"));
    assert_eq!(read(&write("empty.csv", b"")).unwrap_err().message, "the file is empty");
    let wrong = read(&write("wrong.csv", &parquet(&[batch()], WriterProperties::default()))).unwrap_err();
    assert!(
        wrong.message.ends_with("should be CSV and is Parquet"),
        "{}",
        wrong.message
    );
    let wrong = read(&write("wrong.parquet", CSV.as_bytes())).unwrap_err();
    assert!(
        wrong.message.ends_with("should be Parquet and is text"),
        "{}",
        wrong.message
    );
    // Told what it is, a file without a helpful name is read.
    let options = FileOptions {
        format: Some(Format::Tsv),
        ..FileOptions::default()
    };
    assert_eq!(
        read_with(&write("data.001", b"a\tb\n1\t2\n"), &options, &Needs::all())
            .unwrap()
            .columns
            .len(),
        2
    );
}

#[test]
fn reading_is_watched_and_stopped() {
    let (_folder, write) = folder();
    let mut text = String::from("x\n");
    (0..200_000).for_each(|row| text.push_str(&format!("{row}\n")));
    for path in [
        write("a.csv", text.as_bytes()),
        write("a.parquet", &parquet(&many(), WriterProperties::default())),
        write("a.csv.gz", &gzip(&text)),
    ] {
        let mut seen = Vec::new();
        let name = path.to_str().unwrap();
        open(name, &FileOptions::default(), &Needs::all(), &mut |done, total| {
            seen.push((done, total));
            true
        })
        .unwrap();
        assert!(seen.len() > 1 && seen.is_sorted(), "{name} {seen:?}");
        assert!(
            seen.iter()
                .all(|(done, total)| total.is_some_and(|total| *done <= total)),
            "{name} {seen:?}"
        );
        let stopped = open(name, &FileOptions::default(), &Needs::all(), &mut |_, _| false).unwrap_err();
        assert_eq!(stopped.message, "reading was stopped");
    }
}

/// A zip archive of files that are not packed: all that a spreadsheet needs.
fn zip(files: &[(&str, &str)]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut directory = Vec::new();
    for (name, text) in files {
        let mut crc = flate2::Crc::new();
        crc.update(text.as_bytes());
        let start = out.len() as u32;
        let mut common = vec![20, 0, 0, 0, 0, 0, 0, 0, 0x21, 0];
        common.extend(crc.sum().to_le_bytes());
        common.extend((text.len() as u32).to_le_bytes());
        common.extend((text.len() as u32).to_le_bytes());
        common.extend((name.len() as u16).to_le_bytes());
        common.extend([0, 0]);
        out.extend(b"PK\x03\x04");
        out.extend(&common);
        out.extend(name.as_bytes());
        out.extend(text.as_bytes());
        directory.extend(b"PK\x01\x02\x14\x00");
        directory.extend(&common);
        directory.extend([0; 10]);
        directory.extend(start.to_le_bytes());
        directory.extend(name.as_bytes());
    }
    let start = out.len() as u32;
    out.extend(&directory);
    out.extend(b"PK\x05\x06\0\0\0\0");
    out.extend((files.len() as u16).to_le_bytes());
    out.extend((files.len() as u16).to_le_bytes());
    out.extend((directory.len() as u32).to_le_bytes());
    out.extend(start.to_le_bytes());
    out.extend([0, 0]);
    out
}

fn spreadsheet(rows: &str) -> Vec<u8> {
    let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    let office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let package = "http://schemas.openxmlformats.org/package/2006";
    let workbook = format!(
        "<workbook xmlns=\"{main}\" xmlns:r=\"{office}\"><sheets><sheet name=\"Notes\" sheetId=\"1\" r:id=\"r1\"/>\
         <sheet name=\"Answers\" sheetId=\"2\" r:id=\"r2\"/></sheets></workbook>"
    );
    let sheet = |rows: &str| format!("<worksheet xmlns=\"{main}\"><sheetData>{rows}</sheetData></worksheet>");
    let relation = |id: &str, kind: &str, target: &str| {
        format!("<Relationship Id=\"{id}\" Type=\"{office}/{kind}\" Target=\"{target}\"/>")
    };
    let relations = |all: &str| format!("<Relationships xmlns=\"{package}/relationships\">{all}</Relationships>");
    let styles = format!(
        "<styleSheet xmlns=\"{main}\"><cellXfs count=\"3\"><xf numFmtId=\"0\"/><xf numFmtId=\"14\"/><xf numFmtId=\"22\"/></cellXfs></styleSheet>"
    );
    let inside = [
        relation("r1", "worksheet", "worksheets/sheet1.xml"),
        relation("r2", "worksheet", "worksheets/sheet2.xml"),
        relation("r3", "styles", "styles.xml"),
    ]
    .concat();
    zip(&[
        (
            "[Content_Types].xml",
            &format!("<Types xmlns=\"{package}/content-types\"/>"),
        ),
        (
            "_rels/.rels",
            &relations(&relation("r1", "officeDocument", "xl/workbook.xml")),
        ),
        ("xl/workbook.xml", &workbook),
        ("xl/_rels/workbook.xml.rels", &relations(&inside)),
        ("xl/styles.xml", &styles),
        (
            "xl/worksheets/sheet1.xml",
            &sheet("<row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>note</t></is></c></row>"),
        ),
        ("xl/worksheets/sheet2.xml", &sheet(rows)),
    ])
}

#[test]
fn sheets_are_tables() {
    let (_folder, write) = folder();
    let text = |at: &str, value: &str| format!("<c r=\"{at}\" t=\"inlineStr\"><is><t>{value}</t></is></c>");
    let rows = [
        format!("<row r=\"1\">{}{}{}{}</row>", text("A1", "id "), text("B1", "score"), text("C1", "on"), text("D1", "paid")),
        format!(
            "<row r=\"2\">{}<c r=\"B2\"><v>9</v></c><c r=\"C2\" s=\"1\"><v>45322</v></c><c r=\"D2\" t=\"b\"><v>1</v></c></row>",
            text("A2", "007")
        ),
        format!("<row r=\"3\">{}<c r=\"B3\"><v>7.5</v></c><c r=\"C3\" s=\"2\"><v>45322.25</v></c></row>", text("A3", "b")),
    ]
    .concat();
    let path = write("book.xlsx", &spreadsheet(&rows));
    let named = PathBuf::from(format!("{}#Answers", path.display()));
    let expected = [
        ("id", ColumnType::Text, ["007", "b"]),
        ("score", ColumnType::Float, ["9", "7.5"]),
        (
            "on",
            ColumnType::Timestamp,
            ["2024-01-31 00:00:00", "2024-01-31 06:00:00"],
        ),
        ("paid", ColumnType::Bool, ["true", ""]),
    ];
    let table = read(&named).unwrap();
    for ((name, kind, values), (want, want_kind, want_values)) in shown(&table).into_iter().zip(expected) {
        assert_eq!((name.as_str(), kind), (want, want_kind));
        assert_eq!(values, want_values);
    }
    let (first, notes) = open(
        path.to_str().unwrap(),
        &FileOptions::default(),
        &Needs::all(),
        &mut |_, _| true,
    )
    .unwrap();
    assert_eq!((first.rows, first.columns[0].0.as_str()), (0, "note"));
    assert!(notes[0].message.contains("there are also `Answers`"));
    let wrong = PathBuf::from(format!("{}#Answer", path.display()));
    assert!(read(&wrong).unwrap_err().help.unwrap().contains("`Answers`"));
}
