//! Good files with bytes changed, by a seeded generator: whatever comes of them, a table or a finding, memory stays
//! bounded and nothing panics.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use arrow_ipc::CompressionType;
use bellwether::data::{Needs, ReadLimits};
use bellwether::diagnostic::codes;
use bellwether_files::{FileOptions, open};
use parquet::basic::{Compression, GzipLevel, ZstdLevel};
use parquet::file::properties::WriterVersion;

use super::Outcome;
use super::child::Seen;
use super::make::{arrow_file, arrow_stream, as_parquet, batch, gzip};
use super::thrift::{Lie, parquet};

/// Files of each kind that are tried; `HOSTILE_MUTATIONS` asks for another number.
const TRIES: usize = 2_000;

/// Memory that none may take: several times the largest table that the limits below allow.
const MOST_MIB: u64 = 96;

/// A good file of a kind.
type Good = fn() -> io::Result<Vec<u8>>;

/// The kinds, each a good file by its name.
pub const KINDS: &[(&str, Good)] = &[
    ("mutated.csv", || Ok(csv().into_bytes())),
    ("mutated.csv.gz", || gzip(csv().as_bytes())),
    ("mutated.jsonl", || Ok(json("\n").into_bytes())),
    ("mutated.json", || {
        Ok(format!("[{}]", json(",").trim_end_matches(',')).into_bytes())
    }),
    ("mutated.xlsx", || std::fs::read(super::folder().join("plain.xlsx"))),
    ("mutated-tiny.parquet", || Ok(parquet(&Lie::None))),
    ("mutated-coded.parquet", || Ok(parquet(&Lie::Code(4)))),
    ("mutated-snappy.parquet", || {
        as_parquet(&batch(), Compression::SNAPPY, WriterVersion::PARQUET_1_0)
    }),
    ("mutated-zstd.parquet", || {
        as_parquet(
            &batch(),
            Compression::ZSTD(ZstdLevel::default()),
            WriterVersion::PARQUET_2_0,
        )
    }),
    ("mutated-gzip.parquet", || {
        as_parquet(
            &batch(),
            Compression::GZIP(GzipLevel::default()),
            WriterVersion::PARQUET_1_0,
        )
    }),
    ("mutated.arrow", || arrow_file(None)),
    ("mutated-lz4.arrow", || arrow_file(Some(CompressionType::LZ4_FRAME))),
    ("mutated-zstd.arrow", || arrow_file(Some(CompressionType::ZSTD))),
    ("mutated.arrows", || arrow_stream(None)),
];

fn csv() -> String {
    let rows: String = (0..200)
        .map(|row| {
            format!(
                "{row},{}.5,2024-01-{:02},\"text, {row}\",{}\n",
                row % 7,
                row % 28 + 1,
                row % 2 == 0
            )
        })
        .collect();
    format!("id,x,on,text,late\n{rows}")
}

fn json(between: &str) -> String {
    (0..200)
        .map(|row| {
            format!(
                "{{\"id\":{row},\"x\":{}.5,\"on\":\"2024-01-{:02}\",\"text\":\"é {row}\"}}{between}",
                row % 7,
                row % 28 + 1
            )
        })
        .collect()
}

/// A generator of numbers: SplitMix64.
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        (self.next() % end.max(1) as u64) as usize
    }
}

/// Numbers at the edges of what lengths can be.
const EDGES: [u64; 8] = [0, 1, 0x7f, 0xff, 0x7fff_ffff, 0xffff_ffff, i64::MAX as u64, u64::MAX];

fn mutated(good: &[u8], chance: &mut Chance) -> Vec<u8> {
    let mut bytes = good.to_vec();
    for _ in 0..=chance.below(4) {
        // Descriptions lie at the ends: half of the changes go there.
        let length = bytes.len();
        let at = match chance.below(4) {
            0 => length.saturating_sub(1 + chance.below(600)),
            1 => chance.below(400.min(length)),
            _ => chance.below(length),
        };
        match chance.below(8) {
            0 | 1 => {
                if let Some(byte) = bytes.get_mut(at) {
                    *byte ^= 1 << chance.below(8);
                }
            }
            2 | 3 => {
                if let Some(byte) = bytes.get_mut(at) {
                    *byte = [0, 1, 0x7f, 0x80, 0xff, b'"', b'\n', b'{'][chance.below(8)];
                }
            }
            4 => {
                let edge = EDGES[chance.below(EDGES.len())].to_le_bytes();
                let width = [2, 4, 8][chance.below(3)];
                for (slot, byte) in bytes.iter_mut().skip(at).zip(edge).take(width) {
                    *slot = byte;
                }
            }
            5 => bytes.truncate(at),
            6 => {
                let piece: Vec<u8> = bytes.iter().skip(at).take(1 + chance.below(64)).copied().collect();
                let to = chance.below(bytes.len());
                bytes.splice(to..to, piece);
            }
            _ => {
                let end = (at + 1 + chance.below(16)).min(bytes.len());
                bytes.drain(at.min(end)..end);
            }
        }
    }
    bytes
}

