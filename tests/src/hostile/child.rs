//! Child processes behind a fence, one for each case: an address space that the system limits, and a deadline that a
//! watchdog keeps; and what was seen of them.

use std::io::Read as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use super::Outcome;

/// Children at one time.
const AT_ONCE: usize = 2;

/// What no child may exceed.
#[derive(Debug, Clone, Copy)]
pub struct Fence {
    /// Address space, in KiB, as `ulimit -v` takes it.
    pub address_space_kib: u64,
    /// After this long the child is killed.
    pub deadline: Duration,
}

impl Default for Fence {
    fn default() -> Self {
        Self {
            address_space_kib: 768 << 10,
            deadline: Duration::from_secs(60),
        }
    }
}

/// What a child reports in its last line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// What the case got.
    pub outcome: Outcome,
    /// Codes of its errors, joined by commas.
    pub codes: Vec<String>,
    /// Time that compiling and evaluating took.
    pub micros: u64,
    /// Most memory in use beyond the data.
    pub peak_bytes: u64,
    /// The first error in words.
    pub message: String,
}

/// The mark of the line that a child reports in.
const MARK: &str = "SEEN";

impl Seen {
    /// The line.
    #[must_use]
    pub fn line(&self) -> String {
        let codes = self.codes.join(",");
        format!(
            "{MARK}\t{}\t{codes}\t{}\t{}\t{}",
            self.outcome.word(),
            self.micros,
            self.peak_bytes,
            self.message.replace(['\n', '\t'], " ")
        )
    }

    fn read(line: &str) -> Option<Self> {
        let mut parts = line.split('\t');
        (parts.next() == Some(MARK)).then_some(())?;
        Some(Self {
            outcome: Outcome::named(parts.next()?)?,
            codes: parts
                .next()?
                .split(',')
                .filter(|code| !code.is_empty())
                .map(str::to_owned)
                .collect(),
            micros: parts.next()?.parse().ok()?,
            peak_bytes: parts.next()?.parse().ok()?,
            message: parts.next()?.to_owned(),
        })
    }
}

/// Runs this program again behind a fence, as `<program> --child <kind> <path>`.
///
/// # Errors
/// What became of a child that reported nothing: killed by the watchdog, by a signal, or ended with words on its error
/// output.
pub fn run(kind: &str, path: &Path, fence: Fence) -> Result<Seen, String> {
    let program = std::env::current_exe().map_err(|error| error.to_string())?;
    let mut child = Command::new("sh")
        .arg("-c")
        .arg(format!(
            "ulimit -v {} && ulimit -c 0 && exec \"$0\" \"$@\"",
            fence.address_space_kib
        ))
        .arg(program)
        .args(["--child", kind])
        .arg(path)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| error.to_string())?;
    let begun = Instant::now();
    let mut late = false;
    let status = loop {
        match child.try_wait().map_err(|error| error.to_string())? {
            Some(status) => break status,
            None if begun.elapsed() > fence.deadline => {
                late = true;
                let _ = child.kill();
                break child.wait().map_err(|error| error.to_string())?;
            }
            None => std::thread::sleep(Duration::from_millis(2)),
        }
    };
    // A child writes a line or two, which fits in the pipe.
    let (mut told, mut cried) = (String::new(), String::new());
    let _ = child.stdout.take().map(|mut out| out.read_to_string(&mut told));
    let _ = child.stderr.take().map(|mut out| out.read_to_string(&mut cried));
    if late {
        return Err(format!("did not end within {:?}", fence.deadline));
    }
    match told.lines().rev().find_map(Seen::read) {
        Some(seen) if status.success() => Ok(seen),
        _ => {
            let cried: String = cried.chars().take(600).collect();
            Err(format!("ended with {status}: {}", cried.trim()))
        }
    }
}

/// Runs a child for each path, some at a time; the answers are in the order of the paths.
///
/// # Panics
/// Where a thread does that waits for a child.
#[must_use]
pub fn run_all<P: AsRef<Path> + Sync>(kind: &str, paths: &[P], fence: Fence) -> Vec<Result<Seen, String>> {
    let next = AtomicUsize::new(0);
    let results: Mutex<Vec<(usize, Result<Seen, String>)>> = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                while let Some((at, path)) = {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    paths.get(at).map(|path| (at, path))
                } {
                    let seen = run(kind, path.as_ref(), fence);
                    results.lock().expect("no thread panics").push((at, seen));
                }
            });
        }
    });
    let mut results = results.into_inner().expect("no thread panics");
    results.sort_by_key(|(at, _)| *at);
    results.into_iter().map(|(_, seen)| seen).collect()
}

/// What became of the cases, counted.
#[derive(Debug, Default)]
pub struct Tally {
    tried: usize,
    got: [usize; 3],
    broke: usize,
    slowest: (u64, String),
    largest: (u64, String),
}

impl Tally {
    /// Counts a case.
    ///
    /// # Errors
    /// What is wrong with a child that reported nothing.
    pub fn count<'s>(&mut self, name: &str, result: &'s Result<Seen, String>) -> Result<&'s Seen, String> {
        self.tried += 1;
        let seen = result.as_ref().map_err(|what| {
            self.broke += 1;
            format!("{name}: {what}")
        })?;
        if std::env::var_os("HOSTILE_VERBOSE").is_some() {
            println!("{name}\t{}", seen.line());
        }
        self.got[seen.outcome as usize] += 1;
        self.slowest = self.slowest.clone().max((seen.micros, name.to_owned()));
        self.largest = self.largest.clone().max((seen.peak_bytes, name.to_owned()));
        Ok(seen)
    }
}

impl std::fmt::Display for Tally {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let [refused, limited, fine] = self.got;
        write!(
            f,
            "{} tried: {refused} refused, {limited} limited, {fine} fine, {} broke; worst time {} ms ({}), worst memory {:.1} MiB ({})",
            self.tried,
            self.broke,
            self.slowest.0 / 1_000,
            self.slowest.1,
            self.largest.0 as f64 / f64::from(1 << 20),
            self.largest.1
        )
    }
}
