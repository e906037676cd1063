//! Hostile files that are too large to keep, or that are made by changing a good one. Each has a name in [`ALL`].

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_array::types::Int32Type;
use arrow_array::{ArrayRef, Date32Array, DictionaryArray, Float64Array, Int64Array, RecordBatch, StringArray};
use arrow_ipc::CompressionType;
use arrow_ipc::writer::{FileWriter, IpcWriteOptions, StreamWriter};
use parquet::arrow::ArrowWriter;
use parquet::basic::Compression;
use parquet::file::properties::{WriterProperties, WriterVersion};

use super::thrift::{Lie, parquet};

/// Makes a file in a folder, and answers with what to open.
pub type Maker = fn(&Path) -> io::Result<PathBuf>;

/// Every maker by its name.
pub const ALL: &[(&str, Maker)] = &[
    ("csv-line-of-a-gigabyte", |to| {
        long_line(to, "a.csv", b"a,b\n1,2\n", b"x", 80 << 20)
    }),
    ("csv-header-of-a-gigabyte", |to| {
        long_line(to, "a.csv", b"", b"x", 80 << 20)
    }),
    ("csv-quote-of-a-gigabyte", |to| {
        long_line(to, "a.csv", b"a,b\n1,2\n\"", b"x\n", 80 << 20)
    }),
    ("csv-hundred-thousand-columns", |to| {
        let names: Vec<String> = (0..100_000).map(|column| format!("c{column}")).collect();
        write(to, "a.csv", format!("{}\n", names.join(",")).as_bytes())
    }),
    ("csv-million-delimiters", |to| {
        write(to, "a.csv", format!("a,b\n{}\n", ",".repeat(900_000)).as_bytes())
    }),
    ("csv-million-quotes", |to| {
        write(to, "a.csv", format!("a\n{}\n", "\"".repeat(900_001)).as_bytes())
    }),
    ("csv-late-zero", |to| {
        write(to, "a.csv", format!("a\n{}\0\n1\n", "1\n".repeat(100_000)).as_bytes())
    }),
    ("csv-blank-lines", |to| {
        write(to, "a.csv", &[b"a\n1\n".to_vec(), vec![b'\n'; 30 << 20]].concat())
    }),
    ("csv-million-different-texts", |to| {
        let rows: String = (0..300_000).map(|row| format!("{row:0>60}x\n")).collect();
        write(to, "a.csv", format!("a\n{rows}").as_bytes())
    }),
    ("csv-terabyte-of-nothing", |to| {
        let path = write(to, "a.csv", b"a\n1\n")?;
        File::options().write(true).open(&path)?.set_len(1 << 40)?;
        Ok(path)
    }),
    ("json-text-of-a-gigabyte", |to| {
        long_line(to, "a.jsonl", b"{\"a\":1}\n{\"a\":\"", b"x", 80 << 20)
    }),
    ("json-list-text-of-a-gigabyte", |to| {
        long_line(to, "a.json", b"[{\"a\":1},{\"a\":\"", b"x", 80 << 20)
    }),
    ("json-name-of-a-gigabyte", |to| {
        long_line(to, "a.json", b"[{\"a\":1},{\"", b"x", 80 << 20)
    }),
    ("json-ten-thousand-deep", |to| {
        let text = format!("{{\"a\":{}1{}}}", "[".repeat(10_000), "]".repeat(10_000));
        write(to, "a.json", text.as_bytes())
    }),
    ("json-list-ten-thousand-deep", |to| {
        write(to, "a.json", "[".repeat(10_000).as_bytes())
    }),
    ("json-objects-ten-thousand-deep", |to| {
        write(to, "a.json", "{\"a\":".repeat(10_000).as_bytes())
    }),
    ("json-hundred-thousand-names", |to| {
        let names: Vec<String> = (0..100_000).map(|name| format!("\"c{name}\":1")).collect();
        write(to, "a.json", format!("[{{{}}}]", names.join(",")).as_bytes())
    }),
    ("json-a-name-for-each-row", |to| {
        let rows: String = (0..200_000)
            .map(|row| format!("{{\"c{}\":1}}\n", row % 4_000))
            .collect();
        write(to, "a.jsonl", rows.as_bytes())
    }),
    ("json-nested-lists", |to| {
        let text = format!("{{\"a\":[{}0]}}", "[],".repeat(300_000));
        write(to, "a.json", text.as_bytes())
    }),
    ("gzip-bomb", |to| {
        // Gzip in members: the same 64 MiB of rows four hundred times over.
        let mut member = gzip(b"a\n")?;
        let rows = gzip(&[&[b'x'; 1023][..], b"\n"].concat().repeat(64 << 10))?;
        (0..400).for_each(|_| member.extend_from_slice(&rows));
        write(to, "a.csv.gz", &member)
    }),
    ("gzip-line-bomb", |to| {
        write(
            to,
            "a.csv.gz",
            &gzip(&[b"a\n".to_vec(), vec![b'x'; 200 << 20]].concat())?,
        )
    }),
    ("gzip-json-bomb", |to| {
        write(
            to,
            "a.json.gz",
            &gzip(&[b"[{\"a\":\"".to_vec(), vec![b'x'; 200 << 20]].concat())?,
        )
    }),
    ("gzip-hundred-thousand-members", |to| {
        let empty = gzip(b"")?;
        write(to, "a.csv.gz", &[gzip(b"a\n1\n")?, empty.repeat(100_000)].concat())
    }),
    ("xlsx-part-of-two-gigabytes", |to| {
        zip_with(to, |zip, how| {
            zip.start_file("xl/worksheets/sheet1.xml", how)?;
            let piece = vec![b' '; 1 << 20];
            (0..2 << 10).try_for_each(|_| zip.write_all(&piece).map_err(Into::into))
        })
    }),
    ("xlsx-thirty-thousand-parts", |to| {
        zip_with(to, |zip, how| {
            (0..30_000).try_for_each(|part| zip.start_file(format!("xl/{part}"), how))
        })
    }),
    ("xlsx-in-xlsx", |to| {
        let inner = fs::read(zip_with(to, |zip, how| {
            zip.start_file("xl/a.xml", how)?;
            zip.write_all(&vec![b' '; 100 << 20]).map_err(Into::into)
        })?)?;
        zip_with(to, |zip, how| {
            zip.start_file("xl/workbook.xml", how)?;
            zip.write_all(&inner).map_err(Into::into)
        })
    }),
    ("pattern-of-nothing", |to| Ok(to.join("*.csv"))),
    ("pattern-of-folders", |to| {
        (0..10).try_for_each(|folder| fs::create_dir(to.join(format!("{folder}.csv"))))?;
        Ok(to.join("*.csv"))
    }),
    ("pattern-of-a-hundred-thousand", |to| {
        fs::write(to.join("first"), "a\n1\n")?;
        // File systems end at some tens of thousands of links to one file.
        for file in 0..100_000 {
            if file % 20_000 == 0 {
                fs::write(to.join(format!("first{}", file / 20_000)), "a\n1\n")?;
            }
            fs::hard_link(
                to.join(format!("first{}", file / 20_000)),
                to.join(format!("{file}.csv")),
            )?;
        }
        Ok(to.join("*.csv"))
    }),
    ("pattern-of-different-files", |to| {
        write(to, "a.csv", b"a,b\n1,2\n")?;
        write(to, "b.csv", b"a,c\n1,2\n")?;
        Ok(to.join("*.csv"))
    }),
    ("pattern-that-is-none", |to| Ok(to.join("[a-.csv"))),
    ("folder", |to| Ok(to.to_owned())),
    ("missing", |to| Ok(to.join("nowhere/a.csv"))),
    ("pipe", |to| {
        let path = to.join("a.csv");
        let made = std::process::Command::new("mkfifo").arg(&path).status()?;
        if made.success() {
            Ok(path)
        } else {
            Err(io::Error::other("mkfifo"))
        }
    }),
    ("device-of-zeros", |_| Ok("/dev/zero".into())),
    ("device-of-nothing", |_| Ok("/dev/null".into())),
    ("link-to-itself", |to| link(to, "a.csv")),
    ("link-to-a-device", |to| link(to, "/dev/zero")),
    ("name-of-control-signs", |to| Ok(to.join("\u{1b}[2J.csv"))),
    // Parquet, written by hand: each lie alone in a file that is good but for it.
    ("parquet-good", |to| parquet_file(to, Lie::None)),
    ("parquet-page-of-two-gigabytes", |to| {
        parquet_file(to, Lie::Unpacked(i32::MAX.into()))
    }),
    ("parquet-negative-page", |to| parquet_file(to, Lie::Unpacked(-1))),
    ("parquet-page-beyond-the-file", |to| {
        parquet_file(to, Lie::Stored(1 << 30))
    }),
    ("parquet-negative-stored", |to| parquet_file(to, Lie::Stored(-8))),
    ("parquet-page-of-two-billion-values", |to| {
        parquet_file(to, Lie::PageValues(i32::MAX.into()))
    }),
    ("parquet-negative-values", |to| parquet_file(to, Lie::PageValues(-1))),
    ("parquet-fewer-values", |to| parquet_file(to, Lie::PageValues(3))),
    ("parquet-chunk-of-many-values", |to| {
        parquet_file(to, Lie::ChunkValues(1 << 40))
    }),
    ("parquet-file-of-many-rows", |to| {
        parquet_file(to, Lie::FileRows(1 << 62))
    }),
    ("parquet-negative-rows", |to| parquet_file(to, Lie::FileRows(-1))),
    ("parquet-group-of-many-rows", |to| {
        parquet_file(to, Lie::AllRows(1 << 40))
    }),
    ("parquet-group-of-a-billion-rows", |to| {
        parquet_file(to, Lie::AllRows(1 << 30))
    }),
    ("parquet-column-before-the-file", |to| parquet_file(to, Lie::Offset(-4))),
    ("parquet-column-beyond-the-file", |to| {
        parquet_file(to, Lie::Offset(1 << 40))
    }),
    ("parquet-column-in-the-footer", |to| parquet_file(to, Lie::Offset(60))),
    ("parquet-negative-column", |to| parquet_file(to, Lie::ChunkStored(-1))),
    ("parquet-column-of-a-terabyte", |to| {
        parquet_file(to, Lie::ChunkStored(1 << 40))
    }),
    ("parquet-hundred-groups-of-one-chunk", |to| {
        parquet_file(to, Lie::Groups(100))
    }),
    ("parquet-schema-hundred-thousand-deep", |to| {
        parquet_file(to, Lie::Deep(100_000))
    }),
    ("parquet-schema-of-two-billion", |to| {
        parquet_file(to, Lie::Children(i32::MAX.into()))
    }),
    ("parquet-schema-of-minus-one", |to| parquet_file(to, Lie::Children(-1))),
    ("parquet-thirty-thousand-columns", |to| {
        parquet_file(to, Lie::Columns(30_000))
    }),
    ("parquet-unknown-nest-in-the-footer", |to| {
        parquet_file(to, Lie::Nest(100_000))
    }),
    ("parquet-unknown-nest-in-a-page", |to| {
        parquet_file(to, Lie::PageNest(2_000))
    }),
    ("parquet-levels-that-overflow", |to| {
        parquet_file(to, Lie::Levels(i32::MAX.into()))
    }),
    ("parquet-negative-levels", |to| parquet_file(to, Lie::Levels(-1))),
    ("parquet-dictionary-of-two-billion", |to| {
        parquet_file(to, Lie::DictionaryValues(i32::MAX.into()))
    }),
    ("parquet-code-beyond-the-dictionary", |to| {
        parquet_file(to, Lie::Code(200))
    }),
    ("parquet-codes-of-40-bits", |to| parquet_file(to, Lie::Width(40))),
    ("parquet-unknown-codec", |to| parquet_file(to, Lie::Codec(99))),
    ("parquet-gzip-bomb", |to| {
        parquet_file(to, Lie::Bomb(2, gzip(&vec![0; 400 << 20])?))
    }),
    ("parquet-brotli-bomb", |to| {
        parquet_file(to, Lie::Bomb(4, brotli(400 << 20)?))
    }),
    ("parquet-lz4-bomb", |to| parquet_file(to, Lie::Bomb(5, lz4(400 << 20)?))),
    ("parquet-zstd-bomb", |to| {
        parquet_file(to, Lie::Bomb(6, zstd_of_zeros()))
    }),
    ("parquet-snappy-lie", |to| {
        parquet_file(to, Lie::Bomb(1, vec![0xff, 0xff, 0xff, 0xff, 0x07, 0, 0]))
    }),
    ("parquet-dates-out-of-range", |to| {
        let dates = Date32Array::from(vec![Some(0), Some(i32::MAX)]);
        let batch = RecordBatch::try_from_iter([("on", Arc::new(dates) as ArrayRef)]).map_err(io::Error::other)?;
        write(
            to,
            "a.parquet",
            &as_parquet(&batch, Compression::SNAPPY, WriterVersion::PARQUET_1_0)?,
        )
    }),
    ("parquet-page-of-100-mb", |to| {
        let many = Float64Array::from(vec![0.0; 12 << 20]);
        let batch = RecordBatch::try_from_iter([("x", Arc::new(many) as ArrayRef)]).map_err(io::Error::other)?;
        let properties = WriterProperties::builder()
            .set_dictionary_enabled(false)
            .set_data_page_size_limit(1 << 30)
            .set_data_page_row_count_limit(usize::MAX)
            .set_max_row_group_row_count(None)
            .set_write_batch_size(12 << 20)
            .set_compression(Compression::SNAPPY)
            .build();
        write(to, "a.parquet", &with_properties(&batch, properties)?)
    }),
    ("parquet-cut", |to| cut(to, "a.parquet", &good_parquet()?)),
    ("parquet-cut-by-one", |to| {
        let good = good_parquet()?;
        write(to, "a.parquet", good.get(..good.len() - 1).unwrap_or_default())
    }),
    ("parquet-with-a-tail", |to| {
        write(to, "a.parquet", &[good_parquet()?, vec![0; 100]].concat())
    }),
    // Arrow, by changing numbers of a good file.
    ("arrow-good", |to| write(to, "a.arrow", &arrow_file(None)?)),
    ("arrow-cut", |to| cut(to, "a.arrow", &arrow_file(None)?)),
    ("arrow-stream-cut", |to| cut(to, "a.arrows", &arrow_stream(None)?)),
    ("arrow-stream-without-end", |to| {
        let good = arrow_stream(None)?;
        write(to, "a.arrows", good.get(..good.len() - 8).unwrap_or_default())
    }),
    ("arrow-batch-of-a-trillion-rows", |to| {
        arrow_lie(to, ROWS, 1 << 40, usize::MAX)
    }),
    ("arrow-negative-rows", |to| arrow_lie(to, ROWS, -1, usize::MAX)),
    ("arrow-column-of-more-rows", |to| arrow_lie(to, ROWS, ROWS + 64, 1)),
    ("arrow-fewer-rows", |to| arrow_lie(to, ROWS, 3, 0)),
    ("arrow-buffer-beyond-its-batch", |to| {
        arrow_lie(to, ROWS * 8, 1 << 40, 0)
    }),
    ("arrow-negative-buffer", |to| arrow_lie(to, ROWS * 8, -8, 0)),
    ("arrow-buffer-too-short", |to| arrow_lie(to, ROWS * 8, 8, 0)),
    ("arrow-offset-beyond-the-text", |to| {
        arrow_bytes(to, &7_777_i32.to_le_bytes(), &i32::MAX.to_le_bytes())
    }),
    ("arrow-negative-offset", |to| {
        arrow_bytes(to, &7_777_i32.to_le_bytes(), &(-5_i32).to_le_bytes())
    }),
    ("arrow-code-beyond-its-dictionary", |to| {
        arrow_bytes(to, &code_pattern(), &9_999_i32.to_le_bytes())
    }),
    ("arrow-text-that-is-no-utf8", |to| {
        arrow_bytes(to, b"findme", &[0xff; 6])
    }),
    ("arrow-unknown-dictionary", |to| arrow_without_dictionary(to)),
    ("arrow-packed-lie", |to| arrow_packed_lie(to, 1 << 50)),
    ("arrow-packed-lie-of-100-mb", |to| arrow_packed_lie(to, 100 << 20)),
    ("arrow-packed-negative", |to| arrow_packed_lie(to, -7)),
    ("arrow-packed-too-little", |to| arrow_packed_lie(to, 10)),
    ("arrow-stream-body-of-a-terabyte", |to| {
        let mut bytes = arrow_stream(None)?;
        let body = body_length(&bytes).ok_or_else(|| io::Error::other("no body"))?;
        replace(&mut bytes, &body.to_le_bytes(), &(1_i64 << 40).to_le_bytes(), 0);
        write(to, "a.arrows", &bytes)
    }),
    ("arrow-block-beyond-the-file", |to| arrow_block(to, 1 << 40)),
    ("arrow-block-before-the-file", |to| arrow_block(to, -8)),
];

