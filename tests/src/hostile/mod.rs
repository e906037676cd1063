//! Hostile cases: each a file that says what it must get, run in a child process behind a fence.
//!
//! A case begins with comments:
//!
//! ```text
//! // must: refused BW104        (or: limited BW105, or: fine)
//! // why: a sentence
//! // rows: 100000               (rows of each table; 1,000 unless told)
//! // module cx: fn f() { .. }   (a module that the host hands in, on one line)
//! ```
//!
//! `refused` means an error with that code and no report; `limited` an error of a limit; `fine` a report. So that a case
//! stays small, `«500×x№ »` stands for 500 times what follows the sign, with `№` the number of the turn; it nests.

pub mod child;
mod outcome;
pub mod script;

use std::fs;
use std::path::{Path, PathBuf};

pub use outcome::Outcome;

/// A case.
#[derive(Debug, Clone)]
pub struct Case {
    /// The file.
    pub path: PathBuf,
    /// What it must get.
    pub must: Outcome,
    /// The code that must be among the errors; none where it is fine.
    pub code: Option<String>,
    /// Rows of each table.
    pub rows: usize,
    /// Modules that the host hands in.
    pub modules: Vec<(String, String)>,
    /// Its text, repetitions written out.
    pub text: String,
}

impl Case {
    /// Reads a case.
    ///
    /// # Panics
    /// Where the file cannot be read or its head says nothing that is known.
    #[must_use]
    pub fn read(path: &Path) -> Self {
        // A hostile file need not be UTF-8; a script is handed over as text by every host.
        let bytes = fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let raw = String::from_utf8_lossy(&bytes);
        let head = |name: &str| {
            raw.lines()
                .take_while(|line| line.starts_with("//"))
                .filter_map(|line| line.trim_start_matches('/').trim().strip_prefix(name).map(str::trim))
                .collect::<Vec<_>>()
        };
        let must = head("must:");
        let mut words = must.first().copied().unwrap_or_default().split_whitespace();
        let outcome = words.next().and_then(Outcome::named);
        assert!(!head("why:").is_empty(), "{}: no `// why:`", path.display());
        let module = |line: &str| {
            let (name, text) = line.split_once(':')?;
            Some((name.trim().to_owned(), written_out(text.trim())))
        };
        Self {
            path: path.to_owned(),
            must: outcome.unwrap_or_else(|| panic!("{}: no `// must:`", path.display())),
            code: words.next().map(str::to_owned),
            rows: head("rows:")
                .first()
                .and_then(|rows| rows.parse().ok())
                .unwrap_or(1_000),
            modules: head("module").into_iter().filter_map(module).collect(),
            text: written_out(&raw),
        }
    }

    /// All cases of a folder whose names end so, in order of their names.
    ///
    /// # Panics
    /// As [`Case::read`].
    #[must_use]
    pub fn all(folder: &Path, extension: &str) -> Vec<Self> {
        let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
        let mut paths: Vec<PathBuf> = entries
            .filter_map(|entry| Some(entry.ok()?.path()))
            .filter(|path| path.extension().is_some_and(|found| found == extension))
            .collect();
        paths.sort();
        paths.iter().map(|path| Self::read(path)).collect()
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> String {
        self.path
            .file_stem()
            .map(|name| name.to_string_lossy().into_owned())
            .unwrap_or_default()
    }
}

/// Writes repetitions out: `«3×ab№,»` is `ab0,ab1,ab2,`.
#[must_use]
pub fn written_out(text: &str) -> String {
    let Some((before, rest)) = text.split_once('«') else {
        return text.to_owned();
    };
    let Some((count, rest)) = rest.split_once('×') else {
        return text.to_owned();
    };
    let mut depth = 1;
    let end = rest.char_indices().find_map(|(at, sign)| {
        match sign {
            '«' => depth += 1,
            '»' => depth -= 1,
            _ => {}
        }
        (depth == 0).then_some(at)
    });
    let (Some(end), Ok(count)) = (end, count.parse::<usize>()) else {
        return text.to_owned();
    };
    let (body, after) = rest.split_at(end);
    let body = written_out(body);
    let mut made = before.to_owned();
    for turn in 0..count {
        if body.contains('№') {
            made.push_str(&body.replace('№', &turn.to_string()));
        } else {
            made.push_str(&body);
        }
    }
    made.push_str(&written_out(after.strip_prefix('»').unwrap_or(after)));
    made
}

#[cfg(test)]
mod tests {
    use super::written_out;

    #[test]
    fn repetitions_are_written_out_and_nest() {
        assert_eq!(written_out("a«3×b№,»c«2×«2×x»y»"), "ab0,b1,b2,cxxyxxy");
        assert_eq!(written_out("plain « text"), "plain « text");
    }
}
