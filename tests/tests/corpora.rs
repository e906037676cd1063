//! Replays the corpora of `fuzz/` and many drawn inputs through the bodies of the fuzz targets.
#![allow(clippy::expect_used, clippy::panic, reason = "a test fails loudly")]

use std::fs;
use std::path::{Path, PathBuf};

use bellwether_tests::fuzz::{TARGETS, Target};

fn seeds(target: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../fuzz/corpus")
        .join(target);
    let entries = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut paths: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    paths.sort();
    paths
}

#[test]
fn every_seed_keeps_every_promise() {
    for (name, run) in TARGETS {
        let seeds = seeds(name);
        assert!(seeds.len() >= 3, "the corpus of `{name}` has {} seeds", seeds.len());
        for seed in &seeds {
            let bytes = fs::read(seed).expect("a seed can be read");
            // A failure names the seed.
            println!("{}", seed.display());
            run(&bytes);
        }
        println!("{name}: {} seeds", seeds.len());
    }
}

/// Numbers in a fixed order, so that a failure comes back.
struct Drawn(u64);

impl Drawn {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, most: usize) -> usize {
        (self.next() % most.max(1) as u64) as usize
    }

    /// A seed with a few bytes changed, taken out, put in or repeated.
    fn changed(&mut self, seed: &[u8]) -> Vec<u8> {
        let mut bytes = seed.to_vec();
        for _ in 0..=self.below(4) {
            let at = self.below(bytes.len() + 1);
            match self.below(4) {
                0 if at < bytes.len() => bytes[at] = self.next() as u8,
                1 if at < bytes.len() => {
                    let end = (at + 1 + self.below(8)).min(bytes.len());
                    bytes.drain(at..end);
                }
                2 => bytes.insert(
                    at,
                    *b"()[]{}|\"`;,.+-*/&!=0129ax \n".get(self.below(27)).expect("within"),
                ),
                _ => {
                    let end = (at + 1 + self.below(20)).min(bytes.len());
                    let piece = bytes[at.min(end)..end].to_vec();
                    let to = self.below(bytes.len() + 1);
                    bytes.splice(to..to, piece);
                }
            }
        }
        bytes
    }
}

fn run_changed((name, run): Target, turns: usize) {
    let mut drawn = Drawn(0xBE11);
    let seeds: Vec<Vec<u8>> = seeds(name)
        .iter()
        .map(|path| fs::read(path).expect("a seed can be read"))
        .collect();
    for _ in 0..turns {
        let seed = &seeds[drawn.below(seeds.len())];
        let bytes = drawn.changed(seed);
        let result = std::panic::catch_unwind(|| run(&bytes));
        assert!(result.is_ok(), "{name}: {:?}", String::from_utf8_lossy(&bytes));
    }
}

#[test]
fn changed_seeds_keep_every_promise() {
    for target in TARGETS {
        run_changed(target, if target.0 == "closure" { 600 } else { 60 });
    }
}