/// Makes the file of that name.
pub fn make(name: &str, to: &Path) -> io::Result<PathBuf> {
    let maker = ALL.iter().find(|(known, _)| *known == name);
    maker
        .ok_or_else(|| io::Error::other(format!("nothing makes `{name}`")))?
        .1(to)
}

fn write(to: &Path, name: &str, bytes: &[u8]) -> io::Result<PathBuf> {
    let path = to.join(name);
    fs::write(&path, bytes)?;
    Ok(path)
}

fn cut(to: &Path, name: &str, bytes: &[u8]) -> io::Result<PathBuf> {
    write(to, name, bytes.get(..bytes.len() / 2).unwrap_or_default())
}

fn link(to: &Path, target: &str) -> io::Result<PathBuf> {
    let path = to.join("a.csv");
    let made = std::process::Command::new("ln")
        .args(["-s", target])
        .arg(&path)
        .status()?;
    if made.success() {
        Ok(path)
    } else {
        Err(io::Error::other("ln"))
    }
}

/// A file of a gigabyte with one line that does not end: real for `real` bytes, and a hole behind.
fn long_line(to: &Path, name: &str, front: &[u8], piece: &[u8], real: usize) -> io::Result<PathBuf> {
    let path = to.join(name);
    let mut file = BufWriter::new(File::create(&path)?);
    file.write_all(front)?;
    let piece = piece.repeat((1 << 20) / piece.len());
    for _ in 0..real >> 20 {
        file.write_all(&piece)?;
    }
    file.into_inner()
        .map_err(|error| error.into_error())?
        .set_len(1 << 30)?;
    Ok(path)
}