/// Where panics came from, and how often; those that the reader caught too.
static PANICS: Mutex<BTreeMap<String, usize>> = Mutex::new(BTreeMap::new());

/// Tries the files of a kind. The row of figures is put into the message.
pub fn run(kind: &str) -> Seen {
    let good = KINDS
        .iter()
        .find(|(name, _)| *name == kind)
        .unwrap_or_else(|| panic!("no kind {kind}"))
        .1;
    let good = good().unwrap();
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        eprintln!("panic at {place}");
        *PANICS.lock().unwrap().entry(place).or_default() += 1;
    }));
    let tries = std::env::var("HOSTILE_MUTATIONS")
        .ok()
        .and_then(|tries| tries.parse().ok())
        .unwrap_or(TRIES);
    let options = FileOptions {
        limits: ReadLimits {
            columns: 200,
            rows: 100_000,
            table_bytes: 16 << 20,
            unpacked_bytes: 16 << 20,
            page_bytes: 16 << 20,
            ..ReadLimits::UNTRUSTED
        },
        threads: 1,
        ..FileOptions::default()
    };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(kind);
    let mut chance = Chance(
        kind.bytes()
            .fold(7, |seed: u64, byte| seed.wrapping_mul(31) + u64::from(byte)),
    );
    let (mut counts, mut peak, mut slowest) = ([0_usize; 3], 0, Duration::ZERO);
    for _ in 0..tries {
        std::fs::write(&path, mutated(&good, &mut chance)).unwrap();
        let (outcome, own, time) = one(&path, &options);
        counts[outcome as usize] += 1;
        peak = peak.max(own);
        slowest = slowest.max(time);
    }
    let panics = PANICS.lock().unwrap();
    let places: Vec<String> = panics
        .iter()
        .map(|(place, count)| format!("{count} x {place}"))
        .collect();
    let message = format!(
        "{} refused, {} limited, {} read, {} panics caught {}",
        counts[0],
        counts[1],
        counts[2],
        panics.values().sum::<usize>(),
        places.join(", ")
    );
    Seen {
        outcome: Outcome::Fine,
        codes: Vec::new(),
        micros: u64::try_from(slowest.as_micros()).unwrap(),
        peak_bytes: peak,
        message,
    }
}

fn one(path: &Path, options: &FileOptions) -> (Outcome, u64, Duration) {
    bellwether_alloc::reset_peak();
    let before = bellwether_alloc::bytes_in_use();
    let begun = Instant::now();
    let outcome = match open(path.to_str().unwrap(), options, &Needs::all(), &mut |_, _| true) {
        Ok(_) => Outcome::Fine,
        Err(finding) if finding.code == codes::FILE_LIMIT => Outcome::Limited,
        Err(_) => Outcome::Refused,
    };
    let peak = bellwether_alloc::peak_bytes().saturating_sub(before);
    (outcome, peak, begun.elapsed())
}

/// What is wrong, a line each; prints the figures.
pub fn judge(kinds: &[String], results: &[Result<Seen, String>]) -> Vec<String> {
    let mut faults = Vec::new();
    for (kind, result) in kinds.iter().zip(results) {
        match result {
            Ok(seen) => {
                println!(
                    "{kind}: {}; worst time {} ms, worst memory {:.1} MiB",
                    seen.message,
                    seen.micros / 1_000,
                    seen.peak_bytes as f64 / f64::from(1 << 20)
                );
                if seen.peak_bytes > MOST_MIB << 20 {
                    faults.push(format!("{kind}: took {} MiB", seen.peak_bytes >> 20));
                }
                // The code of this project does not panic; that of others is caught.
                if seen.message.contains("crates/") && !seen.message.contains("registry") {
                    faults.push(format!("{kind}: {}", seen.message));
                }
            }
            Err(what) => faults.push(format!("{kind}: {what}")),
        }
    }
    faults
}
