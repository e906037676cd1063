//! `--untrusted`: cards and files that nobody has looked at.
//!
//! The card runs within [`Limits::UNTRUSTED`](bellwether::limits::Limits::UNTRUSTED). Its files must lie in its own folder, and every file is read by a child of
//! this program, which limits itself before it opens anything: address space, processor time, no core, no files written,
//! few opened. The child hands back a line of JSON and the table as an Arrow stream, and the stream is read as any other
//! hostile file. Whatever ends the child is a finding about the file.

mod child;
mod parent;

use std::path::{Component, Path};

use bellwether::data::{ColumnNeed, Needs, ReadLimits};
use bellwether::definition::ColumnType;
use bellwether::diagnostic::{DataPlace, Diagnostic, codes};
use serde::{Deserialize, Serialize};

pub use child::read_table;
pub use parent::open;

use crate::host::data::Place;

/// Address space of the child, in bytes: several times the largest table.
const ADDRESS_SPACE: u64 = 2 << 30;

/// Processor time of the child, in seconds.
const PROCESSOR_SECONDS: u64 = 60;

/// After so many seconds the child is ended, whatever it waits for.
const WALL_SECONDS: u64 = 120;

/// Threads of the child; each takes address space of its own.
const THREADS: usize = 2;

/// The name of the hidden command.
pub const COMMAND: &str = "read-untrusted";

/// What the child is asked to read.
#[derive(Debug, Serialize, Deserialize)]
struct Request {
    table: String,
    path: String,
    options: Vec<(String, String)>,
    all: bool,
    columns: Vec<(String, Column)>,
    utc_offset_minutes: i32,
}

/// What is known of a column.
#[derive(Debug, Serialize, Deserialize)]
struct Column {
    key: bool,
    text: bool,
    when_empty: Option<ColumnType>,
}

impl Request {
    fn new(table: &str, place: &Place, needs: &Needs) -> Self {
        let column = |need: &ColumnNeed| Column {
            key: need.key,
            text: need.text,
            when_empty: need.when_empty,
        };
        Self {
            table: table.to_owned(),
            path: place.path.clone(),
            options: place.options.clone(),
            all: needs.all,
            columns: needs
                .columns
                .iter()
                .map(|(name, need)| (name.clone(), column(need)))
                .collect(),
            utc_offset_minutes: needs.utc_offset_minutes,
        }
    }

    fn needs(&self) -> Needs {
        let need = |column: &Column| ColumnNeed {
            key: column.key,
            text: column.text,
            when_empty: column.when_empty,
        };
        Needs {
            all: self.all,
            columns: self
                .columns
                .iter()
                .map(|(name, column)| (name.clone(), need(column)))
                .collect(),
            utc_offset_minutes: self.utc_offset_minutes,
        }
    }

    fn place(&self) -> Place {
        Place {
            path: self.path.clone(),
            options: self.options.clone(),
        }
    }
}

/// What the child answers in its first line. A table with columns follows as an Arrow stream.
#[derive(Debug, Serialize, Deserialize)]
enum Answer {
    Table {
        rows: usize,
        columns: usize,
        unread: Vec<String>,
        origin: Option<String>,
        sha256: Option<String>,
        notes: Vec<Diagnostic>,
    },
    Finding(Box<Diagnostic>),
}

fn finding(path: &str, message: String) -> Diagnostic {
    let place = DataPlace {
        file: Some(path.to_owned()),
        ..DataPlace::default()
    };
    Diagnostic::error(codes::FILE_LIMIT, message).in_data(place)
}