pub fn gzip(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packer.write_all(bytes)?;
    packer.finish()
}

fn brotli(zeros: usize) -> io::Result<Vec<u8>> {
    let mut out = Vec::new();
    let mut packer = brotli::CompressorWriter::new(&mut out, 1 << 16, 1, 22);
    let piece = vec![0; 1 << 20];
    (0..zeros >> 20).try_for_each(|_| packer.write_all(&piece))?;
    packer.flush()?;
    drop(packer);
    Ok(out)
}

fn lz4(zeros: usize) -> io::Result<Vec<u8>> {
    let mut packer = lz4_flex::frame::FrameEncoder::new(Vec::new());
    let piece = vec![0; 1 << 20];
    (0..zeros >> 20).try_for_each(|_| packer.write_all(&piece))?;
    packer.finish().map_err(io::Error::other)
}

/// A frame of Zstandard by hand: blocks that repeat one zero 128 KiB long, 400 MiB in all, with no size in the header.
fn zstd_of_zeros() -> Vec<u8> {
    let mut frame = vec![0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x70];
    let blocks = (400 << 20) / (128 << 10);
    for block in 0..blocks {
        let last = u32::from(block + 1 == blocks);
        let head = (128 << 10 << 3) | (1 << 1) | last;
        frame.extend_from_slice(head.to_le_bytes().get(..3).unwrap_or_default());
        frame.push(0);
    }
    frame
}

