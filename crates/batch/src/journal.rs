//! The journal of a folder: units that are done, each with the key of all that its files depend on.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use crate::manifest::UnitRecord;
use crate::name::hex;
use crate::write::Folder;

#[derive(Serialize, Deserialize)]
struct Line {
    key: String,
    unit: UnitRecord,
}

/// Units that are done, from this run and earlier ones.
pub struct Journal {
    known: BTreeMap<String, UnitRecord>,
    file: Mutex<File>,
}

impl Journal {
    /// Opens the journal of a folder; `fresh`: begins a new one. A line that was cut off by a kill is passed over.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn open(path: &Path, fresh: bool) -> Result<Self, String> {
        let explain = |error: std::io::Error| format!("cannot write {}: {error}", path.display());
        let text = if fresh {
            String::new()
        } else {
            std::fs::read_to_string(path).unwrap_or_default()
        };
        let lines = text.lines().filter_map(|line| serde_json::from_str::<Line>(line).ok());
        let known: BTreeMap<String, UnitRecord> = lines.map(|line| (line.key, line.unit)).collect();
        let mut options = OpenOptions::new();
        options.create(true).write(true);
        if fresh {
            options.truncate(true)
        } else {
            options.append(true)
        };
        let mut file = options.open(path).map_err(explain)?;
        if !text.is_empty() && !text.ends_with('\n') {
            // Whatever follows a line that was cut off stands on a line of its own.
            file.write_all(b"\n").map_err(explain)?;
        }
        Ok(Self {
            known,
            file: Mutex::new(file),
        })
    }

    /// A unit that is done, if all its files are there with the bytes that were written.
    pub fn done(&self, key: &str, folder: &Folder) -> Option<UnitRecord> {
        let unit = self.known.get(key)?;
        let whole = |file: &crate::manifest::FileRecord| {
            let bytes = std::fs::read(folder.path(&file.file)).ok();
            bytes.is_some_and(|bytes| bytes.len() as u64 == file.bytes && hex(&bytes) == file.sha256)
        };
        unit.reports
            .iter()
            .flat_map(|report| &report.files)
            .all(whole)
            .then(|| unit.clone())
    }

    /// Notes that a unit is done, after all its files are there.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn note(&self, key: &str, unit: &UnitRecord) -> Result<(), String> {
        let line = Line {
            key: key.to_owned(),
            unit: unit.clone(),
        };
        let mut text = serde_json::to_string(&line).map_err(|error| error.to_string())?;
        text.push('\n');
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        // In one piece, so that a kill leaves the line whole or cut off at the end of the file.
        file.write_all(text.as_bytes())
            .and_then(|()| file.sync_data())
            .map_err(|error| format!("cannot write the journal: {error}"))
    }

    /// Keeps the lines of these units only, in their order.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn compact(folder: &Folder, units: &[(String, UnitRecord)]) -> Result<(), String> {
        let mut text = String::new();
        for (key, unit) in units {
            let line = Line {
                key: key.clone(),
                unit: unit.clone(),
            };
            text.push_str(&serde_json::to_string(&line).map_err(|error| error.to_string())?);
            text.push('\n');
        }
        folder.write(".bellwether/journal.jsonl", text.as_bytes())
    }
}