/// Refuses a file that a card names outside its own folder: by an absolute path, by `..`, or by way of a link.
///
/// # Errors
/// BW311.
pub fn stay_inside(folder: &Path, named: &str) -> Result<(), Diagnostic> {
    let outside = |how: &str| {
        let place = DataPlace {
            file: Some(named.to_owned()),
            ..DataPlace::default()
        };
        Diagnostic::error(
            codes::OUTSIDE_FOLDER,
            format!("`{named}` {how}, and an untrusted card reads its own folder only"),
        )
        .in_data(place)
        .help("put the file beside the card, or hand it over yourself: --data NAME=PATH")
    };
    if named == "-" {
        return Err(outside("is standard input"));
    }
    let (file, _) = named.rsplit_once('#').unwrap_or((named, ""));
    for part in [named, file] {
        if Path::new(part).has_root() {
            return Err(outside("is an absolute path"));
        }
        if !Path::new(part)
            .components()
            .all(|component| matches!(component, Component::Normal(_) | Component::CurDir))
        {
            return Err(outside("leads out of the folder"));
        }
    }
    let pattern = folder.join(named).display().to_string();
    // Where nothing is found, reading says so.
    let found = bellwether_files::files_of(&pattern, &ReadLimits::UNTRUSTED).unwrap_or_default();
    for path in found
        .iter()
        .map(String::as_str)
        .chain([folder.join(file).to_string_lossy().as_ref()])
    {
        let inner = Path::new(path).strip_prefix(folder).unwrap_or(Path::new(path));
        let mut at = folder.to_path_buf();
        for component in inner.components() {
            at.push(component);
            if at.symlink_metadata().is_ok_and(|metadata| metadata.is_symlink()) {
                return Err(outside("is a link, or lies behind one"));
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_outside_the_folder_are_refused() {
        let outer = tempfile::tempdir().unwrap();
        let folder = outer.path().join("cards");
        std::fs::create_dir_all(folder.join("data")).unwrap();
        std::fs::write(outer.path().join("secret.csv"), "a\n1\n").unwrap();
        std::fs::write(folder.join("data/a.csv"), "a\n1\n").unwrap();
        for inside in [
            "data/a.csv",
            "./data/a.csv",
            "data/*.csv",
            "none.csv",
            "book.xlsx#Sheet 1",
        ] {
            assert!(stay_inside(&folder, inside).is_ok(), "{inside}");
        }
        for out in [
            "../secret.csv",
            "data/../../secret.csv",
            "/etc/passwd",
            "-",
            "../*.csv",
            "../b.xlsx#S",
        ] {
            assert_eq!(
                stay_inside(&folder, out).unwrap_err().code,
                codes::OUTSIDE_FOLDER,
                "{out}"
            );
        }
    }

    #[cfg(unix)]
    #[test]
    fn links_are_refused_wherever_they_stand() {
        let outer = tempfile::tempdir().unwrap();
        let folder = outer.path().join("cards");
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(outer.path().join("secret.csv"), "a\n1\n").unwrap();
        std::os::unix::fs::symlink("../secret.csv", folder.join("file.csv")).unwrap();
        std::os::unix::fs::symlink("..", folder.join("up")).unwrap();
        std::os::unix::fs::symlink("nowhere", folder.join("dangling.csv")).unwrap();
        for out in [
            "file.csv",
            "up/secret.csv",
            "*.csv",
            "up/*.csv",
            "dangling.csv",
            "file.csv#x",
        ] {
            assert_eq!(
                stay_inside(&folder, out).unwrap_err().code,
                codes::OUTSIDE_FOLDER,
                "{out}"
            );
        }
    }

    #[test]
    fn a_request_comes_back_as_it_went() {
        let mut needs = Needs {
            utc_offset_minutes: -300,
            ..Needs::default()
        };
        let need = ColumnNeed {
            key: true,
            text: false,
            when_empty: Some(ColumnType::Date),
        };
        needs.columns.insert("on".into(), need);
        let place = Place {
            path: "a.csv".into(),
            options: vec![("delimiter".into(), ";".into())],
        };
        let sent = serde_json::to_string(&Request::new("t", &place, &needs)).unwrap();
        let read: Request = serde_json::from_str(&sent).unwrap();
        assert_eq!((read.needs(), read.place()), (needs, place));
    }
}