fn zip_with(
    to: &Path,
    fill: impl FnOnce(&mut zip::ZipWriter<File>, zip::write::SimpleFileOptions) -> zip::result::ZipResult<()>,
) -> io::Result<PathBuf> {
    let path = to.join("a.xlsx");
    let mut zip = zip::ZipWriter::new(File::create(&path)?);
    let how = zip::write::SimpleFileOptions::default()
        .compression_method(zip::CompressionMethod::Deflated)
        .large_file(true);
    fill(&mut zip, how).map_err(io::Error::other)?;
    zip.finish().map_err(io::Error::other)?;
    Ok(path)
}

fn parquet_file(to: &Path, lie: Lie) -> io::Result<PathBuf> {
    write(to, "a.parquet", &parquet(&lie))
}

/// Rows of the batch that is changed: a number that stands nowhere else in it.
const ROWS: i64 = 1_237;

/// A batch of every kind of column.
pub fn batch() -> RecordBatch {
    let rows = 0..ROWS;
    let texts = rows.clone().map(|row| {
        if row == 5 {
            "findme".to_owned()
        } else {
            format!("text {row}")
        }
    });
    let mut words: Vec<String> = texts.collect();
    // The third text ends at byte 7,777, which its offset says.
    if let [first, second, third, ..] = words.as_mut_slice() {
        *first = "a".into();
        *second = "b".into();
        *third = "c".repeat(7_775);
    }
    let few: DictionaryArray<Int32Type> = rows
        .clone()
        .map(|row| ["one", "two", "three"].get(row as usize % 3).copied())
        .collect();
    let columns: Vec<(&str, ArrayRef)> = vec![
        (
            "n",
            Arc::new(
                rows.clone()
                    .map(|row| (row % 7 != 3).then_some(row * row))
                    .collect::<Int64Array>(),
            ),
        ),
        (
            "x",
            Arc::new(rows.clone().map(|row| Some(row as f64 / 8.0)).collect::<Float64Array>()),
        ),
        ("text", Arc::new(StringArray::from(words))),
        ("few", Arc::new(few)),
        (
            "on",
            Arc::new(rows.map(|row| Some(row as i32)).collect::<Date32Array>()),
        ),
    ];
    RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(|(name, array)| (name, array, true)))
        .unwrap_or_else(|error| panic!("{error}"))
}

/// Codes of the dictionary as they stand in the file: the first three.
fn code_pattern() -> Vec<u8> {
    [0_i32, 1, 2].iter().flat_map(|code| code.to_le_bytes()).collect()
}

fn with_properties(batch: &RecordBatch, properties: WriterProperties) -> io::Result<Vec<u8>> {
    let mut out = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut out, batch.schema(), Some(properties)).map_err(io::Error::other)?;
    writer.write(batch).map_err(io::Error::other)?;
    writer.close().map_err(io::Error::other)?;
    Ok(out)
}

pub fn as_parquet(batch: &RecordBatch, compression: Compression, version: WriterVersion) -> io::Result<Vec<u8>> {
    let properties = WriterProperties::builder()
        .set_compression(compression)
        .set_writer_version(version)
        .set_max_row_group_row_count(Some(500))
        .build();
    with_properties(batch, properties)
}

fn good_parquet() -> io::Result<Vec<u8>> {
    as_parquet(&batch(), Compression::SNAPPY, WriterVersion::PARQUET_1_0)
}

fn options(packed: Option<CompressionType>) -> io::Result<IpcWriteOptions> {
    IpcWriteOptions::default()
        .try_with_compression(packed)
        .map_err(io::Error::other)
}

pub fn arrow_file(packed: Option<CompressionType>) -> io::Result<Vec<u8>> {
    let batch = batch();
    let mut writer =
        FileWriter::try_new_with_options(Vec::new(), &batch.schema(), options(packed)?).map_err(io::Error::other)?;
    writer.write(&batch).map_err(io::Error::other)?;
    writer.into_inner().map_err(io::Error::other)
}

pub fn arrow_stream(packed: Option<CompressionType>) -> io::Result<Vec<u8>> {
    let batch = batch();
    let mut writer =
        StreamWriter::try_new_with_options(Vec::new(), &batch.schema(), options(packed)?).map_err(io::Error::other)?;
    writer.write(&batch).map_err(io::Error::other)?;
    writer.into_inner().map_err(io::Error::other)
}

/// Puts `by` in place of `what`: the one of that number, or all of them.
fn replace(bytes: &mut [u8], what: &[u8], by: &[u8], which: usize) {
    let places: Vec<usize> = (0..bytes.len().saturating_sub(what.len()))
        .filter(|&at| bytes.get(at..at + what.len()) == Some(what))
        .collect();
    assert!(!places.is_empty(), "what is to be changed is not there");
    for (number, at) in places.into_iter().enumerate() {
        if which != usize::MAX && which != number {
            continue;
        }
        if let Some(place) = bytes.get_mut(at..at + by.len()) {
            place.copy_from_slice(by);
        }
    }
}

fn arrow_lie(to: &Path, what: i64, by: i64, which: usize) -> io::Result<PathBuf> {
    arrow_bytes_at(to, &what.to_le_bytes(), &by.to_le_bytes(), which)
}

fn arrow_bytes(to: &Path, what: &[u8], by: &[u8]) -> io::Result<PathBuf> {
    arrow_bytes_at(to, what, by, 0)
}

fn arrow_bytes_at(to: &Path, what: &[u8], by: &[u8], which: usize) -> io::Result<PathBuf> {
    let mut bytes = arrow_file(None)?;
    replace(&mut bytes, what, by, which);
    write(to, "a.arrow", &bytes)
}

/// The lengths that the footer gives for its blocks: the last of them is the batch's.
fn last_block(bytes: &[u8]) -> Option<(i64, i64)> {
    let end = bytes.len().checked_sub(10)?;
    let length = i32::from_le_bytes(*bytes.get(end..)?.first_chunk::<4>()?);
    let footer = bytes.get(end.checked_sub(usize::try_from(length).ok()?)?..end)?;
    let footer = arrow_ipc::root_as_footer(footer).ok()?;
    let block = footer.recordBatches()?.iter().next_back()?;
    Some((block.offset(), block.bodyLength()))
}

fn arrow_block(to: &Path, offset: i64) -> io::Result<PathBuf> {
    let mut bytes = arrow_file(None)?;
    let (place, _) = last_block(&bytes).ok_or_else(|| io::Error::other("no block"))?;
    // The footer stands behind everything else.
    let footer = bytes.len().saturating_sub(1_000);
    replace(
        bytes.get_mut(footer..).unwrap_or_default(),
        &place.to_le_bytes(),
        &offset.to_le_bytes(),
        usize::MAX,
    );
    write(to, "a.arrow", &bytes)
}

fn body_length(stream: &[u8]) -> Option<i64> {
    let mut at = 0;
    loop {
        let length = i32::from_le_bytes(*stream.get(at + 4..)?.first_chunk::<4>()?);
        let start = at + 8;
        let end = start + usize::try_from(length).ok()?;
        let message = arrow_ipc::root_as_message(stream.get(start..end)?).ok()?;
        if message.bodyLength() > 0 && message.header_as_record_batch().is_some() {
            return Some(message.bodyLength());
        }
        at = end + usize::try_from(message.bodyLength()).ok()?;
    }
}

/// A file whose batch names a dictionary that no message brings: the stream with the message left out.
fn arrow_without_dictionary(to: &Path) -> io::Result<PathBuf> {
    let stream = arrow_stream(None)?;
    let mut out = Vec::new();
    let mut at = 0;
    while let Some(length) = stream.get(at + 4..).and_then(|rest| rest.first_chunk::<4>()) {
        let end = at + 8 + i32::from_le_bytes(*length) as usize;
        let Ok(message) = arrow_ipc::root_as_message(stream.get(at + 8..end).unwrap_or_default()) else {
            break;
        };
        let next = end + message.bodyLength() as usize;
        if message.header_as_dictionary_batch().is_none() {
            out.extend_from_slice(stream.get(at..next).unwrap_or_default());
        }
        at = next;
    }
    write(to, "a.arrows", &out)
}

/// A packed file whose first buffer that is packed says that it unpacks to another length.
fn arrow_packed_lie(to: &Path, said: i64) -> io::Result<PathBuf> {
    let mut bytes = arrow_file(Some(CompressionType::LZ4_FRAME))?;
    // The numbers take eight bytes a row, which stands in front of their buffer.
    replace(&mut bytes, &(ROWS * 8).to_le_bytes(), &said.to_le_bytes(), 0);
    write(to, "a.arrow", &bytes)
}
